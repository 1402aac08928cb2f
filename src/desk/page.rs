//! A new page: where it lies, and what it begins with.
//!
//! Takes a title or a path, gives the file that was made. Looks at the folders of the
//! site, never at its pages: a page can be begun while another one is broken.

use super::{Failure, archetype, front, refused, usage};
use crate::build::{self, Options};
use crate::config::Config;
use crate::date::Date;
use crate::diag::{Diagnostic, Severity};
use crate::parse::front_matter;
use crate::site::content;
use crate::source::{self, Sources, write};
use crate::text;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// A title, else a path below the content folder that ends in `.md` or has a `/`.
    pub title: String,
    /// `title` is a path, whatever it looks like.
    pub is_path: bool,
    pub section: Option<String>,
    pub slug: Option<String>,
    pub bundle: bool,
    pub lang: Option<String>,
    /// The archetype, instead of the one of the section.
    pub kind: Option<String>,
    pub date: Option<Timestamp>,
}

/// A page that was begun.
#[derive(Debug)]
pub struct Begun {
    /// From the working directory.
    pub file: PathBuf,
    /// From the site's folder.
    pub path: String,
    pub title: String,
    pub draft: bool,
}

/// Where the new page is to lie.
struct Place {
    lang: usize,
    /// From the site's folder.
    content: String,
    section: String,
    /// From the content folder, without extension, language and `index`.
    logical: String,
    name: String,
    /// From the content folder.
    path: String,
    bundle: bool,
}

