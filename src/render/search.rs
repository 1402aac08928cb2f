//! The JSON indices that pages search in: Longhand's own, and PaperMod's
//! (`index.json`, where the site's `outputs` ask for it).
//!
//! Takes entries in the order in which they are to be found, appends compact JSON
//! that may also stand in a `<script>` element. Does not choose pages.

use super::json;
use crate::date::Date;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

#[derive(Clone, Copy, Debug, Default)]
pub struct Entry<'a> {
    /// Plain text, as all texts here.
    pub title: &'a str,
    /// Path of the page within the host, for the search page.
    pub url: &'a str,
    /// Absolute, for PaperMod's index.
    pub permalink: &'a str,
    pub summary: &'a str,
    /// The whole article.
    pub content: &'a str,
    pub tags: &'a [&'a str],
    pub date: Option<Date>,
    /// Title of its section; empty for none.
    pub section: &'a str,
}

/// Bytes of articles in one index, about: it is fetched whole before the first hit.
const BUDGET: usize = 4 << 20;
/// No article has less than this, however many there are,
const LEAST: usize = 500;
/// nor more: beyond it a search finds everything in everything.
const MOST: usize = 20_000;

/// Appends the index of the search page:
/// `[{"title", "url", "summary", "content", "tags", "date", "section"}]`, the date as
/// RFC 3339, what is empty left out. Long articles are cut, the more of them the shorter.
pub fn index(entries: &[Entry], out: &mut String) {
    let most = share(entries.len());
    json::write_in_script(out, &Each(entries, most, own));
    out.push('\n');
}

/// How many bytes of each of so many articles the index of the search page has.
pub fn share(entries: usize) -> usize {
    (BUDGET / entries.max(1)).clamp(LEAST, MOST)
}

/// Appends PaperMod's index: `[{"title", "content", "permalink", "summary"}]`, articles whole.
pub fn papermod(entries: &[Entry], out: &mut String) {
    json::write_in_script(out, &Each(entries, usize::MAX, papermods));
    out.push('\n');
}

#[derive(Serialize)]
struct Own<'a> {
    title: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    content: &'a str,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    tags: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    section: &'a str,
}

#[derive(Serialize)]
struct PaperMod<'a> {
    title: &'a str,
    content: &'a str,
    permalink: &'a str,
    summary: &'a str,
}

fn own<'a>(entry: &Entry<'a>, most: usize) -> Own<'a> {
    Own {
        title: entry.title,
        url: entry.url,
        summary: entry.summary,
        content: cut(entry.content, most),
        tags: entry.tags,
        date: entry.date.map(|date| date.rfc3339()),
        section: entry.section,
    }
}

fn papermods<'a>(entry: &Entry<'a>, most: usize) -> PaperMod<'a> {
    PaperMod {
        title: entry.title,
        content: cut(entry.content, most),
        permalink: entry.permalink,
        summary: entry.summary,
    }
}

/// The entries, each turned into its JSON shape while it is written.
struct Each<'a, T>(&'a [Entry<'a>], usize, fn(&Entry<'a>, usize) -> T);

impl<T: Serialize> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Each(entries, most, shape) = self;
        serializer.collect_seq(entries.iter().map(|entry| shape(entry, *most)))
    }
}

/// At most `most` bytes, whole words where there are spaces to tell them.
pub fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let head = &text[..boundary(text, most)];
    // A break within the head's last part only: CJK text may have none for pages.
    let from = boundary(head, head.len().saturating_sub(40));
    let broken_here = text[head.len()..].starts_with(char::is_whitespace);
    match head[from..].rfind(char::is_whitespace) {
        Some(at) if !broken_here => head[..from + at].trim_end(),
        _ => head.trim_end(),
    }
}

/// [`cut`] with an ellipsis where something was cut.
pub fn excerpt(text: &str, most: usize) -> Cow<'_, str> {
    let head = cut(text, most);
    if head.len() == text.len() {
        Cow::Borrowed(text)
    } else {
        let head = head.trim_end_matches([',', ';', ':', '.', '–', '—', ' ']);
        Cow::Owned(format!("{head}…"))
    }
}

/// The last character boundary up to `at`, which is no more than the text's length.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn read(write: impl FnOnce(&mut String)) -> Value {
        let mut out = String::new();
        write(&mut out);
        serde_json::from_str(&out).expect("JSON")
    }

    fn entry<'a>() -> Entry<'a> {
        Entry {
            title: "<think>…</think> & more",
            url: "/blog/x/",
            permalink: "https://a.example/blog/x/",
            summary: "In short.",
            content: "In short. And </script> at length.",
            tags: &["Open Source", "C#"],
            date: Some(Date {
                instant: "2024-11-11T00:00:00Z".parse().expect("a timestamp"),
                offset: jiff::tz::offset(8),
            }),
            section: "Blog",
        }
    }

    #[test]
    fn the_search_pages_index() {
        let bare = Entry {
            title: "Bare",
            url: "/b/",
            ..Entry::default()
        };
        assert_eq!(
            read(|out| index(&[entry(), bare], out)),
            json!([
                {
                    "title": "<think>…</think> & more",
                    "url": "/blog/x/",
                    "summary": "In short.",
                    "content": "In short. And </script> at length.",
                    "tags": ["Open Source", "C#"],
                    "date": "2024-11-11T08:00:00+08:00",
                    "section": "Blog",
                },
                {"title": "Bare", "url": "/b/", "content": ""},
            ])
        );
    }

    #[test]
    fn papermods_index() {
        assert_eq!(
            read(|out| papermod(&[entry()], out)),
            json!([{
                "title": "<think>…</think> & more",
                "content": "In short. And </script> at length.",
                "permalink": "https://a.example/blog/x/",
                "summary": "In short.",
            }])
        );
        assert_eq!(read(|out| papermod(&[], out)), json!([]));
    }

    #[test]
    fn both_may_stand_in_a_script() {
        for write in [index, papermod] {
            let mut out = String::new();
            write(&[entry()], &mut out);
            assert!(!out.contains(['<', '>', '&']), "{out}");
        }
    }

    #[test]
    fn the_more_articles_the_less_of_each() {
        let long = "word ".repeat(10_000);
        let entry = Entry {
            content: &long,
            ..Entry::default()
        };
        let length = |n: usize| {
            let index = read(|out| index(&vec![entry; n], out));
            index[0]["content"].as_str().expect("a text").len()
        };
        assert_eq!(length(1), 19_999);
        assert_eq!(length(1000), 4_194);
        assert_eq!(length(10_000), 499);
        assert_eq!(
            read(|out| papermod(&[entry], out))[0]["content"],
            json!(long)
        );
    }

    #[test]
    fn cuts_between_words() {
        for (text, most, want) in [
            ("one two three", 13, "one two three"),
            ("one two three", 12, "one two"),
            ("one two three", 7, "one two"),
            ("one two three", 2, "on"),
            ("一二三", 4, "一"),
            ("é", 1, ""),
            ("", 0, ""),
        ] {
            assert_eq!(cut(text, most), want, "{text} at {most}");
        }
        assert_eq!(excerpt("one, two", 5), "one…");
        assert_eq!(excerpt("one, two", 8), "one, two");
    }

    proptest! {
        #[test]
        fn any_text_is_cut_to_its_own_beginning(text in any::<String>(), most in 0usize..200) {
            let head = cut(&text, most);
            prop_assert!(text.starts_with(head) && head.len() <= most.max(text.len().min(most)));
        }
    }
}
