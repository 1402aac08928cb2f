//! The shortest build. Where nothing that a build reads looks different from
//! the last time, and the output is as that build left it, there is nothing to
//! do but to say again what was said.

use super::rooms::Rooms;
use super::{Begun, Failure, Options, Report, target};
use crate::cache::{Cache, Whole};
use crate::diag::{Diagnostic, FileId};
use crate::emit::{self, MANIFEST};
use crate::hash::{Hash, Hasher};
use crate::parse::Doc;
use crate::site::content::Role;
use crate::site::{LangId, LeftOut, Why};
use crate::source::{self, Found, Sources, Stamp};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Of everything that a build reads besides the site's files.
pub fn around(options: &Options, begun: &Begun, sources: &Sources) -> Option<Hash> {
    let mut hasher = Hasher::new();
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    hasher
        .str(crate::cache::BUILD)
        .str(&absolute(&options.source).to_string_lossy())
        .str(&absolute(&begun.rooms.output).to_string_lossy())
        .str(&options.environment)
        // With what variables and arguments say.
        .debug(&begun.config);
    if super::history::is_asked(&begun.config) {
        hasher.debug(&source::git::head(&options.source));
    }
    for source in &sources.files {
        hasher.str(&source.path).hash(source.hash?);
    }
    Some(hasher.finish())
}

/// Of everything that a build reads, as it looks from outside. `None` where some
/// file is too young to be told from a later edit.
pub fn print(around: Hash, rooms: &Rooms, since: &HashMap<Arc<str>, Stamp>) -> Option<Hash> {
    let rooms = rooms.print(since)?;
    Some(Hasher::new().hash(around).hash(rooms).finish())
}

/// More young files than after an edit: a site that was just unpacked.
const YOUNG: usize = 64;

/// How files look by now that were too young at the beginning of the build: of
/// those that still hold what the build has read. An edit is one; without this,
/// only the second build after it would have nothing to do.
pub fn settled(
    rooms: &Rooms,
    sources: &Sources,
    id: impl Fn(&str) -> Option<FileId>,
) -> HashMap<Arc<str>, Stamp> {
    let young = rooms.young();
    if young.len() > YOUNG {
        return HashMap::new();
    }
    let look = |found: &Found| {
        let id = id(&found.path)?;
        let before = source::look(&found.disk)?;
        let same = sources.load(id).ok()?.hash == Some(sources.get(id).hash?);
        (same && source::look(&found.disk) == Some(before)).then(|| (found.path.clone(), before))
    };
    young.iter().filter_map(look).collect()
}

/// The next moment at which a page begins or ceases to be published or is to be
/// revisited, or the year ends.
pub fn until<'d>(
    docs: impl Iterator<Item = &'d Doc>,
    now: Timestamp,
    zone: &TimeZone,
) -> Timestamp {
    let moments = docs.flat_map(|doc| {
        let front = &doc.front;
        let dates = [front.publish_date.or(front.date), front.expiry_date];
        let revisit = front.revisit.and_then(|(due, _)| {
            let day = due.first_day().to_zoned(zone.clone()).ok()?;
            Some(day.timestamp())
        });
        let dates = dates.into_iter().flatten().map(|date| date.instant);
        dates.chain(revisit)
    });
    let year = now.to_zoned(zone.clone()).last_of_year();
    let year = year.and_then(|day| day.end_of_day());
    let year = year.map_or(now, |end| end.timestamp());
    moments
        .filter(|moment| *moment > now)
        .min()
        .map_or(year, |moment| moment.min(year))
}

/// What is kept of a build that has published.
pub fn whole(
    report: &Report,
    diagnostics: &[Diagnostic],
    sources: &Sources,
    (from, until): (Timestamp, Timestamp),
) -> Option<Whole> {
    let manifest = source::bytes(&report.output.join(MANIFEST)).ok()?;
    let path = |id: FileId| sources.get(id).path.to_string();
    Some(Whole {
        manifest: Hash::of(&manifest),
        from: from.as_nanosecond(),
        until: until.as_nanosecond(),
        said: crate::cache::save(diagnostics, None, &path),
        title: report.title.clone(),
        numbers: [report.pages, report.posts, report.sections, report.words],
        terms: report.terms.clone(),
        left_out: report
            .left_out
            .iter()
            .map(|out| {
                let why = match out.why {
                    Why::Draft => 0,
                    Why::Future => 1,
                    Why::Expired => 2,
                };
                (path(out.file), why)
            })
            .collect(),
    })
}

/// The report of a build that has nothing to do, if it has nothing to do.
pub fn unchanged(
    options: &Options,
    begun: &Begun,
    cache: &Cache,
    print: Hash,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<Report>, Failure> {
    let now = options.now.unwrap_or_else(Timestamp::now).as_nanosecond();
    let Some(whole) = cache
        .whole(print)
        .filter(|whole| (whole.from..whole.until).contains(&now))
    else {
        return Ok(None);
    };
    let manifest = source::bytes(&begun.rooms.output.join(MANIFEST));
    if manifest.ok().map(|bytes| Hash::of(&bytes)) != Some(whole.manifest) {
        return Ok(None);
    }
    // The files by name, for messages and for what was left out.
    let mut ids: HashMap<String, FileId> = sources
        .files
        .iter()
        .map(|source| (source.path.to_string(), source.id))
        .collect();
    if !whole.said.is_empty() || !whole.left_out.is_empty() {
        let found = begun.rooms.all_texts();
        let placed = sources.place_all(&found);
        let names = found.iter().map(|found| found.path.to_string());
        ids.extend(names.zip(placed));
    }
    let Some(said) = crate::cache::restore(whole.said, None, &|path| ids.get(path).copied()) else {
        return Ok(None);
    };
    let mut left_out = Vec::new();
    for (path, why) in whole.left_out {
        let Some(file) = ids.get(&path) else {
            return Ok(None);
        };
        left_out.push(LeftOut {
            file: *file,
            path,
            lang: LangId(0),
            role: Role::Single,
            why: match why {
                0 => Why::Draft,
                1 => Why::Future,
                _ => Why::Expired,
            },
        });
    }
    let target = target(options, &begun.rooms);
    let emitter = emit::prepare(&target).map_err(Failure::Emit)?;
    if !emitter.keep_all().map_err(Failure::Emit)? {
        return Ok(None);
    }
    let files = emitter.commit().map_err(Failure::Emit)?;
    *diagnostics = said;
    let [pages, posts, sections, words] = whole.numbers;
    Ok(Some(Report {
        title: whole.title,
        output: begun.rooms.output.clone(),
        pages,
        posts,
        sections,
        words,
        terms: whole.terms,
        left_out,
        files,
        cache: None,
        compiled: None,
    }))
}
