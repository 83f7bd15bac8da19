//! 2,000 connections that stand still, from many addresses, at a product that may open 1,024 files: delegates go on, and
//! every one of them is closed.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tests::photos::jpeg_with_exif;
use tests::places::JIANXI;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::load::{Ledger, Load};
use crate::product::{Product, Settings};

const CONNECTIONS: u16 = 2_000;
/// Fewer from each than one address may hold.
const ADDRESSES: u16 = 20;
const FILES: &str = "1024";
const CALLERS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(120);
const TAKEN_AT: &str = "2025-09-08T08:30:00+08:00";

/// The bytes that a caller sends before it stands still.
fn beginning(number: u16) -> String {
    let head = "POST /api/v1/sites/LL-STATION-01/photos HTTP/1.1\r\nhost: zhitong\r\n";
    match number % 4 {
        0 => String::new(),
        1 => "GET /healthz HTTP/1.1\r\nhost:".to_owned(),
        2 => format!("{head}content-type: multipart/form-data; boundary=x\r\ncontent-length: 5000000\r\n\r\n--x\r\n"),
        _ => "POST /api/v1/sessions HTTP/1.1\r\nhost: zhitong\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"
            .to_owned(),
    }
}

/// Connects from an address of its own; `None` if the product does not take it.
async fn stall(number: u16, to: SocketAddr) -> Option<TcpStream> {
    let [high, low] = (number % ADDRESSES + 2).to_be_bytes();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::new(127, 0, high, low), 0).into()).unwrap();
    let mut stream = timeout(PATIENCE, socket.connect(to)).await.ok()?.ok()?;
    stream.write_all(beginning(number).as_bytes()).await.ok()?;
    Some(stream)
}

/// Reads to the end; returns the status, 0 for none.
async fn ending(mut stream: TcpStream) -> u16 {
    let mut text = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut text))
        .await
        .expect("the connection is closed");
    let text = String::from_utf8_lossy(&text).into_owned();
    text.get(9..12)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_callers_who_stand_still_leave_the_service_usable() {
    zhitong::ops::file_limit::raise();
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::sqlite(folder.path());
    let limited = format!(r#"ulimit -n {FILES}; exec "$@""#);
    settings.wrapper = ["sh", "-c", &limited, "sh"].map(str::to_owned).to_vec();
    for (name, value) in [
        ("ZHITONG_HEAD_TIMEOUT_SECS", "5"),
        ("ZHITONG_BODY_IDLE_SECS", "5"),
    ] {
        settings.variables.push((name.to_owned(), value.to_owned()));
    }
    let product = Product::start(settings).await;
    let delegates = product.delegates(CALLERS).await;
    let ledger = Arc::new(Ledger::default());
    let load = Load::start(&product, &delegates, &ledger);
    let address: SocketAddr = product.base.trim_start_matches("http://").parse().unwrap();
    let mut held = Vec::new();
    for number in 0..CONNECTIONS {
        held.extend(stall(number, address).await);
    }
    let taken = held.len();
    ledger.wait_for_more(PATIENCE).await;
    for _ in 0..20 {
        let alive = product.http.get(format!("{}/healthz", product.base)).send().await;
        assert_eq!(alive.unwrap().status(), 200);
    }
    let photo = jpeg_with_exif(2, JIANXI, TAKEN_AT);
    assert_eq!(product.upload(&delegates[0], photo).await.0, 201);
    let (mut answered, mut shed) = (0, 0);
    for stream in held {
        match ending(stream).await {
            0 | 503 => shed += 1,
            408 => answered += 1,
            other => panic!("a caller who stood still was answered {other}"),
        }
    }
    ledger.wait_for_more(PATIENCE).await;
    load.stop().await;
    let unseen = ledger.missing_over_http(&product, &delegates).await;
    println!(
        "stalled callers: {taken} of {CONNECTIONS} taken from {ADDRESSES} addresses with {FILES} files, {answered} \
         answered 408, {shed} shed, {}, not shown {unseen}",
        ledger.figures()
    );
    assert!(answered > 0 && unseen == 0);
    let (lost, doubled) = ledger
        .compare(&Settings::sqlite(folder.path()).database_url)
        .await;
    assert_eq!((lost, doubled), (0, 0));
}
