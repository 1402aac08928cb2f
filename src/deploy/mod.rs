//! From the output to a place where others read it.
//!
//! ```text
//! output's manifest ─► files ─┐
//!                             ├─► Plan ─► run: assets, pages, lists, home, deletes
//! Target::look ─► Remote ─────┘
//! ```
//!
//! Takes a site that was built, gives a [`Ready`] that says what would be done, and
//! does it. Builds nothing: an output that is not what the site gives now is
//! refused. Knows no terminal.
//!
//! What a place must be able to do is the trait [`Target`]; which files there are
//! ours is a [`record`] that lies there.

pub mod folder;
pub mod git;
mod local;
pub mod plan;
mod program;
pub mod record;
pub mod rsync;
pub mod run;
pub mod s3;
pub mod target;

use crate::build::{self, Begun, Failure};
use crate::config::deploy::{self as config, Place};
use crate::config::rows::nearest_name;
use crate::diag::{Diagnostic, FileId};
use crate::emit;
use crate::source::Sources;
use crate::text;
use plan::{Plan, some_of};
use record::Record;
use std::path::{Path, PathBuf};
use target::{DeployError, File, Kind, Remote, Result, Target};

/// What was asked for on the command line.
#[derive(Clone, Default)]
pub struct Options {
    pub build: build::Options,
    /// A name under `deploy`; none for the first.
    pub target: Option<String>,
    /// Take a place over that holds somebody else's files.
    pub adopt: bool,
    /// So many deletions are meant.
    pub yes_delete: usize,
}

/// Why nothing, or not all, was sent.
pub enum Stop {
    /// As in a build.
    Build(Failure),
    Deploy(DeployError),
}

impl From<DeployError> for Stop {
    fn from(error: DeployError) -> Stop {
        Stop::Deploy(error)
    }
}

/// A deployment that was planned and is allowed.
pub struct Ready {
    pub name: String,
    pub output: PathBuf,
    pub plan: Plan,
    target: Box<dyn Target>,
    files: Vec<File>,
    remote: Remote,
    /// What is run once all is there, and the folder that it is run in.
    after: (Vec<String>, PathBuf),
}

impl Ready {
    /// The place as people would name it.
    pub fn shown(&self) -> String {
        self.target.shown()
    }

    /// Does what was planned.
    pub fn run(mut self, progress: &run::Progress<'_>) -> Result<()> {
        let target = &mut *self.target;
        run::run(target, &self.files, &self.plan, self.remote, progress)?;
        let (command, site) = &self.after;
        match command.split_first() {
            Some((program, arguments)) => after(program, arguments, site, &self.plan),
            None => Ok(()),
        }
    }
}

/// Checks the output, looks at the place and plans. Sends nothing.
///
/// # Errors
///
/// Refused what must not go live; what the disk or the place said.
pub fn prepare(
    options: &Options,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
    progress: &build::Progress<'_>,
) -> Result<Ready, Stop> {
    let mut build = options.build.clone();
    let begun = build::begin(&build, sources, diagnostics).map_err(Stop::Build)?;
    let chosen = choose(&begun.config.deploy, options.target.as_deref())?.clone();
    if let Some(program) = chosen.after.first() {
        // Before anything is sent, rather than after.
        program::find(program, &build.source)?;
    }
    let output = begun.rooms.output.clone();
    let files = local::files(&output)?;
    public_address(&begun)?;
    // Before any rendering: a place that cannot be is no matter of the site's.
    let target = open(&chosen, &begun, &build)?;
    if begun.config.build_drafts {
        // The record of a whole build does not tell of drafts.
        build.cache_dir = None;
    }
    let compared = build::compare(&build, begun, sources, diagnostics, progress);
    let compared = compared.map_err(Stop::Build)?;
    no_drafts(&compared.drafts, sources)?;
    if diagnostics.iter().any(|said| said.name == "empty-site") {
        let message = "the site has no page, and is not sent";
        let help = "write one first; drafts and future pages are none until they are published";
        return Err(DeployError::refused(message).help(help).into());
    }
    up_to_date(&output, &compared)?;
    let ready = plan(chosen.name, output, target, files, options)?;
    Ok(Ready {
        after: (chosen.after, build.source),
        ..ready
    })
}

