//! XML as feeds and sitemaps need it.
//!
//! Takes a buffer to append to; elements are closures, so that what is opened
//! is closed. Everything that XML 1.0 forbids (U+001F and friends) is dropped
//! here, in one place, since a single such character makes a whole feed
//! unreadable. One element a line and no indentation: small, and fine to diff.

use super::bytes;
use memchr::memmem;
use std::borrow::Cow;

pub type Attributes<'a> = &'a [(&'a str, &'a str)];

pub struct Xml<'a> {
    out: &'a mut String,
    /// What comes next stands on the same line.
    after_text: bool,
}

/// What a text is escaped for.
#[derive(Clone, Copy, PartialEq)]
enum As {
    Text,
    /// With `<` and `&` as hexadecimal references, see [`Xml::plain`].
    Plain,
    Attribute,
}

/// Appends a document to `out`: the declaration, then what `body` writes.
pub fn document(out: &mut String, body: impl FnOnce(&mut Xml)) {
    styled(out, None, body);
}

/// The same with the address of a style sheet for those who open it in a browser.
pub fn styled(out: &mut String, sheet: Option<&str>, body: impl FnOnce(&mut Xml)) {
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    if let Some(sheet) = sheet {
        out.push_str("\n<?xml-stylesheet type=\"text/css\" href=\"");
        // Where `?>` ends the instruction, an escaped `>` does not.
        escape(out, sheet, As::Attribute);
        out.push_str("\"?>");
    }
    body(&mut Xml {
        out: &mut *out,
        after_text: false,
    });
    out.push('\n');
}

/// What `body` writes: elements, to stand in another.
pub fn elements(body: impl FnOnce(&mut Xml)) -> String {
    let mut out = String::new();
    body(&mut Xml {
        out: &mut out,
        after_text: false,
    });
    out
}

impl Xml<'_> {
    /// An element that holds elements.
    pub fn element(&mut self, name: &str, attributes: Attributes, body: impl FnOnce(&mut Self)) {
        self.start(name, attributes, false);
        body(self);
        self.end(name);
    }

    pub fn empty(&mut self, name: &str, attributes: Attributes) {
        self.start(name, attributes, true);
    }

    /// An element that holds text.
    pub fn text(&mut self, name: &str, attributes: Attributes, text: &str) {
        self.escaped(name, attributes, text, As::Text);
    }

    /// An element that holds text which some readers take for HTML. `<` and `&`
    /// are written as `&#x3C;` and `&#x26;`: to XML the same as `&lt;` and `&amp;`,
    /// and what the RSS Advisory Board found most readers to show as it is meant.
    pub fn plain(&mut self, name: &str, text: &str) {
        self.escaped(name, &[], text, As::Plain);
    }

    /// An element that holds HTML, in CDATA sections: a third smaller than
    /// escaped, and legible. `]]>` is divided between two sections.
    pub fn html(&mut self, name: &str, attributes: Attributes, html: &str) {
        self.start(name, attributes, false);
        let html = clean(html);
        let mut rest = &*html;
        loop {
            let end = memmem::find(rest.as_bytes(), b"]]>").map_or(rest.len(), |at| at + 2);
            self.out.push_str("<![CDATA[");
            self.out.push_str(&rest[..end]);
            self.out.push_str("]]>");
            rest = &rest[end..];
            if rest.is_empty() {
                break;
            }
        }
        self.after_text = true;
        self.end(name);
    }

    /// Bytes in the buffer.
    pub fn written(&self) -> usize {
        self.out.len()
    }

    /// What [`elements`] gave.
    pub fn append(&mut self, elements: &str) {
        self.out.push_str(elements);
    }

    fn escaped(&mut self, name: &str, attributes: Attributes, text: &str, what: As) {
        self.start(name, attributes, false);
        escape(self.out, text, what);
        self.after_text = true;
        self.end(name);
    }

    fn start(&mut self, name: &str, attributes: Attributes, empty: bool) {
        self.line();
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes {
            self.out.push(' ');
            self.out.push_str(key);
            self.out.push_str("=\"");
            escape(self.out, value, As::Attribute);
            self.out.push('"');
        }
        self.out.push_str(if empty { "/>" } else { ">" });
    }

    fn end(&mut self, name: &str) {
        self.line();
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Begins a line, unless text is before.
    fn line(&mut self) {
        if !std::mem::take(&mut self.after_text) {
            self.out.push('\n');
        }
    }
}

