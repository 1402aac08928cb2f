//! Gives every page its URL and its file: `url` > a `permalinks` pattern >
//! `slug` > the file's name, as Hugo does it. URLs are kept decoded, from the
//! site's root; whoever prints one encodes it.

use super::content;
use super::{Kind, Page, PageId};
use crate::config::permalinks::{Part, Pattern, Token};
use crate::config::{Config, DateSource, LanguageConfig};
use crate::diag::{Diagnostic, Span};
use crate::{site, text};
use rayon::prelude::*;

/// Assigns [`Page::url`] and [`Page::output`]. No URL depends on another.
pub fn assign(config: &Config, pages: &mut [Page], diagnostics: &mut Vec<Diagnostic>) {
    let all: &[Page] = pages;
    let places: Vec<(String, String, Vec<Diagnostic>)> = all
        .par_iter()
        .with_min_len(256)
        .map(|page| {
            let mut said = Vec::new();
            let (url, output) = place(config, page, all, &mut said);
            (url, output, said)
        })
        .collect();
    for (page, (url, output, mut said)) in pages.iter_mut().zip(places) {
        page.url = url;
        page.output = output;
        diagnostics.append(&mut said);
    }
}

/// URL and file of one page.
fn place(
    config: &Config,
    page: &Page,
    pages: &[Page],
    diagnostics: &mut Vec<Diagnostic>,
) -> (String, String) {
    let language = &config.languages[page.lang.index()];
    let said = said_url(page, language, diagnostics);
    // As in Hugo: terms too, but never a URL that an author wrote.
    let ugly = config.ugly_urls && said.is_none() && matches!(page.kind, Kind::Page | Kind::Term);
    let url = said.unwrap_or_else(|| {
        let url = by_pattern(config, language, page, pages, diagnostics)
            .unwrap_or_else(|| by_place(config, language, page, diagnostics));
        if config.remove_path_accents {
            text::without_accents(&url)
        } else {
            url
        }
    });
    let (url, output) = file_of(&url, ugly);
    for segment in output.split('/') {
        if segment.len() > 255 {
            diagnostics.push(too_long(page, segment));
        }
    }
    (url, output)
}

/// Splits a URL path into the URL as it is linked and the file behind it.
fn file_of(url: &str, ugly: bool) -> (String, String) {
    let path = url.trim_start_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let has_extension = last.rsplit_once('.').is_some_and(|(stem, e)| {
        !stem.is_empty() && matches!(e, "html" | "htm" | "xml" | "txt" | "json")
    });
    if path.is_empty() {
        return ("/".to_owned(), "index.html".to_owned());
    }
    if has_extension && !path.ends_with('/') {
        return (format!("/{path}"), path.to_owned());
    }
    let path = path.trim_end_matches('/');
    if ugly {
        return (format!("/{path}.html"), format!("{path}.html"));
    }
    (format!("/{path}/"), format!("{path}/index.html"))
}

/// `url` of the front matter: from the site's root with a leading `/`, else below the language.
fn said_url(
    page: &Page,
    language: &LanguageConfig,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let url = page.front()?.url.as_ref()?;
    let path = checked("url", url, url.span, diagnostics)?;
    let tokens = url.contains(':');
    if tokens && let Ok(pattern) = crate::config::permalinks::parse(&path) {
        let naming = Naming {
            lower: true,
            dated_names: false,
        };
        let filled = fill(&pattern, page, "", naming, diagnostics);
        return Some(under(language, &filled));
    }
    Some(if url.starts_with('/') {
        format!("/{path}")
    } else {
        under(language, &path)
    })
}

fn under(language: &LanguageConfig, path: &str) -> String {
    let path = path.trim_start_matches('/');
    if language.prefix.is_empty() {
        format!("/{path}")
    } else {
        format!("/{}/{path}", language.prefix)
    }
}

