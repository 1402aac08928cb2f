//! Strangers: what must not be answered, and what must not end the preview.

use super::preview::{Preview, Site, read_answer, read_one};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn every_answer_says_that_it_is_for_this_site_alone() {
    let site = Site::new();
    let preview = site.serve(&[]);
    for path in [
        "/",
        "/files/chart.txt",
        "/nowhere/",
        "/.longhand/live.js",
        "/.longhand/now",
    ] {
        let answer = preview.get(path);
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        let policy = answer.header("cross-origin-resource-policy");
        assert_eq!(policy, Some("same-origin"), "{path}");
        let cors = |(name, _): &(String, String)| name.starts_with("access-control-");
        assert!(!answer.headers.iter().any(cors), "{path}");
    }
    assert_eq!(preview.get("/nowhere/").status, 404);
    assert!(
        preview.get("/nowhere/").text().contains("Tides"),
        "the site's own page"
    );
}

#[test]
fn only_the_right_host_origin_and_site_are_answered() {
    let site = Site::new();
    let preview = site.serve(&["-b", "http://preview.example/"]);
    let port = preview.port;
    let mut asked = 0;
    // The host, and whether it is ours.
    let hosts = [
        (Some("localhost".to_owned()), true),
        (Some(format!("localhost:{port}")), true),
        (Some("127.0.0.1".to_owned()), true),
        (Some(format!("127.0.0.1:{port}")), true),
        (Some("[::1]".to_owned()), true),
        (Some(format!("[::1]:{port}")), true),
        (Some("127.9.9.9".to_owned()), true),
        (Some("preview.example".to_owned()), true),
        (Some("evil.example".to_owned()), false),
        (Some("localhost.evil.example".to_owned()), false),
        (Some("127.0.0.1.evil.example".to_owned()), false),
        (None, false),
    ];
    for (host, is_ours) in &hosts {
        let own = host.as_deref().unwrap_or("localhost");
        let name = own.split(':').next().unwrap();
        let origins = [
            (None, true),
            (Some("null".to_owned()), false),
            (Some(format!("http://{own}")), true),
            (Some(format!("http://{name}:1")), false),
            (Some(format!("https://{own}")), false),
            (Some("http://evil.example".to_owned()), false),
            (Some(format!("http://{own}.evil.example")), false),
            (Some("file://".to_owned()), false),
            (Some("chrome-extension://abcdef".to_owned()), false),
            (Some(format!("HTTP://{}", own.to_uppercase())), false),
            (Some(format!("http://{own}/")), false),
            (Some(String::new()), false),
        ];
        for (origin, is_own) in &origins {
            for fetch in [
                None,
                Some("same-origin"),
                Some("same-site"),
                Some("cross-site"),
            ] {
                for path in ["/blog/ebb/", "/files/chart.txt", "/.longhand/news"] {
                    let mut request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n");
                    if let Some(host) = host {
                        request += &format!("Host: {host}\r\n");
                    }
                    if let Some(origin) = origin {
                        request += &format!("Origin: {origin}\r\n");
                    }
                    if let Some(fetch) = fetch {
                        request += &format!("Sec-Fetch-Site: {fetch}\r\n");
                    }
                    let news = path == "/.longhand/news";
                    let wanted = match news {
                        true => *is_ours && *is_own && matches!(fetch, None | Some("same-origin")),
                        false => *is_ours && fetch != Some("cross-site"),
                    };
                    let status = status_of(&preview, &(request + "\r\n"));
                    let good = if wanted {
                        status == 200
                    } else {
                        matches!(status, 400 | 403)
                    };
                    assert!(good, "{status}: {host:?} {origin:?} {fetch:?} {path}");
                    asked += 1;
                }
            }
        }
    }
    assert_eq!(asked, 3 * 576);
}

/// The status alone: a stream of news never ends.
fn status_of(preview: &Preview, request: &str) -> u16 {
    let mut stream = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    std::str::from_utf8(&head[9..]).unwrap().parse().unwrap()
}

