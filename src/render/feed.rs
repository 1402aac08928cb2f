//! Feeds: RSS 2.0 (`index.xml`), Atom 1.0 (`atom.xml`), JSON Feed 1.1 (`feed.json`).
//!
//! Takes one [`Feed`] with its items in the order and number in which they are
//! to stand, appends the document to a buffer. Does not choose pages, make
//! addresses absolute or know of a clock: the newest item dates the feed, so that
//! the same site gives the same bytes.
//!
//! What is text and what is HTML is the classic trouble of feeds. Titles,
//! names and summaries come as plain text, so that `<think>` in a title is
//! meant to be read as that. Each format is told so in its own way:
//!
//! - Atom says it: `type="text"`.
//! - RSS: a title is plain text (RSS Advisory Board, Best Practices Profile) and
//!   is escaped once. Escaped twice it would survive the readers that take it
//!   for HTML, but show `&lt;think&gt;` in all others, and to every program.
//!   `<` and `&` are written as hexadecimal references, which the Board found
//!   to come out best. `description` is HTML by definition, so the summary is
//!   escaped twice.
//! - JSON Feed has `title` and `summary` as plain text, `content_html` as HTML.

use super::json::{self, Members, Place};
use super::link;
use super::xml::{self, Xml, clean};
use crate::date::Date;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug, Default)]
pub struct Feed<'a> {
    /// Plain text, as all texts here but `content_html`. Never empty, please: RSS asks for one.
    pub title: &'a str,
    /// Absolute address of the page that the feed belongs to.
    pub home_url: &'a str,
    /// Absolute address of this very document; differs between the formats.
    pub feed_url: &'a str,
    /// Empty for none.
    pub description: &'a str,
    /// As in `<html lang>`: `en`, `pt-BR`.
    pub language: &'a str,
    /// Empty for none.
    pub copyright: &'a str,
    /// Dates a feed without dated items.
    pub updated: Option<Date>,
    pub authors: &'a [Person<'a>],
    /// Absolute address of the site's picture.
    pub image: Option<&'a str>,
    /// Absolute address of the site's icon.
    pub icon: Option<&'a str>,
    pub items: &'a [Item<'a>],
    /// For people who open the feed in a browser.
    pub about: Option<About<'a>>,
}

/// What a person sees: browsers show XML as a style sheet says. XSLT, which could make
/// links of addresses, is being taken out of them.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Address of the style sheet.
    pub sheet: &'a str,
    /// A sentence that says what a feed is.
    pub text: &'a str,
}

/// The namespace of the one element that is ours, `about`.
const OURS: (&str, &str) = ("xmlns:longhand", "urn:longhand:feed");

#[derive(Clone, Copy, Debug, Default)]
pub struct Item<'a> {
    pub title: &'a str,
    /// Absolute address of the page; also its guid, so it must stay.
    pub url: &'a str,
    pub date: Option<Date>,
    pub updated: Option<Date>,
    /// Empty: the feed's.
    pub authors: &'a [Person<'a>],
    /// Titles of its terms.
    pub categories: &'a [&'a str],
    /// Plain text; empty for none.
    pub summary: &'a str,
    /// The article with absolute links; `None` for a feed of summaries.
    pub content_html: Option<&'a str>,
    /// Absolute address of the cover.
    pub image: Option<&'a str>,
    /// Where it is not the feed's.
    pub language: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Person<'a> {
    pub name: &'a str,
    pub url: Option<&'a str>,
    pub email: Option<&'a str>,
}

const GENERATOR: &str = "Longhand";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What dates a document that must have a date and has none.
const EPOCH: &str = "1970-01-01T00:00:00Z";

