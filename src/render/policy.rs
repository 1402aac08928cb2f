//! The content security policy that a site asks for with `headers:`, and what on a
//! page it would stop.
//!
//! Templates are trusted and texts are not: the policy names the scripts that
//! stand in templates, by their hashes and their hosts, and whatever else a page
//! holds is a finding, so that nothing goes dead without a word. Standard:
//! Content Security Policy Level 3 (W3C).

use crate::config::hosting::{DIRECTIVES, Headers};
use crate::diag::Diagnostic;
use crate::text::tag::{attributes, unquoted};
use base64::Engine;
use memchr::memmem;
use sha2::{Digest, Sha256};

/// Of all findings here.
pub const NAME: &str = "content-policy";

/// The template whose script has two texts, with and without the switch for light and dark.
pub const FIRST_SCRIPT: &str = "partials/first_script.html";

/// What the theme needs. A table's columns, a note's place and a picture behind a title
/// are said by attributes, which cannot be named by hashes.
const THEME: &[(&str, &[&str])] = &[
    ("script-src", &["'self'"]),
    ("style-src", &["'self'"]),
    ("style-src-attr", &["'unsafe-inline'"]),
    ("img-src", &["'self'", "data:", "https:"]),
    ("media-src", &["'self'", "https:"]),
    ("font-src", &["'self'"]),
    ("connect-src", &["'self'"]),
    ("manifest-src", &["'self'"]),
    (
        "frame-src",
        &[
            "https://www.youtube-nocookie.com",
            "https://player.vimeo.com",
        ],
    ),
    ("form-action", &["'self'"]),
    ("base-uri", &["'none'"]),
    ("frame-ancestors", &["'self'"]),
];

pub struct Policy {
    /// The site's own scheme and host, if it is known.
    origin: String,
    /// By directive, in the order of [`DIRECTIVES`].
    allowed: Vec<(&'static str, Vec<String>)>,
}

impl Policy {
    /// `templates` are the texts of those that pages are made from; those of the theme's
    /// shortcodes are none, as a text chooses which of them it calls.
    pub fn new<'t>(
        headers: &Headers,
        origin: &str,
        templates: impl Iterator<Item = &'t str>,
    ) -> Policy {
        let theme = |name: &str| THEME.iter().find(|(known, _)| *known == name);
        let row = |name: &&'static str| {
            let of_theme = theme(name).map_or(&[][..], |(_, sources)| sources);
            (
                *name,
                of_theme.iter().map(|source| (*source).to_owned()).collect(),
            )
        };
        let mut policy = Policy {
            origin: origin.to_owned(),
            allowed: DIRECTIVES.iter().map(row).collect(),
        };
        for text in templates {
            policy.trust(text);
        }
        for (name, sources) in &headers.policy {
            for source in sources {
                policy.allow(name, source.clone());
            }
        }
        policy
    }

    fn allow(&mut self, name: &str, source: String) {
        let Some((_, sources)) = self.allowed.iter_mut().find(|(known, _)| *known == name) else {
            return;
        };
        // `none` stands alone.
        if source != "'none'" {
            sources.retain(|known| known != "'none'");
        }
        if !sources.contains(&source) {
            sources.push(source);
        }
    }

    /// Allows what a template says itself; a script that it fills in is another on each page.
    fn trust(&mut self, template: &str) {
        let mut found = Vec::new();
        things(template, &mut |thing| {
            let fixed = |text: &str| !text.contains("{{") && !text.contains("{%");
            match thing {
                Thing::Inline(name, text) if fixed(text) => found.push((name, hash(text))),
                Thing::From(name, url) if fixed(url) => {
                    found.extend(host(url).map(|host| (name, host.to_owned())));
                }
                _ => {}
            }
        });
        for (name, source) in found {
            if !(name == "img-src" || name == "media-src") {
                self.allow(name, source);
            }
        }
    }

    /// The header's value.
    pub fn header(&self) -> String {
        let mut out = "default-src 'none'".to_owned();
        for (name, sources) in &self.allowed {
            if !sources.is_empty() {
                out.push_str("; ");
                out.push_str(name);
                out.push(' ');
                out.push_str(&sources.join(" "));
            }
        }
        out
    }

    /// What the policy would stop on a page, each thing once; `page` names it.
    pub fn check(&self, html: &str, page: &str, diagnostics: &mut Vec<Diagnostic>) {
        let mut said: Vec<String> = Vec::new();
        things(html, &mut |thing| {
            let Some((message, help)) = self.breach(&thing) else {
                return;
            };
            if said.contains(&message) {
                return;
            }
            diagnostics.push(
                Diagnostic::warning(NAME, None, message.clone())
                    .note(None, format!("found on `{page}`"))
                    .help(help),
            );
            said.push(message);
        });
    }

    fn breach(&self, thing: &Thing) -> Option<(String, String)> {
        match thing {
            Thing::Inline(name, text) => {
                let hash = hash(text);
                let all = self.sources(name);
                if all
                    .iter()
                    .any(|source| *source == hash || source == "'unsafe-inline'")
                {
                    return None;
                }
                let what = if *name == "script-src" {
                    "a script"
                } else {
                    "a style sheet"
                };
                let head: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let head: String = head.chars().take(40).collect();
                let message =
                    format!("the content security policy stops {what} in the page: `{head}`");
                let help = format!(
                    "put it into a file; or allow it: `headers: {{policy: {{{name}: [\"{hash}\"]}}}}`"
                );
                Some((message, help))
            }
            Thing::From(name, url) => {
                if self.allows(name, url) {
                    return None;
                }
                let (host, message) = match host(url) {
                    Some(host) => (
                        host,
                        format!(
                            "the content security policy stops what comes from `{host}`: `{url}`"
                        ),
                    ),
                    None => (
                        "'self'",
                        format!("the content security policy stops `{url}`"),
                    ),
                };
                let help = format!("allow it: `headers: {{policy: {{{name}: [\"{host}\"]}}}}`");
                Some((message, help))
            }
            Thing::Handler(attribute) => {
                let all = self.sources("script-src");
                if all.iter().any(|source| source == "'unsafe-inline'") {
                    return None;
                }
                let message = format!(
                    "the content security policy stops the script in the attribute `{attribute}`"
                );
                let help = "put it into a file that calls `addEventListener`".to_owned();
                Some((message, help))
            }
        }
    }

    fn sources(&self, name: &str) -> &[String] {
        let found = self.allowed.iter().find(|(known, _)| *known == name);
        found.map_or(&[], |(_, sources)| sources)
    }

    fn allows(&self, name: &str, url: &str) -> bool {
        let own = match host(url) {
            None => {
                !url.contains(':')
                    || !url[..url.find(':').unwrap_or(0)]
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric())
            }
            Some(host) => !self.origin.is_empty() && host == self.origin,
        };
        self.sources(name)
            .iter()
            .any(|source| match source.as_str() {
                "'self'" => own,
                "*" => host(url).is_some(),
                scheme if scheme.ends_with(':') => {
                    url.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
                    // An address without a scheme has the page's.
                    || (scheme == "https:" && url.starts_with("//"))
                    || (scheme == "https:" && own)
                }
                place => host(url).is_some_and(|host| matches(place, host, url)),
            })
    }
}

