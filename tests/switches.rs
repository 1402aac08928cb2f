//! Every switch, on and off: the rows of `tests/switches/*.txt` against one small
//! site, `tests/switches/site.txt`.
//!
//! ```text
//! ShowToc show_toc                        the key in each of its spellings; dots go down into maps
//!   page site: true / false               where it may stand, its value on and off; `-` for unsaid
//!   in blog/_index.md                     the page that says it, where that is not blog/one.md
//!   also a.b a.c                          keys within the value that it tries too
//!   with site {"TocOpen": true}           what stands beside it; also `with page`, `with top`
//!   blog/one/index.html .toc "Contents"   there while it is on, and not while it is off
//!   blog/one/index.html not .other        the other way round; also `always` and `never`
//!   says "a warning"                      of the build while it is on
//! ```
//!
//! `top` is the root of the configuration, `site` its `params`, `page` front matter.
//! What may stand on both is tried as site on, site off, page on over site off, page
//! off over site on, with the spellings in turn. After the file comes a selector, a
//! text in quotes, both, or nothing: then the file itself is what is looked for. A
//! build may say no warning but those that a row names.
//!
//! A key of the tables in [`TABLES`] that has no row fails the test.
//! `SWITCH=toc` runs the rows whose key holds `toc`.

use html5ever::tendril::TendrilSink;
use longhand::build::{self, Options};
use longhand::diag::{Diagnostic, Severity};
use longhand::render::Output;
use longhand::source::Sources;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use rayon::prelude::*;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

type Source = (
    &'static str,
    &'static [Place],
    &'static [(&'static str, &'static str)],
);

/// Where keys are read: the source, the places in which each key is to be tried, and
/// the path under which each table stands.
/// What several tables share is named after one of them.
const TABLES: &[Source] = &[
    (
        "src/config/switches.rs",
        &[Place::Site, Place::Page],
        &[
            ("ROWS", ""),
            ("EDIT_POST", "edit_post."),
            ("COVER", "cover."),
            ("HEADER", "header."),
        ],
    ),
    (
        "src/config/params.rs",
        &[Place::Site],
        &[
            ("ROWS", ""),
            ("SEARCH", "fuse_opts."),
            ("LABEL", "label."),
            ("HOME_INFO", "home_info_params."),
            ("PROFILE", "profile_mode."),
            ("BUTTON", "profile_mode.buttons."),
            ("ICON", "social_icons."),
            ("AUTHOR", "authors."),
            ("FOOTER", "footer."),
            ("ASSETS", "assets."),
            ("ANALYTICS", "analytics."),
            ("TAG", "analytics.google."),
            ("SCHEMA", "schema."),
            ("SOCIAL", "social."),
        ],
    ),
    (
        "src/config/look.rs",
        &[Place::Site],
        &[("ACCENT", "accent."), ("FONT", "font.")],
    ),
    (
        "src/config/keys.rs",
        &[Place::Top],
        &[
            ("ROWS", ""),
            ("SERVICES", "services."),
            ("RSS", "services.rss."),
            ("DATES", "frontmatter."),
        ],
    ),
    (
        "src/config/outputs.rs",
        &[Place::Top],
        &[
            ("OUTPUTS", "outputs."),
            ("PAGINATION", "pagination."),
            ("SITEMAP", "sitemap."),
        ],
    ),
    (
        "src/config/markup.rs",
        &[Place::Top],
        &[
            ("MARKUP", "markup."),
            ("GOLDMARK", "markup.goldmark."),
            ("RENDERER", "markup.goldmark.renderer."),
            ("PARSER", "markup.goldmark.parser."),
            ("ATTRIBUTE", "markup.goldmark.parser.attribute."),
            ("EXTENSIONS", "markup.goldmark.extensions."),
            ("TYPOGRAPHER", "markup.goldmark.extensions.typographer."),
            ("PASSTHROUGH", "markup.goldmark.extensions.passthrough."),
            (
                "DELIMITERS",
                "markup.goldmark.extensions.passthrough.delimiters.",
            ),
            ("HIGHLIGHT", "markup.highlight."),
            ("CONTENTS", "markup.tableOfContents."),
        ],
    ),
    (
        "src/config/imaging.rs",
        &[Place::Top],
        &[("IMAGING", "imaging.")],
    ),
    (
        "src/config/hosting.rs",
        &[Place::Top],
        &[("HEADERS", "headers.")],
    ),
    (
        "src/parse/front_matter/keys.rs",
        &[Place::Page],
        &[
            ("ROWS", ""),
            ("BUILD", "build."),
            ("RESOURCE", "resources."),
            ("PREDICTIONS", "predictions."),
        ],
    ),
];

