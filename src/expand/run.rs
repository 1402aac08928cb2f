//! The calls of one page, run one by one in the order of their output.

use super::Env;
use super::marks::{self, Mark, Piece};
use super::registry::Shortcode;
use crate::diag::{Diagnostic, Span};
use crate::parse::highlight;
use crate::parse::markdown::{self, Origin};
use crate::parse::shortcode::{self, ArgValue, Call, Place};
use crate::parse::{CodeBlock, Heading, Hole, Ids, token};
use crate::text;
use std::borrow::Cow;
use std::rc::Rc;
use tera::value::Key;
use tera::{Context, ErrorKind, Map, Value};

/// Calls that run within calls, by nesting or through Markdown in data.
const MAX_DEPTH: usize = 40;
/// Calls that one page may run: data that brings calls that read data could go on for ever.
const MAX_CALLS: usize = 20_000;
/// Bytes that the calls of one page may write, those within others counted again.
const MAX_BYTES: usize = 64 << 20;

pub(super) struct Run<'a> {
    env: &'a Env<'a>,
    pub(super) holes: Vec<Hole>,
    pub(super) ids: Ids,
    /// Those that calls in the Markdown form brought.
    pub(super) headings: Vec<Heading>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) has_code: bool,
    pub(super) has_math: bool,
    calls: Vec<Rc<Call>>,
    /// What each call gave; empty while it runs, so that a call within its own
    /// output is nothing.
    outputs: Vec<Option<Rc<str>>>,
    running: Vec<usize>,
    ran: usize,
    written: usize,
    /// The limits are reached: the rest of the calls is left out.
    stopped: bool,
    /// Said once a page.
    warned_inline: bool,
}

/// Where the output of a call goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    /// It stands for a whole block.
    Block,
    /// Within a line of text.
    Inline,
    /// In code that is written as HTML.
    Code,
}

