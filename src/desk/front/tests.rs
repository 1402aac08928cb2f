use super::{New, add, set};
use crate::diag::FileId;

fn put(text: &str, key: &str, new: New) -> String {
    set(text, FileId(0), key, new).expect("an edit that can be made")
}

fn listed(text: &str, item: &str) -> String {
    add(text, FileId(0), "aliases", item).expect("an edit that can be made")
}

#[test]
fn one_value_is_changed_and_nothing_else() {
    for (before, key, new, after) in [
        // The spelling of the key, comments and quotes stay.
        (
            "---\n# mine\nTitle: \"Old\" # said\ndraft:   true   # yet\n---\nText\n",
            "draft",
            New::Bool(false),
            "---\n# mine\nTitle: \"Old\" # said\ndraft:   false   # yet\n---\nText\n",
        ),
        (
            "---\nTitle: \"Old\" # said\n---\n",
            "title",
            New::Text("A \"new\" one"),
            "---\nTitle: \"A \\\"new\\\" one\" # said\n---\n",
        ),
        (
            "---\ntitle: 'Old'\n---\n",
            "title",
            New::Text("It's"),
            "---\ntitle: 'It''s'\n---\n",
        ),
        (
            "---\ntitle: Old\n---\n",
            "title",
            New::Text("A: b"),
            "---\ntitle: \"A: b\"\n---\n",
        ),
        (
            "---\ntitle: Old\n---\n",
            "title",
            New::Text("2024"),
            "---\ntitle: \"2024\"\n---\n",
        ),
        (
            "---\ntitle:\ndraft: true\n---\n",
            "title",
            New::Text("x"),
            "---\ntitle: x\ndraft: true\n---\n",
        ),
        (
            "---\ntitle: 'It''s' # said\ntags: [a]\n---\n",
            "title",
            New::Text("New"),
            "---\ntitle: 'New' # said\ntags: [a]\n---\n",
        ),
        // What is not there comes on a line of its own.
        (
            "---\r\ntitle: x\r\n---\r\nText",
            "date",
            New::Date("2024-11-11"),
            "---\r\ntitle: x\r\ndate: 2024-11-11\r\n---\r\nText",
        ),
        (
            "+++\ntitle = 'x'\ntags = [\n  \"a\",\n]\n\n[cover]\nimage = \"y\"\n+++\n",
            "draft",
            New::Bool(false),
            "+++\ntitle = 'x'\ntags = [\n  \"a\",\n]\ndraft = false\n\n[cover]\nimage = \"y\"\n+++\n",
        ),
        (
            "+++\n[cover]\nimage = \"y\"\n+++\n",
            "date",
            New::Date("2024-11-11"),
            "+++\ndate = 2024-11-11\n[cover]\nimage = \"y\"\n+++\n",
        ),
        (
            "+++\ntitle = 'x'\n+++\n",
            "title",
            New::Text("it's"),
            "+++\ntitle = \"it's\"\n+++\n",
        ),
        (
            "{\n  \"title\": \"x\",\n  \"draft\": true\n}\nText\n",
            "date",
            New::Date("2024-11-11"),
            "{\n  \"title\": \"x\",\n  \"draft\": true,\n  \"date\": \"2024-11-11\"\n}\nText\n",
        ),
        (
            "{\"title\": \"x\"}\n",
            "draft",
            New::Bool(true),
            "{\"title\": \"x\", \"draft\": true}\n",
        ),
        (
            "Text\n",
            "draft",
            New::Bool(false),
            "---\ndraft: false\n---\n\nText\n",
        ),
    ] {
        assert_eq!(put(before, key, new), after);
    }
}

#[test]
fn lists_grow_in_the_way_they_are_written() {
    for (before, after) in [
        (
            "---\naliases:\n  - /a/ # old\n  - \"/b/\"\ntitle: x\n---\n",
            "---\naliases:\n  - /a/ # old\n  - \"/b/\"\n  - \"/c/\"\ntitle: x\n---\n",
        ),
        (
            "---\naliases: [/a/]\n---\n",
            "---\naliases: [/a/, /c/]\n---\n",
        ),
        ("---\naliases: []\n---\n", "---\naliases: [/c/]\n---\n"),
        (
            "---\naliases: /a/\n---\n",
            "---\naliases: [/a/, /c/]\n---\n",
        ),
        ("---\naliases:\n---\n", "---\naliases: [/c/]\n---\n"),
        (
            "---\ntitle: x\n---\n",
            "---\ntitle: x\naliases: [/c/]\n---\n",
        ),
        (
            "+++\naliases = [\"/a/\"]\n+++\n",
            "+++\naliases = [\"/a/\", \"/c/\"]\n+++\n",
        ),
        (
            "+++\naliases = [\n  '/a/',\n]\n+++\n",
            "+++\naliases = [\n  '/a/', '/c/',\n]\n+++\n",
        ),
        (
            "{\"aliases\": [\"/a/\"]}\n",
            "{\"aliases\": [\"/a/\", \"/c/\"]}\n",
        ),
    ] {
        assert_eq!(listed(before, "/c/"), after);
    }
}

#[test]
fn what_cannot_be_edited_safely_is_left_alone() {
    for text in [
        "---\ndraft: [true]\n---\n",
        "---\n{title: x}\n---\n",
        "---\ndraft: *a\nx: &a true\n---\n",
    ] {
        let edited = set(text, FileId(0), "draft", New::Bool(false));
        assert!(edited.is_err(), "{edited:?}");
    }
}
