//! The keys at the top of the configuration: one table of those that take
//! effect, of old spellings, and of Hugo's that have nothing to do here.

use super::cascade;
use super::deploy;
use super::menus;
use super::outputs::{self, OUTPUTS, PAGINATION, SITEMAP};
use super::params;
use super::permalinks;
use super::rows::{Intake, Row, Status, find, gone, nearest_name, no_effect, renamed, row};
use super::switches;
use super::{Config, DateSource, DateSources, LanguageConfig, Taxonomy};
use super::{hosting, imaging, markup, math, rows};
use crate::tree::{Node, Value};
use jiff::tz::TimeZone;

/// What one pass over the keys fills: what holds for the site and what holds
/// for the language that the pass is made for.
pub struct Draft {
    pub config: Config,
    pub language: LanguageConfig,
    pub default_language: String,
    pub disabled_languages: Vec<String>,
}

pub const ROWS: &[Row<Draft>] = &[
    row("baseURL", "", |d, n, i| {
        d.config.base_url = base_url(n, i).unwrap_or_default()
    }),
    row("title", "", |d, n, i| {
        d.language.title = i.said(n).unwrap_or_default()
    }),
    row("locale", "", |d, n, i| {
        set(&mut d.language.locale, i.said(n))
    }),
    renamed("languageCode", "locale", |d, n, i| {
        set(&mut d.language.locale, i.said(n))
    }),
    row("copyright", "", |d, n, i| {
        set(&mut d.language.copyright, i.text(n))
    }),
    row("defaultContentLanguage", "en", |d, n, i| {
        set(
            &mut d.default_language,
            i.said(n).map(|code| code.to_lowercase()),
        );
    }),
    row("defaultContentLanguageInSubdir", "false", |d, n, i| {
        set(&mut d.config.default_language_in_subdir, i.bool(n));
    }),
    row("disableLanguages", "[]", |d, n, i| {
        d.disabled_languages.extend(
            i.texts(n)
                .unwrap_or_default()
                .into_iter()
                .map(|code| code.to_lowercase()),
        );
    }),
    // Read apart, before and after this table.
    row("languages", "", |_, _, _| {}),
    row("timeZone", "UTC", |d, n, i| {
        set(&mut d.config.time_zone, time_zone(n, i))
    }),
    row("buildDrafts", "false", |d, n, i| {
        set(&mut d.config.build_drafts, i.bool(n))
    }),
    row("buildFuture", "false", |d, n, i| {
        set(&mut d.config.build_future, i.bool(n))
    }),
    row("buildExpired", "false", |d, n, i| {
        set(&mut d.config.build_expired, i.bool(n))
    }),
    row("enableRobotsTXT", "true", |d, n, i| {
        set(&mut d.config.enable_robots_txt, i.bool(n))
    }),
    row("enableEmoji", "false", |d, n, i| {
        set(&mut d.config.enable_emoji, i.bool(n))
    }),
    row("enableGitInfo", "false", git_info),
    row("disableAliases", "false", |d, n, i| {
        set(&mut d.config.disable_aliases, i.bool(n))
    }),
    row("disablePathToLower", "false", |d, n, i| {
        set(&mut d.config.disable_path_to_lower, i.bool(n))
    }),
    row("removePathAccents", "false", |d, n, i| {
        set(&mut d.config.remove_path_accents, i.bool(n))
    }),
    row("uglyURLs", "false", |d, n, i| {
        set(&mut d.config.ugly_urls, i.bool(n))
    }),
    row("hasCJKLanguage", "", |d, n, i| {
        d.language.has_cjk = i.bool(n)
    }),
    row("summaryLength", "70", |d, n, i| {
        set(&mut d.language.summary_length, i.count(n))
    }),
    row("mainSections", "", |d, n, i| {
        d.language.main_sections = i.texts(n)
    }),
    row("menus", "", |d, n, i| d.language.menus = menus::read(n, i)),
    row("sectionPagesMenu", "", |d, n, i| {
        d.config.section_pages_menu = i.said(n)
    }),
    row(
        "taxonomies",
        "{tag: tags, category: categories}",
        |d, n, i| d.language.taxonomies = taxonomies(n, i),
    ),
    row("pagination", "", |d, n, i| {
        i.fields(&mut d.language.pagination, n, PAGINATION)
    }),
    renamed("paginate", "pagination.pagerSize", |d, n, i| {
        outputs::pager_size(&mut d.language.pagination, n, i)
    }),
    renamed("paginatePath", "pagination.path", |d, n, i| {
        outputs::pager_path(&mut d.language.pagination, n, i)
    }),
    row("permalinks", "", |d, n, i| {
        d.language.permalinks = permalinks::read(n, i)
    }),
    row("outputs", "", |d, n, i| {
        i.fields(&mut d.language.outputs, n, OUTPUTS)
    }),
    row("disableKinds", "[]", |d, n, i| {
        d.language.disabled_kinds.extend(outputs::kinds(n, i))
    }),
    renamed("disableRSS", "disableKinds: [rss]", |d, n, i| {
        disable(d, outputs::Kind::Rss, n, i)
    }),
    renamed("disableSitemap", "disableKinds: [sitemap]", |d, n, i| {
        disable(d, outputs::Kind::Sitemap, n, i)
    }),
    renamed("disable404", "disableKinds: [404]", |d, n, i| {
        disable(d, outputs::Kind::NotFound, n, i)
    }),
    row("services", "", |d, n, i| i.fields(d, n, SERVICES)),
    renamed("rssLimit", "services.rss.limit", feed_limit),
    gone(
        "related",
        "pages are related that share the rarest terms",
        "`params.show_related` turns the list on or off",
    ),
    row("sitemap", "", |d, n, i| {
        i.fields(&mut d.config.sitemap, n, SITEMAP)
    }),
    row("frontmatter", "", |d, n, i| {
        i.fields(&mut d.config.dates, n, DATES)
    }),
    row("cascade", "", |d, n, i| {
        d.config.cascade = cascade::read(n, i)
    }),
    row("markup", "", |d, n, i| {
        i.fields(&mut d.config.markup, n, markup::MARKUP)
    }),
    row("imaging", "", |d, n, i| {
        imaging::imaging(&mut d.config.imaging, n, i)
    }),
    row("math", "", |d, n, i| {
        i.fields(&mut d.config.math, n, math::MATH)
    }),
    row("params", "", site_params),
    renamed("author", "params.author", |d, n, i| {
        let authors = params::authors(n, i);
        if d.language.params.authors.is_empty() {
            d.language.params.authors = authors;
        }
    }),
    row("contentDir", "content", |d, n, i| {
        folder(&mut d.config.dirs.content, n, i)
    }),
    row("staticDir", "static", static_dirs),
    row("dataDir", "data", |d, n, i| {
        folder(&mut d.config.dirs.data, n, i)
    }),
    row("layoutDir", "layouts", |d, n, i| {
        folder(&mut d.config.dirs.layouts, n, i)
    }),
    row("assetDir", "assets", |d, n, i| {
        folder(&mut d.config.dirs.assets, n, i)
    }),
    row("archetypeDir", "archetypes", |d, n, i| {
        folder(&mut d.config.dirs.archetypes, n, i)
    }),
    row("i18nDir", "i18n", |d, n, i| {
        folder(&mut d.config.dirs.i18n, n, i)
    }),
    row("themesDir", "themes", |d, n, i| {
        folder(&mut d.config.dirs.themes, n, i)
    }),
    // May lie outside of the site's folder; the one who writes there looks after that.
    row("publishDir", "public", |d, n, i| {
        set(&mut d.config.dirs.publish, i.said(n))
    }),
    row("ignoreFiles", "[]", |d, n, i| {
        d.config.ignore_files = i.texts(n).unwrap_or_default()
    }),
    row("ignoreLogs", "[]", |d, n, i| {
        d.config.silenced = i.texts(n).unwrap_or_default()
    }),
    renamed("pygmentsStyle", "markup.highlight.style", |d, n, i| {
        d.config.markup.highlight.style = i.said(n)
    }),
    // The look is Longhand's own; what the name is good for is the list of what has nothing to do.
    Row {
        name: "theme",
        default: "",
        status: Status::NoEffect,
        read: |d, n, i| d.config.themes = i.texts(n).unwrap_or_default(),
    },
    gone(
        "googleAnalytics",
        "no analytics is built in",
        "put the script into `templates/partials/hook_head.html`",
    ),
    gone(
        "disqusShortname",
        "no comment service is built in",
        "put its script into `templates/partials/hook_comments.html`",
    ),
    gone(
        "module",
        "modules are neither fetched nor mounted",
        "copy what they bring into `content/`, `static/` and `templates/`",
    ),
    gone(
        "relativeURLs",
        "links begin at the site's root",
        "say the folder that the site is served from in `baseURL`",
    ),
    row("headers", "false", |d, n, i| {
        hosting::headers(&mut d.config.headers, n, i)
    }),
    row("deploy", "", |d, n, i| d.config.deploy = deploy::read(n, i)),
    gone(
        "bibliography",
        "it is kept for what is still to come",
        "write references as notes",
    ),
    no_effect("build"),
    no_effect("buildStats"),
    no_effect("cacheDir"),
    no_effect("caches"),
    no_effect("canonifyURLs"),
    no_effect("capitalizeListTitles"),
    no_effect("cleanDestinationDir"),
    no_effect("contentTypes"),
    no_effect("debug"),
    no_effect("defaultOutputFormat"),
    no_effect("deployment"),
    no_effect("disableDefaultLanguageRedirect"),
    no_effect("disableBrowserError"),
    no_effect("disableFastRender"),
    no_effect("disableHugoGeneratorInject"),
    no_effect("disableLiveReload"),
    no_effect("enableInlineShortcodes"),
    no_effect("enableMissingTranslationPlaceholders"),
    no_effect("footnoteAnchorPrefix"),
    no_effect("footnoteReturnLinkContents"),
    no_effect("gc"),
    no_effect("httpCache"),
    no_effect("ignoreCache"),
    no_effect("ignoreErrors"),
    no_effect("ignoreVendorPaths"),
    no_effect("logLevel"),
    no_effect("mediaTypes"),
    no_effect("metaDataFormat"),
    no_effect("minify"),
    no_effect("newContentEditor"),
    no_effect("noBuildLock"),
    no_effect("noChmod"),
    no_effect("noTimes"),
    no_effect("outputFormats"),
    no_effect("page"),
    no_effect("panicOnWarning"),
    no_effect("persist"),
    no_effect("pluralizeListTitles"),
    no_effect("printI18nWarnings"),
    no_effect("printPathWarnings"),
    no_effect("printUnusedTemplates"),
    no_effect("privacy"),
    no_effect("pygmentsCodeFences"),
    no_effect("pygmentsCodeFencesGuessSyntax"),
    no_effect("pygmentsOptions"),
    no_effect("pygmentsUseClasses"),
    no_effect("pygmentsUseClassic"),
    no_effect("refLinksErrorLevel"),
    no_effect("refLinksNotFoundURL"),
    no_effect("renderSegments"),
    no_effect("resourceDir"),
    no_effect("roles"),
    no_effect("security"),
    no_effect("segments"),
    no_effect("server"),
    no_effect("templateMetrics"),
    no_effect("templateMetricsHints"),
    no_effect("timeout"),
    no_effect("titleCaseStyle"),
    no_effect("uniqueRSSGUIDs"),
    no_effect("verbose"),
    no_effect("versions"),
    no_effect("watch"),
    no_effect("workingDir"),
];

