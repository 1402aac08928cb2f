//! Sites made of a seed: sections, bundles, languages, templates, shortcodes
//! and all else that one file can make of another.

use crate::tree::{Rng, Tree, long_ago};
use longhand::build::{self, Options};
use std::path::PathBuf;
use std::process::Command;

/// The options of a build.
#[derive(Clone, PartialEq)]
pub struct Flags {
    pub now: String,
    pub base_url: Option<String>,
    pub environment: String,
    pub drafts: bool,
    pub future: bool,
    pub expired: bool,
    pub strict: bool,
    pub verify: bool,
}

impl Default for Flags {
    fn default() -> Flags {
        Flags {
            now: "2024-06-15T12:00:00Z".to_owned(),
            base_url: None,
            environment: String::new(),
            drafts: false,
            future: false,
            expired: false,
            strict: false,
            verify: false,
        }
    }
}

impl Flags {
    /// Those that a build and a preview have in common.
    pub fn options(&self) -> Options {
        Options {
            base_url: self.base_url.clone(),
            environment: self.environment.clone(),
            drafts: self.drafts,
            future: self.future,
            expired: self.expired,
            now: Some(build::moment(&self.now).unwrap()),
            ..Options::default()
        }
    }

    /// The same for the program, but for the base URL.
    pub fn pass(&self, command: &mut Command) {
        command.args(["--now", &self.now]);
        if !self.environment.is_empty() {
            command.args(["--env", &self.environment]);
        }
        for (on, flag) in [
            (self.drafts, "-D"),
            (self.future, "-F"),
            (self.expired, "-E"),
        ] {
            if on {
                command.arg(flag);
            }
        }
    }
}

const WORDS: &[&str] = &[
    "snow",
    "fell",
    "at",
    "four",
    "and",
    "the",
    "fence",
    "was",
    "white",
    "before",
    "anyone",
    "woke",
    "letters",
    "of",
    "lead",
    "lay",
    "in",
    "their",
    "case",
    "a",
    "page",
    "has",
    "two",
    "sides",
    "*softly*",
    "**never**",
    "`code`",
    "don't",
    "--",
    "café",
    "Größe",
    "\"said\"",
];

const NAMES: &[&str] = &[
    "Snow",
    "Lead",
    "Fence",
    "Margin",
    "Ink & Water",
    "Größe",
    "Paper",
    "Type",
    "Case",
    "Page",
];

pub const TAGS: &[&str] = &[
    "Rust",
    "rust",
    "Open Source",
    "open source",
    "Ink",
    "Größe",
    "C++",
    "weather",
];

