//! The manifest, `.longhand.json`: what we made, so that we may change it.
//!
//! Takes and gives text. It is the only licence to delete anything, so one
//! that was cut short, edited or merged is not believed at all: the files'
//! part carries its own hash, and every name is checked again.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::name;

/// Raised when an older Longhand could misread the file.
const VERSION: u32 = 1;

/// Half of a BLAKE3 hash: enough that no two files of a site share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub u128);

impl Hash {
    pub fn of(bytes: &[u8]) -> Hash {
        blake3::hash(bytes).into()
    }
}

impl From<blake3::Hash> for Hash {
    fn from(hash: blake3::Hash) -> Hash {
        let half = hash
            .as_bytes()
            .first_chunk::<16>()
            .expect("a BLAKE3 hash has 32 bytes");
        Hash(u128::from_be_bytes(*half))
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u128::from_str_radix(&text, 16) {
            Ok(hash) if digits => Ok(Hash(hash)),
            _ => Err(serde::de::Error::custom("expected 32 hexadecimal digits")),
        }
    }
}

/// One file of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Relative to the output, `/` between segments.
    pub path: String,
    pub size: u64,
    pub hash: Hash,
    /// Nanoseconds since 1970, as the file had it when we left it: while it
    /// and `size` still hold, the file need not be read.
    pub mtime: i64,
    /// Of a copied file: what its source looked like, so that neither need be
    /// read. See [`super::Emitter::copy`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

#[derive(Deserialize)]
struct Raw {
    version: u32,
    #[serde(default)]
    files: Vec<Entry>,
    #[serde(default)]
    check: Option<Hash>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// The files' part of the text ends here, its hash follows.
const CHECK: &str = "],\n\"check\":";

/// One line a file, so that two manifests can be compared by eye.
pub(super) fn write(manifest: &Manifest) -> String {
    let mut text = String::with_capacity(128 + manifest.files.len() * 140);
    write!(
        text,
        "{{\"version\":{VERSION},\"generator\":\"longhand\",\"files\":["
    )
    .expect("a String takes all");
    for (index, entry) in manifest.files.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&serde_json::to_string(entry).expect("strings and numbers are JSON"));
    }
    text.push('\n');
    let check = Hash::of(text.as_bytes());
    writeln!(text, "{CHECK}\"{check}\"}}").expect("a String takes all");
    text
}

/// Reads a manifest or says why it cannot be believed, as the end of
/// "`.longhand.json` …".
pub fn read(bytes: &[u8]) -> Result<Manifest, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is damaged: it is not UTF-8".to_owned())?;
    let raw: Raw = serde_json::from_str(text).map_err(|error| {
        match serde_json::from_str::<Version>(text) {
            Ok(found) if found.version != VERSION => other_version(found.version),
            _ => format!("is damaged: {error}"),
        }
    })?;
    if raw.version != VERSION {
        return Err(other_version(raw.version));
    }
    let files_part = text
        .rfind(CHECK)
        .and_then(|end| text.get(..end))
        .unwrap_or_default();
    if raw.check != Some(Hash::of(files_part.as_bytes())) {
        return Err("is damaged: it was changed since longhand wrote it".to_owned());
    }
    for entry in &raw.files {
        name::check(&entry.path).map_err(|reason| {
            format!(
                "is damaged: the path `{}` {reason}",
                entry.path.escape_debug()
            )
        })?;
    }
    if !raw.files.is_sorted_by(|a, b| a.path < b.path) {
        return Err("is damaged: its files are out of order".to_owned());
    }
    Ok(Manifest { files: raw.files })
}

fn other_version(version: u32) -> String {
    format!("is of version {version}, and this longhand reads version {VERSION}")
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Entry, Hash, Manifest, read, write};

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
             {\"path\":\"a\",\"size\":3,\"hash\":\"6437b3ac38465133ffb63b75273a8db5\",\"mtime\":-5}\n\
             ],\n\"check\":\"320414b48bd277a0f776d9ce727323a5\"}\n"
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
        let line = |path: &str| serde_json::to_string(&entry(path)).unwrap();
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
}
