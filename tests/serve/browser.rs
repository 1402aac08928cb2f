//! The preview in a real browser: playwright-core from npm, with a Chromium that
//! is installed. Without them the test says so and is skipped; with
//! `LONGHAND_REQUIRE_ALL=1` that is a failure.

use super::preview::Site;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "playwright-core@1.56.1";

#[test]
fn a_page_in_a_browser_follows_the_edits() {
    let (modules, chromium) = match tools() {
        Ok(tools) => tools,
        Err(why) => {
            let required = std::env::var_os("LONGHAND_REQUIRE_ALL").is_some_and(|v| v == "1");
            assert!(!required, "the preview cannot be tried in a browser: {why}");
            return skipped(&why);
        }
    };
    let site = Site::new();
    let body = (0..80)
        .map(|n| format!("Paragraph {n}.\n\n"))
        .collect::<String>();
    site.post(
        "long",
        "Long",
        "",
        &format!("<details><summary>More</summary>Deep.</details>\n\n{body}"),
    );
    site.write(
        "longhand.yaml",
        "title: Tides\nmarkup: {goldmark: {renderer: {unsafe: true}}}\n",
    );
    let preview = site.serve(&["-D"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve/browser.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(&preview.url)
        .arg(site.path())
        .env("CHROMIUM", chromium)
        .env("MODULES", modules)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        preview.complaints.lock().unwrap()
    );
}

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests shall know what was not run"
)]
fn skipped(why: &str) {
    eprintln!("skipped: a_page_in_a_browser_follows_the_edits: {why}");
}

/// Where playwright and Chromium are.
fn tools() -> Result<(PathBuf, PathBuf), String> {
    let chromium = ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| on_path(name))
        .ok_or("there is no chromium")?;
    if on_path("node").is_none() {
        return Err("there is no node".to_owned());
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let modules = folder.join("node_modules");
    if !modules.join("playwright-core/package.json").is_file() {
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let installed = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--prefix"])
            .arg(&folder)
            .arg(PACKAGE)
            .output()
            .map_err(|error| format!("npm: {error}"))?;
        if !installed.status.success() {
            return Err(String::from_utf8_lossy(&installed.stderr).into_owned());
        }
    }
    Ok((modules, chromium))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
