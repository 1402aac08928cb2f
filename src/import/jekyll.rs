//! Jekyll: posts, drafts, pages, collections and files of a site's folder, as
//! <https://jekyllrb.com/docs/structure/> lays them out.
//!
//! The address of every page stays: by a pattern where one says it, else by `url`.

mod config;
mod kramdown;
mod liquid;
mod matter;
mod url;

use super::house::{Content, House, Kind, without_shortcodes};
use crate::desk::Failure;
use crate::diag::{Diagnostic, FileId, Severity};
use crate::parse::front_matter;
use crate::source::{self, Found, Sources};
use crate::tree::{Map, Node};
use config::Config;
use std::collections::HashMap;
use std::sync::Arc;

/// What links and includes of a text are looked up in.
#[derive(Default)]
struct Site {
    config: Config,
    includes: HashMap<String, (FileId, Arc<str>)>,
    /// By the names that `post_url` takes.
    posts: HashMap<String, Target>,
    /// By paths in the source.
    moved: HashMap<String, Target>,
}

#[derive(Clone)]
struct Target {
    /// In the new site.
    path: String,
    url: String,
}

/// A text of the site.
struct Page {
    file: FileId,
    /// In the source.
    from: String,
    kind: PageKind,
    /// The collection that it belongs to, `posts` among them.
    collection: String,
    map: Map,
    /// What the configuration hands down to it.
    defaults: Vec<(crate::tree::Key, Node)>,
    body: usize,
    target: Target,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PageKind {
    Post,
    Draft,
    Page,
    Document,
}

pub fn read(sources: &mut Sources, house: &mut House) -> Result<(), Failure> {
    let mut site = Site::default();
    let root = sources.root.clone();
    let config = ["_config.yml", "_config.yaml"];
    if let Some(name) = config.iter().find(|name| root.join(name).is_file()) {
        site.config = match text(sources, name, house)? {
            Some((file, text)) => match config::read(&text, file) {
                Ok(map) => Config::new(map),
                Err(mut errors) => {
                    house.findings.append(&mut errors);
                    return Ok(());
                }
            },
            None => return Ok(()),
        };
    } else if root.join("_config.toml").is_file() {
        house.warn(
            "configuration",
            None,
            "`_config.toml` is not read",
            "write what it says into `longhand.yaml`",
        );
        site.config = Config::new(Map::default());
    } else {
        site.config = Config::new(Map::default());
    }
    let walked = source::walk(&root, "", &["_site"])?;
    house
        .findings
        .extend(walked.diagnostics.into_iter().map(|said| Diagnostic {
            severity: Severity::Warning,
            ..said
        }));
    let mut pages = Vec::new();
    let mut others = Others::default();
    let mut reading = Reading {
        sources,
        site: &mut site,
        pages: &mut pages,
        others: &mut others,
        house,
    };
    for found in walked.found {
        sort(&found, &mut reading)?;
    }
    for page in &pages {
        let target = page.target.clone();
        if matches!(page.kind, PageKind::Post) {
            let name = page
                .from
                .rsplit_once("_posts/")
                .map_or(page.from.as_str(), |(_, name)| name);
            let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            // Jekyll finds a post in a folder by its bare name too.
            let bare = name.rsplit('/').next().unwrap_or(name).to_owned();
            site.posts.entry(bare).or_insert_with(|| target.clone());
            site.posts.insert(name.to_owned(), target.clone());
        }
        site.moved.insert(page.from.clone(), target);
    }
    let (mut attributes, mut formulas) = (false, false);
    for page in &pages {
        let source = sources.get(page.file).text().clone();
        let written = matter::page(page, &source, &site, house);
        attributes |= written.attributes;
        formulas |= written.formulas;
        // A file of Longhand has no `{{<` that it does not mean.
        let body = &written.body;
        house.page(&page.target.path, &page.from, &written.front, body);
    }
    others.say(house);
    let title = site.config.ours(attributes, formulas, house);
    house.settings("_config.yml", title);
    Ok(())
}

/// A text that can be read; what is wrong with it is said.
fn text(
    sources: &mut Sources,
    path: &str,
    house: &mut House,
) -> Result<Option<(FileId, Arc<str>)>, Failure> {
    let seen = sources.diagnostics.len();
    let read = sources.read(path)?;
    house.findings.extend(sources.diagnostics.drain(seen..));
    Ok(read.map(|file| (file, sources.get(file).text().clone())))
}

/// What there is besides texts, by folder: how many, and the first.
#[derive(Default)]
struct Others {
    layouts: usize,
    styles: usize,
    plugins: usize,
    liquid: Vec<(String, FileId)>,
    closed: Vec<String>,
}

impl Others {
    fn say(&self, house: &mut House) {
        let mut folder = |count: usize, name: &str, what: &str, help: &str| {
            if count > 0 {
                let file = if count == 1 { "file" } else { "files" };
                house.warn(
                    "left-behind",
                    None,
                    format!("`{name}` ({count} {file}): {what}"),
                    help,
                );
            }
        };
        folder(
            self.layouts,
            "_layouts/",
            "templates of Liquid are not read",
            "the theme makes the pages; what should differ goes into `templates/`",
        );
        folder(
            self.styles,
            "_sass/",
            "style sheets are left behind",
            "the theme has its own; yours go into `assets/css/extended/`, as CSS",
        );
        folder(
            self.plugins,
            "_plugins/",
            "programs in Ruby are not run",
            "shortcodes and templates take their place",
        );
        for (path, file) in &self.liquid {
            let span = crate::diag::Span::new(*file, 0, 3);
            house.warn("liquid-file", span, format!("`{path}` is made by Liquid, and is left behind"), "feeds, the sitemap, style sheets and lists are made by themselves; put any other file into `static/` as it should be");
        }
        for name in &self.closed {
            house.warn(
                "left-behind",
                None,
                format!("the collection `{name}` is not published by Jekyll, and is left behind"),
                "its files can be data: `data/`",
            );
        }
    }
}

/// A site while its files are gone through.
struct Reading<'a> {
    sources: &'a mut Sources,
    site: &'a mut Site,
    pages: &'a mut Vec<Page>,
    others: &'a mut Others,
    house: &'a mut House,
}

