//! One text of Jekyll: its address, its front matter in our words, its body.

use super::super::front::{Front, json};
use super::super::house::as_url;
use super::config::{Config, words};
use super::url::{self, fill, of_pages, pattern};
use super::{House, Page, PageKind, Site, kramdown, liquid, without_shortcodes};
use crate::date::{self, Date};
use crate::parse::front_matter;
use crate::text;
use crate::tree::{Key, Map, Node, normal};
use std::collections::HashMap;

/// A text that moved in.
pub struct Written {
    pub front: Front,
    pub body: String,
    pub attributes: bool,
    pub formulas: bool,
}

/// Layouts whose place the theme takes without a loss.
const LAYOUTS: [&str; 10] = [
    "post", "page", "home", "default", "single", "posts", "none", "null", "compress", "article",
];

impl Page {
    /// A value of the page's own, else one that the configuration hands down.
    fn get(&self, key: &str) -> Option<&Node> {
        let handed = || {
            self.defaults
                .iter()
                .find(|(known, _)| *known.name == *key)
                .map(|(_, node)| node)
        };
        self.map
            .get(key)
            .or_else(handed)
            .filter(|node| !node.is_null())
    }

    fn text(&self, key: &str) -> Option<&str> {
        Some(self.get(key)?.as_text()?)
    }

    fn is_draft(&self) -> bool {
        self.kind == PageKind::Draft || self.text("published") == Some("false")
    }

    fn categories(&self, above: &[&str]) -> Vec<String> {
        let mut all: Vec<String> = above.iter().map(|part| (*part).to_owned()).collect();
        for key in ["category", "categories"] {
            let found = match (key, self.get(key)) {
                (_, None) => Vec::new(),
                // One category may have a space in it.
                ("category", Some(node)) if node.as_list().is_none() => node
                    .as_text()
                    .map(|text| text.to_string())
                    .into_iter()
                    .collect(),
                (_, Some(node)) => words(node),
            };
            for category in found {
                if !category.is_empty() && !all.contains(&category) {
                    all.push(category);
                }
            }
        }
        all
    }

    fn tags(&self) -> Vec<String> {
        let mut all = self.get("tags").map(words).unwrap_or_default();
        all.extend(self.text("tag").map(str::to_owned));
        all
    }

    /// As the front matter says, else as the file is called.
    fn date(&self, config: &Config) -> Option<Date> {
        let said = self
            .text("date")
            .and_then(|text| Date::parse(text, &config.zone).ok());
        said.or_else(|| date::from_filename(self.name(), &config.zone).map(|(date, _)| date))
    }

