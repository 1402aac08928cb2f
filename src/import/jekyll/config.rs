//! `_config.yml`: what of it is ours too, and what is not.

use super::super::front::Front;
use super::url;
use crate::diag::FileId;
use crate::import::House;
use crate::tree::{Map, Node, normal};
use jiff::tz::TimeZone;
use serde_json::json as make;

/// What the importer must know of it.
pub struct Config {
    map: Map,
    /// What stands before every address: empty, or `/blog`.
    pub base: String,
    /// The style or pattern of posts.
    pub permalink: String,
    /// Of dates and addresses.
    pub zone: TimeZone,
    pub collections: Vec<Collection>,
    pub collections_dir: String,
    /// Patterns of files that are not published.
    pub exclude: Vec<String>,
    pub include: Vec<String>,
    pub excerpt_separator: Option<String>,
    pub defaults: Vec<Defaults>,
}

pub struct Collection {
    pub name: String,
    pub output: bool,
    pub permalink: Option<String>,
}

/// Front matter for a part of the site.
pub struct Defaults {
    pub path: String,
    pub kind: Option<String>,
    pub values: Map,
}

/// What Jekyll never publishes, unless `include` says so.
const EXCLUDED: [&str; 8] = [
    ".sass-cache",
    ".jekyll-cache",
    "gemfiles",
    "Gemfile",
    "Gemfile.lock",
    "node_modules",
    "vendor",
    "_site",
];

/// Keys that say how Jekyll works, and have nothing to do here.
const IDLE: &[&str] = &[
    "markdown",
    "highlighter",
    "kramdown",
    "plugins",
    "gems",
    "sass",
    "encoding",
    "incremental",
    "liquid",
    "rdiscount",
    "redcarpet",
    "theme",
    "remotetheme",
    "port",
    "host",
    "detach",
    "livereload",
    "safe",
    "profile",
    "quiet",
    "verbose",
    "lsi",
    "limitposts",
    "cachedir",
    "disablediskcache",
    "layoutsdir",
    "includesdir",
    "datadir",
    "pluginsdir",
    "whitelist",
    "markdownext",
    "keepfiles",
    "destination",
    "source",
    "strictfrontmatter",
    "showdrafts",
    "unpublished",
    "error_mode",
    "repository",
    "showexcerpts",
    "compresshtml",
    "minimalmistakesskin",
    "headerpages",
    "feed",
    "seotag",
    "readingtime",
];

impl Default for Config {
    fn default() -> Config {
        Config {
            map: Map::default(),
            base: String::new(),
            permalink: String::new(),
            zone: TimeZone::UTC,
            collections: Vec::new(),
            collections_dir: String::new(),
            exclude: Vec::new(),
            include: Vec::new(),
            excerpt_separator: None,
            defaults: Vec::new(),
        }
    }
}

impl Config {
    pub fn new(map: Map) -> Config {
        let mut config = Config {
            map,
            ..Config::default()
        };
        let text = |key: &str| config.text(key);
        let base = text("baseurl").unwrap_or_default();
        let base = base.trim_matches('/').to_owned();
        let permalink = text("permalink").unwrap_or_else(|| "date".to_owned());
        let zone = text("timezone").and_then(|name| TimeZone::get(&name).ok());
        let separator = text("excerpt_separator");
        let collections_dir = text("collections_dir").unwrap_or_default();
        config.base = if base.is_empty() {
            base
        } else {
            format!("/{base}")
        };
        config.permalink = permalink;
        config.zone = zone.unwrap_or(TimeZone::UTC);
        config.excerpt_separator = separator.filter(|mark| mark.trim().len() > 2);
        config.collections_dir = collections_dir.trim_matches('/').to_owned();
        config.exclude = config.list("exclude");
        config.exclude.extend(EXCLUDED.map(str::to_owned));
        config.include = config.list("include");
        config.collections = collections(config.map.get("collections"));
        config.defaults = defaults(config.map.get("defaults"));
        config
    }

    /// `site.KEY` as text; `a.b` is looked up within.
    pub fn text(&self, key: &str) -> Option<String> {
        let mut parts = key.split('.');
        let mut node = self.map.get(parts.next()?)?;
        for part in parts {
            node = node.as_map()?.get(part)?;
        }
        node.as_text().map(|text| text.to_string())
    }

