//! The command line: arguments as typed, then as checked, then one call.
//!
//! Takes the arguments, gives an exit code; with [`crate::diag`] the only place
//! that writes to the terminal. Does not build anything itself.

mod check;
mod deploy;
mod desk;
mod hosting;
mod import;
mod list;
mod new;
mod report;
mod serve;
mod shell;
mod timings;

use crate::build;
use crate::cache;
use crate::diag::Diagnostic;
use crate::source::Sources;
use crate::timing::Timings;
use clap::{Args, Parser, Subcommand};
use report::Voice;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What the program's exit code says.
pub mod exit {
    /// All went well.
    pub const FINE: u8 = 0;
    /// The site has errors; nothing was published.
    pub const SITE: u8 = 1;
    /// The command line or the configuration cannot be used.
    pub const USAGE: u8 = 2;
    /// Reading or writing failed.
    pub const IO: u8 = 3;
    /// Refused, because it might destroy something.
    pub const REFUSED: u8 = 4;
}

/// Turns a folder of Markdown into a finished site.
#[derive(Parser)]
#[command(
    name = "longhand",
    version = env!("LONGHAND_VERSION"),
    propagate_version = true,
    max_term_width = 100
)]
struct Typed {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the site into its output folder
    Build(Build),
    /// Show the site in the browser while it is written
    #[command(alias = "server")]
    Serve(serve::Serve),
    /// Send the built site to where others read it
    Deploy(deploy::Deploy),
    /// Begin a site, or a page of one
    New(Box<new::New>),
    /// Move in: make a site of what another program keeps or exports
    Import(import::Import),
    /// Publish a draft: take off its flag, and date it
    Publish(desk::Publish),
    /// Give a page another name; its old address and all links to it go on leading there
    #[command(alias = "mv")]
    Rename(desk::Rename),
    /// Find what is wrong before readers do: links, pictures, titles, secrets
    Check(check::Check),
    /// List posts, drafts, tags, addresses, and pages that nothing leads to
    List(list::List),
    /// Print what Apache, Caddy or nginx should be told: headers, redirects, how long files may be kept
    Hosting(hosting::Hosting),
    /// Print the configuration in effect, and where each value comes from
    Config(ConfigArgs),
    /// Print completions for a shell
    Completions(shell::Completions),
    /// Print the manual page, or write those of all commands into a folder
    Man(shell::Man),
    /// Remove what builds keep to be faster: the cache, never a site
    Clean(CleanArgs),
}

/// What every command needs to find a site.
#[derive(Args, Clone)]
struct SiteArgs {
    /// The site's folder
    #[arg(short = 's', long = "source", value_name = "DIR", default_value = ".")]
    source: PathBuf,
    /// The configuration file, instead of longhand.yaml, hugo.* or config.*
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address that the site will have, for example https://example.org/
    #[arg(
        short = 'b',
        long = "base-url",
        alias = "baseURL",
        alias = "baseurl",
        value_name = "URL"
    )]
    base_url: Option<String>,
    /// The environment, which chooses config/ENV/ [default: $LONGHAND_ENV, or production]
    #[arg(short = 'e', long = "env", alias = "environment", value_name = "NAME")]
    env: Option<String>,
    /// Print machine-readable JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Build {
    #[command(flatten)]
    site: SiteArgs,
    /// The output folder [default: the configuration's publishDir, or public]
    #[arg(
        short = 'o',
        long = "output",
        alias = "destination",
        short_alias = 'd',
        value_name = "DIR"
    )]
    output: Option<PathBuf>,
    /// Include drafts
    #[arg(short = 'D', long = "drafts", alias = "buildDrafts")]
    drafts: bool,
    /// Include pages dated in the future
    #[arg(short = 'F', long = "future", alias = "buildFuture")]
    future: bool,
    /// Include expired pages
    #[arg(short = 'E', long = "expired", alias = "buildExpired")]
    expired: bool,
    /// Build as if it were this date and time, for example 2024-11-11T09:00:00Z
    #[arg(long, alias = "clock", value_name = "DATE")]
    now: Option<String>,
    /// Print where the time went; as JSON on standard output with `=json`
    #[arg(
        long,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    timings: Option<timings::Format>,
    /// Treat warnings as errors
    #[arg(long, alias = "panicOnWarning")]
    strict: bool,
    #[command(flatten)]
    voice: VoiceArgs,
    #[command(flatten)]
    cache: CacheArgs,
    /// Read every file again, however untouched it looks
    #[arg(long)]
    verify: bool,
    /// Write into a folder that holds other files: what the site makes replaces those of its name, the rest stays
    #[arg(long)]
    adopt: bool,
    /// Hugo's: nothing to do here
    #[arg(long, hide = true)]
    minify: bool,
    /// Hugo's: nothing to do here
    #[arg(long, hide = true)]
    gc: bool,
    /// Hugo's: nothing to do here
    #[arg(long = "cleanDestinationDir", hide = true)]
    clean_destination_dir: bool,
}

