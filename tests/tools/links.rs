//! Ids and links of a site that was built: which of them lead nowhere.

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What was found in a site.
pub struct Links {
    pub pages: usize,
    /// Links within the site.
    pub checked: usize,
    /// `page: link`, where the file or the anchor is not there; ids that stand twice.
    pub dead: Vec<String>,
}

/// Reads all pages below `out`, the site whose address is `base` (without a slash).
pub fn check(out: &Path, base: &str) -> Links {
    let pages: BTreeMap<String, Page> = files(out, ".html")
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(out).expect("it lies below");
            let name = name.to_string_lossy().replace('\\', "/");
            let html = std::fs::read_to_string(&path).expect("pages are text");
            (name, read(&html))
        })
        .collect();
    let mut links = Links {
        pages: pages.len(),
        checked: 0,
        dead: Vec::new(),
    };
    for (name, page) in &pages {
        for id in &page.twice {
            links
                .dead
                .push(format!("{name}: the id `{id}` stands twice"));
        }
        for link in &page.links {
            let Some(target) = target(link, name, base) else {
                continue;
            };
            links.checked += 1;
            let (file, anchor) = target;
            let there = match pages.get(&file) {
                // Browsers take `#top` without an id.
                Some(page) => anchor.is_empty() || anchor == "top" || page.ids.contains(&anchor),
                None => out.join(&file).is_file(),
            };
            if !there {
                links.dead.push(format!("{name}: {link}"));
            }
        }
    }
    links
}

/// The files below `folder` whose name has this ending, in order.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("the folder can be listed").into_path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    found
}

/// Ids of a page, and where its links lead.
#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    twice: Vec<String>,
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
                "id" if !page.ids.insert(attr.value.to_string()) => {
                    page.twice.push(attr.value.to_string());
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

/// The file that an address of the site leads to, and the anchor in it. None where
/// it leads out of the site.
fn target(link: &str, from: &str, base: &str) -> Option<(String, String)> {
    let link = link.strip_prefix(base).unwrap_or(link);
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with("data:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let path = match &*path {
        "" => from.to_owned(),
        path => match path.strip_prefix('/') {
            Some(path) => path.to_owned(),
            // What lies in the page's own folder.
            None => format!("{}{path}", &from[..from.rfind('/').map_or(0, |at| at + 1)]),
        },
    };
    let file = match path.rsplit_once('/') {
        _ if path.is_empty() => "index.html".to_owned(),
        Some((_, "")) => format!("{path}index.html"),
        _ => path,
    };
    let anchor = percent_encoding::percent_decode_str(anchor).decode_utf8_lossy();
    Some((file, anchor.into_owned()))
}
