//! What pages search in: Longhand's own index ([`index`]), made of the words of
//! each article ([`words`]), and PaperMod's `index.json`, where the site's
//! `outputs` ask for it.
//!
//! Does not choose pages, nor read their texts.

pub mod index;
mod terms;
pub mod words;

use super::json::Members;
use std::borrow::Cow;

/// What PaperMod's index says of a page; plain text, all of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry<'a> {
    pub title: &'a str,
    /// Absolute.
    pub permalink: &'a str,
    pub summary: &'a str,
    /// The whole article.
    pub content: &'a str,
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

    #[test]
    fn papermods_index() {
        let entry = Entry {
            title: "<think>…</think> & more",
            permalink: "https://a.example/blog/x/",
            summary: "In short.",
            content: "In short. And </script> at length.",
        };
        let mut out = String::new();
        json::object(&mut out, Place::Script, |json| papermod(&entry, json));
        assert!(!out.contains(['<', '>', '&']), "{out}");
        assert_eq!(
            serde_json::from_str::<Value>(&out).expect("JSON"),
            json!({
                "title": "<think>…</think> & more",
                "content": "In short. And </script> at length.",
                "permalink": "https://a.example/blog/x/",
                "summary": "In short.",
            })
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
