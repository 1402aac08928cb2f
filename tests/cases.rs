//! Whole sites as text: each file in `tests/cases/` holds a site, a command, and
//! the files and messages expected of it.
//!
//! ```text
//! What this case shows, for people.
//! === content/post.md
//! …a file of the site…
//! === content/odd.md escaped
//! …with \u{FEFF}, \x00, \r, \t, \\ and \{1000:text\} (a thousand times `text`) undone,
//! and no line end after the last line…
//! === link static/a -> ../b
//! === $ longhand build --strict
//! === exit 1
//! === stderr
//! …the whole of it…
//! === stdout contains
//! …each line stands somewhere in it…
//! === public/post/index.html
//! …the whole file…
//! === public/post/index.html contains
//! === public/post/index.html lacks
//! === public lacks
//! …text that stands in no file below, nor in its name, a line each…
//! === public files
//! …every file below, one path a line…
//! === absent public/draft
//! ```
//!
//! A command that fails must leave the folder `public` byte for byte as it was.
//!
//! Several commands may follow one another in a case; files given after a command
//! replace those of before it when they do not lie in an output folder (`public`).
//! `UPDATE=1 cargo test --test cases` rewrites what is expected whole.
//! `CASE=name` runs the cases whose name holds `name`.

use rayon::prelude::*;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// No site of a few files takes longer, however hostile: then it is killed, and its code is -1.
const PATIENCE: Duration = Duration::from_secs(60);

struct Block {
    head: String,
    body: String,
}

#[test]
fn every_case_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let wanted = std::env::var("CASE").unwrap_or_default();
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(|entry| entry.expect("the cases can be listed").into_path())
        .filter(|path| {
            path.extension().is_some_and(|e| e == "txt") && path.to_string_lossy().contains(&wanted)
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no case is called `{wanted}`");
    let failures: Vec<String> = files
        .par_iter()
        .filter_map(|file| run_case(file).err())
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n\n{}",
        failures.len(),
        files.len(),
        failures.join("\n")
    );
}

fn run_case(file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).expect("a case is readable");
    let update = std::env::var_os("UPDATE").is_some();
    let (intro, mut blocks) = split(&text);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let site = folder.path().join("site");
    std::fs::create_dir(&site).expect("the site's folder can be made");
    let mut failures = String::new();
    let mut last: Option<Ran> = None;
    for block in &mut blocks {
        let head = block.head.clone();
        let head = head.as_str();
        if let Some(command) = head.strip_prefix("$ ") {
            let before = bytes_below(&site.join("public"));
            let ran = run(command, &site);
            if ran.code != 0 && bytes_below(&site.join("public")) != before {
                let _ = writeln!(failures, "--- {head}\nit failed, and the output changed");
            }
            last = Some(ran);
            continue;
        }
        let Some(ran) = &last else {
            put(&site, head, &block.body);
            continue;
        };
        match check(&site, ran, head, &block.body) {
            Verdict::Fine => {}
            Verdict::Put => put(&site, head, &block.body),
            Verdict::Differs { got } if update => block.body = got,
            Verdict::Differs { got } => {
                let _ = writeln!(failures, "--- {head}\n{}", difference(&block.body, &got));
            }
            Verdict::Wrong(why) => {
                let _ = writeln!(failures, "--- {head}\n{why}\n(stderr was)\n{}", ran.stderr);
            }
        }
    }
    if update {
        let mut out = intro;
        for block in &blocks {
            let _ = write!(out, "=== {}\n{}", block.head, block.body);
        }
        if out != text {
            std::fs::write(file, out).expect("a case can be rewritten");
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    Err(format!(
        "=====> {}\n{failures}",
        file.file_name().unwrap_or_default().to_string_lossy()
    ))
}

fn split(text: &str) -> (String, Vec<Block>) {
    let mut intro = String::new();
    let mut blocks: Vec<Block> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("=== "), blocks.last_mut()) {
            (Some(head), _) => blocks.push(Block {
                head: head.trim_end().to_owned(),
                body: String::new(),
            }),
            (None, Some(block)) => block.body.push_str(line),
            (None, None) => intro.push_str(line),
        }
    }
    (intro, blocks)
}

