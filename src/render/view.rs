//! What templates see of the site: one small card a page, made once and shared
//! by reference count, and the whole of a page only where it is rendered itself.
//!
//! Values are built by hand: no type of the model serialises itself, so nothing
//! large gets into a list by accident. The names are documented in
//! `content/docs/templates.md`.

use crate::config::switches::{Cover, Header, Show};
use crate::date::Date;
use crate::parse::{self, Digest, html};
use crate::site::{Kind, LangId, Page, PageId, Site, TermId, links, menus};
use crate::text;
use std::collections::BTreeMap;
use tera::{Map, Value};

/// Builds a map for templates.
pub struct Object(pub Map);

impl Object {
    pub fn new() -> Object {
        Object(Map::new())
    }

    pub fn set(mut self, key: &'static str, value: impl Into<Value>) -> Object {
        self.0.insert(key.into(), value.into());
        self
    }

    pub fn value(self) -> Value {
        Value::from(self.0)
    }
}

impl Default for Object {
    fn default() -> Object {
        Object::new()
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        object.value()
    }
}

/// Marks HTML that we made, or trust, as not to be escaped.
pub fn safe(html: &str) -> Value {
    Value::safe_string(html)
}

fn date(date: Option<Date>) -> Option<String> {
    date.map(|date| date.rfc3339())
}

/// The name of a kind, as templates and cascades have it.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Home => "home",
        Kind::Section => "section",
        Kind::Page => "page",
        Kind::Taxonomy => "taxonomy",
        Kind::Term => "term",
    }
}

/// A term as posts show it: title and address.
pub fn term(site: &Site, id: TermId) -> Value {
    let term = &site.terms[id.index()];
    Object::new()
        .set("title", term.title.as_str())
        .set("url", site.href(&site[term.page].url))
        .set(
            "taxonomy",
            site.taxonomies[term.taxonomy.index()].name.as_str(),
        )
        .value()
}

/// The names of who wrote a page: its own, else the site's.
pub fn authors<'s>(site: &'s Site, page: &'s Page) -> &'s [String] {
    match page.front() {
        Some(front) if !front.authors.is_empty() => &front.authors,
        _ => &site.language(page).params.authors,
    }
}

/// Minutes, by Hugo's rule.
pub fn minutes(digest: &Digest) -> usize {
    html::minutes(digest.words, digest.cjk)
}

/// A page as lists, neighbours and related posts show it: no body.
pub fn card(site: &Site, id: PageId, digest: Option<&Digest>, terms: &[Value]) -> Value {
    let page = &site[id];
    let front = page.front();
    let own_terms: Vec<Value> = page
        .terms
        .iter()
        .map(|term| terms[term.index()].clone())
        .collect();
    let section = page.parent.map(|parent| {
        Object::new()
            .set("title", title(site, parent))
            .set("url", site.href(&site[parent].url))
            .value()
    });
    let url = if page.linked {
        site.href(&page.url)
    } else {
        String::new()
    };
    Object(Map::with_capacity(28))
        .set("kind", kind_name(page.kind))
        .set("lang", site.language(page).code.as_str())
        .set("path", page.path.as_str())
        .set("title", title(site, id))
        .set(
            "link_title",
            if page.link_title.is_empty() {
                title(site, id)
            } else {
                &page.link_title
            },
        )
        .set("permalink", site.absolute(&url))
        .set("url", url)
        .set(
            "description",
            front
                .and_then(|front| front.description.as_deref())
                .unwrap_or_default(),
        )
        .set("summary", summary(page, digest))
        .set("words", digest.map_or(0, |digest| digest.words))
        .set("minutes", digest.map_or(0, minutes))
        .set("date", date(page.date))
        .set("lastmod", date(page.lastmod))
        .set("draft", page.draft)
        .set("future", page.future)
        .set("expired", page.expired)
        .set("weight", page.weight)
        .set("authors", authors(site, page).to_vec())
        .set("tags", own_terms)
        .set("section", section)
        .set("cover", cover(site, page))
        .set("show", own_switches(page))
        .set(
            "params",
            front.map_or_else(|| Value::from(Map::new()), |front| front.params.clone()),
        )
        .value()
}

