//! What stands within a line: typography, bare links, formulas, calls.

use super::super::{Options, Origin, Punctuation, render_inline};
use super::{call, check, check_with, page};
use crate::diag::{FileId, Span};
use crate::parse::{Hole, Ids, Image, Link};

#[test]
fn quotes_dashes_and_dots_are_set_as_by_goldmark() {
    check(
        "\"Hello,\" 'tis the '90s, can't",
        "<p>“Hello,” ’tis the ’90s, can’t</p>",
    );
    check("rock 'n' roll -- --- ...", "<p>rock ’n’ roll – — …</p>");
    check("<<a>> b", "<p>«a» b</p>");
    check(
        "it's 5'10\" dogs' \"quote\"--",
        "<p>it’s 5'10&quot; dogs’ “quote”–</p>",
    );
    check(
        "*'em'* **\"b\"** [\"l\"](x) \"`c`\"",
        "<p><em>’em’</em> <strong>“b”</strong> <a href=\"x\">“l”</a> “<code>c</code>”</p>",
    );
    check("`code`'s *e*'s", "<p><code>code</code>’s <em>e</em>’s</p>");
    check("a----b a-----b .... ..", "<p>a—-b a—–b …. ..</p>");
    check("\\\"a\\\" \\--", "<p>&quot;a&quot; --</p>");
    check("\"a\"b 5\" \"x\"", "<p>“a&quot;b 5” “x”</p>");
    check("\"one\n\ntwo\"", "<p>“one</p>\n<p>two”</p>");
    check(
        "'quoted' and doin' things\n'next'",
        "<p>‘quoted’ and doin’ things\n’next’</p>",
    );
    check("\"“a”\" (\"x\") –\"y\"", "<p>““a”” (“x”) –“y”</p>");
    check(&format!("{}'s", call(0)), "<p>[0]’s</p>");
    let plain = Options {
        typographer: false,
        ..Options::default()
    };
    check_with(&plain, "\"a\" -- b...", "<p>&quot;a&quot; -- b...</p>");
    let german = Punctuation {
        left_double: "&bdquo;".into(),
        right_double: "“".into(),
        ..Punctuation::default()
    };
    check_with(
        &Options {
            punctuation: german,
            ..Options::default()
        },
        "\"a\"",
        "<p>„a“</p>",
    );
}

#[test]
fn bare_links_end_where_the_sentence_goes_on() {
    let link = |url: &str| format!("<a href=\"{url}\">{url}</a>");
    check(
        "https://e.org.",
        &format!("<p>{}.</p>", link("https://e.org")),
    );
    check(
        "(http://a.bc/d)",
        &format!("<p>({})</p>", link("http://a.bc/d")),
    );
    check(
        "http://a.bc/x(y)) z",
        &format!("<p>{}) z</p>", link("http://a.bc/x(y)")),
    );
    check(
        "http://a.bc/__init__.py",
        &format!("<p>{}</p>", link("http://a.bc/__init__.py")),
    );
    check(
        "*http://a.bc/d*",
        &format!("<p><em>{}</em></p>", link("http://a.bc/d")),
    );
    check(
        "\"http://a.bc\"",
        &format!("<p>“{}”</p>", link("http://a.bc")),
    );
    check(
        "http://a.bc/a--b",
        &format!("<p>{}</p>", link("http://a.bc/a--b")),
    );
    check(
        "http://a.bc/é",
        &format!("<p>{}é</p>", link("http://a.bc/")),
    );
    check(
        "http://a.bc/x&amp;, y",
        &format!("<p>{}&amp;, y</p>", link("http://a.bc/x")),
    );
    check(
        "www.e.org/x_,",
        "<p><a href=\"https://www.e.org/x\">www.e.org/x</a>_,</p>",
    );
    check(
        "me.too+x@e.org. a@b",
        "<p><a href=\"mailto:me.too+x@e.org\">me.too+x@e.org</a>. a@b</p>",
    );
    check(
        "http://a.bc/`x` `y`",
        "<p><a href=\"http://a.bc/%60x%60\">http://a.bc/`x`</a> <code>y</code></p>",
    );
    for text in [
        "xhttp://a.bc",
        "http://localhost",
        "mailto:a@b.cd",
        "HTTP://A.BC",
        "[http://a.bc]",
        ".a@b.cd",
    ] {
        check(text, &format!("<p>{text}</p>"));
    }
    check(
        "`http://a.bc` [x http://a.bc](y)",
        "<p><code>http://a.bc</code> <a href=\"y\">x http://a.bc</a></p>",
    );
    check(
        "<http://a.bc?x&y> <me@e.org>",
        "<p><a href=\"http://a.bc?x&amp;y\">http://a.bc?x&amp;y</a> <a href=\"mailto:me@e.org\">me@e.org</a></p>",
    );
    check_with(
        &Options {
            linkify: false,
            ..Options::default()
        },
        "http://a.bc",
        "<p>http://a.bc</p>",
    );
}

