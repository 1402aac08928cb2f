use super::outputs::{ChangeFreq, Kind, OutputFormat};
use super::params::Theme;
use super::*;
use crate::diag::{self, Diagnostic};

/// Files of a site, by path.
fn load_all(texts: &[(&str, &str)], options: &Options) -> (Config, Vec<Diagnostic>) {
    let files: Vec<ConfigFile<'_>> = texts
        .iter()
        .enumerate()
        .map(|(at, (path, text))| ConfigFile {
            id: FileId(at as u32),
            path,
            text,
        })
        .collect();
    load(&files, options)
}

fn options() -> Options {
    Options {
        folder: "my-first_blog".to_owned(),
        ..Options::default()
    }
}

fn said(texts: &[(&str, &str)], diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|d| {
            let place = d.span.map(|span| {
                let (path, text) = texts[span.file.0 as usize];
                let place = diag::place(text, span.start as usize);
                format!("{path}:{}:{}: ", place.line, place.column)
            });
            let mut out = format!(
                "{}{}: {}",
                place.unwrap_or_default(),
                d.severity.word(),
                d.message
            );
            for note in &d.notes {
                out.push_str(&format!(" | note: {}", note.text));
            }
            if let Some(help) = &d.help {
                out.push_str(&format!(" | help: {help}"));
            }
            out
        })
        .collect()
}

/// One `hugo.yaml`: the configuration and everything that was said.
fn yaml(text: &str) -> (Config, Vec<String>) {
    let texts = [("hugo.yaml", text)];
    let (config, diagnostics) = load_all(&texts, &options());
    (config, said(&texts, &diagnostics))
}

/// The same, where there is to be nothing to say.
fn quiet(text: &str) -> Config {
    let (config, said) = yaml(text);
    assert_eq!(said, [""; 0], "{text}");
    config
}

#[test]
fn nothing_configured_is_a_site() {
    let (config, said) = load_all(&[], &options());
    assert_eq!(said, []);
    assert!(config.zero);
    assert_eq!(
        (config.base_url.as_str(), config.environment.as_str()),
        ("", "production")
    );
    let language = config.default_lang();
    assert_eq!(
        (
            language.title.as_str(),
            language.code.as_str(),
            language.name.as_str()
        ),
        ("My first blog", "en", "English")
    );
    assert_eq!(language.switches.reading_time, Some(true));
    assert_eq!(
        (language.prefix.as_str(), language.locale.as_str()),
        ("", "en")
    );
    let plurals: Vec<&str> = language
        .taxonomies
        .iter()
        .map(|taxonomy| taxonomy.plural.as_str())
        .collect();
    assert_eq!(plurals, ["tags", "categories"]);
    assert!(config.enable_robots_txt && config.markup.goldmark.raw_html);
}

#[test]
fn both_spellings_are_one() {
    let upstream = quiet(
        "params:\n  ShowReadingTime: true\n  ShowToc: true\n  hideMeta: \"false\"\n  defaultTheme: dark\n  cover:\n    hiddenInList: true\n    linkFullImages: true\n  homeInfoParams:\n    Title: Hi\n    Content: There\n  editPost:\n    URL: https://x.org\n    appendFilePath: true\n",
    );
    let fork = quiet(
        "params:\n  show_reading_time: true\n  show_toc: true\n  hide_meta: false\n  default_theme: dark\n  cover:\n    hidden_in_list: true\n    link_full_images: true\n  home_info_params:\n    title: Hi\n    content: There\n  edit_post:\n    url: https://x.org\n    append_file_path: true\n",
    );
    assert_eq!(
        upstream.default_lang().switches,
        fork.default_lang().switches
    );
    assert_eq!(upstream.default_lang().params, fork.default_lang().params);
    assert_eq!(
        upstream.default_lang().switches.cover.hidden_in_list,
        Some(true)
    );
    assert_eq!(upstream.default_lang().params.default_theme, Theme::Dark);
    let values = &upstream.default_lang().values;
    assert_eq!(
        values
            .get_from_path("show_reading_time")
            .and_then(tera::Value::as_bool),
        Some(true)
    );
    assert_eq!(
        values
            .get_from_path("ShowReadingTime")
            .and_then(tera::Value::as_bool),
        Some(true)
    );
}

#[test]
fn one_key_in_two_spellings_is_an_error() {
    let (_, said) = yaml("params:\n  ShowToc: true\n  show_toc: false\n");
    assert_eq!(
        said,
        [
            "hugo.yaml:3:3: error: `ShowToc` and `show_toc` are one key, given twice | note: first given here | help: remove one of the two"
        ]
    );
}

