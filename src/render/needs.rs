//! What a template may read, so that nothing else is made for it: JSON-LD holds
//! the whole article, and many templates never ask for it.
//!
//! Takes templates' texts, gives a [`Need`]. Errs on the side of reading: a word
//! counts wherever it stands in the code of any template that can be reached,
//! also behind a condition that never holds, or as the key of another map. A
//! variable that is handed on whole (to a filter, a comparison, a component) is
//! read whole. So what a need does not name, no run of the template can see.
//!
//! Does not check templates: what the engine refuses never gets here.

use std::collections::{BTreeSet, HashSet};

/// Shows all variables there are.
const EVERYTHING: &str = "__tera_context";

#[derive(Debug, Default)]
pub struct Need {
    /// Names of variables.
    variables: HashSet<String>,
    /// What stands after a dot, or as a word in a string.
    keys: HashSet<String>,
    /// Variables of which more is asked than keys by their names.
    whole: HashSet<String>,
    /// Names under which a template keeps a variable: new and old.
    kept: Vec<(String, String)>,
    everything: bool,
}

impl Need {
    /// Of a template that nothing is known about.
    pub fn everything() -> Need {
        Need {
            everything: true,
            ..Need::default()
        }
    }

    pub fn is_everything(&self) -> bool {
        self.everything
    }

    /// Of `templates` together and all that they extend, include or call. `text` gives a
    /// template's text by its name. Those that define components, which others call without
    /// naming them, must be among them.
    pub fn of<'t>(
        templates: impl IntoIterator<Item = &'t str>,
        text: impl Fn(&str) -> Option<&'t str>,
    ) -> Need {
        let mut need = Need::default();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut ahead: Vec<String> = templates.into_iter().map(str::to_owned).collect();
        while let Some(name) = ahead.pop() {
            let Some(text) = text(&name) else { continue };
            if !seen.insert(name) {
                continue;
            }
            let tokens = tokens(text);
            need.read(&tokens);
            // Templates are named by strings alone, whatever tag they stand in.
            let strings = tokens.iter().filter_map(|token| match token {
                Token::Text(text) => Some(text.replace('\\', "")),
                _ => None,
            });
            ahead.extend(strings);
        }
        need.follow();
        need
    }

    /// Whether a variable of this name may be read.
    pub fn variable(&self, name: &str) -> bool {
        self.everything || self.variables.contains(name)
    }

    /// Whether this key of the map in the variable `of` may be read.
    pub fn key(&self, of: &str, key: &str) -> bool {
        self.everything
            || self.variables.contains(of) && (self.keys.contains(key) || self.whole.contains(of))
    }

    fn read(&mut self, tokens: &[Token]) {
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Word(EVERYTHING) => self.everything = true,
                Token::Word(word) if is_key(&tokens[..at]) => {
                    self.keys.insert((*word).to_owned());
                }
                Token::Word(word) => {
                    self.variables.insert((*word).to_owned());
                    let (before, after) = (&tokens[..at], &tokens[at + 1..]);
                    match new_name(before, after) {
                        Some(name) => self.kept.push((name.to_owned(), (*word).to_owned())),
                        None if is_only_named(before, after) => {}
                        None => {
                            self.whole.insert((*word).to_owned());
                        }
                    }
                }
                // Keys may stand in paths: `sort(attribute="section.title")`.
                Token::Text(text) => {
                    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                    self.keys.extend(words.map(str::to_owned));
                }
                Token::Sign(_) | Token::End => {}
            }
        }
    }

    /// What is asked of a new name is asked of the old one.
    fn follow(&mut self) {
        let mut found = true;
        while found {
            found = false;
            for (new, old) in &self.kept {
                if self.whole.contains(new) {
                    found |= self.whole.insert(old.clone());
                }
            }
        }
    }
}

/// Whether the word after these tokens is the key of a map: it follows a dot, but not those of `...`.
fn is_key(before: &[Token]) -> bool {
    matches!(before, [.., Token::Sign(b'.')])
        && !matches!(before, [.., Token::Sign(b'.'), Token::Sign(b'.')])
}

