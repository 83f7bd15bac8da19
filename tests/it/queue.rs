//! 坐席待办: everything that waits for an operator in one list, and no two operators on one matter.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::{Client, PersonQuery, TestApp, places};

const VENDORS: &str = "占道经营";

fn report() -> Report {
    Report::at(places::JIANXI).category(VENDORS)
}

/// A matter that no words of the city's categories tell.
fn unclear() -> Report {
    Report::at(places::JIANXI).saying("请看照片，谢谢您了。")
}

async fn handler_of(app: &TestApp, order: &Value) -> Client {
    app.handler(order["unit"]["name"].as_str().expect("a unit")).await
}

async fn queue(operator: &Client, query: &str) -> Value {
    operator.get(&format!("/hotline/queue{query}")).await.ok()
}

fn kinds(queue: &Value) -> Vec<&str> {
    let items = queue["items"].as_array().unwrap().iter();
    items.map(|item| item["kind"].as_str().unwrap()).collect()
}

async fn claim(operator: &Client, order: &Value) -> tests::Answer {
    operator
        .post(&format!("/hotline/queue/{}/claim", number(order)), json!({}))
        .await
}

async fn release(operator: &Client, order: &Value) -> tests::Answer {
    operator
        .delete(&format!("/hotline/queue/{}/claim", number(order)))
        .await
}

/// Brings an order to where its delegate has to be called.
async fn unanswered(app: &TestApp, delegate: &Client) -> Value {
    let order = delegate.submit(&report()).await;
    let handler = handler_of(app, &order).await;
    handler.act(&order, "accept", json!({})).await.assert_ok();
    let reply = json!({ "account": "已劝离摊贩并安排值守。", "public_reply": "摊贩已经劝离。" });
    handler.act(&order, "reply", reply).await.assert_ok();
    app.advance(TimeDelta::days(6)).await;
    order
}

