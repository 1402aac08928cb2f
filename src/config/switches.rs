//! The switches that a page's front matter and the site's parameters share, in
//! every spelling of PaperMod and its snake_case fork. What a page leaves
//! unsaid the site says, and what nobody says is the default: [`resolve`].

use super::rows::{Intake, Row, nearest_name, row};
use crate::text::css;
use crate::tree::{Node, Value};

/// As said in one place: front matter, or the parameters of the site in one language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Switches {
    pub reading_time: Option<bool>,
    pub word_count: Option<bool>,
    pub reading_progress: Option<bool>,
    pub bread_crumbs: Option<bool>,
    pub post_nav_links: Option<bool>,
    pub code_copy_buttons: Option<bool>,
    pub toc: Option<bool>,
    pub toc_open: Option<bool>,
    /// Contents hold the levels of `markup.tableOfContents` (h2, h3) rather than every heading.
    pub hugo_toc: Option<bool>,
    pub share_buttons: Option<bool>,
    /// Which buttons, by [`NETWORKS`]; `None` for all.
    pub share_names: Option<Vec<String>>,
    pub disable_share: Option<bool>,
    pub hide_meta: Option<bool>,
    pub hide_summary: Option<bool>,
    pub hide_footer: Option<bool>,
    pub hide_author: Option<bool>,
    pub hidden_in_home_list: Option<bool>,
    pub hidden_in_rss: Option<bool>,
    pub search_hidden: Option<bool>,
    pub robots_no_index: Option<bool>,
    pub canonical_link: Option<bool>,
    pub canonical_link_text: Option<String>,
    pub rss_button: Option<bool>,
    pub all_pages_in_archive: Option<bool>,
    pub page_nums: Option<bool>,
    pub full_text_in_rss: Option<bool>,
    pub comments: Option<bool>,
    pub disable_anchored_headings: Option<bool>,
    pub math: Option<bool>,
    pub date: Option<bool>,
    pub tags: Option<bool>,
    pub related: Option<bool>,
    pub series: Option<bool>,
    pub backlinks: Option<bool>,
    pub wiki_links: Option<bool>,
    pub sidenotes: Option<bool>,
    pub drop_cap: Option<bool>,
    pub edit_post: EditPost,
    pub cover: Cover,
    pub header: Header,
    /// Go layout or strftime.
    pub date_format: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EditPost {
    pub url: Option<String>,
    pub text: Option<String>,
    pub append_file_path: Option<bool>,
    pub disabled: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cover {
    pub image: Option<String>,
    pub alt: Option<String>,
    /// Markdown.
    pub caption: Option<String>,
    /// The image is a resource of the page rather than a path from the site's root.
    pub relative: Option<bool>,
    pub hidden: Option<bool>,
    pub hidden_in_list: Option<bool>,
    pub hidden_in_single: Option<bool>,
    /// Smaller copies are offered.
    pub responsive_images: Option<bool>,
    pub link_full_images: Option<bool>,
}

/// What stands behind the head of the article.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// A CSS `background` value.
    pub background: Option<String>,
    pub background_image: Option<String>,
    pub gradient: Option<bool>,
    pub blur: Option<bool>,
}

/// The switches of one page, resolved: page, then site, then default.
#[derive(Clone, Debug, PartialEq)]
pub struct Show {
    pub reading_time: bool,
    pub word_count: bool,
    /// A line at the window's edge that grows with the text that has come into view.
    pub reading_progress: bool,
    pub bread_crumbs: bool,
    pub post_nav_links: bool,
    pub code_copy_buttons: bool,
    pub toc: bool,
    pub toc_open: bool,
    pub hugo_toc: bool,
    /// Already false where `disable_share` is said.
    pub share_buttons: bool,
    /// `None` for all.
    pub share_names: Option<Vec<String>>,
    pub meta: bool,
    pub summary: bool,
    pub footer: bool,
    pub author: bool,
    pub date: bool,
    pub tags: bool,
    pub in_home_list: bool,
    pub in_rss: bool,
    pub in_search: bool,
    pub indexed_by_robots: bool,
    pub canonical_link: bool,
    pub canonical_link_text: Option<String>,
    pub rss_button: bool,
    pub all_pages_in_archive: bool,
    pub page_nums: bool,
    pub full_text_in_rss: bool,
    pub comments: bool,
    pub heading_anchors: bool,
    pub math: bool,
    pub related: bool,
    pub series: bool,
    pub backlinks: bool,
    pub sidenotes: bool,
    pub drop_cap: bool,
    pub edit_post: EditPost,
    /// `image`, `alt` and `caption` are the page's alone unless the site names one for all.
    pub cover: Cover,
    pub header: Header,
    pub date_format: Option<String>,
}

