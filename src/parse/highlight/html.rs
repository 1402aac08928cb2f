//! Runs of classes become HTML, and lines of it a block, in the shape of Chroma.

use super::classes::Class;
use super::options::{Defaults, LineNumbers, Options};
use crate::parse::token;
use crate::text;
use std::fmt::Write;

/// Escapes code for element content. Quotes need no escape there, and tokens of
/// other holes pass as they are.
pub(super) fn escape(code: &str, out: &mut String) {
    let mut from = 0;
    for at in memchr::memchr3_iter(b'&', b'<', b'>', code.as_bytes()) {
        out.push_str(&code[from..at]);
        out.push_str(match code.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        from = at + 1;
    }
    out.push_str(&code[from..]);
}

/// One line without its newline. Each run is an end and a class. Whitespace at
/// the edge of an element stands outside it, and neighbours of one class, with
/// nothing but whitespace between, share one.
pub(super) fn line(line: &str, runs: &[(usize, Class)], out: &mut String) {
    let mut writer = Writer {
        line,
        written: 0,
        open: Class::PLAIN,
        out,
    };
    let mut tokens = Tokens::new(line);
    let mut start = 0;
    for (end, class) in runs {
        let end = tokens.outside((*end).min(line.len()));
        if end <= start {
            continue;
        }
        writer.run(start, end, *class);
        start = end;
    }
    writer.finish();
}

struct Writer<'a> {
    line: &'a str,
    written: usize,
    open: Class,
    out: &'a mut String,
}

impl Writer<'_> {
    fn run(&mut self, start: usize, end: usize, class: Class) {
        let text = &self.line[start..end];
        let trimmed = text.trim_start_matches([' ', '\t']);
        if trimmed.is_empty() {
            return;
        }
        let first = end - trimmed.len();
        let last = start + text.trim_end_matches([' ', '\t', '\r', '\n']).len();
        if last <= first {
            return;
        }
        if class != self.open {
            self.close();
            self.write(first);
            if class != Class::PLAIN {
                let _ = write!(self.out, "<span class=\"{}\">", class.name());
                self.open = class;
            }
        }
        self.write(last);
    }

    fn write(&mut self, end: usize) {
        escape(&self.line[self.written..end], self.out);
        self.written = end;
    }

    fn close(&mut self) {
        if self.open != Class::PLAIN {
            self.out.push_str("</span>");
            self.open = Class::PLAIN;
        }
    }

    fn finish(&mut self) {
        self.close();
        self.write(self.line.len());
    }
}

/// The places of tokens, so that no element begins or ends within one.
struct Tokens<'a> {
    line: &'a str,
    next: Option<(usize, usize)>,
}

impl<'a> Tokens<'a> {
    fn new(line: &'a str) -> Tokens<'a> {
        let next = token::find(line).map(|(start, end, _)| (start, end));
        Tokens { line, next }
    }

    /// `at`, or the end of the token that it is within. Asked in rising order.
    fn outside(&mut self, at: usize) -> usize {
        while let Some((start, end)) = self.next {
            if at <= start {
                return at;
            }
            if at < end {
                return end;
            }
            self.next = token::find(&self.line[end..]).map(|(from, to, _)| (end + from, end + to));
        }
        at
    }
}

/// What a block looks like, once its options and the site's are put together.
pub(super) struct Layout<'a> {
    options: &'a Options,
    defaults: &'a Defaults,
    numbers: LineNumbers,
    /// Each line needs an element of its own.
    pub(super) by_line: bool,
}