impl<'a> Run<'a> {
    pub(super) fn new(env: &'a Env<'a>, holes: Vec<Hole>, calls: &[Call], ids: Ids) -> Run<'a> {
        Run {
            env,
            holes,
            ids,
            headings: Vec::new(),
            diagnostics: Vec::new(),
            has_code: false,
            has_math: false,
            outputs: vec![None; calls.len()],
            calls: calls.iter().cloned().map(Rc::new).collect(),
            running: Vec::new(),
            ran: 0,
            written: 0,
            stopped: false,
            warned_inline: false,
        }
    }

    /// Appends `html` to `out`, every call in it run and every mark rendered.
    /// What has no place of its own is said at `span`.
    pub(super) fn weave(&mut self, html: &str, span: Span, out: &mut String) {
        let mut scan = Scan::new(out.len());
        let mut rest = html;
        while let Some(piece) = marks::next(&mut rest) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Token(index) => self.token(index, &mut rest, &mut scan, span, out),
                Piece::Mark(mark) => self.mark(mark, span, out),
                Piece::Cut => self.diagnostics.push(
                    Diagnostic::error(
                        "shortcode-template",
                        span,
                        "a filter has cut what `markdown` returned",
                    )
                    .help("use `markdown` as the last filter"),
                ),
            }
        }
    }

    fn token(
        &mut self,
        index: usize,
        rest: &mut &str,
        scan: &mut Scan,
        span: Span,
        out: &mut String,
    ) {
        match self.holes.get(index) {
            Some(Hole::Call(_)) if out.ends_with("<p>") && alone(rest).is_some() => {
                let calls = alone(rest).unwrap_or(*rest);
                let inside = &rest[..rest.len() - calls.len()];
                self.paragraph(index, inside.trim_end(), span, out);
                *rest = calls.strip_prefix("</p>").unwrap_or(calls);
            }
            Some(Hole::Call(call)) => {
                let call = *call;
                let mode = scan.mode(out, rest);
                let output = self.run(call, mode);
                if self.fits(out.len() + output.len(), span) {
                    out.push_str(&output);
                }
            }
            Some(Hole::Html(html)) => {
                let html = html.clone();
                if self.fits(out.len() + html.len(), span) {
                    out.push_str(&html);
                }
            }
            Some(_) => {
                self.settle(index, span);
                token::push(out, index);
            }
            // Of no hole that we made.
            None => {}
        }
    }

    /// A paragraph of nothing but calls, of which `first` is the first. One
    /// call loses the `<p>`, as in Hugo; several do if all of them are blocks,
    /// which no paragraph may hold.
    fn paragraph(&mut self, first: usize, others: &str, span: Span, out: &mut String) {
        let mut indices = vec![first];
        let mut rest = others;
        while let Some(piece) = marks::next(&mut rest) {
            if let Piece::Token(index) = piece {
                indices.push(index);
            }
        }
        let outputs: Vec<Rc<str>> = indices
            .iter()
            .filter_map(|index| match self.holes.get(*index) {
                Some(Hole::Call(call)) => Some(*call),
                _ => None,
            })
            .collect::<Vec<_>>()
            .into_iter()
            .map(|call| self.run(call, Mode::Block))
            .collect();
        let length: usize = outputs.iter().map(|output| output.len()).sum();
        if !self.fits(out.len() + length, span) {
            out.push_str("</p>");
        } else if outputs.len() == 1
            || outputs
                .iter()
                .all(|output| output.is_empty() || is_block(output))
        {
            out.truncate(out.len() - "<p>".len());
            out.push_str(&outputs.join("\n"));
        } else {
            out.push_str(&outputs.join("\n"));
            out.push_str("</p>");
        }
    }

    /// Whether a text of this many bytes may still be made: an inner text that
    /// is used twice at each level of nesting would fill the memory.
    fn fits(&mut self, bytes: usize, span: Span) -> bool {
        if self.written + bytes <= MAX_BYTES {
            return true;
        }
        if !self.stopped {
            self.stopped = true;
            let message = format!(
                "the shortcodes of this page write more than {} MiB",
                MAX_BYTES >> 20
            );
            self.diagnostics
                .push(Diagnostic::error("shortcode-budget", span, message));
        }
        false
    }

    /// Runs the calls within the strings of a hole.
    fn settle(&mut self, index: usize, span: Span) {
        let mut hole = std::mem::replace(&mut self.holes[index], Hole::Html(String::new()));
        match &mut hole {
            Hole::Code(block) => {
                for text in [&mut block.lang, &mut block.code] {
                    if marks::any(text) {
                        *text = self.in_code(text);
                    }
                }
            }
            Hole::Link(link) => self.settle_text(&mut link.dest, span),
            Hole::Image(image) => {
                self.settle_text(&mut image.src, span);
                self.settle_text(&mut image.alt, span);
                if let Some(title) = &mut image.title {
                    self.settle_text(title, span);
                }
            }
            Hole::Call(_) | Hole::Html(_) => {}
        }
        self.holes[index] = hole;
    }

    /// A string that is no HTML: what calls give is taken as text.
    fn settle_text(&mut self, text: &mut String, span: Span) {
        if !marks::any(text) {
            return;
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(piece) = marks::next(&mut rest) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Token(index) => {
                    if let Some(Hole::Call(call)) = self.holes.get(index) {
                        let html = self.run(*call, Mode::Inline);
                        out.push_str(text::decode_entities(&without_tags(&html)).trim());
                    }
                }
                Piece::Mark(Mark::Warning {
                    name,
                    message,
                    help,
                }) => self.warning(name, message, help, span),
                Piece::Mark(_) | Piece::Cut => {}
            }
        }
        *text = out;
    }

    /// The text of a block of code: what calls give there is HTML, as in Hugo;
    /// an unknown one prints as written.
    fn in_code(&mut self, code: &str) -> String {
        let mut out = String::with_capacity(code.len());
        let mut rest = code;
        while let Some(piece) = marks::next(&mut rest) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Token(index) => match self.holes.get(index) {
                    Some(Hole::Call(call)) => {
                        let call = *call;
                        if self.unknown(call) {
                            self.warn_unknown(call);
                            self.print(call, &mut out);
                            continue;
                        }
                        let output = self.run(call, Mode::Code);
                        if output.contains(['<', '&', token::OPEN]) {
                            token::push(&mut out, self.holes.len());
                            self.holes.push(Hole::Html(output.to_string()));
                        } else {
                            out.push_str(&output);
                        }
                    }
                    Some(_) => token::push(&mut out, index),
                    None => {}
                },
                Piece::Mark(_) | Piece::Cut => {}
            }
        }
        out
    }

    /// A heading of the body, the calls in it run.
    pub(super) fn heading(&mut self, heading: &Heading) -> Heading {
        let mut heading = heading.clone();
        if marks::any(&heading.html) {
            let html = std::mem::take(&mut heading.html);
            self.weave(&html, heading.span, &mut heading.html);
            heading.text = text::decode_entities(&without_tags(&heading.html))
                .trim()
                .to_owned();
        }
        heading
    }

    fn mark(&mut self, mark: Mark, span: Span, out: &mut String) {
        match mark {
            Mark::Markdown { text, inline, html } => {
                let rendered = self.markdown(text, span, html);
                let rendered = if inline {
                    sole_paragraph(&rendered)
                } else {
                    &rendered
                };
                self.weave(rendered, span, out);
            }
            Mark::Code {
                text,
                lang,
                options,
            } => {
                let (options, problems) = highlight::Options::parse_shortcode(options);
                for problem in problems {
                    let mut diagnostic = problem.at(span.file, 0);
                    diagnostic.span = Some(span);
                    self.diagnostics.push(diagnostic);
                }
                let code = self.in_code(text.trim_matches(['\n', '\r']));
                let code = if options.inline { code } else { code + "\n" };
                self.has_code |= !options.inline;
                token::push(out, self.holes.len());
                self.holes.push(Hole::Code(CodeBlock {
                    lang: lang.to_owned(),
                    code,
                    options,
                    span,
                }));
            }
            Mark::Warning {
                name,
                message,
                help,
            } => self.warning(name, message, help, span),
        }
    }

    fn warning(&mut self, name: &str, message: &str, help: &str, span: Span) {
        // The names that `functions` uses.
        let name = match name {
            "broken-link" => "broken-link",
            "unsafe-url" => "unsafe-url",
            _ => "shortcode-template",
        };
        let diagnostic = Diagnostic::warning(name, span, message);
        self.diagnostics.push(if help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(help)
        });
    }

    /// Renders Markdown that was made while the page was expanded; the calls
    /// that it holds become the page's.
    fn markdown(&mut self, text: &str, span: Span, raw_html: bool) -> String {
        let place = Place::Within(span);
        let found = shortcode::extract_from(text, place, self.holes.len());
        for call in found.calls {
            self.holes.push(Hole::Call(self.calls.len()));
            self.calls.push(Rc::new(call));
            self.outputs.push(None);
        }
        self.diagnostics.extend(found.diagnostics);
        self.rendered(&found.text, span, raw_html).0
    }

    /// The same without looking for calls in it; with its headings.
    fn rendered(&mut self, text: &str, span: Span, raw_html: bool) -> (String, Vec<Heading>) {
        let options = &self.env.options.markdown;
        let strict;
        let options = if raw_html || !options.unsafe_html {
            options
        } else {
            strict = markdown::Options {
                unsafe_html: false,
                ..options.clone()
            };
            &strict
        };
        let (holes, said) = (self.holes.len(), self.diagnostics.len());
        let origin = Origin::new(span.file, span.start as usize);
        let mut rendered = markdown::render(
            text,
            &origin,
            options,
            &mut self.ids,
            &mut self.holes,
            &mut self.diagnostics,
        );
        self.has_code |= rendered.has_code;
        self.has_math |= rendered.has_math;
        // The text is nowhere in the file: all is said at the call.
        for hole in &mut self.holes[holes..] {
            match hole {
                Hole::Code(block) => block.span = span,
                Hole::Link(link) => link.span = span,
                Hole::Image(image) => image.span = span,
                Hole::Call(_) | Hole::Html(_) => {}
            }
        }
        for diagnostic in &mut self.diagnostics[said..] {
            diagnostic.span = Some(span);
        }
        for heading in &mut rendered.headings {
            heading.span = span;
        }
        if !raw_html {
            // The remark that Goldmark leaves helps nobody in a caption.
            rendered.html = rendered.html.replace("<!-- raw HTML omitted -->", "");
        }
        (rendered.html, rendered.headings)
    }

    fn unknown(&self, call: usize) -> bool {
        let call = &self.calls[call];
        !call.broken
            && !call.name.ends_with(".inline")
            && self.env.shortcodes.get(&call.name).is_none()
    }

    /// The output of a call: HTML without tokens of calls.
    fn run(&mut self, index: usize, mode: Mode) -> Rc<str> {
        if let Some(output) = &self.outputs[index] {
            return output.clone();
        }
        let empty: Rc<str> = Rc::from("");
        self.outputs[index] = Some(empty.clone());
        let call = self.calls[index].clone();
        if call.broken || self.stopped || !self.may_run(index, &call) {
            return empty;
        }
        self.running.push(index);
        let output: Rc<str> = Rc::from(self.output(index, &call, mode));
        self.running.pop();
        self.written += output.len();
        self.outputs[index] = Some(output.clone());
        output
    }

    fn may_run(&mut self, index: usize, call: &Call) -> bool {
        self.ran += 1;
        let same = |other: &usize| {
            let other = &self.calls[*other];
            other.name == call.name
                && same_args(other, call)
                && inner_text(other) == inner_text(call)
        };
        let fault = if self.running.iter().any(same) {
            let message = format!("shortcode `{}` runs itself", call.name);
            let chain = self
                .running
                .iter()
                .chain([&index])
                .map(|call| format!("`{}`", self.calls[*call].open));
            let chain = chain.collect::<Vec<_>>().join(" brings ");
            Some(Diagnostic::error("shortcode-cycle", call.tag, message).note(None, chain))
        } else if self.running.len() >= MAX_DEPTH {
            let message = format!(
                "shortcodes run more than {MAX_DEPTH} deep at `{}`",
                call.name
            );
            Some(Diagnostic::error("shortcode-depth", call.tag, message))
        } else if self.ran > MAX_CALLS {
            self.stopped = true;
            let message = format!("more than {MAX_CALLS} shortcodes run on one page");
            Some(Diagnostic::error("shortcode-budget", call.tag, message))
        } else {
            None
        };
        let may = fault.is_none();
        self.diagnostics.extend(fault);
        may
    }

    fn output(&mut self, index: usize, call: &Call, mode: Mode) -> String {
        if call.name.ends_with(".inline") {
            return self.inline_shortcode(call);
        }
        let Some(shortcode) = self.env.shortcodes.get(&call.name) else {
            return self.unknown_output(index, call, mode);
        };
        let faults = shortcode.check(call);
        let failed = faults
            .iter()
            .any(|fault| fault.severity == crate::diag::Severity::Error);
        self.diagnostics.extend(faults);
        if failed {
            return String::new();
        }
        let context = self.context(call, shortcode);
        let written = match self.env.tera.render(&shortcode.template, &context) {
            Ok(written) => written,
            Err(error) => {
                self.diagnostics
                    .push(template_error(&error, call, &shortcode.template));
                return String::new();
            }
        };
        let written = written.trim_matches(['\n', '\r']);
        let mut out = String::with_capacity(written.len());
        if call.markdown && call.parent.is_none() {
            self.as_markdown(written, call, mode, &mut out);
        } else {
            self.weave(written, call.tag, &mut out);
            if mode != Mode::Code && self.running.len() == 1 && self.env.options.markdown.math {
                return self.with_formulas(out);
            }
        }
        out
    }

    /// Formulas that stand in HTML which is no Markdown.
    fn with_formulas(&mut self, html: String) -> String {
        match markdown::formulas_in_html(&html) {
            Cow::Borrowed(_) => html,
            Cow::Owned(marked) => {
                self.has_math = true;
                marked
            }
        }
    }

    /// What a call in the Markdown form wrote. Marks are rendered first and
    /// take part as finished HTML.
    fn as_markdown(&mut self, written: &str, call: &Call, mode: Mode, out: &mut String) {
        let mut source = String::with_capacity(written.len());
        let mut rest = written;
        while let Some(piece) = marks::next(&mut rest) {
            match piece {
                Piece::Text(text) => source.push_str(text),
                Piece::Token(index) => token::push(&mut source, index),
                Piece::Mark(mark) => {
                    let mut html = String::new();
                    self.mark(mark, call.tag, &mut html);
                    token::push(&mut source, self.holes.len());
                    self.holes.push(Hole::Html(html));
                }
                Piece::Cut => {}
            }
        }
        if mode == Mode::Code {
            out.push_str(&source);
            return;
        }
        let (html, headings) = self.rendered(&source, call.tag, true);
        let html = if mode == Mode::Inline {
            sole_paragraph(&html)
        } else {
            &html
        };
        self.weave(html.trim_end_matches('\n'), call.tag, out);
        for heading in headings {
            let heading = self.heading(&heading);
            self.headings.push(heading);
        }
    }

    fn context(&mut self, call: &Call, shortcode: &Shortcode) -> Context {
        let mut context = self.env.context.clone();
        let (args, positional) = arguments(call, shortcode);
        context.insert_value(super::functions::PAGE, Value::from(self.env.page));
        context.insert_value("name", Value::from(call.name.as_str()));
        context.insert_value("args", args);
        context.insert_value("positional", positional);
        context.insert_value("ordinal", Value::from(call.ordinal));
        context.insert_value("parent", self.parent(call));
        let inner = match &call.inner {
            // Hugo renders the inner text, not the output, of a nested call in the Markdown form.
            Some(inner) if call.markdown && call.parent.is_some() => {
                let (html, _) = self.rendered(&inner.text, call.tag, true);
                let line = !inner.text.contains('\n');
                Value::safe_string(if line { sole_paragraph(&html) } else { &html })
            }
            Some(inner) => Value::safe_string(&inner.text),
            None => Value::safe_string(""),
        };
        context.insert_value("inner", inner);
        context
    }

    /// The call around: its name and arguments.
    fn parent(&self, call: &Call) -> Value {
        let Some(Hole::Call(parent)) = call.parent.and_then(|index| self.holes.get(index)) else {
            return Value::none();
        };
        let parent = &self.calls[*parent];
        let Some(shortcode) = self.env.shortcodes.get(&parent.name) else {
            return Value::none();
        };
        let (args, positional) = arguments(parent, shortcode);
        let mut map = Map::default();
        map.insert(Key::from("name"), Value::from(parent.name.as_str()));
        map.insert(Key::from("args"), args);
        map.insert(Key::from("positional"), positional);
        map.insert(Key::from("ordinal"), Value::from(parent.ordinal));
        Value::from(map)
    }

    /// `{{< name.inline >}}` is a Go template, which we do not run.
    fn inline_shortcode(&mut self, call: &Call) -> String {
        if !self.warned_inline {
            self.warned_inline = true;
            let message = format!(
                "`{{{{ }}}}` in the inline shortcode `{}` is not run",
                call.name
            );
            let name = call.name.trim_end_matches(".inline");
            self.diagnostics.push(
                Diagnostic::warning("inline-shortcode", call.tag, message).help(format!(
                    "write it as a template: `templates/shortcodes/{name}.html`"
                )),
            );
        }
        // A later call without inner text repeats the first.
        let inner = Some(inner_text(call)).filter(|inner| !inner.is_empty());
        let first = || {
            self.calls
                .iter()
                .find(|other| other.name == call.name)
                .map_or("", |call| inner_text(call))
        };
        let text = marks::without_actions(inner.unwrap_or_else(first));
        let mut out = String::new();
        self.weave(&text, call.tag, &mut out);
        out
    }

    fn unknown_output(&mut self, index: usize, call: &Call, mode: Mode) -> String {
        if mode == Mode::Code {
            self.warn_unknown(index);
            let (mut source, mut html) = (String::new(), String::new());
            self.print(index, &mut source);
            text::escape_html(&mut html, &source);
            return html;
        }
        let message = format!("no shortcode `{}`", call.name);
        let help = match text::nearest(&call.name, self.env.shortcodes.names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "write its template, `templates/shortcodes/{}.html`; to print the call, write `{}/* … */{}`",
                call.name,
                &call.open[..3],
                if call.markdown { "%}}" } else { ">}}" },
            ),
        };
        self.diagnostics
            .push(Diagnostic::error("unknown-shortcode", call.tag, message).help(help));
        String::new()
    }

    fn warn_unknown(&mut self, call: usize) {
        let call = &self.calls[call];
        let message = format!(
            "no shortcode `{}`: in code, it prints as written",
            call.name
        );
        let left = &call.open[..3];
        let right = if call.markdown { "%}}" } else { ">}}" };
        let help = format!("to print a call and say so, write `{left}/* … */{right}`");
        self.diagnostics
            .push(Diagnostic::warning("unknown-shortcode", call.tag, message).help(help));
    }

    /// A call as written, those within it too.
    fn print(&self, call: usize, out: &mut String) {
        let call = &self.calls[call];
        out.push_str(&call.open);
        let Some((inner, close)) = call.inner.as_ref().zip(call.close.as_ref()) else {
            return;
        };
        let mut rest = inner.text.as_str();
        while let Some(piece) = marks::next(&mut rest) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Token(index) => {
                    if let Some(Hole::Call(nested)) = self.holes.get(index) {
                        self.print(*nested, out);
                    }
                }
                Piece::Mark(_) | Piece::Cut => {}
            }
        }
        out.push_str(close);
    }
}

