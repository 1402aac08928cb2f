//! Taking the site's files in: each is compared with what the output has, and
//! staged if it differs.

use std::fs::File;
use std::hash::BuildHasher;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hashbrown::{DefaultHashBuilder, HashMap, HashSet};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::disk::{Base, FILE_MODE, FOLDER_MODE, Faults, Meta, Operation, Stands};
use super::error::{EmitError, Result};
use super::manifest::Entry;
use super::{Before, Emitter, Made, clash, is_clash, journal, name};
use crate::hash::{Hash, Stream};

/// Copied files up to this size are read at once, larger ones in pieces of it.
const PIECE: usize = 256 * 1024;

/// A source changed less than this before it was read may be changed again
/// without its time moving: clocks of file systems tick every 4 ms or so.
const RACY: Duration = Duration::from_millis(100);

/// What threads have made, each on a shelf of its own.
#[derive(Default)]
pub(super) struct Shelves([Mutex<Vec<Made>>; 16]);

impl Shelves {
    fn put(&self, made: Made) {
        let thread = rayon::current_thread_index().unwrap_or_default();
        if let Some(shelf) = self.0.get(thread % self.0.len()) {
            let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
            shelf.push(made);
        }
    }

    /// All of it, in no order.
    pub fn take(&mut self) -> Vec<Made> {
        let shelves = self.0.iter_mut();
        shelves
            .flat_map(|shelf| {
                std::mem::take(shelf.get_mut().unwrap_or_else(PoisonError::into_inner))
            })
            .collect()
    }
}

/// Folders with one file in them and nothing else, by their hashes: should two
/// be equal, a folder is made in vain, which does no harm.
pub(super) struct Lone {
    folders: HashSet<u64>,
    hasher: DefaultHashBuilder,
}

impl Lone {
    fn has(&self, folder: &str) -> bool {
        self.folders.contains(&self.hasher.hash_one(folder))
    }
}