/// The name in `{% set name = word %}`.
fn new_name<'t>(before: &[Token<'t>], after: &[Token<'t>]) -> Option<&'t str> {
    match (before, after) {
        (
            [
                ..,
                Token::Word("set" | "set_global"),
                Token::Word(name),
                Token::Sign(b'='),
            ],
            [Token::End, ..],
        ) => Some(name),
        _ => None,
    }
}

/// Whether the word between these is asked for one key, or is no variable that is read: the name
/// of an argument or of a new variable.
fn is_only_named(before: &[Token], after: &[Token]) -> bool {
    match after {
        [Token::Sign(b'?'), rest @ ..] => is_key_asked(rest),
        [Token::Sign(b'='), Token::Sign(b'='), ..] => false,
        [Token::Sign(b'='), ..] => true,
        [Token::Word("in"), ..] => matches!(before, [.., Token::Word("for")]),
        rest => is_key_asked(rest),
    }
}

fn is_key_asked(after: &[Token]) -> bool {
    matches!(
        after,
        [Token::Sign(b'.'), Token::Word(_), ..]
            | [Token::Sign(b'['), Token::Text(_), Token::Sign(b']'), ..]
    )
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'t> {
    Word(&'t str),
    /// A string as it is written, without its quotes.
    Text(&'t str),
    Sign(u8),
    /// The end of a tag.
    End,
}

/// The code of a template, by the rules of the engine's own lexer: what is raw, or a comment, is none.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(open) = opening(rest) {
        let (sign, after) = (rest.as_bytes()[open + 1], &rest[open + 2..]);
        let after = after.strip_prefix('-').unwrap_or(after);
        rest = match sign {
            b'#' => after.split_once("#}").map_or("", |(_, after)| after),
            b'%' => match raw(after) {
                Some(rest) => rest,
                None => code(after, "%}", &mut tokens),
            },
            _ => code(after, "}}", &mut tokens),
        };
    }
    tokens
}

/// Where the next tag of any sort opens.
fn opening(text: &str) -> Option<usize> {
    let tag = |pair: &[u8]| matches!(pair, b"{{" | b"{%" | b"{#");
    text.as_bytes().windows(2).position(tag)
}

/// What follows a block that this tag begins, if that is a raw one.
fn raw(tag: &str) -> Option<&str> {
    let mut rest = named(tag, "raw")?;
    while let Some((_, tag)) = rest.split_once("{%") {
        if let Some(after) = named(tag, "endraw") {
            return Some(after);
        }
        rest = tag;
    }
    Some("")
}

/// What follows a tag that holds this name and nothing else.
fn named<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let space = |c: char| c.is_ascii_whitespace();
    let tag = tag
        .strip_prefix('-')
        .unwrap_or(tag)
        .trim_start_matches(space);
    let tag = tag.strip_prefix(name)?.trim_start_matches(space);
    tag.strip_prefix('-').unwrap_or(tag).strip_prefix("%}")
}

