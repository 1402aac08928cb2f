//! The address that Jekyll gives a page: its permalink styles and placeholders, as
//! <https://jekyllrb.com/docs/permalinks/> has them.

use jiff::civil::DateTime;

/// What placeholders of a permalink stand for.
pub struct Page<'a> {
    /// `None` for a page that is no post and has no date.
    pub date: Option<DateTime>,
    pub categories: &'a [String],
    /// The `slug` of the front matter, else the file's name without date and ending.
    pub slug: &'a str,
    /// Of a page or a document of a collection: its path without ending, from the site's
    /// or the collection's folder.
    pub path: &'a str,
    pub collection: &'a str,
    pub output_ext: &'a str,
}

/// The pattern that a style is short for; any other is a pattern already.
pub fn pattern(style: &str) -> &str {
    match style {
        "date" => "/:categories/:year/:month/:day/:title:output_ext",
        "pretty" => "/:categories/:year/:month/:day/:title/",
        "ordinal" => "/:categories/:year/:y_day/:title:output_ext",
        "weekdate" => "/:categories/:year/W:week/:short_day/:title:output_ext",
        "none" => "/:categories/:title:output_ext",
        pattern => pattern,
    }
}

/// The pattern for pages and collections, which follows the style of posts in how it ends.
pub fn of_pages(style: &str, begin: &str) -> String {
    let end = match style {
        "pretty" => "/",
        "date" | "ordinal" | "weekdate" | "none" => ":output_ext",
        pattern if pattern.ends_with('/') => "/",
        pattern if pattern.ends_with(":output_ext") => ":output_ext",
        _ => "",
    };
    format!("{begin}{end}")
}

/// The address for a pattern. `None`: a placeholder has no value here, or is unknown.
pub fn fill(pattern: &str, page: &Page) -> Option<String> {
    let mut url = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(':') {
        url.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let (name, value) = placeholder(behind, page)?;
        url.push_str(&value);
        rest = &behind[name.len()..];
    }
    url.push_str(rest);
    let mut clean = String::from("/");
    for part in url
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
    {
        if part == ".." {
            return None;
        }
        clean.push_str(part);
        clean.push('/');
    }
    if !url.ends_with('/') && clean.len() > 1 {
        clean.pop();
    }
    // An index page is its folder.
    Some(match clean.strip_suffix("/index.html") {
        Some(folder) => format!("{folder}/"),
        None => clean,
    })
}

/// In the order in which a longer name comes before one that it begins with.
const NAMES: [&str; 24] = [
    "slugified_categories",
    "categories",
    "collection",
    "output_ext",
    "long_month",
    "short_month",
    "short_year",
    "short_day",
    "long_day",
    "basename",
    "i_month",
    "i_day",
    "y_day",
    "minute",
    "second",
    "month",
    "title",
    "year",
    "hour",
    "name",
    "path",
    "slug",
    "week",
    "day",
];

fn placeholder(rest: &str, page: &Page) -> Option<(&'static str, String)> {
    let name = NAMES.into_iter().find(|name| rest.starts_with(name))?;
    let date = |layout: &str| Some(page.date?.strftime(layout).to_string());
    let categories = |each: &dyn Fn(&str) -> String| {
        let mut seen: Vec<String> = Vec::new();
        for category in page.categories {
            let category = each(category);
            if !seen.contains(&category) {
                seen.push(category);
            }
        }
        Some(seen.join("/"))
    };
    let value = match name {
        "year" => date("%Y"),
        "short_year" => date("%y"),
        "month" => date("%m"),
        "i_month" => date("%-m"),
        "long_month" => date("%B"),
        "short_month" => date("%b"),
        "day" => date("%d"),
        "i_day" => date("%-d"),
        "y_day" => date("%j"),
        "short_day" => date("%a"),
        "long_day" => date("%A"),
        "week" => date("%V"),
        "hour" => date("%H"),
        "minute" => date("%M"),
        "second" => date("%S"),
        "categories" => categories(&|category| category.to_lowercase()),
        "slugified_categories" => categories(&slugify),
        "title" => Some(pretty(page.slug)),
        "slug" => Some(slugify(page.slug)),
        "name" => Some(slugify(page.path.rsplit('/').next().unwrap_or_default())),
        "basename" => Some(page.path.rsplit('/').next().unwrap_or_default().to_owned()),
        // Of pages the folder alone: the name follows as `:basename`.
        "path" => Some(match page.collection.is_empty() {
            true => page
                .path
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder)
                .to_owned(),
            false => page.path.to_owned(),
        }),
        "collection" => Some(page.collection.to_owned()),
        _ => Some(page.output_ext.to_owned()),
    };
    Some((name, value?))
}

