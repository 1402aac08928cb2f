//! `deploy:`: where the finished site goes, by names that its author chooses.
//! Typed and checked here; what a place is and how a site gets there is
//! `crate::deploy`'s business.
//!
//! No secret may stand here: they come from the environment. A message about
//! one has no place, since that would print the line that it stands in.

use super::rows::{Intake, Row, find, nearest_name, one_of, row, same_key};
use crate::diag::{Diagnostic, Span};
use crate::tree::{Map, Node};

/// One entry of `deploy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As written.
    pub name: String,
    pub span: Span,
    pub place: Place,
    /// A program and its arguments, run once the site is there: to tell a cache, or somebody.
    pub after: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder, relative to the site's.
    Folder(String),
    Git(Git),
    /// As rsync takes it: `user@host:path`, `host::module/path` or `rsync://host/module/path`.
    Rsync(String),
    S3(S3),
}

/// A bucket, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3 {
    pub bucket: String,
    /// Without slashes at its ends; may be empty.
    pub prefix: String,
    /// `None`: that of AWS.
    pub endpoint: Option<String>,
    /// `None`: as the environment says, or `us-east-1`.
    pub region: Option<String>,
    /// Text is stored gzipped.
    pub compress: bool,
}

/// A branch of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Git {
    /// As git takes it: with a scheme, as `user@host:path`, or a path relative to the site's folder.
    pub url: String,
    pub branch: String,
    /// The branch holds one commit, the last.
    pub squash: bool,
}

/// What the keys of one target fill.
#[derive(Default)]
struct Draft {
    path: Option<String>,
    git: Option<String>,
    rsync: Option<String>,
    /// Bucket and prefix.
    s3: Option<(String, String)>,
    endpoint: Option<String>,
    region: Option<String>,
    compress: Option<bool>,
    branch: Option<String>,
    squash: Option<bool>,
    after: Vec<String>,
}

/// A key that says what kind of place a target is, and those that go with it.
struct Kind {
    key: &'static str,
    example: &'static str,
    rows: &'static [Row<Draft>],
    make: fn(Draft) -> Option<Place>,
}

const KINDS: &[Kind] = &[
    Kind {
        key: "git",
        example: "{ git: \"git@github.com:me/me.github.io.git\", branch: gh-pages }",
        rows: GIT,
        make: |draft| {
            Some(Place::Git(Git {
                url: draft.git?,
                branch: draft.branch.unwrap_or_else(|| "gh-pages".to_owned()),
                squash: draft.squash.unwrap_or(false),
            }))
        },
    },
    Kind {
        key: "s3",
        example: "{ s3: \"s3://bucket\", region: eu-central-1 }",
        rows: S3_ROWS,
        make: |draft| {
            let (bucket, prefix) = draft.s3?;
            Some(Place::S3(S3 {
                bucket,
                prefix,
                endpoint: draft.endpoint,
                region: draft.region,
                compress: draft.compress.unwrap_or(false),
            }))
        },
    },
    Kind {
        key: "rsync",
        example: "{ rsync: \"me@example.org:/srv/www/site\" }",
        rows: RSYNC,
        make: |draft| draft.rsync.map(Place::Rsync),
    },
    Kind {
        key: "path",
        example: "{ path: /srv/www/site }",
        rows: FOLDER,
        make: |draft| draft.path.map(Place::Folder),
    },
];

/// What every kind takes.
const ALL: &[Row<Draft>] = &[row("after", "", |d, n, i| {
    d.after = i.texts(n).unwrap_or_default()
})];

const FOLDER: &[Row<Draft>] = &[row("path", "", |d, n, i| d.path = i.said(n))];

const GIT: &[Row<Draft>] = &[
    row("git", "", |d, n, i| d.git = git_url(n, i)),
    row("branch", "gh-pages", |d, n, i| d.branch = branch(n, i)),
    row("squash", "false", |d, n, i| d.squash = i.bool(n)),
];

const RSYNC: &[Row<Draft>] = &[row("rsync", "", |d, n, i| d.rsync = rsync(n, i))];

const S3_ROWS: &[Row<Draft>] = &[
    row("s3", "", |d, n, i| d.s3 = bucket(n, i)),
    row("endpoint", "", |d, n, i| d.endpoint = endpoint(n, i)),
    row("region", "us-east-1", |d, n, i| d.region = region(n, i)),
    row("compress", "false", |d, n, i| d.compress = i.bool(n)),
];

