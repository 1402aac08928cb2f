//! Entries of menus that lead nowhere.

use crate::diag::Diagnostic;
use crate::render::article::broken_link;
use crate::site::links::{self, Broken, Resolved};
use crate::site::{LangId, Site};
use std::collections::HashSet;

/// Tells of entries whose page is in no language. Languages may share a menu, and then what
/// only one of them has is no mistake.
pub fn tell_dead(site: &Site, diagnostics: &mut Vec<Diagnostic>) {
    let count = site.config.languages.len() as u32;
    let languages: Vec<LangId> = (0..count).map(LangId).collect();
    let mut told = HashSet::new();
    for lang in languages.iter().copied() {
        let menus = &site.config.languages[lang.index()].menus.menus;
        let entries = menus.iter().flat_map(|(_, entries)| entries);
        for entry in entries.filter(|entry| entry.url.is_none()) {
            let Some(path) = &entry.page_ref else {
                continue;
            };
            let mut all = languages.iter();
            let is_there = all.any(|lang| site.page_at(*lang, path).is_some());
            if is_there || !told.insert((entry.span.file, entry.span.start)) {
                continue;
            }
            let whole = format!("/{}", path.trim_start_matches('/'));
            let broken = match links::reference(site, site.home(lang), lang, &whole) {
                Resolved::Broken(broken) => broken,
                Resolved::Page(other) => Broken::Missing(Some(site[other].url.clone())),
                _ => Broken::Missing(None),
            };
            diagnostics.push(broken_link("menu entry", path, &broken, entry.span));
        }
    }
}