fn put(site: &Path, head: &str, body: &str) {
    if let Some(link) = head.strip_prefix("link ") {
        let (path, target) = link
            .split_once(" -> ")
            .expect("a link is written `link path -> target`");
        let path = site.join(path);
        std::fs::create_dir_all(path.parent().expect("a link has a folder"))
            .expect("a folder can be made");
        #[cfg(unix)]
        std::os::unix::fs::symlink(target, path).expect("a link can be made");
        #[cfg(not(unix))]
        let _ = target;
        return;
    }
    if let Some(path) = head.strip_prefix("remove ") {
        let path = site.join(path);
        if path.is_dir() {
            std::fs::remove_dir_all(path).expect("a folder can be removed");
        } else {
            std::fs::remove_file(path).expect("a file can be removed");
        }
        return;
    }
    let (path, bytes) = match head.strip_suffix(" escaped") {
        Some(path) => (path, unescape(body.strip_suffix('\n').unwrap_or(body))),
        None => (head, body.as_bytes().to_vec()),
    };
    let path = site.join(path);
    std::fs::create_dir_all(path.parent().expect("a file has a folder"))
        .expect("a folder can be made");
    std::fs::write(path, bytes).expect("a file of the case can be written");
}

fn unescape(body: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = &rest[at + 1..];
        rest = match escape.as_bytes().first() {
            Some(b'x') => {
                out.push(u8::from_str_radix(&escape[1..3], 16).expect("two digits follow \\x"));
                &escape[3..]
            }
            Some(b'u') => {
                let end = escape.find('}').expect("\\u{…} is closed");
                let code = u32::from_str_radix(&escape[2..end], 16)
                    .expect("\\u{…} holds hexadecimal digits");
                let c = char::from_u32(code).expect("\\u{…} is a character");
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                &escape[end + 1..]
            }
            Some(b'r') => {
                out.push(b'\r');
                &escape[1..]
            }
            Some(b't') => {
                out.push(b'\t');
                &escape[1..]
            }
            Some(b'{') => {
                let end = escape.find("\\}").expect("\\{…\\} is closed");
                let (times, text) = escape[1..end]
                    .split_once(':')
                    .expect("a repetition is written \\{times:text\\}");
                let times = times.parse().expect("a number says how often");
                out.extend_from_slice(text.repeat(times).as_bytes());
                &escape[end + 2..]
            }
            _ => {
                out.push(b'\\');
                escape.strip_prefix('\\').unwrap_or(escape)
            }
        };
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run(command: &str, site: &Path) -> Ran {
    let mut words = command.split_whitespace();
    let mut process = Command::new(env!("CARGO_BIN_EXE_longhand"));
    let mut name = words.next().expect("a command has a name");
    while let Some((variable, value)) = name.split_once('=') {
        process.env(variable, value);
        name = words.next().expect("a command has a name");
    }
    assert_eq!(name, "longhand", "a case runs longhand alone");
    let (stdout, stderr) = (site.with_file_name("stdout"), site.with_file_name("stderr"));
    let create = |path| std::fs::File::create(path).expect("a file can be made beside the site");
    let mut child = process
        .args(words)
        .current_dir(site)
        .env("NO_COLOR", "1")
        .env("XDG_CACHE_HOME", site.with_file_name("cache"))
        .stdout(create(&stdout))
        .stderr(create(&stderr))
        .spawn()
        .expect("the program starts");
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        if started.elapsed() > PATIENCE {
            child.kill().expect("a child can be ended");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let read = |path| std::fs::read(path).expect("a file beside the site is readable");
    let tidy = |bytes: &[u8]| {
        let text =
            String::from_utf8_lossy(bytes).replace(&site.to_string_lossy().into_owned(), "SITE");
        // What differs from run to run, and with every file that the theme gains.
        text.lines()
            .map(|line| match line.split_whitespace().next() {
                Some(name @ ("time" | "files")) if line.starts_with("  ") => {
                    format!("  {name} …\n")
                }
                _ => format!("{line}\n"),
            })
            .collect()
    };
    Ran {
        code: status.code().unwrap_or(-1),
        stdout: tidy(&read(stdout)),
        stderr: tidy(&read(stderr)),
    }
}

enum Verdict {
    Fine,
    /// Not an expectation but a file for the next command.
    Put,
    Differs {
        got: String,
    },
    Wrong(String),
}

fn check(site: &Path, ran: &Ran, head: &str, body: &str) -> Verdict {
    if let Some(code) = head.strip_prefix("exit ") {
        return match code.parse() {
            Ok(code) if ran.code == code => Verdict::Fine,
            _ => Verdict::Wrong(format!(
                "the exit code was {}\n(stdout was)\n{}",
                ran.code, ran.stdout
            )),
        };
    }
    if let Some(path) = head.strip_prefix("absent ") {
        return if site.join(path).exists() {
            Verdict::Wrong("it exists".into())
        } else {
            Verdict::Fine
        };
    }
    if let Some(folder) = head.strip_suffix(" files") {
        return same(body, files_below(&site.join(folder)));
    }
    let (subject, mode) = match head.rsplit_once(' ') {
        Some((subject, mode @ ("contains" | "lacks"))) => (subject, mode),
        _ => (head, "is"),
    };
    let got = match subject {
        "public" => everything_below(&site.join(subject)),
        "stdout" => ran.stdout.clone(),
        "stderr" => ran.stderr.clone(),
        path if mode == "is" && !path.starts_with("public/") => return Verdict::Put,
        path => match std::fs::read(site.join(path)) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => return Verdict::Wrong(format!("cannot be read: {error}")),
        },
    };
    if mode == "is" {
        return same(body, got);
    }
    let lines = body.lines().filter(|line| !line.trim().is_empty());
    let wrong: Vec<&str> = lines
        .filter(|line| got.contains(line.trim()) != (mode == "contains"))
        .collect();
    if wrong.is_empty() {
        return Verdict::Fine;
    }
    let not = if mode == "contains" {
        "does not hold"
    } else {
        "holds"
    };
    let shown: Vec<&str> = if mode == "contains" {
        got.lines().take(100).collect()
    } else {
        let holds = |line: &&str| wrong.iter().any(|wrong| line.contains(wrong.trim()));
        got.lines().filter(holds).collect()
    };
    let (wrong, shown) = (wrong.join("\n"), shown.join("\n"));
    Verdict::Wrong(format!("{not}:\n{wrong}\nit is:\n{shown}"))
}

fn same(want: &str, mut got: String) -> Verdict {
    if !got.is_empty() && !got.ends_with('\n') {
        got.push('\n');
    }
    if want == got {
        Verdict::Fine
    } else {
        Verdict::Differs { got }
    }
}

fn files_below(folder: &Path) -> String {
    let mut files: Vec<String> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            Some(
                entry
                    .path()
                    .strip_prefix(folder)
                    .ok()?
                    .to_string_lossy()
                    .into_owned(),
            )
        })
        .filter(|path| path != ".longhand.json")
        .map(|path| without_fingerprint(&path))
        .collect();
    files.sort();
    files.iter().map(|file| format!("{file}\n")).collect()
}

