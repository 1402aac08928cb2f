//! Edits of every kind, as they are seen over HTTP; and that what is seen is what
//! a build writes.

use super::preview::{Preview, SOON, Site, read_one};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Every file of a build is what the preview answers, but for the script.
fn equals_build(site: &Site, preview: &Preview, arguments: &[&str]) {
    let built = files(&site.build(&preview.url, arguments));
    assert!(built.len() > 10);
    let base = preview.url.splitn(4, '/').nth(3).unwrap_or_default();
    for (path, bytes) in &built {
        let answer = preview.get(&format!("/{base}{path}"));
        assert!(
            matches!(answer.status, 200 | 404),
            "{path}: {}",
            answer.status
        );
        let got = match path.ends_with(".html") {
            true => without_script(&answer.text()).into_bytes(),
            false => answer.body,
        };
        let same = got == *bytes;
        assert!(same, "`{path}` differs:\n{}", String::from_utf8_lossy(&got));
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let all = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap);
    let files = all.filter(|entry| entry.file_type().is_file());
    let named = files.map(|entry| {
        let path = entry.path().strip_prefix(folder).unwrap();
        (
            path.to_string_lossy().into_owned(),
            std::fs::read(entry.path()).unwrap(),
        )
    });
    named.filter(|(path, _)| path != ".longhand.json").collect()
}

pub fn without_script(page: &str) -> String {
    let start = page
        .find("<script src=\"/.longhand/live.js\"")
        .expect("the script");
    let end = start + page[start..].find("</script>").unwrap() + "</script>".len();
    format!("{}{}", &page[..start], &page[end..])
}

#[test]
fn the_preview_is_what_a_build_writes() {
    let site = Site::new();
    let preview = site.serve(&[]);
    equals_build(&site, &preview, &[]);
    assert_eq!(preview.get("/blog/slack/").status, 404, "a draft");
    let moved = preview.get("/blog/ebb");
    assert_eq!(
        (moved.status, moved.header("location")),
        (302, Some("/blog/ebb/"))
    );
    // After an edit of a text, of a title, and of the configuration.
    site.post(
        "ebb",
        "Ebb",
        "tags: [sea]",
        "Another text, [to the flood](flood.md).",
    );
    preview.until_text("/blog/ebb/", "Another text");
    equals_build(&site, &preview, &[]);
    site.post("ebb", "Low water", "tags: [sea, moon]", "Another text.");
    preview.until_text("/blog/flood/", "Low water");
    preview.until_text("/tags/moon/", "Low water");
    equals_build(&site, &preview, &[]);
    site.write(
        "longhand.yaml",
        "title: Currents\nbaseURL: https://tides.example/\n",
    );
    preview.until_text("/", "Currents");
    equals_build(&site, &preview, &[]);
}

#[test]
fn drafts_are_shown_where_asked_for_and_marked() {
    let site = Site::new();
    site.write(
        "content/blog/moon.md",
        "---\ntitle: Moon\ndate: 2999-01-01\n---\nLater.\n",
    );
    let preview = site.serve(&["-D", "-F", "-E"]);
    assert!(
        preview
            .get("/blog/slack/")
            .text()
            .contains("data-marks=\"draft\"")
    );
    assert!(preview.get("/blog/ebb/").text().contains("data-marks=\"\""));
    equals_build(&site, &preview, &["-D", "-F", "-E"]);
}

#[test]
fn a_site_below_a_path_is_served_below_it() {
    let site = Site::new();
    let preview = site.serve(&["--base-path", "/sea/side"]);
    assert!(preview.url.ends_with("/sea/side/"));
    assert!(
        preview
            .get("/sea/side/blog/ebb/")
            .text()
            .contains("href=\"/sea/side/blog/flood/")
    );
    assert_eq!(preview.get("/").header("location"), Some("/sea/side/"));
    assert_eq!(preview.get("/blog/ebb/").status, 404);
    equals_build(&site, &preview, &[]);
}

