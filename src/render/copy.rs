//! The buttons that copy a block of code: put into a page's article, so that no
//! script runs to make them. Feeds and indices have the article without.

use crate::text;
use memchr::memmem;
use std::fmt::Write;

/// How the highlighter begins the code of a block, and what it ends with: see
/// `parse::highlight::html`. Within, every `<` of the code is escaped.
const BEGINS: &str = "<pre tabindex=\"0\" class=\"chroma\">";
const ENDS: &str = "</code></pre>";
/// What may stand between the code and the end of its block: nothing, or the table
/// that has line numbers in its first column.
const BLOCKS: [&str; 2] = ["", "</td></tr></table>\n</div>\n"];

/// The article with a button at the end of every block of code. `label` is on it,
/// `done` for a moment after it was used.
pub fn with_buttons(html: &str, label: &str, done: &str) -> String {
    let mut button = String::from("<button type=\"button\" class=\"copy\" data-done=\"");
    text::escape_attr(&mut button, done);
    button.push_str("\">");
    text::escape_html(&mut button, label);
    button.push_str("</button>");
    let mut out = String::with_capacity(html.len() + 16 * button.len());
    let mut copied = 0;
    let mut from = 0;
    while let Some(begin) = memmem::find(&html.as_bytes()[from..], BEGINS.as_bytes()) {
        let begin = from + begin + BEGINS.len();
        let Some(end) = memmem::find(&html.as_bytes()[begin..], ENDS.as_bytes()) else {
            break;
        };
        from = begin + end + ENDS.len();
        let rest = &html[from..];
        let block = BLOCKS.iter().find_map(|between| {
            let after = rest.strip_prefix(between)?;
            after.starts_with("</div>").then_some(between.len())
        });
        if let Some(length) = block {
            from += length;
            // Writing to a String cannot fail.
            let _ = write!(out, "{}{button}", &html[copied..from]);
            copied = from;
        }
    }
    out.push_str(&html[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::with_buttons;
    use crate::parse::highlight::{self, Defaults, LineNumbers, Options};

    fn block(numbers: LineNumbers) -> String {
        let defaults = Defaults {
            line_numbers: numbers,
            ..Defaults::default()
        };
        let mut html = String::new();
        let code = "<b>1</b></code></pre></div>\n2\n";
        highlight::highlight("", code, &Options::default(), &defaults, &mut html);
        html
    }

    #[test]
    fn every_block_of_the_highlighter_gets_one_button() {
        let button = "<button type=\"button\" class=\"copy\" data-done=\"Done &quot;!&quot;\">Copy &lt;</button></div>";
        for numbers in [LineNumbers::None, LineNumbers::Inline, LineNumbers::Table] {
            let page = format!("<p>a</p>{0}<p>b</p>{0}", block(numbers));
            let with = with_buttons(&page, "Copy <", "Done \"!\"");
            assert_eq!(with.matches(button).count(), 2, "{with}");
            let without = with.replace(button, "</div>");
            assert_eq!(without, page);
        }
    }

    #[test]
    fn what_authors_write_is_left_alone() {
        for page in [
            "<p>No code</p>",
            "<div><pre><code>x</code></pre></div>",
            "<pre tabindex=\"0\" class=\"chroma\"><code>no end",
            "<pre tabindex=\"0\" class=\"chroma\"><code>x</code></pre><p>",
        ] {
            assert_eq!(with_buttons(page, "Copy", "Copied"), page);
        }
    }
}
