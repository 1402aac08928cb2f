//! `longhand serve` on the command line: its arguments, and what it says while
//! it runs.

use super::report::{self, Voice, duration, err, failed_plainly, out};
use super::{CacheArgs, SiteArgs, VoiceArgs, exit, moment, options};
use crate::build::preview::Touched;
use crate::diag::{self, Diagnostic, Severity};
use crate::hash::Hash;
use crate::serve::{self, Outcome, Refused, Said};
use crate::site::{LeftOut, Why};
use crate::source::Sources;
use clap::Args;
use qrcode::QrCode;
use std::collections::HashSet;
use std::io::IsTerminal;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    site: SiteArgs,
    /// The port to listen on [default: the first that is free from 1313]
    #[arg(short, long)]
    port: Option<u16>,
    /// Let others see the preview: an address or name of this machine, 0.0.0.0 for all of them
    #[arg(long, alias = "bind", value_name = "ADDRESS")]
    host: Option<String>,
    /// The path that the site lies below [default: the base URL's]
    #[arg(long, value_name = "PATH", conflicts_with = "base_url")]
    base_path: Option<String>,
    /// Open the site in the browser
    #[arg(long, alias = "openBrowser", short_alias = 'O')]
    open: bool,
    /// Lead open pages to the page that was edited
    #[arg(short = 'N', long, alias = "navigateToChanged")]
    navigate: bool,
    /// Show drafts
    #[arg(short = 'D', long, alias = "buildDrafts")]
    drafts: bool,
    /// Show pages dated in the future
    #[arg(short = 'F', long, alias = "buildFuture")]
    future: bool,
    /// Show expired pages
    #[arg(short = 'E', long, alias = "buildExpired")]
    expired: bool,
    /// Show the site as it would be on this date and time, for example 2024-11-11T09:00:00Z
    #[arg(long, alias = "clock", value_name = "DATE")]
    now: Option<String>,
    #[command(flatten)]
    voice: VoiceArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

pub fn run(arguments: &Serve) -> u8 {
    let mut build = options(&arguments.site);
    (build.drafts, build.future, build.expired) =
        (arguments.drafts, arguments.future, arguments.expired);
    build.cache_dir = arguments.cache.folder();
    let voice = arguments.voice.voice(&arguments.site);
    let mut sources = Sources::new(&build.source);
    let mut diagnostics = Vec::new();
    match moment("--now", arguments.now.as_deref()) {
        Ok(now) => build.now = now,
        Err(error) => {
            report::diagnostics(&mut vec![error], &sources, &voice);
            return exit::USAGE;
        }
    }
    let options = serve::Options {
        build,
        port: arguments.port,
        host: arguments.host.clone(),
        base_path: arguments.base_path.clone(),
        navigate: arguments.navigate,
        editor: std::env::var("LONGHAND_EDITOR_URL")
            .ok()
            .filter(|url| !url.is_empty()),
    };
    let open = arguments.open;
    let drafts = arguments.drafts;
    let known = Mutex::new(Known::default());
    let say = move |said: Said<'_>| {
        if let Said::Of {
            diagnostics,
            sources,
            whole,
        } = said
        {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            let mut fresh = known.fresh(diagnostics, sources, whole);
            return report::diagnostics(&mut fresh, sources, &voice);
        }
        if matches!(said, Said::Changed { .. } | Said::Due { .. }) {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.errors.clear();
        }
        if let Said::Ready { url, .. } = &said
            && open
        {
            browse(url.clone());
        }
        tell(&said, drafts, &voice);
    };
    let started = |stop: serve::Stop| {
        // Without a handler Ctrl-C ends the preview too, only less politely.
        let _ = ctrlc::set_handler(move || stop.stop());
    };
    let ended = serve::serve(
        &options,
        Arc::new(say),
        &started,
        &mut diagnostics,
        &mut sources,
    );
    match ended {
        Ok(()) => {
            if std::io::stdout().is_terminal() {
                // The terminal has written `^C`: what comes next begins a line of its own.
                out("\n");
            }
            exit::FINE
        }
        Err(Refused::Site(failure)) => {
            report::diagnostics(&mut diagnostics, &sources, &voice);
            report::failed(&failure, &diagnostics, false, &voice)
        }
        Err(refused) => refuse(&refused, &voice),
    }
}

