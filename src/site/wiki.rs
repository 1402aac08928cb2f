//! Links by name: which page `[[First snow]]` means.
//!
//! A page is known by the last part of its path and by its title, both without
//! regard to case, spaces and signs; a name with a `/` is a path. A path wins over
//! a title, a page of the same folder over one of another.

use super::links::{self, Broken, Resolved};
use super::{Kind, LangId, Page, PageId, Site, content};
use crate::text::{self, Near};
use std::collections::HashMap;

/// Names by which a page can be linked.
#[derive(Debug, Default)]
pub struct Names {
    /// By language and [`form`]; of each page whether the name is its title.
    by_form: HashMap<(LangId, String), Vec<(PageId, bool)>>,
    /// Titles, and last parts of paths.
    near: Option<Near>,
}

/// What a name turned out to mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Meant {
    Page(PageId),
    /// The first of several that are equally good.
    Several(PageId, Vec<PageId>),
    /// Nothing; for what is missing, the name that comes nearest.
    Broken(Broken),
}

/// Splits `Page#Heading`, or `Page#Part#Heading`, of which the last counts.
pub fn split(dest: &str) -> (&str, Option<&str>) {
    let (name, rest) = match dest.split_once('#') {
        Some((name, rest)) => (name, Some(rest)),
        None => (dest, None),
    };
    let heading = rest.map(|rest| rest.rsplit('#').next().unwrap_or(rest).trim());
    (name.trim(), heading.filter(|heading| !heading.is_empty()))
}

/// The page that `name` means in the text of `from`.
pub fn meant(site: &Site, from: PageId, name: &str) -> Meant {
    if name.is_empty() {
        return Meant::Page(from);
    }
    let lang = site[from].lang;
    let last = name.rsplit('/').next().unwrap_or(name);
    if (name.contains('/') || content::is_content(last))
        && let Resolved::Page(page) = links::reference(site, from, lang, name)
    {
        return Meant::Page(page);
    }
    let names = site.links.names(site);
    let found = names.by_form.get(&(lang, form(last)));
    let mut found: Vec<(PageId, bool)> = found.cloned().unwrap_or_default();
    // `essays/Snow` is the page of that name below a folder of that name.
    if let Some((folder, _)) = name.rsplit_once('/') {
        let folder: Vec<String> = folder
            .split('/')
            .filter(|part| *part != "..")
            .map(form)
            .collect();
        found.retain(|(id, _)| below(&site[*id], &folder));
    }
    // The best of each kind, if there is one alone.
    let by_path = found.iter().any(|(_, title)| !title);
    found.retain(|(_, title)| !(by_path && *title));
    let here = |id: &PageId| site[*id].dir == site[from].dir;
    if found.iter().any(|(id, _)| here(id)) {
        found.retain(|(id, _)| here(id));
    }
    match &found[..] {
        [] => Meant::Broken(missing(site, names, lang, last)),
        [(only, _)] => Meant::Page(*only),
        [(first, _), ..] => Meant::Several(*first, found.iter().map(|(id, _)| *id).collect()),
    }
}

fn below(page: &Page, folder: &[String]) -> bool {
    let parts: Vec<String> = page.path.split('/').map(form).collect();
    let above = &parts[..parts.len().saturating_sub(1)];
    above.ends_with(folder)
}

fn missing(site: &Site, names: &Names, lang: LangId, name: &str) -> Broken {
    let wanted = form(name);
    let mut left_out = site.left_out.iter().filter(|out| out.lang == lang);
    let left_out = left_out.find(|out| {
        let last = out.path.rsplit('/').next().unwrap_or(&out.path);
        form(last) == wanted
    });
    match left_out {
        Some(out) => Broken::LeftOut(out.why),
        None => Broken::Missing(names.near.as_ref().and_then(|near| near.to(name))),
    }
}

/// What is the same in all spellings of a name: that of a heading's id.
fn form(name: &str) -> String {
    let name = name.trim();
    let stem = match name.rsplit_once('.') {
        Some((stem, _)) if content::is_content(name) => stem,
        _ => name,
    };
    let form = text::heading_id(&stem.replace('_', "-"));
    if form.is_empty() {
        stem.to_lowercase()
    } else {
        form
    }
}

impl Names {
    pub fn new(site: &Site) -> Names {
        let mut names = Names::default();
        let mut all = Vec::new();
        for (at, page) in site.pages.iter().enumerate() {
            let id = PageId(at as u32);
            if !page.linked || matches!(page.kind, Kind::Home | Kind::Taxonomy | Kind::Term) {
                continue;
            }
            let last = page.path.rsplit('/').next().unwrap_or(&page.path);
            let by_path = form(last);
            let by_title = form(&page.title);
            let same = by_path == by_title;
            names.enter(page.lang, by_path, (id, false));
            if !same {
                names.enter(page.lang, by_title, (id, true));
            }
            all.push(page.title.as_str());
            if !same {
                all.push(last);
            }
        }
        names.near = Some(Near::new(all.into_iter()));
        names
    }

    fn enter(&mut self, lang: LangId, form: String, page: (PageId, bool)) {
        self.by_form.entry((lang, form)).or_default().push(page);
    }
}

#[cfg(test)]
mod tests {
    use super::{form, split};

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(split("Page"), ("Page", None));
        assert_eq!(split("Page # A # B "), ("Page", Some("B")));
        assert_eq!(split("#Only"), ("", Some("Only")));
        assert_eq!(split("Page#"), ("Page", None));
    }

    #[test]
    fn one_name_has_one_form() {
        for name in [
            "First Snow",
            "first-snow",
            "first_snow.md",
            "First snow!",
            " FIRST SNOW ",
        ] {
            assert_eq!(form(name), "first-snow", "{name}");
        }
        assert_eq!(form("第一场雪"), "第一场雪");
        assert_eq!(form("???"), "???");
    }
}
