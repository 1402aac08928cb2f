//! Which commit has last changed what a file says: one `git log` for all files, and
//! the two versions of a file where a commit may have touched its front matter alone.

use super::program;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

/// A commit that changed a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// 40 hexadecimal digits, or 64.
    pub commit: String,
    pub author: String,
    /// When it was written, not when it was last taken into another branch.
    pub time: Timestamp,
    /// The first line of its message.
    pub subject: String,
}

/// What the repository tells of the files of a site.
#[derive(Debug, Default)]
pub struct History {
    /// By path from the site's root.
    last: HashMap<String, Arc<Change>>,
    /// Some files were last changed before the history begins.
    pub is_cut: bool,
}

/// Why there is no history.
#[derive(Debug, PartialEq, Eq)]
pub enum Missing {
    Program,
    Repository,
    /// What git has said.
    Failed(String),
}

/// The commit that is checked out. `None` where there is none.
pub fn head(root: &Path) -> Option<String> {
    let git = program::find("git", root)?;
    let output = command(&git, root)
        .args(["rev-parse", "HEAD"])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

impl History {
    /// Reads what was committed in `folders`, which are named from the site's root.
    /// `body` gives the part of a file that has to change for its date to change.
    ///
    /// # Errors
    ///
    /// There is no git, or no repository around the site.
    pub fn read(
        root: &Path,
        folders: &[String],
        body: impl Fn(&str) -> &str,
    ) -> Result<History, Missing> {
        let git = program::find("git", root).ok_or(Missing::Program)?;
        let Some(boundary) = boundary(&git, root)? else {
            return Ok(History::default());
        };
        let log = command(&git, root)
            .args([
                "-c",
                "log.showSignature=false",
                "log",
                "-z",
                "--raw",
                "--no-abbrev",
            ])
            .args(["--no-color", "--find-renames", "--no-merges", "--relative"])
            .args(["--format=%x01%H%x00%aI%x00%an%x00%s", "--"])
            .args(folders)
            .output()
            .map_err(|error| Missing::Failed(error.to_string()))?;
        if !log.status.success() {
            return Err(Missing::Failed(complaint(&log.stderr)));
        }
        let told = Told::read(&String::from_utf8_lossy(&log.stdout), &boundary);
        told.settle(&git, root, body)
    }

    /// The last commit that changed what the file says.
    pub fn last(&self, path: &str) -> Option<&Arc<Change>> {
        self.last.get(path)
    }
}

fn command(git: &Path, root: &Path) -> Command {
    let mut command = program::git(git);
    command.arg("--no-pager").arg("-C").arg(root);
    command
}

fn complaint(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().next().unwrap_or("it gave no reason");
    line.trim_start_matches("fatal: ").to_owned()
}

/// The commits that a shallow clone begins with: what they say of files is not true.
/// `None` where nothing was committed yet.
fn boundary(git: &Path, root: &Path) -> Result<Option<HashSet<String>>, Missing> {
    let ask = |arguments: &[&str]| {
        let output = command(git, root).args(arguments).output();
        output.map_err(|error| Missing::Failed(error.to_string()))
    };
    let output = ask(&["rev-parse", "--git-path", "shallow"])?;
    if !output.status.success() {
        let why = complaint(&output.stderr);
        return Err(match why.starts_with("not a git repository") {
            true => Missing::Repository,
            false => Missing::Failed(why),
        });
    }
    let path = String::from_utf8_lossy(&output.stdout);
    let shallow = std::fs::read_to_string(root.join(path.trim())).unwrap_or_default();
    let mut cut = HashSet::new();
    if !shallow.is_empty() {
        let failed = |error: io::Error| Missing::Failed(error.to_string());
        let mut objects = Objects::open(git, root).map_err(failed)?;
        for commit in shallow.lines() {
            // The very first commit of a history stands there too, and has no parent to be cut from.
            if objects.text(commit).map_err(failed)?.contains("\nparent ") {
                cut.insert(commit.to_owned());
            }
        }
    }
    let has_commit = ask(&["rev-parse", "--verify", "--quiet", "HEAD"])?
        .status
        .success();
    Ok(has_commit.then_some(cut))
}

/// One commit's say about one file.
enum Step {
    /// From one object to another.
    Edited {
        change: usize,
        old: String,
        new: String,
    },
    /// Its first version, or one that cannot be compared.
    Made { change: usize },
    /// Of what was before, a shallow clone knows nothing.
    Cut,
}

/// What the log says, in its order: the newest first.
#[derive(Default)]
struct Told {
    changes: Vec<Change>,
    /// By the path that the file has now.
    files: HashMap<String, Vec<Step>>,
}

impl Told {
    fn read(log: &str, boundary: &HashSet<String>) -> Told {
        let mut told = Told::default();
        // What files were called before, and are called now.
        let mut names: HashMap<String, String> = HashMap::new();
        // Of these nothing older is of interest.
        let mut ended: HashSet<String> = HashSet::new();
        let mut at_boundary = false;
        let mut parts = log.split('\0');
        while let Some(part) = parts.next() {
            let part = part.trim_start_matches('\n');
            if let Some(commit) = part.strip_prefix('\u{1}') {
                let mut next = || parts.next().unwrap_or_default().to_owned();
                let (time, author, subject) = (next(), next(), next());
                at_boundary = boundary.contains(commit);
                told.changes.push(Change {
                    commit: commit.to_owned(),
                    author,
                    time: time.parse().unwrap_or_default(),
                    subject,
                });
                continue;
            }
            let Some(raw) = part.strip_prefix(':') else {
                continue;
            };
            let mut fields = raw.split(' ').skip(2);
            let mut field = || fields.next().unwrap_or_default();
            let (old, new, status) = (field(), field(), field());
            let mut path = parts.next().unwrap_or_default();
            let mut before = None;
            if status.starts_with(['R', 'C']) {
                before = Some(path);
                path = parts.next().unwrap_or_default();
            }
            let now = names.remove(path).unwrap_or_else(|| path.to_owned());
            if ended.contains(&now) {
                continue;
            }
            let change = told.changes.len().saturating_sub(1);
            let (old, new) = (old.to_owned(), new.to_owned());
            let step = match status.as_bytes().first() {
                _ if at_boundary => Some(Step::Cut),
                Some(b'M') => Some(Step::Edited { change, old, new }),
                Some(b'R') => Some(Step::Edited { change, old, new }),
                // What lies there now was not committed.
                Some(b'D') => None,
                _ => Some(Step::Made { change }),
            };
            match (&step, before) {
                (Some(Step::Edited { .. }), before) => {
                    let name = before.unwrap_or(path);
                    if name != now {
                        names.insert(name.to_owned(), now.clone());
                    }
                }
                _ => {
                    ended.insert(now.clone());
                }
            }
            if let Some(step) = step {
                told.files.entry(now).or_default().push(step);
            }
        }
        told
    }

    fn settle(
        self,
        git: &Path,
        root: &Path,
        body: impl Fn(&str) -> &str,
    ) -> Result<History, Missing> {
        let changes: Vec<Arc<Change>> = self.changes.into_iter().map(Arc::new).collect();
        let mut history = History::default();
        let mut objects: Option<Objects> = None;
        let failed = |error: io::Error| Missing::Failed(error.to_string());
        for (path, steps) in self.files {
            for step in steps {
                let change = match step {
                    Step::Made { change } => change,
                    Step::Cut => {
                        history.is_cut = true;
                        break;
                    }
                    Step::Edited { old, new, .. } if old == new => continue,
                    Step::Edited { change, old, new } => {
                        let objects = match &mut objects {
                            Some(objects) => objects,
                            None => objects.insert(Objects::open(git, root).map_err(failed)?),
                        };
                        let (old, new) = (
                            objects.text(&old).map_err(failed)?,
                            objects.text(&new).map_err(failed)?,
                        );
                        if body(&old) == body(&new) {
                            continue;
                        }
                        change
                    }
                };
                history.last.insert(path, changes[change].clone());
                break;
            }
        }
        Ok(history)
    }
}

/// A running `git cat-file`, which gives one object after another.
struct Objects {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    fn open(git: &Path, root: &Path) -> io::Result<Objects> {
        let mut child = command(git, root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let pipe = || io::Error::other("git has no pipe");
        Ok(Objects {
            asks: child.stdin.take().ok_or_else(pipe)?,
            answers: BufReader::new(child.stdout.take().ok_or_else(pipe)?),
            child,
        })
    }

    /// Empty where there is no such object: a partial clone that is without network.
    fn text(&mut self, object: &str) -> io::Result<String> {
        writeln!(self.asks, "{object}")?;
        self.asks.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let length = head.split_ascii_whitespace().nth(2);
        let Some(length) = length.and_then(|length| length.parse::<usize>().ok()) else {
            return Ok(String::new());
        };
        // And the end of the line.
        let mut bytes = vec![0; length + 1];
        self.answers.read_exact(&mut bytes)?;
        bytes.pop();
        Ok(String::from_utf8(bytes).unwrap_or_default())
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
