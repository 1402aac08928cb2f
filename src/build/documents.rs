//! Reads and parses every content file in parallel, each with the options of
//! its language and what cascades hand down to it. A file that looks as it did
//! is not read; one that this process has parsed already is not even parsed.

use super::rooms::{Page, Rooms};
use super::{Failure, Progress};
use crate::cache::Cache;
use crate::config::cascade::{Cascade, Subject};
use crate::config::{Config, DateSource};
use crate::diag::{Diagnostic, FileId};
use crate::hash::{Hash, Hasher};
use crate::parse::{self, Doc, Slot, Text, front_matter};
use crate::site::construct::Document;
use crate::site::content::Role;
use crate::source::git::{Change, History};
use crate::source::{Found, IoError, Sources, Stamp};
use crate::tree::Map;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A cascade and the folder (or none, for the configuration's) that it reaches down from.
struct Reach {
    lang: Option<usize>,
    path: String,
    cascades: Vec<Cascade>,
    hash: Hash,
}

/// Everything that one file is parsed with.
struct Parsing<'a> {
    config: &'a Config,
    sources: &'a Sources,
    /// Of each language, for Markdown and for HTML.
    options: Vec<[(parse::Options, Hash); 2]>,
    reaches: Vec<Reach>,
    cache: Option<&'a Cache>,
    /// Dates may be those of files.
    reads_mtime: bool,
    history: Option<&'a History>,
    /// Of the HTML that is held until its page is rendered.
    bytes: AtomicUsize,
    held: usize,
    holds_texts: bool,
}

/// HTML of articles that a build holds from parsing to rendering. To parse a
/// text again costs about as much as to render its page; to hold 100,000 of
/// them costs gigabytes.
pub const HELD: usize = 1024 * 1024 * 1024;

/// One file, parsed; and what its source is to know of it.
struct Parsed {
    document: Result<Document, Vec<Diagnostic>>,
    findings: Vec<Diagnostic>,
    hash: Option<Hash>,
    /// For the source to hold.
    text: Option<Arc<str>>,
    /// How it looked, where it was old enough to be known by that.
    stamp: Option<Stamp>,
    /// Of its place: language, options, cascades. With the same text it would be
    /// parsed to the same again.
    place: Hash,
}

/// What became of every content file, in the order of [`Rooms::pages`].
#[derive(Default)]
pub struct Parses {
    files: Vec<(FileId, Parsed)>,
}

impl Parses {
    /// The pages that could be parsed; what was wrong with the others is said.
    pub fn documents(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<&Document> {
        let mut documents = Vec::with_capacity(self.files.len());
        for (_, parsed) in &self.files {
            match &parsed.document {
                Ok(document) => {
                    diagnostics.extend(document.doc.diagnostics.iter().cloned());
                    documents.push(document);
                }
                Err(errors) => diagnostics.extend(errors.iter().cloned()),
            }
        }
        documents
    }

    /// The same, for who has no further use for them.
    pub fn into_documents(self, diagnostics: &mut Vec<Diagnostic>) -> Vec<Document> {
        self.documents(diagnostics);
        self.files
            .into_iter()
            .filter_map(|(_, parsed)| parsed.document.ok())
            .collect()
    }
}

/// What files are parsed with, besides themselves.
#[derive(Clone, Copy)]
pub struct With<'w> {
    pub rooms: &'w Rooms,
    pub config: &'w Config,
    pub options: &'w [parse::Options],
    pub cache: Option<&'w Cache>,
    /// What git tells of the files, where it is asked.
    pub history: Option<&'w History>,
    /// Bytes of HTML that may be held until their pages are rendered.
    pub held: usize,
    /// Texts that were read are held.
    pub holds_texts: bool,
}