/// `css/longhand.3eb6aa7c.css` → `css/longhand.#.css`: a list of files says nothing of their text.
fn without_fingerprint(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('.').collect();
    let fingerprint = |part: &str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let before_last = parts.len().saturating_sub(2);
    if let Some(part) = parts.get_mut(before_last).filter(|part| fingerprint(part)) {
        *part = "#";
    }
    parts.join(".")
}

/// The names and the text of all files below.
fn everything_below(folder: &Path) -> String {
    let files = bytes_below(folder);
    files
        .iter()
        .map(|(path, bytes)| {
            let path = path.strip_prefix(folder).expect("it lies below");
            format!("{}\n{}\n", path.display(), String::from_utf8_lossy(bytes))
        })
        .collect()
}

/// Every file below, with its bytes; empty where there is no folder.
fn bytes_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).expect("a file of the output is readable");
            (entry.into_path(), bytes)
        })
        .collect()
}

fn difference(want: &str, got: &str) -> String {
    let mut out = String::new();
    let (want_lines, got_lines): (Vec<&str>, Vec<&str>) =
        (want.lines().collect(), got.lines().collect());
    let same = want_lines
        .iter()
        .zip(&got_lines)
        .take_while(|(a, b)| a == b)
        .count();
    let _ = writeln!(out, "(the first {same} lines are as expected)");
    for line in want_lines.iter().skip(same).take(12) {
        let _ = writeln!(out, "- {line}");
    }
    for line in got_lines.iter().skip(same).take(12) {
        let _ = writeln!(out, "+ {line}");
    }
    out
}
