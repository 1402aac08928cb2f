//! Elements that every program writes: what they become.

use super::{AWKWARD, call, elements_below, first, known, parent, quoted, raw};
use crate::render::markdown::{attribute, fenced};
use crate::render::nodes::{attr, has_class, name, text};
use htmd::element_handler::{HandlerResult, Handlers};
use htmd::{Element, HtmlToMarkdownBuilder, Node};
use std::rc::Rc;

/// Stay tags around Markdown.
const INLINE: [&str; 14] = [
    "sub", "kbd", "mark", "u", "ins", "abbr", "small", "cite", "q", "time", "var", "samp", "dfn",
    "big",
];

/// Stay HTML, whole.
const BLOCKS: [&str; 6] = ["svg", "details", "dl", "embed", "math", "map"];

pub fn add(builder: HtmlToMarkdownBuilder) -> HtmlToMarkdownBuilder {
    builder
        .add_handler(INLINE.to_vec(), inline)
        .add_handler(BLOCKS.to_vec(), block)
        .add_handler(
            vec!["em", "i"],
            |handlers: &dyn Handlers, element: Element| emphasis(handlers, &element, "*", "em"),
        )
        .add_handler(
            vec!["strong", "b"],
            |handlers: &dyn Handlers, element: Element| {
                emphasis(handlers, &element, "**", "strong")
            },
        )
        .add_handler(
            vec!["del", "s", "strike"],
            |handlers: &dyn Handlers, element: Element| emphasis(handlers, &element, "~~", "del"),
        )
        .add_handler(vec!["h1", "h2", "h3", "h4", "h5", "h6"], heading)
        .add_handler(vec!["br"], line_break)
        .add_handler(vec!["hr"], line)
        .add_handler(vec!["img"], picture)
        .add_handler(vec!["a"], link)
        .add_handler(vec!["pre"], code)
        .add_handler(vec!["p"], paragraph)
        .add_handler(vec!["blockquote"], quotation)
        .add_handler(vec!["figure"], figure)
        .add_handler(vec!["iframe"], player)
        .add_handler(vec!["video", "audio"], media)
        .add_handler(vec!["sup"], mark)
        .add_handler(vec!["ol"], notes)
        .add_handler(vec!["li"], note)
}

fn inline(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let content = handlers.walk_children(element.node).content;
    if content.trim().is_empty() {
        return Some(content.into());
    }
    let start = raw::start(element.node);
    Some(format!("{start}{content}</{}>", element.tag).into())
}

fn block(_: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    Some(alone(&raw::outer(element.node)))
}

/// With a blank line before and behind.
pub fn alone(text: &str) -> HandlerResult {
    format!("\n\n{text}\n\n").into()
}

fn emphasis(
    handlers: &dyn Handlers,
    element: &Element,
    mark: &str,
    tag: &str,
) -> Option<HandlerResult> {
    let content = handlers.walk_children(element.node).content;
    let (content, awkward) = match content.strip_prefix(AWKWARD) {
        Some(rest) => (rest, true),
        None => (&*content, false),
    };
    let inner = content.trim();
    // Signs around nothing, and around several blocks, are signs.
    if inner.is_empty() || inner.contains("\n\n") {
        return Some(content.to_owned().into());
    }
    let before = &content[..content.len() - content.trim_start().len()];
    let after = &content[content.trim_end().len()..];
    Some(match awkward {
        true => format!("{before}<{tag}>{inner}</{tag}>{after}").into(),
        false => format!("{before}{mark}{inner}{mark}{after}").into(),
    })
}

fn heading(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let content = handlers.walk_children(element.node).content;
    let content = content.split_whitespace().collect::<Vec<_>>().join(" ");
    if content.is_empty() {
        return None;
    }
    let level = element.tag[1..].parse().unwrap_or(2);
    let shown = text(element.node);
    let plain = |id: &&str| {
        id.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let id = attribute(&element, "id").filter(plain);
    let id = match id {
        // Else the heading would get it by itself.
        Some(id) if !id.is_empty() && id != crate::text::heading_id(&shown) => {
            format!(" {{#{id}}}")
        }
        _ => String::new(),
    };
    Some(alone(&format!("{} {content}{id}", "#".repeat(level))))
}

/// What stands before the notes is no break in the text.
fn line(_: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let before_notes = has_class(element.node, "footnotes-sep");
    (!before_notes).then(|| alone("---"))
}

/// In cells and headings a line cannot end.
fn line_break(_: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let mut above = parent(element.node);
    while let Some(node) = above {
        let name = name(&node);
        if let Some("td" | "th" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "figcaption") = name {
            return Some("<br>".into());
        }
        above = parent(&node);
    }
    Some("\\\n".into())
}

/// The picture's address: Substack keeps the one that it was uploaded to aside.
fn source(node: &Rc<Node>) -> Option<String> {
    let data = attr(node, "data-attrs").and_then(|data| serde_json::from_str(&data).ok());
    let data: serde_json::Value = data.unwrap_or_default();
    let original = data["src"]
        .as_str()
        .filter(|src| src.starts_with("https://"));
    let lazy = attr(node, "data-src")
        .filter(|_| attr(node, "src").is_none_or(|src| src.starts_with("data:")));
    original.map(str::to_owned).or(lazy).or(attr(node, "src"))
}

/// Where a link of Markdown leads.
pub fn destination(address: &str) -> String {
    let awkward = address.contains(|c: char| c.is_whitespace() || "()<>\\".contains(c));
    match awkward {
        true => format!(
            "<{}>",
            address
                .replace('<', "%3C")
                .replace('>', "%3E")
                .replace('\n', "")
        ),
        false => address.to_owned(),
    }
}

fn picture(_: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let alt = attribute(&element, "alt").unwrap_or_default();
    let class = attribute(&element, "class").unwrap_or_default();
    // A face that WordPress shows as a picture of its own.
    if class
        .split(' ')
        .any(|class| matches!(class, "wp-smiley" | "emoji"))
    {
        return Some(alt.to_owned().into());
    }
    let source = source(element.node)?;
    let mut shown = String::new();
    for c in alt.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if "\\[]*_`<".contains(c) {
            shown.push('\\');
        }
        shown.push(c);
    }
    let title = attribute(&element, "title").map(|title| format!(" {}", quoted(title)));
    let title = title.unwrap_or_default();
    Some(format!("![{shown}]({}{title})", destination(&source)).into())
}

