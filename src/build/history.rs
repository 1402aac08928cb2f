//! What git tells of the files, where the configuration asks for it.

use super::Options;
use super::rooms::Rooms;
use crate::config::Config;
use crate::diag::{Diagnostic, FileId};
use crate::parse::front_matter;
use crate::source::git::{History, Missing};

pub fn is_asked(config: &Config) -> bool {
    config.enable_git_info || config.dates.asks_git
}

/// Dates of commits are a nicety: where there are none, that is said, and the others are taken.
pub fn read(
    options: &Options,
    config: &Config,
    rooms: &Rooms,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<History> {
    if !is_asked(config) {
        return None;
    }
    let (message, help) = match History::read(&options.source, &rooms.content_dirs, body) {
        Ok(history) => {
            if history.is_cut {
                diagnostics.push(cut());
            }
            return Some(history);
        }
        Err(Missing::Program) => (
            "the program `git` was not found".to_owned(),
            "install `git`, or take `enableGitInfo` and `:git` out of the configuration",
        ),
        Err(Missing::Repository) => (
            "the site is in no repository".to_owned(),
            "commit the site with `git`, or take `enableGitInfo` and `:git` out of the configuration",
        ),
        Err(Missing::Failed(why)) => (why, "pages have the dates of their front matter instead"),
    };
    let message = format!("the dates of commits cannot be read: {message}");
    diagnostics.push(Diagnostic::warning("git-history", None, message).help(help));
    None
}

fn cut() -> Diagnostic {
    let message = "the repository is a shallow clone: when older files were changed is not known";
    Diagnostic::warning("git-history", None, message.to_owned())
        .help("fetch all of it: `git fetch --unshallow`, or `fetch-depth: 0` in a workflow")
}

/// A change of the front matter alone is none of the text.
fn body(text: &str) -> &str {
    let split = front_matter::split(text, FileId(0));
    split.map_or(text, |split| &text[split.body..])
}
