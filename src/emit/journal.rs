//! The journal: what is being done to an output that exists, so that it can
//! be undone.
//!
//! Steps are written down before the first is taken. [`undo`] reads from the
//! disk how far they came, so it can itself be killed and done again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::disk::{Disk, Faults};
use super::error::{EmitError, Result};
use super::name;
use super::work::{Work, absent};
use crate::hash::Hash;

/// One change. Paths are relative to the output; numbers name files in the
/// work folder's `new/` and `old/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Step {
    /// A file, or a folder that a file takes the place of, goes to `old/`: not
    /// even a folder has to be made to put it back.
    Remove {
        path: String,
        old: u32,
    },
    Make {
        path: String,
    },
    Create {
        path: String,
        new: u32,
    },
    Replace {
        path: String,
        new: u32,
        old: u32,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    pub steps: Vec<Step>,
    /// Folders that may be empty afterwards, the innermost first. They go
    /// last of all, when nothing can fail any more.
    pub tidy: Vec<String>,
}

impl Step {
    fn path(&self) -> &str {
        match self {
            Step::Remove { path, .. }
            | Step::Make { path }
            | Step::Create { path, .. }
            | Step::Replace { path, .. } => path,
        }
    }
}

/// Writes the journal, whole or not at all.
pub(super) fn write<F: Faults>(disk: &Disk<F>, work: &Work, journal: &Journal) -> Result<()> {
    let body = serde_json::to_string(journal).expect("strings and numbers are JSON");
    let text = format!("{}\n{body}\n", Hash::of(body.as_bytes()));
    let draft = work.journal_draft();
    let mut file = disk.create(&draft)?;
    disk.write(&mut file, text.as_bytes(), &draft)?;
    disk.flush(&file, &draft)?;
    drop(file);
    disk.rename(&draft, &work.journal())?;
    disk.flush_folder(&work.folder)
}

/// The journal of a build that was killed, if it had come that far.
pub(super) fn read<F: Faults>(disk: &Disk<F>, work: &Work) -> Result<Option<Journal>> {
    let path = work.journal();
    let bytes = match disk.read_all(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.is(io::ErrorKind::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    match parse(&bytes) {
        Some(journal) => Ok(Some(journal)),
        // It was flushed before it got this name: the medium has lost it.
        None => Err(EmitError::io(
            super::Operation::Read,
            &path,
            io::Error::new(
                io::ErrorKind::InvalidData,
                "the record of an interrupted build is damaged",
            ),
        )
        .with_help(format!(
            "remove the output and `{}`, then build again",
            work.folder.display()
        ))),
    }
}

fn parse(bytes: &[u8]) -> Option<Journal> {
    let (check, body) = std::str::from_utf8(bytes).ok()?.split_once('\n')?;
    let body = body.strip_suffix('\n')?;
    if check != Hash::of(body.as_bytes()).to_string() {
        return None;
    }
    let journal: Journal = serde_json::from_str(body).ok()?;
    let paths = journal
        .steps
        .iter()
        .map(Step::path)
        .chain(journal.tidy.iter().map(String::as_str));
    // It may have come with a repository that someone cloned.
    paths
        .into_iter()
        .all(|path| name::check(path).is_ok())
        .then_some(journal)
}

/// Takes the steps in order, up to the first that fails or a wish to stop.
pub(super) fn apply<F: Faults>(
    disk: &Disk<F>,
    work: &Work,
    out: &Path,
    journal: &Journal,
    cancel: &AtomicBool,
) -> Result<()> {
    let (new, old) = (work.new_files(), work.old_files());
    for step in &journal.steps {
        if cancel.load(Ordering::Relaxed) {
            return Err(EmitError::cancelled(out));
        }
        let target = out.join(step.path());
        match step {
            Step::Remove { old: number, .. } => disk.rename(&target, &numbered(&old, *number))?,
            Step::Make { .. } => {
                disk.make_public_folder(&target)?;
            }
            Step::Create { new: number, .. } => disk.rename(&numbered(&new, *number), &target)?,
            Step::Replace {
                new: number,
                old: kept,
                ..
            } => {
                let kept = numbered(&old, *kept);
                // A link, so that readers find the old file or the new one,
                // never none. Where links cannot be had, there is a moment.
                if disk.link(&target, &kept).is_err() {
                    disk.rename(&target, &kept)?;
                }
                disk.rename(&numbered(&new, *number), &target)?;
            }
        }
    }
    Ok(())
}

/// Puts everything back as it was, the last step first. Goes on after a
/// failure, to mend what can be mended, and returns the first.
pub(super) fn undo<F: Faults>(
    disk: &Disk<F>,
    work: &Work,
    out: &Path,
    journal: &Journal,
) -> Result<()> {
    let mut first = Ok(());
    for step in journal.steps.iter().rev() {
        first = first.and(undo_step(disk, work, &out.join(step.path()), step));
    }
    first
}

fn undo_step<F: Faults>(disk: &Disk<F>, work: &Work, target: &Path, step: &Step) -> Result<()> {
    match step {
        // Had it been moved away? Then it is there. Renaming one of two links
        // to the same file onto the other does nothing, which is right too.
        Step::Remove { old, .. } | Step::Replace { old, .. } => {
            let kept = numbered(&work.old_files(), *old);
            if disk.stat(&kept)?.is_some() {
                disk.rename(&kept, target)
            } else {
                Ok(())
            }
        }
        // Back to where it was staged, rather than removed: so a second undo
        // sees that it was here, and leaves alone what stands there now.
        Step::Create { new, .. } => {
            let staged = numbered(&work.new_files(), *new);
            if disk.stat(&staged)?.is_some() {
                return Ok(());
            }
            absent(disk.rename(target, &staged))
        }
        Step::Make { .. } => match disk.remove_folder(target) {
            // Someone put a file of their own there meanwhile, or a file
            // stands there still that was to make way for the folder.
            Err(error)
                if error.is(io::ErrorKind::DirectoryNotEmpty)
                    || error.is(io::ErrorKind::NotADirectory) =>
            {
                Ok(())
            }
            other => absent(other),
        },
    }
}

/// Removes the folders that were left empty; says whether none is left.
/// Those that hold someone's file stay.
pub(super) fn tidy<F: Faults>(disk: &Disk<F>, out: &Path, journal: &Journal) -> bool {
    let mut tidied = true;
    for folder in &journal.tidy {
        tidied &= match disk.remove_folder(&out.join(folder)) {
            Err(error) => {
                error.is(io::ErrorKind::DirectoryNotEmpty) || error.is(io::ErrorKind::NotFound)
            }
            Ok(()) => true,
        };
    }
    tidied
}

pub(super) fn numbered(folder: &Path, number: u32) -> PathBuf {
    folder.join(number.to_string())
}
