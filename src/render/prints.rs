//! Fingerprints of jobs: one hash of everything that a job reads, so that one
//! whose hash is what it was need not be rendered.
//!
//! A job reads, first, what is its own: its page, the cards that it shows, and
//! what every page is made from. That is known before it is rendered. Second,
//! it may look at the rest of the site: follow a link, ask for any page by its
//! name, read a file, look at the clock. That is known only when it is done, and
//! is noted while it renders ([`ReadsOf`]); what was looked at is part of the
//! hash under which its output is filed. The next build tries each possibility:
//! if the file was left by a job with the same own part, and what that job
//! looked at is as it was, then the job would do the same again.

use super::Renderer;
use super::card::Deck;
use super::view;
use crate::hash::{Hash, Hasher};
use crate::site::route::{Extra, Job};
use crate::site::{LangId, Page, PageId};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tera::Value;

/// What was looked at besides what is a job's own, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads(u8);

impl Reads {
    /// Where links lead: which pages and files there are, under which names.
    const LINKS: u8 = 1;
    /// The card of some page.
    const CARDS: u8 = 2;
    /// The bytes or the list of files beside pages.
    const FILES: u8 = 4;
    const CLOCK: u8 = 8;
    /// Not looked at, but said: the job had something to say.
    const SAID: u8 = 16;

    pub fn said(self, any: bool) -> Reads {
        Reads(self.0 | if any { Reads::SAID } else { 0 })
    }

    pub fn has_said(self) -> bool {
        self.0 & Reads::SAID != 0
    }

    pub fn has_clock(self) -> bool {
        self.0 & Reads::CLOCK != 0
    }

    /// All sets that a job may have ended with.
    fn all() -> impl Iterator<Item = Reads> {
        (0..32).map(Reads)
    }
}

/// What the rendering of each page has looked at, noted as it happens. Two jobs
/// of one page share a note: it may hold too much, never too little.
pub struct ReadsOf {
    sets: Vec<AtomicU8>,
    /// The pictures that each has looked at, by their paths.
    pictures: Vec<Mutex<Vec<Arc<str>>>>,
}

impl ReadsOf {
    pub fn new(pages: usize) -> ReadsOf {
        // The last is for what belongs to no page.
        ReadsOf {
            sets: (0..=pages).map(|_| AtomicU8::new(0)).collect(),
            pictures: (0..=pages).map(|_| Mutex::default()).collect(),
        }
    }

    fn index(&self, id: Option<PageId>) -> usize {
        id.map_or(self.sets.len() - 1, PageId::index)
    }

    fn note(&self, id: Option<PageId>, bit: u8) {
        self.sets[self.index(id)].fetch_or(bit, Ordering::Relaxed);
    }

    /// What the header of a picture says.
    pub fn picture(&self, id: Option<PageId>, path: &Arc<str>) {
        let mut noted = self.pictures[self.index(id)]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !noted.contains(path) {
            noted.push(path.clone());
        }
    }

    /// The pictures looked at for any of these pages, in order.
    fn pictures(&self, ids: impl Iterator<Item = Option<PageId>>) -> BTreeSet<Arc<str>> {
        let mut all = BTreeSet::new();
        for id in ids {
            let noted = self.pictures[self.index(id)]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            all.extend(noted.iter().cloned());
        }
        all
    }

    pub fn links(&self, id: Option<PageId>) {
        self.note(id, Reads::LINKS);
    }

    pub fn cards(&self, id: Option<PageId>) {
        self.note(id, Reads::LINKS | Reads::CARDS);
    }

    pub fn files(&self, id: Option<PageId>) {
        self.note(id, Reads::LINKS | Reads::FILES);
    }

    pub fn clock(&self, id: Option<PageId>) {
        self.note(id, Reads::CLOCK);
    }

    /// Whether anything has looked at the clock.
    pub fn any_clock(&self) -> bool {
        let looked = |note: &AtomicU8| note.load(Ordering::Relaxed) & Reads::CLOCK != 0;
        self.sets.iter().any(looked)
    }

    pub fn get(&self, id: Option<PageId>) -> Reads {
        Reads(self.sets[self.index(id)].load(Ordering::Relaxed))
    }
}

/// The rest of the site, as far as a job may look at it.
#[derive(Clone, Copy, Default)]
pub struct Around {
    /// One for each bit of [`Reads`].
    bits: [Hash; 5],
}

