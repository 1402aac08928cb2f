//! Connections: how many, how long they may take to ask, and how they end.

use super::patience::Patient;
use super::shown::Shown;
use super::{Server, answer, guard, live};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use axum::routing::any;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// A browser opens six; more than this is a mistake or a siege.
const CONNECTIONS: usize = 256;

/// Who takes longer to say what is wanted holds a connection for nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who reads nothing of an answer for so long does not want it.
const UNREAD: Duration = Duration::from_secs(30);

/// Most pages are made in a hundredth of this.
const LONG: Duration = Duration::from_millis(300);

const HEADERS: usize = 16 << 10;

/// What is left of the answers when the server stops.
const GRACE: Duration = Duration::from_millis(500);

/// Serves until `stop` is true.
pub async fn serve(listener: TcpListener, server: Arc<Server>, mut stop: watch::Receiver<bool>) {
    let router = Router::new()
        .route(live::NEWS, any(news))
        .route(live::NOW, any(now))
        .route(live::SCRIPT, any(script))
        .fallback(page)
        .with_state(server);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: others will be closed.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        match places.clone().try_acquire_owned() {
            Ok(place) => {
                tokio::spawn(connection(stream, router.clone(), stop.clone(), place));
            }
            Err(_) => {
                tokio::spawn(turn_away(stream));
            }
        }
    }
    let _ = tokio::time::timeout(GRACE, places.acquire_many(CONNECTIONS as u32)).await;
}

async fn connection(
    stream: TcpStream,
    router: Router,
    mut stop: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    // Small answers are not held back to be sent together.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(HEADERS)
        .serve_connection(TokioIo::new(Patient::new(stream, UNREAD)), service);
    let mut connection = std::pin::pin!(connection);
    // What went wrong on a connection concerns only who opened it.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn turn_away(mut stream: TcpStream) {
    let text = "too many connections\n";
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nretry-after: 1\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    let _ = tokio::time::timeout(PATIENCE, stream.write_all(answer.as_bytes())).await;
}

/// What may not be answered, of a request for the site or for news.
fn refuse(
    server: &Server,
    uri: &Uri,
    method: &Method,
    headers: &HeaderMap,
) -> Option<Response<Body>> {
    let mut headers = Cow::Borrowed(headers);
    // As a proxy is asked: what the URL names counts, whatever the header says (RFC 9112, 3.2.2).
    if let Some(authority) = uri.authority() {
        let named = HeaderValue::from_str(authority.as_str());
        let named = named.unwrap_or(HeaderValue::from_static(""));
        headers.to_mut().insert(header::HOST, named);
    }
    guard::refuse(method, &headers, &server.names).map(answer::refused)
}

async fn page(State(server): State<Arc<Server>>, request: Request<Body>) -> Response<Body> {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    if let Some(refused) = refuse(&server, request.uri(), &method, &headers) {
        return answer::finish(&method, refused);
    }
    let uri = request.uri().clone();
    let mut wanted = headers;
    // Only what is sent can be sent in part (RFC 9110, 14.2).
    if method != Method::GET {
        wanted.remove(header::RANGE);
    }
    let made = make(&server, move |shown, base| {
        answer::of_site(shown, base, &uri, &wanted)
    });
    let response = made.await.unwrap_or_else(|unmade| match unmade {
        Unmade::Failed => answer::plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "this page could not be made\n",
        ),
        Unmade::Endless => answer::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "this page is not made within 10 s: look for a loop in its template that does not end\n",
        ),
    });
    answer::finish(&method, response)
}

enum Unmade {
    Failed,
    Endless,
}

/// Makes an answer on a thread of its own. One that takes long is begun again with the
/// next version: a template that never ended has been mended, perhaps.
async fn make<T: Send + 'static>(
    server: &Arc<Server>,
    answer: impl Fn(&Shown, &str) -> T + Send + Sync + 'static,
) -> Result<T, Unmade> {
    let answer = Arc::new(answer);
    let late = tokio::time::Instant::now() + PATIENCE;
    loop {
        let mut changes = server.changes.subscribe();
        let (answer, own) = (answer.clone(), server.clone());
        let mut made = tokio::task::spawn_blocking(move || {
            let shown = own.shown();
            let answer = answer(&shown, &own.base);
            own.heed(&shown);
            answer
        });
        if let Ok(made) = tokio::time::timeout(LONG, &mut made).await {
            return made.map_err(|_| Unmade::Failed);
        }
        tokio::select! {
            made = &mut made => return made.map_err(|_| Unmade::Failed),
            _ = changes.changed() => {}
            () = tokio::time::sleep_until(late) => return Err(Unmade::Endless),
        }
    }
}

async fn news(State(server): State<Arc<Server>>, request: Request<Body>) -> Response<Body> {
    let (method, headers) = (request.method(), request.headers());
    if let Some(refused) = refuse(&server, request.uri(), method, headers) {
        return answer::finish(method, refused);
    }
    let response = match guard::refuse_news(headers) {
        Some(why) => answer::refused(why),
        None => live::news(server.changes.subscribe(), server.stop.clone()),
    };
    answer::finish(method, response)
}

async fn now(State(server): State<Arc<Server>>, request: Request<Body>) -> Response<Body> {
    let (method, headers) = (request.method().clone(), request.headers());
    if let Some(refused) = refuse(&server, request.uri(), &method, headers) {
        return answer::finish(&method, refused);
    }
    if let Some(why) = guard::refuse_news(headers) {
        return answer::finish(&method, answer::refused(why));
    }
    let query = request.uri().query().unwrap_or_default();
    let path = query.strip_prefix("path=").unwrap_or("/");
    let path = percent_encoding::percent_decode_str(path)
        .decode_utf8_lossy()
        .into_owned();
    let made = make(&server, move |shown, base| answer::now(shown, base, &path));
    let text = made.await.unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    let media = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    answer::finish(&method, response)
}

async fn script(State(server): State<Arc<Server>>, request: Request<Body>) -> Response<Body> {
    let (method, headers) = (request.method(), request.headers());
    let refused = refuse(&server, request.uri(), method, headers);
    answer::finish(method, refused.unwrap_or_else(live::script))
}
