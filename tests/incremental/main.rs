//! A build over an old output, with an old cache, gives what a clean build
//! gives: the same files and bytes, messages and exit code. Proved by sites and
//! edits made of random numbers. A preview that was told of each edit gives the
//! same too.
//!
//! `SEED=n` runs one script, `SCRIPTS=n` as many, `FROM=n` begins with another
//! than the first. A script that fails is made as short as can be, in edits
//! and in files, and printed; `KEEP=DIR` leaves its last site there.
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod around;
mod build;
mod preview;
mod served;
mod site;
mod steps;
mod tree;
mod values;

use build::{Built, Files, Order};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use steps::{Also, World};
use tree::Rng;

/// So many take less than a minute on two cores without optimisation.
const SCRIPTS: u64 = 150;

/// Every so many scripts one is run by the program itself: what a process
/// remembers must not be what makes an incremental build right.
const BY_PROGRAM: u64 = 25;

/// Every so many scripts a preview is shown the edits too.
const PREVIEWED: u64 = 2;

/// A file is known by its looks only when it was left alone for so long: in half
/// of the scripts it is, before the build.
const SETTLED: Duration = Duration::from_millis(120);

/// Runs that may be spent on making a script shorter.
const PATIENCE: usize = 300;

/// A site, and the edits that are made to it.
#[derive(Clone)]
struct Script {
    seed: u64,
    /// A step is all that follows from its number, so that any may be left out.
    steps: Vec<u64>,
    /// Files that the site is to begin without.
    without: BTreeSet<String>,
}

struct Failure {
    /// Which step came last, and what was done until then.
    step: usize,
    done: Vec<String>,
    why: String,
    /// What the site began with.
    files: Vec<String>,
}

impl Script {
    fn new(seed: u64) -> Script {
        let mut rng = Rng(seed.wrapping_mul(104_729).wrapping_add(1));
        Script {
            seed,
            steps: (0..3 + rng.below(6)).map(|_| rng.next()).collect(),
            without: BTreeSet::new(),
        }
    }

    fn run(&self) -> Result<(), Failure> {
        let folder = tempfile::tempdir_in("/dev/shm")
            .or_else(|_| tempfile::tempdir())
            .unwrap();
        let mut world = world_of(self, folder.path());
        let files = world.tree.paths(|_| true);
        let mut done = Vec::new();
        for step in 0..=self.steps.len() {
            if let Some(at) = step.checked_sub(1) {
                done.push(steps::step(&mut world, self.steps[at]));
                if self.seed.is_multiple_of(2) {
                    world.out = world.tree.root.join("public");
                }
            }
            if let Err(why) = check(&mut world, self, step) {
                keep(&world);
                return Err(Failure {
                    step,
                    done,
                    why,
                    files,
                });
            }
        }
        Ok(())
    }
}

/// The site as a script begins with it.
fn world_of(script: &Script, folder: &Path) -> World {
    let mut tree = site::make(script.seed, folder.join("site"));
    for path in &script.without {
        tree.remove(path);
    }
    tree.past.clear();
    let flags = site::Flags::default();
    let good = (tree.files.clone(), flags.clone());
    // In half of the sites the output lies within, as it does by default.
    let out = match script.seed.is_multiple_of(2) {
        true => tree.root.join("public"),
        false => folder.join("out"),
    };
    World {
        folder: folder.to_owned(),
        tree,
        flags,
        out,
        cache: folder.join("cache"),
        failed: false,
        good,
        hidden: false,
        foreign: BTreeSet::new(),
        also: Also::Nothing,
        seen: None,
    }
}

