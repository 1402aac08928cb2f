//! Copies of pictures, a file each: they are large, few are asked for, and sites
//! may share them, as their keys say all that they were made from.

use super::place;
use crate::hash::Hash;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Bytes of the check behind the picture.
const CHECK: usize = 16;

fn path(folder: &Path, key: Hash) -> PathBuf {
    let (first, second) = (key.0 >> 64, key.0 & u128::from(u64::MAX));
    folder.join(format!("{first:016x}.{second:016x}.picture"))
}

fn check(key: Hash, bytes: &[u8]) -> [u8; CHECK] {
    (Hash::of(bytes).0 ^ key.0).to_le_bytes()
}

/// What is there and whole; it counts as used just now.
pub fn get(folder: &Path, key: Hash) -> Option<Vec<u8>> {
    let path = path(folder, key);
    let mut bytes = fs::read(&path).ok()?;
    let end = bytes.len().checked_sub(CHECK)?;
    if bytes[end..] != check(key, &bytes[..end]) {
        return None;
    }
    bytes.truncate(end);
    // Only how long it is kept depends on it.
    if let Ok(file) = fs::File::options().append(true).open(&path) {
        let _ = file.set_modified(SystemTime::now());
    }
    Some(bytes)
}

/// Keeps one, if that is possible: otherwise it is made again.
pub fn put(folder: &Path, key: Hash, bytes: &[u8]) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    if place::make(folder).is_err() {
        return;
    }
    let path = path(folder, key);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let draft = path.with_extension(format!("{}-{count}.draft", std::process::id()));
    let mut whole = Vec::with_capacity(bytes.len() + CHECK);
    whole.extend_from_slice(bytes);
    whole.extend_from_slice(&check(key, bytes));
    // Nobody sees half of it.
    if fs::write(&draft, whole)
        .and_then(|()| fs::rename(&draft, &path))
        .is_err()
    {
        let _ = fs::remove_file(&draft);
    }
}
