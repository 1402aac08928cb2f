//! The lexer against syntect's own parser: the same class for every byte.

use super::super::classes::{self, Class};
use super::super::grammar::syntaxes;
use super::*;
use syntect::parsing::{ParseState, ScopeStack};

const SAMPLES: &[(&str, &str)] = &[
    ("Go", include_str!("samples/go.txt")),
    ("Python", include_str!("samples/python.txt")),
    ("Rust", include_str!("samples/rust.txt")),
    ("JavaScript (Babel)", include_str!("samples/javascript.txt")),
    (
        "TypeScript",
        "type A<T> = { [k in keyof T]?: T[k] };\nexport abstract class B implements C {\n  private readonly x: number = 1;\n  f(a: string | null): asserts a is string { return a!; }\n}\nenum D { E = 'e' }\n",
    ),
    (
        "Bourne Again Shell (bash)",
        include_str!("samples/bash.txt"),
    ),
    (
        "HTML",
        "<!DOCTYPE html>\n<!-- c --><a class=\"x\" href=y>z &amp; </a>\n<style>a.b:hover{color:red;margin:1px}</style>\n<script>var a = '</b>'; // x\n</script><p onclick=\"f()\">\n",
    ),
    (
        "CSS",
        "@media (min-width: 10px) { a > .b #c::before { color: #fff; width: calc(1px + 2em) !important; } }\n",
    ),
    (
        "JSON",
        "{\"a\": [1, -2.5e3, true, null, \"x\\n\\u00e9\"], \"b\": {}}\n",
    ),
    (
        "YAML",
        "# c\na: b\nlist:\n  - 1\n  - \"x\\t\"\n  - &an {k: v, z: [1, ~]}\ntext: |\n  block\n  more\nend: *an\n",
    ),
    (
        "TOML",
        "[a.b]\nc = \"d\" # e\nf = [1, 2.5, 1979-05-27T07:32:00Z]\ng = '''\nx'''\n",
    ),
    (
        "SQL",
        "SELECT a, count(*) AS n FROM t JOIN u ON t.id = u.id WHERE b = 'x''y' AND c >= 1.5; -- c\n/* d */\n",
    ),
    (
        "C",
        "#include <stdio.h>\n#define X(a) ((a) + 1)\nint main(void) { char c = 'a'; return 0x10 ? \"s\\n\" : NULL; } /* b */\n",
    ),
    (
        "C++",
        "template <typename T> class A : public B { virtual ~A() = default; auto f() -> std::vector<T>; };\nR\"(x)\";\n",
    ),
    (
        "Java",
        "package a;\n/** doc {@link B} */\n@Override public final class A<T> { int f(String x) { return 1L; } }\n",
    ),
    (
        "Ruby",
        "class A < B\n  attr_reader :x\n  def f(a, b: 1) = puts \"x #{a + 1} y\"\n  X = <<~EOS\n    a #{b}\n  EOS\n  /re/i =~ %w[a b]\nend\n",
    ),
    (
        "PHP",
        "<?php\nnamespace A;\nfunction f(?int $x = 1): string { return \"a {$x} $y[0]\" . 'b'; } // c\n$a = <<<EOT\nx $y\nEOT;\n?>\n<b>x</b>\n",
    ),
    ("Diff", "--- a\n+++ b\n@@ -1 +1 @@ f\n-x\n+y\n z\n"),
    (
        "Markdown",
        "# T *i*\n\n- a `b` **c** [d](e \"f\")\n\n```python\ndef f(): pass\n```\n\n> q\n\n| a | b |\n|---|---|\n",
    ),
    (
        "Dockerfile",
        "FROM a:b AS c\nRUN apt-get update && \\\n  echo \"$X\"\nCOPY --from=c /a /b\nCMD [\"a\", \"b\"]\n",
    ),
    (
        "Lua",
        "local a = { b = 1, [\"c\"] = [[long\nx]] } -- d\nfunction a.f(...) return ... ~= nil end\n",
    ),
    (
        "Haskell",
        "module A (f) where\nf :: Int -> Maybe a\nf x | x > 1 = Just $ \"s\\n\" ++ show x -- c\n{- d -}\n",
    ),
    (
        "Makefile",
        "A := $(wildcard *.c)\nall: $(A)\n\t@echo \"$@\" $$x\n.PHONY: all\n",
    ),
    (
        "Perl",
        "my %h = (a => 1); $x =~ s/a(.)/b$1/g; print <<\"E\";\nx $h{a}\nE\n",
    ),
    (
        "LaTeX",
        "\\begin{a}[b] % c\n$x^2_i$ \\textbf{d} \\[ y \\]\n\\end{a}\n",
    ),
];

/// The class of every byte by syntect's parser.
fn expected(syntax: &'static SyntaxReference, code: &str) -> Vec<Class> {
    let mut parser = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut all = Vec::new();
    for line in code.split_inclusive('\n') {
        let mut at = 0;
        let mut paint = |end: usize, stack: &ScopeStack| {
            let class = stack.scopes.iter().fold(Class::PLAIN, |class, scope| {
                classes::mark(*scope).within(class)
            });
            all.extend(std::iter::repeat_n(class.shown(), end.saturating_sub(at)));
            at = end.max(at);
        };
        for (place, op) in parser.parse_line(line, syntaxes()).unwrap() {
            paint(place, &stack);
            stack.apply(&op).unwrap();
        }
        paint(line.len(), &stack);
    }
    all
}

/// The class of every byte by the lexer.
fn found(syntax: &'static SyntaxReference, code: &str) -> Vec<Class> {
    let mut lexer = Lexer::default();
    let start = lexer.start(syntax).unwrap();
    let mut state = lexer.states[start as usize].clone();
    let clock = || Duration::ZERO;
    let mut run = Run::new(Duration::MAX, &clock);
    let mut all = Vec::new();
    for line in code.split_inclusive('\n') {
        assert!(lexer.lex(&mut state, line, &mut run).is_ok());
        let mut at = 0;
        for (end, class) in &lexer.scan.runs {
            all.extend(std::iter::repeat_n(*class, end - at));
            at = *end;
        }
    }
    all
}

/// Lines in which the two differ.
fn differences(name: &str, code: &str) -> Vec<String> {
    let syntax = syntaxes().find_syntax_by_name(name).unwrap();
    let (expected, found) = (expected(syntax, code), found(syntax, code));
    let mut at = 0;
    let mut lines = Vec::new();
    for line in code.split_inclusive('\n') {
        let place = at..at + line.len();
        let names = |classes: &[Class]| {
            classes
                .iter()
                .map(|c| c.name())
                .collect::<Vec<_>>()
                .join(",")
        };
        if expected[place.clone()] != found[place.clone()] {
            lines.push(format!(
                "{name}: {line}  {}\n  {}",
                names(&expected[place.clone()]),
                names(&found[place])
            ));
        }
        at += line.len();
    }
    lines
}

#[test]
fn classes_are_those_of_syntect() {
    let mut all = Vec::new();
    let known =
        |name: &str| cfg!(feature = "onig") || syntaxes().find_syntax_by_name(name).is_some();
    for (name, code) in SAMPLES.iter().filter(|(name, _)| known(name)) {
        all.extend(differences(name, code));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn every_syntax_has_a_start() {
    let mut lexer = Lexer::default();
    for syntax in syntaxes().syntaxes() {
        assert!(lexer.start(syntax).is_some(), "{}", syntax.name);
    }
}
