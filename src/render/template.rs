//! The template engine: the theme's templates under the site's own, and the
//! filters and functions that the documentation names. Knows the site through
//! [`Shared`], and the page being rendered through its number in the context.

use crate::date::{Date, Due};
use crate::diag::{Diagnostic, FileId};
use crate::expand::functions::{self, Lookup, NotFound, Resource};
use crate::picture::Pictures;
use crate::render::card::Deck;
use crate::render::copies::Made;
use crate::render::fault::{self, Known};
use crate::render::needs::Need;
use crate::render::prints::ReadsOf;
use crate::render::view::{Object, safe};
use crate::render::{copy, i18n, icons, json, pictures};
use crate::site::{LangId, PageId, Site, links, resources};
use crate::timing::Timings;
use crate::{expand, source, text};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, OnceLock};
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

/// What functions and filters look things up in; filled while the site is rendered.
pub struct Shared {
    pub site: Arc<Site>,
    /// One of each language.
    pub strings: Vec<i18n::Strings>,
    /// Set once all shortcodes have run.
    pub cards: OnceLock<Deck>,
    /// Without words and summaries, for shortcodes: set before any runs, where there are any.
    pub bare_cards: OnceLock<Deck>,
    pub data: Value,
    pub assets: HashMap<String, Value>,
    pub pictures: Arc<Pictures>,
    /// Copies of pictures that were encoded.
    pub made: Made,
    /// What the rendering of each page has looked at besides its own.
    pub reads: ReadsOf,
    pub timings: Arc<Timings>,
}

impl Shared {
    /// None before all shortcodes have run.
    pub fn cards(&self) -> Option<&Deck> {
        self.cards.get()
    }

    /// Of the page that is being rendered; most sites have but one.
    fn lang(&self, state: &State) -> TeraResult<LangId> {
        Ok(match self.strings.as_slice() {
            [_] => LangId(0),
            _ => LangId(state.get::<u64>("lang_id")?.unwrap_or_default() as u32),
        })
    }

    /// As a template or a shortcode sees it: for the latter no page has words yet.
    fn card_in(&self, state: &State, id: PageId) -> TeraResult<Value> {
        let expanding = state.get::<bool>(EXPANDING)?.unwrap_or_default();
        Ok(if expanding {
            self.bare_card(id)
        } else {
            self.card(id)
        })
    }

    pub fn bare_card(&self, id: PageId) -> Value {
        let cards = self.bare_cards.get();
        cards.map_or_else(Value::none, |cards| cards.get(id).clone())
    }

    pub fn card(&self, id: PageId) -> Value {
        let cards = self.cards.get();
        cards.map_or_else(Value::none, |cards| cards.get(id).clone())
    }
}

/// A template's text and where it comes from.
#[derive(Clone, Debug)]
pub struct Source {
    /// As `include` and `extends` name it: `partials/head.html`.
    pub name: String,
    pub text: Arc<str>,
    pub file: FileId,
    /// Not the theme's.
    pub own: bool,
}

pub struct Templates {
    pub tera: Tera,
    known: Known,
}

/// In the context while shortcodes run.
pub const EXPANDING: &str = "__expanding";

/// Bytes of a page beyond which its template is taken to run without end.
pub const LARGEST: usize = 64 << 20;

/// Whether any template that can make a page may read this key of a variable. Partials are
/// read where others include them; the theme's that a site replaces are not among `sources`.
pub fn any_reads(sources: &[Source], variable: &str, key: &str) -> bool {
    let known = Known::new(sources);
    let part = |name: &str| name.starts_with("partials/") || name.starts_with("shortcodes/");
    let names = sources.iter().map(|source| source.name.as_str());
    let need = known.need(names.filter(|name| !part(name)));
    need.key(variable, key)
}

/// Loads all templates in one batch; what cannot be read is an error with its place.
pub fn load(sources: &[Source], shared: &Arc<Shared>) -> Result<Templates, Vec<Diagnostic>> {
    let mut tera = Tera::default();
    register(&mut tera, shared);
    let known = Known::new(sources);
    let loaded = tera.add_raw_templates(
        sources
            .iter()
            .map(|source| (source.name.as_str(), &*source.text)),
    );
    match loaded {
        Ok(()) => Ok(Templates { tera, known }),
        Err(error) => Err(fault::loading(&error, &known)),
    }
}

impl Templates {
    pub fn has(&self, name: &str) -> bool {
        self.known.has(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.known.names()
    }

    /// What a template may read of all that there is.
    pub fn need<'t>(&'t self, name: &'t str) -> Need {
        self.known.need([name])
    }

