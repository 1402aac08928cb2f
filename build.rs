//! Gives the program a name for its own source: what an older or changed
//! program has cached is not believed.

use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    for name in ["src", "templates", "static", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={name}");
        take(&root.join(name), &mut hash);
    }
    for (name, value) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_FEATURE_")) {
        hash.add(name.as_bytes());
        hash.add(value.as_bytes());
    }
    println!("cargo::rustc-env=SOURCE_HASH={:016x}", hash.0);
}

/// Names and bytes of everything below, in the order of names.
fn take(path: &Path, hash: &mut Fnv) {
    if let Ok(entries) = std::fs::read_dir(path) {
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            take(&path, hash);
        }
    } else if let Ok(bytes) = std::fs::read(path) {
        hash.add(path.file_name().unwrap_or_default().as_encoded_bytes());
        hash.add(&bytes);
    }
}

/// FNV-1a: tells versions of one program apart, no more is asked of it.
struct Fnv(u64);

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&(bytes.len() as u64).to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
