use super::*;
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;
use serde_json::{Value, json};

const HOSTILE: &str = "\"'><svg/onload=X></script><!--<script>]]>\u{1f}\u{2028}";

fn date(text: &str) -> Option<Date> {
    Some(Date {
        instant: text.parse().expect("a timestamp"),
        offset: jiff::tz::offset(8),
    })
}

const SITE: Site = Site {
    title: "Zeta",
    url: "https://z.example/",
    description: "Notes on things",
    is_person: false,
    logo: Some("https://z.example/favicon.png"),
    same_as: &["https://code.example/zeta", "javascript:x"],
    twitter: Some("zeta"),
    facebook_app: None,
    facebook_admin: None,
    production: true,
};

const ADA: Person = Person {
    name: "Ada L.",
    url: Some("https://ada.example/"),
    email: None,
};
const BOB: Person = Person {
    name: "Bob",
    url: None,
    email: None,
};

fn article<'a>() -> Page<'a> {
    Page {
        kind: Kind::Article,
        title: "On <think>",
        description: "What it\n is.",
        summary: "Not this.",
        url: "https://z.example/blog/think/",
        language: "pt-BR",
        translations: &["en"],
        images: &[Image {
            url: "https://z.example/c.png",
            alt: "A cover",
            width: Some(1200),
            height: Some(630),
        }],
        published: date("2024-11-11T00:00:00Z"),
        modified: date("2024-11-12T00:00:00Z"),
        authors: &[ADA],
        tags: &["Vision", "Open Source"],
        section: "Blog",
        words: 692,
        minutes: 4,
        body: "It </script> is.",
        breadcrumbs: &[
            Crumb {
                title: "Home",
                url: "https://z.example/",
            },
            Crumb {
                title: "Blog",
                url: "https://z.example/blog/",
            },
        ],
        site: SITE,
        ..Page::default()
    }
}

