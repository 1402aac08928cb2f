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
//! Each file is whole if its bytes are on the medium before its name is in
//! the output. Up to [`FLUSHED_SINGLY`] files are flushed one by one as they
//! are written, about 0.3 ms each. Beyond, 14,000 times that would be seconds, and
//! one `syncfs` before the first rename does for all (0.2 s for 200 MB). Other
//! systems than Linux have no such call (macOS takes 5 ms and more a file):
//! there, files of a large build may be found cut short after a power loss; the
//! next build sees their sizes differ and mends them. The order of names
//! among themselves is the file system's journal's to keep, as all do that
//! are in use.

mod disk;
mod error;
mod journal;
mod manifest;
mod name;
mod place;
mod plan;
mod work;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use disk::{Disk, FILE_MODE, FOLDER_MODE, Meta, Stands};
use journal::Journal;
use work::{Turn, Work};

pub use disk::{Faults, NoFaults, Operation};
pub use error::{EmitError, Kind, Result};
pub use manifest::{Entry, Hash, Manifest, read as read_manifest};
pub use name::MANIFEST;

/// So many files are flushed one by one; more of them all at once.
pub const FLUSHED_SINGLY: u32 = 64;

/// Copied files up to this size are read at once, larger ones in pieces of it.
const PIECE: usize = 256 * 1024;

/// A source changed less than this before it was read may be changed again
/// without its time moving: clocks of file systems tick every 4 ms or so.
const RACY: Duration = Duration::from_millis(100);

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
    adopt: bool,
    cancel: Arc<AtomicBool>,
    work: Work,
    /// Folders around the output that had to be made, the innermost first.
    around: Vec<PathBuf>,
    fresh: bool,
    previous: Manifest,
    /// Where files are staged: `site/` or `new/`.
    staging: PathBuf,
    /// Whether the umask takes bits from folders that they should have.
    umask_bites: bool,
    made: Mutex<Vec<Made>>,
    next: AtomicU32,
    /// The work folder holds what the next build needs to mend the output.
    broken: bool,
}

/// One output of this build.
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

/// Refuses, locks, and mends what an interrupted build left.
///
/// # Errors
///
/// [`Kind::Refused`] before anything was written; [`Kind::Locked`] if another
/// build did not end in time; [`Kind::Io`].
pub fn prepare(target: &Target) -> Result<Emitter> {
    prepare_with(target, NoFaults)
}

/// The same on a disk that fails as a test wants it to.
pub fn prepare_with<F: Faults>(target: &Target, faults: F) -> Result<Emitter<F>> {
    let disk = Disk { faults };
    let out = place::settle(&disk, target)?;
    let mut pending = false;
    for folder in [work::beside(&out), work::inside(&out)] {
        pending |= disk.stat(&folder.join("journal"))?.is_some();
    }
    // Before any write, unless there is something to mend first.
    let survey = if pending {
        None
    } else {
        Some(survey(&disk, &out, target)?)
    };

    let around = make_around(&disk, &out)?;
    let turn = Turn {
        wait: target.lock_wait,
        cancel: &target.cancel,
        shown: &target.out,
    };
    let work = match take_turn(&disk, &out, &turn) {
        Ok(work) => work,
        Err(error) => {
            unmake(&disk, &around);
            return Err(error);
        }
    };
    let mut emitter = Emitter {
        disk,
        shown: target.out.clone(),
        out,
        adopt: target.adopt,
        cancel: Arc::clone(&target.cancel),
        work,
        around,
        fresh: false,
        previous: Manifest::default(),
        staging: PathBuf::new(),
        umask_bites: false,
        made: Mutex::default(),
        next: AtomicU32::new(0),
        broken: false,
    };
    // From here on, dropping it cleans up.
    emitter
        .start(survey, target)
        .map_err(|error| emitter.name_output(error))?;
    Ok(emitter)
}

/// What the output looks like before the build.
struct Survey {
    exists: bool,
    manifest: Manifest,
    /// Of the manifest's file.
    seen: Option<Meta>,
}

