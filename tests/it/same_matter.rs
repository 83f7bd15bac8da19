//! 同一事项: known matters are shown while a report is composed, endorsed instead of reported again, merged and parted
//! without losing anybody.

use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::places::Place;
use tests::{Client, PersonQuery, TestApp, photos, places};

const VENDORS: &str = "占道经营";
const AREA: &str = "涧西区";
const WORDS: &str = "牡丹广场西侧人行道流动摊贩占道经营，早晚高峰行人只能走机动车道。";

fn report() -> Report {
    Report::at(places::JIANXI).category(VENDORS).saying(WORDS)
}

fn near(place: Place, more: &str) -> String {
    format!(
        "/orders/nearby?longitude={}&latitude={}&datum=wgs84{more}",
        place.longitude, place.latitude
    )
}

async fn nearby(client: &Client, place: Place, more: &str) -> Vec<Value> {
    let found = client.get(&near(place, more)).await.ok();
    found["items"].as_array().unwrap().clone()
}

async fn others(app: &TestApp, count: usize) -> Vec<Client> {
    let mut others = Vec::new();
    for nth in 0..count {
        others.push(
            app.sign_in(PersonQuery::delegate("").not_area(AREA).nth(nth))
                .await,
        );
    }
    others
}

async fn titles(client: &Client) -> Vec<String> {
    let inbox = client.get("/inbox?limit=100").await.ok();
    let items = inbox["items"].as_array().unwrap().iter();
    items
        .map(|notice| notice["title"].as_str().unwrap().to_owned())
        .collect()
}

fn endorsers(order: &Value) -> u64 {
    order["endorsements"]["count"].as_u64().unwrap()
}

