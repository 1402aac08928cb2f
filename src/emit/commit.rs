//! Putting the site in place; the protocol stands at the top of `emit`.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rayon::slice::ParallelSliceMut;

use super::disk::Faults;
use super::error::Result;
use super::journal::{self, Journal, numbered};
use super::manifest::{self, Entry};
use super::name::MANIFEST;
use super::plan::{self, Standing};
use super::{Emitter, FLUSHED, Made, Summary, clash};

/// A medium so slow, or so busy, is not waited for any longer.
const FLUSH_TIME: Duration = Duration::from_millis(500);

impl<F: Faults> Emitter<F> {
    /// Puts the site in place.
    ///
    /// # Errors
    ///
    /// The output is then byte for byte what it was; should even that fail,
    /// the message's help says that the next build will mend it.
    pub fn commit(mut self) -> Result<Summary> {
        let mut made = self.made.take();
        // Stable: a thread's files stand mostly in order as it is.
        made.par_sort_by(|a, b| a.path.cmp(&b.path));
        let kept = std::mem::take(&mut self.kept);
        let kept: Vec<bool> = kept.into_iter().map(AtomicBool::into_inner).collect();
        let all_kept = made.is_empty() && kept.iter().all(|kept| *kept);
        if all_kept && self.stands().map_err(|error| self.name_output(error))? {
            return Ok(summarise(&[], kept.len(), 0));
        }
        let standing = Standing {
            previous: &self.previous,
            places: self.places(),
            kept: &kept,
        };
        if let Some(path) = plan::find_clash(&made, &standing) {
            return Err(clash(&self.shown, path));
        }
        self.stop_if_cancelled()?;
        self.flush(&made)?;
        let result = if self.fresh {
            self.commit_fresh(made)
        } else {
            self.commit_over(made, &kept)
        };
        result.map_err(|error| self.name_output(error))
    }

    /// Whether the last build's manifest is in its place.
    fn stands(&self) -> Result<bool> {
        let manifest = self.out.join(MANIFEST);
        self.stop_if_cancelled()?;
        Ok(!self.fresh && self.disk.stat(&manifest)?.is_some())
    }

    fn commit_fresh(&mut self, made: Vec<Made>) -> Result<Summary> {
        let summary = summarise(&made, 0, 0);
        let files: Vec<Entry> = made.into_iter().map(Entry::from).collect();
        let site = self.work.site();
        self.write_manifest(files.iter(), &site.join(MANIFEST))?;
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

    fn commit_over(&mut self, made: Vec<Made>, kept: &[bool]) -> Result<Summary> {
        let standing = Standing {
            previous: &self.previous,
            places: self.places(),
            kept,
        };
        let plan = plan::plan(
            &self.disk,
            &self.out,
            &self.shown,
            &standing,
            self.adopt,
            made,
        )?;
        if plan.journal.steps.is_empty() && plan.same && self.stands()? {
            return Ok(plan.summary);
        }
        self.write_manifest(plan.files(&standing), &self.work.manifest())?;
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

    fn write_manifest<'a>(
        &self,
        files: impl ExactSizeIterator<Item = &'a Entry>,
        at: &Path,
    ) -> Result<()> {
        let text = manifest::write(files);
        let write = || {
            let mut file = self.disk.create(at)?;
            self.disk.write(&mut file, text.as_bytes(), at)?;
            self.make_readable(&file, at)?;
            self.disk.flush(&file, at)
        };
        write().map_err(|error| error.about(self.shown.join(MANIFEST)))
    }

    /// Waits until a small change is on the medium; see "Power loss".
    fn flush(&self, made: &[Made]) -> Result<()> {
        let staged = made.iter().filter_map(|made| Some((made, made.staged?)));
        if staged.clone().count() > FLUSHED {
            return Ok(());
        }
        let start = Instant::now();
        for (made, number) in staged {
            let at = if self.fresh {
                self.staging.join(&made.path)
            } else {
                numbered(&self.staging, number)
            };
            self.disk
                .flush_file(&at)
                .map_err(|error| error.about(self.shown.join(&made.path)))?;
            self.stop_if_cancelled()?;
            if start.elapsed() > FLUSH_TIME {
                break;
            }
        }
        Ok(())
    }
}

pub(super) fn summarise(made: &[Made], kept: usize, removed: usize) -> Summary {
    let mut summary = Summary {
        unchanged: kept,
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