/// Reads and parses every content file: each is read, parsed and let go in one
/// step, while it is hot. One that looks as it did is taken from `before`.
pub fn parse(
    with: With,
    before: Parses,
    sources: &mut Sources,
    progress: &Progress<'_>,
) -> Result<Parses, Failure> {
    let found: Vec<Found> = (with.rooms.pages.iter())
        .map(|page| page.found.clone())
        .collect();
    let ids = sources.place_all(&found);
    let pages: Vec<(&Page, FileId)> = with.rooms.pages.iter().zip(ids).collect();
    let known: HashMap<FileId, Mutex<Option<Parsed>>> = before
        .files
        .into_iter()
        .map(|(id, parsed)| (id, Mutex::new(Some(parsed))))
        .collect();
    let parsing = Parsing::new(with, &pages, sources);
    let done = AtomicUsize::new(0);
    let parsed: Vec<Result<Parsed, IoError>> = pages
        .par_iter()
        .map(|(page, id)| {
            let before = known.get(id).and_then(|parsed| {
                let mut parsed = parsed.lock().unwrap_or_else(PoisonError::into_inner);
                parsed.take_if(|parsed| parsing.holds(parsed, page))
            });
            let parsed = match before {
                Some(parsed) => Ok(parsed),
                None => parsing.one(page, *id),
            };
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress("reading", done, pages.len());
            parsed
        })
        .collect();
    let mut files = Vec::with_capacity(parsed.len());
    for ((_, id), parsed) in pages.iter().zip(parsed) {
        // The first refusal in the order of paths, not of time.
        let mut parsed = parsed?;
        sources.note(*id, parsed.hash, &parsed.findings);
        if let Some(text) = parsed.text.take() {
            sources.hold_text(*id, text);
        }
        files.push((*id, parsed));
    }
    Ok(Parses { files })
}

/// Parses some files again, given by their places in [`Rooms::pages`], and tells
/// which documents are new. `None`: a section is among them, which may hand
/// something else down to the others.
pub fn parse_some(
    with: With,
    parses: &mut Parses,
    some: &[usize],
    sources: &mut Sources,
) -> Result<Option<Vec<Replaced>>, Failure> {
    let pages: Vec<(&Page, FileId)> = (with.rooms.pages.iter().zip(&parses.files))
        .map(|(page, (id, _))| (page, *id))
        .collect();
    let is_branch = |at: &usize| with.rooms.pages[*at].name.role == Role::Branch;
    if some.iter().any(is_branch) {
        return Ok(None);
    }
    let parsing = Parsing::new(with, &pages, sources);
    let parsed: Vec<Result<Parsed, IoError>> = some
        .par_iter()
        .map(|at| parsing.one(pages[*at].0, pages[*at].1))
        .collect();
    let mut replaced = Vec::new();
    for (at, parsed) in some.iter().zip(parsed) {
        let mut parsed = parsed?;
        let (id, place) = &mut parses.files[*at];
        sources.note(*id, parsed.hash, &[]);
        if let Some(text) = parsed.text.take() {
            sources.hold_text(*id, text);
        }
        let doc = |parsed: &Parsed| {
            let document = parsed.document.as_ref().ok();
            document.map(|document| document.doc.clone())
        };
        replaced.push(Replaced {
            file: *id,
            old: doc(place),
            new: doc(&parsed),
        });
        *place = parsed;
    }
    // Said in the order of files, as when all of them are read.
    for (_, parsed) in &parses.files {
        sources.diagnostics.extend_from_slice(&parsed.findings);
    }
    Ok(Some(replaced))
}

/// What a file was parsed to before and after an edit.
pub struct Replaced {
    pub file: FileId,
    pub old: Option<Arc<Doc>>,
    pub new: Option<Arc<Doc>>,
}

impl Replaced {
    /// Whether the site is what it was but for this page's text: it is made of
    /// front matter and titles, and of which texts make predictions.
    pub fn is_text(&self) -> bool {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => {
                old.front_key == new.front_key
                    && old.meta.title == new.meta.title
                    // Whether there is a page of predictions.
                    && old.meta.predicts == new.meta.predicts
            }
            _ => false,
        }
    }
}

impl<'a> Parsing<'a> {
    fn new(with: With<'a>, pages: &[(&Page, FileId)], sources: &'a Sources) -> Parsing<'a> {
        let With {
            config,
            options,
            cache,
            history,
            held,
            holds_texts,
            ..
        } = with;
        let uses_mtime = |sources: &[DateSource]| sources.contains(&DateSource::FileModTime);
        let dates = &config.dates;
        Parsing {
            config,
            sources,
            reaches: cascades(pages, config, sources, options),
            options: options
                .iter()
                .map(|options| {
                    [false, true].map(|html| {
                        let options = parse::Options {
                            html,
                            ..options.clone()
                        };
                        let hash = Hasher::new().debug(&options).finish();
                        (options, hash)
                    })
                })
                .collect(),
            cache,
            history,
            held,
            holds_texts,
            reads_mtime: [&dates.date, &dates.lastmod, &dates.publish, &dates.expiry]
                .into_iter()
                .any(|sources| uses_mtime(sources)),
            bytes: AtomicUsize::new(0),
        }
    }
}

