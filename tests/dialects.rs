//! One blog in two dialects: PaperMod's keys as its documentation spells them,
//! and the snake_case of its fork. Both give the same bytes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// PaperMod's key and the fork's.
const KEYS: &[(&str, &str)] = &[
    ("ShowReadingTime", "show_reading_time"),
    ("ShowWordCount", "show_word_count"),
    ("ShowBreadCrumbs", "show_bread_crumbs"),
    ("ShowPostNavLinks", "show_post_nav_links"),
    ("ShowCodeCopyButtons", "show_code_copy_buttons"),
    ("ShowToc", "show_toc"),
    ("TocOpen", "toc_open"),
    ("UseHugoToc", "use_hugo_toc"),
    ("ShowShareButtons", "show_share_buttons"),
    ("ShareButtons", "share_buttons"),
    ("disableShare", "disable_share"),
    ("hideMeta", "hide_meta"),
    ("hideSummary", "hide_summary"),
    ("hideFooter", "hide_footer"),
    ("hideAuthor", "hide_author"),
    ("hiddenInHomeList", "hidden_in_home_list"),
    ("searchHidden", "search_hidden"),
    ("robotsNoIndex", "robots_no_index"),
    ("hiddenInRss", "hidden_in_rss"),
    ("canonicalURL", "canonical_url"),
    ("ShowCanonicalLink", "show_canonical_link"),
    ("CanonicalLinkText", "canonical_link_text"),
    ("editPost", "edit_post"),
    ("URL", "url"),
    ("Text", "text"),
    ("appendFilePath", "append_file_path"),
    ("responsiveImages", "responsive_images"),
    ("hiddenInList", "hidden_in_list"),
    ("hiddenInSingle", "hidden_in_single"),
    ("linkFullImages", "link_full_images"),
    (
        "ShowRssButtonInSectionTermList",
        "show_rss_button_in_section_term_list",
    ),
    ("ShowAllPagesInArchive", "show_all_pages_in_archive"),
    ("ShowPageNums", "show_page_nums"),
    ("ShowFullTextinRSS", "show_full_text_in_rss"),
    ("disableAnchoredHeadings", "disable_anchored_headings"),
    ("DateFormat", "date_format"),
    ("defaultTheme", "default_theme"),
    ("disableThemeToggle", "disable_theme_toggle"),
    ("disableLangToggle", "disable_language_switch"),
    ("displayFullLangName", "display_full_lang_name"),
    ("disableSpecial1stPost", "disable_special_1st_post"),
    ("disableScrollToTop", "disable_scroll_to_top"),
    ("iconHeight", "icon_height"),
    ("homeInfoParams", "home_info_params"),
    ("Title", "title"),
    ("Content", "content"),
    ("profileMode", "profile_mode"),
    ("imageUrl", "image_url"),
    ("imageWidth", "image_width"),
    ("imageHeight", "image_height"),
    ("imageTitle", "image_title"),
    ("socialIcons", "social_icons"),
    ("hideCopyright", "hide_copyright"),
    ("fuseOpts", "fuse_opts"),
    ("SiteVerificationTag", "site_verification_tag"),
    ("mainSections", "main_sections"),
];

/// Switches with both values, each in a language of its own: what is off in one is on in the other.
const CONFIG: &str = "\
baseURL: https://example.org/
title: Two dialects
defaultContentLanguage: en
pagination: {pagerSize: 2}
languages:
  en:
    weight: 1
    params:
      ShowReadingTime: true
      ShowWordCount: true
      ShowBreadCrumbs: true
      ShowPostNavLinks: true
      ShowCodeCopyButtons: true
      ShowToc: true
      TocOpen: true
      UseHugoToc: true
      ShowShareButtons: true
      ShareButtons: [x, reddit]
      ShowRssButtonInSectionTermList: true
      ShowAllPagesInArchive: true
      ShowPageNums: true
      ShowFullTextinRSS: false
      disableAnchoredHeadings: true
      disableThemeToggle: true
      disableSpecial1stPost: true
      disableScrollToTop: true
      hideFooter: true
      DateFormat: 2 Jan 2006
      mainSections: [posts, notes]
      displayFullLangName: true
      editPost:
        URL: https://example.org/edit
        Text: Mend this
        appendFilePath: true
      cover:
        responsiveImages: false
        linkFullImages: true
      label:
        text: Label
        icon: /icon.png
        iconHeight: 35
      socialIcons:
        - name: github
          url: https://example.org/github
  de:
    weight: 2
    params:
      ShowReadingTime: false
      ShowFullTextinRSS: true
      defaultTheme: dark
      disableLangToggle: true
      hideAuthor: true
      hideSummary: true
      hideMeta: true
      profileMode:
        enabled: true
        title: Profile
        subtitle: Under it
        imageUrl: /me.png
        imageWidth: 120
        imageHeight: 130
        imageTitle: Me
        buttons:
          - name: Posts
            url: posts
      footer:
        text: A foot
        hideCopyright: true
      analytics:
        google:
          SiteVerificationTag: abc
      fuseOpts:
        limit: 5
  fr:
    weight: 3
    params:
      homeInfoParams:
        Title: Hello
        Content: Some *words*.
