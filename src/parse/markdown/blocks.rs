//! Blocks: paragraphs, headings, lists, tables, code, raw HTML.

use super::alerts;
use super::attributes;
use super::budget;
use super::formulas::Written;
use super::mask;
use super::math::Fence;
use super::render::{Closing, Code, Draft, Paragraph, Place, Renderer, Table, heading};
use super::toc;
use crate::diag::{Diagnostic, Severity};
use crate::parse::{CodeBlock, Hole, highlight, token};
use crate::text::{decode_entities, escape_attr, heading_id_as};
use pulldown_cmark::{Alignment, CodeBlockKind, Tag, TagEnd};
use std::borrow::Cow;
use std::ops::Range;

/// The divider between summary and the rest.
const MORE: &str = "<!--more-->";

impl<'a> Renderer<'a> {
    pub(super) fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        if self.open.len() > budget::DEEPEST * 2 {
            return self.fail(budget::too_deep(range.start..range.start));
        }
        match tag {
            Tag::Paragraph => self.start_paragraph(range),
            Tag::Heading { .. } => self.start_heading(range),
            Tag::BlockQuote(_) => self.start_quote(range),
            Tag::CodeBlock(kind) => self.start_code(&kind, range),
            Tag::HtmlBlock => self.fresh_line(),
            Tag::List(None) => self.begin_whole("ul>\n"),
            Tag::List(Some(1)) => self.begin_whole("ol>\n"),
            Tag::List(Some(first)) => {
                self.begin("ol");
                self.out.push_str(&format!(" start=\"{first}\">\n"));
            }
            Tag::Item => self.begin_whole("li>"),
            Tag::DefinitionList => self.begin_whole("dl>\n"),
            Tag::DefinitionListTitle => {
                self.begin_whole("dt>");
                self.term = true;
            }
            Tag::DefinitionListDefinition => {
                self.begin_whole("dd>");
                let before = self.source[..range.start].trim_end_matches([' ', '\t', '>']);
                let loose = before.ends_with("\n\n") || before.ends_with("\n\r\n");
                if let Some(open) = self.open.last_mut() {
                    open.tight = !loose;
                }
            }
            Tag::Table(alignments) => {
                self.begin_whole("table>\n");
                self.table = Table {
                    alignments,
                    tag: self.out.len() - ">\n".len(),
                    ..Table::default()
                };
            }
            Tag::TableHead => {
                self.table.head = true;
                self.table.column = 0;
                self.out.push_str("<thead>\n<tr>\n");
            }
            Tag::TableRow => {
                self.table.column = 0;
                self.out.push_str(if self.table.body {
                    "<tr>\n"
                } else {
                    "<tbody>\n<tr>\n"
                });
                self.table.body = true;
            }
            Tag::TableCell => self.start_cell(),
            // Notes are recorded before events come here; metadata is not asked for.
            Tag::FootnoteDefinition(_) | Tag::MetadataBlock(_) => {}
            tag => self.start_inline(tag, range),
        }
    }

    pub(super) fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::Heading(level) => self.end_heading(level as u8),
            TagEnd::BlockQuote(_) => self.close_line("</blockquote>\n"),
            TagEnd::CodeBlock => self.end_code(range),
            TagEnd::HtmlBlock => {}
            TagEnd::List(ordered) => self.close_line(if ordered { "</ol>\n" } else { "</ul>\n" }),
            TagEnd::Item => self.end_item(),
            TagEnd::DefinitionList => self.close_line("</dl>\n"),
            TagEnd::DefinitionListTitle => {
                self.term = false;
                self.close("</dt>\n");
            }
            TagEnd::DefinitionListDefinition => self.close("</dd>\n"),
            TagEnd::Table => {
                let (body, tag) = (self.table.body, self.table.tag);
                // What may have to be scrolled must be reached without a pointer.
                if is_wide(&self.out[tag..]) {
                    self.out.insert_str(tag, " tabindex=\"0\"");
                }
                self.close(if body {
                    "</tbody>\n</table>\n"
                } else {
                    "</table>\n"
                });
            }
            TagEnd::TableHead => {
                self.table.head = false;
                self.out.push_str("</tr>\n</thead>\n");
            }
            TagEnd::TableRow => self.out.push_str("</tr>\n"),
            TagEnd::TableCell => {
                self.out.push_str(if self.table.head {
                    "</th>\n"
                } else {
                    "</td>\n"
                });
                self.table.column += 1;
                self.table.cell = false;
            }
            TagEnd::FootnoteDefinition | TagEnd::MetadataBlock(_) => {}
            tag => self.end_inline(tag, range),
        }
    }

    /// `name` with what ends its tag.
    fn begin_whole(&mut self, tag: &str) {
        let name = tag.trim_end_matches(['>', '\n']);
        self.begin(name);
        self.out.push_str(&tag[name.len()..]);
    }

    fn close_line(&mut self, html: &str) {
        self.fresh_line();
        self.close(html);
    }

    fn start_paragraph(&mut self, range: Range<usize>) {
        let title = self
            .alert
            .as_ref()
            .is_some_and(|alert| alert.line.contains(&range.start));
        // The text of a definition that follows its term at once is no paragraph.
        if let Some(parent) = self.open.last_mut()
            && parent.tight
        {
            parent.tight = false;
            return self.open_block(None);
        }
        self.fresh_line();
        let tag = self.out.len();
        self.begin("p");
        self.out.push_str(if title {
            " class=\"alert-title\">"
        } else {
            ">"
        });
        self.paragraph = Some(Paragraph {
            tag,
            content: self.out.len(),
        });
        if title {
            self.start_alert_title();
        } else {
            self.alert = None;
        }
    }

    fn end_paragraph(&mut self) {
        self.alert = None;
        let Some(paragraph) = self.paragraph.take() else {
            return self.close("");
        };
        let content = &self.out[paragraph.content..];
        if content.trim().is_empty() {
            // What follows a formula that stood at the end.
            self.out.truncate(paragraph.tag);
            self.unplace();
            self.close("");
        } else if self.is_call(content) {
            self.out.drain(paragraph.tag..paragraph.content);
            self.unplace();
            self.close("\n");
        } else {
            if self.done.has_embeds {
                self.embeds_in_line(paragraph.content);
            }
            self.close("</p>\n");
        }
    }

    fn unplace(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.at = None;
        }
    }

    /// One call of a shortcode alone, or a part of another page: what it gives is no part of a sentence.
    /// Of several, only their output tells whether the paragraph stays.
    fn is_call(&self, content: &str) -> bool {
        let content = content.trim();
        // Most paragraphs begin with a word; only the beginning counts.
        if !content.starts_with(token::OPEN) {
            return false;
        }
        match token::find(content) {
            Some((0, end, index)) => {
                let alone = end == content.len();
                alone && matches!(self.holes.get(index), Some(Hole::Call(_) | Hole::Embed(_)))
            }
            _ => false,
        }
    }

    /// A formula on lines of its own ends the paragraph and begins another.
    pub(super) fn split_paragraph(
        &mut self,
        formula: &Written<'_>,
        whole: &Range<usize>,
        at: Option<usize>,
    ) -> bool {
        let Some(paragraph) = &mut self.paragraph else {
            return false;
        };
        let kept = self.out[paragraph.content..].trim_end().len();
        if kept == 0 {
            self.out.truncate(paragraph.tag);
        } else {
            self.out.truncate(paragraph.content + kept);
            self.out.push_str("</p>\n");
        }
        let formula = Written {
            tex: formula.tex.as_ref().into(),
            fence: formula.fence,
            block: true,
        };
        self.push_formula(formula, whole.clone(), at);
        self.out.push('\n');
        let tag = self.out.len();
        self.out.push_str("<p>");
        if let Some(paragraph) = &mut self.paragraph {
            paragraph.tag = tag;
            paragraph.content = self.out.len();
        }
        let at = Place::Html(self.out.len() - 1);
        if let Some(open) = self.open.last_mut() {
            open.at = Some(at);
        }
        true
    }

    fn start_heading(&mut self, range: Range<usize>) {
        self.fresh_line();
        let (attributes, cut) = match self
            .options
            .heading_attributes
            .then(|| self.heading_attributes(&range))
        {
            Some(Some((attributes, cut))) => (Some(attributes), cut),
            _ => (None, usize::MAX),
        };
        let length = range.len();
        self.heading = Some(Draft {
            start: self.out.len(),
            range,
            attributes,
            cut,
            text: String::with_capacity(length),
            ident: String::with_capacity(length),
        });
        self.open_block(None);
    }

    /// `{#id .class}` at the end of a heading's text, and where it begins.
    fn heading_attributes(&self, range: &Range<usize>) -> Option<(attributes::Attributes, usize)> {
        let whole = self.source[range.clone()].trim_end();
        // Of a heading that is underlined, the text is all but the last line.
        let text = if whole.trim_start().starts_with('#') {
            whole.trim_end_matches('#').trim_end()
        } else {
            whole
                .rsplit_once('\n')
                .map_or(whole, |(text, _)| text)
                .trim_end()
        };
        if !text.ends_with('}') {
            return None;
        }
        let line = text.rfind('\n').map_or(0, |end| end + 1);
        // A value may hold braces, so the last opening need not be the right one.
        for (at, _) in text[line..].rmatch_indices('{').take(8) {
            let at = line + at;
            if let Some(attributes) = attributes::parse(&text[at..])
                && (at == 0 || !text[..at].ends_with('\\'))
            {
                return Some((attributes, range.start + at));
            }
        }
        None
    }

    fn end_heading(&mut self, level: u8) {
        let Some(mut draft) = self.heading.take() else {
            return;
        };
        let start = draft.start.min(self.out.len());
        let end = start + self.out[start..].trim_end().len();
        self.out.truncate(end);
        let entry = toc::entry(&self.out[start..], self.holes);
        let mut attributes = draft.attributes.take().unwrap_or_default();
        let wanted = attributes.id.take().or_else(|| {
            let ident = token::without(&draft.ident);
            self.options
                .heading_ids
                .then(|| heading_id_as(&ident, self.options.id_type))
        });
        let id = wanted
            .map(|wanted| self.ids.unique(&wanted))
            .unwrap_or_default();
        let mut tag = String::with_capacity("<h1 id=\"\">".len() + id.len());
        tag.push_str("<h");
        tag.push(char::from(b'0' + level));
        let at = start + tag.len();
        if !id.is_empty() {
            tag.push_str(" id=\"");
            escape_attr(&mut tag, &id);
            tag.push('"');
        }
        attributes.push(&mut tag);
        tag.push('>');
        self.out.insert_str(start, &tag);
        if self.options.anchors && !id.is_empty() {
            self.out
                .push_str("<a hidden class=\"anchor\" aria-hidden=\"true\" href=\"#");
            escape_attr(&mut self.out, &id);
            self.out.push_str("\">#</a>");
        }
        if let Some(open) = self.open.last_mut() {
            open.at = Some(Place::Html(at));
        }
        self.out.push_str("</h");
        self.out.push(char::from(b'0' + level));
        self.close(">\n");
        let span = self.span(draft.range.clone());
        self.done
            .headings
            .push(heading(draft, level, id, entry, span));
    }

    fn start_quote(&mut self, range: Range<usize>) {
        self.begin("blockquote");
        self.alert = self
            .options
            .alerts
            .then(|| alerts::find(self.source, &range))
            .flatten();
        match &self.alert {
            Some(alert) => {
                self.out.push_str(" class=\"alert alert-");
                self.out.push_str(&alert.kind);
                self.out.push_str("\">\n");
            }
            None => self.out.push_str(">\n"),
        }
    }

    fn start_cell(&mut self) {
        self.table.cell = true;
        self.out
            .push_str(if self.table.head { "<th" } else { "<td" });
        self.out
            .push_str(match self.table.alignments.get(self.table.column) {
                Some(Alignment::Left) => " style=\"text-align: left\">",
                Some(Alignment::Center) => " style=\"text-align: center\">",
                Some(Alignment::Right) => " style=\"text-align: right\">",
                Some(Alignment::None) | None => ">",
            });
        self.inline.leaf();
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'a>, range: Range<usize>) {
        let mut code = Code {
            lang: String::new(),
            options: highlight::Options::default(),
            text: String::new(),
            indented: kind.is_indented(),
            range: range.clone(),
        };
        if let CodeBlockKind::Fenced(info) = kind {
            let info = self.masked.restore(info);
            let (lang, rest) = highlight::split_info(&info);
            code.lang = lang.to_owned();
            if info[rest.clone()].starts_with('{') {
                let (options, problems) = highlight::Options::parse(&info[rest.clone()]);
                code.options = options;
                let line = &self.source[range.start..];
                let at = line
                    .find(&info[rest])
                    .map_or(range.start, |at| range.start + at);
                for problem in problems {
                    let span = self.span(at + problem.range.start..at + problem.range.end);
                    let mut diagnostic = Diagnostic::warning(problem.name, span, problem.message);
                    diagnostic.severity = match problem.severity {
                        // No fence keeps a page from being published.
                        Severity::Error => Severity::Warning,
                        other => other,
                    };
                    diagnostic.help = problem.help;
                    self.diagnostics.push(diagnostic);
                }
            }
        }
        self.code = Some(code);
        self.open_block(None);
    }

    fn end_code(&mut self, range: Range<usize>) {
        let Some(code) = self.code.take() else { return };
        self.fresh_line();
        let mut text = self.masked.restore(&code.text).into_owned();
        if code.indented && text.contains('\n') && code.text.contains(mask::FORMULA) {
            text = text.replace("\n    ", "\n");
        }
        if code.lang == "math" {
            let formula = Written {
                tex: text.trim_end_matches('\n').into(),
                fence: Fence::Dollars,
                block: true,
            };
            self.push_found(formula, code.range.start..code.range.end.max(range.end));
            self.close("\n");
            return;
        }
        self.done.has_code = true;
        if let Some(open) = self.open.last_mut() {
            open.at = Some(Place::Code(self.holes.len()));
        }
        let span = self.span(code.range.start..code.range.end.max(range.end));
        self.push_hole(Hole::Code(Box::new(CodeBlock {
            lang: code.lang,
            code: text,
            options: code.options,
            span,
        })));
        self.close("\n");
    }

    /// A line of raw HTML between blocks.
    pub(super) fn html(&mut self, html: &str) {
        if let Some(line) = self.masked.line(html) {
            if !line.loose {
                let attributes = line.attributes.clone();
                self.attribute(&attributes);
            }
            return;
        }
        if let Some(at) = memchr::memmem::find(html.as_bytes(), MORE.as_bytes()) {
            self.raw(&html[..at]);
            self.divide();
            let rest = &html[at + MORE.len()..];
            if !rest.trim().is_empty() {
                self.raw(rest);
            }
            return;
        }
        self.raw(html);
    }

    /// Raw HTML as it is, but for its formulas.
    pub(super) fn raw(&mut self, html: &str) {
        if html.is_empty() {
            return;
        }
        if !self.options.unsafe_html {
            if !self.out.ends_with("<!-- raw HTML omitted -->\n") {
                self.out.push_str("<!-- raw HTML omitted -->\n");
            }
            return;
        }
        // All marks begin with this byte.
        if memchr::memchr(mask::FIRST, html.as_bytes()).is_none() {
            return self.out.push_str(html);
        }
        let colons = html
            .contains(mask::COLON)
            .then(|| html.replace(mask::COLON, ":"));
        let mut rest = colons.as_deref().unwrap_or(html);
        while let Some(at) = rest.find(mask::FORMULA) {
            let before = &rest[..at];
            self.out.push_str(before);
            rest = &rest[at..];
            let Some((index, length)) = self.masked.formula(rest) else {
                let length = mask::FORMULA.len_utf8();
                self.out.push_str(&rest[..length]);
                rest = &rest[length..];
                continue;
            };
            let formula = &self.masked.formulas[index];
            if before.rfind('<') > before.rfind('>') {
                self.out.push_str(&formula.raw);
            } else {
                let tex = decode_entities(formula.inner());
                let at = formula.at().filter(|_| matches!(tex, Cow::Borrowed(_)));
                let written = Written {
                    tex,
                    fence: formula.fence,
                    block: false,
                };
                self.push_formula(written, formula.range.clone(), at);
            }
            rest = &rest[length..];
        }
        self.out.push_str(rest);
    }

    /// Gives attributes to the block before.
    fn attribute(&mut self, attributes: &attributes::Attributes) {
        // Taken: a second line of attributes belongs to nothing.
        let Some(place) = self.open.last_mut().and_then(|open| open.last.take()) else {
            return;
        };
        match place {
            Place::Code(index) => {
                if let Some(Hole::Code(block)) = self.holes.get_mut(index) {
                    if block.options.id.is_none() {
                        block.options.id = attributes.id.clone();
                    }
                    block
                        .options
                        .classes
                        .extend(attributes.classes.iter().cloned());
                    block
                        .options
                        .attributes
                        .extend(attributes.others.iter().cloned());
                }
            }
            Place::Html(at) => {
                let end = self.out[at..].find('>').map_or(at, |end| at + end);
                let tag = self.out[at..end].to_owned();
                let mut attributes = attributes.clone();
                // What the tag says already stays, but classes add up.
                attributes
                    .others
                    .retain(|(key, _)| !tag.contains(&format!(" {key}=\"")));
                if let Some(class) = tag.find(" class=\"") {
                    let more: String = attributes
                        .classes
                        .drain(..)
                        .map(|class| format!("{class} "))
                        .collect();
                    let mut escaped = String::new();
                    escape_attr(&mut escaped, &more);
                    self.insert(at + class + " class=\"".len(), &escaped);
                }
                let mut html = String::new();
                attributes.push(&mut html);
                if let Some(id) = attributes.id.filter(|_| !tag.contains(" id=\"")) {
                    let id = self.ids.unique(&id);
                    html.push_str(" id=\"");
                    escape_attr(&mut html, &id);
                    html.push('"');
                }
                self.insert(at, &html);
            }
        }
    }

    /// Writes into what was written already.
    fn insert(&mut self, at: usize, html: &str) {
        self.out.insert_str(at, html);
        if let Some(more) = self.done.more.as_mut().filter(|more| **more > at) {
            *more += html.len();
        }
    }

    pub(super) fn in_span(&self) -> bool {
        self.heading.is_some()
            || self
                .inline
                .open
                .iter()
                .any(|c| !matches!(c, Closing::Text(_)))
    }
}

/// Letters that a line of a small window holds.
const NARROW: usize = 30;

/// Whether a table is wider than a small window: the longest words of its columns
/// are, and the space between these. Only a guess, as nobody knows the face.
fn is_wide(table: &str) -> bool {
    let bytes = table.as_bytes();
    let mut columns = [0; 8];
    let (mut column, mut word, mut at) = (0, 0, 0);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'<' => {
                let tag = &bytes[at..];
                if tag.starts_with(b"tr") {
                    column = 0;
                } else if tag.starts_with(b"/td") || tag.starts_with(b"/th>") {
                    column += 1;
                    word = 0;
                    // With so many of them, there is no doubt.
                    if column == columns.len() {
                        return true;
                    }
                }
                at += memchr::memchr(b'>', tag).map_or(tag.len(), |end| end + 1);
            }
            byte if byte.is_ascii_whitespace() => word = 0,
            // The other bytes of a character.
            0x80..0xC0 => {}
            // Between ideographs, which begin with these, a line may always end.
            0xE3..0xF0 => word = 2,
            _ => word += 1,
        }
        columns[column] = columns[column].max(word);
    }
    let used = columns.iter().filter(|letters| **letters > 0);
    used.map(|letters| letters + 2).sum::<usize>() > NARROW
}
