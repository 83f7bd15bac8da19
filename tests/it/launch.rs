//! Needs of a launch besides the product: verification files, the reviewers' view, error reports of phones.

use serde_json::json;
use tests::{Db, TestApp};

const FILE: &[u8] = b"aBc123\r\n";

async fn verification_files(db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("MP_verify_AbC1.txt");
    std::fs::write(&path, FILE).unwrap();
    let app = TestApp::with(db)
        .set("WECHAT_VERIFY_FILES", &path.display().to_string())
        .start()
        .await;
    for place in ["/MP_verify_AbC1.txt", "/scan/MP_verify_AbC1.txt"] {
        let answer = app
            .http()
            .get(format!("{}{place}", app.base()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{place}");
        assert_eq!(answer.bytes().await.unwrap().as_ref(), FILE, "byte for byte");
    }
    for place in ["/other.txt", "/scan/other.txt"] {
        let answer = app
            .http()
            .get(format!("{}{place}", app.base()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 404, "{place}");
    }
    let page = app.http().get(format!("{}/scan/LL-STATION-01", app.base()));
    assert_eq!(
        page.send().await.unwrap().status(),
        200,
        "codes of sites are not files"
    );
    app.finish().await;
}

async fn review_view(db: Db) {
    let off = TestApp::start(db).await;
    let guess = json!({ "code": "review-2026" });
    off.anonymous()
        .post("/review-view", guess.clone())
        .await
        .assert_problem(404, "not_found");
    off.finish().await;
    let app = TestApp::with(db)
        .set("WECHAT_REVIEW_CODE", "review-2026")
        .start()
        .await;
    let wrong = app
        .anonymous()
        .post("/review-view", json!({ "code": "review-2025" }))
        .await;
    wrong.assert_problem(422, "review_code_wrong");
    let view = app.anonymous().post("/review-view", guess.clone()).await.ok();
    assert!(view["note"].as_str().unwrap().contains("虚构"), "{view}");
    assert!(view.get("access_token").is_none(), "nobody is signed in");
    let mut last = 200;
    for _ in 0..30 {
        last = app.anonymous().post("/review-view", guess.clone()).await.status;
    }
    assert_eq!(last, 429, "a capped number of times");
    app.finish().await;
}

async fn error_reports(db: Db) {
    let app = TestApp::start(db).await;
    let report = json!({
        "message": "TypeError: x is undefined", "page": "pages/order/index", "version": "1.0.0",
        "base_library": "3.7.0", "platform": "android",
    });
    app.anonymous()
        .post("/client-errors", report.clone())
        .await
        .assert_status(204);
    let mut last = 204;
    for _ in 0..30 {
        last = app
            .anonymous()
            .post("/client-errors", report.clone())
            .await
            .status;
    }
    assert_eq!(last, 429, "a phone in a loop fills no log");
    app.finish().await;
}

tests::journeys! {
    wechat_s_verification_files_are_served_byte_for_byte => verification_files;
    reviewers_see_a_fiction_and_only_with_the_code => review_view;
    errors_of_phones_are_taken_within_a_budget => error_reports;
}
