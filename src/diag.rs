//! Diagnostics: what went wrong, where, and how to mend it.
//!
//! Takes byte offsets, gives code frames. Line and column are computed only
//! when a message is printed. Everything the program tells a person about
//! their files passes through here; no other module prints.

/// Names one file that was read: an index into [`crate::source::Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    pub name: &'static str,
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
            name,
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
