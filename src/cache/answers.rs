//! What addresses elsewhere have answered: one small file for all sites.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// By address: when it was asked, in seconds since 1970, and where it has moved to; empty
/// where it has not.
pub type Answers = BTreeMap<String, (u64, String)>;

/// Its name is of the form that `clean` knows.
fn file(folder: &Path) -> PathBuf {
    folder.join("0000000000000000.links")
}

/// What is kept; nothing where the file is damaged or not there.
pub fn load(folder: &Path) -> Answers {
    let bytes = std::fs::read(file(folder)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Keeps them, for the user alone.
pub fn save(folder: &Path, answers: &Answers) -> io::Result<()> {
    super::place::make(folder)?;
    let bytes = serde_json::to_vec(answers).map_err(io::Error::other)?;
    let draft = folder.join(format!("0000000000000000.{}.draft", std::process::id()));
    std::fs::write(&draft, bytes)?;
    std::fs::rename(draft, file(folder))
}
