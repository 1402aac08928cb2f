//! `imaging:`: what is made of pictures, in Hugo's keys and some of our own.

use super::rows::{Intake, Row, no_effect, row};
use crate::picture::copies::{self, Filter};
use crate::tree::{Node, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct Imaging {
    /// Pictures beside pages have smaller copies.
    pub on: bool,
    /// Of copies, in pixels, in order.
    pub widths: Vec<u32>,
    pub copies: copies::Options,
    /// Millions of pixels beyond which a picture is an error.
    pub largest: u32,
}

impl Default for Imaging {
    fn default() -> Imaging {
        Imaging {
            on: true,
            widths: vec![480, 800, 1200, 1600],
            copies: copies::Options {
                quality: 75,
                filter: Filter::Lanczos,
            },
            largest: 100,
        }
    }
}

pub const IMAGING: &[Row<Imaging>] = &[
    row("widths", "[480, 800, 1200, 1600]", widths),
    row("quality", "75", |m, n, i| {
        let quality = i.count(n);
        match quality.map(u8::try_from) {
            Some(Ok(quality @ 1..=100)) => m.copies.quality = quality,
            Some(_) => i.wrong(n, "a whole number from 1 to 100"),
            None => {}
        }
    }),
    row("resampleFilter", "lanczos", |m, n, i| {
        if let Some(filter) = i.choice(n, FILTERS) {
            m.copies.filter = filter;
        }
    }),
    row("maxMegapixels", "100", |m, n, i| {
        let most = i.count(n);
        match most.map(u32::try_from) {
            Some(Ok(most @ 1..=500)) => m.largest = most,
            Some(_) => i.wrong(n, "a whole number from 1 to 500"),
            None => {}
        }
    }),
    no_effect("anchor"),
    no_effect("bgColor"),
    no_effect("compression"),
    no_effect("exif"),
    no_effect("hint"),
    no_effect("meta"),
    no_effect("webp"),
];

/// Hugo's names. Those of filters that are not here stand for the one that is most like it.
const FILTERS: &[(&str, Filter)] = &[
    ("lanczos", Filter::Lanczos),
    ("catmullrom", Filter::CatmullRom),
    ("mitchellnetravali", Filter::Mitchell),
    ("linear", Filter::Linear),
    ("box", Filter::Box),
    ("gaussian", Filter::Gaussian),
    ("hamming", Filter::Hamming),
    ("hann", Filter::Hamming),
    ("blackman", Filter::Lanczos),
    ("bartlett", Filter::Lanczos),
    ("welch", Filter::Lanczos),
    ("cosine", Filter::Lanczos),
    ("hermite", Filter::Linear),
    ("bspline", Filter::Gaussian),
    ("nearestneighbor", Filter::Box),
];

/// `imaging: false` leaves all pictures as they are.
pub fn imaging(imaging: &mut Imaging, node: &Node, intake: &mut Intake) {
    match node.value {
        Value::Map(_) => intake.fields(imaging, node, IMAGING),
        _ => imaging.on = intake.bool(node).unwrap_or(imaging.on),
    }
}

fn widths(imaging: &mut Imaging, node: &Node, intake: &mut Intake) {
    let Some(nodes) = intake.list(node) else {
        return;
    };
    let mut widths = Vec::new();
    for node in nodes {
        match node.as_int().map(u32::try_from) {
            Some(Ok(width @ 16..=8000)) => widths.push(width),
            _ => intake.wrong(node, "a list of widths from 16 to 8000 pixels"),
        }
    }
    widths.sort_unstable();
    widths.dedup();
    imaging.widths = widths;
}
