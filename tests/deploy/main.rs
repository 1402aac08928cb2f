//! How a site reaches the places where others read it: folders, git, rsync and
//! S3, each by the real program or server.
//!
//! The invariant: whatever fails, and wherever, nothing is deleted before all
//! was sent, and the next run makes the place hold what the output holds.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

#[path = "../tools/mod.rs"]
mod tools;

mod folder;
mod git;
mod rsync;
mod s3;

use longhand::deploy::record::{self, Record};
use longhand::deploy::target::{Body, DeployError, File, Kind, Remote, Result, Sent, Target};
use longhand::deploy::{self, Options, plan::Plan};
use longhand::hash::Hash;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Path to bytes.
pub type Site = BTreeMap<String, Vec<u8>>;

/// What a folder holds that may not be there yet.
pub fn held(root: &Path) -> Site {
    match root.exists() {
        true => below(root),
        false => Site::new(),
    }
}

/// Puts a file below a folder, and the folders that it lies in.
pub fn put_below(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A kind of place, of which every test has one of its own.
pub trait Place {
    /// Of nothing but itself, as a new process has it.
    fn open(&self) -> Box<dyn Target>;

    /// What it holds, without our record.
    fn holds(&self) -> Site;

    /// Puts a file there behind our back.
    fn put(&self, path: &str, bytes: &[u8]);

    /// What is there besides the site.
    fn extra(&self) -> Site {
        Site::new()
    }

    /// A file can take the place of a folder.
    fn turns_folders(&self) -> bool {
        true
    }

    /// It changes all at once or not at all.
    fn is_atomic(&self) -> bool {
        false
    }
}

/// Thirty files with names that tempt a program to make mistakes.
pub fn old_site() -> Site {
    let mut site = Site::new();
    let mut put = |path: &str, text: &str| site.insert(path.to_owned(), text.into());
    put("index.html", "old home");
    put("404.html", "not here");
    put("css/site.css", "body {}");
    put("index.xml", "<rss/>");
    put("sitemap.xml", "<urlset/>");
    put("blog/index.html", "a list");
    put("tags/c#/index.html", "c sharp");
    put("tags/100%/index.html", "per cent");
    put("a b/c d.txt", "spaces");
    put("中文/é ü/index.html", "名");
    put("quo\"te's\\.txt", "quotes");
    put("-r", "an option");
    put("empty.txt", "");
    put(".well-known/security.txt", "Contact: x");
    put("img/x+y=z&w.svg", "<svg/>");
    put("blog/feed.json", "{}");
    for page in 0..14 {
        put(
            &format!("blog/post-{page}/index.html"),
            &format!("post {page}"),
        );
    }
    assert_eq!(site.len(), 30);
    site
}

/// A day later: two written, two new, two gone.
pub fn new_site() -> Site {
    let mut site = old_site();
    let mut put = |path: &str, text: &str| site.insert(path.to_owned(), text.into());
    put("index.html", "new home");
    put("tags/100%/index.html", "per cent, more");
    put("blog/post-14/index.html", "post 14");
    put("img/[new] #1.svg", "<svg></svg>");
    site.remove("blog/post-3/index.html");
    site.remove("tags/c#/index.html");
    site
}

/// The site on the disk, as a build leaves it.
pub fn files(folder: &Path, site: &Site) -> Vec<File> {
    let file = |(path, bytes): (&String, &Vec<u8>)| {
        let at = folder.join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(&at, bytes).unwrap();
        let time = fs::metadata(&at).unwrap().modified().unwrap();
        File {
            path: path.clone(),
            size: bytes.len() as u64,
            hash: Hash::of(bytes),
            mtime: time.duration_since(UNIX_EPOCH).unwrap().as_nanos() as i64,
            body: Body::Disk(at),
        }
    };
    site.iter().map(file).collect()
}

pub fn deploy(place: &dyn Place, site: &Site) -> Result<Plan> {
    deploy_with(place.open(), site, &Options::default())
}

pub fn deploy_with(target: Box<dyn Target>, site: &Site, options: &Options) -> Result<Plan> {
    let output = tempfile::tempdir().unwrap();
    let files = files(output.path(), site);
    let ready = deploy::plan(
        "live".to_owned(),
        PathBuf::from("public"),
        target,
        files,
        options,
    )?;
    let plan = ready.plan.clone();
    if !plan.is_empty() {
        ready.run(&|_, _, _| {})?;
    }
    Ok(plan)
}

fn with(site: &Site, extra: Site) -> Site {
    let mut all = site.clone();
    all.extend(extra);
    all
}

#[track_caller]
fn assert_holds(place: &dyn Place, site: &Site) {
    let (there, wanted) = (place.holds(), with(site, place.extra()));
    let names = |site: &Site| -> Vec<String> { site.keys().cloned().collect() };
    assert_eq!(names(&there), names(&wanted));
    for (path, bytes) in &wanted {
        assert!(there[path] == *bytes, "{path} differs");
    }
}

/// What every place must do, from the first day on.
pub fn check_days(place: &dyn Place) {
    let (old, new) = (old_site(), new_site());
    let first = deploy(place, &old).unwrap();
    assert_eq!(first.new.len(), 30 + place.extra().len());
    assert_holds(place, &old);

    let again = deploy(place, &old).unwrap();
    assert!(again.is_empty(), "{again:?}");

    let edit = deploy(place, &new).unwrap();
    assert_eq!(edit.changed, ["index.html", "tags/100%/index.html"]);
    assert_eq!(edit.new, ["blog/post-14/index.html", "img/[new] #1.svg"]);
    assert_eq!(
        edit.deleted,
        ["blog/post-3/index.html", "tags/c#/index.html"]
    );
    let bytes = |path: &str| new[path].len() as u64;
    let sent = edit.new.iter().chain(&edit.changed);
    assert_eq!(edit.bytes, sent.map(|path| bytes(path)).sum::<u64>());
    assert_holds(place, &new);
    assert!(deploy(place, &new).unwrap().is_empty());

    // Only deletions, then a file where a folder was, and the other way round.
    let mut fewer = new.clone();
    fewer.remove("empty.txt");
    let plan = deploy(place, &fewer).unwrap();
    assert_eq!((plan.sends(), plan.deleted.len()), (0, 1));
    assert_holds(place, &fewer);
    if !place.turns_folders() {
        return;
    }
    let mut turned = fewer.clone();
    turned.remove("blog/post-1/index.html");
    turned.insert("blog/post-1".to_owned(), b"a file".to_vec());
    turned.remove("-r");
    turned.insert("-r/index.html".to_owned(), b"a page".to_vec());
    deploy(place, &turned).unwrap();
    assert_holds(place, &turned);
    assert!(deploy(place, &turned).unwrap().is_empty());
}

/// What others have put there stays; what they did to ours is mended.
pub fn check_strangers(place: &dyn Place) {
    let site = old_site();
    place.put("CNAME", b"example.org");
    place.put("old/a page.html", b"from before");
    let before = place.holds();
    let refused = deploy(place, &site).unwrap_err();
    assert_eq!(refused.kind, Kind::Refused);
    assert!(
        refused
            .message
            .ends_with("holds files that longhand did not put there: `CNAME`, `old/a page.html`"),
        "{refused}"
    );
    assert!(place.holds() == before, "a refusal changes nothing");

    let adopt = Options {
        adopt: true,
        ..Options::default()
    };
    let plan = deploy_with(place.open(), &site, &adopt).unwrap();
    assert_eq!((plan.foreign, plan.deleted.len()), (2, 0));
    let strangers = [("CNAME", "example.org"), ("old/a page.html", "from before")];
    let strangers: Site = (strangers.iter())
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect();
    assert_holds(place, &with(&site, strangers.clone()));

    place.put("index.html", b"HACKED! and longer");
    let plan = deploy(place, &site).unwrap();
    assert_eq!(plan.touched, ["index.html"]);
    assert_eq!(plan.changed, ["index.html"]);
    assert_holds(place, &with(&site, strangers.clone()));

    // More than twenty deletions want to be meant.
    let one = Site::from([("index.html".to_owned(), b"alone".to_vec())]);
    let refused = deploy(place, &one).unwrap_err();
    assert_eq!(refused.kind, Kind::Refused);
    assert!(
        refused
            .message
            .contains(&format!("29 of {} files", 30 + place.extra().len())),
        "{refused}"
    );
    assert!(refused.help.unwrap().contains("--yes-delete 29"));
    let meant = |count| Options {
        yes_delete: count,
        ..Options::default()
    };
    assert!(deploy_with(place.open(), &one, &meant(28)).is_err());
    deploy_with(place.open(), &one, &meant(29)).unwrap();
    assert_holds(place, &with(&one, strangers));
}

/// Fails at every step of a plan, and looks that the next run mends it.
/// `makes` gives a fresh place.
pub fn check_faults<P: Place>(makes: impl Fn() -> P, step: usize) {
    let (old, new) = (old_site(), new_site());
    let mut everything: Site = new.clone();
    // Thirty files that change.
    everything
        .iter_mut()
        .for_each(|(_, bytes)| bytes.extend(b" edited"));
    for dies in [false, true] {
        let mut at = 0;
        loop {
            let place = makes();
            deploy(&place, &old).unwrap();
            let before = place.holds();
            let failing = Failing {
                inner: place.open(),
                left: at,
                dies,
                failed: false,
            };
            let result = deploy_with(Box::new(failing), &everything, &Options::default());
            let Err(error) = result else {
                assert!(at > 30, "the plan has more steps than {at}");
                break;
            };
            assert_eq!(error.kind, Kind::Io);
            let there = place.holds();
            if error.message.contains("nothing was deleted") {
                for path in before.keys() {
                    assert!(there.contains_key(path), "{path} is gone after {at} steps");
                }
            }
            if place.is_atomic() && error.message.contains("nothing was deleted") {
                assert!(there == before, "half a change after {at} steps");
            }
            let plan = deploy(&place, &everything).unwrap();
            // One step was the record's; the rest were files, and are not sent again.
            if !dies && !place.is_atomic() && (1..=30).contains(&at) {
                assert_eq!(plan.sends(), 30 - (at - 1), "after {at} steps");
            }
            assert_holds(&place, &everything);
            assert!(deploy(&place, &everything).unwrap().is_empty());
            at += step;
        }
    }
}

/// A place that stops working after so many steps: a record, a file, a deletion.
struct Failing {
    inner: Box<dyn Target>,
    left: usize,
    /// Nothing at all works afterwards.
    dies: bool,
    failed: bool,
}

impl Failing {
    fn step(&mut self) -> Result<()> {
        if (self.failed && self.dies) || (self.left == 0 && !self.failed) {
            self.failed = true;
            return Err(DeployError::io("the cable was pulled"));
        }
        self.left = self.left.saturating_sub(1);
        Ok(())
    }
}

impl Target for Failing {
    fn shown(&self) -> String {
        self.inner.shown()
    }

    fn extra(&self) -> Vec<File> {
        self.inner.extra()
    }

    fn print(&self, file: &File) -> Hash {
        self.inner.print(file)
    }

    fn look(&mut self) -> Result<Remote> {
        self.inner.look()
    }

    fn has_folders(&self) -> bool {
        self.inner.has_folders()
    }

    fn keep(&mut self, record: &Record) -> Result<()> {
        self.step()?;
        self.inner.keep(record)
    }

    fn send(&mut self, files: &[&File], sent: &Sent) -> Result<()> {
        let arrives = files.len().min(self.left);
        if !self.failed && arrives < files.len() {
            self.inner.send(&files[..arrives], sent)?;
            self.left = 0;
            return self.step();
        }
        self.left -= arrives;
        self.inner.send(files, sent)
    }

    fn remove(&mut self, paths: &[&str]) -> Result<()> {
        for path in paths {
            self.step()?;
            self.inner.remove(&[*path])?;
        }
        Ok(())
    }

    fn finish(&mut self, record: &Record) -> Result<()> {
        self.step()?;
        self.inner.finish(record)
    }

    fn verify(&mut self, files: &[File], record: &Record, gone: &[String]) -> Result<Vec<String>> {
        self.step()?;
        self.inner.verify(files, record, gone)
    }
}

/// All files below a folder but our record.
pub fn below(folder: &Path) -> Site {
    let files = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|e| e.unwrap());
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap();
            (
                path.to_str().unwrap().to_owned(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .filter(|(path, _)| path != record::NAME)
        .collect()
}

#[test]
fn pages_come_after_what_they_need_and_before_what_names_them() {
    let output = tempfile::tempdir().unwrap();
    let files = files(output.path(), &old_site());
    let files: Vec<&File> = files.iter().collect();
    let stages = deploy::plan::stages(&files);
    let of = |path: &str| {
        let found = stages
            .iter()
            .position(|(_, files)| files.iter().any(|f| f.path == path));
        found.unwrap()
    };
    let order = [
        "css/site.css",
        "blog/post-1/index.html",
        "blog/index.html",
        "index.html",
    ];
    let order: Vec<usize> = order.iter().map(|path| of(path)).collect();
    assert_eq!(order, [0, 1, 2, 3]);
    for feed in ["index.xml", "sitemap.xml", "blog/feed.json"] {
        assert_eq!(of(feed), 2, "{feed}");
    }
    assert_eq!(of("404.html"), 1);
}
