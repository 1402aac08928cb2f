//! JSON for files and for `<script>` elements, appended to a buffer.
//!
//! Control characters that have no short escape are dropped: they are never
//! meant, and readers of feeds stumble over them. In the form for scripts `<`,
//! `>`, `&`, U+2028 and U+2029 are written as `\u00XX`, so that no text can end
//! the element, open a comment in it, or break a line of JavaScript.

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

fn serialize(out: &mut String, value: &impl Serialize, in_script: bool) {
    let mut serializer = Serializer::with_formatter(Sink(out), Compact { in_script });
    value
        .serialize(&mut serializer)
        .expect("a String takes every write, and keys are strings");
}

/// A `String` to write to. What is written must be whole characters, as
/// serde_json's and quick-xml's pieces are: they are cut at ASCII.
pub struct Sink<'a>(pub &'a mut String);

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

    proptest! {
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