#[test]
fn misspelt_keys_are_named_with_what_they_come_near_to() {
    let (config, said) = yaml(
        "titel: A\ndescription: B\nfoo: 1\nmarkup:\n  higlight: {}\nparams:\n  show_raeding_time: true\n  mine: 1\n  cover:\n    imgae: x\n",
    );
    assert_eq!(
        said,
        [
            "hugo.yaml:1:1: warning: unknown key `titel` | help: did you mean `title`?",
            "hugo.yaml:2:1: warning: unknown key `description` | help: it is a parameter: write it as `params.description`",
            "hugo.yaml:3:1: warning: unknown key `foo` | help: what templates are to read stands under `params`",
            "hugo.yaml:5:3: warning: unknown key `markup.higlight` | help: did you mean `highlight`?",
        ]
    );
    let unknown: Vec<_> = config
        .unknown_params
        .iter()
        .map(|key| (key.path.as_str(), key.nearest.as_deref()))
        .collect();
    assert_eq!(
        unknown,
        [
            ("params.show_raeding_time", Some("show_reading_time")),
            ("params.mine", None),
            ("params.cover.imgae", Some("image")),
        ]
    );
    let diagnostic = config.unknown_params[0].diagnostic();
    assert_eq!(diagnostic.message, "unknown key `params.show_raeding_time`");
    assert_eq!(
        diagnostic.help.as_deref(),
        Some("did you mean `show_reading_time`?")
    );
}

#[test]
fn a_near_match_is_spelt_as_the_writer_spells() {
    let (config, _) = yaml("params:\n  ShowRaedingTime: true\n");
    assert_eq!(
        config.unknown_params[0].nearest.as_deref(),
        Some("ShowReadingTime")
    );
}

#[test]
fn wrong_types_are_errors_and_leave_the_default() {
    let (config, said) = yaml(
        "title: [a]\nbuildDrafts: maybe\nsummaryLength: -1\npaginate: 0\nmenus: x\ntaxonomies: tags\nparams:\n  show_toc: yes\n  default_theme: drak\n  social_icons: {}\ntimeZone: Europe/Berln\nuglyURLs: {posts: true}\n",
    );
    assert_eq!(
        said,
        [
            "hugo.yaml:1:8: error: expected text for `title`, found a list",
            "hugo.yaml:2:14: error: expected true or false for `buildDrafts`, found the text \"maybe\"",
            "hugo.yaml:3:16: error: expected a whole number from 0 on for `summaryLength`, found the number -1",
            "hugo.yaml:4:11: error: expected a whole number from 1 on for `paginate`, found the number 0",
            "hugo.yaml:5:8: error: expected a map for `menus`, found the text \"x\"",
            "hugo.yaml:6:13: error: expected a map for `taxonomies`, found the text \"tags\"",
            "hugo.yaml:8:13: error: expected true or false for `params.show_toc`, found the text \"yes\" | help: write `true`",
            "hugo.yaml:9:18: error: expected `auto`, `light` or `dark` for `params.default_theme`, found the text \"drak\" | help: did you mean `dark`?",
            "hugo.yaml:10:17: error: expected a list for `params.social_icons`, found a map",
            "hugo.yaml:11:11: error: unknown time zone `Europe/Berln` for `timeZone` | help: did you mean `Europe/Berlin`?",
            "hugo.yaml:12:11: error: expected true or false for `uglyURLs`, found a map",
            "hugo.yaml:4:1: info: `paginate` is an old spelling of `pagination.pagerSize` | help: it keeps working",
        ]
    );
    assert_eq!(
        (
            config.default_lang().summary_length,
            config.default_lang().pagination.pager_size
        ),
        (70, 10)
    );
}

#[test]
fn an_unreadable_file_is_an_error_of_its_own() {
    let (config, said) = yaml("title: [a\n");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("hugo.yaml:"), "{said:?}");
    assert_eq!(config.default_lang().title, "My first blog");
    let (_, said) = yaml("- a\n- b\n");
    assert_eq!(
        said,
        ["hugo.yaml:1:1: error: expected keys and values in the configuration, found a list"]
    );
}

#[test]
fn old_spellings_keep_working_and_say_so() {
    let (config, said) = yaml(
        "languageCode: en-us\npaginate: 5\npaginatePath: p\nrssLimit: 7\nauthor:\n  name: Ann\ndisableRSS: true\npygmentsStyle: vs\n",
    );
    let old = |line: usize, old: &str, new: &str| {
        format!(
            "hugo.yaml:{line}:1: info: `{old}` is an old spelling of `{new}` | help: it keeps working"
        )
    };
    assert_eq!(
        said,
        [
            old(1, "languageCode", "locale"),
            old(2, "paginate", "pagination.pagerSize"),
            old(3, "paginatePath", "pagination.path"),
            old(4, "rssLimit", "services.rss.limit"),
            old(5, "author", "params.author"),
            old(7, "disableRSS", "disableKinds: [rss]"),
            old(8, "pygmentsStyle", "markup.highlight.style"),
        ]
    );
    let language = config.default_lang();
    assert_eq!(
        (language.locale.as_str(), language.feed_limit),
        ("en-us", Some(7))
    );
    assert_eq!(
        (
            language.pagination.pager_size,
            language.pagination.path.as_str()
        ),
        (5, "p")
    );
    assert_eq!(language.params.authors, ["Ann"]);
    assert_eq!(language.disabled_kinds, [Kind::Rss]);
    assert_eq!(config.markup.highlight.style.as_deref(), Some("vs"));
}

