//! Books: which pages and lists are put out as EPUB, and what stands in which
//! order in each.

use super::{Kind, Page, PageId, Site, order};
use crate::config::outputs::OutputFormat;

/// A row of a book's chapters, under the name of their section where they have one.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub section: Option<PageId>,
    pub pages: Vec<PageId>,
}

impl Site {
    /// Whether a book of the page is asked for. Pages that the program fills have no text.
    pub fn wants_epub(&self, page: &Page) -> bool {
        let own = page.front().and_then(|front| front.epub);
        let wanted = own.unwrap_or_else(|| {
            self.outputs(page)
                .is_some_and(|formats| formats.contains(&OutputFormat::Epub))
        });
        // That a list of terms has none is said of the configuration's key, once.
        let is_told = page.kind == Kind::Taxonomy && own.is_none();
        wanted && page.rendered && self.layout(page).is_empty() && !is_told
    }

    /// The book of a page, in the output folder: `blog/post/index.epub`.
    pub fn epub_output(page: &Page) -> String {
        let stem = page.output.strip_suffix(".html").unwrap_or(&page.output);
        format!("{stem}.epub")
    }

    /// Where the book of a page stands, from the site's root, if there is one.
    pub fn epub_url(&self, id: PageId) -> Option<String> {
        let page = &self[id];
        (self.wants_epub(page) && self.is_book(id)).then(|| format!("/{}", Site::epub_output(page)))
    }

    /// Whether anything would stand in the book of a page.
    pub fn is_book(&self, id: PageId) -> bool {
        let page = &self[id];
        let any = |pages: &[PageId]| pages.iter().any(|id| self.may_be_in_books(*id));
        match page.kind {
            Kind::Page => true,
            Kind::Taxonomy => false,
            Kind::Term => any(&page.pages),
            Kind::Section => {
                any(&page.pages) || page.sections.iter().any(|id| any(&self.below(*id)))
            }
            Kind::Home => any(&self.regular[page.lang.index()]),
        }
    }

    /// The chapters of the book of a page, in the order in which they are read: of a
    /// tag or a series the oldest first, of a section and of the site by weight before
    /// that, section after section.
    pub fn book(&self, id: PageId) -> Vec<Part> {
        let page = &self[id];
        let mut parts = match page.kind {
            Kind::Page => {
                return vec![Part {
                    section: None,
                    pages: vec![id],
                }];
            }
            Kind::Taxonomy => Vec::new(),
            Kind::Term => {
                let all = page.pages.iter().copied();
                let mut pages: Vec<PageId> = all.filter(|id| self.may_be_in_books(*id)).collect();
                pages.sort_by(|a, b| {
                    let (a, b) = (&self[*a], &self[*b]);
                    a.date.cmp(&b.date).then_with(|| order::compare(a, b))
                });
                vec![Part {
                    section: None,
                    pages,
                }]
            }
            Kind::Section => {
                let mut parts = vec![self.part(None, &page.pages)];
                for section in &page.sections {
                    parts.push(self.part(Some(*section), &self.below(*section)));
                }
                parts
            }
            Kind::Home => {
                let sections = self.for_machines(page.lang);
                let part =
                    |(section, pages): &(Option<PageId>, Vec<PageId>)| self.part(*section, pages);
                sections.iter().map(part).collect()
            }
        };
        parts.retain(|part| !part.pages.is_empty());
        parts
    }

    fn part(&self, section: Option<PageId>, pages: &[PageId]) -> Part {
        let all = pages.iter().copied();
        let mut pages: Vec<PageId> = all.filter(|id| self.may_be_in_books(*id)).collect();
        let weight = |page: &Page| match page.weight {
            0 => i64::MAX,
            weight => weight,
        };
        pages.sort_by(|a, b| {
            let (a, b) = (&self[*a], &self[*b]);
            weight(a)
                .cmp(&weight(b))
                .then_with(|| a.date.cmp(&b.date))
                .then_with(|| order::compare(a, b))
        });
        Part { section, pages }
    }

    /// What lists and search engines are not shown is in no list's book either.
    fn may_be_in_books(&self, id: PageId) -> bool {
        let page = &self[id];
        page.listed && page.rendered && page.show.indexed_by_robots && self.layout(page).is_empty()
    }
}
