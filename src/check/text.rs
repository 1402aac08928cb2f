//! The text of one page: its pictures, headings and links, and what its author meant to
//! write later.

use super::{place_of, place_of_value};
use crate::diag::{Diagnostic, Span};
use crate::parse::html::{tags, texts};
use crate::parse::{Hole, Image, Link, token};
use crate::render::Renderer;
use crate::render::article::broken_link;
use crate::site::links::{self, Resolved};
use crate::site::route::Job;
use crate::site::{Kind, PageId, Site};

/// A link that leads out of the site.
#[derive(Clone, Debug)]
pub struct Outside {
    pub url: String,
    pub span: Option<Span>,
}

#[derive(Debug, Default)]
pub struct Of {
    pub said: Vec<Diagnostic>,
    pub outside: Vec<Outside>,
    pub links: usize,
}

pub fn check(renderer: &Renderer, id: PageId) -> Of {
    let mut of = Of::default();
    let site = &*renderer.shared.site;
    let Some((text, meta)) = renderer.text(id).zip(renderer.meta(id)) else {
        return of;
    };
    let page = &site[id];
    if page.kind == Kind::Page
        && page.rendered
        && site.layout(page).is_empty()
        && meta.digest.as_ref().is_some_and(|digest| digest.words == 0)
        && text.body.holes.is_empty()
        && !text.body.html.contains('<')
    {
        let warning = Diagnostic::warning(
            "empty-page",
            super::top_of(site, id),
            "the page has no text",
        );
        of.said
            .push(warning.help("write it, or keep it back: `draft: true`"));
    }
    let title = meta.title.is_some() || !page.title.is_empty();
    headings(
        meta.headings
            .iter()
            .map(|heading| (heading.level, &*heading.text, heading.span)),
        title,
        &mut of.said,
    );
    for hole in &text.body.holes {
        match hole {
            Hole::Link(link) => of.link(site, id, link),
            Hole::Image(image) => of.image(image),
            Hole::Html(html) => of.html(renderer, id, html, &text.body.holes),
            // A name that no page has is told by the build.
            Hole::Wiki(_) | Hole::Embed(_) => of.links += 1,
            Hole::Code(_) | Hole::Call(_) | Hole::Formula(_) => {}
        }
    }
    of.html(renderer, id, &text.body.html, &text.body.holes);
    of
}

/// Levels in the order of the text; the page's title is of the first.
fn headings<'h>(
    headings: impl Iterator<Item = (u8, &'h str, Span)>,
    titled: bool,
    said: &mut Vec<Diagnostic>,
) {
    let mut before = 1;
    for (level, text, span) in headings {
        if text.trim().is_empty() {
            let warning = Diagnostic::warning("empty-heading", span, "the heading is empty");
            said.push(warning.help("write it, or remove its `#`"));
        } else if level == 1 && titled {
            let message = "a second title: the page's own is of the first level already";
            said.push(
                Diagnostic::warning("second-title", span, message)
                    .help("write `##`, and one `#` more for what is below it"),
            );
        } else if level > before + 1 {
            let message = format!("a heading of level {level} follows one of level {before}");
            let marks = "#".repeat(usize::from(before) + 1);
            said.push(
                Diagnostic::warning("heading-order", span, message).help(format!(
                    "write `{marks}`: who listens to a page finds the way by levels"
                )),
            );
        }
        before = level;
    }
}

impl Of {
    fn link(&mut self, site: &Site, id: PageId, link: &Link) {
        if token::find(&link.dest).is_some() {
            return;
        }
        self.links += 1;
        match links::resolve(site, id, &link.dest) {
            Resolved::External => self.outside.push(Outside {
                url: link.dest.clone(),
                span: Some(link.span),
            }),
            Resolved::Kept(None) => self
                .said
                .extend(redirected(site, id, &link.dest, link.span)),
            _ => {}
        }
    }

    fn image(&mut self, image: &Image) {
        if image.alt.trim().is_empty() {
            let warning = Diagnostic::warning(
                "missing-alt",
                image.span,
                "the picture has no text in its place",
            );
            self.said.push(warning.help(ALT));
        } else if let Some(warning) = poor_alt(&image.alt, &image.src, image.span) {
            self.said.push(warning);
        }
        if links::is_external(&image.src) {
            self.outside.push(Outside {
                url: image.src.clone(),
                span: Some(image.span),
            });
        }
    }

