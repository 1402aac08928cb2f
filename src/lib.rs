//! Longhand compiles a folder of Markdown into a site.
//!
//! ```text
//! source ─► config ─► parse ─► site ─► expand ─► render ─► emit
//! walk,read           one file  index   shortcodes one Job   only what changed
//! ```
//!
//! Modules stand in reading order; each imports only what stands before it
//! (`tests/tidy.rs` holds the table).

// What everything stands on.
pub mod text;

pub mod hash;

pub mod table;

pub mod diag;

pub mod timing;

pub mod date;
pub mod tree;

// From a folder to pages.
pub mod source;

pub mod picture;

pub mod formula;

pub mod config;

pub mod parse;

pub mod cache;

pub mod site;

// From pages to files.
pub mod expand;
pub mod theme;

pub mod render;

pub mod emit;

// The whole, and the command line around it.
pub mod build;

// What is done besides building.
pub mod check;

pub mod desk;

pub mod import;

pub mod deploy;

pub mod serve;

pub mod cli;
