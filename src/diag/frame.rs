//! One message with its lines of source.
//!
//! ```text
//! error[wrong-type]: expected true or false for `draft`, found the text "ja"
//!  --> content/post.md:3:8
//!   |
//! 3 | draft: ja
//!   |        ^^
//! help: write `draft: true`
//! ```
//!
//! Whatever a terminal would obey is made visible; wide characters and tabs
//! keep the carets below their text.

use super::{Diagnostic, Files, Severity, Span, Style, place};
use std::borrow::Cow;
use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

/// Other places of a folded warning that are listed.
const LISTED: usize = 3;

const TAB: usize = 4;

const RESET: &str = "\x1b[0m";
const BOLD: &str = "\x1b[1m";
const BLUE: &str = "\x1b[1;34m";
const CYAN: &str = "\x1b[1;36m";

/// Appends the message; `others` says the same of other places.
pub(super) fn show(
    out: &mut String,
    diagnostic: &Diagnostic,
    others: &[&Diagnostic],
    files: &dyn Files,
    style: Style,
) {
    let tint = match diagnostic.severity {
        Severity::Error => "\x1b[1;31m",
        Severity::Warning => "\x1b[1;33m",
        Severity::Info => CYAN,
    };
    let head = format!("{}[{}]", diagnostic.severity.word(), diagnostic.name);
    paint(out, style, tint, &head);
    paint(
        out,
        style,
        BOLD,
        &format!(": {}", visible(&diagnostic.message)),
    );
    out.push('\n');
    let notes = diagnostic.notes.iter().filter_map(|note| note.span);
    let gutter = diagnostic
        .span
        .into_iter()
        .chain(notes)
        .map(|span| last_line(span, files));
    let gutter = gutter.max().unwrap_or(1).to_string().len();
    if let Some(span) = diagnostic.span {
        frame(out, span, '^', tint, gutter, files, style);
    }
    if !others.is_empty() {
        also(out, others, files);
    }
    for note in &diagnostic.notes {
        paint(out, style, BOLD, "note");
        let _ = writeln!(out, ": {}", visible(&note.text));
        if let Some(span) = note.span {
            frame(out, span, '-', BLUE, gutter, files, style);
        }
    }
    if let Some(help) = &diagnostic.help {
        paint(out, style, CYAN, "help");
        let _ = writeln!(out, ": {}", visible(help));
    }
    out.push('\n');
}

/// "and in 45 more files: a.md:3:1, b.md:3:1, c.md:3:1, …".
fn also(out: &mut String, others: &[&Diagnostic], files: &dyn Files) {
    let spans: Vec<Span> = others.iter().filter_map(|d| d.span).collect();
    let mut distinct: Vec<_> = spans.iter().map(|span| span.file).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let what = match (spans.len(), distinct.len()) {
        (1, _) => "place",
        (all, files) if all == files => "files",
        _ => "places",
    };
    let _ = write!(out, "and in {} more {what}: ", spans.len());
    for (index, span) in spans.iter().take(LISTED).enumerate() {
        let at = place(files.text(span.file), span.start as usize);
        let comma = if index == 0 { "" } else { ", " };
        let path = visible(files.path(span.file));
        let _ = write!(out, "{comma}{path}:{}:{}", at.line, at.column);
    }
    out.push_str(if spans.len() > LISTED {
        ", …\n"
    } else {
        "\n"
    });
}

fn last_line(span: Span, files: &dyn Files) -> usize {
    place(files.text(span.file), span.start as usize).line
}

/// Arrow, line and underline; of a span over several lines, its first.
fn frame(
    out: &mut String,
    span: Span,
    mark: char,
    tint: &str,
    gutter: usize,
    files: &dyn Files,
    style: Style,
) {
    let text = files.text(span.file);
    let at = place(text, span.start as usize);
    let path = visible(files.path(span.file));
    let _ = write!(out, "{:gutter$}", "");
    paint(out, style, BLUE, "-->");
    let _ = writeln!(out, " {path}:{}:{}", at.line, at.column);

    let (line, start, end, more) = line_of(text, span);
    let drawn = draw(
        line,
        start,
        end,
        style.width.max(20).saturating_sub(gutter + 3),
    );
    let _ = write!(out, "{:gutter$} ", "");
    paint(out, style, BLUE, "|");
    out.push('\n');
    paint(out, style, BLUE, &format!("{:>gutter$} |", at.line));
    if !drawn.text.is_empty() {
        let _ = write!(out, " {}", drawn.text);
    }
    let _ = write!(out, "\n{:gutter$} ", "");
    paint(out, style, BLUE, "|");
    let _ = write!(out, " {:1$}", "", drawn.before);
    let marks: String = std::iter::repeat_n(mark, drawn.under.max(1)).collect();
    paint(out, style, tint, &marks);
    out.push_str(if more { " …\n" } else { "\n" });
}

