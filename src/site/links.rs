//! Where a link leads: content files, URLs, resources and anchors, looked up
//! and checked. Nothing is read from disk, and no URL is joined to a file path.

use super::route::Route;
use super::wiki::Names;
use super::{LangId, LeftOut, Page, PageId, Site, Why, content};
use crate::config::Config;
use crate::source::Sources;
use crate::table::Table;
use crate::text::Near;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Names by which content can be linked, all in small letters but for URLs. Of
/// several pages the last has the name.
#[derive(Debug, Default)]
pub struct Index {
    /// Logical path in a language → page.
    by_path: Table,
    /// Content file, relative to its content folder → page: `blog/post.md`, `blog/post/index.zh.md`.
    by_file: Table,
    /// URL path → page.
    by_url: Table,
    /// Last segment of the logical path in a language → the page, where it is the only one.
    by_name: OnceLock<HashMap<(LangId, String), Option<PageId>>>,
    /// Names for links by name: made when the first is looked up.
    wiki: OnceLock<Names>,
    /// What a URL that leads nowhere may have meant.
    near: OnceLock<Near>,
    /// Logical paths of pages that were left out.
    left_out: HashMap<(LangId, String), Why>,
}

/// What a destination turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    /// Outside of the site, or a scheme of its own (`mailto:`): as written.
    External,
    /// As written; it leads to this page (None: a file that is no page).
    Kept(Option<PageId>),
    /// Written in a way that no browser understands; this is the URL path for it.
    Page(PageId),
    /// A file beside the content: its URL path.
    File(String),
    Broken(Broken),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Broken {
    /// Nothing has this name; perhaps this was meant.
    Missing(Option<String>),
    /// The page exists but is not published.
    LeftOut(Why),
    /// A URL that cannot be read as one.
    Malformed(&'static str),
}

impl Index {
    pub fn new(config: &Config, sources: &Sources, pages: &[Page], left_out: &[LeftOut]) -> Index {
        let mut by_path = Table::with_capacity(pages.len());
        let mut by_file = Table::with_capacity(pages.len());
        let mut by_url = Table::with_capacity(pages.len());
        for (at, page) in pages.iter().enumerate() {
            let path = lower(&page.path);
            by_path.put((page.lang, &*path), at, |at| {
                is_at(&pages[at], page.lang, &path)
            });
            if page.rendered {
                let url = page.url.trim_matches('/');
                by_url.put(url, at, |at| pages[at].url.trim_matches('/') == url);
            }
            if let Some(file) = file_of(config, sources, page) {
                let file = lower(file);
                by_file.put(&*file, at, |at| is_file(config, sources, &pages[at], &file));
            }
        }
        let left_out = left_out.iter();
        Index {
            by_path,
            by_file,
            by_url,
            left_out: left_out
                .map(|out| ((out.lang, out.path.to_lowercase()), out.why))
                .collect(),
            ..Index::default()
        }
    }

    pub fn names(&self, site: &Site) -> &Names {
        self.wiki.get_or_init(|| Names::new(site))
    }

    /// The page of this name in a language, where there is one alone.
    fn by_name(&self, site: &Site, lang: LangId, name: &str) -> Option<PageId> {
        let names = self.by_name.get_or_init(|| {
            let mut names = HashMap::new();
            for (at, page) in site.pages.iter().enumerate() {
                let Some(name) = page.path.rsplit('/').next().filter(|name| !name.is_empty())
                else {
                    continue;
                };
                names
                    .entry((page.lang, name.to_lowercase()))
                    .and_modify(|only| *only = None)
                    .or_insert(Some(PageId(at as u32)));
            }
            names
        });
        names.get(&(lang, name.to_lowercase())).copied().flatten()
    }

    /// The URL path nearest to one that leads nowhere.
    fn near(&self, site: &Site, url: &str) -> Option<String> {
        let near = self.near.get_or_init(|| {
            // The home page is near to every short name, and never meant.
            let urls = site.pages.iter().filter(|page| page.rendered);
            let urls = urls.map(|page| page.url.trim_matches('/'));
            Near::new(urls.filter(|url| !url.is_empty()))
        });
        near.to(url)
    }
}

impl Site {
    /// By its logical path, in any case.
    pub fn page_at(&self, lang: LangId, path: &str) -> Option<PageId> {
        let path = lower(path.trim_matches('/'));
        let is = |at: usize| is_at(&self.pages[at], lang, &path);
        id(self.links.by_path.get((lang, &*path), is))
    }

    /// By its URL, as it is linked or without the slashes.
    pub fn page_at_url(&self, url: &str) -> Option<PageId> {
        let url = url.trim_matches('/');
        let is = |at: usize| self.pages[at].url.trim_matches('/') == url;
        id(self.links.by_url.get(url, is))
    }

    fn page_of_file(&self, path: &str) -> Option<PageId> {
        let path = lower(path);
        let is = |at: usize| is_file(&self.config, &self.sources, &self.pages[at], &path);
        id(self.links.by_file.get(&*path, is))
    }
}

fn id(at: Option<usize>) -> Option<PageId> {
    at.map(|at| PageId(at as u32))
}

fn is_at(page: &Page, lang: LangId, path: &str) -> bool {
    page.lang == lang && lower(&page.path) == path
}

fn is_file(config: &Config, sources: &Sources, page: &Page, path: &str) -> bool {
    file_of(config, sources, page).is_some_and(|file| lower(file) == path)
}

/// A page's file, by its path within the content folder of its language.
fn file_of<'s>(config: &Config, sources: &'s Sources, page: &Page) -> Option<&'s str> {
    let path = &*sources.get(page.file?).path;
    let dir = config.languages[page.lang.index()].content_dir.as_ref();
    let dir = dir.unwrap_or(&config.dirs.content);
    let inside = path.strip_prefix(dir.as_str()).unwrap_or(path);
    Some(inside.trim_start_matches('/'))
}