    fn list(&self, key: &str) -> Vec<String> {
        self.map.get(key).map(words).unwrap_or_default()
    }

    fn author(&self) -> Option<String> {
        let node = self.map.get("author")?;
        let name = node
            .as_map()
            .and_then(|map| map.get("name"))
            .unwrap_or(node);
        name.as_text().map(|text| text.to_string())
    }

    /// Our configuration, line by line, and a word about each key that has no place in it.
    pub fn ours(&self, attributes: bool, formulas: bool, house: &mut House) -> String {
        let mut front = Front::default();
        let title = self
            .text("title")
            .or_else(|| self.text("name"))
            .unwrap_or_default();
        house.title.clone_from(&title);
        let address = self.text("url").unwrap_or_default();
        let mut base = format!("{}{}/", address.trim_end_matches('/'), self.base);
        if base == "/" {
            base = "https://example.org/".to_owned();
            house.warn(
                "no-address",
                None,
                "the site has no address: `_config.yml` has no `url`",
                "write it into `longhand.yaml`, as `baseURL`",
            );
        }
        front.text("baseURL", &base);
        if !title.is_empty() {
            front.text("title", &title);
        }
        let lang = self
            .text("lang")
            .or_else(|| self.text("locale"))
            .unwrap_or_else(|| "en".to_owned());
        let code: String = lang
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        front.text("defaultContentLanguage", &code.to_lowercase());
        if lang.len() > code.len() {
            front.text("locale", &lang.replace('_', "-"));
        }
        if let Some(zone) = self.text("timezone") {
            front.text("timeZone", &zone);
        }
        if self.text("future").as_deref() == Some("true") {
            front.bare("buildFuture", "true");
        }
        // Jekyll's names of files have the date, and the address without it.
        front.keep("frontmatter:\n  date: [\":default\", \":filename\"]");
        if let Some(pattern) = url::ours(url::pattern(&self.permalink)) {
            front.keep(&format!(
                "permalinks:\n  page:\n    posts: {}",
                crate::desk::front::scalar(&pattern)
            ));
            for (key, plural) in [("tag", "tags"), ("category", "categories")] {
                let archive = self.text(&format!("jekyll-archives.permalinks.{key}"));
                if let Some(archive) = archive {
                    front.keep(&format!(
                        "  term:\n    {plural}: {}",
                        archive.replace(":name", ":slug")
                    ));
                }
            }
        }
        if let Some(size) = self
            .map
            .get("paginate")
            .and_then(Node::as_int)
            .filter(|size| *size > 0)
        {
            front.keep(&format!("pagination:\n  pagerSize: {size}"));
        }
        if attributes {
            front.keep("markup:\n  goldmark:\n    parser:\n      attribute:\n        block: true");
        }
        let mut params: Vec<(String, serde_json::Value)> = Vec::new();
        for (key, value) in [
            ("description", self.text("description")),
            ("author", self.author()),
        ] {
            if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
                params.push((key.to_owned(), value.trim().into()));
            }
        }
        if formulas {
            params.push(("math".to_owned(), true.into()));
        }
        let icons = self.icons();
        if !icons.is_empty() {
            params.push(("social_icons".to_owned(), icons.into()));
        }
        if let Some(name) = self
            .text("twitter_username")
            .or_else(|| self.text("twitter.username"))
        {
            params.push(("social".to_owned(), make!({ "twitter": name })));
        }
        front.params(&params);
        self.says_the_rest(house);
        format!(
            "# Made from `_config.yml` of the Jekyll site.\n{}",
            front.lines()
        )
    }

    fn icons(&self) -> Vec<serde_json::Value> {
        let mut icons = Vec::new();
        for (key, name, before) in [
            ("github_username", "github", "https://github.com/"),
            ("twitter_username", "twitter", "https://twitter.com/"),
            (
                "linkedin_username",
                "linkedin",
                "https://www.linkedin.com/in/",
            ),
            (
                "instagram_username",
                "instagram",
                "https://www.instagram.com/",
            ),
            ("youtube_username", "youtube", "https://www.youtube.com/"),
            ("email", "email", "mailto:"),
        ] {
            if let Some(user) = self.text(key).filter(|user| !user.trim().is_empty()) {
                icons.push(make!({ "name": name, "url": format!("{before}{}", user.trim()) }));
            }
        }
        icons
    }

    fn says_the_rest(&self, house: &mut House) {
        const OURS: &[&str] = &[
            "title",
            "name",
            "email",
            "description",
            "author",
            "baseurl",
            "url",
            "permalink",
            "timezone",
            "lang",
            "locale",
            "paginate",
            "exclude",
            "include",
            "collections",
            "collectionsdir",
            "defaults",
            "excerptseparator",
            "future",
            "githubusername",
            "twitterusername",
            "linkedinusername",
            "instagramusername",
            "youtubeusername",
            "twitter",
            "jekyllarchives",
        ];
        for (key, node) in &self.map.entries {
            let name = normal(&key.name);
            if OURS.contains(&name.as_str()) || IDLE.contains(&name.as_str()) || node.is_null() {
                continue;
            }
            let message = format!("`{}` of the configuration has no counterpart", key.name);
            house.warn("configuration", key.span, message, "look it up in the manual's page on configuration, or put it under `params` for templates of your own");
        }
    }

    /// The values that the site hands down to a file, a later one over an earlier.
    pub fn defaults_of<'c>(&'c self, path: &str, kind: &str) -> Vec<&'c (crate::tree::Key, Node)> {
        let mut found: Vec<&(crate::tree::Key, Node)> = Vec::new();
        for default in &self.defaults {
            let below = default.path.is_empty()
                || path
                    .strip_prefix(default.path.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if !below || default.kind.as_deref().is_some_and(|wanted| wanted != kind) {
                continue;
            }
            for entry in &default.values.entries {
                found.retain(|(key, _)| key.name != entry.0.name);
                found.push(entry);
            }
        }
        found
    }
}

