//! `longhand list`: as a table for people, as CSV or JSON for programs.

use super::report::{self, Voice, err, out, plural};
use super::{CacheArgs, SiteArgs, desk, exit, moment, options};
use crate::desk::Failure;
use crate::desk::list::{self, Listed, Post, What};
use crate::diag::{self, Severity, visible};
use crate::source::Sources;
use clap::{Args, ValueEnum};
use serde_json::json;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  longhand list drafts\n  longhand list tags --csv\n  \
                        longhand list related content/posts/first-snow.md\n  longhand list --next"
)]
pub struct List {
    /// What to list
    #[arg(value_enum, default_value = "posts", hide_possible_values = false)]
    what: Kind,
    /// Of `related`: the page whose related pages are listed
    #[arg(value_name = "PAGE")]
    page: Option<String>,
    /// Only the page that is published next of its own accord, and when
    #[arg(long)]
    next: bool,
    /// Print CSV on standard output
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// List as if it were this date and time, for example 2024-11-11T09:00:00Z
    #[arg(long, alias = "clock", value_name = "DATE")]
    now: Option<String>,
    #[command(flatten)]
    site: SiteArgs,
    #[command(flatten)]
    cache: CacheArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Every post, the newest first
    #[value(alias = "all")]
    Posts,
    /// What is marked as a draft
    Drafts,
    /// What waits for its date, the next first
    Future,
    /// What is published no longer
    Expired,
    /// Tags and the other taxonomies, with how many posts each has
    Tags,
    /// Every address that the site answers
    Urls,
    /// Posts that no text and no menu leads to
    Orphans,
    /// What is shown below PAGE as related
    Related,
}

pub fn run(arguments: &List) -> u8 {
    let json = arguments.site.json;
    let mut options = options(&arguments.site);
    options.cache_dir = arguments.cache.folder();
    let mut sources = Sources::new(&options.source);
    let mut diagnostics = Vec::new();
    let what = match what(arguments) {
        Ok(what) => what,
        Err(failure) => return desk::failed(failure, &mut diagnostics, &sources, json),
    };
    match moment("--now", arguments.now.as_deref()) {
        Ok(now) => options.now = now,
        Err(error) => {
            return desk::failed(Failure::Usage(error), &mut diagnostics, &sources, json);
        }
    }
    let listed = match list::list(&options, &what, &mut sources, &mut diagnostics) {
        Ok(listed) => listed,
        Err(failure) => return desk::failed(failure, &mut diagnostics, &sources, json),
    };
    // What is wrong with the site is for `build` and `check` to say; but a page that
    // could not be read is missing from the list.
    diagnostics.retain(|said| said.severity == Severity::Error);
    if !diagnostics.is_empty() {
        let voice = Voice {
            json: false,
            quiet: true,
            verbose: false,
        };
        report::diagnostics(&mut diagnostics, &sources, &voice);
    }
    let rows = Rows::new(&listed);
    if json {
        let rows: Vec<&serde_json::Value> = rows.json.iter().collect();
        let text = serde_json::to_string_pretty(&rows).unwrap_or_default();
        out(&format!("{text}\n"));
    } else if arguments.csv {
        out(&rows.csv());
    } else if rows.cells.is_empty() {
        err(&format!("{}\n", nothing(&what)));
    } else {
        out(&rows.table(report::terminal_width()));
        if std::io::IsTerminal::is_terminal(&std::io::stdout()) && what != What::Next {
            err(&format!("{}\n", plural(rows.cells.len(), rows.one)));
        }
    }
    match diag::count(&diagnostics).errors {
        0 => exit::FINE,
        _ => exit::SITE,
    }
}

fn what(arguments: &List) -> Result<What, Failure> {
    let usage = |message: &str, help: &str| {
        let error = crate::diag::Diagnostic::error("usage", None, message);
        Failure::Usage(error.help(help))
    };
    if arguments.page.is_some() && !matches!(arguments.what, Kind::Related) {
        return Err(usage(
            "a page is named after `related` alone",
            "for example `longhand list related content/posts/first-snow.md`",
        ));
    }
    if arguments.next {
        return match arguments.what {
            Kind::Posts | Kind::Future => Ok(What::Next),
            _ => Err(usage(
                "`--next` is about what waits for its date",
                "write `longhand list --next`",
            )),
        };
    }
    Ok(match arguments.what {
        Kind::Posts => What::Posts,
        Kind::Drafts => What::Drafts,
        Kind::Future => What::Future,
        Kind::Expired => What::Expired,
        Kind::Tags => What::Tags,
        Kind::Urls => What::Urls,
        Kind::Orphans => What::Orphans,
        Kind::Related => match &arguments.page {
            Some(page) => What::Related(page.clone()),
            None => {
                return Err(usage(
                    "related to which page?",
                    "name it: `longhand list related content/posts/first-snow.md`",
                ));
            }
        },
    })
}

