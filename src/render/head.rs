//! What a page's `<head>` says to machines: description, author and keywords,
//! Open Graph, the Twitter card, JSON-LD.
//!
//! Takes one [`Page`], and gives each of these when it is asked for. Texts are
//! plain and not escaped (the template does that), but for `json_ld`, which is
//! whole and safe within `<script type="application/ld+json">`. Does not know the
//! site, and invents nothing: what is not given is not said.

use super::bytes;
use super::feed::Person;
use super::json::{self, Members, Place};
use super::link;
use super::search::excerpt;
use crate::date::Date;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug, Default)]
pub struct Page<'a> {
    pub kind: Kind,
    /// Plain text, as all texts here.
    pub title: &'a str,
    /// From the front matter; empty for none.
    pub description: &'a str,
    /// Stands in for the description; empty for none.
    pub summary: &'a str,
    /// Absolute.
    pub url: &'a str,
    /// Where it is not this page: absolute.
    pub canonical: Option<&'a str>,
    /// As in `<html lang>`: `en`, `pt-BR`.
    pub language: &'a str,
    /// Languages of its translations.
    pub translations: &'a [&'a str],
    /// The best first.
    pub images: &'a [Image<'a>],
    pub audio: &'a [&'a str],
    pub videos: &'a [&'a str],
    pub published: Option<Date>,
    pub modified: Option<Date>,
    pub authors: &'a [Person<'a>],
    pub keywords: &'a [&'a str],
    pub tags: &'a [&'a str],
    /// Title of its section; empty for none.
    pub section: &'a str,
    /// Addresses of the other parts of its series.
    pub see_also: &'a [&'a str],
    pub words: usize,
    pub minutes: usize,
    /// The article as plain text.
    pub body: &'a str,
    /// Home first, then its sections; the page itself is added. Empty for none.
    pub breadcrumbs: &'a [Crumb<'a>],
    /// In no search engine's index.
    pub no_index: bool,
    pub site: Site<'a>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Kind {
    Home,
    /// A single page.
    Article,
    /// Section, taxonomy, term, archive, search.
    #[default]
    List,
    /// 404: said to be indexed by nobody, without JSON-LD.
    Missing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Image<'a> {
    /// Absolute.
    pub url: &'a str,
    /// Empty for none.
    pub alt: &'a str,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crumb<'a> {
    pub title: &'a str,
    /// Absolute.
    pub url: &'a str,
}

/// Who publishes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Site<'a> {
    pub title: &'a str,
    /// The language's home, absolute.
    pub url: &'a str,
    pub description: &'a str,
    /// `params.schema.publisherType` is `Person`; otherwise an organisation.
    pub is_person: bool,
    /// Absolute.
    pub logo: Option<&'a str>,
    /// `params.schema.sameAs`, or the addresses of the social icons.
    pub same_as: &'a [&'a str],
    /// Handles with or without `@`: `params.social.twitter`.
    pub twitter: Option<&'a str>,
    pub facebook_app: Option<&'a str>,
    pub facebook_admin: Option<&'a str>,
    /// `params.env` is `production`, or the build is for it. Otherwise nothing is to be indexed.
    pub production: bool,
}

/// Bytes of a summary that stands in for a description: search engines show about half of it.
const DESCRIPTION: usize = 300;
/// Of each kind, in Open Graph: what PaperMod gives.
const AT_MOST: usize = 6;

/// `property` or `name`, and `content`.
pub type Row<'h> = (&'static str, Cow<'h, str>);

/// A page, and what is said of it more than once.
pub struct Head<'a> {
    page: &'a Page<'a>,
    description: Cow<'a, str>,
    url: Cow<'a, str>,
}

