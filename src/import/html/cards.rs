//! Boxes that Ghost and Substack put into texts: what each becomes, by its class.

use super::elements::{alone, destination, quoted_lines, written_note};
use super::{FORMULA, call, elements_below, first, first_of_class, known, quoted};
use crate::render::nodes::{attr, has_class, text};
use htmd::element_handler::{HandlerResult, Handlers};
use htmd::{Element, HtmlToMarkdownBuilder, Node};
use std::rc::Rc;

/// Classes of what asks readers to subscribe, pay or share.
const ASKING: [&str; 12] = [
    "subscription-widget-wrap",
    "subscription-widget-wrap-editor",
    "subscription-widget",
    "subscribe-widget",
    "paywall-jump",
    "captioned-button-wrap",
    "community-chat",
    "directMessage",
    "install-substack-app-embed",
    "kg-signup-card",
    "image-link-expand",
    "button-wrapper",
];

/// Whether it asks for what nothing here would answer.
pub fn asks(node: &Rc<Node>) -> bool {
    let class = attr(node, "class").unwrap_or_default();
    class
        .split_whitespace()
        .any(|class| ASKING.contains(&class))
}

pub fn add(builder: HtmlToMarkdownBuilder) -> HtmlToMarkdownBuilder {
    builder.add_handler(vec!["div"], boxed)
}

fn boxed(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let node = element.node;
    let is = |class: &str| has_class(node, class);
    if is("footnote") {
        let number = first_of_class(node, "footnote-number");
        let number = number.map(|number| text(&number).trim().to_owned());
        let content = first_of_class(node, "footnote-content")?;
        let content = handlers.walk_children(&content).content;
        return Some(written_note(&number.unwrap_or_default(), &content).into());
    }
    if is("latex-rendered") {
        let tex = data(node)["persistentExpression"].as_str()?.to_owned();
        let sign = format!("{FORMULA}{FORMULA}");
        return Some(alone(&format!("{sign}\n{}\n{sign}", tex.trim())));
    }
    if is("tweet") || is("instagram") {
        let address = data(node)["url"].as_str().and_then(known);
        return Some(match address {
            Some(known) => alone(&call(&known.call())),
            None => handlers.walk_children(node),
        });
    }
    if is("pullquote") {
        let content = handlers.walk_children(node).content;
        return Some(alone(&quoted_lines(&content)));
    }
    if is("digest-post-embed") || is("embedded-post-wrap") {
        let data = data(node);
        let address = data["canonical_url"].as_str().or(data["url"].as_str())?;
        let title = data["title"].as_str().unwrap_or(address);
        return Some(linked(title, address));
    }
    if is("kg-callout-card") {
        let said = first_of_class(node, "kg-callout-text")?;
        let said = handlers.walk_children(&said).content;
        let sign = first_of_class(node, "kg-callout-emoji").map(|sign| text(&sign));
        let sign = sign
            .map(|sign| format!("{} ", sign.trim()))
            .unwrap_or_default();
        return Some(alone(&quoted_lines(&format!("{sign}{}", said.trim()))));
    }
    if is("kg-toggle-card") {
        let head = first_of_class(node, "kg-toggle-heading-text").map(|head| text(&head));
        let inner = first_of_class(node, "kg-toggle-content")?;
        let inner = handlers.walk_children(&inner).content;
        let open = call(&format!(
            "details summary={}",
            quoted(&head.unwrap_or_default())
        ));
        return Some(alone(&format!(
            "{open}\n{}\n{}",
            inner.trim(),
            call("/details")
        )));
    }
    if is("kg-file-card") {
        let link = first(node, "a").and_then(|link| attr(&link, "href"))?;
        let title = first_of_class(node, "kg-file-card-title").map(|title| text(&title));
        return Some(linked(title.as_deref().unwrap_or(&link), &link));
    }
    if is("kg-audio-card") {
        let src = first(node, "audio").and_then(|audio| attr(&audio, "src"))?;
        let title = first_of_class(node, "kg-audio-title").map(|title| text(&title));
        let title = title.map(|title| format!(" title={}", quoted(&title)));
        let words = format!("audio src={}{}", quoted(&src), title.unwrap_or_default());
        return Some(alone(&call(&words)));
    }
    // An address alone in its box, as WordPress writes what it embeds.
    let shown = text(node);
    let address = shown.trim();
    if address.starts_with("http")
        && !address.contains(char::is_whitespace)
        && elements_below(node).is_empty()
    {
        return Some(match known(address) {
            Some(known) => alone(&call(&known.call())),
            None => alone(&format!("<{address}>")),
        });
    }
    handlers.fallback(element)
}

/// Figures of Ghost that hold more than what they show.
pub fn figure(handlers: &dyn Handlers, node: &Rc<Node>) -> Option<HandlerResult> {
    if has_class(node, "kg-bookmark-card") {
        let link = first(node, "a").and_then(|link| attr(&link, "href"))?;
        let title = first_of_class(node, "kg-bookmark-title").map(|title| text(&title));
        return Some(linked(title.as_deref().unwrap_or(&link), &link));
    }
    if has_class(node, "kg-video-card") {
        let video = first(node, "video")?;
        let shown = handlers.handle(&video)?.content;
        let caption =
            first(node, "figcaption").map(|caption| handlers.walk_children(&caption).content);
        return Some(alone(&format!(
            "{}\n\n{}",
            shown.trim(),
            caption.unwrap_or_default().trim()
        )));
    }
    None
}

/// What Substack keeps aside of an element, as JSON.
fn data(node: &Rc<Node>) -> serde_json::Value {
    let data = attr(node, "data-attrs");
    data.and_then(|data| serde_json::from_str(&data).ok())
        .unwrap_or_default()
}

fn linked(title: &str, address: &str) -> HandlerResult {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = title.replace('[', "\\[").replace(']', "\\]");
    alone(&format!("[{title}]({})", destination(address)))
}