/// Maps, whose rows are those of what is in them.
const MAPS: &[&str] = &[
    "edit_post",
    "header",
    "label",
    "home_info_params",
    "profile_mode",
    "footer",
    "assets",
    "analytics",
    "analytics.google",
    "schema",
    "social",
    "fuse_opts",
    "math",
    "services",
    "services.rss",
    // Of no build: `tests/deploy` tries what is in it.
    "deploy",
    "frontmatter",
    "outputs",
    "headers",
    "pagination",
    "build",
    "predictions",
    "markup",
    "markup.goldmark",
    "markup.goldmark.renderer",
    "markup.goldmark.parser",
    "markup.goldmark.parser.attribute",
    "markup.goldmark.extensions",
    "markup.goldmark.extensions.passthrough",
    "markup.goldmark.extensions.passthrough.delimiters",
    "markup.highlight",
    "markup.tableOfContents",
    "params",
    // Where the output lies: `tests/cases/hazards-output-*.txt`.
    "publishDir",
];

struct Row {
    /// Its place, for messages.
    place: String,
    keys: Vec<String>,
    /// Keys that the value holds.
    also: Vec<String>,
    places: Vec<Place>,
    on: Option<Json>,
    off: Option<Json>,
    page: String,
    beside: Vec<(Place, Json)>,
    probes: Vec<Probe>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Top,
    Site,
    Page,
}

struct Probe {
    line: String,
    /// `says` for what the build says.
    file: String,
    when: When,
    selector: Vec<Compound>,
    text: Option<String>,
}

/// When it is to be there.
#[derive(Clone, Copy, PartialEq)]
enum When {
    On,
    Off,
    Always,
    Never,
}

/// `a.b#c[d=e]`: a class is an attribute like any other.
#[derive(Default)]
struct Compound {
    tag: Option<String>,
    classes: Vec<String>,
    /// Name, and the value where there is one; `true`: it is enough that it is part.
    attributes: Vec<(String, Option<String>, bool)>,
}

fn place(word: &str) -> Option<Place> {
    match word {
        "top" => Some(Place::Top),
        "site" => Some(Place::Site),
        "page" => Some(Place::Page),
        _ => None,
    }
}

fn rows() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/switches");
    let mut rows = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the rows can be listed")
        .map(|entry| entry.expect("an entry is readable").path())
        .filter(|path| path.file_name().is_some_and(|name| name != "site.txt"))
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("rows are readable");
        let name = file.file_name().map(|name| name.to_string_lossy());
        for (at, line) in text.lines().enumerate() {
            let place = format!("{}:{}", name.as_deref().unwrap_or_default(), at + 1);
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            if !line.starts_with(' ') {
                rows.push(Row {
                    place,
                    keys: line.split_whitespace().map(str::to_owned).collect(),
                    ..empty_row()
                });
                continue;
            }
            let row = rows.last_mut().expect("a key stands before its lines");
            read_line(row, line.trim(), &place);
        }
    }
    rows
}

fn empty_row() -> Row {
    Row {
        place: String::new(),
        keys: Vec::new(),
        also: Vec::new(),
        places: Vec::new(),
        on: None,
        off: None,
        page: "blog/one.md".to_owned(),
        beside: Vec::new(),
        probes: Vec::new(),
    }
}

fn read_line(row: &mut Row, line: &str, at: &str) {
    let json = |text: &str| -> Option<Json> {
        let text = text.trim();
        (text != "-").then(|| serde_json::from_str(text).unwrap_or_else(|e| panic!("{at}: {e}")))
    };
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    if first == "also" {
        row.also = rest.split_whitespace().map(str::to_owned).collect();
    } else if first == "in" {
        row.page = rest.to_owned();
    } else if first == "with" {
        let (to, value) = rest.split_once(' ').expect("`with` has a place");
        let value = json(value).expect("`with` has a value");
        row.beside
            .push((place(to).expect("a place is known"), value));
    } else if row.places.is_empty() {
        let (places, values) = line.split_once(": ").expect("places come before a colon");
        row.places = places.split(' ').filter_map(place).collect();
        let (on, off) = values.split_once(" / ").expect("both values are given");
        (row.on, row.off) = (json(on), json(off));
        assert!(!row.places.is_empty(), "{at}: no place");
    } else {
        row.probes.push(probe(line, at));
    }
}

