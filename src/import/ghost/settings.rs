//! What Ghost says of the site as a whole.

use super::super::export::language;
use super::super::front::Front;
use super::super::house::House;
use super::super::html::plain;
use super::{URL, list, text};
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use std::collections::HashMap;

pub struct Settings {
    values: HashMap<String, String>,
    pub zone: TimeZone,
}

impl Settings {
    pub fn new(data: &Json) -> Settings {
        let rows = list(data, "settings");
        let values: HashMap<String, String> = rows
            .map(|row| (text(row, "key").to_owned(), text(row, "value").to_owned()))
            .collect();
        let zone = ["timezone", "active_timezone", "activeTimezone"];
        let zone = zone
            .iter()
            .find_map(|key| TimeZone::get(values.get(*key)?).ok());
        Settings {
            zone: zone.unwrap_or(TimeZone::UTC),
            values,
        }
    }

    fn get(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }

    /// Our configuration, and a word about what has no place in it.
    pub fn write(&self, house: &mut House) -> String {
        house.title = plain(self.get("title"));
        house.warn(
            "no-address",
            None,
            "the export does not say where the site was",
            "write its address into `longhand.yaml`, as `baseURL`",
        );
        for key in ["codeinjection_head", "codeinjection_foot"] {
            if !self.get(key).is_empty() {
                house.warn(
                    "code",
                    None,
                    format!("`{key}` of the settings is left out"),
                    "a template of your own may hold it",
                );
            }
        }
        let mut front = Front::default();
        front.text("baseURL", "https://example.org/");
        if !house.title.is_empty() {
            front.text("title", &house.title);
        }
        let locale = [self.get("locale"), self.get("lang")];
        let locale = locale
            .into_iter()
            .find(|locale| !locale.is_empty())
            .unwrap_or("en");
        front.text("defaultContentLanguage", &language(locale));
        if language(locale).len() < locale.len() {
            front.text("locale", locale);
        }
        if let Some(zone) = self.zone.iana_name().filter(|_| self.zone != TimeZone::UTC) {
            front.text("timeZone", zone);
        }
        front.keep("taxonomies: {tag: tags, author: authors}");
        front.keep("permalinks:\n  page:\n    posts: /:slugorcontentbasename/\n  term:\n    tags: /tag/:slug/\n    authors: /author/:slug/");
        self.menus(&mut front);
        front.params(&self.params());
        format!("# Made from an export of Ghost.\n{}", front.lines())
    }

    fn menus(&self, front: &mut Front) {
        let mut lines = String::new();
        for (ours, theirs) in [("main", "navigation"), ("footer", "secondary_navigation")] {
            let entries: Json = serde_json::from_str(self.get(theirs)).unwrap_or_default();
            let entries = entries.as_array().into_iter().flatten();
            let entries: Vec<Json> = entries
                .filter(|entry| !text(entry, "label").is_empty())
                .enumerate()
                .map(|(at, entry)| {
                    let url = text(entry, "url").replace(URL, "");
                    let url = if url.is_empty() { "/".to_owned() } else { url };
                    json!({ "name": text(entry, "label"), "url": url, "weight": at + 1 })
                })
                .collect();
            if !entries.is_empty() {
                lines.push_str(&format!("  {ours}:\n"));
            }
            for entry in entries {
                lines.push_str(&format!("    - {entry}\n"));
            }
        }
        if !lines.is_empty() {
            front.keep(&format!("menus:\n{lines}"));
        }
    }

    fn params(&self) -> Vec<(String, Json)> {
        let mut params = Vec::new();
        let description = plain(self.get("description"));
        if !description.is_empty() {
            params.push(("description".to_owned(), description.into()));
        }
        let mut icons = Vec::new();
        for (name, host) in [
            ("twitter", "https://x.com/"),
            ("facebook", "https://www.facebook.com/"),
        ] {
            let user = self.get(name).trim_start_matches('@');
            if !user.is_empty() {
                icons.push(json!({ "name": name, "url": format!("{host}{user}") }));
            }
        }
        if !icons.is_empty() {
            params.push(("social_icons".to_owned(), icons.into()));
        }
        params
    }
}
