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

/// The font of formulas, STIX Two Math: the characters of nearly every formula, and the
/// alphabets and arrows that few have. As the files were cut.
const MATH_FILES: [(&str, &str); 2] = [
    (theme::MATH_FONT, MATH),
    ("fonts/stix-two-math-ext.woff2", MATH_REST),
];
const MATH_LICENCE: &str = "fonts/OFL-STIX.txt";
const MATH: &str = "U+20-7E, U+A0, U+A8, U+AC, U+AF, U+B0, U+B1, U+B4, U+B7, U+D7, U+F0, U+F7, U+131, U+237, U+2C6, \
     U+2C7, U+2D8-2DC, U+300-30C, U+323, U+332, U+338, U+391-3A9, U+3B1-3C9, U+3D1, U+3D5, U+3D6, \
     U+3F0, U+3F1, U+3F5, U+2010-2016, U+2020-2026, U+2032-2034, U+2057, U+2061-2064, U+20D7, \
     U+2102, U+210A-2115, U+2118-211D, U+2124, U+2128, U+212B-2131, U+2133-2138, U+2190-2199, \
     U+219A, U+219B, U+21A0, U+21A3, U+21A6, U+21A9, U+21AA, U+21BC-21BD, U+21C0, U+21C1, U+21CC, \
     U+21CB, U+21D0-21D5, U+21DD, U+2200-2211, U+2212-223D, U+2240-2293, U+2294-22FF, U+2308-230B, \
     U+23B0, U+23B1, U+23B4, U+23B5, U+23DC-23DF, U+25A0, U+25A1, U+25B3, U+25B5, U+25B9, U+25BD, \
     U+25BF, U+25C3, U+25CA, U+25EF, U+27C2, U+27E8-27EB, U+27F5-27FA, U+27FC, U+2A00-2A06, U+2A0C, \
     U+2A3F, U+2A7D, U+2A7E, U+2AAF, U+2AB0, U+1D400-1D467, U+1D49C-1D4B5, U+1D538-1D56B, U+1D6A4, \
     U+1D6A5, U+1D6E2-1D71B, U+1D7CE-1D7E1";
const MATH_REST: &str = "U+2100, U+2127, U+2129, U+213C-2140, U+2145-2149, U+219C-219F, U+21A1, U+21A2, U+21A4, U+21A5, \
     U+21A7, U+21A8, U+21AB-21BB, U+21BE, U+21BF, U+21C2-21CA, U+21CD-21CF, U+21D6-21DC, \
     U+21DE-21FF, U+231C-231F, U+25AA, U+25B2, U+25B6, U+25BC, U+25C0, U+25C1, U+25C6, U+25C7, \
     U+25CB, U+25CF, U+2605, U+2660-2667, U+266D-266F, U+2713, U+2720, U+27E6, U+27E7, U+29EB, \
     U+2A85-2A90, U+2AB1-2ABA, U+2AC5, U+2AC6, U+2ACB, U+2ACC, U+1D468-1D49B, U+1D4B6-1D503, \
     U+1D504-1D537, U+1D56C-1D607, U+1D670-1D6A3, U+1D6A8-1D6E1, U+1D71C-1D755";

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

/// The files of a family with its licence, and the rules that name them. Of each file: its
/// name, what its rule says besides, and its characters.
fn family<'f>(
    name: &str,
    files: impl Iterator<Item = (&'f str, String, &'f str)>,
    licence: &str,
    asset: impl Fn(String, Vec<u8>) -> Asset,
) -> (Vec<Asset>, String) {
    let mut css = String::new();
    let mut assets = Vec::new();
    for (file, besides, characters) in files {
        let Some(bytes) = theme::font(file) else {
            continue;
        };
        let made = asset(file.to_owned(), bytes);
        let _ = write!(
            css,
            "\n@font-face {{ font-family: {name}; src: url(\"../{}\") format(\"woff2\"); {besides}\
             font-display: swap; unicode-range: {characters} }}",
            made.output
        );
        assets.push(made);
    }
    if let Some(bytes) = theme::font(licence) {
        let mut licence = asset(licence.to_owned(), bytes);
        licence.output.clone_from(&licence.name);
        assets.push(licence);
    }
    (assets, css)
}

/// The font of formulas: for the sheet that pages with formulas have besides.
pub fn of_formulas(asset: impl Fn(String, Vec<u8>) -> Asset) -> (Vec<Asset>, String) {
    let files = MATH_FILES.into_iter();
    let files = files.map(|(name, characters)| (name, String::new(), characters));
    family("\"STIX Two Math\"", files, MATH_LICENCE, asset)
}

/// Files to publish, made by `asset` of name and bytes, and the rules of CSS that name them.
pub fn build(config: &Config, asset: impl Fn(String, Vec<u8>) -> Asset) -> (Vec<Asset>, String) {
    if !is_chosen(config) {
        return (Vec::new(), String::new());
    }
    let files = FILES.into_iter().map(|(name, style, characters)| {
        let besides = format!("font-weight: 400 700; font-style: {style}; ");
        (name, besides, characters)
    });
    let (assets, mut css) = family("Literata", files, LICENCE, asset);
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
