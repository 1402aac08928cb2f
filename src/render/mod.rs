//! Turns jobs into files: [`Renderer::new`] expands every page and makes its
//! card, [`Renderer::render`] gives the bytes of one job. Renders what it is
//! asked for, in any order and from any thread; writes nothing.

pub mod absolute;
pub mod article;
mod author;
pub mod backlinks;
mod bytes;
pub mod card;
mod chart;
pub mod context;
mod copies;
mod copy;
mod embed;
mod epub;
pub mod fault;
pub mod feed;
mod formulas;
pub mod head;
pub mod hosting;
pub mod i18n;
pub mod icons;
pub mod json;
mod ledger;
pub mod link;
mod list;
mod llms;
pub mod machine;
pub mod markdown;
pub mod needs;
pub mod nodes;
pub mod outputs;
mod page;
mod page_head;
mod pictures;
pub mod policy;
pub mod prints;
pub mod related;
mod rows;
pub mod search;
mod searches;
mod sidenotes;
mod site_view;
pub mod sitemap;
pub mod template;
mod texts;
pub mod view;
pub mod xml;

use crate::cache::Cache;
use crate::diag::{Diagnostic, FileId};
use crate::expand::Env;
use crate::expand::registry::Shortcodes;
use crate::hash::{Hash, Hasher};
use crate::parse::highlight::{self, Highlighter};
use crate::parse::{self, CodeBlock, Doc};
use crate::picture::Pictures;
use crate::site::menus::Item;
use crate::site::route::Job;
use crate::site::{LangId, PageId, Site, menus};
use crate::source::Sources;
use crate::timing::Timings;
use article::{Article, Filler};
use backlinks::Backlinks;
use card::Deck;
use context::{Plan, SiteValue};
use needs::Need;
use page_head::Publisher;
use prints::{Prints, ReadsOf};
use rayon::prelude::*;
use searches::Searches;
use std::collections::HashSet;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock};
use template::{Shared, Source, Templates};
use tera::{Context, Value};
use view::{Shows, Way};

/// What is rendered with besides the site.
pub struct Parts {
    pub site: Arc<Site>,
    /// What there is of the texts, by now.
    pub sources: Sources,
    /// Documents that are newer than those that the site was made of, and whose
    /// front matter is the same.
    pub newer: HashMap<FileId, Arc<Doc>>,
    /// The renderer of this site before the last edit.
    pub before: Option<Arc<Renderer>>,
    /// Whether outputs will be filed under fingerprints.
    pub filed: bool,
    pub templates: Vec<Source>,
    /// `data/`, by file name.
    pub data: Value,
    /// A site's own texts, for each language.
    pub texts: Vec<Vec<(String, i18n::Plural)>>,
    /// For each language.
    pub options: Vec<parse::Options>,
    /// Whether a template may show related pages.
    pub shows_related: bool,
    pub highlight: highlight::Defaults,
    /// Those among the site's files.
    pub pictures: Arc<Pictures>,
    /// What earlier builds left.
    pub cache: Option<Arc<Cache>>,
    /// Of everything that every page is made from: configuration, templates, data, texts.
    pub global: Hash,
    /// Of the files beside pages.
    pub files: Hash,
    /// Where records of words stay for the renderers after this; none for a build, which has
    /// no more than one.
    pub words_held: Option<Arc<search::words::Held>>,
    pub timings: Arc<Timings>,
}

