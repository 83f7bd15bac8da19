//! The demonstration's year of orders: counted, searched and verified like any other, and true in every step.

use entity::kinds::Status;
use entity::{deadline, order, order_change};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::on_both_databases;
use zhitong::demo::living_city;
use zhitong::insight::nightly;
use zhitong::orders::history::verify::verify;

on_both_databases! {
    async fn a_year_of_orders_is_counted_and_searched(app: TestApp) {
        let counts = living_city::fill(app.app(), Vec::new()).await.unwrap().unwrap();
        assert!((3_500..=4_800).contains(&counts.closed), "{counts:?}");
        assert!((90..=230).contains(&counts.open), "{counts:?}");
        let db = &app.app().db;
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
        nightly::find_topics(app.app()).await.unwrap();
        let topics = app.supervisor().await.get("/hot-topics").await.ok();
        let titles: Vec<String> = topics["items"].as_array().unwrap().iter().map(|topic| topic["title"].to_string()).collect();
        assert!(titles.iter().any(|title| title.contains("丽春西路") || title.contains("纱厂路")), "{titles:?}");
        // Taken in again, everything is there already.
        let listed = app.supervisor().await.get("/orders?scope=all&limit=1").await.ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        app.run_jobs().await;
    }
}
