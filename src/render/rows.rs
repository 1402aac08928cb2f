//! Maps for templates that are all alike, such as cards: a table says what their
//! keys are and how each value is made.
//!
//! The keys of such a map are hashed once, for the first; the others are copies of
//! it with other values.

use tera::{Map, Value};

/// The keys of a kind of map, in order.
pub struct Shape(Map);

impl Shape {
    pub fn new(keys: impl IntoIterator<Item = &'static str>) -> Shape {
        Shape(
            keys.into_iter()
                .map(|key| (key.into(), Value::none()))
                .collect(),
        )
    }

    /// A map with these values, one for each key.
    pub fn value(&self, values: impl IntoIterator<Item = Value>) -> Value {
        let mut map = self.0.clone();
        for (place, value) in map.values_mut().zip(values) {
            *place = value;
        }
        Value::from(map)
    }
}

/// A [`Shape`] and how to make what stands in it; `M` makes one value.
pub struct Rows<M> {
    shape: Shape,
    makers: Vec<M>,
}

impl<M: Copy> Rows<M> {
    pub fn new(rows: impl IntoIterator<Item = (&'static str, M)>) -> Rows<M> {
        let (keys, makers): (Vec<&'static str>, Vec<M>) = rows.into_iter().unzip();
        Rows {
            shape: Shape::new(keys),
            makers,
        }
    }

    pub fn value(&self, make: impl Fn(M) -> Value) -> Value {
        self.shape
            .value(self.makers.iter().map(|maker| make(*maker)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_at_their_keys() {
        let rows: Rows<fn(i64) -> i64> =
            Rows::new([("b", (|n| n + 1) as fn(i64) -> i64), ("a", |n| n * 2)]);
        assert_eq!(
            rows.value(|make| Value::from(make(5))).to_string(),
            r#"{"b": 6, "a": 10}"#
        );
        assert_eq!(
            rows.value(|make| Value::from(make(7))).to_string(),
            r#"{"b": 8, "a": 14}"#
        );
    }
}
