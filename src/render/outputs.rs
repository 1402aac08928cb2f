//! Files for machines, from the site: feeds, sitemaps, search files,
//! robots.txt, the manifest and the list of redirects. Their formats are in
//! the modules beside this one; here they are given their data.

use super::article::Article;
use super::feed::{self, About, Feed, Item, Person};
use super::json::{self, Members, Place};
use super::pictures::Reader;
use super::{Renderer, absolute, machine, search, sitemap, view};
use crate::config::LanguageConfig;
use crate::config::outputs::Kind as OutputKind;
use crate::site::route::{self, FeedFormat, Job};
use crate::site::{Kind, LangId, Page, PageId, Site};
use rayon::prelude::*;
use std::sync::Arc;

/// Pages in one part of PaperMod's index.
const PART: usize = 128;

/// The article without its headings' links to themselves: they are the theme's,
/// which hides them, and most feed readers would show each as a `#`.
fn without_anchors(mut html: String) -> String {
    const OPEN: &str = "<a hidden class=\"anchor\"";
    const CLOSE: &str = "</a>";
    if !html.contains(OPEN) {
        return html;
    }
    let whole = std::mem::take(&mut html);
    let mut rest = whole.as_str();
    while let Some((before, anchor)) = rest.split_once(OPEN) {
        html.push_str(before);
        rest = anchor.split_once(CLOSE).map_or("", |(_, after)| after);
    }
    html.push_str(rest);
    html
}

/// The style sheet of feeds that are opened in a browser.
pub(super) const FEED_SHEET: &str = "css/feed.css";

impl Renderer {
    /// The article with absolute links, as feed readers need it.
    fn for_feed(&self, id: PageId) -> Arc<str> {
        self.for_feeds[id.index()]
            .get_or_init(|| self.for_elsewhere(id).into())
            .clone()
    }

    /// The same, for whoever asks once.
    pub(super) fn for_elsewhere(&self, id: PageId) -> String {
        let site = &self.shared.site;
        // What there is to say about its links is said when its page is rendered.
        let content = self.filler().content(id, Reader::Feed, &mut Vec::new());
        let content = without_anchors(content);
        let mut out = String::with_capacity(content.len() + 256);
        absolute::html(&content, &site.permalink(&site[id].url), &mut out);
        out
    }

    /// The pages in a list's feeds, which are the same in every format.
    pub(super) fn feed_entries(&self, id: PageId) -> &[PageId] {
        self.in_feeds[id.index()].get_or_init(|| self.shared.site.feed_entries(id).into())
    }

    pub(super) fn feed(&self, id: PageId, format: FeedFormat, out: &mut String) {
        let site = &self.shared.site;
        let page = &site[id];
        let language = site.language(page);
        let entries = self.feed_entries(id);
        let parts: Vec<Parts> = entries.iter().map(|entry| self.parts(*entry)).collect();
        let items: Vec<Item> = parts.iter().map(Parts::item).collect();
        let is_home = page.kind == Kind::Home;
        let title = if is_home {
            language.title.clone()
        } else {
            format!("{} | {}", view::title(site, id), language.title)
        };
        let own = page.front().and_then(|front| front.description.clone());
        let description = own
            .or_else(|| language.params.description.clone())
            .unwrap_or_default();
        let name = match format {
            FeedFormat::Rss => "index.xml",
            FeedFormat::Atom => "atom.xml",
            FeedFormat::Json => "feed.json",
        };
        let feed_url = site.permalink(&format!("/{}", route::beside(page, name)));
        let home_url = site.permalink(&page.url);
        let copyright = crate::parse::html::plainify(&crate::parse::inline(&language.copyright));
        let authors = persons(&language.params.authors);
        let sheet = site.assets.iter().find(|asset| asset.name == FEED_SHEET);
        let sheet = sheet.map(|asset| site.href(&format!("/{}", asset.output)));
        let text = self.shared.strings[page.lang.index()].get("feed_about", None);
        let feed = Feed {
            about: sheet.as_deref().map(|sheet| About { sheet, text }),
            title: &title,
            home_url: &home_url,
            feed_url: &feed_url,
            description: &description,
            language: &language.locale,
            copyright: &copyright,
            updated: page.lastmod,
            authors: &authors,
            image: None,
            icon: None,
            items: &items,
        };
        match format {
            FeedFormat::Rss => feed::rss(&feed, out),
            FeedFormat::Atom => feed::atom(&feed, out),
            FeedFormat::Json => feed::json(&feed, out),
        }
    }

