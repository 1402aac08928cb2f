//! A branch of a git repository as the place: GitHub, GitLab, Codeberg Pages, or
//! any repository that a server checks out.
//!
//! A commit is made on top of what the branch holds now and pushed at once, so
//! the branch has the whole site or the one before. The repository is fetched
//! without its history and, where the server can, without the files themselves,
//! into a folder that is thrown away. The site's own repository is never touched.

use super::program::{self, complaint};
use super::record::{self, Record};
use super::target::{Body, DeployError, File, Remote, Result, Seen, Sent, Target};
use crate::config::deploy;
use crate::hash::Hash;
use crate::source;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where a token for `https://` is looked for.
pub const TOKEN: &str = "LONGHAND_GIT_TOKEN";

/// The new commit, before it is pushed.
const NEXT: &str = "refs/longhand/next";

/// Without a name of their own, authors are not asked for one.
const NOBODY: &str = "Longhand <longhand@localhost>";

pub struct Git {
    program: PathBuf,
    /// As the configuration has it.
    named: String,
    url: String,
    branch: String,
    squash: bool,
    token: Option<String>,
    /// Made with the first look.
    folder: Option<tempfile::TempDir>,
    /// The branch's commit as it was fetched; none where there is no branch yet.
    tip: Option<String>,
    sends: Vec<File>,
    removes: Vec<String>,
}

impl Git {
    /// # Errors
    ///
    /// There is no git.
    pub fn new(place: &deploy::Git, site: &Path) -> Result<Git> {
        let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
        Ok(Git {
            program: program::find("git", site)?,
            named: place.url.clone(),
            url: address(&place.url, site),
            branch: place.branch.clone(),
            squash: place.squash,
            token,
            folder: None,
            tip: None,
            sends: Vec::new(),
            removes: Vec::new(),
        })
    }

    /// git in the repository of our own, in English, whatever repository this
    /// process was started in.
    fn git(&self) -> Command {
        let mut git = source::program::git(&self.program);
        git.env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh");
        if let Some(folder) = &self.folder {
            git.arg("--git-dir").arg(folder.path());
        }
        self.authorise(&mut git);
        git
    }

    /// Hands the token over by the environment: arguments can be read by every
    /// user of the machine.
    fn authorise(&self, git: &mut Command) {
        let Some(token) = &self.token else { return };
        let Some((origin, _)) = origin(&self.url) else {
            return;
        };
        let count = std::env::var("GIT_CONFIG_COUNT").ok();
        let count: usize = count.and_then(|count| count.parse().ok()).unwrap_or(0);
        let basic = basic(token);
        git.env("GIT_CONFIG_COUNT", (count + 1).to_string())
            .env(
                format!("GIT_CONFIG_KEY_{count}"),
                format!("http.{origin}/.extraHeader"),
            )
            .env(
                format!("GIT_CONFIG_VALUE_{count}"),
                format!("Authorization: Basic {basic}"),
            );
    }

    fn run(&self, arguments: &[&str]) -> Result<Output> {
        program::run(self.git().args(arguments), &[])
    }