fn survey<F: Faults>(disk: &Disk<F>, out: &Path, target: &Target) -> Result<Survey> {
    let path = out.join(MANIFEST);
    let seen = disk.stat(&path)?;
    let shown = &target.out;
    let Some(meta) = seen else {
        let exists = disk.stat(out)?.is_some();
        let own = |name: &std::ffi::OsString| name == name::INNER_WORK;
        if exists && !target.adopt && !disk.list(out)?.iter().all(|(name, _)| own(name)) {
            return Err(EmitError::refused(
                shown,
                format!(
                    "`{}` is not empty, and longhand did not make it",
                    shown.display()
                ),
                "name another folder with `-o`, or keep its files beside the site's with `--adopt`",
            ));
        }
        return Ok(Survey {
            exists,
            manifest: Manifest::default(),
            seen,
        });
    };
    let shown_path = shown.join(MANIFEST);
    if meta.stands != Stands::File {
        let message = format!(
            "`{}` is not a file, and should be longhand's own record",
            shown_path.display()
        );
        return Err(EmitError::refused(&shown_path, message, "move it away"));
    }
    match manifest::read(&disk.read_all(&path)?) {
        Ok(manifest) => Ok(Survey {
            exists: true,
            manifest,
            seen,
        }),
        // Without it we know of no file that we may delete, and delete none.
        Err(_) if target.adopt => Ok(Survey {
            exists: true,
            manifest: Manifest::default(),
            seen,
        }),
        Err(reason) => Err(EmitError::refused(
            &shown_path,
            format!("`{}` {reason}", shown_path.display()),
            format!(
                "remove the folder `{}` and build again, or keep its files with `--adopt`",
                shown.display()
            ),
        )),
    }
}

/// Makes the folders that the output lies in.
fn make_around<F: Faults>(disk: &Disk<F>, out: &Path) -> Result<Vec<PathBuf>> {
    let mut missing = Vec::new();
    for folder in out.ancestors().skip(1) {
        if disk.stat(folder)?.is_some() {
            break;
        }
        missing.push(folder.to_owned());
    }
    for (index, folder) in missing.iter().enumerate().rev() {
        match disk.make_folder(folder, FOLDER_MODE) {
            Err(error) if !error.is(io::ErrorKind::AlreadyExists) => {
                unmake(disk, missing.get(index + 1..).unwrap_or_default());
                return Err(error);
            }
            _ => {}
        }
    }
    Ok(missing)
}

fn unmake<F: Faults>(disk: &Disk<F>, folders: &[PathBuf]) {
    for folder in folders {
        let _ = disk.remove_folder(folder);
    }
}

/// Takes the lock beside the output, or within it where that cannot be.
fn take_turn<F: Faults>(disk: &Disk<F>, out: &Path, turn: &Turn) -> Result<Work> {
    let device = |meta: Option<Meta>| meta.and_then(|meta| meta.id).map(|(device, _)| device);
    let here = disk.stat(out)?;
    let around = disk.stat_followed(out.parent().unwrap_or(out))?;
    let mount_point = here.is_some() && device(here) != device(around);
    if mount_point {
        return work::take(disk, work::inside(out), turn);
    }
    match work::take(disk, work::beside(out), turn) {
        Err(error)
            if here.is_some()
                && (error.is(io::ErrorKind::PermissionDenied)
                    || error.is(io::ErrorKind::ReadOnlyFilesystem)) =>
        {
            work::take(disk, work::inside(out), turn).map_err(|_| error)
        }
        other => other,
    }
}