    fn parts(&self, id: PageId) -> Parts<'_> {
        let site = &self.shared.site;
        let page = &site[id];
        let authors = page.front().map(|front| front.authors.as_slice());
        Parts {
            page,
            url: site.permalink(&page.url),
            people: persons(authors.unwrap_or_default()),
            categories: self.terms_of(page),
            summary: self.summary(id),
            content: page.show.full_text_in_rss.then(|| self.for_feed(id)),
            image: if page.show.cover.image.is_some() {
                self.images(id).into_iter().next()
            } else {
                None
            },
        }
    }

    /// The titles of a page's terms.
    pub(super) fn terms_of<'s>(&'s self, page: &'s Page) -> Vec<&'s str> {
        let terms = self.shared.site.topics(page);
        terms.map(|term| term.title.as_str()).collect()
    }

    /// The description that somebody wrote, else the article's beginning.
    pub(super) fn summary(&self, id: PageId) -> &str {
        let front = self.shared.site[id].front();
        if let Some(description) = front.and_then(|front| front.description.as_deref()) {
            return description;
        }
        let digest = self.articles[id.index()].as_ref().and_then(Article::digest);
        digest.map_or("", |digest| &digest.summary_text)
    }

    /// PaperMod's index of a language's pages.
    pub(super) fn index_json(&self, id: PageId, out: &mut String) {
        let site = &self.shared.site;
        let ids: Vec<PageId> = site.searched(site[id].lang).collect();
        // One file, and a long one: in parts, so that it keeps no thread busy alone.
        let parts: Vec<String> = ids
            .par_chunks(PART)
            .map(|ids| {
                let mut part = String::new();
                json::list(&mut part, Place::Script, |list| {
                    for id in ids {
                        list.object("", |json| self.index_entry(*id, json));
                    }
                });
                part
            })
            .collect();
        out.push('[');
        for (n, part) in parts.iter().enumerate() {
            if n > 0 {
                out.push(',');
            }
            out.push_str(&part[1..part.len() - 1]);
        }
        out.push_str("]\n");
    }

    fn index_entry(&self, id: PageId, json: &mut Members) {
        let site = &self.shared.site;
        let page = &site[id];
        let entry = search::Entry {
            title: &page.title,
            permalink: &site.permalink(&page.url),
            summary: self.summary(id),
            content: &self.plain_text(id),
        };
        search::papermod(&entry, json);
    }

    pub(super) fn robots(&self, out: &mut String) {
        let site = &self.shared.site;
        let sitemap = site
            .sitemaps
            .first()
            .map(|(path, _)| site.permalink(&format!("/{path}")));
        // The protocol wants an address with a host.
        let sitemap = sitemap.filter(|url| !site.origin().is_empty() && url.starts_with("http"));
        let production = self.is_production(LangId(site.config.default_language as u32));
        machine::robots(production, &[], sitemap.as_deref(), out);
    }

    pub(super) fn manifest(&self, out: &mut String) {
        let site = &self.shared.site;
        let language = site.config.default_lang();
        let params = &language.params;
        let icon = params
            .assets
            .favicon
            .as_deref()
            .map_or_else(|| site.href("favicon.svg"), |icon| self.local(icon));
        machine::manifest(
            &machine::Manifest {
                name: &language.title,
                description: params.description.as_deref().unwrap_or_default(),
                language: &language.locale,
                direction: language.direction.as_str(),
                home_url: &site
                    .href(&site[site.home(LangId(site.config.default_language as u32))].url),
                theme_color: params.assets.theme_color.as_deref().unwrap_or_default(),
                background_color: "",
                icons: &[machine::Icon {
                    url: &icon,
                    sizes: "",
                }],
            },
            out,
        );
    }

    pub(super) fn redirect_list(&self, out: &mut String) {
        let site = &self.shared.site;
        let redirects = site.routes.all.iter().filter_map(|route| match &route.job {
            Job::Redirect(target) => Some((
                site.href(&format!("/{}", route.output.trim_end_matches("index.html"))),
                site.href(target),
            )),
            _ => None,
        });
        let redirects: Vec<(String, String)> = redirects.collect();
        let redirects: Vec<machine::Redirect> = redirects
            .iter()
            .map(|(from, to)| machine::Redirect { from, to })
            .collect();
        machine::redirects(&redirects, out);
    }
}

