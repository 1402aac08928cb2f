//! Finds the files of one of the site's folders.
//!
//! Symbolic links are followed within the site; one that leads out of it, or
//! round in a circle, is an error. What must never be published (dotfiles,
//! keys, what editors leave behind) is not found, but said to have been left.

use super::{IoError, Stamp, VANISHED};
use crate::diag::Diagnostic;
use rayon::Scope;
use rayon::slice::ParallelSliceMut;
use std::fs::{self, DirEntry, FileType, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// A file that is there. Nothing of it has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Relative to the site's folder, `/` between the parts.
    pub path: Arc<str>,
    /// Where to open it.
    pub disk: PathBuf,
    pub len: u64,
    pub mtime: Option<SystemTime>,
    /// None where it is too young for one.
    pub stamp: Option<Stamp>,
}

/// A file or folder that was left where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Skipped {
    pub path: String,
    /// As after "left out": `a dotfile`, `a private key`.
    pub reason: &'static str,
}

/// What [`walk`] met, each part in the order of paths.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Walked {
    pub found: Vec<Found>,
    pub skipped: Vec<Skipped>,
    pub diagnostics: Vec<Diagnostic>,
    /// A link was met.
    pub linked: bool,
}

/// Finds every file below `dir`, a folder relative to `root` (empty for `root`
/// itself), but for `without`: folders relative to `root`, such as the output.
/// A folder that is not there holds nothing.
pub fn walk(root: &Path, dir: &str, without: &[&str]) -> Result<Walked, IoError> {
    walk_to(true, root, dir, without)
}

/// The files directly in `root`.
pub(super) fn list(root: &Path) -> Result<Vec<Found>, IoError> {
    Ok(walk_to(false, root, "", &[])?.found)
}

fn walk_to(deep: bool, root: &Path, dir: &str, without: &[&str]) -> Result<Walked, IoError> {
    let mut walked = Walked::default();
    let top = root.join(dir);
    let real_root = match root.canonicalize() {
        Ok(root) => root,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(walked),
        Err(source) => {
            return Err(IoError {
                path: root.to_owned(),
                operation: "list",
                source,
            });
        }
    };
    let place = Place {
        root,
        real_root: &real_root,
        top: &top,
        deep,
        parts: Mutex::default(),
        without,
        now: SystemTime::now(),
    };
    if !place.enters_top(&top, dir, &mut walked) {
        return Ok(walked);
    }
    let inside: Arc<str> = Arc::from(place.relative(&top).unwrap_or_default());
    rayon::scope(|scope| place.folder(scope, &top, &inside));
    let parts = place.parts.into_inner();
    let mut refused: Option<IoError> = None;
    for part in parts.unwrap_or_else(PoisonError::into_inner) {
        match part {
            Ok(part) => walked.append(part),
            // The first in the order of paths, not of time.
            Err(error)
                if refused
                    .as_ref()
                    .is_some_and(|first| first.path < error.path) => {}
            Err(error) => refused = Some(error),
        }
    }
    if let Some(error) = refused {
        return Err(error);
    }
    walked
        .found
        .par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    walked.skipped.sort_by(|a, b| a.path.cmp(&b.path));
    walked.diagnostics.sort_by(|a, b| a.message.cmp(&b.message));
    Ok(walked)
}

/// Whether a file or folder of this name may be taken; else why not.
pub fn is_taken(name: &str) -> Result<(), &'static str> {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|end| lower.ends_with(end));
    match lower.as_str() {
        ".well-known" | ".nojekyll" => return Ok(()),
        "node_modules" => return Err("a folder of packages"),
        "thumbs.db" | "desktop.ini" => return Err("a file of the desktop"),
        _ => {}
    }
    if lower.starts_with(".env") {
        return Err("a file of secrets");
    }
    // Before the dot: editors' swap files begin with one too.
    if ends(&[".swp", ".swo", "~"]) || (lower.len() > 1 && lower.starts_with('#') && ends(&["#"])) {
        return Err("an editor's file");
    }
    if lower.starts_with('.') {
        return Err("a dotfile");
    }
    if ends(&[".pem", ".key"]) {
        return Err("a private key");
    }
    Ok(())
}

impl Walked {
    fn append(&mut self, mut other: Walked) {
        self.found.append(&mut other.found);
        self.skipped.append(&mut other.skipped);
        self.diagnostics.append(&mut other.diagnostics);
        self.linked |= other.linked;
    }
}

/// Entries that one thread takes at a time.
const BLOCK: usize = 128;

