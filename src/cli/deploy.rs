//! `longhand deploy` on the command line: its arguments, the plan as a person
//! reads it, and what is said while files are sent.

use super::report::{self, Voice, duration, err, failed_plainly, out, plural};
use super::{CacheArgs, SiteArgs, VoiceArgs, exit, moment, options};
use crate::deploy::plan::Plan;
use crate::deploy::target::{DeployError, Kind};
use crate::deploy::{self, Ready, Stop};
use crate::diag::{self, Diagnostic};
use crate::source::Sources;
use clap::Args;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args)]
pub struct Deploy {
    /// The place, by its name under `deploy` in the configuration [default: the first]
    target: Option<String>,
    /// Show what would be done, and send nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Take over a place that holds other files: what the site has replaces those of its name, the rest stays
    #[arg(long)]
    adopt: bool,
    /// Delete so many files, where that is more than a tenth of them
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    yes_delete: usize,
    #[command(flatten)]
    site: SiteArgs,
    /// The folder that is sent [default: the configuration's publishDir, or public]
    #[arg(
        short = 'o',
        long = "output",
        alias = "destination",
        short_alias = 'd',
        value_name = "DIR"
    )]
    output: Option<PathBuf>,
    /// The site was built with pages dated in the future
    #[arg(short = 'F', long, alias = "buildFuture")]
    future: bool,
    /// The site was built with expired pages
    #[arg(short = 'E', long, alias = "buildExpired")]
    expired: bool,
    /// The site was built as if it were this date and time
    #[arg(long, alias = "clock", value_name = "DATE")]
    now: Option<String>,
    #[command(flatten)]
    voice: VoiceArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

pub fn run(arguments: &Deploy) -> u8 {
    let started = Instant::now();
    let mut build = options(&arguments.site);
    build.output.clone_from(&arguments.output);
    (build.future, build.expired) = (arguments.future, arguments.expired);
    build.cache_dir = arguments.cache.folder();
    let voice = arguments.voice.voice(&arguments.site);
    let mut sources = Sources::new(&build.source);
    // With `--json` the plan stands on standard output alone.
    let aside = Voice {
        json: false,
        ..voice
    };
    match moment("--now", arguments.now.as_deref()) {
        Ok(now) => build.now = now,
        Err(error) => {
            report::diagnostics(&mut vec![error], &sources, &aside);
            return exit::USAGE;
        }
    }
    let options = deploy::Options {
        build,
        target: arguments.target.clone(),
        adopt: arguments.adopt,
        yes_delete: arguments.yes_delete,
    };
    let mut diagnostics = Vec::new();
    let bar = report::Progress::new(&voice, started);
    let step = |what, done, all| bar.step(what, done, all);
    let ready = deploy::prepare(&options, &mut sources, &mut diagnostics, &step);
    bar.finish();
    // What a build said is not said again; what stops it is.
    if !voice.verbose {
        diagnostics.retain(|said| said.severity == diag::Severity::Error);
    }
    report::diagnostics(&mut diagnostics, &sources, &aside);
    let ready = match ready {
        Ok(ready) => ready,
        Err(stop) => return stopped(&stop, &diagnostics, &voice),
    };
    if arguments.dry_run {
        dry(&ready, &voice);
        return exit::FINE;
    }
    send(ready, &voice, started)
}

fn dry(ready: &Ready, voice: &Voice) {
    let plan = &ready.plan;
    if voice.json {
        let object = serde_json::json!({
            "new": plan.new, "changed": plan.changed, "deleted": plan.deleted, "bytes": plan.bytes,
        });
        return out(&format!("{object}\n"));
    }
    let mut text = head(ready);
    text.push_str(&lists(plan, voice));
    if plan.is_empty() {
        text.push_str("Nothing to do: the place has what the output has.\n");
    } else {
        let _ = writeln!(
            text,
            "Nothing was sent: this was a dry run. Without `--dry-run`, {}.",
            deed(plan)
        );
    }
    out(&text);
}

/// `12 files (3.4 MiB) are sent and 2 are deleted`.
fn deed(plan: &Plan) -> String {
    let sent = format!(
        "{} ({})",
        plural(plan.sends(), "file"),
        HumanBytes(plan.bytes)
    );
    let be = |count: usize| if count == 1 { "is" } else { "are" };
    match (plan.sends(), plan.deleted.len()) {
        (0, gone) => format!("{} {} deleted", plural(gone, "file"), be(gone)),
        (sends, 0) => format!("{sent} {} sent", be(sends)),
        (sends, gone) => format!(
            "{sent} {} sent, then {gone} {} deleted",
            be(sends),
            be(gone)
        ),
    }
}

fn head(ready: &Ready) -> String {
    let output = ready.output.strip_prefix("./").unwrap_or(&ready.output);
    let output = output.display();
    format!("{output}/ to {}: {}\n", ready.name, ready.shown())
}

