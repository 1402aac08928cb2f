//! The files of a book around its texts: what it is, what it holds in which order, its
//! contents and its title page. Form: EPUB 3.3.
//!
//! Takes what is known of the book, gives the bytes of the archive. Knows no site.

use super::archive::Archive;
use super::xhtml::{Heading, attribute, escape};
use std::fmt::Write;

pub const SHEET: &str = include_str!("book.css");

/// What is known of a book.
pub struct About<'a> {
    /// `urn:uuid:…`, the same in every build.
    pub id: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    pub authors: &'a [&'a str],
    pub subjects: &'a [&'a str],
    /// Of the site.
    pub publisher: &'a str,
    /// Absolute, or empty.
    pub url: &'a str,
    pub language: &'a str,
    pub direction: &'a str,
    /// `2024-11-11`, where any is known.
    pub date: Option<&'a str>,
    /// `2024-11-11T00:00:00Z`.
    pub modified: &'a str,
    /// The same, for people.
    pub dates: &'a str,
    /// The series that it is of, and its place from 1.
    pub series: Option<(&'a str, usize)>,
    /// The word for it in the language of the book.
    pub contents: &'a str,
}

pub struct Chapter {
    pub title: String,
    /// From the beginning of the body to its end.
    pub body: String,
    pub headings: Vec<Heading>,
    pub has_math: bool,
    pub has_svg: bool,
    /// Begins a part of this name.
    pub part: Option<String>,
}

pub struct Picture {
    pub name: String,
    pub media: &'static str,
    pub bytes: Vec<u8>,
    pub is_cover: bool,
}

/// The file of a chapter, by its place from 0.
pub fn file_of(chapter: usize) -> String {
    format!("chapter-{}.xhtml", chapter + 1)
}

/// The archive. `None`: it is too large for one.
pub fn archive(about: &About, chapters: &[Chapter], pictures: &[Picture]) -> Option<Vec<u8>> {
    let mut archive = Archive::default();
    archive.store("mimetype", b"application/epub+zip");
    archive.deflate(
        "META-INF/container.xml",
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
          <container version=\"1.0\" xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\">\n\
          <rootfiles>\n\
          <rootfile full-path=\"EPUB/package.opf\" media-type=\"application/oebps-package+xml\"/>\n\
          </rootfiles>\n</container>\n",
    );
    let mut put = |name: &str, text: &str| {
        archive.deflate(&format!("EPUB/{name}"), text.as_bytes());
    };
    put("package.opf", &package(about, chapters, pictures));
    put("nav.xhtml", &contents(about, chapters));
    put("title.xhtml", &title_page(about));
    for (n, chapter) in chapters.iter().enumerate() {
        put(&file_of(n), &page(about, &chapter.title, &chapter.body));
    }
    put("book.css", SHEET);
    for picture in pictures {
        let name = format!("EPUB/{}", picture.name);
        match picture.media {
            "image/svg+xml" => archive.deflate(&name, &picture.bytes),
            _ => archive.store(&name, &picture.bytes),
        }
    }
    archive.finish()
}

/// A whole file of XHTML.
fn page(about: &About, title: &str, body: &str) -> String {
    let mut out = String::with_capacity(body.len() + 512);
    out.push_str(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n\
         <html xmlns=\"http://www.w3.org/1999/xhtml\" xmlns:epub=\"http://www.idpf.org/2007/ops\"",
    );
    attribute(&mut out, "lang", about.language);
    attribute(&mut out, "xml:lang", about.language);
    attribute(&mut out, "dir", about.direction);
    out.push_str(">\n<head>\n<meta charset=\"utf-8\"/>\n<title>");
    escape(&mut out, title);
    out.push_str(
        "</title>\n<link rel=\"stylesheet\" type=\"text/css\" href=\"book.css\"/>\n</head>\n<body>\n",
    );
    out.push_str(body);
    out.push_str("\n</body>\n</html>\n");
    out
}

fn element(out: &mut String, name: &str, attributes: &str, text: &str) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<{name}{attributes}>");
    escape(out, text);
    let _ = writeln!(out, "</{name}>");
}

