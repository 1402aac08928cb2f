use super::super::parse_any;
use super::{FileId, read};
use proptest::prelude::*;
use std::path::Path;

/// What is read here is what the parser reads, and whether anything was.
fn agrees(text: &str) -> bool {
    // Spans must not forget where the text begins in its file.
    let Some(root) = read(text, FileId(3), 7) else {
        return false;
    };
    match parse_any(text, FileId(3), 7) {
        Ok(parsed) => assert_eq!(Some(&root), parsed.as_ref(), "{text}"),
        Err(errors) => panic!("{text}: {errors:?}"),
    }
    true
}

#[test]
fn front_matter_is_read_without_the_parser() {
    for text in [
        "title: A title, of sorts\n",
        "title: \"A \\\"title\\\": one\\\\two\"\ndate: 2024-11-11T09:00:00-08:00\ndraft: true # not yet\n",
        "# first\n\ntitle: 'It''s'\ntags: [a, \"b c\", 'd', 1.5, ~, x:y, http://z]\n\n# last",
        "tags:\n  - a\n  # between\n  - \"b\"\n\n  - c d # e\nkeywords:\n- a\n- -1\n",
        "empty:\nspace: \nlist: []\nlists: [ a , b, ]\n",
        "cover:\n    image: x.png\n    alt:\n    more:\n      deep: 1\nafter: é標😀\n",
        "menus:\n  main:\n    weight: 1\nresources:\n  - src: a\n    title: b\n  -  src: c\n",
        "a: 1\r\nb:\r\n  - x\r\n\r\nc: \"y\"\r\n",
        "  a: x#y # z\n  b: .5\n  c: -x\n",
    ] {
        assert!(agrees(text), "{text}");
    }
}

#[test]
fn what_is_not_simple_is_left_to_the_parser() {
    for text in [
        "",
        "# nothing\n",
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "a: |\n  b\n",
        "a: b\n  c\n",
        "a: \"b\n  c\"\n",
        "a:\n  b\n",
        "a: [b,\n  c]\n",
        "a: {b: c}\n",
        "a: \"\\u00e9\"\n",
        "a: \"b\" # c\n",
        "a: \"b\"\n# c\nd: e\n",
        "a:\tb\n",
        "a: 1\na: 2\n",
        "a:\n    b: 1\n  c: 2\n",
        "a: 1\n  b: 2\n",
        "a: b: c\n",
        "a: [b\n",
        "a: 'b\n",
        "a: @b\n",
        "a: - b\n",
        "a:\n  -\n  - b\n",
        "<<: 1\n",
        "- a\n",
        "a: 1\n---\nb: 2\n",
        "---\na: 1\n",
        "a: b\u{85}c\n",
        "a: b\rc: d\n",
        "\u{FEFF}a: b\n",
    ] {
        assert!(!agrees(text), "{text}");
    }
}

/// Every text between two `---` in the cases and in the manual.
#[test]
fn the_front_matter_of_the_cases_is_read_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut simple, mut all) = (0, 0);
    let folders = ["tests/cases", "content"].map(|folder| root.join(folder));
    for entry in folders.iter().flat_map(walkdir::WalkDir::new) {
        let path = entry.unwrap().into_path();
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let marks: Vec<usize> = text.match_indices("---\n").map(|(at, _)| at).collect();
        for pair in marks.windows(2) {
            all += 1;
            simple += usize::from(agrees(&text[pair[0] + 4..pair[1]]));
        }
    }
    assert!(simple * 2 > all, "{simple} of {all}");
}

/// Values that are simple.
const PLAIN: &str = "[a-z0-9]{1,4}( [a-zé:#-]{0,2}[a-z]){0,2}|\"[a-z é']{0,6}\"|\"[a-z]\\\\\"[a-z]\"|'[a-z \"]{0,3}('')?'|\\[ ?([a-z]{1,2}(, ?| , ?)|\"[a-z]\", ?|'[a-z]' ?,|-[a-z] ?,){0,3} ?([a-z]( [a-z])?|\"[a-z#]\")? ?\\]|-?[0-9]{1,2}(\\.[0-9])?|true|null|~|x:y|x#y";

