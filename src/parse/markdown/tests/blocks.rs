//! Headings, contents, notes, alerts, attributes, code, tables, summaries.

use super::super::{Options, Origin, Shift, render, toc};
use super::{call, check, check_with, html, page};
use crate::diag::{FileId, Span};
use crate::parse::{Hole, Ids};

fn ids(text: &str) -> Vec<String> {
    page(text, &Options::default())
        .rendered
        .headings
        .into_iter()
        .map(|h| h.id)
        .collect()
}

#[test]
fn headings_have_ids_of_their_text() {
    let check = |text: &str, expected: &[&str]| assert_eq!(ids(text), expected, "{text}");
    check("# What We've Achieved", &["what-weve-achieved"]);
    check("# 1. Numbered -- Title...", &["1-numbered--title"]);
    check(
        "# C++ / C# `code` *em* [link](x) ![alt](y)",
        &["c--c-code-em-link-alt"],
    );
    check("# a http://x.org <http://y.org> b", &["a---b"]);
    check("# 中文 标题，测试", &["中文-标题测试"]);
    check("# Head[^1] two\n\n[^1]: x", &["head-two"]);
    check("# a\n# a\n# a-1\n# a", &["a", "a-1", "a-1-1", "a-2"]);
    check("# !\n#", &["heading", "heading-1"]);
    check("# x {#own .c}\n\ny {#two}\n===", &["own", "two"]);
    check("# a {#b}c {#d}", &["d"]);
    check("# x {bad} {", &["x-bad-"]);
    check(&format!("# a {} b", call(7)), &["a--b"]);
    let math = Options {
        math: true,
        ..Options::default()
    };
    assert_eq!(
        page("# Let $x_i$ be", &math).rendered.headings[0].id,
        "let-x_i-be"
    );
    let emoji = Options {
        emoji: true,
        ..Options::default()
    };
    assert_eq!(
        page("# :smile: :+1: x", &emoji).rendered.headings[0].id,
        "smile-1-x"
    );
}

#[test]
fn headings_take_attributes_and_anchors() {
    check(
        "## A b {#x .c .d k=\"v w\"}",
        "<h2 id=\"x\" class=\"c d\" k=\"v w\">A b</h2>",
    );
    check("## A {onclick=x}", "<h2 id=\"a\">A</h2>");
    check("## `{#x}`", "<h2 id=\"x\"><code>{#x}</code></h2>");
    let anchors = Options {
        anchors: true,
        ..Options::default()
    };
    check_with(
        &anchors,
        "## A b",
        "<h2 id=\"a-b\">A b<a hidden class=\"anchor\" aria-hidden=\"true\" href=\"#a-b\">#</a></h2>",
    );
    let none = Options {
        heading_ids: false,
        heading_attributes: false,
        ..Options::default()
    };
    check_with(&none, "## A {#x}", "<h2>A {#x}</h2>");
    let heading = &page("## *A* [b](c) ![d](e)[^1] `f` -- g\n\n[^1]: n", &anchors)
        .rendered
        .headings[0];
    assert_eq!(heading.html, "<em>A</em> b d <code>f</code> – g");
    assert_eq!(heading.text, "A b d f – g");
    assert_eq!(
        (heading.level, heading.span),
        (2, Span::new(FileId(0), 0, 35))
    );
}

#[test]
fn contents_nest_as_the_headings_do() {
    let contents = |text: &str, start: u8, end: u8| {
        toc(
            &page(text, &Options::default()).rendered.headings,
            start,
            end,
            false,
        )
        .replace('\n', "")
    };
    let item = |id: &str| format!("<a href=\"#{}\">{id}</a>", id.to_lowercase());
    assert_eq!(
        contents("## A\n### B\n## C", 2, 3),
        format!(
            "<ul><li>{}<ul><li>{}</li></ul></li><li>{}</li></ul>",
            item("A"),
            item("B"),
            item("C")
        )
    );
    assert_eq!(
        contents("# A\n### B\n## C\n# D", 1, 6),
        format!(
            "<ul><li>{}<ul><li><ul><li>{}</li></ul></li><li>{}</li></ul></li><li>{}</li></ul>",
            item("A"),
            item("B"),
            item("C"),
            item("D")
        )
    );
    assert_eq!(
        contents("# A\n## B", 2, 3),
        format!("<ul><li>{}</li></ul>", item("B"))
    );
    assert_eq!(contents("text", 1, 6), "");
}

