//! `math:`: what formulas have in common. Whether `$…$` is one is a switch, `params.math`.

use super::rows::{Intake, Row, row};
use crate::formula::{Macro, Macros};
use crate::tree::{Node, Value};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Math {
    /// For the whole site; those of a page win.
    pub macros: Macros,
}

pub const MATH: &[Row<Math>] = &[row("macros", "", |m, n, i| m.macros = macros(n, i))];

/// Commands by their names: TeX, or TeX and how many arguments it takes, as MathJax has it.
/// The backslash of a name is not needed.
pub fn macros(node: &Node, intake: &mut Intake) -> Macros {
    let mut macros = Macros::default();
    let Some(map) = intake.map(node) else {
        return macros;
    };
    for (key, value) in &map.entries {
        intake.enter(&key.name, |intake| {
            let Some(own) = body(value, intake) else {
                return;
            };
            if let Err(message) = macros.define(&key.name, own) {
                let help = "name it with letters: `R: \\mathbb{R}`";
                intake.error("math", value, message).help = Some(help.to_owned());
            }
        });
    }
    macros
}

fn body(value: &Node, intake: &mut Intake) -> Option<Macro> {
    let Value::List(list) = &value.value else {
        return Some(Macro::new(&intake.text(value)?));
    };
    let count = list.get(1).map(|node| node.as_int().map(u8::try_from));
    match (&list[..], count) {
        ([body, ..], Some(Some(Ok(count @ 0..=9)))) if list.len() <= 3 => Some(Macro {
            arguments: count,
            default: list
                .get(2)
                .and_then(Node::as_text)
                .map(|text| text.to_string()),
            body: intake.text(body)?,
        }),
        _ => {
            intake.wrong(
                value,
                "TeX, or a list of TeX and the number of its arguments",
            );
            None
        }
    }
}
