//! Formulas and drawings within an article, as a book may hold them: the elements and
//! attributes of MathML and SVG that are named here, and nothing that runs or loads.

use super::xhtml::{attribute, escape, is_blank};
use crate::render::nodes::{attr, name, text};
use htmd::Node;
use rcdom::NodeData;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Tokens of MathML, which hold text.
const TOKENS: [&str; 6] = ["mi", "mn", "mo", "mtext", "ms", "annotation"];

/// Elements with a fixed number of parts.
const PARTS: [(&str, usize); 8] = [
    ("mfrac", 2),
    ("mroot", 2),
    ("msub", 2),
    ("msup", 2),
    ("munder", 2),
    ("mover", 2),
    ("msubsup", 3),
    ("munderover", 3),
];

const MATH: [&str; 14] = [
    "mrow",
    "msqrt",
    "mstyle",
    "merror",
    "mpadded",
    "mphantom",
    "menclose",
    "mmultiscripts",
    "mprescripts",
    "none",
    "mspace",
    "mtable",
    "semantics",
    "math",
];

const MATH_ATTRIBUTES: [&str; 38] = [
    "mathvariant",
    "mathsize",
    "mathcolor",
    "mathbackground",
    "displaystyle",
    "scriptlevel",
    "stretchy",
    "fence",
    "separator",
    "symmetric",
    "minsize",
    "maxsize",
    "largeop",
    "movablelimits",
    "accent",
    "accentunder",
    "lspace",
    "rspace",
    "form",
    "linethickness",
    "width",
    "height",
    "depth",
    "voffset",
    "columnalign",
    "rowalign",
    "columnspan",
    "rowspan",
    "columnspacing",
    "rowspacing",
    "columnlines",
    "rowlines",
    "frame",
    "notation",
    "encoding",
    "class",
    "dir",
    "align",
];

pub fn math(node: &Rc<Node>, out: &mut String) {
    out.push_str("<math xmlns=\"http://www.w3.org/1998/Math/MathML\"");
    for key in ["display", "alttext"] {
        let value = attr(node, key);
        if let Some(value) =
            value.filter(|value| key != "display" || matches!(&**value, "block" | "inline"))
        {
            attribute(out, key, &value);
        }
    }
    out.push('>');
    for child in node.children.borrow().iter() {
        part(child, out);
    }
    out.push_str("</math>");
}

fn part(node: &Rc<Node>, out: &mut String) {
    let Some(found) = name(node) else { return };
    if TOKENS.contains(&found) {
        start(found, node, out);
        escape(out, &text(node));
        end(found, out);
        return;
    }
    let children: Vec<Rc<Node>> = {
        let all = node.children.borrow();
        let elements = all.iter().filter(|child| name(child).is_some());
        elements.cloned().collect()
    };
    let parts = PARTS.iter().find(|(name, _)| *name == found);
    let to = match parts {
        Some((name, count)) if children.len() == *count => name,
        _ => match found {
            "annotation-xml" | "script" | "style" => return,
            known if known != "math" && MATH.contains(&known) => known,
            // A row or a cell without its table, and what is not known.
            _ => "mrow",
        },
    };
    start(to, node, out);
    match to {
        "mtable" => children.iter().for_each(|row| self::row(row, out)),
        "semantics" => {
            // What is meant first, then how it was written.
            let is_note = |child: &&Rc<Node>| name(child) == Some("annotation");
            out.push_str("<mrow>");
            children
                .iter()
                .filter(|c| !is_note(c))
                .for_each(|c| part(c, out));
            out.push_str("</mrow>");
            children.iter().filter(is_note).for_each(|c| part(c, out));
        }
        "mspace" | "mprescripts" | "none" => {}
        _ => {
            let notes = |child: &&Rc<Node>| name(child) != Some("annotation");
            children.iter().filter(notes).for_each(|c| part(c, out));
        }
    }
    end(to, out);
}

fn row(node: &Rc<Node>, out: &mut String) {
    start("mtr", node, out);
    for cell in node.children.borrow().iter() {
        if name(cell).is_none() {
            continue;
        }
        start("mtd", cell, out);
        match name(cell) {
            Some("mtd") => {
                for child in cell.children.borrow().iter() {
                    part(child, out);
                }
            }
            _ => part(cell, out),
        }
        end("mtd", out);
    }
    end("mtr", out);
}

fn start(to: &str, node: &Node, out: &mut String) {
    out.push('<');
    out.push_str(to);
    for key in MATH_ATTRIBUTES {
        if let Some(value) = attr(node, key) {
            attribute(out, key, &value);
        }
    }
    out.push('>');
}

fn end(to: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(to);
    out.push('>');
}

const SVG: [&str; 23] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "title",
    "desc",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "marker",
    "pattern",
    "switch",
];

const SVG_ATTRIBUTES: [&str; 70] = [
    "class",
    "clip-path",
    "clip-rule",
    "clipPathUnits",
    "color",
    "cx",
    "cy",
    "d",
    "display",
    "dominant-baseline",
    "dx",
    "dy",
    "fill",
    "fill-opacity",
    "fill-rule",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "fx",
    "fy",
    "gradientTransform",
    "gradientUnits",
    "height",
    "letter-spacing",
    "marker-end",
    "marker-mid",
    "marker-start",
    "markerHeight",
    "markerUnits",
    "markerWidth",
    "mask",
    "maskUnits",
    "offset",
    "opacity",
    "orient",
    "patternTransform",
    "patternUnits",
    "points",
    "preserveAspectRatio",
    "r",
    "refX",
    "refY",
    "rotate",
    "rx",
    "ry",
    "shape-rendering",
    "spreadMethod",
    "stop-color",
    "stop-opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "textLength",
    "transform",
    "viewBox",
    "visibility",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

/// The ids of an article: which of them there are, and which are written already.
pub struct Ids<'i> {
    pub all: &'i HashMap<String, String>,
    pub used: &'i mut HashSet<String>,
}

pub fn svg(node: &Rc<Node>, ids: &mut Ids, out: &mut String) {
    drawn(node, ids, out, true);
}

fn drawn(node: &Rc<Node>, ids: &mut Ids, out: &mut String, is_root: bool) {
    if let NodeData::Text { contents } = &node.data {
        if !is_blank(node) {
            escape(out, &contents.borrow());
        }
        return;
    }
    let Some(found) = name(node) else { return };
    let to = match found {
        "a" => "g",
        known if SVG.contains(&known) => known,
        _ => return,
    };
    out.push('<');
    out.push_str(to);
    if is_root {
        attribute(out, "xmlns", "http://www.w3.org/2000/svg");
    }
    // What others of the drawing name: under its own name, or not at all.
    if let Some(id) = attr(node, "id").filter(|id| ids.all.get(id) == Some(id))
        && ids.used.insert(id.clone())
    {
        attribute(out, "id", &id);
    }
    for key in SVG_ATTRIBUTES {
        if let Some(value) = attr(node, key).filter(|value| !leads_out(value, ids)) {
            attribute(out, key, &value);
        }
    }
    out.push('>');
    for child in node.children.borrow().iter() {
        drawn(child, ids, out, false);
    }
    out.push_str("</");
    out.push_str(to);
    out.push('>');
}

/// Whether a value names anything but a part of its own drawing.
fn leads_out(value: &str, ids: &Ids) -> bool {
    let value = value.trim();
    let named = value
        .strip_prefix("url(#")
        .and_then(|id| id.strip_suffix(')'));
    match named {
        Some(id) => ids.all.get(id).is_none_or(|name| name != id),
        None => value.to_ascii_lowercase().contains("url("),
    }
}
