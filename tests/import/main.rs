//! Sites of other programs move in: each case is a whole source in one text file, with the
//! files and the report expected of it; and what the real programs make, where they are there.
//!
//! ```text
//! jekyll old                 what follows `longhand import`, `new` is the target
//! >>> old/_config.yml        a file of the source
//! >>> old.zip/posts.csv      one that is packed into an archive
//! === new/longhand.yaml      a file of the new site
//! === code, report, errors   what the program said
//! ```
//!
//! `UPDATE=1` writes what is expected anew; `NAMES=jekyll` runs the cases of that name. What
//! moved in is built, and has no errors.

mod real;

#[path = "../tools/mod.rs"]
mod tools;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn longhand(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_longhand"))
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "100")
        .output()
        .expect("the program runs")
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("import")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// Every file below `folder`, by its path.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name();
    walk.into_iter()
        .filter_map(|entry| entry.ok().filter(|entry| entry.file_type().is_file()))
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("it lies there");
            let bytes = std::fs::read(entry.path()).expect("it is readable");
            (path.to_string_lossy().into_owned(), bytes)
        })
        .collect()
}

/// Builds what moved in, drafts too.
fn builds(folder: &Path) {
    let built = longhand(folder, &["build", "-D", "-F", "--no-cache"]);
    let said = String::from_utf8_lossy(&built.stderr).into_owned();
    assert!(built.status.success(), "{}: {said}", folder.display());
}

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/cases");
    let mut faults = Vec::new();
    let mut seen = 0;
    for (name, text) in files(&folder) {
        let wanted = std::env::var("NAMES").unwrap_or_default();
        if !name.contains(&wanted) {
            continue;
        }
        seen += 1;
        let text = String::from_utf8(text).expect("a case is text");
        let found = case(&name, &text);
        if found == text {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(folder.join(&name), &found).expect("a case can be written");
        } else {
            faults.push(difference(&name, &text, &found));
        }
    }
    assert!(seen > 0, "there are cases");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Writes an archive, of files by names that may be anything.
fn pack(archive: &Path, entries: &[(String, Vec<u8>)]) {
    let file = std::fs::File::create(archive).expect("an archive can be made");
    let mut writer = zip::ZipWriter::new(file);
    for (name, bytes) in entries {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).expect("a file is begun");
        std::io::Write::write_all(&mut writer, bytes).expect("it is packed");
    }
    writer.finish().expect("the archive is whole");
}

#[test]
fn an_archive_that_unpacks_without_end_is_refused() {
    let folder = scratch("bomb");
    let entries = [
        (
            "posts.csv".to_owned(),
            b"post_id,title,is_published\n1.a,A,true\n".to_vec(),
        ),
        ("posts/1.a.html".to_owned(), vec![b' '; 65 << 20]),
    ];
    pack(&folder.join("old.zip"), &entries);
    let packed = std::fs::metadata(folder.join("old.zip")).expect("it is there");
    assert!(
        packed.len() < 1 << 20,
        "it is small as long as it is packed"
    );
    let ended = longhand(&folder, &["import", "substack", "old.zip", "new"]);
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8_lossy(&ended.stderr);
    let expected = "`posts/1.a.html` in the archive is larger than 64 MiB";
    assert!(said.contains(expected), "{said}");
    assert!(!folder.join("new").exists(), "nothing is written");
}

#[test]
fn an_archive_that_was_cut_short_is_refused() {
    let folder = scratch("cut");
    let archive = folder.join("old.zip");
    let text = "<p>text</p>".repeat(1000).into_bytes();
    let list = b"post_id,title,is_published\n1.a,A,true\n".to_vec();
    pack(
        &archive,
        &[
            ("posts.csv".to_owned(), list),
            ("posts/1.a.html".to_owned(), text),
        ],
    );
    let bytes = std::fs::read(&archive).expect("it is there");
    for length in [0, 1, 30, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&archive, &bytes[..length]).expect("it can be cut");
        let ended = longhand(&folder, &["import", "substack", "old.zip", "new"]);
        assert_eq!(ended.status.code(), Some(1), "{length} bytes");
        assert!(!folder.join("new").exists(), "nothing is written");
    }
}

/// The case as it should read.
fn case(name: &str, text: &str) -> String {
    let folder = scratch(name);
    let (source, _) = text.split_once("\n=== ").unwrap_or((text, ""));
    let (command, inputs) = source.split_once('\n').expect("a command");
    let mut packed: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for input in inputs
        .split("\n>>> ")
        .flat_map(|part| part.split_once('\n'))
    {
        let (path, content) = (input.0.trim_start_matches(">>> "), input.1);
        let content = format!("{}\n", content.trim_end_matches('\n'));
        if let Some((archive, inner)) = path.split_once(".zip/") {
            let entry = (inner.to_owned(), content.into_bytes());
            packed.entry(archive.to_owned()).or_default().push(entry);
            continue;
        }
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
        std::fs::write(file, content).expect("it can be written");
    }
    for (archive, entries) in &packed {
        pack(&folder.join(format!("{archive}.zip")), entries);
    }
    let before = files(&folder);
    let mut arguments = vec!["import"];
    arguments.extend(command.split_whitespace());
    let ended = longhand(&folder, &arguments);
    let after = files(&folder);
    for (path, bytes) in &before {
        assert!(
            after.contains(&(path.clone(), bytes.clone())),
            "{name}: {path} was changed"
        );
    }
    let mut found = format!("{}\n", source.trim_end_matches('\n'));
    for (path, bytes) in after.iter().filter(|file| !before.contains(file)) {
        let content = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => format!("({} bytes)\n", bytes.len()),
        };
        let _ = write!(found, "\n=== {path}\n{content}");
        if !content.ends_with('\n') {
            found.push('\n');
        }
    }
    let _ = write!(found, "\n=== code\n{}\n", ended.status.code().unwrap_or(-1));
    for (what, bytes) in [("report", &ended.stdout), ("errors", &ended.stderr)] {
        if !bytes.is_empty() {
            let _ = write!(found, "\n=== {what}\n{}", String::from_utf8_lossy(bytes));
        }
    }
    if ended.status.success() && folder.join("new").is_dir() {
        builds(&folder.join("new"));
    }
    found
}

fn difference(name: &str, expected: &str, found: &str) -> String {
    let mut lines = expected.lines().zip(found.lines()).enumerate();
    let first = lines.find(|(_, (a, b))| a != b);
    let at = first.map_or(
        expected.lines().count().min(found.lines().count()),
        |(at, _)| at,
    );
    let line = |text: &str| text.lines().nth(at).unwrap_or("(the end)").to_owned();
    format!(
        "{name}:{}: expected\n  {}\nfound\n  {}",
        at + 1,
        line(expected),
        line(found)
    )
}