/// Begins a page. Nothing is ever written over.
pub fn begin(
    options: &Options,
    asked: &Asked,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Begun, Failure> {
    let root = &options.source;
    if !root.is_dir() {
        let message = format!("there is no folder `{}`", root.display());
        return Err(usage(message, "`longhand new site PATH` begins a site"));
    }
    let config = build::configure(options, sources, diagnostics)?;
    if config.zero && !root.join(&config.dirs.content).is_dir() {
        let folder = match root.as_os_str().is_empty() || root.as_os_str() == "." {
            true => "this folder".to_owned(),
            false => format!("`{}`", root.display()),
        };
        return Err(usage(
            format!("there is no site in {folder}: no configuration, and no `content/`"),
            build::NO_SITE,
        ));
    }
    let (title, is_path) = (asked.title.trim(), asked.is_path || is_path(&asked.title));
    if title.is_empty() {
        return Err(usage(
            "a new page needs a title",
            "for example `longhand new \"First snow\"`",
        ));
    }
    let lang = language(&config, asked)?;
    let mut place = match is_path {
        true => from_path(&config, lang, title, asked)?,
        false => from_title(options, &config, lang, title, asked)?,
    };
    if matches!(place.name.as_str(), "index" | "_index") && !is_path {
        return Err(usage(
            format!(
                "a page cannot be called `{}`: that is the folder's own page",
                place.name
            ),
            "name the file otherwise: `--slug NAME`",
        ));
    }
    for part in place.path.split('/') {
        if part.len() > 250 {
            return Err(usage(
                "the name of the file would be too long for a disk",
                "name it yourself: `--slug NAME`",
            ));
        }
        if let Err(why) = source::is_taken(part) {
            return Err(usage(
                format!("`{part}` would be {why}, which is never published"),
                "name the file otherwise: `--slug NAME`",
            ));
        }
    }
    if let Some(there) = taken(options, &place)? {
        return Err(refused(
            format!("`{there}` is there already, and is left as it is"),
            "choose another title, or another name for the file: `--slug NAME`",
        ));
    }
    let date = Date::new(
        asked.date.or(options.now).unwrap_or_else(Timestamp::now),
        &config.time_zone,
    );
    // Seconds are enough for a page.
    let whole = Timestamp::from_second(date.instant.as_second()).unwrap_or(date.instant);
    let date = Date {
        instant: whole,
        ..date
    };
    let found = archetype_of(options, &config, asked, &place, sources)?;
    let kind = asked
        .kind
        .clone()
        .unwrap_or_else(|| match place.section.as_str() {
            "" => "page".to_owned(),
            section => section.to_owned(),
        });
    // Nothing in it that has a meaning in front matter: the title as it is follows below.
    let plain_title = archetype::titled(&place.name.replace(['-', '_', '\\'], " "));
    let file = match &found {
        Found::File(file) => *file,
        Found::Folder { index, .. } => {
            place.make_bundle();
            *index
        }
    };
    if matches!(found, Found::Folder { .. })
        && let Some(there) = taken(options, &place)?
    {
        return Err(refused(
            format!("`{there}` is there already, and is left as it is"),
            "choose another title, or another name for the file: `--slug NAME`",
        ));
    }
    let about = archetype::About {
        config: &config,
        lang: place.lang,
        title: &plain_title,
        name: &place.name,
        path: &place.path,
        section: &place.section,
        kind: &kind,
        date,
    };
    let template = sources.get(file).text().clone();
    let filled = match archetype::fill(&template, file, &about) {
        Ok(text) => text,
        Err(mut errors) => {
            diagnostics.append(&mut errors);
            return Err(Failure::Site);
        }
    };
    let path = format!("{}/{}", place.content, place.path);
    let made = sources.add(&path, &filled);
    let text = match is_path || has_heading(&filled) {
        true => filled,
        false => match front::set(&filled, made, "title", front::New::Text(title)) {
            Ok(text) => text,
            Err(mut errors) => {
                diagnostics.append(&mut errors);
                return Err(Failure::Site);
            }
        },
    };
    let made = sources.add(&path, &text);
    let draft = match draft(&text, made) {
        Ok(draft) => draft,
        Err(mut errors) => {
            diagnostics.append(&mut errors);
            return Err(Failure::Site);
        }
    };
    let file = root.join(&path);
    if let Found::Folder { files, .. } = &found {
        for (name, from) in files {
            let to = file.with_file_name("").join(name);
            write::create(&to, &source::bytes(from)?)?;
        }
    }
    match write::create(&file, text.as_bytes()) {
        Err(error) if error.source.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(refused(
                format!("`{path}` is there already, and is left as it is"),
                "choose another title, or another name for the file: `--slug NAME`",
            ));
        }
        written => written?,
    }
    diagnostics.retain(|said| said.severity == Severity::Error);
    Ok(Begun {
        file: file.strip_prefix("./").map_or(file.clone(), Into::into),
        path,
        title: match is_path {
            true => plain_title,
            false => title.to_owned(),
        },
        draft,
    })
}

/// `posts/x.md`, `posts/x` and `posts/two words.md` are paths; `on/off` with other words around is none.
fn is_path(text: &str) -> bool {
    let one_word = !text.trim().contains(char::is_whitespace);
    let folders = text.contains('/') && !text.contains("//");
    match content::is_content(text) {
        true => one_word || folders,
        false => one_word && folders,
    }
}

/// The body begins with the title, and the front matter has none.
fn has_heading(text: &str) -> bool {
    let file = crate::diag::FileId(0);
    let Ok(split) = front_matter::split(text, file) else {
        return false;
    };
    let titled =
        front_matter::read(text, &split, file).is_ok_and(|map| map.find("title").is_some());
    !titled && text[split.body..].trim_start().starts_with("# ")
}

fn draft(text: &str, file: crate::diag::FileId) -> Result<bool, Vec<Diagnostic>> {
    let split = front_matter::split(text, file).map_err(|error| vec![error])?;
    let map = front_matter::read(text, &split, file)?;
    Ok(map.find("draft").and_then(|(_, node)| node.as_bool()) == Some(true))
}