/// Values that are not, or not wholly.
const ODD: &str = "[a-z0-9]{1,4}( [a-zé:#-]{1,3}){0,2}|\"[a-z é\\\\\"']{0,6}\"|'[a-z ']{0,5}'|\\[([a-z]{1,2}(, ?|:|: | ?#| )|\"[a-z]\" ?,? ?|'[a-z]',? |\\[|\\]|~|-|- |\\?){0,4}\\]?|<<|---|- x|-x|\\.5|\\.\\.\\.|[|>]-?|&x a|\\*x|!x|%|@|\\?|\\{\\}|\\{a: b\\}|[(/_$+<=^;\\\\*`]x?|é|";

const KEY: &str = "[a-z]{1,2}[0-9]?|[a-z][./_-][a-z]|é[a-z]";

const ODD_KEY: &str = "(a b|'q'|\"q\"|1|-|\\?|<<|-a|/a|\\.a|a)(:|: | : |:  )";

fn regex(regex: &str) -> impl Strategy<Value = String> + use<> {
    proptest::string::string_regex(regex).expect("an expression")
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![30 => regex(PLAIN), 1 => regex(ODD)]
}

/// A key with what belongs to it, further in by `indent`.
fn entry(indent: &'static str, depth: usize) -> BoxedStrategy<String> {
    let key = || regex(KEY);
    let end = || prop_oneof![12 => Just("\n"), 1 => Just(" # c\n"), 1 => Just("  \n"), 1 => Just("\r\n"), 1 => Just("\n\n"), 1 => Just("\n  # c\n")];
    let space = || prop_oneof![8 => Just(" "), 1 => Just("  ")];
    let scalar = (key(), space(), value(), end())
        .prop_map(move |(key, space, value, end)| format!("{indent}{key}:{space}{value}{end}"));
    let empty = (key(), end()).prop_map(move |(key, end)| format!("{indent}{key}:{end}"));
    let odd =
        (regex(ODD_KEY), value()).prop_map(move |(key, value)| format!("{indent}{key}{value}\n"));
    let marks = prop_oneof![Just("- "), Just("  - "), Just("    -  ")];
    let items = proptest::collection::vec((value(), end()), 1..4);
    let list = (key(), end(), marks, items).prop_map(move |(key, end, mark, items)| {
        let items: String = items
            .iter()
            .map(|(item, end)| format!("{indent}{mark}{item}{end}"))
            .collect();
        format!("{indent}{key}:{end}{items}")
    });
    if depth == 0 {
        return prop_oneof![30 => scalar, 5 => list, 3 => empty, 1 => odd].boxed();
    }
    let deeper = ["  ", "    ", "      ", " "][depth - 1];
    let inner = proptest::collection::vec(entry(deeper, depth - 1), 1..4);
    let map = (key(), end(), inner.clone())
        .prop_map(move |(key, end, inner)| format!("{indent}{key}:{end}{}", inner.concat()));
    // The first key stands behind the dash.
    let maps = (key(), inner).prop_map(move |(key, inner)| {
        let inner = inner.concat();
        let first = inner.trim_start();
        let dash = inner.len() - first.len();
        format!(
            "{indent}{key}:\n{}- {first}",
            &deeper[..dash.min(deeper.len()).saturating_sub(2)]
        )
    });
    prop_oneof![20 => scalar, 5 => list, 3 => empty, 3 => map, 1 => maps, 1 => odd].boxed()
}

const PIECES: &[&str] = &[
    " ", "  ", "\n", "\t", ":", ": ", "#", " #", "-", "- ", "\n- ", "'", "\"", "[", "]", ",", "\\",
    "\r", "\r\n", "\u{85}", "\u{A0}", "\u{2028}", "\u{FEFF}", "\u{7F}", "\0", "{", "&", "😀",
    "---\n", "...\n", "\n  ", "~",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_read_in_lines_is_what_the_parser_reads(
        entries in proptest::collection::vec(entry("", 2), 1..6),
        changes in proptest::collection::vec(
            (any::<proptest::sample::Index>(), proptest::sample::select(PIECES), any::<bool>()),
            0..3,
        ),
    ) {
        let mut text = entries.concat();
        for (at, piece, put) in changes {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            if places.is_empty() {
                break;
            }
            let at = *at.get(&places);
            if put {
                text.insert_str(at, piece);
            } else {
                text.remove(at);
            }
        }
        agrees(&text);
    }
}
