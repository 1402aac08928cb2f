//! What there is: posts, drafts, what waits for its date, what has expired, tags,
//! addresses, pages that nothing leads to, pages related to one. As data; how it looks is
//! the caller's business.

use super::{Failure, find};
use crate::build::{self, Options};
use crate::date::Date;
use crate::diag::Diagnostic;
use crate::parse::{Hole, token};
use crate::render::Renderer;
use crate::site::links::{self, Resolved};
use crate::site::route::{Claimant, Job};
use crate::site::wiki::{self, Meant};
use crate::site::{Kind, PageId, Site};
use crate::source::Sources;
use rayon::prelude::*;
use std::collections::HashSet;

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Every post, whatever becomes of it.
    Posts,
    Drafts,
    Future,
    Expired,
    Tags,
    Urls,
    Orphans,
    Related(String),
    /// What is published next of its own accord.
    Next,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// From the site's folder.
    pub path: String,
    pub url: String,
    pub title: String,
    /// Of [`What::Future`] and [`What::Next`]: when it will be published.
    pub date: Option<Date>,
    pub draft: bool,
    /// Why it is not published: `draft`, `future`, `expired`; else empty.
    pub state: &'static str,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    pub taxonomy: String,
    pub name: String,
    pub url: String,
    pub posts: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Url {
    pub url: String,
    /// `page`, `feed`, `redirect`, `file` …
    pub kind: &'static str,
    /// The file that asks for it; empty where none does.
    pub path: String,
}

pub enum Listed {
    Posts(Vec<Post>),
    Terms(Vec<Term>),
    Urls(Vec<Url>),
}

