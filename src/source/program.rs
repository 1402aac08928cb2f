//! Other programs that this one runs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the first `name` on `PATH` lies. Not in the site's folder, and in no
/// folder that is named relative to the current one: a site may come from anywhere.
pub fn find(name: &str, site: &Path) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let site = site.canonicalize().unwrap_or_else(|_| site.to_owned());
    let file = match cfg!(windows) {
        true => format!("{name}.exe"),
        false => name.to_owned(),
    };
    let mut found = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .filter(|folder| (folder.canonicalize()).is_ok_and(|folder| !folder.starts_with(&site)))
        .map(|folder| folder.join(&file))
        .filter(|path| path.is_file());
    found.next()
}

/// git, in English, whatever repository this process was started in.
pub fn git(program: &Path) -> Command {
    let mut git = Command::new(program);
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_NAMESPACE",
    ] {
        git.env_remove(variable);
    }
    git.env("LC_ALL", "C");
    git
}
