//! The preview: answers from memory what a build would write, and compiles the
//! site again while it is edited.
//!
//! One thread watches and compiles; it makes a [`Shown`] and swaps it in. Requests
//! take the one that is there and keep it until they are answered, so no answer
//! mixes two versions. Prints nothing: what there is to say is handed on.

mod answer;
mod guard;
mod http;
mod live;
mod overlay;
mod patience;
mod shown;
mod watch;

use crate::build::preview::{Preview, Touched, Version};
use crate::build::{self, Failure};
use crate::diag::Diagnostic;
use crate::hash::Hash;
use crate::site::{LeftOut, Site};
use crate::source::Sources;
use crate::text;
use shown::Shown;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::watch as channel;
use watch::Heard;

/// Where a preview is looked for: Hugo's.
pub const PORT: u16 = 1313;

/// How many ports are tried where nobody asked for one.
const TRIES: u16 = 100;

/// Pages that are rendered at once. Far more than there are processors: one whose
/// template never ends keeps its thread, and the others must not wait for it.
const RENDERING: usize = 16;

#[derive(Clone)]
pub struct Options {
    pub build: build::Options,
    /// The next free one from [`PORT`] where none is asked for.
    pub port: Option<u16>,
    /// A name or address of this machine, for others to see the preview.
    pub host: Option<String>,
    /// The path that the site lies below; the configuration's base URL says it otherwise.
    pub base_path: Option<String>,
    /// Open pages go to the page that was edited.
    pub navigate: bool,
    /// The address that opens an editor; see [`EDITOR`].
    pub editor: Option<String>,
}

pub use overlay::EDITOR;

/// What there is to say while the preview runs.
pub enum Said<'s> {
    Ready {
        url: String,
        /// Others can see it too.
        open: bool,
        title: String,
        /// None where the site has errors.
        pages: Option<usize>,
        left_out: &'s [LeftOut],
        took: Duration,
    },
    Changed {
        touched: &'s Touched,
        took: Duration,
        outcome: Outcome,
    },
    /// A page is published from this moment on, or no more.
    Due { took: Duration },
    /// Errors and warnings of the whole site, or of a page that somebody has looked at.
    Of {
        diagnostics: Vec<Diagnostic>,
        sources: &'s Sources,
        whole: bool,
    },
    /// What is wrong with the cache.
    Cache(String),
    /// The system does not tell of edits.
    Polling { limit: bool, why: String },
}

pub type Say = dyn Fn(Said<'_>) + Send + Sync;

/// What came of an edit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    Shown,
    /// It has errors: the version before it stays.
    Stays,
    /// It has errors, and there was no version before it.
    Nothing,
}

/// Why there is no preview.
pub enum Refused {
    /// This port is another's.
    Taken(u16),
    /// This is no path that a site can lie below.
    BasePath(String),
    /// This is no name or address of this machine.
    Host(String),
    Network(io::Error),
    Site(Failure),
}

/// Ends a preview, from any thread.
#[derive(Clone)]
pub struct Stop {
    http: Arc<channel::Sender<bool>>,
    watch: std::sync::mpsc::Sender<Heard>,
}

impl Stop {
    pub fn stop(&self) {
        self.http.send_replace(true);
        // It is over already where nobody listens.
        let _ = self.watch.send(Heard::Stop);
    }
}

/// What requests are answered from.
struct Server {
    /// The one lock: held to take the `Arc`, or to put in another.
    shown: RwLock<Arc<Shown>>,
    /// The site's own path, with slashes at both ends.
    base: String,
    names: guard::Names,
    changes: channel::Sender<u64>,
    stop: channel::Receiver<bool>,
    navigate: bool,
    say: Arc<Say>,
}

