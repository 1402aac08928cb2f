use super::*;
use crate::config::DateSource;
use crate::diag;
use crate::tree::Format;

fn options() -> Options {
    Options {
        time_zone: TimeZone::UTC,
        taxonomies: vec!["tags".to_owned(), "categories".to_owned()],
        dates: DateSources::defaults(),
    }
}

fn said(text: &str, diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|d| {
            let place = d.span.map(|span| diag::place(text, span.start as usize));
            let place = place
                .map(|place| format!("{}:{}: ", place.line, place.column))
                .unwrap_or_default();
            let help = d
                .help
                .as_ref()
                .map(|help| format!(" | help: {help}"))
                .unwrap_or_default();
            format!("{place}{}: {}{help}", d.severity.word(), d.message)
        })
        .collect()
}

fn front_of(text: &str, options: &Options, place: Place<'_>) -> (Front, Vec<String>) {
    match split(text, FileId(0)) {
        Ok(split) => {
            let (front, diagnostics) = parse(text, &split, FileId(0), options, place);
            (front, said(text, &diagnostics))
        }
        Err(error) => (Front::default(), said(text, &[error])),
    }
}

/// Lines of YAML.
fn yaml(lines: &str) -> (Front, Vec<String>) {
    front_of(
        &format!("---\n{lines}---\nBody\n"),
        &options(),
        Place::default(),
    )
}

/// The same, where there is to be nothing to say.
fn quiet(lines: &str) -> Front {
    let (front, said) = yaml(lines);
    assert_eq!(said, [""; 0], "{lines}");
    front
}

fn texts(list: &[Text]) -> Vec<&str> {
    list.iter().map(|text| &*text.text).collect()
}

#[test]
fn front_matter_is_found_in_each_format() {
    for (text, format, front, body) in [
        ("---\na: 1\n---\nBody", Format::Yaml, "a: 1\n", "Body"),
        (
            "---\r\na: 1\r\n---  \r\nBody",
            Format::Yaml,
            "a: 1\r\n",
            "Body",
        ),
        ("---\ra: 1\r---\rBody", Format::Yaml, "a: 1\r", "Body"),
        ("\n \n---\na: 1\n---", Format::Yaml, "a: 1\n", ""),
        ("---\n---\nBody", Format::Yaml, "", "Body"),
        (
            "--- \na: \"---\"\n---\n---\nBody",
            Format::Yaml,
            "a: \"---\"\n",
            "---\nBody",
        ),
        ("+++\na = 1\n+++\n\nBody", Format::Toml, "a = 1\n", "\nBody"),
        (
            "{\n\"a\": \"}\\\"{\", \"b\": [{}]\n}\n\nBody",
            Format::Json,
            "{\n\"a\": \"}\\\"{\", \"b\": [{}]\n}",
            "\nBody",
        ),
        ("{\"a\": 1} Body", Format::Json, "{\"a\": 1}", " Body"),
    ] {
        let split = split(text, FileId(0)).unwrap();
        let (found, range) = split.front.unwrap();
        assert_eq!(
            (found, &text[range], &text[split.body..]),
            (format, front, body),
            "{text:?}"
        );
    }
}

#[test]
fn a_file_without_front_matter_is_all_body() {
    for text in [
        "",
        "Body",
        "----\nBody",
        "{{< figure >}}",
        "{{% x %}}",
        "{#id}",
        "  ---\nnot: this\n",
        "\n\nBody\n---\n",
        "+ a",
    ] {
        assert_eq!(
            split(text, FileId(0)),
            Ok(Split {
                front: None,
                body: 0
            }),
            "{text:?}"
        );
    }
}

#[test]
fn what_is_never_closed_is_an_error_at_its_beginning() {
    let message = |text: &str| said(text, &[split(text, FileId(0)).unwrap_err()]);
    assert_eq!(
        message("\n---\ntitle: A\n\nBody\n"),
        [
            "2:1: error: the front matter that begins with this `---` has no end | help: close it with a line of its own: `---`"
        ]
    );
    assert_eq!(
        message("+++\ntitle = 1\n---\n"),
        [
            "1:1: error: the front matter that begins with this `+++` has no end | help: close it with a line of its own: `+++`"
        ]
    );
    assert_eq!(
        message("{\"a\": \"}\n"),
        [
            "1:1: error: the front matter that begins with this `{` has no end | help: close it with `}`"
        ]
    );
    let long = format!("---\na: {}\n---\n", "x".repeat(70_000));
    assert_eq!(
        message(&long),
        [
            "1:1: error: front matter of 69 KiB, over the limit of 64 KiB | help: put data into files of its own; or is the closing line missing?"
        ]
    );
    assert_eq!(
        message("---\na: 1\n---\nx \u{FDD0}0\u{FDD1}"),
        [
            "4:3: error: a character that is none: U+FDD0 and U+FDD1 are for internal use | help: remove it"
        ]
    );
    assert!(split("\u{FDD2} \u{FDCF}", FileId(0)).is_ok());
}