tests::on_both_databases! {
    async fn each_kind_waits_in_the_queue_with_what_is_needed_to_decide(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let called = unanswered(&app, &delegate).await;
        let unclear = delegate.submit(&unclear()).await;
        let outside = delegate.submit(&Report::at(places::OUTSIDE).category(VENDORS)).await;
        let returned = delegate.submit(&report()).await;
        let handler = handler_of(&app, &returned).await;
        let back = json!({ "reason": "不属于本单位职责", "proposed_unit": "涧西区人民政府" });
        handler.act(&returned, "return", back).await.assert_ok();
        let extended = delegate.submit(&report()).await;
        handler.act(&extended, "extensions", json!({ "reason": "需要采购材料", "days": 2 })).await.assert_ok();

        let operator = app.operator().await;
        let all = queue(&operator, "").await;
        let counts = json!({ "returned": 1, "extension": 1, "triage": 1, "unmatched": 1, "follow_up": 1, "total": 5 });
        assert_eq!(all["counts"], counts);
        let row = |kind: &str| {
            let items = all["items"].as_array().unwrap().iter();
            items.clone().find(|item| item["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {all}")).clone()
        };
        for (kind, order) in [
            ("returned", &returned), ("extension", &extended), ("triage", &unclear), ("unmatched", &outside), ("follow_up", &called),
        ] {
            assert_eq!(row(kind)["order"]["number"], order["number"], "{kind}");
            assert_eq!(row(kind)["claim"], Value::Null, "{kind}");
        }
        let returned = row("returned");
        assert_eq!(returned["returned"]["reason"], "不属于本单位职责");
        assert_eq!(returned["returned"]["proposed_unit"]["name"], "涧西区人民政府");
        assert_eq!(returned["units"][0]["unit"]["name"], "涧西区人民政府", "what the unit proposes comes first");
        let back_to_itself = returned["units"].as_array().unwrap().iter().any(|unit| unit["unit"] == returned["returned"]["unit"]);
        assert!(!back_to_itself, "{returned}");
        assert_eq!((&row("extension")["extension"]["days"], &row("extension")["extension"]["reason"]), (&json!(2), &json!("需要采购材料")));
        assert_eq!(row("extension")["act_by"], row("extension")["extension"]["due_before"]);
        assert_eq!(row("follow_up")["follow_up"]["tries"], 0);
        assert!(row("triage")["reason"].as_str().unwrap().contains("坐席"), "{}", row("triage"));
        assert!(!all.to_string().contains(&delegate.person().phone), "numbers are not in the list");

        let some = queue(&operator, "?kind=extension,follow_up").await;
        assert_eq!(kinds(&some).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(["extension", "follow_up"]));
        operator.get("/hotline/queue?kind=nonsense").await.assert_problem(400, "bad_filter");
        app.run_jobs().await;
    }

    async fn the_most_urgent_comes_first_and_a_cursor_stands_still(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let mut wanted = Vec::new();
        for _ in 0..5 {
            wanted.push(delegate.submit(&unclear()).await["number"].clone());
            app.advance(TimeDelta::minutes(1)).await;
        }
        let outside = delegate.submit(&Report::at(places::OUTSIDE).category(VENDORS)).await;
        wanted.push(outside["number"].clone());
        let operator = app.operator().await;
        let (mut seen, mut path) = (Vec::new(), "?limit=2".to_owned());
        loop {
            let page = queue(&operator, &path).await;
            let items = page["items"].as_array().unwrap();
            let urgent: Vec<_> = items.iter().map(|item| item["act_by"].as_str().unwrap().to_owned()).collect();
            assert!(urgent.is_sorted(), "{urgent:?}");
            seen.extend(items.iter().map(|item| item["order"]["number"].clone()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("?limit=2&cursor={cursor}");
            // What is done meanwhile does not shift the page that follows.
            let done = json!({ "unit": "涧西区人民政府", "category": VENDORS, "reason": "经核实属于该单位。" });
            operator.act(&items[0]["order"], "dispatch", done).await.assert_ok();
        }
        assert_eq!(seen, wanted);
        app.run_jobs().await;
    }

    async fn two_operators_at_once_never_get_the_same_matter(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let (first, second) = (app.operator().await, app.sign_in(PersonQuery::role("operator").nth(1)).await);
        for _ in 0..5 {
            let order = delegate.submit(&unclear()).await;
            let (a, b) = tokio::join!(claim(&first, &order), claim(&second, &order));
            let mut statuses = [a.status, b.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409], "{} {}", a.text(), b.text());
            let (winner, loser, refused) = if a.status == 200 { (&first, &second, &b) } else { (&second, &first, &a) };
            let told = refused.assert_problem(409, "claimed_by_another");
            assert_eq!(told["held_by"], json!(winner.person().name));
            assert!(told["detail"].as_str().unwrap().contains(&winner.person().name), "{told}");
            assert!(told["held_until"].is_string());
            let done = json!({ "unit": "涧西区人民政府", "category": VENDORS, "reason": "经核实属于该单位。" });
            loser.act(&order, "dispatch", done.clone()).await.assert_problem(409, "claimed_by_another");
            loser.act(&order, "cancel", json!({ "reason": "重复登记" })).await.assert_problem(409, "claimed_by_another");
            assert_eq!(loser.order(&order).await.ok()["status"], "triage", "nothing was changed");
            winner.act(&order, "dispatch", done.clone()).await.assert_ok();
            // Acting released it: the other may act on it, though nothing of it waits any more.
            claim(loser, &order).await.assert_problem(409, "nothing_waits");
            loser.act(&order, "dispatch", done).await.assert_ok();
        }
        app.run_jobs().await;
    }

    async fn two_operators_acting_at_once_are_one_decision(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let (first, second) = (app.operator().await, app.sign_in(PersonQuery::role("operator").nth(1)).await);
        let order = delegate.submit(&report()).await;
        let handler = handler_of(&app, &order).await;
        let asked = handler.act(&order, "extensions", json!({ "reason": "需要采购材料", "days": 2 })).await.ok();
        let path = format!("extensions/{}/decision", asked["extensions"][0]["id"].as_str().unwrap());
        let (a, b) = tokio::join!(
            first.act(&order, &path, json!({ "granted": true })),
            second.act(&order, &path, json!({ "granted": false })),
        );
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", a.text(), b.text());
        assert_eq!(queue(&first, "").await["counts"]["total"], 0);
        app.run_jobs().await;
    }

    async fn a_claim_runs_out_is_given_back_and_binds_operators_only(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let (first, second) = (app.operator().await, app.sign_in(PersonQuery::role("operator").nth(1)).await);
        let order = delegate.submit(&unclear()).await;
        claim(&first, &order).await.assert_status(200);
        let row = queue(&second, "").await["items"][0].clone();
        assert_eq!((&row["claim"]["by"], &row["claim"]["mine"]), (&json!(first.person().name), &json!(false)));
        // Who does not hold it cannot give it back.
        release(&second, &order).await.assert_status(204);
        claim(&second, &order).await.assert_problem(409, "claimed_by_another");
        release(&first, &order).await.assert_status(204);
        release(&first, &order).await.assert_status(204);
        claim(&second, &order).await.assert_status(200);

        app.advance(TimeDelta::minutes(14)).await;
        let renewed = claim(&second, &order).await.ok();
        assert_eq!(renewed["kinds"], json!(["triage"]));
        app.advance(TimeDelta::minutes(14)).await;
        claim(&first, &order).await.assert_problem(409, "claimed_by_another");
        app.advance(TimeDelta::minutes(1)).await;
        claim(&first, &order).await.assert_status(200);
        assert_eq!(queue(&second, "").await["items"][0]["claim"]["by"], json!(first.person().name));
        // His own report is the delegate's to cancel, whoever works on it.
        delegate.act(&order, "cancel", json!({ "reason": "问题已自行解决" })).await.assert_ok();
        claim(&first, &order).await.assert_problem(409, "nothing_waits");
        first.request(Method::POST, "/hotline/queue/T20250908999999/claim", |request| request).await.assert_problem(404, "not_found");
        app.run_jobs().await;
    }

    async fn who_claims_a_call_is_told_the_number_and_the_third_call_in_vain_ends_it(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = unanswered(&app, &delegate).await;
        let operator = app.operator().await;
        let claimed = claim(&operator, &order).await.ok();
        assert_eq!(claimed["call"], json!({ "name": delegate.person().name, "phone": delegate.person().phone }));
        // It is Sunday: two calls on Monday, the third on Tuesday.
        for (tries, hours) in [(1, 24), (2, 3), (3, 24)] {
            app.advance(TimeDelta::hours(hours)).await;
            let vain = json!({ "reached": false, "outcome": "无人接听" });
            operator.act(&order, "follow-ups", vain).await.assert_ok();
            let waiting = queue(&operator, "?kind=follow_up").await;
            if tries < 3 {
                assert_eq!(waiting["items"][0]["follow_up"], json!({ "tries": tries, "last_outcome": "无人接听" }));
                assert_eq!(waiting["items"][0]["claim"], Value::Null, "each call gives it back");
            } else {
                assert_eq!(waiting["items"], json!([]));
            }
        }
        assert_eq!(operator.order(&order).await.ok()["status"], "closed");
        app.run_jobs().await;
    }

    async fn the_list_of_calls_and_the_queue_hold_the_same(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let (first, second) = (unanswered(&app, &delegate).await, unanswered(&app, &delegate).await);
        let operator = app.operator().await;
        let both = async || {
            let (calls, queue) = (operator.get("/follow-ups").await.ok(), queue(&operator, "?kind=follow_up").await);
            let numbers = |list: &Value| list["items"].as_array().unwrap().iter()
                .map(|item| number(&item["order"]).to_owned()).collect::<Vec<_>>();
            assert_eq!(numbers(&calls), numbers(&queue));
            numbers(&calls)
        };
        assert_eq!(both().await, [number(&first), number(&second)]);
        // The delegate's own verdict comes before the call, the operator's call after it.
        delegate.act(&first, "verdict", json!({ "result": "satisfied", "solved": "yes" })).await.assert_ok();
        assert_eq!(both().await, [number(&second)]);
        let call = json!({ "reached": true, "outcome": "接通", "verdict": { "result": "satisfied", "solved": "yes" } });
        operator.act(&second, "follow-ups", call).await.assert_ok();
        assert!(both().await.is_empty());
        app.run_jobs().await;
    }
}
