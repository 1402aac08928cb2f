//! Hostile text in every field that holds text. The same site is built with
//! harmless text and with each hostile one: nothing that it puts out may have an
//! element, an attribute or a script that the harmless site has not, no URL may
//! run code, and every feed, sitemap and index must still parse.

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

const HOSTILE: [&str; 12] = [
    r#""'><svg/onload=X>"#,
    "</script><svg onload=X>",
    "]]><svg onload=X>",
    "javascript&colon;alert(1)",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>X</script>",
    "<!--",
    "--><svg onload=X>",
    "{{ 7*7 }}{% raw %}",
    "${x}`x`\\",
    "</title></textarea></style><img src=x onerror=X>",
];

/// What stands between the tags of `rawhtml`, and of `ltr` and `rtl` without `md=true`,
/// is HTML by the writer's own wish, as in Hugo: it is not here.
///
/// `@@` stands for the text, as a JSON string where it stands in quotes, raw elsewhere.
const SITE: &[(&str, &str)] = &[
    (
        "hugo.yaml",
        r#"
title: "@@"
baseURL: https://example.org/
languageCode: en
enableEmoji: true
outputs: {home: [HTML, RSS, JSON]}
taxonomies: {tag: tags, category: categories, series: series}
markup: {goldmark: {renderer: {unsafe: false}}, highlight: {lineNos: true}}
menus:
  main:
    - {name: "@@", url: "@@", title: "@@", weight: 1, identifier: "@@"}
    - {name: "@@ two", url: "/fine/?@@", weight: 2}
  footer:
    - {name: "@@", url: /x}
params:
  env: production
  author: ["@@", "@@ two"]
  description: "@@"
  keywords: ["@@"]
  images: ["@@"]
  DateFormat: "2006 @@"
  label: {text: "@@", icon: "@@", iconHeight: 30}
  socialIcons:
    - {name: "@@", url: "@@", title: "@@"}
    - {name: github, url: "@@"}
  editPost: {URL: "https://example.org/@@", Text: "@@", appendFilePath: true}
  assets: {theme_color: "@@", favicon: "@@"}
  analytics: {google: {SiteVerificationTag: "@@"}}
  schema: {publisherType: Person, sameAs: ["@@"]}
  social: {twitter: "@@"}
  cover: {linkFullImages: true}
  fuseOpts: {keys: ["@@"]}
  ShowReadingTime: true
  ShowWordCount: true
  ShowBreadCrumbs: true
  ShowPostNavLinks: true
  ShowCodeCopyButtons: true
  ShowShareButtons: true
  ShowToc: true
  ShowRssButtonInSectionTermList: true
  ShowCanonicalLink: true
  CanonicalLinkText: "@@"
  homeInfoParams: {Title: "@@"}
languages:
  en: {languageName: "@@", weight: 1}
  de: {languageName: "@@ de", weight: 2, title: "@@"}
"#,
    ),
    (
        "i18n/en.yaml",
        "read_time: \"@@\"\nedit_post: \"@@\"\nhome: \"@@\"\ntoc: \"@@\"\nnext_page: \"@@\"\nprev_page: \"@@\"\n",
    ),
    ("data/mine.yaml", "- {name: \"@@\", url: \"@@\"}\n"),
    (
        "templates/partials/hook_after_article.html",
        "<p class=\"mine\" title=\"{{ page.params.mine | default(value=\"\") }}\">{{ data.mine | json }}{{ page.params.mine | default(value=\"\") }}</p>\n",
    ),
    (
        "content/_index.md",
        "---\ntitle: \"@@\"\ndescription: \"@@\"\n---\n",
    ),
    (
        "content/fine.md",
        "---\ntitle: Fine\ndate: 2024-01-01\ntags: [\"@@\"]\n---\nFine.\n",
    ),
    (
        "content/archives.md",
        "---\ntitle: \"@@\"\nlayout: archives\nsummary: \"@@\"\n---\n",
    ),
    (
        "content/search.md",
        "---\ntitle: \"@@\"\nlayout: search\nplaceholder: \"@@\"\ndescription: \"@@\"\n---\n",
    ),
    (
        "content/blog/_index.md",
        "---\ntitle: \"@@\"\ndescription: \"@@\"\nlinkTitle: \"@@\"\n---\nSection @@\n",
    ),
    (
        "content/blog/%%.md",
        "---\ntitle: Named\ndate: 2024-01-05\n---\nA file of that name.\n",
    ),
    (
        "content/%%/post.md",
        "---\ntitle: In a section of that name\ndate: 2024-01-06\n---\nText.\n",
    ),
    (
        "content/blog/post.de.md",
        "---\ntitle: \"@@\"\ndate: 2024-01-02\n---\n@@\n",
    ),
    (
        "content/blog/post.md",
        r#"---
title: "@@"
linkTitle: "@@"
subtitle: "@@"
description: "@@"
summary: "@@"
date: 2024-01-02
tags: ["@@", "@@ two"]
categories: ["@@"]
series: ["@@"]
author: ["@@", "@@ two"]
keywords: ["@@", "@@ two"]
canonicalURL: "@@"
editPost: {Text: "@@"}
cover: {image: "@@", alt: "@@", caption: "caption", title: "@@"}
images: ["@@"]
params: {mine: "@@"}
header: {background: "@@"}
menus: {main: {name: "@@ own", title: "@@", pre: "@@", post: "@@", identifier: "@@ own", parent: "@@"}, footer: {name: "@@ url", url: "@@"}}
---
@@

# @@ {#own .@@ title="@@"}

## Head {.x onclick="@@"}

[text](<@@> "@@") ![@@](<@@> "@@") [@@](@@) <@@> [ref][r] ![alt @@][r]

[r]: <@@> "@@"

Note[^1]. `@@` *@@* ~~@@~~

[^1]: @@

| @@ | b |
|---|---|
| @@ | c |

- [ ] @@

Term @@
: Definition @@

> [!NOTE] @@
> @@

```@@
@@
```

```js {title="@@" hl_lines=[1] linenos=true class="@@" onclick="@@" style="@@"}
@@
```

    @@

A paragraph.
{class="@@" onclick="@@" style="@@"}

## Shortcodes
"#,
    ),
    (
        "content/blog/calls.md",
        r#"---
title: Calls
date: 2024-01-03
---
{{< figure src=`@@` title=`@@` caption=`@@` alt=`@@` link=`@@` target=`@@` rel=`@@` class=`@@` attr=`@@` attrlink=`@@` width=`@@` height=`@@` align=`@@` loading=`@@` >}}

{{< figure src="a.png" title=`@@` caption=`@@` alt=`@@` >}}

{{< audio src=`@@` caption=`@@` title=`@@` type=`@@` class=`@@` >}}

{{< video src=`@@` caption=`@@` poster=`@@` title=`@@` width=`@@` >}}

{{< button href=`@@` text=`@@` title=`@@` target=`@@` >}}@@{{< /button >}}

{{< collapse summary=`@@` title=`@@` >}}@@{{< /collapse >}}

{{< details summary=`@@` title=`@@` name=`@@` class=`@@` >}}@@{{< /details >}}

{{< fullwidth >}}@@{{< /fullwidth >}}

{{< gist `@@` `@@` `@@` >}}

{{< highlight `@@` `@@` >}}@@{{< /highlight >}}

{{< highlight js `hl_lines=1,title=@@` >}}@@{{< /highlight >}}

{{< inTextImg url=`@@` height=`@@` alt=`@@` link=`@@` >}}

{{< instagram `@@` >}}

{{< ltr md=true >}}@@{{< /ltr >}}

{{< param `title` >}}

{{< qr text=`@@` title=`@@` alt=`@@` class=`@@` >}}@@{{< /qr >}}

{{< quote author=`@@` source=`@@` src=`@@` url=`@@` cite=`@@` >}}@@{{< /quote >}}

{{< rtl md=true >}}@@{{< /rtl >}}

{{< tweet user=`@@` id=`@@` >}}

{{< x user=`@@` id=`@@` >}}

{{< vimeo id=`@@` title=`@@` class=`@@` >}}

{{< youtube id=`@@` title=`@@` class=`@@` loading=`@@` >}}

{{< mine a=`@@` >}}@@{{< /mine >}}
"#,
    ),
    (
        "templates/shortcodes/mine.html",
        "<b title=\"{{ args.a }}\" data-x='{{ args.a }}'>{{ args.a }}</b>{{ inner | markdown }}\n",
    ),
];

