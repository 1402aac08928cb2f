//! Files of the content folder that are no pages: whose they are, and where
//! they are published.

use super::construct::{ByPath, Loose};
use super::content::{self, Role};
use super::{LangId, LeftOut, LooseUrls, Page, PageId, Resource};
use crate::config::Config;
use crate::config::cascade::glob;
use std::collections::HashSet;

/// Gives every loose file to the page whose bundle it lies in, and returns
/// where each is published, by its path in the content folder.
pub fn attach(
    config: &Config,
    pages: &mut [Page],
    by_path: &ByPath,
    left_out: &[LeftOut],
    loose: &[Loose],
) -> LooseUrls {
    // The files of a draft are left out with it, and not taken for those of the section around it.
    let bundles = left_out.iter().filter(|out| out.role == Role::Leaf);
    let closed: HashSet<(LangId, &str)> = bundles.map(|out| (out.lang, &*out.path)).collect();
    let mut urls = LooseUrls::new();
    for file in loose {
        let languages = (0..config.languages.len() as u32)
            .map(LangId)
            .filter(|lang| file.lang.is_none_or(|own| own == *lang));
        let owners: Vec<(LangId, PageId, String)> = languages
            .filter_map(|lang| {
                let (owner, name) = owner(pages, by_path, &closed, lang, &file.path)?;
                Some((lang, owner, name))
            })
            .collect();
        // A bundle that only one language has keeps its files there; the
        // shortest name is the one beside its page.
        let Some(nearest) = owners.iter().map(|(_, _, name)| name.len()).min() else {
            continue;
        };
        let mut first: Option<String> = None;
        for (_, owner, name) in &owners {
            if name.len() == nearest {
                // Published once, with the first language that has the bundle; the others point there.
                let page = &mut pages[owner.index()];
                let url = first.get_or_insert_with(|| beside_url(page, name)).clone();
                page.resources.push(Resource {
                    name: name.clone(),
                    source: file.source.clone(),
                    url,
                });
            }
        }
        for (lang, _, _) in owners {
            if let Some(url) = &first {
                urls.insert(
                    (lang, file.path.clone()),
                    (url.clone(), file.source.clone()),
                );
            }
        }
    }
    urls
}

/// What the front matter says of a file beside its page, where it says anything.
pub struct Described {
    /// The file's own name otherwise.
    pub name: String,
    /// The name otherwise.
    pub title: String,
    pub params: tera::Value,
}

/// Of each of a page's resources, in their order. As in Hugo the first entry whose
/// pattern fits and that says something wins, and `:counter` counts the files of a pattern.
pub fn described(page: &Page) -> Vec<Described> {
    let entries = page.front().map_or(&[][..], |front| &front.resources);
    let mut counts = vec![0; entries.len()];
    let each = page.resources.iter().map(|resource| {
        let (mut name, mut title, mut params) = (None, None, None);
        for (entry, count) in entries.iter().zip(&mut counts) {
            if !glob(&entry.src, &resource.name) {
                continue;
            }
            *count += 1;
            let counted = |text: &String| text.replace(":counter", &count.to_string());
            name = name.or_else(|| entry.name.as_ref().map(counted));
            title = title.or_else(|| entry.title.as_ref().map(counted));
            let said = entry.params.as_map().filter(|map| !map.is_empty());
            params = params.or_else(|| said.map(|_| entry.params.clone()));
        }
        let name = name.unwrap_or_else(|| resource.name.clone());
        Described {
            title: title.unwrap_or_else(|| name.clone()),
            name,
            params: params.unwrap_or_else(|| tera::Value::from(tera::Map::new())),
        }
    });
    each.collect()
}

/// The resource of this name: that of its file, else that of the front matter.
pub fn named<'p>(page: &'p Page, name: &str) -> Option<&'p Resource> {
    let by_file = page.resources.iter().find(|resource| resource.name == name);
    by_file.or_else(|| {
        page.front()
            .is_some_and(|front| !front.resources.is_empty())
            .then(|| described(page))?
            .iter()
            .position(|said| said.name == name)
            .map(|at| &page.resources[at])
    })
}

/// The bundle around a file: the nearest page above it that is one, and the file's name within.
fn owner(
    pages: &[Page],
    by_path: &ByPath,
    closed: &HashSet<(LangId, &str)>,
    lang: LangId,
    path: &str,
) -> Option<(PageId, String)> {
    let mut dir = path;
    while let Some(above) = content::parent(dir) {
        if closed.contains(&(lang, above)) {
            return None;
        }
        if let Some(id) = by_path.get(pages, lang, above) {
            let page = &pages[id.index()];
            let bundle = page.role != Role::Single;
            if bundle {
                let name = path[above.len()..].trim_start_matches('/').to_owned();
                return Some((id, name));
            }
        }
        dir = above;
    }
    None
}

fn beside_url(page: &Page, name: &str) -> String {
    format!("/{}{name}", page.folder())
}
