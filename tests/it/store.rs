//! The object store: the embedded one and an independent one, whole and broken.

use bytes::Bytes;
use tests::fault_proxy::Fault;
use tests::{Db, TestApp};
use zhitong::objects::client::ObjectStore;
use zhitong::objects::client::StoreError;

const KEY: &str = "photos/ab/abcdef.jpg";

/// Checks the operations that every object store must support.
async fn keeps_what_it_is_given(app: &TestApp) {
    let objects = app.app().state::<ObjectStore>();
    let bytes = Bytes::from(vec![7_u8; 300_000]);
    assert!(!objects.exists(KEY).await.unwrap());
    assert!(matches!(objects.get(KEY).await, Err(StoreError::Missing)));
    objects.put(KEY, bytes.clone(), "image/jpeg").await.unwrap();
    assert!(objects.exists(KEY).await.unwrap());
    assert_eq!(objects.get(KEY).await.unwrap(), bytes);
    let link = objects.link(KEY).await.unwrap();
    let answer = app.http().get(&link).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    objects.delete(KEY).await.unwrap();
    assert!(!objects.exists(KEY).await.unwrap());
    objects.delete(KEY).await.unwrap();
}

#[tokio::test]
async fn the_embedded_store_keeps_what_it_is_given() {
    let app = TestApp::start(Db::Sqlite).await;
    keeps_what_it_is_given(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn a_store_of_another_make_keeps_what_it_is_given() {
    let app = TestApp::with(Db::Sqlite).foreign_s3().start().await;
    keeps_what_it_is_given(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn the_embedded_store_refuses_who_has_no_link_or_a_changed_one() {
    let app = TestApp::start(Db::Sqlite).await;
    let objects = app.app().state::<ObjectStore>();
    objects
        .put("a", Bytes::from_static(b"a"), "image/jpeg")
        .await
        .unwrap();
    objects
        .put("b", Bytes::from_static(b"b"), "image/jpeg")
        .await
        .unwrap();
    let link = objects.link("a").await.unwrap();
    let (bare, query) = link.split_once('?').unwrap();
    assert_eq!(app.http().get(&link).send().await.unwrap().status(), 200);
    assert_eq!(app.http().get(bare).send().await.unwrap().status(), 403);
    let other = format!("{}b?{query}", bare.strip_suffix('a').unwrap());
    assert_eq!(app.http().get(other).send().await.unwrap().status(), 403);
    app.finish().await;
}

#[tokio::test]
async fn a_store_that_fails_is_unavailable_and_comes_back() {
    let app = TestApp::with(Db::Sqlite).breakable_s3().start().await;
    let objects = app.app().state::<ObjectStore>();
    let bytes = Bytes::from(vec![9_u8; 300_000]);
    for fault in [Fault::Refuse, Fault::CutRequestAfter(100_000)] {
        app.s3_line().set(fault);
        let put = objects.put(KEY, bytes.clone(), "image/jpeg").await;
        assert!(
            matches!(put, Err(StoreError::Unavailable(_))),
            "{fault:?}: {put:?}"
        );
        app.s3_line().set(Fault::None);
        assert!(
            !objects.exists(KEY).await.unwrap(),
            "{fault:?}: half a file was kept"
        );
    }
    for fault in [Fault::Refuse, Fault::Hang] {
        app.s3_line().set(fault);
        let ready = app.anonymous().get("/readyz").await;
        assert_eq!(
            (ready.status, ready.json["store"].as_str()),
            (503, Some("down")),
            "{fault:?}"
        );
    }
    app.s3_line().set(Fault::None);
    app.anonymous().get("/readyz").await.assert_status(200);
    objects.put(KEY, bytes.clone(), "image/jpeg").await.unwrap();
    app.s3_line().set(Fault::CutAnswerAfter(100_000));
    assert!(
        objects.get(KEY).await.is_err(),
        "half a file passed for a whole one"
    );
    app.s3_line().set(Fault::None);
    assert_eq!(objects.get(KEY).await.unwrap(), bytes);
    app.finish().await;
}
