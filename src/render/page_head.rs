//! `head` as templates see it: what [`super::head`] is told of a page.

use super::article::Article;
use super::head::{self, Head};
use super::needs::Need;
use super::rows::{Rows, Shape};
use super::view::{self, safe};
use super::{Renderer, feed};
use crate::picture::Facts;
use crate::site::{Kind, LangId, PageId};
use tera::Value;

type Maker = fn(&Head) -> Value;

/// The keys of `head`, in order.
const KEYS: [(&str, Maker); 9] = [
    ("title", |head| head.title().into()),
    ("description", |head| head.description().into()),
    ("canonical", |head| head.canonical().into()),
    ("robots", |head| head.robots().into()),
    ("keywords", |head| head.keywords().into()),
    ("author", |head| head.author().into()),
    ("open_graph", |head| rows(head.open_graph(), "property")),
    ("twitter", |head| rows(head.twitter(), "name")),
    ("json_ld", |head| safe(&head.json_ld())),
];

fn rows(rows: Vec<head::Row>, name: &'static str) -> Value {
    let shape = Shape::new([name, "content"]);
    let row = |(name, content): head::Row| shape.value([name.into(), content.into()]);
    rows.into_iter().map(row).collect::<Vec<_>>().into()
}

/// What a template reads of `head`.
pub(super) struct HeadRows {
    rows: Rows<Maker>,
    /// Only JSON-LD has the article itself.
    text: bool,
}

impl HeadRows {
    pub(super) fn new(need: &Need) -> HeadRows {
        let wanted = KEYS.into_iter().filter(|(key, _)| need.key("head", key));
        HeadRows {
            rows: Rows::new(wanted),
            text: need.key("head", "json_ld"),
        }
    }

    fn value(&self, page: &head::Page) -> Value {
        let head = Head::of(page);
        self.rows.value(|make| make(&head))
    }
}

/// Who publishes in one language: the same on all its pages.
pub(super) struct Publisher {
    url: String,
    logo: Option<String>,
    same_as: Vec<String>,
}

impl Publisher {
    pub(super) fn new(renderer: &Renderer, lang: LangId) -> Publisher {
        let site = &renderer.shared.site;
        let params = &site.config.languages[lang.index()].params;
        let logo = params.label.icon.as_deref();
        let logo = logo.or(params.assets.favicon.as_deref());
        let social = params.social_icons.iter().map(|icon| &icon.url);
        Publisher {
            url: site.permalink(&site[site.home(lang)].url),
            logo: logo.map(|icon| site.absolute(&renderer.local(icon))),
            same_as: if params.schema.same_as.is_empty() {
                social
                    .filter(|url| url.starts_with("http"))
                    .cloned()
                    .collect()
            } else {
                params.schema.same_as.clone()
            },
        }
    }
}

impl Renderer {
    pub(super) fn head(&self, rows: &HeadRows, id: PageId, pager: u32) -> Value {
        let (site, page) = (&self.shared.site, &self.shared.site[id]);
        let front = page.front();
        let language = site.language(page);
        let article = self.articles[id.index()].as_ref();
        let digest = article.and_then(Article::digest);
        let url = site.absolute(&self.pager_url(id, pager));
        let images = self.images(id);
        let cover = &page.show.cover;
        let images: Vec<head::Image> = images
            .iter()
            .enumerate()
            .map(|(n, url)| {
                let is_cover = n == 0 && cover.image.is_some();
                let facts = self.facts_at(id, url);
                head::Image {
                    url,
                    alt: cover
                        .alt
                        .as_deref()
                        .filter(|_| is_cover)
                        .unwrap_or_default(),
                    width: facts.as_ref().map(|facts| facts.width),
                    height: facts.as_ref().map(|facts| facts.height),
                }
            })
            .collect();
        let addresses = self.addresses_of_authors(id);
        let authors: Vec<feed::Person> = view::authors(site, page)
            .iter()
            .zip(&addresses)
            .map(|(name, address)| feed::Person {
                name,
                url: address.as_deref(),
                ..Default::default()
            })
            .collect();
        let translations: Vec<&str> = page
            .translations
            .iter()
            .map(|id| site.language(&site[*id]).locale.as_str())
            .collect();
        let tags = self.terms_of(page);
        let empty = Vec::new();
        let own = front.map_or(&empty, |front| &front.keywords);
        // What the site is about is said where it is shown as a whole: of an article
        // it would often be untrue.
        let keywords = match page.kind {
            Kind::Page => own,
            _ if own.is_empty() => &language.params.keywords,
            _ => own,
        };
        let keywords: Vec<&str> = keywords.iter().map(String::as_str).collect();
        let way = self.way(id).map(|way| way.places.as_slice());
        let way: Vec<head::Crumb> = way
            .unwrap_or_default()
            .iter()
            .map(|(title, url)| head::Crumb { title, url })
            .collect();
        let series: Vec<String> = page
            .series
            .first()
            .map(|series| {
                series
                    .pages
                    .iter()
                    .filter(|part| **part != id)
                    .map(|part| site.permalink(&site[*part].url))
                    .collect()
            })
            .unwrap_or_default();
        let series: Vec<&str> = series.iter().map(String::as_str).collect();
        let kind = match page.kind {
            Kind::Home => head::Kind::Home,
            Kind::Page if site.layout(page).is_empty() => head::Kind::Article,
            _ => head::Kind::List,
        };
        // No other kind of page gives its text to machines.
        let body = if kind == head::Kind::Article && rows.text {
            let plain = self.plain_text(id);
            if let Some(n) = self.wants_words(id) {
                self.count_words(id, n, &plain);
            }
            plain
        } else {
            String::new()
        };
        self.with_publisher(page.lang, |publisher| {
            rows.value(&head::Page {
                kind,
                title: view::title(site, id),
                description: front
                    .and_then(|front| front.description.as_deref())
                    .unwrap_or_default(),
                summary: digest.map_or("", |digest| &digest.summary_text),
                url: &url,
                canonical: front
                    .and_then(|front| front.canonical_url.as_ref())
                    .map(|url| &*url.text),
                language: &language.locale,
                translations: &translations,
                images: &images,
                audio: &[],
                videos: &[],
                published: page.date,
                modified: page.lastmod,
                authors: &authors,
                keywords: &keywords,
                tags: &tags,
                section: page.parent.map_or("", |parent| view::title(site, parent)),
                see_also: &series,
                words: digest.map_or(0, |digest| digest.words),
                minutes: digest.map_or(0, view::minutes),
                body: &body,
                breadcrumbs: &way,
                no_index: !page.show.indexed_by_robots,
                site: publisher,
            })
        })
    }

