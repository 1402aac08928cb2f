//! What stands beside what: the lists of home pages and sections, newer and
//! older pages, translations.

use super::{Kind, LangId, Page, PageId, order};
use crate::config::rows::same_key;
use crate::config::{Config, Origin};
use crate::diag::Diagnostic;
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// Sorts the regular pages of each language, and fills the lists of home pages and sections.
pub fn list(
    config: &Config,
    pages: &mut [Page],
    homes: &[PageId],
    posts: Vec<PageId>,
) -> Vec<Vec<PageId>> {
    let mut regular: Vec<Vec<PageId>> = vec![Vec::new(); config.languages.len()];
    for id in posts {
        let page = &pages[id.index()];
        if page.listed_here {
            regular[page.lang.index()].push(id);
        }
    }
    for ids in &mut regular {
        order::sort(ids, pages);
        for id in &*ids {
            if let Some(parent) = pages[id.index()].parent
                && (pages[id.index()].listed || pages[parent.index()].kind == Kind::Section)
            {
                pages[parent.index()].pages.push(*id);
            }
        }
        ids.retain(|id| pages[id.index()].listed);
    }
    let mut sections: Vec<PageId> = (0..pages.len() as u32)
        .map(PageId)
        .filter(|id| pages[id.index()].kind == Kind::Section && pages[id.index()].listed_here)
        .collect();
    order::sort(&mut sections, pages);
    for id in sections {
        if let Some(parent) = pages[id.index()].parent {
            pages[parent.index()].sections.push(id);
        }
    }
    for home in homes {
        let lang = pages[home.index()].lang;
        let main = main_sections(config, pages, &regular[lang.index()], lang);
        pages[home.index()].pages = regular[lang.index()]
            .iter()
            .copied()
            .filter(|id| main.contains(section_of(&pages[id.index()])))
            .collect();
    }
    regular
}

/// The name of the section at the top that a page stands in; empty for a page at the top.
pub fn section_of(page: &Page) -> &str {
    match page.path.split_once('/') {
        Some((top, _)) => top,
        None => "",
    }
}

/// What the home page lists: as configured, else the section that has the most
/// pages (Hugo's rule), else whatever there is at the top.
fn main_sections(
    config: &Config,
    pages: &[Page],
    regular: &[PageId],
    lang: LangId,
) -> BTreeSet<String> {
    if let Some(names) = &config.languages[lang.index()].main_sections {
        return names.iter().cloned().collect();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in regular {
        *counts.entry(section_of(&pages[id.index()])).or_default() += 1;
    }
    let in_folders = counts.iter().filter(|(name, _)| !name.is_empty());
    let most = in_folders.max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
    most.or_else(|| counts.iter().next())
        .map(|(name, _)| (*name).to_owned())
        .into_iter()
        .collect()
}

/// Says which of the main sections that the configuration names are none: what they
/// are to list would be missing without a word.
pub fn check_main_sections(config: &Config, pages: &[Page], diagnostics: &mut Vec<Diagnostic>) {
    let sections: BTreeSet<&str> = pages
        .iter()
        .filter(|page| matches!(page.kind, Kind::Page | Kind::Section))
        .map(|page| page.path.split('/').next().unwrap_or_default())
        .collect();
    let languages = config.languages.iter();
    let named: BTreeSet<&str> = languages
        .filter_map(|language| language.main_sections.as_ref())
        .flatten()
        .map(String::as_str)
        .collect();
    for name in named {
        if sections.contains(name) {
            continue;
        }
        let span = config.settings.iter().find_map(|setting| {
            let last = setting.key.rsplit('.').next().unwrap_or_default();
            match setting.origin {
                Origin::File(span) if same_key(last, "mainSections") => Some(span),
                _ => None,
            }
        });
        let message = format!("there is no section `{name}`, which is to be a main section");
        let warning = Diagnostic::warning("unknown-section", span, message);
        diagnostics.push(match text::nearest(name, sections.iter().copied()) {
            Some(near) => warning.help(format!("did you mean `{near}`?")),
            None => warning.help("a section is a folder in the content folder"),
        });
    }
}

/// Newer and older: among the pages of the main sections; where none are
/// configured, also within each other section.
pub fn neighbours(config: &Config, pages: &mut [Page], regular: &[Vec<PageId>]) {
    for (index, ids) in regular.iter().enumerate() {
        let main = main_sections(config, pages, ids, LangId(index as u32));
        let said = config.languages[index].main_sections.is_some();
        let mut rows: BTreeMap<&str, Vec<PageId>> = BTreeMap::new();
        for id in ids.iter().filter(|id| pages[id.index()].linked) {
            let section = section_of(&pages[id.index()]);
            let row = match main.contains(section) {
                true => "*",
                // Who names the main sections means those alone, as in PaperMod.
                false if said => continue,
                false => section,
            };
            rows.entry(row).or_default().push(*id);
        }
        // Pages at the top (`about.md`) are no sequence, unless the blog is made of them.
        rows.remove("");
        let rows: Vec<Vec<PageId>> = rows.into_values().collect();
        for row in rows {
            for pair in row.windows(2) {
                pages[pair[0].index()].older = Some(pair[1]);
                pages[pair[1].index()].newer = Some(pair[0]);
            }
        }
    }
}

/// Pairs pages of several languages by `translationKey`, else by kind and logical path.
pub fn translations(config: &Config, pages: &mut [Page]) {
    if config.languages.len() < 2 {
        return;
    }
    let mut groups: BTreeMap<(Kind, &str), Vec<PageId>> = BTreeMap::new();
    for (index, page) in pages.iter().enumerate() {
        let key = page
            .front()
            .and_then(|front| front.translation_key.as_deref())
            .unwrap_or(&page.path);
        groups
            .entry((page.kind, key))
            .or_default()
            .push(PageId(index as u32));
    }
    let groups: Vec<Vec<PageId>> = groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect();
    for group in groups {
        for id in &group {
            let lang = pages[id.index()].lang;
            let mut others: Vec<PageId> = group
                .iter()
                .copied()
                .filter(|o| pages[o.index()].lang != lang)
                .collect();
            others.sort_by_key(|other| pages[other.index()].lang);
            pages[id.index()].translations = others;
        }
    }
}
