//! The cache as a user meets it: a second build does nothing again, says what
//! the first has said, and whatever is done to the cache, the site is the same.
//!
//! `ROUNDS=n` and `SEED=n` make the damage longer, or another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

struct Bench {
    folder: tempfile::TempDir,
}

const PAGES: [(&str, &str); 5] = [
    (
        "longhand.yaml",
        "title: Cached\nbaseURL: https://example.org/\n",
    ),
    (
        "content/a.md",
        "---\ntitle: A\ndate: 2024-11-11\ntags: [one]\n---\nTo [nowhere](/nowhere/) and [b](b.md#part).\n\n```rust\nfn main() {}\n```\n",
    ),
    (
        "content/b.md",
        "---\ntitle: B\ndate: 2024-11-10\ntags: [one, two]\n---\n## Part\n\n{{< figure src=\"x.png\" >}}\n\n```python\nprint('b')\n```\n",
    ),
    (
        "content/c.md",
        "---\ntitle: C\ndate: 2024-11-09\ndraft: true\n---\nText.\n",
    ),
    ("content/x.png", "no picture"),
];

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in PAGES {
            let path = folder.path().join("site").join(path);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        Bench { folder }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Waits until the files are old enough to be known by their looks.
    fn settle(&self) {
        std::thread::sleep(std::time::Duration::from_millis(150));
    }

    fn command(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_longhand"))
            .args(words)
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .output()
            .expect("the program starts")
    }

    fn build(&self, more: &[&str]) -> (String, String) {
        let words = ["build", "-s", "site", "-o", "out", "--now", "2025-01-01"];
        let words: Vec<&str> = words.iter().chain(more).copied().collect();
        let ran = self.command(&words);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(
            ran.status.code(),
            Some(0),
            "{}{}",
            text(&ran.stdout),
            text(&ran.stderr)
        );
        (text(&ran.stdout), text(&ran.stderr))
    }

    fn cached(&self) -> (String, String) {
        self.build(&["--cache-dir", "cache"])
    }

    /// Names, bytes and times of everything in the output.
    fn tree(&self) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
        let out = self.path("out");
        walkdir::WalkDir::new(&out)
            .into_iter()
            .map(|entry| entry.expect("an entry"))
            .filter(|entry| entry.file_type().is_file() && entry.file_name() != ".longhand.json")
            .map(|entry| {
                let name = entry.path().strip_prefix(&out).expect("below");
                let time = entry.metadata().expect("its looks").modified();
                let bytes = std::fs::read(entry.path()).expect("readable");
                (
                    name.to_string_lossy().into_owned(),
                    (bytes, time.expect("a time")),
                )
            })
            .collect()
    }

    fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        let tree = self.tree().into_iter();
        tree.map(|(name, (bytes, _))| (name, bytes)).collect()
    }

    fn cache_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.path("cache"))
            .expect("it is there")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.sort();
        files
    }
}

fn row<'o>(stdout: &'o str, name: &str) -> Option<&'o str> {
    let rows = stdout
        .lines()
        .filter_map(|line| line.trim().split_once(' '));
    let mut of = rows.filter(|(first, _)| *first == name);
    of.next().map(|(_, rest)| rest.trim())
}

#[test]
fn a_build_in_which_nothing_changed_writes_nothing_and_says_the_same() {
    let bench = Bench::new();
    bench.settle();
    let (first, said) = bench.cached();
    assert!(said.contains("leads nowhere"), "{said}");
    let before = bench.tree();
    for _ in 0..2 {
        let (again, said_again) = bench.cached();
        assert_eq!(said_again, said);
        for name in ["pages", "words", "tags", "left"] {
            assert_eq!(row(&again, name), row(&first, name));
        }
        assert!(
            row(&again, "files").is_some_and(|files| files.starts_with("0 written")),
            "{again}"
        );
    }
    assert!(bench.tree() == before, "something was written");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_a_change() {
    let bench = Bench::new();
    bench.settle();
    bench.cached();
    bench.cached();
    std::os::unix::fs::symlink("nowhere.md", bench.path("site/content/gone.md")).expect("made");
    let words = ["build", "-s", "site", "-o", "out", "--cache-dir", "cache"];
    let ran = bench.command(&[&words[..], &["--now", "2025-01-01"]].concat());
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("error[link-dangling]"), "{said}");
}

#[test]
fn an_edit_writes_what_differs() {
    let bench = Bench::new();
    bench.settle();
    bench.cached();
    let before = bench.tree();
    let post = bench.path("site/content/b.md");
    let text = std::fs::read_to_string(&post).expect("readable");
    std::fs::write(&post, text.replace("## Part", "## Part\n\nMore.")).expect("written");
    let (_, said) = bench.cached();
    assert!(said.contains("leads nowhere"), "{said}");
    let after = bench.tree();
    let touched: Vec<&String> = after
        .iter()
        .filter(|(name, now)| before.get(*name).is_none_or(|then| then.1 != now.1))
        .map(|(name, _)| name)
        .collect();
    let differ: Vec<&String> = after
        .iter()
        .filter(|(name, now)| before.get(*name).is_none_or(|then| then.0 != now.0))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(touched, differ);
    assert!(differ.iter().any(|name| *name == "b/index.html"));
    assert!(!differ.iter().any(|name| *name == "a/index.html"));
}

