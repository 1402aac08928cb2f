//! Pages made by templates: what each kind of page hands to its template.

use super::view::{self, Object, PageView};
use super::{Output, Renderer, template};
use crate::config::markup::TableOfContents;
use crate::diag::Diagnostic;
use crate::expand;
use crate::parse::markdown;
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
    pub(super) fn standalone(
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
}