    /// Of the file, without its ending.
    fn name(&self) -> &str {
        let name = self.from.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The folders between the site's and `_posts`.
    fn above(&self) -> Vec<&str> {
        let folder = ["_posts/", "_drafts/"]
            .iter()
            .find_map(|name| self.from.split_once(name));
        let parts = folder
            .map(|(above, _)| above)
            .filter(|_| self.collection == "posts");
        parts
            .unwrap_or_default()
            .split('/')
            .filter(|part| !part.is_empty())
            .collect()
    }
}

/// The address that Jekyll gives it, below the site's root.
pub fn address(
    page: &Page,
    above: &[&str],
    path: &str,
    config: &Config,
    house: &mut House,
) -> String {
    let categories = page.categories(above);
    let date = page.date(config);
    let in_zone = date.map(|date| date.instant.to_zoned(config.zone.clone()).datetime());
    let name = page.name();
    let from_name = date::from_filename(name, &config.zone)
        .map(|(_, slug)| slug)
        .filter(|_| page.collection == "posts");
    let about = url::Page {
        date: in_zone,
        categories: &categories,
        slug: page
            .text("slug")
            .or(from_name.filter(|slug| !slug.is_empty()))
            .unwrap_or(name),
        path,
        collection: if page.collection == "posts" {
            ""
        } else {
            &page.collection
        },
        output_ext: ".html",
    };
    let style = config.permalink.as_str();
    let usual = match page.kind {
        PageKind::Post | PageKind::Draft => pattern(style).to_owned(),
        PageKind::Page if name == "index" => "/:path/".to_owned(),
        PageKind::Page => of_pages(style, "/:path/:basename"),
        PageKind::Document => {
            let own = config
                .collections
                .iter()
                .find(|collection| collection.name == page.collection);
            let own = own.and_then(|collection| collection.permalink.clone());
            own.unwrap_or_else(|| of_pages(style, "/:collection/:path"))
        }
    };
    if let Some(node) = page.get("permalink")
        && let Some(said) = node.as_text()
    {
        if let Some(url) = fill(pattern(said), &about) {
            return url;
        }
        house.warn(
            "permalink",
            node.span,
            format!("the permalink `{said}` has a part that is not known"),
            "write the address as `url`",
        );
    }
    // A draft has no date yet, and so no address.
    fill(&usual, &about).unwrap_or_default()
}

/// Translates front matter and body.
pub fn page(page: &Page, source: &str, site: &Site, house: &mut House) -> Written {
    let mut front = Front::default();
    let mut variables = variables(page);
    variables.insert("url".to_owned(), page.target.url.clone());
    let scope = liquid::Scope::new(site, page.file, &page.target.path, &variables);
    let body = &source[page.body..];
    let mut findings = Vec::new();
    // Marks of kramdown first: their places are those of the source.
    let is_markdown = page.target.path.ends_with(".md");
    let marked = match is_markdown {
        true => kramdown::translate(body, page.file, page.body, &mut findings),
        false => kramdown::Written {
            text: body.to_owned(),
            contents: false,
            attributes: false,
            formulas: false,
        },
    };
    let shift = marked.text != body;
    let mut said = Vec::new();
    let text = liquid::write_out(&marked.text, page.body, &scope, &mut said);
    if shift {
        // What was left out before moved the bytes: the places are looked up again.
        for finding in &mut said {
            finding.span = finding
                .span
                .and_then(|span| again(span, page, body, &marked.text));
        }
    }
    findings.append(&mut said);
    house.findings.append(&mut findings);
    matter(page, source, site, &mut front, marked.contents, house);
    let mut text = text;
    if let Some(mark) = site
        .config
        .excerpt_separator
        .as_deref()
        .filter(|mark| *mark != "<!--more-->")
    {
        text = text.replacen(mark, "<!--more-->", 1);
    }
    // Shortcodes that Liquid's tags became are ours already.
    let body = match body.contains("{{<") || body.contains("{{%") {
        true => without_shortcodes(&text),
        false => text,
    };
    Written {
        front,
        body,
        attributes: marked.attributes,
        formulas: marked.formulas,
    }
}

/// The place in the file of what stands at `span` of the text that marks were taken from:
/// the same words, as many times over.
fn again(
    span: crate::diag::Span,
    page: &Page,
    body: &str,
    marked: &str,
) -> Option<crate::diag::Span> {
    let (start, end) = (
        span.start as usize - page.body,
        span.end as usize - page.body,
    );
    if span.file != page.file {
        return Some(span);
    }
    let words = marked.get(start..end)?;
    let before = marked[..start].matches(words).count();
    let (at, _) = body.match_indices(words).nth(before)?;
    Some(crate::diag::Span::new(
        page.file,
        page.body + at,
        page.body + at + words.len(),
    ))
}

/// `page.…` for Liquid.
fn variables(page: &Page) -> HashMap<String, String> {
    let handed = page.defaults.iter();
    let all = handed.chain(page.map.entries.iter());
    all.filter_map(|(key, node)| Some((key.name.to_string(), node.as_text()?.to_string())))
        .collect()
}

/// The front matter in our words; lines that mean the same here stay as they are.
fn matter(
    page: &Page,
    source: &str,
    site: &Site,
    front: &mut Front,
    contents: bool,
    house: &mut House,
) {
    let config = &site.config;
    let mut params = Vec::new();
    let own = page.map.entries.iter().map(|entry| (entry, true));
    let handed = page
        .defaults
        .iter()
        .filter(|(key, _)| page.map.get(&key.name).is_none())
        .map(|entry| (entry, false));
    let lines = Lines::of(&page.map, source);
    let mut categories_said = false;
    for ((key, node), is_own) in own.chain(handed) {
        if node.is_null() {
            continue;
        }
        match normal(&key.name).as_str() {
            "layout" => {
                let name = node.as_text().map(|name| &**name).unwrap_or_default();
                if is_own && !LAYOUTS.contains(&name) {
                    house.warn("layout", node.span, format!("the layout `{name}` is the theme's now"), "a template of your own makes it again: `templates/NAME.html`, and `layout: NAME`");
                }
            }
            "permalink" | "published" | "tag" | "render_with_liquid" | "renderwithliquid"
            | "readtime" => {}
            "category" | "categories" => {
                if !categories_said {
                    categories_said = true;
                    front.list("categories", &page.categories(&page.above()));
                }
            }
            "tags" => front.list("tags", &page.tags()),
            "date" => match Date::parse(
                node.as_text().map(|text| &**text).unwrap_or_default(),
                &config.zone,
            ) {
                Ok(date) if is_own => {
                    // In the site's zone the day may be another: the address goes by that.
                    front.bare("date", &date.rfc3339());
                }
                Ok(_) => {}
                Err(error) => house.warn(
                    "date",
                    node.span,
                    error.to_string(),
                    "the date of the file's name is used",
                ),
            },
            "excerpt" => match node.as_text() {
                Some(text) if !text.is_empty() => front.text("summary", text),
                _ => {}
            },
            "lastmodifiedat" | "lastmodified" | "updated" => {
                let text = node.as_text().map(|text| &**text).unwrap_or_default();
                match Date::parse(text, &config.zone) {
                    Ok(date) => front.bare("lastmod", &date.rfc3339()),
                    Err(error) => house.warn(
                        "date",
                        node.span,
                        error.to_string(),
                        "write it as `lastmod`",
                    ),
                }
            }
            "redirectfrom" => {
                let list: Vec<String> = match node.as_list() {
                    Some(_) => words(node),
                    None => node
                        .as_text()
                        .map(|text| text.to_string())
                        .into_iter()
                        .collect(),
                };
                let rooted: Vec<String> = list
                    .iter()
                    .map(|path| format!("/{}", path.trim_start_matches('/')))
                    .collect();
                front.list("aliases", &rooted);
            }
            "redirectto" => house.warn(
                "redirect",
                key.span,
                "the page sends its readers elsewhere, which is not carried over",
                "delete the page, and let the server redirect its address",
            ),
            "toc" if node.as_bool() == Some(true) && !contents => front.bare("show_toc", "true"),
            "toc" => {}
            "mathjax" | "katex" | "usemath" => {
                if let Some(is) = node.as_bool() {
                    front.bare("math", &is.to_string());
                }
            }
            "image" | "headerimg" | "thumbnail" | "coverimage" if page.get("cover").is_none() => {
                let own = node
                    .as_map()
                    .and_then(|map| map.get("path").or_else(|| map.get("src")))
                    .unwrap_or(node);
                match own.as_text() {
                    Some(text) if !text.is_empty() && page.get("images").is_none() => {
                        front.list("images", &[&**text])
                    }
                    _ => params.push((key.name.to_string(), json(node))),
                }
            }
            "lang" | "locale" => {}
            "sitemap" if node.as_bool() == Some(false) => front.keep("sitemap: {disable: true}"),
            "author" if node.as_map().is_some() => {
                let name = node
                    .as_map()
                    .and_then(|map| map.get("name"))
                    .and_then(Node::as_text);
                if let Some(name) = name {
                    front.text("author", name);
                }
            }
            "subtitle" | "tagline" if page.get("description").is_none() => {
                if let Some(text) = node.as_text() {
                    front.text("description", text);
                }
            }
            "title" | "description" | "author" | "authors" | "slug" | "weight" | "keywords"
            | "comments" | "math" | "summary" | "series" | "draft" | "images" => {
                match lines.get(key) {
                    Some(lines) if is_own => front.keep(lines),
                    _ => front.value(&key.name, &json(node)),
                }
            }
            // Else it means something here that was not meant there.
            _ => params.push((key.name.to_string(), json(node))),
        }
    }
    if !categories_said {
        front.list("categories", &page.categories(&page.above()));
    }
    if page.is_draft() {
        front.draft();
    }
    if contents {
        front.bare("show_toc", "true");
    }
    if !page.target.url.is_empty() && !is_by_itself(page, config) {
        front.text("url", &as_url(&page.target.url));
    }
    front.params(&params);
}

/// Whether the page gets its address without saying it.
fn is_by_itself(page: &Page, config: &Config) -> bool {
    let url = page.target.url.as_str();
    let path = page.target.path.trim_start_matches("content/");
    let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    match page.kind {
        PageKind::Post | PageKind::Draft => {
            let (Some(ours), Some(date)) =
                (url::ours(pattern(&config.permalink)), page.date(config))
            else {
                return false;
            };
            let slug = match page.text("slug") {
                Some(slug) => text::urlize_words(slug, true),
                None => match date::from_filename(page.name(), &config.zone) {
                    Some((_, slug)) => text::urlize_path(slug, true),
                    None => return false,
                },
            };
            // Our pattern goes by the date's own offset.
            let civil = date.civil();
            let mut by_pattern = ours.replace(":slugorcontentbasename", &slug);
            for (token, layout) in [
                (":yearday", "%-j"),
                (":year", "%Y"),
                (":monthname", "%B"),
                (":month", "%m"),
                (":day", "%d"),
            ] {
                by_pattern = by_pattern.replace(token, &civil.strftime(layout).to_string());
            }
            by_pattern == url
        }
        _ => {
            let own = match path.strip_suffix("_index") {
                Some(folder) => format!("/{folder}"),
                None => format!("/{}/", text::urlize_path(path, true)),
            };
            own == url
        }
    }
}

/// The lines of each key, where every key begins one.
struct Lines<'s> {
    source: &'s str,
    starts: Vec<usize>,
    end: usize,
}

impl<'s> Lines<'s> {
    fn of(map: &Map, source: &'s str) -> Lines<'s> {
        let mut starts: Vec<usize> = map
            .entries
            .iter()
            .map(|(key, _)| key.span.start as usize)
            .collect();
        starts.sort_unstable();
        let begins = |at: usize| at == 0 || source.as_bytes()[at - 1] == b'\n';
        let plain = starts.iter().all(|at| begins(*at));
        let file = crate::diag::FileId(0);
        let end = front_matter::split(source, file)
            .ok()
            .and_then(|split| Some(split.front?.1.end))
            .unwrap_or(0);
        Lines {
            source,
            starts: if plain { starts } else { Vec::new() },
            end,
        }
    }

    fn get(&self, key: &Key) -> Option<&'s str> {
        let at = self.starts.binary_search(&(key.span.start as usize)).ok()?;
        let end = self.starts.get(at + 1).copied().unwrap_or(self.end);
        let lines = self.source.get(self.starts[at]..end)?;
        // An anchor or a reference of YAML needs its other end.
        let alone = !lines.contains(": &") && !lines.contains(": *");
        // One line is enough for what is asked for; a text of several stays whole.
        alone.then_some(lines.trim_end())
    }
}