    /// Renders into `out`.
    pub fn render(
        &self,
        name: &str,
        context: &tera::Context,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.tera.render_to(name, context, Bounded(out))
    }

    /// The template's line where it failed, the templates that led there, and `page`,
    /// what was being rendered.
    pub fn fault(&self, error: &Error, page: &str) -> Diagnostic {
        fault::rendering(error, &self.known, page)
    }
}

struct Bounded<'o>(&'o mut Vec<u8>);

impl io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn page_of(state: &State) -> TeraResult<PageId> {
    let id = state
        .get::<u64>(functions::PAGE)?
        .ok_or_else(|| Error::message("this works only while a page is rendered"))?;
    Ok(PageId(id as u32))
}

fn register(tera: &mut Tera, shared: &Arc<Shared>) {
    filters(tera, shared);
    functions(tera, shared);
    lookups(tera, shared);
    expand::functions::register(tera, shared.clone());
}

fn filters(tera: &mut Tera, shared: &Arc<Shared>) {
    let own = shared.clone();
    tera.register_filter(
        "date",
        move |value: &Value, arguments: Kwargs, state: &State| date(&own, value, &arguments, state),
    );
    let own = shared.clone();
    tera.register_filter("due", move |value: &str, _: Kwargs, state: &State| {
        due(&own, value, state)
    });
    tera.register_filter("slug", |text: &str, _: Kwargs, _: &State| {
        text::slug(text, true)
    });
    tera.register_filter("json", |value: &Value, _: Kwargs, _: &State| {
        let mut out = String::new();
        json::write_in_script(&mut out, value);
        safe(&out)
    });
    tera.register_filter("plainify", |text: &str, _: Kwargs, _: &State| {
        crate::parse::html::plainify(text)
    });
    tera.register_filter("striptags", |text: &str, _: Kwargs, _: &State| {
        crate::parse::html::plainify(text)
    });
    tera.register_filter("copy_buttons", |html: &str, kwargs: Kwargs, _: &State| {
        let label = kwargs.must_get::<&str>("label")?;
        let done = kwargs.must_get::<&str>("done")?;
        TeraResult::Ok(safe(&copy::with_buttons(html, label, done)))
    });
    let own = shared.clone();
    tera.register_filter("absolute", move |path: &str, _: Kwargs, _: &State| {
        own.site.absolute(path)
    });
    let own = shared.clone();
    tera.register_filter(
        "number",
        move |number: u64, _: Kwargs, state: &State| -> TeraResult<String> {
            let language = &own.site.config.languages[own.lang(state)?.index()];
            Ok(i18n::group(&language.code, number))
        },
    );
}

/// `{{ page.date | date }}` in the site's layout, or `date(format="2006")`: Go's layouts and strftime's.
fn date(shared: &Shared, value: &Value, arguments: &Kwargs, state: &State) -> TeraResult<String> {
    let Some(text) = value.as_str() else {
        return Err(Error::message(format!(
            "the filter `date` needs a date, and this is {}",
            value.name()
        )));
    };
    let date = Date::parse(text, &jiff::tz::TimeZone::UTC)
        .map_err(|error| Error::message(error.to_string()))?;
    let lang = &shared.site.config.languages[shared.lang(state)?.index()].code;
    if let Some(layout) = arguments.get::<&str>("format")? {
        return Ok(date.format(layout, lang));
    }
    let layout = state.get::<Value>("date_format")?;
    let layout = layout.as_ref().and_then(Value::as_str);
    Ok(date.format(layout.unwrap_or_default(), lang))
}

/// `2025-11` as readers see it: see [`Due::format`].
fn due(shared: &Shared, value: &str, state: &State) -> TeraResult<String> {
    let Some(due) = Due::parse(value) else {
        let message = format!("the filter `due` needs a date, and this is `{value}`");
        return Err(Error::message(message));
    };
    let lang = &shared.site.config.languages[shared.lang(state)?.index()].code;
    let layout = state.get::<Value>("date_format")?;
    let layout = layout.as_ref().and_then(Value::as_str).unwrap_or_default();
    Ok(due.format(layout, lang))
}