/// So many paths of a kind are named, unless all are asked for.
const MOST: usize = 8;

fn lists(plan: &Plan, voice: &Voice) -> String {
    let mut text = String::new();
    let kinds = [
        ("new", '+', &plan.new),
        ("changed", '~', &plan.changed),
        ("deleted", '-', &plan.deleted),
    ];
    for (name, sign, paths) in kinds {
        let _ = writeln!(text, "  {name:<10} {}", report::number(paths.len()));
        let most = if voice.verbose { paths.len() } else { MOST };
        // One more is named rather than said to be one more.
        let most = if paths.len() == most + 1 {
            paths.len()
        } else {
            most
        };
        // What people know by name comes first.
        let (pages, rest): (Vec<&String>, Vec<&String>) =
            paths.iter().partition(|path| path.ends_with(".html"));
        for path in pages.into_iter().chain(rest).take(most) {
            let path = diag::visible(path).replace('\n', "\u{2424}");
            let _ = writeln!(text, "    {sign} {path}");
        }
        if let Some(more) = paths.len().checked_sub(most).filter(|more| *more > 0) {
            let more = report::number(more);
            let _ = writeln!(text, "    … and {more} more (`--verbose` names them)");
        }
    }
    let _ = writeln!(
        text,
        "  {:<10} {}",
        "unchanged",
        report::number(plan.unchanged)
    );
    if plan.foreign > 0 {
        let foreign = plural(plan.foreign, "file");
        let _ = writeln!(
            text,
            "  {:<10} {foreign} there that longhand did not send",
            "left alone"
        );
    }
    if !plan.touched.is_empty() {
        let names = deploy::plan::some_of(&plan.touched);
        let _ = writeln!(
            text,
            "  {:<10} {names}: changed there by somebody else, and replaced",
            "note"
        );
    }
    text
}

fn send(ready: Ready, voice: &Voice, started: Instant) -> u8 {
    let plan = ready.plan.clone();
    let (name, shown) = (ready.name.clone(), ready.shown());
    let says = !voice.json && !voice.quiet;
    if says && !plan.is_empty() {
        out(&head(&ready));
        out(&lists(&plan, voice));
    }
    if !plan.is_empty() {
        let bar = Bar::new(says, plan.bytes);
        let result = ready.run(&|what, done, _| bar.step(what, done));
        bar.bar.finish_and_clear();
        if let Err(error) = result {
            return failed(&error, voice);
        }
    }
    let time = started.elapsed();
    if voice.json {
        let object = serde_json::json!({
            "target": name, "new": plan.new.len(), "changed": plan.changed.len(),
            "deleted": plan.deleted.len(), "unchanged": plan.unchanged, "bytes": plan.bytes,
            "milliseconds": time.as_millis() as u64,
        });
        out(&format!("{object}\n"));
    } else if says {
        out(&match plan.is_empty() {
            true => format!(
                "Nothing to do: {shown} has all {} of the site.\n",
                plural(plan.unchanged, "file")
            ),
            false => {
                let deed = deed(&plan);
                let deed = deed.replace(" are ", " were ").replace(" is ", " was ");
                format!(
                    "Done in {}: {deed}; looked at again, all is there.\n",
                    duration(time)
                )
            }
        });
    }
    exit::FINE
}

/// A bar of bytes on a terminal.
struct Bar {
    bar: ProgressBar,
}

impl Bar {
    fn new(wanted: bool, bytes: u64) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(bytes.max(1)), ProgressDrawTarget::hidden());
        let template = "  {msg:<10} {bar:32} {bytes} of {total_bytes}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━━ "));
        }
        if wanted && std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        Bar { bar }
    }

    fn step(&self, what: &'static str, done: u64) {
        if self.bar.message() != what {
            self.bar.set_message(what);
        }
        self.bar.set_position(done);
    }
}

fn stopped(stop: &Stop, diagnostics: &[Diagnostic], voice: &Voice) -> u8 {
    match stop {
        Stop::Build(failure) => report::not_sent(failure, diagnostics, voice),
        Stop::Deploy(error) => failed(error, voice),
    }
}

fn failed(error: &DeployError, voice: &Voice) -> u8 {
    let code = match error.kind {
        Kind::Usage => exit::USAGE,
        Kind::Refused => exit::REFUSED,
        Kind::Io => exit::IO,
    };
    if voice.json {
        let object =
            serde_json::json!({ "failed": error.message, "help": error.help, "exit": code });
        out(&format!("{object}\n"));
        return code;
    }
    match &error.help {
        Some(help) => {
            err(&format!("error: {error}\n  help: {help}\n"));
            code
        }
        None => failed_plainly(&error.message, code, false),
    }
}
