//! The files of a site: found, read, hashed and numbered.
//!
//! Takes the site's folder, gives texts that are sound (UTF-8, no NUL, of
//! bearable size) and the places of everything else. Ids follow the order of
//! paths, whatever order the disk has. Does not know what a file is for.

mod sound;
mod walk;

pub use walk::{Found, Skipped, Walked, is_taken, walk};

use crate::diag::{Diagnostic, FileId, Files};
use rayon::prelude::*;
use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// A larger text was made by a program; reading it as an essay is a mistake.
pub const TEXT_LIMIT: u64 = 10 << 20;

/// A text that was read.
#[derive(Clone, Debug)]
pub struct Source {
    pub id: FileId,
    /// Relative to the site's folder, `/` between the parts.
    pub path: Arc<str>,
    /// Without a byte order mark; line ends as they are in the file.
    pub text: Arc<str>,
    /// Of the file's bytes: the same on every machine and in every build.
    pub hash: u64,
    /// Bytes of the file.
    pub len: u64,
    pub mtime: Option<SystemTime>,
}

/// All texts of a site, by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub root: PathBuf,
    pub files: Vec<Source>,
    /// What was found wrong while reading.
    pub diagnostics: Vec<Diagnostic>,
}

/// A file operation that the system refused: exit code 3.
#[derive(Debug)]
pub struct IoError {
    pub path: PathBuf,
    /// As after "cannot": `read`, `list`, `write`.
    pub operation: &'static str,
    pub source: io::Error,
}

impl fmt::Display for IoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.source.to_string();
        // "Permission denied (os error 13)": the number helps nobody.
        let reason = reason
            .split(" (os error")
            .next()
            .unwrap_or_default()
            .to_lowercase();
        write!(
            f,
            "cannot {} `{}`: {reason}",
            self.operation,
            self.path.display()
        )
    }
}

impl std::error::Error for IoError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl Sources {
    pub fn new(root: impl Into<PathBuf>) -> Sources {
        Sources {
            root: root.into(),
            ..Sources::default()
        }
    }

    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// Reads one text by its path relative to the site's folder (or an absolute
    /// one). `None`: the file is unsound or gone, and `diagnostics` says so.
    pub fn read(&mut self, path: &str) -> Result<Option<FileId>, IoError> {
        let loaded = load(&self.root.join(path))?;
        Ok(self.take(path, loaded))
    }

    /// Reads many texts in parallel. The answers stand in the order of `found`,
    /// which [`walk`] gives in the order of paths; `None` as for [`Sources::read`].
    pub fn read_all(&mut self, found: &[Found]) -> Result<Vec<Option<FileId>>, IoError> {
        let loaded: Vec<Result<Loaded, IoError>> =
            found.par_iter().map(|found| load(&found.disk)).collect();
        // The first refusal in the order of paths, not of time.
        let loaded: Vec<Loaded> = loaded.into_iter().collect::<Result<_, _>>()?;
        Ok(found
            .iter()
            .zip(loaded)
            .map(|(found, loaded)| self.take(&found.path, loaded))
            .collect())
    }

    /// Takes a text that lies in no file: an embedded template, a case in a test.
    pub fn add(&mut self, path: &str, text: &str) -> FileId {
        let hash = hash(text.as_bytes());
        self.push(path, Arc::from(text), hash, text.len() as u64, None)
    }

    fn take(&mut self, path: &str, loaded: Loaded) -> Option<FileId> {
        let Loaded::Read { bytes, mtime } = loaded else {
            let gone = format!("`{path}` vanished while the site was being read");
            let error = Diagnostic::error("file-vanished", None, gone);
            self.diagnostics.push(error.help("run the build again"));
            return None;
        };
        let (len, hash) = (bytes.len() as u64, hash(&bytes));
        let checked = sound::check(bytes);
        let id = self.push(path, checked.text, hash, len, mtime);
        let broken = checked.findings.iter().any(|finding| finding.error);
        self.diagnostics
            .extend(checked.findings.into_iter().map(|finding| finding.at(id)));
        (!broken).then_some(id)
    }

    fn push(
        &mut self,
        path: &str,
        text: Arc<str>,
        hash: u64,
        len: u64,
        mtime: Option<SystemTime>,
    ) -> FileId {
        // Four thousand million files are no site.
        let id = FileId(self.files.len() as u32);
        self.files.push(Source {
            id,
            path: Arc::from(path),
            text,
            hash,
            len,
            mtime,
        });
        id
    }
}

impl Files for Sources {
    fn path(&self, file: FileId) -> &str {
        &self.get(file).path
    }

    fn text(&self, file: FileId) -> &str {
        &self.get(file).text
    }
}

enum Loaded {
    Read {
        bytes: Vec<u8>,
        mtime: Option<SystemTime>,
    },
    Gone,
}

/// No more than a byte beyond the limit is read of any file.
fn load(path: &Path) -> Result<Loaded, IoError> {
    let failed = |source| IoError {
        path: path.to_owned(),
        operation: "read",
        source,
    };
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Loaded::Gone),
        Err(error) => return Err(failed(error)),
    };
    let meta = file.metadata().map_err(failed)?;
    let expected = meta.len().min(TEXT_LIMIT + 1) as usize;
    let mut bytes = Vec::with_capacity(expected + 1);
    file.by_ref()
        .take(TEXT_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(Loaded::Read {
        bytes,
        mtime: meta.modified().ok(),
    })
}

/// The files directly in `dir`, by name.
pub fn list(dir: &Path) -> Result<Vec<Found>, IoError> {
    walk::list(dir)
}

/// The names of the folders directly in `dir`; none where it does not exist.
pub fn folders(dir: &Path) -> Result<Vec<String>, IoError> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => {
            let operation = "reading the folder";
            return Err(IoError {
                path: dir.to_owned(),
                operation,
                source,
            });
        }
    };
    let folders = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    Ok(names)
}

/// The bytes of a file that is no text of ours.
pub fn bytes(path: &Path) -> Result<Vec<u8>, IoError> {
    std::fs::read(path).map_err(|source| IoError {
        path: path.to_owned(),
        operation: "reading",
        source,
    })
}

/// The text of a file, where it is one: a resource that a template asks for.
pub fn text(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path)
        .ok()
        .filter(|bytes| bytes.len() as u64 <= TEXT_LIMIT)?;
    let text = String::from_utf8(bytes).ok()?;
    Some(
        text.strip_prefix('\u{FEFF}')
            .map_or(text.clone(), str::to_owned),
    )
}

/// The first 64 bits of BLAKE3: stable, and fast enough to be no matter.
pub fn hash(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

#[cfg(test)]
mod tests;
