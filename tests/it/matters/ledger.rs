//! 整改台账: measures are set, reported by the responsible unit, verified or sent back; late ones get lights.

use serde_json::{Value, json};
use tests::{Client, on_both_databases, places};

use super::{AREA, GOVERNMENT, inbox, look, open, post};

async fn set(supervisor: &Client, campaign: &Value) -> Value {
    let body = json!({ "text": "清退夜间违规施工工地。", "unit": GOVERNMENT, "due_at": "2025-09-15T18:00:00+08:00" });
    let answer = post(supervisor, campaign, "/measures", body).await;
    answer.assert_status(201);
    answer.json
}

async fn act(who: &Client, measure: &Value, action: &str, body: Value) -> tests::Answer {
    who.post(
        &format!("/measures/{}/{action}", measure["id"].as_str().unwrap()),
        body,
    )
    .await
}

on_both_databases! {
    async fn a_measure_is_reported_by_its_unit_and_verified_by_the_committee(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let unit = app.handler(GOVERNMENT).await;
        let campaign = open(&county, &[]).await;
        let measure = set(&county, &campaign).await;
        assert_eq!((&measure["seq"], &measure["status"], &measure["light"]), (&json!(1), &json!("open"), &json!("green")));
        assert_eq!(set(&county, &campaign).await["seq"], 2);
        let verify = |passed| json!({ "passed": passed, "note": "现场核验。" });
        act(&county, &measure, "verify", verify(true)).await.assert_problem(409, "measure_not_done");
        let done = json!({ "text": "已清退 3 处。" });
        act(&county, &measure, "done", done.clone()).await.assert_problem(403, "role_may_not");
        let photo = unit.upload_photo(7, places::JIANXI).await;
        let with_photo = json!({ "text": "已清退 3 处。", "photo_ids": [photo["id"]] });
        let reported = act(&unit, &measure, "done", with_photo).await.ok();
        assert_eq!(reported["status"], "done");
        assert!(reported["done"]["photos"][0]["thumb"].as_str().unwrap().starts_with("http"));
        act(&unit, &measure, "done", done.clone()).await.assert_problem(409, "measure_awaits_verification");
        let returned = act(&county, &measure, "verify", verify(false)).await.ok();
        assert_eq!((&returned["status"], &returned["returns"]), (&json!("open"), &json!(1)));
        assert!(inbox(&unit).await.contains(&"measure_returned".to_owned()));
        act(&unit, &measure, "done", done).await.assert_ok();
        let verified = act(&county, &measure, "verify", verify(true)).await.ok();
        assert_eq!(verified["status"], "verified");
        let ledger = look(&county, &campaign).await["ledger"].clone();
        assert_eq!((&ledger[0]["status"], &ledger[1]["status"]), (&json!("verified"), &json!("open")));
        assert_eq!(unit.get("/measures?open=true").await.ok()["items"].as_array().unwrap().len(), 1);
    }

    async fn a_late_measure_turns_yellow_and_red_and_its_unit_is_reminded(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let unit = app.handler(GOVERNMENT).await;
        let campaign = open(&county, &[]).await;
        set(&county, &campaign).await;
        let light = async || look(&county, &campaign).await["ledger"][0]["light"].clone();
        let due = async || inbox(&unit).await.iter().filter(|event| *event == "measure_due").count();
        assert_eq!((light().await, due().await), (json!("green"), 0));
        app.advance_to("2025-09-14T09:00:00+08:00").await;
        assert_eq!((light().await, due().await), (json!("yellow"), 1));
        app.advance_to("2025-09-16T09:00:00+08:00").await;
        assert_eq!((light().await, due().await), (json!("red"), 2));
    }
}
