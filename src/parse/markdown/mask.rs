//! Takes out of a text what Markdown shall not read: formulas, and attributes
//! on a line of their own, a colon that begins a line but no definition. In
//! their place stand marks: U+FDD2 n U+FDD3 for a formula, a comment with U+FDD4
//! for a line, which ends a paragraph as Goldmark's attribute line does, and
//! U+FDD5 for a colon.

use super::attributes::{self, Attributes};
use super::math::{self, Fence};
use super::{Options, Shift};
use std::borrow::Cow;
use std::ops::Range;

pub(super) const FORMULA: char = '\u{FDD2}';
pub(super) const FORMULA_END: char = '\u{FDD3}';
/// The parser takes any line with a colon for a definition, `:smile:` too.
pub(super) const COLON: char = '\u{FDD5}';
/// What each of these characters begins with in UTF-8.
pub(super) const FIRST: u8 = 0xEF;
const MARKS: [char; 3] = [FORMULA, '\u{FDD4}', COLON];
const LINE: &str = "<!--\u{FDD4}";

pub(super) struct Masked<'a> {
    pub(super) text: Cow<'a, str>,
    shifts: Vec<Shift>,
    pub(super) formulas: Vec<Formula<'a>>,
    lines: Vec<Line<'a>>,
}

pub(super) struct Formula<'a> {
    /// As written, delimiters included.
    pub(super) raw: Cow<'a, str>,
    open: usize,
    close: usize,
    pub(super) fence: Fence,
    /// The whole, in the text before anything was masked.
    pub(super) range: Range<usize>,
}

impl Formula<'_> {
    /// Where what is within begins, where it stands in the text letter by letter.
    pub(super) fn at(&self) -> Option<usize> {
        matches!(self.raw, Cow::Borrowed(_)).then_some(self.range.start + self.open)
    }

    pub(super) fn inner(&self) -> &str {
        &self.raw[self.open..self.raw.len() - self.close]
    }
}

pub(super) struct Line<'a> {
    raw: &'a str,
    pub(super) attributes: Attributes,
    /// A blank line before: the attributes belong to nothing.
    pub(super) loose: bool,
}

impl<'a> Masked<'a> {
    /// The same range before anything was masked.
    pub(super) fn unmasked(&self, range: Range<usize>) -> Range<usize> {
        let back = |at: usize| match self
            .shifts
            .partition_point(|shift| shift.at <= at)
            .checked_sub(1)
        {
            Some(last) => self.shifts[last].source + (at - self.shifts[last].at),
            None => at,
        };
        back(range.start)..back(range.end)
    }

    /// The formula whose mark `text` begins with, and the length of the mark.
    pub(super) fn formula(&self, text: &str) -> Option<(usize, usize)> {
        let rest = text.strip_prefix(FORMULA)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let index: usize = rest[..digits].parse().ok()?;
        if !rest[digits..].starts_with(FORMULA_END) || index >= self.formulas.len() {
            return None;
        }
        Some((index, FORMULA.len_utf8() + digits + FORMULA_END.len_utf8()))
    }

    /// The line of attributes that a raw block of HTML stands for.
    pub(super) fn line(&self, html: &str) -> Option<&Line<'a>> {
        let rest = html.trim_start().strip_prefix(LINE)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.lines.get(rest[..digits].parse::<usize>().ok()?)
    }

    /// Text that turned out to be no prose, as it was written.
    pub(super) fn restore<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.shifts.is_empty() || !text.contains(MARKS) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(MARKS) {
            let (before, marked) = rest.split_at(at);
            out.push_str(before);
            if let Some((index, length)) = self.formula(marked) {
                out.push_str(&self.formulas[index].raw);
                rest = &marked[length..];
            } else if out.ends_with("<!--")
                && let Some(line) = self.line(&rest[at - 4..])
                && let Some(end) = marked.find("-->")
            {
                out.truncate(out.len() - 4);
                out.push_str(line.raw);
                rest = &marked[end + 3..];
            } else if let Some(after) = marked.strip_prefix(COLON) {
                out.push(':');
                rest = after;
            } else {
                let length = marked.chars().next().map_or(0, char::len_utf8);
                out.push_str(&marked[..length]);
                rest = &marked[length..];
            }
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

pub(super) fn mask<'a>(text: &'a str, options: &Options) -> Masked<'a> {
    let bytes = text.as_bytes();
    let math = options.math
        && (memchr::memchr(b'$', bytes).is_some()
            || memchr::memmem::find(bytes, b"\\(").is_some()
            || memchr::memmem::find(bytes, b"\\[").is_some());
    let lines = options.block_attributes && memchr::memchr(b'{', bytes).is_some();
    let masked = Masked {
        text: Cow::Borrowed(text),
        shifts: Vec::new(),
        formulas: Vec::new(),
        lines: Vec::new(),
    };
    let colons = options.definition_lists && has_colon_lines(bytes);
    if !math && !lines && !colons {
        return masked;
    }
    let mut scanner = Scanner {
        text,
        bytes,
        at: 0,
        done: 0,
        out: String::with_capacity(text.len()),
        masked,
        lone_dollars: options.lone_dollars,
        paragraph: 0,
        unclosed: [0; 32],
    };
    scanner.scan(math, lines, colons);
    scanner.finish()
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    done: usize,
    out: String,
    masked: Masked<'a>,
    lone_dollars: bool,
    /// The end of the paragraph that `at` is in, when it was looked for.
    paragraph: usize,
    /// By length: up to where no closing run of backticks was found.
    unclosed: [usize; 32],
}