/// How much is said, by all that build.
#[derive(Args)]
struct VoiceArgs {
    /// Print errors and warnings alone
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Also say what was decided without being asked
    #[arg(short, long)]
    verbose: bool,
}

impl VoiceArgs {
    fn voice(&self, site: &SiteArgs) -> Voice {
        Voice {
            json: site.json,
            quiet: self.quiet,
            verbose: self.verbose,
        }
    }
}

/// What earlier builds left, for all that build.
#[derive(Args)]
struct CacheArgs {
    /// Where to keep what the next build need not do again [default: $LONGHAND_CACHE_DIR, or in your folder for caches]
    #[arg(long, alias = "cacheDir", value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Build without the cache
    #[arg(long, alias = "ignoreCache", conflicts_with = "cache_dir")]
    no_cache: bool,
}

impl CacheArgs {
    fn folder(&self) -> Option<PathBuf> {
        let wanted = !self.no_cache;
        wanted.then(|| cache_folder(self.cache_dir.as_ref()))?
    }
}

#[derive(Args)]
struct CleanArgs {
    /// The folder of the cache [default: $LONGHAND_CACHE_DIR, or in your folder for caches]
    #[arg(long, alias = "cacheDir", value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Print machine-readable JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ConfigArgs {
    #[command(flatten)]
    site: SiteArgs,
}

