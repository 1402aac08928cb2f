//! The process is really killed: SIGKILL, in a process of its own.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use longhand::emit::{self, Faults, Operation};

use crate::{
    Site, add_foreign, assert_manifest, build, build_with, fill, folder, leftovers, new_site,
    old_site, target, texts, tree, with_foreign,
};

/// This test binary, running [`child`] alone.
pub fn this_binary(root: &Path, job: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["kill::child", "--exact", "--nocapture", "--test-threads=1"]);
    command
        .env("LONGHAND_TEST_ROOT", root)
        .env("LONGHAND_TEST_JOB", job);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What a child process does; nothing when the tests run.
#[test]
fn child() {
    let (Some(root), Ok(job)) = (
        std::env::var_os("LONGHAND_TEST_ROOT"),
        std::env::var("LONGHAND_TEST_JOB"),
    ) else {
        return;
    };
    let mut target = target(Path::new(&root));
    let code = match job.split_once(' ').unwrap_or((&job, "")) {
        ("new", _) => build(&target, &new_site()).map(|_| 0),
        ("old", _) => build(&target, &old_site()).map(|_| 0),
        ("large", pages) => {
            target.lock_wait = Duration::from_secs(5);
            build(&target, &large_site(pages.parse().unwrap())).map(|_| 0)
        }
        ("kill-at", at) => build_with(
            &target,
            &new_site(),
            Suicide(at.parse().unwrap(), AtomicUsize::new(0)),
        )
        .map(|_| 0),
        ("hold", milliseconds) => {
            let emitter = emit::prepare(&target).unwrap();
            fill(&emitter, &old_site()).unwrap();
            std::thread::sleep(Duration::from_millis(milliseconds.parse().unwrap()));
            emitter.commit().map(|_| 0)
        }
        other => panic!("no such job: {other:?}"),
    };
    let code = code.unwrap_or_else(|error| {
        std::fs::write(Path::new(&root).join("content/message"), error.to_string()).unwrap();
        i32::from(error.exit_code())
    });
    std::process::exit(code);
}

/// Pages that are all different in every generation.
pub fn large_site(generation: usize) -> Site {
    let mut site: Site = (0..300)
        .map(|page| {
            (
                format!("blog/{}/{page}/index.html", page % 7),
                format!("{generation} {page} ").repeat(400),
            )
        })
        .collect();
    site.insert(format!("only/{generation}/index.html"), "x".repeat(9000));
    site
}

struct Suicide(usize, AtomicUsize);

impl Faults for Suicide {
    fn before(&self, _operation: Operation, _path: &Path) -> io::Result<()> {
        if self.1.fetch_add(1, Ordering::Relaxed) == self.0 {
            let _ = Command::new("kill")
                .args(["-KILL", &std::process::id().to_string()])
                .status();
            std::thread::sleep(Duration::from_secs(60));
        }
        Ok(())
    }
}

#[test]
fn killed_before_any_operation_the_next_run_mends_it() {
    let old = with_foreign(&old_site());
    let new = with_foreign(&new_site());
    let mut killed = 0;
    // A prime step keeps it short; `faults` dies at every single one.
    for at in (3..).step_by(7) {
        let folder = folder();
        let target = target(folder.path());
        build(&target, &old_site()).unwrap();
        add_foreign(&target.out);
        let before = tree(&target.out);
        let status = this_binary(folder.path(), &format!("kill-at {at}"))
            .status()
            .unwrap();
        if status.code() == Some(0) {
            assert_eq!(texts(&target.out), new);
            break;
        }
        assert_eq!(status.code(), None, "at {at}: it was killed by a signal");
        killed += 1;
        drop(emit::prepare(&target).unwrap());
        assert!(
            tree(&target.out) == before || texts(&target.out) == new,
            "at {at}"
        );
        assert_eq!(leftovers(folder.path()), [""; 0], "at {at}");
        build(&target, &new_site()).unwrap();
        assert_eq!(texts(&target.out), new, "at {at}");
        assert_ne!(old, new);
    }
    assert!(killed > 30, "{killed}");
}

/// Kills builds at random moments. `LONGHAND_TEST_KILLS=1000` for the figure
/// that the project wants to see.
#[test]
fn killed_at_any_moment_the_next_run_mends_it() {
    let kills: usize = std::env::var("LONGHAND_TEST_KILLS")
        .ok()
        .map_or(50, |count| count.parse().unwrap());
    let folder = folder();
    let target = target(folder.path());
    build(&target, &large_site(0)).unwrap();
    add_foreign(&target.out);
    let (mut generation, mut killed) = (0, 0);
    let mut random = 0x9e37_79b9_u64;
    let mut longest = Duration::from_millis(20);
    while killed < kills {
        let mut child = this_binary(folder.path(), &format!("large {}", generation + 1))
            .spawn()
            .unwrap();
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(longest.mul_f64((random >> 40) as f64 / (1 << 24) as f64));
        let status = kill(&mut child);
        // Aim at the time that a build takes.
        longest = if status {
            longest.mul_f64(1.05)
        } else {
            longest.mul_f64(0.9)
        };
        killed += usize::from(status);

        let now = texts(&target.out);
        for (path, text) in &now {
            let whole = (0..=1).any(|step| large_site_has(generation + step, path, text));
            assert!(
                whole || !path.starts_with("blog/") || path == "blog/mine.txt",
                "`{path}` is not whole"
            );
        }
        drop(emit::prepare(&target).unwrap());
        let mended = texts(&target.out);
        let is = |generation| mended == with_foreign(&large_site(generation));
        assert!(
            is(generation) || is(generation + 1),
            "neither of two generations, after {killed} kills"
        );
        if is(generation + 1) {
            generation += 1;
        }
        assert_manifest(&target.out, &large_site(generation));
        assert_eq!(leftovers(folder.path()), [""; 0]);
    }
    assert!(generation > 0, "no build ever came to its end");
}

fn large_site_has(generation: usize, path: &str, text: &str) -> bool {
    path.split('/')
        .nth(2)
        .is_some_and(|page| text == format!("{generation} {page} ").repeat(400))
}

/// Whether the child was still alive to be killed.
fn kill(child: &mut Child) -> bool {
    let _ = child.kill();
    match child.wait().unwrap().code() {
        None => true,
        Some(code) => {
            assert_eq!(code, 0);
            false
        }
    }
}
