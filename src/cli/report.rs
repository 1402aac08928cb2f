//! What the program says: messages on standard error, results on standard
//! output, and how both look.

use super::exit;
use super::timings::{self, Format};
use crate::build::{Failure, Report};
use crate::cache::Clean;
use crate::config::{self, Config};
use crate::diag::{self, Counts, Diagnostic, Severity, Style};
use crate::emit;
use crate::render::i18n;
use crate::site::Why;
use crate::source::{IoError, Sources};
use crate::timing::Timings;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How much is said, and to whom.
#[derive(Clone, Copy)]
pub struct Voice {
    pub json: bool,
    pub quiet: bool,
    pub verbose: bool,
}

/// Below this a build is over before a bar could be read.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on a terminal, for builds that take a while.
pub struct Progress {
    bar: ProgressBar,
    wanted: bool,
    started: Instant,
}

impl Progress {
    pub fn new(voice: &Voice, started: Instant) -> Progress {
        let bar = ProgressBar::hidden();
        if let Ok(style) =
            ProgressStyle::with_template("  {msg:<9} {bar:32} {human_pos} of {human_len} files")
        {
            bar.set_style(style.progress_chars("━━ "));
        }
        Progress {
            bar,
            wanted: !voice.json && !voice.quiet && std::io::stderr().is_terminal(),
            started,
        }
    }

