//! The claims table: every file that the build will write, what job makes it,
//! and who asked for it. One URL, one job. Two authored sources for one file
//! are an error that names both; what the program makes of its own accord
//! gives way to what an author wrote.

use super::construct::Static;
use super::{Kind, LangId, Page, PageId, Site, permalink};
use crate::config::outputs::Kind as OutputKind;
use crate::diag::{Diagnostic, Severity, Span};
use crate::table::Table;
use std::borrow::Cow;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// One output of the site, as data.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// A page of any kind; lists have further pagers, from 2.
    Page(PageId, u32),
    /// A page that the program adds: the archive or the search page of a language.
    Extra(Extra, LangId),
    NotFound(LangId),
    Feed(PageId, FeedFormat),
    /// PaperMod's search file, where `outputs.home` holds `JSON`.
    IndexJson(PageId),
    /// The page as Markdown, for machines.
    Markdown(PageId),
    /// The page, or all that a list holds, as a book.
    Epub(PageId),
    /// `llms.txt` and `llms-full.txt` of a language.
    Llms(LangId),
    LlmsFull(LangId),
    /// What the theme's search reads: the directory of its index, one of the files of
    /// words, and one of those of pages.
    SearchIndex(LangId),
    SearchWords(LangId, usize),
    SearchPages(LangId, usize),
    /// One of the site's sitemaps, by index.
    Sitemap(usize),
    Robots,
    Manifest,
    Favicon,
    /// A page that sends its reader on, to a path from the site's root or a URL.
    Redirect(String),
    /// The list of redirects that hosts read.
    RedirectList,
    /// What hosts should say with each file.
    Headers,
    /// A file copied as it is, by its path relative to the site's root.
    Copy(Arc<str>),
    /// A smaller copy of one of the site's pictures, by index, and its width.
    Picture(usize, u32),
    /// A file of the theme, by index.
    Asset(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extra {
    Archives,
    Search,
    /// All predictions, with what became of them.
    Predictions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedFormat {
    Rss,
    Atom,
    Json,
}

/// Who asks for a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Claimant {
    /// A file of the site: what it is ("page", "alias", "static file"), its path, and where it says so.
    Authored {
        what: &'static str,
        path: Arc<str>,
        span: Option<Span>,
    },
    /// The program, of its own accord ("the search page").
    Generated(&'static str),
}

#[derive(Clone, Debug)]
pub struct Route {
    /// File in the output folder.
    pub output: String,
    pub job: Job,
    pub claimant: Claimant,
}

/// All routes, in the order of their claims.
#[derive(Debug, Default)]
pub struct Routes {
    pub all: Vec<Route>,
    /// By [`key`].
    table: Table,
}

impl Routes {
    fn with_capacity(files: usize) -> Routes {
        Routes {
            all: Vec::with_capacity(files),
            table: Table::with_capacity(files),
        }
    }

    /// Enters a claim. Who comes second learns of the first by a diagnostic;
    /// the route stays with the author.
    pub fn claim(
        &mut self,
        output: String,
        job: Job,
        claimant: Claimant,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let Some(index) = self.find(&output) else {
            let key = key(&output);
            self.table.put(&*key, self.all.len(), |_| false);
            self.all.push(Route {
                output,
                job,
                claimant,
            });
            return true;
        };
        let held = &mut self.all[index];
        match (&held.claimant, &claimant) {
            (Claimant::Generated(_), Claimant::Generated(_)) => false,
            (Claimant::Authored { .. }, Claimant::Generated(what)) => {
                diagnostics.push(gave_way(what, &held.claimant, &output));
                false
            }
            // It may be spelled otherwise, but has the same key.
            (Claimant::Generated(what), Claimant::Authored { .. }) => {
                diagnostics.push(gave_way(what, &claimant, &output));
                *held = Route {
                    output,
                    job,
                    claimant,
                };
                true
            }
            (Claimant::Authored { .. }, Claimant::Authored { .. }) => {
                diagnostics.push(collision(held, &output, &claimant));
                false
            }
        }
    }

    fn find(&self, output: &str) -> Option<usize> {
        let wanted = key(output);
        let is = |at: usize| key(&self.all[at].output) == wanted;
        self.table.get(&*wanted, is)
    }

    /// The route that writes this file, by its exact name.
    pub fn get(&self, output: &str) -> Option<&Route> {
        let route = &self.all[self.find(output)?];
        (route.output == output).then_some(route)
    }

    /// Whether a URL path (not encoded, from the site's root) leads to a file.
    pub fn leads(&self, url: &str) -> bool {
        let path = url.trim_start_matches('/');
        if path.is_empty() || path.ends_with('/') {
            return self.get(&format!("{path}index.html")).is_some();
        }
        // Hosts answer `/about` with `/about/index.html`.
        self.get(path).is_some() || self.get(&format!("{path}/index.html")).is_some()
    }
}

/// Names that a file system may hold to be one: without case, in one Unicode form.
fn key(output: &str) -> Cow<'_, str> {
    let small = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if output.bytes().all(small) {
        return Cow::Borrowed(output);
    }
    if output.is_ascii() {
        return Cow::Owned(output.to_ascii_lowercase());
    }
    Cow::Owned(output.nfc().flat_map(char::to_lowercase).collect())
}

fn describe(claimant: &Claimant) -> String {
    match claimant {
        Claimant::Authored { what, path, .. } => format!("the {what} `{path}`"),
        Claimant::Generated(what) => (*what).to_owned(),
    }
}

fn span(claimant: &Claimant) -> Option<Span> {
    match claimant {
        Claimant::Authored { span, .. } => *span,
        Claimant::Generated(_) => None,
    }
}

fn gave_way(what: &str, author: &Claimant, output: &str) -> Diagnostic {
    Diagnostic::info(
        "gave-way",
        None,
        format!("{what} gives way to {} at `/{output}`", describe(author)),
    )
}

fn collision(held: &Route, output: &str, second: &Claimant) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(
        "collision",
        span(second),
        format!(
            "{} and {} both want to be `/{output}`",
            describe(&held.claimant),
            describe(second)
        ),
    );
    debug_assert!(diagnostic.severity == Severity::Error);
    if held.output != output {
        diagnostic = diagnostic.note(
            None,
            format!(
                "`{}` and `{output}` are one file where case or Unicode form does not count",
                held.output
            ),
        );
    }
    if let Some(first) = span(&held.claimant) {
        diagnostic = diagnostic.note(
            first,
            format!("{} asks for it here", describe(&held.claimant)),
        );
    }
    diagnostic.help("give one of them another `slug`, `url` or name")
}

