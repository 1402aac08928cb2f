//! The manifest, `.longhand.json`: what we made, so that we may change it.
//!
//! Takes and gives text. It is the only licence to delete anything, so one
//! that was cut short, edited or merged is not believed at all: the files'
//! part carries its own hash, and every name is checked again.

use std::fmt::Write;

use serde::Deserialize;

use super::name;
use crate::hash::Hash;
use crate::table::Table;

/// Raised when an older Longhand could misread the file.
const VERSION: u32 = 1;

/// A [`Hash`] as the manifest shows it.
fn spelled<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    hash(&text).ok_or_else(|| serde::de::Error::custom("expected 32 hexadecimal digits"))
}

fn spelled_if_any<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Hash>, D::Error> {
    spelled(deserializer).map(Some)
}

/// One file of the output.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// Relative to the output, `/` between segments.
    pub path: String,
    pub size: u64,
    #[serde(deserialize_with = "spelled")]
    pub hash: Hash,
    /// Nanoseconds since 1970, as the file had it when we left it: while it
    /// and `size` still hold, the file need not be read.
    pub mtime: i64,
    /// Of a copied file: what its source looked like, so that neither need be
    /// read. See [`super::Emitter::copy`].
    #[serde(default, deserialize_with = "spelled_if_any")]
    pub source: Option<Hash>,
}

/// What we made, by path in byte order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    pub files: Vec<Entry>,
}

impl Manifest {
    pub fn get(&self, path: &str) -> Option<&Entry> {
        let index = self
            .files
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
            .ok()?;
        self.files.get(index)
    }
}

/// Finds entries by their paths: where each is looked up, halving takes longer
/// than the system does.
pub(super) struct Places(Table);

impl Places {
    pub fn new(manifest: &Manifest) -> Places {
        let mut table = Table::with_capacity(manifest.files.len());
        for (place, entry) in manifest.files.iter().enumerate() {
            table.put(entry.path.as_str(), place, |_| false);
        }
        Places(table)
    }

    pub fn get(&self, manifest: &Manifest, path: &str) -> Option<usize> {
        self.0.get(path, |place| manifest.files[place].path == path)
    }
}

#[derive(Deserialize)]
struct Raw {
    version: u32,
    #[serde(default)]
    files: Vec<Entry>,
    #[serde(default, deserialize_with = "spelled_if_any")]
    check: Option<Hash>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// What stands before the files.
const HEAD: &str = "{\"version\":1,\"generator\":\"longhand\",\"files\":[";

/// The files' part of the text ends here, its hash follows.
const CHECK: &str = "],\n\"check\":";

/// One line a file, so that two manifests can be compared by eye.
pub(super) fn write<'a>(files: impl ExactSizeIterator<Item = &'a Entry>) -> String {
    let mut text = String::with_capacity(128 + files.len() * 140);
    text.push_str(HEAD);
    for (index, entry) in files.enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        line(entry, &mut text);
    }
    text.push('\n');
    let check = Hash::of(text.as_bytes());
    writeln!(text, "{CHECK}\"{check}\"}}").expect("a String takes all");
    text
}

fn line(entry: &Entry, out: &mut String) {
    out.push_str("{\"path\":");
    if entry.path.bytes().all(stays) {
        out.push('"');
        out.push_str(&entry.path);
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(&entry.path).expect("a string is JSON"));
    }
    write!(out, ",\"size\":{},\"hash\":\"", entry.size).expect("a String takes all");
    digits(entry.hash, out);
    write!(out, "\",\"mtime\":{}", entry.mtime).expect("a String takes all");
    if let Some(source) = entry.source {
        out.push_str(",\"source\":\"");
        digits(source, out);
        out.push('"');
    }
    out.push('}');
}

/// Whether a byte of a string stands in JSON as it is.
fn stays(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

fn digits(hash: Hash, out: &mut String) {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half & 15)]);
    for byte in hash.0.to_be_bytes() {
        out.push(digit(byte >> 4));
        out.push(digit(byte));
    }
}

