//! What lies where in a site's folder: content, templates, static files, data,
//! texts, and the rooms of a Hugo folder. Walks and reads; means nothing by it.

use super::{Failure, Options};
use crate::config::rows::UnknownKey;
use crate::config::{Config, load};
use crate::diag::{Diagnostic, FileId};
use crate::hash::{Hash, Hasher};
use crate::picture::{Format, Pictures};
use crate::render::i18n::Plural;
use crate::render::template;
use crate::site::construct::{Document, Loose, Static};
use crate::site::{LangId, content};
use crate::source::{self, Found, Sources, Stamp, Walked};
use crate::{expand, theme, tree};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tera::Value;

/// A content file with what its name says.
pub struct Page {
    pub found: Found,
    pub lang: LangId,
    pub name: content::Name,
    /// Relative to its content folder.
    pub path: String,
}

pub struct Rooms {
    pub root: PathBuf,
    /// The output folder, from the working directory.
    pub output: PathBuf,
    /// The output folder from the site's root, when it lies within.
    pub output_inside: Option<String>,
    pub content_dirs: Vec<String>,
    pub static_dirs: Vec<String>,
    pub pages: Vec<Page>,
    loose: Vec<(Found, String, Option<LangId>)>,
    pub own_templates: Vec<Found>,
    pub own_statics: Vec<(Found, String)>,
    pub data: Vec<Found>,
    pub data_dir: String,
    pub i18n: Vec<Found>,
    /// `assets/css/extended/*.css`.
    pub extended_css: Vec<Found>,
    /// Other files of `assets/`.
    pub other_assets: usize,
    pub layouts: usize,
    pub themes: Vec<String>,
    looks: Looks,
    /// Some file or folder is a link: it is there under two names.
    linked: bool,
}

