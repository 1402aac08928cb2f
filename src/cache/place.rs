//! Where the cache lies on the disk, and how large it may be.

use etcetera::BaseStrategy;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// All sites together. Beyond it the files that were used longest ago go.
const CAP: u64 = 2 << 30;

/// No build writes nothing to its draft for so long.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// `longhand` in the user's folder for caches; none where there is no home.
pub fn default_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.cache_dir().join("longhand"))
}

/// Makes the folder, for the user alone.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

struct Stored {
    path: PathBuf,
    len: u64,
    used: SystemTime,
}

/// Files of ours in the folder: of any site, drafts that a killed build left included.
fn stored(folder: &Path) -> io::Result<Vec<Stored>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let (stem, ending) = name.split_once('.').unwrap_or_default();
        let ending = ending
            .rsplit_once('.')
            .filter(|(_, end)| *end == "picture")
            .map_or(ending, |(_, end)| end);
        let ours = stem.len() == 16 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
        let draft = ending.ends_with(".draft");
        if !ours || !(draft || matches!(ending, "pages" | "code" | "words" | "links" | "picture")) {
            continue;
        }
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_file() {
            all.push(Stored {
                path: entry.path(),
                len: meta.len(),
                used: meta.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            });
        }
    }
    Ok(all)
}

/// Removes what is beyond the cap, the oldest first, and drafts that nobody will complete.
pub(super) fn trim(folder: &Path) -> io::Result<()> {
    let mut all = stored(folder)?;
    all.retain(|stored| {
        let age = stored.used.elapsed().unwrap_or_default();
        let left = stored.path.extension().is_some_and(|end| end == "draft") && age > ABANDONED;
        if left {
            let _ = std::fs::remove_file(&stored.path);
        }
        !left
    });
    all.sort_by_key(|stored| std::cmp::Reverse(stored.used));
    let mut sum = 0;
    for stored in all {
        sum += stored.len;
        if sum > CAP {
            let _ = std::fs::remove_file(&stored.path);
        }
    }
    Ok(())
}

/// What `longhand clean` removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clean {
    pub files: usize,
    pub bytes: u64,
}

/// Removes the cache of all sites in the folder; other files stay.
pub fn clean(folder: &Path) -> io::Result<Clean> {
    let all = match stored(folder) {
        Ok(all) => all,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Clean::default()),
        Err(error) => return Err(error),
    };
    let mut clean = Clean::default();
    for stored in all {
        std::fs::remove_file(&stored.path)?;
        clean.files += 1;
        clean.bytes += stored.len;
    }
    // Others may keep something in it.
    let _ = std::fs::remove_dir(folder);
    Ok(clean)
}