/// What a page's own template can ask for, a line each; a line may come and go.
pub const SNIPPETS: &[&str] = &[
    "<p>{{ now() }}</p>",
    "<p>{{ page.words }} {{ page.minutes }} {{ page.date }} {{ page.lastmod }} {{ page.summary }}</p>",
    "{% if page.prev is defined and page.prev %}<p>{{ page.prev.url }} {{ page.prev.title }} {{ page.prev.summary }}</p>{% endif %}",
    "{% if page.next is defined and page.next %}<p>{{ page.next.title }} {{ page.next.words }}</p>{% endif %}",
    "{% if page.related is defined %}{% for p in page.related %}<i>{{ p.title }} {{ p.date }}</i>{% endfor %}{% endif %}",
    "{% for p in data.people %}<b>{{ p.name }}</b>{% endfor %}",
    "<p>{{ data.more.books.shelf }}</p>",
    "<p>{{ site.params.motto | default(value=\"none\") }} {{ page.params.mood | default(value=\"\") }}</p>",
    "{% for item in site.menus.main %}<a href=\"{{ item.url }}\">{{ item.name }}{% if item.active %}!{% endif %}</a>{% endfor %}",
    "{% if site.language.code == \"en\" %}{% set s = get_section(path=\"/blog\") %}<p>{{ s.title }}: {% for p in s.pages %}{{ p.title }} {{ p.words }} {{ p.summary }}; {% endfor %}</p>{% endif %}",
    "{% if site.language.code == \"en\" %}{% set p = get_page(path=\"/about\") %}<p>{{ p.title }} {{ p.words }} {{ p.url }}</p>{% endif %}",
    "{% if site.language.code == \"en\" and page.date %}<p>{{ relref(path=\"/blog\") }} {{ ref(path=\"about\") }}</p>{% endif %}",
    "{% if page.translations is defined %}{% for t in page.translations %}<a href=\"{{ t.url }}\">{{ t.title }}</a>{% endfor %}{% endif %}",
    "{% if page.resources is defined %}{% for r in page.resources %}<u>{{ r.name }} {{ r.url }}</u>{% endfor %}{% endif %}",
    "{% if page.series is defined and page.series %}<p>{{ page.series.title }} {{ page.series.index }}/{{ page.series.total }}</p>{% endif %}",
    "{% if page.terms is defined and page.terms.tags is defined %}{% for t in page.terms.tags %}<a href=\"{{ t.url }}\">{{ t.title }}</a>{% endfor %}{% endif %}",
    "<p>{{ i18n(key=\"min_read\", count=3) }} {{ i18n(key=\"toc\") }}</p>",
    "{% set sheet = asset(path=\"css/longhand.css\") %}<p>{{ sheet.url }} {{ sheet.integrity }}</p>",
    "{{ \"*set* by the template, [a link](/about/)\" | markdown }}",
    "<p>{{ site.title }} {{ site.url }} {{ site.copyright }} {{ site.taxonomies | length }} {{ site.main_sections | join(sep=\",\") }}</p>",
    "{% for l in site.languages %}<a href=\"{{ l.url }}\">{{ l.name }}</a>{% endfor %}",
    "{% for c in breadcrumbs %}<a href=\"{{ c.url }}\">{{ c.title }}</a>{% endfor %}",
    "{% for f in feeds %}<a href=\"{{ f.url }}\">{{ f.title }}</a>{% endfor %}",
    "{{ \"fn a() {}\" | code(lang=\"rust\") }}",
];

/// The site's own shortcodes; the last two are there from time to time.
pub const SHORTCODES: &[(&str, &str)] = &[
    (
        "card",
        "{% set p = get_page(path=args.path) %}<a class=\"c\" href=\"{{ p.url }}\">{{ p.title }}</a>{% for t in p.tags %} {{ t.title }}{% endfor %}",
    ),
    (
        "people",
        "<span>{% for p in data.people %}<i>{{ p.name }}</i>{% endfor %}</span>",
    ),
    (
        "to",
        "<a href=\"{{ relref(path=args.path) }}\">{{ ref(path=args.path) }}</a>",
    ),
    (
        "res",
        "{% set r = resource(path=args.path) %}<b>{{ r.url }} {{ r.type }} {% if r.data %}{{ r.data.n }}{% else %}{{ r.text }}{% endif %}</b>",
    ),
    (
        "box",
        "<div class=\"box {{ args.kind }}\">\n{{ inner | markdown }}\n<small>{{ page.title }}, {{ site.title }}</small></div>",
    ),
    (
        "listing",
        "{% set s = get_section(path=\"/blog\") %}<ul>{% for p in s.pages %}<li>{{ p.title }}</li>{% endfor %}</ul>",
    ),
    (
        "when",
        "<time>{{ now() }} {{ page.date }} {{ site.params.motto | default(value=\"\") }}</time>",
    ),
];

pub fn words(rng: &mut Rng, most: usize) -> String {
    let count = 3 + rng.below(most);
    let words: Vec<&str> = (0..count).map(|_| rng.pick(WORDS)).collect();
    words.join(" ") + "."
}

pub fn name(rng: &mut Rng) -> String {
    match rng.below(3) {
        0 => rng.pick(NAMES).to_owned(),
        1 => format!("{} and {}", rng.pick(NAMES), rng.pick(NAMES)),
        _ => format!("{} {}", rng.pick(NAMES), rng.below(9)),
    }
}

/// A date around [`Flags::now`]; one in twenty lies beyond it.
pub fn date(rng: &mut Rng) -> String {
    let day = 1 + rng.below(28);
    match rng.below(20) {
        0 => format!("2024-{:02}-{day:02}", 7 + rng.below(3)),
        1..=4 => format!("2024-05-{day:02}T08:00:00+02:00"),
        _ => format!("202{}-{:02}-{day:02}", rng.below(4), 1 + rng.below(12)),
    }
}

