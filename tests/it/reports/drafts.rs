//! From the draft to the sent report: edited, issued, sent, every revision kept.

use serde_json::{Value, json};
use tests::orders::Report;
use tests::{Browser, Client, PersonQuery, TestApp, paper, places};

use super::{monthly, october, two_months};

fn path(report: &Value) -> String {
    format!("/insight-reports/{}", report["id"].as_str().unwrap())
}

/// The text of each section, a paragraph a line.
fn texts(report: &Value) -> Vec<String> {
    let said = |run: &Value| {
        run["text"]
            .as_str()
            .map_or_else(|| run["value"].to_string(), str::to_owned)
    };
    let line = |block: &Value| match block["type"].as_str().unwrap() {
        "heading" => Some(block["text"].as_str().unwrap().to_owned()),
        "paragraph" => Some(
            block["runs"]
                .as_array()
                .unwrap()
                .iter()
                .map(said)
                .collect::<String>(),
        ),
        _ => None,
    };
    let sections = report["body"]["sections"].as_array().unwrap().iter();
    sections
        .map(|section| {
            let blocks = section["blocks"].as_array().unwrap().iter();
            blocks.filter_map(line).collect::<Vec<_>>().join("\n")
        })
        .collect()
}

async fn edit(who: &Client, report: &Value, revision: i64, texts: &[String]) -> tests::Answer {
    let body = json!({ "revision": revision, "title": "关于占道经营问题的分析报告", "sections": texts });
    who.put(&format!("{}/text", path(report)), body).await
}

/// How many numbers of the report lead to a figure.
fn numbers(report: &Value) -> usize {
    super::runs(report)
        .iter()
        .filter(|run| run["type"] == "number")
        .count()
}

