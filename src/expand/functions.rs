//! What templates can call: the functions and filters that shortcodes need.
//! They know the page by the number in the context ([`PAGE`]) and ask the site
//! through [`Lookup`], so that one Tera serves every page and thread.

use super::{data, marks};
use crate::text;
use qrcode::{EcLevel, QrCode};
use std::fmt::Write;
use std::sync::Arc;
use tera::{Error, Kwargs, Map, State, StringInput, Tera, TeraResult, Value};

/// The variable that holds the page's number.
pub const PAGE: &str = "__page";

/// What functions ask the site for, on behalf of a page.
pub trait Lookup: Send + Sync + 'static {
    /// A file beside the page (or where else resources are looked for).
    fn resource(&self, page: u32, path: &str) -> Option<Resource>;
    /// The resources there are, for a near match.
    fn resource_names(&self, page: u32) -> Vec<String>;
    /// The page's source as messages name it: `content/blog/a.md`.
    fn source_path(&self, page: u32) -> String;
    /// The URL of a page by path or relative link, `#fragment` kept; `absolute`
    /// with scheme and host.
    fn link(
        &self,
        page: u32,
        target: &str,
        lang: Option<&str>,
        absolute: bool,
    ) -> Result<String, NotFound>;
    /// The URL of a file beside a page that has no folder of its own: there a
    /// relative address would lead a browser elsewhere.
    fn beside(&self, page: u32, path: &str) -> Option<String> {
        let _ = (page, path);
        None
    }
    /// A path from the site's root, under the base URL's path.
    fn rooted(&self, path: &str) -> String {
        path.to_owned()
    }
    /// A parameter of the page, else of the site; dots lead into maps.
    fn param(&self, page: u32, name: &str) -> Option<Value>;
}

#[derive(Clone, Debug, Default)]
pub struct Resource {
    pub url: String,
    /// `image/png`
    pub media_type: String,
    /// Of a file that is text.
    pub text: Option<Arc<str>>,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// Why a link leads nowhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NotFound {
    pub message: String,
    pub help: Option<String>,
}

/// Adds the functions `resource`, `ref`, `relref`, `param`, `qr`, `arg`, the
/// filters `markdown`, `code`, `safe_url`, `urlencode`, `plain_markdown` and
/// the test `on`.
pub fn register(tera: &mut Tera, lookup: Arc<dyn Lookup>) {
    let site = lookup.clone();
    tera.register_function("resource", move |args: Kwargs, state: &State| {
        resource(site.as_ref(), &args, state)
    });
    let site = lookup.clone();
    tera.register_function("ref", move |args: Kwargs, state: &State| {
        link(site.as_ref(), &args, state, true)
    });
    let site = lookup.clone();
    tera.register_function("relref", move |args: Kwargs, state: &State| {
        link(site.as_ref(), &args, state, false)
    });
    let site = lookup.clone();
    tera.register_function("param", move |args: Kwargs, state: &State| {
        param(site.as_ref(), &args, state)
    });
    tera.register_function("arg", arg);
    tera.register_function("qr", qr);
    tera.register_filter("markdown", markdown);
    tera.register_filter("code", code);
    tera.register_filter(
        "safe_url",
        move |url: StringInput, args: Kwargs, state: &State| {
            safe_url(lookup.as_ref(), url.as_str(), &args, state)
        },
    );
    tera.register_filter("urlencode", urlencode);
    tera.register_filter("plain_markdown", plain_markdown);
    tera.register_test("on", on);
}

fn page(state: &State) -> TeraResult<u32> {
    state
        .get::<u32>(PAGE)?
        .ok_or_else(|| Error::message("this function needs a page, and none is being rendered"))
}

/// `resource(path="cases/1.json")`: `{url, type, text, data, width, height}`.
fn resource(lookup: &dyn Lookup, args: &Kwargs, state: &State) -> TeraResult<Value> {
    let path = args.must_get::<&str>("path")?;
    let page = page(state)?;
    let Some(found) = lookup.resource(page, path) else {
        let names = lookup.resource_names(page);
        let message = format!("no resource `{path}` beside `{}`", lookup.source_path(page));
        let help = match text::nearest(path, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "expected a file in the page's folder".to_owned(),
        };
        return Err(Error::message(marks::with_help(&message, &help)));
    };
    let data = match &found.text {
        Some(text) => data::parse(path, text).map_err(|error| {
            Error::message(format!(
                "resource `{path}` of `{}`: {error}",
                lookup.source_path(page)
            ))
        })?,
        None => None,
    };
    let mut map = Map::default();
    let mut put = |key: &'static str, value: Value| {
        map.insert(key.into(), value);
    };
    put("url", Value::from(found.url));
    put("type", Value::from(found.media_type));
    put(
        "text",
        found.text.map_or(Value::none(), |text| {
            Value::from(marks::clean(&text).as_ref())
        }),
    );
    put("data", data.unwrap_or_else(Value::none));
    put("width", found.width.map_or(Value::none(), Value::from));
    put("height", found.height.map_or(Value::none(), Value::from));
    Ok(Value::from(map))
}

