//! Finds the front matter of a file: between two lines `---` (YAML) or `+++`
//! (TOML), or an object of JSON; at the very beginning, blank lines aside.

use crate::diag::{Diagnostic, FileId, Span};
use crate::parse::token;
use crate::tree::Format;
use std::ops::Range;

/// Front matter beyond this was made by a program, or is none.
const LIMIT: usize = 64 << 10;

/// Where the parts of a content file lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The format and the bytes of the front matter, delimiters left out.
    pub front: Option<(Format, Range<usize>)>,
    /// The byte at which the body begins.
    pub body: usize,
}

/// A file without front matter is all body.
pub fn split(text: &str, file: FileId) -> Result<Split, Diagnostic> {
    refuse_tokens(text, file)?;
    let start = text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len();
    // What stands before must be blank lines, not indentation.
    let start = text[..start].rfind(['\r', '\n']).map_or(0, |end| end + 1);
    let split = match line(text, start).trim_end() {
        "---" => delimited(text, start, "---", Format::Yaml, file)?,
        "+++" => delimited(text, start, "+++", Format::Toml, file)?,
        first if first.starts_with('{') && is_object(&text[start + 1..]) => {
            object(text, start, file)?
        }
        _ => Split {
            front: None,
            body: 0,
        },
    };
    if let Some((format, range)) = &split.front
        && range.len() > LIMIT
    {
        let span = Span::new(file, start, start + line(text, start).len());
        let message = format!(
            "front matter of {} KiB, over the limit of {} KiB",
            range.len().div_ceil(1024),
            LIMIT >> 10
        );
        let error = Diagnostic::error("front-matter", span, message);
        return Err(match format {
            Format::Json => error.help("put data into files of its own"),
            _ => error.help("put data into files of its own; or is the closing line missing?"),
        });
    }
    Ok(split)
}

/// The line that begins at `start`, without its end.
fn line(text: &str, start: usize) -> &str {
    let rest = &text[start..];
    &rest[..memchr::memchr2(b'\r', b'\n', rest.as_bytes()).unwrap_or(rest.len())]
}

/// Where the line after the one that begins at `start` begins.
fn next_line(text: &str, start: usize) -> usize {
    let end = start + line(text, start).len();
    match text.as_bytes().get(end..) {
        Some([b'\r', b'\n', ..]) => end + 2,
        Some([_, ..]) => end + 1,
        _ => end,
    }
}

fn delimited(
    text: &str,
    start: usize,
    mark: &str,
    format: Format,
    file: FileId,
) -> Result<Split, Diagnostic> {
    let first = next_line(text, start);
    let mut at = first;
    while at < text.len() {
        if line(text, at).trim_end() == mark {
            return Ok(Split {
                front: Some((format, first..at)),
                body: next_line(text, at),
            });
        }
        at = next_line(text, at);
    }
    let span = Span::new(file, start, start + mark.len());
    Err(Diagnostic::error(
        "front-matter",
        span,
        format!("the front matter that begins with this `{mark}` has no end"),
    )
    .help(format!("close it with a line of its own: `{mark}`")))
}

/// Whether what follows a `{` goes on as JSON: `{{< figure >}}` and `{#id}` do not.
fn is_object(rest: &str) -> bool {
    rest.trim_start().starts_with(['"', '}'])
}

fn object(text: &str, start: usize, file: FileId) -> Result<Split, Diagnostic> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let end = at + 1;
                    // The body may follow on the same line.
                    let body = if line(text, end).trim().is_empty() {
                        next_line(text, end)
                    } else {
                        end
                    };
                    return Ok(Split {
                        front: Some((Format::Json, start..end)),
                        body,
                    });
                }
            }
            _ => {}
        }
    }
    let span = Span::new(file, start, start + 1);
    Err(Diagnostic::error(
        "front-matter",
        span,
        "the front matter that begins with this `{` has no end",
    )
    .help("close it with `}`"))
}

/// The characters that mark holes in HTML under way may not come from outside.
fn refuse_tokens(text: &str, file: FileId) -> Result<(), Diagnostic> {
    // All noncharacters of that row begin with the same two bytes.
    let found = memchr::memmem::find_iter(text.as_bytes(), b"\xEF\xB7").find(|at| {
        text.get(*at..)
            .is_some_and(|rest| rest.starts_with([token::OPEN, token::CLOSE]))
    });
    let Some(at) = found else { return Ok(()) };
    let span = Span::new(file, at, at + token::OPEN.len_utf8());
    Err(Diagnostic::error(
        "noncharacter",
        span,
        "a character that is none: U+FDD0 and U+FDD1 are for internal use",
    )
    .help("remove it"))
}
