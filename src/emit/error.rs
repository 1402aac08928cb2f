//! What can go wrong on the way to the disk, in words for a person.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::disk::Operation;

/// What kind of end a build came to; it decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Refused for safety, before anything was written to the output.
    Refused,
    /// The system said no: full, forbidden, broken.
    Io,
    /// Another build holds the output.
    Locked,
    /// The person asked to stop.
    Cancelled,
}

/// A failed emit. By the time the caller holds one, staging is gone and the
/// old site is as it was, unless [`EmitError::help`] says otherwise.
#[derive(Debug)]
pub struct EmitError {
    pub kind: Kind,
    /// As the person would name it: an output path rather than a staging one.
    pub path: PathBuf,
    /// `None` where no single operation failed (a refusal).
    pub operation: Option<Operation>,
    pub source: Option<io::Error>,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    pub help: Option<String>,
}

pub type Result<T, E = EmitError> = std::result::Result<T, E>;

impl EmitError {
    pub(super) fn refused(
        path: &Path,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> EmitError {
        EmitError {
            kind: Kind::Refused,
            path: path.to_owned(),
            operation: None,
            source: None,
            message: message.into(),
            help: Some(help.into()),
        }
    }

    pub(super) fn io(operation: Operation, path: &Path, source: io::Error) -> EmitError {
        let message = io_message(operation, path, &source);
        let help = io_help(&source).map(str::to_owned);
        EmitError {
            kind: Kind::Io,
            path: path.to_owned(),
            operation: Some(operation),
            source: Some(source),
            message,
            help,
        }
    }

    pub(super) fn locked(
        path: &Path,
        holder: Option<u32>,
        waited: std::time::Duration,
    ) -> EmitError {
        let holder = holder.map_or(String::new(), |id| format!(" (process {id})"));
        EmitError {
            kind: Kind::Locked,
            path: path.to_owned(),
            operation: Some(Operation::Lock),
            source: None,
            message: format!(
                "another build{holder} is writing `{}`, still after {} s",
                path.display(),
                waited.as_secs()
            ),
            help: Some(
                "wait until it ends, or give this build another folder with `-o`".to_owned(),
            ),
        }
    }

    pub(super) fn cancelled(path: &Path) -> EmitError {
        EmitError {
            kind: Kind::Cancelled,
            path: path.to_owned(),
            operation: None,
            source: None,
            message: format!("stopped; `{}` is as it was", path.display()),
            help: None,
        }
    }

    /// The same error about the file that the person knows.
    pub(super) fn about(mut self, path: PathBuf) -> EmitError {
        if let (Some(operation), Some(source)) = (self.operation, &self.source) {
            self.message = io_message(operation, &path, source);
        }
        self.path = path;
        self
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> EmitError {
        self.help = Some(help.into());
        self
    }

    pub(super) fn is(&self, kind: io::ErrorKind) -> bool {
        self.source
            .as_ref()
            .is_some_and(|source| source.kind() == kind)
    }

    /// The program's exit code: 3 input/output, 4 refused for safety; 130 is
    /// what shells expect after Ctrl-C.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Refused => 4,
            Kind::Io | Kind::Locked => 3,
            Kind::Cancelled => 130,
        }
    }
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EmitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}

fn io_message(operation: Operation, path: &Path, source: &io::Error) -> String {
    format!(
        "{} while {} `{}`",
        reason(source),
        operation.verb(),
        path.display()
    )
}

/// The system's reason without its number, in the same words everywhere.
fn reason(source: &io::Error) -> String {
    use io::ErrorKind;
    let known = match source.kind() {
        ErrorKind::StorageFull => "no space left on the device",
        ErrorKind::QuotaExceeded => "the disk quota is used up",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::FileTooLarge => "the file is larger than the system allows",
        ErrorKind::InvalidFilename => {
            "the name is longer than the system allows, or has a character that it does not"
        }
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::WriteZero => "the device takes no more bytes",
        _ if is_too_many_open(source) => "too many open files",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    // `Input/output error (os error 5)`
    let text = source.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

fn io_help(source: &io::Error) -> Option<&'static str> {
    use io::ErrorKind;
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some(
            "make room and build again; the old site needs to fit beside the new one for a moment",
        ),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some("the output and the folder it lies in must be writable; `-o` names another")
        }
        _ if is_too_many_open(source) => Some("raise the limit with `ulimit -n 256`"),
        _ => None,
    }
}

fn is_too_many_open(source: &io::Error) -> bool {
    // EMFILE and ENFILE: the same numbers on Linux, macOS and the BSDs.
    cfg!(unix) && matches!(source.raw_os_error(), Some(24 | 23))
}