fn package(about: &About, chapters: &[Chapter], pictures: &[Picture]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\" unique-identifier=\"id\"",
    );
    attribute(&mut out, "xml:lang", about.language);
    out.push_str(">\n<metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n");
    element(&mut out, "dc:identifier", " id=\"id\"", about.id);
    element(&mut out, "dc:title", "", about.title);
    element(&mut out, "dc:language", "", about.language);
    for author in about.authors {
        element(&mut out, "dc:creator", "", author);
    }
    for (name, text) in [
        ("dc:description", about.description),
        ("dc:publisher", about.publisher),
        ("dc:source", about.url),
        ("dc:date", about.date.unwrap_or_default()),
    ] {
        if !text.trim().is_empty() {
            element(&mut out, name, "", text);
        }
    }
    for subject in about.subjects {
        element(&mut out, "dc:subject", "", subject);
    }
    element(
        &mut out,
        "meta",
        " property=\"dcterms:modified\"",
        about.modified,
    );
    if let Some((series, place)) = about.series {
        let property = " property=\"belongs-to-collection\" id=\"series\"";
        element(&mut out, "meta", property, series);
        let refines = " refines=\"#series\" property=\"collection-type\"";
        element(&mut out, "meta", refines, "series");
        let refines = " refines=\"#series\" property=\"group-position\"";
        element(&mut out, "meta", refines, &place.to_string());
    }
    accessibility(&mut out, chapters, pictures);
    out.push_str("</metadata>\n<manifest>\n");
    let xhtml = "media-type=\"application/xhtml+xml\"";
    let _ = writeln!(
        out,
        "<item id=\"nav\" href=\"nav.xhtml\" {xhtml} properties=\"nav\"/>"
    );
    let _ = writeln!(out, "<item id=\"title\" href=\"title.xhtml\" {xhtml}/>");
    for (n, chapter) in chapters.iter().enumerate() {
        let href = file_of(n);
        let _ = write!(
            out,
            "<item id=\"chapter-{}\" href=\"{href}\" {xhtml}",
            n + 1
        );
        match (chapter.has_math, chapter.has_svg) {
            (true, true) => out.push_str(" properties=\"mathml svg\""),
            (true, false) => out.push_str(" properties=\"mathml\""),
            (false, true) => out.push_str(" properties=\"svg\""),
            (false, false) => {}
        }
        out.push_str("/>\n");
    }
    out.push_str("<item id=\"sheet\" href=\"book.css\" media-type=\"text/css\"/>\n");
    for (n, picture) in pictures.iter().enumerate() {
        let (href, media) = (&picture.name, picture.media);
        let _ = write!(
            out,
            "<item id=\"picture-{}\" href=\"{href}\" media-type=\"{media}\"",
            n + 1
        );
        if picture.is_cover {
            out.push_str(" properties=\"cover-image\"");
        }
        out.push_str("/>\n");
    }
    out.push_str("</manifest>\n<spine");
    if about.direction == "rtl" {
        out.push_str(" page-progression-direction=\"rtl\"");
    }
    out.push_str(">\n<itemref idref=\"title\"/>\n");
    // One essay needs no page of contents: readers show them at a touch.
    if chapters.len() > 1 {
        out.push_str("<itemref idref=\"nav\"/>\n");
    }
    for n in 1..=chapters.len() {
        let _ = writeln!(out, "<itemref idref=\"chapter-{n}\"/>");
    }
    out.push_str("</spine>\n</package>\n");
    out
}

/// Who can read it, in the words of schema.org that EPUB Accessibility asks for.
fn accessibility(out: &mut String, chapters: &[Chapter], pictures: &[Picture]) {
    let mut row = |property: &str, value: &str| {
        let _ = writeln!(out, "<meta property=\"schema:{property}\">{value}</meta>");
    };
    let drawn = !pictures.is_empty() || chapters.iter().any(|chapter| chapter.has_svg);
    row("accessMode", "textual");
    if drawn {
        row("accessMode", "visual");
    }
    row(
        "accessModeSufficient",
        if drawn { "textual,visual" } else { "textual" },
    );
    row("accessibilityFeature", "tableOfContents");
    row("accessibilityFeature", "readingOrder");
    row("accessibilityFeature", "structuralNavigation");
    row("accessibilityFeature", "displayTransformability");
    if chapters.iter().any(|chapter| chapter.has_math) {
        row("accessibilityFeature", "MathML");
    }
    row("accessibilityHazard", "unknown");
}

/// A line of the contents.
struct Row {
    level: u8,
    title: String,
    href: Option<String>,
}

