//! What a block of code asks for: the attributes of a fence
//! (`{hl_lines=[1,"3-4"],linenos=table}`) and the options of the `highlight`
//! shortcode (`linenos=table,hl_lines=8 15-17`), read into [`Options`].
//!
//! Every complaint carries its bytes within the text that was given, so that
//! the caller can place it in the file. Does not know languages.

use crate::diag::{Diagnostic, FileId, Severity, Span};
use crate::text;
use std::ops::Range;

/// How the numbers of lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineNumbers {
    #[default]
    None,
    /// Shown, where the site puts them: in a table if it does not say.
    On,
    /// Before each line, within it.
    Inline,
    /// In a column of their own, so that copying takes the code alone.
    Table,
}

/// One block's wishes. What it does not say (`None`) is as the site has it, see [`Defaults`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Options {
    pub line_numbers: Option<LineNumbers>,
    /// Whether [`LineNumbers::On`] means a table (`lineNumbersInTable`).
    pub table: Option<bool>,
    /// The number of the first line (`linenostart`).
    pub start: Option<u32>,
    /// Ranges of lines, both ends included, counted from 1 at the top of the
    /// block whatever `start` is, as Hugo does.
    pub hl_lines: Vec<(u32, u32)>,
    /// Lines that were added, as in a diff (`ins_lines`).
    pub ins_lines: Vec<(u32, u32)>,
    /// Lines that were taken away (`del_lines`).
    pub del_lines: Vec<(u32, u32)>,
    /// Whether line numbers link to themselves (`anchorlinenos`).
    pub anchors: Option<bool>,
    /// What the ids of lines begin with (`lineanchors`).
    pub line_anchors: Option<String>,
    /// Spaces that stand for a tab (`tabwidth`); 0 leaves tabs as they are.
    pub tab_width: Option<u32>,
    pub title: Option<String>,
    /// A `<code>` within a line of prose (`hl_inline`).
    pub inline: bool,
    /// No highlighting (`nohl`).
    pub plain: bool,
    pub id: Option<String>,
    pub classes: Vec<String>,
    /// `data-*`, `aria-*` and the like for the wrapper, in the order written.
    pub attributes: Vec<(String, String)>,
}

/// What the site asks of every block (`markup.highlight`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Defaults {
    pub line_numbers: LineNumbers,
    pub anchors: bool,
    pub line_anchors: String,
    /// 0 leaves tabs as they are.
    pub tab_width: u32,
    /// Class of the wrapper; empty for `highlight`.
    pub wrapper_class: String,
    /// Highlight nothing.
    pub plain: bool,
    /// What [`LineNumbers::On`] means: in the line rather than in a table
    /// (`lineNumbersInTable: false`).
    pub numbers_inline: bool,
}

