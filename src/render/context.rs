//! Pages made by templates: what each kind of page hands to its template.

use super::needs::Need;
use super::page::{PageRows, PageView};
use super::page_head::HeadRows;
use super::pictures::Reader;
use super::view::{self, Object, Shows, Way};
use super::{Output, Renderer, sidenotes, template};
use crate::config::markup::TableOfContents;
use crate::diag::Diagnostic;
use crate::expand;
use crate::parse::markdown;
use crate::site::route::Extra;
use crate::site::{Kind, LangId, Page, PageId, links, menus, route};
use crate::text;
use crate::theme;
use crate::timing::Thing;
use std::collections::{BTreeMap, HashSet};
use tera::{Context, Map, Value};

/// How many of the newest pages the page for missing pages offers.
const OFFERED: usize = 5;

fn addresses(items: &[menus::Item], all: &mut HashSet<String>) {
    for item in items {
        all.extend(item.url.iter().map(|url| url.trim_matches('/').to_owned()));
        addresses(&item.children, all);
    }
}

/// What a template reads, and so what is made for it.
pub(super) struct Plan {
    pub need: Need,
    pub page: PageRows,
    pub head: HeadRows,
}

impl Plan {
    pub(super) fn new(need: Need) -> Plan {
        Plan {
            page: PageRows::new(&need),
            head: HeadRows::new(&need),
            need,
        }
    }
}

/// `site` of one language.
pub(super) struct SiteValue {
    /// Without menus and languages, which depend on the page.
    pub map: Map,
    pub bare: Value,
    /// With the menus as a page sees them that is in none.
    pub away: Value,
    /// The addresses in the menus, without slashes around them.
    pub in_menus: HashSet<String>,
}

/// Variables of one page: those that its template reads.
pub(super) struct Variables<'p> {
    pub need: &'p Need,
    pub context: Context,
}

impl Variables<'_> {
    pub(super) fn put<V: Into<Value>>(&mut self, name: &'static str, make: impl FnOnce() -> V) {
        if self.need.variable(name) {
            self.context.insert_value(name, make().into());
        }
    }
}

impl Renderer {
    pub(super) fn page(
        &self,
        id: PageId,
        pager: u32,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Output> {
        let page = &self.shared.site[id];
        let content = self.filler().content(id, Reader::Page, diagnostics);
        let content = match page.show.sidenotes {
            true => sidenotes::with_places(&content),
            false => content.as_str().into(),
        };
        let template = self.template_of(page, diagnostics);
        let context = |plan: &Plan| self.page_context(id, pager, &content, plan);
        let output = self.run(&template, context, Some(id), diagnostics)?;
        Some(Output::Bytes(output))
    }

    fn page_context(&self, id: PageId, pager: u32, content: &str, plan: &Plan) -> Context {
        let site = &self.shared.site;
        let page = &site[id];
        let need = &plan.need;
        let article = self.articles[id.index()].as_ref();
        let toc = article
            .filter(|_| page.show.toc && need.key("page", "toc"))
            .map(|article| {
                let toc = self.toc(page, article.headings());
                match article.has_math() {
                    true => self.contents_with_formulas(id, &toc),
                    false => toc,
                }
            });
        let view = PageView {
            site,
            id,
            cards: self.shared.cards(),
            content,
            related: match need.key("page", "related") {
                true => self.related(id),
                false => &[],
            },
            toc: toc.filter(|toc| !toc.is_empty()),
            has_code: article.is_some_and(super::article::Article::has_code),
            // Its own, or those of a part of another page.
            has_math: article.is_some_and(super::article::Article::has_math)
                || (self.shared.assets.contains_key(theme::MATH_SHEET)
                    && content.contains("<math ")),
        };
        let mut variables = self.variables(Some(id), page.lang, &page.url, need);
        variables.put("page", || plan.page.value(&view));
        variables.put("show", || self.show(id));
        variables.put("backlinks", || self.backlinks(id));
        variables.put("backlinks_count", || self.backlinks_count(id));
        variables.put("breadcrumbs", || {
            let way = self.way(id).filter(|_| page.show.bread_crumbs);
            way.map_or_else(|| Vec::<Value>::new().into(), |way| way.crumbs.clone())
        });
        variables.put("alternates", || self.alternates(id));
        variables.put("feeds", || self.feeds_near(id));
        variables.put("markdown_url", || {
            site.markdown_url(page).map(|url| site.href(&url))
        });
        variables.put("epub_url", || site.epub_url(id).map(|url| site.href(&url)));
        variables.put("head", || self.head(&plan.head, id, pager));
        self.lists(id, pager, &mut variables);
        variables.context
    }

    fn show(&self, id: PageId) -> Value {
        let shows = self.shows.get_or_init(|| Shows::new(&self.shared.site));
        shows.of(id)
    }

    /// None for the home page.
    pub(super) fn way(&self, id: PageId) -> Option<&Way> {
        let site = &self.shared.site;
        let last = site[id].parent?;
        Some(self.ways[last.index()].get_or_init(|| {
            let home = self.shared.strings[site[id].lang.index()].get("home", None);
            Way::to(site, last, home)
        }))
    }

    pub(super) fn toc(&self, page: &Page, headings: &[crate::parse::Heading]) -> String {
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
    pub(super) fn variables<'p>(
        &self,
        id: Option<PageId>,
        lang: LangId,
        url: &str,
        need: &'p Need,
    ) -> Variables<'p> {
        let site = &self.shared.site;
        let mut variables = Variables {
            need,
            context: Context::new(),
        };
        variables.put("site", || self.site_value(id, lang, url, need));
        variables.put("data", || self.shared.data.clone());
        let format = id.map_or_else(
            || self.date_format(site.home(lang)),
            |id| self.date_format(id),
        );
        template::context_for(&mut variables.context, site, id, lang, &format);
        variables
    }