/// The line on which `span` begins, the span within it, and whether it goes on
/// in the next.
fn line_of(text: &str, span: Span) -> (&str, usize, usize, bool) {
    let mut at = (span.start as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |end| end + 1);
    let rest = &text[start..];
    let line = rest.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let end = (span.end as usize).max(at) - start;
    let begin = (at - start).min(line.len());
    // A break at the very end of a span is not worth a remark.
    let more = text.get(start + line.len()..(start + end).min(text.len()));
    let more = more.is_some_and(|more| !more.trim().is_empty());
    let mut end = end.min(line.len());
    while !line.is_char_boundary(end) {
        end += 1;
    }
    (line, begin, end, more)
}

struct Drawn {
    text: String,
    /// Columns before the underline, and columns that it takes.
    before: usize,
    under: usize,
}

/// The line as it looks in `width` columns, the part from `start` to `end`
/// (bytes) in view.
fn draw(line: &str, start: usize, end: usize, width: usize) -> Drawn {
    let cells = cells(line, start, width);
    let total: usize = cells.iter().map(|cell| cell.columns).sum();
    let cut_left = cells.first().is_some_and(|cell| cell.at > 0);
    let mut text = String::new();
    let (mut before, mut under, mut columns) = (0, 0, 0);
    if cut_left {
        text.push('…');
        columns = 1;
        before = 1;
    }
    let room = width.saturating_sub(2);
    let mut shown_end = cells.first().map_or(0, |cell| cell.at);
    for cell in &cells {
        if total > room && columns + cell.columns > room {
            break;
        }
        text.push_str(&cell.text);
        columns += cell.columns;
        shown_end = cell.at + cell.bytes;
        if cell.at < start {
            before += cell.columns;
        } else if cell.at < end {
            under += cell.columns;
        }
    }
    if shown_end < line.len() {
        text.push('…');
    } else {
        // Spaces that nobody sees are worth nothing, except below a caret.
        let kept = text.trim_end().len();
        text.truncate(kept);
    }
    Drawn {
        text,
        before,
        under,
    }
}

struct Cell {
    /// Byte in the line.
    at: usize,
    bytes: usize,
    text: String,
    columns: usize,
}

/// The characters of `line` as they are drawn, from far enough left of `start`,
/// and no more of them than `width` columns could hold.
fn cells(line: &str, start: usize, width: usize) -> Vec<Cell> {
    // What may stand left of the span when the whole line does not fit.
    let left = width / 3;
    let fits = line.len() <= width && line.chars().count() <= width;
    let mut from = 0;
    if !fits && line[..start].chars().count() > left {
        from = line[..start]
            .char_indices()
            .rev()
            .nth(left)
            .map_or(0, |(at, _)| at);
        // Short of the width in all, the line is shown from further left.
        let tail = line[from..].chars().take(width).count();
        if tail < width.saturating_sub(2) {
            let spare = width - 2 - tail;
            from = line[..from]
                .char_indices()
                .rev()
                .take(spare)
                .last()
                .map_or(from, |(at, _)| at);
        }
    }
    let mut column = 0;
    let mut cells = Vec::new();
    for (offset, c) in line[from..].char_indices().take(width + 1) {
        let text = match c {
            '\t' => " ".repeat(TAB - column % TAB),
            c => picture(c).unwrap_or(c).to_string(),
        };
        let columns = match c {
            '\t' => TAB - column % TAB,
            c => picture(c).unwrap_or(c).width().unwrap_or(0),
        };
        column += columns;
        cells.push(Cell {
            at: from + offset,
            bytes: c.len_utf8(),
            text,
            columns,
        });
    }
    cells
}

/// What is shown for a character that a terminal would obey, or that would
/// change the order of what is read.
pub(super) fn picture(c: char) -> Option<char> {
    match c {
        '\n' => None,
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('␡'),
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fdd0}'..='\u{fdef}' => Some('�'),
        _ => None,
    }
}

/// `text` with terminal control characters made visible; line breaks stay, tabs
/// become spaces.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| picture(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let shown = |c| {
        if c == '\t' {
            ' '
        } else {
            picture(c).unwrap_or(c)
        }
    };
    Cow::Owned(text.chars().map(shown).collect())
}

fn paint(out: &mut String, style: Style, tint: &str, text: &str) {
    if style.color {
        out.push_str(tint);
        out.push_str(text);
        out.push_str(RESET);
    } else {
        out.push_str(text);
    }
}
