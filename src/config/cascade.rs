//! Cascades: front matter that a section or the configuration hands down to
//! the pages below. Parsed here, applied by [`crate::parse::front_matter`].

use super::rows::{Intake, Row, row, same_key};
use crate::tree::{Map, Node, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct Cascade {
    pub target: Target,
    pub values: Map,
}

/// The pages meant; what is `None` leaves the choice open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// A glob over the page's path: `/blog/**`, `{/docs,/docs/**}`.
    pub path: Option<String>,
    pub kind: Option<String>,
    pub lang: Option<String>,
    pub environment: Option<String>,
}

/// What a target is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// `/blog/post`: the content path without language and extension; bundles without `index`.
    pub path: &'a str,
    pub kind: &'a str,
    pub lang: &'a str,
    pub environment: &'a str,
}

const TARGET: &[Row<Target>] = &[
    row("path", "", |t, n, i| t.path = i.text(n)),
    row("kind", "", |t, n, i| t.kind = i.text(n)),
    row("lang", "", |t, n, i| t.lang = i.text(n)),
    row("environment", "", |t, n, i| t.environment = i.text(n)),
];

/// Reads `cascade:`, a map or a list of maps, each with or without a `target` (of old `_target`).
pub fn read(node: &Node, intake: &mut Intake) -> Vec<Cascade> {
    match &node.value {
        Value::Map(map) => vec![one(map, intake)],
        Value::List(list) => {
            let mut cascades = Vec::new();
            for entry in list {
                if let Some(map) = intake.map(entry) {
                    cascades.push(one(map, intake));
                }
            }
            cascades
        }
        _ => {
            intake.wrong(node, "a map or a list of maps");
            Vec::new()
        }
    }
}

fn one(map: &Map, intake: &mut Intake) -> Cascade {
    let mut cascade = Cascade {
        target: Target::default(),
        values: Map::default(),
    };
    for (key, value) in &map.entries {
        if same_key(&key.name, "target") {
            intake.enter(&key.name, |intake| {
                intake.fields(&mut cascade.target, value, TARGET)
            });
        } else {
            cascade.values.entries.push((key.clone(), value.clone()));
        }
    }
    cascade
}

impl Target {
    pub fn matches(&self, subject: Subject<'_>) -> bool {
        let says =
            |pattern: &Option<String>, text: &str| pattern.as_deref().is_none_or(|p| glob(p, text));
        says(&self.kind, subject.kind)
            && says(&self.lang, subject.lang)
            && says(&self.environment, subject.environment)
            && says(&self.path, subject.path)
    }
}

/// Globs as Hugo has them: `*` within a segment, `**` over segments, `?`,
/// `[a-z]`, `{one,two}`; case is ignored.
pub fn glob(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    alternatives(&pattern.to_lowercase(), 64)
        .iter()
        .any(|pattern| {
            let pattern: Vec<char> = pattern.chars().collect();
            matches(&pattern, &text)
        })
}

/// Writes `{a,b}` out, up to `most` patterns.
fn alternatives(pattern: &str, most: usize) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(pattern) = open.pop() {
        let group = pattern
            .find('{')
            .and_then(|start| Some((start, start + pattern[start..].find('}')?)));
        match group {
            Some((start, end)) if done.len() + open.len() < most => {
                for choice in pattern[start + 1..end].split(',') {
                    open.push(format!(
                        "{}{choice}{}",
                        &pattern[..start],
                        &pattern[end + 1..]
                    ));
                }
            }
            _ => done.push(pattern),
        }
    }
    done
}

/// Backtracks to the last `*` and the last `**` only, so the work is bounded by
/// the product of the lengths.
fn matches(pattern: &[char], text: &[char]) -> bool {
    // reachable[i]: the pattern so far matches text[..i].
    let mut reachable = vec![false; text.len() + 1];
    reachable[0] = true;
    let mut p = 0;
    while p < pattern.len() {
        let mut next = vec![false; text.len() + 1];
        match pattern[p] {
            '*' => {
                let deep = pattern.get(p + 1) == Some(&'*');
                let mut on = false;
                for (i, slot) in next.iter_mut().enumerate() {
                    // A `*` that ran up to here goes on over any character but a slash.
                    on = reachable[i] || (on && (deep || text[i - 1] != '/'));
                    *slot = on;
                }
                p += if deep { 2 } else { 1 };
            }
            '[' => {
                let end = pattern[p + 1..]
                    .iter()
                    .position(|c| *c == ']')
                    .map_or(pattern.len(), |at| p + 1 + at);
                let (set, negated) = match pattern.get(p + 1) {
                    Some('!' | '^') => (pattern.get(p + 2..end).unwrap_or(&[]), true),
                    _ => (pattern.get(p + 1..end).unwrap_or(&[]), false),
                };
                for (i, c) in text.iter().enumerate() {
                    next[i + 1] = reachable[i] && in_set(set, *c) != negated;
                }
                p = end + 1;
            }
            wanted => {
                for (i, c) in text.iter().enumerate() {
                    next[i + 1] = reachable[i] && (wanted == *c || (wanted == '?' && *c != '/'));
                }
                p += 1;
            }
        }
        reachable = next;
    }
    reachable[text.len()]
}

fn in_set(set: &[char], c: char) -> bool {
    let mut at = 0;
    while at < set.len() {
        if set.get(at + 1) == Some(&'-') && at + 2 < set.len() {
            if set[at] <= c && c <= set[at + 2] {
                return true;
            }
            at += 3;
        } else {
            if set[at] == c {
                return true;
            }
            at += 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_know_segments() {
        for (pattern, text, expected) in [
            ("/blog/*", "/blog/post", true),
            ("/blog/*", "/blog/2024/post", false),
            ("/blog/**", "/blog/2024/post", true),
            ("/blog/**", "/blog", false),
            ("{/docs,/docs/**}", "/docs", true),
            ("{/docs,/docs/**}", "/docs/a/b", true),
            ("/Blog/p?st", "/blog/POST", true),
            ("/[a-c]x", "/bx", true),
            ("/[!a-c]x", "/bx", false),
            ("**", "/anything/at/all", true),
            ("page", "pages", false),
            ("/[", "/x", false),
            ("", "", true),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn hostile_globs_end() {
        let many = "*a".repeat(400);
        assert!(!glob(&many, &"a".repeat(399)));
        assert!(!glob(&"{a,b}".repeat(40), "c"));
    }
}
