//! The default theme, embedded in the program: `templates/` and `static/` of
//! this repository. A site's own folders of the same names override it file by
//! file. Gives names and bytes; knows nothing of what they mean.

use rust_embed::RustEmbed;
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// One file of the theme; its name is relative to `templates/` or `static/`.
pub struct File {
    pub name: String,
    pub bytes: Cow<'static, [u8]>,
}

/// The theme's templates, by name.
pub fn templates() -> Vec<File> {
    files::<Templates>()
}

/// The theme's static files, by name.
pub fn statics() -> Vec<File> {
    files::<Static>()
}

fn files<E: RustEmbed>() -> Vec<File> {
    let mut files: Vec<File> = E::iter()
        .filter_map(|name| {
            E::get(&name).map(|file| File {
                name: name.into_owned(),
                bytes: file.data,
            })
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}