    /// `site` as the page at `url` sees it.
    fn site_value(&self, id: Option<PageId>, lang: LangId, url: &str, need: &Need) -> Value {
        let site = &self.shared.site;
        let own = &self.sites[lang.index()];
        let several = site.config.languages.len() > 1 && need.key("site", "languages");
        if !several && !own.in_menus.contains(url.trim_matches('/')) {
            return own.away.clone();
        }
        let mut map = own.map.clone();
        map.insert("menus".into(), self.menus_at(lang, Some(url)));
        if several {
            map.insert(
                "languages".into(),
                Value::from(view::languages(site, id, lang)),
            );
        }
        Value::from(map)
    }

    fn menus_at(&self, lang: LangId, url: Option<&str>) -> Value {
        let items = |items: &[menus::Item]| -> Vec<Value> {
            items
                .iter()
                .map(|item| view::menu_item(item, url))
                .collect()
        };
        let menus: BTreeMap<String, Vec<Value>> = self.menus[lang.index()]
            .iter()
            .map(|(name, list)| (name.clone(), items(list)))
            .collect();
        Value::from(menus)
    }

    /// `site` of a language; its menus are there already.
    pub(super) fn site_values(&self, lang: LangId) -> SiteValue {
        let map = self.site_map(lang);
        let bare = Value::from(map.clone());
        let mut away = map.clone();
        away.insert("menus".into(), self.menus_at(lang, None));
        let mut in_menus = HashSet::new();
        for items in self.menus[lang.index()].values() {
            addresses(items, &mut in_menus);
        }
        SiteValue {
            map,
            bare,
            away: Value::from(away),
            in_menus,
        }
    }

