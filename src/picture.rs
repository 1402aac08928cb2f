//! The pictures among a site's files: how large each is, and what else its header
//! says. Headers are read when somebody asks, once in a build.
//!
//! Takes paths from the site's root. Does not know which page shows what.

pub mod copies;
#[cfg(feature = "webp")]
mod encoder;
mod header;
mod svg;

pub use header::{Facts, Fault, Format};

use crate::hash::{Hash, Hasher};
use crate::source::{self, Stamp};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

/// Every file of a site that is a picture by its name.
#[derive(Debug, Default)]
pub struct Pictures {
    root: PathBuf,
    /// How each looks from outside; none where it is too young to be told from a later edit.
    stamps: HashMap<Arc<str>, Option<Stamp>>,
    read: RwLock<HashMap<Arc<str>, Result<Facts, Fault>>>,
}

impl Pictures {
    /// Of those among `files` whose names are pictures'.
    pub fn new<'f>(
        root: PathBuf,
        files: impl Iterator<Item = (&'f Arc<str>, Option<&'f Stamp>)>,
    ) -> Pictures {
        Pictures {
            root,
            stamps: files
                .filter(|(path, _)| Format::of_name(path).is_some())
                .map(|(path, stamp)| (path.clone(), stamp.copied()))
                .collect(),
            read: RwLock::default(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.stamps.is_empty()
    }

    /// What the header of a file says; `None` where it is no picture by its name.
    pub fn facts(&self, path: &Arc<str>) -> Option<Result<Facts, Fault>> {
        if !self.stamps.contains_key(path) {
            return None;
        }
        let known = self.read.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(facts) = known.get(path) {
            return Some(facts.clone());
        }
        drop(known);
        let facts = match source::begin(&self.root.join(&**path), header::HEAD) {
            Ok(file) => header::read(file),
            Err(error) => Err(Fault::Unreadable(source::reason(&error))),
        };
        let mut known = self.read.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.clone(), facts.clone());
        Some(facts)
    }

    /// Of a file as it looks from outside: another for any other picture.
    pub fn print(&self, path: &str) -> Hash {
        match self.stamps.get(path) {
            Some(Some(stamp)) => stamp.0,
            // Like nothing before or after.
            Some(None) => Hasher::new().debug(&std::time::SystemTime::now()).finish(),
            None => Hash::default(),
        }
    }

    /// Of several together, in their order.
    pub fn print_of<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Hash {
        let mut hasher = Hasher::new();
        for path in paths {
            hasher.str(path).hash(self.print(path));
        }
        hasher.finish()
    }
}
