//! What a preview says of edits, and that nothing keeps it from hearing of them.

use super::preview::{Preview, SOON, Site};
use serde_json::Value;
use std::process::Command;
use std::time::{Duration, Instant};

/// What is edited before anybody watches is shown, and not said.
const WATCHING: Duration = Duration::from_millis(500);

/// What has been said so far, line by line, once `wanted` is among it.
fn said(preview: &Preview, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let text = preview.said.lock().unwrap().clone();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        if lines.iter().any(&wanted) {
            return lines;
        }
        assert!(began.elapsed() < SOON, "it says no such thing:\n{text}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn names(path: &str) -> impl Fn(&Value) -> bool {
    move |line| {
        line["changed"]
            .as_array()
            .is_some_and(|paths| paths.iter().any(|one| one == path))
    }
}

fn count(preview: &Preview, text: &str) -> usize {
    preview.said.lock().unwrap().matches(text).count()
}

#[test]
fn what_goes_is_named_and_what_editors_leave_for_a_moment_is_not() {
    let site = Site::new();
    let preview = site.serve(&[]);
    std::thread::sleep(WATCHING);
    site.write("content/blog/4913", "");
    site.remove("content/blog/4913");
    site.write("content/blog/ebb.md~", "");
    site.remove("content/blog/ebb.md~");
    std::thread::sleep(Duration::from_millis(300));
    site.remove("static/files/chart.txt");
    let lines = said(&preview, names("static/files/chart.txt"));
    let changes = lines.iter().filter(|line| !line["changed"].is_null());
    assert_eq!(changes.count(), 1, "{lines:?}");
    std::fs::rename(
        site.path().join("content/blog"),
        site.path().join("content/sea"),
    )
    .unwrap();
    said(&preview, names("content/blog"));
}

#[test]
fn the_first_file_of_a_new_folder_is_named() {
    let site = Site::new();
    let preview = site.serve(&[]);
    std::thread::sleep(WATCHING);
    site.write("data/moons.yaml", "- Io\n");
    said(&preview, names("data"));
}

#[test]
fn an_error_is_said_once_however_often_its_page_is_asked_for() {
    let site = Site::new();
    site.write("templates/page.html", "{{ nope }}");
    let preview = site.serve(&[]);
    for _ in 0..5 {
        assert_eq!(preview.get("/blog/ebb/").status, 500);
        assert!(preview.now("/blog/ebb/")["problems"].is_string());
    }
    // The answer may be here before what is said on standard error.
    said(&preview, |line| line.to_string().contains("`nope`"));
    assert_eq!(
        count(&preview, "`nope`"),
        1,
        "{}",
        preview.said.lock().unwrap()
    );
    // Nor when something else is wrong besides.
    // In one step: an empty configuration in between would be a version, which says it anew.
    let path = site.path().join("longhand.yaml");
    site.write(".new", "title: [\n");
    std::fs::rename(site.path().join(".new"), path).unwrap();
    preview.until("/blog/ebb/", |_| {
        preview.now("/blog/ebb/")["problems"]
            .to_string()
            .contains("longhand.yaml")
    });
    assert_eq!(preview.get("/blog/ebb/").status, 500);
    assert_eq!(count(&preview, "`nope`"), 1);
}

#[test]
fn what_is_wrong_at_the_start_is_said_once() {
    let site = Site::new();
    site.write("content/blog/bad.md", "---\ntitle: [\n---\n");
    let preview = site.serve(&[]);
    said(&preview, |line| line["path"] == "content/blog/bad.md");
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(count(&preview, "content/blog/bad.md"), 1);
}

#[test]
fn a_warning_that_comes_back_is_said_again() {
    let site = Site::new();
    let preview = site.serve(&[]);
    let warned = |times| {
        let began = Instant::now();
        while count(&preview, "unknown-key") < times {
            assert!(began.elapsed() < SOON, "{}", preview.said.lock().unwrap());
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(count(&preview, "unknown-key"), times);
    };
    site.post("ebb", "Ebb", "show_raeding_time: true", "One.");
    warned(1);
    site.post("ebb", "Ebb", "show_raeding_time: true", "Two.");
    preview.until_text("/blog/ebb/", "Two.");
    warned(1);
    site.post("ebb", "Ebb", "", "Three.");
    preview.until_text("/blog/ebb/", "Three.");
    site.post("ebb", "Ebb", "show_raeding_time: true", "Four.");
    warned(2);
}

#[test]
fn files_that_go_while_they_are_read_are_no_error() {
    let site = Site::new();
    for number in 0..1500 {
        site.write(
            &format!("content/many/{number}.md"),
            "---\ntitle: One of many\n---\nText.\n",
        );
    }
    let preview = site.serve(&[]);
    std::fs::remove_dir_all(site.path().join("content/many")).unwrap();
    preview.until("/many/7/", |answer| answer.status == 404);
    preview.until("/many/1499/", |answer| answer.status == 404);
    assert_eq!(count(&preview, "file-vanished"), 0);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_linked_later_or_elsewhere_is_watched() {
    use std::os::unix::fs::symlink;
    let site = Site::new();
    let text = |text: &str| format!("---\ntitle: Far\n---\n{text}\n");
    site.write("shared/far.md", &text("first"));
    site.write("other/far.md", &text("other"));
    let preview = site.serve(&[]);
    let link = site.path().join("content/far");
    symlink("../shared", &link).unwrap();
    preview.until_text("/far/far/", "first");
    site.write("shared/far.md", &text("second"));
    preview.until_text("/far/far/", "second");
    std::fs::remove_file(&link).unwrap();
    preview.until("/far/far/", |answer| answer.status == 404);
    symlink("../other", &link).unwrap();
    preview.until_text("/far/far/", "other");
    site.write("other/far.md", &text("third"));
    preview.until_text("/far/far/", "third");
}

#[cfg(unix)]
#[test]
fn a_room_that_is_linked_elsewhere_is_watched_there() {
    use std::os::unix::fs::symlink;
    let site = Site::new();
    let text = |text: &str| format!("---\ntitle: Tide\n---\n{text}\n");
    for folder in ["one", "two"] {
        site.write(&format!("{folder}/tide.md"), &text(folder));
    }
    std::fs::remove_dir_all(site.path().join("content")).unwrap();
    let link = site.path().join("content");
    symlink("one", &link).unwrap();
    let preview = site.serve(&[]);
    preview.until_text("/tide/", "one");
    std::fs::remove_file(&link).unwrap();
    symlink("two", &link).unwrap();
    preview.until_text("/tide/", "two");
    site.write("two/tide.md", &text("three"));
    preview.until_text("/tide/", "three");
}

#[test]
fn a_site_that_is_removed_and_made_again_is_watched_again() {
    let site = Site::new();
    let preview = site.serve(&[]);
    std::fs::remove_dir_all(site.path()).unwrap();
    said(&preview, |line| line["name"] == "no-site");
    site.write("longhand.yaml", "title: Tides\n");
    site.post("ebb", "Ebb", "", "It is back.");
    preview.until_text("/blog/ebb/", "It is back.");
    site.post("ebb", "Ebb", "", "And is edited.");
    preview.until_text("/blog/ebb/", "And is edited.");
}

#[test]
fn a_template_that_never_ends_holds_up_no_other_page() {
    let site = Site::new();
    let preview = site.serve(&[]);
    std::thread::sleep(WATCHING);
    let template =
        "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}";
    site.write("templates/page.html", template);
    preview.until("/", |_| count(&preview, "changed") > 0);
    let asked: Vec<_> = (0..5)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
            let request = b"GET /blog/ebb/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
            std::io::Write::write_all(&mut stream, request).unwrap();
            stream
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(preview.get("/tags/").status, 200);
    drop(asked);
    site.remove("templates/page.html");
    preview.until_text("/blog/ebb/", "The water leaves.");
}

#[test]
fn the_editor_is_led_to_an_absolute_path() {
    let site = Site::new();
    site.write("content/blog/bad.md", "---\ntitle: [\n---\n");
    let mut command = Command::new(env!("CARGO_BIN_EXE_longhand"));
    command.args(["serve", "--no-cache", "--json", "-p", "0"]);
    command.current_dir(site.path());
    let preview = Preview::run(command);
    let problems = preview.now("/")["problems"].to_string();
    let path = site
        .path()
        .canonicalize()
        .unwrap()
        .join("content/blog/bad.md");
    let link = format!("vscode://file{}:", path.display());
    assert!(problems.contains(&link), "{problems}");
}

#[test]
fn a_base_path_is_plain() {
    let site = Site::new();
    for path in ["/a/../b/", "/./", "a b", "/ä/", "/a//b", "/a?b", "\\a"] {
        let output = Command::new(env!("CARGO_BIN_EXE_longhand"))
            .args(["serve", "--no-cache", "-p", "0", "--base-path", path, "-s"])
            .arg(site.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{path}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains(&format!("`--base-path {path}` is no path for a site")),
            "{said}"
        );
    }
}
