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
        text::escape_html(&mut out, message);
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
        out.push_str(&escaped);
        out.push_str("</pre></section>");
    }
    if number > MOST {
        let _ = write!(out, "<p>and {} more, on the terminal</p>", number - MOST);
    }
    Some(out)
}

fn link(editor: &str, path: &Path, line: usize, column: usize) -> String {
    let path = path.to_string_lossy();
    let path = text::encode_path(path.trim_start_matches('/'));
    editor
        .replace("{path}", &path)
        .replace("{line}", &line.to_string())
        .replace("{column}", &column.to_string())
}
