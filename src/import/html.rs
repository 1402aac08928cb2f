//! HTML of other programs as Markdown. What Markdown cannot say stays HTML, without the
//! attributes that only made it look as it did.
//!
//! Signs of Unicode's private use stand for what is not text while the converter, which
//! escapes text, is at work; they are taken out of the HTML before.

mod cards;
mod elements;
mod embeds;
mod prepare;
mod raw;
mod tables;

pub use embeds::known;

use super::house::without_shortcodes;
use crate::render::markdown::parsed;
use crate::render::nodes::{has_class, name, text};
use htmd::options::{BrStyle, BulletListMarker, HrStyle, Options};
use htmd::{HtmlToMarkdown, Node};
use std::rc::Rc;
use std::sync::LazyLock;

/// Around a shortcode of ours.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';
/// Around the number of a piece that stays as it is.
const KEPT: char = '\u{E002}';
/// `&` before what would be read as an entity.
const AMPERSAND: char = '\u{E003}';
/// `~` before another one.
const TILDE: char = '\u{E004}';
/// Begins an emphasis that Markdown's marks would not make.
const AWKWARD: char = '\u{E005}';
/// `$` around a formula.
const FORMULA: char = '\u{E006}';

static CONVERTER: LazyLock<HtmlToMarkdown> = LazyLock::new(|| {
    let builder = HtmlToMarkdown::builder().options(Options {
        br_style: BrStyle::Backslash,
        bullet_list_marker: BulletListMarker::Dash,
        hr_style: HrStyle::Dashes,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        preformatted_code: true,
        ..Options::default()
    });
    cards::add(tables::add(elements::add(builder))).build()
});

/// What to do about an element that was left out.
pub const DROPPED: &str = "a template of your own, or a shortcode, may hold it";

/// A text as Markdown.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Converted {
    pub markdown: String,
    /// Names of elements that were left out with what is in them, such as `script`.
    pub dropped: Vec<&'static str>,
    /// It has formulas between dollar signs.
    pub formulas: bool,
}

/// Pieces of a text that are not to be converted.
#[derive(Default)]
pub struct Kept {
    pieces: Vec<String>,
    /// A formula is among them.
    pub formulas: bool,
}

impl Kept {
    /// HTML that stays. Gives what stands for it in the text.
    pub fn html(&mut self, html: &str) -> String {
        // A blank line would end the block.
        let lines = html.lines().filter(|line| !line.trim().is_empty());
        let html = lines.collect::<Vec<_>>().join("\n");
        self.put(without_shortcodes(html.trim()))
    }

    /// A line of Markdown.
    pub fn markdown(&mut self, markdown: impl Into<String>) -> String {
        self.put(markdown.into())
    }

    /// A call of a shortcode of ours.
    pub fn call(&mut self, words: &str) -> String {
        self.put(format!("{{{{< {words} >}}}}"))
    }

    /// A formula within a line.
    pub fn formula(&mut self, tex: &str) -> String {
        self.formulas = true;
        self.pieces.push(format!("${}$", tex.trim()));
        format!("{KEPT}{}{KEPT}", self.pieces.len() - 1)
    }

    fn put(&mut self, piece: String) -> String {
        self.pieces.push(piece);
        format!("<div>{KEPT}{}{KEPT}</div>", self.pieces.len() - 1)
    }
}

/// Text without what no source of ours may hold, and without our own marks.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| is_text(*c)).collect()
}

fn is_text(c: char) -> bool {
    let noncharacter = matches!(u32::from(c), 0xFDD0..=0xFDEF) || u32::from(c) & 0xFFFE == 0xFFFE;
    let ours = (OPEN..=FORMULA).contains(&c);
    !noncharacter && !ours && (!c.is_control() || matches!(c, '\n' | '\t'))
}

