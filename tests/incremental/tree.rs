//! The site's folder on the disk and in memory: files by path, with every
//! version that each of them had, and the edits that steps are made of.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// SplitMix64: the same numbers on every machine.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// Yes in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    pub fn one_of(&mut self, from: &[String]) -> Option<String> {
        (!from.is_empty()).then(|| from[self.below(from.len())].clone())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub bytes: Arc<[u8]>,
    pub modified: SystemTime,
}

/// What a tree holds, to be put back as a whole.
pub type Snapshot = BTreeMap<String, Version>;

pub struct Tree {
    pub root: PathBuf,
    pub files: Snapshot,
    /// What files were before they were changed or removed, the newest last.
    pub past: Vec<(String, Version)>,
    /// Saves beside the file, and renames to it.
    pub beside: bool,
}

impl Tree {
    pub fn new(root: PathBuf) -> Tree {
        fs::create_dir_all(&root).unwrap();
        Tree {
            root,
            files: Snapshot::new(),
            past: Vec::new(),
            beside: false,
        }
    }

    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub fn text(&self, path: &str) -> String {
        let bytes = self.files.get(path).map_or(&[][..], |file| &file.bytes);
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Paths of which `wanted` holds, in their order.
    pub fn paths(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let all = self.files.keys().filter(|path| wanted(path));
        all.cloned().collect()
    }

    /// Writes a file as editors do, with the time of the clock.
    pub fn put(&mut self, path: &str, bytes: impl AsRef<[u8]>) {
        self.remember(path);
        let disk = self.root.join(path);
        fs::create_dir_all(disk.parent().unwrap()).unwrap();
        match self.beside {
            true => {
                let other = disk.with_extension("saved~");
                fs::write(&other, bytes.as_ref()).unwrap();
                fs::rename(&other, &disk).unwrap();
            }
            false => fs::write(&disk, bytes.as_ref()).unwrap(),
        }
        let version = Version {
            bytes: Arc::from(bytes.as_ref()),
            modified: modified(&disk),
        };
        self.files.insert(path.to_owned(), version);
    }

    /// The same with a time of our choosing.
    pub fn put_at(&mut self, path: &str, bytes: impl AsRef<[u8]>, time: SystemTime) {
        self.put(path, bytes);
        let file = fs::File::options()
            .append(true)
            .open(self.root.join(path))
            .unwrap();
        file.set_modified(time).unwrap();
        if let Some(version) = self.files.get_mut(path) {
            version.modified = time;
        }
    }

    /// Removes a file, and the folders that it leaves empty.
    pub fn remove(&mut self, path: &str) {
        self.remember(path);
        if self.files.remove(path).is_none() {
            return;
        }
        let disk = self.root.join(path);
        fs::remove_file(&disk).unwrap();
        self.tidy(&disk);
    }

    /// Moves a file as `mv` does: its time goes with it.
    pub fn rename(&mut self, from: &str, to: &str) {
        self.remember(from);
        self.remember(to);
        let (old, new) = (self.root.join(from), self.root.join(to));
        fs::create_dir_all(new.parent().unwrap()).unwrap();
        fs::rename(&old, &new).unwrap();
        self.tidy(&old);
        if let Some(version) = self.files.remove(from) {
            self.files.insert(to.to_owned(), version);
        }
    }

    /// Makes the tree what it was, with the times that its files had then or
    /// with new ones; files that are the same stay untouched.
    pub fn restore(&mut self, snapshot: &Snapshot, old_times: bool) {
        for path in self.paths(|path| !snapshot.contains_key(path)) {
            self.remove(&path);
        }
        for (path, version) in snapshot {
            match self.files.get(path) {
                Some(now) if now.bytes == version.bytes => {}
                _ if old_times => self.put_at(path, &version.bytes, version.modified),
                _ => self.put(path, &version.bytes),
            }
        }
    }

    fn remember(&mut self, path: &str) {
        if let Some(version) = self.files.get(path) {
            self.past.push((path.to_owned(), version.clone()));
        }
    }

    fn tidy(&self, gone: &Path) {
        let mut folder = gone.parent();
        while let Some(path) = folder.filter(|path| *path != self.root) {
            if fs::remove_dir(path).is_err() {
                return;
            }
            folder = path.parent();
        }
    }

    /// A text with one line `key: value` set, or with none of that key:
    /// in the front matter of a page, in the whole of another file.
    pub fn set(&mut self, path: &str, key: &str, value: Option<&str>) {
        let text = self.text(path);
        let (mut lines, rest) = match text.strip_prefix("---\n") {
            Some(after) => {
                let end = after.find("---\n").unwrap_or(after.len());
                (after[..end].lines().collect::<Vec<_>>(), &after[end..])
            }
            None if path.ends_with(".md") => (Vec::new(), ""),
            None => (text.lines().collect(), ""),
        };
        let start = format!("{key}:");
        let at = lines.iter().position(|line| line.starts_with(&start));
        let line = value.map(|value| format!("{key}: {value}"));
        match (at, &line) {
            (Some(at), Some(line)) => lines[at] = line,
            (None, Some(line)) => lines.push(line),
            (Some(at), None) => {
                lines.remove(at);
            }
            (None, None) => {}
        }
        let mut new = String::new();
        if path.ends_with(".md") {
            new.push_str("---\n");
        }
        for line in lines {
            new.push_str(line);
            new.push('\n');
        }
        match (path.ends_with(".md"), text.starts_with("---\n")) {
            (true, true) => new.push_str(rest),
            (true, false) => new = format!("{new}---\n{text}"),
            (false, _) => {}
        }
        self.put(path, new);
    }
}

fn modified(disk: &Path) -> SystemTime {
    fs::metadata(disk).and_then(|meta| meta.modified()).unwrap()
}

/// Some time ago: days before the first of 2024, told apart by nanoseconds.
pub fn long_ago(number: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::new(1_704_000_000 - number * 3600, number as u32 * 1_000_003)
}

/// Another moment within the same second.
pub fn same_second(time: SystemTime) -> SystemTime {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let nanos = (since.subsec_nanos() + 12_345_678) % 1_000_000_000;
    SystemTime::UNIX_EPOCH + Duration::new(since.as_secs(), nanos)
}
