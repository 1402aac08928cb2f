//! Ghost: posts, pages and drafts of an export in JSON, with their dates, authors, tags and
//! addresses. The texts are read as the HTML that Ghost made of them; pictures are not in the
//! export, and are named.

mod settings;

use super::export;
use super::front::Front;
use super::house::{House, name_of, without_shortcodes};
use super::html::{self, Kept, plain};
use super::term::Term;
use crate::date::Date;
use crate::desk::Failure;
use crate::diag::{Diagnostic, FileId, Span};
use crate::source::Sources;
use serde_json::{Value as Json, json};
use settings::Settings;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

const AGAIN: &str = "Ghost writes the export under Settings, Import/Export, Export content";

/// What Ghost writes in place of the site's address.
const URL: &str = "__GHOST_URL__";

pub fn read(path: &Path, sources: &mut Sources, house: &mut House) -> Result<(), Failure> {
    let Some((file, text)) = export::text(path, sources, house)? else {
        return Ok(());
    };
    let export = match parse(&text, file) {
        Ok(export) => export,
        Err(error) => {
            house.findings.push(error);
            return Ok(());
        }
    };
    let data = &export["db"][0]["data"];
    let data = if data.is_object() {
        data
    } else {
        &export["data"]
    };
    if !data["posts"].is_array() {
        let message = "this is no export of Ghost: it has no `posts` in `db[0].data`";
        let error = Diagnostic::error("export", Span::new(file, 0, 0), message);
        house.findings.push(error.help(AGAIN));
        return Ok(());
    }
    let settings = Settings::new(data);
    let mut old = Old::new(data, settings);
    for post in list(data, "posts") {
        old.post(post, house);
    }
    old.terms(house);
    old.files(house);
    let configuration = old.settings.write(house);
    house.settings(&export::name(path), configuration);
    Ok(())
}

fn parse(text: &str, file: FileId) -> Result<Json, Diagnostic> {
    if text.trim().is_empty() {
        let error = Diagnostic::error("export", Span::new(file, 0, 0), "the export is empty");
        return Err(error.help(AGAIN));
    }
    serde_json::from_str(text).map_err(|error| {
        let before = text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1));
        let line = before.map(str::len).sum::<usize>();
        let mut at = (line + error.column().saturating_sub(1)).min(text.trim_end().len() - 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let said = error.to_string();
        let said = said
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let message = format!("the export is no sound JSON: {said}");
        Diagnostic::error("export", Span::new(file, at, at), message)
            .help("it was cut short or edited: export once more, under Settings, Import/Export")
    })
}

/// The rows of a table.
fn list<'a>(data: &'a Json, table: &str) -> impl Iterator<Item = &'a Json> {
    data[table].as_array().into_iter().flatten()
}

/// A text, and nothing where there is none.
fn text<'a>(row: &'a Json, key: &str) -> &'a str {
    row[key].as_str().map_or("", str::trim)
}