fn probe(line: &str, at: &str) -> Probe {
    let (file, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
    let (when, rest) = match first {
        "not" => (When::Off, after.trim()),
        "always" => (When::Always, after.trim()),
        "never" => (When::Never, after.trim()),
        _ => (When::On, rest),
    };
    let quote = rest
        .starts_with('"')
        .then_some(0)
        .or(rest.find(" \"").map(|at| at + 1));
    let (selector, text) = rest.split_at(quote.unwrap_or(rest.len()));
    Probe {
        line: format!("{at}: {line}"),
        file: file.to_owned(),
        when,
        selector: compounds(selector.trim()),
        text: (!text.is_empty())
            .then(|| serde_json::from_str(text).unwrap_or_else(|e| panic!("{at}: {e}"))),
    }
}

/// Compounds with spaces between them, which mean "somewhere below".
fn compounds(selector: &str) -> Vec<Compound> {
    let mut out = Vec::new();
    let mut rest = selector;
    while !rest.is_empty() {
        let mut compound = Compound::default();
        while let Some(first) = rest.chars().next().filter(|c| *c != ' ') {
            if first == '[' {
                let end = rest.find(']').expect("a bracket is closed");
                let inner = &rest[1..end];
                let (name, value) = match inner.split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (inner, None),
                };
                let part = name.ends_with('*');
                let name = name.trim_end_matches('*').to_owned();
                compound.attributes.push((name, value, part));
                rest = &rest[end + 1..];
                continue;
            }
            let body = &rest[first.len_utf8()..];
            let end = body
                .find(['.', '#', '[', ' '])
                .map_or(rest.len(), |at| at + first.len_utf8());
            let word = &rest[..end];
            match first {
                '.' => compound.classes.push(word[1..].to_owned()),
                '#' => {
                    let id = ("id".to_owned(), Some(word[1..].to_owned()), false);
                    compound.attributes.push(id);
                }
                _ => compound.tag = Some(word.to_owned()),
            }
            rest = &rest[end..];
        }
        out.push(compound);
        rest = rest.trim_start();
    }
    out
}

impl Compound {
    fn is(&self, node: &Handle) -> bool {
        let NodeData::Element { name, attrs, .. } = &node.data else {
            return false;
        };
        let attrs = attrs.borrow();
        let get = |name: &str| attrs.iter().find(|attr| &*attr.name.local == name);
        let has_class = |class: &String| {
            get("class").is_some_and(|attr| attr.value.split_whitespace().any(|own| own == class))
        };
        self.tag.as_ref().is_none_or(|tag| *tag == *name.local)
            && self.classes.iter().all(has_class)
            && self.attributes.iter().all(|(name, value, part)| {
                get(name).is_some_and(|attr| match value {
                    None => true,
                    Some(value) if *part => attr.value.contains(value.as_str()),
                    Some(value) => *value == *attr.value,
                })
            })
    }
}

/// Whether an element that the compounds lead to holds the text.
fn finds(node: &Handle, compounds: &[Compound], text: Option<&str>) -> bool {
    let children = node.children.borrow();
    children.iter().any(|child| match compounds {
        [] => false,
        [only] if only.is(child) && text.is_none_or(|text| words(child).contains(text)) => true,
        [first, rest @ ..] if !rest.is_empty() && first.is(child) => finds(child, rest, text),
        compounds => finds(child, compounds, text),
    })
}

