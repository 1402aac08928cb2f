//! The tree before it is converted: addresses are made ours, and what Markdown would
//! misread is marked or taken away.

use super::cards::asks;
use super::{AMPERSAND, AWKWARD, TILDE};
use crate::render::nodes::{name, text};
use htmd::Node;
use rcdom::NodeData;
use std::cell::RefCell;
use std::rc::Rc;

/// Left out with what is in them, and named.
const PROGRAMS: [&str; 4] = ["script", "style", "form", "object"];

/// Left out, and nobody misses them.
const IDLE: [&str; 5] = ["noscript", "template", "link", "meta", "button"];

/// Goes over the tree; gives the names of the elements that were left out.
pub fn tree(root: &Rc<Node>, link: &dyn Fn(&str) -> String) -> Vec<&'static str> {
    let mut dropped = Vec::new();
    let mut left = vec![(root.clone(), false)];
    while let Some((node, verbatim)) = left.pop() {
        rewrite(&node, link);
        let verbatim = verbatim || matches!(name(&node), Some("pre" | "code"));
        children(&node, verbatim, &mut dropped);
        let children = node.children.borrow();
        left.extend(children.iter().map(|child| (child.clone(), verbatim)));
    }
    dropped
}

fn rewrite(node: &Rc<Node>, link: &dyn Fn(&str) -> String) {
    let NodeData::Element { attrs, .. } = &node.data else {
        return;
    };
    for attr in attrs.borrow_mut().iter_mut() {
        if matches!(&*attr.name.local, "href" | "src" | "poster") {
            let address = link(attr.value.trim());
            attr.value = address.into();
        }
    }
}

fn children(node: &Rc<Node>, verbatim: bool, dropped: &mut Vec<&'static str>) {
    let mut children = node.children.borrow_mut();
    children.retain(|child| {
        let Some(name) = name(child) else { return true };
        if asks(child) {
            return false;
        }
        let program = PROGRAMS.into_iter().find(|known| *known == name);
        dropped.extend(program);
        program.is_none() && !IDLE.contains(&name)
    });
    if verbatim {
        return;
    }
    let flows = matches!(
        name(node),
        Some("p" | "li" | "div" | "td" | "th" | "blockquote" | "figcaption" | "body")
            | Some("h1" | "h2" | "h3" | "h4" | "h5" | "h6")
    );
    if flows {
        let is_gap = |child: &Rc<Node>| name(child) == Some("br") || is_blank(child);
        while children.last().is_some_and(is_gap) {
            children.pop();
        }
        let gap = children.iter().take_while(|child| is_gap(child)).count();
        if children[..gap].iter().any(|child| name(child).is_some()) {
            children.drain(..gap);
        }
    }
    for at in 0..children.len() {
        if at > 0 && name(&children[at - 1]) == Some("br") {
            begin_line(&children[at]);
        }
        if is_emphasis(&children[at]) && is_awkward(&children, at) {
            let mark = AWKWARD.to_string();
            let mark = Node::new(NodeData::Text {
                contents: RefCell::new(mark.as_str().into()),
            });
            children[at].children.borrow_mut().insert(0, mark);
        } else if let NodeData::Text { contents } = &children[at].data {
            let marked = marked(&contents.borrow());
            if let Some(marked) = marked {
                *contents.borrow_mut() = marked.as_str().into();
            }
        }
    }
}

/// Spaces at the beginning of a line are none.
fn begin_line(node: &Rc<Node>) {
    if let NodeData::Text { contents } = &node.data {
        let begun = contents.borrow().trim_start().to_owned();
        *contents.borrow_mut() = begun.as_str().into();
    }
}

fn is_blank(node: &Rc<Node>) -> bool {
    match &node.data {
        NodeData::Text { contents } => contents.borrow().trim().is_empty(),
        _ => false,
    }
}

/// A text in which entities and pairs of `~` are what they look like. `None`: it has none.
fn marked(text: &str) -> Option<String> {
    if !text.contains('&') && !text.contains("~~") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let is_entity = || {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '#');
            end.is_some_and(|end| end > 0 && rest[end..].starts_with(';'))
        };
        out.push(match c {
            '&' if is_entity() => AMPERSAND,
            '~' if rest.starts_with('~') => TILDE,
            c => c,
        });
    }
    Some(out)
}

fn is_emphasis(node: &Rc<Node>) -> bool {
    matches!(
        name(node),
        Some("em" | "i" | "strong" | "b" | "del" | "s" | "strike")
    )
}

/// Whether marks around the element would not be read as such where it stands: CommonMark's
/// flanking runs, <https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis>.
fn is_awkward(siblings: &[Rc<Node>], at: usize) -> bool {
    let inner = text(&siblings[at]);
    let is_sign = |c: &char| !c.is_alphanumeric() && !c.is_whitespace();
    let before = at.checked_sub(1).map(|before| &siblings[before]);
    if before.is_some_and(is_emphasis) {
        return true;
    }
    let before = before.and_then(|node| text(node).chars().next_back());
    let after = siblings.get(at + 1);
    let after = after.and_then(|node| text(node).chars().next());
    let opens = inner.chars().next().filter(is_sign).is_some();
    let closes = inner.chars().next_back().filter(is_sign).is_some();
    (opens && before.is_some_and(char::is_alphanumeric))
        || (closes && after.is_some_and(char::is_alphanumeric))
}
