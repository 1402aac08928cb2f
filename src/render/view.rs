//! What templates see of the site and its pages: the small things, and what
//! cards and pages have in common.
//!
//! Values are built by hand: no type of the model serialises itself, so nothing
//! large gets into a list by accident. The names are documented in
//! `content/docs/templates.md`.

use super::rows::Shape;
use crate::config::params::SiteParams;
use crate::config::switches::Show;
use crate::date::Date;
use crate::parse::{Digest, html};
use crate::site::{Kind, LangId, Page, PageId, Site, TermId, links, menus, resources};
use crate::source::git::Change;
use crate::text;
use std::collections::HashMap;
use tera::{Map, Value};

/// Builds a map for templates.
pub struct Object(pub Map);

impl Object {
    pub fn new() -> Object {
        Object(Map::new())
    }

    pub fn set(mut self, key: &'static str, value: impl Into<Value>) -> Object {
        self.0.insert(key.into(), value.into());
        self
    }

    pub fn value(self) -> Value {
        Value::from(self.0)
    }
}

impl Default for Object {
    fn default() -> Object {
        Object::new()
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        object.value()
    }
}

/// Marks HTML that we made, or trust, as not to be escaped.
pub fn safe(html: &str) -> Value {
    Value::safe_string(html)
}

pub fn date(date: Option<Date>) -> Value {
    date.map(|date| date.rfc3339()).into()
}

/// The name of a kind, as templates and cascades have it.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Home => "home",
        Kind::Section => "section",
        Kind::Page => "page",
        Kind::Taxonomy => "taxonomy",
        Kind::Term => "term",
    }
}

/// A term as posts show it: title and address.
pub fn term(site: &Site, id: TermId) -> Value {
    let term = &site.terms[id.index()];
    Object::new()
        .set("title", term.title.as_str())
        .set("url", site.href(&site[term.page].url))
        .set(
            "taxonomy",
            site.taxonomies[term.taxonomy.index()].name.as_str(),
        )
        .value()
}

/// The commit that has last changed what a page says.
pub fn commit(change: &Change) -> Value {
    Object::new()
        .set("hash", change.commit.as_str())
        .set("short_hash", &change.commit[..change.commit.len().min(7)])
        .set("author", change.author.as_str())
        .set("date", change.time.to_string())
        .set("subject", change.subject.as_str())
        .value()
}

/// The names of who wrote a page: its own, else the site's.
pub fn authors<'s>(site: &'s Site, page: &'s Page) -> &'s [String] {
    match page.front() {
        Some(front) if !front.authors.is_empty() => &front.authors,
        _ => &site.language(page).params.authors,
    }
}

/// Minutes, by Hugo's rule.
pub fn minutes(digest: &Digest) -> usize {
    html::minutes(digest.words, digest.cjk)
}

/// A home page without a title of its own has the site's.
pub fn title(site: &Site, id: PageId) -> &str {
    let page = &site[id];
    if page.title.is_empty() {
        &site.language(page).title
    } else {
        &page.title
    }
}

/// Where an image named in front matter lies: a resource of the page, a file
/// of the site, an address elsewhere. None where its scheme is not allowed.
pub fn image_url(site: &Site, page: &Page, image: &str, relative: bool) -> Option<String> {
    if !text::safe_url(image) {
        return None;
    }
    if links::is_external(image) {
        return Some(image.to_owned());
    }
    if let Some(resource) = resources::named(page, image.trim_start_matches("./")) {
        return Some(site.href(&resource.url));
    }
    let url = match relative {
        true => {
            let folder = page.url.rsplit_once('/').map_or("", |(folder, _)| folder);
            site.href(&format!("{folder}/{image}"))
        }
        false => site.href(image),
    };
    // What Hugo would find has that name first.
    let beside = || links::file_beside(site, page, image).map(|url| site.href(url));
    match links::route(site, page, &url) {
        None if !image.starts_with('/') => beside().or(Some(url)),
        _ => Some(url),
    }
}

/// Whether a switch is on.
type Switch = fn(&Show, &SiteParams) -> bool;

