//! Where the output may lie, and what may stand there before.

use std::fs;
use std::path::Path;

use longhand::emit::{self, Kind, MANIFEST, Target};

use crate::{build, folder, leftovers, link, old_site, site, target, texts, tree};

/// The refusal of an output, with `FOLDER` for the test's own.
fn refusal(target: &Target) -> (String, String) {
    let before = tree(&target.root);
    let error = emit::prepare(target)
        .err()
        .unwrap_or_else(|| panic!("{} was taken", target.out.display()));
    assert_eq!((error.kind, error.exit_code()), (Kind::Refused, 4));
    assert!(
        tree(&target.root) == before,
        "something was written before the refusal: {error}"
    );
    let root = target.root.display().to_string();
    (
        error.to_string().replace(&root, "ROOT"),
        error.help.unwrap_or_default().replace(&root, "ROOT"),
    )
}

const ELSEWHERE: &str = "name a folder of its own with `-o`, as in `-o public`";

#[test]
fn an_output_that_would_harm_the_site_is_refused() {
    let folder = folder();
    let root = folder.path().join("home/site");
    for inside in ["content/blog", "templates", ".git/objects", "public"] {
        fs::create_dir_all(root.join(inside)).unwrap();
    }
    link(root.join("content"), root.join("link-to-content"));
    link("..", root.join("up"));
    link("gone", root.join("dangling"));
    fs::write(root.join("file"), "x").unwrap();
    let mut target = target(&root);
    target.forbidden.push(root.join("templates"));
    target.home = Some(folder.path().join("home"));

    let made_from = |verb: &str, out: &str, name: &str| {
        format!("the output `ROOT{out}` {verb} `ROOT/{name}`, which the site is made from")
    };
    let own =
        |out: &str, verb: &str| format!("the output `ROOT{out}` {verb} the site's own folder");
    let cases = [
        ("/content", made_from("is", "/content", "content")),
        (
            "/content/blog/",
            made_from("lies inside", "/content/blog/", "content"),
        ),
        (
            "/content/new/deep",
            made_from("lies inside", "/content/new/deep", "content"),
        ),
        (
            "/templates/../content",
            made_from("is", "/templates/../content", "content"),
        ),
        (
            "/link-to-content/out",
            made_from("lies inside", "/link-to-content/out", "content"),
        ),
        (
            "/missing/../content/x",
            made_from("lies inside", "/missing/../content/x", "content"),
        ),
        // Not there yet, and refused all the same.
        ("/static", made_from("is", "/static", "static")),
        ("/static/x", made_from("lies inside", "/static/x", "static")),
        (
            "/.git",
            "the output `ROOT/.git` is `ROOT/.git`, which is git's".to_owned(),
        ),
        (
            "/.git/objects/x",
            "the output `ROOT/.git/objects/x` lies inside `ROOT/.git`, which is git's".to_owned(),
        ),
        (
            "/vendor/.Git/x",
            "the output `ROOT/vendor/.Git/x` lies inside `.git`, which is git's".to_owned(),
        ),
        ("", own("", "is")),
        ("/.", own("/.", "is")),
        ("/public/..", own("/public/..", "is")),
        ("/up/site", own("/up/site", "is")),
        ("/..", "the output `ROOT/..` is your home folder".to_owned()),
        ("/up", "the output `ROOT/up` is your home folder".to_owned()),
        (
            "/../..",
            "the output `ROOT/../..` contains your home folder".to_owned(),
        ),
        (
            "/file",
            "the output `ROOT/file` is there, and is not a folder".to_owned(),
        ),
    ];
    for (out, message) in cases {
        target.out = Path::new(&format!("{}{out}", root.display())).to_owned();
        assert_eq!(refusal(&target), (message, ELSEWHERE.to_owned()), "{out}");
    }
    target.home = None;
    target.out = root.join("up");
    assert_eq!(refusal(&target).0, own("/up", "contains"));
    target.out = "/".into();
    assert_eq!(
        refusal(&target).0,
        "the output `/` is the root of the file system"
    );
    target.out = root.join("dangling/x");
    assert_eq!(
        refusal(&target),
        (
            "`ROOT/dangling` is a link to a place that does not exist".to_owned(),
            "make that folder, or remove the link".to_owned()
        )
    );

    // Names that only begin alike are no harm.
    for out in ["contents", "public", "static-site", ".gitlab/public"] {
        target.out = root.join(out);
        build(&target, &old_site()).unwrap();
        assert_eq!(texts(&target.out), old_site());
    }
}

