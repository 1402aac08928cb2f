//! The theme's files as they are published: one style sheet made of the
//! theme's, the highlighter's and the site's own, and the scripts; each named
//! after its content, so that hosts may keep it for ever.

use super::Failure;
use super::fonts;
use super::rooms::Rooms;
use crate::config::Config;
use crate::config::look::{Look, is_literata};
use crate::config::markup::LineNumbers;
use crate::diag::Diagnostic;
use crate::parse::highlight;
use crate::site::Asset;
use crate::site::construct::Document;
use crate::{source, theme};
use base64::Engine;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::Arc;

const SHEET: &str = "css/longhand.css";
/// Of pages with formulas alone, in sites that have such.
const MATH_SHEET: &str = theme::MATH_SHEET;

/// The colours of code, light and dark.
pub struct HighlightStyles {
    css: String,
}

impl HighlightStyles {
    pub fn choose(config: &Config, diagnostics: &mut Vec<Diagnostic>) -> HighlightStyles {
        let said = &config.markup.highlight;
        let light = said.style.as_deref().unwrap_or("longhand");
        // A style that has a dark sister goes with her; one that has none keeps its own ground.
        let sister = format!("{light}-dark");
        let paired = match &said.style_dark {
            Some(dark) => highlight::styles(light, dark),
            None => highlight::styles(light, &sister).or_else(|_| highlight::styles(light, light)),
        };
        let css = paired.unwrap_or_else(|unknown| {
            let warning = Diagnostic::warning(
                "unknown-style",
                None,
                format!(
                    "`markup.highlight.style` names the style `{}`, which is not known",
                    unknown.name
                ),
            );
            diagnostics.push(match unknown.nearest {
                Some(near) => warning.help(format!("did you mean `{near}`?")),
                None => warning.help("the theme's own colours are used"),
            });
            highlight::styles("longhand", "longhand-dark").unwrap_or_default()
        });
        HighlightStyles { css }
    }

    pub fn defaults(&self, config: &Config) -> highlight::Defaults {
        let said = &config.markup.highlight;
        highlight::Defaults {
            line_numbers: match said.line_numbers {
                LineNumbers::Off => highlight::LineNumbers::None,
                LineNumbers::Table => highlight::LineNumbers::Table,
                LineNumbers::Inline => highlight::LineNumbers::Inline,
            },
            anchors: said.anchor_line_numbers,
            line_anchors: said.line_anchors.clone(),
            tab_width: u32::try_from(said.tab_width).unwrap_or(4),
            plain: !said.code_fences,
            ..highlight::Defaults::default()
        }
    }
}

pub fn build(
    rooms: &Rooms,
    config: &Config,
    highlighted: &HighlightStyles,
) -> Result<Vec<Asset>, Failure> {
    let fingerprinted = !config.default_lang().params.assets.disable_fingerprinting;
    let named = |name, bytes| asset(name, bytes, fingerprinted);
    let (mut assets, fonts) = fonts::build(config, named);
    let (math_fonts, math_css) = fonts::of_formulas(named);
    assets.extend(math_fonts);
    for file in theme::statics() {
        if !file.name.ends_with(".css") && !file.name.ends_with(".js") {
            continue;
        }
        let own = rooms
            .own_statics
            .iter()
            .find(|(_, output)| *output == file.name);
        let mut bytes = match own {
            Some((own, _)) => source::bytes(&own.disk)?,
            None => file.bytes.to_vec(),
        };
        if file.name == MATH_SHEET {
            bytes.extend_from_slice(math_css.as_bytes());
        }
        if file.name == SHEET {
            bytes.extend_from_slice(highlighted.css.as_bytes());
            bytes.extend_from_slice(fonts.as_bytes());
            bytes.extend_from_slice(looks(config).as_bytes());
            for extended in &rooms.extended_css {
                bytes.push(b'\n');
                bytes.extend(source::bytes(&extended.disk)?);
            }
        }
        assets.push(asset(file.name, bytes, fingerprinted));
    }
    Ok(assets)
}

