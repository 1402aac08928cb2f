//! What became of a page's text: from its document alone, or with its
//! shortcodes expanded; and its HTML with every hole filled.

use super::Renderer;
use super::formulas::Formulas;
use super::pictures::{self, Reader};
use crate::diag::{Diagnostic, Span};
use crate::formula;
use crate::hash::Hash;
use crate::parse::{
    Body, CodeBlock, Digest, Doc, Heading, Hole, Image, Link, Meta, Slot, Text, fill,
};
use crate::site::links::{self, Broken, Resolved};
use crate::site::wiki::{self, Meant};
use crate::site::{PageId, Site};
use crate::text;
use std::sync::Arc;

pub struct Article {
    pub doc: Arc<Doc>,
    /// The small part with shortcodes expanded, where there are any.
    expanded: Option<Arc<Meta>>,
    /// Of everything that its HTML is made from, but for where links lead.
    pub key: Hash,
    /// The large part, expanded: made when it is asked for.
    text: Slot,
    /// What its shortcodes had to say.
    pub said: Vec<Diagnostic>,
}

impl Article {
    /// Of a document without shortcodes.
    pub fn plain(doc: Arc<Doc>) -> Article {
        Article {
            expanded: None,
            key: doc.key,
            text: Slot::default(),
            said: Vec::new(),
            doc,
        }
    }

    /// The same again, for the next renderer of the site.
    pub fn again(&self) -> Article {
        Article {
            doc: self.doc.clone(),
            expanded: self.expanded.clone(),
            key: self.key,
            text: Slot::default(),
            said: self.said.clone(),
        }
    }

    /// Of one with shortcodes; `text` where they have been run in this build.
    pub fn expanded(
        doc: Arc<Doc>,
        key: Hash,
        (meta, said): (Meta, Vec<Diagnostic>),
        text: Option<Text>,
    ) -> Article {
        Article {
            doc,
            expanded: Some(Arc::new(meta)),
            key,
            text: Slot::new(text),
            said,
        }
    }

    pub fn meta(&self) -> &Meta {
        self.expanded.as_deref().unwrap_or(&self.doc.meta)
    }

    pub fn has_calls(&self) -> bool {
        self.expanded.is_some()
    }

    pub fn headings(&self) -> &[Heading] {
        &self.meta().headings
    }

    pub fn digest(&self) -> Option<&Digest> {
        self.meta().digest.as_ref()
    }

    pub fn has_code(&self) -> bool {
        self.meta().has_code
    }

    pub fn has_math(&self) -> bool {
        self.meta().has_math
    }

    /// Where the large part is held.
    pub fn slot(&self) -> &Slot {
        if self.has_calls() {
            &self.text
        } else {
            &self.doc.text
        }
    }

    /// Whether a link to `#fragment` finds something in `body`, the article's.
    pub fn has_anchor(&self, fragment: &str, text: impl FnOnce() -> Option<Arc<Text>>) -> bool {
        let fragment = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        if matches!(&*fragment, "" | "top")
            || self.headings().iter().any(|heading| heading.id == fragment)
        {
            return true;
        }
        let mut escaped = String::new();
        text::escape_attr(&mut escaped, &fragment);
        let Some(text) = text() else {
            return false;
        };
        let body = &text.body;
        let holds = |html: &str| {
            html.contains(&format!("id=\"{escaped}\""))
                || html.contains(&format!("name=\"{escaped}\""))
                || html.contains(&format!("id={escaped}"))
        };
        holds(&body.html)
            || body.holes.iter().any(|hole| match hole {
                Hole::Html(html) => holds(html),
                Hole::Formula(formula) => {
                    formula::labels(&formula.tex).any(|label| label == fragment)
                }
                _ => false,
            })
    }
}

/// Fills the articles of a site.
pub struct Filler<'a> {
    pub renderer: &'a Renderer,
}

