use super::*;
use crate::diag::Span;
use crate::parse::{Digest, Heading};
use proptest::prelude::*;
use std::path::PathBuf;

const OWN: FileId = FileId(7);

fn open(folder: &Path) -> Cache {
    Cache::open(folder, Path::new("/a/site"), false)
}

fn meta() -> Meta {
    Meta {
        headings: vec![Heading {
            level: 2,
            id: "one".to_owned(),
            html: "One".to_owned(),
            text: "One".to_owned(),
            span: Span::new(OWN, 3, 9),
        }],
        digest: Some(Digest {
            words: 12,
            ..Digest::default()
        }),
        ..Meta::default()
    }
}

fn said() -> Vec<Diagnostic> {
    vec![
        Diagnostic::warning(
            "broken-link",
            Span::new(OWN, 1, 2),
            "the link `x` leads nowhere",
        )
        .note(Span::new(OWN, 4, 5), "here")
        .help("mend it"),
    ]
}

fn key(n: u128) -> Hash {
    Hash(n)
}

/// A cache with one record of each kind, and where its files lie.
fn filled(folder: &Path) -> Vec<PathBuf> {
    let cache = open(folder);
    cache.put_meta(key(1), OWN, &meta(), &said());
    cache.put_said(key(2), &said(), &|_| "content/a.md".to_owned());
    cache.put_code(key(3), "<pre>code</pre>");
    cache.save(true).expect("it can be written");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("it is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

fn check(cache: &Cache) {
    assert_eq!(cache.meta(key(1), OWN), Some((meta(), said())));
    let file = |path: &str| (path == "content/a.md").then_some(OWN);
    assert_eq!(cache.said(key(2), &file), Some(said()));
    assert_eq!(cache.code(key(3)), Some("<pre>code</pre>"));
}

#[test]
fn what_is_put_is_found_by_the_next_build() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(filled(folder.path()).len(), 2);
    let cache = open(folder.path());
    assert_eq!(cache.complaint(), None);
    check(&cache);
    assert_eq!(cache.meta(key(9), OWN), None);
    assert_eq!(cache.code(key(1)), None, "kinds are apart");
    // Files may have other numbers by then, or be gone.
    let (moved, said) = cache.meta(key(1), FileId(2)).expect("it is there");
    assert_eq!(moved.headings[0].span.file, FileId(2));
    assert_eq!(said[0].span.map(|span| span.file), Some(FileId(2)));
    assert_eq!(cache.said(key(2), &|_| None), None);
}

#[test]
fn what_is_new_is_added_to_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path());
    let cache = open(folder.path());
    check(&cache);
    cache.put_code(key(4), "more");
    cache.save(false).expect("it can be written");
    let cache = open(folder.path());
    check(&cache);
    assert_eq!(cache.code(key(4)), Some("more"));
}

#[test]
fn another_site_or_version_is_not_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = filled(folder.path());
    let other = Cache::open(folder.path(), Path::new("/another/site"), false);
    assert_eq!((other.complaint(), other.code(key(3))), (None, None));
    for file in &files {
        let mut bytes = std::fs::read(file).expect("it is there");
        bytes[3] ^= 1;
        std::fs::write(file, bytes).expect("it can be written");
    }
    let cache = open(folder.path());
    assert_eq!(
        cache.complaint(),
        Some("was left by another version; made anew")
    );
    assert_eq!((cache.meta(key(1), OWN), cache.code(key(3))), (None, None));
    cache.save(true).expect("it can be written");
    filled(folder.path());
    check(&open(folder.path()));
}

#[test]
fn what_nobody_asks_for_goes_when_it_is_most_of_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path());
    for n in 0..100 {
        cache.put_code(key(n), &"x".repeat(100_000));
    }
    cache.save(true).expect("it can be written");
    let cache = open(folder.path());
    assert!(cache.code(key(5)).is_some());
    cache.save(true).expect("it can be written");
    let cache = open(folder.path());
    assert!(cache.code(key(5)).is_some() && cache.code(key(6)).is_none());
}

#[test]
fn a_folder_that_cannot_be_used_is_no_trouble() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("it can be written");
    let cache = open(&file);
    assert!(cache.complaint().is_some());
    cache.put_meta(key(1), OWN, &meta(), &[]);
    assert!(cache.save(true).is_err());
}

#[test]
fn clean_removes_what_is_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path());
    std::fs::write(folder.path().join("notes.txt"), "mine").expect("it can be written");
    let done = clean(folder.path()).expect("it can be emptied");
    assert_eq!(done.files, 2);
    assert!(folder.path().join("notes.txt").exists());
    assert_eq!(clean(folder.path()).expect("it is empty"), Clean::default());
    assert_eq!(
        clean(&folder.path().join("none")).expect("none"),
        Clean::default()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Cut short, flipped, overwritten: a record is as it was put, or not there.
    #[test]
    fn damage_is_never_believed(
        cut in 0usize..400,
        flips in prop::collection::vec((0usize..400, 1u8..=255), 0..6),
        tail in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        for file in filled(folder.path()) {
            let mut bytes = std::fs::read(&file).expect("it is there");
            for (at, bits) in &flips {
                let at = at % bytes.len();
                bytes[at] ^= bits;
            }
            bytes.truncate(bytes.len().saturating_sub(cut % 200));
            bytes.extend_from_slice(&tail);
            std::fs::write(&file, bytes).expect("it can be written");
        }
        let cache = open(folder.path());
        let found = cache.meta(key(1), OWN);
        prop_assert!(found.is_none() || found == Some((meta(), said())));
        let found = cache.said(key(2), &|_| Some(OWN));
        prop_assert!(found.is_none() || found == Some(said()));
        let found = cache.code(key(3));
        prop_assert!(found.is_none() || found == Some("<pre>code</pre>"));
        cache.put_code(key(5), "new");
        prop_assert!(cache.save(true).is_ok());
        let code = open(folder.path());
        prop_assert_eq!(code.code(key(5)), Some("new"));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it is there");
    let mut names: Vec<String> = entries
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}

/// More than is collected before it is written.
fn put_many(cache: &Cache) {
    for n in 0..3_000 {
        cache.put_code(key(n), &format!("{n} {}", "x".repeat(1_000)));
    }
}

#[test]
fn what_is_written_before_the_end_is_whole_only_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let ends = |end: &str| {
        let names = names(folder.path());
        names.iter().filter(|name| name.ends_with(end)).count()
    };
    let (first, second) = (open(folder.path()), open(folder.path()));
    put_many(&first);
    put_many(&second);
    assert_eq!(
        (ends(".draft"), ends(".code")),
        (2, 0),
        "two builds at once"
    );
    first.save(true).expect("it can be written");
    assert_eq!((ends(".draft"), ends(".code")), (1, 1));
    drop(second);
    assert_eq!(
        (ends(".draft"), ends(".code")),
        (0, 1),
        "one came to nothing"
    );
    let cache = open(folder.path());
    for n in 0..3_000 {
        let html = cache.code(key(n)).expect("it was put");
        assert!(html.starts_with(&format!("{n} ")), "{n}");
    }
}

#[test]
fn what_is_put_after_saving_is_neither_kept_nor_collected() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path());
    put_many(&cache);
    cache.save(true).expect("it can be written");
    let saved = names(folder.path());
    put_many(&cache);
    assert_eq!(
        names(folder.path()),
        saved,
        "no draft that nobody completes"
    );
    cache.save(true).expect("there is nothing to write");
    let again = open(folder.path());
    assert!(again.code(key(0)).is_some(), "what was saved stays");
}
