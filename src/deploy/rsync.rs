//! A folder on a server that speaks rsync, mostly over SSH.
//!
//! rsync is told which files to send and which to delete; what differs is ours to
//! say, since only the record knows what may be deleted. It writes beside a file
//! and renames, so that nobody reads half of one.

use super::program::{self, complaint};
use super::record::{self, Record};
use super::target::{Body, DeployError, File, Remote, Result, Seen, Sent, Target};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// rsync's exit codes that need telling apart, by its manual.
const PARTIAL: i32 = 23;
const VANISHED: i32 = 24;

pub struct Rsync {
    program: PathBuf,
    /// As the configuration has it.
    place: String,
    /// What rsync reaches the host with, in place of `ssh`: as `RSYNC_RSH` has it.
    pub shell: Option<String>,
    /// For the record on its way, and for nothing.
    folder: tempfile::TempDir,
    /// Whether the folder has to be made there.
    missing: bool,
    /// Of each folder there, how many things lie in it; as far as is known.
    folders: BTreeMap<String, usize>,
}

/// One line of a listing.
struct Listed {
    /// `-` for a file, `d` for a folder, as `ls -l` has it.
    kind: char,
    size: u64,
    /// `2026/11/28 21:59:38`, in UTC.
    time: String,
    path: String,
}

impl Rsync {
    /// # Errors
    ///
    /// There is no rsync.
    pub fn new(place: &str, site: &Path) -> Result<Rsync> {
        let folder = tempfile::Builder::new().prefix("longhand-").tempdir();
        let folder = folder.map_err(|error| {
            DeployError::disk("making a folder in", &std::env::temp_dir(), &error)
        })?;
        let failed = |error| DeployError::disk("making a folder in", folder.path(), &error);
        fs::create_dir(folder.path().join("empty")).map_err(failed)?;
        Ok(Rsync {
            program: program::find("rsync", site)?,
            place: place.trim_end_matches('/').to_owned(),
            shell: std::env::var("RSYNC_RSH")
                .ok()
                .filter(|shell| !shell.is_empty()),
            folder,
            missing: false,
            folders: BTreeMap::new(),
        })
    }

    /// rsync in English, without whatever would split or expand a name.
    fn rsync(&self) -> Command {
        let mut rsync = Command::new(&self.program);
        rsync
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env_remove("RSYNC_RSH")
            .args(["-s", "--timeout=300"]);
        if let Some(shell) = &self.shell {
            rsync.arg("-e").arg(shell);
        }
        rsync
    }

    fn there(&self, path: &str) -> String {
        format!("{}/{path}", self.place)
    }

    fn failed(&self, what: &str, output: &Output) -> DeployError {
        let said = complaint(output, &[]);
        let error = DeployError::io(format!("rsync cannot {what}\n    {said}"));
        match help(&said) {
            Some(help) => error.help(help),
            None => error,
        }
    }

    /// Sends files that lie at their paths below `from`.
    fn copy(&self, from: &Path, paths: &[&str]) -> Result<()> {
        let mut rsync = self.rsync();
        // Folders that are there stay as they are, those that are not are made.
        rsync.args(["--times", "--perms", "--chmod=F644", "--no-implied-dirs"]);
        // What differs was decided already.
        rsync.args(["--ignore-times", "--from0", "--files-from=-"]);
        if self.missing {
            rsync.arg("--mkpath");
        }
        rsync.arg("--").arg(slashed(from)).arg(self.there(""));
        let output = program::run(&mut rsync, &list(paths))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(self.failed(&format!("write to {}", self.shown()), &output)),
        }
    }

    fn write_record(&mut self, record: &Record) -> Result<()> {
        let path = self.folder.path().join(record::NAME);
        fs::write(&path, record.write())
            .map_err(|error| DeployError::disk("writing", &path, &error))?;
        self.copy(self.folder.path(), &[record::NAME])?;
        self.missing = false;
        Ok(())
    }

    fn read_record(&self) -> Result<Record> {
        let path = self.folder.path().join("record");
        let mut rsync = self.rsync();
        rsync.arg("--").arg(self.there(record::NAME)).arg(&path);
        let output = program::run(&mut rsync, &[])?;
        if !output.status.success() {
            let what = format!("read the record in {}", self.shown());
            return Err(self.failed(&what, &output));
        }
        let bytes = fs::read(&path).map_err(|error| DeployError::disk("reading", &path, &error))?;
        super::believed(&bytes, &self.shown())
    }

    /// Removes files, or folders that hold nothing: of others it only says so.
    fn delete(&self, paths: &[&str]) -> Result<()> {
        let mut rsync = self.rsync();
        // What is missing here is deleted there; here all of it is.
        rsync.args(["--delete-missing-args", "--from0", "--files-from=-", "--"]);
        rsync
            .arg(slashed(&self.folder.path().join("empty")))
            .arg(self.there(""));
        let output = program::run(&mut rsync, &list(paths))?;
        match output.status.code() {
            Some(0 | VANISHED) => Ok(()),
            _ => Err(self.failed(&format!("delete in {}", self.shown()), &output)),
        }
    }

    /// Folders that will hold nothing once these files are gone, by depth, the
    /// deepest first.
    fn emptied(&mut self, paths: &[&str]) -> Vec<BTreeSet<String>> {
        let mut levels: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for path in paths {
            let mut inner = *path;
            while let Some((folder, _)) = inner.rsplit_once('/') {
                let Some(count) = self.folders.get_mut(folder) else {
                    break;
                };
                *count = count.saturating_sub(1);
                if *count > 0 {
                    break;
                }
                let depth = folder.matches('/').count();
                levels.entry(depth).or_default().insert(folder.to_owned());
                inner = folder;
            }
        }
        levels.into_values().rev().collect()
    }
}

