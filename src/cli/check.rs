//! `longhand check`: findings for people, for programs, and for the CI of GitHub and others.

use super::report::{self, Voice, out, plural};
use super::{CacheArgs, SiteArgs, exit, moment, options};
use crate::build::Failure;
use crate::check::{self, external};
use crate::diag::{self, Diagnostic, Files, Severity, place};
use crate::source::Sources;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Args)]
#[command(
    after_help = "Findings have names. `ignoreLogs: [missing-description]` in the configuration \
                  passes\nthem over in the whole site, `ignore_logs: [...]` in a page's front matter \
                  in that page.\n\nThe exit code is 0 where nothing is found, else 1."
)]
pub struct Check {
    /// Also ask for links that lead elsewhere, over the network
    #[arg(long)]
    external: bool,
    /// How findings are printed
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        conflicts_with = "json"
    )]
    format: Format,
    /// Check drafts too
    #[arg(short = 'D', long, alias = "buildDrafts")]
    drafts: bool,
    /// Check pages dated in the future too
    #[arg(short = 'F', long, alias = "buildFuture")]
    future: bool,
    /// Check expired pages too
    #[arg(short = 'E', long, alias = "buildExpired")]
    expired: bool,
    /// Check as if it were this date and time, for example 2024-11-11T09:00:00Z
    #[arg(long, alias = "clock", value_name = "DATE")]
    now: Option<String>,
    #[command(flatten)]
    site: SiteArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// A list of {name, severity, path, line, column, message}
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// Annotations in the logs of GitHub Actions
    Github,
}

pub fn run(arguments: &Check) -> u8 {
    let mut options = options(&arguments.site);
    (options.drafts, options.future, options.expired) =
        (arguments.drafts, arguments.future, arguments.expired);
    options.cache_dir = arguments.cache.folder();
    let format = match arguments.site.json {
        true => Format::Json,
        false => arguments.format,
    };
    let voice = Voice {
        json: false,
        quiet: false,
        verbose: false,
    };
    let mut sources = Sources::new(&options.source);
    let mut found = Vec::new();
    match moment("--now", arguments.now.as_deref()) {
        Ok(now) => options.now = now,
        Err(error) => {
            report::diagnostics(&mut vec![error], &sources, &voice);
            return exit::USAGE;
        }
    }
    let outside = arguments.external.then(|| external::Options {
        cache_dir: options.cache_dir.clone(),
        ..external::Options::default()
    });
    let checked = check::check(&options, outside.as_ref(), &mut sources, &mut found);
    found.retain(|said| said.severity != Severity::Info);
    diag::tidy(&mut found, &sources);
    match format {
        Format::Text => report::diagnostics(&mut found, &sources, &voice),
        Format::Json => out(&list(&found, &sources)),
        Format::Sarif => out(&sarif(&found, &sources)),
        Format::Github => out(&github(&found, &sources)),
    }
    let checked = match checked {
        Ok(checked) => checked,
        // What is wrong with the site is among the findings.
        Err(Failure::Site) => return exit::SITE,
        Err(failure) if format == Format::Text => {
            return report::failed(&failure, &found, false, &voice);
        }
        Err(Failure::Usage) => return exit::USAGE,
        Err(failure) => return report::failed(&failure, &found, false, &voice),
    };
    if format == Format::Text {
        let asked = match arguments.external {
            true => format!(
                ", {} elsewhere asked",
                plural(checked.asked, "address").replace("addresss", "addresses")
            ),
            false => String::new(),
        };
        let what = format!(
            "{} and {}{asked}",
            plural(checked.pages, "page"),
            plural(checked.links, "link")
        );
        if found.is_empty() {
            out(&format!("{what}: nothing to mend\n"));
        } else {
            out(&summary(&found, &what));
        }
    }
    match found.is_empty() {
        true => exit::FINE,
        false => exit::SITE,
    }
}

/// How many there are of each name, the most first.
fn summary(found: &[Diagnostic], what: &str) -> String {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for said in found {
        *names.entry(&said.name).or_default() += 1;
    }
    let mut names: Vec<(&str, usize)> = names.into_iter().collect();
    names.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let mut text = format!("{what}: {}\n", diag::count(found));
    for (name, count) in names {
        text.push_str(&format!("  {count:>5}  {name}\n"));
    }
    text
}

/// `{name, severity, path, line, column, end_line, end_column, message, help}` of each.
fn list(found: &[Diagnostic], sources: &Sources) -> String {
    let all: Vec<Value> = found
        .iter()
        .map(|said| {
            let spot = spot(said, sources);
            json!({
                "name": said.name, "severity": said.severity.word(),
                "path": spot.as_ref().map(|spot| &spot.path),
                "line": spot.as_ref().map(|spot| spot.line),
                "column": spot.as_ref().map(|spot| spot.column),
                "end_line": spot.as_ref().map(|spot| spot.end_line),
                "end_column": spot.as_ref().map(|spot| spot.end_column),
                "message": said.message, "help": said.help,
            })
        })
        .collect();
    format!(
        "{}\n",
        serde_json::to_string_pretty(&all).unwrap_or_default()
    )
}

struct Spot {
    path: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

fn spot(said: &Diagnostic, sources: &Sources) -> Option<Spot> {
    let span = said.span?;
    let text = sources.text(span.file);
    let (start, end) = (
        place(text, span.start as usize),
        place(text, span.end as usize),
    );
    Some(Spot {
        path: sources.path(span.file).to_owned(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    })
}

/// Static Analysis Results Interchange Format 2.1.0, OASIS.
fn sarif(found: &[Diagnostic], sources: &Sources) -> String {
    let mut rules: Vec<&str> = found.iter().map(|said| &*said.name).collect();
    rules.sort_unstable();
    rules.dedup();
    let results: Vec<Value> = found
        .iter()
        .map(|said| {
            let text = match &said.help {
                Some(help) => format!("{}. {help}", said.message),
                None => said.message.clone(),
            };
            let mut result = json!({
                "ruleId": said.name, "level": said.severity.word(), "message": { "text": text },
            });
            if let Some(spot) = spot(said, sources) {
                result["locations"] = json!([{ "physicalLocation": {
                    "artifactLocation": { "uri": crate::text::encode_path(&spot.path) },
                    "region": {
                        "startLine": spot.line, "startColumn": spot.column,
                        "endLine": spot.end_line, "endColumn": spot.end_column,
                    },
                }}]);
            }
            result
        })
        .collect();
    let rules: Vec<Value> = rules.iter().map(|name| json!({ "id": name })).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "longhand", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!(
        "{}\n",
        serde_json::to_string_pretty(&log).unwrap_or_default()
    )
}

/// Workflow commands, escaped as the runner reads them.
fn github(found: &[Diagnostic], sources: &Sources) -> String {
    let data = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut text = String::new();
    for said in found {
        let mut properties = Vec::new();
        if let Some(spot) = spot(said, sources) {
            properties.push(format!("file={}", property(&spot.path)));
            properties.push(format!("line={}", spot.line));
            properties.push(format!("col={}", spot.column));
        }
        properties.push(format!("title={}", property(&said.name)));
        let message = match &said.help {
            Some(help) => format!("{}\n{help}", said.message),
            None => said.message.clone(),
        };
        let (level, properties) = (said.severity.word(), properties.join(","));
        text.push_str(&format!("::{level} {properties}::{}\n", data(&message)));
    }
    text
}
