//! What is refused, and what must never happen.

use super::super::{Options, Origin, Rendered, Shift, formulas_in_html, toc};
use super::{check, check_with, filled, page};
use crate::diag::{FileId, Span};
use crate::parse::{html, token};
use proptest::prelude::*;

#[test]
fn links_that_run_scripts_are_left_out_with_a_warning() {
    for url in [
        "javascript:alert(1)",
        "JAVASCRIPT&colon;alert(1)",
        "&#x6A;avascript:x",
        "vbscript:x",
        "data:text/html,x",
        "<java\tscript:x>",
    ] {
        let page = page(&format!("[a]({url})"), &Options::default());
        assert_eq!(page.rendered.html, "<p><a href=\"#\">a</a></p>\n", "{url}");
        assert_eq!(page.diagnostics.len(), 1, "{url}");
        assert_eq!(page.diagnostics[0].name, "unsafe-url");
    }
    let page = page(
        "![a<b](javascript:x) [a]\n\n[a]: javascript:y",
        &Options::default(),
    );
    assert_eq!(filled(&page), "<p>a&lt;b <a href=\"#\">a</a></p>\n");
    assert_eq!(
        page.diagnostics[0].message,
        "image to `javascript:x` is left out: its scheme is not allowed"
    );
    check(
        "[a](data:image/png;base64,AA)",
        "<p><a href=\"data:image/png;base64,AA\">a</a></p>",
    );
}

#[test]
fn raw_html_passes_unless_it_is_refused() {
    check(
        "<div>\n*a* \"q\"\n\n*b*\n</div>",
        "<div>\n*a* \"q\"\n<p><em>b</em></p>\n</div>",
    );
    check(
        "x <b>*y*</b> <!-- \"c\" -->",
        "<p>x <b><em>y</em></b> <!-- \"c\" --></p>",
    );
    let safe = Options {
        unsafe_html: false,
        ..Options::default()
    };
    check_with(
        &safe,
        "<div>\na\n</div>\n\nx <b>y</b>",
        "<!-- raw HTML omitted -->\n<p>x <!-- raw HTML omitted -->y<!-- raw HTML omitted --></p>",
    );
}

#[test]
fn places_survive_what_was_replaced() {
    let origin = Origin {
        shifts: vec![
            Shift {
                at: 10,
                source: 150,
            },
            Shift {
                at: 20,
                source: 300,
            },
        ],
        ..Origin::new(FileId(1), 100)
    };
    assert_eq!(origin.span(0..5), Span::new(FileId(1), 100, 105));
    assert_eq!(origin.span(8..12), Span::new(FileId(1), 108, 152));
    assert_eq!(origin.span(20..21), Span::new(FileId(1), 300, 301));
    let math = Options {
        math: true,
        ..Options::default()
    };
    let text = "$a + b + c$ [x](javascript:y)";
    let span = page(text, &math).diagnostics[0].span;
    assert_eq!(span, Some(Span::new(FileId(0), 12, text.len())));
}

fn refused(text: &str) -> String {
    let page = page(text, &Options::default());
    assert_eq!(page.rendered, Rendered::default());
    assert_eq!(
        (page.diagnostics.len(), &*page.diagnostics[0].name),
        (1, "markdown-budget")
    );
    page.diagnostics[0].message.clone()
}

#[test]
fn what_would_cost_too_much_is_refused_by_name() {
    let deep = "quotes and lists nest more than 100 deep here";
    assert_eq!(refused(&"> ".repeat(50_000)), deep);
    assert_eq!(refused(&format!("{}a", "- ".repeat(50_000))), deep);
    let steps: String = (0..300)
        .map(|depth| format!("{}- a\n", "  ".repeat(depth)))
        .collect();
    assert_eq!(refused(&steps), deep);
    assert_eq!(
        refused(&"a".repeat((10 << 20) + 1)),
        "the text has 10485761 bytes, expected at most 10485760"
    );
    let long = "the page becomes more than 32 times as long as its text";
    assert_eq!(
        refused(&format!("[^1]: a\n\n{}", "[^1]".repeat(100_000))),
        long
    );
    let row = format!("{}\n{}\n", "a|".repeat(3000), "-|".repeat(3000));
    assert_eq!(refused(&format!("{row}{}", "a\n".repeat(3000))), long);
    check(&"- ".repeat(200), "<hr>");
}

#[test]
fn input_that_made_parsers_slow_is_read_in_a_line() {
    // Each was quadratic in some parser; here twice the length takes about twice the time.
    let patterns = [
        "[^a",
        "[",
        "![",
        "[a](",
        "[a](<b",
        "*a_ ",
        "a**b c* ",
        "`a ``b ",
        "<!--",
        "<a b=\"",
        "&a",
        "$a ",
        "\\(a ",
        "[^a]: ",
        "a\n: ",
        "[x]: 'a\n",
        "\"'",
        "http://a.b/(",
        "a@",
        "# a\n",
        "a\n{.b}\n",
    ];
    let options = Options {
        math: true,
        block_attributes: true,
        emoji: true,
        ..Options::default()
    };
    for pattern in patterns {
        let started = std::time::Instant::now();
        page(&pattern.repeat(200_000 / pattern.len()), &options);
        let took = started.elapsed().as_secs_f32();
        // A square of this length would take minutes.
        assert!(took < 10.0, "{pattern:?} took {took} s");
    }
}

fn markup() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "a",
        " ",
        "\n",
        "\n\n",
        "*",
        "**",
        "_",
        "`",
        "```",
        "$",
        "$$",
        "\\",
        "\\(",
        "\\)",
        "[",
        "]",
        "(",
        ")",
        "!",
        "<",
        ">",
        "<b>",
        "<!--",
        "-->",
        "<!--more-->",
        "\"",
        "'",
        "--",
        "...",
        "http://a.bc/",
        "www.a.bc",
        "a@b.cd",
        ":",
        ":smile:",
        "[^1]",
        "[^1]: ",
        "{",
        "}",
        "{.a}",
        "{#i}",
        "#",
        "# ",
        "- ",
        "1. ",
        "> ",
        "> [!NOTE]",
        "|",
        "|-",
        ": ",
        "~~",
        "&amp;",
        "é",
        "世",
        "\u{FDD0}0\u{FDD1}",
        "\u{FDD0}",
        "\u{FDD2}0\u{FDD3}",
        "\u{FDD4}",
        "\u{FDD5}",
        "    ",
        "\t",
        "\r\n",
        "===\n",
        "---\n",
        "hl_lines=x",
        "\u{A0}",
        "\0",
    ]);
    prop::collection::vec(parts, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn no_text_panics_and_every_token_has_a_hole(text in markup(), math: bool, block_attributes: bool, unsafe_html: bool) {
        let options = Options { math, block_attributes, unsafe_html, emoji: true, anchors: true, ..Options::default() };
        let page = page(&text, &options);
        if let Some(more) = page.rendered.more {
            prop_assert!(page.rendered.html.is_char_boundary(more));
        }
        let mut rest = page.rendered.html.as_str();
        while let Some((_, end, index)) = token::find(rest) {
            prop_assert!(index < page.holes.len());
            rest = &rest[end..];
        }
        toc(&page.rendered.headings, 1, 6, true);
        html::digest(&page.rendered.html, page.rendered.more, 70, math);
        let mut holes = page.holes.clone();
        let span = Span::new(FileId(0), 0, 0);
        formulas_in_html(&page.rendered.html, true, span, &mut holes);
    }
}
