//! Liquid in a text, written out: what has one value is replaced by it, what has a
//! counterpart by that. What only Liquid can do stays as it is, and is said.

use super::{Site, relative};
use crate::diag::{Diagnostic, FileId, Span};
use crate::text;
use std::collections::HashMap;

/// Includes may include others; those that include themselves have no end.
const DEPTH: usize = 8;

/// Where a text stands.
pub struct Scope<'a> {
    pub site: &'a Site,
    pub file: FileId,
    /// Of the new page, below the target.
    pub path: &'a str,
    /// `page.…`, as text.
    pub page: &'a HashMap<String, String>,
    /// `include.…`, within an include.
    include: HashMap<String, String>,
    depth: usize,
}

impl<'a> Scope<'a> {
    pub fn new(
        site: &'a Site,
        file: FileId,
        path: &'a str,
        page: &'a HashMap<String, String>,
    ) -> Scope<'a> {
        Scope {
            site,
            file,
            path,
            page,
            include: HashMap::new(),
            depth: 0,
        }
    }
}

/// Writes out `text`, which begins at byte `at` of the scope's file.
pub fn write_out(text: &str, at: usize, scope: &Scope, findings: &mut Vec<Diagnostic>) -> String {
    let mut run = Run {
        text,
        at,
        scope,
        findings,
        out: String::with_capacity(text.len()),
        known: HashMap::new(),
        from: 0,
    };
    run.all();
    run.out
}

struct Run<'r, 's> {
    text: &'r str,
    at: usize,
    scope: &'r Scope<'s>,
    findings: &'r mut Vec<Diagnostic>,
    out: String,
    /// By `assign`.
    known: HashMap<String, String>,
    /// All before this byte of `text` is written out.
    from: usize,
}

impl Run<'_, '_> {
    fn all(&mut self) {
        loop {
            let rest = &self.text[self.from..];
            let tag = rest.find("{%").map(|at| (at, "%}"));
            let value = rest.find("{{").map(|at| (at, "}}"));
            let Some((at, close)) = tag.into_iter().chain(value).min() else {
                break;
            };
            let start = self.from + at;
            self.out.push_str(&self.text[self.from..start]);
            self.from = start;
            let Some(end) = self.text[start + 2..]
                .find(close)
                .map(|end| start + 2 + end)
            else {
                self.out.push_str(&self.text[start..start + 2]);
                self.from = start + 2;
                continue;
            };
            let mut inside = &self.text[start + 2..end];
            let after = end + 2;
            let (left, right) = (
                inside.starts_with('-'),
                inside.len() > 1 && inside.ends_with('-'),
            );
            inside = inside.strip_prefix('-').unwrap_or(inside);
            inside = inside.strip_suffix('-').unwrap_or(inside);
            if left {
                self.out.truncate(self.out.trim_end().len());
            }
            match close {
                "}}" => self.value(start, after, inside.trim()),
                _ => self.tag(start, after, inside.trim()),
            }
            if right {
                let rest = &self.text[self.from..];
                self.from += rest.len() - rest.trim_start().len();
            }
        }
        let rest = &self.text[self.from..];
        self.out.push_str(rest);
    }

    fn value(&mut self, start: usize, after: usize, expression: &str) {
        self.from = after;
        // `{{{` and `{{<` are no Liquid that anybody wrote.
        if expression.starts_with(['{', '<', '%', '/']) {
            self.out.push_str(&self.text[start..after]);
            return;
        }
        // An address of the site's own begins at its root here.
        let goes_on = self.text[after..].starts_with(['/', '{']);
        if expression == "site.url" && goes_on {
            return;
        }
        match self.evaluate(expression) {
            Some(value) => self.out.push_str(&value),
            None => self.stays(start, after, "liquid"),
        }
    }

    /// A literal or a variable, and filters that need no more than that.
    fn evaluate(&self, expression: &str) -> Option<String> {
        let mut parts = pipes(expression).into_iter();
        let mut value = self.operand(parts.next()?.trim())?;
        for filter in parts {
            let (name, argument) = match filter.split_once(':') {
                Some((name, argument)) => (name.trim(), Some(argument.trim())),
                None => (filter.trim(), None),
            };
            let argument = argument.map(|argument| self.operand(argument));
            value = match (name, argument) {
                ("relative_url" | "absolute_url", None) => self.rooted(&value),
                ("prepend", Some(argument)) => format!("{}{value}", argument?),
                ("append", Some(argument)) => format!("{value}{}", argument?),
                ("escape" | "strip" | "markdownify" | "xml_escape", None) => {
                    value.trim().to_owned()
                }
                ("upcase", None) => value.to_uppercase(),
                ("downcase", None) => value.to_lowercase(),
                ("slugify", None) => super::url::slugify(&value),
                ("remove", Some(argument)) => value.replace(&argument?, ""),
                ("default", Some(argument)) if value.is_empty() => argument?,
                ("default", Some(_)) => value,
                _ => return None,
            };
        }
        Some(value)
    }