impl Filler<'_> {
    /// The article's HTML as it stands in its page, and what its links and code gave to say.
    pub fn content(&self, id: PageId, reader: Reader, diagnostics: &mut Vec<Diagnostic>) -> String {
        match self.renderer.text(id) {
            Some(text) => {
                let mut said = Vec::new();
                let (html, elsewhere) = self.filled(id, &text.body, reader, &mut said);
                let html = self.renderer.dress(id, html, reader, &elsewhere, &mut said);
                diagnostics.append(&mut said);
                html
            }
            None => String::new(),
        }
    }

    pub fn body(
        &self,
        id: PageId,
        body: &Body,
        reader: Reader,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> String {
        self.filled(id, body, reader, diagnostics).0
    }

    /// Also what was found wrong in parts of other pages, and is told of them.
    fn filled(
        &self,
        id: PageId,
        body: &Body,
        reader: Reader,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (String, Vec<Diagnostic>) {
        let mut out = String::with_capacity(body.html.len() * 2);
        let mut page = Filling {
            filler: self,
            id,
            host: id,
            reader,
            holes: &body.holes,
            within: vec![(id, String::new())],
            embedded: 0,
            circle: None,
            formulas: None,
            elsewhere: Vec::new(),
            diagnostics,
        };
        fill::walk(&body.html, &body.holes, &mut out, &mut |hole, out| {
            page.write(hole, out, 0)
        });
        let elsewhere = page.elsewhere;
        (out, elsewhere)
    }
}

pub(super) struct Filling<'a, 'd> {
    pub(super) filler: &'a Filler<'a>,
    /// Whose article it is.
    pub(super) id: PageId,
    /// The page that is rendered, where parts of others are set.
    pub(super) host: PageId,
    pub(super) reader: Reader,
    pub(super) holes: &'a [Hole],
    /// The parts that we are in, each a page and an id: of the page itself first.
    pub(super) within: Vec<(PageId, String)>,
    /// Bytes of parts of others.
    pub(super) embedded: usize,
    /// A part that held itself: whose it is.
    pub(super) circle: Option<PageId>,
    /// Those of `holes`, set together once the first of them is asked for.
    pub(super) formulas: Option<Formulas>,
    /// What is wrong in parts of others: told of the pages that they are from.
    pub(super) elsewhere: Vec<Diagnostic>,
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
}

/// A part of another page holds the page that is rendered: by way of this one.
pub(super) struct Loop(pub(super) String);

impl Filling<'_, '_> {
    pub(super) fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn write(&mut self, hole: &Hole, out: &mut String, depth: usize) {
        // Calls' outputs stand in code and destinations; nothing nests deeper.
        if depth > 8 {
            return;
        }
        match hole {
            Hole::Code(block) => self.code(block, out, depth),
            Hole::Formula(formula) => self.formula(formula, out),
            Hole::Link(link) => self.link(link, out, depth),
            Hole::Image(image) => self.image(image, out, depth),
            Hole::Html(html) => self.nested(html, out, depth),
            Hole::Wiki(link) => self.wiki(link, out),
            Hole::Embed(embed) => self.embed(embed, out),
            Hole::Call(_) => {}
        }
    }

    fn nested(&mut self, html: &str, out: &mut String, depth: usize) {
        let holes = self.holes;
        fill::walk(html, holes, out, &mut |hole, out| {
            self.write(hole, out, depth + 1)
        });
    }

    fn code(&mut self, block: &CodeBlock, out: &mut String, depth: usize) {
        let renderer = self.filler.renderer;
        let key = renderer.code_key(block);
        if let Some(html) = renderer.cache.as_ref().and_then(|cache| cache.code(key)) {
            return self.nested(html, out, depth);
        }
        let mut html = String::new();
        let outcome = renderer.highlighter.highlight(
            &block.lang,
            &block.code,
            &block.options,
            &renderer.defaults,
            &mut html,
        );
        if let Some(cache) = &renderer.cache
            && outcome.warnings.is_empty()
        {
            cache.put_code(key, &html);
        }
        for problem in outcome.warnings {
            self.diagnostics.push(problem.within(block.span));
        }
        self.nested(&html, out, depth);
    }

    fn link(&mut self, link: &Link, out: &mut String, depth: usize) {
        let mut dest = String::new();
        self.nested(&link.dest, &mut dest, depth);
        let href = self.resolve(&dest, link.span, "link");
        text::escape_attr(out, &href);
    }

    /// The attribute of a link by name. Without a page of that name the words stay.
    fn wiki(&mut self, link: &Link, out: &mut String) {
        let what = format!("[[{}]]", link.dest);
        let site = &self.filler.renderer.shared.site;
        let Some((target, id)) = self.by_name(&link.dest, link.span, &what) else {
            out.push_str(" class=\"missing\"");
            return;
        };
        out.push_str(" href=\"");
        if target != self.id || id.is_none() {
            text::escape_attr(out, &site.href(&site[target].url));
        }
        if let Some(id) = id {
            out.push('#');
            text::escape_attr(out, &text::encode_url(&id));
        }
        out.push('"');
    }

    /// The page that a name means, and the id of the heading that it names. What
    /// is wrong with it is said; without a page of that name there is none.
    pub(super) fn by_name(
        &mut self,
        dest: &str,
        span: Span,
        what: &str,
    ) -> Option<(PageId, Option<String>)> {
        let renderer = self.filler.renderer;
        let site = &renderer.shared.site;
        renderer.shared.reads.links(Some(self.host));
        let (name, heading) = wiki::split(dest);
        let target = match wiki::meant(site, self.id, name) {
            Meant::Page(target) => target,
            Meant::Several(target, all) => {
                self.say(ambiguous(site, what, name, &all, span));
                target
            }
            Meant::Broken(broken) => {
                self.say(nameless(what, &broken, span));
                return None;
            }
        };
        let id = heading.and_then(|heading| self.heading(target, heading, what, span));
        Some((target, id))
    }

    /// The id of the heading with this text, or with this id.
    fn heading(&mut self, page: PageId, text: &str, what: &str, span: Span) -> Option<String> {
        let renderer = self.filler.renderer;
        let article = renderer.articles.get(page.index())?.as_ref()?;
        let headings = article.headings();
        let wanted = text::heading_id(text);
        let same = |heading: &&crate::parse::Heading| {
            heading.text.eq_ignore_ascii_case(text)
                || text::heading_id(&heading.text) == wanted
                || heading.id == text
        };
        if let Some(heading) = headings.iter().find(same) {
            return Some(heading.id.clone());
        }
        if article.has_anchor(text, || renderer.text(page)) {
            return Some(text.to_owned());
        }
        let warning = Diagnostic::warning(
            "broken-anchor",
            span,
            format!("`{what}` names a page without the heading `{text}`"),
        );
        let near = text::nearest(text, headings.iter().map(|heading| heading.text.as_str()));
        self.say(match near {
            Some(near) => warning.help(format!("did you mean `#{near}`?")),
            None => warning.help("it leads to the page's beginning"),
        });
        None
    }

    fn image(&mut self, image: &Image, out: &mut String, depth: usize) {
        let mut dest = String::new();
        self.nested(&image.src, &mut dest, depth);
        let src = self.resolve(&dest, image.span, "image");
        out.push_str("<img src=\"");
        text::escape_attr(out, &src);
        out.push_str("\" alt=\"");
        text::escape_attr(out, &image.alt);
        out.push('"');
        if let Some(title) = &image.title {
            out.push_str(" title=\"");
            text::escape_attr(out, title);
            out.push('"');
        }
        let shared = &self.filler.renderer.shared;
        if let Some(picture) = shared.picture(self.id, &src) {
            shared.reads.picture(Some(self.id), &picture.source);
            if let Ok(facts) = &picture.facts {
                pictures::size(facts, None, None, out);
            }
            if self.reader == Reader::Page {
                pictures::choice(&shared.site, &picture, None, out);
            }
            let most = shared.site.config.imaging.largest;
            (self.diagnostics).extend(pictures::fault(&picture, most, Some(image.span)));
        }
        out.push('>');
    }

    /// The URL for a destination; what leads nowhere stays as it is, with a warning.
    fn resolve(&mut self, dest: &str, span: Span, what: &str) -> String {
        let shared = &self.filler.renderer.shared;
        let site: &Site = &shared.site;
        let (_, rest) = links::split(dest);
        let resolved = links::resolve(site, self.id, dest);
        if !matches!(resolved, Resolved::External) {
            shared.reads.links(Some(self.host));
        }
        let (href, target) = match resolved {
            Resolved::External => (text::encode_url(dest), None),
            Resolved::Kept(target) => (text::encode_url(&with_base(site, dest)), target),
            Resolved::Page(target) => (
                format!("{}{}", site.href(&site[target].url), text::encode_url(rest)),
                Some(target),
            ),
            Resolved::File(url) => (
                format!("{}{}", site.href(&url), text::encode_url(rest)),
                None,
            ),
            Resolved::Broken(broken) => {
                self.diagnostics
                    .push(broken_link(what, dest, &broken, span));
                (text::encode_url(&with_base(site, dest)), None)
            }
        };
        if let Some((target, fragment)) =
            target.zip(rest.split_once('#').map(|(_, fragment)| fragment))
        {
            self.check_anchor(target, fragment, dest, span);
        }
        href
    }

    fn check_anchor(&mut self, target: PageId, fragment: &str, dest: &str, span: Span) {
        let Some(article) = self
            .filler
            .renderer
            .articles
            .get(target.index())
            .and_then(Option::as_ref)
        else {
            return;
        };
        if article.has_anchor(fragment, || self.filler.renderer.text(target)) {
            return;
        }
        let ids = article.headings().iter().map(|heading| heading.id.as_str());
        let warning = Diagnostic::warning(
            "broken-anchor",
            span,
            format!("the link `{dest}` leads to a page without the anchor `#{fragment}`"),
        );
        self.diagnostics.push(match text::nearest(fragment, ids) {
            Some(near) => warning.help(format!("did you mean `#{near}`?")),
            None => warning.help("anchors are the ids of headings, or of elements that have one"),
        });
    }
}

fn ambiguous(site: &Site, what: &str, name: &str, all: &[PageId], span: Span) -> Diagnostic {
    let path = |id: &PageId| {
        let file = site[*id].file;
        let path = file.map_or(&*site[*id].path, |file| &site.sources.get(file).path);
        format!("`{path}`")
    };
    let shown: Vec<String> = all.iter().take(5).map(path).collect();
    let more = match all.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "`{what}` may be any of {} pages; the first is taken",
        all.len()
    );
    let folder = all.first().and_then(|id| site[*id].path.rsplit_once('/'));
    let help = match folder {
        Some((folder, last)) => format!("say which: `[[{folder}/{last}]]`"),
        None => format!("give one of them another title than `{name}`"),
    };
    Diagnostic::warning("ambiguous-link", span, message)
        .note(None, format!("they are {}{more}", shown.join(", ")))
        .help(help)
}

