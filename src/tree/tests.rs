use super::{DEPTH, Format, Kind, Node, Value, normal, parse};
use crate::diag::{Diagnostic, FileId, Files, Severity, Style, count, render, tidy};

struct One<'t>(&'t str);

impl Files for One<'_> {
    fn path(&self, _: FileId) -> &str {
        "a"
    }

    fn text(&self, _: FileId) -> &str {
        self.0
    }
}

fn tree(text: &str, format: Format) -> Node {
    match parse(text, format, FileId(0), 0) {
        Ok(node) => node,
        Err(errors) => panic!("{}", printed(text, errors)),
    }
}

fn printed(text: &str, mut diagnostics: Vec<Diagnostic>) -> String {
    tidy(&mut diagnostics, &One(text));
    render(&diagnostics, &One(text), Style::default())
}

/// The tree in one line: text in quotes, other scalars with their kind's letter.
fn shape(node: &Node) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::List(items) => format!("[{}]", list(items.iter().map(shape).collect())),
        Value::Map(map) => {
            let entry = |(key, node): &(super::Key, Node)| format!("{}: {}", key.name, shape(node));
            format!("{{{}}}", list(map.entries.iter().map(entry).collect()))
        }
        Value::Scalar(scalar) => match scalar.kind {
            Kind::Str => format!("{:?}", scalar.text),
            Kind::Bool(value) => format!("b{value}"),
            Kind::Int(value) => format!("i{value}"),
            Kind::Float(value) => format!("f{value}"),
            Kind::Date => format!("d{}", scalar.text),
        },
    }
}

/// Each key and value with the source that its span covers.
fn sources(node: &Node, text: &str, out: &mut Vec<String>) {
    let cut = |span: crate::diag::Span| text[span.start as usize..span.end as usize].to_owned();
    match &node.value {
        Value::Map(map) => {
            for (key, node) in &map.entries {
                out.push(cut(key.span));
                sources(node, text, out);
            }
        }
        Value::List(items) => items.iter().for_each(|item| sources(item, text, out)),
        _ => out.push(cut(node.span)),
    }
}

/// `text` reads as `expected` (see [`shape`]).
fn reads(format: Format, text: &str, expected: &str) {
    assert_eq!(shape(&tree(text, format)), expected, "{text}");
}

/// `text` is refused with exactly these words.
fn refused(format: Format, text: &str, expected: &str) {
    match parse(text, format, FileId(0), 0) {
        Ok(node) => panic!("{text} reads as {}", shape(&node)),
        Err(errors) => assert_eq!(printed(text, errors).trim_end(), expected.trim(), "{text}"),
    }
}

/// `text` is refused with this message (the head alone) at this place.
fn refused_at(format: Format, text: &str, place: &str, message: &str) {
    match parse(text, format, FileId(0), 0) {
        Ok(node) => panic!("{text} reads as {}", shape(&node)),
        Err(errors) => {
            let out = printed(text, errors);
            let mut lines = out.lines();
            let head = lines.next().unwrap_or_default();
            let at = lines.next().unwrap_or_default();
            assert_eq!(head.split_once("]: ").unwrap().1, message, "{text}");
            assert_eq!(at.trim(), format!("--> a:{place}"), "{text}");
        }
    }
}

use Format::{Json, Toml, Yaml};