fn by_pattern(
    config: &Config,
    language: &LanguageConfig,
    page: &Page,
    pages: &[Page],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    // A section stands in itself, as Hugo counts.
    let section = match page.kind {
        Kind::Section => &page.path,
        _ => section_path(page, pages),
    };
    let permalinks = &language.permalinks;
    let pattern = match page.kind {
        Kind::Home => None,
        Kind::Page => permalinks.for_page(if section.is_empty() {
            content::parent(&page.path).unwrap_or_default()
        } else {
            section
        }),
        Kind::Section => permalinks.for_section(&page.path),
        Kind::Taxonomy => permalinks.for_taxonomy(&page.path),
        Kind::Term => permalinks.for_term(content::top(&page.path)),
    }?;
    Some(under(
        language,
        &fill(
            pattern,
            page,
            section,
            Naming {
                lower: !config.disable_path_to_lower,
                dated_names: dated_names(config),
            },
            diagnostics,
        ),
    ))
}

/// Path of the section that a page stands in.
fn section_path<'p>(page: &Page, pages: &'p [Page]) -> &'p str {
    page.parent
        .map_or("", |parent: PageId| &pages[parent.index()].path)
}

fn by_place(
    config: &Config,
    language: &LanguageConfig,
    page: &Page,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    let lower = !config.disable_path_to_lower;
    let path = text::urlize_path(&page.path, lower);
    if page.kind != Kind::Page {
        return under(language, &path);
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let name = match said_slug(page, lower, diagnostics) {
        Some(slug) => slug,
        None => match page
            .front()
            .and_then(|front| front.filename_slug.as_deref())
            .filter(|_| dated_names(config))
        {
            Some(rest) => text::urlize_path(rest, lower),
            None => name.to_owned(),
        },
    };
    let path = if folder.is_empty() {
        name
    } else {
        format!("{folder}/{name}")
    };
    under(language, &path)
}

/// Hugo takes the date off the name only where `frontmatter.date` asks for `:filename`.
fn dated_names(config: &Config) -> bool {
    config.dates.date.contains(&DateSource::Filename)
}

fn said_slug(page: &Page, lower: bool, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let slug = page.front()?.slug.as_ref()?;
    let path = checked("slug", slug, slug.span, diagnostics)?;
    let slug = text::urlize_words(path.trim_matches('/'), lower);
    (!slug.is_empty()).then_some(slug)
}

/// What the configuration says about names.
#[derive(Clone, Copy)]
struct Naming {
    lower: bool,
    dated_names: bool,
}

fn fill(
    pattern: &Pattern,
    page: &Page,
    section: &str,
    naming: Naming,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    let mut out = String::new();
    for part in &pattern.parts {
        match part {
            Part::Literal(literal) => out.push_str(literal),
            Part::Token(token) => {
                out.push_str(&token_text(*token, page, section, naming, diagnostics))
            }
        }
    }
    text::urlize_path(&out, naming.lower)
}

fn token_text(
    token: Token,
    page: &Page,
    section: &str,
    naming: Naming,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    let Naming { lower, dated_names } = naming;
    let segments = || section.split('/').filter(|s| !s.is_empty());
    let name = || match page.kind {
        // A term without a file is called as it is written.
        Kind::Term if page.file.is_none() => page.title.rsplit('/').next().unwrap_or_default(),
        _ => page.path.rsplit('/').next().unwrap_or_default(),
    };
    // Hugo reads a `+` of a pattern's text as a space: `C++` is `c`.
    let words = |text: &str| text::urlize_words(&text.replace('+', " "), lower);
    let front = page.front();
    let slug = || {
        let said = front.and_then(|front| front.slug.as_ref());
        let said = said.and_then(|slug| checked("slug", slug, slug.span, &mut Vec::new()));
        // The rest of a dated name is a slug where dates are taken from names.
        let dated = || {
            let rest = front.and_then(|front| front.filename_slug.clone());
            rest.filter(|_| dated_names)
        };
        let slug = said
            .or_else(dated)
            .map(|slug| words(&slug.replace('/', " ")));
        slug.filter(|slug| !slug.is_empty())
    };
    match token {
        Token::Year => date(page, "2006", diagnostics),
        Token::Month => date(page, "01", diagnostics),
        Token::MonthName => date(page, "January", diagnostics),
        Token::Day => date(page, "02", diagnostics),
        Token::Weekday => date(page, "%w", diagnostics),
        Token::WeekdayName => date(page, "Monday", diagnostics),
        Token::YearDay => date(page, "%-j", diagnostics),
        Token::Section | Token::SectionSlug => segments().next().unwrap_or_default().to_owned(),
        Token::Sections | Token::SectionSlugs => section.to_owned(),
        Token::SectionsRange { start, end } => range(&segments().collect::<Vec<_>>(), start, end),
        Token::SectionsAt(at) => {
            let all: Vec<&str> = segments().collect();
            from_either_end(at, all.len())
                .and_then(|at| all.get(at))
                .copied()
                .unwrap_or_default()
                .to_owned()
        }
        Token::Title => words(&page.title),
        Token::Slug => slug().unwrap_or_else(|| words(&page.title)),
        Token::SlugOrFilename | Token::SlugOrContentBaseName => {
            slug().unwrap_or_else(|| words(name()))
        }
        Token::Filename | Token::ContentBaseName => words(name()),
    }
}

/// Counts from the back when negative; `last` is -1.
fn from_either_end(at: i32, len: usize) -> Option<usize> {
    if at < 0 {
        len.checked_sub(at.unsigned_abs() as usize)
    } else {
        Some(at as usize)
    }
}

fn range(segments: &[&str], start: Option<i32>, end: Option<i32>) -> String {
    let bound = |at: i32| {
        from_either_end(at, segments.len())
            .unwrap_or(0)
            .min(segments.len())
    };
    let start = start.map_or(0, bound);
    let end = end.map_or(segments.len(), bound).max(start);
    segments[start..end].join("/")
}

fn date(page: &Page, layout: &str, diagnostics: &mut Vec<Diagnostic>) -> String {
    match &page.date {
        Some(date) => date.format(layout, "en"),
        None => {
            if layout == "2006" {
                diagnostics.push(
                    Diagnostic::warning(
                        "no-date",
                        page.file.map(|file| Span::new(file, 0, 0)),
                        "the page has no `date`, but the pattern of its URL asks for one",
                    )
                    .help("add a `date`; until then its URL has the year 0001, as Hugo gives it"),
                );
            }
            match layout {
                "2006" => "0001".to_owned(),
                "January" => "january".to_owned(),
                "Monday" => "monday".to_owned(),
                "%w" | "%-j" => "1".to_owned(),
                _ => "01".to_owned(),
            }
        }
    }
}

fn too_long(page: &Page, segment: &str) -> Diagnostic {
    let start: String = segment.chars().take(40).collect();
    Diagnostic::error(
        "path-too-long",
        page.file.map(|file| Span::new(file, 0, 0)),
        format!(
            "`{start}…` has {} bytes, and no file system takes a name of over 255",
            segment.len()
        ),
    )
    .help("give the page a shorter `slug`")
}

/// Checks a path that an author wrote for `key`, and returns it without its
/// leading slash and without dot segments.
pub fn checked(
    key: &str,
    path: &str,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let mut refuse = |what: String, help: &str| {
        diagnostics.push(Diagnostic::error("bad-path", span, format!("`{key}` {what}")).help(help));
        None
    };
    let below = "write a path below the site's root, such as `/essays/first/`";
    if let Some(c) = path.chars().find(|c| c.is_control()) {
        let name = match c {
            '\0' => "NUL".to_owned(),
            c => format!("U+{:04X}", u32::from(c)),
        };
        return refuse(format!("holds the character {name}"), "remove it");
    }
    if path.starts_with("//") || path.starts_with("\\\\") {
        return refuse(format!("names a host: `{path}`"), below);
    }
    if site::links::is_external(path) {
        let drive = path.as_bytes().get(1) == Some(&b':');
        let what = if drive {
            "names a drive"
        } else {
            "names a scheme"
        };
        return refuse(format!("{what}: `{path}`"), below);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return refuse(format!("leads above the site's root: `{path}`"), below);
                }
            }
            part if part.len() > 255 => {
                return refuse(
                    format!("has a part of {} bytes", part.len()),
                    "no file system takes a name of over 255 bytes: shorten it",
                );
            }
            part => parts.push(part),
        }
    }
    if let Some(part) = parts.iter().find(|part| is_awkward(part)) {
        diagnostics.push(
            Diagnostic::warning("awkward-path", span, format!("`{key}` holds `{part}`, which some systems cannot store"))
                .help("leave out `: \\ ? * < > | \"`, and names such as `con` and `nul` that Windows keeps for itself"),
        );
    }
    let slash = if path.ends_with('/') && !parts.is_empty() {
        "/"
    } else {
        ""
    };
    Some(format!("{}{slash}", parts.join("/")))
}

