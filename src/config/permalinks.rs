//! Patterns for the paths of pages: `/:year/:month/:slug/`, by section and by
//! kind. Parsed and validated here; the site fills them in.

use super::rows::{Intake, nearest_name};
use crate::diag::Diagnostic;
use crate::tree::{Node, Value};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permalinks {
    /// First segment of the section (`blog`), or a deeper path (`blog/2024`), to pattern.
    pub page: Vec<(String, Pattern)>,
    pub section: Vec<(String, Pattern)>,
    /// By the taxonomy's plural.
    pub taxonomy: Vec<(String, Pattern)>,
    pub term: Vec<(String, Pattern)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Literal(String),
    Token(Token),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Year,
    /// Two digits.
    Month,
    MonthName,
    Day,
    Weekday,
    WeekdayName,
    YearDay,
    /// The first section.
    Section,
    /// All sections, with slashes.
    Sections,
    /// A range of the sections, as in `:sections[1:]`; ends count from the back when negative.
    SectionsRange {
        start: Option<i32>,
        end: Option<i32>,
    },
    /// One of the sections, as in `:sections[0]` or `:sections[last]`.
    SectionsAt(i32),
    Title,
    Slug,
    SlugOrFilename,
    Filename,
    SlugOrContentBaseName,
    ContentBaseName,
    SectionSlug,
    SectionSlugs,
}

const TOKENS: &[(&str, Token)] = &[
    ("year", Token::Year),
    ("month", Token::Month),
    ("monthname", Token::MonthName),
    ("day", Token::Day),
    ("weekday", Token::Weekday),
    ("weekdayname", Token::WeekdayName),
    ("yearday", Token::YearDay),
    ("section", Token::Section),
    ("sections", Token::Sections),
    ("title", Token::Title),
    ("slug", Token::Slug),
    ("slugorfilename", Token::SlugOrFilename),
    ("filename", Token::Filename),
    ("slugorcontentbasename", Token::SlugOrContentBaseName),
    ("contentbasename", Token::ContentBaseName),
    ("sectionslug", Token::SectionSlug),
    ("sectionslugs", Token::SectionSlugs),
];

impl Permalinks {
    /// The pattern for regular pages under `section` (`blog/2024`): the deepest that is said.
    pub fn for_page(&self, section: &str) -> Option<&Pattern> {
        deepest(&self.page, section)
    }

    pub fn for_section(&self, section: &str) -> Option<&Pattern> {
        deepest(&self.section, section)
    }

    pub fn for_taxonomy(&self, plural: &str) -> Option<&Pattern> {
        deepest(&self.taxonomy, plural)
    }

    pub fn for_term(&self, plural: &str) -> Option<&Pattern> {
        deepest(&self.term, plural)
    }
}

fn deepest<'p>(patterns: &'p [(String, Pattern)], section: &str) -> Option<&'p Pattern> {
    let section = section.trim_matches('/');
    let mut best: Option<&(String, Pattern)> = None;
    for entry in patterns {
        let path = entry.0.as_str();
        let below = section
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || path.is_empty() || rest.starts_with('/'));
        if below && best.is_none_or(|b| b.0.len() < path.len()) {
            best = Some(entry);
        }
    }
    best.map(|(_, pattern)| pattern)
}

/// Reads `permalinks:`, by section alone (pages are meant, and of old terms too) or by kind.
pub fn read(node: &Node, intake: &mut Intake) -> Permalinks {
    let mut permalinks = Permalinks::default();
    let Some(map) = intake.map(node) else {
        return permalinks;
    };
    for (key, value) in &map.entries {
        intake.enter(&key.name, |intake| match &value.value {
            Value::Map(sections) => {
                let into = match key.name.to_lowercase().as_str() {
                    "page" => &mut permalinks.page,
                    "section" => &mut permalinks.section,
                    "taxonomy" => &mut permalinks.taxonomy,
                    "term" => &mut permalinks.term,
                    _ => {
                        let names = ["page", "section", "taxonomy", "term"];
                        intake.unknown_key(&key.name, key.span, names.into_iter());
                        return;
                    }
                };
                for (section, pattern) in &sections.entries {
                    intake.enter(&section.name, |intake| {
                        into.extend(one(&section.name, pattern, intake));
                    });
                }
            }
            _ => {
                if let Some(entry) = one(&key.name, value, intake) {
                    // As in Hugo, a pattern by name alone also holds for the terms of a taxonomy of that name.
                    permalinks.term.push(entry.clone());
                    permalinks.page.push(entry);
                }
            }
        });
    }
    permalinks
}

fn one(section: &str, node: &Node, intake: &mut Intake) -> Option<(String, Pattern)> {
    let text = intake.text(node)?;
    match parse(&text) {
        Ok(pattern) => Some((section.trim_matches('/').to_lowercase(), pattern)),
        Err(token) => {
            let path = intake.path();
            let error = Diagnostic::error(
                "unknown-token",
                node.span,
                format!("`{path}` has the unknown token `:{token}`"),
            );
            let names = TOKENS.iter().map(|(name, _)| *name);
            intake
                .diagnostics
                .push(match nearest_name(&token, names.clone()) {
                    Some(name) => error.help(format!("did you mean `:{name}`?")),
                    None => {
                        let all: Vec<String> = names.map(|name| format!("`:{name}`")).collect();
                        error.help(format!("the tokens are {}", all.join(", ")))
                    }
                });
            None
        }
    }
}

