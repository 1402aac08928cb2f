//! A page gets another name, and nothing that led to it is lost: its file or bundle is
//! moved with its translations, its old address becomes an alias, and links to it are
//! written anew where they stand, in the manner in which they were written.
//!
//! The site is read before and after the move, so that what a link meant is compared with
//! what it means; where the second reading finds an error the files are moved back.

use super::anchors::{self, Anchor, Kind};
use super::{Failure, find, front, refused, usage};
use crate::build::{self, Options};
use crate::diag::{Diagnostic, Severity};
use crate::parse::markdown::shown_name;
use crate::site::content::{self, Role};
use crate::site::links::{self, Resolved};
use crate::site::route::Job;
use crate::site::wiki::{self, Meant as Named};
use crate::site::{PageId, Site};
use crate::source::{self, Sources, write};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// What was done.
#[derive(Debug, Default)]
pub struct Renamed {
    /// Files and folders, from the site's folder.
    pub moved: Vec<(String, String)>,
    /// The addresses before and after, where they differ.
    pub urls: Vec<(String, String)>,
    /// Files whose links were written anew, and how many in each.
    pub edited: Vec<(String, usize)>,
    /// Old addresses that send on now.
    pub aliases: usize,
    /// Other files that name the old path, which nothing rewrites: path and line.
    pub mentions: Vec<(String, usize)>,
}

/// A destination and what it meant before the move.
struct Meant {
    anchor: Anchor,
    target: Target,
}

#[derive(Clone, Debug, PartialEq)]
enum Target {
    /// The page of this file.
    Page(String),
    /// A file of the site, from its folder.
    File(String),
}