    /// Runs git; where it fails, `what` could not be done.
    fn must(&self, what: &str, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = self.run(arguments)?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(self.failed(what, &output)),
        }
    }

    fn failed(&self, what: &str, output: &Output) -> DeployError {
        let secrets: Vec<String> = self
            .token
            .iter()
            .flat_map(|t| [t.clone(), basic(t)])
            .collect();
        let said = complaint(output, &secrets);
        let error = DeployError::io(format!("git cannot {what}\n    {said}"));
        match help(&said, &self.branch) {
            Some(help) => error.help(help),
            None => error,
        }
    }

    fn branch_ref(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// What the branch points to at the server, and an id of any kind.
    fn ask(&self) -> Result<(Option<String>, Option<String>)> {
        let branch = self.branch_ref();
        let what = format!("read `{}`", self.named);
        let said = self.must(&what, &["ls-remote", "--", &self.url, "HEAD", &branch])?;
        let said = String::from_utf8_lossy(&said).into_owned();
        let refs = || said.lines().filter_map(|line| line.split_once('\t'));
        let tip = refs().find(|(_, name)| *name == branch);
        let any = refs().next();
        Ok((
            tip.map(|(id, _)| id.to_owned()),
            any.map(|(id, _)| id.to_owned()),
        ))
    }

    /// The blobs of a commit: mode and id by path. Names that are no UTF-8 are
    /// left out: nobody here could have put them there.
    fn tree(&self, commit: &str) -> Result<HashMap<String, (String, String)>> {
        let what = format!("list the branch `{}`", self.branch);
        let listed = self.must(&what, &["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let entries = listed.split(|byte| *byte == 0).filter_map(|entry| {
            let (about, path) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
            let mut words = about.split(' ');
            let (mode, _, id) = (words.next()?, words.next()?, words.next()?);
            Some((path.to_owned(), (mode.to_owned(), id.to_owned())))
        });
        Ok(entries.collect())
    }

    /// Whether objects are named by SHA-256.
    fn is_sha256(&self) -> bool {
        self.tip.as_ref().is_some_and(|tip| tip.len() == 64)
    }

    /// Writes the commit into our repository, as `git fast-import` reads it.
    fn commit(&self, record: &Record) -> Result<()> {
        let mut head = String::new();
        let message = message(self.sends.len(), self.removes.len());
        let _ = write!(
            head,
            "feature done\ncommit {NEXT}\ncommitter {}\ndata {}\n{message}\n",
            self.committer()?,
            message.len()
        );
        match &self.tip {
            Some(tip) if self.squash => {
                let tree = self.must(
                    "read the branch",
                    &["rev-parse", &format!("{tip}^{{tree}}")],
                )?;
                let tree = String::from_utf8_lossy(&tree).trim().to_owned();
                let _ = writeln!(head, "M 040000 {tree} \"\"");
            }
            Some(tip) => {
                let _ = writeln!(head, "from {tip}");
            }
            None => {}
        }
        // First, so that a file can take the place of a folder.
        for path in &self.removes {
            let _ = writeln!(head, "D {}", quoted(path));
        }
        let record = record.write();
        let mut import = self.git();
        import.args(["fast-import", "--quiet", "--done"]);
        let output = program::feed(&mut import, |out| {
            let mut put = |part: &[u8]| out.write_all(part).map_err(|_| None);
            put(head.as_bytes())?;
            for file in &self.sends {
                let bytes = file.bytes().map_err(Some)?;
                inline(&mut put, &file.path, &bytes)?;
            }
            inline(&mut put, record::NAME, record.as_bytes())?;
            put(b"done\n")
        })?;
        match output.status.success() {
            true => Ok(()),
            false => Err(self.failed("make the commit", &output)),
        }
    }

    /// `Name <mail> seconds zone`.
    fn committer(&self) -> Result<String> {
        let output = self.run(&["var", "GIT_COMMITTER_IDENT"])?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && !said.is_empty() {
            return Ok(said);
        }
        let now = jiff::Timestamp::now().as_second();
        Ok(format!("{NOBODY} {now} +0000"))
    }

    fn push(&self) -> Result<()> {
        let branch = self.branch_ref();
        // Refused where somebody pushed since we looked.
        let lease = format!(
            "--force-with-lease={branch}:{}",
            self.tip.as_deref().unwrap_or_default()
        );
        let what = format!("push to the branch `{}`", self.branch);
        let to = format!("{NEXT}:{branch}");
        self.must(&what, &["push", "--quiet", &lease, "--", &self.url, &to])?;
        Ok(())
    }
}

impl Target for Git {
    fn shown(&self) -> String {
        format!("the branch `{}` of `{}`", self.branch, self.named)
    }

    /// Without it GitHub takes the site for one of Jekyll's, and leaves out what
    /// begins with `_`.
    fn extra(&self) -> Vec<File> {
        vec![File {
            path: ".nojekyll".to_owned(),
            size: 0,
            hash: Hash::of(&[]),
            mtime: 0,
            body: Body::Bytes(&[]),
        }]
    }

