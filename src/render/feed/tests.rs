use super::*;
use crate::render::xml::read::{Element, document};
use proptest::prelude::*;
use serde_json::{Value, json};

const HOSTILE: &str = "\"'><svg/onload=X></script><think> & AT&T ]]>\u{1f}\u{FFFF}&lt;b&gt;";

fn date(text: &str) -> Option<Date> {
    Some(Date {
        instant: text.parse().expect("a timestamp"),
        offset: jiff::tz::offset(8),
    })
}

const ADA: Person = Person {
    name: "Ada L.",
    url: Some("https://ada.example/"),
    email: Some("ada@ada.example"),
};

fn item<'a>() -> Item<'a> {
    Item {
        title: "<think>...</think> Q & A",
        url: "https://a.example/blog/q/",
        date: date("2024-11-11T00:00:00Z"),
        updated: date("2024-11-12T00:00:00Z"),
        authors: &[ADA],
        categories: &["C#", "R&D"],
        summary: "Tags like <b> are text.",
        content_html: Some("<p>One &amp; two ]]> three</p>"),
        image: Some("https://a.example/cover image.png#center"),
        language: None,
    }
}

fn feed<'a>(feed_url: &'a str, items: &'a [Item<'a>]) -> Feed<'a> {
    Feed {
        title: "A & B",
        home_url: "https://a.example/",
        feed_url,
        description: "Notes",
        language: "en",
        copyright: "© 2024 A",
        authors: &[ADA],
        icon: Some("https://a.example/favicon.png"),
        items,
        about: Some(About {
            sheet: "/css/feed.css?a&b",
            text: "This is a feed.",
        }),
        ..Feed::default()
    }
}

fn written(format: fn(&Feed, &mut String), feed: &Feed) -> String {
    let mut out = String::new();
    format(feed, &mut out);
    out
}

#[test]
fn rss_in_full() {
    let bare = Item {
        title: "Bare",
        url: "https://a.example/bare/",
        ..Item::default()
    };
    let out = written(rss, &feed("https://a.example/index.xml", &[item(), bare]));
    let want = r##"<?xml version="1.0" encoding="utf-8"?>
<?xml-stylesheet type="text/css" href="/css/feed.css?a&amp;b"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:longhand="urn:longhand:feed">
<channel>
<longhand:about>This is a feed.</longhand:about>
<title>A &#x26; B</title>
<link>https://a.example/</link>
<description>Notes</description>
<language>en</language>
<copyright>© 2024 A</copyright>
<managingEditor>ada@ada.example (Ada L.)</managingEditor>
<lastBuildDate>Tue, 12 Nov 2024 08:00:00 +0800</lastBuildDate>
<generator>Longhand VERSION</generator>
<atom:link href="https://a.example/index.xml" rel="self" type="application/rss+xml"/>
<image>
<url>https://a.example/favicon.png</url>
<title>A &#x26; B</title>
<link>https://a.example/</link>
</image>
<item>
<title>&#x3C;think&gt;...&#x3C;/think&gt; Q &#x26; A</title>
<link>https://a.example/blog/q/</link>
<guid isPermaLink="true">https://a.example/blog/q/</guid>
<pubDate>Mon, 11 Nov 2024 08:00:00 +0800</pubDate>
<dc:creator>Ada L.</dc:creator>
<category>C#</category>
<category>R&#x26;D</category>
<description>Tags like &amp;lt;b&amp;gt; are text.</description>
<content:encoded><![CDATA[<p>One &amp; two ]]]]><![CDATA[> three</p>]]></content:encoded>
<media:content url="https://a.example/cover%20image.png#center" medium="image"/>
</item>
<item>
<title>Bare</title>
<link>https://a.example/bare/</link>
<guid isPermaLink="true">https://a.example/bare/</guid>
</item>
</channel>
</rss>
"##;
    assert_eq!(out, want.replace("VERSION", VERSION));
}

