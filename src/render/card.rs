//! A page as lists, neighbours and related posts show it: no body. Made when the
//! first asks for it, and shared by reference count; after an edit, few do.

use super::article::Article;
use super::prints;
use super::rows::Rows;
use super::view::{self, Object, safe};
use crate::config::switches::Cover;
use crate::hash::{Hash, Hasher};
use crate::parse::front_matter::Front;
use crate::parse::{self, Digest, html};
use crate::picture::Pictures;
use crate::site::links;
use crate::site::route::Job;
use crate::site::{Page, PageId, Site, TermId};
use std::sync::{Arc, OnceLock};
use tera::{Map, Value};

/// What a card is made of.
pub struct Card<'a> {
    site: &'a Site,
    id: PageId,
    page: &'a Page,
    front: Option<&'a Front>,
    digest: Option<&'a Digest>,
    /// With the base path; empty for a page that has no URL.
    url: String,
    /// Of the site, by their numbers.
    terms: &'a [(Value, Hash)],
    pictures: &'a Pictures,
}

pub type Maker = fn(&Card) -> Value;

/// The keys of a card, in the order in which it shows them. What they are made of
/// is what [`Deck::print`] looks at.
pub const KEYS: [(&str, Maker); 23] = [
    ("kind", |card| view::kind_name(card.page.kind).into()),
    ("lang", |card| {
        card.site.language(card.page).code.as_str().into()
    }),
    ("path", |card| card.page.path.as_str().into()),
    ("title", |card| view::title(card.site, card.id).into()),
    ("link_title", |card| {
        if card.page.link_title.is_empty() {
            view::title(card.site, card.id).into()
        } else {
            card.page.link_title.as_str().into()
        }
    }),
    ("permalink", |card| card.site.absolute(&card.url).into()),
    ("url", |card| card.url.as_str().into()),
    ("description", |card| {
        let description = card.front.and_then(|front| front.description.as_deref());
        description.unwrap_or_default().into()
    }),
    ("summary", |card| summary(card)),
    ("words", |card| {
        card.digest.map_or(0, |digest| digest.words).into()
    }),
    ("minutes", |card| {
        card.digest.map_or(0, view::minutes).into()
    }),
    ("date", |card| view::date(card.page.date)),
    ("lastmod", |card| view::date(card.page.lastmod)),
    ("draft", |card| card.page.draft.into()),
    ("future", |card| card.page.future.into()),
    ("expired", |card| card.page.expired.into()),
    ("weight", |card| card.page.weight.into()),
    ("authors", |card| {
        let authors = view::authors(card.site, card.page).iter();
        authors
            .map(|name| Value::from(name.as_str()))
            .collect::<Vec<_>>()
            .into()
    }),
    ("tags", |card| {
        let terms = card.page.terms.iter();
        terms
            .map(|term| card.terms[term.index()].0.clone())
            .collect::<Vec<_>>()
            .into()
    }),
    ("section", |card| {
        card.page
            .parent
            .map(|parent| {
                Object::new()
                    .set("title", view::title(card.site, parent))
                    .set("url", card.site.href(&card.site[parent].url))
            })
            .into()
    }),
    ("cover", |card| {
        cover(card.site, card.page, Some(card.pictures)).into()
    }),
    ("show", |card| own_switches(card.page).into()),
    ("params", |card| {
        card.front
            .map_or_else(|| Value::from(Map::new()), |front| front.params.clone())
    }),
];

/// The cards of a site, by page.
pub struct Deck {
    site: Arc<Site>,
    /// Without them no card has words or a summary of its text.
    articles: Arc<Vec<Option<Article>>>,
    rows: Rows<Maker>,
    /// Of the site, by their numbers, with what each looks like.
    terms: Vec<(Value, Hash)>,
    made: Vec<OnceLock<Value>>,
    pictures: Arc<Pictures>,
}

impl Deck {
    /// `articles` are those of all pages, or none yet.
    pub fn new(
        site: Arc<Site>,
        articles: Arc<Vec<Option<Article>>>,
        pictures: Arc<Pictures>,
    ) -> Deck {
        let terms = (0..site.terms.len() as u32)
            .map(|term| {
                let value = view::term(&site, TermId(term));
                let print = prints::of_value(&value);
                (value, print)
            })
            .collect();
        Deck {
            rows: Rows::new(KEYS),
            terms,
            made: site.pages.iter().map(|_| OnceLock::new()).collect(),
            articles,
            site,
            pictures,
        }
    }

    pub fn get(&self, id: PageId) -> &Value {
        self.made[id.index()].get_or_init(|| {
            let page = &self.site[id];
            let card = Card {
                site: &self.site,
                id,
                page,
                front: page.front(),
                digest: self.digest(id),
                url: self.url(page),
                terms: &self.terms,
                pictures: &self.pictures,
            };
            self.rows.value(|make| make(&card))
        })
    }

    fn digest(&self, id: PageId) -> Option<&Digest> {
        self.articles.get(id.index())?.as_ref()?.digest()
    }

