//! Compiles a site again and again while it is edited, and does no more than an
//! edit asks for: what was made of files that are the same is kept.
//!
//! An edit of a page's text leaves the site what it was, so that one file is
//! parsed and the renderer told. An edit of front matter joins all documents
//! anew. Anything else walks the folder; files that look as they did are not
//! read. However it came about, the result is what a build would have made.

use super::documents::{self, Parses, Replaced};
use super::{
    Around, Begun, Failure, Options, around, begin, open_cache, silence, silence_pages, site, whole,
};
use crate::cache::Cache;
use crate::config::Config;
use crate::diag::{Diagnostic, FileId};
use crate::hash::Hash;
use crate::parse::Doc;
use crate::render::search::words::Held;
use crate::render::{self, Renderer};
use crate::site::Site;
use crate::source::Sources;
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

/// What may have changed since the last time.
#[derive(Clone, Debug, PartialEq)]
pub enum Touched {
    /// Files of these paths, relative to the site's folder.
    Files(BTreeSet<Arc<str>>),
    Anything,
}

impl Touched {
    pub fn nothing() -> Touched {
        Touched::Files(BTreeSet::new())
    }

    pub fn and(&mut self, other: Touched) {
        match (&mut *self, other) {
            (Touched::Files(paths), Touched::Files(mut others)) => paths.append(&mut others),
            _ => *self = Touched::Anything,
        }
    }
}

/// A site as it was read, ready to be rendered.
pub struct Version {
    pub renderer: Arc<Renderer>,
    /// When a page begins or ceases to be published next.
    pub until: Timestamp,
    /// Of the style sheets that are published as they are, and of all such files else.
    pub styles: Hash,
    pub files: Hash,
}

pub struct Preview {
    pub options: Options,
    cache: Option<Arc<Cache>>,
    kept: Option<Kept>,
    parses: Parses,
    words: Arc<Held>,
    /// The numbers of all files, however often they were read.
    sources: Sources,
}

/// Bytes of texts that are held, so that a page can be rendered whose file is another
/// by now: those of 10,000 posts are a third of it.
const HELD: usize = 192 << 20;

/// Of a site that was read as a whole.
struct Kept {
    config: Config,
    rooms: super::rooms::Rooms,
    around: Around,
    /// Style sheets and other files, as they look.
    published: (Hash, Hash),
    /// What there was to say of all this.
    said: Vec<Diagnostic>,
    joined: Option<Joined>,
}

struct Joined {
    site: Arc<Site>,
    said: Vec<Diagnostic>,
    /// Documents whose texts were edited since.
    newer: HashMap<FileId, Arc<Doc>>,
    renderer: Option<Arc<Renderer>>,
}

impl Preview {
    pub fn new(options: Options) -> Preview {
        Preview {
            cache: open_cache(&options),
            sources: Sources::new(&options.source),
            options,
            kept: None,
            parses: Parses::default(),
            words: Arc::default(),
        }
    }

    /// Writes the cache, once, or says why that cannot be: nothing of the preview
    /// depends on it.
    pub fn save(&self) -> Option<String> {
        let cache = self.cache.as_ref()?;
        let saved = cache.save(false).err();
        saved.map(|error| super::cannot_be_written(cache, &error))
    }

    /// Nothing of what was made so far is to be trusted.
    pub fn forget(&mut self) {
        self.kept = None;
        self.parses = Parses::default();
        self.words = Arc::default();
    }

    /// The folders that the site is made from, whether or not they are there.
    pub fn folders(&self) -> Vec<PathBuf> {
        let rooms = self.kept.as_ref().map(|kept| &kept.rooms);
        rooms.map_or_else(Vec::new, |rooms| rooms.made_from(&rooms.root))
    }

    /// The folders of what links within the site lead to.
    pub fn links(&self) -> Vec<PathBuf> {
        let rooms = self.kept.as_ref().map(|kept| &kept.rooms);
        rooms.map_or_else(Vec::new, |rooms| rooms.linked_folders())
    }

    /// Whether a path is that of a file or folder of the site, or was.
    pub fn knows(&self, path: &str) -> bool {
        let rooms = self.kept.as_ref().map(|kept| &kept.rooms);
        rooms.is_none_or(|rooms| rooms.knows(path))
            || self
                .sources
                .files
                .iter()
                .any(|source| &*source.path == path)
    }

