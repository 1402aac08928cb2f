//! The search in a site that was built: the script alone in node, and the page in a
//! browser. Where these are not installed, each test says so and is skipped; with
//! `LONGHAND_REQUIRE_ALL=1` that is a failure.

use super::preview::Site;
use super::tools;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Posts in several scripts, in two sections.
fn library() -> Site {
    let site = Site::new();
    for name in ["ebb", "flood", "slack"] {
        site.remove(&format!("content/blog/{name}.md"));
    }
    for (name, title, front, body) in [
        (
            "tides",
            "The Tides",
            "tags: [sea, moon]",
            "The moon pulls the water, and the sea follows.",
        ),
        ("cafe", "Un café chez Ångström", "", "Naïve thoughts."),
        ("cpp", "Modern C++", "", "Templates, and a glance at C#."),
        (
            "zh",
            "全文搜索引擎",
            "description: 简介",
            "中文分词并不容易。",
        ),
        ("ja", "日本語", "", "東京タワーは高い。"),
        ("ko", "한국어 검색", "", "바다와 달"),
        ("ar", "كتاب الْبَحْر", "", "نص"),
        (
            "harbour",
            "Harbour",
            "tags: [sea]\nsearch_hidden: true",
            "Tides of ships.",
        ),
        (
            "hostile",
            "'\"><img src=x onerror=window.hacked=1>'",
            "",
            "Nothing.",
        ),
        (
            "long",
            "Long",
            "",
            &format!(
                "{}\n\n## Undertow\n\n```sh\nswim\n```\n\nBelow.",
                "Plain words. ".repeat(50)
            ),
        ),
    ] {
        site.post(name, title, front, body);
    }
    site.write(
        "content/notes/sailing.md",
        "---\ntitle: Sailing\ndate: 2024-04-01\ntags: [sea]\n---\n\nWind and tides.\n",
    );
    site
}

#[test]
fn the_script_finds_in_the_index_what_it_should() {
    let test = "the_script_finds_in_the_index_what_it_should";
    let Some(node) = tools::or_skip(test, tools::program(&["node"])) else {
        return;
    };
    let site = library();
    let out = site.build("https://tides.example/", &[]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(node);
    command
        .arg(root.join("tests/search/index.mjs"))
        .arg(out)
        .arg(root.join("static/js/search.js"))
        .arg(root.join("tests/search/folding.json"));
    succeeds(command);
}

#[test]
fn a_reader_searches_in_a_browser() {
    let found = tools::chromium().and_then(|found| Ok((tools::node_modules()?, found)));
    let Some((modules, chromium)) = tools::or_skip("a_reader_searches_in_a_browser", found) else {
        return;
    };
    let site = library();
    let out: PathBuf = site.build("https://tides.example/", &[]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/search/browser.mjs");
    let mut command = Command::new("node");
    command
        .arg(script)
        .arg(out)
        .env("CHROMIUM", chromium)
        .env("MODULES", modules);
    succeeds(command);
}

fn succeeds(mut command: Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