/// Whether a source of the policy (`https://a.example`, `*.a.example`, with a path if need be)
/// is where a URL leads.
fn matches(source: &str, host: &str, url: &str) -> bool {
    let bare = |text: &str| {
        text.split_once("//")
            .map_or(text, |(_, rest)| rest)
            .to_owned()
    };
    let schemes_differ =
        source.contains("://") && !source.starts_with("http:") && host.starts_with("http:");
    let (source, url, host) = (bare(source), bare(url), bare(host));
    let (name, path) = source
        .split_once('/')
        .map_or((source.as_str(), ""), |(name, path)| (name, path));
    let named = match name.strip_prefix("*.") {
        Some(above) => host
            .strip_suffix(above)
            .is_some_and(|rest| rest.ends_with('.')),
        None => host.eq_ignore_ascii_case(name),
    };
    let below = url.split_once('/').map_or("", |(_, path)| path);
    let path = path.is_empty() || below == path || (path.ends_with('/') && below.starts_with(path));
    named && path && !schemes_differ
}

/// Scheme and host of a URL that has a host: `https://a.example`, or `//a.example`.
fn host(url: &str) -> Option<&str> {
    let at = url.find("//")?;
    let before = &url[..at];
    if !(before.is_empty()
        || (before.ends_with(':') && before[..at - 1].bytes().all(|b| b.is_ascii_alphanumeric())))
    {
        return None;
    }
    let end = url[at + 2..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |end| at + 2 + end);
    (end > at + 2).then(|| &url[..end])
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    format!(
        "'sha256-{}'",
        base64::engine::general_purpose::STANDARD.encode(digest)
    )
}

/// What a policy has a say in, with the directive that it falls under.
enum Thing<'h> {
    /// The text of a script or of a style sheet.
    Inline(&'static str, &'h str),
    /// An address that something is fetched from.
    From(&'static str, &'h str),
    /// A script in an attribute, such as `onclick`.
    Handler(&'h str),
}