#[test]
fn notes_are_numbered_by_first_use() {
    let text = "A[^b] b[^a] c[^b].\n\n[^a]: Text a.\n[^b]: Text b\n\n    second\n\n[^unused]: nope";
    let mark = |n: usize, id: &str| {
        format!(
            "<sup id=\"{id}\"><a href=\"#fn:{n}\" class=\"footnote-ref\" role=\"doc-noteref\">{n}</a></sup>"
        )
    };
    let back = |id: &str| {
        format!(
            "&#160;<a href=\"#{id}\" class=\"footnote-backref\" role=\"doc-backlink\">&#x21a9;&#xfe0e;</a>"
        )
    };
    let expected = format!(
        "<p>A{} b{} c{}.</p>\n<div class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n\
         <li id=\"fn:1\">\n<p>Text b</p>\n<p>second{}{}</p>\n</li>\n<li id=\"fn:2\">\n<p>Text a.{}</p>\n</li>\n</ol>\n</div>",
        mark(1, "fnref:1"),
        mark(2, "fnref:2"),
        mark(1, "fnref1:1"),
        back("fnref:1"),
        back("fnref1:1"),
        back("fnref:2"),
    );
    check(text, &expected);
    check("a[^x]", "<p>a[^x]</p>");
    // A blank line with spaces does not make the next note a part of this one.
    let spaced = html(
        "a[^1] b[^2]\n\n[^1]: One\n    x\n    \n[^2]: Two\n    y\n",
        &Options::default(),
    );
    assert!(
        spaced.contains("<p>One\nx&#160;") && spaced.contains("<p>Two\ny&#160;"),
        "{spaced}"
    );
    // Used in another order than written.
    let swapped = html(
        "a[^2] b[^1]\n\n[^1]: \"One\" -- x\n\n[^2]: \"Two\" -- y\n",
        &Options::default(),
    );
    assert!(
        swapped.contains("<p>“One” – x&#160;") && swapped.contains("<p>“Two” – y&#160;"),
        "{swapped}"
    );
    // A note that uses another, and itself.
    let nested = html(
        "a[^1]\n\n[^1]: x[^2]\n\n[^2]: y[^1][^2]",
        &Options::default(),
    );
    assert_eq!(nested.matches("<li id=\"fn:").count(), 2);
    assert!(
        nested.contains(&mark(1, "fnref1:1")) && nested.contains(&back("fnref1:1")),
        "{nested}"
    );
}

#[test]
fn notes_of_a_fragment_do_not_share_the_pages_ids() {
    let mut ids = Ids::default();
    let origin = Origin::new(FileId(0), 0);
    let (mut holes, mut diagnostics) = (Vec::new(), Vec::new());
    let mut render = |text| {
        render(
            text,
            &origin,
            &Options::default(),
            &mut ids,
            &mut holes,
            &mut diagnostics,
        )
        .html
    };
    let text = "a[^1]\n\n[^1]: x";
    assert!(render(text).contains("<li id=\"fn:1\">"));
    let second = render(text);
    assert!(
        second.contains("<li id=\"fn:1-1\">")
            && second.contains("<sup id=\"fnref:1-1\"><a href=\"#fn:1-1\""),
        "{second}"
    );
}

#[test]
fn alerts_are_quotes_with_a_title() {
    check(
        "> [!NOTE]\n> *hi*\n> there",
        "<blockquote class=\"alert alert-note\">\n<p class=\"alert-title\">Note</p>\n<p><em>hi</em>\nthere</p>\n</blockquote>",
    );
    check(
        "> [!tip]- My **own** title\n>\n> - x",
        "<blockquote class=\"alert alert-tip\">\n<p class=\"alert-title\">My <strong>own</strong> title</p>\n<ul>\n<li>x</li>\n</ul>\n</blockquote>",
    );
    check(
        "> [!NOTE]",
        "<blockquote class=\"alert alert-note\">\n<p class=\"alert-title\">Note</p>\n</blockquote>",
    );
    check(
        "> [!NO TE] x\n> y",
        "<blockquote>\n<p>[!NO TE] x\ny</p>\n</blockquote>",
    );
    check("> [!NOTE]x", "<blockquote>\n<p>[!NOTE]x</p>\n</blockquote>");
    let mut options = Options::default();
    options.alert_titles.insert("note".into(), "Hinweis".into());
    check_with(
        &options,
        "> [!note]\n> x",
        "<blockquote class=\"alert alert-note\">\n<p class=\"alert-title\">Hinweis</p>\n<p>x</p>\n</blockquote>",
    );
}

