//! Colours as CSS writes them, read strictly: what is taken for one can be nothing
//! else, whatever the sheet that it lands in. And how well one is read on another.

/// A colour that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Colour {
    /// As it was written, in lower case.
    pub css: String,
    /// Red, green and blue without gamma, and how opaque they are; none for the spaces
    /// that nobody computes here.
    light: Option<([f64; 3], f64)>,
}

/// `#06c`, `rebeccapurple`, `rgb(0 102 204)`, `hsl(210deg 100% 40%)`, `oklch(0.5 0.1 250)`
/// and their like.
pub fn parse(text: &str) -> Option<Colour> {
    let css = text.trim().to_ascii_lowercase();
    let light = match css.strip_prefix('#') {
        Some(digits) => Some(hex(digits)?),
        None => match css.split_once('(') {
            Some((space, rest)) => function(space, rest.strip_suffix(')')?)?,
            None => {
                let (_, value) = NAMES.iter().find(|(name, _)| *name == css)?;
                Some((linear([*value >> 16, *value >> 8, *value].map(byte)), 1.0))
            }
        },
    };
    Some(Colour { css, light })
}

/// The names that there are, for near matches.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// The contrast of a colour on a ground, as WCAG 2 defines it (1 to 21); none where it
/// cannot be computed here.
pub fn contrast(colour: &Colour, ground: &Colour) -> Option<f64> {
    let (rgb, alpha) = colour.light?;
    let (below, _) = ground.light?;
    let mixed = std::array::from_fn(|at| {
        decoded(encoded(rgb[at]) * alpha + encoded(below[at]) * (1.0 - alpha))
    });
    let (a, b) = (luminance(mixed), luminance(below));
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

/// The nearest lightness at which a colour of this hue has the contrast on the ground.
pub fn readable(colour: &Colour, ground: &Colour, least: f64) -> Option<Colour> {
    let (rgb, _) = colour.light?;
    let (below, _) = ground.light?;
    let [lightness, a, b] = to_oklab(rgb);
    let (chroma, hue) = (a.hypot(b), b.atan2(a).to_degrees().rem_euclid(360.0));
    let step = if luminance(below) > 0.2 { -0.01 } else { 0.01 };
    (0..100)
        .map(|times| lightness + step * f64::from(times))
        .take_while(|lightness| (0.0..=1.0).contains(lightness))
        .filter_map(|lightness| parse(&format!("oklch({lightness:.2} {chroma:.3} {hue:.0})")))
        .find(|found| contrast(found, ground).is_some_and(|contrast| contrast >= least))
}

fn byte(value: u32) -> f64 {
    f64::from(value & 0xff) / 255.0
}

fn hex(digits: &str) -> Option<([f64; 3], f64)> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let long = match digits.len() {
        3 | 4 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        6 | 8 => digits.to_owned(),
        _ => return None,
    };
    let value = u32::from_str_radix(&format!("{long:f<8}"), 16).ok()?;
    let rgb = linear([value >> 24, value >> 16, value >> 8].map(byte));
    Some((rgb, byte(value)))
}

/// A number with what stands after it.
struct Number<'t> {
    value: f64,
    unit: &'t str,
}

impl Number<'_> {
    /// `whole` is what 100 % mean.
    fn of(&self, whole: f64) -> Option<f64> {
        match self.unit {
            "" => Some(self.value),
            "%" => Some(self.value * whole / 100.0),
            _ => None,
        }
    }

    fn degrees(&self) -> Option<f64> {
        Some(match self.unit {
            "" | "deg" => self.value,
            "rad" => self.value.to_degrees(),
            "grad" => self.value * 0.9,
            "turn" => self.value * 360.0,
            _ => return None,
        })
    }
}

fn number(text: &str) -> Option<Number<'_>> {
    if text == "none" {
        let unit = "";
        return Some(Number { value: 0.0, unit });
    }
    let is_digit = |c: char| c.is_ascii_digit() || "+-.".contains(c);
    let end = text.find(|c| !is_digit(c)).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let value: f64 = digits.parse().ok()?;
    let known = ["", "%", "deg", "rad", "grad", "turn"].contains(&unit);
    known.then_some(Number { value, unit })
}