#[test]
fn the_seed_s_front_matter_is_read() {
    let front = quiet(
        "title: \"On Open Work\"\ndate: 2024-11-11T09:00:00-08:00\nauthor: \"Ann Lee\"\ntags: [\"Vision\", \"Open Source\"]\ndescription: \"About it.\"\nshow_reading_time: true\nshow_post_nav_links: false\n",
    );
    assert_eq!(front.title.as_deref(), Some("On Open Work"));
    assert_eq!(front.date.unwrap().rfc3339(), "2024-11-11T09:00:00-08:00");
    assert_eq!(
        (front.lastmod, front.publish_date, front.expiry_date),
        (front.date, front.date, None)
    );
    assert_eq!(front.authors, ["Ann Lee"]);
    assert_eq!(
        (front.terms[0].0.as_str(), texts(&front.terms[0].1)),
        ("tags", vec!["Vision", "Open Source"])
    );
    assert_eq!(
        (front.switches.reading_time, front.switches.post_nav_links),
        (Some(true), Some(false))
    );
    assert_eq!(front.unknown, []);
}

#[test]
fn every_key_is_read() {
    let front = quiet(
        "title: 1.10\nlinkTitle: Short\nsummary: S\ndraft: true\nweight: 3\nslug: s\nurl: /u/\naliases: /old\nkeywords: [a, b]\nauthors: [A, B]\nimages: [i.png]\nseries: [One]\ncategories: C\nlayout: archives\ntype: post\noutputs: [html, markdown]\ntranslationKey: k\nmarkup: md\nisCJKLanguage: false\nmenus: main\nsitemap: {priority: 0.3}\nresources: [{src: '*.jpg', title: 'P :counter', params: {x: 1}}]\ncanonicalURL: https://x.org/a\nplaceholder: Find\nbuild: {list: local, render: link, publishResources: false}\nhidden_in_rss: true\n",
    );
    assert_eq!(
        (
            front.title.as_deref(),
            front.link_title.as_deref(),
            front.summary.as_deref()
        ),
        (Some("1.10"), Some("Short"), Some("S"))
    );
    assert_eq!((front.draft, front.weight), (true, 3));
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.text.to_string());
    assert_eq!(
        (text(&front.slug), text(&front.url)),
        (Some("s".to_owned()), Some("/u/".to_owned()))
    );
    assert_eq!(
        (texts(&front.aliases), texts(&front.series)),
        (vec!["/old"], vec!["One"])
    );
    assert_eq!(
        (front.authors, front.keywords),
        (
            vec!["A".to_owned(), "B".to_owned()],
            vec!["a".to_owned(), "b".to_owned()]
        )
    );
    assert_eq!(texts(&front.terms[0].1), ["C"]);
    assert_eq!(
        (text(&front.layout), text(&front.page_type)),
        (Some("archives".to_owned()), Some("post".to_owned()))
    );
    assert_eq!(
        front.outputs,
        Some(vec![OutputFormat::Html, OutputFormat::Markdown])
    );
    assert_eq!(
        (front.translation_key.as_deref(), front.is_cjk),
        (Some("k"), Some(false))
    );
    assert_eq!(front.menus[0].0, "main");
    assert_eq!(front.sitemap.unwrap().priority, Some(0.3));
    assert_eq!(
        (
            front.resources[0].src.as_str(),
            front.resources[0].title.as_deref()
        ),
        ("*.jpg", Some("P :counter"))
    );
    assert_eq!(
        text(&front.canonical_url).as_deref(),
        Some("https://x.org/a")
    );
    assert_eq!(
        front.build,
        Build {
            render: Render::Link,
            list: List::Local,
            publish_resources: false
        }
    );
    assert_eq!(front.switches.hidden_in_rss, Some(true));
}

