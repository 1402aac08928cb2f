//! The few times when a site's own folder is written to: a new file, never over
//! another one; a text that was edited, whole or not at all; a file or folder
//! that gets another name.

use super::IoError;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file that is not there yet, and the folders that it needs. Something
/// else by this name is an error of the kind `AlreadyExists`, and stays.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), IoError> {
    create_from(path, From::Bytes(bytes), &mut Vec::new())
}

/// Where the bytes of a new file come from.
#[derive(Clone, Copy)]
pub enum From<'a> {
    Bytes(&'a [u8]),
    File(&'a Path),
}

/// Writes many files below `root`, none of which is there yet, by their paths with `/`.
/// Where one fails, those before it and the folders made for them are removed again.
pub fn create_all(root: &Path, files: &[(&str, From)]) -> Result<(), IoError> {
    let mut made: Vec<PathBuf> = Vec::new();
    let mut folders: Vec<PathBuf> = Vec::new();
    for (path, from) in files {
        let path = root.join(path);
        let mut missing: Vec<PathBuf> = (path.ancestors().skip(1))
            .take_while(|folder| !folder.as_os_str().is_empty() && !super::is_there(folder))
            .map(Path::to_owned)
            .collect();
        missing.reverse();
        folders.append(&mut missing);
        if let Err(error) = create_from(&path, *from, &mut made) {
            for file in made.iter().rev() {
                let _ = fs::remove_file(file);
            }
            for folder in folders.iter().rev() {
                let _ = fs::remove_dir(folder);
            }
            return Err(error);
        }
    }
    Ok(())
}

fn create_from(path: &Path, from: From, made: &mut Vec<PathBuf>) -> Result<(), IoError> {
    folder_of(path)?;
    let mut file = fs::File::create_new(path).map_err(|source| failed(path, "write", source))?;
    // From here on it is ours, and half a file goes with the others.
    made.push(path.to_owned());
    match from {
        From::Bytes(bytes) => file
            .write_all(bytes)
            .map_err(|source| failed(path, "write", source)),
        From::File(other) => {
            let mut other_file =
                fs::File::open(other).map_err(|source| failed(other, "read", source))?;
            io::copy(&mut other_file, &mut file)
                .map(drop)
                .map_err(|source| failed(path, "write", source))
        }
    }
}

/// Writes a file that was made before and is made again.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), IoError> {
    folder_of(path)?;
    fs::write(path, bytes).map_err(|source| failed(path, "write", source))
}

/// Puts an edited text in the place of the one before, with its permissions: at
/// no moment is there half a text.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), IoError> {
    // What a link leads to is edited, the link stays one.
    let real = path
        .canonicalize()
        .map_err(|source| failed(path, "write", source))?;
    let name = real.file_name().unwrap_or_default().to_string_lossy();
    let beside = real.with_file_name(format!(".{name}.longhand-edit"));
    let write = || -> io::Result<()> {
        let permissions = fs::metadata(&real)?.permissions();
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.set_permissions(permissions)?;
        file.sync_all()?;
        fs::rename(&beside, &real)
    };
    write().map_err(|source| {
        let _ = fs::remove_file(&beside);
        failed(path, "write", source)
    })
}

/// Gives a file or folder another name, where nothing has that yet.
pub fn rename(from: &Path, to: &Path) -> Result<(), IoError> {
    folder_of(to)?;
    if super::is_there(to) && !is_same(from, to) {
        return Err(failed(to, "write", io::ErrorKind::AlreadyExists.into()));
    }
    fs::rename(from, to).map_err(|source| failed(from, "move", source))
}

/// One file under both names: where case does not count, `Post.md` is `post.md`.
fn is_same(from: &Path, to: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(from).is_some_and(|from| Some(from) == real(to))
}

/// Removes a folder, and those above it up to `top`, as long as nothing is left in them.
pub fn remove_empty(folder: &Path, top: &Path) {
    let mut at = folder;
    while at != top && at.starts_with(top) && fs::remove_dir(at).is_ok() {
        let Some(above) = at.parent() else { return };
        at = above;
    }
}

/// The names of everything in a folder; none where it does not exist.
pub fn names(folder: &Path) -> Result<Vec<String>, IoError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(folder, "list", error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(folder, "list", error))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn folder_of(path: &Path) -> Result<(), IoError> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|source| failed(folder, "make", source))
}

fn failed(path: &Path, operation: &'static str, source: io::Error) -> IoError {
    IoError {
        path: PathBuf::from(path),
        operation,
        source,
    }
}
