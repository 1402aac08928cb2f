//! `> [!NOTE]`: a quote whose first line names a kind, as GitHub has it, and
//! maybe a title, as Obsidian and Hugo do.

use super::render::Renderer;
use std::ops::Range;

pub(super) struct Alert {
    /// In lower case, letters alone.
    pub(super) kind: String,
    /// The source of the first line.
    pub(super) line: Range<usize>,
    /// Where the title begins in it.
    title: usize,
}

/// The alert that the quote at `range` is.
pub(super) fn find(source: &str, range: &Range<usize>) -> Option<Alert> {
    let quote = &source[range.clone()];
    let end = quote.find('\n').unwrap_or(quote.len());
    let line = &quote[..end];
    let rest = line
        .trim_start()
        .strip_prefix('>')?
        .trim_start_matches([' ', '\t'])
        .strip_prefix("[!")?;
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (kind, rest) = rest.split_at(letters);
    let rest = rest.strip_prefix(']').filter(|_| letters > 0)?;
    let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    if !rest.is_empty() && !rest.starts_with([' ', '\t', '\r']) {
        return None;
    }
    let title = range.start + line.len() - rest.trim_start().len();
    Some(Alert {
        kind: kind.to_ascii_lowercase(),
        line: range.start..range.start + end + 1,
        title,
    })
}

impl Renderer<'_> {
    /// The paragraph of the title has begun: its own words, or the kind's.
    pub(super) fn start_alert_title(&mut self) {
        let Some(alert) = &self.alert else { return };
        let end = (alert.line.end - 1).min(self.source.len());
        self.inline.skip = alert.title.min(end);
        if !self.source[self.inline.skip..end].trim().is_empty() {
            return;
        }
        let title = match self.options.alert_titles.get(&alert.kind) {
            Some(title) => title.clone(),
            None => {
                let mut title = alert.kind.clone();
                title[..1].make_ascii_uppercase();
                title
            }
        };
        self.push_text(&title);
    }

    /// The line of the title ends, and the alert's first paragraph begins.
    pub(super) fn end_alert_title(&mut self) -> bool {
        if self.alert.take().is_none() {
            return false;
        }
        let Some(paragraph) = &mut self.paragraph else {
            return false;
        };
        self.out.push_str("</p>\n");
        paragraph.tag = self.out.len();
        self.out.push_str("<p>");
        paragraph.content = self.out.len();
        self.inline.leaf();
        true
    }
}
