//! The formulas of a page, set as MathML: all together, since numbers go on from one to
//! the next. Feeds have their TeX, which every reader of feeds can show.

use super::Renderer;
use super::article::Filling;
use super::pictures::Reader;
use crate::diag::{Diagnostic, Span};
use crate::formula::{self, Macros, Made, Problem, Tex};
use crate::parse::{Formula, Hole};
use crate::site::PageId;
use crate::text;
use std::collections::HashMap;

/// What the formulas of a page became, by where they lie in memory: holes have no names,
/// and stay where they are while they are filled.
pub(super) struct Formulas(HashMap<usize, Result<Made, Problem>>);

fn key(formula: &Formula) -> usize {
    std::ptr::from_ref(formula) as usize
}

impl Filling<'_, '_> {
    pub(super) fn formula(&mut self, formula: &Formula, out: &mut String) {
        if self.formulas.is_none() {
            self.formulas = Some(self.all());
        }
        let made = self
            .formulas
            .as_ref()
            .and_then(|all| all.0.get(&key(formula)));
        match (made, self.reader) {
            (Some(Ok(made)), Reader::Page | Reader::Book) => page(formula, made, out),
            (Some(Ok(made)), Reader::Feed) if made.html.starts_with("<a ") => {
                out.push_str(&made.html);
            }
            (Some(Ok(_)), Reader::Feed) => source(formula, None, out),
            (Some(Err(problem)), _) => source(formula, Some(problem), out),
            (None, _) => source(formula, None, out),
        }
    }

    /// Sets all formulas, in the order in which they stand in the file, and says what is wrong.
    fn all(&mut self) -> Formulas {
        let mut formulas: Vec<&Formula> = self
            .holes
            .iter()
            .filter_map(|hole| match hole {
                Hole::Formula(formula) => Some(&**formula),
                _ => None,
            })
            .collect();
        formulas.sort_by_key(|formula| formula.span.start);
        let tex: Vec<Tex<'_>> = formulas.iter().map(|formula| tex(formula)).collect();
        let made = formula::set(&tex, &self.filler.renderer.macros(self.id));
        let mut unknown: Vec<(Problem, Span, usize)> = Vec::new();
        for (formula, made) in formulas.iter().zip(&made) {
            let problems = match made {
                Ok(made) => &made.complaints[..],
                Err(problem) => std::slice::from_ref(problem),
            };
            for problem in problems {
                let span = place(formula, problem);
                let same = |(other, ..): &&mut (Problem, Span, usize)| {
                    problem.unknown.is_some() && other.unknown == problem.unknown
                };
                match unknown.iter_mut().find(same) {
                    Some((.., count)) => *count += 1,
                    None => unknown.push((problem.clone(), span, 1)),
                }
            }
        }
        for (problem, span, count) in unknown {
            let message = match count {
                1 => problem.message,
                count => format!("{} ({count} times on this page)", problem.message),
            };
            let warning = Diagnostic::warning("formula", span, message);
            self.say(match problem.help {
                Some(help) => warning.help(help),
                None => warning,
            });
        }
        Formulas(formulas.into_iter().map(key).zip(made).collect())
    }
}

impl Renderer {
    fn macros(&self, id: PageId) -> Macros {
        let mut macros = self.shared.site.config.math.macros.clone();
        if let Some(article) = self.articles.get(id.index()).and_then(Option::as_ref) {
            macros.extend(&article.doc.front.macros);
        }
        macros
    }

    /// The list of contents with the formulas of its headings set. What is wrong with one
    /// is said where the heading stands.
    pub(super) fn contents_with_formulas(&self, id: PageId, contents: &str) -> String {
        let macros = self.macros(id);
        let mut out = String::with_capacity(contents.len() * 2);
        let mut pieces = contents.split("<span class=\"math\">");
        out.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let (marked, rest) = piece.split_once("</span>").unwrap_or((piece, ""));
            let written = text::decode_entities(marked);
            let fences = [("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")];
            let inner = fences
                .iter()
                .find_map(|(open, close)| written.strip_prefix(open)?.strip_suffix(close));
            let tex = Tex {
                text: inner.unwrap_or(&written),
                display: false,
            };
            match formula::set(&[tex], &macros).pop() {
                Some(Ok(made)) => out.push_str(&made.html),
                _ => {
                    out.push_str("<code>");
                    out.push_str(marked);
                    out.push_str("</code>");
                }
            }
            out.push_str(rest);
        }
        out
    }
}

fn tex(formula: &Formula) -> Tex<'_> {
    Tex {
        text: &formula.tex,
        display: formula.fence.is_display(),
    }
}

/// Where in the file a problem is: within the formula, if that stands there letter by letter.
fn place(formula: &Formula, problem: &Problem) -> Span {
    let Some(at) = formula.at else {
        return formula.span;
    };
    let start = at as usize + problem.range.start;
    let end = at as usize + problem.range.end;
    Span::new(formula.span.file, start, end)
}

/// Alone, a formula that is too wide for its place scrolls within itself.
fn page(formula: &Formula, made: &Made, out: &mut String) {
    let (open, close) = match (formula.block, made.wide) {
        (true, true) => ("<div class=\"math\" tabindex=\"0\">", "</div>"),
        (true, false) => ("<div class=\"math\">", "</div>"),
        (false, true) => ("<span class=\"math wide\" tabindex=\"0\">", "</span>"),
        (false, false) => ("<span class=\"math\">", "</span>"),
    };
    out.push_str(open);
    out.push_str(&made.html);
    out.push_str(close);
}

fn source(formula: &Formula, problem: Option<&Problem>, out: &mut String) {
    out.push_str(if formula.block { "<p><code" } else { "<code" });
    match problem {
        Some(problem) => {
            out.push_str(" class=\"math-error\" title=\"");
            text::escape_attr(out, &problem.message);
            out.push_str("\">");
        }
        None => out.push_str(" class=\"math\">"),
    }
    text::escape_html(out, formula.tex.trim());
    out.push_str(if formula.block {
        "</code></p>"
    } else {
        "</code>"
    });
}
