//! Links that lead out of the site: asked for, in parallel and with manners.
//!
//! One address is asked once, however many pages name it; one host is asked one thing at a
//! time, with a pause between; what answered well is not asked again for a week. Gives
//! findings for addresses that are gone, have moved for good, or could not be reached.
//! A host that refuses programs (401, 403, 429, 999) says nothing about its page, and
//! nothing is said of it.

use super::text::Outside;
use crate::cache::answers;
use crate::diag::{Diagnostic, Span};
use crate::text;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// How outside links are asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where answers are kept; none to ask everything again.
    pub cache_dir: Option<PathBuf>,
    /// Of one address, redirects included.
    pub timeout: Duration,
    /// Between two questions to one host.
    pub pause: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            cache_dir: None,
            timeout: Duration::from_secs(20),
            pause: Duration::from_millis(250),
        }
    }
}

/// Hosts that are asked at the same time.
const AT_ONCE: usize = 12;
/// How long a good answer holds.
const HOLDS: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const REDIRECTS: usize = 8;

/// What became of one address.
#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Fine,
    /// For good, to this address.
    Moved(String),
    /// 404, 410.
    Gone(u16),
    /// Why there was no answer.
    Unreachable(String),
}

/// Asks for all of them; gives how many were asked over the network.
pub fn check(links: &[Outside], options: &Options, diagnostics: &mut Vec<Diagnostic>) -> usize {
    let mut places: BTreeMap<&str, Vec<Option<Span>>> = BTreeMap::new();
    for link in links {
        let url = link.url.split('#').next().unwrap_or(&link.url);
        let web = url.starts_with("https://") || url.starts_with("http://");
        if web && !is_example(url) {
            places.entry(url).or_default().push(link.span);
        }
    }
    let folder = options.cache_dir.as_deref();
    let mut kept = folder.map(answers::load).unwrap_or_default();
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    kept.retain(|_, (when, _)| now.saturating_sub(*when) < HOLDS.as_secs());
    // By host: those of one host are asked one after the other.
    let mut hosts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut known: HashMap<&str, Answer> = HashMap::new();
    for url in places.keys() {
        match kept.get(*url) {
            Some((_, to)) if to.is_empty() => drop(known.insert(url, Answer::Fine)),
            Some((_, to)) => drop(known.insert(url, Answer::Moved(to.clone()))),
            None => hosts.entry(host(url)).or_default().push(url),
        }
    }
    let asked: Vec<(&str, Answer)> = ask_all(hosts.into_values().collect(), options);
    let count = asked.len();
    for (url, answer) in asked {
        match &answer {
            Answer::Fine => drop(kept.insert(url.to_owned(), (now, String::new()))),
            Answer::Moved(to) => drop(kept.insert(url.to_owned(), (now, to.clone()))),
            _ => {}
        }
        known.insert(url, answer);
    }
    if let Some(folder) = folder {
        // What cannot be kept is asked again.
        let _ = answers::save(folder, &kept);
    }
    for (url, spans) in places {
        let Some(answer) = known.get(url) else {
            continue;
        };
        for span in spans {
            diagnostics.extend(finding(url, answer, span));
        }
    }
    count
}

fn finding(url: &str, answer: &Answer, span: Option<Span>) -> Option<Diagnostic> {
    Some(match answer {
        Answer::Fine => return None,
        Answer::Moved(to) => {
            let message = format!("`{url}` has moved for good");
            Diagnostic::warning("moved-link", span, message).help(format!("write `{to}`"))
        }
        Answer::Gone(status) => {
            let message = format!("`{url}` is gone: the host answers {status}");
            let help = "link to a copy, for example at https://web.archive.org, or to another page";
            Diagnostic::warning("dead-link", span, message).help(help)
        }
        Answer::Unreachable(why) => {
            let message = format!("`{url}` cannot be reached: {why}");
            Diagnostic::warning("unreachable-link", span, message)
                .help("it may be there again tomorrow; open it in a browser")
        }
    })
}