#[test]
fn nothing_goes_dead_without_a_word() {
    let (config, said) = yaml(
        "theme: PaperMod\nminify: {disableXML: true}\nignoreErrors: [error-remote-getjson]\npygmentsUseClasses: true\nparams:\n  fuseOpts: {threshold: 0.4}\n  assets: {disable_hljs: true}\ngoogleAnalytics: G-1\nbibliography: {}\nenableGitInfo: true\nmarkup: {highlight: {noClasses: true}}\nfrontmatter: {lastmod: [\":git\", \":fileModTime\", \":default\"]}\nservices: {googleAnalytics: {id: G-1}, disqus: {shortname: \"\"}}\nmodule: {imports: []}\n",
    );
    assert_eq!(
        said,
        [
            "hugo.yaml:1:1: warning: 6 keys have nothing to do here and are ignored: `theme`, `minify`, `ignoreErrors`, `pygmentsUseClasses`, `params.fuseOpts.threshold`, `params.assets.disable_hljs` | help: they may stay; `longhand config` lists what takes effect",
            "hugo.yaml:8:1: warning: `googleAnalytics` has no effect: no analytics is built in | help: put the script into `templates/partials/hook_head.html`",
            "hugo.yaml:9:1: warning: `bibliography` has no effect: it is kept for what is still to come | help: write references as notes",
            "hugo.yaml:11:33: warning: `markup.highlight.noClasses: true` has no effect: code is always coloured by classes | help: the style sheet of the theme colours it, light and dark",
            "hugo.yaml:13:29: warning: `services.googleAnalytics` has no effect: no analytics is built in | help: put the script into `templates/partials/hook_head.html`",
            "hugo.yaml:14:1: warning: `module` has no effect: modules are neither fetched nor mounted | help: copy what they bring into `content/`, `static/` and `templates/`",
        ]
    );
    assert_eq!(config.themes, ["PaperMod"]);
    assert_eq!(
        config.dates.lastmod[..3],
        [
            DateSource::Git,
            DateSource::FileModTime,
            DateSource::Key("lastmod".to_owned())
        ]
    );
}

#[test]
fn placeholders_are_not_published() {
    let (config, said) = yaml(
        "title: <think> is a tag\nparams:\n  images: [\"<link or path of image for opengraph, twitter-cards>\", a.png]\n  analytics: {google: {SiteVerificationTag: XYZabc}, bing: {SiteVerificationTag: real}}\n  editPost: {URL: \"https://github.com/<path_to_repo>/content\"}\n",
    );
    let help = "it is not published; write a value of your own, or remove the key";
    assert_eq!(
        said,
        [
            format!(
                "hugo.yaml:3:12: warning: `params.images` holds placeholder text: `<link or path of image for opengraph, twitter-cards>` | help: {help}"
            ),
            format!(
                "hugo.yaml:4:45: warning: `params.analytics.google.SiteVerificationTag` holds placeholder text: `XYZabc` | help: {help}"
            ),
            format!(
                "hugo.yaml:5:19: warning: `params.editPost.URL` holds placeholder text: `https://github.com/<path_to_repo>/content` | help: {help}"
            ),
        ]
    );
    let language = config.default_lang();
    assert_eq!(language.title, "<think> is a tag");
    assert_eq!(language.params.images, ["a.png"]);
    assert_eq!(
        (
            &language.params.verification.google,
            language.params.verification.bing.as_deref()
        ),
        (&None, Some("real"))
    );
    assert_eq!(language.switches.edit_post.url, None);
}

#[test]
fn base_urls_are_urls() {
    for (text, expected) in [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://example.org/blog", "https://example.org/blog/"),
        ("http://localhost:1313/", "http://localhost:1313/"),
        ("/", "/"),
        ("/sub", "/sub/"),
        ("", ""),
    ] {
        assert_eq!(
            quiet(&format!("baseURL: \"{text}\"")).base_url,
            expected,
            "{text}"
        );
    }
    let (config, said) = yaml("baseURL: example.org/blog");
    assert_eq!(config.base_url, "");
    assert_eq!(
        said,
        [
            "hugo.yaml:1:10: error: expected a URL that begins with `https://` or `http://` for `baseURL`, found `example.org/blog` | help: did you mean `https://example.org/blog`?"
        ]
    );
    for bad in [
        "javascript:alert(1)",
        "//evil.example/",
        "https://",
        "https://a b/",
        "https://x/\\\"'><svg>",
        "https://x/?a",
    ] {
        let (config, said) = yaml(&format!("baseURL: \"{bad}\""));
        assert_eq!(
            (config.base_url.as_str(), said.len()),
            ("", 1),
            "{bad}: {said:?}"
        );
    }
    let with = Options {
        base_url: Some("https://b.org".to_owned()),
        ..options()
    };
    let (config, _) = load_all(&[("hugo.yaml", "baseURL: https://a.org")], &with);
    assert_eq!(config.base_url, "https://b.org/");
}

