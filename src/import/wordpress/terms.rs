//! Categories, tags and authors that need a file of their own.

use super::super::house::House;
use super::super::html::plain;
use super::super::term::Term;
use super::Old;
use super::wxr::Fields;
use std::collections::BTreeMap;

pub fn move_in(old: &Old, house: &mut House) {
    let mut terms: BTreeMap<(&str, String), Term> = BTreeMap::new();
    for (taxonomy, domain) in [("categories", "category"), ("tags", "post_tag")] {
        let used = old.export.items.iter().flat_map(|item| &item.terms);
        for term in used.filter(|term| term.domain == domain && term.slug != "uncategorized") {
            let own = named(&term.name, &term.slug);
            terms.entry((taxonomy, own.name.clone())).or_insert(own);
        }
    }
    let categories = &old.export.categories;
    for fields in categories {
        let name = plain(fields.get("wp:cat_name"));
        if let Some(term) = terms.get_mut(&("categories", name)) {
            term.description = plain(fields.get("wp:category_description"));
            term.above = above(categories, fields.get("wp:category_parent"));
        }
    }
    for fields in &old.export.tags {
        if let Some(term) = terms.get_mut(&("tags", plain(fields.get("wp:tag_name")))) {
            term.description = plain(fields.get("wp:tag_description"));
        }
    }
    for login in old.export.items.iter().map(|item| item.get("dc:creator")) {
        let name = old.author(login);
        if !name.is_empty() {
            let own = named(name, &login.to_lowercase());
            terms.entry(("authors", own.name.clone())).or_insert(own);
        }
    }
    for ((taxonomy, _), term) in &terms {
        let first = match *taxonomy {
            "categories" => "category",
            "tags" => "tag",
            _ => "author",
        };
        term.write(taxonomy, first, house);
    }
}

fn named(name: &str, slug: &str) -> Term {
    let slug = percent_encoding::percent_decode_str(slug);
    Term {
        name: plain(name),
        slug: slug.decode_utf8_lossy().into_owned(),
        description: String::new(),
        above: String::new(),
    }
}

/// The way down to a category: slugs, each with a `/`.
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