impl<'a> Scanner<'a> {
    fn scan(&mut self, math: bool, lines: bool, colons: bool) {
        let mut fence: Option<(u8, usize)> = None;
        let mut blank = true;
        while self.at < self.bytes.len() {
            let start = self.at;
            let end = self.line_end(start);
            let line = &self.text[start..end];
            let content = line.trim_start_matches([' ', '\t', '>']);
            if let Some((mark, length)) = fence {
                let run = run(content.as_bytes(), mark);
                if run >= length && content[run..].trim().is_empty() {
                    fence = None;
                }
                self.at = end;
            } else if let Some(open) = opens_fence(content) {
                fence = Some(open);
                self.at = end;
            } else if lines && content.starts_with('{') && self.attributes(start, line, blank) {
                self.at = end;
            } else if colons && content.starts_with(':') && !is_definition(content) {
                let at = end - content.len();
                let mut mark = [0; 4];
                self.replace(at..at + 1, COLON.encode_utf8(&mut mark));
                self.at = at + 1;
                if math {
                    self.line(end, false);
                } else {
                    self.at = end;
                }
            } else if math && !content.is_empty() {
                self.line(end, content.starts_with('|'));
            } else {
                self.at = end;
            }
            blank = content.trim().is_empty();
        }
    }

    fn line_end(&self, from: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |end| from + end + 1)
    }

    /// Replaces a line of attributes.
    fn attributes(&mut self, start: usize, line: &'a str, blank: bool) -> bool {
        let raw = line.trim_matches([' ', '\t', '>', '\n', '\r']);
        let Some(attributes) = attributes::parse(raw) else {
            return false;
        };
        let Some(at) = line.find('{') else {
            return false;
        };
        let index = self.masked.lines.len();
        self.masked.lines.push(Line {
            raw,
            attributes,
            loose: blank,
        });
        self.replace(
            start + at..start + at + raw.len(),
            &format!("{LINE}{index}-->"),
        );
        true
    }

    /// Masks the formulas of a line; one may reach into the lines after it.
    fn line(&mut self, end: usize, row: bool) {
        let mut end = end;
        while self.at < end {
            let at = self.at;
            match self.bytes[at] {
                b'`' => self.code(),
                b'<' => {
                    // A comment and a block of code go on after a blank line; a tag does not.
                    let limit = self.paragraph_end(at);
                    let markup = math::markup(&self.text[at..]);
                    let tag = memchr::memchr(b'>', &self.bytes[at..limit]).is_some();
                    self.at += markup.filter(|_| tag).unwrap_or(1);
                }
                b'$' if self.bytes.get(at + 1) == Some(&b'`') => {
                    self.at += 1;
                    self.code();
                    if self.bytes.get(self.at) == Some(&b'$') {
                        self.at += 1;
                    }
                }
                b'$' | b'\\' => self.formula(row),
                _ => {
                    let more = self.bytes[at..end]
                        .iter()
                        .position(|b| matches!(b, b'`' | b'<' | b'$' | b'\\'));
                    self.at = more.map_or(end, |more| at + more);
                }
            }
            // What reached into another line ended within it: the rest of that line is prose as well.
            if self.at > end && self.bytes[self.at - 1] != b'\n' {
                end = self.line_end(self.at);
            }
        }
    }

    fn code(&mut self) {
        let length = run(&self.bytes[self.at..], b'`');
        let from = self.at + length;
        self.at = from;
        let limit = self.paragraph_end(from);
        let slot = length.min(31);
        if self.unclosed[slot] >= limit {
            return;
        }
        let mut at = from;
        while let Some(next) = memchr::memchr(b'`', &self.bytes[at..limit]) {
            at += next;
            let close = run(&self.bytes[at..limit], b'`');
            at += close;
            if close == length {
                self.at = at;
                return;
            }
        }
        self.unclosed[slot] = limit;
    }

    fn formula(&mut self, row: bool) {
        let start = self.at;
        let limit = math::limit(self.text, start, self.paragraph_end(start));
        let found = math::find(&self.text[start..limit], row);
        let found = found.filter(|found| self.lone_dollars || !found.is_lone_dollar());
        let Some(found) = found else {
            self.at += match self.bytes[start] {
                b'$' => run(&self.bytes[start..], b'$'),
                // An escape takes its character along.
                _ => {
                    1 + self
                        .bytes
                        .get(start + 1)
                        .map_or(0, |b| usize::from(b.is_ascii_punctuation()))
                }
            };
            return;
        };
        let range = start..start + found.length;
        let raw = self.unquoted(range.clone(), row);
        let index = self.masked.formulas.len();
        self.masked.formulas.push(Formula {
            raw,
            open: found.open,
            close: found.close,
            fence: found.fence,
            range: range.clone(),
        });
        self.replace(range.clone(), &format!("{FORMULA}{index}{FORMULA_END}"));
        self.at = range.end;
    }

    /// A formula without the `>` that its lines begin with in a quote.
    fn unquoted(&self, range: Range<usize>, row: bool) -> Cow<'a, str> {
        let raw = &self.text[range.clone()];
        if row && raw.contains("\\|") {
            return Cow::Owned(raw.replace("\\|", "|"));
        }
        if !raw.contains('\n') {
            return Cow::Borrowed(raw);
        }
        let line = memchr::memrchr(b'\n', &self.bytes[..range.start]).map_or(0, |end| end + 1);
        let quotes = self.bytes[line..range.start]
            .iter()
            .filter(|b| **b == b'>')
            .count();
        if quotes == 0 {
            return Cow::Borrowed(raw);
        }
        let mut out = String::with_capacity(raw.len());
        for (number, line) in raw.split_inclusive('\n').enumerate() {
            let mut line = line;
            for _ in 0..if number == 0 { 0 } else { quotes } {
                line = line
                    .trim_start_matches(' ')
                    .strip_prefix('>')
                    .unwrap_or(line);
            }
            out.push_str(line);
        }
        Cow::Owned(out)
    }

    /// The next blank line, where no formula and no span of code goes on.
    fn paragraph_end(&mut self, from: usize) -> usize {
        if self.paragraph > from {
            return self.paragraph;
        }
        let mut at = self.line_end(from);
        while at < self.bytes.len() {
            let end = self.line_end(at);
            if self.bytes[at..end]
                .iter()
                .all(|b| matches!(b, b' ' | b'\t' | b'>' | b'\n' | b'\r'))
            {
                break;
            }
            at = end;
        }
        self.paragraph = at;
        at
    }

    fn replace(&mut self, range: Range<usize>, with: &str) {
        self.out.push_str(&self.text[self.done..range.start]);
        self.out.push_str(with);
        self.masked.shifts.push(Shift {
            at: self.out.len(),
            source: range.end,
        });
        self.done = range.end;
    }

    fn finish(mut self) -> Masked<'a> {
        if self.done > 0 {
            self.out.push_str(&self.text[self.done..]);
            self.masked.text = Cow::Owned(self.out);
        }
        self.masked
    }
}

