//! Callers who hold connections, memory or names: each is bounded, and others are served meanwhile.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use sha2::{Digest as _, Sha256};
use tests::browser::Browser;
use tests::photos::{jpeg_with_exif, plain};
use tests::places::JIANXI;
use tests::{Db, PersonQuery, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use zhitong::clock::Clock;
use zhitong::config::PaceLimits;
use zhitong::http::metrics::Metrics;
use zhitong::objects::embedded;

const TAKEN_AT: &str = "2025-09-08T08:30:00+08:00";
const LONG: Duration = Duration::from_secs(60);
const STORE_KEY: &str = "key";
const STORE_SECRET: &str = "secret";

/// Opens a connection and sends this, and no more.
async fn begin(app: &TestApp, text: &str) -> TcpStream {
    let address = app.base().trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    socket
}

/// The head of an upload and the first bytes of its body.
fn stalled_upload(path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: zhitong\r\ncontent-type: multipart/form-data; boundary=x\r\n\
         content-length: 5000000\r\n\r\n--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nabc"
    )
}

/// Reads until the server closes.
async fn rest(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let _ = timeout(LONG, socket.read_to_end(&mut text))
        .await
        .expect("the connection is closed");
    String::from_utf8_lossy(&text).into_owned()
}

const DUTY_IMPORT: &str = "/console/admin/duty/import";
/// A site of the demo.
const SITE_PHOTOS: &str = "/sites/LL-STATION-01/photos";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_uploads_hold_no_place_and_are_answered_408() {
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_BODY_IDLE_SECS", "2")
        .start()
        .await;
    let path = format!("/api/v1{SITE_PHOTOS}");
    let mut stalled = Vec::new();
    for _ in 0..60 {
        stalled.push(begin(&app, &stalled_upload(&path)).await);
    }
    let delegate = app.delegate("").await;
    let uploaded = timeout(LONG, delegate.upload_photo(1, JIANXI)).await;
    uploaded.expect("a photo is taken in beside the stalled ones");
    for socket in &mut stalled {
        let said = rest(socket).await;
        assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
        assert!(said.contains("body_too_slow"), "{said}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_trickles_is_ended_as_well() {
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_BODY_IDLE_SECS", "2")
        .start()
        .await;
    let head = "POST /api/v1/sessions HTTP/1.1\r\nhost: zhitong\r\ncontent-type: application/json\r\n\
                content-length: 5000\r\n\r\n";
    let mut socket = begin(&app, head).await;
    let began = Instant::now();
    while began.elapsed() < LONG && socket.write_all(b" ").await.is_ok() {
        let mut said = [0; 12];
        if let Ok(Ok(read)) = timeout(Duration::from_millis(200), socket.read(&mut said)).await {
            assert_eq!(&said[..read], b"HTTP/1.1 408");
            return;
        }
    }
    panic!("a byte at a time was read for {LONG:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_stalled_connections_leave_the_service_usable() {
    let app = TestApp::with(Db::Sqlite).start().await;
    let delegate = app.delegate("").await;
    let mut held = Vec::new();
    for number in 0..2000 {
        let text = match number % 3 {
            0 => String::new(),
            1 => "GET /healthz HTTP/1.1\r\nhost:".to_owned(),
            _ => stalled_upload("/api/v1/photos"),
        };
        held.push(begin(&app, &text).await);
    }
    for _ in 0..20 {
        let answer = timeout(LONG, app.anonymous().get("/healthz")).await;
        answer.expect("an answer").assert_status(200);
    }
    let bytes = jpeg_with_exif(2, JIANXI, TAKEN_AT);
    delegate.upload(bytes, "a.jpg", &[]).await.assert_status(201);
    // All but the newest ones of this address have made way.
    let open = app.app().state::<Metrics>().open_connections.get();
    assert!(open < 300, "{open} connections are open");
    drop(held);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_does_not_end_is_closed_also_on_a_used_connection() {
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_HEAD_TIMEOUT_SECS", "1")
        .start()
        .await;
    let mut first = begin(&app, "GET /healthz HTTP/1.1\r\nhost:").await;
    assert!(rest(&mut first).await.starts_with("HTTP/1.1 408 "));
    let mut used = begin(&app, "GET /healthz HTTP/1.1\r\nhost: zhitong\r\n\r\n").await;
    let mut answer = [0; 15];
    used.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    used.write_all(b"GET /healthz HTTP/1.1\r\nhost:").await.unwrap();
    rest(&mut used).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_store_closes_a_head_that_does_not_end() {
    let folder = tempfile::tempdir().unwrap();
    let address = store(folder.path(), PaceLimits::default()).await;
    // Nothing, the beginning of HTTP/2, and half a head.
    let stalled = ["", "PRI", "GET /bucket/key HTTP/1.1\r\nhost:"].map(|text| async move {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(text.as_bytes()).await.unwrap();
        rest(&mut socket).await;
    });
    futures_util::future::join_all(stalled).await;
}

/// Starts an embedded store with one bucket, `photos`.
async fn store(folder: &Path, body: PaceLimits) -> SocketAddr {
    std::fs::create_dir(folder.join("photos")).unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    embedded::start(folder, any, STORE_KEY, STORE_SECRET, body)
        .await
        .unwrap()
}

/// Signs a PUT as a link by AWS's Signature Version 4, and returns its path with the query. The body is not signed.
fn presigned_put(address: SocketAddr, path: &str, at: DateTime<Utc>) -> String {
    let day = at.format("%Y%m%d").to_string();
    let time = at.format("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{day}/us-east-1/s3/aws4_request");
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={STORE_KEY}%2F{}&X-Amz-Date={time}&X-Amz-Expires=300\
         &X-Amz-SignedHeaders=host",
        scope.replace('/', "%2F")
    );
    let canonical = format!("PUT\n{path}\n{query}\nhost:{address}\n\nhost\nUNSIGNED-PAYLOAD");
    let text = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let parts = [day.as_str(), "us-east-1", "s3", "aws4_request", text.as_str()];
    let secret = format!("AWS4{STORE_SECRET}").into_bytes();
    let signature = parts.iter().fold(secret, |key, part| mac(&key, part));
    format!("{path}?{query}&X-Amz-Signature={}", hex(&signature))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_upload_that_stalls_is_ended_and_leaves_nothing_in_the_embedded_store() {
    let folder = tempfile::tempdir().unwrap();
    let limits = PaceLimits {
        idle: Duration::from_secs(1),
        ..PaceLimits::default()
    };
    let address = store(folder.path(), limits).await;
    let names = || {
        let entries = std::fs::read_dir(folder.path().join("photos")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<Vec<_>>()
    };
    let body = vec![7_u8; 100_000];
    let now = Clock::real().now();

    // Bytes under such a link are stored if they are all that is announced.
    let link = format!(
        "http://{address}{}",
        presigned_put(address, "/photos/whole.jpg", now)
    );
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let put = http.put(link).body(body.clone()).send().await.unwrap();
    assert_eq!(put.status(), 200);
    assert_eq!(names(), ["whole.jpg"]);

    let mut socket = TcpStream::connect(address).await.unwrap();
    let path = presigned_put(address, "/photos/stalled.jpg", now);
    let head = format!("PUT {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 5000000\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&body).await.unwrap();
    let began = Instant::now();
    // Without a valid signature it would be 403, and at once.
    let said = rest(&mut socket).await;
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    let took = began.elapsed();
    assert!(
        took < Duration::from_secs(9),
        "ended after {took:?}, not by the limit that is set"
    );
    assert_eq!(names(), ["whole.jpg"], "neither the object nor a part of it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_is_kept_as_long_as_it_is_set() {
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_KEEP_ALIVE_SECS", "1")
        .start()
        .await;
    let ask = "GET /healthz HTTP/1.1\r\nhost: zhitong\r\n\r\n";
    let mut idle = begin(&app, ask).await;
    let mut answer = [0; 15];
    idle.read_exact(&mut answer).await.unwrap();
    assert_eq!(
        &answer, b"HTTP/1.1 200 OK",
        "the answer leaves the connection open"
    );
    // Ends when the server closes it, which takes longer than `rest` waits by default.
    rest(&mut idle).await;
    app.finish().await;
}

fn fields(count: usize, bytes_each: usize) -> Form {
    (0..count).fold(Form::new(), |form, number| {
        form.text(format!("f{number}"), "x".repeat(bytes_each))
    })
}

tests::on_both_databases! {
    async fn the_fields_of_a_form_are_counted_wherever_forms_are_read(app: TestApp) {
        let delegate = app.delegate("").await;
        for path in ["/photos", SITE_PHOTOS] {
            let many = delegate.request(Method::POST, path, |r| r.multipart(fields(33, 1))).await;
            many.assert_problem(413, "too_many_fields");
            let long = delegate.request(Method::POST, path, |r| r.multipart(fields(1, 70_000))).await;
            long.assert_problem(413, "body_too_large");
            let whole = delegate.request(Method::POST, path, |r| r.multipart(fields(30, 250))).await;
            whole.assert_problem(400, "malformed_form");
        }
        let file = || Part::bytes(plain(8, 8, image::ImageFormat::Png)).file_name("a.png");
        let two = Form::new().part("file", file()).part("file", file());
        delegate.request(Method::POST, "/photos", |r| r.multipart(two)).await.assert_problem(400, "malformed_form");
    }

    async fn a_console_form_is_bounded_as_well(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(DUTY_IMPORT).await;
        let long = "x".repeat(70_000);
        let answer = admin
            .submit_file(&page, DUTY_IMPORT, ("a.csv", "x"), &[("rows", &long)])
            .await;
        assert_eq!(answer.status, 413, "{}", answer.text());
    }

    async fn unknown_paths_and_methods_add_no_metrics(app: TestApp) {
        let nobody = app.anonymous();
        nobody.get("/metrics").await.assert_problem(404, "unknown_path");
        let series = || app.app().state::<Metrics>().text().unwrap().lines().count();
        nobody.get("/no-such-path-0").await.assert_status(404);
        let odd = |number: usize| Method::from_bytes(format!("ODD{number}").as_bytes()).unwrap();
        nobody.request(odd(0), "/no-such-path", |r| r).await;
        let before = series();
        for number in 1..100 {
            nobody.get(&format!("/no-such-path-{number}")).await.assert_status(404);
            nobody.get(&format!("/console/no-such-path-{number}")).await;
            nobody.request(odd(number), &format!("/other-{number}"), |r| r).await;
            nobody.request(odd(number), "/healthz", |r| r).await;
        }
        // Two more kinds of request, each with a histogram's lines.
        assert!(series() < before + 60, "{before} lines became {}", series());
        assert!(!app.app().state::<Metrics>().text().unwrap().contains("ODD"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_have_an_address_of_their_own() {
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_METRICS_BIND", "127.0.0.1:0")
        .start()
        .await;
    app.anonymous().get("/healthz").await.assert_status(200);
    let (server, address) = zhitong::server::listen_for_metrics(app.app())
        .unwrap()
        .expect("an address");
    let ending = server.handle();
    tokio::spawn(server);
    let answer = app
        .http()
        .get(format!("http://{address}/metrics"))
        .send()
        .await
        .unwrap();
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("zhitong_http_requests_total")
    );
    ending.stop(false).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_waits_for_a_delayed_acknowledgement() {
    let app = TestApp::with(Db::Sqlite).start().await;
    let address = app.base().trim_start_matches("http://").to_owned();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let mut times = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        let request = b"GET /api/v1/categories HTTP/1.1\r\nhost: zhitong\r\naccept-encoding: gzip\r\n\r\n";
        socket.write_all(request).await.unwrap();
        read_answer(&mut socket).await;
        times.push(began.elapsed());
    }
    let mut sorted = times.clone();
    sorted.sort_unstable();
    let median = sorted[sorted.len() / 2];
    let stalls = times
        .iter()
        .filter(|time| **time > median + Duration::from_millis(35))
        .count();
    // A busy machine delays one or two; without TCP_NODELAY a tenth of them waits.
    assert!(stalls <= 2, "{stalls} of 200 answers stalled, median {median:?}");
    app.finish().await;
}

/// Reads one chunked or measured answer to its end.
async fn read_answer(socket: &mut TcpStream) {
    let mut text = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = timeout(LONG, socket.read(&mut buffer))
            .await
            .expect("an answer")
            .unwrap();
        assert!(read > 0, "the connection was closed");
        text.extend_from_slice(&buffer[..read]);
        let Some(end) = text.windows(4).position(|part| part == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&text[..end]).to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let complete = match length {
            Some(length) => text.len() >= end + 4 + length,
            None => text.ends_with(b"0\r\n\r\n"),
        };
        if complete {
            return;
        }
    }
}
