//! The preview of a report shows the dispatch that its submission results in.

use serde_json::{Value, json};
use tests::orders::Report;
use tests::{Client, on_both_databases, places};

const VENDORS: &str = "占道经营";

async fn preview(client: &Client, place: places::Place, more: Value) -> Value {
    let mut body = json!({ "location": place.json() });
    for (name, value) in more.as_object().expect("fields") {
        body[name] = value.clone();
    }
    client.post("/dispatch/preview", body).await.ok()
}

on_both_databases! {
    async fn the_preview_names_the_unit_that_then_gets_it(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        for place in [places::JIANXI, places::XIGONG, places::YICHUAN] {
            let shown = preview(&delegate, place, json!({ "category": VENDORS })).await;
            let order = delegate.submit(&Report::at(place).category(VENDORS)).await;
            assert!(order["unit"]["id"].is_string(), "{order}");
            for field in ["area", "unit", "support_units", "dispatch", "place_relation", "category", "zone"] {
                assert_eq!(shown[field], order[field], "{field}");
            }
        }
        app.run_jobs().await;
    }

    async fn a_matter_that_an_operator_must_decide_shows_no_unit(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let outside = preview(&delegate, places::OUTSIDE, json!({ "category": VENDORS })).await;
        assert_eq!((&outside["area"], &outside["unit"]), (&Value::Null, &Value::Null));
        let vague = preview(&delegate, places::JIANXI, json!({ "description": "请有关部门看一看这里。" })).await;
        assert_eq!(vague["area"]["name"], "涧西区");
        assert_eq!(vague["unit"], Value::Null);
        assert!(!vague["dispatch"]["reason"].as_str().expect("a reason").is_empty());
    }

    async fn a_preview_stores_nothing_and_refuses_by_field(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        preview(&delegate, places::JIANXI, json!({ "category": VENDORS })).await;
        assert_eq!(delegate.get("/orders").await.ok()["items"], json!([]));
        let unknown = json!({ "location": places::JIANXI.json(), "category": "没有这一类" });
        delegate.post("/dispatch/preview", unknown).await.assert_problem(422, "invalid_fields");
        let nowhere = json!({ "location": { "longitude": 412.4, "latitude": 34.6, "datum": "wgs84" } });
        delegate.post("/dispatch/preview", nowhere).await.assert_problem(422, "invalid_fields");
    }
}
