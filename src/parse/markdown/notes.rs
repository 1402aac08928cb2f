//! Notes: numbered by first use, written at the end in that order, with the
//! ids that Goldmark gives them.

use super::render::Renderer;
use crate::text::escape_attr;
use pulldown_cmark::{Event, Tag, TagEnd};
use std::collections::HashMap;
use std::mem;
use std::ops::Range;

/// A definition's events.
type Recorded<'a> = Vec<(Event<'a>, Range<usize>)>;

#[derive(Default)]
pub(super) struct Notes<'a> {
    /// Events of the definitions by label.
    texts: HashMap<String, Recorded<'a>>,
    /// Definitions that are open: one may stand within another.
    recording: Vec<(String, Recorded<'a>)>,
    /// Those that were used, by number.
    used: Vec<Note>,
    numbers: HashMap<String, usize>,
}

struct Note {
    label: String,
    /// What stands after `fn:` in its ids: the number, unless a page holds two lists.
    id: String,
    marks: usize,
}

impl<'a> Notes<'a> {
    /// Whether an event is part of a definition.
    pub(super) fn takes(&self, event: &Event<'a>) -> bool {
        !self.recording.is_empty() || matches!(event, Event::Start(Tag::FootnoteDefinition(_)))
    }

    /// Takes an event of a definition aside.
    pub(super) fn record(&mut self, event: Event<'a>, range: Range<usize>) {
        match event {
            Event::Start(Tag::FootnoteDefinition(label)) => {
                self.recording.push((label.to_lowercase(), Vec::new()));
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                if let Some((label, events)) = self.recording.pop() {
                    self.texts.entry(label).or_insert(events);
                }
            }
            event => {
                if let Some((_, events)) = self.recording.last_mut() {
                    events.push((event, range));
                }
            }
        }
    }
}

impl Renderer<'_> {
    /// The mark of a note in the text.
    pub(super) fn note_mark(&mut self, label: &str) {
        if self.alt.is_some() {
            return;
        }
        let key = label.to_lowercase();
        let number = match self.notes.numbers.get(&key) {
            Some(number) => *number,
            None => {
                let number = self.notes.used.len() + 1;
                let wanted = format!("fn:{number}");
                let id = self.ids.unique(&wanted).split_off("fn:".len());
                self.notes.numbers.insert(key.clone(), number);
                self.notes.used.push(Note {
                    label: key,
                    id,
                    marks: 0,
                });
                number
            }
        };
        let note = &mut self.notes.used[number - 1];
        self.out.push_str("<sup id=\"");
        push_mark_id(&mut self.out, &note.id, note.marks);
        self.out.push_str("\"><a href=\"#fn:");
        escape_attr(&mut self.out, &note.id);
        self.out
            .push_str("\" class=\"footnote-ref\" role=\"doc-noteref\">");
        self.out.push_str(&number.to_string());
        self.out.push_str("</a></sup>");
        note.marks += 1;
    }

    /// Writes the notes that were used. A note may use another.
    pub(super) fn end_notes(&mut self) {
        if self.notes.used.is_empty() {
            return;
        }
        self.settle_more();
        let page = mem::take(&mut self.out);
        // A divider within a note divides nothing.
        let more = self.done.more.take();
        let mut texts = Vec::new();
        while let Some(note) = self.notes.used.get(texts.len()) {
            let events = self.notes.texts.remove(&note.label).unwrap_or_default();
            self.open_block(None);
            // Notes do not come in the order of the source.
            self.inline.skip = 0;
            self.inline.fresh = 0;
            let mut events = events.into_iter().peekable();
            while let Some((event, range)) = events.next() {
                let breaks = matches!(
                    events.peek(),
                    Some((Event::SoftBreak | Event::HardBreak, _))
                );
                self.event(event, range, breaks);
                if self.failed {
                    return;
                }
            }
            self.close("");
            texts.push(mem::take(&mut self.out));
        }
        self.out = page;
        self.more_pending = false;
        self.done.more = more;
        self.fresh_line();
        self.out
            .push_str("<div class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n");
        for (note, text) in self.notes.used.iter().zip(texts) {
            self.out.push_str("<li id=\"fn:");
            escape_attr(&mut self.out, &note.id);
            self.out.push_str("\">\n");
            let (text, tail) = match text.strip_suffix("</p>\n") {
                Some(text) => (text, "</p>\n"),
                None => (text.trim_end(), "\n"),
            };
            self.out.push_str(text);
            for mark in 0..note.marks {
                // Entities, not the characters: glued to the word before, they make no word of their own.
                self.out.push_str("&#160;<a href=\"#");
                push_mark_id(&mut self.out, &note.id, mark);
                self.out.push_str(
                    "\" class=\"footnote-backref\" role=\"doc-backlink\">&#x21a9;&#xfe0e;</a>",
                );
            }
            self.out.push_str(tail);
            self.out.push_str("</li>\n");
        }
        self.out.push_str("</ol>\n</div>\n");
    }
}

/// `fnref:1`, and `fnref1:1` for the second mark of the same note.
fn push_mark_id(out: &mut String, id: &str, mark: usize) {
    out.push_str("fnref");
    if mark > 0 {
        out.push_str(&mark.to_string());
    }
    out.push(':');
    escape_attr(out, id);
}
