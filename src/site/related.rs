//! Related pages: those that share the rarest terms.
//!
//! A shared term weighs ln(pages / pages of the term), so that a tag that
//! everything carries says little. Only the [`REACH`] neighbours of a page
//! within a term's list are looked at, which keeps the step linear: at 10,000
//! posts under one tag, comparing all would be 50 million pairs.

use super::{Page, PageId, Term};
use std::collections::BTreeMap;

/// How many pages are shown.
pub const SHOWN: usize = 3;
/// How far to look to either side within one term.
const REACH: usize = 64;

pub fn link(pages: &mut [Page], terms: &[Term], total: usize) {
    // For each page and term its position in that term's list.
    let mut candidates: Vec<BTreeMap<PageId, f64>> = vec![BTreeMap::new(); pages.len()];
    for term in terms {
        let members = &pages[term.page.index()].pages;
        if members.len() < 2 {
            continue;
        }
        let weight = (total.max(2) as f64 / members.len() as f64).ln().max(0.01);
        for (position, page) in members.iter().enumerate() {
            let from = position.saturating_sub(REACH);
            let to = (position + REACH + 1).min(members.len());
            for other in &members[from..to] {
                if other != page {
                    *candidates[page.index()].entry(*other).or_default() += weight;
                }
            }
        }
    }
    let related: Vec<Vec<PageId>> = candidates
        .into_iter()
        .map(|found| best(found, pages))
        .collect();
    for (page, related) in pages.iter_mut().zip(related) {
        page.related = related;
    }
}

fn best(found: BTreeMap<PageId, f64>, pages: &[Page]) -> Vec<PageId> {
    let mut found: Vec<(PageId, f64)> = found.into_iter().collect();
    found.sort_by(|(a, x), (b, y)| {
        y.total_cmp(x)
            .then_with(|| super::order::compare(&pages[a.index()], &pages[b.index()]))
    });
    found
        .into_iter()
        .take(SHOWN)
        .map(|(page, _)| page)
        .collect()
}
