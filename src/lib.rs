//! Longhand compiles a folder of Markdown into a site.
//!
//! ```text
//! source ─► config ─► parse ─► site ─► expand ─► render ─► emit
//! walk,read           one file  index   shortcodes one Job   only what changed
//! ```
//!
//! Modules stand in reading order; each imports only what stands before it
//! (`tests/tidy.rs` holds the table).

pub mod build;
pub mod cli;
pub mod config;
pub mod date;
pub mod diag;
pub mod emit;
pub mod expand;
pub mod parse;
pub mod render;
pub mod site;
pub mod source;
pub mod text;
pub mod theme;
pub mod tree;
