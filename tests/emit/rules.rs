//! What a build does to an output: no more than it must.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use longhand::emit::{self, Faults, Kind, MANIFEST, Operation, Summary};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::{
    Thing, add_foreign, assert_manifest, assert_no_empty_folder, build, build_with, fill, folder,
    leftovers, link, mode, new_site, old_site, site, target, texts, tree, with_foreign,
};

/// Notes what was asked of the system.
#[derive(Default)]
struct Log(Mutex<Vec<(Operation, PathBuf)>>);

impl Faults for &Log {
    fn before(&self, operation: Operation, path: &Path) -> io::Result<()> {
        self.0.lock().unwrap().push((operation, path.to_owned()));
        Ok(())
    }
}

#[test]
fn a_fresh_output_is_the_site_and_its_manifest() {
    let folder = folder();
    let target = target(folder.path());
    let summary = build(&target, &old_site()).unwrap();
    let bytes = old_site().values().map(|text| text.len() as u64).sum();
    assert_eq!(
        summary,
        Summary {
            written: 30,
            unchanged: 0,
            removed: 0,
            bytes
        }
    );
    assert_eq!(texts(&target.out), old_site());
    assert_manifest(&target.out, &old_site());
    assert_eq!(leftovers(folder.path()), [""; 0]);
}

#[test]
fn an_unchanged_build_looks_once_at_each_file_and_reads_none() {
    let folder = folder();
    let target = target(folder.path());
    build(&target, &old_site()).unwrap();
    let before = tree(&target.out);
    let log = Log::default();
    let summary = build_with(&target, &old_site(), &log).unwrap();
    assert_eq!(
        summary,
        Summary {
            written: 0,
            unchanged: 30,
            removed: 0,
            bytes: 0
        }
    );
    // The manifest's bytes and time as well.
    assert!(tree(&target.out) == before);

    let log = log.0.into_inner().unwrap();
    let (mut looks, mut others) = (BTreeSet::new(), Vec::new());
    for (operation, path) in log
        .iter()
        .filter(|(_, path)| path.starts_with(&target.out) && !path.ends_with(MANIFEST))
    {
        let file = path.strip_prefix(&target.out).unwrap().to_str().unwrap();
        match operation {
            Operation::Stat if !old_site().contains_key(file) => {}
            Operation::Stat => assert!(
                looks.insert(file.to_owned()),
                "`{file}` was looked at twice"
            ),
            other => others.push((*other, file.to_owned())),
        }
    }
    assert_eq!(looks.len(), 30);
    assert_eq!(others, [(Operation::Resolve, String::new())]);
}

#[test]
fn only_what_changed_is_written_and_what_is_no_longer_made_goes() {
    let folder = folder();
    let target = target(folder.path());
    build(&target, &old_site()).unwrap();
    add_foreign(&target.out);
    let before = tree(&target.out);
    let summary = build(&target, &new_site()).unwrap();
    assert_eq!(
        summary,
        Summary {
            written: 10,
            unchanged: 14,
            removed: 9,
            bytes: 135
        }
    );
    assert_eq!(texts(&target.out), with_foreign(&new_site()));
    assert_manifest(&target.out, &new_site());
    assert_no_empty_folder(&target.out);
    assert_eq!(leftovers(folder.path()), [""; 0]);
    let after = tree(&target.out);
    for (path, text) in old_site() {
        if new_site().get(&path) == Some(&text) {
            assert_eq!(before[&path], after[&path], "`{path}` keeps its time");
        }
    }
    // And back, which turns files and folders the other way round.
    build(&target, &old_site()).unwrap();
    assert_eq!(texts(&target.out), with_foreign(&old_site()));
    assert_manifest(&target.out, &old_site());
    assert_no_empty_folder(&target.out);
}

#[test]
fn a_file_that_someone_touched_is_read_and_mended() {
    let folder = folder();
    let target = target(folder.path());
    build(&target, &old_site()).unwrap();
    let path = |name: &str| target.out.join(name);
    // Same size and other bytes; other size; a new time alone; gone.
    fs::write(path("index.html"), "OLD HOME").unwrap();
    fs::write(path("style.css"), "").unwrap();
    let touched = File::options().append(true).open(path("about")).unwrap();
    touched
        .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000))
        .unwrap();
    fs::remove_dir_all(path("blog/post-7")).unwrap();
    let summary = build(&target, &old_site()).unwrap();
    assert_eq!(
        (summary.written, summary.unchanged, summary.removed),
        (3, 27, 0)
    );
    assert_eq!(texts(&target.out), old_site());
    assert_manifest(&target.out, &old_site());
    let Thing::File { mtime, .. } = tree(&target.out)["about"] else {
        panic!()
    };
    assert_eq!(
        mtime, 1_000_000_000_000_000_000,
        "its bytes were right: it is left alone"
    );
}

