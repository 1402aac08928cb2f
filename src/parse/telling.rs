//! The words that tell texts apart: those that an article uses more than once.
//! Which of them are rare is known when all articles are.

use super::Body;
use super::html::{self, Piece, scan};
use crate::text::key;

/// Letters of a word; shorter ones are in every text.
const SHORTEST: usize = 5;

/// Hashes of the words of a body without code, in ascending order. Of Chinese,
/// Japanese and Korean it is pairs of characters.
pub fn telling(body: &Body) -> Vec<u32> {
    let mut all = Vec::new();
    scan(&body.html, |piece| {
        if let Piece::Text(text) = piece {
            each(text, |hash, _| all.push(hash));
        }
    });
    all.sort_unstable();
    let mut telling: Vec<u32> = all
        .chunk_by(|a, b| a == b)
        .filter(|same| same.len() > 1)
        .map(|same| same[0])
        .collect();
    telling.shrink_to_fit();
    telling
}

/// Gives each word of a text with its hash.
pub fn each<'t>(text: &'t str, mut give: impl FnMut(u32, &'t str)) {
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
            at += 1;
        }
        if bytes.get(at).is_some_and(|byte| !byte.is_ascii()) {
            let is_end = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
            let length = bytes[start..].iter().position(is_end);
            at = length.map_or(bytes.len(), |length| start + length);
            of_any_script(&text[start..at], &mut give);
            continue;
        }
        if at - start >= SHORTEST && !bytes[start].is_ascii_digit() {
            give(hash(&bytes[start..at]), &text[start..at]);
        }
        at += 1;
    }
}

fn of_any_script<'t>(text: &'t str, give: &mut impl FnMut(u32, &'t str)) {
    let mut lower = String::new();
    let (mut letters, mut start) = (0, 0);
    let mut before: Option<(usize, char)> = None;
    let mut word = |at: usize, lower: &mut String, letters: &mut usize, start: usize| {
        // What begins with a digit is a number.
        if *letters >= SHORTEST && !text.as_bytes()[start].is_ascii_digit() {
            give(hash(lower.as_bytes()), &text[start..at]);
        }
        lower.clear();
        *letters = 0;
    };
    for (at, c) in text.char_indices() {
        if !c.is_alphanumeric() {
            word(at, &mut lower, &mut letters, start);
            before = None;
            continue;
        }
        if html::is_cjk_char(c) {
            word(at, &mut lower, &mut letters, start);
            if let Some((from, first)) = before {
                lower.extend([first, c]);
                letters = SHORTEST;
                word(at + c.len_utf8(), &mut lower, &mut letters, from);
            }
            before = Some((at, c));
            continue;
        }
        before = None;
        if letters == 0 {
            start = at;
        }
        letters += 1;
        lower.push(c.to_lowercase().next().unwrap_or(c));
    }
    word(text.len(), &mut lower, &mut letters, start);
}

fn hash(lower: &[u8]) -> u32 {
    key::hash(key::key(lower) ^ lower.len() as u64) as u32
}

#[cfg(test)]
mod tests {
    use super::{each, telling};
    use crate::parse::Body;

    fn words(text: &str) -> Vec<&str> {
        let mut words = Vec::new();
        each(text, |_, word| words.push(word));
        words
    }

    #[test]
    fn words_are_long_enough_to_tell() {
        assert_eq!(words("The Größe, 12345th house's"), ["Größe", "house"]);
        assert_eq!(
            words("活字印刷 and kerning字"),
            ["活字", "字印", "印刷", "kerning"]
        );
    }

    #[test]
    fn those_used_once_tell_nothing() {
        let of = |html: &str| {
            let html = html.to_owned();
            telling(&Body {
                html,
                holes: Vec::new(),
            })
        };
        assert!(of("<p>kerning and ligature</p>").is_empty());
        let two = of("<p title=\"ligature\">Kerning, and ligature</p> kerning");
        assert_eq!(two.len(), 1);
        assert_eq!(two, of("<b>KERNING</b> kerning"));
    }
}
