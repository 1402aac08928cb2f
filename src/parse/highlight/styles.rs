//! Style sheets for highlighted code, one for light and dark alike.
//!
//! Takes two names of styles as `markup.highlight.style` has them, gives CSS in
//! which every colour is a `light-dark(…, …)`; the page says which by
//! `color-scheme`. Writes no file.

use super::palettes::{ALIASES, PALETTES, Palette};
use crate::text;
use std::fmt::Write;

/// A style that nobody knows, and the known one nearest to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownStyle {
    pub name: String,
    pub nearest: Option<&'static str>,
}

/// What the classes stand for, in the order of [`Palette::colours`].
#[rustfmt::skip]
pub(super) const ROLES: [(&str, &[&str]); 17] = [
    ("comment", &["c", "c1", "cm", "ch", "cs", "go", "gp"]),
    ("keyword", &["k", "kd", "kn", "kp", "kr", "ow"]),
    ("type", &["kt"]),
    ("string", &["s", "s1", "s2", "sa", "sb", "sc", "sd", "dl", "sh", "sx", "ss", "cpf"]),
    ("escape", &["se", "si", "sr"]),
    ("number", &["m", "mi", "mf", "mh", "mo", "mb", "il", "kc", "no", "l", "ld"]),
    ("function", &["nf", "fm"]),
    ("class", &["nc", "ne", "gh"]),
    ("tag", &["nt"]),
    ("attribute", &["na", "nl", "py"]),
    ("variable", &["nv", "vi", "vc", "vg", "vm"]),
    ("builtin", &["nb", "bp"]),
    ("operator", &["o"]),
    ("namespace", &["nn"]),
    ("annotation", &["nd", "ni", "cp", "gu"]),
    ("inserted", &["gi"]),
    ("deleted", &["gd", "gr", "err"]),
];

/// What holds for every style. Numbers are not selected, so that a copy is code alone.
const LAYOUT: &str = "\
.chroma .lntable{border-collapse:collapse;border-spacing:0;margin:0;width:100%}
.chroma .lntd{vertical-align:top;padding:0;border:0}
.chroma .lntd:last-child{width:100%}
.chroma .ln,.chroma .lnt{white-space:pre;-webkit-user-select:none;user-select:none;opacity:.7}
.chroma .ln{margin-inline-end:1em}
.chroma .lnt{padding-inline-end:1em}
.chroma .lnlinks{color:inherit;text-decoration:none}
.chroma .hl{display:block}
.chroma .hl{background-color:light-dark(rgb(0 0 0/.07),rgb(255 255 255/.09))}
.chroma .hl.ins{background-color:light-dark(rgb(26 127 55/.14),rgb(63 185 80/.2))}
.chroma .hl.del{background-color:light-dark(rgb(207 34 46/.12),rgb(248 81 73/.2))}
.chroma .gs,.chroma .gh{font-weight:bold}
.chroma .ge{font-style:italic}
";

/// CSS for code in a style for light pages and one for dark pages. The names
/// are Chroma's, or `longhand`.
pub fn styles(light: &str, dark: &str) -> Result<String, UnknownStyle> {
    let (light, dark) = (palette(light)?, palette(dark)?);
    let mut css = String::from(LAYOUT);
    let ground = |palette: &Palette| palette.ground.unwrap_or("transparent");
    let text = |palette: &Palette| {
        if palette.ground.is_some() {
            palette.text
        } else {
            "inherit"
        }
    };
    if light.ground.is_some() || dark.ground.is_some() {
        // `inherit` is no colour that `light-dark` takes.
        let (on_light, on_dark) = (
            text(light).replace("inherit", "CanvasText"),
            text(dark).replace("inherit", "CanvasText"),
        );
        let _ = writeln!(
            css,
            ".chroma{{background-color:light-dark({},{});color:light-dark({on_light},{on_dark})}}",
            ground(light),
            ground(dark)
        );
    }
    for (i, (_, classes)) in ROLES.iter().enumerate() {
        let (light, dark) = (light.colours[i], dark.colours[i]);
        if light.is_empty() && dark.is_empty() {
            continue;
        }
        for (n, class) in classes.iter().enumerate() {
            let comma = if n == 0 { "" } else { "," };
            let _ = write!(css, "{comma}.chroma .{class}");
        }
        let of = |colour: &'static str| {
            if colour.is_empty() {
                "currentColor"
            } else {
                colour
            }
        };
        let _ = writeln!(css, "{{color:light-dark({},{})}}", of(light), of(dark));
    }
    Ok(css)
}

