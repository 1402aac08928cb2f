//! The fonts that come with the program: their files and the rules that name them, of
//! the families that the site has chosen. One that nobody chose costs nothing.

use crate::config::Config;
use crate::config::look::LITERATA;
use crate::site::Asset;
use crate::theme;
use std::fmt::Write as _;

/// The licence goes wherever the fonts go: its second condition.
const LICENCE: &str = "fonts/OFL.txt";

/// File, style, and the characters that it has: those of Western Europe first, which
/// are all that most pages need.
const FILES: [(&str, &str, &str); 4] = [
    (theme::TEXT_FONT, "normal", WEST),
    ("fonts/literata-ext.woff2", "normal", REST),
    ("fonts/literata-italic.woff2", "italic", WEST),
    ("fonts/literata-italic-ext.woff2", "italic", REST),
];

/// As the files were cut.
const WEST: &str = "U+20-7E, U+A0-FF, U+131, U+152-153, U+2BB-2BC, U+2C6, U+2DA, U+2DC, U+2000-206F, U+20AC, U+2116, U+2122, U+2190-2193, U+21A9, U+2212, U+2215, U+2260, U+2264-2265";
const REST: &str = "U+100-130, U+132-151, U+154-2BA, U+2BD-2C5, U+2C7-2D9, U+2DB, U+2DD-2FF, U+300-330, U+1E00-1EFF, U+20A0-20AB, U+20AD-20CF";

/// A font that stands in until the file has come.
struct StandIn {
    family: &'static str,
    /// Names of the same design, each without its style.
    local: &'static [&'static str],
    /// Percent, so that lines break and stand as they will: the mean width of a letter,
    /// ascent and descent of Literata over those of the font, as `@capsizecss/metrics`
    /// has them.
    size: f64,
    ascent: f64,
    descent: f64,
}

const STAND_INS: [StandIn; 3] = [
    StandIn {
        family: "Literata as Georgia",
        local: &["Georgia"],
        size: 107.67,
        ascent: 109.31,
        descent: 28.61,
    },
    StandIn {
        family: "Literata as Noto",
        local: &["Noto Serif"],
        size: 99.79,
        ascent: 117.95,
        descent: 30.86,
    },
    StandIn {
        family: "Literata as Times",
        local: &["Times New Roman", "Liberation Serif", "Tinos"],
        size: 118.15,
        ascent: 99.62,
        descent: 26.07,
    },
];

/// Style, weight, and what the names of such fonts end with.
const STYLES: [(&str, &str, &str); 4] = [
    ("normal", "400 550", ""),
    ("normal", "551 900", " Bold"),
    ("italic", "400 550", " Italic"),
    ("italic", "551 900", " Bold Italic"),
];

/// Whether the text, or what stands around it, is set in a font of ours in any language.
fn is_chosen(config: &Config) -> bool {
    config.languages.iter().any(|language| {
        let font = &language.params.look.font;
        [&font.text, &font.furniture, &font.code]
            .into_iter()
            .flatten()
            .any(|families| families.contains(LITERATA))
    })
}

/// Files to publish, made by `asset` of name and bytes, and the rules of CSS that name them.
pub fn build(config: &Config, asset: impl Fn(String, Vec<u8>) -> Asset) -> (Vec<Asset>, String) {
    if !is_chosen(config) {
        return (Vec::new(), String::new());
    }
    let mut css = String::new();
    let mut assets = Vec::new();
    for (name, style, characters) in FILES {
        let Some(bytes) = theme::font(name) else {
            continue;
        };
        let made = asset(name.to_owned(), bytes);
        let _ = write!(
            css,
            "\n@font-face {{ font-family: Literata; src: url(\"../{}\") format(\"woff2\"); font-weight: 400 700; \
             font-style: {style}; font-display: swap; unicode-range: {characters} }}",
            made.output
        );
        assets.push(made);
    }
    if let Some(bytes) = theme::font(LICENCE) {
        let mut licence = asset(LICENCE.to_owned(), bytes);
        licence.output.clone_from(&licence.name);
        assets.push(licence);
    }
    for font in STAND_INS {
        for (style, weight, ending) in STYLES {
            let local: Vec<String> = font
                .local
                .iter()
                .map(|name| format!("local(\"{name}{ending}\")"))
                .collect();
            let _ = write!(
                css,
                "\n@font-face {{ font-family: \"{}\"; src: {}; font-weight: {weight}; font-style: {style}; \
                 size-adjust: {}%; ascent-override: {}%; descent-override: {}%; line-gap-override: 0% }}",
                font.family,
                local.join(", "),
                font.size,
                font.ascent,
                font.descent
            );
        }
    }
    (assets, css)
}
