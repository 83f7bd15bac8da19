//! Orders from the report to the answer: the right desk, one number each, every move and its illegal neighbours.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::{Client, PersonQuery, TestApp, on_both_databases, places};
use uuid::Uuid;

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
    /// The desk is the duty table's, and the order says why.
    async fn a_report_goes_to_the_right_desk_and_says_why(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        for place in [places::JIANXI, places::XIGONG, places::YICHUAN] {
            let order = delegate.submit(&Report::at(place).category(VENDORS)).await;
            assert_eq!(order["status"], "dispatched", "{order}");
            assert_eq!(order["area"]["name"], place.area.unwrap());
            assert_eq!(order["category"]["source"], "chosen");
            assert!(order["unit"]["name"].is_string() && order["unit"]["level"].is_string());
            assert!(!order["dispatch"]["reason"].as_str().unwrap().is_empty());
            assert!(order["number"].as_str().unwrap().starts_with("T20250908"));
            // Day 0 is Monday; the response counts hours, the resolution working days.
            assert_eq!(deadline(&order, "response")["light"], "green");
            assert_eq!(deadline(&order, "resolution")["due_at"], "2025-09-12T00:00:00+08:00");
            assert!(actions(&order).contains("cancel"), "{order}");
        }
        app.run_jobs().await;
    }

    async fn a_place_outside_or_a_matter_unknown_goes_to_triage_without_clocks(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::at(places::OUTSIDE).category(VENDORS)).await;
        assert_eq!(order["status"], "triage");
        assert_eq!(order["unit"], Value::Null);
        assert_eq!(order["deadlines"], json!([]));
        let vague = Report::at(places::JIANXI).saying("请有关部门看一看这里。");
        let order = delegate.submit(&vague).await;
        assert_eq!(order["status"], "triage", "{order}");
        // An operator sends it on, and only then do the clocks start.
        let operator = app.operator().await;
        let sent = operator
            .act(&order, "dispatch", json!({ "unit": "涧西区人民政府", "category": VENDORS, "reason": "属地处理" }))
            .await
            .ok();
        assert_eq!(sent["status"], "dispatched");
        assert_eq!(sent["category"]["source"], "operator");
        assert_eq!(sent["deadlines"].as_array().unwrap().len(), 2);
        app.run_jobs().await;
    }

    async fn the_same_key_gives_the_same_order_and_another_body_is_refused(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS).json();
        let first = delegate.post_with_key("/orders", report.clone(), "key-of-a-phone").await;
        first.assert_status(201);
        assert_eq!(first.header("idempotency-replayed"), "");
        let again = delegate.post_with_key("/orders", report, "key-of-a-phone").await;
        again.assert_status(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(first.json, again.json);
        let other = Report::at(places::JIANXI).saying("完全不同的另一件事情。").json();
        let other = delegate.post_with_key("/orders", other, "key-of-a-phone").await;
        other.assert_problem(422, "idempotency_key_reused");
        app.run_jobs().await;
    }

    async fn two_phones_with_one_key_at_once_make_one_order(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS).json();
        let calls = (0..8).map(|_| delegate.post_with_key("/orders", report.clone(), "one-key-for-all"));
        let answers = join_all(calls).await;
        let numbers: BTreeSet<_> = answers.iter().map(|answer| number(&answer.assert_status(201).json)).collect();
        assert_eq!(numbers.len(), 1);
        let fresh = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty());
        assert_eq!(fresh.count(), 1);
        let mine = delegate.get("/orders?scope=mine").await.ok();
        assert_eq!(mine["items"].as_array().unwrap().len(), 1);
        app.run_jobs().await;
    }

    async fn fifty_submitted_at_once_have_fifty_numbers(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS);
        let orders = join_all((0..50).map(|_| delegate.submit(&report))).await;
        let numbers: BTreeSet<_> = orders.iter().map(number).collect();
        assert_eq!(numbers.len(), 50);
        app.run_jobs().await;
    }

    async fn what_a_report_lacks_is_named(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = || Report::at(places::JIANXI);
        let key = || Uuid::now_v7().to_string();
        let without_datum = json!({ "longitude": 112.4, "latitude": 34.6 });
        let cases = [
            (report().saying("坏了").json(), 422, "invalid_fields"),
            (report().with("location", Value::Null).json(), 422, "invalid_fields"),
            (report().with("location", without_datum).json(), 400, "malformed_body"),
            (report().category("不存在的类别").json(), 422, "invalid_fields"),
            (report().with("photo_ids", json!([Uuid::now_v7()])).json(), 422, "photo_unknown"),
            (report().with("site_code", json!("NOWHERE")).json(), 422, "invalid_fields"),
            (report().with("occurred_at", json!("2030-01-01T00:00:00+08:00")).json(), 422, "invalid_fields"),
        ];
        for (body, status, code) in cases {
            delegate.post_with_key("/orders", body, &key()).await.assert_problem(status, code);
        }
        let keyless = delegate
            .request(reqwest::Method::POST, "/orders", |request| request.json(&report().json()))
            .await;
        keyless.assert_problem(400, "idempotency_key_required");
        let operator = app.operator().await;
        operator.post("/orders", report().json()).await.assert_problem(403, "role_may_not");
        let none = delegate.get("/orders?scope=mine").await.ok();
        assert_eq!(none["items"], json!([]));
    }

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

    async fn who_may_not_know_of_an_order_gets_404_on_every_route(app: TestApp) {
        let (_, order, handler) = on_a_desk(&app).await;
        let stranger = app.sign_in(PersonQuery::delegate("").not_area("涧西区")).await;
        let other_unit = app.handler_of_another(order["unit"]["name"].as_str().unwrap()).await;
        let elsewhere = app.county_supervisor("伊川县").await;
        for client in [&stranger, &other_unit, &elsewhere] {
            client.order(&order).await.assert_problem(404, "not_found");
            let timeline = format!("/orders/{}/timeline", number(&order));
            client.get(&timeline).await.assert_problem(404, "not_found");
            for (action, body) in [
                ("accept", json!({})),
                ("reply", reply()),
                ("return", json!({ "reason": "不属本单位职责" })),
                ("dispatch", json!({ "unit": "涧西区人民政府", "reason": "属地处理" })),
                ("cancel", json!({ "reason": "不用了" })),
                ("extensions", json!({ "reason": "需要时间" })),
                ("sub-assignments", json!({ "unit": "涧西区人民政府", "note": "核查" })),
                ("reopen", json!({ "reason": "又坏了" })),
                ("merge", json!({ "into": number(&order) })),
            ] {
                client.act(&order, action, body).await.assert_problem(404, "not_found");
            }
            assert_eq!(client.get("/orders").await.ok()["items"], json!([]));
        }
        handler.order(&order).await.assert_ok();
        handler.order(&json!("T20250908999999")).await.assert_problem(404, "not_found");
        app.run_jobs().await;
    }

    async fn endorsing_twice_is_once_and_lets_the_delegate_see(app: TestApp) {
        let (delegate, order, _) = on_a_desk(&app).await;
        let other = app.sign_in(PersonQuery::delegate("").not_area("涧西区")).await;
        let near = other
            .get("/orders/nearby?longitude=112.3951&latitude=34.6551&datum=wgs84")
            .await
            .ok();
        assert_eq!(near["items"][0]["number"], order["number"]);
        assert!(near["items"][0].get("description").is_none(), "no more than is needed");
        for _ in 0..2 {
            let seen = other.act(&order, "endorsements", json!({})).await.ok();
            assert_eq!(seen["endorsements"], json!({ "count": 1, "mine": true }));
        }
        other.order(&order).await.assert_ok();
        let own = delegate.act(&order, "endorsements", json!({})).await;
        own.assert_problem(422, "own_matter");
        let seen = delegate.order(&order).await.ok();
        assert_eq!(seen["endorsements"], json!({ "count": 1, "mine": false }));
        app.run_jobs().await;
    }

    async fn each_role_reads_its_side_of_the_timeline(app: TestApp) {
        let (delegate, order, handler) = on_a_desk(&app).await;
        handler.act(&order, "accept", json!({})).await.assert_ok();
        handler.act(&order, "reply", reply()).await.assert_ok();
        let path = format!("/orders/{}/timeline", number(&order));
        let actions = |timeline: &Value| -> Vec<String> {
            let items = timeline["items"].as_array().unwrap();
            items.iter().map(|item| item["action"].as_str().unwrap().to_owned()).collect()
        };
        let public = delegate.get(&path).await.ok();
        assert_eq!(actions(&public), ["submitted", "dispatched", "accepted", "replied"]);
        assert!(!public.to_string().contains("安排专人值守"), "the account is internal");
        let internal = handler.get(&path).await.ok();
        assert_eq!(actions(&internal), ["submitted", "dispatched", "accepted", "replied", "account"]);
        app.run_jobs().await;
    }

    async fn a_confidential_reporter_is_not_named_to_units(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS).with("confidential", json!(true));
        let order = delegate.submit(&report).await;
        let name = delegate.person().name.clone();
        let handler = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        let seen = handler.order(&order).await.ok();
        assert_eq!(seen["reporter"], Value::Null);
        let path = format!("/orders/{}/timeline", number(&order));
        let lists = [handler.get("/orders?scope=unit").await.ok(), handler.get(&path).await.ok()];
        for list in lists {
            assert!(!list.to_string().contains(&name), "{list}");
        }
        assert_eq!(app.operator().await.order(&order).await.ok()["reporter"]["name"], name);
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

    async fn a_list_is_filtered_and_its_cursor_stands_still(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS);
        let mut wanted = Vec::new();
        for _ in 0..5 {
            wanted.insert(0, delegate.submit(&report).await["number"].clone());
        }
        for sort in ["newest", "due"] {
            let mut seen = Vec::new();
            let mut path = format!("/orders?scope=mine&limit=2&sort={sort}&to=2025-09-09&channel=snap,scan");
            loop {
                let page = delegate.get(&path).await.ok();
                seen.extend(page["items"].as_array().unwrap().iter().map(|order| order["number"].clone()));
                if sort == "newest" {
                    // Newer ones come in front while the list is read.
                    delegate.submit(&report).await;
                }
                let Some(cursor) = page["next_cursor"].as_str() else { break };
                path = format!("/orders?scope=mine&limit=2&sort={sort}&to=2025-09-09&channel=snap,scan&cursor={cursor}");
            }
            if sort == "newest" {
                assert_eq!(seen, wanted);
            } else {
                assert_eq!(seen.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), 8);
            }
        }
        for field in ["status", "light", "channel", "sort", "scope", "area", "unit", "category", "from", "difficult"] {
            let answer = delegate.get(&format!("/orders?{field}=nonsense")).await;
            assert_eq!(answer.assert_problem(400, "bad_filter")["errors"][0]["field"], field);
        }
        let none = delegate.get("/orders?q=%25&tracked=true").await.ok();
        assert_eq!(none["items"], json!([]));
        app.run_jobs().await;
    }
}
