//! The Nth file operation fails, for every N, in every way.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use longhand::emit::{self, Faults, Operation, Summary};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::{
    Site, add_foreign, assert_manifest, assert_no_empty_folder, build, build_with, folder,
    leftovers, new_site, old_site, target, texts, tree, with_foreign,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// This errno, once.
    Once(i32),
    /// From then on for all that needs space.
    Full,
    /// From then on for everything: the medium is gone.
    Gone(i32),
    /// A write takes half of what it is offered.
    Short,
    /// The same, and the next write fails.
    ShortThenFull,
    /// The process ends: nothing happens any more.
    Killed,
}

const ENOSPC: i32 = 28;
const EIO: i32 = 5;
const EACCES: i32 = 13;
const EMFILE: i32 = 24;

const ALL: [Fault; 9] = [
    Fault::Once(ENOSPC),
    Fault::Once(EIO),
    Fault::Once(EACCES),
    Fault::Once(EMFILE),
    Fault::Full,
    Fault::Gone(EACCES),
    Fault::Short,
    Fault::ShortThenFull,
    Fault::Killed,
];

struct Nth<'a> {
    at: usize,
    fault: Fault,
    count: &'a AtomicUsize,
    short: AtomicBool,
}

impl Faults for Nth<'_> {
    fn before(&self, operation: Operation, _path: &Path) -> io::Result<()> {
        let now = self.count.fetch_add(1, Ordering::Relaxed);
        let needs_space = matches!(
            operation,
            Operation::Create
                | Operation::Write
                | Operation::MakeFolder
                | Operation::Link
                | Operation::Flush
        );
        let errno = match self.fault {
            Fault::Once(errno) if now == self.at => errno,
            Fault::Full if now >= self.at && needs_space => ENOSPC,
            Fault::Gone(errno) if now >= self.at => errno,
            Fault::Killed if now >= self.at => EIO,
            Fault::ShortThenFull
                if operation == Operation::Write && self.short.load(Ordering::Relaxed) =>
            {
                ENOSPC
            }
            _ => return Ok(()),
        };
        Err(io::Error::from_raw_os_error(errno))
    }

    fn accept(&self, offered: usize) -> usize {
        let short = matches!(self.fault, Fault::Short | Fault::ShortThenFull);
        // `before` has counted this write already.
        if short
            && self.count.load(Ordering::Relaxed) > self.at
            && !self.short.swap(true, Ordering::Relaxed)
        {
            return offered.div_ceil(2);
        }
        offered
    }
}

/// Runs one build that fails at its Nth operation; says whether it got there.
fn check(at: usize, fault: Fault, over: bool) -> bool {
    let folder = folder();
    let root = folder.path();
    let target = target(root);
    let out = root.join("public");
    if over {
        build(&target, &old_site()).unwrap();
        add_foreign(&out);
    }
    let before = tree(&out);
    let new = if over {
        with_foreign(&new_site())
    } else {
        new_site()
    };

    let count = AtomicUsize::new(0);
    let result = build_with(
        &target,
        &new_site(),
        Nth {
            at,
            fault,
            count: &count,
            short: AtomicBool::new(false),
        },
    );
    let reached = count.load(Ordering::Relaxed) > at;
    let case = format!("{fault:?} at {at}, over: {over}: {result:?}");

    // Every file that stands there is whole.
    let old_texts = if over {
        with_foreign(&old_site())
    } else {
        Site::new()
    };
    for (path, text) in texts(&out) {
        if !path.starts_with(".longhand") {
            let whole = [&old_texts, &new]
                .iter()
                .any(|site| site.get(&path) == Some(&text));
            assert!(
                whole,
                "{case}: `{path}` is neither the old file nor the new one"
            );
        }
    }
    // And no reader finds nothing where both sites have a page.
    for path in old_texts.keys().filter(|path| new.contains_key(*path)) {
        assert!(out.join(path).is_file(), "{case}: `{path}` is missing");
    }

    match &result {
        Ok(_) => assert_eq!(texts(&out), new, "{case}"),
        // What can be put back was.
        Err(_) if !matches!(fault, Fault::Gone(_) | Fault::Killed) => {
            assert!(tree(&out) == before, "{case}");
            // At most a lock that could not be taken stays behind.
            let left = tree(&root.join(".public.longhand"));
            assert!(left.keys().all(|name| name == "lock"), "{case}: {left:?}");
        }
        Err(_) => {}
    }
    if let Err(error) = &result {
        assert!(!error.message.contains(".longhand/new"), "{case}");
    }

    // The next run finishes or undoes it, even if it ends in nothing.
    drop(emit::prepare(&target).unwrap_or_else(|error| panic!("{case}: then {error}")));
    let mended = texts(&out);
    assert!(
        mended == new || tree(&out) == before,
        "{case}: neither old nor new: {mended:#?}"
    );
    assert_eq!(leftovers(root), [""; 0], "{case}");

    build(&target, &new_site()).unwrap_or_else(|error| panic!("{case}: then {error}"));
    assert_eq!(texts(&out), new, "{case}");
    assert_manifest(&out, &new_site());
    assert_no_empty_folder(&out);
    reached
}

/// All N until the build ends before its Nth operation.
fn every(fault: Fault, over: bool) -> usize {
    let mut start = 0;
    loop {
        let reached = (start..start + 32)
            .into_par_iter()
            .filter(|at| check(*at, fault, over))
            .count();
        if reached < 32 {
            return start + reached;
        }
        start += 32;
    }
}

#[test]
fn a_fresh_build_survives_every_fault() {
    for fault in ALL {
        let operations = every(fault, false);
        assert!(operations > 150, "{fault:?}: {operations} operations");
    }
}