    /// The texts that diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The site as it is now. What `touched` does not name must be what it was
    /// when this was last asked.
    pub fn version(
        &mut self,
        touched: &Touched,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Version, Failure> {
        if let Touched::Files(paths) = touched
            && let Some(replaced) = self.some(paths)?
        {
            self.replace(replaced);
        } else {
            // Whatever fails from here on, the next time begins here again.
            self.kept = None;
            self.everything(diagnostics)?;
        }
        let version = self.join(diagnostics);
        if let Some(kept) = &self.kept {
            silence(diagnostics, &kept.config.silenced);
        }
        if let Ok(version) = &version {
            silence_pages(diagnostics, &version.renderer.shared.site);
        }
        version
    }

    /// What became of files that are known to be pages. `None` where it takes more.
    fn some(&mut self, paths: &BTreeSet<Arc<str>>) -> Result<Option<Vec<Replaced>>, Failure> {
        let Some(kept) = &mut self.kept else {
            return Ok(None);
        };
        let Some(places) = kept.rooms.look_again(paths) else {
            return Ok(None);
        };
        let with = with(kept, self.cache.as_deref());
        let replaced = documents::parse_some(with, &mut self.parses, &places, &mut self.sources);
        if !matches!(replaced, Ok(Some(_))) {
            // Some may have been parsed.
            self.kept = None;
        }
        replaced
    }

    fn replace(&mut self, replaced: Vec<Replaced>) {
        let Some(kept) = &mut self.kept else { return };
        let Some(joined) = &mut kept.joined else {
            return;
        };
        for replaced in replaced {
            if !replaced.is_text() {
                kept.joined = None;
                return;
            }
            joined
                .newer
                .extend(replaced.new.map(|doc| (replaced.file, doc)));
        }
    }

    fn everything(&mut self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), Failure> {
        self.sources = Sources::again(&self.sources);
        let Begun { config, rooms } = begin(&self.options, &mut self.sources, diagnostics)?;
        let around = around(
            &self.options,
            &config,
            &rooms,
            &mut self.sources,
            diagnostics,
        )?;
        let kept = Kept {
            said: diagnostics.clone(),
            published: rooms.published(),
            config,
            rooms,
            around,
            joined: None,
        };
        let before = std::mem::take(&mut self.parses);
        let with = with(&kept, self.cache.as_deref());
        self.parses = documents::parse(with, before, &mut self.sources, &|_, _, _| {})?;
        diagnostics.clear();
        self.kept = Some(kept);
        Ok(())
    }

    fn join(&mut self, diagnostics: &mut Vec<Diagnostic>) -> Result<Version, Failure> {
        let kept = self.kept.as_mut().ok_or(Failure::Site)?;
        let now = self.options.now.unwrap_or_else(Timestamp::now);
        diagnostics.extend(kept.said.iter().cloned());
        let documents = self.parses.documents(diagnostics);
        let docs = documents.iter().map(|document| &*document.doc);
        let until = whole::until(docs, now, &kept.config.time_zone);
        let joined = match &mut kept.joined {
            Some(joined) => {
                diagnostics.append(&mut self.sources.diagnostics);
                joined
            }
            None => {
                let mut said = Vec::new();
                let mut sources = self.sources.clone();
                let site = site(
                    &kept.rooms,
                    kept.config.clone(),
                    &kept.around,
                    documents.into_iter().cloned().collect(),
                    now,
                    &mut sources,
                    &mut said,
                )?;
                self.sources.diagnostics.clear();
                kept.joined.insert(Joined {
                    site: Arc::new(site),
                    said,
                    newer: HashMap::new(),
                    renderer: None,
                })
            }
        };
        diagnostics.extend(joined.said.iter().cloned());
        // Of files that were known by their looks.
        self.sources.hold(HELD);
        let parts = render::Parts {
            sources: self.sources.clone(),
            newer: joined.newer.clone(),
            before: joined.renderer.take(),
            filed: false,
            cache: self.cache.clone(),
            words_held: Some(self.words.clone()),
            ..kept.around.parts(joined.site.clone(), &self.options)
        };
        let renderer = Arc::new(Renderer::new(parts, diagnostics).ok_or(Failure::Site)?);
        renderer.let_go();
        joined.renderer = Some(renderer.clone());
        let (styles, files) = kept.published;
        Ok(Version {
            renderer,
            until,
            styles,
            files,
        })
    }
}

fn with<'w>(kept: &'w Kept, cache: Option<&'w Cache>) -> documents::With<'w> {
    documents::With {
        rooms: &kept.rooms,
        config: &kept.config,
        options: &kept.around.options,
        cache,
        history: kept.around.history.as_ref(),
        // A page is rendered when it is asked for, and most never are.
        held: 0,
        // It is asked for again, when its file may be another.
        holds_texts: true,
    }
}
