//! A bucket of a storage that speaks S3: AWS, R2, MinIO, Garage and others.
//!
//! Requests are signed here and now, with keys from the environment. What a
//! browser needs to know of a file (its type, how long it may be kept) is
//! stored with it.

use super::record::{self, Record};
use super::target::{DeployError, File, Kind, Remote, Result, Seen, Sent, Target, parallel};
use crate::config::deploy;
use crate::hash::{Hash, Hasher};
use crate::text;
use flate2::Compression;
use flate2::write::GzEncoder;
use rusty_s3::actions::{ListObjectsV2, S3Action};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use std::io::Write;
use std::time::Duration;
use ureq::Agent;
use ureq::http::StatusCode;

/// Most of a small upload is waiting.
const THREADS: usize = 16;

/// How long a signature is good for.
const SIGNED: Duration = Duration::from_secs(15 * 60);

/// How often a request is made that fails for a reason that passes.
const TRIES: u32 = 4;

/// A page of it is small, and an object read back is our record.
const LARGEST_ANSWER: u64 = 256 * 1024 * 1024;

pub struct S3 {
    /// As the configuration has it.
    place: String,
    bucket: Bucket,
    credentials: Credentials,
    agent: Agent,
    /// Empty, or ends in a slash.
    prefix: String,
    compress: bool,
    /// Before the first request is made anew; twice as long each time.
    pub pause: Duration,
    /// Whether a listing has ETags: all but a few servers give them. Not known
    /// while the place is empty.
    tagged: Option<bool>,
}

impl S3 {
    /// # Errors
    ///
    /// There are no keys in the environment; the endpoint is none.
    pub fn new(place: &deploy::S3) -> Result<S3> {
        let credentials = Credentials::from_env().ok_or_else(|| {
            DeployError::new(Kind::Usage, "there are no keys for S3 in the environment")
                .help("set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, and `AWS_SESSION_TOKEN` if there is one")
        })?;
        S3::with(place, credentials)
    }

