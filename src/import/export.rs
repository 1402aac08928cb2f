//! What the importers of exports have in common: the file, the dates, the usual addresses.

use super::House;
use super::html::{self, Converted, Kept};
use crate::date::Date;
use crate::desk::Failure;
use crate::diag::{Diagnostic, FileId, Span};
use crate::source::{self, Sources};
use crate::text::urlize_path;
use percent_encoding::percent_decode_str;
use std::path::Path;
use std::sync::Arc;

/// More than the exports of the largest blogs.
pub const LIMIT: u64 = 1 << 30;

/// The usual settings of addresses, as patterns of ours.
const PATTERNS: [&str; 4] = [
    "/:year/:month/:day/:slugorcontentbasename/",
    "/:year/:month/:slugorcontentbasename/",
    "/:slugorcontentbasename/",
    "/p/:slugorcontentbasename/",
];

/// The file's own name.
pub fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The bytes of an export. `None`: it is too large, which is said.
pub fn bytes(path: &Path, house: &mut House) -> Result<Option<Vec<u8>>, Failure> {
    if source::look_len(path).is_some_and(|len| len > LIMIT) {
        let message = format!("`{}` is larger than {} MiB", name(path), LIMIT >> 20);
        let error = Diagnostic::error("export", None, message);
        house.findings.push(error.help("export it in parts"));
        return Ok(None);
    }
    Ok(Some(source::bytes(path)?))
}

/// The text of an export: these are larger than any essay. `None`: it is no text, which is
/// said.
pub fn text(
    path: &Path,
    sources: &mut Sources,
    house: &mut House,
) -> Result<Option<(FileId, Arc<str>)>, Failure> {
    let Some(bytes) = bytes(path, house)? else {
        return Ok(None);
    };
    let (sound, fault) = match std::str::from_utf8(&bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let at = error.valid_up_to();
            let sound = std::str::from_utf8(&bytes[..at]).unwrap_or_default();
            (sound, Some(at))
        }
    };
    let file = sources.add(&name(path), sound.trim_start_matches('\u{FEFF}'));
    let text = sources.get(file).text().clone();
    if let Some(at) = fault {
        let at = at.min(text.len());
        let error = Diagnostic::error(
            "export",
            Span::new(file, at, at),
            "the export is not UTF-8 from here on",
        );
        house
            .findings
            .push(error.help("it was changed on its way: export once more"));
        return Ok(None);
    }
    Ok(Some((file, text)))
}

/// The text of `title` that was cleaned, as Markdown, and what it lost is said. `None`: it
/// stays HTML, which is said.
pub fn markdown(
    cleaned: &str,
    kept: &Kept,
    link: &dyn Fn(&str) -> String,
    (title, span): (&str, Option<Span>),
    house: &mut House,
) -> Option<Converted> {
    let Some(converted) = html::to_markdown(cleaned, kept, link) else {
        house.warn(
            "html",
            span,
            format!("`{title}` nests too deeply for Markdown, and stays HTML"),
            "copy its words by hand",
        );
        return None;
    };
    for name in &converted.dropped {
        let message = format!("`<{name}>` of `{title}` is left out");
        house.warn("html", span, message, html::DROPPED);
    }
    Some(converted)
}

/// The path of an address below the site's own. `None`: it leads elsewhere, or cannot be
/// a file's.
pub fn path_below(address: &str, base: &str) -> Option<String> {
    let below = |address: &str, base: &str| address.strip_prefix(base).map(str::to_owned);
    let bare = |address: &str| {
        let rest = address
            .strip_prefix("https://")
            .or(address.strip_prefix("http://"));
        rest.map(str::to_owned)
    };
    let path = match (bare(address.trim()), bare(base)) {
        (Some(address), Some(base)) => below(&address, &base),
        _ => below(address.trim(), base),
    };
    let path = path.filter(|path| path.starts_with('/') && !path.contains(['?', '#']))?;
    let path = percent_decode_str(&path).decode_utf8().ok()?.into_owned();
    is_sound(&path).then_some(path)
}

/// Whether a path from the site's root may be the address of a page.
pub fn is_sound(path: &str) -> bool {
    let mut parts = path.split('/');
    path.starts_with('/')
        && parts.all(|part| part != ".." && part != ".")
        && !path.contains("//")
        && !path.contains(char::is_control)
}

/// The pattern that most of the posts follow, each by its address and date.
pub fn pattern(posts: &[(String, Date)]) -> Option<&'static str> {
    let follow = |pattern: &str| {
        let follows = |(url, date): &&(String, Date)| {
            let name = url.trim_matches('/').rsplit('/').next().unwrap_or_default();
            *url == filled(pattern, *date, name)
        };
        posts.iter().filter(follows).count()
    };
    // Of two that are as good, the first.
    let best = PATTERNS
        .into_iter()
        .rev()
        .max_by_key(|pattern| follow(pattern))?;
    (follow(best) * 2 > posts.len()).then_some(best)
}

/// The address that a pattern gives the file of a post.
pub fn filled(pattern: &str, date: Date, name: &str) -> String {
    let mut url = pattern.replace(":slugorcontentbasename", &urlize_path(name, true));
    for (token, layout) in [(":year", "%Y"), (":month", "%m"), (":day", "%d")] {
        url = url.replace(token, &date.civil().strftime(layout).to_string());
    }
    url
}

/// The language's code of a locale: `en` of `en-GB`.
pub fn language(locale: &str) -> String {
    let code = locale.chars().take_while(char::is_ascii_alphabetic);
    code.collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::path_below;

    #[test]
    fn paths_lie_below_the_site() {
        let base = "https://a.example/blog";
        for (address, expected) in [
            ("https://a.example/blog/x/", Some("/x/")),
            ("http://a.example/blog/x%C3%A9", Some("/xé")),
            ("https://a.example/other/", None),
            ("https://a.example/blog/?p=3", None),
            ("https://a.example/blog/../x", None),
            ("https://a.example/blog/%2e%2e/x", None),
        ] {
            assert_eq!(path_below(address, base).as_deref(), expected, "{address}");
        }
    }
}
