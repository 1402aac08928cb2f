pub fn read(
    _: &crate::tree::Map,
    _: &super::Options,
    _: super::Place<'_>,
    _: &mut Vec<crate::diag::Diagnostic>,
) -> super::Front {
    super::Front::default()
}