impl Around {
    fn new(links: Hash, cards: Hash, files: Hash, clock: Hash) -> Around {
        let said = Hash::of(b"said");
        let mut bits = [links, cards, files, clock, said];
        for (index, bit) in bits.iter_mut().enumerate() {
            // Equal parts must not cancel each other.
            *bit = Hasher::new().number(index as u64).hash(*bit).finish();
        }
        Around { bits }
    }

    /// The whole fingerprint: the hash of each part, so that parts can be added up.
    pub fn key(&self, own: Hash, reads: Reads) -> Hash {
        let with = |hash: u128, (bit, part): (usize, &Hash)| {
            if reads.0 & (1 << bit) == 0 {
                hash
            } else {
                hash ^ part.0
            }
        };
        Hash(self.bits.iter().enumerate().fold(own.0, with))
    }

    /// Every fingerprint that a job with this own part may have ended with.
    pub fn keys(&self, own: Hash) -> impl Iterator<Item = (Hash, Reads)> {
        Reads::all().map(move |reads| (self.key(own, reads), reads))
    }
}

/// What every build needs of fingerprints.
#[derive(Default)]
pub struct Prints {
    /// Of everything that all pages are made from.
    pub global: Hash,
    /// The same, with what templates see of the site in each language.
    pub languages: Vec<Hash>,
    pub cards: Vec<Hash>,
    /// While shortcodes run: no card has words yet.
    pub before: Around,
    pub around: Around,
}

impl Renderer {
    /// Before shortcodes run: cards have no words, and are none where there
    /// are no shortcodes.
    pub(super) fn print_before(&mut self, files: Hash) {
        let site = &self.shared.site;
        self.prints.languages = (0..site.config.languages.len())
            .map(|lang| {
                let mut hasher = Hasher::new();
                hasher.hash(self.prints.global).number(lang as u64);
                map(&mut hasher, &self.sites[lang].map);
                hasher.debug(&self.menus[lang]);
                hasher.finish()
            })
            .collect();
        self.prints.cards = self.print_all(self.shared.bare_cards.get());
        let links = self.links_print();
        let cards = all(&self.prints.cards);
        let clock = Hasher::new().debug(&site.now).finish();
        self.prints.before = Around::new(links, cards, files, clock);
    }

    /// When all that cards are made of is known.
    pub(super) fn print_cards(&mut self, files: Hash) {
        self.prints.cards = self.print_all(self.shared.cards.get());
        let mut links = Hasher::new();
        links.hash(self.links_print());
        for article in self.articles.iter() {
            links.hash(
                article
                    .as_ref()
                    .map_or(Hash::default(), |article| article.meta().anchors),
            );
        }
        // Pages have names only where somebody calls one by its name.
        if self.backlinks.by_name {
            for page in &self.shared.site.pages {
                links.str(&page.title);
            }
        }
        let clock = Hasher::new().debug(&self.shared.site.now).finish();
        let cards = all(&self.prints.cards);
        self.prints.around = Around::new(links.finish(), cards, files, clock);
    }

    fn print_all(&self, cards: Option<&Deck>) -> Vec<Hash> {
        let pages = 0..self.shared.site.pages.len() as u32;
        let prints = |cards: &Deck| {
            pages
                .into_par_iter()
                .map(|id| cards.print(PageId(id)))
                .collect()
        };
        cards.map(prints).unwrap_or_default()
    }

    /// Which pages and files there are, and under which names they are found.
    fn links_print(&self) -> Hash {
        let site = &self.shared.site;
        let mut hasher = Hasher::new();
        for page in &site.pages {
            hasher
                .number(u64::from(page.lang.0))
                .str(&page.path)
                .str(&page.dir)
                .str(&page.url)
                .flag(page.linked)
                .flag(page.rendered)
                .str(page.file.map_or("", |file| &site.sources.get(file).path));
        }
        hasher.debug(
            &site
                .left_out
                .iter()
                .map(|out| (&out.path, out.lang, out.why))
                .collect::<Vec<_>>(),
        );
        for route in &site.routes.all {
            hasher.str(&route.output);
        }
        let mut loose: Vec<_> = site.loose.iter().collect();
        loose.sort();
        hasher.debug(&loose);
        hasher.finish()
    }

    /// What the shortcodes of a page run with.
    pub(super) fn own_of_calls(&self, id: PageId, key: Hash) -> Hash {
        let page = &self.shared.site[id];
        let mut hasher = Hasher::new();
        hasher
            .str("calls")
            .hash(self.prints.languages[page.lang.index()])
            .hash(key)
            .hash(self.prints.cards[id.index()]);
        self.own_files(page, &mut hasher);
        hasher.finish()
    }

