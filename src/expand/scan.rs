//! Looks at HTML in the making, as far as calls need to know where they stand.

use super::marks::{self, Piece};
use super::run::Mode;

/// What follows when nothing but calls and space stands before `</p>`.
pub(super) fn alone(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.starts_with("</p>") {
            return Some(rest);
        }
        let mut after = rest;
        match marks::next(&mut after) {
            Some(Piece::Token(_)) => rest = after,
            _ => return None,
        }
    }
}

/// The inside of a single `<p>`, else the whole.
pub(super) fn sole_paragraph(html: &str) -> &str {
    let trimmed = html.trim_end_matches('\n');
    match trimmed
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"))
    {
        Some(inside) if !inside.contains("<p>") && !inside.contains("</p>") => inside,
        _ => trimmed,
    }
}

/// Elements that end a paragraph when they begin.
const BLOCKS: [&str; 27] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
];

pub(super) fn is_block(html: &str) -> bool {
    let Some(rest) = html.trim_start().strip_prefix('<') else {
        return false;
    };
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    BLOCKS.contains(&&rest[..end])
}

/// Tags taken out, for places that hold no HTML.
pub(super) fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// What the end of an HTML text stands within; asked again and again while the
/// text grows, it reads each byte once.
pub(super) struct Scan {
    read: usize,
    /// `<code>` and `<pre>` that are open.
    code: usize,
    paragraph: bool,
}

impl Scan {
    pub(super) fn new(from: usize) -> Scan {
        Scan {
            read: from,
            code: 0,
            paragraph: false,
        }
    }

    /// For a call between `before` and `after`.
    pub(super) fn mode(&mut self, before: &str, after: &str) -> Mode {
        self.read_to_end(before);
        let line = (before.is_empty() || before.ends_with('\n'))
            && (after.is_empty() || after.starts_with('\n'));
        match (self.code > 0, line && !self.paragraph) {
            (true, _) => Mode::Code,
            (false, true) => Mode::Block,
            (false, false) => Mode::Inline,
        }
    }

    fn read_to_end(&mut self, html: &str) {
        let bytes = html.as_bytes();
        // A text may have lost a `<p>` at its end.
        let mut at = self.read.min(bytes.len());
        while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
            at += found + 1;
            let rest = &bytes[at..];
            let (closes, rest) = match rest.strip_prefix(b"/") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            if is_tag(rest, b"p") {
                self.paragraph = !closes;
            } else if is_tag(rest, b"code") || is_tag(rest, b"pre") {
                self.code = if closes {
                    self.code.saturating_sub(1)
                } else {
                    self.code + 1
                };
            }
        }
        self.read = bytes.len();
    }
}

fn is_tag(text: &[u8], name: &[u8]) -> bool {
    text.get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
        && !text.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
}