#[test]
fn a_folder_that_we_did_not_make_is_refused_and_can_be_adopted() {
    let folder = folder();
    let mut target = target(folder.path());
    let out = target.out.clone();
    fs::create_dir_all(out.join("photos")).unwrap();
    fs::write(out.join("photos/cat.jpg"), "cat").unwrap();
    fs::write(out.join("index.html"), "by hand").unwrap();
    fs::write(out.join(".htaccess"), "deny").unwrap();
    assert_eq!(
        refusal(&target),
        (
            "`ROOT/public` is not empty, and longhand did not make it".to_owned(),
            "name another folder with `-o`, or keep its files beside the site's with `--adopt`"
                .to_owned()
        )
    );

    target.adopt = true;
    let summary = build(&target, &old_site()).unwrap();
    assert_eq!(
        (summary.written, summary.unchanged, summary.removed),
        (30, 0, 0)
    );
    let mut expected = old_site();
    expected.extend(site([("photos/cat.jpg", "cat"), (".htaccess", "deny")]));
    assert_eq!(texts(&out), expected);

    // Once adopted, it is ours; what is foreign in it is so for ever.
    target.adopt = false;
    build(&target, &site([("index.html", "all that is left")])).unwrap();
    assert_eq!(
        texts(&out),
        site([
            ("index.html", "all that is left"),
            ("photos/cat.jpg", "cat"),
            (".htaccess", "deny")
        ])
    );
}

#[test]
fn an_empty_folder_is_taken() {
    let folder = folder();
    let target = target(folder.path());
    fs::create_dir(&target.out).unwrap();
    build(&target, &old_site()).unwrap();
    assert_eq!(texts(&target.out), old_site());
}

#[test]
fn a_manifest_that_cannot_be_believed_is_not() {
    let folder = folder();
    let mut target = target(folder.path());
    build(&target, &old_site()).unwrap();
    let path = target.out.join(MANIFEST);
    let good = fs::read_to_string(&path).unwrap();
    let help = "remove the folder `ROOT/public` and build again, or keep its files with `--adopt`"
        .to_owned();

    let cases = [
        (
            good.replace("style.css", "stale.css"),
            "is damaged: it was changed since longhand wrote it",
        ),
        (
            good.replace("\"version\":1", "\"version\":7"),
            "is of version 7, and this longhand reads version 1",
        ),
        (
            good.split_at(200).0.to_owned(),
            "is damaged: EOF while parsing a string at line 3 column 56",
        ),
        (
            format!("<<<<<<< HEAD\n{good}"),
            "is damaged: expected value at line 1 column 1",
        ),
        (
            "{}".to_owned(),
            "is damaged: missing field `version` at line 1 column 2",
        ),
    ];
    for (text, reason) in cases {
        fs::write(&path, text).unwrap();
        assert_eq!(
            refusal(&target),
            (
                format!("`ROOT/public/.longhand.json` {reason}"),
                help.clone()
            )
        );
    }

    // Adopted, it deletes nothing of what it cannot know to be ours.
    target.adopt = true;
    build(&target, &site([("index.html", "new")])).unwrap();
    let mut expected = old_site();
    expected.insert("index.html".to_owned(), "new".to_owned());
    assert_eq!(texts(&target.out), expected);
    assert_eq!(fs::read(&path).unwrap().len(), 194);

    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(
        refusal(&target),
        (
            "`ROOT/public/.longhand.json` is not a file, and should be longhand's own record"
                .to_owned(),
            "move it away".to_owned()
        )
    );
}