/// `a b` and `[a, b]` are two words.
pub fn words(node: &Node) -> Vec<String> {
    match node.as_list() {
        Some(items) => items
            .iter()
            .filter_map(Node::as_text)
            .map(|text| text.to_string())
            .collect(),
        None => {
            let text = node
                .as_text()
                .map(|text| text.to_string())
                .unwrap_or_default();
            text.split_whitespace().map(str::to_owned).collect()
        }
    }
}

fn collections(node: Option<&Node>) -> Vec<Collection> {
    let Some(node) = node else { return Vec::new() };
    if let Some(items) = node.as_list() {
        let names = items.iter().filter_map(Node::as_text);
        return names
            .map(|name| Collection {
                name: name.to_string(),
                output: false,
                permalink: None,
            })
            .collect();
    }
    let Some(map) = node.as_map() else {
        return Vec::new();
    };
    let entries = map.entries.iter();
    entries
        .map(|(key, node)| {
            let get = |name: &str| node.as_map().and_then(|map| map.get(name));
            Collection {
                name: key.name.to_string(),
                output: get("output").and_then(Node::as_bool) == Some(true),
                permalink: get("permalink")
                    .and_then(Node::as_text)
                    .map(|text| text.to_string()),
            }
        })
        .collect()
}

fn defaults(node: Option<&Node>) -> Vec<Defaults> {
    let items = node.and_then(Node::as_list).unwrap_or_default();
    let read = |item: &Node| {
        let map = item.as_map()?;
        let scope = map.get("scope").and_then(Node::as_map);
        let text = |key: &str| Some(scope?.get(key)?.as_text()?.to_string());
        Some(Defaults {
            path: text("path")
                .unwrap_or_default()
                .trim_matches('/')
                .to_owned(),
            kind: text("type").filter(|kind| !kind.is_empty()),
            values: map.get("values").and_then(Node::as_map).cloned()?,
        })
    };
    items.iter().filter_map(read).collect()
}

/// The map of a configuration; one that is empty is no mistake.
pub fn read(text: &str, file: FileId) -> Result<Map, Vec<crate::diag::Diagnostic>> {
    let node = crate::tree::parse(text, crate::tree::Format::Yaml, file, 0)?;
    Ok(node.as_map().cloned().unwrap_or_default())
}
