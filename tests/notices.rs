//! THIRD-PARTY-NOTICES.md names every package of Cargo.lock, and the grammars
//! that are part of the program with the texts of their licences.
//! `UPDATE=1 cargo test --test notices` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Once;
use two_face::acknowledgement;

const FILE: &str = "THIRD-PARTY-NOTICES.md";

/// As `deny.toml` has them. A package is fine when one of its alternatives holds none but these.
const ALLOWED: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    // webpki-roots alone: the certificates that browsers trust, as data.
    "CDLA-Permissive-2.0",
    // notify alone: given to the public domain.
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(path).unwrap_or_default()
}

fn notices() -> String {
    static WRITTEN: Once = Once::new();
    if std::env::var_os("UPDATE").is_some() {
        WRITTEN.call_once(write);
    }
    read(FILE)
}

/// Name and version of every package, but for Longhand itself.
fn locked() -> Vec<(String, String)> {
    let lock: toml::Table = read("Cargo.lock").parse().expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("it lists packages");
    let text = |package: &toml::Value, key: &str| package[key].as_str().expect(key).to_owned();
    packages
        .iter()
        .filter(|package| package.get("source").is_some())
        .map(|package| (text(package, "name"), text(package, "version")))
        .collect()
}

/// `| name | version | licence |`, as the file has it.
fn rows(file: &str) -> BTreeMap<(String, String), String> {
    let cells = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        match cells.as_slice() {
            [name, version, licence, _] => {
                let key = ((*name).to_owned(), (*version).to_owned());
                Some((key, (*licence).to_owned()))
            }
            _ => None,
        }
    };
    file.lines()
        .filter(|line| line.starts_with('|'))
        .filter_map(cells)
        .collect()
}

#[test]
fn every_package_is_named_under_a_licence_that_we_may_use() {
    let rows = rows(&notices());
    let mut wrong = Vec::new();
    for package in locked() {
        match rows.get(&package) {
            None => wrong.push(format!("{} {} is not named", package.0, package.1)),
            Some(licence) if !allowed(licence) => {
                wrong.push(format!("{} is under `{licence}`", package.0));
            }
            Some(_) => {}
        }
    }
    assert!(
        wrong.is_empty(),
        "{FILE}: {wrong:#?}\nwrite it anew with UPDATE=1"
    );
}

#[test]
fn grammars_are_named_with_their_licences() {
    let file = notices();
    for licence in acknowledgement::listing().for_syntaxes() {
        assert!(
            file.contains(licence.text.trim()),
            "{FILE} lacks the licence of {}",
            licence.rel_path.display()
        );
    }
}

#[test]
fn fonts_are_named_with_their_licence() {
    for name in ["fonts/OFL.txt", "fonts/OFL-STIX.txt"] {
        let licence = read(name);
        assert!(licence.contains("SIL OPEN FONT LICENSE"));
        assert!(notices().contains(licence.trim()), "{FILE} lacks {name}");
    }
}

#[test]
fn expressions_are_read_as_alternatives_of_sets() {
    for fine in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 / MIT",
    ] {
        assert!(allowed(fine), "{fine}");
    }
    for not in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "MPL-2.0",
        "(MIT OR Apache-2.0) AND MPL-2.0",
        "",
    ] {
        assert!(!allowed(not), "{not}");
    }
}

/// One level of parentheses is all that is in use.
fn allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let all_of = |part: &str| {
        part.split(" AND ")
            .all(|each| ALLOWED.contains(&each.trim().trim_matches(['(', ')'])))
    };
    match expression.split_once(')') {
        Some((inner, rest)) => {
            allowed(inner.trim_start_matches('(')) && rest.split(" AND ").skip(1).all(allowed)
        }
        None => expression.split(" OR ").any(all_of),
    }
}

fn write() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--all-features",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be run");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let mut out = String::from(
        "# Third-party notices\n\nLonghand is built from the packages below, each under its own licence. The texts of \
         those licences\nare in the packages. The grammars that colour code are part of the program; their notices \
         follow.\n\nThis file is written by `UPDATE=1 cargo test --test notices`.\n\n## Packages\n\n\
         Those that only some systems or the tests need are listed too.\n\n\
         | Package | Version | Licence | From |\n|---|---|---|---|\n",
    );
    let mut packages: Vec<&serde_json::Value> = metadata["packages"]
        .as_array()
        .expect("it lists packages")
        .iter()
        .filter(|package| !package["source"].is_null())
        .collect();
    packages.sort_by_key(|package| (package["name"].to_string(), package["version"].to_string()));
    for package in packages {
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        let (name, version, licence, from) = (
            text("name"),
            text("version"),
            text("license"),
            text("repository"),
        );
        let _ = writeln!(out, "| {name} | {version} | {licence} | {from} |");
    }
    out.push_str(
        "\n## Grammars\n\nFrom the collection of [bat](https://github.com/sharkdp/bat), by way of \
         [two-face](https://codeberg.org/CosmicHarper/two-face).\n",
    );
    for licence in acknowledgement::listing().for_syntaxes() {
        let _ = write!(
            out,
            "\n### {}\n\n```text\n{}\n```\n",
            licence.rel_path.display(),
            licence.text.trim()
        );
    }
    let _ = write!(
        out,
        "\n## Fonts\n\n[Literata](https://github.com/googlefonts/literata) 3.103, cut to Latin letters and the weights from \
         400 to 700. It is no part\nof a site that does not choose it.\n\n```text\n{}\n```\n",
        read("fonts/OFL.txt").trim()
    );
    let _ = write!(
        out,
        "\n[STIX Two Math](https://github.com/stipub/stixfonts) 2.11, cut to the characters of formulas, its primes put \
         where browsers look for\nthem. It is part of sites with formulas.\n\n```text\n{}\n```\n",
        read("fonts/OFL-STIX.txt").trim()
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    std::fs::write(path, out).expect("the file can be written");
}