/// Appends `index.xml`.
pub fn rss(feed: &Feed, out: &mut String) {
    let mut spaces = vec![
        ("version", "2.0"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:media", "http://search.yahoo.com/mrss/"),
    ];
    spaces.extend(feed.about.map(|_| OURS));
    xml::styled(out, feed.about.map(|about| about.sheet), |xml| {
        xml.element("rss", &spaces, |xml| {
            xml.element("channel", &[], |xml| {
                about(feed, xml);
                rss_channel(feed, xml);
                // Names escaped to HTML are needed for one item at a time.
                let mut html = String::new();
                for item in feed.items {
                    xml.element("item", &[], |xml| rss_item(item, xml, &mut html));
                }
            });
        });
    });
}

fn about(feed: &Feed, xml: &mut Xml) {
    if let Some(about) = feed.about {
        xml.text("longhand:about", &[], about.text);
    }
}

fn rss_channel(feed: &Feed, xml: &mut Xml) {
    let home = link::web(feed.home_url).unwrap_or(Cow::Borrowed("/"));
    xml.plain("title", feed.title);
    xml.text("link", &[], &home);
    // RSS asks for one.
    let description = some(feed.description).unwrap_or(feed.title);
    xml.plain("description", description);
    if let Some(language) = some(feed.language) {
        xml.text("language", &[], language);
    }
    if let Some(copyright) = some(feed.copyright) {
        xml.plain("copyright", copyright);
    }
    for person in feed.authors {
        match person.email.and_then(some) {
            Some(email) => xml.plain("managingEditor", &format!("{email} ({})", person.name)),
            None => continue,
        }
        break; // RSS allows one.
    }
    if let Some(date) = newest(feed) {
        xml.text("lastBuildDate", &[], &date.rfc2822());
    }
    xml.text("generator", &[], &format!("{GENERATOR} {VERSION}"));
    if let Some(url) = link::web(feed.feed_url) {
        let attributes = [
            ("href", &*url),
            ("rel", "self"),
            ("type", "application/rss+xml"),
        ];
        xml.empty("atom:link", &attributes);
    }
    // RSS knows GIF, JPEG and PNG, and so do readers.
    let shown = |url: &&str| !url.ends_with(".svg");
    if let Some(image) = feed.image.or(feed.icon).filter(shown).and_then(link::web) {
        // Title and link have to be the channel's.
        xml.element("image", &[], |xml| {
            xml.text("url", &[], &image);
            xml.plain("title", feed.title);
            xml.text("link", &[], &home);
        });
    }
}

fn rss_item(item: &Item, xml: &mut Xml, html: &mut String) {
    xml.plain("title", item.title);
    match link::web(item.url) {
        Some(url) => {
            xml.text("link", &[], &url);
            let absolute = if url.starts_with('/') {
                "false"
            } else {
                "true"
            };
            xml.text("guid", &[("isPermaLink", absolute)], &url);
        }
        None => xml.text("guid", &[("isPermaLink", "false")], item.url),
    }
    if let Some(date) = item.date.or(item.updated) {
        xml.text("pubDate", &[], &date.rfc2822());
    }
    // RSS's own `author` has to be an e-mail address; names are Dublin Core's.
    for person in item.authors {
        xml.plain("dc:creator", person.name);
    }
    for category in item.categories {
        xml.plain("category", category);
    }
    if let Some(summary) = some(item.summary) {
        html.clear();
        as_html(html, summary);
        xml.text("description", &[], html);
    }
    if let Some(content) = item.content_html {
        xml.html("content:encoded", &[], content);
    }
    media(item, xml);
}

fn media(item: &Item, xml: &mut Xml) {
    if let Some(image) = item.image.and_then(link::web) {
        xml.empty("media:content", &[("url", &image), ("medium", "image")]);
    }
}

/// Appends `atom.xml`.
pub fn atom(feed: &Feed, out: &mut String) {
    let mut root = vec![
        ("xmlns", "http://www.w3.org/2005/Atom"),
        ("xmlns:media", "http://search.yahoo.com/mrss/"),
    ];
    root.extend(some(feed.language).map(|language| ("xml:lang", language)));
    root.extend(feed.about.map(|_| OURS));
    xml::styled(out, feed.about.map(|about| about.sheet), |xml| {
        xml.element("feed", &root, |xml| {
            about(feed, xml);
            atom_head(feed, xml);
            for item in feed.items {
                xml.element("entry", &[], |xml| atom_entry(feed, item, xml));
            }
        });
    });
}

fn atom_head(feed: &Feed, xml: &mut Xml) {
    let url = link::web(feed.feed_url);
    let home = link::web(feed.home_url);
    xml.text("title", &[("type", "text")], feed.title);
    if let Some(description) = some(feed.description) {
        xml.text("subtitle", &[("type", "text")], description);
    }
    let id = url.as_deref().or(home.as_deref());
    xml.text("id", &[], id.unwrap_or(feed.title));
    if let Some(url) = &url {
        let attributes = [
            ("rel", "self"),
            ("type", "application/atom+xml"),
            ("href", url),
        ];
        xml.empty("link", &attributes);
    }
    if let Some(home) = &home {
        let attributes = [("rel", "alternate"), ("type", "text/html"), ("href", home)];
        xml.empty("link", &attributes);
    }
    xml.text("updated", &[], &rfc3339_or_epoch(newest(feed)));
    if feed.authors.is_empty() {
        // Atom asks for an author, of the feed or of each entry.
        let site = Person {
            name: feed.title,
            ..Person::default()
        };
        atom_author(&site, xml);
    }
    for person in feed.authors {
        atom_author(person, xml);
    }
    if let Some(copyright) = some(feed.copyright) {
        xml.text("rights", &[("type", "text")], copyright);
    }
    xml.text("generator", &[("version", VERSION)], GENERATOR);
    if let Some(icon) = feed.icon.and_then(link::web) {
        xml.text("icon", &[], &icon);
    }
    if let Some(image) = feed.image.and_then(link::web) {
        xml.text("logo", &[], &image);
    }
}

fn atom_entry(feed: &Feed, item: &Item, xml: &mut Xml) {
    xml.text("title", &[("type", "text")], item.title);
    match link::web(item.url) {
        Some(url) => {
            xml.text("id", &[], &url);
            let attributes = [("rel", "alternate"), ("type", "text/html"), ("href", &*url)];
            xml.empty("link", &attributes);
        }
        None => xml.text("id", &[], item.url),
    }
    if let Some(date) = item.date {
        xml.text("published", &[], &date.rfc3339());
    }
    let updated = item.updated.or(item.date).or(feed.updated);
    xml.text("updated", &[], &rfc3339_or_epoch(updated));
    for person in item.authors {
        atom_author(person, xml);
    }
    for category in item.categories {
        xml.empty("category", &[("term", category)]);
    }
    if let Some(summary) = some(item.summary) {
        xml.text("summary", &[("type", "text")], summary);
    }
    if let Some(content) = item.content_html {
        match item.language {
            Some(language) => xml.html(
                "content",
                &[("type", "html"), ("xml:lang", language)],
                content,
            ),
            None => xml.html("content", &[("type", "html")], content),
        }
    }
    media(item, xml);
}

fn atom_author(person: &Person, xml: &mut Xml) {
    xml.element("author", &[], |xml| {
        xml.text("name", &[], person.name);
        if let Some(url) = person.url.and_then(link::web) {
            xml.text("uri", &[], &url);
        }
        if let Some(email) = person.email.and_then(some) {
            xml.text("email", &[], email);
        }
    });
}

/// Appends `feed.json`.
pub fn json(feed: &Feed, out: &mut String) {
    json::object(out, Place::File, |json| {
        json.text("version", "https://jsonfeed.org/version/1.1");
        json.text("title", &clean(feed.title));
        let addresses = [
            ("home_page_url", Some(feed.home_url)),
            ("feed_url", Some(feed.feed_url)),
        ];
        json_addresses(&addresses, json);
        if let Some(description) = some(feed.description) {
            json.text("description", &clean(description));
        }
        json_addresses(&[("icon", feed.image), ("favicon", feed.icon)], json);
        json_authors(feed.authors, json);
        if let Some(language) = some(feed.language) {
            json.text("language", &clean(language));
        }
        json.list("items", |items| {
            for item in feed.items {
                items.object("", |json| json_item(item, json));
            }
        });
    });
    out.push('\n');
}

fn json_item(item: &Item, json: &mut Members) {
    match link::web(item.url) {
        Some(url) => {
            json.text("id", &url);
            json.text("url", &url);
        }
        None => json.text("id", &clean(item.url)),
    }
    json.text("title", &clean(item.title));
    // One of the two has to be there.
    match item.content_html {
        Some(html) => json.text("content_html", &clean(html)),
        None => json.text("content_text", &clean(item.summary)),
    }
    if let Some(summary) = some(item.summary) {
        json.text("summary", &clean(summary));
    }
    json_addresses(&[("image", item.image)], json);
    for (key, date) in [
        ("date_published", item.date),
        ("date_modified", item.updated),
    ] {
        if let Some(date) = date {
            json.text(key, &date.rfc3339());
        }
    }
    json_authors(item.authors, json);
    json.texts("tags", item.categories.iter().map(|tag| clean(tag)));
    if let Some(language) = item.language {
        json.text("language", language);
    }
}

/// Those that are addresses of the web.
fn json_addresses(addresses: &[(&str, Option<&str>)], json: &mut Members) {
    for (key, address) in addresses {
        if let Some(url) = address.and_then(link::web) {
            json.text(key, &url);
        }
    }
}

fn json_authors(people: &[Person], json: &mut Members) {
    if people.is_empty() {
        return;
    }
    json.list("authors", |authors| {
        for person in people {
            authors.object("", |json| {
                json.text("name", &clean(person.name));
                json_addresses(&[("url", person.url)], json);
            });
        }
    });
}

fn newest(feed: &Feed) -> Option<Date> {
    let dates = feed.items.iter().flat_map(|item| [item.updated, item.date]);
    dates.flatten().max().or(feed.updated)
}

fn rfc3339_or_epoch(date: Option<Date>) -> String {
    date.map_or_else(|| EPOCH.to_owned(), |date| date.rfc3339())
}

/// Plain text as HTML; the apostrophe needs nothing outside attributes.
fn as_html(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
