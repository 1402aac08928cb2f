//! The default theme alone: every template renders from a context made by the
//! documented contract, with stand-ins for the renderer's functions.
//!
//! `THEME_OUT=folder cargo test --test theme` also writes the pages with their
//! style sheet, to be looked at in a browser.

// A failed setup may end a test: the lint's exception knows only the tests themselves.
#![allow(clippy::unwrap_used)]

use longhand::render::{i18n, icons};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use tera::{Context, Kwargs, State, Tera, Value};

fn root() -> PathBuf {
    std::env::var_os("THEME_ROOT")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

fn templates(dir: &Path, prefix: &str, out: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            if name != "shortcodes" {
                templates(&path, &format!("{name}/"), out);
            }
        } else {
            out.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn engine(lang: &str) -> Tera {
    let mut tera = Tera::default();
    let strings = i18n::Strings::new(lang, &[]);
    tera.register_function(
        "i18n",
        move |kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
            let key = kwargs.must_get::<&str>("key")?;
            assert!(
                strings.has(key),
                "the theme says `{key}`, which no language has"
            );
            let mut values = Vec::new();
            for name in ["name", "index", "total", "host"] {
                if let Some(value) = kwargs.get::<Value>(name)? {
                    values.push((name, value.to_string()));
                }
            }
            let value = |asked: &str| {
                let same = |(name, _): &&(&str, String)| *name == asked;
                values
                    .iter()
                    .find(same)
                    .map(|(_, value)| value.as_str().into())
            };
            Ok(strings.say(key, kwargs.get::<u64>("count")?, value))
        },
    );
    tera.register_function(
        "icon",
        |kwargs: Kwargs, _: &State| -> tera::TeraResult<Value> {
            Ok(Value::safe_string(&icons::icon(
                kwargs.must_get::<&str>("name")?,
            )))
        },
    );
    tera.register_function(
        "asset",
        |kwargs: Kwargs, _: &State| -> tera::TeraResult<Value> {
            let url = format!("/{}", kwargs.must_get::<&str>("path")?);
            Ok(Value::from_serializable(
                &json!({"url": url, "integrity": null}),
            ))
        },
    );
    tera.register_filter("date", |text: &str, kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
        let months = "January February March April May June July August September October November December";
        let month: usize = text[5..7].parse().unwrap();
        Ok(match kwargs.get::<&str>("format")? {
            Some("2006") => text[..4].to_owned(),
            _ => format!(
                "{} {}, {}",
                months.split(' ').nth(month - 1).unwrap(),
                text[8..10].trim_start_matches('0'),
                &text[..4]
            ),
        })
    });
    tera.register_filter(
        "copy_buttons",
        |html: &str, kwargs: Kwargs, _: &State| -> tera::TeraResult<Value> {
            let label = kwargs.must_get::<&str>("label")?;
            kwargs.must_get::<&str>("done")?;
            let button = format!("<button type=\"button\" class=\"copy\">{label}</button></div>");
            Ok(Value::safe_string(&html.replace(
                "</code></pre></div>",
                &format!("</code></pre>{button}"),
            )))
        },
    );
    tera.register_filter("due", |text: &str, _: Kwargs, _: &State| text.to_owned());
    tera.register_filter("slug", |text: &str, _: Kwargs, _: &State| {
        text.to_lowercase().replace(' ', "-")
    });
    let mut found = Vec::new();
    templates(&root().join("templates"), "", &mut found);
    if let Err(error) = tera.add_raw_templates(found) {
        panic!("{error}");
    }
    tera
}

