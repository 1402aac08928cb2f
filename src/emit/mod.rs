//! How a finished site reaches the disk.
//!
//! Takes names and bytes, in any order and from any thread; gives an output
//! folder that holds them and nothing else of ours. Does *not* render, know
//! pages, or decide who may claim a name.
//!
//! ```text
//! prepare ─► write, copy, keep (parallel) ─► commit ─► Summary
//! refuse, lock, mend   compare, stage        switch    └ or drop: all undone
//! ```
//!
//! # The protocol
//!
//! Until `commit` the output is only looked at. What `commit` does depends on
//! whether it was there:
//!
//! **A fresh output** is built whole in `.NAME.longhand/site` beside it, the
//! manifest in it, and put in its place by one rename. Before: nothing.
//! After: the new site. An empty folder is an output that exists: its mode,
//! its owner, or a server that stands in it, are somebody's wish.
//!
//! **Over an output that exists**, with the changed files in `new/`:
//!
//! 1. write `manifest` (the new one), then `journal` (every step to come);
//! 2. take the steps: a replaced file is linked into `old/`, then the new one
//!    is renamed over it; new ones are renamed into place; those no longer
//!    made are renamed into `old/`;
//! 3. rename `manifest` to the output's `.longhand.json`: **this is the
//!    switch**;
//! 4. remove emptied folders, `journal`, `old/`.
//!
//! Whoever finds a work folder under the lock knows what to do:
//!
//! | found | state | what is done |
//! |---|---|---|
//! | no `journal` | nothing was touched | remove the work folder |
//! | `journal` and `manifest` | between 1 and 3 | undo the steps, the last first |
//! | `journal`, no `manifest` | after 3 | do 4 |
//!
//! An error or Ctrl-C between 1 and 3 undoes in the same way, at once. Undoing
//! (rather than finishing) is what is left when the device is full, and it
//! needs old bytes only, which have long been on the medium.
//!
//! # Power loss
//!
//! A file is surely whole if its bytes are on the medium before its name is
//! in the output. The journal and the manifest always are, and so the old
//! site can always be put back. Of a change of up to [`FLUSHED`] files, which
//! is what an edit makes, each file is flushed before the first rename, at
//! some 0.3 ms a file.
//!
//! A change of more files leaves the flushing to the system, which does it
//! within half a minute. One by one, 14,000 files take seconds; a `syncfs`
//! took 0.2 s on an idle disk, but it waits for everybody's bytes, and took
//! 35 s beside a compiler, where nothing can interrupt it. Should the power
//! fail in that half minute, files may be found cut short; the next build
//! sees that by their sizes, and writes them again.
//!
//! The order of names among themselves is kept by the file system's own
//! journal, in all that are in use.

mod commit;
mod difference;
mod disk;
mod error;
mod journal;
mod manifest;
pub mod name;
mod place;
mod plan;
mod prepare;
mod stage;
mod work;

use crate::hash::Hash;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use disk::{Base, Disk};
use manifest::Places;
use stage::{Lone, Shelves};
use work::Work;

pub use difference::Difference;
pub use disk::{Faults, NoFaults, Operation};
pub use error::{EmitError, Kind, Result};
pub use manifest::{Entry, Manifest, read as read_manifest};
pub use name::MANIFEST;
pub use place::may_write;
pub use prepare::{prepare, prepare_with};

/// A change of up to so many files is flushed to the medium.
pub const FLUSHED: usize = 64;

/// Which folder to write, and what to keep away from.
#[derive(Clone, Debug)]
pub struct Target {
    pub out: PathBuf,
    /// The site's own folder: neither it nor what it lies in may be `out`.
    pub root: PathBuf,
    /// Folders the site is made from (they need not exist): `out` may be
    /// neither in one nor around it. `.git` of the root is always one.
    pub forbidden: Vec<PathBuf>,
    /// May not be `out` either.
    pub home: Option<PathBuf>,
    /// Take over a folder that we did not make. Its files stay, but for
    /// those where the site has one.
    pub adopt: bool,
    /// Believe no file of the output by its looks: read it.
    pub verify: bool,
    /// How long to wait for another build of the same output.
    pub lock_wait: Duration,
    /// Set (by Ctrl-C) to stop between two files.
    pub cancel: Arc<AtomicBool>,
}