fn link(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    if has_class(element.node, "footnote-anchor") {
        return Some(format!("[^{}]", text(element.node).trim()).into());
    }
    if has_class(element.node, "footnote-backref") || has_class(element.node, "footnote-number") {
        return None;
    }
    let content = handlers.walk_children(element.node).content;
    let Some(href) = attribute(&element, "href").filter(|href| !href.is_empty()) else {
        // A place to be led to.
        let id = attribute(&element, "id").or(attribute(&element, "name"));
        let anchor = id.map(|id| {
            let mut id_escaped = String::new();
            crate::text::escape_attr(&mut id_escaped, id);
            format!("<a id=\"{id_escaped}\"></a>")
        });
        return Some(format!("{}{content}", anchor.unwrap_or_default()).into());
    };
    let inner = content.split_whitespace().collect::<Vec<_>>().join(" ");
    if inner.is_empty() {
        return Some(content.into());
    }
    let before = &content[..content.len() - content.trim_start().len()];
    let after = &content[content.trim_end().len()..];
    let shown = text(element.node);
    let written =
        match shown.trim() == href && href.starts_with("http") && !href.contains(['<', '>', ' ']) {
            true => format!("<{href}>"),
            false => {
                let title = attribute(&element, "title").map(|title| format!(" {}", quoted(title)));
                format!(
                    "[{inner}]({}{})",
                    destination(href),
                    title.unwrap_or_default()
                )
            }
        };
    Some(format!("{before}{written}{after}").into())
}

fn code(_: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let is_verse = ["wp-block-verse", "text"]
        .iter()
        .any(|class| has_class(element.node, class));
    let mut language = attribute(&element, "class").and_then(language);
    for child in element.node.children.borrow().iter() {
        let class = attr(child, "class").unwrap_or_default();
        language = language.or(self::language(&class)).or(attr(child, "lang"));
    }
    match is_verse && first(element.node, "code").is_none() {
        true => Some(alone(&raw::outer(element.node))),
        false => Some(fenced(&text(element.node), &language.unwrap_or_default()).into()),
    }
}

/// `language-x`, `lang-x`, `brush: x` among classes.
fn language(classes: &str) -> Option<String> {
    let words: Vec<&str> = classes
        .split([' ', ';'])
        .filter(|word| !word.is_empty())
        .collect();
    let behind = words
        .iter()
        .position(|word| *word == "brush:")
        .and_then(|at| words.get(at + 1));
    let named = words.iter().find_map(|word| {
        let prefixes = ["language-", "lang-", "brush:"];
        prefixes
            .iter()
            .find_map(|prefix| word.strip_prefix(prefix))
            .filter(|name| !name.is_empty())
    });
    let plain = |name: &&str| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-#_".contains(c))
    };
    named.or(behind.copied()).filter(plain).map(str::to_owned)
}

/// An address alone in its paragraph is what it leads to.
fn paragraph(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let content = handlers.walk_children(element.node).content;
    let inner = content.trim();
    if inner.is_empty() {
        return None;
    }
    let shown = text(element.node);
    let is_alone = shown.trim().starts_with("http") && !shown.trim().contains(char::is_whitespace);
    match known(&shown).filter(|_| is_alone) {
        Some(known) => Some(alone(&call(&known.call()))),
        None => Some(alone(content.trim_matches('\n'))),
    }
}

fn quotation(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let content = handlers.walk_children(element.node).content;
    Some(alone(&quoted_lines(&content)))
}

