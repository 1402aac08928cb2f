//! What lists show: pagers, terms, the archive by year and month, and the
//! feeds and translations that a page names.

use super::Renderer;
use super::context::Variables;
use super::needs::Need;
use super::view::{self, Object};
use crate::site::{Kind, LangId, PageId, route};
use std::collections::BTreeMap;
use tera::Value;

impl Renderer {
    /// What lists, archives, taxonomies and the search page show.
    pub(super) fn lists(&self, id: PageId, pager: u32, variables: &mut Variables) {
        let site = &self.shared.site;
        let page = &site[id];
        match page.kind {
            Kind::Taxonomy => {
                let taxonomy = &site.taxonomies[page.subject.unwrap_or_default() as usize];
                variables.put("taxonomy", || {
                    Object::new()
                        .set("name", taxonomy.name.as_str())
                        .set("singular", taxonomy.singular.as_str())
                        .set("title", view::title(site, id))
                });
                variables.put("terms", || {
                    let terms = taxonomy
                        .terms
                        .iter()
                        .filter(|term| site[site.terms[term.index()].page].rendered);
                    terms.map(|term| self.term_row(*term)).collect::<Vec<_>>()
                });
            }
            Kind::Term => {
                let term = &site.terms[page.subject.unwrap_or_default() as usize];
                variables.put("term", || {
                    Object::new()
                        .set("title", term.title.as_str())
                        .set("url", site.href(&page.url))
                        .set("count", page.pages.len())
                        .set("author", self.author(id, term))
                        .set(
                            "taxonomy",
                            site.taxonomies[term.taxonomy.index()].name.as_str(),
                        )
                });
            }
            Kind::Home | Kind::Section | Kind::Page => {}
        }
        if page.kind == Kind::Home {
            self.front_page(id, variables);
        }
        match site.layout(page) {
            "archives" => variables.put("archive", || {
                self.archive(page.lang, page.show.all_pages_in_archive)
            }),
            "search" => self.search_values(page.lang, variables),
            "predictions" => variables.put("ledger", || self.ledger(page.lang)),
            _ => {}
        }
        let (shown, entries) = self.shown(id, pager);
        variables.put("pages", || {
            let cards = shown.iter().map(|id| self.shared.card(*id));
            cards.collect::<Vec<_>>()
        });
        let (paginated, need) = (site.is_paginated(id), variables.need);
        variables.put("paginator", || {
            self.paginator(id, if paginated { pager } else { 1 }, entries, need)
        });
    }

    /// What only a front page has; empty on other home pages.
    fn front_page(&self, id: PageId, variables: &mut Variables) {
        let site = &self.shared.site;
        let is_front_page = site.is_front_page(id);
        variables.put("featured", || {
            let featured = if is_front_page {
                site.featured(id)
            } else {
                Vec::new()
            };
            let cards = featured.iter().map(|id| self.shared.card(*id));
            cards.collect::<Vec<_>>()
        });
        variables.put("sections", || {
            let sections = is_front_page.then(|| self.front_sections(id));
            let rows = sections.unwrap_or_default().into_iter();
            rows.map(|(section, count)| {
                let front = site[section].front();
                let description = front.and_then(|front| front.description.as_deref());
                Object::new()
                    .set("title", view::title(site, section))
                    .set("url", site.href(&site[section].url))
                    .set("description", description.unwrap_or_default())
                    .set("count", count)
            })
            .collect::<Vec<_>>()
        });
    }

    /// The sections at the top that hold pages, and how many; none where there is but one.
    pub(super) fn front_sections(&self, home: PageId) -> Vec<(PageId, usize)> {
        let site = &self.shared.site;
        let rendered = site[home].sections.iter().filter(|id| site[**id].rendered);
        let counted = rendered.map(|id| (*id, site.below(*id).len()));
        let held: Vec<(PageId, usize)> = counted.filter(|(_, count)| *count > 0).collect();
        if held.len() > 1 { held } else { Vec::new() }
    }