impl<F: Faults> Emitter<F> {
    fn start(&mut self, survey: Option<Survey>, target: &Target) -> Result<()> {
        self.mend()?;
        // Another build may have ended between our look and our turn.
        let now = self.disk.stat(&self.out.join(MANIFEST))?;
        let exists = self.disk.stat(&self.out)?.is_some();
        let survey = match survey {
            Some(survey) if survey.seen == now && survey.exists == exists => survey,
            _ => self::survey(&self.disk, &self.out, target)?,
        };
        self.fresh = !survey.exists;
        self.previous = survey.manifest;
        self.staging = if self.fresh {
            self.work.site()
        } else {
            self.work.new()
        };
        self.disk.make_folder(&self.staging, FOLDER_MODE)?;
        if self.fresh {
            let mode = self
                .disk
                .stat(&self.staging)?
                .map_or(FOLDER_MODE, |meta| meta.mode);
            self.umask_bites = cfg!(unix) && mode & 0o777 != FOLDER_MODE;
            if self.umask_bites {
                self.disk.set_mode(&self.staging, FOLDER_MODE)?;
            }
        } else {
            self.disk.make_folder(&self.work.old(), FOLDER_MODE)?;
        }
        Ok(())
    }

    /// Undoes or finishes what a killed build left, here or in the other
    /// place where a work folder may be.
    fn mend(&mut self) -> Result<()> {
        self.broken = true;
        mend(&self.disk, &self.work, &self.out)?;
        self.broken = false;
        for folder in [work::beside(&self.out), work::inside(&self.out)] {
            if folder != self.work.folder
                && self
                    .disk
                    .stat(&folder)?
                    .is_some_and(|meta| meta.stands == Stands::Folder)
            {
                let mut other = Work::left_behind(folder);
                mend(&self.disk, &other, &self.out)?;
                work::release(&self.disk, &mut other);
            }
        }
        Ok(())
    }

    /// What the last build made.
    pub fn previous(&self) -> &Manifest {
        &self.previous
    }

