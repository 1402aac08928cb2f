//! The files of a site: found, read, hashed and numbered.
//!
//! Takes the site's folder, gives texts that are sound (UTF-8, no NUL, of
//! bearable size) and the places of everything else. Ids follow the order of
//! paths, whatever order the disk has. Does not know what a file is for.

pub mod git;
pub mod program;
mod sound;
mod stamp;
mod walk;
pub mod write;

pub use stamp::Stamp;
pub use walk::{Found, Skipped, Walked, is_taken, walk};

use crate::diag::{Diagnostic, FileId, Files};
use crate::hash::Hash;
use rayon::prelude::*;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// A larger text was made by a program; reading it as an essay is a mistake.
pub const TEXT_LIMIT: u64 = 10 << 20;

/// A text that was read.
#[derive(Clone, Debug)]
pub struct Source {
    pub id: FileId,
    /// Relative to the site's folder, `/` between the parts.
    pub path: Arc<str>,
    /// Where to read it; nowhere for a text of our own.
    disk: Option<Arc<Path>>,
    /// Of the file's bytes: the same on every machine and in every build. Known
    /// once it was read.
    pub hash: Option<Hash>,
    text: OnceLock<Arc<str>>,
}

impl Source {
    /// Without a byte order mark; line ends as they are in the file. A file that
    /// is not held is read again; one that is not as it was then is empty.
    pub fn text(&self) -> &Arc<str> {
        self.text.get_or_init(|| {
            self.read_again()
                .unwrap_or_else(|| Arc::from(String::new()))
        })
    }

    /// The text as this build has seen it, without holding on to it.
    pub fn fetch(&self) -> Option<Arc<str>> {
        self.text.get().cloned().or_else(|| self.read_again())
    }

    fn read_again(&self) -> Option<Arc<str>> {
        let Ok(Opened::Bytes(bytes)) = open(self.disk.as_deref()?) else {
            return None;
        };
        let same = self.hash.is_none_or(|hash| hash == Hash::of(&bytes));
        same.then(|| sound::check(bytes).text)
    }
}

/// What became of reading one file.
pub struct Loaded {
    /// `None`: the file is unsound or gone, and `findings` says so.
    pub text: Option<Arc<str>>,
    pub hash: Option<Hash>,
    pub findings: Vec<Diagnostic>,
}

/// All texts of a site, by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub root: PathBuf,
    pub files: Vec<Source>,
    /// What was found wrong while reading.
    pub diagnostics: Vec<Diagnostic>,
    /// Numbers that files had before, by their paths: they keep them, so that what
    /// was made of a file goes on pointing into it.
    known: HashMap<Arc<str>, FileId>,
    /// In the order in which they were placed.
    placed: Vec<FileId>,
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
        write!(
            f,
            "cannot {} `{}`: {}",
            self.operation,
            self.path.display(),
            reason(&self.source)
        )
    }
}

