//! Items of a list that end on a confidence: predictions in their plain form
//! (see [`crate::parse::predictions`]).

use super::render::{Place, Renderer};
use crate::parse::html::plainify;
use crate::parse::predictions::{Prediction, tail};
use crate::parse::token;
use crate::text::escape_html;

impl Renderer<'_> {
    /// The end of an item: one that makes a prediction gets an id, and what came
    /// of it once that is known.
    pub(super) fn end_item(&mut self) {
        if let Some(plain) = &self.options.predictions
            && let Some(Place::Html(at)) = self.open.last().and_then(|open| open.at)
            && let Some(inside) = self.out.get(at + 1..)
            // What stands before a list within it.
            && let lists = ["<ul>", "<ol"].iter().filter_map(|list| inside.find(list))
            && let inside = &inside[..lists.min().unwrap_or(inside.len())]
            && let own = at + 1 + inside.trim_end().len()
            && let text = plainify(&token::without(inside))
            && let Some((end, percent)) = tail(&text, &self.options.verdicts.confidence)
            && let Ok(confidence @ 0..=100) = u8::try_from(percent)
        {
            let number = self.done.predictions.len();
            let id = self.ids.unique(&format!("prediction-{}", number + 1));
            let outcome = plain.outcomes.get(number).copied().flatten();
            let words = &self.options.verdicts;
            if let Some(outcome) = outcome {
                let (class, words) = match outcome {
                    true => ("came-true", &words.came_true),
                    false => ("came-false", &words.came_false),
                };
                let mut verdict = format!(" <span class=\"verdict {class}\">");
                escape_html(&mut verdict, words);
                verdict.push_str("</span>");
                let within = self.out[..own].strip_suffix("</p>").map_or(own, str::len);
                self.out.insert_str(within, &verdict);
            }
            self.out
                .insert_str(at, &format!(" class=\"prediction\" id=\"{id}\""));
            self.done.predictions.push(Prediction {
                id,
                text: text[..end].to_owned(),
                confidence,
                due: plain.due,
                outcome,
            });
        }
        self.close("</li>\n");
    }
}
