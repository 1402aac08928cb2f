//! What the template engine reports, in our style: the template's line, the
//! templates that led there, the page that was being rendered, a near name.
//! Takes the engine's errors, gives diagnostics; renders nothing.

use super::needs::{self, Need};
use super::template::Source;
use crate::diag::{Diagnostic, FileId, Span};
use crate::text;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tera::{Error, ErrorKind};

const NAME: &str = "template";

/// What the template engine knows by name, to find near ones.
#[derive(Default)]
pub struct Known {
    files: BTreeMap<String, (FileId, Arc<str>)>,
    filters: Vec<&'static str>,
    functions: Vec<&'static str>,
}

/// Those of Tera's own that a template is likely to mean.
const FILTERS: &[&str] = &[
    "absolute",
    "capitalize",
    "date",
    "default",
    "first",
    "group_by",
    "int",
    "join",
    "json",
    "last",
    "length",
    "lower",
    "map",
    "markdown",
    "nth",
    "number",
    "plainify",
    "replace",
    "reverse",
    "round",
    "safe",
    "slug",
    "sort",
    "split",
    "striptags",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
];
const FUNCTIONS: &[&str] = &[
    "asset",
    "get_page",
    "get_section",
    "i18n",
    "icon",
    "now",
    "range",
    "ref",
    "resource",
];

impl Known {
    pub fn new(sources: &[Source]) -> Known {
        let files = sources
            .iter()
            .map(|source| (source.name.clone(), (source.file, source.text.clone())))
            .collect();
        Known {
            files,
            filters: FILTERS.to_vec(),
            functions: FUNCTIONS.to_vec(),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// What `templates` read together.
    pub fn need<'t>(&'t self, templates: impl IntoIterator<Item = &'t str>) -> Need {
        let components = self.files.iter();
        let components = components.filter(|(_, (_, text))| needs::has_components(text));
        let names = components.map(|(name, _)| name.as_str());
        Need::of(names.chain(templates), |name| {
            self.files.get(name).map(|(_, text)| &**text)
        })
    }

    fn span(&self, place: &Place) -> Option<Span> {
        let (file, text) = self.files.get(place.name)?;
        let start: usize = text
            .split_inclusive('\n')
            .take(place.line.saturating_sub(1))
            .map(str::len)
            .sum();
        let line = text[start..].lines().next().unwrap_or_default();
        let column = line
            .char_indices()
            .nth(place.column.saturating_sub(1))
            .map_or(line.len(), |(at, _)| at);
        let start = start + column;
        Some(Span::new(
            *file,
            start,
            start + place.width.min(line.len() - column),
        ))
    }

    /// Where a template names another one.
    fn mention(&self, template: &str, other: &str) -> Option<Span> {
        let (file, text) = self.files.get(template)?;
        let quoted = [format!("\"{other}\""), format!("'{other}'")];
        let (at, quoted) = quoted
            .iter()
            .find_map(|quoted| Some((text.find(quoted.as_str())?, quoted)))?;
        Some(Span::new(*file, at, at + quoted.len()))
    }

    fn near(&self, what: &str, name: &str) -> Option<String> {
        let near = match what {
            "filter" => text::nearest(name, self.filters.iter().copied()),
            "function" => text::nearest(name, self.functions.iter().copied()),
            "template" => text::nearest(name, self.names()),
            _ => None,
        };
        near.map(|near| format!("did you mean `{near}`?"))
    }
}

/// The engine's `name:line:column`, both from 1.
struct Place<'r> {
    name: &'r str,
    line: usize,
    column: usize,
    width: usize,
}

/// What was wrong while the templates were loaded: all of it at once.
pub fn loading(error: &Error, known: &Known) -> Vec<Diagnostic> {
    let ErrorKind::Msg(reports) = error.kind() else {
        return vec![diagnostic(error, known)];
    };
    let found: Vec<Diagnostic> = format!("\n\n{reports}")
        .split("\n\nerror: ")
        .skip(1)
        .map(|report| unknown(report, known))
        .collect();
    if found.is_empty() {
        return vec![diagnostic(error, known)];
    }
    found
}

/// A report of a name that is not there, printed by the engine.
fn unknown(report: &str, known: &Known) -> Diagnostic {
    let mut lines = report.lines();
    let message = lines.next().unwrap_or_default();
    let width = report.chars().filter(|c| *c == '^').count();
    let span = lines
        .find_map(|line| place(line.trim_start().strip_prefix("--> ")?))
        .and_then(|place| known.span(&Place { width, ..place }));
    let named = message
        .strip_prefix("Unknown ")
        .and_then(|rest| rest.strip_suffix('`')?.split_once(" `"));
    let Some((what, name)) = named else {
        return Diagnostic::error(NAME, span, in_our_style(message));
    };
    let missing = Diagnostic::error(NAME, span, format!("there is no {what} `{name}`"));
    match known.near(what, name) {
        Some(near) => missing.help(near),
        None => missing,
    }
}

fn place(text: &str) -> Option<Place<'_>> {
    let (rest, column) = text.trim().rsplit_once(':')?;
    let (name, line) = rest.rsplit_once(':')?;
    Some(Place {
        name,
        line: line.parse().ok()?,
        column: column.parse().ok()?,
        width: 1,
    })
}

/// What was wrong while `page` (its file, or what it is) was being rendered.
pub fn rendering(error: &Error, known: &Known, page: &str) -> Diagnostic {
    diagnostic(error, known).note(None, format!("while rendering `{page}`"))
}