impl Target for Rsync {
    fn shown(&self) -> String {
        format!("`{}`", self.place)
    }

    fn look(&mut self) -> Result<Remote> {
        let mut rsync = self.rsync();
        rsync.args(["--recursive", "-8", "--list-only", "--no-h", "--"]);
        rsync.arg(self.there(""));
        let output = program::run(&mut rsync, &[])?;
        let mut remote = Remote::default();
        self.folders.clear();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            self.missing = output.status.code() == Some(PARTIAL)
                && said.contains("No such file or directory")
                && output.stdout.is_empty();
            return match self.missing {
                true => Ok(remote),
                false => Err(self.failed(&format!("list {}", self.shown()), &output)),
            };
        }
        self.missing = false;
        let mut has_record = false;
        for line in output.stdout.split(|byte| *byte == b'\n') {
            let Some(listed) = std::str::from_utf8(line).ok().and_then(listed) else {
                continue;
            };
            if listed.path == "." {
                continue;
            }
            if let Some((folder, _)) = listed.path.rsplit_once('/') {
                *self.folders.entry(folder.to_owned()).or_default() += 1;
            }
            if listed.kind == 'd' {
                self.folders.entry(listed.path).or_default();
                continue;
            }
            if listed.path == record::NAME {
                has_record = true;
                continue;
            }
            let seen = seen(listed.kind, listed.size, &listed.time);
            remote.files.insert(listed.path, seen);
        }
        if has_record {
            remote.record = Some(self.read_record()?);
        }
        Ok(remote)
    }

    /// A connection takes longer than a file.
    fn chunk(&self) -> usize {
        usize::MAX
    }

    fn keep(&mut self, record: &Record) -> Result<()> {
        self.write_record(record)
    }

    fn send(&mut self, files: &[&File], sent: &Sent) -> Result<()> {
        let mut by_root: BTreeMap<PathBuf, Vec<&File>> = BTreeMap::new();
        for file in files {
            // Nothing that was changed since shall go out.
            file.pieces(|_| Ok(()))?;
            let Body::Disk(path) = &file.body else {
                continue;
            };
            let depth = file.path.matches('/').count() + 1;
            let root = path.ancestors().nth(depth).unwrap_or(Path::new(""));
            by_root.entry(root.to_owned()).or_default().push(file);
        }
        for (root, files) in by_root {
            let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
            self.copy(&root, &paths)?;
            for file in files {
                sent(file, seen('-', file.size, &time(file.mtime)));
            }
        }
        Ok(())
    }

    fn remove(&mut self, paths: &[&str]) -> Result<()> {
        if paths.is_empty() {
            return Ok(());
        }
        self.delete(paths)?;
        for folders in self.emptied(paths) {
            let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
            self.delete(&folders)?;
        }
        Ok(())
    }

    fn finish(&mut self, record: &Record) -> Result<()> {
        self.write_record(record)
    }
}