/// The outer option: whether it is a colour; the inner: whether it is computed.
#[allow(clippy::option_option)]
fn function(space: &str, inner: &str) -> Option<Option<([f64; 3], f64)>> {
    let (parts, alpha) = match inner.split_once('/') {
        Some((parts, alpha)) => (parts, Some(alpha.trim())),
        None => (inner, None),
    };
    let mut parts: Vec<&str> = match parts.contains(',') {
        true => parts.split(',').map(str::trim).collect(),
        false => parts.split_whitespace().collect(),
    };
    let alpha = match (parts.len(), alpha) {
        // Before the slash there was a fourth number.
        (4, None) => parts.pop(),
        (_, alpha) => alpha,
    };
    let alpha = match alpha {
        Some(text) => number(text)?.of(1.0)?.clamp(0.0, 1.0),
        None => 1.0,
    };
    let numbers: Vec<Number> = parts.into_iter().map(number).collect::<Option<_>>()?;
    let [a, b, c] = numbers.as_slice() else {
        return None;
    };
    let rgb = match space {
        "rgb" | "rgba" => linear([
            a.of(255.0)? / 255.0,
            b.of(255.0)? / 255.0,
            c.of(255.0)? / 255.0,
        ]),
        "hsl" | "hsla" => linear(of_hsl(a.degrees()?, b.of(100.0)?, c.of(100.0)?)),
        "oklch" => {
            let (chroma, hue) = (b.of(0.4)?, c.degrees()?.to_radians());
            of_oklab([a.of(1.0)?, chroma * hue.cos(), chroma * hue.sin()])
        }
        "oklab" => of_oklab([a.of(1.0)?, b.of(0.4)?, c.of(0.4)?]),
        "hwb" => {
            return b.of(100.0).and(c.of(100.0)).and(a.degrees()).map(|_| None);
        }
        "lab" => {
            return a.of(100.0).and(b.of(125.0)).and(c.of(125.0)).map(|_| None);
        }
        "lch" => {
            return a.of(100.0).and(b.of(150.0)).and(c.degrees()).map(|_| None);
        }
        _ => return None,
    };
    Some(Some((rgb, alpha)))
}

fn of_hsl(hue: f64, saturation: f64, lightness: f64) -> [f64; 3] {
    let saturation = saturation.clamp(0.0, 100.0) / 100.0;
    let lightness = lightness.clamp(0.0, 100.0) / 100.0;
    let range = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|n| {
        let k = (n + hue / 30.0).rem_euclid(12.0);
        lightness - range * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
    })
}

/// Björn Ottosson's matrices, <https://bottosson.github.io/posts/oklab/>.
fn of_oklab([lightness, a, b]: [f64; 3]) -> [f64; 3] {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
    // A screen shows the nearest that it can.
    .map(|part| part.clamp(0.0, 1.0))
}