/// Where a file lies, as Jekyll sees it.
struct Place<'a> {
    kind: PageKind,
    /// Empty for a page.
    collection: &'a str,
    /// The folders that `_posts` is in.
    above: &'a [&'a str],
    /// The path below that of its kind.
    inside: &'a str,
}

/// Puts one file of the source where it belongs.
fn sort(found: &Found, reading: &mut Reading) -> Result<(), Failure> {
    let path: &str = &found.path;
    let config = &reading.site.config;
    let inside = match config.collections_dir.is_empty() {
        true => path,
        false => path
            .strip_prefix(&format!("{}/", config.collections_dir))
            .unwrap_or(path),
    };
    let first = inside.split('/').next().unwrap_or_default();
    let copy = |house: &mut House, to: &str, kind: Kind| {
        house.add(to, path, kind, Content::Copy(found.disk.clone()))
    };
    match path.split('/').next().unwrap_or_default() {
        "_layouts" => reading.others.layouts += 1,
        "_sass" => reading.others.styles += 1,
        "_plugins" => reading.others.plugins += 1,
        "_includes" => {
            if let Some((file, text)) = text(reading.sources, path, reading.house)? {
                let name = path.trim_start_matches("_includes/").to_owned();
                reading.site.includes.insert(name, (file, text));
            }
        }
        "_data" => {
            let name = path.trim_start_matches("_data/");
            copy(reading.house, &format!("data/{name}"), Kind::Data);
        }
        "_config.yml" | "_config.yaml" | "_config.toml" => {}
        _ => {
            let parts: Vec<&str> = inside.split('/').collect();
            let folder = parts[..parts.len() - 1]
                .iter()
                .position(|part| matches!(*part, "_posts" | "_drafts"));
            let collection = config
                .collections
                .iter()
                .find(|collection| first.strip_prefix('_') == Some(&collection.name));
            if let Some(at) = folder {
                let kind = if parts[at] == "_posts" {
                    PageKind::Post
                } else {
                    PageKind::Draft
                };
                let place = Place {
                    kind,
                    collection: "posts",
                    above: &parts[..at],
                    inside: &parts[at + 1..].join("/"),
                };
                return page(found, &place, reading);
            }
            if let Some(collection) = collection.filter(|collection| collection.name != "posts") {
                let (name, rest) = (collection.name.clone(), parts[1..].join("/"));
                if !collection.output {
                    if !reading.others.closed.contains(&name) {
                        reading.others.closed.push(name);
                    }
                    return Ok(());
                }
                let place = Place {
                    kind: PageKind::Document,
                    collection: &name,
                    above: &[],
                    inside: &rest,
                };
                return page(found, &place, reading);
            }
            let hidden = parts.iter().any(|part| part.starts_with('_'));
            if (hidden || is_excluded(path, config))
                && !config.include.iter().any(|name| *name == *path)
            {
                return Ok(());
            }
            let place = Place {
                kind: PageKind::Page,
                collection: "",
                above: &[],
                inside: path,
            };
            return page(found, &place, reading);
        }
    }
    Ok(())
}

