//! Rises of a category that chance explains too easily for an alert.

use entity::{order, topic};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::orders::Report;
use tests::{Client, places};
use zhitong::insight::alert_rules::RISE_ALERTS;
use zhitong::insight::persist::{self, RunContext};
use zhitong::insight::rises::DetectedRise;

/// The notices of hot topics that a person has.
async fn told(who: &Client) -> usize {
    let inbox = who.get("/inbox?limit=100").await.ok();
    let items = inbox["items"].as_array().unwrap().iter();
    items.filter(|notice| notice["event"] == "hot_topic").count()
}

async fn topics(who: &Client, query: &str) -> Vec<Value> {
    let list = who.get(&format!("/hot-topics{query}")).await.ok();
    list["items"].as_array().unwrap().clone()
}

tests::on_both_databases! {
    async fn a_rise_that_chance_may_explain_is_shown_and_told_to_nobody(app: TestApp) {
        let (delegate, city) = (app.delegate("涧西区").await, app.supervisor().await);
        for nth in 0..4 {
            let said = format!("室内温度只有十五度，第{nth}天了。");
            delegate.submit(&Report::at(places::JIANXI).saying(&said).category("室内不热")).await;
        }
        let (db, now) = (&app.app().db, app.now());
        let orders = order::Entity::find().all(db).await.unwrap();
        let mut rise = DetectedRise {
            category: orders[0].category_code.clone().unwrap(),
            areas: Vec::new(),
            whole_city: false,
            days: 7,
            observed: 4,
            expected: 1.0,
            p_value: 0.04,
            orders: orders.iter().map(|order| order.id).collect(),
        };
        let context = RunContext { now, today: now.date_naive(), since: now.date_naive(), looked_at: 4 };
        let mut open = Vec::new();
        for (p_value, status, notices) in [(0.04, "watch", 0), (RISE_ALERTS, "rising", 1), (0.04, "watch", 1)] {
            rise.p_value = p_value;
            let id = persist::upsert_rise(db, &open, &rise, now).await.unwrap();
            open = topic::Entity::find_by_id(id).all(db).await.unwrap();
            persist::refresh(app.app(), db, open.clone(), &[id].into(), context).await.unwrap();
            open = topic::Entity::find_by_id(id).all(db).await.unwrap();
            app.run_jobs().await;
            let shown = topics(&city, "").await;
            assert_eq!((shown.len(), &shown[0]["status"]), (1, &json!(status)));
            assert_eq!(shown[0]["crossed_at"].is_null(), notices == 0, "{shown:?}");
            assert_eq!(told(&app.county_supervisor("涧西区").await).await, notices);
        }
        assert_eq!(topics(&city, "?status=watch").await.len(), 1);
    }
}
