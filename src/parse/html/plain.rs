//! HTML as plain text.

use super::scan::name;
use super::space;
use super::words::{Visible, visible};
use crate::text::decode_entities;
use std::borrow::Cow;

/// HTML as plain text: tags gone, entities undone, whitespace collapsed.
pub fn plainify(html: &str) -> String {
    let mut plain = Plain {
        out: String::with_capacity(html.len()),
        mute: false,
    };
    visible(html, |piece| match piece {
        Visible::Tag(tag) => plain.tag(tag),
        Visible::Text(text) => plain.prose(text),
    });
    plain.out.truncate(plain.out.trim_end().len());
    plain.out
}

struct Plain {
    out: String,
    /// Within what is not read as text, though it may count as words: a note's mark.
    mute: bool,
}

impl Plain {
    fn tag(&mut self, tag: &str) {
        if tag.starts_with("<sup id=\"fnref")
            || (tag.starts_with("<a ") && tag.contains("role=\"doc-backlink\""))
        {
            self.mute = true;
        } else if self.mute && matches!(tag, "</sup>" | "</a>") {
            // The mark is `<sup><a>1</a></sup>`: the first end will do.
            self.mute = false;
        }
        if is_block(name(tag)) {
            self.space();
        }
    }

    fn prose(&mut self, text: &str) {
        let bytes = text.as_bytes();
        if self.mute || memchr::memchr(b'&', bytes).is_some() {
            return self.words(text);
        }
        let mut start = 0;
        loop {
            while bytes.get(start) == Some(&b' ') {
                self.space();
                start += 1;
            }
            // One space between words stays as it is.
            let Some((space, length)) = space::find_odd(bytes, start) else {
                break;
            };
            self.out.push_str(&text[start..space]);
            self.space();
            start = space + length;
        }
        self.out.push_str(&text[start..]);
    }

    /// Word by word: what an entity stands for does not collapse.
    fn words(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while let Some((space, length)) = space::find(bytes, start) {
            self.part(&text[start..space]);
            self.space();
            start = space + length;
        }
        self.part(&text[start..]);
    }

    fn part(&mut self, text: &str) {
        if self.mute {
            return;
        }
        match decode_entities(text) {
            Cow::Owned(text) => self.out.push_str(&text.replace('\u{A0}', " ")),
            Cow::Borrowed(text) => self.out.push_str(text),
        }
    }

    fn space(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }
}

/// Whether no sentence goes on over this tag.
pub fn ends_sentence(tag: &str) -> bool {
    let name = name(tag);
    name != "br" && (is_block(name) || matches!(name, "aside" | "header" | "footer" | "main"))
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "li"
            | "ul"
            | "ol"
            | "br"
            | "hr"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "table"
            | "tr"
            | "td"
            | "th"
            | "pre"
            | "blockquote"
            | "section"
            | "article"
            | "figure"
            | "figcaption"
            | "details"
            | "summary"
            | "dl"
            | "dt"
            | "dd"
            | "video"
            | "audio"
            | "iframe"
    )
}
