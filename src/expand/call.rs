//! One call: its arguments checked, its template rendered, its faults told.

use super::marks::{self, Piece};
use super::registry::Shortcode;
use super::run::{Mode, Run};
use super::scan::sole_paragraph;
use crate::diag::{Diagnostic, Severity, Span};
use crate::parse::shortcode::{ArgValue, Call};
use crate::parse::{Hole, markdown, token};
use crate::text;
use crate::timing::Thing;
use std::borrow::Cow;
use std::rc::Rc;
use tera::value::Key;
use tera::{Context, ErrorKind, Map, Value};

/// Calls that run within calls, by nesting or through Markdown in data.
const MAX_DEPTH: usize = 40;
/// Calls that one page may run: data that brings calls that read data could go on for ever.
const MAX_CALLS: usize = 20_000;

impl Run<'_> {
    pub(super) fn unknown(&self, call: usize) -> bool {
        let call = &self.calls[call];
        !call.broken
            && !call.name.ends_with(".inline")
            && self.env.shortcodes.get(&call.name).is_none()
    }

    /// The output of a call: HTML without tokens of calls.
    pub(super) fn run(&mut self, index: usize, mode: Mode) -> Rc<str> {
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
        let failed = faults.iter().any(|fault| fault.severity == Severity::Error);
        self.diagnostics.extend(faults);
        if failed {
            return String::new();
        }
        let mut context = self.context(call, shortcode);
        if shortcode.template == super::claim::TEMPLATE
            && !self.claim(call, shortcode, &mut context)
        {
            return String::new();
        }
        let written = self.env.timings.time(Thing::Shortcode, &call.name, || {
            self.env.tera.render(&shortcode.template, &context)
        });
        let written = match written {
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
                return self.with_formulas(out, call.tag);
            }
        }
        out
    }

    /// Formulas that stand in HTML which is no Markdown.
    fn with_formulas(&mut self, html: String, span: Span) -> String {
        let lone_dollars = self.env.options.markdown.lone_dollars;
        match markdown::formulas_in_html(&html, lone_dollars, span, &mut self.holes) {
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
            self.weave(&source, call.tag, out);
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

    pub(super) fn warn_unknown(&mut self, call: usize) {
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
    pub(super) fn print(&self, call: usize, out: &mut String) {
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
pub(super) fn arguments(call: &Call, shortcode: &Shortcode) -> (Value, Value) {
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
