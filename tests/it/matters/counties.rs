//! 县区联动: a city's matter gives counties their part; they see it, report, close; the city sees the table.

use serde_json::json;
use tests::orders::number;
use tests::{on_both_databases, places};

use super::{AREA, inbox, look, noise_at, open, path, post, settle};

on_both_databases! {
    async fn a_county_sees_its_part_with_its_orders_and_the_city_the_table(app: TestApp) {
        let (city, county) = (app.supervisor().await, app.county_supervisor(AREA).await);
        let here = noise_at(&app, places::JIANXI).await;
        let there = noise_at(&app, places::YICHUAN).await;
        let campaign = open(&city, &[&here, &there]).await;
        app.run_jobs().await;
        assert_eq!(county.get("/campaigns").await.ok()["items"], json!([]), "nothing of it yet");
        let task = json!({ "areas": [AREA, "伊川县"], "text": "请组织自查并报告结果。", "due_at": "2025-10-08T18:00:00+08:00" });
        let given = post(&city, &campaign, "/county-tasks", task.clone()).await;
        given.assert_status(201);
        assert_eq!(given.json["items"].as_array().unwrap().len(), 2);
        post(&city, &campaign, "/county-tasks", task).await.assert_problem(409, "county_has_task");
        assert!(inbox(&county).await.contains(&"county_task".to_owned()));

        let mine = county.get("/campaigns").await.ok();
        assert_eq!(mine["items"].as_array().unwrap().len(), 1);
        let part = look(&county, &mine["items"][0]).await;
        assert_eq!((&part["parent"], &part["orders"][0]["number"]), (&campaign["id"], &json!(number(&here))));
        assert_eq!(part["parent_title"], campaign["title"]);
        county.get(&path(&campaign, "")).await.assert_problem(404, "not_found");
        let visit = json!({ "kind": "unannounced_visit", "at": "2025-09-08T09:00:00+08:00", "participants": ["某代表"], "note": "暗访工地。", "order_numbers": [number(&here)] });
        let held = post(&county, &part, "/activities", visit).await.ok();
        assert_eq!(held["order_numbers"], json!([number(&here)]));
        post(&county, &part, "/county-tasks", json!({ "areas": [AREA], "text": "再交办。" })).await
            .assert_problem(422, "campaign_not_city_wide");

        settle(&app, &here).await;
        let table = look(&city, &campaign).await["counties"].clone();
        let row = table.as_array().unwrap().iter().find(|row| row["name"] == AREA).unwrap();
        assert_eq!(
            (&row["orders"], &row["solved"], &row["activities"], &row["status"]),
            (&json!(1), &json!(1), &json!(1), &json!("open"))
        );
        let closing = json!({ "outcome": "解决 1 个，化解 1 起。" });
        let refused = post(&city, &campaign, "/close", closing.clone()).await;
        assert!(refused.assert_problem(409, "open_items")["detail"].is_string());
        post(&county, &part, "/close", closing).await.assert_ok();
        let table = look(&city, &campaign).await["counties"].clone();
        let row = table.as_array().unwrap().iter().find(|row| row["name"] == AREA).unwrap();
        assert_eq!((&row["status"], &row["outcome"]), (&json!("closed"), &json!("解决 1 个，化解 1 起。")));
    }

    async fn a_county_may_join_a_city_s_matter_by_itself_once(app: TestApp) {
        let (city, county) = (app.supervisor().await, app.county_supervisor(AREA).await);
        let campaign = open(&city, &[]).await;
        let body = json!({ "title": "本区响应", "purpose": "响应市人大。", "committee": "代表工作委员会", "parent": campaign["id"] });
        let joined = county.post("/campaigns", body.clone()).await;
        joined.assert_status(201);
        assert_eq!(joined.json["parent"], campaign["id"]);
        county.post("/campaigns", body).await.assert_problem(409, "county_has_task");
        let unknown = json!({ "title": "本区响应", "purpose": "响应。", "parent": "01890000-0000-7000-8000-000000000000" });
        county.post("/campaigns", unknown).await.assert_problem(422, "unknown_parent");
        app.run_jobs().await;
    }
}
