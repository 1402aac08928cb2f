//! WordPress: posts, pages and drafts of an export, with their dates, authors, categories,
//! tags and addresses. Pictures stay where they are, on the old server, and are named.

mod body;
mod menus;
mod paragraphs;
mod shortcodes;
mod terms;
mod wxr;

use super::export::{self, filled, path_below};
use super::front::Front;
use super::house::{House, as_url, name_of};
use super::html::plain;
use crate::date::Date;
use crate::desk::Failure;
use crate::desk::front::scalar;
use crate::diag::{FileId, Span};
use crate::source::Sources;
use jiff::tz::{Offset, TimeZone};
use serde_json::json;
use shortcodes::Picture;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use wxr::{Export, Item};

/// What WordPress and its best known plugins keep for themselves beside texts.
const INNER: [&str; 16] = [
    "revision",
    "nav_menu_item",
    "custom_css",
    "customize_changeset",
    "oembed_cache",
    "user_request",
    "wp_block",
    "wp_template",
    "wp_template_part",
    "wp_global_styles",
    "wp_navigation",
    "wp_font_family",
    "wp_font_face",
    "feedback",
    "jp_img_sitemap",
    "acf-field",
];

/// Where plugins for search engines keep a description.
const DESCRIPTIONS: [&str; 3] = [
    "_yoast_wpseo_metadesc",
    "rank_math_description",
    "_aioseo_description",
];

/// An export while it moves in.
struct Old<'a> {
    export: &'a Export,
    file: FileId,
    /// The old address, without a `/` at its end.
    base: String,
    items: HashMap<&'a str, &'a Item>,
    pattern: Option<&'static str>,
}

pub fn read(path: &Path, sources: &mut Sources, house: &mut House) -> Result<(), Failure> {
    let Some((file, text)) = export::text(path, sources, house)? else {
        return Ok(());
    };
    let export = match wxr::read(&text, file) {
        Ok(export) => export,
        Err(error) => {
            house.findings.push(error);
            return Ok(());
        }
    };
    let old = Old::new(&export, file);
    let mut tally = Tally::default();
    for item in &export.items {
        old.move_in(item, &mut tally, house);
    }
    terms::move_in(&old, house);
    tally.say(house);
    house.title = plain(old.channel("title"));
    let configuration = old.configuration(house);
    house.settings(&export::name(path), configuration);
    Ok(())
}

/// What is said once, however often it is there.
#[derive(Default)]
struct Tally {
    comments: usize,
    commented: usize,
    /// Published texts whose addresses are `?p=7`.
    plain_addresses: usize,
    /// By kind: how many, and the first.
    other_kinds: BTreeMap<String, (usize, Span)>,
    /// By taxonomy, as above.
    taxonomies: BTreeMap<String, (usize, Span)>,
}

impl Tally {
    fn say(&self, house: &mut House) {
        let counted = |count: usize, one: &str, more: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{count} {more}"),
        };
        if self.comments > 0 {
            let comments = counted(self.comments, "comment", "comments");
            let texts = counted(self.commented, "text", "texts");
            house.warn(
                "comments",
                None,
                format!("{comments} on {texts}"),
                "comments are left behind; they are in the export",
            );
        }
        if self.plain_addresses > 0 {
            let texts = counted(self.plain_addresses, "text has", "texts have");
            house.warn(
                "addresses",
                None,
                format!("{texts} an address such as `?p=7`"),
                "no file can have such an address: they have new ones, by their names; let the server send readers on",
            );
        }
        for (kind, (count, span)) in &self.other_kinds {
            let what = counted(*count, "entry", "entries");
            house.warn(
                "other-kind",
                *span,
                format!("{what} of the kind `{kind}`"),
                "only posts and pages are carried over; a plugin or theme made these",
            );
        }
        for (taxonomy, (count, span)) in &self.taxonomies {
            let texts = counted(*count, "text", "texts");
            house.warn(
                "taxonomy",
                *span,
                format!("terms of `{taxonomy}` on {texts} are under `params`"),
                "add it to `taxonomies` of `longhand.yaml`, and move the key out of `params`",
            );
        }
    }
}