/// The text of a file, or as much of it as is needed.
enum Known {
    Whole(Arc<str>),
    /// The text up to its body.
    Head(String),
}

impl Parsing<'_> {
    /// Whether parsing a page again would give the same.
    fn holds(&self, parsed: &Parsed, page: &Page) -> bool {
        let same = parsed.stamp.is_some() && parsed.stamp == page.found.stamp;
        let document = parsed.document.as_ref();
        let named = document.is_ok_and(|document| document.name == page.name);
        same && named && parsed.place == self.place(page)
    }

    /// What a page's place has a say in.
    fn place(&self, page: &Page) -> Hash {
        let [(_, of_options), _] = &self.options[page.lang.index()];
        let (_, of_inherited) = inherited(page, self.config, &self.reaches);
        let mut hasher = Hasher::new();
        hasher
            .hash(*of_options)
            .hash(of_inherited)
            .number(u64::from(page.lang.0));
        if let Some(change) = self.committed(page) {
            hasher.debug(change);
        }
        hasher.finish()
    }

    /// The commit that has last changed what the file says.
    fn committed(&self, page: &Page) -> Option<&Arc<Change>> {
        self.history?.last(&page.found.path)
    }

    fn one(&self, page: &Page, id: FileId) -> Result<Parsed, IoError> {
        let path = &*page.found.path;
        let stamp = page.found.stamp.as_ref();
        let known = self
            .cache
            .zip(stamp)
            .and_then(|(cache, stamp)| cache.file(path, stamp));
        let mut findings = Vec::new();
        let (hash, split, text) = match known {
            Some(known) => (known.hash, known.split, Known::Head(known.head)),
            None => {
                let loaded = self.sources.load(id)?;
                let sound = loaded.findings.is_empty();
                findings = loaded.findings;
                let failed = |errors: Vec<Diagnostic>, findings| Parsed {
                    document: Err(errors),
                    findings,
                    hash: loaded.hash,
                    text: None,
                    stamp: stamp.copied(),
                    place: self.place(page),
                };
                let Some((text, hash)) = loaded.text.zip(loaded.hash) else {
                    return Ok(failed(Vec::new(), findings));
                };
                let split = match front_matter::split(&text, id) {
                    Ok(split) => split,
                    Err(error) => return Ok(failed(vec![error], findings)),
                };
                if let Some((cache, stamp)) = self.cache.zip(stamp)
                    && sound
                {
                    cache.put_file(path, stamp, hash, &split, &text);
                }
                (hash, split, Known::Whole(text))
            }
        };
        let held = match &text {
            Known::Whole(text) if self.holds_texts => Some(text.clone()),
            _ => None,
        };
        let document = self.document(page, id, hash, &split, text)?;
        Ok(Parsed {
            document: Ok(document),
            findings,
            hash: Some(hash),
            text: held,
            stamp: stamp.copied(),
            place: self.place(page),
        })
    }

    fn document(
        &self,
        page: &Page,
        id: FileId,
        hash: Hash,
        split: &front_matter::Split,
        text: Known,
    ) -> Result<Document, IoError> {
        let is_html = page.path.ends_with(".html") || page.path.ends_with(".htm");
        let (options, of_options) = &self.options[page.lang.index()][usize::from(is_html)];
        let (inherited, of_inherited) = inherited(page, self.config, &self.reaches);
        let stem = page.name.path.rsplit('/').next().unwrap_or(&page.name.stem);
        let modified = page
            .found
            .mtime
            .and_then(|time| jiff::Timestamp::try_from(time).ok());
        let committed = self.committed(page);
        let place = front_matter::Place {
            stem,
            is_list: page.name.role == Role::Branch,
            modified,
            committed: committed.map(|change| change.time),
            inherited: &inherited,
        };
        let head = match &text {
            Known::Whole(text) => text,
            Known::Head(head) => head.as_str(),
        };
        let (front, mut diagnostics) = front_matter::parse(head, split, id, &options.front, place);
        let mut front_key = Hasher::new();
        front_key
            .hash(of_inherited)
            .str(stem)
            .str(&head[..split.body]);
        if self.reads_mtime {
            front_key.debug(&modified);
        }
        if let Some(change) = committed {
            front_key.debug(change);
        }
        let front_key = front_key.finish();
        let key = Hasher::new()
            .hash(hash)
            .hash(parse::Reading::key(options, *of_options, &front))
            .finish();
        let cached = self.cache.and_then(|cache| cache.meta(key, id));
        let (meta, large) = match cached {
            Some((meta, mut said)) => {
                diagnostics.append(&mut said);
                (meta, None)
            }
            None => {
                let whole = match text {
                    Known::Whole(text) => text,
                    Known::Head(_) => self.again(id, hash)?,
                };
                let reading = parse::Reading::new(options, &front);
                let mut said = Vec::new();
                let (meta, text) = parse::article(&whole, split.body, id, &reading, &mut said);
                if let Some(cache) = self.cache {
                    cache.put_meta(key, id, &meta, &said);
                }
                diagnostics.append(&mut said);
                (meta, self.held(text))
            }
        };
        Ok(Document {
            file: id,
            lang: page.lang,
            name: page.name.clone(),
            path: page.path.clone(),
            doc: Arc::new(Doc {
                front,
                meta,
                text: Slot::new(large),
                is_html,
                committed: committed.cloned(),
                diagnostics,
                front_key,
                key: Hasher::new().hash(key).hash(front_key).finish(),
            }),
        })
    }

    /// The text, unless so many are held that this one is better parsed again.
    fn held(&self, text: Text) -> Option<Text> {
        let bytes = text.body.html.len();
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        // Shortcodes will ask for it at once.
        (before + bytes <= self.held || !text.calls.is_empty()).then_some(text)
    }

    /// The text of a file that was thought to need no reading.
    fn again(&self, id: FileId, hash: Hash) -> Result<Arc<str>, IoError> {
        let loaded = self.sources.load(id)?;
        match loaded.text.filter(|_| loaded.hash == Some(hash)) {
            Some(text) => Ok(text),
            None => Err(IoError {
                path: self.sources.root.join(&*self.sources.get(id).path),
                operation: "read",
                source: std::io::Error::other("it was changed while the site was being read"),
            }),
        }
    }
}