fn functions(tera: &mut Tera, shared: &Arc<Shared>) {
    let own = shared.clone();
    tera.register_function(
        "i18n",
        move |arguments: Kwargs, state: &State| -> TeraResult<Value> {
            let key: &str = arguments.must_get("key")?;
            say(&own.strings[own.lang(state)?.index()], key, &arguments)
        },
    );
    tera.register_function(
        "icon",
        |arguments: Kwargs, _: &State| -> TeraResult<Value> {
            Ok(safe(&icons::icon(arguments.must_get("name")?)))
        },
    );
    let own = shared.clone();
    tera.register_function("now", move |_: Kwargs, state: &State| {
        own.reads.clock(page_of(state).ok());
        own.site.now.to_string()
    });
    let own = shared.clone();
    tera.register_function("image", move |arguments: Kwargs, state: &State| {
        pictures::image(&own, &arguments, state)
    });
    let own = shared.clone();
    tera.register_function(
        "asset",
        move |arguments: Kwargs, state: &State| -> TeraResult<Value> {
            let path: &str = arguments.must_get("path")?;
            own.reads.links(page_of(state).ok());
            asset(&own, path)
        },
    );
}

/// `i18n(key="posts", count=3)`.
fn say(strings: &i18n::Strings, key: &str, arguments: &Kwargs) -> TeraResult<Value> {
    let count = arguments.get::<u64>("count")?;
    if count.is_none()
        && let Some(plain) = strings.plain(key)
    {
        return Ok(plain.clone());
    }
    if !strings.has(key) {
        return Err(Error::message(format!(
            "no language has a text for `{key}`"
        )));
    }
    let text = strings.say(key, count, |name| {
        let mut given = arguments.iter();
        let (_, value) = given.find(|(known, _)| {
            let known = known.as_str();
            known.is_some_and(|known| name.is_empty() || known.eq_ignore_ascii_case(name))
        })?;
        Some(match value.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(value.to_string()),
        })
    });
    Ok(Value::from(text))
}

/// Files of the theme as templates see them, by the names by which they ask.
pub fn assets(site: &Site) -> HashMap<String, Value> {
    let assets = site.assets.iter().map(|asset| {
        let value = Object::new()
            .set("url", site.href(&asset.output))
            .set("integrity", asset.integrity.as_str());
        (asset.name.clone(), value.value())
    });
    // The first of a name is meant.
    assets.rev().collect()
}

fn asset(shared: &Shared, path: &str) -> TeraResult<Value> {
    if let Some(asset) = shared.assets.get(path) {
        return Ok(asset.clone());
    }
    let site = &shared.site;
    if site.routes.get(path.trim_start_matches('/')).is_some() {
        return Ok(Object::new()
            .set("url", site.href(path))
            .set("integrity", None::<String>)
            .value());
    }
    let known = site.assets.iter().map(|asset| asset.name.as_str());
    Err(not_found("asset", path, text::nearest(path, known)))
}

