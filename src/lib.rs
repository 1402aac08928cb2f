//! Longhand compiles a folder of Markdown into a site.
//!
//! ```text
//! source ─► config ─► parse ─► site ─► expand ─► render ─► emit
//! walk,read           one file  index   shortcodes one Job   only what changed
//! ```
//!
//! Modules stand in reading order; each imports only what stands before it
//! (`tests/tidy.rs` holds the table).

pub mod diag;
pub mod text;
pub mod date;
pub mod tree;
pub mod source;
pub mod theme;
pub mod config;
pub mod parse;
pub mod site;
pub mod expand;
pub mod render;
pub mod emit;
pub mod build;
pub mod cli;