impl<'a> Head<'a> {
    pub fn of(page: &'a Page<'a>) -> Head<'a> {
        Head {
            page,
            description: description(page),
            url: web(page.url),
        }
    }

    /// `{title} | {site}`.
    pub fn title(&self) -> Cow<'a, str> {
        let page = self.page;
        match (page.kind, page.title) {
            (Kind::Home, _) | (_, "") => page.site.title.into(),
            (_, title) if page.site.title.is_empty() => title.into(),
            (_, title) => format!("{title} | {}", page.site.title).into(),
        }
    }

    pub fn description(&self) -> &str {
        &self.description
    }

    pub fn canonical(&self) -> Cow<'_, str> {
        match self.page.canonical {
            Some(url) => web(url),
            None => Cow::Borrowed(&self.url),
        }
    }

    pub fn robots(&self) -> &'static str {
        let page = self.page;
        if page.no_index || page.kind == Kind::Missing || !page.site.production {
            "noindex, nofollow"
        } else {
            "index, follow"
        }
    }

    /// Comma-separated.
    pub fn keywords(&self) -> String {
        joined(keywords(self.page).iter().copied())
    }

    /// Comma-separated.
    pub fn author(&self) -> String {
        joined(self.page.authors.iter().map(|person| person.name))
    }

    /// `article:published_time` among them; in the order in which they are to
    /// stand: what belongs to an image follows it.
    pub fn open_graph(&self) -> Vec<Row<'_>> {
        let page = self.page;
        let mut out = Vec::with_capacity(20);
        let article = page.kind == Kind::Article;
        say(&mut out, "og:title", self.name());
        say(&mut out, "og:description", &*self.description);
        say(
            &mut out,
            "og:type",
            if article { "article" } else { "website" },
        );
        say(&mut out, "og:url", &*self.url);
        say(&mut out, "og:site_name", page.site.title);
        say(&mut out, "og:locale", locale(page.language));
        for language in page.translations {
            say(&mut out, "og:locale:alternate", locale(language));
        }
        for image in page.images.iter().take(AT_MOST) {
            let Some(url) = link::web(image.url) else {
                continue;
            };
            say(&mut out, "og:image", url);
            for (property, size) in [
                ("og:image:width", image.width),
                ("og:image:height", image.height),
            ] {
                out.extend(size.map(|size| (property, size.to_string().into())));
            }
            say(&mut out, "og:image:alt", image.alt);
        }
        for (property, addresses) in [("og:audio", page.audio), ("og:video", page.videos)] {
            for address in addresses.iter().take(AT_MOST) {
                say(&mut out, property, web(address));
            }
        }
        if article {
            of_article(page, &mut out);
        } else if let Some(date) = page.modified {
            say(&mut out, "og:updated_time", date.rfc3339());
        }
        if let Some(app) = page.site.facebook_app {
            say(&mut out, "fb:app_id", app);
        } else if let Some(admin) = page.site.facebook_admin {
            say(&mut out, "fb:admins", admin);
        }
        out
    }

    pub fn twitter(&self) -> Vec<Row<'_>> {
        let page = self.page;
        let mut out = Vec::with_capacity(6);
        let image = page
            .images
            .iter()
            .find_map(|image| Some((link::web(image.url)?, image.alt)));
        let card = if image.is_some() {
            "summary_large_image"
        } else {
            "summary"
        };
        say(&mut out, "twitter:card", card);
        if let Some((url, alt)) = image {
            say(&mut out, "twitter:image", url);
            say(&mut out, "twitter:image:alt", alt);
        }
        say(&mut out, "twitter:title", self.name());
        say(&mut out, "twitter:description", &*self.description);
        if let Some(handle) = page.site.twitter.filter(|handle| !handle.is_empty()) {
            say(
                &mut out,
                "twitter:site",
                format!("@{}", handle.trim_start_matches('@')),
            );
        }
        out
    }

    /// One `@graph`, escaped for its script element: who publishes on the home page,
    /// the article and the way to it on a page, the way alone on a list. Empty where
    /// there is nothing to say.
    pub fn json_ld(&self) -> String {
        let page = self.page;
        let has_way =
            !page.breadcrumbs.is_empty() && matches!(page.kind, Kind::Article | Kind::List);
        if !has_way && matches!(page.kind, Kind::List | Kind::Missing) {
            return String::new();
        }
        let mut out = String::with_capacity(page.body.len() + page.body.len() / 16 + 2048);
        json::object(&mut out, Place::Script, |document| {
            document.text("@context", "https://schema.org");
            document.list("@graph", |graph| {
                match page.kind {
                    Kind::Home => {
                        graph.object("", |node| self.web_site(node));
                        graph.object("", |node| self.publisher(true, node));
                    }
                    Kind::Article => graph.object("", |node| self.posting(node)),
                    Kind::List | Kind::Missing => {}
                }
                if has_way {
                    graph.object("", |node| self.way(node));
                }
            });
        });
        out
    }

    fn posting(&self, node: &mut Members) {
        let page = self.page;
        node.text("@type", "BlogPosting");
        node.text("headline", page.title);
        node.text("name", page.title);
        node.some_text("description", &self.description);
        node.texts("keywords", keywords(page));
        node.some_text("articleSection", page.section);
        node.text("articleBody", page.body);
        node.number("wordCount", page.words);
        node.text("timeRequired", &format!("PT{}M", page.minutes));
        node.some_text("inLanguage", page.language);
        let images = page.images.iter().filter_map(|image| link::web(image.url));
        let images: Vec<Cow<str>> = images.collect();
        match images.as_slice() {
            [one] => node.text("image", one),
            several => node.texts("image", several),
        }
        if let Some(date) = page.published {
            node.text("datePublished", &date.rfc3339());
        }
        if let Some(date) = page.modified.or(page.published) {
            node.text("dateModified", &date.rfc3339());
        }
        match page.authors {
            [] => {}
            [one] => node.object("author", |node| person(one, node)),
            several => node.list("author", |list| {
                for author in several {
                    list.object("", |node| person(author, node));
                }
            }),
        }
        node.text("url", &self.url);
        node.object("mainEntityOfPage", |node| {
            node.text("@type", "WebPage");
            node.text("@id", &self.url);
        });
        node.object("publisher", |node| self.publisher(false, node));
    }

    fn way(&self, node: &mut Members) {
        let page = self.page;
        node.text("@type", "BreadcrumbList");
        node.list("itemListElement", |list| {
            let mut position = 0;
            let mut item = |title: &str, url: &str| {
                position += 1;
                list.object("", |node| {
                    node.text("@type", "ListItem");
                    node.number("position", position);
                    node.text("name", title);
                    node.text("item", url);
                });
            };
            for crumb in page.breadcrumbs {
                item(crumb.title, &web(crumb.url));
            }
            item(page.title, &self.url);
        });
    }

    fn web_site(&self, node: &mut Members) {
        let page = self.page;
        node.text("@type", "WebSite");
        node.text("name", page.site.title);
        if let Some(url) = link::web(page.site.url) {
            node.text("url", &url);
        }
        node.some_text("inLanguage", page.language);
    }

    /// In full on the home page, short within an article.
    fn publisher(&self, full: bool, node: &mut Members) {
        let site = &self.page.site;
        let logo = site.logo.and_then(link::web);
        node.text(
            "@type",
            if site.is_person {
                "Person"
            } else {
                "Organization"
            },
        );
        node.text("name", site.title);
        if let Some(url) = link::web(site.url) {
            node.text("url", &url);
        }
        if full {
            node.some_text("description", &self.description);
        }
        // Organisations have a logo, persons a picture.
        match &logo {
            Some(url) if site.is_person => node.text("image", url),
            Some(url) => node.object("logo", |node| {
                node.text("@type", "ImageObject");
                node.text("url", url);
            }),
            None => {}
        }
        if full {
            if let Some(url) = &logo {
                node.text("thumbnailUrl", url);
            }
            node.texts(
                "sameAs",
                site.same_as.iter().filter_map(|url| link::web(url)),
            );
        }
    }

    fn name(&self) -> &'a str {
        if self.page.title.is_empty() {
            self.page.site.title
        } else {
            self.page.title
        }
    }
}