fn is_excluded(path: &str, config: &Config) -> bool {
    config.exclude.iter().any(|pattern| {
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        match pattern.split_once('*') {
            Some((before, after)) => {
                path.len() >= before.len() + after.len()
                    && path.starts_with(before)
                    && path.ends_with(after.trim_start_matches('*'))
            }
            None => path
                .strip_prefix(pattern)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    })
}

/// A file is a text if it begins with front matter, and else is copied as it is.
fn page(found: &Found, place: &Place, reading: &mut Reading) -> Result<(), Failure> {
    let path: &str = &found.path;
    let Reading {
        sources,
        site,
        pages,
        others,
        house,
    } = reading;
    let Place {
        kind,
        collection,
        above,
        inside,
    } = *place;
    let (stem, extension) = inside.rsplit_once('.').unwrap_or((inside, ""));
    let extension = extension.to_lowercase();
    let is_markdown = matches!(
        extension.as_str(),
        "md" | "markdown" | "mkdown" | "mkdn" | "mkd"
    );
    let is_html = matches!(extension.as_str(), "html" | "htm" | "xhtml");
    let begins = source::begin(&found.disk, 3)
        .ok()
        .map(|begun| begun.is(b"---"));
    let has_front = begins == Some(true);
    let always = is_markdown && kind != PageKind::Page;
    if !has_front && !always {
        if matches!(kind, PageKind::Draft) {
            return Ok(());
        }
        let to = match collection {
            "" => format!("static/{path}"),
            "posts" => return Ok(()),
            name => format!("static/{name}/{inside}"),
        };
        if let Some(to) = house.add(&to, path, Kind::Static, Content::Copy(found.disk.clone())) {
            let url = to["static".len()..].to_owned();
            site.moved.insert(path.to_owned(), Target { path: to, url });
        }
        return Ok(());
    }
    let Some((file, text)) = text(sources, path, house)? else {
        return Ok(());
    };
    if !is_markdown && !is_html {
        others.liquid.push((path.to_owned(), file));
        return Ok(());
    }
    let read = front_matter::split(&text, file)
        .map_err(|error| vec![error])
        .and_then(|split| Ok((front_matter::read(&text, &split, file)?, split.body)));
    let (map, body) = match read {
        Ok(read) => read,
        Err(mut errors) => {
            house.findings.append(&mut errors);
            return Ok(());
        }
    };
    // A page of Liquid alone is a list, which the theme makes.
    let lists = text[body..].contains("{% for ")
        || text[body..].contains("{%- for ")
        || text[body..].contains("paginator.");
    if kind == PageKind::Page && is_html && lists {
        others.liquid.push((path.to_owned(), file));
        return Ok(());
    }
    if kind == PageKind::Page && stem == "404" {
        house.warn(
            "left-behind",
            None,
            format!("`{path}` is left behind"),
            "the theme has a page for what is not there: `templates/404.html` makes another",
        );
        return Ok(());
    }
    let extension = if is_html { "html" } else { "md" };
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let folder = if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    };
    let path_of = match kind {
        // The folder's own page, as here.
        PageKind::Page if name == "index" => format!("content/{folder}_index.{extension}"),
        PageKind::Page => format!("content/{folder}{name}.{extension}"),
        PageKind::Document => format!("content/{collection}/{folder}{name}.{extension}"),
        PageKind::Post | PageKind::Draft => {
            let above: String = above.iter().map(|part| format!("{part}/")).collect();
            format!("content/posts/{above}{folder}{name}.{extension}")
        }
    };
    let defaults = site.config.defaults_of(
        path,
        match kind {
            PageKind::Post | PageKind::Draft => "posts",
            PageKind::Page => "pages",
            PageKind::Document => collection,
        },
    );
    let mut page = Page {
        file,
        from: path.to_owned(),
        kind,
        collection: collection.to_owned(),
        map,
        defaults: defaults.into_iter().cloned().collect(),
        body,
        target: Target {
            path: path_of,
            url: String::new(),
        },
    };
    page.target.url = matter::address(&page, above, stem, &site.config, house);
    pages.push(page);
    Ok(())
}

/// The way from one file of the new site to another.
fn relative(from: &str, to: &str) -> String {
    let folder: Vec<&str> = from.split('/').collect();
    let target: Vec<&str> = to.split('/').collect();
    let folder = &folder[..folder.len() - 1];
    let same = folder
        .iter()
        .zip(&target)
        .take_while(|(a, b)| a == b)
        .count();
    let mut parts = vec![".."; folder.len() - same];
    parts.extend(&target[same..]);
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn files_are_found_from_one_another() {
        assert_eq!(relative("content/posts/a.md", "content/posts/b.md"), "b.md");
        assert_eq!(relative("content/a.md", "content/posts/b.md"), "posts/b.md");
        assert_eq!(
            relative("content/posts/x/a.md", "content/about.md"),
            "../../about.md"
        );
    }
}