/// `text` without what XML 1.0 forbids, line ends as `\n`.
pub fn clean(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let changed = |b: u8| ((b < 0x20) & (b != b'\t') & (b != b'\n')) | (b == 0xEF);
    let mut at = 0;
    loop {
        match bytes::find(bytes, at, changed) {
            None => return Cow::Borrowed(text),
            // Most of what begins with this byte is allowed: all full-width letters and marks.
            Some(found) if bytes[found] == 0xEF && !is_forbidden_wide(&bytes[found..]) => {
                at = found + 3;
            }
            Some(_) => break,
        }
    }
    let mut out = String::with_capacity(text.len());
    for_pieces(text, As::Text, |piece| match piece {
        Piece::Run(run) => out.push_str(run),
        Piece::Mark(byte) => out.push(char::from(byte)),
    });
    Cow::Owned(out)
}

fn escape(out: &mut String, text: &str, what: As) {
    out.reserve(text.len());
    for_pieces(text, what, |piece| match piece {
        Piece::Run(run) => out.push_str(run),
        Piece::Mark(byte) => out.push_str(match (byte, what) {
            (b'&', As::Plain) => "&#x26;",
            (b'<', As::Plain) => "&#x3C;",
            (b'&', _) => "&amp;",
            (b'<', _) => "&lt;",
            // Also because of `]]>`, which text must not hold.
            (b'>', _) => "&gt;",
            (b'"', _) => "&quot;",
            // Literal ones in attributes are read as spaces.
            (b'\t', _) => "&#9;",
            (_, As::Attribute) => "&#10;",
            _ => "\n",
        }),
    });
}

enum Piece<'a> {
    /// Text that stands for itself.
    Run(&'a str),
    /// One ASCII character that may need a reference.
    Mark(u8),
}

/// Goes over `text` in pieces, line ends as `\n`, the forbidden left out.
fn for_pieces<'a>(text: &'a str, what: As, mut each: impl FnMut(Piece<'a>)) {
    let bytes = text.as_bytes();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = bytes::find(bytes, at, |byte| suspect(byte, what)) {
        at = found;
        let byte = bytes[at];
        let width = match byte {
            0xEF if is_forbidden_wide(&bytes[at..]) => 3,
            0xEF => {
                at += 3;
                continue;
            }
            _ => 1,
        };
        if from < at {
            each(Piece::Run(&text[from..at]));
        }
        match byte {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => {}
            b'\r' => each(Piece::Mark(b'\n')),
            b'&' | b'<' | b'>' | b'"' | b'\n' | b'\t' => each(Piece::Mark(byte)),
            _ => {}
        }
        at += width;
        from = at;
    }
    if from < bytes.len() {
        each(Piece::Run(&text[from..]));
    }
}

/// Whether a piece may have to end before this byte.
fn suspect(byte: u8, what: As) -> bool {
    let in_attribute = (byte == b'\t') | (byte == b'\n') | (byte == b'"');
    let anywhere =
        (byte < 0x20) | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == 0xEF);
    (anywhere & !in_attribute) | (in_attribute & (what == As::Attribute))
}

/// U+FFFE and U+FFFF; surrogates, the other forbidden ones, are in no `str`.
fn is_forbidden_wide(bytes: &[u8]) -> bool {
    bytes.starts_with("\u{FFFE}".as_bytes()) || bytes.starts_with("\u{FFFF}".as_bytes())
}

/// Documents read back, for tests.
#[cfg(test)]
pub mod read {
    use quick_xml::Reader;
    use quick_xml::events::{BytesStart, Event};

    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Element {
        pub name: String,
        pub attributes: Vec<(String, String)>,
        /// Its own, entities undone.
        pub text: String,
        pub children: Vec<Element>,
    }

    impl Element {
        pub fn all(&self, name: &str) -> Vec<&Element> {
            let named = |child: &&Element| child.name == name;
            self.children.iter().filter(named).collect()
        }

        /// The first child of this name.
        pub fn child(&self, name: &str) -> &Element {
            let missing = || panic!("no `{name}` in `{}`", self.name);
            self.all(name).first().copied().unwrap_or_else(missing)
        }

        pub fn text_of(&self, name: &str) -> &str {
            &self.child(name).text
        }

        pub fn attribute(&self, name: &str) -> Option<&str> {
            let named = |(key, _): &&(String, String)| key == name;
            Some(&self.attributes.iter().find(named)?.1)
        }

