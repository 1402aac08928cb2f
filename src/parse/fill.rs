//! Puts into the holes of a [`Body`] what belongs there. What that is, the
//! caller says; this walks the tokens.

use super::{Body, Hole, html, markdown, token};
use crate::text;

/// Appends `html`, a body's or a part of it, with `write` called for every hole.
pub fn walk(
    html: &str,
    holes: &[Hole],
    out: &mut String,
    write: &mut dyn FnMut(&Hole, &mut String),
) {
    let mut rest = html;
    while let Some((start, end, index)) = token::find(rest) {
        out.push_str(&rest[..start]);
        // A token without a hole would be a fault of ours; it is nothing to show a reader.
        if let Some(hole) = holes.get(index) {
            write(hole, out);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
}

/// The body as HTML for counting and searching: code plain, links and images as
/// written, calls left out. `more` is an offset in the body's HTML; gives the
/// same place in what was written.
pub fn plain(body: &Body, more: Option<usize>) -> (String, Option<usize>) {
    let mut out = String::with_capacity(body.html.len() + body.html.len() / 8);
    let more = html::fill(&body.html, more, &mut out, |index, out| {
        if let Some(hole) = body.holes.get(index) {
            plain_hole(hole, &body.holes, out, 0);
        }
    });
    (out, more)
}

/// Holes stand in holes (a call's output in a block of code), never deeper than this.
const DEPTH: usize = 8;

fn plain_hole(hole: &Hole, holes: &[Hole], out: &mut String, depth: usize) {
    if depth > DEPTH {
        return;
    }
    let nested = |text: &str, out: &mut String| {
        walk(text, holes, out, &mut |hole, out| {
            plain_hole(hole, holes, out, depth + 1)
        });
    };
    match hole {
        Hole::Code(block) => {
            out.push_str("<pre><code>");
            let mut escaped = String::with_capacity(block.code.len() + 16);
            text::escape_html(&mut escaped, &block.code);
            nested(&escaped, out);
            out.push_str("</code></pre>\n");
        }
        // As its TeX: so it is counted, quoted and searched.
        Hole::Formula(formula) => markdown::marked_formula(formula, out),
        Hole::Link(link) => text::escape_attr(out, &link.dest),
        Hole::Image(image) => {
            out.push_str("<img src=\"");
            text::escape_attr(out, &image.src);
            out.push_str("\">");
        }
        Hole::Html(html) => nested(html, out),
        Hole::Wiki(link) => {
            out.push_str(" href=\"");
            text::escape_attr(out, &link.dest);
            out.push('"');
        }
        // What another page says is not this one's to count.
        Hole::Call(_) | Hole::Embed(_) => {}
    }
}
