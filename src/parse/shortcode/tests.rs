use super::*;
use crate::diag::FileId;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn read(text: &str) -> Extracted<'_> {
    extract(text, FileId(0), 0)
}

/// Tokens as `[n]`.
fn shown(text: &str) -> String {
    text.replace(token::OPEN, "[")
        .replace(token::CLOSE, "]")
        .replace(GUARD, "|")
}

/// One line a call: name, arguments, inner text.
fn calls(text: &str) -> Vec<String> {
    let read = read(text);
    assert_eq!(read.diagnostics, [], "{text}");
    read.calls.iter().map(line).collect()
}

fn line(call: &Call) -> String {
    let mut out = call.name.clone();
    for arg in &call.args {
        let name = arg
            .name
            .as_ref()
            .map_or(String::new(), |name| format!("{name}="));
        out += &match &arg.value {
            ArgValue::Text(text) => format!(" {name}{text:?}"),
            value => format!(" {name}{value}"),
        };
    }
    if let Some(inner) = &call.inner {
        out += &format!(" {{{}}}", shown(&inner.text));
    }
    out
}

/// Each diagnostic with what its span shows.
fn faults(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for diagnostic in read(text).diagnostics {
        let span = diagnostic.span.expect("every fault has a place");
        let place = &text[span.start as usize..span.end as usize];
        let help = diagnostic
            .help
            .map_or(String::new(), |help| format!(" | {help}"));
        let notes: String = diagnostic
            .notes
            .iter()
            .map(|note| format!(" ({})", note.text))
            .collect();
        out.push(format!(
            "{place:?} {}: {}{notes}{help}",
            diagnostic.name, diagnostic.message
        ));
    }
    out
}

#[test]
fn a_text_without_calls_is_itself() {
    let text = "plain {{ braces }} and {{{ more, {% not ours %}";
    assert_eq!(read(text).text, text);
    assert_eq!(calls(text), [""; 0]);
}