/// The text as it reads.
fn words(node: &Handle) -> String {
    fn collect(node: &Handle, out: &mut String) {
        if let NodeData::Text { contents } = &node.data {
            out.push_str(&contents.borrow());
        }
        for child in node.children.borrow().iter() {
            collect(child, out);
        }
    }
    let mut out = String::new();
    collect(node, &mut out);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes a picture of many colours, of which copies are worth while.
fn picture(path: &Path, width: &str, height: &str) {
    let side = |text: &str| text.parse().expect("a picture's text is its size");
    let pixel = |x: u32, y: u32| image::Rgb([(x * y % 251) as u8, (x * 3) as u8, (y * 7) as u8]);
    let picture = image::RgbImage::from_fn(side(width), side(height), pixel);
    let folder = path.parent().expect("a picture has a folder");
    std::fs::create_dir_all(folder).expect("a folder can be made");
    picture.save(path).expect("a picture can be written");
}

/// The site of all rows: its configuration, and its files with their front matter.
struct Base {
    config: Json,
    pages: BTreeMap<String, (Json, String)>,
    files: BTreeMap<String, String>,
}

fn base() -> Base {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/switches/site.txt");
    let text = std::fs::read_to_string(path).expect("the site is readable");
    let mut base = Base {
        config: Json::Null,
        pages: BTreeMap::new(),
        files: BTreeMap::new(),
    };
    let words = "lorem ".repeat(300);
    for block in text.split("=== ").skip(1) {
        let (name, body) = block.split_once('\n').expect("a file has a name");
        if name == "hugo.json" {
            base.config = serde_json::from_str(body).expect("the configuration is JSON");
        } else if let Some(name) = name
            .strip_prefix("content/")
            .filter(|name| name.ends_with(".md"))
        {
            let (front, body) = body.split_once('\n').unwrap_or((body, ""));
            let front = serde_json::from_str(front).expect("front matter is JSON");
            let body = body.replace("{words}", words.trim_end());
            base.pages.insert(name.to_owned(), (front, body));
        } else {
            base.files.insert(name.to_owned(), body.to_owned());
        }
    }
    base
}

fn normal(key: &str) -> String {
    key.to_lowercase().replace(['_', '-'], "")
}

/// Sets or removes what stands at a dotted path, however its keys are spelt there.
fn set(at: &mut Json, path: &str, value: Option<Json>) {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    if let (Json::Array(list), Ok(index)) = (&mut *at, first.parse::<usize>()) {
        return set(&mut list[index], rest.expect("it names a key"), value);
    }
    if !at.is_object() {
        *at = Json::Object(Map::new());
    }
    let Json::Object(map) = at else { return };
    let known = map.keys().find(|key| normal(key) == normal(first)).cloned();
    match (rest, value) {
        (Some(rest), value) => {
            let key = known.unwrap_or_else(|| first.to_owned());
            set(map.entry(key).or_insert(Json::Null), rest, value);
        }
        (None, value) => {
            if let Some(known) = known {
                map.shift_remove(&known);
            }
            if let Some(value) = value {
                map.insert(first.to_owned(), value);
            }
        }
    }
}

fn merge(at: &mut Json, over: &Json) {
    let Json::Object(over) = over else { return };
    for (key, value) in over {
        set(at, key, Some(value.clone()));
    }
}

/// What is said where, for one build.
type Saying<'r> = Vec<(Place, &'r str, Option<Json>)>;

fn variants(row: &Row) -> Vec<(&'static str, bool, Saying<'_>)> {
    let (first, last) = (row.keys[0].as_str(), row.keys[row.keys.len() - 1].as_str());
    let (on, off) = (|| row.on.clone(), || row.off.clone());
    let on_page = row.places.contains(&Place::Page);
    let whole = row.places.iter().find(|place| **place != Place::Page);
    let mut variants = Vec::new();
    if let Some(whole) = whole {
        variants.push(("site on", true, vec![(*whole, first, on())]));
        variants.push(("site off", false, vec![(*whole, last, off())]));
    }
    match whole {
        None => {
            variants.push(("page on", true, vec![(Place::Page, first, on())]));
            variants.push(("page off", false, vec![(Place::Page, last, off())]));
        }
        Some(whole) if on_page => {
            let over = vec![(*whole, first, off()), (Place::Page, last, on())];
            variants.push(("page on", true, over));
            if row.off.is_some() {
                let over = vec![(*whole, last, on()), (Place::Page, first, off())];
                variants.push(("page off", false, over));
            }
        }
        Some(_) => {}
    }
    variants
}

/// The files that would be published, those with their bytes that are looked for; and
/// what was said.
struct Built {
    files: BTreeMap<String, Vec<u8>>,
    said: Vec<Diagnostic>,
}