#[test]
fn hostile_text_is_text_everywhere() {
    // As long as those: a table that is wide can be reached by keyboard.
    let harmless = Found::of("a-word-that-is-as-long-as-what-is-hostile");
    assert!(
        harmless.pages > 20 && harmless.elements.contains_key("figure"),
        "the site shows what it is made of: {:?}",
        harmless.elements
    );
    let mut faults = Vec::new();
    for text in HOSTILE {
        let found = Found::of(text);
        let mut fault = |what: String| faults.push(format!("{text:?}: {what}"));
        for (element, attributes) in &found.elements {
            match harmless.elements.get(element) {
                None => fault(format!("a new element <{element}> {attributes:?}")),
                Some(known) => {
                    for (attribute, file) in attributes {
                        if !known.contains_key(attribute) {
                            fault(format!(
                                "a new attribute {attribute} of <{element}> in {file}"
                            ));
                        }
                    }
                }
            }
        }
        for (script, file) in &found.scripts {
            if !harmless.scripts.contains_key(script) {
                fault(format!("a new script in {file}: {script}"));
            }
        }
        for name in ["script", "style", "svg", "iframe", "img", "base", "meta"] {
            let (now, then) = (found.counts.get(name), harmless.counts.get(name));
            if now > then {
                fault(format!("{now:?} <{name}>, and {then:?} with harmless text"));
            }
        }
        faults.extend(
            found
                .faults
                .iter()
                .map(|fault| format!("{text:?}: {fault}")),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What all the files of a built site hold together.
#[derive(Default)]
struct Found {
    pages: usize,
    /// Element, its attributes, and the first file that has each.
    elements: BTreeMap<String, BTreeMap<String, String>>,
    counts: BTreeMap<String, usize>,
    scripts: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Found {
    fn of(text: &str) -> Found {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let output = build(folder.path(), text);
        let mut found = Found::default();
        for path in files(&output) {
            let name = path
                .strip_prefix(&output)
                .expect("it lies there")
                .display()
                .to_string();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            match path.extension().and_then(|e| e.to_str()) {
                Some("html") => found.html(&name, &text),
                Some("xml" | "svg") => found.xml(&name, &text),
                Some("json" | "webmanifest") => found.json(&name, &text),
                _ => {}
            }
        }
        found
    }

    fn json(&mut self, name: &str, text: &str) {
        if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
            self.faults.push(format!("{name} is no JSON: {error}"));
        }
    }

    fn xml(&mut self, name: &str, text: &str) {
        let mut reader = quick_xml::Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let mut depth = 0_usize;
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(quick_xml::events::Event::Start(element)) => {
                    depth += 1;
                    let name = String::from_utf8_lossy(element.name().as_ref()).into_owned();
                    self.xml_attributes(&name, &element);
                }
                Ok(quick_xml::events::Event::Empty(element)) => {
                    let name = String::from_utf8_lossy(element.name().as_ref()).into_owned();
                    self.xml_attributes(&name, &element);
                }
                Ok(quick_xml::events::Event::End(_)) => depth -= 1,
                Ok(quick_xml::events::Event::CData(html)) => {
                    let html = String::from_utf8_lossy(&html).into_owned();
                    self.html(&format!("{name} (its HTML)"), &html);
                }
                Ok(_) => {}
                Err(error) => {
                    self.faults.push(format!("{name} is no XML: {error}"));
                    return;
                }
            }
        }
        if depth != 0 {
            self.faults
                .push(format!("{name} is no XML: an element is not closed"));
        }
    }

    fn xml_attributes(&mut self, name: &str, element: &quick_xml::events::BytesStart<'_>) {
        let known = self.elements.entry(format!("xml {name}")).or_default();
        for attribute in element.attributes() {
            match attribute {
                Ok(attribute) => {
                    let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
                    known.entry(key).or_insert_with(|| "a feed".to_owned());
                }
                Err(error) => self.faults.push(format!("<{name}>: {error}")),
            }
        }
    }

    fn html(&mut self, name: &str, text: &str) {
        self.pages += 1;
        let dom = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default())
            .from_utf8()
            .one(text.as_bytes());
        self.node(name, &dom.document);
    }

    fn node(&mut self, file: &str, node: &Handle) {
        if let NodeData::Element { name, attrs, .. } = &node.data {
            let element = name.local.to_string();
            *self.counts.entry(element.clone()).or_default() += 1;
            let mut is_data = false;
            let known = self.elements.entry(element.clone()).or_default();
            for attribute in attrs.borrow().iter() {
                let (key, value) = (attribute.name.local.to_string(), &*attribute.value);
                if key.starts_with("on") || runs_code(&key, value) {
                    self.faults
                        .push(format!("{file}: <{element} {key}={value:?}>"));
                }
                is_data |= key == "type" && value.contains("json");
                known.entry(key).or_insert_with(|| file.to_owned());
            }
            if element == "script" {
                let mut script = String::new();
                for child in node.children.borrow().iter() {
                    if let NodeData::Text { contents } = &child.data {
                        script.push_str(&contents.borrow());
                    }
                }
                if is_data {
                    self.json(&format!("{file}: a script of data"), &script);
                } else {
                    self.scripts
                        .entry(script)
                        .or_insert_with(|| file.to_owned());
                }
            }
        }
        for child in node.children.borrow().iter() {
            self.node(file, child);
        }
    }
}