pub const SERVICES: &[Row<Draft>] = &[
    row("rss", "", |d, n, i| i.fields(d, n, RSS)),
    row("googleAnalytics", "", |_, n, i| {
        if i.map(n)
            .and_then(|map| rows::get(map, "id"))
            .and_then(|id| i.said(id))
            .is_some()
        {
            i.warn(
                "no-effect",
                n,
                "`services.googleAnalytics` has no effect: no analytics is built in".to_owned(),
            )
            .help = Some("put the script into `templates/partials/hook_head.html`".to_owned());
        }
    }),
    row("disqus", "", |_, n, i| {
        if i.map(n)
            .and_then(|map| rows::get(map, "shortname"))
            .and_then(|name| i.said(name))
            .is_some()
        {
            i.warn(
                "no-effect",
                n,
                "`services.disqus` has no effect: no comment service is built in".to_owned(),
            )
            .help = Some("put its script into `templates/partials/hook_comments.html`".to_owned());
        }
    }),
    no_effect("instagram"),
    no_effect("twitter"),
    no_effect("x"),
];

pub const RSS: &[Row<Draft>] = &[row("limit", "20", feed_limit)];

pub const DATES: &[Row<DateSources>] = &[
    row("date", "", |d, n, i| {
        let default = DateSources::defaults().date;
        let sources = date_sources(d, n, i, &default);
        // As in Hugo, a date that is taken from the file's name leaves the rest of it as the slug.
        d.slug_from_filename = sources.contains(&DateSource::Filename);
        d.date = sources;
    }),
    row("lastmod", "", |d, n, i| {
        d.lastmod = date_sources(d, n, i, &DateSources::defaults().lastmod)
    }),
    row("publishDate", "", |d, n, i| {
        d.publish = date_sources(d, n, i, &DateSources::defaults().publish)
    }),
    row("expiryDate", "", |d, n, i| {
        d.expiry = date_sources(d, n, i, &DateSources::defaults().expiry)
    }),
];

