//! Who may know of an order, and what each of them reads.

use super::*;

on_both_databases! {
    async fn what_happened_at_the_place_before_is_told_without_its_words(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let before = delegate.submit(&Report::default()).await;
        app.advance(chrono::TimeDelta::days(2)).await;
        let order = delegate.submit(&Report::default()).await;
        let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        let path = |order: &Value| format!("/orders/{}/place-history", order["number"].as_str().unwrap());
        let told = unit.get(&path(&order)).await.ok();
        assert_eq!(told["items"].as_array().unwrap().len(), 1, "{told}");
        let item = &told["items"][0];
        assert_eq!((&item["number"], &item["distance_m"]), (&before["number"], &json!(0)));
        assert!(item.get("description").is_none() && item.get("reporter").is_none(), "{item}");
        assert_eq!(unit.get(&path(&before)).await.ok()["items"], json!([]), "nothing before the first");
        app.delegate("伊川县").await.get(&path(&order)).await.assert_problem(404, "not_found");
        app.run_jobs().await;
    }

    async fn who_may_not_know_of_an_order_gets_404_on_every_route(app: TestApp) {
        let (_, order, handler) = on_a_desk(&app).await;
        let stranger = app.sign_in(PersonQuery::delegate("").not_area("涧西区")).await;
        let other_unit = app.handler_of_another(order["unit"]["name"].as_str().unwrap()).await;
        let elsewhere = app.county_supervisor("伊川县").await;
        for client in [&stranger, &other_unit, &elsewhere] {
            client.order(&order).await.assert_problem(404, "not_found");
            let timeline = format!("/orders/{}/timeline", number(&order));
            client.get(&timeline).await.assert_problem(404, "not_found");
            for (action, body) in [
                ("accept", json!({})),
                ("reply", reply()),
                ("return", json!({ "reason": "不属本单位职责" })),
                ("dispatch", json!({ "unit": "涧西区人民政府", "reason": "属地处理" })),
                ("cancel", json!({ "reason": "不用了" })),
                ("extensions", json!({ "reason": "需要时间" })),
                ("sub-assignments", json!({ "unit": "涧西区人民政府", "note": "核查" })),
                ("reopen", json!({ "reason": "又坏了" })),
                ("merge", json!({ "into": number(&order) })),
            ] {
                client.act(&order, action, body).await.assert_problem(404, "not_found");
            }
            assert_eq!(client.get("/orders").await.ok()["items"], json!([]));
        }
        handler.order(&order).await.assert_ok();
        handler.order(&json!("T20250908999999")).await.assert_problem(404, "not_found");
        app.run_jobs().await;
    }

    async fn endorsing_twice_is_once_and_lets_the_delegate_see(app: TestApp) {
        let (delegate, order, _) = on_a_desk(&app).await;
        let other = app.sign_in(PersonQuery::delegate("").not_area("涧西区")).await;
        let near = other
            .get("/orders/nearby?longitude=112.3951&latitude=34.6551&datum=wgs84")
            .await
            .ok();
        assert_eq!(near["items"][0]["number"], order["number"]);
        assert!(near["items"][0].get("description").is_none(), "no more than is needed");
        for _ in 0..2 {
            let seen = other.act(&order, "endorsements", json!({})).await.ok();
            assert_eq!(seen["endorsements"], json!({ "count": 1, "mine": true }));
        }
        other.order(&order).await.assert_ok();
        let own = delegate.act(&order, "endorsements", json!({})).await;
        own.assert_problem(422, "own_matter");
        let seen = delegate.order(&order).await.ok();
        assert_eq!(seen["endorsements"], json!({ "count": 1, "mine": false }));
        app.run_jobs().await;
    }

    async fn each_role_reads_its_side_of_the_timeline(app: TestApp) {
        let (delegate, order, handler) = on_a_desk(&app).await;
        handler.act(&order, "accept", json!({})).await.assert_ok();
        handler.act(&order, "reply", reply()).await.assert_ok();
        let path = format!("/orders/{}/timeline", number(&order));
        let actions = |timeline: &Value| -> Vec<String> {
            let items = timeline["items"].as_array().unwrap();
            items.iter().map(|item| item["action"].as_str().unwrap().to_owned()).collect()
        };
        let public = delegate.get(&path).await.ok();
        assert_eq!(actions(&public), ["submitted", "dispatched", "accepted", "replied"]);
        assert!(!public.to_string().contains("安排专人值守"), "the account is internal");
        let internal = handler.get(&path).await.ok();
        assert_eq!(actions(&internal), ["submitted", "dispatched", "accepted", "replied", "account"]);
        app.run_jobs().await;
    }

    async fn a_confidential_reporter_is_not_named_to_units(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS).with("confidential", json!(true));
        let order = delegate.submit(&report).await;
        let name = delegate.person().name.clone();
        let handler = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        let seen = handler.order(&order).await.ok();
        assert_eq!(seen["reporter"], Value::Null);
        let path = format!("/orders/{}/timeline", number(&order));
        let lists = [handler.get("/orders?scope=unit").await.ok(), handler.get(&path).await.ok()];
        for list in lists {
            assert!(!list.to_string().contains(&name), "{list}");
        }
        assert_eq!(app.operator().await.order(&order).await.ok()["reporter"]["name"], name);
        app.run_jobs().await;
    }

    async fn a_list_is_filtered_and_its_cursor_stands_still(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(VENDORS);
        let mut wanted = Vec::new();
        for _ in 0..5 {
            wanted.insert(0, delegate.submit(&report).await["number"].clone());
        }
        for sort in ["newest", "due"] {
            let mut seen = Vec::new();
            let mut path = format!("/orders?scope=mine&limit=2&sort={sort}&to=2025-09-09&channel=snap,scan");
            loop {
                let page = delegate.get(&path).await.ok();
                seen.extend(page["items"].as_array().unwrap().iter().map(|order| order["number"].clone()));
                if sort == "newest" {
                    // Newer ones come in front while the list is read.
                    delegate.submit(&report).await;
                }
                let Some(cursor) = page["next_cursor"].as_str() else { break };
                path = format!("/orders?scope=mine&limit=2&sort={sort}&to=2025-09-09&channel=snap,scan&cursor={cursor}");
            }
            if sort == "newest" {
                assert_eq!(seen, wanted);
            } else {
                assert_eq!(seen.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), 8);
            }
        }
        for field in ["status", "light", "channel", "sort", "scope", "area", "unit", "category", "from", "difficult"] {
            let answer = delegate.get(&format!("/orders?{field}=nonsense")).await;
            assert_eq!(answer.assert_problem(400, "bad_filter")["errors"][0]["field"], field);
        }
        let none = delegate.get("/orders?q=%25&tracked=true").await.ok();
        assert_eq!(none["items"], json!([]));
        app.run_jobs().await;
    }
}
