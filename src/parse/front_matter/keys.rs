//! The keys of front matter: the one table to which a key is added. The
//! switches that the site's parameters share stand in a table of their own
//! ([`switches::ROWS`]); taxonomies and dates go by the configuration.

use super::known::{self, Known};
use super::{Build, Front, List, Options, Place, Render, ResourceMeta, dates};
use crate::config::outputs::{self, SITEMAP, Sitemap};
use crate::config::params::AUTHORS;
use crate::config::rows::{Intake, Row, Status, get, no_effect, row, same_key};
use crate::config::switches;
use crate::config::{cascade, math, menus, params};
use crate::date::{DUE_ACCEPTED, Due};
use crate::diag::Diagnostic;
use crate::parse::predictions::Plain;
use crate::tree::{Key, Map, Node, Text, Value};

pub const ROWS: &[Row<Front>] = &[
    row("title", "", |f, n, i| f.title = i.text(n)),
    row("link_title", "", |f, n, i| {
        f.link_title = i.text(n).filter(|text| !text.is_empty())
    }),
    row("description", "", |f, n, i| f.description = i.said(n)),
    row("summary", "", |f, n, i| f.summary = i.said(n)),
    row("draft", "false", |f, n, i| {
        f.draft |= i.bool(n) == Some(true)
    }),
    row("weight", "0", |f, n, i| f.weight = i.int(n).unwrap_or(0)),
    row("featured", "false", featured),
    row("slug", "", |f, n, i| f.slug = text(n, i)),
    row("url", "", |f, n, i| f.url = text(n, i)),
    row("aliases", "[]", |f, n, i| f.aliases = list(n, i)),
    row("keywords", "[]", |f, n, i| {
        f.keywords = i.texts(n).unwrap_or_default()
    }),
    row("author", "", |f, n, i| f.authors = params::authors(n, i)),
    row("authors", "", |f, n, i| f.authors = params::authors(n, i)),
    row("images", "[]", |f, n, i| {
        f.images = i.texts(n).unwrap_or_default()
    }),
    row("series", "", |f, n, i| f.series = list(n, i)),
    row("layout", "", |f, n, i| f.layout = text(n, i)),
    row("type", "", |f, n, i| f.page_type = text(n, i)),
    row("outputs", "", |f, n, i| f.outputs = outputs::formats(n, i)),
    row("epub", "", |f, n, i| f.epub = i.bool(n)),
    row("cascade", "", |f, n, i| f.cascade = cascade::read(n, i)),
    row("build", "", |f, n, i| i.fields(&mut f.build, n, BUILD)),
    row("headless", "false", |f, n, i| {
        if i.bool(n) == Some(true) {
            f.build = Build {
                render: Render::Never,
                list: List::Never,
                ..f.build
            };
        }
    }),
    row("translation_key", "", |f, n, i| {
        f.translation_key = i.said(n)
    }),
    row("markup", "markdown", |f, n, i| f.markup = text(n, i)),
    row("is_cjk_language", "", |f, n, i| f.is_cjk = i.bool(n)),
    row("menus", "", |f, n, i| f.menus = menus::read_page(n, i)),
    row("menu", "", |f, n, i| f.menus = menus::read_page(n, i)),
    row("sitemap", "", |f, n, i| {
        let mut sitemap = Sitemap::default();
        match n.value {
            // `sitemap: false`, as some themes have it.
            Value::Scalar(_) => sitemap.disable = i.bool(n) == Some(false),
            _ => i.fields(&mut sitemap, n, SITEMAP),
        }
        f.sitemap = Some(sitemap);
    }),
    row("resources", "", resources),
    row("canonical_url", "", |f, n, i| f.canonical_url = text(n, i)),
    row("ignore_logs", "[]", |f, n, i| {
        f.silenced = i.texts(n).unwrap_or_default()
    }),
    row("placeholder", "", |f, n, i| f.placeholder = i.said(n)),
    row("predictions", "", |f, n, i| {
        let mut plain = Plain {
            span: Some(n.span),
            ..Plain::default()
        };
        i.fields(&mut plain, n, PREDICTIONS);
        f.predictions = Some(plain);
    }),
    row("macros", "", |f, n, i| f.macros = math::macros(n, i)),
    row("revisit", "", |f, n, i| {
        f.revisit = due(n, i).map(|due| (due, n.span))
    }),
    // Words for readers; what is more than a word is for the templates of a site.
    row("status", "", |f, n, _| {
        f.status = n.as_text().map(ToString::to_string)
    }),
    row("confidence", "", |f, n, _| {
        f.confidence = n.as_text().map(ToString::to_string)
    }),
    // Read apart: what is in it goes by this table's neighbours.
    row("params", "", |_, n, i| {
        i.map(n);
    }),
    // Code is coloured when the site is built.
    no_effect("disable_hljs"),
    no_effect("audio"),
    no_effect("videos"),
];

