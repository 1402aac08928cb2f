//! What survives between builds: what files looked like, what was made of them,
//! code that was highlighted, what jobs had to say.
//!
//! A record is a pure function of its key: which says everything that it was
//! made from, and changes when that does. So a record is right or it is not
//! found; nothing is ever brought up to date. A hit replays its diagnostics.
//! The whole folder may go at any time: it is made again, and no byte of a site
//! depends on it.
//!
//! What is damaged, or was written by another version of the program, is as if
//! it were not there. Each site has its own files in the folder, named after
//! where it lies.

pub mod answers;
mod log;
mod pictures;
mod place;
mod saved;

pub use place::{Clean, clean, default_folder};

use crate::diag::{Diagnostic, FileId};
use crate::hash::{Hash, Hasher};
use crate::parse::Meta;
use crate::parse::front_matter::Split;
use crate::source::Stamp;
use crate::tree::Format;
use log::{Found, Kind, Log};
pub use saved::Saved;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A file as it was: what stands before its body, and the hash of the whole.
const FILE: Kind = Kind(1);
/// The small part of an article, and what it had to say.
const META: Kind = Kind(2);
/// What a job had to say.
const SAID: Kind = Kind(3);
/// A block of code as HTML.
const CODE: Kind = Kind(4);

/// What a whole build came to.
const WHOLE: Kind = Kind(5);
/// The words of an article.
const WORDS: Kind = Kind(6);

/// Which pictures a job has looked at.
const PICTURES: Kind = Kind(7);

/// The source that the program was compiled from.
pub const BUILD: &str = env!("SOURCE_HASH");

pub struct Cache {
    folder: PathBuf,
    documents: Log,
    /// Large, and opened by the first that needs it.
    code: OnceLock<(Log, Found)>,
    code_path: PathBuf,
    /// The same.
    words: OnceLock<(Log, Found)>,
    words_path: PathBuf,
    head: Hash,
    found: Found,
    /// No file is known by its looks.
    verify: bool,
}

/// A content file as an earlier build saw it.
#[derive(Debug, PartialEq)]
pub struct Known {
    pub hash: Hash,
    pub split: Split,
    /// The text up to the body.
    pub head: String,
}

#[derive(Serialize, Deserialize)]
struct FileRecord<'a> {
    stamp: Hash,
    hash: Hash,
    format: u8,
    start: u32,
    end: u32,
    #[serde(borrow)]
    head: &'a str,
}

#[derive(Serialize, Deserialize)]
struct MetaRecord<M> {
    meta: M,
    said: Vec<Saved>,
}

/// What a build that has published came to.
#[derive(Serialize, Deserialize)]
pub struct Whole {
    /// Of the manifest that it left in the output.
    pub manifest: Hash,
    /// Nanoseconds since 1970 between which it would come to the same.
    pub from: i128,
    pub until: i128,
    pub said: Vec<Saved>,
    pub title: String,
    /// Pages, posts, sections, words.
    pub numbers: [usize; 4],
    pub terms: Vec<(String, usize)>,
    /// Paths, and 0 for a draft, 1 for the future, 2 for what has expired.
    pub left_out: Vec<(String, u8)>,
}

