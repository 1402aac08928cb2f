//! A page by whatever name a writer has for it: its file as the shell completes it, its
//! path in the content folder, its address, or its last word where there is one alone.

use super::{Failure, usage};
use crate::site::{Kind, PageId, Site};
use crate::text;
use std::path::{Component, Path, PathBuf};

/// The page that `name` means.
pub fn page(site: &Site, name: &str) -> Result<PageId, Failure> {
    let ids = || (0..site.pages.len() as u32).map(PageId);
    let file = |id: PageId| {
        site[id]
            .file
            .map(|file| site.sources.get(file).path.clone())
    };
    // From where we stand, and from the site's folder.
    let absolute = |path: &Path| std::path::absolute(path).ok().map(|path| flat(&path));
    let wanted = [
        absolute(Path::new(name)),
        absolute(&site.sources.root.join(name)),
    ];
    let asked_folder = |id: PageId| {
        let path = absolute(&site.sources.root.join(&*file(id)?))?;
        let folder = path.parent()?.to_owned();
        let is_index = path.file_stem()?.to_string_lossy().starts_with("index");
        let is = |wanted: &Option<PathBuf>| {
            wanted.as_ref() == Some(&path) || (is_index && wanted.as_ref() == Some(&folder))
        };
        wanted.iter().any(is).then_some(id)
    };
    if let Some(id) = ids().find_map(asked_folder) {
        return Ok(id);
    }
    let origin = site.origin();
    let path = name
        .strip_prefix(origin)
        .filter(|_| !origin.is_empty())
        .unwrap_or(name);
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    if let Some(id) = site.page_at_url(&decoded) {
        return Ok(id);
    }
    let bare = path.trim_matches('/').trim_end_matches(".md");
    let langs = (0..site.config.languages.len() as u32).map(crate::site::LangId);
    if let Some(id) = langs.clone().find_map(|lang| site.page_at(lang, bare)) {
        return Ok(id);
    }
    let last = |id: &PageId| {
        let page = &site[*id];
        page.kind == Kind::Page && page.path.rsplit('/').next() == Some(bare)
    };
    let named: Vec<PageId> = ids().filter(last).collect();
    // Translations are one page to who names it; that of the site's own language is meant.
    let main = |id: &&PageId| site[**id].lang.index() == site.config.default_language;
    let one = named.iter().all(|id| site[*id].path == site[named[0]].path);
    if let Some(id) = named.iter().find(main).filter(|_| one) {
        return Ok(*id);
    }
    match *named {
        [only] => return Ok(only),
        [] => {}
        [..] => {
            let files: Vec<String> = (named.iter().filter_map(|id| file(*id)))
                .map(|path| format!("`{path}`"))
                .collect();
            let help = format!("say which: {}", files.join(", "));
            return Err(usage(format!("several pages are called `{name}`"), help));
        }
    }
    let known: Vec<String> = ids()
        .filter(|id| site[*id].kind == Kind::Page)
        .filter_map(|id| Some(file(id)?.to_string()))
        .collect();
    let stems = known.iter().map(|path| stem(path));
    let near = text::nearest(name, known.iter().map(String::as_str));
    let near = near.or_else(|| {
        let stem = text::nearest(stem(name), stems)?;
        known
            .iter()
            .find(|path| self::stem(path) == stem)
            .map(String::as_str)
    });
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "name its file: `content/posts/first-snow.md`; `longhand list` shows all".to_owned()
        }
    };
    Err(usage(format!("there is no page `{name}`"), help))
}

fn stem(path: &str) -> &str {
    let name = path
        .trim_end_matches("/index.md")
        .rsplit('/')
        .next()
        .unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

/// Without `.` and `..`, links not followed.
fn flat(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
