//! What stands in which list: pagers, feeds, sitemap and search, each from the
//! published pages alone.

use super::route::{FeedFormat, Job, Routes};
use super::{Kind, LangId, Page, PageId, Site, Term};
use crate::config::outputs::{Kind as OutputKind, OutputFormat};
use crate::config::params::{AUTHORS, HomeMode};
use std::collections::{HashMap, HashSet};

/// Pages in one file of the search index: ten results are seldom neighbours.
pub const SEARCH_GROUP: usize = 8;

/// Pages that a front page features because they have a weight: some blogs give one to all.
const WEIGHTED: usize = 3;

impl Site {
    pub fn language(&self, page: &Page) -> &crate::config::LanguageConfig {
        &self.config.languages[page.lang.index()]
    }

    /// What a page is about: its terms but for those who wrote it.
    pub fn topics<'s>(&'s self, page: &'s Page) -> impl Iterator<Item = &'s Term> {
        let terms = page.terms.iter().map(|id| &self.terms[id.index()]);
        terms.filter(|term| !self.is_author(term))
    }

    pub fn is_author(&self, term: &Term) -> bool {
        self.taxonomies[term.taxonomy.index()].name == AUTHORS
    }

    /// What a list page shows, all pagers together.
    pub fn entries(&self, id: PageId) -> Vec<PageId> {
        let page = &self[id];
        match page.kind {
            Kind::Home if self.is_front_page(id) => self.recent(id),
            Kind::Home => page
                .pages
                .iter()
                .copied()
                .filter(|post| self[*post].show.in_home_list)
                .collect(),
            // PaperMod lists a section's own pages, then the sections in it.
            Kind::Section => page.pages.iter().chain(&page.sections).copied().collect(),
            Kind::Term => page.pages.clone(),
            Kind::Page | Kind::Taxonomy => Vec::new(),
        }
    }

    /// Whether the page is a home page with featured and recent writing.
    pub fn is_front_page(&self, id: PageId) -> bool {
        let page = &self[id];
        page.kind == Kind::Home && self.language(page).params.home() == HomeMode::Essays
    }

    /// What a front page features: the pages that say so, in the order of the site;
    /// where none does, the first few that have a weight.
    pub fn featured(&self, home: PageId) -> Vec<PageId> {
        let lang = self[home].lang;
        let shown = |id: &PageId| self[*id].show.in_home_list;
        let says_so = |id: &PageId| self[*id].front().is_some_and(|front| front.featured);
        let all = self.regular[lang.index()].iter().copied().filter(shown);
        let featured: Vec<PageId> = all.filter(says_so).collect();
        if !featured.is_empty() {
            return featured;
        }
        let main = self[home].pages.iter().copied().filter(shown);
        main.filter(|id| self[*id].weight != 0)
            .take(WEIGHTED)
            .collect()
    }

    /// The newest pages of a front page that it does not feature.
    fn recent(&self, home: PageId) -> Vec<PageId> {
        let page = &self[home];
        let featured: HashSet<PageId> = self.featured(home).into_iter().collect();
        let mut recent: Vec<PageId> = page
            .pages
            .iter()
            .copied()
            .filter(|id| self[*id].show.in_home_list && !featured.contains(id))
            .collect();
        recent.sort_by(|a, b| {
            let (a, b) = (&self[*a], &self[*b]);
            b.date
                .cmp(&a.date)
                .then_with(|| super::order::compare(a, b))
        });
        recent.truncate(self.language(page).pagination.pager_size.max(1));
        recent
    }

    /// Whether the page is a list in several parts, by its layout too.
    pub fn is_paginated(&self, id: PageId) -> bool {
        let page = &self[id];
        let whole = page.kind == Kind::Home
            && matches!(
                self.language(page).params.home(),
                HomeMode::Profile | HomeMode::Essays
            );
        matches!(page.kind, Kind::Home | Kind::Section | Kind::Term)
            && !whole
            && self.layout(page).is_empty()
    }

