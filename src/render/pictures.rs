//! Pictures in pages: which file an address leads to, and what is written into
//! its tag, so that nothing moves when it comes.

use super::Renderer;
use super::template::{EXPANDING, Shared};
use super::view::{self, Object};
use crate::diag::{Diagnostic, Span};
use crate::expand::functions;
use crate::picture::{Facts, Fault, Format};
use crate::site::route::Job;
use crate::site::{LangId, PageId, Site, links};
use crate::text::{self, tag};
use memchr::memmem;
use std::fmt::Write;
use std::sync::Arc;
use tera::{Error, Kwargs, State, TeraResult, Value};

/// A file of the site that an address leads to.
pub(super) struct Picture {
    /// From the site's root.
    pub source: Arc<str>,
    pub facts: Result<Facts, Fault>,
}

impl Shared {
    /// The picture at an address as it stands on a page, where it is a file of the site.
    pub(super) fn picture(&self, page: PageId, url: &str) -> Option<Picture> {
        if self.pictures.is_empty() {
            return None;
        }
        // Which file that is depends on which there are.
        self.reads.links(Some(page));
        let Job::Copy(source) = &links::route(&self.site, &self.site[page], url)?.job else {
            return None;
        };
        let facts = self.pictures.facts(source)?;
        Some(Picture {
            source: source.clone(),
            facts,
        })
    }
}

/// `image(path="snow.jpg", width=480)`: a picture of the site as templates see it.
///
/// # Errors
///
/// Where there is no such picture, it cannot be read, or no copy has this width.
pub(super) fn image(shared: &Shared, arguments: &Kwargs, state: &State) -> TeraResult<Value> {
    let path = arguments.must_get::<&str>("path")?;
    let width = arguments.get::<u32>("width")?;
    let site = &shared.site;
    let id = state.get::<u64>(functions::PAGE)?;
    let id = id.map(|id| PageId(id as u32));
    // What shortcodes gave holds for as long as no file is another.
    if state.get::<bool>(EXPANDING)?.unwrap_or_default() {
        shared.reads.files(id);
    }
    shared.reads.links(id);
    let page = &site[id.unwrap_or(site.home(LangId(0)))];
    let beside = site.loose.get(&(page.lang, links::join(&page.dir, path)));
    let url = match beside.filter(|_| !path.starts_with('/')) {
        Some((url, _)) => Some(site.href(url)),
        None => view::image_url(site, page, path, false),
    };
    let job = url.as_deref().and_then(|url| links::route(site, page, url));
    let source = job.and_then(|route| match &route.job {
        Job::Copy(source) => Some(source),
        _ => None,
    });
    let facts = source.and_then(|source| Some((source, shared.pictures.facts(source)?)));
    let (Some(url), Some((source, facts))) = (url, facts) else {
        let names = page.resources.iter().map(|resource| resource.name.as_str());
        let near = text::nearest(path, names);
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        return Err(Error::message(format!(
            "there is no picture `{path}`{near}"
        )));
    };
    shared.reads.picture(id, source);
    let facts = facts.map_err(|fault| Error::message(format!("the picture `{source}` {fault}")))?;
    let copied = site.copies.of(source);
    let srcset = copied.map_or(String::new(), |copied| copied.srcset(site));
    let own = (url, facts.width, facts.height);
    let (url, width, height) = match (width.filter(|width| *width < facts.width), copied) {
        (Some(width), Some(copied)) if copied.widths.contains(&width) => (
            site.href(&copied.url_of(width)),
            width,
            copied.height_of(width),
        ),
        (Some(width), Some(copied)) => {
            let widths: Vec<String> = copied.widths.iter().map(u32::to_string).collect();
            return Err(Error::message(format!(
                "`{source}` has no copy that is {width} pixels wide, but of {}: add it to `imaging.widths`",
                widths.join(", ")
            )));
        }
        // None is made larger, and some have no copies.
        _ => own,
    };
    Ok(Object::new()
        .set("url", url)
        .set("width", width)
        .set("height", height)
        .set("srcset", srcset)
        .value())
}