#[test]
fn an_output_behind_a_link_is_written_where_the_link_leads() {
    let folder = folder();
    let root = folder.path().join("site");
    fs::create_dir_all(folder.path().join("www/blog")).unwrap();
    let target = target(&root);
    link(folder.path().join("www/blog"), &target.out);
    build(&target, &old_site()).unwrap();
    assert!(target.out.is_symlink());
    assert_eq!(texts(&folder.path().join("www/blog")), old_site());
    let names: Vec<_> = fs::read_dir(folder.path().join("www"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["blog"]);
}

#[test]
fn folders_around_the_output_are_made_and_go_with_a_build_that_fails() {
    let folder = folder();
    let mut target = target(folder.path());
    target.out = folder.path().join("public/deep/out");
    drop(emit::prepare(&target).unwrap());
    assert!(!folder.path().join("public").exists());
    build(&target, &old_site()).unwrap();
    assert_eq!(texts(&target.out), old_site());
}

#[test]
fn what_stands_in_the_place_of_the_work_folder_is_not_touched() {
    let folder = folder();
    let target = target(folder.path());
    let work = folder.path().join(".public.longhand");
    fs::write(&work, "mine").unwrap();
    assert_eq!(
        refusal(&target),
        (
            "`ROOT/.public.longhand` is there, and is not the folder that a build works in"
                .to_owned(),
            "move it away".to_owned()
        )
    );
    fs::remove_file(&work).unwrap();
    let elsewhere = folder.path().join("content");
    link(&elsewhere, &work);
    assert_eq!(refusal(&target).1, "move it away");
    fs::remove_file(&work).unwrap();
    // A lock that leads out of it, as a cloned repository might have.
    fs::create_dir(&work).unwrap();
    fs::write(elsewhere.join("precious"), "precious").unwrap();
    link(elsewhere.join("precious"), work.join("lock"));
    assert_eq!(
        refusal(&target),
        (
            "`ROOT/.public.longhand/lock` is a link".to_owned(),
            "remove it".to_owned()
        )
    );
    assert_eq!(fs::read(elsewhere.join("precious")).unwrap(), b"precious");
    // Files of no meaning to us stay, and the folder with them.
    fs::remove_file(work.join("lock")).unwrap();
    fs::write(work.join("thesis.txt"), "mine").unwrap();
    build(&target, &old_site()).unwrap();
    assert_eq!(leftovers(folder.path()), [".public.longhand"]);
    assert_eq!(fs::read(work.join("thesis.txt")).unwrap(), b"mine");
}

#[test]
fn a_journal_from_elsewhere_leads_nowhere() {
    let folder = folder();
    let target = target(folder.path());
    build(&target, &old_site()).unwrap();
    let before = tree(&target.out);
    let work = folder.path().join(".public.longhand");
    fs::create_dir_all(work.join("old")).unwrap();
    fs::write(work.join("manifest"), "").unwrap();
    fs::write(work.join("old/0"), "evil").unwrap();
    let body = r#"{"steps":[{"remove":{"path":"../content/x","old":0}}],"tidy":[]}"#;
    for journal in [
        format!("{}\n{body}\n", longhand::hash::Hash::of(body.as_bytes())),
        "junk".to_owned(),
    ] {
        fs::write(work.join("journal"), journal).unwrap();
        let error = build(&target, &old_site()).unwrap_err();
        assert_eq!(
            (error.exit_code(), error.to_string()),
            (
                3,
                format!(
                    "the record of an interrupted build is damaged while reading `{}`",
                    target.out.display()
                )
            )
        );
        assert_eq!(
            error.help,
            Some(format!(
                "remove the output and `{}`, then build again",
                work.display()
            ))
        );
        assert!(!folder.path().join("content/x").exists());
        assert!(tree(&target.out) == before);
    }
}
