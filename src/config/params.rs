//! The site's `params`: everything under it that is no switch of a page, in
//! every spelling of PaperMod and its fork.

use super::look::{self, Look};
use super::rows::{Intake, Row, gone, no_effect, renamed, row, same_key};
use super::switches;
use crate::diag::Span;
use crate::tree::{Map, Node, Value};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteParams {
    /// `production`, `development`: said in the parameters of PaperMod; see [`super::Config::environment`] too.
    pub env: Option<String>,
    pub description: Option<String>,
    pub keywords: Vec<String>,
    /// Who wrote what does not say so itself: of `author`, else of `authors`.
    pub authors: Vec<String>,
    pub author_said: bool,
    /// More about them, and about others who write here.
    pub people: Vec<Author>,
    /// For Open Graph.
    pub images: Vec<String>,
    pub look: Look,
    pub default_theme: Theme,
    pub disable_theme_toggle: bool,
    pub disable_lang_toggle: bool,
    pub display_full_lang_name: bool,
    pub disable_special_first_post: bool,
    pub disable_scroll_to_top: bool,
    pub label: Label,
    pub search: Search,
    /// As said; see [`SiteParams::home`].
    pub home_mode: Option<HomeMode>,
    /// On when it holds a title or content.
    pub home_info: HomeInfo,
    pub profile: Profile,
    pub social_icons: Vec<SocialIcon>,
    pub footer: Footer,
    pub assets: Assets,
    pub verification: Verification,
    pub schema: Schema,
    pub social: Social,
    pub main_sections: Option<Vec<String>>,
    pub redirect: Redirect,
    /// Title of the link to the language.
    pub language_alt_title: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// What the home page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeMode {
    /// Pages, the newest first, in several parts.
    List,
    /// The same below a greeting.
    HomeInfo,
    /// About a person, without a list.
    Profile,
    /// Featured and recent pages, and the sections.
    Essays,
}

impl HomeMode {
    pub fn as_str(self) -> &'static str {
        match self {
            HomeMode::List => "list",
            HomeMode::HomeInfo => "home_info",
            HomeMode::Profile => "profile",
            HomeMode::Essays => "essays",
        }
    }
}

impl SiteParams {
    /// What the home page is: as said, else as PaperMod finds it out.
    pub fn home(&self) -> HomeMode {
        let info = self.home_info.title.is_some() || self.home_info.content.is_some();
        self.home_mode
            .unwrap_or(match (self.profile.enabled, info) {
                (true, _) => HomeMode::Profile,
                (false, true) => HomeMode::HomeInfo,
                (false, false) => HomeMode::List,
            })
    }
}

/// The taxonomy whose terms are people: in it a page's `author` is a term too.
pub const AUTHORS: &str = "authors";

/// Who writes, as their page shows them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Author {
    pub name: String,
    /// Markdown.
    pub bio: Option<String>,
    pub image: Option<String>,
    pub social_icons: Vec<SocialIcon>,
}

/// How the search page looks for what is typed: those options of Fuse.js that mean something here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    /// Fields of an entry: `title`, `summary`, `content`, `tags`.
    pub keys: Option<Vec<String>>,
    /// Most results shown.
    pub limit: Option<i64>,
    /// Fewest characters that are looked for.
    pub min_length: Option<i64>,
}

