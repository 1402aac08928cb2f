//! "Did you mean": the name that a misspelt one is near to.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A hostile name of a megabyte shall not cost a megabyte squared.
const LONGEST_WORD: usize = 100;
const LONGEST_CANDIDATE: usize = 200;

/// The candidate nearest to `word`, when it is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = Word::new(word)?;
    // Of equals the one that is cased alike, then the first in order: the
    // candidates may come out of a hash map.
    let ranks = candidates.filter_map(|candidate| {
        let near = candidate.len() <= LONGEST_CANDIDATE && word.may_be(&Shape::of(candidate));
        near.then(|| word.rank(candidate)).flatten()
    });
    ranks.min().map(|(_, _, candidate)| candidate)
}

/// Candidates that many words are compared with, such as all URLs of a site:
/// their shapes are known beforehand, and no word is looked for twice.
#[derive(Debug)]
pub struct Near {
    /// By length.
    candidates: Vec<(Shape, Box<str>)>,
    known: Mutex<HashMap<String, Option<usize>>>,
}

impl Near {
    pub fn new<'a>(candidates: impl Iterator<Item = &'a str>) -> Near {
        let mut candidates: Vec<(Shape, Box<str>)> = candidates
            .filter(|candidate| candidate.len() <= LONGEST_CANDIDATE)
            .map(|candidate| (Shape::of(candidate), Box::from(candidate)))
            .collect();
        candidates.sort_by_key(|(shape, _)| shape.length);
        Near {
            candidates,
            known: Mutex::default(),
        }
    }

    /// As [`nearest`].
    pub fn to(&self, word: &str) -> Option<String> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known().get(word).copied();
        let found = before.unwrap_or_else(|| {
            let found = self.look(word);
            known().insert(word.to_owned(), found);
            found
        });
        found.map(|place| self.candidates[place].1.to_string())
    }

    fn look(&self, word: &str) -> Option<usize> {
        let word = Word::new(word)?;
        let length = usize::from(word.shape.length);
        let below = |most: usize| {
            let shorter = |(shape, _): &(Shape, _)| usize::from(shape.length) < most;
            self.candidates.partition_point(shorter)
        };
        let (from, to) = (
            below(length.saturating_sub(word.most)),
            below(length + word.most + 1),
        );
        let ranks = (from..to).filter_map(|place| {
            let (shape, candidate) = &self.candidates[place];
            let near = word.may_be(shape).then(|| word.rank(candidate)).flatten();
            near.map(|rank| (rank, place))
        });
        ranks.min().map(|(_, place)| place)
    }
}

/// A word that something is to be near to.
struct Word<'w> {
    text: &'w str,
    lower: String,
    shape: Shape,
    /// So many edits away is near.
    most: usize,
}

impl<'w> Word<'w> {
    fn new(text: &'w str) -> Option<Word<'w>> {
        if text.is_empty() || text.len() > LONGEST_WORD {
            return None;
        }
        let lower = text.to_lowercase();
        let shape = Shape::of(&lower);
        Some(Word {
            text,
            most: (usize::from(shape.length) / 3).clamp(1, 4),
            lower,
            shape,
        })
    }

    /// Not for what is plainly too far away: an edit changes the length by one
    /// at most, and the count of two letters by one each. Measuring the
    /// distance to 10,000 URLs for every broken link took a third of a build.
    fn may_be(&self, candidate: &Shape) -> bool {
        let length = self.shape.length.abs_diff(candidate.length);
        usize::from(length) <= self.most && self.shape.differences(candidate) <= 2 * self.most
    }

    /// How near a candidate is, the nearer the less.
    fn rank<'c>(&self, candidate: &'c str) -> Option<(usize, usize, &'c str)> {
        if candidate == self.text {
            return None;
        }
        let distance = strsim::damerau_levenshtein(&self.lower, &candidate.to_lowercase());
        let cased = || strsim::damerau_levenshtein(self.text, candidate);
        (distance <= self.most).then(|| (distance, cased(), candidate))
    }
}

/// What is quickly compared of a word.
#[derive(Clone, Copy, Debug)]
struct Shape {
    /// In characters.
    length: u16,
    /// How often each ASCII letter and digit stands in it, case aside.
    letters: [u8; 36],
}

impl Shape {
    /// Of no more than some hundred bytes.
    fn of(word: &str) -> Shape {
        let mut letters = [0_u8; 36];
        for byte in word.bytes() {
            let letter = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'z' => byte - b'a' + 10,
                b'A'..=b'Z' => byte - b'A' + 10,
                _ => continue,
            };
            let count = &mut letters[usize::from(letter)];
            *count = count.saturating_add(1);
        }
        Shape {
            length: word.chars().count() as u16,
            letters,
        }
    }

    fn differences(&self, other: &Shape) -> usize {
        let pairs = self.letters.iter().zip(&other.letters);
        let sum: u16 = pairs.map(|(a, b)| u16::from(a.abs_diff(*b))).sum();
        usize::from(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::{Near, nearest};
    use proptest::prelude::*;

    #[test]
    fn a_misspelt_word_finds_its_neighbour() {
        let keys = ["title", "tags", "show_reading_time"];
        assert_eq!(
            nearest("show_raeding_time", keys.into_iter()),
            Some("show_reading_time")
        );
        assert_eq!(nearest("Titel", keys.into_iter()), Some("title"));
        assert_eq!(nearest("wholly", keys.into_iter()), None);
        assert_eq!(nearest("", keys.into_iter()), None);
    }

    proptest! {
        #[test]
        fn what_is_known_beforehand_gives_the_same(
            word in "[a-cA-Cé0]{0,12}",
            names in proptest::collection::vec("[a-cA-Cé0]{0,12}", 0..12),
        ) {
            let near = Near::new(names.iter().map(String::as_str));
            let expected = nearest(&word, names.iter().map(String::as_str));
            for _ in 0..2 {
                let found = near.to(&word);
                prop_assert_eq!(found.as_deref(), expected);
            }
        }
    }
}
