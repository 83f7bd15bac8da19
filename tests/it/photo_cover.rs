//! 遮挡照片: what people are shown is painted over, the original stays, and the act is in the history.

use image::RgbImage;
use serde_json::{Value, json};
use tests::order_fixture::{AREA, OrderFixture};
use tests::orders::Report;
use tests::places::JIANXI;
use tests::{Browser, PersonQuery, TestApp};

async fn bytes(app: &TestApp, link: &str) -> Vec<u8> {
    let answer = app.http().get(link).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{link}");
    answer.bytes().await.unwrap().to_vec()
}

async fn picture(app: &TestApp, link: &Value) -> RgbImage {
    let bytes = bytes(app, link.as_str().unwrap()).await;
    image::load_from_memory(&bytes).unwrap().into_rgb8()
}

/// The brightness of the middle of the upper left quarter.
fn grey(picture: &RgbImage) -> [u8; 3] {
    picture.get_pixel(picture.width() / 4, picture.height() / 4).0
}

const UPPER_LEFT: [f64; 4] = [0.1, 0.1, 0.3, 0.3];

fn parts() -> Value {
    let [x, y, width, height] = UPPER_LEFT;
    json!({ "rectangles": [{ "x": x, "y": y, "width": width, "height": height }] })
}

tests::on_both_databases! {
    async fn a_unit_covers_a_face_and_the_original_stays_evidence(app: TestApp) {
        let delegate = app.delegate(AREA).await;
        let photo = delegate.upload_photo(71, JIANXI).await;
        let desk = OrderFixture::with(&app, &Report::at(JIANXI).category("夜间施工噪声").photo(&photo)).await;
        app.run_jobs().await;
        let id = photo["id"].as_str().unwrap();
        let path = format!("/orders/{}/photos/{id}/cover", desk.number);
        let before = picture(&app, &photo["urls"]["large"]).await;
        let original = desk.unit.get(&format!("/photos/{id}/original")).await.header("location").to_owned();
        let sent = bytes(&app, &original).await;

        delegate.post(&path, parts()).await.assert_problem(403, "role_may_not");
        app.supervisor().await.post(&path, parts()).await.assert_problem(403, "role_may_not");
        let name = desk.unit.person().unit.clone().unwrap();
        let other = app.sign_in(PersonQuery::role("handler").not_unit(&name)).await;
        other.post(&path, parts()).await.assert_problem(404, "not_found");
        desk.unit.post(&path, json!({ "rectangles": [] })).await.assert_problem(422, "invalid_fields");
        let outside = json!({ "rectangles": [{ "x": 0.9, "y": 0.0, "width": 0.5, "height": 0.1 }] });
        desk.unit.post(&path, outside).await.assert_problem(422, "invalid_fields");
        let unknown = path.replace(id, "0198f2f0-0000-7000-8000-000000000000");
        desk.unit.post(&unknown, parts()).await.assert_problem(404, "not_found");

        let order = desk.unit.post(&path, parts()).await.ok();
        let shown = &order["photos"][0]["urls"];
        for size in ["large", "thumb"] {
            let covered = picture(&app, &shown[size]).await;
            let [r, g, b] = grey(&covered);
            assert!(r.abs_diff(64) < 12 && g.abs_diff(64) < 12 && b.abs_diff(64) < 12, "{size}: {r} {g} {b}");
        }
        let fresh = delegate.get(&format!("/photos/{id}")).await.ok();
        let seen = picture(&app, &fresh["urls"]["large"]).await;
        assert_eq!(seen.dimensions(), before.dimensions());
        assert!(grey(&seen)[0].abs_diff(64) < 12, "the delegate sees the covered one too");
        let again = desk.unit.get(&format!("/photos/{id}/original")).await.header("location").to_owned();
        assert_eq!(bytes(&app, &again).await, sent, "the original is unchanged");

        // A second part does not uncover the first.
        let low = json!({ "rectangles": [{ "x": 0.6, "y": 0.6, "width": 0.3, "height": 0.3 }] });
        let order = desk.unit.post(&path, low).await.ok();
        let covered = picture(&app, &order["photos"][0]["urls"]["large"]).await;
        let lower = covered.get_pixel(covered.width() * 3 / 4, covered.height() * 3 / 4).0;
        assert!(grey(&covered)[0].abs_diff(64) < 12 && lower[0].abs_diff(64) < 12);
        let history = desk.unit.get(&format!("/orders/{}/timeline", desk.number)).await.ok();
        let acts: Vec<_> = history["items"].as_array().unwrap().iter().filter(|item| item["action"] == "photo_covered").collect();
        assert_eq!(acts.len(), 2, "{history}");
        assert_eq!(acts[0]["detail"]["rectangles"][0]["x"], json!(0.1));
        let public = delegate.get(&format!("/orders/{}/timeline", desk.number)).await.ok();
        assert!(public["items"].as_array().unwrap().iter().all(|item| item["action"] != "photo_covered"));
        app.run_jobs().await;
    }

    async fn the_console_covers_what_was_drawn_on_the_photo(app: TestApp) {
        let delegate = app.delegate(AREA).await;
        let photo = delegate.upload_photo(72, JIANXI).await;
        let desk = OrderFixture::with(&app, &Report::at(JIANXI).category("夜间施工噪声").photo(&photo)).await;
        app.run_jobs().await;
        let id = photo["id"].as_str().unwrap();
        let page = format!("/console/orders/{}/photos/{id}", desk.number);
        let name = desk.unit.person().unit.clone().unwrap();
        let unit = Browser::as_cast(&app, PersonQuery::role("handler").unit(&name)).await;
        unit.get(&format!("/console/orders/{}", desk.number)).await.page(200, &[&page, "遮挡"]);
        let form = unit.get(&page).await;
        form.page(200, &["原图作为证据保留", "data-cover"]);
        unit.submit(&form, &page, &[]).await.page(422, &["请在照片上框选"]);
        let done = format!("/console/orders/{}?done=cover_photo", desk.number);
        unit.submit(&form, &page, &[("rectangles", "0.10000,0.10000,0.30000,0.30000")]).await.leads_to(&done);
        unit.get(&done).await.page(200, &["照片已遮挡", "遮挡照片"]);
        // Who saw the older state is told, and nothing is lost.
        unit.submit(&form, &page, &[("rectangles", "0.1,0.1,0.2,0.2")]).await.page(412, &["工单刚刚有了变化"]);
        let county = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").area(AREA)).await;
        let text = county.get(&format!("/console/orders/{}", desk.number)).await.text();
        assert!(!text.contains(&page), "a supervisor covers nothing: {text}");
        county.get(&page).await.page(403, &["您的身份"]);
        app.run_jobs().await;
    }
}
