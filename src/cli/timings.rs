//! Where the time of a build went: as a table for people, or as JSON.

use crate::diag::visible;
use crate::timing::{Spent, Thing, Timings};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Duration;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    // On standard error. No documentation comments: they would make all of `--help` long.
    Table,
    // On standard output.
    Json,
}

/// Of each kind of things so many are named.
const MOST: usize = 5;
/// Columns of a name.
const LONGEST: usize = 60;

const THINGS: [(&str, Thing); 3] = [
    ("pages", Thing::Page),
    ("templates", Thing::Template),
    ("shortcodes", Thing::Shortcode),
];

/// A row: its name, and numbers in columns of their own.
type Row = (String, Vec<String>);

pub fn table(timings: &Timings) -> String {
    let mut rows: Vec<Row> = vec![head("stages", &["ms", "share"])];
    let stages = timings.stages();
    let all: Duration = stages.iter().map(|(_, time)| *time).sum();
    for (name, time) in stages {
        let share = 100.0 * time.as_secs_f64() / all.as_secs_f64().max(f64::MIN_POSITIVE);
        rows.push((
            format!("  {name}"),
            vec![shown(time), format!("{share:.0} %")],
        ));
    }
    rows.push(("  all".to_owned(), vec![shown(all)]));
    for (kind, thing) in THINGS {
        let slowest = timings.slowest(thing, MOST);
        if slowest.is_empty() {
            continue;
        }
        // A page is made once: there is nothing to count.
        let counted = thing != Thing::Page;
        let columns: &[&str] = if counted {
            &["ms", "times", "ms each"]
        } else {
            &["ms"]
        };
        rows.push(head(&format!("slowest {kind}"), columns));
        for (name, spent) in slowest {
            let mut cells = vec![shown(spent.time)];
            if counted {
                cells.extend([spent.count.to_string(), shown(mean(&spent))]);
            }
            rows.push((format!("  {}", shortened(&visible(&name))), cells));
        }
    }
    aligned(&rows)
}

fn head(name: &str, columns: &[&str]) -> Row {
    let columns = columns.iter().map(|name| (*name).to_owned());
    (name.to_owned(), columns.collect())
}

/// Names on the left, numbers on the right.
fn aligned(rows: &[Row]) -> String {
    let names = rows.iter().map(|(name, _)| name.width());
    let column = names.max().unwrap_or_default() + 1;
    let mut out = String::new();
    for (name, cells) in rows {
        out.push_str(name);
        out.extend(std::iter::repeat_n(' ', column - name.width()));
        for cell in cells {
            // Writing to a String cannot fail.
            let _ = write!(out, "{cell:>10}");
        }
        out.push('\n');
    }
    out
}

/// The end of a long name, which says more than its beginning.
fn shortened(name: &str) -> String {
    if name.width() <= LONGEST {
        return name.to_owned();
    }
    let mut columns = 1;
    let fits = |c: &char| {
        columns += c.width().unwrap_or_default();
        columns <= LONGEST
    };
    let end: Vec<char> = name.chars().rev().take_while(fits).collect();
    std::iter::once('…').chain(end.into_iter().rev()).collect()
}

fn mean(spent: &Spent) -> Duration {
    spent.time / u32::try_from(spent.count).unwrap_or(u32::MAX).max(1)
}

fn shown(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

/// Milliseconds, to the microsecond.
fn number(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// One object on one line; names stand in the order of the table.
pub fn json(timings: &Timings) -> String {
    let stages: Vec<Value> = timings
        .stages()
        .into_iter()
        .map(|(name, time)| json!({ "name": name, "ms": number(time) }))
        .collect();
    let mut object = json!({ "stages": stages });
    for (name, thing) in THINGS {
        let rows = timings.slowest(thing, MOST).into_iter();
        object[name] = rows
            .map(|(name, spent)| json!({ "name": name, "ms": number(spent.time), "count": spent.count }))
            .collect();
    }
    format!("{object}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_end() {
        let name = format!("blog/{}/index.html", "größe".repeat(20));
        let short = shortened(&name);
        assert_eq!(short.width(), LONGEST);
        assert!(short.starts_with('…') && short.ends_with("größe/index.html"));
        assert_eq!(shortened("index.html"), "index.html");
        assert!(shortened(&"雪".repeat(80)).width() <= LONGEST);
    }

    #[test]
    fn things_of_a_kind_stand_below_each_other() {
        let timings = Timings::new(true);
        timings.stage("walk");
        for _ in 0..3 {
            timings.time(Thing::Template, "page.html", || ());
        }
        timings.time(Thing::Page, "a/index.html", || ());
        let table = table(&timings);
        let firsts: Vec<String> = table
            .lines()
            .map(|line| {
                line.chars()
                    .take(21)
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            })
            .collect();
        assert_eq!(
            firsts,
            [
                "stages",
                "  walk",
                "  all",
                "slowest pages",
                "  a/index.html",
                "slowest templates",
                "  page.html",
            ]
        );
        let ends: Vec<usize> = table.lines().filter_map(|line| line.find(" ms")).collect();
        assert_eq!(ends[0], ends[1], "{table}");
        let object: Value = serde_json::from_str(&json(&timings)).expect("it is JSON");
        assert_eq!(object["templates"][0]["count"], 3);
        assert_eq!(object["shortcodes"], json!([]));
    }
}