/// The error of writing `site` over what stands in the output, which must
/// stay as it is; `ROOT` for the test's folder.
fn in_the_way(target: &emit::Target, new: &crate::Site) -> (String, String) {
    let before = tree(&target.root);
    let error = build(target, new).unwrap_err();
    assert_eq!((error.kind, error.exit_code()), (Kind::Refused, 4));
    assert!(tree(&target.root) == before);
    let root = target.root.display().to_string();
    (
        error.to_string().replace(&root, "ROOT"),
        error.help.unwrap_or_default(),
    )
}

#[test]
fn what_we_did_not_make_is_not_overwritten() {
    let folder = folder();
    let mut target = target(folder.path());
    build(
        &target,
        &site([("index.html", "home"), ("folder/index.html", "ours")]),
    )
    .unwrap();
    let foreign = |what: &str| {
        format!("`ROOT/public/{what}` stands where the site writes, and was not made by longhand")
    };
    let move_it = "move it away, or let the site replace it with `--adopt`".to_owned();
    fs::write(target.out.join("robots.txt"), "by hand").unwrap();
    fs::write(target.out.join("feed.xml"), "by hand").unwrap();
    fs::write(target.out.join("folder/mine.txt"), "mine").unwrap();

    assert_eq!(
        in_the_way(&target, &site([("robots.txt", "x")])),
        (foreign("robots.txt"), move_it.clone())
    );
    // All at once, in the order of paths.
    let three = site([
        ("robots.txt", "x"),
        ("index.html", "y"),
        ("feed.xml", "x"),
        ("folder/mine.txt", "x"),
    ]);
    assert_eq!(
        in_the_way(&target, &three),
        (format!("{} (and 2 more)", foreign("feed.xml")), move_it)
    );
    // A folder cannot become a file, nor a file a folder, with a stranger in it.
    let file = site([("folder", "a file")]);
    assert_eq!(
        in_the_way(&target, &file),
        (foreign("folder/mine.txt"), "move it away".to_owned())
    );
    let inside = site([("robots.txt/index.html", "x")]);
    assert_eq!(
        in_the_way(&target, &inside),
        (foreign("robots.txt"), "move it away".to_owned())
    );
    target.adopt = true;
    assert_eq!(in_the_way(&target, &file).1, "move it away");
    assert_eq!(in_the_way(&target, &inside).1, "move it away");
    // Adopting replaces what the site has, and keeps the rest.
    build(&target, &three).unwrap();
    assert_eq!(texts(&target.out), three);
    build(&target, &site([("index.html", "z")])).unwrap();
    assert_eq!(
        texts(&target.out),
        site([("index.html", "z")]),
        "ours from then on"
    );
}

#[test]
fn links_in_the_output_are_never_followed() {
    let folder = folder();
    let mut target = target(folder.path());
    build(
        &target,
        &site([
            ("index.html", "home"),
            ("blog/a/index.html", "a"),
            ("blog/b/index.html", "b"),
        ]),
    )
    .unwrap();
    let outside = folder.path().join("content");
    fs::create_dir(outside.join("a")).unwrap();
    fs::write(outside.join("a/index.html"), "precious").unwrap();
    fs::write(outside.join("precious"), "precious").unwrap();
    let link_message = |what: &str| {
        let message = format!(
            "`ROOT/public/{what}` stands where the site writes, and is a link, which longhand does not make"
        );
        (message, "remove it".to_owned())
    };

    // A folder of ours became a link out of the output.
    fs::remove_dir_all(target.out.join("blog")).unwrap();
    link(&outside, target.out.join("blog"));
    let changed = site([
        ("index.html", "home"),
        ("blog/a/index.html", "changed"),
        ("blog/c/index.html", "c"),
    ]);
    assert_eq!(in_the_way(&target, &changed), link_message("blog"));
    target.adopt = true;
    assert_eq!(
        in_the_way(&target, &changed),
        link_message("blog"),
        "adopting is no licence to leave the output"
    );
    target.adopt = false;
    // Nothing is pruned through it either.
    let summary = build(&target, &site([("index.html", "home")])).unwrap();
    assert_eq!(summary.removed, 0);
    assert_eq!(fs::read(outside.join("a/index.html")).unwrap(), b"precious");
    assert!(target.out.join("blog").is_symlink());
    fs::remove_file(target.out.join("blog")).unwrap();

    // A file of ours became a link.
    fs::remove_file(target.out.join("index.html")).unwrap();
    link(outside.join("precious"), target.out.join("index.html"));
    assert_eq!(
        in_the_way(&target, &site([("index.html", "new")])),
        link_message("index.html")
    );
    target.adopt = true;
    build(&target, &site([("index.html", "new")])).unwrap();
    assert!(!target.out.join("index.html").is_symlink());
    assert_eq!(fs::read(outside.join("precious")).unwrap(), b"precious");
    // One that is no longer made, and is a link now, is someone else's.
    fs::remove_file(target.out.join("index.html")).unwrap();
    link(outside.join("precious"), target.out.join("index.html"));
    build(&target, &site([("x", "y")])).unwrap();
    assert!(target.out.join("index.html").is_symlink());
}

