//! The disk fills up and is freed again, 20 times under load. No acknowledged order is lost.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use crate::load::{Ledger, Load};
use crate::product::{Product, Settings};

const TIMES: usize = 20;
const CALLERS: usize = 6;
/// How long the disk stays full.
const FULL: Duration = Duration::from_millis(400);
const RECOVERY: Duration = Duration::from_secs(20);
const DISK_MB: usize = 48;

/// The product on a small disk.
trait Disk {
    fn fill(&self, product: &Product);
    fn free(&self, product: &Product);
    /// Where this process finds the product's files.
    fn folder(&self, product: &Product) -> PathBuf;
}

/// A tmpfs in a mount namespace of the product's own, which needs no privileges: writes fail with `ENOSPC`, and SQLite
/// reports `SQLITE_FULL`.
struct Tmpfs(PathBuf);

impl Tmpfs {
    const SCRIPT: &str = r#"mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@""#;

    fn wrapper(folder: &Path) -> Vec<String> {
        let size = format!("{DISK_MB}m");
        let script = [
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            Self::SCRIPT,
            "sh",
            &size,
        ];
        let mut wrapper: Vec<String> = script.into_iter().map(str::to_owned).collect();
        wrapper.push(folder.display().to_string());
        wrapper
    }

    /// Some containers forbid namespaces.
    fn is_possible() -> bool {
        let folder = tempfile::tempdir().unwrap();
        let wrapper = Self::wrapper(folder.path());
        let tried = Command::new(&wrapper[0]).args(&wrapper[1..]).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    }

    fn ballast(&self, product: &Product) -> PathBuf {
        self.folder(product).join("ballast")
    }
}

impl Disk for Tmpfs {
    fn fill(&self, product: &Product) {
        let mut ballast = File::create(self.ballast(product)).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            let bytes = vec![1_u8; size];
            while ballast.write_all(&bytes).is_ok() {}
        }
    }

    fn free(&self, product: &Product) {
        std::fs::remove_file(self.ballast(product)).unwrap();
    }

    fn folder(&self, product: &Product) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", product.pid()));
        root.join(self.0.strip_prefix("/").unwrap())
    }
}

/// A limit on the size of files: writes past it fail with `EFBIG`, and SQLite reports `SQLITE_IOERR_WRITE`.
struct FileSizeLimit(PathBuf);

impl FileSizeLimit {
    fn wrapper() -> Vec<String> {
        // The signal that comes with the error would end the process.
        ["sh", "-c", r#"trap "" XFSZ; exec "$@""#, "sh"]
            .map(str::to_owned)
            .to_vec()
    }

    fn set(product: &Product, soft: &str) {
        let limit = format!("--fsize={soft}:");
        let set = Command::new("prlimit")
            .arg("--pid")
            .arg(product.pid().to_string())
            .arg(limit)
            .status();
        assert!(set.expect("prlimit of util-linux").success());
    }
}

impl Disk for FileSizeLimit {
    fn fill(&self, product: &Product) {
        Self::set(product, "4096");
    }

    fn free(&self, product: &Product) {
        Self::set(product, "unlimited");
    }

    fn folder(&self, _product: &Product) -> PathBuf {
        self.0.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::sqlite(folder.path());
    if Tmpfs::is_possible() {
        settings.wrapper = Tmpfs::wrapper(folder.path());
        attack("full disk (tmpfs)", settings, &Tmpfs(folder.path().to_owned())).await;
    } else {
        settings.wrapper = FileSizeLimit::wrapper();
        attack(
            "full disk (file size limit)",
            settings,
            &FileSizeLimit(folder.path().to_owned()),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failing_writes_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::sqlite(folder.path());
    settings.wrapper = FileSizeLimit::wrapper();
    attack(
        "failing writes",
        settings,
        &FileSizeLimit(folder.path().to_owned()),
    )
    .await;
}

async fn attack(name: &str, settings: Settings, disk: &impl Disk) {
    let mut product = Product::start(settings).await;
    let delegates = product.delegates(CALLERS).await;
    let ledger = Arc::new(Ledger::default());
    let load = Load::start(&product, &delegates, &ledger);
    ledger.wait_for_more(RECOVERY).await;
    for _ in 0..TIMES {
        disk.fill(&product);
        tokio::time::sleep(FULL).await;
        disk.free(&product);
        ledger.wait_for_more(RECOVERY).await;
    }
    load.stop().await;
    let unseen = ledger.missing_over_http(&product, &delegates).await;
    let on_disk = disk.folder(&product);
    let copy = crash_copy(&mut product, &on_disk);
    let (lost, doubled) = ledger.compare(&Settings::sqlite(copy.path()).database_url).await;
    println!(
        "{name}: {TIMES} times, {}, not shown {unseen}, lost {lost}, doubled {doubled}",
        ledger.figures()
    );
    assert_eq!((unseen, lost, doubled), (0, 0, 0));
    let refused = ledger.unavailable.load(std::sync::atomic::Ordering::Relaxed);
    assert!(refused > 0, "the disk was never full");
}

/// Stops the process in its tracks, copies its database, and kills it: what a power cut would leave.
fn crash_copy(product: &mut Product, folder: &Path) -> tempfile::TempDir {
    let stopped = Command::new("kill")
        .arg("-STOP")
        .arg(product.pid().to_string())
        .status();
    assert!(stopped.unwrap().success());
    let copy = tempfile::tempdir().unwrap();
    for name in ["zhitong.sqlite", "zhitong.sqlite-wal"] {
        std::fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    product.kill();
    copy
}