/// Warnings that have been said are not said again for every edit; errors are, but not
/// for a version that nobody asked for: the second reading at the start is one.
#[derive(Default)]
struct Known {
    /// Since the last edit.
    errors: HashSet<Hash>,
    /// Of the site as it is: what is mended and comes back is said again.
    site: HashSet<Hash>,
    pages: HashSet<Hash>,
}

impl Known {
    fn fresh(
        &mut self,
        mut all: Vec<Diagnostic>,
        sources: &Sources,
        whole: bool,
    ) -> Vec<Diagnostic> {
        let before = match whole {
            true => std::mem::take(&mut self.site),
            false => HashSet::new(),
        };
        let Known {
            errors,
            site,
            pages,
        } = self;
        let known = if whole { site } else { pages };
        all.retain(|said| {
            let style = diag::Style {
                color: false,
                width: 80,
                least: Severity::Info,
            };
            let text = diag::render(std::slice::from_ref(said), sources, style);
            let hash = Hash::of(text.as_bytes());
            let is_new = known.insert(hash) && !before.contains(&hash);
            match said.severity {
                Severity::Error => errors.insert(hash),
                _ => is_new,
            }
        });
        all
    }
}

const BOLD: &str = "\x1b[1m";
const FAINT: &str = "\x1b[2m";
const LINK: &str = "\x1b[36m";
const BAD: &str = "\x1b[1;31m";
const END: &str = "\x1b[0m";

/// One quiet line for each thing that happens: when, how long it took, what it was.
fn tell(said: &Said, drafts: bool, voice: &Voice) {
    if voice.json {
        return tell_json(said);
    }
    if voice.quiet {
        return;
    }
    match said {
        Said::Ready {
            url,
            open,
            title,
            pages,
            left_out,
            took,
        } => {
            let pages = match pages {
                Some(pages) => format!("{} in {}", report::plural(*pages, "page"), duration(*took)),
                None => "there are errors".to_owned(),
            };
            let title = match diag::visible(title) {
                title if title.is_empty() => String::new(),
                title => format!("  {BOLD}{title}{END}\n"),
            };
            out(&format!(
                "\n{title}  {LINK}{url}{END}\n\n  {FAINT}{pages}; Ctrl-C ends the preview{END}\n"
            ));
            if let Some(left_out) = left(left_out) {
                out(&format!("  {FAINT}{left_out}{END}\n"));
            }
            if *open {
                let drafts = if drafts { ", drafts too" } else { "" };
                out(&format!("  everyone in the network can read it{drafts}\n"));
                qr(url);
            }
            out("\n");
        }
        Said::Changed {
            touched,
            took,
            outcome,
        } => {
            let what = what(touched);
            match outcome {
                Outcome::Shown => line(FAINT, &duration(*took), &what),
                Outcome::Stays => line(
                    BAD,
                    "error",
                    &format!("{what}; the last good version stays"),
                ),
                Outcome::Nothing => line(BAD, "error", &what),
            }
        }
        Said::Due { took } => line(FAINT, &duration(*took), "a page's time has come"),
        Said::Cache(why) => err(&format!("warning: the cache {why}\n")),
        Said::Polling { limit, why } => err(&polling(*limit, why)),
        Said::Of { .. } => {}
    }
}

/// When, how long it took, and what it was.
fn line(color: &str, came: &str, what: &str) {
    let time = jiff::Zoned::now().strftime("%H:%M:%S");
    out(&format!(
        "  {FAINT}{time}{END}  {color}{came:>7}{END}  {what}\n"
    ));
}

/// What is not shown, and what would show it.
fn left(out: &[LeftOut]) -> Option<String> {
    let kinds = [
        (Why::Draft, "draft", "-D"),
        (Why::Future, "future page", "-F"),
        (Why::Expired, "expired page", "-E"),
    ];
    let mut parts = Vec::new();
    for (why, name, flag) in kinds {
        let count = out.iter().filter(|out| out.why == why).count();
        if count > 0 {
            parts.push(format!("{} ({flag})", report::plural(count, name)));
        }
    }
    (!parts.is_empty()).then(|| format!("left out: {}", parts.join(", ")))
}

