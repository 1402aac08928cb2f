//! The work folder: where a build stages, and what locks others out.
//!
//! It lies beside the output as `.NAME.longhand`, or within it as
//! `.longhand-work` where the output is a mount point or the folder around it
//! may not be written. It exists while a build runs, or after one was killed.
//! In it:
//!
//! - `lock`, held by the build that runs;
//! - `site/`, a fresh output in the making;
//! - `new/N`, changed files for an output that exists; `old/N`, what they and
//!   the removals displaced; `manifest`, the new one; `journal`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::disk::{Disk, Faults, PRIVATE_MODE, Stands};
use super::error::{EmitError, Result};
use super::name::INNER_WORK;

/// How often a waiting build looks whether the other has ended.
const POLL: Duration = Duration::from_millis(20);

pub(super) struct Work {
    pub folder: PathBuf,
    /// `None` where the file system knows no locks.
    lock: Option<File>,
}

impl Work {
    pub fn site(&self) -> PathBuf {
        self.folder.join("site")
    }
    pub fn new_files(&self) -> PathBuf {
        self.folder.join("new")
    }
    pub fn old_files(&self) -> PathBuf {
        self.folder.join("old")
    }
    pub fn manifest(&self) -> PathBuf {
        self.folder.join("manifest")
    }
    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }
    pub fn journal_draft(&self) -> PathBuf {
        self.folder.join("journal.draft")
    }
}

pub(super) fn beside(out: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(out.file_name().unwrap_or_default());
    name.push(".longhand");
    out.with_file_name(name)
}

pub(super) fn inside(out: &Path) -> PathBuf {
    out.join(INNER_WORK)
}

/// Whose turn it is.
pub(super) struct Turn<'a> {
    /// How long to wait for another build.
    pub wait: Duration,
    pub cancel: &'a AtomicBool,
    /// The output as the person names it.
    pub shown: &'a Path,
}

/// Makes the work folder and takes its lock, waiting for another build to end.
pub(super) fn take<F: Faults>(disk: &Disk<F>, folder: PathBuf, turn: &Turn) -> Result<Work> {
    let path = folder.join("lock");
    let start = Instant::now();
    loop {
        make(disk, &folder)?;
        match attempt(disk, &path) {
            Ok(Some(lock)) => return Ok(Work { folder, lock }),
            Ok(None) => {}
            Err(error) => {
                // Nobody else's: it goes only if it is empty.
                let _ = disk.remove_folder(&folder);
                return Err(error);
            }
        }
        if turn.cancel.load(Ordering::Relaxed) {
            return Err(EmitError::cancelled(turn.shown));
        }
        if start.elapsed() >= turn.wait {
            return Err(EmitError::locked(
                turn.shown,
                holder(disk, &path),
                start.elapsed(),
            ));
        }
        std::thread::sleep(POLL);
    }
}

fn make<F: Faults>(disk: &Disk<F>, folder: &Path) -> Result<()> {
    match disk.make_folder(folder, PRIVATE_MODE) {
        Err(error) if error.is(io::ErrorKind::AlreadyExists) => match disk.stat(folder)? {
            Some(meta) if meta.stands != Stands::Folder => Err(EmitError::refused(
                folder,
                format!(
                    "`{}` is there, and is not the folder that a build works in",
                    folder.display()
                ),
                "move it away",
            )),
            _ => Ok(()),
        },
        other => other,
    }
}

/// One try at the lock: `None` if another has it.
#[allow(
    clippy::option_option,
    reason = "the inner one is a file system without locks"
)]
fn attempt<F: Faults>(disk: &Disk<F>, path: &Path) -> Result<Option<Option<File>>> {
    let link = |path: &Path| {
        EmitError::refused(path, format!("`{}` is a link", path.display()), "remove it")
    };
    if disk
        .stat(path)?
        .is_some_and(|meta| meta.stands != Stands::File)
    {
        return Err(link(path));
    }
    let mut file = match disk.open_lock(path) {
        Ok(file) => file,
        // The build before us has ended, and took the folder with it.
        Err(error) if error.is(io::ErrorKind::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    match disk.try_lock(&file, path) {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        // Some network file systems have no locks. A build alone is the
        // usual case, and a build that never starts helps nobody.
        Err(error) if error.is(io::ErrorKind::Unsupported) => return Ok(Some(None)),
        Err(error) => return Err(error),
    }
    match still_there(disk, &file, path) {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(error) => {
            let _ = disk.remove(path);
            return Err(error);
        }
    }
    // For the message of a build that waits; not worth failing over.
    let _ = file.set_len(0);
    let _ = disk.write(&mut file, std::process::id().to_string().as_bytes(), path);
    Ok(Some(Some(file)))
}

/// Whether we locked what is found under the name. Its last holder may have
/// removed it meanwhile, and a third build locked the one that took its place.
fn still_there<F: Faults>(disk: &Disk<F>, file: &File, path: &Path) -> Result<bool> {
    let ours = disk.stat_open(file, path)?;
    Ok(disk.stat(path)?.is_some_and(|meta| meta.id == ours.id))
}

fn holder<F: Faults>(disk: &Disk<F>, lock: &Path) -> Option<u32> {
    let bytes = disk.read_all(lock).ok()?;
    std::str::from_utf8(&bytes).ok()?.parse().ok()
}

/// Removes what was staged. The journal goes first, and if it stays all does:
/// without it, nothing that is left here means anything.
pub(super) fn clear<F: Faults>(disk: &Disk<F>, work: &Work) -> Result<()> {
    absent(disk.remove(&work.journal()))?;
    let mut first = Ok(());
    for file in [work.journal_draft(), work.manifest()] {
        first = first.and(absent(disk.remove(&file)));
    }
    for folder in [work.new_files(), work.old_files(), work.site()] {
        first = first.and(absent(disk.remove_tree(&folder)));
    }
    first
}

/// Removes the lock, and the folder if nothing is left in it.
pub(super) fn release<F: Faults>(disk: &Disk<F>, work: &mut Work) {
    // While it is held: a build that finds no file makes its own.
    let _ = disk.remove(&work.folder.join("lock"));
    let _ = disk.remove_folder(&work.folder);
    work.lock = None;
}

/// What is not there need not go.
pub(super) fn absent(done: Result<()>) -> Result<()> {
    match done {
        Err(error)
            if error.is(io::ErrorKind::NotFound) || error.is(io::ErrorKind::NotADirectory) =>
        {
            Ok(())
        }
        other => other,
    }
}
