//! Counting and quoting: Hugo's rules, of which some are odd but decide what
//! number stands on a page.

use super::scan::{Piece, name, scan};
use crate::parse::Digest;
use crate::text::decode_entities;
use std::borrow::Cow;

/// Minutes of reading: 212 words in one, or 500 of a CJK script.
pub fn minutes(words: usize, cjk: bool) -> usize {
    words.div_ceil(if cjk { 500 } else { 212 })
}

/// Whether a page is of a CJK script, going by its own Markdown: at least a
/// fifth of the letters are Han, Kana or Hangul.
pub fn is_cjk(markdown: &str) -> bool {
    if markdown.is_ascii() {
        return false;
    }
    let (mut letters, mut cjk) = (0_usize, 0_usize);
    for c in markdown.chars() {
        if is_cjk_char(c) {
            cjk += 1;
            letters += 1;
        } else if c.is_alphabetic() {
            letters += 1;
        }
    }
    cjk > 0 && cjk * 5 >= letters
}

fn is_cjk_char(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{2FDF}' | '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3038}'..='\u{303B}' | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}'
        | '\u{30FD}'..='\u{30FF}' | '\u{3131}'..='\u{318E}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{A960}'..='\u{A97C}' | '\u{AC00}'..='\u{D7A3}' | '\u{D7B0}'..='\u{D7FB}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9D}' | '\u{FFA0}'..='\u{FFDC}' | '\u{20000}'..='\u{323AF}')
}

/// Counts and quotes an article whose holes are filled. `more` is where its
/// summary ends, if it says so, `length` the words that the summary reaches if not.
pub fn digest(html: &str, more: Option<usize>, length: usize, cjk: bool) -> Digest {
    let cut = match more {
        Some(more) => more.min(html.len()),
        None => summary_end(html, length),
    };
    Digest {
        words: count(html, cjk),
        cjk,
        summary_text: plainify(html.get(..cut).unwrap_or(html)),
    }
}

/// HTML as plain text: tags gone, entities undone, whitespace collapsed.
pub fn plainify(html: &str) -> String {
    let mut reader = Reader {
        text: String::with_capacity(html.len()),
        ..Reader::default()
    };
    reader.read(html);
    reader.text.truncate(reader.text.trim_end().len());
    reader.text
}

/// The words of an article.
pub fn count(html: &str, cjk: bool) -> usize {
    let mut reader = Reader {
        cjk,
        counting: true,
        ..Reader::default()
    };
    reader.read(html);
    reader.words
}

#[derive(Default)]
struct Reader {
    cjk: bool,
    words: usize,
    /// Whether a word is being read.
    inside: bool,
    /// Of it: characters, and whether there is one that is not ASCII.
    runes: usize,
    foreign: bool,
    /// Words are counted, and no text is gathered.
    counting: bool,
    text: String,
    /// Whether the text being read holds entities.
    entities: bool,
    /// What is not read as text, though it may count as words: a note's mark.
    mute: bool,
}

impl Reader {
    fn read(&mut self, html: &str) {
        let mut hidden: Option<&str> = None;
        for piece in scan(html) {
            match piece {
                // A heading's link to itself is the theme's, not the article's.
                Piece::Tag(tag) if hidden.is_some() => {
                    if tag.starts_with("</") && hidden == Some(name(tag)) {
                        hidden = None;
                    }
                }
                Piece::Tag(tag) if tag.starts_with("<a hidden class=\"anchor\"") => {
                    hidden = Some("a")
                }
                Piece::Tag(tag) => self.tag(tag),
                Piece::Text(text) if hidden.is_none() => self.prose(text),
                Piece::Text(_) | Piece::Hidden(_) => {}
            }
        }
        self.end_word();
    }

    fn tag(&mut self, tag: &str) {
        if matches!(tag, "</p>" | "<br>" | "<br />") {
            self.end_word();
        }
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
        self.entities = memchr::memchr(b'&', bytes).is_some();
        let mut start = 0;
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if byte.is_ascii() {
                if !matches!(byte, b' ' | b'\t'..=b'\r') {
                    at += 1;
                    continue;
                }
                self.part(&text[start..at]);
                at += 1;
            } else {
                let c = text[at..].chars().next().unwrap_or('\u{FFFD}');
                if !c.is_whitespace() {
                    at += c.len_utf8();
                    continue;
                }
                self.part(&text[start..at]);
                at += c.len_utf8();
            }
            self.end_word();
            self.space();
            start = at;
        }
        self.part(&text[start..]);
    }

    /// A piece of a word.
    fn part(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.inside = true;
        if self.cjk {
            self.foreign |= !text.is_ascii();
            self.runes += text.chars().count();
        }
        if self.mute || self.counting {
            return;
        }
        match self.entities.then(|| decode_entities(text)) {
            Some(Cow::Owned(text)) => self.text.push_str(&text.replace('\u{A0}', " ")),
            _ => self.text.push_str(text),
        }
    }

    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    fn end_word(&mut self) {
        if self.inside {
            // In a page of a CJK script, a word that is not ASCII counts by its characters.
            self.words += if self.cjk && self.foreign {
                self.runes
            } else {
                1
            };
        }
        self.inside = false;
        self.foreign = false;
        self.runes = 0;
    }
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

/// The end of the first paragraph at which `length` words are reached. Hugo
/// counts here on the HTML itself, cut at its spaces, so an attribute may be a word.
fn summary_end(html: &str, length: usize) -> usize {
    const END: &str = "</p>";
    if length == 0 {
        return html.len();
    }
    let mut words = 0;
    let mut at = 0;
    while let Some(close) = memchr::memmem::find(&html.as_bytes()[at..], END.as_bytes()) {
        let paragraph = &html[at..at + close];
        let mut pieces = paragraph.split_whitespace().peekable();
        while let Some(piece) = pieces.next() {
            // Of the paragraph's last word, the last character is not looked at.
            let piece = match pieces.peek() {
                None if !paragraph.ends_with(char::is_whitespace) => {
                    let last = piece.chars().next_back().map_or(0, char::len_utf8);
                    &piece[..piece.len() - last]
                }
                _ => piece,
            };
            words += piece_words(piece);
            if words >= length {
                return at + close + END.len();
            }
        }
        // As Hugo goes on: with the `>` of the end tag.
        at += close + END.len() - 1;
    }
    html.len()
}

fn piece_words(piece: &str) -> usize {
    if piece.is_empty() || piece == ">" || is_tag_like(piece) {
        return 0;
    }
    let mut words = 0;
    let mut inside = false;
    for part in scan(piece) {
        let Piece::Text(text) = part else { continue };
        for c in text.chars() {
            if is_cjk_char(c) {
                words += 1;
                inside = false;
            } else if !inside {
                words += 1;
                inside = true;
            }
        }
    }
    words
}

/// `<em>`, `</b`, `class="`: no word of the reader's.
fn is_tag_like(piece: &str) -> bool {
    if let Some(rest) = piece.strip_prefix('<') {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let rest = rest.strip_suffix('>').unwrap_or(rest);
        if !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphabetic()) {
            return true;
        }
    }
    let letters = piece.bytes().take_while(u8::is_ascii_alphabetic).count();
    letters > 0
        && matches!(
            piece.as_bytes().get(letters..letters + 2),
            Some(b"=\"" | b"='")
        )
}
