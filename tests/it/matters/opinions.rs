//! Opinions to government: numbered, replied to by the addressee, accepted or returned, printed as a letter.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Client, on_both_databases};

use super::{AREA, GOVERNMENT, inbox, look, open, post};

fn suggestion() -> Value {
    json!({
        "kind": "suggestion", "to_unit": GOVERNMENT, "title": "关于治理夜间施工噪声的建议",
        "text": "一、疏堵结合，合理安排工期。\n二、夜间施工公示。", "due_at": "2025-09-20T18:00:00+08:00",
    })
}

async fn reply(unit: &Client, no: &str, text: &str) -> tests::Answer {
    unit.post(&format!("/opinions/{no}/reply"), json!({ "text": text }))
        .await
}

async fn decide(who: &Client, no: &str, accepted: bool) -> tests::Answer {
    let body = json!({ "accepted": accepted, "note": "意见如此。" });
    who.post(&format!("/opinions/{no}/acceptance"), body).await
}

on_both_databases! {
    async fn a_government_answers_and_the_committee_returns_or_accepts(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let unit = app.handler(GOVERNMENT).await;
        let campaign = open(&county, &[]).await;
        let issued = post(&county, &campaign, "/opinions", suggestion()).await;
        issued.assert_status(201);
        let no = issued.json["no"].as_str().unwrap().to_owned();
        assert_eq!(issued.json["document_number"], "涧西区人常督〔2025〕1号");
        assert_eq!(issued.json["issuer"], "涧西区人民代表大会常务委员会");
        assert!(inbox(&unit).await.contains(&"opinion_issued".to_owned()));
        let second = post(&county, &campaign, "/opinions", suggestion()).await.ok();
        assert_eq!(second["document_number"], "涧西区人常督〔2025〕2号", "no gap");

        decide(&county, &no, true).await.assert_problem(409, "opinion_not_replied");
        reply(&county, &no, "代为答复。").await.assert_problem(403, "role_may_not");
        let other = app.handler_of_another(GOVERNMENT).await;
        reply(&other, &no, "代为答复。").await.assert_problem(404, "not_found");
        reply(&unit, &no, "").await.assert_problem(422, "invalid_fields");
        let replied = reply(&unit, &no, "正在研究。").await.ok();
        assert_eq!((&replied["status"], &replied["reply"]["text"]), (&json!("replied"), &json!("正在研究。")));
        reply(&unit, &no, "再次答复。").await.assert_problem(409, "opinion_awaits_decision");
        let returned = decide(&county, &no, false).await.ok();
        assert_eq!((&returned["status"], &returned["returns"]), (&json!("returned"), &json!(1)));
        assert!(inbox(&unit).await.contains(&"opinion_returned".to_owned()));
        reply(&unit, &no, "已划定施工时段并公示。").await.assert_ok();
        let accepted = decide(&county, &no, true).await.ok();
        assert_eq!((&accepted["status"], &accepted["decision"]["accepted"]), (&json!("accepted"), &json!(true)));
        reply(&unit, &no, "补充。").await.assert_problem(409, "opinion_accepted");

        let mine = unit.get("/opinions?open=true").await.ok();
        assert_eq!(mine["items"].as_array().unwrap().len(), 1, "the second one");
        let open_items = look(&county, &campaign).await["open_items"].clone();
        assert_eq!(open_items[0]["kind"], "opinion");
        // What was returned stays in the diary.
        let diary = look(&county, &campaign).await["diary"].to_string();
        assert!(diary.contains("正在研究。"), "{diary}");
    }

    async fn it_is_printed_as_a_letter_for_those_who_may_know_of_it(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let campaign = open(&county, &[]).await;
        let issued = post(&county, &campaign, "/opinions", suggestion()).await.ok();
        let path = format!("/opinions/{}.pdf", issued["no"].as_str().unwrap());
        let letter = county.get(&path).await;
        letter.assert_status(200);
        assert!(letter.body.starts_with(b"%PDF"));
        app.handler(GOVERNMENT).await.get(&path).await.assert_status(200);
        app.county_supervisor("伊川县").await.get(&path).await.assert_problem(404, "not_found");
        app.delegate(AREA).await.get(&path).await.assert_problem(404, "not_found");
    }

    async fn what_is_due_is_reminded_of_once_before_and_once_after(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let unit = app.handler(GOVERNMENT).await;
        let campaign = open(&county, &[]).await;
        let past = json!({ "kind": "opinion", "to_unit": GOVERNMENT, "title": "审议意见", "text": "请整改。", "due_at": "2025-01-01T00:00:00+08:00" });
        post(&county, &campaign, "/opinions", past).await.assert_problem(422, "due_in_the_past");
        let nobody = json!({ "kind": "opinion", "to_unit": "没有这个单位", "title": "审议意见", "text": "请整改。" });
        post(&county, &campaign, "/opinions", nobody).await.assert_problem(422, "invalid_fields");
        let issued = post(&county, &campaign, "/opinions", suggestion()).await.ok();
        let count = |events: Vec<String>| events.iter().filter(|event| *event == "opinion_due").count();
        assert_eq!(count(inbox(&unit).await), 0);
        app.advance_to("2025-09-19T09:00:00+08:00").await;
        assert_eq!(count(inbox(&unit).await), 1);
        let shown = county.get(&format!("/opinions/{}", issued["no"].as_str().unwrap())).await.ok();
        assert_eq!(shown["light"], "yellow");
        app.advance_to("2025-09-22T09:00:00+08:00").await;
        app.advance(TimeDelta::days(5)).await;
        assert_eq!(count(inbox(&unit).await), 2);
        let shown = county.get(&format!("/opinions/{}", issued["no"].as_str().unwrap())).await.ok();
        assert_eq!(shown["light"], "red");
    }
}
