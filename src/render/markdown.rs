//! An article's HTML as Markdown, for programs that read: what its author wrote,
//! with shortcodes run and addresses that lead somewhere.
//!
//! Takes HTML as feeds have it, gives CommonMark with tables and footnotes. What
//! Markdown has no words for (colours, sizes) is left out; scripts and styles are
//! none of it.

use super::nodes::{attr, text};
use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{BrStyle, BulletListMarker, Options};
use htmd::{Element, HtmlToMarkdown, Node};
use std::rc::Rc;
use std::sync::LazyLock;

/// Elements in elements: more is nobody's text, and the converter calls itself for each.
const DEEPEST: usize = 128;

/// Start tags whose elements are open at once: more than anybody forgets to end.
const MOST_OPEN: usize = 1000;

static CONVERTER: LazyLock<HtmlToMarkdown> = LazyLock::new(|| {
    HtmlToMarkdown::builder()
        .options(Options {
            br_style: BrStyle::Backslash,
            bullet_list_marker: BulletListMarker::Dash,
            ul_bullet_spacing: 1,
            ol_number_spacing: 1,
            preformatted_code: true,
            ..Options::default()
        })
        .skip_tags(vec!["script", "style", "template", "button"])
        .add_handler(vec!["pre"], block_of_code)
        .add_handler(vec!["math"], formula)
        .add_handler(vec!["sup"], mark)
        .add_handler(vec!["li"], note)
        .add_handler(vec!["ol"], notes)
        .add_handler(vec!["a"], link)
        .add_handler(vec!["hr"], line)
        .add_handler(vec!["iframe", "video", "audio"], embedded)
        .add_handler(vec!["dd"], definition)
        .build()
});

/// The article as Markdown, without a line end. `None` where it is too deep for that.
pub fn markdown(html: &str) -> Option<String> {
    tree(html).map(|tree| CONVERTER.tree_to_markdown(&tree))
}

/// What a browser makes of a text. `None` where it is too deep for who goes down it.
pub(super) fn tree(html: &str) -> Option<Rc<Node>> {
    parsed(&CONVERTER, html)
}

/// The tree that a converter reads. `None` where it is too deep for that.
pub fn parsed(converter: &HtmlToMarkdown, html: &str) -> Option<Rc<Node>> {
    if opened(html) > MOST_OPEN {
        return None;
    }
    let tree = converter.html_to_tree(html).ok()?;
    (depth(&tree) <= DEEPEST).then_some(tree)
}

/// How many start tags without an end tag are open at once, at most. The parser takes the
/// square of that.
fn opened(html: &str) -> usize {
    const VOID: [&str; 8] = ["br", "hr", "img", "input", "link", "meta", "source", "wbr"];
    let (mut open, mut most) = (0_usize, 0);
    for at in memchr::memchr_iter(b'<', html.as_bytes()) {
        let tag = &html[at + 1..];
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric());
        match tag.as_bytes().first() {
            Some(b'/') => open = open.saturating_sub(1),
            Some(first) if first.is_ascii_alphabetic() => {
                let name = &tag[..end.unwrap_or(tag.len())];
                if !VOID.iter().any(|void| void.eq_ignore_ascii_case(name)) {
                    open += 1;
                    most = most.max(open);
                }
            }
            _ => {}
        }
    }
    most
}

/// How many elements stand within each other.
fn depth(tree: &Rc<Node>) -> usize {
    let mut deepest = 0;
    let mut left = vec![(tree.clone(), 0)];
    while let Some((node, depth)) = left.pop() {
        deepest = deepest.max(depth);
        let children = node.children.borrow();
        left.extend(children.iter().map(|child| (child.clone(), depth + 1)));
    }
    deepest
}

/// An attribute of an element that is converted.
pub fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    let found = element.attrs.iter().find(|attr| &*attr.name.local == name);
    found.map(|attr| &*attr.value)
}

fn has_class(element: &Element, class: &str) -> bool {
    attribute(element, "class").is_some_and(|all| all.split_whitespace().any(|one| one == class))
}

fn block_of_code(_: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let mut language = attribute(&element, "class").and_then(language_in);
    for child in element.node.children.borrow().iter() {
        language = language.or(attr(child, "class").and_then(|class| language_in(&class)));
    }
    Some(fenced(&text(element.node), &language.unwrap_or_default()).into())
}

/// Code in a fence that no line of it ends.
pub fn fenced(code: &str, language: &str) -> String {
    let code = code.strip_prefix('\n').unwrap_or(code);
    let code = code.strip_suffix('\n').unwrap_or(code);
    let run =
        |line: &str| line.trim_start().len() - line.trim_start().trim_start_matches('`').len();
    let longest = code.lines().map(run).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("\n\n{fence}{language}\n{code}\n{fence}\n\n")
}

fn language_in(class: &str) -> Option<String> {
    let mut names = class.split_whitespace();
    names.find_map(|name| Some(name.strip_prefix("language-")?.to_owned()))
}

/// TeX between dollar signs, as it was written.
fn formula(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let Some(tex) = attribute(&element, "alttext") else {
        return Some(handlers.walk_children(element.node));
    };
    Some(match attribute(&element, "display") {
        Some("block") => format!("\n\n$$\n{tex}\n$$\n\n").into(),
        _ => format!("${tex}$").into(),
    })
}

