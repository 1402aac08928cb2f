//! Finds the shortcode calls of a text and puts a token (see [`token`]) in the
//! place of each; undoes the escapes `{{</* … */>}}`.
//!
//! Takes text alone: it does not know which shortcodes exist, so it cannot
//! know, as Hugo does, which of them take an inner text. A call is paired when
//! a closing tag of its name follows at its level of nesting, else it stands
//! alone. Nothing is run here (see [`crate::expand`]), and Markdown is not
//! looked at: calls in code, comments and raw HTML are calls too, as in Hugo.

mod lex;

use super::markdown::{Origin, Shift};
use super::token;
use crate::diag::{Diagnostic, FileId, Span};
use lex::{Event, Tag};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// Calls within calls; more is no text that a person wrote.
pub const MAX_DEPTH: usize = 32;

/// Stands between the braces of an undone escape in an inner text, which may
/// be read once more (by the filter `markdown`): printed as nothing.
pub const GUARD: char = '\u{FDD4}';

/// Where a text comes from, for the spans of what is found in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// It begins at this byte of the file.
    At(FileId, usize),
    /// It was made (a resource, a template's output): all is said at the span
    /// of the call that brought it.
    Within(Span),
}

impl Place {
    pub fn span(self, start: usize, end: usize) -> Span {
        match self {
            Place::At(file, base) => Span::new(file, base + start, base + end),
            Place::Within(span) => span,
        }
    }

    fn origin(self, shifts: Vec<Shift>) -> Origin {
        match self {
            Place::At(file, base) => Origin { file, base, shifts },
            // Nothing in it has a place of its own.
            Place::Within(span) => Origin::new(span.file, span.start as usize),
        }
    }

    /// From byte `at` of the made text on, it runs as the source from byte `source` on.
    fn shift(self, at: usize, source: usize) -> Shift {
        let base = match self {
            Place::At(_, base) => base,
            Place::Within(_) => 0,
        };
        Shift {
            at,
            source: base + source,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Extracted<'t> {
    /// The text with a token for every outermost call.
    pub text: Cow<'t, str>,
    /// In the order of their opening tags; token `n` stands for `calls[n - first]`.
    pub calls: Vec<Call>,
    /// Where the bytes of `text` come from.
    pub origin: Origin,
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub name: String,
    /// Either all named or all positional.
    pub args: Vec<Arg>,
    pub inner: Option<Inner>,
    /// `{{% name %}}`: its output is Markdown.
    pub markdown: bool,
    /// From the opening tag to the end of the closing one.
    pub span: Span,
    /// The opening tag.
    pub tag: Span,
    /// The tags as written, for a call that is printed rather than run.
    pub open: String,
    pub close: Option<String>,
    /// The number of this call among those of the same parent, from 0.
    pub ordinal: usize,
    /// Index of the call in whose inner text this one stands.
    pub parent: Option<usize>,
    /// A diagnostic was already given for its tag; it gives no output.
    pub broken: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Inner {
    /// As written, with tokens for nested calls and guarded escapes.
    pub text: String,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    pub name: Option<String>,
    pub value: ArgValue,
    /// Name and value.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ArgValue {
    Text(String),
    Bool(bool),
    Int(i64),
    Float(f64),
}

impl fmt::Display for ArgValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArgValue::Text(text) => f.write_str(text),
            ArgValue::Bool(value) => value.fmt(f),
            ArgValue::Int(value) => value.fmt(f),
            ArgValue::Float(value) => value.fmt(f),
        }
    }
}

impl Call {
    pub fn named(&self, name: &str) -> Option<&ArgValue> {
        // The last one wins, as in a map.
        self.args
            .iter()
            .rev()
            .find(|arg| arg.name.as_deref() == Some(name))
            .map(|arg| &arg.value)
    }
}

/// Finds the calls of `body`, which begins at byte `base` of `file`.
pub fn extract(body: &str, file: FileId, base: usize) -> Extracted<'_> {
    extract_from(body, Place::At(file, base), 0)
}

/// The same for a text from anywhere; its first call gets the token `first`.
pub fn extract_from(text: &str, place: Place, first: usize) -> Extracted<'_> {
    let (events, diagnostics) = lex::events(text, place);
    if events.is_empty() {
        return Extracted {
            text: Cow::Borrowed(text),
            calls: Vec::new(),
            origin: place.origin(Vec::new()),
            diagnostics,
        };
    }
    let closes = pair(&events);
    Builder {
        source: text,
        place,
        first,
        calls: Vec::new(),
        diagnostics,
        frames: Vec::new(),
    }
    .build(events, &closes)
}

