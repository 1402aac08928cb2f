//! The repository's own site: it builds without a warning, its essays carry
//! the front matter that they teach, and every link in it leads somewhere.

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

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

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("the folder can be listed").into_path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    found
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

/// Ids of a page, and where its links lead.
#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    links: Vec<String>,
}

fn read(html: &str) -> Page {
    let dom = html5ever::parse_document(RcDom::default(), Default::default()).one(html);
    let mut page = Page::default();
    collect(&dom.document, &mut page);
    page
}

fn collect(node: &Handle, page: &mut Page) {
    if let NodeData::Element { attrs, .. } = &node.data {
        for attr in attrs.borrow().iter() {
            match &*attr.name.local {
                "id" => {
                    let new = page.ids.insert(attr.value.to_string());
                    assert!(new, "the id `{}` stands twice", attr.value);
                }
                "href" | "src" | "poster" => page.links.push(attr.value.to_string()),
                _ => {}
            }
        }
    }
    for child in node.children.borrow().iter() {
        collect(child, page);
    }
}

/// The file that an address of the site leads to, and the anchor in it.
fn target(link: &str, from: &str) -> Option<(String, String)> {
    let link = link
        .strip_prefix("https://longhand.example")
        .unwrap_or(link);
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with("data:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let path = match &*path {
        "" => from.to_owned(),
        path => path
            .strip_prefix('/')
            .unwrap_or_else(|| panic!("`{path}` in {from} does not begin at the root"))
            .to_owned(),
    };
    let file = match path.rsplit_once('/') {
        _ if path.is_empty() => "index.html".to_owned(),
        Some((_, "")) => format!("{path}index.html"),
        _ => path,
    };
    let anchor = percent_encoding::percent_decode_str(anchor).decode_utf8_lossy();
    Some((file, anchor.into_owned()))
}

#[test]
fn it_builds_without_a_warning_and_every_link_leads_somewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("public");
    build(&out);
    let pages: BTreeMap<String, Page> = files(&out, ".html")
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&out).expect("it lies below");
            let name = name.to_string_lossy().replace('\\', "/");
            let html = std::fs::read_to_string(&path).expect("pages are text");
            (name, read(&html))
        })
        .collect();
    assert!(pages.len() > 20, "{} pages", pages.len());
    let mut checked = 0;
    let mut dead = Vec::new();
    for (name, page) in &pages {
        for link in &page.links {
            let Some((file, anchor)) = target(link, name) else {
                continue;
            };
            checked += 1;
            let there = match pages.get(&file) {
                // Browsers take `#top` and the centring of pictures without an id.
                Some(page) => anchor.is_empty() || anchor == "top" || page.ids.contains(&anchor),
                None => out.join(&file).is_file(),
            };
            if !there {
                dead.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
    assert!(checked > 500, "only {checked} links were found");
}

#[test]
fn essays_carry_the_front_matter_that_they_teach() {
    let content = root().join("content");
    let essays: Vec<PathBuf> = ["docs", "essays"]
        .iter()
        .flat_map(|section| files(&content.join(section), ".md"))
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
