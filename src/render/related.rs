//! Related pages: those that share rare terms and rare words, and those that
//! link to one another.
//!
//! A shared term weighs ln(pages / pages of the term), so that a tag that
//! everything carries says little; a shared word a part of that; a link as much
//! as a term that few have. Only the [`REACH`] neighbours of a page within a
//! term's list are looked at, and only words that few pages use, which keeps this
//! linear: at 10,000 posts under one tag, comparing all would be 50 million pairs.

use super::Renderer;
use super::article::Article;
use super::backlinks::Backlinks;
use crate::parse::telling;
use crate::site::{LangId, PageId, Site};
use std::sync::{Mutex, PoisonError};

/// How many pages are shown.
const SHOWN: usize = 3;
/// How far to look to either side within one term; and pages that may share a
/// word for it to be rare.
const REACH: usize = 64;
/// What a shared word says, of what a shared term would.
const WORD: f64 = 0.25;
/// What a link says, of what a term would that nobody else has.
const LINK: f64 = 0.5;
/// Words are counted by their hashes' last bits: two that meet there are taken for one
/// that is less rare.
const BITS: u32 = 20;

/// Of all languages. Made when the first page asks.
pub struct Index {
    /// Of each page its place in its language's list; none for what is in no list.
    places: Vec<u32>,
    totals: Vec<usize>,
    terms: Vec<List>,
    words: Words,
    scratch: Mutex<Vec<Scores>>,
}

const NOWHERE: u32 = u32::MAX;

/// A term as this step needs it.
struct List {
    weight: f64,
    /// Places of its pages in the language's list, in their order.
    members: Vec<u32>,
}

/// Which pages use a word, for the rare ones.
struct Words {
    /// By a word's slot: where its pages begin among all.
    starts: Vec<u32>,
    pages: Vec<u32>,
}

/// Why a page is related to another, and how much that weighs.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// A term of both, by its title.
    Term(String, f64),
    /// A word that both use more than once, and few others.
    Word(String, f64),
    /// One links to the other.
    Link(f64),
}

fn slot(lang: LangId, word: u32) -> usize {
    let mixed = word ^ (word >> BITS) ^ lang.0.wrapping_mul(0x9E37_79B9);
    (mixed & ((1 << BITS) - 1)) as usize
}

impl Index {
    fn new(site: &Site, articles: &[Option<Article>]) -> Index {
        let mut places = vec![NOWHERE; site.pages.len()];
        for ids in &site.regular {
            for (place, id) in ids.iter().enumerate() {
                places[id.index()] = place as u32;
            }
        }
        let total = site.regular.iter().map(Vec::len).max().unwrap_or_default();
        let list = |term: &crate::site::Term| {
            let members = &site[term.page].pages;
            let places = members.iter().map(|id| places[id.index()]);
            List {
                weight: rarity(total, members.len()),
                members: places.filter(|place| *place != NOWHERE).collect(),
            }
        };
        Index {
            terms: site.terms.iter().map(list).collect(),
            totals: site.regular.iter().map(Vec::len).collect(),
            words: Words::new(site, articles),
            places,
            scratch: Mutex::default(),
        }
    }

    /// The nearest pages, the nearest first; of equals the first in the language's order.
    fn best(
        &self,
        site: &Site,
        id: PageId,
        article: Option<&Article>,
        links: &Backlinks,
    ) -> Vec<PageId> {
        let (page, own) = (&site[id], self.places[id.index()]);
        if own == NOWHERE {
            return Vec::new();
        }
        let scratch = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scores = scratch().pop().unwrap_or_default();
        let total = self.totals[page.lang.index()];
        scores.by_place.resize(site.pages.len(), 0.0);
        // One order for all pages, so that equal sums of weights are equal to the last bit.
        let mut terms = page.terms.clone();
        terms.sort_unstable();
        for term in terms {
            let List { weight, members } = &self.terms[term.index()];
            // The list has the order of places.
            let Ok(position) = members.binary_search(&own) else {
                continue;
            };
            let from = position.saturating_sub(REACH);
            let to = (position + REACH + 1).min(members.len());
            for place in &members[from..to] {
                scores.add(*place, *weight);
            }
        }
        for word in article.map_or(&[][..], |article| &article.meta().words) {
            let pages = self.words.of(page.lang, *word);
            let weight = WORD * rarity(total, pages.len());
            for place in pages {
                scores.add(*place, weight);
            }
        }
        for other in links.near(id) {
            let place = self.places[other.index()];
            if place != NOWHERE && site[other].lang == page.lang {
                scores.add(place, LINK * rarity(total, 1));
            }
        }
        let best = scores.take(own);
        scratch().push(scores);
        let ids = &site.regular[page.lang.index()];
        best.into_iter()
            .flatten()
            .map(|(_, place)| ids[place as usize])
            .collect()
    }
}

/// Nothing is said by what all have.
fn rarity(total: usize, pages: usize) -> f64 {
    (total.max(2) as f64 / pages.max(1) as f64).ln().max(0.01)
}

