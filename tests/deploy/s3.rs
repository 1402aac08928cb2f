//! A real S3 server in this process, with faults between it and us.

use crate::{
    Place, Site, check_days, check_faults, check_strangers, deploy, deploy_with, new_site, old_site,
};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use longhand::config::deploy as config;
use longhand::deploy::Options;
use longhand::deploy::record;
use longhand::deploy::s3::S3;
use longhand::deploy::target::{Kind, Target};
use rusty_s3::Credentials;
use s3s::auth::SimpleAuth;
use s3s::dto::*;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3Request, S3Response, S3Result};
use s3s_fs::FileSystem;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const KEY: &str = "AKIDTEST";
const SECRET: &str = "a/very+secret=key";

/// s3s-fs leaves ETags out of its listings, as few servers do, and says of names that
/// they are encoded, which they are not. This one has them, if `tagged`, and does not.
struct Listing {
    files: FileSystem,
    tagged: bool,
    tags: Mutex<HashMap<String, Option<ETag>>>,
}

#[async_trait::async_trait]
impl s3s::S3 for Listing {
    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let key = request.input.key.clone();
        let answer = self.files.put_object(request).await?;
        let tag = answer.output.e_tag.clone();
        self.tags.lock().unwrap().insert(key, tag);
        Ok(answer)
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        self.files.get_object(request).await
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.files.delete_object(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let mut answer = self.files.list_objects_v2(request).await?;
        answer.output.encoding_type = None;
        let tags = self.tags.lock().unwrap();
        for object in answer.output.contents.iter_mut().flatten() {
            let key = object.key.clone().unwrap_or_default();
            let tag = tags.get(&key).cloned().flatten();
            object.e_tag = tag.filter(|_| self.tagged);
        }
        Ok(answer)
    }
}

/// What stands between us and the server.
#[derive(Default)]
struct Wire {
    /// Requests until nothing works any more; negative for never.
    left: AtomicI64,
    /// Requests that fail before things work again.
    hiccups: AtomicUsize,
    /// Method and path of each that came through.
    seen: Mutex<Vec<String>>,
}

struct Server {
    folder: tempfile::TempDir,
    port: u16,
    wire: Arc<Wire>,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    fn start(tagged: bool) -> Server {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bucket")).unwrap();
        let files = FileSystem::new(folder.path()).unwrap();
        let mut builder = S3ServiceBuilder::new(Listing {
            files,
            tagged,
            tags: Mutex::default(),
        });
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = builder.build();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(Wire {
            left: AtomicI64::new(-1),
            ..Wire::default()
        });
        runtime.spawn(serve(listener, service, wire.clone()));
        Server {
            folder,
            port,
            wire,
            _runtime: runtime,
        }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("bucket/site")
    }

    fn place(&self) -> config::S3 {
        config::S3 {
            bucket: "bucket".to_owned(),
            prefix: "site".to_owned(),
            endpoint: Some(format!("http://127.0.0.1:{}", self.port)),
            region: None,
            compress: false,
        }
    }

    fn target(&self, place: &config::S3, secret: &str) -> S3 {
        let mut target = S3::with(place, Credentials::new(KEY, secret)).unwrap();
        target.pause = Duration::from_millis(1);
        target
    }
}

async fn serve(listener: std::net::TcpListener, service: S3Service, wire: Arc<Wire>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            continue;
        };
        let (service, wire) = (service.clone(), wire.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request: hyper::Request<Incoming>| {
                let (service, wire) = (service.clone(), wire.clone());
                async move {
                    let left = wire.left.load(Ordering::SeqCst);
                    if left == 0 {
                        // The cable is pulled.
                        return Err(std::io::Error::other("no more"));
                    }
                    if left > 0 {
                        wire.left.fetch_sub(1, Ordering::SeqCst);
                    }
                    let hiccup =
                        wire.hiccups
                            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
                    if hiccup.is_ok() {
                        let busy =
                            s3s::Body::from("<Error><Code>SlowDown</Code></Error>".to_owned());
                        let mut answer = hyper::Response::new(busy);
                        *answer.status_mut() = hyper::StatusCode::SERVICE_UNAVAILABLE;
                        return Ok(answer);
                    }
                    let line = format!("{} {}", request.method(), request.uri().path());
                    wire.seen.lock().unwrap().push(line);
                    let answer = service.call(request.map(s3s::Body::from)).await;
                    answer.map_err(|error| std::io::Error::other(format!("{error:?}")))
                }
            });
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection
                .serve_connection(TokioIo::new(socket), answer)
                .await;
        });
    }
}

impl Place for Server {
    fn open(&self) -> Box<dyn Target> {
        Box::new(self.target(&self.place(), SECRET))
    }

    fn holds(&self) -> Site {
        crate::held(&self.root())
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        let output = tempfile::tempdir().unwrap();
        let site = Site::from([(path.to_owned(), bytes.to_vec())]);
        let files = crate::files(output.path(), &site);
        self.open().send(&[&files[0]], &|_, _| {}).unwrap();
    }

    fn turns_folders(&self) -> bool {
        // A folder that became empty stays where this server keeps its files.
        false
    }
}

#[test]
fn day_after_day() {
    check_days(&Server::start(true));
}

#[test]
fn day_after_day_without_etags() {
    check_days(&Server::start(false));
}

#[test]
fn strangers() {
    check_strangers(&Server::start(true));
    check_strangers(&Server::start(false));
}

#[test]
fn faults() {
    check_faults(|| Server::start(true), 1);
}

