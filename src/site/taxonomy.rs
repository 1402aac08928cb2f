//! Taxonomies and their terms: tags, categories, or any other name.
//!
//! Spellings whose slugs are the same are one term (`Open Source`,
//! `open source`); it is called as most pages call it.

use super::construct::Document;
use super::{Kind, LangId, Page, PageId, Role, Taxonomy, TaxonomyId, Term, TermId};
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::text;
use std::collections::{BTreeMap, HashMap};

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
    pages: &mut Vec<Page>,
    by_path: &HashMap<(LangId, String), PageId>,
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
        let spellings = collect(pages, lang, &name, lower, diagnostics);
        let mut own = BTreeMap::new();
        for (slug, used) in &spellings {
            let path = format!("{name}/{slug}");
            let page = match by_path.get(&(lang, path.clone())) {
                Some(id) => *id,
                None => {
                    pages.push(term_page(lang, owner, path));
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
            own.insert(slug.clone(), (page, title));
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
        let mut by_slug = HashMap::new();
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
        assign(pages, lang, &name, lower, &by_slug);
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

type Spellings = BTreeMap<String, BTreeMap<String, usize>>;

fn collect(
    pages: &[Page],
    lang: LangId,
    taxonomy: &str,
    lower: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Spellings {
    let mut spellings = Spellings::new();
    // A page that stands in no list makes no term either.
    let listed = |page: &&Page| page.lang == lang && page.listed;
    for page in pages.iter().filter(listed) {
        for (text, span) in written(page, taxonomy) {
            let slug = text::urlize_term(text, lower);
            if slug.is_empty() {
                diagnostics.push(
                    Diagnostic::warning(
                        "empty-term",
                        span,
                        format!(
                            "`{text}` leaves nothing that could stand in a URL, so it has no page"
                        ),
                    )
                    .help("give it at least one letter or digit"),
                );
                continue;
            }
            *spellings
                .entry(slug)
                .or_default()
                .entry(text.trim().to_owned())
                .or_default() += 1;
        }
    }
    spellings
}

/// The spelling of most pages; of equals the one that sorts first, capitals before small letters.
fn most_used(spellings: &BTreeMap<String, usize>) -> String {
    let most = spellings
        .iter()
        .max_by(|(a, x), (b, y)| x.cmp(y).then_with(|| b.cmp(a)));
    most.map(|(text, _)| text.clone()).unwrap_or_default()
}

fn assign(
    pages: &mut [Page],
    lang: LangId,
    taxonomy: &str,
    lower: bool,
    by_slug: &HashMap<String, TermId>,
) {
    for page in pages
        .iter_mut()
        .filter(|page| page.lang == lang && page.kind != Kind::Term)
    {
        let mut own: Vec<TermId> = Vec::new();
        for (text, _) in written(page, taxonomy) {
            if let Some(term) = by_slug.get(&text::urlize_term(text, lower))
                && !own.contains(term)
            {
                own.push(*term);
            }
        }
        page.terms.extend(own);
    }
}

fn term_page(lang: LangId, owner: PageId, path: String) -> Page {
    Page {
        parent: Some(owner),
        role: Role::Branch,
        ..super::construct::without_document(Kind::Term, lang, &path)
    }
}

fn singular(config: &Config, lang: LangId, plural: &str) -> String {
    let configured = config.languages[lang.index()]
        .taxonomies
        .iter()
        .find(|taxonomy| taxonomy.plural == plural);
    configured.map_or_else(|| plural.to_owned(), |taxonomy| taxonomy.singular.clone())
}