pub struct Renderer {
    pub shared: Arc<Shared>,
    pub sources: Sources,
    templates: Templates,
    articles: Arc<Vec<Option<Article>>>,
    /// Who links to whom.
    backlinks: Backlinks,
    /// Whether a template may show related pages.
    shows_related: bool,
    /// Found when the first page shows related ones; and those of each page.
    related_index: OnceLock<related::Index>,
    related: Vec<OnceLock<Box<[PageId]>>>,
    highlighter: Highlighter,
    defaults: highlight::Defaults,
    /// What each template reads; found out when it is first rendered.
    plans: HashMap<String, OnceLock<Plan>>,
    all: Plan,
    /// Of each language.
    sites: Vec<SiteValue>,
    publishers: Vec<Publisher>,
    menus: Vec<BTreeMap<String, Vec<Item>>>,
    /// Articles with absolute links, for feeds: made when the first asks.
    for_feeds: Vec<OnceLock<Arc<str>>>,
    /// Made when the first page asks: of each section the way to what is in it, the feeds that
    /// its pages name; of each page its switches.
    ways: Vec<OnceLock<Way>>,
    feeds: Vec<OnceLock<Value>>,
    shows: OnceLock<Shows>,
    /// What stands in each list's feeds, and what the list shows: found when the first asks.
    in_feeds: Vec<OnceLock<Box<[PageId]>>>,
    entries: Vec<OnceLock<Box<[PageId]>>>,
    /// The rows of every list's pager: made when its first part asks.
    pagers: Vec<OnceLock<Value>>,
    /// What searches read, and of each language the fingerprint of that.
    searches: Searches,
    search_prints: Vec<OnceLock<Hash>>,
    shortcodes: Shortcodes,
    /// What pages are held against, where the site asks for headers.
    policy: Option<policy::Policy>,
    options: Vec<parse::Options>,
    pub cache: Option<Arc<Cache>>,
    pub prints: Prints,
    /// Of the files beside pages.
    files: Hash,
    of_defaults: Hash,
    lost: Mutex<Vec<Diagnostic>>,
    asked_again: OnceLock<Option<HashSet<PageId>>>,
}

/// What a job came to.
pub enum Output {
    Bytes(Vec<u8>),
    /// A file of the site, as it is; its path from the site's root.
    Copy(Arc<str>),
}

impl Renderer {
    /// Loads the templates, runs all shortcodes, and makes the cards.
    pub fn new(parts: Parts, diagnostics: &mut Vec<Diagnostic>) -> Option<Renderer> {
        let Parts {
            site,
            sources,
            newer,
            before,
            filed,
            templates,
            data,
            texts,
            options,
            shows_related,
            highlight,
            pictures,
            cache,
            global,
            files,
            words_held,
            timings,
        } = parts;
        let languages = site.config.languages.iter().zip(&texts);
        let strings = languages
            .map(|(language, texts)| i18n::Strings::new(&language.code, texts))
            .collect();
        let shortcodes = Shortcodes::new(
            templates
                .iter()
                .map(|source| (source.name.as_str(), &*source.text, source.own)),
        );
        let (pages, languages) = (site.pages.len(), site.config.languages.len());
        let shared = Arc::new(Shared {
            assets: template::assets(&site),
            site,
            strings,
            cards: OnceLock::new(),
            bare_cards: OnceLock::new(),
            data,
            pictures,
            made: copies::Made::default(),
            reads: ReadsOf::new(pages),
            timings,
        });
        let texts: Vec<(String, Arc<str>)> = match shared.site.config.headers.on {
            true => templates
                .iter()
                .filter(|source| source.own || !source.name.starts_with("shortcodes/"))
                .map(|source| (source.name.clone(), source.text.clone()))
                .collect(),
            false => Vec::new(),
        };
        let templates = match template::load(&templates, &shared) {
            Ok(templates) => templates,
            Err(mut errors) => {
                diagnostics.append(&mut errors);
                return None;
            }
        };
        let of_defaults = Hasher::new().debug(&highlight).finish();
        let mut renderer = Renderer {
            sources,
            templates,
            articles: Arc::default(),
            backlinks: Backlinks::default(),
            shows_related,
            related_index: OnceLock::new(),
            related: (0..pages).map(|_| OnceLock::new()).collect(),
            highlighter: Highlighter::default(),
            defaults: highlight,
            plans: HashMap::new(),
            all: Plan::new(Need::everything()),
            sites: Vec::new(),
            publishers: Vec::new(),
            menus: Vec::new(),
            for_feeds: (0..pages).map(|_| OnceLock::new()).collect(),
            ways: (0..pages).map(|_| OnceLock::new()).collect(),
            feeds: (0..pages).map(|_| OnceLock::new()).collect(),
            shows: OnceLock::new(),
            in_feeds: (0..pages).map(|_| OnceLock::new()).collect(),
            entries: (0..pages).map(|_| OnceLock::new()).collect(),
            pagers: (0..pages).map(|_| OnceLock::new()).collect(),
            searches: Searches::new(&shared.site, words_held),
            search_prints: (0..languages).map(|_| OnceLock::new()).collect(),
            shortcodes,
            policy: None,
            options,
            shared,
            cache,
            prints: Prints {
                global,
                ..Prints::default()
            },
            files: Hash::default(),
            of_defaults,
            lost: Mutex::default(),
            asked_again: OnceLock::new(),
        };
        renderer.policy = renderer.policy_of(&texts);
        renderer.prepare(&newer, before.as_deref(), files, filed, diagnostics);
        Some(renderer)
    }

