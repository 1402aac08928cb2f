//! The repository's own site: it builds without a warning, its essays carry
//! the front matter that they teach, and every link in it leads somewhere.

mod tools;

use std::path::{Path, PathBuf};
use std::process::Command;
use tools::links;

const KEYS: [&str; 10] = [
    "title",
    "date",
    "author",
    "tags",
    "description",
    "show_reading_time",
    "show_bread_crumbs",
    "show_post_nav_links",
    "show_code_copy_buttons",
    "show_word_count",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn build(to: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_longhand"))
        .args(["build", "--strict", "--quiet", "-s"])
        .arg(root())
        .arg("-o")
        .arg(to)
        // The essays are dated; the clock of the machine may be anywhere.
        .args(["--now", "2099-01-01", "--no-cache"])
        .output()
        .expect("the program runs");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn it_builds_without_a_warning_and_every_link_leads_somewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("public");
    build(&out);
    let links = links::check(&out, "https://longhand.example");
    assert!(links.dead.is_empty(), "{:#?}", links.dead);
    assert!(links.pages > 20, "{} pages", links.pages);
    assert!(links.checked > 500, "only {} links", links.checked);
}

#[test]
fn essays_carry_the_front_matter_that_they_teach() {
    let content = root().join("content");
    let essays: Vec<PathBuf> = ["docs", "essays"]
        .iter()
        .flat_map(|section| links::files(&content.join(section), ".md"))
        .filter(|path| !path.ends_with("_index.md"))
        .collect();
    assert!(essays.len() >= 8, "{essays:?}");
    for essay in essays {
        let text = std::fs::read_to_string(&essay).expect("essays are text");
        let front = text.split("---\n").nth(1).expect("front matter");
        for key in KEYS {
            let line = front
                .lines()
                .find(|line| line.starts_with(&format!("{key}:")));
            assert!(line.is_some(), "{} has no `{key}`", essay.display());
        }
        assert!(
            front.contains("author: \"The Longhand authors\""),
            "{}",
            essay.display()
        );
    }
}
