//! Players and posts of other sites, known by their addresses.

use super::quoted;

/// What an address leads to, where there is a shortcode of ours for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    YouTube(String),
    Vimeo(String),
    X { user: String, id: String },
    Instagram(String),
    Gist { user: String, id: String },
}

impl Known {
    /// The call, without its braces.
    pub fn call(&self) -> String {
        match self {
            Known::YouTube(id) => format!("youtube {id}"),
            Known::Vimeo(id) => format!("vimeo {id}"),
            Known::X { user, id } => format!("x user={} id={}", quoted(user), quoted(id)),
            Known::Instagram(id) => format!("instagram {id}"),
            Known::Gist { user, id } => format!("gist {user} {id}"),
        }
    }
}

/// Looks an address up. `None`: it leads anywhere.
pub fn known(address: &str) -> Option<Known> {
    let address = address.trim();
    let rest = address
        .strip_prefix("https:")
        .or_else(|| address.strip_prefix("http:"))
        .unwrap_or(address)
        .strip_prefix("//")?;
    let (host, rest) = rest.split_once('/')?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let word = |text: &str| is_word(text).then(|| text.to_owned());
    match (host, parts.as_slice()) {
        ("youtube.com" | "m.youtube.com", ["watch"]) => {
            let id = query.replace("&amp;", "&");
            let id = id.split('&').find_map(|pair| pair.strip_prefix("v="))?;
            word(id).map(Known::YouTube)
        }
        ("youtube.com" | "youtube-nocookie.com", ["embed" | "shorts" | "live" | "v", id])
            if *id != "videoseries" =>
        {
            word(id).map(Known::YouTube)
        }
        ("youtu.be", [id]) => word(id).map(Known::YouTube),
        ("vimeo.com", [id]) | ("player.vimeo.com", ["video", id])
            if id.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            word(id).map(Known::Vimeo)
        }
        ("twitter.com" | "x.com" | "mobile.twitter.com", [user, "status", id, ..]) => {
            Some(Known::X {
                user: word(user)?,
                id: word(id)?,
            })
        }
        ("instagram.com", ["p" | "reel", id, ..]) => word(id).map(Known::Instagram),
        ("gist.github.com", [user, id]) => Some(Known::Gist {
            user: word(user)?,
            id: word(id.strip_suffix(".js").unwrap_or(id))?,
        }),
        _ => None,
    }
}

fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.len() < 100 && text.bytes().all(plain)
}