/// A home page without a title of its own has the site's.
pub fn title(site: &Site, id: PageId) -> &str {
    let page = &site[id];
    if page.title.is_empty() {
        &site.language(page).title
    } else {
        &page.title
    }
}

/// Plain text: the front matter's, else what stands before `<!--more-->` or at the beginning.
fn summary(page: &Page, digest: Option<&Digest>) -> String {
    if let Some(summary) = page.front().and_then(|front| front.summary.as_deref()) {
        return html::plainify(&parse::inline(summary));
    }
    digest
        .map(|digest| digest.summary_text.clone())
        .unwrap_or_default()
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
    let url = image_url(site, page, image, cover.relative == Some(true))?;
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

/// Where an image named in front matter lies: a resource of the page, a file
/// of the site, an address elsewhere. None where its scheme is not allowed.
pub fn image_url(site: &Site, page: &Page, image: &str, relative: bool) -> Option<String> {
    if !text::safe_url(image) {
        return None;
    }
    if links::is_external(image) {
        return Some(image.to_owned());
    }
    if let Some(resource) = page
        .resources
        .iter()
        .find(|resource| resource.name == image.trim_start_matches("./"))
    {
        return Some(site.href(&resource.url));
    }
    if relative {
        let folder = page.url.rsplit_once('/').map_or("", |(folder, _)| folder);
        return Some(site.href(&format!("{folder}/{image}")));
    }
    Some(site.href(image))
}

/// Everything of a page that its own template sees.
pub struct PageView<'a> {
    pub site: &'a Site,
    pub id: PageId,
    pub cards: &'a [Value],
    /// Filled, ready to stand in the page.
    pub content: &'a str,
    pub toc: Option<String>,
    pub has_code: bool,
    pub has_math: bool,
}