    /// HTML that the author or a shortcode wrote.
    fn html(&mut self, renderer: &Renderer, id: PageId, html: &str, holes: &[Hole]) {
        let site = &*renderer.shared.site;
        let mut open: Option<Option<Span>> = None;
        tags(html, |tag| {
            if tag.name.eq_ignore_ascii_case("a") && tag.closes {
                if let Some(Some(span)) = open.take().filter(|_| tag.adjacent) {
                    let warning = Diagnostic::warning("empty-link", span, "the link has no text");
                    self.said
                        .push(warning.help("write what it leads to between its brackets"));
                }
                return;
            }
            // A picture in a link is its text.
            open = None;
            if tag.is("a") {
                let href = tag.attribute("href");
                let Some(href) = href else { return };
                let hole = token::find(&href).and_then(|(_, _, index)| holes.get(index));
                match hole {
                    Some(Hole::Link(link)) => open = Some(Some(link.span)),
                    Some(_) => {}
                    None => {
                        let span = place_of_value(renderer, id, &href);
                        let labelled = tag.attribute("aria-label").is_some()
                            || tag.attribute("id").is_some()
                            || tag.attribute("name").is_some();
                        open = (!labelled).then_some(span);
                        self.raw_link(site, id, &href, span, "link");
                    }
                }
            } else if tag.is("img") {
                let src = tag.attribute("src").unwrap_or_default();
                if token::find(&src).is_some() {
                    return;
                }
                let span = place_of_value(renderer, id, &src).or_else(|| super::top_of(site, id));
                match tag.attribute("alt") {
                    None => {
                        let message = format!("the picture `{src}` has no text in its place");
                        let warning = Diagnostic::warning("missing-alt", span, message);
                        self.said.push(
                            warning.help(format!("{ALT}; `alt=\"\"` where it only decorates")),
                        );
                    }
                    Some(alt) => {
                        if let Some(span) = span {
                            self.said.extend(poor_alt(&alt, &src, span));
                        }
                    }
                }
                self.raw_link(site, id, &src, span, "image");
            }
        });
        texts(html, |text| self.unfinished(renderer, id, text));
    }

    fn raw_link(&mut self, site: &Site, id: PageId, dest: &str, span: Option<Span>, what: &str) {
        if dest.is_empty() || dest.starts_with('#') || dest.starts_with("data:") {
            return;
        }
        self.links += 1;
        match links::resolve(site, id, dest) {
            Resolved::External => self.outside.push(Outside {
                url: dest.to_owned(),
                span,
            }),
            Resolved::Broken(broken) => {
                if let Some(span) = span {
                    self.said.push(broken_link(what, dest, &broken, span));
                }
            }
            // HTML is not mended as Markdown's links are: a browser gets it as it is.
            Resolved::Page(target) => {
                let url = site.href(&site[target].url);
                if let Some(span) = span {
                    let message = format!("the {what} `{dest}` in HTML is no address of a page");
                    let warning = Diagnostic::warning("broken-link", span, message);
                    self.said
                        .push(warning.help(format!("write `{url}`, or a link of Markdown")));
                }
            }
            Resolved::Kept(None) => {
                if let Some(span) = span {
                    self.said.extend(redirected(site, id, dest, span));
                }
            }
            Resolved::File(url) => {
                let leads = links::target(site, &site[id].url, dest);
                if let Some(span) = span.filter(|_| leads.as_ref() != Some(&url)) {
                    let message = format!(
                        "the {what} `{dest}` leads nowhere: HTML is not mended as links of Markdown are"
                    );
                    let warning = Diagnostic::warning("broken-link", span, message);
                    self.said
                        .push(warning.help(format!("write `{}`", site.href(&url))));
                }
            }
            Resolved::Kept(_) => {}
        }
    }

    fn unfinished(&mut self, renderer: &Renderer, id: PageId, text: &str) {
        const MARKS: [&str; 6] = [
            "TODO:",
            "FIXME",
            "TKTK",
            "XXX:",
            "Lorem ipsum",
            "lorem ipsum",
        ];
        for mark in MARKS {
            if !text.contains(mark) {
                continue;
            }
            if let Some(span) = place_of(renderer, id, mark) {
                let message = format!("`{mark}` stands in the text");
                let warning = Diagnostic::warning("unfinished", span, message);
                self.said
                    .push(warning.help("finish it, or keep the page back: `draft: true`"));
            }
        }
    }
}

const ALT: &str = "say what it shows, for those who do not see it: `![A frozen lake](lake.jpg)`";

/// A text in place of a picture that says nothing of it.
fn poor_alt(alt: &str, src: &str, span: Span) -> Option<Diagnostic> {
    let alt = alt.trim();
    let file = src.rsplit('/').next().unwrap_or(src);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let is_name = alt.eq_ignore_ascii_case(file)
        || (alt.eq_ignore_ascii_case(stem) && !alt.contains(' ') && stem.contains(['_', '-']));
    let says_nothing = [
        "image",
        "img",
        "picture",
        "photo",
        "alt",
        "alt text",
        "screenshot",
        "untitled",
    ]
    .iter()
    .any(|word| alt.eq_ignore_ascii_case(word));
    (is_name || says_nothing).then(|| {
        let message = format!("`{alt}` does not say what the picture shows");
        Diagnostic::warning("poor-alt", span, message).help(ALT)
    })
}

/// A link that arrives only because something sends its reader on.
fn redirected(site: &Site, id: PageId, dest: &str, span: Span) -> Option<Diagnostic> {
    let url = links::target(site, &site[id].url, dest)?;
    let inside = url.trim_matches('/');
    let route = site.routes.get(&format!("{inside}/index.html"));
    let route = route.or_else(|| site.routes.get(inside))?;
    let Job::Redirect(to) = &route.job else {
        return None;
    };
    let message = format!("the link `{dest}` leads to an old address, which sends on to `{to}`");
    let warning = Diagnostic::warning("link-to-redirect", span, message);
    Some(warning.help(format!("write `{to}`")))
}
