//! One file of the cache: records by key, appended, each with its own check.
//!
//! ```text
//! head    16 bytes: which program wrote it
//! record  kind 1 · key 16 · length 4 · check 16 · payload
//! ```
//!
//! Opening reads the whole file once and notes where records lie; what does not
//! check is not believed, nor anything after what has no frame. New records are
//! appended, or the file is written anew when most of it is of no use to this
//! site any more. Where there was no file, they are written while they come in,
//! to a draft that takes its place at the end. A log is saved once: what is put
//! after that is not kept. Two processes may share a file: where their records
//! mix, they do not check, and are made again; of two new files the last one wins.

use super::place;
use crate::hash::{Hash, Stream};
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

const HEAD: usize = 16;
const RECORD: usize = 1 + 16 + 4 + 16;
/// Less than this is not worth writing anew.
const SMALL: usize = 1 << 20;
/// A larger file is not read: it is nothing that we would have left.
const LARGEST: u64 = 4 << 30;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind(pub u8);

pub struct Log {
    path: PathBuf,
    head: [u8; HEAD],
    bytes: Vec<u8>,
    index: HashMap<(Kind, Hash), Place>,
    /// Records of this build, ready to be written; none once they are.
    new: Mutex<Option<Chunks>>,
    /// What the file held cannot stay as it is: it was damaged, or is another program's.
    stale: bool,
    /// What is written before all is known; locked for as long as it is written to.
    draft: Mutex<Draft>,
}

/// A file that will be the log.
#[derive(Default)]
enum Draft {
    #[default]
    None,
    Begun(std::fs::File, PathBuf),
    Failed(io::Error),
}

/// Bytes that are only ever appended: a vector that grows would be copied again
/// and again, and touch twice the memory.
#[derive(Default)]
struct Chunks(Vec<Vec<u8>>);

const CHUNK: usize = 1 << 20;

impl Chunks {
    /// Where `length` bytes can be appended.
    fn room(&mut self, length: usize) -> &mut Vec<u8> {
        if !self.has_room(length) {
            self.0.push(Vec::with_capacity(length.max(CHUNK)));
        }
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    fn has_room(&self, length: usize) -> bool {
        let room = |chunk: &Vec<u8>| chunk.capacity() - chunk.len() >= length;
        self.0.last().is_some_and(room)
    }

    fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        self.0.iter().try_for_each(|chunk| to.write_all(chunk))
    }
}

struct Place {
    /// The whole record.
    record: Range<usize>,
    used: AtomicBool,
}

/// How a file was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Sound,
    /// There was none.
    Nothing,
    /// Written by another version of the program.
    Other,
    /// Cut short, or changed by somebody.
    Damaged,
    Unreadable,
}

impl Log {
    pub fn open(path: PathBuf, head: Hash) -> (Log, Found) {
        let head = head.0.to_le_bytes();
        let mut log = Log {
            path,
            head,
            bytes: Vec::new(),
            index: HashMap::new(),
            new: Mutex::new(Some(Chunks::default())),
            stale: true,
            draft: Mutex::default(),
        };
        let bytes = match read(&log.path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return (log, Found::Nothing),
            Err(_) => return (log, Found::Unreadable),
        };
        if bytes.get(..HEAD) != Some(&log.head) {
            let found = if bytes.len() < HEAD {
                Found::Damaged
            } else {
                Found::Other
            };
            return (log, found);
        }
        log.bytes = bytes;
        let sound = log.scan();
        log.stale = !sound;
        (log, if sound { Found::Sound } else { Found::Damaged })
    }

    /// Notes every record up to the first that does not check; whether all did.
    fn scan(&mut self) -> bool {
        let mut at = HEAD;
        while at < self.bytes.len() {
            let Some(record) = record(&self.bytes, at) else {
                return false;
            };
            let end = record.end;
            let place = Place {
                record: at..end,
                used: AtomicBool::new(false),
            };
            self.index.insert((record.kind, record.key), place);
            at = end;
        }
        true
    }

    /// The payload of a record that was there when the file was opened.
    pub fn get(&self, kind: Kind, key: Hash) -> Option<&[u8]> {
        let place = self.index.get(&(kind, key))?;
        // The same record checks whole, or is as if it were not there.
        let payload = checked(&self.bytes[place.record.clone()])?;
        place.used.store(true, Ordering::Relaxed);
        Some(payload)
    }

    pub fn put(&self, kind: Kind, key: Hash, payload: &[u8]) {
        // Nothing of ours is larger.
        let Ok(length) = u32::try_from(payload.len()) else {
            return;
        };
        let check = check(kind, key, payload);
        let mut full = None;
        let mut place = self.new.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(new) = &mut *place else {
            return;
        };
        if self.is_drafted() && new.len() > 0 && !new.has_room(RECORD + payload.len()) {
            full = Some(std::mem::take(new));
        }
        let room = new.room(RECORD + payload.len());
        room.push(kind.0);
        room.extend_from_slice(&key.0.to_le_bytes());
        room.extend_from_slice(&length.to_le_bytes());
        room.extend_from_slice(&check.0.to_le_bytes());
        room.extend_from_slice(payload);
        drop(place);
        if let Some(full) = full {
            self.advance(&full);
        }
    }

    /// Nothing of an older file is kept, so that what is new can be written as it comes.
    fn is_drafted(&self) -> bool {
        self.stale && self.bytes.is_empty()
    }