fn not_found(what: &str, name: &str, near: Option<&str>) -> Error {
    Error::message(match near {
        Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{name}`"),
    })
}

fn lookups(tera: &mut Tera, shared: &Arc<Shared>) {
    let own = shared.clone();
    tera.register_function(
        "get_page",
        move |arguments: Kwargs, state: &State| -> TeraResult<Value> {
            let path: &str = arguments.must_get("path")?;
            own.reads.cards(page_of(state).ok());
            own.card_in(state, find(&own, path, state)?)
        },
    );
    let own = shared.clone();
    tera.register_function(
        "get_section",
        move |arguments: Kwargs, state: &State| -> TeraResult<Value> {
            let path: &str = arguments.must_get("path")?;
            own.reads.cards(page_of(state).ok());
            let id = find(&own, path, state)?;
            let Some(card) = own.card_in(state, id)?.into_map() else {
                return Ok(Value::none());
            };
            let pages: Vec<Value> = own
                .site
                .entries(id)
                .into_iter()
                .map(|page| own.card_in(state, page))
                .collect::<TeraResult<_>>()?;
            Ok(Object(card).set("pages", pages).value())
        },
    );
}

fn find(shared: &Shared, path: &str, state: &State) -> TeraResult<PageId> {
    let lang = shared.lang(state)?;
    let site = &shared.site;
    let from = page_of(state).unwrap_or(site.home(lang));
    match links::reference(site, from, lang, path) {
        links::Resolved::Page(id) => Ok(id),
        links::Resolved::Broken(links::Broken::Missing(Some(near))) => {
            Err(not_found("page", path, Some(&near)))
        }
        links::Resolved::Broken(links::Broken::LeftOut(why)) => Err(Error::message(format!(
            "`{path}` is {}, so it is not published",
            why.word()
        ))),
        _ => Err(not_found("page", path, None)),
    }
}

/// What a page's context holds for filters and functions.
pub fn context_for(
    context: &mut tera::Context,
    site: &Site,
    id: Option<PageId>,
    lang: LangId,
    date_format: &str,
) {
    if let Some(id) = id {
        context.insert_value(functions::PAGE, Value::from(u64::from(id.0)));
    }
    context.insert_value("lang_id", Value::from(u64::from(lang.0)));
    context.insert_value(
        "lang_code",
        Value::from(site.config.languages[lang.index()].code.as_str()),
    );
    context.insert_value("date_format", Value::from(date_format));
}

impl Lookup for Shared {
    fn resource(&self, page: u32, path: &str) -> Option<Resource> {
        self.reads.files(Some(PageId(page)));
        let page = &self.site[PageId(page)];
        let name = path.trim_start_matches("./");
        let (url, file) = match resources::named(page, name) {
            Some(resource) => (resource.url.clone(), resource.source.clone()),
            None => {
                let below = (page.lang, links::join(&page.dir, path));
                let (url, file) = self.site.loose.get(&below)?;
                (url.clone(), file.clone())
            }
        };
        let extension = name
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
            .to_ascii_lowercase();
        let is_text = matches!(
            extension.as_str(),
            "json" | "yaml" | "yml" | "toml" | "csv" | "txt" | "md" | "svg" | "html" | "xml"
        );
        let disk = self.site.sources.root.join(&*file);
        let facts = self.pictures.facts(&file).and_then(Result::ok);
        Some(Resource {
            url: self.site.href(&url),
            media_type: text::media_type(&extension).to_owned(),
            text: if is_text {
                source::text(&disk).map(Arc::from)
            } else {
                None
            },
            width: facts.as_ref().map(|facts| facts.width),
            height: facts.as_ref().map(|facts| facts.height),
        })
    }

    fn resource_names(&self, page: u32) -> Vec<String> {
        self.reads.files(Some(PageId(page)));
        self.site[PageId(page)]
            .resources
            .iter()
            .map(|resource| resource.name.clone())
            .collect()
    }

    fn beside(&self, page: u32, path: &str) -> Option<String> {
        self.reads.files(Some(PageId(page)));
        let page = &self.site[PageId(page)];
        let own = page.resources.iter().any(|resource| resource.name == path);
        if own || links::is_external(path) {
            return None;
        }
        let (url, _) = (self.site.loose).get(&(page.lang, links::join(&page.dir, path)))?;
        Some(self.site.href(url))
    }

    fn rooted(&self, path: &str) -> String {
        super::article::with_base(&self.site, path)
    }

    fn source_path(&self, page: u32) -> String {
        let page = &self.site[PageId(page)];
        page.file.map_or_else(
            || page.url.clone(),
            |file| self.site.sources.get(file).path.to_string(),
        )
    }

    fn link(
        &self,
        page: u32,
        target: &str,
        lang: Option<&str>,
        absolute: bool,
    ) -> Result<String, NotFound> {
        let site = &self.site;
        let from = PageId(page);
        self.reads.links(Some(from));
        let lang = lang
            .and_then(|code| site.config.language(code))
            .map_or(site[from].lang, |index| LangId(index as u32));
        let (_, rest) = links::split(target);
        let message = |what: &str| format!("the link `{target}` {what}");
        match links::reference(site, from, lang, target) {
            links::Resolved::Page(id) => {
                let url = &site[id].url;
                Ok(format!(
                    "{}{rest}",
                    if absolute {
                        site.permalink(url)
                    } else {
                        site.href(url)
                    }
                ))
            }
            links::Resolved::Broken(links::Broken::LeftOut(why)) => Err(NotFound {
                message: message(&format!(
                    "leads to a page that is {}, so it is not published",
                    why.word()
                )),
                help: None,
            }),
            links::Resolved::Broken(links::Broken::Missing(Some(near))) => Err(NotFound {
                message: message("leads nowhere"),
                help: Some(format!("did you mean `{near}`?")),
            }),
            _ => Err(NotFound {
                message: message("leads nowhere"),
                help: Some("name a page by its path, such as `blog/post` or `post.md`".to_owned()),
            }),
        }
    }

    fn param(&self, page: u32, name: &str) -> Option<Value> {
        let page = &self.site[PageId(page)];
        let own = page
            .front()
            .and_then(|front| front.params.get_from_path(name))
            .filter(|value| !value.is_undefined());
        own.or_else(|| {
            self.site
                .language(page)
                .values
                .get_from_path(name)
                .filter(|value| !value.is_undefined())
        })
        .cloned()
    }
}
