//! An archive in ZIP, read with care: only the files that are asked for, no more of them than
//! an export has, and none by a name that leads out of it.

use super::export;
use crate::diag::Diagnostic;
use std::io::{Cursor, Read};

/// The most that one file may have.
const EACH: u64 = 64 << 20;

/// More files than any export has.
const MOST: usize = 200_000;

const AGAIN: &str = "download the archive once more";

/// A file of an archive.
pub struct Entry {
    /// `/` between the parts.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The files whose names are wanted, in the archive's order.
pub fn read(bytes: &[u8], wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, Diagnostic> {
    let broken = |why: &str| error(format!("the archive cannot be read: {why}"), AGAIN);
    let unread = |error: zip::result::ZipError| broken(&error.to_string().to_lowercase());
    if !bytes.starts_with(b"PK") {
        return Err(error("this is no ZIP archive".to_owned(), AGAIN));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unread)?;
    if archive.len() > MOST {
        let message = format!(
            "the archive has {} files, and an export at most {MOST}",
            archive.len()
        );
        return Err(error(message, AGAIN));
    }
    let mut entries = Vec::new();
    let mut left = export::LIMIT;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).map_err(unread)?;
        let name = file.name().map_err(unread)?.replace('\\', "/");
        let leads_out = name.starts_with('/') || name.split('/').any(|part| part == "..");
        if leads_out {
            let message = format!("the archive has a file `{name}`, whose name leads out of it");
            return Err(error(
                message,
                "no program exports such a file: look where it comes from",
            ));
        }
        if name.ends_with('/') || !wanted(&name) {
            continue;
        }
        let most = EACH.min(left);
        let mut bytes = Vec::new();
        // What the archive says of a file's size may be a lie.
        let read = file.by_ref().take(most + 1).read_to_end(&mut bytes);
        read.map_err(|fault| broken(&format!("`{name}`: {}", fault.to_string().to_lowercase())))?;
        let length = bytes.len() as u64;
        if length > most {
            let message = match most == EACH {
                true => format!("`{name}` in the archive is larger than {} MiB", EACH >> 20),
                false => format!(
                    "the archive unpacks to more than {} MiB",
                    export::LIMIT >> 20
                ),
            };
            return Err(error(
                message,
                "no text is so long: look where the archive comes from",
            ));
        }
        left -= length;
        entries.push(Entry { name, bytes });
    }
    Ok(entries)
}

fn error(message: String, help: &str) -> Diagnostic {
    Diagnostic::error("export", None, message).help(help)
}
