//! What a file looks like from outside, so that one that was not touched need
//! not be read.

use crate::hash::{Hash, Hasher};
use std::fs::Metadata;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Size, times and identity of a file. On Unix the time of change is among
/// them, which no program can set: what is moved into place, or given an old
/// time, looks different all the same. Elsewhere the time of modification has
/// to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(pub Hash);

/// A file touched less than this before it was looked at may be changed again
/// without its times moving: clocks of file systems tick every 4 ms or so.
const RACY: Duration = Duration::from_millis(100);

impl Stamp {
    /// `None` for a file too young to be told from a later edit.
    pub fn of(meta: &Metadata, now: SystemTime) -> Option<Stamp> {
        let settled = now.checked_sub(RACY)?;
        let (stamp, latest) = Stamp::and_age(meta)?;
        (latest < settled).then_some(stamp)
    }

    /// However young the file is; and the latest of its times.
    pub fn and_age(meta: &Metadata) -> Option<(Stamp, SystemTime)> {
        let modified = meta.modified().ok()?;
        let mut hasher = Hasher::new();
        let mut latest = modified;
        hasher.number(meta.len());
        time(&mut hasher, modified);
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let changed = u64::try_from(meta.ctime()).ok()?;
            let nanos = u32::try_from(meta.ctime_nsec()).ok()?;
            let changed = UNIX_EPOCH + Duration::new(changed, nanos);
            latest = latest.max(changed);
            time(&mut hasher, changed);
            hasher.number(meta.ino()).number(meta.dev());
        }
        Some((Stamp(hasher.finish()), latest))
    }
}

fn time(hasher: &mut Hasher, time: SystemTime) {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    hasher
        .number(since.as_secs())
        .number(u64::from(since.subsec_nanos()));
}