impl<F: Faults> Emitter<F> {
    /// Learns which folders there will be, of each file the one it lies in.
    /// Those of several files are made at once; one of a single file is made
    /// with it, so that threads need not wait for the rest. Optional: without
    /// it a file's folders are made when it finds them missing.
    pub fn directories<'a>(&self, folders: impl IntoIterator<Item = &'a str>) -> Result<()> {
        // Whether something else lies there too.
        let mut all: HashMap<&str, bool> = HashMap::new();
        let mut last = None;
        for folder in folders {
            if last.replace(folder) == Some(folder) {
                all.insert(folder, true);
                continue;
            }
            self.check(folder)?;
            all.entry(folder)
                .and_modify(|shared| *shared = true)
                .or_insert(false);
            for above in name::folders(folder) {
                // With it came all that it lies in.
                if all.insert(above, true).is_some() {
                    break;
                }
            }
        }
        if !self.fresh {
            return Ok(());
        }
        let hasher = DefaultHashBuilder::default();
        let mut lone = HashSet::with_capacity(all.len());
        let mut shared = Vec::new();
        for (folder, is_shared) in all {
            if is_shared {
                shared.push(folder);
            } else {
                lone.insert(hasher.hash_one(folder));
            }
        }
        // What a folder lies in sorts before it.
        shared.sort_unstable();
        for folder in shared {
            self.make_folders(folder)
                .map_err(|error| error.about(self.shown.join(folder)))?;
        }
        let _ = self.lone.set(Lone {
            folders: lone,
            hasher,
        });
        Ok(())
    }

    /// Gives the output a file with these bytes. `path` is relative to the
    /// output, `/` between segments, and given once in a build.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.write_of(path, bytes, None)
    }

    /// The same, with a hash of all that the bytes were made from: the next
    /// build finds it in [`Emitter::previous`].
    pub fn write_of(&self, path: &str, bytes: &[u8], source: Option<Hash>) -> Result<()> {
        self.check(path)?;
        self.store(path, bytes, source)
            .map_err(|error| error.about(self.shown.join(path)))
    }

    /// Gives the output a copy of a file. A source that looks as it did at
    /// the last build (same path, inode, size and times) is not read again.
    pub fn copy(&self, path: &str, source: &Path) -> Result<()> {
        self.check(path)?;
        let Some(meta) = self.disk.stat_followed(source)? else {
            return Err(EmitError::io(
                Operation::Open,
                source,
                io::ErrorKind::NotFound.into(),
            ));
        };
        let stamp = stamp(source, &meta);
        if stamp.is_some()
            && !self.verify
            && self.filed(path).is_some_and(|entry| entry.source == stamp)
            && self.keep(path)?
        {
            return Ok(());
        }
        let mut file = self.disk.open(source)?;
        let mut piece = vec![
            0;
            usize::try_from(meta.size)
                .map_or(PIECE, |size| size.saturating_add(1).min(PIECE))
        ];
        let read = self.disk.read(&mut file, &mut piece, source)?;
        if read < piece.len() {
            piece.truncate(read);
            return self
                .store(path, &piece, stamp)
                .map_err(|error| error.about(self.shown.join(path)));
        }
        self.store_large(path, stamp, piece, |piece| {
            self.disk.read(&mut file, piece, source)
        })
    }

    /// Keeps the file as the last build made it, if it made one and nobody
    /// touched it since; says whether. For outputs whose inputs are known to
    /// be the same.
    pub fn keep(&self, path: &str) -> Result<bool> {
        match self.previous_of(path) {
            Some((place, entry)) => self.keep_untouched(place, entry),
            None => Ok(false),
        }
    }

    /// Keeps all that the last build made, if nobody touched any of it; says
    /// whether. If not, this emitter can only be dropped.
    pub fn keep_all(&self) -> Result<bool> {
        let files = self.previous.files.par_iter().enumerate();
        let all = files.map(|(place, entry)| {
            self.check(&entry.path)?;
            self.keep_untouched(place, entry)
        });
        // Ends all threads at the first that is not kept.
        match all.try_for_each(|kept| match kept {
            Ok(true) => Ok(()),
            other => Err(other),
        }) {
            Ok(()) => Ok(true),
            Err(other) => other,
        }
    }

    fn keep_untouched(&self, place: usize, entry: &Entry) -> Result<bool> {
        let path = &entry.path;
        let meta = self
            .look(path)
            .map_err(|error| error.about(self.shown.join(path)))?;
        let kept = meta.is_some_and(|meta| untouched(entry, &meta))
            && (!self.verify || self.hash_file(&self.out.join(path))? == entry.hash);
        if kept {
            self.keep_at(place, path)?;
        }
        Ok(kept)
    }

    /// What stands at `path` in the output.
    fn look(&self, path: &str) -> Result<Option<Meta>> {
        let base = self.base.get_or_init(|| Base::new(&self.out));
        self.disk.stat_within(base, path)
    }

    fn keep_at(&self, place: usize, path: &str) -> Result<()> {
        match self.kept.get(place) {
            Some(kept) if kept.swap(true, Ordering::Relaxed) => Err(clash(&self.shown, path)),
            _ => Ok(()),
        }
    }

    fn check(&self, path: &str) -> Result<()> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(EmitError::cancelled(&self.shown));
        }
        name::check(path).map_err(|reason| {
            let message = format!("the output path `{}` {reason}", path.escape_debug());
            EmitError::refused(
                &self.shown,
                message,
                "give the page another `slug` or `url`",
            )
        })
    }

    fn store(&self, path: &str, bytes: &[u8], source: Option<Hash>) -> Result<()> {
        let (size, hash) = (bytes.len() as u64, Hash::of(bytes));
        let (before, same) = self.compare(path, size, hash)?;
        if let Some(mtime) = same {
            return self.record(Made {
                path: path.to_owned(),
                size,
                hash,
                mtime,
                source,
                staged: None,
                before,
            });
        }
        let (mut file, at, number) = self.stage(path)?;
        self.disk.write(&mut file, bytes, &at)?;
        let mtime = self.make_readable(&file, &at)?.mtime;
        self.record(Made {
            path: path.to_owned(),
            size,
            hash,
            mtime,
            source,
            staged: Some(number),
            before,
        })
    }

    /// For what is too large for one piece: its hash is known only when it
    /// has been staged.
    fn store_large(
        &self,
        path: &str,
        source: Option<Hash>,
        mut piece: Vec<u8>,
        mut read: impl FnMut(&mut [u8]) -> Result<usize>,
    ) -> Result<()> {
        let about = |error: EmitError| error.about(self.shown.join(path));
        let (mut file, at, number) = self.stage(path).map_err(about)?;
        let mut hasher = Stream::new();
        let (mut size, mut filled) = (0, piece.len());
        while filled > 0 {
            let bytes = piece.get(..filled).unwrap_or_default();
            hasher.write(bytes);
            size += filled as u64;
            self.disk.write(&mut file, bytes, &at).map_err(about)?;
            if self.cancel.load(Ordering::Relaxed) {
                return Err(EmitError::cancelled(&self.shown));
            }
            filled = read(&mut piece)?;
        }
        let hash = hasher.finish();
        let (before, same) = self.compare(path, size, hash).map_err(about)?;
        let (staged, mtime) = match same {
            Some(mtime) => {
                drop(file);
                self.disk.remove(&at).map_err(about)?;
                (None, mtime)
            }
            None => (
                Some(number),
                self.make_readable(&file, &at).map_err(about)?.mtime,
            ),
        };
        self.record(Made {
            path: path.to_owned(),
            size,
            hash,
            mtime,
            source,
            staged,
            before,
        })
    }

    /// What stands at `path`, and its mtime if it has these bytes already.
    /// One look at the file; its bytes are read only if someone touched it.
    fn compare(&self, path: &str, size: u64, hash: Hash) -> Result<(Before, Option<i64>)> {
        if self.fresh {
            return Ok((Before::Nothing, None));
        }
        let Some(meta) = self.look(path)? else {
            return Ok((Before::Nothing, None));
        };
        let entry = self.filed(path);
        let before = match meta.stands {
            Stands::Folder => Before::Folder,
            Stands::Link => Before::Link,
            Stands::Other => Before::Other,
            Stands::File if entry.is_some() => Before::Ours,
            Stands::File => Before::Foreign,
        };
        let same = match entry {
            _ if meta.stands != Stands::File || meta.size != size => false,
            Some(entry) if !self.verify && untouched(entry, &meta) => entry.hash == hash,
            None if !self.adopt => false,
            _ => self.hash_file(&self.out.join(path))? == hash,
        };
        Ok((before, same.then_some(meta.mtime)))
    }

    fn hash_file(&self, path: &Path) -> Result<Hash> {
        let mut file = self.disk.open(path)?;
        let mut hasher = Stream::new();
        let mut piece = vec![0; PIECE];
        loop {
            let read = self.disk.read(&mut file, &mut piece, path)?;
            if read == 0 {
                return Ok(hasher.finish());
            }
            hasher.write(piece.get(..read).unwrap_or_default());
        }
    }

    /// An empty file to write `path`'s bytes to.
    fn stage(&self, path: &str) -> Result<(File, PathBuf, u32)> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if !self.fresh {
            let at = journal::numbered(&self.staging, number);
            return Ok((self.disk.create(&at)?, at, number));
        }
        let at = self.staging.join(path);
        let folder = name::parent(path).unwrap_or_default();
        if self.lone.get().is_some_and(|lone| lone.has(folder)) {
            self.make_folders(folder)?;
        }
        let created = match self.disk.create(&at) {
            Err(error) if error.is(io::ErrorKind::NotFound) => {
                self.make_folders(folder)?;
                self.disk.create(&at)
            }
            other => other,
        };
        match created {
            Ok(file) => Ok((file, at, number)),
            Err(error) if is_clash(&error) => Err(clash(&self.shown, path)),
            Err(error) => Err(error),
        }
    }

    /// Makes a folder of a fresh output, and those that it lies in.
    fn make_folders(&self, folder: &str) -> Result<()> {
        let at = self.staging.join(folder);
        match self.disk.make_folder(&at, FOLDER_MODE) {
            Ok(()) if self.umask_bites => self.disk.set_mode(&at, FOLDER_MODE),
            Ok(()) => Ok(()),
            Err(error) if error.is(io::ErrorKind::AlreadyExists) => Ok(()),
            Err(error) if error.is(io::ErrorKind::NotFound) => match name::parent(folder) {
                Some(parent) => {
                    self.make_folders(parent)?;
                    self.make_folders(folder)
                }
                None => Err(error),
            },
            Err(error) if is_clash(&error) => Err(clash(&self.shown, folder)),
            Err(error) => Err(error),
        }
    }

    /// Whatever the umask: what is published is for everyone to read.
    pub(super) fn make_readable(&self, file: &File, at: &Path) -> Result<Meta> {
        let meta = self.disk.stat_open(file, at)?;
        if cfg!(unix) && meta.mode & 0o777 != FILE_MODE {
            self.disk.set_mode(at, FILE_MODE)?;
        }
        Ok(meta)
    }

    fn record(&self, made: Made) -> Result<()> {
        match self.previous_of(&made.path) {
            Some((place, entry)) if made.staged.is_none() && made.is(entry) => {
                self.keep_at(place, &made.path)
            }
            _ => {
                self.made.put(made);
                Ok(())
            }
        }
    }
}

impl Made {
    /// Whether the last build's record of it holds.
    fn is(&self, entry: &Entry) -> bool {
        (self.size, self.hash, self.mtime, self.source)
            == (entry.size, entry.hash, entry.mtime, entry.source)
    }
}

fn untouched(entry: &Entry, meta: &Meta) -> bool {
    meta.stands == Stands::File && meta.size == entry.size && meta.mtime == entry.mtime
}

/// What a source looks like; `None` if it is too young to be told from a
/// later edit.
fn stamp(source: &Path, meta: &Meta) -> Option<Hash> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let settled = i64::try_from(now.saturating_sub(RACY).as_nanos()).ok()?;
    if meta.mtime > settled {
        return None;
    }
    let mut hasher = Stream::new();
    hasher.write(source.as_os_str().as_encoded_bytes());
    let (device, inode) = meta.id.unwrap_or_default();
    for number in [
        meta.size,
        meta.mtime as u64,
        meta.ctime as u64,
        device,
        inode,
    ] {
        hasher.write(&number.to_le_bytes());
    }
    Some(hasher.finish())
}