/// Enters the claims of everything that the site puts out: what authors wrote
/// first, then what follows from it, then what the program adds.
pub fn claims(site: &Site, statics: &[Static], diagnostics: &mut Vec<Diagnostic>) -> Routes {
    let mut claims = Claims {
        site,
        // Most pages are one file; lists have feeds and pagers beside them.
        routes: Routes::with_capacity(site.pages.len() * 2),
        diagnostics,
    };
    claims.pages();
    claims.files(statics);
    claims.aliases();
    claims.pagers();
    claims.feeds();
    claims.extras();
    claims.routes
}

struct Claims<'a> {
    site: &'a Site,
    routes: Routes,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Claims<'_> {
    fn claim(&mut self, output: String, job: Job, claimant: Claimant) {
        self.routes.claim(output, job, claimant, self.diagnostics);
    }

    fn generate(&mut self, output: impl Into<String>, job: Job, what: &'static str) {
        self.claim(output.into(), job, Claimant::Generated(what));
    }

    fn ids(&self) -> impl Iterator<Item = PageId> + use<> {
        (0..self.site.pages.len() as u32).map(PageId)
    }

    fn enabled(&self, page: &Page) -> bool {
        let language = &self.site.config.languages[page.lang.index()];
        page.rendered && !language.disabled_kinds.contains(&output_kind(page.kind))
    }

    fn pages(&mut self) {
        for id in self.ids() {
            let page = &self.site[id];
            if self.enabled(page) {
                let claimant = authored(self.site, page, "page");
                self.claim(page.output.clone(), Job::Page(id, 1), claimant);
                if self.site.wants_markdown(page) {
                    let output = Site::markdown_output(page);
                    self.generate(output, Job::Markdown(id), "a page as Markdown");
                }
                self.book(id);
            }
        }
    }

    fn book(&mut self, id: PageId) {
        let page = &self.site[id];
        if !self.site.wants_epub(page) {
            return;
        }
        if self.site.is_book(id) {
            self.generate(Site::epub_output(page), Job::Epub(id), "a book");
            return;
        }
        let message = format!("`/{}` would be a book of nothing", Site::epub_output(page));
        let path = page.file.map(|file| &self.site.sources.get(file).path);
        self.diagnostics.push(
            Diagnostic::warning("empty-book", None, message).help(match path {
                Some(path) => format!("no page that `{path}` lists can stand in it"),
                None => "no page of this list can stand in it".to_owned(),
            }),
        );
    }

    fn files(&mut self, statics: &[Static]) {
        let mut seen = std::collections::BTreeSet::new();
        for id in self.ids() {
            let page = &self.site[id];
            if page
                .front()
                .is_some_and(|front| !front.build.publish_resources)
            {
                continue;
            }
            for resource in &page.resources {
                // Markdown in a bundle is for its templates, and was never published.
                if matches!(
                    resource.name.rsplit_once('.'),
                    Some((_, "md" | "markdown" | "mdown"))
                ) {
                    continue;
                }
                // Several languages share one file.
                if seen.insert(resource.url.as_str()) {
                    let claimant = Claimant::Authored {
                        what: "file",
                        path: resource.source.clone(),
                        span: None,
                    };
                    let output = resource.url.trim_start_matches('/').to_owned();
                    self.claim(output, Job::Copy(resource.source.clone()), claimant);
                }
            }
        }
        for file in statics {
            let claimant = Claimant::Authored {
                what: "static file",
                path: file.source.clone(),
                span: None,
            };
            self.claim(
                file.output.clone(),
                Job::Copy(file.source.clone()),
                claimant,
            );
        }
    }

    fn aliases(&mut self) {
        if self.site.config.disable_aliases {
            return;
        }
        for id in self.ids() {
            let page = &self.site[id];
            let Some(front) = page.front().filter(|_| self.enabled(page)) else {
                continue;
            };
            let mut own = std::collections::BTreeSet::new();
            for alias in &front.aliases {
                let span = &alias.span;
                let Some(output) = alias_output(self.site, page, alias, *span, self.diagnostics)
                else {
                    continue;
                };
                // Saying one alias twice, or the page's own URL, hurts nobody.
                if output == page.output || !own.insert(output.clone()) {
                    continue;
                }
                let path = page
                    .file
                    .map_or("", |file| &self.site.sources.get(file).path);
                let claimant = Claimant::Authored {
                    what: "alias in",
                    path: path.into(),
                    span: Some(*span),
                };
                self.claim(output.clone(), Job::Redirect(page.url.clone()), claimant);
                // Hugo since 0.150 or so puts an alias below the page's language,
                // of old at the root: a link to either arrives.
                let prefix = language_folder(self.site, page.lang);
                if alias.starts_with('/') && !prefix.is_empty() {
                    self.generate(
                        format!("{prefix}{output}"),
                        Job::Redirect(page.url.clone()),
                        "the redirect of an alias below its language",
                    );
                }
            }
        }
    }

    /// Further pages of lists, and the redirects that Hugo puts at `page/1`.
    fn pagers(&mut self) {
        for id in self.ids() {
            let page = &self.site[id];
            if !self.enabled(page) || !self.site.is_paginated(id) {
                continue;
            }
            let pagination = &self.site.config.languages[page.lang.index()].pagination;
            let aliases = !pagination.disable_aliases;
            let claimant = || authored(self.site, page, "list page of");
            for pager in 2..=self.site.pager_count(id) {
                self.routes.claim(
                    self.site.pager_output(page, pager),
                    Job::Page(id, pager),
                    claimant(),
                    self.diagnostics,
                );
            }
            if aliases {
                self.generate(
                    self.site.pager_output(page, 1),
                    Job::Redirect(page.url.clone()),
                    "the redirect from a list's first page",
                );
            }
        }
    }

    fn feeds(&mut self) {
        for id in self.ids() {
            let page = &self.site[id];
            if page.kind == Kind::Page || !self.enabled(page) {
                continue;
            }
            for (format, name) in self.site.feeds_of(id) {
                let output = beside(page, name);
                self.generate(output, Job::Feed(id, format), "a feed");
            }
            if self.site.wants_index_json(page) {
                self.generate(
                    beside(page, "index.json"),
                    Job::IndexJson(id),
                    "the search file `index.json`",
                );
            }
        }
    }

    fn extras(&mut self) {
        let site = self.site;
        for index in 0..site.config.languages.len() {
            let lang = LangId(index as u32);
            let prefix = language_folder(site, lang);
            let disabled = |kind| site.config.languages[index].disabled_kinds.contains(&kind);
            if !disabled(OutputKind::NotFound) {
                self.generate(
                    format!("{prefix}404.html"),
                    Job::NotFound(lang),
                    "the page for missing pages",
                );
            }
            if !site.config.languages[index]
                .disabled_kinds
                .contains(&OutputKind::Page)
            {
                let any = !site.regular[index].is_empty();
                if any && !disabled(OutputKind::Archives) && !site.has_layout(lang, "archives") {
                    let output = format!("{prefix}archives/index.html");
                    self.generate(
                        output,
                        Job::Extra(Extra::Archives, lang),
                        "the archive page",
                    );
                }
                let own_search = site.has_layout(lang, "search");
                if any && !own_search && !disabled(OutputKind::Search) {
                    let output = format!("{prefix}search/index.html");
                    self.generate(output, Job::Extra(Extra::Search, lang), "the search page");
                }
                if site.predicts(lang)
                    && !disabled(OutputKind::Predictions)
                    && !site.has_layout(lang, "predictions")
                {
                    let output = format!("{prefix}predictions/index.html");
                    self.generate(
                        output,
                        Job::Extra(Extra::Predictions, lang),
                        "the page of predictions",
                    );
                }
                if own_search || !disabled(OutputKind::Search) {
                    self.search(lang, &prefix);
                }
            }
            let home = &site[site.home(lang)];
            if site.wants_llms(home) {
                self.generate(format!("{prefix}llms.txt"), Job::Llms(lang), "llms.txt");
            }
            if site.wants_llms_full(home) {
                let output = format!("{prefix}llms-full.txt");
                self.generate(output, Job::LlmsFull(lang), "llms-full.txt");
            }
        }
        self.default_language();
        if site.config.enable_robots_txt
            && !site
                .config
                .default_lang()
                .disabled_kinds
                .contains(&OutputKind::RobotsTxt)
        {
            self.generate("robots.txt", Job::Robots, "robots.txt");
        }
        let disabled = &site.config.default_lang().disabled_kinds;
        if !disabled.contains(&OutputKind::Manifest) {
            self.generate("manifest.webmanifest", Job::Manifest, "the web manifest");
        }
        self.generate("favicon.svg", Job::Favicon, "the favicon");
        if self
            .routes
            .all
            .iter()
            .any(|route| matches!(route.job, Job::Redirect(_)))
        {
            self.generate("_redirects", Job::RedirectList, "the list of redirects");
        }
        if site.config.headers.on {
            self.generate("_headers", Job::Headers, "the list of headers");
        }
        for (index, asset) in site.assets.iter().enumerate() {
            self.generate(
                asset.output.clone(),
                Job::Asset(index),
                "a file of the theme",
            );
        }
    }

    fn search(&mut self, lang: LangId, prefix: &str) {
        let what = "the search index";
        let [words, pages] = self.site.search_files(lang);
        self.generate(format!("{prefix}search.json"), Job::SearchIndex(lang), what);
        for n in 0..words {
            let output = format!("{prefix}search/words-{n}.bin");
            self.generate(output, Job::SearchWords(lang, n), what);
        }
        for n in 0..pages {
            let output = format!("{prefix}search/pages-{n}.json");
            self.generate(output, Job::SearchPages(lang, n), what);
        }
    }

    /// `/en/` leads to `/` where English is the default; with the default language in a folder, `/` leads there.
    fn default_language(&mut self) {
        let site = self.site;
        if site.config.languages.len() < 2 && !site.config.default_language_in_subdir {
            return;
        }
        let home = &site[site.home(LangId(site.config.default_language as u32))];
        if home.url == "/" {
            let code = &site.config.default_lang().code;
            self.generate(
                format!("{code}/index.html"),
                Job::Redirect("/".to_owned()),
                "the redirect to the default language",
            );
        } else {
            self.generate(
                "index.html",
                Job::Redirect(home.url.clone()),
                "the redirect to the default language",
            );
        }
    }
}

