//! The object store refuses, is slow, breaks off or never answers, while delegates upload photos and submit orders. Uploads
//! are 503 with `Retry-After`; orders go on; a photo that was acknowledged is there, whole.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tests::fault_proxy::{Fault, FaultProxy};
use tests::photos::{plain, with_comment};
use tokio::task::JoinHandle;
use zhitong::config::PaceLimits;

use crate::load::{Ledger, Load};
use crate::product::{Delegate, Product, Settings};

const CALLERS: usize = 4;
const BROKEN: Duration = Duration::from_secs(2);
const RECOVERY: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(20);
const KEY: &str = "attack";
const SECRET: &str = "attack-secret";
const FAULTS: [Fault; 5] = [
    Fault::Refuse,
    Fault::Delay(Duration::from_secs(1)),
    Fault::CutRequestAfter(2_000),
    Fault::CutAnswerAfter(20),
    Fault::Hang,
];

/// Photos that were acknowledged, and everything else that was answered.
#[derive(Default)]
struct Photos {
    /// Who uploaded it, and the photo.
    acknowledged: Mutex<Vec<(Delegate, Value)>>,
    unavailable: AtomicU64,
    faults: Mutex<Vec<String>>,
    next: AtomicU32,
    stop: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Photos {
    fn count(&self) -> usize {
        lock(&self.acknowledged).len()
    }

    /// Uploads one photo after another, each until it is acknowledged.
    async fn upload(&self, product: &Product, delegate: Delegate) {
        let picture = plain(320, 240, image::ImageFormat::Jpeg);
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let photo = with_comment(&picture, &format!("photo {number}"));
            while !self.stop.load(Ordering::Relaxed) {
                let (status, body) = product.upload(&delegate, photo.clone()).await;
                match status {
                    200 | 201 => {
                        lock(&self.acknowledged).push((delegate.clone(), body));
                        break;
                    }
                    503 => {
                        self.unavailable.fetch_add(1, Ordering::Relaxed);
                    }
                    _ => lock(&self.faults).push(format!("{status} {body}")),
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn wait_for_more(&self) {
        let before = self.count();
        let more = async {
            while self.count() == before {
                tokio::time::sleep(PAUSE).await;
            }
        };
        let more = tokio::time::timeout(RECOVERY, more).await;
        assert!(more.is_ok(), "no photo was acknowledged within {RECOVERY:?}");
    }

    /// How many acknowledged photos cannot be seen whole by those who sent them.
    async fn missing(&self, product: &Product) -> usize {
        let acknowledged = lock(&self.acknowledged).clone();
        let mut missing = 0;
        for (delegate, photo) in acknowledged {
            let id = photo["id"].as_str().expect("a photo");
            let shown = product.http.get(format!("{}/api/v1/photos/{id}", product.base));
            let shown = shown.bearer_auth(&delegate.token).send().await.unwrap();
            let shown: Value = shown.json().await.unwrap();
            for size in ["large", "thumb"] {
                let link = shown["urls"][size].as_str().unwrap_or_default();
                let bytes = match product.http.get(link).send().await {
                    Ok(answer) if answer.status().is_success() => answer.bytes().await.unwrap_or_default(),
                    _ => bytes::Bytes::new(),
                };
                missing += usize::from(image::load_from_memory(&bytes).is_err());
            }
        }
        missing
    }
}

/// A store of its own, which outlives no test, behind a line that can be broken.
async fn store(folder: &std::path::Path) -> (FaultProxy, Vec<(String, String)>) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let (root, body) = (folder.join("store"), PaceLimits::default());
    let store = zhitong::objects::embedded::start(&root, any, KEY, SECRET, body).await;
    let line = FaultProxy::start(&store.expect("a store").to_string()).await;
    let settings = [
        ("S3_ENDPOINT", format!("http://{}", line.address())),
        ("S3_ACCESS_KEY_ID", KEY.to_owned()),
        ("S3_SECRET_ACCESS_KEY", SECRET.to_owned()),
        ("S3_BUCKET", "photos".to_owned()),
    ];
    (
        line,
        settings.map(|(name, value)| (name.to_owned(), value)).to_vec(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_delays_photos_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let (line, variables) = store(folder.path()).await;
    let mut settings = Settings::sqlite(folder.path());
    settings.variables = variables;
    let log = folder.path().join("log");
    settings
        .variables
        .push(("RUST_LOG".to_owned(), "debug".to_owned()));
    let script = r#"exec "$@" 2>"$0""#;
    settings.wrapper = ["sh", "-c", script, &log.display().to_string()]
        .map(str::to_owned)
        .to_vec();
    let product = Arc::new(Product::start(settings).await);
    let delegates = product.delegates(CALLERS).await;
    let ledger = Arc::new(Ledger::default());
    let load = Load::start(&product, &delegates[..1], &ledger);
    let photos = Arc::new(Photos::default());
    let uploads: Vec<JoinHandle<()>> = delegates[1..]
        .iter()
        .map(|delegate| {
            let (photos, product, delegate) = (Arc::clone(&photos), Arc::clone(&product), delegate.clone());
            tokio::spawn(async move { photos.upload(&product, delegate).await })
        })
        .collect();
    photos.wait_for_more().await;
    for fault in FAULTS {
        line.set(fault);
        // Orders do not need the store.
        ledger.wait_for_more(RECOVERY).await;
        tokio::time::sleep(BROKEN).await;
        ledger.wait_for_more(RECOVERY).await;
        line.set(Fault::None);
        photos.wait_for_more().await;
    }
    photos.stop.store(true, Ordering::Relaxed);
    for upload in uploads {
        upload.await.expect("a caller does not panic");
    }
    load.stop().await;
    let (missing, unseen) = (
        photos.missing(&product).await,
        ledger.missing_over_http(&product, &delegates).await,
    );
    let (lost, doubled) = ledger
        .compare(&Settings::sqlite(folder.path()).database_url)
        .await;
    let refused = photos.unavailable.load(Ordering::Relaxed);
    println!(
        "store down, slow, cut: {} faults, {} photos acknowledged, {refused} answered 503, {missing} not whole; orders {}, \
         not shown {unseen}, lost {lost}, doubled {doubled}",
        FAULTS.len(),
        photos.count(),
        ledger.figures()
    );
    let faults = lock(&photos.faults).clone();
    assert!(faults.is_empty(), "{} faults, first: {}", faults.len(), faults[0]);
    assert!(refused > 0, "the store never failed");
    assert_eq!((missing, unseen, lost, doubled), (0, 0, 0, 0));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(
        log.contains("DEBUG") && !log.contains("X-Amz-Signature"),
        "a debug log tells a presigned link"
    );
}
