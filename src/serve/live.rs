//! The script that keeps a page up to date, and what it asks: a stream that says
//! no more than that there is news, and what is new.

use super::shown::Shown;
use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;

pub const NEWS: &str = "/.longhand/news";
pub const NOW: &str = "/.longhand/now";
pub const SCRIPT: &str = "/.longhand/live.js";

pub const TEXT: &str = include_str!("live.js");

/// Proxies and sleeping laptops drop what is silent for long.
const ALIVE: Duration = Duration::from_secs(20);

/// The mark of a page that has nothing to show but what is wrong.
pub const NOTHING: &str = "nothing";

/// Browsers pass over events that have no data at all.
const EMPTY: &str = "-";

/// Puts the script in, before the end of the body. `marks` says what the page is
/// besides published, `tag` which bytes these are.
pub fn inject(page: &[u8], marks: &str, tag: &str) -> Vec<u8> {
    let end = memchr::memmem::rfind(page, b"</body>").unwrap_or(page.len());
    let script = format!(
        "<script src=\"{SCRIPT}\" data-tag=\"{tag}\" data-marks=\"{marks}\" defer></script>"
    );
    let mut out = Vec::with_capacity(page.len() + script.len());
    out.extend_from_slice(&page[..end]);
    out.extend_from_slice(script.as_bytes());
    out.extend_from_slice(&page[end..]);
    out
}

/// A stream of server-sent events without content: who may not read the answer
/// to [`NOW`] learns nothing here.
pub fn news(changes: watch::Receiver<u64>, stop: watch::Receiver<bool>) -> Response<Body> {
    let first = Some(Event::default().event("hello").data(EMPTY));
    let stream = futures_util::stream::unfold((first, changes, stop), next);
    let mut response = Sse::new(stream)
        .keep_alive(KeepAlive::new().interval(ALIVE))
        .into_response();
    let none = HeaderValue::from_static("no");
    response.headers_mut().insert("x-accel-buffering", none);
    response
}

type News = (Option<Event>, watch::Receiver<u64>, watch::Receiver<bool>);

async fn next((first, mut changes, mut stop): News) -> Option<(Result<Event, Infallible>, News)> {
    if let Some(first) = first {
        // What happened before is asked for by the script itself.
        changes.mark_unchanged();
        return Some((Ok(first), (None, changes, stop)));
    }
    tokio::select! {
        changed = changes.changed() => changed.ok()?,
        _ = stop.wait_for(|stop| *stop) => return None,
    }
    let event = Event::default().event("news").data(EMPTY);
    Some((Ok(event), (None, changes, stop)))
}

/// What the script compares with what it knows.
pub fn now(tag: &str, shown: &Shown, problems: Option<&str>) -> String {
    let (count, url) = &shown.went;
    serde_json::json!({
        "tag": tag,
        "styles": format!("{:x}", shown.styles.0),
        "files": format!("{:x}", shown.files.0),
        "went": count,
        "url": url,
        "problems": problems,
    })
    .to_string()
}

pub fn script() -> Response<Body> {
    let mut response = Response::new(Body::from(TEXT));
    let media = HeaderValue::from_static("text/javascript; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    response
}