fn same_args(a: &Call, b: &Call) -> bool {
    let args = |call: &Call| {
        call.args
            .iter()
            .map(|arg| (arg.name.clone(), arg.value.clone()))
            .collect::<Vec<_>>()
    };
    a.args.len() == b.args.len() && args(a) == args(b)
}

fn inner_text(call: &Call) -> &str {
    call.inner.as_ref().map_or("", |inner| &inner.text)
}

/// `args`, a map by name and by position, and `positional`, a list. Declared
/// names that were not given are there too, as none, so that a template can
/// ask for them.
fn arguments(call: &Call, shortcode: &Shortcode) -> (Value, Value) {
    let mut args = Map::default();
    for name in shortcode.param_names() {
        args.insert(Key::from(name.to_owned()), Value::none());
    }
    let mut positional = Vec::new();
    let names = shortcode.positional(call.args.len());
    for arg in &call.args {
        let value = value(&arg.value);
        match &arg.name {
            Some(name) => {
                args.insert(Key::from(name.clone()), value);
            }
            None => {
                if let Some(name) = names.get(positional.len()) {
                    args.insert(Key::from(name.clone()), value.clone());
                }
                args.insert(Key::from(positional.len() as u128), value.clone());
                positional.push(value);
            }
        }
    }
    (Value::from(args), Value::from(positional))
}

