//! What the theme says, in the reader's language.
//!
//! Takes a language tag and the strings that a site has of its own
//! (`i18n/xx.yaml`, Hugo's format, read elsewhere); gives the form of a string
//! that a count asks for, by the plural rules of CLDR. Month names are
//! [`crate::date`]'s. Reads no files: the strings are part of the program, one
//! text a language (`i18n/xx.txt`: `key = text`, `key.one = text` for a plural
//! form, `{name}` for what is filled in).

use std::borrow::Cow;
use std::collections::HashMap;
use tera::Value;

/// The forms of one string. `other` always exists; a form that a language has
/// and a translation leaves out is said as `other`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plural {
    pub zero: Option<String>,
    pub one: Option<String>,
    pub two: Option<String>,
    pub few: Option<String>,
    pub many: Option<String>,
    pub other: String,
}

impl Plural {
    /// A string that is the same for every count.
    pub fn plain(text: impl Into<String>) -> Plural {
        Plural {
            other: text.into(),
            ..Plural::default()
        }
    }

    /// Sets the form of this name (`one`, `other`); false for a name that is none.
    pub fn set(&mut self, form: &str, text: impl Into<String>) -> bool {
        let text = text.into();
        match form {
            "zero" => self.zero = Some(text),
            "one" => self.one = Some(text),
            "two" => self.two = Some(text),
            "few" => self.few = Some(text),
            "many" => self.many = Some(text),
            "other" => self.other = text,
            _ => return false,
        }
        true
    }

    pub fn form(&self, category: Category) -> &str {
        let form = match category {
            Category::Zero => &self.zero,
            Category::One => &self.one,
            Category::Two => &self.two,
            Category::Few => &self.few,
            Category::Many => &self.many,
            Category::Other => &None,
        };
        form.as_deref().unwrap_or(&self.other)
    }
}

/// CLDR's plural categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

/// The strings of one language, with a site's own before the theme's, and
/// English for what neither says.
#[derive(Clone, Debug)]
pub struct Strings {
    /// Lower case, `-` between subtags.
    lang: String,
    digits: Digits,
    strings: HashMap<String, Plural>,
    /// Those in which nothing is filled in, as templates take them.
    plain: HashMap<String, Value>,
}

impl Strings {
    pub fn new(lang: &str, overrides: &[(String, Plural)]) -> Strings {
        let lang = normal_tag(lang);
        let mut strings = HashMap::new();
        read(english(), &mut strings);
        if let Some(text) = built_in(&lang)
            && !std::ptr::eq(text, english())
        {
            read(text, &mut strings);
        }
        for (key, plural) in overrides {
            let mut plural = plural.clone();
            let key = own_key(key);
            // Hugo's files may leave `other` out: ours stands in for it.
            if plural.other.is_empty()
                && let Some(ours) = strings.get(key)
            {
                plural.other = ours.other.clone();
            }
            strings.insert(key.to_owned(), plural);
        }
        let plain = strings.iter().filter(|(_, text)| !text.other.contains('{'));
        Strings {
            digits: Digits::of(&lang),
            plain: plain
                .map(|(key, text)| (key.clone(), Value::from(text.other.as_str())))
                .collect(),
            lang,
            strings,
        }
    }

    /// The text of `key` where it has no count and nothing is filled in.
    pub fn plain(&self, key: &str) -> Option<&Value> {
        self.plain.get(own_key(key))
    }

    /// The text of `key` for `count`; a key that nobody knows is its own text.
    pub fn get<'a>(&'a self, key: &'a str, count: Option<u64>) -> &'a str {
        let Some(plural) = self.strings.get(own_key(key)) else {
            return key;
        };
        match count {
            Some(n) => plural.form(category(&self.lang, n)),
            None => &plural.other,
        }
    }

    pub fn has(&self, key: &str) -> bool {
        self.strings.contains_key(own_key(key))
    }

