//! What a commit would do to the output, without doing it: how `longhand deploy`
//! sees whether the output is what the site gives now.

use std::sync::atomic::Ordering;

use super::disk::Faults;
use super::{Before, Emitter};

/// Paths in byte order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub new: Vec<String>,
    pub changed: Vec<String>,
    /// What the site no longer makes.
    pub removed: Vec<String>,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// All paths, those that are there no more last.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let all = self.changed.iter().chain(&self.new).chain(&self.removed);
        all.map(String::as_str)
    }
}

impl<F: Faults> Emitter<F> {
    /// Compares what was written, copied and kept with the output, which stays
    /// as it is: staging is undone.
    pub fn difference(mut self) -> Difference {
        let mut difference = Difference::default();
        let made = self.made.take();
        for one in made.iter().filter(|one| one.staged.is_some()) {
            let list = match one.before {
                Before::Nothing => &mut difference.new,
                _ => &mut difference.changed,
            };
            list.push(one.path.clone());
        }
        let mut made: Vec<&str> = made.iter().map(|one| one.path.as_str()).collect();
        made.sort_unstable();
        let before = self.previous.files.iter().zip(&self.kept);
        let gone = before.filter(|(entry, kept)| {
            !kept.load(Ordering::Relaxed) && made.binary_search(&entry.path.as_str()).is_err()
        });
        difference.removed = gone.map(|(entry, _)| entry.path.clone()).collect();
        difference.new.sort_unstable();
        difference.changed.sort_unstable();
        difference
    }
}