fn language(config: &Config, asked: &Asked) -> Result<usize, Failure> {
    let Some(code) = &asked.lang else {
        return Ok(config.default_language);
    };
    config.language(code).ok_or_else(|| {
        let codes = config
            .languages
            .iter()
            .map(|language| language.code.as_str());
        let list: Vec<String> = codes.clone().map(|code| format!("`{code}`")).collect();
        let help = match text::nearest(code, codes) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "this site has {}; `languages` in the configuration adds others",
                list.join(", ")
            ),
        };
        usage(format!("the site has no language `{code}`"), help)
    })
}

fn content_dir(config: &Config, lang: usize) -> String {
    let own = config.languages[lang].content_dir.clone();
    own.unwrap_or_else(|| config.dirs.content.clone())
}

/// A language without a folder of its own has its code in the names of files.
fn suffix(config: &Config, lang: usize) -> String {
    match lang == config.default_language || config.languages[lang].content_dir.is_some() {
        true => String::new(),
        false => format!(".{}", config.languages[lang].code),
    }
}

fn from_title(
    options: &Options,
    config: &Config,
    lang: usize,
    title: &str,
    asked: &Asked,
) -> Result<Place, Failure> {
    let content = content_dir(config, lang);
    let section = match &asked.section {
        Some(section) => section.trim_matches('/').to_owned(),
        None => usual_section(options, config, lang, &content)?,
    };
    if section.split('/').any(|part| part == "." || part == "..") {
        return Err(usage(
            format!("the section `{section}` lies outside of `{content}`"),
            "write it as a path below that folder: `--section essays`",
        ));
    }
    let name = match &asked.slug {
        Some(slug) => text::urlize_words(slug, !config.disable_path_to_lower),
        None => shortened(&text::urlize_words(title, !config.disable_path_to_lower)),
    };
    let name = name.replace(['/', '\\', '#'], "-");
    let name = name.trim_matches(['-', '.']).to_owned();
    if name.is_empty() {
        return Err(usage(
            format!("no name for a file can be made of `{title}`"),
            "give it one: `--slug NAME`",
        ));
    }
    let logical = match section.is_empty() {
        true => name.clone(),
        false => format!("{section}/{name}"),
    };
    let suffix = suffix(config, lang);
    Ok(Place {
        path: match asked.bundle {
            true => format!("{logical}/index{suffix}.md"),
            false => format!("{logical}{suffix}.md"),
        },
        section: content::top(&section).to_owned(),
        bundle: asked.bundle,
        lang,
        content,
        logical,
        name,
    })
}

/// A name of no more than some eighty letters, cut between words: a disk takes 255 bytes.
fn shortened(name: &str) -> String {
    const LIMIT: usize = 120;
    if name.len() <= LIMIT {
        return name.to_owned();
    }
    let mut end = LIMIT;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let cut = name[..end].rfind('-').filter(|at| *at > LIMIT / 2);
    name[..cut.unwrap_or(end)].to_owned()
}