#[test]
fn a_link_from_elsewhere_may_be_followed_but_not_framed() {
    let site = Site::new();
    let preview = site.serve(&[]);
    let from = |dest: &str| {
        let headers = format!(
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: {dest}\r\n"
        );
        preview.ask("GET", "/blog/ebb/", &headers).status
    };
    assert_eq!(from("document"), 200);
    assert_eq!(from("iframe"), 403);
    let forwarded = preview.raw(
        b"GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(forwarded.status, 403);
    let two = preview.raw(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    );
    assert!(matches!(two.status, 400 | 403));
    let whole = preview
        .raw(b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(matches!(whole.status, 400 | 403));
}

/// Ways up and out, in every spelling that some server has fallen for.
fn ways_out(number: usize) -> Vec<u8> {
    let dots = [
        "..",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "%252e%252e",
        "..%00",
        "..;",
        "%c0%ae%c0%ae",
        "%u002e%u002e",
        "....//",
        "..%5c",
        "..\\",
        "%uff0e%uff0e",
        ".",
        "%2e",
        "",
    ];
    let slashes = [
        "/", "//", "%2f", "%5c", "\\", "%252f", "/./", "%c0%af", "/;/",
    ];
    let targets = [
        "etc/passwd",
        "secret.txt",
        "site/longhand.yaml",
        "content/blog/ebb.md",
        ".longhand.json",
        ".git/config",
        "longhand.yaml",
        "%00",
        "",
        "secret.txt%00.html",
        "etc/passwd?x=/",
        "~/",
    ];
    let roots = [
        "/",
        "/files/",
        "/blog/",
        "//",
        "/files/chart.txt/",
        "/%2f/",
        "\\",
        "/.longhand/",
    ];
    let mut number = number;
    let mut pick = |from: &[&'static str]| {
        let chosen = from[number % from.len()];
        number = number / from.len() * 31 + number % 7 + 1;
        chosen
    };
    let mut path = pick(&roots).to_owned();
    for _ in 0..1 + (path.len() + number_of(&path)) % 6 {
        path += pick(&dots);
        path += pick(&slashes);
    }
    path += pick(&targets);
    path.into_bytes()
}

fn number_of(text: &str) -> usize {
    text.bytes().map(usize::from).sum()
}

#[test]
fn no_path_leads_out_of_the_site() {
    let site = Site::new();
    let beside = site.path().parent().unwrap().join("secret.txt");
    std::fs::write(&beside, "the secret").unwrap();
    let mut preview = site.serve(&[]);
    let id = preview.id();
    // A hundred thousand where there is time.
    let all = match std::env::var_os("LONGHAND_REQUIRE_ALL") {
        Some(_) => 100_000,
        None => 4_000,
    };
    let mut stream = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
    stream.set_nodelay(true).unwrap();
    for number in 0..all {
        let path = ways_out(number * 7919 + 13);
        let mut request = b"GET ".to_vec();
        request.extend_from_slice(&path);
        request.extend_from_slice(b" HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(&request).unwrap();
        let (status, body) = read_one(&mut stream);
        let text = String::from_utf8_lossy(&body);
        let shown = String::from_utf8_lossy(&path);
        for secret in ["the secret", "root:x:", "baseURL", "title: Ebb"] {
            assert!(!text.contains(secret), "{shown} gives {secret}");
        }
        assert!(status < 500, "{status}: {shown}");
        if status == 400 {
            // Not HTTP at all: the server has hung up.
            stream = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
            stream.set_nodelay(true).unwrap();
        }
    }
    assert!(preview.is_running());
    assert_eq!(preview.id(), id);
    assert_eq!(preview.get("/").status, 200);
}

#[test]
fn only_reading_is_allowed() {
    let site = Site::new();
    let preview = site.serve(&[]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
        for path in ["/", "/.longhand/news", "/.longhand/now"] {
            let answer = preview.ask(method, path, "Content-Length: 0\r\n");
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some("GET, HEAD"));
        }
    }
    let get = preview.get("/blog/ebb/");
    let head = preview.ask("HEAD", "/blog/ebb/", "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert_eq!(head.header("etag"), get.header("etag"));
}

#[test]
fn parts_and_known_pages_are_answered_as_http_has_it() {
    let site = Site::new();
    let preview = site.serve(&[]);
    let part = |range: &str| preview.ask("GET", "/files/chart.txt", &format!("Range: {range}\r\n"));
    let answer = part("bytes=2-4");
    assert_eq!((answer.status, answer.text().as_str()), (206, "234"));
    assert_eq!(answer.header("content-range"), Some("bytes 2-4/10"));
    let answer = part("bytes=10-");
    assert_eq!((answer.status, answer.body.len()), (416, 0));
    assert_eq!(answer.header("content-range"), Some("bytes */10"));
    assert_eq!(part("bytes=0-1,3-4").status, 200);
    let head = preview.ask("HEAD", "/files/chart.txt", "Range: bytes=2-4\r\n");
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some("10"))
    );
    let moved = preview.get("/blog/ebb?a=b&c");
    assert_eq!(moved.header("location"), Some("/blog/ebb/?a=b&c"));
    let whole = "GET http://localhost/files/chart.txt HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert_eq!(preview.raw(whole.as_bytes()).text(), "0123456789");
    let tag = preview.get("/blog/ebb/").header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"'), "a strong one: {tag}");
    let again = preview.ask(
        "GET",
        "/blog/ebb/",
        &format!("If-None-Match: \"x\", {tag}\r\n"),
    );
    assert_eq!((again.status, again.body.len()), (304, 0));
    site.post("ebb", "Ebb", "", "The water has left.");
    preview.until_text("/blog/ebb/", "has left");
    let other = preview.ask("GET", "/blog/ebb/", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!(other.status, 200);
}

/// `\0\1\2\3…`, so that every four bytes say where they are.
fn numbered(words: u32) -> Vec<u8> {
    (0..words).flat_map(u32::to_be_bytes).collect()
}

#[test]
fn a_large_file_is_sent_in_parts_and_never_held() {
    let site = Site::new();
    let bytes = numbered(12 << 20);
    let disk = site.path().join("static/files/large.mp4");
    std::fs::write(&disk, &bytes).unwrap();
    let preview = site.serve(&[]);
    let before = resident(&preview);
    let part = |range: &str| {
        let headers = format!("Range: bytes={range}\r\n");
        preview.ask("GET", "/files/large.mp4", &headers)
    };
    let middle = part("24000001-24000009");
    assert_eq!(middle.status, 206);
    assert_eq!(middle.body, bytes[24_000_001..=24_000_009]);
    assert_eq!(
        middle.header("content-range"),
        Some("bytes 24000001-24000009/50331648")
    );
    assert_eq!(part("-3").body, bytes[bytes.len() - 3..]);
    assert_eq!(part("50331648-").status, 416);
    let whole = preview.get("/files/large.mp4");
    assert_eq!(whole.header("content-length"), Some("50331648"));
    assert_eq!(whole.header("content-type"), Some("video/mp4"));
    assert!(whole.body == bytes, "every byte in its place");
    let head = preview.ask("HEAD", "/files/large.mp4", "");
    assert_eq!(head.header("content-length"), Some("50331648"));
    assert_eq!(head.body.len(), 0);
    let tag = whole.header("etag").unwrap();
    let again = preview.ask(
        "GET",
        "/files/large.mp4",
        &format!("If-None-Match: {tag}\r\n"),
    );
    assert_eq!(again.status, 304);
    if let (Some(before), Some(after)) = (before, resident(&preview)) {
        // Held, it would be 48 MiB.
        assert!(after < before + (32 << 10), "{before} KiB, then {after}");
    }
    std::fs::write(&disk, &bytes[4..]).unwrap();
    preview.until("/files/large.mp4", |answer| answer.body == bytes[4..]);
    let old = format!("If-Range: {tag}\r\nRange: bytes=0-3\r\n");
    assert_eq!(preview.ask("GET", "/files/large.mp4", &old).status, 200);
}

/// The most memory that the preview has ever held, in KiB, where the system says so.
fn resident(preview: &Preview) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", preview.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn who_is_slow_or_talks_too_long_is_not_waited_for() {
    let site = Site::new();
    let preview = site.serve(&[]);
    let mut slow = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: local").unwrap();
    let long = format!("X: {}\r\n", "a".repeat(40_000));
    let answer = preview.ask("GET", "/", &long);
    assert_eq!(answer.status, 431);
    let began = Instant::now();
    slow.set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest);
    let took = began.elapsed();
    assert!(
        (5..20).contains(&took.as_secs()),
        "hung up on after {took:?}"
    );
}

