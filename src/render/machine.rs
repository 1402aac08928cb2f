//! Small files that machines ask for: `robots.txt`, the web manifest,
//! `_redirects`, and an icon where the site has none.
//!
//! Each function takes plain values and appends one file to a buffer. What a
//! site has of its own takes precedence; that is for the caller to see to.

use super::json;
use super::link;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;

/// Appends `robots.txt`: everything may be read in production, nothing elsewhere,
/// so that a preview does not compete with the site. `disallow` are paths.
pub fn robots(production: bool, disallow: &[&str], sitemap_url: Option<&str>, out: &mut String) {
    out.push_str("User-agent: *\n");
    if !production {
        out.push_str("Disallow: /\n");
        return;
    }
    let mut all = true;
    for path in disallow.iter().filter_map(|path| link::web(path)) {
        line(out, &["Disallow:", &path]);
        all = false;
    }
    if all {
        // An empty rule is how the first robots.txt allowed everything; a group needs a rule.
        out.push_str("Disallow:\n");
    }
    if let Some(url) = sitemap_url.and_then(link::web) {
        out.push('\n');
        line(out, &["Sitemap:", &url]);
    }
}

/// What the web manifest says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manifest<'a> {
    pub name: &'a str,
    /// Empty for none.
    pub description: &'a str,
    pub language: &'a str,
    /// `ltr` or `rtl`.
    pub direction: &'a str,
    /// Path of the home page; the manifest's scope too.
    pub home_url: &'a str,
    /// CSS colours; empty for none.
    pub theme_color: &'a str,
    pub background_color: &'a str,
    pub icons: &'a [Icon<'a>],
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Icon<'a> {
    pub url: &'a str,
    /// `192x192`; empty: `any` for SVG, else not said.
    pub sizes: &'a str,
}

#[derive(Serialize)]
struct WebManifest<'a> {
    name: &'a str,
    short_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    lang: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    dir: &'a str,
    id: &'a str,
    start_url: &'a str,
    scope: &'a str,
    display: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    theme_color: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    background_color: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    icons: Vec<ManifestIcon<'a>>,
}

#[derive(Serialize)]
struct ManifestIcon<'a> {
    src: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    sizes: &'a str,
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    kind: &'a str,
}

/// Appends `site.webmanifest`.
pub fn manifest(manifest: &Manifest, out: &mut String) {
    let home = link::web(manifest.home_url).unwrap_or(Cow::Borrowed("/"));
    let document = WebManifest {
        name: manifest.name,
        short_name: short_name(manifest.name),
        description: manifest.description,
        lang: manifest.language,
        dir: manifest.direction,
        id: &home,
        start_url: &home,
        scope: &home,
        // For reading: an address that can be copied, and a way back.
        display: "minimal-ui",
        theme_color: manifest.theme_color,
        background_color: manifest.background_color,
        icons: manifest.icons.iter().filter_map(manifest_icon).collect(),
    };
    json::write(out, &document);
    out.push('\n');
}

fn manifest_icon<'a>(icon: &Icon<'a>) -> Option<ManifestIcon<'a>> {
    let src = link::web(icon.url)?;
    let path = src.split(['?', '#']).next().unwrap_or("");
    let ending = path.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    let kind = match ending.as_str() {
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "gif" => "image/gif",
        _ => "",
    };
    let sizes = match icon.sizes {
        "" if ending == "svg" => "any",
        sizes => sizes,
    };
    Some(ManifestIcon { src, sizes, kind })
}

/// What fits under an icon: whole words within 12 characters, else 12 characters.
fn short_name(name: &str) -> &str {
    const MOST: usize = 12;
    let Some((end, next)) = name.char_indices().nth(MOST) else {
        return name;
    };
    let head = &name[..end];
    match head.rfind(' ') {
        Some(space) if next != ' ' => head[..space].trim_end(),
        _ => head.trim_end(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Redirect<'a> {
    /// A path from the root, decoded or not.
    pub from: &'a str,
    /// A path from the root, or an address of the web.
    pub to: &'a str,
}

/// Appends `_redirects`, as Netlify and Cloudflare Pages read it: a line each,
/// permanent. In a source `*` is a wildcard there, `:name` a placeholder, `?` begins
/// conditions and whitespace ends it, so these are percent-encoded, as is all that
/// is no URI character; both decode before they compare. What cannot be written
/// (other schemes), leads to itself or is repeated is left out: the first counts.
pub fn redirects(redirects: &[Redirect], out: &mut String) {
    let mut seen = HashSet::with_capacity(redirects.len());
    for redirect in redirects {
        let path = redirect.from.trim();
        if !path.starts_with('/') || path.starts_with("//") {
            continue;
        }
        let from = link::encode(path, 0, |byte| matches!(byte, b'*' | b':' | b'?' | b'#'));
        let Some(to) = link::web(redirect.to) else {
            continue;
        };
        if from != to && seen.insert(from.clone()) {
            line(out, &[&from, &to, "301"]);
        }
    }
}

/// Appends `favicon.svg`: the first letter or digit of the title in the reader's
/// serif, ink on paper, reversed where the system is dark.
pub fn favicon(title: &str, out: &mut String) {
    let initial = title.chars().find(|c| c.is_alphanumeric());
    // A title without letters gets a mark that every serif has.
    let initial = initial.unwrap_or('¶');
    // Letters that are as wide as they are high need a smaller size than Latin ones.
    let (size, baseline) = if u32::from(initial) < 0x1100 {
        (46, 48)
    } else {
        (40, 46)
    };
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\
         <style>\
         rect{{fill:#faf8f3}}text{{fill:#26221e}}\
         @media(prefers-color-scheme:dark){{rect{{fill:#16181d}}text{{fill:#dcd8d0}}}}\
         </style>\
         <rect width=\"64\" height=\"64\" rx=\"12\"/>\
         <text x=\"32\" y=\"{baseline}\" font-family=\"Charter,'Bitstream Charter','Sitka Text',Cambria,Georgia,serif\" \
         font-size=\"{size}\" font-weight=\"600\" text-anchor=\"middle\">{}</text>\
         </svg>\n",
        // `ß` becomes two letters, which is one too many.
        single_upper(initial),
    );
}

fn single_upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn line(out: &mut String, words: &[&str]) {
    for (n, word) in words.iter().enumerate() {
        if n > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.push('\n');
}