    fn look(&mut self) -> Result<Remote> {
        let (tip, any) = self.ask()?;
        let folder = tempfile::Builder::new().prefix("longhand-").tempdir();
        let folder = folder.map_err(|error| {
            DeployError::disk("making a folder in", &std::env::temp_dir(), &error)
        })?;
        let path = folder.path().to_string_lossy().into_owned();
        let format = match any {
            Some(id) if id.len() == 64 => "--object-format=sha256",
            _ => "--object-format=sha1",
        };
        self.must(
            "make a repository",
            &[
                "init",
                "--quiet",
                "--bare",
                "--template=",
                format,
                "--",
                &path,
            ],
        )?;
        self.folder = Some(folder);
        self.sends.clear();
        self.removes.clear();
        self.tip = tip;
        let mut remote = Remote::default();
        let Some(tip) = self.tip.clone() else {
            return Ok(remote);
        };
        let what = format!("fetch the branch `{}`", self.branch);
        self.must(&what, &["config", "remote.origin.url", &self.url])?;
        let fetch = format!("+{tip}:refs/longhand/tip");
        self.must(
            &what,
            &[
                "fetch",
                "--quiet",
                "--depth=1",
                "--no-tags",
                "--filter=blob:none",
                "origin",
                &fetch,
            ],
        )
        .or_else(|_| {
            // A server may give branches alone, and no commits by their names.
            let fetch = format!("+{}:refs/longhand/tip", self.branch_ref());
            self.must(
                &what,
                &[
                    "fetch",
                    "--quiet",
                    "--depth=1",
                    "--no-tags",
                    "origin",
                    &fetch,
                ],
            )
        })?;
        let tree = self.tree(&tip)?;
        if tree.contains_key(record::NAME) {
            let object = format!("{tip}:{}", record::NAME);
            let bytes = self.must(&what, &["cat-file", "blob", &object])?;
            remote.record = Some(super::believed(&bytes, &self.shown())?);
        }
        let files = tree.into_iter();
        remote.files = files
            .map(|(path, (mode, id))| (path, seen(&mode, &id)))
            .collect();
        Ok(remote)
    }

    fn keep(&mut self, _: &Record) -> Result<()> {
        Ok(())
    }

    /// Names the blobs; they are written with the commit.
    fn send(&mut self, files: &[&File], sent: &Sent) -> Result<()> {
        for file in files {
            let id = blob(&file.bytes()?, self.is_sha256());
            self.sends.push((*file).clone());
            sent(file, seen("100644", &id));
        }
        Ok(())
    }

    fn remove(&mut self, paths: &[&str]) -> Result<()> {
        self.removes
            .extend(paths.iter().map(|path| (*path).to_owned()));
        Ok(())
    }

    fn finish(&mut self, record: &Record) -> Result<()> {
        self.commit(record)?;
        self.push()
    }

    fn verify(&mut self, files: &[File], record: &Record, gone: &[String]) -> Result<Vec<String>> {
        let next = self.must("read the commit", &["rev-parse", NEXT])?;
        let next = String::from_utf8_lossy(&next).trim().to_owned();
        let (tip, _) = self.ask()?;
        if tip.as_deref() != Some(&next) {
            let message = format!("{} is not at the commit that was pushed", self.shown());
            return Err(DeployError::io(message).help(MOVED));
        }
        let tree = self.tree(&next)?;
        let wrong = files.iter().map(|file| &file.path).filter(|path| {
            let there = tree.get(*path).map(|(mode, id)| seen(mode, id));
            there.is_none() || there != record.get(path).map(|entry| entry.seen)
        });
        let left = gone.iter().filter(|path| tree.contains_key(*path));
        Ok(wrong.chain(left).cloned().collect())
    }
}

/// An address as git takes it: what is a path is relative to the site.
fn address(url: &str, site: &Path) -> String {
    let is_remote = url.contains("://")
        || url
            .split_once(':')
            .is_some_and(|(host, _)| !host.contains('/') && host.len() > 1);
    if is_remote {
        return url.to_owned();
    }
    let path = site.join(url);
    let path = std::path::absolute(&path).unwrap_or(path);
    path.to_string_lossy().into_owned()
}

/// `https://host` of a URL of the web.
fn origin(url: &str) -> Option<(String, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    (scheme == "https").then(|| (format!("{scheme}://{host}"), path))
}

/// A token stands for a password; the user's name is GitHub's, others take any.
fn basic(token: &str) -> String {
    STANDARD.encode(format!("x-access-token:{token}"))
}