/// Every switch, by the name that templates and documentation use.
pub const ROWS: &[Row<Switches>] = &[
    row("show_reading_time", "false", |s, n, i| {
        s.reading_time = i.bool(n)
    }),
    row("show_word_count", "false", |s, n, i| {
        s.word_count = i.bool(n)
    }),
    row("show_reading_progress", "false", |s, n, i| {
        s.reading_progress = i.bool(n)
    }),
    row("show_bread_crumbs", "false", |s, n, i| {
        s.bread_crumbs = i.bool(n)
    }),
    row("show_post_nav_links", "false", |s, n, i| {
        s.post_nav_links = i.bool(n)
    }),
    row("show_code_copy_buttons", "false", |s, n, i| {
        s.code_copy_buttons = i.bool(n)
    }),
    row("show_toc", "false", |s, n, i| s.toc = i.bool(n)),
    row("toc_open", "false", |s, n, i| s.toc_open = i.bool(n)),
    row("use_hugo_toc", "false", |s, n, i| s.hugo_toc = i.bool(n)),
    row("show_share_buttons", "false", |s, n, i| {
        s.share_buttons = i.bool(n)
    }),
    row("share_buttons", "", |s, n, i| {
        s.share_names = share_names(n, i)
    }),
    row("disable_share", "false", |s, n, i| {
        s.disable_share = i.bool(n)
    }),
    row("hide_meta", "false", |s, n, i| s.hide_meta = i.bool(n)),
    row("hide_summary", "false", |s, n, i| {
        s.hide_summary = i.bool(n)
    }),
    row("hide_footer", "false", |s, n, i| s.hide_footer = i.bool(n)),
    row("hide_author", "false", |s, n, i| s.hide_author = i.bool(n)),
    row("hidden_in_home_list", "false", |s, n, i| {
        s.hidden_in_home_list = i.bool(n)
    }),
    row("hidden_in_rss", "false", |s, n, i| {
        s.hidden_in_rss = i.bool(n)
    }),
    row("search_hidden", "false", |s, n, i| {
        s.search_hidden = i.bool(n)
    }),
    row("robots_no_index", "false", |s, n, i| {
        s.robots_no_index = i.bool(n)
    }),
    row("show_canonical_link", "false", |s, n, i| {
        s.canonical_link = i.bool(n)
    }),
    row("canonical_link_text", "", |s, n, i| {
        s.canonical_link_text = i.said(n)
    }),
    row(
        "show_rss_button_in_section_term_list",
        "false",
        |s, n, i| s.rss_button = i.bool(n),
    ),
    row("show_all_pages_in_archive", "false", |s, n, i| {
        s.all_pages_in_archive = i.bool(n)
    }),
    row("show_page_nums", "false", |s, n, i| s.page_nums = i.bool(n)),
    row("show_full_text_in_rss", "true", |s, n, i| {
        s.full_text_in_rss = i.bool(n)
    }),
    row("comments", "false", |s, n, i| s.comments = i.bool(n)),
    row("disable_anchored_headings", "false", |s, n, i| {
        s.disable_anchored_headings = i.bool(n)
    }),
    row("math", "false", |s, n, i| s.math = i.bool(n)),
    row("show_date", "true", |s, n, i| s.date = i.bool(n)),
    row("show_tags", "true", |s, n, i| s.tags = i.bool(n)),
    row("show_related", "false", |s, n, i| s.related = i.bool(n)),
    row("show_series", "true", |s, n, i| s.series = i.bool(n)),
    row("show_backlinks", "true", |s, n, i| s.backlinks = i.bool(n)),
    row("wiki_links", "true", |s, n, i| s.wiki_links = i.bool(n)),
    row("sidenotes", "true", |s, n, i| s.sidenotes = i.bool(n)),
    row("drop_cap", "false", |s, n, i| s.drop_cap = i.bool(n)),
    row("edit_post", "", |s, n, i| {
        i.fields(&mut s.edit_post, n, EDIT_POST)
    }),
    row("cover", "", cover),
    row("header", "", |s, n, i| i.fields(&mut s.header, n, HEADER)),
    row("date_format", "\"January 2, 2006\"", |s, n, i| {
        s.date_format = i.said(n)
    }),
];

