//! What a file's place in the content folder says: its language, whether it is
//! a page, a section or a bundle's resource, and the logical path that it has
//! in every language. Reads names only, never the files.

/// What a content file is by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `post.md`: a page by itself.
    Single,
    /// `post/index.md`: a leaf bundle; everything beside it belongs to it.
    Leaf,
    /// `blog/_index.md`: a branch bundle: a section, a taxonomy or a term.
    Branch,
}

/// The name of a content file taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub role: Role,
    /// `blog/my-post`: without the language and, for bundles, without `index`. Empty for the home page.
    pub path: String,
    /// Folder of the file, relative to the content folder; empty at the top.
    pub dir: String,
    /// The file's own stem without its language: `my-post`, `index`.
    pub stem: String,
    /// The language of the file's suffix, as written: `zh` of `index.zh.md`.
    pub suffix: Option<String>,
}

/// Whether a file of this name holds content rather than being a resource.
pub fn is_content(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    !stem.is_empty() && matches!(extension, "md" | "markdown" | "mdown" | "html" | "htm")
}

/// Takes `blog/my-post/index.zh.md` apart. `known` says whether a suffix is a
/// configured language; a suffix that only looks like a language is kept in
/// [`Name::suffix`] too, so that the caller can skip the file with a warning.
pub fn name(path: &str, known: impl Fn(&str) -> bool) -> Name {
    let (dir, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let (stem, suffix) = match stem.rsplit_once('.') {
        Some((stem, code)) if !stem.is_empty() && (known(code) || looks_like_language(code)) => {
            (stem, Some(code.to_owned()))
        }
        _ => (stem, None),
    };
    let (role, path) = match stem {
        "_index" => (Role::Branch, dir.to_owned()),
        "index" => (Role::Leaf, dir.to_owned()),
        _ if dir.is_empty() => (Role::Single, stem.to_owned()),
        _ => (Role::Single, format!("{dir}/{stem}")),
    };
    Name {
        role,
        path,
        dir: dir.to_owned(),
        stem: stem.to_owned(),
        suffix,
    }
}

/// What stands between the last two dots of a file's name: `zh` of `cover.zh.png`.
pub fn suffix(name: &str) -> Option<&str> {
    let (stem, _) = name.rsplit_once('.')?;
    stem.rsplit_once('.').map(|(_, code)| code)
}

/// ISO 639-1 codes, with an optional region or script (`pt-br`, `zh_Hans`).
/// A closed list, so that `release-1.2.md` and `node.js.md` stay pages.
fn looks_like_language(code: &str) -> bool {
    let mut parts = code.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    LANGUAGES
        .split(' ')
        .any(|known| known.eq_ignore_ascii_case(language))
        && parts.all(|part| {
            (2..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// Without `is`, `in`, `so`, `no`, `to`, `as`, `am`, `be` and the like, which end English titles.
const LANGUAGES: &str = "af ar az bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy id \
    it ja ka kk km kn ko ku ky lt lv mk ml mn mr ms nb ne nl nn pa pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi yue zh";

/// `a/b/c` → `a/b`, `a` → ``, `` → none.
pub fn parent(path: &str) -> Option<&str> {
    if path.is_empty() {
        return None;
    }
    Some(path.rsplit_once('/').map_or("", |(parent, _)| parent))
}

/// `a/b/c` → `a`.
pub fn top(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Role, is_content, name};

    #[test]
    fn names_are_taken_apart() {
        let cases = [
            ("post.md", Role::Single, "post", "post", None),
            ("blog/post.md", Role::Single, "blog/post", "post", None),
            ("blog/post/index.md", Role::Leaf, "blog/post", "index", None),
            (
                "blog/post/index.zh.md",
                Role::Leaf,
                "blog/post",
                "index",
                Some("zh"),
            ),
            ("_index.md", Role::Branch, "", "_index", None),
            (
                "blog/_index.pt-br.md",
                Role::Branch,
                "blog",
                "_index",
                Some("pt-br"),
            ),
            (
                "blog/qwen2.5-vl/index.md",
                Role::Leaf,
                "blog/qwen2.5-vl",
                "index",
                None,
            ),
            (
                "blog/release-1.2.md",
                Role::Single,
                "blog/release-1.2",
                "release-1.2",
                None,
            ),
            (
                "blog/node.js.md",
                Role::Single,
                "blog/node.js",
                "node.js",
                None,
            ),
            (
                "blog/what-it.is.md",
                Role::Single,
                "blog/what-it.is",
                "what-it.is",
                None,
            ),
            ("blog/x.tlh.md", Role::Single, "blog/x", "x", Some("tlh")),
        ];
        for (path, role, logical, stem, suffix) in cases {
            let got = name(path, |code| code == "tlh");
            assert_eq!(
                (
                    got.role,
                    got.path.as_str(),
                    got.stem.as_str(),
                    got.suffix.as_deref()
                ),
                (role, logical, stem, suffix),
                "{path}"
            );
        }
    }

    #[test]
    fn only_markdown_and_html_are_content() {
        assert!(is_content("post.md") && is_content("page.html") && is_content("x.markdown"));
        assert!(!is_content("data.json") && !is_content(".md") && !is_content("README"));
    }
}