/// The attributes that a tag lacks of its picture's size. Of one that says one side the
/// other follows; none where a side is said in anything but pixels.
pub(super) fn size(facts: &Facts, width: Option<&str>, height: Option<&str>, out: &mut String) {
    let (own_width, own_height) = (u64::from(facts.width), u64::from(facts.height));
    let number = |side: &str| side.trim().parse::<u64>().ok().filter(|side| *side > 0);
    let scaled = |side: u64, of: u64, by: u64| ((side.saturating_mul(of) + by / 2) / by).max(1);
    let (width, height) = match (width, height) {
        (None, None) => (Some(own_width), Some(own_height)),
        (Some(width), None) => {
            let height = number(width).map(|width| scaled(width, own_height, own_width));
            (None, height)
        }
        (None, Some(height)) => {
            let width = number(height).map(|height| scaled(height, own_width, own_height));
            (width, None)
        }
        (Some(_), Some(_)) => return,
    };
    for (name, side) in [("width", width), ("height", height)] {
        if let Some(side) = side {
            // Writing to a String cannot fail.
            let _ = write!(out, " {name}=\"{side}\"");
        }
    }
}

/// What stands in a text's width, in a window that has room for it: `--measure`.
const SIZES: &str = "(min-width: 42rem) 38rem, 100vw";

/// The attributes that let a browser choose among the copies of a picture, if it has any.
/// `width` is what its tag says of it.
pub(super) fn choice(site: &Site, picture: &Picture, width: Option<&str>, out: &mut String) {
    let Some(copied) = site.copies.of(&picture.source) else {
        return;
    };
    out.push_str(" srcset=\"");
    text::escape_attr(out, &copied.srcset(site));
    out.push_str("\" sizes=\"");
    match width.and_then(|width| width.trim().parse::<u32>().ok()) {
        Some(width) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "min({width}px, 100vw)");
        }
        None => out.push_str(SIZES),
    }
    out.push('"');
}

/// What there is to say of a picture that a page shows. `most` is how many millions of
/// pixels it may have.
pub(super) fn fault(picture: &Picture, most: u32, span: Option<Span>) -> Option<Diagnostic> {
    let source = &picture.source;
    match &picture.facts {
        Err(fault) => {
            let message = format!("the picture `{source}` {fault}");
            let warning = Diagnostic::warning("broken-picture", span, message);
            Some(match fault {
                Fault::Unreadable(_) => warning,
                _ => warning.help("save it again in the format that its name says"),
            })
        }
        Ok(facts) if facts.has_script => {
            let message = format!("the picture `{source}` holds a script");
            let warning = Diagnostic::warning("picture-script", span, message);
            Some(warning.help("it runs for whoever opens the picture by itself: take it out"))
        }
        Ok(facts) if is_gigantic(facts, most) => {
            let message = format!(
                "the picture `{source}` has {} by {} pixels, more than {most} million",
                facts.width, facts.height
            );
            let error = Diagnostic::error("gigantic-picture", span, message);
            Some(error.help("make it smaller, or raise `imaging.maxMegapixels`"))
        }
        Ok(_) => None,
    }
}

fn is_gigantic(facts: &Facts, most: u32) -> bool {
    let pixels = u64::from(facts.width) * u64::from(facts.height);
    facts.format != Format::Svg && pixels > u64::from(most) * 1_000_000
}

/// Who an article is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Page,
    /// Programs that know little of HTML: one address for each picture.
    Feed,
    /// Those of books: the same, and formulas as MathML.
    Book,
}

/// What stands for a picture in the dark.
struct Dark {
    /// As an address on the page.
    src: String,
    picture: Picture,
}

/// Of a tag, the attributes that matter here, as they stand.
#[derive(Default)]
struct Said<'h> {
    src: Option<&'h str>,
    width: Option<&'h str>,
    height: Option<&'h str>,
    chooses: bool,
    loads: bool,
    decodes: bool,
}

