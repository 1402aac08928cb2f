//! What a text may cost. Markdown can be written so that parsing it takes the
//! square of its length or its output outgrows every disk; such a text is
//! refused by name, and the build goes on.

use super::Origin;
use super::mask::Masked;
use crate::diag::Diagnostic;
use std::ops::Range;

/// A file may be 10 MiB; a shortcode's inner text no more.
const LONGEST: usize = 10 << 20;

/// Containers that one line may open or lists may nest. Prose has not ten.
pub(super) const DEEPEST: usize = 100;

/// The output may be this many times as long as the text, and a mebibyte.
const FACTOR: usize = 32;

pub(super) struct Problem {
    range: Range<usize>,
    message: String,
    help: &'static str,
}

impl Problem {
    /// Of a range of the masked text.
    pub(super) fn unmasked(self, masked: &Masked<'_>) -> Problem {
        Problem {
            range: masked.unmasked(self.range),
            ..self
        }
    }

    pub(super) fn at(self, origin: &Origin) -> Diagnostic {
        Diagnostic::error("markdown-budget", origin.span(self.range), self.message).help(self.help)
    }
}

/// Refuses what would cost too much before a parser sees it.
pub(super) fn check(text: &str) -> Result<(), Problem> {
    if text.len() > LONGEST {
        return Err(Problem {
            range: 0..0,
            message: format!(
                "the text has {} bytes, expected at most {LONGEST}",
                text.len()
            ),
            help: "split it into several pages",
        });
    }
    let bytes = text.as_bytes();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        let line = &bytes[start..end];
        // A line of prose begins with a letter.
        if !line.first().is_some_and(u8::is_ascii_alphabetic)
            && depth(line) > DEEPEST
            && !is_rule(line)
        {
            return Err(too_deep(start..end));
        }
        start = end + 1;
    }
    Ok(())
}

/// `- - - -` is a rule, however long.
fn is_rule(line: &[u8]) -> bool {
    let of = |mark: u8| line.iter().all(|b| *b == mark || b.is_ascii_whitespace());
    of(b'-') || of(b'*')
}

/// Quotes and lists that `line` opens or continues.
fn depth(line: &[u8]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            b' ' | b'\t' => at += 1,
            b'>' => {
                depth += 1;
                at += 1;
            }
            b'-' | b'+' | b'*' if matches!(line.get(at + 1), Some(b' ' | b'\t')) => {
                depth += 1;
                at += 1;
            }
            b'0'..=b'9' => {
                let digits = line[at..].iter().take_while(|b| b.is_ascii_digit()).count();
                at += digits;
                if !matches!(line.get(at), Some(b'.' | b')'))
                    || !matches!(line.get(at + 1), Some(b' ' | b'\t'))
                {
                    break;
                }
                depth += 1;
                at += 1;
            }
            _ => break,
        }
    }
    depth
}

pub(super) fn too_deep(range: Range<usize>) -> Problem {
    Problem {
        range,
        message: format!("quotes and lists nest more than {DEEPEST} deep here"),
        help: "indent it less, or put it in a block of code",
    }
}

pub(super) fn too_long(range: Range<usize>) -> Problem {
    Problem {
        range,
        message: format!("the page becomes more than {FACTOR} times as long as its text"),
        help: "links by reference, notes or tables repeat too much here",
    }
}

/// The most that a text of this length may become.
pub(super) fn output(length: usize) -> usize {
    length.saturating_mul(FACTOR).saturating_add(1 << 20)
}
