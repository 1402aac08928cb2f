//! Series: the pages that name one, the oldest first: "part 2 of 5".

use super::{Page, PageId, Series, Taxonomy, Term, order, taxonomy};
use std::sync::Arc;

pub fn link(pages: &mut [Page], taxonomies: &[Taxonomy], terms: &[Term]) {
    for term in terms {
        if taxonomies[term.taxonomy.index()].name != taxonomy::SERIES {
            continue;
        }
        let mut members: Vec<PageId> = pages[term.page.index()].pages.clone();
        if members.is_empty() {
            continue;
        }
        members.sort_by(|a, b| {
            let (a, b) = (&pages[a.index()], &pages[b.index()]);
            a.date.cmp(&b.date).then_with(|| order::compare(a, b))
        });
        let members: Arc<[PageId]> = members.into();
        for (index, member) in members.iter().enumerate() {
            let series = Series {
                title: term.title.clone(),
                page: term.page,
                index,
                pages: members.clone(),
            };
            pages[member.index()].series.push(series);
        }
    }
}
