//! The database layer under faults: nothing is acknowledged that is not stored, and nothing stays open.

use std::time::Duration;

use entity::write_probe;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, Statement};
use tests::database::OwnDatabase;
use tests::{Db, TestApp};
use zhitong::db::{self, Failure};

/// More pages than are free.
const FILLER_BYTES: usize = 4_000_000;
const TIMES: i16 = 20;

async fn write_row(db: &db::Db, id: i16) -> Result<(), sea_orm::DbErr> {
    let txn = db::write(db).await?;
    let row = write_probe::ActiveModel {
        id: Set(id),
        written_at: Set(chrono::DateTime::UNIX_EPOCH),
    };
    write_probe::Entity::insert(row)
        .exec_without_returning(&txn)
        .await?;
    txn.commit().await
}

/// Counts on a connection of its own: a row in an open transaction of the writer is not seen.
async fn rows(db: &db::Db) -> usize {
    write_probe::Entity::find().all(db).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_full_database_every_committed_write_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::empty(Db::Sqlite, folder.path()).await;
    db::migrate(&own.url).await.unwrap();
    let db = db::connect(&own.url).await.unwrap();
    for id in 0..TIMES {
        let txn = db::write(&db).await.unwrap();
        // SQLite's own limit makes it report FULL without a full disk; it belongs to this connection.
        txn.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
        txn.execute_unprepared("CREATE TABLE filler (bytes BLOB)")
            .await
            .unwrap_err();
        let filler = format!("INSERT INTO filler VALUES (zeroblob({FILLER_BYTES}))");
        let again = txn.execute_unprepared(&filler).await.unwrap_err();
        assert!(Failure::from_error(&again).is_temporary(), "{again}");
        let refused = txn.commit().await.unwrap_err();
        assert!(Failure::from_error(&refused).is_temporary(), "{refused}");
        write_row(&db, id).await.unwrap();
        assert_eq!(rows(&db).await, usize::try_from(id).unwrap() + 1);
    }
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_sqlite_has_ended_itself_takes_no_further_write() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::empty(Db::Sqlite, folder.path()).await;
    db::migrate(&own.url).await.unwrap();
    let db = db::connect(&own.url).await.unwrap();
    let txn = db::write(&db).await.unwrap();
    txn.execute_unprepared("ROLLBACK").await.unwrap();
    let refused = txn.commit().await.unwrap_err();
    assert_eq!(Failure::from_error(&refused), Failure::StorageFault, "{refused}");
    write_row(&db, 1).await.unwrap();
    assert_eq!(rows(&db).await, 1);
    db.close().await.unwrap();
}

async fn hang_up(db: &db::Db) {
    for wait in 0..200 {
        let _ = tokio::time::timeout(Duration::from_micros(wait * 10), db::write(db)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_hangs_up_during_begin_leaves_no_transaction_open_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::empty(Db::Postgres, folder.path()).await;
    let db = db::connect(&own.url).await.unwrap();
    hang_up(&db).await;
    // A connection is returned in the background.
    let mut open = i64::MAX;
    for _ in 0..50 {
        let count = "SELECT count(*) AS open FROM pg_stat_activity \
                     WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        let statement = Statement::from_string(db.get_database_backend(), count);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        open = row.try_get("", "open").unwrap();
        if open == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(open, 0);
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_hangs_up_during_begin_leaves_no_transaction_open_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::empty(Db::Sqlite, folder.path()).await;
    db::migrate(&own.url).await.unwrap();
    let db = db::connect(&own.url).await.unwrap();
    hang_up(&db).await;
    write_row(&db, 1).await.unwrap();
    assert_eq!(rows(&db).await, 1);
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_database_is_503_with_retry_after_and_not_ready() {
    for which in [Db::Sqlite, Db::Postgres] {
        let app = TestApp::start(which).await;
        let delegate = app.delegate("").await;
        app.app().db.clone().close().await.unwrap();
        let answer = delegate.get("/orders?scope=mine").await;
        answer.assert_problem(503, "database_unavailable");
        assert_eq!(answer.header("retry-after"), "5");
        let ready = app.anonymous().get("/readyz").await;
        ready.assert_status(503);
        assert_eq!(ready.json["database"], "down");
        for path in [
            "/open311/v2/requests.json",
            "/api/v1/sites/LL-STATION-01",
            "/console/login",
            "/calendar/000000000000000000000000000000000000000000000000.ics",
        ] {
            let answer = app
                .http()
                .get(format!("{}{path}", app.base()))
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status().as_u16(), 503, "{path}");
            assert!(answer.headers().contains_key("retry-after"), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_loses_its_connection_is_sent_once_more_and_a_write_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::copy(Db::Postgres, folder.path()).await;
    let db = db::connect(&own.url).await.unwrap();
    db.execute_unprepared("CREATE SEQUENCE tries").await.unwrap();
    let ask = async |sql: String| {
        db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
            .await
    };
    let tries = async || -> i64 {
        let row = ask("SELECT last_value FROM tries".to_owned())
            .await
            .unwrap()
            .unwrap();
        row.try_get("", "last_value").unwrap()
    };
    // The server ends the session of the first `lost` tries.
    let read = |lost: u32| {
        format!(
            "SELECT CASE WHEN nextval('tries') <= {lost} THEN pg_terminate_backend(pg_backend_pid()) END AS ended"
        )
    };
    assert!(
        ask(read(1)).await.unwrap().is_some(),
        "the second try is answered"
    );
    assert_eq!(tries().await, 2);
    assert!(ask(read(1_000)).await.is_err());
    assert_eq!(tries().await, 4, "there is no third try");
    let write = "WITH written AS (SELECT nextval('tries')) SELECT pg_terminate_backend(pg_backend_pid()) FROM written";
    assert!(ask(write.to_owned()).await.is_err());
    assert_eq!(tries().await, 5, "it may have been carried out");
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn low_disk_space_refuses_uploads_of_every_kind_and_takes_orders() {
    let no_disk_is_so_large = u64::MAX.to_string();
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_LOW_DISK_MB", &no_disk_is_so_large)
        .start()
        .await;
    let delegate = app.delegate("").await;
    let supervisor = app.supervisor().await;
    for (who, path) in [
        (&delegate, "/photos"),
        (&delegate, "/videos"),
        (&supervisor, "/files"),
    ] {
        let photo = tests::photos::plain(64, 64, image::ImageFormat::Jpeg);
        let part = reqwest::multipart::Part::bytes(photo).file_name("a.jpg");
        let form = reqwest::multipart::Form::new().part("file", part);
        let refused = who
            .request(reqwest::Method::POST, path, |request| request.multipart(form))
            .await;
        refused.assert_problem(503, "storage_low");
        assert_eq!(refused.header("retry-after"), "60", "{path}");
    }
    delegate.submit(&tests::orders::Report::default()).await;
    app.run_jobs().await;
    app.finish().await;
}

tests::on_both_databases! {
    async fn readiness_is_proven_by_a_write_at_most_once_in_three_seconds(app: TestApp) {
        for _ in 0..5 {
            app.anonymous().get("/readyz").await.assert_status(200);
        }
        assert_eq!(rows(&app.app().db).await, 1);
        // The proof holds for a moment: what was read before is not written again.
        write_probe::Entity::delete_many().exec(&app.app().db).await.unwrap();
        app.anonymous().get("/readyz").await.assert_status(200);
        assert_eq!(rows(&app.app().db).await, 0);
    }
}