impl Words {
    fn new(site: &Site, articles: &[Option<Article>]) -> Words {
        let each = |take: &mut dyn FnMut(usize, u32)| {
            for ids in &site.regular {
                for (place, id) in ids.iter().enumerate() {
                    let article = articles[id.index()].as_ref();
                    for word in article.map_or(&[][..], |article| &article.meta().words) {
                        take(slot(site[*id].lang, *word), place as u32);
                    }
                }
            }
        };
        let mut counts: Vec<u32> = Vec::new();
        each(&mut |slot, _| {
            if counts.is_empty() {
                counts = vec![0; 1 << BITS];
            }
            counts[slot] += 1;
        });
        let mut starts = Vec::with_capacity(counts.len() + 1);
        let mut end = 0;
        for count in &mut counts {
            starts.push(end);
            if !(2..=REACH as u32).contains(count) {
                *count = 0;
            }
            end += *count;
        }
        starts.push(end);
        let mut pages = vec![0; end as usize];
        let mut next = starts.clone();
        each(&mut |slot, place| {
            if next[slot] < starts[slot + 1] {
                pages[next[slot] as usize] = place;
                next[slot] += 1;
            }
        });
        Words { starts, pages }
    }

    /// Places of the pages that use a word; none for one that is not rare.
    fn of(&self, lang: LangId, word: u32) -> &[u32] {
        let slot = slot(lang, word);
        match self.starts.get(slot..slot + 2) {
            Some([from, to]) => &self.pages[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

/// How near each page of a language is to the one that is looked at.
#[derive(Default)]
struct Scores {
    by_place: Vec<f64>,
    /// Places whose score is not 0.
    touched: Vec<u32>,
}

impl Scores {
    fn add(&mut self, place: u32, weight: f64) {
        let score = &mut self.by_place[place as usize];
        if *score == 0.0 {
            self.touched.push(place);
        }
        *score += weight;
    }

    /// The best, and all is 0 again.
    fn take(&mut self, own: u32) -> [Option<(f64, u32)>; SHOWN] {
        let mut best = [None; SHOWN];
        for place in self.touched.drain(..) {
            let score = std::mem::take(&mut self.by_place[place as usize]);
            if place != own {
                insert(&mut best, (score, place));
            }
        }
        best
    }
}

/// Puts one where it belongs among the best, if it does.
fn insert(best: &mut [Option<(f64, u32)>; SHOWN], mut new: (f64, u32)) {
    for slot in best {
        match slot {
            None => {
                *slot = Some(new);
                return;
            }
            Some(held) if new.0 > held.0 || (new.0 == held.0 && new.1 < held.1) => {
                std::mem::swap(held, &mut new);
            }
            Some(_) => {}
        }
    }
}

impl Renderer {
    fn related_index(&self) -> &Index {
        let new = || Index::new(&self.shared.site, &self.articles);
        self.related_index.get_or_init(new)
    }

    /// The pages that are shown with a page; none where it shows none.
    pub fn related(&self, id: PageId) -> &[PageId] {
        let site = &self.shared.site;
        if !self.shows_related || !site[id].show.related {
            return &[];
        }
        self.related[id.index()].get_or_init(|| {
            let article = self.articles[id.index()].as_ref();
            let index = self.related_index();
            index.best(site, id, article, &self.backlinks).into()
        })
    }

    /// Why the pages that are shown with a page are: each with its reasons, the
    /// weightiest first. Asked for by people, so the words are looked up in the texts.
    pub fn why_related(&self, id: PageId) -> Vec<(PageId, Vec<Reason>)> {
        let why = |other: &PageId| (*other, self.reasons(id, *other));
        self.related(id).iter().map(why).collect()
    }

    fn reasons(&self, id: PageId, other: PageId) -> Vec<Reason> {
        let (site, index) = (&self.shared.site, self.related_index());
        let total = index.totals[site[id].lang.index()];
        let terms = site[id]
            .terms
            .iter()
            .filter(|term| site[other].terms.contains(term));
        let mut reasons: Vec<(f64, Reason)> = terms
            .map(|term| {
                let weight = index.terms[term.index()].weight;
                let title = site.terms[term.index()].title.clone();
                (weight, Reason::Term(title, weight))
            })
            .collect();
        let links = self
            .backlinks
            .near(id)
            .into_iter()
            .filter(|near| *near == other);
        for _ in links {
            let weight = LINK * rarity(total, 1);
            reasons.push((weight, Reason::Link(weight)));
        }
        let words = |id: PageId| {
            let article = self.articles[id.index()].as_ref();
            article.map_or(&[][..], |article| &article.meta().words)
        };
        let shared: Vec<u32> = words(id)
            .iter()
            .copied()
            .filter(|word| words(other).binary_search(word).is_ok())
            .filter(|word| !index.words.of(site[id].lang, *word).is_empty())
            .collect();
        let text = self.plain_text(id);
        let mut told = Vec::new();
        telling::each(&text, |hash, word| {
            if shared.binary_search(&hash).is_ok() && !told.contains(&hash) {
                told.push(hash);
                let pages = index.words.of(site[id].lang, hash).len();
                let weight = WORD * rarity(total, pages);
                reasons.push((weight, Reason::Word(word.to_lowercase(), weight)));
            }
        });
        reasons.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        reasons.into_iter().map(|(_, reason)| reason).collect()
    }
}