#[test]
fn files_are_found_by_name_and_merged() {
    let texts = [
        ("config.toml", "title = \"unused\"\n"),
        (
            "hugo.toml",
            "title = \"One\"\n[params]\nShowToc = true\nmine = 1\n",
        ),
        ("config/_default/config.yaml", "copyright: Me\n"),
        (
            "config/_default/params.yaml",
            "show_toc: false\nnested: {a: 1, b: 2}\n",
        ),
        (
            "config/_default/menus.de.toml",
            "[[main]]\nname = \"Start\"\nurl = \"/\"\n",
        ),
        (
            "config/_default/languages.yaml",
            "en: {weight: 1}\nde: {weight: 2, title: Eins}\n",
        ),
        (
            "config/_default/markup.json",
            "{\"markup\": {\"highlight\": {\"tabWidth\": 2}}}",
        ),
        ("config/staging/params.yaml", "nested: {b: 3}\n"),
        ("config/other/hugo.yaml", "title: Other\n"),
    ];
    let staging = Options {
        environment: Some("staging".to_owned()),
        ..options()
    };
    let (config, diagnostics) = load_all(&texts, &staging);
    assert_eq!(
        said(&texts, &diagnostics),
        [
            "config.toml:1:1: warning: `config.toml` is not read, because there is `hugo.toml` | help: keep one of the two"
        ]
    );
    assert_eq!(config.environment, "staging");
    assert_eq!(
        config.files,
        [
            FileId(1),
            FileId(2),
            FileId(5),
            FileId(6),
            FileId(4),
            FileId(3),
            FileId(7)
        ]
    );
    let english = config.default_lang();
    assert_eq!(
        (english.title.as_str(), english.copyright.as_str()),
        ("One", "Me")
    );
    assert_eq!(english.switches.toc, Some(false));
    let at = |path| {
        english
            .values
            .get_from_path(path)
            .and_then(tera::Value::as_i64)
    };
    assert_eq!(
        (at("nested.a"), at("nested.b"), at("mine")),
        (Some(1), Some(3), Some(1))
    );
    assert_eq!(
        config.languages[1].menus.get("main")[0].name.as_deref(),
        Some("Start")
    );
    assert_eq!(english.menus.get("main"), []);
    assert_eq!(config.languages[1].title, "Eins");
    assert_eq!(config.markup.highlight.tab_width, 2);
}

#[test]
fn a_configuration_may_be_named() {
    let texts = [
        ("hugo.yaml", "title: A"),
        ("other/x.yaml", "title: B"),
        ("notes.txt", ""),
    ];
    let with = |path: &str| Options {
        files: Some(vec![path.to_owned()]),
        ..options()
    };
    assert_eq!(
        load_all(&texts, &with("other/x.yaml"))
            .0
            .default_lang()
            .title,
        "B"
    );
    let message = |path: &str| said(&texts, &load_all(&texts, &with(path)).1);
    assert_eq!(
        message("missing.yaml"),
        ["error: there is no configuration file `missing.yaml`"]
    );
    assert_eq!(
        message("notes.txt"),
        [
            "error: `notes.txt` is no configuration file | help: its name must end in `.yaml`, `.yml`, `.toml` or `.json`"
        ]
    );
}

#[test]
fn files_of_the_configuration_are_known_by_path() {
    for path in [
        "hugo.yaml",
        "config.toml",
        "longhand.json",
        "config/_default/params.yaml",
        "config/x/y/z.toml",
    ] {
        assert!(load::is_config(path), "{path}");
    }
    for path in [
        "content/hugo.yaml",
        "config/readme.yaml",
        "config/_default/notes.md",
        "hugo.md",
        "package.json",
    ] {
        assert!(!load::is_config(path), "{path}");
    }
}

#[test]
fn the_environment_speaks() {
    let variables = [
        ("HUGO_BASEURL", "https://hugo.example"),
        ("LONGHAND_BASEURL", "https://longhand.example"),
        ("HUGO_PARAMS_SHOW_TOC", "true"),
        ("HUGO_SERVICES_RSS_LIMIT", "3"),
        ("HUGO_BUILDDRAFTS", "perhaps"),
        ("HUGO_ENVIRONMENT", "staging"),
        ("HUGO_VERSION", "0.168"),
        ("LONGHAND_TITEL", "x"),
        ("HUGO_PARAMS_MINE", "x"),
        ("LONGHAND_BUILD", "x"),
    ];
    let variables = variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let (config, diagnostics) = load_all(
        &[("hugo.yaml", "title: A")],
        &Options {
            variables,
            ..options()
        },
    );
    assert_eq!(
        said(&[], &diagnostics),
        [
            "error: expected true or false for `buildDrafts`, found the text \"perhaps\" | note: it comes from the environment variable `HUGO_BUILDDRAFTS`",
            "warning: unknown key in the environment variable `LONGHAND_TITEL` | help: did you mean `LONGHAND_TITLE`?",
            "warning: `build` has nothing to do here and is ignored | note: it comes from the environment variable `LONGHAND_BUILD` | help: it may stay; `longhand config` lists what takes effect",
        ]
    );
    assert_eq!(
        (config.base_url.as_str(), config.environment.as_str()),
        ("https://longhand.example/", "staging")
    );
    assert_eq!(config.default_lang().switches.toc, Some(true));
    assert_eq!(config.default_lang().feed_limit, Some(3));
    assert_eq!(
        (
            config.unknown_params[0].path.as_str(),
            config.unknown_params[0].span
        ),
        ("params.mine", None)
    );
}