fn from_path(config: &Config, lang: usize, path: &str, asked: &Asked) -> Result<Place, Failure> {
    if let Some(section) = &asked.section {
        return Err(usage(
            format!(
                "`{path}` is a path and says its section itself, so `--section {section}` has no place"
            ),
            "write a title, or the whole path",
        ));
    }
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let known = |code: &str| config.language(code).is_some();
    // `content/posts/x.md` as the shell completes it, and `posts/x.md` as Hugo has it.
    let mut dirs: Vec<String> = (0..config.languages.len())
        .map(|lang| content_dir(config, lang))
        .collect();
    dirs.sort_by_key(|dir| std::cmp::Reverse(dir.len()));
    let said_dir = dirs
        .iter()
        .find_map(|dir| Some((dir, path.strip_prefix(dir.as_str())?.strip_prefix('/')?)));
    let inside = said_dir
        .map_or(path, |(_, inside)| inside)
        .trim_end_matches('/');
    let outside = path.starts_with('/')
        || inside
            .split('/')
            .any(|part| part.is_empty() || part == "." || part == "..");
    if outside {
        return Err(usage(
            format!("`{path}` lies outside of `{}`", content_dir(config, lang)),
            "write a path below that folder: `posts/first-snow.md`",
        ));
    }
    let inside = match content::is_content(inside) {
        true => inside.to_owned(),
        false if asked.bundle => format!("{inside}/index{}.md", suffix(config, lang)),
        false => format!("{inside}{}.md", suffix(config, lang)),
    };
    let name = content::name(&inside, known);
    let of_dir = said_dir.and_then(|(dir, _)| {
        (config.languages.iter()).position(|language| language.content_dir.as_ref() == Some(dir))
    });
    let lang = name
        .suffix
        .as_deref()
        .and_then(|code| config.language(code));
    let lang = lang.or(of_dir).unwrap_or(match &asked.lang {
        Some(code) => config.language(code).unwrap_or(config.default_language),
        None => config.default_language,
    });
    let own = match name.path.rsplit('/').next() {
        Some("") | None => "home".to_owned(),
        Some(own) => own.to_owned(),
    };
    let section = match name.path.contains('/') || name.role == content::Role::Branch {
        true => content::top(&name.path).to_owned(),
        false => String::new(),
    };
    Ok(Place {
        content: said_dir.map_or_else(|| content_dir(config, lang), |(dir, _)| dir.clone()),
        section,
        bundle: name.role != content::Role::Single,
        logical: name.path,
        name: own,
        path: inside,
        lang,
    })
}

/// Where new pages go when nobody says: the first of the main sections, else the
/// folder with the most pages, else the top where pages lie there alone, else `posts`.
fn usual_section(
    options: &Options,
    config: &Config,
    lang: usize,
    content: &str,
) -> Result<String, Failure> {
    let main = config.languages[lang].main_sections.as_ref();
    let main = main.and_then(|sections| sections.first());
    if let Some(main) = main {
        return Ok(main.clone());
    }
    let found = source::walk(&options.source, content, &[])?.found;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &found {
        let inside = file.path.strip_prefix(content).unwrap_or(&file.path);
        let inside = inside.trim_start_matches('/');
        let name = inside.rsplit('/').next().unwrap_or(inside);
        if !content::is_content(name) || name.starts_with("_index.") {
            continue;
        }
        let section = match inside.contains('/') {
            true => content::top(inside),
            false => "",
        };
        *counts.entry(section).or_default() += 1;
    }
    // A few pages at the top are what every site has: about, archive, search.
    let sections = counts.iter().filter(|(section, _)| !section.is_empty());
    let most = sections.max_by_key(|(section, count)| (**count, std::cmp::Reverse(**section)));
    Ok(match most {
        Some((section, _)) => (*section).to_owned(),
        None if config.zero && counts.contains_key("") => String::new(),
        None => {
            let there = ["posts", "post", "blog", "essays"];
            let is = |name: &&&str| options.source.join(content).join(name).is_dir();
            there
                .iter()
                .find(is)
                .map_or("posts", |name| name)
                .to_owned()
        }
    })
}

impl Place {
    fn make_bundle(&mut self) {
        if self.bundle {
            return;
        }
        let file = self.path.rsplit('/').next().unwrap_or(&self.path);
        let rest = file.strip_prefix(&self.name).unwrap_or(".md");
        self.path = format!("{}/index{rest}", self.logical);
        self.bundle = true;
    }
}

