use super::*;
pub fn parse(t: &str, _: &TimeZone) -> Result<Date, DateError> {
    Err(DateError {
        text: t.to_owned(),
        impossible: false,
    })
}
pub fn from_filename(_: &str, _: &TimeZone) -> Option<(Date, String)> {
    None
}
