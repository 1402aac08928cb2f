//! What is shown at one moment: a version of the site, and what is wrong with
//! the edit after it. Pages are rendered when they are asked for, all of one
//! version, and held for as long as it is shown.
//!
//! Takes paths as browsers ask for them, gives [`Answer`]s. No path is ever
//! joined to a folder: it is looked up in the table of what the site puts out.

use super::{live, overlay};
use crate::diag::Diagnostic;
use crate::hash::{Hash, Hasher};
use crate::render::{Output, Renderer, fault};
use crate::site::route::{Job, Route};
use crate::site::{LangId, PageId, Site};
use crate::source::{self, Parts};
use crate::text;
use axum::body::Bytes;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Pages that are held: more than there are tabs.
const HELD: usize = 64;

/// Bytes of the largest file that is held.
const LARGEST: u64 = 4 << 20;

pub struct Shown {
    /// None while no version of the site could be read at all.
    pub renderer: Option<Arc<Renderer>>,
    pub root: PathBuf,
    pub editor: String,
    /// The errors of the last edit, as HTML; `renderer` is then of the one before.
    pub problems: Option<Arc<str>>,
    /// Of the style sheets that are published as they are, and of all such files else.
    pub styles: Hash,
    pub files: Hash,
    /// Counts edits of pages, and says where the last of them is.
    pub went: (u64, Option<String>),
    /// By output, and by what they are beside it.
    pub made: Mutex<HashMap<String, Arc<Answer>>>,
    /// Pages of earlier versions, for one that fails in this.
    pub earlier: HashMap<String, Arc<Answer>>,
    /// What pages had to say that nobody has been told.
    pub unsaid: Mutex<Vec<Diagnostic>>,
}

/// What one address came to.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub media: &'static str,
    pub content: Content,
    /// Of the content: another for any other bytes.
    pub tag: String,
    /// Why this is not what the edited files ask for, as HTML.
    pub problems: Option<Arc<str>>,
    /// Another try may give another answer.
    pub fleeting: bool,
}

#[derive(Clone, Debug)]
pub enum Content {
    Bytes(Bytes),
    /// Too large to be held: read as it is sent.
    File(Arc<Parts>),
}

impl Content {
    pub fn length(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(file) => file.length,
        }
    }
}

/// Where an address leads.
#[derive(Debug)]
pub enum Lead<'s> {
    To(&'s Route),
    /// To this address instead.
    Moved(String),
    Nowhere,
}

/// Looks up a path as it stands in the request line, `base` being the site's own.
pub fn lead<'s>(site: &'s Site, base: &str, path: &str) -> Lead<'s> {
    let Some(path) = decode(path) else {
        return Lead::Nowhere;
    };
    let Some(inside) = path.strip_prefix(base) else {
        // The site lies below; nothing is said of what lies beside it.
        return match path == "/" || format!("{path}/") == base {
            true => Lead::Moved(text::encode_path(base)),
            false => Lead::Nowhere,
        };
    };
    let index = |folder: &str| site.routes.get(&format!("{folder}index.html"));
    if inside.is_empty() || inside.ends_with('/') {
        return index(inside).map_or(Lead::Nowhere, Lead::To);
    }
    match site.routes.get(inside) {
        Some(route) => Lead::To(route),
        // As hosts do.
        None if index(&format!("{inside}/")).is_some() => {
            Lead::Moved(text::encode_path(&format!("{path}/")))
        }
        None => Lead::Nowhere,
    }
}

/// Undoes one percent-encoding. `None` for what can be no file of a site.
fn decode(path: &str) -> Option<String> {
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
        if byte == b'%' && !(hex(rest.next()) && hex(rest.next())) {
            return None;
        }
    }
    let decoded = percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .ok()?;
    let strange = |c: char| c == '\\' || c.is_control();
    let dots = |part: &str| part == "." || part == "..";
    let clean = !decoded.contains(strange) && !decoded.split('/').any(dots);
    clean.then(|| decoded.into_owned())
}

impl Shown {
    /// The answer to a path below the site's own, if there is one.
    pub fn answer(&self, lead: &Lead) -> Option<Arc<Answer>> {
        let renderer = self.renderer.as_ref()?;
        let site = &renderer.shared.site;
        let missing;
        let (route, status) = match lead {
            Lead::To(route) => (*route, 200),
            Lead::Moved(_) => return None,
            Lead::Nowhere => {
                missing = not_found(site)?;
                (missing, 404)
            }
        };
        // The page for missing pages has an address of its own, where it is not missing.
        let name = match status {
            404 => format!("404 {}", route.output),
            _ => route.output.clone(),
        };
        if let Some(answer) = self.held(&name) {
            return Some(answer);
        }
        let answer = Arc::new(self.make(renderer, route, status)?);
        self.hold(&name, &answer);
        Some(answer)
    }

