//! Formulas: what everyday papers hold is set, what is no TeX is refused, and KaTeX, which
//! most blogs have used before, agrees.

use longhand::formula::{Macros, Made, Problem, Tex, set};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

mod tools;

struct Formula {
    tex: String,
    display: bool,
}

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/math");
    std::fs::read_to_string(folder.join(name)).expect("the formulas lie there")
}

/// A formula a line.
fn lines(name: &str) -> Vec<Formula> {
    let text = read(name);
    let lines = text.lines().filter(|line| !line.starts_with("# "));
    lines
        .map(|line| Formula {
            tex: line.strip_prefix("$$").unwrap_or(line).to_owned(),
            display: line.starts_with("$$"),
        })
        .collect()
}

fn displays() -> Vec<Formula> {
    let text = read("environments.txt");
    let (_, formulas) = text.split_once('\n').expect("a head");
    let formulas = formulas.split("\n---\n");
    formulas
        .map(|tex| Formula {
            tex: tex.to_owned(),
            display: true,
        })
        .collect()
}

fn one(tex: &str, display: bool) -> Result<Made, Problem> {
    let tex = Tex { text: tex, display };
    set(&[tex], &Macros::default()).remove(0)
}

/// What the manual names as not supported, in everyday formulas.
const UNSUPPORTED: [&str; 2] = ["\\llap", "\\href"];

#[test]
fn everyday_formulas_are_set_as_sound_xml() {
    let formulas = lines("everyday.txt").into_iter().chain(displays());
    let mut count = 0;
    for formula in formulas {
        match one(&formula.tex, formula.display) {
            Ok(made) => {
                quick_xml_reads(&made.html);
                assert!(made.html.contains("alttext=\""), "{}", made.html);
                assert!(
                    !made.html.contains("menclose notation=\"box"),
                    "{}",
                    made.html
                );
                assert_eq!(made.complaints, [], "{}", formula.tex);
            }
            Err(problem) => {
                let unknown = problem.unknown.as_deref();
                assert!(
                    unknown.is_some_and(|name| UNSUPPORTED.contains(&name)),
                    "{}: {}",
                    formula.tex,
                    problem.message
                );
            }
        }
        count += 1;
    }
    assert!(count >= 200, "{count}");
}

fn quick_xml_reads(html: &str) {
    let mut reader = quick_xml::Reader::from_str(html);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(_) => {}
            Err(error) => panic!("{error}: {html}"),
        }
    }
}

#[test]
fn what_is_no_tex_is_refused_at_its_place() {
    for formula in lines("wrong.txt") {
        let problem = one(&formula.tex, true).expect_err(&formula.tex);
        assert!(problem.range.end <= formula.tex.len(), "{}", formula.tex);
        assert!(formula.tex.is_char_boundary(problem.range.start));
        assert!(!problem.message.ends_with('.'), "{}", problem.message);
    }
}

#[test]
fn no_nesting_and_no_macro_breaks_the_program() {
    let deep = [
        "{",
        "\\sqrt",
        "\\hat{",
        "\\begin{matrix}",
        "x^{",
        "\\left(",
        "\\frac",
        "x_",
        "\\mathbf{\\text{",
    ];
    for piece in deep {
        for times in [10, 49, 99, 5000] {
            let _ = one(&format!("{} x", piece.repeat(times)), true);
        }
    }
    let mut macros = Macros::default();
    let own = |body: &str| longhand::formula::Macro::new(body);
    macros.define("a", own("\\b\\b")).expect("sound");
    macros.define("b", own("\\a\\a")).expect("sound");
    macros.define("big", own(&"x".repeat(3000))).expect("sound");
    let endless = Tex {
        text: "\\a",
        display: true,
    };
    let long = "\\big".repeat(100);
    let long = Tex {
        text: &long,
        display: true,
    };
    for made in set(&[endless, long], &macros) {
        let problem = made.expect_err("it goes on for ever");
        assert!(problem.help.is_some(), "{}", problem.message);
    }
    // What the converter cannot stand.
    for tex in [
        "\\begin{matrix}x_& y\\end{matrix}",
        "50^\\\\ 3",
        "\\mathop\\middle|",
    ] {
        assert!(one(tex, true).is_err(), "{tex}");
    }
}