const EDIT_POST: &[Row<EditPost>] = &[
    row("url", "", |s, n, i| s.url = i.url(n)),
    row("text", "", |s, n, i| s.text = i.said(n)),
    row("append_file_path", "false", |s, n, i| {
        s.append_file_path = i.bool(n)
    }),
    row("disabled", "false", |s, n, i| s.disabled = i.bool(n)),
];

const COVER: &[Row<Cover>] = &[
    row("image", "", |s, n, i| s.image = i.url(n)),
    row("alt", "", |s, n, i| s.alt = i.said(n)),
    row("caption", "", |s, n, i| s.caption = i.said(n)),
    row("relative", "false", |s, n, i| s.relative = i.bool(n)),
    row("responsive_images", "true", |s, n, i| {
        s.responsive_images = i.bool(n)
    }),
    row("hidden", "false", |s, n, i| s.hidden = i.bool(n)),
    row("hidden_in_list", "false", |s, n, i| {
        s.hidden_in_list = i.bool(n)
    }),
    row("hidden_in_single", "false", |s, n, i| {
        s.hidden_in_single = i.bool(n)
    }),
    row("link_full_images", "false", |s, n, i| {
        s.link_full_images = i.bool(n)
    }),
];

const HEADER: &[Row<Header>] = &[
    row("background", "", |s, n, i| s.background = background(n, i)),
    row("background_image", "", |s, n, i| {
        s.background_image = i.url(n)
    }),
    row("gradient", "false", |s, n, i| s.gradient = i.bool(n)),
    row("blur", "false", |s, n, i| s.blur = i.bool(n)),
];

/// `cover: path.png` is short for `cover: {image: path.png}`.
fn cover(switches: &mut Switches, node: &Node, intake: &mut Intake) {
    match node.value {
        Value::Scalar(_) => switches.cover.image = intake.url(node),
        _ => intake.fields(&mut switches.cover, node, COVER),
    }
}

/// The names of the networks that there are buttons for.
pub const NETWORKS: [&str; 7] = [
    "x",
    "linkedin",
    "reddit",
    "facebook",
    "whatsapp",
    "telegram",
    "ycombinator",
];

/// Names of [`NETWORKS`]; an empty list says nothing, as in PaperMod.
fn share_names(node: &Node, intake: &mut Intake) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for (name, span) in intake.spanned(node)? {
        let lower = name.to_lowercase();
        // What PaperMod called it before the network itself changed its name.
        let lower = if lower == "twitter" { "x" } else { &*lower };
        if NETWORKS.contains(&lower) {
            names.push(lower.to_owned());
            continue;
        }
        let path = intake.path();
        let place = Node {
            span,
            value: Value::Null,
        };
        let help = match nearest_name(lower, NETWORKS.into_iter()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the buttons are `{}`", NETWORKS.join("`, `")),
        };
        let message = format!("`{path}` names `{name}`, for which there is no button");
        intake.warn("no-effect", &place, message).help = Some(help);
    }
    (!names.is_empty()).then_some(names)
}

/// A value for CSS's `background` that can be nothing else.
fn background(node: &Node, intake: &mut Intake) -> Option<String> {
    let said = intake.said(node)?;
    let value = said.trim().trim_end_matches(';').trim();
    if css::is_background(value) {
        return Some(value.to_owned());
    }
    let path = intake.path();
    intake
        .warn(
            "wrong-value",
            node,
            format!("`{path}` is no background: `{said}`"),
        )
        .help = Some("write a colour or a gradient of CSS, without `;`".to_owned());
    None
}