impl<'a> Old<'a> {
    fn new(export: &'a Export, file: FileId) -> Old<'a> {
        let base = ["wp:base_blog_url", "link", "wp:base_site_url"];
        let base = base.iter().find_map(|key| export.channel.get(*key));
        let base = base.map_or("", |base| base.trim().trim_end_matches('/'));
        let items = export
            .items
            .iter()
            .map(|item| (item.get("wp:post_id"), item));
        let mut old = Old {
            export,
            file,
            base: base.to_owned(),
            items: items.collect(),
            pattern: None,
        };
        let posts = export.items.iter().filter(|item| {
            item.get("wp:post_type") == "post" && item.get("wp:status") == "publish"
        });
        let dated =
            posts.filter_map(|item| Some((old.address(item)?, date(item, "wp:post_date")?)));
        old.pattern = export::pattern(&dated.collect::<Vec<_>>());
        old
    }

    fn channel(&self, key: &str) -> &str {
        self.export.channel.get(key).map_or("", |text| text.trim())
    }

    fn item(&self, id: &str) -> Option<&'a Item> {
        self.items.get(id).copied()
    }

    fn span(&self, item: &Item) -> Span {
        Span::new(self.file, item.at, item.at + "<item>".len())
    }

    /// The path of a text below the site's root, where it had one.
    fn address(&self, item: &Item) -> Option<String> {
        path_below(item.get("link"), &self.base)
    }

    /// An address in a text: what leads to the site itself is written from its root. Files
    /// stay where they are.
    fn link(&self, address: &str) -> String {
        if address.starts_with(&self.base) && !self.base.is_empty() {
            let query = address.split_once('?').map_or("", |(_, query)| query);
            let id = ["p=", "page_id="]
                .iter()
                .find_map(|key| query.strip_prefix(key));
            let item = id.and_then(|id| self.item(id.split(['&', '#']).next().unwrap_or(id)));
            if let Some(path) = item.and_then(|item| self.address(item)) {
                return path;
            }
        }
        let (place, mark) = match address.split_once('#') {
            Some((place, mark)) => (place, Some(mark)),
            None => (address, None),
        };
        match path_below(place, &self.base) {
            Some(path) if !path.starts_with("/wp-") && !self.base.is_empty() => match mark {
                Some(mark) => format!("{path}#{mark}"),
                None => path,
            },
            _ => address.to_owned(),
        }
    }

    /// Pictures by their numbers, else those of a post.
    fn pictures(&self, item: &Item, ids: Option<&str>) -> Vec<Picture> {
        let shown = |item: &Item| {
            let address = item.get("wp:attachment_url").to_owned();
            let alt = plain(item.meta("_wp_attachment_image_alt"));
            (!address.is_empty()).then_some(Picture { address, alt })
        };
        if let Some(ids) = ids {
            let items = ids.split(',').filter_map(|id| self.item(id.trim()));
            return items.filter_map(shown).collect();
        }
        let id = item.get("wp:post_id");
        let own = self
            .export
            .items
            .iter()
            .filter(|item| item.get("wp:post_parent") == id);
        own.filter_map(shown).collect()
    }

    fn move_in(&self, item: &'a Item, tally: &mut Tally, house: &mut House) {
        let kind = item.get("wp:post_type");
        let title = plain(item.get("title"));
        let span = self.span(item);
        match (kind, item.get("wp:status")) {
            ("attachment", _) => self.attachment(item, house),
            (kind, _) if INNER.contains(&kind) => {}
            ("post" | "page", "trash") => house.warn(
                "trash",
                span,
                format!("`{title}` lies in the trash, and is left there"),
                "take it out and export once more, if you want it",
            ),
            ("post" | "page", "auto-draft" | "inherit") => {}
            ("post" | "page", _) => self.text(item, &title, tally, house),
            (kind, _) => {
                let seen = tally.other_kinds.entry(kind.to_owned());
                seen.or_insert((0, span)).0 += 1;
            }
        }
    }