fn build(base: &Base, row: &Row, saying: &Saying) -> Built {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let site = folder.path().join("site");
    let put = |path: &str, text: &str| {
        let path = site.join(path);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        std::fs::write(path, text).expect("a file can be written");
    };
    let mut config = base.config.clone();
    let mut fronts: BTreeMap<&str, Json> = BTreeMap::new();
    for (path, (front, _)) in &base.pages {
        fronts.insert(path, front.clone());
    }
    let front = |fronts: &mut BTreeMap<&str, Json>, change: &dyn Fn(&mut Json)| {
        let front = fronts.get_mut(row.page.as_str());
        change(front.unwrap_or_else(|| panic!("{}: no page {}", row.place, row.page)));
    };
    for (place, value) in &row.beside {
        match place {
            Place::Top => merge(&mut config, value),
            Place::Site => merge(&mut config["params"], value),
            Place::Page => front(&mut fronts, &|front| merge(front, value)),
        }
    }
    for (place, key, value) in saying {
        match place {
            Place::Top => set(&mut config, key, value.clone()),
            Place::Site => set(&mut config["params"], key, value.clone()),
            Place::Page => front(&mut fronts, &|front| set(front, key, value.clone())),
        }
    }
    put("hugo.json", &config.to_string());
    for (path, (_, body)) in &base.pages {
        put(
            &format!("content/{path}"),
            &format!("{}\n{body}", fronts[path.as_str()]),
        );
    }
    for (path, text) in &base.files {
        match path
            .strip_suffix(".png")
            .and(text.trim().split_once(" by "))
        {
            Some((width, height)) => picture(&site.join(path), width, height),
            None => put(path, text),
        }
    }
    let options = Options {
        source: site.clone(),
        now: build::moment("2026-01-01T00:00:00Z").ok(),
        ..Options::default()
    };
    let (mut sources, mut said) = (Sources::new(&options.source), Vec::new());
    // What failed stands among the diagnostics.
    let Ok(compiled) = build::compile(&options, &mut sources, &mut said) else {
        let files = BTreeMap::new();
        return Built { files, said };
    };
    let renderer = &compiled.renderer;
    let mut files = BTreeMap::new();
    for route in &renderer.shared.site.routes.all {
        let asked = row.probes.iter().any(|probe| probe.file == route.output);
        let bytes = match asked.then(|| renderer.render(&route.job, &mut said)) {
            Some(Some(Output::Bytes(bytes))) => bytes,
            // Nobody looks into it: that it is there is enough.
            Some(Some(Output::Copy(_))) | None => Vec::new(),
            Some(None) => continue,
        };
        files.insert(route.output.clone(), bytes);
    }
    Built { files, said }
}

fn is_found(built: &Built, probe: &Probe) -> bool {
    if probe.file == "says" {
        let wanted = probe.text.as_deref().unwrap_or_default();
        return built.said.iter().any(|said| says(said, wanted));
    }
    let Some(bytes) = built.files.get(&probe.file) else {
        return false;
    };
    let text = String::from_utf8_lossy(bytes);
    match (probe.selector.is_empty(), &probe.text) {
        (true, None) => true,
        (true, Some(wanted)) => text.contains(wanted.as_str()),
        (false, wanted) => {
            let dom = html5ever::parse_document(RcDom::default(), Default::default()).one(&*text);
            finds(&dom.document, &probe.selector, wanted.as_deref())
        }
    }
}

fn says(said: &Diagnostic, wanted: &str) -> bool {
    said.message.contains(wanted)
        || said
            .help
            .as_deref()
            .is_some_and(|help| help.contains(wanted))
}

#[test]
fn every_row_holds() {
    let wanted = std::env::var("SWITCH").unwrap_or_default();
    let (base, rows) = (base(), rows());
    let tried: Vec<String> = rows
        .par_iter()
        .filter(|row| row.keys.iter().any(|key| key.contains(&wanted)))
        .map(|row| try_row(&base, row))
        .collect();
    assert!(!tried.is_empty(), "no key holds `{wanted}`");
    let failures: String = tried.concat();
    assert!(failures.is_empty(), "\n{failures}");
}

fn try_row(base: &Base, row: &Row) -> String {
    let mut failures = String::new();
    if row.probes.is_empty() {
        let _ = writeln!(failures, "{}: nothing is looked for", row.place);
    }
    for (name, on, saying) in variants(row) {
        let built = build(base, row, &saying);
        for probe in &row.probes {
            let wanted = match probe.when {
                When::On => on,
                When::Off => !on,
                When::Always => true,
                When::Never => false,
            };
            if is_found(&built, probe) != wanted {
                let is = if wanted { "is not" } else { "is" };
                let _ = writeln!(failures, "{name}: {is} there: {}", probe.line);
            }
        }
        for said in &built.said {
            let known = row.probes.iter().any(|probe| {
                probe.file == "says" && says(said, probe.text.as_deref().unwrap_or_default())
            });
            if said.severity != Severity::Info && !known {
                let _ = writeln!(
                    failures,
                    "{}: {name}: it says: {} ({})",
                    row.place,
                    said.message,
                    said.help.as_deref().unwrap_or_default()
                );
            }
        }
    }
    failures
}

