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

/// Fonts that a site may choose, with their licence.
#[derive(RustEmbed)]
#[folder = "fonts/"]
struct Fonts;

/// The file of them that a page of text needs first.
pub const TEXT_FONT: &str = "fonts/literata.woff2";

/// The sheet of pages with formulas, and the font that it needs first.
pub const MATH_SHEET: &str = "css/math.css";
pub const MATH_FONT: &str = "fonts/stix-two-math.woff2";

/// Whether a file is there for formulas alone.
pub fn is_for_formulas(name: &str) -> bool {
    name == MATH_SHEET || name.starts_with("fonts/stix-") || name == "fonts/OFL-STIX.txt"
}

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

/// A file of the fonts, by its name with the folder: `fonts/literata.woff2`.
pub fn font(name: &str) -> Option<Vec<u8>> {
    let name = name.strip_prefix("fonts/")?;
    Fonts::get(name).map(|file| file.data.into_owned())
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
