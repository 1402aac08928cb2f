//! Menus: entries of the configuration and of pages, resolved, nested and in order.

use super::{LangId, PageId, Site, links, taxonomy};
use crate::config::menus::MenuEntry;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub name: String,
    pub title: Option<String>,
    /// For a link: with the base path, or an address elsewhere; empty for a heading of others.
    pub href: String,
    /// URL within the site, to tell where the reader is.
    pub url: Option<String>,
    pub external: bool,
    pub identifier: String,
    pub weight: i64,
    pub pre: String,
    pub post: String,
    pub params: tera::Value,
    pub children: Vec<Item>,
    parent: Option<String>,
}

/// The menus of one language, by name.
pub fn build(site: &Site, lang: LangId) -> BTreeMap<String, Vec<Item>> {
    let mut flat: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for (name, entries) in &site.config.languages[lang.index()].menus.menus {
        flat.entry(name.clone())
            .or_default()
            .extend(entries.iter().map(|entry| resolve(site, lang, entry, None)));
    }
    for (index, page) in site
        .pages
        .iter()
        .enumerate()
        .filter(|(_, page)| page.lang == lang)
    {
        for (menu, entry) in page
            .front()
            .map(|front| front.menus.as_slice())
            .unwrap_or_default()
        {
            let item = resolve(site, lang, entry, Some(PageId(index as u32)));
            flat.entry(menu.clone()).or_default().push(item);
        }
    }
    if let Some(menu) = &site.config.section_pages_menu {
        let sections = &site[site.home(lang)].sections;
        let items = sections.iter().map(|id| of_page(site, *id, 0));
        flat.entry(menu.clone()).or_default().extend(items);
    }
    if !flat.contains_key("main") {
        flat.insert("main".to_owned(), by_itself(site, lang));
    }
    flat.into_iter()
        .map(|(name, items)| (name, nest(items)))
        .collect()
}

fn resolve(site: &Site, lang: LangId, entry: &MenuEntry, own: Option<PageId>) -> Item {
    let page = entry
        .page_ref
        .as_ref()
        .and_then(|path| site.page_at(lang, path))
        .or(own);
    let (href, url) = match (&entry.url, page) {
        (Some(url), _) if links::is_external(url) => (url.clone(), None),
        // A heading of the entries below it, or a place on the page that shows it.
        (Some(url), _) if url.starts_with('#') => (url.clone(), None),
        (Some(url), _) => inside(site, lang, url),
        (None, Some(page)) => (site.href(&site[page].url), Some(site[page].url.clone())),
        (None, None) => (String::new(), None),
    };
    let name = entry
        .name
        .clone()
        .or_else(|| page.map(|page| site[page].link_title.clone()))
        .unwrap_or_default();
    Item {
        title: entry.title.clone(),
        external: links::is_external(&href),
        identifier: entry.identifier.clone().unwrap_or_else(|| name.clone()),
        weight: entry.weight,
        pre: entry.pre.clone().unwrap_or_default(),
        post: entry.post.clone().unwrap_or_default(),
        params: entry.params.clone(),
        parent: entry.parent.clone(),
        children: Vec::new(),
        name,
        href,
        url,
    }
}

/// `/blog/` in the Chinese menu means `/zh/blog/`, as Hugo has it; a path that
/// already names a language stays. A path that leads nowhere as it is written
/// is read as the name of a page would be: `/Open Source/` as `/open-source/`.
fn inside(site: &Site, lang: LangId, url: &str) -> (String, Option<String>) {
    let (path, rest) = links::split(url);
    let path = format!("/{}", path.trim_start_matches('/'));
    let prefix = &site.config.languages[lang.index()].prefix;
    let below = |path: &str| format!("/{prefix}{path}");
    let lower = !site.config.disable_path_to_lower;
    let sanitised = crate::text::urlize_path(&path, lower);
    let written = [path.clone(), sanitised];
    let candidates = written.iter().flat_map(|path| {
        let in_language = (!prefix.is_empty()).then(|| below(path));
        in_language.into_iter().chain([path.clone()])
    });
    let found = candidates.into_iter().find(|path| site.routes.leads(path));
    let path = found.unwrap_or_else(|| {
        if prefix.is_empty() {
            path
        } else {
            below(&path)
        }
    });
    (format!("{}{rest}", site.href(&path)), Some(path))
}

/// The menu of a site that configures none: its sections, pages at the top, archive and tags.
fn by_itself(site: &Site, lang: LangId) -> Vec<Item> {
    let home = &site[site.home(lang)];
    let at_top = site.regular[lang.index()]
        .iter()
        .filter(|id| site[**id].parent == Some(site.home(lang)));
    let at_top: Vec<PageId> = at_top
        .copied()
        .filter(|id| site.layout(&site[*id]).is_empty() && site[*id].date.is_none())
        .collect();
    let tags = site
        .taxonomies
        .iter()
        .filter(|t| t.lang == lang && !t.terms.is_empty() && t.name != taxonomy::SERIES);
    let pages = home
        .sections
        .iter()
        .copied()
        .chain(tags.map(|t| t.page))
        .chain(at_top);
    pages
        .filter(|id| site[*id].rendered)
        .enumerate()
        .take(7)
        .map(|(index, id)| of_page(site, id, index as i64 + 1))
        .collect()
}

/// An entry that nobody wrote, for a page.
fn of_page(site: &Site, id: PageId, weight: i64) -> Item {
    let page = &site[id];
    Item {
        name: page.link_title.clone(),
        title: None,
        href: site.href(&page.url),
        url: Some(page.url.clone()),
        external: false,
        identifier: page.path.clone(),
        weight,
        pre: String::new(),
        post: String::new(),
        params: tera::Value::from(tera::Map::new()),
        children: Vec::new(),
        parent: None,
    }
}

/// Puts entries below their parents; an entry whose parent does not exist stands at the top.
fn nest(mut items: Vec<Item>) -> Vec<Item> {
    let weight = |item: &Item| {
        if item.weight == 0 {
            i64::MAX
        } else {
            item.weight
        }
    };
    items.sort_by(|a, b| {
        weight(a)
            .cmp(&weight(b))
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| a.href.cmp(&b.href))
    });
    let names: Vec<String> = items.iter().map(|item| item.identifier.clone()).collect();
    let (below, mut top): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| {
        item.parent
            .as_ref()
            .is_some_and(|parent| names.contains(parent) && *parent != item.identifier)
    });
    let mut left = below;
    // Each round places what has its parent in place; a ring of parents ends at the top.
    while !left.is_empty() {
        let before = left.len();
        left.retain(|item| !place(&mut top, item));
        if left.len() == before {
            top.append(&mut left);
        }
    }
    top
}

fn place(items: &mut [Item], item: &Item) -> bool {
    for candidate in items {
        if Some(&candidate.identifier) == item.parent.as_ref() {
            candidate.children.push(item.clone());
            return true;
        }
        if place(&mut candidate.children, item) {
            return true;
        }
    }
    false
}