#[test]
fn languages_are_resolved() {
    let (config, said) = yaml(
        "title: Site\nlocale: en-GB\ncopyright: C\nmenu: {main: [{name: Home, url: /}]}\nparams: {show_toc: true, author: Ann, mine: {a: 1}}\nlanguages:\n  fa: {weight: 3, description: F, label: Persian}\n  en: {weight: 1}\n  de-AT:\n    weight: 2\n    title: Seite\n    locale: de-AT\n    params: {author: Bea, mine: {b: 2}}\n    taxonomies: {Schlagwort: Schlagworte}\n    menus: {main: [{name: Start, pageRef: /}], foot: []}\n    contentDir: content/de\n    hasCJKLanguage: false\n    paginate: 3\n  zh: {disabled: true}\n",
    );
    assert_eq!(
        said,
        [
            "hugo.yaml:7:19: info: `languages.fa.description` is an old spelling of `languages.fa.params.description` | help: it keeps working",
            "hugo.yaml:18:5: info: `paginate` is an old spelling of `pagination.pagerSize` | help: it keeps working",
        ]
    );
    let [english, german, persian] = &config.languages[..] else {
        panic!("three languages")
    };
    assert_eq!(config.default_language, 0);
    assert_eq!(config.disabled_languages, ["zh"]);
    assert_eq!(
        [&english.code, &german.code, &persian.code],
        ["en", "de-at", "fa"]
    );
    assert_eq!(
        [&english.prefix, &german.prefix, &persian.prefix],
        ["", "de-at", "fa"]
    );
    assert_eq!(
        [&english.name, &german.name, &persian.name],
        ["English", "Deutsch", "Persian"]
    );
    assert_eq!(
        [&english.locale, &german.locale, &persian.locale],
        ["en-GB", "de-AT", "fa"]
    );
    assert_eq!(
        [&english.title, &german.title, &persian.title],
        ["Site", "Seite", "Site"]
    );
    assert_eq!(persian.direction, Direction::RightToLeft);
    assert_eq!(
        (german.copyright.as_str(), german.switches.toc),
        ("C", Some(true))
    );
    assert_eq!(
        [&english.params.authors[0], &german.params.authors[0]],
        ["Ann", "Bea"]
    );
    assert_eq!(persian.params.description.as_deref(), Some("F"));
    assert_eq!(
        german.taxonomies,
        [Taxonomy {
            singular: "schlagwort".to_owned(),
            plural: "schlagworte".to_owned()
        }]
    );
    assert_eq!(english.taxonomies.len(), 2);
    assert_eq!(german.menus.get("main")[0].page_ref.as_deref(), Some("/"));
    assert_eq!(persian.menus.get("main")[0].name.as_deref(), Some("Home"));
    assert_eq!(
        (german.content_dir.as_deref(), german.has_cjk),
        (Some("content/de"), Some(false))
    );
    assert_eq!(
        (german.pagination.pager_size, english.pagination.pager_size),
        (3, 10)
    );
    let mine = |path| {
        german
            .values
            .get_from_path(path)
            .and_then(tera::Value::as_i64)
    };
    assert_eq!((mine("mine.a"), mine("mine.b")), (Some(1), Some(2)));
    assert_eq!(config.language("DE-at"), Some(1));
}

#[test]
fn the_default_language_must_be_there() {
    let (config, said) = yaml("defaultContentLanguage: dd\nlanguages: {de: {}, fr: {}}\n");
    assert_eq!(
        said,
        [
            "hugo.yaml:1:25: error: the default language `dd` is not among `languages` | help: did you mean `de`?"
        ]
    );
    assert_eq!(config.default_lang().code, "de");
    let (_, said) = yaml("languages:\n  en: {disabled: true}\n  de: {}\n");
    assert_eq!(
        said,
        [
            "hugo.yaml:2:3: error: the default language `en` is disabled | help: name one of them: `defaultContentLanguage: de`"
        ]
    );
    let (config, said) = yaml("disableLanguages: [en]\nlanguages: {en: {}}\n");
    assert_eq!(
        said,
        [
            "hugo.yaml:2:12: error: the default language `en` is disabled | help: leave at least one language on"
        ]
    );
    assert_eq!(config.languages.len(), 1);
    let (_, said) = yaml("languages:\n  ../x: {}\n  en: {wieght: 2}\n");
    assert_eq!(
        said,
        [
            "hugo.yaml:2:3: error: `../x` is not a language code | help: write one such as `en`, `zh` or `pt-br`",
            "hugo.yaml:3:8: warning: unknown key `languages.en.wieght` | help: did you mean `weight`?",
        ]
    );
    let config = quiet("defaultContentLanguage: de\ndefaultContentLanguageInSubdir: true\n");
    assert_eq!(
        (
            config.default_lang().code.as_str(),
            config.default_lang().prefix.as_str()
        ),
        ("de", "de")
    );
}

