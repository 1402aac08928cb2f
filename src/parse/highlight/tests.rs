//! Blocks in, HTML out.

use super::*;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// The whole block, its warnings refused.
fn block(lang: &str, attributes: &str, code: &str) -> String {
    let (options, problems) = Options::parse(attributes);
    assert_eq!(problems, []);
    let mut out = String::new();
    let outcome = highlight(lang, code, &options, &Defaults::default(), &mut out);
    assert_eq!(outcome.warnings, []);
    out
}

/// What stands within `<code>`.
fn code(lang: &str, text: &str) -> String {
    let html = block(lang, "", text);
    let start = html
        .find("<code")
        .and_then(|at| html[at..].find('>').map(|end| at + end + 1))
        .unwrap();
    html[start..html.find("</code></pre></div>").unwrap()].to_owned()
}

/// The text that a browser would show.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('>').unwrap() + 1..];
    }
    text.push_str(rest);
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[test]
fn a_block_has_the_shape_of_chroma() {
    assert_eq!(
        block("go", "", "package main // c\n"),
        "<div class=\"highlight\"><pre tabindex=\"0\" class=\"chroma\"><code class=\"language-go\" data-lang=\"go\">\
         <span class=\"kn\">package</span> main <span class=\"c1\">// c</span>\n</code></pre></div>"
    );
    assert_eq!(
        block("", "", "a < b\n"),
        "<div class=\"highlight\"><pre tabindex=\"0\" class=\"chroma\"><code>a &lt; b\n</code></pre></div>"
    );
}

/// Classes that are Hugo's too (0.168, Chroma 2), but for `p`, `n`, `nx` and
/// `w`, which are not written, and neighbours of one class, which are one.
#[test]
fn classes_are_those_of_hugo() {
    let check = |lang: &str, text: &str, marked: &str| {
        let mut html = code(lang, text);
        for class in classes::NAMES.iter().skip(1).chain(&["gp", "go"]) {
            html = html.replace(&format!("<span class=\"{class}\">"), &format!("⟨{class} "));
        }
        assert_eq!(html.replace("</span>", "⟩"), marked, "{lang}");
    };
    check(
        "go",
        "func f() string { return \"a\\n\" + 'c' } // x",
        "⟨kd func⟩ ⟨nf f⟩() ⟨kt string⟩ { ⟨k return⟩ ⟨s \"a⟩⟨se \\n⟩⟨s \"⟩ ⟨o +⟩ ⟨sc 'c'⟩ } ⟨c1 // x⟩",
    );
    check(
        "python",
        "@d\ndef f(x):\n    return not len(x) + 1.5 # c",
        "⟨nd @d⟩\n⟨k def⟩ ⟨nf f⟩(x):\n    ⟨k return⟩ ⟨ow not⟩ ⟨nb len⟩(x) ⟨o +⟩ ⟨mf 1.5⟩ ⟨c1 # c⟩",
    );
    check(
        "rust",
        "fn f(x: u32) { println!(\"a{}\", x); } // c",
        "⟨k fn⟩ ⟨nf f⟩(x: ⟨kt u32⟩) { ⟨fm println!⟩(⟨s \"a⟩⟨si {}⟩⟨s \"⟩, x); } ⟨c1 // c⟩",
    );
    check(
        "css",
        "a { color: red; }",
        "⟨nt a⟩ { ⟨k color⟩: ⟨kc red⟩; }",
    );
    check(
        "html",
        "<a b=\"c\">&amp;</a>",
        "&lt;⟨nt a⟩ ⟨na b⟩=⟨s \"c\"⟩&gt;⟨ni &amp;amp;⟩&lt;/⟨nt a⟩&gt;",
    );
    check(
        "c",
        "#include <a.h>\nint x = 0x1F;",
        "⟨cp #include⟩ ⟨cpf &lt;a.h&gt;⟩\n⟨kt int⟩ x ⟨o =⟩ ⟨mh 0x1F⟩;",
    );
    check("yaml", "a: 1 # c", "⟨nt a⟩: ⟨mi 1⟩ ⟨c1 # c⟩");
    check("json", "{\"a\": true}", "{⟨nt \"a\"⟩: ⟨kc true⟩}");
    check(
        "bash",
        "x=1; echo \"$x\"",
        "⟨nv x⟩⟨o =⟩1⟨o ;⟩ ⟨nb echo⟩ ⟨s2 \"⟩⟨nv $x⟩⟨s2 \"⟩",
    );
    check(
        "diff",
        "@@ -1 +1 @@\n-a\n+b\n c",
        "⟨gu @@ -1 +1 @@⟩\n⟨gd -a⟩\n⟨gi +b⟩\n c",
    );
    check("sql", "SELECT 1 -- c", "⟨k SELECT⟩ ⟨mi 1⟩ ⟨c1 -- c⟩");
    check(
        "console",
        "$ ls -l\na  b\nme@host:~$ cat x",
        "⟨gp $⟩ ls -l\n⟨go a  b⟩\n⟨gp me@host:~$⟩ cat x",
    );
}

