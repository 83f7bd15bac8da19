//! Bad input to an order that is under way: each is refused clearly, and leaves state, history and everybody's inbox
//! and phone as they were.

use entity::{assignment, deadline, delivery, job, notice, order_event, supervision_order, verdict};
use reqwest::Method;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::order_fixture::{AREA, OrderFixture, reply, verdict as judging};
use tests::{Client, PersonQuery, on_both_databases};

/// The state that a refused call must not change.
async fn state(desk: &OrderFixture) -> Value {
    let db = &desk.app.app().db;
    macro_rules! counted {
        ($($table:ident),*) => { json!({ $(stringify!($table): $table::Entity::find().count(db).await.unwrap()),* }) };
    }
    let rows = counted!(
        assignment,
        deadline,
        delivery,
        job,
        notice,
        order_event,
        supervision_order,
        verdict
    );
    let order = desk.now().await;
    json!({ "rows": rows, "version": order["version"], "status": order["status"], "deadlines": order["deadlines"] })
}

/// Sends, and checks the refusal and that nothing has changed.
async fn refused(desk: &OrderFixture, who: &Client, action: &str, body: Value, expected: (u16, &str)) {
    let (status, code) = expected;
    let before = state(desk).await;
    desk.by(who, action, body).await.assert_problem(status, code);
    assert_eq!(state(desk).await, before, "{action} {code}");
}

on_both_databases! {
    async fn what_a_unit_may_not_send(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        app.run_jobs().await;
        let unit = &desk.unit;
        let cases = [
            // Illegal now.
            ("accept", json!({}), 409, "move_not_open"),
            // Not a unit's.
            ("dispatch", json!({ "unit": "涧西区人民政府", "reason": "属地处理" }), 403, "role_may_not"),
            ("verdict", judging("satisfied"), 403, "role_may_not"),
            ("urges", json!({ "note": "快点。" }), 403, "role_may_not"),
            ("supervision-orders", json!({ "requirement": "请答复。" }), 403, "role_may_not"),
            // Without an account, or with nothing in it.
            ("reply", json!({ "public_reply": "已处理完毕。" }), 400, "malformed_body"),
            ("reply", json!({ "account": "  ", "public_reply": "已处理完毕。" }), 422, "invalid_fields"),
            ("reply", json!({ "account": "已处理完毕。" }), 422, "invalid_fields"),
            // Due in the past, no such unit, itself.
            ("sub-assignments", json!({ "unit": "涧西区水利局", "note": "核查", "due_at": "2025-09-07T00:00:00+08:00" }), 422, "due_in_the_past"),
            ("sub-assignments", json!({ "unit": "没有这个单位", "note": "核查" }), 422, "invalid_fields"),
            ("sub-assignments", json!({ "unit": "涧西区人民政府", "note": "核查" }), 422, "sub_assigned_to_itself"),
            ("extensions", json!({ "reason": "" }), 422, "invalid_fields"),
            ("extensions", json!({ "reason": "需要时间", "days": 99 }), 422, "extension_beyond_maximum"),
            ("extensions", json!({ "reason": "需要时间", "days": -1 }), 400, "malformed_body"),
            ("return", json!({ "reason": "不属本单位职责", "proposed_unit": "没有这个单位" }), 422, "invalid_fields"),
        ];
        for (action, body, status, code) in cases {
            refused(&desk, unit, action, body, (status, code)).await;
        }
    }

    async fn what_a_delegate_may_not_send(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        let other = app.sign_in(PersonQuery::delegate(AREA).nth(1)).await;
        refused(&desk, &other, "verdict", judging("satisfied"), (404, "not_found")).await;
        let me = &desk.delegate;
        let cases = [
            ("verdict", json!({ "result": "wonderful", "solved": "yes" }), 400, "malformed_body"),
            ("verdict", json!({ "result": "satisfied" }), 400, "malformed_body"),
            ("verdict", json!({ "result": "satisfied", "solved": "yes", "comment": "好".repeat(1_001) }), 422, "invalid_fields"),
            ("verdict", json!({ "result": "satisfied", "solved": "yes", "photo_ids": [uuid::Uuid::now_v7()] }), 422, "photo_unknown"),
            ("reopen", json!({ "reason": "又响了" }), 409, "move_not_open"),
            ("cancel", json!({ "reason": "不用了" }), 409, "move_not_open"),
            ("reply", reply(), 403, "role_may_not"),
        ];
        for (action, body, status, code) in cases {
            refused(&desk, me, action, body, (status, code)).await;
        }
    }

    async fn what_a_supervisor_may_not_send(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        app.run_jobs().await;
        let county = app.county_supervisor(AREA).await;
        let elsewhere = app.county_supervisor("伊川县").await;
        refused(&desk, &elsewhere, "urges", json!({ "note": "快点。" }), (404, "not_found")).await;
        let past = json!({ "requirement": "请答复。", "due_at": "2025-09-07T00:00:00+08:00" });
        refused(&desk, &county, "supervision-orders", past, (422, "due_in_the_past")).await;
        refused(&desk, &county, "supervision-orders", json!({ "requirement": "" }), (422, "invalid_fields")).await;
        refused(&desk, &county, "urges", json!({ "note": "" }), (422, "invalid_fields")).await;
        refused(&desk, &county, "accept", json!({}), (403, "role_may_not")).await;
        // It has a unit but was never replied to: there is nothing to follow up.
        let call = json!({ "reached": false, "outcome": "无人接听。" });
        refused(&desk, &county, "follow-ups", call, (403, "role_may_not")).await;
    }

    async fn a_stale_version_changes_nothing_whatever_the_move(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        app.run_jobs().await;
        let before = state(&desk).await;
        let county = app.county_supervisor(AREA).await;
        for (who, action, body) in [
            (&desk.unit, "reply", reply()),
            (&desk.unit, "extensions", json!({ "reason": "需要时间" })),
            (&desk.unit, "sub-assignments", json!({ "unit": "涧西区水利局", "note": "核查" })),
            (&county, "urges", json!({ "note": "请说明进度。" })),
            (&county, "tracking", json!({ "note": "反复扰民。" })),
            (&county, "supervision-orders", json!({ "requirement": "请书面答复。" })),
        ] {
            let path = format!("/orders/{}/{action}", desk.number);
            let stale = who
                .request(Method::POST, &path, |request| request.header("If-Match", "\"1\"").json(&body))
                .await;
            let problem = stale.assert_problem(412, "stale_version");
            assert_eq!(problem["version"], before["version"]);
        }
        assert_eq!(state(&desk).await, before);
    }
}
