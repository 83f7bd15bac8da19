//! A unit's actions on an order: sub-assignments with due times of their own, internal account and public reply,
//! extensions and returns and their refusals, notes, standard replies.

use serde_json::{Value, json};
use tests::order_fixture::{AREA, CAVED_IN, OrderFixture, actions, reply};
use tests::orders::Report;
use tests::{Browser, PersonQuery, on_both_databases, places};
use zhitong::city::snapshot::CityHandle;

const BUREAU: &str = "涧西区住房和城乡建设局";

fn part(due_at: Option<&str>) -> Value {
    json!({ "unit": BUREAU, "note": "核查夜间施工许可。", "due_at": due_at })
}

fn resolution(order: &Value) -> &Value {
    let clocks = order["deadlines"].as_array().expect("deadlines").iter();
    let mut running = clocks.filter(|clock| clock["kind"] == "resolution");
    running.next().expect("a resolution clock")
}

on_both_databases! {
    async fn the_numbers_of_the_policy_come_with_the_actions_that_they_limit(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let limits = desk.unit.order(&json!(desk.number)).await.ok()["limits"].clone();
        let policy = app.app().state::<CityHandle>().load().policy.clone();
        assert_eq!(limits["extension_working_days"], policy.clocks.extension_working_days);
        assert_eq!(limits["returns"], policy.clocks.returns_per_unit);
        assert_eq!(limits["urge_interval_minutes"], policy.supervision.urge_min_interval_minutes);
        assert_eq!(limits["reopen_days"], policy.follow_up.reopen_days);
        let me = desk.delegate.get("/me").await.ok();
        assert_eq!((&me["max_photos"], &me["max_photo_mb"]), (&limits["photos"], &limits["photo_mb"]));
        let unit = desk.unit.person().unit.clone().unwrap();
        let browser = Browser::as_cast(&app, PersonQuery::role("handler").unit(&unit)).await;
        let page = browser.get(&format!("/console/orders/{}", desk.number)).await;
        let shown = format!("每次最多 {} 个工作日，最多 {} 次", policy.clocks.extension_working_days, policy.clocks.extension_max_count);
        page.page(200, &[&shown]);
        app.run_jobs().await;
    }

    async fn a_part_has_its_own_due_time_and_a_reminder_before_it(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let bureau = app.handler(BUREAU).await;
        bureau.order(&json!(desk.number)).await.assert_problem(404, "not_found");
        let order = desk.by_unit("sub-assignments", part(Some("2025-09-10T18:00:00+08:00"))).await.ok();
        let given = order["assignments"].as_array().unwrap().iter().find(|charge| charge["role"] == "sub").cloned().unwrap();
        assert_eq!((&given["due_at"], &given["requirement"]), (&json!("2025-09-10T18:00:00+08:00"), &json!("核查夜间施工许可。")));
        assert_eq!(desk.inbox_events(&bureau).await, ["sub_assigned"]);
        app.advance_to("2025-09-09T17:00:00+08:00").await;
        assert_eq!(desk.inbox_events(&bureau).await, ["sub_assigned"]);
        app.advance_to("2025-09-09T18:30:00+08:00").await;
        assert_eq!(desk.inbox_events(&bureau).await, ["sub_assigned", "sub_due"], "a day before");
        assert!(actions(&desk.history(&desk.unit).await).contains(&"part_reminded"));
        app.advance_to("2025-09-11T12:00:00+08:00").await;
        assert_eq!(desk.inbox_events(&bureau).await, ["sub_assigned", "sub_due"], "once");
    }

    async fn a_part_that_is_done_in_time_is_not_reminded_of(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let bureau = app.handler(BUREAU).await;
        desk.by_unit("sub-assignments", part(Some("2025-09-10T18:00:00+08:00"))).await.assert_ok();
        let seen = bureau.order(&json!(desk.number)).await.ok();
        let may = seen["actions"].as_array().unwrap();
        assert!(may.contains(&json!("accept")) && may.contains(&json!("reply")), "{may:?}");
        assert!(!may.contains(&json!("sub_assignments")), "{may:?}");
        desk.by(&bureau, "reply", json!({ "account": "许可已过期，责令停工。" })).await.assert_ok();
        app.advance_to("2025-09-12T12:00:00+08:00").await;
        assert_eq!(desk.inbox_events(&bureau).await, ["sub_assigned"]);
        assert!(desk.inbox_events(&desk.unit).await.contains(&"sub_done".to_owned()));
    }

    async fn each_units_part_is_seen_by_units_and_not_by_the_delegate(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let bureau = app.handler(BUREAU).await;
        desk.by_unit("sub-assignments", part(None)).await.assert_ok();
        desk.by(&bureau, "accept", json!({})).await.assert_ok();
        desk.by(&bureau, "reply", json!({ "account": "许可已过期，责令停工。" })).await.assert_ok();
        desk.by_unit("reply", reply()).await.assert_ok();
        let watching = [&desk.unit, &bureau, &app.county_supervisor(AREA).await, &app.operator().await];
        for who in watching {
            let order = who.order(&json!(desk.number)).await.ok();
            let parts = order["assignments"].as_array().unwrap();
            assert!(parts.iter().any(|charge| charge["account"] == "许可已过期，责令停工。"), "{order}");
            assert_eq!(order["replies"][0]["account"], reply()["account"]);
        }
        let order = desk.delegate.order(&json!(desk.number)).await.ok();
        assert_eq!(order["support_units"][0]["name"], BUREAU, "who helped is no secret");
        let told = order.to_string() + &Value::from(desk.history(&desk.delegate).await).to_string();
        for internal in ["许可已过期", "约谈施工方", "核查夜间施工许可"] {
            assert!(!told.contains(internal), "{internal} is internal");
        }
        app.run_jobs().await;
    }

    async fn evidence_and_the_talk_with_the_delegate_are_kept(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let photo = desk.unit.upload_photo(7, places::JIANXI).await;
        let mut answer = reply();
        answer["photo_ids"] = json!([photo["id"]]);
        answer["contacted"] = json!({ "at": "2025-09-08T23:00:00+08:00", "how": "电话" });
        let tomorrow = desk.by_unit("reply", answer.clone()).await;
        assert_eq!(tomorrow.assert_problem(422, "invalid_fields")["errors"][0]["field"], "contacted.at");
        answer["contacted"] = json!({ "at": "2025-09-08T08:50:00+08:00", "how": "电话" });
        desk.by_unit("reply", answer).await.assert_ok();
        let seen = desk.delegate.order(&json!(desk.number)).await.ok();
        assert_eq!(seen["replies"][0]["contacted"], json!({ "at": "2025-09-08T08:50:00+08:00", "how": "电话" }));
        assert_eq!((&seen["photos"][0]["id"], &seen["photos"][0]["role"]), (&photo["id"], &json!("after")));
        app.run_jobs().await;
    }

    async fn an_extension_is_refused_by_name(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let operator = app.operator().await;
        let ask = |days: Option<u32>| json!({ "reason": "需要连续监测。", "days": days });
        desk.by_unit("extensions", ask(Some(0))).await.assert_problem(422, "extension_needs_days");
        desk.by_unit("extensions", ask(Some(4))).await.assert_problem(422, "extension_too_long");
        desk.by_unit("extensions", ask(Some(7))).await.assert_problem(422, "extension_beyond_maximum");
        for (nth, due) in ["2025-09-17T00:00:00+08:00", "2025-09-20T00:00:00+08:00"].into_iter().enumerate() {
            let asked = desk.by_unit("extensions", ask(None)).await.ok();
            desk.by_unit("extensions", ask(None)).await.assert_problem(422, "extension_pending");
            let id = asked["extensions"][nth]["id"].as_str().unwrap();
            let decision = format!("extensions/{id}/decision");
            let granted = desk.by(&operator, &decision, json!({ "granted": true })).await.ok();
            assert_eq!(resolution(&granted)["due_at"], due);
        }
        desk.by_unit("extensions", ask(Some(1))).await.assert_problem(422, "third_extension");
        let order = desk.now().await;
        assert_eq!(order["extensions"].as_array().unwrap().len(), 2);
        let told = resolution(&order)["explanation"].to_string();
        assert!(told.contains('9'), "nine working days at most: {told}");
        app.run_jobs().await;
    }

    async fn an_extension_asked_for_after_the_due_time_is_refused(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        app.advance_to("2025-09-12T00:00:30+08:00").await;
        desk.by_unit("extensions", json!({ "reason": "来不及了。" })).await.assert_problem(422, "extension_late");
        assert_eq!(desk.now().await["light"], "red");
    }

    async fn a_refused_extension_leaves_the_clock_and_says_why(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let before = resolution(&desk.now().await)["due_at"].clone();
        let asked = desk.by_unit("extensions", json!({ "reason": "需要连续监测。" })).await.ok();
        let id = asked["extensions"][0]["id"].as_str().unwrap();
        let no = json!({ "granted": false, "note": "理由不充分。" });
        let order = desk.by(&app.operator().await, &format!("extensions/{id}/decision"), no).await.ok();
        assert_eq!((&order["extensions"][0]["status"], &order["extensions"][0]["note"]), (&json!("refused"), &json!("理由不充分。")));
        assert_eq!(resolution(&order)["due_at"], before);
        assert!(desk.inbox_events(&desk.unit).await.contains(&"extension_refused".to_owned()));
        app.run_jobs().await;
    }

    async fn one_return_then_the_operators_decision_is_final(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        let operator = app.operator().await;
        let unit = desk.unit.person().unit.clone().unwrap();
        let before = desk.now().await["deadlines"].clone();
        let itself = json!({ "reason": "不属本单位职责", "proposed_unit": unit });
        desk.by_unit("return", itself).await.assert_problem(422, "return_proposes_itself");
        desk.by_unit("return", json!({ "reason": "不属本单位职责", "proposed_unit": BUREAU })).await.assert_ok();
        assert!(desk.inbox_events(&operator).await.contains(&"returned".to_owned()));
        let order = desk.by(&operator, "dispatch", json!({ "unit": unit, "reason": "属地负责", "final": true })).await.ok();
        assert_eq!((&order["dispatch"]["final"], &order["deadlines"]), (&json!(true), &before), "the clocks went on");
        desk.by_unit("return", json!({ "reason": "还是不属本单位" })).await.assert_problem(422, "final_dispatch");
        let may = desk.unit.order(&json!(desk.number)).await.ok()["actions"].clone();
        assert!(!may.as_array().unwrap().contains(&json!("return")), "{may}");
        app.run_jobs().await;
    }

    async fn a_return_after_one_working_day_is_too_late(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        // Monday's dispatch may be returned until Tuesday 24:00.
        app.advance_to("2025-09-10T00:00:30+08:00").await;
        desk.by_unit("return", json!({ "reason": "不属本单位职责" })).await.assert_problem(422, "return_late");
    }

    async fn a_deadline_explains_itself_over_the_long_holiday(app: TestApp) {
        app.advance_to("2025-09-30T10:00:00+08:00").await;
        let order = OrderFixture::dispatched(&app).await.now().await;
        // 1 to 8 October are off, Saturday the 11th is made up for: the 9th, 10th and 11th.
        assert_eq!(resolution(&order)["due_at"], "2025-10-12T00:00:00+08:00");
        let told = resolution(&order)["explanation"].to_string();
        assert!(told.contains("补班"), "{told}");
        assert_eq!(resolution(&order)["calendar"], "announced");
        app.run_jobs().await;
    }

    async fn notes_of_staff_are_internal_and_a_delegates_are_public(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let county = app.county_supervisor(AREA).await;
        desk.by_unit("notes", json!({ "text": "已约施工方周三面谈。" })).await.assert_ok();
        desk.by(&county, "notes", json!({ "text": "周四去现场看。" })).await.assert_ok();
        desk.by_delegate("notes", json!({ "text": "昨晚又响到两点。" })).await.assert_ok();
        let notes = |history: Vec<Value>| -> Vec<String> {
            let noted = history.into_iter().filter(|item| item["action"] == "noted");
            noted.map(|item| item["note"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(notes(desk.history(&desk.delegate).await), ["昨晚又响到两点。"]);
        assert_eq!(notes(desk.history(&desk.unit).await).len(), 3);
        desk.by_unit("notes", json!({ "text": " " })).await.assert_problem(422, "invalid_fields");
        app.run_jobs().await;
    }

    async fn standard_replies_come_with_the_kind_of_matter(app: TestApp) {
        let handler = app.handler(BUREAU).await;
        let titles = |texts: Value| -> Vec<String> {
            let items = texts["items"].as_array().unwrap().iter();
            items.map(|text| text["title"].as_str().unwrap().to_owned()).collect()
        };
        let found = titles(handler.get("/reply-texts?category=道路塌陷").await.ok());
        assert_eq!(&found[..2], ["道路塌陷", "市政设施"], "the nearest first");
        assert!(found.len() > 2, "and those that always fit");
        handler.get("/reply-texts?category=没有这个类别").await.assert_problem(404, "not_found");
        app.delegate("").await.get("/reply-texts?category=道路塌陷").await.assert_problem(403, "role_may_not");
    }

    async fn the_head_of_a_unit_sees_his_unit_and_no_other(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        let caved_in = OrderFixture::with(&app, &Report::at(places::JIANXI).category(CAVED_IN)).await;
        let head = desk.head().await;
        head.order(&json!(desk.number)).await.assert_ok();
        head.order(&json!(caved_in.number)).await.assert_problem(404, "not_found");
        let listed = head.get("/orders").await.ok();
        let numbers: Vec<_> = listed["items"].as_array().unwrap().iter().map(|order| order["number"].clone()).collect();
        assert_eq!(numbers, [json!(desk.number)]);
        let elsewhere = app.sign_in(PersonQuery::role("handler").not_unit("涧西区人民政府").not_area(AREA).nth(3)).await;
        assert_eq!(elsewhere.get("/orders").await.ok()["items"], json!([]));
        app.run_jobs().await;
    }
}
