//! Why pages are related, and which want to be looked at again: what the
//! commands that list pages are to say.

use longhand::build::{self, Options};
use longhand::render::Renderer;
use longhand::render::related::Reason;
use longhand::site::{LangId, PageId};
use longhand::source::Sources;
use std::sync::Arc;

fn compiled(files: &[(&str, &str)]) -> Arc<Renderer> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let options = Options {
        source: folder.path().to_owned(),
        now: Some(build::moment("2026-01-15").expect("a moment")),
        ..Options::default()
    };
    let mut sources = Sources::new(&options.source);
    let Ok(compiled) = build::compile(&options, &mut sources, &mut Vec::new()) else {
        panic!("the site compiles");
    };
    compiled.renderer
}

fn page(renderer: &Renderer, path: &str) -> PageId {
    let found = renderer.shared.site.page_at(LangId(0), path);
    found.expect("the page is there")
}

#[test]
fn what_is_related_says_why() {
    let renderer = compiled(&[
        ("longhand.yaml", "title: A\nparams: {show_related: true}"),
        (
            "content/a.md",
            "---\ntags: [Rare]\n---\nLigature and [b](b.md). The ligature.",
        ),
        (
            "content/b.md",
            "---\ntags: [rare]\n---\nSee [a](a.md): ligature, ligatures, LIGATURE.",
        ),
        ("content/c.md", "Nothing."),
    ]);
    let why = renderer.why_related(page(&renderer, "a"));
    let [(other, reasons)] = &why[..] else {
        panic!("{why:?}");
    };
    assert_eq!(*other, page(&renderer, "b"));
    let kinds: Vec<&str> = reasons
        .iter()
        .map(|reason| match reason {
            Reason::Term(title, weight) if title == "Rare" && *weight > 0.0 => "term",
            Reason::Word(word, _) if word == "ligature" => "word",
            Reason::Link(_) => "link",
            reason => panic!("{reason:?}"),
        })
        .collect();
    // They link to each other.
    assert_eq!(kinds, ["link", "link", "term", "word"]);
}

#[test]
fn what_is_to_be_revisited_is_due_first() {
    let renderer = compiled(&[
        ("content/a.md", "---\nrevisit: 2026-01\n---\n"),
        ("content/b.md", "---\nrevisit: 2025\n---\n"),
        ("content/c.md", "---\nrevisit: 2026-01-16\n---\n"),
        ("content/d.md", "---\n---\n"),
    ]);
    let due = renderer.shared.site.to_revisit();
    let due: Vec<String> = due
        .iter()
        .map(|(id, due)| format!("{id:?} {due}"))
        .collect();
    let of = |path, due| format!("{:?} {due}", page(&renderer, path));
    assert_eq!(due, [of("b", "2025"), of("a", "2026-01")]);
}