    /// What a job reads of its own. `None`: it is as quickly rendered as looked at.
    pub fn own(&self, job: &Job) -> Option<Hash> {
        let site = &self.shared.site;
        let mut hasher = Hasher::new();
        match job {
            Job::Page(id, pager) => {
                hasher.str("page").number(u64::from(*pager));
                self.own_page(*id, *pager, &mut hasher);
            }
            Job::Feed(id, format) => {
                hasher.str("feed").debug(format);
                self.own_page(*id, 1, &mut hasher);
                for entry in self.feed_entries(*id) {
                    self.own_article(*entry, &mut hasher);
                }
                hasher.hash(self.prints.around.bits[0]);
            }
            Job::Markdown(id) => {
                hasher.str("markdown");
                self.own_page(*id, 1, &mut hasher);
                let page = &site[*id];
                for id in page.pages.iter().chain(&page.sections) {
                    hasher.hash(self.prints.cards[id.index()]);
                }
            }
            Job::Epub(id) => {
                hasher.str("epub");
                self.own_page(*id, 1, &mut hasher);
                for part in site.book(*id) {
                    hasher.number(part.pages.len() as u64);
                    if let Some(section) = part.section {
                        self.own_name(section, &mut hasher);
                    }
                    for page in part.pages {
                        self.own_name(page, &mut hasher);
                        self.own_article(page, &mut hasher);
                    }
                }
                hasher.hash(self.prints.around.bits[0]);
            }
            Job::Llms(lang) => {
                hasher.str("llms.txt");
                self.own_whole(*lang, &mut hasher);
            }
            Job::LlmsFull(lang) => {
                hasher.str("llms-full.txt");
                self.own_whole(*lang, &mut hasher);
                for (_, pages) in site.for_machines(*lang) {
                    for id in pages {
                        self.own_article(id, &mut hasher);
                    }
                }
            }
            Job::IndexJson(id) => {
                hasher
                    .str("index.json")
                    .hash(self.own_search(site[*id].lang));
            }
            Job::SearchIndex(lang) => {
                hasher.str("search.json").hash(self.own_search(*lang));
            }
            // All files of an index change together: where one begins depends on the others.
            Job::SearchWords(lang, n) => {
                hasher
                    .str("search words")
                    .number(*n as u64)
                    .hash(self.own_search(*lang));
            }
            Job::SearchPages(lang, n) => {
                hasher
                    .str("search pages")
                    .number(*n as u64)
                    .hash(self.own_search(*lang));
            }
            Job::Redirect(target) => {
                let lang = site.config.default_language;
                hasher
                    .str("redirect")
                    .hash(self.prints.languages[lang])
                    .str(target);
            }
            Job::Extra(extra, lang) => {
                hasher.str("extra").debug(extra);
                self.own_whole(*lang, &mut hasher);
                if *extra == Extra::Predictions {
                    self.own_ledger(*lang, &mut hasher);
                }
            }
            Job::NotFound(lang) => {
                hasher.str("404");
                self.own_whole(*lang, &mut hasher);
            }
            Job::Picture(index, width) => self.own_picture(*index, *width, &mut hasher),
            Job::Sitemap(_)
            | Job::Robots
            | Job::Manifest
            | Job::Favicon
            | Job::RedirectList
            | Job::Headers
            | Job::Copy(_)
            | Job::Asset(_) => return None,
        }
        Some(hasher.finish())
    }

    /// Under which the output of a job is filed, once it was rendered.
    pub fn print(&self, own: Hash, job: &Job, said: bool) -> Hash {
        let id = match job {
            Job::Page(id, _) | Job::Feed(id, _) | Job::Markdown(id) | Job::Epub(id) => Some(*id),
            _ => None,
        };
        let reads = self.shared.reads.get(id).said(said);
        let key = self.prints.around.key(own, reads);
        if self.shared.pictures.is_empty() {
            return key;
        }
        let pictures = match job {
            Job::Feed(list, _) => {
                let entries = self.feed_entries(*list).iter().map(|entry| Some(*entry));
                self.shared.reads.pictures(entries)
            }
            Job::Epub(book) => {
                let parts = self.shared.site.book(*book).into_iter();
                let pages = parts.flat_map(|part| part.pages).map(Some);
                self.shared.reads.pictures(pages.chain([id]))
            }
            _ => self.shared.reads.pictures(std::iter::once(id)),
        };
        if pictures.is_empty() {
            return key;
        }
        let paths: Vec<&str> = pictures.iter().map(|path| &**path).collect();
        if let Some(cache) = &self.cache {
            cache.put_pictures(key, &paths);
        }
        self.with_pictures(key, &paths)
    }

