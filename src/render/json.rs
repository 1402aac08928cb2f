//! JSON for files and for `<script>` elements, appended to a buffer.
//!
//! Control characters that have no short escape are dropped: they are never
//! meant, and readers of feeds stumble over them. In the form for scripts `<`,
//! `>`, `&`, U+2028 and U+2029 are written as `\u00XX`, so that no text can end
//! the element, open a comment in it, or break a line of JavaScript.
//!
//! [`object`] is for texts of our own, which may be long; [`write`] for values of
//! any type.

use super::bytes;
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};
use std::io;

/// Appends `value` as compact JSON, for a file of its own.
pub fn write(out: &mut String, value: &impl Serialize) {
    serialize(out, value, false);
}

/// Appends `value` as compact JSON that may stand in a `<script>` element.
pub fn write_in_script(out: &mut String, value: &impl Serialize) {
    serialize(out, value, true);
}

/// Appends an object as compact JSON; `body` says its members in their order.
pub fn object(out: &mut String, place: Place, body: impl FnOnce(&mut Members)) {
    Members::write(out, place, ['{', '}'], body);
}

/// Appends a list as compact JSON.
pub fn list(out: &mut String, place: Place, body: impl FnOnce(&mut Members)) {
    Members::write(out, place, ['[', ']'], body);
}

#[derive(Clone, Copy, PartialEq)]
pub enum Place {
    File,
    Script,
}

/// What is in an object or a list. In a list all keys are empty.
pub struct Members<'o> {
    out: &'o mut String,
    place: Place,
    first: bool,
}

impl Members<'_> {
    fn write(out: &mut String, place: Place, marks: [char; 2], body: impl FnOnce(&mut Members)) {
        out.push(marks[0]);
        body(&mut Members {
            out: &mut *out,
            place,
            first: true,
        });
        out.push(marks[1]);
    }

    /// Begins a member; keys are ours and need no escapes.
    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
        if !key.is_empty() {
            self.out.push('"');
            self.out.push_str(key);
            self.out.push_str("\":");
        }
    }

    pub fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        self.out.push('"');
        escape(self.out, text, self.place);
        self.out.push('"');
    }

    /// Leaves out what is empty.
    pub fn some_text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.text(key, text);
        }
    }

    pub fn number(&mut self, key: &str, number: usize) {
        self.key(key);
        self.out.push_str(&number.to_string());
    }

    pub fn object(&mut self, key: &str, body: impl FnOnce(&mut Members)) {
        self.key(key);
        object(self.out, self.place, body);
    }

    pub fn list(&mut self, key: &str, body: impl FnOnce(&mut Members)) {
        self.key(key);
        list(self.out, self.place, body);
    }

    /// A list of texts, left out where there are none.
    pub fn texts(&mut self, key: &str, texts: impl IntoIterator<Item = impl AsRef<str>>) {
        let mut texts = texts.into_iter().peekable();
        if texts.peek().is_some() {
            self.list(key, |list| {
                texts.for_each(|text| list.text("", text.as_ref()));
            });
        }
    }
}

/// Appends what stands between the quotes.
fn escape(out: &mut String, text: &str, place: Place) {
    let bytes = text.as_bytes();
    let in_script = place == Place::Script;
    // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
    let special = |b: u8| {
        (b < 0x20)
            | (b == b'"')
            | (b == b'\\')
            | (in_script & ((b == b'<') | (b == b'>') | (b == b'&') | (b == 0xE2)))
    };
    out.reserve(text.len() + text.len() / 32);
    let (mut from, mut at) = (0, 0);
    while let Some(found) = bytes::find(bytes, at, special) {
        let (escaped, width) = match bytes[found] {
            0xE2 if bytes[found..].starts_with("\u{2028}".as_bytes()) => ("\\u2028", 3),
            0xE2 if bytes[found..].starts_with("\u{2029}".as_bytes()) => ("\\u2029", 3),
            0xE2 => {
                at = found + 3;
                continue;
            }
            b'"' => ("\\\"", 1),
            b'\\' => ("\\\\", 1),
            b'\n' => ("\\n", 1),
            b'\r' => ("\\r", 1),
            b'\t' => ("\\t", 1),
            b'<' => ("\\u003c", 1),
            b'>' => ("\\u003e", 1),
            b'&' => ("\\u0026", 1),
            _ => ("", 1),
        };
        out.push_str(&text[from..found]);
        out.push_str(escaped);
        at = found + width;
        from = at;
    }
    out.push_str(&text[from..]);
}