    /// What one part of a list shows, and how many entries there are in all.
    pub(super) fn shown(&self, id: PageId, pager: u32) -> (&[PageId], usize) {
        let site = &self.shared.site;
        let entries: &[PageId] = self.entries[id.index()].get_or_init(|| site.entries(id).into());
        if !site.is_paginated(id) {
            return (entries, entries.len());
        }
        let mut parts = entries.chunks(self.pager_size(id));
        let shown = parts.nth(pager as usize - 1).unwrap_or_default();
        (shown, entries.len())
    }

    fn pager_size(&self, id: PageId) -> usize {
        let site = &self.shared.site;
        site.language(&site[id]).pagination.pager_size.max(1)
    }

    pub(super) fn term_row(&self, term: crate::site::TermId) -> Object {
        let site = &self.shared.site;
        let term = &site.terms[term.index()];
        let page = &site[term.page];
        let description = page
            .front()
            .and_then(|front| front.description.as_deref())
            .unwrap_or_default();
        Object::new()
            .set("title", term.title.as_str())
            .set("url", site.href(&page.url))
            .set("count", page.pages.len())
            .set("description", description)
    }

    pub(super) fn search_values(&self, lang: LangId, variables: &mut Variables) {
        let search = &self.shared.site.config.languages[lang.index()]
            .params
            .search;
        let keys = search.keys.clone().unwrap_or_default();
        let options = Object::new()
            .set(
                "keys",
                Value::from(keys.into_iter().map(Value::from).collect::<Vec<Value>>()),
            )
            .set("limit", search.limit.map_or_else(Value::none, Value::from))
            .set(
                "min_length",
                search.min_length.map_or_else(Value::none, Value::from),
            );
        variables.put("search_index", || self.search_url(lang));
        variables.put("search_options", || options);
    }

    /// URL of a pager, with the base path.
    pub(super) fn pager_url(&self, id: PageId, pager: u32) -> String {
        let site = &self.shared.site;
        let page = &site[id];
        if pager <= 1 {
            return site.href(&page.url);
        }
        let output = site.pager_output(page, pager);
        site.href(output.strip_suffix("index.html").unwrap_or(&output))
    }

    fn paginator(&self, id: PageId, pager: u32, items: usize, need: &Need) -> Value {
        let total = if self.shared.site.is_paginated(id) {
            items.div_ceil(self.pager_size(id)).max(1) as u32
        } else {
            1
        };
        let url = |pager: u32| {
            (1..=total)
                .contains(&pager)
                .then(|| self.pager_url(id, pager))
        };
        // One value for all pagers: a copy for each made a list of 100,000 posts
        // ten times as slow as ten of 10,000.
        let pages = need.key("paginator", "pages").then(|| {
            let row = |index: u32| {
                Object::new()
                    .set("index", index)
                    .set("url", self.pager_url(id, index))
            };
            let rows = || (1..=total).map(row).collect::<Vec<_>>().into();
            self.pagers[id.index()].get_or_init(rows).clone()
        });
        Object::new()
            .set("index", pager)
            .set("total", total)
            .set("prev", url(pager.wrapping_sub(1)))
            .set("next", url(pager + 1))
            .set("first", self.pager_url(id, 1))
            .set("last", self.pager_url(id, total))
            .set("items", items)
            .set("pages", pages)
            .value()
    }

