//! The architecture, held: who imports whom, who touches the disk, who prints.

use std::path::{Path, PathBuf};

/// Modules in reading order. Each imports only what stands before it.
const ORDER: [&str; 25] = [
    "text", "hash", "table", "diag", "timing", "date", "tree", "source", "picture", "formula",
    "config", "parse", "cache", "site", "expand", "theme", "render", "emit", "build", "check",
    "desk", "import", "deploy", "serve", "cli",
];

/// The only modules that open files.
const DISK: [&str; 4] = ["source", "cache", "emit", "deploy"];

/// The only modules that write to the terminal.
const TERMINAL: [&str; 1] = ["cli"];

struct File {
    path: PathBuf,
    module: String,
    /// Comments, strings and tests are gone; lines are as they were.
    code: String,
}

fn files() -> Vec<File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<File> = walkdir::WalkDir::new(&src)
        .into_iter()
        .map(|entry| entry.expect("the sources can be listed").into_path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .filter_map(|path| {
            let inside = path.strip_prefix(&src).expect("it lies there").to_owned();
            let parts: Vec<String> = inside
                .with_extension("")
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .collect();
            let is_test = parts.iter().any(|part| part == "tests");
            let module = parts.first()?.clone();
            if is_test || module == "lib" || module == "main" {
                return None;
            }
            let text = std::fs::read_to_string(&path).expect("a source is readable");
            Some(File {
                path: inside,
                module,
                code: code_of(&text),
            })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 50, "the sources were found");
    files
}

/// Blanks what is no code, up to the tests at the end.
fn code_of(text: &str) -> String {
    let text = match text.find("#[cfg(test)]\nmod tests {") {
        Some(end) => &text[..end],
        None => text,
    };
    let mut code = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            'r' if !before.is_alphanumeric()
                && before != '_'
                && matches!(chars.peek(), Some('"' | '#')) =>
            {
                let mut hashes = 0;
                while chars.next_if_eq(&'#').is_some() {
                    hashes += 1;
                }
                if chars.next_if_eq(&'"').is_some() {
                    let end = format!("\"{}", "#".repeat(hashes));
                    let mut inner = String::new();
                    for c in chars.by_ref() {
                        inner.push(c);
                        if c == '\n' {
                            code.push(c);
                        }
                        if inner.ends_with(&end) {
                            break;
                        }
                    }
                }
            }
            '"' => {
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => {
                            code.extend(chars.next().filter(|c| *c == '\n'));
                        }
                        '"' => break,
                        '\n' => code.push(c),
                        _ => {}
                    }
                }
            }
            // A character, not a lifetime.
            '\'' => {
                let mut ahead = chars.clone();
                match (ahead.next(), ahead.next()) {
                    (Some('\\'), _) => {
                        chars.next();
                        chars.next();
                        while chars.next_if(|c| *c != '\'').is_some() {}
                        chars.next();
                    }
                    (Some(_), Some('\'')) => {
                        chars.next();
                        chars.next();
                    }
                    _ => code.push(c),
                }
            }
            c => code.push(c),
        }
        before = c;
    }
    code
}

/// The modules of the crate that a text names: after `crate::`, or in `crate::{…}`.
fn imports(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        let name = |text: &str| -> String {
            text.trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        };
        let Some(list) = rest.strip_prefix('{') else {
            found.push((line, name(rest)));
            continue;
        };
        let mut depth = 0;
        let mut start = 0;
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                '}' => {
                    found.push((line, name(&list[start..at])));
                    break;
                }
                ',' if depth == 0 => {
                    found.push((line, name(&list[start..at])));
                    start = at + 1;
                }
                _ => {}
            }
        }
    }
    found.retain(|(_, name)| !name.is_empty());
    found
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|known| *known == module)
}

#[test]
fn modules_import_only_what_stands_before_them() {
    let mut faults = Vec::new();
    for file in files() {
        let path = file.path.display();
        let Some(own) = rank(&file.module) else {
            faults.push(format!(
                "{path}: `{}` has no place in the order",
                file.module
            ));
            continue;
        };
        for (line, name) in imports(&file.code) {
            match rank(&name) {
                Some(theirs) if theirs <= own => {}
                Some(_) => faults.push(format!(
                    "{path}:{line}: `{}` may not import `{name}`, which stands after it",
                    file.module
                )),
                None => faults.push(format!("{path}:{line}: `{name}` has no place in the order")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_some_modules_touch_the_disk() {
    // Asking whether a path is there is no more than asking.
    let signs = [
        "std::fs",
        "fs::",
        "File::open",
        "File::create",
        "OpenOptions",
    ];
    faults(&signs, &DISK, "touches the disk");
}

#[test]
fn only_the_command_line_prints() {
    let signs = [
        "println!",
        "print!",
        "eprintln!",
        "eprint!",
        "dbg!",
        "io::stdout",
        "io::stderr",
        "anstream::",
    ];
    faults(&signs, &TERMINAL, "prints");
}

fn faults(signs: &[&str], allowed: &[&str], what: &str) {
    let mut faults = Vec::new();
    let mut seen = 0;
    for file in files() {
        for (number, line) in file.code.lines().enumerate() {
            if !signs.iter().any(|sign| line.contains(sign)) {
                continue;
            }
            seen += 1;
            if !allowed.contains(&file.module.as_str()) {
                let path = file.path.display();
                faults.push(format!("{path}:{}: {what}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(
        seen > 0,
        "nobody {what}: the test looks for the wrong signs"
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_library_names_its_modules_in_one_place() {
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let text = std::fs::read_to_string(lib).expect("the library is readable");
    let mut named: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    named.sort_unstable();
    let mut known = ORDER.to_vec();
    known.sort_unstable();
    assert_eq!(named, known);
}

#[test]
fn the_reader_of_sources_tells_code_from_text() {
    let code = code_of(
        "use a; // crate::x\nlet s = \"crate::y\"; let c = '\"'; let r = r#\"crate::\"z\"#; crate::w::f::<'a>();\n#[cfg(test)]\nmod tests { crate::v }",
    );
    assert_eq!(imports(&code), [(2, "w".to_owned())]);
    let code = code_of("use crate::{\n    diag::{self, Span},\n    text,\n};\n");
    assert_eq!(
        imports(&code),
        [(1, "diag".to_owned()), (1, "text".to_owned())]
    );
}