/// Runs one command line and says how it ended, in the terms of [`exit`].
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let typed = match Typed::try_parse_from(arguments) {
        Ok(typed) => typed,
        Err(error) => {
            let code = if error.use_stderr() {
                exit::USAGE
            } else {
                exit::FINE
            };
            // A closed pipe is nobody's concern here.
            let _ = error.print();
            return code;
        }
    };
    match typed.command {
        Command::Build(arguments) => run_build(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Deploy(arguments) => deploy::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Publish(arguments) => desk::publish(&arguments),
        Command::Rename(arguments) => desk::rename(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Hosting(arguments) => hosting::run(&arguments),
        Command::Config(arguments) => run_config(&arguments),
        Command::Completions(arguments) => shell::completions(&arguments),
        Command::Man(arguments) => shell::man(&arguments),
        Command::Clean(arguments) => run_clean(&arguments),
    }
}

fn options(site: &SiteArgs) -> build::Options {
    build::Options {
        source: site.source.clone(),
        config: site.config.clone(),
        base_url: site.base_url.clone(),
        environment: site.env.clone().unwrap_or_default(),
        ..build::Options::default()
    }
}

fn run_build(arguments: &Build) -> u8 {
    let started = Instant::now();
    let mut options = options(&arguments.site);
    options.output.clone_from(&arguments.output);
    (options.drafts, options.future, options.expired) =
        (arguments.drafts, arguments.future, arguments.expired);
    (options.strict, options.adopt) = (arguments.strict, arguments.adopt);
    options.verify = arguments.verify;
    options.cache_dir = arguments.cache.folder();
    let voice = arguments.voice.voice(&arguments.site);
    options.timings = Arc::new(Timings::new(arguments.timings.is_some()));
    let mut sources = Sources::new(&options.source);
    let mut diagnostics = said_of_arguments(arguments);
    match moment("--now", arguments.now.as_deref()) {
        Ok(now) => options.now = now,
        Err(error) => {
            diagnostics.push(error);
            report::diagnostics(&mut diagnostics, &sources, &voice);
            return exit::USAGE;
        }
    }
    on_interrupt(&options, voice);
    let progress = report::Progress::new(&voice, started);
    let result = build::build(
        &options,
        &mut sources,
        &mut diagnostics,
        &|what, done, all| progress.step(what, done, all),
    );
    progress.finish();
    report::diagnostics(&mut diagnostics, &sources, &voice);
    let code = match result {
        Ok(built) => {
            // Standard output is for the one who asked for JSON.
            if arguments.site.json || arguments.timings != Some(timings::Format::Json) {
                report::built(&built, &diagnostics, started.elapsed(), &sources, &voice);
            }
            // The process ends here. The system takes all memory back at once;
            // to hand it back piece by piece takes 60 ms for 10,000 posts.
            std::mem::forget((built, sources, diagnostics));
            exit::FINE
        }
        Err(failure) => report::failed(&failure, &diagnostics, options.strict, &voice),
    };
    if let Some(format) = arguments.timings {
        report::timings(&options.timings, format);
    }
    code
}

/// The moment that an option names, `--now` or `--date`.
fn moment(option: &str, asked: Option<&str>) -> Result<Option<jiff::Timestamp>, Diagnostic> {
    let moment = asked.map(build::moment).transpose();
    moment.map_err(|why| {
        let message = format!("`{option}` needs a date: {why}");
        Diagnostic::error("usage", None, message)
            .help("write `2024-11-11` or `2024-11-11T09:00:00Z`")
    })
}

/// How long a build may take to notice that it was told to stop.
const GRACE: Duration = Duration::from_millis(700);

/// Ctrl-C asks the build to stop, and stops it where it does not listen. Only
/// while the output is being changed is it waited for: that is undone first.
fn on_interrupt(options: &build::Options, voice: Voice) {
    let (cancel, publishing) = (options.cancel.clone(), options.publishing.clone());
    // Without a handler the old output is whole too, only with a staging folder beside it.
    let _ = ctrlc::set_handler(move || {
        cancel.store(true, Ordering::Relaxed);
        std::thread::sleep(GRACE);
        if !publishing.load(Ordering::Relaxed) {
            let code = report::failed(&build::Failure::Cancelled, &[], false, &voice);
            std::process::exit(i32::from(code));
        }
    });
}

/// Options that are taken for Hugo's sake, or for later, say that nothing follows from them.
fn said_of_arguments(arguments: &Build) -> Vec<Diagnostic> {
    let mut said = Vec::new();
    let mut idle = |on: bool, name: &str, why: &str| {
        if on {
            said.push(Diagnostic::warning(
                "no-effect",
                None,
                format!("`{name}` has nothing to do here: {why}"),
            ));
        }
    };
    idle(
        arguments.minify,
        "--minify",
        "pages are written compactly as it is",
    );
    idle(
        arguments.gc,
        "--gc",
        "nothing is left over that would have to be collected",
    );
    idle(
        arguments.clean_destination_dir,
        "--cleanDestinationDir",
        "files of an earlier build that are no longer made are always removed, others never",
    );
    said
}

/// As asked, else as the environment says, else in the user's folder for caches.
fn cache_folder(asked: Option<&PathBuf>) -> Option<PathBuf> {
    let named = ["LONGHAND_CACHE_DIR", "HUGO_CACHEDIR"]
        .iter()
        .find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()));
    asked
        .cloned()
        .or_else(|| named.map(PathBuf::from))
        .or_else(cache::default_folder)
}

fn run_clean(arguments: &CleanArgs) -> u8 {
    let folder = cache_folder(arguments.cache_dir.as_ref());
    let Some(folder) = folder else {
        return report::no_cache_folder(arguments.json);
    };
    report::cleaned(&folder, cache::clean(&folder), arguments.json)
}

fn run_config(arguments: &ConfigArgs) -> u8 {
    let options = options(&arguments.site);
    let voice = Voice {
        json: arguments.site.json,
        quiet: false,
        verbose: true,
    };
    let mut sources = Sources::new(&options.source);
    let mut diagnostics = Vec::new();
    let result = build::configure(&options, &mut sources, &mut diagnostics);
    report::diagnostics(
        &mut diagnostics,
        &sources,
        &Voice {
            json: false,
            ..voice
        },
    );
    match result {
        Ok(config) => {
            report::config(&config, &sources, &voice);
            exit::FINE
        }
        Err(failure) => report::failed(
            &failure,
            &diagnostics,
            false,
            &Voice {
                json: false,
                ..voice
            },
        ),
    }
}