/// `[^1]` for the mark of a note.
fn mark(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    // `fnref:1`, and `fnref1:1` where the note is named again.
    let id = attribute(&element, "id").and_then(|id| id.strip_prefix("fnref"));
    match id.and_then(|id| id.split_once(':')) {
        Some((_, id)) => Some(format!("[^{id}]").into()),
        None => {
            let content = handlers.walk_children(element.node).content;
            Some(format!("<sup>{content}</sup>").into())
        }
    }
}

/// The list of notes is none in Markdown.
fn notes(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let is_note = |child: &Rc<Node>| attr(child, "id").is_some_and(|id| id.starts_with("fn:"));
    // The converter changes the children while it goes over them.
    let any = element.node.children.borrow().iter().any(is_note);
    match any {
        true => Some(handlers.walk_children(element.node)),
        false => handlers.fallback(element),
    }
}

/// `[^1]: …` for the note.
fn note(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let id = attribute(&element, "id").and_then(|id| id.strip_prefix("fn:"));
    let Some(id) = id.map(str::to_owned) else {
        return handlers.fallback(element);
    };
    let content = handlers.walk_children(element.node).content;
    let mut out = format!("\n\n[^{id}]:");
    for (n, line) in content.trim().lines().enumerate() {
        out.push_str(match (n, line.is_empty()) {
            (0, _) => " ",
            (_, true) => "\n",
            _ => "\n    ",
        });
        out.push_str(line.trim_end_matches('\u{a0}'));
    }
    out.push_str("\n\n");
    Some(out.into())
}

/// The way back from a note is the theme's.
fn link(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    match has_class(&element, "footnote-backref") {
        true => None,
        false => handlers.fallback(element),
    }
}

/// What stands before the notes is no break in the text.
fn line(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let above = element.node.parent.take();
    let parent = above.as_ref().and_then(std::rc::Weak::upgrade);
    element.node.parent.set(above);
    let class = parent.and_then(|parent| attr(&parent, "class"));
    let in_notes = class.is_some_and(|class| class.split(' ').any(|one| one == "footnotes"));
    match in_notes {
        true => None,
        false => handlers.fallback(element),
    }
}

/// What cannot be read is named by its address.
fn embedded(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let mut src = attribute(&element, "src").map(str::to_owned);
    for child in element.node.children.borrow().iter() {
        src = src.or(attr(child, "src"));
    }
    match src {
        Some(src) => {
            let title = attribute(&element, "title").or(attribute(&element, "aria-label"));
            let title = title.unwrap_or(element.tag);
            Some(format!("\n\n[{title}](<{src}>)\n\n").into())
        }
        None => handlers.fallback(element),
    }
}

fn definition(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let content = handlers.walk_children(element.node).content;
    Some(format!("\n: {}\n\n", content.trim().replace('\n', "\n  ")).into())
}

#[cfg(test)]
mod tests {
    use super::markdown;

    fn of(html: &str) -> String {
        markdown(html).expect("it is not deep")
    }

    #[test]
    fn articles_are_written_back() {
        for (html, wanted) in [
            (
                "<h2 id=\"a\">One &amp; two</h2>\n<p>A <em>b</em> <a href=\"https://a.example/x y\">c</a>.</p>",
                "## One & two\n\nA *b* [c](<https://a.example/x y>).",
            ),
            (
                "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
                "- a\n- b\n  - c",
            ),
            (
                "<pre><code class=\"language-rust\" data-lang=\"rust\"><span>~a</span> &lt; <span>`b`</span>\n\n</code></pre>",
                "```rust\n~a < `b`\n\n```",
            ),
            ("<pre>```\n</pre>", "````\n```\n````"),
            (
                "<p>x<sup id=\"fnref:1\"><a href=\"#fn:1\">1</a></sup> y<sup>2</sup></p><div class=\"footnotes\"><hr><ol><li id=\"fn:1\"><p>A note.</p><p>More.&nbsp;<a href=\"#\" class=\"footnote-backref\">b</a></p></li></ol></div>",
                "x[^1] y<sup>2</sup>\n\n[^1]: A note.\n\n    More.",
            ),
            ("<p>a</p><hr><p>b</p>", "a\n\n* * *\n\nb"),
            (
                "<p>It is <math alttext=\"x^2\"><mi>x</mi></math>.</p><math display=\"block\" alttext=\"y\"><mi>y</mi></math>",
                "It is $x^2$.\n\n$$\ny\n$$",
            ),
            (
                "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
                "| a | b |\n| - | - |\n| 1 | 2 |",
            ),
            (
                "<script>x</script><p>a</p><iframe src=\"https://v.example/1\" title=\"A film\"></iframe>",
                "a\n\n[A film](<https://v.example/1>)",
            ),
        ] {
            assert_eq!(of(html), wanted, "{html}");
        }
    }

    #[test]
    fn what_is_too_deep_is_not_walked() {
        assert_eq!(markdown(&"<div>".repeat(100_000)), None);
        assert!(markdown(&"<div>".repeat(100)).is_some());
    }
}