/// `zh/` where the language's pages live below `/zh/`, else nothing.
pub fn language_folder(site: &Site, lang: LangId) -> String {
    let prefix = &site.config.languages[lang.index()].prefix;
    if prefix.is_empty() {
        String::new()
    } else {
        format!("{prefix}/")
    }
}

/// A file in the folder of a page: `tags/rust/index.xml`.
pub fn beside(page: &Page, name: &str) -> String {
    format!("{}{name}", page.folder())
}

fn output_kind(kind: Kind) -> OutputKind {
    match kind {
        Kind::Home => OutputKind::Home,
        Kind::Section => OutputKind::Section,
        Kind::Page => OutputKind::Page,
        Kind::Taxonomy => OutputKind::Taxonomy,
        Kind::Term => OutputKind::Term,
    }
}

/// A page without a file was made of others: a tag by the posts that carry it.
fn authored(site: &Site, page: &Page, what: &'static str) -> Claimant {
    let Some(file) = page.file else {
        return match page.kind {
            Kind::Term => {
                let first = page.pages.first().and_then(|post| site[*post].file);
                let path = first.map_or("content", |file| &*site.sources.get(file).path);
                Claimant::Authored {
                    what: "page of a term in",
                    path: path.into(),
                    span: None,
                }
            }
            _ => Claimant::Generated("a list page"),
        };
    };
    let front = page.front();
    let span = front
        .and_then(|front| front.url.as_ref().or(front.slug.as_ref()))
        .map(|text| text.span);
    Claimant::Authored {
        what,
        path: site.sources.get(file).path.clone(),
        span,
    }
}

/// From the site's root with a leading slash, else relative to the page's folder.
fn alias_output(
    site: &Site,
    page: &Page,
    alias: &str,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let rooted = if alias.starts_with('/') {
        alias.to_owned()
    } else {
        let folder = page
            .url
            .trim_end_matches('/')
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        format!("{}/{alias}", folder.trim_start_matches('/'))
    };
    // The path as written is what the message names.
    let path = permalink::checked(
        "aliases",
        if alias.starts_with('/') {
            alias
        } else {
            rooted.trim_start_matches('/')
        },
        span,
        diagnostics,
    )?;
    let last = path.rsplit('/').next().unwrap_or_default();
    Some(match path.as_str() {
        "" => "index.html".to_owned(),
        path if site.config.ugly_urls && !last.contains(".htm") => {
            format!("{}.html", path.trim_end_matches('/'))
        }
        path if path.ends_with('/') => format!("{path}index.html"),
        path if last.ends_with(".html") || last.ends_with(".htm") => path.to_owned(),
        path => format!("{path}/index.html"),
    })
}