    /// Whether there was no output before.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Makes folders that are known beforehand. Optional: a file's folders
    /// are made with it if they are not there.
    pub fn directories<'a>(&self, folders: impl IntoIterator<Item = &'a str>) -> Result<()> {
        for folder in folders {
            self.check(folder)?;
            if self.fresh {
                self.make_folders(folder)
                    .map_err(|error| error.about(self.shown.join(folder)))?;
            }
        }
        Ok(())
    }

    /// Gives the output a file with these bytes. `path` is relative to the
    /// output, `/` between segments, and given once in a build.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.check(path)?;
        self.store(path, bytes, None)
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
            && self
                .previous
                .get(path)
                .is_some_and(|entry| entry.source == stamp)
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
        let Some(entry) = self.previous.get(path) else {
            return Ok(false);
        };
        let meta = self
            .disk
            .stat(&self.out.join(path))
            .map_err(|error| error.about(self.shown.join(path)))?;
        let kept = meta.is_some_and(|meta| untouched(entry, &meta));
        if kept {
            self.record(Made {
                path: entry.path.clone(),
                size: entry.size,
                hash: entry.hash,
                mtime: entry.mtime,
                source: entry.source,
                staged: None,
                before: Before::Ours,
            });
        }
        Ok(kept)
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
            self.record(Made {
                path: path.to_owned(),
                size,
                hash,
                mtime,
                source,
                staged: None,
                before,
            });
            return Ok(());
        }
        let (mut file, at, number) = self.stage(path)?;
        self.disk.write(&mut file, bytes, &at)?;
        let mtime = self.seal(&file, &at, number)?;
        self.record(Made {
            path: path.to_owned(),
            size,
            hash,
            mtime,
            source,
            staged: Some(number),
            before,
        });
        Ok(())
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
        let mut hasher = blake3::Hasher::new();
        let (mut size, mut filled) = (0, piece.len());
        while filled > 0 {
            let bytes = piece.get(..filled).unwrap_or_default();
            hasher.update(bytes);
            size += filled as u64;
            self.disk.write(&mut file, bytes, &at).map_err(about)?;
            if self.cancel.load(Ordering::Relaxed) {
                return Err(EmitError::cancelled(&self.shown));
            }
            filled = read(&mut piece)?;
        }
        let hash = hasher.finalize().into();
        let (before, same) = self.compare(path, size, hash).map_err(about)?;
        let (staged, mtime) = match same {
            Some(mtime) => {
                drop(file);
                self.disk.remove(&at).map_err(about)?;
                (None, mtime)
            }
            None => (Some(number), self.seal(&file, &at, number).map_err(about)?),
        };
        self.record(Made {
            path: path.to_owned(),
            size,
            hash,
            mtime,
            source,
            staged,
            before,
        });
        Ok(())
    }

    /// What stands at `path`, and its mtime if it has these bytes already.
    /// One look at the file; its bytes are read only if someone touched it.
    fn compare(&self, path: &str, size: u64, hash: Hash) -> Result<(Before, Option<i64>)> {
        if self.fresh {
            return Ok((Before::Nothing, None));
        }
        let target = self.out.join(path);
        let Some(meta) = self.disk.stat(&target)? else {
            return Ok((Before::Nothing, None));
        };
        let entry = self.previous.get(path);
        let before = match meta.stands {
            Stands::Folder => Before::Folder,
            Stands::Link => Before::Link,
            Stands::Other => Before::Other,
            Stands::File if entry.is_some() => Before::Ours,
            Stands::File => Before::Foreign,
        };
        let same = match entry {
            _ if meta.stands != Stands::File || meta.size != size => false,
            Some(entry) if untouched(entry, &meta) => entry.hash == hash,
            None if !self.adopt => false,
            _ => self.hash_file(&target)? == hash,
        };
        Ok((before, same.then_some(meta.mtime)))
    }

    fn hash_file(&self, path: &Path) -> Result<Hash> {
        let mut file = self.disk.open(path)?;
        let mut hasher = blake3::Hasher::new();
        let mut piece = vec![0; PIECE];
        loop {
            let read = self.disk.read(&mut file, &mut piece, path)?;
            if read == 0 {
                return Ok(hasher.finalize().into());
            }
            hasher.update(piece.get(..read).unwrap_or_default());
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
        let created = match self.disk.create(&at) {
            Err(error) if error.is(io::ErrorKind::NotFound) => {
                self.make_folders(name::parent(path).unwrap_or_default())?;
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

    /// Gives a staged file its mode, flushes it, and tells its mtime.
    fn seal(&self, file: &File, at: &Path, number: u32) -> Result<i64> {
        let meta = self.make_readable(file, at)?;
        if number < FLUSHED_SINGLY {
            self.disk.flush(file, at)?;
        }
        Ok(meta.mtime)
    }

    /// Whatever the umask: what is published is for everyone to read.
    fn make_readable(&self, file: &File, at: &Path) -> Result<Meta> {
        let meta = self.disk.stat_open(file, at)?;
        if cfg!(unix) && meta.mode & 0o777 != FILE_MODE {
            self.disk.set_mode(at, FILE_MODE)?;
        }
        Ok(meta)
    }

    fn record(&self, made: Made) {
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(made);
    }

    /// Puts the site in place.
    ///
    /// # Errors
    ///
    /// The output is then byte for byte what it was; should even that fail,
    /// the message's help says that the next build will mend it.
    pub fn commit(mut self) -> Result<Summary> {
        let mut made = std::mem::take(self.made.get_mut().unwrap_or_else(PoisonError::into_inner));
        made.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        if let Some(path) = plan::find_clash(&made) {
            return Err(clash(&self.shown, path));
        }
        let result = if self.fresh {
            self.commit_fresh(made)
        } else {
            self.commit_over(made)
        };
        result.map_err(|error| self.name_output(error))
    }

    fn commit_fresh(&mut self, made: Vec<Made>) -> Result<Summary> {
        let summary = summarise(&made, 0);
        let manifest = Manifest {
            files: made.into_iter().map(Entry::from).collect(),
        };
        let site = self.work.site();
        self.write_manifest(&manifest, &site.join(MANIFEST))?;
        self.flush_staged()?;
        self.stop_if_cancelled()?;
        self.disk
            .rename(&site, &self.out)
            .map_err(|error| error.about(self.shown.clone()))?;
        self.around.clear();
        let _ = self
            .disk
            .flush_folder(self.out.parent().unwrap_or(&self.out));
        Ok(summary)
    }

    fn commit_over(&mut self, made: Vec<Made>) -> Result<Summary> {
        let plan = plan::plan(
            &self.disk,
            &self.out,
            &self.shown,
            &self.previous,
            self.adopt,
            made,
        )?;
        let settled = self.disk.stat(&self.out.join(MANIFEST))?.is_some();
        if plan.journal.steps.is_empty() && plan.manifest == self.previous && settled {
            return Ok(plan.summary);
        }
        self.write_manifest(&plan.manifest, &self.work.manifest())?;
        self.flush_staged()?;
        if !plan.journal.steps.is_empty() {
            journal::write(&self.disk, &self.work, &plan.journal)?;
        }
        // A build that dies or fails from here on has something to undo.
        self.broken = true;
        if let Err(error) = self.switch(&plan.journal) {
            return Err(
                match journal::undo(&self.disk, &self.work, &self.out, &plan.journal) {
                    Ok(()) => {
                        self.broken = false;
                        error
                    }
                    Err(_) => error.with_help(
                        "the old site could not be put back whole; the next build does that first",
                    ),
                },
            );
        }
        // The new site stands: nothing that fails now is worth an error. A
        // folder that could not be removed is left to the next build.
        let _ = self.disk.flush_folder(&self.out);
        self.broken = !journal::tidy(&self.disk, &self.out, &plan.journal);
        Ok(plan.summary)
    }

    fn switch(&self, journal: &Journal) -> Result<()> {
        journal::apply(&self.disk, &self.work, &self.out, journal, &self.cancel)?;
        self.stop_if_cancelled()?;
        self.disk
            .rename(&self.work.manifest(), &self.out.join(MANIFEST))
    }

    fn write_manifest(&self, manifest: &Manifest, at: &Path) -> Result<()> {
        let write = || {
            let mut file = self.disk.create(at)?;
            self.disk
                .write(&mut file, manifest::write(manifest).as_bytes(), at)?;
            self.make_readable(&file, at)?;
            self.disk.flush(&file, at)
        };
        write().map_err(|error| error.about(self.shown.join(MANIFEST)))
    }

    /// What was not flushed file by file.
    fn flush_staged(&self) -> Result<()> {
        if self.next.load(Ordering::Relaxed) <= FLUSHED_SINGLY {
            return Ok(());
        }
        let flushed = self.disk.flush_all(&self.staging, &self.cancel);
        self.stop_if_cancelled()?;
        flushed.map_err(|error| error.about(self.shown.clone()))
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
        unmake(&self.disk, &self.around);
    }
}

fn mend<F: Faults>(disk: &Disk<F>, work: &Work, out: &Path) -> Result<()> {
    if let Some(journal) = journal::read(disk, work)? {
        if disk.stat(&work.manifest())?.is_some() {
            journal::undo(disk, work, out, &journal)?;
        } else {
            journal::tidy(disk, out, &journal);
        }
    }
    work::clear(disk, work)
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
    let mut hasher = blake3::Hasher::new();
    hasher.update(source.as_os_str().as_encoded_bytes());
    let (device, inode) = meta.id.unwrap_or_default();
    for number in [
        meta.size,
        meta.mtime as u64,
        meta.ctime as u64,
        device,
        inode,
    ] {
        hasher.update(&number.to_le_bytes());
    }
    Some(hasher.finalize().into())
}

fn summarise(made: &[Made], removed: usize) -> Summary {
    let mut summary = Summary {
        removed,
        ..Summary::default()
    };
    for made in made {
        if made.staged.is_some() {
            summary.written += 1;
            summary.bytes += made.size;
        } else {
            summary.unchanged += 1;
        }
    }
    summary
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