fn contents(about: &About, chapters: &[Chapter]) -> String {
    let mut rows = Vec::new();
    let has_parts = chapters.iter().any(|chapter| chapter.part.is_some());
    // Chapters before the first part stand where parts do.
    let mut level = 0;
    for (n, chapter) in chapters.iter().enumerate() {
        if let Some(part) = &chapter.part {
            level = 1;
            rows.push(Row {
                level: 0,
                title: part.clone(),
                href: None,
            });
        }
        let file = file_of(n);
        rows.push(Row {
            level: if has_parts { level } else { 0 },
            title: chapter.title.clone(),
            href: Some(file.clone()),
        });
        for heading in &chapter.headings {
            if heading.level > 3 {
                continue;
            }
            rows.push(Row {
                level: level + heading.level - 1,
                title: heading.text.clone(),
                href: Some(format!("{file}#{}", crate::text::encode_url(&heading.id))),
            });
        }
    }
    let mut body = String::from("<nav epub:type=\"toc\" role=\"doc-toc\" id=\"toc\">\n<h1>");
    escape(&mut body, about.contents);
    body.push_str("</h1>\n");
    list(&rows, &mut body);
    body.push_str("</nav>\n<nav epub:type=\"landmarks\" hidden=\"hidden\">\n<ol>\n");
    let mut marks = vec![("titlepage", "title.xhtml", about.title)];
    if chapters.len() > 1 {
        marks.push(("toc", "nav.xhtml#toc", about.contents));
    }
    let first = chapters.first().map(|chapter| &*chapter.title);
    marks.extend(first.map(|title| ("bodymatter", "chapter-1.xhtml", title)));
    for (kind, href, title) in marks {
        // Writing to a String cannot fail.
        let _ = write!(body, "<li><a epub:type=\"{kind}\" href=\"{href}\">");
        escape(&mut body, title);
        body.push_str("</a></li>\n");
    }
    body.push_str("</ol>\n</nav>");
    page(about, about.contents, &body)
}

/// Rows as lists in lists. One that is deeper than the one before it is one deeper.
fn list(rows: &[Row], out: &mut String) {
    let mut open: Vec<u8> = Vec::new();
    for row in rows {
        while open.len() > 1 && open.last().is_some_and(|last| *last > row.level) {
            // A list goes on where the row belongs to the one before.
            if open[open.len() - 2] < row.level {
                break;
            }
            open.pop();
            out.push_str("</li>\n</ol>\n");
        }
        match open.last() {
            Some(last) if *last >= row.level => out.push_str("</li>\n"),
            _ => {
                out.push_str("<ol>\n");
                open.push(row.level);
            }
        }
        out.push_str("<li>");
        match &row.href {
            Some(href) => {
                out.push_str("<a");
                attribute(out, "href", href);
                out.push('>');
                escape(out, &row.title);
                out.push_str("</a>");
            }
            None => {
                out.push_str("<span>");
                escape(out, &row.title);
                out.push_str("</span>");
            }
        }
    }
    for _ in open {
        out.push_str("</li>\n</ol>\n");
    }
}

fn title_page(about: &About) -> String {
    let mut body = String::from("<section class=\"title-page\" epub:type=\"titlepage\">\n");
    element(&mut body, "h1", "", about.title);
    let authors = about.authors.join(", ");
    for (class, text) in [
        ("standfirst", about.description),
        ("author", &authors),
        ("date", about.dates),
    ] {
        if !text.trim().is_empty() {
            element(&mut body, "p", &format!(" class=\"{class}\""), text);
        }
    }
    let publisher = match about.publisher == about.title {
        true => "",
        false => about.publisher,
    };
    if !about.url.is_empty() || !publisher.is_empty() {
        body.push_str("<p class=\"publisher\">");
        escape(&mut body, publisher);
        if !about.url.is_empty() {
            if !publisher.is_empty() {
                body.push_str("<br/>");
            }
            body.push_str("<a");
            attribute(&mut body, "href", about.url);
            body.push('>');
            let bare = about
                .url
                .split_once("://")
                .map_or(about.url, |(_, rest)| rest);
            let bare = percent_encoding::percent_decode_str(bare).decode_utf8_lossy();
            escape(&mut body, bare.trim_end_matches('/'));
            body.push_str("</a>");
        }
        body.push_str("</p>\n");
    }
    body.push_str("</section>");
    page(about, about.title, &body)
}