#[test]
fn there_are_so_many_places_and_they_become_free() {
    let site = Site::new();
    let preview = site.serve(&[]);
    let mut held = Vec::new();
    for _ in 0..256 {
        let mut stream = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
        stream
            .write_all(b"GET /files/chart.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        assert_eq!(read_one(&mut stream).0, 200);
        held.push(stream);
    }
    let mut one_more = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
    assert_eq!(read_answer(&mut one_more).status, 503);
    drop(held);
    let began = Instant::now();
    loop {
        let mut stream = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .unwrap();
        if read_answer(&mut stream).status == 200 {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_port_that_is_taken_is_said_and_otherwise_the_next_is_used() {
    let site = Site::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let asked = Command::new(env!("CARGO_BIN_EXE_longhand"))
        .args(["serve", "--no-cache", "-p", &port, "-s"])
        .arg(site.path())
        .output()
        .unwrap();
    assert_eq!(asked.status.code(), Some(3));
    assert_eq!(
        String::from_utf8_lossy(&asked.stderr),
        format!(
            "error: the port {port} is taken by another program; leave `-p` out, and the next that is free is used\n"
        )
    );
}

#[test]
fn the_next_free_port_is_used_where_none_is_asked_for() {
    let site = Site::new();
    // Ours, or somebody else's already: it is taken either way.
    let _taken = TcpListener::bind("127.0.0.1:1313");
    let mut command = Command::new(env!("CARGO_BIN_EXE_longhand"));
    command
        .args(["serve", "--no-cache", "--json", "-s"])
        .arg(site.path());
    let preview = Preview::run(command);
    assert!((1314..=1413).contains(&preview.port), "{}", preview.port);
    let page = preview.get("/blog/ebb/");
    let link = format!("http://localhost:{}/blog/ebb/", preview.port);
    assert!(page.text().contains(&link), "links lead there too");
}

#[test]
fn ctrl_c_ends_the_preview_with_listeners_and_all() {
    let site = Site::new();
    let preview = site.serve(&[]);
    let mut listening = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
    listening
        .write_all(b"GET /.longhand/news HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut hello = [0; 12];
    listening.read_exact(&mut hello).unwrap();
    let began = Instant::now();
    assert_eq!(preview.interrupt(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(3));
    // The stream is closed, not left hanging.
    let mut rest = Vec::new();
    listening
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let _ = listening.read_to_end(&mut rest);
}

#[test]
fn the_stream_of_news_says_no_more_than_that_there_is_news() {
    let site = Site::new();
    let preview = site.serve(&[]);
    let mut stream = TcpStream::connect(("127.0.0.1", preview.port)).unwrap();
    stream
        .write_all(b"GET /.longhand/news HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let mut said = String::new();
    let began = Instant::now();
    site.post("ebb", "Ebb", "", "A secret of the sea.");
    while !said.contains("event: news") && began.elapsed() < Duration::from_secs(10) {
        let mut buffer = [0; 4096];
        if let Ok(read) = stream.read(&mut buffer) {
            said.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    }
    assert!(said.contains("content-type: text/event-stream"), "{said}");
    assert!(said.contains("event: news\ndata: -\n\n"), "{said}");
    assert!(!said.contains("ebb") && !said.contains("secret"), "{said}");
}