#[test]
fn yaml_scalars_follow_the_core_schema() {
    reads(
        Yaml,
        "a: yes\nb: on\nc: No\nd: off",
        "{a: \"yes\", b: \"on\", c: \"No\", d: \"off\"}",
    );
    reads(
        Yaml,
        "a: true\nb: False\nc: \"true\"",
        "{a: btrue, b: bfalse, c: \"true\"}",
    );
    reads(
        Yaml,
        "a: ~\nb:\nc: null\nd: ''",
        "{a: null, b: null, c: null, d: \"\"}",
    );
    reads(
        Yaml,
        "a: 007\nb: 0x1F\nc: 0o17\nd: -3\ne: +4",
        "{a: i7, b: i31, c: i15, d: i-3, e: i4}",
    );
    reads(
        Yaml,
        "a: 1.10\nb: .5\nc: 1e3\nd: -2.\ne: .inf",
        "{a: f1.1, b: f0.5, c: f1000, d: f-2, e: finf}",
    );
    reads(
        Yaml,
        "a: 1_000\nb: 1e\nc: .\nd: 1.2.3\ne: --1",
        "{a: \"1_000\", b: \"1e\", c: \".\", d: \"1.2.3\", e: \"--1\"}",
    );
    reads(
        Yaml,
        "a: 2024-01-02\nb: 99999999999999999999",
        "{a: \"2024-01-02\", b: \"99999999999999999999\"}",
    );
    reads(
        Yaml,
        "a: !!str 12\nb: !!int '3'\nc: !mine 4",
        "{a: \"12\", b: i3, c: \"4\"}",
    );
    let node = tree("title: 1.10", Yaml);
    assert_eq!(
        &**node
            .as_map()
            .unwrap()
            .get("title")
            .unwrap()
            .as_text()
            .unwrap(),
        "1.10"
    );
}

#[test]
fn yaml_collections_and_blocks() {
    reads(
        Yaml,
        "a:\n- b\n- c: d\n  e: [1, {f: g}]\nh: |\n  i\n  j\nk: >-\n  l\n  m\n",
        "{a: [\"b\", {c: \"d\", e: [i1, {f: \"g\"}]}], h: \"i\\nj\\n\", k: \"l m\"}",
    );
    reads(Yaml, "a: b\r\nc:\r\n  - d\r\n", "{a: \"b\", c: [\"d\"]}");
    reads(Yaml, "- a\n- b", "[\"a\", \"b\"]");
    reads(Yaml, "", "{}");
    reads(Yaml, "# nothing\n", "{}");
    reads(Yaml, "---\na: b\n...\n", "{a: \"b\"}");
    reads(Yaml, "{\"a\": [1, true]}", "{a: [i1, btrue]}");
}

#[test]
fn yaml_spans_are_bytes_of_the_source() {
    let text = "标题: 值 # 注释é\n\"ä b\": 'it''s'\nc:\n  - é: [ü, \"ö\"]\r\n  - |\n    ß\n\nd: e f\n  g\n";
    let mut out = Vec::new();
    sources(&tree(text, Yaml), text, &mut out);
    assert_eq!(
        out,
        [
            "标题",
            "值",
            "\"ä b\"",
            "'it''s'",
            "c",
            "é",
            "ü",
            "\"ö\"",
            "|\n    ß",
            "d",
            "e f\n  g"
        ]
        .map(|s| s.replace("|\n    ß", "ß"))
    );
    let node = parse("a: b", Yaml, FileId(3), 40).unwrap();
    let (key, value) = &node.as_map().unwrap().entries[0];
    assert_eq!(
        (key.span.file, key.span.start, key.span.end),
        (FileId(3), 40, 41)
    );
    assert_eq!((value.span.start, value.span.end), (43, 44));
}

#[test]
fn yaml_aliases_and_merges_are_expanded() {
    reads(Yaml, "a: &x [1, 2]\nb: *x", "{a: [i1, i2], b: [i1, i2]}");
    reads(
        Yaml,
        "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: *a\n  x: 5\nd: {<<: [*a, *b]}",
        "{a: {x: i1, y: i2}, b: {y: i3, z: i4}, c: {y: i2, x: i5}, d: {x: i1, y: i2, z: i4}}",
    );
    reads(Yaml, "\"<<\": a", "{<<: \"a\"}");
    refused(
        Yaml,
        "a: &a\n  b: *a\n",
        "\
error[yaml-alias]: an alias stands within the value that it names
 --> a:2:6
  |
2 |   b: *a
  |      ^^",
    );
    refused(
        Yaml,
        "a: {<<: b}\n",
        "\
error[yaml]: expected a map to merge, found the text \"b\"
 --> a:1:5
  |
1 | a: {<<: b}
  |     ^^
help: `<<` takes an alias of a map, as in `<<: *defaults`; put it in quotes to use it as a key",
    );
}

