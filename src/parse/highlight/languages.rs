//! The names that people write after a fence, and what stands for them.

use super::grammar::syntaxes;
use crate::text;
use syntect::parsing::SyntaxReference;

/// What a block is written in.
#[derive(Clone, Copy)]
pub(super) enum Language {
    /// Nothing is coloured.
    Plain,
    /// Commands after a prompt, and what they print.
    Session,
    Syntax(&'static SyntaxReference),
}

/// Names of Chroma and of common use that are neither the name nor an
/// extension of a syntax, or that would be taken for another one.
#[rustfmt::skip]
const ALIASES: &[(&str, &str)] = &[
    ("actionscript3", "ActionScript"), ("as3", "ActionScript"),
    ("apacheconf", "Apache Conf"), ("apache", "Apache Conf"), ("aconf", "Apache Conf"),
    ("armasm", "ARM Assembly"),
    ("asm", "x86_64 Assembly"), ("assembly", "x86_64 Assembly"), ("nasm", "x86_64 Assembly"), ("gas", "x86_64 Assembly"),
    ("asciidoc", "AsciiDoc (Asciidoctor)"),
    ("bash", "Bourne Again Shell (bash)"), ("sh", "Bourne Again Shell (bash)"), ("shell", "Bourne Again Shell (bash)"),
    ("zsh", "Bourne Again Shell (bash)"), ("ksh", "Bourne Again Shell (bash)"), ("shellscript", "Bourne Again Shell (bash)"),
    ("shell-script", "Bourne Again Shell (bash)"), ("bats", "Bourne Again Shell (bash)"),
    ("batch", "Batch File"), ("dosbatch", "Batch File"), ("winbatch", "Batch File"), ("batchfile", "Batch File"),
    ("c#", "C#"), ("csharp", "C#"), ("dotnet", "C#"),
    ("cplusplus", "C++"), ("cuda", "C++"), ("cu", "C++"), ("arduino", "C++"), ("ino", "C++"),
    ("c", "C"), ("h", "C"),
    ("clojurescript", "Clojure"), ("edn", "Clojure"),
    ("coffeescript", "CoffeeScript"), ("coffee-script", "CoffeeScript"),
    ("common-lisp", "Lisp"), ("elisp", "Lisp"), ("emacs-lisp", "Lisp"), ("emacs", "Lisp"), ("scheme", "Lisp"), ("scm", "Lisp"),
    ("csv", "Comma Separated Values"),
    ("docker", "Dockerfile"), ("dockerfile", "Dockerfile"), ("containerfile", "Dockerfile"),
    ("dot", "Graphviz (DOT)"), ("graphviz", "Graphviz (DOT)"),
    ("dotenv", "DotENV"), ("env", "DotENV"),
    ("eex", "HTML (EEx)"), ("heex", "HTML (EEx)"), ("iex", "Elixir"),
    ("erb", "HTML (Rails)"), ("rhtml", "HTML (Rails)"),
    ("fish", "Fish"), ("fishshell", "Fish"),
    ("fortran", "Fortran (Modern)"), ("f90", "Fortran (Modern)"), ("fortranfixed", "Fortran (Fixed Form)"),
    ("fsharp", "F#"), ("f#", "F#"),
    ("gdscript", "GDScript (Godot Engine)"), ("gdscript3", "GDScript (Godot Engine)"),
    ("gitignore", "Git Ignore"), ("gitconfig", "Git Config"),
    ("go", "Go"), ("golang", "Go"), ("gomod", "Gomod"),
    ("gotmpl", "HTML (Jinja2)"), ("go-template", "HTML (Jinja2)"), ("go-html-template", "HTML (Jinja2)"),
    ("go-text-template", "Jinja2"), ("tera", "HTML (Jinja2)"), ("html+jinja", "HTML (Jinja2)"), ("htmldjango", "HTML (Jinja2)"),
    ("django", "Jinja2"), ("jinja", "Jinja2"), ("liquid", "HTML (Jinja2)"), ("handlebars", "HTML (Jinja2)"), ("hbs", "HTML (Jinja2)"),
    ("gradle", "Groovy"), ("jenkinsfile", "Groovy"),
    ("gnuplot", "gnuplot"),
    ("haskell", "Haskell"), ("hs", "Haskell"),
    ("hcl", "Terraform"), ("terraform", "Terraform"), ("tf", "Terraform"),
    ("html5", "HTML"), ("xhtml", "HTML"), ("htmlbars", "HTML"),
    ("http", "HTTP Request and Response"), ("https", "HTTP Request and Response"),
    ("ini", "INI"), ("cfg", "INI"), ("dosini", "INI"), ("editorconfig", "INI"), ("desktop", "INI"), ("systemd", "INI"), ("conf", "INI"),
    ("java-properties", "Java Properties"), ("properties", "Java Properties"),
    ("javascript", "JavaScript (Babel)"), ("js", "JavaScript (Babel)"), ("node", "JavaScript (Babel)"), ("mjs", "JavaScript (Babel)"),
    ("jsx", "JavaScript (Babel)"), ("react", "JavaScript (Babel)"), ("flow", "JavaScript (Babel)"),
    ("json", "JSON"), ("jsonc", "JSON"), ("json5", "JavaScript (Babel)"), ("jsonl", "JSON"), ("ndjson", "JSON"), ("jsonld", "JSON"),
    ("geojson", "JSON"), ("hjson", "JSON"), ("webmanifest", "JSON"),
    ("latex", "LaTeX"), ("tex", "LaTeX"),
    ("less", "Less"),
    ("make", "Makefile"), ("mf", "Makefile"), ("bsdmake", "Makefile"),
    ("matlab", "MATLAB"), ("octave", "MATLAB"),
    ("md", "Markdown"), ("mkd", "Markdown"), ("mdx", "Markdown"), ("rmd", "Markdown"),
    ("nginx", "nginx"), ("nginxconf", "nginx"),
    ("nim", "Nim"), ("nimrod", "Nim"),
    ("nix", "Nix"), ("nixos", "Nix"),
    ("objc", "Objective-C"), ("objectivec", "Objective-C"), ("obj-c", "Objective-C"), ("objective-c++", "Objective-C++"),
    ("ocaml", "OCaml"), ("reason", "OCaml"),
    ("org", "orgmode"), ("org-mode", "orgmode"),
    ("pascal", "Pascal"), ("delphi", "Pascal"), ("objectpascal", "Pascal"),
    ("patch", "Diff"), ("udiff", "Diff"), ("diff", "Diff"),
    ("perl", "Perl"), ("pl", "Perl"),
    ("php", "PHP"), ("php3", "PHP"), ("phtml", "PHP"),
    ("powershell", "PowerShell"), ("posh", "PowerShell"), ("pwsh", "PowerShell"), ("ps1", "PowerShell"), ("psm1", "PowerShell"),
    ("promql", "SQL"), ("mysql", "SQL"), ("mariadb", "SQL"), ("postgres", "SQL"), ("postgresql", "SQL"), ("plpgsql", "SQL"),
    ("sqlite", "SQL"), ("sqlite3", "SQL"), ("tsql", "SQL"), ("t-sql", "SQL"), ("mssql", "SQL"), ("plsql", "SQL"), ("cql", "SQL"),
    ("proto", "Protocol Buffer"), ("protobuf", "Protocol Buffer"), ("proto3", "Protocol Buffer"),
    ("python", "Python"), ("python2", "Python"), ("python3", "Python"), ("py2", "Python"), ("pycon", "Python"), ("ipython", "Python"),
    ("sage", "Python"), ("starlark", "Python"), ("bazel", "Python"), ("mojo", "Python"), ("micropython", "Python"),
    ("r", "R"), ("s", "R"), ("splus", "R"), ("rscript", "R"),
    ("regex", "Regular Expression"), ("regexp", "Regular Expression"),
    ("rst", "reStructuredText"), ("rest", "reStructuredText"), ("restructuredtext", "reStructuredText"),
    ("ruby", "Ruby"), ("rb", "Ruby"), ("jruby", "Ruby"), ("duby", "Ruby"), ("irb", "Ruby"), ("vagrantfile", "Ruby"),
    ("rust", "Rust"), ("rs", "Rust"), ("ron", "Rust"),
    ("sass", "Sass"), ("scss", "SCSS"),
    ("sol", "Solidity"), ("solidity", "Solidity"), ("vyper", "Vyper"),
    ("sshconfig", "SSH Config"), ("ssh-config", "SSH Config"),
    ("svg", "XML"), ("plist", "XML"), ("wsdl", "XML"), ("xul", "XML"), ("atom", "XML"), ("rdf", "XML"), ("mathml", "XML"),
    ("system-verilog", "SystemVerilog"), ("verilog", "Verilog"), ("v", "Verilog"),
    ("ts", "TypeScript"), ("typescript", "TypeScript"), ("mts", "TypeScript"), ("deno", "TypeScript"), ("tsx", "TypeScriptReact"),
    ("toml", "TOML"),
    ("vim", "VimL"), ("vimscript", "VimL"), ("viml", "VimL"), ("neovim", "VimL"),
    ("vue", "Vue Component"), ("vuejs", "Vue Component"), ("astro", "Svelte"),
    ("wgsl", "WGSL"), ("glsl", "GLSL"), ("hlsl", "GLSL"),
    ("yaml", "YAML"), ("yml", "YAML"), ("openapi", "YAML"), ("ansible", "YAML"), ("docker-compose", "YAML"),
    ("zig", "Zig"),
];

/// Names for text without a language.
const PLAIN: [&str; 13] = [
    "text",
    "txt",
    "plain",
    "plaintext",
    "plain-text",
    "none",
    "no-highlight",
    "nohighlight",
    "ascii",
    "output",
    "raw",
    "mermaid",
    "math",
];

const SESSION: [&str; 9] = [
    "console",
    "bash-session",
    "shell-session",
    "shellsession",
    "sh-session",
    "terminal",
    "session",
    "cli",
    "doscon",
];

/// A language by any of its names, whatever their case.
pub(super) fn find(name: &str) -> Option<Language> {
    let name = name.to_lowercase();
    if PLAIN.contains(&name.as_str()) {
        return Some(Language::Plain);
    }
    if SESSION.contains(&name.as_str()) {
        return Some(Language::Session);
    }
    let all = syntaxes();
    if let Some((_, syntax)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
        // The set for the engine in pure Rust lacks a few: Babel's JavaScript, PowerShell, Sass.
        let found = all
            .find_syntax_by_name(syntax)
            .or_else(|| all.find_syntax_by_token(&name));
        return Some(found.map_or(Language::Plain, Language::Syntax));
    }
    if name.is_empty() {
        return None;
    }
    all.find_syntax_by_token(&name)
        .filter(|syntax| !syntax.hidden)
        .map(Language::Syntax)
}

/// The language that a fence's word names, by its own name; `None` for one that is unknown.
pub fn language(name: &str) -> Option<&'static str> {
    match find(name)? {
        Language::Plain => Some("Plain Text"),
        Language::Session => Some("Shell Session"),
        Language::Syntax(syntax) => Some(&syntax.name),
    }
}