/// A complaint about a text, with its place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub severity: Severity,
    pub name: &'static str,
    /// Bytes in the text that was read.
    pub range: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl Problem {
    pub(super) fn warning(name: &'static str, range: Range<usize>, message: String) -> Problem {
        Problem {
            severity: Severity::Warning,
            name,
            range,
            message,
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// The same as a diagnostic at a block whose code stands in the file in
    /// another form (indented, with tokens): the block's beginning is shown.
    pub fn within(self, block: Span) -> Diagnostic {
        let start = block.start as usize;
        let span = Span::new(block.file, start, start + 3);
        Diagnostic {
            span: Some(span),
            ..self.at(block.file, start)
        }
    }

    /// The same as a diagnostic, for a text that begins at byte `base` of `file`.
    pub fn at(self, file: FileId, base: usize) -> Diagnostic {
        let span = Span::new(file, base + self.range.start, base + self.range.end);
        let mut diagnostic = match self.severity {
            Severity::Error => Diagnostic::error(self.name, span, self.message),
            Severity::Warning => Diagnostic::warning(self.name, span, self.message),
            Severity::Info => Diagnostic::info(self.name, span, self.message),
        };
        diagnostic.help = self.help;
        diagnostic
    }
}

/// The keys that have a meaning here, as Hugo spells them; compared without
/// case, `_` and `-`.
const KEYS: [&str; 19] = [
    "hl_lines",
    "ins_lines",
    "del_lines",
    "linenos",
    "linenostart",
    "lineNumbersInTable",
    "anchorlinenos",
    "lineanchors",
    "tabwidth",
    "title",
    "hl_inline",
    "noHl",
    "style",
    "noClasses",
    "guessSyntax",
    "codeFences",
    "wrapperClass",
    "id",
    "class",
];

/// A block has a few thousand lines; a range that says more is cut here.
const MOST_RANGES: usize = 1000;

/// Splits a fence's info string into its first word and the range of what
/// follows it: `go {linenos=true}` and `go{linenos=true}` alike.
pub fn split_info(info: &str) -> (&str, Range<usize>) {
    let start = info.len() - info.trim_start().len();
    let rest = &info[start..];
    let length = rest
        .find(|c: char| c.is_whitespace() || c == '{')
        .unwrap_or(rest.len());
    // `{.go}` and `{hl_lines=1}` alone: no word, attributes only.
    let end = start + length;
    let tail = &info[end..];
    let skipped = tail.len() - tail.trim_start().len();
    (
        &info[start..end],
        end + skipped..end + tail.trim_end().len().max(skipped),
    )
}

impl Options {
    /// Reads the attributes of a fence, with or without the braces around
    /// them: `{hl_lines=[1,"3-4"] linenos=table title="x" #id .class}`. Words
    /// between pairs are parted by spaces or commas.
    pub fn parse(attributes: &str) -> (Options, Vec<Problem>) {
        let mut reader = Reader::default();
        let trimmed = attributes.trim();
        if trimmed.is_empty() {
            return (reader.options, reader.problems);
        }
        let mut start = attributes.len() - attributes.trim_start().len();
        let mut end = start + trimmed.len();
        if trimmed.starts_with('{') {
            start += 1;
            if trimmed.len() > 1 && trimmed.ends_with('}') {
                end -= 1;
            } else {
                reader.problems.push(
                    Problem::warning(
                        "code-options",
                        start - 1..end,
                        "expected `}` at the end of the options".into(),
                    )
                    .help("write them as ```` ```go {linenos=table,hl_lines=[1,\"3-4\"]} ````"),
                );
            }
        }
        reader.fence(attributes, start, end);
        (reader.options, reader.problems)
    }

    /// Reads the second argument of the `highlight` shortcode:
    /// `linenos=table,hl_lines=8 15-17,linenostart=199`.
    pub fn parse_shortcode(list: &str) -> (Options, Vec<Problem>) {
        let mut reader = Reader::default();
        let mut at = 0;
        for pair in list.split(',') {
            let start = at + pair.len() - pair.trim_start().len();
            at += pair.len() + 1;
            let pair = pair.trim();
            if pair.is_empty() {
                continue;
            }
            let range = start..start + pair.len();
            match pair.split_once('=') {
                Some((key, value)) => {
                    let value = value.trim();
                    let unquoted = value.trim_matches(|c| c == '"' || c == '\'');
                    reader.set(key.trim(), &[unquoted], range);
                }
                None => reader.set(pair, &["true"], range),
            }
        }
        (reader.options, reader.problems)
    }
}

#[derive(Default)]
struct Reader {
    options: Options,
    problems: Vec<Problem>,
}

impl Reader {
    /// `text[start..end]`, a list of `key=value`, `#id` and `.class`.
    fn fence(&mut self, text: &str, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let rest = &text[at..end];
            let Some(first) = rest.chars().next() else {
                break;
            };
            if first.is_whitespace() || first == ',' {
                at += first.len_utf8();
                continue;
            }
            let stop = rest
                .find(|c: char| c.is_whitespace() || c == ',' || c == '=')
                .unwrap_or(rest.len());
            let key = &rest[..stop];
            if key.is_empty() {
                // A stray `=`.
                self.odd(at..at + 1, "expected a name before `=`");
                at += 1;
            } else if let Some(id) = key.strip_prefix('#') {
                self.set("id", &[id], at..at + stop);
                at += stop;
            } else if let Some(class) = key.strip_prefix('.') {
                self.set("class", &[class], at..at + stop);
                at += stop;
            } else if rest[stop..].starts_with('=') {
                let (values, after) = values(text, at + stop + 1, end);
                let Some(values) = values else {
                    self.odd(at..after, &format!("the value of `{key}` has no end"));
                    return;
                };
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                self.set(key, &values, at..after);
                at = after;
            } else {
                self.set(key, &["true"], at..at + stop);
                at += stop;
            }
        }
    }

    fn odd(&mut self, range: Range<usize>, message: &str) {
        self.problems
            .push(Problem::warning("code-options", range, message.to_owned()));
    }

    fn set(&mut self, key: &str, values: &[&str], range: Range<usize>) {
        let value = values.first().copied().unwrap_or("");
        match normal(key).as_str() {
            "hllines" => self.options.hl_lines = self.lines(key, values, range),
            "inslines" => self.options.ins_lines = self.lines(key, values, range),
            "dellines" => self.options.del_lines = self.lines(key, values, range),
            "linenos" => {
                self.options.line_numbers = match value.to_ascii_lowercase().as_str() {
                    "table" => Some(LineNumbers::Table),
                    "inline" => Some(LineNumbers::Inline),
                    "true" | "1" | "yes" => Some(LineNumbers::On),
                    "false" | "0" | "no" => Some(LineNumbers::None),
                    _ => {
                        let message = format!(
                            "`{key}` is `{value}`, expected `table`, `inline`, `true` or `false`"
                        );
                        self.odd(range, &message);
                        None
                    }
                }
            }
            "linenumbersintable" => self.options.table = self.bool(key, value, range),
            "linenostart" => self.options.start = self.number(key, value, range),
            "tabwidth" => self.options.tab_width = self.number(key, value, range).map(|n| n.min(16)),
            "anchorlinenos" => self.options.anchors = self.bool(key, value, range),
            "lineanchors" => self.options.line_anchors = Some(value.to_owned()),
            "title" => self.options.title = Some(value.to_owned()),
            "hlinline" => self.options.inline = self.bool(key, value, range).unwrap_or(false),
            "nohl" => self.options.plain = self.bool(key, value, range).unwrap_or(false),
            "id" => self.options.id = Some(value.to_owned()),
            "class" | "wrapperclass" => {
                let classes = values.iter().flat_map(|v| v.split_whitespace());
                self.options.classes.extend(classes.map(str::to_owned));
            }
            "style" | "noclasses" => self.problems.push(
                Problem::warning("code-options", range, format!("`{key}` has no effect on one block"))
                    .help("colours come from the style sheet: set `markup.highlight.style` for the whole site"),
            ),
            // Said of the whole site; harmless here.
            "guesssyntax" | "codefences" => {}
            _ if is_attribute(key) => self.options.attributes.push((key.to_ascii_lowercase(), value.to_owned())),
            _ => {
                let problem = Problem::warning("code-options", range, format!("unknown option `{key}` of a code block"));
                let near = text::nearest(key, KEYS.into_iter());
                self.problems.push(match near {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                });
            }
        }
    }

    fn bool(&mut self, key: &str, value: &str, range: Range<usize>) -> Option<bool> {
        match value.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => {
                self.odd(
                    range,
                    &format!("`{key}` is `{value}`, expected `true` or `false`"),
                );
                None
            }
        }
    }

    fn number(&mut self, key: &str, value: &str, range: Range<usize>) -> Option<u32> {
        let number = value.parse::<u32>().ok().filter(|n| *n <= 1_000_000_000);
        if number.is_none() {
            self.odd(
                range,
                &format!("`{key}` is `{value}`, expected a whole number"),
            );
        }
        number
    }

    /// `[1,"3-4"]`, `"1 3-4"`, `1-3`.
    fn lines(&mut self, key: &str, values: &[&str], range: Range<usize>) -> Vec<(u32, u32)> {
        let mut lines = Vec::new();
        let words = values
            .iter()
            .flat_map(|v| v.split(|c: char| c.is_whitespace() || c == ','));
        for word in words.filter(|w| !w.is_empty()) {
            let (first, last) = word.split_once('-').unwrap_or((word, word));
            match (first.parse::<u32>(), last.parse::<u32>()) {
                (Ok(first), Ok(last)) if first >= 1 && first <= last => lines.push((first, last)),
                _ => {
                    let message = format!(
                        "`{key}` has `{word}`, expected a line such as `3` or lines such as `3-5`"
                    );
                    self.problems
                        .push(Problem::warning("code-options", range.clone(), message));
                }
            }
        }
        lines.truncate(MOST_RANGES);
        lines
    }
}

