//! The size of an SVG, and whether it holds a script.

use super::header::{Facts, Fault, Format};
use crate::text::{decode_entities, tag};
use memchr::{memchr, memmem};

/// Whether a file begins as an SVG does: its root element stands near.
pub fn begins(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let head = head.trim_ascii_start();
    head.starts_with(b"<svg") || (head.starts_with(b"<") && memmem::find(head, b"<svg").is_some())
}

/// What the root element says. A size in a unit is turned into pixels, of which an
/// inch has 96; without one the numbers of the `viewBox` are taken, as the drawing was made.
///
/// # Errors
///
/// Where there is no root element. One without any size has a browser's: 300 by 150.
pub fn read(bytes: &[u8]) -> Result<Facts, Fault> {
    let text = String::from_utf8_lossy(bytes);
    let mut root = None;
    let mut has_script = false;
    let mut at = 0;
    while let Some(found) = memchr(b'<', &text.as_bytes()[at..]) {
        let open = at + found;
        let rest = &text[open..];
        if rest.starts_with("<!--") {
            at = open + memmem::find(rest.as_bytes(), b"-->").unwrap_or(rest.len());
            continue;
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            at = open + 1;
            continue;
        }
        let mut size = Size::default();
        let (name, end) = tag::attributes(&text, open, |name, value| {
            let value = decode_entities(tag::unquoted(&text[value]));
            has_script |= runs(name, &value);
            match name {
                "width" => size.width = length(&value),
                "height" => size.height = length(&value),
                "viewBox" => size.view = view(&value),
                _ => {}
            }
        });
        let local = name.rsplit(':').next().unwrap_or(name);
        has_script |= local.eq_ignore_ascii_case("script");
        if root.is_none() {
            if local != "svg" {
                break;
            }
            root = Some(size);
        }
        at = end;
    }
    let (width, height) = root.ok_or(Fault::Broken(Format::Svg))?.pixels();
    Ok(Facts {
        format: Format::Svg,
        width,
        height,
        length: bytes.len() as u64,
        orientation: 1,
        is_animated: false,
        has_script,
    })
}

/// Whether an attribute has the browser run something.
fn runs(name: &str, value: &str) -> bool {
    let handler = name.len() > 2 && name.as_bytes()[..2].eq_ignore_ascii_case(b"on");
    let link = name.rsplit(':').next() == Some("href");
    let scheme = "javascript:";
    let begins = value.trim_start().get(..scheme.len());
    handler || (link && begins.is_some_and(|begins| begins.eq_ignore_ascii_case(scheme)))
}

#[derive(Default)]
struct Size {
    width: Option<f64>,
    height: Option<f64>,
    view: Option<(f64, f64)>,
}

impl Size {
    /// CSS 2.2, 10.3.2 and 10.6.2, where it leaves a choice the drawing's own size.
    fn pixels(&self) -> (u32, u32) {
        let ratio = self.view.map(|(width, height)| width / height);
        let (width, height) = match (self.width, self.height, ratio) {
            (Some(width), Some(height), _) => (width, height),
            (Some(width), None, Some(ratio)) => (width, width / ratio),
            (None, Some(height), Some(ratio)) => (height * ratio, height),
            (None, None, Some(_)) => self.view.unwrap_or((300.0, 150.0)),
            (width, height, None) => (width.unwrap_or(300.0), height.unwrap_or(150.0)),
        };
        // A drawing has no more than this; the cast is whole and above nought.
        let whole = |side: f64| side.round().clamp(1.0, 1e6) as u32;
        (whole(width), whole(height))
    }
}

/// A length in pixels; none where it depends on what is around.
fn length(value: &str) -> Option<f64> {
    let value = value.trim();
    let digits = value.find(|c: char| c.is_ascii_alphabetic() || c == '%');
    let (number, unit) = value.split_at(digits.unwrap_or(value.len()));
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" | "px" => 1.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        _ => return None,
    };
    let number: f64 = number.trim().parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number * scale)
}

/// Width and height of a `viewBox`.
fn view(value: &str) -> Option<(f64, f64)> {
    let numbers = value.split(|c: char| c.is_ascii_whitespace() || c == ',');
    let numbers: Vec<f64> = numbers
        .filter(|number| !number.is_empty())
        .map_while(|number| number.parse().ok())
        .collect();
    match numbers.as_slice() {
        [_, _, width, height] if *width > 0.0 && *height > 0.0 => Some((*width, *height)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(svg: &str) -> (u32, u32) {
        let facts = read(svg.as_bytes()).expect("it is an SVG");
        (facts.width, facts.height)
    }

    #[test]
    fn the_size_is_the_root_elements_or_its_view_box() {
        assert_eq!(size("<svg width='20' height=\"10px\">"), (20, 10));
        assert_eq!(size("<svg width=\"1in\" height=\"25.4mm\"/>"), (96, 96));
        assert_eq!(size("<svg viewBox='0 0 640,480'/>"), (640, 480));
        assert_eq!(
            size("<svg width=\"100%\" viewBox=\"0 0 640 480\"/>"),
            (640, 480)
        );
        assert_eq!(
            size("<svg width=\"320\" viewBox=\"0 0 640 480\"/>"),
            (320, 240)
        );
        assert_eq!(size("<svg/>"), (300, 150));
        let dressed = "\u{FEFF}<?xml version=\"1.0\"?><!DOCTYPE svg><!-- <a> --><svg:svg width=\"3\" height=\"4\"><rect width=\"9\"/></svg:svg>";
        assert_eq!(size(dressed), (3, 4));
        assert!(begins(b"\xEF\xBB\xBF \n<?xml version=\"1.0\"?>\n<svg>"));
        assert!(!begins(b"a <svg>"));
        assert_eq!(
            read(b"<html><svg/></html>"),
            Err(Fault::Broken(Format::Svg))
        );
    }

    #[test]
    fn scripts_are_found_in_all_their_forms() {
        for svg in [
            "<svg><script>1</script></svg>",
            "<svg><svg:SCRIPT/></svg>",
            "<svg onload=\"x()\"/>",
            "<svg><a xlink:href=\" javascript&#58;x()\"/></svg>",
        ] {
            assert!(
                read(svg.as_bytes()).expect("it is an SVG").has_script,
                "{svg}"
            );
        }
        let quiet = "<svg><!-- <script> --><a href=\"#on\">on</a><text>script</text></svg>";
        assert!(!read(quiet.as_bytes()).expect("it is an SVG").has_script);
    }
}