    /// With keys of one's own.
    ///
    /// # Errors
    ///
    /// The endpoint is none.
    pub fn with(place: &deploy::S3, credentials: Credentials) -> Result<S3> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let region = (place.region.clone())
            .or_else(|| variable("AWS_REGION"))
            .or_else(|| variable("AWS_DEFAULT_REGION"))
            .unwrap_or_else(|| "us-east-1".to_owned());
        let (endpoint, style) = match &place.endpoint {
            // A name under each bucket's is what few others have set up.
            Some(endpoint) => (endpoint.clone(), UrlStyle::Path),
            // No certificate is good for a name with more dots.
            None if place.bucket.contains('.') => (aws(&region), UrlStyle::Path),
            None => (aws(&region), UrlStyle::VirtualHost),
        };
        let wrong = |why: String| {
            DeployError::new(
                Kind::Usage,
                format!("`{endpoint}` is no endpoint of S3: {why}"),
            )
            .help("write it as in `https://ACCOUNT.r2.cloudflarestorage.com`")
        };
        let url = endpoint
            .parse()
            .map_err(|error| wrong(format!("{error}")))?;
        let bucket = Bucket::new(url, style, place.bucket.clone(), region)
            .map_err(|error| wrong(error.to_string()))?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_per_read(Some(Duration::from_secs(120)))
            .timeout_per_write(Some(Duration::from_secs(120)))
            .max_idle_connections(THREADS)
            .max_idle_connections_per_host(THREADS)
            .user_agent(concat!("longhand/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(S3 {
            place: match place.prefix.as_str() {
                "" => format!("s3://{}", place.bucket),
                prefix => format!("s3://{}/{prefix}", place.bucket),
            },
            prefix: match place.prefix.as_str() {
                "" => String::new(),
                prefix => format!("{prefix}/"),
            },
            bucket,
            credentials,
            agent,
            compress: place.compress,
            pause: Duration::from_millis(400),
            tagged: None,
        })
    }

    fn key(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// Makes a request until it is answered for good: servers are busy now and
    /// then, and connections break.
    fn ask(&self, what: &str, request: impl Fn() -> Result<Answer, ureq::Error>) -> Result<Answer> {
        let mut pause = self.pause;
        for attempt in 1..=TRIES {
            let last = attempt == TRIES;
            match request() {
                Ok(answer) if answer.status.is_success() => return Ok(answer),
                Ok(answer) if last || !passes(answer.status) => {
                    return Err(self.refused(what, &answer));
                }
                Err(error) if last || !is_network(&error) => {
                    return Err(self.unreached(what, &error));
                }
                _ => {
                    std::thread::sleep(pause);
                    pause *= 2;
                }
            }
        }
        unreachable!("the last attempt returns")
    }

    fn refused(&self, what: &str, answer: &Answer) -> DeployError {
        let between = |tag: &str| {
            let text = answer.text();
            let (_, rest) = text.split_once(&format!("<{tag}>"))?;
            let (inner, _) = rest.split_once(&format!("</{tag}>"))?;
            Some(inner.trim().to_owned())
        };
        let code = between("Code").unwrap_or_default();
        let said = match between("Message") {
            Some(said) if !said.is_empty() => format!(": {}", self.without_secrets(&said)),
            _ => String::new(),
        };
        let status = answer.status.as_u16();
        let message = format!("S3 does not {what}: {status} {code}{said}");
        let error = DeployError::io(message.replace(" : ", ": "));
        match (code.as_str(), status) {
            ("NoSuchBucket", _) => error.help("make the bucket first, and look at its name, `endpoint` and `region`"),
            ("SignatureDoesNotMatch" | "InvalidAccessKeyId" | "ExpiredToken" | "InvalidToken", _)
            | (_, 401) => error.help(
                "the keys are not right: look at `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`",
            ),
            ("RequestTimeTooSkewed", _) => error.help("set the clock of this machine"),
            ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _)
            | (_, 301 | 307) => error.help("the bucket is in another region: say which in `region`"),
            (_, 403) => error.help("these keys may not do that: they need to list, read, write and delete objects of the bucket"),
            (_, 503 | 429) => error.help("the server is busy: wait a little"),
            _ => error,
        }
    }

    fn unreached(&self, what: &str, error: &ureq::Error) -> DeployError {
        // An address in it would hold the signature.
        let why = match error {
            ureq::Error::Io(error) => crate::source::reason(error),
            ureq::Error::HostNotFound => "there is no such host".to_owned(),
            ureq::Error::ConnectionFailed => "no connection".to_owned(),
            ureq::Error::Timeout(_) => "no answer in time".to_owned(),
            ureq::Error::Rustls(error) => format!("the certificate is not accepted: {error}"),
            _ => "the answer makes no sense".to_owned(),
        };
        let host = self.bucket.base_url().host_str().unwrap_or_default();
        DeployError::io(format!("`{host}` cannot be asked to {what}: {why}"))
            .help("look at the connection and at `endpoint`, and try again")
    }

    fn without_secrets(&self, text: &str) -> String {
        let secrets = [Some(self.credentials.secret()), self.credentials.token()];
        let mut text = text.to_owned();
        for secret in secrets.into_iter().flatten().filter(|s| !s.is_empty()) {
            text = text.replace(secret, "…");
        }
        text
    }

    fn put(&self, file: &File) -> Result<Seen> {
        let about = About::of(&file.path, self.compress);
        let bytes = file.bytes()?;
        let bytes = if about.gzip { gzip(&bytes) } else { bytes };
        self.put_bytes(&file.path, &bytes, &about)
    }

    fn put_bytes(&self, path: &str, bytes: &[u8], about: &About) -> Result<Seen> {
        let key = self.key(path);
        let answer = self.ask(&format!("take `{path}`"), || {
            let mut action = self.bucket.put_object(Some(&self.credentials), &key);
            let mut headers = vec![("content-type", about.kind), ("cache-control", about.cache)];
            if about.gzip {
                headers.push(("content-encoding", "gzip"));
            }
            let mut request = None;
            for (name, value) in &headers {
                action.headers_mut().insert(*name, *value);
            }
            let url = action.sign(SIGNED);
            for (name, value) in headers {
                let builder = request.unwrap_or_else(|| self.agent.put(url.as_str()));
                request = Some(builder.header(name, value));
            }
            let request = request.expect("there are two headers at least");
            Answer::of(request.send(bytes)?)
        })?;
        Ok(self.seen(answer.etag.as_deref(), bytes.len() as u64))
    }

    fn seen(&self, etag: Option<&str>, size: u64) -> Seen {
        match etag.filter(|_| self.tagged != Some(false)) {
            Some(etag) => Seen::of(etag.trim_matches('"')),
            None => Seen::of(&format!("{size} bytes")),
        }
    }

    fn get(&self, path: &str) -> Result<Vec<u8>> {
        let key = self.key(path);
        let answer = self.ask(&format!("give `{path}`"), || {
            let url = self
                .bucket
                .get_object(Some(&self.credentials), &key)
                .sign(SIGNED);
            Answer::of(self.agent.get(url.as_str()).call()?)
        })?;
        Ok(answer.body)
    }

    /// Every object below the prefix: key without it, ETag, size.
    fn list(&self) -> Result<Vec<(String, Option<String>, u64)>> {
        let mut all = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let what = format!("list `{}`", self.place);
            let answer = self.ask(&what, || {
                let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
                action.with_prefix(self.prefix.as_str());
                if let Some(token) = &token {
                    action.with_continuation_token(token.as_str());
                }
                Answer::of(self.agent.get(action.sign(SIGNED).as_str()).call()?)
            })?;
            let page = ListObjectsV2::parse_response(&answer.text()).map_err(|_| {
                DeployError::io(format!("the answer to “{what}” is no listing of S3")).help(
                    "look at `endpoint`: it is the address of the storage, not that of the site",
                )
            })?;
            for object in page.contents {
                let path = object.key.strip_prefix(&self.prefix);
                // Some tools make an object for the folder itself.
                if let Some(path) = path.filter(|path| !path.is_empty()) {
                    let size = object.size.unwrap_or_default();
                    all.push((path.to_owned(), object.etag, size));
                }
            }
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    fn write_record(&mut self, record: &Record) -> Result<()> {
        let about = About {
            kind: "text/plain; charset=utf-8",
            cache: "private, no-store",
            gzip: false,
        };
        self.put_bytes(record::NAME, record.write().as_bytes(), &about)?;
        if self.tagged.is_none() {
            self.tagged = self.list()?.first().map(|(_, etag, _)| etag.is_some());
        }
        Ok(())
    }
}