#[test]
fn numbers_go_on_and_references_find_them() {
    let texts = [
        "\\eqref{late}",
        "\\begin{align} a &= b \\\\ c &= d \\notag \\\\ e &= f \\label{late} \\end{align}",
        "x \\label{third}",
        "y \\tag{*} \\label{star}",
        "\\ref{third} and \\eqref{star}",
    ];
    let formulas: Vec<Tex> = texts
        .iter()
        .map(|text| Tex {
            text,
            display: !text.contains("ref{"),
        })
        .collect();
    let made = set(&formulas, &Macros::default());
    let html: Vec<&str> = made
        .iter()
        .map(|made| &*made.as_ref().expect("sound").html)
        .collect();
    assert_eq!(html[0], "<a href=\"#late\">(2)</a>");
    assert!(
        html[1].contains("id=\"late\"><mtext>(2)</mtext>"),
        "{}",
        html[1]
    );
    assert!(
        html[2].contains("id=\"third\"><mtext>(3)</mtext>"),
        "{}",
        html[2]
    );
    assert!(
        html[3].contains("id=\"star\"><mtext>(*)</mtext>"),
        "{}",
        html[3]
    );
    assert!(html[4].contains("<a href=\"#third\">3</a>"), "{}", html[4]);
    assert!(html[4].contains("<a href=\"#star\">(*)</a>"), "{}", html[4]);
}

#[test]
fn letters_are_letters_and_the_source_is_kept() {
    let html = one("\\mathbb{R} < \\mathcal{L}", false)
        .expect("sound")
        .html;
    assert!(html.contains('ℝ') && html.contains("<annotation encoding=\"application/x-tex\">"));
    assert!(
        html.contains("alttext=\"\\mathbb{R} &lt; \\mathcal{L}\""),
        "{html}"
    );
    let hostile = "\\text{</annotation><script>\"} \\label{\"><b>}";
    let html = one(hostile, true).map_or_else(|_| String::new(), |made| made.html);
    assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
}

/// KaTeX accepts and refuses the same, but for what one of the two has more.
#[test]
fn katex_agrees() {
    let Some(modules) = tools::or_skip("katex_agrees", tools::node_modules()) else {
        return;
    };
    let module: PathBuf = modules.join("katex/dist/katex.mjs");
    let script = r#"
        import { readFileSync } from "node:fs";
        const { default: katex } = await import(process.argv[1]);
        for (const { tex, display } of JSON.parse(readFileSync(0, "utf8"))) {
          try { katex.renderToString(tex, { displayMode: display, strict: false, trust: true }); console.log("yes"); }
          catch { console.log("no"); }
        }"#;
    let all: Vec<Formula> = lines("everyday.txt")
        .into_iter()
        .chain(displays())
        .chain(lines("wrong.txt"))
        .collect();
    let input: Vec<_> = all
        .iter()
        .map(|formula| serde_json::json!({ "tex": formula.tex, "display": formula.display }))
        .collect();
    let mut child = Command::new("node")
        .args(["--input-type=module", "-e", script])
        .arg(&module)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    std::io::Write::write_all(
        &mut stdin,
        serde_json::to_string(&input).expect("JSON").as_bytes(),
    )
    .expect("node reads");
    drop(stdin);
    let output = child.wait_with_output().expect("node ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.lines().count(), all.len(), "{said}");
    let mut only_here = BTreeSet::new();
    for (formula, katex) in all.iter().zip(said.lines()) {
        let ours = one(&formula.tex, formula.display);
        match (ours, katex) {
            (Ok(_), "no") => drop(only_here.insert(formula.tex.clone())),
            (Err(problem), "yes") => {
                let unknown = problem.unknown.as_deref().unwrap_or_default();
                assert!(
                    UNSUPPORTED.contains(&unknown),
                    "{}: {}",
                    formula.tex,
                    problem.message
                );
            }
            _ => {}
        }
    }
    // What KaTeX has not: `\label`, `multline` and a few commands.
    let more = [
        "\\mbox",
        "\\prescript",
        "\\sideset",
        "\\DeclareMathOperator",
        "multline",
        "\\label",
        "colour",
    ];
    for tex in only_here {
        assert!(more.iter().any(|more| tex.contains(more)), "{tex}");
    }
}