    fn attachment(&self, item: &Item, house: &mut House) {
        let address = item.get("wp:attachment_url");
        let help = match path_below(address, &self.base) {
            Some(_) => {
                "texts show it from there; download `wp-content/uploads/` into `static/wp-content/uploads/` before that server goes"
            }
            None => {
                "texts show it from there; before that server goes, download it into `static/` and change its address in the texts"
            }
        };
        let message = format!("`{address}` stays on the old server");
        house.warn("file", self.span(item), message, help);
    }

    fn text(&self, item: &'a Item, title: &str, tally: &mut Tally, house: &mut House) {
        let is_post = item.get("wp:post_type") == "post";
        let status = item.get("wp:status");
        let url = self.address(item);
        let body = body::read(item, self, house);
        let ending = if body.is_html { "html" } else { "md" };
        let path = self.path(item, title, url.as_deref(), ending, house);
        let mut front = Front::default();
        if !title.is_empty() {
            front.text("title", title);
        }
        let date = self.dates(item, &mut front);
        self.said(item, &mut front);
        if body.formulas {
            front.bare("math", "true");
        }
        self.shut(item, title, &mut front, house);
        let name = path.rsplit('/').next().unwrap_or_default();
        let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let usual = match (is_post, self.pattern, date) {
            (true, Some(pattern), Some(date)) => filled(pattern, date, name),
            (true, ..) => format!("/posts/{name}/"),
            (false, ..) if name == "_index" => "/".to_owned(),
            (false, ..) => format!("/{name}/"),
        };
        match url {
            Some(url) if url != usual => front.text("url", &as_url(&url)),
            None if status == "publish" => tally.plain_addresses += 1,
            _ => {}
        }
        if item.comments > 0 {
            tally.comments += item.comments;
            tally.commented += 1;
        }
        self.own_terms(item, &mut front, tally);
        house.page(&path, item.get("link"), &front, &body.text);
    }

    /// The file of a text.
    fn path(
        &self,
        item: &Item,
        title: &str,
        url: Option<&str>,
        ending: &str,
        house: &House,
    ) -> String {
        let kind = item.get("wp:post_type");
        if kind == "page" && url == Some("/") {
            return format!("content/_index.{ending}");
        }
        let slug = percent_encoding::percent_decode_str(item.get("wp:post_name"));
        let slug = slug.decode_utf8_lossy();
        let slug = if slug.is_empty() { title } else { &*slug };
        let name = name_of(slug, &format!("{kind}-{}", item.get("wp:post_id")));
        let folder = if kind == "post" { "posts/" } else { "" };
        house.free(&format!("content/{folder}{name}.{ending}"))
    }

    fn dates(&self, item: &Item, front: &mut Front) -> Option<Date> {
        let date = date(item, "wp:post_date");
        if let Some(date) = date {
            front.bare("date", &date.rfc3339());
        }
        let changed = self::date(item, "wp:post_modified");
        if let Some(changed) = changed.filter(|changed| date.is_some_and(|date| *changed > date)) {
            front.bare("lastmod", &changed.rfc3339());
        }
        date
    }

