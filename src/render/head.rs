//! What a page's `<head>` says to machines: description, author and keywords,
//! Open Graph, the Twitter card, JSON-LD.
//!
//! Takes one [`Page`], gives a [`Head`] in the shape that templates see. Texts
//! are plain and not escaped (the template does that), but for `json_ld`, which
//! is whole and safe within `<script type="application/ld+json">`. Does not know
//! the site, and invents nothing: what is not given is not said.

use super::feed::Person;
use super::json;
use super::link;
use super::search::excerpt;
use crate::date::Date;
use serde::{Serialize, Serializer};
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

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// `{title} | {site}`.
    pub title: String,
    pub description: String,
    pub canonical: String,
    pub robots: &'static str,
    /// Comma-separated.
    pub keywords: String,
    /// Comma-separated.
    pub author: String,
    /// (`property`, `content`), `article:published_time` among them.
    pub open_graph: Vec<(&'static str, String)>,
    /// (`name`, `content`).
    pub twitter: Vec<(&'static str, String)>,
    /// One JSON text, escaped for its script element; empty for none.
    pub json_ld: String,
}

/// Bytes of a summary that stands in for a description: search engines show about half of it.
const DESCRIPTION: usize = 300;
/// Of each kind, in Open Graph: what PaperMod gives.
const AT_MOST: usize = 6;

pub fn head(page: &Page) -> Head {
    let names = page.authors.iter().map(|person| person.name);
    Head {
        title: title(page),
        description: description(page).into_owned(),
        canonical: web(page.canonical.unwrap_or(page.url)),
        robots: robots(page),
        keywords: joined(keywords(page).iter().copied()),
        author: joined(names),
        open_graph: open_graph(page),
        twitter: twitter(page),
        json_ld: json_ld(page),
    }
}

fn title(page: &Page) -> String {
    match (page.kind, page.title) {
        (Kind::Home, _) | (_, "") => page.site.title.to_owned(),
        (_, title) if page.site.title.is_empty() => title.to_owned(),
        (_, title) => format!("{title} | {}", page.site.title),
    }
}

fn description<'a>(page: &Page<'a>) -> Cow<'a, str> {
    if !page.description.is_empty() {
        return line(page.description);
    }
    if page.kind == Kind::Home && !page.site.description.is_empty() {
        return line(page.site.description);
    }
    match line(page.summary) {
        Cow::Borrowed(summary) => excerpt(summary, DESCRIPTION),
        Cow::Owned(summary) => Cow::Owned(excerpt(&summary, DESCRIPTION).into_owned()),
    }
}

