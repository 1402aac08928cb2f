//! Elements as HTML again, without the attributes that say how they look and what they do.

use crate::render::nodes::name;
use crate::text::{escape_attr, escape_html};
use htmd::Node;
use rcdom::NodeData;
use std::rc::Rc;

const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// The start tag of an element.
pub fn start(node: &Rc<Node>) -> String {
    let NodeData::Element { name, attrs, .. } = &node.data else {
        return String::new();
    };
    let mut out = format!("<{}", &*name.local);
    for attr in attrs.borrow().iter().filter(|attr| says(&attr.name.local)) {
        out.push_str(&format!(" {}", &*attr.name.local));
        if !attr.value.is_empty() || &*attr.name.local == "alt" {
            out.push_str("=\"");
            escape_attr(&mut out, &attr.value);
            out.push('"');
        }
    }
    out.push('>');
    out
}

/// Whether an attribute says something of the element itself.
fn says(name: &str) -> bool {
    const LOOKS: [&str; 11] = [
        "class",
        "style",
        "srcset",
        "sizes",
        "loading",
        "decoding",
        "fetchpriority",
        "contenteditable",
        "align",
        "border",
        "frameborder",
    ];
    !LOOKS.contains(&name) && !name.starts_with("on") && !name.starts_with("data-")
}

/// The whole element on lines without a gap, which would end the block.
pub fn outer(node: &Rc<Node>) -> String {
    let mut out = String::new();
    write(node, false, &mut out);
    out
}

/// One call for each level; trees that are too deep were refused.
fn write(node: &Rc<Node>, verbatim: bool, out: &mut String) {
    match &node.data {
        NodeData::Text { contents } if verbatim => {
            let mut text = String::new();
            escape_html(&mut text, &contents.borrow());
            out.push_str(&text.replace('\n', "&#10;"));
        }
        NodeData::Text { contents } => {
            let contents = contents.borrow();
            if contents.starts_with(char::is_whitespace) && !out.ends_with([' ', '>']) {
                out.push(' ');
            }
            let words: Vec<&str> = contents.split_whitespace().collect();
            escape_html(out, &words.join(" "));
            if contents.ends_with(char::is_whitespace) && !words.is_empty() {
                out.push(' ');
            }
        }
        NodeData::Element { .. } => {
            let tag = name(node).unwrap_or_default();
            out.push_str(&start(node));
            if VOID.contains(&tag) {
                return;
            }
            for child in node.children.borrow().iter() {
                write(child, verbatim || tag == "pre", out);
            }
            out.push_str(&format!("</{tag}>"));
        }
        _ => {}
    }
}