/// What was meant by a name that is unknown, if one is near.
pub fn nearest_language(name: &str) -> Option<&'static str> {
    let aliases = ALIASES
        .iter()
        .map(|(alias, _)| *alias)
        .chain(PLAIN)
        .chain(SESSION);
    let names = syntaxes()
        .syntaxes()
        .iter()
        .filter(|syntax| !syntax.hidden)
        .map(|syntax| syntax.name.as_str());
    text::nearest(
        &name.to_lowercase(),
        aliases.chain(names.filter(|name| !name.contains(' '))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_people_write_resolve() {
        let names = "js ts tsx jsx py python3 rb sh bash shell console zsh yml toml json jsonc json5 rs go golang c cpp \
            c++ csharp cs java kotlin swift php html css scss sass less sql dockerfile docker make makefile nginx diff \
            patch ini tex latex md markdown vim lua r julia perl haskell hs ocaml elixir erlang clojure scala zig nix \
            proto protobuf graphql xml svg vue svelte powershell ps1 batch text plain txt none ascii plaintext fish \
            terraform hcl kt cmake groovy gradle dart matlab fortran lisp scheme d nim crystal awk glsl wgsl http \
            solidity typst objectivec f# elm jsonnet rst org puppet verilog vhdl tcl pascal csv Go PYTHON";
        for name in names.split_whitespace() {
            assert!(language(name).is_some(), "{name}");
        }
        assert_eq!(language("C++"), Some("C++"));
        assert_eq!(language("h"), Some("C"));
        assert_eq!(language("nolang"), None);
        assert_eq!(language(""), None);
    }

    #[test]
    fn every_alias_names_a_syntax_that_exists() {
        if cfg!(feature = "onig") {
            for (alias, syntax) in ALIASES {
                assert!(
                    syntaxes().find_syntax_by_name(syntax).is_some(),
                    "{alias}: {syntax}"
                );
            }
        }
    }

    #[test]
    fn a_misspelt_language_has_a_nearest_one() {
        assert_eq!(nearest_language("pyhton"), Some("python"));
        assert_eq!(nearest_language("javscript"), Some("javascript"));
        assert_eq!(nearest_language("xyzzyquux"), None);
    }
}