/// A value that begins at `start`: a list in brackets, a quoted text or a bare
/// word. Gives the texts in it and where it ends; no texts when it has no end.
fn values(text: &str, start: usize, end: usize) -> (Option<Vec<String>>, usize) {
    let rest = &text[start..end];
    match rest.chars().next() {
        Some('[') => {
            let Some(close) = rest.find(']') else {
                return (None, end);
            };
            let items = rest[1..close].split(',').map(|item| {
                item.trim()
                    .trim_matches(|c| c == '"' || c == '\'')
                    .to_owned()
            });
            (Some(items.collect()), start + close + 1)
        }
        Some(quote @ ('"' | '\'')) => {
            let mut value = String::new();
            let mut chars = rest.char_indices().skip(1);
            while let Some((at, c)) = chars.next() {
                if c == quote {
                    return (Some(vec![value]), start + at + 1);
                }
                // Only a quote or a backslash is escaped: `C:\new` stays.
                match (c, rest[at + c.len_utf8()..].chars().next()) {
                    ('\\', Some(next)) if next == quote || next == '\\' => {
                        value.push(next);
                        chars.next();
                    }
                    _ => value.push(c),
                }
            }
            (None, end)
        }
        _ => {
            let stop = rest
                .find(|c: char| c.is_whitespace() || c == ',')
                .unwrap_or(rest.len());
            (Some(vec![rest[..stop].to_owned()]), start + stop)
        }
    }
}

