//! The order of pages: weight (0 last), then date, the newest first, then title, then path.
//!
//! Hugo's default order, which existing blogs rely on.

use super::{Page, PageId};
use std::cmp::Ordering;

pub fn compare(a: &Page, b: &Page) -> Ordering {
    let weight = |page: &Page| {
        if page.weight == 0 {
            i64::MAX
        } else {
            page.weight
        }
    };
    weight(a)
        .cmp(&weight(b))
        // A page without a date comes after all that have one.
        .then_with(|| b.date.cmp(&a.date))
        .then_with(|| a.link_title.cmp(&b.link_title))
        .then_with(|| a.path.cmp(&b.path))
}

pub fn sort(ids: &mut [PageId], pages: &[Page]) {
    // The path is unique within a language, so the order does not depend on the sort's stability.
    ids.sort_unstable_by(|a, b| compare(&pages[a.index()], &pages[b.index()]).then(a.cmp(b)));
}
