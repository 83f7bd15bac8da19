//! Matters under supervision: stages, activities, opinions, the ledger, counties, votes, closing, the look-back; watch
//! lists, documents, committees and batch actions.

use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::places::Place;
use tests::{Answer, Client, TestApp};

mod batch;
mod counties;
mod evidence;
mod ledger;
mod opinions;
mod pages;
mod stages;
mod watch_lists;

/// The county that the tests' matters lie in.
const AREA: &str = "涧西区";
/// Goes to the county's government.
const NOISE: &str = "夜间施工噪声";
const GOVERNMENT: &str = "涧西区人民政府";

/// An order about noise at this place.
async fn noise_at(app: &TestApp, place: Place) -> Value {
    let area = place.area.expect("a county");
    let report = Report::at(place).category(NOISE);
    app.delegate(area).await.submit(&report).await
}

/// The unit answers and the delegate is satisfied.
async fn settle(app: &TestApp, order: &Value) {
    let unit = app.handler(order["unit"]["name"].as_str().expect("a unit")).await;
    unit.act(order, "accept", json!({})).await.assert_ok();
    let reply = json!({ "account": "现场劝停设备。", "public_reply": "已责令工地夜间停工。" });
    unit.act(order, "reply", reply).await.assert_ok();
    app.run_jobs().await;
    let verdict = json!({ "result": "satisfied", "process": "satisfied", "solved": "yes" });
    let delegate = app
        .delegate(order["area"]["name"].as_str().expect("a county"))
        .await;
    delegate.act(order, "verdict", verdict).await.assert_ok();
    app.run_jobs().await;
}

/// A campaign of the supervisor about these orders.
async fn open(supervisor: &Client, orders: &[&Value]) -> Value {
    let orders: Vec<&str> = orders.iter().map(|order| number(order)).collect();
    let body = json!({
        "title": "夜间施工噪声专项监督", "purpose": "查清反复的原因。", "kind": NOISE,
        "committee": "代表工作委员会", "orders": orders,
    });
    let answer = supervisor.post("/campaigns", body).await;
    answer.assert_status(201);
    answer.json
}

fn path(campaign: &Value, rest: &str) -> String {
    format!("/campaigns/{}{rest}", campaign["id"].as_str().expect("an id"))
}

/// The campaign as somebody sees it now.
async fn look(who: &Client, campaign: &Value) -> Value {
    who.get(&path(campaign, "")).await.ok()
}

async fn post(who: &Client, campaign: &Value, rest: &str, body: Value) -> Answer {
    who.post(&path(campaign, rest), body).await
}

/// Events in an inbox, the newest first.
async fn inbox(who: &Client) -> Vec<String> {
    let inbox = who.get("/inbox?limit=100").await.ok();
    let items = inbox["items"].as_array().expect("items").iter();
    items
        .map(|item| item["event"].as_str().expect("an event").to_owned())
        .collect()
}

/// The texts of one field in a list.
fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let items = list.as_array().expect("a list").iter();
    items.filter_map(|item| item[field].as_str()).collect()
}