pub fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// A URL with its scheme, or a path from the server's root; the slash at the end is added.
pub fn base_url(node: &Node, intake: &mut Intake) -> Option<String> {
    let text = intake.said(node)?;
    match check_base_url(&text) {
        Ok(url) => Some(url),
        Err(expected) => {
            let path = intake.path();
            let error = intake.error(
                "wrong-value",
                node,
                format!("expected {expected} for `{path}`, found `{text}`"),
            );
            if !text.contains("://")
                && text.contains('.')
                && check_base_url(&format!("https://{text}")).is_ok()
            {
                error.help = Some(format!("did you mean `https://{text}`?"));
            }
            None
        }
    }
}

/// Fails with what was expected.
pub fn check_base_url(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "\"'<>\\`{}?#".contains(c))
    {
        return Err("a URL without spaces, quotes, query and fragment");
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None if text.is_empty() => return Ok(String::new()),
        None if text.starts_with('/') && !text.starts_with("//") => {
            return Ok(format!("{}/", text.trim_end_matches('/')));
        }
        None => return Err("a URL that begins with `https://` or `http://`"),
    };
    let host = rest.split('/').next().unwrap_or("");
    if !matches!(scheme.as_str(), "http" | "https") || host.is_empty() || host.starts_with(':') {
        return Err("a URL that begins with `https://` or `http://`");
    }
    Ok(format!("{scheme}://{}/", rest.trim_end_matches('/')))
}

