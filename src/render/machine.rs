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
        (52, 49)
    } else {
        (44, 46)
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\
         <style>\
         rect{{fill:#faf8f3}}text{{fill:#26221e}}\
         @media(prefers-color-scheme:dark){{rect{{fill:#16181d}}text{{fill:#dcd8d0}}}}\
         </style>\
         <rect width=\"64\" height=\"64\" rx=\"12\"/>\
         <text x=\"32\" y=\"{baseline}\" font-family=\"Charter,'Bitstream Charter','Sitka Text',Cambria,Georgia,serif\" \
         font-size=\"{size}\" font-weight=\"600\" text-anchor=\"middle\">{}</text>\
         </svg>",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::xml::read::document;
    use proptest::prelude::*;

    fn file(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn robots_may_read_what_is_in_production() {
        let sitemap = Some("https://a.example/sitemap.xml");
        assert_eq!(
            file(|out| robots(true, &[], sitemap, out)),
            "User-agent: *\nDisallow:\n\nSitemap: https://a.example/sitemap.xml\n"
        );
        assert_eq!(
            file(|out| robots(true, &["/drafts/", "/a\nAllow: /b"], None, out)),
            "User-agent: *\nDisallow: /drafts/\nDisallow: /a%0AAllow:%20/b\n"
        );
        assert_eq!(
            file(|out| robots(false, &["/x/"], sitemap, out)),
            "User-agent: *\nDisallow: /\n"
        );
    }

    #[test]
    fn the_manifest_names_the_site() {
        let icons = [
            Icon {
                url: "/favicon.svg",
                sizes: "",
            },
            Icon {
                url: "/icon-192.png?v=1",
                sizes: "192x192",
            },
            Icon {
                url: "javascript:x",
                sizes: "",
            },
        ];
        let out = file(|out| {
            let values = Manifest {
                name: "The Long Hand of Things",
                language: "en",
                direction: "ltr",
                home_url: "/sub/",
                theme_color: "#615CED",
                icons: &icons,
                ..Manifest::default()
            };
            manifest(&values, out);
        });
        assert_eq!(
            out,
            concat!(
                r##"{"name":"The Long Hand of Things","short_name":"The Long","lang":"en","dir":"ltr","##,
                r##""id":"/sub/","start_url":"/sub/","scope":"/sub/","display":"minimal-ui","theme_color":"#615CED","##,
                r##""icons":[{"src":"/favicon.svg","sizes":"any","type":"image/svg+xml"},"##,
                r##"{"src":"/icon-192.png?v=1","sizes":"192x192","type":"image/png"}]}"##,
                "\n"
            )
        );
    }

    #[test]
    fn short_names_end_with_a_word() {
        for (name, want) in [
            ("Zen LM", "Zen LM"),
            ("Exactly12chr", "Exactly12chr"),
            ("Exactly12chr more", "Exactly12chr"),
            ("Notes from a garden", "Notes from a"),
            ("Incomprehensibilities", "Incomprehens"),
            ("一二三四五六七八九十一二三四", "一二三四五六七八九十一二"),
        ] {
            assert_eq!(short_name(name), want, "{name}");
        }
    }

    #[test]
    fn redirects_are_one_line_each() {
        let lines = [
            ("/old/", "/new/"),
            ("/old/", "/elsewhere/"),
            ("/same/", "/same/"),
            ("/a b/c#/*/:id?x=1", "https://b.example/x?y=1#z"),
            ("/c%23/", "/tags/c%23/"),
            ("/标题/", "/x\n/evil /y"),
            ("relative", "/x/"),
            ("//host/x", "/x/"),
            ("/js/", "javascript:alert(1)"),
        ];
        let lines = lines.map(|(from, to)| Redirect { from, to });
        assert_eq!(
            file(|out| redirects(&lines, out)),
            "/old/ /new/ 301\n\
             /a%20b/c%23/%2A/%3Aid%3Fx=1 https://b.example/x?y=1#z 301\n\
             /c%23/ /tags/c%23/ 301\n\
             /%E6%A0%87%E9%A2%98/ /x%0A/evil%20/y 301\n"
        );
    }

    #[test]
    fn the_icon_shows_the_initial() {
        for (title, want) in [
            ("longhand", "L"),
            ("«Émile»", "É"),
            ("<script>", "S"),
            ("禅 notes", "禅"),
            ("ßtraße", "ß"),
            ("7 things", "7"),
            ("…&!", "¶"),
            ("", "¶"),
        ] {
            let root = document(&file(|out| favicon(title, out)));
            assert_eq!(root.text_of("text"), want, "{title}");
            assert_eq!(
                root.shape(),
                "svg xmlns viewBox[style[]rect width height rx[]text x y font-family font-size font-weight text-anchor[]]"
            );
        }
    }

    proptest! {
        #[test]
        fn any_values_give_valid_files(text in any::<String>(), other in any::<String>()) {
            let from = format!("/{text}");
            let lines = [Redirect { from: &from, to: &other }, Redirect { from: "/ok", to: &from }];
            let out = file(|out| redirects(&lines, out));
            for line in out.lines() {
                prop_assert_eq!(line.split(' ').count(), 3, "{}", line);
                prop_assert!(line.starts_with('/') && line.ends_with(" 301"));
            }
            prop_assert!(out.lines().count() <= 2);
            let out = file(|out| robots(true, &[&from], Some(&other), out));
            prop_assert!(out.lines().all(|line| line.is_empty() || ["User-agent: ", "Disallow: ", "Sitemap: "].iter().any(|key| line.starts_with(key))));
            document(&file(|out| favicon(&text, out)));
            let values = Manifest { name: &text, description: &other, home_url: &from, theme_color: &other, ..Manifest::default() };
            let out = file(|out| manifest(&values, out));
            let read: serde_json::Value = serde_json::from_str(&out).expect("JSON");
            prop_assert!(text.starts_with(read["short_name"].as_str().expect("a string")) || text.chars().any(char::is_control));
        }
    }
}
