//! Tables: rows of bars where Markdown has them, else HTML.

use super::{elements_below, parent, raw};
use crate::render::nodes::{attr, has_class, name};
use htmd::element_handler::{HandlerResult, Handlers};
use htmd::{Element, HtmlToMarkdownBuilder, Node};
use std::rc::Rc;

pub fn add(builder: HtmlToMarkdownBuilder) -> HtmlToMarkdownBuilder {
    builder.add_handler(vec!["table"], table)
}

fn table(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let Some(rows) = rows(element.node) else {
        return Some(format!("\n\n{}\n\n", raw::outer(element.node)).into());
    };
    let mut out = String::from("\n\n");
    for (at, row) in rows.iter().enumerate() {
        let cells = row.iter().map(|cell| content(handlers, cell));
        out.push_str(&format!("| {} |\n", cells.collect::<Vec<_>>().join(" | ")));
        if at == 0 {
            let marks: Vec<&str> = row.iter().map(alignment).collect();
            out.push_str(&format!("| {} |\n", marks.join(" | ")));
        }
    }
    out.push('\n');
    Some(out.into())
}

/// Rows of cells, where the first is a head and all are of one length. `None`: Markdown has
/// no such table.
fn rows(table: &Rc<Node>) -> Option<Vec<Vec<Rc<Node>>>> {
    const FLAT: [&str; 24] = [
        "thead", "tbody", "tfoot", "tr", "td", "th", "p", "a", "strong", "b", "em", "i", "code",
        "br", "span", "img", "sup", "sub", "del", "s", "kbd", "mark", "u", "small",
    ];
    let below = elements_below(table);
    let flat = |node: &Rc<Node>| {
        let name = name(node).unwrap_or_default();
        let spans = attr(node, "colspan").or(attr(node, "rowspan"));
        let paragraphs = node.children.borrow();
        let paragraphs = paragraphs
            .iter()
            .filter(|child| super::name(child) == Some("p"));
        FLAT.contains(&name) && spans.is_none_or(|span| span == "1") && paragraphs.count() < 2
    };
    if !below.iter().all(flat) {
        return None;
    }
    let rows = below.iter().filter(|node| name(node) == Some("tr"));
    let rows: Vec<Vec<Rc<Node>>> = rows
        .map(|row| {
            let cells = row.children.borrow();
            let cells = cells.iter().filter(|cell| name(cell).is_some());
            cells.cloned().collect()
        })
        .collect();
    let head = rows.first()?;
    let is_head = |cell: &Rc<Node>| {
        name(cell) == Some("th")
            || parent(cell)
                .and_then(|row| parent(&row))
                .is_some_and(|part| name(&part) == Some("thead"))
    };
    let even = rows.iter().all(|row| row.len() == head.len());
    (even && !head.is_empty() && head.iter().all(is_head)).then_some(rows)
}

fn content(handlers: &dyn Handlers, cell: &Rc<Node>) -> String {
    let content = handlers.walk_children(cell).content;
    let line = content.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|")
}

fn alignment(cell: &Rc<Node>) -> &'static str {
    let style = attr(cell, "style").unwrap_or_default().replace(' ', "");
    let is = |way: &str| {
        style.contains(&format!("text-align:{way}"))
            || has_class(cell, &format!("has-text-align-{way}"))
            || attr(cell, "align").is_some_and(|said| said == way)
    };
    match (is("right"), is("center")) {
        (true, _) => "---:",
        (_, true) => ":---:",
        _ => "---",
    }
}