fn time_zone(node: &Node, intake: &mut Intake) -> Option<TimeZone> {
    let name = intake.said(node)?;
    if let Ok(zone) = TimeZone::get(&name) {
        return Some(zone);
    }
    let known: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_owned())
        .collect();
    let near = nearest_name(&name, known.iter().map(String::as_str));
    let path = intake.path();
    let error = intake.error(
        "wrong-value",
        node,
        format!("unknown time zone `{name}` for `{path}`"),
    );
    error.help = Some(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write a name such as `Europe/Berlin`".to_owned(),
    });
    None
}

fn git_info(draft: &mut Draft, node: &Node, intake: &mut Intake) {
    set(&mut draft.config.enable_git_info, intake.bool(node));
}

fn disable(draft: &mut Draft, kind: outputs::Kind, node: &Node, intake: &mut Intake) {
    if intake.bool(node) == Some(true) {
        draft.language.disabled_kinds.push(kind);
    }
}

fn feed_limit(draft: &mut Draft, node: &Node, intake: &mut Intake) {
    // -1 is Hugo's way to say all, and so was 0.
    match intake.int(node) {
        Some(-1 | 0) => draft.language.feed_limit = None,
        Some(_) => draft.language.feed_limit = intake.count(node),
        None => {}
    }
}

/// `{tag: tags}`: singular to plural. An empty map means none at all.
fn taxonomies(node: &Node, intake: &mut Intake) -> Vec<Taxonomy> {
    let Some(map) = intake.map(node) else {
        return Vec::new();
    };
    let mut taxonomies: Vec<Taxonomy> = Vec::new();
    for (singular, plural) in &map.entries {
        intake.enter(&singular.name, |intake| {
            let Some(name) = intake.said(plural) else {
                return;
            };
            if name.starts_with('.') || name.contains(['/', '\\', '\0', '?', '#']) {
                intake.wrong(plural, "a name without slashes and dots before it");
            } else if taxonomies
                .iter()
                .any(|known| rows::same_key(&known.plural, &name))
            {
                let path = intake.path();
                intake.error(
                    "wrong-value",
                    plural,
                    format!("`{path}` names `{name}`, which is a taxonomy already"),
                );
            } else {
                taxonomies.push(Taxonomy {
                    singular: singular.name.to_lowercase(),
                    plural: name.to_lowercase(),
                });
            }
        });
    }
    taxonomies
}