#[test]
fn menus_are_read() {
    let config = quiet(
        "menus:\n  Main:\n    - {name: A, url: /a/, weight: 20, identifier: a, title: T, pre: <i>, params: {x: 1}}\n    - {name: B, pageRef: /b, parent: a}\n",
    );
    let main = config.default_lang().menus.get("main");
    assert_eq!(main.len(), 2);
    assert_eq!(
        (
            main[0].weight,
            main[0].identifier.as_deref(),
            main[0].pre.as_deref()
        ),
        (20, Some("a"), Some("<i>"))
    );
    assert_eq!(
        (main[1].parent.as_deref(), main[1].page_ref.as_deref()),
        (Some("a"), Some("/b"))
    );
    let (_, said) = yaml("menus:\n  main:\n    - {url: /a/}\n    - {name: A, ulr: /}\n    - x\n");
    assert_eq!(
        said,
        [
            "hugo.yaml:3:7: error: an entry of `menus.main` has no `name` | help: write `name`, and `url` or `pageRef`",
            "hugo.yaml:5:7: error: expected a map for `menus.main`, found the text \"x\"",
            "hugo.yaml:4:17: warning: unknown key `menus.main.ulr` | help: did you mean `url`?",
        ]
    );
}

#[test]
fn taxonomies_replace_the_defaults() {
    let config = quiet("taxonomies: {tag: tags, series: series}\n");
    let plurals: Vec<&str> = config
        .default_lang()
        .taxonomies
        .iter()
        .map(|t| t.plural.as_str())
        .collect();
    assert_eq!(plurals, ["tags", "series"]);
    assert_eq!(quiet("taxonomies: {}\n").default_lang().taxonomies, []);
    let (_, said) = yaml("taxonomies: {tag: tags, topic: Tags, x: ../y}\n");
    assert_eq!(
        said,
        [
            "hugo.yaml:1:32: error: `taxonomies.topic` names `Tags`, which is a taxonomy already",
            "hugo.yaml:1:41: error: expected a name without slashes and dots before it for `taxonomies.x`, found the text \"../y\"",
        ]
    );
}

#[test]
fn outputs_kinds_and_sitemap_are_read() {
    let config = quiet(
        "outputs: {home: [HTML, JSON, rss, RSS], section: []}\ndisableKinds: [taxonomyTerm, RSS, \"404\"]\nsitemap: {changefreq: weekly, priority: 0.5, filename: map.xml}\n",
    );
    let language = config.default_lang();
    assert_eq!(
        language.outputs.home.as_deref(),
        Some(&[OutputFormat::Html, OutputFormat::Json, OutputFormat::Rss][..])
    );
    assert_eq!(
        (language.outputs.section.as_deref(), &language.outputs.page),
        (Some(&[][..]), &None)
    );
    assert_eq!(
        language.disabled_kinds,
        [Kind::Taxonomy, Kind::Rss, Kind::NotFound]
    );
    assert_eq!(
        config.sitemap.change_freq.map(ChangeFreq::as_str),
        Some("weekly")
    );
    assert_eq!(
        (config.sitemap.priority, config.sitemap.filename.as_str()),
        (Some(0.5), "map.xml")
    );
    let (_, said) = yaml(
        "outputs: {home: [HTML, AMP]}\ndisableKinds: [sections]\nsitemap: {priority: 2, filename: a/b}\n",
    );
    assert_eq!(
        said,
        [
            "hugo.yaml:2:16: error: expected `home`, `section`, `page`, `taxonomy`, `term`, `rss`, `sitemap`, `robotstxt`, `404`, `atom`, `jsonfeed`, `archives`, `search`, `predictions` or `manifest` for `disableKinds`, found the text \"sections\" | help: did you mean `section`?",
            "hugo.yaml:3:21: error: expected a number between 0 and 1 for `sitemap.priority`, found the number 2",
            "hugo.yaml:3:34: error: expected the name of a file for `sitemap.filename`, found the text \"a/b\"",
            "hugo.yaml:1:24: warning: `outputs.home` asks for the output format `AMP`, which is not made | help: the formats are `html`, `rss`, `atom`, `jsonfeed`, `json`, `markdown`, `llms`, `llmsFull` and `epub`",
        ]
    );
}