/// Converts a fragment that was [`clean`]ed. `link` says what an address becomes. `None`: it
/// nests deeper than any text that a person wrote.
pub fn to_markdown(html: &str, kept: &Kept, link: &dyn Fn(&str) -> String) -> Option<Converted> {
    let tree = parsed(&CONVERTER, html)?;
    let dropped = prepare::tree(&tree, link);
    let markdown = without_shortcodes(&CONVERTER.tree_to_markdown(&tree));
    let formulas = kept.formulas || markdown.contains(FORMULA);
    let markdown = markdown
        .replace(OPEN, "{{< ")
        .replace(CLOSE, " >}}")
        .replace(FORMULA, "$")
        .replace(AMPERSAND, "&amp;")
        .replace(TILDE, "\\~");
    Some(Converted {
        markdown: put_back(&markdown, kept),
        dropped,
        formulas,
    })
}

fn put_back(markdown: &str, kept: &Kept) -> String {
    let mut out = String::with_capacity(markdown.len());
    for (at, part) in markdown.split(KEPT).enumerate() {
        let number = part.parse().ok().filter(|_| at % 2 == 1);
        match number.and_then(|number: usize| kept.pieces.get(number)) {
            Some(piece) => out.push_str(piece),
            None => out.push_str(part),
        }
    }
    out
}

