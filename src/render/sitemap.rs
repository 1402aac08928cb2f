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
use rayon::prelude::*;
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
    let rows: Vec<String> = urls
        .par_iter()
        .map(|url| xml::elements(|xml| write_url(url, xml)))
        .collect();
    let mut texts = Vec::new();
    let mut at = 0;
    while at < urls.len() || texts.is_empty() {
        let (text, taken) = urlset(&rows[at..], limits);
        let taken = &urls[at..at + taken];
        texts.push((text, taken.iter().filter_map(|url| url.lastmod).max()));
        at += taken.len();
    }
    texts
}

/// A document with as many addresses as go in, at least one if there are any.
fn urlset(rows: &[String], limits: &Limits) -> (String, usize) {
    let spaces = [
        ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"),
        ("xmlns:xhtml", "http://www.w3.org/1999/xhtml"),
    ];
    let mut taken = 0;
    let mut out = String::new();
    xml::document(&mut out, |xml| {
        xml.element("urlset", &spaces, |xml| {
            let mut bytes = xml.written() + TAIL;
            for row in rows.iter().take(limits.urls) {
                bytes += row.len();
                if bytes > limits.bytes && taken > 0 {
                    break;
                }
                xml.append(row);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::xml::read::document;
    use proptest::prelude::*;

    fn date(text: &str) -> Option<Date> {
        Some(Date {
            instant: text.parse().expect("a timestamp"),
            offset: jiff::tz::offset(8),
        })
    }

    fn url(url: &str) -> Url<'_> {
        Url {
            url,
            ..Url::default()
        }
    }

    #[test]
    fn one_language_has_one_file() {
        let alternates = [
            Alternate {
                lang: "en",
                url: "https://a.example/x/",
            },
            Alternate {
                lang: "x-default",
                url: "https://a.example/x/",
            },
        ];
        let urls = [
            url("https://a.example/"),
            Url {
                lastmod: date("2024-11-11T00:00:00Z"),
                alternates: &alternates,
                changefreq: Some("weekly"),
                priority: Some(0.5),
                ..url("https://a.example/x/")
            },
        ];
        let files = files(
            "https://a.example/",
            &[Language {
                code: "en",
                urls: &urls,
            }],
        );
        assert_eq!(
            files,
            [File {
                path: "sitemap.xml".to_owned(),
                text: "\
<?xml version=\"1.0\" encoding=\"utf-8\"?>
<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">
<url>
<loc>https://a.example/</loc>
</url>
<url>
<loc>https://a.example/x/</loc>
<lastmod>2024-11-11T08:00:00+08:00</lastmod>
<changefreq>weekly</changefreq>
<priority>0.5</priority>
<xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"https://a.example/x/\"/>
<xhtml:link rel=\"alternate\" hreflang=\"x-default\" href=\"https://a.example/x/\"/>
</url>
</urlset>
"
                .to_owned(),
            }]
        );
    }

    #[test]
    fn several_languages_have_an_index() {
        let (en, zh) = ([url("https://a.example/")], [url("https://a.example/zh/")]);
        let languages = [
            Language {
                code: "en",
                urls: &en,
            },
            Language {
                code: "zh",
                urls: &zh,
            },
        ];
        let files = files("https://a.example/", &languages);
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["sitemap.xml", "en/sitemap.xml", "zh/sitemap.xml"]);
        assert_eq!(
            listed(&files[0]),
            [
                "https://a.example/en/sitemap.xml",
                "https://a.example/zh/sitemap.xml"
            ]
        );
        assert_eq!(listed(&files[2]), ["https://a.example/zh/"]);
    }

    #[test]
    fn a_large_one_is_split_and_an_index_lists_no_index() {
        let many: Vec<String> = (0..5).map(|n| format!("https://a.example/{n}/")).collect();
        let mut urls: Vec<Url> = many.iter().map(|address| url(address)).collect();
        urls[3].lastmod = date("2024-11-11T00:00:00Z");
        let limits = Limits {
            urls: 2,
            bytes: LIMITS.bytes,
        };
        let en = Language {
            code: "en",
            urls: &urls,
        };

        let one = files_within("https://a.example/", &[en], &limits);
        assert_eq!(
            listed(&one[0]),
            [1, 2, 3].map(|n| format!("https://a.example/sitemap-{n}.xml"))
        );
        let dates: Vec<_> = document(&one[0].text)
            .children
            .iter()
            .map(|s| s.all("lastmod").len())
            .collect();
        assert_eq!(dates, [0, 1, 0]);
        let all: Vec<String> = one[1..].iter().flat_map(listed).collect();
        assert_eq!(all, many);

        let zh = Language {
            code: "zh",
            urls: &urls[..1],
        };
        let two = files_within("https://a.example/", &[en, zh], &limits);
        let paths: Vec<_> = two.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "sitemap.xml",
                "en/sitemap.xml",
                "en/sitemap-1.xml",
                "en/sitemap-2.xml",
                "en/sitemap-3.xml",
                "zh/sitemap.xml"
            ]
        );
        assert_eq!(
            listed(&two[0]),
            ["en/sitemap-1", "en/sitemap-2", "en/sitemap-3", "zh/sitemap"]
                .map(|p| format!("https://a.example/{p}.xml"))
        );
    }

    #[test]
    fn the_limit_of_bytes_holds() {
        let many: Vec<String> = (0..40).map(|n| format!("https://a.example/{n}/")).collect();
        let urls: Vec<Url> = many.iter().map(|address| url(address)).collect();
        let languages = [Language {
            code: "en",
            urls: &urls,
        }];
        // Every length, so that one of them is hit to the byte.
        for bytes in 500..600 {
            let limits = Limits { urls: 1000, bytes };
            let files = files_within("https://a.example/", &languages, &limits);
            assert!(files.len() > 3);
            for file in &files[1..] {
                assert!(file.text.len() <= bytes, "{} of {bytes}", file.text.len());
            }
            let all: Vec<String> = files[1..].iter().flat_map(listed).collect();
            assert_eq!(all, many);
        }
    }

    #[test]
    fn a_site_without_pages_has_a_sitemap() {
        let files = files(
            "https://a.example/",
            &[Language {
                code: "en",
                urls: &[],
            }],
        );
        assert_eq!(files.len(), 1);
        assert_eq!(document(&files[0].text).children, []);
    }

    #[test]
    fn values_out_of_the_protocol_are_brought_into_it() {
        let of = |priority, changefreq| {
            let urls = [Url {
                priority,
                changefreq,
                ..url("https://a.example/")
            }];
            let files = files(
                "/",
                &[Language {
                    code: "en",
                    urls: &urls,
                }],
            );
            document(&files[0].text).children[0].shape()
                + &document(&files[0].text).values().join("|")
        };
        assert_eq!(
            of(Some(7.0), Some("weekly\"><x>")),
            "url[loc[]priority[]]http://www.sitemaps.org/schemas/sitemap/0.9|http://www.w3.org/1999/xhtml|||https://a.example/|1.0"
        );
        assert_eq!(
            of(Some(f64::NAN), None),
            "url[loc[]]http://www.sitemaps.org/schemas/sitemap/0.9|http://www.w3.org/1999/xhtml|||https://a.example/"
        );
    }

    fn listed(file: &File) -> Vec<String> {
        let root = document(&file.text);
        root.children
            .iter()
            .map(|child| child.text_of("loc").to_owned())
            .collect()
    }

    proptest! {
        #[test]
        fn always_well_formed(path in any::<String>(), lang in any::<String>(), frequency in any::<String>()) {
            let address = format!("https://a.example/{path}");
            let alternates = [Alternate { lang: &lang, url: &address }];
            let urls = [Url { alternates: &alternates, changefreq: Some(&frequency), ..url(&address) }];
            let files = files(&address, &[Language { code: &lang, urls: &urls }]);
            let root = document(&files[0].text);
            prop_assert_eq!(root.children[0].child("xhtml:link").attribute("hreflang"), Some(&*crate::render::xml::clean(&lang)));
        }
    }
}
