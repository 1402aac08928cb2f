//! A site in a folder, a preview of it, and the ways to ask it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// An edit is seen within this, on a machine that has much else to do.
pub const SOON: Duration = Duration::from_secs(10);

pub struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    /// A small blog: a home page, a section with three posts, one of them a draft.
    pub fn new() -> Site {
        let site = Site {
            folder: tempfile::tempdir().unwrap(),
        };
        site.write(
            "longhand.yaml",
            "title: Tides\nbaseURL: https://tides.example/\nlanguageCode: en\n",
        );
        site.post("ebb", "Ebb", "tags: [sea]", "The water leaves.");
        site.post("flood", "Flood", "tags: [sea]", "The water comes.");
        site.post("slack", "Slack", "draft: true", "The water waits.");
        site.write("static/files/chart.txt", "0123456789");
        site.write("static/css/own.css", "body { color: black }\n");
        site
    }

    pub fn post(&self, name: &str, title: &str, front: &str, body: &str) {
        let text = format!("---\ntitle: {title}\ndate: 2024-05-01\n{front}\n---\n\n{body}\n");
        self.write(&format!("content/blog/{name}.md"), &text);
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.path().join(path)).unwrap();
    }

    pub fn serve(&self, arguments: &[&str]) -> Preview {
        Preview::start(&self.path(), arguments)
    }

    /// What a build writes, with the preview's base URL.
    pub fn build(&self, base_url: &str, arguments: &[&str]) -> PathBuf {
        let output = self.folder.path().join("built");
        let _ = std::fs::remove_dir_all(&output);
        let status = longhand()
            .args(["build", "-q", "--no-cache", "-b", base_url])
            .arg("-s")
            .arg(self.path())
            .arg("-o")
            .arg(&output)
            .args(arguments)
            .status()
            .unwrap();
        assert!(status.success());
        output
    }
}

fn longhand() -> Command {
    Command::new(env!("CARGO_BIN_EXE_longhand"))
}

pub struct Preview {
    child: Child,
    pub url: String,
    pub port: u16,
    /// What it has printed, line by line: results, then messages.
    pub said: Arc<Mutex<String>>,
    pub complaints: Arc<Mutex<String>>,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let is = |(known, _): &&(String, String)| known == name;
        self.headers
            .iter()
            .find(is)
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Preview {
    pub fn start(site: &Path, arguments: &[&str]) -> Preview {
        let mut command = longhand();
        command
            .args(["serve", "--no-cache", "--json", "-s"])
            .arg(site);
        if !arguments.contains(&"-p") {
            command.args(["-p", "0"]);
        }
        command.args(arguments);
        Preview::run(command)
    }

    /// With a program of whoever asks around it.
    pub fn run(mut command: Command) -> Preview {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let ready: serde_json::Value = match serde_json::from_str(&first) {
            Ok(ready) => ready,
            Err(_) => {
                let mut rest = first;
                let _ = lines.read_to_string(&mut rest);
                let _ = child.stderr.take().unwrap().read_to_string(&mut rest);
                panic!("the preview did not start: {rest}");
            }
        };
        let url = ready["ready"].as_str().unwrap().to_owned();
        let port = url.rsplit(':').next().unwrap().split('/').next().unwrap();
        Preview {
            port: port.parse().unwrap(),
            url,
            said: collect(lines),
            complaints: collect(BufReader::new(child.stderr.take().unwrap())),
            child,
        }
    }

    /// Sends bytes as they are, and reads until the server closes.
    pub fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(request).unwrap();
        read_answer(&mut stream)
    }

    pub fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        self.raw(
            format!(
                "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n"
            )
            .as_bytes(),
        )
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// Waits until the page is as wanted.
    pub fn until(&self, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        let began = Instant::now();
        loop {
            let answer = self.get(path);
            if wanted(&answer) {
                return answer;
            }
            assert!(
                began.elapsed() < SOON,
                "`{path}` is still {}\n{}\n{}",
                answer.status,
                answer.text(),
                self.complaints.lock().unwrap()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn until_text(&self, path: &str, text: &str) -> Answer {
        self.until(path, |answer| answer.text().contains(text))
    }

    /// What pages ask when they hear of news.
    pub fn now(&self, path: &str) -> serde_json::Value {
        serde_json::from_slice(&self.get(&format!("/.longhand/now?path={path}")).body).unwrap()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends as by Ctrl-C; the exit code.
    pub fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .unwrap()
                .success()
        );
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it did not end");
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut from: impl BufRead + Send + 'static) -> Arc<Mutex<String>> {
    let said = Arc::new(Mutex::new(String::new()));
    let own = said.clone();
    std::thread::spawn(move || {
        let mut line = String::new();
        while from.read_line(&mut line).is_ok_and(|read| read > 0) {
            own.lock().unwrap().push_str(&line);
            line.clear();
        }
    });
    said
}

/// Head and body of one answer; chunks are joined.
pub fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A connection that is reset has been answered as far as it will be.
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(&bytes)));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    Answer {
        status: status.parse().unwrap(),
        headers: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
        body: bytes[end + 4..].to_vec(),
    }
}

/// One answer of a connection that stays open.
pub fn read_one(stream: &mut TcpStream) -> (u16, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65536];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        let read = stream.read(&mut buffer).unwrap();
        if read == 0 {
            break bytes.len();
        }
        bytes.extend_from_slice(&buffer[..read]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let status = head
        .split(' ')
        .nth(1)
        .map_or(400, |status| status.parse().unwrap());
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.trim().parse().unwrap());
    while bytes.len() < end + length {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "an answer was cut");
        bytes.extend_from_slice(&buffer[..read]);
    }
    (status, bytes[end..].to_vec())
}