/// Names that are kept for examples lead nowhere, as they should.
fn is_example(url: &str) -> bool {
    let host = host(url).split(':').next().unwrap_or_default();
    text::is_kept_from_use(host)
        || ["example.org", "example.com", "example.net"]
            .iter()
            .any(|name| host == *name || host.ends_with(&format!(".{name}")))
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

fn ask_all<'u>(mut hosts: Vec<Vec<&'u str>>, options: &Options) -> Vec<(&'u str, Answer)> {
    // The host with the most addresses takes longest, and begins.
    hosts.sort_by_key(Vec::len);
    let threads = hosts.len().min(AT_ONCE);
    let (hosts, answers) = (Mutex::new(hosts), Mutex::new(Vec::new()));
    let agent = agent(options);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = hosts.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some(urls) = next else { return };
                    for (at, url) in urls.into_iter().enumerate() {
                        if at > 0 {
                            std::thread::sleep(options.pause);
                        }
                        let answer = ask(&agent, url);
                        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                        answers.push((url, answer));
                    }
                }
            });
        }
    });
    answers.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn agent(options: &Options) -> Agent {
    // As the browsers of this machine do, with a company's own authority. One that cannot be
    // read is left out: what needs it is said to be unreachable.
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots: Vec<Certificate> = (roots.iter())
        .map(|root| Certificate::from_der(root).to_owned())
        .collect();
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let config = Agent::config_builder()
        .timeout_global(Some(options.timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!(
            "Mozilla/5.0 (compatible; longhand/",
            env!("CARGO_PKG_VERSION"),
            "; link check)"
        ))
        .tls_config(tls)
        .build();
    config.into()
}

/// Follows an address to its end. It has moved for good if every step was so.
fn ask(agent: &Agent, url: &str) -> Answer {
    let mut at = url.to_owned();
    let mut moved: Option<String> = None;
    let mut permanent = true;
    for _ in 0..=REDIRECTS {
        let (status, location) = match once(agent, &at) {
            Ok(answer) => answer,
            Err(why) => return Answer::Unreachable(why),
        };
        match status {
            200..=299 => {
                return match moved {
                    Some(to) => Answer::Moved(to),
                    None => Answer::Fine,
                };
            }
            301..=303 | 307 | 308 => {
                let Some(to) = location.and_then(|to| joined(&at, &to)) else {
                    return Answer::Unreachable(format!("it sends on ({status}) to nowhere"));
                };
                permanent &= matches!(status, 301 | 308);
                // To log in, to choose a language: that is no new address of the page.
                moved = permanent.then(|| to.clone());
                at = to;
            }
            404 | 410 => return Answer::Gone(status),
            500..=599 if status != 503 && status != 999 => {
                return Answer::Unreachable(format!("the host answers {status}"));
            }
            _ => return Answer::Fine,
        }
    }
    Answer::Unreachable("it sends on without end".to_owned())
}

/// Status, and where it sends on. HEAD, and GET where a host knows no HEAD.
fn once(agent: &Agent, url: &str) -> Result<(u16, Option<String>), String> {
    let answer = agent.head(url).call();
    let answer = match answer {
        Ok(answer) if matches!(answer.status().as_u16(), 400 | 403..=405 | 410 | 500..=505) => {
            agent.get(url).call()
        }
        answer => answer,
    };
    let answer = answer.map_err(|error| why(&error))?;
    let location = answer.headers().get("location");
    let location = location.and_then(|to| to.to_str().ok()).map(str::to_owned);
    Ok((answer.status().as_u16(), location))
}

fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        ureq::Error::ConnectionFailed => "the host does not answer".to_owned(),
        ureq::Error::Timeout(_) => "the host takes too long".to_owned(),
        ureq::Error::Io(error) => crate::source::reason(error),
        error => error.to_string(),
    }
}

/// A `Location` is often a path alone.
fn joined(from: &str, to: &str) -> Option<String> {
    if to.starts_with("http://") || to.starts_with("https://") {
        return Some(to.to_owned());
    }
    let (scheme, rest) = from.split_once("://")?;
    if let Some(rest) = to.strip_prefix("//") {
        return Some(format!("{scheme}://{rest}"));
    }
    let host = host(from);
    if to.starts_with('/') {
        return Some(format!("{scheme}://{host}{to}"));
    }
    let path = rest.split(['?', '#']).next().unwrap_or(rest);
    let folder = path.rsplit_once('/').map_or(host, |(folder, _)| folder);
    Some(format!("{scheme}://{folder}/{to}"))
}
