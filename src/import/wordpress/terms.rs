//! Categories and tags whose addresses do not follow from their names, or that say
//! something of themselves.

use super::super::export::is_sound;
use super::super::front::Front;
use super::super::house::{House, as_url, name_of};
use super::super::html::plain;
use super::Old;
use super::wxr::Fields;
use crate::text::{urlize_term, urlize_words};
use std::collections::BTreeMap;

pub fn move_in(old: &Old, house: &mut House) {
    let mut terms: BTreeMap<(&str, String), Term> = BTreeMap::new();
    for (taxonomy, domain) in [("categories", "category"), ("tags", "post_tag")] {
        let used = old.export.items.iter().flat_map(|item| &item.terms);
        for term in used.filter(|term| term.domain == domain && term.slug != "uncategorized") {
            let own = Term::new(&term.name, &term.slug);
            terms.entry((taxonomy, own.name.clone())).or_insert(own);
        }
    }
    let categories = &old.export.categories;
    for (taxonomy, known) in [("categories", categories), ("tags", &old.export.tags)] {
        for fields in known {
            let (name, of) = match taxonomy {
                "categories" => (fields.get("wp:cat_name"), "wp:category_description"),
                _ => (fields.get("wp:tag_name"), "wp:tag_description"),
            };
            if let Some(term) = terms.get_mut(&(taxonomy, plain(name))) {
                term.description = plain(fields.get(of));
                if taxonomy == "categories" {
                    term.above = above(categories, fields.get("wp:category_parent"));
                }
            }
        }
    }
    for ((taxonomy, _), term) in &terms {
        term.write(taxonomy, house);
    }
}

struct Term {
    name: String,
    slug: String,
    description: String,
    /// Slugs of the categories that it lies in, each with a `/`.
    above: String,
}

impl Term {
    fn new(name: &str, slug: &str) -> Term {
        let slug = percent_encoding::percent_decode_str(slug);
        Term {
            name: plain(name),
            slug: slug.decode_utf8_lossy().into_owned(),
            description: String::new(),
            above: String::new(),
        }
    }

    fn write(&self, taxonomy: &str, house: &mut House) {
        let path = urlize_term(&self.name, true);
        let first = if taxonomy == "categories" {
            "category"
        } else {
            "tag"
        };
        let mut url = format!("/{first}/{}{}/", self.above, self.slug);
        if !is_sound(&url) {
            url = format!("/{first}/{}/", name_of(&self.slug, "term"));
        }
        let is_usual = url == format!("/{first}/{}/", urlize_words(&self.name, true));
        if (is_usual && self.description.is_empty()) || path.is_empty() {
            return;
        }
        let mut front = Front::default();
        front.text("title", &self.name);
        if !is_usual {
            front.text("url", &as_url(&url));
        }
        if !self.description.is_empty() {
            front.text("description", &self.description);
        }
        house.page(
            &format!("content/{taxonomy}/{path}/_index.md"),
            &url,
            &front,
            "",
        );
    }
}

/// The way down to a category.
pub fn above(categories: &[Fields], parent: &str) -> String {
    let mut way = String::new();
    let mut next = parent;
    // No deeper than there are categories, be they in a circle.
    for _ in categories {
        if next.is_empty() {
            break;
        }
        way = format!("{next}/{way}");
        let found = categories
            .iter()
            .find(|fields| fields.get("wp:category_nicename") == next);
        next = found.map_or("", |fields| fields.get("wp:category_parent"));
    }
    way
}
