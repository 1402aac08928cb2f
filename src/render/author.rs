//! Who wrote a page, where authors are a taxonomy: the address of each, and what the
//! page of an author says of them, from its own file and from the configuration.

use super::Renderer;
use super::view::{self, Object, safe};
use crate::config::params::{Author, SocialIcon};
use crate::parse;
use crate::site::{Page, PageId, Site, Term};
use crate::text;

/// The page of one of a page's authors; none where authors are no taxonomy.
pub fn page_of(site: &Site, page: &Page, name: &str) -> Option<PageId> {
    let terms = page.terms.iter().map(|id| &site.terms[id.index()]);
    let mut authors = terms.filter(|term| site.is_author(term)).peekable();
    // Most sites have none, and need no slug.
    authors.peek()?;
    let slug = text::urlize_term(name, !site.config.disable_path_to_lower);
    let is_it = |term: &&Term| site[term.page].path.rsplit('/').next() == Some(&*slug);
    let found = authors.find(is_it)?.page;
    site[found].rendered.then_some(found)
}

/// Names and paths, in the order of the page.
pub fn written_by(site: &Site, page: &Page) -> Vec<Object> {
    let names = view::authors(site, page).iter();
    names
        .map(|name| {
            let url = page_of(site, page, name).map(|id| site.href(&site[id].url));
            Object::new().set("name", name.as_str()).set("url", url)
        })
        .collect()
}

impl Renderer {
    /// Whole addresses, in the order of the names.
    pub(super) fn addresses_of_authors(&self, id: PageId) -> Vec<Option<String>> {
        let site = &self.shared.site;
        let page = &site[id];
        let names = view::authors(site, page).iter();
        names
            .map(|name| {
                let found = page_of(site, page, name)?;
                Some(site.permalink(&site[found].url))
            })
            .collect()
    }

    /// What the page of an author shows besides its own text; none for other terms.
    pub(super) fn author(&self, id: PageId, term: &Term) -> Option<Object> {
        let site = &self.shared.site;
        if !site.is_author(term) {
            return None;
        }
        let lower = !site.config.disable_path_to_lower;
        let slug = |name: &str| text::urlize_term(name, lower);
        let known = &site.language(&site[id]).params.people;
        let known = known
            .iter()
            .find(|author| slug(&author.name) == slug(&term.title));
        let said =
            |of: fn(&Author) -> &Option<String>| known.and_then(|known| of(known).as_deref());
        let own = site[id].front().and_then(|front| front.images.first());
        let image = match own {
            Some(image) => view::image_url(site, &site[id], image, false),
            None => said(|author| &author.image)
                .filter(|url| text::safe_url(url))
                .map(|url| self.local(url)),
        };
        let bio = said(|author| &author.bio).map(parse::inline);
        let icons = known.map_or(&[][..], |known| &known.social_icons);
        Some(
            Object::new()
                .set("image", image)
                .set("bio", safe(&bio.unwrap_or_default()))
                .set("social_icons", self.social_icons(icons)),
        )
    }

    pub(super) fn social_icons(&self, icons: &[SocialIcon]) -> Vec<Object> {
        let safe = icons.iter().filter(|icon| text::safe_url(&icon.url));
        safe.map(|icon| {
            Object::new()
                .set("name", icon.name.as_str())
                .set("url", self.local(&icon.url))
                .set("title", icon.title.clone())
        })
        .collect()
    }
}