fn nameless(what: &str, broken: &Broken, span: Span) -> Diagnostic {
    if let Broken::LeftOut(_) = broken {
        return broken_link("link", what, broken, span);
    }
    let warning = Diagnostic::warning("broken-link", span, format!("no page is named `{what}`"));
    warning.help(match broken {
        Broken::Missing(Some(near)) => format!("did you mean `[[{near}]]`?"),
        _ => "name a page by its title or file; to print the brackets, write `\\[[`".to_owned(),
    })
}

/// A path from the host's root gets the site's base path, if it lacks it.
pub fn with_base(site: &Site, dest: &str) -> String {
    let base = site.base_path();
    if base == "/" || !dest.starts_with('/') || dest.starts_with("//") || dest.starts_with(base) {
        return dest.to_owned();
    }
    format!("{}{dest}", base.trim_end_matches('/'))
}

pub fn broken_link(what: &str, dest: &str, broken: &Broken, span: Span) -> Diagnostic {
    match broken {
        Broken::Missing(near) => {
            let warning = Diagnostic::warning(
                "broken-link",
                span,
                format!("the {what} `{dest}` leads nowhere"),
            );
            match near {
                Some(near) => warning.help(format!("did you mean `{near}`?")),
                None if what == "image" => {
                    warning.help("put the file beside the page, or into `static/`")
                }
                None => warning
                    .help("write the path of a page (`/blog/post/`) or of its file (`../post.md`)"),
            }
        }
        Broken::LeftOut(why) => {
            let message = format!(
                "the {what} `{dest}` leads to a page that is {}, so it is not published",
                why.word()
            );
            Diagnostic::warning("broken-link", span, message)
        }
        Broken::Malformed(why) => {
            Diagnostic::warning("malformed-url", span, format!("`{dest}` is no URL: {why}"))
        }
    }
}