/// Finds and reads the files of the configuration.
pub fn config_files(
    root: &Path,
    asked: Option<&Path>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<FileId>, Failure> {
    if let Some(path) = asked {
        if !path.is_file() {
            diagnostics.push(Diagnostic::error(
                "no-config",
                None,
                format!("there is no configuration file `{}`", path.display()),
            ));
            return Err(Failure::Usage);
        }
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let within = std::path::absolute(root)
            .ok()
            .and_then(|root| absolute.strip_prefix(root).ok().map(Path::to_owned));
        let name = within
            .unwrap_or(absolute)
            .to_string_lossy()
            .replace('\\', "/");
        let read = sources.read(&name)?;
        diagnostics.append(&mut sources.diagnostics);
        return Ok(read.into_iter().collect());
    }
    let mut found = source::list(root)?;
    found.extend(source::walk(root, "config", &[])?.found);
    found.retain(|file| load::is_config(&file.path));
    let read = sources.read_all(&found)?;
    diagnostics.append(&mut sources.diagnostics);
    Ok(read.into_iter().flatten().collect())
}

impl Rooms {
    /// Walks everything that the configuration names.
    pub fn open(
        options: &Options,
        config: &Config,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Rooms, Failure> {
        let root = options.source.clone();
        let output = options
            .output
            .clone()
            .unwrap_or_else(|| root.join(&config.dirs.publish));
        let output_inside = inside(&root, &output);
        let mut content_dirs: Vec<String> = config
            .languages
            .iter()
            .map(|language| {
                language
                    .content_dir
                    .clone()
                    .unwrap_or_else(|| config.dirs.content.clone())
            })
            .collect();
        content_dirs.sort();
        content_dirs.dedup();
        // Nothing that a build leaves is a source of the next.
        let cache_dir = options.cache_dir.as_deref();
        let cache_inside = cache_dir.and_then(|folder| inside(&root, folder));
        if let Some(folder) = cache_dir {
            let is_room = cache_inside.as_deref().is_some_and(|dir| {
                dir.is_empty()
                    || ROOMS.contains(&dir)
                    || content_dirs
                        .iter()
                        .chain(&config.dirs.statics)
                        .any(|room| room == dir)
            });
            // An output around the site is refused for more than this.
            let in_output = inside(&output, folder).is_some() && inside(&output, &root).is_none();
            if is_room || in_output {
                diagnostics.push(misplaced_cache(folder, is_room));
                return Err(Failure::Usage);
            }
        }
        let without: Vec<&str> = [&output_inside, &cache_inside]
            .into_iter()
            .filter_map(|folder| folder.as_deref())
            .filter(|folder| !folder.is_empty())
            .collect();
        let mut walked = Walk {
            root: &root,
            without: &without,
            diagnostics,
            looks: Looks::default(),
            linked: false,
        };
        let mut content = Vec::new();
        for dir in &content_dirs {
            // A content folder may lie in another one (`content` and `content/zh`): the deeper one has its files.
            let deeper = |path: &str| {
                content_dirs
                    .iter()
                    .any(|other| other.len() > dir.len() && path.starts_with(&format!("{other}/")))
            };
            content.extend(
                walked
                    .walk(dir)?
                    .into_iter()
                    .filter(|file| !deeper(&file.path))
                    .map(|file| (file, dir.clone())),
            );
        }
        let ignored = ignored(&config.ignore_files, walked.diagnostics);
        content.retain(|(file, _)| !ignored.iter().any(|pattern| pattern.is_match(&file.path)));
        let mut own_statics = Vec::new();
        for dir in &config.dirs.statics {
            own_statics.extend(walked.walk(dir)?.into_iter().map(|file| {
                let output = below(&file.path, dir);
                (file, output)
            }));
        }
        let own_templates = walked.walk("templates")?;
        let data = walked.walk(&config.dirs.data)?;
        let i18n = walked.walk(&config.dirs.i18n)?;
        let assets = walked.walk(&config.dirs.assets)?;
        let layouts = walked.walk(&config.dirs.layouts)?.len();
        let themes = source::folders(&root.join(&config.dirs.themes))?;
        walked.looks.rest.debug(&themes);
        let Walk { looks, linked, .. } = walked;
        let extended = format!("{}/css/extended/", config.dirs.assets);
        let (extended_css, other): (Vec<Found>, Vec<Found>) = assets
            .into_iter()
            .partition(|file| file.path.starts_with(&extended) && file.path.ends_with(".css"));
        let mut rooms = Rooms {
            root: root.clone(),
            output,
            output_inside: output_inside.clone(),
            content_dirs,
            static_dirs: config.dirs.statics.clone(),
            pages: Vec::new(),
            loose: Vec::new(),
            own_templates,
            own_statics,
            data,
            data_dir: config.dirs.data.clone(),
            i18n,
            extended_css,
            other_assets: other.len(),
            layouts,
            themes,
            looks,
            linked,
        };
        rooms.sort_content(config, content, diagnostics);
        Ok(rooms)
    }

    /// Tells pages from the files beside them.
    fn sort_content(
        &mut self,
        config: &Config,
        content: Vec<(Found, String)>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        // Everything below a folder with an `index` file belongs to that page.
        let bundles: BTreeSet<String> = content
            .iter()
            .filter_map(|(file, dir)| {
                let path = below(&file.path, dir);
                let (folder, name) = path.rsplit_once('/')?;
                (name.split('.').next() == Some("index") && content::is_content(name))
                    .then(|| format!("{dir}/{folder}"))
            })
            .collect();
        let mut foreign: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (file, dir) in content {
            let path = below(&file.path, &dir);
            let name = path.rsplit('/').next().unwrap_or(&path);
            let in_bundle = above(&path).any(|folder| bundles.contains(&format!("{dir}/{folder}")));
            let is_index = name.split('.').next().is_some_and(|stem| stem == "index");
            let own_folder = path
                .rsplit_once('/')
                .is_some_and(|(folder, _)| bundles.contains(&format!("{dir}/{folder}")));
            let is_page = content::is_content(name) && (!in_bundle || (is_index && own_folder));
            let of_dir = config
                .languages
                .iter()
                .position(|language| language.content_dir.as_deref() == Some(dir.as_str()));
            if !is_page {
                let lang = content::suffix(name)
                    .and_then(|code| config.language(code))
                    .or(of_dir);
                let lang = lang.map(|index| LangId(index as u32));
                self.loose.push((file, path, lang));
                continue;
            }
            let parsed = content::name(&path, |code| config.language(code).is_some());
            let lang = match &parsed.suffix {
                None => of_dir.unwrap_or(config.default_language),
                Some(code) => match config.language(code) {
                    Some(index) => index,
                    None => {
                        if !config
                            .disabled_languages
                            .iter()
                            .any(|off| off.eq_ignore_ascii_case(code))
                        {
                            foreign
                                .entry(code.clone())
                                .or_default()
                                .push(file.path.to_string());
                        }
                        continue;
                    }
                },
            };
            self.pages.push(Page {
                found: file,
                lang: LangId(lang as u32),
                name: parsed,
                path,
            });
        }
        for (code, files) in foreign {
            diagnostics.push(foreign_language(&code, &files));
        }
    }

    /// The theme's templates under the site's own.
    pub fn templates(&self, sources: &mut Sources) -> Result<Vec<template::Source>, Failure> {
        let mut all: BTreeMap<String, template::Source> = BTreeMap::new();
        for file in theme::templates() {
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            let id = sources.add(&format!("templates/{} (of the theme)", file.name), &text);
            all.insert(
                file.name.clone(),
                template::Source {
                    name: file.name,
                    text: Arc::from(text),
                    file: id,
                    own: false,
                },
            );
        }
        let own: Vec<Found> = self
            .own_templates
            .iter()
            .filter(|file| is_template(&file.path))
            .cloned()
            .collect();
        for (file, id) in own.iter().zip(sources.read_all(&own)?) {
            let Some(id) = id else { continue };
            let name = below(&file.path, "templates");
            let text = sources.get(id).text().clone();
            // The theme's own repository is a site too: what is the same is the theme's.
            let same = all.get(&name).is_some_and(|of_theme| of_theme.text == text);
            all.insert(
                name.clone(),
                template::Source {
                    name,
                    text,
                    file: id,
                    own: !same,
                },
            );
        }
        Ok(all.into_values().collect())
    }

    /// `data/`, by folders and file names without extension.
    pub fn data(
        &self,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Value, Failure> {
        let read = sources.read_all(&self.data)?;
        let mut root = tera::Map::new();
        for (file, id) in self.data.iter().zip(read) {
            let Some(id) = id else { continue };
            let path = below(&file.path, &self.data_dir);
            match expand::data::parse_source(&path, sources.get(id).text(), id) {
                Ok(Some(value)) => insert(
                    &mut root,
                    path.rsplit_once('.').map_or(&*path, |(stem, _)| stem),
                    value,
                ),
                Ok(None) => diagnostics.push(
                    Diagnostic::warning(
                        "unknown-data",
                        None,
                        format!("`{}` is no data that can be read", file.path),
                    )
                    .help("the formats are `.yaml`, `.toml`, `.json` and `.csv`"),
                ),
                Err(mut errors) => diagnostics.append(&mut errors),
            }
        }
        Ok(Value::from(root))
    }

    /// A site's own UI strings, `i18n/xx.yaml`, for each language.
    pub fn texts(
        &self,
        config: &Config,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Vec<Vec<(String, Plural)>>, Failure> {
        let mut texts = vec![Vec::new(); config.languages.len()];
        let read = sources.read_all(&self.i18n)?;
        for (file, id) in self.i18n.iter().zip(read) {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            let (Some(id), Some((code, extension))) = (id, name.rsplit_once('.')) else {
                continue;
            };
            let (Some(lang), Some(format)) =
                (config.language(code), tree::Format::of_extension(extension))
            else {
                continue;
            };
            match tree::parse(sources.get(id).text(), format, id, 0) {
                Ok(node) => texts[lang].extend(super::text::strings(&node, diagnostics)),
                Err(mut errors) => diagnostics.append(&mut errors),
            }
        }
        Ok(texts)
    }

    /// Looks again at content files whose text may be another: gives their places in
    /// [`Rooms::pages`]. `None` where it takes a walk to know what there is.
    pub fn look_again(&mut self, paths: &BTreeSet<Arc<str>>) -> Option<Vec<usize>> {
        if self.linked {
            return None;
        }
        let mut places = Vec::with_capacity(paths.len());
        let mut known = 0;
        for (at, page) in self.pages.iter_mut().enumerate() {
            let named = paths.contains(&page.found.path);
            known += usize::from(named);
            // Too young to be known by its looks: it may have changed since.
            if named || page.found.stamp.is_none() {
                page.found = source::find_again(&page.found)?;
                places.push(at);
            }
        }
        let passing = || paths.iter().filter(|path| !self.knows(path)).count();
        (known == paths.len() || known + passing() == paths.len()).then_some(places)
    }

    /// Whether a path is that of a file or folder of the site: not of one that came and
    /// went since it was walked, as those do that editors write to and then rename.
    pub fn knows(&self, path: &str) -> bool {
        let within = |known: &str| {
            let rest = known.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let found = |(known, _): &(Arc<str>, Option<Stamp>)| within(known);
        self.looks.all.iter().any(found) || source::is_there(&self.root.join(path))
    }

    /// How the files look that are published as they are: style sheets, and all others.
    pub fn published(&self) -> (Hash, Hash) {
        let (mut styles, mut others) = (Hasher::new(), Hasher::new());
        let loose = self.loose.iter().map(|(file, ..)| file);
        for file in self.own_statics.iter().map(|(file, _)| file).chain(loose) {
            let hasher = match file.path.ends_with(".css") {
                true => &mut styles,
                false => &mut others,
            };
            hasher.str(&file.path).number(file.len).debug(&file.mtime);
        }
        (styles.finish(), others.finish())
    }

    /// The folders that links within the site lead to, and those that linked files lie
    /// in, which nobody would look into otherwise.
    pub fn linked_folders(&self) -> Vec<PathBuf> {
        if !self.linked {
            return Vec::new();
        }
        let Ok(real) = self.root.canonicalize() else {
            return Vec::new();
        };
        let mut looked_at = HashSet::new();
        let mut found = BTreeSet::new();
        for (path, _) in &self.looks.all {
            let disk = self.root.join(&**path);
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if looked_at.insert(folder)
                && let Ok(target) = self.root.join(folder).canonicalize()
            {
                found.extend(Some(target).filter(|target| *target != real.join(folder)));
            }
            if source::is_link(&disk) {
                let target = disk.canonicalize().ok();
                found.extend(target.as_deref().and_then(Path::parent).map(Path::to_owned));
            }
        }
        found.into_iter().collect()
    }

    pub fn loose(&self) -> Vec<Loose> {
        self.loose
            .iter()
            .map(|(file, path, lang)| Loose {
                path: path.clone(),
                lang: *lang,
                source: file.path.clone(),
            })
            .collect()
    }

    /// Files too young to be told from a later edit.
    pub fn young(&self) -> &[Found] {
        &self.looks.young
    }

    /// Of all files and how they look; `since` has the looks of young ones.
    /// `None` where one is missing.
    pub fn print(&self, since: &HashMap<Arc<str>, Stamp>) -> Option<Hash> {
        let mut hasher = self.looks.rest.clone();
        for (path, stamp) in &self.looks.all {
            let stamp = stamp.or_else(|| since.get(path).copied())?;
            hasher.str(path).hash(stamp.0);
        }
        Some(hasher.finish())
    }

    /// Every text of the site but its configuration.
    pub fn all_texts(&self) -> Vec<Found> {
        let pages = self.pages.iter().map(|page| &page.found);
        let others = [&self.own_templates, &self.data, &self.i18n];
        pages.chain(others.into_iter().flatten()).cloned().collect()
    }

    /// The files that shortcodes may read, as they look from outside: those beside pages, and
    /// pictures among the static ones.
    pub fn read_stamps(&self) -> impl Iterator<Item = (&str, Option<&source::Stamp>)> {
        let statics = self.own_statics.iter().map(|(file, _)| file);
        let pictures = statics.filter(|file| Format::of_name(&file.path).is_some());
        let loose = self.loose.iter().map(|(file, ..)| file);
        loose
            .chain(pictures)
            .map(|file| (&*file.path, file.stamp.as_ref()))
    }

    /// The pictures among the files that are published as they are.
    pub fn pictures(&self) -> Pictures {
        let loose = self.loose.iter().map(|(file, ..)| file);
        let all = self.own_statics.iter().map(|(file, _)| file).chain(loose);
        let looks = all.map(|file| (&file.path, file.stamp.as_ref()));
        Pictures::new(self.root.clone(), looks)
    }

    /// The site's static files, but for those that are the theme's, byte for byte.
    pub fn statics(&self) -> Result<Vec<Static>, Failure> {
        let of_theme: BTreeMap<String, theme::File> = theme::statics()
            .into_iter()
            .map(|file| (file.name.clone(), file))
            .collect();
        let mut statics = Vec::new();
        for (file, output) in &self.own_statics {
            let same = match of_theme.get(output) {
                Some(theirs) => source::bytes(&file.disk)? == *theirs.bytes,
                None => false,
            };
            if !same {
                statics.push(Static {
                    output: output.clone(),
                    source: file.path.clone(),
                });
            }
        }
        Ok(statics)
    }

    /// Keys that nothing here reads warn, unless one of the site's own templates does.
    pub fn unknown_keys(
        &self,
        config: &Config,
        documents: &[Document],
        templates: &[template::Source],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let mentioned = |key: &UnknownKey| {
            templates
                .iter()
                .any(|template| template.own && template.text.contains(&key.name))
        };
        let of_pages = documents
            .iter()
            .flat_map(|document| &document.doc.front.unknown);
        for key in config
            .unknown_params
            .iter()
            .chain(of_pages)
            .filter(|key| !mentioned(key))
        {
            diagnostics.push(key.diagnostic());
        }
        let idle: Vec<_> = documents
            .iter()
            .flat_map(|document| document.doc.front.idle.iter().cloned())
            .collect();
        diagnostics.extend(load::idle_message(&idle));
    }

    /// A Markdown file in the site's own folder, where none is looked for.
    pub fn stray(&self) -> Option<String> {
        let files = source::list(&self.root).ok()?;
        let mut names = files.into_iter().map(|found| found.path.to_string());
        names.find(|name| {
            content::is_content(name) && !name.to_ascii_lowercase().starts_with("readme.")
        })
    }

    pub fn has_content(&self) -> bool {
        let mut dirs = self.content_dirs.iter();
        dirs.any(|dir| self.root.join(dir).is_dir())
    }

    pub fn content_folder(&self) -> String {
        self.content_dirs.join("`, `")
    }

    /// Folders that the output may neither lie in nor around.
    pub fn made_from(&self, root: &Path) -> Vec<PathBuf> {
        let named = self
            .content_dirs
            .iter()
            .chain(&self.static_dirs)
            .map(String::as_str);
        named.chain(ROOMS).map(|dir| root.join(dir)).collect()
    }
}

/// Folders whose names say what lies in them, besides those that the configuration names.
const ROOMS: [&str; 8] = [
    "templates",
    "data",
    "i18n",
    "assets",
    "layouts",
    "themes",
    "archetypes",
    "config",
];

fn misplaced_cache(folder: &Path, is_room: bool) -> Diagnostic {
    let what = match is_room {
        true => "a folder of the site",
        false => "in the output",
    };
    let message = format!(
        "the cache cannot be kept in `{}`: that is {what}",
        folder.display()
    );
    Diagnostic::error("cache-place", None, message)
        .help("name a folder of its own, for example `--cache-dir .cache`")
}

/// Every file that is there, taken or not, and how it looks from outside.
#[derive(Default)]
struct Looks {
    all: Vec<(Arc<str>, Option<Stamp>)>,
    /// Those too young to be told from a later edit.
    young: Vec<Found>,
    /// Of whatever else the walk has met.
    rest: Hasher,
}

struct Walk<'a> {
    root: &'a Path,
    without: &'a [&'a str],
    diagnostics: &'a mut Vec<Diagnostic>,
    looks: Looks,
    linked: bool,
}

impl Walk<'_> {
    fn walk(&mut self, dir: &str) -> Result<Vec<Found>, Failure> {
        let Walked {
            found,
            skipped,
            mut diagnostics,
            linked,
        } = source::walk(self.root, dir, self.without)?;
        self.linked |= linked;
        // What is wrong is no file: a link that leads nowhere, a name that is not UTF-8.
        for said in &diagnostics {
            self.looks.rest.str(&said.message);
        }
        self.diagnostics.append(&mut diagnostics);
        self.looks.rest.str(dir).number(found.len() as u64);
        for file in &found {
            self.looks.all.push((file.path.clone(), file.stamp));
            if file.stamp.is_none() {
                self.looks.young.push(file.clone());
            }
        }
        for file in skipped {
            self.looks.rest.str(&file.path).str(file.reason);
            self.diagnostics.push(Diagnostic::info(
                "not-taken",
                None,
                format!("`{}` is not taken: {}", file.path, file.reason),
            ));
        }
        Ok(found)
    }
}

/// `ignoreFiles`: regular expressions over the paths of content files, as in Hugo.
fn ignored(patterns: &[String], diagnostics: &mut Vec<Diagnostic>) -> Vec<regex_lite::Regex> {
    let mut compiled = Vec::new();
    for pattern in patterns {
        match regex_lite::Regex::new(pattern) {
            Ok(regex) => compiled.push(regex),
            Err(error) => diagnostics.push(
                Diagnostic::warning(
                    "bad-pattern",
                    None,
                    format!(
                        "`ignoreFiles` holds `{pattern}`, which is no regular expression: {error}"
                    ),
                )
                .help("a name that ends in `.foo` is written `\\\\.foo$`"),
            ),
        }
    }
    compiled
}

/// A path below a folder of the site.
fn below(path: &str, dir: &str) -> String {
    path.strip_prefix(dir)
        .unwrap_or(path)
        .trim_start_matches('/')
        .to_owned()
}

/// The folders above a path: `a/b/c.md` → `a/b`, `a`.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/').map(|(folder, _)| folder), |folder| {
        folder.rsplit_once('/').map(|(above, _)| above)
    })
}

