//! Shortcodes of WordPress and of its best known plugins, in texts: `[caption]`, `[gallery]`.

use super::super::html::{Kept, known};
use crate::text::escape_attr;
use std::collections::HashSet;

/// What a shortcode becomes.
pub enum Become {
    Html(String),
    /// It is none, or stays.
    Text,
    /// Nothing here does what it did.
    Unknown,
}

/// A shortcode as it was written.
pub struct Shortcode<'a> {
    pub name: &'a str,
    arguments: &'a str,
    /// Between its two ends; `None` where it has one.
    pub inner: Option<&'a str>,
    /// Behind the first `]`.
    pub head_end: usize,
    pub end: usize,
}

impl Shortcode<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let found = self.arguments.match_indices(key).find(|(at, _)| {
            let before = self.arguments[..*at].chars().next_back();
            let behind = &self.arguments[at + key.len()..];
            before.is_none_or(char::is_whitespace) && behind.starts_with('=')
        });
        let value = &self.arguments[found?.0 + key.len() + 1..];
        let quote = value.chars().next()?;
        Some(match quote {
            '"' | '\'' => value[1..].split(quote).next().unwrap_or_default(),
            _ => value.split_whitespace().next().unwrap_or_default(),
        })
    }

    /// What stands between its ends, or is its only argument.
    fn subject(&self) -> &str {
        let inner = self.inner.map(str::trim).filter(|inner| !inner.is_empty());
        inner.unwrap_or_else(|| {
            self.arguments
                .trim_matches(|c: char| c.is_whitespace() || "=/\"'".contains(c))
        })
    }
}

/// The shortcode that begins at `open`; none where the brackets are text. `endless` keeps the
/// names whose end was looked for in vain, so that nobody looks again.
pub fn at<'a>(body: &'a str, open: usize, endless: &mut HashSet<&'a str>) -> Option<Shortcode<'a>> {
    let inside = &body[open + 1..];
    let length = inside.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))?;
    let (name, rest) = inside.split_at(length);
    // Long lines and links of Markdown are no shortcodes.
    let close = rest.find(']').filter(|close| *close < 2000)?;
    let arguments = &rest[..close];
    let begins = rest.starts_with([']', ' ', '/', '=']);
    let is_one = name.starts_with(|c: char| c.is_ascii_lowercase())
        && begins
        && !arguments.contains(['[', '\n', '<'])
        && !rest[close..].starts_with("](");
    if !is_one {
        return None;
    }
    let head_end = open + 1 + length + close + 1;
    let closing = format!("[/{name}]");
    let inner = match arguments.ends_with('/') || endless.contains(name) {
        true => None,
        false => body[head_end..]
            .find(&closing)
            .map(|end| &body[head_end..head_end + end]),
    };
    if inner.is_none() && !arguments.ends_with('/') {
        endless.insert(name);
    }
    Some(Shortcode {
        name,
        arguments,
        inner,
        head_end,
        end: inner.map_or(head_end, |inner| head_end + inner.len() + closing.len()),
    })
}

/// A picture on the old server.
pub struct Picture {
    pub address: String,
    pub alt: String,
}

/// What a shortcode becomes. `pictures` gives those of a list of numbers;
/// without one, those of the post.
pub fn become_of(
    code: &Shortcode,
    kept: &mut Kept,
    pictures: &dyn Fn(Option<&str>) -> Vec<Picture>,
) -> Become {
    Become::Html(match (code.name, code.inner) {
        ("caption" | "wp_caption", Some(inner)) => captioned(code, inner),
        ("gallery", _) => {
            let shown = pictures(code.get("ids").or(code.get("include")));
            if shown.is_empty() {
                return Become::Unknown;
            }
            shown.iter().map(picture).collect()
        }
        ("embed" | "youtube" | "vimeo" | "tweet" | "instagram" | "gist", _) => {
            return embed(code, kept);
        }
        ("audio" | "video", inner) => {
            let types = [
                "src", "mp3", "mp4", "m4a", "ogg", "wav", "m4v", "webm", "ogv", "flv",
            ];
            let said = types.iter().find_map(|key| code.get(key));
            let inner = inner
                .map(str::trim)
                .filter(|inner| inner.starts_with("http"));
            match said.or(inner) {
                Some(src) => format!(
                    "\n\n<div><{0} src=\"{1}\"></{0}></div>\n\n",
                    code.name,
                    escaped(src)
                ),
                None => return Become::Unknown,
            }
        }
        ("code" | "sourcecode" | "cc", Some(inner)) => {
            let language = code
                .get("language")
                .or(code.get("lang"))
                .unwrap_or_default();
            let inner = crate::text::decode_entities(inner.trim_matches(['\n', '\r'])).into_owned();
            let mut shown = String::new();
            crate::text::escape_html(&mut shown, &inner);
            format!(
                "\n\n<pre><code class=\"language-{}\">{shown}</code></pre>\n\n",
                escaped(language)
            )
        }
        ("latex", Some(inner)) => kept.formula(&crate::text::decode_entities(inner)),
        (_, None) if !code.arguments.contains('=') && !is_of_plugin(code.name) => {
            return Become::Text;
        }
        _ => return Become::Unknown,
    })
}

/// Names that are no words, so that brackets around them are meant.
fn is_of_plugin(name: &str) -> bool {
    name.contains(['_', '-'])
        || matches!(name, "playlist" | "toc" | "gallery" | "contact" | "latex")
}

fn captioned(code: &Shortcode, inner: &str) -> String {
    let picture = inner.rfind("/>").map(|end| end + 2).or_else(|| {
        let image = inner.find("<img")?;
        inner[image..].find('>').map(|end| image + end + 1)
    });
    // The link around it belongs to the picture.
    let split = picture.map_or(0, |end| {
        let behind = inner[end..].trim_start();
        match behind.starts_with("</a>") {
            true => inner.len() - behind.len() + "</a>".len(),
            false => end,
        }
    });
    let said = inner[split..].trim();
    let said = if said.is_empty() {
        code.get("caption").unwrap_or_default()
    } else {
        said
    };
    format!(
        "\n\n<figure>{}<figcaption>{said}</figcaption></figure>\n\n",
        inner[..split].trim()
    )
}

fn picture(shown: &Picture) -> String {
    let (address, alt) = (escaped(&shown.address), escaped(&shown.alt));
    format!("\n\n<img src=\"{address}\" alt=\"{alt}\">\n\n")
}

fn embed(code: &Shortcode, kept: &mut Kept) -> Become {
    let subject = code.get("id").unwrap_or_else(|| code.subject());
    let address = match (code.name, subject.contains("://")) {
        ("youtube", false) => format!("https://youtu.be/{subject}"),
        ("vimeo", false) => format!("https://vimeo.com/{subject}"),
        _ => subject
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned(),
    };
    match known(&address) {
        Some(known) => Become::Html(format!("\n\n{}\n\n", kept.call(&known.call()))),
        None if address.starts_with("http") => Become::Html(format!(
            "\n\n<a href=\"{0}\">{0}</a>\n\n",
            escaped(&address)
        )),
        None => Become::Unknown,
    }
}

fn escaped(value: &str) -> String {
    let mut out = String::new();
    escape_attr(&mut out, &crate::text::decode_entities(value));
    out
}
