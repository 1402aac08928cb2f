use super::{Found, IoError, Sources, TEXT_LIMIT, is_taken, walk};
use crate::diag::{Style, render, tidy};
use std::fs;
use std::path::Path;

/// A folder with these files (a name that ends in `/` is a folder).
fn site(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

fn paths(found: &[Found]) -> Vec<&str> {
    found.iter().map(|found| &*found.path).collect()
}

/// What reading one file of these bytes says.
fn said(bytes: &[u8]) -> String {
    let dir = site(&[("a.md", bytes)]);
    let mut sources = Sources::new(dir.path());
    sources.read("a.md").unwrap();
    render(&sources.diagnostics, &sources, Style::default())
}

#[test]
fn finds_files_in_the_order_of_paths() {
    let dir = site(&[
        ("content/b/index.md", b"b"),
        ("content/a.md", b"four"),
        ("content/b.md", b""),
        ("static/x.png", b""),
    ]);
    let walked = walk(dir.path(), "content", &[]).unwrap();
    assert_eq!(
        paths(&walked.found),
        ["content/a.md", "content/b.md", "content/b/index.md"]
    );
    assert_eq!(walked.found[0].len, 4);
    assert!(walked.found[0].mtime.is_some());
    assert_eq!(walk(dir.path(), "i18n", &[]).unwrap().found, []);
    assert_eq!(walk(&dir.path().join("none"), "", &[]).unwrap().found, []);
    assert_eq!(
        walk(dir.path(), "", &["content", "public"])
            .unwrap()
            .found
            .len(),
        1
    );
}

#[test]
fn leaves_what_must_not_be_published() {
    let dir = site(&[
        ("static/.env.local", b"x"),
        ("static/.well-known/security.txt", b"x"),
        ("static/.nojekyll", b""),
        ("static/.git/config", b""),
        ("static/a.PEM", b""),
        ("static/b.key", b""),
        ("static/c.md~", b""),
        ("static/.d.swp", b""),
        ("static/#e#", b""),
        ("static/Thumbs.db", b""),
        ("static/.DS_Store", b""),
        ("static/node_modules/x.js", b""),
        ("static/public/kept.txt", b""),
        ("static/#", b""),
    ]);
    let walked = walk(dir.path(), "static", &["public"]).unwrap();
    assert_eq!(
        paths(&walked.found),
        [
            "static/#",
            "static/.nojekyll",
            "static/.well-known/security.txt",
            "static/public/kept.txt"
        ]
    );
    let skipped: Vec<String> = walked
        .skipped
        .iter()
        .map(|s| format!("{}: {}", s.path, s.reason))
        .collect();
    assert_eq!(
        skipped,
        [
            "static/#e#: an editor's file",
            "static/.DS_Store: a dotfile",
            "static/.d.swp: an editor's file",
            "static/.env.local: a file of secrets",
            "static/.git: a dotfile",
            "static/Thumbs.db: a file of the desktop",
            "static/a.PEM: a private key",
            "static/b.key: a private key",
            "static/c.md~: an editor's file",
            "static/node_modules: a folder of packages",
        ]
    );
    assert_eq!(is_taken("key.md"), Ok(()));
}

#[cfg(unix)]
#[test]
fn follows_links_within_the_site_only() {
    use std::os::unix::fs::symlink;
    let outside = site(&[("secret.txt", b"x")]);
    let dir = site(&[
        ("content/a/index.md", b"a"),
        ("shared/b.md", b"b"),
        (".git/config", b""),
        ("public/index.html", b""),
    ]);
    let content = dir.path().join("content");
    symlink("../shared", content.join("shared")).unwrap();
    symlink("../shared/b.md", content.join("b.md")).unwrap();
    symlink(outside.path().join("secret.txt"), content.join("out.md")).unwrap();
    symlink(outside.path(), content.join("outdir")).unwrap();
    symlink("..", content.join("a/up")).unwrap();
    symlink("../..", content.join("a/root")).unwrap();
    symlink("../.git/config", content.join("config.md")).unwrap();
    symlink("../public", content.join("old")).unwrap();
    symlink("nowhere", content.join("gone.md")).unwrap();
    symlink("me@host.123", content.join(".#a.md")).unwrap();
    let walked = walk(dir.path(), "content", &["public"]).unwrap();
    assert_eq!(
        paths(&walked.found),
        ["content/a/index.md", "content/b.md", "content/shared/b.md"]
    );
    let skipped: Vec<&str> = walked.skipped.iter().map(|s| &*s.path).collect();
    assert_eq!(
        skipped,
        ["content/.#a.md", "content/config.md", "content/old"]
    );
    let real = |path: &Path| path.canonicalize().unwrap().display().to_string();
    let out = render(&walked.diagnostics, &Sources::default(), Style::default())
        .replace(&real(outside.path()), "OUT")
        .replace(&real(dir.path()), "SITE");
    assert_eq!(
        out,
        "\
error[link-loop]: the link `content/a/root` leads to `SITE`, which holds it
help: remove the link

error[link-loop]: the link `content/a/up` leads to `SITE/content`, which holds it
help: remove the link

error[link-dangling]: the link `content/gone.md` leads to nothing (`nowhere`)
help: remove the link, or mend its target

error[link-outside]: the link `content/out.md` leads out of the site, to `OUT/secret.txt`
help: copy what it leads to into the site's folder

error[link-outside]: the link `content/outdir` leads out of the site, to `OUT`
help: copy what it leads to into the site's folder

"
    );
}

#[cfg(unix)]
#[test]
fn does_not_wait_for_a_pipe() {
    let dir = site(&[("static/a", b"")]);
    let made = std::process::Command::new("mkfifo")
        .arg(dir.path().join("static/p"))
        .status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let walked = walk(dir.path(), "static", &[]).unwrap();
    assert_eq!(paths(&walked.found), ["static/a"]);
    assert_eq!(walked.skipped[0].reason, "not a file");
}

#[cfg(target_os = "linux")]
#[test]
fn refuses_a_name_that_is_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let dir = site(&[("static/a", b"")]);
    let name = std::ffi::OsStr::from_bytes(b"static/\xff.txt");
    fs::write(dir.path().join(name), b"").unwrap();
    let walked = walk(dir.path(), "static", &[]).unwrap();
    let out = render(&walked.diagnostics, &Sources::default(), Style::default());
    let site = dir.path().display().to_string();
    assert_eq!(
        out.replace(&site, "SITE"),
        "error[file-name]: the name of `SITE/static/\u{fffd}.txt` is not UTF-8\nhelp: rename it\n\n"
    );
}