pub fn tags(rng: &mut Rng) -> String {
    let tags: Vec<String> = (0..rng.below(4))
        .map(|_| format!("\"{}\"", rng.pick(TAGS)))
        .collect();
    format!("[{}]", tags.join(", "))
}

/// Files that are pages with a text.
pub fn pages(tree: &Tree) -> Vec<String> {
    tree.paths(|path| path.starts_with("content/") && path.ends_with(".md"))
}

/// `content/blog/p1.md` → `blog/p1.md`.
pub fn inside(path: &str) -> &str {
    path.strip_prefix("content/").unwrap_or(path)
}

/// Where a page is surely to be found while nothing renames it.
fn address(path: &str) -> String {
    let path = inside(path).trim_end_matches(".md").trim_end_matches(".de");
    let path = path.trim_end_matches("_index").trim_end_matches("index");
    match path.trim_matches('/') {
        "" => "/".to_owned(),
        path => format!("/{path}/"),
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The id of one of a page's headings.
fn anchor(rng: &mut Rng, text: &str) -> Option<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
    let ids: Vec<String> = headings
        .map(|heading| {
            heading
                .to_lowercase()
                .replace(" & ", "--")
                .replace(' ', "-")
        })
        .collect();
    rng.one_of(&ids)
}

/// Where a link may lead, right or wrong.
pub fn target(rng: &mut Rng, tree: &Tree, from: &str) -> String {
    let Some(to) = rng.one_of(&pages(tree)) else {
        return "nowhere.md".to_owned();
    };
    let file = match folder(&to) == folder(from) {
        true => to.rsplit('/').next().unwrap_or(&to).to_owned(),
        false => {
            let up = "../".repeat(inside(from).matches('/').count());
            format!("{up}{}", inside(&to))
        }
    };
    match rng.below(10) {
        0..=2 => file,
        3..=5 => match anchor(rng, &tree.text(&to)) {
            Some(id) => format!("{file}#{id}"),
            None => file,
        },
        6 => address(&to),
        7 => match anchor(rng, &tree.text(from)) {
            Some(id) => format!("#{id}"),
            None => address(&to),
        },
        8 => format!("nowhere-{}.md", rng.below(3)),
        _ => format!("{file}#nowhere"),
    }
}

/// A page by its title or file, with or without a heading, right or wrong.
fn by_name(rng: &mut Rng, tree: &Tree) -> String {
    let Some(to) = rng.one_of(&pages(tree)) else {
        return "Nobody".to_owned();
    };
    let text = tree.text(&to);
    let title = text.lines().find_map(|line| line.strip_prefix("title: \""));
    let name = match (rng.below(3), title) {
        (0, Some(title)) => title.trim_end_matches('"').to_owned(),
        (1, _) => inside(&to).to_owned(),
        _ => name(rng),
    };
    let headings: Vec<String> = text
        .lines()
        .filter_map(|line| Some(line.strip_prefix("## ")?.to_owned()))
        .collect();
    match rng.one_of(&headings) {
        Some(heading) if rng.chance(40) => format!("{name}#{heading}"),
        _ => name,
    }
}

/// A file that lies where `resource()` finds it.
fn beside(rng: &mut Rng, tree: &Tree, from: &str) -> Option<String> {
    let here = format!("{}/", folder(from));
    let files = tree.paths(|path| path.starts_with(&here) && !path.ends_with(".md"));
    let names = files.iter().map(|path| path[here.len()..].to_owned());
    // What lies deeper may belong to another page.
    let names: Vec<String> = names.filter(|name| !name.contains('/')).collect();
    rng.one_of(&names)
}

/// Whether a page is there for those who ask for it, at the first moment.
fn is_published(text: &str) -> bool {
    let out = [
        "draft: true",
        "expiryDate: 2024",
        "date: 2024-07",
        "date: 2024-08",
        "date: 2024-09",
    ];
    !out.iter().any(|line| text.contains(line))
}

fn call(rng: &mut Rng, tree: &Tree, from: &str) -> String {
    let pages: Vec<String> = pages(tree)
        .into_iter()
        .filter(|path| {
            is_published(&tree.text(path)) && path.contains(".de.") == from.contains(".de.")
        })
        .collect();
    let page = rng.one_of(&pages).unwrap_or_default();
    let page = inside(&page);
    match rng.below(12) {
        0 => format!("{{{{< card path=\"{page}\" >}}}}"),
        1 | 2 => "{{< people >}}".to_owned(),
        3 => format!("{{{{< to path=\"{page}\" >}}}}"),
        4 | 5 => match beside(rng, tree, from) {
            Some(file) => format!("{{{{< res path=\"{file}\" >}}}}"),
            None => "{{< param \"title\" >}}".to_owned(),
        },
        6 => {
            let (inner, link) = (words(rng, 9), target(rng, tree, from));
            format!(
                "{{{{< box kind=\"tip\" >}}}}\n{inner} [x]({link}) {{{{< people >}}}}\n{{{{< /box >}}}}"
            )
        }
        7 => format!(
            "{{{{% box kind=\"note\" %}}}}\n## {}\n\n{}\n{{{{% /box %}}}}",
            name(rng),
            words(rng, 9)
        ),
        8 => "{{< listing >}}".to_owned(),
        9 => "{{< when >}}".to_owned(),
        10 => format!(
            "{{{{< details summary=\"{}\" >}}}}\n{}\n{{{{< /details >}}}}",
            name(rng),
            words(rng, 9)
        ),
        _ => format!("[see]({{{{< relref \"{page}\" >}}}})"),
    }
}

/// A piece of a page's text.
pub fn block(rng: &mut Rng, tree: &Tree, from: &str) -> String {
    match rng.below(25) {
        0..=4 => words(rng, 40),
        20 | 21 => format!(
            "{} [[{}]] {}",
            words(rng, 5),
            by_name(rng, tree),
            words(rng, 5)
        ),
        22 | 23 => format!("![[{}]]", by_name(rng, tree)),
        24 => format!(
            "{{{{< prediction p={} due=2025-0{} {} >}}}}\n{}\n{{{{< /prediction >}}}}",
            rng.below(101),
            1 + rng.below(9),
            rng.pick(&["", "outcome=true", "outcome=false"]),
            words(rng, 9)
        ),
        5..=7 => format!("## {}", name(rng)),
        8..=10 => format!(
            "{} [{}]({})",
            words(rng, 9),
            name(rng),
            target(rng, tree, from)
        ),
        11 => format!(
            "```rust\nfn f{}() -> u8 {{ {} }}\n```",
            rng.below(9),
            rng.below(99)
        ),
        12 => format!(
            "```{}{}\ndef f(x):\n    return {}\n```",
            rng.pick(&["python", "nolang"]),
            rng.pick(&["", " {linenos=table}", " {hl_lines=[1]}"]),
            rng.below(99)
        ),
        13 => format!("The sum $a^{}$ and $$b_{}$$", rng.below(9), rng.below(9)),
        14 => match beside(rng, tree, from) {
            Some(file) => format!("![{}]({file})", name(rng)),
            None => "![nothing](/img/logo.svg)".to_owned(),
        },
        15 => format!("- {}\n- {}\n", words(rng, 5), words(rng, 5)),
        16 => format!("{}[^1]\n\n[^1]: {}", words(rng, 5), words(rng, 5)),
        17 if !tree.text(from).contains("<!--more-->") => "<!--more-->".to_owned(),
        _ => call(rng, tree, from),
    }
}

pub fn body(rng: &mut Rng, tree: &Tree, from: &str) -> String {
    let blocks: Vec<String> = (0..1 + rng.below(5))
        .map(|_| block(rng, tree, from))
        .collect();
    blocks.join("\n\n") + "\n"
}

/// A page with some front matter.
pub fn page(rng: &mut Rng, tree: &Tree, path: &str) -> String {
    front(rng) + &body(rng, tree, path)
}

fn front(rng: &mut Rng) -> String {
    let mut front = format!("title: \"{}\"\n", name(rng));
    if rng.chance(85) {
        front += &format!("date: {}\n", date(rng));
    }
    if rng.chance(70) {
        front += &format!("tags: {}\n", tags(rng));
    }
    for (chance, line) in [
        (20, "categories: [Craft]\n"),
        (20, "series: [Learning]\n"),
        (8, "draft: true\n"),
        (8, "predictions: {due: 2025, outcomes: [true]}\n"),
        (8, "show_backlinks: false\n"),
        (8, "math: true\n"),
        (10, "weight: 2\n"),
        (10, "mood: calm\n"),
        (5, "expiryDate: 2024-01-01\n"),
        (8, "menus: main\n"),
        (8, "show_toc: true\n"),
    ] {
        if rng.chance(chance) {
            front += line;
        }
    }
    if rng.chance(8) {
        front += &format!("aliases: [/old/{}/]\n", rng.below(9999));
    }
    if rng.chance(8) {
        front += "cover: {image: /img/logo.svg, alt: A logo}\n";
    }
    format!("---\n{front}---\n")
}

fn content(rng: &mut Rng, tree: &mut Tree) {
    let mut paths: Vec<String> = vec![
        "content/about.md".to_owned(),
        "content/_index.md".to_owned(),
    ];
    for n in 0..5 + rng.below(6) {
        paths.push(format!("content/blog/p{n}.md"));
    }
    for n in 0..2 + rng.below(3) {
        paths.push(format!("content/notes/n{n}.md"));
        if rng.chance(40) {
            paths.push(format!("content/notes/deep/d{n}.md"));
        }
    }
    for section in ["blog", "notes", "notes/deep"] {
        if rng.chance(50) {
            paths.push(format!("content/{section}/_index.md"));
        }
    }
    tree.put("content/blog/bundle/data.json", "{\"n\": 5}\n");
    tree.put("content/blog/bundle/note.txt", "A note.\n");
    tree.put("content/blog/bundle/pic.svg", svg(1));
    tree.put("content/blog/loose.svg", svg(2));
    paths.push("content/blog/bundle/index.md".to_owned());
    if rng.chance(30) {
        paths.push("content/notes/pack/index.md".to_owned());
        tree.put("content/notes/pack/data.json", "{\"n\": 7}\n");
    }
    if rng.chance(40) {
        for path in paths.clone() {
            if rng.chance(35) {
                paths.push(path.replace(".md", ".de.md"));
            }
        }
    }
    // Links lead to pages that are there: so all of them are, before their texts.
    for path in &paths {
        let text = format!("{}## {}\n", front(rng), name(rng));
        tree.put(path, text);
        if path.ends_with("_index.md") || path.ends_with("about.md") {
            tree.set(path, "draft", None);
            tree.set(path, "expiryDate", None);
            tree.set(path, "date", None);
            if path.ends_with("_index.md") && rng.chance(50) {
                tree.set(path, "cascade", Some("[{show_toc: true, mood: sunny}]"));
            }
        }
    }
    for path in &paths {
        let text = tree.text(path) + "\n" + &body(rng, tree, path);
        tree.put(path, text);
    }
    for (chance, path, layout) in [
        (30, "content/archive.md", "archives"),
        (30, "content/search.md", "search"),
    ] {
        if rng.chance(chance) {
            tree.put(
                path,
                format!("---\ntitle: {layout}\nlayout: {layout}\n---\n"),
            );
        }
    }
}

/// A picture that differs with its number.
pub fn svg(number: usize) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{number}\" height=\"9\"/>\n")
}

