//! Moving in: a site of another program becomes one of ours.
//!
//! Takes what the other program keeps or exports, gives the files of a new site and what
//! could not be carried over, each with its place. An importer only reads; nothing is
//! written before all of the source was understood, and nothing in it is ever changed.

mod archive;
mod export;
mod front;
pub mod ghost;
mod house;
mod html;
pub mod jekyll;
pub mod substack;
mod term;
pub mod wordpress;

pub use house::{File, House, Kind};

use crate::desk::Failure;
use crate::diag::Diagnostic;
use crate::source::{self, Sources, write};
use std::path::{Path, PathBuf};

/// Whose site it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Jekyll,
    WordPress,
    Ghost,
    Substack,
}

/// What was asked for.
pub struct Asked {
    pub format: Format,
    /// A folder, or the file of an export.
    pub source: PathBuf,
    /// `None`: a folder in the working directory, called after the source.
    pub target: Option<PathBuf>,
    pub dry_run: bool,
}

/// What was done, or would be.
pub struct Moved {
    pub target: PathBuf,
    pub title: String,
    pub files: Vec<File>,
    /// What could not be carried over, in the order of the source.
    pub findings: Vec<Diagnostic>,
}

impl Moved {
    /// The configuration of the new site, as it was or would have been written.
    pub fn configuration(&self) -> Option<&str> {
        let file = self.files.iter().find(|file| file.kind == Kind::Config)?;
        file.content.as_text()
    }
}

/// Reads the source, and writes the new site unless it is only asked what that would be.
/// `sources` gets the texts that the findings point into.
pub fn run(
    asked: &Asked,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Moved, Failure> {
    there_is(asked)?;
    let target = target(asked)?;
    let mut house = House::default();
    match asked.format {
        Format::Jekyll => jekyll::read(sources, &mut house)?,
        Format::WordPress => wordpress::read(&asked.source, sources, &mut house)?,
        Format::Ghost => ghost::read(&asked.source, sources, &mut house)?,
        Format::Substack => substack::read(&asked.source, sources, &mut house)?,
    }
    let errors = |said: &Diagnostic| said.severity == crate::diag::Severity::Error;
    if house.findings.iter().any(errors) {
        diagnostics.extend(house.findings.into_iter().filter(errors));
        return Err(Failure::Site);
    }
    if !house.files.iter().any(|file| file.kind.is_text()) {
        return Err(usage(
            format!(
                "there is nothing to carry over in `{}`",
                asked.source.display()
            ),
            asked.format.wants(),
        ));
    }
    let mut files = house.files;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    settle(&target, &mut files, &mut house.findings)?;
    if !asked.dry_run {
        let new = files.iter().filter(|file| !file.there);
        let new: Vec<(&str, write::From)> = new
            .map(|file| (file.path.as_str(), file.content.as_from()))
            .collect();
        write::create_all(&target, &new)?;
    }
    let mut findings = house.findings;
    crate::diag::tidy(&mut findings, sources);
    Ok(Moved {
        target,
        title: house.title,
        files,
        findings,
    })
}

impl Format {
    /// For the help where it was given something else.
    fn wants(self) -> &'static str {
        match self {
            Format::Jekyll => "name the folder that has `_config.yml` or `_posts/` in it",
            Format::WordPress => {
                "name the XML file that WordPress writes under Tools, Export, All content"
            }
            Format::Ghost => "name the JSON file that Ghost writes under Settings, Import/Export",
            Format::Substack => {
                "name the ZIP file that Substack makes under Settings, Import / Export"
            }
        }
    }

    fn is_folder(self) -> bool {
        self == Format::Jekyll
    }
}

fn there_is(asked: &Asked) -> Result<(), Failure> {
    let source = &asked.source;
    if !source::is_there(source) {
        let message = format!("there is no `{}`", source.display());
        return Err(usage(message, asked.format.wants()));
    }
    if source.is_dir() != asked.format.is_folder() {
        let is = if source.is_dir() { "folder" } else { "file" };
        let message = format!("`{}` is a {is}", source.display());
        return Err(usage(message, asked.format.wants()));
    }
    Ok(())
}

/// Where the new site goes: never where the old one lies.
fn target(asked: &Asked) -> Result<PathBuf, Failure> {
    let target = asked.target.clone().unwrap_or_else(|| {
        let whole = std::path::absolute(&asked.source).unwrap_or_else(|_| asked.source.clone());
        let whole = whole.canonicalize().unwrap_or(whole);
        let name = match asked.format.is_folder() {
            true => whole.file_name(),
            false => whole.file_stem(),
        };
        let name = name.map_or("site".into(), |name| name.to_string_lossy());
        PathBuf::from(format!("{name}-longhand"))
    });
    if target.is_file() {
        return Err(refused(
            format!("`{}` is a file", target.display()),
            "name a folder, best one that is not there yet",
        ));
    }
    if asked.format.is_folder() && lies_in(&target, &asked.source) {
        return Err(refused(
            format!(
                "`{}` lies in `{}`, which is not to be changed",
                target.display(),
                asked.source.display()
            ),
            "name a folder outside of it",
        ));
    }
    Ok(target)
}

/// Whether a path that need not exist lies in a folder that does, links followed.
fn lies_in(path: &Path, folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else {
        return false;
    };
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = whole.ancestors().find_map(|part| part.canonicalize().ok());
    real.is_some_and(|real| real.starts_with(&folder))
}

/// Looks at what the target holds already. The same bytes need not be written; a
/// configuration of the user's own stays, and is told of; anything else is not ours to
/// replace, and then nothing at all is written.
fn settle(
    target: &Path,
    files: &mut [File],
    findings: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    let mut taken: Vec<String> = Vec::new();
    for file in files.iter_mut() {
        let path = target.join(&file.path);
        if !source::is_there(&path) {
            continue;
        }
        file.there = true;
        if path.is_file() && file.content.is_same(&path)? {
            continue;
        }
        if file.kind == Kind::Beside && path.is_file() {
            continue;
        }
        if file.kind == Kind::Config && path.is_file() {
            let message = format!("`{}` is there already and stays as it is", file.path);
            findings.push(Diagnostic::warning("configuration-kept", None, message).help(
                "`--dry-run --json` prints the one that would have been written; take over what is missing",
            ));
            continue;
        }
        taken.push(file.path.clone());
    }
    let Some(first) = taken.first() else {
        return Ok(());
    };
    let others = match taken.len() - 1 {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    Err(refused(
        format!(
            "`{}` in `{}`{others} would be written over",
            first,
            target.display()
        ),
        "name another folder, or one that is empty",
    ))
}

fn usage(message: impl Into<String>, help: impl Into<String>) -> Failure {
    Failure::Usage(Diagnostic::error("usage", None, message).help(help))
}

fn refused(message: impl Into<String>, help: impl Into<String>) -> Failure {
    Failure::Refused(Diagnostic::error("exists", None, message).help(help))
}
