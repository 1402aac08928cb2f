//! A new site: a folder that builds without a warning and has something in it to read
//! and to change. Writes into a folder that is not there yet, or holds nothing.

use super::{Failure, refused, usage};
use crate::source::write;
use crate::text;
use jiff::Zoned;
use std::path::{Path, PathBuf};

/// The files of a new site, with what is filled in marked by `%…%`.
const FILES: &[(&str, &str)] = &[
    ("longhand.yaml", include_str!("blank/longhand.yaml")),
    (".gitignore", include_str!("blank/gitignore")),
    (
        "archetypes/default.md",
        include_str!("blank/archetypes/default.md"),
    ),
    ("content/about.md", include_str!("blank/content/about.md")),
    (
        "content/posts/_index.md",
        include_str!("blank/content/posts/_index.md"),
    ),
    (
        "content/posts/the-first-page.md",
        include_str!("blank/content/posts/the-first-page.md"),
    ),
    (
        ".github/workflows/site.yml",
        include_str!("blank/workflow.yml"),
    ),
];

/// What was made.
pub struct Made {
    pub folder: PathBuf,
    /// By their paths within the folder.
    pub files: Vec<&'static str>,
}

/// Makes a site in `folder`, called `title`, else what its folder's name says.
pub fn site(folder: &Path, title: Option<&str>) -> Result<Made, Failure> {
    if folder.is_file() {
        return Err(refused(
            format!("`{}` is a file", folder.display()),
            "name a folder that is not there yet",
        ));
    }
    // What version control or a desktop puts there is no site.
    let foreign = |name: &String| !matches!(name.as_str(), ".git" | ".DS_Store" | "desktop.ini");
    let mut there = write::names(folder)?;
    // What a site is known by comes first.
    there.sort_by_key(|name| !matches!(name.as_str(), "longhand.yaml" | "content"));
    if let Some(name) = there.into_iter().find(foreign) {
        let help = match name.as_str() {
            "longhand.yaml" | "content" => {
                "there is a site already: `longhand new \"A title\"` begins a page in it"
            }
            _ => "name a folder that is not there yet, or an empty one",
        };
        let message = format!("`{}` is not empty: it holds `{name}`", folder.display());
        return Err(refused(message, help));
    }
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = absolute.file_name().map(|name| name.to_string_lossy());
    let from_name = name.map(|name| {
        let words = name.replace(['-', '_'], " ");
        super::archetype::titled(words.trim())
    });
    let title = title.map(str::to_owned).or(from_name).unwrap_or_default();
    if title.trim().is_empty() {
        return Err(usage("the site has no name", "give it one: `--title NAME`"));
    }
    let now = Zoned::now();
    let host = text::urlize_words(&title, true)
        .replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "");
    let host = match host.trim_matches('-') {
        "" => "my-site".to_owned(),
        host => host.to_owned(),
    };
    let mut files = Vec::new();
    for (path, text) in FILES {
        let text = text
            .replace(
                "%title%",
                &serde_json::Value::from(title.as_str()).to_string(),
            )
            .replace("%host%", &host)
            .replace("%date%", &now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
        write::create(&folder.join(path), text.as_bytes())?;
        files.push(*path);
    }
    Ok(Made {
        folder: folder.to_owned(),
        files,
    })
}