#[test]
fn a_page_may_be_in_menus_three_ways() {
    assert_eq!(
        quiet("menu: [main, Footer]\n")
            .menus
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["main", "footer"]
    );
    let front = quiet("menu:\n  main: {weight: 5, name: Here, parent: top}\n  side:\n");
    assert_eq!(
        (front.menus[0].1.weight, front.menus[0].1.name.as_deref()),
        (5, Some("Here"))
    );
    assert_eq!(
        (front.menus[1].0.as_str(), front.menus[1].1.weight),
        ("side", 0)
    );
}

#[test]
fn headless_and_old_build_hide_a_page() {
    let hidden = Build {
        render: Render::Never,
        list: List::Never,
        publish_resources: true,
    };
    assert_eq!(quiet("headless: true\n").build, hidden);
    assert_eq!(
        quiet("_build: {render: false, list: false}\n").build,
        hidden
    );
}

#[test]
fn dates_are_looked_for_in_order() {
    let date = |date: Option<Date>| date.map(|date| date.rfc3339());
    let at = |text: &str| Some(format!("{text}T00:00:00Z"));
    let front = quiet("lastmod: 2024-03-01\npubdate: 2024-02-01\nexpiryDate: 2030-01-01\n");
    assert_eq!(
        (date(front.date), date(front.lastmod)),
        (at("2024-02-01"), at("2024-03-01"))
    );
    assert_eq!(
        (date(front.publish_date), date(front.expiry_date)),
        (at("2024-02-01"), at("2030-01-01"))
    );
    let front = quiet("published: false\ndate: 2024-01-01\n");
    assert_eq!(
        (front.draft, date(front.publish_date)),
        (true, at("2024-01-01"))
    );
    assert_eq!(
        front.date_span.map(|span| (span.start, span.end)),
        Some((27, 37))
    );
    assert_eq!(quiet("date: \"\"\npublishDate:\n").date, None);
    let mut asked = options();
    asked.dates.date = vec![DateSource::Key("created".to_owned())];
    let read = |text: &str, options: &Options, place: Place<'_>| front_of(text, options, place).0;
    assert_eq!(
        date(
            read(
                "---\ncreated: 2020-01-01\ndate: 2021-01-01\n---",
                &asked,
                Place::default()
            )
            .date
        ),
        at("2020-01-01")
    );
    let modified = Timestamp::from_second(0).unwrap();
    asked.dates.lastmod = vec![DateSource::Git, DateSource::FileModTime];
    let place = Place {
        modified: Some(modified),
        ..Place::default()
    };
    assert_eq!(date(read("", &asked, place).lastmod), at("1970-01-01"));
}

#[test]
fn a_file_s_name_may_hold_the_date() {
    let place = Place {
        stem: "2024-11-11-my-post",
        ..Place::default()
    };
    let (front, _) = front_of("", &options(), place);
    assert_eq!(
        (front.date.unwrap().rfc3339().as_str(), front.filename_slug),
        ("2024-11-11T00:00:00Z", None)
    );
    let (front, _) = front_of("---\ndate: 2020-01-01\n---", &options(), place);
    assert_eq!(front.date.unwrap().rfc3339(), "2020-01-01T00:00:00Z");
    let mut asked = options();
    asked.dates.date.insert(0, DateSource::Filename);
    asked.dates.slug_from_filename = true;
    let (front, _) = front_of("---\ndate: 2020-01-01\n---", &asked, place);
    assert_eq!(
        (front.date.unwrap().year(), front.filename_slug.as_deref()),
        (2024, Some("my-post"))
    );
}

