//! What is to be sent: the files of the output's manifest, and those alone.

use super::target::{Body, DeployError, File, Result};
use crate::emit::{MANIFEST, read_manifest};
use std::fs;
use std::io;
use std::path::Path;

/// The files that the last build left in `output`.
///
/// # Errors
///
/// There are none, or somebody else made the folder.
pub fn files(output: &Path) -> Result<Vec<File>> {
    let shown = output.strip_prefix("./").unwrap_or(output).display();
    let build = "run `longhand build` first";
    let path = output.join(MANIFEST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound && output.exists() => {
            let message = format!("`{shown}` was not made by longhand, and is not sent");
            return Err(DeployError::refused(message).help(format!(
                "{build}; if the site shall lie in another folder, `-o` names it"
            )));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = format!("there is nothing to send yet: no folder `{shown}`");
            return Err(DeployError::refused(message).help(build));
        }
        Err(error) => return Err(DeployError::disk("reading", &path, &error)),
    };
    let manifest = read_manifest(&bytes)
        .map_err(|why| DeployError::refused(format!("`{}` {why}", path.display())).help(build))?;
    if manifest.files.is_empty() {
        return Err(
            DeployError::refused(format!("`{shown}` holds no file of the site")).help(build),
        );
    }
    let files = manifest.files.into_iter().map(|entry| File {
        body: Body::Disk(output.join(&entry.path)),
        path: entry.path,
        size: entry.size,
        hash: entry.hash,
        mtime: entry.mtime,
    });
    Ok(files.collect())
}
