//! The converter's MathML, with what it leaves out: the source for those who copy it
//! or cannot see it, boxes, and errors in our words.

use super::dialect::{self, BARE_TAG, Meant, Prepared, problem};
use super::names;
use super::{Macros, Made, Problem, Tex};
use crate::text;
use math_core::{ConvertResult, LatexError, LatexToMathML, MathCoreConfig, MathDisplay};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// It has no state, and macros are expanded before it.
static CONVERTER: LazyLock<LatexToMathML> = LazyLock::new(|| {
    let config = MathCoreConfig {
        allow_unreliable_rendering: true,
        ..MathCoreConfig::default()
    };
    LatexToMathML::new(config).unwrap_or_default()
});

/// The converter recurses into groups. What is deeper than this gets a stack of its own.
const SHALLOW: usize = 16;
const STACK: usize = 64 << 20;

/// Letters and signs beyond which a formula may be wider than a phone, in a line and alone.
const WIDE_INLINE: usize = 22;
const WIDE_DISPLAY: usize = 28;

/// Sets the formulas of a page in their order: the numbers go on from one to the next, a
/// reference may come before its label, and what one defines holds for those after it.
pub fn set(formulas: &[Tex<'_>], macros: &Macros) -> Vec<Result<Made, Problem>> {
    let mut own = macros.clone();
    let prepared: Vec<Result<Prepared, Problem>> = formulas
        .iter()
        .map(|formula| dialect::prepare(formula.text, formula.display, &mut own))
        .collect();
    let known = labels(&prepared);
    let sound: Vec<(&str, MathDisplay)> = prepared
        .iter()
        .zip(formulas)
        .filter_map(|(prepared, formula)| {
            let display = match formula.display {
                true => MathDisplay::Block,
                false => MathDisplay::Inline,
            };
            Some((prepared.as_ref().ok()?.tex.as_str(), display))
        })
        .collect();
    let depth = prepared.iter().flatten().map(|p| p.depth).max();
    let mut converted = convert(&sound, depth.unwrap_or(0)).into_iter();
    let mut numbered = Vec::with_capacity(formulas.len());
    for (index, (prepared, formula)) in prepared.into_iter().zip(formulas).enumerate() {
        numbered.push(prepared.and_then(|prepared| {
            let mathml = converted
                .next()
                .unwrap_or_else(|| Err(unconverted(formula.text)));
            match mathml {
                Ok(mathml) => Ok(made(&mathml, formula, &prepared, index, &known)),
                Err(mut wrong) => {
                    wrong.range = prepared.place(&wrong.range);
                    wrong.range.end = wrong.range.end.min(formula.text.len());
                    wrong.range.start = wrong.range.start.min(wrong.range.end);
                    Err(named(wrong, &own))
                }
            }
        }));
    }
    numbered
}

fn unconverted(tex: &str) -> Problem {
    problem(
        0..tex.len(),
        "the formula cannot be set".to_owned(),
        "write it in other words",
    )
}

fn convert(sound: &[(&str, MathDisplay)], depth: usize) -> Vec<Result<String, Problem>> {
    let all = || standing(sound).unwrap_or_else(|| without_the_fallen(sound));
    if depth <= SHALLOW {
        return all();
    }
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK);
        let thread = builder.spawn_scoped(scope, all);
        thread.map_or_else(|_| Vec::new(), |thread| thread.join().unwrap_or_default())
    })
}

/// None where the converter panics over one of them.
fn standing(sound: &[(&str, MathDisplay)]) -> Option<Vec<Result<String, Problem>>> {
    let results = std::panic::catch_unwind(|| CONVERTER.convert_all(sound)).ok()?;
    let in_words = |result: Result<ConvertResult, Box<LatexError>>| match result {
        Ok(result) => Ok(result.mathml),
        Err(error) => Err(in_our_words(&error)),
    };
    Some(results.into_iter().map(in_words).collect())
}

/// One formula that the converter panics over costs no other.
fn without_the_fallen(sound: &[(&str, MathDisplay)]) -> Vec<Result<String, Problem>> {
    let stands = |&formula: &(&str, MathDisplay)| standing(&[formula]).is_some();
    let (kept, left): (Vec<_>, Vec<_>) = (0..sound.len()).partition(|&at| stands(&sound[at]));
    let formulas: Vec<_> = kept.iter().map(|&at| sound[at]).collect();
    let Some(mut results) = standing(&formulas) else {
        return Vec::new();
    };
    for at in left {
        results.insert(at, Err(unconverted(sound[at].0)));
    }
    results
}

/// Where each label stands first: the formula, and what it is in there.
fn labels(prepared: &[Result<Prepared, Problem>]) -> BTreeMap<String, usize> {
    let mut known = BTreeMap::new();
    for (index, prepared) in prepared.iter().enumerate() {
        for (label, _) in prepared.iter().flat_map(|prepared| &prepared.labels) {
            known.entry(label.clone()).or_insert(index);
        }
    }
    known
}

