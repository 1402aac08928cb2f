//! What a search takes for the same, and what it takes for a word.
//!
//! `static/js/search.js` folds what is typed by the same rules, and both are tried on
//! `tests/search/folding.json`: a rule that is changed here is changed there.

use super::is_mark;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Characters of the longest word that is found: what is longer was not written by hand.
const LONGEST: usize = 40;

/// Text without what a reader does not type: case, accents, width (`ＡＢＣ`), the
/// vowel marks of Arabic and Hebrew. Parts between spaces fold one by one.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
    {
        return Cow::Borrowed(text);
    }
    if text.chars().all(is_plain) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    let bare = text.nfkd().filter(|c| !is_dropped(*c));
    let lower = bare.flat_map(char::to_lowercase);
    // The end of a word is no other letter.
    let lower = lower.map(|c| if c == 'ς' { 'σ' } else { c });
    // Syllables of Hangul, and the Kana with their marks, are whole again.
    Cow::Owned(lower.nfc().collect())
}

/// Whether folding changes no more than the case of ASCII. The commonest of these, not all.
fn is_plain(c: char) -> bool {
    c.is_ascii()
        || matches!(c,
            '–' | '—' | '‘' | '’' | '“' | '”' | '、' | '。'
            | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FE}'
            | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// Marks that are left out. Those of Indic scripts are vowels and stay, and so do those of Kana.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
        | '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}')
}

/// Scripts that write no space between words.
fn is_dense(c: char) -> bool {
    c >= '\u{E00}'
        && matches!(c,
            '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}'
            | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}'
            | '\u{3040}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_mark(c))
}

/// The terms under which a text is found, in its order.
///
/// A word is its own term; with the signs that follow it (`c++`, `c#`) it is another.
/// A run of a script without spaces has every two characters that stand together, and
/// its last: so each of its characters begins a term.
pub fn terms(text: &str, mut each: impl FnMut(&str)) {
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let sort = |at: usize| {
        bytes
            .get(at)
            .map_or(Sort::Gap, |byte| SORTS[usize::from(*byte)])
    };
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while sort(at) == Sort::Letter {
            at += 1;
        }
        let end = at;
        while sort(at) == Sort::Sign {
            at += 1;
        }
        if sort(at) == Sort::Far && !is_sign_of_print(&bytes[at..]) {
            // Not a text that is looked at byte by byte, up to where it is again.
            let part = bytes[start..].iter().position(u8::is_ascii_whitespace);
            at = part.map_or(bytes.len(), |length| start + length);
            any_terms(&fold(&lower[start..at]), &mut each);
            continue;
        }
        if (1..=LONGEST).contains(&(end - start)) {
            each(&lower[start..end]);
            if (1..=2).contains(&(at - end)) && sort(at) != Sort::Letter {
                each(&lower[start..at]);
            }
        }
        if sort(at) != Sort::Letter {
            at += if sort(at) == Sort::Far { 3 } else { 1 };
        }
    }
}

/// What a byte of a text in lower case is a part of.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Gap,
    Letter,
    Sign,
    /// A character that is not of ASCII.
    Far,
}

const SORTS: [Sort; 256] = {
    let mut sorts = [Sort::Gap; 256];
    let mut byte = 0;
    while byte < 256 {
        sorts[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' => Sort::Letter,
            b'+' | b'#' => Sort::Sign,
            0x80.. => Sort::Far,
            _ => Sort::Gap,
        };
        byte += 1;
    }
    sorts
};

/// Whether a text begins with a dash, a quotation mark, a bullet or an ellipsis (U+2010 to
/// U+2027), which most texts hold and which stand between words as a space does.
fn is_sign_of_print(bytes: &[u8]) -> bool {
    matches!(bytes, [0xE2, 0x80, 0x90..=0xA7, ..])
}

fn any_terms(folded: &str, each: &mut impl FnMut(&str)) {
    let mut rest = folded;
    while let Some(run) = next_run(&mut rest) {
        match run {
            Run::Word { word, signed } => {
                if word.len() > LONGEST && word.chars().count() > LONGEST {
                    continue;
                }
                each(word);
                if signed.len() > word.len() {
                    each(signed);
                }
            }
            Run::Dense(run) => pairs(run, each),
        }
    }
}