    /// Which pictures a job looks at is known once it was rendered, so it is kept under
    /// the rest of its fingerprint; how they look is added to that.
    fn with_pictures(&self, key: Hash, paths: &[&str]) -> Hash {
        let looks = self.shared.pictures.print_of(paths.iter().copied());
        Hasher::new().hash(key).hash(looks).finish()
    }

    /// What a job has read that was filed so, and what it has said if anything: that
    /// it would do the same again. `None` where it may not.
    pub fn filed(&self, own: Hash, filed: Hash) -> Option<(Hash, Reads)> {
        let keys = || self.prints.around.keys(own);
        // A copy of a picture is filed under its own part alone, which is the first.
        let plain = keys().find(|(key, _)| *key == filed);
        if plain.is_some() || self.shared.pictures.is_empty() {
            return plain;
        }
        let cache = self.cache.as_ref()?;
        keys().find_map(|(key, reads)| {
            let paths = cache.pictures(key)?;
            let with = self.with_pictures(key, &paths);
            (with == filed).then_some((with, reads))
        })
    }

    /// For what lists the site as a whole.
    fn own_whole(&self, lang: LangId, hasher: &mut Hasher) {
        hasher
            .hash(self.prints.languages[lang.index()])
            .number(u64::from(lang.0))
            .hash(self.prints.around.bits[0])
            .hash(self.prints.around.bits[1]);
    }

    /// Of all that a search may find: found once, as an index has many files.
    fn own_search(&self, lang: LangId) -> Hash {
        *self.search_prints[lang.index()].get_or_init(|| {
            let mut hasher = Hasher::new();
            self.own_whole(lang, &mut hasher);
            for id in self.shared.site.searched(lang) {
                self.own_article(id, &mut hasher);
            }
            hasher.finish()
        })
    }

    /// Its card and its text.
    fn own_article(&self, id: PageId, hasher: &mut Hasher) {
        hasher.hash(self.prints.cards[id.index()]);
        let article = self.articles[id.index()].as_ref();
        hasher.hash(article.map_or(Hash::default(), |article| article.key));
        self.own_embeds(id, hasher);
    }

    fn own_files(&self, page: &Page, hasher: &mut Hasher) {
        hasher.number(page.resources.len() as u64);
        for resource in &page.resources {
            hasher.str(&resource.name).str(&resource.url);
        }
    }

    /// Title and address of a page that is named, not shown.
    fn own_name(&self, id: PageId, hasher: &mut Hasher) {
        let site = &self.shared.site;
        let page = &site[id];
        hasher
            .str(view::title(site, id))
            .str(&page.url)
            .number(u64::from(page.lang.0))
            .flag(page.rendered)
            .flag(page.linked);
    }

    /// Everything of a page. A field that is added to [`Page`] must be looked at
    /// here, which the compiler sees to.
    fn own_page(&self, id: PageId, pager: u32, hasher: &mut Hasher) {
        let site = &self.shared.site;
        let Page {
            kind,
            lang,
            // The article's key says it, and `show` follows from it and the configuration.
            doc: _,
            show: _,
            file,
            path,
            dir,
            role,
            parent,
            // In the card.
            title: _,
            link_title: _,
            weight: _,
            draft: _,
            future: _,
            expired: _,
            date: _,
            lastmod: _,
            url,
            output,
            listed,
            listed_here,
            rendered,
            linked,
            terms,
            pages,
            sections,
            newer,
            older,
            translations,
            series,
            resources: _,
            subject,
        } = &site[id];
        hasher
            .hash(self.prints.languages[lang.index()])
            .number(*kind as u64)
            .number(*role as u64)
            .str(file.map_or("", |file| &site.sources.get(file).path))
            .str(path)
            .str(dir)
            .str(url)
            .str(output)
            .flag(*listed)
            .flag(*listed_here)
            .flag(*rendered)
            .flag(*linked)
            // Whether anything would stand in the book depends on pages that it does not show.
            .flag(site.epub_url(id).is_some());
        self.own_article(id, hasher);
        self.own_files(&site[id], hasher);
        self.own_backlinks(id, hasher);
        let mut above = *parent;
        while let Some(id) = above {
            self.own_name(id, hasher);
            above = site[id].parent;
        }
        hasher.number(terms.len() as u64);
        for near in [newer, older] {
            hasher.hash(near.map_or(Hash::default(), |id| self.prints.cards[id.index()]));
        }
        hasher.number(translations.len() as u64);
        for id in translations {
            self.own_name(*id, hasher);
        }
        let related = self.related(id);
        hasher.number(related.len() as u64);
        for id in related {
            hasher.hash(self.prints.cards[id.index()]);
        }
        hasher.number(series.len() as u64);
        for series in series {
            hasher.str(&series.title).number(series.index as u64);
            self.own_name(series.page, hasher);
            for id in series.pages.iter() {
                hasher.hash(self.prints.cards[id.index()]);
            }
        }
        hasher
            .number(pages.len() as u64)
            .number(sections.len() as u64);
        let (shown, entries) = self.shown(id, pager);
        hasher.number(entries as u64).number(shown.len() as u64);
        for id in shown {
            hasher.hash(self.prints.cards[id.index()]);
        }
        if site.is_front_page(id) {
            self.own_front_page(id, hasher);
        }
        self.own_subject(&site[id], *subject, hasher);
        // The archive and the search page list the whole site.
        if !site.layout(&site[id]).is_empty() {
            self.own_whole(*lang, hasher);
        }
        if site.layout(&site[id]) == "predictions" {
            self.own_ledger(*lang, hasher);
        }
    }

