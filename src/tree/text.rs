//! What callers take out of a tree: a text with its place, and the place that
//! stands for a value in a message.

use super::{Node, Value};
use crate::diag::Span;
use std::ops::Deref;
use std::sync::Arc;

/// A scalar's text and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub text: Arc<str>,
    pub span: Span,
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// A list or map of many lines is shown by its beginning alone.
pub fn head(node: &Node) -> Span {
    let first = match &node.value {
        Value::List(items) => items.first().map(|item| item.span),
        Value::Map(map) => map.entries.first().map(|(key, _)| key.span),
        _ => None,
    };
    match first {
        Some(first) if first.file == node.span.file && first.start >= node.span.start => Span {
            end: first.end.max(node.span.start),
            ..node.span
        },
        _ => node.span,
    }
}