    /// [`Strings::get`] with the names filled in; `count` fills `{count}`,
    /// grouped as the language groups digits, and goes before `value`; see [`fill`].
    pub fn say<'v>(
        &self,
        key: &str,
        count: Option<u64>,
        value: impl Fn(&str) -> Option<Cow<'v, str>>,
    ) -> String {
        fill(self.get(key, count), |name| match count {
            Some(count) if name.is_empty() || name.eq_ignore_ascii_case("count") => {
                Some(Cow::Owned(self.digits.group(count)))
            }
            _ => value(name),
        })
    }
}

/// Replaces `{name}`, and Hugo's `{{ .Name }}` and `{{ . }}`, by what `value` gives
/// for that name, an empty one for the last. A name without a value stays as it is written.
pub fn fill<'v>(text: &str, value: impl Fn(&str) -> Option<Cow<'v, str>>) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some(close) = rest.find('}') else { break };
        let end = close + rest[close..].bytes().take_while(|&b| b == b'}').count();
        let name = rest[..end]
            .trim_matches(|c: char| matches!(c, '{' | '}' | '.' | '-') || c.is_whitespace());
        match value(name) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// `rtl` for languages that are written from the right.
pub fn direction(lang: &str) -> &'static str {
    let tag = normal_tag(lang);
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    match parts.find(|part| part.len() == 4) {
        Some("arab" | "hebr" | "thaa" | "nkoo" | "syrc" | "adlm" | "rohg") => "rtl",
        Some(_) => "ltr",
        None => match language {
            "ar" | "he" | "iw" | "fa" | "ur" | "yi" | "ji" | "ps" | "sd" | "ug" | "ckb" | "dv"
            | "ks" | "arc" | "azb" | "nqo" | "syr" | "lrc" | "mzn" | "pnb" => "rtl",
            _ => "ltr",
        },
    }
}

/// Digits in groups as the language writes them: `1,234`, `1.234`, `1 234`.
pub fn group(lang: &str, number: u64) -> String {
    Digits::of(&normal_tag(lang)).group(number)
}

/// How a language writes large numbers.
#[derive(Clone, Copy, Debug)]
struct Digits {
    separator: &'static str,
    /// Numbers of fewer digits are written without separators.
    whole_below: usize,
    /// Hindi: three digits, then two by two (12,34,567).
    pairs: bool,
}

impl Digits {
    /// `lang` in lower case.
    fn of(lang: &str) -> Digits {
        let separator = match primary(lang) {
            "de" | "nl" | "da" | "it" | "es" | "el" | "tr" | "id" | "vi" | "ca" | "ro" | "sr"
            | "hr" | "sl" => ".",
            "pt" if lang != "pt-pt" => ".",
            "fr" => "\u{202f}",
            "sv" | "nb" | "nn" | "no" | "fi" | "pl" | "cs" | "sk" | "uk" | "ru" | "bg" | "hu"
            | "lt" | "lv" | "et" | "pt" => "\u{a0}",
            "fa" => "٬",
            _ => ",",
        };
        // Where CLDR's minimum of digits to group is two, 1000 to 9999 stay whole.
        let whole_below = match primary(lang) {
            "es" | "pl" | "hu" | "bg" | "ca" => 5,
            "pt" if lang == "pt-pt" => 5,
            _ => 4,
        };
        let pairs = matches!(primary(lang), "hi" | "bn" | "mr" | "ta" | "te" | "ur");
        Digits {
            separator,
            whole_below,
            pairs,
        }
    }

    fn group(self, number: u64) -> String {
        let digits = number.to_string();
        if digits.len() < self.whole_below {
            return digits;
        }
        let mut out = String::with_capacity(digits.len() * 2);
        for (at, digit) in digits.chars().enumerate() {
            let left = digits.len() - at;
            let group_ends = match left {
                4.. if self.pairs => !left.is_multiple_of(2),
                _ => left.is_multiple_of(3),
            };
            if at > 0 && group_ends {
                out.push_str(self.separator);
            }
            out.push(digit);
        }
        out
    }
}