fn is_template(path: &str) -> bool {
    [".html", ".xml", ".txt", ".json"]
        .iter()
        .any(|extension| path.ends_with(extension))
}

fn insert(map: &mut tera::Map, path: &str, value: Value) {
    match path.split_once('/') {
        None => {
            map.insert(path.to_owned().into(), value);
        }
        Some((folder, rest)) => {
            let mut inner = map
                .get(&tera::value::Key::from(folder.to_owned()))
                .and_then(Value::as_map)
                .cloned()
                .unwrap_or_default();
            insert(&mut inner, rest, value);
            map.insert(folder.to_owned().into(), Value::from(inner));
        }
    }
}

fn foreign_language(code: &str, files: &[String]) -> Diagnostic {
    let number = files.len();
    let (files_are, these) = if number == 1 {
        ("file is", "this file")
    } else {
        ("files are", "these files")
    };
    let example = files.first().map(String::as_str).unwrap_or_default();
    Diagnostic::warning(
        "unknown-language",
        None,
        format!(
            "{number} {files_are} left out: `{code}` is no language of this site, as in `{example}`"
        ),
    )
    .help(format!("add `{code}` to `languages` to publish {these}"))
}

/// The output's path from the site's root, when it lies below it.
fn inside(root: &Path, folder: &Path) -> Option<String> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = absolute(folder);
    let within = path.strip_prefix(absolute(root)).ok()?;
    Some(within.to_string_lossy().replace('\\', "/"))
}
