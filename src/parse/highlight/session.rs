//! A shell session: lines after a prompt are commands (`gp` for the prompt),
//! the rest is what they print (`go`). No grammar is asked: what stands in a
//! session is half output, which looks like anything.

use super::html::{self, Layout};

/// Prompts that begin a line, the longest first.
const PROMPTS: [&str; 8] = [">>> ", "... ", "PS> ", "$ ", "# ", "% ", "> ", "❯ "];

pub(super) fn write(code: &str, layout: &Layout, out: &mut String) {
    let mut continued = false;
    for (number, text) in (1..).zip(code.split_inclusive('\n')) {
        let line = text.trim_end_matches('\n');
        layout.open_line(number, out);
        let prompt = prompt(line);
        if let Some(end) = prompt {
            span("gp", line[..end].trim_end(), out);
            html::escape(&line[line[..end].trim_end().len()..], out);
        } else if continued || line.trim().is_empty() {
            html::escape(line, out);
        } else {
            span("go", line, out);
        }
        out.push_str(&text[line.len()..]);
        layout.close_line(out);
        continued = (prompt.is_some() || continued) && line.ends_with('\\');
    }
}

/// Where the command begins, in a line that starts with a prompt such as `$`
/// or `user@host:~/x$`.
fn prompt(line: &str) -> Option<usize> {
    if matches!(line, "$" | "#" | "%" | ">") {
        return Some(1);
    }
    if let Some(prompt) = PROMPTS.iter().find(|prompt| line.starts_with(**prompt)) {
        return Some(prompt.len());
    }
    let end = line.find(['$', '#', '%'])?;
    let name = &line[..end];
    let named = name.contains('@') && !name.contains(char::is_whitespace)
        || name.starts_with('(')
        || name.starts_with('[');
    (named && line[end + 1..].starts_with(' ')).then_some(end + 2)
}

fn span(class: &str, text: &str, out: &mut String) {
    out.push_str("<span class=\"");
    out.push_str(class);
    out.push_str("\">");
    html::escape(text, out);
    out.push_str("</span>");
}