/// The switches as templates see them, the page's and the site's.
const SWITCHES: [(&str, Switch); 32] = [
    ("reading_time", |show, _| show.reading_time),
    ("word_count", |show, _| show.word_count),
    ("reading_progress", |show, _| show.reading_progress),
    ("bread_crumbs", |show, _| show.bread_crumbs),
    ("post_nav_links", |show, _| show.post_nav_links),
    ("code_copy_buttons", |show, _| show.code_copy_buttons),
    ("toc", |show, _| show.toc),
    ("toc_open", |show, _| show.toc_open),
    ("share_buttons", |show, _| show.share_buttons),
    ("rss_button", |show, _| show.rss_button),
    ("all_pages_in_archive", |show, _| show.all_pages_in_archive),
    ("page_nums", |show, _| show.page_nums),
    ("meta", |show, _| show.meta),
    ("summary", |show, _| show.summary),
    ("footer", |show, _| show.footer),
    ("author", |show, _| show.author),
    ("date", |show, _| show.date),
    ("tags", |show, _| show.tags),
    ("canonical_link", |show, _| show.canonical_link),
    ("heading_anchors", |show, _| show.heading_anchors),
    ("comments", |show, _| show.comments),
    ("math", |show, _| show.math),
    ("related", |show, _| show.related),
    ("series", |show, _| show.series),
    ("backlinks", |show, _| show.backlinks),
    ("sidenotes", |show, _| show.sidenotes),
    ("drop_cap", |show, _| show.drop_cap),
    ("theme_toggle", |_, params| !params.disable_theme_toggle),
    ("lang_toggle", |_, params| !params.disable_lang_toggle),
    ("full_lang_name", |_, params| params.display_full_lang_name),
    ("special_first_post", |_, params| {
        !params.disable_special_first_post
    }),
    ("scroll_to_top", |_, params| !params.disable_scroll_to_top),
];

/// `show` of each page. Most pages show the same, so they share it.
pub struct Shows {
    values: Vec<Value>,
    /// For each page, which of these.
    of_page: Vec<u32>,
}

impl Shows {
    pub fn new(site: &Site) -> Shows {
        let shape = Shape::new(SWITCHES.map(|(name, _)| name));
        let mut values: Vec<Value> = Vec::new();
        let mut known: HashMap<[bool; SWITCHES.len()], u32> = HashMap::new();
        let of_page = site.pages.iter().map(|page| {
            let params = &site.language(page).params;
            let flags = SWITCHES.map(|(_, is_on)| is_on(&page.show, params));
            *known.entry(flags).or_insert_with(|| {
                values.push(shape.value(flags.map(Value::from)));
                values.len() as u32 - 1
            })
        });
        let of_page = of_page.collect();
        Shows { values, of_page }
    }

    pub fn of(&self, id: PageId) -> Value {
        self.values[self.of_page[id.index()] as usize].clone()
    }
}

/// The way from the home page to the pages in a section, without them.
pub struct Way {
    /// Titles and paths.
    pub crumbs: Value,
    /// Titles and absolute addresses.
    pub places: Vec<(String, String)>,
}

impl Way {
    /// `last` is on it; `home` is what the first is called.
    pub fn to(site: &Site, last: PageId, home: &str) -> Way {
        let mut way = vec![last];
        while let Some(above) = site[way[way.len() - 1]].parent {
            way.push(above);
        }
        let places = way.into_iter().rev().filter(|id| site[*id].rendered);
        let places: Vec<(&str, &str)> = places
            .map(|id| match site[id].kind {
                Kind::Home => (home, site[id].url.as_str()),
                _ => (title(site, id), site[id].url.as_str()),
            })
            .collect();
        let crumb = |(title, url): &(&str, &str)| {
            let crumb = Object::new().set("title", *title);
            crumb.set("url", site.href(url))
        };
        Way {
            crumbs: places.iter().map(crumb).collect::<Vec<_>>().into(),
            places: places
                .iter()
                .map(|(title, url)| ((*title).to_owned(), site.permalink(url)))
                .collect(),
        }
    }
}

/// One menu item, knowing whether the reader is there (`at`: the page's URL).
pub fn menu_item(item: &menus::Item, at: Option<&str>) -> Value {
    let here = item.url.as_deref().zip(at);
    let active = here.is_some_and(|(url, at)| is_at(url, at));
    Object::new()
        .set("name", item.name.as_str())
        .set("title", item.title.clone())
        .set("url", item.href.as_str())
        .set("external", item.external)
        .set("active", active)
        .set("weight", item.weight)
        .set("identifier", item.identifier.as_str())
        .set("pre", item.pre.as_str())
        .set("post", item.post.as_str())
        .set("params", item.params.clone())
        .set(
            "children",
            item.children
                .iter()
                .map(|child| menu_item(child, at))
                .collect::<Vec<_>>(),
        )
        .value()
}

fn is_at(url: &str, at: &str) -> bool {
    url.trim_end_matches('/') == at.trim_end_matches('/')
}

/// All languages of a site that has several, for the switch: each leads to
/// the page's translation where there is one, else to that language's home.
pub fn languages(site: &Site, id: Option<PageId>, lang: LangId) -> Vec<Object> {
    if site.config.languages.len() < 2 {
        return Vec::new();
    }
    let each = site.config.languages.iter().enumerate();
    each.map(|(index, language)| {
        let other = LangId(index as u32);
        let target = id
            .and_then(|id| site.in_language(id, other))
            .filter(|id| site[*id].rendered)
            .unwrap_or(site.home(other));
        Object::new()
            .set("code", language.code.as_str())
            .set("name", language.name.as_str())
            .set("title", language.params.language_alt_title.clone())
            .set("url", site.href(&site[target].url))
            .set("current", other == lang)
    })
    .collect()
}