fn nothing(what: &What) -> &'static str {
    match what {
        What::Posts => "there are no posts yet; `longhand new \"A title\"` begins one",
        What::Drafts => "there are no drafts",
        What::Future | What::Next => "nothing waits for its date",
        What::Expired => "nothing has expired",
        What::Tags => "there are no tags",
        What::Urls => "there are no addresses",
        What::Orphans => "every post is linked from somewhere",
        What::Related(_) => "nothing is related to it",
    }
}

/// What is printed, in each of the three ways.
struct Rows {
    /// What one row is.
    one: &'static str,
    heads: Vec<&'static str>,
    cells: Vec<Vec<String>>,
    /// The keys of its JSON that are the columns of the CSV, also where no row is.
    keys: &'static [&'static str],
    /// The column that is cut where a line gets too long.
    cut: usize,
    json: Vec<serde_json::Value>,
}

impl Rows {
    fn new(listed: &Listed) -> Rows {
        match listed {
            Listed::Posts(posts) => Rows::of_posts(posts),
            Listed::Terms(terms) => Rows {
                one: "term",
                heads: vec!["posts", "taxonomy", "name", "url"],
                keys: &["taxonomy", "name", "url", "posts"],
                cells: terms
                    .iter()
                    .map(|term| {
                        let (taxonomy, name) = (term.taxonomy.clone(), term.name.clone());
                        vec![term.posts.to_string(), taxonomy, name, term.url.clone()]
                    })
                    .collect(),
                cut: 2,
                json: terms
                    .iter()
                    .map(|term| {
                        json!({ "taxonomy": term.taxonomy, "name": term.name, "url": term.url, "posts": term.posts })
                    })
                    .collect(),
            },
            Listed::Urls(urls) => Rows {
                one: "address",
                heads: vec!["kind", "url", "path"],
                keys: &["url", "kind", "path"],
                cells: urls
                    .iter()
                    .map(|url| vec![url.kind.to_owned(), url.url.clone(), url.path.clone()])
                    .collect(),
                cut: 1,
                json: urls
                    .iter()
                    .map(|url| {
                        let path = Some(&url.path).filter(|path| !path.is_empty());
                        json!({ "url": url.url, "kind": url.kind, "path": path })
                    })
                    .collect(),
            },
        }
    }

    fn of_posts(posts: &[Post]) -> Rows {
        let date = |post: &Post| post.date.map(|date| date.rfc3339());
        // A time of day is of interest where it is still to come.
        let shown = |post: &Post| match (post.date, post.state) {
            (None, _) => String::new(),
            (Some(date), "future") => date.format("2006-01-02 15:04", "en"),
            (Some(date), _) => date.format("2006-01-02", "en"),
        };
        Rows {
            one: "post",
            heads: vec!["date", "state", "title", "path"],
            keys: &["path", "url", "title", "date", "draft"],
            cells: posts
                .iter()
                .map(|post| {
                    let state = post.state.to_owned();
                    vec![shown(post), state, post.title.clone(), post.path.clone()]
                })
                .collect(),
            cut: 2,
            json: posts
                .iter()
                .map(|post| {
                    json!({ "path": post.path, "url": post.url, "title": post.title, "date": date(post), "draft": post.draft })
                })
                .collect(),
        }
    }

    /// With the keys of the JSON as its head: `path,url,title,date,draft`.
    fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let heads = self.keys.iter().map(|key| (*key).to_owned());
        let mut all: Vec<Vec<String>> = vec![heads.collect()];
        for row in self.json.iter().filter_map(serde_json::Value::as_object) {
            let cells = self.keys.iter().map(|key| match row.get(*key) {
                Some(serde_json::Value::String(text)) => text.clone(),
                None | Some(serde_json::Value::Null) => String::new(),
                Some(other) => other.to_string(),
            });
            all.push(cells.collect());
        }
        for row in all {
            // Into memory, where nothing can fail.
            let _ = writer.write_record(row);
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn table(&self, width: usize) -> String {
        const GAP: usize = 2;
        const LEAST: usize = 16;
        let cells: Vec<Vec<String>> = (self.cells.iter())
            .map(|row| {
                row.iter()
                    .map(|cell| visible(cell).replace('\n', " "))
                    .collect()
            })
            .collect();
        let mut widths: Vec<usize> = (0..self.heads.len())
            .map(|at| cells.iter().map(|row| row[at].width()).max().unwrap_or(0))
            .collect();
        let shown = widths.iter().filter(|width| **width > 0).count();
        let all = widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1);
        let wide = widths[self.cut];
        widths[self.cut] = wide
            .saturating_sub(all.saturating_sub(width))
            .max(LEAST.min(wide));
        let mut text = String::new();
        for row in &cells {
            let mut line = String::new();
            for (at, cell) in row.iter().enumerate().filter(|(at, _)| widths[*at] > 0) {
                let cell = cut(cell, widths[at]);
                let space = " ".repeat(widths[at].saturating_sub(cell.width()));
                let number = self.heads[at] == "posts";
                let (before, after) = if number { (&*space, "") } else { ("", &*space) };
                line.push_str(&format!("{before}{cell}{after}{}", " ".repeat(GAP)));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// So many columns of a text, with an ellipsis where it is longer.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end())
}