/// A template of the site's own that has some of [`SNIPPETS`].
pub fn template(rng: &mut Rng, name: &str) -> String {
    let mut text = match name {
        name if name.starts_with("partials/") => String::new(),
        name if name.ends_with("page.html") || name == "poster.html" => "{% extends \"base.html\" %}\n{% block main %}\n<h1>{{ page.title }}</h1>\n{{ page.content | safe }}\n".to_owned(),
        _ => "{% extends \"base.html\" %}\n{% block main %}\n<h1>{{ page.title }}</h1>\n{% if page.content is defined and page.content %}{{ page.content | safe }}{% endif %}\n{% if pages is defined %}{% for p in pages %}<p>{{ p.title }} {{ p.url }} {{ p.summary }} {{ p.words }}</p>{% endfor %}{% endif %}\n{% if terms is defined %}{% for t in terms %}<p>{{ t.title }} {{ t.count }}</p>{% endfor %}{% endif %}\n{% if paginator is defined and paginator %}<p>{{ paginator.index }}/{{ paginator.total }}</p>{% endif %}\n".to_owned(),
    };
    for _ in 0..rng.below(5) {
        text += rng.pick(SNIPPETS);
        text.push('\n');
    }
    if !name.starts_with("partials/") {
        text += "{% endblock main %}\n";
    }
    text
}

