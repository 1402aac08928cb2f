//! `longhand new`: a site, or a page of one.

use super::report::{self, err, out};
use super::{SiteArgs, desk, exit, moment, options};
use crate::desk::{Failure, blank, page};
use crate::source::Sources;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  longhand new site diary\n  longhand new \"First snow\"\n  \
                  longhand new \"First snow\" --section essays --bundle\n  \
                  longhand new posts/first-snow.md"
)]
pub struct New {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    page: Page,
}

#[derive(Subcommand)]
enum What {
    /// Begin a site: configuration, a first page, and what publishes it
    Site(Site),
    /// Begin a page at a path below the content folder, as `hugo new content` does
    Content(ContentPath),
}

#[derive(Args)]
struct Site {
    /// The folder to make; it may be there if it is empty
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// What the site is called [default: made from the folder's name]
    #[arg(short, long)]
    title: Option<String>,
    /// Print machine-readable JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ContentPath {
    /// For example posts/first-snow.md
    #[arg(value_name = "PATH")]
    path: String,
    #[command(flatten)]
    how: How,
}

#[derive(Args)]
struct Page {
    /// The page's title, or its path: posts/first-snow.md
    #[arg(value_name = "TITLE", required = true)]
    title: Vec<String>,
    /// The folder for it below content/ [default: the main section]
    #[arg(long, value_name = "NAME")]
    section: Option<String>,
    /// The name of its file [default: made from the title]
    #[arg(long, value_name = "NAME")]
    slug: Option<String>,
    #[command(flatten)]
    how: How,
}

#[derive(Args)]
struct How {
    /// Give it a folder of its own, for pictures and other files
    #[arg(long)]
    bundle: bool,
    /// The language that it is written in, for example zh
    #[arg(long, value_name = "CODE")]
    lang: Option<String>,
    /// The archetype that it begins with [default: the section's, then default.md]
    #[arg(short, long, value_name = "NAME")]
    kind: Option<String>,
    /// The date that it gets [default: now]
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Open it in the editor that $VISUAL or $EDITOR names
    #[arg(long)]
    edit: bool,
    #[command(flatten)]
    site: SiteArgs,
}

pub fn run(arguments: &New) -> u8 {
    match &arguments.what {
        Some(What::Site(site)) => new_site(site),
        Some(What::Content(content)) => {
            let asked = page::Asked {
                title: content.path.clone(),
                is_path: true,
                ..asked(&content.how)
            };
            new_page(asked, &content.how)
        }
        None => {
            let page = &arguments.page;
            let asked = page::Asked {
                title: page.title.join(" "),
                section: page.section.clone(),
                slug: page.slug.clone(),
                ..asked(&page.how)
            };
            new_page(asked, &page.how)
        }
    }
}

fn asked(how: &How) -> page::Asked {
    page::Asked {
        bundle: how.bundle,
        lang: how.lang.clone(),
        kind: how.kind.clone(),
        ..page::Asked::default()
    }
}

fn new_site(arguments: &Site) -> u8 {
    let made = match blank::site(&arguments.path, arguments.title.as_deref()) {
        Ok(made) => made,
        Err(failure) => {
            return desk::failed(failure, &mut Vec::new(), &Sources::new("."), arguments.json);
        }
    };
    if arguments.json {
        let object = serde_json::json!({ "folder": made.folder, "files": made.files });
        out(&format!("{object}\n"));
        return exit::FINE;
    }
    let folder = made.folder.display();
    let mut text = format!("a new site is in {folder}/\n");
    for (file, what) in [
        ("longhand.yaml", "what it is called and how it looks"),
        ("content/posts/", "what you write; a first page is there"),
        ("archetypes/", "what a new page begins with"),
        (
            ".github/workflows/",
            "publishes it from GitHub, if you like",
        ),
    ] {
        text.push_str(&format!("  {file:<20} {what}\n"));
    }
    text.push_str("next:\n");
    if made.folder != Path::new(".") {
        text.push_str(&format!("  cd {}\n", desk::shell_word(&folder.to_string())));
    }
    text.push_str("  longhand serve                      shows it in the browser\n");
    text.push_str("  longhand new \"What I came to say\"   begins a page\n");
    out(&text);
    exit::FINE
}

fn new_page(mut asked: page::Asked, how: &How) -> u8 {
    let options = options(&how.site);
    let mut sources = Sources::new(&options.source);
    let mut diagnostics = Vec::new();
    let json = how.site.json;
    match moment("--date", how.date.as_deref()) {
        Ok(date) => asked.date = date,
        Err(error) => {
            return desk::failed(Failure::Usage(error), &mut diagnostics, &sources, json);
        }
    }
    let begun = match page::begin(&options, &asked, &mut sources, &mut diagnostics) {
        Ok(begun) => begun,
        Err(failure) => return desk::failed(failure, &mut diagnostics, &sources, json),
    };
    let file = begun.file.display().to_string();
    if json {
        let object = serde_json::json!({ "path": begun.path, "file": begun.file, "title": begun.title, "draft": begun.draft });
        out(&format!("{object}\n"));
    } else {
        // The path alone on standard output: `$EDITOR "$(longhand new "First snow")"`.
        out(&format!("{file}\n"));
        let site = desk::said_site(&how.site);
        let name = desk::shell_word(&begun.path);
        err(&match begun.draft {
            true => format!(
                "a draft: `longhand serve -D{site}` shows it,\n`longhand publish {name}{site}` publishes it\n"
            ),
            false => format!("`longhand serve{site}` shows it\n"),
        });
    }
    match how.edit {
        true => edit(&begun.file, json),
        false => exit::FINE,
    }
}

/// Opens a file in the user's editor and waits for that.
fn edit(file: &Path, json: bool) -> u8 {
    let named = ["VISUAL", "EDITOR"].iter().find_map(|name| {
        std::env::var(name)
            .ok()
            .filter(|editor| !editor.trim().is_empty())
    });
    let Some(editor) = named else {
        let message = "no editor is named; set `EDITOR`, for example `export EDITOR=nano`";
        return report::failed_plainly(message, exit::USAGE, json);
    };
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default();
    let ended = Command::new(program).args(words).arg(file).status();
    let why = match ended {
        Ok(status) if status.success() => return exit::FINE,
        Ok(status) => format!("the editor `{program}` ended with {status}"),
        Err(error) => format!(
            "the editor `{program}` does not start: {}",
            crate::source::reason(&error)
        ),
    };
    report::failed_plainly(&format!("{why}; the page is there"), exit::IO, json)
}
