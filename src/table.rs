//! Finds things by a text that they hold themselves: an index beside a vector,
//! which keeps no copies of the texts and never gives an order of its own.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::{BuildHasher, Hash};

/// Places of things in their vector, by keys that the vector's owner can tell.
#[derive(Debug, Default)]
pub struct Table {
    slots: HashTable<Slot>,
    hasher: DefaultHashBuilder,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u64,
    place: u32,
}

impl Table {
    pub fn with_capacity(things: usize) -> Table {
        Table {
            slots: HashTable::with_capacity(things),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The place entered under `key`; `is` says whether the thing at a place has that key.
    pub fn get(&self, key: impl Hash, is: impl Fn(usize) -> bool) -> Option<usize> {
        let hash = self.hasher.hash_one(key);
        let same = |slot: &Slot| slot.hash == hash && is(slot.place as usize);
        self.slots.find(hash, same).map(|slot| slot.place as usize)
    }

    /// Enters a place under `key`; gives the one that stood there before.
    pub fn put(
        &mut self,
        key: impl Hash,
        place: usize,
        is: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let hash = self.hasher.hash_one(key);
        let same = |slot: &Slot| slot.hash == hash && is(slot.place as usize);
        // Four thousand million things are no site.
        let place = place as u32;
        if let Some(slot) = self.slots.find_mut(hash, same) {
            return Some(std::mem::replace(&mut slot.place, place) as usize);
        }
        let slot = Slot { hash, place };
        self.slots.insert_unique(hash, slot, |slot| slot.hash);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn things_are_found_by_their_own_texts() {
        let names = ["a", "b", "c", "b"];
        let mut table = Table::with_capacity(1);
        let before: Vec<Option<usize>> = names
            .iter()
            .enumerate()
            .map(|(place, name)| table.put(name, place, |at| names[at] == *name))
            .collect();
        assert_eq!(before, [None, None, None, Some(1)]);
        let find = |name: &str| table.get(name, |at| names[at] == name);
        assert_eq!(
            ["a", "b", "c", "d"].map(find),
            [Some(0), Some(3), Some(2), None]
        );
    }
}
