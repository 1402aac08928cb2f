//! Errors as the preview shows them: the frame that the terminal shows, escaped,
//! with a link that opens the editor at the line.

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
    let mut out = String::new();
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
        text::escape_html(&mut out, message);
        let kind = kind.trim_start_matches('[');
        if !kind.is_empty() {
            out.push_str(" <small>");
            text::escape_html(&mut out, kind);
            out.push_str("</small>");
        }
        out.push_str("</h2><pre>");
        let mut escaped = String::new();
        text::escape_html(&mut escaped, frame.trim_end());
        if let Some(span) = error.span {
            let at = diag::place(files.text(span.file), span.start as usize);
            let path = files.path(span.file);
            let href = link(editor, &root.join(path), at.line, at.column);
            let mut place = String::new();
            let shown = format!("{}:{}:{}", diag::visible(path), at.line, at.column);
            text::escape_html(&mut place, &shown);
            let mut anchor = "<a href=\"".to_owned();
            text::escape_attr(&mut anchor, &href);
            let _ = write!(anchor, "\">{place}</a>");
            // The first is that of the arrow.
            escaped = escaped.replacen(&place, &anchor, 1);
        }
        let lines: Vec<String> = escaped.lines().map(tint).collect();
        out.push_str(&lines.join("\n"));
        out.push_str("</pre></section>");
    }
    if number > MOST {
        let _ = write!(out, "<p>and {} more, on the terminal</p>", number - MOST);
    }
    Some(out)
}

/// Sets off what is not the author's text: the gutter, and the marks below a line.
fn tint(line: &str) -> String {
    const ARROW: &str = "--&gt;";
    if let Some(place) = line.trim_start().strip_prefix(ARROW) {
        let gutter = &line[..line.len() - place.len()];
        return format!("<i>{gutter}</i>{place}");
    }
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
    use super::tint;

    #[test]
    fn the_gutter_and_the_marks_are_set_off_from_the_text() {
        for (line, tinted) in [
            (" --&gt; <a>a.md:2:8</a>", "<i> --&gt;</i> <a>a.md:2:8</a>"),
            ("2 | title: a | b", "<i>2 |</i> title: a | b"),
            ("  |        ^^ here", "<i>  |</i><b>        ^^ here</b>"),
            ("help: write a | b", "help: write a | b"),
            ("", ""),
        ] {
            assert_eq!(tint(line), tinted);
        }
    }
}
