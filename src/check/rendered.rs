//! The finished pages: addresses that lead nowhere whoever wrote them, ids that stand
//! twice, resources that come unencrypted; and which files of the site anything leads to.

use super::{place_of, top_of};
use crate::diag::{Diagnostic, Span};
use crate::parse::html::tags;
use crate::render::{Output, Renderer};
use crate::site::links;
use crate::site::route::Job;
use crate::site::{Kind, PageId, Site};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};

#[derive(Default)]
pub struct Rendered {
    pub pages: usize,
    /// Output files that some page, feed or style sheet names.
    pub used: HashSet<String>,
}

/// What one page came to.
#[derive(Default)]
struct Page {
    said: Vec<Diagnostic>,
    /// Addresses that lead nowhere, as written.
    dead: BTreeSet<String>,
    insecure: BTreeSet<String>,
    twice: BTreeSet<String>,
    used: Vec<String>,
    is_page: bool,
}

/// Renders everything, and adds what that had to say and what is to be said of it.
pub fn check(renderer: &Renderer, diagnostics: &mut Vec<Diagnostic>) -> Rendered {
    let site = &*renderer.shared.site;
    let all: Vec<(Option<PageId>, Page)> = site
        .routes
        .all
        .par_iter()
        .filter(|route| !Site::is_search(&route.job))
        .filter_map(|route| {
            let id = match &route.job {
                Job::Page(id, 1) => Some(*id),
                _ => None,
            };
            if matches!(route.job, Job::Copy(_)) {
                return None;
            }
            let mut page = Page::default();
            if let Some(Output::Bytes(bytes)) = renderer.render(&route.job, &mut page.said) {
                let text = String::from_utf8_lossy(&bytes);
                match route.job {
                    Job::Asset(_) => page.urls_of_css(site, &route.output, &text),
                    Job::Redirect(_) => {}
                    _ if route.output.ends_with(".html") => {
                        page.is_page = true;
                        page.read(site, &format!("/{}", route.output), &text);
                    }
                    _ => {}
                }
            }
            renderer.done(&route.job);
            Some((id, page))
        })
        .collect();
    let mut rendered = Rendered::default();
    let mut dead: BTreeMap<String, Vec<Option<PageId>>> = BTreeMap::new();
    let mut insecure: BTreeMap<String, Vec<Option<PageId>>> = BTreeMap::new();
    let mut twice: BTreeMap<String, Vec<Option<PageId>>> = BTreeMap::new();
    for (id, mut page) in all {
        rendered.pages += usize::from(page.is_page);
        diagnostics.append(&mut page.said);
        rendered.used.extend(page.used);
        for (of, all) in [
            (page.dead, &mut dead),
            (page.insecure, &mut insecure),
            (page.twice, &mut twice),
        ] {
            for text in of {
                all.entry(text).or_default().push(id);
            }
        }
    }
    // What the text of a page says is told of the text already.
    let told: Vec<(Span, &str)> = diagnostics
        .iter()
        .filter(|said| matches!(&*said.name, "broken-link" | "bad-canonical"))
        .filter_map(|said| Some((said.span?, &*said.message)))
        .collect();
    let known = |id: Option<PageId>, dest: &str| {
        let decoded = percent_encoding::percent_decode_str(dest).decode_utf8_lossy();
        let last = decoded
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or(&decoded)
            .to_owned();
        // A list shows what its pages have.
        let file = id
            .filter(|id| site[*id].kind == Kind::Page)
            .map(|id| site[id].file);
        told.iter().any(|(span, message)| {
            file.is_none_or(|file| file == Some(span.file)) && message.contains(&last)
        })
    };
    let mut more = Vec::new();
    for (dest, pages) in dead {
        let left: Vec<Option<PageId>> = pages.into_iter().filter(|id| !known(*id, &dest)).collect();
        more.extend(say(
            renderer,
            "broken-link",
            &dest,
            left,
            &format!("the address `{dest}` leads nowhere"),
            "it comes from a template, a menu, a shortcode or HTML in the text",
        ));
    }
    for (dest, pages) in insecure {
        more.extend(say(
            renderer,
            "insecure-resource",
            &dest,
            pages,
            &format!(
                "`{dest}` is fetched without encryption, which browsers refuse or complain of"
            ),
            "write `https://`, or keep a copy beside the page",
        ));
    }
    for (text, pages) in twice {
        more.extend(say(
            renderer,
            "duplicate-id",
            &text,
            pages,
            &format!("the id `{text}` stands twice in one page: links to it find the first"),
            "give one of them another: `## A heading {#other}`",
        ));
    }
    diagnostics.extend(more);
    rendered
}