        /// Names of elements and attributes alone, in order.
        pub fn shape(&self) -> String {
            let keys = self.attributes.iter().map(|(key, _)| format!(" {key}"));
            let children = self.children.iter().map(Element::shape);
            format!(
                "{}{}[{}]",
                self.name,
                keys.collect::<String>(),
                children.collect::<String>()
            )
        }

        /// Every text and attribute value of it and below.
        pub fn values(&self) -> Vec<&str> {
            let own = self.attributes.iter().map(|(_, value)| value.as_str());
            let mut all: Vec<&str> = own.chain([self.text.as_str()]).collect();
            all.extend(self.children.iter().flat_map(Element::values));
            all
        }
    }

    /// The root; panics where the document is not well-formed.
    pub fn document(text: &str) -> Element {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Element::default()];
        loop {
            let event = reader
                .read_event()
                .unwrap_or_else(|e| panic!("{e}: {text}"));
            let top = open.last_mut().expect("the document");
            match event {
                Event::Start(start) => open.push(element(&start)),
                Event::Empty(start) => top.children.push(element(&start)),
                Event::End(_) => {
                    let mut closed = open.pop().expect("the reader checks ends");
                    // Line feeds between elements are layout.
                    if !closed.children.is_empty() {
                        closed.text = closed.text.trim().to_owned();
                    }
                    open.last_mut().expect("the document").children.push(closed);
                }
                Event::Text(text) => top.text.push_str(&text.decode().expect("UTF-8")),
                Event::CData(text) => top.text.push_str(&text.decode().expect("UTF-8")),
                Event::GeneralRef(name) => {
                    let reference = format!("&{};", name.decode().expect("UTF-8"));
                    let text = quick_xml::escape::unescape(&reference).expect("a known entity");
                    top.text.push_str(&text);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(open.len(), 1, "unclosed: {text}");
        let mut roots = open.remove(0).children;
        assert_eq!(roots.len(), 1, "one root: {text}");
        roots.remove(0)
    }

    fn element(start: &BytesStart) -> Element {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let attribute = |a: Result<quick_xml::events::attributes::Attribute, _>| {
            let a = a.expect("an attribute");
            (
                text(a.key.0),
                a.unescape_value().expect("escaped").into_owned(),
            )
        };
        Element {
            name: text(start.name().0),
            attributes: start.attributes().map(attribute).collect(),
            ..Element::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(body: impl FnOnce(&mut Xml)) -> String {
        let mut out = String::new();
        document(&mut out, body);
        out
    }

    #[test]
    fn elements_attributes_and_sections() {
        let out = written(|xml| {
            xml.element("a", &[("x", "1 \"<&>\n\t")], |xml| {
                xml.text("b", &[], "<i> & \"q\" ]]>");
                xml.plain("c", "AT&T <think>");
                xml.html("d", &[], "<p>x]]>y</p>\u{1f}");
                xml.empty("e", &[]);
            });
        });
        assert_eq!(
            out,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <a x=\"1 &quot;&lt;&amp;&gt;&#10;&#9;\">\n\
             <b>&lt;i&gt; &amp; \"q\" ]]&gt;</b>\n\
             <c>AT&#x26;T &#x3C;think&gt;</c>\n\
             <d><![CDATA[<p>x]]]]><![CDATA[>y</p>]]></d>\n\
             <e/>\n\
             </a>\n"
        );
    }

    #[test]
    fn forbidden_characters_go_and_others_stay() {
        assert_eq!(clean("a\u{0}\u{8}\u{1f}b\u{FFFE}c\u{FFFF}"), "abc");
        assert_eq!(
            clean("\t\n\u{FFFD}\u{FEFF}ﬀ\u{85}\u{10FFFF}"),
            "\t\n\u{FFFD}\u{FEFF}ﬀ\u{85}\u{10FFFF}"
        );
        assert_eq!(clean("a\r\nb\rc"), "a\nb\nc");
        assert!(matches!(clean("<a&b>"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>(), value in any::<String>()) {
            let out = written(|xml| xml.element("r", &[], |xml| {
                xml.text("t", &[("v", &value)], &text);
                xml.plain("t", &text);
                xml.html("t", &[], &text);
            }));
            let root = read::document(&out);
            for element in &root.children {
                prop_assert_eq!(&element.text, &clean(&text));
            }
            prop_assert_eq!(root.child("t").attribute("v"), Some(&*clean(&value)));
        }
    }
}