    /// Writes to the draft; what fails is told when the log is saved.
    fn advance(&self, chunks: &Chunks) {
        let mut draft = self.draft.lock().unwrap_or_else(PoisonError::into_inner);
        let written = match &mut *draft {
            Draft::Failed(_) => return,
            Draft::Begun(file, _) => chunks.write(file),
            Draft::None => self.begin().and_then(|(mut file, path)| {
                let written = chunks.write(&mut file);
                *draft = Draft::Begun(file, path);
                written
            }),
        };
        if let Err(error) = written {
            draft.discard();
            *draft = Draft::Failed(error);
        }
    }

    /// A draft of which only the head is there.
    fn begin(&self) -> io::Result<(std::fs::File, PathBuf)> {
        if let Some(folder) = self.path.parent() {
            place::make(folder)?;
        }
        let process = std::process::id();
        for number in 0_u32.. {
            let path = self
                .path
                .with_extension(format!("{process}-{number}.draft"));
            match std::fs::File::create_new(&path) {
                Ok(mut file) => {
                    file.write_all(&self.head)?;
                    return Ok((file, path));
                }
                // Of another build in this process, or one that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Writes what is new. With `all`, every record of use to the site was
    /// asked for: then those that were not may be dropped.
    pub fn save(&self, all: bool) -> io::Result<()> {
        let new = self
            .new
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(new) = new else { return Ok(()) };
        let used: usize = self
            .index
            .values()
            .filter(|place| place.used.load(Ordering::Relaxed))
            .map(|place| place.record.len())
            .sum();
        let wasteful = all && self.bytes.len() > 2 * (used + new.len()) + SMALL;
        if !self.stale && !wasteful {
            return if new.len() == 0 {
                Ok(())
            } else {
                self.append(&new)
            };
        }
        let mut draft = self.draft.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::take(&mut *draft) {
            Draft::Failed(error) => Err(error),
            Draft::Begun(file, path) => self.replace(file, &path, |file| new.write(file)),
            Draft::None if new.len() == 0 && used == 0 && self.bytes.is_empty() => Ok(()),
            Draft::None => self.rewrite(&new, wasteful),
        }
    }

    fn append(&self, new: &Chunks) -> io::Result<()> {
        let file = std::fs::OpenOptions::new().append(true).open(&self.path)?;
        // Another process may have written the file anew meanwhile: its length says so.
        if file.metadata()?.len() < self.bytes.len() as u64 {
            return Ok(());
        }
        let mut whole = io::BufWriter::with_capacity(CHUNK, file);
        new.write(&mut whole)?;
        whole.flush()
    }

    fn rewrite(&self, new: &Chunks, used_only: bool) -> io::Result<()> {
        let mut kept: Vec<&Place> = self
            .index
            .values()
            .filter(|place| !used_only || place.used.load(Ordering::Relaxed))
            .collect();
        kept.sort_by_key(|place| place.record.start);
        let (draft, path) = self.begin()?;
        self.replace(draft, &path, |file| {
            for place in kept {
                file.write_all(&self.bytes[place.record.clone()])?;
            }
            new.write(file)
        })
    }

    /// Completes a draft, which is the log from then on.
    fn replace(
        &self,
        draft: std::fs::File,
        path: &Path,
        write: impl FnOnce(&mut io::BufWriter<std::fs::File>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut file = io::BufWriter::with_capacity(CHUNK, draft);
        let written = write(&mut file)
            .and_then(|()| file.into_inner().map_err(io::IntoInnerError::into_error))
            .and_then(|_| std::fs::rename(path, &self.path));
        if written.is_err() {
            let _ = std::fs::remove_file(path);
        }
        written
    }
}

impl Draft {
    fn discard(&self) {
        if let Draft::Begun(_, path) = self {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Drop for Log {
    /// Of a build that came to nothing no draft is left.
    fn drop(&mut self) {
        let draft = self.draft.get_mut();
        draft.unwrap_or_else(PoisonError::into_inner).discard();
    }
}

struct Record {
    kind: Kind,
    key: Hash,
    end: usize,
}

/// The record that begins at `at`, if all of it is there.
fn record(bytes: &[u8], at: usize) -> Option<Record> {
    let head = bytes.get(at..at + RECORD)?;
    let length = u32::from_le_bytes(*head[17..21].first_chunk()?) as usize;
    let end = (at + RECORD).checked_add(length)?;
    (end <= bytes.len()).then_some(Record {
        kind: Kind(head[0]),
        key: Hash(u128::from_le_bytes(*head[1..17].first_chunk()?)),
        end,
    })
}

/// The payload of a record, if it is what was written.
fn checked(record: &[u8]) -> Option<&[u8]> {
    let (head, payload) = record.split_at_checked(RECORD)?;
    let kind = Kind(head[0]);
    let key = Hash(u128::from_le_bytes(*head[1..17].first_chunk()?));
    let said = Hash(u128::from_le_bytes(*head[21..37].first_chunk()?));
    (check(kind, key, payload) == said).then_some(payload)
}

fn check(kind: Kind, key: Hash, payload: &[u8]) -> Hash {
    let mut hasher = Stream::new();
    hasher.write(&[kind.0]);
    hasher.write(&key.0.to_le_bytes());
    hasher.write(payload);
    hasher.finish()
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::metadata(path) {
        Ok(meta) if !meta.is_file() || meta.len() > LARGEST => {
            Err(io::ErrorKind::InvalidData.into())
        }
        Ok(_) => std::fs::read(path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