/// Builds over what is there and from nothing, and compares.
fn check(world: &mut World, script: &Script, step: usize) -> Result<(), String> {
    let number = script.seed + step as u64;
    let mut order = Order {
        source: world.tree.root.clone(),
        output: world.out.clone(),
        cache: world.cache.clone(),
        flags: world.flags.clone(),
        program: script.seed % BY_PROGRAM == BY_PROGRAM - 1,
        threads: if number.is_multiple_of(2) { 1 } else { 3 },
    };
    order.flags.verify |= world.hidden;
    let clean = Order {
        output: world.folder.join("clean"),
        cache: world.folder.join("clean-cache"),
        threads: 4 - order.threads,
        ..order.clone()
    };
    let beside = |name: &str| Order {
        output: world.folder.join(name),
        ..order.clone()
    };
    let also = std::mem::take(&mut world.also);
    let before = build::files(&world.out);
    let touched = Instant::now();
    let expected = clean.run();
    if script.seed % 4 < 2 {
        std::thread::sleep(SETTLED.saturating_sub(touched.elapsed()));
    }
    let got = match also {
        Also::Nothing | Also::Unchanged => order.run(),
        Also::AnotherSite(seed) => {
            let other = site::make(seed, world.folder.join("another"));
            let mut another = beside("another-out");
            another.source = other.root;
            another.run();
            let _ = std::fs::remove_dir_all(&another.source);
            order.run()
        }
        Also::OtherOptions => {
            let mut other = beside("other-out");
            other.flags.drafts = !other.flags.drafts;
            other.flags.base_url = Some("https://other.example/below/".to_owned());
            other.run();
            order.run()
        }
        Also::Twice => {
            let second = beside("second-out");
            let (first, said) = std::thread::scope(|scope| {
                let other = scope.spawn(|| second.run());
                (order.run(), other.join().unwrap())
            });
            let files = build::files(&second.output);
            let _ = std::fs::remove_dir_all(&second.output);
            compare(&expected, &said, &build::files(&clean.output), &files)
                .map_err(|why| format!("the second of two builds at once: {why}"))?;
            first
        }
    };
    let mut after = build::files(&world.out);
    let wanted = build::files(&clean.output);
    for path in [&clean.output, &clean.cache] {
        let _ = std::fs::remove_dir_all(path);
    }
    if script.seed.is_multiple_of(PREVIEWED) {
        preview::check(world, number, &expected, &wanted)?;
    }
    let was_good = !world.failed;
    world.failed = expected.code != 0;
    if world.failed {
        if after != before {
            return Err(format!(
                "it failed, and the output changed: {}",
                first_difference(&before, &after).unwrap_or_default()
            ));
        }
        return compare(&expected, &got, &Files::new(), &Files::new());
    }
    world.hidden = false;
    world.good = (world.tree.files.clone(), world.flags.clone());
    for path in &world.foreign {
        if after.remove(path).is_none() {
            return Err(format!("`{path}`, which somebody put there, is gone"));
        }
    }
    compare(&expected, &got, &wanted, &after)?;
    if also == Also::Unchanged && was_good && got.changed > 0 {
        return Err(format!(
            "nothing was changed, and {} files were",
            got.changed
        ));
    }
    Ok(())
}

fn compare(expected: &Built, got: &Built, wanted: &Files, files: &Files) -> Result<(), String> {
    if expected.code != got.code {
        return Err(format!(
            "exit code {} rather than {}\n{}",
            got.code,
            expected.code,
            lines(expected.said.as_bytes(), got.said.as_bytes())
        ));
    }
    if let Some(difference) = first_difference(wanted, files) {
        return Err(difference);
    }
    if expected.said != got.said {
        return Err(format!(
            "it says something else\n{}",
            lines(expected.said.as_bytes(), got.said.as_bytes())
        ));
    }
    Ok(())
}

/// The first file that differs; pages before what is made of them.
fn first_difference(wanted: &Files, got: &Files) -> Option<String> {
    let names: BTreeSet<&String> = wanted.keys().chain(got.keys()).collect();
    let differs: Vec<&String> = names
        .into_iter()
        .filter(|path| wanted.get(*path) != got.get(*path))
        .collect();
    let path = differs
        .iter()
        .find(|path| path.ends_with(".html"))
        .or(differs.first())?;
    let mut out = match (wanted.get(*path), got.get(*path)) {
        (Some(wanted), Some(got)) => format!("`{path}` differs\n{}", lines(wanted, got)),
        (Some(_), None) => format!("`{path}` is missing\n"),
        _ => format!("`{path}` should not be there\n"),
    };
    let others: Vec<&str> = differs
        .iter()
        .filter(|other| *other != path)
        .map(|other| other.as_str())
        .collect();
    if !others.is_empty() {
        let _ = writeln!(out, "so do {}", others.join(", "));
    }
    Some(out)
}

