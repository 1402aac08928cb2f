//! Terms by numbers: what stands in most articles is written down once.

use crate::text::key::{ODD, SHORT, hash, key};
use hashbrown::HashTable;

/// Terms by numbers in the order in which they came, and the other way round.
#[derive(Default)]
pub struct Terms {
    table: HashTable<Known>,
    letters: String,
    ends: Vec<u32>,
    /// What was asked for lately, each where its key says: nearly all that is asked for,
    /// and found without a look at the table.
    lately: Vec<Known>,
}

/// A term by a key that all others of its length differ in while it has no more than
/// [`SHORT`] bytes, and most others when it has.
#[derive(Clone, Copy, Default)]
struct Known {
    key: u64,
    /// And one more, so that 0 is none.
    length: u32,
    number: u32,
}

/// In bits, and in bytes what the nearest cache of a processor holds about half of.
const LATELY: u32 = 11;

impl Terms {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, number: u32) -> &str {
        slice(&self.letters, &self.ends, number)
    }

    /// The number of a term, which is the next one when it is new.
    pub fn number(&mut self, term: &str) -> u32 {
        if self.lately.is_empty() {
            self.lately = vec![Known::default(); 1 << LATELY];
        }
        let key = key(term.as_bytes());
        let place = (key.wrapping_mul(ODD) >> (64 - LATELY)) as usize;
        let lately = self.lately[place];
        if self.is(&lately, key, term) {
            return lately.number;
        }
        let found = self.find(key, term);
        self.lately[place] = found;
        found.number
    }

    fn is(&self, known: &Known, key: u64, term: &str) -> bool {
        known.key == key
            && known.length as usize == term.len() + 1
            && (term.len() <= SHORT || self.get(known.number) == term)
    }

    fn find(&mut self, key: u64, term: &str) -> Known {
        let at = hash(key);
        if let Some(found) = self.table.find(at, |known| self.is(known, key, term)) {
            return *found;
        }
        let new = Known {
            key,
            length: term.len() as u32 + 1,
            number: self.ends.len() as u32,
        };
        self.letters.push_str(term);
        self.ends.push(self.letters.len() as u32);
        self.table.insert_unique(at, new, |known| hash(known.key));
        new
    }
}

fn slice<'t>(letters: &'t str, ends: &[u32], number: u32) -> &'t str {
    let number = number as usize;
    let start = match number.checked_sub(1) {
        Some(before) => ends[before] as usize,
        None => 0,
    };
    &letters[start..ends[number] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_term_keeps_its_number(words in prop::collection::vec("[ab]{0,4}|[ab]{5,20}|[一二]{0,9}", 0..60)) {
            let mut terms = Terms::default();
            let mut known: Vec<String> = Vec::new();
            for word in words {
                let number = terms.number(&word) as usize;
                if number == known.len() {
                    prop_assert!(!known.contains(&word));
                    known.push(word.clone());
                }
                prop_assert_eq!(&known[number], &word);
            }
            for (number, word) in known.iter().enumerate() {
                prop_assert_eq!(terms.get(number as u32), word);
            }
        }
    }
}
