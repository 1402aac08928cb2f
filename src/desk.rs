//! What a writer does besides writing: begin a site or a page, see what there is,
//! publish a draft, give a page another name.
//!
//! Takes what was asked for, gives what was done, as data. Every change of the site's own
//! files goes through [`crate::source::write`]; nothing is ever written over.

mod anchors;
pub mod archetype;
pub mod blank;
pub mod find;
pub mod front;
pub mod list;
pub mod page;
pub mod publish;
pub mod rename;

use crate::build;
use crate::diag::Diagnostic;
use crate::emit;
use crate::source::IoError;

/// Why nothing was done, in the terms of the exit codes.
pub enum Failure {
    /// What was asked for cannot be done: exit code 2.
    Usage(Diagnostic),
    /// The site has errors, and diagnostics say which.
    Site,
    Io(IoError),
    /// It would have destroyed something: exit code 4.
    Refused(Diagnostic),
    Build(build::Failure),
}

impl From<IoError> for Failure {
    fn from(error: IoError) -> Failure {
        Failure::Io(error)
    }
}

impl From<build::Failure> for Failure {
    fn from(failure: build::Failure) -> Failure {
        Failure::Build(failure)
    }
}

impl From<emit::EmitError> for Failure {
    fn from(error: emit::EmitError) -> Failure {
        Failure::Build(build::Failure::Emit(error))
    }
}

fn usage(message: impl Into<String>, help: impl Into<String>) -> Failure {
    Failure::Usage(Diagnostic::error("usage", None, message).help(help))
}

fn refused(message: impl Into<String>, help: impl Into<String>) -> Failure {
    Failure::Refused(Diagnostic::error("exists", None, message).help(help))
}