#[test]
fn atom_in_full() {
    let out = written(atom, &feed("https://a.example/atom.xml", &[item()]));
    let want = r##"<?xml version="1.0" encoding="utf-8"?>
<?xml-stylesheet type="text/css" href="/css/feed.css?a&amp;b"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en" xmlns:longhand="urn:longhand:feed">
<longhand:about>This is a feed.</longhand:about>
<title type="text">A &amp; B</title>
<subtitle type="text">Notes</subtitle>
<id>https://a.example/atom.xml</id>
<link rel="self" type="application/atom+xml" href="https://a.example/atom.xml"/>
<link rel="alternate" type="text/html" href="https://a.example/"/>
<updated>2024-11-12T08:00:00+08:00</updated>
<author>
<name>Ada L.</name>
<uri>https://ada.example/</uri>
<email>ada@ada.example</email>
</author>
<rights type="text">© 2024 A</rights>
<generator version="VERSION">Longhand</generator>
<icon>https://a.example/favicon.png</icon>
<entry>
<title type="text">&lt;think&gt;...&lt;/think&gt; Q &amp; A</title>
<id>https://a.example/blog/q/</id>
<link rel="alternate" type="text/html" href="https://a.example/blog/q/"/>
<published>2024-11-11T08:00:00+08:00</published>
<updated>2024-11-12T08:00:00+08:00</updated>
<author>
<name>Ada L.</name>
<uri>https://ada.example/</uri>
<email>ada@ada.example</email>
</author>
<category term="C#"/>
<category term="R&amp;D"/>
<summary type="text">Tags like &lt;b&gt; are text.</summary>
<content type="html"><![CDATA[<p>One &amp; two ]]]]><![CDATA[> three</p>]]></content>
<media:content url="https://a.example/cover%20image.png#center" medium="image"/>
</entry>
</feed>
"##;
    assert_eq!(out, want.replace("VERSION", VERSION));
}

#[test]
fn json_feed_in_full() {
    let out = written(json, &feed("https://a.example/feed.json", &[item()]));
    let read: Value = serde_json::from_str(&out).expect("JSON");
    let ada = json!([{"name": "Ada L.", "url": "https://ada.example/"}]);
    assert_eq!(
        read,
        json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": "A & B",
            "home_page_url": "https://a.example/",
            "feed_url": "https://a.example/feed.json",
            "description": "Notes",
            "favicon": "https://a.example/favicon.png",
            "authors": ada,
            "language": "en",
            "items": [{
                "id": "https://a.example/blog/q/",
                "url": "https://a.example/blog/q/",
                "title": "<think>...</think> Q & A",
                "content_html": "<p>One &amp; two ]]> three</p>",
                "summary": "Tags like <b> are text.",
                "image": "https://a.example/cover%20image.png#center",
                "date_published": "2024-11-11T08:00:00+08:00",
                "date_modified": "2024-11-12T08:00:00+08:00",
                "authors": ada,
                "tags": ["C#", "R&D"],
            }],
        })
    );
}

#[test]
fn a_feed_without_items_is_valid_and_has_no_clock() {
    let empty = Feed {
        authors: &[],
        ..feed("https://a.example/x", &[])
    };
    let rss = document(&written(rss, &empty));
    assert_eq!(
        rss.child("channel").all("lastBuildDate"),
        Vec::<&Element>::new()
    );
    let root = document(&written(atom, &empty));
    assert_eq!(root.text_of("updated"), EPOCH);
    // Atom asks for an author.
    assert_eq!(root.child("author").text_of("name"), "A & B");
    let dated = Feed {
        updated: date("2024-11-11T00:00:00Z"),
        ..empty
    };
    let root = document(&written(atom, &dated));
    assert_eq!(root.text_of("updated"), "2024-11-11T08:00:00+08:00");
    let read: Value = serde_json::from_str(&written(json, &empty)).expect("JSON");
    assert_eq!(read["items"], json!([]));
}

#[test]
fn a_feed_of_summaries_has_no_content() {
    let short = Item {
        content_html: None,
        ..item()
    };
    let items = [short];
    let feed = feed("https://a.example/x", &items);
    let rss = document(&written(rss, &feed));
    let first = rss.child("channel").child("item");
    assert!(first.all("content:encoded").is_empty());
    assert_eq!(
        first.text_of("description"),
        "Tags like &lt;b&gt; are text."
    );
    let atom = document(&written(atom, &feed));
    assert!(atom.child("entry").all("content").is_empty());
    let read: Value = serde_json::from_str(&written(json, &feed)).expect("JSON");
    assert_eq!(read["items"][0]["content_text"], "Tags like <b> are text.");
    assert!(read["items"][0].get("content_html").is_none());
}

