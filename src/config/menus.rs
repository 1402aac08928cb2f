//! Menus of the configuration, and the entries that a page puts into menus.

use super::rows::{Intake, Row, row, same_key};
use crate::diag::Span;
use crate::text;
use crate::tree::{Node, Value};

/// Menus by name, in the order of the source; entries as written, neither sorted nor nested.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Menus {
    pub menus: Vec<(String, Vec<MenuEntry>)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MenuEntry {
    pub identifier: Option<String>,
    /// `None` in a page's own entry: the page's title.
    pub name: Option<String>,
    /// The `title` attribute.
    pub title: Option<String>,
    /// As written.
    pub url: Option<String>,
    /// A page by its path, rather than `url`.
    pub page_ref: Option<String>,
    /// 0 comes last.
    pub weight: i64,
    /// The identifier, or else the name, of the entry above.
    pub parent: Option<String>,
    pub pre: Option<String>,
    pub post: Option<String>,
    pub params: tera::Value,
    pub span: Span,
}

impl MenuEntry {
    pub fn new(span: Span) -> MenuEntry {
        MenuEntry {
            identifier: None,
            name: None,
            title: None,
            url: None,
            page_ref: None,
            weight: 0,
            parent: None,
            pre: None,
            post: None,
            params: tera::Value::from(tera::Map::new()),
            span,
        }
    }
}

impl Menus {
    pub fn get(&self, name: &str) -> &[MenuEntry] {
        self.menus
            .iter()
            .find(|(menu, _)| menu == name)
            .map_or(&[], |(_, entries)| entries)
    }
}

const ENTRY: &[Row<MenuEntry>] = &[
    row("identifier", "", |e, n, i| e.identifier = i.said(n)),
    row("name", "", |e, n, i| e.name = i.said(n)),
    row("title", "", |e, n, i| e.title = i.said(n)),
    row("url", "", |e, n, i| e.url = url(n, i)),
    row("page_ref", "", |e, n, i| e.page_ref = i.said(n)),
    row("weight", "0", |e, n, i| e.weight = i.int(n).unwrap_or(0)),
    row("parent", "", |e, n, i| e.parent = i.said(n)),
    row("pre", "", |e, n, i| e.pre = i.said(n)),
    row("post", "", |e, n, i| e.post = i.said(n)),
    row("params", "", |e, n, i| {
        if i.map(n).is_some() {
            e.params = n.to_value();
        }
    }),
];

fn url(node: &Node, intake: &mut Intake) -> Option<String> {
    let url: String = intake.said(node)?;
    if text::safe_url(&url) {
        return Some(url);
    }
    let shown: String = url.chars().filter(|c| !c.is_control()).take(40).collect();
    let message = format!("the menu entry leads nowhere: the scheme of `{shown}` is not allowed");
    intake.warn("unsafe-url", node, message).help =
        Some("write a path of the site, or a URL such as `https://example.org/`".to_owned());
    None
}

/// Reads `menus:` of the configuration: a list of entries by menu.
pub fn read(node: &Node, intake: &mut Intake) -> Menus {
    let mut menus = Menus::default();
    let Some(map) = intake.map(node) else {
        return menus;
    };
    for (name, list) in &map.entries {
        let entries = intake.enter(&name.name, |intake| match &list.value {
            Value::Null => Vec::new(),
            Value::List(list) => list.iter().filter_map(|node| entry(node, intake)).collect(),
            _ => {
                intake.wrong(list, "a list of entries");
                Vec::new()
            }
        });
        menus.menus.push((name.name.to_lowercase(), entries));
    }
    menus
}

fn entry(node: &Node, intake: &mut Intake) -> Option<MenuEntry> {
    intake.map(node)?;
    let mut entry = MenuEntry::new(node.span);
    intake.fields(&mut entry, node, ENTRY);
    if entry.name.is_none() && entry.identifier.is_none() && entry.page_ref.is_none() {
        let path = intake.path();
        intake
            .error(
                "wrong-value",
                node,
                format!("an entry of `{path}` has no `name`"),
            )
            .help = Some("write `name`, and `url` or `pageRef`".to_owned());
        return None;
    }
    if entry.url.is_some() && entry.page_ref.is_some() {
        let path = intake.path();
        intake
            .warn(
                "no-effect",
                node,
                format!("an entry of `{path}` has both `url` and `pageRef`"),
            )
            .help = Some("`pageRef` is used where the page exists".to_owned());
    }
    Some(entry)
}

/// Reads `menu:` of a page: a name, a list of names, or a map from names to entries.
pub fn read_page(node: &Node, intake: &mut Intake) -> Vec<(String, MenuEntry)> {
    match &node.value {
        Value::Map(map) => map
            .entries
            .iter()
            .map(|(name, value)| {
                let mut entry = MenuEntry::new(name.span);
                if value.value != Value::Null {
                    intake.enter(&name.name, |intake| intake.fields(&mut entry, value, ENTRY));
                }
                // HTML in the configuration; a page may not write into all the others.
                for around in [&mut entry.pre, &mut entry.post].into_iter().flatten() {
                    let mut escaped = String::with_capacity(around.len());
                    text::escape_html(&mut escaped, around);
                    *around = escaped;
                }
                (name.name.to_lowercase(), entry)
            })
            .collect(),
        _ => {
            let names = intake.spanned(node).unwrap_or_default();
            names
                .into_iter()
                .map(|(name, span)| (name.to_lowercase(), MenuEntry::new(span)))
                .collect()
        }
    }
}

/// Whether a key names the menus.
pub fn is_key(key: &str) -> bool {
    same_key(key, "menu") || same_key(key, "menus")
}
