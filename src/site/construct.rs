//! Builds the [`Site`]: each step adds one kind of relation, in one pass, and
//! none of them is repeated later.

use super::content::{self, Name, Role};
use super::permalink;
use super::taxonomy::Terms;
use super::{
    Asset, Kind, LangId, LeftOut, Page, PageId, Site, Why, links, resources, route, sequence,
    series, taxonomy,
};
use crate::config::Config;
use crate::config::switches::{self, Show, Switches};
use crate::diag::{Diagnostic, FileId};
use crate::parse::Doc;
use crate::parse::front_matter::{List, Render};
use crate::source::Sources;
use crate::table::Table;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A content file that was parsed.
#[derive(Clone)]
pub struct Document {
    pub file: FileId,
    pub lang: LangId,
    pub name: Name,
    /// Relative to its content folder.
    pub path: String,
    pub doc: Arc<Doc>,
}

/// A file in the content folder that is no page: a picture, a data file.
pub struct Loose {
    /// Relative to its content folder.
    pub path: String,
    /// The language that its name or its content folder says; none belongs to all.
    pub lang: Option<LangId>,
    /// Relative to the site's root.
    pub source: Arc<str>,
}

/// A file that is copied as it is.
pub struct Static {
    /// Relative to the output folder.
    pub output: String,
    /// Relative to the site's root.
    pub source: Arc<str>,
}

/// Everything that a site is made from.
pub struct Parts {
    pub config: Config,
    pub sources: Sources,
    pub documents: Vec<Document>,
    pub loose: Vec<Loose>,
    pub statics: Vec<Static>,
    pub assets: Vec<Asset>,
    pub now: jiff::Timestamp,
}

impl Site {
    pub fn new(parts: Parts, diagnostics: &mut Vec<Diagnostic>) -> Site {
        let Parts {
            config,
            sources,
            mut documents,
            loose,
            statics,
            assets,
            now,
        } = parts;
        documents.sort_by(|a, b| {
            (a.lang, &a.name.path, a.name.role, &a.path).cmp(&(
                b.lang,
                &b.name.path,
                b.name.role,
                &b.path,
            ))
        });
        let usual = usual(&config);
        let mut builder = Builder {
            config: &config,
            usual: &usual,
            now,
            pages: Vec::new(),
            by_path: ByPath::default(),
            left_out: Vec::new(),
        };
        let documents = builder.select(documents, diagnostics);
        let homes = builder.add_branches(&documents);
        builder.add_taxonomies(&documents);
        let posts = builder.add_regular(documents, diagnostics);
        let Builder {
            mut pages,
            by_path,
            left_out,
            ..
        } = builder;

        let mut terms = taxonomy::build(&config, &usual, &mut pages, &by_path, diagnostics);
        permalink::assign(&config, &mut pages, diagnostics);
        let loose = resources::attach(&config, &mut pages, &by_path, &left_out, &loose);
        let regular = sequence::list(&config, &mut pages, &homes, posts);
        sequence::check_main_sections(&config, &pages, diagnostics);
        taxonomy::fill(&mut pages, &mut terms, &regular);
        sequence::neighbours(&config, &mut pages, &regular);
        sequence::translations(&config, &mut pages);
        series::link(&mut pages, &terms.taxonomies, &terms.terms);

        let links = links::Index::new(&config, &sources, &pages, &left_out);
        let Terms { taxonomies, terms } = terms;
        let mut site = Site {
            config,
            sources,
            pages,
            homes,
            regular,
            taxonomies,
            terms,
            left_out,
            links,
            routes: route::Routes::default(),
            loose,
            sitemaps: Vec::new(),
            copies: super::copies::Copies::default(),
            assets,
            now,
        };
        site.routes = route::claims(&site, &statics, diagnostics);
        site
    }

    /// The same page in another language.
    pub fn in_language(&self, page: PageId, lang: LangId) -> Option<PageId> {
        let own = &self[page];
        if own.lang == lang {
            return Some(page);
        }
        own.translations
            .iter()
            .copied()
            .find(|other| self[*other].lang == lang)
    }

    pub fn home(&self, lang: LangId) -> PageId {
        self.homes[lang.index()]
    }
}

/// Pages by language and logical path, exactly as written; of several the last.
#[derive(Default)]
pub struct ByPath(Table);

impl ByPath {
    pub fn get(&self, pages: &[Page], lang: LangId, path: &str) -> Option<PageId> {
        let is = |at: usize| pages[at].lang == lang && pages[at].path == path;
        let found = self.0.get((lang, path), is);
        found.map(|at| PageId(at as u32))
    }

    /// Enters the last of `pages`.
    fn enter(&mut self, pages: &[Page]) {
        let Some(page) = pages.last() else { return };
        let is = |at: usize| pages[at].lang == page.lang && pages[at].path == page.path;
        self.0.put((page.lang, &*page.path), pages.len() - 1, is);
    }
}

struct Builder<'a> {
    config: &'a Config,
    now: jiff::Timestamp,
    pages: Vec<Page>,
    /// See [`usual`].
    usual: &'a [Arc<Show>],
    /// Pages that can be parents, and all others.
    by_path: ByPath,
    left_out: Vec<LeftOut>,
}