/// Reads `deploy:`, a map of names to targets, in its order.
pub fn read(node: &Node, intake: &mut Intake) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    let Some(map) = intake.map(node) else {
        return targets;
    };
    for (key, value) in &map.entries {
        let place = intake.enter(&key.name, |intake| one(value, intake));
        if let Some((place, after)) = place {
            targets.push(Target {
                name: key.name.to_string(),
                span: key.span,
                place,
                after,
            });
        }
    }
    targets
}

fn one(node: &Node, intake: &mut Intake) -> Option<(Place, Vec<String>)> {
    let Some(map) = node.as_map() else {
        intake.wrong(node, "a map such as `{ path: /srv/www/site }`");
        return None;
    };
    let kind = kind(node, map, intake)?;
    let mut draft = Draft::default();
    intake.refuse_spellings_of(map, |name| {
        find(kind.rows, name).or(find(ALL, name)).is_some()
    });
    for (key, value) in &map.entries {
        let mut known = |rows| intake.field(&mut draft, &key.name, key.span, value, rows);
        if !known(kind.rows) && !known(ALL) {
            unknown(&key.name, key.span, kind, intake);
        }
    }
    let after = std::mem::take(&mut draft.after);
    Some(((kind.make)(draft)?, after))
}

/// The kind whose key stands in the map; no more and no fewer than one may.
fn kind(node: &Node, map: &Map, intake: &mut Intake) -> Option<&'static Kind> {
    let has = |kind: &&Kind| map.entries.iter().any(|(k, _)| same_key(&k.name, kind.key));
    let found: Vec<&Kind> = KINDS.iter().filter(has).collect();
    let names = |kinds: &mut dyn Iterator<Item = &Kind>| -> Vec<String> {
        kinds.map(|kind| format!("`{}`", kind.key)).collect()
    };
    let path = intake.path();
    match found.as_slice() {
        [one] => return KINDS.iter().find(|kind| kind.key == one.key),
        [] => {
            let message = format!("`{path}` does not say where the site goes");
            let all = one_of(&names(&mut KINDS.iter()));
            let near = map
                .entries
                .iter()
                .find_map(|(key, _)| nearest_name(&key.name, KINDS.iter().map(|kind| kind.key)));
            let example = KINDS[0].example;
            intake.error("wrong-value", node, message).help = Some(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it needs one of {all}, for example `{example}`"),
            });
        }
        several => {
            let both = names(&mut several.iter().copied()).join(" and ");
            let message = format!("`{path}` is one place, and has {both}");
            intake.error("wrong-value", node, message).help =
                Some("give each place a name of its own under `deploy`".to_owned());
        }
    }
    None
}

/// Words in the names of keys whose values nobody shall see.
const SECRET: [&str; 6] = [
    "password",
    "passwd",
    "secret",
    "token",
    "accesskey",
    "apikey",
];

fn unknown(name: &str, span: Span, kind: &Kind, intake: &mut Intake) {
    let path = intake.enter(name, |intake| intake.path());
    let plain: String = name.to_lowercase().replace(['_', '-'], "");
    if SECRET.iter().any(|word| plain.contains(word)) {
        return secret(&path, "is no place for a secret", intake);
    }
    let rows = || kind.rows.iter().chain(ALL);
    let near = nearest_name(name, rows().map(|row| row.name));
    let names: Vec<String> = rows().map(|row| format!("`{}`", row.name)).collect();
    let error = Diagnostic::error("unknown-key", span, format!("unknown key `{path}`"));
    intake.diagnostics.push(match near {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!(
            "a target with `{}` takes {}",
            kind.key,
            and(&names)
        )),
    });
}

/// `a`, `b` and `c`.
fn and(names: &[String]) -> String {
    one_of(names).replace("` or `", "` and `")
}

fn secret(path: &str, what: &str, intake: &mut Intake) {
    let error = Diagnostic::error("secret", None, format!("`{path}` {what}"));
    intake.diagnostics.push(error.help(
        "take it out, and make a new one if others could read the file; secrets are taken from \
         the environment: `LONGHAND_GIT_TOKEN`, `AWS_SECRET_ACCESS_KEY`",
    ));
}

fn git_url(node: &Node, intake: &mut Intake) -> Option<String> {
    let url = intake.said(node)?;
    if has_password(&url) {
        let path = intake.path();
        secret(&path, "has a password or token in it", intake);
        return None;
    }
    // `ext::` runs a program, and `-` would be an option.
    if url.starts_with('-') || url.contains("::") || url.contains(char::is_control) {
        let path = intake.path();
        let message = format!("`{path}` is no address of a repository");
        intake.error("wrong-value", node, message).help = Some(
            "write it as in `git@github.com:me/site.git` or `https://github.com/me/site.git`"
                .to_owned(),
        );
        return None;
    }
    Some(url)
}

