//! The database layer through PgBouncer in transaction mode. Without a pooler (`tests/run it`) the same holds for a plain
//! connection in that mode: each statement is a transaction of its own.

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tests::{Db, TestApp};
use zhitong::db;

const CALLERS: i64 = 24;
const READS: i64 = 20;

/// Statements of different shapes, so that the same name means different things.
async fn ask(db: &db::Db, caller: i64) {
    for read in 0..READS {
        let columns = (0..=caller % 5).map(|n| format!("$1 + {n} AS c{n}"));
        let sql = format!("SELECT {}", columns.collect::<Vec<_>>().join(", "));
        let asked = caller * 1_000 + read;
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [asked.into()]);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        let last = caller % 5;
        let told: i64 = row.try_get("", &format!("c{last}")).unwrap();
        assert_eq!(told, asked + last);
    }
}

fn setting(name: &str) -> Statement {
    let sql = format!("SELECT current_setting('{name}') AS value");
    Statement::from_string(DbBackend::Postgres, sql)
}

/// Connections are shared: a statement that met another caller's prepared one would answer with the other's values.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_caller_gets_the_answer_to_their_own_statement() {
    let app = TestApp::start(Db::Postgres).await;
    let url = secrecy::ExposeSecret::expose_secret(&app.app().config.database.url);
    // Two processes: each counts the names of its statements from one.
    let processes = [
        db::connect_pooled(url).await.unwrap(),
        db::connect_pooled(url).await.unwrap(),
    ];
    let one = |caller: i64| ask(&processes[usize::from(caller % 2 == 0)], caller);
    join_all((0..CALLERS).map(one)).await;
    for db in processes {
        db.close().await.unwrap();
    }
    app.finish().await;
}

/// A setting for a transaction does not reach the next one, and a snapshot may be the first statement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_has_its_own_snapshot_and_leaves_nothing_behind() {
    let app = TestApp::start(Db::Postgres).await;
    let url = secrecy::ExposeSecret::expose_secret(&app.app().config.database.url);
    let db = db::connect_pooled(url).await.unwrap();
    for _ in 0..20 {
        let txn = db::write(&db).await.unwrap();
        txn.snapshot().await.unwrap();
        for (name, value) in [
            ("transaction_isolation", "repeatable read"),
            ("idle_in_transaction_session_timeout", "2min"),
        ] {
            let row = txn.query_one_raw(setting(name)).await.unwrap().unwrap();
            assert_eq!(row.try_get::<String>("", "value").unwrap(), value, "{name}");
        }
        txn.commit().await.unwrap();
        let row = db
            .query_one_raw(setting("transaction_isolation"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.try_get::<String>("", "value").unwrap(), "read committed");
    }
    db.close().await.unwrap();
    app.finish().await;
}