/// A key of the program's tables.
struct Known {
    path: String,
    places: &'static [Place],
    /// `row`, `renamed`, `no_effect`, `gone`.
    kind: String,
}

/// Reads the tables out of the source, so that no table and no key is forgotten.
fn known() -> Vec<Known> {
    let mut out = Vec::new();
    for (file, places, tables) in TABLES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(path).expect("the source is readable");
        let mut prefix: Option<&str> = None;
        let mut kind: Option<&str> = None;
        for line in text.lines() {
            let bare = line.trim();
            let declared = bare.split_once(": &[Row<").map(|(name, _)| name);
            let declared = declared.filter(|name| name.contains("const "));
            if let Some(name) = declared.and_then(|name| name.rsplit(' ').next()) {
                let table = tables.iter().find(|(table, _)| *table == name);
                let (_, path) = table.unwrap_or_else(|| {
                    panic!("{file} has the table {name}, of which `TABLES` knows nothing")
                });
                prefix = Some(path);
            }
            if line == "];" {
                prefix = None;
            }
            let Some(prefix) = prefix else { continue };
            // Sub-tables of one row stand for all of their kind: `const X: … = &[row(…)];`.
            let bare = bare.rsplit("= &[").next().unwrap_or(bare);
            let call = ["row(", "renamed(", "no_effect(", "gone(", "Row {"]
                .into_iter()
                .find(|call| bare.starts_with(call));
            kind = call.or(kind);
            let rest = match call {
                Some("Row {") => "",
                Some(call) => &bare[call.len()..],
                None => bare.strip_prefix("name: ").unwrap_or(bare),
            };
            let name = rest
                .strip_prefix('"')
                .and_then(|rest| rest.split('"').next());
            if let Some((name, kind)) = name.zip(kind.take_if(|_| rest.starts_with('"'))) {
                out.push(Known {
                    path: format!("{prefix}{name}"),
                    places,
                    kind: kind.trim_end_matches(['(', '{', ' ']).to_owned(),
                });
            }
        }
    }
    out
}

/// Without its places in lists, in the form in which keys are compared.
fn path_of(key: &str) -> String {
    let parts = key.split('.').filter(|part| part.parse::<usize>().is_err());
    normal(&parts.collect::<Vec<_>>().join("."))
}

#[test]
fn every_key_has_a_row() {
    let rows = rows();
    let tried: BTreeSet<(Place, String)> = rows
        .iter()
        .flat_map(|row| {
            let paths = row.keys.iter().chain(&row.also).map(|key| path_of(key));
            paths.flat_map(|path| row.places.iter().map(move |place| (*place, path.clone())))
        })
        .collect();
    let known = known();
    assert!(known.len() > 200, "{} keys are known", known.len());
    let missing: BTreeSet<(Place, &str)> = known
        .iter()
        .filter(|key| matches!(key.kind.as_str(), "row" | "renamed" | "Row"))
        .filter(|key| !MAPS.contains(&key.path.as_str()))
        .flat_map(|key| key.places.iter().map(|place| (*place, key.path.as_str())))
        .filter(|(place, path)| !tried.contains(&(*place, normal(path))))
        .collect();
    assert!(missing.is_empty(), "no row tries {missing:#?}");
}

/// A key that has nothing to do is named, with the place where it stands.
#[test]
fn what_has_no_effect_is_said() {
    let mut base = base();
    base.pages.retain(|path, _| path == "blog/one.md");
    let idle: Vec<(Place, Known)> = known()
        .into_iter()
        .filter(|key| matches!(key.kind.as_str(), "no_effect" | "gone"))
        .flat_map(|key| {
            let known = |place: &Place| {
                let (path, kind) = (key.path.clone(), key.kind.clone());
                let places = key.places;
                (*place, Known { path, places, kind })
            };
            key.places.iter().map(known).collect::<Vec<_>>()
        })
        .collect();
    assert!(idle.len() > 80, "{} keys", idle.len());
    let silent: Vec<&str> = idle
        .par_iter()
        .filter(|(place, key)| {
            let row = empty_row();
            let value = Some(Json::from("something"));
            let built = build(&base, &row, &vec![(*place, &key.path, value)]);
            let name = key.path.rsplit('.').next().unwrap_or_default();
            let named =
                |said: &Diagnostic| said.message.contains(name) && said.severity != Severity::Error;
            !built.said.iter().any(named)
        })
        .map(|(_, key)| key.path.as_str())
        .collect();
    assert!(silent.is_empty(), "nothing is said of {silent:?}");
}