impl<'a> Layout<'a> {
    pub(super) fn new(options: &'a Options, defaults: &'a Defaults) -> Layout<'a> {
        let numbers = match options.line_numbers.unwrap_or(defaults.line_numbers) {
            LineNumbers::On if options.table.unwrap_or(!defaults.numbers_inline) => {
                LineNumbers::Table
            }
            LineNumbers::On => LineNumbers::Inline,
            said => said,
        };
        let numbers = if options.inline {
            LineNumbers::None
        } else {
            numbers
        };
        let marked = [&options.hl_lines, &options.ins_lines, &options.del_lines]
            .iter()
            .any(|l| !l.is_empty());
        let by_line = !options.inline && (numbers != LineNumbers::None || marked);
        Layout {
            options,
            defaults,
            numbers,
            by_line,
        }
    }

    /// Everything before the code. `lines` is how many there are.
    pub(super) fn open(&self, lang: &str, lines: u32, out: &mut String) {
        if self.options.inline {
            out.push_str("<code class=\"code-inline");
            if !lang.is_empty() {
                out.push_str(" language-");
                text::escape_attr(out, lang);
            }
            out.push_str("\">");
            return;
        }
        if let Some(title) = &self.options.title {
            out.push_str("<figure class=\"code\"><figcaption>");
            escape(title, out);
            out.push_str("</figcaption>");
        }
        self.wrapper(out);
        if self.numbers == LineNumbers::Table {
            self.numbers_column(lines, out);
        }
        out.push_str("<pre tabindex=\"0\" class=\"chroma\"><code");
        if !lang.is_empty() {
            out.push_str(" class=\"language-");
            text::escape_attr(out, lang);
            out.push_str("\" data-lang=\"");
            text::escape_attr(out, lang);
            out.push('"');
        }
        out.push('>');
    }

    fn wrapper(&self, out: &mut String) {
        let class = &self.defaults.wrapper_class;
        out.push_str("<div class=\"");
        text::escape_attr(out, if class.is_empty() { "highlight" } else { class });
        for class in &self.options.classes {
            out.push(' ');
            text::escape_attr(out, class);
        }
        out.push('"');
        let id = self.options.id.iter().map(|id| ("id", id.as_str()));
        let rest = self
            .options
            .attributes
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        for (key, value) in id.chain(rest) {
            let _ = write!(out, " {key}=\"");
            text::escape_attr(out, value);
            out.push('"');
        }
        out.push('>');
    }

    fn numbers_column(&self, lines: u32, out: &mut String) {
        out.push_str("<div class=\"chroma\">\n<table class=\"lntable\"><tr><td class=\"lntd\">\n");
        out.push_str("<pre tabindex=\"0\" class=\"chroma\"><code>");
        for line in 1..=lines {
            let marked = self.mark(line);
            if let Some(class) = marked {
                let _ = write!(out, "<span class=\"{class}\">");
            }
            self.number("lnt", line, "\n", out);
            if marked.is_some() {
                out.push_str("</span>");
            }
        }
        out.push_str("</code></pre></td>\n<td class=\"lntd\">\n");
    }

    /// A line's number; with a link to itself where that is asked for.
    fn number(&self, class: &str, line: u32, end: &str, out: &mut String) {
        let number = u64::from(self.options.start.unwrap_or(1)) + u64::from(line) - 1;
        if !self.options.anchors.unwrap_or(self.defaults.anchors) {
            let _ = write!(out, "<span class=\"{class}\">{number}{end}</span>");
            return;
        }
        let prefix = self
            .options
            .line_anchors
            .as_deref()
            .unwrap_or(&self.defaults.line_anchors);
        let mut id = String::new();
        text::escape_attr(&mut id, if prefix.is_empty() { "hl" } else { prefix });
        let _ = write!(id, "-{number}");
        let _ = write!(
            out,
            "<span class=\"{class}\" id=\"{id}\"><a class=\"lnlinks\" href=\"#{id}\">{number}</a>{end}</span>"
        );
    }

    /// The class of a line that is marked.
    fn mark(&self, line: u32) -> Option<&'static str> {
        let within = |ranges: &[(u32, u32)]| {
            ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&line))
        };
        if within(&self.options.del_lines) {
            Some("hl del")
        } else if within(&self.options.ins_lines) {
            Some("hl ins")
        } else {
            within(&self.options.hl_lines).then_some("hl")
        }
    }

    /// Before a line, counted from 1.
    pub(super) fn open_line(&self, line: u32, out: &mut String) {
        if !self.by_line {
            return;
        }
        match self.mark(line) {
            Some(class) => {
                let _ = write!(out, "<span class=\"line {class}\">");
            }
            None => out.push_str("<span class=\"line\">"),
        }
        if self.numbers == LineNumbers::Inline {
            self.number("ln", line, "", out);
        }
        out.push_str("<span class=\"cl\">");
    }

    /// After a line and its newline.
    pub(super) fn close_line(&self, out: &mut String) {
        if self.by_line {
            out.push_str("</span></span>");
        }
    }

    pub(super) fn close(&self, out: &mut String) {
        out.push_str("</code>");
        if self.options.inline {
            return;
        }
        out.push_str("</pre>");
        if self.numbers == LineNumbers::Table {
            out.push_str("</td></tr></table>\n</div>\n");
        }
        out.push_str("</div>");
        if self.options.title.is_some() {
            out.push_str("</figure>");
        }
    }
}
