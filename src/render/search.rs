//! The JSON indices that pages search in: Longhand's own, and PaperMod's
//! (`index.json`, where the site's `outputs` ask for it).
//!
//! Takes one entry, says what is in it. Does not choose pages, nor cut what they say.

use super::json::Members;
use crate::date::Date;
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

/// How many bytes of each of so many articles the index of the search page has:
/// long ones are cut, the more of them the shorter.
pub fn share(entries: usize) -> usize {
    (BUDGET / entries.max(1)).clamp(LEAST, MOST)
}

/// An entry of the search page's index:
/// `{"title", "url", "summary", "content", "tags", "date", "section"}`, the date as
/// RFC 3339, what is empty left out.
pub fn own(entry: &Entry, json: &mut Members) {
    json.text("title", entry.title);
    json.text("url", entry.url);
    json.some_text("summary", entry.summary);
    json.text("content", entry.content);
    json.texts("tags", entry.tags);
    if let Some(date) = entry.date {
        json.text("date", &date.rfc3339());
    }
    json.some_text("section", entry.section);
}

/// An entry of PaperMod's index: `{"title", "content", "permalink", "summary"}`.
pub fn papermod(entry: &Entry, json: &mut Members) {
    json.text("title", entry.title);
    json.text("content", entry.content);
    json.text("permalink", entry.permalink);
    json.text("summary", entry.summary);
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
    use crate::render::json::{self, Place};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn read(entry: &Entry, shape: fn(&Entry, &mut Members)) -> Value {
        let mut out = String::new();
        json::object(&mut out, Place::Script, |json| shape(entry, json));
        assert!(!out.contains(['<', '>', '&']), "{out}");
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
        assert_eq!(
            read(&entry(), own),
            json!({
                "title": "<think>…</think> & more",
                "url": "/blog/x/",
                "summary": "In short.",
                "content": "In short. And </script> at length.",
                "tags": ["Open Source", "C#"],
                "date": "2024-11-11T08:00:00+08:00",
                "section": "Blog",
            })
        );
        let bare = Entry {
            title: "Bare",
            url: "/b/",
            ..Entry::default()
        };
        assert_eq!(
            read(&bare, own),
            json!({"title": "Bare", "url": "/b/", "content": ""})
        );
    }

    #[test]
    fn papermods_index() {
        assert_eq!(
            read(&entry(), papermod),
            json!({
                "title": "<think>…</think> & more",
                "content": "In short. And </script> at length.",
                "permalink": "https://a.example/blog/x/",
                "summary": "In short.",
            })
        );
    }

    #[test]
    fn the_more_articles_the_less_of_each() {
        assert_eq!(share(0), 20_000);
        assert_eq!(share(1000), 4_194);
        assert_eq!(share(10_000), 500);
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