pub const TEMPLATES: &[&str] = &[
    "page.html",
    "list.html",
    "home.html",
    "term.html",
    "blog/page.html",
    "poster.html",
    "partials/hook_head.html",
    "partials/hook_after_article.html",
    "partials/hook_footer.html",
    "partials/footer.html",
];

fn templates(rng: &mut Rng, tree: &mut Tree) {
    for (name, text) in SHORTCODES {
        tree.put(&format!("templates/shortcodes/{name}.html"), text);
    }
    // Small templates of its own for half of the sites: they are built faster.
    let bare = rng.chance(50);
    if bare {
        tree.put("templates/base.html", "<!doctype html><html lang=\"{{ site.language.code }}\"><head><title>{{ page.title }} | {{ site.title }}</title>{% include \"partials/hook_head.html\" %}</head><body>{% block main %}{% endblock main %}{% include \"partials/footer.html\" %}</body></html>\n");
        for name in [
            "page.html",
            "list.html",
            "home.html",
            "term.html",
            "terms.html",
        ] {
            let text = template(rng, name);
            tree.put(&format!("templates/{name}"), text);
        }
    }
    for name in TEMPLATES {
        if rng.chance(20) {
            let text = template(rng, name);
            tree.put(&format!("templates/{name}"), text);
        }
    }
}

