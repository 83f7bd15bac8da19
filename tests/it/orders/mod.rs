//! Orders from the report to the answer: every action and its illegal neighbours; `submitting`, `access`.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::{Client, PersonQuery, TestApp, on_both_databases, places};

mod access;
mod submitting;

const VENDORS: &str = "占道经营";

/// An order of 涧西区 on a desk, and a handler of the unit that has it.
pub(crate) async fn on_a_desk(app: &TestApp) -> (Client, Value, Client) {
    let delegate = app.delegate("涧西区").await;
    let order = delegate
        .submit(&Report::at(places::JIANXI).category(VENDORS))
        .await;
    assert_eq!(order["status"], "dispatched");
    let unit = order["unit"]["name"].as_str().expect("a unit");
    let handler = app.handler(unit).await;
    (delegate, order, handler)
}

fn actions(order: &Value) -> BTreeSet<&str> {
    let names = order["actions"].as_array().expect("actions");
    names.iter().filter_map(Value::as_str).collect()
}

fn deadline<'a>(order: &'a Value, kind: &str) -> &'a Value {
    let all = order["deadlines"].as_array().expect("deadlines");
    let found = all.iter().find(|clock| clock["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {order}"))
}

fn reply() -> Value {
    json!({ "account": "现场劝离流动摊贩，安排专人值守。", "public_reply": "已清理占道摊点，恢复通行。" })
}