fn tell_json(said: &Said) {
    let object = match said {
        Said::Ready {
            url, pages, took, ..
        } => {
            let pages = pages.unwrap_or_default();
            serde_json::json!({ "ready": url, "pages": pages, "milliseconds": took.as_millis() as u64 })
        }
        Said::Due { took } => {
            serde_json::json!({ "due": true, "milliseconds": took.as_millis() as u64 })
        }
        Said::Cache(why) => serde_json::json!({ "cache": why }),
        Said::Changed {
            touched,
            took,
            outcome,
        } => {
            let fails = *outcome != Outcome::Shown;
            let paths: Vec<&str> = match touched {
                Touched::Files(paths) => paths.iter().map(|path| &**path).collect(),
                Touched::Anything => Vec::new(),
            };
            serde_json::json!({ "changed": paths, "milliseconds": took.as_millis() as u64, "failed": fails })
        }
        Said::Polling { limit, why } => serde_json::json!({ "polling": why, "limit": limit }),
        Said::Of { .. } => return,
    };
    out(&format!("{object}\n"));
}

/// The paths that were touched, as far as a line has room.
fn what(touched: &Touched) -> String {
    let Touched::Files(paths) = touched else {
        return "many files".to_owned();
    };
    let paths: Vec<&str> = paths.iter().map(|path| &**path).collect();
    // One line, whatever a file is called.
    let shown = |path: &str| diag::visible(path).replace('\n', "\u{2424}");
    match paths.as_slice() {
        [] => "what was being saved".to_owned(),
        [one] => shown(one),
        [first, rest @ ..] => format!("{} and {} more", shown(first), rest.len()),
    }
}

fn polling(limit: bool, why: &str) -> String {
    let help = "raise it with `sudo sysctl fs.inotify.max_user_watches=524288`";
    match limit {
        true => format!(
            "warning: the system watches no more folders; files are looked at every 0.7 s instead\nhelp: {help}\n"
        ),
        false => format!(
            "warning: the system does not tell of edits ({why}); files are looked at every 0.7 s instead\n"
        ),
    }
}

/// For the phone, where somebody can point it at the screen.
fn qr(url: &str) {
    if !std::io::stdout().is_terminal() {
        return;
    }
    if let Ok(code) = QrCode::new(url) {
        let drawn = code
            .render::<qrcode::render::unicode::Dense1x2>()
            .quiet_zone(true)
            .build();
        // Dark on light, whatever the terminal's colours are: not every phone reads the reverse.
        for line in drawn.lines() {
            out(&format!("  \x1b[38;5;16;48;5;231m{line}{END}\n"));
        }
    }
}

/// Asks the desktop to show an address; that there is none is no error.
fn browse(url: String) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let silent = || Stdio::null();
    let started = Command::new(program)
        .arg(&url)
        .stdin(silent())
        .stdout(silent())
        .stderr(silent())
        .spawn();
    // It tells only when it ends whether there is a browser; some stay as long as that does.
    std::thread::spawn(move || {
        let ended = started.and_then(|mut child| child.wait());
        if !ended.is_ok_and(|status| status.success()) {
            err(&format!(
                "warning: `{program}` found no browser: open {url} yourself\n"
            ));
        }
    });
}

fn refuse(refused: &Refused, voice: &Voice) -> u8 {
    let (message, code) = match refused {
        Refused::Taken(port) => (taken(*port), exit::IO),
        Refused::BasePath(path) => (
            format!(
                "`--base-path {path}` is no path for a site: write it as in `/blog/`, in letters, digits, `-`, `.`, `_` and `~`"
            ),
            exit::USAGE,
        ),
        Refused::Host(host) if host.is_empty() => (
            "`--host` wants an address or a name of this machine, such as 0.0.0.0".to_owned(),
            exit::USAGE,
        ),
        Refused::Host(host) => (
            format!("`--host {host}` is no name or address of this machine"),
            exit::USAGE,
        ),
        Refused::Network(error) => (format!("cannot listen: {error}"), exit::IO),
        Refused::Site(_) => return exit::SITE,
    };
    failed_plainly(&message, code, voice.json)
}

fn taken(port: u16) -> String {
    format!(
        "the port {port} is taken by another program; leave `-p` out, and the next that is free is used"
    )
}