#[test]
fn line_numbers_stand_in_a_table() {
    assert_eq!(
        block("text", "{linenos=table,linenostart=9,hl_lines=2}", "a\nb\n"),
        "<div class=\"highlight\"><div class=\"chroma\">\n<table class=\"lntable\"><tr><td class=\"lntd\">\n\
         <pre tabindex=\"0\" class=\"chroma\"><code><span class=\"lnt\">9\n</span><span class=\"hl\"><span class=\"lnt\">10\n\
         </span></span></code></pre></td>\n<td class=\"lntd\">\n\
         <pre tabindex=\"0\" class=\"chroma\"><code class=\"language-text\" data-lang=\"text\">\
         <span class=\"line\"><span class=\"cl\">a\n</span></span><span class=\"line hl\"><span class=\"cl\">b\n</span></span>\
         </code></pre></td></tr></table>\n</div>\n</div>"
    );
}

#[test]
fn line_numbers_stand_in_the_line_and_link_to_themselves() {
    assert_eq!(
        block(
            "text",
            "{linenos=inline,anchorlinenos=true,lineanchors=\"a\\\"b\"}",
            "x"
        ),
        "<div class=\"highlight\"><pre tabindex=\"0\" class=\"chroma\"><code class=\"language-text\" data-lang=\"text\">\
         <span class=\"line\"><span class=\"ln\" id=\"a&quot;b-1\"><a class=\"lnlinks\" href=\"#a&quot;b-1\">1</a></span>\
         <span class=\"cl\">x</span></span></code></pre></div>"
    );
}

#[test]
fn lines_are_marked_and_a_title_is_a_caption() {
    assert_eq!(
        block(
            "text",
            "{ins_lines=1 del_lines=2 title=\"a<b\" .wide #x data-y=z}",
            "a\nb\n"
        ),
        "<figure class=\"code\"><figcaption>a&lt;b</figcaption><div class=\"highlight wide\" id=\"x\" data-y=\"z\">\
         <pre tabindex=\"0\" class=\"chroma\"><code class=\"language-text\" data-lang=\"text\">\
         <span class=\"line hl ins\"><span class=\"cl\">a\n</span></span><span class=\"line hl del\"><span class=\"cl\">b\n\
         </span></span></code></pre></div></figure>"
    );
}

#[test]
fn code_in_a_line_of_prose_has_no_block() {
    assert_eq!(
        block("go", "{hl_inline=true linenos=table}", "package x"),
        "<code class=\"code-inline language-go\"><span class=\"kn\">package</span> x</code>"
    );
}

#[test]
fn the_site_says_what_a_block_does_not() {
    let defaults = Defaults {
        line_numbers: LineNumbers::On,
        numbers_inline: true,
        tab_width: 4,
        ..Defaults::default()
    };
    let mut out = String::new();
    highlight("text", "a\tb", &Options::default(), &defaults, &mut out);
    assert!(
        out.contains(
            "<span class=\"line\"><span class=\"ln\">1</span><span class=\"cl\">a   b</span></span>"
        ),
        "{out}"
    );
}

#[test]
fn tokens_of_other_holes_stay_whole() {
    for lang in [
        "go", "python", "bash", "html", "text", "console", "json", "diff",
    ] {
        for around in [
            "\"a\\TOKENb\" x",
            "x = TOKEN + 1",
            "// TOKEN",
            "$ TOKEN",
            "<a href=TOKEN>",
            "-TOKEN",
        ] {
            let token = "\u{FDD0}12\u{FDD1}";
            let html = code(lang, &around.replace("TOKEN", token));
            assert!(html.contains(token), "{lang}: {html:?}");
        }
    }
}

#[test]
fn no_code_becomes_an_element() {
    let hostile = "</code></pre><script>alert(1)</script><img src=x onerror=y>\"'&lt;<!--\n]]>\n";
    for syntax in grammar::syntaxes()
        .syntaxes()
        .iter()
        .filter(|syntax| !syntax.hidden)
    {
        let mut out = String::new();
        highlight(
            &syntax.name,
            hostile,
            &Options::default(),
            &Defaults::default(),
            &mut out,
        );
        let inner = &out[out.find("<code").unwrap()..out.rfind("</code>").unwrap()];
        for tag in inner.split('<').skip(2) {
            let name = tag.split(['>', ' ']).next().unwrap();
            assert!(name == "span" || name == "/span", "{}: {tag}", syntax.name);
        }
        assert_eq!(text_of(inner), hostile, "{}", syntax.name);
    }
    let html = block("a\"><script>", "", "x");
    assert!(
        html.contains("class=\"language-a&quot;&gt;&lt;script&gt;\""),
        "{html}"
    );
}