const BUILD: &[Row<Build>] = &[
    row("render", "always", |b, n, i| {
        let choices = [
            ("always", Render::Always),
            ("never", Render::Never),
            ("link", Render::Link),
            ("true", Render::Always),
            ("false", Render::Never),
        ];
        b.render = i.choice(n, &choices).unwrap_or(b.render);
    }),
    row("list", "always", |b, n, i| {
        let choices = [
            ("always", List::Always),
            ("never", List::Never),
            ("local", List::Local),
            ("true", List::Always),
            ("false", List::Never),
        ];
        b.list = i.choice(n, &choices).unwrap_or(b.list);
    }),
    row("publish_resources", "true", |b, n, i| {
        b.publish_resources = i.bool(n).unwrap_or(true)
    }),
];

const PREDICTIONS: &[Row<Plain>] = &[
    row("due", "", |p, n, i| p.due = due(n, i)),
    row("outcomes", "[]", |p, n, i| {
        let entries = i.list(n).unwrap_or_default();
        p.outcomes = entries.iter().map(|entry| outcome(entry, i)).collect();
    }),
];

const RESOURCE: &[Row<ResourceMeta>] = &[
    row("src", "", |r, n, i| r.src = i.said(n).unwrap_or_default()),
    row("name", "", |r, n, i| r.name = i.said(n)),
    row("title", "", |r, n, i| r.title = i.said(n)),
    row("params", "", |r, n, i| {
        if let Some(map) = i.map(n) {
            r.params = map.to_value();
        }
    }),
];

/// Types every key of the joined front matter.
pub fn read(
    map: &Map,
    options: &Options,
    place: Place<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Front {
    let mut front = Front::default();
    let mut intake = Intake::default();
    let entries: Vec<Entry> = map
        .entries
        .iter()
        .map(|(key, node)| {
            let known = known::get(&key.name);
            Entry {
                key,
                node,
                known,
                date: known.is_some_and(|known| known.date) || dates::is_key(&key.name, options),
            }
        })
        .collect();
    if is_spelled_twice(&entries) {
        intake.refuse_spellings_of(map, |name| known::get(name).is_some_and(has_row));
    }
    let dates = entries.iter().filter(|entry| entry.date);
    let dates = dates.map(|entry| (entry.key, entry.node));
    dates::read(&mut front, dates, options, place, &mut intake);
    for entry in &entries {
        one(&mut front, entry, options, &mut intake);
    }
    let inner = get(map, "params").and_then(Node::as_map);
    if let Some(inner) = inner {
        intake.enter("params", |intake| below_params(&mut front, inner, intake));
    }
    order_terms(&mut front, options);
    idle_formats(&front, &entries, place, &mut intake);
    front.params = values(&entries, inner);
    front.unknown = intake.unknown;
    front.idle = intake.idle;
    diagnostics.append(&mut intake.diagnostics);
    front
}

/// Formats of lists, asked for where there is no list.
fn idle_formats(front: &Front, entries: &[Entry], place: Place<'_>, intake: &mut Intake) {
    if place.is_list || !front.outputs.iter().flatten().any(|f| f.is_of_lists()) {
        return;
    }
    let said = entries.iter().find(|e| same_key(&e.key.name, "outputs"));
    let Some(said) = said else { return };
    let message = "formats of lists have no effect in `outputs` of a page: it is made as HTML, and as Markdown or EPUB if you like";
    intake.warn("no-effect", said.node, message.to_owned()).help =
        Some("leave only `html`, `markdown` and `epub` here".to_owned());
}

/// A key with all that is known of it before its value is looked at.
struct Entry<'m> {
    key: &'m Key,
    node: &'m Node,
    known: Option<&'static Known>,
    /// It holds a date.
    date: bool,
}

