//! The four dates of a page, each looked for where the configuration says.

use super::{Front, Options, Place};
use crate::config::DateSource;
use crate::config::rows::{Intake, same_key};
use crate::date::{self, ACCEPTED, Date};
use crate::diag::{Diagnostic, Span};
use crate::tree::{Key, Kind, Node, Value, normal};

/// A date that a key says, or that it failed to.
struct Said {
    /// Normal form.
    key: String,
    date: Option<Date>,
    span: Span,
}

/// Whether the configuration has a key for a date.
pub fn is_key(name: &str, options: &Options) -> bool {
    let dates = &options.dates;
    let lists = [&dates.date, &dates.lastmod, &dates.publish, &dates.expiry];
    lists.into_iter().flatten().any(|source| match source {
        DateSource::Key(key) => same_key(key, name),
        _ => false,
    })
}

/// Hugo's own names hold dates even where the configuration does not ask for them.
pub const NAMES: [&str; 8] = [
    "date",
    "lastmod",
    "modified",
    "publish_date",
    "pubdate",
    "published",
    "expiry_date",
    "unpublishdate",
];

/// `entries` are those that hold dates.
pub fn read<'m>(
    front: &mut Front,
    entries: impl Iterator<Item = (&'m Key, &'m Node)>,
    options: &Options,
    place: Place<'_>,
    intake: &mut Intake,
) {
    let mut said: Vec<Said> = Vec::new();
    for (key, node) in entries {
        match &node.value {
            Value::Null => {}
            // `published: false` is a draft.
            Value::Scalar(scalar)
                if matches!(scalar.kind, Kind::Bool(_)) && same_key(&key.name, "published") =>
            {
                front.draft |= node.as_bool() == Some(false);
            }
            Value::Scalar(scalar) if scalar.text.trim().is_empty() => {}
            _ => {
                let date = intake.enter(&key.name, |intake| one(node, options, intake));
                said.push(Said {
                    key: normal(&key.name),
                    date,
                    span: node.span,
                });
            }
        }
    }
    let from_name = date::from_filename(place.stem, &options.time_zone);
    let find = |sources: &[DateSource]| {
        sources.iter().find_map(|source| match source {
            DateSource::Key(key) => said
                .iter()
                .find(|said| same_key(&said.key, key))
                .and_then(|said| Some((said.date?, Some(said.span)))),
            DateSource::Filename => from_name.map(|(date, _)| (date, None)),
            DateSource::FileModTime => Some((Date::new(place.modified?, &options.time_zone), None)),
            DateSource::Git => Some((Date::new(place.committed?, &options.time_zone), None)),
        })
    };
    let found = find(&options.dates.date).or_else(|| from_name.map(|(date, _)| (date, None)));
    front.date = found.map(|(date, _)| date);
    front.date_span = found.and_then(|(_, span)| span);
    front.lastmod = find(&options.dates.lastmod)
        .map(|(date, _)| date)
        .or(front.date);
    front.publish_date = find(&options.dates.publish)
        .map(|(date, _)| date)
        .or(front.date);
    front.expiry_date = find(&options.dates.expiry).map(|(date, _)| date);
    if options.dates.slug_from_filename {
        front.filename_slug = from_name
            .map(|(_, rest)| rest.to_owned())
            .filter(|rest| !rest.is_empty());
    }
}

fn one(node: &Node, options: &Options, intake: &mut Intake) -> Option<Date> {
    let Some(text) = node.as_text() else {
        intake.wrong(node, "a date");
        return None;
    };
    match Date::parse(text, &options.time_zone) {
        Ok(date) => Some(date),
        Err(error) => {
            let why = if error.impossible {
                ": there is no such day or time"
            } else {
                ""
            };
            let message = format!(
                "expected a date for `{}`, found {}{why}",
                intake.path(),
                node.describe()
            );
            intake
                .diagnostics
                .push(Diagnostic::error("bad-date", node.span, message).help(ACCEPTED));
            None
        }
    }
}
