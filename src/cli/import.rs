//! `longhand import`: a site of another program becomes one of ours, and a report says
//! what was carried over and what was not.

use super::report::{out, plural};
use super::{desk, exit};
use crate::diag::{Diagnostic, Files, Severity, place, visible};
use crate::import::{self, Asked, Format, Kind, Moved};
use crate::source::Sources;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(after_help = "Examples:\n  longhand import jekyll ~/old-blog\n  \
                        longhand import jekyll ~/old-blog blog --dry-run\n  \
                        longhand import wordpress export.xml blog")]
pub struct Import {
    /// The program that the site is of
    #[arg(value_name = "FORMAT")]
    format: Named,
    /// Its folder, or the file that it exported; nothing in it is changed
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// The folder of the new site; what is there is never written over [default: NAME-longhand]
    #[arg(value_name = "TARGET")]
    target: Option<PathBuf>,
    /// Say what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print machine-readable JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Named {
    /// A folder with `_config.yml` and `_posts/`
    Jekyll,
    /// The XML file of its export
    #[value(name = "wordpress")]
    WordPress,
    /// The JSON file of its export
    Ghost,
    /// The ZIP file of its export
    Substack,
}

pub fn run(arguments: &Import) -> u8 {
    let asked = Asked {
        format: match arguments.format {
            Named::Jekyll => Format::Jekyll,
            Named::WordPress => Format::WordPress,
            Named::Ghost => Format::Ghost,
            Named::Substack => Format::Substack,
        },
        source: arguments.source.clone(),
        target: arguments.target.clone(),
        dry_run: arguments.dry_run,
    };
    let folder = match asked.source.is_file() {
        true => asked.source.parent().unwrap_or(Path::new("")).to_owned(),
        false => asked.source.clone(),
    };
    let mut sources = Sources::new(folder);
    let mut diagnostics = Vec::new();
    match import::run(&asked, &mut sources, &mut diagnostics) {
        Ok(moved) if arguments.json => as_json(&moved, &asked, &sources),
        Ok(moved) => as_text(&moved, &asked, &sources),
        Err(failure) => return desk::failed(failure, &mut diagnostics, &sources, arguments.json),
    }
    exit::FINE
}

fn as_json(moved: &Moved, asked: &Asked, sources: &Sources) {
    let files: Vec<_> = (moved.files.iter())
        .map(|file| json!({ "path": file.path, "from": file.from, "kind": file.kind.word(), "there": file.there }))
        .collect();
    let findings: Vec<_> = (moved.findings.iter())
        .map(|said| {
            let at = said.span.map(|span| (sources.path(span.file), place(sources.text(span.file), span.start as usize)));
            json!({
                "name": said.name, "severity": said.severity.word(), "path": at.map(|(path, _)| path),
                "line": at.map(|(_, place)| place.line), "column": at.map(|(_, place)| place.column),
                "message": said.message, "help": said.help,
            })
        })
        .collect();
    let configuration = moved.configuration();
    let object = json!({
        "target": moved.target, "title": moved.title, "written": !asked.dry_run, "files": files,
        "findings": findings, "configuration": configuration,
    });
    out(&format!("{object}\n"));
}

fn as_text(moved: &Moved, asked: &Asked, sources: &Sources) {
    let count = |wanted: &[Kind]| {
        moved
            .files
            .iter()
            .filter(|file| wanted.contains(&file.kind))
            .count()
    };
    let name = match moved.title.as_str() {
        "" => asked.source.display().to_string(),
        title => visible(title).into_owned(),
    };
    let is = if asked.dry_run { "would be" } else { "is" };
    let mut text = format!("{name} {is} in {}/\n", moved.target.display());
    for (what, kinds) in [
        ("pages", &[Kind::Page][..]),
        ("drafts", &[Kind::Draft]),
        ("files", &[Kind::Static]),
        ("data", &[Kind::Data]),
    ] {
        let count = count(kinds);
        if count > 0 {
            text.push_str(&format!("  {what:<8} {count}\n"));
        }
    }
    let there = moved.files.iter().filter(|file| file.there).count();
    if there > 0 {
        text.push_str(&format!(
            "  {:<8} {there}, and left as {}\n",
            "there",
            if there == 1 { "it is" } else { "they are" }
        ));
    }
    text.push_str(&findings(&moved.findings, sources));
    if !asked.dry_run {
        let target = desk::shell_word(&moved.target.display().to_string());
        text.push_str(&format!("next:\n  cd {target}\n  longhand serve -D    shows it in the browser, drafts too\n  longhand check       finds what is wrong before readers do\n"));
    }
    out(&text);
}

/// What was not carried over: by kind, with the advice once and every place below it.
fn findings(findings: &[Diagnostic], sources: &Sources) -> String {
    let mut text = String::new();
    let mut groups: Vec<(&str, Option<&str>, Vec<&Diagnostic>)> = Vec::new();
    for said in findings
        .iter()
        .filter(|said| said.severity != Severity::Info)
    {
        let help = said.help.as_deref();
        match groups
            .iter_mut()
            .find(|(name, known, _)| *name == said.name && *known == help)
        {
            Some((.., group)) => group.push(said),
            None => groups.push((&said.name, help, vec![said])),
        }
    }
    let all: usize = groups.iter().map(|(.., group)| group.len()).sum();
    if all == 0 {
        return "everything was carried over\n".to_owned();
    }
    text.push_str(&format!("{} to look at:\n", plural(all, "thing")));
    for (name, help, group) in groups {
        text.push_str(&format!("\n  {name}: {}\n", help.unwrap_or_default()));
        for said in group {
            let at = said.span.map(|span| {
                let place = place(sources.text(span.file), span.start as usize);
                format!(
                    "{}:{}:{}: ",
                    visible(sources.path(span.file)),
                    place.line,
                    place.column
                )
            });
            text.push_str(&format!(
                "    {}{}\n",
                at.unwrap_or_default(),
                visible(&said.message)
            ));
        }
    }
    text.push('\n');
    text
}