struct Place<'p> {
    root: &'p Path,
    real_root: &'p Path,
    /// Where the walk begins.
    top: &'p Path,
    /// Folders within are gone into.
    deep: bool,
    /// What the threads have met so far.
    parts: Mutex<Vec<Result<Walked, IoError>>>,
    without: &'p [&'p str],
    now: SystemTime,
}

impl Place<'_> {
    /// Whether there is a folder to walk, which may itself be a link.
    fn enters_top(&self, top: &Path, dir: &str, walked: &mut Walked) -> bool {
        if !top.is_dir() {
            return false;
        }
        let linked = top.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
        walked.linked |= linked;
        !linked || self.admits_link(top, dir, true, walked)
    }

    /// Everything in a folder, and in those within it; other threads look at
    /// the first entries while this one still lists.
    fn folder<'s>(&'s self, scope: &Scope<'s>, disk: &Path, inside: &Arc<str>) {
        let mut walked = Walked::default();
        let mut block = Vec::new();
        let mut take = |entry: io::Result<DirEntry>| {
            match entry {
                Ok(entry) => block.push(entry),
                Err(error) => self.failed(disk, error, &mut walked)?,
            }
            if block.len() == BLOCK {
                let (block, inside) = (std::mem::take(&mut block), inside.clone());
                scope.spawn(move |scope| self.entries(scope, &block, &inside));
            }
            Ok(())
        };
        let listed = match fs::read_dir(disk) {
            Ok(mut list) => list.try_for_each(take),
            Err(error) => take(Err(error)),
        };
        self.done(listed.map(|()| walked));
        self.entries(scope, &block, inside);
    }

    fn entries<'s>(&'s self, scope: &Scope<'s>, block: &[DirEntry], inside: &str) {
        let mut walked = Walked::default();
        let mut visit = |entry: &DirEntry| {
            let disk = entry.path();
            if let Some(path) = self.visit(entry, &disk, inside, &mut walked)?
                && self.deep
            {
                let inside = Arc::from(path);
                scope.spawn(move |scope| self.folder(scope, &disk, &inside));
            }
            Ok(())
        };
        let visited = block.iter().try_for_each(&mut visit);
        self.done(visited.map(|()| walked));
    }

    fn done(&self, part: Result<Walked, IoError>) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.push(part);
    }

    /// Notes one entry of the folder `inside`; the path of one that is a folder
    /// to be gone into.
    fn visit(
        &self,
        entry: &DirEntry,
        disk: &Path,
        inside: &str,
        walked: &mut Walked,
    ) -> Result<Option<String>, IoError> {
        let (kind, followed) = match self.follow(entry, disk, walked) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(error) => return self.failed(disk, error, walked).map(|()| None),
        };
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            let message = format!("the name of `{}` is not UTF-8", disk.display());
            let error = Diagnostic::error("file-name", None, message);
            walked.diagnostics.push(error.help("rename it"));
            return Ok(None);
        };
        let slash = if inside.is_empty() { "" } else { "/" };
        let path = [inside, slash, name].concat();
        let mut skip = |reason| {
            let path = path.clone();
            walked.skipped.push(Skipped { path, reason });
            Ok(None)
        };
        if let Err(reason) = is_taken(name) {
            return skip(reason);
        }
        let is_dir = kind.is_dir();
        if is_dir && self.without.contains(&path.as_str()) {
            return skip("not part of the sources");
        }
        if followed.is_some() && !self.admits_link(disk, &path, is_dir, walked) {
            return Ok(None);
        }
        if is_dir {
            return Ok(Some(path));
        }
        // A pipe would be waited for without end.
        if !kind.is_file() {
            let reason = "not a file";
            walked.skipped.push(Skipped { path, reason });
            return Ok(None);
        }
        match followed.map_or_else(|| entry.metadata(), Ok) {
            Ok(meta) => walked.found.push(Found {
                path: Arc::from(path),
                disk: disk.to_owned(),
                len: meta.len(),
                mtime: meta.modified().ok(),
                stamp: Stamp::of(&meta, self.now),
            }),
            Err(error) => self.failed(disk, error, walked)?,
        }
        Ok(None)
    }

    /// What an entry is, and for a link what it leads to; `None` for a link to
    /// a folder that the walk has come through.
    fn follow(
        &self,
        entry: &DirEntry,
        disk: &Path,
        walked: &mut Walked,
    ) -> io::Result<Option<(FileType, Option<Metadata>)>> {
        let kind = entry.file_type()?;
        if !kind.is_symlink() {
            return Ok(Some((kind, None)));
        }
        walked.linked = true;
        let meta = fs::metadata(disk)?;
        if meta.is_dir() {
            let target = disk.canonicalize()?;
            let mut through = disk.ancestors().skip(1);
            let within = through
                .by_ref()
                .take_while(|folder| folder.starts_with(self.top));
            let mut same = within.filter(|folder| folder.canonicalize().is_ok_and(|f| f == target));
            if let Some(ancestor) = same.next() {
                let path = self.shown(disk);
                walked.diagnostics.push(loops(&path, ancestor));
                return Ok(None);
            }
        }
        Ok(Some((meta.file_type(), Some(meta))))
    }

    /// Whether a link stays within the site and leads to what may be taken.
    fn admits_link(&self, link: &Path, path: &str, is_dir: bool, walked: &mut Walked) -> bool {
        let Ok(target) = link.canonicalize() else {
            walked.diagnostics.push(dangling(path, link));
            return false;
        };
        let Ok(inside) = target.strip_prefix(self.real_root) else {
            let message = format!(
                "the link `{path}` leads out of the site, to `{}`",
                target.display()
            );
            let error = Diagnostic::error("link-outside", None, message);
            walked
                .diagnostics
                .push(error.help("copy what it leads to into the site's folder"));
            return false;
        };
        let parts: Vec<_> = inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        if let Some(reason) = parts.iter().find_map(|part| is_taken(part).err()) {
            walked.skipped.push(Skipped {
                path: path.to_owned(),
                reason,
            });
            return false;
        }
        let inside = parts.join("/");
        let under = |folder: &&str| inside == **folder || inside.starts_with(&format!("{folder}/"));
        if self.without.iter().any(under) {
            walked.skipped.push(Skipped {
                path: path.to_owned(),
                reason: "not part of the sources",
            });
            return false;
        }
        // The walk itself notices a folder that it has come through; the site's
        // own folder it has not.
        if is_dir
            && link
                .canonicalize()
                .is_ok_and(|target| self.holds(&target, link))
        {
            walked.diagnostics.push(loops(path, &target));
            return false;
        }
        true
    }

    /// Whether `target` is a folder that the link itself lies in.
    fn holds(&self, target: &Path, link: &Path) -> bool {
        let parent = link.parent().and_then(|parent| parent.canonicalize().ok());
        parent.is_some_and(|parent| parent.starts_with(target))
    }

    /// An error of the walk: the site's fault, or the system's.
    fn failed(&self, disk: &Path, source: io::Error, walked: &mut Walked) -> Result<(), IoError> {
        let path = self.shown(disk);
        let name = path.rsplit('/').next().unwrap_or_default();
        if let Err(reason) = is_taken(name) {
            // An editor's lock is a link to nowhere.
            walked.skipped.push(Skipped { path, reason });
            return Ok(());
        }
        // ELOOP: links that lead to each other. Its own kind of error is not stable yet.
        if source.to_string().starts_with("Too many levels") {
            walked.diagnostics.push(dangling(&path, disk));
            return Ok(());
        }
        if source.kind() == io::ErrorKind::NotFound {
            let is_link = disk.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
            walked.diagnostics.push(if is_link {
                dangling(&path, disk)
            } else {
                let message = format!("`{path}` vanished while the site was being read");
                Diagnostic::error(VANISHED, None, message).help("run the build again")
            });
            return Ok(());
        }
        Err(IoError {
            path: disk.to_owned(),
            operation: "list",
            source,
        })
    }

    fn shown(&self, disk: &Path) -> String {
        self.relative(disk)
            .unwrap_or_else(|| disk.display().to_string())
    }

    /// With `/` between the parts; `None` if a part is not UTF-8.
    fn relative(&self, path: &Path) -> Option<String> {
        let inside = path.strip_prefix(self.root).unwrap_or(path);
        let mut out = String::with_capacity(inside.as_os_str().len());
        for part in inside.components() {
            let Component::Normal(part) = part else {
                continue;
            };
            if !out.is_empty() {
                out.push('/');
            }
            out.push_str(part.to_str()?);
        }
        Some(out)
    }
}

fn dangling(path: &str, link: &Path) -> Diagnostic {
    let target = link
        .read_link()
        .map(|target| format!(" (`{}`)", target.display()));
    let message = format!(
        "the link `{path}` leads to nothing{}",
        target.unwrap_or_default()
    );
    Diagnostic::error("link-dangling", None, message).help("remove the link, or mend its target")
}

fn loops(path: &str, target: &Path) -> Diagnostic {
    let message = format!(
        "the link `{path}` leads to `{}`, which holds it",
        target.display()
    );
    Diagnostic::error("link-loop", None, message).help("remove the link")
}