#[test]
fn reads_in_the_order_given_whatever_the_threads() {
    let files: Vec<(String, Vec<u8>)> = (0..200)
        .map(|n| (format!("content/{n:03}.md"), n.to_string().into_bytes()))
        .collect();
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(p, b)| (&**p, &**b)).collect();
    let dir = site(&borrowed);
    let found = walk(dir.path(), "content", &[]).unwrap().found;
    let mut sources = Sources::new(dir.path());
    let ids = sources.read_all(&found).unwrap();
    for (n, id) in ids.iter().enumerate() {
        let source = sources.get(id.unwrap());
        assert_eq!(
            (&*source.path, &**source.text()),
            (&*files[n].0, &*n.to_string())
        );
        assert_eq!(source.id.0 as usize, n);
    }
    assert!(sources.diagnostics.is_empty());
}

#[test]
fn strips_the_mark_and_keeps_line_ends() {
    let dir = site(&[("a.md", b"\xef\xbb\xbfa\r\nb"), ("b.md", b"a\r\nb")]);
    let mut sources = Sources::new(dir.path());
    let a = sources.read("a.md").unwrap().unwrap();
    let b = sources.read("b.md").unwrap().unwrap();
    assert_eq!(&**sources.get(a).text(), "a\r\nb");
    assert_eq!(sources.get(a).text(), sources.get(b).text());
    assert_ne!(sources.get(a).hash, sources.get(b).hash);
    assert!(sources.diagnostics.is_empty());
}

#[test]
fn a_text_that_was_let_go_is_read_again_unless_it_changed() {
    let dir = site(&[("a.md", b"one"), ("b.md", b"two")]);
    let found = walk(dir.path(), "", &[]).unwrap().found;
    let mut sources = Sources::new(dir.path());
    let ids = sources.place_all(&found);
    for id in &ids {
        let loaded = sources.load(*id).unwrap();
        sources.note(*id, loaded.hash, &loaded.findings);
    }
    std::fs::write(dir.path().join("b.md"), "too").unwrap();
    assert_eq!(&**sources.get(ids[0]).text(), "one");
    assert_eq!(sources.get(ids[1]).fetch(), None);
    assert_eq!(&**sources.get(ids[1]).text(), "");
}