/// The cascades of all sections, the deepest first, then those of the configuration.
fn cascades(
    pages: &[(&Page, FileId)],
    config: &Config,
    sources: &Sources,
    options: &[parse::Options],
) -> Vec<Reach> {
    let mut reaches: Vec<Reach> = pages
        .iter()
        .filter(|(page, _)| page.name.role == Role::Branch)
        .filter_map(|(page, id)| {
            let text = sources.load(*id).ok()?.text?;
            // Few sections have one: the others are not parsed twice.
            if !text.to_ascii_lowercase().contains("cascade") {
                return None;
            }
            let split = front_matter::split(&text, *id).ok()?;
            let place = front_matter::Place::default();
            let (front, _) =
                front_matter::parse(&text, &split, *id, &options[page.lang.index()].front, place);
            (!front.cascade.is_empty()).then(|| Reach {
                lang: Some(page.lang.index()),
                path: page.name.path.clone(),
                hash: Hasher::new().debug(&front.cascade).finish(),
                cascades: front.cascade,
            })
        })
        .collect();
    reaches.sort_by(|a, b| {
        b.path
            .len()
            .cmp(&a.path.len())
            .then_with(|| a.path.cmp(&b.path))
    });
    reaches.push(Reach {
        lang: None,
        path: String::new(),
        hash: Hasher::new().debug(&config.cascade).finish(),
        cascades: config.cascade.clone(),
    });
    reaches
}

/// What cascades hand down to a page, and a hash of all that had a say in it.
fn inherited<'r>(page: &Page, config: &Config, reaches: &'r [Reach]) -> (Vec<&'r Map>, Hash) {
    let path = format!("/{}", page.name.path);
    let kind = match page.name.role {
        Role::Branch if page.name.path.is_empty() => "home",
        Role::Branch => "section",
        Role::Single | Role::Leaf => "page",
    };
    let language = &config.languages[page.lang.index()];
    let subject = Subject {
        path: &path,
        kind,
        lang: &language.code,
        environment: &config.environment,
    };
    let below = |reach: &Reach| {
        reach.lang.is_none_or(|lang| lang == page.lang.index())
            && (reach.path.is_empty()
                || page
                    .name
                    .path
                    .strip_prefix(&reach.path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    let mut hasher = Hasher::new();
    let mut values = Vec::new();
    for reach in reaches.iter().filter(|reach| below(reach)) {
        hasher.hash(reach.hash);
        let matching = reach
            .cascades
            .iter()
            .filter(|cascade| cascade.target.matches(subject));
        values.extend(matching.map(|cascade| &cascade.values));
    }
    (values, hasher.finish())
}