    pub fn step(&self, what: &'static str, done: usize, all: usize) {
        if !self.wanted || self.started.elapsed() < PATIENCE {
            return;
        }
        // The position is cheap to tell, the rest is not, and changes seldom.
        if self.bar.length() != Some(all as u64) || self.bar.message() != what {
            self.bar.set_length(all as u64);
            self.bar.set_message(what);
        }
        self.bar.set_position(done as u64);
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Prints what there is to say about the site.
pub fn diagnostics(diagnostics: &mut Vec<Diagnostic>, sources: &Sources, voice: &Voice) {
    diag::tidy(diagnostics, sources);
    if voice.json {
        out(&diag::json(diagnostics, sources));
        return;
    }
    let least = if voice.verbose {
        Severity::Info
    } else {
        Severity::Warning
    };
    let width = terminal_width();
    let mut stderr = anstream::stderr();
    let color = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
        && std::io::stderr().is_terminal();
    // A closed pipe is nobody's concern here.
    let _ = stderr.write_all(
        diag::render(
            diagnostics,
            sources,
            Style {
                color,
                width,
                least,
            },
        )
        .as_bytes(),
    );
}

pub(super) fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    columns
        .filter(|columns| (20..=400).contains(columns))
        .unwrap_or(100)
}

pub(super) fn out(text: &str) {
    let _ = anstream::stdout().write_all(text.as_bytes());
}

pub(super) fn err(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Prints what a build did.
pub fn built(
    report: &Report,
    diagnostics: &[Diagnostic],
    time: Duration,
    sources: &Sources,
    voice: &Voice,
) {
    if voice.json {
        let mut object = serde_json::json!({
            "output": report.output, "pages": report.pages, "posts": report.posts, "words": report.words,
            "terms": report.terms.iter().map(|(name, count)| (name.clone(), (*count).into())).collect::<serde_json::Map<_, _>>(),
            "files": { "written": report.files.written, "unchanged": report.files.unchanged, "removed": report.files.removed, "bytes": report.files.bytes },
            "left_out": left_out(report).into_iter().map(|(why, paths)| (why.to_owned(), paths.len().into())).collect::<serde_json::Map<_, _>>(),
            "milliseconds": time.as_millis() as u64,
        });
        if let Some(trouble) = &report.cache {
            object["cache"] = trouble.as_str().into();
        }
        return out(&format!("{object}\n"));
    }
    if voice.quiet {
        return;
    }
    let mut rows: Vec<(&str, String)> = Vec::new();
    let lists = report.pages.saturating_sub(report.posts);
    rows.push((
        "pages",
        format!(
            "{}  ({} and {})",
            number(report.pages),
            plural(report.posts, "post"),
            plural(lists, "list")
        ),
    ));
    rows.push(("words", number(report.words)));
    for (name, count) in report.terms.iter().filter(|(_, count)| *count > 0) {
        rows.push((name, number(*count)));
    }
    rows.push(("files", files(&report.files)));
    for (why, paths) in left_out(report) {
        rows.push((
            "left out",
            format!("{}: {}", plural(paths.len(), why), some_of(&paths, sources)),
        ));
    }
    if let Some(trouble) = &report.cache {
        rows.push(("cache", trouble.clone()));
    }
    rows.push(("time", duration(time)));
    let mut text = format!("{} is in {}\n", report.title, shown(&report.output));
    for (name, value) in rows {
        text.push_str(&format!("  {name:<10} {value}\n"));
    }
    let counts = diag::count(diagnostics);
    if counts != Counts::default() {
        text.push_str(&format!("  with {counts}\n"));
    }
    out(&text);
}

/// Prints what `longhand clean` did.
pub fn cleaned(folder: &std::path::Path, done: std::io::Result<Clean>, json: bool) -> u8 {
    let (files, bytes) = match done {
        Ok(clean) => (clean.files, clean.bytes),
        Err(error) => {
            let failed = IoError {
                path: folder.to_owned(),
                operation: "empty",
                source: error,
            };
            return failed_plainly(&failed.to_string(), exit::IO, json);
        }
    };
    if json {
        let object = serde_json::json!({ "folder": folder, "files": files, "bytes": bytes });
        out(&format!("{object}\n"));
    } else if files == 0 {
        out(&format!("there is no cache in {}\n", folder.display()));
    } else {
        let size = indicatif::HumanBytes(bytes);
        let what = plural(files, "file");
        out(&format!("{} emptied: {what}, {size}\n", folder.display()));
    }
    exit::FINE
}

/// A machine without a home has no folder for caches.
pub fn no_cache_folder(json: bool) -> u8 {
    let message = "there is no folder for caches here; name one with `--cache-dir DIR`";
    failed_plainly(message, exit::USAGE, json)
}

pub(super) fn failed_plainly(message: &str, code: u8, json: bool) -> u8 {
    if json {
        let object = serde_json::json!({ "failed": message, "help": null, "exit": code });
        out(&format!("{object}\n"));
    } else {
        err(&format!("error: {message}\n"));
    }
    code
}

/// Prints where the time of a build went.
pub fn timings(timings: &Timings, format: Format) {
    match format {
        Format::Table => err(&timings::table(timings)),
        Format::Json => out(&timings::json(timings)),
    }
}

fn shown(path: &std::path::Path) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    format!("{}/", path.display())
}

fn files(files: &emit::Summary) -> String {
    let mut parts = vec![format!("{} written", files.written)];
    if files.unchanged > 0 {
        parts.push(format!("{} unchanged", files.unchanged));
    }
    if files.removed > 0 {
        parts.push(format!("{} removed", files.removed));
    }
    parts.join(", ")
}

/// Kinds of pages that were left out, with their paths.
fn left_out(report: &Report) -> Vec<(&'static str, Vec<crate::diag::FileId>)> {
    let kinds = [
        (Why::Draft, "draft"),
        (Why::Future, "future page"),
        (Why::Expired, "expired page"),
    ];
    kinds
        .into_iter()
        .map(|(why, name)| {
            (
                name,
                report
                    .left_out
                    .iter()
                    .filter(|out| out.why == why)
                    .map(|out| out.file)
                    .collect::<Vec<_>>(),
            )
        })
        .filter(|(_, files)| !files.is_empty())
        .collect()
}

fn some_of(files: &[crate::diag::FileId], sources: &Sources) -> String {
    let mut names: Vec<&str> = files
        .iter()
        .take(3)
        .map(|file| &*sources.get(*file).path)
        .collect();
    let more = files.len().saturating_sub(3);
    let rest;
    if more > 0 {
        rest = format!("and {more} more");
        names.push(&rest);
    }
    names.join(", ")
}

pub(super) fn number(n: usize) -> String {
    i18n::group("en", n as u64)
}

pub(super) fn plural(count: usize, what: &str) -> String {
    format!(
        "{} {what}{}",
        i18n::group("en", count as u64),
        if count == 1 { "" } else { "s" }
    )
}

pub(super) fn duration(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}

/// Says why a site was not sent, as [`failed`] says why it was not published.
pub fn not_sent(failure: &Failure, diagnostics: &[Diagnostic], voice: &Voice) -> u8 {
    let (code, message) = failure_of(failure, diagnostics, false);
    let ends = ["nothing was built", "nothing was published"];
    let end = ends.iter().find_map(|end| message.strip_suffix(end));
    let message = end.map_or(message.clone(), |before| {
        format!("{before}nothing was sent")
    });
    say_failed(code, message, voice)
}

/// Says why nothing was published, and gives the exit code for it.
pub fn failed(failure: &Failure, diagnostics: &[Diagnostic], strict: bool, voice: &Voice) -> u8 {
    let (code, message) = failure_of(failure, diagnostics, strict);
    say_failed(code, message, voice)
}

fn failure_of(failure: &Failure, diagnostics: &[Diagnostic], strict: bool) -> (u8, String) {
    let counts = diag::count(diagnostics);
    match failure {
        Failure::Usage => (exit::USAGE, format!("{counts}; nothing was built")),
        Failure::Site if counts.errors == 0 && strict => (
            exit::SITE,
            format!("{counts}, which `--strict` does not let pass; nothing was published"),
        ),
        Failure::Site => (exit::SITE, format!("{counts}; nothing was published")),
        Failure::Cancelled => (exit::IO, "stopped; the output is as it was".to_owned()),
        Failure::Io(error) => (exit::IO, format!("error: {error}")),
        Failure::Emit(error) => {
            let code = match error.kind {
                emit::Kind::Refused => exit::REFUSED,
                emit::Kind::Io | emit::Kind::Locked | emit::Kind::Cancelled => exit::IO,
            };
            (code, emit_message(error))
        }
    }
}

fn say_failed(code: u8, message: String, voice: &Voice) -> u8 {
    if voice.json {
        let message = message.strip_prefix("error: ").unwrap_or(&message);
        let (message, help) = match message.split_once("\n  help: ") {
            Some((message, help)) => (message, Some(help)),
            None => (message, None),
        };
        out(&format!(
            "{}\n",
            serde_json::json!({ "failed": message, "help": help, "exit": code })
        ));
    } else {
        err(&format!("{message}\n"));
    }
    code
}

fn emit_message(error: &emit::EmitError) -> String {
    match &error.help {
        Some(help) => format!("error: {error}\n  help: {help}"),
        None => format!("error: {error}"),
    }
}

/// Prints the configuration in effect.
pub fn config(config: &Config, sources: &Sources, voice: &Voice) {
    let files: Vec<config::ConfigFile> = config
        .files
        .iter()
        .map(|id| {
            let source = sources.get(*id);
            config::ConfigFile {
                id: *id,
                path: &source.path,
                text: source.text(),
            }
        })
        .collect();
    out(&if voice.json {
        config::print::json(config, &files)
    } else {
        config::print::text(config, &files)
    });
}
