//! The plans of the order list: every filter that few orders match goes through an index of its own, on both databases.

use chrono::TimeDelta;
use entity::ids::OrderId;
use entity::kinds::{Channel, Light, Status};
use entity::order;
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, IntoActiveModel as _,
    QueryTrait as _, Statement,
};
use serde_json::json;
use tests::orders::Report;
use tests::{Client, TestApp, places};
use zhitong::city::snapshot::CityHandle;
use zhitong::orders::rules::actor::Actor;
use zhitong::orders::search::filter::ListQuery;
use zhitong::orders::search::list::first_page;

const ORDERS: i64 = 4_000;
/// One order in so many has what is looked for.
const RARE: i64 = 200;
/// `SQLite` takes 32,766 values a statement.
const BATCH: usize = 200;
const PAGE: u64 = 21;

/// Queries, and the index that each has to use.
const FILTERS: [(&str, &str, &str); 12] = [
    ("light", "red", "orders_light_created"),
    ("light", "yellow,red", "orders_light_created"),
    ("difficult", "true", "orders_difficult_created"),
    ("tracked", "true", "orders_tracked"),
    ("channel", "call", "orders_channel_created"),
    ("category", "占道经营", "orders_category_created"),
    ("status", "cancelled", "orders_status"),
    ("area", "涧西区", "orders_area"),
    ("difficult", "false", "orders_"),
    ("light", "green", "orders_"),
    ("sort", "due", "orders_due"),
    ("scope", "all", "orders_created"),
];

/// Requests whose rows several indexes lead to, and the one that leads to the fewest.
const NEARBY: (&str, &str) = (
    "/orders/nearby?longitude=112.4&latitude=34.65&datum=wgs84",
    "orders_place",
);
const AREA_CLOSED: (&str, &str) = ("/orders?area=涧西区&status=closed", "orders_area_status");

/// Copies of an order under other numbers; one in `RARE` has everything that is looked for.
async fn fill(app: &TestApp, model: &order::Model, category: &str) {
    let rows: Vec<order::ActiveModel> = (1..=ORDERS)
        .map(|nth| {
            let rare = nth % RARE == 0;
            let mut order = model.clone();
            order.id = OrderId::generate();
            order.number = format!("T19990101{nth:06}");
            order.created_at = model.created_at - TimeDelta::minutes(nth);
            order.light = if rare { Light::Red } else { Light::Green };
            order.channel = if rare { Channel::Call } else { Channel::Snap };
            order.status = if rare { Status::Cancelled } else { Status::Closed };
            order.difficult = rare;
            order.tracked = rare;
            order.area_code = if rare { model.area_code.clone() } else { None };
            order.category_code = rare.then(|| category.to_owned());
            order.due_at = rare.then_some(order.created_at);
            order.closed_at = Some(order.created_at);
            order.into_active_model().reset_all()
        })
        .collect();
    for batch in rows.chunks(BATCH) {
        order::Entity::insert_many(batch.to_vec())
            .exec_without_returning(&app.app().db)
            .await
            .unwrap();
    }
    app.app().db.execute_unprepared("ANALYZE").await.unwrap();
}

async fn plan(app: &TestApp, query: &Statement) -> String {
    let db = &app.app().db;
    let (verb, column) = match db.get_database_backend() {
        DbBackend::Postgres => ("EXPLAIN", 0),
        _ => ("EXPLAIN QUERY PLAN", 3),
    };
    let mut explain = query.clone();
    explain.sql = format!("{verb} {}", query.sql);
    let rows = db.query_all_raw(explain).await.unwrap();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(column).unwrap())
        .collect();
    lines.join("\n")
}

/// Filters of the console's list, each with a value that few or many orders have.
const NARROWED: [(&str, &str); 11] = [
    ("light", "red"),
    ("status", "closed"),
    ("channel", "call"),
    ("difficult", "true"),
    ("tracked", "true"),
    ("area", "涧西区"),
    ("category", "占道经营"),
    ("unit", "涧西区政府"),
    ("from", "2020-01-01"),
    ("q", "塌陷"),
    ("sort", "due"),
];
/// Other reads of orders.
const REQUESTS: [&str; 10] = [
    "/orders?scope=mine",
    "/orders?scope=area",
    "/orders?q=T19990101000200",
    "/orders?q=000200",
    "/orders?q=海市蜃楼",
    "/orders?within=112.3,34.6,112.4,34.7&light=red",
    "/orders/nearby?longitude=112.4&latitude=34.65&datum=wgs84&text=路面塌陷",
    "/orders/T19990101000200",
    "/orders/T19990101000200/similar",
    "/orders/T19990101000200/place-history",
];