/// Whether a line begins with a colon.
fn has_colon_lines(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b':', bytes).any(|at| {
        let before = bytes[..at]
            .iter()
            .rev()
            .find(|b| !matches!(b, b' ' | b'\t' | b'>'));
        before.is_none_or(|b| *b == b'\n')
    })
}

/// A colon, a space, a text; or the row of a table that aligns its columns.
fn is_definition(line: &str) -> bool {
    let rest = &line[1..];
    (rest.starts_with([' ', '\t']) && !rest.trim().is_empty())
        || (rest.contains('-')
            && line
                .bytes()
                .all(|b| matches!(b, b':' | b'-' | b'|' | b' ' | b'\t' | b'\r' | b'\n')))
}

fn run(bytes: &[u8], mark: u8) -> usize {
    bytes.iter().take_while(|b| **b == mark).count()
}

/// A fence of code that `line` opens, also as a list's item.
fn opens_fence(line: &str) -> Option<(u8, usize)> {
    let line = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let line = line.trim_start_matches(['-', '+', '*', '.', ')', ' ', '\t']);
    let mark = *line.as_bytes().first()?;
    let length = run(line.as_bytes(), mark);
    let fence = length >= 3 && (mark == b'~' || (mark == b'`' && !line[length..].contains('`')));
    fence.then_some((mark, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> (String, Vec<String>) {
        let options = Options {
            math: true,
            ..Options::default()
        };
        let masked = mask(text, &options);
        let formulas = masked.formulas.iter().map(|f| f.raw.to_string()).collect();
        assert_eq!(masked.restore(&masked.text), text, "restored");
        (
            masked.text.replace(FORMULA, "«").replace(FORMULA_END, "»"),
            formulas,
        )
    }

    #[test]
    fn formulas_are_found_where_prose_is() {
        let check = |text: &str, expected: &str| assert_eq!(masked(text).0, expected, "{text:?}");
        check("a $x$ b $ y $ c", "a «0» b «1» c");
        check("$5 and $6, $5M-$10M", "$5 and $6, $5M-$10M");
        check("$$a\nb$$ c $d$\n$e$", "«0» c «1»\n«2»");
        check("\\(a\\) \\[b\\] \\\\(c\\\\) \\\\[d\\\\]", "«0» «1» «2» «3»");
        check("`$a$` ``$b` $c$``", "`$a$` ``$b` $c$``");
        check("` $a$", "` «0»");
        check("```\n$a$\n```\n$b$", "```\n$a$\n```\n«0»");
        check("- ~~~\n  $a$\n  ~~~\n  $b$", "- ~~~\n  $a$\n  ~~~\n  «0»");
        check(
            "<a title=\"$x$\">$y$</a> <code>$z$</code>",
            "<a title=\"$x$\">«0»</a> <code>$z$</code>",
        );
        check("<!-- $x$ --> a < b $y$", "<!-- $x$ --> a < b «0»");
        check("\\$x$ y$ \\\\$z$", "\\$x$ y$ \\\\«0»");
        check("$a\n\nb$", "$a\n\nb$");
        check("| $5 | $ 6 | $x$ |", "| $5 | $ 6 | «0» |");
        check("$`a`$ and $b$", "$`a`$ and «0»");
        check("$$", "$$");
        check("$$ $$ $x", "$$ $$ $x");
    }

    #[test]
    fn quotes_are_no_part_of_a_formula() {
        let options = Options {
            math: true,
            ..Options::default()
        };
        let masked = mask("> $$a\n> b\n>c$$", &options);
        assert_eq!(masked.formulas[0].raw, "$$a\n b\nc$$");
        assert_eq!(masked.unmasked(2..9), 2..14);
    }

    #[test]
    fn escapes_are_undone_where_they_make_no_sense() {
        let check = |text: &str, expected: &str| assert_eq!(math::tex(text), expected, "{text}");
        check(r"\\{y_i\\}\_{i=1}^G", r"\{y_i\}_{i=1}^G");
        check(r"a \\ b", r"a \\ b");
        check(r"50^\\circ \\implies b", r"50^\circ \implies b");
        check(
            r"\begin{aligned} a \\times \end{aligned}",
            r"\begin{aligned} a \\times \end{aligned}",
        );
        check(r"a \\\\ b", r"a \\ b");
        check(r"\text{a\_b} \{x\}", r"\text{a\_b} \{x\}");
        check(r"\text{a} \_b", r"\text{a} _b");
        check(r"\mathrm{a\_b}_c \alpha\,", r"\mathrm{a\_b}_c \alpha\,");
        check("é\\", "é\\");
    }

    #[test]
    fn formulas_in_html_are_marked_once() {
        let check = |html: &str, expected: &str| {
            let mut holes = Vec::new();
            let span = crate::diag::Span::new(crate::diag::FileId(0), 0, 0);
            let found = math::in_html(html, true, span, &mut holes);
            let mut filled = String::new();
            crate::parse::fill::walk(&found, &holes, &mut filled, &mut |hole, out| {
                if let crate::parse::Hole::Formula(formula) = hole {
                    math::marked(formula, out);
                }
            });
            assert_eq!(filled, expected, "{html}");
        };
        check(
            "<p>a $x &lt; y$ <b title=\"$z$\">$ c $</b></p>",
            "<p>a <span class=\"math\">$x &lt; y$</span> <b title=\"$z$\"><span class=\"math\">$ c $</span></b></p>",
        );
        check(
            "<pre>$x$</pre><span class=\"math\">$y$</span> $5",
            "<pre>$x$</pre><span class=\"math\">$y$</span> $5",
        );
        check("plain", "plain");
        check(
            "\\(a\\)<!-- $x$",
            "<span class=\"math\">\\(a\\)</span><!-- $x$",
        );
    }
}
