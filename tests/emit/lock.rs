//! Two builds of one output.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use longhand::emit::{self, Emitter, Faults, Kind, Operation, Target};

use crate::kill::this_binary;
use crate::{build, folder, leftovers, new_site, old_site, target, texts};

#[test]
fn the_second_build_waits_for_the_first() {
    let folder = folder();
    let mut target = target(folder.path());
    let mut first = this_binary(folder.path(), "hold 300").spawn().unwrap();
    let work = folder.path().join(".public.longhand/new");
    let site = folder.path().join(".public.longhand/site/index.html");
    let start = Instant::now();
    while !site.exists() && !work.exists() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "the first build did not start"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    target.lock_wait = Duration::from_secs(20);
    let summary = build(&target, &new_site()).unwrap();
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert_eq!(texts(&target.out), new_site());
    // It saw what the first one made, not what was there when it came.
    assert_eq!(
        (summary.written, summary.unchanged, summary.removed),
        (10, 14, 9)
    );
    assert_eq!(leftovers(folder.path()), [""; 0]);
}

#[test]
fn the_second_build_gives_up_when_it_has_waited_long_enough() {
    let folder = folder();
    let mut target = target(folder.path());
    build(&target, &old_site()).unwrap();
    let first = emit::prepare(&target).unwrap();
    target.lock_wait = Duration::from_millis(60);
    let start = Instant::now();
    let error = build(&target, &new_site()).unwrap_err();
    assert!(start.elapsed() >= Duration::from_millis(60));
    assert_eq!((error.kind, error.exit_code()), (Kind::Locked, 3));
    assert_eq!(
        error.to_string(),
        format!(
            "another build (process {}) is writing `{}`, still after 0 s",
            std::process::id(),
            target.out.display()
        )
    );
    assert_eq!(
        error.help.as_deref(),
        Some("wait until it ends, or give this build another folder with `-o`")
    );
    // The first one has not noticed.
    first.write("index.html", b"first").unwrap();
    first.commit().unwrap();
    assert_eq!(fs::read(target.out.join("index.html")).unwrap(), b"first");
    assert_eq!(leftovers(folder.path()), [""; 0]);
}

#[test]
fn many_builds_at_once_take_turns() {
    let folder = folder();
    let children: Vec<_> = (0..6)
        .map(|generation| {
            this_binary(folder.path(), &format!("large {generation}"))
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    let now = texts(&folder.path().join("public"));
    assert!(
        (0..6).any(|generation| now == crate::kill::large_site(generation)),
        "a mixture of several builds"
    );
    assert_eq!(leftovers(folder.path()), [""; 0]);
}

#[test]
fn outputs_beside_each_other_do_not_wait() {
    let folder = folder();
    let one = target(folder.path());
    let mut two = one.clone();
    two.out = folder.path().join("public2");
    let first = emit::prepare(&one).unwrap();
    build(&two, &old_site()).unwrap();
    drop(first);
}

#[test]
fn a_wish_to_stop_ends_the_waiting() {
    let folder = folder();
    let mut target = target(folder.path());
    let _first = emit::prepare(&target).unwrap();
    target.lock_wait = Duration::from_secs(600);
    let cancel = std::sync::Arc::clone(&target.cancel);
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let error = build(&target, &old_site()).unwrap_err();
    assert_eq!(error.kind, Kind::Cancelled);
    stopper.join().unwrap();
}

/// While a build waits for the lock of `first`, that one ends and a third
/// build begins.
struct Meanwhile {
    first: Mutex<Option<Emitter>>,
    third: Mutex<Option<Emitter>>,
    target: Target,
}

impl Faults for &Meanwhile {
    fn before(&self, operation: Operation, _path: &Path) -> io::Result<()> {
        if operation == Operation::Lock
            && let Some(first) = self.first.lock().unwrap().take()
        {
            drop(first);
            *self.third.lock().unwrap() = Some(emit::prepare(&self.target).unwrap());
        }
        Ok(())
    }
}

#[test]
fn a_lock_on_a_file_that_is_gone_locks_nobody_out_and_does_not_count() {
    let folder = folder();
    let mut target = target(folder.path());
    let meanwhile = Meanwhile {
        first: Mutex::new(Some(emit::prepare(&target).unwrap())),
        third: Mutex::default(),
        target: target.clone(),
    };
    target.lock_wait = Duration::ZERO;
    let error = emit::prepare_with(&target, &meanwhile).err().unwrap();
    assert_eq!(error.kind, Kind::Locked);
    assert!(meanwhile.third.lock().unwrap().is_some());
}
