//! Links that lead out of the site, asked for on a server of the test's own: what is gone,
//! has moved, knows no HEAD, refuses programs, or is not there at all.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

/// Requests, as `HEAD /fine`.
type Log = Arc<Mutex<Vec<String>>>;

fn answer(stream: TcpStream, log: &Log) {
    let mut reader = BufReader::new(&stream);
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() {
        return;
    }
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        line.clear();
    }
    let mut words = first.split_whitespace();
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    log.lock()
        .expect("the log")
        .push(format!("{method} {path}"));
    let head = match (method, path) {
        (_, "/fine") => "200 OK",
        (_, "/gone") => "404 Not Found",
        (_, "/moved") => "301 Moved Permanently\r\nLocation: /fine",
        (_, "/login") => "302 Found\r\nLocation: /fine",
        (_, "/loop") => "301 Moved Permanently\r\nLocation: /loop",
        ("HEAD", "/no-head") => "405 Method Not Allowed",
        (_, "/no-head") => "200 OK",
        (_, "/closed") => "403 Forbidden",
        _ => "500 Internal Server Error",
    };
    let _ = write!(
        &stream,
        "HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
}

fn check(site: &std::path::Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_longhand"))
        .args(["check", "--external", "--format", "github", "--cache-dir"])
        .arg(site.join("../cache"))
        .arg("-s")
        .arg(site)
        .output()
        .expect("the program runs")
}

#[test]
fn outside_links_are_asked_once_and_what_is_wrong_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    // A port that nobody listens on: taken, and let go.
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = closed.local_addr().expect("an address").port();
    drop(closed);
    let log: Log = Arc::default();
    let seen = log.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, &seen);
        }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    std::fs::create_dir_all(site.join("content/posts")).expect("a folder");
    let base = format!("http://127.0.0.1:{port}");
    let config = "baseURL: https://diary.example/\ntitle: T\nparams: {description: D}\n";
    std::fs::write(site.join("longhand.yaml"), config).expect("a file");
    let links: String = [
        "fine",
        "gone",
        "moved",
        "login",
        "loop",
        "no-head",
        "closed",
        "fine#twice",
    ]
    .iter()
    .map(|path| format!("[{path}]({base}/{path})\n"))
    .collect();
    let text = format!(
        "---\ntitle: A\ndate: 2024-11-11\ndescription: B\n---\n{links}[nobody](http://127.0.0.1:{nobody}/)\n[example](https://example.org/)\n"
    );
    std::fs::write(site.join("content/posts/a.md"), text).expect("a file");
    let first = check(&site);
    let said = String::from_utf8_lossy(&first.stdout).into_owned();
    let names: Vec<(&str, &str)> = said
        .lines()
        .filter_map(|line| {
            let line_number = line.split("line=").nth(1)?.split(',').next()?;
            Some((
                line_number,
                line.split("title=").nth(1)?.split("::").next()?,
            ))
        })
        .collect();
    let want = [
        ("7", "dead-link"),
        ("8", "moved-link"),
        ("10", "unreachable-link"),
        ("14", "unreachable-link"),
    ];
    assert_eq!(
        names,
        want,
        "{said}{}",
        String::from_utf8_lossy(&first.stderr)
    );
    assert!(said.contains(&format!("write `{base}/fine`")), "{said}");
    assert!(said.contains("sends on without end"), "{said}");
    let asked = std::mem::take(&mut *log.lock().expect("the log"));
    let fine = asked
        .iter()
        .filter(|asked| asked.ends_with(" /fine"))
        .count();
    // Once for itself, once for each address that leads there.
    assert_eq!(fine, 3, "{asked:?}");
    // What was well is not asked again; what was not, is.
    let again = check(&site);
    assert_eq!(first.stdout, again.stdout);
    let asked = log.lock().expect("the log").clone();
    assert!(
        !asked
            .iter()
            .any(|asked| asked.ends_with("/fine") || asked.ends_with("/moved")),
        "{asked:?}"
    );
    assert!(
        asked.iter().any(|asked| asked.ends_with("/gone")),
        "{asked:?}"
    );
}
