//! Hears of edits, and has the site compiled again.
//!
//! The first event is reacted to at once: what follows within a few milliseconds
//! belongs to it. What comes in while the site is compiled has it compiled again
//! before it is shown. An event says only that a path may be another: whether it is
//! there, and what it is, is looked up on the disk.

use super::{Outcome, Said, Server};
use crate::build::preview::{Preview, Touched};
use crate::build::{self, Failure};
use crate::config::load;
use crate::diag::{Diagnostic, Severity};
use crate::source;
use jiff::Timestamp;
use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Config, ErrorKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// A file is emptied, written and closed: these are three events within one millisecond.
const QUIET: Duration = Duration::from_millis(2);

/// A file that was written to but not closed yet is waited for so long.
const OPEN: Duration = Duration::from_millis(12);

/// While edits go on, the site is shown this often.
const STORM: Duration = Duration::from_millis(400);

/// Where the system does not tell, files are looked at this often.
const POLL: Duration = Duration::from_millis(700);

/// How long the clock is trusted without a look: machines sleep.
const LOOK: Duration = Duration::from_secs(60);

/// How often a site's folder that is gone is looked for.
const GONE: Duration = Duration::from_millis(500);

/// So often a file may be gone when its turn comes to be read, before it is said: who
/// removes a thousand files takes longer than we do to read them.
const PATIENCE: usize = 50;

/// Between one such look and the next.
const PAUSE: Duration = Duration::from_millis(20);

pub enum Heard {
    /// The path, and whether whoever wrote it is done.
    Path(PathBuf, bool),
    /// Events were lost.
    Anything,
    Stop,
}

/// Watches and compiles until it is told to stop. `said` is what there was to say of the
/// version that is shown now.
pub fn run(
    server: &Server,
    mut preview: Preview,
    until: Option<Timestamp>,
    said: &[Diagnostic],
    heard: (Sender<Heard>, Receiver<Heard>),
) {
    let (sender, receiver) = heard;
    let mut eyes = Eyes::new(&preview, sender, server);
    // So that the next start is faster, however this one ends.
    if let Some(why) = preview.save() {
        (server.say)(Said::Cache(why));
    }
    let mut until = until;
    // What was edited before anybody watched.
    let mut next = Some(Gathered::new(Touched::Anything, Why::Start));
    loop {
        let mut gathered = match next.take() {
            Some(gathered) => gathered,
            None => match wait(&receiver, &eyes, until) {
                Some(first) => first,
                None => return,
            },
        };
        let mut tries = 0;
        loop {
            if !gathered.gather(&receiver, &eyes) {
                return;
            }
            if gathered.is_empty() {
                break;
            }
            let asked = gathered.take(&preview);
            let result = compile(&mut preview, &asked);
            if eyes.look_around(&preview) {
                gathered.touched = Touched::Anything;
            }
            // Built while more came in: built again, unless it never ends.
            let more = gathered.gather(&receiver, &eyes);
            if !more {
                return;
            }
            if vanished(&result) && tries < PATIENCE {
                tries += 1;
                gathered.touched = Touched::Anything;
                std::thread::sleep(PAUSE);
                continue;
            }
            let again = !gathered.is_empty();
            if !again || gathered.started.elapsed() > STORM {
                until = show(server, &preview, &gathered, result, said).or(until);
                gathered.renew();
            }
            if !again {
                break;
            }
        }
    }
}