#[test]
fn the_site_s_domain_stays() {
    let folder = folder();
    let target = target(folder.path());
    build(
        &target,
        &site([("CNAME", "example.org"), ("index.html", "x")]),
    )
    .unwrap();
    build(&target, &site([("index.html", "x")])).unwrap();
    assert_eq!(
        texts(&target.out),
        site([("CNAME", "example.org"), ("index.html", "x")])
    );
    // Still ours to change.
    build(
        &target,
        &site([("CNAME", "example.com"), ("index.html", "x")]),
    )
    .unwrap();
    assert_eq!(texts(&target.out)["CNAME"], "example.com");
}

#[test]
fn names_that_lead_out_are_refused_at_the_lowest_level() {
    let folder = folder();
    let target = target(folder.path());
    let emitter = emit::prepare(&target).unwrap();
    for name in [
        "../x",
        "/etc/x",
        "a/../../x",
        "",
        "a//b",
        "nul\0",
        ".git/hooks/x",
        ".longhand.json",
    ] {
        let error = emitter.write(name, b"x").unwrap_err();
        assert_eq!(error.kind, Kind::Refused, "{name:?}");
        assert_eq!(
            emitter
                .copy(name, Path::new("/etc/hosts"))
                .unwrap_err()
                .kind,
            Kind::Refused,
            "{name:?}"
        );
    }
    assert_eq!(
        emitter.write("a/../b", b"x").unwrap_err().to_string(),
        "the output path `a/../b` has a `.` or `..` in it"
    );
    emitter.commit().unwrap();
    assert_eq!(texts(&target.out), site([]));
}

#[test]
fn odd_names_are_written_as_they_are() {
    let folder = folder();
    let target = target(folder.path());
    let long = "x".repeat(255);
    let names = [
        "...",
        "-rf",
        " ",
        "a b&c'\"",
        "tags/c#/x",
        "tab\there",
        "new\nline",
        "\u{202e}rtl",
        "e\u{301}",
        "é",
        "日本/語",
        &long,
    ];
    let site = site(names.iter().map(|name| (*name, *name)));
    build(&target, &site).unwrap();
    assert_eq!(texts(&target.out), site);
    assert_manifest(&target.out, &site);
    assert_eq!(build(&target, &site).unwrap().unchanged, names.len());
    build(&target, &self::site([("x", "y")])).unwrap();
    assert_eq!(texts(&target.out), self::site([("x", "y")]));
    assert_no_empty_folder(&target.out);
}

#[test]
fn a_name_given_twice_is_refused() {
    let folder = folder();
    let target = target(folder.path());
    let message = |path: &str| {
        let path = target.out.join(path);
        format!(
            "the site has two outputs at `{}`, or one that is a file and a folder at once",
            path.display()
        )
    };
    for round in 0..2 {
        for (pair, at) in [
            (["a", "a"], "a"),
            (["b", "b/c"], "b"),
            (["d/e/f", "d/e"], "d/e"),
            (["g", "g/h/i"], "g"),
        ] {
            let before = tree(&target.out);
            let emitter = emit::prepare(&target).unwrap();
            let result = pair
                .iter()
                .try_for_each(|name| emitter.write(name, b"x"))
                .and_then(|()| emitter.commit());
            let error = result.unwrap_err();
            assert_eq!(error.kind, Kind::Refused);
            assert!(
                error
                    .to_string()
                    .starts_with(&message(at)[..message(at).len() - 60]),
                "{round} {pair:?}: {error}"
            );
            assert!(tree(&target.out) == before);
        }
        build(&target, &site([("x", "y")])).unwrap();
    }
}

