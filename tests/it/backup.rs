//! A backup taken while the product serves, restored somewhere else and served again: the same orders and photos.

use std::path::Path;

use serde_json::json;
use tests::order_fixture::NOISE;
use tests::orders::{Report, number};
use tests::{Db, PersonQuery, TestApp, places};
use zhitong::commands::backup::skip_told_numbers;
use zhitong::config::Config;
use zhitong::ops::backup::{back_up, restore, verify};

fn config(folder: &Path, set: &[(&str, &str)]) -> Config {
    let database = format!("sqlite://{}", folder.join("zhitong.sqlite").display());
    let mut settings = tests::settings::settings(&database, folder, tests::app::CLOCK_START);
    settings.extend(
        set.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    Config::read(|name| settings.get(name).cloned()).expect("a configuration")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "one journey")]
async fn what_is_restored_is_what_was_backed_up() {
    let app = TestApp::start(Db::Sqlite).await;
    let delegate = app.delegate("涧西区").await;
    let photo = delegate.upload_photo(3, places::JIANXI).await;
    let order = delegate
        .submit(&Report::at(places::JIANXI).category(NOISE).photo(&photo))
        .await;
    app.run_jobs().await;

    let elsewhere = tempfile::tempdir().expect("a folder");
    let file = elsewhere.path().join("backup.tar.gz");
    let here = config(app.folder(), &[]);
    // Somebody reports while the backup is made.
    let submitting = async {
        for _ in 0..5 {
            delegate.submit(&Report::at(places::JIANXI).category(NOISE)).await;
        }
    };
    let (packed, ()) = tokio::join!(back_up(&here, &file, |_| {}), submitting);
    let packed = packed.expect("a backup");
    assert_eq!(packed.objects, 3, "the original and the two that are shown");
    let again = back_up(&here, &file, |_| {}).await.unwrap_err();
    assert!(again.to_string().contains("exists already"), "{again}");
    let over = restore(&here, &file, skip_told_numbers).await.unwrap_err();
    assert!(
        over.to_string().contains("exists already"),
        "a restore never writes over data: {over}"
    );
    app.run_jobs().await;

    let new = elsewhere.path().join("new");
    let unpacked = restore(&config(&new, &[]), &file, skip_told_numbers)
        .await
        .expect("restored");
    assert_eq!(unpacked, packed);
    assert_eq!(verify(&here, &file).await.expect("whole"), packed);
    let left: Vec<_> = std::fs::read_dir(&new)
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(
        left.len(),
        2,
        "the database and the objects, nothing else: {left:?}"
    );

    let restored = TestApp::with(Db::Sqlite).restored_from(&new).start().await;
    let delegate = restored.sign_in(PersonQuery::delegate("涧西区")).await;
    let seen = delegate.order(&json!(number(&order))).await.ok();
    for field in ["number", "description", "status", "deadlines", "version"] {
        assert_eq!(seen[field], order[field], "{field}");
    }
    let shown = delegate
        .get(&format!("/photos/{}", photo["id"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!(shown["sha256"], photo["sha256"]);
    let bytes = restored
        .http()
        .get(shown["urls"]["large"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert!(bytes.status().is_success(), "the photo itself is there");
    let history = zhitong::orders::history::verify::verify(&restored.app().db, |_| {})
        .await
        .unwrap();
    assert_eq!(history.broken, None);
    // Ten thousands of delegates may have been told numbers after the backup was taken.
    let next = delegate.submit(&Report::at(places::JIANXI).category(NOISE)).await;
    let digits = |order: &serde_json::Value| number(order)[9..].parse::<u32>().unwrap();
    assert!(
        digits(&next) > digits(&order) + 50_000,
        "{} after {}",
        number(&next),
        number(&order)
    );
    restored.forgive_jobs("the backup may have been made with pushes waiting");
    restored.finish().await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_backup_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("no-backup.tar.gz");
    let new = folder.path().join("new");
    for bytes in [b"no archive at all".to_vec(), Vec::new()] {
        std::fs::write(&file, bytes).unwrap();
        restore(&config(&new, &[]), &file, skip_told_numbers)
            .await
            .unwrap_err();
        let left: Vec<_> = std::fs::read_dir(&new).unwrap().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[tokio::test]
async fn only_the_embedded_default_is_backed_up_here() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("backup.tar.gz");
    let s3 = [
        ("S3_ENDPOINT", "http://127.0.0.1:1"),
        ("S3_ACCESS_KEY_ID", "a"),
        ("S3_SECRET_ACCESS_KEY", "bbbbbbbbbbbbbbbb"),
    ];
    let error = back_up(&config(folder.path(), &s3), &file, |_| {})
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("S3_ENDPOINT"), "{error}");
    let postgres = [("DATABASE_URL", "postgres://postgres@127.0.0.1/postgres")];
    let error = back_up(&config(folder.path(), &postgres), &file, |_| {})
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("DATABASE_URL"), "{error}");
}

/// A small product's data: a migrated database and one object.
async fn small_product(folder: &Path) {
    let file = folder.join("zhitong.sqlite");
    zhitong::db::migrate(&format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    std::fs::create_dir_all(folder.join("objects/bucket")).unwrap();
    std::fs::write(folder.join("objects/bucket/photo"), vec![7_u8; 200_000]).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_damaged_backup_is_found_without_restoring_it() {
    let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    small_product(data.path()).await;
    let here = config(data.path(), &[]);
    let file = out.path().join("backup.tar.gz");
    back_up(&here, &file, |_| {}).await.unwrap();
    verify(&here, &file).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let middle = whole.len() / 2;
    let mut flipped = whole.clone();
    // A stretch: among the empty pages of a new database, one bit of the compressed bytes may change nothing.
    for byte in &mut flipped[middle..middle + 64] {
        *byte ^= 0xff;
    }
    for damaged in [&flipped[..], &whole[..middle], &whole[..whole.len() - 600]] {
        std::fs::write(&file, damaged).unwrap();
        verify(&here, &file).await.unwrap_err();
        let new = out.path().join("new");
        restore(&config(&new, &[]), &file, skip_told_numbers)
            .await
            .unwrap_err();
        assert!(names(&new).is_empty(), "{:?}", names(&new));
    }
}

#[tokio::test]
async fn a_backup_with_a_passphrase_is_read_only_with_it() {
    let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    small_product(data.path()).await;
    let sealed = [("ZHITONG_BACKUP_PASSPHRASE", "correct horse battery")];
    let here = config(data.path(), &sealed);
    let file = out.path().join("backup.sealed");
    let packed = back_up(&here, &file, |_| {}).await.unwrap();
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"zhitong-sealed-backup-1\n"));
    assert_eq!(verify(&here, &file).await.unwrap(), packed);
    let other = [("ZHITONG_BACKUP_PASSPHRASE", "another passphrase")];
    for (set, why) in [(&other[..], "is not its passphrase"), (&[][..], "is encrypted")] {
        let error = verify(&config(data.path(), set), &file).await.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
    let new = out.path().join("new");
    let restored = restore(&config(&new, &sealed), &file, skip_told_numbers)
        .await
        .unwrap();
    assert_eq!(restored, packed);
    assert_eq!(
        std::fs::read(new.join("objects/bucket/photo")).unwrap(),
        vec![7_u8; 200_000]
    );
    // A piece that is left out is missed.
    std::fs::write(&file, &bytes[..bytes.len() - 40]).unwrap();
    verify(&here, &file).await.unwrap_err();
}

#[tokio::test]
async fn what_a_killed_backup_left_is_removed_by_the_next_one() {
    let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    small_product(data.path()).await;
    let before = names(data.path());
    for name in [".backup-killed", ".backup-living"] {
        std::fs::create_dir(data.path().join(name)).unwrap();
        std::fs::write(data.path().join(name).join("lock"), "").unwrap();
    }
    let living = std::fs::File::open(data.path().join(".backup-living/lock")).unwrap();
    living.lock().unwrap();
    back_up(&config(data.path(), &[]), &out.path().join("backup"), |_| {})
        .await
        .unwrap();
    assert!(!data.path().join(".backup-killed").exists());
    assert!(data.path().join(".backup-living").exists(), "its process lives");
    std::fs::remove_dir_all(data.path().join(".backup-living")).unwrap();
    assert_eq!(names(data.path()), before);
    assert_eq!(names(out.path()), ["backup"]);
}
