//! YAML 1.2 (core schema) into the tree.
//!
//! The parser's events say line and column in characters; here they become
//! bytes. What is simple is read without the parser ([`lines`]). Aliases and `<<` are expanded within a budget. `yes`, `no`, `on` and
//! `off` are text, as are dates. Does not build from more than one document.

mod lines;
mod words;

use super::{DEPTH, Key, Kind, Map, Node, Scalar, Value, core_scalar, place};
use crate::diag::{Diagnostic, FileId, Span};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Nodes that all aliases of a file may add: 64 KiB of nested aliases could
/// otherwise stand for 160 million values.
const EXPANDED: usize = 10_000;

/// Nodes that are kept for later aliases, so that nested anchors do not
/// multiply a large file.
const ANCHORED: usize = 200_000;

/// What no alias needs to say: the message has been pushed already.
struct Stop;

pub(super) fn parse(
    text: &str,
    file: FileId,
    base: usize,
) -> Result<Option<Node>, Vec<Diagnostic>> {
    match lines::read(text, file, base) {
        Some(root) => Ok(Some(root)),
        None => parse_any(text, file, base),
    }
}

fn parse_any(text: &str, file: FileId, base: usize) -> Result<Option<Node>, Vec<Diagnostic>> {
    // The parser takes a tab before the first key; what others make of it differs.
    if let Some(at) = words::first_tab(text) {
        let span = |start, end| place(file, base, start, end);
        return Err(vec![words::explain(text, at, "", span)]);
    }
    let mut builder = Builder {
        parser: Parser::new_from_str(text),
        places: Places::new(text),
        text,
        file,
        base,
        anchors: HashMap::new(),
        anchored: 0,
        expanded: 0,
        errors: Vec::new(),
    };
    match builder.document() {
        Ok(node) if builder.errors.is_empty() => Ok(node),
        _ => Err(builder.errors),
    }
}

struct Builder<'t> {
    parser: Parser<'t, StrInput<'t>>,
    places: Places<'t>,
    text: &'t str,
    file: FileId,
    base: usize,
    anchors: HashMap<usize, Anchor>,
    anchored: usize,
    expanded: usize,
    errors: Vec<Diagnostic>,
}

enum Anchor {
    /// Its value is being read: an alias to it would be without end.
    Open,
    Closed {
        node: Node,
        nodes: usize,
        depth: usize,
    },
    /// Larger than any alias may be.
    Large,
}