/// What the system says, as it stands in our messages.
pub fn reason(error: &std::io::Error) -> String {
    let reason = error.to_string();
    // "Permission denied (os error 13)": the number helps nobody.
    let reason = reason.split(" (os error").next().unwrap_or_default();
    reason.to_lowercase()
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

    /// For reading the same site again: a file has the number that it had.
    pub fn again(before: &Sources) -> Sources {
        Sources {
            root: before.root.clone(),
            files: before.files.clone(),
            diagnostics: Vec::new(),
            known: before
                .files
                .iter()
                .map(|source| (source.path.clone(), source.id))
                .collect(),
            placed: Vec::new(),
        }
    }

    /// The texts that were read or taken so far, but for those of an earlier time.
    pub fn placed(&self) -> impl Iterator<Item = &Source> {
        self.placed.iter().map(|id| self.get(*id))
    }

    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// Reads one text by its path relative to the site's folder (or an absolute
    /// one). `None`: the file is unsound or gone, and `diagnostics` says so.
    pub fn read(&mut self, path: &str) -> Result<Option<FileId>, IoError> {
        let disk = self.root.join(path);
        let opened = open(&disk)?;
        let id = self.place(path, Some(disk.into()));
        let read = self.check(id, opened);
        Ok(self.keep(id, read))
    }

    /// Reads many texts in parallel. The answers stand in the order of `found`,
    /// which [`walk`] gives in the order of paths; `None` as for [`Sources::read`].
    pub fn read_all(&mut self, found: &[Found]) -> Result<Vec<Option<FileId>>, IoError> {
        let ids = self.place_all(found);
        let read: Vec<Result<Loaded, IoError>> = ids.par_iter().map(|id| self.load(*id)).collect();
        // The first refusal in the order of paths, not of time.
        let read: Vec<Loaded> = read.into_iter().collect::<Result<_, _>>()?;
        Ok(ids
            .into_iter()
            .zip(read)
            .map(|(id, read)| self.keep(id, read))
            .collect())
    }

    /// Gives files their numbers without reading them.
    pub fn place_all(&mut self, found: &[Found]) -> Vec<FileId> {
        found
            .iter()
            .map(|found| self.place(&found.path, Some(found.disk.as_path().into())))
            .collect()
    }

    /// Reads a file that has its number, without holding on to its text.
    pub fn load(&self, id: FileId) -> Result<Loaded, IoError> {
        let opened = match &self.get(id).disk {
            Some(disk) => open(disk)?,
            None => Opened::Gone,
        };
        Ok(self.check(id, opened))
    }

    fn check(&self, id: FileId, opened: Opened) -> Loaded {
        let Opened::Bytes(bytes) = opened else {
            let path = &self.get(id).path;
            let gone = format!("`{path}` vanished while the site was being read");
            let error = Diagnostic::error(VANISHED, None, gone);
            return Loaded {
                text: None,
                hash: None,
                findings: vec![error.help("run the build again")],
            };
        };
        let hash = Hash::of(&bytes);
        let checked = sound::check(bytes);
        let broken = checked.findings.iter().any(|finding| finding.error);
        Loaded {
            text: (!broken).then_some(checked.text),
            hash: Some(hash),
            findings: checked
                .findings
                .into_iter()
                .map(|finding| finding.at(id))
                .collect(),
        }
    }

    /// Holds on to what was read.
    pub fn keep(&mut self, id: FileId, read: Loaded) -> Option<FileId> {
        self.diagnostics.extend(read.findings);
        let source = &mut self.files[id.0 as usize];
        source.hash = read.hash;
        let text = read.text?;
        source.text = OnceLock::from(text);
        Some(id)
    }

    /// Notes what a file held, without holding on to its text.
    pub fn note(&mut self, id: FileId, hash: Option<Hash>, findings: &[Diagnostic]) {
        let source = &mut self.files[id.0 as usize];
        if source.hash != hash {
            // No other is held but of this hash.
            source.text = OnceLock::new();
        }
        source.hash = hash;
        self.diagnostics.extend_from_slice(findings);
    }

    /// Holds on to the text that the file was noted with.
    pub fn hold_text(&mut self, id: FileId, text: Arc<str>) {
        self.files[id.0 as usize].text = OnceLock::from(text);
    }

    /// Holds on to all texts, as far as they are what was read and `most` bytes hold
    /// them: for who will need them when the files are others.
    pub fn hold(&self, most: usize) {
        let held = self.files.iter().filter_map(|source| source.text.get());
        let held = AtomicUsize::new(held.map(|text| text.len()).sum());
        let missing: Vec<&Source> = self
            .files
            .iter()
            .filter(|source| source.hash.is_some() && source.text.get().is_none())
            .collect();
        missing.par_iter().for_each(|source| {
            if held.load(Ordering::Relaxed) < most
                && let Some(text) = source.read_again()
            {
                held.fetch_add(text.len(), Ordering::Relaxed);
                let _ = source.text.set(text);
            }
        });
    }

    /// Takes a text that lies in no file: an embedded template, a case in a test.
    pub fn add(&mut self, path: &str, text: &str) -> FileId {
        let id = self.place(path, None);
        let source = &mut self.files[id.0 as usize];
        source.hash = Some(Hash::of(text.as_bytes()));
        source.text = OnceLock::from(Arc::from(text));
        id
    }

    fn place(&mut self, path: &str, disk: Option<Arc<Path>>) -> FileId {
        let known = self.known.get(path).copied();
        // Four thousand million files are no site.
        let id = known.unwrap_or(FileId(self.files.len() as u32));
        let source = Source {
            id,
            path: Arc::from(path),
            disk,
            hash: None,
            text: OnceLock::new(),
        };
        match self.files.get_mut(id.0 as usize) {
            // What was read of it is good for as long as it is read to be the same.
            Some(before) => before.disk = source.disk,
            None => self.files.push(source),
        }
        self.placed.push(id);
        id
    }
}