#[test]
fn what_is_too_large_is_plain_with_a_warning() {
    let limits = Limits {
        block: 100,
        line: 30,
        ..Limits::default()
    };
    let highlighter = Highlighter::new(limits);
    let write = |code: &str| {
        let mut out = String::new();
        let outcome = highlighter.highlight(
            "go",
            code,
            &Options::default(),
            &Defaults::default(),
            &mut out,
        );
        let said: Vec<_> = outcome
            .warnings
            .into_iter()
            .map(|w| (w.message, w.range))
            .collect();
        (out.contains("<span"), said)
    };
    let long = format!("func\n// {}\n", "x".repeat(40));
    assert_eq!(
        write(&long),
        (
            false,
            vec![(
                "a block of code with a line over 0 KiB is not highlighted".to_owned(),
                5..48
            )]
        )
    );
    let large = "func\n".repeat(30);
    assert_eq!(
        write(&large),
        (
            false,
            vec![(
                "a block of code over 0 KiB is not highlighted".to_owned(),
                0..150
            )]
        )
    );
    assert_eq!(write("func\n"), (true, vec![]));
}

#[test]
fn when_time_is_up_the_rest_is_plain() {
    let now = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&now);
    // A second passes at each look: one at the start, one before each line.
    let tick = move || Duration::from_secs(clock.fetch_add(1, Ordering::Relaxed));
    let limits = Limits {
        time: Duration::from_secs(3),
        clock: Arc::new(tick),
        ..Limits::default()
    };
    let mut out = String::new();
    let outcome = Highlighter::new(limits).highlight(
        "go",
        "func a()\nfunc b()\nfunc <\nfunc d\n",
        &Options::default(),
        &Defaults::default(),
        &mut out,
    );
    let func = "<span class=\"kd\">func</span>";
    assert!(
        out.contains(&format!("{func} <span class=\"nf\">a</span>()\n")),
        "{out}"
    );
    assert!(
        out.ends_with("func &lt;\nfunc d\n</code></pre></div>"),
        "{out}"
    );
    assert_eq!(outcome.warnings.len(), 1);
    assert_eq!(outcome.warnings[0].range, 18..32);
    assert_eq!(
        outcome.warnings[0].message,
        "highlighting took over 3s: from this line on the code is plain"
    );
}

#[test]
fn threads_write_what_one_writes() {
    use rayon::prelude::*;
    let blocks: Vec<String> = (0..200)
        .map(|i| {
            format!(
                "def f{}(x):\n    \"\"\"a\n    b\"\"\"\n    return x + {}\n",
                i % 7,
                i % 5
            )
        })
        .collect();
    let write = |highlighter: &Highlighter, code: &String| {
        let mut out = String::new();
        highlighter.highlight(
            "python",
            code,
            &Options::default(),
            &Defaults::default(),
            &mut out,
        );
        out
    };
    let one = Highlighter::default();
    let alone: Vec<String> = blocks
        .iter()
        .map(|code| write(&Highlighter::default(), code))
        .take(10)
        .collect();
    let in_order: Vec<String> = blocks.iter().map(|code| write(&one, code)).collect();
    let many = Highlighter::default();
    let shared: Vec<String> = blocks.par_iter().map(|code| write(&many, code)).collect();
    assert_eq!(in_order, shared);
    assert_eq!(in_order[..10], alone);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_text_is_the_code(
        lang in prop::sample::select(vec!["go", "python", "rust", "js", "bash", "html", "yaml", "php", "ruby", "md", "c++", "console"]),
        code in "([a-zA-Z0-9é中 \t\n\"'`<>&{}()\\[\\]#/*$%=+.,:;|!?\\\\-]|/\\*|<<EOF\n|\"\"\"|```|<\\?php|\\$\\{|\u{FDD0}3\u{FDD1}){0,120}",
        by_line in any::<bool>(),
    ) {
        let hl_lines = if by_line { vec![(1, 2)] } else { Vec::new() };
        let options = Options { hl_lines, ..Options::default() };
        let mut out = String::new();
        highlight(lang, &code, &options, &Defaults::default(), &mut out);
        prop_assert_eq!(text_of(&out), code);
    }
}