/// As browsers read a URL: control characters and blanks fall away.
fn runs_code(attribute: &str, value: &str) -> bool {
    let plain: String = value
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase();
    match attribute {
        "href" | "src" | "action" | "formaction" | "poster" | "data" | "cite" | "srcset" => {
            ["javascript:", "vbscript:", "data:text"]
                .iter()
                .any(|scheme| plain.starts_with(scheme))
        }
        "content" => plain.contains("url=javascript:"),
        "style" => plain.contains("javascript:") || plain.contains("expression("),
        _ => false,
    }
}

fn build(folder: &Path, text: &str) -> PathBuf {
    let quoted = serde_json::to_string(text).expect("text is JSON");
    let quoted = &quoted[1..quoted.len() - 1];
    // A name of a file holds no slash, and on some systems no more than letters.
    let name: String = text.chars().filter(|c| !matches!(c, '/' | '\t')).collect();
    for (path, content) in SITE {
        let path = folder.join(path.replace("%%", &name));
        let mut out = String::new();
        let mut in_front = !path.extension().is_some_and(|e| e == "md" || e == "html");
        let mut dashes = 0;
        for line in content.split_inclusive('\n') {
            if line.trim_end() == "---" && dashes < 2 && path.extension().is_some_and(|e| e == "md")
            {
                dashes += 1;
                in_front = dashes == 1;
            }
            let with = if in_front { quoted } else { text };
            // A raw argument holds no backtick.
            let with = if line.contains("`@@") {
                with.replace('`', "")
            } else {
                with.to_owned()
            };
            out.push_str(&line.replace("@@", &with));
        }
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, out).expect("a file of the site can be written");
    }
    let ran = Command::new(env!("CARGO_BIN_EXE_longhand"))
        .args(["build", "-s"])
        .arg(folder)
        .args(["--now", "2025-01-01", "--no-cache"])
        .output()
        .expect("the program starts");
    assert!(
        ran.status.success(),
        "{text:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    folder.join("public")
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}
