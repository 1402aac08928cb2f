//! What the commands of the writer's desk have in common: how they fail, and how they
//! name things in what they say.

use super::report::{self, Voice, err, out};
use super::{SiteArgs, exit};
use crate::desk::Failure;
use crate::diag::Diagnostic;
use crate::source::Sources;
use std::path::Path;

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
        let object =
            serde_json::json!({ "failed": error.message, "help": help, "exit": code });
        out(&format!("{object}\n"));
    } else {
        let help = help.map(|help| format!("  help: {help}\n"));
        err(&format!("error: {}\n{}", error.message, help.unwrap_or_default()));
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