impl Renderer {
    /// An article whose pictures have their sizes, also those that shortcodes or HTML
    /// show. All but the first are loaded when they are near. `diagnostics` holds what there was
    /// to say of this article so far, `elsewhere` what is told of other pages: neither is
    /// said again.
    pub(super) fn dress(
        &self,
        id: PageId,
        html: String,
        reader: Reader,
        elsewhere: &[Diagnostic],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> String {
        let bytes = html.as_bytes();
        if ["<img", "<IMG"]
            .iter()
            .all(|tag| memmem::find(bytes, tag.as_bytes()).is_none())
        {
            return html;
        }
        let mut out = String::with_capacity(html.len() + 256);
        let (mut from, mut at, mut count) = (0, 0, 0);
        while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
            let open = at + found;
            let hidden = |begins: &str, ends: &str| {
                let rest = &bytes[open..];
                let is = rest
                    .get(..begins.len())
                    .is_some_and(|tag| tag.eq_ignore_ascii_case(begins.as_bytes()));
                is.then(|| {
                    memmem::find(rest, ends.as_bytes()).map_or(html.len(), |end| open + end + 1)
                })
            };
            let end = hidden("<!--", "-->").or_else(|| hidden("<script", "</script"));
            if let Some(end) = end.or_else(|| hidden("<style", "</style")) {
                at = end;
                continue;
            }
            let is_picture = bytes
                .get(open + 1..open + 4)
                .is_some_and(|name| name.eq_ignore_ascii_case(b"img"))
                && bytes
                    .get(open + 4)
                    .is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'));
            if !is_picture {
                at = open + 1;
                continue;
            }
            let mut said = Said::default();
            let (_, end) = tag::attributes(&html, open, |name, value| {
                let value = tag::unquoted(&html[value]);
                let is = |known: &str| name.eq_ignore_ascii_case(known);
                if is("src") {
                    said.src = Some(value);
                } else if is("width") {
                    said.width = Some(value);
                } else if is("height") {
                    said.height = Some(value);
                }
                said.chooses |= is("srcset");
                said.loads |= is("loading");
                said.decodes |= is("decoding");
            });
            // One without an end is no tag.
            let Some(inside) = html[..end].strip_suffix('>') else {
                break;
            };
            let bare = inside.trim_end_matches('/').trim_end();
            // `src=a/` is an address that ends in a slash.
            let is_apart =
                bare.len() < inside.trim_end_matches('/').len() || bare.ends_with(['"', '\'']);
            let close = if is_apart {
                bare.len()
            } else {
                inside.trim_end().len()
            };
            out.push_str(&html[from..open]);
            let begin = out.len();
            out.push_str(&html[open..close]);
            let dark = self.complete(
                id,
                &said,
                (reader, count),
                &mut out,
                (elsewhere, diagnostics),
            );
            if let Some(dark) = dark {
                let tag = out.split_off(begin);
                self.pair(&tag, &html[close..end], &dark, &mut out);
            } else {
                out.push_str(&html[close..end]);
            }
            from = end;
            count += 1;
            at = end;
        }
        out.push_str(&html[from..]);
        out
    }