fn robots(page: &Page) -> &'static str {
    if page.no_index || page.kind == Kind::Missing || !page.site.production {
        "noindex, nofollow"
    } else {
        "index, follow"
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

/// Gives (`property`, `content`) in the order in which they are to stand:
/// what belongs to an image follows it.
pub fn open_graph(page: &Page) -> Vec<(&'static str, String)> {
    let mut out = Vec::with_capacity(16);
    let article = page.kind == Kind::Article;
    let name = if page.title.is_empty() {
        page.site.title
    } else {
        page.title
    };
    say(&mut out, "og:title", name);
    say(&mut out, "og:description", &description(page));
    say(
        &mut out,
        "og:type",
        if article { "article" } else { "website" },
    );
    say(&mut out, "og:url", &web(page.url));
    say(&mut out, "og:site_name", page.site.title);
    say(&mut out, "og:locale", &locale(page.language));
    for language in page.translations {
        say(&mut out, "og:locale:alternate", &locale(language));
    }
    for image in page.images.iter().take(AT_MOST) {
        let Some(url) = link::web(image.url) else {
            continue;
        };
        say(&mut out, "og:image", &url);
        for (property, size) in [
            ("og:image:width", image.width),
            ("og:image:height", image.height),
        ] {
            out.extend(size.map(|size| (property, size.to_string())));
        }
        say(&mut out, "og:image:alt", image.alt);
    }
    for (property, addresses) in [("og:audio", page.audio), ("og:video", page.videos)] {
        for address in addresses.iter().take(AT_MOST) {
            say(&mut out, property, &web(address));
        }
    }
    if article {
        of_article(page, &mut out);
    } else if let Some(date) = page.modified {
        say(&mut out, "og:updated_time", &date.rfc3339());
    }
    if let Some(app) = page.site.facebook_app {
        say(&mut out, "fb:app_id", app);
    } else if let Some(admin) = page.site.facebook_admin {
        say(&mut out, "fb:admins", admin);
    }
    out
}

fn of_article(page: &Page, out: &mut Vec<(&'static str, String)>) {
    if let Some(date) = page.published {
        say(out, "article:published_time", &date.rfc3339());
    }
    if let Some(date) = page.modified {
        say(out, "article:modified_time", &date.rfc3339());
    }
    // The property asks for a profile's address; a name would be no valid value.
    for url in page.authors.iter().filter_map(|person| person.url) {
        say(out, "article:author", &web(url));
    }
    say(out, "article:section", page.section);
    for tag in page.tags.iter().take(AT_MOST) {
        say(out, "article:tag", tag);
    }
    for url in page.see_also.iter().take(AT_MOST) {
        say(out, "og:see_also", &web(url));
    }
}

/// Gives (`name`, `content`).
pub fn twitter(page: &Page) -> Vec<(&'static str, String)> {
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
        say(&mut out, "twitter:image", &url);
        say(&mut out, "twitter:image:alt", alt);
    }
    let name = if page.title.is_empty() {
        page.site.title
    } else {
        page.title
    };
    say(&mut out, "twitter:title", name);
    say(&mut out, "twitter:description", &description(page));
    if let Some(handle) = page.site.twitter.filter(|handle| !handle.is_empty()) {
        say(
            &mut out,
            "twitter:site",
            &format!("@{}", handle.trim_start_matches('@')),
        );
    }
    out
}

/// One `@graph`, escaped for its script element: who publishes on the home page,
/// the article and the way to it on a page, the way alone on a list. Empty where
/// there is nothing to say.
pub fn json_ld(page: &Page) -> String {
    let mut graph = Vec::with_capacity(2);
    match page.kind {
        Kind::Home => graph.extend([web_site(page), publisher(page, true)]),
        Kind::Article => graph.push(posting(page)),
        Kind::List | Kind::Missing => {}
    }
    if !page.breadcrumbs.is_empty() && matches!(page.kind, Kind::Article | Kind::List) {
        graph.push(way(page));
    }
    let mut out = String::new();
    if !graph.is_empty() {
        out.reserve(page.body.len() + 1024);
        let document = Document {
            context: "https://schema.org",
            graph,
        };
        json::write_in_script(&mut out, &document);
    }
    out
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'a str,
    #[serde(rename = "@graph")]
    graph: Vec<Node<'a>>,
}

/// The things that we say of pages, in schema.org's words. A field that is empty is left out.
#[derive(Serialize)]
#[serde(tag = "@type")]
enum Node<'a> {
    BlogPosting(Box<Posting<'a>>),
    BreadcrumbList(Way<'a>),
    WebSite(Party<'a>),
    WebPage {
        #[serde(rename = "@id")]
        id: Cow<'a, str>,
    },
    Organization(Party<'a>),
    Person(Party<'a>),
    ImageObject {
        url: Cow<'a, str>,
    },
    ListItem {
        position: usize,
        name: &'a str,
        item: Cow<'a, str>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Posting<'a> {
    headline: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: Cow<'a, str>,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    keywords: &'a [&'a str],
    #[serde(skip_serializing_if = "str::is_empty")]
    article_section: &'a str,
    article_body: &'a str,
    word_count: usize,
    time_required: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    in_language: &'a str,
    #[serde(skip_serializing_if = "OneOrMore::is_empty")]
    image: OneOrMore<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "OneOrMore::is_empty")]
    author: OneOrMore<Node<'a>>,
    url: String,
    main_entity_of_page: Node<'a>,
    publisher: Node<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Way<'a> {
    item_list_element: Vec<Node<'a>>,
}

/// A person, an organisation, or what they publish.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Party<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    in_language: &'a str,
    /// Organisations have a logo, persons a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<Box<Node<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_url: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    same_as: Vec<Cow<'a, str>>,
}

/// A value where there is one, a list where there are several.
struct OneOrMore<T>(Vec<T>);

impl<T> OneOrMore<T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for OneOrMore<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            more => more.serialize(serializer),
        }
    }
}

fn posting<'a>(page: &Page<'a>) -> Node<'a> {
    let person = |person: &Person<'a>| {
        Node::Person(Party {
            name: person.name,
            url: person.url.and_then(link::web),
            ..Party::default()
        })
    };
    Node::BlogPosting(Box::new(Posting {
        headline: page.title,
        name: page.title,
        description: description(page),
        keywords: keywords(page),
        article_section: page.section,
        article_body: page.body,
        word_count: page.words,
        time_required: format!("PT{}M", page.minutes),
        in_language: page.language,
        image: OneOrMore(
            page.images
                .iter()
                .filter_map(|image| link::web(image.url))
                .collect(),
        ),
        date_published: page.published.map(|date| date.rfc3339()),
        date_modified: page.modified.or(page.published).map(|date| date.rfc3339()),
        author: OneOrMore(page.authors.iter().map(person).collect()),
        url: web(page.url),
        main_entity_of_page: Node::WebPage {
            id: Cow::Owned(web(page.url)),
        },
        publisher: publisher(page, false),
    }))
}

fn way<'a>(page: &Page<'a>) -> Node<'a> {
    let own = Crumb {
        title: page.title,
        url: page.url,
    };
    let item = |(n, crumb): (usize, &Crumb<'a>)| Node::ListItem {
        position: n + 1,
        name: crumb.title,
        item: Cow::Owned(web(crumb.url)),
    };
    let crumbs = page.breadcrumbs.iter().chain([&own]).enumerate();
    Node::BreadcrumbList(Way {
        item_list_element: crumbs.map(item).collect(),
    })
}

fn web_site<'a>(page: &Page<'a>) -> Node<'a> {
    Node::WebSite(Party {
        name: page.site.title,
        url: link::web(page.site.url),
        in_language: page.language,
        ..Party::default()
    })
}

/// In full on the home page, short within an article.
fn publisher<'a>(page: &Page<'a>, full: bool) -> Node<'a> {
    let site = &page.site;
    let logo = site.logo.and_then(link::web);
    let mut party = Party {
        name: site.title,
        url: link::web(site.url),
        ..Party::default()
    };
    if full {
        party.description = description(page);
        party.thumbnail_url = logo.clone();
        party.same_as = site
            .same_as
            .iter()
            .filter_map(|url| link::web(url))
            .collect();
    }
    if site.is_person {
        party.image = logo;
        Node::Person(party)
    } else {
        party.logo = logo.map(|url| Box::new(Node::ImageObject { url }));
        Node::Organization(party)
    }
}

fn say(out: &mut Vec<(&'static str, String)>, name: &'static str, content: &str) {
    if !content.is_empty() {
        out.push((name, content.to_owned()));
    }
}

fn web(url: &str) -> String {
    link::web(url).map_or_else(String::new, Cow::into_owned)
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
    if !text.contains(['\n', '\r', '\t']) && !text.contains("  ") {
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