    fn operand(&self, word: &str) -> Option<String> {
        for quote in ['"', '\''] {
            if let Some(inside) = word
                .strip_prefix(quote)
                .and_then(|word| word.strip_suffix(quote))
            {
                return Some(inside.to_owned());
            }
        }
        if let Some(name) = word.strip_prefix("include.") {
            return match self.scope.depth {
                0 => None,
                _ => Some(self.scope.include.get(name).cloned().unwrap_or_default()),
            };
        }
        if let Some(name) = word.strip_prefix("page.") {
            return self.scope.page.get(name).cloned();
        }
        match word.strip_prefix("site.") {
            Some("baseurl") => Some(self.base().to_owned()),
            Some(name) => self.scope.site.config.text(name),
            None => self.known.get(word).cloned().or_else(|| {
                let is_number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
                is_number.then(|| word.to_owned())
            }),
        }
    }

    fn tag(&mut self, start: usize, after: usize, inside: &str) {
        self.from = after;
        let (name, arguments) = inside
            .split_once(char::is_whitespace)
            .unwrap_or((inside, ""));
        let arguments = arguments.trim();
        match name {
            "raw" => self.block(start, after, "raw", |run, inner, _| run.out.push_str(inner)),
            "comment" => self.block(start, after, "comment", |_, _, _| {}),
            "highlight" => {
                let arguments = arguments.to_owned();
                self.block(start, after, "highlight", move |run, inner, at| {
                    run.highlight(&arguments, inner, at)
                });
            }
            "post_url" | "link" => self.link(start, after, name, arguments),
            "include" | "include_relative" | "include_cached" => {
                self.include(start, after, name, arguments)
            }
            "gist" => match arguments.split_whitespace().collect::<Vec<_>>()[..] {
                [id] | [id, _] if id.contains('/') => {
                    let words = arguments.replace('/', " ");
                    self.out.push_str(&format!("{{{{< gist {words} >}}}}"));
                }
                _ => self.stays(start, after, "liquid"),
            },
            "youtube" | "vimeo" if is_word(unquoted(arguments)) => {
                self.out
                    .push_str(&format!("{{{{< {name} {} >}}}}", unquoted(arguments)));
            }
            "assign" => {
                let set = arguments.split_once('=').and_then(|(name, value)| {
                    Some((name.trim().to_owned(), self.evaluate(value.trim())?))
                });
                match set {
                    Some((name, value)) => drop(self.known.insert(name, value)),
                    None => self.stays(start, after, "liquid"),
                }
            }
            "if" | "unless" | "for" | "case" | "capture" | "tablerow" => {
                let name = name.to_owned();
                let end = self.end_of(after, &name).unwrap_or((after, after)).1;
                self.from = end;
                self.says(start, after, "liquid");
                self.out.push_str(&self.text[start..end]);
            }
            _ => self.stays(start, after, "liquid"),
        }
    }

    /// Hands the inside of a block and its byte to `with`; one without an end stays.
    fn block(
        &mut self,
        start: usize,
        after: usize,
        name: &str,
        with: impl FnOnce(&mut Self, &str, usize),
    ) {
        let Some((inner, end)) = self.end_of(after, name) else {
            return self.stays(start, after, "liquid");
        };
        self.from = end;
        let text = self.text;
        with(self, &text[after..inner], after);
    }

    /// Where the inside of a block ends, and where its closing tag does.
    fn end_of(&self, after: usize, name: &str) -> Option<(usize, usize)> {
        let (mut at, mut depth) = (after, 1);
        while let Some(open) = self.text[at..].find("{%").map(|open| at + open) {
            let close = self.text[open..].find("%}").map(|close| open + close + 2)?;
            let inside = self.text[open + 2..close - 2].trim_matches('-').trim();
            let word = inside.split_whitespace().next().unwrap_or_default();
            if word.strip_prefix("end") == Some(name) {
                depth -= 1;
                if depth == 0 {
                    return Some((open, close));
                }
            } else if word == name && !matches!(name, "raw" | "comment") {
                depth += 1;
            }
            at = close;
        }
        None
    }

    fn highlight(&mut self, arguments: &str, inner: &str, at: usize) {
        let mut words = arguments.split_whitespace();
        let language = words.next().unwrap_or_default().to_owned();
        let mut options: Vec<String> = Vec::new();
        let rest = words.collect::<Vec<_>>().join(" ");
        if rest.contains("linenos") {
            options.push("linenos=true".to_owned());
        }
        for key in ["hl_lines=", "mark_lines="] {
            if let Some((_, lines)) = rest.split_once(key) {
                let lines = lines.trim_start_matches(['"', '\'']);
                let lines: Vec<&str> = (lines
                    .split(['"', '\''])
                    .next()
                    .unwrap_or_default()
                    .split_whitespace())
                .filter(|line| line.bytes().all(|b| b.is_ascii_digit()))
                .collect();
                options.push(format!("hl_lines=[{}]", lines.join(",")));
            }
        }
        let code = write_out(inner, self.at + at, self.scope, self.findings);
        let code = code.trim_start_matches(['\n', '\r']).trim_end();
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let options = match options.is_empty() {
            true => String::new(),
            false => format!(" {{{}}}", options.join(",")),
        };
        // Within a list the fence stands as deep as the tag did.
        let line = self.out.rfind('\n').map_or(0, |at| at + 1);
        let indent = match self.out[line..].trim().is_empty() {
            true => self.out[line..].to_owned(),
            false => {
                self.out.push_str("\n\n");
                String::new()
            }
        };
        self.out.push_str(&format!(
            "{fence}{language}{options}\n{code}\n{indent}{fence}"
        ));
        // What stands behind the tag on its line is text again.
        if !self.text[self.from..]
            .trim_start_matches([' ', '\t', '\r'])
            .starts_with('\n')
            && self.from < self.text.len()
        {
            self.out.push_str("\n\n");
        }
    }

