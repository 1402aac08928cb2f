//! The files of a site: secrets that would be published, pictures that are heavy, and
//! files that nothing leads to.

use crate::build::Failure;
use crate::build::rooms::Rooms;
use crate::diag::{Diagnostic, FileId, Span};
use crate::render::Renderer;
use crate::site::route::Job;
use crate::source::{self, Sources};
use std::collections::HashSet;

/// A picture beyond this takes longer to load than all else on its page.
const HEAVY: u64 = 1 << 20;

/// A file beyond this is no text that holds a secret.
const READ: u64 = 1 << 20;

/// What a secret begins with, its whole, and what it is.
const SECRETS: &[(&str, &str, &str)] = &[
    (
        "-----BEGIN ",
        r"^-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
        "a private key",
    ),
    ("AKIA", r"^AKIA[0-9A-Z]{16}\b", "a key of AWS"),
    ("ghp_", r"^ghp_[A-Za-z0-9]{36}", "a token of GitHub"),
    ("gho_", r"^gho_[A-Za-z0-9]{36}", "a token of GitHub"),
    (
        "github_pat_",
        r"^github_pat_[A-Za-z0-9_]{22,}",
        "a token of GitHub",
    ),
    ("glpat-", r"^glpat-[A-Za-z0-9_-]{20,}", "a token of GitLab"),
    ("xoxb-", r"^xoxb-[A-Za-z0-9-]{20,}", "a token of Slack"),
    ("xoxp-", r"^xoxp-[A-Za-z0-9-]{20,}", "a token of Slack"),
    ("AIza", r"^AIza[0-9A-Za-z_-]{35}", "a key of Google"),
    ("sk_live_", r"^sk_live_[0-9a-zA-Z]{16,}", "a key of Stripe"),
    (
        "sk-ant-",
        r"^sk-ant-[A-Za-z0-9_-]{32,}",
        "a key of Anthropic",
    ),
    (
        "sk-proj-",
        r"^sk-proj-[A-Za-z0-9_-]{32,}",
        "a key of OpenAI",
    ),
    ("npm_", r"^npm_[A-Za-z0-9]{36}", "a token of npm"),
    (
        "SG.",
        r"^SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
        "a key of SendGrid",
    ),
];

pub fn check(
    renderer: &Renderer,
    rooms: &Rooms,
    used: &HashSet<String>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    let site = &*renderer.shared.site;
    // Texts that name a file make it used: templates, data, configuration, scripts.
    let mut mentions = String::new();
    let mut files: Vec<(&str, &str)> = Vec::new();
    for route in &site.routes.all {
        let Job::Copy(path) = &route.job else {
            continue;
        };
        files.push((path, &route.output));
        let extension = path.rsplit('.').next().unwrap_or_default();
        if !is_text(extension) {
            continue;
        }
        let disk = site.sources.root.join(&**path);
        if source::look_len(&disk).is_none_or(|len| len > READ) {
            continue;
        }
        if let Some(text) = source::text(&disk) {
            secrets(path, &text, sources, diagnostics);
            mentions.push_str(&text);
        }
    }
    let content: HashSet<FileId> = site.pages.iter().filter_map(|page| page.file).collect();
    let texts: Vec<(FileId, String)> = (site.sources.files.iter())
        .map(|source| (source.id, source.path.to_string()))
        .collect();
    for (id, path) in texts {
        let Some(text) = sources.get(id).fetch() else {
            continue;
        };
        secrets(&path, &text, sources, diagnostics);
        if !content.contains(&id) {
            mentions.push_str(&text);
        }
    }
    for found in rooms.all_texts() {
        if content_like(&found.path) {
            continue;
        }
        mentions.extend(source::text(&found.disk));
    }
    for (path, output) in files {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        let picture = matches!(
            extension.as_str(),
            "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "svg" | "bmp" | "tiff"
        );
        let in_content = rooms
            .content_dirs
            .iter()
            .any(|dir| path.starts_with(&format!("{dir}/")));
        // Of the files in `static/`, only pictures: who knows what asks for the rest.
        let asked_by_name =
            path.contains("favicon") || path.contains("icon") || path.contains(".well-known");
        if (in_content || (picture && !asked_by_name))
            && !used.contains(output)
            && !mentions.contains(name)
            && !told_by_its_page(renderer, path, name)
        {
            let message = format!("nothing leads to `{path}`, and it is published");
            diagnostics.push(
                Diagnostic::warning("unused-file", whole(sources, path), message)
                    .help("remove it, or show it somewhere"),
            );
        }
        let disk = site.sources.root.join(path);
        if picture && let Some(len) = source::look_len(&disk).filter(|len| *len > HEAVY) {
            let size = format!("{}.{} MiB", len >> 20, ((len % (1 << 20)) * 10) >> 20);
            let message = format!("`{path}` is {size}: on a phone its page takes seconds to load");
            diagnostics.push(
                Diagnostic::warning("heavy-picture", whole(sources, path), message)
                    .help("save it smaller: 1600 pixels across are enough, as WebP or JPEG"),
            );
        }
    }
    Ok(())
}

/// A page names it, as what a shortcode reads: `{{< chart data="rain.csv" >}}`.
fn told_by_its_page(renderer: &Renderer, path: &str, name: &str) -> bool {
    let site = &*renderer.shared.site;
    site.pages.iter().any(|page| {
        let Some(file) = page.file else { return false };
        let source = site.sources.get(file);
        let folder = source
            .path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        let near = path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'));
        near && source.fetch().is_some_and(|text| text.contains(name))
    })
}

/// A file as a whole: its name with no line of it.
fn whole(sources: &mut Sources, path: &str) -> Span {
    Span::new(sources.add(path, ""), 0, 0)
}

fn content_like(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    crate::site::content::is_content(name) && !path.starts_with("templates/")
}

fn is_text(extension: &str) -> bool {
    matches!(
        extension.to_ascii_lowercase().as_str(),
        "txt"
            | "md"
            | "html"
            | "htm"
            | "xml"
            | "json"
            | "js"
            | "mjs"
            | "ts"
            | "css"
            | "csv"
            | "yaml"
            | "yml"
            | "toml"
            | "ini"
            | "cfg"
            | "conf"
            | "sh"
            | "py"
            | "svg"
            | "ipynb"
            | "env"
            | "webmanifest"
            | "bib"
    )
}

fn secrets(path: &str, text: &str, sources: &mut Sources, diagnostics: &mut Vec<Diagnostic>) {
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    for (begins, whole, what) in SECRETS {
        for at in memchr::memmem::find_iter(text.as_bytes(), begins) {
            let Ok(pattern) = regex_lite::Regex::new(whole) else {
                continue;
            };
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
                continue;
            }
            // Keys of manuals are none.
            let secret = pattern
                .find(&text[at..])
                .filter(|m| !m.as_str().ends_with("EXAMPLE"));
            found.extend(secret.map(|secret| (at, at + secret.end(), *what)));
        }
    }
    if found.is_empty() {
        return;
    }
    // What is shown of the line is in logs for ever: its secrets are not.
    let mut shown = text.to_owned();
    for (start, end, _) in &found {
        let keep = (*start + 4).min(*end);
        shown.replace_range(keep..*end, &"*".repeat(*end - keep));
    }
    let file = sources.add(path, &shown);
    for (start, end, what) in found {
        let message = format!("this looks like {what}");
        diagnostics.push(
            Diagnostic::error("secret", Span::new(file, start, end), message)
                .help("take it out, and have it revoked: what was once published is known"),
        );
    }
}