/// Attributes that can do no harm on the wrapper of a block.
fn is_attribute(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let named = matches!(
        key.as_str(),
        "lang" | "dir" | "role" | "translate" | "itemprop" | "itemscope" | "itemtype"
    );
    let plain = key
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    plain && (named || key.starts_with("data-") || key.starts_with("aria-"))
}

fn normal(key: &str) -> String {
    crate::tree::normal(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fence(text: &str) -> Options {
        let (options, problems) = Options::parse(text);
        assert_eq!(problems, [], "{text}");
        options
    }

    fn complaint(text: &str) -> (String, String, Option<String>) {
        let (_, mut problems) = Options::parse(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        let problem = problems.remove(0);
        (
            text[problem.range].to_owned(),
            problem.message,
            problem.help,
        )
    }

    #[test]
    fn a_fence_says_lines_numbers_and_a_title() {
        let options =
            fence(r#"{hl_lines=[1,"3-4"],linenos=table,linenostart=10,title="a \"b\" c"}"#);
        assert_eq!(options.hl_lines, [(1, 1), (3, 4)]);
        assert_eq!(options.line_numbers, Some(LineNumbers::Table));
        assert_eq!(options.start, Some(10));
        assert_eq!(options.title.as_deref(), Some("a \"b\" c"));
        assert_eq!(fence(r#"hl_lines="1 3-4""#).hl_lines, [(1, 1), (3, 4)]);
        assert_eq!(fence("{hl_lines=7}").hl_lines, [(7, 7)]);
        assert_eq!(fence("{ins_lines=2 del_lines=[3]}").del_lines, [(3, 3)]);
        assert_eq!(fence("").hl_lines, []);
    }

    #[test]
    fn line_numbers_have_many_spellings() {
        let numbers = |text: &str| fence(text).line_numbers;
        assert_eq!(numbers("{lineNos=true}"), Some(LineNumbers::On));
        assert_eq!(numbers("{lineNos}"), Some(LineNumbers::On));
        assert_eq!(numbers("{linenos=inline}"), Some(LineNumbers::Inline));
        assert_eq!(numbers("{linenos=false}"), Some(LineNumbers::None));
        assert_eq!(
            fence("{lineNumbersInTable=false, linenos=true}").table,
            Some(false)
        );
        assert_eq!(numbers("{}"), None);
    }

    #[test]
    fn ids_classes_and_data_reach_the_wrapper() {
        let options =
            fence(r#"{#main .wide class="a b" data-x=1 anchorlinenos=true lineanchors=p}"#);
        assert_eq!(options.id.as_deref(), Some("main"));
        assert_eq!(options.classes, ["wide", "a", "b"]);
        assert_eq!(options.attributes, [("data-x".to_owned(), "1".to_owned())]);
        assert_eq!(
            (options.anchors, options.line_anchors.as_deref()),
            (Some(true), Some("p"))
        );
    }

    #[test]
    fn a_shortcode_separates_its_options_by_commas() {
        let (options, problems) =
            Options::parse_shortcode("linenos=table, hl_lines=8 15-17 ,linenostart=199");
        assert_eq!(problems, []);
        assert_eq!(options.hl_lines, [(8, 8), (15, 17)]);
        assert_eq!(options.start, Some(199));
        let (_, problems) = Options::parse_shortcode("a=1, hl_linse=2");
        assert_eq!(problems[1].range, 5..15);
        assert_eq!(
            problems[1].help.as_deref(),
            Some("did you mean `hl_lines`?")
        );
    }

    #[test]
    fn what_is_wrong_is_said_where_it_stands() {
        let check = |text: &str, place: &str, message: &str, help: Option<&str>| {
            let (at, said, advice) = complaint(text);
            assert_eq!(
                (at.as_str(), said.as_str(), advice.as_deref()),
                (place, message, help),
                "{text}"
            );
        };
        check(
            "{linenos=table hl_line=3}",
            "hl_line=3",
            "unknown option `hl_line` of a code block",
            Some("did you mean `hl_lines`?"),
        );
        check(
            "{onclick=x}",
            "onclick=x",
            "unknown option `onclick` of a code block",
            None,
        );
        check(
            "{linenos=tabel}",
            "linenos=tabel",
            "`linenos` is `tabel`, expected `table`, `inline`, `true` or `false`",
            None,
        );
        check(
            r#"{hl_lines=["5-3"]}"#,
            r#"hl_lines=["5-3"]"#,
            "`hl_lines` has `5-3`, expected a line such as `3` or lines such as `3-5`",
            None,
        );
        check(
            "{linenostart=x}",
            "linenostart=x",
            "`linenostart` is `x`, expected a whole number",
            None,
        );
        check(
            "{title=\"é}",
            "title=\"é",
            "the value of `title` has no end",
            None,
        );
        check(
            "{style=monokai}",
            "style=monokai",
            "`style` has no effect on one block",
            Some(
                "colours come from the style sheet: set `markup.highlight.style` for the whole site",
            ),
        );
        check(
            "{linenos=true",
            "{linenos=true",
            "expected `}` at the end of the options",
            Some("write them as ```` ```go {linenos=table,hl_lines=[1,\"3-4\"]} ````"),
        );
    }

    #[test]
    fn an_info_string_is_a_word_and_attributes() {
        let check = |info: &str, word: &str, rest: &str| {
            let (lang, range) = split_info(info);
            assert_eq!((lang, &info[range]), (word, rest), "{info}");
        };
        check("go {linenos=true}", "go", "{linenos=true}");
        check(" go{linenos=true} ", "go", "{linenos=true}");
        check("{hl_lines=1}", "", "{hl_lines=1}");
        check("c++", "c++", "");
        check("", "", "");
        check("go  ", "go", "");
    }
}
