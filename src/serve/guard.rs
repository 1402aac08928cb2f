//! Who may ask. Any page in the author's browser can send requests to this
//! server, and any name can be made to point at this machine: drafts are given
//! to neither.
//!
//! Takes the headers of a request, gives a refusal or none. Does not know what
//! is asked for, but for whether it is the stream of news.

use axum::http::{HeaderMap, Method, header};
use std::net::IpAddr;

/// Names besides `localhost` and addresses under which the preview may be asked for.
#[derive(Clone, Debug, Default)]
pub struct Names(Vec<String>);

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Method,
    /// Not for us: somebody made this name point here.
    Host,
    /// A page of another site asks.
    CrossSite,
}

impl Names {
    pub fn new(names: impl IntoIterator<Item = String>) -> Names {
        Names(
            names
                .into_iter()
                .map(|name| name.to_ascii_lowercase())
                .collect(),
        )
    }

    /// Whether `Host` says a name that nobody else can point here.
    fn allow(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else {
            return false;
        };
        let name = name.to_ascii_lowercase();
        // An address is no name, so none can be bound to it anew.
        let address = name
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(&name);
        let bracketed = address.len() != name.len();
        match address.parse::<IpAddr>() {
            Ok(address) => address.is_ipv6() == bracketed,
            Err(_) => name == "localhost" || self.0.contains(&name),
        }
    }
}

/// `localhost:1313` → `localhost`, `[::1]:1313` → `[::1]`.
fn without_port(host: &str) -> Option<&str> {
    let at = match host.rfind(']') {
        Some(end) => end + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, port) = host.split_at(at);
    let port = port.strip_prefix(':').unwrap_or(port);
    port.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(name)
}

/// Of any request. `X-Forwarded-Host` and its like say what a stranger wants.
pub fn refuse(method: &Method, headers: &HeaderMap, names: &Names) -> Option<Refusal> {
    if method != Method::GET && method != Method::HEAD {
        return Some(Refusal::Method);
    }
    if !one(headers, header::HOST.as_str()).is_some_and(|host| names.allow(host)) {
        return Some(Refusal::Host);
    }
    let cross = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site");
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|said| said == value);
    // A link on another site may be followed; a frame or a picture there is refused.
    let followed = says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document");
    (cross && !followed).then_some(Refusal::CrossSite)
}

/// Of a request for news, which only the preview's own pages have a use for.
pub fn refuse_news(headers: &HeaderMap) -> Option<Refusal> {
    let host = one(headers, header::HOST.as_str()).unwrap_or_default();
    let own = match headers.get(header::ORIGIN) {
        None => true,
        Some(_) => one(headers, header::ORIGIN.as_str())
            .is_some_and(|origin| origin.strip_prefix("http://") == Some(host)),
    };
    let same = match headers.get("sec-fetch-site") {
        None => true,
        Some(site) => site == "same-origin",
    };
    (!own || !same).then_some(Refusal::CrossSite)
}

/// The value of a header that may be there but once.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    let value = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_cannot_be_made_to_point_here_are_hosts() {
        let names = Names::new(["Preview.example".to_owned()]);
        for good in [
            "localhost",
            "LOCALHOST:1313",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.8.9.1:80",
            "[::1]",
            "[::1]:1313",
            "192.168.1.7:1313",
            "preview.example:1313",
        ] {
            assert!(names.allow(good), "{good}");
        }
        for bad in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "localhost:1313:80",
            "localhost@evil.example",
            "::1",
            "[127.0.0.1]",
            "[::1",
            "localhost ",
            "0x7f.1",
        ] {
            assert!(!names.allow(bad), "{bad}");
        }
    }
}