fn has_row(known: &Known) -> bool {
    known.row.is_some() || known.switch.is_some()
}

fn is_spelled_twice(entries: &[Entry]) -> bool {
    entries.iter().enumerate().any(|(at, entry)| {
        let known = entry.known.filter(|known| has_row(known));
        let same = |known: &Known| {
            let others = entries[..at].iter().filter_map(|entry| entry.known);
            others.into_iter().any(|other| std::ptr::eq(known, other))
        };
        known.is_some_and(same)
    })
}

fn one(front: &mut Front, entry: &Entry, options: &Options, intake: &mut Intake) {
    let Entry { key, node, .. } = entry;
    let name: &str = match &*key.name {
        // Hugo's name until 0.145.
        "_build" => "build",
        name => name,
    };
    let taxonomy = options
        .taxonomies
        .iter()
        .find(|plural| same_key(plural, name));
    if let Some(plural) = taxonomy {
        if same_key(name, "authors") || same_key(name, "author") {
            return authors(front, plural, node, name, intake);
        }
        let terms = intake.enter(name, |intake| list(node, intake));
        if same_key(name, "series") {
            front.series.clone_from(&terms);
        }
        front.terms.push((plural.clone(), terms));
        return;
    }
    if same_key(name, "author") {
        let plural = options.taxonomies.iter().find(|name| *name == AUTHORS);
        // Who says `authors` too means that.
        let said = |plural: &String| front.terms.iter().any(|(name, _)| name == plural);
        if let Some(plural) = plural.filter(|plural| !said(plural)) {
            return authors(front, plural, node, name, intake);
        }
    }
    if entry.date {
        return;
    }
    if let Some(row) = entry.known.and_then(|known| known.row) {
        return intake.take(front, name, key.span, node, row);
    }
    if let Some(row) = entry.known.and_then(|known| known.switch) {
        return intake.take(&mut front.switches, name, key.span, node, row);
    }
    if is_idle(name, options) {
        intake.idle.push((name.to_owned(), key.span));
        return;
    }
    let mut known: Vec<&str> = names().chain(dates::NAMES).collect();
    known.extend(options.taxonomies.iter().map(String::as_str));
    intake.unknown_key(name, key.span, known.into_iter());
}

/// Authors may be a taxonomy and stay the authors.
fn authors(front: &mut Front, plural: &str, node: &Node, key: &str, intake: &mut Intake) {
    let said = intake.enter(key, |intake| params::authors_and_places(node, intake));
    front.authors = said.iter().map(|(name, _)| name.clone()).collect();
    let terms = said.into_iter().map(|(name, span)| Text {
        text: name.into(),
        span,
    });
    front.terms.retain(|(name, _)| name != plural);
    front.terms.push((plural.to_owned(), terms.collect()));
}

/// Taxonomies that the configuration does not have, and weights within terms.
fn is_idle(name: &str, options: &Options) -> bool {
    let weight = name
        .strip_suffix("_weight")
        .or_else(|| name.strip_suffix("weight"));
    let of_term = |stem: &str| {
        options
            .taxonomies
            .iter()
            .any(|plural| same_key(plural, stem))
    };
    same_key(name, "tags") || same_key(name, "categories") || weight.is_some_and(of_term)
}

/// Switches may stand under `params` as well; anything else there is for templates.
fn below_params(front: &mut Front, map: &Map, intake: &mut Intake) {
    for (key, node) in &map.entries {
        if let Some(row) = known::get(&key.name).and_then(|known| known.switch) {
            intake.take(&mut front.switches, &key.name, key.span, node, row);
            continue;
        }
        let near = switches::ROWS.iter().map(|row| row.name);
        let before = intake.unknown.len();
        intake.unknown_key(&key.name, key.span, near);
        // Only a name that comes near one of ours may be a mistake here.
        if intake
            .unknown
            .last()
            .is_some_and(|unknown| unknown.nearest.is_none())
        {
            intake.unknown.truncate(before);
        }
    }
}