#[test]
fn yaml_alias_bombs_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let alias = format!("*a{}", n - 1);
        text += &format!("a{n}: &a{n} [{}]\n", [alias.as_str(); 9].join(", "));
    }
    let errors = parse(&text, Yaml, FileId(0), 0).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0].message,
        "the aliases of this file stand for more than 10000 values"
    );
    // A chain grows by depth.
    let mut text = "a0: &a0 [x]\n".to_owned();
    for n in 1..300 {
        text += &format!("a{n}: &a{n} [*a{}]\n", n - 1);
    }
    assert!(parse(&text, Yaml, FileId(0), 0).is_err());
    // What is large without any alias is data.
    let text: String = (0..20_000).map(|n| format!("k{n}: v\n")).collect();
    assert_eq!(tree(&text, Yaml).as_map().unwrap().entries.len(), 20_000);
}

#[test]
fn yaml_mistakes_are_explained() {
    refused(
        Yaml,
        "title: One: two\n",
        "\
error[yaml]: unexpected `:` within a value
 --> a:1:11
  |
1 | title: One: two
  |           ^
help: put a value that holds `: ` in quotes, as in `title: \"One: two\"`",
    );
    refused(
        Yaml,
        "a: b\nc:\n\td: e\n",
        "\
error[yaml-tab]: a tab stands in the indentation
 --> a:3:1
  |
3 |     d: e
  | ^^^^
help: indent with spaces: YAML allows no tabs there",
    );
    refused(
        Yaml,
        "a: b\n---\nc: d\n",
        "\
error[yaml-documents]: a second document begins here, one was expected
 --> a:2:1
  |
2 | ---
  | ^^^
help: keep one document in a file: remove this `---` and what follows, or move it to a file of its own",
    );
    for (text, place, message) in [
        (
            "a: \"b\nc: d",
            "1:4",
            "the quote that opens here is not closed before the next key",
        ),
        ("a: 'b", "1:4", "the quote that opens here is never closed"),
        (
            "a: \"b\" c",
            "1:8",
            "unexpected text after the closing quote",
        ),
        (
            "a: [b, c\nd: e",
            "1:4",
            "the bracket that opens here is not closed before the next key",
        ),
        (
            "a: {b: c\nd: e",
            "1:4",
            "the bracket that opens here is not closed before the next key",
        ),
        (
            "a: b\n c: d",
            "2:2",
            "this line is indented further than the key before it, which has a value already",
        ),
        ("title a\nb: c", "1:1", "expected `:` after a key"),
        ("a:b\nc: d", "1:2", "expected a space after `:`"),
        ("a: b\nc", "2:1", "expected `:` after a key"),
        ("a: @b", "1:4", "a value cannot begin with `@`"),
        ("a: `b`", "1:4", "a value cannot begin with a backtick"),
        ("a: %b", "1:4", "a value cannot begin with `%`"),
        (
            "a: **b**",
            "1:4",
            "an alias names nothing that was defined before",
        ),
        ("a: \"ü C:\\dir\"", "1:9", "unknown escape in double quotes"),
        (
            "a: - b",
            "1:4",
            "a list cannot begin on the line of its key",
        ),
        (
            "a: b\n- c",
            "2:1",
            "a list item stands where a key was expected",
        ),
        ("a: [b] c", "1:8", "unexpected text after the value"),
        (
            "a: b]\nc: ]",
            "2:4",
            "a bracket closes here that was never opened",
        ),
        (
            "- a\nb: c",
            "2:1",
            "expected `- ` at the indentation of the other items",
        ),
        ("? [a]\n: b", "1:3", "expected text as a key, found a list"),
        (": b", "1:1", "expected a key before `:`"),
    ] {
        refused_at(Yaml, text, place, message);
    }
}