/// What an item of a feed borrows from.
struct Parts<'r> {
    page: &'r Page,
    url: String,
    people: Vec<Person<'r>>,
    categories: Vec<&'r str>,
    summary: &'r str,
    content: Option<Arc<str>>,
    image: Option<String>,
}

impl Parts<'_> {
    fn item(&self) -> Item<'_> {
        Item {
            title: &self.page.title,
            url: &self.url,
            date: self.page.date,
            updated: self.page.lastmod,
            authors: &self.people,
            categories: &self.categories,
            summary: self.summary,
            content_html: self.content.as_deref(),
            image: self.image.as_deref(),
            language: None,
        }
    }
}

fn persons(names: &[String]) -> Vec<Person<'_>> {
    names
        .iter()
        .map(|name| Person {
            name,
            ..Person::default()
        })
        .collect()
}

/// All sitemaps of a site: path and text, the first `sitemap.xml`.
pub fn sitemaps(site: &Site) -> Vec<(String, String)> {
    let off = |language: &LanguageConfig| language.disabled_kinds.contains(&OutputKind::Sitemap);
    if site.config.sitemap.disable || off(site.config.default_lang()) {
        return Vec::new();
    }
    let listed: Vec<Vec<Listed>> = (0..site.config.languages.len() as u32)
        .map(|lang| {
            let pages = site.sitemap_pages(LangId(lang), &site.routes);
            pages.par_iter().map(|id| Listed::new(site, *id)).collect()
        })
        .collect();
    let alternates: Vec<Vec<Vec<sitemap::Alternate>>> = listed
        .iter()
        .map(|pages| pages.iter().map(Listed::alternates).collect())
        .collect();
    let urls: Vec<Vec<sitemap::Url>> = listed
        .iter()
        .zip(&alternates)
        .map(|(pages, alternates)| {
            let rows = pages.iter().zip(alternates);
            rows.map(|(page, alternates)| page.row(site, alternates))
                .collect()
        })
        .collect();
    let languages: Vec<sitemap::Language> = site
        .config
        .languages
        .iter()
        .zip(&urls)
        .map(|(language, urls)| sitemap::Language {
            code: &language.code,
            urls,
        })
        .collect();
    let name = &site.config.sitemap.filename;
    sitemap::files(&site.permalink("/"), &languages)
        .into_iter()
        .map(|file| {
            let path = if file.path == "sitemap.xml" {
                name.clone()
            } else {
                file.path
            };
            (path, file.text)
        })
        .collect()
}

/// A page as a sitemap has it, and what its row borrows from.
struct Listed {
    id: PageId,
    url: String,
    /// Language and address of the page in every language; empty where there is but one.
    others: Vec<(String, String)>,
}

impl Listed {
    fn new(site: &Site, id: PageId) -> Listed {
        let address = |id: PageId| site.permalink(&site[id].url);
        let translations = site[id].translations.iter().copied();
        let mut all: Vec<PageId> = translations.filter(|id| site[*id].rendered).collect();
        if !all.is_empty() {
            all.push(id);
            all.sort_by_key(|id| site[*id].lang);
        }
        let locale = |id: PageId| site.language(&site[id]).locale.clone();
        Listed {
            id,
            url: address(id),
            others: all
                .into_iter()
                .map(|id| (locale(id), address(id)))
                .collect(),
        }
    }

    fn alternates(&self) -> Vec<sitemap::Alternate<'_>> {
        let rows = self.others.iter();
        rows.map(|(lang, url)| sitemap::Alternate { lang, url })
            .collect()
    }

    fn row<'a>(
        &'a self,
        site: &Site,
        alternates: &'a [sitemap::Alternate<'a>],
    ) -> sitemap::Url<'a> {
        let page = &site[self.id];
        let own = page.front().and_then(|front| front.sitemap.as_ref());
        let general = &site.config.sitemap;
        let frequency = own.and_then(|own| own.change_freq).or(general.change_freq);
        sitemap::Url {
            url: &self.url,
            lastmod: page.lastmod,
            alternates,
            changefreq: frequency.map(|frequency| frequency.as_str()),
            priority: own.and_then(|own| own.priority).or(general.priority),
        }
    }
}
