//! Code becomes HTML in the shape and with the class names of Chroma.
//!
//! Takes a language's name, a text and [`Options`]; gives HTML and what there
//! is to say. Knows no pages and no files.

mod classes;
mod grammar;
mod html;
mod languages;
mod lexer;
mod options;
mod palettes;
mod prefix;
mod regex;
mod session;
mod styles;

pub use languages::{language, nearest_language};
pub use options::{Defaults, LineNumbers, Options, Problem, split_info};
pub use styles::{UnknownStyle, style_names, styles};

use languages::Language;
use lexer::{Lexer, Run};
use regex::Compiled;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use syntect::parsing::SyntaxReference;

/// What there is to say about a block that was written; ranges are bytes of its code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub warnings: Vec<Problem>,
}

/// Beyond these a block, or the rest of it, is plain text with a warning.
#[derive(Clone)]
pub struct Limits {
    /// Bytes of a block.
    pub block: usize,
    /// Bytes of a line: regular expressions go over it again and again.
    pub line: usize,
    /// For one block: grammars have no end of their own on hostile text.
    pub time: Duration,
    /// The time since some fixed point.
    pub clock: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl Default for Limits {
    fn default() -> Limits {
        let start = Instant::now();
        Limits {
            block: 1 << 20,
            line: 16 << 10,
            time: Duration::from_secs(2),
            clock: Arc::new(move || start.elapsed()),
        }
    }
}

/// Remembers grammars and lines from block to block. One serves all threads;
/// what it writes depends on the block alone.
#[derive(Default)]
pub struct Highlighter {
    pub limits: Limits,
    /// Lexers that are not at work; a thread takes one, or makes one, for a block.
    idle: Mutex<Vec<Lexer>>,
    compiled: Compiled,
}

impl Highlighter {
    pub fn new(limits: Limits) -> Highlighter {
        Highlighter {
            limits,
            ..Highlighter::default()
        }
    }

    /// Writes `code` as a block, or as a `<code>` in a line of prose. A `lang`
    /// that is empty or unknown gives plain text in the same shape.
    pub fn highlight(
        &self,
        lang: &str,
        code: &str,
        options: &Options,
        defaults: &Defaults,
        out: &mut String,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let layout = html::Layout::new(options, defaults);
        let expanded = expand_tabs(code, options.tab_width.unwrap_or(defaults.tab_width));
        let code = expanded.as_deref().unwrap_or(code);
        let lines = code.lines().count() as u32;
        layout.open(lang, lines, out);
        let language = if options.plain || defaults.plain {
            None
        } else {
            languages::find(lang)
        };
        match language {
            None | Some(Language::Plain) => plain(code, 0, 1, &layout, out),
            Some(Language::Session) => session::write(code, &layout, out),
            Some(Language::Syntax(syntax)) => match self.too_large(code) {
                None => self.lines(syntax, code, &layout, out, &mut outcome),
                Some(problem) => {
                    outcome.warnings.push(problem);
                    plain(code, 0, 1, &layout, out);
                }
            },
        }
        layout.close(out);
        outcome
    }

    fn too_large(&self, code: &str) -> Option<Problem> {
        let Limits { block, line, .. } = self.limits;
        if code.len() > block {
            let message = format!("a block of code over {} is not highlighted", size(block));
            return Some(Problem::warning("code-limit", 0..code.len(), message));
        }
        let mut start = 0;
        for text in code.split_inclusive('\n') {
            if text.len() > line {
                let message = format!(
                    "a block of code with a line over {} is not highlighted",
                    size(line)
                );
                return Some(Problem::warning(
                    "code-limit",
                    start..start + text.trim_end().len(),
                    message,
                ));
            }
            start += text.len();
        }
        None
    }

    fn lines(
        &self,
        syntax: &'static SyntaxReference,
        code: &str,
        layout: &html::Layout,
        out: &mut String,
        outcome: &mut Outcome,
    ) {
        // A lexer that was at work in a thread that panicked is gone, so what is here is whole.
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut lexer = idle.unwrap_or_else(|| Lexer::new(self.compiled.clone()));
        let mut run = Run::new(self.limits.time, &*self.limits.clock);
        let mut done = 0;
        let mut number = 1;
        if let Some(mut state) = lexer.start(syntax) {
            for text in code.split_inclusive('\n') {
                if run.is_over() {
                    break;
                }
                let line = text.strip_suffix('\n').unwrap_or(text);
                let Ok((html, after)) = lexer.line(state, line, &mut run) else {
                    break;
                };
                state = after;
                layout.open_line(number, out);
                out.push_str(&html);
                out.push_str(&text[line.len()..]);
                layout.close_line(out);
                done += text.len();
                number += 1;
            }
        }
        lexer.tidy();
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(lexer);
        if done < code.len() {
            plain(code, done, number, layout, out);
            let message = format!(
                "highlighting took over {:?}: from this line on the code is plain",
                self.limits.time
            );
            outcome
                .warnings
                .push(Problem::warning("code-limit", done..code.len(), message));
        }
    }
}

/// As [`Highlighter::highlight`], for a single block.
pub fn highlight(
    lang: &str,
    code: &str,
    options: &Options,
    defaults: &Defaults,
    out: &mut String,
) -> Outcome {
    Highlighter::default().highlight(lang, code, options, defaults, out)
}

fn size(bytes: usize) -> String {
    if bytes >= 1 << 20 {
        format!("{} MiB", bytes >> 20)
    } else {
        format!("{} KiB", bytes >> 10)
    }
}

/// The code from byte `from` on, which is line `number`.
fn plain(code: &str, from: usize, mut number: u32, layout: &html::Layout, out: &mut String) {
    if !layout.by_line {
        html::escape(&code[from..], out);
        return;
    }
    for line in code[from..].split_inclusive('\n') {
        layout.open_line(number, out);
        html::escape(line, out);
        layout.close_line(out);
        number += 1;
    }
}

/// Tabs as spaces up to the next stop; `None` when nothing changes.
fn expand_tabs(code: &str, width: u32) -> Option<String> {
    if width == 0 || !code.contains('\t') {
        return None;
    }
    let width = width as usize;
    let mut expanded = String::with_capacity(code.len() + code.len() / 4);
    let mut column = 0;
    for c in code.chars() {
        match c {
            '\t' => {
                let spaces = width - column % width;
                expanded.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            c => {
                expanded.push(c);
                column = if c == '\n' { 0 } else { column + 1 };
            }
        }
    }
    Some(expanded)
}

#[cfg(test)]
mod tests;