on_both_databases! {
    async fn accepting_and_answering_stop_the_clocks(app: TestApp) {
        let (delegate, order, handler) = on_a_desk(&app).await;
        handler.act(&order, "reply", reply()).await.assert_problem(409, "move_not_open");
        let accepted = handler.act(&order, "accept", json!({})).await.ok();
        assert_eq!(accepted["status"], "in_progress");
        assert!(deadline(&accepted, "response")["stopped_at"].is_string());
        assert!(deadline(&accepted, "resolution")["stopped_at"].is_null());
        let twice = handler.act(&order, "accept", json!({})).await;
        let problem = twice.assert_problem(409, "move_not_open");
        assert_eq!(problem["current_status"], "in_progress");
        assert!(problem["allowed"].as_array().unwrap().contains(&json!("reply")), "{problem}");
        delegate.act(&order, "cancel", json!({ "reason": "不用了" })).await.assert_problem(409, "move_not_open");
        handler
            .act(&order, "reply", json!({ "account": "已清理完毕。" }))
            .await
            .assert_problem(422, "invalid_fields");
        let replied = handler.act(&order, "reply", reply()).await.ok();
        assert_eq!(replied["status"], "replied");
        assert_eq!(replied["due_at"], Value::Null);
        assert_eq!(replied["replies"][0]["account"], reply()["account"]);
        let seen = delegate.order(&order).await.ok();
        assert_eq!(seen["replies"][0]["public_reply"], reply()["public_reply"]);
        assert!(seen["replies"][0].get("account").is_none(), "internal");
        assert!(seen.get("assignments").is_none(), "internal");
        app.run_jobs().await;
    }

    async fn a_stale_version_is_refused_and_nothing_changes(app: TestApp) {
        let (_, order, handler) = on_a_desk(&app).await;
        let path = format!("/orders/{}/accept", number(&order));
        let stale = handler
            .request(reqwest::Method::POST, &path, |request| request.header("If-Match", "\"7\""))
            .await;
        let problem = stale.assert_problem(412, "stale_version");
        assert_eq!((&problem["version"], &problem["current_status"]), (&json!(1), &json!("dispatched")));
        let fresh = handler
            .request(reqwest::Method::POST, &path, |request| request.header("If-Match", "\"1\""))
            .await;
        assert_eq!(fresh.ok()["version"], 2);
        app.run_jobs().await;
    }

    async fn of_two_who_accept_at_once_one_wins(app: TestApp) {
        let (_, order, handler) = on_a_desk(&app).await;
        let both = join_all((0..2).map(|_| handler.act(&order, "accept", json!({})))).await;
        let mut statuses: Vec<_> = both.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        app.run_jobs().await;
    }

    async fn a_return_keeps_the_clocks_and_a_second_one_is_refused(app: TestApp) {
        let (_, order, handler) = on_a_desk(&app).await;
        let operator = app.operator().await;
        let due = deadline(&order, "resolution")["due_at"].clone();
        let returned = handler
            .act(&order, "return", json!({ "reason": "不属本单位职责", "proposed_unit": "涧西区人民政府" }))
            .await
            .ok();
        assert_eq!((&returned["status"], &returned["unit"]), (&json!("triage"), &Value::Null));
        assert_eq!(deadline(&returned, "resolution")["due_at"], due);
        handler.act(&order, "accept", json!({})).await.assert_problem(403, "role_may_not");
        let unit = order["unit"]["name"].clone();
        let sent = operator.act(&order, "dispatch", json!({ "unit": unit, "reason": "就是你们" })).await.ok();
        assert_eq!(sent["deadlines"], returned["deadlines"], "the clocks go on");
        handler
            .act(&order, "return", json!({ "reason": "还是不属本单位" }))
            .await
            .assert_problem(422, "second_return");
        app.run_jobs().await;
    }

    async fn an_extension_is_asked_for_and_decided(app: TestApp) {
        let (_, order, handler) = on_a_desk(&app).await;
        let operator = app.operator().await;
        handler.act(&order, "accept", json!({})).await.assert_ok();
        let asked = handler.act(&order, "extensions", json!({ "reason": "需要连续监测" })).await.ok();
        let id = asked["extensions"][0]["id"].as_str().unwrap().to_owned();
        handler
            .act(&order, "extensions", json!({ "reason": "再要一次" }))
            .await
            .assert_problem(422, "extension_pending");
        let decision = format!("extensions/{id}/decision");
        handler.act(&order, &decision, json!({ "granted": true })).await.assert_problem(403, "role_may_not");
        let granted = operator.act(&order, &decision, json!({ "granted": true })).await.ok();
        assert_eq!(granted["extensions"][0]["status"], "granted");
        assert_eq!(deadline(&granted, "resolution")["due_at"], "2025-09-17T00:00:00+08:00");
        operator.act(&order, &decision, json!({ "granted": false })).await.assert_problem(409, "extension_decided");
        app.run_jobs().await;
    }

    async fn a_part_is_given_taken_on_and_accounted_for(app: TestApp) {
        let (_, order, handler) = on_a_desk(&app).await;
        let unit = order["unit"]["name"].as_str().unwrap().to_owned();
        let helper = app.handler("涧西区住房和城乡建设局").await;
        assert_ne!(helper.person().unit.as_deref(), Some(unit.as_str()));
        let part = helper.person().unit.clone().unwrap();
        handler.act(&order, "accept", json!({})).await.assert_ok();
        let past = json!({ "unit": part, "note": "核查", "due_at": "2025-09-01T00:00:00+08:00" });
        handler.act(&order, "sub-assignments", past).await.assert_problem(422, "due_in_the_past");
        let body = json!({ "unit": part, "note": "核查夜间情况。" });
        let given = handler.act(&order, "sub-assignments", body.clone()).await.ok();
        assert_eq!(given["support_units"][0]["name"], part);
        handler.act(&order, "sub-assignments", body).await.assert_problem(422, "unit_has_part");
        helper.act(&order, "accept", json!({})).await.assert_ok();
        let told = helper.act(&order, "reply", json!({ "account": "已核查两次。" })).await.ok();
        assert_eq!(told["status"], "in_progress", "the lead answers for the whole");
        let seen = handler.order(&order).await.ok();
        let parts = seen["assignments"].as_array().unwrap();
        assert!(parts.iter().any(|charge| charge["account"] == "已核查两次。"), "{seen}");
        app.run_jobs().await;
    }

    async fn a_merged_order_loses_no_reporter(app: TestApp) {
        let (_, order, _) = on_a_desk(&app).await;
        let other = app.sign_in(PersonQuery::delegate("").not_area("涧西区")).await;
        let same = other.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        let operator = app.operator().await;
        operator.act(&same, "merge", json!({ "into": same["number"] })).await.assert_problem(422, "merged_into_itself");
        let merged = operator.act(&same, "merge", json!({ "into": order["number"] })).await.ok();
        assert_eq!((&merged["status"], &merged["merged_into"]), (&json!("closed"), &order["number"]));
        let seen = other.order(&order).await.ok();
        assert_eq!(seen["endorsements"], json!({ "count": 1, "mine": true }));
        let back = operator.act(&same, "unmerge", json!({ "reason": "其实是两件事" })).await.ok();
        assert_eq!(back["status"], "triage");
        app.run_jobs().await;
    }
}