fn to_oklab([r, g, b]: [f64; 3]) -> [f64; 3] {
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

fn linear(rgb: [f64; 3]) -> [f64; 3] {
    rgb.map(|part| decoded(part.clamp(0.0, 1.0)))
}

fn decoded(part: f64) -> f64 {
    match part <= 0.040_45 {
        true => part / 12.92,
        false => ((part + 0.055) / 1.055).powf(2.4),
    }
}

fn encoded(part: f64) -> f64 {
    match part <= 0.003_130_8 {
        true => part * 12.92,
        false => 1.055 * part.powf(1.0 / 2.4) - 0.055,
    }
}

fn luminance([r, g, b]: [f64; 3]) -> f64 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// CSS Color 4, section 6.1.
const NAMES: [(&str, u32); 148] = [
    ("aliceblue", 0xf0f8ff),
    ("antiquewhite", 0xfaebd7),
    ("aqua", 0x00ffff),
    ("aquamarine", 0x7fffd4),
    ("azure", 0xf0ffff),
    ("beige", 0xf5f5dc),
    ("bisque", 0xffe4c4),
    ("black", 0x000000),
    ("blanchedalmond", 0xffebcd),
    ("blue", 0x0000ff),
    ("blueviolet", 0x8a2be2),
    ("brown", 0xa52a2a),
    ("burlywood", 0xdeb887),
    ("cadetblue", 0x5f9ea0),
    ("chartreuse", 0x7fff00),
    ("chocolate", 0xd2691e),
    ("coral", 0xff7f50),
    ("cornflowerblue", 0x6495ed),
    ("cornsilk", 0xfff8dc),
    ("crimson", 0xdc143c),
    ("cyan", 0x00ffff),
    ("darkblue", 0x00008b),
    ("darkcyan", 0x008b8b),
    ("darkgoldenrod", 0xb8860b),
    ("darkgray", 0xa9a9a9),
    ("darkgreen", 0x006400),
    ("darkgrey", 0xa9a9a9),
    ("darkkhaki", 0xbdb76b),
    ("darkmagenta", 0x8b008b),
    ("darkolivegreen", 0x556b2f),
    ("darkorange", 0xff8c00),
    ("darkorchid", 0x9932cc),
    ("darkred", 0x8b0000),
    ("darksalmon", 0xe9967a),
    ("darkseagreen", 0x8fbc8f),
    ("darkslateblue", 0x483d8b),
    ("darkslategray", 0x2f4f4f),
    ("darkslategrey", 0x2f4f4f),
    ("darkturquoise", 0x00ced1),
    ("darkviolet", 0x9400d3),
    ("deeppink", 0xff1493),
    ("deepskyblue", 0x00bfff),
    ("dimgray", 0x696969),
    ("dimgrey", 0x696969),
    ("dodgerblue", 0x1e90ff),
    ("firebrick", 0xb22222),
    ("floralwhite", 0xfffaf0),
    ("forestgreen", 0x228b22),
    ("fuchsia", 0xff00ff),
    ("gainsboro", 0xdcdcdc),
    ("ghostwhite", 0xf8f8ff),
    ("gold", 0xffd700),
    ("goldenrod", 0xdaa520),
    ("gray", 0x808080),
    ("green", 0x008000),
    ("greenyellow", 0xadff2f),
    ("grey", 0x808080),
    ("honeydew", 0xf0fff0),
    ("hotpink", 0xff69b4),
    ("indianred", 0xcd5c5c),
    ("indigo", 0x4b0082),
    ("ivory", 0xfffff0),
    ("khaki", 0xf0e68c),
    ("lavender", 0xe6e6fa),
    ("lavenderblush", 0xfff0f5),
    ("lawngreen", 0x7cfc00),
    ("lemonchiffon", 0xfffacd),
    ("lightblue", 0xadd8e6),
    ("lightcoral", 0xf08080),
    ("lightcyan", 0xe0ffff),
    ("lightgoldenrodyellow", 0xfafad2),
    ("lightgray", 0xd3d3d3),
    ("lightgreen", 0x90ee90),
    ("lightgrey", 0xd3d3d3),
    ("lightpink", 0xffb6c1),
    ("lightsalmon", 0xffa07a),
    ("lightseagreen", 0x20b2aa),
    ("lightskyblue", 0x87cefa),
    ("lightslategray", 0x778899),
    ("lightslategrey", 0x778899),
    ("lightsteelblue", 0xb0c4de),
    ("lightyellow", 0xffffe0),
    ("lime", 0x00ff00),
    ("limegreen", 0x32cd32),
    ("linen", 0xfaf0e6),
    ("magenta", 0xff00ff),
    ("maroon", 0x800000),
    ("mediumaquamarine", 0x66cdaa),
    ("mediumblue", 0x0000cd),
    ("mediumorchid", 0xba55d3),
    ("mediumpurple", 0x9370db),
    ("mediumseagreen", 0x3cb371),
    ("mediumslateblue", 0x7b68ee),
    ("mediumspringgreen", 0x00fa9a),
    ("mediumturquoise", 0x48d1cc),
    ("mediumvioletred", 0xc71585),
    ("midnightblue", 0x191970),
    ("mintcream", 0xf5fffa),
    ("mistyrose", 0xffe4e1),
    ("moccasin", 0xffe4b5),
    ("navajowhite", 0xffdead),
    ("navy", 0x000080),
    ("oldlace", 0xfdf5e6),
    ("olive", 0x808000),
    ("olivedrab", 0x6b8e23),
    ("orange", 0xffa500),
    ("orangered", 0xff4500),
    ("orchid", 0xda70d6),
    ("palegoldenrod", 0xeee8aa),
    ("palegreen", 0x98fb98),
    ("paleturquoise", 0xafeeee),
    ("palevioletred", 0xdb7093),
    ("papayawhip", 0xffefd5),
    ("peachpuff", 0xffdab9),
    ("peru", 0xcd853f),
    ("pink", 0xffc0cb),
    ("plum", 0xdda0dd),
    ("powderblue", 0xb0e0e6),
    ("purple", 0x800080),
    ("rebeccapurple", 0x663399),
    ("red", 0xff0000),
    ("rosybrown", 0xbc8f8f),
    ("royalblue", 0x4169e1),
    ("saddlebrown", 0x8b4513),
    ("salmon", 0xfa8072),
    ("sandybrown", 0xf4a460),
    ("seagreen", 0x2e8b57),
    ("seashell", 0xfff5ee),
    ("sienna", 0xa0522d),
    ("silver", 0xc0c0c0),
    ("skyblue", 0x87ceeb),
    ("slateblue", 0x6a5acd),
    ("slategray", 0x708090),
    ("slategrey", 0x708090),
    ("snow", 0xfffafa),
    ("springgreen", 0x00ff7f),
    ("steelblue", 0x4682b4),
    ("tan", 0xd2b48c),
    ("teal", 0x008080),
    ("thistle", 0xd8bfd8),
    ("tomato", 0xff6347),
    ("turquoise", 0x40e0d0),
    ("violet", 0xee82ee),
    ("wheat", 0xf5deb3),
    ("white", 0xffffff),
    ("whitesmoke", 0xf5f5f5),
    ("yellow", 0xffff00),
    ("yellowgreen", 0x9acd32),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn contrasts_are_those_of_wcag() {
        for (text, on, expected) in [
            ("black", "white", 21.0),
            ("#767676", "#fff", 4.54),
            ("rgb(119, 119, 119)", "white", 4.48),
            ("hsl(0 0% 46.27%)", "white", 4.54),
            ("oklch(0.5652 0 0)", "white", 4.54),
            ("rgb(0 0 0 / 50%)", "white", 3.95),
            ("rebeccapurple", "white", 8.41),
        ] {
            let got = contrast(&colour(text), &colour(on)).unwrap();
            assert!((got - expected).abs() < 0.06, "{text}: {got}");
        }
        assert_eq!(contrast(&colour("lab(50% 20 30)"), &colour("white")), None);
    }

    #[test]
    fn what_is_readable_keeps_its_hue() {
        let dark = colour("oklch(0.2 0.01 260)");
        let found = readable(&colour("#06c"), &dark, 4.5).unwrap();
        assert!(contrast(&found, &dark).unwrap() >= 4.5);
        assert!(found.css.starts_with("oklch(0.6"), "{}", found.css);
    }

    #[test]
    fn only_colours_are_colours() {
        for text in [
            "#06c",
            "#06CF",
            "#0066cc80",
            " Teal ",
            "rgb(1 2 3 / 50%)",
            "rgba(1, 2, 3, 0.5)",
            "hsl(0.5turn 10% 20%)",
            "oklch(50% none 30deg)",
            "oklab(0.5 -0.1 +0.1)",
            "lch(50% 20 30)",
        ] {
            assert!(parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "#",
            "#12345",
            "#06g",
            "red;",
            "red}",
            "rgb(1 2)",
            "rgb(1 2 3 4 5)",
            "url(x)",
            "var(--x)",
            "rgb(1 2 3",
            "rgb(1 2 3))",
            "rgb(1 2 3/**/)",
            "rgb(1 2 3);x:y",
            "rgb(1px 2 3)",
            "oklch(0.5 0.1 var(--h))",
            "</style>",
            "rgb(inf 0 0)",
            "rgb(1e3 0 0)",
            "redd",
            "expression(1)",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