/// Looks at the place and plans what makes it hold `files`.
///
/// # Errors
///
/// As [`prepare`] of an output that is fine.
pub fn plan(
    name: String,
    output: PathBuf,
    mut target: Box<dyn Target>,
    mut files: Vec<File>,
    options: &Options,
) -> Result<Ready> {
    let mut remote = target.look()?;
    // Never ours, never counted, never deleted.
    remote.files.retain(|path, _| !plan::is_own(path));
    let extra = target.extra().into_iter();
    files.extend(extra.filter(|extra| !is_there(extra, &remote)));
    // Stable: the site's own of two comes first.
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    let plan = plan::plan(&*target, &files, &remote);
    let (adopt, allowed) = (options.adopt, options.yes_delete);
    plan::guard(&plan, &remote, &target.shown(), adopt, allowed)?;
    Ok(Ready {
        name,
        output,
        plan,
        target,
        files,
        remote,
        after: (Vec::new(), PathBuf::new()),
    })
}

/// Runs the program that a target names, in the site's folder, with the addresses
/// that changed on its standard input, a line each: `/essays/on-snow/`.
fn after(name: &str, arguments: &[String], site: &Path, plan: &Plan) -> Result<()> {
    let mut lines = String::new();
    let paths = plan.new.iter().chain(&plan.changed).chain(&plan.deleted);
    for path in paths {
        let path = match path.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
            _ => path,
        };
        lines.push('/');
        lines.push_str(&crate::text::encode_path(path));
        lines.push('\n');
    }
    let mut command = std::process::Command::new(program::find(name, site)?);
    let output = program::run(command.args(arguments).current_dir(site), lines.as_bytes())?;
    if output.status.success() {
        return Ok(());
    }
    let said = program::complaint(&output, &[]);
    let message = format!("the site was sent, and then `{name}` failed\n    {said}");
    Err(DeployError::io(message)
        .help("run it yourself; what it is told to do stands under `after`"))
}

/// What the place needs and somebody else has put there is theirs.
fn is_there(extra: &File, remote: &Remote) -> bool {
    let record = remote.record.as_ref();
    remote.files.contains_key(&extra.path)
        && record.is_none_or(|record| record.get(&extra.path).is_none())
}

/// The target of this name, or the first.
fn choose<'c>(targets: &'c [config::Target], name: Option<&str>) -> Result<&'c config::Target> {
    let usage = |message: String| DeployError::new(Kind::Usage, message);
    let Some(name) = name else {
        return targets.first().ok_or_else(|| {
            usage("the configuration does not say where the site goes".to_owned()).help(
                "name a place, for example `deploy: {live: {git: \"git@github.com:me/me.github.io.git\"}}`",
            )
        });
    };
    if let Some(target) = targets.iter().find(|target| target.name == name) {
        return Ok(target);
    }
    let names = || targets.iter().map(|target| target.name.as_str());
    let error = usage(format!("there is no `{name}` under `deploy`"));
    Err(match nearest_name(name, names()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if targets.is_empty() => error.help(format!(
            "name the place, for example `deploy: {{{name}: {{path: /srv/www/site}}}}`"
        )),
        None => {
            let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            error.help(format!("the targets are {}", names.join(", ")))
        }
    })
}

fn open(chosen: &config::Target, begun: &Begun, build: &build::Options) -> Result<Box<dyn Target>> {
    let root = &build.source;
    Ok(match &chosen.place {
        Place::Folder(path) => {
            let out = folder_of(root, path)?;
            let mut target = build::target(build, &begun.rooms);
            target.forbidden.push(begun.rooms.output.clone());
            target.out.clone_from(&out);
            let real = emit::may_write(&target).map_err(|error| {
                let message = error.to_string().replace("the output `", "the target `");
                DeployError::refused(message.replace(
                    &format!(
                        "`{}`, which the site is made from",
                        begun.rooms.output.display()
                    ),
                    &format!("`{}`, which is sent", begun.rooms.output.display()),
                ))
                .help("name a folder outside of the site's")
            })?;
            Box::new(folder::Folder::new(real, path))
        }
        Place::S3(place) => Box::new(s3::S3::new(place)?),
        Place::Rsync(place) => Box::new(rsync::Rsync::new(place, root)?),
        Place::Git(place) => Box::new(git::Git::new(place, root)?),
    })
}