pub fn rename(
    options: &Options,
    old: &str,
    new: &str,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Renamed, Failure> {
    let mut options = options.clone();
    (options.drafts, options.future, options.expired) = (true, true, true);
    let root = options.source.clone();
    let compiled = build::compile(&options, sources, diagnostics)?;
    if diagnostics
        .iter()
        .any(|said| said.severity == Severity::Error)
    {
        return Err(Failure::Site);
    }
    let before = &*compiled.renderer.shared.site;
    let id = find::page(before, old)?;
    let moves = moves(before, id, new)?;
    for (from, to) in &moves {
        if from == to {
            return Err(usage(
                format!("`{from}` has that name already"),
                "nothing is to be done",
            ));
        }
        if source::is_there(&root.join(to)) && from.to_lowercase() != to.to_lowercase() {
            return Err(refused(
                format!("`{to}` is there already, and is left as it is"),
                "choose another name",
            ));
        }
    }
    let moved_to = |path: &str| -> String {
        let found = moves.iter().find_map(|(from, to)| {
            let rest = path.strip_prefix(from.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
        });
        found.unwrap_or_else(|| path.to_owned())
    };
    let meant = meant(before);
    let addresses: Vec<(String, String, bool)> = (before.pages.iter())
        .filter_map(|page| {
            let path = before.sources.get(page.file?).path.to_string();
            let moved = moved_to(&path);
            (moved != path).then(|| (moved, page.url.clone(), page.draft))
        })
        .collect();
    let old_path = before[id].path.clone();
    let mut done: Vec<&(String, String)> = Vec::new();
    let back = |done: &[&(String, String)]| {
        for (from, to) in done.iter().rev() {
            // What was moved a moment ago can be moved back.
            let _ = write::rename(&root.join(to), &root.join(from));
        }
    };
    for one in &moves {
        if let Err(error) = write::rename(&root.join(&one.0), &root.join(&one.1)) {
            back(&done);
            return Err(error.into());
        }
        done.push(one);
    }
    let mut sources_after = Sources::new(&root);
    let mut said = Vec::new();
    let compiled = build::compile(&options, &mut sources_after, &mut said);
    said.retain(|said| said.severity == Severity::Error);
    let compiled = match compiled {
        Ok(compiled) if said.is_empty() => compiled,
        failed => {
            back(&done);
            *diagnostics = said;
            *sources = sources_after;
            return Err(failed.err().map_or(Failure::Site, Failure::Build));
        }
    };
    let after = &*compiled.renderer.shared.site;
    let planned = plan(after, &meant, &moved_to, &addresses, diagnostics);
    let (texts, mut renamed) = match planned {
        Ok(planned) => planned,
        Err(failure) => {
            back(&done);
            return Err(failure);
        }
    };
    for (path, text) in texts {
        write::replace(&root.join(path), text.as_bytes())?;
    }
    for (from, _) in &moves {
        let content = from.split('/').next().unwrap_or(from);
        if let Some(folder) = root.join(from).parent() {
            write::remove_empty(folder, &root.join(content));
        }
    }
    renamed
        .mentions
        .extend(mentions(after, &old_path, &renamed.urls));
    renamed.moved = moves;
    Ok(renamed)
}

/// Which files and folders get which names.
fn moves(site: &Site, id: PageId, new: &str) -> Result<Vec<(String, String)>, Failure> {
    let page = &site[id];
    let Some(file) = page.file.filter(|_| page.role != Role::Branch) else {
        return Err(usage(
            "a section is not renamed, only pages are",
            "move its folder, and write `aliases` into the pages in it",
        ));
    };
    let path = site.sources.get(file).path.to_string();
    let content = content_dir(site, &path);
    let wanted = new.replace('\\', "/");
    let wanted = wanted.strip_prefix("./").unwrap_or(&wanted);
    let wanted = wanted
        .strip_prefix(&format!("{content}/"))
        .unwrap_or(wanted)
        .trim_end_matches('/');
    let parts = wanted.split('/');
    if wanted.is_empty()
        || parts
            .into_iter()
            .any(|part| matches!(part, "" | "." | ".."))
    {
        return Err(usage(
            format!("`{new}` is no path below `{content}`"),
            "write a name, or a path such as `essays/first-snow.md`",
        ));
    }
    let known = |code: &str| site.config.language(code).is_some();
    let (is_bundle, logical) = match content::is_content(wanted) {
        true => {
            let name = content::name(wanted, known);
            (name.role == Role::Leaf, name.path)
        }
        false => (false, wanted.to_owned()),
    };
    // `essays/` is a folder to move it into, under the name that it has.
    let folder = site.sources.root.join(&content).join(wanted);
    let into_folder = new.ends_with(['/', '\\']) && folder.is_dir();
    let logical = match content::parent(&page.path) {
        _ if into_folder => {
            let name = page.path.rsplit('/').next().unwrap_or(&page.path);
            format!("{wanted}/{name}")
        }
        // A bare name stays in its folder.
        Some(folder) if !folder.is_empty() && !wanted.contains('/') => {
            format!("{folder}/{logical}")
        }
        _ => logical,
    };
    let mut moves = Vec::new();
    for other in &site.pages {
        let Some(file) = other
            .file
            .filter(|_| other.path == page.path && other.role == page.role)
        else {
            continue;
        };
        let path = site.sources.get(file).path.to_string();
        let dir = content_dir(site, &path);
        let name = path.rsplit('/').next().unwrap_or(&path);
        match page.role {
            Role::Leaf => {
                let folder = path[..path.len() - name.len()].trim_end_matches('/');
                moves.push((folder.to_owned(), format!("{dir}/{logical}")));
            }
            _ => {
                // `post.zh.md`: language and extension stay.
                let inside = path.strip_prefix(&format!("{dir}/")).unwrap_or(&path);
                let stem = content::name(inside, known).stem;
                let ending = &name[stem.len().min(name.len())..];
                let to = match is_bundle {
                    true => format!("{dir}/{logical}/index{ending}"),
                    false => format!("{dir}/{logical}{ending}"),
                };
                moves.push((path, to));
            }
        }
    }
    moves.sort();
    moves.dedup();
    Ok(moves)
}

fn content_dir(site: &Site, path: &str) -> String {
    let own = site
        .config
        .languages
        .iter()
        .filter_map(|language| language.content_dir.as_ref());
    let mut dirs: Vec<&String> = own.chain([&site.config.dirs.content]).collect();
    dirs.sort_by_key(|dir| std::cmp::Reverse(dir.len()));
    let found = dirs.iter().find(|dir| path.starts_with(&format!("{dir}/")));
    found.map_or_else(|| site.config.dirs.content.clone(), |dir| (*dir).clone())
}

/// What every destination in every page means, by the page's file.
fn meant(site: &Site) -> BTreeMap<String, Vec<Meant>> {
    let ids: Vec<PageId> = (0..site.pages.len() as u32).map(PageId).collect();
    let of = |id: &PageId| {
        let file = site[*id].file?;
        let source = site.sources.get(file);
        let text = source.fetch()?;
        let all: Vec<Meant> = anchors::of(&text, file)
            .into_iter()
            .filter_map(|anchor| {
                let target = resolve(site, *id, &anchor.dest, anchor.kind)?;
                Some(Meant { anchor, target })
            })
            .collect();
        (!all.is_empty()).then(|| (source.path.to_string(), all))
    };
    ids.par_iter().filter_map(of).collect()
}

fn resolve(site: &Site, from: PageId, dest: &str, kind: Kind) -> Option<Target> {
    let page = |id: PageId| {
        let file = site[id].file?;
        Some(Target::Page(site.sources.get(file).path.to_string()))
    };
    let file = |url: &str| {
        let route = site.routes.get(url.trim_start_matches('/'))?;
        match &route.job {
            Job::Copy(path) => Some(Target::File(path.to_string())),
            _ => None,
        }
    };
    if kind == Kind::Ref {
        return match links::reference(site, from, site[from].lang, dest) {
            Resolved::Page(id) if id != from || !dest.starts_with('#') => page(id),
            _ => None,
        };
    }
    if let Kind::Name(_) = kind {
        let (name, _) = wiki::split(dest);
        return match wiki::meant(site, from, name) {
            Named::Page(id) | Named::Several(id, _) if id != from => page(id),
            _ => None,
        };
    }
    if dest.is_empty() || dest.starts_with(['#', '?']) {
        return None;
    }
    // The scheme is that of the page.
    let whole = match dest.starts_with("//") {
        true => site
            .config
            .base_url
            .split_once("//")
            .map(|(scheme, _)| format!("{scheme}{dest}")),
        false => None,
    };
    let dest = whole.as_deref().unwrap_or(dest);
    match links::resolve(site, from, dest) {
        Resolved::Page(id) | Resolved::Kept(Some(id)) => page(id),
        Resolved::File(url) => file(&url),
        Resolved::Kept(None) | Resolved::External => {
            let url = links::target(site, &site[from].url, dest)?;
            let folder = url.strip_suffix("index.html").unwrap_or(&url);
            match site.page_at_url(folder) {
                Some(id) => page(id),
                None => file(&url),
            }
        }
        Resolved::Broken(_) => None,
    }
}

type Texts = Vec<(String, String)>;

/// The new texts of all files that change, by their new paths.
fn plan(
    site: &Site,
    meant: &BTreeMap<String, Vec<Meant>>,
    moved_to: &dyn Fn(&str) -> String,
    addresses: &[(String, String, bool)],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(Texts, Renamed), Failure> {
    let mut ids: HashMap<&str, PageId> = HashMap::new();
    for (at, page) in site.pages.iter().enumerate() {
        if let Some(file) = page.file {
            ids.insert(&site.sources.get(file).path, PageId(at as u32));
        }
    }
    let mut renamed = Renamed::default();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let text_of = |path: &str| -> Result<String, Failure> {
        let bytes = source::bytes(&site.sources.root.join(path))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    for (path, all) in meant {
        let here = moved_to(path);
        let Some(from) = ids.get(here.as_str()).copied() else {
            continue;
        };
        let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
        let mut lost = Vec::new();
        for Meant { anchor, target } in all {
            let target = match target {
                Target::Page(path) => Target::Page(moved_to(path)),
                Target::File(path) => Target::File(moved_to(path)),
            };
            if resolve(site, from, &anchor.dest, anchor.kind).as_ref() == Some(&target) {
                continue;
            }
            match written(site, from, anchor, &target, &ids) {
                Some(dest) => edits.push((anchor.range.clone(), dest)),
                None => lost.push(anchor.range.start),
            }
        }
        if edits.is_empty() && lost.is_empty() {
            continue;
        }
        let whole = text_of(&here)?;
        let mark = whole.len() - whole.trim_start_matches('\u{FEFF}').len();
        for at in lost {
            let above = whole.bytes().take(at + mark).filter(|byte| *byte == b'\n');
            renamed.mentions.push((here.clone(), above.count() + 1));
        }
        if edits.is_empty() {
            continue;
        }
        let mut text = whole;
        renamed.edited.push((here.clone(), edits.len()));
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, dest) in edits {
            text.replace_range(range.start + mark..range.end + mark, &dest);
        }
        texts.insert(here, text);
    }
    for (path, url, draft) in addresses {
        let Some(id) = ids.get(path.as_str()).copied() else {
            continue;
        };
        if site[id].url == *url {
            continue;
        }
        renamed.urls.push((url.clone(), site[id].url.clone()));
        // A draft never had an address that anybody knows.
        if *draft {
            continue;
        }
        let text = match texts.remove(path) {
            Some(text) => text,
            None => text_of(path)?,
        };
        let file = site[id].file.unwrap_or(crate::diag::FileId(0));
        let (mark, bare) = match text.strip_prefix('\u{FEFF}') {
            Some(bare) => ("\u{FEFF}", bare),
            None => ("", text.as_str()),
        };
        let edited = front::add(bare, file, "aliases", url).map_err(|mut errors| {
            diagnostics.append(&mut errors);
            Failure::Site
        })?;
        renamed.aliases += 1;
        texts.insert(path.clone(), format!("{mark}{edited}"));
    }
    Ok((texts.into_iter().collect(), renamed))
}

/// A destination for `target`, in the manner of the one that stood there.
fn written(
    site: &Site,
    from: PageId,
    anchor: &Anchor,
    target: &Target,
    ids: &HashMap<&str, PageId>,
) -> Option<String> {
    let (path, rest) = links::split(&anchor.dest);
    let is_right = |dest: &str| resolve(site, from, dest, anchor.kind).as_ref() == Some(target);
    let (file, url, logical) = match target {
        Target::Page(file) => {
            let page = &site[*ids.get(file.as_str())?];
            (file, page.url.clone(), Some(page.path.clone()))
        }
        Target::File(file) => {
            let route = site
                .routes
                .all
                .iter()
                .find(|route| matches!(&route.job, Job::Copy(path) if **path == **file))?;
            (file, format!("/{}", route.output), None)
        }
    };
    let dir = content_dir(site, file);
    let inside = file.strip_prefix(&format!("{dir}/")).unwrap_or(file);
    let name = path.rsplit('/').next().unwrap_or(path);
    // `index.html` of an address is no content file, even though one may be called so.
    let is_index = name == "index.html" && !file.ends_with("/index.html");
    let has_extension = content::is_content(name) && !is_index;
    let mut ways: Vec<String> = Vec::new();
    if anchor.kind != Kind::Link {
        let logical = logical.unwrap_or_default();
        let named = match has_extension {
            true => inside.to_owned(),
            false => logical.clone(),
        };
        let last = named.rsplit('/').next().unwrap_or(&named).to_owned();
        if path.starts_with('/') {
            ways.push(format!("/{named}"));
        } else if path.contains('/') {
            ways.push(named.clone());
        } else {
            ways.push(last);
        }
        ways.push(named.clone());
        ways.push(format!("/{named}"));
    } else if let Some(root) = path.strip_prefix("@/").map(|_| "@/") {
        ways.push(format!("{root}{inside}"));
    } else {
        let relative_file = relative(&site[from].dir, inside);
        let origin = site.config.base_url.trim_end_matches('/');
        let host = origin.find("//").map_or(origin, |at| &origin[at..]);
        let tail = if is_index { "index.html" } else { "" };
        let address = format!("{}{tail}", crate::text::encode_url(&url));
        let href = crate::text::encode_url(&site.href(&url)) + tail;
        let is_file = has_extension || matches!(target, Target::File(_));
        if !origin.is_empty() && path.starts_with(origin) {
            ways.push(crate::text::encode_url(&site.permalink(&url)) + tail);
        } else if host.len() > 2 && path.starts_with(host) {
            ways.push(format!("{host}{address}"));
        } else if path.starts_with('/') {
            if has_extension {
                ways.push(format!("/{inside}"));
            }
            let base = site.base_path().trim_end_matches('/');
            if !path.starts_with(&format!("{base}/")) {
                ways.push(address);
            }
            ways.push(href.clone());
        } else if is_file {
            ways.push(relative_file);
        } else {
            ways.push(relative(
                site[from].url.trim_matches('/'),
                address.trim_start_matches('/'),
            ));
        }
        ways.push(href);
    }
    // Spaces need no brackets that were not there; a name has them.
    let safe = |way: &String| match anchor.kind {
        Kind::Name(_) => way.clone(),
        _ => way.replace(' ', "%20"),
    };
    let found = ways
        .iter()
        .map(safe)
        .map(|way| format!("{way}{rest}"))
        .find(|way| is_right(way))?;
    // Readers see the words that they saw.
    Some(match anchor.kind {
        Kind::Name(Some(bar)) => format!("{found}{bar}{}", shown_name(&anchor.dest)),
        _ => found,
    })
}

/// `to` as it is written in `folder`: `../essays/one.md`.
fn relative(folder: &str, to: &str) -> String {
    let folder: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = to.split('/').collect();
    let same = folder
        .iter()
        .zip(&parts)
        .take_while(|(a, b)| a == b)
        .count();
    let same = same.min(parts.len().saturating_sub(1));
    let up = "../".repeat(folder.len() - same);
    format!("{up}{}", parts[same..].join("/"))
}

/// Where configuration, templates and data name the old path or address.
fn mentions(site: &Site, old: &str, urls: &[(String, String)]) -> Vec<(String, usize)> {
    let content: Vec<_> = site.pages.iter().filter_map(|page| page.file).collect();
    let mut found = Vec::new();
    for source in site
        .sources
        .placed()
        .filter(|source| !content.contains(&source.id))
    {
        let Some(text) = source.fetch() else { continue };
        for (at, line) in text.lines().enumerate() {
            let named = |name: &str| {
                line.match_indices(name).any(|(at, _)| {
                    let next = line[at + name.len()..].chars().next();
                    next.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_')
                })
            };
            let path = format!("/{old}");
            if named(&path) || urls.iter().any(|(url, _)| named(url.trim_end_matches('/'))) {
                found.push((source.path.to_string(), at + 1));
            }
        }
    }
    found
}
