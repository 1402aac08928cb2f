//! Other programs that do the sending: where they lie, and what they say.

use super::target::{DeployError, Kind, Result};
use crate::source::program;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where `name` lies: see [`program::find`].
///
/// # Errors
///
/// It is not installed.
pub fn find(name: &str, site: &Path) -> Result<PathBuf> {
    program::find(name, site).ok_or_else(|| {
        DeployError::new(Kind::Io, format!("the program `{name}` was not found")).help(format!(
            "install `{name}`; it is looked up in the folders of `PATH`"
        ))
    })
}

/// Runs a program with `input` on its standard input, to its end.
///
/// # Errors
///
/// It cannot be started. How it ended is in the output.
pub fn run(command: &mut Command, input: &[u8]) -> Result<Output> {
    feed(command, |stdin| stdin.write_all(input).map_err(|_| None))
}

/// The same with an input that is written piece by piece. `None` as an error is
/// a program that does not listen any more: what it says tells why.
pub fn feed(
    command: &mut Command,
    write: impl FnOnce(&mut dyn Write) -> Result<(), Option<DeployError>> + Send,
) -> Result<Output> {
    let name = command.get_program().display().to_string();
    let failed = |error: io::Error| DeployError::io(format!("`{name}` cannot be run: {error}"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let stdin = child.stdin.take().expect("it was piped above");
    // Both at once: a program that waits for us to read would wait for ever.
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let mut stdin = io::BufWriter::new(stdin);
            write(&mut stdin).and_then(|()| stdin.flush().map_err(|_| None))
        });
        let output = child.wait_with_output().map_err(failed)?;
        match writer.join() {
            Ok(Err(Some(error))) => Err(error),
            _ => Ok(output),
        }
    })
}

/// What a program had to complain of, in a few lines, without `secrets`.
pub fn complaint(output: &Output, secrets: &[String]) -> String {
    let mut text = String::from_utf8_lossy(&output.stderr).into_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.as_str(), "…");
    }
    let text = without_passwords(&text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.collect();
    let first = lines.len().saturating_sub(8);
    match lines[first..].join("\n    ") {
        text if text.is_empty() => format!("it ended with {}", output.status),
        text => text,
    }
}

/// `https://user:password@host` → `https://…@host`.
fn without_passwords(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"')
            .unwrap_or(after.len());
        let (authority, behind) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((user, host)) if user.contains(':') || before.ends_with("https://") => {
                out.push('…');
                out.push('@');
                out.push_str(host);
            }
            _ => out.push_str(authority),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::without_passwords;

    #[test]
    fn no_password_of_an_address_is_passed_on() {
        for (said, passed) in [
            (
                "fatal: https://me:pw@x.org/a: no",
                "fatal: https://…@x.org/a: no",
            ),
            ("'https://tok@x.org'", "'https://…@x.org'"),
            ("ssh://git@x.org/a b", "ssh://git@x.org/a b"),
            ("a://b c://d:e@f", "a://b c://…@f"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(without_passwords(said), passed);
        }
    }
}
