//! How the theme looks, as the site's parameters say it: accent, width, faces, size,
//! paragraphs. Each becomes a value of CSS that is certain to be one; what is not is
//! reported and left out. The sheet is made in `build/assets.rs`.

use super::rows::{Intake, Row, nearest_name, row};
use crate::diag::Diagnostic;
use crate::text::colour::{self, Colour};
use crate::tree::{Node, Value};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    pub accent: Option<Accent>,
    /// Characters in a line; an ideograph counts as two.
    pub width: Option<u16>,
    pub font: Font,
    /// A value of `font-size`.
    pub size: Option<String>,
    /// Paragraphs are told apart by their first line's indent rather than by space.
    pub indent: bool,
}

/// Colours as CSS has them, by the ground that they stand on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accent {
    pub light: Option<String>,
    pub dark: Option<String>,
}

/// Lists of families, as `font-family` has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Font {
    pub text: Option<String>,
    pub furniture: Option<String>,
    pub code: Option<String>,
}

/// The theme's papers: `--paper` of `static/css/longhand.css`.
pub const PAPERS: [(&str, &str); 2] = [
    ("light", "oklch(0.985 0.006 90)"),
    ("dark", "oklch(0.2 0.01 260)"),
];

/// What text needs, by WCAG 2.2, 1.4.3.
const CONTRAST: f64 = 4.5;

/// The bundled family, and what stands in until its file has come: `build/fonts.rs`.
pub const LITERATA: &str =
    r#"Literata, "Literata as Georgia", "Literata as Noto", "Literata as Times""#;

/// Whether a list of families begins with the bundled one.
pub fn is_literata(families: &str) -> bool {
    families.starts_with(LITERATA)
}

/// Words for faces, and the families that they stand for. The first and the second
/// are the theme's own, and `mono` that of code.
pub const FACES: [(&str, &str); 5] = [
    (
        "serif",
        r#"Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif"#,
    ),
    (
        "sans",
        r#"system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif"#,
    ),
    (
        "humanist",
        r#"Seravek, "Gill Sans Nova", "Gill Sans", Ubuntu, Calibri, "DejaVu Sans", "Source Sans 3", sans-serif"#,
    ),
    (
        "mono",
        r#"ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, "Liberation Mono", monospace"#,
    ),
    (
        "literata",
        r#"Literata, "Literata as Georgia", "Literata as Noto", "Literata as Times", Georgia, serif"#,
    ),
];

/// CSS's own words, which stand without quotes.
const GENERIC: [&str; 9] = [
    "serif",
    "sans-serif",
    "monospace",
    "system-ui",
    "ui-serif",
    "ui-sans-serif",
    "ui-monospace",
    "ui-rounded",
    "cursive",
];

const ACCENT: &[Row<Accent>] = &[
    row("light", "", |a, n, i| a.light = on_paper(n, i, 0)),
    row("dark", "", |a, n, i| a.dark = on_paper(n, i, 1)),
];

const FONT: &[Row<Font>] = &[
    row("text", "serif", |f, n, i| f.text = families(n, i, "serif")),
    row("furniture", "sans", |f, n, i| {
        f.furniture = families(n, i, "sans")
    }),
    row("code", "mono", |f, n, i| f.code = families(n, i, "mono")),
];

/// One colour for both papers, or `{light: …, dark: …}`.
pub fn accent(node: &Node, intake: &mut Intake) -> Option<Accent> {
    let mut accent = Accent::default();
    if matches!(node.value, Value::Map(_)) {
        intake.fields(&mut accent, node, ACCENT);
        return Some(accent);
    }
    let colour = colour(node, intake)?;
    for at in 0..PAPERS.len() {
        check(&colour, node, intake, at);
    }
    accent.light = Some(colour.css.clone());
    accent.dark = Some(colour.css);
    Some(accent)
}

fn on_paper(node: &Node, intake: &mut Intake, paper: usize) -> Option<String> {
    let colour = colour(node, intake)?;
    check(&colour, node, intake, paper);
    Some(colour.css)
}

fn colour(node: &Node, intake: &mut Intake) -> Option<Colour> {
    let text = intake.said(node)?;
    let colour = colour::parse(&text);
    if colour.is_none() {
        let help = match nearest_name(&text, colour::names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write a colour such as `#06c`, `teal` or `oklch(0.5 0.12 250)`".to_owned(),
        };
        wrong(node, intake, "a colour of CSS", &help);
    }
    colour
}

/// Links are text: a colour that is hard to read on its paper is used, and reported.
fn check(colour: &Colour, node: &Node, intake: &mut Intake, paper: usize) {
    let (name, css) = PAPERS[paper];
    let Some(ground) = colour::parse(css) else {
        return;
    };
    let Some(contrast) = colour::contrast(colour, &ground).filter(|found| *found < CONTRAST) else {
        return;
    };
    // Cut rather than rounded: 4.49 is not 4.5.
    let shown = (contrast * 10.0).floor() / 10.0;
    let path = intake.path();
    let message = format!(
        "`{path}` has a contrast of {shown} on the {name} paper, where text needs {CONTRAST}"
    );
    let pair = !path.ends_with(name);
    let near = colour::readable(colour, &ground, CONTRAST);
    let help = near.map(|near| match pair {
        true => format!("give a colour for each paper, here `{name}: {}`", near.css),
        false => format!("it would be enough with `{}`", near.css),
    });
    intake.warn("low-contrast", node, message).help = help;
}

