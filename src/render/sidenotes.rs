//! Notes in the margin: each mark and each note of a page gets a name, by which
//! the style sheet sets the note beside its mark where the window is wide.
//!
//! The notes stay where they are, once, in a list at the end: that is what feeds,
//! printers, readers' programs and browsers without CSS anchor positioning see.
//! Only the article as it stands in its page is touched.

use memchr::memmem;
use std::borrow::Cow;
use std::fmt::Write;

/// How a list of notes begins, and in it each; and a mark in the text. See
/// `parse::markdown::notes`.
const LIST: &str = "<div class=\"footnotes\"";
const NOTE: &str = "<li id=\"fn:";
const MARK: &str = "<sup id=\"fnref:";

/// The article with places for its notes, where it has any.
pub fn with_places(html: &str) -> Cow<'_, str> {
    if memmem::find(html.as_bytes(), LIST.as_bytes()).is_none() {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut copied = 0;
    // The order of notes, over all lists of the page.
    let mut notes = 0_usize;
    for at in memchr::memchr_iter(b'<', html.as_bytes()) {
        let tag = &html[at..];
        let is_note = tag.starts_with(NOTE);
        if tag.starts_with(LIST) {
            out.push_str(&html[copied..at]);
            out.push_str("<div class=\"footnotes sidenotes\"");
            copied = at + LIST.len();
        } else if is_note || tag.starts_with(MARK) {
            let begin = if is_note { NOTE } else { MARK };
            // What follows `fn:` in both: the number, or `1-1` in a second list.
            let id = &tag[begin.len()..];
            let Some(end) = id.find('"').filter(|end| is_ident(&id[..*end])) else {
                continue;
            };
            let id = &id[..end];
            let quote = at + begin.len() + end + 1;
            out.push_str(&html[copied..quote]);
            copied = quote;
            // Writing to a String cannot fail.
            let _ = write!(out, " style=\"--mark: --mark-{id}");
            if is_note {
                let _ = write!(
                    out,
                    "; --own: --note-{}; --above: --note-{notes}",
                    notes + 1
                );
                notes += 1;
            }
            out.push('"');
        }
    }
    out.push_str(&html[copied..]);
    Cow::Owned(out)
}

/// Whether a name of CSS may end on it.
fn is_ident(id: &str) -> bool {
    id.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::with_places;

    #[test]
    fn marks_and_notes_are_named() {
        let html = "<p>a<sup id=\"fnref:1\"><a href=\"#fn:1\">1</a></sup><sup id=\"fnref1:1\">1</sup></p>\
                    <div class=\"footnotes\" role=\"doc-endnotes\"><ol><li id=\"fn:1\">x</li><li id=\"fn:2-1\">y</li></ol></div>";
        let with = "<p>a<sup id=\"fnref:1\" style=\"--mark: --mark-1\"><a href=\"#fn:1\">1</a></sup><sup id=\"fnref1:1\">1</sup></p>\
                    <div class=\"footnotes sidenotes\" role=\"doc-endnotes\"><ol>\
                    <li id=\"fn:1\" style=\"--mark: --mark-1; --own: --note-1; --above: --note-0\">x</li>\
                    <li id=\"fn:2-1\" style=\"--mark: --mark-2-1; --own: --note-2; --above: --note-1\">y</li></ol></div>";
        assert_eq!(with_places(html), with);
    }

    #[test]
    fn an_article_without_notes_stays_as_it_is() {
        let html = "<p>&lt;sup id=\"fnref:1\"></p><sup id=\"fnref:1\">";
        assert_eq!(with_places(html), html);
        let odd = "<div class=\"footnotes\"><li id=\"fn:x;y\">";
        assert_eq!(
            with_places(odd),
            odd.replace("footnotes", "footnotes sidenotes")
        );
    }
}
