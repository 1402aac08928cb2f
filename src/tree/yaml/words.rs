//! What went wrong in YAML, in a writer's words. The parser notices many
//! mistakes a line late and names them in the grammar's terms; a look at the
//! lines around tells what was meant.

use crate::diag::{Diagnostic, Span};

const NOT_CLOSED: &str = "the quote that opens here is not closed before the next key";

/// `info` is what the parser says of byte `at`; `span` makes places of the file.
pub(super) fn explain(
    text: &str,
    at: usize,
    info: &str,
    span: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    let found = find(text, at, info);
    let error = Diagnostic::error(found.name, span(found.start, found.end), found.message);
    if found.help.is_empty() {
        error
    } else {
        error.help(found.help)
    }
}

struct Found {
    name: &'static str,
    start: usize,
    end: usize,
    message: String,
    help: &'static str,
}

fn find(text: &str, at: usize, info: &str) -> Found {
    if let Some(tab) = tab_indent(text, at) {
        return Found {
            name: "yaml-tab",
            start: tab,
            end: tab + 1,
            message: "a tab stands in the indentation".to_owned(),
            help: "indent with spaces: YAML allows no tabs there",
        };
    }
    let found = |(start, end): (usize, usize), message: &str, help| Found {
        name: "yaml",
        start,
        end,
        message: message.to_owned(),
        help,
    };
    let here = (at, char_end(text, at));
    if info.contains("mapping values are not allowed") || info.contains("illegal placement of ':'")
    {
        return colon(text, at, found);
    }
    if info.contains("expected ',' or") {
        return bracket(text, at, found)
            .unwrap_or_else(|| found(here, "expected `,` or the closing bracket", ITEMS));
    }
    if info.contains("invalid trailing content") {
        let help = match text.as_bytes()[..at]
            .iter()
            .rfind(|byte| matches!(byte, b'\'' | b'"'))
        {
            Some(b'\'') => "write a quote within single quotes as `''`",
            _ => {
                "write a quote within double quotes as `\\\"`, or use single quotes around the value"
            }
        };
        return found(here, "unexpected text after the closing quote", help);
    }
    if info.contains("did not find expected key") {
        return key(text, at, found);
    }
    if info.contains("simple key expect") {
        return found(
            line(text, at),
            "expected `:` after a key",
            "write `key: value`",
        );
    }
    if info.contains("unknown escape") {
        let escape = bad_escape(text, at).unwrap_or(here);
        let help = "write `\\\\` for a backslash, or put the value in single quotes, where `\\` means itself";
        return found(escape, "unknown escape in double quotes", help);
    }
    for (part, message, help) in WORDS {
        if info.contains(part) {
            return found(here, message, help);
        }
    }
    if let Some(first) = info.strip_prefix("unexpected character: `") {
        let first = first.strip_suffix('\'').unwrap_or(first);
        let first = if first == "`" {
            "a backtick".to_owned()
        } else {
            format!("`{first}`")
        };
        let message = format!("a value cannot begin with {first}");
        return found(here, &message, "put the value in quotes");
    }
    let info = info.strip_prefix("while parsing ").unwrap_or(info);
    // Of a few places the parser has nothing to say.
    match info.trim() {
        "" => found(here, "this is no YAML", "write `key: value`"),
        info => found(here, info, ""),
    }
}

const ITEMS: &str = "put what holds `,`, `[`, `]`, `{` or `}` in quotes";

/// A `:` where no value may begin: often the line before is to blame.
fn colon<F: Fn((usize, usize), &str, &'static str) -> Found>(
    text: &str,
    at: usize,
    found: F,
) -> Found {
    let (start, end) = line(text, at);
    let second = text[start..at].contains(": ");
    if !second && let Some(open) = bracket(text, at, &found) {
        return open;
    }
    if second || start == 0 {
        let help = "put a value that holds `: ` in quotes, as in `title: \"One: two\"`";
        return found(
            (at, char_end(text, at)),
            "unexpected `:` within a value",
            help,
        );
    }
    let before = text[..start].trim_end();
    let (from, to) = line(text, before.len());
    match text[from..to].find(':') {
        None => found((from, to), "expected `:` after a key", "write `key: value`"),
        Some(colon)
            if !text[from + colon + 1..to].starts_with([' ', '\t']) && from + colon + 1 < to =>
        {
            let colon = from + colon;
            found(
                (colon, colon + 1),
                "expected a space after `:`",
                "write `key: value`",
            )
        }
        Some(_) => found(
            (start, end),
            "this line is indented further than the key before it, which has a value already",
            "begin all keys of a map at the same column",
        ),
    }
}

/// The bracket that is still open at `at`, if it stands on an earlier line.
fn bracket<F: Fn((usize, usize), &str, &'static str) -> Found>(
    text: &str,
    at: usize,
    found: F,
) -> Option<Found> {
    /// How far back is looked, in bytes.
    const NEAR: usize = 4096;
    let (start, _) = line(text, at);
    let bytes = &text.as_bytes()[..start];
    let mut open = 0;
    for index in (bytes.len().saturating_sub(NEAR)..bytes.len()).rev() {
        match bytes[index] {
            b']' | b'}' => open += 1,
            b'[' | b'{' if open > 0 => open -= 1,
            b'[' | b'{' => {
                let before = text[..index].trim_end_matches(' ');
                if !before.is_empty() && !before.ends_with([':', '-', ',', '[', '{', '\n']) {
                    return None;
                }
                let message = "the bracket that opens here is not closed before the next key";
                return Some(found((index, index + 1), message, ""));
            }
            _ => {}
        }
    }
    None
}

