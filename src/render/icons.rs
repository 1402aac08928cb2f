//! Small line drawings for links to other places, in one weight and size.
//!
//! Takes a name as sites write it (`github`, `GitHub`, `x-twitter`), gives an
//! inline SVG that takes the colour of the text around it; a name that is not
//! known gives a chain link. Networks are drawn as plain marks, not as copies
//! of their logos. The drawings are hidden from assistive software: whoever
//! places one names its link.

/// An `<svg>` element, safe to print as it is.
pub fn icon(name: &str) -> String {
    format!(
        "<svg class=\"icon\" viewBox=\"0 0 24 24\" width=\"20\" height=\"20\" fill=\"none\" stroke=\"currentColor\" \
         stroke-width=\"1.6\" stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\" \
         focusable=\"false\">{}</svg>",
        shapes(name)
    )
}

fn shapes(name: &str) -> &'static str {
    // Sites write `GitHub`, `hacker-news`, `google_scholar`.
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .take(32)
        .collect();
    match plain.as_str() {
        "search" => r#"<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5.5 5.5"/>"#,
        "theme" => {
            r#"<circle cx="12" cy="12" r="8"/><path d="M12 4v16a8 8 0 0 0 0-16z" fill="currentColor"/>"#
        }
        "rss" | "feed" | "atom" => {
            r#"<path d="M5 11a8 8 0 0 1 8 8M5 5a14 14 0 0 1 14 14"/><circle cx="6" cy="18" r="1.2" fill="currentColor"/>"#
        }
        "email" | "mail" | "envelope" => {
            r#"<path d="M3.5 6h17v12.5h-17z"/><path d="m4 6.5 8 6.5 8-6.5"/>"#
        }
        "phone" | "tel" => {
            r#"<path d="M6 3.5h3l1.5 4.5-2 1.5a12 12 0 0 0 6 6l1.5-2 4.5 1.5v3a2 2 0 0 1-2 2A16 16 0 0 1 4 5.5a2 2 0 0 1 2-2z"/>"#
        }
        "website" | "web" | "homepage" | "globe" => {
            r#"<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17"/>"#
        }
        "github" => {
            r#"<path d="M4.5 13c0-2 .7-3.2 1.5-4V4.6l3.2 1.6c1.8-.5 3.8-.5 5.6 0L18 4.6V9c.8.8 1.5 2 1.5 4 0 4-3.5 6-7.5 6s-7.5-2-7.5-6z"/><path d="M9 12.5V14M15 12.5V14"/>"#
        }
        "gitea" | "forgejo" | "codeberg" | "git" => {
            r#"<circle cx="7" cy="5.5" r="2"/><circle cx="7" cy="18.5" r="2"/><circle cx="17" cy="8.5" r="2"/><path d="M7 7.5v9M17 10.5c0 4-6 2.5-9 6"/>"#
        }
        "gitlab" => r#"<path d="m12 20.5-8.5-7L6 4l3 6.5h6L18 4l2.5 9.5z"/>"#,
        "x" | "twitter" | "xtwitter" => {
            r#"<path d="M4.5 4h4l11 16h-4zM19 4l-6 7M10.5 13.5 5 20"/>"#
        }
        "mastodon" | "fediverse" => {
            r#"<path d="M5 15c-1-4-1-8 .5-9.5C8 3.5 16 3.5 18.5 5.5 20 7 20 14 17 15.5c-2 .8-6 1-9 .3 0 3 3 4 7.5 3.2"/><path d="M8.5 12.5V9c0-2.5 3.5-2.5 3.5 0v2.5V9c0-2.5 3.5-2.5 3.5 0v3.5"/>"#
        }
        "bluesky" => {
            r#"<path d="M12 11.5C10.5 8.5 7 5.5 4.5 4.5c-1 3 0 7 1 8 1 1 3 1 4.5.8-3 .7-4.5 2-2.5 4.7 2 2.5 3.8.5 4.5-2 .7 2.5 2.5 4.5 4.5 2 2-2.7.5-4-2.5-4.7 1.5.2 3.5.2 4.5-.8 1-1 2-5 1-8-2.5 1-6 4-7.5 7z"/>"#
        }
        "linkedin" => {
            r#"<path d="M4 4h16v16H4zM8 10.5V16M8 7.5v.1M12 16v-5.5M12 13c0-3.5 4.5-3.5 4.5 0v3"/>"#
        }
        "facebook" => r#"<path d="M4 4h16v16H4zM13 20v-9c0-2 1-2.5 3-2.5M10.5 13H16"/>"#,
        "instagram" | "pixelfed" => {
            r#"<rect x="4" y="4" width="16" height="16" rx="4.5"/><circle cx="12" cy="12" r="3.5"/><path d="M16.5 7.5v.1"/>"#
        }
        "threads" => {
            r#"<path d="M17.5 9C16.5 2.5 6 2.5 6 12s11 10.5 11.5 4.5C18 11 9 10.5 9 14c0 3.5 6 3 6-2 0-4-4-4-5-2.5"/>"#
        }
        "youtube" | "video" => {
            r#"<rect x="3" y="6" width="18" height="12.5" rx="3.5"/><path d="m10.5 9.5 4.5 2.7-4.5 2.8z"/>"#
        }
        "vimeo" | "twitch" => {
            r#"<path d="M4.5 4h15v10l-4 4h-3.5L9 20.5V18H4.5zM10.5 8.5v4M15 8.5v4"/>"#
        }
        "reddit" => {
            r#"<ellipse cx="12" cy="14" rx="8" ry="5.5"/><path d="M9 13v.1M15 13v.1M9 16c2 1.3 4 1.3 6 0M12 8.5l1-4.5 4 1"/><circle cx="18" cy="5.2" r="1"/>"#
        }
        "whatsapp" => {
            r#"<path d="M4 20l1.3-4A8.2 8.2 0 1 1 8.3 19z"/><path d="M9 8.5c-.5 3 3 6.5 6 6.5l.8-1.7-2-1-1 .9c-1-.4-2-1.5-2.3-2.4l.9-1-.9-1.9z"/>"#
        }
        "telegram" => r#"<path d="m3.5 11.5 17-7-3 15-5.5-4.5zM12 15l-2 4-1.5-5.5L17 7.5"/>"#,
        "signal" | "matrix" | "element" | "chat" | "xmpp" | "irc" | "slack" | "line" | "wechat"
        | "weixin" => r#"<path d="M4 5h16v11h-9l-4.5 4v-4H4z"/><path d="M8 9h8M8 12h5"/>"#,
        "discord" => {
            r#"<path d="M8.5 6C6.5 6.3 5 7 5 7c-2 4-2 8-1.8 10 0 0 1.8 1.7 4.3 1.8L9 16.5M15.5 6c2 .3 3.5 1 3.5 1 2 4 2 8 1.8 10 0 0-1.8 1.7-4.3 1.8L15 16.5M6.5 15.5c3.5 1.7 7.5 1.7 11 0M8 6.5c2.5-.8 5.5-.8 8 0"/><circle cx="9" cy="12" r="1"/><circle cx="15" cy="12" r="1"/>"#
        }
        "ycombinator" | "hackernews" => {
            r#"<path d="M4 4h16v16H4zM8.5 7.5l3.5 5.5 3.5-5.5M12 13v4.5"/>"#
        }
        "stackoverflow" | "stackexchange" => {
            r#"<path d="M5 14v6h13v-6M8 17h7M8.2 13.5l6.8 1M9.5 9.5l6.3 3M12.5 5.5l5 5"/>"#
        }
        "medium" | "substack" | "devto" | "dev" | "hashnode" | "blog" | "wordpress" | "ghost"
        | "goodreads" => r#"<path d="M5 4h14v16H5zM8.5 8h7M8.5 11.5h7M8.5 15h4"/>"#,
        "orcid" | "googlescholar" | "scholar" | "researchgate" | "arxiv" | "semanticscholar"
        | "dblp" | "cv" => {
            r#"<path d="m2.5 9.5 9.5-5 9.5 5-9.5 5zM6.5 12v4.5c3 2.5 8 2.5 11 0V12M21.5 9.5v6"/>"#
        }
        "kofi" | "buymeacoffee" | "liberapay" | "patreon" | "githubsponsors" | "sponsor"
        | "paypal" => {
            r#"<path d="M5 9h11v6a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4zM16 10.5h1.5a2.5 2.5 0 0 1 0 5H16M8.5 6c-1-1 1-1.5 0-3M12.5 6c-1-1 1-1.5 0-3"/>"#
        }
        "huggingface" => {
            r#"<circle cx="12" cy="11.5" r="8"/><path d="M9 10v.1M15 10v.1M8.5 13.5c2 3 5 3 7 0M4 18.5c1.5-1 3 0 4 2M20 18.5c-1.5-1-3 0-4 2"/>"#
        }
        "spotify" | "podcast" | "soundcloud" | "applemusic" | "lastfm" | "music" | "bandcamp" => {
            r#"<path d="M9 17V5.5l10-2V15"/><circle cx="6.5" cy="17" r="2.5"/><circle cx="16.5" cy="15" r="2.5"/>"#
        }
        "key" | "pgp" | "keybase" | "gpg" | "keyoxide" => {
            r#"<circle cx="7.5" cy="14.5" r="4"/><path d="m10.5 11.5 8-8M15 7l3 3"/>"#
        }
        "dribbble" | "behance" | "flickr" | "unsplash" | "500px" | "photo" | "deviantart"
        | "artstation" => {
            r#"<path d="M4 5h16v14H4zM4 16l4.5-5 4 4.5 2.5-2.5 5 5"/><circle cx="15.5" cy="9" r="1.3"/>"#
        }
        "kaggle" | "leetcode" | "codepen" | "npm" | "pypi" | "crates" | "docker" | "code"
        | "codeforces" => r#"<path d="m8 7-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14"/>"#,
        _ => {
            r#"<path d="M10 14a4 4 0 0 0 5.7 0l3.5-3.5a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.5 3.5a4 4 0 0 0 5.7 5.7l1.5-1.5"/>"#
        }
    }
}

#[cfg(test)]
mod tests {
    use super::icon;

    #[test]
    fn names_are_found_however_they_are_written() {
        assert_eq!(icon("Hacker-News"), icon("ycombinator"));
        assert_eq!(icon("X-Twitter"), icon("x"));
        assert_ne!(icon("github"), icon("gitlab"));
    }

    #[test]
    fn an_unknown_network_is_a_link() {
        assert_eq!(icon("\"><script>"), icon("no such network"));
        assert!(!icon("\"><script>").contains("script"));
    }
}