/// Reads a manifest or says why it cannot be believed, as the end of
/// "`.longhand.json` …".
pub fn read(bytes: &[u8]) -> Result<Manifest, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is damaged: it is not UTF-8".to_owned())?;
    // What is not exactly as we write it is read as any JSON, for the reason.
    let files = match as_written(text) {
        Some(files) => files,
        None => as_json(text)?,
    };
    for entry in &files {
        name::check(&entry.path).map_err(|reason| {
            format!(
                "is damaged: the path `{}` {reason}",
                entry.path.escape_debug()
            )
        })?;
    }
    if !files.is_sorted_by(|a, b| a.path < b.path) {
        return Err("is damaged: its files are out of order".to_owned());
    }
    Ok(Manifest { files })
}

fn as_json(text: &str) -> Result<Vec<Entry>, String> {
    let raw: Raw = serde_json::from_str(text).map_err(|error| {
        match serde_json::from_str::<Version>(text) {
            Ok(found) if found.version != VERSION => other_version(found.version),
            _ => format!("is damaged: {error}"),
        }
    })?;
    if raw.version != VERSION {
        return Err(other_version(raw.version));
    }
    if raw.check != Some(Hash::of(files_part(text).as_bytes())) {
        return Err("is damaged: it was changed since longhand wrote it".to_owned());
    }
    Ok(raw.files)
}

fn files_part(text: &str) -> &str {
    let end = text.rfind(CHECK).unwrap_or_default();
    &text[..end]
}

/// The files of a text that [`write`] could have written, in a fifth of the time.
fn as_written(text: &str) -> Option<Vec<Entry>> {
    let part = files_part(text);
    let check = text[part.len()..].strip_prefix(CHECK)?.strip_prefix('"')?;
    let check = hash(check.strip_suffix("\"}\n")?)?;
    let lines = part.strip_prefix(HEAD)?;
    if check != Hash::of(part.as_bytes()) {
        return None;
    }
    let lines = lines.strip_suffix('\n')?;
    if lines.is_empty() {
        return Some(Vec::new());
    }
    let mut files = Vec::with_capacity(lines.len() / 100);
    let mut lines = lines.strip_prefix('\n')?.split('\n').peekable();
    while let Some(line) = lines.next() {
        let line = match lines.peek() {
            Some(_) => line.strip_suffix(',')?,
            None => line,
        };
        files.push(entry(line)?);
    }
    Some(files)
}

/// One line, without the comma; `None` also for a path with escapes in it.
fn entry(line: &str) -> Option<Entry> {
    let rest = line.strip_prefix("{\"path\":\"")?;
    let end = rest.bytes().position(|byte| !stays(byte))?;
    let (path, rest) = rest.split_at(end);
    let (size, rest) = rest.strip_prefix("\",\"size\":")?.split_once(',')?;
    let (digits, rest) = rest.strip_prefix("\"hash\":\"")?.split_at_checked(32)?;
    let rest = rest.strip_prefix("\",\"mtime\":")?.strip_suffix('}')?;
    let (mtime, source) = match rest.split_once(',') {
        None => (rest, None),
        Some((mtime, source)) => {
            let digits = source.strip_prefix("\"source\":\"")?.strip_suffix('"')?;
            (mtime, Some(hash(digits)?))
        }
    };
    // JSON knows neither `+1` nor `01`.
    let plain = |number: &str| number == "0" || number.starts_with(|c| matches!(c, '1'..='9'));
    let entry = Entry {
        path: path.to_owned(),
        size: size.parse().ok().filter(|_| plain(size))?,
        hash: hash(digits)?,
        mtime: (mtime.parse().ok()).filter(|_| plain(mtime.strip_prefix('-').unwrap_or(mtime)))?,
        source,
    };
    Some(entry)
}

fn hash(digits: &str) -> Option<Hash> {
    if digits.len() != 32 {
        return None;
    }
    let mut hash = 0_u128;
    for byte in digits.bytes() {
        hash = hash << 4 | u128::from(char::from(byte).to_digit(16)?);
    }
    Some(Hash(hash))
}

