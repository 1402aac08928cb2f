//! Smaller copies of the pictures beside pages: of which widths there are any, and
//! where they are put out. What they look like is not known here.

use super::Site;
use super::route::{Claimant, Job};
use crate::config::imaging::Imaging;
use crate::diag::Diagnostic;
use crate::picture::{Facts, Format, Pictures, copies};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::Arc;

/// A picture that has copies.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    /// From the site's root.
    pub source: Arc<str>,
    /// Where the picture itself is put out, from the site's root.
    pub url: String,
    pub facts: Facts,
    /// In pixels, in order; the last may be the picture's own.
    pub widths: Vec<u32>,
}

#[derive(Debug, Default)]
pub struct Copies {
    pub all: Vec<Copied>,
    by_source: HashMap<Arc<str>, usize>,
}

impl Copies {
    pub fn of(&self, source: &str) -> Option<&Copied> {
        self.by_source.get(source).map(|index| &self.all[*index])
    }
}

/// Bytes of a file that is small enough as it is.
const SMALL: u64 = 10 << 10;

impl Copied {
    /// From the site's root: the picture's own with the width behind it, so that
    /// two pictures of one name and two formats have copies of two names.
    pub fn url_of(&self, width: u32) -> String {
        let extension = copies::extension(self.facts.format);
        format!("{}.{width}.{extension}", self.url)
    }

    pub fn height_of(&self, width: u32) -> u32 {
        let (own_width, own_height) = (u64::from(self.facts.width), u64::from(self.facts.height));
        // At most the picture's own.
        ((own_height * u64::from(width) + own_width / 2) / own_width).max(1) as u32
    }

    /// The value of the attribute: every copy, and the picture itself where it is the best
    /// of its width.
    pub fn srcset(&self, site: &Site) -> String {
        let mut out = String::new();
        let mut candidate = |url: &str, width: u32| {
            let comma = if out.is_empty() { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(out, "{comma}{} {width}w", site.href(url));
        };
        for width in &self.widths {
            candidate(&self.url_of(*width), *width);
        }
        let largest = site.config.imaging.widths.last().copied();
        let is_within = largest.is_some_and(|largest| self.facts.width <= largest);
        if is_within && self.widths.last() != Some(&self.facts.width) {
            candidate(&self.url, self.facts.width);
        }
        out
    }
}

/// The widths in which copies of a picture save bytes, as far as its header tells. Never
/// more than its own.
fn widths(facts: &Facts, imaging: &Imaging) -> Vec<u32> {
    let pixels = u64::from(facts.width) * u64::from(facts.height);
    let is_gigantic = pixels > u64::from(imaging.largest) * 1_000_000;
    let Some(largest) = imaging.widths.last() else {
        return Vec::new();
    };
    if !copies::can_be_copied(facts) || is_gigantic || facts.length < SMALL {
        return Vec::new();
    }
    let smaller = imaging.widths.iter().filter(|width| **width < facts.width);
    let mut widths: Vec<u32> = smaller.copied().collect();
    // Of its own size the copy gains by its format alone: over a JPEG of less than two bits
    // for each pixel it does not.
    let gains = cfg!(feature = "webp")
        && match facts.format {
            Format::Jpeg => facts.length * 4 > pixels,
            Format::Png => true,
            _ => false,
        };
    if facts.width <= *largest && gains {
        widths.push(facts.width);
    }
    widths
}

impl Site {
    /// Claims the copies of all pictures beside pages that are published.
    pub fn add_copies(&mut self, pictures: &Pictures, diagnostics: &mut Vec<Diagnostic>) {
        if !self.config.imaging.on || self.loose.is_empty() {
            return;
        }
        let published = |url: &str, source: &Arc<str>| {
            let route = self.routes.get(url.trim_start_matches('/'));
            route.is_some_and(|route| matches!(&route.job, Job::Copy(path) if path == source))
        };
        // In order, and each once, whatever languages share it.
        let sources: BTreeMap<&Arc<str>, &String> = self
            .loose
            .values()
            .filter(|(_, source)| Format::of_name(source).is_some())
            .map(|(url, source)| (source, url))
            .collect();
        let sources: Vec<(&Arc<str>, &String)> = sources.into_iter().collect();
        let all: Vec<Copied> = sources
            .into_par_iter()
            .filter(|(source, url)| published(url, source))
            .filter_map(|(source, url)| {
                let facts = pictures.facts(source)?.ok()?;
                let widths = widths(&facts, &self.config.imaging);
                (!widths.is_empty()).then(|| Copied {
                    source: source.clone(),
                    url: url.clone(),
                    facts,
                    widths,
                })
            })
            .collect();
        let mut copies = Copies {
            by_source: all
                .iter()
                .enumerate()
                .map(|(index, copied)| (copied.source.clone(), index))
                .collect(),
            all,
        };
        for (index, copied) in copies.all.iter_mut().enumerate() {
            let url_of = |width: u32| copied.url_of(width);
            let mut claimed = Vec::new();
            for width in &copied.widths {
                let output = url_of(*width).trim_start_matches('/').to_owned();
                let job = Job::Picture(index, *width);
                let claimant = Claimant::Generated("a smaller copy of a picture");
                if self.routes.claim(output, job, claimant, diagnostics) {
                    claimed.push(*width);
                }
            }
            copied.widths = claimed;
        }
        self.copies = copies;
    }
}
