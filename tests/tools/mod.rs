//! What some tests use besides Rust: a browser, checkers from npm, a package from
//! PyPI. The machine's own programs are looked up, the packages are installed below
//! the target folder, once. Without them a test says so and is skipped; with
//! `LONGHAND_REQUIRE_ALL=1` that is a failure.
#![allow(dead_code, reason = "each test takes the part that it needs")]

pub mod links;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

const NPM: &str = include_str!("package.json");

/// What `found` holds, or none after it was said that `test` is skipped.
#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests shall know what was not run"
)]
pub fn or_skip<T>(test: &str, found: Result<T, String>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(why) => {
            let required = std::env::var_os("LONGHAND_REQUIRE_ALL").is_some_and(|v| v == "1");
            assert!(!required, "{test} cannot run: {why}");
            eprintln!("skipped: {test}: {why}");
            None
        }
    }
}

/// Node's packages, the folder `node_modules`.
pub fn node_modules() -> Result<PathBuf, String> {
    program(&["node"])?;
    let folder = folder("node");
    installed(&folder, NPM, || {
        std::fs::write(folder.join("package.json"), NPM).map_err(|error| error.to_string())?;
        // No package of ours needs a script of its own to be installed.
        let mut npm = Command::new(program(&["npm"])?);
        npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
            .arg("--prefix")
            .arg(&folder);
        run(&mut npm)
    })?;
    Ok(folder.join("node_modules"))
}

/// A folder for Python's path with `package`, such as `name==1.0`.
pub fn python_package(package: &str) -> Result<PathBuf, String> {
    let python = program(&["python3"])?;
    // Each has a folder of its own: what is there is known by one name.
    let folder = folder("python").join(package);
    installed(&folder, package, || {
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "install", "--quiet", "--upgrade"])
            .args(["--disable-pip-version-check", "--target"])
            .arg(&folder)
            .arg(package);
        run(&mut pip)
    })?;
    Ok(folder)
}

pub fn chromium() -> Result<PathBuf, String> {
    program(&["chromium", "chromium-browser", "google-chrome"])
}

/// Where the first of `names` lies.
pub fn program(names: &[&str]) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = names.iter().flat_map(|name| {
        std::env::split_paths(&path)
            .map(move |folder| folder.join(name))
            .filter(|file| file.is_file())
    });
    found
        .next()
        .ok_or_else(|| format!("there is no {}", names[0]))
}

/// Runs `command`; an error holds all that it printed.
pub fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("tools")
        .join(name)
}

/// Calls `install` unless the folder already holds what is `wanted`.
fn installed(
    folder: &Path,
    wanted: &str,
    install: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let stamp = folder.join("installed");
    if std::fs::read_to_string(&stamp).is_ok_and(|text| text == wanted) {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    install()?;
    std::fs::write(stamp, wanted).map_err(|error| error.to_string())
}