#[test]
fn markup_is_read() {
    let config = quiet(
        "markup:\n  goldmark:\n    renderer: {unsafe: false, hardWraps: true}\n    parser: {autoHeadingIDType: github-ascii, attribute: {block: true}}\n    extensions:\n      typographer: {disable: true, apostrophe: \"'\"}\n      footnote: {enable: false}\n      passthrough: {enable: true, delimiters: {block: [['$$', '$$']], inline: [['\\(', '\\)']]}}\n  highlight: {lineNos: true, lineNumbersInTable: false, style: monokai}\n  tableOfContents: {startLevel: 1, endLevel: -1, ordered: true}\n",
    );
    let goldmark = &config.markup.goldmark;
    assert!(
        !goldmark.raw_html
            && goldmark.hard_wraps
            && !goldmark.footnotes
            && goldmark.block_attributes
    );
    assert_eq!(goldmark.heading_id_type, markup::HeadingIds::GithubAscii);
    assert!(!goldmark.typographer.on);
    let pair = |open: &str, close: &str| vec![(open.to_owned(), close.to_owned())];
    assert_eq!(
        goldmark.math,
        Some(markup::MathDelimiters {
            block: pair("$$", "$$"),
            inline: pair("\\(", "\\)")
        })
    );
    let highlight = &config.markup.highlight;
    assert_eq!(highlight.line_numbers, markup::LineNumbers::Inline);
    let contents = &config.markup.table_of_contents;
    assert_eq!(
        (contents.start_level, contents.end_level, contents.ordered),
        (1, 6, true)
    );
    let (_, said) = yaml(
        "markup:\n  tableOfContents: {startLevel: 4, endLevel: 2}\n  goldmark: {extensions: {passthrough: {delimiters: {block: [a]}}}}\n",
    );
    assert_eq!(
        said,
        [
            "hugo.yaml:2:20: error: expected `startLevel` up to `endLevel` in `markup.tableOfContents`, found 4 and 2",
            "hugo.yaml:3:62: error: expected a list of pairs for `markup.goldmark.extensions.passthrough.delimiters.block`, found the text \"a\"",
        ]
    );
}

#[test]
fn folders_stay_within_the_site() {
    let config = quiet("contentDir: ./writing/\nstaticDir: [static, more/static]\n");
    assert_eq!(config.dirs.content, "writing");
    assert_eq!(config.dirs.statics, ["static", "more/static"]);
    let (config, said) = yaml("contentDir: ../elsewhere\ndataDir: /etc\n");
    assert_eq!(
        said,
        [
            "hugo.yaml:1:13: error: expected a folder within the site for `contentDir`, found the text \"../elsewhere\"",
            "hugo.yaml:2:10: error: expected a folder within the site for `dataDir`, found the text \"/etc\"",
        ]
    );
    assert_eq!(
        (config.dirs.content.as_str(), config.dirs.data.as_str()),
        ("content", "data")
    );
}

#[test]
fn cascades_are_read() {
    let config = quiet(
        "cascade:\n  - _target: {path: /blog/**, lang: en}\n    show_toc: true\n  - params: {a: 1}\n    target: {kind: section}\n",
    );
    let [first, second] = &config.cascade[..] else {
        panic!("two cascades")
    };
    assert_eq!(
        (first.target.path.as_deref(), first.target.lang.as_deref()),
        (Some("/blog/**"), Some("en"))
    );
    assert_eq!(
        (first.values.entries.len(), second.target.kind.as_deref()),
        (1, Some("section"))
    );
    let subject = |path, kind| cascade::Subject {
        path,
        kind,
        lang: "en",
        environment: "production",
    };
    assert!(first.target.matches(subject("/blog/a/b", "page")));
    assert!(!first.target.matches(subject("/about", "page")));
    let (_, said) = yaml("cascade: [x]\n");
    assert_eq!(
        said,
        ["hugo.yaml:1:11: error: expected a map for `cascade`, found the text \"x\""]
    );
}

#[test]
fn every_setting_is_printed_with_its_origin() {
    let text =
        "title: A\npaginate: 5\ntheme: x\nparams:\n  ShowToc: true\n  keywords: [a, \"b: c\"]\n";
    let files = [
        ConfigFile {
            id: FileId(0),
            path: "hugo.yaml",
            text,
        },
        ConfigFile {
            id: FileId(1),
            path: "config/production/params.yaml",
            text: "\nShowToc: false\n",
        },
    ];
    let variables = vec![("HUGO_COPYRIGHT".to_owned(), "no".to_owned())];
    let with = Options {
        base_url: Some("https://b.org".to_owned()),
        variables,
        ..options()
    };
    let (config, _) = load(&files, &with);
    let printed = print::text(&config, &files);
    let squeezed: Vec<String> = printed
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for line in [
        "baseURL: https://b.org # --base-url",
        "title: A # hugo.yaml:1",
        "copyright: \"no\" # HUGO_COPYRIGHT",
        "pagination.pagerSize: 5 # hugo.yaml:2",
        "theme: x # hugo.yaml:3, has nothing to do here",
        "params.show_toc: false # config/production/params.yaml:2",
        "params.keywords: [a, \"b: c\"] # hugo.yaml:6",
        "params.show_date: true # default",
        "summaryLength: 70 # default",
        "taxonomies: {tag: tags, category: categories} # default",
    ] {
        assert!(
            squeezed.iter().any(|printed| printed == line),
            "{line}\n{printed}"
        );
    }
    let json: serde_json::Value = serde_json::from_str(&print::json(&config, &files)).unwrap();
    assert_eq!(json[0]["origin"], "--base-url");
    assert_eq!(json[1]["key"], "title");
}

