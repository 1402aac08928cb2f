//! What the tables say of a key, found at once: every key of every file is
//! looked up, and walking the tables for each took as long as reading YAML.

use super::keys::{self, ROWS};
use super::{Front, dates};
use crate::config::rows::{Row, find, same_key};
use crate::config::switches::{self, Switches};
use std::collections::HashMap;
use std::sync::LazyLock;

/// All spellings of one key.
pub struct Known {
    /// As documented: templates find it by this name however it was spelled.
    pub name: Option<&'static str>,
    pub row: Option<&'static Row<Front>>,
    pub switch: Option<&'static Row<Switches>>,
    /// It is one of Hugo's own names for a date.
    pub date: bool,
}

/// By what is the same in all spellings.
static KNOWN: LazyLock<HashMap<Vec<u8>, Known>> = LazyLock::new(|| {
    let rows = ROWS.iter().map(|row| row.name);
    let switches = switches::ROWS.iter().map(|row| row.name);
    let names = rows.chain(switches).chain(dates::NAMES);
    names.map(|name| (form(name), known(name))).collect()
});

fn known(name: &str) -> Known {
    let same = |other: &&'static str| same_key(other, name);
    Known {
        name: keys::names().chain(dates::NAMES).find(same),
        row: find(ROWS, name),
        switch: find(switches::ROWS, name),
        date: dates::NAMES.iter().any(same),
    }
}

/// Two spellings have one form when [`same_key`] holds of them.
fn form(name: &str) -> Vec<u8> {
    let mut form = Vec::with_capacity(name.len());
    for byte in name.bytes() {
        if !matches!(byte, b'_' | b'-') {
            form.push(byte.to_ascii_lowercase());
        }
    }
    form
}

/// Nothing of a key that only templates, or the configuration, may know.
pub fn get(name: &str) -> Option<&'static Known> {
    KNOWN.get(&form(name))
}