/// `s3://bucket/prefix`, by the rules for names that hold for all buckets.
fn bucket(node: &Node, intake: &mut Intake) -> Option<(String, String)> {
    let text = intake.said(node)?;
    let rest = text.strip_prefix("s3://").unwrap_or_default();
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = prefix.trim_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let steps = prefix.split('/').any(|part| part == "." || part == "..");
    if (3..=63).contains(&bucket.len()) && bucket.chars().all(plain) && !steps {
        return Some((bucket.to_owned(), prefix.to_owned()));
    }
    let path = intake.path();
    let message = format!("`{path}` is no bucket of S3: `{text}`");
    intake.error("wrong-value", node, message).help =
        Some("write it as in `s3://bucket` or `s3://bucket/prefix`".to_owned());
    None
}

fn endpoint(node: &Node, intake: &mut Intake) -> Option<String> {
    let url = intake.said(node)?;
    let path = intake.path();
    if has_password(&url) {
        secret(&path, "has a password in it", intake);
        return None;
    }
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    if host.is_some_and(|host| !host.is_empty() && !host.contains(['?', '#', ' '])) {
        return Some(url);
    }
    let message = format!("`{path}` is no address: `{url}`");
    intake.error("wrong-value", node, message).help =
        Some("write it as in `https://ACCOUNT.r2.cloudflarestorage.com`".to_owned());
    None
}

fn region(node: &Node, intake: &mut Intake) -> Option<String> {
    let region = intake.said(node)?;
    if region
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-')
    {
        return Some(region);
    }
    let path = intake.path();
    let message = format!("`{path}` is no region: `{region}`");
    intake.error("wrong-value", node, message).help =
        Some("write it as the storage does, for example `eu-central-1`".to_owned());
    None
}

/// A place at a host: a folder of this machine is a `path`.
fn rsync(node: &Node, intake: &mut Intake) -> Option<String> {
    let place = intake.said(node)?;
    let path = intake.path();
    if has_password(&place) {
        secret(&path, "has a password in it", intake);
        return None;
    }
    let (host, folder) = place.split_once(':').unwrap_or_default();
    let folder = folder.trim_start_matches(['/', ':']);
    let bad = place.starts_with('-')
        || host.is_empty()
        || host.contains(['/', ' '])
        || place.contains(char::is_control)
        || ["", ".", "~"].contains(&folder.trim_end_matches('/'));
    if bad {
        let message = format!("`{path}` is no folder on a server");
        intake.error("wrong-value", node, message).help = Some(
            "write host and folder, as in `me@example.org:/srv/www/site`; a folder of this machine is a `path`"
                .to_owned(),
        );
        return None;
    }
    Some(place)
}

/// Whether a URL has `user:password@` or a lone `token@` of the web in it.
pub fn has_password(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((user, _)) => user.contains(':') || scheme.starts_with("http"),
        None => false,
    }
}

/// A branch's name by the rules of `git check-ref-format`.
fn branch(node: &Node, intake: &mut Intake) -> Option<String> {
    let name = intake.said(node)?;
    let bad = name.starts_with(['-', '/'])
        || name.ends_with(['/', '.'])
        || name.contains("..")
        || name.contains("//")
        || name.contains("@{")
        || name == "@"
        || name.contains(|c: char| c.is_control() || " ~^:?*[\\".contains(c))
        || (name.split('/')).any(|part| part.starts_with('.') || part.ends_with(".lock"));
    if bad {
        let path = intake.path();
        let message = format!("`{path}` is no name for a branch: `{name}`");
        intake.error("wrong-value", node, message).help =
            Some("write it as git shows it, for example `gh-pages`".to_owned());
        return None;
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::has_password;

    #[test]
    fn passwords_are_seen_in_addresses() {
        for url in [
            "https://me:secret@example.org/a.git",
            "https://ghp_token@github.com/a.git",
            "ssh://me:secret@example.org/a.git",
        ] {
            assert!(has_password(url), "{url}");
        }
        for url in [
            "git@github.com:me/a.git",
            "ssh://git@github.com/me/a.git",
            "https://github.com/me/a@b.git",
            "../site.git",
        ] {
            assert!(!has_password(url), "{url}");
        }
    }
}
