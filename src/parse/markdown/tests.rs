//! Text in, HTML out; what is expected was held against Hugo's own output.

mod blocks;
mod inline;
mod safety;

use super::*;
use crate::parse::{CodeBlock, html, token};
use crate::text::{encode_url, escape_attr, escape_html};

struct Page {
    rendered: Rendered,
    holes: Vec<Hole>,
    diagnostics: Vec<Diagnostic>,
}

fn page(text: &str, options: &Options) -> Page {
    let mut holes = Vec::new();
    // Tokens of calls stand in the text: their holes are there before.
    let mut rest = text;
    while let Some((_, end, index)) = token::find(rest) {
        holes.resize(holes.len().max(index + 1), Hole::Call(0));
        holes[index] = Hole::Call(index);
        rest = &rest[end..];
    }
    let mut diagnostics = Vec::new();
    let origin = Origin::new(FileId(0), 0);
    let rendered = render(
        text,
        &origin,
        options,
        &mut Ids::default(),
        &mut holes,
        &mut diagnostics,
    );
    Page {
        rendered,
        holes,
        diagnostics,
    }
}

/// The HTML with its holes filled in the shortest way.
fn filled(page: &Page) -> String {
    let mut out = String::new();
    html::fill(
        &page.rendered.html,
        None,
        &mut out,
        |index, out| match &page.holes[index] {
            Hole::Code(block) => {
                let CodeBlock { lang, code, .. } = &**block;
                out.push_str(&format!("<pre {lang}>"));
                escape_html(out, code);
                out.push_str("</pre>");
            }
            Hole::Link(link) => escape_attr(out, &encode_url(&link.dest)),
            Hole::Image(image) => out.push_str(&format!("<img {}|{}>", image.src, image.alt)),
            Hole::Call(call) => out.push_str(&format!("[{call}]")),
            Hole::Html(html) => out.push_str(html),
            Hole::Formula(formula) => super::marked_formula(formula, out),
            Hole::Wiki(link) => out.push_str(&format!(" to=\"{}\"", link.dest)),
            Hole::Embed(embed) => {
                let inline = if embed.inline { " in line" } else { "" };
                out.push_str(&format!("{{{}{inline}}}", embed.dest));
            }
        },
    );
    out
}

fn html(text: &str, options: &Options) -> String {
    let page = page(text, options);
    assert_eq!(page.diagnostics, [], "{text}");
    filled(&page)
}

fn check_with(options: &Options, text: &str, expected: &str) {
    assert_eq!(html(text, options).trim_end(), expected, "{text}");
}

fn check(text: &str, expected: &str) {
    check_with(&Options::default(), text, expected);
}

fn call(index: usize) -> String {
    format!("\u{FDD0}{index}\u{FDD1}")
}
