pub fn format(_: super::Date, _: &str, _: &str) -> String {
    String::new()
}