/// The switches of a page: what it says itself, else what the site says, else the default.
pub fn resolve(page: &Switches, site: &Switches) -> Show {
    let on = |of: fn(&Switches) -> Option<bool>| of(page).or(of(site)).unwrap_or(false);
    let unless = |of: fn(&Switches) -> Option<bool>| of(page).or(of(site)).unwrap_or(true);
    Show {
        reading_time: on(|s| s.reading_time),
        word_count: on(|s| s.word_count),
        reading_progress: on(|s| s.reading_progress),
        bread_crumbs: on(|s| s.bread_crumbs),
        post_nav_links: on(|s| s.post_nav_links),
        code_copy_buttons: on(|s| s.code_copy_buttons),
        toc: on(|s| s.toc),
        toc_open: on(|s| s.toc_open),
        hugo_toc: on(|s| s.hugo_toc),
        share_buttons: on(|s| s.share_buttons) && !on(|s| s.disable_share),
        share_names: page
            .share_names
            .clone()
            .or_else(|| site.share_names.clone()),
        meta: !on(|s| s.hide_meta),
        summary: !on(|s| s.hide_summary),
        footer: !on(|s| s.hide_footer),
        author: !on(|s| s.hide_author),
        date: unless(|s| s.date),
        tags: unless(|s| s.tags),
        in_home_list: !on(|s| s.hidden_in_home_list),
        in_rss: !on(|s| s.hidden_in_rss),
        in_search: !on(|s| s.search_hidden),
        indexed_by_robots: !on(|s| s.robots_no_index),
        canonical_link: on(|s| s.canonical_link),
        canonical_link_text: page
            .canonical_link_text
            .clone()
            .or_else(|| site.canonical_link_text.clone()),
        rss_button: on(|s| s.rss_button),
        all_pages_in_archive: on(|s| s.all_pages_in_archive),
        page_nums: on(|s| s.page_nums),
        full_text_in_rss: unless(|s| s.full_text_in_rss),
        comments: on(|s| s.comments),
        heading_anchors: !on(|s| s.disable_anchored_headings),
        math: on(|s| s.math),
        related: on(|s| s.related),
        series: unless(|s| s.series),
        backlinks: unless(|s| s.backlinks),
        sidenotes: unless(|s| s.sidenotes),
        drop_cap: on(|s| s.drop_cap),
        edit_post: over_edit_post(&page.edit_post, &site.edit_post),
        cover: over_cover(&page.cover, &site.cover),
        header: over_header(&page.header, &site.header),
        date_format: page
            .date_format
            .clone()
            .or_else(|| site.date_format.clone()),
    }
}

fn over_edit_post(page: &EditPost, site: &EditPost) -> EditPost {
    EditPost {
        url: page.url.clone().or_else(|| site.url.clone()),
        text: page.text.clone().or_else(|| site.text.clone()),
        append_file_path: page.append_file_path.or(site.append_file_path),
        disabled: page.disabled.or(site.disabled),
    }
}

fn over_cover(page: &Cover, site: &Cover) -> Cover {
    // The words of the site's cover describe the site's image, not a page's own.
    let own = page.image.is_some();
    Cover {
        image: page.image.clone().or_else(|| site.image.clone()),
        alt: page
            .alt
            .clone()
            .or_else(|| site.alt.clone().filter(|_| !own)),
        caption: page
            .caption
            .clone()
            .or_else(|| site.caption.clone().filter(|_| !own)),
        relative: page.relative.or(site.relative),
        hidden: page.hidden.or(site.hidden),
        hidden_in_list: page.hidden_in_list.or(site.hidden_in_list),
        hidden_in_single: page.hidden_in_single.or(site.hidden_in_single),
        responsive_images: page.responsive_images.or(site.responsive_images),
        link_full_images: page.link_full_images.or(site.link_full_images),
    }
}

fn over_header(page: &Header, site: &Header) -> Header {
    Header {
        background: page.background.clone().or_else(|| site.background.clone()),
        background_image: page
            .background_image
            .clone()
            .or_else(|| site.background_image.clone()),
        gradient: page.gradient.or(site.gradient),
        blur: page.blur.or(site.blur),
    }
}
