use super::{
    Diagnostic, FileId, Files, Place, Severity, Span, Style, count, json, place, render, tidy,
};

struct Texts(&'static [(&'static str, &'static str)]);

impl Files for Texts {
    fn path(&self, file: FileId) -> &str {
        self.0[file.0 as usize].0
    }

    fn text(&self, file: FileId) -> &str {
        self.0[file.0 as usize].1
    }
}

fn span(file: u32, start: usize, end: usize) -> Span {
    Span::new(FileId(file), start, end)
}

/// One error over `start..end` of a file with this text, without its first line.
fn frame(text: &'static str, start: usize, end: usize, width: usize) -> String {
    let files: &'static [(&str, &str)] = Box::leak(Box::new([("a.md", text)]));
    let style = Style {
        width,
        ..Style::default()
    };
    let out = render(
        &[Diagnostic::error("x", span(0, start, end), "y")],
        &Texts(files),
        style,
    );
    let body = out.strip_prefix("error[x]: y\n").expect("the head");
    body.strip_suffix("\n\n").expect("an empty line").to_owned()
}

#[test]
fn shows_message_line_and_help() {
    let files = Texts(&[("content/post.md", "---\ntitle: a\ndraft: ja\n---\n")]);
    let error = Diagnostic::error("wrong-type", span(0, 20, 22), "expected true or false")
        .help("write `draft: true`");
    assert_eq!(
        render(&[error], &files, Style::default()),
        "\
error[wrong-type]: expected true or false
 --> content/post.md:3:8
  |
3 | draft: ja
  |        ^^
help: write `draft: true`

"
    );
}

#[test]
fn shows_notes_with_their_own_frames_in_one_gutter() {
    let text = "title: a\n2\n3\n4\n5\n6\n7\n8\n9\ntitle: b\n";
    let files = Texts(Box::leak(Box::new([("p.md", text)])));
    let error = Diagnostic::error(
        "duplicate-key",
        span(0, 25, 30),
        "the key `title` is given twice",
    )
    .note(span(0, 0, 5), "first given here")
    .note(None, "and a word");
    assert_eq!(
        render(&[error], &files, Style::default()),
        "\
error[duplicate-key]: the key `title` is given twice
  --> p.md:10:1
   |
10 | title: b
   | ^^^^^
note: first given here
  --> p.md:1:1
   |
 1 | title: a
   | -----
note: and a word

"
    );
}

#[test]
fn colours_only_when_asked() {
    let files = Texts(&[("a", "b")]);
    let warning = Diagnostic::warning("x", span(0, 0, 1), "y").help("z");
    let plain = render(std::slice::from_ref(&warning), &files, Style::default());
    assert!(!plain.contains('\x1b'));
    let style = Style {
        color: true,
        ..Style::default()
    };
    let colored = render(&[warning], &files, style);
    let stripped = colored
        .replace("\x1b[1;33m", "")
        .replace("\x1b[1;34m", "")
        .replace("\x1b[1;36m", "")
        .replace("\x1b[1m", "")
        .replace("\x1b[0m", "");
    assert_ne!(colored, plain);
    assert_eq!(stripped, plain);
}

#[test]
fn aligns_wide_characters_and_tabs() {
    assert_eq!(
        frame("标题: x\n", 8, 9, 80),
        " --> a.md:1:5\n  |\n1 | 标题: x\n  |       ^"
    );
    assert_eq!(
        frame("a\tb\tc", 2, 3, 80),
        " --> a.md:1:3\n  |\n1 | a   b   c\n  |     ^"
    );
    assert_eq!(
        frame("e\u{301}e\u{301} x", 7, 8, 80),
        " --> a.md:1:6\n  |\n1 | e\u{301}e\u{301} x\n  |    ^"
    );
}

#[test]
fn points_at_ends_and_empty_spans() {
    assert_eq!(frame("ab", 2, 2, 80), " --> a.md:1:3\n  |\n1 | ab\n  |   ^");
    assert_eq!(frame("", 0, 0, 80), " --> a.md:1:1\n  |\n1 |\n  | ^");
    assert_eq!(
        frame("ab\r\ncd\r\n", 4, 6, 80),
        " --> a.md:2:1\n  |\n2 | cd\n  | ^^"
    );
    // Beyond the text, as for a file that changed meanwhile.
    assert_eq!(
        frame("ab", 90, 99, 80),
        " --> a.md:1:3\n  |\n1 | ab\n  |   ^"
    );
}

#[test]
fn of_several_lines_shows_the_first() {
    assert_eq!(
        frame("a: [b,\n c]\n", 3, 10, 80),
        " --> a.md:1:4\n  |\n1 | a: [b,\n  |    ^^^ …"
    );
    assert_eq!(
        frame("ab\n\n", 0, 4, 80),
        " --> a.md:1:1\n  |\n1 | ab\n  | ^^"
    );
}

#[test]
fn cuts_long_lines_around_the_span() {
    let line: &'static str = Box::leak(("0123456789".repeat(20) + "\n").into_boxed_str());
    assert_eq!(
        frame(line, 105, 108, 34),
        " --> a.md:1:106\n  |\n1 | …456789012345678901234567890…\n  |             ^^^"
    );
    let shown = frame(line, 0, 200, 34);
    assert!(
        shown.lines().all(|line| line.chars().count() <= 34),
        "{shown}"
    );
    let shown = frame(line, 199, 200, 34);
    assert!(
        shown.lines().all(|line| line.chars().count() <= 34),
        "{shown}"
    );
    assert!(shown.ends_with('^'), "{shown}");
}

#[test]
fn makes_control_characters_visible() {
    assert_eq!(
        frame("a\x1b[31m\u{9b}b\0\u{202e}\x7f", 1, 2, 80),
        " --> a.md:1:2\n  |\n1 | a␛[31m�b␀�␡\n  |  ^"
    );
    let error = Diagnostic::error("x", None, "a\x1b]0;b\x07").help("\u{9b}2J");
    let out = render(std::slice::from_ref(&error), &Texts(&[]), Style::default());
    assert_eq!(out, "error[x]: a␛]0;b␇\nhelp: �2J\n\n");
    assert_eq!(
        json(&[error], &Texts(&[])),
        "{\"severity\":\"error\",\"name\":\"x\",\"path\":null,\"line\":null,\"column\":null,\
         \"end_line\":null,\"end_column\":null,\"message\":\"a\\u001b]0;b\\u0007\",\"notes\":[],\
         \"help\":\"\\u009b2J\"}\n"
    );
}

#[test]
fn orders_by_path_and_place_and_says_nothing_twice() {
    let files = Texts(&[("b", "xxxx"), ("a", "xxxx")]);
    let error = |file, start| Diagnostic::error("x", span(file, start, 4), "y");
    let bare = Diagnostic::error("x", None, "bare");
    let mut all = vec![
        bare.clone(),
        error(0, 1),
        error(1, 2),
        error(0, 1),
        error(1, 0),
    ];
    tidy(&mut all, &files);
    assert_eq!(all, [error(1, 0), error(1, 2), error(0, 1), bare]);
}

#[test]
fn folds_a_warning_that_many_files_share() {
    let files = Texts(&[("a", "k"), ("b", "k"), ("c", "k"), ("d", "k"), ("e", "k")]);
    let warning = |file| Diagnostic::warning("unknown-key", span(file, 0, 1), "unknown key `k`");
    let all: Vec<Diagnostic> = (0..5).map(warning).collect();
    assert_eq!(
        render(&all, &files, Style::default()),
        "\
warning[unknown-key]: unknown key `k`
 --> a:1:1
  |
1 | k
  | ^
and in 4 more files: b:1:1, c:1:1, d:1:1, …

"
    );
    assert_eq!(
        render(&all[..2], &files, Style::default())
            .matches("-->")
            .count(),
        2
    );
    let errors: Vec<Diagnostic> = (0..5)
        .map(|file| Diagnostic::error("x", span(file, 0, 1), "y"))
        .collect();
    assert_eq!(
        render(&errors, &files, Style::default())
            .matches("-->")
            .count(),
        5
    );
}

#[test]
fn leaves_out_what_is_less_severe() {
    let all = [
        Diagnostic::info("i", None, "a"),
        Diagnostic::warning("w", None, "b"),
    ];
    assert_eq!(
        render(&all, &Texts(&[]), Style::default()),
        "warning[w]: b\n\n"
    );
    let style = Style {
        least: Severity::Error,
        ..Style::default()
    };
    assert_eq!(render(&all, &Texts(&[]), style), "");
    let style = Style {
        least: Severity::Info,
        ..Style::default()
    };
    assert_eq!(
        render(&all, &Texts(&[]), style),
        "info[i]: a\n\nwarning[w]: b\n\n"
    );
}

#[test]
fn counts_in_words() {
    let error = Diagnostic::error("x", None, "y");
    let warning = Diagnostic::warning("x", None, "y");
    assert_eq!(
        count(&[error.clone(), warning.clone(), error.clone()]).to_string(),
        "2 errors, 1 warning"
    );
    assert_eq!(count(&[error]).to_string(), "1 error");
    assert_eq!(count(&[warning.clone(), warning]).to_string(), "2 warnings");
    assert_eq!(count(&[]).to_string(), "no errors");
}

#[test]
fn writes_places_for_programs() {
    let files = Texts(&[("ä.md", "é: x\ny\n")]);
    let error = Diagnostic::error("x", span(0, 4, 7), "m").note(span(0, 0, 2), "n");
    assert_eq!(
        json(&[error], &files),
        "{\"severity\":\"error\",\"name\":\"x\",\"path\":\"ä.md\",\"line\":1,\"column\":4,\
         \"end_line\":2,\"end_column\":2,\"message\":\"m\",\"notes\":[{\"path\":\"ä.md\",\
         \"line\":1,\"column\":1,\"end_line\":1,\"end_column\":2,\"message\":\"n\"}],\
         \"help\":null}\n"
    );
}

#[test]
fn counts_columns_in_characters() {
    assert_eq!(place("a\nüb", 4), Place { line: 2, column: 2 });
    assert_eq!(place("", 9), Place { line: 1, column: 1 });
}

proptest::proptest! {
    #[test]
    fn any_text_and_span_is_drawn(text in "\\PC*|[\\x00-\\x7f]*", a in 0usize..80, b in 0usize..80, width in 0usize..60) {
        let files = Texts(Box::leak(Box::new([("f", &*text.leak())])));
        let style = Style { width, ..Style::default() };
        let error = Diagnostic::error("x", span(0, a, b), "m").note(span(0, b, a), "n");
        let out = render(std::slice::from_ref(&error), &files, style);
        assert!(!out.chars().any(|c| c.is_control() && c != '\n'));
        json(&[error], &files);
    }
}
