//! A report that tells of an emergency: the number to call is answered at once, and no unit gets it without a person.

use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::{Client, on_both_databases, places};

const GAS: &str = "家里闻到臭鸡蛋味，很浓";
const NO_BREATH: &str = "老人晕倒在公园没有呼吸";

/// The actions of the order's timeline.
async fn actions(client: &Client, number: &str) -> Vec<String> {
    let timeline = client.get(&format!("/orders/{number}/timeline")).await.ok();
    let items = timeline["items"].as_array().expect("items").iter();
    items
        .filter_map(|item| item["action"].as_str().map(str::to_owned))
        .collect()
}

/// The events of the operator's inbox about an order.
async fn told(client: &Client, number: &str) -> Vec<String> {
    let inbox = client.get("/inbox?limit=100").await.ok();
    let items = inbox["items"].as_array().expect("items").iter();
    items
        .filter(|item| item["body"].as_str().is_some_and(|body| body.contains(number)))
        .filter_map(|item| item["event"].as_str().map(str::to_owned))
        .collect()
}

on_both_databases! {
    async fn the_number_to_call_is_answered_before_anything_is_sent(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        for (text, kind, call) in [(GAS, json!("gas"), json!("119")), (NO_BREATH, json!("medical"), json!("120"))] {
            let found = delegate.post("/categories/suggest", json!({ "text": text })).await.ok();
            assert_eq!((&found["emergency"]["kind"], &found["emergency"]["call"]), (&kind, &call));
            assert!(found["emergency"]["message"].as_str().expect("a message").contains("请立即拨打")
                || found["emergency"]["message"].as_str().expect("a message").contains("拨打"));
        }
        let ordinary = json!({ "text": "小区消防通道被私家车堵死" });
        assert_eq!(delegate.post("/categories/suggest", ordinary).await.ok()["emergency"], Value::Null);
    }

    /// Even with a category chosen, for which the duty table has a unit.
    async fn no_unit_gets_it_until_an_operator_dispatches_it(app: TestApp) {
        let (delegate, operator) = (app.delegate("涧西区").await, app.operator().await);
        let ordinary = delegate.submit(&Report::at(places::JIANXI).category("大气异味").saying("工厂排放的气味难闻，请查处。")).await;
        assert_eq!((&ordinary["status"], &ordinary["emergency"]), (&json!("dispatched"), &Value::Null));
        let order = delegate.submit(&Report::at(places::JIANXI).category("大气异味").saying(GAS)).await;
        let number = number(&order);
        assert_eq!(order["status"], "triage", "{order}");
        assert_eq!(order["emergency"]["kind"], "gas");
        assert_eq!(order["unit"], Value::Null);
        app.run_jobs().await;
        assert!(!actions(&operator, number).await.contains(&"dispatched".to_owned()));
        assert_eq!(told(&operator, number).await, ["emergency_reported"]);
        let read = operator.get(&format!("/orders/{number}")).await.ok();
        assert_eq!(read["emergency"], order["emergency"]);
    }

    /// 不予受理 and what goes to 110, 119 or 120.
    async fn categories_for_a_person_are_never_dispatched_automatically(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        for category in ["2805", "2806", "2001"] {
            let report = Report::at(places::JIANXI).category(category).saying("同一件事上周已经反映过一次了。");
            let order = delegate.submit(&report).await;
            assert_eq!((&order["status"], &order["emergency"]), (&json!("triage"), &Value::Null), "{category}");
        }
        app.run_jobs().await;
    }
}