/// `narrow`, `normal`, `wide`, or characters in a line.
pub fn width(node: &Node, intake: &mut Intake) -> Option<u16> {
    const WORDS: [(&str, u16); 3] = [("narrow", 54), ("normal", 64), ("wide", 76)];
    let number = |number: i64| {
        u16::try_from(number)
            .ok()
            .filter(|n| (30..=120).contains(n))
    };
    word_or_number(
        node,
        intake,
        &WORDS,
        number,
        "a number of characters from 30 to 120",
    )
}

/// `small`, `normal`, `large`, or pixels.
pub fn size(node: &Node, intake: &mut Intake) -> Option<String> {
    const WORDS: [(&str, &str); 3] = [
        ("small", "clamp(1rem, 0.95rem + 0.25vw, 1.125rem)"),
        ("normal", "clamp(1.125rem, 1.06rem + 0.3vw, 1.3125rem)"),
        ("large", "clamp(1.25rem, 1.17rem + 0.35vw, 1.5rem)"),
    ];
    // In units of what the reader has chosen, so that the choice keeps its effect.
    let number = |number: i64| {
        let pixels = u8::try_from(number).ok().filter(|n| (12..=32).contains(n));
        pixels.map(|pixels| format!("{}rem", f64::from(pixels) / 16.0))
    };
    let words = WORDS.map(|(word, css)| (word, css.to_owned()));
    word_or_number(
        node,
        intake,
        &words,
        number,
        "a number of pixels from 12 to 32",
    )
}

/// Whether paragraphs are indented.
pub fn paragraphs(node: &Node, intake: &mut Intake) -> Option<bool> {
    let words = [("space", false), ("indent", true)];
    word_or_number(node, intake, &words, |_| None, "")
}

fn word_or_number<T: Clone>(
    node: &Node,
    intake: &mut Intake,
    words: &[(&str, T)],
    number: impl Fn(i64) -> Option<T>,
    numbers: &str,
) -> Option<T> {
    let found = node.as_int().and_then(number);
    if found.is_some() {
        return found;
    }
    let text = intake.said(node)?;
    let known = words
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(&text));
    if let Some((_, value)) = known {
        return Some(value.clone());
    }
    let mut expected: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    if !numbers.is_empty() {
        expected.push(numbers.to_owned());
    }
    let help = match nearest_name(&text, words.iter().map(|(word, _)| *word)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "the theme's own is used".to_owned(),
    };
    wrong(node, intake, &super::rows::one_of(&expected), &help);
    None
}

/// `font: serif` is short for the face of the text.
pub fn font(node: &Node, intake: &mut Intake) -> Font {
    let mut font = Font::default();
    match node.value {
        Value::Map(_) => intake.fields(&mut font, node, FONT),
        _ => font.text = families(node, intake, "serif"),
    }
    font
}

/// Families that the reader's system may have: a word of [`FACES`], names with commas
/// between them, or a list. `last` is the face that stands in where there is none of them.
fn families(node: &Node, intake: &mut Intake, last: &str) -> Option<String> {
    let face = |word: &str| {
        FACES
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, css)| *css)
    };
    let said = intake.texts(node)?;
    let names: Vec<&str> = said
        .iter()
        .flat_map(|text| text.split(','))
        .map(|name| name.trim().trim_matches(['"', '\'']))
        .filter(|name| !name.is_empty())
        .collect();
    let mut list: Vec<String> = Vec::new();
    for name in &names {
        let lower = name.to_ascii_lowercase();
        if let Some(css) = face(&lower) {
            list.push(css.to_owned());
        } else if GENERIC.contains(&&*lower) {
            list.push(lower);
        } else if !is_family(name) {
            let help = "letters, digits, spaces and hyphens make a name";
            wrong(node, intake, "the names of fonts", help);
            return None;
        } else if let Some(near) = misspelt(name) {
            let help = format!("did you mean `{near}`?");
            wrong(node, intake, "the name of a font", &help);
            return None;
        } else {
            list.push(format!("\"{name}\""));
        }
    }
    let closed = names.last().is_some_and(|name| {
        let lower = name.to_ascii_lowercase();
        face(&lower).is_some() || GENERIC.contains(&&*lower)
    });
    if !closed {
        list.extend(face(last).map(str::to_owned));
    }
    (!names.is_empty()).then(|| list.join(", "))
}

fn is_family(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || " -._+".contains(c);
    name.starts_with(char::is_alphanumeric) && name.chars().all(is_part)
}

/// A word in small letters that nearly is one of ours. Fonts have capitals.
fn misspelt(name: &str) -> Option<String> {
    let small = name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let words = FACES.iter().map(|(word, _)| *word).chain(GENERIC);
    small.then(|| nearest_name(name, words)).flatten()
}

fn wrong(node: &Node, intake: &mut Intake, expected: &str, help: &str) {
    let message = format!(
        "expected {expected} for `{}`, found {}",
        intake.path(),
        node.describe()
    );
    let place = crate::tree::head(node);
    intake
        .diagnostics
        .push(Diagnostic::warning("wrong-value", place, message).help(help.to_owned()));
}