/// Lines behind the mark of a quotation.
pub fn quoted_lines(content: &str) -> String {
    let lines = content.trim().lines();
    let lines = lines.map(|line| format!("> {line}").trim_end_matches(' ').to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// A picture with a caption; anything else has the caption below it as a paragraph.
fn figure(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    if let Some(card) = super::cards::figure(handlers, element.node) {
        return Some(card);
    }
    let below = elements_below(element.node);
    let pictures: Vec<_> = below
        .iter()
        .filter(|node| name(node) == Some("img"))
        .collect();
    let caption = below.iter().find(|node| name(node) == Some("figcaption"));
    let caption = caption.map(|caption| {
        let written = handlers.walk_children(caption).content;
        written.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    let caption = caption.filter(|caption| !caption.is_empty());
    let plain = |node: &Rc<Node>| {
        matches!(
            name(node),
            Some("img" | "figcaption" | "a" | "div" | "picture" | "source" | "span" | "em" | "i")
                | Some("strong" | "b" | "p" | "code" | "br" | "sup" | "sub" | "u" | "cite" | "del")
        )
    };
    let ([picture], Some(caption)) = (pictures.as_slice(), &caption) else {
        return Some(alone(
            handlers
                .walk_children(element.node)
                .content
                .trim_matches('\n'),
        ));
    };
    let Some(source) = source(picture).filter(|_| below.iter().all(plain)) else {
        return Some(alone(
            handlers
                .walk_children(element.node)
                .content
                .trim_matches('\n'),
        ));
    };
    let mut words = format!("figure src={}", quoted(&source));
    if let Some(alt) = attr(picture, "alt").filter(|alt| !alt.trim().is_empty()) {
        words.push_str(&format!(" alt={}", quoted(&alt)));
    }
    words.push_str(&format!(" caption={}", quoted(caption)));
    let around = parent(picture)
        .into_iter()
        .chain(parent(picture).and_then(|node| parent(&node)));
    let around = around.chain(first(element.node, "a"));
    let link = around.filter(|node| name(node) == Some("a") && first(node, "img").is_some());
    let link = link.filter_map(|node| attr(&node, "href")).next();
    if let Some(link) = link.filter(|link| *link != source && !link.contains("substackcdn.com")) {
        words.push_str(&format!(" link={}", quoted(&link)));
    }
    Some(alone(&call(&words)))
}

fn player(_: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let known = attribute(&element, "src").and_then(known);
    Some(match known {
        Some(known) => alone(&call(&known.call())),
        None => alone(&raw::outer(element.node)),
    })
}

fn media(_: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let below = elements_below(element.node);
    let of_source = below
        .iter()
        .filter(|node| name(node) == Some("source"))
        .find_map(|node| attr(node, "src"));
    let src = attribute(&element, "src")
        .map(str::to_owned)
        .or(of_source)?;
    let mut words = format!("{} src={}", element.tag, quoted(&src));
    if let Some(poster) = attribute(&element, "poster").filter(|poster| !poster.is_empty()) {
        words.push_str(&format!(" poster={}", quoted(poster)));
    }
    for switch in ["loop", "autoplay", "muted"] {
        if attribute(&element, switch).is_some() {
            words.push_str(&format!(" {switch}=true"));
        }
    }
    Some(alone(&call(&words)))
}

/// `[^1]` for the mark of a note.
fn mark(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let led = first(element.node, "a").and_then(|link| attr(&link, "href"));
    let id = led.as_deref().and_then(note_id_of);
    let shown = text(element.node);
    let of_wordpress = attribute(&element, "data-fn").map(|_| shown.trim());
    match id.or(of_wordpress) {
        Some(id) => Some(format!("[^{id}]").into()),
        None => inline(handlers, element),
    }
}

/// `1` of `#fn1`, `#fn:1`, `#fn-1`.
fn note_id_of(href: &str) -> Option<&str> {
    let id = href.strip_prefix("#fn")?.trim_start_matches([':', '-']);
    let plain = id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (plain && !id.is_empty() && !id.starts_with("ref")).then_some(id)
}

fn note_id(node: &Rc<Node>) -> Option<String> {
    let id = attr(node, "id")?;
    note_id_of(&format!("#{id}")).map(str::to_owned)
}

/// The list of notes is none in Markdown.
fn notes(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    // The converter changes the children while it goes over them.
    let any = element
        .node
        .children
        .borrow()
        .iter()
        .any(|child| note_id(child).is_some());
    match any {
        true => Some(handlers.walk_children(element.node)),
        false => handlers.fallback(element),
    }
}

fn note(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let in_list = parent(element.node).is_some_and(|list| name(&list) == Some("ol"));
    let Some(id) = note_id(element.node).filter(|_| in_list) else {
        return handlers.fallback(element);
    };
    let content = handlers.walk_children(element.node).content;
    Some(written_note(&id, &content).into())
}

/// `[^1]: …`, with what follows the first paragraph below it.
pub fn written_note(id: &str, content: &str) -> String {
    let mut out = format!("\n\n[^{id}]:");
    for (at, line) in content.trim().lines().enumerate() {
        out.push_str(match (at, line.is_empty()) {
            (0, _) => " ",
            (_, true) => "\n",
            _ => "\n    ",
        });
        out.push_str(line.trim_end_matches([' ', '\u{a0}']));
    }
    out.push_str("\n\n");
    out
}
