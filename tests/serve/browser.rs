//! The preview in a real browser: playwright-core, with a Chromium that is installed.

use super::preview::Site;
use super::tools;
use std::path::Path;
use std::process::Command;

#[test]
fn a_page_in_a_browser_follows_the_edits() {
    let tools = tools::chromium().and_then(|found| Ok((tools::node_modules()?, found)));
    let Some((modules, chromium)) = tools::or_skip("a_page_in_a_browser_follows_the_edits", tools)
    else {
        return;
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
