//! 多级督办 of one order: urges, tracking, supervision orders with their paper. The committee presses; it never handles.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::order_fixture::{AREA, OrderFixture, actions};
use tests::{PersonQuery, on_both_databases};

fn requirement() -> Value {
    json!({ "requirement": "请查明夜间施工反复的原因，书面答复整改措施。" })
}

fn issued(order: &Value) -> Vec<&str> {
    let all = order["supervision_orders"]
        .as_array()
        .expect("supervision orders")
        .iter();
    all.map(|issued| issued["number"].as_str().expect("a number"))
        .collect()
}

on_both_databases! {
    async fn an_urge_reaches_the_unit_and_the_next_one_waits(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let (county, city) = (app.county_supervisor(AREA).await, app.supervisor().await);
        let urge = json!({ "note": "请说明进度。", "phoned": true });
        desk.by(&county, "urges", urge.clone()).await.assert_ok();
        assert!(desk.inbox_events(&desk.unit).await.contains(&"urged".to_owned()));
        let history = desk.history(&desk.unit).await;
        let urged = history.iter().find(|item| item["action"] == "urged").expect("in the history");
        assert_eq!((&urged["note"], &urged["detail"]["phoned"]), (&json!("请说明进度。"), &json!(true)));
        // An hour must go by, whoever urges.
        app.advance(TimeDelta::minutes(30)).await;
        let soon = desk.by(&city, "urges", urge.clone()).await;
        soon.assert_problem(429, "urged_just_now");
        let wait: i64 = soon.header("retry-after").parse().expect("seconds");
        assert!((1_700..=1_801).contains(&wait), "{wait}");
        app.advance(TimeDelta::minutes(31)).await;
        desk.by(&city, "urges", urge).await.assert_ok();
        assert!(!actions(&desk.history(&desk.delegate).await).contains(&"urged"), "internal");
        app.run_jobs().await;
    }

    async fn tracking_is_handed_to_a_committee_and_ends(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let (county, city) = (app.county_supervisor(AREA).await, app.supervisor().await);
        let committee = app.sign_in(PersonQuery::role("supervisor").level("city").nth(1)).await;
        let of_committee = committee.get("/me").await.ok()["committee"].clone();
        let elsewhere = app.county_supervisor("伊川县").await;
        let order = desk.by(&county, "tracking", json!({ "note": "反复扰民。" })).await.ok();
        assert_eq!((&order["tracked"], &order["committee"]), (&json!(true), &Value::Null));
        let handed = json!({ "committee": of_committee, "note": "请跟踪到底。" });
        let order = desk.by(&city, "tracking", handed).await.ok();
        assert_eq!(order["committee"], of_committee);
        assert!(desk.inbox_events(&committee).await.contains(&"tracked".to_owned()), "the committee hears of it");
        let same_name = json!({ "committee": county.get("/me").await.ok()["committee"], "note": "转本区代工委。" });
        desk.by(&city, "tracking", same_name).await.assert_ok();
        assert!(desk.inbox_events(&elsewhere).await.is_empty(), "another county's committee of that name does not");
        let order = desk.by(&county, "untrack", json!({ "note": "已经解决。" })).await.ok();
        assert_eq!(order["tracked"], false);
        desk.by(&county, "untrack", json!({ "note": "再来一次。" })).await.assert_problem(409, "not_tracked");
        let listed = city.get("/orders?tracked=true").await.ok();
        assert_eq!(listed["items"], json!([]));
        app.run_jobs().await;
    }

    async fn supervision_orders_are_numbered_by_year_due_and_answered_once(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let (county, city) = (app.county_supervisor(AREA).await, app.supervisor().await);
        desk.by(&county, "supervision-orders", requirement()).await.assert_ok();
        let mut dated = requirement();
        dated["due_at"] = json!("2025-09-20T18:00:00+08:00");
        let order = desk.by(&city, "supervision-orders", dated).await.ok();
        assert_eq!(issued(&order), ["DB2025-0001", "DB2025-0002"]);
        let [first, second] = [&order["supervision_orders"][0], &order["supervision_orders"][1]];
        assert_eq!((&first["level"], &first["due_at"]), (&json!("county"), &json!("2025-09-12T00:00:00+08:00")), "three working days");
        assert_eq!((&second["level"], &second["due_at"]), (&json!("city"), &json!("2025-09-20T18:00:00+08:00")));
        assert_eq!(order["supervision_level"], "city", "the level has risen with who issued it");
        let seen = desk.delegate.order(&json!(desk.number)).await.ok();
        assert!(seen.get("supervision_orders").is_none(), "between the committee and the unit");

        let answer = json!({ "text": "已停工整改，夜间有专人值守。" });
        let other = app.handler_of_another("涧西区人民政府").await;
        desk.by(&other, "supervision-orders/DB2025-0001/answer", answer.clone()).await.assert_problem(404, "not_found");
        desk.by_unit("supervision-orders/DB2025-0009/answer", answer.clone()).await.assert_problem(404, "not_found");
        let order = desk.by_unit("supervision-orders/DB2025-0001/answer", answer.clone()).await.ok();
        assert!(order["supervision_orders"][0]["answered_at"].is_string());
        desk.by_unit("supervision-orders/DB2025-0001/answer", answer).await.assert_problem(422, "supervision_order_answered");
        assert!(desk.inbox_events(&county).await.contains(&"supervision_order_answered".to_owned()));

        // The one that waits is reminded of, once; the answered one is not.
        app.advance_to("2025-09-25T09:00:00+08:00").await;
        let reminded = |told: Vec<String>| told.iter().filter(|event| *event == "supervision_order_due").count();
        assert_eq!(reminded(desk.inbox_events(&desk.unit).await), 1);
        assert_eq!(reminded(desk.inbox_events(&county).await), 1);
    }

    async fn a_supervision_order_of_the_next_year_counts_from_one(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let city = app.supervisor().await;
        desk.by(&city, "supervision-orders", requirement()).await.assert_ok();
        app.advance_to("2026-01-05T09:00:00+08:00").await;
        let order = desk.by(&city, "supervision-orders", requirement()).await.ok();
        assert_eq!(issued(&order), ["DB2025-0001", "DB2026-0001"]);
        app.run_jobs().await;
    }

    async fn supervision_orders_issued_at_once_have_numbers_without_a_gap(app: TestApp) {
        let mut desks = Vec::new();
        for _ in 0..6 {
            desks.push(OrderFixture::accepted(&app).await);
        }
        let city = app.supervisor().await;
        let all = desks.iter().map(|desk| desk.by(&city, "supervision-orders", requirement()));
        let answers = futures_util::future::join_all(all).await;
        let mut numbers: Vec<String> = Vec::new();
        for answer in answers {
            numbers.extend(issued(&answer.ok()).into_iter().map(str::to_owned));
        }
        numbers.sort();
        let expected: Vec<_> = (1..=6).map(|nth| format!("DB2025-{nth:04}")).collect();
        assert_eq!(numbers, expected);
        app.run_jobs().await;
    }

    async fn the_paper_is_chinese_and_has_the_history(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let county = app.county_supervisor(AREA).await;
        desk.by(&county, "supervision-orders", requirement()).await.assert_ok();
        let path = format!("/orders/{}/supervision-orders/DB2025-0001/pdf", desk.number);
        for reader in [&county, &desk.unit] {
            let paper = reader.get(&path).await;
            paper.assert_status(200);
            assert_eq!(paper.header("content-type"), "application/pdf");
            assert!(paper.body.starts_with(b"%PDF") && paper.body.len() > 5_000, "{}", paper.body.len());
        }
        desk.delegate.get(&path).await.assert_problem(404, "not_found");
        // What stands on it: every step with its Chinese name, and who took it.
        for step in desk.history(&county).await {
            let title = step["title"].as_str().unwrap();
            assert!(!title.is_ascii() && title != "其他", "{step}");
        }
        app.run_jobs().await;
    }

    async fn the_committee_watches_and_never_handles(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        for supervisor in [app.county_supervisor(AREA).await, app.supervisor().await] {
            for (action, body) in [
                ("accept", json!({})),
                ("reply", tests::order_fixture::reply()),
                ("return", json!({ "reason": "不属本单位职责" })),
                ("extensions", json!({ "reason": "需要时间" })),
                ("dispatch", json!({ "unit": "涧西区人民政府", "reason": "属地处理" })),
                ("verdict", tests::order_fixture::verdict("satisfied")),
            ] {
                desk.by(&supervisor, action, body).await.assert_problem(403, "role_may_not");
            }
        }
        app.run_jobs().await;
    }
}
