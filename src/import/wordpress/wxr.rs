//! WXR, the format in which WordPress exports: RSS 2.0 with elements of its own, as
//! `wp-admin/includes/export.php` writes them. Read in one pass; no entity but those of XML
//! itself is ever expanded, and a document type is refused.

use crate::diag::{Diagnostic, FileId, Span};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::collections::HashMap;

/// Elements deeper than this belong to no export.
const DEPTH: usize = 32;

const AGAIN: &str = "WordPress writes the export under Tools, Export, All content";

/// An export.
#[derive(Debug, Default)]
pub struct Export {
    pub channel: HashMap<String, String>,
    /// Names to show by login.
    pub authors: HashMap<String, String>,
    pub categories: Vec<Fields>,
    pub tags: Vec<Fields>,
    pub items: Vec<Item>,
}

/// Texts by the names of elements, such as `wp:post_type`.
#[derive(Debug, Default)]
pub struct Fields(HashMap<String, String>);

/// A post, a page, a file, or something else that WordPress keeps as one.
#[derive(Debug, Default)]
pub struct Item {
    pub fields: Fields,
    pub terms: Vec<Term>,
    pub meta: Vec<(String, String)>,
    /// Comments of people that were approved.
    pub comments: usize,
    /// The byte at which it begins.
    pub at: usize,
    /// The byte at which its text begins. `None`: places in the text are none in the file.
    pub body_at: Option<usize>,
}

#[derive(Debug, Default)]
pub struct Term {
    pub domain: String,
    pub slug: String,
    pub name: String,
}

impl Fields {
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Item {
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name)
    }

    pub fn meta(&self, key: &str) -> &str {
        let found = self.meta.iter().find(|(known, _)| known == key);
        found.map_or("", |(_, value)| value)
    }
}

/// Reads an export. The error names the place at which it cannot go on.
pub fn read(text: &str, file: FileId) -> Result<Export, Diagnostic> {
    let mut reader = Reader::from_str(text);
    let mut reading = Reading {
        file,
        text,
        open: Vec::new(),
        value: Value::default(),
        fields: Fields::default(),
        item: None,
        term: Term::default(),
        export: Export::default(),
        is_export: false,
    };
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|error| {
            let at = usize::try_from(reader.error_position()).unwrap_or(0);
            let said = error.to_string();
            let said = said.strip_prefix("syntax error: ").unwrap_or(&said);
            let said = said.strip_prefix("ill-formed document: ").unwrap_or(said);
            reading.broken(at, format!("the export is no sound XML: {said}"))
        })?;
        match event {
            Event::Start(start) => reading.start(&start, at)?,
            Event::CData(data) => {
                let from = at + "<![CDATA[".len();
                reading
                    .value
                    .push(&data.decode().unwrap_or_default(), Some(from));
            }
            Event::Text(data) => reading.value.push(&data.decode().unwrap_or_default(), None),
            Event::GeneralRef(reference) => reading.reference(&reference),
            Event::End(_) => reading.end(),
            Event::DocType(_) => {
                let message = "the export begins with `<!DOCTYPE`, and those of WordPress never do";
                let span = Span::new(file, at, at + "<!DOCTYPE".len());
                return Err(Diagnostic::error("export", span, message).help(
                    "definitions of entities are not read: take them out, or export once more",
                ));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    reading.finish()
}

/// The text of an element while it is read.
#[derive(Default)]
struct Value {
    text: String,
    /// Where it begins in the file, as long as it is there in one piece.
    at: Option<usize>,
    pieces: usize,
}

impl Value {
    fn push(&mut self, text: &str, at: Option<usize>) {
        // Lines and indents around a piece belong to nobody.
        if at.is_none() && text.trim().is_empty() && (self.pieces > 0 || text.contains('\n')) {
            return;
        }
        self.pieces += 1;
        self.at = at.filter(|_| self.pieces == 1);
        self.text.push_str(text);
    }
}

struct Reading<'a> {
    file: FileId,
    text: &'a str,
    open: Vec<String>,
    value: Value,
    /// Of an author, a comment, a field of a post, a category or a tag.
    fields: Fields,
    item: Option<Item>,
    term: Term,
    export: Export,
    is_export: bool,
}