/// Reads the tokens up to `end`, gives what follows it.
fn code<'t>(text: &'t str, end: &str, tokens: &mut Vec<Token<'t>>) -> &'t str {
    let mut rest = text;
    loop {
        let ends = |rest: &'t str| rest.strip_prefix(end);
        if let Some(after) = ends(rest).or_else(|| ends(rest.strip_prefix('-')?)) {
            tokens.push(Token::End);
            return after;
        }
        let Some(first) = rest.chars().next() else {
            return "";
        };
        let length = match first {
            '"' | '\'' | '`' => {
                let inside = &rest[1..];
                let length = string(inside, first);
                tokens.push(Token::Text(&inside[..length]));
                (length + 2).min(rest.len())
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let length = rest.find(|c| !of_name(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(&rest[..length]));
                length
            }
            first => {
                if !first.is_ascii_whitespace() {
                    tokens.push(Token::Sign(u8::try_from(first).unwrap_or_default()));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
}

/// Bytes of a string up to its closing quote.
fn string(inside: &str, quote: char) -> usize {
    let mut escaped = false;
    let ends = |c: char| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    };
    inside.find(ends).unwrap_or(inside.len())
}

/// Whether a template defines components.
pub fn has_components(text: &str) -> bool {
    text.contains("component")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(templates: &[(&'static str, &'static str)]) -> Need {
        let text = |name: &str| {
            let found = templates.iter().find(|(known, _)| *known == name)?;
            Some(found.1)
        };
        let components = templates.iter().filter(|(_, text)| has_components(text));
        let names = components.map(|(name, _)| *name);
        Need::of(names.chain([templates[0].0]), text)
    }

    fn one(text: &'static str) -> Need {
        need(&[("a.html", text)])
    }

    #[test]
    fn what_is_named_is_read_and_nothing_else() {
        let need = one("<head>{{ head.title }} toc {# head.robots #}{% if page.prev %}{% endif %}");
        assert!(need.variable("head") && need.variable("page") && !need.variable("show"));
        assert!(need.key("head", "title") && need.key("page", "prev"));
        assert!(!need.key("head", "json_ld") && !need.key("head", "robots"));
        assert!(!need.key("page", "toc"));
        // By its name, whatever map it is asked of; of a variable, though, that is read.
        assert!(need.key("page", "title") && !need.key("paginator", "title"));
    }

    #[test]
    fn keys_in_brackets_and_in_strings_count() {
        for text in [
            r#"{{ head["json_ld"] }}"#,
            "{{ head['json_ld'] }}",
            "{{ head[`json_ld`] }}",
            "{{head?.json_ld}}",
            r#"{{ head?["json_ld"] }}"#,
            r#"{{ head . json_ld }}"#,
            r#"{% set key = "json_ld" %}{{ head[key] }}"#,
            r#"{{ "}}" }}{{ head.json_ld }}"#,
            r#"{{ "\"" }}{{ head.json_ld }}"#,
            "{% raw %}{# {{ {% endraw %}{{ head.json_ld }}",
            "{%- raw -%} ' {%- endraw -%}{{ head.json_ld }}",
            "{#- ' {{ -#}{{ head.json_ld }}",
            "{#-#}{{ head.json_ld }}",
        ] {
            assert!(one(text).key("head", "json_ld"), "{text}");
        }
        let raw = one("{% raw %}{{ head.json_ld }}{% endraw %}{{ head.title }}");
        assert!(!raw.key("head", "json_ld"));
    }

    #[test]
    fn what_is_handed_on_whole_is_read_whole() {
        for text in [
            "{{ head }}",
            "{{-head-}}",
            "{{ head | json }}",
            "{{ head[key] }}",
            r#"{{ head["json" ~ "_ld"] }}"#,
            "{% for key, value in head %}{% endfor %}",
            "{% if head == other %}{% endif %}",
            "{% if x in head %}{% endif %}",
            "{{ <Meta from={head} /> }}",
            "{{ {...head} | json }}",
            "{{ f(head=head) }}",
            "{{ __tera_context }}",
            "{% set h = head %}{{ h | json }}",
            "{% set h = head %}{% set i = h %}{{ i }}",
            "{% set h = head or page %}{{ h.title }}",
            "{{ [head for x in pages] }}",
        ] {
            assert!(one(text).key("head", "json_ld"), "{text}");
        }
        for text in [
            "{% set h = head %}{{ h.title }}",
            "{% for head in pages %}{{ head.title }}{% endfor %}",
            "{{ f(head=1) }}{{ head.title }}",
            "{{ page.head }}{{ head.title }}",
        ] {
            assert!(!one(text).key("head", "json_ld"), "{text}");
        }
    }

    #[test]
    fn templates_lead_to_others() {
        let need = need(&[
            (
                "a.html",
                r#"{% extends "base.html" %}{% block main %}{{ page.toc }}{% endblock %}"#,
            ),
            (
                "base.html",
                r#"{%- include "partials\/head.html" %}{% block main %}{% endblock %}"#,
            ),
            (
                "partials/head.html",
                r#"{{ head["json_ld"] }}{{ <Tags /> }}"#,
            ),
            (
                "macros.html",
                "{% component Tags(@page) %}{{ page.related }}{% endcomponent Tags %}",
            ),
            ("b.html", "{{ page.series }}{{ show }}"),
        ]);
        assert!(need.key("head", "json_ld") && need.key("page", "toc"));
        // The component has the caller's page whole.
        assert!(need.key("page", "related") && need.key("page", "images"));
        assert!(!need.variable("show"));
    }

    #[test]
    fn circles_and_unknown_names_end() {
        let need = need(&[
            (
                "a.html",
                r#"{% include "b.html" %}{{ i18n(key="c.html") }}"#,
            ),
            ("b.html", r#"{% include "a.html" %}{{ head.title }}"#),
        ]);
        assert!(need.key("head", "title") && !need.key("head", "robots"));
    }

    #[test]
    fn the_engine_finds_no_variable_that_this_does_not() {
        let mut read = 0;
        for file in crate::theme::templates() {
            let text = String::from_utf8(file.bytes.into_owned()).expect("UTF-8");
            let mut tera = tera::Tera::default();
            // Without our functions and other templates, those load that stand alone.
            if tera.add_raw_template(&file.name, &text).is_err() {
                continue;
            }
            read += 1;
            let need = Need::of([file.name.as_str()], |_| Some(text.as_str()));
            for variable in tera
                .get_template_variables(&file.name)
                .expect("it is there")
            {
                assert!(need.variable(variable), "{}: {variable}", file.name);
            }
        }
        assert!(read > 5, "{read} templates stand alone");
    }
}
