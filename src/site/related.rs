//! Related pages: those that share the rarest terms.
//!
//! A shared term weighs ln(pages / pages of the term), so that a tag that
//! everything carries says little. Only the [`REACH`] neighbours of a page
//! within a term's list are looked at, which keeps the step linear: at 10,000
//! posts under one tag, comparing all would be 50 million pairs.

use super::{Page, PageId, Term, TermId};
use rayon::prelude::*;

/// How many pages are shown.
pub const SHOWN: usize = 3;
/// How far to look to either side within one term.
const REACH: usize = 64;
/// Pages that one thread takes at a time: enough to share its table of scores.
const BLOCK: usize = 512;

/// A term as this step needs it.
struct List {
    weight: f64,
    /// Places of its pages in the language's list, in their order.
    members: Vec<u32>,
}

/// `regular` are the listed pages of each language, in order; terms list no others.
pub fn link(pages: &mut [Page], terms: &[Term], regular: &[Vec<PageId>]) {
    let total = regular.iter().map(Vec::len).max().unwrap_or_default();
    let mut places = vec![0; pages.len()];
    for ids in regular {
        for (place, id) in ids.iter().enumerate() {
            places[id.index()] = place as u32;
        }
    }
    let lists: Vec<List> = terms
        .iter()
        .map(|term| List::new(&pages[term.page.index()].pages, &places, total))
        .collect();
    for ids in regular {
        let related: Vec<Vec<PageId>> = ids
            .par_iter()
            .with_min_len(BLOCK)
            .map_init(
                || Scores::new(ids.len()),
                |scores, id| {
                    let nearest = scores.best(places[id.index()], &pages[id.index()].terms, &lists);
                    nearest.map(|place| ids[place as usize]).collect()
                },
            )
            .collect();
        for (id, related) in ids.iter().zip(related) {
            pages[id.index()].related = related;
        }
    }
}

impl List {
    fn new(members: &[PageId], places: &[u32], total: usize) -> List {
        List {
            weight: (total.max(2) as f64 / members.len() as f64).ln().max(0.01),
            members: members.iter().map(|id| places[id.index()]).collect(),
        }
    }
}

/// How near each page of a language is to the one that is looked at.
struct Scores {
    by_place: Vec<f64>,
    /// Places whose score is not 0.
    touched: Vec<u32>,
}

impl Scores {
    fn new(pages: usize) -> Scores {
        Scores {
            by_place: vec![0.0; pages],
            touched: Vec::new(),
        }
    }

    /// Places of the nearest pages, the nearest first; of equals the first in the language's order.
    fn best(
        &mut self,
        own: u32,
        terms: &[TermId],
        lists: &[List],
    ) -> impl Iterator<Item = u32> + use<> {
        // One order for all pages, so that equal sums of weights are equal to the last bit.
        let mut terms = terms.to_vec();
        terms.sort_unstable();
        for term in terms {
            let List { weight, members } = &lists[term.index()];
            // The list has the order of places.
            let Ok(position) = members.binary_search(&own) else {
                continue;
            };
            let from = position.saturating_sub(REACH);
            let to = (position + REACH + 1).min(members.len());
            for place in &members[from..to] {
                let score = &mut self.by_place[*place as usize];
                if *score == 0.0 {
                    self.touched.push(*place);
                }
                *score += weight;
            }
        }
        let mut best = [None; SHOWN];
        for place in self.touched.drain(..) {
            let score = std::mem::take(&mut self.by_place[place as usize]);
            if place != own {
                insert(&mut best, (score, place));
            }
        }
        best.into_iter().flatten().map(|(_, place)| place)
    }
}

/// Puts one where it belongs among the best, if it does.
fn insert(best: &mut [Option<(f64, u32)>; SHOWN], mut new: (f64, u32)) {
    for slot in best {
        match slot {
            None => {
                *slot = Some(new);
                return;
            }
            Some(held) if new.0 > held.0 || (new.0 == held.0 && new.1 < held.1) => {
                std::mem::swap(held, &mut new);
            }
            Some(_) => {}
        }
    }
}