/// Lays `over` on `base`, map by map.
fn merge(base: &mut Json, over: &Json) {
    match (base, over) {
        (Json::Object(base), Json::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key.clone()).or_insert(Json::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

fn base() -> Json {
    serde_json::from_str(&std::fs::read_to_string(root().join("tests/theme/context.json")).unwrap())
        .unwrap()
}

fn render(template: &str, lang: &str, over: &Json) -> String {
    let mut context = base();
    merge(&mut context, over);
    if context["page"]["content"] == "@prose.html" {
        context["page"]["content"] = std::fs::read_to_string(root().join("tests/theme/prose.html"))
            .unwrap()
            .into();
    }
    match engine(lang).render(template, &Context::from_serialize(&context).unwrap()) {
        Ok(html) => html,
        Err(error) => panic!("{template}: {error}"),
    }
}

fn keep(name: &str, html: &str) {
    if let Some(out) = std::env::var_os("THEME_OUT") {
        let out = PathBuf::from(out);
        std::fs::create_dir_all(&out).unwrap();
        std::fs::write(out.join(name), html).unwrap();
    }
}

#[test]
fn every_template_renders_with_everything_and_with_nothing() {
    let cases: Vec<(String, Json)> = serde_json::from_str(
        &std::fs::read_to_string(root().join("tests/theme/pages.json")).unwrap(),
    )
    .unwrap();
    for (name, over) in &cases {
        let template = over["template"].as_str().unwrap();
        let lang = over["site"]["language"]["code"].as_str().unwrap_or("en");
        let html = render(template, lang, over);
        keep(&format!("{name}.html"), &html);
        assert!(html.starts_with("<!DOCTYPE html>"), "{name}");
        assert_eq!(
            html.matches("<h1").count(),
            usize::from(template != "redirect.html"),
            "{name}: one h1"
        );
        assert!(!html.contains("{{"), "{name}");
        assert_eq!(parse_errors(&html), Vec::<String>::new(), "{name}");
        // A strict content security policy holds: nothing inline but the one known script,
        // data, and the background that a page asks for.
        let styles = html.matches(" style=").count() - html.matches(" style=\"text-align:").count();
        assert_eq!(
            styles,
            usize::from(html.contains("on-background")),
            "{name}"
        );
        assert!(
            !html.contains(" onclick") && !html.contains(" onload"),
            "{name}"
        );
    }
}

#[test]
fn the_meta_row_reads_as_one_line() {
    let html = render(
        "page.html",
        "en",
        &json!({"page": {"translations": [], "edit": null, "canonical_source": null}}),
    );
    assert!(
        plain(&html).contains("November 11, 2024 · 4 min · 692 words · Ada Brook"),
        "{}",
        plain(&html)
    );
}

#[test]
fn breadcrumbs_are_a_labelled_nav() {
    let html = render("page.html", "en", &json!({}));
    assert!(html.contains("<nav class=\"breadcrumbs\" aria-label=\"Breadcrumbs\">"));
    assert!(plain(&html).contains("Home » Blog"));
}

#[test]
fn the_switches_take_their_parts_away() {
    // switch, what stands on the page while it is on
    let cases = [
        ("reading_time", "4 min"),
        ("word_count", "692 words"),
        ("author", "h-card"),
        ("date", "dt-published"),
        ("meta", "class=\"meta\""),
        ("post_nav_links", "rel=\"prev\""),
        ("post_nav_links", "rel=\"next\""),
        ("code_copy_buttons", "copy.js"),
        ("code_copy_buttons", "class=\"copy\""),
        ("toc", "class=\"toc\""),
        ("share_buttons", "class=\"plain share\""),
        ("footer", "site-footer"),
        ("canonical_link", "u-syndication"),
        ("theme_toggle", "id=\"theme-toggle\""),
        ("theme_toggle", "localStorage"),
        ("lang_toggle", "class=\"languages\""),
        ("scroll_to_top", "to-top"),
        ("related", "class=\"related\""),
        ("series", "class=\"series\""),
        ("backlinks", "class=\"backlinks\""),
        ("drop_cap", "e-content drop-cap"),
        ("tags", "p-category"),
    ];
    for (switch, text) in cases {
        assert!(
            render("page.html", "en", &json!({"show": {switch: true}})).contains(text),
            "{switch} on"
        );
        assert!(
            !render("page.html", "en", &json!({"show": {switch: false}})).contains(text),
            "{switch} off"
        );
    }
    let without_code = render("page.html", "en", &json!({"page": {"has_code": false}}));
    assert!(!without_code.contains("copy.js"));
}

/// What a parser of HTML has to say.
fn parse_errors(html: &str) -> Vec<String> {
    use html5ever::tendril::TendrilSink;
    let dom = html5ever::parse_document(markup5ever_rcdom::RcDom::default(), Default::default())
        .one(html);
    let errors = dom.errors.borrow();
    errors.iter().map(|error| error.to_string()).collect()
}

/// The text as it reads: no tags, white space collapsed.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}