#[test]
fn files_are_copied_and_known_again() {
    let folder = folder();
    let target = target(folder.path());
    let source = folder.path().join("content/picture.png");
    let large = folder.path().join("content/film.mp4");
    let bytes: Vec<u8> = (0..1_000_003_u32).map(|byte| (byte * 7) as u8).collect();
    fs::write(&source, "png").unwrap();
    fs::write(&large, &bytes).unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    let age = |path: &Path| {
        File::options()
            .append(true)
            .open(path)
            .unwrap()
            .set_modified(long_ago)
            .unwrap()
    };
    age(&source);
    age(&large);
    let copy = |log: &Log| {
        let emitter = emit::prepare_with(&target, log).unwrap();
        emitter.copy("img/picture.png", &source).unwrap();
        emitter.copy("film.mp4", &large).unwrap();
        emitter.commit().unwrap()
    };
    let reads = |log: Log| {
        log.0
            .into_inner()
            .unwrap()
            .iter()
            .filter(|(operation, path)| *operation == Operation::Read && !path.ends_with(MANIFEST))
            .count()
    };

    let log = Log::default();
    assert_eq!(
        copy(&log),
        Summary {
            written: 2,
            unchanged: 0,
            removed: 0,
            bytes: 1_000_006
        }
    );
    assert!(reads(log) > 4);
    assert_eq!(fs::read(target.out.join("film.mp4")).unwrap(), bytes);
    assert_eq!(
        fs::read(target.out.join("img/picture.png")).unwrap(),
        b"png"
    );
    assert_eq!(mode(&target.out.join("film.mp4")), 0o644);

    let log = Log::default();
    assert_eq!(
        copy(&log),
        Summary {
            written: 0,
            unchanged: 2,
            removed: 0,
            bytes: 0
        }
    );
    assert_eq!(reads(log), 0, "neither the source nor the copy is read");

    // Other bytes of the same size, and the old time put back: the inode's
    // own change time tells.
    fs::write(&source, "PNG").unwrap();
    age(&source);
    assert_eq!(
        copy(&Log::default()),
        Summary {
            written: 1,
            unchanged: 1,
            removed: 0,
            bytes: 3
        }
    );
    // The same bytes at a new time.
    fs::write(&large, &bytes).unwrap();
    assert_eq!(
        copy(&Log::default()),
        Summary {
            written: 0,
            unchanged: 2,
            removed: 0,
            bytes: 0
        }
    );
    // Changed a moment ago: not trusted, since it may change again unseen.
    let log = Log::default();
    copy(&log);
    assert!(reads(log) > 4);

    let emitter = emit::prepare(&target).unwrap();
    let error = emitter
        .copy("x", &folder.path().join("content/gone"))
        .unwrap_err();
    let gone = folder.path().join("content/gone");
    assert_eq!(
        error.to_string(),
        format!(
            "there is no such file or folder while opening `{}`",
            gone.display()
        )
    );
}

#[test]
fn a_file_is_kept_only_while_it_is_as_we_left_it() {
    let folder = folder();
    let target = target(folder.path());
    build(&target, &site([("a", "a"), ("b", "b"), ("c", "c")])).unwrap();
    fs::write(target.out.join("b"), "edited").unwrap();
    let emitter = emit::prepare(&target).unwrap();
    assert_eq!(
        ["a", "b", "nope"].map(|name| emitter.keep(name).unwrap()),
        [true, false, false]
    );
    let summary = emitter.commit().unwrap();
    assert_eq!((summary.unchanged, summary.removed), (1, 2));
    assert_eq!(texts(&target.out), site([("a", "a")]));
}

#[test]
fn dropping_it_leaves_no_trace() {
    let folder = folder();
    let target = target(folder.path());
    let emitter = emit::prepare(&target).unwrap();
    fill(&emitter, &old_site()).unwrap();
    assert_eq!(leftovers(folder.path()), [".public.longhand"]);
    drop(emitter);
    assert_eq!(leftovers(folder.path()), [""; 0]);
    assert!(!target.out.exists());

    build(&target, &old_site()).unwrap();
    let before = tree(&target.out);
    let emitter = emit::prepare(&target).unwrap();
    fill(&emitter, &new_site()).unwrap();
    drop(emitter);
    assert!(tree(&target.out) == before);
    assert_eq!(leftovers(folder.path()), [""; 0]);
}

