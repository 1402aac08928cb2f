//! An article as the XHTML of a book: whatever its HTML is, what comes out is well formed
//! and keeps to the content model, so that no reader of books refuses it.
//!
//! Takes the HTML of an article and asks where its links and pictures lead; gives text
//! with holes for what is known only when the whole book is. Elements that have a
//! meaning in a book stay, others give up their content or go; of attributes those stay
//! that are named here. What needs a network or a script becomes a link.

use super::foreign;
use crate::render::markdown;
use crate::render::nodes::{attr, has_class, name};
use crate::render::xml;
use crate::text;
use htmd::Node;
use rcdom::NodeData;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

/// Where an address on a page leads, for who reads the book.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// A chapter of the book, and an id in it.
    Chapter(usize, Option<String>),
    Address(String),
    Nowhere,
}

/// What becomes of a picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// A file of the site, by its path: it is part of the book.
    Packed(Arc<str>),
    /// Bytes in the address itself.
    Inline(String),
    Address(String),
    Missing,
}

/// What the article asks of the book.
pub struct Book<'b> {
    pub link: &'b dyn Fn(&str) -> Link,
    pub picture: &'b mut dyn FnMut(&str) -> Picture,
}

/// What is written where a text has a hole.
#[derive(Clone, Debug, PartialEq)]
pub enum Hole {
    /// An attribute `href`, or nothing where the id is not there.
    Link(usize, Option<String>),
    /// The value of a `src`.
    Picture(Arc<str>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    pub level: u8,
    pub id: String,
    pub text: String,
}

/// An article as it stands in a chapter.
#[derive(Debug, Default)]
pub struct Text {
    pub xhtml: String,
    /// In order, each before the byte that it names.
    pub holes: Vec<(usize, Hole)>,
    /// Ids as the article has them, and as the book does.
    pub ids: HashMap<String, String>,
    pub headings: Vec<Heading>,
    pub has_math: bool,
    pub has_svg: bool,
}

pub fn text(html: &str, book: Book) -> Text {
    let Some(tree) = markdown::tree(html) else {
        // Too deep for anybody's eyes: its words.
        let mut plain = Text::default();
        plain.xhtml.push_str("<p>");
        escape(&mut plain.xhtml, &crate::parse::html::plainify(html));
        plain.xhtml.push_str("</p>\n");
        return plain;
    };
    let mut ids = HashMap::new();
    name_ids(&tree, &mut ids);
    let mut writer = Writer {
        text: Text {
            ids,
            ..Text::default()
        },
        book,
        used: HashSet::new(),
        in_link: false,
        in_notes: 0,
    };
    writer.children(&tree, Model::Flow);
    let used = writer.used;
    // An element that went has taken its id with it.
    writer.text.ids.retain(|_, name| used.contains(name));
    writer.text
}

pub fn escape(out: &mut String, text: &str) {
    text::escape_html(out, &xml::clean(text));
}

/// Appends ` name="value"`.
pub fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    text::escape_attr(out, &xml::clean(value));
    out.push('"');
}

/// A name that XML takes for an id, from one that HTML takes.
fn sound_id(id: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let wide = |c: char| {
        // Of what XML 1.0 names: letters of scripts, without the doubtful ranges between.
        matches!(c, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
            | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{3001}'..='\u{D7FF}'
            | '\u{F900}'..='\u{FDCF}')
    };
    let mut out = String::with_capacity(id.len());
    for c in id.chars() {
        out.push(if is_name(c) || wide(c) { c } else { '-' });
    }
    if !out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || wide(c)) {
        out.insert(0, '_');
    }
    out
}

/// Gives every id of a tree a name; the same id twice is one, and two that would become
/// one are told apart.
fn name_ids(node: &Rc<Node>, ids: &mut HashMap<String, String>) {
    let mut taken: HashSet<String> = HashSet::new();
    let mut left = vec![node.clone()];
    while let Some(node) = left.pop() {
        let id = attr(&node, "id").filter(|id| !id.trim().is_empty());
        if let Some(id) = id.filter(|id| !ids.contains_key(id)) {
            let sound = sound_id(&id);
            let mut name = sound.clone();
            let mut n = 1;
            while !taken.insert(name.clone()) {
                n += 1;
                name = format!("{sound}-{n}");
            }
            ids.insert(id, name);
        }
        left.extend(node.children.borrow().iter().rev().cloned());
    }
}

