//! JSON into the tree, as RFC 8259 has it: comments, trailing commas and the
//! other liberties of JSON5 are refused with a message of their own.

use super::{DEPTH, Key, Kind, Map, Node, Scalar, Value, place};
use crate::diag::{Diagnostic, FileId, Span};
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind, parse_to_ast};
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
            ast::Value::StringLit(lit) => {
                self.refuse_control(lit.range);
                let text = Arc::from(&*lit.value);
                Value::Scalar(Scalar {
                    text,
                    kind: Kind::Str,
                })
            }
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
                    self.refuse_control(property.name.range());
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

    fn refuse_control(&mut self, range: jsonc_parser::common::Range) {
        let source = self.text.get(range.start..range.end).unwrap_or_default();
        let Some(at) = source.bytes().position(|byte| byte < 0x20) else {
            return;
        };
        let at = range.start + at;
        let span = place(self.file, self.base, at, at + 1);
        self.errors.push(
            Diagnostic::error("json", span, "text holds a line break or control character")
                .help("write it as an escape: `\\n` for a line break, `\\t` for a tab"),
        );
    }

    fn explain(&self, error: &ParseError) -> Diagnostic {
        let mut span = self.span(error.range());
        if matches!(
            error.kind(),
            ParseErrorKind::UnterminatedArray
                | ParseErrorKind::UnterminatedObject
                | ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral)
        ) {
            span.end = span.end.min(span.start + 1);
        }
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
        ParseErrorKind::UnexpectedWord
        | ParseErrorKind::UnexpectedToken
        | ParseErrorKind::NonFiniteNumbersNotAllowed => (
            "expected a value",
            "put text in double quotes; the words of JSON are `true`, `false` and `null`",
        ),
        ParseErrorKind::UnexpectedColon | ParseErrorKind::UnexpectedComma => {
            ("expected a value", "")
        }
        ParseErrorKind::UnexpectedCloseBrace => ("expected a value before `}`", ""),
        ParseErrorKind::UnexpectedCloseBracket => ("expected a value before `]`", ""),
        ParseErrorKind::String(kind) => string_words(kind),
        ParseErrorKind::UnaryPlusNumbersNotAllowed
        | ParseErrorKind::BareDecimalPointNumbersNotAllowed
        | ParseErrorKind::HexadecimalNumbersNotAllowed => (
            "a number is malformed",
            "write it as in `-1`, `0.5` or `1.5e3`",
        ),
        ParseErrorKind::UnterminatedArray => ("the list that opens here is never closed", ""),
        ParseErrorKind::UnterminatedObject => ("the map that opens here is never closed", ""),
        ParseErrorKind::MultipleRootJsonValues => {
            ("unexpected text after the end of the JSON value", "")
        }
        _ => ("", ""),
    }
}

fn string_words(kind: &ParseStringErrorKind) -> (&'static str, &'static str) {
    match kind {
        ParseStringErrorKind::UnterminatedStringLiteral => {
            ("the quote that opens here is never closed", "")
        }
        ParseStringErrorKind::InvalidEscape => {
            ("unknown escape in text", "write `\\\\` for a backslash")
        }
        ParseStringErrorKind::ExpectedFourHexDigits => {
            ("expected four hexadecimal digits after `\\u`", "")
        }
        ParseStringErrorKind::InvalidUnicodeEscapeSequence(_) => (
            "this escape names no character",
            "beyond U+FFFF two escapes make one character",
        ),
        _ => ("", ""),
    }
}
