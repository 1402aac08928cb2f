//! What holds for every text: slugs are settled, claims are injective, and what
//! is escaped reads back as it was.

use html5ever::tendril::TendrilSink;
use longhand::site::route::{Claimant, Job, Routes};
use longhand::{text, tree};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;

/// Letters, marks, emoji, controls and what means something in a path or in HTML.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        "[a-zA-Z./#?%&;:<>\"'_ -]{0,40}",
        "[\\u{300}-\\u{36f}a-eÀ-ÿİıßẞﬁ가-힣ᄀ-ᇿ]{0,12}",
    ]
}

fn text_of(node: &Handle) -> String {
    let mut out = String::new();
    if let NodeData::Text { contents } = &node.data {
        out.push_str(&contents.borrow());
    }
    for child in node.children.borrow().iter() {
        out.push_str(&text_of(child));
    }
    out
}

fn first(node: &Handle, wanted: &str) -> Option<Handle> {
    if let NodeData::Element { name, .. } = &node.data
        && &*name.local == wanted
    {
        return Some(node.clone());
    }
    node.children
        .borrow()
        .iter()
        .find_map(|child| first(child, wanted))
}

fn parse(html: &str) -> RcDom {
    html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default())
        .from_utf8()
        .one(html.as_bytes())
}

/// What HTML itself cannot carry: NUL, and carriage returns, which it reads as line feeds.
fn in_html(text: &str) -> String {
    text.replace(['\0', '\r'], "")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_slug_is_its_own_slug(text in any_text(), lower: bool) {
        let once = text::slug(&text, lower);
        prop_assert_eq!(text::slug(&once, lower), once.clone());
        prop_assert!(!once.contains('/'), "{}", once);
    }

    #[test]
    fn a_path_is_its_own_path(text in any_text(), lower: bool) {
        let once = text::urlize_path(&text, lower);
        prop_assert_eq!(text::urlize_path(&once, lower), once);
    }

    #[test]
    fn a_path_encoded_is_ascii_and_reads_back(text in any_text()) {
        // An escape that is there already stays.
        let text = text.replace('%', "");
        let encoded = text::encode_path(&text);
        prop_assert!(encoded.bytes().all(|b| b.is_ascii_graphic()), "{}", encoded);
        prop_assert!(!encoded.contains(['"', '<', '>', '?', '#', '\\', '`']), "{}", encoded);
        let read: Vec<u8> = percent_encoding::percent_decode_str(&encoded).collect();
        prop_assert_eq!(read, text.into_bytes());
    }

    #[test]
    fn no_two_routes_have_one_file(names in prop::collection::vec("[aAàÀbB/İißSs.\\u{300}]{1,5}", 1..24)) {
        let mut routes = Routes::default();
        let mut said = Vec::new();
        let mut taken = 0;
        for (index, name) in names.iter().enumerate() {
            let claimant = Claimant::Authored { what: "page", path: format!("{index}.md").into(), span: None };
            if routes.claim(name.clone(), Job::Robots, claimant, &mut said) {
                taken += 1;
            }
        }
        prop_assert_eq!(routes.all.len(), taken);
        prop_assert_eq!(said.len(), names.len() - taken, "who lost is told");
        for (at, a) in routes.all.iter().enumerate() {
            for b in &routes.all[at + 1..] {
                prop_assert_ne!(a.output.to_lowercase(), b.output.to_lowercase());
            }
            prop_assert_eq!(routes.get(&a.output).map(|route| &route.output), Some(&a.output));
        }
    }

    #[test]
    fn escaped_text_reads_back(text in any_text()) {
        let text = in_html(&text);
        let mut escaped = String::new();
        text::escape_html(&mut escaped, &text);
        let page = format!("<!doctype html><body><div>{escaped}</div>");
        let dom = parse(&page);
        let div = first(&dom.document, "div").expect("the element is there");
        prop_assert_eq!(div.children.borrow().len(), usize::from(!text.is_empty()));
        prop_assert_eq!(text_of(&div), text.clone());

        let mut escaped = String::new();
        text::escape_attr(&mut escaped, &text);
        let dom = parse(&format!("<!doctype html><body><div title=\"{escaped}\"></div>"));
        let div = first(&dom.document, "div").expect("the element is there");
        let NodeData::Element { attrs, .. } = &div.data else { unreachable!() };
        let attributes: Vec<(String, String)> = attrs
            .borrow()
            .iter()
            .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
            .collect();
        prop_assert_eq!(attributes, vec![("title".to_owned(), text)]);
    }

    #[test]
    fn entities_undone_are_the_text(text in any_text()) {
        let mut escaped = String::new();
        text::escape_html(&mut escaped, &in_html(&text));
        prop_assert_eq!(text::decode_entities(&escaped), in_html(&text));
    }

    #[test]
    fn no_front_matter_breaks_the_parser(text in any_text()) {
        for format in [tree::Format::Yaml, tree::Format::Toml, tree::Format::Json] {
            let _ = tree::parse(&text, format, longhand::diag::FileId(0), 0);
        }
    }

    #[test]
    fn what_a_browser_takes_for_a_script_is_no_safe_url(
        before in "[ \\t\\n\\x01]{0,3}",
        gaps in prop::collection::vec("[\\t\\n\\r]{0,2}", 10),
        colon in "(:|&colon;|&#58;|&#x3a;|&#X3A;)",
    ) {
        let mut url = before;
        for (c, gap) in "javascript".chars().zip(gaps) {
            url.push(c);
            url.push_str(&gap);
        }
        url.push_str(&colon);
        url.push_str("alert(1)");
        prop_assert!(!text::safe_url(&url), "{:?}", url);
    }
}