impl Target {
    pub fn new(out: impl Into<PathBuf>, root: impl Into<PathBuf>) -> Target {
        Target {
            out: out.into(),
            root: root.into(),
            forbidden: Vec::new(),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            adopt: false,
            verify: false,
            lock_wait: Duration::from_secs(10),
            cancel: Arc::default(),
        }
    }
}

/// What a commit did. The manifest is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that are new or have other bytes than before.
    pub written: usize,
    pub unchanged: usize,
    pub removed: usize,
    /// Of the files written.
    pub bytes: u64,
}

/// An output being built. Dropped without [`Emitter::commit`], it leaves no
/// trace.
pub struct Emitter<F: Faults = NoFaults> {
    disk: Disk<F>,
    /// The output as the person named it, for messages.
    shown: PathBuf,
    /// The same without links.
    out: PathBuf,
    base: OnceLock<Base>,
    adopt: bool,
    verify: bool,
    cancel: Arc<AtomicBool>,
    work: Work,
    /// Folders around the output that had to be made, the innermost first.
    around: Vec<PathBuf>,
    fresh: bool,
    previous: Manifest,
    places: OnceLock<Places>,
    /// Of each file of `previous`, whether it stays as it is.
    kept: Vec<AtomicBool>,
    /// Where files are staged: `site/` or `new/`.
    staging: PathBuf,
    /// Whether the umask takes bits from folders that they should have.
    umask_bites: bool,
    /// Folders that are made with the one file in them.
    lone: OnceLock<Lone>,
    /// What is not kept.
    made: Shelves,
    next: AtomicU32,
    /// The work folder holds what the next build needs to mend the output.
    broken: bool,
}

/// One output of this build that is not just as the last one left it.
struct Made {
    path: String,
    size: u64,
    hash: Hash,
    mtime: i64,
    source: Option<Hash>,
    /// Its number in `new/`; `None` if the file in the output is right as it is.
    staged: Option<u32>,
    before: Before,
}

/// What stood in the output where a file is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Nothing,
    Ours,
    Foreign,
    Folder,
    Link,
    Other,
}

impl<F: Faults> Emitter<F> {
    /// What the last build made.
    pub fn previous(&self) -> &Manifest {
        &self.previous
    }

    /// The last build's record of a file.
    pub fn filed(&self, path: &str) -> Option<&Entry> {
        self.previous_of(path).map(|(_, entry)| entry)
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| Places::new(&self.previous))
    }

    fn previous_of(&self, path: &str) -> Option<(usize, &Entry)> {
        let place = self.places().get(&self.previous, path)?;
        Some((place, self.previous.files.get(place)?))
    }

    fn stop_if_cancelled(&self) -> Result<()> {
        if self.cancel.load(Ordering::Relaxed) {
            Err(EmitError::cancelled(&self.shown))
        } else {
            Ok(())
        }
    }

    /// The error about the output as the person names it.
    fn name_output(&self, error: EmitError) -> EmitError {
        if error.kind == Kind::Cancelled {
            return EmitError {
                help: error.help,
                ..EmitError::cancelled(&self.shown)
            };
        }
        if error.path.starts_with(&self.work.folder) {
            return error.about(self.shown.clone());
        }
        match error.path.strip_prefix(&self.out) {
            Ok(path) if path.as_os_str().is_empty() => error.about(self.shown.clone()),
            Ok(path) => {
                let path = self.shown.join(path);
                error.about(path)
            }
            Err(_) => error,
        }
    }
}

impl<F: Faults> Drop for Emitter<F> {
    fn drop(&mut self) {
        if !self.broken {
            let _ = work::clear(&self.disk, &self.work);
        }
        work::release(&self.disk, &mut self.work);
        prepare::unmake(&self.disk, &self.around);
    }
}

impl From<Made> for Entry {
    fn from(made: Made) -> Entry {
        Entry {
            path: made.path,
            size: made.size,
            hash: made.hash,
            mtime: made.mtime,
            source: made.source,
        }
    }
}

fn is_clash(error: &EmitError) -> bool {
    error.is(io::ErrorKind::AlreadyExists) || error.is(io::ErrorKind::NotADirectory)
}

/// The claims table should have caught it, with both sources' names.
fn clash(shown: &Path, path: &str) -> EmitError {
    let path = shown.join(path);
    let message = format!(
        "the site has two outputs at `{}`, or one that is a file and a folder at once",
        path.display()
    );
    EmitError::refused(
        &path,
        message,
        "give one of the pages another `slug` or `url`",
    )
}
