//! 重点监管名单: subjects with re-inspections and reminders; an order at a watched place says so.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Client, on_both_databases, places};

use super::{AREA, GOVERNMENT, inbox, noise_at};

async fn create(supervisor: &Client) -> Value {
    let body = json!({ "title": "夜间施工噪声重点监管名单" });
    let answer = supervisor.post("/watch-lists", body).await;
    answer.assert_status(201);
    answer.json
}

fn site() -> Value {
    json!({
        "subject": "和顺园小区旁工地", "place": places::JIANXI.json(), "owner_unit": GOVERNMENT,
        "reason": "夜间施工反复。", "reinspect_every_days": 7,
    })
}

fn entries(list: &Value) -> String {
    format!("/watch-lists/{}/entries", list["id"].as_str().unwrap())
}

on_both_databases! {
    async fn an_order_within_fifty_metres_of_a_watched_place_says_so(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let list = create(&county).await;
        let before = noise_at(&app, places::JIANXI).await;
        assert_eq!(before["watched"], json!([]));
        county.post(&entries(&list), site()).await.assert_status(201);
        let near = noise_at(&app, places::JIANXI).await;
        assert_eq!(near["watched"][0]["subject"], "和顺园小区旁工地");
        assert_eq!(near["watched"][0]["title"], list["title"]);
        assert!(near["watched"][0].get("reason").is_none(), "not for the delegate");
        let seen = app.operator().await.order(&near).await.ok();
        assert_eq!(seen["watched"][0]["reason"], "夜间施工反复。");
        let far = places::Place { latitude: places::JIANXI.latitude + 0.0006, ..places::JIANXI };
        assert_eq!(noise_at(&app, far).await["watched"], json!([]), "67 m away");
        app.run_jobs().await;
    }

    async fn inspections_are_planned_reminded_of_and_recorded(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let list = create(&county).await;
        let entry = county.post(&entries(&list), site()).await.ok();
        assert!(entry["next_inspection_at"].as_str().unwrap().starts_with("2025-09-15"));
        let due = async || inbox(&county).await.iter().filter(|event| *event == "inspection_due").count();
        assert_eq!(due().await, 0);
        app.advance(TimeDelta::days(6)).await;
        assert_eq!(due().await, 1);
        let shown = county.get(&format!("/watch-lists/{}", list["id"].as_str().unwrap())).await.ok();
        assert_eq!(shown["entries"][0]["light"], "yellow");
        let path = format!("{}/{}/inspections", entries(&list), entry["id"].as_str().unwrap());
        let future = json!({ "at": "2026-01-01T00:00:00+08:00", "note": "抽查。", "passed": true });
        county.post(&path, future).await.assert_problem(422, "in_the_future");
        let inspection = json!({ "at": app.now().to_rfc3339(), "note": "夜间未施工。", "passed": true });
        let inspected = county.post(&path, inspection).await;
        inspected.assert_status(201);
        assert_eq!((&inspected.json["inspections"][0]["passed"], &inspected.json["light"]), (&json!(true), &json!("green")));
        app.advance(TimeDelta::days(2)).await;
        assert_eq!(due().await, 1, "the one that was held is not reminded of");
        app.advance(TimeDelta::days(6)).await;
        assert_eq!(due().await, 2);
    }

    async fn the_demonstration_catches_up_on_inspections_between_the_stories_and_today(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let list = create(&county).await;
        county.post(&entries(&list), site()).await.assert_status(201);
        app.advance(TimeDelta::days(60)).await;
        zhitong::watch_lists::past::inspect_overdue(app.app(), "例行复查。").await.unwrap();
        let shown = county.get(&format!("/watch-lists/{}", list["id"].as_str().unwrap())).await.ok();
        let entry = &shown["entries"][0];
        assert_eq!((entry["inspections"].as_array().unwrap().len(), &entry["light"]), (8, &json!("green")));
        let next: chrono::DateTime<chrono::FixedOffset> = entry["next_inspection_at"].as_str().unwrap().parse().unwrap();
        assert!(next > app.now());
        zhitong::watch_lists::past::inspect_overdue(app.app(), "例行复查。").await.unwrap();
        let again = county.get(&format!("/watch-lists/{}", list["id"].as_str().unwrap())).await.ok();
        assert_eq!(again["entries"][0]["inspections"].as_array().unwrap().len(), 8, "nothing is overdue");
    }

    async fn a_subject_is_removed_with_a_reason_and_stays_on_record(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let list = create(&county).await;
        let entry = county.post(&entries(&list), site()).await.ok();
        let path = format!("{}/{}", entries(&list), entry["id"].as_str().unwrap());
        let remove = async |reason: &str| {
            county.request(reqwest::Method::DELETE, &path, |request| request.json(&json!({ "reason": reason }))).await
        };
        remove("").await.assert_problem(422, "invalid_fields");
        let removed = remove("工程已竣工。").await.ok();
        assert_eq!(removed["removal_reason"], "工程已竣工。");
        remove("再移一次。").await.assert_problem(409, "watch_entry_removed");
        assert_eq!(noise_at(&app, places::JIANXI).await["watched"], json!([]));
        let lists = county.get("/watch-lists").await.ok();
        assert_eq!((&lists["items"][0]["watched_count"], lists["items"][0]["entries"].as_array().unwrap().len()), (&json!(0), 1));
        for bad in [
            json!({ "subject": "某", "owner_unit": "没有这个单位", "reason": "某" }),
            json!({ "subject": "某", "owner_unit": GOVERNMENT, "reason": "某", "reinspect_every_days": 0 }),
            json!({ "subject": "", "owner_unit": GOVERNMENT, "reason": "某" }),
        ] {
            county.post(&entries(&list), bad).await.assert_problem(422, "invalid_fields");
        }
        app.county_supervisor("伊川县").await.get(&format!("/watch-lists/{}", list["id"].as_str().unwrap())).await.assert_problem(404, "not_found");
        app.run_jobs().await;
    }
}
