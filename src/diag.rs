//! Diagnostics: what went wrong, where, and how to mend it.
//!
//! Takes byte offsets, gives code frames. Line and column are computed only
//! when a message is printed. Everything the program tells a person about
//! their files passes through here; no other module prints, and this one gives
//! text to whoever owns the terminal.

mod frame;

pub use frame::visible;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Write};

/// Names one file that was read: an index into [`crate::source::Sources`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct FileId(pub u32);

/// A range of bytes in one file, end exclusive.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        // Files over 10 MiB are refused before anything makes a span of them.
        Span {
            file,
            start: start as u32,
            end: end as u32,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The site is not published.
    Error,
    /// Said, counted, and an error under `--strict`.
    Warning,
    /// What was done of our own accord; shown with `--verbose`.
    Info,
}

/// A remark under a diagnostic, with or without a place of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub span: Option<Span>,
    pub text: String,
}

/// One message. `message` is lower case, without a full stop, names in
/// backticks; what to do about it stands in `help`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// The name of the finding in kebab case (`broken-link`), stable: it is
    /// printed, stands in JSON, and findings are silenced by it.
    pub name: Cow<'static, str>,
    pub span: Option<Span>,
    pub message: String,
    pub notes: Vec<Note>,
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn error(
        name: &'static str,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(Severity::Error, name, span, message)
    }

    pub fn warning(
        name: &'static str,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(Severity::Warning, name, span, message)
    }

    pub fn info(
        name: &'static str,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(Severity::Info, name, span, message)
    }

    fn new(
        severity: Severity,
        name: &'static str,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            severity,
            name: Cow::Borrowed(name),
            span: span.into(),
            message: message.into(),
            notes: Vec::new(),
            help: None,
        }
    }

    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    pub fn note(mut self, span: impl Into<Option<Span>>, text: impl Into<String>) -> Diagnostic {
        self.notes.push(Note {
            span: span.into(),
            text: text.into(),
        });
        self
    }
}

/// Where the printer finds the files that spans name.
pub trait Files {
    /// The path as it is shown: relative to the site's folder, `/` between the parts.
    fn path(&self, file: FileId) -> &str;
    fn text(&self, file: FileId) -> &str;
}

/// How messages are printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    pub color: bool,
    /// Columns of the terminal: longer source lines are cut around the span.
    pub width: usize,
    /// Left out: whatever is less severe.
    pub least: Severity,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            color: false,
            width: 100,
            least: Severity::Warning,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
}

/// A place as a person counts it: from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// Line and column of byte `at`; where `text` ends for what lies beyond it.
pub fn place(text: &str, at: usize) -> Place {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text.as_bytes()[..at];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    Place {
        line,
        column: text[start..at].chars().count() + 1,
    }
}

/// Puts `diagnostics` in the order in which they are shown (by path and
/// position, those without a place last) and drops what was said twice.
pub fn tidy(diagnostics: &mut Vec<Diagnostic>, files: &dyn Files) {
    type Order<'d> = (bool, &'d str, u32, Severity, &'d str, &'d str);
    fn order<'d>(diagnostic: &'d Diagnostic, files: &'d dyn Files) -> Order<'d> {
        let (path, start) = diagnostic
            .span
            .map_or(("", 0), |span| (files.path(span.file), span.start));
        let bare = diagnostic.span.is_none();
        (
            bare,
            path,
            start,
            diagnostic.severity,
            &diagnostic.name,
            &diagnostic.message,
        )
    }
    diagnostics.sort_by(|a, b| order(a, files).cmp(&order(b, files)));
    diagnostics.dedup();
}

pub fn count(diagnostics: &[Diagnostic]) -> Counts {
    let of = |severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    Counts {
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        match (self.errors, self.warnings) {
            (0, 0) => f.write_str("no errors"),
            (errors, 0) => f.write_str(&number(errors, "error")),
            (0, warnings) => f.write_str(&number(warnings, "warning")),
            (errors, warnings) => {
                write!(
                    f,
                    "{}, {}",
                    number(errors, "error"),
                    number(warnings, "warning")
                )
            }
        }
    }
}

/// The messages as a person reads them, in the order given (see [`tidy`]), an
/// empty line after each. A warning that says the same of several places is
/// shown once, with the number of the others.
pub fn render(diagnostics: &[Diagnostic], files: &dyn Files, style: Style) -> String {
    let shown = diagnostics.iter().filter(|d| d.severity <= style.least);
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for diagnostic in shown {
        if diagnostic.severity == Severity::Error || diagnostic.span.is_none() {
            groups.push(vec![diagnostic]);
            continue;
        }
        let group = *known
            .entry((&diagnostic.name, &diagnostic.message))
            .or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push(diagnostic),
            None => groups.push(vec![diagnostic]),
        }
    }
    let mut out = String::new();
    for group in groups {
        // Two of a kind are no trouble to read.
        if group.len() == 2 {
            frame::show(&mut out, group[0], &[], files, style);
            frame::show(&mut out, group[1], &[], files, style);
        } else {
            frame::show(&mut out, group[0], &group[1..], files, style);
        }
    }
    out
}

/// The messages for programs: one JSON object a line, in the order given.
/// `line`, `column` and the rest of a place are null where there is none.
pub fn json(diagnostics: &[Diagnostic], files: &dyn Files) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let mut object = serde_json::Map::new();
        object.insert("severity".to_owned(), diagnostic.severity.word().into());
        object.insert("name".to_owned(), (*diagnostic.name).into());
        insert_place(&mut object, diagnostic.span, files);
        object.insert("message".to_owned(), diagnostic.message.as_str().into());
        let notes = diagnostic.notes.iter().map(|note| {
            let mut object = serde_json::Map::new();
            insert_place(&mut object, note.span, files);
            object.insert("message".to_owned(), note.text.as_str().into());
            serde_json::Value::Object(object)
        });
        object.insert("notes".to_owned(), notes.collect());
        object.insert("help".to_owned(), diagnostic.help.as_deref().into());
        // Inside a string JSON lets pass what a terminal would obey.
        for c in serde_json::Value::Object(object).to_string().chars() {
            if frame::picture(c).is_some() {
                // Writing to a String cannot fail; all such are within 16 bits.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            } else {
                out.push(c);
            }
        }
        out.push('\n');
    }
    out
}

fn insert_place(
    object: &mut serde_json::Map<String, serde_json::Value>,
    span: Option<Span>,
    files: &dyn Files,
) {
    let ends = span.map(|span| {
        let text = files.text(span.file);
        (
            place(text, span.start as usize),
            place(text, span.end as usize),
        )
    });
    object.insert(
        "path".to_owned(),
        span.map(|span| files.path(span.file)).into(),
    );
    object.insert("line".to_owned(), ends.map(|(start, _)| start.line).into());
    object.insert(
        "column".to_owned(),
        ends.map(|(start, _)| start.column).into(),
    );
    object.insert("end_line".to_owned(), ends.map(|(_, end)| end.line).into());
    object.insert(
        "end_column".to_owned(),
        ends.map(|(_, end)| end.column).into(),
    );
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

#[cfg(test)]
mod tests;