/// All that there is to say of a page.
struct Said {
    title: String,
    description: String,
    canonical: String,
    robots: &'static str,
    keywords: String,
    author: String,
    open_graph: Vec<(&'static str, String)>,
    twitter: Vec<(&'static str, String)>,
    json_ld: String,
}

fn head(page: &Page) -> Said {
    let owned = |rows: Vec<Row>| -> Vec<(&'static str, String)> {
        let rows = rows.into_iter();
        rows.map(|(name, content)| (name, content.into_owned()))
            .collect()
    };
    let head = Head::of(page);
    Said {
        title: head.title().into_owned(),
        description: head.description().to_owned(),
        canonical: head.canonical().into_owned(),
        robots: head.robots(),
        keywords: head.keywords(),
        author: head.author(),
        open_graph: owned(head.open_graph()),
        twitter: owned(head.twitter()),
        json_ld: head.json_ld(),
    }
}

fn pairs(of: &[(&'static str, String)]) -> Vec<String> {
    of.iter()
        .map(|(name, content)| format!("{name}={content}"))
        .collect()
}

fn graph(page: &Page) -> Value {
    let read: Value = serde_json::from_str(&head(page).json_ld).expect("JSON");
    assert_eq!(read["@context"], "https://schema.org");
    read["@graph"].clone()
}

#[test]
fn an_articles_head() {
    let head = head(&article());
    assert_eq!(head.title, "On <think> | Zeta");
    assert_eq!(head.description, "What it is.");
    assert_eq!(head.canonical, "https://z.example/blog/think/");
    assert_eq!(head.robots, "index, follow");
    assert_eq!(head.keywords, "Vision, Open Source");
    assert_eq!(head.author, "Ada L.");
    assert_eq!(
        pairs(&head.open_graph),
        [
            "og:title=On <think>",
            "og:description=What it is.",
            "og:type=article",
            "og:url=https://z.example/blog/think/",
            "og:site_name=Zeta",
            "og:locale=pt_BR",
            "og:locale:alternate=en",
            "og:image=https://z.example/c.png",
            "og:image:width=1200",
            "og:image:height=630",
            "og:image:alt=A cover",
            "article:published_time=2024-11-11T08:00:00+08:00",
            "article:modified_time=2024-11-12T08:00:00+08:00",
            "article:author=https://ada.example/",
            "article:section=Blog",
            "article:tag=Vision",
            "article:tag=Open Source",
        ]
    );
    assert_eq!(
        pairs(&head.twitter),
        [
            "twitter:card=summary_large_image",
            "twitter:image=https://z.example/c.png",
            "twitter:image:alt=A cover",
            "twitter:title=On <think>",
            "twitter:description=What it is.",
            "twitter:site=@zeta",
        ]
    );
}

#[test]
fn an_articles_graph() {
    assert_eq!(
        graph(&article()),
        json!([
            {
                "@type": "BlogPosting",
                "headline": "On <think>",
                "name": "On <think>",
                "description": "What it is.",
                "keywords": ["Vision", "Open Source"],
                "articleSection": "Blog",
                "articleBody": "It </script> is.",
                "wordCount": 692,
                "timeRequired": "PT4M",
                "inLanguage": "pt-BR",
                "image": "https://z.example/c.png",
                "datePublished": "2024-11-11T08:00:00+08:00",
                "dateModified": "2024-11-12T08:00:00+08:00",
                "author": {"@type": "Person", "name": "Ada L.", "url": "https://ada.example/"},
                "url": "https://z.example/blog/think/",
                "mainEntityOfPage": {"@type": "WebPage", "@id": "https://z.example/blog/think/"},
                "publisher": {
                    "@type": "Organization",
                    "name": "Zeta",
                    "url": "https://z.example/",
                    "logo": {"@type": "ImageObject", "url": "https://z.example/favicon.png"},
                },
            },
            {
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {"@type": "ListItem", "position": 1, "name": "Home", "item": "https://z.example/"},
                    {"@type": "ListItem", "position": 2, "name": "Blog", "item": "https://z.example/blog/"},
                    {"@type": "ListItem", "position": 3, "name": "On <think>", "item": "https://z.example/blog/think/"},
                ],
            },
        ])
    );
    let two = Page {
        authors: &[ADA, BOB],
        breadcrumbs: &[],
        ..article()
    };
    assert_eq!(head(&two).author, "Ada L., Bob");
    assert_eq!(
        graph(&two)[0]["author"],
        json!([
            {"@type": "Person", "name": "Ada L.", "url": "https://ada.example/"},
            {"@type": "Person", "name": "Bob"},
        ])
    );
    assert_eq!(graph(&two).as_array().map(Vec::len), Some(1));
}

#[test]
fn the_home_page_says_who_publishes() {
    let page = Page {
        kind: Kind::Home,
        title: "Zeta",
        url: "https://z.example/",
        language: "en",
        site: SITE,
        ..Page::default()
    };
    assert_eq!(head(&page).title, "Zeta");
    assert_eq!(head(&page).description, "Notes on things");
    assert_eq!(
        graph(&page),
        json!([
            {"@type": "WebSite", "name": "Zeta", "url": "https://z.example/", "inLanguage": "en"},
            {
                "@type": "Organization",
                "name": "Zeta",
                "url": "https://z.example/",
                "description": "Notes on things",
                "logo": {"@type": "ImageObject", "url": "https://z.example/favicon.png"},
                "thumbnailUrl": "https://z.example/favicon.png",
                "sameAs": ["https://code.example/zeta"],
            },
        ])
    );
    let person = Page {
        site: Site {
            is_person: true,
            ..SITE
        },
        ..page
    };
    assert_eq!(graph(&person)[1]["@type"], "Person");
    assert_eq!(graph(&person)[1]["image"], "https://z.example/favicon.png");
    assert_eq!(graph(&person)[1].get("logo"), None);
}

#[test]
fn lists_have_their_way_alone() {
    let list = Page {
        kind: Kind::List,
        ..article()
    };
    assert_eq!(graph(&list).as_array().map(Vec::len), Some(1));
    assert_eq!(graph(&list)[0]["@type"], "BreadcrumbList");
    let og = pairs(&head(&list).open_graph);
    assert!(og.contains(&"og:type=website".to_owned()));
    assert!(
        !og.iter().any(|pair| pair.starts_with("article:")),
        "{og:?}"
    );
    let missing = Page {
        kind: Kind::Missing,
        ..article()
    };
    assert_eq!(head(&missing).json_ld, "");
    assert_eq!(head(&missing).robots, "noindex, nofollow");
}

#[test]
fn what_is_not_to_be_indexed_says_so() {
    let hidden = Page {
        no_index: true,
        ..article()
    };
    assert_eq!(head(&hidden).robots, "noindex, nofollow");
    let preview = Page {
        site: Site {
            production: false,
            ..SITE
        },
        ..article()
    };
    assert_eq!(head(&preview).robots, "noindex, nofollow");
}

#[test]
fn a_summary_stands_in_for_the_description_and_is_cut() {
    let long = "seven b ".repeat(100);
    let page = Page {
        description: "",
        summary: &long,
        ..article()
    };
    let cut = head(&page).description;
    assert!(
        cut.len() <= DESCRIPTION + '…'.len_utf8() && cut.ends_with("seven b…"),
        "{cut}"
    );
    // What the writer wrote is never cut.
    let page = Page {
        description: &long,
        ..page
    };
    assert_eq!(head(&page).description, long.trim());
    // A list of which nothing is said is told from others by its title.
    let mut page = Page {
        title: "Sea",
        description: "",
        summary: "",
        ..page
    };
    page.site.description = "Mostly weather";
    assert_eq!(head(&page).description, "Sea – Mostly weather");
}

/// A head in which every field is `text`.
fn all(text: &str) -> Said {
    let url = format!("https://a.example/{text}");
    let texts = [text];
    let urls = [url.as_str(), text];
    let image = Image {
        url: &url,
        alt: text,
        width: None,
        height: None,
    };
    let person = Person {
        name: text,
        url: Some(text),
        email: Some(text),
    };
    head(&Page {
        kind: Kind::Article,
        title: text,
        description: text,
        summary: text,
        url: &url,
        canonical: Some(text),
        language: text,
        translations: &texts,
        images: &[image, Image { url: text, ..image }],
        audio: &urls,
        videos: &urls,
        published: date("2024-11-11T00:00:00Z"),
        modified: None,
        authors: &[person],
        keywords: &texts,
        tags: &texts,
        section: text,
        see_also: &urls,
        words: 1,
        minutes: 1,
        body: text,
        breadcrumbs: &[Crumb {
            title: text,
            url: text,
        }],
        no_index: false,
        site: Site {
            title: text,
            url: text,
            description: text,
            is_person: false,
            logo: Some(text),
            same_as: &urls,
            twitter: Some(text),
            facebook_app: None,
            facebook_admin: Some(text),
            production: true,
        },
    })
}

/// The element names of a page that has this JSON-LD, and the text of its script.
fn parsed(json: &str) -> (Vec<String>, String) {
    fn walk(node: &Handle, names: &mut Vec<String>, script: &mut String, within: bool) {
        let mut is_script = false;
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                is_script = &*name.local == "script";
                names.push(format!("{}{}", name.local, attrs.borrow().len()));
            }
            NodeData::Text { contents } if within => script.push_str(&contents.borrow()),
            _ => {}
        }
        for child in node.children.borrow().iter() {
            walk(child, names, script, is_script);
        }
    }
    let page = format!(
        "<!doctype html><head><script type=\"application/ld+json\">{json}</script><title>t</title></head>"
    );
    let dom = html5ever::parse_document(RcDom::default(), Default::default()).one(page);
    let (mut names, mut script) = (Vec::new(), String::new());
    walk(&dom.document, &mut names, &mut script, false);
    (names, script)
}

#[test]
fn nothing_breaks_out_of_the_script() {
    let head = all(HOSTILE);
    let (names, script) = parsed(&head.json_ld);
    assert_eq!(names, ["html0", "head0", "script1", "title0", "body0"]);
    assert_eq!(script, head.json_ld);
    assert!(!head.json_ld.contains(['<', '>', '&', '\u{2028}']));
}

#[test]
fn addresses_of_other_schemes_are_not_said() {
    let head = all("javascript:alert(1)");
    assert_eq!(head.canonical, "");
    for (name, content) in head.open_graph.iter().chain(&head.twitter) {
        let an_address = [
            "og:url",
            "og:image",
            "og:audio",
            "og:video",
            "og:see_also",
            "article:author",
            "twitter:image",
        ];
        if an_address.contains(name) {
            assert!(content.starts_with("https://"), "{name}={content}");
        }
    }
    let read: Value = serde_json::from_str(&head.json_ld).expect("JSON");
    assert_eq!(read["@graph"][0]["author"].get("url"), None);
    assert_eq!(read["@graph"][0]["publisher"].get("logo"), None);
    assert_eq!(
        read["@graph"][0]["image"],
        "https://a.example/javascript:alert(1)"
    );
}

proptest! {
    #[test]
    fn any_text_comes_back(text in any::<String>()) {
        let head = all(&text);
        let (names, script) = parsed(&head.json_ld);
        prop_assert_eq!(names.len(), 5);
        let read: Value = serde_json::from_str(&script).expect("JSON");
        let want: String = text.chars().filter(|c| !matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}')).collect();
        for key in ["headline", "name", "articleBody"] {
            prop_assert_eq!(read["@graph"][0][key].as_str(), Some(&*want));
        }
    }
}
