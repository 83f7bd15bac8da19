//! A timestamp authority (RFC 3161) countersigns each checkpoint, and a checkpoint does not need it.

use std::sync::atomic::{AtomicU8, Ordering};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use entity::audit_checkpoint;
use entity::kinds::CheckpointReason;
use sea_orm::{EntityTrait, QueryOrder};
use sha2::{Digest as _, Sha256};
use tests::{Db, TestApp};
use zhitong::audit_tree::checkpoints;

use super::rich_orders;

/// Where the digest begins in a request with SHA-256: after the sequence, the version, and the imprint up to it.
const DIGEST_AT: usize = 24;
const DIGEST_BYTES: usize = 32;
const GRANTED: u8 = 0;
const REJECTED: u8 = 2;

/// Replies with a status and the digest that was asked about, as a token repeats it.
async fn stamp(status: web::Data<AtomicU8>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let kind = request.headers().get("content-type").unwrap();
    assert_eq!(kind, "application/timestamp-query");
    let mut content = vec![0x30, 0x03, 0x02, 0x01, status.load(Ordering::Relaxed), 0x04, 0x20];
    content.extend(&body[DIGEST_AT..DIGEST_AT + DIGEST_BYTES]);
    let mut response = vec![0x30, u8::try_from(content.len()).unwrap()];
    response.extend(content);
    HttpResponse::Ok()
        .content_type("application/timestamp-reply")
        .body(response)
}

async fn checkpoints_are_countersigned(db: Db) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let status = web::Data::new(AtomicU8::new(GRANTED));
    let shared = status.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .default_service(web::route().to(stamp))
    });
    let server = server
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    let app = TestApp::with(db).set("ZHITONG_TIMESTAMP_URL", &url).start().await;
    rich_orders(&app, 1).await;
    let newest = async || {
        let query = audit_checkpoint::Entity::find().order_by_desc(audit_checkpoint::Column::Id);
        query.one(&app.app().db).await.unwrap().unwrap()
    };

    let signed = checkpoints::sign(app.app(), CheckpointReason::Requested)
        .await
        .unwrap();
    let token = newest()
        .await
        .timestamp_token
        .expect("a response of the authority");
    assert!(
        token.ends_with(&Sha256::digest(signed.note.as_bytes())),
        "about this note"
    );

    status.store(REJECTED, Ordering::Relaxed);
    let signed = checkpoints::sign(app.app(), CheckpointReason::Requested)
        .await
        .unwrap();
    let row = newest().await;
    assert_eq!(
        (row.note, row.timestamp_token),
        (signed.note, None),
        "valid without it"
    );
    handle.stop(false).await;
    let signed = checkpoints::sign(app.app(), CheckpointReason::Requested)
        .await
        .unwrap();
    let row = newest().await;
    assert_eq!(
        (row.note, row.timestamp_token),
        (signed.note, None),
        "nobody answers"
    );
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_are_countersigned_on_sqlite() {
    checkpoints_are_countersigned(Db::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_are_countersigned_on_postgres() {
    checkpoints_are_countersigned(Db::Postgres).await;
}