impl Reading<'_> {
    fn start(&mut self, start: &BytesStart, at: usize) -> Result<(), Diagnostic> {
        let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
        if self.open.is_empty() && name != "rss" {
            let message =
                format!("an export of WordPress begins with `<rss>`, and this with `<{name}>`");
            let span = Span::new(self.file, at, at + name.len() + 1);
            return Err(Diagnostic::error("export", span, message).help(AGAIN));
        }
        if self.open.len() >= DEPTH {
            return Err(self.broken(at, "elements nest deeper than in any export".to_owned()));
        }
        match name.as_str() {
            "item" => {
                self.item = Some(Item {
                    at,
                    ..Item::default()
                });
            }
            "category" => {
                self.term = Term {
                    domain: attribute(start, "domain"),
                    slug: attribute(start, "nicename"),
                    name: String::new(),
                };
            }
            "wp:author" | "wp:category" | "wp:tag" | "wp:comment" | "wp:postmeta" => {
                self.fields = Fields::default();
            }
            _ => {}
        }
        self.open.push(name);
        self.value = Value::default();
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef) {
        if let Ok(Some(c)) = reference.resolve_char_ref() {
            self.value.push(c.encode_utf8(&mut [0; 4]), None);
            return;
        }
        let name = reference.decode().unwrap_or_default().into_owned();
        match quick_xml::escape::resolve_predefined_entity(&name) {
            Some(text) => self.value.push(text, None),
            // An entity of HTML, which is read with the text.
            None => self.value.push(&format!("&{name};"), None),
        }
    }

    fn end(&mut self) {
        let name = self.open.pop().unwrap_or_default();
        let above = self.open.last().map_or("", String::as_str);
        let value = std::mem::take(&mut self.value);
        let fields = &mut self.fields;
        match (name.as_str(), above, &mut self.item) {
            ("item", ..) => self.export.items.extend(self.item.take()),
            ("wp:wxr_version", ..) => self.is_export = true,
            ("wp:author", "channel", None) => {
                let login = fields.get("wp:author_login").to_owned();
                let shown = fields.get("wp:author_display_name").to_owned();
                self.export.authors.insert(login, shown);
            }
            ("wp:category", "channel", None) => {
                self.export.categories.push(std::mem::take(fields));
            }
            ("wp:tag", "channel", None) => self.export.tags.push(std::mem::take(fields)),
            ("wp:postmeta", _, Some(item)) => {
                let key = fields.get("wp:meta_key").to_owned();
                item.meta
                    .push((key, fields.get("wp:meta_value").to_owned()));
            }
            ("wp:comment", _, Some(item)) => {
                let is_shown = fields.get("wp:comment_approved") == "1";
                let of_people = matches!(fields.get("wp:comment_type"), "" | "comment");
                item.comments += usize::from(is_shown && of_people);
            }
            ("category", "item", Some(item)) => {
                let mut term = std::mem::take(&mut self.term);
                term.name = value.text;
                item.terms.push(term);
            }
            (name, "item", Some(item)) => {
                if name == "content:encoded" {
                    item.body_at = value.at;
                }
                item.fields.0.insert(name.to_owned(), value.text);
            }
            (name, "channel", None) => {
                self.export.channel.insert(name.to_owned(), value.text);
            }
            (name, ..) => {
                self.fields.0.insert(name.to_owned(), value.text);
            }
        }
    }

    fn finish(self) -> Result<Export, Diagnostic> {
        if let Some(inner) = self.open.last() {
            let message = format!("the export ends within `<{inner}>`");
            return Err(self.broken(self.text.len(), message));
        }
        if self.is_export {
            return Ok(self.export);
        }
        let message = match self.text.trim().is_empty() {
            true => "the export is empty",
            false => "this is a feed, and no export of WordPress",
        };
        Err(Diagnostic::error("export", Span::new(self.file, 0, 0), message).help(AGAIN))
    }

    fn broken(&self, at: usize, message: String) -> Diagnostic {
        // Where it ends there is nothing to show: the last line that has something.
        let mut at = at.min(self.text.trim_end().len().saturating_sub(1));
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        Diagnostic::error("export", Span::new(self.file, at, at), message)
            .help("it was cut short or edited: export once more, under Tools, Export, All content")
    }
}

fn attribute(start: &BytesStart, name: &str) -> String {
    let found = start.try_get_attribute(name).ok().flatten();
    let value = found.and_then(|attribute| attribute.unescape_value().ok());
    value.map(|value| value.into_owned()).unwrap_or_default()
}
