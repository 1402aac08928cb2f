//! The search index of each language, from the site: the words of an article are
//! counted while its page is rendered, and the index is made when all are.

use super::search::index::{self, Fields, Index, Part};
use super::search::words::Held;
use super::{Renderer, search};
use crate::site::route::Job;
use crate::site::{Kind, LangId, PageId, Site};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Bytes of the summary that a result of the search shows.
const SHOWN: usize = 180;

/// What is known of searches while a site is rendered.
pub(super) struct Searches {
    /// Of each language: made when the first of its files is asked for.
    indices: Vec<OnceLock<Index>>,
    /// Of each page whose text is searched: its place in the index.
    places: OnceLock<Vec<Option<u32>>>,
    /// Of each page: whether it is in a part already.
    counted: Vec<AtomicBool>,
    /// Of each language: parts that no thread is at.
    parts: Vec<Mutex<Vec<Part>>>,
    /// Records of words, where they stay for the renderers after this.
    held: Option<Arc<Held>>,
}

impl Searches {
    pub(super) fn new(site: &Site, held: Option<Arc<Held>>) -> Searches {
        let languages = site.config.languages.len();
        Searches {
            indices: (0..languages).map(|_| OnceLock::new()).collect(),
            places: OnceLock::new(),
            counted: site.pages.iter().map(|_| AtomicBool::new(false)).collect(),
            parts: (0..languages).map(|_| Mutex::default()).collect(),
            held,
        }
    }

    /// The parts of a language, for as long as it takes to take one or put it back.
    fn parts(&self, lang: LangId) -> impl std::ops::DerefMut<Target = Vec<Part>> {
        let parts = self.parts[lang.index()].lock();
        parts.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Renderer {
    /// The index of a language.
    pub(super) fn search(&self, lang: LangId) -> &Index {
        self.searches.indices[lang.index()].get_or_init(|| {
            let site = &self.shared.site;
            let ids: Vec<PageId> = site.searched(lang).collect();
            let fields = self.search_fields(lang);
            let [files, _] = site.search_files(lang);
            let parts = std::mem::take(&mut *self.searches.parts(lang));
            let threads = rayon::current_num_threads();
            index::make(ids.len(), files, threads, parts, |n, part| {
                if fields.content {
                    self.words_of(ids[n], part);
                }
                self.add_to(part, ids[n], n, fields);
            })
        })
    }

    fn search_fields(&self, lang: LangId) -> Fields {
        let language = &self.shared.site.config.languages[lang.index()];
        let keys = language.params.search.keys.as_deref();
        let has = |names: &[&str]| {
            keys.is_none_or(|keys| keys.iter().any(|key| names.contains(&key.as_str())))
        };
        Fields {
            summary: has(&["summary", "description"]),
            content: has(&["content"]),
            tags: has(&["tags"]),
        }
    }

    /// Where the words of an article will stand in the index, if nobody has counted them. A
    /// preview, which makes the index when it is asked for, has them counted then.
    pub(super) fn wants_words(&self, id: PageId) -> Option<usize> {
        if self.searches.held.is_some() {
            return None;
        }
        let places = self.searches.places.get_or_init(|| {
            let site = &self.shared.site;
            let mut places = vec![None; site.pages.len()];
            for route in &site.routes.all {
                if let Job::SearchIndex(lang) = route.job
                    && self.search_fields(lang).content
                {
                    for (n, id) in site.searched(lang).enumerate() {
                        places[id.index()] = Some(n as u32);
                    }
                }
            }
            places
        });
        let place = places[id.index()]?;
        let article = self.articles[id.index()].as_ref()?;
        let known = |cache: &Arc<crate::cache::Cache>| cache.words(article.key).is_some();
        let wanted = !self.searches.counted[id.index()].load(Ordering::Relaxed)
            && !self.cache.as_ref().is_some_and(known);
        wanted.then_some(place as usize)
    }

    /// Counts the words of an article while its text is at hand. `n` is its place.
    pub(super) fn count_words(&self, id: PageId, n: usize, plain: &str) {
        // Two outputs of one page may come at once.
        if self.searches.counted[id.index()].swap(true, Ordering::Relaxed) {
            return;
        }
        let lang = self.shared.site[id].lang;
        let mut part = self.searches.parts(lang).pop().unwrap_or_default();
        self.count(id, plain, &mut part);
        self.add_to(&mut part, id, n, self.search_fields(lang));
        self.searches.parts(lang).push(part);
    }

    /// Gives a part the words of an article, wherever they are known from.
    fn words_of(&self, id: PageId, part: &mut Part) {
        let Some(article) = &self.articles[id.index()] else {
            return;
        };
        let held = self.searches.held.as_ref();
        if let Some(record) = held.and_then(|held| held.get(article.key)) {
            return part.words.recall(&record);
        }
        match self
            .cache
            .as_ref()
            .and_then(|cache| cache.words(article.key))
        {
            Some(record) => {
                part.words.recall(record);
                if let Some(held) = held {
                    held.put(article.key, Arc::from(record));
                }
            }
            None => self.count(id, &self.plain_text(id), part),
        }
    }

    fn count(&self, id: PageId, plain: &str, part: &mut Part) {
        let Some(article) = &self.articles[id.index()] else {
            return;
        };
        let headings = article.headings().iter();
        part.words
            .count(plain, headings.map(|heading| heading.text.as_str()));
        if self.cache.is_none() && self.searches.held.is_none() {
            return;
        }
        let record = part.words.record();
        if let Some(cache) = &self.cache {
            cache.put_words(article.key, &record);
        }
        if let Some(held) = &self.searches.held {
            held.put(article.key, Arc::from(record));
        }
    }

    /// Adds a page with the words that its part was given.
    fn add_to(&self, part: &mut Part, id: PageId, n: usize, fields: Fields) {
        let site = &self.shared.site;
        let page = &site[id];
        let section = page
            .parent
            .filter(|parent| site[*parent].kind == Kind::Section);
        let front = page.front();
        let date = page.date.map(|date| {
            let code = &site.language(page).code;
            date.format(&self.date_format(id), code)
        });
        let summary = search::excerpt(self.summary(id), SHOWN);
        let page = index::Page {
            title: &page.title,
            url: &site.href(&page.url),
            summary: &summary,
            has_own_summary: front.is_some_and(|front| front.description.is_some()),
            date: date.as_deref().unwrap_or_default(),
            section: section.map_or("", |parent| &site[parent].title),
            tags: &self.terms_of(page),
        };
        part.add(n, &page, fields);
    }
}