impl PageView<'_> {
    pub fn value(&self) -> Value {
        let site = self.site;
        let page = &site[self.id];
        let front = page.front();
        let Some(card) = self.cards[self.id.index()].as_map() else {
            return Value::none();
        };
        let of = |ids: &[PageId]| -> Vec<Value> {
            ids.iter()
                .map(|id| self.cards[id.index()].clone())
                .collect()
        };
        let neighbour = |id: Option<PageId>| id.map(|id| self.cards[id.index()].clone());
        let show = &page.show;
        Object(card.clone())
            .set("layout", site.layout(page))
            .set("content", safe(self.content))
            .set("toc", self.toc.as_deref().map(safe))
            .set(
                "keywords",
                front
                    .map(|front| front.keywords.clone())
                    .unwrap_or_default(),
            )
            .set("terms", self.terms())
            .set("images", self.images())
            .set("header", header(&show.header))
            .set("translations", self.translations())
            .set(
                "prev",
                neighbour(page.newer).filter(|_| show.post_nav_links),
            )
            .set(
                "next",
                neighbour(page.older).filter(|_| show.post_nav_links),
            )
            .set(
                "related",
                if show.related {
                    of(&page.related)
                } else {
                    Vec::new()
                },
            )
            .set("series", self.series())
            .set("edit", self.edit())
            .set("canonical_source", self.canonical_source())
            .set(
                "share",
                if show.share_buttons {
                    share(site, page, show)
                } else {
                    Vec::new()
                },
            )
            .set("has_code", self.has_code)
            .set("has_math", self.has_math)
            .set("resources", self.resources())
            .set(
                "source_path",
                page.file
                    .map(|file| &*site.sources.get(file).path)
                    .unwrap_or_default(),
            )
            .set(
                "placeholder",
                front
                    .and_then(|front| front.placeholder.as_deref())
                    .unwrap_or_default(),
            )
            .set("git", None::<bool>)
            .value()
    }

    fn terms(&self) -> Value {
        let site = self.site;
        let mut by_taxonomy: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for taxonomy in site
            .taxonomies
            .iter()
            .filter(|taxonomy| taxonomy.lang == site[self.id].lang)
        {
            by_taxonomy.insert(taxonomy.name.clone(), Vec::new());
        }
        for term_id in &site[self.id].terms {
            let name = &site.taxonomies[site.terms[term_id.index()].taxonomy.index()].name;
            by_taxonomy
                .entry(name.clone())
                .or_default()
                .push(term(site, *term_id));
        }
        Value::from(by_taxonomy)
    }

    fn images(&self) -> Vec<String> {
        let page = &self.site[self.id];
        let own = page
            .front()
            .map(|front| front.images.as_slice())
            .unwrap_or_default();
        own.iter()
            .filter_map(|image| image_url(self.site, page, image, false))
            .collect()
    }

    fn translations(&self) -> Vec<Object> {
        let site = self.site;
        let others = site[self.id]
            .translations
            .iter()
            .filter(|id| site[**id].rendered);
        others
            .map(|id| {
                let language = site.language(&site[*id]);
                Object::new()
                    .set("lang", language.code.as_str())
                    .set("name", language.name.as_str())
                    .set("url", site.href(&site[*id].url))
                    .set("title", title(site, *id))
            })
            .collect()
    }

    fn series(&self) -> Option<Object> {
        let page = &self.site[self.id];
        let series = page.series.first().filter(|_| page.show.series)?;
        Some(
            Object::new()
                .set("title", series.title.as_str())
                .set("url", self.site.href(&self.site[series.page].url))
                .set("index", series.index + 1)
                .set("total", series.pages.len())
                .set(
                    "pages",
                    series
                        .pages
                        .iter()
                        .map(|id| self.cards[id.index()].clone())
                        .collect::<Vec<_>>(),
                ),
        )
    }

    fn edit(&self) -> Option<Object> {
        let page = &self.site[self.id];
        let edit = &page.show.edit_post;
        let url = edit
            .url
            .as_deref()
            .filter(|_| edit.disabled != Some(true))?;
        let file = &*self.site.sources.get(page.file?).path;
        let url = if edit.append_file_path == Some(true) {
            let dirs = &self.site.config.dirs;
            let below = file
                .strip_prefix(dirs.content.as_str())
                .unwrap_or(file)
                .trim_start_matches('/');
            format!("{}/{}", url.trim_end_matches('/'), text::encode_path(below))
        } else {
            url.to_owned()
        };
        text::safe_url(&url).then(|| Object::new().set("url", url).set("text", edit.text.clone()))
    }

    fn canonical_source(&self) -> Option<Object> {
        let page = &self.site[self.id];
        let url = page.front()?.canonical_url.as_ref()?;
        let host = url
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split('/').next())
            .unwrap_or(url);
        (text::safe_url(url) && page.show.canonical_link).then(|| {
            Object::new()
                .set("url", &*url.text)
                .set("host", host)
                .set("text", page.show.canonical_link_text.clone())
        })
    }

    fn resources(&self) -> Vec<Object> {
        let resources = self.site[self.id].resources.iter();
        resources
            .map(|resource| {
                Object::new()
                    .set("name", resource.name.as_str())
                    .set("url", self.site.href(&resource.url))
                    .set(
                        "type",
                        resource
                            .name
                            .rsplit_once('.')
                            .map_or("", |(_, extension)| extension),
                    )
            })
            .collect()
    }
}