fn order_terms(front: &mut Front, options: &Options) {
    let place = |plural: &String| options.taxonomies.iter().position(|other| other == plural);
    front.terms.sort_by_key(|(plural, _)| place(plural));
}

/// The names that the documentation uses.
pub fn names() -> impl Iterator<Item = &'static str> {
    let current = |status: Status| status == Status::Current;
    let own = ROWS
        .iter()
        .filter(move |row| current(row.status))
        .map(|row| row.name);
    own.chain(switches::ROWS.iter().map(|row| row.name))
}

/// Everything as written, `params` joined in, and known keys under their snake_case names too.
fn values(entries: &[Entry], inner: Option<&Map>) -> tera::Value {
    let own = entries.iter().map(|entry| {
        let name = entry.known.and_then(|known| known.name);
        (entry.key, entry.node, name)
    });
    let inner = inner.map_or(&[][..], |inner| &inner.entries);
    let inner = inner.iter().map(|(key, node)| {
        let name = known::get(&key.name).and_then(|known| known.name);
        (key, node, name)
    });
    let all: Vec<(&Key, &Node, Option<&'static str>)> = own.chain(inner).collect();
    let mut out = tera::Map::with_capacity(all.len() + 4);
    for (key, node, name) in &all {
        let written = match name {
            Some(name) if **name == *key.name => tera::value::Key::Str(name),
            _ => tera::value::Key::String(key.name.clone()),
        };
        out.insert(written, node.to_value());
    }
    for (key, node, name) in all {
        if let Some(name) = name.filter(|name| **name != *key.name) {
            out.entry(tera::value::Key::Str(name))
                .or_insert_with(|| node.to_value());
        }
    }
    tera::Value::from(out)
}

fn due(node: &Node, intake: &mut Intake) -> Option<Due> {
    let due = node.as_text().and_then(|text| Due::parse(text));
    if due.is_none() {
        let message = format!(
            "expected a date for `{}`, found {}",
            intake.path(),
            node.describe()
        );
        intake.error("bad-date", node, message).help = Some(DUE_ACCEPTED.to_owned());
    }
    due
}

/// Nothing, `~` and `open` leave it open.
fn outcome(node: &Node, intake: &mut Intake) -> Option<bool> {
    let open = node.value == Value::Null || node.as_text().is_some_and(|text| &**text == "open");
    if open { None } else { intake.bool(node) }
}

fn text(node: &Node, intake: &mut Intake) -> Option<Text> {
    let text = intake.said(node)?;
    Some(Text {
        text: text.into(),
        span: node.span,
    })
}

fn list(node: &Node, intake: &mut Intake) -> Vec<Text> {
    let list = intake.spanned(node).unwrap_or_default();
    list.into_iter()
        .map(|(text, span)| Text {
            text: text.into(),
            span,
        })
        .collect()
}

/// Other themes have a picture here: that is no reason to fail.
fn featured(front: &mut Front, node: &Node, intake: &mut Intake) {
    match node.as_bool() {
        Some(featured) => front.featured = featured,
        None if node.is_null() => {}
        None => {
            let message = format!(
                "expected true or false for `{}`, found {}",
                intake.path(),
                node.describe()
            );
            intake.warn("wrong-value", node, message).help =
                Some("`featured: true` puts the page first on a front page".to_owned());
        }
    }
}

fn resources(front: &mut Front, node: &Node, intake: &mut Intake) {
    let Some(list) = intake.list(node) else {
        return;
    };
    for entry in list {
        let mut resource = ResourceMeta {
            src: String::new(),
            name: None,
            title: None,
            params: tera::Value::from(tera::Map::new()),
            span: entry.span,
        };
        intake.fields(&mut resource, entry, RESOURCE);
        if resource.src.is_empty() {
            intake
                .error(
                    "wrong-value",
                    entry,
                    "an entry of `resources` has no `src`".to_owned(),
                )
                .help = Some("write the file's name, or a pattern such as `*.jpg`".to_owned());
        } else {
            front.resources.push(resource);
        }
    }
}
