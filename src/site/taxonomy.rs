//! Taxonomies and their terms: tags, categories, or any other name.
//!
//! Spellings whose slugs are the same are one term (`Open Source`,
//! `open source`); it is called as most pages call it.

use super::construct::{ByPath, Document};
use super::{Kind, LangId, Page, PageId, Role, Taxonomy, TaxonomyId, Term, TermId};
use crate::config::Config;
use crate::config::switches::Show;
use crate::diag::{Diagnostic, Span};
use crate::text;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The taxonomy that `series:` makes by itself when it is not configured.
pub const SERIES: &str = "series";

pub struct Terms {
    pub taxonomies: Vec<Taxonomy>,
    pub terms: Vec<Term>,
}

/// Plural names of the taxonomies in one language.
pub fn names(config: &Config, lang: LangId, documents: &[Document]) -> Vec<String> {
    let configured = &config.languages[lang.index()].taxonomies;
    let mut names: Vec<String> = configured
        .iter()
        .map(|taxonomy| taxonomy.plural.clone())
        .collect();
    let in_use = documents
        .iter()
        .any(|d| d.lang == lang && !d.doc.front.series.is_empty());
    if in_use && !names.iter().any(|name| name == SERIES) {
        names.push(SERIES.to_owned());
    }
    names
}

/// Finds the terms that pages name, makes a page for each that has none, and
/// gives every page its terms in the order of the front matter.
pub fn build(
    config: &Config,
    usual: &[Arc<Show>],
    pages: &mut Vec<Page>,
    by_path: &ByPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Terms {
    let mut found = Terms {
        taxonomies: Vec::new(),
        terms: Vec::new(),
    };
    let owners: Vec<PageId> = ids(pages)
        .filter(|id| pages[id.index()].kind == Kind::Taxonomy)
        .collect();
    for owner in owners {
        let (lang, name) = (pages[owner.index()].lang, pages[owner.index()].path.clone());
        let taxonomy = TaxonomyId(found.taxonomies.len() as u32);
        let lower = !config.disable_path_to_lower;
        let uses = uses(pages, lang, &name, lower, diagnostics);
        let mut own = BTreeMap::new();
        for (slug, used) in &uses.by_slug() {
            let path = format!("{name}/{slug}");
            let page = match by_path.get(pages, lang, &path) {
                Some(id) => id,
                None => {
                    pages.push(term_page(lang, owner, &path, usual));
                    PageId(pages.len() as u32 - 1)
                }
            };
            let title = match pages[page.index()]
                .doc
                .as_ref()
                .and_then(|doc| doc.front.title.clone())
            {
                Some(title) => title,
                None => most_used(used),
            };
            own.insert((*slug).to_owned(), (page, title));
        }
        // A term with a file of its own exists without any post.
        for id in ids(pages) {
            let page = &pages[id.index()];
            if page.kind == Kind::Term
                && page.lang == lang
                && page.doc.is_some()
                && page.parent == Some(owner)
            {
                let slug = page.path[name.len() + 1..].to_owned();
                own.entry(slug).or_insert_with(|| (id, page.title.clone()));
            }
        }
        let mut own: Vec<(String, PageId, String)> = own
            .into_iter()
            .map(|(slug, (page, title))| (slug, page, title))
            .collect();
        own.sort_by_cached_key(|(slug, _, title)| (title.to_lowercase(), slug.clone()));
        let first = found.terms.len();
        let mut by_slug = HashMap::with_capacity(own.len());
        for (slug, page, title) in own {
            let term = TermId(found.terms.len() as u32);
            pages[page.index()].subject = Some(term.0);
            pages[page.index()].parent = Some(owner);
            pages[page.index()].title.clone_from(&title);
            pages[page.index()].link_title.clone_from(&title);
            found.terms.push(Term {
                taxonomy,
                title,
                page,
            });
            by_slug.insert(slug, term);
        }
        uses.assign(pages, &by_slug);
        pages[owner.index()].subject = Some(taxonomy.0);
        found.taxonomies.push(Taxonomy {
            singular: singular(config, lang, &name),
            name,
            lang,
            page: owner,
            terms: (first..found.terms.len())
                .map(|term| TermId(term as u32))
                .collect(),
        });
    }
    found
}

/// Gives every term's page its posts, in the order of the language's posts.
pub fn fill(pages: &mut [Page], terms: &mut Terms, regular: &[Vec<PageId>]) {
    for ids in regular {
        for id in ids {
            for term in pages[id.index()].terms.clone() {
                let owner = terms.terms[term.index()].page;
                pages[owner.index()].pages.push(*id);
            }
        }
    }
}

fn ids(pages: &[Page]) -> impl Iterator<Item = PageId> + use<> {
    (0..pages.len() as u32).map(PageId)
}

/// The terms of a page in one taxonomy, as written.
fn written<'p>(page: &'p Page, taxonomy: &str) -> impl Iterator<Item = (&'p str, Span)> {
    let front = page.front();
    let listed = front.and_then(|front| front.terms.iter().find(|(name, _)| name == taxonomy));
    let series = front
        .filter(|_| taxonomy == SERIES && listed.is_none())
        .map(|front| front.series.as_slice());
    listed
        .map(|(_, terms)| terms.as_slice())
        .or(series)
        .unwrap_or_default()
        .iter()
        .map(|text| (&*text.text, text.span))
}

