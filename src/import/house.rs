//! What an importer makes: files of the new site, no two by one name, and what it found
//! that could not be carried over.

use super::front::Front;
use crate::desk::Failure;
use crate::diag::{Diagnostic, Span};
use crate::source;
use crate::source::write::From;
use crate::{emit, text};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What a file of the new site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Page,
    Draft,
    Config,
    /// Beside the site: what version control passes over.
    Beside,
    Data,
    Static,
}

/// Where the bytes of a file come from.
#[derive(Debug)]
pub enum Content {
    Text(String),
    Copy(PathBuf),
}

/// A file of the new site.
#[derive(Debug)]
pub struct File {
    /// Below the target, `/` between the parts.
    pub path: String,
    /// What it was in the source: a path, or an address.
    pub from: String,
    pub kind: Kind,
    pub content: Content,
    /// Something by its name is in the target already.
    pub there: bool,
}

/// The new site while it is put together.
#[derive(Default)]
pub struct House {
    pub title: String,
    pub files: Vec<File>,
    pub findings: Vec<Diagnostic>,
    /// Names as a disk compares them that does not tell capitals apart.
    taken: HashSet<String>,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Page => "page",
            Kind::Draft => "draft",
            Kind::Config => "configuration",
            Kind::Beside => "beside",
            Kind::Data => "data",
            Kind::Static => "file",
        }
    }

    /// Whether somebody wrote it to be read.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Kind::Page | Kind::Draft)
    }
}

impl Content {
    pub(super) fn as_from(&self) -> From<'_> {
        match self {
            Content::Text(text) => From::Bytes(text.as_bytes()),
            Content::Copy(file) => From::File(file),
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Content::Text(text) => Some(text),
            Content::Copy(_) => None,
        }
    }

    pub(super) fn is_same(&self, path: &Path) -> Result<bool, Failure> {
        let there = source::bytes(path)?;
        Ok(match self {
            Content::Text(text) => there == text.as_bytes(),
            Content::Copy(file) => there == source::bytes(file)?,
        })
    }
}

impl House {
    /// Adds a file; one more by a name that is taken gets a number before its ending.
    /// Gives the name that it got; none where no disk or output takes such a name,
    /// which is said.
    pub(super) fn add(
        &mut self,
        path: &str,
        from: &str,
        kind: Kind,
        content: Content,
    ) -> Option<String> {
        if let Err(why) = emit::name::check(path) {
            let message = format!("`{from}` is left out: its name {why}");
            self.warn("name", None, message, "give the file another name");
            return None;
        }
        let path = (1..)
            .map(|number| numbered(path, number))
            .find(|path| self.taken.insert(emit::name::fold(path)))?;
        self.files.push(File {
            path: path.clone(),
            from: from.to_owned(),
            kind,
            content,
            there: false,
        });
        Some(path)
    }

    /// The name that [`House::add`] would give to one more file of this one.
    pub(super) fn free(&self, path: &str) -> String {
        let mut names = (1..).map(|number| numbered(path, number));
        let free = names.find(|path| !self.taken.contains(&emit::name::fold(path)));
        free.unwrap_or_else(|| path.to_owned())
    }

    /// Adds what every new site has beside its pages.
    pub(super) fn settings(&mut self, from: &str, configuration: String) {
        let content = Content::Text(configuration);
        self.add("longhand.yaml", from, Kind::Config, content);
        let ignored = Content::Text("/public/\n".to_owned());
        self.add(".gitignore", "", Kind::Beside, ignored);
    }

    /// Adds a text with its front matter. `None` as for [`House::add`].
    pub(super) fn page(
        &mut self,
        path: &str,
        from: &str,
        front: &Front,
        body: &str,
    ) -> Option<String> {
        let kind = match front.draft {
            true => Kind::Draft,
            false => Kind::Page,
        };
        let body = body.trim_matches(['\n', '\r']);
        let gap = if body.is_empty() { "" } else { "\n" };
        let end = if body.is_empty() { "" } else { "\n" };
        let text = format!("---\n{}---\n{gap}{body}{end}", front.lines());
        self.add(path, from, kind, Content::Text(text))
    }