/// The element as pages have it: with the source in two places, for who cannot see the
/// formula and for who copies it.
fn made(
    mathml: &str,
    formula: &Tex<'_>,
    prepared: &Prepared,
    index: usize,
    known: &BTreeMap<String, usize>,
) -> Made {
    let mut complaints = Vec::new();
    for (at, (label, range)) in prepared.labels.iter().enumerate() {
        let again = prepared.labels[..at]
            .iter()
            .any(|(other, _)| other == label);
        if again || known.get(label) != Some(&index) {
            complaints.push(problem(
                range.clone(),
                format!("the label `{label}` is given twice on this page"),
                "give each formula a label of its own; references lead to the first",
            ));
        }
    }
    for (label, range) in &prepared.references {
        if !known.contains_key(label) {
            let near = text::nearest(label, known.keys().map(String::as_str));
            complaints.push(Problem {
                range: range.clone(),
                message: format!("no formula on this page has the label `{label}`"),
                help: Some(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("give it to one: `\\label{{{label}}}`"),
                }),
                unknown: None,
            });
        }
    }
    let body = mathml.split_once('>').map_or("", |(_, body)| body);
    let body = body.strip_suffix("</math>").unwrap_or(body);
    let body = meant(body, prepared);
    let body = body.replace(&format!("({BARE_TAG}"), "(");
    let body = bare_tags(mathml, body);
    // The letter does not stretch, the accent does.
    let body = body.replace(
        "<mo stretchy=\"true\">~</mo>",
        "<mo stretchy=\"true\">\u{303}</mo>",
    );
    let body = checked(&body);
    if let Some(link) = sole_reference(formula.text, &body) {
        return Made {
            html: link,
            wide: false,
            complaints,
        };
    }
    let source = formula.text.trim();
    let mut html = String::with_capacity(body.len() + 2 * source.len() + 128);
    html.push_str("<math");
    if formula.display {
        html.push_str(" display=\"block\"");
        if body.contains("<mtable displaystyle=\"true\" style=\"width: 100%\"") {
            html.push_str(" class=\"numbered\"");
        }
    }
    html.push_str(" alttext=\"");
    text::escape_attr(&mut html, source);
    html.push_str("\"><semantics>");
    if is_one_element(&body) {
        html.push_str(&body);
    } else {
        html.push_str("<mrow>");
        html.push_str(&body);
        html.push_str("</mrow>");
    }
    html.push_str("<annotation encoding=\"application/x-tex\">");
    text::escape_html(&mut html, source);
    html.push_str("</annotation></semantics></math>");
    let most = match formula.display {
        true => WIDE_DISPLAY,
        false => WIDE_INLINE,
    };
    Made {
        html,
        wide: width(&body) > most,
        complaints,
    }
}

/// What stood for boxes and colours becomes them.
fn meant(body: &str, prepared: &Prepared) -> String {
    let mut body = body.to_owned();
    for (digits, meant) in &prepared.stand_ins {
        let written = format!(" style=\"color:#{digits};\"");
        body = match meant {
            Meant::Boxed => body.replace(&written, " class=\"boxed\""),
            Meant::Colour(colour) => body.replace(&written, &format!(" style=\"color:{colour}\"")),
            Meant::Reference => without_parentheses(&body, &written),
        };
    }
    body
}

/// What stands before the next tag, that tag, and what comes after it.
fn next_tag(markup: &str) -> Option<(&str, &str, &str)> {
    let at = markup.find('<')?;
    let end = markup[at..].find('>');
    let end = end.map_or(markup.len(), |end| at + end + 1);
    Some((&markup[..at], &markup[at..end], &markup[end..]))
}

/// Styles where MathML 3 has them too, which checkers of HTML go by: `scriptlevel` stands
/// on `mstyle` alone, `displaystyle` on tables besides. MathML Core has both on all.
fn checked(body: &str) -> String {
    let mut out = String::with_capacity(body.len() + 64);
    let mut ends: Vec<Option<&str>> = Vec::new();
    let mut rest = body;
    while let Some((text, tag, after)) = next_tag(rest) {
        rest = after;
        out.push_str(text);
        if tag.starts_with("</") {
            out.push_str(ends.pop().flatten().unwrap_or(tag));
        } else if tag.ends_with("/>") {
            out.push_str(tag);
        } else if let Some(style) = tag.strip_prefix("<mrow").filter(|style| is_styled(style)) {
            out.push_str("<mstyle");
            out.push_str(style);
            ends.push(Some("</mstyle>"));
        } else if let (true, Some((before, after))) = (
            tag.starts_with("<mtable"),
            tag.split_once(" scriptlevel=\"0\""),
        ) {
            // Out of scripts it is so anyway.
            let within = !ends.is_empty();
            if within {
                out.push_str("<mstyle scriptlevel=\"0\">");
            }
            out.push_str(before);
            out.push_str(after);
            ends.push(within.then_some("</mtable></mstyle>"));
        } else {
            out.push_str(tag);
            ends.push(None);
        }
    }
    out.push_str(rest);
    out
}

fn is_styled(attributes: &str) -> bool {
    attributes.contains(" displaystyle=") || attributes.contains(" scriptlevel=")
}