#[test]
fn mistakes_are_named_at_their_place() {
    let (front, said) = yaml(
        "date: soon\nlastmod: 2024-02-30\nexpiryDate: [1]\ndraft: 3\nweight: heavy\ntags: {a: 1}\naliases: [[x]]\ntitle: [a]\nresources: [{name: x}]\nbuild: {list: sometimes}\noutputs: [pdf]\nparams: 1\n",
    );
    let accepted = format!(" | help: {}", crate::date::ACCEPTED);
    assert_eq!(
        said,
        [
            format!("2:7: error: expected a date for `date`, found the text \"soon\"{accepted}"),
            format!("3:10: error: expected a date for `lastmod`, found the text \"2024-02-30\": there is no such day or time{accepted}"),
            "4:13: error: expected a date for `expiryDate`, found a list".to_owned(),
            "5:8: error: expected true or false for `draft`, found the number 3".to_owned(),
            "6:9: error: expected a whole number for `weight`, found the text \"heavy\"".to_owned(),
            "7:7: error: expected a text or a list of texts for `tags`, found a map".to_owned(),
            "8:11: error: expected a list of texts for `aliases`, found a list".to_owned(),
            "9:8: error: expected text for `title`, found a list".to_owned(),
            "10:13: error: an entry of `resources` has no `src` | help: write the file's name, or a pattern such as `*.jpg`".to_owned(),
            "11:15: error: expected `always`, `never`, `local`, `true` or `false` for `build.list`, found the text \"sometimes\"".to_owned(),
            "12:11: warning: `outputs` asks for the output format `pdf`, which is not made | help: the formats are `html`, `rss`, `atom`, `jsonfeed`, `json`, `markdown`, `llms`, `llmsFull` and `epub`".to_owned(),
            "13:9: error: expected a map for `params`, found the number 1".to_owned(),
        ]
    );
    assert_eq!((front.date, front.draft, front.title), (None, false, None));
    let (_, said) = yaml("- a\n");
    assert_eq!(
        said,
        ["2:1: error: expected keys and values in the front matter, found a list"]
    );
}

#[test]
fn misspelt_keys_are_handed_on_with_what_they_come_near_to() {
    let front = quiet(
        "show_raeding_time: true\ntgas: [a]\nmine: 1\npubdat: 2024-01-01\nparams: {show_tco: 1, subject: x}\ncover: {imgae: a}\n",
    );
    let unknown: Vec<_> = front
        .unknown
        .iter()
        .map(|key| (key.path.as_str(), key.nearest.as_deref()))
        .collect();
    assert_eq!(
        unknown,
        [
            ("show_raeding_time", Some("show_reading_time")),
            ("tgas", Some("tags")),
            ("mine", None),
            ("pubdat", Some("pubdate")),
            ("cover.imgae", Some("image")),
            ("params.show_tco", Some("show_toc")),
        ]
    );
    let diagnostic = front.unknown[0].diagnostic();
    assert_eq!(diagnostic.message, "unknown key `show_raeding_time`");
    assert_eq!(
        diagnostic.help.as_deref(),
        Some("did you mean `show_reading_time`?")
    );
}

#[test]
fn keys_with_nothing_to_do_are_collected() {
    let mut other = options();
    other.taxonomies = vec!["topics".to_owned()];
    let (front, said) = front_of(
        "---\ntags: [a]\ntopics: b\ntopics_weight: 3\ndisableHLJS: true\n---",
        &other,
        Place::default(),
    );
    assert_eq!(said, [""; 0]);
    let idle: Vec<&str> = front.idle.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(idle, ["tags", "topics_weight", "disableHLJS"]);
    assert_eq!(texts(&front.terms[0].1), ["b"]);
}

#[test]
fn placeholders_are_not_published() {
    let (front, said) = yaml(
        "title: <think>...</think> QwQ\ncover: {image: a.png, alt: <alt text>, caption: <text>}\ncanonicalURL: https://canonical.url/to/page\n",
    );
    let help = " | help: it is not published; write a value of your own, or remove the key";
    assert_eq!(
        said,
        [
            format!("3:28: warning: `cover.alt` holds placeholder text: `<alt text>`{help}"),
            format!("3:49: warning: `cover.caption` holds placeholder text: `<text>`{help}"),
            format!(
                "4:15: warning: `canonicalURL` holds placeholder text: `https://canonical.url/to/page`{help}"
            ),
        ]
    );
    assert_eq!(front.title.as_deref(), Some("<think>...</think> QwQ"));
    assert_eq!(
        (front.switches.cover.alt, front.canonical_url),
        (None, None)
    );
}