#[test]
fn a_file_whose_looks_lie_is_seen_by_verify() {
    let bench = Bench::new();
    bench.settle();
    bench.cached();
    let post = bench.path("site/content/b.md");
    let time = std::fs::metadata(&post)
        .and_then(|meta| meta.modified())
        .expect("a time");
    let text = std::fs::read_to_string(&post).expect("readable");
    std::fs::write(&post, text.replace("## Part", "## Trap")).expect("written");
    std::fs::File::options()
        .write(true)
        .open(&post)
        .and_then(|file| file.set_modified(time))
        .expect("the old time");
    bench.settle();
    bench.build(&["--cache-dir", "cache", "--verify"]);
    let page = bench.bytes().remove("b/index.html").expect("it is there");
    assert!(String::from_utf8_lossy(&page).contains("Trap"));
}

#[test]
fn verify_looks_into_the_output_too() {
    let bench = Bench::new();
    bench.settle();
    bench.cached();
    let before = bench.bytes();
    let page = bench.path("out/b/index.html");
    let time = std::fs::metadata(&page)
        .and_then(|meta| meta.modified())
        .expect("a time");
    let mut bytes = std::fs::read(&page).expect("readable");
    bytes[20] ^= 1;
    std::fs::write(&page, bytes).expect("written");
    std::fs::File::options()
        .write(true)
        .open(&page)
        .and_then(|file| file.set_modified(time))
        .expect("the old time");
    bench.build(&["--cache-dir", "cache", "--verify"]);
    assert!(
        bench.bytes() == before,
        "a file of the output was not mended"
    );
}

#[cfg(unix)]
#[test]
fn a_cache_that_cannot_be_written_is_one_line() {
    let bench = Bench::new();
    std::fs::write(bench.path("cache"), "a file").expect("written");
    let (said, _) = bench.cached();
    assert_eq!(
        row(&said, "cache"),
        Some("cannot be written: file exists (in `cache`; `--cache-dir` names another folder)"),
    );
    let (json, _) = bench.build(&["--cache-dir", "cache", "--json"]);
    assert!(
        json.contains("\"cache\":\"cannot be written: file exists "),
        "{json}"
    );
    let clean = bench.bytes();
    std::fs::remove_dir_all(bench.path("out")).expect("gone");
    bench.build(&["--no-cache"]);
    assert!(bench.bytes() == clean, "the site differs");
}

#[test]
fn a_cache_among_the_sources_is_no_part_of_the_site() {
    for folder in ["content/kept", "static/kept", "data/kept"] {
        let bench = Bench::new();
        bench.build(&["--no-cache"]);
        let clean = bench.bytes();
        for _ in 0..2 {
            bench.build(&["--cache-dir", &format!("site/{folder}")]);
            assert!(bench.bytes() == clean, "{folder}: the site differs");
        }
    }
}

#[test]
fn damage_is_said_of_code_too() {
    let bench = Bench::new();
    bench.cached();
    let code = bench.cache_files().into_iter().find(|file| {
        let ending = file.extension();
        ending.is_some_and(|ending| ending == "code")
    });
    std::fs::write(code.expect("it is there"), "short").expect("written");
    std::fs::remove_dir_all(bench.path("out")).expect("gone");
    let (said, _) = bench.cached();
    assert_eq!(row(&said, "cache"), Some("was damaged; made anew"));
}

#[test]
fn clean_says_what_it_removed() {
    let bench = Bench::new();
    bench.cached();
    let clean = |bench: &Bench| {
        let ran = bench.command(&["clean", "--cache-dir", "cache"]);
        assert_eq!(ran.status.code(), Some(0));
        String::from_utf8_lossy(&ran.stdout).into_owned()
    };
    assert!(clean(&bench).starts_with("cache emptied: 3 files, "));
    assert!(!bench.path("cache").exists());
    assert_eq!(clean(&bench), "there is no cache in cache\n");
    bench.cached();
}

/// xorshift: enough for damage, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

#[test]
fn whatever_is_done_to_the_cache_the_site_is_the_same() {
    let number = |name: &str, or: u64| {
        std::env::var(name).map_or(or, |value| value.parse().expect("a number"))
    };
    let (rounds, seed) = (number("ROUNDS", 25), number("SEED", 1));
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let bench = Bench::new();
    bench.settle();
    let (_, said) = bench.build(&["--no-cache"]);
    let clean = bench.bytes();
    for round in 0..rounds {
        bench.cached();
        for file in bench.cache_files() {
            damage(&file, &mut random, &bench);
        }
        // With the old output, or from nothing.
        if random.below(2) == 0 {
            std::fs::remove_dir_all(bench.path("out")).expect("gone");
        }
        let (_, said_now) = bench.cached();
        assert_eq!(said_now, said, "SEED={seed}, round {round}");
        assert!(bench.bytes() == clean, "SEED={seed}, round {round}");
    }
}

fn damage(file: &Path, random: &mut Random, bench: &Bench) {
    let Ok(mut bytes) = std::fs::read(file) else {
        return;
    };
    match random.below(8) {
        0 => {}
        1 => bytes.truncate(random.below(bytes.len() + 1)),
        2 => {
            for _ in 0..=random.below(20) {
                let at = random.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
        3 => {
            let at = random.below(bytes.len());
            let end = (at + random.below(300)).min(bytes.len());
            bytes[at..end].fill(random.below(256) as u8);
        }
        4 => {
            let at = random.below(bytes.len());
            let end = (at + random.below(300)).min(bytes.len());
            bytes.drain(at..end);
        }
        5 => bytes.extend_from_within(random.below(bytes.len())..),
        // The other file's bytes.
        6 => {
            let others = bench.cache_files();
            bytes = std::fs::read(&others[random.below(others.len())]).unwrap_or_default();
        }
        _ => {
            std::fs::remove_file(file).expect("gone");
            return;
        }
    }
    std::fs::write(file, bytes).expect("written");
}