impl<'t> Builder<'t> {
    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::DocumentStart(_) if root.is_some() => {
                    let span = self.span(at);
                    self.errors.push(
                        Diagnostic::error(
                            "yaml-documents",
                            span,
                            "a second document begins here, one was expected",
                        )
                        .help("keep one document in a file: remove this `---` and what follows, or move it to a file of its own"),
                    );
                    return Err(Stop);
                }
                Event::DocumentStart(_) => {}
                Event::StreamEnd => return Ok(root),
                event => root = Some(self.node(event, at, 0)?),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, saphyr_parser::Span), Stop> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let error = self.explain(&error);
                self.errors.push(error);
                Err(Stop)
            }
            // The stream's end is an event, after which nobody asks.
            None => Ok((Event::StreamEnd, saphyr_parser::Span::default())),
        }
    }

    fn node(
        &mut self,
        event: Event<'t>,
        at: saphyr_parser::Span,
        depth: usize,
    ) -> Result<Node, Stop> {
        if depth > DEPTH {
            let span = self.span(at);
            self.errors.push(super::too_deep(span));
            return Err(Stop);
        }
        match event {
            Event::Alias(id) => self.alias(id, at, depth),
            Event::Scalar(text, style, anchor, tag) => {
                let mut span = self.span(at);
                if style != ScalarStyle::Plain || text.is_empty() {
                    span = self.trimmed(span);
                }
                let core = tag.as_ref().filter(|tag| tag.is_yaml_core_schema());
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let value = match core.map(|tag| tag.suffix.as_str()) {
                    Some("str" | "binary") => text_value(text),
                    _ if plain || core.is_some() => scalar(text),
                    _ => text_value(text),
                };
                let node = Node { span, value };
                self.close(anchor, &node);
                Ok(node)
            }
            Event::SequenceStart(anchor, _) => {
                self.open(anchor);
                let node = self.list(at, depth)?;
                self.close(anchor, &node);
                Ok(node)
            }
            Event::MappingStart(anchor, _) => {
                self.open(anchor);
                let node = self.map(at, depth)?;
                self.close(anchor, &node);
                Ok(node)
            }
            _ => Ok(Node {
                span: self.span(at),
                value: Value::Null,
            }),
        }
    }

    fn list(&mut self, at: saphyr_parser::Span, depth: usize) -> Result<Node, Stop> {
        let mut span = self.span(at);
        let mut items = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                span.end = self.end(at, items.last(), span);
                return Ok(Node {
                    span,
                    value: Value::List(items),
                });
            }
            items.push(self.node(event, at, depth + 1)?);
        }
    }

    fn map(&mut self, at: saphyr_parser::Span, depth: usize) -> Result<Node, Stop> {
        let mut span = self.span(at);
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut merges = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                span.end = self.end(at, entries.last().map(|(_, node)| node), span);
                break;
            }
            let merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = self.key(event, at, depth)?;
            let (event, at) = self.next()?;
            let value = self.node(event, at, depth + 1)?;
            if merge {
                merges.push(entries.len());
            }
            entries.push((key, value));
        }
        super::refuse_duplicates(&entries, &mut self.errors);
        if !merges.is_empty() {
            entries = self.merged(entries, &merges)?;
        }
        Ok(Node {
            span,
            value: Value::Map(Map { entries }),
        })
    }

    fn key(
        &mut self,
        event: Event<'t>,
        at: saphyr_parser::Span,
        depth: usize,
    ) -> Result<Key, Stop> {
        if let Event::Scalar(text, style, anchor, _) = &event
            && *anchor == 0
            && (*style != ScalarStyle::Plain || !text.is_empty())
        {
            return Ok(Key {
                name: Arc::from(&**text),
                span: self.span(at),
            });
        }
        let span = self.span(at);
        let node = self.node(event, at, depth + 1)?;
        match node.value {
            Value::Scalar(scalar) => Ok(Key {
                name: scalar.text,
                span,
            }),
            Value::Null => {
                self.errors
                    .push(Diagnostic::error("yaml", span, "expected a key before `:`"));
                Err(Stop)
            }
            _ => {
                self.errors.push(Diagnostic::error(
                    "yaml",
                    node.span,
                    format!("expected text as a key, found {}", node.describe()),
                ));
                Err(Stop)
            }
        }
    }

    /// Puts what `<<` names where it stands; keys written out win, then the
    /// first of several maps.
    fn merged(
        &mut self,
        entries: Vec<(Key, Node)>,
        merges: &[usize],
    ) -> Result<Vec<(Key, Node)>, Stop> {
        let mut taken: std::collections::HashSet<Arc<str>> =
            entries.iter().map(|(key, _)| key.name.clone()).collect();
        let mut all = Vec::with_capacity(entries.len());
        for (index, (key, node)) in entries.into_iter().enumerate() {
            if !merges.contains(&index) {
                all.push((key, node));
                continue;
            }
            let maps = match node.value {
                Value::List(items) => items,
                _ => vec![node],
            };
            for node in maps {
                let Value::Map(map) = node.value else {
                    self.errors.push(
                        Diagnostic::error(
                            "yaml",
                            key.span,
                            format!("expected a map to merge, found {}", node.describe()),
                        )
                        .help("`<<` takes an alias of a map, as in `<<: *defaults`; put it in quotes to use it as a key"),
                    );
                    return Err(Stop);
                };
                all.extend(
                    map.entries
                        .into_iter()
                        .filter(|(key, _)| taken.insert(key.name.clone())),
                );
            }
        }
        Ok(all)
    }

    fn open(&mut self, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor::Open);
        }
    }

    fn close(&mut self, anchor: usize, node: &Node) {
        if anchor == 0 {
            return;
        }
        let (nodes, depth) = node.size();
        let kept = if nodes > EXPANDED || self.anchored + nodes > ANCHORED {
            Anchor::Large
        } else {
            self.anchored += nodes;
            Anchor::Closed {
                node: node.clone(),
                nodes,
                depth,
            }
        };
        self.anchors.insert(anchor, kept);
    }

    fn alias(&mut self, id: usize, at: saphyr_parser::Span, depth: usize) -> Result<Node, Stop> {
        let span = self.span(at);
        let problem = match self.anchors.get(&id) {
            Some(Anchor::Closed {
                node,
                nodes,
                depth: below,
            }) => {
                if depth + below > DEPTH {
                    super::too_deep(span)
                } else if self.expanded + nodes > EXPANDED {
                    too_large(span)
                } else {
                    self.expanded += nodes;
                    return Ok(node.clone());
                }
            }
            Some(Anchor::Large) => too_large(span),
            Some(Anchor::Open) | None => Diagnostic::error(
                "yaml-alias",
                span,
                "an alias stands within the value that it names",
            ),
        };
        self.errors.push(problem);
        Err(Stop)
    }

    fn span(&mut self, at: saphyr_parser::Span) -> Span {
        let start = self.places.byte(&at.start);
        let end = self.places.byte(&at.end).max(start);
        place(self.file, self.base, start, end)
    }

    /// Block scalars end where the next line begins; an absent value lies
    /// where the parser noticed.
    fn trimmed(&self, mut span: Span) -> Span {
        let start = span.start as usize - self.base;
        let end = span.end as usize - self.base;
        let kept = self
            .text
            .get(start..end)
            .map_or(0, |text| text.trim_end().len());
        span.end = span.start + kept as u32;
        span
    }

    /// The end of a collection: its bracket, or its last value.
    fn end(&mut self, at: saphyr_parser::Span, last: Option<&Node>, span: Span) -> u32 {
        let end = self.span(at);
        if end.start < end.end {
            return end.end.max(span.start);
        }
        // What came from an alias ends elsewhere.
        last.map_or(span.end, |node| node.span.end).max(span.end)
    }

    fn explain(&mut self, error: &ScanError) -> Diagnostic {
        let at = self.places.byte(error.marker());
        if error.info().contains("recursion limit") {
            return super::too_deep(place(self.file, self.base, at, at));
        }
        words::explain(self.text, at, error.info(), |start, end| {
            place(self.file, self.base, start, end)
        })
    }
}