#[test]
fn addresses_of_other_schemes_are_not_written() {
    let evil = "javascript:alert(1)";
    let person = Person {
        name: "N",
        url: Some(evil),
        email: None,
    };
    let items = [Item {
        url: evil,
        image: Some(evil),
        authors: &[person],
        ..item()
    }];
    let feed = Feed {
        home_url: evil,
        image: Some(evil),
        icon: Some(evil),
        authors: &[person],
        ..feed(evil, &items)
    };
    for format in [rss, atom] {
        let out = written(format, &feed);
        assert!(!out.contains("href=\"javascript"), "{out}");
        assert!(!out.contains("url=\"javascript"), "{out}");
        assert!(!out.contains("<link>javascript"), "{out}");
        assert!(!out.contains("<uri>"), "{out}");
        assert!(!out.contains("isPermaLink=\"true\""), "{out}");
    }
    let read: Value = serde_json::from_str(&written(json, &feed)).expect("JSON");
    assert!(read["items"][0].get("url").is_none());
    assert!(read["authors"][0].get("url").is_none());
}

/// A feed in which every field is `text`.
fn all<R>(text: &str, check: impl FnOnce(&Feed) -> R) -> R {
    let url = format!("https://a.example/{text}");
    let people = [Person {
        name: text,
        url: Some(&url),
        email: Some(text),
    }];
    let categories = [text];
    let items = [Item {
        title: text,
        url: &url,
        date: date("2024-11-11T00:00:00Z"),
        updated: None,
        authors: &people,
        categories: &categories,
        summary: text,
        content_html: Some(text),
        image: Some(&url),
        language: Some(text),
    }];
    check(&Feed {
        about: Some(About { sheet: &url, text }),
        title: text,
        home_url: &url,
        feed_url: &url,
        description: text,
        language: text,
        copyright: text,
        updated: None,
        authors: &people,
        image: Some(&url),
        icon: Some(&url),
        items: &items,
    })
}

#[test]
fn hostile_text_adds_no_element_and_no_attribute() {
    for format in [rss, atom] {
        let shape = |text| all(text, |feed| document(&written(format, feed)).shape());
        assert_eq!(shape(HOSTILE), shape("harmless"));
    }
}

#[test]
fn a_summary_read_as_html_is_the_text() {
    let out = all(HOSTILE, |feed| written(rss, feed));
    let root = document(&out);
    let description = root.child("channel").child("item").text_of("description");
    assert!(!description.contains(['<', '>']), "{description}");
}

proptest! {
    #[test]
    fn any_text_comes_back(text in any::<String>()) {
        prop_assume!(!text.is_empty());
        let want = clean(&text).into_owned();
        let (rss, atom, json) = all(&text, |feed| (written(rss, feed), written(atom, feed), written(json, feed)));

        let channel = document(&rss).child("channel").clone();
        let first = channel.child("item");
        for got in [
            channel.text_of("title"),
            channel.text_of("description"),
            channel.text_of("copyright"),
            first.text_of("title"),
            first.text_of("category"),
            first.text_of("dc:creator"),
            first.text_of("content:encoded"),
        ] {
            prop_assert_eq!(got, &want);
        }

        let root = document(&atom);
        let entry = root.child("entry");
        for got in [
            root.text_of("title"),
            root.text_of("subtitle"),
            root.text_of("rights"),
            root.child("author").text_of("name"),
            entry.text_of("title"),
            entry.text_of("summary"),
            entry.text_of("content"),
            entry.child("category").attribute("term").expect("a term"),
        ] {
            prop_assert_eq!(got, &want);
        }

        let read: Value = serde_json::from_str(&json).expect("JSON");
        let first = &read["items"][0];
        for got in [&read["title"], &read["description"], &first["title"], &first["content_html"], &first["summary"], &first["tags"][0], &first["authors"][0]["name"]] {
            prop_assert_eq!(got.as_str(), Some(&*want));
        }
    }
}
