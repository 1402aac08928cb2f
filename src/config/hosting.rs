//! `headers:`: what a host should say with each file.

use super::rows::{Intake, Row, nearest_name, row};
use crate::tree::{Node, Value};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headers {
    /// There is a file `_headers`, and pages are held against the policy.
    pub on: bool,
    /// No content security policy.
    pub without_policy: bool,
    /// What the site allows besides, by directive.
    pub policy: Vec<(&'static str, Vec<String>)>,
    /// Headers of its own, for every file: name and value.
    pub values: Vec<(String, String)>,
}

/// Of Content Security Policy Level 3, those that a site may add to.
pub const DIRECTIVES: &[&str] = &[
    "script-src",
    "style-src",
    "style-src-attr",
    "img-src",
    "media-src",
    "font-src",
    "connect-src",
    "frame-src",
    "object-src",
    "worker-src",
    "manifest-src",
    "form-action",
    "base-uri",
    "frame-ancestors",
];

pub const HEADERS: &[Row<Headers>] = &[row("policy", "true", policy), row("values", "", values)];

/// `headers: true`, or what they say.
pub fn headers(headers: &mut Headers, node: &Node, intake: &mut Intake) {
    match node.value {
        Value::Map(_) => {
            headers.on = true;
            intake.fields(headers, node, HEADERS);
        }
        _ => headers.on = intake.bool(node).unwrap_or(headers.on),
    }
}

fn policy(headers: &mut Headers, node: &Node, intake: &mut Intake) {
    let Value::Map(map) = &node.value else {
        headers.without_policy = intake.bool(node) == Some(false);
        return;
    };
    for (key, value) in &map.entries {
        let name = DIRECTIVES.iter().find(|name| **name == &*key.name);
        let Some(name) = name else {
            let near = nearest_name(&key.name, DIRECTIVES.iter().copied());
            let message = format!(
                "`{}` is no directive of a content security policy here",
                key.name
            );
            let place = Node {
                span: key.span,
                value: Value::Null,
            };
            intake.error("unknown-key", &place, message).help = Some(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the directives are `{}`", DIRECTIVES.join("`, `")),
            });
            continue;
        };
        let sources = intake.enter(&key.name, |intake| intake.spanned(value));
        let mut allowed = Vec::new();
        for (source, span) in sources.unwrap_or_default() {
            // Whatever ends a value or a header would say something else than was meant.
            if source.is_empty()
                || source.contains(|c: char| {
                    c.is_whitespace() || c.is_control() || matches!(c, ';' | ',' | '"')
                })
            {
                let place = Node {
                    span,
                    value: Value::Null,
                };
                let message = format!("`{source}` is no source of a content security policy");
                intake.error("wrong-value", &place, message).help =
                    Some("write a host (`https://example.org`), a scheme (`https:`) or a word in quotes (`'self'`), each an entry of the list".to_owned());
            } else {
                allowed.push(quoted(source));
            }
        }
        headers.policy.push((name, allowed));
    }
}

/// The words of the language stand in single quotes, which YAML takes off.
fn quoted(source: String) -> String {
    let word = matches!(
        source.as_str(),
        "self"
            | "none"
            | "unsafe-inline"
            | "unsafe-eval"
            | "unsafe-hashes"
            | "wasm-unsafe-eval"
            | "strict-dynamic"
            | "report-sample"
    );
    let hash = ["sha256-", "sha384-", "sha512-"]
        .iter()
        .any(|kind| source.starts_with(kind));
    if word || hash {
        format!("'{source}'")
    } else {
        source
    }
}

fn values(headers: &mut Headers, node: &Node, intake: &mut Intake) {
    let Some(map) = intake.map(node) else { return };
    for (key, value) in &map.entries {
        let name = &key.name;
        // A token of RFC 9110, 5.6.2.
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        intake.enter(name, |intake| {
            let Some(said) = intake.said(value) else { return };
            if name.is_empty() || !name.chars().all(token) {
                let message = format!("`{name}` is no name of a header");
                intake.error("wrong-value", value, message).help =
                    Some("a name has letters, digits and hyphens".to_owned());
            } else if name.eq_ignore_ascii_case("content-security-policy") {
                let message = "the content security policy is made by `headers.policy`".to_owned();
                intake.error("wrong-value", value, message).help =
                    Some("add there what it should allow; `policy: false` makes none, and then it may stand here under `Content-Security-Policy-Report-Only`".to_owned());
            } else if said.chars().any(|c| c.is_control() || matches!(c, '"' | '$')) || !said.is_ascii() {
                intake.wrong(value, "one line of ASCII without double quotes and `$`");
            } else {
                headers.values.push((name.to_string(), said));
            }
        });
    }
}
