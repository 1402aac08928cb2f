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
    println!("cargo::rustc-env=LONGHAND_VERSION={}", version(&root));
}

/// The version, with the commit that a release was built from where git knows it. Other
/// builds go without: each commit would compile everything again.
fn version(root: &Path) -> String {
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    if std::env::var("PROFILE").as_deref() != Ok("release") {
        return version;
    }
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        let output = git.arg("-C").arg(root).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    // A package that lies within somebody else's repository is not theirs.
    let top = git(&["rev-parse", "--show-toplevel"]).map(PathBuf::from);
    if top.and_then(|top| top.canonicalize().ok()) != root.canonicalize().ok() {
        return version;
    }
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={}", root.join(log).display());
    }
    match git(&["log", "-1", "--format=%h %cs", "--abbrev=9"]) {
        Some(commit) => format!("{version} ({commit})"),
        None => version,
    }
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