fn value(value: &ArgValue) -> Value {
    match value {
        ArgValue::Text(text) => Value::from(text.as_str()),
        ArgValue::Bool(value) => Value::from(*value),
        ArgValue::Int(value) => Value::from(*value),
        ArgValue::Float(value) => Value::from(*value),
    }
}

fn template_error(error: &tera::Error, call: &Call, template: &str) -> Diagnostic {
    let diagnostic = |message: &str, note: Option<String>| {
        let (message, help) = marks::split_help(message);
        let message = format!("shortcode `{}`: {message}", call.name);
        let mut diagnostic = Diagnostic::error("shortcode-template", call.tag, message);
        if let Some(note) = note {
            diagnostic = diagnostic.note(None, note);
        }
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    };
    match error.kind() {
        ErrorKind::RenderingError(report) | ErrorKind::SyntaxError(report) => {
            let span = report.span();
            let place = format!(
                "{}:{}:{}",
                report.filename(),
                span.start_line,
                span.start_col + 1
            );
            diagnostic(
                &in_our_style(report.message()),
                Some(format!("in the template `{place}`")),
            )
        }
        kind => diagnostic(
            &in_our_style(&kind.to_string()),
            Some(format!("in the template `{template}`")),
        ),
    }
}

/// Tera begins its messages with a capital; what variables there are is help.
fn in_our_style(message: &str) -> String {
    let (first, rest) = message.split_at(message.chars().next().map_or(0, char::len_utf8));
    let lower = first.to_lowercase() + rest;
    match lower.split_once(". Available variables: ") {
        Some((message, names)) => {
            let names = names
                .split(", ")
                .filter(|name| !name.starts_with("__"))
                .collect::<Vec<_>>()
                .join(", ");
            marks::with_help(message, &format!("there are {names}"))
        }
        None => lower,
    }
}

