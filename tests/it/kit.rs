//! The kit itself: a line that can be cut, and a test that leaves work undone.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tests::fault_proxy::{Fault, FaultProxy};
use tests::{Db, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n0123456789";

/// A server that gives one and the same answer to everybody.
async fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(ANSWER.as_bytes()).await;
        }
    });
    address
}

async fn ask(proxy: &FaultProxy) -> Result<String, reqwest::Error> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(2))
        .build()?;
    let answer = client.get(format!("http://{}", proxy.address())).send().await?;
    answer.text().await
}

#[tokio::test]
async fn a_line_refuses_delays_hangs_and_cuts_half_way() {
    let proxy = FaultProxy::start(&server().await).await;
    assert_eq!(ask(&proxy).await.unwrap(), "0123456789");
    proxy.set(Fault::Refuse);
    assert!(!ask(&proxy).await.unwrap_err().is_timeout());
    proxy.set(Fault::Delay(Duration::from_millis(200)));
    let started = Instant::now();
    assert_eq!(ask(&proxy).await.unwrap(), "0123456789");
    assert!(started.elapsed() >= Duration::from_millis(200));
    proxy.set(Fault::CutRequestAfter(10));
    assert!(ask(&proxy).await.is_err());
    proxy.set(Fault::CutAnswerAfter(ANSWER.len() - 4));
    assert!(ask(&proxy).await.is_err());
    proxy.set(Fault::Hang);
    assert!(ask(&proxy).await.unwrap_err().is_timeout());
    proxy.set(Fault::None);
    assert_eq!(ask(&proxy).await.unwrap(), "0123456789");
}

async fn with_job(wait: TimeDelta) -> TestApp {
    let app = TestApp::start(Db::Sqlite).await;
    app.add_unknown_job("", None, app.now() + wait).await;
    app
}

#[tokio::test]
#[should_panic(expected = "no_such_job was not run")]
async fn a_job_left_unrun_fails_the_test() {
    with_job(TimeDelta::zero()).await.finish().await;
}

#[tokio::test]
#[should_panic(expected = "no_such_job failed 1 times")]
async fn a_failed_job_fails_the_test() {
    let app = with_job(TimeDelta::zero()).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_job_for_later_may_stay() {
    with_job(TimeDelta::hours(1)).await.finish().await;
}
