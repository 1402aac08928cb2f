//! The pipeline, spelled out once: [`compile`] reads a folder and gives a
//! renderer of it, [`build`] renders every job and puts the files out.
//!
//! A step returns its result and all its diagnostics; no step stops at the
//! first. Prints nothing.

mod assets;
mod documents;
mod fonts;
mod history;
mod hugo;
mod menus;
pub mod preview;
pub mod rooms;
mod text;
mod whole;

use crate::cache::{self, Cache};
use crate::config::{self, Config};
use crate::date::Date;
use crate::diag::{self, Counts, Diagnostic, FileId, Severity};
use crate::emit::{self, EmitError};
use crate::hash::{Hash, Hasher};
use crate::parse::{self, highlight};
use crate::picture::Pictures;
use crate::render::i18n::Plural;
use crate::render::{self, Output, Renderer, outputs, template};
use crate::site::construct::{Document, Parts};
use crate::site::route::{Job, Route};
use crate::site::{Asset, Kind, LeftOut, Site};
use crate::source::git::History;
use crate::source::{self, IoError, Sources};
use crate::timing::{Thing, Timings};
use documents::Parses;
use jiff::Timestamp;
use rayon::prelude::*;
use rooms::Rooms;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tera::Value;

/// Called with what is done to files at the time, how many are done, and how
/// many there are: after every one, from any thread.
pub type Progress<'p> = dyn Fn(&'static str, usize, usize) + Send + Sync + 'p;

#[derive(Clone, Default)]
pub struct Options {
    /// The site's folder.
    pub source: PathBuf,
    pub output: Option<PathBuf>,
    /// Relative to the working directory, as all paths here.
    pub config: Option<PathBuf>,
    pub base_url: Option<String>,
    pub environment: String,
    pub drafts: bool,
    pub future: bool,
    pub expired: bool,
    /// The moment that decides what lies in the future.
    pub now: Option<Timestamp>,
    /// Warnings are errors.
    pub strict: bool,
    pub adopt: bool,
    /// The folder of the cache; none for a build without one.
    pub cache_dir: Option<PathBuf>,
    /// Reads every file, however untouched it looks.
    pub verify: bool,
    /// Set to stop; the output stays as it was.
    pub cancel: Arc<AtomicBool>,
    /// Set by the build while it changes the output.
    pub publishing: Arc<AtomicBool>,
    pub timings: Arc<Timings>,
}

/// What could not be done at all, in the terms of the exit codes.
pub enum Failure {
    /// There is no such site, or its configuration has errors.
    Usage,
    Io(IoError),
    Emit(EmitError),
    /// The site has errors; nothing was published.
    Site,
    Cancelled,
}

/// A site that was read and can be rendered.
pub struct Compiled {
    pub renderer: Arc<Renderer>,
    pub rooms: Rooms,
    /// When a page begins or ceases to be published next.
    pub until: Timestamp,
}

/// What a build came to, whether or not it published.
#[derive(Default)]
pub struct Report {
    pub title: String,
    pub output: PathBuf,
    pub pages: usize,
    pub posts: usize,
    pub sections: usize,
    pub words: usize,
    pub terms: Vec<(String, usize)>,
    pub left_out: Vec<LeftOut>,
    pub files: emit::Summary,
    /// What is wrong with the cache; nothing of the site depends on it.
    pub cache: Option<String>,
    /// What it was built from, where anything had to be: to let go of it takes
    /// a tenth of a build, which is the caller's to spend.
    pub compiled: Option<Compiled>,
}

/// Reads the configuration alone.
pub fn configure(
    options: &Options,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Config, Failure> {
    let found = rooms::config_files(
        &options.source,
        options.config.as_deref(),
        sources,
        diagnostics,
    )?;
    let files: Vec<config::ConfigFile> = found
        .iter()
        .map(|id| {
            let source = sources.get(*id);
            config::ConfigFile {
                id: *id,
                path: &source.path,
                text: source.text(),
            }
        })
        .collect();
    let folder = options
        .source
        .canonicalize()
        .unwrap_or_else(|_| options.source.clone());
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("HUGO_") || name.starts_with("LONGHAND_"))
        .collect();
    let asked = config::Options {
        folder: folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        files: options
            .config
            .as_ref()
            .map(|_| files.iter().map(|file| file.path.to_owned()).collect()),
        environment: Some(options.environment.clone()).filter(|name| !name.is_empty()),
        base_url: options.base_url.clone(),
        variables,
    };
    let (mut config, mut said) = config::load(&files, &asked);
    diagnostics.append(&mut said);
    config.build_drafts |= options.drafts;
    config.build_future |= options.future;
    config.build_expired |= options.expired;
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Err(Failure::Usage);
    }
    Ok(config)
}

