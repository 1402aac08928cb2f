//! Claims with a confidence, to be judged when they are due.
//!
//! Two forms: the shortcode `prediction`, and the plain one, items of a list that
//! end on `(60% confidence)` on a page whose front matter says `predictions:`.
//! Here is what both have in common and the end of such an item; the shortcode
//! runs in [`crate::expand`], the item is found in [`super::markdown`].

use crate::date::Due;
use crate::diag::{Diagnostic, Span};
use serde::{Deserialize, Serialize};

/// The name of the shortcode.
pub const SHORTCODE: &str = "prediction";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Where it stands on its page.
    pub id: String,
    /// Plain text.
    pub text: String,
    /// Percent, from 0 to 100.
    pub confidence: u8,
    pub due: Option<Due>,
    /// Whether it came true; `None` while nobody knows.
    pub outcome: Option<bool>,
}

/// `predictions:` of front matter: the plain form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plain {
    pub due: Option<Due>,
    /// In the order of the items.
    pub outcomes: Vec<Option<bool>>,
    pub span: Option<Span>,
}

impl Plain {
    /// What is wrong where the page's lists make `found` predictions.
    pub fn complaint(&self, found: usize) -> Option<Diagnostic> {
        let span = self.span?;
        let message = match (found, self.outcomes.len()) {
            (0, _) => "no item of a list on this page ends on a confidence".to_owned(),
            (found, outcomes) if outcomes > found => format!(
                "`predictions.outcomes` has {outcomes} entries, and {found} {} on a confidence",
                if found == 1 {
                    "item of a list ends"
                } else {
                    "items of lists end"
                }
            ),
            _ => return None,
        };
        let help = "end each item that predicts on its confidence, as in `(60% confidence)`";
        Some(Diagnostic::warning("predictions", span, message).help(help))
    }
}

/// What the plain form says in the language of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    pub confidence: String,
    pub came_true: String,
    pub came_false: String,
}

/// The confidence at the end of an item's text, in percent, and where the words
/// before it end: `… (60% confidence)`, also `(>50% confidence)`, `(60 %)`, a full
/// stop after it, and the word in the language of the page.
pub fn tail(text: &str, word: &str) -> Option<(usize, u32)> {
    let text = text.trim_end().trim_end_matches('.');
    let inside = text.strip_suffix(')')?;
    let open = inside.rfind('(')?;
    let inside = inside[open + 1..].trim();
    let inside = inside.trim_start_matches(['>', '<', '~', '≈', '≥', '≤', ' ']);
    let (number, rest) = inside.split_once('%')?;
    let rest = rest.trim().to_lowercase();
    let is_word = ["", "confidence", "confident"].contains(&&*rest) || rest == word.to_lowercase();
    let number = number.trim().parse().ok().filter(|_| is_word)?;
    Some((text[..open].trim_end().len(), number))
}

#[cfg(test)]
mod tests {
    use super::tail;

    #[test]
    fn an_item_ends_on_its_confidence() {
        for (text, percent) in [
            ("GPUs (60% confidence)", 60),
            ("GPUs (>50% confidence).", 50),
            ("GPUs (~ 5 % confident) ", 5),
            ("GPUs (100%)", 100),
            ("GPUs (70 % Zuversicht)", 70),
        ] {
            assert_eq!(tail(text, "Zuversicht"), Some(("GPUs".len(), percent)));
        }
        for text in [
            "(60% of all)",
            "60% confidence",
            "(sixty % confidence)",
            "(60% confidence) no",
        ] {
            assert_eq!(tail(text, ""), None, "{text}");
        }
    }
}
