//! Charts as SVG that stands in the page: no script, colours from the style
//! sheet (`.chart`), so that they follow dark mode.

use std::fmt::Write;

/// What was said with a confidence of about `said` percent, and how often it came true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Mean of the confidences, percent.
    pub said: f64,
    /// Percent.
    pub came_true: f64,
    pub count: usize,
}

/// Width of the field in units of the view box, and the room around it for labels.
const FIELD: f64 = 300.0;
const LEFT: f64 = 46.0;
const TOP: f64 = 12.0;

/// Confidence against outcome: a disc for each point, as large as it stands for
/// predictions; the diagonal is where both agree. `title` is what a screen reader
/// says; `x` and `y` name the axes. All of them are escaped already.
pub fn calibration(points: &[Point], title: &str, x: &str, y: &str) -> String {
    let mut out = String::with_capacity(2048);
    let (width, height) = (LEFT + FIELD + 14.0, TOP + FIELD + 52.0);
    let (right, bottom) = (LEFT + FIELD, TOP + FIELD);
    let place = |said: f64, came: f64| (LEFT + said / 100.0 * FIELD, bottom - came / 100.0 * FIELD);
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<svg class=\"chart calibration\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">"
    );
    for step in [0, 25, 50, 75, 100] {
        let (at, level) = place(f64::from(step), f64::from(step));
        let _ = write!(
            out,
            "<path class=\"grid\" d=\"M{LEFT} {level}H{right}M{at} {TOP}V{bottom}\"/>\n\
             <text x=\"{at}\" y=\"{}\" text-anchor=\"middle\">{step}</text>\n\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{step}</text>\n",
            bottom + 18.0,
            LEFT - 8.0,
            level + 4.0,
        );
    }
    let _ = write!(
        out,
        "<path class=\"even\" d=\"M{LEFT} {bottom}L{right} {TOP}\"/>\n\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{x}, %</text>\n\
         <text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">{y}, %</text>\n",
        LEFT + FIELD / 2.0,
        bottom + 42.0,
        TOP + FIELD / 2.0,
    );
    for point in points {
        let (at, level) = place(point.said, point.came_true);
        // As much ink as there are predictions, and never less than can be seen.
        let radius = (4.0 * (point.count as f64).sqrt()).clamp(4.0, 18.0);
        let _ = writeln!(
            out,
            "<circle class=\"mark\" cx=\"{at:.1}\" cy=\"{level:.1}\" r=\"{radius:.1}\"/>"
        );
    }
    out.push_str("</svg>");
    out
}