/// How the pages of one language use one taxonomy. A few terms are written many
/// times, so each text is looked at once.
struct Uses {
    /// All that is written and can be a term, in the order of first use.
    texts: Vec<Written>,
    /// A page, and a text that it holds, by its place in `texts`.
    rows: Vec<(PageId, usize)>,
}

struct Written {
    /// Without space around it.
    text: String,
    slug: String,
    /// By pages that lists show: one that stands in no list makes no term either.
    count: usize,
}

fn uses(
    pages: &[Page],
    lang: LangId,
    taxonomy: &str,
    lower: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Uses {
    let mut uses = Uses {
        texts: Vec::new(),
        rows: Vec::new(),
    };
    let mut places: HashMap<&str, Option<usize>> = HashMap::new();
    for (index, page) in pages.iter().enumerate().filter(|(_, p)| p.lang == lang) {
        for (text, span) in written(page, taxonomy) {
            let place = *places.entry(text).or_insert_with(|| {
                let slug = text::urlize_term(text, lower);
                let place = (!slug.is_empty()).then_some(uses.texts.len())?;
                uses.texts.push(Written {
                    text: text.trim().to_owned(),
                    slug,
                    count: 0,
                });
                Some(place)
            });
            let Some(place) = place else {
                if page.listed {
                    diagnostics.push(empty_term(text, span));
                }
                continue;
            };
            uses.texts[place].count += usize::from(page.listed);
            if page.kind != Kind::Term {
                uses.rows.push((PageId(index as u32), place));
            }
        }
    }
    uses
}

impl Uses {
    /// What makes terms: by slug the spellings, and how many pages write each.
    fn by_slug(&self) -> BTreeMap<&str, BTreeMap<&str, usize>> {
        let mut all: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for written in self.texts.iter().filter(|written| written.count > 0) {
            let spellings = all.entry(&written.slug).or_default();
            *spellings.entry(&written.text).or_default() += written.count;
        }
        all
    }

    fn assign(&self, pages: &mut [Page], by_slug: &HashMap<String, TermId>) {
        let terms: Vec<Option<TermId>> = self
            .texts
            .iter()
            .map(|written| by_slug.get(&written.slug).copied())
            .collect();
        for (page, place) in &self.rows {
            let own = &mut pages[page.index()].terms;
            if let Some(term) = terms[*place]
                && !own.contains(&term)
            {
                own.push(term);
            }
        }
    }
}

fn empty_term(text: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(
        "empty-term",
        span,
        format!("`{text}` leaves nothing that could stand in a URL, so it has no page"),
    )
    .help("give it at least one letter or digit")
}

/// The spelling of most pages; of equals the one that sorts first, capitals before small letters.
fn most_used(spellings: &BTreeMap<&str, usize>) -> String {
    let most = spellings
        .iter()
        .max_by(|(a, x), (b, y)| x.cmp(y).then_with(|| b.cmp(a)));
    most.map_or_else(String::new, |(text, _)| (*text).to_owned())
}

fn term_page(lang: LangId, owner: PageId, path: &str, usual: &[Arc<Show>]) -> Page {
    Page {
        parent: Some(owner),
        role: Role::Branch,
        ..super::construct::without_document(Kind::Term, lang, path, usual)
    }
}

fn singular(config: &Config, lang: LangId, plural: &str) -> String {
    let configured = config.languages[lang.index()]
        .taxonomies
        .iter()
        .find(|taxonomy| taxonomy.plural == plural);
    configured.map_or_else(|| plural.to_owned(), |taxonomy| taxonomy.singular.clone())
}
