//! Menus: the main one and that of the footer, as the theme has them.

use super::super::front::Front;
use super::super::house::House;
use super::super::html::plain;
use super::wxr::Item;
use super::{Old, terms};
use serde_json::{Value as Json, json};

pub fn write(old: &Old, front: &mut Front, house: &mut House) {
    let entries = old
        .export
        .items
        .iter()
        .filter(|item| item.get("wp:post_type") == "nav_menu_item");
    let entries: Vec<(&str, &Item)> = entries
        .filter_map(|item| {
            let menu = item.terms.iter().find(|term| term.domain == "nav_menu")?;
            Some((menu.slug.as_str(), item))
        })
        .collect();
    let mut names: Vec<&str> = entries.iter().map(|(name, _)| *name).collect();
    names.dedup();
    let is_footer = |name: &&&str| name.contains("foot");
    let footer = names.iter().find(is_footer).copied();
    let is_main = |name: &&&str| {
        ["main", "primary", "header", "top"]
            .iter()
            .any(|word| name.contains(word))
    };
    let main = names
        .iter()
        .find(is_main)
        .or(names.iter().find(|name| Some(**name) != footer))
        .copied();
    let mut lines = String::new();
    for (ours, theirs) in [("main", main), ("footer", footer)] {
        let Some(theirs) = theirs else { continue };
        let own = entries.iter().filter(|(name, _)| *name == theirs);
        let own: Vec<Json> = own
            .filter_map(|(_, item)| entry(item, &entries, old))
            .collect();
        if own.is_empty() {
            continue;
        }
        lines.push_str(&format!("  {ours}:\n"));
        for entry in own {
            lines.push_str(&format!("    - {entry}\n"));
        }
    }
    if !lines.is_empty() {
        front.keep(&format!("menus:\n{lines}"));
    }
    let mut left: Vec<&str> = names
        .into_iter()
        .filter(|name| Some(*name) != main && Some(*name) != footer)
        .collect();
    left.sort_unstable();
    left.dedup();
    for name in left {
        house.warn(
            "menu",
            None,
            format!("the menu `{name}` is left behind"),
            "the theme shows two, `main` and `footer`; write others under `menus`",
        );
    }
}

fn entry(item: &Item, all: &[(&str, &Item)], old: &Old) -> Option<Json> {
    let object = item.meta("_menu_item_object_id");
    let (url, name) = match item.meta("_menu_item_type") {
        "custom" => (old.link(item.meta("_menu_item_url")), String::new()),
        "post_type" => {
            let led = old.item(object)?;
            (old.address(led)?, plain(led.get("title")))
        }
        "taxonomy" => {
            let category = old
                .export
                .categories
                .iter()
                .find(|fields| fields.get("wp:term_id") == object);
            let tag = old
                .export
                .tags
                .iter()
                .find(|fields| fields.get("wp:term_id") == object);
            match (category, tag) {
                (Some(fields), _) => {
                    let above =
                        terms::above(&old.export.categories, fields.get("wp:category_parent"));
                    let slug = fields.get("wp:category_nicename");
                    (
                        format!("/category/{above}{slug}/"),
                        plain(fields.get("wp:cat_name")),
                    )
                }
                (_, Some(fields)) => (
                    format!("/tag/{}/", fields.get("wp:tag_slug")),
                    plain(fields.get("wp:tag_name")),
                ),
                _ => return None,
            }
        }
        _ => return None,
    };
    let own = plain(item.get("title"));
    let mut entry = json!({ "name": if own.is_empty() { name } else { own }, "url": url });
    if let Ok(weight) = item.get("wp:menu_order").parse::<i64>() {
        entry["weight"] = weight.into();
    }
    let id = item.get("wp:post_id");
    if all
        .iter()
        .any(|(_, other)| other.meta("_menu_item_menu_item_parent") == id)
    {
        entry["identifier"] = format!("entry-{id}").into();
    }
    let above = item.meta("_menu_item_menu_item_parent");
    if !matches!(above, "" | "0") {
        entry["parent"] = format!("entry-{above}").into();
    }
    Some(entry)
}