    /// The name to show of whoever signs in by this one.
    fn author(&self, login: &'a str) -> &'a str {
        let shown = self.export.authors.get(login);
        let shown = shown.filter(|name| !name.is_empty());
        shown.map_or(login, String::as_str)
    }

    /// What a text says of itself.
    fn said(&self, item: &'a Item, front: &mut Front) {
        let author = self.author(item.get("dc:creator"));
        if !author.is_empty() {
            front.text("author", author);
        }
        let mut listed = |domain: &str, key: &str| {
            let terms = item.terms.iter().filter(|term| term.domain == domain);
            let named = terms.filter(|term| term.slug != "uncategorized");
            front.list(
                key,
                &named.map(|term| plain(&term.name)).collect::<Vec<_>>(),
            );
        };
        listed("category", "categories");
        listed("post_tag", "tags");
        listed("series", "series");
        let description = DESCRIPTIONS.iter().map(|key| plain(item.meta(key)));
        if let Some(description) = description.into_iter().find(|said| !said.is_empty()) {
            front.text("description", &description);
        }
        let excerpt = plain(item.get("excerpt:encoded"));
        if !excerpt.is_empty() {
            front.text("summary", &excerpt);
        }
        let picture = item.meta("_thumbnail_id");
        if let Some(Picture { address, alt }) =
            self.pictures(item, Some(picture)).into_iter().next()
        {
            let cover = match alt.is_empty() {
                true => json!({ "image": address }),
                false => json!({ "image": address, "alt": alt }),
            };
            front.value("cover", &cover);
        }
        // First in every list.
        if item.get("wp:is_sticky") == "1" {
            front.bare("weight", "1");
        }
    }

    /// Terms of taxonomies that plugins brought.
    fn own_terms(&self, item: &Item, front: &mut Front, tally: &mut Tally) {
        const OURS: [&str; 5] = ["category", "post_tag", "series", "post_format", "nav_menu"];
        let mut params: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for term in item
            .terms
            .iter()
            .filter(|term| !OURS.contains(&&*term.domain))
        {
            let own = params.entry(term.domain.clone()).or_default();
            own.push(plain(&term.name));
        }
        let mut said = Vec::new();
        for (domain, names) in params {
            let seen = tally.taxonomies.entry(domain.clone());
            seen.or_insert((0, self.span(item))).0 += 1;
            said.push((domain, names.into()));
        }
        front.params(&said);
    }

    /// What is not for everybody becomes a draft.
    fn shut(&self, item: &Item, title: &str, front: &mut Front, house: &mut House) {
        let locked = !item.get("wp:post_password").is_empty();
        let status = item.get("wp:status");
        if locked || status == "private" {
            let why = if locked {
                "has a password"
            } else {
                "is private"
            };
            house.warn(
                "private",
                self.span(item),
                format!("`{title}` {why}: it is a draft now"),
                "a site of files has no secrets: publish it for all, or leave it a draft",
            );
        }
        if locked || !matches!(status, "publish" | "future") {
            front.draft();
        }
    }

    fn configuration(&self, house: &mut House) -> String {
        let mut front = Front::default();
        match self.base.is_empty() {
            false => front.text("baseURL", &format!("{}/", self.base)),
            true => house.warn(
                "no-address",
                None,
                "the export does not say where the site was",
                "write its address into `longhand.yaml`, as `baseURL`",
            ),
        }
        if !house.title.is_empty() {
            front.text("title", &house.title);
        }
        let locale = self.channel("language");
        let language = export::language(locale);
        if !language.is_empty() {
            front.text("defaultContentLanguage", &language);
        }
        if language.len() < locale.len() {
            front.text("locale", locale);
        }
        let mut lines = String::from("permalinks:\n");
        if let Some(pattern) = self.pattern {
            lines.push_str(&format!("  page:\n    posts: {}\n", scalar(pattern)));
        }
        lines.push_str("  term:\n    categories: /category/:slug/\n    tags: /tag/:slug/\n    authors: /author/:slug/");
        front.keep(&lines);
        front.keep("taxonomies: {category: categories, tag: tags, author: authors}");
        menus::write(self, &mut front, house);
        let description = plain(self.channel("description"));
        if !description.is_empty() {
            front.params(&[("description".to_owned(), description.into())]);
        }
        format!("# Made from an export of WordPress.\n{}", front.lines())
    }
}

/// In the offset that the site had then: the two forms of a date differ by it. A draft has
/// only the one.
fn date(item: &Item, key: &str) -> Option<Date> {
    let read = |text: &str| {
        let written = !text.starts_with("0000");
        Date::parse(text.trim(), &TimeZone::UTC)
            .ok()
            .filter(|_| written)
    };
    let local = read(item.get(key))?;
    let Some(utc) = read(item.get(&format!("{key}_gmt"))) else {
        return Some(local);
    };
    let seconds = local.instant.as_second() - utc.instant.as_second();
    let seconds = i32::try_from(seconds).ok()?;
    Some(Date {
        instant: utc.instant,
        offset: Offset::from_seconds(seconds).ok()?,
    })
}