    fn complete(
        &self,
        id: PageId,
        said: &Said,
        (reader, count): (Reader, usize),
        out: &mut String,
        (elsewhere, diagnostics): (&[Diagnostic], &mut Vec<Diagnostic>),
    ) -> Option<Dark> {
        let mut dark = None;
        if let Some(src) = said.src {
            let src = text::decode_entities(src);
            if let Some(picture) = self.shared.picture(id, &src) {
                self.shared.reads.picture(Some(id), &picture.source);
                if let Ok(facts) = &picture.facts {
                    size(facts, said.width, said.height, out);
                }
                if reader == Reader::Page && !said.chooses {
                    choice(&self.shared.site, &picture, said.width, out);
                }
                let most = self.shared.site.config.imaging.largest;
                // Of one that Markdown shows it was said with its place.
                let mut told = diagnostics.iter().chain(elsewhere);
                let new = |new: &Diagnostic| told.all(|old| old.message != new.message);
                if let Some(mut said) = fault(&picture, most, None).filter(new) {
                    said.span = self.span_of(id, &src);
                    diagnostics.push(said);
                }
                if reader == Reader::Page {
                    dark = self.dark(id, &src);
                }
            }
        }
        // The first picture is likely to be on the first screen.
        if !said.loads && count > 0 {
            out.push_str(" loading=\"lazy\"");
        }
        if !said.decodes {
            out.push_str(" decoding=\"async\"");
        }
        dark
    }

    /// The picture that stands for another in the dark: `name.dark.png` beside `name.png`.
    fn dark(&self, id: PageId, src: &str) -> Option<Dark> {
        let (path, rest) = links::split(src);
        let (stem, extension) = path.rsplit_once('.')?;
        let src = format!("{stem}.dark.{extension}{rest}");
        let picture = self.shared.picture(id, &src)?;
        self.shared.reads.picture(Some(id), &picture.source);
        Some(Dark { src, picture })
    }

    /// Writes a tag and its like for the dark. A `<picture>` would follow the reader's
    /// system alone, not the theme's own switch. Without the theme's style sheet the second
    /// is hidden; what is hidden is not loaded, so both wait until they are near.
    fn pair(&self, tag: &str, end: &str, dark: &Dark, out: &mut String) {
        let whole = format!("{tag}>");
        let mut other = String::from("<img hidden class=\"of-dark");
        let (mut class, mut sizes, mut loads) = (None, SIZES, false);
        tag::attributes(&whole, 0, |name, value| {
            match name.to_ascii_lowercase().as_str() {
                "class" => class = Some(value),
                "sizes" => sizes = tag::unquoted(&whole[value]),
                "loading" => loads = true,
                _ => {}
            }
        });
        let quoted = class.filter(|value| whole[value.clone()].starts_with(['"', '\'']));
        match &quoted {
            Some(value) => {
                let inside = value.start + 1;
                out.push_str(&tag[..inside]);
                out.push_str("of-light ");
                out.push_str(&tag[inside..]);
                other.push(' ');
                other.push_str(tag::unquoted(&whole[value.clone()]));
            }
            None => {
                out.push_str(tag);
                out.push_str(" class=\"of-light\"");
            }
        }
        if !loads {
            out.push_str(" loading=\"lazy\"");
        }
        out.push_str(end);
        other.push_str("\" src=\"");
        text::escape_attr(&mut other, &dark.src);
        other.push('"');
        if let Some(copied) = self.shared.site.copies.of(&dark.picture.source) {
            other.push_str(" srcset=\"");
            text::escape_attr(&mut other, &copied.srcset(&self.shared.site));
            other.push_str("\" sizes=\"");
            other.push_str(sizes);
            other.push('"');
        }
        tag::attributes(&whole, 0, |name, value| {
            let own = ["class", "src", "srcset", "sizes", "loading", "hidden", "id"];
            if !own.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                // Writing to a String cannot fail.
                let _ = write!(other, " {name}={}", &whole[value]);
            }
        });
        out.push_str(&other);
        out.push_str(" loading=\"lazy\">");
    }

    /// Where a page's file first says this, else its beginning.
    pub(super) fn span_of(&self, id: PageId, said: &str) -> Option<Span> {
        let file = self.shared.site[id].file?;
        let text = self.sources.get(file).fetch()?;
        let name = said.rsplit('/').next().unwrap_or(said);
        let found = [said, name]
            .iter()
            .find_map(|said| Some((text.find(said)?, said.len())));
        let (at, length) = found.unwrap_or((0, 0));
        Some(Span::new(file, at, at + length))
    }
}