    /// The file of one of a list's pagers, the first being the redirect to the list.
    pub fn pager_output(&self, page: &Page, pager: u32) -> String {
        let (folder, path) = (page.folder(), &self.language(page).pagination.path);
        // A list at `tags/x.html`, where URLs are ugly.
        if page.output.ends_with("index.html") {
            format!("{folder}{path}/{pager}/index.html")
        } else {
            format!("{folder}{path}/{pager}.html")
        }
    }

    /// At least 1.
    pub fn pager_count(&self, id: PageId) -> u32 {
        let size = self.language(&self[id]).pagination.pager_size.max(1);
        (self.entries(id).len().div_ceil(size)).max(1) as u32
    }

    /// `archives` or `search` where the page asks for such a layout, else empty.
    pub fn layout<'p>(&self, page: &'p Page) -> &'p str {
        match page.front().and_then(|front| front.layout.as_ref()) {
            Some(layout) if matches!(&**layout, "archives" | "search" | "predictions") => layout,
            _ => "",
        }
    }

    /// Whether a job is of the search index, which is made of all pages.
    pub fn is_search(job: &Job) -> bool {
        matches!(
            job,
            Job::SearchIndex(_) | Job::SearchWords(..) | Job::SearchPages(..)
        )
    }

    /// Whether a job looks at so much of the site that it takes far longer than a page.
    pub fn is_long(&self, job: &Job) -> bool {
        match job {
            Job::Page(id, _) => {
                let page = &self[*id];
                page.kind == Kind::Taxonomy || !self.layout(page).is_empty()
            }
            Job::Feed(..)
            | Job::IndexJson(_)
            | Job::Sitemap(_)
            | Job::Extra(..)
            | Job::Llms(_)
            | Job::LlmsFull(_)
            | Job::Epub(_) => true,
            _ => false,
        }
    }

    /// Whether any page of a language that lists may name makes predictions.
    pub fn predicts(&self, lang: LangId) -> bool {
        self.pages.iter().any(|page| {
            let makes = page.doc.as_ref().is_some_and(|doc| doc.meta.predicts);
            makes && page.lang == lang && page.listed && page.rendered
        })
    }

    pub fn has_layout(&self, lang: LangId, layout: &str) -> bool {
        self.with_layout(lang, layout).is_some()
    }

    pub fn with_layout(&self, lang: LangId, layout: &str) -> Option<PageId> {
        let found = self
            .pages
            .iter()
            .position(|page| page.lang == lang && page.rendered && self.layout(page) == layout);
        found.map(|index| PageId(index as u32))
    }

    /// The feeds beside a list page, with their file names.
    pub fn feeds_of(&self, id: PageId) -> Vec<(FeedFormat, &'static str)> {
        let page = &self[id];
        let disabled = &self.language(page).disabled_kinds;
        let off = disabled.contains(&OutputKind::Rss)
            || self.outputs(page).is_some_and(<[OutputFormat]>::is_empty)
            || !self.layout(page).is_empty();
        if off || page.kind == Kind::Page {
            return Vec::new();
        }
        let all = [
            (OutputKind::Rss, FeedFormat::Rss, "index.xml"),
            (OutputKind::Atom, FeedFormat::Atom, "atom.xml"),
            (OutputKind::JsonFeed, FeedFormat::Json, "feed.json"),
        ];
        all.into_iter()
            .filter(|(kind, ..)| !disabled.contains(kind))
            .map(|(_, format, name)| (format, name))
            .collect()
    }

    /// The newest pages of a feed, as many as the configuration allows.
    pub fn feed_entries(&self, id: PageId) -> Vec<PageId> {
        let page = &self[id];
        let all: Vec<PageId> = match page.kind {
            Kind::Home => self.regular[page.lang.index()]
                .iter()
                .copied()
                .filter(|post| self[*post].date.is_some())
                .collect(),
            // Every page that carries a term of the taxonomy.
            Kind::Taxonomy => {
                let taxonomy = &self.taxonomies[page.subject.unwrap_or_default() as usize];
                let mut all: Vec<PageId> = taxonomy
                    .terms
                    .iter()
                    .flat_map(|term| self[self.terms[term.index()].page].pages.iter().copied())
                    .collect();
                all.sort_unstable();
                all.dedup();
                all
            }
            Kind::Section => self.below(id),
            Kind::Term | Kind::Page => page.pages.clone(),
        };
        let mut newest: Vec<PageId> = all
            .into_iter()
            .filter(|post| self[*post].show.in_rss && self[*post].linked)
            .collect();
        newest.sort_by(|a, b| {
            let (a, b) = (&self[*a], &self[*b]);
            b.date
                .cmp(&a.date)
                .then_with(|| super::order::compare(a, b))
        });
        if let Some(limit) = self.language(page).feed_limit {
            newest.truncate(limit);
        }
        newest
    }

    /// The pages of a section and of the sections in it.
    pub fn below(&self, id: PageId) -> Vec<PageId> {
        let page = &self[id];
        let deeper = page
            .sections
            .iter()
            .flat_map(|section| self.below(*section));
        page.pages.iter().copied().chain(deeper).collect()
    }

    pub(super) fn outputs<'s>(&'s self, page: &'s Page) -> Option<&'s [OutputFormat]> {
        let outputs = &self.language(page).outputs;
        let of_kind = match page.kind {
            Kind::Home => &outputs.home,
            Kind::Section => &outputs.section,
            Kind::Page => &outputs.page,
            Kind::Taxonomy => &outputs.taxonomy,
            Kind::Term => &outputs.term,
        };
        page.front()
            .and_then(|front| front.outputs.as_deref())
            .or(of_kind.as_deref())
    }

    pub fn wants_index_json(&self, page: &Page) -> bool {
        self.outputs(page)
            .is_some_and(|formats| formats.contains(&OutputFormat::Json))
    }

    /// Whether a page is put out as Markdown too. Pages that the program fills have no text.
    pub fn wants_markdown(&self, page: &Page) -> bool {
        self.outputs(page)
            .is_some_and(|formats| formats.contains(&OutputFormat::Markdown))
            && self.layout(page).is_empty()
    }

    /// The page as Markdown, in the output folder: `blog/post/index.md`.
    pub fn markdown_output(page: &Page) -> String {
        let stem = page.output.strip_suffix(".html").unwrap_or(&page.output);
        format!("{stem}.md")
    }

    /// Where the page stands as Markdown, from the site's root, if it does.
    pub fn markdown_url(&self, page: &Page) -> Option<String> {
        let wanted = self.wants_markdown(page) && page.rendered;
        wanted.then(|| format!("/{}", Site::markdown_output(page)))
    }

    pub fn wants_llms(&self, page: &Page) -> bool {
        self.outputs(page)
            .is_some_and(|formats| formats.contains(&OutputFormat::Llms))
    }

    pub fn wants_llms_full(&self, page: &Page) -> bool {
        self.outputs(page)
            .is_some_and(|formats| formats.contains(&OutputFormat::LlmsFull))
    }

    /// Posts of one language that programs should read, by the section at the root that they
    /// are in: those that are in none first.
    pub fn for_machines(&self, lang: LangId) -> Vec<(Option<PageId>, Vec<PageId>)> {
        let home = self.home(lang);
        let mut sections: Vec<(Option<PageId>, Vec<PageId>)> = vec![(None, Vec::new())];
        let direct = self[home].sections.iter();
        sections.extend(direct.map(|section| (Some(*section), Vec::new())));
        let mut place: HashMap<PageId, usize> = HashMap::new();
        for (at, (section, _)) in sections.iter().enumerate() {
            place.extend(section.map(|section| (section, at)));
        }
        for id in &self.regular[lang.index()] {
            let page = &self[*id];
            if !(page.listed && page.rendered && page.show.indexed_by_robots) {
                continue;
            }
            let above = std::iter::successors(page.parent, |above| self[*above].parent);
            let top = above.filter_map(|above| place.get(&above)).last();
            sections[top.copied().unwrap_or(0)].1.push(*id);
        }
        sections.retain(|(_, pages)| !pages.is_empty());
        sections
    }

    /// Pages of one language that search engines should know.
    pub fn sitemap_pages(&self, lang: LangId, routes: &Routes) -> Vec<PageId> {
        (0..self.pages.len() as u32)
            .map(PageId)
            .filter(|id| {
                let page = &self[*id];
                page.lang == lang
                    && page.listed
                    && page.rendered
                    && page.show.indexed_by_robots
                    && routes.get(&page.output).is_some()
                    && !page.front().is_some_and(|front| {
                        front
                            .sitemap
                            .as_ref()
                            .is_some_and(|sitemap| sitemap.disable)
                    })
            })
            .collect()
    }

    /// Pages that a search of one language finds.
    pub fn searched(&self, lang: LangId) -> impl Iterator<Item = PageId> {
        self.regular[lang.index()]
            .iter()
            .copied()
            .filter(|id| self[*id].show.in_search && self[*id].rendered)
    }

    /// How many files of words and of pages the search index of a language has. From the
    /// number of pages alone: addresses are known before any text is read.
    pub fn search_files(&self, lang: LangId) -> [usize; 2] {
        let pages = self.searched(lang).count();
        [files_of_words(pages), pages.div_ceil(SEARCH_GROUP)]
    }

    /// Path below which the site lies: `/`, or `/blog/` for `https://example.org/blog/`.
    pub fn base_path(&self) -> &str {
        path_of(&self.config.base_url)
    }

    /// Path for a link: with the base path, percent-encoded.
    pub fn href(&self, url: &str) -> String {
        format!(
            "{}{}",
            self.base_path(),
            crate::text::encode_path(url.trim_start_matches('/'))
        )
    }

    /// Absolute, where a base URL is configured; else as [`Site::href`].
    pub fn permalink(&self, url: &str) -> String {
        self.absolute(&self.href(url))
    }

    /// Makes a path from the host's root absolute; leaves what is absolute alone.
    pub fn absolute(&self, href: &str) -> String {
        if super::links::is_external(href) {
            return href.to_owned();
        }
        format!(
            "{}{}",
            self.origin(),
            if href.starts_with('/') {
                href.to_owned()
            } else {
                format!("{}{href}", self.base_path())
            }
        )
    }

    /// `https://example.org`, without a slash; empty without a base URL.
    pub fn origin(&self) -> &str {
        let base = &self.config.base_url;
        &base[..base.len() - path_of(base).len().min(base.len())]
    }
}

/// An index grows slower than its pages, which share their words: by the power of three
/// quarters, reckoned in whole numbers so that it is the same on every machine.
fn files_of_words(pages: usize) -> usize {
    let pages = pages as u128;
    let slower = (pages * pages * pages).isqrt().isqrt();
    (slower as usize).max(1)
}

/// The path of a base URL, with a slash on both sides.
fn path_of(base_url: &str) -> &str {
    let after_scheme = base_url.find("://").map_or(0, |at| at + 3);
    match base_url[after_scheme..].find('/') {
        Some(slash) => &base_url[after_scheme + slash..],
        None => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::{files_of_words, path_of};

    #[test]
    fn a_larger_index_has_more_files() {
        let files = [0, 1, 10, 84, 1000, 10_000, 100_000].map(files_of_words);
        assert_eq!(files, [1, 1, 5, 27, 177, 1000, 5623]);
    }

    #[test]
    fn the_base_path_is_the_base_urls_path() {
        assert_eq!(path_of("https://example.org/"), "/");
        assert_eq!(path_of("https://example.org/blog/"), "/blog/");
        assert_eq!(path_of(""), "/");
        assert_eq!(path_of("/sub/"), "/sub/");
    }
}