/// The fork's `header:` as a value for a style attribute. Only what can stand
/// in a `background` is let through: no other property, no script.
fn header(header: &Header) -> Option<Object> {
    let mut layers: Vec<String> = Vec::new();
    if let Some(image) = header
        .background_image
        .as_deref()
        .filter(|url| text::safe_url(url))
    {
        layers.push(format!(
            "url(\"{}\") center / cover",
            text::encode_path(image).replace(['"', '\\', '(', ')'], "")
        ));
    }
    if let Some(background) = header.background.as_deref() {
        let value = background.trim().trim_end_matches(';').trim();
        if is_background(value) {
            layers.push(value.to_owned());
        }
    }
    if layers.is_empty() {
        return None;
    }
    let mut style = String::new();
    text::escape_attr(&mut style, &format!("background: {}", layers.join(", ")));
    Some(
        Object::new()
            .set("style", safe(&style))
            .set("gradient", header.gradient == Some(true))
            .set("blur", header.blur == Some(true)),
    )
}

/// Letters, digits and the punctuation of colours, gradients and positions; parentheses are balanced.
fn is_background(value: &str) -> bool {
    let mut depth = 0i32;
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            c if c.is_alphanumeric() || " #%.,-/+\"':?=&_@~".contains(c) => {}
            _ => return false,
        }
        if depth < 0 {
            return false;
        }
    }
    let lower = value.to_ascii_lowercase();
    depth == 0
        && !value.is_empty()
        && !lower.contains("javascript:")
        && !lower.contains("expression(")
}

const NETWORKS: &[(&str, &str, &str)] = &[
    (
        "x",
        "X",
        "https://x.com/intent/tweet/?text={title}&url={url}&hashtags={tags}",
    ),
    (
        "linkedin",
        "LinkedIn",
        "https://www.linkedin.com/shareArticle?mini=true&url={url}&title={title}&summary={title}&source={url}",
    ),
    (
        "reddit",
        "Reddit",
        "https://reddit.com/submit?url={url}&title={title}",
    ),
    (
        "facebook",
        "Facebook",
        "https://facebook.com/sharer/sharer.php?u={url}",
    ),
    (
        "whatsapp",
        "WhatsApp",
        "https://api.whatsapp.com/send?text={title}%20-%20{url}",
    ),
    (
        "telegram",
        "Telegram",
        "https://telegram.me/share/url?text={title}&url={url}",
    ),
    (
        "ycombinator",
        "Hacker News",
        "https://news.ycombinator.com/submitlink?t={title}&u={url}",
    ),
];

fn share(site: &Site, page: &Page, show: &Show) -> Vec<Object> {
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let url = encode(&site.permalink(&page.url));
    let title = encode(&page.title);
    let tags: Vec<String> = page
        .terms
        .iter()
        .map(|term| text::slug(&site.terms[term.index()].title, true).replace('-', ""))
        .collect();
    let wanted = |name: &str| {
        let same = |said: &String| {
            said.eq_ignore_ascii_case(name) || (name == "x" && said.eq_ignore_ascii_case("twitter"))
        };
        show.share_names
            .as_ref()
            .is_none_or(|names| names.iter().any(same))
    };
    NETWORKS
        .iter()
        .filter(|(name, _, _)| wanted(name))
        .map(|(name, label, pattern)| {
            let link = pattern
                .replace("{title}", &title)
                .replace("{url}", &url)
                .replace("{tags}", &encode(&tags.join(",")));
            Object::new()
                .set("name", *name)
                .set("icon", *name)
                .set("title", *label)
                .set("url", link)
        })
        .collect()
}

