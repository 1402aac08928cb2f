//! What pages say of themselves: titles, descriptions, dates, covers, and whether two
//! pages say the same.

use super::top_of;
use crate::config::Origin;
use crate::diag::{Diagnostic, Span};
use crate::parse::front_matter;
use crate::render::Renderer;
use crate::render::article::broken_link;
use crate::render::view::image_url;
use crate::site::links::{self, Broken};
use crate::site::{Kind, LangId, Page, PageId, Site};
use std::collections::{HashMap, HashSet};
use unicode_width::UnicodeWidthStr;

/// Columns that search engines show of a title and of a description, or a little more;
/// a Chinese character takes two.
const TITLE: usize = 70;
const DESCRIPTION: usize = 170;

pub fn check(renderer: &Renderer, diagnostics: &mut Vec<Diagnostic>) {
    let site = &*renderer.shared.site;
    of_site(site, diagnostics);
    let dated = dated_sections(site);
    let mut titles: HashMap<(LangId, String), PageId> = HashMap::new();
    let mut descriptions: HashMap<(LangId, String), PageId> = HashMap::new();
    for id in (0..site.pages.len() as u32).map(PageId) {
        let page = &site[id];
        let Some(front) = page.front().filter(|_| page.rendered) else {
            continue;
        };
        let places = Places::of(renderer, id);
        let at = |key: &str| places.at(key).or_else(|| top_of(site, id));
        let mut warn = |name: &'static str, span: Option<Span>, message: String, help: String| {
            diagnostics.push(Diagnostic::warning(name, span, message).help(help));
        };
        let is_post = page.kind == Kind::Page && site.layout(page).is_empty();
        if page.title.trim().is_empty() && page.kind != Kind::Home {
            warn(
                "missing-title",
                at("title"),
                "the page has no title".into(),
                "write `title: …` in its front matter".into(),
            );
        } else if page.title.width() > TITLE {
            let width = page.title.width();
            warn(
                "long-title",
                at("title"),
                format!(
                    "the title is {width} columns wide; search engines cut it at about {TITLE}"
                ),
                "shorten it, or give the long one to the text; `link_title` is for menus alone"
                    .into(),
            );
        }
        let description = front.description.as_deref().unwrap_or_default().trim();
        if description.is_empty() && is_post {
            warn(
                "missing-description",
                at("description"),
                "the page has no description: search engines and shared links show its first words"
                    .into(),
                "write `description: …`, a sentence or two that say why to read it".into(),
            );
        } else if description.width() > DESCRIPTION {
            let width = description.width();
            warn(
                "long-description",
                at("description"),
                format!(
                    "the description is {width} columns wide; search engines cut it at about {DESCRIPTION}"
                ),
                "shorten it to a sentence or two".into(),
            );
        }
        if is_post && front.date.is_none() && dated.contains(&(page.lang, section(page))) {
            warn(
                "missing-date",
                at("date"),
                "the page has no date, and its neighbours have: it comes last in every list".into(),
                "write `date: 2024-11-11`".into(),
            );
        }
        dates(page, &at, &mut warn);
        if let Some(canonical) = &front.canonical_url {
            canonical_url(site, page, canonical, canonical.span, &mut warn);
        }
        if let Some(image) = &front.switches.cover.image {
            let relative = front.switches.cover.relative == Some(true);
            cover(site, page, image, relative, at("cover"), diagnostics);
        }
        twice(
            site,
            id,
            page.title.trim(),
            "title",
            at("title"),
            &mut titles,
            diagnostics,
        );
        twice(
            site,
            id,
            description,
            "description",
            at("description"),
            &mut descriptions,
            diagnostics,
        );
    }
}

/// Places of keys in a page's front matter, found when there is something to say.
struct Places<'r> {
    renderer: &'r Renderer,
    id: PageId,
}

impl<'r> Places<'r> {
    fn of(renderer: &'r Renderer, id: PageId) -> Places<'r> {
        Places { renderer, id }
    }

    fn at(&self, key: &str) -> Option<Span> {
        let file = self.renderer.shared.site[self.id].file?;
        let text = self.renderer.sources.get(file).fetch()?;
        let split = front_matter::split(&text, file).ok()?;
        let map = front_matter::read(&text, &split, file).ok()?;
        map.find(key).map(|(key, _)| key.span)
    }
}

type Warn<'w> = dyn FnMut(&'static str, Option<Span>, String, String) + 'w;

