//! What WordPress makes of a classic text when it shows it: blank lines are paragraphs, and
//! line ends are breaks, as `wpautop` of `wp-includes/formatting.php` does.

/// Elements that stand between paragraphs.
const BLOCKS: [&str; 46] = [
    "table",
    "thead",
    "tfoot",
    "caption",
    "col",
    "colgroup",
    "tbody",
    "tr",
    "td",
    "th",
    "div",
    "dl",
    "dd",
    "dt",
    "ul",
    "ol",
    "li",
    "pre",
    "form",
    "map",
    "area",
    "blockquote",
    "address",
    "style",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "fieldset",
    "legend",
    "section",
    "article",
    "aside",
    "header",
    "footer",
    "nav",
    "figure",
    "figcaption",
    "details",
    "menu",
    "summary",
    "script",
];

/// Elements whose text is no paragraph while it is in one piece.
const LINES: [&str; 15] = [
    "li",
    "td",
    "th",
    "dt",
    "dd",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "figcaption",
    "caption",
    "summary",
];

/// Elements that are taken as they stand.
const VERBATIM: [&str; 5] = ["pre", "script", "style", "textarea", "svg"];

/// The text with its paragraphs as HTML.
pub fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut page = Page {
        out: String::with_capacity(text.len() + 64),
        run: String::new(),
        open: Vec::new(),
    };
    let mut at = 0;
    while let Some(open) = text[at..].find('<').map(|found| at + found) {
        page.run.push_str(&text[at..open]);
        let Some(tag) = tag(&text[open..]) else {
            page.run.push('<');
            at = open + 1;
            continue;
        };
        at = open + tag.length;
        if !tag.closing && VERBATIM.contains(&tag.name.as_str()) {
            let end = format!("</{}>", tag.name);
            let inner = text[at..].find(&end);
            at = inner.map_or(text.len(), |inner| at + inner + end.len());
            page.block(&text[open..at]);
        } else if BLOCKS.contains(&tag.name.as_str()) {
            page.block(&text[open..open + tag.length]);
            page.step(tag);
        } else {
            page.run.push_str(&text[open..at]);
        }
    }
    page.run.push_str(&text[at..]);
    page.flush();
    page.out
}

struct Page {
    out: String,
    /// What is not yet in a paragraph.
    run: String,
    open: Vec<String>,
}

impl Page {
    fn block(&mut self, html: &str) {
        self.flush();
        self.out.push_str(html);
        self.out.push('\n');
    }

    fn step(&mut self, tag: Tag) {
        if matches!(tag.name.as_str(), "hr" | "col" | "area") {
            return;
        }
        if !tag.closing {
            self.open.push(tag.name);
        } else if let Some(at) = self.open.iter().rposition(|name| *name == tag.name) {
            self.open.truncate(at);
        }
    }

    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        let lines: Vec<&str> = run.trim().lines().map(str::trim_end).collect();
        let parts = lines.split(|line| line.trim().is_empty());
        let parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(broken).collect();
        let in_line = self
            .open
            .last()
            .is_some_and(|name| LINES.contains(&name.as_str()));
        match parts.as_slice() {
            [only] if in_line => self.out.push_str(only),
            parts => {
                for part in parts {
                    self.out.push_str(&format!("<p>{part}</p>\n"));
                }
            }
        }
    }
}

/// Lines with a break at each end that has none.
fn broken(lines: &[&str]) -> String {
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at > 0 && !out.ends_with("<br>") && !out.ends_with("<br/>") && !out.ends_with("<br />") {
            out.push_str("<br>");
        }
        if at > 0 {
            out.push('\n');
        }
        out.push_str(line);
    }
    out
}

struct Tag {
    name: String,
    closing: bool,
    length: usize,
}

/// The tag that a text begins with; none where it is no tag.
fn tag(text: &str) -> Option<Tag> {
    let closing = text.starts_with("</");
    let name_at = 1 + usize::from(closing);
    let name = text[name_at..]
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(name_at + name.len()) {
        match (quote, byte) {
            (None, b'>') => {
                return Some(Tag {
                    name: name.to_ascii_lowercase(),
                    closing,
                    length: at + 1,
                });
            }
            // No tag has another in it, outside of quotes.
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[test]
    fn blank_lines_are_paragraphs() {
        for (text, expected) in [
            ("a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>\n"),
            ("a\r\n \r\nb", "<p>a</p>\n<p>b</p>\n"),
            ("a<br />\nb", "<p>a<br />\nb</p>\n"),
            (
                "a\n<ul>\n<li>b</li>\n</ul>\nc",
                "<p>a</p>\n<ul>\n<li>\nb</li>\n</ul>\n<p>c</p>\n",
            ),
            ("<pre>a\n\nb</pre>", "<pre>a\n\nb</pre>\n"),
            ("<div>a\n\nb</div>", "<div>\n<p>a</p>\n<p>b</p>\n</div>\n"),
            ("a < b", "<p>a < b</p>\n"),
            ("<a title=\">\n\n\">b</a>", "<p><a title=\">"),
        ] {
            let found = paragraphs(text);
            assert!(found.starts_with(expected), "{text}: {found}");
        }
    }
}
