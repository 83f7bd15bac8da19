//! The demonstration's year of orders: counted, searched and verified like any other, and true in every step.

use entity::kinds::Status;
use entity::{deadline, order, order_change};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tests::{Browser, PersonQuery, TestApp, on_both_databases, paper};
use zhitong::demo::living_city;
use zhitong::insight::nightly;
use zhitong::orders::history::verify::verify;

/// The report of a full month fills three to five pages, and none of its rates lacks a base.
async fn report_of_august(app: &TestApp) {
    let city = app.supervisor().await;
    let month = json!({ "kind": "monthly", "from": "2025-08-01", "to": "2025-08-31" });
    let asked = city.post("/insight-reports", month).await;
    asked.assert_status(201);
    app.run_jobs().await;
    let path = format!("/insight-reports/{}", asked.json["id"].as_str().unwrap());
    assert_eq!(city.get(&path).await.ok()["status"], "ready");
    let pdf = city.get(&format!("{path}.pdf")).await;
    let pages = paper::pages(&pdf.body);
    assert!((3..=5).contains(&pages.len()), "{} pages", pages.len());
    for (at, page) in pages.iter().enumerate() {
        assert!(
            page.chars().count() > 100,
            "page {} is all but empty: {page}",
            at + 1
        );
    }
    let text = pages.concat();
    for wrong in ["0.0件", "NaN", "inf"] {
        assert!(!text.contains(wrong), "{wrong}: {text}");
    }
}

on_both_databases! {
    async fn a_year_of_orders_is_counted_and_searched(app: TestApp) {
        let counts = living_city::fill(app.app(), Vec::new()).await.unwrap().unwrap();
        assert!((3_500..=4_800).contains(&counts.closed), "{counts:?}");
        assert!((90..=230).contains(&counts.open), "{counts:?}");
        let db = &app.app().db;
        // Operators have something to dispatch: reports whose text does not say what they are about.
        let to_dispatch = order::Entity::find().filter(order::Column::Status.eq(Status::Triage));
        let to_dispatch = to_dispatch.filter(order::Column::CategoryCode.is_null()).count(&app.app().db).await.unwrap();
        assert!(to_dispatch >= 5, "{to_dispatch}");
        // No closed order has a clock that runs, and none that is open lacks one.
        let closed = order::Entity::find().filter(order::Column::Status.eq(Status::Closed)).count(db).await.unwrap();
        assert_eq!(usize::try_from(closed).unwrap(), counts.closed);
        let running = deadline::Entity::find().filter(deadline::Column::StoppedAt.is_null()).all(db).await.unwrap();
        for clock in &running {
            let order = order::Entity::find_by_id(clock.order_id).one(db).await.unwrap().unwrap();
            assert_ne!(order.status, Status::Closed, "{}", order.number);
        }
        let history = verify(db, |_| {}).await.unwrap();
        assert_eq!((history.orders as usize, history.broken), (counts.closed + counts.open, None));
        app.run_jobs().await;
        assert_eq!(order_change::Entity::find().count(db).await.unwrap(), 0);
        let overview = app.supervisor().await.get("/overview?period=90d").await;
        if overview.status == 200 {
            let rate = &overview.json["rates"]["resolution"];
            assert!(rate["denominator"].as_i64().unwrap_or(1) > 0, "{rate}");
        }
        // A visitor of the screen sees a number or a word in each place, never a dash.
        let visitor = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        for path in ["/console/overview", "/console/overview?wall=1"] {
            let page = visitor.get(path).await.page(200, &["在办", "%"]);
            assert!(!page.contains('—'), "{path}");
        }
        nightly::find_topics(app.app()).await.unwrap();
        let topics = app.supervisor().await.get("/hot-topics").await.ok();
        let titles: Vec<String> = topics["items"].as_array().unwrap().iter().map(|topic| topic["title"].to_string()).collect();
        assert!(titles.iter().any(|title| title.contains("丽春西路") || title.contains("纱厂路")), "{titles:?}");
        report_of_august(&app).await;
        // Taken in again, everything is there already.
        let listed = app.supervisor().await.get("/orders?scope=all&limit=1").await.ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        app.run_jobs().await;
    }
}
