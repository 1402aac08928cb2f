//! Pages for programs that read: each as Markdown, `llms.txt` (what there is),
//! and `llms-full.txt` (all of it). Form: llmstxt.org.

use super::{Renderer, json, markdown, view};
use crate::parse;
use crate::site::{Kind, LangId, PageId};
use rayon::prelude::*;

/// Pages in one part of `llms-full.txt`.
const PART: usize = 64;

impl Renderer {
    /// A page as Markdown: what is known of it as front matter, its text, and what it lists.
    pub(super) fn markdown(&self, id: PageId, out: &mut String) {
        let site = &self.shared.site;
        let page = &site[id];
        out.push_str("---\n");
        self.known(id, out);
        out.push_str("---\n\n");
        self.text_under_title(id, out);
        if page.kind == Kind::Page {
            return;
        }
        let listed = page.sections.iter().chain(&page.pages);
        let rows: Vec<PageId> = listed.copied().filter(|id| site[*id].rendered).collect();
        let terms = page.subject.filter(|_| page.kind == Kind::Taxonomy);
        let terms = terms.map(|index| site.taxonomies[index as usize].terms.as_slice());
        let terms = terms.unwrap_or_default().iter();
        let terms = terms.map(|term| site.terms[term.index()].page);
        let mut first = true;
        for id in rows.into_iter().chain(terms) {
            if std::mem::take(&mut first) {
                out.push('\n');
            }
            self.row_to(id, out);
        }
    }

    /// Title, address and the like, a line each.
    fn known(&self, id: PageId, out: &mut String) {
        let site = &self.shared.site;
        let page = &site[id];
        let mut row = |key: &str, value: &str| {
            out.push_str(key);
            out.push_str(": ");
            // A string of JSON is one of YAML.
            json::write(out, &value);
            out.push('\n');
        };
        row("title", view::title(site, id));
        row("url", &site.permalink(&page.url));
        if let Some(date) = page.date {
            row("date", &date.rfc3339());
        }
        if let Some(lastmod) = page.lastmod.filter(|lastmod| Some(*lastmod) != page.date) {
            row("lastmod", &lastmod.rfc3339());
        }
        if page.kind == Kind::Page {
            let authors = view::authors(site, page);
            if !authors.is_empty() {
                row("author", &authors.join(", "));
            }
            let topics = self.terms_of(page);
            if !topics.is_empty() {
                row("tags", &topics.join(", "));
            }
        }
        let front = page.front();
        if let Some(description) = front.and_then(|front| front.description.as_deref()) {
            row("description", description);
        }
        row("language", &site.language(page).locale);
    }

    fn text_under_title(&self, id: PageId, out: &mut String) {
        out.push_str("# ");
        out.push_str(&line(view::title(&self.shared.site, id)));
        out.push('\n');
        let html = self.for_elsewhere(id);
        let text = markdown::markdown(&html).unwrap_or_else(|| parse::html::plainify(&html));
        if !text.is_empty() {
            out.push('\n');
            out.push_str(&text);
            out.push('\n');
        }
    }

    /// A line that leads to a page, as Markdown where that is.
    fn row_to(&self, id: PageId, out: &mut String) {
        let site = &self.shared.site;
        let page = &site[id];
        let url = site.markdown_url(page);
        let url = site.permalink(url.as_deref().unwrap_or(&page.url));
        out.push_str("- [");
        out.push_str(&line(view::title(site, id)));
        out.push_str("](");
        out.push_str(&url);
        out.push(')');
        let front = page.front();
        if let Some(description) = front.and_then(|front| front.description.as_deref()) {
            out.push_str(": ");
            out.push_str(&line(description));
        }
        out.push('\n');
    }

    /// The site's title, and what it is about.
    fn heading_of_site(&self, lang: LangId, out: &mut String) {
        let language = &self.shared.site.config.languages[lang.index()];
        out.push_str("# ");
        out.push_str(&line(&language.title));
        out.push('\n');
        if let Some(description) = &language.params.description {
            out.push_str("\n> ");
            out.push_str(&line(description));
            out.push('\n');
        }
    }

    pub(super) fn llms(&self, lang: LangId, out: &mut String) {
        let site = &self.shared.site;
        self.heading_of_site(lang, out);
        for (section, pages) in site.for_machines(lang) {
            out.push_str("\n## ");
            match section {
                Some(section) => out.push_str(&line(view::title(site, section))),
                None => out.push_str(self.shared.strings[lang.index()].get("all_posts", None)),
            }
            out.push_str("\n\n");
            for id in pages {
                self.row_to(id, out);
            }
        }
    }

    pub(super) fn llms_full(&self, lang: LangId, out: &mut String) {
        self.heading_of_site(lang, out);
        let sections = self.shared.site.for_machines(lang).into_iter();
        let pages: Vec<PageId> = sections.flat_map(|(_, pages)| pages).collect();
        // One file, and a long one: in parts, so that it keeps no thread busy alone.
        let parts: Vec<String> = pages
            .par_chunks(PART)
            .map(|ids| {
                let mut part = String::new();
                for id in ids {
                    part.push_str("\n---\n\n");
                    self.known(*id, &mut part);
                    part.push_str("\n---\n\n");
                    self.text_under_title(*id, &mut part);
                }
                part
            })
            .collect();
        for part in parts {
            out.push_str(&part);
        }
    }
}

/// A text on one line, in which nothing is markup.
fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            if matches!(c, '\\' | '[' | ']' | '*' | '_' | '`' | '<') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}