fn static_dirs(draft: &mut Draft, node: &Node, intake: &mut Intake) {
    let Some(names) = intake.spanned(node) else {
        return;
    };
    let mut dirs = Vec::new();
    for (name, _) in names {
        match clean_folder(&name) {
            Some(name) => dirs.push(name),
            None => intake.wrong(node, "a folder within the site"),
        }
    }
    draft.config.dirs.statics = dirs;
}

pub fn folder(place: &mut String, node: &Node, intake: &mut Intake) {
    let Some(text) = intake.said(node) else {
        return;
    };
    match clean_folder(&text) {
        Some(folder) => *place = folder,
        None => intake.wrong(node, "a folder within the site"),
    }
}

/// A relative path that does not leave the site, without `.` and slashes at the ends.
fn clean_folder(text: &str) -> Option<String> {
    if text.starts_with('/') || text.contains(['\\', '\0', ':']) {
        return None;
    }
    let segments: Vec<&str> = text
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != ".")
        .collect();
    (!segments.is_empty() && !segments.contains(&"..")).then(|| segments.join("/"))
}

fn date_sources(
    dates: &mut DateSources,
    node: &Node,
    intake: &mut Intake,
    default: &[DateSource],
) -> Vec<DateSource> {
    const SPECIAL: [&str; 4] = [":filename", ":fileModTime", ":git", ":default"];
    let mut sources = Vec::new();
    for (name, span) in intake.spanned(node).unwrap_or_default() {
        let special = SPECIAL
            .iter()
            .position(|known| known.eq_ignore_ascii_case(&name));
        match special {
            Some(0) => sources.push(DateSource::Filename),
            Some(1) => sources.push(DateSource::FileModTime),
            Some(2) => {
                dates.asks_git = true;
                sources.push(DateSource::Git);
            }
            Some(_) => {
                let new = default.iter().filter(|source| !sources.contains(source));
                let new: Vec<DateSource> = new.cloned().collect();
                sources.extend(new);
            }
            None if name.starts_with(':') => {
                let path = intake.path();
                let place = Node {
                    span,
                    value: Value::Null,
                };
                let near = nearest_name(&name, SPECIAL.into_iter());
                intake.error("wrong-value", &place, format!("unknown source `{name}` in `{path}`")).help =
                    Some(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "the sources are keys of the front matter, `:filename`, `:fileModTime`, `:git` and `:default`".to_owned(),
                    });
            }
            None => sources.extend(with_aliases(&crate::tree::normal(&name))),
        }
    }
    sources.dedup();
    sources
}

/// Hugo's other names for the same date.
fn with_aliases(name: &str) -> Vec<DateSource> {
    let names: &[&str] = match name {
        "lastmod" => &["lastmod", "modified"],
        "publishdate" => &["publishdate", "pubdate", "published"],
        "expirydate" => &["expirydate", "unpublishdate"],
        name => &[name],
    };
    names
        .iter()
        .map(|name| DateSource::Key((*name).to_owned()))
        .collect()
}

/// Parameters of the site, then switches of pages; what is neither is unknown.
fn site_params(draft: &mut Draft, node: &Node, intake: &mut Intake) {
    let Some(map) = intake.map(node) else { return };
    intake.refuse_spellings_of(map, params::is_known);
    let language = &mut draft.language;
    for (key, value) in &map.entries {
        if intake.field(
            &mut language.params,
            &key.name,
            key.span,
            value,
            params::ROWS,
        ) {
            continue;
        }
        if !intake.field(
            &mut language.switches,
            &key.name,
            key.span,
            value,
            switches::ROWS,
        ) {
            intake.unknown_key(&key.name, key.span, params::names());
        }
    }
    let redirect = &language.params.redirect;
    if redirect.on
        && redirect.url.is_none()
        && let Some(node) = rows::get(map, "redirect")
    {
        let message = "`redirect` is on, and nothing says where to".to_owned();
        intake.warn("no-effect", node, message).help =
            Some("name the new address as `redirect_url`".to_owned());
    }
    if language.main_sections.is_none() {
        language.main_sections = language.params.main_sections.clone();
    }
    language.values = super::params::values(map);
}

/// Whether something reads this key at the top of the configuration.
pub fn is_known(name: &str) -> bool {
    find(ROWS, super::load::canonical(name)).is_some()
}