fn pairs(run: &str, each: &mut impl FnMut(&str)) {
    let mut starts = run.char_indices().map(|(at, _)| at);
    let mut from = starts.next().unwrap_or_default();
    let mut middle = starts.next();
    while let Some(second) = middle {
        middle = starts.next();
        each(&run[from..middle.unwrap_or(run.len())]);
        from = second;
    }
    each(&run[from..]);
}

enum Run<'t> {
    /// A word alone, and with one or two signs that follow it.
    Word {
        word: &'t str,
        signed: &'t str,
    },
    Dense(&'t str),
}

/// Takes the next run of folded text off its beginning.
fn next_run<'t>(rest: &mut &'t str) -> Option<Run<'t>> {
    let start = rest.find(is_of_word)?;
    let text = &rest[start..];
    let dense = text.chars().next().is_some_and(is_dense);
    let ends = |c: char| !is_of_word(c) || is_dense(c) != dense;
    let (word, after) = text.split_at(text.find(ends).unwrap_or(text.len()));
    if dense {
        *rest = after;
        return Some(Run::Dense(word));
    }
    let signs = after.bytes().take_while(|byte| matches!(byte, b'+' | b'#'));
    let signs = signs.count();
    let goes_on = |c: char| is_of_word(c) && !is_dense(c);
    let stands_alone = signs <= 2 && !after[signs..].starts_with(goes_on);
    let signed = &text[..word.len() + if stands_alone { signs } else { 0 }];
    *rest = &after[signs..];
    Some(Run::Word { word, signed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(serde::Deserialize)]
    struct Case {
        text: String,
        folded: String,
        terms: Vec<String>,
    }

    #[test]
    fn folds_and_splits_as_the_script_does() {
        let cases = include_str!("../../tests/search/folding.json");
        let cases: Vec<Case> = serde_json::from_str(cases).expect("the cases are JSON");
        for case in cases {
            let mut found = Vec::new();
            terms(&case.text, |term| found.push(term.to_owned()));
            let parts = case.text.split(' ').map(|part| fold(part).into_owned());
            let folded = parts.collect::<Vec<_>>().join(" ");
            assert_eq!((folded, found), (case.folded, case.terms), "{}", case.text);
        }
    }

    #[test]
    fn what_is_longer_than_any_word_is_left_out() {
        let mut found = 0;
        terms(&"a".repeat(LONGEST + 1), |_| found += 1);
        assert_eq!(found, 0);
        terms(&"ж".repeat(LONGEST), |_| found += 1);
        assert_eq!(found, 1);
    }

    proptest! {
        #[test]
        fn the_short_way_folds_as_the_long_one(text in r"[a-zA-Z0-9“”’–、。\u{3041}-\u{3096}\u{30A1}-\u{30FE}\u{4E00}-\u{4E20}\u{AC00}-\u{AC20}]{0,12}") {
            prop_assume!(text.chars().all(is_plain));
            let long: String = text.nfkd().filter(|c| !is_dropped(*c)).flat_map(char::to_lowercase).nfc().collect();
            prop_assert_eq!(fold(&text), long);
        }

        #[test]
        fn the_short_way_splits_as_the_long_one(
            text in r"([a-cA-C+#.,\- \n]|[“’–…‧‐\u{2028}\u{200F}]|[éﬁ\u{301}\u{338}一あ\u{3099}]){0,50}",
        ) {
            let (mut long, mut short) = (Vec::new(), Vec::new());
            for part in text.split_ascii_whitespace() {
                any_terms(&fold(part), &mut |term: &str| long.push(term.to_owned()));
            }
            terms(&text, |term: &str| short.push(term.to_owned()));
            prop_assert_eq!(long, short);
        }

        #[test]
        fn any_text_has_terms_that_are_short_and_folded(text in any::<String>()) {
            terms(&text, |term| {
                assert!(!term.is_empty() && term.len() <= 4 * LONGEST + 2, "{term}");
            });
        }
    }
}