fn too_large(span: Span) -> Diagnostic {
    Diagnostic::error(
        "yaml-alias",
        span,
        format!("the aliases of this file stand for more than {EXPANDED} values"),
    )
    .help("write the values out, or keep them in a data file")
}

fn text_value(text: Cow<'_, str>) -> Value {
    Value::Scalar(Scalar {
        text: Arc::from(&*text),
        kind: Kind::Str,
    })
}

fn scalar(text: Cow<'_, str>) -> Value {
    match core_scalar(&text) {
        None => Value::Null,
        Some(kind) => Value::Scalar(Scalar {
            text: Arc::from(&*text),
            kind,
        }),
    }
}

/// From line and column to bytes. Lines rather than the parser's index: its
/// count of characters drifts over some comments.
struct Places<'t> {
    text: &'t str,
    ascii: bool,
    lines: Vec<u32>,
    /// The last answer, from which the next is usually a step: line, column, byte.
    last: (usize, usize, usize),
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Places<'t> {
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            // CRLF is one break.
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                lines.push(at as u32 + 1);
            }
        }
        Places {
            text,
            ascii: text.is_ascii(),
            lines,
            last: (0, 0, 0),
        }
    }

    fn byte(&mut self, at: &Marker) -> usize {
        let line = at.line().saturating_sub(1);
        let Some(start) = self.lines.get(line).map(|start| *start as usize) else {
            return self.text.len();
        };
        if self.ascii {
            return (start + at.col()).min(self.text.len());
        }
        let (mut column, mut byte) = (0, start);
        if self.last.0 == line && self.last.1 <= at.col() && self.last.2 >= start {
            (column, byte) = (self.last.1, self.last.2);
        }
        byte += self.text[byte..]
            .char_indices()
            .nth(at.col() - column)
            .map_or(self.text.len() - byte, |(offset, _)| offset);
        column = at.col();
        self.last = (line, column, byte);
        byte
    }
}