#[test]
fn links_and_images_are_holes() {
    let text =
        "[a](<b c> \"t\\\"'\") ![*i* \"q\" `c`](d.png 'T') [r][x] ![x]\n\n[x]: e\\)&amp;f \"ti\"\n";
    let page = page(text, &Options::default());
    assert_eq!(page.diagnostics, []);
    let span = |start, end| Span::new(FileId(0), start, end);
    assert_eq!(
        page.holes,
        [
            Hole::Link(Link {
                dest: "b c".into(),
                span: span(0, 17)
            }),
            Hole::Image(Box::new(Image {
                src: "d.png".into(),
                alt: "i “q” c".into(),
                title: Some("T".into()),
                span: span(18, 43)
            })),
            Hole::Link(Link {
                dest: "e)&f".into(),
                span: span(44, 50)
            }),
            Hole::Image(Box::new(Image {
                src: "e)&f".into(),
                alt: "x".into(),
                title: Some("ti".into()),
                span: span(51, 55)
            })),
        ]
    );
    assert_eq!(
        page.rendered.html,
        "<p><a href=\"\u{FDD0}0\u{FDD1}\" title=\"t&quot;&#39;\">a</a> \u{FDD0}1\u{FDD1} <a href=\"\u{FDD0}2\u{FDD1}\" title=\"ti\">r</a> \u{FDD0}3\u{FDD1}</p>\n"
    );
    check(
        "[![in *ner*](a.png)](b)",
        "<p><a href=\"b\"><img a.png|in ner></a></p>",
    );
    check("![a ![b](c) d](e)", "<p><img e|a b d></p>");
    check("![only](a.png)", "<p><img a.png|only></p>");
}

#[test]
fn calls_alone_lose_their_paragraph() {
    let (a, b) = (call(0), call(1));
    check(&a, "[0]");
    check(&format!("{a}\n{b}"), "<p>[0]\n[1]</p>");
    check(&format!("  {a}  "), "[0]");
    check(&format!("text {a}"), "<p>text [0]</p>");
    check(&format!("*{a}*"), "<p><em>[0]</em></p>");
    check(&format!("{a}\n\n{b}\n\nx"), "[0]\n[1]\n<p>x</p>");
    check(
        &format!("- {a}\n\n  {b}"),
        "<ul>\n<li>\n[0]\n[1]\n</li>\n</ul>",
    );
    check(
        &format!("`{a}` <b title=\"{a}\">\n\n    {b}"),
        &format!("<p><code>[0]</code> <b title=\"[0]\"></p>\n<pre >{b}</pre>"),
    );
    check(
        &format!("<div>\n{a} \"x\"\n</div>"),
        "<div>\n[0] \"x\"\n</div>",
    );
    check(
        &format!("[x]({a}) \"{a}\""),
        "<p><a href=\"%EF%B7%900%EF%B7%91\">x</a> “[0]”</p>",
    );
}

