//! What templates see of the site and its pages: the small things, and what
//! cards and pages have in common.
//!
//! Values are built by hand: no type of the model serialises itself, so nothing
//! large gets into a list by accident. The names are documented in
//! `content/docs/templates.md`.

use crate::date::Date;
use crate::parse::{Digest, html};
use crate::site::{Kind, LangId, Page, PageId, Site, TermId, links, menus};
use crate::text;
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
    if let Some(resource) = page
        .resources
        .iter()
        .find(|resource| resource.name == image.trim_start_matches("./"))
    {
        return Some(site.href(&resource.url));
    }
    if relative {
        let folder = page.url.rsplit_once('/').map_or("", |(folder, _)| folder);
        return Some(site.href(&format!("{folder}/{image}")));
    }
    Some(site.href(image))
}

/// The switches as templates see them.
pub fn show(site: &Site, page: &Page) -> Value {
    let show = &page.show;
    let params = &site.language(page).params;
    Object(Map::with_capacity(40))
        .set("reading_time", show.reading_time)
        .set("word_count", show.word_count)
        .set("bread_crumbs", show.bread_crumbs)
        .set("post_nav_links", show.post_nav_links)
        .set("code_copy_buttons", show.code_copy_buttons)
        .set("toc", show.toc)
        .set("toc_open", show.toc_open)
        .set("share_buttons", show.share_buttons)
        .set("rss_button", show.rss_button)
        .set("all_pages_in_archive", show.all_pages_in_archive)
        .set("page_nums", show.page_nums)
        .set("meta", show.meta)
        .set("summary", show.summary)
        .set("footer", show.footer)
        .set("author", show.author)
        .set("date", show.date)
        .set("tags", show.tags)
        .set("canonical_link", show.canonical_link)
        .set("heading_anchors", show.heading_anchors)
        .set("comments", show.comments)
        .set("math", show.math)
        .set("related", show.related)
        .set("series", show.series)
        .set("theme_toggle", !params.disable_theme_toggle)
        .set("lang_toggle", !params.disable_lang_toggle)
        .set("full_lang_name", params.display_full_lang_name)
        .set("special_first_post", !params.disable_special_first_post)
        .set("scroll_to_top", !params.disable_scroll_to_top)
        .value()
}

/// The way from the home page to a page: titles and paths, without the page itself.
pub fn crumbs(site: &Site, id: PageId) -> Vec<PageId> {
    let mut way = Vec::new();
    let mut above = site[id].parent;
    while let Some(parent) = above {
        way.push(parent);
        above = site[parent].parent;
    }
    way.reverse();
    way
}

pub fn breadcrumbs(site: &Site, id: PageId, home: &str) -> Vec<Object> {
    if !site[id].show.bread_crumbs {
        return Vec::new();
    }
    let name = |id: PageId| {
        if site[id].kind == Kind::Home {
            home
        } else {
            title(site, id)
        }
    };
    crumbs(site, id)
        .into_iter()
        .filter(|id| site[*id].rendered)
        .map(|id| {
            Object::new()
                .set("title", name(id))
                .set("url", site.href(&site[id].url))
        })
        .collect()
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