#[test]
fn blocks_take_attributes_where_they_are_asked_for() {
    let options = Options {
        block_attributes: true,
        ..Options::default()
    };
    let check = |text: &str, expected: &str| check_with(&options, text, expected);
    check(
        "text\n{.cls #id data-x=\"1\"}",
        "<p class=\"cls\" data-x=\"1\" id=\"id\">text</p>",
    );
    check(
        "- a\n- b\n{.list}",
        "<ul class=\"list\">\n<li>a</li>\n<li>b</li>\n</ul>",
    );
    check(
        "> q\n{.bq}",
        "<blockquote class=\"bq\">\n<p>q</p>\n</blockquote>",
    );
    check(
        "| a |\n|---|\n| b |\n{.t}",
        "<table class=\"t\">\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>",
    );
    check("***\n{.hr}", "<hr class=\"hr\">");
    check(
        "> [!NOTE]\n> x\n{.more}",
        "<blockquote class=\"more alert alert-note\">\n<p class=\"alert-title\">Note</p>\n<p>x</p>\n</blockquote>",
    );
    check("a\n\n{.loose}", "<p>a</p>");
    check("a\n{.one}\n{.two}", "<p class=\"one\">a</p>");
    check("a\n{not attributes}", "<p>a\n{not attributes}</p>");
    check(
        "```\n{.x}\n```\n\n    {.y}",
        "<pre >{.x}\n</pre>\n<pre >{.y}</pre>",
    );
    let page = page("```go\nx\n```\n{.c #i}", &options);
    let Some(Hole::Code(block)) = page.holes.first() else {
        panic!("no code")
    };
    assert_eq!(
        (
            block.options.classes.as_slice(),
            block.options.id.as_deref()
        ),
        (&["c".to_owned()][..], Some("i"))
    );
    check_with(&Options::default(), "text\n{.cls}", "<p>text\n{.cls}</p>");
}

#[test]
fn code_goes_into_holes_with_its_options() {
    let page = page(
        "```go {hl_lines=[1,\"3-4\"],linenos=table,title=\"x\"}\na <b>\n```\n\n    indented",
        &Options::default(),
    );
    assert_eq!(page.diagnostics, []);
    assert!(page.rendered.has_code);
    let [Hole::Code(fence), Hole::Code(indented)] = &page.holes[..] else {
        panic!("{:?}", page.holes)
    };
    assert_eq!(
        (fence.lang.as_str(), fence.code.as_str()),
        ("go", "a <b>\n")
    );
    assert_eq!(
        (
            fence.options.hl_lines.as_slice(),
            fence.options.title.as_deref()
        ),
        (&[(1, 1), (3, 4)][..], Some("x"))
    );
    assert_eq!(
        (indented.lang.as_str(), indented.code.as_str()),
        ("", "indented")
    );
    check(
        "``a ` <b>`` `\"x\" --`",
        "<p><code>a ` &lt;b&gt;</code> <code>&quot;x&quot; --</code></p>",
    );
}

#[test]
fn bad_options_of_a_fence_warn_at_their_place() {
    let text = "text\n\n> ```go {hl_line=3}\n> x\n> ```\n";
    let origin = Origin {
        shifts: vec![Shift { at: 4, source: 104 }],
        ..Origin::new(FileId(3), 50)
    };
    let (mut holes, mut diagnostics) = (Vec::new(), Vec::new());
    render(
        text,
        &origin,
        &Options::default(),
        &mut Ids::default(),
        &mut holes,
        &mut diagnostics,
    );
    let [diagnostic] = &diagnostics[..] else {
        panic!("{diagnostics:?}")
    };
    let at = text.find("hl_line").unwrap();
    assert_eq!(
        diagnostic.span,
        Some(Span::new(FileId(3), at + 100, at + 100 + "hl_line=3".len()))
    );
    assert_eq!(
        diagnostic.message,
        "unknown option `hl_line` of a code block"
    );
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `hl_lines`?"));
}

