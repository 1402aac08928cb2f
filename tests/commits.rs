//! `enableGitInfo`: when a page was last changed is when its text was last committed,
//! tried on repositories that git itself makes.
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod tools;

use std::path::Path;
use std::process::Command;

/// A site in a repository.
struct Site(tempfile::TempDir);

fn git(folder: &Path, day: &str, arguments: &[&str]) {
    let moment = format!("{day}T12:00:00Z");
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .env("GIT_AUTHOR_DATE", &moment)
        .env("GIT_COMMITTER_DATE", "2030-01-01T00:00:00Z")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {said}");
}

impl Site {
    fn new(config: &str) -> Site {
        let site = Site(tempfile::tempdir().unwrap());
        site.write("longhand.yaml", config);
        site.write(
            "templates/page.html",
            "{{ page.lastmod }}|{% if page.git %}{{ page.git.author }}|{{ page.git.subject }}{% else %}|{% endif %}",
        );
        site
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn post(&self, name: &str, front: &str, body: &str) {
        let text = format!("---\ntitle: Snow\ndate: 2020-01-01\n{front}---\n{body}\n");
        self.write(&format!("content/blog/{name}.md"), &text);
    }

    fn commit(&self, day: &str, subject: &str) {
        git(self.path(), day, &["add", "--all"]);
        git(self.path(), day, &["commit", "--quiet", "-m", subject]);
    }

    /// What the build says, its exit code aside.
    fn build(&self) -> String {
        build(self.path())
    }

    fn page(&self, name: &str) -> String {
        page(self.path(), name)
    }
}

fn build(folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_longhand"))
        .args(["build", "-b", "https://example.org/", "-s"])
        .arg(folder)
        .arg("--cache-dir")
        .arg(folder.join(".cache"))
        .output()
        .unwrap();
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

fn page(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(format!("public/blog/{name}/index.html"))).unwrap()
}

/// Whether there is a git to try it with.
fn has_git(test: &str) -> bool {
    tools::or_skip(test, tools::program(&["git"])).is_some()
}

#[test]
fn a_page_was_changed_when_its_text_was_committed() {
    if !has_git("a_page_was_changed_when_its_text_was_committed") {
        return;
    }
    let site = Site::new("title: A site\nenableGitInfo: true\n");
    site.write(".gitignore", "public\n.cache\n");
    git(site.path(), "2021-01-01", &["init", "--quiet"]);
    for name in ["snow", "ice", "old name"] {
        site.post(name, "", "It falls.");
    }
    let said = site.build();
    assert!(
        !said.contains("warning"),
        "nothing is committed, and that is no fault: {said}"
    );
    assert_eq!(site.page("snow"), "2020-01-01T00:00:00Z||");
    site.commit("2021-02-01", "Begin");
    site.build();
    assert_eq!(site.page("snow"), "2021-02-01T12:00:00Z|Ada|Begin");
    // The front matter alone, and a file that only has another name.
    site.post("snow", "tags: [winter]\n", "It falls.");
    std::fs::rename(
        site.path().join("content/blog/old name.md"),
        site.path().join("content/blog/frost ü.md"),
    )
    .unwrap();
    site.post("ice", "", "It breaks.");
    site.commit("2021-03-01", "Tags, names: and `ice`");
    site.build();
    assert_eq!(site.page("snow"), "2021-02-01T12:00:00Z|Ada|Begin");
    assert_eq!(site.page("frost-ü"), "2021-02-01T12:00:00Z|Ada|Begin");
    let ice = "2021-03-01T12:00:00Z|Ada|Tags, names: and `ice`";
    assert_eq!(site.page("ice"), ice);
    // What is not committed has changed nothing yet; a commit alone is seen.
    site.post("ice", "", "It melts.");
    site.build();
    assert_eq!(site.page("ice"), ice);
    site.commit("2021-04-01", "Spring");
    site.build();
    assert_eq!(site.page("ice"), "2021-04-01T12:00:00Z|Ada|Spring");
    assert!(
        site.build().contains("0 written"),
        "nothing has changed since"
    );
    // Its own word for it counts where it comes first.
    site.write(
        "longhand.yaml",
        "title: A site\nfrontmatter: {lastmod: [lastmod, \":git\"]}\n",
    );
    site.post("snow", "lastmod: 2022-01-01\n", "It falls.");
    site.build();
    assert_eq!(site.page("snow"), "2022-01-01T00:00:00Z|Ada|Begin");
    assert_eq!(site.page("ice"), "2021-04-01T12:00:00Z|Ada|Spring");
}

#[test]
fn a_history_that_is_cut_or_missing_is_told() {
    if !has_git("a_history_that_is_cut_or_missing_is_told") {
        return;
    }
    let site = Site::new("title: A site\nenableGitInfo: true\n");
    site.write(".gitignore", "public\n.cache\n");
    site.post("snow", "", "It falls.");
    site.post("ice", "", "It breaks.");
    let said = site.build();
    assert!(said.contains("the site is in no repository"), "{said}");
    assert_eq!(site.page("snow"), "2020-01-01T00:00:00Z||");
    git(site.path(), "2021-01-01", &["init", "--quiet"]);
    site.commit("2021-01-01", "Begin");
    site.post("ice", "", "It melts.");
    site.commit("2021-02-01", "Thaw");
    let clones = tempfile::tempdir().unwrap();
    let from = format!("file://{}", site.path().display());
    git(
        clones.path(),
        "2021-02-01",
        &["clone", "--quiet", "--depth", "2", &from, "two"],
    );
    git(
        clones.path(),
        "2021-02-01",
        &["clone", "--quiet", "--depth", "1", &from, "one"],
    );
    let one = clones.path().join("one");
    let said = build(&one);
    assert!(said.contains("shallow clone"), "{said}");
    assert!(said.contains("fetch-depth: 0"), "{said}");
    // Not the day of the one commit that is there.
    assert_eq!(page(&one, "ice"), "2020-01-01T00:00:00Z||");
    assert_eq!(page(&one, "snow"), "2020-01-01T00:00:00Z||");
    // All of it is there, and git does not call it shallow.
    let two = clones.path().join("two");
    assert!(!build(&two).contains("shallow"));
    assert_eq!(page(&two, "ice"), "2021-02-01T12:00:00Z|Ada|Thaw");
}

#[test]
fn a_site_in_a_folder_of_its_repository_has_its_dates() {
    if !has_git("a_site_in_a_folder_of_its_repository_has_its_dates") {
        return;
    }
    let all = tempfile::tempdir().unwrap();
    let site = Site(tempfile::tempdir_in(all.path()).unwrap());
    site.write("longhand.yaml", "title: A site\nenableGitInfo: true\n");
    site.write("templates/page.html", "{{ page.lastmod }}");
    site.write("../.gitignore", "public\n.cache\n");
    site.write(
        "content/blog/snow.md",
        "+++\ntitle = 'Snow'\n+++\nIt falls.\n",
    );
    git(all.path(), "2021-01-01", &["init", "--quiet"]);
    site.commit("2021-01-01", "Begin");
    site.build();
    assert_eq!(site.page("snow"), "2021-01-01T12:00:00Z");
}