/// What an element may hold.
#[derive(Clone, Copy, PartialEq)]
enum Model {
    /// Blocks and text.
    Flow,
    /// Text and what stands within a line.
    Phrase,
}

/// What becomes of an element of HTML.
enum Fate {
    /// Of a line.
    Phrase(&'static str),
    /// A block of blocks.
    Flow(&'static str),
    /// A block of lines.
    Block(&'static str),
    /// A link, or a mark of an edit: it may hold what its place may.
    Through(&'static str),
    Void(&'static str),
    List(&'static str),
    Definitions,
    Table,
    Figure,
    Ruby,
    Image,
    Math,
    Svg,
    Input,
    Embedded,
    /// Its content stays, the element goes.
    Open,
    Gone,
}

fn fate(name: &str) -> Fate {
    use Fate::{Block, Flow, Gone, List, Open, Phrase, Through, Void};
    match name {
        "abbr" | "acronym" => Phrase("abbr"),
        "b" => Phrase("b"),
        "bdi" => Phrase("bdi"),
        "cite" => Phrase("cite"),
        "code" | "tt" => Phrase("code"),
        "em" => Phrase("em"),
        "i" | "dfn" => Phrase("i"),
        "kbd" => Phrase("kbd"),
        "mark" => Phrase("mark"),
        "q" => Phrase("q"),
        "s" | "strike" => Phrase("s"),
        "samp" => Phrase("samp"),
        "small" => Phrase("small"),
        "strong" => Phrase("strong"),
        "sub" => Phrase("sub"),
        "sup" => Phrase("sup"),
        "u" => Phrase("u"),
        "var" => Phrase("var"),
        "span" | "font" | "big" | "nobr" | "bdo" | "label" | "time" | "data" | "meter"
        | "progress" | "blink" | "marquee" => Phrase("span"),
        "a" => Through("a"),
        "ins" => Through("ins"),
        "del" => Through("del"),
        "p" | "summary" | "legend" => Block("p"),
        // The title of the chapter is the only one of its rank.
        "h1" | "h2" => Block("h2"),
        "h3" => Block("h3"),
        "h4" => Block("h4"),
        "h5" => Block("h5"),
        "h6" => Block("h6"),
        "pre" | "listing" | "xmp" | "plaintext" => Block("pre"),
        "section" | "article" => Flow("section"),
        "aside" => Flow("aside"),
        "blockquote" => Flow("blockquote"),
        "div" | "header" | "footer" | "main" | "nav" | "address" | "hgroup" | "search"
        | "center" | "details" | "dialog" | "fieldset" | "figcaption" | "li" | "dt" | "dd" => {
            Flow("div")
        }
        "br" => Void("br"),
        "hr" => Void("hr"),
        "wbr" => Void("wbr"),
        "ul" | "menu" | "dir" => List("ul"),
        "ol" => List("ol"),
        "dl" => Fate::Definitions,
        "table" => Fate::Table,
        "figure" => Fate::Figure,
        "ruby" => Fate::Ruby,
        "img" | "image" => Fate::Image,
        "math" => Fate::Math,
        "svg" => Fate::Svg,
        "input" => Fate::Input,
        "iframe" | "video" | "audio" | "object" | "embed" => Fate::Embedded,
        "script" | "style" | "template" | "noscript" | "title" | "meta" | "link" | "base"
        | "form" | "button" | "select" | "textarea" | "datalist" | "output" | "area" | "canvas"
        | "param" | "source" | "track" | "frame" | "frameset" | "noframes" | "noembed" | "rp"
        | "rtc" => Gone,
        // `html`, `body`, `picture`, what nobody has heard of.
        _ => Open,
    }
}

fn is(node: &Node, wanted: &str) -> bool {
    name(node) == Some(wanted)
}

/// Text, but for the blanks between elements.
pub(super) fn is_blank(node: &Node) -> bool {
    match &node.data {
        NodeData::Text { contents } => contents.borrow().trim().is_empty(),
        NodeData::Element { .. } => false,
        _ => true,
    }
}

/// The words of an element. The source of a formula is none of them.
fn words(node: &Rc<Node>) -> String {
    let mut out = String::new();
    let mut left = vec![node.clone()];
    while let Some(node) = left.pop() {
        match &node.data {
            NodeData::Text { contents } => out.push_str(&contents.borrow()),
            NodeData::Element { .. }
                if attr(&node, "hidden").is_some()
                    || matches!(name(&node), Some("annotation" | "script" | "style")) =>
            {
                continue;
            }
            _ => {}
        }
        left.extend(node.children.borrow().iter().rev().cloned());
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a block stands somewhere in an element.
fn holds_block(node: &Rc<Node>) -> bool {
    let mut left: Vec<Rc<Node>> = node.children.borrow().clone();
    while let Some(node) = left.pop() {
        let Some(name) = name(&node) else { continue };
        match fate(name) {
            Fate::Block(_)
            | Fate::Flow(_)
            | Fate::List(_)
            | Fate::Definitions
            | Fate::Table
            | Fate::Figure
            | Fate::Void("hr") => return true,
            Fate::Math | Fate::Svg | Fate::Gone | Fate::Embedded => {}
            _ => left.extend(node.children.borrow().iter().cloned()),
        }
    }
    false
}

fn count(value: Option<String>, least: u32) -> Option<String> {
    let number: u32 = value?.trim().parse().ok()?;
    (least..=1_000_000)
        .contains(&number)
        .then(|| number.to_string())
}

struct Writer<'b> {
    text: Text,
    book: Book<'b>,
    /// Ids of the book that were written.
    used: HashSet<String>,
    in_link: bool,
    /// Notes of the list that is being written.
    in_notes: usize,
}

impl Writer<'_> {
    fn out(&mut self) -> &mut String {
        &mut self.text.xhtml
    }

    fn children(&mut self, node: &Rc<Node>, model: Model) {
        let children: Vec<Rc<Node>> = node.children.borrow().clone();
        self.all(&children, model);
    }

    fn all(&mut self, nodes: &[Rc<Node>], model: Model) {
        for node in nodes {
            self.node(node, model);
        }
    }

    fn node(&mut self, node: &Rc<Node>, model: Model) {
        if let NodeData::Text { contents } = &node.data {
            escape(&mut self.text.xhtml, &contents.borrow());
            return;
        }
        let Some(name) = name(node) else { return };
        if attr(node, "hidden").is_some() {
            return;
        }
        let flows = model == Model::Flow;
        match fate(name) {
            Fate::Gone => {}
            Fate::Open => self.children(node, model),
            // What holds a paragraph and should not is left out, the paragraph stays one.
            Fate::Phrase(_) if flows && holds_block(node) => self.children(node, model),
            Fate::Phrase(to) => self.element(to, node, Model::Phrase),
            Fate::Through("a") => self.link(node, model),
            Fate::Through(to) => self.element(to, node, model),
            Fate::Void("hr") if !flows => {}
            Fate::Void(to) => {
                self.start(to, node);
                self.text.xhtml.truncate(self.text.xhtml.len() - 1);
                self.out().push_str("/>");
            }
            Fate::Image => self.image(node),
            Fate::Math => {
                self.text.has_math = true;
                foreign::math(node, &mut self.text.xhtml);
            }
            Fate::Svg => {
                self.text.has_svg = true;
                let mut ids = foreign::Ids {
                    all: &self.text.ids,
                    used: &mut self.used,
                };
                foreign::svg(node, &mut ids, &mut self.text.xhtml);
            }
            Fate::Input => self.input(node),
            Fate::Embedded => self.embedded(node, model),
            Fate::Ruby => self.ruby(node),
            Fate::Block("pre") if !flows => self.element("code", node, Model::Phrase),
            // In a line there are no blocks, only their words.
            _ if !flows => {
                self.out().push(' ');
                self.children(node, model);
                self.out().push(' ');
            }
            Fate::Block(to) => self.block(to, node),
            Fate::Flow(_) if has_class(node, "footnotes") => self.notes(node),
            Fate::Flow(to) => self.element(to, node, Model::Flow),
            Fate::List(to) => self.list(to, node),
            Fate::Definitions => self.definitions(node),
            Fate::Table => self.table(node),
            Fate::Figure => self.figure(node),
        }
    }

    fn element(&mut self, to: &str, node: &Rc<Node>, model: Model) {
        self.start(to, node);
        self.children(node, model);
        self.end(to);
    }

    fn start(&mut self, to: &str, node: &Node) {
        self.out().push('<');
        self.out().push_str(to);
        self.common(to, node);
        self.out().push('>');
    }

    fn end(&mut self, to: &str) {
        let out = self.out();
        out.push_str("</");
        out.push_str(to);
        out.push('>');
    }

    /// The attributes that mean something in a book.
    fn common(&mut self, to: &str, node: &Node) {
        if let Some(id) = attr(node, "id")
            && let Some(id) = self.text.ids.get(&id)
            && self.used.insert(id.clone())
        {
            attribute(&mut self.text.xhtml, "id", id);
        }
        let classes = attr(node, "class").unwrap_or_default();
        let classes: Vec<&str> = classes.split_whitespace().collect();
        if !classes.is_empty() {
            attribute(&mut self.text.xhtml, "class", &classes.join(" "));
        }
        let is_tag = |lang: &String| {
            let mut parts = lang.split('-');
            parts.next().is_some_and(|first| {
                (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic())
            }) && parts.all(|part| {
                (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
            })
        };
        if let Some(lang) = attr(node, "lang").filter(is_tag) {
            attribute(&mut self.text.xhtml, "lang", &lang);
            attribute(&mut self.text.xhtml, "xml:lang", &lang);
        }
        let dir = attr(node, "dir").map(|dir| dir.trim().to_ascii_lowercase());
        if let Some(dir) = dir.filter(|dir| matches!(&**dir, "ltr" | "rtl" | "auto")) {
            attribute(&mut self.text.xhtml, "dir", &dir);
        }
        if let Some(title) = attr(node, "title").filter(|title| !title.trim().is_empty()) {
            attribute(&mut self.text.xhtml, "title", &title);
        }
        if let Some(align) = alignment(node) {
            let style = format!("text-align: {align}");
            attribute(&mut self.text.xhtml, "style", &style);
        }
        let numbers: &[&str] = match to {
            "td" | "th" => &["colspan", "rowspan"],
            "ol" => &["start"],
            "li" => &["value"],
            "col" | "colgroup" => &["span"],
            _ => &[],
        };
        for number in numbers {
            let least = u32::from(!matches!(*number, "start" | "value"));
            if let Some(value) = count(attr(node, number), least).filter(|value| {
                // A cell over more than a page's rows is a slip, and readers give up on it.
                least == 0 || value.len() <= 3
            }) {
                attribute(&mut self.text.xhtml, number, &value);
            }
        }
        if to == "ol" && attr(node, "reversed").is_some() {
            attribute(&mut self.text.xhtml, "reversed", "reversed");
        }
        if to == "ol"
            && let Some(kind) =
                attr(node, "type").filter(|kind| matches!(&**kind, "1" | "a" | "A" | "i" | "I"))
        {
            attribute(&mut self.text.xhtml, "type", &kind);
        }
    }

    fn block(&mut self, to: &'static str, node: &Rc<Node>) {
        let level = to.strip_prefix('h').and_then(|level| level.parse().ok());
        if let Some(level) = level {
            let text = words(node);
            if text.is_empty() && !has_picture(node) {
                return;
            }
            if let Some(id) = attr(node, "id").and_then(|id| self.text.ids.get(&id))
                && !self.used.contains(id)
                && !text.is_empty()
            {
                let id = id.clone();
                self.text.headings.push(Heading { level, id, text });
            }
        }
        self.element(to, node, Model::Phrase);
    }

    fn link(&mut self, node: &Rc<Node>, model: Model) {
        if self.in_link {
            return self.children(node, model);
        }
        let href = attr(node, "href");
        self.out().push_str("<a");
        self.common("a", node);
        match href.map(|href| (self.book.link)(&href)) {
            Some(Link::Chapter(chapter, id)) => {
                let at = self.text.xhtml.len();
                self.text.holes.push((at, Hole::Link(chapter, id)));
            }
            Some(Link::Address(address)) => attribute(self.out(), "href", &address),
            Some(Link::Nowhere) | None => {}
        }
        if has_class(node, "footnote-ref") {
            self.out()
                .push_str(" epub:type=\"noteref\" role=\"doc-noteref\"");
        }
        self.out().push('>');
        self.in_link = true;
        self.children(node, model);
        self.in_link = false;
        self.end("a");
    }

    fn image(&mut self, node: &Rc<Node>) {
        let src = attr(node, "src").or(attr(node, "href")).unwrap_or_default();
        let alt = attr(node, "alt").unwrap_or_default();
        let shown = (self.book.picture)(&src);
        if !matches!(shown, Picture::Packed(_) | Picture::Inline(_)) {
            let words = match alt.trim() {
                "" => &src,
                _ => &alt,
            };
            match shown {
                Picture::Address(address) if !self.in_link => {
                    self.out().push_str("<a class=\"elsewhere\"");
                    attribute(self.out(), "href", &address);
                    self.out().push('>');
                    escape(self.out(), words);
                    self.end("a");
                }
                _ if !alt.trim().is_empty() => {
                    self.out().push_str("<span class=\"elsewhere\">");
                    escape(self.out(), &alt);
                    self.end("span");
                }
                _ => {}
            }
            return;
        }
        self.out().push_str("<img src=\"");
        match shown {
            Picture::Packed(path) => {
                let at = self.text.xhtml.len();
                self.text.holes.push((at, Hole::Picture(path)));
            }
            Picture::Inline(data) => text::escape_attr(self.out(), &data),
            Picture::Address(_) | Picture::Missing => {}
        }
        self.out().push('"');
        attribute(self.out(), "alt", &alt);
        for side in ["width", "height"] {
            if let Some(side_is) = count(attr(node, side), 1) {
                attribute(self.out(), side, &side_is);
            }
        }
        self.common("img", node);
        self.out().push_str("/>");
    }

    /// Of a list of what is to do, the boxes.
    fn input(&mut self, node: &Rc<Node>) {
        if attr(node, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("checkbox")) {
            let mark = match attr(node, "checked") {
                Some(_) => "☑",
                None => "☐",
            };
            self.out().push_str(mark);
        }
    }

    /// What moves or sounds cannot be printed: a link leads to it.
    fn embedded(&mut self, node: &Rc<Node>, model: Model) {
        let mut src = attr(node, "src").or(attr(node, "data"));
        for child in node.children.borrow().iter() {
            src = src.or(attr(child, "src"));
        }
        let Some(src) = src.filter(|src| !src.trim().is_empty()) else {
            return;
        };
        let Link::Address(address) = (self.book.link)(&src) else {
            return;
        };
        let address = watched(&address);
        let title = attr(node, "title").or(attr(node, "aria-label"));
        let title = title.filter(|title| !title.trim().is_empty());
        let shown = title.unwrap_or_else(|| {
            let bare = address
                .split_once("://")
                .map_or(&*address, |(_, rest)| rest);
            bare.trim_end_matches('/').to_owned()
        });
        let flows = model == Model::Flow;
        if flows {
            self.out().push_str("<p class=\"elsewhere\">");
        }
        match self.in_link {
            true => escape(self.out(), &shown),
            false => {
                self.out().push_str("<a");
                attribute(self.out(), "href", &address);
                self.out().push('>');
                escape(self.out(), &shown);
                self.end("a");
            }
        }
        if flows {
            self.end("p");
        }
    }

    /// Base and what stands above it, in turns.
    fn ruby(&mut self, node: &Rc<Node>) {
        let children: Vec<Rc<Node>> = node.children.borrow().clone();
        let children: Vec<Rc<Node>> = children
            .into_iter()
            .filter(|child| !is_blank(child) && !matches!(name(child), Some("rp" | "rtc")))
            .collect();
        let above = |node: &Rc<Node>| is(node, "rt");
        let in_turns = children.first().is_some_and(|first| !above(first))
            && children.last().is_some_and(above)
            && children
                .windows(2)
                .all(|pair| !(above(&pair[0]) && above(&pair[1])));
        if !in_turns {
            return self.element("span", node, Model::Phrase);
        }
        self.start("ruby", node);
        for child in &children {
            match above(child) {
                true => self.element("rt", child, Model::Phrase),
                false => self.node(child, Model::Phrase),
            }
        }
        self.end("ruby");
    }

    fn list(&mut self, to: &'static str, node: &Rc<Node>) {
        let children: Vec<Rc<Node>> = node.children.borrow().clone();
        let items: Vec<&Rc<Node>> = children.iter().filter(|child| !is_blank(child)).collect();
        if items.is_empty() {
            return;
        }
        self.start(to, node);
        for item in items {
            self.out().push('\n');
            if is(item, "li") && is_task(item) {
                // Its box is its mark.
                self.out().push_str("<li class=\"task\">");
                self.children(item, Model::Flow);
                self.end("li");
            } else if is(item, "li") {
                self.element("li", item, Model::Flow);
            } else {
                self.out().push_str("<li>");
                self.node(item, Model::Flow);
                self.end("li");
            }
        }
        self.out().push('\n');
        self.end(to);
    }

    fn definitions(&mut self, node: &Rc<Node>) {
        let mut rows: Vec<Rc<Node>> = Vec::new();
        for child in node
            .children
            .borrow()
            .iter()
            .filter(|child| !is_blank(child))
        {
            match is(child, "div") {
                true => rows.extend(child.children.borrow().iter().cloned()),
                false => rows.push(child.clone()),
            }
        }
        rows.retain(|row| !is_blank(row));
        let known = rows.iter().all(|row| is(row, "dt") || is(row, "dd"));
        let in_turns = known
            && rows.first().is_some_and(|first| is(first, "dt"))
            && rows.last().is_some_and(|last| is(last, "dd"));
        let (list, term, about) = match in_turns {
            true => ("dl", "dt", "dd"),
            false => ("div", "p", "div"),
        };
        self.start(list, node);
        for row in &rows {
            self.out().push('\n');
            match name(row) {
                Some("dt") => self.element(term, row, Model::Phrase),
                Some("dd") => self.element(about, row, Model::Flow),
                _ => self.node(row, Model::Flow),
            }
        }
        self.out().push('\n');
        self.end(list);
    }

    fn figure(&mut self, node: &Rc<Node>) {
        let children: Vec<Rc<Node>> = node.children.borrow().clone();
        let at = children.iter().position(|child| is(child, "figcaption"));
        let first = children.iter().position(|child| !is_blank(child));
        self.start("figure", node);
        if let Some(at) = at.filter(|at| Some(*at) == first) {
            self.element("figcaption", &children[at], Model::Flow);
        }
        for (n, child) in children.iter().enumerate() {
            if Some(n) != at {
                self.node(child, Model::Flow);
            }
        }
        if let Some(at) = at.filter(|at| Some(*at) != first) {
            self.element("figcaption", &children[at], Model::Flow);
        }
        self.end("figure");
    }

    fn table(&mut self, node: &Rc<Node>) {
        let children: Vec<Rc<Node>> = node.children.borrow().clone();
        if has_class(node, "lntable") {
            // Code with its numbers in a column of their own: a book has no room for it.
            if let Some(cell) = last_cell(node) {
                self.children(&cell, Model::Flow);
            }
            return;
        }
        let of = |wanted: &'static [&'static str]| {
            let all = children.iter();
            all.filter(move |child| name(child).is_some_and(|name| wanted.contains(&name)))
        };
        let has_rows = |part: &Rc<Node>| {
            let rows = part.children.borrow();
            rows.iter().any(|row| is(row, "tr") && has_cells(row))
        };
        if !of(&["thead", "tbody", "tfoot"]).any(has_rows) && !of(&["tr"]).any(has_cells) {
            return;
        }
        self.start("table", node);
        if let Some(caption) = of(&["caption"]).next() {
            self.element("caption", caption, Model::Phrase);
        }
        for columns in of(&["colgroup"]) {
            self.columns(columns);
        }
        let head = of(&["thead"]).find(|part| has_rows(part));
        let foot = of(&["tfoot"]).rfind(|part| has_rows(part));
        if let Some(head) = head {
            self.rows("thead", head);
        }
        let same = |a: &Rc<Node>, b: Option<&Rc<Node>>| b.is_some_and(|b| Rc::ptr_eq(a, b));
        for part in of(&["thead", "tbody", "tfoot", "tr"]) {
            if same(part, head) || same(part, foot) {
                continue;
            }
            if is(part, "tr") {
                self.out().push_str("<tbody>");
                self.row(part);
                self.end("tbody");
            } else if has_rows(part) {
                self.rows("tbody", part);
            }
        }
        if let Some(foot) = foot {
            self.rows("tfoot", foot);
        }
        self.end("table");
    }

    fn columns(&mut self, node: &Rc<Node>) {
        let columns: Vec<Rc<Node>> = node.children.borrow().clone();
        let columns: Vec<&Rc<Node>> = columns.iter().filter(|one| is(one, "col")).collect();
        if columns.is_empty() {
            return;
        }
        self.out().push_str("<colgroup>");
        for column in columns {
            self.out().push_str("<col");
            self.common("col", column);
            self.out().push_str("/>");
        }
        self.end("colgroup");
    }

    fn rows(&mut self, to: &'static str, part: &Rc<Node>) {
        self.start(to, part);
        for row in part.children.borrow().iter().filter(|row| is(row, "tr")) {
            self.row(row);
        }
        self.end(to);
    }

    fn row(&mut self, row: &Rc<Node>) {
        if !has_cells(row) {
            return;
        }
        self.out().push('\n');
        self.start("tr", row);
        for cell in row.children.borrow().iter() {
            match name(cell) {
                Some("th") => self.element("th", cell, Model::Phrase),
                Some("td") => self.element("td", cell, Model::Flow),
                _ => {}
            }
        }
        self.end("tr");
    }

    /// The notes of the article. Some readers show each beside its mark, and hide it here.
    fn notes(&mut self, node: &Rc<Node>) {
        let mut notes: Vec<Rc<Node>> = Vec::new();
        for list in node
            .children
            .borrow()
            .iter()
            .filter(|child| is(child, "ol"))
        {
            let items = list.children.borrow();
            notes.extend(items.iter().filter(|item| is(item, "li")).cloned());
        }
        if notes.is_empty() {
            return self.element("div", node, Model::Flow);
        }
        self.out()
            .push_str("<section class=\"notes\" epub:type=\"footnotes\">");
        for (n, note) in notes.iter().enumerate() {
            self.in_notes = n + 1;
            self.note(note);
        }
        self.out().push('\n');
        self.end("section");
    }

    fn note(&mut self, note: &Rc<Node>) {
        self.out().push_str("\n<aside");
        self.common("aside", note);
        self.out()
            .push_str(" epub:type=\"footnote\" role=\"doc-footnote\">");
        let back = first_back(note);
        drop_backs(note);
        let children: Vec<Rc<Node>> = note.children.borrow().clone();
        let at = children.iter().position(|child| !is_blank(child));
        let paragraph = at.filter(|at| is(&children[*at], "p"));
        self.out().push_str("<p>");
        self.number(back.as_deref());
        let from = match paragraph {
            Some(at) => {
                self.children(&children[at], Model::Phrase);
                at + 1
            }
            None => 0,
        };
        self.end("p");
        self.all(&children[from..], Model::Flow);
        self.end("aside");
    }

    fn number(&mut self, back: Option<&str>) {
        let number = self.in_notes;
        self.out()
            .push_str("<a class=\"number\" role=\"doc-backlink\"");
        match back.map(|back| (self.book.link)(back)) {
            Some(Link::Chapter(chapter, id)) => {
                let at = self.text.xhtml.len();
                self.text.holes.push((at, Hole::Link(chapter, id)));
            }
            _ => {
                // A role of links, on what is none.
                let role = " role=\"doc-backlink\"".len();
                let end = self.text.xhtml.len() - role;
                self.text.xhtml.truncate(end);
            }
        }
        self.out().push_str(&format!(">{number}</a> "));
    }
}

/// Whether a row of a list begins with a box to be ticked.
fn is_task(item: &Rc<Node>) -> bool {
    let children = item.children.borrow();
    match children.iter().find(|child| !is_blank(child)) {
        Some(first) if is(first, "p") || is(first, "label") => is_task(first),
        first => first.is_some_and(|first| is(first, "input")),
    }
}

/// `left`, `center` or `right`, as HTML and style sheets say it.
fn alignment(node: &Node) -> Option<&'static str> {
    let style = attr(node, "style").unwrap_or_default();
    let said = style.split(';').find_map(|rule| {
        let (key, value) = rule.split_once(':')?;
        key.trim()
            .eq_ignore_ascii_case("text-align")
            .then(|| value.trim().to_ascii_lowercase())
    });
    let said = said.or_else(|| {
        let is_center = is(node, "center").then(|| "center".to_owned());
        is_center.or_else(|| Some(attr(node, "align")?.trim().to_ascii_lowercase()))
    })?;
    let known = ["left", "center", "right", "justify"];
    known.into_iter().find(|known| **known == said)
}

fn has_cells(row: &Rc<Node>) -> bool {
    let cells = row.children.borrow();
    cells.iter().any(|cell| is(cell, "td") || is(cell, "th"))
}

fn has_picture(node: &Rc<Node>) -> bool {
    let mut left = vec![node.clone()];
    while let Some(node) = left.pop() {
        if matches!(name(&node), Some("img" | "svg" | "math")) {
            return true;
        }
        left.extend(node.children.borrow().iter().cloned());
    }
    false
}

fn last_cell(node: &Rc<Node>) -> Option<Rc<Node>> {
    let mut found = None;
    let mut left = vec![node.clone()];
    while let Some(node) = left.pop() {
        if is(&node, "td") {
            found = Some(node);
            continue;
        }
        left.extend(node.children.borrow().iter().rev().cloned());
    }
    found
}

/// Where the first way back from a note leads.
fn first_back(note: &Rc<Node>) -> Option<String> {
    let mut left = vec![note.clone()];
    while let Some(node) = left.pop() {
        if has_class(&node, "footnote-backref") {
            return attr(&node, "href");
        }
        left.extend(node.children.borrow().iter().rev().cloned());
    }
    None
}

/// Takes the ways back out of a note: its number is one.
fn drop_backs(note: &Rc<Node>) {
    let mut left = vec![note.clone()];
    while let Some(node) = left.pop() {
        let mut children = node.children.borrow_mut();
        children.retain(|child| !has_class(child, "footnote-backref"));
        // The blanks that glued them to the text.
        if let Some(last) = children.last()
            && let NodeData::Text { contents } = &last.data
        {
            let text = contents
                .borrow()
                .trim_end_matches(['\u{a0}', '\n', ' '])
                .to_owned();
            *contents.borrow_mut() = text.into();
        }
        left.extend(children.iter().cloned());
    }
}

/// The page where a player's film is shown.
fn watched(address: &str) -> String {
    let players = [
        (
            "https://www.youtube-nocookie.com/embed/",
            "https://www.youtube.com/watch?v=",
        ),
        (
            "https://www.youtube.com/embed/",
            "https://www.youtube.com/watch?v=",
        ),
        ("https://player.vimeo.com/video/", "https://vimeo.com/"),
    ];
    for (player, page) in players {
        if let Some(film) = address.strip_prefix(player) {
            let film = film.split(['?', '#']).next().unwrap_or(film);
            return format!("{page}{film}");
        }
    }
    address.to_owned()
}

#[cfg(test)]
mod tests;