#[test]
fn the_divider_ends_the_summary() {
    let more = |text: &str| {
        let page = page(text, &Options::default());
        page.rendered
            .more
            .map(|more| page.rendered.html[..more].to_owned())
    };
    assert_eq!(more("a\n\n<!--more-->\n\nb").as_deref(), Some("<p>a</p>\n"));
    assert_eq!(
        more("a <!--more--> b\n\nc").as_deref(),
        Some("<p>a  b</p>\n")
    );
    assert_eq!(
        more("- a\n- <!--more-->b\n\nc").as_deref(),
        Some("<ul>\n<li>a</li>\n<li>\nb\n</li>\n</ul>\n")
    );
    assert_eq!(
        more("a\n\n<!--more-->\nb\n\n<!--more-->\n\nc").as_deref(),
        Some("<p>a</p>\n")
    );
    assert_eq!(more("`<!--more-->`"), None);
    assert_eq!(more("a[^1]\n\n[^1]: <!--more--> b"), None);
    check("a\n\n<!--more-->\n\nb", "<p>a</p>\n<p>b</p>");
}

#[test]
fn a_table_that_a_small_window_cuts_off_can_be_reached_by_keyboard() {
    let reached = |row: &str| {
        let columns = row.matches('|').count();
        let table = format!("{row}\n{}-\n", "-|".repeat(columns));
        html(&table, &Options::default()).contains("<table tabindex=\"0\">")
    };
    assert!(reached("donaudampfschiff | kapitaensmuetze"));
    assert!(reached("a | b | c | d | e | f | g | h | i | j | k"));
    // Where it has room to break it fits.
    assert!(!reached("many small words in a row | and more of them"));
    assert!(!reached(
        "这是一段没有空格但是可以随处换行的很长很长很长的中文 | 二"
    ));
    assert!(!reached("a | [b](/a-very-long-address-that-nobody-sees)"));
}

#[test]
fn tables_lists_and_definitions() {
    check(
        "a | b\n:--|--:\n`x \\| y` | \"z\"",
        "<table>\n<thead>\n<tr>\n<th style=\"text-align: left\">a</th>\n<th style=\"text-align: right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td style=\"text-align: left\"><code>x | y</code></td>\n<td style=\"text-align: right\">“z”</td>\n</tr>\n</tbody>\n</table>",
    );
    check(
        "- [x] a\n- [ ] b",
        "<ul>\n<li><label><input checked=\"\" disabled=\"\" type=\"checkbox\"> a</label></li>\n<li><label><input disabled=\"\" type=\"checkbox\"> b</label></li>\n</ul>",
    );
    // The label of a task ends before a block, and has no end of its own before that.
    check(
        "- [ ] *a* [b](/)\n  c\n  - d\n\n- [ ] e\n\n  f",
        "<ul>\n<li>\n<p><label><input disabled=\"\" type=\"checkbox\"> <em>a</em> <a href=\"/\">b</a>\nc</label></p>\n<ul>\n<li>d</li>\n</ul>\n</li>\n<li>\n<p><label><input disabled=\"\" type=\"checkbox\"> e</label></p>\n<p>f</p>\n</li>\n</ul>",
    );
    check(
        "- [ ] a\n  - b",
        "<ul>\n<li><label><input disabled=\"\" type=\"checkbox\"> a</label>\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>",
    );
    check(
        "3. a\n4. b\n\n   c",
        "<ol start=\"3\">\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n<p>c</p>\n</li>\n</ol>",
    );
    check(
        "T\nU\n: d\n: e\n\nV\n\n: f",
        "<dl>\n<dt>T</dt>\n<dt>U</dt>\n<dd>d</dd>\n<dd>e</dd>\n<dt>V</dt>\n<dd>\n<p>f</p>\n</dd>\n</dl>",
    );
    check(
        "a\n:smile: b\n\n`x\n:y`\n:z http://a.bc",
        "<p>a\n:smile: b</p>\n<p><code>x :y</code>\n:z <a href=\"http://a.bc\">http://a.bc</a></p>",
    );
    check("~~a~~ ~b~", "<p><del>a</del> <del>b</del></p>");
}