/// Serves the site until `stop` is used, which `started` is handed.
pub fn serve(
    options: &Options,
    say: Arc<Say>,
    started: &dyn Fn(Stop),
    diagnostics: &mut Vec<Diagnostic>,
    sources: &mut Sources,
) -> Result<(), Refused> {
    let began = Instant::now();
    if let Some(path) = options.base_path.as_deref().filter(|path| !is_path(path)) {
        return Err(Refused::BasePath(path.to_owned()));
    }
    let listener = bind(options)?;
    let address = listener.local_addr().map_err(Refused::Network)?;
    let mut build = options.build.clone();
    let config = build::configure(&build, sources, diagnostics).map_err(Refused::Site)?;
    let own = match build.base_url {
        Some(_) => config.base_url.clone(),
        None => {
            let path = options
                .base_path
                .as_deref()
                .unwrap_or(path_of(&config.base_url));
            let path = path.trim_matches('/');
            let slash = if path.is_empty() { "" } else { "/" };
            format!(
                "http://{}:{}/{path}{slash}",
                name(options, address),
                address.port()
            )
        }
    };
    build.base_url = Some(own.clone());
    diagnostics.clear();
    let base = format!("/{}/", path_of(&own).trim_matches('/')).replace("//", "/");
    // As paths are looked up: decoded.
    let base = percent_encoding::percent_decode_str(&base)
        .decode_utf8_lossy()
        .into_owned();
    let mut preview = Preview::new(build.clone());
    let version = preview.version(&Touched::Anything, diagnostics);
    sources.clone_from(preview.sources());
    let version = match version {
        Ok(version) => Some(version),
        Err(Failure::Site) => None,
        Err(failure) => return Err(Refused::Site(failure)),
    };
    let (stop, stopped) = channel::channel(false);
    let heard = watch::channel();
    started(Stop {
        http: Arc::new(stop),
        watch: heard.0.clone(),
    });
    let until = version.as_ref().map(|version| version.until);
    let title = config.default_lang().title.clone();
    let site = version
        .as_ref()
        .map(|version| version.renderer.shared.site.clone());
    let rendered = |site: &Arc<Site>| site.pages.iter().filter(|page| page.rendered).count();
    let pages = site.as_ref().map(rendered);
    let server = Arc::new(Server {
        shown: RwLock::new(Arc::new(Shown {
            renderer: None,
            root: std::path::absolute(&build.source).unwrap_or_else(|_| build.source.clone()),
            editor: options.editor.clone().unwrap_or_else(|| EDITOR.to_owned()),
            problems: None,
            styles: Hash::default(),
            files: Hash::default(),
            went: (0, None),
            made: Mutex::default(),
            earlier: HashMap::new(),
            unsaid: Mutex::default(),
        })),
        base: base.clone(),
        names: guard::Names::new(
            [options.host.clone(), host_of(&own).map(str::to_owned)]
                .into_iter()
                .flatten(),
        ),
        changes: channel::channel(0).0,
        stop: stopped.clone(),
        navigate: options.navigate,
        say,
    });
    // At the beginning there is nothing better than a site with errors.
    server.show(version, diagnostics, preview.sources(), &Touched::nothing());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(RENDERING)
        .enable_all()
        .build()
        .map_err(Refused::Network)?;
    listener.set_nonblocking(true).map_err(Refused::Network)?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener).map_err(Refused::Network)?
    };
    let serving = runtime.spawn(http::serve(listener, server.clone(), stopped));
    (server.say)(Said::Ready {
        url: format!(
            "http://{}:{}{}",
            name(options, address),
            address.port(),
            text::encode_path(&base)
        ),
        open: !address.ip().is_loopback(),
        title,
        pages,
        left_out: site.as_ref().map_or(&[], |site| &site.left_out),
        took: began.elapsed(),
    });
    (server.say)(Said::Of {
        diagnostics: diagnostics.clone(),
        sources: preview.sources(),
        whole: true,
    });
    drop(site);
    watch::run(&server, preview, until, diagnostics, heard);
    diagnostics.clear();
    // It ends by itself when it was told to.
    let _ = runtime.block_on(serving);
    runtime.shutdown_background();
    Ok(())
}

