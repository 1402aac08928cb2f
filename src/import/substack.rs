//! Substack: the posts of an export, an archive with `posts.csv` and a file of HTML for each.
//! Who subscribed, read and opened what is in it too, and is never looked at.

use super::archive::{self, Entry};
use super::export;
use super::front::Front;
use super::house::{House, as_url, name_of, without_shortcodes};
use super::html::{self, Kept, plain, quoted};
use crate::date::Date;
use crate::desk::Failure;
use crate::diag::{Diagnostic, FileId, Span};
use crate::source::Sources;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

const AGAIN: &str = "Substack makes the archive under Settings, Import / Export, New export";

/// Where Substack keeps pictures.
const PICTURES: [&str; 3] = [
    "https://substack-post-media.s3.amazonaws.com/",
    "https://substackcdn.com/",
    "https://bucketeer-",
];

pub fn read(path: &Path, sources: &mut Sources, house: &mut House) -> Result<(), Failure> {
    let Some(bytes) = export::bytes(path, house)? else {
        return Ok(());
    };
    let archive = export::name(path);
    match open(&archive, &bytes, sources) {
        Ok(mut old) => {
            old.move_in(house);
            let configuration = configuration(house);
            house.settings(&archive, configuration);
        }
        Err(error) => house.findings.push(error),
    }
    Ok(())
}

/// The posts that the archive lists, and their texts.
fn open(archive: &str, bytes: &[u8], sources: &mut Sources) -> Result<Old, Diagnostic> {
    let is_list = |name: &str| name == "posts.csv" || name.ends_with("/posts.csv");
    let wanted = |name: &str| is_list(name) || is_text(name).is_some();
    let entries = archive::read(bytes, &wanted).map_err(|error| Diagnostic {
        help: error.help.or(Some(AGAIN.to_owned())),
        ..error
    })?;
    let list = entries.iter().find(|entry| is_list(&entry.name));
    let Some(list) = list else {
        let message = format!("there is no `posts.csv` in `{archive}`");
        return Err(Diagnostic::error("export", None, message).help(AGAIN));
    };
    let shown = format!("{archive}/{}", list.name);
    let Ok(text) = std::str::from_utf8(&list.bytes) else {
        let message = format!("`{shown}` is not UTF-8");
        return Err(Diagnostic::error("export", None, message).help(AGAIN));
    };
    let file = sources.add(&shown, text);
    let posts = posts(text, file)?;
    Ok(Old {
        file,
        slugs: posts.iter().map(|post| post.slug().to_owned()).collect(),
        posts,
        texts: texts(&entries),
        pictures: BTreeSet::new(),
    })
}

/// The number of the post that a file of the archive is the text of.
fn is_text(name: &str) -> Option<&str> {
    let (folder, file) = name.rsplit_once('/')?;
    let in_posts = folder == "posts" || folder.ends_with("/posts");
    file.strip_suffix(".html").filter(|_| in_posts)
}

fn texts(entries: &[Entry]) -> BTreeMap<String, String> {
    let texts = entries.iter().filter_map(|entry| {
        let text = String::from_utf8_lossy(&entry.bytes);
        Some((is_text(&entry.name)?.to_owned(), text.into_owned()))
    });
    texts.collect()
}

/// A line of `posts.csv`, by the names of its columns.
struct Post {
    fields: HashMap<String, String>,
    /// The byte at which it begins.
    at: usize,
}

impl Post {
    fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |value| value.trim())
    }

    /// The number and the slug, with a dot between: `123.on-tea`.
    fn id(&self) -> &str {
        self.get("post_id")
    }

    fn slug(&self) -> &str {
        slug_of(self.id())
    }
}

fn slug_of(id: &str) -> &str {
    id.split_once('.').map_or(id, |(_, slug)| slug)
}

fn posts(text: &str, file: FileId) -> Result<Vec<Post>, Diagnostic> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let broken = |error: csv::Error| {
        let at = error
            .position()
            .map_or(0, |position| position.byte() as usize)
            .min(text.len());
        let message = format!(
            "the list of posts cannot be read: {}",
            error.to_string().to_lowercase()
        );
        Diagnostic::error("export", Span::new(file, at, at), message).help(AGAIN)
    };
    let names = reader.headers().map_err(broken)?.clone();
    let missing = ["post_id", "title", "is_published"]
        .into_iter()
        .find(|name| names.iter().all(|known| known != *name));
    if let Some(name) = missing {
        let message = format!("the list of posts has no column `{name}`");
        return Err(Diagnostic::error("export", Span::new(file, 0, 0), message).help(AGAIN));
    }
    let mut posts = Vec::new();
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let fields = names
            .iter()
            .zip(&row)
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let at = row
            .position()
            .map_or(0, |position| position.byte() as usize);
        posts.push(Post {
            fields: fields.collect(),
            at: at + text[at..].len() - text[at..].trim_start().len(),
        });
    }
    Ok(posts)
}

struct Old {
    /// `posts.csv`.
    file: FileId,
    posts: Vec<Post>,
    /// Slugs of the site's own posts.
    slugs: BTreeSet<String>,
    /// HTML by the numbers of posts.
    texts: BTreeMap<String, String>,
    /// Addresses of pictures on Substack's servers.
    pictures: BTreeSet<String>,
}