async fn sent_to(app: &TestApp, area: &str) -> usize {
    let county = app.county_supervisor(area).await;
    let inbox = county.get("/inbox").await.ok();
    inbox["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["event"] == "report_sent")
        .count()
}

/// A city report whose typical case, in 涧西区, has a photo before and one after.
async fn report_with_photos(app: &TestApp) -> (Client, Value) {
    app.advance_to("2025-10-09T09:00:00+08:00").await;
    let delegate = app.delegate("涧西区").await;
    for seed in 0..6_u32 {
        let before = delegate.upload_photo(seed, places::JIANXI).await;
        let report = Report::at(places::JIANXI).category("占道经营").photo(&before);
        let order = delegate.submit(&report).await;
        app.run_jobs().await;
        let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        unit.act(&order, "accept", json!({})).await.assert_ok();
        let after = unit.upload_photo(seed + 100, places::JIANXI).await;
        let reply = json!({ "account": "已处理。", "public_reply": "已处理完毕，请您查看。", "photo_ids": [after["id"]] });
        unit.act(&order, "reply", reply).await.assert_ok();
        app.run_jobs().await;
        let verdict = json!({ "result": "dissatisfied", "solved": "no" });
        delegate.act(&order, "verdict", verdict).await.assert_ok();
        app.run_jobs().await;
    }
    app.advance_to("2025-10-20T09:00:00+08:00").await;
    let city = app.supervisor().await;
    let report = monthly(app, &city, october()).await;
    (city, report)
}

tests::on_both_databases! {
    async fn a_draft_is_edited_issued_and_sent_and_its_revisions_stay(app: TestApp) {
        let city = two_months(&app).await;
        let report = monthly(&app, &city, october()).await;
        assert_eq!((&report["stage"], &report["revision"], &report["document_number"]), (&json!("draft"), &json!(1), &Value::Null));
        let county = app.county_supervisor("伊川县").await;
        county.get(&path(&report)).await.assert_problem(404, "not_found");
        city.post(&format!("{}/send", path(&report)), json!({ "areas": ["伊川县"] })).await.assert_problem(409, "report_not_issued");

        let mut said = texts(&report);
        let closing = said.last_mut().unwrap();
        *closing = format!("{closing}\n请各县区人大常委会对照查找。");
        let edited = edit(&city, &report, 1, &said).await.ok();
        assert_eq!((&edited["revision"], &edited["title"]), (&json!(2), &json!("关于占道经营问题的分析报告")));
        assert_eq!(numbers(&edited), numbers(&report), "a paragraph that is left keeps its sources");
        // Somebody who started from the first revision comes too late.
        edit(&city, &report, 1, &said).await.assert_problem(409, "report_changed");
        edit(&city, &report, 2, &said[1..]).await.assert_problem(422, "report_sections_differ");
        let revisions = edited["revisions"].as_array().unwrap();
        assert_eq!(revisions.len(), 2);
        assert_eq!((&revisions[0]["edited_by"], revisions[1]["edited_by"].is_string()), (&Value::Null, true));
        let first = city.get(&format!("{}/revisions/1", path(&report))).await.ok();
        assert_eq!(first, report["body"], "as the job wrote it");
        city.get(&format!("{}/revisions/3", path(&report))).await.assert_problem(404, "not_found");

        city.post(&format!("{}/issue", path(&report)), json!({ "revision": 1 })).await.assert_problem(409, "report_changed");
        let issued = city.post(&format!("{}/issue", path(&report)), json!({ "revision": 2 })).await.ok();
        assert_eq!((&issued["stage"], &issued["document_number"]), (&json!("issued"), &json!("2025年第1期")));
        edit(&city, &report, 2, &said).await.assert_problem(409, "report_issued");
        let pdf = paper::text(&city.get(&format!("{}.pdf", path(&report))).await.body);
        for word in ["2025年第1期", "关于占道经营问题的分析报告", "请各县区人大常委会对照查找。", "（盖章处）"] {
            assert!(pdf.contains(word), "{word}: {pdf}");
        }
        assert!(!pdf.contains("草稿"), "{pdf}");

        city.post(&format!("{}/send", path(&report)), json!({})).await.assert_problem(422, "no_recipient");
        city.post(&format!("{}/send", path(&report)), json!({ "areas": ["月球"] })).await.assert_problem(422, "invalid_fields");
        city.post(&format!("{}/send", path(&report)), json!({ "committees": ["月球委员会"] })).await.assert_problem(422, "unknown_committee");
        let to = json!({ "areas": ["伊川县"], "committees": ["代表工作委员会"] });
        let sent = city.post(&format!("{}/send", path(&report)), to.clone()).await.ok();
        assert_eq!((&sent["stage"], sent["recipients"].as_array().unwrap().len()), (&json!("sent"), 2));
        city.post(&format!("{}/send", path(&report)), to).await.assert_ok();
        app.run_jobs().await;
        assert_eq!((sent_to(&app, "伊川县").await, sent_to(&app, "涧西区").await), (1, 0), "once, and nobody else");
        // The county reads what was sent to it and changes nothing of it.
        county.get(&path(&report)).await.assert_ok();
        assert_eq!(county.get("/insight-reports").await.ok()["items"].as_array().unwrap().len(), 1);
        edit(&county, &report, 2, &said).await.assert_problem(403, "role_may_not");
        county.post(&format!("{}/send", path(&report)), json!({ "areas": ["涧西区"] })).await.assert_problem(403, "role_may_not");
        app.county_supervisor("涧西区").await.get(&path(&report)).await.assert_problem(404, "not_found");

        let second = monthly(&app, &city, october()).await;
        let issued = city.post(&format!("{}/issue", path(&second)), json!({ "revision": 1 })).await.ok();
        assert_eq!(issued["document_number"], "2025年第2期");
    }

    async fn the_same_by_hand_in_the_console(app: TestApp) {
        let city = two_months(&app).await;
        let report = monthly(&app, &city, october()).await;
        let browser = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        let address = format!("/console/insight/reports/{}", report["id"].as_str().unwrap());
        let page = browser.get(&address).await;
        page.page(200, &["草稿，第1稿", "修改文字", "签发这一稿", "（一）"]);
        let said = texts(&report);
        let mut changed = vec![("title", "十月分析报告"), ("section1", " ")];
        changed.extend(["section2", "section3", "section4", "section5"].into_iter().zip(said[1..].iter().map(String::as_str)));
        let empty = browser.submit(&page, &format!("{address}/text"), &changed).await;
        empty.page(422, &["每一部分都要有文字", "十月分析报告"]);
        changed[1].1 = "本期总体平稳。";
        browser.submit(&page, &format!("{address}/text"), &changed).await.leads_to(&format!("{address}?done=report_edited"));
        let page = browser.get(&address).await;
        page.page(200, &["草稿，第2稿", "本期总体平稳。", "第1稿", "系统生成"]);
        browser.get(&format!("{address}?revision=1")).await.page(200, &["共受理代表反映事项"]);
        browser.submit(&page, &format!("{address}/issue"), &[]).await.leads_to(&format!("{address}?done=report_issued"));
        let page = browser.get(&address).await;
        page.page(200, &["已签发，2025年第1期"]);
        browser.submit(&page, &format!("{address}/send"), &[("areas", "伊川县、涧西区")]).await.leads_to(&format!("{address}?done=report_sent"));
        browser.get(&address).await.page(200, &["已发送，2025年第1期", "伊川县人大常委会", "涧西区人大常委会"]);
    }

    async fn a_county_sees_the_photos_of_a_report_that_was_sent_to_it_and_no_others(app: TestApp) {
        let (city, report) = report_with_photos(&app).await;
        let photos: Vec<Value> = crate::reports::runs_of_photos(&report);
        assert_eq!(photos.len(), 2);
        let photo = format!("/photos/{}", photos[0].as_str().unwrap());
        let (yichuan, luanchuan) = (app.county_supervisor("伊川县").await, app.county_supervisor("栾川县").await);
        city.get(&photo).await.assert_ok();
        yichuan.get(&photo).await.assert_problem(404, "not_found");
        // Left out of the text before it was issued, a photo is not sent.
        let body = json!({ "revision": 1, "title": "报告", "sections": texts(&report), "removed_photos": [photos[1]] });
        city.put(&format!("{}/text", path(&report)), body).await.assert_ok();
        city.post(&format!("{}/issue", path(&report)), json!({ "revision": 2 })).await.assert_ok();
        yichuan.get(&photo).await.assert_problem(404, "not_found");
        let to = json!({ "areas": ["伊川县"], "committees": ["代表工作委员会"] });
        city.post(&format!("{}/send", path(&report)), to.clone()).await.assert_ok();
        city.post(&format!("{}/send", path(&report)), to).await.assert_ok();
        let shown = yichuan.get(&photo).await.ok();
        assert!(shown["urls"]["large"].is_string(), "{shown}");
        yichuan.get(&format!("/photos/{}", photos[1].as_str().unwrap())).await.assert_problem(404, "not_found");
        // The original with its metadata, and the order, stay with those who see the order.
        yichuan.get(&format!("{photo}/original")).await.assert_problem(404, "not_found");
        luanchuan.get(&photo).await.assert_problem(404, "not_found");
        app.handler("伊川县人民政府").await.get(&photo).await.assert_problem(404, "not_found");
        app.delegate("伊川县").await.get(&photo).await.assert_problem(404, "not_found");
    }

    async fn a_problem_is_told_with_its_case_and_photos_before_and_after(app: TestApp) {
        let (city, report) = report_with_photos(&app).await;
        let pdf = city.get(&format!("{}.pdf", path(&report))).await;
        assert_eq!(paper::pictures(&pdf.body), 2);
        let text = paper::text(&pdf.body);
        for word in ["占道经营问题", "本期反映6件", "典型案例：2025年10月9日", "办理前（工单T", "办理后（工单T", "6件"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        // What is recommended has the numbers that it follows from.
        let recommended = texts(&report).pop().unwrap();
        assert!(recommended.contains("占道经营问题") && recommended.contains('6'), "{recommended}");
        assert!(!recommended.contains("建议"), "{recommended}");
        // Somebody who does not want the photos on paper leaves them out.
        let photos: Vec<Value> = crate::reports::runs_of_photos(&report);
        assert_eq!(photos.len(), 2);
        let body = json!({ "revision": 1, "title": "报告", "sections": texts(&report), "removed_photos": photos });
        city.put(&format!("{}/text", path(&report)), body).await.assert_ok();
        assert_eq!(paper::pictures(&city.get(&format!("{}.pdf", path(&report))).await.body), 0);
    }
}