/// The index of the closing event for each event that is a paired opening tag.
/// A closing tag belongs to the nearest open call of its name; the calls
/// opened in between stand alone.
fn pair(events: &[Event]) -> Vec<Option<usize>> {
    let mut closes = vec![None; events.len()];
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::Open(tag) if !tag.self_closing => {
                open.push((index, &tag.name));
                *by_name.entry(&tag.name).or_default() += 1;
            }
            Event::Close { name, .. } if by_name.get(name.as_str()).is_some_and(|n| *n > 0) => {
                while let Some((at, opened)) = open.pop() {
                    by_name.entry(opened).and_modify(|n| *n -= 1);
                    if opened == name {
                        closes[at] = Some(index);
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    closes
}

struct Builder<'a> {
    source: &'a str,
    place: Place,
    first: usize,
    calls: Vec<Call>,
    diagnostics: Vec<Diagnostic>,
    frames: Vec<Frame>,
}

/// A text under construction: the whole one, or the inner text of `call`.
struct Frame {
    call: Option<usize>,
    text: String,
    /// Where the inner text starts in the source.
    start: usize,
    children: usize,
}

impl<'a> Builder<'a> {
    fn build(mut self, events: Vec<Event>, closes: &[Option<usize>]) -> Extracted<'a> {
        let mut root = Frame {
            call: None,
            text: String::with_capacity(self.source.len()),
            start: 0,
            children: 0,
        };
        let mut shifts = Vec::new();
        let mut cursor = 0;
        let mut skip_to = 0;
        let ends: Vec<usize> = events.iter().map(Event::end).collect();
        for (index, event) in events.into_iter().enumerate() {
            if index < skip_to {
                continue;
            }
            let between = &self.source[cursor..event.start()];
            if self.frames.is_empty() {
                shifts.push(self.place.shift(root.text.len(), cursor));
            }
            self.frames
                .last_mut()
                .unwrap_or(&mut root)
                .text
                .push_str(between);
            cursor = ends[index];
            match event {
                Event::Escape {
                    open, body, close, ..
                } => {
                    let nested = !self.frames.is_empty();
                    let frame = self.frames.last_mut().unwrap_or(&mut root);
                    frame.text.push_str("{{");
                    if nested {
                        frame.text.push(GUARD);
                    }
                    frame.text.push(open);
                    if !nested {
                        shifts.push(self.place.shift(frame.text.len(), body.start));
                    }
                    frame.text.push_str(&self.source[body]);
                    frame.text.push_str(close);
                }
                Event::Broken { .. } => {}
                Event::Open(tag) => {
                    let close = closes[index];
                    if close.is_some() && self.frames.len() >= MAX_DEPTH {
                        self.too_deep(&tag);
                        skip_to = close.map_or(index, |close| close + 1);
                        cursor = ends[skip_to - 1];
                    } else {
                        self.open(tag, close.is_some(), &mut root);
                    }
                }
                Event::Close { start, end, name } => {
                    if self
                        .frames
                        .last()
                        .and_then(|frame| frame.call)
                        .is_some_and(|call| self.calls[call].name == name)
                    {
                        self.close(start, end, &mut root);
                    } else {
                        self.unmatched(start, end, &name);
                    }
                }
            }
        }
        shifts.push(self.place.shift(root.text.len(), cursor));
        root.text.push_str(&self.source[cursor..]);
        Extracted {
            text: Cow::Owned(root.text),
            calls: self.calls,
            origin: self.place.origin(shifts),
            diagnostics: self.diagnostics,
        }
    }

    fn open(&mut self, tag: Tag, paired: bool, root: &mut Frame) {
        let index = self.calls.len();
        let span = self.place.span(tag.start, tag.end);
        let frame = self.frames.last_mut().unwrap_or(root);
        let (parent, ordinal) = (frame.call, frame.children);
        frame.children += 1;
        if !paired {
            token::push(&mut frame.text, self.first + index);
        }
        self.calls.push(Call {
            name: tag.name,
            args: tag.args,
            // Said with nothing between the tags, as in Hugo.
            inner: tag.self_closing.then(|| Inner {
                text: String::new(),
                span,
            }),
            markdown: tag.markdown,
            span,
            tag: span,
            open: self.source[tag.start..tag.end].to_owned(),
            close: None,
            ordinal,
            parent: parent.map(|call| call + self.first),
            broken: tag.broken,
        });
        if paired {
            self.frames.push(Frame {
                call: Some(index),
                text: String::new(),
                start: tag.end,
                children: 0,
            });
        }
    }

    fn close(&mut self, start: usize, end: usize, root: &mut Frame) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let Some(index) = frame.call else { return };
        let inner = Inner {
            text: frame.text,
            span: self.place.span(frame.start, start),
        };
        let call = &mut self.calls[index];
        call.inner = Some(inner);
        call.close = Some(self.source[start..end].to_owned());
        let whole = self.place.span(start, end);
        call.span.end = whole.end;
        token::push(
            &mut self.frames.last_mut().unwrap_or(root).text,
            self.first + index,
        );
    }

    fn unmatched(&mut self, start: usize, end: usize, name: &str) {
        let span = self.place.span(start, end);
        let message = format!("closing tag of shortcode `{name}`, which is not open here");
        let mut diagnostic = Diagnostic::error("unmatched-shortcode", span, message);
        diagnostic = match self
            .frames
            .last()
            .and_then(|frame| frame.call)
            .map(|call| &self.calls[call])
        {
            Some(call) => {
                let text = format!(
                    "`{}` is open since here and must be closed first",
                    call.name
                );
                diagnostic.note(call.tag, text)
            }
            None => diagnostic.help(format!(
                "remove it, or open it before with `{{{{< {name} >}}}}`"
            )),
        };
        self.diagnostics.push(diagnostic);
    }

    fn too_deep(&mut self, tag: &Tag) {
        let span = self.place.span(tag.start, tag.end);
        let message = format!(
            "shortcodes nested more than {MAX_DEPTH} deep at `{}`",
            tag.name
        );
        self.diagnostics
            .push(Diagnostic::error("shortcode-depth", span, message));
    }
}

#[cfg(test)]
mod tests;
