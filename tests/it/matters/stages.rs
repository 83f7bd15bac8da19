//! 立项 → 调研 → 审议意见 → 整改 → 测评 → 结项 → 回头看, the diary, the vote, closing over open items.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::orders::number;
use tests::{on_both_databases, places};

use super::{AREA, NOISE, inbox, look, noise_at, open, path, post, settle, texts};

on_both_databases! {
    async fn a_matter_goes_through_its_stages_and_its_diary_says_when_and_who(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let campaign = open(&county, &[]).await;
        assert_eq!((&campaign["stage"], &campaign["status"]), (&json!("filed"), &json!("open")));
        let activity = json!({
            "kind": "survey", "at": "2025-09-08T08:30:00+08:00",
            "place": { "longitude": 112.395, "latitude": 34.655, "datum": "wgs84", "name": "某工地" },
            "participants": ["市人大代表李某", "社会建设委员会委员王某"], "led_by": "常委会副主任",
            "note": "工地夜间打桩，居民无法入睡。", "outcome": "施工方承诺调整工期。", "phone": "13800001234",
        });
        post(&county, &campaign, "/stage", json!({ "stage": "survey", "note": "组织代表调研。" })).await.assert_ok();
        let held = post(&county, &campaign, "/activities", activity).await;
        held.assert_status(201);
        assert_eq!(held.json["phone_masked"], "138******34");
        for (stage, note) in [("opinion", "提出意见。"), ("rectification", "整改。"), ("vote", "测评。")] {
            let moved = post(&county, &campaign, "/stage", json!({ "stage": stage, "note": note })).await.ok();
            assert_eq!(moved["stage"], stage);
        }
        let now = look(&county, &campaign).await;
        assert_eq!(texts(&now["stages"], "stage"), ["filed", "survey", "opinion", "rectification", "vote"]);
        assert!(now["stages"].as_array().unwrap().iter().all(|stage| stage["by"].is_string()));
        assert!(texts(&now["diary"], "action").contains(&"activity_held"));
        let activity = &now["activities"][0];
        assert_eq!((&activity["led_by"], &activity["place"]["name"]), (&json!("常委会副主任"), &json!("某工地")));
        post(&county, &campaign, "/stage", json!({ "stage": "look_back", "note": "看看。" })).await
            .assert_problem(409, "campaign_not_closed");
        post(&county, &campaign, "/stage", json!({ "stage": "survey", "note": "" })).await
            .assert_problem(422, "invalid_fields");
        let tomorrow = json!({ "kind": "meeting", "at": "2025-09-30T09:00:00+08:00", "participants": [], "note": "座谈。" });
        post(&county, &campaign, "/activities", tomorrow).await.assert_problem(422, "invalid_fields");
    }

    async fn a_matter_is_changed_and_found_by_area_status_and_committee(app: TestApp) {
        let (county, city) = (app.county_supervisor(AREA).await, app.supervisor().await);
        let campaign = open(&county, &[]).await;
        let change = json!({ "title": "夜间施工噪声跟踪督办", "committee": "城环委", "findings": "审批与监管脱节。" });
        let changed = county.put(&path(&campaign, ""), change).await.ok();
        assert_eq!(changed["title"], "夜间施工噪声跟踪督办");
        assert_eq!(changed["committee"], "城乡建设和环境资源保护委员会");
        let free_text = json!({ "committee": "随便写的委员会" });
        county.put(&path(&campaign, ""), free_text.clone()).await.assert_problem(422, "unknown_committee");
        let opened = json!({ "title": "某事", "purpose": "试试。", "committee": "随便写的委员会" });
        county.post("/campaigns", opened).await.assert_problem(422, "unknown_committee");
        for (query, count) in [
            ("?area=涧西区", 1), ("?area=伊川县", 0), ("?status=open", 1), ("?status=closed", 0),
            ("?committee=城环委", 1), ("?committee=代表工作委员会", 0),
        ] {
            let found = city.get(&format!("/campaigns{query}")).await.ok();
            assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
        }
        city.get("/campaigns?committee=没有").await.assert_problem(422, "unknown_committee");
        city.put(&path(&campaign, ""), json!({ "title": "" })).await.assert_problem(422, "invalid_fields");
    }

    async fn a_vote_passes_by_the_policy_s_share_of_those_present(app: TestApp) {
        let city = app.supervisor().await;
        let campaign = open(&city, &[]).await;
        let grades = |satisfied, basically_satisfied, dissatisfied| json!({
            "satisfied": satisfied, "basically_satisfied": basically_satisfied, "dissatisfied": dissatisfied,
        });
        let vote = |grades: Value, present: u32| json!({ "grades": grades, "present": present });
        post(&city, &campaign, "/vote", vote(grades(40, 20, 10), 60)).await.assert_problem(422, "more_votes_than_present");
        post(&city, &campaign, "/vote", vote(grades(0, 0, 0), 0)).await.assert_problem(422, "nobody_present");
        let failed = post(&city, &campaign, "/vote", vote(grades(20, 10, 25), 60)).await.ok();
        assert_eq!((&failed["vote"]["passed"], &failed["vote"]["abstained"]), (&json!(false), &json!(5)));
        assert_eq!(failed["vote"]["participants"], json!([]));
        let named = |names: &[&str]| {
            let mut body = vote(grades(1, 0, 0), 1);
            body["participants"] = json!(names);
            body
        };
        post(&city, &campaign, "/vote", named(&["李某", "王某"])).await.assert_problem(422, "more_names_than_present");
        post(&city, &campaign, "/vote", named(&[""])).await.assert_problem(422, "invalid_fields");
        let mut body = vote(grades(40, 10, 5), 60);
        body["participants"] = json!(["李某", "王某", "李某"]);
        let passed = post(&city, &campaign, "/vote", body).await.ok();
        assert_eq!(passed["vote"]["participants"], json!(["李某", "王某"]), "each once");
        assert_eq!((&passed["vote"]["passed"], &passed["vote"]["threshold_percent"]), (&json!(true), &json!(60)));
        assert_eq!((&passed["stage"], passed["votes"].as_array().unwrap().len()), (&json!("vote"), 2));
    }

    async fn it_cannot_be_closed_over_open_items_without_saying_why(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let order = noise_at(&app, places::JIANXI).await;
        let campaign = open(&county, &[&order]).await;
        app.run_jobs().await;
        let closing = json!({ "outcome": "整改到位。" });
        let refused = post(&county, &campaign, "/close", closing.clone()).await;
        let problem = refused.assert_problem(409, "open_items");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains(number(&order)), "{problem}");
        assert_eq!(look(&county, &campaign).await["open_items"][0]["reference"], number(&order));
        let by_stage = json!({ "stage": "closed", "note": "结项。" });
        post(&county, &campaign, "/stage", by_stage).await.assert_problem(409, "open_items");
        let reason = json!({ "outcome": "整改到位。", "open_reason": "余下工单按程序继续办理。" });
        let closed = post(&county, &campaign, "/close", reason).await.ok();
        assert_eq!((&closed["status"], &closed["stage"]), (&json!("closed"), &json!("closed")));
        assert_eq!(closed["open_reason"], "余下工单按程序继续办理。");
        post(&county, &campaign, "/close", closing).await.assert_problem(409, "campaign_closed");
    }

    async fn the_look_back_compares_new_orders_of_the_same_kind_and_place(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let order = noise_at(&app, places::JIANXI).await;
        app.run_jobs().await;
        settle(&app, &order).await;
        let campaign = open(&county, &[&order]).await;
        app.run_jobs().await;
        post(&county, &campaign, "/close", json!({ "outcome": "整改到位。" })).await.assert_ok();
        app.advance(TimeDelta::days(3)).await;
        assert_eq!(look(&county, &campaign).await["look_back"], Value::Null, "not before its day");
        let again = noise_at(&app, places::JIANXI).await;
        // Neither another county nor another kind counts.
        noise_at(&app, places::YICHUAN).await;
        app.run_jobs().await;
        app.advance(TimeDelta::days(28)).await;
        let found = look(&county, &campaign).await;
        let look_back = &found["look_back"];
        assert_eq!((&look_back["before"], &look_back["after"]), (&json!(1), &json!(1)), "{found}");
        assert_eq!(look_back["rebound"], true);
        assert_eq!(look_back["new_orders"], json!([number(&again)]));
        assert_eq!(look_back["at_same_place"], json!([number(&again)]));
        assert_eq!(found["stage"], "look_back");
        assert!(inbox(&county).await.contains(&"looked_back".to_owned()));
        assert_eq!(found["kind"], NOISE);
        // By hand it is done again, over the same days.
        let by_hand = json!({ "stage": "look_back", "note": "再看一次。" });
        let again = post(&county, &campaign, "/stage", by_hand).await.ok();
        assert_eq!(again["look_back"]["days"], 30);
    }
}