#[test]
fn warns_of_a_lone_carriage_return() {
    assert_eq!(
        said(b"a\r\nb\rc"),
        "\
warning[lone-carriage-return]: a carriage return stands without a line feed
 --> a.md:2:2
  |
2 | b␍c
  |  ^
help: save the file with line ends of one kind, LF or CRLF

"
    );
}

#[test]
fn refuses_what_is_not_sound_text_and_says_what_it_looks_like() {
    assert_eq!(
        said(b"---\ntitle: Caf\xe9\n---\n"),
        "\
error[file-not-utf8]: byte 14 (0xE9) is not UTF-8, it looks like text in an old encoding, such as Windows-1252
 --> a.md:2:11
  |
2 | title: Caf
  |           ^
help: save the file as UTF-8

"
    );
    assert_eq!(
        said(b"a\nb\0c"),
        "\
error[file-nul]: a NUL byte stands at byte 3, it looks like binary data
 --> a.md:2:2
  |
2 | b␀c
  |  ^
help: save the file as UTF-8 text

"
    );
    let utf16: Vec<u8> = "title: x\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(
        said(&utf16)
            .starts_with("error[file-nul]: a NUL byte stands at byte 1, it looks like UTF-16\n")
    );
    let marked = [b"\xff\xfe".as_slice(), &utf16].concat();
    assert!(
        said(&marked).starts_with(
            "error[file-not-utf8]: byte 0 (0xFF) is not UTF-8, it looks like UTF-16\n"
        )
    );
    assert!(said(b"\x89PNG\r\n\x1a\n").contains("it looks like a PNG picture"));
    assert_eq!(
        said("\u{feff}a \u{fdd0}5\u{fdd1}".as_bytes()),
        "\
error[file-noncharacter]: the noncharacter U+FDD0 stands at byte 5
 --> a.md:1:3
  |
1 | a �5�
  |   ^
help: remove it: it has no meaning in text, and programs use it internally

"
    );
    // Their neighbours are text as any other.
    assert_eq!(said("\u{fdcf} \u{fdf0}，".as_bytes()), "");
}

#[test]
fn refuses_a_text_that_is_too_large() {
    let mut bytes = vec![b'x'; TEXT_LIMIT as usize];
    assert_eq!(said(&bytes), "");
    bytes.push(b'x');
    assert_eq!(
        said(&bytes),
        "\
error[file-too-large]: the file is larger than 10 MiB, the most a text may have
 --> a.md:1:1
  |
1 |
  | ^
help: split it, or move it to `static/`

"
    );
}

#[test]
fn names_a_file_that_vanished() {
    let dir = site(&[("content/a.md", b"a"), ("content/b.md", b"b")]);
    let found = walk(dir.path(), "content", &[]).unwrap().found;
    fs::remove_file(dir.path().join("content/a.md")).unwrap();
    let mut sources = Sources::new(dir.path());
    let ids = sources.read_all(&found).unwrap();
    assert_eq!(
        ids.iter().map(Option::is_some).collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(
        render(&sources.diagnostics, &sources, Style::default()),
        "error[file-vanished]: `content/a.md` vanished while the site was being read\n\
         help: run the build again\n\n"
    );
}

#[test]
fn names_path_and_operation_when_the_system_refuses() {
    let dir = site(&[("content/a.md", b"a")]);
    let error = Sources::new(dir.path()).read("content").unwrap_err();
    assert_eq!(error.operation, "read");
    assert!(error.path.ends_with("content"));
    let error = IoError {
        path: "content/a.md".into(),
        operation: "read",
        source: std::io::Error::from_raw_os_error(13),
    };
    assert_eq!(
        error.to_string(),
        "cannot read `content/a.md`: permission denied"
    );
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_text_or_refused(bytes: Vec<u8>) {
        let dir = site(&[("a", &bytes)]);
        let mut sources = Sources::new(dir.path());
        let id = sources.read("a").unwrap();
        tidy(&mut { sources.diagnostics.clone() }, &sources);
        render(&sources.diagnostics, &sources, Style::default());
        let expected = std::str::from_utf8(&bytes).ok().map(|text| text.trim_start_matches('\u{feff}'));
        match id {
            Some(id) => assert_eq!(Some(&**sources.get(id).text()), expected),
            None => assert!(expected.is_none_or(|text| text.contains('\0'))),
        }
    }
}