#[test]
fn templates_see_everything_as_written_and_by_one_name() {
    let front = quiet(
        "title: T\nShowToc: true\nmine: {a: [1, x]}\ncanonicalURL: https://x.org\nparams: {own: 2, title: P}\ndate: 2024-01-01\n",
    );
    let get = |path: &str| front.params.get_from_path(path).cloned();
    let number = |path: &str| get(path).and_then(|value| value.as_i64());
    assert_eq!(get("ShowToc").and_then(|value| value.as_bool()), Some(true));
    assert_eq!(
        get("show_toc").and_then(|value| value.as_bool()),
        Some(true)
    );
    assert_eq!((number("own"), number("mine.a.0")), (Some(2), Some(1)));
    assert_eq!(
        get("canonical_url")
            .and_then(|value| value.as_str().map(str::to_owned))
            .as_deref(),
        Some("https://x.org")
    );
    assert_eq!(
        get("date")
            .and_then(|value| value.as_str().map(str::to_owned))
            .as_deref(),
        Some("2024-01-01")
    );
    assert_eq!(front.title.as_deref(), Some("T"));
}

#[test]
fn what_is_handed_down_stands_below_what_is_said() {
    let map = |text: &str| {
        let text = format!("---\n{text}---\n");
        read(&text, &split(&text, FileId(1)).unwrap(), FileId(1)).unwrap()
    };
    let near = map("show_toc: false\nparams: {a: 1, b: 1}\ncover: {hidden: true}\n");
    let far = map("show_toc: true\ntype: docs\nparams: {b: 2, c: 2}\n");
    let place = Place {
        inherited: &[&near, &far],
        ..Place::default()
    };
    let (front, said) = front_of(
        "---\nparams: {a: 0}\ncover: {image: a.png}\n---\n",
        &options(),
        place,
    );
    assert_eq!(said, [""; 0]);
    let number = |name: &str| {
        front
            .params
            .get_from_path(name)
            .and_then(tera::Value::as_i64)
    };
    assert_eq!(
        (number("a"), number("b"), number("c")),
        (Some(0), Some(1), Some(2))
    );
    assert_eq!(front.switches.toc, Some(false));
    assert_eq!(front.page_type.unwrap().text.to_string(), "docs");
    // A map is taken whole.
    assert_eq!(
        (
            front.switches.cover.image.as_deref(),
            front.switches.cover.hidden
        ),
        (Some("a.png"), None)
    );
    let (front, _) = front_of("---\nShowToc: true\n---\n", &options(), place);
    assert_eq!(
        (front.switches.toc, front.switches.cover.hidden),
        (Some(true), Some(true))
    );
}

#[test]
fn authors_and_series_may_be_taxonomies() {
    let mut other = options();
    other.taxonomies = vec!["series".to_owned(), "authors".to_owned()];
    let (front, said) = front_of(
        "+++\nauthors = ['A', 'B']\nseries = 'S'\ndate = 2024-01-02 03:04:05\n+++\n",
        &other,
        Place::default(),
    );
    assert_eq!(said, [""; 0]);
    assert_eq!(front.authors, ["A", "B"]);
    assert_eq!(texts(&front.series), ["S"]);
    assert_eq!(
        front
            .terms
            .iter()
            .map(|(plural, _)| plural.as_str())
            .collect::<Vec<_>>(),
        ["series", "authors"]
    );
    assert_eq!(front.date.unwrap().rfc3339(), "2024-01-02T03:04:05Z");
    assert_eq!(quiet("author: {name: Ann, email: x}\n").authors, ["Ann"]);
}

#[test]
fn cascades_of_a_section_are_kept_for_those_below() {
    let front = quiet("cascade:\n  target: {path: '{/a,/b/**}'}\n  hide_meta: true\n");
    assert_eq!(front.cascade[0].target.path.as_deref(), Some("{/a,/b/**}"));
    assert_eq!(front.cascade[0].values.entries.len(), 1);
    assert_eq!(front.switches.hide_meta, None);
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_wild(text in "(---|\\+\\+\\+|\\{|\"|\n|\r|[a-z]{1,4}: |[\u{0}-\u{ffff}]|date: |tags: |- |\\}){0,40}") {
        if let Ok(split) = split(&text, FileId(0)) {
            let _ = parse(&text, &split, FileId(0), &options(), Place { stem: &text, ..Place::default() });
            assert!(text.is_char_boundary(split.body));
        }
    }

    #[test]
    fn no_date_is_too_wild(text in "[0-9a-zA-Z:,+./ -]{0,40}", layout in "[0-9a-zA-Z:%_.,+ -]{0,30}") {
        if let Ok(date) = Date::parse(&text, &TimeZone::UTC) {
            let _ = date.format(&layout, "en");
            assert_eq!(Date::parse(&date.rfc3339(), &TimeZone::UTC).map(Date::rfc3339), Ok(date.rfc3339()));
        }
    }
}
