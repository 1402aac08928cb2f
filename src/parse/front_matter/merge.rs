//! Joins a page's own front matter with what cascades hand down.

use crate::config::rows::same_key;
use crate::tree::{Map, Node, Value};

/// The page's own keys stand; what it leaves unsaid the nearest cascade says.
/// As in Hugo, a map is taken whole, but for `params`, which is joined key by key.
pub fn inherit(own: &Map, inherited: &[&Map]) -> Map {
    let mut joined = own.clone();
    for values in inherited {
        for (key, node) in &values.entries {
            match joined
                .entries
                .iter_mut()
                .find(|(other, _)| same_key(&other.name, &key.name))
            {
                None => joined.entries.push((key.clone(), node.clone())),
                Some((
                    _,
                    Node {
                        value: Value::Map(below),
                        ..
                    },
                )) if same_key(&key.name, "params") => {
                    if let Value::Map(above) = &node.value {
                        let missing = |name: &str| {
                            !below
                                .entries
                                .iter()
                                .any(|(other, _)| same_key(&other.name, name))
                        };
                        let more: Vec<_> = above
                            .entries
                            .iter()
                            .filter(|(key, _)| missing(&key.name))
                            .cloned()
                            .collect();
                        below.entries.extend(more);
                    }
                }
                Some(_) => {}
            }
        }
    }
    joined
}