#[test]
fn files_come_go_and_move() {
    let site = Site::new();
    let preview = site.serve(&[]);
    site.post("spring", "Spring", "tags: [moon]", "The highest.");
    preview.until_text("/blog/spring/", "The highest");
    preview.until_text("/blog/", "Spring");
    preview.until_text("/tags/moon/", "Spring");
    let content = site.path().join("content");
    std::fs::rename(content.join("blog/spring.md"), content.join("blog/neap.md")).unwrap();
    preview.until("/blog/neap/", |answer| answer.status == 200);
    preview.until("/blog/spring/", |answer| answer.status == 404);
    std::fs::rename(content.join("blog"), content.join("notes")).unwrap();
    preview.until("/notes/neap/", |answer| answer.status == 200);
    preview.until("/blog/neap/", |answer| answer.status == 404);
    // Within the folder that was moved.
    let text = "---\ntitle: Neap\n---\nThe lowest.\n";
    site.write("content/notes/neap.md", text);
    preview.until_text("/notes/neap/", "The lowest");
    site.remove("content/notes/neap.md");
    preview.until("/notes/neap/", |answer| answer.status == 404);
    equals_build(&site, &preview, &[]);
}

#[test]
fn editors_save_in_their_own_ways() {
    let site = Site::new();
    let preview = site.serve(&[]);
    let blog = site.path().join("content/blog");
    let text = |word: &str| format!("---\ntitle: Ebb\ndate: 2024-05-01\n---\n\n{word}\n");
    // Beside it and renamed over it.
    std::fs::write(blog.join("ebb.md.tmp~"), text("one")).unwrap();
    std::fs::rename(blog.join("ebb.md.tmp~"), blog.join("ebb.md")).unwrap();
    preview.until_text("/blog/ebb/", "one");
    // Put away, written anew, the old one removed.
    std::fs::rename(blog.join("ebb.md"), blog.join("ebb.md~")).unwrap();
    std::fs::write(blog.join("ebb.md"), text("two")).unwrap();
    std::fs::remove_file(blog.join("ebb.md~")).unwrap();
    preview.until_text("/blog/ebb/", "two");
    // Removed and written at once: it was never away.
    std::fs::remove_file(blog.join("ebb.md")).unwrap();
    std::fs::write(blog.join("ebb.md"), text("three")).unwrap();
    preview.until_text("/blog/ebb/", "three");
    // What editors leave beside it is none of the site's.
    std::fs::write(blog.join(".ebb.md.swp"), "binary").unwrap();
    std::fs::write(blog.join("4913~"), "").unwrap();
    std::fs::write(blog.join("ebb.md"), text("four")).unwrap();
    preview.until_text("/blog/ebb/", "four");
    equals_build(&site, &preview, &[]);
}

#[test]
fn templates_data_and_new_folders_are_watched() {
    let site = Site::new();
    let preview = site.serve(&[]);
    // None of these folders was there.
    site.write(
        "templates/page.html",
        "<!doctype html><title>t</title><h1>{{ page.title }}</h1>{% if data.moon is defined %}{{ data.moon.phase }}{% else %}no moon{% endif %}",
    );
    preview.until_text("/blog/ebb/", "<h1>Ebb</h1>no moon");
    site.write("data/moon.yaml", "phase: full");
    preview.until_text("/blog/ebb/", "<h1>Ebb</h1>full");
    site.write("data/moon.yaml", "phase: new");
    preview.until_text("/blog/ebb/", "<h1>Ebb</h1>new");
    site.remove("templates/page.html");
    preview.until("/blog/ebb/", |answer| {
        !answer.text().contains("<h1>Ebb</h1>new")
    });
    site.write("static/files/chart.txt", "9876543210");
    preview.until("/files/chart.txt", |answer| answer.body == b"9876543210");
    equals_build(&site, &preview, &[]);
}