/// Those that the site has use for: without formulas, none that are for them alone.
pub fn wanted(assets: &[Asset], config: &Config, documents: &[Document]) -> Vec<Asset> {
    let site_wide = config
        .languages
        .iter()
        .any(|language| language.switches.math == Some(true))
        || config.markup.goldmark.math.is_some();
    // What shortcodes will give is not known yet: where formulas are on, they may give one.
    let has_math = documents.iter().any(|document| {
        let doc = &document.doc;
        let on = doc.front.switches.math.unwrap_or(site_wide);
        doc.meta.has_math || (on && doc.meta.has_calls)
    });
    let wanted = assets
        .iter()
        .filter(|asset| has_math || !theme::is_for_formulas(&asset.name));
    wanted.cloned().collect()
}

/// The custom properties of the theme as the configuration has them, those of the
/// default language first, then what other languages say otherwise. Empty where
/// nothing is said: the theme's own values hold.
fn looks(config: &Config) -> String {
    let usual = &config.default_lang().params.look;
    let mut css = String::new();
    rules(&mut css, usual, ":root");
    for language in &config.languages {
        let own = &language.params.look;
        if own != usual {
            rules(&mut css, own, &format!(":root:lang({})", language.locale));
        }
    }
    css
}

fn rules(css: &mut String, look: &Look, root: &str) {
    let mut rule =
        |open: &str, selector: &str, properties: &[(&str, Option<String>)], close: &str| {
            let said = properties.iter();
            let said =
                said.filter_map(|(name, value)| Some(format!("{name}: {}", value.as_ref()?)));
            let said: Vec<String> = said.collect();
            if !said.is_empty() {
                let _ = write!(css, "\n{open}{selector} {{ {} }}{close}", said.join("; "));
            }
        };
    let accent = look.accent.as_ref().and_then(|accent| {
        let or =
            |own: &Option<String>, theme: &str| own.clone().unwrap_or_else(|| theme.to_owned());
        let pair = (accent.light.is_some() || accent.dark.is_some()).then_some(accent)?;
        let (light, dark) = (or(&pair.light, ACCENTS[0]), or(&pair.dark, ACCENTS[1]));
        Some(format!("light-dark({light}, {dark})"))
    });
    let everywhere = [
        ("--accent", accent),
        ("--serif", look.font.text.clone()),
        ("--sans", look.font.furniture.clone()),
        ("--mono", look.font.code.clone()),
    ];
    rule("", root, &everywhere, "");
    // Paper has a width of its own. 53 figures of the theme's faces are 64 letters.
    let width = look.width.map(f64::from);
    let figures = width.map(|letters| (letters * 53.0 / 64.0).round());
    let is_ours = look.font.text.as_deref().is_some_and(is_literata);
    let measure = if is_ours {
        // In units that do not change when the file comes: its figures are 0.579 em wide.
        Some(format!("{:.2}rem", figures.unwrap_or(53.0) * 0.579))
    } else {
        figures.map(|figures| format!("{figures}ch"))
    };
    let on_screen = [("--measure", measure), ("--size", look.size.clone())];
    rule("@media screen { ", root, &on_screen, " }");
    let ideographs = width.map(|letters| format!("{}rem", (letters / 2.0).round()));
    let cjk = format!("{root}:is(:lang(zh), :lang(ja), :lang(ko))");
    rule("@media screen { ", &cjk, &[("--measure", ideographs)], " }");
    if look.indent {
        let paragraphs = format!("{root} .prose p + p:not(:has(> img:only-child))");
        let indent = [
            ("margin-block-start", Some("0".to_owned())),
            ("text-indent", Some("1.5em".to_owned())),
        ];
        rule("", &paragraphs, &indent, "");
    }
}

/// The theme's own accents, where only one of the two is said.
const ACCENTS: [&str; 2] = ["oklch(0.47 0.13 30)", "oklch(0.77 0.1 45)"];

/// `css/longhand.css` → `css/longhand.3f2a9c1b.css`.
fn asset(name: String, bytes: Vec<u8>, fingerprinted: bool) -> Asset {
    let digest = Sha256::digest(&bytes);
    let short: String = digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let output = match name.rsplit_once('.') {
        Some((stem, extension)) if fingerprinted => format!("{stem}.{short}.{extension}"),
        _ => name.clone(),
    };
    let integrity = format!(
        "sha256-{}",
        base64::engine::general_purpose::STANDARD.encode(digest)
    );
    Asset {
        name,
        output,
        bytes: Arc::from(bytes),
        integrity,
    }
}
