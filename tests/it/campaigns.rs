//! 专项监督: orders of one kind are gathered by hand and by filter; findings, measures, watch list and outcome stay.

use serde_json::{Value, json};
use tests::order_fixture::{AREA, NOISE, OrderFixture};
use tests::orders::{Report, number};
use tests::{Client, on_both_databases, places};

async fn open(supervisor: &Client, area: Option<&str>) -> Value {
    let body =
        json!({ "title": "夜间施工专项监督", "kind": NOISE, "area": area, "purpose": "查清反复的原因。" });
    supervisor.post("/campaigns", body).await.ok()
}

async fn gather(supervisor: &Client, campaign: &Value, what: Value) -> tests::Answer {
    let path = format!("/campaigns/{}/orders", campaign["id"].as_str().expect("an id"));
    supervisor.post(&path, what).await
}

async fn close(supervisor: &Client, campaign: &Value, body: Value) -> tests::Answer {
    let path = format!("/campaigns/{}/close", campaign["id"].as_str().expect("an id"));
    supervisor.post(&path, body).await
}

fn closing() -> Value {
    json!({
        "outcome": "工地噪声达标。", "measures": "每周抽查。", "findings": "审批与现场监管脱节。",
        "watch_list": [{ "name": "和顺园小区旁工地", "reason": "易反弹" }],
    })
}

/// Events in an inbox, whatever order they belong to.
async fn told(who: &Client) -> Vec<String> {
    let inbox = who.get("/inbox?limit=100").await.ok();
    let items = inbox["items"].as_array().expect("items").iter();
    items
        .map(|item| item["event"].as_str().expect("an event").to_owned())
        .collect()
}

on_both_databases! {
    async fn orders_are_gathered_by_hand_all_or_none(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        let county = app.county_supervisor(AREA).await;
        let campaign = open(&county, Some(AREA)).await;
        let unknown = json!({ "numbers": [desk.number, "T20250908999999"] });
        gather(&county, &campaign, unknown).await.assert_problem(422, "order_unknown");
        let path = format!("/campaigns/{}", campaign["id"].as_str().unwrap());
        assert_eq!(county.get(&path).await.ok()["order_count"], 0, "none of them");
        for neither in [json!({}), json!({ "numbers": [] }), json!({ "numbers": [desk.number], "filter": {} })] {
            gather(&county, &campaign, neither).await.assert_problem(422, "invalid_fields");
        }
        for _ in 0..2 {
            let full = gather(&county, &campaign, json!({ "numbers": [desk.number] })).await.ok();
            assert_eq!((&full["order_count"], &full["orders"][0]["number"]), (&json!(1), &json!(desk.number)), "twice is once");
        }
        app.run_jobs().await;
        let joined = |events: Vec<String>| events.iter().filter(|event| *event == "campaign_joined").count();
        assert_eq!(joined(desk.inbox_events(&desk.delegate).await), 1);
        assert_eq!(joined(desk.inbox_events(&desk.unit).await), 1);
        let history = desk.history(&desk.delegate).await;
        assert!(history.iter().any(|item| item["action"] == "campaign_joined" && item["note"] == "夜间施工专项监督"));
    }

    async fn a_filter_gathers_what_its_caller_sees_and_no_more(app: TestApp) {
        let noise = |place| Report::at(place).category(NOISE);
        let here = app.delegate(AREA).await;
        let wanted = [here.submit(&noise(places::JIANXI)).await, here.submit(&noise(places::JIANXI)).await];
        let elsewhere = app.delegate("伊川县").await.submit(&noise(places::YICHUAN)).await;
        here.submit(&Report::at(places::JIANXI).category("占道经营")).await;
        let (county, city) = (app.county_supervisor(AREA).await, app.supervisor().await);
        let numbers = |full: &Value| -> Vec<String> {
            let orders = full["orders"].as_array().unwrap().iter();
            orders.map(|order| number(order).to_owned()).collect()
        };
        let of_county = open(&county, None).await;
        assert!(of_county["area"].is_string(), "a county's own");
        let full = gather(&county, &of_county, json!({ "filter": { "category": NOISE } })).await.ok();
        let mut expected: Vec<_> = wanted.iter().map(|order| number(order).to_owned()).collect();
        expected.sort();
        assert_eq!(numbers(&full), expected);

        let of_city = open(&city, None).await;
        assert_eq!(of_city["area"], Value::Null);
        let full = gather(&city, &of_city, json!({ "filter": { "category": NOISE, "from": "2025-09-08" } })).await.ok();
        expected.push(number(&elsewhere).to_owned());
        expected.sort();
        assert_eq!(numbers(&full), expected);
        gather(&city, &of_city, json!({ "filter": { "category": "农村饮水" } })).await.assert_problem(422, "nothing_found");
        gather(&city, &of_city, json!({ "filter": { "status": "nonsense" } })).await.assert_problem(400, "bad_filter");
        app.run_jobs().await;
    }

    async fn a_campaign_is_closed_once_with_what_came_of_it(app: TestApp) {
        let (county, city) = (app.county_supervisor(AREA).await, app.supervisor().await);
        let campaign = open(&county, Some(AREA)).await;
        assert!(told(&city).await.contains(&"campaign_opened".to_owned()));
        close(&county, &campaign, json!({ "outcome": "", "measures": "无" })).await.assert_problem(422, "invalid_fields");
        let closed = close(&county, &campaign, closing()).await.ok();
        for (field, expected) in closing().as_object().unwrap() {
            assert_eq!(&closed[field], expected);
        }
        assert_eq!(closed["status"], "closed");
        close(&county, &campaign, closing()).await.assert_problem(409, "campaign_closed");
        let desk = OrderFixture::dispatched(&app).await;
        gather(&county, &campaign, json!({ "numbers": [desk.number] })).await.assert_problem(409, "campaign_closed");
        assert!(told(&city).await.contains(&"campaign_closed".to_owned()));
        app.run_jobs().await;
    }

    async fn another_county_knows_nothing_of_it(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let campaign = open(&county, Some(AREA)).await;
        let elsewhere = app.county_supervisor("伊川县").await;
        let path = format!("/campaigns/{}", campaign["id"].as_str().unwrap());
        elsewhere.get(&path).await.assert_problem(404, "not_found");
        gather(&elsewhere, &campaign, json!({ "filter": {} })).await.assert_problem(404, "not_found");
        close(&elsewhere, &campaign, closing()).await.assert_problem(404, "not_found");
        assert_eq!(elsewhere.get("/campaigns").await.ok()["items"], json!([]));
        assert!(told(&elsewhere).await.is_empty());
        let abroad = json!({ "title": "别县", "purpose": "试试。", "area": "伊川县" });
        county.post("/campaigns", abroad).await.assert_problem(403, "role_may_not");
        assert_eq!(app.supervisor().await.get(&path).await.ok()["id"], campaign["id"]);
        app.run_jobs().await;
    }
}