/// Lists one kind of thing. Drafts, the future and the expired count where they are asked for.
pub fn list(
    options: &Options,
    what: &What,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Listed, Failure> {
    let mut options = options.clone();
    // What the site publishes is all that has addresses, terms and links.
    let all = !matches!(what, What::Tags | What::Urls | What::Orphans);
    (options.drafts, options.future, options.expired) = (
        all || options.drafts,
        all || options.future,
        all || options.expired,
    );
    let compiled = build::compile(&options, sources, diagnostics)?;
    let renderer = &compiled.renderer;
    let site = &*renderer.shared.site;
    let posts = |keep: &dyn Fn(PageId) -> bool| {
        let ids = (0..site.pages.len() as u32).map(PageId);
        let mut posts: Vec<(PageId, Post)> = ids
            .filter(|id| site[*id].kind == Kind::Page && site[*id].file.is_some() && keep(*id))
            .map(|id| (id, post(site, id)))
            .collect();
        posts.sort_by(|(_, a), (_, b)| b.date.cmp(&a.date).then_with(|| a.path.cmp(&b.path)));
        posts
    };
    let plain = |posts: Vec<(PageId, Post)>| {
        Listed::Posts(posts.into_iter().map(|(_, post)| post).collect())
    };
    Ok(match what {
        What::Posts => plain(posts(&|_| true)),
        What::Drafts => plain(posts(&|id| site[id].draft)),
        What::Expired => plain(posts(&|id| site[id].expired)),
        What::Future => plain(waiting(
            site,
            posts(&|id| site[id].future && !site[id].draft),
        )),
        What::Next => {
            let ready = posts(&|id| site[id].future && !site[id].draft && !site[id].expired);
            let mut waiting = waiting(site, ready);
            waiting.truncate(1);
            plain(waiting)
        }
        What::Tags => Listed::Terms(terms(site)),
        What::Urls => Listed::Urls(urls(site)),
        What::Orphans => {
            let linked = linked(renderer);
            plain(posts(&|id| {
                site[id].rendered && site[id].listed && !linked.contains(&id)
            }))
        }
        What::Related(name) => {
            let id = find::page(site, name)?;
            let related = renderer.related(id).iter();
            Listed::Posts(related.map(|id| post(site, *id)).collect())
        }
    })
}

fn post(site: &Site, id: PageId) -> Post {
    let page = &site[id];
    let path = page
        .file
        .map(|file| site.sources.get(file).path.to_string());
    let state = match (page.draft, page.future, page.expired) {
        (true, _, _) => "draft",
        (_, true, _) => "future",
        (_, _, true) => "expired",
        _ => "",
    };
    Post {
        path: path.unwrap_or_default(),
        url: site.permalink(&page.url),
        title: page.title.clone(),
        date: page.date,
        draft: page.draft,
        state,
    }
}

/// By the date that they wait for, the next first.
fn waiting(site: &Site, posts: Vec<(PageId, Post)>) -> Vec<(PageId, Post)> {
    let mut posts: Vec<(PageId, Post)> = posts
        .into_iter()
        .map(|(id, mut post)| {
            let publish = site[id].front().and_then(|front| front.publish_date);
            post.date = publish.or(post.date);
            (id, post)
        })
        .collect();
    posts.sort_by(|(_, a), (_, b)| a.date.cmp(&b.date).then_with(|| a.path.cmp(&b.path)));
    posts
}

fn terms(site: &Site) -> Vec<Term> {
    let mut terms: Vec<Term> = site
        .terms
        .iter()
        .map(|term| Term {
            taxonomy: site.taxonomies[term.taxonomy.index()].name.clone(),
            name: term.title.clone(),
            url: site.permalink(&site[term.page].url),
            posts: site[term.page].pages.len(),
        })
        .collect();
    terms.sort_by(|a, b| {
        let order = a.taxonomy.cmp(&b.taxonomy).then(b.posts.cmp(&a.posts));
        order.then_with(|| a.name.cmp(&b.name))
    });
    terms
}

fn urls(site: &Site) -> Vec<Url> {
    let mut urls: Vec<Url> = site
        .routes
        .all
        .iter()
        .map(|route| {
            let folder = route.output.strip_suffix("index.html");
            let folder = folder.filter(|folder| folder.is_empty() || folder.ends_with('/'));
            Url {
                url: site.permalink(&format!("/{}", folder.unwrap_or(&route.output))),
                kind: kind(&route.job),
                path: match &route.claimant {
                    Claimant::Authored { path, .. } => path.to_string(),
                    Claimant::Generated(_) => String::new(),
                },
            }
        })
        .collect();
    urls.sort_by(|a, b| a.url.cmp(&b.url));
    urls
}

fn kind(job: &Job) -> &'static str {
    match job {
        Job::Page(_, 1) | Job::Extra(..) | Job::NotFound(_) => "page",
        Job::Page(..) => "pager",
        Job::Feed(..) | Job::IndexJson(_) => "feed",
        Job::Markdown(_) | Job::Llms(_) | Job::LlmsFull(_) => "markdown",
        Job::Epub(_) => "book",
        Job::SearchIndex(_) | Job::SearchWords(..) | Job::SearchPages(..) => "search",
        Job::Sitemap(_) => "sitemap",
        Job::Redirect(_) | Job::RedirectList => "redirect",
        Job::Copy(_) | Job::Picture(..) => "file",
        Job::Asset(_) => "theme",
        Job::Robots | Job::Manifest | Job::Favicon | Job::Headers => "site",
    }
}

/// Pages that the text of another page, or a menu, leads to.
fn linked(renderer: &Renderer) -> HashSet<PageId> {
    let site = &*renderer.shared.site;
    let ids: Vec<PageId> = (0..site.pages.len() as u32).map(PageId).collect();
    let from = |id: &PageId| -> Vec<PageId> {
        let Some(text) = renderer.text(*id) else {
            return Vec::new();
        };
        let to = |dest: &str| match links::resolve(site, *id, dest) {
            Resolved::Page(target) | Resolved::Kept(Some(target)) => Some(target),
            _ => None,
        };
        let named = |dest: &str| match wiki::meant(site, *id, wiki::split(dest).0) {
            Meant::Page(target) | Meant::Several(target, _) => Some(target),
            Meant::Broken(_) => None,
        };
        let targets = text.body.holes.iter().filter_map(|hole| match hole {
            Hole::Link(link) if token::find(&link.dest).is_none() => to(&link.dest),
            Hole::Wiki(link) => named(&link.dest),
            Hole::Embed(part) => named(&part.dest),
            _ => None,
        });
        targets.filter(|target| target != id).collect()
    };
    let mut linked: HashSet<PageId> = ids.par_iter().flat_map_iter(from).collect();
    for language in &site.config.languages {
        for (_, entries) in &language.menus.menus {
            for entry in entries {
                let url = entry.page_ref.as_deref().or(entry.url.as_deref());
                linked.extend(url.and_then(|url| site.page_at_url(url)));
            }
        }
    }
    linked
}