#[test]
fn formulas_are_one_unit_of_tex() {
    let math = Options {
        math: true,
        ..Options::default()
    };
    let check = |text: &str, expected: &str| check_with(&math, text, expected);
    check(
        "a $x_1 * y_2 * z < \"q\"$ b",
        "<p>a <span class=\"math\">$x_1 * y_2 * z &lt; &quot;q&quot;$</span> b</p>",
    );
    check(
        "$ x $ and \\(a_b\\) and \\\\(c\\\\)",
        "<p><span class=\"math\">$ x $</span> and <span class=\"math\">\\(a_b\\)</span> and <span class=\"math\">\\(c\\)</span></p>",
    );
    check("The $50M and $60M", "<p>The $50M and $60M</p>");
    check(
        "$$\na\\\\\n- b\n$$",
        "<div class=\"math\">$$\na\\\\\n- b\n$$</div>",
    );
    check(
        "x\n$$a$$\ny, \\[b\\]",
        "<p>x</p>\n<div class=\"math\">$$a$$</div>\n<p>y,</p>\n<div class=\"math\">\\[b\\]</div>",
    );
    check(
        "- a $$b$$",
        "<ul>\n<li>a <div class=\"math\">$$b$$</div></li>\n</ul>",
    );
    check(
        "> $$a\n> b$$",
        "<blockquote>\n<div class=\"math\">$$a\n b$$</div>\n</blockquote>",
    );
    check(
        "**$$a$$** [$b$](c$d$e)",
        "<p><strong><span class=\"math\">$$a$$</span></strong> <a href=\"c$d$e\"><span class=\"math\">$b$</span></a></p>",
    );
    check(
        "`$a$`\n\n    $b$\n    c$\n\n```\n$d$\n```",
        "<p><code>$a$</code></p>\n<pre >$b$\nc$\n</pre>\n<pre >$d$\n</pre>",
    );
    check("![$a$](b)", "<p><img b|$a$></p>");
    check(
        "<div>\n$a &lt; b_c_$ <i title=\"$d$\">$$e$$</i>\n</div>",
        "<div>\n<span class=\"math\">$a &lt; b_c_$</span> <i title=\"$d$\"><span class=\"math\">$$e$$</span></i>\n</div>",
    );
    check(
        r"$\\{y_i\\}\_{i=1}^G$",
        "<p><span class=\"math\">$\\{y_i\\}_{i=1}^G$</span></p>",
    );
    check(
        "| a | b |\n|---|---|\n| $x|y$ | $\\|z\\|$ |",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>$x</td>\n<td>y$</td>\n</tr>\n</tbody>\n</table>",
    );
}

#[test]
fn escaped_brackets_around_words_are_no_formula() {
    let math = Options {
        math: true,
        ..Options::default()
    };
    let check = |text: &str, expected: &str| check_with(&math, text, expected);
    check(
        "[Studio \\[Chinese\\]](x) \\[1, 2\\] \\(see below\\)",
        "<p><a href=\"x\">Studio [Chinese]</a> [1, 2] (see below)</p>",
    );
    check(
        "\\(n\\) \\(ab\\) \\(x-1\\) \\\\(abc\\\\)",
        "<p><span class=\"math\">\\(n\\)</span> <span class=\"math\">\\(ab\\)</span> <span class=\"math\">\\(x-1\\)</span> <span class=\"math\">\\(abc\\)</span></p>",
    );
}

#[test]
fn only_explicit_formulas_without_math() {
    check("$x$ $$y$$ \\(z\\)", "<p>$x$ $$y$$ (z)</p>");
    check(
        "a $`x_1 < y`$ b $`z`$.",
        "<p>a <span class=\"math\">$x_1 &lt; y$</span> b <span class=\"math\">$z$</span>.</p>",
    );
    check("$`a` `b`$", "<p>$<code>a</code> <code>b</code>$</p>");
    check(
        "```math\na < b\n```",
        "<div class=\"math\">$$a &lt; b$$</div>",
    );
    assert!(page("$`a`$", &Options::default()).rendered.has_math);
    assert!(!page("$a$", &Options::default()).rendered.has_math);
}

#[test]
fn emoji_are_characters_where_they_are_asked_for() {
    let emoji = Options {
        emoji: true,
        ..Options::default()
    };
    check_with(
        &emoji,
        ":smile: `:smile:` a:+1:b :nope: 1:2:3",
        "<p>😄 <code>:smile:</code> a👍b :nope: 1:2:3</p>",
    );
    check_with(&emoji, "x\n:tada: y", "<p>x\n🎉 y</p>");
    check(":smile:", "<p>:smile:</p>");
}

#[test]
fn a_fragment_within_a_line_has_no_paragraph() {
    let inline = |text: &str| {
        let origin = Origin::new(FileId(0), 0);
        render_inline(
            text,
            &origin,
            &Options::default(),
            &mut Ids::default(),
            &mut Vec::new(),
            &mut Vec::new(),
        )
        .html
    };
    assert_eq!(inline("*a* \"b\"\n"), "<em>a</em> “b”");
    assert_eq!(inline("a\n\nb"), "<p>a</p>\n<p>b</p>\n");
    assert_eq!(inline("- a"), "<ul>\n<li>a</li>\n</ul>\n");
}