    fn url(&self, page: &Page) -> String {
        if page.linked {
            self.site.href(&page.url)
        } else {
            String::new()
        }
    }

    /// A hash of all that the card is made of, which takes a small part of the
    /// time that the card takes.
    pub fn print(&self, id: PageId) -> Hash {
        let site = &*self.site;
        let page = &site[id];
        let mut hasher = Hasher::new();
        hasher
            // Of the front matter: description, summary, parameters, authors, switches.
            .hash(
                page.doc
                    .as_ref()
                    .map_or(Hash::default(), |doc| doc.front_key),
            )
            .number(page.kind as u64)
            .number(u64::from(page.lang.0))
            .str(&page.path)
            .str(view::title(site, id))
            .str(&page.link_title)
            .str(&page.url)
            .flag(page.linked)
            .number(page.weight as u64)
            .flag(page.draft)
            .flag(page.future)
            .flag(page.expired);
        for date in [&page.date, &page.lastmod] {
            hasher.flag(date.is_some());
            if let Some(date) = date {
                hasher
                    .bytes(&date.instant.as_nanosecond().to_le_bytes())
                    .number(u64::from(date.offset.seconds().cast_unsigned()));
            }
        }
        if let Some(digest) = self.digest(id) {
            hasher
                .number(digest.words as u64)
                .flag(digest.cjk)
                .str(&digest.summary_text);
        }
        hasher.number(page.terms.len() as u64);
        for term in &page.terms {
            hasher.hash(self.terms[term.index()].1);
        }
        if let Some(parent) = page.parent {
            hasher.str(view::title(site, parent)).str(&site[parent].url);
        }
        // Where it lies depends on the files beside the page.
        if let Some(cover) = cover(site, page, None) {
            hasher.hash(prints::of_value(&cover.value()));
            if let Some(source) = cover_source(site, page) {
                hasher.hash(self.pictures.print(source));
            }
        }
        hasher.finish()
    }
}

/// Plain text: the front matter's, else what stands before `<!--more-->` or at the beginning.
fn summary(card: &Card) -> Value {
    if let Some(summary) = card.front.and_then(|front| front.summary.as_deref()) {
        return html::plainify(&parse::inline(summary)).into();
    }
    let summary = card.digest.map(|digest| digest.summary_text.as_str());
    summary.unwrap_or_default().into()
}

/// A card's own switches for lists; none where the list's own hold.
fn own_switches(page: &Page) -> Option<Object> {
    let own = &page.front()?.switches;
    let said = own.hide_meta.is_some()
        || own.hide_summary.is_some()
        || own.hide_author.is_some()
        || own.date.is_some()
        || own.reading_time.is_some();
    let show = &page.show;
    said.then(|| {
        Object::new()
            .set("meta", show.meta)
            .set("summary", show.summary)
            .set("date", show.date)
            .set("reading_time", show.reading_time)
            .set("author", show.author)
    })
}

fn cover_url(site: &Site, page: &Page) -> Option<String> {
    let cover: &Cover = &page.show.cover;
    let image = cover.image.as_deref()?;
    view::image_url(site, page, image, cover.relative == Some(true))
}

/// The file of a cover, where it is one of the site's.
fn cover_source<'s>(site: &'s Site, page: &Page) -> Option<&'s Arc<str>> {
    match &links::route(site, page, &cover_url(site, page)?)?.job {
        Job::Copy(source) => Some(source),
        _ => None,
    }
}

/// With the size of its picture, where `pictures` are given to ask.
fn cover(site: &Site, page: &Page, pictures: Option<&Pictures>) -> Option<Object> {
    let cover: &Cover = &page.show.cover;
    let url = cover_url(site, page)?;
    let facts = pictures
        .filter(|pictures| !pictures.is_empty())
        .and_then(|pictures| pictures.facts(cover_source(site, page)?)?.ok());
    let copied = cover_source(site, page).and_then(|source| site.copies.of(source));
    let srcset = copied
        .filter(|_| cover.responsive_images != Some(false))
        .map(|copied| copied.srcset(site))
        .unwrap_or_default();
    let flag = |flag: Option<bool>| flag.unwrap_or(false);
    Some(
        Object::new()
            .set("url", url.as_str())
            .set("alt", cover.alt.as_deref().unwrap_or_default())
            .set(
                "caption",
                safe(
                    &cover
                        .caption
                        .as_deref()
                        .map(parse::inline)
                        .unwrap_or_default(),
                ),
            )
            .set("width", facts.as_ref().map(|facts| facts.width))
            .set("height", facts.as_ref().map(|facts| facts.height))
            .set("srcset", srcset)
            .set("link_full", flag(cover.link_full_images))
            .set("hidden", flag(cover.hidden))
            // What is said of one place wins over what is said of both.
            .set(
                "hidden_in_list",
                flag(cover.hidden_in_list.or(cover.hidden)),
            )
            .set(
                "hidden_in_single",
                flag(cover.hidden_in_single.or(cover.hidden)),
            ),
    )
}