/// HTML as a line of text, for titles and descriptions.
pub fn plain(html: &str) -> String {
    let cleaned = clean(html);
    let text = match parsed(&CONVERTER, &cleaned) {
        Some(tree) => text(&tree),
        None => cleaned,
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A call of a shortcode of ours in the text.
fn call(words: &str) -> String {
    format!("{OPEN}{words}{CLOSE}")
}

/// A value of a shortcode's argument, in quotes.
pub fn quoted(value: &str) -> String {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The elements below a node, in their order.
fn elements_below(node: &Rc<Node>) -> Vec<Rc<Node>> {
    let mut found = Vec::new();
    let mut left: Vec<Rc<Node>> = node.children.borrow().iter().rev().cloned().collect();
    while let Some(node) = left.pop() {
        left.extend(node.children.borrow().iter().rev().cloned());
        if name(&node).is_some() {
            found.push(node);
        }
    }
    found
}

/// The first element below a node that is called so.
fn first(node: &Rc<Node>, wanted: &str) -> Option<Rc<Node>> {
    let mut all = elements_below(node).into_iter();
    all.find(|node| name(node) == Some(wanted))
}

/// The first element below a node that has a class.
fn first_of_class(node: &Rc<Node>, class: &str) -> Option<Rc<Node>> {
    let mut all = elements_below(node).into_iter();
    all.find(|node| has_class(node, class))
}

fn parent(node: &Rc<Node>) -> Option<Rc<Node>> {
    let above = node.parent.take();
    let parent = above.as_ref().and_then(std::rc::Weak::upgrade);
    node.parent.set(above);
    parent
}

#[cfg(test)]
mod tests {
    use super::{Kept, clean, plain, to_markdown};

    fn check(html: &str, expected: &str) {
        let link = |address: &str| address.replace("https://a.example/", "/");
        let converted = to_markdown(&clean(html), &Kept::default(), &link);
        let found = converted.map(|converted| converted.markdown);
        assert_eq!(found.as_deref(), Some(expected), "{html}");
    }

    #[test]
    fn markdown_says_what_it_can() {
        for (html, expected) in [
            (
                "<p class=\"x\">a <strong>b</strong> <a href=\"https://a.example/c/\" target=_blank>d</a></p>",
                "a **b** [d](/c/)",
            ),
            (
                "<div><h2 id=a>b</h2><h2>c</h2><ul><li>d</li><li>e</li></ul></div>",
                "## b {#a}\n\n## c\n\n- d\n- e",
            ),
            (
                "<pre class=\"wp-block-code\"><code class=\"language-rust x\">a &lt; b\n\nc\n</code></pre>",
                "```rust\na < b\n\nc\n```",
            ),
            ("<p>a<br>b<br></p>", "a\\\nb"),
            ("<p>&nbsp;</p><p>a</p>", "a"),
            ("<p>a <del>b</del></p>", "a ~~b~~"),
            (
                "<p>a ~~b~~ &amp;lt; &amp; c</p>",
                "a \\~~b\\~~ &amp;lt; & c",
            ),
            ("<p>https://x.example/a_b</p>", "https://x.example/a\\_b"),
            (
                "<p><a href=\"https://b.example\">https://b.example</a></p>",
                "<https://b.example>",
            ),
            (
                "<p><img src=\"b (1).png\" alt=\"c [d]\" width=3></p>",
                "![c \\[d\\]](<b (1).png>)",
            ),
            (
                "<table><thead><tr><th>a|b</th><th style=\"text-align:right\">c</th></tr></thead><tbody><tr><td>1</td><td><p>2<br>3</p></td></tr></tbody></table>",
                "| a\\|b | c |\n| --- | ---: |\n| 1 | 2<br>3 |",
            ),
        ] {
            check(html, expected);
        }
    }

    #[test]
    fn the_rest_stays_html() {
        for (html, expected) in [
            ("<p>H<sub class=a>2</sub>O</p>", "H<sub>2</sub>O"),
            (
                "<iframe src=\"https://v.example/1\" onload=x></iframe>",
                "<iframe src=\"https://v.example/1\"></iframe>",
            ),
            ("<p>a</p><script>alert(1)</script>", "a"),
            (
                "<table><tr><td colspan=2>a &lt;\n\n b</td></tr></table>",
                "<table><tbody><tr><td colspan=\"2\">a &lt; b</td></tr></tbody></table>",
            ),
            (
                "<details><summary>a</summary><p>b</p></details>",
                "<details><summary>a</summary><p>b</p></details>",
            ),
        ] {
            check(html, expected);
        }
    }

    #[test]
    fn emphasis_that_marks_would_not_make_stays_html() {
        check("<p><b>Note:</b>text</p>", "<strong>Note:</strong>text");
        check("<p><b>Note:</b> text</p>", "**Note:** text");
        check("<p>un<em>believ</em>able</p>", "un*believ*able");
        check("<p><b>a</b><i>b</i></p>", "**a**<em>b</em>");
    }

    #[test]
    fn figures_are_shortcodes_where_they_have_a_caption() {
        check(
            "<figure class=a><a href=\"d.png\"><img src=\"b.png\" alt=\"c\" onload=\"x()\" /></a>\n<figcaption>d <em>\"e\"</em></figcaption></figure>",
            "{{< figure src=\"b.png\" alt=\"c\" caption=\"d *\\\"e\\\"*\" link=\"d.png\" >}}",
        );
        check("<figure><img src=\"b.png\"></figure>", "![](b.png)");
    }

    #[test]
    fn players_are_shortcodes() {
        check(
            "<iframe src=\"https://www.youtube.com/embed/abc-_1?rel=0\"></iframe>",
            "{{< youtube abc-_1 >}}",
        );
        check(
            "<p>https://vimeo.com/123</p><p>see https://vimeo.com/123</p>",
            "{{< vimeo 123 >}}\n\nsee https://vimeo.com/123",
        );
        check(
            "<p>https://twitter.com/ada/status/12?s=20</p>",
            "{{< x user=\"ada\" id=\"12\" >}}",
        );
    }

    #[test]
    fn marks_of_shortcodes_are_text() {
        check("<pre>{{&lt; x &gt;}}</pre>", "```\n{{</* x */>}}\n```");
    }

    #[test]
    fn notes_are_notes() {
        check(
            "<p>a<a class=\"footnote-anchor\" href=\"#footnote-1\">1</a></p><div class=\"footnote\"><a id=\"footnote-1\" class=\"footnote-number\">1</a><div class=\"footnote-content\"><p>b</p><p>c</p></div></div>",
            "a[^1]\n\n[^1]: b\n\n    c",
        );
        check(
            "<p>a<sup><a href=\"#fn1\" id=\"fnref1\">[1]</a></sup></p><section class=\"footnotes\"><ol><li id=\"fn1\"><p>b <a href=\"#fnref1\" class=\"footnote-backref\">↩</a></p></li></ol></section>",
            "a[^1]\n\n[^1]: b",
        );
    }

    #[test]
    fn what_nests_without_end_is_refused() {
        let deep = "<blockquote>".repeat(100_000);
        assert!(to_markdown(&deep, &Kept::default(), &|link| link.to_owned()).is_none());
    }

    #[test]
    fn titles_are_plain() {
        assert_eq!(
            plain("Tea &amp; <em>rain</em>&hellip;\n x"),
            "Tea & rain… x"
        );
    }
}