    fn prepare(
        &mut self,
        newer: &HashMap<FileId, Arc<Doc>>,
        before: Option<&Renderer>,
        files: Hash,
        filed: bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let site = self.shared.site.clone();
        let docs: Vec<Option<&Arc<Doc>>> = site
            .pages
            .iter()
            .map(|page| {
                let newer = page.file.and_then(|file| newer.get(&file));
                newer.or(page.doc.as_ref())
            })
            .collect();
        // What shortcodes gave holds for as long as all that they saw is the same.
        self.files = files;
        let before = before.filter(|before| {
            Arc::ptr_eq(&before.shared.site, &site)
                && before.prints.global == self.prints.global
                && before.files == files
        });
        let kept = |index: usize, doc: &Arc<Doc>| {
            let article = before?.articles[index].as_ref()?;
            (article.has_calls() && Arc::ptr_eq(&article.doc, doc)).then_some(article)
        };
        for index in 0..site.config.languages.len() {
            let lang = LangId(index as u32);
            self.menus.push(menus::build(&site, lang));
            self.sites.push(self.site_values(lang));
            self.publishers.push(Publisher::new(self, lang));
        }
        let names = self.templates.names();
        self.plans = names
            .map(|name| (name.to_owned(), OnceLock::new()))
            .collect();
        // Cards for shortcodes are needed only where there are any.
        let has_calls = |doc: &&Arc<Doc>| doc.meta.has_calls;
        if docs.iter().flatten().any(has_calls) {
            // Set once: nobody else has this renderer yet.
            let pictures = self.shared.pictures.clone();
            let bare = Deck::new(site.clone(), Arc::default(), pictures);
            let _ = self.shared.bare_cards.set(bare);
        }
        let runs = |(index, doc): (usize, &Option<&Arc<Doc>>)| {
            doc.is_some_and(|doc| doc.meta.has_calls && kept(index, doc).is_none())
        };
        if filed || docs.iter().enumerate().any(runs) {
            self.print_before(files);
        }
        let articles: Vec<Option<Article>> = docs
            .par_iter()
            .enumerate()
            .map(|(index, doc)| {
                let doc = doc.as_ref()?;
                match kept(index, doc) {
                    Some(article) => Some(article.again()),
                    None => self.article(PageId(index as u32), doc),
                }
            })
            .collect();
        for article in articles.iter().flatten() {
            diagnostics.extend(article.said.iter().cloned());
        }
        self.articles = Arc::new(articles);
        self.backlinks = Backlinks::new(&site, &self.articles);
        let pictures = self.shared.pictures.clone();
        let deck = Deck::new(site, self.articles.clone(), pictures);
        let _ = self.shared.cards.set(deck);
        if filed {
            self.print_cards(files);
        }
    }

    /// What a block of code becomes is made from this.
    fn code_key(&self, block: &CodeBlock) -> Hash {
        let mut hasher = Hasher::new();
        hasher
            .hash(self.of_defaults)
            .str(&block.lang)
            .str(&block.code);
        if block.options != highlight::Options::default() {
            hasher.debug(&block.options);
        }
        hasher.finish()
    }

    /// What shortcodes of a page run with: its card has no words.
    fn env<'a>(&'a self, id: PageId, options: &'a parse::Options) -> Env<'a> {
        let site = &self.shared.site;
        let page = &site[id];
        let mut context = Context::new();
        context.insert_value("page", self.shared.bare_card(id));
        context.insert_value(template::EXPANDING, true.into());
        context.insert_value("site", self.sites[page.lang.index()].bare.clone());
        context.insert_value("data", self.shared.data.clone());
        template::context_for(
            &mut context,
            site,
            Some(id),
            page.lang,
            &self.date_format(id),
        );
        Env {
            tera: &self.templates.tera,
            shortcodes: &self.shortcodes,
            options,
            context,
            page: id.0,
            timings: &self.shared.timings,
        }
    }

    /// What is made for a template.
    fn plan(&self, template: &str) -> &Plan {
        match self.plans.get(template) {
            Some(plan) => plan.get_or_init(|| Plan::new(self.templates.need(template))),
            None => &self.all,
        }
    }

