use crate::diag::FileId;
#[derive(Debug, Default)]
pub struct Sources { pub files: Vec<(String,String)> }
impl Sources { pub fn path(&self, f: FileId) -> &str { &self.files[f.0 as usize].0 } }
