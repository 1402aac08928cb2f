//! What is asked of the nodes of an article that a browser's parser has read.

use htmd::Node;
use rcdom::NodeData;
use std::rc::Rc;

/// The name of an element.
pub fn name(node: &Node) -> Option<&str> {
    match &node.data {
        NodeData::Element { name, .. } => Some(&name.local),
        _ => None,
    }
}

pub fn attr(node: &Node, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else {
        return None;
    };
    let attrs = attrs.borrow();
    let found = attrs.iter().find(|attr| &*attr.name.local == wanted);
    found.map(|attr| attr.value.to_string())
}

pub fn has_class(node: &Node, class: &str) -> bool {
    attr(node, "class").is_some_and(|all| all.split_whitespace().any(|one| one == class))
}

/// The text of an element as it stands, whatever marks it up.
pub fn text(node: &Rc<Node>) -> String {
    let mut out = String::new();
    let mut left = vec![node.clone()];
    while let Some(node) = left.pop() {
        if let NodeData::Text { contents } = &node.data {
            out.push_str(&contents.borrow());
        }
        left.extend(node.children.borrow().iter().rev().cloned());
    }
    out
}