    fn filler(&self) -> Filler<'_> {
        Filler { renderer: self }
    }

    pub fn words(&self) -> usize {
        self.articles
            .iter()
            .flatten()
            .filter_map(Article::digest)
            .map(|digest| digest.words)
            .sum()
    }

    /// Go's layout in which a page shows dates.
    fn date_format(&self, id: PageId) -> String {
        let format = self.shared.site[id].show.date_format.as_deref();
        format.unwrap_or("January 2, 2006").to_owned()
    }

    /// What the site's pages may do, where it asks for headers.
    fn policy_of(&self, templates: &[(String, Arc<str>)]) -> Option<policy::Policy> {
        let site = &self.shared.site;
        let headers = &site.config.headers;
        if !headers.on || headers.without_policy {
            return None;
        }
        // Its text depends on a switch: both are on some page.
        let script = |toggle: bool| {
            let mut context = Context::new();
            let show = std::collections::BTreeMap::from([("theme_toggle", toggle)]);
            context.insert("show", &show);
            let mut out = Vec::new();
            let made = self
                .templates
                .render(policy::FIRST_SCRIPT, &context, &mut out);
            // A template of the site's own that needs more is a finding on its pages.
            made.ok().and_then(|()| String::from_utf8(out).ok())
        };
        let first: Vec<String> = [true, false].into_iter().filter_map(script).collect();
        let all = templates.iter().map(|(_, text)| &**text);
        let all = all.chain(first.iter().map(String::as_str));
        Some(policy::Policy::new(headers, site.origin(), all))
    }

    /// The bytes of one job. None: `diagnostics` says why.
    pub fn render(&self, job: &Job, diagnostics: &mut Vec<Diagnostic>) -> Option<Output> {
        let output = self.render_job(job, diagnostics);
        if let Some(policy) = &self.policy
            && let Job::Page(..) | Job::Extra(..) | Job::NotFound(_) = job
            && let Some(Output::Bytes(bytes)) = &output
            && let Ok(html) = std::str::from_utf8(bytes)
        {
            policy.check(html, &self.address_of(job), diagnostics);
        }
        output
    }

    /// Where a reader finds what a job makes of pages.
    fn address_of(&self, job: &Job) -> String {
        let site = &self.shared.site;
        match job {
            Job::Page(id, pager) => self.pager_url(*id, *pager),
            Job::NotFound(_) => site.href("404.html"),
            Job::Extra(extra, _) => format!("{extra:?}").to_lowercase(),
            _ => String::new(),
        }
    }

    fn render_job(&self, job: &Job, diagnostics: &mut Vec<Diagnostic>) -> Option<Output> {
        let site = &self.shared.site;
        let mut out = String::new();
        match job {
            Job::Page(id, pager) => return self.page(*id, *pager, diagnostics),
            Job::Extra(extra, lang) => return self.extra(*extra, *lang, diagnostics),
            Job::NotFound(lang) => return self.not_found(*lang, diagnostics),
            Job::Redirect(target) => return self.redirect(target, diagnostics),
            Job::Copy(path) => return Some(Output::Copy(path.clone())),
            Job::Picture(index, width) => {
                let copies = self.copies(*index, &[*width], diagnostics)?;
                return copies.into_iter().next().map(Output::Bytes);
            }
            Job::Asset(index) => return Some(Output::Bytes(site.assets[*index].bytes.to_vec())),
            Job::Feed(id, format) => self.feed(*id, *format, &mut out),
            Job::IndexJson(id) => self.index_json(*id, &mut out),
            Job::Markdown(id) => self.markdown(*id, &mut out),
            Job::Epub(id) => return self.epub(*id, diagnostics).map(Output::Bytes),
            Job::Llms(lang) => self.llms(*lang, &mut out),
            Job::LlmsFull(lang) => self.llms_full(*lang, &mut out),
            Job::SearchIndex(lang) => out.push_str(&self.search(*lang).directory),
            Job::SearchPages(lang, n) => out.push_str(self.search(*lang).pages.get(*n)?),
            Job::SearchWords(lang, n) => {
                return Some(Output::Bytes(self.search(*lang).words.get(*n)?.clone()));
            }
            Job::Sitemap(index) => out.push_str(&site.sitemaps[*index].1),
            Job::Robots => self.robots(&mut out),
            Job::Manifest => self.manifest(&mut out),
            Job::Favicon => machine::favicon(&site.config.default_lang().title, &mut out),
            Job::RedirectList => self.redirect_list(&mut out),
            Job::Headers => self.headers_file(&mut out),
        }
        Some(Output::Bytes(out.into_bytes()))
    }
}
