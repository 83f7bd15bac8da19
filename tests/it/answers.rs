//! A creating call returns the same as the read that follows.

use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::{PersonQuery, on_both_databases, places};

/// The order without the links to its photos, which are signed anew each time.
fn unsigned(mut order: Value) -> Value {
    for photo in order["photos"].as_array_mut().expect("photos") {
        assert!(photo["urls"]["large"].is_string() && photo["urls"]["thumb"].is_string());
        photo["urls"] = Value::Null;
    }
    order
}

on_both_databases! {
    async fn what_a_delegate_is_answered_is_his_order(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let photo = delegate.upload_photo(7, places::JIANXI).await;
        for (report, status, photos) in [
            (Report::at(places::JIANXI).category("占道经营"), "dispatched", 0),
            (Report::at(places::JIANXI).category("占道经营").photo(&photo), "dispatched", 1),
            (Report::at(places::OUTSIDE), "triage", 0),
        ] {
            let answered = delegate.submit(&report).await;
            assert_eq!(answered["status"], status);
            assert_eq!(answered["photos"].as_array().expect("photos").len(), photos);
            assert!(answered["reporter"]["name"].is_string(), "{answered}");
            let read = delegate.get(&format!("/orders/{}", number(&answered))).await.ok();
            assert_eq!(unsigned(answered), unsigned(read));
        }
        app.run_jobs().await;
    }

    /// Staff see the charges too, among them those of supporting units.
    async fn what_an_operator_is_answered_is_the_order(app: TestApp) {
        let (delegate, operator) = (app.person(PersonQuery::delegate("洛龙区")).await, app.operator().await);
        let call = json!({
            "caller_phone": delegate.phone,
            "call_id": "A-1",
            "category": "占道经营",
            "description": "小学门口摊点占道，放学时无法通行。",
            "location": places::LUOLONG.json(),
        });
        let answered = operator.post("/hotline/calls", call).await.ok();
        assert!(!answered["assignments"].as_array().expect("charges").is_empty(), "{answered}");
        let read = operator.get(&format!("/orders/{}", number(&answered))).await.ok();
        assert_eq!(answered, read);
        app.run_jobs().await;
    }
}
