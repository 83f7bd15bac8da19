//! The schema goes up, all the way down, and up again, on both databases.

use migration::MigratorTrait as _;
use sea_orm::{ConnectionTrait, Statement};
use tests::Db;
use tests::database::OwnDatabase;
use zhitong::db;

#[tokio::test]
async fn up_down_up_on_sqlite() {
    up_down_up(Db::Sqlite).await;
}

#[tokio::test]
async fn up_down_up_on_postgres() {
    up_down_up(Db::Postgres).await;
}

async fn up_down_up(which: Db) {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::empty(which, folder.path()).await;
    db::migrate(&own.url).await.unwrap();
    let connection = db::connect(&own.url).await.unwrap();
    let first = schema(&connection).await;
    assert!(first.iter().any(|line| line.contains("orders")), "{first:?}");
    let plain = sea_orm::Database::connect(&own.url).await.unwrap();
    migration::Migrator::down(&plain, None).await.unwrap();
    plain.close().await.unwrap();
    let bare = schema(&connection).await;
    let left: Vec<_> = bare
        .iter()
        .filter(|line| !line.contains("seaql_migrations"))
        .collect();
    assert!(left.is_empty(), "left behind by down: {left:?}");
    db::migrate(&own.url).await.unwrap();
    assert_eq!(schema(&connection).await, first);
    connection.close().await.unwrap();
}

/// Every column of every table and every index, one line each.
async fn schema(connection: &impl ConnectionTrait) -> Vec<String> {
    let sql = if db::supports_skip_locked(connection) {
        "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line \
         FROM information_schema.columns WHERE table_schema = 'public' \
         UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    } else {
        "SELECT coalesce(sql, name) AS line FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1"
    };
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get("", "line").unwrap()).collect()
}

tests::on_both_databases! {
    async fn migrating_an_up_to_date_database_changes_nothing(app: TestApp) {
        let before = schema(&app.app().db).await;
        let url = secrecy::ExposeSecret::expose_secret(&app.app().config.database.url).to_owned();
        db::migrate(&url).await.unwrap();
        assert_eq!(schema(&app.app().db).await, before);
    }
}