/// Where a folder target lies: `~/` is the user's home, as a shell would have it.
fn folder_of(root: &Path, path: &str) -> Result<PathBuf> {
    let Some(rest) = path.strip_prefix('~') else {
        return Ok(root.join(path));
    };
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    match (home, rest.strip_prefix('/')) {
        (Some(home), Some(rest)) => Ok(home.join(rest)),
        _ => Err(
            DeployError::refused(format!("`{path}` names no folder of yours"))
                .help("write the whole path, from `/` on, or begin it with `~/`"),
        ),
    }
}

/// A site whose links lead to its author's own machine is of no use to others, nor one
/// whose address was never said.
fn public_address(begun: &Begun) -> Result<()> {
    let config = &begun.config;
    let of_languages = config
        .languages
        .iter()
        .filter_map(|language| language.base_url.as_deref());
    let urls = std::iter::once(config.base_url.as_str()).chain(of_languages);
    let Some(url) = urls.into_iter().find(|url| leads_nowhere(url)) else {
        return Ok(());
    };
    let message = format!("`baseURL` is `{url}`, which nobody else can open");
    Err(DeployError::refused(message)
        .help("say where the site will be, in the configuration, and build it once more"))
}

fn leads_nowhere(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_lowercase();
    match host.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback() || address.is_unspecified(),
        // A new site begins with such a name.
        Err(_) => text::is_kept_from_use(&host),
    }
}

fn no_drafts(drafts: &[FileId], sources: &Sources) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let paths: Vec<&str> = drafts.iter().map(|id| &*sources.get(*id).path).collect();
    let message = match paths.len() {
        1 => format!("a draft would go live: {}", some_of(&paths)),
        count => format!("{count} drafts would go live: {}", some_of(&paths)),
    };
    let help = "`buildDrafts` is for looking at them: take it out, or `draft: true` out of those that are done; then `longhand build`";
    Err(DeployError::refused(message).help(help))
}

/// Refuses an output that is not what the site gives now.
fn up_to_date(output: &Path, compared: &build::Compared) -> Result<()> {
    let difference = &compared.difference;
    if difference.is_empty() {
        return Ok(());
    }
    let paths: Vec<&str> = difference.all().collect();
    let output = output.strip_prefix("./").unwrap_or(output);
    let only_removed = difference.new.is_empty() && difference.changed.is_empty();
    let message = format!(
        "`{}` is not what the site gives now: {} {} ({})",
        output.display(),
        match paths.len() {
            1 => "one file".to_owned(),
            count => format!("{count} files"),
        },
        match (only_removed, paths.len()) {
            (true, 1) => "is no longer made",
            (true, _) => "are no longer made",
            (false, 1) => "differs",
            (false, _) => "differ",
        },
        some_of(&paths)
    );
    let error = DeployError::refused(message);
    let help = match difference.removed.as_slice() {
        [first, ..] if !compared.report.left_out.is_empty() => format!(
            "`{first}` is no part of the site now; if it was built with `-D`, build it without, and if with `-F` or `-E`, give them to `longhand deploy` too"
        ),
        _ => "run `longhand build` first, with the same options".to_owned(),
    };
    Err(error.help(help))
}

/// The record that lies at a place, if it can be believed.
fn believed(bytes: &[u8], shown: &str) -> Result<Record> {
    Record::read(bytes).map_err(|why| {
        let message = format!("the record of what was deployed to {shown} {why}");
        let help = format!(
            "remove the file `{}` there, and take the place over with `--adopt`: then nothing is deleted",
            record::NAME
        );
        DeployError::refused(message).help(help)
    })
}

#[cfg(test)]
mod tests {
    use super::leads_nowhere;

    #[test]
    fn addresses_that_nobody_else_can_open_are_known() {
        for url in [
            "http://localhost:1313/",
            "http://LOCALHOST/",
            "http://blog.localhost/x",
            "https://127.0.0.1/",
            "http://127.9.9.9:80/",
            "http://[::1]:1313/",
            "http://0.0.0.0/",
            "http://me@localhost./",
            "https://diary.example/",
            "https://blog.test:8080/x",
        ] {
            assert!(leads_nowhere(url), "{url}");
        }
        for url in [
            "https://example.org/",
            "https://example.com.org/",
            "https://10.0.0.1/",
            "/blog/",
            "",
        ] {
            assert!(!leads_nowhere(url), "{url}");
        }
    }
}
