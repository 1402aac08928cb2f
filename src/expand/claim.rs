//! The shortcode `prediction`: its arguments read, the claim noted for the page
//! of predictions.

use super::call::arguments;
use super::registry::Shortcode;
use super::run::Run;
use super::{functions, marks};
use crate::date::{DUE_ACCEPTED, Due};
use crate::diag::{Diagnostic, Span};
use crate::parse::predictions::Prediction;
use crate::parse::shortcode::Call;
use crate::parse::token;
use tera::value::Key;
use tera::{Context, Map, Value};

/// Whoever wrote the template: a site's own may look otherwise, and predicts the same.
pub(super) const TEMPLATE: &str = "shortcodes/prediction.html";

impl Run<'_> {
    /// Notes the prediction, and tells the template of it as `claim`: `id`,
    /// `confidence`, `due`, `outcome`. False where an argument cannot be read;
    /// then that was said.
    pub(super) fn claim(
        &mut self,
        call: &Call,
        shortcode: &Shortcode,
        context: &mut Context,
    ) -> bool {
        let (args, _) = arguments(call, shortcode);
        let arg = |name: &'static str| {
            let value = args.as_map().and_then(|map| map.get(&Key::Str(name)));
            let value = value.filter(|value| !value.is_none())?;
            Some(value.to_string().trim().to_owned()).filter(|text| !text.is_empty())
        };
        let mut faults = Vec::new();
        let confidence = arg("p").and_then(|text| {
            let number = text.trim_end_matches('%').trim_end().parse();
            let found = number.ok().filter(|percent: &u8| *percent <= 100);
            if found.is_none() {
                let message = format!("`{text}` is no confidence");
                let help = "write percent, a whole number from 0 to 100: `p=60`";
                faults.push(fault(call, "p", message, help));
            }
            found
        });
        let due = arg("due").and_then(|text| {
            let due = Due::parse(&text);
            if due.is_none() {
                let message = format!("`{text}` is no date");
                faults.push(fault(call, "due", message, DUE_ACCEPTED));
            }
            due
        });
        let outcome = arg("outcome").and_then(|text| match text.to_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            "open" | "null" => None,
            _ => {
                let message = format!("`{text}` is no outcome");
                let help = "write `true`, `false`, or nothing while nobody knows";
                faults.push(fault(call, "outcome", message, help));
                None
            }
        });
        if !faults.is_empty() {
            self.diagnostics.append(&mut faults);
            return false;
        }
        // A template of the site's own may ask for no `p`.
        let Some(confidence) = confidence else {
            return true;
        };
        let inner = call.inner.as_ref().map_or("", |inner| &inner.text);
        // What shortcodes within it give is left out.
        let text = functions::plain(&token::without(inner));
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = marks::clean(&words.join(" ")).into_owned();
        let id = self
            .ids
            .unique(&format!("prediction-{}", self.predictions.len() + 1));
        let mut claim = Map::default();
        claim.insert(Key::Str("id"), Value::from(id.as_str()));
        claim.insert(Key::Str("confidence"), Value::from(confidence));
        let said = due.map(|due| due.to_string());
        claim.insert(Key::Str("due"), said.into());
        claim.insert(Key::Str("outcome"), outcome.into());
        context.insert_value("claim", Value::from(claim));
        self.predictions.push(Prediction {
            id,
            text,
            confidence,
            due,
            outcome,
        });
        true
    }
}

fn fault(call: &Call, name: &str, message: String, help: &str) -> Diagnostic {
    let named = call
        .args
        .iter()
        .rev()
        .find(|arg| arg.name.as_deref() == Some(name));
    let place = ["p", "due", "outcome"]
        .iter()
        .position(|known| *known == name);
    let positional = place.and_then(|place| call.args.get(place));
    let span: Span = match named.or(positional) {
        Some(arg) => arg.span,
        None => call.tag,
    };
    let message = format!("{message} for `{name}` of shortcode `{}`", call.name);
    Diagnostic::error("shortcode-argument", span, message).help(help)
}
