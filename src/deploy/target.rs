//! What a place must be able to do for a site to be sent there.

use super::record::Record;
use crate::hash::{Hash, Stream};
use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What kind of end a deployment came to; it decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line or the configuration cannot be used.
    Usage,
    /// Refused for safety, before anything was sent.
    Refused,
    /// The disk, the network or the other side said no.
    Io,
}

/// Why a site was not deployed. Never holds a secret.
#[derive(Clone, Debug)]
pub struct DeployError {
    pub kind: Kind,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    pub help: Option<String>,
}

pub type Result<T, E = DeployError> = std::result::Result<T, E>;

impl DeployError {
    pub fn new(kind: Kind, message: impl Into<String>) -> DeployError {
        DeployError {
            kind,
            message: message.into(),
            help: None,
        }
    }

    pub fn refused(message: impl Into<String>) -> DeployError {
        DeployError::new(Kind::Refused, message)
    }

    pub fn io(message: impl Into<String>) -> DeployError {
        DeployError::new(Kind::Io, message)
    }

    /// An operation on a file that failed, as in "permission denied while *reading* `x`".
    pub fn disk(doing: &str, path: &Path, error: &std::io::Error) -> DeployError {
        let reason = crate::source::reason(error);
        DeployError::io(format!("{reason} while {doing} `{}`", path.display()))
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> DeployError {
        self.help = Some(help.into());
        self
    }
}

impl std::fmt::Display for DeployError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// One file that the place shall have.
#[derive(Clone, Debug)]
pub struct File {
    /// From the site's root, `/` between segments.
    pub path: String,
    pub size: u64,
    /// Of its bytes.
    pub hash: Hash,
    /// Nanoseconds since 1970.
    pub mtime: i64,
    pub body: Body,
}

#[derive(Clone, Debug)]
pub enum Body {
    Disk(PathBuf),
    /// What no build makes: an empty `.nojekyll`.
    Bytes(&'static [u8]),
}

impl File {
    /// Its bytes, piece by piece.
    ///
    /// # Errors
    ///
    /// It cannot be read, or does not hold any more what the build left.
    pub fn pieces(&self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let path = match &self.body {
            Body::Bytes(bytes) => return take(bytes),
            Body::Disk(path) => path,
        };
        let failed = |error: std::io::Error| DeployError::disk("reading", path, &error);
        let mut file = fs::File::open(path).map_err(failed)?;
        let mut buffer = vec![0; PIECE];
        let mut hash = Stream::new();
        loop {
            let count = file.read(&mut buffer).map_err(failed)?;
            if count == 0 {
                break;
            }
            hash.write(&buffer[..count]);
            take(&buffer[..count])?;
        }
        if hash.finish() == self.hash {
            return Ok(());
        }
        let message = format!("`{}` was changed while the site was sent", path.display());
        Err(DeployError::io(message).help("run `longhand build`, then `longhand deploy` again"))
    }

    /// All of its bytes.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.size).unwrap_or_default());
        self.pieces(|piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    }
}

const PIECE: usize = 256 * 1024;

/// What a place says of a file of its own: the same as long as nobody touches
/// the file there. Made of whatever is cheap to ask: a blob's name, an ETag, or
/// size and time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen(pub Hash);

impl Seen {
    pub fn of(text: &str) -> Seen {
        Seen(Hash::of(text.as_bytes()))
    }
}

/// What a place holds.
#[derive(Debug, Default)]
pub struct Remote {
    /// Every file there but our record, by path.
    pub files: HashMap<String, Seen>,
    /// What the last deployment noted; none where there was no such.
    pub record: Option<Record>,
}

/// Called for each file that has arrived, from any thread.
pub type Sent<'s> = dyn Fn(&File, Seen) + Sync + 's;

/// A place that a site can be sent to.
pub trait Target {
    /// As people would name it, without secrets.
    fn shown(&self) -> String;

    /// What the place needs besides the site's files.
    fn extra(&self) -> Vec<File> {
        Vec::new()
    }

    /// Of a file as it lies there: its bytes, and whatever is stored beside them.
    fn print(&self, file: &File) -> Hash {
        file.hash
    }

    fn look(&mut self) -> Result<Remote>;

    /// After so many files the record is brought up to date.
    fn chunk(&self) -> usize {
        256
    }

    /// Whether a file can stand in the way of a folder of its name, and a folder
    /// in that of a file.
    fn has_folders(&self) -> bool {
        true
    }

    /// Notes how far it came, for a run after one that was broken off. A place
    /// that changes all at once need not.
    fn keep(&mut self, record: &Record) -> Result<()>;

    fn send(&mut self, files: &[&File], sent: &Sent) -> Result<()>;

    fn remove(&mut self, paths: &[&str]) -> Result<()>;

    /// Called once all is there, with what is to be noted.
    fn finish(&mut self, record: &Record) -> Result<()>;

    /// Looks again, and gives the paths of files that are not as they were sent
    /// or, of `gone`, still there.
    fn verify(&mut self, files: &[File], record: &Record, gone: &[String]) -> Result<Vec<String>> {
        let there = self.look()?.files;
        let wrong = files.iter().map(|file| &file.path).filter(|path| {
            let noted = record.get(path).map(|entry| entry.seen);
            noted.is_none() || there.get(*path).copied() != noted
        });
        let left = gone.iter().filter(|path| there.contains_key(*path));
        Ok(wrong.chain(left).cloned().collect())
    }
}

/// Runs `put` for each file on a few threads, and ends with the first that fails.
pub fn parallel(
    files: &[&File],
    threads: usize,
    sent: &Sent,
    put: impl Fn(&File) -> Result<Seen> + Sync,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) else {
                return;
            };
            match put(file) {
                Ok(seen) => sent(file, seen),
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
                    failure.get_or_insert(error);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.min(files.len()) {
            scope.spawn(work);
        }
    });
    let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or(Ok(()), Err)
}