/// A site whose configuration was read and whose files were found.
pub struct Begun {
    pub config: Config,
    pub rooms: Rooms,
}

/// Reads a site and everything in it, up to where pages can be rendered.
pub fn compile(
    options: &Options,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Compiled, Failure> {
    let begun = begin(options, sources, diagnostics)?;
    let cache = open_cache(options);
    finish(options, begun, cache, sources, diagnostics, &|_, _, _| {})
}

/// Reads the configuration and looks for the site's files.
pub fn begin(
    options: &Options,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Begun, Failure> {
    if !options.source.is_dir() {
        diagnostics.push(
            Diagnostic::error(
                "no-site",
                None,
                format!("there is no folder `{}`", options.source.display()),
            )
            .help("name the site's folder with `-s DIR`"),
        );
        return Err(Failure::Usage);
    }
    let config = configure(options, sources, diagnostics)?;
    options.timings.stage("configuration");
    let rooms = Rooms::open(options, &config, diagnostics)?;
    options.timings.stage("walk");
    Ok(Begun { config, rooms })
}

fn open_cache(options: &Options) -> Option<Arc<Cache>> {
    let folder = options.cache_dir.as_ref()?;
    let cache = Cache::open(folder, &options.source, options.verify);
    options.timings.stage("open the cache");
    Some(Arc::new(cache))
}

fn finish(
    options: &Options,
    begun: Begun,
    cache: Option<Arc<Cache>>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
    progress: &Progress<'_>,
) -> Result<Compiled, Failure> {
    let silenced = begun.config.silenced.clone();
    let compiled = read(options, begun, cache, sources, diagnostics, progress);
    silence(diagnostics, &silenced);
    if let Ok(compiled) = &compiled {
        silence_pages(diagnostics, &compiled.renderer.shared.site);
    }
    compiled
}

/// `ignoreLogs`: warnings that an author has read and lives with. Errors are never passed over.
pub fn silence(diagnostics: &mut Vec<Diagnostic>, names: &[String]) {
    diagnostics.retain(|said| {
        said.severity == Severity::Error || !names.iter().any(|name| *name == said.name)
    });
}

/// `ignore_logs` of a page: what its author lives with there.
pub fn silence_pages(diagnostics: &mut Vec<Diagnostic>, site: &Site) {
    if diagnostics.is_empty() {
        return;
    }
    let silent: HashMap<FileId, &[String]> = site
        .pages
        .iter()
        .filter_map(|page| Some((page.file?, &*page.front()?.silenced)))
        .filter(|(_, names)| !names.is_empty())
        .collect();
    diagnostics.retain(|said| {
        let names = said.span.and_then(|span| silent.get(&span.file));
        said.severity == Severity::Error
            || names.is_none_or(|names| !names.iter().any(|name| *name == said.name))
    });
}

/// Everything but the configuration.
fn read(
    options: &Options,
    begun: Begun,
    cache: Option<Arc<Cache>>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
    progress: &Progress<'_>,
) -> Result<Compiled, Failure> {
    let now = options.now.unwrap_or_else(Timestamp::now);
    let Begun { config, rooms } = begun;
    let around = around(options, &config, &rooms, sources, diagnostics)?;
    options.timings.stage("templates and data");
    let with = documents::With {
        rooms: &rooms,
        config: &config,
        options: &around.options,
        cache: cache.as_deref(),
        history: around.history.as_ref(),
        held: documents::HELD,
        holds_texts: false,
    };
    let parses = documents::parse(with, Parses::default(), sources, progress)?;
    let documents = parses.into_documents(diagnostics);
    options.timings.stage("read and parse");
    let docs = documents.iter().map(|document| &*document.doc);
    let until = whole::until(docs, now, &config.time_zone);
    let site = site(
        &rooms,
        config,
        &around,
        documents,
        now,
        sources,
        diagnostics,
    )?;
    options.timings.stage("site");
    // Sources go back to the caller, who prints; the site keeps its own handle.
    sources.clone_from(&site.sources);
    let parts = render::Parts {
        cache,
        ..around.parts(Arc::new(site), options)
    };
    let renderer = Renderer::new(parts, diagnostics).ok_or(Failure::Site)?;
    options.timings.stage("expand and cards");
    Ok(Compiled {
        renderer: Arc::new(renderer),
        rooms,
        until,
    })
}

/// What pages are made from besides their own files.
struct Around {
    templates: Vec<render::template::Source>,
    data: Value,
    texts: Vec<Vec<(String, Plural)>>,
    highlight: highlight::Defaults,
    pictures: Arc<Pictures>,
    assets: Vec<Asset>,
    /// Of each language.
    options: Vec<parse::Options>,
    /// What git tells of the files, where it is asked.
    history: Option<History>,
    /// Whether a template may show related pages.
    shows_related: bool,
    global: Hash,
    files: Hash,
}

fn around(
    options: &Options,
    config: &Config,
    rooms: &Rooms,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Around, Failure> {
    let templates = rooms.templates(sources)?;
    let data = rooms.data(sources, diagnostics)?;
    let texts = rooms.texts(config, sources, diagnostics)?;
    let styles = assets::HighlightStyles::choose(config, diagnostics);
    let assets = assets::build(rooms, config, &styles)?;
    let shows_related = template::any_reads(&templates, "page", "related");
    Ok(Around {
        options: text::options(config, &texts, shows_related),
        history: history::read(options, config, rooms, diagnostics),
        shows_related,
        highlight: styles.defaults(config),
        pictures: Arc::new(rooms.pictures()),
        global: global(options, config, sources, &assets),
        files: files(rooms),
        templates,
        data,
        texts,
        assets,
    })
}

impl Around {
    /// To render a site with, for the first time.
    fn parts(&self, site: Arc<Site>, options: &Options) -> render::Parts {
        render::Parts {
            sources: site.sources.clone(),
            site,
            newer: HashMap::new(),
            before: None,
            filed: true,
            templates: self.templates.clone(),
            data: self.data.clone(),
            texts: self.texts.clone(),
            options: self.options.clone(),
            shows_related: self.shows_related,
            highlight: self.highlight.clone(),
            pictures: self.pictures.clone(),
            cache: None,
            global: self.global,
            files: self.files,
            words_held: None,
            timings: options.timings.clone(),
        }
    }
}

/// Joins all documents. Takes the texts that were read so far.
fn site(
    rooms: &Rooms,
    config: Config,
    around: &Around,
    documents: Vec<Document>,
    now: Timestamp,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Site, Failure> {
    rooms.unknown_keys(&config, &documents, &around.templates, diagnostics);
    hugo::report(rooms, &config.dirs, diagnostics);
    diagnostics.append(&mut sources.diagnostics);
    let parts = Parts {
        statics: rooms.statics()?,
        loose: rooms.loose(),
        sources: std::mem::take(sources),
        assets: assets::wanted(&around.assets, &config, &documents),
        documents,
        config,
        now,
    };
    let mut site = Site::new(parts, diagnostics);
    if site.pages.iter().all(|page| page.doc.is_none())
        && !diagnostics.iter().any(|d| d.severity == Severity::Error)
    {
        diagnostics.push(empty(rooms, &site));
    }
    site.remind(diagnostics);
    menus::tell_dead(&site, diagnostics);
    site.add_copies(&around.pictures, diagnostics);
    let sitemaps = outputs::sitemaps(&site);
    site.add_sitemaps(sitemaps, diagnostics);
    Ok(site)
}

/// For who is in the wrong folder, or has none yet.
pub const NO_SITE: &str =
    "`longhand new site PATH` begins one; `-s DIR` names the folder of another";

fn empty(rooms: &Rooms, site: &Site) -> Diagnostic {
    if !site.left_out.is_empty() {
        let message = format!("no page of `{}` is published yet", rooms.content_folder());
        let help = "drafts, future and expired pages are left out: `-D`, `-F` and `-E` show them";
        return Diagnostic::warning("empty-site", None, message).help(help);
    }
    let stray = rooms.stray();
    if site.config.zero && stray.is_none() && !rooms.has_content() {
        let message = "there is no site here: no configuration, and no `content/`";
        return Diagnostic::error("no-site", None, message).help(NO_SITE);
    }
    let warning = Diagnostic::warning(
        "empty-site",
        None,
        format!("there is no page in `{}`", rooms.content_folder()),
    );
    warning.help(match stray {
        Some(name) => {
            let folder = &rooms.content_dirs[0];
            format!("pages lie in `{folder}`: move `{name}` there, and what belongs to it")
        }
        None => "write a first one, for example `content/first-post.md`".to_owned(),
    })
}

/// Of everything that all pages are made from: the program, the options, the
/// configuration, templates, data, texts and the theme's files.
fn global(options: &Options, config: &Config, sources: &Sources, assets: &[Asset]) -> Hash {
    let mut hasher = Hasher::new();
    hasher
        .str(cache::BUILD)
        .str(&options.environment)
        .debug(config);
    for source in sources.placed() {
        hasher
            .str(&source.path)
            .hash(source.hash.unwrap_or_default());
    }
    for asset in assets {
        hasher
            .str(&asset.name)
            .str(&asset.output)
            .str(&asset.integrity);
    }
    hasher.finish()
}

/// Of the files beside pages, which templates may read.
fn files(rooms: &Rooms) -> Hash {
    let mut hasher = Hasher::new();
    for (path, stamp) in rooms.read_stamps() {
        hasher.str(path);
        match stamp {
            Some(stamp) => hasher.hash(stamp.0),
            // Too young to be told from a later edit: like nothing before or after.
            None => hasher.debug(&std::time::SystemTime::now()),
        };
    }
    hasher.finish()
}

/// Builds the site into its output folder. Either everything is published, or
/// the output stays as it was.
pub fn build(
    options: &Options,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
    progress: &Progress<'_>,
) -> Result<Report, Failure> {
    let begun = begin(options, sources, diagnostics)?;
    let staged = match stage(options, begun, sources, diagnostics, progress)? {
        Made::Whole(report) => return Ok(*report),
        Made::Staged(staged) => *staged,
    };
    let Staged {
        renderer,
        rooms,
        until,
        emitter,
        kept,
        whole: (around, print),
        mut report,
    } = staged;
    let site = renderer.shared.site.clone();
    // What was made is right, whatever becomes of the site.
    let save = |report: &mut Report| {
        let Some(cache) = &renderer.cache else { return };
        report.cache = cache.complaint().map(str::to_owned);
        if let Err(error) = cache.save(kept == 0) {
            report.cache = Some(cannot_be_written(cache, &error));
        }
        options.timings.stage("save the cache");
    };
    if fails(diagnostics, options.strict) {
        save(&mut report);
        return Err(Failure::Site);
    }
    options.publishing.store(true, Ordering::Relaxed);
    report.files = emitter.commit().map_err(Failure::Emit)?;
    options.timings.stage("commit");
    let settled = |around| {
        let paths = Paths::new(&site.sources);
        let since = whole::settled(&rooms, &site.sources, |path| paths.id(path));
        whole::print(around, &rooms, &since)
    };
    let print = print.or_else(|| around.and_then(settled));
    if let Some((cache, print)) = renderer.cache.as_ref().zip(print)
        && !renderer.reads_clock()
    {
        let time = (site.now, until);
        let whole = whole::whole(&report, diagnostics, &site.sources, time);
        if let Some(whole) = whole {
            cache.put_whole(print, &whole);
        }
    }
    save(&mut report);
    report.compiled = Some(Compiled {
        renderer,
        rooms,
        until,
    });
    Ok(report)
}

/// What lies in the output, held against what the site gives now.
pub struct Compared {
    pub report: Report,
    /// What a build would change.
    pub difference: emit::Difference,
    /// Drafts that are published, as `buildDrafts` asks.
    pub drafts: Vec<FileId>,
}

/// Renders the site and compares it with its output, which stays as it is.
pub fn compare(
    options: &Options,
    begun: Begun,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
    progress: &Progress<'_>,
) -> Result<Compared, Failure> {
    let staged = match stage(options, begun, sources, diagnostics, progress)? {
        Made::Whole(report) => {
            return Ok(Compared {
                report: *report,
                difference: emit::Difference::default(),
                drafts: Vec::new(),
            });
        }
        Made::Staged(staged) => *staged,
    };
    if fails(diagnostics, options.strict) {
        return Err(Failure::Site);
    }
    let pages = staged.renderer.shared.site.pages.iter();
    let drafts = pages.filter(|page| page.draft && page.rendered);
    Ok(Compared {
        drafts: drafts.filter_map(|page| page.file).collect(),
        difference: staged.emitter.difference(),
        report: staged.report,
    })
}

/// How far a build came without touching the output.
enum Made {
    /// The output is as the last build left it, and that was right.
    Whole(Box<Report>),
    Staged(Box<Staged>),
}

struct Staged {
    renderer: Arc<Renderer>,
    rooms: Rooms,
    until: Timestamp,
    emitter: emit::Emitter,
    /// Jobs that had not to be rendered.
    kept: usize,
    /// What the record of the whole build goes by: see [`whole`].
    whole: (Option<Hash>, Option<Hash>),
    report: Report,
}

fn stage(
    options: &Options,
    begun: Begun,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
    progress: &Progress<'_>,
) -> Result<Made, Failure> {
    let cache = open_cache(options);
    let around = whole::around(options, &begun, sources).filter(|_| !options.verify);
    let print = around.and_then(|around| whole::print(around, &begun.rooms, &HashMap::new()));
    if let Some((cache, print)) = cache.as_deref().zip(print)
        && let Some(report) = whole::unchanged(options, &begun, cache, print, sources, diagnostics)?
    {
        options.timings.stage("nothing changed");
        if fails(diagnostics, options.strict) {
            return Err(Failure::Site);
        }
        return Ok(Made::Whole(Box::new(report)));
    }
    let Compiled {
        renderer,
        rooms,
        until,
    } = finish(options, begun, cache, sources, diagnostics, progress)?;
    let site = renderer.shared.site.clone();
    let target = target(options, &rooms);
    let emitter = emit::prepare(&target).map_err(Failure::Emit)?;
    let routes = &site.routes.all;
    emitter
        .directories(
            routes
                .iter()
                .filter_map(|route| route.output.rsplit_once('/'))
                .map(|(folder, _)| folder),
        )
        .map_err(Failure::Emit)?;
    options.timings.stage("prepare");
    let done = std::sync::atomic::AtomicUsize::new(0);
    let paths = Paths::new(&site.sources);
    // What takes long comes first, so that no thread is left alone with it.
    let is_picture = |route: &usize| matches!(routes[*route].job, Job::Picture(..));
    let (pictures, rest): (Vec<usize>, Vec<usize>) = (0..routes.len()).partition(is_picture);
    let (search, rest): (Vec<usize>, Vec<usize>) = rest
        .into_iter()
        .partition(|route| Site::is_search(&routes[*route].job));
    let (mut order, short): (Vec<usize>, Vec<usize>) = rest
        .into_iter()
        .partition(|route| site.is_long(&routes[*route].job));
    order.extend(short);
    let render = |order: Vec<usize>| -> Vec<(usize, Result<Done, Failure>)> {
        let results = order.into_par_iter().map(|route| {
            if options.cancel.load(Ordering::Relaxed) {
                return (route, Err(Failure::Cancelled));
            }
            let one = one(&renderer, &routes[route], &emitter, &options.source, &paths);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress("rendering", done, routes.len());
            (route, one)
        });
        results.collect()
    };
    let mut results = render(order);
    // The words of an article are counted while it is rendered.
    results.extend(render(search));
    // The copies of one picture stand together, and are made together: it is decoded once.
    let of_one = |a: &usize, b: &usize| match (&routes[*a].job, &routes[*b].job) {
        (Job::Picture(a, _), Job::Picture(b, _)) => a == b,
        _ => false,
    };
    let groups: Vec<&[usize]> = pictures.chunk_by(of_one).collect();
    let copies = groups.into_par_iter().flat_map_iter(|group| {
        let all = group
            .iter()
            .map(|route| &routes[*route])
            .collect::<Vec<_>>();
        let all = match options.cancel.load(Ordering::Relaxed) {
            true => Err(Failure::Cancelled),
            false => copies(&renderer, &all, &emitter, &paths),
        };
        let count = done.fetch_add(group.len(), Ordering::Relaxed) + group.len();
        progress("rendering", count, routes.len());
        let each: Vec<Result<Done, Failure>> = match all {
            Ok(each) => each.into_iter().map(Ok).collect(),
            Err(failure) => vec![Err(failure)],
        };
        let group: Vec<usize> = group.to_vec();
        group.into_iter().zip(each)
    });
    let copies: Vec<(usize, Result<Done, Failure>)> = copies.collect();
    results.extend(copies);
    results.sort_unstable_by_key(|(route, _)| *route);
    let mut kept = 0;
    for (_, result) in results {
        let mut one = result?;
        kept += usize::from(one.kept);
        diagnostics.append(&mut one.said);
    }
    diagnostics.extend(renderer.losses());
    options.timings.stage("render and write");
    render::fault::gather(diagnostics);
    silence(diagnostics, &site.config.silenced);
    silence_pages(diagnostics, &site);
    let report = report(&renderer, &target.out);
    Ok(Made::Staged(Box::new(Staged {
        renderer,
        rooms,
        until,
        emitter,
        kept,
        whole: (around, print),
        report,
    })))
}

fn cannot_be_written(cache: &Cache, error: &std::io::Error) -> String {
    format!(
        "cannot be written: {} (in `{}`; `--cache-dir` names another folder)",
        source::reason(error),
        cache.folder().display()
    )
}

/// What became of one job.
struct Done {
    said: Vec<Diagnostic>,
    /// Nothing that it reads has changed, so it was not rendered.
    kept: bool,
}

/// Files by their paths, for what an earlier build had to say of them.
struct Paths<'s> {
    sources: &'s Sources,
    ids: OnceLock<HashMap<&'s str, FileId>>,
}

impl<'s> Paths<'s> {
    fn new(sources: &'s Sources) -> Paths<'s> {
        Paths {
            sources,
            ids: OnceLock::new(),
        }
    }

    fn id(&self, path: &str) -> Option<FileId> {
        let all = || self.sources.files.iter();
        let ids = self
            .ids
            .get_or_init(|| all().map(|source| (&*source.path, source.id)).collect());
        ids.get(path).copied()
    }
}

/// Renders one job and stages its file, unless the file is what it would be.
fn one(
    renderer: &Renderer,
    route: &Route,
    emitter: &emit::Emitter,
    root: &Path,
    paths: &Paths,
) -> Result<Done, Failure> {
    let own = renderer.own(&route.job);
    if let Some(own) = own
        && let Some(said) = unchanged(renderer, own, route, emitter, paths)?
    {
        return Ok(Done { said, kept: true });
    }
    let mut said = Vec::new();
    let timings = &renderer.shared.timings;
    let rendered = timings.time(Thing::Page, &route.output, || {
        renderer.render(&route.job, &mut said)
    });
    match rendered {
        Some(Output::Bytes(bytes)) => {
            let print = own.map(|own| {
                let key = renderer.print(own, &route.job, !said.is_empty());
                if let Some(cache) = renderer.cache.as_ref().filter(|_| !said.is_empty()) {
                    let path = |id: FileId| paths.sources.get(id).path.to_string();
                    cache.put_said(key, &said, &path);
                }
                key
            });
            emitter
                .write_of(&route.output, &bytes, print)
                .map_err(Failure::Emit)?;
        }
        Some(Output::Copy(path)) => emitter
            .copy(&route.output, &root.join(&*path))
            .map_err(Failure::Emit)?,
        None => {}
    }
    renderer.done(&route.job);
    Ok(Done { said, kept: false })
}

/// Renders the smaller copies of one picture, but for those that are what they would be.
fn copies(
    renderer: &Renderer,
    routes: &[&Route],
    emitter: &emit::Emitter,
    paths: &Paths,
) -> Result<Vec<Done>, Failure> {
    let mut done = Vec::with_capacity(routes.len());
    let mut asked = Vec::new();
    for route in routes {
        let own = renderer.own(&route.job).unwrap_or_default();
        let said = unchanged(renderer, own, route, emitter, paths)?;
        let kept = said.is_some();
        let said = said.unwrap_or_default();
        done.push(Done { said, kept });
        if let Job::Picture(index, width) = route.job
            && !kept
        {
            asked.push((index, width, &route.output, own));
        }
    }
    let Some((index, ..)) = asked.first() else {
        return Ok(done);
    };
    let widths: Vec<u32> = asked.iter().map(|(_, width, ..)| *width).collect();
    let mut said = Vec::new();
    for (bytes, (.., output, own)) in renderer
        .copies(*index, &widths, &mut said)
        .unwrap_or_default()
        .iter()
        .zip(&asked)
    {
        emitter
            .write_of(output, bytes, Some(*own))
            .map_err(Failure::Emit)?;
    }
    if let Some(first) = done.first_mut() {
        first.said.append(&mut said);
    }
    Ok(done)
}

/// What the job said when it was rendered, if all that it read is as it was and
/// its file is too.
fn unchanged(
    renderer: &Renderer,
    own: Hash,
    route: &Route,
    emitter: &emit::Emitter,
    paths: &Paths,
) -> Result<Option<Vec<Diagnostic>>, Failure> {
    let filed = emitter.filed(&route.output);
    let Some(filed) = filed.and_then(|entry| entry.source) else {
        return Ok(None);
    };
    let Some((key, reads)) = renderer.filed(own, filed) else {
        return Ok(None);
    };
    if reads.has_clock() {
        renderer.shared.reads.clock(None);
    }
    let said = if reads.has_said() {
        let cache = renderer.cache.as_ref();
        cache.and_then(|cache| cache.said(key, &|path| paths.id(path)))
    } else {
        Some(Vec::new())
    };
    let Some(said) = said else { return Ok(None) };
    let kept = emitter.keep(&route.output).map_err(Failure::Emit)?;
    Ok(kept.then_some(said))
}

/// Whether these diagnostics keep the site from being published.
pub fn fails(diagnostics: &[Diagnostic], strict: bool) -> bool {
    let Counts { errors, warnings } = diag::count(diagnostics);
    errors > 0 || (strict && warnings > 0)
}

/// The output, and what it must keep away from.
pub fn target(options: &Options, rooms: &Rooms) -> emit::Target {
    let mut target = emit::Target::new(rooms.output.clone(), options.source.clone());
    target.forbidden = rooms.made_from(&options.source);
    target.adopt = options.adopt;
    target.verify = options.verify;
    target.cancel = options.cancel.clone();
    target
}

fn report(renderer: &Renderer, output: &Path) -> Report {
    let site = &renderer.shared.site;
    let of = |kind: Kind| {
        site.pages
            .iter()
            .filter(|page| page.kind == kind && page.rendered)
            .count()
    };
    let mut terms: Vec<(String, usize)> = Vec::new();
    for taxonomy in &site.taxonomies {
        match terms.iter_mut().find(|(name, _)| *name == taxonomy.name) {
            Some((_, count)) => *count += taxonomy.terms.len(),
            None => terms.push((taxonomy.name.clone(), taxonomy.terms.len())),
        }
    }
    Report {
        title: site.config.default_lang().title.clone(),
        output: output.to_owned(),
        pages: site.pages.iter().filter(|page| page.rendered).count(),
        posts: of(Kind::Page),
        sections: of(Kind::Section),
        words: renderer.words(),
        terms,
        left_out: site.left_out.clone(),
        files: emit::Summary::default(),
        cache: None,
        compiled: None,
    }
}

/// Reads the moment given to `--now`.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    match Date::parse(text, &jiff::tz::TimeZone::UTC) {
        Ok(date) => Ok(date.instant),
        Err(error) => Err(error.to_string()),
    }
}

impl From<IoError> for Failure {
    fn from(error: IoError) -> Failure {
        Failure::Io(error)
    }
}