/// Most names are in small letters as they stand.
fn lower(text: &str) -> Cow<'_, str> {
    let small = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    match text.bytes().all(small) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// Splits `path?query#fragment`: (path, everything from `?` or `#` on).
pub fn split(dest: &str) -> (&str, &str) {
    dest.find(['?', '#'])
        .map_or((dest, ""), |at| dest.split_at(at))
}

/// Whether `dest` has a scheme (`https:`, `mailto:`) or a host (`//example.org`).
pub fn is_external(dest: &str) -> bool {
    if dest.starts_with("//") {
        return true;
    }
    let Some(colon) = dest.find(':') else {
        return false;
    };
    let scheme = &dest[..colon];
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
}

/// What is put out at an address as it stands on the page `from`.
pub fn route<'s>(site: &'s Site, from: &Page, url: &str) -> Option<&'s Route> {
    let (path, _) = split(url);
    if path.is_empty() || is_external(url) {
        return None;
    }
    let url = join_url(site.base_path(), &from.url, &decode(path));
    site.routes.get(url.trim_start_matches('/'))
}

/// Resolves a destination as it stands in the text of `from`.
pub fn resolve(site: &Site, from: PageId, dest: &str) -> Resolved {
    if is_external(dest) {
        return match malformed(dest) {
            Some(why) => Resolved::Broken(Broken::Malformed(why)),
            None => Resolved::External,
        };
    }
    let (path, _) = split(dest);
    if path.is_empty() {
        return Resolved::Kept(Some(from));
    }
    let path = decode(path);
    let page = &site[from];
    if let Some(path) = path.strip_prefix("@/") {
        return by_content(site, page.lang, path);
    }
    // What is wrong with a link to a file is told of the file, not of the URL.
    let mut as_file = None;
    if content::is_content(path.rsplit('/').next().unwrap_or(&path)) {
        let in_content = join(&page.dir, &path);
        match by_content(site, page.lang, &in_content) {
            resolved @ Resolved::Page(_) => return resolved,
            broken => as_file = Some(broken),
        }
    }
    let url = join_url(site.base_path(), &page.url, &path);
    if site.routes.leads(&url) {
        return Resolved::Kept(site.page_at_url(&url));
    }
    beside(site, from, &path)
        .or(as_file)
        .unwrap_or_else(|| missing(site, page.lang, &path, &url))
}