/// Sets the flag when the Nth rename comes, and counts the files that are
/// replaced after it.
struct StopAt<'a> {
    at: usize,
    cancel: &'a AtomicBool,
    renames: AtomicUsize,
    late: AtomicUsize,
}

impl Faults for &StopAt<'_> {
    fn before(&self, operation: Operation, _path: &Path) -> io::Result<()> {
        if operation == Operation::Rename && self.renames.fetch_add(1, Ordering::Relaxed) == self.at
        {
            self.cancel.store(true, Ordering::Relaxed);
        } else if operation == Operation::Link && self.cancel.load(Ordering::Relaxed) {
            self.late.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[test]
fn ctrl_c_in_the_middle_of_a_commit_undoes_it() {
    let mut undone = 0;
    for at in 0.. {
        let folder = folder();
        let target = target(folder.path());
        build(&target, &old_site()).unwrap();
        let before = tree(&target.out);
        let stop = StopAt {
            at,
            cancel: &target.cancel,
            renames: AtomicUsize::new(0),
            late: AtomicUsize::new(0),
        };
        let result = build_with(&target, &new_site(), &stop);
        assert_eq!(stop.late.into_inner(), 0, "it goes on after Ctrl-C");
        match result {
            Ok(_) if !target.cancel.load(Ordering::Relaxed) => break,
            // It came with the last rename of all, the switch.
            Ok(_) => assert_eq!(texts(&target.out), new_site()),
            Err(error) => {
                assert_eq!((error.kind, error.exit_code()), (Kind::Cancelled, 130));
                assert_eq!(
                    error.to_string(),
                    format!("stopped; `{}` is as it was", target.out.display())
                );
                assert!(tree(&target.out) == before, "at {at}");
                undone += 1;
            }
        }
        assert_eq!(leftovers(folder.path()), [""; 0]);
    }
    assert!(undone > 15, "{undone}");
}

/// Two names of one file stand in for a file system that ignores case.
#[test]
fn a_name_that_changes_its_case_alone_is_not_a_stranger() {
    let folder = folder();
    let mut target = target(folder.path());
    build(&target, &site([("About/x", "old"), ("Same/y", "same")])).unwrap();
    for (old, new) in [("About/x", "about/x"), ("Same/y", "same/y")] {
        fs::create_dir(target.out.join(new).parent().unwrap()).unwrap();
        fs::hard_link(target.out.join(old), target.out.join(new)).unwrap();
    }
    target.adopt = true;
    build(&target, &site([("about/x", "new"), ("same/y", "same")])).unwrap();
    // Where both names are one, removing the old one would remove the page.
    assert_eq!(
        texts(&target.out),
        site([("about/x", "new"), ("Same/y", "same"), ("same/y", "same")])
    );
    target.adopt = false;
    build(&target, &site([("ABOUT/x", "new"), ("same/y", "same")])).unwrap();
    fs::create_dir(target.out.join("about")).unwrap();
    fs::hard_link(target.out.join("ABOUT/x"), target.out.join("about/x")).unwrap();
    let summary = build(&target, &site([("about/x", "newer"), ("same/y", "same")])).unwrap();
    assert_eq!((summary.written, summary.removed), (1, 1));
    assert_eq!(texts(&target.out)["about/x"], "newer");
    assert!(!target.out.join("ABOUT/x").exists());
}

#[test]
fn many_threads_make_the_same_output() {
    let folder = folder();
    let target = target(folder.path());
    let files: Vec<(String, String)> = (0..3000)
        .map(|page| {
            (
                format!("{}/{}/p{page}/index.html", page % 3, page % 50),
                format!("{page}"),
            )
        })
        .collect();
    for _ in 0..2 {
        let emitter = emit::prepare(&target).unwrap();
        emitter.directories(["a/b", "0/1"]).unwrap();
        files
            .par_iter()
            .try_for_each(|(path, text)| emitter.write(path, text.as_bytes()))
            .unwrap();
        emitter.commit().unwrap();
        fs::remove_dir(target.out.join("a/b")).ok();
        fs::remove_dir(target.out.join("a")).ok();
        assert_eq!(texts(&target.out), files.iter().cloned().collect());
        assert_manifest(&target.out, &files.iter().cloned().collect());
    }
}
