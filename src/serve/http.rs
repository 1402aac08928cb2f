//! Connections: how many, how long they may take to ask, and how they end.

use super::patience::Patient;
use super::{Server, answer, guard, live};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use axum::routing::any;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
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
    // A proxy is asked with a whole URL; we are none.
    if uri.authority().is_some() {
        return Some(answer::refused(guard::Refusal::Host));
    }
    guard::refuse(method, headers, &server.names).map(answer::refused)
}

async fn page(State(server): State<Arc<Server>>, request: Request<Body>) -> Response<Body> {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    if let Some(refused) = refuse(&server, request.uri(), &method, &headers) {
        return answer::finish(&method, refused);
    }
    let path = request.uri().path().to_owned();
    let asked = method.clone();
    let made = tokio::task::spawn_blocking(move || {
        let shown = server.shown();
        let response = answer::of_site(&shown, &server.base, &path, &headers);
        server.heed(&shown);
        response
    });
    let response = made.await.unwrap_or_else(|_| {
        answer::plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "this page could not be made\n",
        )
    });
    answer::finish(&asked, response)
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
    let made = tokio::task::spawn_blocking(move || {
        let shown = server.shown();
        let text = answer::now(&shown, &server.base, &path);
        server.heed(&shown);
        text
    });
    let mut response = Response::new(Body::from(made.await.unwrap_or_default()));
    let media = axum::http::HeaderValue::from_static("application/json");
    let name = axum::http::header::CONTENT_TYPE;
    response.headers_mut().insert(name, media);
    answer::finish(&method, response)
}

async fn script(State(server): State<Arc<Server>>, request: Request<Body>) -> Response<Body> {
    let (method, headers) = (request.method(), request.headers());
    let refused = refuse(&server, request.uri(), method, headers);
    answer::finish(method, refused.unwrap_or_else(live::script))
}
