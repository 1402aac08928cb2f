//! A folder as the place: one that a web server reads, a mounted disk, a
//! folder that something else synchronises.
//!
//! A file is written beside its place and renamed into it, so that nobody reads
//! half of one. Links within the folder are never followed.

use super::plan::{PART, is_own};
use super::record::{self, Record};
use super::target::{DeployError, File, Remote, Result, Seen, Sent, Target, parallel};
use crate::hash::Hash;
use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

/// Enough to keep a disk busy, or a network that a folder is mounted over.
const THREADS: usize = 4;

pub struct Folder {
    /// Without links.
    root: PathBuf,
    /// As the configuration has it.
    shown: String,
    /// Folders that were found to be there, or made.
    folders: Mutex<HashSet<PathBuf>>,
}

impl Folder {
    pub fn new(root: PathBuf, shown: &str) -> Folder {
        Folder {
            root,
            shown: shown.to_owned(),
            folders: Mutex::default(),
        }
    }

    fn put(&self, file: &File) -> Result<Seen> {
        let path = self.root.join(&file.path);
        let folder = path.parent().unwrap_or(&self.root);
        self.make(folder)?;
        if let Ok(meta) = fs::symlink_metadata(&path)
            && meta.is_dir()
        {
            return Err(blocked(&path, "is a folder, and the site has a file there"));
        }
        let part = folder.join(format!(".{}{PART}", Hash::of(file.path.as_bytes())));
        let failed = |doing: &'static str| {
            let path = &path;
            move |error: io::Error| DeployError::disk(doing, path, &error)
        };
        let written = || -> Result<()> {
            let mut out = fs::File::create(&part).map_err(failed("writing"))?;
            readable(&out).map_err(failed("writing"))?;
            file.pieces(|piece| out.write_all(piece).map_err(failed("writing")))?;
            fs::rename(&part, &path).map_err(failed("moving"))
        };
        if let Err(error) = written() {
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        let meta = fs::symlink_metadata(&path).map_err(failed("looking at"))?;
        Ok(seen(&meta))
    }

    /// Makes a folder and those around it, up to the root, and follows no link.
    fn make(&self, folder: &Path) -> Result<()> {
        let known = |folder: &Path| {
            let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
            folders.contains(folder)
        };
        if known(folder) {
            return Ok(());
        }
        if folder == self.root {
            fs::create_dir_all(folder)
                .map_err(|error| DeployError::disk("making the folder", folder, &error))?;
        } else {
            self.make(folder.parent().unwrap_or(&self.root))?;
            match fs::symlink_metadata(folder) {
                Ok(meta) if meta.is_dir() => {}
                Ok(_) => {
                    return Err(blocked(
                        folder,
                        "is no folder, and the site has files in one of that name",
                    ));
                }
                Err(_) => match fs::create_dir(folder).and_then(|()| open_to_all(folder)) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                        return Err(DeployError::disk("making the folder", folder, &error));
                    }
                    _ => {}
                },
            }
        }
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.insert(folder.to_owned());
        Ok(())
    }

    fn write_record(&self, record: &Record) -> Result<()> {
        self.make(&self.root)?;
        let path = self.root.join(record::NAME);
        let part = self.root.join(format!("{}{PART}", record::NAME));
        let write = || fs::write(&part, record.write()).and_then(|()| fs::rename(&part, &path));
        write().map_err(|error| {
            let _ = fs::remove_file(&part);
            DeployError::disk("writing", &path, &error)
        })
    }

    fn walk(&self, folder: &Path, within: &str, remote: &mut Remote) -> Result<()> {
        let failed = |error: io::Error| DeployError::disk("listing", folder, &error);
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && within.is_empty() => {
                return Ok(());
            }
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            // The output's names are UTF-8; what is not is somebody else's.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = match within {
                "" => name,
                within => format!("{within}/{name}"),
            };
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                // A repository's own business.
                if path != ".git" && !path.ends_with("/.git") {
                    self.walk(&entry.path(), &path, remote)?;
                }
            } else if path.ends_with(PART) {
                // Left by a run that was killed.
                let _ = fs::remove_file(entry.path());
            } else if !is_own(&path) {
                let meta = entry.metadata().map_err(failed)?;
                remote.files.insert(path, seen(&meta));
            }
        }
        Ok(())
    }

    /// Removes the folders of a deleted file that hold nothing any more.
    fn prune(&self, path: &Path) {
        let folders = path.ancestors().skip(1);
        for folder in folders.take_while(|folder| *folder != self.root) {
            if fs::remove_dir(folder).is_err() {
                return;
            }
        }
    }
}

impl Target for Folder {
    fn shown(&self) -> String {
        format!("`{}`", self.shown)
    }

    fn look(&mut self) -> Result<Remote> {
        let mut remote = Remote::default();
        self.walk(&self.root, "", &mut remote)?;
        let path = self.root.join(record::NAME);
        match fs::read(&path) {
            Ok(bytes) => remote.record = Some(super::believed(&bytes, &self.shown())?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(DeployError::disk("reading", &path, &error)),
        }
        Ok(remote)
    }

    fn keep(&mut self, record: &Record) -> Result<()> {
        self.write_record(record)
    }

    fn send(&mut self, files: &[&File], sent: &Sent) -> Result<()> {
        parallel(files, THREADS, sent, |file| self.put(file))
    }

    fn remove(&mut self, paths: &[&str]) -> Result<()> {
        for path in paths {
            let path = self.root.join(path);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(DeployError::disk("removing", &path, &error));
                }
                _ => self.prune(&path),
            }
        }
        Ok(())
    }

    fn finish(&mut self, record: &Record) -> Result<()> {
        self.write_record(record)
    }
}

fn blocked(path: &Path, why: &str) -> DeployError {
    DeployError::io(format!("`{}` {why}", path.display())).help("move it out of the way")
}

fn open_to_all(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    let _ = folder;
    Ok(())
}

/// For a web server, whatever the umask.
fn readable(file: &fs::File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    let _ = file;
    Ok(())
}

fn seen(meta: &Metadata) -> Seen {
    let time = meta.modified().ok();
    let time = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let kind = if meta.is_file() { "file" } else { "other" };
    let time = time.unwrap_or_default().as_nanos();
    Seen::of(&format!("{kind} {} {time}", meta.len()))
}