impl Server {
    fn shown(&self) -> Arc<Shown> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }

    /// Shows a version; with none, what is wrong with it.
    fn show(
        &self,
        version: Option<Version>,
        said: &[Diagnostic],
        sources: &Sources,
        touched: &Touched,
    ) {
        let old = self.shown();
        let marks = version
            .as_ref()
            .map(|version| (version.styles, version.files));
        let renderer = version.map(|version| version.renderer);
        let problems = overlay::html(said, sources, &old.root, &old.editor);
        let page = match touched {
            Touched::Files(paths) if paths.len() == 1 => paths.first(),
            _ => None,
        };
        let went = match (page, &renderer) {
            (Some(path), Some(renderer)) if self.navigate => {
                let url = shown::address(&renderer.shared.site, path);
                match url {
                    Some(url) => (old.went.0 + 1, Some(url)),
                    None => old.went.clone(),
                }
            }
            _ => old.went.clone(),
        };
        let earlier = old.to_remember();
        // The version is the same: what was made of it is good, and has been said.
        let made = match &renderer {
            Some(_) => HashMap::new(),
            None => old.held_all(),
        };
        let shown = Shown {
            renderer: renderer.or_else(|| old.renderer.clone()),
            root: old.root.clone(),
            editor: old.editor.clone(),
            problems: problems.map(Arc::from),
            styles: marks.map_or(old.styles, |(styles, _)| styles),
            files: marks.map_or(old.files, |(_, files)| files),
            went,
            made: Mutex::new(made),
            earlier,
            unsaid: Mutex::default(),
        };
        let shown = Arc::new(shown);
        let before = {
            let mut place = self.shown.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *place, shown)
        };
        self.changes.send_modify(|number| *number += 1);
        // To let go of 10,000 pages takes longer than to show the next.
        drop(before);
    }

    /// Hands on what pages had to say that were rendered for this answer.
    fn heed(&self, shown: &Shown) {
        let said = shown.take_unsaid();
        if let Some(renderer) = shown.renderer.as_ref().filter(|_| !said.is_empty()) {
            (self.say)(Said::Of {
                diagnostics: said,
                sources: &renderer.sources,
                whole: false,
            });
        }
    }
}

/// Takes the port that was asked for, or the next that is free.
fn bind(options: &Options) -> Result<TcpListener, Refused> {
    let host = options.host.as_deref().unwrap_or("127.0.0.1");
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let first = options.port.unwrap_or(PORT);
    let last = match options.port {
        Some(port) => port,
        None => PORT + TRIES,
    };
    for port in first..=last {
        let addresses: Vec<SocketAddr> = match (host, port).to_socket_addrs() {
            Ok(addresses) => addresses.collect(),
            Err(_) => return Err(Refused::Host(host.to_owned())),
        };
        match TcpListener::bind(&*addresses) {
            Ok(listener) => return Ok(listener),
            Err(error) => match error.kind() {
                io::ErrorKind::AddrInUse => {}
                io::ErrorKind::AddrNotAvailable => return Err(Refused::Host(host.to_owned())),
                _ => return Err(Refused::Network(error)),
            },
        }
    }
    Err(Refused::Taken(first))
}

/// Whether a site can lie below this path: what is read another way by some browser or
/// server, or would have to be encoded, is not worth the doubt in a preview.
fn is_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let dots = |part: &str| part == "." || part == "..";
    path.bytes().all(plain) && !path.split('/').any(dots) && !path.contains("//")
}

/// How links name this server.
fn name(options: &Options, address: SocketAddr) -> String {
    match (&options.host, address.ip()) {
        (_, ip) if ip.is_unspecified() => outward()
            .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
            .to_string(),
        (None, _) => "localhost".to_owned(),
        (Some(_), IpAddr::V6(ip)) => format!("[{ip}]"),
        (Some(host), IpAddr::V4(_)) => host.clone(),
    }
}

/// The address under which others in the network find this machine. Nothing is sent.
fn outward() -> Option<IpAddr> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    // An address that is set aside for documentation: only the way there is asked for.
    socket.connect("192.0.2.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// `https://example.org/blog/` → `/blog/`.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let host = rest.split('/').next()?;
    Some(host.rsplit_once(':').map_or(host, |(host, _)| host))
}
