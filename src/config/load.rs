//! Finds the files of the configuration among those of the site, merges them
//! and the environment into one tree, and types it.

use super::Config;
use crate::diag::{Diagnostic, FileId};

/// One file that may belong to the configuration.
#[derive(Clone, Copy, Debug)]
pub struct ConfigFile<'a> {
    pub id: FileId,
    /// From the site's root, with slashes: `hugo.yaml`, `config/_default/params.yaml`.
    pub path: &'a str,
    pub text: &'a str,
}

/// What the command line says about the configuration.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Name of the site's folder: the title where nothing is configured.
    pub folder: String,
    /// `-c`: these files alone instead of those found by name, as paths of [`ConfigFile`]s.
    pub files: Option<Vec<String>>,
    /// `--env`; `production` where it is not said.
    pub environment: Option<String>,
    /// `-b`.
    pub base_url: Option<String>,
    /// Environment variables that begin with `HUGO_` or `LONGHAND_`, names whole.
    pub variables: Vec<(String, String)>,
}

/// Whether a file of this path may be one of the configuration.
pub fn is_config(path: &str) -> bool {
    let _ = path;
    false
}

pub fn load(files: &[ConfigFile<'_>], options: &Options) -> (Config, Vec<Diagnostic>) {
    let _ = (files, options);
    unimplemented!()
}
