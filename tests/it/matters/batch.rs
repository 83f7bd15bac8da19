//! Batch actions on a list of orders, and the committees they may be handed to.

use serde_json::{Value, json};
use tests::orders::number;
use tests::{on_both_databases, places};

use super::{AREA, look, noise_at, open, texts};

on_both_databases! {
    async fn each_order_of_a_batch_is_answered_for_itself(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let here = noise_at(&app, places::JIANXI).await;
        let there = noise_at(&app, places::YICHUAN).await;
        let batch = |action: &str, more: Value| {
            let mut body = json!({ "numbers": [number(&here), number(&there)], "action": action });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let urged = county.post("/orders/batch", batch("urge", json!({ "note": "请抓紧办理。" }))).await.ok();
        assert_eq!((&urged["items"][0]["ok"], &urged["items"][1]["ok"]), (&json!(true), &json!(false)));
        assert_eq!(urged["items"][1]["problem"]["code"], "not_found", "another county's");
        let again = county.post("/orders/batch", batch("urge", json!({ "note": "再催。" }))).await.ok();
        assert_eq!(again["items"][0]["problem"]["code"], "urged_just_now");

        let assign = json!({ "committee": "社会建设委员会" });
        county.post("/orders/batch", batch("assign_committee", assign)).await.assert_ok();
        let order = county.order(&here).await.ok();
        assert_eq!((&order["tracked"], &order["committee"]), (&json!(true), &json!("社会建设委员会")));
        let free = json!({ "committee": "随便写的委员会" });
        county.post("/orders/batch", batch("assign_committee", free)).await.assert_problem(422, "unknown_committee");
        county.post("/orders/batch", batch("assign_committee", json!({}))).await.assert_problem(422, "invalid_fields");
        county.post("/orders/batch", batch("urge", json!({}))).await.assert_problem(422, "invalid_fields");

        let campaign = open(&county, &[]).await;
        let add = json!({ "campaign": campaign["id"] });
        let added = county.post("/orders/batch", batch("add_to_campaign", add)).await.ok();
        assert_eq!((&added["items"][0]["ok"], &added["items"][1]["problem"]["code"]), (&json!(true), &json!("order_unknown")));
        assert_eq!(look(&county, &campaign).await["order_count"], 1);
        let nothing = json!({ "numbers": [], "action": "urge", "note": "请抓紧。" });
        county.post("/orders/batch", nothing).await.assert_problem(422, "invalid_fields");
        app.run_jobs().await;
    }

    async fn a_repeated_batch_gets_the_first_answer(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let order = noise_at(&app, places::JIANXI).await;
        let body = json!({ "numbers": [number(&order)], "action": "urge", "note": "请抓紧办理。" });
        let first = county.post_with_key("/orders/batch", body.clone(), "batch-0001").await;
        first.assert_ok();
        assert_eq!(first.json["items"][0]["ok"], true);
        // Without the key the second urge would be refused as too soon.
        let again = county.post_with_key("/orders/batch", body.clone(), "batch-0001").await;
        assert_eq!(again.json, first.json);
        assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
        let other = json!({ "numbers": [number(&order)], "action": "track", "note": "跟踪。" });
        county.post_with_key("/orders/batch", other, "batch-0001").await.assert_problem(422, "idempotency_key_reused");
        let timeline = county.get(&format!("/orders/{}/timeline", number(&order))).await.ok();
        let urged = timeline["items"].as_array().unwrap().iter().filter(|item| item["action"] == "urged").count();
        assert_eq!(urged, 1, "{timeline}");
        app.run_jobs().await;
    }

    async fn committees_are_the_city_s_and_never_free_text(app: TestApp) {
        let city = app.supervisor().await;
        let committees = city.get("/committees").await.ok();
        let names = texts(&committees["items"], "name");
        assert!(names.contains(&"代表工作委员会") && names.contains(&"农业与农村委员会"), "{names:?}");
        let order = noise_at(&app, places::JIANXI).await;
        let free = json!({ "committee": "随便写的委员会", "note": "跟踪到底。" });
        city.act(&order, "tracking", free).await.assert_problem(422, "unknown_committee");
        let known = json!({ "committee": names[0], "note": "跟踪到底。" });
        assert_eq!(city.act(&order, "tracking", known).await.ok()["committee"], names[0]);
        app.run_jobs().await;
    }
}