";

const PAGES: &[(&str, &str)] = &[
    (
        "content/posts/one.md",
        "---\ntitle: One\ndate: 2024-01-01\nauthor: Ada\nhideMeta: true\nhiddenInHomeList: true\ndisableShare: true\n\
         cover:\n  image: /a.png\n  hiddenInList: true\n---\n## Head\n\n```go\nx := 1\n```\n",
    ),
    (
        "content/posts/two.md",
        "---\ntitle: Two\ndate: 2024-01-02\nsearchHidden: true\nrobotsNoIndex: true\nhiddenInRss: true\nhideSummary: true\n\
         canonicalURL: https://example.com/first\nShowCanonicalLink: true\nCanonicalLinkText: First at\n---\n# A\n\n## B\n",
    ),
    (
        "content/posts/three.md",
        "---\ntitle: Three\ndate: 2024-01-03\nauthor: Ada\nShowToc: false\nShowReadingTime: false\nhideAuthor: true\n\
         cover:\n  image: /b.png\n  hiddenInSingle: true\neditPost:\n  disabled: true\n---\nText.\n",
    ),
    (
        "content/posts/one.de.md",
        "---\ntitle: Eins\ndate: 2024-01-01\n---\n## Kopf\n",
    ),
    (
        "content/notes/apart.md",
        "---\ntitle: Apart\ndate: 2024-01-04\n---\n",
    ),
    (
        "content/about.md",
        "---\ntitle: About\ndate: 2023-01-01\n---\n",
    ),
    (
        "content/archives.md",
        "---\ntitle: Archive\nlayout: archives\n---\n",
    ),
];

/// Puts the fork's key where PaperMod's stands before a colon.
fn forked(text: &str) -> String {
    let names: BTreeMap<&str, &str> = KEYS.iter().copied().collect();
    text.split_inclusive('\n')
        .map(|line| {
            let bare = line.trim_start_matches([' ', '-']);
            let lead = &line[..line.len() - bare.len()];
            match bare.split_once(':') {
                Some((key, rest)) if names.contains_key(key) => {
                    format!("{lead}{}:{rest}", names[key])
                }
                _ => line.to_owned(),
            }
        })
        .collect()
}

fn build(dialect: impl Fn(&str) -> String) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    // The folder's name may stand in a title, so it is the same for both.
    let site = folder.path().join("site");
    let put = |path: &str, text: String| {
        let path = site.join(path);
        std::fs::create_dir_all(path.parent().expect("it has a folder"))
            .expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    };
    put("hugo.yaml", dialect(CONFIG));
    for (path, text) in PAGES {
        put(path, dialect(text));
    }
    for image in ["a", "b", "me", "icon"] {
        put(&format!("static/{image}.png"), String::new());
    }
    let output = Command::new(env!("CARGO_BIN_EXE_longhand"))
        .args(["build", "--now", "2026-01-01T00:00:00Z", "--no-cache"])
        .current_dir(&site)
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("unknown"), "{said}");
    tree(&site.join("public"))
}

fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != ".longhand.json")
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("it lies below");
            let bytes = std::fs::read(entry.path()).expect("a file can be read");
            (path.to_string_lossy().into_owned(), bytes)
        })
        .collect()
}

#[test]
fn both_dialects_give_the_same_bytes() {
    let everything = PAGES
        .iter()
        .fold(CONFIG.to_owned(), |all, (_, text)| all + text);
    for (key, _) in KEYS {
        assert!(
            everything.contains(&format!("{key}:")),
            "`{key}` is not tried"
        );
    }
    let (papermod, fork) = (build(str::to_owned), build(forked));
    assert_eq!(
        papermod.keys().collect::<Vec<_>>(),
        fork.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in &papermod {
        let (a, b) = (
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&fork[path]),
        );
        assert!(a == b, "{path} differs:\n{a}\n----\n{b}");
    }
}

#[test]
fn every_key_does_something() {
    let all = build(str::to_owned);
    let places = [CONFIG]
        .into_iter()
        .chain(PAGES.iter().map(|(_, text)| *text));
    // Whether the key stands in the configuration or a page, without its lines the site differs.
    let idle: Vec<&str> = KEYS
        .iter()
        .map(|(key, _)| *key)
        .filter(|key| places.clone().any(|text| text.contains(&format!("{key}:"))))
        .filter(|key| build(|text| without(text, key)) == all)
        .collect();
    assert_eq!(idle, IDLE);
}

/// The covers here are no pictures, so there is nothing to choose from.
const IDLE: [&str; 1] = ["responsiveImages"];

/// Without the lines of a key and what is indented below it.
fn without(text: &str, key: &str) -> String {
    let mut out = String::new();
    let mut below: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if below.is_some_and(|at| indent > at) {
            continue;
        }
        below = None;
        if line
            .trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with(':'))
        {
            below = Some(indent);
            continue;
        }
        out.push_str(line);
    }
    out
}
