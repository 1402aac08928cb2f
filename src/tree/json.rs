//! JSON into the tree, as RFC 8259 has it: comments, trailing commas and the
//! other liberties of JSON5 are refused with a message of their own.

use super::{DEPTH, Key, Kind, Map, Node, Scalar, Value, place};
use crate::diag::{Diagnostic, FileId, Span};
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use std::sync::Arc;

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(
    text: &str,
    file: FileId,
    base: usize,
) -> Result<Option<Node>, Vec<Diagnostic>> {
    let mut builder = Builder {
        text,
        file,
        base,
        errors: Vec::new(),
    };
    let root = match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(result) => result.value,
        Err(error) => return Err(vec![builder.explain(&error)]),
    };
    let root = root.map(|value| builder.node(value, 0));
    if builder.errors.is_empty() {
        Ok(root)
    } else {
        Err(builder.errors)
    }
}

struct Builder<'t> {
    text: &'t str,
    file: FileId,
    base: usize,
    errors: Vec<Diagnostic>,
}

impl Builder<'_> {
    fn span(&self, range: jsonc_parser::common::Range) -> Span {
        let range = super::on_chars(self.text, range.start..range.end);
        place(self.file, self.base, range.start, range.end)
    }

    fn node(&mut self, value: ast::Value<'_>, depth: usize) -> Node {
        let span = self.span(value.range());
        if depth > DEPTH {
            // One message is enough, however many nests there are.
            if self.errors.is_empty() {
                self.errors.push(super::too_deep(span));
            }
            return Node {
                span,
                value: Value::Null,
            };
        }
        let value = match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(lit) => {
                let text = if lit.value { "true" } else { "false" };
                Value::Scalar(Scalar {
                    text: Arc::from(text),
                    kind: Kind::Bool(lit.value),
                })
            }
            ast::Value::StringLit(lit) => Value::Scalar(Scalar {
                text: Arc::from(&*lit.value),
                kind: Kind::Str,
            }),
            ast::Value::NumberLit(lit) => Value::Scalar(Scalar {
                text: Arc::from(lit.value),
                kind: number(lit.value),
            }),
            ast::Value::Array(array) => {
                let items = array
                    .elements
                    .into_iter()
                    .map(|item| self.node(item, depth + 1));
                Value::List(items.collect())
            }
            ast::Value::Object(object) => {
                let mut entries = Vec::with_capacity(object.properties.len());
                for property in object.properties {
                    let span = self.span(property.name.range());
                    let key = Key {
                        name: Arc::from(property.name.as_str()),
                        span,
                    };
                    let value = self.node(property.value, depth + 1);
                    entries.push((key, value));
                }
                super::refuse_duplicates(&entries, &mut self.errors);
                Value::Map(Map { entries })
            }
        };
        Node { span, value }
    }

    fn explain(&self, error: &ParseError) -> Diagnostic {
        let span = self.span(error.range());
        let (message, help) = words(error.kind());
        if matches!(error.kind(), ParseErrorKind::NestingDepthExceeded) {
            return super::too_deep(span);
        }
        let message = match message {
            "" => {
                let own = error.kind().to_string();
                let mut chars = own.chars();
                chars
                    .next()
                    .map_or(String::new(), |c| c.to_lowercase().chain(chars).collect())
            }
            message => message.to_owned(),
        };
        let error = Diagnostic::error("json", span, message);
        if help.is_empty() {
            error
        } else {
            error.help(help)
        }
    }
}

fn number(text: &str) -> Kind {
    if let Ok(number) = text.parse() {
        return Kind::Int(number);
    }
    match text.parse::<f64>() {
        // An integer of more than 64 bits is a name rather than a quantity.
        Ok(number) if number.is_finite() && text.contains(['.', 'e', 'E']) => Kind::Float(number),
        _ => Kind::Str,
    }
}

/// Message and help; an empty message leaves the library's own.
fn words(kind: &ParseErrorKind) -> (&'static str, &'static str) {
    match kind {
        ParseErrorKind::CommentsNotAllowed => ("JSON has no comments", "remove the comment"),
        ParseErrorKind::TrailingCommasNotAllowed => {
            ("a comma stands after the last entry", "remove the comma")
        }
        ParseErrorKind::ExpectedComma => ("expected `,` before the next entry", ""),
        ParseErrorKind::ExpectedColonAfterObjectKey => ("expected `:` after the key", ""),
        ParseErrorKind::ExpectedObjectValue => ("expected a value after `:`", ""),
        ParseErrorKind::ExpectedStringObjectProperty | ParseErrorKind::UnexpectedTokenInObject => {
            ("expected a key in double quotes", "write `\"key\": value`")
        }
        ParseErrorKind::SingleQuotedStringsNotAllowed => {
            ("text stands in single quotes", "put it in double quotes")
        }
        ParseErrorKind::UnexpectedWord => (
            "expected a value, found a bare word",
            "put text in double quotes; the words of JSON are `true`, `false` and `null`",
        ),
        ParseErrorKind::UnexpectedToken
        | ParseErrorKind::UnexpectedColon
        | ParseErrorKind::UnexpectedComma => ("expected a value", ""),
        ParseErrorKind::UnexpectedCloseBrace => ("`}` closes nothing that is open here", ""),
        ParseErrorKind::UnexpectedCloseBracket => ("`]` closes nothing that is open here", ""),
        ParseErrorKind::UnterminatedArray => ("the list that opens here is never closed", ""),
        ParseErrorKind::UnterminatedObject => ("the map that opens here is never closed", ""),
        ParseErrorKind::MultipleRootJsonValues => {
            ("unexpected text after the end of the JSON value", "")
        }
        _ => ("", ""),
    }
}
