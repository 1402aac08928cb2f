//! Before a build writes: refuse, take the lock, mend, and look at what is
//! there.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, OnceLock};

use super::disk::{Disk, FOLDER_MODE, Faults, Meta, NoFaults, Stands};
use super::error::{EmitError, Result};
use super::manifest::{self, Manifest};
use super::name::{self, MANIFEST};
use super::stage::Shelves;
use super::work::{self, Turn, Work};
use super::{Emitter, Target, journal, place};

/// Refuses, locks, and mends what an interrupted build left.
///
/// # Errors
///
/// Refused before anything was written; locked, if another build did not end
/// in time; input and output.
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
    let work = match take_turn(&disk, &out, &turn(target)) {
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
        base: OnceLock::new(),
        adopt: target.adopt,
        verify: target.verify,
        cancel: Arc::clone(&target.cancel),
        work,
        around,
        fresh: false,
        previous: Manifest::default(),
        places: OnceLock::new(),
        kept: Vec::new(),
        staging: PathBuf::new(),
        umask_bites: false,
        lone: OnceLock::new(),
        made: Shelves::default(),
        next: AtomicU32::new(0),
        broken: false,
    };
    // From here on, dropping it cleans up.
    emitter
        .start(survey, target)
        .map_err(|error| emitter.name_output(error))?;
    Ok(emitter)
}

fn turn(target: &Target) -> Turn<'_> {
    Turn {
        wait: target.lock_wait,
        cancel: &target.cancel,
        shown: &target.out,
    }
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
        match disk.make_public_folder(folder) {
            Err(error) if !error.is(io::ErrorKind::AlreadyExists) => {
                unmake(disk, missing.get(index + 1..).unwrap_or_default());
                return Err(error);
            }
            _ => {}
        }
    }
    Ok(missing)
}

pub(super) fn unmake<F: Faults>(disk: &Disk<F>, folders: &[PathBuf]) {
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
        self.mend(&turn(target))?;
        // Another build may have ended between our look and our turn.
        let now = self.disk.stat(&self.out.join(MANIFEST))?;
        let exists = self.disk.stat(&self.out)?.is_some();
        let survey = match survey {
            Some(survey) if survey.seen == now && survey.exists == exists => survey,
            _ => self::survey(&self.disk, &self.out, target)?,
        };
        self.fresh = !survey.exists;
        self.previous = survey.manifest;
        let files = self.previous.files.iter();
        self.kept = files.map(|_| AtomicBool::new(false)).collect();
        self.staging = if self.fresh {
            self.work.site()
        } else {
            self.work.new_files()
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
            self.disk.make_folder(&self.work.old_files(), FOLDER_MODE)?;
        }
        Ok(())
    }

    /// Undoes or finishes what a killed build left, here or in the other
    /// place where a work folder may be: another user may be able to write
    /// where we cannot.
    fn mend(&mut self, turn: &Turn) -> Result<()> {
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
                let mut other = work::take(&self.disk, folder, turn)?;
                mend(&self.disk, &other, &self.out)?;
                work::release(&self.disk, &mut other);
            }
        }
        Ok(())
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
