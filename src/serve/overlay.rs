//! Errors as the preview shows them: what the terminal shows, escaped, its code as
//! code and its sentences as sentences, with a link that opens the editor at the line.

use crate::diag::{self, Diagnostic, Files, Severity, Style};
use crate::text;
use std::fmt::Write;
use std::path::Path;

/// A line of an overlay on a phone is shorter, but can be scrolled.
const WIDTH: usize = 96;

/// More are not read before the first is mended.
const MOST: usize = 20;

/// Where editors listen: `{path}`, `{line}` and `{column}` are filled in.
pub const EDITOR: &str = "vscode://file/{path}:{line}:{column}";

/// The list of errors as HTML; `None` where there are none.
pub fn html(
    diagnostics: &[Diagnostic],
    files: &dyn Files,
    root: &Path,
    editor: &str,
) -> Option<String> {
    let errors = || {
        diagnostics
            .iter()
            .filter(|said| said.severity == Severity::Error)
    };
    let number = errors().count();
    if number == 0 {
        return None;
    }
    let mut out = match number {
        1 => "<h1>There is an error</h1>".to_owned(),
        _ => format!("<h1>There are {number} errors</h1>"),
    };
    for error in errors().take(MOST) {
        let style = Style {
            color: false,
            width: WIDTH,
            least: Severity::Error,
        };
        let text = diag::render(std::slice::from_ref(error), files, style);
        let (message, frame) = text.split_once('\n').unwrap_or((&text, ""));
        out.push_str("<section><h2>");
        // That these are errors is said above them.
        let message = message.strip_prefix("error").unwrap_or(message);
        let (kind, message) = message.split_once("]: ").unwrap_or(("", message));
        prose(&sentence(message), &mut out);
        let kind = kind.trim_start_matches('[');
        if !kind.is_empty() {
            out.push_str(" <small>");
            text::escape_html(&mut out, kind);
            out.push_str("</small>");
        }
        out.push_str("</h2>");
        let href = error.span.map(|span| {
            let at = diag::place(files.text(span.file), span.start as usize);
            link(
                editor,
                &root.join(files.path(span.file)),
                at.line,
                at.column,
            )
        });
        body(frame.trim_end(), href.as_deref(), &mut out);
        out.push_str("</section>");
    }
    if number > MOST {
        let _ = write!(out, "<p>and {} more, on the terminal</p>", number - MOST);
    }
    Some(out)
}

/// A message as the beginning of a paragraph: with a capital, unless a name begins it.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

/// What stands below a message: places, frames of code, and sentences. `href` leads to
/// the first place.
fn body(frame: &str, href: Option<&str>, out: &mut String) {
    let mut href = href;
    let mut in_code = false;
    for line in frame.lines() {
        let is_code = is_code(line);
        // There is air enough around the code.
        if !in_code && is_code && line.trim() == "|" {
            continue;
        }
        match (in_code, is_code) {
            (false, true) => out.push_str("<pre>"),
            (true, false) => out.push_str("</pre>"),
            (true, true) => out.push('\n'),
            (false, false) => {}
        }
        in_code = is_code;
        if is_code {
            let mut escaped = String::new();
            text::escape_html(&mut escaped, line);
            out.push_str(&tint(&escaped));
        } else if let Some(place) = line.trim_start().strip_prefix("--> ") {
            out.push_str("<p class=\"place\">");
            match href.take() {
                Some(href) => {
                    out.push_str("<a href=\"");
                    text::escape_attr(out, href);
                    out.push_str("\">");
                    text::escape_html(out, place);
                    out.push_str("</a>");
                }
                None => text::escape_html(out, place),
            }
            out.push_str("</p>");
        } else {
            let (label, rest) = match line.split_once(": ") {
                Some((label @ ("help" | "note"), rest)) => (label, rest),
                _ => ("", line),
            };
            out.push_str("<p>");
            if !label.is_empty() {
                let _ = write!(out, "<em>{label}</em> ");
            }
            prose(rest, out);
            out.push_str("</p>");
        }
    }
    if in_code {
        out.push_str("</pre>");
    }
}

/// A line that has a gutter: a number or nothing, and a bar.
fn is_code(line: &str) -> bool {
    let gutter = line.split_once('|').map(|(number, _)| number.trim());
    gutter.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A sentence, in which names stand between backticks.
fn prose(text: &str, out: &mut String) {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd one out is no pair.
    let paired = parts.len() % 2 == 1;
    for (index, part) in parts.iter().enumerate() {
        let is_name = paired && index % 2 == 1;
        if index > 0 && !paired {
            out.push('`');
        }
        out.push_str(if is_name { "<code>" } else { "" });
        text::escape_html(out, part);
        out.push_str(if is_name { "</code>" } else { "" });
    }
}

/// Sets off what is not the author's text: the gutter, and the marks below a line.
fn tint(line: &str) -> String {
    let Some((number, rest)) = line.split_once('|') else {
        return line.to_owned();
    };
    match number.trim() {
        "" => format!("<i>{number}|</i><b>{rest}</b>"),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("<i>{number}|</i>{rest}")
        }
        _ => line.to_owned(),
    }
}

fn link(editor: &str, path: &Path, line: usize, column: usize) -> String {
    let path = path.to_string_lossy();
    let path = text::encode_path(path.trim_start_matches('/'));
    editor
        .replace("{path}", &path)
        .replace("{line}", &line.to_string())
        .replace("{column}", &column.to_string())
}

#[cfg(test)]
mod tests {
    use super::{body, prose, tint};

    #[test]
    fn the_gutter_and_the_marks_are_set_off_from_the_text() {
        for (line, tinted) in [
            ("2 | title: a | b", "<i>2 |</i> title: a | b"),
            ("  |        ^^ here", "<i>  |</i><b>        ^^ here</b>"),
        ] {
            assert_eq!(tint(line), tinted);
        }
    }

    #[test]
    fn places_code_and_sentences_are_told_apart() {
        let mut out = String::new();
        let frame = " --> a<b>.md:2:8\n  |\n2 | x: `<i>` | y\n  |    ^\nnote: see `a|b`\n --> c.md:1:1\n  |\n1 | z\n  | -\nhelp: write 1 | 2 as `<b>`";
        body(frame, Some("e:\"1"), &mut out);
        assert_eq!(
            out,
            "<p class=\"place\"><a href=\"e:&quot;1\">a&lt;b&gt;.md:2:8</a></p>\
             <pre><i>2 |</i> x: `&lt;i&gt;` | y\n<i>  |</i><b>    ^</b></pre>\
             <p><em>note</em> see <code>a|b</code></p><p class=\"place\">c.md:1:1</p>\
             <pre><i>1 |</i> z\n<i>  |</i><b> -</b></pre>\
             <p><em>help</em> write 1 | 2 as <code>&lt;b&gt;</code></p>"
        );
    }

    #[test]
    fn names_stand_in_pairs_of_backticks() {
        for (text, html) in [
            ("no `a<b`, `c`", "no <code>a&lt;b</code>, <code>c</code>"),
            ("a ` alone", "a ` alone"),
        ] {
            let mut out = String::new();
            prose(text, &mut out);
            assert_eq!(out, html);
        }
    }
}
