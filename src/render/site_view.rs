//! `site` as templates see it: the configuration of one language, resolved.

use super::Renderer;
use super::outputs::FEED_SHEET;
use super::view::{self, Object, safe};
use crate::config::look::is_literata;
use crate::config::params::SiteParams;
use crate::parse;
use crate::site::{Asset, LangId, links, route};
use crate::text;
use crate::theme;
use tera::{Map, Value};

impl Renderer {
    /// `site` of one language, without menus and languages, which depend on the page.
    pub(super) fn site_map(&self, lang: LangId) -> Map {
        let site = &self.shared.site;
        let config = &site.config;
        let language = &config.languages[lang.index()];
        let params: &SiteParams = &language.params;
        let home = &site[site.home(lang)];
        let made = |folder: &str| {
            let folder = format!("{}{folder}/", route::language_folder(site, lang));
            let route = site.routes.get(&format!("{folder}index.html"));
            route.map(|_| site.href(&folder))
        };
        let with_layout = |layout: &str, folder: &str| match site.with_layout(lang, layout) {
            Some(page) => Some(site.href(&site[page].url)),
            None => made(folder),
        };
        let search = with_layout("search", "search");
        let archive = with_layout("archives", "archives");
        let taxonomies: Vec<Object> = site
            .taxonomies
            .iter()
            .filter(|taxonomy| taxonomy.lang == lang)
            .map(|taxonomy| {
                Object::new()
                    .set("name", taxonomy.name.as_str())
                    .set("singular", taxonomy.singular.as_str())
                    .set("title", view::title(site, taxonomy.page))
                    .set("url", site.href(&site[taxonomy.page].url))
            })
            .collect();
        let direction = language.direction.as_str();
        let inline =
            |text: &Option<String>| safe(&text.as_deref().map(parse::inline).unwrap_or_default());
        Object::new()
            .set("title", language.title.as_str())
            .set(
                "description",
                params.description.clone().unwrap_or_default(),
            )
            .set("url", site.permalink(&home.url))
            .set("base_path", site.base_path())
            .set("home_url", site.href(&home.url))
            .set("copyright", safe(&parse::inline(&language.copyright)))
            .set(
                "language",
                Object::new()
                    .set("code", language.locale.as_str())
                    .set("name", language.name.as_str())
                    .set("direction", direction)
                    .set("title", language.title.as_str()),
            )
            .set("languages", Vec::<Value>::new())
            .set("menus", Object::new())
            .set("params", language.values.clone())
            .set("authors", params.authors.clone())
            .set("social_icons", self.social_icons(&params.social_icons))
            .set("feeds", self.feed_links(site.home(lang)))
            .set(
                "label",
                Object::new()
                    .set("text", params.label.text.clone())
                    .set(
                        "icon",
                        params
                            .label
                            .icon
                            .as_deref()
                            .filter(|url| text::safe_url(url))
                            .map(|url| self.local(url)),
                    )
                    .set("icon_svg", params.label.icon_svg.as_deref().map(safe))
                    .set("icon_height", params.label.icon_height),
            )
            .set("theme_color", params.assets.theme_color.clone())
            .set("default_theme", params.default_theme.as_str())
            .set(
                "main_sections",
                language.main_sections.clone().unwrap_or_default(),
            )
            .set("generator", concat!("Longhand ", env!("CARGO_PKG_VERSION")))
            .set(
                "build_year",
                i64::from(site.now.to_zoned(config.time_zone.clone()).year()),
            )
            .set("taxonomies", taxonomies)
            .set("search_url", search)
            .set("archive_url", archive)
            .set("home_mode", params.home().as_str())
            .set(
                "home_info",
                Object::new()
                    .set("title", params.home_info.title.clone())
                    .set(
                        "content",
                        safe(
                            &params
                                .home_info
                                .content
                                .as_deref()
                                .map(parse::block)
                                .unwrap_or_default(),
                        ),
                    ),
            )
            .set("profile", self.profile(params))
            .set(
                "footer",
                Object::new()
                    .set("text", inline(&params.footer.text))
                    .set("hide_copyright", params.footer.hide_copyright)
                    .set("hide_powered_by", params.footer.hide_powered_by),
            )
            .set("assets", self.icons(params))
            .set("verification", verification(params))
            .set("css", self.sheets())
            .set("fonts", self.fonts(params))
            .set("math", self.math())
            .set("redirect", self.moved(params))
            .0
    }

    /// A URL of the configuration: below the base path where it is a path.
    pub(super) fn local(&self, url: &str) -> String {
        let site = &self.shared.site;
        if links::is_external(url) {
            url.to_owned()
        } else {
            format!(
                "{}{}",
                site.base_path(),
                text::encode_url(url.trim_start_matches('/'))
            )
        }
    }