/// At its place in the page's text, once for each page; once for all where it comes from
/// what pages have in common.
fn say(
    renderer: &Renderer,
    name: &'static str,
    needle: &str,
    pages: Vec<Option<PageId>>,
    message: &str,
    help: &str,
) -> Vec<Diagnostic> {
    let site = &*renderer.shared.site;
    // A cover is written without the slash that it gets.
    let bare = needle.trim_start_matches('/');
    let mut said = Vec::new();
    let mut common = Vec::new();
    for id in pages {
        match id
            .and_then(|id| place_of(renderer, id, needle).or_else(|| place_of(renderer, id, bare)))
        {
            Some(span) => said.push(Diagnostic::warning(name, span, message).help(help)),
            None => common.push(id),
        }
    }
    if !said.is_empty() {
        // Lists show what the page itself has.
        return said;
    }
    if let Some(first) = common.first() {
        let span = common.iter().flatten().find_map(|id| top_of(site, *id));
        let mut warning = Diagnostic::warning(name, span.filter(|_| common.len() == 1), message);
        if common.len() > 1 {
            let example = first.map_or("/", |id| site[id].url.as_str());
            warning = warning.note(
                None,
                format!("on {} pages, for example `{example}`", common.len()),
            );
        }
        said.push(warning.help(help));
    }
    said
}

impl Page {
    fn read(&mut self, site: &Site, url: &str, html: &str) {
        let folder = url.strip_suffix("index.html").unwrap_or(url);
        let mut ids = HashSet::new();
        tags(html, |tag| {
            if tag.closes {
                return;
            }
            let fetched = [
                "img", "script", "iframe", "video", "audio", "source", "embed",
            ]
            .iter()
            .any(|name| tag.is(name))
                || (tag.is("link")
                    && tag
                        .attribute("rel")
                        .is_some_and(|rel| &*rel == "stylesheet"));
            // Told of the front matter that says so.
            let canonical =
                tag.is("link") && tag.attribute("rel").is_some_and(|rel| &*rel == "canonical");
            if canonical {
                return;
            }
            for (name, value) in tag.attributes() {
                match name.to_ascii_lowercase().as_str() {
                    "id" if !value.is_empty() && !ids.insert(value.to_string()) => {
                        self.twice.insert(value.into_owned());
                    }
                    "href" | "src" | "poster" | "data" | "action" => {
                        if fetched
                            && value.starts_with("http://")
                            && !value.starts_with(&*site.config.base_url)
                        {
                            self.insecure.insert(value.to_string());
                        }
                        self.leads(site, folder, &value, name != "data");
                    }
                    "srcset" | "imagesrcset" => {
                        for part in value.split(',') {
                            let dest = part.split_whitespace().next().unwrap_or_default();
                            self.leads(site, folder, dest, true);
                        }
                    }
                    "content" | "data-src" => self.leads(site, folder, &value, false),
                    "style" => self.urls_of_css(site, folder.trim_start_matches('/'), &value),
                    _ => {}
                }
            }
        });
    }

    /// Takes an address: whether it leads somewhere, and to which file.
    fn leads(&mut self, site: &Site, url: &str, dest: &str, must: bool) {
        let dest = dest.trim();
        if dest.is_empty() || dest.starts_with('#') {
            return;
        }
        let Some(inside) = links::target(site, url, dest) else {
            return;
        };
        match site.routes.leads(&inside) {
            true => self.used.push(inside.trim_start_matches('/').to_owned()),
            false if must => {
                self.dead.insert(dest.to_owned());
            }
            false => {}
        }
    }

    /// What `url(…)` names in a style sheet.
    fn urls_of_css(&mut self, site: &Site, output: &str, css: &str) {
        for part in css.split("url(").skip(1) {
            let inner = part.split(')').next().unwrap_or_default();
            let dest = inner.trim().trim_matches(['"', '\'']);
            self.leads(site, &format!("/{output}"), dest, false);
        }
    }
}
