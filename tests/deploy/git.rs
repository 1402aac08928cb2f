//! A branch of a bare repository as the place.

use crate::{
    Place, Site, check_days, check_faults, check_strangers, deploy, new_site, old_site, tools,
};
use longhand::config::deploy as config;
use longhand::deploy::git::Git;
use longhand::deploy::record;
use longhand::deploy::target::{Kind, Target};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

struct Repository {
    folder: tempfile::TempDir,
    squash: bool,
}

fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    let me = ["Test", "test@example.org"];
    git.arg("-C").arg(folder);
    for role in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{role}_NAME"), me[0]);
        git.env(format!("GIT_{role}_EMAIL"), me[1]);
    }
    git
}

fn said(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    output.stdout
}

fn text(command: &mut Command) -> String {
    String::from_utf8(said(command)).unwrap().trim().to_owned()
}

impl Repository {
    fn new(squash: bool) -> Repository {
        Repository::of("sha1", squash)
    }

    fn of(format: &str, squash: bool) -> Repository {
        let folder = tempfile::tempdir().unwrap();
        let format = format!("--object-format={format}");
        said(git(folder.path()).args(["init", "--quiet", "--bare", &format, "pages.git"]));
        Repository { folder, squash }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("pages.git")
    }

    fn commits(&self) -> usize {
        let count = text(git(&self.path()).args(["rev-list", "--count", "gh-pages"]));
        count.parse().unwrap()
    }

    fn hook(&self, name: &str, script: &str) {
        let hook = self.path().join("hooks").join(name);
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        fs::write(&hook, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

impl Place for Repository {
    fn open(&self) -> Box<dyn Target> {
        let place = config::Git {
            url: "pages.git".to_owned(),
            branch: "gh-pages".to_owned(),
            squash: self.squash,
        };
        Box::new(Git::new(&place, self.folder.path()).unwrap())
    }

    fn holds(&self) -> Site {
        let mut ls = git(&self.path());
        let output = ls
            .args(["ls-tree", "-rz", "--name-only", "gh-pages"])
            .output()
            .unwrap();
        let names = output
            .stdout
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty());
        names
            .map(|name| std::str::from_utf8(name).unwrap().to_owned())
            .filter(|name| name != record::NAME)
            .map(|name| {
                let bytes = said(git(&self.path()).args(["show", &format!("gh-pages:{name}")]));
                (name, bytes)
            })
            .collect()
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        let clone = tempfile::tempdir().unwrap();
        let here = clone.path();
        said(
            git(here)
                .args(["clone", "--quiet"])
                .arg(self.path())
                .arg("."),
        );
        let branch = git(here)
            .args(["checkout", "--quiet", "gh-pages"])
            .output()
            .unwrap();
        if !branch.status.success() {
            said(git(here).args(["checkout", "--quiet", "--orphan", "gh-pages"]));
        }
        let file = here.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
        said(git(here).args(["add", "--all"]));
        said(git(here).args(["commit", "--quiet", "-m", "by hand"]));
        said(git(here).args(["push", "--quiet", "origin", "gh-pages"]));
    }

    fn extra(&self) -> Site {
        Site::from([(".nojekyll".to_owned(), Vec::new())])
    }

    fn is_atomic(&self) -> bool {
        true
    }
}

/// Whether git is here.
fn able(test: &str) -> bool {
    tools::or_skip(test, tools::program(&["git"])).is_some()
}

#[test]
fn day_after_day_with_history() {
    if able("git: history") {
        let place = Repository::new(false);
        check_days(&place);
        assert_eq!(
            place.commits(),
            4,
            "each change is a commit, no change is none"
        );
    }
}

#[test]
fn day_after_day_squashed() {
    if able("git: squash") {
        let place = Repository::new(true);
        check_days(&place);
        assert_eq!(place.commits(), 1);
    }
}

#[test]
fn names_of_sha_256() {
    if able("git: SHA-256") {
        let place = Repository::of("sha256", false);
        place.put("CNAME", b"example.org");
        let options = longhand::deploy::Options {
            adopt: true,
            ..Default::default()
        };
        crate::deploy_with(place.open(), &old_site(), &options).unwrap();
        assert!(deploy(&place, &old_site()).unwrap().is_empty());
        assert_eq!(place.holds()["CNAME"], b"example.org");
    }
}

#[test]
fn strangers() {
    if able("git: strangers") {
        check_strangers(&Repository::new(false));
        check_strangers(&Repository::new(true));
    }
}

#[test]
fn faults() {
    if able("git: faults") {
        // Nothing reaches the repository before the push: few steps tell all.
        check_faults(|| Repository::new(false), 12);
    }
}

#[test]
fn a_branch_that_moved_meanwhile_is_not_overwritten() {
    if !able("git: a race") {
        return;
    }
    for squash in [false, true] {
        let place = Repository::new(squash);
        deploy(&place, &old_site()).unwrap();
        let output = tempfile::tempdir().unwrap();
        let files = crate::files(output.path(), &new_site());
        let ready = longhand::deploy::plan(
            "live".to_owned(),
            "public".into(),
            place.open(),
            files,
            &Default::default(),
        );
        place.put("meanwhile.txt", b"by somebody else");
        let error = ready.unwrap().run(&|_, _, _| {}).unwrap_err();
        assert_eq!(error.kind, Kind::Io);
        assert!(
            error.help.unwrap().contains("somebody else pushed"),
            "{}",
            error.message
        );
        assert!(place.holds().contains_key("meanwhile.txt"));
        let plan = deploy(&place, &new_site()).unwrap();
        assert_eq!(plan.foreign, 1);
        assert!(place.holds().contains_key("meanwhile.txt"));
        assert_eq!(place.holds()["index.html"], b"new home");
    }
}

#[test]
fn a_protected_branch_says_so() {
    if !able("git: protection") {
        return;
    }
    let place = Repository::new(false);
    place.hook("pre-receive", "echo 'protected branch' >&2; exit 1");
    let error = deploy(&place, &old_site()).unwrap_err();
    assert_eq!(error.kind, Kind::Io);
    assert!(
        error
            .message
            .starts_with("git cannot push to the branch `gh-pages`"),
        "{error}"
    );
    assert!(
        error
            .help
            .unwrap()
            .contains("the server protects `gh-pages`")
    );
    assert!(place.holds().is_empty());

    let place = Repository::new(true);
    deploy(&place, &old_site()).unwrap();
    said(git(&place.path()).args(["config", "receive.denyNonFastForwards", "true"]));
    let error = deploy(&place, &new_site()).unwrap_err();
    assert!(
        error.help.unwrap().contains("set `squash: false`"),
        "{}",
        error.message
    );
    assert_eq!(place.holds()["index.html"], b"old home");
}

#[test]
fn a_repository_that_is_not_there_says_so() {
    if !able("git: no repository") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let open = |url: &str| {
        let place = config::Git {
            url: url.to_owned(),
            branch: "gh-pages".to_owned(),
            squash: false,
        };
        Git::new(&place, folder.path()).unwrap()
    };
    let error = open("nowhere.git").look().unwrap_err();
    assert!(
        error.message.starts_with("git cannot read `nowhere.git`"),
        "{error}"
    );
    assert!(error.help.unwrap().contains("make the repository first"));
    // Port 1: nobody listens there.
    let error = open("http://127.0.0.1:1/a.git").look().unwrap_err();
    assert!(
        error.help.unwrap().contains("look at the connection"),
        "{}",
        error.message
    );
}