    /// The template of a page: its `layout`, that of its type or section, else its kind's.
    pub(super) fn template_of(&self, page: &Page, diagnostics: &mut Vec<Diagnostic>) -> String {
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
        context: impl Fn(&Plan) -> Context,
        id: Option<PageId>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Vec<u8>> {
        let site = &self.shared.site;
        let file = id.and_then(|id| site[id].file);
        let mut out = Vec::with_capacity(16 << 10);
        let plan = self.plan(template);
        let timings = &self.shared.timings;
        let render = |plan: &Plan, out: &mut Vec<u8>| {
            let context = context(plan);
            timings.time(Thing::Template, template, || {
                self.templates.render(template, &context, out)
            })
        };
        let mut result = render(plan, &mut out);
        if result.is_err() && !plan.need.is_everything() {
            // The engine's message names all that is there, so all has to be there.
            out.clear();
            result = render(&self.all, &mut out);
        }
        if let Err(error) = result {
            let during = match (file, id) {
                (Some(file), _) => &site.sources.get(file).path,
                (None, Some(id)) => site[id].url.as_str(),
                (None, None) => template,
            };
            diagnostics.push(self.templates.fault(&error, during));
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
        Some(
            self.filler()
                .body(owner, &body, Reader::Page, diagnostics)
                .into_bytes(),
        )
    }

    pub(super) fn redirect(
        &self,
        target: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Output> {
        let site = &self.shared.site;
        let target = if links::is_external(target) {
            target.to_owned()
        } else {
            site.permalink(target)
        };
        let lang = LangId(site.config.default_language as u32);
        let context = |_: &Plan| {
            let mut context = Context::new();
            context.insert_value("target", Value::from(target.as_str()));
            context.insert_value("site", self.sites[lang.index()].bare.clone());
            template::context_for(&mut context, site, None, lang, "");
            context
        };
        self.run("redirect.html", context, None, diagnostics)
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
            Extra::Predictions => ("predictions", "predictions", "predictions.html"),
        };
        let title = self.shared.strings[lang.index()].get(key, None).to_owned();
        let url = format!("/{}{layout}/", route::language_folder(site, lang));
        let context = |plan: &Plan| {
            let mut variables = self.standalone(lang, &url, layout, &title, "page", plan);
            match extra {
                Extra::Archives => variables.put("archive", || {
                    let all = site[site.home(lang)].show.all_pages_in_archive;
                    self.archive(lang, all)
                }),
                Extra::Search => self.search_values(lang, &mut variables),
                Extra::Predictions => variables.put("ledger", || self.ledger(lang)),
            }
            variables.context
        };
        self.run(template, context, None, diagnostics)
            .map(Output::Bytes)
    }

    pub(super) fn not_found(
        &self,
        lang: LangId,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Output> {
        let site = &self.shared.site;
        let title = self.shared.strings[lang.index()]
            .get("not_found", None)
            .to_owned();
        let url = format!("/{}404.html", route::language_folder(site, lang));
        let context = |plan: &Plan| {
            let mut variables = self.standalone(lang, &url, "", &title, "404", plan);
            variables.put("pages", || {
                let newest = site[site.home(lang)].pages.iter().take(OFFERED);
                newest.map(|id| self.shared.card(*id)).collect::<Vec<_>>()
            });
            variables.context
        };
        self.run("404.html", context, None, diagnostics)
            .map(Output::Bytes)
    }

    /// A page that no file and no relation stands behind.
    fn standalone<'p>(
        &self,
        lang: LangId,
        url: &str,
        layout: &str,
        title: &str,
        kind: &str,
        plan: &'p Plan,
    ) -> Variables<'p> {
        let site = &self.shared.site;
        let home = site.home(lang);
        let mut variables = self.variables(None, lang, url, &plan.need);
        let permalink = site.permalink(url);
        // A page has every key that templates may ask for, so start from one that has.
        let view = PageView {
            site,
            id: home,
            cards: self.shared.cards(),
            content: "",
            related: &[],
            toc: None,
            has_code: false,
            has_math: false,
        };
        let Some(own) = self.all.page.value(&view).into_map() else {
            return variables;
        };
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
        variables.put("page", || page);
        variables.put("show", || self.show(home));
        variables.put("breadcrumbs", || {
            if kind == "404" || !site[home].show.bread_crumbs {
                return Vec::new();
            }
            let name = self.shared.strings[lang.index()].get("home", None);
            vec![
                Object::new()
                    .set("title", name)
                    .set("url", site.href(&site[home].url)),
            ]
        });
        variables.put("backlinks", Vec::<Value>::new);
        variables.put("backlinks_count", || 0);
        variables.put("alternates", Vec::<Value>::new);
        variables.put("feeds", || self.feeds_near(home));
        variables.put("markdown_url", Value::none);
        variables.put("epub_url", Value::none);
        variables.put("head", || {
            self.head_of_standalone(&plan.head, lang, title, &permalink, kind == "404")
        });
        variables
    }
}