    fn held(&self, name: &str) -> Option<Arc<Answer>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.get(name).cloned()
    }

    /// Everything that is held.
    pub fn held_all(&self) -> HashMap<String, Arc<Answer>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.clone()
    }

    fn hold(&self, name: &str, answer: &Arc<Answer>) {
        if answer.content.length() > LARGEST || answer.fleeting {
            return;
        }
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= HELD {
            made.clear();
        }
        made.insert(name.to_owned(), answer.clone());
    }

    /// Pages that the version after this may fall back to.
    pub fn to_remember(&self) -> HashMap<String, Arc<Answer>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let good = made.iter().filter(|(_, answer)| {
            answer.media == text::content_type("html") && answer.problems.is_none()
        });
        let mut pages: HashMap<String, Arc<Answer>> = good
            .map(|(output, answer)| (output.clone(), answer.clone()))
            .collect();
        for (output, answer) in &self.earlier {
            if pages.len() >= HELD {
                break;
            }
            pages
                .entry(output.clone())
                .or_insert_with(|| answer.clone());
        }
        pages
    }

    fn make(&self, renderer: &Renderer, route: &Route, status: u16) -> Option<Answer> {
        let extension = route.output.rsplit_once('.').map_or("", |(_, end)| end);
        let media = text::content_type(extension);
        let mut said = Vec::new();
        let lost = renderer.losses().len();
        let output = renderer.render(&route.job, &mut said);
        let lost = renderer.losses().split_off(lost);
        if !lost.is_empty() {
            // Its file is another by now, and its text was too much to hold.
            let mut answer = self.failed(renderer, route, &lost);
            answer.fleeting = true;
            return Some(answer);
        }
        renderer.let_go_of(&route.job);
        fault::gather(&mut said);
        self.note(&said);
        let bytes = match output {
            Some(Output::Bytes(bytes)) => bytes,
            // Where it is gone since a moment ago, the next version knows.
            Some(Output::Copy(path)) => {
                let file = source::open_within(&self.root, &path).ok()?;
                if file.length > LARGEST && !media.starts_with("text/html") {
                    return Some(Answer {
                        status,
                        media,
                        tag: format!("{:032x}", file.stamp.0.0),
                        content: Content::File(Arc::new(file)),
                        problems: None,
                        fleeting: false,
                    });
                }
                let length = usize::try_from(file.length).ok()?;
                file.read(0, length).ok()?
            }
            None => return Some(self.failed(renderer, route, &said)),
        };
        let marks = marks(&renderer.shared.site, &route.job);
        let tag = tag(&bytes, &marks);
        let bytes = match media.starts_with("text/html") {
            true => live::inject(&bytes, &marks, &tag),
            false => bytes,
        };
        Some(Answer {
            status,
            media,
            tag,
            content: Content::Bytes(bytes.into()),
            problems: None,
            fleeting: false,
        })
    }

    fn note(&self, said: &[Diagnostic]) {
        let mut unsaid = self.unsaid.lock().unwrap_or_else(PoisonError::into_inner);
        unsaid.extend_from_slice(said);
    }

    pub fn take_unsaid(&self) -> Vec<Diagnostic> {
        let mut unsaid = self.unsaid.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut unsaid)
    }

    /// The page as it was when it last could be rendered, and what is wrong with it.
    fn failed(&self, renderer: &Renderer, route: &Route, said: &[Diagnostic]) -> Answer {
        let problems = overlay::html(said, &renderer.sources, &self.root, &self.editor);
        let problems = problems.map(Arc::from);
        match self.earlier.get(&route.output) {
            Some(answer) => Answer {
                status: answer.status,
                media: answer.media,
                content: answer.content.clone(),
                tag: answer.tag.clone(),
                problems,
                fleeting: false,
            },
            None => broken(problems),
        }
    }
}

/// A page that has nothing but what is wrong.
pub fn broken(problems: Option<Arc<str>>) -> Answer {
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width\">\
        <meta name=\"color-scheme\" content=\"light dark\"><title>There is an error</title><body></body></html>";
    let tag = tag(page.as_bytes(), "");
    Answer {
        status: 500,
        media: text::content_type("html"),
        content: Content::Bytes(live::inject(page.as_bytes(), live::NOTHING, &tag).into()),
        tag,
        problems,
        fleeting: false,
    }
}

/// The script is put in the same way every time, so it is no part of this.
fn tag(bytes: &[u8], marks: &str) -> String {
    format!("{:032x}", Hasher::new().bytes(bytes).str(marks).finish().0)
}

fn not_found(site: &Site) -> Option<&Route> {
    let is = |route: &&Route| matches!(route.job, Job::NotFound(LangId(_)));
    site.routes
        .get("404.html")
        .or_else(|| site.routes.all.iter().find(is))
}

/// What tells a page of the preview from one that would be published.
fn marks(site: &Site, job: &Job) -> String {
    let Job::Page(id, _) = job else {
        return String::new();
    };
    let page = &site[*id];
    let marks = [
        (page.draft, "draft"),
        (page.future, "future"),
        (page.expired, "expired"),
    ];
    let on = marks.iter().filter(|(on, _)| *on).map(|(_, name)| *name);
    on.collect::<Vec<_>>().join(" ")
}

/// The address of the page that a file makes.
pub fn address(site: &Site, path: &str) -> Option<String> {
    let ids = (0..site.pages.len() as u32).map(PageId);
    let is = |id: &PageId| {
        let file = site[*id].file;
        file.is_some_and(|file| &*site.sources.get(file).path == path)
    };
    let id = ids.into_iter().find(is)?;
    site[id].rendered.then(|| site.href(&site[id].url))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_path_is_decoded_once_and_stays_within() {
        assert_eq!(decode("/a%20b/%C3%A9/").as_deref(), Some("/a b/é/"));
        assert_eq!(decode("/%252e%252e/").as_deref(), Some("/%2e%2e/"));
        for bad in [
            "/../",
            "/a/..",
            "/./",
            "/%2e%2e/",
            "/a%2f../b",
            "/%00",
            "/a%0a",
            "/%5c..%5c",
            "/\\",
            "/%ff",
            "/%c0%ae",
            "/%",
            "/%4",
            "/%zz",
        ] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