tests::on_both_databases! {
    async fn what_is_likely_the_same_comes_first_and_tells_nothing_of_others(app: TestApp) {
        let delegate = app.delegate(AREA).await;
        let near_by = Place { longitude: places::JIANXI.longitude + 0.0002, ..places::JIANXI };
        let nearer = delegate.submit(&Report::at(near_by).category("夜间施工噪声").saying("夜间施工噪声很大，影响周边居民休息。")).await;
        let same = delegate.submit(&report()).await;
        let far = Place { longitude: places::JIANXI.longitude + 0.01, ..places::JIANXI };
        delegate.submit(&Report::at(far).category(VENDORS).saying(WORDS)).await;
        let other = app.sign_in(PersonQuery::delegate("").not_area(AREA)).await;

        let plain = nearby(&other, near_by, "").await;
        let numbers: Vec<_> = plain.iter().map(|order| order["number"].clone()).collect();
        assert_eq!(numbers, [nearer["number"].clone(), same["number"].clone()], "by distance, within 500 m");
        let text = "&text=人行道上流动摊贩占道经营，行人走机动车道";
        let compared = nearby(&other, near_by, text).await;
        assert_eq!(compared[0]["number"], same["number"], "{compared:?}");
        assert_eq!((&compared[0]["likely_same"], &compared[1]["likely_same"]), (&json!(true), &json!(false)), "{compared:?}");
        assert_eq!(compared[0]["signs"], json!(["place", "category", "text"]), "the words tell the kind");
        let mut fields: Vec<_> = compared[0].as_object().unwrap().keys().cloned().collect();
        fields.sort_unstable();
        assert_eq!(fields, ["category", "distance_m", "likely_same", "mine", "number", "probability", "signs", "status"]);
        assert!(!json!(compared).to_string().contains(&delegate.person().name));
        other.get(&format!("/orders/{}", number(&same))).await.assert_problem(404, "not_found");
        app.run_jobs().await;
    }

    async fn the_same_picture_shows_even_without_words(app: TestApp) {
        let delegate = app.delegate(AREA).await;
        let photo = delegate.upload_photo(7, places::JIANXI).await;
        let order = delegate.submit(&report().photo(&photo)).await;
        delegate.submit(&report()).await;
        let other = app.sign_in(PersonQuery::delegate("").not_area(AREA)).await;
        // The same picture as another file, as it comes when it was passed on.
        let bytes = photos::jpeg_with_exif(7, places::JIANXI, &app.now().to_rfc3339());
        let sent = other.upload(photos::with_comment(&bytes, "passed on"), "p.jpg", &[]).await.ok();
        let with_photo = format!("&photo_ids={}", sent["id"].as_str().unwrap());
        let found = nearby(&other, places::JIANXI, &with_photo).await;
        assert_eq!((&found[0]["number"], &found[0]["likely_same"]), (&order["number"], &json!(true)), "{found:?}");
        assert_eq!(found[0]["signs"], json!(["place", "picture"]));
        assert_eq!(found[1]["signs"], json!(["place"]));
        // Somebody else's photo is no key to anything.
        let theirs = format!("&photo_ids={}", photo["id"].as_str().unwrap());
        let found = nearby(&other, places::JIANXI, &theirs).await;
        assert!(found.iter().all(|order| order["signs"] == json!(["place"])), "{found:?}");
        other.get(&near(places::JIANXI, "&photo_ids=nonsense")).await.assert_problem(422, "invalid_fields");
        app.forgive_jobs("a photo waits for its report");
        app.run_jobs().await;
    }

    async fn the_operator_sees_what_may_be_merged(app: TestApp) {
        let delegate = app.delegate(AREA).await;
        let order = delegate.submit(&report()).await;
        let other = app.sign_in(PersonQuery::delegate("").not_area(AREA)).await;
        let same = other.submit(&report().saying("牡丹广场西侧人行道上都是流动摊贩占道经营，行人走到机动车道上。")).await;
        let operator = app.operator().await;
        let found = operator.get(&format!("/orders/{}/similar", number(&same))).await.ok();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "not itself: {found}");
        assert_eq!(found["items"][0]["number"], order["number"]);
        assert_eq!((&found["items"][0]["likely_same"], &found["items"][0]["signs"]), (&json!(true), &json!(["place", "category", "text"])));
        delegate.get(&format!("/orders/{}/similar", number(&order))).await.assert_problem(403, "role_may_not");
        app.run_jobs().await;
    }

    async fn an_endorser_is_told_like_the_reporter(app: TestApp) {
        let delegate = app.delegate(AREA).await;
        let order = delegate.submit(&report()).await;
        let other = app.sign_in(PersonQuery::delegate("").not_area(AREA)).await;
        other.act(&order, "endorsements", json!({})).await.assert_ok();
        app.run_jobs().await;
        let before = titles(&other).await;
        let handler = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        handler.act(&order, "accept", json!({})).await.assert_ok();
        let reply = json!({ "account": "已劝离摊贩并安排值守。", "public_reply": "摊贩已经劝离。" });
        handler.act(&order, "reply", reply).await.assert_ok();
        app.run_jobs().await;
        let satisfied = json!({ "result": "satisfied", "solved": "yes" });
        delegate.act(&order, "verdict", satisfied).await.assert_ok();
        app.run_jobs().await;
        let heard = titles(&other).await;
        assert_eq!(heard.len(), before.len() + 3, "{heard:?}");
        for title in ["承办单位已签收", "承办单位已答复", "工单已办结"] {
            assert!(heard.iter().any(|heard| heard == title), "{title}: {heard:?}");
        }
        other.act(&order, "verdict", json!({ "result": "satisfied", "solved": "yes" })).await.assert_problem(403, "role_may_not");
    }

    async fn the_third_delegate_raises_the_matter_once(app: TestApp) {
        let delegate = app.delegate(AREA).await;
        let order = delegate.submit(&report()).await;
        let supervisor = app.county_supervisor(AREA).await;
        let others = others(&app, 3).await;
        let mut levels = Vec::new();
        for other in &others {
            other.act(&order, "endorsements", json!({})).await.assert_ok();
            levels.push(supervisor.order(&order).await.ok()["supervision_level"].clone());
            app.run_jobs().await;
        }
        assert_eq!(levels, [json!("none"), json!("unit"), json!("unit")]);
        let told = titles(&supervisor).await;
        assert_eq!(told.iter().filter(|title| *title == "督办升级").count(), 1, "{told:?}");
        let timeline = supervisor.get(&format!("/orders/{}/timeline", number(&order))).await.ok();
        let raised: Vec<_> = timeline["items"].as_array().unwrap().iter().filter(|event| event["action"] == "raised").collect();
        assert_eq!(raised.len(), 1);
        assert_eq!(raised[0]["detail"], json!({ "level": "unit" }));
    }

    async fn merging_counts_each_delegate_once_and_parting_gives_each_his_own_back(app: TestApp) {
        let reporter = app.delegate(AREA).await;
        let kept = reporter.submit(&report()).await;
        let others = others(&app, 3).await;
        let (second, by_himself, along) = (&others[0], &others[1], &others[2]);
        let merged = second.submit(&report()).await;
        by_himself.act(&kept, "endorsements", json!({})).await.assert_ok();
        let operator = app.operator().await;
        // Two delegates and an endorser of each: three in all, for one endorses both.
        by_himself.act(&merged, "endorsements", json!({})).await.assert_ok();
        operator.act(&merged, "merge", json!({ "into": kept["number"] })).await.assert_ok();
        let grown = operator.order(&kept).await.ok();
        assert_eq!((endorsers(&grown), &grown["supervision_level"]), (2, &json!("unit")));
        assert_eq!(second.order(&kept).await.ok()["endorsements"]["mine"], true);

        operator.act(&merged, "unmerge", json!({ "reason": "其实是两件事" })).await.assert_ok();
        let parted = operator.order(&kept).await.ok();
        assert_eq!(endorsers(&parted), 1, "who endorsed it by himself stays");
        by_himself.order(&kept).await.assert_ok();
        second.order(&kept).await.assert_problem(404, "not_found");
        let own = second.order(&merged).await.ok();
        assert_eq!((&own["status"], &own["reporter"]["name"], endorsers(&own)), (&json!("triage"), &json!(second.person().name), 1));
        assert_eq!(queue_of(&operator).await, [merged["number"].clone()], "it waits for an operator");

        // Merged again, and this time the delegate endorses the other matter on their own: a split leaves the endorsement.
        operator.act(&merged, "merge", json!({ "into": kept["number"] })).await.assert_ok();
        second.act(&kept, "endorsements", json!({})).await.assert_ok();
        along.act(&kept, "endorsements", json!({})).await.assert_ok();
        operator.act(&merged, "unmerge", json!({ "reason": "其实是两件事" })).await.assert_ok();
        assert_eq!(endorsers(&operator.order(&kept).await.ok()), 3);
        second.order(&kept).await.assert_ok();
        let history = operator.get(&format!("/orders/{}/timeline", number(&kept))).await.ok();
        let actions: Vec<_> = history["items"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
        assert_eq!(actions.iter().filter(|action| **action == "merged_in").count(), 2, "{actions:?}");
        assert_eq!(actions.iter().filter(|action| **action == "split_off").count(), 2, "{actions:?}");
        app.run_jobs().await;
    }
}

async fn queue_of(operator: &Client) -> Vec<Value> {
    let queue = operator.get("/hotline/queue").await.ok();
    let items = queue["items"].as_array().unwrap().iter();
    items.map(|item| item["order"]["number"].clone()).collect()
}
