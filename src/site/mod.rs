//! The whole site as data: pages, sections, terms and what connects them.
//!
//! [`Site::new`] takes the configuration and the parsed documents and gives an
//! immutable model; relations are ids into vectors. It does not expand
//! shortcodes, render or touch the disk. Drafts, the future and the expired are
//! not in it at all unless they were asked for, so nothing can leak them.

pub mod books;
pub mod construct;
pub mod content;
pub mod copies;
pub mod links;
pub mod lists;
pub mod menus;
pub mod order;
pub mod permalink;
pub mod resources;
pub mod revisit;
pub mod route;
pub mod sequence;
pub mod series;
pub mod taxonomy;
pub mod wiki;

use crate::config::Config;
use crate::config::switches::Show;
use crate::date::Date;
use crate::diag::{Diagnostic, FileId};
use crate::parse::Doc;
use crate::parse::front_matter::Front;
use crate::source::Sources;
use content::Role;
use std::collections::HashMap;
use std::sync::Arc;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )* };
}

ids! {
    /// Index into [`Site::pages`].
    PageId
    /// Index into [`Config::languages`].
    LangId
    /// Index into [`Site::taxonomies`].
    TaxonomyId
    /// Index into [`Site::terms`].
    TermId
}

/// What a page is; everything with an HTML page of its own is a [`Page`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Home,
    Section,
    Page,
    Taxonomy,
    Term,
}

#[derive(Debug)]
pub struct Page {
    pub kind: Kind,
    pub lang: LangId,
    /// None where no file stands behind it (a tag's page, a section without `_index.md`).
    pub doc: Option<Arc<Doc>>,
    pub file: Option<FileId>,
    /// Logical path, the same in every language: `blog/my-post`; empty for the home page.
    pub path: String,
    /// Folder in the content tree that relative links and images start from.
    pub dir: String,
    pub role: Role,
    /// The section that it stands in; none for the home page.
    pub parent: Option<PageId>,
    pub title: String,
    pub link_title: String,
    /// From the site's root, with the language, not encoded: `/zh/blog/my-post/`.
    pub url: String,
    /// File in the output folder: `zh/blog/my-post/index.html`.
    pub output: String,
    pub date: Option<Date>,
    pub lastmod: Option<Date>,
    pub weight: i64,
    pub draft: bool,
    pub future: bool,
    pub expired: bool,
    /// `build.list`: stands in lists, feeds, sitemap, search and as neighbour.
    pub listed: bool,
    /// `build.list` is not `never`: stands in the list of its section at least.
    pub listed_here: bool,
    /// `build.render`: has a page of its own.
    pub rendered: bool,
    /// `build.render` is not `never`: has a URL, whoever puts something there.
    pub linked: bool,
    /// The switches: the page's, the site's, the defaults.
    pub show: Arc<Show>,
    pub terms: Vec<TermId>,
    /// Regular pages of a home page, section or term, in order.
    pub pages: Vec<PageId>,
    /// Sections directly within a home page or section, in order.
    pub sections: Vec<PageId>,
    /// The newer and the older page, PaperMod's "« Prev" and "Next »".
    pub newer: Option<PageId>,
    pub older: Option<PageId>,
    pub translations: Vec<PageId>,
    pub series: Vec<Series>,
    pub resources: Vec<Resource>,
    /// Index into [`Site::taxonomies`] or [`Site::terms`] for those kinds.
    pub subject: Option<u32>,
}

/// A file that belongs to a page and is published beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Relative to the page's folder: `images/cover.jpg`.
    pub name: String,
    /// Relative to the site's root on disk.
    pub source: Arc<str>,
    /// From the site's root, not encoded.
    pub url: String,
}

/// A page's place in a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub title: String,
    /// The series' own page.
    pub page: PageId,
    /// From 0.
    pub index: usize,
    pub pages: Arc<[PageId]>,
}

#[derive(Debug)]
pub struct Taxonomy {
    /// Plural, as the front matter's key: `tags`.
    pub name: String,
    pub singular: String,
    pub lang: LangId,
    pub page: PageId,
    /// In alphabetical order.
    pub terms: Vec<TermId>,
}

#[derive(Debug)]
pub struct Term {
    pub taxonomy: TaxonomyId,
    pub title: String,
    pub page: PageId,
}

/// A page that the build leaves out, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    pub file: FileId,
    pub path: String,
    pub lang: LangId,
    pub role: Role,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    Draft,
    Future,
    Expired,
}

/// By language and path in the content folder: URL, and path from the site's root.
pub type LooseUrls = HashMap<(LangId, String), (String, Arc<str>)>;

#[derive(Debug)]
pub struct Site {
    pub config: Config,
    pub sources: Sources,
    pub pages: Vec<Page>,
    /// The home page of each language.
    pub homes: Vec<PageId>,
    /// Regular pages of each language, in order.
    pub regular: Vec<Vec<PageId>>,
    pub taxonomies: Vec<Taxonomy>,
    pub terms: Vec<Term>,
    pub left_out: Vec<LeftOut>,
    pub links: links::Index,
    pub routes: route::Routes,
    /// Where each file of the content folder that is no page is published, and its path from the site's root, by its path there.
    pub loose: LooseUrls,
    /// Path and text of every sitemap; claimed by [`Site::add_sitemaps`].
    pub sitemaps: Vec<(String, String)>,
    /// Of pictures beside pages, smaller ones; claimed by [`Site::add_copies`].
    pub copies: copies::Copies,
    /// Files of the theme, with the style sheet's name after its content.
    pub assets: Vec<Asset>,
    pub now: jiff::Timestamp,
}

/// A file of the theme as it is published.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// As templates ask for it: `js/search.js`.
    pub name: String,
    pub output: String,
    pub bytes: Arc<[u8]>,
    /// For `integrity`: `sha256-…`.
    pub integrity: String,
}

impl std::ops::Index<PageId> for Site {
    type Output = Page;

    fn index(&self, id: PageId) -> &Page {
        &self.pages[id.index()]
    }
}

impl Site {
    /// Sitemaps name URLs, so they are made when all routes are known.
    pub fn add_sitemaps(
        &mut self,
        sitemaps: Vec<(String, String)>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (index, (path, _)) in sitemaps.iter().enumerate() {
            let claimant = route::Claimant::Generated("the sitemap");
            self.routes.claim(
                path.clone(),
                route::Job::Sitemap(index),
                claimant,
                diagnostics,
            );
        }
        self.sitemaps = sitemaps;
    }
}

impl Page {
    pub fn front(&self) -> Option<&Front> {
        self.doc.as_ref().map(|doc| &doc.front)
    }

    /// Where what belongs to the page is put out: `blog/post/`, with the slash;
    /// empty for the home page. That of `blog/post.html` is `blog/post/` too.
    pub fn folder(&self) -> String {
        match self.output.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => folder.to_owned(),
            _ => match self.output.rsplit_once('.') {
                Some((stem, _)) => format!("{stem}/"),
                None => format!("{}/", self.output),
            },
        }
    }
}

impl Why {
    /// As messages say it: "is … and not published".
    pub fn word(self) -> &'static str {
        match self {
            Why::Draft => "a draft",
            Why::Future => "dated in the future",
            Why::Expired => "expired",
        }
    }
}