#[test]
fn a_connection_that_breaks_at_any_request() {
    let (old, new) = (old_site(), new_site());
    let mut everything = new.clone();
    everything
        .values_mut()
        .for_each(|bytes| bytes.extend(b" edited"));
    let mut at = 0;
    loop {
        let server = Server::start(true);
        deploy(&server, &old).unwrap();
        server.wire.seen.lock().unwrap().clear();
        server.wire.left.store(at, Ordering::SeqCst);
        let result = deploy(&server, &everything);
        server.wire.left.store(-1, Ordering::SeqCst);
        let Err(error) = result else {
            assert!(at > 32, "there were only {at} requests");
            break;
        };
        assert_eq!(error.kind, Kind::Io);
        assert!(!error.message.contains("Signature"), "{error}");
        let seen = server.wire.seen.lock().unwrap().clone();
        let is = |method: &str| seen.iter().filter(|line| line.starts_with(method)).count();
        assert!(
            is("DELETE") == 0 || is("PUT") >= 31,
            "deleted too early: {seen:?}"
        );
        deploy(&server, &everything).unwrap();
        assert!(server.holds() == everything, "after {at} requests");
        assert!(deploy(&server, &everything).unwrap().is_empty());
        at += 3;
    }
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    let server = Server::start(true);
    server.wire.hiccups.store(3, Ordering::SeqCst);
    deploy(&server, &old_site()).unwrap();
    assert!(server.holds() == old_site());
    server.wire.hiccups.store(1000, Ordering::SeqCst);
    let error = deploy(&server, &new_site()).unwrap_err();
    assert!(error.message.contains("503 SlowDown"), "{error}");
}

#[test]
fn homes_come_last_and_deletes_after_them() {
    let server = Server::start(true);
    deploy(&server, &old_site()).unwrap();
    server.wire.seen.lock().unwrap().clear();
    deploy(&server, &new_site()).unwrap();
    let seen = server.wire.seen.lock().unwrap().clone();
    let at = |line: &str| seen.iter().position(|seen| seen == line).unwrap();
    let home = at("PUT /bucket/site/index.html");
    assert!(at("PUT /bucket/site/blog/post-14/index.html") < home);
    assert!(
        home < at("DELETE /bucket/site/blog/post-3/index.html"),
        "{seen:?}"
    );
}

#[test]
fn types_and_compression_are_stored() {
    let server = Server::start(true);
    let site = Site::from([
        (
            "index.html".to_owned(),
            "<p>home</p>".repeat(100).into_bytes(),
        ),
        ("css/a.01234567.css".to_owned(), b"body {}".to_vec()),
    ]);
    let mut place = server.place();
    place.compress = true;
    let open = || Box::new(server.target(&place, SECRET));
    let deploy_it = || deploy_with(open(), &site, &Options::default()).unwrap();
    deploy_it();
    let there = fs::read(server.root().join("index.html")).unwrap();
    assert!(
        there.starts_with(&[0x1f, 0x8b]) && there.len() < 200,
        "it is gzipped"
    );
    assert!(deploy_it().is_empty());
    let headers = |path: &str| {
        let bucket = rusty_s3::Bucket::new(
            place.endpoint.clone().unwrap().parse().unwrap(),
            rusty_s3::UrlStyle::Path,
            "bucket",
            "us-east-1",
        )
        .unwrap();
        let credentials = Credentials::new(KEY, SECRET);
        use rusty_s3::S3Action;
        let url = bucket
            .get_object(Some(&credentials), path)
            .sign(Duration::from_secs(60));
        let answer = ureq::get(url.as_str()).call().unwrap();
        let of = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|v| v.to_str().unwrap().to_owned())
        };
        (
            of("content-type"),
            of("cache-control"),
            of("content-encoding"),
        )
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        headers("site/index.html"),
        (
            some("text/html; charset=utf-8"),
            some("public, max-age=0, must-revalidate"),
            some("gzip")
        )
    );
    assert_eq!(
        headers("site/css/a.01234567.css"),
        (
            some("text/css; charset=utf-8"),
            some("public, max-age=31536000, immutable"),
            some("gzip")
        )
    );
    // What is stored beside the bytes is a part of what is deployed.
    place.compress = false;
    let plain = server.target(&place, SECRET);
    let plan = deploy_with(Box::new(plain), &site, &Options::default()).unwrap();
    assert_eq!(plan.changed.len(), 2);
    assert!(server.holds() == site);
}

#[test]
fn what_cannot_be_is_said_without_secrets() {
    let server = Server::start(true);
    let say = |place: &config::S3, secret: &str| {
        let target = server.target(place, secret);
        let error = deploy_with(Box::new(target), &old_site(), &Options::default()).unwrap_err();
        let text = format!("{error} {}", error.help.clone().unwrap_or_default());
        for secret in [SECRET, "not+the/one", "X-Amz"] {
            assert!(!text.contains(secret), "{text}");
        }
        text
    };
    let place = server.place();
    assert!(say(&place, "not+the/one").contains("the keys are not right"));
    let nowhere = config::S3 {
        bucket: "nowhere".to_owned(),
        ..place.clone()
    };
    assert!(say(&nowhere, SECRET).contains("make the bucket first"));
    let silent = config::S3 {
        endpoint: Some("http://127.0.0.1:1".to_owned()),
        ..place
    };
    let said = say(&silent, SECRET);
    assert!(
        said.starts_with("`127.0.0.1` cannot be asked to list `s3://bucket/site`"),
        "{said}"
    );
    assert!(!server.root().join(record::NAME).exists());
}
