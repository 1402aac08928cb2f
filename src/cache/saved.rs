//! Diagnostics as the cache keeps them: files by path, names as text.

use crate::diag::{Diagnostic, FileId, Note, Severity, Span};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// `file: None` is the file that the record is about.
#[derive(Serialize, Deserialize)]
struct Place {
    file: Option<String>,
    start: u32,
    end: u32,
}

#[derive(Serialize, Deserialize)]
pub struct Saved {
    severity: u8,
    name: String,
    place: Option<Place>,
    message: String,
    notes: Vec<(Option<Place>, String)>,
    help: Option<String>,
}

impl Saved {
    pub fn new(said: &Diagnostic, own: Option<FileId>, path: &dyn Fn(FileId) -> String) -> Saved {
        let place = |span: Option<Span>| {
            span.map(|span| Place {
                file: (Some(span.file) != own).then(|| path(span.file)),
                start: span.start,
                end: span.end,
            })
        };
        Saved {
            severity: match said.severity {
                Severity::Error => 0,
                Severity::Warning => 1,
                Severity::Info => 2,
            },
            name: said.name.to_string(),
            place: place(said.span),
            message: said.message.clone(),
            notes: said
                .notes
                .iter()
                .map(|note| (place(note.span), note.text.clone()))
                .collect(),
            help: said.help.clone(),
        }
    }

    /// `None` where a file that it speaks of is not there any more.
    pub fn restore(
        self,
        own: Option<FileId>,
        file: &dyn Fn(&str) -> Option<FileId>,
    ) -> Option<Diagnostic> {
        let span = |place: Option<Place>| -> Option<Option<Span>> {
            let Some(place) = place else {
                return Some(None);
            };
            let file = match &place.file {
                Some(path) => file(path)?,
                None => own?,
            };
            Some(Some(Span {
                file,
                start: place.start,
                end: place.end,
            }))
        };
        let severity = match self.severity {
            0 => Severity::Error,
            1 => Severity::Warning,
            _ => Severity::Info,
        };
        let mut notes = Vec::with_capacity(self.notes.len());
        for (place, text) in self.notes {
            notes.push(Note {
                span: span(place)?,
                text,
            });
        }
        Some(Diagnostic {
            severity,
            name: Cow::Owned(self.name),
            span: span(self.place)?,
            message: self.message,
            notes,
            help: self.help,
        })
    }
}