fn serialize(out: &mut String, value: &impl Serialize, in_script: bool) {
    let mut serializer = Serializer::with_formatter(Sink(out), Compact { in_script });
    value
        .serialize(&mut serializer)
        .expect("a String takes every write, and keys are strings");
}

/// A `String` to write to. What is written must be whole characters, as
/// serde_json's pieces are: they are cut at ASCII.
struct Sink<'a>(&'a mut String);

impl io::Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.push_str(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Compact {
    in_script: bool,
}

impl Formatter for Compact {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        text: &str,
    ) -> io::Result<()> {
        if !self.in_script {
            return writer.write_all(text.as_bytes());
        }
        let mut from = 0;
        for (at, c) in text.match_indices(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            writer.write_all(&text.as_bytes()[from..at])?;
            writer.write_all(match c {
                "<" => b"\\u003c",
                ">" => b"\\u003e",
                "&" => b"\\u0026",
                "\u{2028}" => b"\\u2028",
                _ => b"\\u2029",
            })?;
            from = at + c.len();
        }
        writer.write_all(&text.as_bytes()[from..])
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        writer.write_all(match escape {
            CharEscape::Quote => b"\\\"",
            CharEscape::ReverseSolidus => b"\\\\",
            CharEscape::LineFeed => b"\\n",
            CharEscape::CarriageReturn => b"\\r",
            CharEscape::Tab => b"\\t",
            // Solidus is never asked for; the rest are control characters.
            _ => b"",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn nothing_in_a_script_can_end_it() {
        let value = json!({"a": "</script><!--<script> & \u{2028}\u{2029} \"'\\ \u{1f}\u{0} \n"});
        let mut out = String::new();
        write_in_script(&mut out, &value);
        assert_eq!(
            out,
            r#"{"a":"\u003c/script\u003e\u003c!--\u003cscript\u003e \u0026 \u2028\u2029 \"'\\  \n"}"#
        );
    }

    #[test]
    fn a_file_is_not_burdened_with_escapes() {
        let mut out = String::from("kept ");
        write(&mut out, &json!(["<p>é</p>", 1, null]));
        assert_eq!(out, r#"kept ["<p>é</p>",1,null]"#);
    }

    #[test]
    fn members_stand_in_the_order_in_which_they_are_said() {
        let mut out = String::from("kept ");
        object(&mut out, Place::Script, |o| {
            o.text("b", "<é>");
            o.some_text("none", "");
            o.number("a", 7);
            o.list("l", |l| {
                l.text("", "x");
                l.object("", |_| {});
                l.list("", |_| {});
            });
            o.texts("t", ["1", "2"]);
            o.texts("none", [""; 0]);
        });
        assert_eq!(
            out,
            r#"kept {"b":"\u003cé\u003e","a":7,"l":["x",{},[]],"t":["1","2"]}"#
        );
    }

    proptest! {
        #[test]
        fn a_text_is_written_as_values_are(text in "(.|[<>&\"\u{0}-\u{1f}\u{2027}-\u{202a}’日\\\\]){0,80}") {
            for (place, write) in [(Place::File, write as fn(&mut String, &String)), (Place::Script, write_in_script)] {
                let (mut own, mut general) = (String::new(), String::new());
                list(&mut own, place, |list| list.text("", &text));
                write(&mut general, &text);
                prop_assert_eq!(own, format!("[{general}]"));
            }
        }

        #[test]
        fn any_text_comes_back(text in any::<String>()) {
            let want: String = text.chars().filter(|c| !matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}')).collect();
            for f in [write, write_in_script] {
                let mut out = String::new();
                f(&mut out, &text);
                prop_assert_eq!(&serde_json::from_str::<String>(&out).expect("JSON"), &want);
            }
        }
    }
}