    /// Pages by year and month, the newest first; those without a date stand in no year.
    pub(super) fn archive(&self, lang: LangId, all: bool) -> Value {
        let site = &self.shared.site;
        let main = &site[site.home(lang)].pages;
        let pages: &[PageId] = if all {
            &site.regular[lang.index()]
        } else {
            main
        };
        let mut years: BTreeMap<i16, BTreeMap<i8, Vec<PageId>>> = BTreeMap::new();
        for id in pages {
            if let Some(date) = site[*id].date {
                years
                    .entry(date.year())
                    .or_default()
                    .entry(date.month())
                    .or_default()
                    .push(*id);
            }
        }
        let code = &site.config.languages[lang.index()].code;
        let newest_first = |ids: &mut Vec<PageId>| {
            ids.sort_by(|a, b| site[*b].date.cmp(&site[*a].date).then(a.cmp(b)))
        };
        let years: Vec<Object> = years
            .into_iter()
            .rev()
            .map(|(year, months)| {
                let count: usize = months.values().map(Vec::len).sum();
                let months: Vec<Object> = months
                    .into_iter()
                    .rev()
                    .map(|(month, mut ids)| {
                        newest_first(&mut ids);
                        let name = site[ids[0]]
                            .date
                            .map(|date| date.format("January", code))
                            .unwrap_or_default();
                        let cards: Vec<Value> =
                            ids.iter().map(|id| self.shared.card(*id)).collect();
                        Object::new()
                            .set("month", i64::from(month))
                            .set("name", name)
                            .set("count", cards.len())
                            .set("pages", cards)
                    })
                    .collect();
                Object::new()
                    .set("year", i64::from(year))
                    .set("count", count)
                    .set("months", months)
            })
            .collect();
        Value::from(years)
    }

    pub(super) fn search_url(&self, lang: LangId) -> String {
        let site = &self.shared.site;
        site.href(&format!(
            "/{}search.json",
            route::language_folder(site, lang)
        ))
    }

    /// The page's address in every language, and the default language's for all others.
    pub(super) fn alternates(&self, id: PageId) -> Vec<Object> {
        let site = &self.shared.site;
        let page = &site[id];
        let others: Vec<PageId> = page
            .translations
            .iter()
            .copied()
            .filter(|id| site[*id].rendered)
            .collect();
        if others.is_empty() {
            return Vec::new();
        }
        let mut all: Vec<PageId> = others.into_iter().chain([id]).collect();
        all.sort_by_key(|id| site[*id].lang);
        let row = |lang: &str, id: PageId| {
            Object::new()
                .set("lang", lang)
                .set("url", site.permalink(&site[id].url))
        };
        let mut rows: Vec<Object> = all
            .iter()
            .map(|id| row(&site.language(&site[*id]).locale, *id))
            .collect();
        if let Some(default) = all
            .iter()
            .find(|id| site[**id].lang.index() == site.config.default_language)
        {
            rows.push(row("x-default", *default));
        }
        rows
    }

    /// Feeds of the page itself or its section, then the site's.
    pub(super) fn feeds_near(&self, id: PageId) -> Value {
        let site = &self.shared.site;
        let page = &site[id];
        let near = match page.kind {
            Kind::Page => page.parent.unwrap_or(site.home(page.lang)),
            _ => id,
        };
        let feeds = self.feeds[near.index()].get_or_init(|| self.feed_links(near).into());
        feeds.clone()
    }

    /// Feeds of a list, then the site's.
    pub(super) fn feed_links(&self, list: PageId) -> Vec<Object> {
        let site = &self.shared.site;
        let home = site.home(site[list].lang);
        let mut owners = vec![list];
        if list != home {
            owners.push(home);
        }
        let mut rows = Vec::new();
        for owner in owners {
            let language = site.language(&site[owner]);
            let title = if owner == home {
                language.title.clone()
            } else {
                format!("{} | {}", view::title(site, owner), language.title)
            };
            for (format, name) in site.feeds_of(owner) {
                let media = match format {
                    route::FeedFormat::Rss => "application/rss+xml",
                    route::FeedFormat::Atom => "application/atom+xml",
                    route::FeedFormat::Json => "application/feed+json",
                };
                let url = site.href(&format!("/{}", route::beside(&site[owner], name)));
                rows.push(
                    Object::new()
                        .set("title", title.as_str())
                        .set("url", url)
                        .set("type", media),
                );
            }
        }
        rows
    }
}