/// Numbers and names of rows, which differ among versions of Ghost.
fn id(row: &Json, key: &str) -> String {
    match &row[key] {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `1` and `true` are the same among versions of Ghost.
fn is_on(row: &Json, key: &str) -> bool {
    row[key] == json!(true) || row[key] == json!(1)
}

struct Old<'a> {
    data: &'a Json,
    settings: Settings,
    /// Rows of `tags` by the numbers of posts, in their order.
    tags: HashMap<String, Vec<&'a Json>>,
    authors: HashMap<String, Vec<&'a Json>>,
    /// Rows of `posts_meta` by the numbers of posts.
    meta: HashMap<String, &'a Json>,
    /// Addresses of files on the old server.
    files: BTreeSet<String>,
}

impl<'a> Old<'a> {
    fn new(data: &'a Json, settings: Settings) -> Old<'a> {
        let meta = list(data, "posts_meta").map(|row| (id(row, "post_id"), row));
        Old {
            data,
            settings,
            tags: joined(data, "posts_tags", "tag_id", "tags"),
            authors: joined(data, "posts_authors", "author_id", "users"),
            meta: meta.collect(),
            files: BTreeSet::new(),
        }
    }

    fn post(&mut self, post: &'a Json, house: &mut House) {
        let title = plain(text(post, "title"));
        let number = id(post, "id");
        let is_page = text(post, "type") == "page" || is_on(post, "page");
        let (body, ending, formulas) = self.body(post, &title, house);
        let slug = name_of(text(post, "slug"), &format!("post-{number}"));
        let folder = if is_page { "" } else { "posts/" };
        let path = house.free(&format!("content/{folder}{slug}.{ending}"));
        let mut front = Front::default();
        if !title.is_empty() {
            front.text("title", &title);
        }
        self.dates(post, &mut front);
        self.said(post, &mut front);
        self.addresses(post, &path, &mut front);
        if formulas {
            front.bare("math", "true");
        }
        shut(post, &title, &mut front, house);
        for (key, what) in [
            ("codeinjection_head", "head"),
            ("codeinjection_foot", "foot"),
        ] {
            if !text(post, key).is_empty() {
                house.warn(
                    "code",
                    None,
                    format!("code that `{title}` adds to its {what} is left out"),
                    "a template of your own may hold it",
                );
            }
        }
        self.params(post, &mut front);
        house.page(&path, text(post, "slug"), &front, &body);
    }

    /// The text, the ending of its file, and whether it has formulas.
    fn body(
        &mut self,
        post: &Json,
        title: &str,
        house: &mut House,
    ) -> (String, &'static str, bool) {
        let written = text(post, "html");
        if written.is_empty() && !text(post, "plaintext").is_empty() {
            house.warn(
                "text",
                None,
                format!(
                    "`{title}` is in the export without its HTML: its bare words are carried over"
                ),
                "open it in Ghost, save it and export once more",
            );
            return (
                without_shortcodes(&html::clean(text(post, "plaintext"))),
                "md",
                false,
            );
        }
        let cleaned = html::clean(&written.replace(URL, ""));
        if cleaned.contains("<!--members-only-->") {
            house.warn(
                "members",
                None,
                format!("a part of `{title}` was for members, and is for everybody here"),
                "take it out, or leave the text a draft",
            );
        }
        let mut kept = Kept::default();
        let html = cards(&cleaned, &mut kept);
        self.pictures(&html);
        let link = |address: &str| match address {
            // The site itself, whose address was taken out.
            "" => "/".to_owned(),
            address => address.to_owned(),
        };
        let about = (title, None);
        let Some(converted) = export::markdown(&html, &kept, &link, about, house) else {
            return (without_shortcodes(&cleaned), "html", false);
        };
        (converted.markdown, "md", converted.formulas)
    }

    /// Notes the files of Ghost's server that a text shows.
    fn pictures(&mut self, html: &str) {
        for part in html.split("/content/").skip(1) {
            let end = part.find(|c: char| c.is_whitespace() || "\"'<>)?#,&".contains(c));
            let path = &part[..end.unwrap_or(part.len())];
            // Copies of other sizes are made of the picture.
            let is_copy = path.starts_with("images/size/");
            if path.contains('.')
                && ["images/", "media/", "files/"]
                    .iter()
                    .any(|folder| path.starts_with(folder))
                && !is_copy
            {
                self.files.insert(format!("/content/{path}"));
            }
        }
    }

    fn dates(&self, post: &Json, front: &mut Front) {
        let date = |key: &str| {
            let date = Date::parse(text(post, key), &jiff::tz::TimeZone::UTC).ok()?;
            Some(Date::new(date.instant, &self.settings.zone))
        };
        let Some(published) = date("published_at").or(date("created_at")) else {
            return;
        };
        front.bare("date", &published.rfc3339());
        if let Some(changed) = date("updated_at").filter(|changed| *changed > published) {
            front.bare("lastmod", &changed.rfc3339());
        }
    }

    fn meta(&self, post: &'a Json, key: &str) -> &'a str {
        let own = self
            .meta
            .get(&id(post, "id"))
            .map_or("", |row| text(row, key));
        // Before Ghost 3 they were the post's own.
        if own.is_empty() { text(post, key) } else { own }
    }

    fn said(&mut self, post: &'a Json, front: &mut Front) {
        let number = id(post, "id");
        let people = self.authors.get(&number);
        let mut people = people.map(|rows| names(rows)).unwrap_or_default();
        if people.is_empty() {
            // Before Ghost 1.22 a post had one author.
            let author = id(post, "author_id");
            let found = list(self.data, "users").find(|user| id(user, "id") == author);
            people.extend(found.map(|user| plain(text(user, "name"))));
        }
        match people.as_slice() {
            [name] => front.text("author", name),
            people => front.list("authors", people),
        }
        let tags = self.tags.get(&number).cloned().unwrap_or_default();
        let shown: Vec<&Json> = tags.into_iter().filter(|tag| !is_internal(tag)).collect();
        front.list("tags", &names(&shown));
        let description = plain(self.meta(post, "meta_description"));
        let excerpt = plain(text(post, "custom_excerpt"));
        match (description.is_empty(), excerpt.is_empty()) {
            (false, false) => {
                front.text("description", &description);
                front.text("summary", &excerpt);
            }
            (false, true) => front.text("description", &description),
            (true, false) => front.text("description", &excerpt),
            (true, true) => {}
        }
        if is_on(post, "featured") {
            front.bare("featured", "true");
        }
        let picture = text(post, "feature_image").replace(URL, "");
        if !picture.is_empty() {
            let mut cover = json!({ "image": picture });
            for (ours, theirs) in [
                ("alt", "feature_image_alt"),
                ("caption", "feature_image_caption"),
            ] {
                let said = plain(self.meta(post, theirs));
                if !said.is_empty() {
                    cover[ours] = said.into();
                }
            }
            front.value("cover", &cover);
            self.pictures(&picture);
        }
        let card = self.meta(post, "og_image").replace(URL, "");
        if !card.is_empty() {
            self.pictures(&card);
            front.list("images", &[card]);
        }
    }

    fn addresses(&self, post: &Json, path: &str, front: &mut Front) {
        let slug = text(post, "slug");
        let name = path.rsplit('/').next().unwrap_or_default();
        let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        if !slug.is_empty() && slug != name && export::is_sound(&format!("/{slug}/")) {
            front.text("url", &super::house::as_url(&format!("/{slug}/")));
        }
        let original = text(post, "canonical_url").replace(URL, "");
        if !original.is_empty() {
            front.text("canonicalURL", &original);
        }
    }

    /// What the theme does not show, for templates of the site's own.
    fn params(&self, post: &'a Json, front: &mut Front) {
        let mut params = Vec::new();
        let title = self.meta(post, "meta_title");
        if !title.is_empty() {
            params.push(("meta_title".to_owned(), plain(title).into()));
        }
        let tags = self.tags.get(&id(post, "id")).cloned().unwrap_or_default();
        let internal: Vec<&Json> = tags.into_iter().filter(|tag| is_internal(tag)).collect();
        if !internal.is_empty() {
            params.push(("internal_tags".to_owned(), names(&internal).into()));
        }
        front.params(&params);
    }

    /// Tags and authors that need a file of their own.
    fn terms(&self, house: &mut House) {
        let tags = self
            .tags
            .values()
            .map(|tags| ("tags", "tag", "description", tags));
        let authors = self
            .authors
            .values()
            .map(|authors| ("authors", "author", "bio", authors));
        let mut seen = BTreeSet::new();
        let mut terms = Vec::new();
        for (taxonomy, first, said, rows) in tags.chain(authors) {
            for row in rows.iter().filter(|row| !is_internal(row)) {
                let term = Term {
                    name: plain(text(row, "name")),
                    slug: text(row, "slug").to_owned(),
                    description: plain(text(row, said)),
                    above: String::new(),
                };
                if seen.insert((taxonomy, term.name.clone())) {
                    terms.push((taxonomy, first, term));
                }
            }
        }
        terms.sort_by(|a, b| (a.0, &a.2.name).cmp(&(b.0, &b.2.name)));
        for (taxonomy, first, term) in terms {
            term.write(taxonomy, first, house);
        }
    }

    fn files(&self, house: &mut House) {
        for file in &self.files {
            house.warn(
                "file",
                None,
                format!("`{file}` is not in the export"),
                "download the folder `content/` of Ghost's server into `static/content/`",
            );
        }
    }
}

/// Rows of a table by the posts that another table joins them to.
fn joined<'a>(
    data: &'a Json,
    table: &str,
    key: &str,
    other: &str,
) -> HashMap<String, Vec<&'a Json>> {
    let rows: HashMap<String, &Json> = list(data, other).map(|row| (id(row, "id"), row)).collect();
    let mut links: Vec<&Json> = list(data, table).collect();
    links.sort_by_key(|link| link["sort_order"].as_i64().unwrap_or(0));
    let mut joined: HashMap<String, Vec<&Json>> = HashMap::new();
    for link in links {
        if let Some(row) = rows.get(&id(link, key)) {
            joined.entry(id(link, "post_id")).or_default().push(row);
        }
    }
    joined
}

fn names(rows: &[&Json]) -> Vec<String> {
    let names = rows.iter().map(|row| plain(text(row, "name")));
    names.filter(|name| !name.is_empty()).collect()
}

fn is_internal(tag: &Json) -> bool {
    text(tag, "visibility") == "internal" || text(tag, "name").starts_with('#')
}

/// What is not for everybody becomes a draft.
fn shut(post: &Json, title: &str, front: &mut Front, house: &mut House) {
    let status = text(post, "status");
    let is_public = matches!(text(post, "visibility"), "" | "public");
    if !is_public && status == "published" {
        house.warn(
            "members",
            None,
            format!("`{title}` was for members: it is a draft now"),
            "a site of files has no members: publish it for all, or leave it a draft",
        );
    } else if status == "sent" {
        house.warn(
            "mail",
            None,
            format!("`{title}` was sent by mail and was on no page: it is a draft now"),
            "publish it for all, or leave it a draft",
        );
    }
    if !is_public || !matches!(status, "published" | "scheduled") {
        front.draft();
    }
}

/// HTML that was written as such stays as it is.
fn cards(html: &str, kept: &mut Kept) -> String {
    const BEGIN: &str = "<!--kg-card-begin: html-->";
    const END: &str = "<!--kg-card-end: html-->";
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, inner)) = rest.split_once(BEGIN) {
        out.push_str(before);
        let (card, behind) = inner.split_once(END).unwrap_or((inner, ""));
        out.push_str(&kept.html(card));
        rest = behind;
    }
    out.push_str(rest);
    out
}