#[test]
fn a_key_given_twice_is_refused_with_both_lines() {
    refused(
        Yaml,
        "title: a\ndraft: true\ntitle: b\n",
        "\
error[duplicate-key]: the key `title` is given twice
 --> a:3:1
  |
3 | title: b
  | ^^^^^
note: first given here
 --> a:1:1
  |
1 | title: a
  | -----
help: remove one of the two",
    );
    refused(
        Toml,
        "x = 1\n[a]\nx = 1\n[b]\nx = 2\n\"x\" = 3\n",
        "\
error[duplicate-key]: the key `x` is given twice
 --> a:6:1
  |
6 | \"x\" = 3
  | ^^^
note: first given here
 --> a:5:1
  |
5 | x = 2
  | -
help: remove one of the two",
    );
    refused(
        Json,
        "{\"a\": 1,\n\"a\": 2}",
        "\
error[duplicate-key]: the key `a` is given twice
 --> a:2:1
  |
2 | \"a\": 2}
  | ^^^
note: first given here
 --> a:1:2
  |
1 | {\"a\": 1,
  |  ---
help: remove one of the two",
    );
    let many: String = (0..100).map(|n| format!("k{}: v\n", n % 99)).collect();
    refused_at(Yaml, &many, "100:1", "the key `k0` is given twice");
    let errors = parse("a: 1\na: 2\nb: {c: 1, c: 2}\n", Yaml, FileId(0), 0).unwrap_err();
    assert_eq!(count(&errors).errors, 2);
    let errors = parse("a = 1\na = 2\nb = 1\nb = 2\n", Toml, FileId(0), 0).unwrap_err();
    assert_eq!(count(&errors).errors, 2);
}

#[test]
fn toml_keeps_order_and_spelling() {
    let text = "z = 1_000\nd = 2024-01-02T03:04:05Z\ne = 2024-01-02\nf = 1.50\n\
                t = true\nx = 0x1F\n[params]\nb.c = 'ü'\na = [\"v\", 2]\n\
                [[menu.main]]\nn = 1\n[[menu.main]]\nn = 2\n";
    reads(
        Toml,
        text,
        "{z: i1000, d: d2024-01-02T03:04:05Z, e: d2024-01-02, f: f1.5, t: btrue, x: i31, \
         params: {b: {c: \"ü\"}, a: [\"v\", i2]}, menu: {main: [{n: i1}, {n: i2}]}}",
    );
    let mut out = Vec::new();
    sources(&tree("é = 1", Yaml), "é = 1", &mut out);
    out.clear();
    let text = "\"é\" = 'ü'\nb = 1_0\n";
    sources(&tree(text, Toml), text, &mut out);
    assert_eq!(out, ["\"é\"", "'ü'", "b", "1_0"]);
    reads(Toml, "", "{}");
    reads(Toml, "a = 1\r\nb = 2\r\n", "{a: i1, b: i2}");
}

#[test]
fn toml_mistakes_are_explained() {
    refused(
        Toml,
        "title = Hello\n",
        "\
error[toml]: expected a value: text in quotes, a number, a date, `true` or `false`
 --> a:1:9
  |
1 | title = Hello
  |         ^^^^^
help: put text in double quotes, as in `title = \"Hello\"`",
    );
    for (text, place, message) in [
        (
            "a = \"b\nc = 1",
            "1:7",
            "the text is not closed on its line",
        ),
        ("a \"b\"", "1:3", "expected `=` after the key"),
        ("a = \"C:\\dir\"", "1:9", "unknown escape in double quotes"),
        (
            "a = [1, 2\nb = 3",
            "2:1",
            "expected `,` or `]` to go on with the list",
        ),
        (
            "a = 1 b = 2",
            "1:5",
            "expected a value: text in quotes, a number, a date, `true` or `false`",
        ),
        (
            "a = 99999999999999999999",
            "1:5",
            "this number is too large for 64 bits",
        ),
        (
            "é = 1",
            "1:1",
            "a key without quotes is made of the letters a to z, digits, `-` and `_`",
        ),
        ("[a", "1:3", "expected `]` after the name of the table"),
        (
            "a = 2024-13-01",
            "1:5",
            "invalid date, expected month between 01 and 12",
        ),
    ] {
        refused_at(Toml, text, place, message);
    }
}

#[test]
fn json_is_read_strictly() {
    reads(
        Json,
        "{\"b\": 1.5, \"a\": [true, null, \"é\\n\\ud83d\\ude00\"], \"n\": -1, \"big\": 12345678901234567890}",
        "{b: f1.5, a: [btrue, null, \"é\\n😀\"], n: i-1, big: \"12345678901234567890\"}",
    );
    reads(Json, " \n", "{}");
    let text = "{\"é\": \"ü\"}";
    let mut out = Vec::new();
    sources(&tree(text, Json), text, &mut out);
    assert_eq!(out, ["\"é\"", "\"ü\""]);
    refused(
        Json,
        "{\"a\": 1,}",
        "\
error[json]: a comma stands after the last entry
 --> a:1:8
  |
1 | {\"a\": 1,}
  |        ^
help: remove the comma",
    );
    for (text, place, message) in [
        ("{\"a\": 1, // c\n\"b\": 2}", "1:10", "JSON has no comments"),
        (
            "{\"a\": 1 \"b\": 2}",
            "1:8",
            "expected `,` before the next entry",
        ),
        ("{a: 1}", "1:2", "expected a key in double quotes"),
        ("{'a': 1}", "1:2", "text stands in single quotes"),
        ("{\"a\": b}", "1:7", "expected a value"),
        ("{\"a\": }", "1:7", "expected a value before `}`"),
        (
            "{\"a\": 1",
            "1:1",
            "the map that opens here is never closed",
        ),
        ("[1, 2", "1:1", "the list that opens here is never closed"),
        (
            "{\"a\": \"b",
            "1:7",
            "the quote that opens here is never closed",
        ),
        (
            "{} {}",
            "1:4",
            "unexpected text after the end of the JSON value",
        ),
        (
            "{\"a\": \"b\nc\"}",
            "1:9",
            "text holds a line break or control character",
        ),
        ("{\"a\": +1}", "1:7", "a number is malformed"),
        ("{\"a\": \"\\q\"}", "1:8", "unknown escape in text"),
        (
            "{\"a\": \"\\ud800\"}",
            "1:8",
            "this escape names no character",
        ),
    ] {
        refused_at(Json, text, place, message);
    }
}

#[test]
fn deep_nesting_is_refused_in_every_format() {
    let message = "values are nested more than 100 levels deep";
    for n in [DEPTH + 10, 100_000] {
        let (open, close) = ("[".repeat(n), "]".repeat(n));
        for (format, text) in [
            (Yaml, format!("a: {open}{close}")),
            (
                Yaml,
                (0..n.min(1000))
                    .map(|n| format!("{}a:\n", " ".repeat(n)))
                    .collect(),
            ),
            (Yaml, "- ".repeat(n.min(2000)) + "a"),
            (Toml, format!("a = {open}{close}")),
            (Toml, "a.".repeat(n) + "a = 1"),
            (Toml, "a . ".repeat(n) + "a = 1"),
            (Toml, "[".to_owned() + &"\"é\".".repeat(n) + "a]"),
            (
                Toml,
                "a = ".to_owned() + &"{a = ".repeat(n) + "1" + &"}".repeat(n),
            ),
            (Json, format!("{open}{close}")),
            (Json, format!("{{\"a\": {open}{close}}}")),
        ] {
            let errors = parse(&text, format, FileId(0), 0).unwrap_err();
            let head: String = text.chars().take(12).collect();
            assert_eq!(errors[0].message, message, "{format} {head} {n}");
            assert_eq!(errors.len(), 1, "{format} {head}");
        }
    }
    let (open, close) = ("[".repeat(60), "]".repeat(60));
    tree(&format!("a: {open}{close}"), Yaml);
    tree(&format!("a = {open}{close}"), Toml);
    tree(&format!("{open}{close}"), Json);
    tree(
        "a = \"...................................................................................................................\"",
        Toml,
    );
}

#[test]
fn gives_templates_typed_values() {
    let value = tree(
        "z: 1\na: 1.5\nb: true\nc: [x, ~]\nd: 2024-01-02\ne: '7'",
        Yaml,
    )
    .to_value();
    assert_eq!(
        serde_json::to_string(&value).unwrap(),
        "{\"z\":1,\"a\":1.5,\"b\":true,\"c\":[\"x\",null],\"d\":\"2024-01-02\",\"e\":\"7\"}"
    );
    let value = tree("d = 2024-01-02", Toml).to_value();
    assert_eq!(
        serde_json::to_string(&value).unwrap(),
        "{\"d\":\"2024-01-02\"}"
    );
}

#[test]
fn keys_have_one_normal_form() {
    for key in [
        "ShowReadingTime",
        "show_reading_time",
        "show-reading-time",
        "SHOWREADINGTIME",
    ] {
        assert_eq!(normal(key), "showreadingtime");
    }
    assert_eq!(normal("Ä_ß"), "äß");
}

/// Whatever the text: no panic, spans on characters and within it.
#[test]
fn what_was_misread_once_is_read_or_refused() {
    for text in [
        "\n\t\r1}\u{85}null0xnull\n  \u{feff}\n  /*true#? ",
        "\t\r\u{e9}",
        "<<: ., \n  a---\n\n = ",
    ] {
        sound(text, Format::Yaml);
    }
}

fn sound(text: &str, format: Format) {
    fn walk(node: &Node, text: &str) {
        let whole = |span: crate::diag::Span| {
            assert!(
                text.get(span.start as usize..span.end as usize).is_some(),
                "{text:?} {span:?}"
            );
        };
        whole(node.span);
        match &node.value {
            Value::Map(map) => map.entries.iter().for_each(|(key, node)| {
                whole(key.span);
                walk(node, text);
            }),
            Value::List(items) => items.iter().for_each(|item| walk(item, text)),
            _ => {}
        }
    }
    match parse(text, format, FileId(0), 0) {
        Ok(node) => {
            walk(&node, text);
            node.to_value();
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "{text:?}");
            for error in &errors {
                assert_eq!(error.severity, Severity::Error);
                assert!(
                    !error.message.is_empty() && !error.message.contains('\n'),
                    "{text:?}"
                );
                let notes = error.notes.iter().filter_map(|note| note.span);
                for span in error.span.into_iter().chain(notes) {
                    let range = span.start as usize..span.end as usize;
                    assert!(text.get(range).is_some(), "{text:?} {span:?}");
                }
            }
            printed(text, errors);
        }
    }
}

/// Words of all three grammars, thrown together.
const PIECES: &str = "[a-z]|é|标|😀|: |:|, |\n|\r\n|\r|\n  |\n\t|- |\\[|\\]|\\{|\\}|\"|'|\\\\|&a |\\*a|<<|!|!!str |\\||>|>-\n|#| # |%|@|`|\\?|\\? |---\n|\\.\\.\\.\n|=| = |\\[\\[|\\.|//|/\\*|0x|1|1\\.5|2024-01-02|true|null|~|\t| |\\\\u00e9|\\\\x|\u{85}|\u{2028}|\u{feff}|\u{1}|\"\"\"|'''";

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(1500))]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        for format in [Yaml, Toml, Json] {
            sound(&text, format);
        }
    }

    #[test]
    fn any_mix_of_pieces_is_read_or_refused(
        pieces in proptest::collection::vec(proptest::string::string_regex(PIECES).unwrap(), 0..40)
    ) {
        let text = pieces.concat();
        for format in [Yaml, Toml, Json] {
            sound(&text, format);
        }
    }

    /// A plain scalar's span covers its text, whatever stands before it.
    #[test]
    fn spans_cover_plain_text(
        before in "(# ?[a-zé标😀]{0,6}\n|[a-z]{1,3}é: '[é标 ]{0,4}' # ü\n){0,4}",
        key in "[a-zé标😀]{1,5}",
        value in "[a-zé标😀]{1,5}( [a-zé😀]{1,3}){0,2}",
    ) {
        let text = format!("{before}k{key}: {value} # ü\n");
        if let Ok(node) = parse(&text, Yaml, FileId(0), 0) {
            let (key, node) = node.as_map().unwrap().entries.last().unwrap();
            let cut = |span: crate::diag::Span| &text[span.start as usize..span.end as usize];
            assert_eq!(cut(key.span), &*key.name);
            assert_eq!(cut(node.span), value);
        }
    }
}