/// Jekyll's `slugify` in its usual mode.
pub fn slugify(text: &str) -> String {
    joined(text, |c| c.is_alphanumeric()).to_lowercase()
}

/// Jekyll's `slugify` in the mode `pretty`, capitals kept.
fn pretty(text: &str) -> String {
    joined(text, |c| {
        c.is_alphanumeric() || "._~!$&'()+,;=@".contains(c)
    })
}

fn joined(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let parts: Vec<&str> = text
        .split(|c| !is_kept(c))
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("-")
}

/// A pattern as one of ours, where we have one that says the same for a post without
/// categories.
pub fn ours(pattern: &str) -> Option<String> {
    let mut ours = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(':') {
        ours.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let name = NAMES.into_iter().find(|name| behind.starts_with(name))?;
        ours.push_str(match name {
            "year" => ":year",
            "month" => ":month",
            "day" => ":day",
            "y_day" => ":yearday",
            "long_month" => ":monthname",
            "title" | "slug" => ":slugorcontentbasename",
            "output_ext" => ".html",
            "categories" | "slugified_categories" => "",
            _ => return None,
        });
        rest = &behind[name.len()..];
    }
    ours.push_str(rest);
    let ours = ours.replace("//", "/");
    Some(match ours.starts_with('/') {
        true => ours,
        false => format!("/{ours}"),
    })
}

#[cfg(test)]
mod tests {
    use super::{Page, fill, of_pages, ours, pattern};

    #[test]
    fn addresses_are_those_of_jekyll() {
        let categories = ["Jekyll".to_owned(), "up date".to_owned()];
        let post = Page {
            date: Some(jiff::civil::datetime(2024, 3, 5, 9, 7, 0, 0)),
            categories: &categories,
            slug: "It's_a Test",
            path: "notes/It's_a Test",
            collection: "",
            output_ext: ".html",
        };
        let cases = [
            ("date", "/jekyll/up date/2024/03/05/It's_a-Test.html"),
            ("pretty", "/jekyll/up date/2024/03/05/It's_a-Test/"),
            ("ordinal", "/jekyll/up date/2024/065/It's_a-Test.html"),
            ("/:i_month-:i_day/:slug", "/3-5/it-s-a-test"),
            (
                "/:slugified_categories/:short_year/:title",
                "/jekyll/up-date/24/It's_a-Test",
            ),
            ("none", "/jekyll/up date/It's_a-Test.html"),
        ];
        for (style, expected) in cases {
            assert_eq!(
                fill(pattern(style), &post).as_deref(),
                Some(expected),
                "{style}"
            );
        }
        let page = of_pages("date", "/:path/:basename");
        assert_eq!(
            fill(&page, &post).as_deref(),
            Some("/notes/It's_a Test.html")
        );
        let page = of_pages("/blog/:title/", "/:path/:basename");
        assert_eq!(fill(&page, &post).as_deref(), Some("/notes/It's_a Test/"));
        assert_eq!(fill("/:nothing/", &post), None);
        assert_eq!(fill("/../:title", &post), None);
    }

    #[test]
    fn patterns_become_ours_where_we_have_the_words() {
        assert_eq!(
            ours(pattern("date")).as_deref(),
            Some("/:year/:month/:day/:slugorcontentbasename.html")
        );
        assert_eq!(
            ours("/blog/:title/").as_deref(),
            Some("/blog/:slugorcontentbasename/")
        );
        assert_eq!(ours("/:short_year/:title"), None);
    }
}