/// Makes one message of those that differ by their page alone: a fault in a
/// template that all pages share is one fault.
pub fn gather(diagnostics: &mut Vec<Diagnostic>) {
    let mut first: HashMap<(Option<Span>, String), usize> = HashMap::new();
    let mut more: Vec<usize> = Vec::new();
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics.drain(..) {
        if diagnostic.name != NAME && diagnostic.name != super::policy::NAME {
            kept.push(diagnostic);
            more.push(0);
            continue;
        }
        let key = (diagnostic.span, diagnostic.message.clone());
        match first.get(&key) {
            Some(index) => more[*index] += 1,
            None => {
                first.insert(key, kept.len());
                kept.push(diagnostic);
                more.push(0);
            }
        }
    }
    for (diagnostic, more) in kept.iter_mut().zip(more) {
        if more > 0
            && let Some(last) = diagnostic.notes.last_mut()
        {
            let s = if more == 1 { "" } else { "s" };
            last.text.push_str(&format!(", and {more} more page{s}"));
        }
    }
    *diagnostics = kept;
}

fn diagnostic(error: &Error, known: &Known) -> Diagnostic {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let span = known.files.get(report.filename()).map(|(file, _)| {
                let range = &report.span().range;
                Span::new(*file, range.start, range.end)
            });
            let (message, there) = split_names(report.message());
            let mut found = Diagnostic::error(NAME, span, in_our_style(message));
            for place in callers(&error.to_string()) {
                found = match known.span(&place) {
                    Some(span) => found.note(span, "included from here"),
                    None => found.note(None, format!("included from `{}`", place.name)),
                };
            }
            match there.and_then(|names| which(message, names)) {
                Some(help) => found.help(help),
                None => found,
            }
        }
        ErrorKind::TemplateNotFound(name) => {
            let missing = Diagnostic::error(NAME, None, format!("there is no template `{name}`"));
            match known.near("template", name) {
                Some(near) => missing.help(near),
                None => missing,
            }
        }
        ErrorKind::MissingParent { current, parent } => {
            let message = format!("`{current}` extends `{parent}`, which does not exist");
            let missing = Diagnostic::error(NAME, known.mention(current, parent), message);
            match known.near("template", parent) {
                Some(near) => missing.help(near),
                None => missing,
            }
        }
        ErrorKind::CircularExtend {
            inheritance_chain, ..
        } => circle(inheritance_chain, "extends", known),
        ErrorKind::CircularInclude { include_chain, .. } => {
            circle(include_chain, "includes", known)
        }
        ErrorKind::Io(_) => {
            let limit = super::template::LARGEST >> 20;
            let message = format!("the template writes more than {limit} MiB for one page");
            Diagnostic::error(NAME, None, message).help("does one of its loops run too often?")
        }
        kind => Diagnostic::error(NAME, None, in_our_style(&kind.to_string())),
    }
}

/// Templates that lead back to themselves; the chain may begin before the circle.
fn circle(chain: &[String], verb: &str, known: &Known) -> Diagnostic {
    let last = chain.last().map(String::as_str).unwrap_or_default();
    let start = chain.iter().position(|name| name == last).unwrap_or(0);
    let mut round: Vec<&str> = chain[start..].iter().map(String::as_str).collect();
    if round.len() == 1 {
        round = chain.iter().map(String::as_str).collect();
    }
    if round.first() != round.last() || round.len() == 1 {
        round.extend(round.first().copied());
    }
    // Which of them is met first depends on the order of a hash map.
    round.pop();
    let least = (0..round.len()).min_by_key(|at| round[*at]).unwrap_or(0);
    round.rotate_left(least);
    round.extend(round.first().copied());
    let links: Vec<(&str, &str)> = round.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let (from, to) = links.first().copied().unwrap_or_default();
    let message = format!("`{from}` {verb} itself without end");
    let mut found = Diagnostic::error(NAME, known.mention(from, to), message);
    for (from, to) in links.iter().skip(1) {
        found = found.note(known.mention(from, to), format!("`{from}` {verb} `{to}`"));
    }
    found.help(format!(
        "take one `{{% {} %}}` away",
        if verb == "extends" { verb } else { "include" }
    ))
}

/// The templates between the one asked for and the one that failed, as the engine's report names them.
fn callers(report: &str) -> Vec<Place<'_>> {
    let lines = report.lines().map(str::trim_start);
    lines
        .filter_map(|line| place(line.strip_prefix("note: called from ")?))
        .collect()
}

/// "Field `x` is not defined. Available fields: a, b": the names are for the help.
fn split_names(message: &str) -> (&str, Option<&str>) {
    let parts = message
        .split_once(". Available variables: ")
        .or_else(|| message.split_once(". Available fields: "));
    parts.map_or((message, None), |(message, names)| (message, Some(names)))
}

fn which(message: &str, names: &str) -> Option<String> {
    let asked = message.split('`').nth(1)?;
    // What filters and functions find their way by is no business of templates.
    let internal = |name: &str| name.starts_with('_') || name.starts_with("lang_");
    let names: Vec<&str> = names.split(", ").filter(|name| !internal(name)).collect();
    Some(match text::nearest(asked, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.join(", ")),
    })
}

fn in_our_style(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut chars = message.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => first
            .to_lowercase()
            .chain(message.chars().skip(1))
            .collect(),
        _ => message.to_owned(),
    }
}
