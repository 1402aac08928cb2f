//! What a new page begins with: an archetype, a Markdown file with placeholders.
//!
//! Takes its text and what is known of the page to be, gives the page's text. Of the
//! language of Go's templates it reads what archetypes are written in: values
//! (`{{ .Date }}`), functions with arguments (`replace .Name "-" " "`), pipes and brackets.
//! What it cannot read is an error with its place; nothing is left in the page unread.

use crate::config::Config;
use crate::date::Date;
use crate::diag::{Diagnostic, FileId, Span};
use crate::text;

/// What placeholders may ask for.
pub struct About<'a> {
    pub config: &'a Config,
    /// Index into the languages.
    pub lang: usize,
    pub title: &'a str,
    /// The file's name without language and extension; of a bundle, its folder's.
    pub name: &'a str,
    /// From the content folder: `posts/a-title.md`.
    pub path: &'a str,
    /// The first folder; empty at the top.
    pub section: &'a str,
    /// The kind that chose the archetype.
    pub kind: &'a str,
    pub date: Date,
}

/// The archetype of a site that has none.
pub const DEFAULT: &str = include_str!("blank/archetypes/default.md");

/// Fills all placeholders. Shortcodes (`{{< … >}}`) are text here.
pub fn fill(text: &str, file: FileId, about: &About) -> Result<String, Vec<Diagnostic>> {
    let mut out = String::with_capacity(text.len() + 64);
    let mut errors = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        out.push_str(&text[at..start]);
        let inner = &text[start + 2..];
        if inner.starts_with(['<', '%']) {
            out.push_str("{{");
            at = start + 2;
            continue;
        }
        let Some(length) = inner.find("}}") else {
            let span = Span::new(file, start, start + 2);
            let error = Diagnostic::error("archetype", span, "this `{{` has no end");
            errors.push(error.help("close it with `}}`"));
            break;
        };
        let mut end = start + 2 + length + 2;
        let mut source = &inner[..length];
        if let Some(rest) = source.strip_prefix("- ") {
            source = rest;
            out.truncate(out.trim_end().len());
        }
        if let Some(rest) = source.strip_suffix(" -") {
            source = rest;
            end += text[end..].len() - text[end..].trim_start().len();
        }
        if !source.trim().starts_with("/*") {
            match value(source, about) {
                Ok(value) => out.push_str(&value.text()),
                Err(problem) => {
                    let span = Span::new(file, start, start + 2 + length + 2);
                    let error = Diagnostic::error("archetype", span, problem.message);
                    errors.push(error.help(problem.help));
                }
            }
        }
        at = end;
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    out.push_str(&text[at..]);
    Ok(out)
}

struct Problem {
    message: String,
    help: String,
}

#[derive(Clone)]
enum Value {
    Text(String),
    Date(Date),
    /// `now`, which is asked for its `Format`.
    Unsaid,
}

impl Value {
    fn text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Date(date) => date.rfc3339(),
            Value::Unsaid => String::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Word(String),
    Pipe,
    Open,
    Close,
}

fn value(source: &str, about: &About) -> Result<Value, Problem> {
    let tokens = tokens(source)?;
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        about,
    };
    let value = reader.pipeline()?;
    match tokens.get(reader.at) {
        None => Ok(value),
        Some(_) => Err(unreadable(source)),
    }
}

fn unreadable(source: &str) -> Problem {
    Problem {
        message: format!("`{}` cannot be read in an archetype", source.trim()),
        help: "placeholders are values and functions: `{{ .Date }}`, `{{ .Name | title }}`"
            .to_owned(),
    }
}