/// rsync copies what is in a folder whose name ends in a slash.
fn slashed(folder: &Path) -> std::ffi::OsString {
    let mut name = folder.as_os_str().to_owned();
    name.push("/");
    name
}

fn list(paths: &[&str]) -> Vec<u8> {
    let mut list = Vec::new();
    for path in paths {
        list.extend_from_slice(path.as_bytes());
        list.push(0);
    }
    list
}

fn seen(kind: char, size: u64, time: &str) -> Seen {
    Seen::of(&format!("{kind} {size} {time}"))
}

/// Nanoseconds since 1970 as a listing has them.
fn time(mtime: i64) -> String {
    let seconds = mtime.div_euclid(1_000_000_000);
    let moment = Timestamp::from_second(seconds).unwrap_or_default();
    moment.strftime("%Y/%m/%d %H:%M:%S").to_string()
}

/// `-rw-r--r--      1,234 2026/11/28 21:59:38 a/name`
fn listed(line: &str) -> Option<Listed> {
    let kind = line.chars().next()?;
    let (_, rest) = line.split_once(' ')?;
    let (size, rest) = rest.trim_start().split_once(' ')?;
    let size = size.replace([',', '.'], "").parse().ok()?;
    let (day, rest) = rest.split_once(' ')?;
    let (hour, name) = rest.split_once(' ')?;
    let name = match kind {
        'l' => name.split(" -> ").next().unwrap_or(name),
        _ => name,
    };
    Some(Listed {
        kind,
        size,
        time: format!("{day} {hour}"),
        path: unescaped(name),
    })
}

/// Undoes `\#012`, which is how rsync shows what could upset a terminal.
fn unescaped(name: &str) -> String {
    let mut out: Vec<u8> = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find("\\#") {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let digits = rest.get(at + 2..at + 5);
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        rest = match byte {
            Some(byte) => {
                out.push(byte);
                &rest[at + 5..]
            }
            None => {
                out.extend_from_slice(b"\\#");
                &rest[at + 2..]
            }
        };
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8(out).unwrap_or_else(|_| name.to_owned())
}

/// What to do about a complaint of rsync's or ssh's.
fn help(said: &str) -> Option<&'static str> {
    let has = |texts: &[&str]| texts.iter().any(|text| said.contains(text));
    if has(&["Host key verification failed"]) {
        return Some("log in once with `ssh`, and look whether it is the right host");
    }
    if has(&[
        "Permission denied (",
        "Authentication failed",
        "auth failed",
    ]) {
        return Some(
            "the server does not let you in: it needs to know your SSH key, which `~/.ssh/config` or an agent can name",
        );
    }
    if has(&["Permission denied", "Read-only file system"]) {
        return Some("that user may not write there: give the folder to it, or name another");
    }
    if has(&[
        "Could not resolve hostname",
        "Connection refused",
        "timed out",
        "unreachable",
        "timeout",
    ]) {
        return Some("look at the connection and the host's name, and try again");
    }
    if has(&["command not found", "rsync: not found"]) {
        return Some("install rsync on the server too");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{listed, time, unescaped};

    #[test]
    fn a_listing_is_read() {
        let line = "-rw-r--r--          1,234 2026/11/28 21:59:38 a b/ü #%.txt";
        let file = listed(line).expect("it is a line of rsync's");
        assert_eq!((file.kind, file.size), ('-', 1234));
        assert_eq!(file.time, "2026/11/28 21:59:38");
        assert_eq!(file.path, "a b/ü #%.txt");
        let link = listed("lrwxrwxrwx              4 2026/11/28 21:59:38 x -> /etc");
        assert_eq!(link.expect("it is one too").path, "x");
        assert!(listed("").is_none() && listed("receiving file list ... done").is_none());
    }

    #[test]
    fn names_are_shown_safely_and_read_back() {
        assert_eq!(unescaped("new\\#012line"), "new\nline");
        assert_eq!(unescaped("a\\#134#012"), "a\\#012");
        assert_eq!(unescaped("a\\#x \\b ü"), "a\\#x \\b ü");
    }

    #[test]
    fn times_are_those_of_a_listing() {
        assert_eq!(time(0), "1970/01/01 00:00:00");
        assert_eq!(time(-1), "1969/12/31 23:59:59");
        assert_eq!(time(1_795_903_178_999_999_999), "2026/11/28 21:59:38");
    }
}
