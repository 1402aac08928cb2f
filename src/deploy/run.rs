//! Carries a plan out: sends by stages, deletes when all is there, and looks
//! again.
//!
//! Whatever goes wrong, and whenever: nothing was deleted unless everything was
//! sent, and the next run begins with what is missing. Before the first file is
//! touched the record names all that will be, so that nothing of ours can be
//! taken for somebody else's.

use super::plan::{Plan, Stage, some_of, stages};
use super::record::{Entry, Record};
use super::target::{DeployError, File, Remote, Result, Seen, Target};
use crate::hash::Hash;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// Called with what is done, how many bytes of how many have arrived.
pub type Progress<'p> = dyn Fn(&'static str, u64, u64) + Sync + 'p;

/// Brings the place up to date.
///
/// # Errors
///
/// What the place said, with how far it came.
pub fn run(
    target: &mut dyn Target,
    files: &[File],
    plan: &Plan,
    remote: Remote,
    progress: &Progress<'_>,
) -> Result<()> {
    let wanted: HashSet<&str> = (plan.new.iter().chain(&plan.changed))
        .map(String::as_str)
        .collect();
    let sends: Vec<&File> = files
        .iter()
        .filter(|file| wanted.contains(file.path.as_str()))
        .collect();
    let mut record = remote.record.unwrap_or_default();
    // What is not there any more is not ours any more.
    record.retain(remote.files.keys().map(String::as_str));
    for file in &sends {
        record.put(&file.path, Entry::default());
    }
    target.keep(&record)?;
    let blocking = match target.has_folders() {
        true => blocking(plan),
        false => Vec::new(),
    };
    if !blocking.is_empty() {
        target.remove(&blocking)?;
    }
    let record = Mutex::new((record, 0_u64, 0_usize));
    let result = send(target, &sends, plan.bytes, &record, progress);
    let (mut record, _, arrived) = record.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Err(error) = result {
        // The error at hand is the one to be told of.
        let _ = target.keep(&record);
        return Err(broken_off(error, arrived, sends.len()));
    }
    if !plan.deleted.is_empty() {
        progress("deleting", plan.bytes, plan.bytes);
        let paths = plan.deleted.iter().map(String::as_str);
        let paths: Vec<&str> = paths.filter(|path| !blocking.contains(path)).collect();
        target.remove(&paths)?;
        for path in &plan.deleted {
            record.remove(path);
        }
    }
    progress("finishing", plan.bytes, plan.bytes);
    target.finish(&record)?;
    progress("verifying", plan.bytes, plan.bytes);
    let wrong = target.verify(files, &record, &plan.deleted)?;
    if wrong.is_empty() {
        return Ok(());
    }
    let some = some_of(&wrong);
    let message = format!(
        "{} is not as it was sent: {some}",
        match wrong.len() {
            1 => "one file there".to_owned(),
            count => format!("a part of the site, {count} files,"),
        }
    );
    Err(DeployError::io(message)
        .help("somebody else may be writing there; `longhand deploy` again sends what differs"))
}

/// Files that must go first, since the site has a folder of their name now, or
/// has a file of the name of their folder.
fn blocking(plan: &Plan) -> Vec<&str> {
    let folders: HashSet<&str> = (plan.new.iter())
        .flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]))
        .collect();
    let new: HashSet<&str> = plan.new.iter().map(String::as_str).collect();
    let goes = |path: &&str| {
        let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
        folders.contains(path) || above.any(|folder| new.contains(folder))
    };
    let deleted = plan.deleted.iter().map(String::as_str);
    deleted.filter(goes).collect()
}

fn send(
    target: &mut dyn Target,
    sends: &[&File],
    bytes: u64,
    record: &Mutex<(Record, u64, usize)>,
    progress: &Progress<'_>,
) -> Result<()> {
    let prints: HashMap<&str, Hash> = (sends.iter())
        .map(|file| (file.path.as_str(), target.print(file)))
        .collect();
    for (stage, files) in stages(sends) {
        let doing = match stage {
            Stage::Assets => "assets",
            Stage::Pages => "pages",
            Stage::Indices => "lists",
            Stage::Home => "home page",
        };
        let sent = |file: &File, seen: Seen| {
            let mut guard = record.lock().unwrap_or_else(PoisonError::into_inner);
            let (record, done, count) = &mut *guard;
            let hash = prints.get(file.path.as_str()).copied().unwrap_or_default();
            record.put(&file.path, Entry { hash, seen });
            *done += file.size;
            *count += 1;
            progress(doing, *done, bytes);
        };
        // Eight records are as many as a large site need write.
        let chunk = target.chunk().max(files.len() / 8).max(1);
        let mut chunks = files.chunks(chunk).peekable();
        while let Some(files) = chunks.next() {
            target.send(files, &sent)?;
            if chunks.peek().is_some() {
                let record = record.lock().unwrap_or_else(PoisonError::into_inner);
                target.keep(&record.0)?;
            }
        }
    }
    Ok(())
}

fn broken_off(error: DeployError, arrived: usize, all: usize) -> DeployError {
    let message = format!(
        "{}; {arrived} of {all} files were sent, and nothing was deleted",
        error.message
    );
    let again = "run `longhand deploy` again: it goes on from there";
    let help = match error.help {
        Some(help) => format!("{help}; then {again}"),
        None => again.to_owned(),
    };
    DeployError {
        message,
        help: Some(help),
        ..error
    }
}
