//! The same edits as the author of a running preview makes them: what the program
//! answers over HTTP is, two seconds after the last event, what a clean build writes.
//!
//! `SERVED=n` runs as many scripts, `SEED=n` and `FROM=n` say which, and
//! `WITHIN=seconds` holds it to another time, for a machine that has much else to do.

use crate::build::{self, Built, Files, Order};
use crate::site::Flags;
use crate::steps::{self, World};
use crate::{Script, first_difference, number, processors, run_all, world_of};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const SCRIPTS: u64 = 24;

/// Alone it takes no more than two; a test among many others has to wait for its turn.
const WITHIN: u64 = 10;

/// A running preview, and what it was started with.
struct Served {
    child: Child,
    flags: Flags,
    source: PathBuf,
    stream: BufReader<TcpStream>,
    port: u16,
    base: String,
}

impl Served {
    /// `None` where the site's configuration cannot be read.
    fn start(world: &World) -> Option<Served> {
        let flags = world.flags.clone();
        let mut command = Command::new(env!("CARGO_BIN_EXE_longhand"));
        command.args(["serve", "--json", "-p", "0"]);
        command.args(["-b", base_url(&flags)]);
        command.arg("-s").arg(&world.tree.root);
        command
            .arg("--cache-dir")
            .arg(world.folder.join("served-cache"));
        flags.pass(&mut command);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&first).unwrap();
        let Some(url) = ready["ready"].as_str() else {
            let _ = child.wait();
            return None;
        };
        let (_, rest) = url.rsplit_once(':').unwrap();
        let (port, base) = rest.split_once('/').unwrap();
        let port = port.parse().unwrap();
        // Nobody reads the rest: it must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Some(Served {
            stream: connect(port),
            base: format!("/{base}"),
            source: world.tree.root.clone(),
            port,
            child,
            flags,
        })
    }

    /// Status and bytes of one path of the output.
    fn ask(&mut self, path: &str) -> std::io::Result<(u16, Vec<u8>)> {
        let encoded: String = path.bytes().map(encode).collect();
        let request = format!("GET {encoded} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut length = 0;
        while line.trim() != "" {
            line.clear();
            self.stream.read_line(&mut line)?;
            if let Some(said) = line.strip_prefix("content-length: ") {
                length = said.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let cut = status.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        Ok((cut, body))
    }

    fn get(&mut self, path: &str) -> (u16, Vec<u8>) {
        let path = format!("{}{path}", self.base);
        self.ask(&path).unwrap_or_else(|_| {
            // It was silent for so long that the server hung up.
            self.stream = connect(self.port);
            self.ask(&path).unwrap()
        })
    }

    /// The files of the build as they are answered, and those of the build before
    /// that should be gone and are not.
    fn answers(&mut self, wanted: &Files, before: &Files) -> Files {
        let mut got = Files::new();
        for path in wanted.keys() {
            if let (200, body) = self.get(path) {
                got.insert(path.clone(), without_script(path, body));
            }
        }
        for path in before.keys().filter(|path| !wanted.contains_key(*path)) {
            let (status, body) = self.get(path);
            // An address that leads to another now is no file either.
            if status == 200 {
                got.insert(path.clone(), body);
            }
        }
        got
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn connect(port: u16) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(180)))
        .unwrap();
    BufReader::new(stream)
}

/// Links lead to the preview unless they are told where: then they are the build's.
fn base_url(flags: &Flags) -> &str {
    flags.base_url.as_deref().unwrap_or("https://site.example/")
}

fn encode(byte: u8) -> String {
    match byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    }
}

fn without_script(path: &str, body: Vec<u8>) -> Vec<u8> {
    if !path.ends_with(".html") {
        return body;
    }
    let mark = "<script src=\"/.longhand/live.js\"";
    let text = String::from_utf8_lossy(&body).into_owned();
    let Some(start) = text.find(mark) else {
        return b"the reload script is missing".to_vec();
    };
    let end = start + text[start..].find("</script>").unwrap() + "</script>".len();
    format!("{}{}", &text[..start], &text[end..]).into_bytes()
}

