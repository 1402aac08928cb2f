use super::*;
use crate::text::decode_entities;
use proptest::prelude::*;

#[test]
fn words_are_counted_as_hugo_counts_them() {
    let check = |html: &str, words: usize| assert_eq!(count(html, false), words, "{html}");
    check("", 0);
    check("<p>one two</p>\n<p>three</p>", 3);
    check("<p>one</p><p>two</p>", 2);
    check("a<br>b<br />c<br/>d", 3);
    check("<td>a</td><td>b</td>", 1);
    check("<td>a</td>\n<td>b</td>", 2);
    check("a <!-- b c --> d", 2);
    check("a<style>b c</style> <script>if (a < b) { c }</script>d", 2);
    check("a&nbsp;b &nbsp; c", 3);
    check("a\u{A0}b", 2);
    check("a < b", 3);
    check("<b title=\"x > y\">bold</b>ness", 1);
    check(
        "<p>a<sup id=\"fnref:1\"><a href=\"#fn:1\" role=\"doc-noteref\">1</a></sup></p>",
        1,
    );
    check(
        "<h2 id=\"x\">Title<a hidden class=\"anchor\" aria-hidden=\"true\" href=\"#x\">#</a></h2>",
        1,
    );
    check("no end <a href=\"x", 2);
    check("<!-- no end", 0);
}

#[test]
fn words_of_a_cjk_page_count_by_character() {
    let check = |html: &str, words: usize| assert_eq!(count(html, true), words, "{html}");
    check("你好 世界", 4);
    check("hello世界foo", 10);
    check("a b c 你好", 5);
    check("你好，世界！ a-b", 7);
    check("<b>你</b>好 x", 3);
    assert!(is_cjk("你好 abcdefgh"));
    assert!(!is_cjk("你 abcdefgh"));
    assert!(!is_cjk("only ascii"));
    assert!(is_cjk("한국어 カナ"));
}

#[test]
fn minutes_round_up() {
    let all = [0, 1, 212, 213, 424, 425].map(|words| minutes(words, false));
    assert_eq!(all, [0, 1, 1, 2, 2, 3]);
    assert_eq!([500, 501].map(|words| minutes(words, true)), [1, 2]);
}

#[test]
fn a_summary_ends_with_a_paragraph() {
    let html = "<h2>T</h2>\n<p>one two three</p>\n<p>four five</p>\n<p>six</p>\n";
    let check = |more: Option<usize>, length: usize, summary: &str| {
        let digest = digest(html, more, length, false);
        assert_eq!(digest.summary_text, summary, "{length}");
    };
    check(None, 3, "T one two three");
    check(None, 5, "T one two three four five");
    check(None, 70, "T one two three four five six");
    check(Some(10), 70, "T");
    check(Some(html.len()), 70, "T one two three four five six");
}

#[test]
fn plain_text_has_no_markup() {
    let check = |html: &str, text: &str| assert_eq!(plainify(html), text, "{html}");
    check(
        "<p>a &amp; b</p>\n\n<ul><li>c</li><li>d&nbsp;e</li></ul>",
        "a & b c d e",
    );
    check(
        "<p>x<sup id=\"fnref:1\"><a href=\"#fn:1\">1</a></sup> y</p>",
        "x y",
    );
    check(
        "<p>note&#160;<a href=\"#fnref:1\" class=\"footnote-backref\" role=\"doc-backlink\">&#x21a9;&#xfe0e;</a></p>",
        "note",
    );
    check("a &lt;b&gt;", "a <b>");
}

#[test]
fn tokens_are_filled_and_the_divider_moves_along() {
    let html = "a\u{FDD0}0\u{FDD1}b|c\u{FDD0}1\u{FDD1}";
    let more = html.find('|').unwrap();
    let mut out = String::new();
    let moved = fill(html, Some(more), &mut out, |index, out| {
        out.push_str(["<first>", "<second>"][index])
    });
    assert_eq!(out, "a<first>b|c<second>");
    assert_eq!(moved, out.find('|'));
}

/// As [`count`] and [`plainify`], a character at a time.
fn slowly(html: &str) -> (usize, String) {
    let (mut words, mut inside, mut mute, mut out) = (0, false, false, String::new());
    let space = |out: &mut String| {
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    };
    words::visible(html, |piece| match piece {
        words::Visible::Tag(tag) => {
            if matches!(tag, "</p>" | "<br>" | "<br />") {
                words += usize::from(inside);
                inside = false;
            }
            mute = tag.starts_with("<sup id=\"fnref") || (mute && tag != "</sup>" && tag != "</a>");
            if matches!(scan::name(tag), "p" | "br" | "li" | "ul") {
                space(&mut out);
            }
        }
        words::Visible::Text(text) => {
            for part in text.split_inclusive(char::is_whitespace) {
                let word = part.trim_end();
                if !word.is_empty() && !mute {
                    out.push_str(&decode_entities(word).replace('\u{A0}', " "));
                }
                inside |= !word.is_empty();
                if part.len() > word.len() {
                    words += usize::from(inside);
                    inside = false;
                    space(&mut out);
                }
            }
        }
    });
    (words + usize::from(inside), out.trim_end().to_owned())
}

proptest! {
    #[test]
    fn many_bytes_at_once_are_read_as_one(
        pieces in proptest::collection::vec(
            prop_oneof![
                "[a-z ’é\u{A0}\u{3000}\n]{0,40}",
                "[a-z]{1,9} [a-z]{200,400} [a-z ]{100,300}",
                proptest::sample::select(MARKUP).prop_map(str::to_owned),
            ],
            0..30,
        ),
    ) {
        let html = pieces.concat();
        prop_assert_eq!((count(&html, false), plainify(&html)), slowly(&html));
    }
}

const MARKUP: &[&str] = &[
    "<p>",
    "</p>",
    "<br>",
    "<b a='>'>",
    "<sup id=\"fnref:1\">",
    "</sup>",
    "&amp;",
    "&nbsp;",
    "<",
    "</",
    "<!-- > -->",
    "<script> a < b </script>",
    "<a hidden class=\"anchor\">#</a>",
];
