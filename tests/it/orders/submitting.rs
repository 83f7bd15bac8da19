//! From the report to the unit: the duty table's unit, one number each, one order per key.

use uuid::Uuid;

use super::*;

on_both_databases! {
    /// The desk is the duty table's, and the order says why.
    async fn a_report_goes_to_the_right_desk_and_says_why(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        for place in [places::JIANXI, places::XIGONG, places::YICHUAN] {
            let order = delegate.submit(&Report::at(place).category(VENDORS)).await;
            assert_eq!(order["status"], "dispatched", "{order}");
            assert_eq!(order["area"]["name"], place.area.unwrap());
            assert_eq!(order["category"]["source"], "chosen");
            assert!(order["unit"]["name"].is_string() && order["unit"]["level"].is_string());
            assert!(!order["dispatch"]["reason"].as_str().unwrap().is_empty());
            assert!(order["number"].as_str().unwrap().starts_with("T20250908"));
            // Day 0 is Monday; the response counts hours, the resolution working days.
            assert_eq!(deadline(&order, "response")["light"], "green");
            assert_eq!(deadline(&order, "resolution")["due_at"], "2025-09-12T00:00:00+08:00");
            assert!(actions(&order).contains("cancel"), "{order}");
        }
        app.run_jobs().await;
    }

    async fn a_place_outside_or_a_matter_unknown_goes_to_triage_without_clocks(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::at(places::OUTSIDE).category(VENDORS)).await;
        assert_eq!(order["status"], "triage");
        assert_eq!(order["unit"], Value::Null);
        assert_eq!(order["deadlines"], json!([]));
        let vague = Report::at(places::JIANXI).saying("请有关部门看一看这里。");
        let order = delegate.submit(&vague).await;
        assert_eq!(order["status"], "triage", "{order}");
        // An operator sends it on, and only then do the clocks start.
        let operator = app.operator().await;
        let sent = operator
            .act(&order, "dispatch", json!({ "unit": "涧西区人民政府", "category": VENDORS, "reason": "属地处理" }))
            .await
            .ok();
        assert_eq!(sent["status"], "dispatched");
        assert_eq!(sent["category"]["source"], "operator");
        assert_eq!(sent["deadlines"].as_array().unwrap().len(), 2);
        app.run_jobs().await;
    }

    async fn the_same_key_gives_the_same_order_and_another_body_is_refused(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS).json();
        let first = delegate.post_with_key("/orders", report.clone(), "key-of-a-phone").await;
        first.assert_status(201);
        assert_eq!(first.header("idempotency-replayed"), "");
        let again = delegate.post_with_key("/orders", report, "key-of-a-phone").await;
        again.assert_status(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(first.json, again.json);
        let other = Report::at(places::JIANXI).saying("完全不同的另一件事情。").json();
        let other = delegate.post_with_key("/orders", other, "key-of-a-phone").await;
        other.assert_problem(422, "idempotency_key_reused");
        app.run_jobs().await;
    }

    async fn two_phones_with_one_key_at_once_make_one_order(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS).json();
        let calls = (0..8).map(|_| delegate.post_with_key("/orders", report.clone(), "one-key-for-all"));
        let answers = join_all(calls).await;
        let numbers: BTreeSet<_> = answers.iter().map(|answer| number(&answer.assert_status(201).json)).collect();
        assert_eq!(numbers.len(), 1);
        let fresh = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty());
        assert_eq!(fresh.count(), 1);
        let mine = delegate.get("/orders?scope=mine").await.ok();
        assert_eq!(mine["items"].as_array().unwrap().len(), 1);
        app.run_jobs().await;
    }

    async fn fifty_submitted_at_once_have_fifty_numbers(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS);
        let orders = join_all((0..50).map(|_| delegate.submit(&report))).await;
        let numbers: BTreeSet<_> = orders.iter().map(number).collect();
        assert_eq!(numbers.len(), 50);
        app.run_jobs().await;
    }

    async fn what_a_report_lacks_is_named(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = || Report::at(places::JIANXI);
        let key = || Uuid::now_v7().to_string();
        let without_datum = json!({ "longitude": 112.4, "latitude": 34.6 });
        let cases = [
            (report().saying("坏了").json(), 422, "invalid_fields"),
            (report().with("location", Value::Null).json(), 422, "invalid_fields"),
            (report().with("location", without_datum).json(), 400, "malformed_body"),
            (report().category("不存在的类别").json(), 422, "invalid_fields"),
            (report().with("photo_ids", json!([Uuid::now_v7()])).json(), 422, "photo_unknown"),
            (report().with("site_code", json!("NOWHERE")).json(), 422, "invalid_fields"),
            (report().with("occurred_at", json!("2030-01-01T00:00:00+08:00")).json(), 422, "invalid_fields"),
        ];
        for (body, status, code) in cases {
            delegate.post_with_key("/orders", body, &key()).await.assert_problem(status, code);
        }
        let keyless = delegate
            .request(reqwest::Method::POST, "/orders", |request| request.json(&report().json()))
            .await;
        keyless.assert_problem(400, "idempotency_key_required");
        let operator = app.operator().await;
        operator.post("/orders", report().json()).await.assert_problem(403, "role_may_not");
        let none = delegate.get("/orders?scope=mine").await.ok();
        assert_eq!(none["items"], json!([]));
    }
}
