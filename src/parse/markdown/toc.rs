//! The table of contents as a nested list.

use crate::parse::{Heading, Hole, token};
use crate::text::escape_attr;

/// A list of the headings from level `start` to `end`, nested as they are. A
/// level that was skipped makes an entry without a text, as in Hugo. Empty
/// when there is no such heading.
pub fn toc(headings: &[Heading], start: u8, end: u8, ordered: bool) -> String {
    let wanted: Vec<&Heading> = headings
        .iter()
        .filter(|h| h.level >= start && h.level <= end && !h.id.is_empty())
        .collect();
    let Some(least) = wanted.iter().map(|h| h.level).min() else {
        return String::new();
    };
    let (open, close) = if ordered {
        ("<ol>", "</ol>")
    } else {
        ("<ul>", "</ul>")
    };
    let mut out = String::new();
    // Levels whose list is open; each but the innermost has an entry open.
    let mut depth = 0;
    for heading in wanted {
        let level = usize::from(heading.level - least) + 1;
        if depth >= level {
            while depth > level {
                out.push_str("</li>\n");
                out.push_str(close);
                out.push('\n');
                depth -= 1;
            }
            out.push_str("</li>\n");
        }
        while depth < level {
            if depth > 0 && out.ends_with(">\n") && !out.ends_with("</a>\n") {
                out.push_str("<li>");
            }
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str(open);
            out.push('\n');
            depth += 1;
        }
        out.push_str("<li><a href=\"#");
        escape_attr(&mut out, &heading.id);
        out.push_str("\">");
        out.push_str(&heading.html);
        out.push_str("</a>");
    }
    while depth > 0 {
        out.push_str("</li>\n");
        out.push_str(close);
        depth -= 1;
        if depth > 0 {
            out.push('\n');
        }
    }
    out
}

/// A heading's HTML for a list of contents: without links and note marks;
/// of an image, its text.
pub(super) fn entry(html: &str, holes: &[Hole]) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    // What is neither markup nor a token, and begins as a token does, is copied.
    let first = token::OPEN_BYTES[0];
    while let Some(at) = memchr::memchr2(b'<', first, rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("<sup id=\"fnref") {
            rest = rest
                .find("</sup>")
                .map_or("", |end| &rest[end + "</sup>".len()..]);
        } else if rest.starts_with("<a ") || rest.starts_with("<a>") || rest.starts_with("</a>") {
            rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
        } else if rest.starts_with(token::OPEN)
            && let Some((0, end, index)) = token::find(rest)
        {
            match holes.get(index) {
                // Set where the contents are written.
                Some(Hole::Formula(formula)) => super::math::marked(formula, &mut out),
                Some(Hole::Image(image)) => crate::text::escape_html(&mut out, &image.alt),
                _ => out.push_str(&rest[..end]),
            }
            rest = &rest[end..];
        } else {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    out.push_str(rest);
    out
}
