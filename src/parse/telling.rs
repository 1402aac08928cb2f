//! The words that tell texts apart: those that an article uses more than once.
//! Which of them are rare is known when all articles are.

use super::Body;
use super::html::{self, Piece, scan};

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
    /// FNV-1a.
    const BASIS: u32 = 0x811C_9DC5;
    const PRIME: u32 = 0x0100_0193;
    let add = |hash: u32, c: char| (hash ^ u32::from(c)).wrapping_mul(PRIME);
    let (mut hash, mut letters, mut start) = (BASIS, 0, 0);
    let mut before: Option<(usize, char)> = None;
    let mut word = |at: usize, hash: &mut u32, letters: &mut usize, start: usize| {
        // What begins with a digit is a number.
        if *letters >= SHORTEST && !text.as_bytes()[start].is_ascii_digit() {
            give(*hash, &text[start..at]);
        }
        (*hash, *letters) = (BASIS, 0);
    };
    for (at, c) in text.char_indices() {
        let is_word = match c.is_ascii() {
            true => c.is_ascii_alphanumeric(),
            false => c.is_alphanumeric(),
        };
        if !is_word {
            word(at, &mut hash, &mut letters, start);
            before = None;
            continue;
        }
        if !c.is_ascii() && html::is_cjk_char(c) {
            word(at, &mut hash, &mut letters, start);
            if let Some((from, first)) = before {
                let pair = add(add(BASIS, first), c);
                let (mut pair, mut enough) = (pair, SHORTEST);
                word(at + c.len_utf8(), &mut pair, &mut enough, from);
            }
            before = Some((at, c));
            continue;
        }
        before = None;
        if letters == 0 {
            start = at;
        }
        letters += 1;
        let lower = match c.is_ascii() {
            true => c.to_ascii_lowercase(),
            false => c.to_lowercase().next().unwrap_or(c),
        };
        hash = add(hash, lower);
    }
    word(text.len(), &mut hash, &mut letters, start);
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