    fn link(&mut self, start: usize, after: usize, name: &str, arguments: &str) {
        let wanted = unquoted(arguments).trim_start_matches('/');
        let found = match name {
            "post_url" => self.scope.site.posts.get(wanted),
            _ => self.scope.site.moved.get(wanted),
        };
        let Some(found) = found else {
            return self.stays(start, after, "liquid-link");
        };
        // In HTML an address, in Markdown a path that an editor can follow.
        let link = match self.in_html() || !found.path.starts_with("content/") {
            true => format!("{}{}", self.base(), found.url),
            false => relative(self.scope.path, &found.path),
        };
        self.out.push_str(&text::encode_path(&link));
    }

    fn include(&mut self, start: usize, after: usize, name: &str, arguments: &str) {
        let (file, rest) = arguments
            .split_once(char::is_whitespace)
            .unwrap_or((arguments, ""));
        let file = unquoted(file);
        let found = match name {
            "include_relative" => None,
            _ => self.scope.site.includes.get(file),
        };
        let (Some((id, text)), true) = (found, self.scope.depth < DEPTH) else {
            return self.stays(start, after, "liquid-include");
        };
        let mut include = HashMap::new();
        for (key, value) in parameters(rest) {
            let Some(value) = self.operand(value) else {
                return self.stays(start, after, "liquid-include");
            };
            include.insert(key.to_owned(), value);
        }
        let scope = Scope {
            include,
            depth: self.scope.depth + 1,
            file: *id,
            ..*self.scope
        };
        let mut inner = Vec::new();
        let written = write_out(text, 0, &scope, &mut inner);
        if !inner.is_empty() {
            return self.stays(start, after, "liquid-include");
        }
        self.out.push_str(written.trim_end());
    }

    /// Whether what comes next is an attribute of HTML, which is never changed when the
    /// site is built.
    fn in_html(&self) -> bool {
        self.out.ends_with(['"', '\''])
    }

    /// What stands before an address below the site's root: nothing in Markdown, where the
    /// build knows it.
    fn base(&self) -> &str {
        match self.in_html() {
            true => &self.scope.site.config.base,
            false => "",
        }
    }

    /// An address below the site's root.
    fn rooted(&self, value: &str) -> String {
        match value {
            value if value.contains("://") => value.to_owned(),
            value if value.starts_with('/') => format!("{}{value}", self.base()),
            value => format!("{}/{value}", self.base()),
        }
    }

    /// Leaves what was written, and says so.
    fn stays(&mut self, start: usize, after: usize, name: &'static str) {
        self.says(start, after, name);
        self.out.push_str(&self.text[start..after]);
    }

    fn says(&mut self, start: usize, after: usize, name: &'static str) {
        let what = self.text[start..after]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let help = match name {
            "liquid-link" => "it names nothing that is there; write the link yourself",
            "liquid-include" => {
                "the include is not there, or does what only Liquid can; write a shortcode in `templates/shortcodes/`"
            }
            _ => {
                "only Liquid can do this, so it stands in the text as it was; write what it gave, or a shortcode"
            }
        };
        let span = Span::new(self.scope.file, self.at + start, self.at + after);
        let finding = Diagnostic::warning(name, span, format!("`{what}` stays in the text"));
        self.findings.push(finding.help(help));
    }
}

/// The parts between `|`, but for those in quotes.
fn pipes(expression: &str) -> Vec<&str> {
    split_unquoted(expression, |c| c == '|').collect()
}

/// The parts between characters that are separators outside of quotes.
pub(super) fn split_unquoted(
    text: &str,
    is_separator: impl Fn(char) -> bool,
) -> impl Iterator<Item = &str> {
    let mut quote = None;
    text.split(move |c: char| {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            _ => {}
        }
        quote.is_none() && is_separator(c)
    })
}

/// `key="value" other=word` of an include.
fn parameters(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while let Some((key, value)) = rest.split_once('=') {
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let end = match quote {
            Some(quote) => value[1..].find(quote).map_or(value.len(), |end| end + 2),
            None => value.find(char::is_whitespace).unwrap_or(value.len()),
        };
        found.push((key.trim(), &value[..end]));
        rest = value[end..].trim_start();
    }
    found
}

fn unquoted(word: &str) -> &str {
    word.trim().trim_matches(['"', '\''])
}

fn is_word(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