    pub(super) fn sheets(&self) -> Vec<Object> {
        let site = &self.shared.site;
        let sheets = site.assets.iter().filter(|asset| {
            let other = asset.name == FEED_SHEET || asset.name == theme::MATH_SHEET;
            asset.name.ends_with(".css") && !other
        });
        sheets.map(|asset| self.sheet(asset)).collect()
    }

    /// What pages with formulas need besides; nothing in a site without any.
    fn math(&self) -> Object {
        let site = &self.shared.site;
        let of = |name: &str| site.assets.iter().find(|asset| asset.name == name);
        let sheet = of(theme::MATH_SHEET).map(|sheet| self.sheet(sheet));
        Object::new()
            .set("css", sheet.into_iter().collect::<Vec<_>>())
            .set(
                "font",
                of(theme::MATH_FONT).map(|font| site.href(&font.output)),
            )
    }

    fn sheet(&self, sheet: &Asset) -> Object {
        Object::new()
            .set("url", self.shared.site.href(&sheet.output))
            .set("integrity", sheet.integrity.as_str())
    }

    /// Addresses of the fonts that the text of every page is set in.
    fn fonts(&self, params: &SiteParams) -> Vec<String> {
        let text = params.look.font.text.as_deref();
        let is_ours = text.is_some_and(is_literata);
        let assets = self.shared.site.assets.iter();
        assets
            .filter(|asset| is_ours && asset.name == theme::TEXT_FONT)
            .map(|asset| self.shared.site.href(&asset.output))
            .collect()
    }

    pub(super) fn profile(&self, params: &SiteParams) -> Object {
        let profile = &params.profile;
        let buttons = profile
            .buttons
            .iter()
            .filter(|button| text::safe_url(&button.url));
        Object::new()
            .set("title", profile.title.clone())
            .set(
                "subtitle",
                safe(
                    &profile
                        .subtitle
                        .as_deref()
                        .map(parse::inline)
                        .unwrap_or_default(),
                ),
            )
            .set(
                "image_url",
                profile
                    .image_url
                    .as_deref()
                    // PaperMod's example site has `#` for no picture.
                    .filter(|url| text::safe_url(url) && !url.starts_with('#'))
                    .map(|url| self.local(url)),
            )
            .set("image_width", profile.image_width)
            .set("image_height", profile.image_height)
            .set("image_title", profile.image_title.clone())
            .set(
                "buttons",
                buttons
                    .map(|button| {
                        Object::new()
                            .set("name", button.name.as_str())
                            .set("url", self.local(&button.url))
                    })
                    .collect::<Vec<_>>(),
            )
    }

    pub(super) fn icons(&self, params: &SiteParams) -> Object {
        let assets = &params.assets;
        let url = |said: &Option<String>| {
            said.as_deref()
                .filter(|url| text::safe_url(url))
                .map(|url| self.local(url))
        };
        let generated = |name: &str| {
            self.shared
                .site
                .routes
                .get(name)
                .map(|_| self.shared.site.href(name))
        };
        Object::new()
            .set(
                "favicon",
                url(&assets.favicon)
                    .or_else(|| generated("favicon.ico"))
                    .or_else(|| generated("favicon.svg")),
            )
            .set(
                "favicon16",
                url(&assets.favicon16).or_else(|| generated("favicon-16x16.png")),
            )
            .set(
                "favicon32",
                url(&assets.favicon32).or_else(|| generated("favicon-32x32.png")),
            )
            .set(
                "apple_touch_icon",
                url(&assets.apple_touch_icon).or_else(|| generated("apple-touch-icon.png")),
            )
            .set("safari_pinned_tab", url(&assets.safari_pinned_tab))
            .set(
                "webmanifest",
                url(&assets.webmanifest).or_else(|| generated("manifest.webmanifest")),
            )
    }

    pub(super) fn moved(&self, params: &SiteParams) -> Option<Object> {
        let url = params
            .redirect
            .url
            .as_deref()
            .filter(|url| params.redirect.on && text::safe_url(url))?;
        Some(
            Object::new()
                .set("url", url)
                .set("title", params.redirect.title.clone()),
        )
    }
}

fn verification(params: &SiteParams) -> Vec<Object> {
    let tags = &params.verification;
    let rows = [
        ("google-site-verification", &tags.google),
        ("msvalidate.01", &tags.bing),
        ("yandex-verification", &tags.yandex),
        ("baidu-site-verification", &tags.baidu),
        ("naver-site-verification", &tags.naver),
        ("fediverse:creator", &params.social.fediverse_creator),
        (
            "msapplication-TileColor",
            &params.assets.ms_application_tile_color,
        ),
    ];
    rows.into_iter()
        .filter_map(|(name, content)| {
            Some(
                Object::new()
                    .set("name", name)
                    .set("content", content.as_deref()?),
            )
        })
        .collect()
}