/// Every name that [`styles`] knows.
pub fn style_names() -> impl Iterator<Item = &'static str> {
    PALETTES
        .iter()
        .map(|palette| palette.name)
        .chain(ALIASES.iter().map(|(name, _)| *name))
}

fn palette(name: &str) -> Result<&'static Palette, UnknownStyle> {
    let wanted = name.trim().to_lowercase().replace('_', "-");
    let own = ALIASES
        .iter()
        .find(|(alias, _)| *alias == wanted)
        .map_or(wanted.as_str(), |(_, own)| own);
    PALETTES
        .iter()
        .find(|palette| palette.name == own)
        .ok_or_else(|| UnknownStyle {
            name: name.to_owned(),
            nearest: text::nearest(&wanted, style_names()),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The grounds that the theme lays under code: `oklch(0.975 0.006 90)` and `oklch(0.24 0.01 260)`.
    const LIGHT: &str = "#f8f7f2";
    const DARK: &str = "#1c1f24";

    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn the_default_pair_can_be_read() {
        for (name, ground) in [("longhand", LIGHT), ("longhand-dark", DARK)] {
            let palette = palette(name).unwrap();
            for (colour, (role, _)) in palette.colours.iter().zip(ROLES) {
                let colour = if colour.is_empty() {
                    palette.text
                } else {
                    colour
                };
                let ratio = contrast(colour, ground);
                assert!(ratio >= 4.5, "{name} {role} {colour}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn every_colour_is_one_and_every_palette_is_legible() {
        for palette in PALETTES {
            for colour in palette
                .colours
                .iter()
                .chain([&palette.text])
                .chain(&palette.ground)
            {
                let plain = colour.is_empty() || (colour.len() == 7 && colour.starts_with('#'));
                assert!(
                    plain && colour.chars().skip(1).all(|c| c.is_ascii_hexdigit()),
                    "{}: {colour}",
                    palette.name
                );
            }
            if let Some(ground) = palette.ground {
                // As their authors made them; only a slip in copying is caught.
                assert!(contrast(palette.text, ground) >= 4.0, "{}", palette.name);
            }
        }
    }

    #[test]
    fn every_class_that_is_written_has_a_role() {
        let unstyled = ["", "gs"];
        for class in super::super::classes::NAMES
            .iter()
            .filter(|class| !unstyled.contains(class))
        {
            assert!(
                ROLES.iter().any(|(_, classes)| classes.contains(class)),
                "{class}"
            );
        }
    }

    #[test]
    fn one_rule_serves_light_and_dark() {
        let css = styles("github", "Dracula").unwrap();
        assert!(css.contains(".chroma{background-color:light-dark(#ffffff,#282a36);color:light-dark(#1f2328,#f8f8f2)}"));
        assert!(css.contains(
            ".chroma .k,.chroma .kd,.chroma .kn,.chroma .kp,.chroma .kr,.chroma .ow{color:light-dark(#cf222e,#ff79c6)}"
        ));
        assert!(css.contains("user-select:none"));
        assert!(
            !styles("longhand", "longhand-dark")
                .unwrap()
                .contains(".chroma{")
        );
        assert!(styles("solarized-dark256", "gruvbox").is_ok());
    }

    #[test]
    fn an_unknown_style_has_a_nearest_one() {
        let nearest = |name| styles(name, "nord").unwrap_err().nearest;
        assert_eq!(nearest("monokay"), Some("monokai"));
        assert_eq!(nearest("qqqqqqqq"), None);
    }

    #[test]
    fn aliases_name_palettes() {
        for (alias, _) in ALIASES {
            assert!(palette(alias).is_ok(), "{alias}");
        }
    }
}