impl Target for S3 {
    fn shown(&self) -> String {
        format!("`{}`", self.place)
    }

    fn print(&self, file: &File) -> Hash {
        let About { kind, cache, gzip } = About::of(&file.path, self.compress);
        let mut hasher = Hasher::new();
        hasher.hash(file.hash).str(kind).str(cache).flag(gzip);
        hasher.finish()
    }

    fn look(&mut self) -> Result<Remote> {
        let listed = self.list()?;
        if let Some((_, etag, _)) = listed.first() {
            self.tagged = Some(etag.is_some());
        }
        let mut remote = Remote::default();
        for (path, etag, size) in listed {
            if path == record::NAME {
                remote.record = Some(super::believed(&self.get(record::NAME)?, &self.shown())?);
            } else {
                let seen = self.seen(etag.as_deref(), size);
                remote.files.insert(path, seen);
            }
        }
        Ok(remote)
    }

    fn keep(&mut self, record: &Record) -> Result<()> {
        self.write_record(record)
    }

    fn send(&mut self, files: &[&File], sent: &Sent) -> Result<()> {
        parallel(files, THREADS, sent, |file| self.put(file))
    }

    fn remove(&mut self, paths: &[&str]) -> Result<()> {
        for path in paths {
            let key = self.key(path);
            self.ask(&format!("delete `{path}`"), || {
                let url = self
                    .bucket
                    .delete_object(Some(&self.credentials), &key)
                    .sign(SIGNED);
                Answer::of(self.agent.delete(url.as_str()).call()?)
            })?;
        }
        Ok(())
    }