    fn own_ledger(&self, lang: LangId, hasher: &mut Hasher) {
        for (id, prediction) in self.predictions(lang) {
            self.own_name(id, hasher);
            hasher.debug(prediction);
        }
    }

    /// What a front page shows besides its list.
    fn own_front_page(&self, id: PageId, hasher: &mut Hasher) {
        let featured = self.shared.site.featured(id);
        hasher.number(featured.len() as u64);
        for id in featured {
            hasher.hash(self.prints.cards[id.index()]);
        }
        for (section, count) in self.front_sections(id) {
            hasher
                .number(count as u64)
                .hash(self.prints.cards[section.index()]);
        }
    }

    /// Of a taxonomy's page, its terms; of a term's page, its taxonomy.
    fn own_subject(&self, page: &Page, subject: Option<u32>, hasher: &mut Hasher) {
        let site = &self.shared.site;
        let Some(index) = subject else { return };
        if page.kind == crate::site::Kind::Taxonomy {
            let taxonomy = &site.taxonomies[index as usize];
            hasher.str(&taxonomy.name).str(&taxonomy.singular);
            for term in &taxonomy.terms {
                let term = &site.terms[term.index()];
                let of = &site[term.page];
                hasher
                    .str(&term.title)
                    .number(of.pages.len() as u64)
                    .hash(self.prints.cards[term.page.index()]);
                self.own_name(term.page, hasher);
            }
        } else {
            let term = &site.terms[index as usize];
            let taxonomy = &site.taxonomies[term.taxonomy.index()];
            hasher.str(&term.title).str(&taxonomy.name);
        }
    }
}

fn all(hashes: &[Hash]) -> Hash {
    let mut hasher = Hasher::new();
    for hash in hashes {
        hasher.hash(*hash);
    }
    hasher.finish()
}

/// Of a value as templates see it.
pub(super) fn of_value(value: &Value) -> Hash {
    let mut hasher = Hasher::new();
    take(&mut hasher, value);
    hasher.finish()
}

fn take(hasher: &mut Hasher, value: &Value) {
    if let Some(text) = value.as_str() {
        hasher.number(1).flag(value.is_safe()).str(text);
    } else if let Some(inner) = value.as_map() {
        map(hasher, inner);
    } else if let Some(list) = value.as_array() {
        hasher.number(3).number(list.len() as u64);
        for value in list {
            take(hasher, value);
        }
    } else if let Some(number) = value.as_i64().filter(|_| !value.is_f64()) {
        hasher.number(4).number(number as u64);
    } else if let Some(flag) = value.as_bool() {
        hasher.number(5).flag(flag);
    } else {
        // None, undefined, floats, large numbers: rare, and told apart by how they print.
        hasher.number(6).debug(value);
    }
}

fn map(hasher: &mut Hasher, map: &tera::Map) {
    hasher.number(2).number(map.len() as u64);
    for (key, value) in map {
        match key.as_str() {
            Some(name) => hasher.str(name),
            None => hasher.debug(key),
        };
        take(hasher, value);
    }
}
