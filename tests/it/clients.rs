//! API clients and the link with the city's platform: keys with scopes, events applied once.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::on_both_databases;
use tests::orders::{Report, number};
use tests::{Client, TestApp};

/// A caller with a key of these scopes, and the client's id.
async fn client(app: &TestApp, scopes: &[&str]) -> (Client, String) {
    let body = json!({ "name": "市12345平台", "scopes": scopes });
    let created = app.admin().await.post("/clients", body).await.ok();
    let key = created["key"].as_str().unwrap();
    assert!(key.starts_with("zk_"), "{key}");
    (
        Client::with_token(app, key),
        created["id"].as_str().unwrap().to_owned(),
    )
}

fn event(app: &TestApp, id: &str, kind: &str, number: &str, more: Value) -> Value {
    let mut body = json!({ "event_id": id, "type": kind, "number": number, "at": app.now() });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

on_both_databases! {
    async fn a_key_does_what_its_scopes_say_and_no_more(app: TestApp) {
        let (reader, id) = client(&app, &["orders:read"]).await;
        reader.get("/orders?scope=all").await.assert_ok();
        reader.get("/clients").await.assert_problem(403, "scope_missing");
        reader.get("/orders/changes").await.assert_problem(403, "scope_missing");
        let order = app.delegate("涧西区").await.submit(&Report::at(tests::places::JIANXI)).await;
        reader.post(&format!("/orders/{}/urges", number(&order)), json!({ "note": "x" })).await.assert_problem(403, "scope_missing");
        let admin = app.admin().await;
        let rotated = admin.post(&format!("/clients/{id}/rotate"), json!({})).await.ok();
        let renewed = Client::with_token(&app, rotated["key"].as_str().unwrap());
        renewed.get("/orders?scope=all").await.assert_ok();
        reader.get("/orders?scope=all").await.assert_ok();
        app.advance(TimeDelta::hours(25)).await;
        reader.get("/orders?scope=all").await.assert_problem(401, "key_invalid");
        renewed.get("/orders?scope=all").await.assert_ok();
        app.admin().await.delete(&format!("/clients/{id}")).await.assert_status(204);
        renewed.get("/orders?scope=all").await.assert_problem(401, "key_invalid");
        app.operator().await.post("/clients", json!({ "name": "x", "scopes": ["link"] })).await.assert_status(403);
        app.run_jobs().await;
    }

    async fn an_event_of_the_platform_is_applied_once(app: TestApp) {
        let (platform, _) = client(&app, &["link"]).await;
        let report = Report::at(tests::places::JIANXI).category("占道经营");
        let order = app.delegate("涧西区").await.submit(&report).await;
        let number = number(&order);
        let accepted = event(&app, "e-1", "accepted", number, json!({ "external_number": "LY-2025-1" }));
        let first = platform.post("/link/events", accepted.clone()).await.ok();
        assert_eq!((&first["status"], &first["applied"]), (&json!("in_progress"), &json!(true)));
        let again = platform.post("/link/events", accepted.clone()).await.ok();
        assert_eq!(first, again);
        // Another event that says the same is refused by the lifecycle, and the refusal is remembered.
        let late = event(&app, "e-2", "accepted", number, json!({}));
        let refused = platform.post("/link/events", late.clone()).await;
        refused.assert_status(409);
        assert!(refused.json["allowed"].is_array(), "{}", refused.text());
        platform.post("/link/events", late).await.assert_status(409);
        let mut other = accepted;
        other["type"] = json!("note");
        platform.post("/link/events", other).await.assert_problem(422, "event_id_reused");
        let replied = json!({
            "event_id": "e-3", "type": "replied", "external_number": "LY-2025-1", "at": app.now(),
            "account": "已劝离摊贩。", "public_reply": "已劝离并安排值守。", "file_urls": ["https://example.com/1.pdf"],
        });
        let answer = platform.post("/link/events", replied).await.ok();
        assert_eq!((&answer["number"], &answer["status"]), (&json!(number), &json!("replied")));
        platform.post("/link/events", event(&app, "e-4", "note", "T20250101999999", json!({}))).await.assert_status(404);
        let timeline = app.operator().await.get(&format!("/orders/{number}/timeline")).await;
        assert!(timeline.text().contains("接口·市12345平台"), "{}", timeline.text());
        app.run_jobs().await;
    }

    async fn a_call_to_the_platform_becomes_the_delegates_order(app: TestApp) {
        let (platform, _) = client(&app, &["link"]).await;
        let delegate = app.delegate("涧西区").await;
        let call = json!({
            "event_id": "c-1", "type": "submitted", "external_number": "LY-2025-9", "at": app.now(),
            "caller_phone": delegate.person().phone, "description": "丽春路路灯连续三晚不亮，请检修。", "address": "涧西区丽春路",
        });
        let filed = platform.post("/link/events", call.clone()).await.ok();
        assert_eq!(filed["applied"], true);
        assert_eq!(platform.post("/link/events", call).await.ok(), filed);
        delegate.get(&format!("/orders/{}", filed["number"].as_str().unwrap())).await.assert_ok();
        app.operator().await.post("/link/events", json!({ "event_id": "x", "type": "note", "number": "T20250101000001", "at": app.now() })).await.assert_status(403);
        app.run_jobs().await;
    }
}
