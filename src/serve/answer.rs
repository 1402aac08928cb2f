//! One request, one answer: what an address came to, as HTTP has it. Conditional
//! requests and single ranges as in RFC 9110.

use super::shown::{self, Answer, Content, Lead, Shown};
use super::{guard, live};
use crate::source::Parts;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// A large file is read and sent in pieces of this many bytes.
const PIECE: u64 = 64 << 10;

/// A short answer of our own.
pub fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let media = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, media);
    response
}

pub fn refused(why: guard::Refusal) -> Response<Body> {
    match why {
        guard::Refusal::Method => {
            let mut response = plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "a preview is read: GET and HEAD\n",
            );
            let allow = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(header::ALLOW, allow);
            response
        }
        guard::Refusal::Host => plain(
            StatusCode::FORBIDDEN,
            "this name is not the preview's: ask for localhost or an address, or name it with --host\n",
        ),
        guard::Refusal::CrossSite => plain(
            StatusCode::FORBIDDEN,
            "pages of other sites may not read the preview\n",
        ),
    }
}

/// What every answer carries: nobody else may embed it or guess what it is.
pub fn guard_headers(headers: &mut HeaderMap) {
    let always = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let same = HeaderValue::from_static("same-origin");
    headers.insert("cross-origin-resource-policy", same);
}

/// The answer to a page or file of the site.
pub fn of_site(shown: &Shown, base: &str, uri: &Uri, headers: &HeaderMap) -> Response<Body> {
    let Some(renderer) = &shown.renderer else {
        return respond(&shown::broken(shown.problems.clone()), headers);
    };
    let lead = shown::lead(&renderer.shared.site, base, uri.path());
    if let Lead::Moved(to) = &lead {
        let mut response = plain(StatusCode::FOUND, "");
        let query = uri
            .query()
            .map_or_else(String::new, |query| format!("?{query}"));
        if let Ok(to) = HeaderValue::from_str(&format!("{to}{query}")) {
            response.headers_mut().insert(header::LOCATION, to);
        }
        return response;
    }
    match shown.answer(&lead) {
        Some(answer) => respond(&answer, headers),
        None => plain(StatusCode::NOT_FOUND, "there is nothing here\n"),
    }
}

/// What pages ask when they hear of news: is this page another by now?
pub fn now(shown: &Shown, base: &str, path: &str) -> String {
    let answer = match &shown.renderer {
        Some(renderer) => shown.answer(&shown::lead(&renderer.shared.site, base, path)),
        None => None,
    };
    let page = answer
        .as_ref()
        .and_then(|answer| answer.problems.as_deref());
    live::now(
        answer.as_ref().map_or("", |answer| &answer.tag),
        shown,
        shown.problems.as_deref().or(page),
    )
}

fn respond(answer: &Answer, asked: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    *response.status_mut() = status;
    let etag = format!("\"{}\"", answer.tag);
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    let media = HeaderValue::from_static(answer.media);
    headers.insert(header::CONTENT_TYPE, media);
    let length = answer.content.length();
    if status != StatusCode::OK {
        *response.body_mut() = body(&answer.content, 0..length);
        return response;
    }
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if is_known(asked, &etag) {
        headers.remove(header::CONTENT_TYPE);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    let part = match range(asked, &etag, length) {
        Asked::Whole => 0..length,
        Asked::Part(part) => {
            let said = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            content_range(headers, &said);
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            part
        }
        Asked::Beyond => {
            content_range(headers, &format!("bytes */{length}"));
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            0..0
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, (part.end - part.start).into());
    *response.body_mut() = body(&answer.content, part);
    response
}

fn body(content: &Content, part: Range<u64>) -> Body {
    match content {
        Content::Bytes(bytes) => bytes.slice(part.start as usize..part.end as usize).into(),
        Content::File(file) => pieces(file.clone(), part),
    }
}

/// Reads no faster than is taken. A file that has become shorter breaks off.
fn pieces(file: Arc<Parts>, part: Range<u64>) -> Body {
    let next = move |left: Range<u64>| {
        let file = file.clone();
        async move {
            let (at, count) = (left.start, PIECE.min(left.end - left.start));
            if count == 0 {
                return None;
            }
            let read = tokio::task::spawn_blocking(move || file.read(at, count as usize)).await;
            let read = read.unwrap_or_else(|error| Err(io::Error::other(error)));
            let rest = match read {
                Ok(_) => at + count..left.end,
                Err(_) => left.end..left.end,
            };
            Some((read.map(Bytes::from), rest))
        }
    };
    Body::from_stream(futures_util::stream::unfold(part, next))
}

fn content_range(headers: &mut HeaderMap, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(header::CONTENT_RANGE, value);
    }
}

/// Whether the asker has these bytes already.
fn is_known(asked: &HeaderMap, etag: &str) -> bool {
    let mut lists = asked.get_all(header::IF_NONE_MATCH).iter();
    let weak = |tag: &str| tag.trim().trim_start_matches("W/") == etag;
    lists.any(|list| {
        let list = list.to_str().unwrap_or_default();
        list.trim() == "*" || list.split(',').any(weak)
    })
}

#[derive(Debug, PartialEq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    /// Of no byte that there is.
    Beyond,
}