impl Files for Sources {
    fn path(&self, file: FileId) -> &str {
        &self.get(file).path
    }

    fn text(&self, file: FileId) -> &str {
        self.get(file).text()
    }
}

enum Opened {
    Bytes(Vec<u8>),
    Gone,
}

/// No more than a byte beyond the limit is read of any file.
fn open(path: &Path) -> Result<Opened, IoError> {
    let failed = |source| IoError {
        path: path.to_owned(),
        operation: "read",
        source,
    };
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Opened::Gone),
        Err(error) => return Err(failed(error)),
    };
    let meta = file.metadata().map_err(failed)?;
    let expected = meta.len().min(TEXT_LIMIT + 1) as usize;
    let mut bytes = Vec::with_capacity(expected + 1);
    file.by_ref()
        .take(TEXT_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(Opened::Bytes(bytes))
}

/// How a file that was found looks by now; `None` if there is no such file, but
/// nothing, a folder or a link.
pub fn find_again(found: &Found) -> Option<Found> {
    let meta = std::fs::symlink_metadata(&found.disk).ok()?;
    meta.is_file().then(|| Found {
        path: found.path.clone(),
        disk: found.disk.clone(),
        len: meta.len(),
        mtime: meta.modified().ok(),
        stamp: Stamp::of(&meta, std::time::SystemTime::now()),
    })
}

/// How a file looks by now; `None` if it is gone, or too young.
pub fn look(path: &Path) -> Option<Stamp> {
    let meta = std::fs::metadata(path).ok()?;
    Stamp::of(&meta, std::time::SystemTime::now())
}

/// How many bytes a file has; `None` if it is gone.
pub fn look_len(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|meta| meta.len())
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

/// Whether there is anything by this name, be it a link to nothing.
/// The name of what there is to say of a file that was there a moment ago.
pub const VANISHED: &str = "file-vanished";

pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// What tells a folder from another one that takes its name later: where it lies when all
/// links are followed, and its number or else its age.
pub type Identity = (PathBuf, Option<u64>, Option<SystemTime>);

pub fn identity(folder: &Path) -> Option<Identity> {
    let real = folder.canonicalize().ok()?;
    let meta = real.metadata().ok().filter(std::fs::Metadata::is_dir)?;
    #[cfg(unix)]
    let number = Some(std::os::unix::fs::MetadataExt::ino(&meta));
    #[cfg(not(unix))]
    let number = None;
    Some((real, number, meta.created().ok()))
}

pub fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_symlink())
}

/// A file of the site that is held open and read in parts.
#[derive(Debug)]
pub struct Parts {
    file: std::fs::File,
    pub length: u64,
    pub stamp: Stamp,
}

/// Opens a file by its path below `root`: none that has become a link out of it.
pub fn open_within(root: &Path, path: &str) -> io::Result<Parts> {
    let real = root.join(path).canonicalize()?;
    if !real.starts_with(root.canonicalize()?) || !real.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let file = std::fs::File::open(real)?;
    let meta = file.metadata()?;
    let (stamp, _) = Stamp::and_age(&meta).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Parts {
        length: meta.len(),
        stamp,
        file,
    })
}

impl Parts {
    /// So many bytes from there on; an error where the file has fewer by now.
    pub fn read(&self, at: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut file = &self.file;
        file.seek(io::SeekFrom::Start(at))?;
        let mut bytes = vec![0; count];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// A file of which the beginning was read.
#[derive(Debug)]
pub struct Begun {
    pub head: Vec<u8>,
    length: u64,
    file: std::fs::File,
}

/// Reads the first `count` bytes of a file, or all there are.
pub fn begin(path: &Path, count: usize) -> io::Result<Begun> {
    let file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = Vec::with_capacity(count.min(usize::try_from(length).unwrap_or(count)));
    (&file).take(count as u64).read_to_end(&mut head)?;
    Ok(Begun { head, length, file })
}

impl Begun {
    pub fn is_whole(&self) -> bool {
        self.head.len() as u64 >= self.length
    }

    /// Whether the file begins with `bytes`, as many as were asked for.
    pub fn is(&self, bytes: &[u8]) -> bool {
        self.head == bytes
    }

    /// Bytes of the file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The whole file.
    pub fn whole(&mut self) -> io::Result<&[u8]> {
        if !self.is_whole() {
            self.file.read_to_end(&mut self.head)?;
            self.length = self.head.len() as u64;
        }
        Ok(&self.head)
    }
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

#[cfg(test)]
mod tests;
