//! Whether bytes are a text that the program can take, and if not, what they
//! look like. A broken text is never repaired: one that cannot be decoded is
//! kept up to the fault, so that the message can show the place.

use super::TEXT_LIMIT;
use crate::diag::{Diagnostic, FileId, Span};
use std::sync::Arc;

pub(super) struct Checked {
    pub text: Arc<str>,
    pub findings: Vec<Finding>,
}

/// A diagnostic before the file has its number.
pub(super) struct Finding {
    pub error: bool,
    name: &'static str,
    /// Bytes of the text.
    start: usize,
    end: usize,
    message: String,
    help: &'static str,
}

impl Finding {
    pub(super) fn at(self, file: FileId) -> Diagnostic {
        let span = Span::new(file, self.start, self.end);
        let diagnostic = if self.error {
            Diagnostic::error(self.name, span, self.message)
        } else {
            Diagnostic::warning(self.name, span, self.message)
        };
        if self.help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(self.help)
        }
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) fn check(bytes: Vec<u8>) -> Checked {
    if bytes.len() as u64 > TEXT_LIMIT {
        let limit = TEXT_LIMIT >> 20;
        let message = format!("the file is larger than {limit} MiB, the most a text may have");
        return refused(
            "file-too-large",
            message,
            "split it, or move it to `static/`",
        );
    }
    let skipped = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            return not_utf8(error.as_bytes(), at, skipped);
        }
    };
    let text = &text[skipped..];
    let mut findings = Vec::new();
    if let Some(at) = memchr::memchr(0, text.as_bytes()) {
        let what =
            looks_like(text.as_bytes()).map_or(String::new(), |w| format!(", it looks like {w}"));
        findings.push(Finding {
            error: true,
            name: "file-nul",
            start: at,
            end: at + 1,
            message: format!("a NUL byte stands at byte {}{what}", at + skipped),
            help: "save the file as UTF-8 text",
        });
    } else if let Some(at) = internal(text) {
        let c = text[at..].chars().next().map_or(0, u32::from);
        findings.push(Finding {
            error: true,
            name: "file-noncharacter",
            start: at,
            end: at + 3,
            message: format!("the noncharacter U+{c:04X} stands at byte {}", at + skipped),
            help: "remove it: it has no meaning in text, and programs use it internally",
        });
    }
    if let Some(at) = lone_return(text) {
        findings.push(Finding {
            error: false,
            name: "lone-carriage-return",
            start: at,
            end: at + 1,
            message: "a carriage return stands without a line feed".to_owned(),
            help: "save the file with line ends of one kind, LF or CRLF",
        });
    }
    Checked {
        text: Arc::from(text),
        findings,
    }
}

fn refused(name: &'static str, message: String, help: &'static str) -> Checked {
    let finding = Finding {
        error: true,
        name,
        start: 0,
        end: 0,
        message,
        help,
    };
    Checked {
        text: Arc::from(""),
        findings: vec![finding],
    }
}

fn not_utf8(bytes: &[u8], at: usize, skipped: usize) -> Checked {
    // Valid up to there, so nothing is lost.
    let text = String::from_utf8_lossy(&bytes[skipped.min(at)..at]);
    let byte = bytes.get(at).copied().unwrap_or_default();
    let what = looks_like(bytes).unwrap_or("text in an old encoding, such as Windows-1252");
    let finding = Finding {
        error: true,
        name: "file-not-utf8",
        start: text.len(),
        end: text.len(),
        message: format!("byte {at} (0x{byte:02X}) is not UTF-8, it looks like {what}"),
        help: "save the file as UTF-8",
    };
    Checked {
        text: Arc::from(&*text),
        findings: vec![finding],
    }
}

/// U+FDD0 to U+FDEF: the program's own marks within a text in flight.
fn internal(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, b"\xef\xb7").find(|at| {
        bytes
            .get(at + 2)
            .is_some_and(|third| (0x90..=0xaf).contains(third))
    })
}

fn lone_return(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'\r', bytes).find(|at| bytes.get(at + 1) != Some(&b'\n'))
}

/// By its first bytes, what is certainly no UTF-8 text.
fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    const SIGNS: &[(&[u8], &str)] = &[
        (b"\xff\xfe\0\0", "UTF-32"),
        (b"\0\0\xfe\xff", "UTF-32"),
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
        (b"\x89PNG", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"RIFF", "a WebP picture or a sound"),
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"\x1f\x8b", "a gzip archive"),
    ];
    if let Some((_, what)) = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        return Some(what);
    }
    // UTF-16 without a mark: in Latin text every other byte is zero.
    let head = &bytes[..bytes.len().min(512) & !1];
    let zeros = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let pairs = head.len() / 2;
    if pairs > 0 && even.max(odd) * 2 > pairs && even.min(odd) * 8 < pairs.max(8) {
        return Some("UTF-16");
    }
    if even + odd > 0 || head.iter().filter(|byte| **byte < 9).count() > 0 {
        return Some("binary data");
    }
    None
}
