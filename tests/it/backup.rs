//! A backup taken while the product serves, restored somewhere else and served again: the same orders and photos.

use std::path::Path;

use serde_json::json;
use tests::order_fixture::NOISE;
use tests::orders::{Report, number};
use tests::{Db, PersonQuery, TestApp, places};
use zhitong::config::Config;
use zhitong::ops::backup::{back_up, restore};

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
    let over = restore(&here, &file).await.unwrap_err();
    assert!(
        over.to_string().contains("exists already"),
        "a restore never writes over data: {over}"
    );
    app.run_jobs().await;

    let new = elsewhere.path().join("new");
    let unpacked = restore(&config(&new, &[]), &file).await.expect("restored");
    assert_eq!(unpacked, packed);
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
        restore(&config(&new, &[]), &file).await.unwrap_err();
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
