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
        out.push_str("<section>");
        if let Some(span) = error.span {
            let at = diag::place(files.text(span.file), span.start as usize);
            let path = files.path(span.file);
            let href = link(editor, &root.join(path), at.line, at.column);
            out.push_str("<a href=\"");
            text::escape_attr(&mut out, &href);
            out.push_str("\">");
            text::escape_html(&mut out, &format!("{path}:{}:{}", at.line, at.column));
            out.push_str("</a>");
        }
        let style = Style {
            color: false,
            width: WIDTH,
            least: Severity::Error,
        };
        out.push_str("<pre>");
        text::escape_html(
            &mut out,
            diag::render(std::slice::from_ref(error), files, style).trim_end(),
        );
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
