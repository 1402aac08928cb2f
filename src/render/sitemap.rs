//! The sitemap: which pages there are, when they changed, what they are in other languages.
//!
//! Takes the addresses of every language, gives the files. One language has
//! `sitemap.xml` at the root; several have one in each language's folder, and the
//! root's is an index of them. A file over the protocol's limits (50,000
//! addresses, 50 MiB) is split into parts. Does not choose pages.
//! Protocol: sitemaps.org; alternates as Google reads them.

use super::link;
use super::xml::{self, Xml};
use crate::date::Date;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug, Default)]
pub struct Url<'a> {
    /// Absolute.
    pub url: &'a str,
    pub lastmod: Option<Date>,
    /// The page in every language, its own and `x-default` included; empty where there is but one.
    pub alternates: &'a [Alternate<'a>],
    /// `daily` and so on; what the protocol does not know is left out.
    pub changefreq: Option<&'a str>,
    /// Brought into 0.0 to 1.0.
    pub priority: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
pub struct Alternate<'a> {
    pub lang: &'a str,
    pub url: &'a str,
}

#[derive(Clone, Copy, Debug)]
pub struct Language<'a> {
    /// Where its sitemap goes when there are several: `en`, also for the default language.
    pub code: &'a str,
    pub urls: &'a [Url<'a>],
}

#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Below the site's root: `sitemap.xml`, `zh/sitemap-2.xml`.
    pub path: String,
    pub text: String,
}

struct Limits {
    urls: usize,
    bytes: usize,
}

const LIMITS: Limits = Limits {
    urls: 50_000,
    bytes: 50 * 1024 * 1024,
};

/// What closes a part, counted before it is there.
const TAIL: usize = "\n</urlset>\n".len();

const FREQUENCIES: [&str; 7] = [
    "always", "hourly", "daily", "weekly", "monthly", "yearly", "never",
];

/// All sitemaps of a site; the first is `sitemap.xml`. `base_url` is the site's
/// root, absolute, and ends in `/`.
pub fn files(base_url: &str, languages: &[Language]) -> Vec<File> {
    files_within(base_url, languages, &LIMITS)
}

fn files_within(base_url: &str, languages: &[Language], limits: &Limits) -> Vec<File> {
    if let [language] = languages {
        return of_language(base_url, "", language, limits).0;
    }
    let mut all = vec![File {
        path: "sitemap.xml".to_owned(),
        text: String::new(),
    }];
    let mut listed = Vec::new();
    for language in languages {
        let folder = format!("{}/", language.code);
        let (files, parts) = of_language(base_url, &folder, language, limits);
        all.extend(files);
        // An index may not list another, so a split language's parts stand here themselves.
        listed.extend(parts);
    }
    all[0].text = index(base_url, &listed);
    all
}

/// A file that holds addresses: its path, and the newest date in it.
type Part = (String, Option<Date>);

/// One language's files, and those of them that hold addresses.
fn of_language(
    base_url: &str,
    folder: &str,
    language: &Language,
    limits: &Limits,
) -> (Vec<File>, Vec<Part>) {
    let mut texts = split(language.urls, limits);
    let path = format!("{folder}sitemap.xml");
    if texts.len() == 1
        && let Some((text, newest)) = texts.pop()
    {
        let part = (path.clone(), newest);
        return (vec![File { path, text }], vec![part]);
    }
    let mut files = vec![File {
        path,
        text: String::new(),
    }];
    let mut parts = Vec::with_capacity(texts.len());
    for (n, (text, newest)) in texts.into_iter().enumerate() {
        let path = format!("{folder}sitemap-{}.xml", n + 1);
        parts.push((path.clone(), newest));
        files.push(File { path, text });
    }
    files[0].text = index(base_url, &parts);
    (files, parts)
}

/// At least one document, each within the limits.
fn split(urls: &[Url], limits: &Limits) -> Vec<(String, Option<Date>)> {
    let mut texts = Vec::new();
    let mut rest = urls;
    while !rest.is_empty() || texts.is_empty() {
        let (text, taken) = urlset(rest, limits);
        let newest = rest[..taken].iter().filter_map(|url| url.lastmod).max();
        rest = &rest[taken..];
        texts.push((text, newest));
    }
    texts
}

/// A document with as many addresses as go in, at least one if there are any.
fn urlset(urls: &[Url], limits: &Limits) -> (String, usize) {
    let spaces = [
        ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"),
        ("xmlns:xhtml", "http://www.w3.org/1999/xhtml"),
    ];
    let mut taken = 0;
    let mut out = String::new();
    xml::document(&mut out, |xml| {
        xml.element("urlset", &spaces, |xml| {
            for url in urls.iter().take(limits.urls) {
                let before = xml.len();
                write_url(url, xml);
                if xml.len() + TAIL > limits.bytes && taken > 0 {
                    xml.take_back(before);
                    break;
                }
                taken += 1;
            }
        });
    });
    (out, taken)
}

fn write_url(url: &Url, xml: &mut Xml) {
    let Some(address) = link::web(url.url) else {
        return;
    };
    xml.element("url", &[], |xml| {
        xml.text("loc", &[], &address);
        if let Some(date) = url.lastmod {
            xml.text("lastmod", &[], &date.rfc3339());
        }
        if let Some(frequency) = url.changefreq.filter(|f| FREQUENCIES.contains(f)) {
            xml.text("changefreq", &[], frequency);
        }
        if let Some(priority) = url.priority.filter(|p| p.is_finite()) {
            xml.text("priority", &[], &format!("{:.1}", priority.clamp(0.0, 1.0)));
        }
        for alternate in url.alternates {
            if let Some(address) = link::web(alternate.url) {
                let attributes = [
                    ("rel", "alternate"),
                    ("hreflang", alternate.lang),
                    ("href", &*address),
                ];
                xml.empty("xhtml:link", &attributes);
            }
        }
    });
}

fn index(base_url: &str, parts: &[Part]) -> String {
    let base = link::web(base_url).unwrap_or(Cow::Borrowed("/"));
    let space = [("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")];
    let mut out = String::new();
    xml::document(&mut out, |xml| {
        xml.element("sitemapindex", &space, |xml| {
            for (path, newest) in parts {
                xml.element("sitemap", &[], |xml| {
                    let address = format!("{base}{}", link::encode(path, 0, |_| false));
                    xml.text("loc", &[], &address);
                    if let Some(date) = newest {
                        xml.text("lastmod", &[], &date.rfc3339());
                    }
                });
            }
        });
    });
    out
}
