//! `{#id .class key="value" key=value flag}` after a heading, or on a line of
//! its own after a block.

use crate::text::{escape_attr, safe_url};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) id: Option<String>,
    pub(super) classes: Vec<String>,
    pub(super) others: Vec<(String, String)>,
}

/// Reads `text` when it is one pair of braces with attributes and nothing else.
pub(super) fn parse(text: &str) -> Option<Attributes> {
    let mut rest = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut found = Attributes::default();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(found);
        }
        rest = attribute(rest, &mut found)?;
    }
}

fn attribute<'a>(text: &'a str, found: &mut Attributes) -> Option<&'a str> {
    if let Some(name) = text.strip_prefix(['#', '.']) {
        let length = name
            .find(|c: char| {
                c.is_whitespace()
                    || (c.is_ascii_punctuation() && !matches!(c, '_' | '-' | ':' | '.'))
            })
            .unwrap_or(name.len());
        let (name, rest) = name.split_at(length);
        if name.is_empty() {
            return None;
        }
        if text.starts_with('#') {
            found.id = Some(name.to_owned());
        } else {
            found.classes.push(name.to_owned());
        }
        return Some(rest);
    }
    let first = text.chars().next()?;
    if !(first.is_ascii_alphabetic() || first == '_' || first == ':') {
        return None;
    }
    let length = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.' | '-')))
        .unwrap_or(text.len());
    let (key, rest) = text.split_at(length);
    let Some(rest) = rest.strip_prefix('=') else {
        // A word without a value is no attribute: `{foo}` is prose.
        return None;
    };
    let (value, rest) = value(rest)?;
    match key.to_ascii_lowercase().as_str() {
        "id" => found.id = Some(value),
        "class" => found
            .classes
            .extend(value.split_whitespace().map(str::to_owned)),
        name => found.others.push((name.to_owned(), value)),
    }
    Some(rest)
}

fn value(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    if quote != '"' && quote != '\'' {
        let length = text.find([' ', '\t', ',', '}']).unwrap_or(text.len());
        let (value, rest) = text.split_at(length);
        return (!value.is_empty()).then(|| (value.to_owned(), rest));
    }
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.push(chars.next()?.1),
            _ if c == quote => return Some((value, &text[at + 1..])),
            _ => value.push(c),
        }
    }
    None
}

impl Attributes {
    /// Appends ` class="…" key="…"`; the id is the caller's.
    pub(super) fn push(&self, out: &mut String) {
        if !self.classes.is_empty() {
            out.push_str(" class=\"");
            escape_attr(out, &self.classes.join(" "));
            out.push('"');
        }
        for (key, value) in &self.others {
            if !is_harmless(key, value) {
                continue;
            }
            out.push(' ');
            out.push_str(key);
            out.push_str("=\"");
            escape_attr(out, value);
            out.push('"');
        }
    }
}

/// Handlers run scripts, and so may a URL.
fn is_harmless(key: &str, value: &str) -> bool {
    !key.starts_with("on")
        && !matches!(key, "srcdoc" | "formaction")
        && (!matches!(
            key,
            "href" | "src" | "action" | "cite" | "data" | "poster" | "xlink:href"
        ) || safe_url(value))
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn html(text: &str) -> Option<String> {
        let mut out = String::new();
        let found = parse(text)?;
        if let Some(id) = &found.id {
            out.push('#');
            out.push_str(id);
        }
        found.push(&mut out);
        Some(out)
    }

    #[test]
    fn braces_hold_ids_classes_and_pairs() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(html(text).as_deref(), expected, "{text}")
        };
        check(
            "{#id .a .b key=\"v w\"}",
            Some("#id class=\"a b\" key=\"v w\""),
        );
        check(
            "{ .a, data-x='1' lang=de }",
            Some(" class=\"a\" data-x=\"1\" lang=\"de\""),
        );
        check("{id=x class=\"a b\"}", Some("#x class=\"a b\""));
        check("{}", Some(""));
        check(
            "{title=\"a \\\"b\\\" <c>\"}",
            Some(" title=\"a &quot;b&quot; &lt;c&gt;\""),
        );
        check("{onclick=x href=\"javascript:x\"}", Some(""));
        for text in [
            "",
            "{",
            "{a}",
            "{ foo bar }",
            "{#}",
            "{.}",
            "{a=}",
            "{a=\"b}",
            "{=b}",
            "{a=b} c",
            "{1=2}",
        ] {
            check(text, None);
        }
    }
}