/// Waits for an edit, or for a page's time to come. `None`: to stop.
fn wait(receiver: &Receiver<Heard>, eyes: &Eyes, until: Option<Timestamp>) -> Option<Gathered> {
    let gone = !eyes.root.is_dir();
    loop {
        let left = until.map_or(LOOK, |until| {
            let left = until.duration_since(Timestamp::now());
            Duration::try_from(left).unwrap_or_default().min(LOOK)
        });
        match receiver.recv_timeout(if gone { GONE } else { left }) {
            Ok(heard) => {
                let mut gathered = Gathered::new(Touched::nothing(), Why::Edit);
                gathered.pending.push(heard);
                return Some(gathered);
            }
            // Nobody tells of a folder where there is none.
            Err(RecvTimeoutError::Timeout) if gone && eyes.root.is_dir() => {
                let mut gathered = Gathered::new(Touched::Anything, Why::Edit);
                gathered.named = Touched::Anything;
                return Some(gathered);
            }
            Err(RecvTimeoutError::Timeout) => {
                if until.is_some_and(|until| until <= Timestamp::now()) {
                    return Some(Gathered::new(Touched::Anything, Why::Clock));
                }
            }
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

/// Why the site is compiled again.
#[derive(Clone, Copy, PartialEq)]
enum Why {
    /// To see what was edited before anybody watched.
    Start,
    Edit,
    /// A page's time has come.
    Clock,
}

/// What was touched since the site was shown.
struct Gathered {
    touched: Touched,
    /// What the events named, of all that was taken.
    named: Touched,
    /// Of these, what the site knew before it was compiled again.
    known: BTreeSet<Arc<str>>,
    pending: Vec<Heard>,
    started: Instant,
    why: Why,
}

impl Gathered {
    fn new(touched: Touched, why: Why) -> Gathered {
        Gathered {
            touched,
            named: Touched::nothing(),
            known: BTreeSet::new(),
            pending: Vec::new(),
            started: Instant::now(),
            why,
        }
    }

    /// What it was until now has been shown.
    fn renew(&mut self) {
        self.named = Touched::nothing();
        self.known.clear();
        self.started = Instant::now();
    }

    fn is_empty(&self) -> bool {
        self.touched == Touched::nothing()
    }

    fn take(&mut self, preview: &Preview) -> Touched {
        if let Touched::Files(paths) = &self.touched
            && paths.len() <= MANY
        {
            let known = paths.iter().filter(|path| preview.knows(path));
            self.known.extend(known.cloned());
        }
        std::mem::replace(&mut self.touched, Touched::nothing())
    }

    /// What was edited, without what came and went while somebody else was saved.
    fn lasting(&self, preview: &Preview) -> Touched {
        match &self.named {
            Touched::Files(paths) if paths.len() <= MANY => {
                let lasts = |path: &&Arc<str>| self.known.contains(*path) || preview.knows(path);
                Touched::Files(paths.iter().filter(lasts).cloned().collect())
            }
            other => other.clone(),
        }
    }

    /// Takes in what there is, and waits for what belongs to it. False: to stop.
    fn gather(&mut self, receiver: &Receiver<Heard>, eyes: &Eyes) -> bool {
        let mut open: BTreeSet<Arc<str>> = BTreeSet::new();
        let began = Instant::now();
        let mut quiet = Duration::ZERO;
        loop {
            let heard = match self.pending.pop() {
                Some(heard) => heard,
                None => match receiver.recv_timeout(quiet) {
                    Ok(heard) => heard,
                    Err(RecvTimeoutError::Timeout) => {
                        if open.is_empty() || began.elapsed() > OPEN {
                            return true;
                        }
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return false,
                },
            };
            match heard {
                Heard::Stop => return false,
                Heard::Anything => self.anything(),
                Heard::Path(path, _) if eyes.is_root(&path) => self.anything(),
                Heard::Path(path, done) => {
                    let Some(path) = eyes.name(&path) else {
                        continue;
                    };
                    if done {
                        open.remove(&path);
                    } else {
                        open.insert(path.clone());
                    }
                    let path = Touched::Files(BTreeSet::from([path]));
                    self.named.and(path.clone());
                    self.touched.and(path);
                    self.why = Why::Edit;
                }
            }
            quiet = QUIET;
            if began.elapsed() > STORM {
                return true;
            }
        }
    }
}

impl Gathered {
    fn anything(&mut self) {
        self.touched = Touched::Anything;
        self.named = Touched::Anything;
        self.why = Why::Edit;
    }
}

/// Whether files were gone when their turn came to be read.
fn vanished((_, said): &Compiled) -> bool {
    said.iter().any(|said| said.name == source::VANISHED)
}

type Compiled = (Result<build::preview::Version, Failure>, Vec<Diagnostic>);

/// A mistake of ours must not end the preview: then everything is read anew.
fn compile(preview: &mut Preview, touched: &Touched) -> Compiled {
    let compiled = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let mut diagnostics = Vec::new();
        let version = preview.version(touched, &mut diagnostics);
        (version, diagnostics)
    }));
    compiled.unwrap_or_else(|_| {
        preview.forget();
        let message = "the site could not be compiled: this is a mistake in the program";
        let error = Diagnostic::error("panic", None, message);
        (
            Err(Failure::Site),
            vec![error.help("please report it, with the file that was edited")],
        )
    })
}

fn show(
    server: &Server,
    preview: &Preview,
    gathered: &Gathered,
    (version, mut said): Compiled,
    at_start: &[Diagnostic],
) -> Option<Timestamp> {
    if let Err(Failure::Io(error)) = &version {
        said.push(Diagnostic::error("io", None, error.to_string()));
    }
    let fails = said.iter().any(|said| said.severity == Severity::Error);
    let until = version.as_ref().ok().map(|version| version.until);
    let version = version.ok().filter(|_| !fails);
    let touched = match gathered.why {
        Why::Edit => gathered.lasting(preview),
        Why::Start | Why::Clock => Touched::nothing(),
    };
    server.show(version, &said, preview.sources(), &touched);
    let took = gathered.started.elapsed();
    let outcome = match (fails, server.shown().renderer.is_some()) {
        (false, _) => Outcome::Shown,
        (true, true) => Outcome::Stays,
        (true, false) => Outcome::Nothing,
    };
    match gathered.why {
        // An editor's own files are no edit.
        Why::Edit if fails || touched != Touched::nothing() => (server.say)(Said::Changed {
            touched: &touched,
            took,
            outcome,
        }),
        Why::Clock => (server.say)(Said::Due { took }),
        Why::Start if said == at_start => return until,
        Why::Start | Why::Edit => {}
    }
    (server.say)(Said::Of {
        diagnostics: said,
        sources: preview.sources(),
        whole: true,
    });
    until
}

/// More paths than this are counted, not named.
const MANY: usize = 32;

/// What is watched.
struct Eyes {
    root: PathBuf,
    /// The same without links: as the system may name it.
    real: PathBuf,
    config: Option<PathBuf>,
    watcher: Option<Box<dyn Watcher + Send>>,
    watched: BTreeMap<PathBuf, source::Identity>,
    /// Those that the site is made from, as far as it could be read last.
    folders: Vec<PathBuf>,
}

impl Eyes {
    fn new(preview: &Preview, sender: Sender<Heard>, server: &Server) -> Eyes {
        let root = preview.options.source.clone();
        let absolute = std::path::absolute(&root).unwrap_or_else(|_| root.clone());
        let real = root.canonicalize().unwrap_or_else(|_| absolute.clone());
        let config = preview.options.config.as_ref();
        let mut eyes = Eyes {
            config: config.and_then(|path| path.canonicalize().ok()),
            root: absolute,
            real,
            watcher: None,
            watched: BTreeMap::new(),
            folders: Vec::new(),
        };
        let own = sender.clone();
        let system = RecommendedWatcher::new(move |event| hear(&own, event), Config::default());
        match system {
            Ok(watcher) => eyes.watcher = Some(Box::new(watcher)),
            Err(error) => eyes.poll(&sender, server, &error),
        }
        if let Err(error) = eyes.watch(preview) {
            eyes.poll(&sender, server, &error);
            // What cannot be polled either has been said.
            let _ = eyes.watch(preview);
        }
        eyes
    }

    fn poll(&mut self, sender: &Sender<Heard>, server: &Server, why: &notify::Error) {
        let limit = matches!(why.kind, ErrorKind::MaxFilesWatch);
        (server.say)(Said::Polling {
            limit,
            why: why.to_string(),
        });
        let own = sender.clone();
        // By their times alone, of two edits within a second the other is not seen.
        let config = Config::default()
            .with_poll_interval(POLL)
            .with_compare_contents(true);
        self.watched.clear();
        self.watcher = PollWatcher::new(move |event| hear(&own, event), config)
            .ok()
            .map(|watcher| Box::new(watcher) as Box<dyn Watcher + Send>);
    }

    /// Watches the site's own folder, and all of what lies in its rooms.
    fn watch(&mut self, preview: &Preview) -> Result<(), notify::Error> {
        let folders = preview.folders();
        if !folders.is_empty() {
            self.folders = folders;
        }
        let mut wanted: Vec<(PathBuf, RecursiveMode)> =
            vec![(self.root.clone(), RecursiveMode::NonRecursive)];
        if let Some(folder) = self.config.as_ref().and_then(|path| path.parent()) {
            wanted.push((folder.to_owned(), RecursiveMode::NonRecursive));
        }
        for folder in &self.folders {
            let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
            let mut above = folder.ancestors().skip(1);
            // Of folders within each other the outer one is enough.
            if !above.any(|above| self.folders.iter().any(|other| other == above)) {
                wanted.push((folder, RecursiveMode::Recursive));
            }
        }
        wanted.extend(
            preview
                .links()
                .into_iter()
                .map(|folder| (folder, RecursiveMode::NonRecursive)),
        );
        let Some(watcher) = &mut self.watcher else {
            return Ok(());
        };
        // Another folder may have taken the name of one that was watched.
        self.watched.retain(|folder, known| {
            let same = source::identity(folder).is_some_and(|now| now == *known);
            if !same {
                // Where it is gone, so is the watch.
                let _ = watcher.unwatch(folder);
            }
            same
        });
        for (folder, mode) in wanted {
            if !self.watched.contains_key(&folder)
                && let Some(identity) = source::identity(&folder)
            {
                watcher.watch(&folder, mode)?;
                self.watched.insert(folder, identity);
            }
        }
        Ok(())
    }

    /// Whether a path is the site's own folder.
    fn is_root(&self, path: &Path) -> bool {
        path == self.root || path == self.real
    }

    /// Sees to folders that are new; true if there were any.
    fn look_around(&mut self, preview: &Preview) -> bool {
        let before = self.watched.clone();
        // Beyond the system's limit, what was watched so far still is.
        let _ = self.watch(preview);
        let known = |(folder, identity)| before.get(folder) == Some(identity);
        !self.watched.iter().all(known)
    }

    /// The path of a file as the site has it, unless it is none of the site's.
    fn name(&self, path: &Path) -> Option<Arc<str>> {
        if self.config.as_deref() == Some(path) {
            return Some(Arc::from(path.to_string_lossy()));
        }
        let inside = path
            .strip_prefix(&self.root)
            .or_else(|_| path.strip_prefix(&self.real));
        let Ok(inside) = inside else {
            // What a link leads to.
            return Some(Arc::from(path.to_string_lossy()));
        };
        let mut parts = Vec::new();
        for part in inside.components() {
            let part = part.as_os_str().to_str()?;
            // Also what an editor writes beside the file: it is renamed to it in the end.
            source::is_taken(part).ok()?;
            parts.push(part);
        }
        let name = parts.join("/");
        let is_room = |folder: &PathBuf| {
            self.root.join(&name) == *folder || folder.starts_with(self.root.join(&name))
        };
        match parts.len() {
            0 => None,
            1 if !load::is_config(&name)
                && !self.folders.iter().any(|folder| {
                    is_room(&std::path::absolute(folder).unwrap_or_else(|_| folder.clone()))
                }) =>
            {
                None
            }
            _ => Some(Arc::from(name)),
        }
    }
}

/// From the system's words to ours.
fn hear(sender: &Sender<Heard>, event: notify::Result<notify::Event>) {
    let send = |heard| {
        // Nobody listens any more: the preview is about to end.
        let _ = sender.send(heard);
    };
    let event = match event {
        Ok(event) => event,
        Err(_) => return send(Heard::Anything),
    };
    if event.need_rescan() {
        return send(Heard::Anything);
    }
    let done = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        // To read a file is no edit, and we read most of them.
        EventKind::Access(_) => return,
        EventKind::Create(_) | EventKind::Modify(notify::event::ModifyKind::Data(_)) => {
            cfg!(not(target_os = "linux"))
        }
        _ => true,
    };
    for path in event.paths {
        send(Heard::Path(path, done));
    }
}

/// A way to speak to [`run`], and its ear.
pub fn channel() -> (Sender<Heard>, Receiver<Heard>) {
    mpsc::channel()
}
