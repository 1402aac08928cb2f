//! How a site reaches the disk, on disks that fail, fill up and go away.
//!
//! The invariant: whatever happens, the output is the old tree, the new
//! tree, or one that the next run makes into either; and every file in it is
//! whole at every moment.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod faults;
mod kill;
mod limits;
mod lock;
mod place;
mod rules;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use longhand::emit::{self, EmitError, Emitter, Faults, MANIFEST, NoFaults, Summary, Target};

/// Name to text.
pub type Site = BTreeMap<String, String>;

/// A folder of our own, in memory where that can be had.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory)
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

pub fn site<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Site {
    files
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect()
}

/// Thirty pages and what goes with them.
pub fn old_site() -> Site {
    let mut site = site([
        ("index.html", "old home"),
        ("style.css", "body {}"),
        ("about", "a file that becomes a folder"),
        ("notes/index.html", "a folder that becomes a file"),
        ("notes/deep/er/index.html", "in the same"),
        ("tags/c#/index.html", "c#"),
        ("中文/é ü/index.html", "名"),
        ("empty.txt", ""),
    ]);
    for page in 0..22 {
        site.insert(
            format!("blog/post-{page}/index.html"),
            format!("<p>post {page} as it was"),
        );
    }
    site
}

/// The same a while later: changed, added, removed, turned inside out.
pub fn new_site() -> Site {
    let mut site = old_site();
    site.insert("index.html".to_owned(), "new home".to_owned());
    site.remove("about");
    site.insert("about/index.html".to_owned(), "a folder now".to_owned());
    site.retain(|path, _| !path.starts_with("notes/"));
    site.insert("notes".to_owned(), "a file now".to_owned());
    site.insert("deep/in/the/woods/index.html".to_owned(), "new".to_owned());
    for page in 0..6 {
        site.insert(
            format!("blog/post-{page}/index.html"),
            format!("<p>post {page}, edited"),
        );
        site.remove(&format!("blog/post-{}/index.html", page + 10));
    }
    site
}

/// Puts files of someone else into an output.
pub fn add_foreign(out: &Path) {
    for (path, text) in [
        (".git/config", "[core]"),
        ("CNAME", "example.org"),
        ("blog/mine.txt", "mine"),
    ] {
        let path = out.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A place for a site: `public` in a folder that also has `content`.
pub fn target(root: &Path) -> Target {
    fs::create_dir_all(root.join("content")).unwrap();
    let mut target = Target::new(root.join("public"), root);
    target.forbidden = vec![root.join("content"), root.join("static")];
    // Not zero: a test beside this one may just be starting a process, which
    // holds a copy of every lock until it runs its program.
    target.lock_wait = Duration::from_secs(10);
    target
}

/// Builds in the order of names, so that the Nth operation is always the same.
pub fn build(target: &Target, site: &Site) -> Result<Summary, EmitError> {
    build_with(target, site, NoFaults)
}

pub fn build_with<F: Faults>(
    target: &Target,
    site: &Site,
    faults: F,
) -> Result<Summary, EmitError> {
    let emitter = emit::prepare_with(target, faults)?;
    fill(&emitter, site)?;
    emitter.commit()
}

pub fn fill<F: Faults>(emitter: &Emitter<F>, site: &Site) -> Result<(), EmitError> {
    site.iter()
        .try_for_each(|(path, text)| emitter.write(path, text.as_bytes()))
}

/// One thing in a tree: what it is and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    File { bytes: Vec<u8>, mtime: i128 },
    Folder,
    Link(PathBuf),
}

pub type Tree = BTreeMap<String, Thing>;

/// All that stands in a folder; empty if it does not exist.
pub fn tree(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut queue = vec![folder.to_owned()];
    while let Some(next) = queue.pop() {
        let Ok(entries) = fs::read_dir(&next) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let thing = if meta.is_symlink() {
                Thing::Link(fs::read_link(&path).unwrap())
            } else if meta.is_dir() {
                queue.push(path.clone());
                Thing::Folder
            } else {
                let mtime =
                    i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec());
                Thing::File {
                    bytes: fs::read(&path).unwrap(),
                    mtime,
                }
            };
            tree.insert(
                path.strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
                thing,
            );
        }
    }
    tree
}

/// The files of a tree without the manifest.
pub fn texts(folder: &Path) -> Site {
    tree(folder)
        .into_iter()
        .filter_map(|(path, thing)| match thing {
            Thing::File { bytes, .. } if path != MANIFEST => {
                Some((path, String::from_utf8(bytes).unwrap()))
            }
            _ => None,
        })
        .collect()
}

/// A site and the foreign files of [`add_foreign`].
pub fn with_foreign(site: &Site) -> Site {
    let folder = folder();
    add_foreign(folder.path());
    site.iter()
        .map(|(path, text)| (path.clone(), text.clone()))
        .chain(texts(folder.path()))
        .collect()
}

/// Every folder of a tree has something in it.
pub fn assert_no_empty_folder(out: &Path) {
    let tree = tree(out);
    for (path, thing) in &tree {
        let inside = format!("{path}/");
        assert!(
            *thing != Thing::Folder || tree.keys().any(|other| other.starts_with(&inside)),
            "`{path}` is empty"
        );
    }
}

/// The manifest tells the truth about every file, and of `site` alone.
pub fn assert_manifest(out: &Path, site: &Site) {
    let manifest = emit::read_manifest(&fs::read(out.join(MANIFEST)).unwrap()).unwrap();
    let tree = tree(out);
    assert_eq!(
        manifest
            .files
            .iter()
            .map(|entry| &entry.path)
            .collect::<Vec<_>>(),
        site.keys().collect::<Vec<_>>()
    );
    for entry in &manifest.files {
        let Thing::File { bytes, mtime } = &tree[&entry.path] else {
            panic!("{}", entry.path)
        };
        assert_eq!(
            (entry.size, i128::from(entry.mtime)),
            (bytes.len() as u64, *mtime),
            "{}",
            entry.path
        );
        assert_eq!(
            entry.hash,
            longhand::hash::Hash::of(bytes),
            "{}",
            entry.path
        );
    }
}

/// Nothing but the site's own folders is left around the output.
pub fn leftovers(root: &Path) -> Vec<String> {
    let own = ["content", "public"];
    let mut names: Vec<String> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| !own.contains(&name.as_str()));
    names.sort();
    names
}

pub fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

pub fn link(to: impl AsRef<Path>, at: impl AsRef<Path>) {
    symlink(to, at).unwrap();
}

/// Says that a test could not run here, and why.
#[allow(
    clippy::print_stderr,
    reason = "a test that is skipped says so by name"
)]
pub fn skip(name: &str, why: &str) {
    eprintln!("skipped: {name}: {why}");
}