/// Tells of everything on a page that a policy may stop.
fn things<'h>(html: &'h str, each: &mut dyn FnMut(Thing<'h>)) {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        let open = at + found;
        if html[open..].starts_with("<!--") {
            at = memmem::find(&bytes[open..], b"-->").map_or(bytes.len(), |end| open + end + 3);
            continue;
        }
        if !bytes.get(open + 1).is_some_and(u8::is_ascii_alphabetic) {
            at = open + 1;
            continue;
        }
        let (mut src, mut href, mut rel, mut kind, mut poster, mut action, mut data) =
            (None, None, "", "", None, None, None);
        let (name, end) = attributes(html, open, |key, value| {
            let value = unquoted(&html[value]);
            match key.to_ascii_lowercase().as_str() {
                "src" => src = Some(value),
                "href" => href = Some(value),
                "rel" => rel = value,
                "type" => kind = value,
                "poster" => poster = Some(value),
                "action" | "formaction" => action = Some(value),
                "data" => data = Some(value),
                other if other.starts_with("on") && other.len() > 4 => each(Thing::Handler(key)),
                _ => {}
            }
        });
        at = end;
        let mut from = |directive, url: Option<&'h str>| {
            if let Some(url) = url.filter(|url| !url.is_empty()) {
                each(Thing::From(directive, url));
            }
        };
        match name.to_ascii_lowercase().as_str() {
            tag @ ("script" | "style" | "textarea" | "title") => {
                let close = format!("</{tag}");
                let stop = html[end..]
                    .find(&close)
                    .map_or(html.len(), |stop| end + stop);
                at = stop;
                let runs = matches!(
                    kind,
                    "" | "module"
                        | "text/javascript"
                        | "application/javascript"
                        | "importmap"
                        | "speculationrules"
                );
                match (tag, src) {
                    ("script", _) if !runs => {}
                    ("script", Some(src)) => each(Thing::From("script-src", src)),
                    ("script", None) => each(Thing::Inline("script-src", &html[end..stop])),
                    ("style", _) => each(Thing::Inline("style-src", &html[end..stop])),
                    _ => {}
                }
            }
            "link" if rel.split_whitespace().any(|rel| rel == "stylesheet") => {
                from("style-src", href)
            }
            "iframe" | "frame" => from("frame-src", src),
            "embed" => from("object-src", src),
            "object" => from("object-src", data),
            "img" => from("img-src", src),
            "audio" | "source" | "track" => from("media-src", src),
            "video" => {
                from("media-src", src);
                from("img-src", poster);
            }
            "form" | "button" | "input" => from("form-action", action),
            "base" => from("base-uri", href),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(policy: &Policy, html: &str) -> Vec<String> {
        let mut diagnostics = Vec::new();
        policy.check(html, "/x/", &mut diagnostics);
        let both = |d: Diagnostic| format!("{} ({})", d.message, d.help.unwrap_or_default());
        diagnostics.into_iter().map(both).collect()
    }

    #[test]
    fn what_a_template_says_is_allowed_and_nothing_else() {
        let templates = [
            "<script>a()</script><script src=\"https://count.example/x.js\"></script>",
            "<script>b({{ page.url }})</script>",
        ];
        let policy = Policy::new(
            &Headers::default(),
            "https://own.example",
            templates.into_iter(),
        );
        let header = policy.header();
        assert!(header.contains("script-src 'self' 'sha256-"), "{header}");
        assert!(header.contains("https://count.example"), "{header}");
        for fine in [
            "<script>a()</script><script src=\"/x.js\"></script><script src=\"https://own.example/y.js\"></script>",
            "<script type=\"application/ld+json\">{}</script><p style=\"x\">",
            "<img src=\"a.png\"><img src=\"https://b.example/a.png\"><img src=\"//b.example/a.png\">",
            "<iframe src=\"https://www.youtube-nocookie.com/embed/x\"></iframe>",
            "<!-- <script>no</script> --><a href=\"https://elsewhere.example\">x</a>",
        ] {
            assert_eq!(said(&policy, fine), Vec::<String>::new(), "{fine}");
        }
        for (html, part) in [
            ("<script>b(1)</script>", "script-src: [\"'sha256-"),
            ("<style>p{}</style>", "style-src: [\"'sha256-"),
            (
                "<script src=\"https://other.example/x.js\"></script>",
                "script-src: [\"https://other.example\"]",
            ),
            (
                "<iframe src=\"https://maps.example/?q\"></iframe>",
                "frame-src: [\"https://maps.example\"]",
            ),
            (
                "<img src=\"http://b.example/a.png\">",
                "img-src: [\"http://b.example\"]",
            ),
            ("<a onclick=\"x()\">", "`onclick`"),
        ] {
            let said = said(&policy, html);
            assert_eq!(said.len(), 1, "{html}: {said:?}");
            assert!(said[0].contains(part), "{said:?}");
        }
    }

    #[test]
    fn what_is_added_counts() {
        let headers = Headers {
            policy: vec![(
                "frame-src",
                vec![
                    "*.maps.example".to_owned(),
                    "https://a.example/b/".to_owned(),
                ],
            )],
            ..Headers::default()
        };
        let policy = Policy::new(&headers, "", std::iter::empty());
        let frame =
            |url: &str| said(&policy, &format!("<iframe src=\"{url}\"></iframe>")).is_empty();
        assert!(frame("https://eu.maps.example/1"));
        assert!(!frame("https://maps.example/1"));
        assert!(frame("https://a.example/b/c"));
        assert!(!frame("https://a.example/c"));
        assert!(!frame("http://a.example/b/c"));
    }
}
