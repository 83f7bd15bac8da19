//! Messages that residents leave without an account, and what the delegates of the site do with them.

use chrono::TimeDelta;
use entity::site_message;
use sea_orm::EntityTrait as _;
use tests::Browser;
use tests::photos::jpeg_with_exif;
use tests::places::JIANXI;

use super::*;

tests::on_both_databases! {
    async fn a_resident_s_message_reaches_the_station_s_delegates_and_nobody_else(app: TestApp) {
        let (keeper, other_keeper) = keepers(&app).await;
        let stranger = app.delegate("涧西区").await;
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let left = resident.leave(json!({ "text": TEXT, "contact": "13800001111" })).await;
        left.assert_status(201);
        assert_eq!((&left.json["state"], &left.json["in_review"]), (&json!("received"), &json!(true)));
        let receipt = left.json["receipt"].as_str().unwrap();
        let list = keeper.get("/site-messages").await.ok();
        assert_eq!(list["items"], json!([]), "not before it has been checked");
        app.run_jobs().await;
        let message = only_message(&keeper).await;
        assert_eq!((&message["text"], &message["contact"]), (&json!(TEXT), &json!("13800001111")));
        assert_eq!((inbox(&keeper, "site_message").await, inbox(&other_keeper, "site_message").await), (1, 1));
        assert_eq!(inbox(&stranger, "site_message").await, 0);
        assert_eq!(stranger.get("/site-messages").await.ok()["items"], json!([]));
        for (what, body) in [("adopt", json!({})), ("answer", json!({ "text": "收到。" }))] {
            stranger.post(&path(&message, what), body).await.assert_problem(404, "not_found");
        }
        let operator = app.operator().await;
        assert_eq!(only_message(&operator).await["contact"], Value::Null, "the resident wrote to his delegates");
        let shown = resident.receipt_view(receipt).await;
        assert_eq!((&shown["state"], &shown["in_review"]), (&json!("received"), &json!(false)));
        assert_eq!(shown["title"], "代表尚未处理");
        // What is kept opens nothing and names nobody.
        let row = site_message::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        let kept = format!("{row:?}{}", String::from_utf8_lossy(row.contact_sealed.as_deref().unwrap()));
        for secret in [receipt, &receipt.replace('-', ""), "13800001111", "oRESIDENT-1"] {
            assert!(!kept.contains(secret), "{secret}");
        }
        app.anonymous().get("/site-messages/receipts/22222-22222-22222-22222").await.assert_problem(404, "not_found");
        app.run_jobs().await;
    }

    async fn a_message_becomes_one_order_with_its_photos_whoever_is_first(app: TestApp) {
        let (one, two) = keepers(&app).await;
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let photo = resident.upload(jpeg_with_exif(3, LUOLONG, "2025-09-08T08:30:00+08:00")).await.ok();
        let left = resident.leave(json!({ "text": TEXT, "photo_ids": [photo["id"]] })).await.ok();
        app.run_jobs().await;
        // No push token is configured, so the picture's verdict could never arrive: an operator looks.
        assert_eq!(one.get("/site-messages").await.ok()["items"], json!([]));
        let operator = app.operator().await;
        let review = operator.get("/content-reviews").await.ok()["items"][0].clone();
        assert_eq!((&review["state"], &review["text_state"]), (&json!("unavailable"), &json!("pass")));
        let decision = format!("/content-reviews/{}/decision", review["id"].as_str().unwrap());
        operator.post(&decision, json!({ "result": "pass" })).await.assert_ok();
        app.run_jobs().await;
        let message = only_message(&one).await;
        assert_eq!(message["photos"][0]["id"], photo["id"]);
        let adopt = path(&message, "adopt");
        let body = json!({ "category": "0207" });
        let (first, second) = tokio::join!(one.post(&adopt, body.clone()), two.post(&adopt, body.clone()));
        let (winner, won, lost) = if first.status == 201 { (&one, first, second) } else { (&two, second, first) };
        won.assert_status(201);
        let problem = lost.assert_problem(409, "message_already_handled");
        assert_eq!(problem["current_status"], "adopted");
        let order = &won.json;
        assert_eq!((&order["channel"], &order["description"]), (&json!("scan"), &json!(TEXT)));
        assert_eq!((&order["area"]["name"], &order["address"]), (&json!("洛龙区"), &json!("洛龙区代表联络站")));
        assert_eq!(order["photos"][0]["id"], photo["id"]);
        let again = winner.post(&adopt, body).await;
        again.assert_status(201);
        assert_eq!((&again.json["number"], again.header("idempotency-replayed")), (&order["number"], "true"));
        winner.post(&path(&message, "answer"), json!({ "text": "已办。" })).await.assert_problem(409, "message_already_handled");
        app.run_jobs().await;
        // The unit sees the photo; its original is evidence.
        let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        unit.get(&format!("/photos/{}", photo["id"].as_str().unwrap())).await.assert_status(200);
        unit.act(order, "accept", json!({})).await.assert_ok();
        let reply = json!({ "account": "已更换灯具三盏，内部核实。", "public_reply": "三盏路灯已修好。" });
        unit.act(order, "reply", reply).await.assert_ok();
        app.run_jobs().await;
        let shown = resident.receipt_view(left["receipt"].as_str().unwrap()).await;
        assert_eq!((&shown["state"], &shown["order"]["number"]), (&json!("adopted"), &order["number"]));
        assert_eq!(shown["order"]["public_reply"], "三盏路灯已修好。");
        let steps: Vec<_> = shown["order"]["steps"].as_array().unwrap().iter().map(|s| s["action"].as_str().unwrap()).collect();
        for step in ["submitted", "adopted", "dispatched", "accepted", "replied"] {
            assert!(steps.contains(&step), "{step} in {steps:?}");
        }
        assert_eq!(shown["order"]["steps"][0]["title"], "代表提交反映事项");
        assert_eq!(shown["title"], "代表已采纳，正在办理");
        let told = shown.to_string();
        for hidden in ["内部核实", winner.person().name.as_str(), winner.person().phone.as_str()] {
            assert!(!told.contains(hidden), "{hidden}");
        }
        app.run_jobs().await;
    }

    async fn an_answer_is_shown_to_the_resident_once_it_has_been_checked(app: TestApp) {
        let (keeper, _) = keepers(&app).await;
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let receipt = resident.leave_message(TEXT).await;
        app.run_jobs().await;
        let message = only_message(&keeper).await;
        let body = json!({ "text": "已联系物业，今天晚上修好。" });
        assert_eq!(keeper.post(&path(&message, "answer"), body.clone()).await.ok()["status"], "answered");
        keeper.post(&path(&message, "answer"), body).await.assert_ok();
        let shown = resident.receipt_view(&receipt).await;
        assert_eq!((&shown["state"], &shown["answer"]), (&json!("answered"), &Value::Null), "not checked yet");
        app.run_jobs().await;
        assert_eq!(resident.receipt_view(&receipt).await["answer"], "已联系物业，今天晚上修好。");
    }

    async fn a_message_is_handed_over_to_another_delegate_of_the_county(app: TestApp) {
        let admin = app.admin().await;
        let keeper = app.sign_in(PersonQuery::delegate("涧西区")).await;
        let other = app.sign_in(PersonQuery::delegate("涧西区").nth(1)).await;
        let far = app.delegate("洛龙区").await;
        let made = site(&admin, json!({ "location": JIANXI.json(), "delegates": [keeper.person().phone] })).await;
        let resident = Resident::in_wechat(&app, code(&made), "oRESIDENT-1").await;
        resident.leave(json!({ "text": TEXT, "contact": "13800001111" })).await.assert_status(201);
        app.run_jobs().await;
        let message = only_message(&keeper).await;
        other.get(&path(&message, "colleagues")).await.assert_problem(404, "not_found");
        let colleagues = keeper.get(&path(&message, "colleagues")).await.ok();
        let items = colleagues["items"].as_array().unwrap();
        let id = |client: &Client| items.iter().find(|one| one["name"] == client.person().name.as_str()).map(|one| one["id"].clone());
        assert_eq!((id(&keeper), id(&far)), (None, None), "neither the caller nor another county");
        let to = id(&other).expect("the other delegate of the county");
        let far_id = far.get("/me").await.ok()["id"].clone();
        let hand = path(&message, "hand-over");
        keeper.post(&hand, json!({ "to": far_id, "note": "请您看看" })).await.assert_problem(422, "invalid_fields");
        keeper.post(&hand, json!({ "to": to, "note": "" })).await.assert_problem(422, "invalid_fields");
        assert_eq!(inbox(&other, "site_message").await, 0);
        let handed = keeper.post(&hand, json!({ "to": to, "note": "您分管住建，请处理。" })).await.ok();
        assert_eq!((&handed["status"], &handed["hand_over"]["to"]), (&json!("received"), &json!(other.person().name)));
        let seen = only_message(&other).await;
        assert_eq!((&seen["contact"], &seen["hand_over"]["note"]), (&json!("13800001111"), &json!("您分管住建，请处理。")));
        let notice = other.get("/inbox").await.ok()["items"][0].clone();
        let page = format!("pages/site-message/index?id={}", message["id"].as_str().unwrap());
        assert_eq!((&notice["event"], &notice["page"]), (&json!("site_message"), &json!(page)));
        assert_eq!(other.post(&path(&message, "answer"), json!({ "text": "已联系物业。" })).await.ok()["status"], "answered");
        let late = keeper.post(&hand, json!({ "to": to, "note": "再转一次" })).await;
        late.assert_problem(409, "message_already_handled");
        app.run_jobs().await;
    }

    async fn a_delegate_handles_messages_in_the_console(app: TestApp) {
        let (keeper, _) = keepers(&app).await;
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let other = Resident::in_wechat(&app, STATION, "oRESIDENT-2").await;
        let receipt = resident.leave_message(TEXT).await;
        other.leave_message("公交站牌歪了，风大时会倒。").await;
        app.run_jobs().await;
        let desk = Browser::as_cast(&app, PersonQuery::named("韩振华")).await;
        desk.get("/console/orders").await.page(200, &["/console/messages", "群众留言"]);
        let list = desk.get("/console/messages").await;
        list.page(200, &[TEXT, "公交站牌歪了", "待处理", "已采纳"]);
        let items = keeper.get("/site-messages").await.ok()["items"].clone();
        let address = |at: usize| format!("/console/messages/{}", items[at]["id"].as_str().unwrap());
        let page = desk.get(&address(1)).await;
        page.page(200, &[TEXT, "采纳为工单", "直接答复", "转交其他代表"]);
        let action = format!("{}/answer", address(1));
        desk.submit(&page, &action, &[("text", "。")]).await.page(422, &["至少填写 2 个字"]);
        desk.submit(&page, &action, &[("text", "今天晚上修好。")]).await.leads_to(&format!("{}?done=message_answered", address(1)));
        app.run_jobs().await;
        assert_eq!(resident.receipt_view(&receipt).await["answer"], "今天晚上修好。");
        let page = desk.get(&address(0)).await;
        let adopted = desk.submit(&page, &format!("{}/adopt", address(0)), &[]).await;
        assert!(adopted.header("location").ends_with("?done=message_adopted"), "{}", adopted.header("location"));
        desk.get("/console/messages").await.page(200, &["没有留言"]);
        desk.get("/console/messages?tab=adopted").await.page(200, &["公交站牌歪了"]);
        let stranger = Browser::as_cast(&app, PersonQuery::delegate("涧西区")).await;
        stranger.get(&address(0)).await.page(404, &[]);
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get("/console/messages").await.page(403, &[]);
        app.run_jobs().await;
    }

    async fn a_phone_may_leave_five_messages_an_hour_however_it_tries(app: TestApp) {
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let elsewhere = resident.at(TUNNEL);
        let said: Vec<String> = (0..8).map(|n| format!("{TEXT}第{n}次说。")).collect();
        let calls = said.iter().enumerate().map(|(n, text)| {
            let from = if n % 2 == 0 { &resident } else { &elsewhere };
            from.leave(json!({ "text": text }))
        });
        let answers = futures_util::future::join_all(calls).await;
        let taken = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(taken, 5);
        let refused = answers.iter().find(|answer| answer.status != 201).unwrap();
        refused.assert_problem(429, "too_many_messages");
        let wait: i64 = refused.header("retry-after").parse().unwrap();
        // An hour and the second it is rounded up by, and what a call waits while another opens the hour.
        assert!((3_500..=3_610).contains(&wait), "{wait}");
        // Another phone is not held up by it.
        Resident::in_wechat(&app, STATION, "oRESIDENT-2").await.leave_message(TEXT).await;
        app.advance(TimeDelta::seconds(wait)).await;
        let later = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        later.leave_message(TEXT).await;
        // A browser counts by its address.
        let browser = Resident::in_a_browser(&app, STATION);
        for n in 0..20 {
            browser.leave_message(&format!("{TEXT}{n}")).await;
        }
        browser.leave(json!({ "text": TEXT })).await.assert_problem(429, "too_many_messages");
        app.run_jobs().await;
        app.advance(TimeDelta::days(2)).await;
        let left = entity::site_quota::Entity::find().all(&app.app().db).await.unwrap();
        assert!(left.is_empty(), "counts of hours long over: {left:?}");
    }

    async fn a_repeated_call_is_the_same_message_and_the_same_receipt(app: TestApp) {
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let body = json!({ "text": TEXT });
        let first = resident.leave_with_key(body.clone(), "a-key-of-the-client").await.ok();
        for _ in 0..6 {
            let again = resident.leave_with_key(body.clone(), "a-key-of-the-client").await;
            assert_eq!((&again.json["receipt"], again.header("idempotency-replayed")), (&first["receipt"], "true"));
        }
        let other = resident.leave_with_key(json!({ "text": format!("{TEXT}改") }), "a-key-of-the-client").await;
        other.assert_problem(422, "idempotency_key_reused");
        // The same key of another phone is another key.
        let neighbour = Resident::in_wechat(&app, STATION, "oRESIDENT-2").await;
        let theirs = neighbour.leave_with_key(body, "a-key-of-the-client").await.ok();
        assert_ne!(theirs["receipt"], first["receipt"]);
        let rows = site_message::Entity::find().all(&app.app().db).await.unwrap();
        assert_eq!(rows.len(), 2);
        app.run_jobs().await;
    }

    async fn a_photo_serves_the_phone_and_the_site_it_was_sent_from(app: TestApp) {
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let neighbour = Resident::in_wechat(&app, STATION, "oRESIDENT-2").await;
        let photo = resident.upload(jpeg_with_exif(4, LUOLONG, "2025-09-08T08:30:00+08:00")).await.ok();
        let body = json!({ "text": TEXT, "photo_ids": [photo["id"]] });
        neighbour.leave(body.clone()).await.assert_problem(422, "photo_unknown");
        resident.at(TUNNEL).leave(body.clone()).await.assert_problem(422, "photo_unknown");
        // Nor can a delegate adopt it.
        let delegate = app.delegate("").await;
        let stolen = Report::at(JIANXI).photo(&photo).json();
        delegate.post("/orders", stolen).await.assert_problem(422, "photo_unknown");
        delegate.get(&format!("/photos/{}", photo["id"].as_str().unwrap())).await.assert_problem(404, "not_found");
        resident.leave(body.clone()).await.assert_status(201);
        resident.leave(body).await.assert_problem(422, "photo_unknown");
        app.run_jobs().await;
        // What no message came for is removed.
        let unused = resident.upload(jpeg_with_exif(5, LUOLONG, "2025-09-08T08:30:00+08:00")).await.ok();
        app.advance(TimeDelta::hours(25)).await;
        let id: entity::ids::PhotoId = unused["id"].as_str().unwrap().parse().unwrap();
        let left = entity::photo::Entity::find_by_id(id).one(&app.app().db).await.unwrap();
        assert!(left.is_none());
        assert_eq!(entity::photo::Entity::find().all(&app.app().db).await.unwrap().len(), 1);
    }

    async fn a_visit_ends_and_a_made_up_one_is_none(app: TestApp) {
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        app.advance(TimeDelta::hours(2)).await;
        resident.leave(json!({ "text": TEXT })).await.assert_problem(422, "visit_over");
        let forged = app.anonymous().request(reqwest::Method::POST, &format!("/sites/{STATION}/messages"), |request| {
            request.header("X-Visit", "bm9uc2Vuc2U").json(&json!({ "text": TEXT }))
        }).await;
        forged.assert_problem(422, "visit_over");
        let body = json!({ "login_code": "made-up" });
        app.anonymous().post(&format!("/sites/{STATION}/visits"), body).await.assert_problem(422, "login_code_invalid");
        for (text, fault) in [("太短", "too_short"), (&*"长".repeat(1_001), "too_long")] {
            let refused = Resident::in_a_browser(&app, STATION).leave(json!({ "text": text })).await;
            assert_eq!(refused.assert_problem(422, "invalid_fields")["errors"][0]["code"], fault);
        }
    }
}
