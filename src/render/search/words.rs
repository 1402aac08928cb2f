//! The words of one article: which terms stand in it and how often. Made of its
//! text alone, and kept by the cache, so that the index is merged from these
//! records and an edit reads one text again.
//!
//! ```text
//! record   terms in the text · entry*
//! entry    (times × 2 + 1 where it stands in a heading) · bytes of the term · term
//! ```
//!
//! All numbers are LEB128 varints, and entries stand in the order of the text.

use super::terms::Terms;
use crate::hash::Hash;
use crate::text;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// More occurrences say no more about a text.
const MOST: u32 = 1 << 16;

/// What is known of a term in the article at hand.
#[derive(Clone, Copy, Default)]
pub struct Seen {
    /// In the text; 0 where it stands in a heading that is no part of it.
    pub times: u32,
    pub in_heading: bool,
    /// For whoever weighs the terms besides.
    pub weight: u16,
    is_here: bool,
}

/// The words of one article after another.
#[derive(Default)]
pub struct Counter {
    pub terms: Terms,
    /// Of each term; of those that are not in the article at hand, nothing.
    seen: Vec<Seen>,
    /// Terms of the article at hand.
    here: Vec<u32>,
    /// Terms in its text, each as often as it stands there.
    pub length: u32,
}

impl Counter {
    /// Counts an article: its text as it reads, and that of each heading in it.
    pub fn count<'h>(&mut self, plain: &str, headings: impl Iterator<Item = &'h str>) {
        let mut length: u32 = 0;
        text::terms(plain, |term| {
            length = length.saturating_add(1);
            let seen = self.see(term);
            seen.times = (seen.times + 1).min(MOST);
        });
        for heading in headings {
            text::terms(heading, |term| self.see(term).in_heading = true);
        }
        self.length = length;
    }

    /// The same of an article that was counted before.
    pub fn recall(&mut self, record: &[u8]) {
        let (length, words) = read(record);
        for word in words {
            let seen = self.see(word.term);
            (seen.times, seen.in_heading) = (word.times, word.in_heading);
        }
        self.length = length;
    }

    /// What is known of a term, which is in the article from now on.
    pub fn see(&mut self, term: &str) -> &mut Seen {
        let number = self.terms.number(term);
        if self.seen.len() <= number as usize {
            self.seen.push(Seen::default());
        }
        let seen = &mut self.seen[number as usize];
        if !seen.is_here {
            seen.is_here = true;
            self.here.push(number);
        }
        seen
    }

    /// The record of the article that was counted.
    pub fn record(&self) -> Vec<u8> {
        let mut record = Vec::with_capacity(self.here.len() * 10 + 4);
        put(&mut record, self.length);
        for number in &self.here {
            let seen = &self.seen[*number as usize];
            let term = self.terms.get(*number);
            put(&mut record, seen.times << 1 | u32::from(seen.in_heading));
            put(&mut record, term.len() as u32);
            record.extend_from_slice(term.as_bytes());
        }
        record
    }

    /// Hands over all terms of the article at hand, which is done with.
    pub fn take(&mut self, mut each: impl FnMut(u32, Seen)) {
        for number in self.here.drain(..) {
            each(number, std::mem::take(&mut self.seen[number as usize]));
        }
        self.length = 0;
    }
}

/// One term of a record.
#[derive(Debug, PartialEq)]
pub struct Word<'r> {
    pub term: &'r str,
    /// In the text; 0 where it stands in a heading that is no part of it.
    pub times: u32,
    pub in_heading: bool,
}

/// Reads a record: how many terms the text has, and each of them.
pub fn read(record: &[u8]) -> (u32, impl Iterator<Item = Word<'_>>) {
    let mut rest = record;
    let length = take(&mut rest).unwrap_or_default();
    let words = std::iter::from_fn(move || {
        let times = take(&mut rest)?;
        let length = take(&mut rest)? as usize;
        let (term, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(Word {
            term: std::str::from_utf8(term).ok()?,
            times: times >> 1,
            in_heading: times & 1 == 1,
        })
    });
    (length, words)
}

/// Appends a number, seven bits a byte, the lowest first.
pub fn put(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the beginning.
pub fn take(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Records that a preview holds from one version of its site to the next, by the keys
/// of their articles: what the cache is given is there in the next process only.
#[derive(Default)]
pub struct Held(Mutex<HashMap<Hash, Arc<[u8]>>>);

impl Held {
    pub fn get(&self, key: Hash) -> Option<Arc<[u8]>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&key).cloned()
    }

    pub fn put(&self, key: Hash, record: Arc<[u8]>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(key, record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(plain: &str, headings: &[&str]) -> (u32, Vec<(String, u32, bool)>) {
        let mut counter = Counter::default();
        counter.count("before", ["before"].into_iter());
        counter.take(|_, _| {});
        // Nothing of the article before is left.
        counter.count(plain, headings.iter().copied());
        let record = counter.record();
        let (length, words) = read(&record);
        let words = words.map(|word| (word.term.to_owned(), word.times, word.in_heading));
        (length, words.collect())
    }

    #[test]
    fn a_record_says_how_often_and_where() {
        assert_eq!(
            words("Tide and tide, Ebb", &["Ebb", "Neap"]),
            (
                4,
                vec![
                    ("tide".to_owned(), 2, false),
                    ("and".to_owned(), 1, false),
                    ("ebb".to_owned(), 1, true),
                    ("neap".to_owned(), 0, true),
                ]
            )
        );
        assert_eq!(words("", &[]), (0, Vec::new()));
    }

    #[test]
    fn what_was_counted_once_is_recalled() {
        let mut counter = Counter::default();
        counter.count("Tide and tide, Ebb", ["Ebb", "Neap"].into_iter());
        let record = counter.record();
        let mut other = Counter::default();
        other.count("quite another", ["article"].into_iter());
        other.take(|_, _| {});
        other.recall(&record);
        assert_eq!(other.record(), record);
    }

    proptest! {
        #[test]
        fn a_number_is_read_as_it_was_written(number in any::<u32>()) {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            let mut rest = bytes.as_slice();
            prop_assert_eq!(take(&mut rest), Some(number));
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn whatever_bytes_are_read_end(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            read(&bytes).1.for_each(drop);
        }
    }
}
