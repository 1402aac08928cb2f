//! What the commands of the writer's desk have in common: how they fail, and how they
//! name things in what they say.

use super::report::{self, Voice, err, out, plural};
use super::{SiteArgs, exit, moment, options};
use crate::desk::{Failure, publish, rename};
use crate::diag::{Diagnostic, Severity};
use crate::source::Sources;
use clap::Args;
use serde_json::json;
use std::path::Path;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  longhand publish content/posts/first-snow.md\n  \
                        longhand publish first-snow --date 2024-12-24T18:00:00Z"
)]
pub struct Publish {
    /// The draft: its file, its address, or its name
    #[arg(value_name = "POST")]
    post: String,
    /// Its date; one that is still to come is waited for [default: now]
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Keep the date that it has
    #[arg(long, conflicts_with = "date")]
    keep_date: bool,
    #[command(flatten)]
    site: SiteArgs,
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  longhand rename first-snow the-first-snow\n  \
                        longhand rename content/posts/first-snow.md essays/first-snow.md"
)]
pub struct Rename {
    /// The page: its file, its address, or its name
    #[arg(value_name = "OLD")]
    old: String,
    /// Its new name, or its new path below content/
    #[arg(value_name = "NEW")]
    new: String,
    #[command(flatten)]
    site: SiteArgs,
}

pub fn publish(arguments: &Publish) -> u8 {
    let options = options(&arguments.site);
    let json = arguments.site.json;
    let mut sources = Sources::new(&options.source);
    let mut diagnostics = Vec::new();
    let date = match moment("--date", arguments.date.as_deref()) {
        Ok(date) => date,
        Err(error) => {
            return failed(Failure::Usage(error), &mut diagnostics, &sources, json);
        }
    };
    let asked = publish::Asked {
        page: arguments.post.clone(),
        date,
        keep_date: arguments.keep_date,
    };
    let published = publish::publish(&options, &asked, &mut sources, &mut diagnostics);
    let published = match published {
        Ok(published) => published,
        Err(failure) => return failed(failure, &mut diagnostics, &sources, json),
    };
    let date = published.date.map(|date| date.rfc3339());
    if json {
        let object = json!({
            "path": published.path, "url": published.url, "title": published.title, "date": date,
            "waits": published.waits, "expired": published.expired.is_some(),
            "changed": !published.already,
        });
        out(&format!("{object}\n"));
        return exit::FINE;
    }
    let (path, date) = (&published.path, date.unwrap_or_default());
    let mut text = match (published.already, published.waits) {
        (true, true) => format!("{path} is no draft; it waits for {date}\n"),
        (true, false) => format!("{path} is no draft, and is as it was\n"),
        (false, true) => format!("{path} will be published on {date}\n"),
        (false, false) => format!("{path} is published, dated {date}\n"),
    };
    if let Some(expired) = published.expired {
        let expired = expired.rfc3339();
        text.push_str(&format!(
            "it has expired on {expired}, and is left out: take off its `expiryDate`\n"
        ));
    }
    out(&text);
    exit::FINE
}

pub fn rename(arguments: &Rename) -> u8 {
    let options = options(&arguments.site);
    let json = arguments.site.json;
    let mut sources = Sources::new(&options.source);
    let mut diagnostics = Vec::new();
    let renamed = rename::rename(
        &options,
        &arguments.old,
        &arguments.new,
        &mut sources,
        &mut diagnostics,
    );
    let renamed = match renamed {
        Ok(renamed) => renamed,
        Err(failure) => {
            diagnostics.retain(|said| said.severity == Severity::Error);
            return failed(failure, &mut diagnostics, &sources, json);
        }
    };
    if json {
        let pairs = |pairs: &[(String, String)]| -> Vec<serde_json::Value> {
            pairs
                .iter()
                .map(|(from, to)| json!({ "from": from, "to": to }))
                .collect()
        };
        let edited: Vec<serde_json::Value> = (renamed.edited.iter())
            .map(|(path, links)| json!({ "path": path, "links": links }))
            .collect();
        let mentions: Vec<serde_json::Value> = (renamed.mentions.iter())
            .map(|(path, line)| json!({ "path": path, "line": line }))
            .collect();
        let object = json!({
            "moved": pairs(&renamed.moved), "urls": pairs(&renamed.urls), "edited": edited,
            "aliases": renamed.aliases, "mentions": mentions,
        });
        out(&format!("{object}\n"));
        return exit::FINE;
    }
    let mut text = String::new();
    for (from, to) in &renamed.moved {
        text.push_str(&format!("{from} is now {to}\n"));
    }
    for (from, to) in &renamed.urls {
        let alias = match renamed.aliases {
            0 => "was never published, so nothing sends on from it",
            _ => "sends on to it",
        };
        text.push_str(&format!("  address  {to}; {from} {alias}\n"));
    }
    for (path, links) in &renamed.edited {
        text.push_str(&format!(
            "  links    {} in {path}\n",
            plural(*links, "link")
        ));
    }
    out(&text);
    for (path, line) in &renamed.mentions {
        err(&format!(
            "{path}:{line} names the old path; see whether it still fits\n"
        ));
    }
    exit::FINE
}

/// Says why nothing was done, and gives the exit code for it.
pub fn failed(
    failure: Failure,
    diagnostics: &mut Vec<Diagnostic>,
    sources: &Sources,
    json: bool,
) -> u8 {
    let voice = Voice {
        json,
        quiet: false,
        verbose: false,
    };
    let (error, code) = match failure {
        Failure::Usage(error) => (error, exit::USAGE),
        Failure::Refused(error) => (error, exit::REFUSED),
        Failure::Io(error) => {
            report::diagnostics(diagnostics, sources, &voice);
            return report::failed_plainly(&error.to_string(), exit::IO, json);
        }
        Failure::Site => {
            report::diagnostics(diagnostics, sources, &voice);
            if !json {
                err("nothing was changed\n");
            }
            return exit::SITE;
        }
        Failure::Build(failure) => {
            report::diagnostics(diagnostics, sources, &voice);
            return report::failed(&failure, diagnostics, false, &voice);
        }
    };
    let help = error.help.as_deref();
    if json {
        let object = serde_json::json!({ "failed": error.message, "help": help, "exit": code });
        out(&format!("{object}\n"));
    } else {
        let help = help.map(|help| format!("  help: {help}\n"));
        err(&format!(
            "error: {}\n{}",
            error.message,
            help.unwrap_or_default()
        ));
    }
    code
}

/// ` -s DIR`, for a command that is to be typed next.
pub fn said_site(site: &SiteArgs) -> String {
    match site.source == Path::new(".") {
        true => String::new(),
        false => format!(" -s {}", shell_word(&site.source.display().to_string())),
    }
}

/// A word as a shell takes it for one.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+@:,".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