/// CLDR's cardinal rules for whole numbers; `lang` in lower case.
pub fn category(lang: &str, n: u64) -> Category {
    use Category::{Few, Many, One, Other, Two, Zero};
    let (tens, hundreds) = (n % 10, n % 100);
    let million = n != 0 && n.is_multiple_of(1_000_000);
    match primary(lang) {
        "zh" | "ja" | "ko" | "vi" | "id" | "ms" | "th" | "lo" | "my" | "km" | "yue" => Other,
        "fr" | "pt" if lang != "pt-pt" => match n {
            0 | 1 => One,
            _ if million => Many,
            _ => Other,
        },
        "es" | "it" | "ca" | "pt" => match n {
            1 => One,
            _ if million => Many,
            _ => Other,
        },
        "hi" | "fa" | "bn" | "gu" | "kn" | "zu" | "am" | "as" | "hy" => {
            if n <= 1 {
                One
            } else {
                Other
            }
        }
        "ru" | "uk" | "be" => match (tens, hundreds) {
            (1, h) if h != 11 => One,
            (2..=4, h) if !(12..=14).contains(&h) => Few,
            _ => Many,
        },
        "sr" | "hr" | "bs" => match (tens, hundreds) {
            (1, h) if h != 11 => One,
            (2..=4, h) if !(12..=14).contains(&h) => Few,
            _ => Other,
        },
        "pl" => match (n, tens, hundreds) {
            (1, _, _) => One,
            (_, 2..=4, h) if !(12..=14).contains(&h) => Few,
            _ => Many,
        },
        "cs" | "sk" => match n {
            1 => One,
            2..=4 => Few,
            _ => Other,
        },
        "sl" => match hundreds {
            1 => One,
            2 => Two,
            3 | 4 => Few,
            _ => Other,
        },
        "lt" => match (tens, hundreds) {
            (_, 11..=19) | (0, _) => Other,
            (1, _) => One,
            _ => Few,
        },
        "lv" => match (tens, hundreds) {
            (0, _) | (_, 11..=19) => Zero,
            (1, _) => One,
            _ => Other,
        },
        "ro" => match (n, hundreds) {
            (1, _) => One,
            (0, _) | (_, 1..=19) => Few,
            _ => Other,
        },
        "ar" => match (n, hundreds) {
            (0, _) => Zero,
            (1, _) => One,
            (2, _) => Two,
            (_, 3..=10) => Few,
            (_, 11..=99) => Many,
            _ => Other,
        },
        "he" | "iw" => match n {
            1 => One,
            2 => Two,
            _ => Other,
        },
        _ if n == 1 => One,
        _ => Other,
    }
}

/// Names that PaperMod's own strings have, and so the files that sites keep.
fn own_key(key: &str) -> &str {
    match key {
        "prev_page" => "prev",
        "next_page" => "next",
        "read_time" => "min_read",
        "edit_post" => "edit",
        "code_copy" => "copy",
        "code_copied" => "copied",
        key => key,
    }
}

fn normal_tag(lang: &str) -> String {
    lang.trim().replace('_', "-").to_ascii_lowercase()
}

fn primary(lang: &str) -> &str {
    lang.split('-').next().unwrap_or_default()
}

fn english() -> &'static str {
    include_str!("i18n/en.txt")
}

/// The strings of this tag, or of its language: `de-AT` is said in German.
fn built_in(tag: &str) -> Option<&'static str> {
    let find = |wanted: &str| {
        LANGUAGES
            .iter()
            .find(|(known, _)| *known == wanted)
            .map(|(_, text)| *text)
    };
    find(match tag {
        "zh-hk" | "zh-mo" => "zh-tw",
        _ if tag.starts_with("zh-hant") => "zh-tw",
        "pt-pt" => "pt",
        "no" | "nn" => "nb",
        "iw" => "he",
        "in" => "id",
        _ => tag,
    })
    .or_else(|| find(primary(tag)))
}