/// A few lines around the first that differs, each cut around the place.
fn lines(wanted: &[u8], got: &[u8]) -> String {
    let (wanted, got) = (
        String::from_utf8_lossy(wanted).into_owned(),
        String::from_utf8_lossy(got).into_owned(),
    );
    let same = wanted
        .lines()
        .zip(got.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let of = |text: &str| text.lines().skip(same).take(3).map(str::to_owned).collect();
    let (wanted, got): (Vec<String>, Vec<String>) = (of(&wanted), of(&got));
    let common = match (wanted.first(), got.first()) {
        (Some(a), Some(b)) => a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    let mut out = format!("line {}, column {}\n", same + 1, common + 1);
    for (sign, lines) in [('-', wanted), ('+', got)] {
        for line in lines {
            let cut: String = line
                .chars()
                .skip(common.saturating_sub(60))
                .take(200)
                .collect();
            let _ = writeln!(out, "{sign} {cut}");
        }
    }
    out
}

/// Leaves out what the failure does not need: steps after it, then any, then files.
fn shrink(script: &Script, failure: Failure) -> (Script, Failure) {
    let (mut best, mut failure) = (script.clone(), failure);
    best.steps.truncate(failure.step);
    let mut runs = 0;
    let mut shorter = |candidate: Script, best: &mut Script, failure: &mut Failure| -> bool {
        runs += 1;
        if runs > PATIENCE {
            return false;
        }
        let Err(new) = candidate.run() else {
            return false;
        };
        *best = candidate;
        best.steps.truncate(new.step);
        *failure = new;
        true
    };
    let mut at = 0;
    while at < best.steps.len() {
        let mut candidate = best.clone();
        candidate.steps.remove(at);
        if !shorter(candidate, &mut best, &mut failure) {
            at += 1;
        }
    }
    // Big bites first: most files have nothing to do with it.
    for size in [16, 4, 1] {
        let files = failure.files.clone();
        for some in files.chunks(size) {
            let mut candidate = best.clone();
            candidate.without.extend(some.iter().cloned());
            shorter(candidate, &mut best, &mut failure);
        }
    }
    (best, failure)
}

/// The site as it was when a script failed, for somebody to look at.
fn keep(world: &World) {
    let Some(folder) = std::env::var_os("KEEP") else {
        return;
    };
    let folder = Path::new(&folder);
    let _ = std::fs::remove_dir_all(folder);
    for (path, version) in &world.tree.files {
        let to = folder.join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, &version.bytes).unwrap();
    }
}

fn explain(script: &Script, failure: &Failure) -> String {
    let mut out = format!("SEED={} fails", script.seed);
    if failure.step == 0 {
        out += " at the first build, which has an output and a cache of its own\n";
    } else {
        let _ = writeln!(out, " after step {}:", failure.step);
    }
    for (number, done) in failure.done.iter().enumerate() {
        let _ = writeln!(out, "  {}. {done}", number + 1);
    }
    let _ = writeln!(
        out,
        "of a site that begins with {}",
        failure.files.join(", ")
    );
    let _ = writeln!(
        out,
        "(- a clean build, + the build over the old output)\n{}",
        failure.why
    );
    out
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs scripts on `workers` threads: the one that `SEED` names, else as many as the
/// variable `count` says, from `FROM` on; gives what failed, at most about three. Gives
/// how many were asked for besides.
fn run_all(
    (count, usual): (&str, u64),
    workers: usize,
    run: impl Fn(u64) -> Result<(), String> + Sync,
) -> (u64, Vec<String>) {
    let first = number("SEED").or(number("FROM")).unwrap_or(0);
    let count = match number("SEED") {
        Some(_) => 1,
        None => number(count).unwrap_or(usual),
    };
    // Threads of our own: one of rayon's would begin the next script while it
    // waits for a part of the build that it is in.
    let next = AtomicU64::new(first);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    // Three show what is wrong as well as thirty.
                    if seed >= first + count || failures.lock().unwrap().len() >= 3 {
                        return;
                    }
                    if let Err(why) = run(seed) {
                        failures.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    (count, failures.into_inner().unwrap())
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn an_incremental_build_equals_a_clean_one() {
    // More than there are processors: half of the scripts wait a lot.
    let (_, failures) = run_all(("SCRIPTS", SCRIPTS), processors() * 3 / 2, |seed| {
        let script = Script::new(seed);
        script.run().map_err(|failure| {
            let (script, failure) = shrink(&script, failure);
            explain(&script, &failure)
        })
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
}
