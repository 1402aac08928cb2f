//! A page as lists, neighbours and related posts show it: no body. Made once a
//! page, and shared by reference count.

use super::rows::Rows;
use super::view::{self, Object, safe};
use crate::config::switches::Cover;
use crate::parse::front_matter::Front;
use crate::parse::{self, Digest, html};
use crate::site::{Page, PageId, Site};
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
    terms: &'a [Value],
}

pub type Maker = fn(&Card) -> Value;

/// The keys of a card, in the order in which it shows them.
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
            .map(|term| card.terms[term.index()].clone())
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
    ("cover", |card| cover(card.site, card.page).into()),
    ("show", |card| own_switches(card.page).into()),
    ("params", |card| {
        card.front
            .map_or_else(|| Value::from(Map::new()), |front| front.params.clone())
    }),
];

/// Makes cards.
pub struct Cards<'a> {
    rows: Rows<Maker>,
    site: &'a Site,
    terms: &'a [Value],
}

impl<'a> Cards<'a> {
    /// `terms` are those of the site, as [`view::term`] makes them.
    pub fn new(site: &'a Site, terms: &'a [Value]) -> Cards<'a> {
        Cards {
            rows: Rows::new(KEYS),
            site,
            terms,
        }
    }

    pub fn card(&self, id: PageId, digest: Option<&Digest>) -> Value {
        let page = &self.site[id];
        let card = Card {
            site: self.site,
            id,
            page,
            front: page.front(),
            digest,
            url: if page.linked {
                self.site.href(&page.url)
            } else {
                String::new()
            },
            terms: self.terms,
        };
        self.rows.value(|make| make(&card))
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

fn cover(site: &Site, page: &Page) -> Option<Object> {
    let cover: &Cover = &page.show.cover;
    let image = cover.image.as_deref()?;
    let url = view::image_url(site, page, image, cover.relative == Some(true))?;
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
            .set("width", None::<usize>)
            .set("height", None::<usize>)
            .set("srcset", "")
            .set("link_full", flag(cover.link_full_images))
            .set("hidden", flag(cover.hidden))
            .set("hidden_in_list", flag(cover.hidden_in_list))
            .set("hidden_in_single", flag(cover.hidden_in_single)),
    )
}
