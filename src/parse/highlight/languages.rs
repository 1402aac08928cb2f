//! The names that people write after a fence, and what stands for them.

use super::grammar::syntaxes;
use super::lexer::{Deadline, Lexer, StateId, TimeUp};
use crate::text;
use std::sync::Arc;
use syntect::parsing::SyntaxReference;

/// A language that was found.
#[derive(Clone, Copy)]
pub(super) enum Language {
    Plain,
    Syntax(&'static SyntaxReference),
}

impl PartialEq for Language {
    fn eq(&self, other: &Language) -> bool {
        match (self, other) {
            (Language::Plain, Language::Plain) => true,
            (Language::Syntax(a), Language::Syntax(b)) => std::ptr::eq(*a, *b),
            _ => false,
        }
    }
}

impl Language {
    pub(super) fn start(self, lexer: &mut Lexer) -> Option<StateId> {
        match self {
            Language::Plain => None,
            Language::Syntax(syntax) => lexer.start(syntax),
        }
    }
    pub(super) fn line(
        self,
        lexer: &mut Lexer,
        state: StateId,
        line: &str,
        deadline: &Deadline,
    ) -> Result<(Arc<str>, StateId), TimeUp> {
        lexer.line(state, line, deadline)
    }
}

pub(super) fn find(name: &str) -> Option<Language> {
    if name.is_empty() {
        return None;
    }
    syntaxes().find_syntax_by_token(name).map(Language::Syntax)
}

pub fn language(name: &str) -> Option<&'static str> {
    match find(name)? {
        Language::Plain => Some("Plain Text"),
        Language::Syntax(s) => Some(&s.name),
    }
}

pub fn nearest_language(name: &str) -> Option<&'static str> {
    text::nearest(name, syntaxes().syntaxes().iter().map(|s| s.name.as_str()))
}