/// A default that stands in a table and is not what happens would be a lie in `longhand config`.
#[test]
fn printed_defaults_are_the_defaults() {
    let texts = [("hugo.yaml", "title: A")];
    let (unsaid, _) = load_all(&texts, &options());
    let mut text = String::new();
    for setting in unsaid
        .settings
        .iter()
        .filter(|setting| setting.origin == Origin::Default)
    {
        // Written as a nested map on one line.
        let names: Vec<&str> = setting.key.split('.').collect();
        let open: String = names.iter().map(|name| format!("{{{name}: ")).collect();
        text = format!("{open}{}{}", setting.value, "}".repeat(names.len()));
        let files = [
            ("hugo.yaml", "title: A"),
            ("config/_default/config.yaml", text.as_str()),
        ];
        let (said_so, diagnostics) = load_all(&files, &options());
        assert_eq!(said(&files, &diagnostics), [""; 0], "{text}");
        let plain = |config: &Config| {
            let mut config = config.clone();
            config.settings.clear();
            config.files.clear();
            for language in &mut config.languages {
                language.values = tera::Value::none();
                // A switch that is said to be off shows what one that is not said shows.
                let unsaid = switches::resolve(&switches::Switches::default(), &language.switches);
                assert_eq!(
                    unsaid.date_format.as_deref().unwrap_or("January 2, 2006"),
                    "January 2, 2006"
                );
                language.switches = switches::Switches::default();
                let show = switches::Show {
                    date_format: None,
                    ..unsaid
                };
                config.environment.push_str(&format!("{show:?}"));
                // Said or not, every format is made; and the publisher is an organisation.
                language.outputs = outputs::Outputs::default();
                language.params.schema.publisher_type = None;
                language.params.main_sections = None;
            }
            config.environment = config
                .environment
                .replace("Some(false)", "None")
                .replace("Some(true)", "None");
            format!("{config:?}")
        };
        assert_eq!(plain(&said_so), plain(&unsaid), "{text}");
    }
    assert!(!text.is_empty());
}

#[test]
fn site_and_page_are_resolved() {
    let site = quiet(
        "params: {show_toc: true, ShareButtons: [x], show_share_buttons: true, cover: {image: site.png, alt: Site, hidden: true}}",
    );
    let site = &site.default_lang().switches;
    let mut page = switches::Switches {
        toc: Some(false),
        disable_share: Some(true),
        ..Default::default()
    };
    page.cover.image = Some("own.png".to_owned());
    let show = switches::resolve(&page, site);
    assert!(
        !show.toc
            && !show.share_buttons
            && show.date
            && show.meta
            && show.heading_anchors
            && !show.reading_time
    );
    assert_eq!(show.share_names, Some(vec!["x".to_owned()]));
    // The words of the site's picture are none of the page's.
    assert_eq!(
        (
            show.cover.image.as_deref(),
            show.cover.alt,
            show.cover.hidden
        ),
        (Some("own.png"), None, Some(true))
    );
    let plain = switches::resolve(&switches::Switches::default(), site);
    assert!(plain.toc && plain.share_buttons);
    assert_eq!(plain.cover.alt.as_deref(), Some("Site"));
}

#[test]
fn what_holds_for_all_languages_is_not_said_by_one() {
    let (config, said) = yaml(
        "cascade: {show_toc: true}\nlanguages:\n  en: {}\n  de: {timeZone: UTC, theme: x, cascade: {hide_meta: true}}\n",
    );
    assert_eq!(
        said,
        [
            "hugo.yaml:4:8: warning: `languages.de.timeZone` has no effect: it is one for all languages | help: say `timeZone` outside of `languages`",
            "hugo.yaml:4:23: warning: `theme` has nothing to do here and is ignored | help: it may stay; `longhand config` lists what takes effect",
        ]
    );
    let langs: Vec<Option<&str>> = config
        .cascade
        .iter()
        .map(|cascade| cascade.target.lang.as_deref())
        .collect();
    assert_eq!(langs, [None, Some("de")]);
}

#[test]
fn line_numbers_may_stand_before_or_after_their_kind() {
    for text in [
        "lineNos: true, lineNumbersInTable: false",
        "lineNumbersInTable: false, lineNos: true",
        "lineNos: inline",
    ] {
        let config = quiet(&format!("markup: {{highlight: {{{text}}}}}"));
        assert_eq!(
            config.markup.highlight.line_numbers,
            markup::LineNumbers::Inline,
            "{text}"
        );
    }
}
