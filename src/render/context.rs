//! Pages made by templates: what each kind of page hands to its template.

use super::view::{self, Object, PageView, safe};
use super::{Output, Renderer, head, template};
use crate::config::markup::TableOfContents;
use crate::config::params::SiteParams;
use crate::diag::Diagnostic;
use crate::expand;
use crate::parse::{self, markdown};
use crate::site::route::Extra;
use crate::site::{Kind, LangId, Page, PageId, links, route};
use crate::text;
use std::collections::BTreeMap;
use tera::{Context, Map, Value};

/// How many of the newest pages the page for missing pages offers.
const OFFERED: usize = 5;

impl Renderer {
    pub(super) fn page(
        &self,
        id: PageId,
        pager: u32,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Output> {
        let site = &self.shared.site;
        let page = &site[id];
        let content = self.filler().content(id, diagnostics);
        let article = self.articles[id.index()].as_ref();
        let toc = article
            .filter(|_| page.show.toc)
            .map(|article| self.toc(page, article.headings()));
        let view = PageView {
            site,
            id,
            cards: self
                .shared
                .cards
                .get()
                .map(Vec::as_slice)
                .unwrap_or_default(),
            content: &content,
            toc: toc.filter(|toc| !toc.is_empty()),
            has_code: article.is_some_and(super::article::Article::has_code),
            has_math: article.is_some_and(super::article::Article::has_math),
        };
        let mut context = self.context(Some(id), page.lang, &page.url);
        context.insert_value("page", view.value());
        context.insert_value("show", view::show(site, page));
        let home = self.shared.strings[page.lang.index()].get("home", None);
        context.insert_value(
            "breadcrumbs",
            Value::from(view::breadcrumbs(site, id, home)),
        );
        context.insert_value("alternates", Value::from(self.alternates(id)));
        context.insert_value("feeds", Value::from(self.feed_links(id)));
        context.insert_value("head", self.head(id, pager));
        self.lists(id, pager, &mut context);
        let template = self.template_of(page, diagnostics);
        let output = self.run(&template, &context, Some(id), diagnostics)?;
        Some(Output::Bytes(output))
    }

    fn toc(&self, page: &Page, headings: &[crate::parse::Heading]) -> String {
        let TableOfContents {
            start_level,
            end_level,
            ordered,
        } = self.shared.site.config.markup.table_of_contents;
        let (start, end) = if page.show.hugo_toc {
            (start_level, end_level)
        } else {
            (1, 6)
        };
        markdown::toc(headings, start, end, ordered)
    }

    /// Everything that does not depend on what the page is about.
    pub(super) fn context(&self, id: Option<PageId>, lang: LangId, url: &str) -> Context {
        let site = &self.shared.site;
        let mut map = self.sites[lang.index()].clone();
        let items = |items: &[crate::site::menus::Item]| -> Vec<Value> {
            items
                .iter()
                .map(|item| view::menu_item(item, url))
                .collect()
        };
        let menus: BTreeMap<String, Vec<Value>> = self.menus[lang.index()]
            .iter()
            .map(|(name, list)| (name.clone(), items(list)))
            .collect();
        map.insert("menus".into(), Value::from(menus));
        if site.config.languages.len() > 1 {
            map.insert(
                "languages".into(),
                Value::from(view::languages(site, id, lang)),
            );
        }
        let mut context = Context::new();
        context.insert_value("site", Value::from(map));
        context.insert_value("data", self.shared.data.clone());
        let format = id.map_or_else(
            || self.date_format(site.home(lang)),
            |id| self.date_format(id),
        );
        template::context_for(&mut context, site, id, lang, &format);
        context
    }

    /// What lists, archives, taxonomies and the search page show.
    fn lists(&self, id: PageId, pager: u32, context: &mut Context) {
        let site = &self.shared.site;
        let page = &site[id];
        match page.kind {
            Kind::Taxonomy => {
                let taxonomy = &site.taxonomies[page.subject.unwrap_or_default() as usize];
                context.insert_value(
                    "taxonomy",
                    Object::new()
                        .set("name", taxonomy.name.as_str())
                        .set("singular", taxonomy.singular.as_str())
                        .set("title", view::title(site, id))
                        .value(),
                );
                let terms = taxonomy
                    .terms
                    .iter()
                    .filter(|term| site[site.terms[term.index()].page].rendered);
                context.insert_value(
                    "terms",
                    Value::from(terms.map(|term| self.term_row(*term)).collect::<Vec<_>>()),
                );
            }
            Kind::Term => {
                let term = &site.terms[page.subject.unwrap_or_default() as usize];
                let value = Object::new()
                    .set("title", term.title.as_str())
                    .set("url", site.href(&page.url))
                    .set("count", page.pages.len())
                    .set(
                        "taxonomy",
                        site.taxonomies[term.taxonomy.index()].name.as_str(),
                    );
                context.insert_value("term", value.value());
            }
            Kind::Home | Kind::Section | Kind::Page => {}
        }
        match site.layout(page) {
            "archives" => context.insert_value(
                "archive",
                self.archive(page.lang, page.show.all_pages_in_archive),
            ),
            "search" => self.search_values(page.lang, context),
            _ => {}
        }
        let entries = site.entries(id);
        let size = site.language(page).pagination.pager_size.max(1);
        let (paginated, from) = (site.is_paginated(id), (pager as usize - 1) * size);
        let shown = if paginated {
            entries.iter().skip(from).take(size).copied().collect()
        } else {
            entries.clone()
        };
        context.insert_value(
            "pages",
            Value::from(
                shown
                    .iter()
                    .map(|id| self.shared.card(*id))
                    .collect::<Vec<_>>(),
            ),
        );
        context.insert_value(
            "paginator",
            self.paginator(id, if paginated { pager } else { 1 }, entries.len()),
        );
    }

    fn term_row(&self, term: crate::site::TermId) -> Object {
        let site = &self.shared.site;
        let term = &site.terms[term.index()];
        let page = &site[term.page];
        let description = page
            .front()
            .and_then(|front| front.description.as_deref())
            .unwrap_or_default();
        Object::new()
            .set("title", term.title.as_str())
            .set("url", site.href(&page.url))
            .set("count", page.pages.len())
            .set("description", description)
    }

    fn search_values(&self, lang: LangId, context: &mut Context) {
        let search = &self.shared.site.config.languages[lang.index()]
            .params
            .search;
        let keys = search.keys.clone().unwrap_or_default();
        let options = Object::new()
            .set(
                "keys",
                Value::from(keys.into_iter().map(Value::from).collect::<Vec<Value>>()),
            )
            .set("limit", search.limit.map_or_else(Value::none, Value::from))
            .set(
                "min_length",
                search.min_length.map_or_else(Value::none, Value::from),
            );
        context.insert_value("search_index", Value::from(self.search_url(lang)));
        context.insert_value("search_options", options.value());
    }

    /// URL of a pager, with the base path.
    fn pager_url(&self, id: PageId, pager: u32) -> String {
        let site = &self.shared.site;
        let page = &site[id];
        if pager <= 1 {
            return site.href(&page.url);
        }
        let output = site.pager_output(page, pager);
        site.href(output.strip_suffix("index.html").unwrap_or(&output))
    }

    fn paginator(&self, id: PageId, pager: u32, items: usize) -> Value {
        let site = &self.shared.site;
        let total = if site.is_paginated(id) {
            site.pager_count(id)
        } else {
            1
        };
        let url = |pager: u32| {
            (1..=total)
                .contains(&pager)
                .then(|| self.pager_url(id, pager))
        };
        let pages: Vec<Object> = (1..=total)
            .map(|index| {
                Object::new()
                    .set("index", index)
                    .set("url", self.pager_url(id, index))
                    .set("current", index == pager)
            })
            .collect();
        Object::new()
            .set("index", pager)
            .set("total", total)
            .set("prev", url(pager.wrapping_sub(1)))
            .set("next", url(pager + 1))
            .set("first", self.pager_url(id, 1))
            .set("last", self.pager_url(id, total))
            .set("items", items)
            .set("pages", pages)
            .value()
    }

    /// Pages by year and month, the newest first; those without a date stand in no year.
    fn archive(&self, lang: LangId, all: bool) -> Value {
        let site = &self.shared.site;
        let main = &site[site.home(lang)].pages;
        let pages: &[PageId] = if all {
            &site.regular[lang.index()]
        } else {
            main
        };
        let mut years: BTreeMap<i16, BTreeMap<i8, Vec<PageId>>> = BTreeMap::new();
        for id in pages {
            if let Some(date) = site[*id].date {
                years
                    .entry(date.year())
                    .or_default()
                    .entry(date.month())
                    .or_default()
                    .push(*id);
            }
        }
        let code = &site.config.languages[lang.index()].code;
        let newest_first = |ids: &mut Vec<PageId>| {
            ids.sort_by(|a, b| site[*b].date.cmp(&site[*a].date).then(a.cmp(b)))
        };
        let years: Vec<Object> = years
            .into_iter()
            .rev()
            .map(|(year, months)| {
                let count: usize = months.values().map(Vec::len).sum();
                let months: Vec<Object> = months
                    .into_iter()
                    .rev()
                    .map(|(month, mut ids)| {
                        newest_first(&mut ids);
                        let name = site[ids[0]]
                            .date
                            .map(|date| date.format("January", code))
                            .unwrap_or_default();
                        let cards: Vec<Value> =
                            ids.iter().map(|id| self.shared.card(*id)).collect();
                        Object::new()
                            .set("month", i64::from(month))
                            .set("name", name)
                            .set("count", cards.len())
                            .set("pages", cards)
                    })
                    .collect();
                Object::new()
                    .set("year", i64::from(year))
                    .set("count", count)
                    .set("months", months)
            })
            .collect();
        Value::from(years)
    }

    fn search_url(&self, lang: LangId) -> String {
        let site = &self.shared.site;
        site.href(&format!(
            "/{}search.json",
            route::language_folder(site, lang)
        ))
    }

    /// The page's address in every language, and the default language's for all others.
    fn alternates(&self, id: PageId) -> Vec<Object> {
        let site = &self.shared.site;
        let page = &site[id];
        let others: Vec<PageId> = page
            .translations
            .iter()
            .copied()
            .filter(|id| site[*id].rendered)
            .collect();
        if others.is_empty() {
            return Vec::new();
        }
        let mut all: Vec<PageId> = others.into_iter().chain([id]).collect();
        all.sort_by_key(|id| site[*id].lang);
        let row = |lang: &str, id: PageId| {
            Object::new()
                .set("lang", lang)
                .set("url", site.permalink(&site[id].url))
        };
        let mut rows: Vec<Object> = all
            .iter()
            .map(|id| row(&site.language(&site[*id]).locale, *id))
            .collect();
        if let Some(default) = all
            .iter()
            .find(|id| site[**id].lang.index() == site.config.default_language)
        {
            rows.push(row("x-default", *default));
        }
        rows
    }

    /// Feeds of the page itself or its section, then the site's.
    fn feed_links(&self, id: PageId) -> Vec<Object> {
        let site = &self.shared.site;
        let page = &site[id];
        let near = if page.kind == Kind::Page {
            page.parent
        } else {
            Some(id)
        };
        let home = site.home(page.lang);
        let mut owners: Vec<PageId> = near.into_iter().collect();
        if !owners.contains(&home) {
            owners.push(home);
        }
        let mut rows = Vec::new();
        for owner in owners {
            let language = site.language(&site[owner]);
            let title = if owner == home {
                language.title.clone()
            } else {
                format!("{} | {}", view::title(site, owner), language.title)
            };
            for (format, name) in site.feeds_of(owner) {
                let media = match format {
                    route::FeedFormat::Rss => "application/rss+xml",
                    route::FeedFormat::Atom => "application/atom+xml",
                    route::FeedFormat::Json => "application/feed+json",
                };
                let url = site.href(&format!("/{}", route::beside(&site[owner], name)));
                rows.push(
                    Object::new()
                        .set("title", title.as_str())
                        .set("url", url)
                        .set("type", media),
                );
            }
        }
        rows
    }

    /// The template of a page: its `layout`, that of its type or section, else its kind's.
    fn template_of(&self, page: &Page, diagnostics: &mut Vec<Diagnostic>) -> String {
        let site = &self.shared.site;
        let kind = match page.kind {
            Kind::Home => "home.html",
            Kind::Section => "list.html",
            Kind::Page => "page.html",
            Kind::Taxonomy => "terms.html",
            Kind::Term => "term.html",
        };
        let front = page.front();
        if let Some(layout) = front.and_then(|front| front.layout.as_ref()) {
            let name = format!("{}.html", &*layout.text);
            let ordinary = [
                "single", "list", "home", "page", "section", "posts", "default",
            ];
            if self.templates.has(&name) {
                return name;
            }
            if !ordinary.contains(&&*layout.text) {
                let names = self
                    .templates
                    .names()
                    .filter(|name| !name.contains('/'))
                    .filter_map(|name| name.strip_suffix(".html"));
                let warning = Diagnostic::warning(
                    "unknown-layout",
                    layout.span,
                    format!(
                        "there is no template for the layout `{}`; `{kind}` is used",
                        &*layout.text
                    ),
                );
                diagnostics.push(match text::nearest(layout, names) {
                    Some(near) => warning.help(format!("did you mean `{near}`?")),
                    None => warning.help(format!("write it as `templates/{name}`")),
                });
            }
        }
        let own_type = front
            .and_then(|front| front.page_type.as_ref())
            .map(|kind| kind.text.to_string());
        let section = crate::site::content::top(&page.path);
        let folders = own_type
            .iter()
            .map(String::as_str)
            .chain([section])
            .filter(|folder| !folder.is_empty());
        let found = folders
            .map(|folder| format!("{folder}/{kind}"))
            .find(|name| self.templates.has(name));
        let _ = site;
        found.unwrap_or_else(|| kind.to_owned())
    }

    /// Renders a template, and the Markdown that its filters left behind.
    pub(super) fn run(
        &self,
        template: &str,
        context: &Context,
        id: Option<PageId>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Vec<u8>> {
        let site = &self.shared.site;
        let file = id.and_then(|id| site[id].file);
        let during = match (file, id) {
            (Some(file), _) => site.sources.get(file).path.to_string(),
            (None, Some(id)) => site[id].url.clone(),
            (None, None) => template.to_owned(),
        };
        let mut out = Vec::with_capacity(16 << 10);
        if let Err(error) = self.templates.render(template, context, &during, &mut out) {
            diagnostics.push(error);
            return None;
        }
        let Ok(html) = String::from_utf8(out) else {
            return None;
        };
        if !expand::marks::any(&html) {
            return Some(html.into_bytes());
        }
        // A template used the filter `markdown`: its text is rendered now.
        let owner = id.unwrap_or(site.home(LangId(0)));
        let options = &self.options[site[owner].lang.index()];
        let env = self.env(owner, options);
        let mut body = crate::parse::Body::default();
        let place = crate::diag::Span::new(file.unwrap_or(crate::diag::FileId(0)), 0, 0);
        let (html, mut said) = expand::finish(html, &mut body, place, &env);
        diagnostics.append(&mut said);
        body.html = html;
        Some(self.filler().body(owner, &body, diagnostics).into_bytes())
    }

    pub(super) fn redirect(
        &self,
        target: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Output> {
        let mut context = Context::new();
        let site = &self.shared.site;
        let target = if links::is_external(target) {
            target.to_owned()
        } else {
            site.permalink(target)
        };
        context.insert_value("target", Value::from(target));
        let lang = LangId(site.config.default_language as u32);
        context.insert_value("site", Value::from(self.sites[lang.index()].clone()));
        template::context_for(&mut context, site, None, lang, "");
        self.run("redirect.html", &context, None, diagnostics)
            .map(Output::Bytes)
    }

    /// The archive or search page of a site that has none of its own.
    pub(super) fn extra(
        &self,
        extra: Extra,
        lang: LangId,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Output> {
        let site = &self.shared.site;
        let (layout, key, template) = match extra {
            Extra::Archives => ("archives", "archive", "archives.html"),
            Extra::Search => ("search", "search", "search.html"),
        };
        let title = self.shared.strings[lang.index()].get(key, None).to_owned();
        let url = format!("/{}{layout}/", route::language_folder(site, lang));
        let mut context = self.standalone(lang, &url, layout, &title, "page");
        match extra {
            Extra::Archives => context.insert_value("archive", self.archive(lang, true)),
            Extra::Search => self.search_values(lang, &mut context),
        }
        self.run(template, &context, None, diagnostics)
            .map(Output::Bytes)
    }

    pub(super) fn not_found(
        &self,
        lang: LangId,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Output> {
        let site = &self.shared.site;
        let title = self.shared.strings[lang.index()]
            .get("page_not_found", None)
            .to_owned();
        let url = format!("/{}404.html", route::language_folder(site, lang));
        let mut context = self.standalone(lang, &url, "", &title, "404");
        let newest = site[site.home(lang)].pages.iter().take(OFFERED);
        context.insert_value(
            "pages",
            Value::from(newest.map(|id| self.shared.card(*id)).collect::<Vec<_>>()),
        );
        self.run("404.html", &context, None, diagnostics)
            .map(Output::Bytes)
    }

    /// A page that no file and no relation stands behind.
    fn standalone(
        &self,
        lang: LangId,
        url: &str,
        layout: &str,
        title: &str,
        kind: &str,
    ) -> Context {
        let site = &self.shared.site;
        let home = site.home(lang);
        let mut context = self.context(None, lang, url);
        let permalink = site.permalink(url);
        let Some(card) = self.shared.card(home).as_map().cloned() else {
            return context;
        };
        // A page has every key that templates may ask for, so start from one that has.
        let view = PageView {
            site,
            id: home,
            cards: self
                .shared
                .cards
                .get()
                .map(Vec::as_slice)
                .unwrap_or_default(),
            content: "",
            toc: None,
            has_code: false,
            has_math: false,
        };
        let own: Map = view.value().as_map().cloned().unwrap_or(card);
        let page = Object(own)
            .set("kind", kind)
            .set("layout", layout)
            .set("title", title)
            .set("link_title", title)
            .set("url", site.href(url))
            .set("permalink", permalink.as_str())
            .set("description", "")
            .set("summary", "")
            .set("words", 0)
            .set("minutes", 0)
            .set("date", None::<String>)
            .set("lastmod", None::<String>)
            .set("cover", None::<String>)
            .set("header", None::<String>)
            .set("translations", Vec::<Value>::new())
            .set("edit", None::<String>)
            .set("share", Vec::<Value>::new());
        context.insert_value("page", page.value());
        context.insert_value("show", view::show(site, &site[home]));
        let crumbs = if kind == "404" || !site[home].show.bread_crumbs {
            Vec::new()
        } else {
            let name = self.shared.strings[lang.index()].get("home", None);
            vec![
                Object::new()
                    .set("title", name)
                    .set("url", site.href(&site[home].url)),
            ]
        };
        context.insert_value("breadcrumbs", Value::from(crumbs));
        context.insert_value("alternates", Value::from(Vec::<Value>::new()));
        context.insert_value("feeds", Value::from(self.feed_links(home)));
        context.insert_value(
            "head",
            self.head_of_standalone(lang, title, &permalink, kind == "404"),
        );
        context
    }

    /// `site` of one language, without menus and languages, which depend on the page.
    pub(super) fn site_map(&self, lang: LangId) -> Map {
        let site = &self.shared.site;
        let config = &site.config;
        let language = &config.languages[lang.index()];
        let params: &SiteParams = &language.params;
        let home = &site[site.home(lang)];
        let search = match site.with_layout(lang, "search") {
            Some(page) => Some(site.href(&site[page].url)),
            None => site
                .routes
                .get(&format!(
                    "{}search/index.html",
                    route::language_folder(site, lang)
                ))
                .map(|route| site.href(route.output.trim_end_matches("index.html"))),
        };
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
        let profile = params.profile.enabled;
        let home_info = params.home_info.title.is_some() || params.home_info.content.is_some();
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
            .set(
                "social_icons",
                params
                    .social_icons
                    .iter()
                    .filter(|icon| text::safe_url(&icon.url))
                    .map(|icon| {
                        Object::new()
                            .set("name", icon.name.as_str())
                            .set("url", self.local(&icon.url))
                            .set("title", icon.title.clone())
                    })
                    .collect::<Vec<_>>(),
            )
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
            .set(
                "home_mode",
                if profile {
                    "profile"
                } else if home_info {
                    "home_info"
                } else {
                    "list"
                },
            )
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
                    .set("hide_powered_by", false),
            )
            .set("assets", self.icons(params))
            .set("verification", verification(params))
            .set("css", self.sheets())
            .set("redirect", self.moved(params))
            .0
    }

    /// A URL of the configuration: below the base path where it is a path.
    fn local(&self, url: &str) -> String {
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

    fn sheets(&self) -> Vec<Object> {
        let site = &self.shared.site;
        let sheets = site
            .assets
            .iter()
            .filter(|asset| asset.name.ends_with(".css"));
        sheets
            .map(|asset| {
                Object::new()
                    .set("url", site.href(&asset.output))
                    .set("integrity", asset.integrity.as_str())
            })
            .collect()
    }

    fn profile(&self, params: &SiteParams) -> Object {
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

    fn icons(&self, params: &SiteParams) -> Object {
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

    fn moved(&self, params: &SiteParams) -> Option<Object> {
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

    fn head(&self, id: PageId, pager: u32) -> Value {
        let (site, page) = (&self.shared.site, &self.shared.site[id]);
        let front = page.front();
        let language = site.language(page);
        let digest = self.articles[id.index()]
            .as_ref()
            .and_then(super::article::Article::digest);
        let url = site.absolute(&self.pager_url(id, pager));
        let images = self.images(id);
        let images: Vec<head::Image> = images
            .iter()
            .map(|url| head::Image {
                url,
                ..head::Image::default()
            })
            .collect();
        let authors: Vec<super::feed::Person> = view::authors(site, page)
            .iter()
            .map(|name| super::feed::Person {
                name,
                ..Default::default()
            })
            .collect();
        let translations: Vec<&str> = page
            .translations
            .iter()
            .map(|id| site.language(&site[*id]).locale.as_str())
            .collect();
        let tags: Vec<&str> = page
            .terms
            .iter()
            .map(|term| site.terms[term.index()].title.as_str())
            .collect();
        let empty = Vec::new();
        let keywords = match page.kind {
            Kind::Home => &language.params.keywords,
            _ => front.map_or(&empty, |front| &front.keywords),
        };
        let keywords: Vec<&str> = keywords.iter().map(String::as_str).collect();
        let name_of_home = self.shared.strings[page.lang.index()].get("home", None);
        let way: Vec<(String, String)> = view::crumbs(site, id)
            .into_iter()
            .filter(|id| site[*id].rendered)
            .map(|id| {
                let title = if site[id].kind == Kind::Home {
                    name_of_home
                } else {
                    view::title(site, id)
                };
                (title.to_owned(), site.permalink(&site[id].url))
            })
            .collect();
        let way: Vec<head::Crumb> = way
            .iter()
            .map(|(title, url)| head::Crumb { title, url })
            .collect();
        let series: Vec<String> = page
            .series
            .first()
            .map(|series| {
                series
                    .pages
                    .iter()
                    .filter(|part| **part != id)
                    .map(|part| site.permalink(&site[*part].url))
                    .collect()
            })
            .unwrap_or_default();
        let series: Vec<&str> = series.iter().map(String::as_str).collect();
        self.with_publisher(page.lang, |publisher| {
            value_of(head::head(&head::Page {
                kind: match page.kind {
                    Kind::Home => head::Kind::Home,
                    Kind::Page if site.layout(page).is_empty() => head::Kind::Article,
                    _ => head::Kind::List,
                },
                title: view::title(site, id),
                description: front
                    .and_then(|front| front.description.as_deref())
                    .unwrap_or_default(),
                summary: digest.map_or("", |digest| &digest.summary_text),
                url: &url,
                canonical: front
                    .and_then(|front| front.canonical_url.as_ref())
                    .map(|url| &*url.text),
                language: &language.locale,
                translations: &translations,
                images: &images,
                audio: &[],
                videos: &[],
                published: page.date,
                modified: page.lastmod,
                authors: &authors,
                keywords: &keywords,
                tags: &tags,
                section: page.parent.map_or("", |parent| view::title(site, parent)),
                see_also: &series,
                words: digest.map_or(0, |digest| digest.words),
                minutes: digest.map_or(0, view::minutes),
                body: digest.map_or("", |digest| &digest.text),
                breadcrumbs: &way,
                no_index: !page.show.indexed_by_robots,
                site: publisher,
            }))
        })
    }

    fn head_of_standalone(&self, lang: LangId, title: &str, url: &str, missing: bool) -> Value {
        let locale = &self.shared.site.config.languages[lang.index()].locale;
        self.with_publisher(lang, |publisher| {
            let kind = if missing {
                head::Kind::Missing
            } else {
                head::Kind::List
            };
            value_of(head::head(&head::Page {
                kind,
                title,
                url,
                language: locale,
                site: publisher,
                ..head::Page::default()
            }))
        })
    }

    fn with_publisher<R>(&self, lang: LangId, then: impl FnOnce(head::Site) -> R) -> R {
        let site = &self.shared.site;
        let language = &site.config.languages[lang.index()];
        let params = &language.params;
        let url = site.permalink(&site[site.home(lang)].url);
        let logo = params
            .label
            .icon
            .as_deref()
            .or(params.assets.favicon.as_deref())
            .map(|icon| site.absolute(&self.local(icon)));
        let same: Vec<&str> = if params.schema.same_as.is_empty() {
            params
                .social_icons
                .iter()
                .map(|icon| icon.url.as_str())
                .filter(|url| url.starts_with("http"))
                .collect()
        } else {
            params.schema.same_as.iter().map(String::as_str).collect()
        };
        then(head::Site {
            title: &language.title,
            url: &url,
            description: params.description.as_deref().unwrap_or_default(),
            is_person: params.schema.publisher_type.as_deref() == Some("Person"),
            logo: logo.as_deref(),
            same_as: &same,
            twitter: params.social.twitter.as_deref(),
            facebook_app: params.social.facebook_app_id.as_deref(),
            facebook_admin: params.social.facebook_admin.as_deref(),
            production: self.is_production(lang),
        })
    }

    pub(super) fn is_production(&self, lang: LangId) -> bool {
        let config = &self.shared.site.config;
        let said = config.languages[lang.index()].params.env.as_deref();
        said.unwrap_or(&config.environment) == "production"
    }

    /// Absolute addresses of a page's pictures: cover, front matter, else the site's.
    pub(super) fn images(&self, id: PageId) -> Vec<String> {
        let site = &self.shared.site;
        let page = &site[id];
        let cover = page.show.cover.image.as_deref().and_then(|image| {
            view::image_url(site, page, image, page.show.cover.relative == Some(true))
        });
        let own = page
            .front()
            .map(|front| front.images.as_slice())
            .unwrap_or_default();
        let general = if cover.is_none() && own.is_empty() {
            site.language(page).params.images.as_slice()
        } else {
            &[]
        };
        let named = own
            .iter()
            .chain(general)
            .filter_map(|image| view::image_url(site, page, image, false));
        cover
            .into_iter()
            .chain(named)
            .map(|url| site.absolute(&url))
            .collect()
    }
}

fn value_of(head: head::Head) -> Value {
    let rows = |rows: Vec<(&'static str, String)>, name: &'static str| -> Vec<Object> {
        rows.into_iter()
            .map(|(key, content)| Object::new().set(name, key).set("content", content))
            .collect()
    };
    Object::new()
        .set("title", head.title)
        .set("description", head.description)
        .set("canonical", head.canonical)
        .set("robots", head.robots)
        .set("keywords", head.keywords)
        .set("author", head.author)
        .set("open_graph", rows(head.open_graph, "property"))
        .set("twitter", rows(head.twitter, "name"))
        .set("json_ld", safe(&head.json_ld))
        .value()
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
