//! Counting and quoting: Hugo's rules, of which some are odd but decide what
//! number stands on a page.

use super::plain::plainify;
use super::scan::{Piece, name, scan};
use super::space;
use crate::parse::Digest;

/// Minutes of reading: 212 words in one, or 500 of a CJK script.
pub fn minutes(words: usize, cjk: bool) -> usize {
    words.div_ceil(if cjk { 500 } else { 212 })
}

/// Whether a page is of a CJK script, going by its own Markdown: at least a
/// fifth of the letters are Han, Kana or Hangul.
pub fn is_cjk(markdown: &str) -> bool {
    // Nearly every text of another script has not one of them.
    if !has_cjk(markdown) {
        return false;
    }
    let (mut letters, mut cjk) = (0_usize, 0_usize);
    for c in markdown.chars() {
        if c.is_ascii() {
            letters += usize::from(c.is_ascii_alphabetic());
        } else if is_cjk_char(c) {
            cjk += 1;
            letters += 1;
        } else if c.is_alphabetic() {
            letters += 1;
        }
    }
    cjk * 5 >= letters
}

fn has_cjk(text: &str) -> bool {
    /// Looked at together, which the processor does at once.
    const CHUNK: usize = 64;
    // The first byte of U+1000; what is below has none of these scripts.
    let high = |byte: &u8| *byte >= 0xE1;
    text.as_bytes()
        .chunks(CHUNK)
        .enumerate()
        .any(|(index, chunk)| {
            chunk.iter().fold(false, |any, byte| any | high(byte))
                && (0..chunk.len()).filter(|at| high(&chunk[*at])).any(|at| {
                    // A byte as high begins a character.
                    let rest = &text[index * CHUNK + at..];
                    rest.chars().next().is_some_and(is_cjk_char)
                })
        })
}

pub fn is_cjk_char(c: char) -> bool {
    // Curly quotes and dashes are common, Hangul's old letters are not.
    if c < '\u{2E80}' {
        return matches!(c, '\u{1100}'..='\u{11FF}');
    }
    matches!(c,
        '\u{4E00}'..='\u{9FFF}' | '\u{2E80}'..='\u{2FDF}' | '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3038}'..='\u{303B}' | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}'
        | '\u{30FD}'..='\u{30FF}' | '\u{3131}'..='\u{318E}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{A960}'..='\u{A97C}' | '\u{AC00}'..='\u{D7A3}' | '\u{D7B0}'..='\u{D7FB}'
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
        // Of every page one is kept, so without the room that its tags took.
        summary_text: plainify(html.get(..cut).unwrap_or(html))
            .as_str()
            .to_owned(),
    }
}

/// The words of an article.
pub fn count(html: &str, cjk: bool) -> usize {
    let mut counter = Counter {
        cjk,
        slow: cjk || space::is_wide(html),
        ..Counter::default()
    };
    visible(html, |piece| match piece {
        // As bytes: a comparison of strings would be a call for each.
        Visible::Tag(tag) => {
            if matches!(tag.as_bytes(), b"</p>" | b"<br>" | b"<br />") {
                counter.end_word();
            }
        }
        Visible::Text(text) => counter.prose(text),
    });
    counter.end_word();
    counter.words
}

pub(super) enum Visible<'a> {
    Tag(&'a str),
    Text(&'a str),
}

/// Gives the tags and texts of which a reader sees something.
pub(super) fn visible<'a>(html: &'a str, mut give: impl FnMut(Visible<'a>)) {
    let mut hidden: Option<&str> = None;
    scan(html, |piece| {
        match piece {
            // A heading's link to itself is the theme's, not the article's.
            Piece::Tag(tag) if hidden.is_some() => {
                if tag.starts_with("</") && hidden == Some(name(tag)) {
                    hidden = None;
                }
            }
            Piece::Tag(tag) if tag.starts_with("<a hidden class=\"anchor\"") => {
                hidden = Some("a");
            }
            Piece::Tag(tag) => give(Visible::Tag(tag)),
            Piece::Text(text) if hidden.is_none() => give(Visible::Text(text)),
            Piece::Text(_) | Piece::Hidden(_) => {}
        }
    });
}

/// Counts words over texts that may each end within one.
#[derive(Default)]
struct Counter {
    cjk: bool,
    /// Each character has to be looked at.
    slow: bool,
    words: usize,
    /// Whether a word is being read.
    inside: bool,
    /// Of it: characters, and whether there is one that is not ASCII. Of a CJK page only.
    runes: usize,
    foreign: bool,
}

impl Counter {
    fn prose(&mut self, text: &str) {
        if self.slow {
            return self.runes(text);
        }
        let bytes = text.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
            return;
        };
        self.words += usize::from(self.inside && space::is(*first)) + ends(bytes);
        self.inside = !space::is(*last);
    }

    fn runes(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() {
                self.end_word();
            } else {
                self.inside = true;
                self.foreign |= !c.is_ascii();
                self.runes += 1;
            }
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

/// How often a word's last byte is followed by a space.
fn ends(bytes: &[u8]) -> usize {
    /// Counted in bytes, so that the processor looks at many at once.
    const CHUNK: usize = 64;
    let count = |pairs: &[u8; CHUNK + 1]| {
        let pairs = pairs.iter().zip(&pairs[1..]);
        let found = pairs.map(|(a, b)| u8::from(!space::is(*a) & space::is(*b)));
        usize::from(found.fold(0, u8::wrapping_add))
    };
    let mut ends = 0;
    let mut rest = bytes;
    while let Some(chunk) = rest.first_chunk() {
        ends += count(chunk);
        // The last byte is the first of the next pair.
        rest = &rest[CHUNK..];
    }
    // Most texts are shorter than a chunk: letters after them end no word.
    let mut last = [b'x'; CHUNK + 1];
    last[..rest.len()].copy_from_slice(rest);
    ends + count(&last)
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
        // Of the paragraph's last word, the last character is not looked at.
        let last = paragraph.chars().next_back().map_or(0, char::len_utf8);
        let paragraph = &paragraph[..paragraph.len() - last];
        for piece in pieces(paragraph) {
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

/// The parts of `text` between its whitespace.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let (end, length) = space::find(text.as_bytes(), at).unwrap_or((text.len(), 0));
            let piece = &text[at..end];
            at = end + length;
            if !piece.is_empty() {
                return Some(piece);
            }
        }
        None
    })
}

fn piece_words(piece: &str) -> usize {
    if piece == ">" || is_tag_like(piece) {
        return 0;
    }
    if piece.is_ascii() && !piece.contains('<') {
        return 1;
    }
    let mut words = 0;
    let mut inside = false;
    scan(piece, |part| {
        let Piece::Text(text) = part else { return };
        for c in text.chars() {
            if is_cjk_char(c) {
                words += 1;
                inside = false;
            } else if !inside {
                words += 1;
                inside = true;
            }
        }
    });
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
