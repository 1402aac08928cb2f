//! Books: a page, or all that a list holds, as EPUB. Here they are given their data;
//! what stands in a chapter is made in `xhtml`, the files around it in `package`.

mod archive;
mod foreign;
mod package;
mod xhtml;

use super::pictures::Reader;
use super::{Renderer, link, view};
use crate::diag::Diagnostic;
use crate::picture::Format;
use crate::site::{Kind, PageId, links};
use crate::source;
use crate::text;
use jiff::Timestamp;
use package::{About, Chapter};
use rayon::prelude::*;
use sha1::{Digest, Sha1};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;
use xhtml::{Book, Hole, Link, Picture, Text};

/// Where pages stand in a book.
type Places = HashMap<PageId, usize>;

impl Renderer {
    /// The book of a page. None: `diagnostics` says why.
    pub(super) fn epub(&self, id: PageId, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<u8>> {
        let site = &self.shared.site;
        let mut pages: Vec<(PageId, Option<PageId>)> = Vec::new();
        // What a list says itself comes before what it lists.
        let own = site[id].kind != Kind::Page && self.says_anything(id);
        pages.extend(own.then_some((id, None)));
        for part in site.book(id) {
            let mut section = part.section;
            pages.extend(part.pages.into_iter().map(|page| (page, section.take())));
        }
        let places = pages.iter().enumerate().map(|(n, (page, _))| (*page, n));
        let places: Places = places.collect();
        let made: Vec<(Text, Vec<Diagnostic>)> = pages
            .par_iter()
            .map(|(page, _)| self.text_of_chapter(*page, &places))
            .collect();
        let mut texts = Vec::with_capacity(made.len());
        for (text, mut said) in made {
            diagnostics.append(&mut said);
            texts.push(text);
        }
        let mut pictures = Pictures::default();
        if let Some(cover) = self.cover_of(id) {
            pictures.name(&cover);
            pictures.cover = Some(cover);
        }
        let chapters: Vec<Chapter> = pages
            .iter()
            .enumerate()
            .map(|(n, (page, section))| {
                let mut body = self.opening(*page, id);
                filled(&texts, n, &mut pictures, &mut body);
                body.push_str("</section>");
                Chapter {
                    title: view::title(site, *page).to_owned(),
                    body,
                    headings: texts[n].headings.clone(),
                    has_math: texts[n].has_math,
                    has_svg: texts[n].has_svg,
                    part: section.map(|section| view::title(site, section).to_owned()),
                }
            })
            .collect();
        let packed = self.packed(pictures, diagnostics)?;
        let ids: Vec<PageId> = pages.iter().map(|(page, _)| *page).collect();
        let book = self.with_about(id, &ids, |about| {
            package::archive(about, &chapters, &packed)
        });
        if book.is_none() {
            let message = format!("the book of `{}` is larger than 4 GiB", site[id].url);
            diagnostics.push(
                Diagnostic::error("large-book", None, message)
                    .help("make its pictures smaller, or books of fewer pages"),
            );
        }
        book
    }

    fn says_anything(&self, id: PageId) -> bool {
        let html = self.filler().content(id, Reader::Book, &mut Vec::new());
        !html.trim().is_empty()
    }

    fn text_of_chapter(&self, id: PageId, places: &Places) -> (Text, Vec<Diagnostic>) {
        // What there is to say about its links is said when its page is rendered.
        let html = self.filler().content(id, Reader::Book, &mut Vec::new());
        let said = RefCell::new(Vec::new());
        let text = xhtml::text(
            &html,
            Book {
                link: &|dest| self.link_in_book(id, places, dest),
                picture: &mut |src| self.picture_in_book(id, src, &mut said.borrow_mut()),
            },
        );
        (text, said.into_inner())
    }

    fn link_in_book(&self, from: PageId, places: &Places, dest: &str) -> Link {
        let site = &self.shared.site;
        let dest = dest.trim();
        let fragment = dest.split_once('#').map(|(_, fragment)| {
            let id = percent_encoding::percent_decode_str(fragment);
            id.decode_utf8_lossy().into_owned()
        });
        let fragment = fragment.filter(|id| !id.is_empty() && id != "top");
        if dest.is_empty() || dest.starts_with('#') {
            let place = places.get(&from).copied();
            return place.map_or(Link::Nowhere, |place| Link::Chapter(place, fragment));
        }
        if let Some(path) = links::target(site, &site[from].url, dest) {
            let place = site.page_at_url(&path).and_then(|page| places.get(&page));
            if let Some(place) = place {
                return Link::Chapter(*place, fragment);
            }
            let (_, rest) = links::split(dest);
            let address = format!("{}{}", site.permalink(&path), text::encode_url(rest));
            return outside(&address);
        }
        outside(dest)
    }

    fn picture_in_book(&self, id: PageId, src: &str, said: &mut Vec<Diagnostic>) -> Picture {
        let site = &self.shared.site;
        let src = src.trim();
        let mut say = |message: String, help: &str| {
            let warning = Diagnostic::warning("picture-in-book", self.span_of(id, src), message);
            said.push(warning.help(help));
        };
        if src.starts_with("data:") {
            return match is_inline(src) {
                true => Picture::Inline(src.to_owned()),
                false => Picture::Missing,
            };
        }
        let Some(path) = links::target(site, &site[id].url, src) else {
            let Link::Address(address) = outside(src) else {
                return Picture::Missing;
            };
            say(
                format!("the picture `{src}` is not of this site: the book has a link to it"),
                "put the file beside the page: what a book shows is part of it",
            );
            return Picture::Address(address);
        };
        let address = || match outside(&site.permalink(&path)) {
            Link::Address(address) => Picture::Address(address),
            _ => Picture::Missing,
        };
        let Some(picture) = self.shared.picture(id, &site.href(&path)) else {
            return match site.routes.leads(&path) {
                true => address(),
                // That it is missing its page says.
                false => Picture::Missing,
            };
        };
        self.shared.reads.picture(Some(id), &picture.source);
        let why = match &picture.facts {
            Err(_) => return Picture::Missing,
            Ok(facts) if facts.format == Format::Avif => "is AVIF, which few readers of books show",
            Ok(facts) if facts.has_script => "holds a script",
            Ok(facts) if facts.format == Format::Svg && !self.stands_alone(&picture.source) => {
                "is made of files from elsewhere"
            }
            Ok(_) => return Picture::Packed(picture.source),
        };
        say(
            format!(
                "the picture `{}` {why}: the book has a link to it",
                picture.source
            ),
            "save it as PNG, JPEG, WebP or plain SVG",
        );
        address()
    }

    /// Whether a drawing loads nothing.
    fn stands_alone(&self, path: &str) -> bool {
        let bytes = source::bytes(&self.shared.site.sources.root.join(path)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let loads = [
            "url(http",
            "url(\"http",
            "url('http",
            "@import",
            "<foreignobject",
        ];
        // A link is no file that is loaded.
        let linked = text.matches("<a ").count();
        let addresses = text.matches("href=\"http").count() + text.matches("href='http").count();
        !loads.iter().any(|load| text.contains(load)) && addresses <= linked
    }

    /// The picture of a page's cover, where it is a file of the site that books may show.
    fn cover_of(&self, id: PageId) -> Option<Arc<str>> {
        let site = &self.shared.site;
        let page = &site[id];
        let cover = &page.show.cover;
        let url = view::image_url(
            site,
            page,
            cover.image.as_deref()?,
            cover.relative == Some(true),
        )?;
        match self.picture_in_book(id, &url, &mut Vec::new()) {
            Picture::Packed(source) => Some(source),
            _ => None,
        }
    }

    /// How a chapter begins: its title, and what is known of it.
    fn opening(&self, id: PageId, book: PageId) -> String {
        let site = &self.shared.site;
        let page = &site[id];
        let mut out = String::from(
            "<section class=\"chapter\" epub:type=\"chapter\" role=\"doc-chapter\">\n<header class=\"opening\">\n<h1>",
        );
        xhtml::escape(&mut out, view::title(site, id));
        out.push_str("</h1>\n");
        let description = page.front().and_then(|front| front.description.as_deref());
        let mut known = Vec::new();
        // Of a book that is this page alone its first page says both.
        if id != book {
            if page.show.author {
                known.push(view::authors(site, page).join(", "));
            }
            if let Some(date) = page.date.filter(|_| page.show.date) {
                known.push(date.format(&self.date_format(id), &site.language(page).code));
            }
        }
        known.retain(|known| !known.is_empty());
        for (class, text) in [
            (
                "standfirst",
                description.filter(|_| id != book).unwrap_or_default(),
            ),
            ("meta", &known.join(" · ")),
        ] {
            if !text.is_empty() {
                // Writing to a String cannot fail.
                let _ = write!(out, "<p class=\"{class}\">");
                xhtml::escape(&mut out, text);
                out.push_str("</p>\n");
            }
        }
        out.push_str("</header>\n");
        out
    }

    fn with_about<T>(&self, id: PageId, chapters: &[PageId], make: impl FnOnce(&About) -> T) -> T {
        let site = &self.shared.site;
        let page = &site[id];
        let language = site.language(page);
        let permalink = site.permalink(&page.url);
        let front = page.front();
        let description = front.and_then(|front| front.description.as_deref());
        let description = match page.kind {
            Kind::Home => description.or(language.params.description.as_deref()),
            _ => description,
        };
        let mut authors: Vec<&str> = Vec::new();
        for chapter in chapters {
            for author in view::authors(site, &site[*chapter]) {
                if !authors.contains(&author.as_str()) {
                    authors.push(author);
                }
            }
        }
        let dates = || chapters.iter().filter_map(|chapter| site[*chapter].date);
        let first = dates().min_by_key(|date| date.instant);
        let last = dates().max_by_key(|date| date.instant);
        let shown = |date: crate::date::Date| date.format(&self.date_format(id), &language.code);
        let shown = match (first.map(shown), last.map(shown)) {
            (Some(first), Some(last)) if first != last => format!("{first} – {last}"),
            (_, last) => last.unwrap_or_default(),
        };
        let edits = chapters.iter().chain([&id]);
        let edits = edits.flat_map(|chapter| [site[*chapter].date, site[*chapter].lastmod]);
        let modified = edits.flatten().map(|date| date.instant).max();
        // Of no date is the first day of archives, so that no build has one of its own.
        let modified = modified.unwrap_or(Timestamp::constant(315_532_800, 0));
        let date = last.map(|date| date.civil().date().to_string());
        let series = page.series.first().filter(|_| page.kind == Kind::Page);
        make(&About {
            id: &urn(&permalink),
            title: view::title(site, id),
            description: description.unwrap_or_default(),
            authors: &authors,
            subjects: &match page.kind {
                Kind::Page => self.terms_of(page),
                _ => Vec::new(),
            },
            publisher: &language.title,
            url: match outside(&permalink) {
                Link::Address(_) => &permalink,
                _ => "",
            },
            language: &language.locale,
            direction: language.direction.as_str(),
            date: date.as_deref(),
            modified: &modified.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            dates: match page.show.date {
                true => &shown,
                false => "",
            },
            series: series.map(|series| (series.title.as_str(), series.index + 1)),
            contents: self.shared.strings[page.lang.index()].get("toc", None),
        })
    }

    /// The files of the pictures.
    fn packed(
        &self,
        pictures: Pictures,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Vec<package::Picture>> {
        let root = &self.shared.site.sources.root;
        let mut packed = Vec::with_capacity(pictures.all.len());
        for (source, name) in pictures.all {
            match source::bytes(&root.join(&*source)) {
                Ok(bytes) => packed.push(package::Picture {
                    media: text::media_type(name.rsplit('.').next().unwrap_or_default()),
                    name,
                    bytes,
                    is_cover: pictures.cover.as_ref() == Some(&source),
                }),
                Err(error) => {
                    let why = source::reason(&error.source);
                    let message = format!("the picture `{source}` cannot be read: {why}");
                    diagnostics.push(Diagnostic::error("broken-picture", None, message));
                    return None;
                }
            }
        }
        Some(packed)
    }
}

/// The pictures of a book, in the order in which it shows them.
#[derive(Default)]
struct Pictures {
    all: Vec<(Arc<str>, String)>,
    cover: Option<Arc<str>>,
}

impl Pictures {
    /// The file of a picture in the book.
    fn name(&mut self, source: &Arc<str>) -> &str {
        let at = self.all.iter().position(|(known, _)| known == source);
        let at = at.unwrap_or_else(|| {
            let ending = match Format::of_name(source) {
                Some(Format::Jpeg) => "jpg",
                Some(Format::Gif) => "gif",
                Some(Format::Webp) => "webp",
                Some(Format::Svg) => "svg",
                _ => "png",
            };
            let name = format!("picture-{}.{ending}", self.all.len() + 1);
            self.all.push((source.clone(), name));
            self.all.len() - 1
        });
        &self.all[at].1
    }
}

/// Appends the text of a chapter, its links and pictures known.
fn filled(texts: &[Text], n: usize, pictures: &mut Pictures, out: &mut String) {
    let text = &texts[n];
    let mut from = 0;
    for (at, hole) in &text.holes {
        out.push_str(&text.xhtml[from..*at]);
        from = *at;
        match hole {
            Hole::Picture(source) => out.push_str(pictures.name(source)),
            Hole::Link(chapter, id) => {
                let id = id.as_ref().and_then(|id| texts[*chapter].ids.get(id));
                let mut href = String::new();
                if *chapter != n {
                    href = package::file_of(*chapter);
                }
                if let Some(id) = id {
                    href.push('#');
                    href.push_str(&text::encode_url(id));
                }
                if !href.is_empty() {
                    xhtml::attribute(out, "href", &href);
                }
            }
        }
    }
    out.push_str(&text.xhtml[from..]);
}

/// An address out of the book, where it is one that books may have.
fn outside(address: &str) -> Link {
    let address = match address.strip_prefix("//") {
        Some(rest) => format!("https://{rest}"),
        None => address.to_owned(),
    };
    let scheme = address
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => match link::web(&address) {
            // A bracket is of the numbers that IPv6 has, or a slip.
            Some(address) if !address.contains('[') => Link::Address(address.into_owned()),
            _ => Link::Nowhere,
        },
        Some(scheme @ ("mailto" | "tel")) => {
            Link::Address(link::encode(&address, scheme.len() + 1, |_| false).into_owned())
        }
        _ => Link::Nowhere,
    }
}

/// Whether the bytes of a picture stand in its address, in a format of books.
fn is_inline(src: &str) -> bool {
    let formats = ["png", "jpeg", "gif", "webp"];
    formats.iter().any(|format| {
        let data = src
            .strip_prefix("data:image/")
            .and_then(|rest| rest.strip_prefix(format));
        data.and_then(|rest| rest.strip_prefix(";base64,"))
            .is_some_and(|data| {
                let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
                !data.is_empty() && data.bytes().all(plain)
            })
    })
}

/// The name of a book that no other has, and that is the same in every build: RFC 9562,
/// version 5, of its page's address.
fn urn(address: &str) -> String {
    /// That of addresses: RFC 9562, section 6.6.
    const SPACE: [u8; 16] = [
        0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30,
        0xc8,
    ];
    let mut sha = Sha1::new();
    sha.update(SPACE);
    sha.update(address.as_bytes());
    let mut bytes: Vec<u8> = sha.finalize()[..16].to_vec();
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut out = String::from("urn:uuid:");
    for (n, byte) in bytes.iter().enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests;
