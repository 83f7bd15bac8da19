//! Documents: taken by content, served as attachments only, to those who may see what they belong to; 责令改正 on a reply;
//! supervision orders that close with their order and name who issued them.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tests::orders::number;
use tests::{Answer, Browser, Client, PersonQuery, on_both_databases, places};

use super::{AREA, GOVERNMENT, noise_at, open, post, settle};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

async fn upload(who: &Client, bytes: &[u8], name: &str) -> Answer {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    who.request(Method::POST, "/files", |request| {
        request.multipart(Form::new().part("file", part))
    })
    .await
}

on_both_databases! {
    async fn a_file_is_judged_by_content_and_served_as_an_attachment(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let stored = upload(&county, PDF, "调研报告.exe").await;
        stored.assert_status(201);
        assert_eq!((&stored.json["name"], &stored.json["size"]), (&json!("调研报告.pdf"), &json!(PDF.len())));
        upload(&county, b"MZ not a document", "report.pdf").await.assert_problem(415, "file_type_unknown");
        upload(&county, b"<html><script>", "report.pdf").await.assert_problem(415, "file_type_unknown");
        upload(&county, b"", "report.pdf").await.assert_problem(422, "file_empty");
        let mut large = PDF.to_vec();
        large.resize((20 << 20) + 1, b' ');
        upload(&county, &large, "large.pdf").await.assert_problem(413, "file_too_large");
        upload(&app.delegate(AREA).await, PDF, "某.pdf").await.assert_problem(403, "role_may_not");

        let path = format!("/files/{}", stored.json["id"].as_str().unwrap());
        let served = county.get(&path).await;
        served.assert_status(200);
        assert_eq!(&served.body[..], PDF);
        assert!(served.header("content-disposition").starts_with("attachment"), "{:?}", served.headers);
        assert_eq!(served.header("x-content-type-options"), "nosniff");
        let elsewhere = app.county_supervisor("伊川县").await;
        elsewhere.get(&path).await.assert_problem(404, "not_found");

        let campaign = open(&county, &[]).await;
        let activity = json!({ "kind": "meeting", "at": "2025-09-08T08:00:00+08:00", "participants": ["某委员"], "note": "座谈会。", "file_ids": [stored.json["id"]] });
        let held = post(&county, &campaign, "/activities", activity.clone()).await.ok();
        assert_eq!(held["files"][0]["name"], "调研报告.pdf");
        app.supervisor().await.get(&path).await.assert_status(200);
        elsewhere.get(&path).await.assert_problem(404, "not_found");
        app.handler(GOVERNMENT).await.get(&path).await.assert_problem(404, "not_found");
        // It is not anybody else's to attach.
        let theirs = open(&elsewhere, &[]).await;
        post(&elsewhere, &theirs, "/activities", activity).await.assert_problem(422, "file_unknown");
    }

    async fn a_file_that_nobody_attaches_is_removed_after_a_day(app: TestApp) {
        let county = app.county_supervisor(AREA).await;
        let id = upload(&county, PDF, "某.pdf").await.ok()["id"].as_str().unwrap().to_owned();
        county.get(&format!("/files/{id}")).await.assert_status(200);
        app.advance(chrono::TimeDelta::hours(25)).await;
        county.get(&format!("/files/{id}")).await.assert_problem(404, "not_found");
    }

    async fn an_order_to_correct_is_uploaded_with_the_reply_form(app: TestApp) {
        let order = noise_at(&app, places::JIANXI).await;
        let unit = app.handler(GOVERNMENT).await;
        unit.act(&order, "accept", json!({})).await.assert_ok();
        let desk = Browser::as_cast(&app, PersonQuery::role("handler").unit(GOVERNMENT)).await;
        let path = format!("/console/orders/{}", number(&order));
        let reply = format!("{path}/reply");
        let page = desk.get(&path).await;
        page.page(200, &["name=\"attachments\"", "责令改正"]);
        let text = std::str::from_utf8(PDF).unwrap();
        let file = ("attachments", "责令改正通知书.pdf", text);
        let answer = [("account", "责令停工。"), ("public_reply", "已责令工地夜间停工，并安排夜间巡查。")];
        desk.submit_named_file(&page, &reply, file, &answer).await.page(422, &["请一并填写文书编号和日期"]);
        let mut whole = answer.to_vec();
        whole.extend([
            ("decision_kind", "order_to_correct"), ("decision_number", "涧住建责改〔2025〕9号"), ("decision_date", "2025-09-08"),
        ]);
        desk.submit_named_file(&page, &reply, file, &whole).await.leads_to(&format!("{path}?done=reply"));
        desk.get(&path).await.page(200, &["涧住建责改〔2025〕9号", "/console/files/"]);
        let seen = unit.order(&order).await.ok();
        assert_eq!(seen["replies"][0]["decisions"][0]["file"]["name"], "责令改正通知书.pdf");
        app.run_jobs().await;
    }

    async fn an_order_to_correct_is_evidence_on_a_reply(app: TestApp) {
        let order = noise_at(&app, places::JIANXI).await;
        let unit = app.handler(GOVERNMENT).await;
        let file = upload(&unit, PDF, "责令改正通知书.pdf").await.ok();
        unit.act(&order, "accept", json!({})).await.assert_ok();
        let reply = |date: &str| json!({
            "account": "责令停工。", "public_reply": "已责令工地夜间停工。",
            "decisions": [{ "kind": "order_to_correct", "document_number": "涧住建责改〔2025〕8号", "date": date, "file_id": file["id"] }],
        });
        unit.act(&order, "reply", reply("2026-01-01")).await.assert_problem(422, "invalid_fields");
        let replied = unit.act(&order, "reply", reply("2025-09-08")).await.ok();
        let decision = &replied["replies"][0]["decisions"][0];
        assert_eq!((&decision["title"], &decision["document_number"]), (&json!("责令改正"), &json!("涧住建责改〔2025〕8号")));
        assert_eq!(decision["file"]["id"], file["id"]);
        app.run_jobs().await;
        let seen = app.delegate(AREA).await.order(&order).await.ok();
        let decision = &seen["replies"][0]["decisions"][0];
        assert_eq!(decision["document_number"], "涧住建责改〔2025〕8号");
        assert!(decision.get("file").is_none(), "the document itself is for staff");
        let path = format!("/files/{}", file["id"].as_str().unwrap());
        app.county_supervisor(AREA).await.get(&path).await.assert_status(200);
        app.delegate(AREA).await.get(&path).await.assert_problem(404, "not_found");
    }

    async fn a_supervision_order_names_its_issuer_and_closes_with_its_order(app: TestApp) {
        let order = noise_at(&app, places::JIANXI).await;
        let (county, city) = (app.county_supervisor(AREA).await, app.supervisor().await);
        let demand = json!({ "requirement": "请书面说明原因。" });
        county.act(&order, "supervision-orders", demand.clone()).await.assert_ok();
        let seen = city.act(&order, "supervision-orders", demand).await.ok();
        let issuers: Vec<_> = seen["supervision_orders"].as_array().unwrap().iter().map(|one| &one["issuer"]).collect();
        assert_eq!(issuers, ["涧西区人大常委会", "洛阳市人大常委会"]);
        app.run_jobs().await;
        settle(&app, &order).await;
        let closed = city.order(&order).await.ok();
        assert!(closed["supervision_orders"].as_array().unwrap().iter().all(|one| one["closed_at"].is_string()), "{closed}");
        let unit = app.handler(GOVERNMENT).await;
        let actions = unit.order(&order).await.ok()["actions"].clone();
        assert!(!actions.to_string().contains("answer_supervision_order"), "{actions} of {}", number(&order));
    }
}