/// Something that is no key stands where one was expected.
fn key<F: Fn((usize, usize), &str, &'static str) -> Found>(
    text: &str,
    at: usize,
    found: F,
) -> Found {
    let (start, end) = line(text, at);
    if text[start..end].starts_with("- ") {
        return found(
            (start, end),
            "a list item stands where a key was expected",
            "a key has either a value on its line or a list below it; indent the items evenly",
        );
    }
    if at > start {
        let help = "put the whole value in quotes";
        return found((at, end.max(at)), "unexpected text after the value", help);
    }
    let help = "begin all keys of a map at the same column";
    found(
        (start, end),
        "expected a key at the column of the others",
        help,
    )
}

/// The first escape after the quote at `at` that means nothing.
fn bad_escape(text: &str, at: usize) -> Option<(usize, usize)> {
    let mut chars = text.get(at..)?.char_indices();
    while let Some((index, c)) = chars.next() {
        if c != '\\' {
            continue;
        }
        let (_, next) = chars.next()?;
        if !"0abt\tnvfre \"/\\N_LPxuU\n\r".contains(next) {
            return Some((at + index, at + index + 1 + next.len_utf8()));
        }
    }
    None
}

/// The line of `at` without its indentation and trailing blanks.
fn line(text: &str, at: usize) -> (usize, usize) {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let end = text[at..]
        .find(['\n', '\r'])
        .map_or(text.len(), |end| at + end);
    let line = &text[start..end];
    let indent = line.len() - line.trim_start().len();
    let start = (start + indent).min(at);
    (start, start + text[start..end].trim_end().len())
}

/// A part of the parser's wording, ours, and the help.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "quoted scalar, found unexpected end of stream",
        "the quote that opens here is never closed",
        "",
    ),
    (
        "quoted scalar, found unexpected document indicator",
        "the quote is not closed before this line",
        "",
    ),
    (
        "did not find expected hexadecimal number",
        "expected hexadecimal digits after the escape",
        "",
    ),
    (
        "invalid Unicode character escape",
        "this escape names no character",
        "",
    ),
    (
        "found unknown anchor",
        "an alias names nothing that was defined before",
        "put a value that begins with `*` in quotes",
    ),
    (
        "while scanning an anchor or alias",
        "expected a name after `&` or `*`",
        "put a value that begins with `*` or `&` in quotes",
    ),
    (
        "misplaced bracket",
        "a bracket closes here that was never opened",
        "",
    ),
    (
        "block collection, did not find expected '-'",
        "expected `- ` at the indentation of the other items",
        "items of one list begin at the same column",
    ),
    (
        "block sequence entries are not allowed",
        "a list cannot begin on the line of its key",
        "begin the list on the next line, or put a value that begins with `- ` in quotes",
    ),
    (
        "is only valid inside a block",
        "`- ` cannot stand within brackets",
        "separate the items by commas",
    ),
    (
        "comment intercepting",
        "a comment stands within a value of several lines",
        "",
    ),
    ("indentation in quoted scalar", NOT_CLOSED, ""),
    (
        "invalid indentation",
        "this line must be indented further than its key",
        "",
    ),
    (
        "wrongly indented line in block scalar",
        "this line is indented less than the text around it",
        "",
    ),
    (
        "block scalar, did not find expected comment or line break",
        "expected the text of `|` or `>` on the next line",
        "put a value that begins with `|` or `>` in quotes",
    ),
    (
        "cannot start with '-'",
        "a value cannot begin with `-` here",
        "put the value in quotes",
    ),
    (
        "mapping keys are not allowed",
        "a key cannot begin here",
        "put a value that begins with `? ` in quotes",
    ),
    (
        "unprintable character",
        "a character stands here that YAML does not allow",
        "remove it, or write it as an escape in double quotes",
    ),
    (
        "tag",
        "a tag (`!`) is malformed",
        "put a value that begins with `!` in quotes",
    ),
    (
        "directive",
        "a directive (`%`) is malformed",
        "put a value that begins with `%` in quotes",
    ),
    ("expected node content", "expected a value", ""),
    (
        "expected <document start>",
        "expected the end of the document",
        "put all keys at the same column, without brackets around them",
    ),
    ("end of plain scalar", "expected a value", ""),
    (
        "invalid content after document end",
        "unexpected text after `...`",
        "",
    ),
];

/// Where the first line that says anything begins with a tab, and is no list or map in
/// brackets: these may be set off by tabs.
pub(super) fn first_tab(text: &str) -> Option<usize> {
    let says = |line: &&str| !matches!(line.trim_start().chars().next(), None | Some('#'));
    let line = text.split(['\n', '\r']).find(says)?;
    let brackets = line.trim_start().starts_with(['{', '[']);
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    (line.starts_with('\t') && !brackets).then_some(start)
}

/// A tab in the leading blank of the line of `at`, or of the next.
fn tab_indent(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut start = bytes[..at.min(bytes.len())]
        .iter()
        .rposition(|byte| *byte == b'\n' || *byte == b'\r')
        .map_or(0, |at| at + 1);
    for _ in 0..2 {
        let blank = bytes[start..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let filled = bytes
            .get(start + blank)
            .is_some_and(|byte| !matches!(byte, b'\n' | b'\r'));
        if filled && let Some(tab) = memchr::memchr(b'\t', &bytes[start..start + blank]) {
            return Some(start + tab);
        }
        start += memchr::memchr2(b'\n', b'\r', &bytes[start..])? + 1;
    }
    None
}

fn char_end(text: &str, at: usize) -> usize {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some('\n' | '\r') | None => at,
        Some(c) => at + c.len_utf8(),
    }
}
