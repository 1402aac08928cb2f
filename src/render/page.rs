//! A page as its own template sees it: its card, and what only it shows.

use super::author;
use super::card::{self, Deck};
use super::needs::Need;
use super::rows::Rows;
use super::view::{self, Object, safe};
use crate::config::switches::{Header, Show};
use crate::site::{Page, PageId, Site, resources};
use crate::text;
use std::collections::BTreeMap;
use tera::Value;

/// What a page's value is made of.
pub struct PageView<'a> {
    pub site: &'a Site,
    pub id: PageId,
    pub cards: Option<&'a Deck>,
    /// Filled, ready to stand in the page.
    pub content: &'a str,
    pub related: &'a [PageId],
    pub toc: Option<String>,
    pub has_code: bool,
    pub has_math: bool,
}

pub type Maker = fn(&PageView) -> Value;

/// What a page has besides the keys of its card, in this order.
pub const KEYS: [(&str, Maker); 24] = [
    ("layout", |view| view.site.layout(view.page()).into()),
    ("content", |view| safe(view.content)),
    ("toc", |view| view.toc.as_deref().map(safe).into()),
    ("keywords", |view| {
        let front = view.page().front();
        front
            .map(|front| front.keywords.clone())
            .unwrap_or_default()
            .into()
    }),
    ("terms", |view| view.terms()),
    ("written_by", |view| {
        author::written_by(view.site, view.page()).into()
    }),
    ("images", |view| view.images().into()),
    ("header", |view| header(&view.page().show.header).into()),
    ("translations", |view| view.translations().into()),
    ("prev", |view| view.neighbour(view.page().newer)),
    ("next", |view| view.neighbour(view.page().older)),
    ("related", |view| view.cards(view.related)),
    ("series", |view| view.series().into()),
    ("edit", |view| view.edit().into()),
    ("canonical_source", |view| view.canonical_source().into()),
    ("share", |view| match view.page().show.share_buttons {
        true => share(view.site, view.page(), &view.page().show).into(),
        false => Vec::<Value>::new().into(),
    }),
    ("has_code", |view| view.has_code.into()),
    ("has_math", |view| view.has_math.into()),
    ("resources", |view| view.resources().into()),
    ("source_path", |view| {
        let file = view.page().file;
        file.map(|file| &*view.site.sources.get(file).path)
            .unwrap_or_default()
            .into()
    }),
    ("placeholder", |view| {
        let front = view.page().front();
        front
            .and_then(|front| front.placeholder.as_deref())
            .unwrap_or_default()
            .into()
    }),
    ("status", |view| {
        view.page()
            .front()
            .and_then(|front| front.status.clone())
            .into()
    }),
    ("confidence", |view| {
        view.page()
            .front()
            .and_then(|front| front.confidence.clone())
            .into()
    }),
    ("git", |view| {
        let doc = view.page().doc.as_ref();
        doc.and_then(|doc| doc.committed.as_deref())
            .map(view::commit)
            .into()
    }),
];

/// What a template reads of a page.
pub struct PageRows(Rows<Source>);

#[derive(Clone, Copy)]
enum Source {
    /// The place of the key in the card.
    Card(usize),
    Page(Maker),
}

impl PageRows {
    pub fn new(need: &Need) -> PageRows {
        let of_card = card::KEYS.iter().enumerate();
        let of_card = of_card.map(|(at, (key, _))| (*key, Source::Card(at)));
        let own = KEYS.iter().map(|(key, make)| (*key, Source::Page(*make)));
        let wanted = of_card.chain(own).filter(|(key, _)| need.key("page", key));
        PageRows(Rows::new(wanted))
    }

    pub fn value(&self, view: &PageView) -> Value {
        let card = view.card(view.id);
        let Some(card) = card.as_map() else {
            return Value::none();
        };
        self.0.value(|source| match source {
            Source::Card(at) => card
                .get_index(at)
                .map_or_else(Value::none, |(_, value)| value.clone()),
            Source::Page(make) => make(view),
        })
    }
}

impl PageView<'_> {
    fn page(&self) -> &Page {
        &self.site[self.id]
    }

    fn card(&self, id: PageId) -> Value {
        let cards = self.cards;
        cards.map_or_else(Value::none, |cards| cards.get(id).clone())
    }

    fn cards(&self, ids: &[PageId]) -> Value {
        let cards = ids.iter().map(|id| self.card(*id));
        cards.collect::<Vec<_>>().into()
    }

    fn neighbour(&self, id: Option<PageId>) -> Value {
        id.filter(|_| self.page().show.post_nav_links)
            .map(|id| self.card(id))
            .into()
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
                .push(view::term(site, *term_id));
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
            .filter_map(|image| view::image_url(self.site, page, image, false))
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
                    .set("title", view::title(site, *id))
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
                        .map(|id| self.card(*id))
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
        let page = &self.site[self.id];
        page.resources
            .iter()
            .zip(resources::described(page))
            .map(|(resource, said)| {
                Object::new()
                    .set("name", said.name)
                    .set("title", said.title)
                    .set("params", said.params)
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

/// The fork's `header:` as a value for a style attribute. The configuration let
/// through only what can stand in a `background`: no other property, no script.
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
        layers.push(background.to_owned());
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
    let tags: Vec<String> = site
        .topics(page)
        .map(|term| text::slug(&term.title, true).replace('-', ""))
        .collect();
    let wanted = |name: &str| {
        let names = show.share_names.as_ref();
        names.is_none_or(|names| names.iter().any(|said| said == name))
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
