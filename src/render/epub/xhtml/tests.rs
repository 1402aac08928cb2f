use super::*;
use crate::render::xml::read;
use proptest::prelude::*;

fn made(html: &str) -> Text {
    let link = |dest: &str| match dest.strip_prefix('#') {
        Some(id) => Link::Chapter(0, Some(id.to_owned())),
        None if dest.starts_with("http") => Link::Address(dest.to_owned()),
        None => Link::Nowhere,
    };
    text(
        html,
        Book {
            link: &link,
            picture: &mut |src| match src {
                "" => Picture::Missing,
                src if src.starts_with("http") => Picture::Address(src.to_owned()),
                src => Picture::Packed(src.into()),
            },
        },
    )
}

fn of(html: &str) -> String {
    made(html).xhtml
}

#[test]
fn mistakes_are_set_right() {
    for (html, wanted) in [
        (
            "<p>a<br>b &amp; &nbsp;c<p>d",
            "<p>a<br/>b &amp; \u{a0}c</p><p>d</p>",
        ),
        ("<h1 ID=x>T</h1>", "<h2 id=\"x\">T</h2>"),
        ("<b>a<p>b</p></b>", "a<p>b</p>"),
        ("<h2>a<div>b</div></h2>", "<h2>a b </h2>"),
        (
            "<ul>a<b>c</b><li>d</ul>",
            "<ul>\n<li>a</li>\n<li><b>c</b></li>\n<li>d</li>\n</ul>",
        ),
        ("<li>a</li>", "<div>a</div>"),
        (
            "<dl><dd>a<dt>b</dl>",
            "<div>\n<div>a</div>\n<p>b</p>\n</div>",
        ),
        (
            "<center>a</center>",
            "<div style=\"text-align: center\">a</div>",
        ),
        (
            "<font color=red>a</font><blink>b</blink>",
            "<span>a</span><span>b</span>",
        ),
        ("<x-y>a</x-y>", "a"),
        (
            "<ul><li><p><input type=checkbox> a</p></li></ul>",
            "<ul>\n<li class=\"task\"><p>☐ a</p></li>\n</ul>",
        ),
        ("<a hidden class=anchor href=#x>#</a>a", "a"),
        (
            "<p onclick=x style='color:red' class=' a  b '>a",
            "<p class=\"a b\">a</p>",
        ),
        ("a\u{1}\u{ffff}b", "ab"),
        (
            "<table><tr><td align=right colspan=x>a</table>",
            "<table><tbody>\n<tr><td style=\"text-align: right\">a</td></tr></tbody></table>",
        ),
        ("<table></table>", ""),
        (
            "<figure><img src=a.png><figcaption>x</figcaption><p>y</figure>",
            "<figure><img src=\"\" alt=\"\"/><p>y</p><figcaption>x</figcaption></figure>",
        ),
        (
            "<ruby>漢<rp>(<rt>kan<rp>)</ruby>",
            "<ruby>漢<rt>kan</rt></ruby>",
        ),
        ("<input type=checkbox checked> a", "☑ a"),
        (
            "<form><p>a<input></form>b<script>c</script><style>d</style>",
            "b",
        ),
        (
            "<details><summary>a</summary>b</details>",
            "<div><p>a</p>b</div>",
        ),
    ] {
        assert_eq!(of(html), wanted, "{html}");
    }
}

#[test]
fn an_id_is_a_name_and_stands_once() {
    let text = made("<p id='a b'>1<p id='a-b'>2<p id='a b'>3<p id='1'>4<p id='中文'>5<p id=''>6");
    assert_eq!(
        text.xhtml,
        "<p id=\"a-b\">1</p><p id=\"a-b-2\">2</p><p>3</p><p id=\"_1\">4</p><p id=\"中文\">5</p><p>6</p>"
    );
    assert_eq!(text.ids["a-b"], "a-b-2");
}

#[test]
fn what_moves_is_a_link() {
    assert_eq!(
        of("<iframe src='https://www.youtube-nocookie.com/embed/x1?start=0' title=Snow></iframe>"),
        "<p class=\"elsewhere\"><a href=\"https://www.youtube.com/watch?v=x1\">Snow</a></p>"
    );
    assert_eq!(
        of("<p><video><source src=https://a.example/b.mp4></video>"),
        "<p><a href=\"https://a.example/b.mp4\">a.example/b.mp4</a></p>"
    );
    assert_eq!(
        of("<img src=https://a.example/b.png alt='A <b>'>"),
        "<a class=\"elsewhere\" href=\"https://a.example/b.png\">A &lt;b&gt;</a>"
    );
}

#[test]
fn notes_are_those_of_books() {
    let text = made(
        "<p>x<sup id=\"fnref:1\"><a href=\"#fn:1\" class=\"footnote-ref\" role=\"doc-noteref\">1</a></sup></p>\
         <div class=\"footnotes\" role=\"doc-endnotes\"><hr><ol><li id=\"fn:1\"><p>A.&#160;<a href=\"#fnref:1\" class=\"footnote-backref\">↩</a></p></li></ol></div>",
    );
    assert_eq!(
        text.xhtml,
        "<p>x<sup id=\"fnref-1\"><a class=\"footnote-ref\" epub:type=\"noteref\" role=\"doc-noteref\">1</a></sup></p>\
         <section class=\"notes\" epub:type=\"footnotes\">\n\
         <aside id=\"fn-1\" epub:type=\"footnote\" role=\"doc-footnote\"><p><a class=\"number\" role=\"doc-backlink\">1</a> A.</p></aside>\n</section>"
    );
    let leads: Vec<&Hole> = text.holes.iter().map(|(_, hole)| hole).collect();
    assert_eq!(
        leads,
        [
            &Hole::Link(0, Some("fn:1".to_owned())),
            &Hole::Link(0, Some("fnref:1".to_owned())),
        ]
    );
}

#[test]
fn formulas_and_drawings_are_named() {
    let text = made(
        "<h2 id=e>E <math alttext='x'><msup><mi>x</mi></msup></math></h2><svg viewBox='0 0 1 1' onload=x><script>1</script><path d='M0 0'/><image href=x /></svg>",
    );
    assert!(text.has_math && text.has_svg);
    assert_eq!(
        text.xhtml,
        "<h2 id=\"e\">E <math xmlns=\"http://www.w3.org/1998/Math/MathML\" alttext=\"x\"><mrow><mi>x</mi></mrow></math></h2>\
         <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><path d=\"M0 0\"></path></svg>"
    );
    assert_eq!(text.headings[0].text, "E x");
}

proptest! {
    #[test]
    fn whatever_is_written_is_well_formed(
        html in "(<(p|b|a href=x|ul|li|table|tr|td|h2|div id=\"a b\"|svg|math|mi|dl|dt|figure|pre|img src=x|input type=checkbox|ruby|rt)>|</(p|b|a|ul|table|div|svg|math)>|x|&|<|>|\"|中|\u{1}|<!--|-->){0,30}",
    ) {
        let whole = format!("<body xmlns:epub=\"e\">{}</body>", of(&html));
        read::document(&whole);
    }
}