impl Cache {
    /// Opens the cache of the site at `root`. Nothing that is wrong with it is
    /// an error; [`Cache::complaint`] says it.
    pub fn open(folder: &Path, root: &Path, verify: bool) -> Cache {
        let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let site = Hash::of(real.as_os_str().as_encoded_bytes());
        let name = format!("{:016x}", site.0 >> 64);
        let head = Hasher::new()
            .str("longhand cache 1")
            .str(BUILD)
            .hash(site)
            .finish();
        let (documents, found) = Log::open(folder.join(format!("{name}.pages")), head);
        Cache {
            code_path: folder.join(format!("{name}.code")),
            folder: folder.to_owned(),
            documents,
            words_path: folder.join(format!("{name}.words")),
            code: OnceLock::new(),
            words: OnceLock::new(),
            head,
            found,
            verify,
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// One line about a cache that could not be used, as far as it was asked for.
    pub fn complaint(&self) -> Option<&'static str> {
        let lazy = [&self.code, &self.words];
        let mut lazy = lazy.iter().filter_map(|log| log.get());
        let complaint = |found| match found {
            Found::Sound | Found::Nothing => None,
            Found::Other => Some("was left by another version; made anew"),
            Found::Damaged => Some("was damaged; made anew"),
            Found::Unreadable => Some("cannot be read; not used"),
        };
        complaint(self.found).or_else(|| lazy.find_map(|(_, found)| complaint(*found)))
    }

    /// What is known of a file that looks as it did.
    pub fn file(&self, path: &str, stamp: &Stamp) -> Option<Known> {
        if self.verify {
            return None;
        }
        let payload = self.documents.get(FILE, Hash::of(path.as_bytes()))?;
        let record: FileRecord = postcard::from_bytes(payload).ok()?;
        if record.stamp != stamp.0 {
            return None;
        }
        let range = record.start as usize..record.end as usize;
        let format = match record.format {
            1 => Some(Format::Yaml),
            2 => Some(Format::Toml),
            3 => Some(Format::Json),
            _ => None,
        };
        // The record checks, so its own numbers fit each other; a fault of ours must not panic.
        record.head.get(range.clone())?;
        Some(Known {
            hash: record.hash,
            split: Split {
                front: format.map(|format| (format, range)),
                body: record.head.len(),
            },
            head: record.head.to_owned(),
        })
    }

    pub fn put_file(&self, path: &str, stamp: &Stamp, hash: Hash, split: &Split, text: &str) {
        let (format, range) = match &split.front {
            Some((Format::Yaml, range)) => (1, range.clone()),
            Some((Format::Toml, range)) => (2, range.clone()),
            Some((Format::Json, range)) => (3, range.clone()),
            None => (0, 0..0),
        };
        self.put(
            FILE,
            Hash::of(path.as_bytes()),
            &FileRecord {
                stamp: stamp.0,
                hash,
                format,
                start: range.start as u32,
                end: range.end as u32,
                head: &text[..split.body],
            },
        );
    }

    /// The small part of an article, with what its text had to say.
    pub fn meta(&self, key: Hash, file: FileId) -> Option<(Meta, Vec<Diagnostic>)> {
        let payload = self.documents.get(META, key)?;
        let record: MetaRecord<Meta> = postcard::from_bytes(payload).ok()?;
        let mut meta = record.meta;
        for heading in &mut meta.headings {
            heading.span.file = file;
        }
        let said = restore(record.said, Some(file), &|_| None)?;
        Some((meta, said))
    }

    pub fn put_meta(&self, key: Hash, file: FileId, meta: &Meta, said: &[Diagnostic]) {
        // One file's text has nothing to say of another.
        let said = save(said, Some(file), &|_| String::new());
        self.put(META, key, &MetaRecord { meta, said });
    }

    /// What a job said when it read the same. `None`: not known.
    pub fn said(
        &self,
        key: Hash,
        file: &dyn Fn(&str) -> Option<FileId>,
    ) -> Option<Vec<Diagnostic>> {
        let payload = self.documents.get(SAID, key)?;
        restore(postcard::from_bytes(payload).ok()?, None, file)
    }

    pub fn put_said(&self, key: Hash, said: &[Diagnostic], path: &dyn Fn(FileId) -> String) {
        self.put(SAID, key, &save(said, None, path));
    }

    /// Paths of the pictures that a job has looked at.
    pub fn pictures(&self, key: Hash) -> Option<Vec<&str>> {
        postcard::from_bytes(self.documents.get(PICTURES, key)?).ok()
    }

    pub fn put_pictures(&self, key: Hash, paths: &[&str]) {
        self.put(PICTURES, key, &paths);
    }

    pub fn whole(&self, print: Hash) -> Option<Whole> {
        postcard::from_bytes(self.documents.get(WHOLE, print)?).ok()
    }

    pub fn put_whole(&self, print: Hash, whole: &Whole) {
        self.put(WHOLE, print, whole);
    }

    /// A block of code that was highlighted before.
    pub fn code(&self, key: Hash) -> Option<&str> {
        std::str::from_utf8(self.code_log().get(CODE, key)?).ok()
    }

    pub fn put_code(&self, key: Hash, html: &str) {
        self.code_log().put(CODE, key, html.as_bytes());
    }

    /// A copy of a picture.
    pub fn picture(&self, key: Hash) -> Option<Vec<u8>> {
        pictures::get(&self.folder, key)
    }

    pub fn put_picture(&self, key: Hash, bytes: &[u8]) {
        pictures::put(&self.folder, key, bytes);
    }

    fn code_log(&self) -> &Log {
        let open = || Log::open(self.code_path.clone(), self.head);
        &self.code.get_or_init(open).0
    }

    /// The words of an article, as whoever counted them has written them down.
    pub fn words(&self, key: Hash) -> Option<&[u8]> {
        self.words_log().get(WORDS, key)
    }

    pub fn put_words(&self, key: Hash, record: &[u8]) {
        self.words_log().put(WORDS, key, record);
    }

    fn words_log(&self) -> &Log {
        let open = || Log::open(self.words_path.clone(), self.head);
        &self.words.get_or_init(open).0
    }

    fn put<T: Serialize>(&self, kind: Kind, key: Hash, value: &T) {
        // A value of ours that could not be written would only be missing.
        if let Ok(payload) = postcard::to_stdvec(value) {
            self.documents.put(kind, key, &payload);
        }
    }

    /// Writes what is new. `all`: every job was rendered, so blocks of code and words
    /// that nobody asked for are of no use any more.
    pub fn save(&self, all: bool) -> std::io::Result<()> {
        place::make(&self.folder)?;
        self.documents.save(true)?;
        for (log, _) in [&self.code, &self.words].iter().filter_map(|log| log.get()) {
            log.save(all)?;
        }
        place::trim(&self.folder)
    }
}

/// Diagnostics as the cache keeps them.
pub fn save(
    said: &[Diagnostic],
    own: Option<FileId>,
    path: &dyn Fn(FileId) -> String,
) -> Vec<Saved> {
    said.iter()
        .map(|said| Saved::new(said, own, path))
        .collect()
}

/// The same as they were. `None` where a file is not there any more.
pub fn restore(
    said: Vec<Saved>,
    own: Option<FileId>,
    file: &dyn Fn(&str) -> Option<FileId>,
) -> Option<Vec<Diagnostic>> {
    said.into_iter()
        .map(|said| said.restore(own, file))
        .collect()
}

#[cfg(test)]
mod tests;
