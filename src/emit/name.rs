//! The names of outputs: the last guard before the disk.
//!
//! A name is a path relative to the output, `/` between segments. Whatever
//! the phases before let through, nothing that could leave the output, hit
//! its repository or our own files gets past [`check`].

/// The record of what we made, at the root of the output.
pub const MANIFEST: &str = ".longhand.json";

/// Where a build works when it cannot work beside the output.
pub(super) const INNER_WORK: &str = ".longhand-work";

/// The longest name that the usual file systems take, in bytes.
const SEGMENT_BYTES: usize = 255;

/// Says what is wrong with `name`, as the end of "the output path `x` …".
pub fn check(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("is empty");
    }
    if name.starts_with('/') {
        return Err("starts with `/`, and should be relative to the output");
    }
    if name.contains('\0') {
        return Err("has a NUL in it");
    }
    // A drive, a stream, a separator: only where they mean that.
    if cfg!(windows) && name.contains(['\\', ':']) {
        return Err("has a `\\` or `:` in it, which Windows reads as part of a path");
    }
    for (depth, segment) in name.split('/').enumerate() {
        match segment {
            "" => return Err("has an empty segment"),
            "." | ".." => return Err("has a `.` or `..` in it"),
            _ if segment.len() > SEGMENT_BYTES => {
                return Err("has a segment of more than 255 bytes");
            }
            // A hook in the output's repository would be run by git.
            _ if segment.eq_ignore_ascii_case(".git") => return Err("leads into `.git`"),
            _ if depth == 0
                && [MANIFEST, INNER_WORK]
                    .iter()
                    .any(|own| segment.eq_ignore_ascii_case(own)) =>
            {
                return Err("is one that longhand keeps its own record under");
            }
            _ => {}
        }
    }
    Ok(())
}

/// The folders that `name` lies in, the innermost first.
pub(super) fn folders(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(name), |folder| parent(folder))
}

pub(super) fn parent(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(folder, _)| folder)
}

/// One spelling for all that a case-insensitive or normalising file system
/// takes for the same name.
pub fn fold(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{check, fold, folders};

    #[test]
    fn names_that_could_do_harm_are_refused() {
        let long = "x".repeat(256);
        let cases = [
            ("", "is empty"),
            (
                "/etc/passwd",
                "starts with `/`, and should be relative to the output",
            ),
            ("a/../../b", "has a `.` or `..` in it"),
            ("..", "has a `.` or `..` in it"),
            ("./a", "has a `.` or `..` in it"),
            ("a//b", "has an empty segment"),
            ("a/", "has an empty segment"),
            ("a\0b", "has a NUL in it"),
            (&long, "has a segment of more than 255 bytes"),
            (".git/hooks/post-checkout", "leads into `.git`"),
            ("x/.GIT/config", "leads into `.git`"),
            (
                ".longhand.json",
                "is one that longhand keeps its own record under",
            ),
            (
                ".Longhand-Work/new/1",
                "is one that longhand keeps its own record under",
            ),
        ];
        for (name, reason) in cases {
            assert_eq!(check(name), Err(reason), "{name:?}");
        }
    }

    #[test]
    fn odd_names_pass() {
        let long = "x".repeat(255);
        for name in [
            "index.html",
            "tags/c#/index.html",
            "中文/…/é.html",
            " a b ",
            "a\\b:c",
            "...",
            &long,
            "x/.longhand.json",
            ".gitignore",
        ] {
            if cfg!(unix) {
                assert_eq!(check(name), Ok(()), "{name:?}");
            }
        }
    }

    #[test]
    fn folders_come_from_the_innermost_out() {
        assert_eq!(folders("a/b/c.html").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(folders("c.html").count(), 0);
    }

    #[test]
    fn spellings_of_one_name_fold_together() {
        assert_eq!(fold("Cafe\u{301}/Index.HTML"), fold("caf\u{e9}/index.html"));
    }
}
