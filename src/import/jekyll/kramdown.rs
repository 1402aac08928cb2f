//! kramdown's own marks, written as ours: attribute lists, the list that becomes the
//! contents, comments. What has no counterpart is left out and said.

use super::liquid::split_unquoted;
use crate::diag::{Diagnostic, FileId, Span};

/// A text, and what it asks for.
pub struct Written {
    pub text: String,
    /// It had a place for contents.
    pub contents: bool,
    /// It has attributes of blocks, which the configuration must allow.
    pub attributes: bool,
    /// It has formulas.
    pub formulas: bool,
}

/// Translates a body line by line; what stands in code stays. `at` is the byte of `file` at
/// which the body began: places are right for as long as nothing before was replaced.
pub fn translate(text: &str, file: FileId, at: usize, findings: &mut Vec<Diagnostic>) -> Written {
    let mut written = Written {
        text: String::with_capacity(text.len()),
        contents: false,
        attributes: false,
        formulas: false,
    };
    let mut fence: Option<(char, usize)> = None;
    let mut comment = false;
    let mut start = 0;
    let mut before_blank = true;
    for line in text.split_inclusive('\n') {
        let span = Span::new(file, at + start, at + start + line.trim_end().len());
        start += line.len();
        let bare = line.trim();
        if let Some((mark, count)) = fence {
            let run = bare.chars().take_while(|c| *c == mark).count();
            if run >= count && bare.chars().all(|c| c == mark) {
                fence = None;
            }
            written.text.push_str(line);
            continue;
        }
        if comment {
            comment = !matches!(bare, "{:/comment}" | "{:/}");
            continue;
        }
        let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'));
        if let Some(mark) = mark {
            let count = bare.chars().take_while(|c| *c == mark).count();
            if count >= 3 {
                fence = Some((mark, count));
            }
        }
        let blank = bare.is_empty();
        if fence.is_some() || (before_blank && line.starts_with("    ")) {
            written.text.push_str(line);
            before_blank = blank;
            continue;
        }
        let mut mend = Mend {
            written: &mut written,
            findings,
            span,
            before_blank,
        };
        match mend.line(line, bare) {
            Becomes::Line(new) => written.text.push_str(&new),
            Becomes::Nothing => {}
            Becomes::Comment => comment = true,
        }
        before_blank = blank;
    }
    written
}

enum Becomes {
    Line(String),
    Nothing,
    Comment,
}

struct Mend<'a> {
    written: &'a mut Written,
    findings: &'a mut Vec<Diagnostic>,
    span: Span,
    before_blank: bool,
}

impl Mend<'_> {
    fn line(&mut self, line: &str, bare: &str) -> Becomes {
        if bare.contains("$$") {
            self.written.formulas = true;
        }
        match bare {
            "{:toc}" | "{: toc}" | "{:toc .no_toc}" => {
                self.drop_marker();
                self.written.contents = true;
                return Becomes::Nothing;
            }
            "{::comment}" => return Becomes::Comment,
            "{::nomarkdown}" | "{:/nomarkdown}" | "{:/}" => return Becomes::Nothing,
            _ => {}
        }
        if bare.starts_with("{::") {
            self.left_out(bare);
            return Becomes::Nothing;
        }
        if bare.starts_with("*[") && bare.contains("]:") {
            self.left_out(bare);
            return Becomes::Nothing;
        }
        if let Some(list) = attributes(bare) {
            let before_text = !self.before_blank && !self.written.text.is_empty();
            let indent = &line[..line.len() - line.trim_start().len()];
            // An id or class for the whole list would be one of its last item here.
            return match (translated(list), before_text) {
                (Some(list), true) if !list.is_empty() => {
                    self.written.attributes = true;
                    Becomes::Line(format!("{indent}{{{list}}}\n"))
                }
                (Some(_), _) if list.trim() == ".no_toc" => Becomes::Nothing,
                _ => {
                    self.left_out(bare);
                    Becomes::Nothing
                }
            };
        }
        Becomes::Line(self.spans(line, bare))
    }

    /// Attribute lists behind headings, and those behind links, emphasis and pictures.
    fn spans(&mut self, line: &str, bare: &str) -> String {
        if !line.contains("{:") {
            return line.to_owned();
        }
        let heading = bare.starts_with('#');
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find("{:") {
            let end = rest[at..].find('}').map(|end| at + end + 1);
            let Some(end) = end else { break };
            let code = out.matches('`').count() + rest[..at].matches('`').count();
            let list = attributes(&rest[at..end]);
            match list {
                Some(list) if code.is_multiple_of(2) => {
                    out.push_str(&rest[..at]);
                    match translated(list).filter(|list| heading && !list.is_empty()) {
                        Some(list) => out.push_str(&format!("{{{list}}}")),
                        None => self.left_out(&rest[at..end]),
                    }
                }
                _ => out.push_str(&rest[..end]),
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }

    /// The item that only held the place for the contents.
    fn drop_marker(&mut self) {
        let text = &mut self.written.text;
        let end = text.trim_end_matches(['\n', '\r']).len();
        let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..end].trim_start();
        let item =
            line.starts_with(['*', '-', '+']) || line.starts_with(|c: char| c.is_ascii_digit());
        if item {
            text.truncate(start);
        }
    }

    fn left_out(&mut self, what: &str) {
        let message = format!("`{what}` is left out");
        let finding = Diagnostic::warning("kramdown", self.span, message).help(
            "kramdown's mark has no counterpart; write HTML with the attributes, if they matter",
        );
        self.findings.push(finding);
    }
}

/// The inside of `{: … }`.
fn attributes(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("{:")?.strip_suffix('}')?;
    let plain = !inside.starts_with([':', '/']) && !inside.contains(['{', '}']);
    plain.then(|| inside.trim())
}

/// `.a #b key="c"` as we have it; none where it names a list of attributes that was
/// defined elsewhere.
fn translated(list: &str) -> Option<String> {
    let mut out: Vec<&str> = Vec::new();
    for word in words(list) {
        match word {
            ".no_toc" => {}
            word if word.starts_with(['.', '#']) || word.contains('=') => out.push(word),
            _ => return None,
        }
    }
    Some(out.join(" "))
}

/// Words between spaces, but for spaces in quotes.
fn words(list: &str) -> Vec<&str> {
    let words = split_unquoted(list, char::is_whitespace);
    words.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::translate;
    use crate::diag::FileId;

    fn check(text: &str, expected: &str, left_out: usize) {
        let mut findings = Vec::new();
        let written = translate(text, FileId(0), 0, &mut findings);
        assert_eq!(written.text, expected, "{text}");
        assert_eq!(findings.len(), left_out, "{text}: {findings:?}");
    }

    #[test]
    fn marks_become_ours() {
        check("Text\n{: .lead #x}\n", "Text\n{.lead #x}\n", 0);
        check("# A {: #b .c}\n", "# A {#b .c}\n", 0);
        check("# A {#b}\n", "# A {#b}\n", 0);
        check("# A\n{:.no_toc}\n", "# A\n", 0);
        check("* TOC\n{:toc}\n\nText\n", "\nText\n", 0);
        check("a\n{::comment}\nb\n{:/comment}\nc\n", "a\nc\n", 0);
        check("[a](b){:target=\"_blank\"} c\n", "[a](b) c\n", 1);
        check("{:.above}\nText\n", "Text\n", 1);
        check("*[HTML]: Hyper\n", "", 1);
    }

    #[test]
    fn code_stays_as_it_is() {
        let code = "```\n{:toc}\n```\n\n    {: .a}\n\n`{: .b}`\n";
        check(code, code, 0);
    }
}
