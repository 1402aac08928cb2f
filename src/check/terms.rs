//! Tags that are meant to be one: written in two ways, or in singular and plural.

use crate::diag::{Diagnostic, Span};
use crate::site::{LangId, Site};
use crate::text;
use std::collections::BTreeMap;

/// How one term is written, how often, and where first.
struct Spelling {
    text: String,
    count: usize,
    span: Span,
}

pub fn check(site: &Site, diagnostics: &mut Vec<Diagnostic>) {
    let mut groups: BTreeMap<(LangId, &str, String), Vec<Spelling>> = BTreeMap::new();
    for page in &site.pages {
        let Some(front) = page.front() else { continue };
        for (taxonomy, terms) in &front.terms {
            for term in terms {
                let group = groups
                    .entry((page.lang, taxonomy.as_str(), meant(&term.text)))
                    .or_default();
                match group.iter_mut().find(|known| *known.text == *term.text) {
                    Some(known) => known.count += 1,
                    None => group.push(Spelling {
                        text: term.text.to_string(),
                        count: 1,
                        span: term.span,
                    }),
                }
            }
        }
    }
    for ((_, taxonomy, _), mut spellings) in groups {
        // The one that is used most is what is meant; of two, the first.
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.count));
        let Some((usual, others)) = spellings.split_first() else {
            continue;
        };
        for other in others {
            let one = text::urlize_term(&other.text, true) == text::urlize_term(&usual.text, true);
            let message = match one {
                true => format!("`{}` is written `{}` elsewhere", other.text, usual.text),
                false => format!(
                    "`{}` and `{}` are two of `{taxonomy}`, and look like one",
                    other.text, usual.text
                ),
            };
            let warning = Diagnostic::warning("similar-terms", other.span, message);
            diagnostics.push(warning.help(format!("write `{}`, as most pages do", usual.text)));
        }
    }
}

/// Without case, spaces, hyphens, and the `s` of a plural in languages that have it.
fn meant(term: &str) -> String {
    let bare: String = term
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_'))
        .collect();
    match bare.strip_suffix("ies") {
        Some(stem) if stem.len() >= 3 => format!("{stem}y"),
        _ => match bare.strip_suffix('s') {
            Some(stem) if stem.len() >= 4 && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
            _ => bare,
        },
    }
}
