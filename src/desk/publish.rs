//! A draft becomes a post: its flag is taken off and it gets its date, in the file and in
//! place, so that nothing else of it changes.

use super::{Failure, find, front};
use crate::build::{self, Options};
use crate::config::DateSource;
use crate::date::Date;
use crate::diag::{Diagnostic, FileId, Severity};
use crate::parse::front_matter;
use crate::source::{self, Sources, write};
use jiff::Timestamp;

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The page, by any name.
    pub page: String,
    /// Its date; now where none is said.
    pub date: Option<Timestamp>,
    /// The date that stands there stays.
    pub keep_date: bool,
}

#[derive(Debug)]
pub struct Published {
    /// From the site's folder.
    pub path: String,
    pub title: String,
    pub url: String,
    pub date: Option<Date>,
    /// It waits for a date that is still to come.
    pub waits: bool,
    /// It is past the date on which it expires.
    pub expired: Option<Date>,
    /// It was no draft, and is as it was.
    pub already: bool,
}

pub fn publish(
    options: &Options,
    asked: &Asked,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Published, Failure> {
    let mut options = options.clone();
    (options.drafts, options.future, options.expired) = (true, true, true);
    let now = options.now.unwrap_or_else(Timestamp::now);
    let compiled = build::compile(&options, sources, diagnostics)?;
    let site = &*compiled.renderer.shared.site;
    let id = find::page(site, &asked.page)?;
    let page = &site[id];
    let Some(file) = page.file else {
        let message = format!("`{}` has no file of its own", asked.page);
        return Err(super::usage(
            message,
            "name a page that lies in the content folder",
        ));
    };
    let path = sources.get(file).path.to_string();
    let front = page.front();
    let begins = front.and_then(|front| front.publish_date.or(front.date));
    let mut published = Published {
        title: page.title.clone(),
        url: site.permalink(&page.url),
        date: begins,
        waits: begins.is_some_and(|date| date.instant > now),
        expired: front
            .and_then(|front| front.expiry_date)
            .filter(|date| date.instant <= now),
        already: !page.draft && asked.date.is_none(),
        path,
    };
    // What its file says of drafts may be what is wrong.
    let is_wrong = |said: &Diagnostic| {
        said.severity == Severity::Error && said.span.is_some_and(|span| span.file == file)
    };
    if diagnostics.iter().any(is_wrong) {
        return Err(Failure::Site);
    }
    if published.already {
        return Ok(published);
    }
    // A byte order mark stays, if there is one.
    let bytes = source::bytes(&site.sources.root.join(&published.path))?;
    let text = String::from_utf8_lossy(&bytes);
    let (mark, text) = match text.strip_prefix('\u{FEFF}') {
        Some(rest) => ("\u{FEFF}", rest.to_owned()),
        None => ("", text.to_string()),
    };
    let mut edit = |text: &str, key: &str, new: front::New| {
        front::set(text, file, key, new).map_err(|mut errors| {
            diagnostics.append(&mut errors);
            Failure::Site
        })
    };
    let mut edited = match page.draft {
        true => edit(&text, "draft", front::New::Bool(false))?,
        false => text.clone(),
    };
    // A date that is still to come is a plan, and stays.
    let keeps = asked.date.is_none() && (asked.keep_date || published.waits);
    if !(keeps && begins.is_some()) {
        let zone = &site.config.time_zone;
        let at = asked.date.unwrap_or(now);
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        let date = Date::new(at, zone);
        let key = date_key(&text, file, &site.config.dates.publish);
        let shown = like(&text, file, &key, date);
        edited = edit(&edited, &key, front::New::Date(&shown))?;
        published.date = Some(date);
        published.waits = date.instant > now;
    }
    let whole = format!("{mark}{edited}");
    write::replace(&site.sources.root.join(&published.path), whole.as_bytes())?;
    Ok(published)
}

/// The key that decides when a page is published: the first that it has, else `date`.
fn date_key(text: &str, file: FileId, order: &[DateSource]) -> String {
    let read = || {
        let split = front_matter::split(text, file).ok()?;
        front_matter::read(text, &split, file).ok()
    };
    let map = read().unwrap_or_default();
    let keys = order.iter().filter_map(|source| match source {
        DateSource::Key(key) => Some(key),
        _ => None,
    });
    let said = keys.filter_map(|key| map.find(key)).next();
    said.map_or_else(|| "date".to_owned(), |(key, _)| key.name.to_string())
}

/// The date in the form of the one that stands there: a day alone, or with its time.
fn like(text: &str, file: FileId, key: &str, date: Date) -> String {
    let split = front_matter::split(text, file).ok();
    let map = split.and_then(|split| front_matter::read(text, &split, file).ok());
    let old = map
        .as_ref()
        .and_then(|map| map.find(key))
        .and_then(|(_, node)| node.as_text());
    match old {
        Some(old) if old.len() == 10 && old.bytes().filter(|b| *b == b'-').count() == 2 => {
            date.format("2006-01-02", "en")
        }
        _ => date.rfc3339(),
    }
}
