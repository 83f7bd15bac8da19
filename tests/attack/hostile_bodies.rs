//! Bodies without end and fields without measure: each is cut off early, and costs no memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::product::{Product, Settings};

const MIB: usize = 1 << 20;
/// Sent if nobody stops it.
const MOST: usize = 300 * MIB;
/// A photo has 10 MiB, and sockets hold some.
const READ: usize = 32 * MIB;
/// Each body comes so many times at once.
const TIMES: usize = 4;
/// By how much all of them may raise the product's memory: the photos that are read before their end is missed, and what
/// the allocator keeps.
const MEMORY_MIB: u64 = 128;
const PATIENCE: Duration = Duration::from_secs(60);
const PHOTOS: &str = "/api/v1/sites/LL-STATION-01/photos";
const FORM: &str = "multipart/form-data; boundary=x";

/// A body that is sent chunk by chunk.
struct Body {
    name: &'static str,
    path: &'static str,
    content_type: &'static str,
    begin: &'static str,
    /// Sent again and again.
    then: Vec<u8>,
}

fn bodies() -> [Body; 9] {
    let form = |name, begin, then| Body {
        name,
        path: PHOTOS,
        content_type: FORM,
        begin,
        then,
    };
    let plain = |name, path, content_type, begin| Body {
        name,
        path,
        content_type,
        begin,
        then: letters(),
    };
    let field = "--x\r\ncontent-disposition: form-data; name=\"f\"\r\n\r\n1\r\n";
    [
        form(
            "a file without end",
            "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n\u{7f}",
            letters(),
        ),
        form(
            "a field of 300 MB",
            "--x\r\ncontent-disposition: form-data; name=\"f\"\r\n\r\n",
            letters(),
        ),
        form("fields without number", "", field.repeat(1_000).into_bytes()),
        form("no boundary", "", letters()),
        form("lines before the boundary", "", b"x\r\n".repeat(20_000)),
        form(
            "a name without end",
            "--x\r\ncontent-disposition: form-data; name=\"",
            letters(),
        ),
        plain("JSON", "/api/v1/sessions", "application/json", "{\"code\":\""),
        plain(
            "a push",
            "/wechat/push?signature=x&timestamp=1&nonce=2",
            "text/xml",
            "<xml>",
        ),
        plain(
            "an Open311 report",
            "/open311/v2/requests.json",
            "application/x-www-form-urlencoded",
            "description=",
        ),
    ]
}

fn letters() -> Vec<u8> {
    vec![b'x'; 64 * 1024]
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// Sends a body until the product answers or closes; returns the status, 0 for none, and the bytes that it took.
async fn pour(address: &str, body: &Body) -> (u16, usize) {
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: zhitong\r\ncontent-type: {}\r\ntransfer-encoding: chunked\r\n\r\n",
        body.path, body.content_type
    );
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    let mut answer = tokio::spawn(async move {
        let mut begin = [0; 12];
        from.read_exact(&mut begin).await.ok()?;
        std::str::from_utf8(&begin[9..]).ok()?.parse::<u16>().ok()
    });
    let sent = AtomicUsize::new(0);
    let sending = async {
        let then = chunk(&body.then);
        to.write_all(head.as_bytes()).await?;
        if !body.begin.is_empty() {
            to.write_all(&chunk(body.begin.as_bytes())).await?;
        }
        while sent.load(Ordering::Relaxed) < MOST {
            to.write_all(&then).await?;
            sent.fetch_add(then.len(), Ordering::Relaxed);
        }
        std::io::Result::Ok(())
    };
    // The product may answer and read no further. A connection that is closed ends it with an error, which is as good.
    let status = tokio::select! {
        status = &mut answer => status,
        sent = timeout(PATIENCE, sending) => {
            let _ = sent.expect("the product takes, answers or closes");
            timeout(PATIENCE, &mut answer).await.expect("an answer or an end")
        }
    };
    (status.unwrap().unwrap_or(0), sent.load(Ordering::Relaxed))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_without_end_are_cut_off_and_cost_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let product = Product::start(Settings::sqlite(folder.path())).await;
    let address = product.base.trim_start_matches("http://").to_owned();
    let before = product.memory_mib();
    product.forget_peak();
    let mut figures = Vec::new();
    for body in bodies() {
        let answers = join_all((0..TIMES).map(|_| pour(&address, &body))).await;
        let most = answers.iter().map(|(_, sent)| *sent).max().unwrap_or(0);
        for (status, _) in &answers {
            assert!(matches!(status, 0 | 400..=499), "{}: {status}", body.name);
        }
        assert!(most < READ, "{}: {most} bytes were taken", body.name);
        figures.push(format!("{} {} at {} KiB", body.name, answers[0].0, most / 1024));
    }
    let grown = product.peak_memory_mib().saturating_sub(before);
    println!(
        "hostile bodies: {TIMES} each, {}, memory +{grown} MiB",
        figures.join(", ")
    );
    assert!(grown < MEMORY_MIB, "{grown} MiB");
    let alive = product.http.get(format!("{}/healthz", product.base)).send().await;
    assert_eq!(alive.unwrap().status(), 200);
}
