//! The record that a deployment leaves at the place: which files are ours, what
//! they hold, and what the place said of them.
//!
//! Takes and gives text. It may be read by anybody, and pages may be in no
//! list on purpose: so it has hashes of paths, which only those can make use
//! of who see the files anyway. It is the only licence to delete anything, so one
//! that was cut short or edited is not believed.

use super::target::Seen;
use crate::hash::Hash;
use std::collections::HashMap;
use std::fmt::Write;

/// Its name at the place.
pub const NAME: &str = ".longhand-deploy";

const HEAD: &str = "longhand-deploy 1\n";
const CHECK: &str = "check ";

/// What is known of one of our files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// As [`super::target::Target::print`] gives it; zero while it is being sent.
    pub hash: Hash,
    pub seen: Seen,
}

/// Our files, by the hashes of their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    files: HashMap<Hash, Entry>,
}

impl Record {
    pub fn get(&self, path: &str) -> Option<Entry> {
        self.files.get(&Hash::of(path.as_bytes())).copied()
    }

    pub fn put(&mut self, path: &str, entry: Entry) {
        self.files.insert(Hash::of(path.as_bytes()), entry);
    }

    pub fn remove(&mut self, path: &str) {
        self.files.remove(&Hash::of(path.as_bytes()));
    }

    /// Lets go of all but the files at these paths.
    pub fn retain<'p>(&mut self, paths: impl Iterator<Item = &'p str>) {
        let paths = paths.map(|path| Hash::of(path.as_bytes()));
        let here = paths.filter_map(|path| Some((path, self.files.get(&path).copied()?)));
        self.files = here.collect();
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn write(&self) -> String {
        let mut files: Vec<(&Hash, &Entry)> = self.files.iter().collect();
        files.sort_unstable_by_key(|(path, _)| **path);
        let mut text = String::with_capacity(80 + files.len() * 99);
        text.push_str(HEAD);
        for (path, Entry { hash, seen }) in files {
            writeln!(text, "{path} {hash} {}", seen.0).expect("a String takes all");
        }
        let check = Hash::of(text.as_bytes());
        writeln!(text, "{CHECK}{check}").expect("a String takes all");
        text
    }

    /// Reads a record, or says why it cannot be believed, as the end of "the
    /// record there …".
    pub fn read(bytes: &[u8]) -> Result<Record, String> {
        let damaged = || "is damaged".to_owned();
        let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
        let Some(lines) = text.strip_prefix(HEAD) else {
            return Err(match text.starts_with("longhand-deploy ") {
                true => "was left by a newer longhand".to_owned(),
                false => damaged(),
            });
        };
        let end = text.rfind(CHECK).ok_or_else(damaged)?;
        let check = text[end..].trim_end().strip_prefix(CHECK).and_then(hash);
        if check != Some(Hash::of(&bytes[..end])) {
            return Err(damaged());
        }
        let mut record = Record::default();
        for line in lines[..end - HEAD.len()].lines() {
            let mut words = line.split(' ').map(hash);
            let (Some(Some(path)), Some(Some(hash)), Some(Some(seen)), None) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                return Err(damaged());
            };
            let seen = Seen(seen);
            record.files.insert(path, Entry { hash, seen });
        }
        Ok(record)
    }
}

fn hash(digits: &str) -> Option<Hash> {
    let plain = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u128::from_str_radix(digits, 16)
        .ok()
        .filter(|_| plain)
        .map(Hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_no_other() {
        let mut record = Record::default();
        for path in ["index.html", "a b/ü#%.html", "x"] {
            let hash = Hash::of(path.as_bytes());
            let seen = Seen::of(path);
            record.put(path, Entry { hash, seen });
        }
        let text = record.write();
        assert!(!text.contains("index"), "no path is told: {text}");
        assert_eq!(Record::read(text.as_bytes()), Ok(record));
        for cut in 0..text.len() - 1 {
            assert!(Record::read(&text.as_bytes()[..cut]).is_err(), "{cut}");
        }
        let empty = Record::default();
        assert_eq!(Record::read(empty.write().as_bytes()), Ok(empty));
        let newer = text.replace("deploy 1", "deploy 2");
        assert_eq!(
            Record::read(newer.as_bytes()),
            Err("was left by a newer longhand".to_owned())
        );
    }
}