fn tokens(source: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '|' => (Token::Pipe, 1),
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '`' => {
                let end = rest[1..].find('`').ok_or_else(|| unreadable(source))?;
                (Token::Text(rest[1..=end].to_owned()), end + 2)
            }
            '"' => {
                let mut escaped = false;
                let end = rest[1..].find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                let length = end.ok_or_else(|| unreadable(source))? + 2;
                let text = serde_json::from_str(&rest[..length]);
                (Token::Text(text.map_err(|_| unreadable(source))?), length)
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || "|()\"`".contains(c);
                let length = rest.find(ends).unwrap_or(rest.len());
                (Token::Word(rest[..length].to_owned()), length)
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Reader<'r> {
    tokens: &'r [Token],
    at: usize,
    about: &'r About<'r>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<&Token> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    fn pipeline(&mut self) -> Result<Value, Problem> {
        let mut value = self.command(None)?;
        while self.tokens.get(self.at) == Some(&Token::Pipe) {
            self.at += 1;
            value = self.command(Some(value))?;
        }
        Ok(value)
    }

    /// A value, or a function with what follows it and what is piped into it.
    fn command(&mut self, piped: Option<Value>) -> Result<Value, Problem> {
        let function = match self.tokens.get(self.at) {
            Some(Token::Word(word)) => Some(word.clone()),
            _ => None,
        };
        let first = self.argument()?;
        let mut arguments = Vec::new();
        while !matches!(
            self.tokens.get(self.at),
            None | Some(Token::Pipe | Token::Close)
        ) {
            arguments.push(self.argument()?);
        }
        arguments.extend(piped);
        let Some(name) = function else {
            return Ok(first);
        };
        if arguments.is_empty() {
            return named(&name, self.about);
        }
        call(&name, &arguments, self.about)
    }

    /// A word in the first place may be a function, which has no value by itself.
    fn argument(&mut self) -> Result<Value, Problem> {
        let first = self.at == 0 || matches!(self.tokens[self.at - 1], Token::Pipe | Token::Open);
        let about = self.about;
        match self.next() {
            Some(Token::Text(text)) => Ok(Value::Text(text.clone())),
            Some(Token::Word(word)) => match named(word, about) {
                Err(_) if first => Ok(Value::Unsaid),
                value => value,
            },
            Some(Token::Open) => {
                let value = self.pipeline()?;
                match self.next() {
                    Some(Token::Close) => Ok(value),
                    _ => Err(unreadable("(")),
                }
            }
            Some(Token::Pipe | Token::Close) | None => Err(Problem {
                message: "a value is missing here".to_owned(),
                help: "write for example `{{ .Date }}`".to_owned(),
            }),
        }
    }
}

/// Names of values, for the help under one that nobody knows.
const NAMES: &str = ".Title .Name .Date .Lastmod .Type .Kind .Section .File.ContentBaseName \
    .File.BaseFileName .File.TranslationBaseName .File.LogicalName .File.Path .File.Dir .File.Ext \
    .File.Lang .Language.Lang .Site.Title .Site.BaseURL .Site.Params.author site.Title now \
    title name date section lang author";

const FUNCTIONS: &str = "replace title humanize lower upper trim urlize anchorize slugify \
    default print printf quote time dateFormat now.Format .Date.Format";

fn named(name: &str, about: &About) -> Result<Value, Problem> {
    let language = &about.config.languages[about.lang];
    let file = about.path.rsplit('/').next().unwrap_or(about.path);
    let text = |text: &str| Ok(Value::Text(text.to_owned()));
    let bare = name.trim_start_matches('$');
    match bare {
        ".Title" | ".Page.Title" | "title" => text(about.title),
        ".Name"
        | ".File.ContentBaseName"
        | ".File.BaseFileName"
        | ".File.TranslationBaseName"
        | ".TranslationBaseName"
        | ".BaseFileName"
        | ".Page.File.ContentBaseName"
        | "name" => text(about.name),
        ".Date" | ".Lastmod" | ".PublishDate" | ".Page.Date" | "date" | "now" | "time.Now" => {
            Ok(Value::Date(about.date))
        }
        ".Type" | ".Kind" | ".Page.Type" => text(about.kind),
        ".Section" | ".Page.Section" | "section" => text(about.section),
        ".File.LogicalName" => text(file),
        ".File.Path" | ".Path" => text(about.path),
        ".File.Dir" | ".Dir" => text(&about.path[..about.path.len() - file.len()]),
        ".File.Ext" => text(file.rsplit('.').next().unwrap_or("md")),
        ".File.Lang"
        | ".Language.Lang"
        | ".Lang"
        | ".Language"
        | ".Site.Language.Lang"
        | "lang" => text(&language.code),
        ".Site.Title" | "site.Title" => text(&language.title),
        ".Site.BaseURL" | "site.BaseURL" => text(&about.config.base_url),
        "author" => text(&language.params.authors.join(", ")),
        "true" | "false" => text(bare),
        _ if bare.bytes().all(|byte| byte.is_ascii_digit()) => text(bare),
        _ => match params(bare, &language.values) {
            Some(value) => Ok(value),
            None => Err(unknown(name)),
        },
    }
}

/// `.Site.Params.author.name`; what the site does not say is empty, as in Hugo.
fn params(name: &str, values: &tera::Value) -> Option<Value> {
    let path = name.trim_start_matches('.');
    let (root, path) = path.split_at_checked(5)?;
    if !root.eq_ignore_ascii_case("site.") {
        return None;
    }
    let path = path
        .strip_prefix("Params.")
        .or_else(|| path.strip_prefix("params."))?;
    let mut value = serde_json::to_value(values).ok()?;
    for part in path.split('.') {
        let object = value.as_object()?;
        let wanted = crate::tree::normal(part);
        let found = object
            .iter()
            .find(|(key, _)| crate::tree::normal(key) == wanted);
        match found {
            Some((_, inner)) => value = inner.clone(),
            None => return Some(Value::Unsaid),
        }
    }
    Some(match value {
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Null => Value::Unsaid,
        other => Value::Text(other.to_string()),
    })
}

fn unknown(name: &str) -> Problem {
    let known = NAMES.split_whitespace().chain(FUNCTIONS.split_whitespace());
    if matches!(
        name,
        "if" | "range" | "with" | "end" | "else" | "define" | "block" | "partial" | "template"
    ) || name == ":="
    {
        return Problem {
            message: format!("`{name}` does nothing in an archetype here: placeholders are values and functions"),
            help: "write what every new page is to begin with; kinds of pages may have archetypes of their own".to_owned(),
        };
    }
    Problem {
        message: format!("nothing is called `{name}` in an archetype"),
        help: match text::nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the manual lists what placeholders may name: docs/writing-desk, Archetypes"
                .to_owned(),
        },
    }
}