/// The number of a reference that wants none.
fn without_parentheses(body: &str, written: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut pieces = body.split(written);
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        match piece.split_once("</a>") {
            Some((link, rest)) => {
                out.push_str(&link.replacen(">(", ">", 2).replace(')', ""));
                out.push_str("</a>");
                out.push_str(rest);
            }
            None => out.push_str(piece),
        }
    }
    out
}

/// Tags that were marked lose their parentheses.
fn bare_tags(mathml: &str, body: String) -> String {
    let marked = format!("<mtext>({BARE_TAG}");
    let mut body = body;
    for piece in mathml.split(&marked).skip(1) {
        if let Some((tag, _)) = piece.split_once(")</mtext>") {
            let shown = format!("<mtext>({tag})</mtext>");
            body = body.replacen(&shown, &format!("<mtext>{tag}</mtext>"), 1);
        }
    }
    body
}

/// The link alone, where the formula is a reference and nothing else: prose needs no
/// formula around it.
fn sole_reference(tex: &str, body: &str) -> Option<String> {
    let tex = tex.trim();
    let label = tex
        .strip_prefix("\\eqref{")
        .or(tex.strip_prefix("\\ref{"))?;
    label
        .strip_suffix('}')
        .filter(|label| !label.contains('}'))?;
    let start = body.find("<a ")?;
    let end = body.find("</a>")?;
    Some(body[start..end + "</a>".len()].to_owned())
}

/// Whether a single element holds all.
fn is_one_element(body: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = body;
    while let Some((_, tag, after)) = next_tag(rest) {
        rest = after;
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.ends_with("/>") {
            depth += 1;
        }
        if depth == 0 {
            return rest.is_empty();
        }
    }
    false
}

/// About how many letters the formula is wide: those of its longest line.
fn width(body: &str) -> usize {
    let rows = body.split("</mtr>");
    rows.map(|row| {
        let mut within = false;
        let letters = row.chars().filter(|c| match c {
            '<' => {
                within = true;
                false
            }
            '>' => {
                within = false;
                false
            }
            _ => !within,
        });
        letters.count()
    })
    .max()
    .unwrap_or(0)
}

/// The error as our messages are: lower case, no full stop, names in backticks.
fn in_our_words(error: &LatexError) -> Problem {
    let said = error.error_message();
    let said = said.trim_end_matches('.');
    let mut message = String::with_capacity(said.len());
    for (at, c) in said.chars().enumerate() {
        match c {
            '"' => message.push('`'),
            c if at == 0 => message.extend(c.to_lowercase()),
            c => message.push(c),
        }
    }
    let unknown = said
        .strip_prefix("Unknown command \"")
        .and_then(|rest| rest.strip_suffix('"'));
    let help = match error.label() {
        "a group was never closed" => Some("close what was opened; a brace that is shown is `\\{`"),
        "no matching opening for this" => {
            Some("open it before, or take it away; a brace that is shown is `\\}`")
        }
        "expected an argument here" => Some("put the argument into braces"),
        "expected a delimiter here" => {
            Some("name a bracket, or `.` for none: `\\left( … \\right.`")
        }
        "cannot be used here" if said.contains('&') => {
            Some("columns are of `aligned`, `cases` or a matrix; the sign is `\\&`")
        }
        "duplicate" => Some("put braces around what belongs together: `{x^2}^3`"),
        "disallowed character" | "special or not ASCII" => Some("put words into `\\text{…}`"),
        "unknown environment" => Some("see which there are: https://longhand.page/docs/formulas/"),
        "limit exceeded" => Some("split the formula"),
        _ => None,
    };
    Problem {
        range: error.0.clone(),
        message,
        help: help.map(str::to_owned),
        unknown: unknown.map(str::to_owned),
    }
}

/// Says which command or environment may have been meant.
fn named(mut wrong: Problem, own: &Macros) -> Problem {
    if let Some(command) = &wrong.unknown {
        let bare = command.trim_start_matches('\\');
        let other = names::UNSUPPORTED.iter().find(|(name, _)| *name == bare);
        if let Some((_, help)) = other {
            wrong.message = format!("`{command}` is not supported in formulas");
            wrong.help = Some((*help).to_owned());
            return wrong;
        }
        let known = names::COMMANDS.iter().copied().chain(own.names());
        wrong.message = format!("no command is called `{command}`");
        wrong.help = Some(match text::nearest(bare, known) {
            Some(near) => format!("did you mean `\\{near}`?"),
            None => format!("define it: `macros: {{{bare}: …}}` in front matter, or use another"),
        });
    } else if let Some(name) = wrong.message.strip_prefix("unknown environment `") {
        let name = name.trim_end_matches('`').to_owned();
        let near = text::nearest(&name, names::ENVIRONMENTS.iter().copied());
        wrong.message = format!("no environment is called `{name}`");
        wrong.help = Some(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "the environments are {}",
                names::ENVIRONMENTS[..8].join(", ")
            ),
        });
    }
    wrong
}