fn is_awkward(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
    let reserved = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || (stem.len() == 4
            && (stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    // `:year` and the like are filled in later.
    let token = part.contains(':')
        && crate::config::permalinks::parse(part)
            .is_ok_and(|p| p.parts.iter().any(|p| matches!(p, Part::Token(_))));
    reserved
        || part.contains(['\\', '?', '*', '<', '>', '|', '"'])
        || (part.contains(':') && !token)
}

#[cfg(test)]
mod tests {
    use super::{checked, file_of, range};
    use crate::diag::{FileId, Span};

    #[test]
    fn urls_and_files_belong_together() {
        for (url, expected, file) in [
            ("/", "/", "index.html"),
            ("/blog/post", "/blog/post/", "blog/post/index.html"),
            ("blog/post/", "/blog/post/", "blog/post/index.html"),
            ("/about.html", "/about.html", "about.html"),
            ("/qwen2.5-vl/", "/qwen2.5-vl/", "qwen2.5-vl/index.html"),
            ("/qwen2.5", "/qwen2.5/", "qwen2.5/index.html"),
        ] {
            assert_eq!(
                file_of(url, false),
                (expected.to_owned(), file.to_owned()),
                "{url}"
            );
        }
        assert_eq!(file_of("/blog/post/", true).0, "/blog/post.html");
    }

    #[test]
    fn paths_that_leave_the_site_are_refused() {
        let span = Span::new(FileId(0), 0, 1);
        let said = |path: &str| {
            let mut diagnostics = Vec::new();
            let path = checked("url", path, span, &mut diagnostics);
            (path, diagnostics.first().map(|d| d.message.clone()))
        };
        assert_eq!(said("/a/../b/"), (Some("b/".into()), None));
        assert_eq!(
            said("../a").1.as_deref(),
            Some("`url` leads above the site's root: `../a`")
        );
        assert_eq!(
            said("https://x.org/").1.as_deref(),
            Some("`url` names a scheme: `https://x.org/`")
        );
        assert_eq!(
            said("c:/x").1.as_deref(),
            Some("`url` names a drive: `c:/x`")
        );
        assert_eq!(
            said("//x.org/").1.as_deref(),
            Some("`url` names a host: `//x.org/`")
        );
        assert_eq!(
            said("a\0b").1.as_deref(),
            Some("`url` holds the character NUL")
        );
        assert_eq!(
            said("a/con.x").1.as_deref(),
            Some("`url` holds `con.x`, which some systems cannot store")
        );
        assert!(said(&"x".repeat(256)).1.is_some());
    }

    #[test]
    fn sections_are_taken_by_range() {
        let sections = ["a", "b", "c"];
        assert_eq!(range(&sections, Some(1), None), "b/c");
        assert_eq!(range(&sections, None, Some(-1)), "a/b");
        assert_eq!(range(&sections, Some(2), Some(1)), "");
    }
}
