//! Lists from a streaming replica: a person reads their own writes at once, others what has been replayed, and nobody
//! notices when the replica is gone.

use std::net::SocketAddr;

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};
use tests::orders::Report;
use tests::replica::ReplicaPair;
use tests::{Client, Db, TestApp, on_both_databases};
use zhitong::db::ServerFinding;
use zhitong::http::read_routing::MAY_LAG;

/// The product on a pair of servers.
async fn product(pair: &ReplicaPair, max_lag_secs: &str) -> TestApp {
    TestApp::with(Db::Postgres)
        .set("DATABASE_URL", &pair.primary_url())
        .set("DATABASE_READ_URL", &pair.replica_url())
        .set("DATABASE_READ_MAX_LAG_SECS", max_lag_secs)
        .start()
        .await
}

/// Another process of the same product.
async fn another(app: &TestApp, max_lag_secs: u64) -> (SocketAddr, actix_web::dev::ServerHandle) {
    let mut config = app.app().config.clone();
    config.database.read_max_lag = std::time::Duration::from_secs(max_lag_secs);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let other = zhitong::server::build(config, address).await.unwrap();
    let server = zhitong::server::listen(other, listener).unwrap();
    let handle = server.handle();
    tokio::spawn(server);
    (address, handle)
}

fn has(list: &Value, order: &Value) -> bool {
    let items = list["items"].as_array().expect("items");
    items.iter().any(|item| item["number"] == order["number"])
}

async fn sees(who: &Client, order: &Value) -> bool {
    has(&who.get("/orders").await.ok(), order)
}

/// The list as another process shows it.
async fn sees_at(address: SocketAddr, who: &Client, order: &Value) -> bool {
    let request = who.app().http().get(format!("http://{address}/api/v1/orders"));
    let answer = request.bearer_auth(who.token().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    has(&answer.json().await.unwrap(), order)
}

/// Asks until it is so.
async fn until(is_so: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("it has not become so");
}

async fn reads_from_replica(app: &TestApp) -> bool {
    let sql = "SELECT pg_is_in_recovery() AS is_replica";
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = app.app().db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "is_replica").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_writes_are_read_at_once_and_others_when_they_are_replayed() {
    let pair = ReplicaPair::start();
    let app = product(&pair, "600").await;
    let (address, handle) = another(&app, 600).await;
    let (delegate, supervisor) = (app.delegate("涧西区").await, app.supervisor().await);
    pair.catch_up().await;
    pair.pause().await;
    let order = delegate.submit(&Report::default()).await;
    app.run_jobs().await;

    assert!(sees(&delegate, &order).await, "in the same process");
    assert!(sees_at(address, &delegate, &order).await, "and in another");
    // The supervisor's list is the replica's, and it has not replayed the order. Pages of one order are the primary's.
    assert!(!sees(&supervisor, &order).await && !sees_at(address, &supervisor, &order).await);
    supervisor.order(&order).await.assert_ok();
    let urge = json!({ "note": "请说明进度。" });
    supervisor.act(&order, "urges", urge).await.assert_ok();
    assert!(sees(&supervisor, &order).await && sees_at(address, &supervisor, &order).await);

    // A job reads all that is committed, from where it is.
    assert!(!app.app().db.in_job(reads_from_replica(&app)).await);
    pair.resume().await;
    let county = app.county_supervisor("涧西区").await;
    until(async || sees(&county, &order).await).await;
    pair.catch_up().await;
    until(async || app.app().db.in_job(reads_from_replica(&app)).await).await;
    assert!(
        !reads_from_replica(&app).await,
        "what is no list and no job is the primary's"
    );

    app.run_jobs().await;
    handle.stop(false).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_behind_or_gone_is_left_out_until_it_is_back() {
    let pair = ReplicaPair::start();
    let app = product(&pair, "1").await;
    let (delegate, supervisor) = (app.delegate("涧西区").await, app.supervisor().await);
    pair.pause().await;
    let order = delegate.submit(&Report::default()).await;
    app.run_jobs().await;
    // Not replayed, and more than a second behind.
    until(async || sees(&supervisor, &order).await).await;

    let db = &app.app().db;
    assert!(matches!(
        db.inspect_server(&pair.replica_url()).await,
        ServerFinding::Replica { bytes_behind } if bytes_behind > 0
    ));
    assert_eq!(
        db.inspect_server(&pair.primary_url()).await,
        ServerFinding::Primary
    );
    let replica = pair.replica_url();
    let (server, _) = replica.rsplit_once('/').unwrap();
    let template = format!("{server}/template1");
    assert_eq!(db.inspect_server(&template).await, ServerFinding::Another);

    pair.resume().await;
    pair.catch_up().await;
    until(async || db.in_job(reads_from_replica(&app)).await).await;
    pair.kill_replica();
    assert_eq!(
        db.inspect_server(&pair.replica_url()).await,
        ServerFinding::Silent
    );
    let next = delegate.submit(&Report::default()).await;
    for _ in 0..5 {
        assert!(sees(&supervisor, &next).await && sees(&delegate, &next).await);
        supervisor.get("/overview").await.assert_ok();
    }
    assert!(!db.in_job(reads_from_replica(&app)).await);

    pair.start_replica();
    until(async || db.in_job(reads_from_replica(&app)).await).await;
    assert!(sees(&supervisor, &next).await);
    app.run_jobs().await;
    app.finish().await;
}

on_both_databases! {
    async fn every_route_that_may_lag_exists(app: TestApp) {
        let stranger = app.anonymous();
        for pattern in MAY_LAG {
            let path = pattern.trim_start_matches("/api/v1");
            let path = path.replace("{id}", &uuid::Uuid::nil().to_string()).replace("{key}", "x");
            let status = stranger.get(&path).await.status;
            // A stranger is sent to the sign-in; a path that does not exist is 404.
            assert!([302, 303, 401].contains(&status), "{pattern}: {status}");
        }
    }
}
