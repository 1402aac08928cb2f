//! The sites that are looked at, each built once.

use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

pub struct Site {
    pub name: &'static str,
    /// The address that its pages name, without a slash at the end.
    pub base: &'static str,
    /// Its source.
    pub root: PathBuf,
    pub out: PathBuf,
    /// The pages to look at; all, where there are none.
    only: &'static [&'static str],
    /// Its texts are the work of others: what is wrong within them is theirs.
    foreign: bool,
}

impl Site {
    pub fn json(&self) -> Json {
        json!({
            "name": self.name, "base": self.base, "out": self.out,
            "only": self.only, "foreign": self.foreign,
        })
    }
}

/// The repository's own.
pub fn own() -> &'static Site {
    static SITE: LazyLock<Site> = LazyLock::new(|| {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        built("own", "https://longhand.example", root, &[], &["--strict"])
    });
    &SITE
}

/// Everything that the theme can be asked for.
pub fn torture() -> &'static Site {
    static SITE: LazyLock<Site> = LazyLock::new(|| tortured("torture", &[], &["--strict"]));
    &SITE
}

/// The same with the home page that introduces its author.
pub fn profile() -> &'static Site {
    static SITE: LazyLock<Site> =
        LazyLock::new(|| tortured("profile", &["index.html"], &["--env", "profile"]));
    &SITE
}

/// The same with a greeting on the home page, in the dark.
pub fn greeting() -> &'static Site {
    const ONLY: &[&str] = &[
        "index.html",
        "page/2/index.html",
        "posts/plain-1/index.html",
    ];
    static SITE: LazyLock<Site> =
        LazyLock::new(|| tortured("greeting", ONLY, &["--env", "greeting"]));
    &SITE
}

/// The same with a front page, and a page of an author.
pub fn essays() -> &'static Site {
    const ONLY: &[&str] = &[
        "index.html",
        "authors/index.html",
        "authors/bo-b/index.html",
        "posts/plain-1/index.html",
    ];
    static SITE: LazyLock<Site> = LazyLock::new(|| tortured("essays", ONLY, &["--env", "essays"]));
    &SITE
}

/// A real blog with nine years of posts, where it lies beside the repository.
fn blog() -> Option<&'static Site> {
    static SITE: LazyLock<Option<Site>> = LazyLock::new(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.join("../shared/cases/zen-blog");
        // It has templates of its own for some shortcodes.
        root.is_dir().then(|| {
            let copy = scratch("blog-source");
            copied(&root, &copy);
            copied(
                &here.join("tests/zen-blog/templates"),
                &copy.join("templates"),
            );
            let mut site = built("blog", "https://longhand.example", copy, &[], &[]);
            site.foreign = true;
            site
        })
    });
    SITE.as_ref()
}

pub fn all() -> Vec<&'static Site> {
    let mut all = vec![own(), torture(), profile(), greeting(), essays()];
    all.extend(blog());
    all
}

fn tortured(name: &'static str, only: &'static [&'static str], options: &[&str]) -> Site {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/torture");
    built(name, "https://torture.example", root, only, options)
}

fn built(
    name: &'static str,
    base: &'static str,
    root: PathBuf,
    only: &'static [&'static str],
    options: &[&str],
) -> Site {
    let out = scratch(name);
    let output = Command::new(env!("CARGO_BIN_EXE_longhand"))
        .args([
            "build",
            "--quiet",
            "--no-cache",
            "--now",
            "2099-01-01",
            "-s",
        ])
        .arg(&root)
        .arg("-o")
        .arg(&out)
        .args(["-b", base])
        .args(options)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Site {
        name,
        base,
        root,
        out,
        only,
        foreign: false,
    }
}

/// A folder that is not there yet.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("browser-sites")
        .join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    folder
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