/// `ref(path="a.md")`: a URL. One that leads nowhere stays as written, with a warning.
fn link(lookup: &dyn Lookup, args: &Kwargs, state: &State, absolute: bool) -> TeraResult<Value> {
    let target = args.must_get::<&str>("path")?;
    let lang = args.get::<Value>("lang")?;
    let lang = lang
        .as_ref()
        .and_then(Value::as_str)
        .filter(|lang| !lang.is_empty());
    let mut out = String::new();
    match lookup.link(page(state)?, target, lang, absolute) {
        Ok(url) => text::escape_attr(&mut out, &url),
        Err(fault) => {
            text::escape_attr(&mut out, target);
            out += &marks::warning(
                "broken-link",
                &fault.message,
                fault.help.as_deref().unwrap_or_default(),
            );
        }
    }
    Ok(Value::safe_string(&out))
}

fn param(lookup: &dyn Lookup, args: &Kwargs, state: &State) -> TeraResult<Value> {
    let name = args.must_get::<&str>("name")?;
    let page = page(state)?;
    lookup.param(page, name).ok_or_else(|| {
        let message = format!(
            "no parameter `{name}` in `{}` or the site's `params`",
            lookup.source_path(page)
        );
        Error::message(message)
    })
}

/// `arg(name="src", at=0, default="")`: the argument of that name, else the one at that place.
fn arg(args: Kwargs, state: &State) -> TeraResult<Value> {
    let name = args.get::<&str>("name")?;
    let at = args.get::<usize>("at")?;
    let given = state.get::<Value>("args")?;
    let positional = state.get::<Value>("positional")?;
    let named = name.and_then(|name| {
        given
            .as_ref()?
            .as_map()?
            .get(&tera::value::Key::from(name.to_owned()))
    });
    let placed = at.and_then(|at| positional.as_ref()?.as_array()?.get(at));
    let found = named.filter(|value| !value.is_none()).or(placed).cloned();
    match found {
        Some(value) => Ok(value),
        None => Ok(args.get::<Value>("default")?.unwrap_or_else(Value::none)),
    }
}

/// `text | markdown(inline=true, html=false)`: Markdown, its shortcodes run;
/// `html=false` drops raw HTML, as for the arguments of a shortcode.
fn markdown(text: Value, args: Kwargs, _: &State) -> TeraResult<Value> {
    let inline = args.get::<bool>("inline")?.unwrap_or(false);
    let html = args.get::<bool>("html")?.unwrap_or(true);
    Ok(match text_of(&text) {
        Some(text) => Value::safe_string(&marks::markdown(&text, inline, html)),
        None => Value::safe_string(""),
    })
}

/// `text | code(lang="rust", options="linenos=table")`: highlighted.
fn code(text: Value, args: Kwargs, _: &State) -> TeraResult<Value> {
    let field = |name: &str| -> TeraResult<String> {
        let value = args.get::<Value>(name)?;
        Ok(value
            .as_ref()
            .and_then(text_of)
            .map_or(String::new(), |text| marks::clean(&text).into_owned()))
    };
    let text = text_of(&text).unwrap_or_default();
    Ok(Value::safe_string(&marks::code(
        &text,
        &field("lang")?,
        &field("options")?,
    )))
}