fn call(name: &str, arguments: &[Value], about: &About) -> Result<Value, Problem> {
    let all: Vec<String> = arguments.iter().map(Value::text).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let out = match (name.strip_prefix("strings.").unwrap_or(name), &*all) {
        ("replace" | "Replace", [text, from, to]) => text.replace(from, to),
        ("replaceRE" | "ReplaceRE", [pattern, to, text]) => {
            let pattern = regex_lite::Regex::new(pattern).map_err(|error| Problem {
                message: format!("`{pattern}` is no regular expression: {error}"),
                help: "write one as Go or Rust has them".to_owned(),
            })?;
            pattern.replace_all(text, *to).into_owned()
        }
        ("title" | "Title", [text]) => titled(text),
        ("humanize" | "inflect.Humanize", [text]) => {
            let spaced = text.replace(['-', '_'], " ");
            let mut chars = spaced.chars();
            let first = chars.next().map(|c| c.to_uppercase().to_string());
            format!("{}{}", first.unwrap_or_default(), chars.as_str())
        }
        ("lower" | "ToLower", [text]) => text.to_lowercase(),
        ("upper" | "ToUpper", [text]) => text.to_uppercase(),
        ("trim" | "Trim", [text, cut]) => text.trim_matches(|c| cut.contains(c)).to_owned(),
        ("trim" | "TrimSpace", [text]) => text.trim().to_owned(),
        ("urlize" | "urls.URLize" | "slugify", [text]) => text::urlize_words(text, true),
        ("anchorize" | "urls.Anchorize", [text]) => text::heading_id(text),
        ("default" | "compare.Default", [otherwise, text]) => {
            let said = if text.is_empty() { otherwise } else { text };
            (*said).to_owned()
        }
        ("print" | "fmt.Print", texts) => texts.concat(),
        ("printf" | "fmt.Printf", [format, texts @ ..]) => printf(format, texts),
        ("quote" | "jsonify", [text]) => serde_json::Value::from(*text).to_string(),
        ("markdownify" | "safeHTML" | "plainify", [text]) => (*text).to_owned(),
        ("time" | "time.AsTime", [_]) => return Ok(arguments[0].clone()),
        ("now.Format" | "time.Now.Format" | ".Date.Format" | ".Format", [layout]) => {
            dated(about.date, layout, about)
        }
        ("dateFormat" | "time.Format", [layout, when]) => match &arguments[1] {
            Value::Date(date) => dated(*date, layout, about),
            _ => match Date::parse(when, &about.config.time_zone) {
                Ok(date) => dated(date, layout, about),
                Err(error) => {
                    return Err(Problem {
                        message: error.to_string(),
                        help: crate::date::ACCEPTED.to_owned(),
                    });
                }
            },
        },
        (name, arguments) => {
            let known = FUNCTIONS.split_whitespace().any(|known| known == name);
            if !known {
                return Err(unknown(name));
            }
            return Err(Problem {
                message: format!("`{name}` does not take {} arguments", arguments.len()),
                help: "for example: `{{ replace .Name \"-\" \" \" | title }}`".to_owned(),
            });
        }
    };
    Ok(Value::Text(out))
}

fn dated(date: Date, layout: &str, about: &About) -> String {
    date.format(layout, &about.config.languages[about.lang].code)
}

/// `%s`, `%v`, `%q` and `%d` in their order, and `%%`.
fn printf(format: &str, texts: &[&str]) -> String {
    let mut out = String::new();
    let mut texts = texts.iter();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('q') => {
                let text = texts.next().copied().unwrap_or_default();
                out.push_str(&serde_json::Value::from(text).to_string());
            }
            Some('s' | 'v' | 'd') => out.push_str(texts.next().copied().unwrap_or_default()),
            Some(other) => out.push(other),
            None => out.push('%'),
        }
    }
    out
}

/// Capitals as the Associated Press has them, which is what Hugo's `title` does.
pub fn titled(text: &str) -> String {
    const SMALL: &str = " a an and as at but by en for if in of on or per the to v vs via ";
    let words: Vec<&str> = text.split(' ').collect();
    let last = words.len().saturating_sub(1);
    let words = words.iter().enumerate().map(|(at, word)| {
        let small = SMALL.contains(&format!(" {} ", word.to_lowercase()));
        if small && at != 0 && at != last {
            return word.to_lowercase();
        }
        let mut chars = word.chars();
        match chars.next() {
            Some(first) => format!("{}{}", first.to_uppercase(), chars.as_str()),
            None => String::new(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