#[test]
fn the_last_good_version_stays_until_an_error_is_mended() {
    let site = Site::new();
    let preview = site.serve(&[]);
    assert_eq!(
        preview.now("/blog/ebb/")["problems"],
        serde_json::Value::Null
    );
    site.write(
        "content/blog/ebb.md",
        "---\ntitle: \"Ebb <script>\ndate: 2024-05-01\n---\nBroken.\n",
    );
    let began = Instant::now();
    let problems = loop {
        let now = preview.now("/blog/flood/");
        if let Some(problems) = now["problems"].as_str() {
            break problems.to_owned();
        }
        assert!(began.elapsed() < SOON);
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(problems.contains("content/blog/ebb.md:2:"), "{problems}");
    assert!(
        problems.contains("&lt;script&gt;") && !problems.contains("<script"),
        "{problems}"
    );
    assert!(problems.contains("href=\"vscode://file/"), "{problems}");
    // The frame of the terminal.
    while !preview.said.lock().unwrap().contains("ebb.md") {
        assert!(began.elapsed() < SOON);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(
        preview
            .get("/blog/ebb/")
            .text()
            .contains("The water leaves")
    );
    // Its file is another by now, and nobody has asked for the feed before.
    assert!(
        preview
            .get("/index.xml")
            .text()
            .contains("The water leaves")
    );
    site.post("ebb", "Ebb", "", "Mended.");
    preview.until_text("/blog/ebb/", "Mended");
    assert_eq!(
        preview.now("/blog/ebb/")["problems"],
        serde_json::Value::Null
    );
}

#[test]
fn an_error_of_one_page_leaves_the_others() {
    let site = Site::new();
    let template = |text: &str| {
        let text = format!("<!doctype html><title>t</title><p>{{{{ page.title }}}}</p>{text}");
        site.write("templates/page.html", &text);
    };
    template("good");
    let preview = site.serve(&[]);
    preview.until_text("/blog/ebb/", "good");
    template("{% if page.title == \"Ebb\" %}{{ page.title.deep.deeper }}{% endif %}new");
    preview.until_text("/blog/flood/", "new");
    let ebb = preview.get("/blog/ebb/");
    assert!(ebb.text().contains("good"), "as it was: {}", ebb.text());
    let now = preview.now("/blog/ebb/");
    let problems = now["problems"].as_str().unwrap();
    assert!(problems.contains("templates/page.html"), "{problems}");
    assert_eq!(
        preview.now("/blog/flood/")["problems"],
        serde_json::Value::Null
    );
    template("mended");
    preview.until_text("/blog/ebb/", "mended");
}

#[test]
fn a_site_that_begins_with_an_error_is_shown_once_it_is_mended() {
    let site = Site::new();
    site.write("templates/page.html", "{% if %}");
    let preview = site.serve(&[]);
    let broken = preview.get("/blog/ebb/");
    assert_eq!(broken.status, 500);
    assert!(broken.text().contains("/.longhand/live.js"));
    assert!(
        preview.now("/")["problems"]
            .as_str()
            .unwrap()
            .contains("templates/page.html")
    );
    site.remove("templates/page.html");
    preview.until("/blog/ebb/", |answer| answer.status == 200);
}

#[test]
fn many_files_touched_at_once_end_on_the_latest() {
    let site = Site::new();
    let post = |number: usize, word: &str| {
        let name = format!("p{number}");
        site.post(
            &name,
            &format!("Post {number}"),
            "",
            &format!("It says {word}."),
        );
    };
    (0..5000).for_each(|number| post(number, "first"));
    let preview = site.serve(&[]);
    preview.until_text("/blog/p4999/", "first");
    for word in ["second", "third"] {
        (0..5000).for_each(|number| post(number, word));
    }
    for number in [0, 17, 2500, 4999] {
        preview.until_text(&format!("/blog/p{number}/"), "third");
    }
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_is_watched() {
    let site = Site::new();
    let shared = "---\ntitle: Shared\n---\nTold once.\n";
    site.write("shared/note.md", shared);
    let link = site.path().join("content/blog/linked.md");
    std::os::unix::fs::symlink("../../shared/note.md", link).unwrap();
    let preview = site.serve(&[]);
    preview.until_text("/blog/linked/", "Told once");
    // The watch begins after the first answer.
    site.post("ebb", "Ebb", "", "Seen.");
    preview.until_text("/blog/ebb/", "Seen");
    site.write("shared/note.md", &shared.replace("once", "twice"));
    preview.until_text("/blog/linked/", "Told twice");
}

#[test]
fn no_answer_mixes_two_versions_and_none_fails_while_edits_go_on() {
    let site = Site::new();
    let text = |number: usize| {
        let body = format!("Version {number}.\n\n").repeat(200);
        site.post("ebb", &format!("Version {number}"), "", &body);
    };
    text(0);
    let preview = site.serve(&[]);
    // As a load generator asks where there is time.
    let (seconds, connections, pause) = match std::env::var_os("LONGHAND_REQUIRE_ALL") {
        Some(_) => (60, 64, Duration::from_secs(1)),
        None => (3, 16, Duration::from_millis(100)),
    };
    let end = Instant::now() + Duration::from_secs(seconds);
    let asked = AtomicUsize::new(0);
    let versions = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut seen = BTreeSet::new();
                let mut stream = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
                stream.set_nodelay(true).unwrap();
                for path in ["/blog/ebb/", "/blog/", "/index.xml"].iter().cycle() {
                    if Instant::now() > end {
                        break;
                    }
                    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
                    stream.write_all(request.as_bytes()).unwrap();
                    let (status, body) = read_one(&mut stream);
                    assert_eq!(status, 200, "{path}");
                    let found = versions_in(&String::from_utf8_lossy(&body));
                    assert_eq!(found.len(), 1, "{path}: {found:?}");
                    seen.extend(found);
                    asked.fetch_add(1, Ordering::Relaxed);
                }
                versions.lock().unwrap().append(&mut seen);
            });
        }
        let mut number = 0;
        while Instant::now() < end {
            number += 1;
            text(number);
            std::thread::sleep(pause);
        }
    });
    let versions = versions.into_inner().unwrap().len();
    let asked = asked.into_inner();
    assert!(
        asked > 50 && versions > 2,
        "{asked} answers, {versions} versions"
    );
}