/// A URL that a browser may follow, else `#` with a warning. One of a file
/// beside the page leads there.
fn safe_url(lookup: &dyn Lookup, url: &str, args: &Kwargs, state: &State) -> TeraResult<Value> {
    let image = args.get::<bool>("image")?.unwrap_or(false);
    let safe = if image {
        text::safe_image_url(url)
    } else {
        text::safe_url(url)
    };
    let mut out = String::new();
    if safe {
        let (path, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
        let beside = match state.get::<u32>(PAGE)? {
            Some(page) if !path.is_empty() && !path.starts_with('/') => lookup.beside(page, path),
            _ if path.starts_with('/') => Some(lookup.rooted(path)),
            _ => None,
        };
        text::escape_attr(&mut out, beside.as_deref().unwrap_or(path));
        text::escape_attr(&mut out, fragment);
    } else {
        out.push('#');
        let message = format!(
            "the URL `{}` is of a kind that is not allowed",
            marks::clean(url)
        );
        out += &marks::warning(
            "unsafe-url",
            &message,
            "expected a path, or a URL of `https:`, `http:`, `mailto:` or `tel:`",
        );
    }
    Ok(Value::safe_string(&out))
}

/// One part of a URL.
fn urlencode(text: Value, _: Kwargs, _: &State) -> String {
    let text = text_of(&text).unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Markdown's text without its marks, for an attribute.
fn plain_markdown(text: Value, _: Kwargs, _: &State) -> String {
    plain(&text_of(&text).unwrap_or_default())
}

/// Markdown's text without its marks.
pub(super) fn plain(text: &str) -> String {
    use pulldown_cmark::{Event, Parser, TagEnd};
    let mut out = String::new();
    for event in Parser::new(text) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph) => out.push(' '),
            _ => {}
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether an argument says yes: anything but none, false, 0, "", "false", "no" and "off".
fn on(value: Value, _: Kwargs, _: &State) -> bool {
    match value.as_str() {
        Some(text) => !matches!(
            text.trim().to_ascii_lowercase().as_str(),
            "" | "0" | "false" | "no" | "off"
        ),
        None => value.is_truthy(),
    }
}

/// `qr(text=…, level="medium", scale=4, alt=…, class=…, id=…, title=…)`: an SVG.
fn qr(args: Kwargs, _: &State) -> TeraResult<Value> {
    let field = |name: &str| -> TeraResult<Option<String>> {
        Ok(args.get::<Value>(name)?.as_ref().and_then(text_of))
    };
    let text = field("text")?.unwrap_or_default();
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::message(marks::with_help(
            "nothing to encode",
            "expected a text between the tags, or the argument `text`",
        )));
    }
    let level = match field("level")?.as_deref().unwrap_or("medium") {
        "low" => EcLevel::L,
        "medium" => EcLevel::M,
        "quartile" => EcLevel::Q,
        "high" => EcLevel::H,
        other => {
            let message = format!("`{other}` is no level of error correction");
            return Err(Error::message(marks::with_help(
                &message,
                "expected `low`, `medium`, `quartile` or `high`",
            )));
        }
    };
    let code = QrCode::with_error_correction_level(text.as_bytes(), level)
        .map_err(|error| Error::message(format!("the text does not fit in a QR code: {error}")))?;
    let scale = args
        .get::<Value>("scale")?
        .and_then(|value| value.as_i64())
        .unwrap_or(4)
        .clamp(1, 64);
    let alt = field("alt")?.unwrap_or_else(|| text.to_owned());
    let mut attributes = String::new();
    for (name, value) in [
        ("class", field("class")?),
        ("id", field("id")?),
        ("aria-label", Some(alt)),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let _ = write!(attributes, " {name}=\"");
            text::escape_attr(&mut attributes, &value);
            attributes.push('"');
        }
    }
    let title = field("title")?.filter(|title| !title.is_empty());
    Ok(Value::safe_string(&svg(
        &code,
        scale,
        &attributes,
        title.as_deref(),
    )))
}

/// Dark modules as runs of one path, within the quiet zone of four that readers want.
fn svg(code: &QrCode, scale: i64, attributes: &str, title: Option<&str>) -> String {
    const QUIET: usize = 4;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..]
                .iter()
                .take_while(|color| **color == qrcode::Color::Dark)
                .count();
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    let side = width + 2 * QUIET;
    let size = side as i64 * scale;
    let mut shown = String::new();
    if let Some(title) = title {
        shown.push_str("<title>");
        text::escape_html(&mut shown, title);
        shown.push_str("</title>");
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"{attributes} width=\"{size}\" height=\"{size}\" \
         viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">{shown}\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    )
}

/// A scalar as text; none for none and what has no text.
fn text_of(value: &Value) -> Option<String> {
    match value.as_str() {
        Some(text) => Some(text.to_owned()),
        None if value.is_none() || value.is_undefined() => None,
        None => Some(value.to_string()),
    }
}
