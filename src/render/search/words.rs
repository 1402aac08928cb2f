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

use crate::hash::Hash;
use crate::text;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

/// More occurrences say no more about a text.
const MOST: u32 = 1 << 16;

/// What is looked at of each term.
#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    length: u32,
    times: u32,
    in_heading: bool,
}

/// Counts the terms of one article after another.
#[derive(Default)]
pub struct Counter {
    places: HashTable<u32>,
    entries: Vec<Entry>,
    letters: String,
    hasher: DefaultHashBuilder,
}

impl Counter {
    /// The record of an article: its text as it reads, and that of each heading in it.
    pub fn record<'h>(&mut self, plain: &str, headings: impl Iterator<Item = &'h str>) -> Vec<u8> {
        self.places.clear();
        self.entries.clear();
        self.letters.clear();
        let mut length: u32 = 0;
        text::terms(plain, |term| {
            length = length.saturating_add(1);
            let entry = self.entry(term);
            entry.times = (entry.times + 1).min(MOST);
        });
        for heading in headings {
            text::terms(heading, |term| self.entry(term).in_heading = true);
        }
        let mut record = Vec::with_capacity(self.letters.len() + self.entries.len() * 2 + 4);
        put(&mut record, length);
        for entry in &self.entries {
            let start = entry.start as usize;
            put(&mut record, entry.times << 1 | u32::from(entry.in_heading));
            put(&mut record, entry.length);
            let term = &self.letters[start..start + entry.length as usize];
            record.extend_from_slice(term.as_bytes());
        }
        record
    }

    fn entry(&mut self, term: &str) -> &mut Entry {
        let (entries, letters, hasher) = (&mut self.entries, &mut self.letters, &self.hasher);
        let text = |letters: &str, entry: &Entry| {
            let start = entry.start as usize;
            hasher.hash_one(&letters[start..start + entry.length as usize])
        };
        let is = |place: &u32| {
            let entry = &entries[*place as usize];
            let start = entry.start as usize;
            &letters[start..start + entry.length as usize] == term
        };
        let hash = hasher.hash_one(term);
        if let Some(place) = self.places.find(hash, is) {
            return &mut entries[*place as usize];
        }
        let place = entries.len();
        let entry = Entry {
            start: letters.len() as u32,
            length: term.len() as u32,
            times: 0,
            in_heading: false,
        };
        letters.push_str(term);
        entries.push(entry);
        let again = |place: &u32| text(letters, &entries[*place as usize]);
        self.places.insert_unique(hash, place as u32, again);
        &mut entries[place]
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
        // Nothing of the article before is left.
        counter.record("before", ["before"].into_iter());
        let record = counter.record(plain, headings.iter().copied());
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