/// The numbers that a text says.
fn versions_in(text: &str) -> BTreeSet<usize> {
    let said = text.split("Version ").skip(1);
    said.map(|rest| {
        let number = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        number.parse().unwrap()
    })
    .collect()
}

#[test]
fn a_file_that_comes_and_goes_is_no_edit_of_the_site() {
    let site = Site::new();
    let preview = site.serve(&[]);
    site.post("ebb", "Ebb", "", "Seen.");
    preview.until_text("/blog/ebb/", "Seen");
    std::thread::sleep(Duration::from_millis(300));
    preview.said.lock().unwrap().clear();
    // As `sed -i` does.
    let blog = site.path().join("content/blog");
    let text = "---\ntitle: Ebb\n---\nSaved over it.\n";
    std::fs::write(blog.join("sedAbCdE"), text).unwrap();
    std::fs::rename(blog.join("sedAbCdE"), blog.join("ebb.md")).unwrap();
    preview.until_text("/blog/ebb/", "Saved over it");
    let began = Instant::now();
    while !preview.said.lock().unwrap().contains("changed") {
        assert!(began.elapsed() < SOON);
        std::thread::sleep(Duration::from_millis(5));
    }
    let said = preview.said.lock().unwrap().clone();
    assert!(
        said.contains(r#"{"changed":["content/blog/ebb.md"],"#),
        "{said}"
    );
    equals_build(&site, &preview, &[]);
}

#[test]
fn pages_follow_the_edits_where_that_is_asked_for() {
    let site = Site::new();
    for (arguments, follows) in [(&["-N"][..], true), (&[][..], false)] {
        let preview = site.serve(arguments);
        // The watch begins after the first answer.
        site.post("ebb", "Ebb", "", &format!("Seen: {follows}."));
        preview.until_text("/blog/ebb/", &format!("Seen: {follows}."));
        site.post("flood", "Flood", "", &format!("Followed: {follows}."));
        preview.until_text("/blog/flood/", &format!("Followed: {follows}."));
        let now = preview.now("/");
        match follows {
            true => {
                assert_eq!(now["url"], "/blog/flood/");
                assert!(now["went"].as_u64().unwrap() > 0);
            }
            false => assert_eq!(now["url"], serde_json::Value::Null),
        }
    }
}

#[test]
fn a_page_appears_when_its_time_comes_and_goes_when_it_is_over() {
    let site = Site::new();
    let moment = |seconds| {
        let moment = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
        moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let page = |name: &str, front: &str| {
        let text = format!("---\ntitle: In time\n{front}\n---\nNow or never.\n");
        site.write(&format!("content/blog/{name}.md"), &text);
    };
    page("coming", &format!("date: {}", moment(4)));
    page(
        "going",
        &format!("date: 2024-05-01\nexpiryDate: {}", moment(4)),
    );
    let preview = site.serve(&[]);
    assert_eq!(preview.get("/blog/coming/").status, 404);
    assert_eq!(preview.get("/blog/going/").status, 200);
    assert!(!preview.get("/blog/").text().contains("/blog/coming/"));
    // Nobody edits anything.
    preview.until("/blog/coming/", |answer| answer.status == 200);
    preview.until("/blog/going/", |answer| answer.status == 404);
    let list = preview.get("/blog/").text();
    assert!(list.contains("/blog/coming/") && !list.contains("/blog/going/"));
}

/// A user namespace of its own has limits of its own.
#[cfg(target_os = "linux")]
#[test]
fn where_the_system_watches_no_more_folders_files_are_looked_at() {
    const LIMIT: &str = "/proc/sys/user/max_inotify_watches";
    let within = |script: &str| {
        let mut command = std::process::Command::new("unshare");
        command.args(["-Ur", "sh", "-c", script, "sh"]);
        command
    };
    let may = within(&format!("echo 3 > {LIMIT}")).output();
    if !may.is_ok_and(|output| output.status.success()) {
        let required = std::env::var_os("LONGHAND_REQUIRE_ALL").is_some_and(|v| v == "1");
        assert!(!required, "there are no user namespaces for the test");
        return skipped("where_the_system_watches_no_more_folders_files_are_looked_at");
    }
    let site = Site::new();
    let mut command = within(&format!("echo 3 > {LIMIT} && exec \"$@\""));
    command
        .arg(env!("CARGO_BIN_EXE_longhand"))
        .args(["serve", "--no-cache", "--json", "-p", "0", "-s"])
        .arg(site.path());
    let preview = Preview::run(command);
    let began = Instant::now();
    let said = loop {
        let said = preview.said.lock().unwrap().clone();
        if said.contains("polling") {
            break said;
        }
        assert!(began.elapsed() < SOON, "{said}");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(said.contains("\"limit\":true"), "{said}");
    site.post("ebb", "Ebb", "", "Looked at.");
    preview.until_text("/blog/ebb/", "Looked at");
    site.post("new", "New", "", "Found.");
    preview.until_text("/blog/new/", "Found");
    site.remove("content/blog/new.md");
    preview.until("/blog/new/", |answer| answer.status == 404);
    equals_build(&site, &preview, &[]);
}

#[cfg(target_os = "linux")]
#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests shall know what was not run"
)]
fn skipped(name: &str) {
    eprintln!("skipped: {name}: there are no user namespaces");
}