    pub(super) fn head_of_standalone(
        &self,
        rows: &HeadRows,
        lang: LangId,
        title: &str,
        url: &str,
        missing: bool,
    ) -> Value {
        let language = &self.shared.site.config.languages[lang.index()];
        self.with_publisher(lang, |publisher| {
            let kind = if missing {
                head::Kind::Missing
            } else {
                head::Kind::List
            };
            rows.value(&head::Page {
                kind,
                title,
                url,
                language: &language.locale,
                no_index: language.switches.robots_no_index == Some(true),
                site: publisher,
                ..head::Page::default()
            })
        })
    }

    pub(super) fn with_publisher<R>(&self, lang: LangId, then: impl FnOnce(head::Site) -> R) -> R {
        let site = &self.shared.site;
        let language = &site.config.languages[lang.index()];
        let params = &language.params;
        let publisher = &self.publishers[lang.index()];
        let same: Vec<&str> = publisher.same_as.iter().map(String::as_str).collect();
        then(head::Site {
            title: &language.title,
            url: &publisher.url,
            description: params.description.as_deref().unwrap_or_default(),
            is_person: params.schema.publisher_type.as_deref() == Some("Person"),
            logo: publisher.logo.as_deref(),
            same_as: &same,
            twitter: params.social.twitter.as_deref(),
            facebook_app: params.social.facebook_app_id.as_deref(),
            facebook_admin: params.social.facebook_admin.as_deref(),
            production: self.is_production(lang),
        })
    }

    pub(super) fn is_production(&self, lang: LangId) -> bool {
        let config = &self.shared.site.config;
        let said = config.languages[lang.index()].params.env.as_deref();
        said.unwrap_or(&config.environment) == "production"
    }

    /// Of the picture at an absolute address, where it is one of the site's.
    fn facts_at(&self, id: PageId, url: &str) -> Option<Facts> {
        let path = url.strip_prefix(self.shared.site.origin())?;
        let picture = self.shared.picture(id, path)?;
        self.shared.reads.picture(Some(id), &picture.source);
        picture.facts.ok()
    }

    /// Absolute addresses of a page's pictures: cover, front matter, else the site's.
    pub(super) fn images(&self, id: PageId) -> Vec<String> {
        let site = &self.shared.site;
        let page = &site[id];
        let cover = page.show.cover.image.as_deref().and_then(|image| {
            view::image_url(site, page, image, page.show.cover.relative == Some(true))
        });
        let own = page
            .front()
            .map(|front| front.images.as_slice())
            .unwrap_or_default();
        let general = if cover.is_none() && own.is_empty() {
            site.language(page).params.images.as_slice()
        } else {
            &[]
        };
        let named = own
            .iter()
            .chain(general)
            .filter_map(|image| view::image_url(site, page, image, false));
        cover
            .into_iter()
            .chain(named)
            .map(|url| site.absolute(&url))
            .collect()
    }
}