    fn finish(&mut self, record: &Record) -> Result<()> {
        self.write_record(record)
    }
}

/// What a server said.
struct Answer {
    status: StatusCode,
    etag: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    fn of(response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
        let status = response.status();
        let etag = response.headers().get("etag");
        let etag = etag.and_then(|etag| Some(etag.to_str().ok()?.to_owned()));
        let body = response.into_body().into_with_config();
        Ok(Answer {
            status,
            etag,
            body: body.limit(LARGEST_ANSWER).read_to_vec()?,
        })
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Whether the same request may be answered better a moment later.
fn passes(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 408 | 429)
}

fn is_network(error: &ureq::Error) -> bool {
    use ureq::Error::{BodyStalled, ConnectionFailed, Io, Protocol, Timeout};
    matches!(
        error,
        Io(_) | Timeout(_) | ConnectionFailed | BodyStalled | Protocol(_)
    )
}

fn aws(region: &str) -> String {
    format!("https://s3.{region}.amazonaws.com")
}

/// What is stored beside the bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct About {
    kind: &'static str,
    cache: &'static str,
    gzip: bool,
}

impl About {
    fn of(path: &str, compress: bool) -> About {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let kind = text::content_type(ending);
        let is_text = kind.starts_with("text/")
            || ["json", "xml", "svg"]
                .iter()
                .any(|word| kind.contains(word));
        About {
            kind,
            cache: cache(name, kind),
            gzip: compress && is_text,
        }
    }
}

/// A name with a fingerprint is another when its bytes are; pages are asked for
/// anew each time, which costs a few bytes where nothing changed.
fn cache(name: &str, kind: &str) -> &'static str {
    let mut parts = name.rsplit('.');
    let before_last = parts.nth(1).unwrap_or_default();
    let is_print = |part: &str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_hexdigit());
    if is_print(before_last) && parts.next().is_some() {
        return "public, max-age=31536000, immutable";
    }
    let is_text = ["text/html", "xml", "json", "text/plain"];
    match is_text.iter().any(|text| kind.contains(text)) && !kind.contains("svg") {
        true => "public, max-age=0, must-revalidate",
        false => "public, max-age=3600",
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::best());
    encoder.write_all(bytes).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

#[cfg(test)]
mod tests {
    use super::About;

    #[test]
    fn browsers_are_told_what_a_file_is_and_how_long_it_is_good() {
        let fresh = "public, max-age=0, must-revalidate";
        let forever = "public, max-age=31536000, immutable";
        let hour = "public, max-age=3600";
        for (path, kind, cache, gzip) in [
            ("a/index.html", "text/html; charset=utf-8", fresh, true),
            (
                "css/longhand.3eb6aa7c.css",
                "text/css; charset=utf-8",
                forever,
                true,
            ),
            ("css/own.css", "text/css; charset=utf-8", hour, true),
            ("3eb6aa7c.css", "text/css; charset=utf-8", hour, true),
            ("index.xml", "application/xml", fresh, true),
            (
                "search/words-0.bin",
                "application/octet-stream",
                hour,
                false,
            ),
            ("a.JPG", "image/jpeg", hour, false),
            ("a.svg", "image/svg+xml", hour, true),
            ("CNAME", "application/octet-stream", hour, false),
        ] {
            let about = About::of(path, true);
            assert_eq!(
                (about.kind, about.cache, about.gzip),
                (kind, cache, gzip),
                "{path}"
            );
            assert!(!About::of(path, false).gzip);
        }
    }
}
