//! Turns jobs into files.
pub mod feed;
pub mod head;
pub mod i18n;
pub mod icons;
pub(crate) mod json;
pub(crate) mod link;
pub mod machine;
pub mod search;
pub mod sitemap;
pub(crate) mod xml;
