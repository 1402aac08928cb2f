//! The examples of the CommonMark specification, through our own renderer.
//!
//! The specification's text is not ours to keep (CC-BY-SA): it is fetched with
//! npm when the test runs. Without npm or a network the test says so and is
//! skipped; with `LONGHAND_REQUIRE_ALL=1` that is a failure.

use longhand::diag::FileId;
use longhand::parse::markdown::{Options, Origin, render};
use longhand::parse::{Hole, Ids, html};
use longhand::text::{encode_url, escape_html};
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "commonmark-spec@0.31.2";
const EXAMPLES: usize = 652;

/// Examples whose HTML differs on purpose: (number, why).
const DIFFERENT: [(usize, &str); 0] = [];

struct Example {
    number: usize,
    markdown: String,
    html: String,
}

#[test]
fn every_example_of_commonmark_renders_as_specified() {
    let spec = match spec() {
        Ok(spec) => spec,
        Err(why) => {
            let required = std::env::var_os("LONGHAND_REQUIRE_ALL").is_some_and(|v| v == "1");
            assert!(!required, "the examples of CommonMark cannot be had: {why}");
            skipped(&why);
            return;
        }
    };
    let examples = examples(&spec);
    assert_eq!(examples.len(), EXAMPLES, "examples in the specification");
    let mut wrong = Vec::new();
    for example in &examples {
        let got = rendered(&example.markdown);
        let wanted = plain_void(&example.html);
        let known = DIFFERENT
            .iter()
            .any(|(number, _)| *number == example.number);
        if (got == wanted) == known {
            wrong.push(format!(
                "example {}{}\n--- markdown\n{}--- expected\n{wanted}--- got\n{got}",
                example.number,
                if known {
                    " is as specified, though listed as different"
                } else {
                    ""
                },
                example.markdown,
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {EXAMPLES} differ:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests shall know what was not run"
)]
fn skipped(why: &str) {
    eprintln!("skipped: every_example_of_commonmark_renders_as_specified: {why}");
}

/// HTML writes void elements without the slash that the specification has.
fn plain_void(html: &str) -> String {
    html.replace("<br />", "<br>").replace("<hr />", "<hr>")
}

fn rendered(markdown: &str) -> String {
    let (mut ids, mut holes, mut diagnostics) = (Ids::default(), Vec::new(), Vec::new());
    let origin = Origin::new(FileId(0), 0);
    let rendered = render(
        markdown,
        &origin,
        &Options::commonmark(),
        &mut ids,
        &mut holes,
        &mut diagnostics,
    );
    assert_eq!(diagnostics, [], "{markdown}");
    let mut out = String::new();
    html::fill(&rendered.html, None, &mut out, |index, out| {
        fill(&holes[index], out)
    });
    out
}

/// What the site would put here, without a site.
fn fill(hole: &Hole, out: &mut String) {
    match hole {
        Hole::Code(block) => {
            out.push_str("<pre><code");
            if !block.lang.is_empty() {
                out.push_str(" class=\"language-");
                escape_html(out, &block.lang);
                out.push('"');
            }
            out.push('>');
            escape_html(out, &block.code);
            out.push_str("</code></pre>");
        }
        Hole::Link(link) => escape_html(out, &encode_url(&link.dest)),
        Hole::Image(image) => {
            out.push_str("<img src=\"");
            escape_html(out, &encode_url(&image.src));
            out.push_str("\" alt=\"");
            escape_html(out, &image.alt);
            if let Some(title) = &image.title {
                out.push_str("\" title=\"");
                escape_html(out, title);
            }
            out.push_str("\" />");
        }
        Hole::Wiki(_) | Hole::Embed(_) | Hole::Formula(_) | Hole::Call(_) | Hole::Html(_) => {
            unreachable!("the specification has none of these")
        }
    }
}

/// The specification's text, from the folder of this build or from npm.
fn spec() -> Result<String, String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("commonmark-spec");
    let text = folder.join("package").join("spec.txt");
    if !text.is_file() {
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        run(
            Command::new("npm").args(["pack", "--silent", PACKAGE]),
            &folder,
        )?;
        run(
            Command::new("tar").args(["-xzf", "commonmark-spec-0.31.2.tgz"]),
            &folder,
        )?;
    }
    std::fs::read_to_string(&text).map_err(|e| format!("{}: {e}", text.display()))
}

fn run(command: &mut Command, folder: &Path) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .current_dir(folder)
        .output()
        .map_err(|e| format!("`{name}`: {e}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!(
            "`{name}`: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))
    }
}

/// Examples stand between lines of 32 backticks; `→` stands for a tab.
fn examples(spec: &str) -> Vec<Example> {
    let fence = "`".repeat(32);
    let open = format!("{fence} example\n");
    let mut examples: Vec<Example> = Vec::new();
    let spec = spec.split("<!-- END TESTS -->").next().unwrap_or(spec);
    for part in spec.split(&open).skip(1) {
        let part = part
            .split(&format!("{fence}\n"))
            .next()
            .unwrap_or(part)
            .replace('→', "\t");
        let part = format!("\n{part}");
        let (markdown, html) = part.split_once("\n.\n").expect("an example has two halves");
        examples.push(Example {
            number: examples.len() + 1,
            markdown: format!("{}\n", markdown.strip_prefix('\n').unwrap_or(markdown)),
            html: html.to_owned(),
        });
    }
    examples
}