impl Builder<'_> {
    /// Takes out drafts, the future and the expired, unless they were asked for.
    fn select(
        &mut self,
        documents: Vec<Document>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Document> {
        let mut kept: Vec<Document> = Vec::with_capacity(documents.len());
        for document in documents {
            if let Some(why) = self.reason(&document.doc) {
                self.left_out.push(LeftOut {
                    file: document.file,
                    path: document.name.path.clone(),
                    lang: document.lang,
                    role: document.name.role,
                    why,
                });
                continue;
            }
            if let Some(last) = kept.last()
                && last.lang == document.lang
                && last.name.path == document.name.path
                && (last.name.role == Role::Branch) == (document.name.role == Role::Branch)
            {
                // Their URLs may differ by front matter; their place in the tree is one.
                diagnostics.push(
                    Diagnostic::error(
                        "two-sources",
                        crate::diag::Span::new(document.file, 0, 0),
                        format!("two files are the page `{}`", document.name.path),
                    )
                    .note(
                        crate::diag::Span::new(last.file, 0, 0),
                        "the other one is here",
                    )
                    .help("rename or remove one of them"),
                );
                continue;
            }
            kept.push(document);
        }
        kept
    }

    fn reason(&self, doc: &Doc) -> Option<Why> {
        let (draft, future, expired) = status(doc, self.now);
        if draft && !self.config.build_drafts {
            return Some(Why::Draft);
        }
        if future && !self.config.build_future {
            return Some(Why::Future);
        }
        if expired && !self.config.build_expired {
            return Some(Why::Expired);
        }
        None
    }

    fn push(&mut self, page: Page) -> PageId {
        let id = PageId(self.pages.len() as u32);
        self.pages.push(page);
        self.by_path.enter(&self.pages);
        id
    }

    /// Home pages and sections: every `_index.md`, and each folder at the top that holds posts.
    fn add_branches(&mut self, documents: &[Document]) -> Vec<PageId> {
        let mut homes = Vec::new();
        for index in 0..self.config.languages.len() {
            let lang = LangId(index as u32);
            let own = || {
                documents
                    .iter()
                    .filter(move |document| document.lang == lang)
            };
            let mut branches: BTreeMap<&str, Option<&Document>> = BTreeMap::new();
            branches.insert("", None);
            for document in own() {
                match document.name.role {
                    Role::Branch => {
                        branches.insert(&document.name.path, Some(document));
                    }
                    Role::Single | Role::Leaf => {
                        let top = content::top(&document.name.path);
                        if top.len() < document.name.path.len() {
                            branches.entry(top).or_insert(None);
                        }
                    }
                }
            }
            for (path, document) in branches {
                if !path.is_empty() && self.is_taxonomy(lang, content::top(path)) {
                    continue;
                }
                let kind = if path.is_empty() {
                    Kind::Home
                } else {
                    Kind::Section
                };
                let mut page = match document {
                    Some(document) => self.page_of(document.clone(), kind),
                    None => without_document(kind, lang, path, self.usual),
                };
                page.parent = self.section_above(lang, path);
                let id = self.push(page);
                if kind == Kind::Home {
                    homes.push(id);
                }
            }
        }
        homes
    }

    /// The pages of taxonomies (`/tags/`), and of terms that have a file of their own.
    fn add_taxonomies(&mut self, documents: &[Document]) {
        for index in 0..self.config.languages.len() {
            let lang = LangId(index as u32);
            for plural in taxonomy::names(self.config, lang, documents) {
                let of = |path: &str| {
                    documents.iter().find(|d| {
                        d.lang == lang && d.name.role == Role::Branch && d.name.path == path
                    })
                };
                let mut page = match of(&plural) {
                    Some(document) => self.page_of(document.clone(), Kind::Taxonomy),
                    None => without_document(Kind::Taxonomy, lang, &plural, self.usual),
                };
                page.parent = self.section_above(lang, &plural);
                self.push(page);
            }
        }
        for document in documents.iter().filter(|d| d.name.role == Role::Branch) {
            let top = content::top(&document.name.path);
            if top.len() < document.name.path.len() && self.is_taxonomy(document.lang, top) {
                let mut page = self.page_of(document.clone(), Kind::Term);
                page.parent = self.by_path.get(&self.pages, document.lang, top);
                self.push(page);
            }
        }
    }

    fn is_taxonomy(&self, lang: LangId, name: &str) -> bool {
        self.config.languages[lang.index()]
            .taxonomies
            .iter()
            .any(|taxonomy| taxonomy.plural == name)
    }

    fn add_regular(
        &mut self,
        documents: Vec<Document>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<PageId> {
        let mut regular = Vec::with_capacity(documents.len());
        for document in documents {
            match document.name.role {
                Role::Branch => {}
                _ if document.name.path.is_empty() => diagnostics.push(home_as_leaf(&document)),
                _ => regular.push(document),
            }
        }
        let made: Vec<Page> = regular
            .into_par_iter()
            .with_min_len(256)
            .map(|document| self.page_of(document, Kind::Page))
            .collect();
        // With room for the pages of terms.
        self.pages.reserve(made.len() * 3 / 2);
        // Pages stand in the order of paths: those of one folder together, after those above it.
        let mut last: Option<((LangId, String), Option<PageId>)> = None;
        let mut posts = Vec::with_capacity(made.len());
        for mut page in made {
            let folder = content::parent(&page.path).unwrap_or_default();
            page.parent = match &last {
                Some(((lang, same), parent)) if *lang == page.lang && same == folder => *parent,
                _ => {
                    let parent = self.section_above(page.lang, &page.path);
                    last = Some(((page.lang, folder.to_owned()), parent));
                    parent
                }
            };
            posts.push(self.push(page));
        }
        posts
    }

    /// A page as its file has it, without its place among the others.
    fn page_of(&self, document: Document, kind: Kind) -> Page {
        let Document {
            lang, name, doc, ..
        } = document;
        let front = &doc.front;
        let (draft, future, expired) = status(&doc, self.now);
        // A space at the end of a title is nobody's wish, and a link needs a text.
        let given = [&front.title, &doc.meta.title].into_iter().flatten();
        let title = given
            .map(|title| title.trim())
            .find(|title| !title.is_empty())
            .map_or_else(|| default_title(kind, &name.path), str::to_owned);
        let show = match front.switches == Switches::default() {
            true => self.usual[lang.index()].clone(),
            false => {
                let site = &self.config.languages[lang.index()].switches;
                Arc::new(switches::resolve(&front.switches, site))
            }
        };
        Page {
            link_title: (front.link_title.clone())
                .filter(|title| !title.trim().is_empty())
                .unwrap_or_else(|| title.clone()),
            dir: name.dir,
            role: name.role,
            file: Some(document.file),
            date: front.date,
            lastmod: front.lastmod.or(front.date),
            weight: front.weight,
            draft,
            future,
            expired,
            listed: front.build.list == List::Always,
            listed_here: front.build.list != List::Never,
            linked: front.build.render != Render::Never,
            rendered: front.build.render == Render::Always,
            doc: Some(doc),
            ..blank(kind, lang, name.path, title, show)
        }
    }

    /// The nearest section or home page above a path.
    fn section_above(&self, lang: LangId, path: &str) -> Option<PageId> {
        let mut path = path;
        while let Some(above) = content::parent(path) {
            if let Some(id) = self.by_path.get(&self.pages, lang, above)
                && matches!(self.pages[id.index()].kind, Kind::Section | Kind::Home)
            {
                return Some(id);
            }
            path = above;
        }
        None
    }
}

fn home_as_leaf(document: &Document) -> Diagnostic {
    Diagnostic::error(
        "home-as-leaf",
        crate::diag::Span::new(document.file, 0, 0),
        "`index.md` at the top would make the whole content folder one page",
    )
    .help("call the home page's file `_index.md`")
}

/// Draft, future, expired.
fn status(doc: &Doc, now: jiff::Timestamp) -> (bool, bool, bool) {
    let front = &doc.front;
    let future = front
        .publish_date
        .or(front.date)
        .is_some_and(|date| date.instant > now);
    let expired = front.expiry_date.is_some_and(|date| date.instant <= now);
    (front.draft, future, expired)
}

/// A page that no file stands behind; `usual` as in [`usual`].
pub fn without_document(kind: Kind, lang: LangId, path: &str, usual: &[Arc<Show>]) -> Page {
    let show = usual[lang.index()].clone();
    let title = default_title(kind, path);
    Page {
        link_title: title.clone(),
        dir: path.to_owned(),
        ..blank(kind, lang, path.to_owned(), title, show)
    }
}

/// A page of which no more is known than this.
fn blank(kind: Kind, lang: LangId, path: String, title: String, show: Arc<Show>) -> Page {
    Page {
        kind,
        lang,
        doc: None,
        file: None,
        path,
        dir: String::new(),
        role: Role::Branch,
        parent: None,
        show,
        title,
        link_title: String::new(),
        url: String::new(),
        output: String::new(),
        date: None,
        lastmod: None,
        weight: 0,
        draft: false,
        future: false,
        expired: false,
        listed: true,
        listed_here: true,
        linked: true,
        rendered: true,
        terms: Vec::new(),
        pages: Vec::new(),
        sections: Vec::new(),
        newer: None,
        older: None,
        translations: Vec::new(),
        series: Vec::new(),
        resources: Vec::new(),
        subject: None,
    }
}

/// `my-first_post` → `My first post`. A home page takes the site's title later.
fn default_title(kind: Kind, path: &str) -> String {
    if kind == Kind::Home {
        return String::new();
    }
    let name = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .replace(['-', '_'], " ");
    let mut chars = name.trim().chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// What the pages of each language show that say nothing of their own.
fn usual(config: &Config) -> Vec<Arc<Show>> {
    let unsaid = Switches::default();
    let languages = config.languages.iter();
    languages
        .map(|language| Arc::new(switches::resolve(&unsaid, &language.switches)))
        .collect()
}