/// Where an address leads as it stands in a finished page at `url`: a path from the site's
/// root, not encoded. `None`: out of the site, or to the page itself.
pub fn target(site: &Site, url: &str, dest: &str) -> Option<String> {
    let base = &site.config.base_url;
    let from_root = dest
        .strip_prefix(base.trim_end_matches('/'))
        .filter(|rest| !base.is_empty() && (rest.is_empty() || rest.starts_with(['/', '?', '#'])));
    let (path, _) = split(from_root.unwrap_or(dest));
    if let Some(rest) = from_root {
        let path = split(rest).0;
        return Some(format!("/{}", decode(path).trim_start_matches('/')));
    }
    if is_external(dest) || path.is_empty() {
        return None;
    }
    Some(join_url(site.base_path(), url, &decode(path)))
}

/// `ref` and `relref`: a logical path, a file's path, or the last part of one when it is the only one.
pub fn reference(site: &Site, from: PageId, lang: LangId, target: &str) -> Resolved {
    let (path, _) = split(target);
    if path.is_empty() {
        return Resolved::Page(from);
    }
    let page = &site[from];
    let relative = join(&page.dir, path);
    for path in [relative.as_str(), path.trim_start_matches('/')] {
        if let resolved @ Resolved::Page(_) = by_content(site, lang, path) {
            return resolved;
        }
    }
    let name = stem(path.rsplit('/').next().unwrap_or(path));
    match site.links.by_name(site, lang, name) {
        Some(only) => Resolved::Page(only),
        None => by_content(site, lang, path),
    }
}

/// A file of the content folder by its path within it, with or without extension.
fn by_content(site: &Site, lang: LangId, path: &str) -> Resolved {
    let path = path.trim_matches('/');
    if let Some(page) = site.page_of_file(path) {
        // A link to `post.md` from a Chinese page means the Chinese post, where there is one.
        return Resolved::Page(site.in_language(page, lang).unwrap_or(page));
    }
    let bare = stem(path);
    let logical = bare
        .strip_suffix("/index")
        .or_else(|| bare.strip_suffix("/_index"))
        .unwrap_or(bare);
    let logical = if matches!(logical, "index" | "_index") {
        ""
    } else {
        logical
    };
    match site.page_at(lang, logical) {
        Some(page) => Resolved::Page(page),
        None => missing(site, lang, logical, &format!("/{logical}")),
    }
}

/// A file in the folder of the page's source, or one of its resources.
fn beside(site: &Site, from: PageId, path: &str) -> Option<Resolved> {
    let page = &site[from];
    let name = path.trim_start_matches("./");
    if let Some(resource) = super::resources::named(page, name) {
        return Some(Resolved::File(resource.url.clone()));
    }
    if let Some(url) = file_beside(site, page, path) {
        return Some(Resolved::File(url.to_owned()));
    }
    let in_content = join(&page.dir, path);
    // `[text](other-post)` beside `other-post.md`, as a writer thinks of it.
    site.page_at(page.lang, &in_content)
        .filter(|target| site[*target].rendered)
        .map(Resolved::Page)
}

/// The URL path of a file in the folder of the page's source that belongs to no bundle.
pub fn file_beside<'s>(site: &'s Site, page: &Page, path: &str) -> Option<&'s str> {
    let in_content = join(&page.dir, path);
    let (url, _) = site.loose.get(&(page.lang, in_content))?;
    Some(url)
}

fn missing(site: &Site, lang: LangId, path: &str, url: &str) -> Resolved {
    let logical = stem(path).trim_matches('/').to_lowercase();
    let by_url = url.trim_matches('/').to_lowercase();
    for path in [&logical, &by_url] {
        if let Some(why) = site.links.left_out.get(&(lang, path.clone())) {
            return Resolved::Broken(Broken::LeftOut(*why));
        }
    }
    let near = site.links.near(site, &by_url);
    let near = near.map(|url| format!("/{url}/"));
    Resolved::Broken(Broken::Missing(near))
}