fn other_version(version: u32) -> String {
    format!("is of version {version}, and this longhand reads version {VERSION}")
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Entry, HEAD, Hash, Manifest, VERSION, as_written, read};
    use proptest::prelude::*;

    fn write(manifest: &Manifest) -> String {
        super::write(manifest.files.iter())
    }

    fn entry(path: &str) -> Entry {
        Entry {
            path: path.to_owned(),
            size: 3,
            hash: Hash::of(b"abc"),
            mtime: -5,
            source: None,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut manifest = Manifest {
            files: vec![entry("a \"q\"\\"), entry("b/\u{1}"), entry("é")],
        };
        manifest.files[1].source = Some(Hash(7));
        assert_eq!(read(write(&manifest).as_bytes()), Ok(manifest));
        assert_eq!(
            read(write(&Manifest::default()).as_bytes()),
            Ok(Manifest::default())
        );
    }

    #[test]
    fn its_form_is_settled() {
        let text = write(&Manifest {
            files: vec![entry("a")],
        });
        assert_eq!(
            text,
            "{\"version\":1,\"generator\":\"longhand\",\"files\":[\n\
             {\"path\":\"a\",\"size\":3,\"hash\":\"06b05ab6733a618578af5f94892f3950\",\"mtime\":-5}\n\
             ],\n\"check\":\"3a2c137eb5bae90665540dd9416a9f28\"}\n"
        );
    }

    #[test]
    fn a_byte_changed_anywhere_is_noticed() {
        let text = write(&Manifest {
            files: vec![entry("a/index.html"), entry("b")],
        });
        for at in 0..text.len() {
            for byte in *b"0a/\"" {
                let mut bytes = text.clone().into_bytes();
                if std::mem::replace(&mut bytes[at], byte) == byte {
                    continue;
                }
                // What follows the files' part may change its layout, not its sense.
                assert!(
                    read(&bytes).is_err()
                        || bytes.ends_with(b"\n") && at >= text.find(CHECK).unwrap(),
                    "{at}"
                );
            }
        }
        for end in 0..text.len() - 1 {
            assert!(read(&text.as_bytes()[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn reasons_are_given() {
        let sealed = |files: &str| {
            let text = format!("{{\"version\":1,\"files\":[{files}");
            let check = Hash::of(text.as_bytes());
            read(format!("{text}{CHECK}\"{check}\"}}").as_bytes()).unwrap_err()
        };
        let line = |path: &str| {
            let mut line = String::new();
            super::line(&entry(path), &mut line);
            line
        };
        assert_eq!(
            sealed(&line("../x")),
            "is damaged: the path `../x` has a `.` or `..` in it"
        );
        assert_eq!(
            sealed(&line("/etc/passwd")),
            "is damaged: the path `/etc/passwd` starts with `/`, and should be relative to the output"
        );
        assert_eq!(
            sealed(&format!("{},{}", line("b"), line("a"))),
            "is damaged: its files are out of order"
        );
        assert_eq!(
            sealed(&format!("{},{}", line("a"), line("a"))),
            "is damaged: its files are out of order"
        );
        assert_eq!(
            read(b"{\"version\":2,\"pages\":{}}").unwrap_err(),
            "is of version 2, and this longhand reads version 1"
        );
        assert_eq!(read(b"\xff").unwrap_err(), "is damaged: it is not UTF-8");
        assert_eq!(
            read(b"").unwrap_err(),
            "is damaged: EOF while parsing a value at line 1 column 0"
        );
        assert_eq!(
            read(b"{\"version\":1,\"files\":[]}").unwrap_err(),
            "is damaged: it was changed since longhand wrote it"
        );
    }

    #[test]
    fn files_are_found_by_path() {
        let manifest = Manifest {
            files: vec![entry("a"), entry("b"), entry("c")],
        };
        assert_eq!(
            manifest.get("b").map(|entry| entry.path.as_str()),
            Some("b")
        );
        assert_eq!(manifest.get("bb"), None);
    }

    proptest! {
        #[test]
        fn both_ways_of_reading_agree(
            paths in proptest::collection::btree_set("[a-c/é\"\\\\]{1,9}", 0..9),
            size: u64,
            hash: u128,
            mtime: i64,
            source in proptest::option::of(any::<u128>()),
        ) {
            let odd = |path: &String| path.contains(['"', '\\']);
            let plain = !paths.iter().any(odd);
            let files = paths.into_iter().map(|path| Entry {
                path,
                size,
                hash: Hash(hash),
                mtime,
                source: source.map(Hash),
            });
            let files: Vec<Entry> = files.collect();
            let text = super::write(files.iter());
            let slowly = super::as_json(&text);
            prop_assert_eq!(slowly.as_ref(), Ok(&files));
            prop_assert_eq!(as_written(&text), plain.then_some(files));
        }
    }

    #[test]
    fn the_head_names_the_version() {
        assert!(HEAD.contains(&format!("\"version\":{VERSION},")));
    }
}