/// Whether a plan reads the table of orders from beginning to end, and not along an index.
fn reads_all(plan: &str) -> bool {
    let scan = |line: &str| line.ends_with("SCAN orders") || line.contains("Seq Scan on orders");
    plan.lines().any(scan)
}

/// The plan with sequential scans made unattractive: then one is chosen only if no index leads to the rows.
async fn plan_with_index(app: &TestApp, query: &Statement) -> String {
    let txn = zhitong::db::write(&app.app().db).await.unwrap();
    let (verb, column) = match txn.get_database_backend() {
        DbBackend::Postgres => {
            txn.execute_unprepared("SET LOCAL enable_seqscan = off")
                .await
                .unwrap();
            ("EXPLAIN", 0)
        }
        _ => ("EXPLAIN QUERY PLAN", 3),
    };
    let mut explain = query.clone();
    explain.sql = format!("{verb} {}", query.sql);
    let rows = txn.query_all_raw(explain).await.unwrap();
    let lines = rows
        .iter()
        .map(|row| row.try_get_by_index::<String>(column).unwrap());
    let plan = lines.collect::<Vec<_>>().join("\n");
    txn.rollback().await.unwrap();
    plan
}

/// Makes a request and returns the plans of what it reads.
async fn plans(app: &TestApp, client: &Client, path: &str) -> Vec<String> {
    app.app().db.record_reads();
    let answer = client.get(path).await;
    let reads = app.app().db.take_reads();
    answer.assert_status(200);
    assert!(!reads.is_empty(), "{path} reads something");
    let mut plans = Vec::new();
    for read in reads {
        let plan = plan_with_index(app, &read).await;
        plans.push(format!("{}\n{plan}", read.sql));
    }
    plans
}

async fn assert_reads_by_index(app: &TestApp, client: &Client, path: &str) {
    for plan in plans(app, client, path).await {
        assert!(!reads_all(&plan), "{path} reads all orders:\n{plan}");
    }
}

tests::on_both_databases! {
    async fn no_combination_of_filters_reads_all_orders(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        delegate.submit(&Report::at(places::JIANXI).category("占道经营")).await;
        app.run_jobs().await;
        let model = order::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        let category = model.category_code.clone().unwrap();
        fill(&app, &model, &category).await;
        let operator = app.operator().await;
        for (nth, (name, value)) in NARROWED.iter().enumerate() {
            assert_reads_by_index(&app, &operator, &format!("/orders?{name}={value}")).await;
            for (other, wanted) in NARROWED.iter().skip(nth + 1) {
                let path = format!("/orders?{name}={value}&{other}={wanted}");
                assert_reads_by_index(&app, &operator, &path).await;
            }
        }
        for path in REQUESTS {
            assert_reads_by_index(&app, &operator, path).await;
        }
        for (path, index) in [NEARBY, AREA_CLOSED] {
            let plans = plans(&app, &operator, path).await;
            assert!(plans.iter().any(|plan| plan.contains(index)), "{path} should use {index}:\n{plans:#?}");
        }
        assert_reads_by_index(&app, &delegate, "/orders?scope=mine").await;
        for query in ["", "?status=closed", "?start_date=1999-01-01T00:00:00Z"] {
            app.app().db.record_reads();
            let url = format!("{}/open311/v2/requests.json{query}", app.base());
            let answer = app.http().get(url).send().await.unwrap();
            let reads = app.app().db.take_reads();
            assert!(answer.status().is_success() || answer.status() == 404, "{query}: {}", answer.status());
            for read in reads {
                let plan = plan_with_index(&app, &read).await;
                assert!(!reads_all(&plan), "open311{query} reads all orders:\n{}\n{plan}", read.sql);
            }
        }
    }

    async fn every_rare_filter_has_an_index(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        delegate.submit(&Report::at(places::JIANXI).category("占道经营")).await;
        app.run_jobs().await;
        let model = order::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        let category = model.category_code.clone().unwrap();
        fill(&app, &model, &category).await;
        let backend = app.app().db.get_database_backend();
        let city = app.app().state::<CityHandle>().load();
        for (name, value, index) in FILTERS {
            let query: ListQuery = serde_json::from_value(json!({ name: value })).unwrap();
            let query = query.parse(&city).unwrap();
            let page = first_page(&Actor::system(), &query, PAGE);
            let plan = plan(&app, &page.build(backend)).await;
            assert!(plan.contains(index), "{name}={value} should use {index}:\n{plan}");
            let walks = plan.contains("Seq Scan on orders") || plan.lines().any(|line| line.ends_with("SCAN orders"));
            assert!(!walks, "{name}={value} reads all orders:\n{plan}");
        }
    }
}