#[test]
fn arguments_have_types_and_quotes() {
    assert_eq!(
        calls(r#"{{< x "a b" `raw "x"` bare -2 1.5 true 12px 1.2.3 >}}"#),
        [r#"x "a b" "raw \"x\"" "bare" -2 1.5 true "12px" "1.2.3""#]
    );
    assert_eq!(
        calls("{{< figure src=\"a.png\"\n  width=100\n\tlazy=false title = \"say \\\"hi\\\"\">}}"),
        [r#"figure src="a.png" width=100 lazy=false title="say \"hi\"""#]
    );
    assert_eq!(
        calls(r#"{{<video src="a.mp4" controls=\"yes\" >}}"#),
        [r#"video src="a.mp4" controls="yes""#]
    );
    assert_eq!(
        calls("{{< 图 标题=\"值\" 宽=全 >}}"),
        [r#"图 标题="值" 宽="全""#]
    );
    assert_eq!(calls("{{< x `a\nb` >}}"), [r#"x "a\nb""#]);
}

#[test]
fn a_backslash_is_itself_but_before_a_quote() {
    assert_eq!(
        calls(r#"{{< x "\alpha \\ \"" >}}"#),
        [r#"x "\\alpha \\\\ \"""#]
    );
}

#[test]
fn a_call_is_paired_when_its_end_follows_at_its_level() {
    let text = "{{< a >}}1{{< b >}}2{{< c >}}3{{< /b >}}4{{< /a >}}5{{< a >}}6";
    let found = read(text);
    assert_eq!(shown(&found.text), "[0]5[3]6");
    assert_eq!(calls(text), ["a {1[1]4}", "b {2[2]3}", "c", "a"]);
    let places: Vec<_> = found
        .calls
        .iter()
        .map(|call| (call.parent, call.ordinal))
        .collect();
    assert_eq!(places, [(None, 0), (Some(0), 0), (Some(1), 0), (None, 1)]);
}

#[test]
fn a_slash_before_the_end_closes() {
    assert_eq!(
        calls("{{< a />}}x{{< a/>}}y{{< a 1 / >}}{{% b/c %}}z{{% / b/c %}}"),
        ["a {}", "a {}", "a 1 {}", "b/c {z}"]
    );
}

#[test]
fn the_two_forms_are_told_apart() {
    let found = read("{{% a %}}x{{% /a %}}{{< b >}}");
    assert_eq!(
        found
            .calls
            .iter()
            .map(|call| call.markdown)
            .collect::<Vec<_>>(),
        [true, false]
    );
}

#[test]
fn a_call_keeps_its_source_and_places() {
    let text = "ab {{< x k=\"v\" >}}in{{< /x >}} c";
    let found = extract(text, FileId(3), 100);
    let call = &found.calls[0];
    assert_eq!(
        (call.open.as_str(), call.close.as_deref()),
        ("{{< x k=\"v\" >}}", Some("{{< /x >}}"))
    );
    assert_eq!(call.span, Span::new(FileId(3), 103, 130));
    assert_eq!(call.tag, Span::new(FileId(3), 103, 118));
    assert_eq!(call.args[0].span, Span::new(FileId(3), 109, 114));
    assert_eq!(
        call.inner.as_ref().map(|inner| inner.span),
        Some(Span::new(FileId(3), 118, 120))
    );
}

#[test]
fn escapes_lose_their_comment_marks() {
    let text = "{{</* x \"**/*.pdf\" */>}} {{%/* y */%}} {{< a >}}{{</* x */>}}{{< /a >}}";
    let found = read(text);
    assert_eq!(found.diagnostics, []);
    assert_eq!(shown(&found.text), "{{< x \"**/*.pdf\" >}} {{% y %}} [0]");
    assert_eq!(line(&found.calls[0]), "a {{{|< x >}}}");
}

#[test]
fn offsets_lead_back_to_the_source() {
    let text = "ab{{< x >}}cd{{</* y */>}}ef{{< z >}}in{{< /z >}}gh";
    let found = extract(text, FileId(0), 50);
    for word in ["ab", "cd", " y ", "ef", "gh"] {
        let at = found.text.find(word).expect("the word is in the text");
        assert_eq!(
            Some(found.origin.offset(at) - 50),
            text.find(word),
            "{word}"
        );
    }
    assert_eq!(found.origin.offset(found.text.len()), 50 + text.len());
}

#[test]
fn inline_shortcodes_are_calls_by_that_name() {
    assert_eq!(
        calls("{{< now.inline >}}{{ now }}{{< /now.inline >}}"),
        ["now.inline {{{ now }}}"]
    );
}

#[test]
fn faults_show_their_place_and_remedy() {
    let check = |text: &str, expected: &str| assert_eq!(faults(text), [expected], "{text}");
    check(
        "a {{< figure src=\"x\" and so on.\n\nMore, text",
        r#""{{< figure src=\"x\" and so on." unterminated-shortcode: shortcode `figure` without its end, `>}}` | end it with `>}}`; to print it, write `{{</* … */>}}`"#,
    );
    check(
        "{{< x",
        r#""{{< x" unterminated-shortcode: shortcode `x` without its end, `>}}` | end it with `>}}`; to print it, write `{{</* … */>}}`"#,
    );
    check(
        "{{< x \"a >}} b\nc",
        r#""\"a >}} b" shortcode-argument: argument of shortcode `x` without its closing `"` | close it on the same line; a value of several lines goes between backticks"#,
    );
    check(
        "{{< x a=1 b >}}",
        r#""b" shortcode-argument: positional argument `b` after a named one in shortcode `x` (the named one) | name all arguments, as in `key="value"`, or none"#,
    );
    check(
        "{{< x a b=1 >}}",
        r#""b=1" shortcode-argument: named argument `b` after a positional one in shortcode `x` (the positional one) | name all arguments, as in `key="value"`, or none"#,
    );
    check(
        "{{< x %}}",
        r#""%}}" shortcode-delimiter: shortcode `x` opens with `{{<` and ends with `%}}` | expected `>}}`"#,
    );
    check(
        "{{< x a/b >}} y",
        r#""/" shortcode-argument: `/` in shortcode `x`, where an argument or `>}}` was expected | a value with other characters than letters, digits, `_`, `-` and `.` needs quotes: `"…"`"#,
    );
    check(
        "{{< >}}",
        r#""{{< >}}" shortcode-name: shortcode without a name | a name has letters, digits, `_`, `-`, `.` and `/`"#,
    );
    check(
        "{{</* x >}}",
        r#""{{</*" unterminated-shortcode: escaped shortcode without its end, `*/>}}` | write `{{</* name */>}}`"#,
    );
    check(
        "{{< /x >}}",
        r#""{{< /x >}}" unmatched-shortcode: closing tag of shortcode `x`, which is not open here | remove it, or open it before with `{{< x >}}`"#,
    );
    check(
        "{{< a >}}{{< /b >}}{{< /a >}}",
        r#""{{< /b >}}" unmatched-shortcode: closing tag of shortcode `b`, which is not open here (`a` is open since here and must be closed first)"#,
    );
    check(
        "{{< a >}}{{< /a word >}}",
        r#""word" shortcode-argument: `word` in the closing tag of shortcode `a` | a closing tag has only the name"#,
    );
}

#[test]
fn each_fault_is_said_once_and_the_rest_goes_on() {
    let text = "{{< x !\n{{< y ? >}} {{< z 1 >}} {{< b a/b >}}in{{< /b >}}";
    let found = read(text);
    assert_eq!(found.diagnostics.len(), 3, "{:#?}", found.diagnostics);
    assert_eq!(
        found
            .calls
            .iter()
            .filter(|call| !call.broken)
            .map(line)
            .collect::<Vec<_>>(),
        ["z 1"]
    );
}

#[test]
fn depth_is_bounded() {
    let text = "{{< a >}}".repeat(40) + &"{{< /a >}}".repeat(40);
    assert_eq!(
        faults(&text),
        [r#""{{< a >}}" shortcode-depth: shortcodes nested more than 32 deep at `a`"#]
    );
}

#[test]
fn time_is_linear_in_the_text() {
    let parts = [
        "{{<",
        "{{< ",
        "{{< a ",
        "{{< a `",
        "{{< a \"",
        "{{< a \\\"",
        "{{</*",
        "{{< a !",
        "{{< a >}}",
        "{{< /a >}}",
        "{{",
        "{{< a \"\\\"",
        "{{< a\n",
        "{{%/* ",
        "{{< a a=",
        "{{< a a=1 b",
    ];
    let started = Instant::now();
    for part in parts {
        read(&part.repeat(200_000 / part.len()));
    }
    // Quadratic time would take minutes.
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
}

fn shortcodeish() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("{{<"),
        Just("{{%"),
        Just(">}}"),
        Just("%}}"),
        Just("{{</*"),
        Just("*/>}}"),
        Just(" a "),
        Just("/a"),
        Just(" /b "),
        Just("b"),
        Just("\""),
        Just("\\"),
        Just("`"),
        Just("="),
        Just(" k=1 "),
        Just("\n"),
        Just("é"),
        Just("{{< a >}}"),
        Just("{{< /a >}}"),
        Just("/"),
        Just("{"),
        Just("}"),
    ];
    proptest::collection::vec(parts, 0..40).prop_map(|parts| parts.concat())
}

/// Whatever the text, spans and offsets lie in it and tokens are those of the calls.
fn holds(text: &str) {
    let found = read(text);
    for call in &found.calls {
        assert!(
            text.get(call.span.start as usize..call.span.end as usize)
                .is_some()
        );
        for arg in &call.args {
            assert!(
                text.get(arg.span.start as usize..arg.span.end as usize)
                    .is_some()
            );
        }
    }
    for diagnostic in &found.diagnostics {
        let span = diagnostic.span.expect("every fault has a place");
        assert!(text.get(span.start as usize..span.end as usize).is_some());
    }
    let inners = found
        .calls
        .iter()
        .filter_map(|call| call.inner.as_ref())
        .map(|inner| inner.text.as_str());
    let mut tokens = Vec::new();
    for mut text in inners.chain([&*found.text]) {
        while let Some((_, end, index)) = token::find(text) {
            tokens.push(index);
            text = &text[end..];
        }
    }
    tokens.sort_unstable();
    assert_eq!(tokens, (0..found.calls.len()).collect::<Vec<_>>());
    assert_eq!(found.origin.offset(found.text.len()), text.len());
}

/// The text with every tag in it escaped.
fn escape(text: &str) -> String {
    text.replace("{{<", "{{</*")
        .replace(">}}", "*/>}}")
        .replace("{{%", "{{%/*")
        .replace("%}}", "*/%}}")
}

proptest! {
    #[test]
    fn arbitrary_text_is_read(text in any::<String>()) {
        holds(&text.replace([token::OPEN, token::CLOSE], ""));
    }

    #[test]
    fn text_like_shortcodes_is_read(text in shortcodeish()) {
        holds(&text);
    }

    #[test]
    fn an_escaped_call_prints_as_written(body in "[a-z \"=`é/]{0,20}", markdown in any::<bool>()) {
        let text = if markdown { format!("a {{{{% {body} %}}}} b") } else { format!("a {{{{< {body} >}}}} b") };
        let escaped = escape(&text);
        let found = read(&escaped);
        prop_assert_eq!(&found.text, &text);
        prop_assert_eq!(found.diagnostics, vec![]);
    }

    #[test]
    fn a_quoted_value_reads_back(value in "[^\n\r`]{0,30}") {
        let quoted = match value.ends_with('\\') {
            true => format!("`{value}`"),
            false => format!("\"{}\"", value.replace('"', "\\\"")),
        };
        let call = format!("{{{{< x k={quoted} >}}}}");
        let found = read(&call);
        prop_assert_eq!(&found.diagnostics, &vec![]);
        prop_assert_eq!(found.calls[0].named("k"), Some(&ArgValue::Text(value)));
    }
}
