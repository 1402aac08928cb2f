//! Terms by numbers: what stands in most articles is written down once.

use hashbrown::HashTable;

/// Terms by numbers in the order in which they came, and the other way round.
#[derive(Default)]
pub struct Terms {
    table: HashTable<u32>,
    letters: String,
    ends: Vec<u32>,
    /// Short words that were asked for lately, each where its hash says: nearly all that are
    /// asked for, and found without a look at the table.
    lately: Vec<Short>,
}

/// A term of up to eight bytes.
#[derive(Clone, Copy, Default)]
struct Short {
    /// 0 for none.
    length: u32,
    number: u32,
    letters: u64,
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
        let Some(letters) = short(term.as_bytes()) else {
            return self.find(term);
        };
        if self.lately.is_empty() {
            self.lately = vec![Short::default(); 1 << LATELY];
        }
        let length = term.len() as u32;
        let place = (letters.wrapping_mul(ODD) >> (64 - LATELY)) as usize;
        let lately = self.lately[place];
        if (lately.letters, lately.length) == (letters, length) {
            return lately.number;
        }
        let number = self.find(term);
        self.lately[place] = Short {
            length,
            number,
            letters,
        };
        number
    }

    fn find(&mut self, term: &str) -> u32 {
        let (letters, ends) = (&self.letters, &self.ends);
        let hash = hash(term.as_bytes());
        let is = |number: &u32| slice(letters, ends, *number) == term;
        if let Some(number) = self.table.find(hash, is) {
            return *number;
        }
        let number = self.ends.len() as u32;
        self.letters.push_str(term);
        self.ends.push(self.letters.len() as u32);
        let (letters, ends) = (&self.letters, &self.ends);
        let again = |number: &u32| self::hash(slice(letters, ends, *number).as_bytes());
        self.table.insert_unique(hash, number, again);
        number
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

/// Two terms of one length have the same when they are the same.
fn short(bytes: &[u8]) -> Option<u64> {
    let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let at = |at: usize| u64::from(bytes[at]);
    match (bytes.len(), bytes.first_chunk(), bytes.last_chunk()) {
        (4..=8, Some(first), Some(last)) => Some(four(first) << 32 | four(last)),
        (1..=3, ..) => {
            let (middle, last) = (bytes.len() / 2, bytes.len() - 1);
            Some(at(0) << 16 | at(middle) << 8 | at(last))
        }
        _ => None,
    }
}

const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

/// In one or two steps, as most words are of a few letters.
fn hash(bytes: &[u8]) -> u64 {
    let mix = |a: u64, b: u64| {
        let product = u128::from(a ^ ODD) * u128::from(b ^ 0xD6E8_FEB8_6659_FD93);
        product as u64 ^ (product >> 64) as u64
    };
    let length = bytes.len() as u64;
    if let Some(letters) = short(bytes) {
        return mix(letters, length);
    }
    let mut state = length;
    let mut rest = bytes;
    while let Some((chunk, after)) = rest.split_first_chunk() {
        state = mix(state, u64::from_le_bytes(*chunk));
        rest = after;
    }
    // The end again, with what was left over.
    match bytes.last_chunk() {
        Some(last) => mix(state, u64::from_le_bytes(*last)),
        None => state,
    }
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
