//! Builds the [`Site`]: each step adds one kind of relation, in one pass, and
//! none of them is repeated later.

use super::content::{self, Name, Role};
use super::permalink;
use super::taxonomy::Terms;
use super::{
    Asset, Kind, LangId, LeftOut, LooseUrls, Page, PageId, Resource, Site, Why, links, order,
    related, route, series, taxonomy,
};
use crate::config::Config;
use crate::config::switches::{self, Switches};
use crate::diag::{Diagnostic, FileId};
use crate::parse::Doc;
use crate::parse::front_matter::{List, Render};
use crate::source::Sources;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// A content file that was parsed.
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
        let mut builder = Builder {
            config: &config,
            now,
            pages: Vec::new(),
            by_path: HashMap::new(),
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

        let mut terms = taxonomy::build(&config, &mut pages, &by_path, diagnostics);
        show(&config, &mut pages);
        permalink::assign(&config, &mut pages, diagnostics);
        let loose = attach(&config, &mut pages, &by_path, &left_out, &loose);
        let regular = list(&config, &mut pages, &homes, posts);
        taxonomy::fill(&mut pages, &mut terms, &regular);
        neighbours(&config, &mut pages, &regular);
        translations(&mut pages);
        related::link(&mut pages, &terms.terms, &regular);
        series::link(&mut pages, &terms.taxonomies, &terms.terms);

        let mut index = links::Index::default();
        for (id, page) in pages.iter().enumerate() {
            let file = page
                .file
                .map(|file| in_content(&config, page.lang, &sources.get(file).path));
            index.add_page(PageId(id as u32), page, file.as_deref());
        }
        for out in &left_out {
            index.add_left_out(out.lang, &out.path, out.why);
        }
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
            links: index,
            routes: route::Routes::default(),
            loose,
            sitemaps: Vec::new(),
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

struct Builder<'a> {
    config: &'a Config,
    now: jiff::Timestamp,
    pages: Vec<Page>,
    /// Pages that can be parents, and all others, by language and logical path.
    by_path: HashMap<(LangId, String), PageId>,
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
        self.by_path.insert((page.lang, page.path.clone()), id);
        self.pages.push(page);
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
                    Some(document) => from_document(document, kind, self.now),
                    None => without_document(kind, lang, path),
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
                    Some(document) => from_document(document, Kind::Taxonomy, self.now),
                    None => without_document(Kind::Taxonomy, lang, &plural),
                };
                page.parent = self.section_above(lang, &plural);
                self.push(page);
            }
        }
        for document in documents.iter().filter(|d| d.name.role == Role::Branch) {
            let top = content::top(&document.name.path);
            if top.len() < document.name.path.len() && self.is_taxonomy(document.lang, top) {
                let mut page = from_document(document, Kind::Term, self.now);
                page.parent = self.by_path.get(&(document.lang, top.to_owned())).copied();
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
        let mut posts = Vec::new();
        for document in documents
            .into_iter()
            .filter(|d| d.name.role != Role::Branch)
        {
            if document.name.path.is_empty() {
                diagnostics.push(
                    Diagnostic::error(
                        "home-as-leaf",
                        crate::diag::Span::new(document.file, 0, 0),
                        "`index.md` at the top would make the whole content folder one page",
                    )
                    .help("call the home page's file `_index.md`"),
                );
                continue;
            }
            let mut page = from_document(&document, Kind::Page, self.now);
            page.parent = self.section_above(document.lang, &document.name.path);
            posts.push(self.push(page));
        }
        posts
    }

    /// The nearest section or home page above a path.
    fn section_above(&self, lang: LangId, path: &str) -> Option<PageId> {
        let mut path = path;
        while let Some(above) = content::parent(path) {
            if let Some(id) = self.by_path.get(&(lang, above.to_owned()))
                && matches!(self.pages[id.index()].kind, Kind::Section | Kind::Home)
            {
                return Some(*id);
            }
            path = above;
        }
        None
    }
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

fn from_document(document: &Document, kind: Kind, now: jiff::Timestamp) -> Page {
    let front = &document.doc.front;
    let (draft, future, expired) = status(&document.doc, now);
    // A space at the end of a title is nobody's wish, and a link needs a text.
    let given = [&front.title, &document.doc.meta.title]
        .into_iter()
        .flatten();
    let title = given
        .map(|title| title.trim())
        .find(|title| !title.is_empty())
        .map_or_else(|| default_title(kind, &document.name.path), str::to_owned);
    Page {
        lang: document.lang,
        link_title: (front.link_title.clone())
            .filter(|title| !title.trim().is_empty())
            .unwrap_or_else(|| title.clone()),
        title,
        dir: document.name.dir.clone(),
        role: document.name.role,
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
        doc: Some(document.doc.clone()),
        ..without_document(kind, document.lang, &document.name.path)
    }
}

pub fn without_document(kind: Kind, lang: LangId, path: &str) -> Page {
    let title = default_title(kind, path);
    Page {
        kind,
        lang,
        doc: None,
        file: None,
        path: path.to_owned(),
        dir: path.to_owned(),
        role: Role::Branch,
        parent: None,
        show: switches::resolve(&Switches::default(), &Switches::default()),
        link_title: title.clone(),
        title,
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
        related: Vec::new(),
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

/// Resolves the switches of every page.
fn show(config: &Config, pages: &mut [Page]) {
    let unsaid = Switches::default();
    for page in pages {
        let site = &config.languages[page.lang.index()].switches;
        let own = page.doc.as_ref().map_or(&unsaid, |doc| &doc.front.switches);
        page.show = switches::resolve(own, site);
    }
}

/// A content file's path within the content folder of its language.
fn in_content(config: &Config, lang: LangId, path: &str) -> String {
    let dir = config.languages[lang.index()]
        .content_dir
        .as_ref()
        .unwrap_or(&config.dirs.content);
    path.strip_prefix(dir.as_str())
        .unwrap_or(path)
        .trim_start_matches('/')
        .to_owned()
}

/// Gives every loose file to the page whose bundle it lies in, and returns
/// where each is published, by its path in the content folder.
fn attach(
    config: &Config,
    pages: &mut [Page],
    by_path: &HashMap<(LangId, String), PageId>,
    left_out: &[LeftOut],
    loose: &[Loose],
) -> LooseUrls {
    // The files of a draft are left out with it, and not taken for those of the section around it.
    let bundles = left_out.iter().filter(|out| out.role == Role::Leaf);
    let closed: HashSet<(LangId, &str)> = bundles.map(|out| (out.lang, &*out.path)).collect();
    let mut urls = LooseUrls::new();
    for file in loose {
        let languages = (0..config.languages.len() as u32)
            .map(LangId)
            .filter(|lang| file.lang.is_none_or(|own| own == *lang));
        let owners: Vec<(LangId, PageId, String)> = languages
            .filter_map(|lang| {
                let (owner, name) = owner(pages, by_path, &closed, lang, &file.path)?;
                Some((lang, owner, name))
            })
            .collect();
        // A bundle that only one language has keeps its files there; the
        // shortest name is the one beside its page.
        let Some(nearest) = owners.iter().map(|(_, _, name)| name.len()).min() else {
            continue;
        };
        let mut first: Option<String> = None;
        for (_, owner, name) in &owners {
            if name.len() == nearest {
                // Published once, with the first language that has the bundle; the others point there.
                let page = &mut pages[owner.index()];
                let url = first.get_or_insert_with(|| beside_url(page, name)).clone();
                page.resources.push(Resource {
                    name: name.clone(),
                    source: file.source.clone(),
                    url,
                });
            }
        }
        for (lang, _, _) in owners {
            if let Some(url) = &first {
                urls.insert(
                    (lang, file.path.clone()),
                    (url.clone(), file.source.clone()),
                );
            }
        }
    }
    urls
}

/// The bundle around a file: the nearest page above it that is one, and the file's name within.
fn owner(
    pages: &[Page],
    by_path: &HashMap<(LangId, String), PageId>,
    closed: &HashSet<(LangId, &str)>,
    lang: LangId,
    path: &str,
) -> Option<(PageId, String)> {
    let mut dir = path;
    while let Some(above) = content::parent(dir) {
        if closed.contains(&(lang, above)) {
            return None;
        }
        if let Some(id) = by_path.get(&(lang, above.to_owned())) {
            let page = &pages[id.index()];
            let bundle = page.role != Role::Single;
            if bundle {
                let name = path[above.len()..].trim_start_matches('/').to_owned();
                return Some((*id, name));
            }
        }
        dir = above;
    }
    None
}

fn beside_url(page: &Page, name: &str) -> String {
    format!("/{}{name}", page.folder())
}

/// Sorts the regular pages of each language, and fills the lists of home pages and sections.
fn list(
    config: &Config,
    pages: &mut [Page],
    homes: &[PageId],
    posts: Vec<PageId>,
) -> Vec<Vec<PageId>> {
    let mut regular: Vec<Vec<PageId>> = vec![Vec::new(); config.languages.len()];
    for id in posts {
        let page = &pages[id.index()];
        if page.listed_here {
            regular[page.lang.index()].push(id);
        }
    }
    for ids in &mut regular {
        order::sort(ids, pages);
        for id in &*ids {
            if let Some(parent) = pages[id.index()].parent
                && (pages[id.index()].listed || pages[parent.index()].kind == Kind::Section)
            {
                pages[parent.index()].pages.push(*id);
            }
        }
        ids.retain(|id| pages[id.index()].listed);
    }
    let mut sections: Vec<PageId> = (0..pages.len() as u32)
        .map(PageId)
        .filter(|id| pages[id.index()].kind == Kind::Section && pages[id.index()].listed_here)
        .collect();
    order::sort(&mut sections, pages);
    for id in sections {
        if let Some(parent) = pages[id.index()].parent {
            pages[parent.index()].sections.push(id);
        }
    }
    for home in homes {
        let lang = pages[home.index()].lang;
        let main = main_sections(config, pages, &regular[lang.index()], lang);
        pages[home.index()].pages = regular[lang.index()]
            .iter()
            .copied()
            .filter(|id| main.contains(section_of(&pages[id.index()])))
            .collect();
    }
    regular
}

/// The name of the section at the top that a page stands in; empty for a page at the top.
pub fn section_of(page: &Page) -> &str {
    match page.path.split_once('/') {
        Some((top, _)) => top,
        None => "",
    }
}

/// What the home page lists: as configured, else the section that has the most
/// pages (Hugo's rule), else whatever there is at the top.
fn main_sections(
    config: &Config,
    pages: &[Page],
    regular: &[PageId],
    lang: LangId,
) -> BTreeSet<String> {
    if let Some(names) = &config.languages[lang.index()].main_sections {
        return names.iter().cloned().collect();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in regular {
        *counts.entry(section_of(&pages[id.index()])).or_default() += 1;
    }
    let in_folders = counts.iter().filter(|(name, _)| !name.is_empty());
    let most = in_folders.max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
    most.or_else(|| counts.iter().next())
        .map(|(name, _)| (*name).to_owned())
        .into_iter()
        .collect()
}

/// Newer and older: among the pages of the main sections; where none are
/// configured, also within each other section.
fn neighbours(config: &Config, pages: &mut [Page], regular: &[Vec<PageId>]) {
    for (index, ids) in regular.iter().enumerate() {
        let main = main_sections(config, pages, ids, LangId(index as u32));
        let said = config.languages[index].main_sections.is_some();
        let mut rows: BTreeMap<&str, Vec<PageId>> = BTreeMap::new();
        for id in ids.iter().filter(|id| pages[id.index()].linked) {
            let section = section_of(&pages[id.index()]);
            let row = match main.contains(section) {
                true => "*",
                // Who names the main sections means those alone, as in PaperMod.
                false if said => continue,
                false => section,
            };
            rows.entry(row).or_default().push(*id);
        }
        // Pages at the top (`about.md`) are no sequence, unless the blog is made of them.
        rows.remove("");
        let rows: Vec<Vec<PageId>> = rows.into_values().collect();
        for row in rows {
            for pair in row.windows(2) {
                pages[pair[0].index()].older = Some(pair[1]);
                pages[pair[1].index()].newer = Some(pair[0]);
            }
        }
    }
}

/// Pairs pages of several languages by `translationKey`, else by kind and logical path.
fn translations(pages: &mut [Page]) {
    let mut groups: BTreeMap<(Kind, &str), Vec<PageId>> = BTreeMap::new();
    for (index, page) in pages.iter().enumerate() {
        let key = page
            .front()
            .and_then(|front| front.translation_key.as_deref())
            .unwrap_or(&page.path);
        groups
            .entry((page.kind, key))
            .or_default()
            .push(PageId(index as u32));
    }
    let groups: Vec<Vec<PageId>> = groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect();
    for group in groups {
        for id in &group {
            let lang = pages[id.index()].lang;
            let mut others: Vec<PageId> = group
                .iter()
                .copied()
                .filter(|o| pages[o.index()].lang != lang)
                .collect();
            others.sort_by_key(|other| pages[other.index()].lang);
            pages[id.index()].translations = others;
        }
    }
}