/// Splits a pattern at its tokens; fails with the name that is no token.
pub fn parse(pattern: &str) -> Result<Pattern, String> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(':') {
        let after = &rest[at + 1..];
        let end = after
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(after.len());
        let (name, behind) = after.split_at(end);
        // `\:` is a colon, and so is one before anything but a name.
        let escaped = rest[..at].ends_with('\\');
        if name.is_empty() || escaped {
            literal(
                &mut parts,
                if escaped {
                    &rest[..at - 1]
                } else {
                    &rest[..at]
                },
            );
            literal(&mut parts, ":");
            rest = after;
            continue;
        }
        literal(&mut parts, &rest[..at]);
        let (token, behind) = match behind.strip_prefix('[') {
            Some(index) if name.eq_ignore_ascii_case("sections") => {
                let (inside, behind) = index
                    .split_once(']')
                    .ok_or_else(|| format!("{name}{behind}"))?;
                (
                    range(inside).ok_or_else(|| format!("{name}[{inside}]"))?,
                    behind,
                )
            }
            _ => (find(name).ok_or_else(|| name.to_owned())?, behind),
        };
        parts.push(Part::Token(token));
        rest = behind;
    }
    literal(&mut parts, rest);
    Ok(Pattern { parts })
}

fn find(name: &str) -> Option<Token> {
    TOKENS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, token)| *token)
}

fn literal(parts: &mut Vec<Part>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(Part::Literal(last)) => last.push_str(text),
        _ => parts.push(Part::Literal(text.to_owned())),
    }
}

/// What stands in `:sections[…]`: an index, `last`, or a slice.
fn range(text: &str) -> Option<Token> {
    let number = |text: &str| match text.trim() {
        "last" => Some(-1),
        text => text.parse::<i32>().ok(),
    };
    match text.split_once(':') {
        None => number(text).map(Token::SectionsAt),
        Some((start, end)) => {
            let side = |text: &str| {
                if text.trim().is_empty() {
                    Some(None)
                } else {
                    number(text).map(Some)
                }
            };
            Some(Token::SectionsRange {
                start: side(start)?,
                end: side(end)?,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::FileId;
    use crate::tree::{self, Format};

    fn literal_of(text: &str) -> Part {
        Part::Literal(text.to_owned())
    }

    #[test]
    fn patterns_are_split_at_their_tokens() {
        let parts = |pattern| parse(pattern).map(|pattern| pattern.parts);
        assert_eq!(
            parts("/:year/:month-:day/:slugOrFilename/"),
            Ok(vec![
                literal_of("/"),
                Part::Token(Token::Year),
                literal_of("/"),
                Part::Token(Token::Month),
                literal_of("-"),
                Part::Token(Token::Day),
                literal_of("/"),
                Part::Token(Token::SlugOrFilename),
                literal_of("/"),
            ])
        );
        assert_eq!(
            parts("/:sections[1:]/:sections[last]/a:/\\:b"),
            Ok(vec![
                literal_of("/"),
                Part::Token(Token::SectionsRange {
                    start: Some(1),
                    end: None
                }),
                literal_of("/"),
                Part::Token(Token::SectionsAt(-1)),
                literal_of("/a:/:b"),
            ])
        );
        assert_eq!(parts(""), Ok(vec![]));
        assert_eq!(parts("/:yaer/"), Err("yaer".to_owned()));
        assert_eq!(parts("/:sections[x]/"), Err("sections[x]".to_owned()));
        assert_eq!(parts("/:sections[1/"), Err("sections[1/".to_owned()));
    }

    fn read_yaml(text: &str) -> (Permalinks, Vec<Diagnostic>) {
        let node = tree::parse(text, Format::Yaml, FileId(0), 0).unwrap();
        let mut intake = Intake::default();
        let permalinks = intake.enter("permalinks", |intake| read(&node, intake));
        (permalinks, intake.diagnostics)
    }

    #[test]
    fn patterns_are_said_by_section_or_by_kind() {
        let (permalinks, said) = read_yaml(
            "posts: /a/:slug\ntags: /t/:slug\npage: {blog/old: /o/:title, /: /x}\nterm: {categories: /c/:title}\n",
        );
        assert_eq!(said, []);
        let first = |pattern: Option<&Pattern>| pattern.map(|pattern| pattern.parts[0].clone());
        assert_eq!(
            first(permalinks.for_page("posts/2024")),
            Some(literal_of("/a/"))
        );
        assert_eq!(
            first(permalinks.for_page("blog/old/deep")),
            Some(literal_of("/o/"))
        );
        assert_eq!(first(permalinks.for_page("blog")), Some(literal_of("/x")));
        assert_eq!(
            first(permalinks.for_page("postscript")),
            Some(literal_of("/x"))
        );
        assert_eq!(first(permalinks.for_term("tags")), Some(literal_of("/t/")));
        assert_eq!(
            first(permalinks.for_term("categories")),
            Some(literal_of("/c/"))
        );
        assert_eq!(permalinks.for_section("posts"), None);
    }

    #[test]
    fn unknown_tokens_are_errors() {
        let (_, said) = read_yaml("posts: /:yaer/:slug\nblog: /:zzzzzzz\n");
        assert_eq!(
            said[0].message,
            "`permalinks.posts` has the unknown token `:yaer`"
        );
        assert_eq!(said[0].help.as_deref(), Some("did you mean `:year`?"));
        assert!(
            said[1]
                .help
                .as_deref()
                .is_some_and(|help| help.starts_with("the tokens are `:year`, `:month`,"))
        );
    }
}