impl Old {
    fn move_in(&mut self, house: &mut House) {
        for post in std::mem::take(&mut self.posts) {
            self.post(&post, house);
        }
        for (id, html) in std::mem::take(&mut self.texts) {
            let title = slug_of(&id).replace('-', " ");
            house.warn(
                "list",
                None,
                format!("`posts/{id}.html` is not in `posts.csv`: it is a draft now"),
                "give it a title and a date, or delete it",
            );
            let mut front = Front::default();
            front.text("title", title.trim());
            front.draft();
            let (body, ending, _) = self.body(&html, &title, None, house);
            let name = name_of(slug_of(&id), "post");
            let path = house.free(&format!("content/posts/{name}.{ending}"));
            house.page(&path, &id, &front, &body);
        }
        for picture in &self.pictures {
            house.warn(
                "file",
                None,
                format!("`{picture}` stays on Substack's server"),
                "texts show it from there; to be free of that, download it into `static/` and change its address in the texts",
            );
        }
    }

    fn span(&self, post: &Post) -> Span {
        Span::new(self.file, post.at, post.at + post.id().len())
    }

    fn post(&mut self, post: &Post, house: &mut House) {
        let title = plain(post.get("title"));
        let span = self.span(post);
        let is_published = post.get("is_published").eq_ignore_ascii_case("true");
        let html = self.texts.remove(post.id()).unwrap_or_default();
        if html.trim().is_empty() && post.get("podcast_url").is_empty() && is_published {
            house.warn(
                "text",
                span,
                format!("`{title}` has no text in the archive"),
                "write it anew, or delete the page",
            );
        }
        let (mut body, ending, formulas) = self.body(&html, &title, Some(span), house);
        let sound = post.get("podcast_url");
        if sound.starts_with("https://") || sound.starts_with("http://") {
            body = format!("{{{{< audio src={} >}}}}\n\n{body}", quoted(sound));
        }
        let is_page = post.get("type") == "page";
        let number = post.id().split('.').next().unwrap_or_default();
        let name = name_of(post.slug(), &format!("post-{number}"));
        let folder = if is_page { "" } else { "posts/" };
        let path = house.free(&format!("content/{folder}{name}.{ending}"));
        let mut front = Front::default();
        if !title.is_empty() {
            front.text("title", &title);
        }
        if let Ok(date) = Date::parse(post.get("post_date"), &TimeZone::UTC) {
            front.bare("date", &date.rfc3339());
        }
        let subtitle = plain(post.get("subtitle"));
        if !subtitle.is_empty() {
            front.text("description", &subtitle);
        }
        if formulas {
            front.bare("math", "true");
        }
        self.shut(post, &title, is_published, &mut front, house);
        let stem = path
            .rsplit('/')
            .next()
            .and_then(|name| name.rsplit_once('.'));
        let is_usual = !is_page && stem.is_some_and(|(stem, _)| stem == post.slug());
        let url = format!("/p/{}/", post.slug());
        if !is_usual && !post.slug().is_empty() && export::is_sound(&url) {
            front.text("url", &as_url(&url));
        }
        house.page(&path, post.id(), &front, &body);
    }

    /// What is not for everybody becomes a draft.
    fn shut(
        &self,
        post: &Post,
        title: &str,
        is_published: bool,
        front: &mut Front,
        house: &mut House,
    ) {
        let audience = post.get("audience");
        let is_public = matches!(audience, "" | "everyone");
        if !is_public && is_published {
            let whom = match audience {
                "only_free" => "those who subscribe",
                _ => "those who pay",
            };
            house.warn(
                "members",
                self.span(post),
                format!("`{title}` was for {whom}: it is a draft now"),
                "a site of files has no members: publish it for all, or leave it a draft",
            );
        }
        if !is_public || !is_published {
            front.draft();
        }
    }

    /// The text, the ending of its file, and whether it has formulas.
    fn body(
        &mut self,
        written: &str,
        title: &str,
        span: Option<Span>,
        house: &mut House,
    ) -> (String, &'static str, bool) {
        let cleaned = html::clean(written);
        let link = |address: &str| self.link(address);
        let about = (title, span);
        let Some(converted) = export::markdown(&cleaned, &Kept::default(), &link, about, house)
        else {
            return (without_shortcodes(&cleaned), "html", false);
        };
        for start in PICTURES {
            for (at, _) in converted.markdown.match_indices(start) {
                let address = &converted.markdown[at..];
                let end = address.find(|c: char| c.is_whitespace() || "\")>".contains(c));
                self.pictures
                    .insert(address[..end.unwrap_or(address.len())].to_owned());
            }
        }
        (converted.markdown, "md", converted.formulas)
    }

    /// A link to a post of the site's own is written from its root, since the archive does not
    /// say where the site is.
    fn link(&self, address: &str) -> String {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let rest = path
            .strip_prefix("https://")
            .and_then(|rest| rest.split_once("/p/"));
        match rest {
            Some((host, slug))
                if !host.contains('/') && self.slugs.contains(slug.trim_end_matches('/')) =>
            {
                format!("/p/{}/", slug.trim_end_matches('/'))
            }
            _ => address.to_owned(),
        }
    }
}

fn configuration(house: &mut House) -> String {
    house.warn(
        "no-address",
        None,
        "the archive does not say what the site is called and where it was",
        "write both into `longhand.yaml`, as `title` and `baseURL`",
    );
    let mut front = Front::default();
    front.text("baseURL", "https://example.org/");
    front.keep("permalinks:\n  page:\n    posts: /p/:slugorcontentbasename/");
    format!("# Made from an export of Substack.\n{}", front.lines())
}
