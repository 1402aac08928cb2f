//! Finds the files of one of the site's folders.
//!
//! Symbolic links are followed within the site; one that leads out of it, or
//! round in a circle, is an error. What must never be published (dotfiles,
//! keys, what editors leave behind) is not found, but said to have been left.

use super::{IoError, Stamp};
use crate::diag::Diagnostic;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use walkdir::{DirEntry, WalkDir};

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
}

/// Finds every file below `dir`, a folder relative to `root` (empty for `root`
/// itself), but for `without`: folders relative to `root`, such as the output.
/// A folder that is not there holds nothing.
pub fn walk(root: &Path, dir: &str, without: &[&str]) -> Result<Walked, IoError> {
    walk_to(usize::MAX, root, dir, without)
}

/// The files directly in `root`.
pub(super) fn list(root: &Path) -> Result<Vec<Found>, IoError> {
    Ok(walk_to(1, root, "", &[])?.found)
}

fn walk_to(depth: usize, root: &Path, dir: &str, without: &[&str]) -> Result<Walked, IoError> {
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
        without,
        now: SystemTime::now(),
    };
    if !place.enters_top(&top, dir, &mut walked) {
        return Ok(walked);
    }
    let mut entries = WalkDir::new(&top)
        .max_depth(depth)
        .follow_links(true)
        .into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                place.failed(error, &mut walked)?;
                continue;
            }
        };
        if entry.depth() == 0 {
            continue;
        }
        let taken = place.visit(&entry, &mut walked)?;
        if !taken && entry.file_type().is_dir() {
            entries.skip_current_dir();
        }
    }
    walked.found.sort_by(|a, b| a.path.cmp(&b.path));
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

struct Place<'p> {
    root: &'p Path,
    real_root: &'p Path,
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
        !linked || self.admits_link(top, dir, true, walked)
    }

    /// Notes one entry; whether it was taken (and, a folder, is gone into).
    fn visit(&self, entry: &DirEntry, walked: &mut Walked) -> Result<bool, IoError> {
        let Some(path) = self.relative(entry.path()) else {
            let path = entry.path().display();
            let message = format!("the name of `{path}` is not UTF-8");
            let error = Diagnostic::error("file-name", None, message);
            walked.diagnostics.push(error.help("rename it"));
            return Ok(false);
        };
        let name = path.rsplit('/').next().unwrap_or_default();
        if let Err(reason) = is_taken(name) {
            walked.skipped.push(Skipped { path, reason });
            return Ok(false);
        }
        let is_dir = entry.file_type().is_dir();
        if is_dir && self.without.contains(&path.as_str()) {
            walked.skipped.push(Skipped {
                path,
                reason: "not part of the sources",
            });
            return Ok(false);
        }
        if entry.path_is_symlink() && !self.admits_link(entry.path(), &path, is_dir, walked) {
            return Ok(false);
        }
        if is_dir {
            return Ok(true);
        }
        // A pipe would be waited for without end.
        if !entry.file_type().is_file() {
            walked.skipped.push(Skipped {
                path,
                reason: "not a file",
            });
            return Ok(false);
        }
        match entry.metadata() {
            Ok(meta) => walked.found.push(Found {
                path: Arc::from(path),
                disk: entry.path().to_owned(),
                len: meta.len(),
                mtime: meta.modified().ok(),
                stamp: Stamp::of(&meta, self.now),
            }),
            Err(error) => self.failed(error, walked)?,
        }
        Ok(true)
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
    fn failed(&self, error: walkdir::Error, walked: &mut Walked) -> Result<(), IoError> {
        let disk = error.path().unwrap_or(self.root).to_owned();
        let path = self
            .relative(&disk)
            .unwrap_or_else(|| disk.display().to_string());
        if let Some(ancestor) = error.loop_ancestor() {
            walked.diagnostics.push(loops(&path, ancestor));
            return Ok(());
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        let kind = error.io_error().map(io::Error::kind);
        if is_taken(name).is_err() {
            // An editor's lock is a link to nowhere.
            let reason = is_taken(name).err().unwrap_or_default();
            walked.skipped.push(Skipped { path, reason });
            return Ok(());
        }
        // ELOOP: links that lead to each other. Its own kind of error is not stable yet.
        if error
            .io_error()
            .is_some_and(|e| e.to_string().starts_with("Too many levels"))
        {
            walked.diagnostics.push(dangling(&path, &disk));
            return Ok(());
        }
        if kind == Some(io::ErrorKind::NotFound) {
            let is_link = disk.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
            walked.diagnostics.push(if is_link {
                dangling(&path, &disk)
            } else {
                let message = format!("`{path}` vanished while the site was being read");
                Diagnostic::error("file-vanished", None, message).help("run the build again")
            });
            return Ok(());
        }
        let source = error
            .into_io_error()
            .unwrap_or_else(|| io::Error::other("unknown"));
        Err(IoError {
            path: disk,
            operation: "list",
            source,
        })
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