/// What follows when nothing but calls and space stands before `</p>`.
fn alone(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.starts_with("</p>") {
            return Some(rest);
        }
        let mut after = rest;
        match marks::next(&mut after) {
            Some(Piece::Token(_)) => rest = after,
            _ => return None,
        }
    }
}

/// The inside of a single `<p>`, else the whole.
fn sole_paragraph(html: &str) -> &str {
    let trimmed = html.trim_end_matches('\n');
    match trimmed
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"))
    {
        Some(inside) if !inside.contains("<p>") && !inside.contains("</p>") => inside,
        _ => trimmed,
    }
}

/// Elements that end a paragraph when they begin.
const BLOCKS: [&str; 26] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
];

fn is_block(html: &str) -> bool {
    let Some(rest) = html.trim_start().strip_prefix('<') else {
        return false;
    };
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    BLOCKS.contains(&&rest[..end]) || &rest[..end] == "ul"
}

/// Tags taken out, for places that hold no HTML.
fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// What the end of an HTML text stands within; asked again and again while the
/// text grows, it reads each byte once.
struct Scan {
    read: usize,
    /// `<code>` and `<pre>` that are open.
    code: usize,
    paragraph: bool,
}

impl Scan {
    fn new(from: usize) -> Scan {
        Scan {
            read: from,
            code: 0,
            paragraph: false,
        }
    }

    /// For a call between `before` and `after`.
    fn mode(&mut self, before: &str, after: &str) -> Mode {
        self.read_to_end(before);
        let line = (before.is_empty() || before.ends_with('\n'))
            && (after.is_empty() || after.starts_with('\n'));
        match (self.code > 0, line && !self.paragraph) {
            (true, _) => Mode::Code,
            (false, true) => Mode::Block,
            (false, false) => Mode::Inline,
        }
    }

    fn read_to_end(&mut self, html: &str) {
        let bytes = html.as_bytes();
        // A text may have lost a `<p>` at its end.
        let mut at = self.read.min(bytes.len());
        while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
            at += found + 1;
            let rest = &bytes[at..];
            let (closes, rest) = match rest.strip_prefix(b"/") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            if is_tag(rest, b"p") {
                self.paragraph = !closes;
            } else if is_tag(rest, b"code") || is_tag(rest, b"pre") {
                self.code = if closes {
                    self.code.saturating_sub(1)
                } else {
                    self.code + 1
                };
            }
        }
        self.read = bytes.len();
    }
}

fn is_tag(text: &[u8], name: &[u8]) -> bool {
    text.get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
        && !text.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
}