/// What is wrong with an external URL, if anything plainly is.
fn malformed(url: &str) -> Option<&'static str> {
    let rest = url.strip_prefix("//").or_else(|| {
        let (scheme, rest) = url.split_once(':')?;
        matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https").then_some(rest)
    })?;
    let Some(rest) = rest
        .strip_prefix("//")
        .or(url.starts_with("//").then_some(rest))
    else {
        return Some("`//` is missing after the scheme");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if host.is_empty() {
        return Some("it has no host");
    }
    if host.contains(char::is_whitespace)
        || host.contains(['<', '>', '"', '\\', '^', '`', '{', '|', '}'])
    {
        return Some("its host holds a character that no host can have");
    }
    if let Some((_, port)) = host.rsplit_once(':')
        && !host.ends_with(']')
        && !port.bytes().all(|b| b.is_ascii_digit())
    {
        return Some("its port is no number");
    }
    None
}

/// Percent-decodes a path; what is no UTF-8 stays as it is.
fn decode(path: &str) -> String {
    percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .map_or_else(|_| path.to_owned(), Into::into)
}

/// Without its extension, when that is one of a content file.
fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    if content::is_content(file) {
        path.rsplit_once('.').map_or(path, |(stem, _)| stem)
    } else {
        path
    }
}

/// Joins as a file system would: `blog/a` + `../b/c.md` → `blog/b/c.md`; from the top for a leading `/`.
pub fn join(dir: &str, path: &str) -> String {
    let mut parts: Vec<&str> = if path.starts_with('/') {
        Vec::new()
    } else {
        dir.split('/').collect()
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

/// Joins as a browser would, and takes the site's base path off again.
fn join_url(base_path: &str, page_url: &str, path: &str) -> String {
    if let Some(rest) = path.strip_prefix('/') {
        let inner = base_path.trim_matches('/');
        let without = rest
            .strip_prefix(inner)
            .filter(|rest| !inner.is_empty() && (rest.is_empty() || rest.starts_with('/')));
        return format!("/{}", without.unwrap_or(rest).trim_start_matches('/'));
    }
    let folder = page_url.rsplit_once('/').map_or("", |(folder, _)| folder);
    let slash = if path.ends_with('/') || path.ends_with("..") || path == "." {
        "/"
    } else {
        ""
    };
    let joined = join(folder, path);
    if joined.is_empty() {
        "/".to_owned()
    } else {
        format!("/{joined}{slash}")
    }
}

#[cfg(test)]
mod tests {
    use super::{is_external, join, join_url, malformed, split};

    #[test]
    fn paths_join_like_folders_and_urls_like_a_browser() {
        assert_eq!(join("blog/a", "../b/c.md"), "blog/b/c.md");
        assert_eq!(join("blog", "/x.md"), "x.md");
        assert_eq!(join("", "./x.md"), "x.md");
        assert_eq!(join("a", "../../../x"), "x");
        assert_eq!(join_url("/", "/blog/post/", "../other/"), "/blog/other/");
        assert_eq!(
            join_url("/", "/blog/post/", "pic.png"),
            "/blog/post/pic.png"
        );
        assert_eq!(join_url("/", "/blog/post/", ".."), "/blog/");
        assert_eq!(join_url("/", "/", "."), "/");
        assert_eq!(join_url("/sub/", "/blog/post/", "/sub/about/"), "/about/");
        assert_eq!(join_url("/sub/", "/blog/post/", "/subtle/"), "/subtle/");
    }

    #[test]
    fn destinations_are_taken_apart() {
        assert_eq!(split("a/b.md#x"), ("a/b.md", "#x"));
        assert_eq!(split("a?b#c"), ("a", "?b#c"));
        assert!(
            is_external("https://x.org") && is_external("mailto:a@b.c") && is_external("//x.org")
        );
        assert!(!is_external("a/b:c") && !is_external("#x") && !is_external("/a"));
    }

    #[test]
    fn plainly_malformed_urls_are_found() {
        assert!(malformed("https://example.org/a(b)").is_none());
        assert!(malformed("mailto:x").is_none());
        assert_eq!(
            malformed("https:/example.org"),
            Some("`//` is missing after the scheme")
        );
        assert_eq!(malformed("https://"), Some("it has no host"));
        assert_eq!(
            malformed("http://exa mple.org/"),
            Some("its host holds a character that no host can have")
        );
        assert_eq!(
            malformed("http://example.org:8o/"),
            Some("its port is no number")
        );
        assert!(malformed("http://[::1]/").is_none());
    }
}