/// Tags of the languages that the theme speaks.
pub fn languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(tag, _)| *tag)
}

fn read(text: &str, strings: &mut HashMap<String, Plural>) {
    let mut fresh: Vec<&str> = Vec::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once(" = ") else {
            continue;
        };
        let (key, form) = name.split_once('.').unwrap_or((name, "other"));
        let plural = strings.entry(key.to_owned()).or_default();
        // The forms of another language (English `one`) must not shine through.
        if !fresh.contains(&key) {
            fresh.push(key);
            *plural = Plural::default();
        }
        plural.set(form, value);
    }
}

const LANGUAGES: &[(&str, &str)] = &[
    ("en", include_str!("i18n/en.txt")),
    ("ar", include_str!("i18n/ar.txt")),
    ("ca", include_str!("i18n/ca.txt")),
    ("cs", include_str!("i18n/cs.txt")),
    ("da", include_str!("i18n/da.txt")),
    ("de", include_str!("i18n/de.txt")),
    ("el", include_str!("i18n/el.txt")),
    ("es", include_str!("i18n/es.txt")),
    ("fa", include_str!("i18n/fa.txt")),
    ("fi", include_str!("i18n/fi.txt")),
    ("fr", include_str!("i18n/fr.txt")),
    ("he", include_str!("i18n/he.txt")),
    ("hi", include_str!("i18n/hi.txt")),
    ("hu", include_str!("i18n/hu.txt")),
    ("id", include_str!("i18n/id.txt")),
    ("it", include_str!("i18n/it.txt")),
    ("ja", include_str!("i18n/ja.txt")),
    ("ko", include_str!("i18n/ko.txt")),
    ("nb", include_str!("i18n/nb.txt")),
    ("nl", include_str!("i18n/nl.txt")),
    ("pl", include_str!("i18n/pl.txt")),
    ("pt", include_str!("i18n/pt.txt")),
    ("pt-br", include_str!("i18n/pt-br.txt")),
    ("ro", include_str!("i18n/ro.txt")),
    ("ru", include_str!("i18n/ru.txt")),
    ("sv", include_str!("i18n/sv.txt")),
    ("tr", include_str!("i18n/tr.txt")),
    ("uk", include_str!("i18n/uk.txt")),
    ("ur", include_str!("i18n/ur.txt")),
    ("vi", include_str!("i18n/vi.txt")),
    ("zh", include_str!("i18n/zh.txt")),
    ("zh-tw", include_str!("i18n/zh-tw.txt")),
];

#[cfg(test)]
mod tests {
    use super::{Plural, Strings, direction, fill, group, languages, normal_tag};
    use std::collections::BTreeSet;

    fn say(lang: &str, key: &str, count: u64) -> String {
        Strings::new(lang, &[]).say(key, Some(count), |_| None)
    }

    #[test]
    fn counts_take_the_form_that_the_language_asks_for() {
        let cases = [
            ("en", 1, "1 word"),
            ("en", 0, "0 words"),
            ("en", 692, "692 words"),
            ("en", 12345, "12,345 words"),
            ("de", 1234, "1.234 Wörter"),
            ("fr", 0, "0 mot"),
            ("fr", 2, "2 mots"),
            ("pt-PT", 0, "0 palavras"),
            ("pt-BR", 0, "0 palavra"),
            ("ru", 1, "1 слово"),
            ("ru", 11, "11 слов"),
            ("ru", 22, "22 слова"),
            ("ru", 112, "112 слов"),
            ("pl", 1, "1 słowo"),
            ("pl", 22, "22 słowa"),
            ("pl", 21, "21 słów"),
            ("cs", 3, "3 slova"),
            ("cs", 5, "5 slov"),
            ("ar", 0, "لا كلمات"),
            ("ar", 2, "كلمتان"),
            ("ar", 103, "103 كلمات"),
            ("ar", 111, "111 كلمة"),
            ("he", 2, "2 מילים"),
            ("ro", 19, "19 cuvinte"),
            ("ro", 20, "20 de cuvinte"),
            ("ja", 1, "1 字"),
        ];
        for (lang, count, expected) in cases {
            assert_eq!(say(lang, "words", count), expected, "{lang} {count}");
        }
    }