fn of_site(site: &Site, diagnostics: &mut Vec<Diagnostic>) {
    let config = &site.config;
    let said = |key: &str| {
        let setting = config
            .settings
            .iter()
            .find(|setting| setting.key.eq_ignore_ascii_case(key));
        match setting.map(|setting| &setting.origin) {
            Some(Origin::File(span)) => Some(*span),
            _ => config.files.first().map(|file| Span::new(*file, 0, 0)),
        }
    };
    let base = &config.base_url;
    let host = base.split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', ':']).next().unwrap_or_default();
    let (name, message, help) = if base.is_empty() {
        (
            "missing-base-url",
            "the site has no address: feeds, the sitemap and shared links need one".to_owned(),
            "write `baseURL: https://example.org/`",
        )
    } else if matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0") {
        (
            "local-base-url",
            format!("`{base}` is an address that nobody but you can open"),
            "write the address that the site will have; `serve` uses its own anyway",
        )
    } else if base.starts_with("http://") {
        (
            "insecure-base-url",
            format!("`{base}` is not encrypted"),
            "write `https://`: every host offers it",
        )
    } else {
        return description(site, said("params"), diagnostics);
    };
    diagnostics.push(Diagnostic::warning(name, said("baseURL"), message).help(help));
    description(site, said("params"), diagnostics);
}

fn description(site: &Site, span: Option<Span>, diagnostics: &mut Vec<Diagnostic>) {
    let language = site.config.default_lang();
    let home = &site[site.home(LangId(site.config.default_language as u32))];
    let own = home.front().and_then(|front| front.description.as_ref());
    if language.params.description.is_none() && own.is_none() {
        let message = "the site has no description: its home page is found under its title alone";
        diagnostics.push(
            Diagnostic::warning("missing-description", span, message)
                .help("write `params: {description: …}` in the configuration"),
        );
    }
}

fn section(page: &Page) -> String {
    page.path
        .rsplit_once('/')
        .map_or("", |(section, _)| section)
        .to_owned()
}

/// Sections most of whose pages have a date.
fn dated_sections(site: &Site) -> HashSet<(LangId, String)> {
    let mut counts: HashMap<(LangId, String), (usize, usize)> = HashMap::new();
    for page in site.pages.iter().filter(|page| page.kind == Kind::Page) {
        let (all, dated) = counts.entry((page.lang, section(page))).or_default();
        *all += 1;
        *dated += usize::from(page.front().is_some_and(|front| front.date.is_some()));
    }
    let most = |(_, (all, dated)): &(_, (usize, usize))| *dated * 2 > *all;
    counts
        .into_iter()
        .filter(most)
        .map(|(key, _)| key)
        .filter(|(_, section)| !section.is_empty())
        .collect()
}

fn dates(page: &Page, at: &dyn Fn(&str) -> Option<Span>, warn: &mut Warn) {
    let Some(front) = page.front() else { return };
    let shown = |date: crate::date::Date| date.format("2006-01-02", "en");
    if let Some((date, lastmod)) = front.date.zip(front.lastmod)
        && lastmod < date
        && at("lastmod").is_some()
    {
        warn(
            "dates-disagree",
            at("lastmod"),
            format!(
                "the page was last changed on {}, before its date, {}",
                shown(lastmod),
                shown(date)
            ),
            "correct one of them".into(),
        );
    }
    let begins = front.publish_date.or(front.date);
    if let Some((begins, expires)) = begins.zip(front.expiry_date)
        && expires <= begins
    {
        warn(
            "dates-disagree",
            at("expiryDate"),
            format!(
                "the page expires on {}, before it is published, {}",
                shown(expires),
                shown(begins)
            ),
            "correct one of them".into(),
        );
    }
}

fn canonical_url(site: &Site, page: &Page, url: &str, span: Span, warn: &mut Warn) {
    let absolute = url.starts_with("https://") || url.starts_with("http://");
    if !absolute {
        warn(
            "bad-canonical",
            Some(span),
            format!("`{url}` is no whole address, which a canonical one has to be"),
            "write it with `https://`".into(),
        );
        return;
    }
    let leads = links::target(site, &page.url, url).map(|inside| site.routes.leads(&inside));
    if leads == Some(false) {
        warn(
            "bad-canonical",
            Some(span),
            format!("`{url}` is on this site, where no page has that address"),
            "write the address of the page that search engines shall show".into(),
        );
    }
}

/// A cover leads where the page shows it from.
fn cover(
    site: &Site,
    page: &Page,
    image: &str,
    relative: bool,
    span: Option<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    // An address that is not allowed is told by every build.
    let Some(url) = image_url(site, page, image, relative) else {
        return;
    };
    if links::is_external(&url) || links::route(site, page, &url).is_some() {
        return;
    }
    if let Some(span) = span {
        diagnostics.push(broken_link("image", image, &Broken::Missing(None), span));
    }
}

fn twice(
    site: &Site,
    id: PageId,
    text: &str,
    what: &str,
    span: Option<Span>,
    known: &mut HashMap<(LangId, String), PageId>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let page = &site[id];
    if text.is_empty() || !matches!(page.kind, Kind::Page | Kind::Section) {
        return;
    }
    let first = *known.entry((page.lang, text.to_lowercase())).or_insert(id);
    if first == id {
        return;
    }
    let name = match what {
        "title" => "duplicate-title",
        _ => "duplicate-description",
    };
    let other = site[first].file.map(|file| &*site.sources.get(file).path);
    let other = other.unwrap_or(&site[first].url);
    let message = format!("`{other}` has the same {what}");
    diagnostics.push(
        Diagnostic::warning(name, span, message)
            .help("say what is different: readers see both in one list"),
    );
}