    /// Says what could not be carried over, and what to do about it.
    pub(super) fn warn(
        &mut self,
        name: &'static str,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
        help: &str,
    ) {
        let finding = Diagnostic::warning(name, span, message).help(help);
        self.findings.push(finding);
    }
}

/// `a/b.md`, then `a/b-2.md`.
fn numbered(path: &str, number: usize) -> String {
    if number == 1 {
        return path.to_owned();
    }
    let name = path.rfind('/').map_or(0, |at| at + 1);
    match path[name..].rfind('.').filter(|dot| *dot > 0) {
        Some(dot) => {
            let (stem, end) = path.split_at(name + dot);
            format!("{stem}-{number}{end}")
        }
        None => format!("{path}-{number}"),
    }
}

/// A text that says `{{< x >}}` without meaning a shortcode of ours.
pub(super) fn without_shortcodes(text: &str) -> String {
    if !text.contains("{{<") && !text.contains("{{%") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find("{{<").into_iter().chain(rest.find("{{%")).min() {
        let close = if rest[at..].starts_with("{{<") {
            ">}}"
        } else {
            "%}}"
        };
        let (open, inner) = rest[at..].split_at(3);
        out.push_str(&rest[..at]);
        match inner.find(close) {
            // Escaped already, or by whoever wrote it.
            Some(end) if inner.starts_with("/*") && inner[..end].ends_with("*/") => {
                out.push_str(&rest[at..at + 3 + end + 3]);
                rest = &inner[end + 3..];
            }
            Some(end) => {
                out.push_str(&format!("{open}/*{}*/{close}", &inner[..end]));
                rest = &inner[end + 3..];
            }
            // An entity is no shortcode, and reads the same.
            None => {
                out.push_str("&#123;");
                out.push_str(&open[1..]);
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The name of a file for a text that is called `slug`, which may be anything; `or` where
/// nothing is left of it.
pub(super) fn name_of(slug: &str, or: &str) -> String {
    // Room for a number and an ending behind.
    const LONGEST: usize = 200;
    let name = text::slug(&text::urlize_words(slug, true), true).replace(['\\', '#', '%'], "-");
    let mut name = name.trim_matches(['.', '-', '~']).to_owned();
    while name.len() > LONGEST {
        name.pop();
    }
    let is_ours = matches!(name.as_str(), "" | "index" | "_index");
    match is_ours || source::is_taken(&name).is_err() {
        true => or.to_owned(),
        false => name,
    }
}

/// `:` begins a token in an address of ours.
pub(super) fn as_url(address: &str) -> String {
    address.replace(':', "\\:")
}

#[cfg(test)]
mod tests {
    use super::{name_of, numbered, without_shortcodes};

    #[test]
    fn a_second_file_of_a_name_gets_a_number() {
        assert_eq!(numbered("a.b/c.md", 2), "a.b/c-2.md");
        assert_eq!(numbered("a.b/c", 3), "a.b/c-3");
    }

    #[test]
    fn marks_of_shortcodes_are_text() {
        let cases = [
            ("a {{< b >}} c", "a {{</* b */>}} c"),
            ("{{% b %}}{{</* c */>}}", "{{%/* b */%}}{{</* c */>}}"),
            ("open {{< only", "open &#123;{< only"),
            ("{{ x }}", "{{ x }}"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_shortcodes(text), expected, "{text}");
        }
    }

    #[test]
    fn any_slug_is_a_name() {
        let cases = [
            ("Hello World", "hello-world"),
            ("../../etc/passwd", "etc-passwd"),
            ("index", "post-7"),
            (".env", "env"),
            ("日本", "日本"),
            ("", "post-7"),
        ];
        for (slug, expected) in cases {
            assert_eq!(name_of(slug, "post-7"), expected, "{slug}");
        }
    }
}