#[test]
fn a_build_over_an_old_one_survives_every_fault() {
    for fault in ALL {
        let operations = every(fault, true);
        assert!(operations > 200, "{fault:?}: {operations} operations");
    }
}

fn kill(at: usize, count: &AtomicUsize) -> Nth<'_> {
    Nth {
        at,
        fault: Fault::Killed,
        count,
        short: AtomicBool::new(false),
    }
}

#[test]
fn mending_survives_being_killed_too() {
    let old = with_foreign(&old_site());
    let new = with_foreign(&new_site());
    // The commit lies in the last part of a build of some 260 operations.
    let mended: usize = (170..270)
        .step_by(3)
        .collect::<Vec<usize>>()
        .into_par_iter()
        .map(|first| {
            let folder = folder();
            let target = target(folder.path());
            build(&target, &old_site()).unwrap();
            add_foreign(&target.out);
            let _ = build_with(&target, &new_site(), kill(first, &AtomicUsize::new(0)));
            let interrupted = texts(&target.out) != old && texts(&target.out) != new;
            // Every mending is killed a little later than the one before it.
            for second in 0.. {
                let count = AtomicUsize::new(0);
                drop(emit::prepare_with(&target, kill(second, &count)));
                if count.load(Ordering::Relaxed) <= second {
                    break;
                }
            }
            let now = texts(&target.out);
            assert!(now == old || now == new, "killed at {first}: {now:#?}");
            assert_eq!(leftovers(folder.path()), [""; 0], "killed at {first}");
            usize::from(interrupted)
        })
        .sum();
    assert!(
        mended > 10,
        "only {mended} builds were killed in the middle of a commit"
    );
}

/// Fails one operation on one path, once.
struct On(Operation, &'static str, i32, AtomicBool);

impl Faults for On {
    fn before(&self, operation: Operation, path: &Path) -> io::Result<()> {
        if operation == self.0 && path.ends_with(self.1) && !self.3.swap(true, Ordering::Relaxed) {
            return Err(io::Error::from_raw_os_error(self.2));
        }
        Ok(())
    }
}

#[test]
fn messages_name_the_output_and_what_was_done_to_it() {
    let folder = folder();
    let mut target = target(folder.path());
    let message = |target: &_, operation, path, errno| {
        let error = build_with(
            target,
            &new_site(),
            On(operation, path, errno, AtomicBool::new(false)),
        )
        .unwrap_err();
        (
            error.exit_code(),
            error.to_string(),
            error.help.unwrap_or_default(),
        )
    };
    let shown = |path: &str| folder.path().join(path).display().to_string();
    assert_eq!(
        message(&target, Operation::Write, "blog/post-0/index.html", ENOSPC),
        (
            3,
            format!(
                "no space left on the device while writing `{}`",
                shown("public/blog/post-0/index.html")
            ),
            "make room and build again; the old site needs to fit beside the new one for a moment"
                .to_owned()
        )
    );
    assert_eq!(
        message(&target, Operation::Create, "blog/post-1/index.html", EMFILE),
        (
            3,
            format!(
                "too many open files while creating `{}`",
                shown("public/blog/post-1/index.html")
            ),
            "raise the limit with `ulimit -n 256`".to_owned()
        )
    );
    assert_eq!(
        message(&target, Operation::Rename, "public", EIO),
        (
            3,
            format!("input/output error while moving `{}`", shown("public")),
            String::new()
        )
    );
    build(&target, &old_site()).unwrap();
    // Files staged under a number are still called by their names.
    assert_eq!(
        message(&target, Operation::Write, "new/0", EACCES),
        (
            3,
            format!(
                "permission denied while writing `{}`",
                shown("public/about/index.html")
            ),
            "the output and the folder it lies in must be writable; `-o` names another".to_owned()
        )
    );
    assert_eq!(
        message(&target, Operation::Rename, "blog/post-3/index.html", EIO),
        (
            3,
            format!(
                "input/output error while moving `{}`",
                shown("public/blog/post-3/index.html")
            ),
            String::new()
        )
    );
    // The path is the one that was given, not the one it resolves to.
    target.out = folder.path().join("content/../public");
    assert_eq!(
        message(&target, Operation::Rename, "index.html", EIO).1,
        format!(
            "input/output error while moving `{}`",
            shown("content/../public/about/index.html")
        )
    );
}

#[test]
fn where_links_cannot_be_had_files_are_moved() {
    struct NoLinks;
    impl Faults for NoLinks {
        fn before(&self, operation: Operation, _path: &Path) -> io::Result<()> {
            if operation == Operation::Link {
                Err(io::ErrorKind::Unsupported.into())
            } else {
                Ok(())
            }
        }
    }
    let folder = folder();
    let target = target(folder.path());
    build(&target, &old_site()).unwrap();
    let summary = build_with(&target, &new_site(), NoLinks).unwrap();
    assert_eq!(texts(&target.out), new_site());
    assert_eq!(
        summary,
        Summary {
            written: 10,
            unchanged: 14,
            removed: 9,
            bytes: 135
        }
    );
}

#[test]
fn where_locks_cannot_be_had_a_build_goes_on() {
    struct NoLocks;
    impl Faults for NoLocks {
        fn before(&self, operation: Operation, _path: &Path) -> io::Result<()> {
            if operation == Operation::Lock {
                Err(io::ErrorKind::Unsupported.into())
            } else {
                Ok(())
            }
        }
    }
    let folder = folder();
    let target = target(folder.path());
    build_with(&target, &old_site(), NoLocks).unwrap();
    assert_eq!(texts(&target.out), old_site());
    assert_eq!(leftovers(folder.path()), [""; 0]);
}