/// The one range that is asked for. Several are answered with the whole, which
/// the RFC allows; so is what is no range of bytes.
fn range(asked: &HeaderMap, etag: &str, length: u64) -> Asked {
    let text = |name| asked.get(name).and_then(|value| value.to_str().ok());
    let said = text(header::RANGE).and_then(|range| range.strip_prefix("bytes="));
    let (Some(said), true) = (said, text(header::IF_RANGE).is_none_or(|tag| tag == etag)) else {
        return Asked::Whole;
    };
    let Some((first, last)) = said.trim().split_once('-').filter(|_| !said.contains(',')) else {
        return Asked::Whole;
    };
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than can be counted is more than there is.
        true if !text.is_empty() => Some(text.parse().unwrap_or(u64::MAX)),
        _ => None,
    };
    match (number(first), number(last)) {
        (Some(first), None) if last.is_empty() && first < length => Asked::Part(first..length),
        (Some(first), Some(last)) if first > last => Asked::Whole,
        (Some(first), Some(last)) if first < length => {
            Asked::Part(first..last.saturating_add(1).min(length))
        }
        (None, Some(last)) if first.is_empty() && last > 0 && length > 0 => {
            Asked::Part(length - last.min(length)..length)
        }
        (Some(_), _) | (None, Some(_)) if first.is_empty() || number(first).is_some() => {
            Asked::Beyond
        }
        _ => Asked::Whole,
    }
}

/// Whether the body is wanted, or the headers alone.
pub fn finish(method: &Method, mut response: Response<Body>) -> Response<Body> {
    guard_headers(response.headers_mut());
    if method == Method::HEAD {
        let length = axum::body::HttpBody::size_hint(response.body()).exact();
        let headers = response.headers_mut();
        if let Some(length) = length {
            headers.insert(header::CONTENT_LENGTH, length.into());
        }
        *response.body_mut() = Body::empty();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(said: &str) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(said).unwrap());
        range(&headers, "\"t\"", 10)
    }

    #[test]
    fn one_range_is_given_and_one_beyond_the_end_is_refused() {
        assert_eq!(of("bytes=0-0"), Asked::Part(0..1));
        assert_eq!(of("bytes=2-"), Asked::Part(2..10));
        assert_eq!(of("bytes=2-99"), Asked::Part(2..10));
        assert_eq!(of("bytes=-3"), Asked::Part(7..10));
        assert_eq!(of("bytes=-99"), Asked::Part(0..10));
        assert_eq!(of("bytes=10-"), Asked::Beyond);
        assert_eq!(of("bytes=99999999999999999999-"), Asked::Beyond);
        assert_eq!(of("bytes=-0"), Asked::Beyond);
        for whole in [
            "bytes=5-2",
            "bytes=0-1,3-4",
            "bytes=a-b",
            "lines=0-1",
            "bytes=",
            "bytes=-",
        ] {
            assert_eq!(of(whole), Asked::Whole, "{whole}");
        }
    }
}
