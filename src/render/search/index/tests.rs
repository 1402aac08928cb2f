use super::super::words::take;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const ALL: Fields = Fields {
    summary: true,
    content: true,
    tags: true,
};

fn page<'a>(title: &'a str, tags: &'a [&'a str]) -> Page<'a> {
    Page {
        title,
        url: "/x/",
        summary: "",
        has_own_summary: false,
        date: "",
        section: "",
        tags,
    }
}

fn of(texts: &[&str], files: usize, threads: usize) -> Index {
    let add = |n: usize, part: &mut Part| {
        part.words.count(texts[n], std::iter::empty());
        part.add(n, &page("", &[]), ALL);
    };
    // Some were added before, the last first.
    let mut early = Part::default();
    for n in (0..texts.len()).rev().filter(|n| n % 3 == 1) {
        add(n, &mut early);
    }
    make(texts.len(), files, threads, vec![early], add)
}

/// Terms and their postings (page, weight), as a reader finds them.
fn read(files: &[Vec<u8>]) -> Vec<(String, Vec<(u32, u32)>)> {
    let mut all = Vec::new();
    for file in files {
        let mut rest = file.as_slice();
        let mut term = Vec::new();
        while let Some(shared) = take(&mut rest) {
            let more = take(&mut rest).expect("a length") as usize;
            term.truncate(shared as usize);
            term.extend_from_slice(&rest[..more]);
            rest = &rest[more..];
            let size = take(&mut rest).expect("a size") as usize;
            let (mut postings, after) = rest.split_at(size);
            rest = after;
            let mut found = Vec::new();
            let mut page = 0;
            while let Some(posting) = take(&mut postings) {
                page += posting >> 4;
                found.push((page, posting & 15));
            }
            all.push((String::from_utf8(term.clone()).expect("UTF-8"), found));
        }
    }
    all
}

#[test]
fn a_term_has_its_pages_and_what_it_weighs_there() {
    let index = make(2, 2, 1, Vec::new(), |n, part| {
        let texts = ["The ebb, and the ebb.", "The flood"];
        part.words.count(texts[n], ["Ebb"].into_iter().take(1 - n));
        let pages = [page("Ebb", &["sea", "moon"]), page("Flood", &["sea"])];
        let page = Page {
            section: "Tides",
            ..pages[n]
        };
        part.add(n, &page, ALL);
    });
    let found = read(&index.words);
    let lines: Vec<String> = found
        .iter()
        .map(|(term, pages)| format!("{term} {pages:?}"))
        .collect();
    assert_eq!(
        lines,
        [
            "!Tides [(0, 1), (1, 1)]",
            "#moon [(0, 1)]",
            "#sea [(0, 1), (1, 1)]",
            "and [(0, 3)]",
            "ebb [(0, 12)]",
            "flood [(1, 10)]",
            "moon [(0, 3)]",
            "sea [(0, 3), (1, 3)]",
            "the [(0, 3), (1, 3)]",
        ]
    );
    let (head, rest) = index.directory.split_at(r#"{"format":1,"stamp":""#.len());
    assert_eq!(head, r#"{"format":1,"stamp":""#);
    assert_eq!(
        &rest[8..],
        concat!(
            r##"","pages":2,"group":8,"sections":[["Tides",2]],"tags":[["sea",2],["moon",1]],"##,
            r##""words":["!","f"]}"##,
            "\n"
        )
    );
    assert_eq!(
        index.pages,
        [concat!(
            r#"[["Ebb","/x/","","","Tides",["sea","moon"]],"#,
            r#"["Flood","/x/","","","Tides",["sea"]]]"#,
            "\n"
        )]
    );
}

#[test]
fn what_is_not_searched_has_no_terms() {
    let none = Fields {
        summary: false,
        content: false,
        tags: false,
    };
    let index = make(1, 1, 1, Vec::new(), |n, part| {
        let page = Page {
            summary: "summary",
            has_own_summary: true,
            ..page("Title", &["tag"])
        };
        part.add(n, &page, none);
    });
    let terms: Vec<String> = read(&index.words)
        .into_iter()
        .map(|(term, _)| term)
        .collect();
    assert_eq!(terms, ["#tag", "title"]);
}

#[test]
fn a_site_without_pages_has_an_empty_index() {
    let index = of(&[], 1, 2);
    assert_eq!((index.words, index.pages), (vec![Vec::new()], Vec::new()));
}

#[test]
fn a_heavy_beginning_is_a_list_of_its_own() {
    // Each word in one page of many: some ten bytes each, 100 KB below `a`.
    let texts: Vec<String> = (0..10_000).map(|n| format!("a{n:05}x b")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let found = read(&of(&texts, 600, 2).words);
    let heavy: Vec<(&str, usize)> = found
        .iter()
        .filter(|(term, _)| term.starts_with(BEGINNING_MARK))
        .map(|(term, pages)| (term.as_str(), pages.len()))
        .collect();
    assert_eq!(heavy, [("*a", 10_000), ("*a0", 10_000)]);
}

#[test]
fn files_are_of_about_one_size() {
    let texts: Vec<String> = (0..2000)
        .map(|n| format!("w{} w{} the", n, n / 3))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let index = of(&texts, 10, 2);
    let sizes: Vec<usize> = index.words.iter().map(Vec::len).collect();
    let (least, most) = (sizes.iter().min(), sizes.iter().max());
    assert!(
        least
            .zip(most)
            .is_some_and(|(least, most)| most < &(3 * least)),
        "{sizes:?}"
    );
}

proptest! {
    #[test]
    fn every_term_is_found_with_its_pages(
        texts in prop::collection::vec(prop::collection::vec("[a-c]{1,3}|[一二三]{1,3}", 0..8), 0..40),
        files in 1usize..7,
        threads in 1usize..4,
    ) {
        let texts: Vec<String> = texts.iter().map(|words| words.join(" ")).collect();
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let index = of(&borrowed, files, threads);
        let mut wanted: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (n, text) in texts.iter().enumerate() {
            text::terms(text, |term| {
                let pages = wanted.entry(term.to_owned()).or_default();
                if pages.last() != Some(&(n as u32)) {
                    pages.push(n as u32);
                }
            });
        }
        prop_assert_eq!(index.words.len(), files);
        let found: Vec<(String, Vec<u32>)> = read(&index.words)
            .into_iter()
            .map(|(term, pages)| (term, pages.into_iter().map(|(page, _)| page).collect()))
            .collect();
        prop_assert_eq!(found, wanted.into_iter().collect::<Vec<_>>());
        // However many threads there are.
        prop_assert_eq!(index, of(&borrowed, files, 1));
    }

    #[test]
    fn the_first_terms_say_where_a_term_is(
        mut words in prop::collection::btree_set("[a-c]{1,4}|[一二]{1,2}", 1..40),
        count in 1usize..9,
    ) {
        let sorted: Vec<String> = std::mem::take(&mut words).into_iter().collect();
        let entries: Vec<(&str, &[u8])> = sorted.iter().map(|term| (term.as_str(), &b"x"[..])).collect();
        let (firsts, files) = files(&entries, count);
        for (n, file) in files.iter().enumerate() {
            for (term, _) in read(std::slice::from_ref(file)) {
                let place = firsts.iter().rposition(|first| *first <= term).unwrap_or(0);
                prop_assert_eq!(place, n);
            }
        }
    }
}
