//! What readers get, looked at by the tools that readers and search engines use:
//! HTML by two checkers, feeds by a parser of feeds, pages in a browser. They look
//! at the repository's own site, at `torture/` (everything that the theme can be
//! asked for) and, where it lies beside the repository, at a real blog.
//!
//! `cargo test --test browser`; `SHOTS=DIR` keeps pictures of the pages.
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

#[path = "../tools/mod.rs"]
mod tools;

mod sites;

use sites::Site;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard};
use tools::links;

fn here(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser")
        .join(file)
}

/// Browsers and checkers use all processors, and one of them is timed: one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Runs a script of node's over these sites; it prints what is wrong, and fails.
#[expect(
    clippy::print_stdout,
    reason = "figures, for who asks with --nocapture"
)]
fn node(script: &str, sites: &[&Site], with: &[(&str, &Path)]) {
    let sites: Vec<_> = sites.iter().map(|site| site.json()).collect();
    let mut command = Command::new("node");
    command
        .arg(here(script))
        .arg(serde_json::to_string(&sites).unwrap());
    for (name, path) in with {
        command.env(name, path);
    }
    let _alone = alone();
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{said}");
}

#[test]
fn html_is_sound() {
    let tools = tools::program(&["java"]).and_then(|java| Ok((java, tools::node_modules()?)));
    let Some((java, modules)) = tools::or_skip("html_is_sound", tools) else {
        return;
    };
    node(
        "markup.mjs",
        &sites::all(),
        &[("JAVA", &java), ("MODULES", &modules)],
    );
}

#[test]
fn links_lead_somewhere() {
    for site in [sites::own(), sites::torture()] {
        let links = links::check(&site.out, site.base);
        assert!(links.dead.is_empty(), "{}: {:#?}", site.name, links.dead);
        assert!(links.checked > 500, "only {} links", links.checked);
    }
}

#[test]
fn feeds_are_read_without_a_complaint() {
    let tools = tools::python_package("feedparser==6.0.12");
    let Some(packages) = tools::or_skip("feeds_are_read_without_a_complaint", tools) else {
        return;
    };
    for site in sites::all() {
        let mut python = Command::new("python3");
        python
            .arg(here("feeds.py"))
            .args([&site.out, &site.root])
            .env("PYTHONPATH", &packages);
        if let Err(said) = tools::run(&mut python) {
            panic!("{}: {said}", site.name);
        }
    }
}

#[test]
fn pages_are_fit_to_be_read() {
    let tools = tools::chromium().and_then(|found| Ok((tools::node_modules()?, found)));
    let Some((modules, chromium)) = tools::or_skip("pages_are_fit_to_be_read", tools) else {
        return;
    };
    node(
        "look.mjs",
        &[
            sites::own(),
            sites::torture(),
            sites::profile(),
            sites::greeting(),
            sites::essays(),
        ],
        &[("MODULES", &modules), ("CHROMIUM", &chromium)],
    );
}

#[test]
fn nothing_is_stopped_by_the_sites_own_policy() {
    let tools = tools::chromium().and_then(|found| Ok((tools::node_modules()?, found)));
    let Some((modules, chromium)) =
        tools::or_skip("nothing_is_stopped_by_the_sites_own_policy", tools)
    else {
        return;
    };
    node(
        "policy.mjs",
        &[sites::own()],
        &[("MODULES", &modules), ("CHROMIUM", &chromium)],
    );
}

#[test]
fn lighthouse_finds_nothing() {
    let tools = tools::chromium().and_then(|found| Ok((tools::node_modules()?, found)));
    let Some((modules, chromium)) = tools::or_skip("lighthouse_finds_nothing", tools) else {
        return;
    };
    node(
        "lighthouse.mjs",
        &[sites::own()],
        &[("MODULES", &modules), ("CHROMIUM", &chromium)],
    );
}