/// The file that has this page's place already, in any form.
fn taken(options: &Options, place: &Place) -> Result<Option<String>, Failure> {
    let content = options.source.join(&place.content);
    if source::is_there(&content.join(&place.path)) {
        return Ok(Some(format!("{}/{}", place.content, place.path)));
    }
    let file = place.path.rsplit('/').next().unwrap_or(&place.path);
    let suffix = content::suffix(file).map(|code| format!(".{code}"));
    let suffix = suffix
        .filter(|_| !place.name.contains('.'))
        .unwrap_or_default();
    let forms = match file.starts_with("_index.") {
        true => return Ok(None),
        false => [String::new(), "/index".to_owned()],
    };
    let lower = |path: &str| path.to_lowercase();
    for form in forms {
        let wanted = format!("{}{form}{suffix}", place.logical);
        let (folder, name) = wanted.rsplit_once('/').unwrap_or(("", &wanted));
        for there in write::names(&content.join(folder))? {
            let stem = there.rsplit_once('.').map_or("", |(stem, _)| stem);
            if content::is_content(&there) && lower(stem) == lower(name) {
                let folder = match folder {
                    "" => String::new(),
                    folder => format!("{folder}/"),
                };
                return Ok(Some(format!("{}/{folder}{there}", place.content)));
            }
        }
    }
    Ok(None)
}

enum Found {
    File(crate::diag::FileId),
    /// A bundle: its page, and the other files by their names and places.
    Folder {
        index: crate::diag::FileId,
        files: Vec<(String, PathBuf)>,
    },
}

/// `archetypes/KIND.md`, `archetypes/KIND/index.md`, then the same for `default`; of the
/// site, then of its themes; else our own.
fn archetype_of(
    options: &Options,
    config: &Config,
    asked: &Asked,
    place: &Place,
    sources: &mut Sources,
) -> Result<Found, Failure> {
    let root = &options.source;
    let mut folders = vec![config.dirs.archetypes.clone()];
    for theme in &config.themes {
        folders.push(format!("{}/{theme}/archetypes", config.dirs.themes));
    }
    let kinds = match &asked.kind {
        Some(kind) => vec![kind.as_str()],
        None => vec![place.section.as_str(), "default"],
    };
    let extension = place.path.rsplit('.').next().unwrap_or("md");
    for kind in kinds.iter().filter(|kind| !kind.is_empty()) {
        for folder in &folders {
            for name in [format!("{kind}.{extension}"), format!("{kind}.md")] {
                let path = format!("{folder}/{name}");
                if root.join(&path).is_file() {
                    let read = sources.read(&path)?;
                    return read.map(Found::File).ok_or(Failure::Site);
                }
            }
            let bundle = format!("{folder}/{kind}");
            if place.path.contains("_index.") || !root.join(&bundle).is_dir() {
                continue;
            }
            let mut index = None;
            let mut files = Vec::new();
            for file in source::walk(root, &bundle, &[])?.found {
                let name = file.path[bundle.len()..].trim_start_matches('/').to_owned();
                match name.as_str() {
                    "index.md" => index = sources.read(&file.path)?,
                    _ => files.push((name, file.disk)),
                }
            }
            return match index {
                Some(index) => Ok(Found::Folder { index, files }),
                None => Err(usage(
                    format!("the archetype `{bundle}/` has no `index.md`"),
                    "the page of a bundle is called that",
                )),
            };
        }
    }
    if let Some(kind) = &asked.kind {
        return Err(no_archetype(options, config, kind)?);
    }
    Ok(Found::File(
        sources.add("archetypes/default.md", archetype::DEFAULT),
    ))
}

fn no_archetype(options: &Options, config: &Config, kind: &str) -> Result<Failure, Failure> {
    let folder = &config.dirs.archetypes;
    let names = write::names(&options.source.join(folder))?;
    let names = names
        .iter()
        .map(|name| name.strip_suffix(".md").unwrap_or(name));
    let help = match text::nearest(kind, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write it: `{folder}/{kind}.md`"),
    };
    Ok(usage(format!("there is no archetype `{kind}`"), help))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_is_told_from_a_title() {
        for path in ["a.md", "posts/a", "posts/a.md", "posts/two words.md"] {
            assert!(super::is_path(path), "{path}");
        }
        for title in [
            "First snow",
            "On / off",
            "Why I left x.md",
            "https://a.org/b",
        ] {
            assert!(!super::is_path(title), "{title}");
        }
    }
}