fn of_article<'a>(page: &Page<'a>, out: &mut Vec<Row<'a>>) {
    if let Some(date) = page.published {
        say(out, "article:published_time", date.rfc3339());
    }
    if let Some(date) = page.modified {
        say(out, "article:modified_time", date.rfc3339());
    }
    // The property asks for a profile's address; a name would be no valid value.
    for url in page.authors.iter().filter_map(|person| person.url) {
        say(out, "article:author", web(url));
    }
    say(out, "article:section", page.section);
    for tag in page.tags.iter().take(AT_MOST) {
        say(out, "article:tag", *tag);
    }
    for url in page.see_also.iter().take(AT_MOST) {
        say(out, "og:see_also", web(url));
    }
}

fn person(person: &Person, node: &mut Members) {
    node.text("@type", "Person");
    node.text("name", person.name);
    if let Some(url) = person.url.and_then(link::web) {
        node.text("url", &url);
    }
}

fn description<'a>(page: &Page<'a>) -> Cow<'a, str> {
    if !page.description.is_empty() {
        return line(page.description);
    }
    if page.kind == Kind::Home && !page.site.description.is_empty() {
        return line(page.site.description);
    }
    let mut text = line(page.summary);
    // A tag has no text: its title tells it from other lists.
    if text.is_empty() && !page.site.description.is_empty() {
        let (title, site) = (line(page.title), line(page.site.description));
        text = Cow::Owned(format!("{title} – {site}"));
    }
    match text {
        Cow::Borrowed(text) => excerpt(text, DESCRIPTION),
        Cow::Owned(text) => Cow::Owned(excerpt(&text, DESCRIPTION).into_owned()),
    }
}

/// The page's keywords, else its tags.
fn keywords<'a>(page: &Page<'a>) -> &'a [&'a str] {
    if page.keywords.is_empty() {
        page.tags
    } else {
        page.keywords
    }
}

fn say<'h>(out: &mut Vec<Row<'h>>, name: &'static str, content: impl Into<Cow<'h, str>>) {
    let content = content.into();
    if !content.is_empty() {
        out.push((name, content));
    }
}

/// Empty for what is no address of the web.
fn web(url: &str) -> Cow<'_, str> {
    link::web(url).unwrap_or_default()
}

/// `pt-BR` as Open Graph writes it: `pt_BR`.
fn locale(language: &str) -> String {
    language.replace('-', "_")
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(text);
    }
    out
}

/// The text on one line, whitespace collapsed.
fn line(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let breaks = |b: u8| (b == b'\n') | (b == b'\r') | (b == b'\t');
    if bytes::find(text.as_bytes(), 0, breaks).is_none() && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