/// What stands at the top left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Label {
    pub text: Option<String>,
    pub icon: Option<String>,
    pub icon_svg: Option<String>,
    pub icon_height: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct HomeInfo {
    pub title: Option<String>,
    /// Markdown.
    pub content: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    pub enabled: bool,
    pub title: Option<String>,
    /// Markdown.
    pub subtitle: Option<String>,
    pub image_url: Option<String>,
    pub image_width: Option<i64>,
    pub image_height: Option<i64>,
    pub image_title: Option<String>,
    pub buttons: Vec<Button>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Button {
    pub name: String,
    pub url: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SocialIcon {
    pub name: String,
    pub url: String,
    pub title: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Footer {
    /// Markdown.
    pub text: Option<String>,
    pub hide_copyright: bool,
    pub hide_powered_by: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assets {
    pub favicon: Option<String>,
    pub favicon16: Option<String>,
    pub favicon32: Option<String>,
    pub apple_touch_icon: Option<String>,
    pub safari_pinned_tab: Option<String>,
    pub webmanifest: Option<String>,
    pub theme_color: Option<String>,
    pub ms_application_tile_color: Option<String>,
    pub disable_fingerprinting: bool,
}

/// Tags that show search engines whose site it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verification {
    pub google: Option<String>,
    pub bing: Option<String>,
    pub yandex: Option<String>,
    pub baidu: Option<String>,
    pub naver: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// `Organization` or `Person`.
    pub publisher_type: Option<String>,
    pub same_as: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Social {
    /// Account names without the at sign.
    pub twitter: Option<String>,
    pub facebook_app_id: Option<String>,
    pub facebook_admin: Option<String>,
    pub fediverse_creator: Option<String>,
}

/// The notice that the blog has moved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Redirect {
    pub on: bool,
    pub url: Option<String>,
    pub title: Option<String>,
}

pub const ROWS: &[Row<SiteParams>] = &[
    row("env", "", |p, n, i| p.env = i.said(n)),
    // The site has one title: `title` at the top.
    no_effect("title"),
    row("description", "", |p, n, i| p.description = i.said(n)),
    row("keywords", "[]", |p, n, i| {
        p.keywords = i.texts(n).unwrap_or_default()
    }),
    row("author", "", |p, n, i| {
        p.people.extend(people(n, i));
        p.authors = authors(n, i);
        p.author_said = true;
    }),
    row("authors", "", |p, n, i| {
        p.people.extend(people(n, i));
        let authors = authors(n, i);
        if !p.author_said {
            p.authors = authors;
        }
    }),
    row("images", "[]", |p, n, i| {
        p.images = i.texts(n).unwrap_or_default()
    }),
    row("default_theme", "auto", |p, n, i| {
        let themes = [
            ("auto", Theme::Auto),
            ("light", Theme::Light),
            ("dark", Theme::Dark),
        ];
        p.default_theme = i.choice(n, &themes).unwrap_or_default();
    }),
    row("accent", "", |p, n, i| p.look.accent = look::accent(n, i)),
    row("width", "", |p, n, i| p.look.width = look::width(n, i)),
    row("font", "", |p, n, i| p.look.font = look::font(n, i)),
    row("size", "", |p, n, i| p.look.size = look::size(n, i)),
    row("paragraphs", "space", |p, n, i| {
        set(&mut p.look.indent, look::paragraphs(n, i))
    }),
    row("disable_theme_toggle", "false", |p, n, i| {
        set(&mut p.disable_theme_toggle, i.bool(n))
    }),
    row("disable_lang_toggle", "false", |p, n, i| {
        set(&mut p.disable_lang_toggle, i.bool(n))
    }),
    row("disable_language_switch", "", |p, n, i| {
        set(&mut p.disable_lang_toggle, i.bool(n))
    }),
    row("display_full_lang_name", "false", |p, n, i| {
        set(&mut p.display_full_lang_name, i.bool(n))
    }),
    row("disable_special_1st_post", "false", |p, n, i| {
        set(&mut p.disable_special_first_post, i.bool(n))
    }),
    row("disable_special_first_post", "", |p, n, i| {
        set(&mut p.disable_special_first_post, i.bool(n))
    }),
    row("disable_scroll_to_top", "false", |p, n, i| {
        set(&mut p.disable_scroll_to_top, i.bool(n))
    }),
    row("label", "", |p, n, i| i.fields(&mut p.label, n, LABEL)),
    row("home_mode", "", |p, n, i| {
        let modes = [
            HomeMode::List,
            HomeMode::HomeInfo,
            HomeMode::Profile,
            HomeMode::Essays,
        ];
        p.home_mode = i.choice(n, &modes.map(|mode| (mode.as_str(), mode)));
    }),
    row("home_info_params", "", |p, n, i| {
        i.fields(&mut p.home_info, n, HOME_INFO)
    }),
    row("profile_mode", "", |p, n, i| {
        i.fields(&mut p.profile, n, PROFILE)
    }),
    row("social_icons", "[]", |p, n, i| {
        p.social_icons = social_icons(n, i)
    }),
    row("footer", "", |p, n, i| i.fields(&mut p.footer, n, FOOTER)),
    row("assets", "", |p, n, i| i.fields(&mut p.assets, n, ASSETS)),
    row("analytics", "", |p, n, i| {
        i.fields(&mut p.verification, n, ANALYTICS)
    }),
    row("schema", "", |p, n, i| i.fields(&mut p.schema, n, SCHEMA)),
    row("social", "", |p, n, i| i.fields(&mut p.social, n, SOCIAL)),
    row("main_sections", "", |p, n, i| p.main_sections = i.texts(n)),
    row("redirect", "false", |p, n, i| {
        set(&mut p.redirect.on, i.bool(n))
    }),
    row("redirect_url", "", |p, n, i| p.redirect.url = i.url(n)),
    row("redirect_title", "", |p, n, i| p.redirect.title = i.said(n)),
    row("language_alt_title", "", |p, n, i| {
        p.language_alt_title = i.said(n);
    }),
    renamed("twitter", "params.social.twitter", |p, n, i| {
        p.social.twitter = i.said(n)
    }),
    row("fuse_opts", "", |p, n, i| {
        i.fields(&mut p.search, n, SEARCH)
    }),
    no_effect("disable_fuse"),
    no_effect("disable_hljs"),
    no_effect("monetization"),
    gone(
        "google_analytics",
        "no analytics is built in",
        "put the script into `templates/partials/hook_head.html`",
    ),
    gone(
        "disqus_shortname",
        "no comment service is built in",
        "put its script into `templates/partials/hook_comments.html`",
    ),
];

/// Whether `name` is a parameter of the site that something here reads.
pub fn is_known(name: &str) -> bool {
    super::rows::find(ROWS, name).is_some() || super::rows::find(switches::ROWS, name).is_some()
}

/// The names of all parameters, for near matches.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter()
        .map(|row| row.name)
        .chain(switches::ROWS.iter().map(|row| row.name))
}

/// The parameters for templates: as written, and the known ones under their
/// snake_case names too, so that a template reads every spelling by one name.
pub fn values(map: &Map) -> tera::Value {
    let mut out = tera::Map::with_capacity(map.entries.len());
    for (key, node) in &map.entries {
        out.insert(
            tera::value::Key::from(key.name.to_string()),
            node.to_value(),
        );
    }
    for (key, node) in &map.entries {
        let name = names().find(|name| same_key(name, &key.name));
        if let Some(name) = name.filter(|name| **name != *key.name) {
            out.insert(tera::value::Key::from(name), node.to_value());
        }
    }
    tera::Value::from(out)
}

const SEARCH: &[Row<Search>] = &[
    row("keys", "", |s, n, i| s.keys = i.texts(n)),
    row("limit", "", |s, n, i| s.limit = i.int(n)),
    row("min_match_char_length", "", |s, n, i| {
        s.min_length = i.int(n)
    }),
    no_effect("is_case_sensitive"),
    no_effect("should_sort"),
    no_effect("location"),
    no_effect("distance"),
    no_effect("threshold"),
    no_effect("find_all_matches"),
    no_effect("include_score"),
    no_effect("include_matches"),
    no_effect("use_extended_search"),
    no_effect("ignore_location"),
    no_effect("ignore_field_norm"),
];

const LABEL: &[Row<Label>] = &[
    row("text", "", |l, n, i| l.text = i.said(n)),
    row("icon", "", |l, n, i| l.icon = i.url(n)),
    row("icon_svg", "", |l, n, i| l.icon_svg = i.text(n)),
    row("icon_height", "", |l, n, i| l.icon_height = i.int(n)),
];

const HOME_INFO: &[Row<HomeInfo>] = &[
    row("title", "", |h, n, i| h.title = i.said(n)),
    row("content", "", |h, n, i| h.content = i.said(n)),
    no_effect("align_social_icons_to"),
];

const PROFILE: &[Row<Profile>] = &[
    row("enabled", "false", |p, n, i| set(&mut p.enabled, i.bool(n))),
    row("title", "", |p, n, i| p.title = i.said(n)),
    row("subtitle", "", |p, n, i| p.subtitle = i.said(n)),
    row("image_url", "", |p, n, i| p.image_url = i.url(n)),
    row("image_width", "", |p, n, i| p.image_width = i.int(n)),
    row("image_height", "", |p, n, i| p.image_height = i.int(n)),
    row("image_title", "", |p, n, i| p.image_title = i.said(n)),
    row("buttons", "[]", |p, n, i| p.buttons = maps(n, i, BUTTON)),
];

const BUTTON: &[Row<Button>] = &[
    row("name", "", |b, n, i| b.name = i.said(n).unwrap_or_default()),
    row("url", "", |b, n, i| b.url = i.url(n).unwrap_or_default()),
];

const ICON: &[Row<SocialIcon>] = &[
    row("name", "", |s, n, i| s.name = i.said(n).unwrap_or_default()),
    row("url", "", |s, n, i| s.url = i.url(n).unwrap_or_default()),
    row("title", "", |s, n, i| s.title = i.said(n)),
];

const AUTHOR: &[Row<Author>] = &[
    row("name", "", |a, n, i| a.name = i.said(n).unwrap_or_default()),
    row("bio", "", |a, n, i| a.bio = i.said(n)),
    row("image", "", |a, n, i| a.image = i.url(n)),
    row("social_icons", "[]", |a, n, i| {
        a.social_icons = social_icons(n, i)
    }),
    // Feeds name the author without it: it would be read by robots.
    no_effect("email"),
];

const FOOTER: &[Row<Footer>] = &[
    row("text", "", |f, n, i| f.text = i.said(n)),
    row("hide_copyright", "false", |f, n, i| {
        set(&mut f.hide_copyright, i.bool(n))
    }),
    row("hide_powered_by", "false", |f, n, i| {
        set(&mut f.hide_powered_by, i.bool(n))
    }),
];

const ASSETS: &[Row<Assets>] = &[
    row("favicon", "", |a, n, i| a.favicon = i.url(n)),
    row("favicon16x16", "", |a, n, i| a.favicon16 = i.url(n)),
    row("favicon32x32", "", |a, n, i| a.favicon32 = i.url(n)),
    row("apple_touch_icon", "", |a, n, i| {
        a.apple_touch_icon = i.url(n)
    }),
    row("safari_pinned_tab", "", |a, n, i| {
        a.safari_pinned_tab = i.url(n)
    }),
    row("webmanifest", "", |a, n, i| a.webmanifest = i.url(n)),
    row("theme_color", "", |a, n, i| a.theme_color = i.said(n)),
    row("msapplication_TileColor", "", |a, n, i| {
        a.ms_application_tile_color = i.said(n)
    }),
    // The scroll bar is the reader\'s own.
    no_effect("disable_scroll_bar_style"),
    row("disable_fingerprinting", "false", |a, n, i| {
        set(&mut a.disable_fingerprinting, i.bool(n))
    }),
    // Code is coloured when the site is built.
    no_effect("disable_hljs"),
];

const ANALYTICS: &[Row<Verification>] = &[
    row("google", "", |v, n, i| v.google = tag(n, i)),
    row("bing", "", |v, n, i| v.bing = tag(n, i)),
    row("yandex", "", |v, n, i| v.yandex = tag(n, i)),
    row("baidu", "", |v, n, i| v.baidu = tag(n, i)),
    row("naver", "", |v, n, i| v.naver = tag(n, i)),
];

const TAG: &[Row<Option<String>>] = &[row("site_verification_tag", "", |t, n, i| *t = i.said(n))];

const SCHEMA: &[Row<Schema>] = &[
    row("publisher_type", "Organization", |s, n, i| {
        s.publisher_type = i
            .choice(n, &[("Organization", "Organization"), ("Person", "Person")])
            .map(str::to_owned);
    }),
    row("same_as", "[]", |s, n, i| {
        s.same_as = i.texts(n).unwrap_or_default()
    }),
];

const SOCIAL: &[Row<Social>] = &[
    row("twitter", "", |s, n, i| s.twitter = i.said(n)),
    row("facebook_app_id", "", |s, n, i| {
        s.facebook_app_id = i.said(n)
    }),
    row("facebook_admin", "", |s, n, i| s.facebook_admin = i.said(n)),
    row("fediverse_creator", "", |s, n, i| {
        s.fediverse_creator = i.said(n)
    }),
];

fn set(place: &mut bool, value: Option<bool>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn tag(node: &Node, intake: &mut Intake) -> Option<String> {
    let mut tag = None;
    intake.fields(&mut tag, node, TAG);
    tag
}

/// A list of maps of one shape.
fn maps<T: Default>(node: &Node, intake: &mut Intake, rows: &'static [Row<T>]) -> Vec<T> {
    let Some(list) = intake.list(node) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for entry in list {
        let mut value = T::default();
        intake.fields(&mut value, entry, rows);
        out.push(value);
    }
    out
}

fn social_icons(node: &Node, intake: &mut Intake) -> Vec<SocialIcon> {
    let icons = maps(node, intake, ICON);
    // The example of PaperMod fills the list with placeholders, which leave no name or no URL.
    icons
        .into_iter()
        .filter(|icon| !icon.name.is_empty() && !icon.url.is_empty())
        .collect()
}

/// A name, a list of names, or a map with a `name` in it, as other themes have it.
pub fn authors(node: &Node, intake: &mut Intake) -> Vec<String> {
    let authors = authors_and_places(node, intake).into_iter();
    authors.map(|(name, _)| name).collect()
}

/// As [`authors`], each with its place.
pub fn authors_and_places(node: &Node, intake: &mut Intake) -> Vec<(String, Span)> {
    match &node.value {
        Value::Map(map) => match super::rows::get(map, "name") {
            Some(name) => intake
                .said(name)
                .map(|said| (said, name.span))
                .into_iter()
                .collect(),
            None => {
                intake.wrong(node, "a name or a list of names");
                Vec::new()
            }
        },
        Value::List(list)
            if list
                .iter()
                .any(|entry| matches!(entry.value, Value::Map(_))) =>
        {
            list.iter()
                .flat_map(|entry| authors_and_places(entry, intake))
                .collect()
        }
        _ => intake.spanned(node).unwrap_or_default(),
    }
}

/// Of a map, or the maps of a list, what there is besides the name. A map without
/// a name is [`authors`]' business.
fn people(node: &Node, intake: &mut Intake) -> Vec<Author> {
    let entries = match &node.value {
        Value::List(list) => list.iter().collect(),
        _ => vec![node],
    };
    let maps = entries
        .into_iter()
        .filter(|entry| matches!(entry.value, Value::Map(_)));
    maps.map(|entry| {
        let mut author = Author::default();
        intake.fields(&mut author, entry, AUTHOR);
        author
    })
    .filter(|author| !author.name.is_empty())
    .collect()
}