fn seen(mode: &str, id: &str) -> Seen {
    Seen::of(&format!("{mode} {id}"))
}

/// The name of a blob, as `git hash-object` gives it.
fn blob(bytes: &[u8], sha256: bool) -> String {
    use sha2::Digest;
    let head = format!("blob {}\0", bytes.len());
    let digest: Vec<u8> = match sha256 {
        true => {
            let hash = sha2::Sha256::new().chain_update(head).chain_update(bytes);
            hash.finalize().to_vec()
        }
        false => {
            let hash = sha1::Sha1::new().chain_update(head).chain_update(bytes);
            hash.finalize().to_vec()
        }
    };
    digest.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A path as `git fast-import` reads it between quotes.
fn quoted(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 2);
    out.push('"');
    for c in path.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A file of the commit that is being imported, and its bytes.
fn inline<E>(
    put: &mut impl FnMut(&[u8]) -> Result<(), E>,
    path: &str,
    bytes: &[u8],
) -> Result<(), E> {
    let head = format!("M 100644 inline {}\ndata {}\n", quoted(path), bytes.len());
    put(head.as_bytes())?;
    put(bytes)?;
    put(b"\n")
}

fn message(sent: usize, removed: usize) -> String {
    let files = |count: usize| match count {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    match (sent, removed) {
        (sent, 0) => format!("Publish the site: {} sent", files(sent)),
        (0, removed) => format!("Publish the site: {} removed", files(removed)),
        (sent, removed) => format!("Publish the site: {} sent, {removed} removed", files(sent)),
    }
}

const MOVED: &str = "somebody else pushed to it in the meantime: run `longhand deploy` again, which begins with what is there now";

/// What to do about a complaint of git's.
fn help(said: &str, branch: &str) -> Option<String> {
    let has = |texts: &[&str]| texts.iter().any(|text| said.contains(text));
    if has(&["stale info", "fetch first", "cannot lock ref"]) {
        return Some(MOVED.to_owned());
    }
    if has(&[
        "non-fast-forward",
        "denyNonFastForwards",
        "denying non-fast-forward",
    ]) {
        return Some(format!(
            "the server keeps the history of `{branch}`: set `squash: false`, or allow force pushes there"
        ));
    }
    if has(&[
        "protected branch",
        "pre-receive hook declined",
        "hook declined",
        "GH006",
        "GH013",
    ]) {
        return Some(format!(
            "the server protects `{branch}`: allow pushes to it in the repository's settings, or name another `branch`"
        ));
    }
    if has(&["branch is currently checked out"]) {
        return Some(
            "push to a bare repository, or to a branch that is not checked out there".to_owned(),
        );
    }
    if has(&[
        "Authentication failed",
        "could not read Username",
        "could not read Password",
        "Permission denied",
        "Invalid username",
        "403",
        "401",
    ]) {
        return Some(format!(
            "give git the right to push: an SSH key, a credential helper, or a token for `https://` in the environment variable {TOKEN}"
        ));
    }
    if has(&[
        "Could not resolve host",
        "Connection refused",
        "timed out",
        "unreachable",
        "Failed to connect",
    ]) {
        return Some("look at the connection and the address, and try again".to_owned());
    }
    if has(&[
        "not found",
        "does not appear to be a git repository",
        "does not exist",
    ]) {
        return Some(
            "make the repository first, and look at its address in the configuration".to_owned(),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{address, blob, quoted};
    use std::path::Path;

    #[test]
    fn blobs_are_named_as_git_names_them() {
        assert_eq!(blob(b"", false), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(
            blob(b"", true),
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
        );
    }

    #[test]
    fn paths_are_told_from_addresses() {
        let site = Path::new("/home/me/site");
        for url in [
            "git@github.com:me/a.git",
            "https://x.org/a.git",
            "host:a.git",
        ] {
            assert_eq!(address(url, site), url);
        }
        assert_eq!(address("/srv/a.git", site), "/srv/a.git");
        assert!(address("../a:b.git", site).ends_with("a:b.git"));
        assert!(Path::new(&address("a.git", site)).is_absolute());
    }

    #[test]
    fn every_name_can_be_quoted() {
        assert_eq!(quoted("a \"b\"\\\nü"), "\"a \\\"b\\\"\\\\\\nü\"");
    }
}