/// Runs a script; the longest that an edit took to be seen.
fn run(script: &Script, within: Duration) -> Result<Duration, String> {
    let folder = tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap();
    let mut world = world_of(script, folder.path());
    // What comes to lie in the output does not concern a preview.
    world.out = folder.path().join("out");
    let mut served: Option<Served> = None;
    let mut before = Files::new();
    let mut done: BTreeMap<usize, String> = BTreeMap::new();
    let mut longest = Duration::ZERO;
    for step in 0..=script.steps.len() {
        if let Some(at) = step.checked_sub(1) {
            // As editors save: in place, or beside the file and then renamed to it.
            world.tree.beside = script.steps[at].is_multiple_of(3);
            done.insert(step, steps::step(&mut world, script.steps[at]));
        }
        let edited = Instant::now();
        let same =
            |served: &Served| served.flags == world.flags && served.source == world.tree.root;
        let running = served.take().filter(same).or_else(|| Served::start(&world));
        let (built, wanted) = build(&world);
        world.failed = built.code != 0;
        let Some(mut running) = running else {
            if world.failed {
                continue;
            }
            return Err(explain(script, &done, "it does not start"));
        };
        if world.failed {
            // Which page is shown on top of which error is tested elsewhere.
            let (status, _) = running.get("");
            if ![200, 404, 500].contains(&status) {
                return Err(explain(
                    script,
                    &done,
                    &format!("{status} for the home page"),
                ));
            }
        } else {
            world.good = (world.tree.files.clone(), world.flags.clone());
            loop {
                let got = running.answers(&wanted, &before);
                let late = edited.elapsed();
                match first_difference(&wanted, &got) {
                    None => {
                        longest = longest.max(late);
                        break;
                    }
                    Some(why) if late > within => {
                        return Err(explain(script, &done, &why));
                    }
                    Some(_) => std::thread::sleep(Duration::from_millis(10)),
                }
            }
            before = wanted;
        }
        served = Some(running);
    }
    Ok(longest)
}

/// What a build from nothing writes, of the same options.
fn build(world: &World) -> (Built, Files) {
    let mut order = Order {
        source: world.tree.root.clone(),
        output: world.folder.join("clean"),
        cache: world.folder.join("clean-cache"),
        flags: world.flags.clone(),
        program: false,
        threads: 2,
    };
    order.flags.base_url = Some(base_url(&world.flags).to_owned());
    // A preview shows what a strict build refuses.
    order.flags.strict = false;
    let built = order.run();
    let mut wanted = build::files(&order.output);
    wanted.retain(|path, _| !path.ends_with('/'));
    for path in [&order.output, &order.cache] {
        let _ = std::fs::remove_dir_all(path);
    }
    (built, wanted)
}

fn explain(script: &Script, done: &BTreeMap<usize, String>, why: &str) -> String {
    let done: String = done
        .iter()
        .map(|(number, what)| format!("  {number}. {what}\n"))
        .collect();
    format!(
        "SEED={} fails\n{done}(- a clean build, + what is served)\n{why}",
        script.seed
    )
}

#[test]
fn what_a_running_preview_answers_equals_a_clean_build() {
    let within = Duration::from_secs(number("WITHIN").unwrap_or(WITHIN));
    let longest = Mutex::new((Duration::ZERO, 0));
    let (count, failures) = run_all(("SERVED", SCRIPTS), processors(), |seed| {
        let late = run(&Script::new(seed), within)?;
        let mut longest = longest.lock().unwrap();
        *longest = (*longest).max((late, seed));
        Ok(())
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
    say(count, longest.into_inner().unwrap());
}

#[expect(clippy::print_stderr, reason = "a figure for whoever runs it by hand")]
fn say(count: u64, (longest, seed): (Duration, u64)) {
    eprintln!("{count} scripts; an edit was seen after {longest:?} at most, in SEED={seed}");
}
