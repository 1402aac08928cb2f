//! Reads and parses every content file in parallel, each with the options of
//! its language and what cascades hand down to it. A file that looks as it did
//! is not read.

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
use crate::source::{Found, IoError, Sources};
use crate::tree::Map;
use rayon::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    /// Of the HTML that is held until its page is rendered.
    bytes: AtomicUsize,
}

/// HTML of articles that is held from parsing to rendering. To parse a text
/// again costs about as much as to render its page; to hold 100,000 of them
/// costs gigabytes.
const HELD: usize = 1024 * 1024 * 1024;

/// One file, parsed; and what its source is to know of it.
struct Parsed {
    document: Result<Document, Vec<Diagnostic>>,
    findings: Vec<Diagnostic>,
    hash: Option<Hash>,
}

/// Reads and parses every content file: each is read, parsed and let go in one
/// step, while it is hot. A file that looks as it did is not even read.
pub fn parse(
    rooms: &Rooms,
    config: &Config,
    sources: &mut Sources,
    options: &[parse::Options],
    cache: Option<&Cache>,
    diagnostics: &mut Vec<Diagnostic>,
    progress: &Progress<'_>,
) -> Result<Vec<Document>, Failure> {
    let found: Vec<Found> = rooms.pages.iter().map(|page| page.found.clone()).collect();
    let ids = sources.place_all(&found);
    let pages: Vec<(&Page, FileId)> = rooms.pages.iter().zip(ids).collect();
    let reaches = cascades(&pages, config, sources, options);
    let uses_mtime = |sources: &[DateSource]| sources.contains(&DateSource::FileModTime);
    let dates = &config.dates;
    let parsing = Parsing {
        config,
        sources,
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
        reaches,
        cache,
        reads_mtime: [&dates.date, &dates.lastmod, &dates.publish, &dates.expiry]
            .into_iter()
            .any(|sources| uses_mtime(sources)),
        bytes: AtomicUsize::new(0),
    };
    let done = AtomicUsize::new(0);
    let parsed: Vec<Result<Parsed, IoError>> = pages
        .par_iter()
        .map(|(page, id)| {
            let parsed = parsing.one(page, *id);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress("reading", done, pages.len());
            parsed
        })
        .collect();
    let mut documents = Vec::with_capacity(parsed.len());
    for ((_, id), parsed) in pages.iter().zip(parsed) {
        // The first refusal in the order of paths, not of time.
        let parsed = parsed?;
        sources.note(*id, parsed.hash, parsed.findings);
        match parsed.document {
            Ok(document) => {
                diagnostics.extend(document.doc.diagnostics.iter().cloned());
                documents.push(document);
            }
            Err(mut errors) => diagnostics.append(&mut errors),
        }
    }
    Ok(documents)
}

/// The text of a file, or as much of it as is needed.
enum Known {
    Whole(Arc<str>),
    /// The text up to its body.
    Head(String),
}

impl Parsing<'_> {
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
        let document = self.document(page, id, hash, &split, text)?;
        Ok(Parsed {
            document: Ok(document),
            findings,
            hash: Some(hash),
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
        let place = front_matter::Place {
            stem,
            modified,
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
        (before + bytes <= HELD).then_some(text)
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
            let text = sources.get(*id).fetch()?;
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