/// The switches as templates see them.
pub fn show(site: &Site, page: &Page) -> Value {
    let show = &page.show;
    let params = &site.language(page).params;
    Object(Map::with_capacity(40))
        .set("reading_time", show.reading_time)
        .set("word_count", show.word_count)
        .set("bread_crumbs", show.bread_crumbs)
        .set("post_nav_links", show.post_nav_links)
        .set("code_copy_buttons", show.code_copy_buttons)
        .set("toc", show.toc)
        .set("toc_open", show.toc_open)
        .set("share_buttons", show.share_buttons)
        .set("rss_button", show.rss_button)
        .set("all_pages_in_archive", show.all_pages_in_archive)
        .set("page_nums", show.page_nums)
        .set("meta", show.meta)
        .set("summary", show.summary)
        .set("footer", show.footer)
        .set("author", show.author)
        .set("date", show.date)
        .set("tags", show.tags)
        .set("canonical_link", show.canonical_link)
        .set("heading_anchors", show.heading_anchors)
        .set("comments", show.comments)
        .set("math", show.math)
        .set("related", show.related)
        .set("series", show.series)
        .set("theme_toggle", !params.disable_theme_toggle)
        .set("lang_toggle", !params.disable_lang_toggle)
        .set("full_lang_name", params.display_full_lang_name)
        .set("special_first_post", !params.disable_special_first_post)
        .set("scroll_to_top", !params.disable_scroll_to_top)
        .value()
}

/// The way from the home page to a page: titles and paths, without the page itself.
pub fn crumbs(site: &Site, id: PageId) -> Vec<PageId> {
    let mut way = Vec::new();
    let mut above = site[id].parent;
    while let Some(parent) = above {
        way.push(parent);
        above = site[parent].parent;
    }
    way.reverse();
    way
}

pub fn breadcrumbs(site: &Site, id: PageId, home: &str) -> Vec<Object> {
    if !site[id].show.bread_crumbs {
        return Vec::new();
    }
    let name = |id: PageId| {
        if site[id].kind == Kind::Home {
            home
        } else {
            title(site, id)
        }
    };
    crumbs(site, id)
        .into_iter()
        .filter(|id| site[*id].rendered)
        .map(|id| {
            Object::new()
                .set("title", name(id))
                .set("url", site.href(&site[id].url))
        })
        .collect()
}

/// One menu item, knowing whether the reader is there (`at`: the page's URL).
pub fn menu_item(item: &menus::Item, at: &str) -> Value {
    let active = item.url.as_deref().is_some_and(|url| is_at(url, at));
    Object::new()
        .set("name", item.name.as_str())
        .set("title", item.title.clone())
        .set("url", item.href.as_str())
        .set("external", item.external)
        .set("active", active)
        .set("weight", item.weight)
        .set("identifier", item.identifier.as_str())
        .set("pre", item.pre.as_str())
        .set("post", item.post.as_str())
        .set("params", item.params.clone())
        .set(
            "children",
            item.children
                .iter()
                .map(|child| menu_item(child, at))
                .collect::<Vec<_>>(),
        )
        .value()
}

fn is_at(url: &str, at: &str) -> bool {
    url.trim_end_matches('/') == at.trim_end_matches('/')
}

/// All languages of a site that has several, for the switch: each leads to
/// the page's translation where there is one, else to that language's home.
pub fn languages(site: &Site, id: Option<PageId>, lang: LangId) -> Vec<Object> {
    if site.config.languages.len() < 2 {
        return Vec::new();
    }
    let each = site.config.languages.iter().enumerate();
    each.map(|(index, language)| {
        let other = LangId(index as u32);
        let target = id
            .and_then(|id| site.in_language(id, other))
            .filter(|id| site[*id].rendered)
            .unwrap_or(site.home(other));
        Object::new()
            .set("code", language.code.as_str())
            .set("name", language.name.as_str())
            .set("title", language.params.language_alt_title.clone())
            .set("url", site.href(&site[target].url))
            .set("current", other == lang)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::is_background;

    #[test]
    fn only_backgrounds_reach_the_style_attribute() {
        assert!(is_background(
            "linear-gradient(-225deg, #2CD8D5 0%, #6B8DD6 48%, #8E37D7 100%)"
        ));
        assert!(is_background("rgb(1 2 3 / 50%)"));
        for hostile in [
            "red; position: fixed",
            "x}</style>",
            "url(javascript:alert(1))",
            "a)",
            "",
            "\\65xpression",
        ] {
            assert!(!is_background(hostile), "{hostile}");
        }
    }
}