fn configuration(rng: &mut Rng, tree: &mut Tree, number: u64) {
    let mut config = format!(
        "title: Site {number}\nbaseURL: https://example.org/\npagination: {{pagerSize: 3}}\n"
    );
    if tree.paths(|path| path.ends_with(".de.md")).is_empty() {
        config += "taxonomies: {tag: tags, category: categories}\n";
    } else {
        config += "languages: {en: {weight: 1}, de: {weight: 2, title: Auf Deutsch}}\n";
    }
    for (chance, line) in [
        (20, "permalinks: {blog: \"/:year/:filename/\"}\n"),
        (20, "frontmatter: {lastmod: [lastmod, \":fileModTime\"]}\n"),
        (20, "outputs: {home: [html, rss, json]}\n"),
        (20, "summaryLength: 12\n"),
        (10, "timeZone: Europe/Berlin\n"),
        (10, "mainSections: [blog]\n"),
        (10, "sectionPagesMenu: main\n"),
        (10, "buildFuture: true\n"),
    ] {
        if rng.chance(chance) {
            config += line;
        }
    }
    tree.put("longhand.yaml", config);
    tree.put(
        "config/_default/params.yaml",
        "motto: Slowly\nauthor: Ada Example\ndescription: A site of tests\n",
    );
    if rng.chance(50) {
        tree.put("config/_default/menus.yaml", "main: [{name: Blog, pageRef: /blog, weight: 1}, {name: About, pageRef: /about}]\nfooter: [{name: Out, url: \"https://example.com/\"}]\n");
    }
}

/// Makes the site of this seed in an empty folder.
pub fn make(seed: u64, root: PathBuf) -> Tree {
    let mut rng = Rng(seed.wrapping_mul(7919));
    let mut tree = Tree::new(root);
    tree.put("data/people.yaml", "- {name: Ada}\n- {name: Grace}\n");
    tree.put("data/more/books.toml", "shelf = \"three\"\n");
    tree.put("i18n/en.yaml", "toc: What is in here\n");
    tree.put("static/a.txt", "a\n");
    tree.put("static/img/logo.svg", svg(3));
    if rng.chance(40) {
        tree.put("assets/css/extended/mine.css", "p { margin: 1px }\n");
    }
    content(&mut rng, &mut tree);
    templates(&mut rng, &mut tree);
    configuration(&mut rng, &mut tree, seed);
    // Some sites were just written, some have lain there for long.
    if rng.chance(70) {
        let files = tree.files.clone();
        for (number, (path, version)) in files.iter().enumerate() {
            tree.put_at(path, &version.bytes, long_ago(number as u64));
        }
    }
    tree.past.clear();
    tree
}
