//! `longhand serve` on the command line: its arguments, and what it says while
//! it runs.

use super::report::{self, Voice, duration, err, failed_plainly, out};
use super::{CacheArgs, SiteArgs, VoiceArgs, exit, now, options};
use crate::build::preview::Touched;
use crate::diag::{self, Diagnostic, Severity};
use crate::hash::Hash;
use crate::serve::{self, Refused, Said};
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
    match now(arguments.now.as_deref()) {
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
    let known = Mutex::new(HashSet::new());
    let say = move |said: Said<'_>| {
        if let Said::Of {
            diagnostics,
            sources,
        } = said
        {
            return report::diagnostics(&mut fresh(&known, diagnostics, sources), sources, &voice);
        }
        if let Said::Ready { url, .. } = &said
            && open
        {
            browse(url);
        }
        tell(&said, &voice);
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

/// Warnings that have been said are not said again for every edit; errors are.
fn fresh(known: &Mutex<HashSet<Hash>>, all: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let is_new = |said: &Diagnostic| {
        let style = diag::Style {
            color: false,
            width: 80,
            least: Severity::Info,
        };
        let text = diag::render(std::slice::from_ref(said), sources, style);
        known.insert(Hash::of(text.as_bytes())) || said.severity == Severity::Error
    };
    let mut all = all;
    all.retain(is_new);
    all
}

const BOLD: &str = "\x1b[1m";
const FAINT: &str = "\x1b[2m";
const LINK: &str = "\x1b[36m";
const BAD: &str = "\x1b[1;31m";
const END: &str = "\x1b[0m";

/// One quiet line for each thing that happens: when, how long it took, what it was.
fn tell(said: &Said, voice: &Voice) {
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
            took,
        } => {
            let pages = report::plural(*pages, "page");
            let took = duration(*took);
            let title = diag::visible(title);
            out(&format!(
                "\n  {BOLD}{title}{END}\n  {LINK}{url}{END}\n\n  {FAINT}{pages} in {took}; Ctrl-C ends the preview{END}\n"
            ));
            if *open {
                out("  everyone in the network can read it, drafts too\n");
                qr(url);
            }
            out("\n");
        }
        Said::Changed {
            touched,
            took,
            fails,
        } => {
            let time = jiff::Zoned::now().strftime("%H:%M:%S");
            let what = what(touched);
            let (color, came, end) = match fails {
                true => (BAD, "error".to_owned(), "; the last good version stays"),
                false => (FAINT, duration(*took), ""),
            };
            out(&format!(
                "  {FAINT}{time}{END}  {color}{came:>7}{END}  {what}{end}\n"
            ));
        }
        Said::Polling { limit, why } => err(&polling(*limit, why)),
        Said::Of { .. } => {}
    }
}

fn tell_json(said: &Said) {
    let object = match said {
        Said::Ready {
            url, pages, took, ..
        } => {
            serde_json::json!({ "ready": url, "pages": pages, "milliseconds": took.as_millis() as u64 })
        }
        Said::Changed {
            touched,
            took,
            fails,
        } => {
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
    match paths.as_slice() {
        [] => "a page's time has come".to_owned(),
        [one] => diag::visible(one).into_owned(),
        [first, rest @ ..] => format!("{} and {} more", diag::visible(first), rest.len()),
    }
}

fn polling(limit: bool, why: &str) -> String {
    let help = "raise it with `sysctl fs.inotify.max_user_watches=524288`";
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
        for line in drawn.lines() {
            out(&format!("  {line}\n"));
        }
    }
}

/// Asks the desktop to show an address; that there is none is no error.
fn browse(url: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let silent = || Stdio::null();
    let started = Command::new(program)
        .arg(url)
        .stdin(silent())
        .stdout(silent())
        .stderr(silent())
        .spawn();
    if started.is_err() {
        err(&format!(
            "warning: `{program}` could not be started: open {url} yourself\n"
        ));
    }
}

fn refuse(refused: &Refused, voice: &Voice) -> u8 {
    let (message, code) = match refused {
        Refused::Taken(port) => (taken(*port), exit::IO),
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
