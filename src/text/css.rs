//! Values of CSS that are let through from a configuration: what is certain to be
//! one value and nothing else, whatever the sheet or attribute that it lands in.

/// Letters, digits and the punctuation of colours, gradients and positions; parentheses are balanced.
pub fn is_background(value: &str) -> bool {
    let mut depth = 0i32;
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            c if c.is_alphanumeric() || " #%.,-/+\"':?=&_@~".contains(c) => {}
            _ => return false,
        }
        if depth < 0 {
            return false;
        }
    }
    let lower = value.to_ascii_lowercase();
    depth == 0
        && !value.is_empty()
        && !lower.contains("javascript:")
        && !lower.contains("expression(")
}

#[cfg(test)]
mod tests {
    use super::is_background;

    #[test]
    fn only_backgrounds_reach_the_style_attribute() {
        assert!(is_background(
            "linear-gradient(-225deg, #2CD8D5 0%, #6B8DD6 48%, #8E37D7 100%)"
        ));
        assert!(is_background("rgb(1 2 3 / 50%)"));
        for hostile in [
            "red; position: fixed",
            "x}</style>",
            "url(javascript:alert(1))",
            "a)",
            "",
            "\\65xpression",
        ] {
            assert!(!is_background(hostile), "{hostile}");
        }
    }
}