    #[test]
    fn a_region_falls_back_to_its_language_and_that_to_english() {
        let home = |lang| Strings::new(lang, &[]).get("home", None).to_owned();
        assert_eq!(home("de-AT"), "Start");
        assert_eq!(home("pt_BR"), "Início");
        assert_eq!(home("zh-Hant-HK"), "首頁");
        assert_eq!(home("no"), "Hjem");
        assert_eq!(home("tlh"), "Home");
    }

    #[test]
    fn a_site_s_own_strings_come_first_under_either_name() {
        let read_time = Plural {
            one: Some("1 Minute".into()),
            other: "{{ .Count }} Minuten".into(),
            ..Plural::default()
        };
        let own = [
            ("read_time".to_owned(), read_time),
            ("next_page".to_owned(), Plural::plain("Nächster")),
        ];
        let strings = Strings::new("de", &own);
        assert_eq!(strings.say("min_read", Some(1), |_| None), "1 Minute");
        assert_eq!(strings.say("min_read", Some(4), |_| None), "4 Minuten");
        assert_eq!(strings.get("next", None), "Nächster");
        assert_eq!(strings.get("prev_page", None), "Zurück");
        assert_eq!(strings.get("mine", None), "mine");
    }

    #[test]
    fn every_language_says_everything_with_the_same_names_to_fill() {
        let english = Strings::new("en", &[]);
        let names = |text: &str| -> BTreeSet<String> {
            text.split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect()
        };
        for lang in languages() {
            let text = super::built_in(lang).expect("a listed language has a text");
            let mut own = std::collections::HashMap::new();
            super::read(text, &mut own);
            for (key, plural) in &english.strings {
                let ours = own
                    .get(key)
                    .unwrap_or_else(|| panic!("{lang} does not say `{key}`"));
                assert_eq!(names(&ours.other), names(&plural.other), "{lang} {key}");
            }
            assert_eq!(
                own.len(),
                english.strings.len(),
                "{lang} says what nobody asks for"
            );
            assert_eq!(normal_tag(lang), lang);
        }
        assert!(languages().count() >= 24);
    }

    #[test]
    fn what_has_no_value_stays_as_it_is_written() {
        assert_eq!(
            fill("Part {index} of {total}", |name| {
                (name == "index").then_some("2".into())
            }),
            "Part 2 of {total}"
        );
        let three = |_: &str| Some("3".into());
        assert_eq!(fill("{{ .Count }} x {{.}} {", three), "3 x 3 {");
        assert_eq!(fill("{name", three), "{name");
    }

    #[test]
    fn digits_are_grouped_as_the_language_does() {
        assert_eq!(group("hi", 1234567), "12,34,567");
        assert_eq!(group("es", 1234), "1234");
        assert_eq!(group("es", 12345), "12.345");
        assert_eq!(group("fr", 1234567), "1\u{202f}234\u{202f}567");
        assert_eq!(group("en", 999), "999");
        assert_eq!(group("zh", u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn scripts_decide_the_direction_before_languages_do() {
        let cases = [
            ("ar", "rtl"),
            ("he-IL", "rtl"),
            ("fa", "rtl"),
            ("ur", "rtl"),
            ("en", "ltr"),
            ("uz-Arab", "rtl"),
            ("ks-Deva", "ltr"),
        ];
        for (lang, expected) in cases {
            assert_eq!(direction(lang), expected, "{lang}");
        }
    }
}
