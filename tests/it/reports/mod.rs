//! Analysis reports: every number is counted again from the orders as the API shows them, every figure lists its
//! orders, the files say the same, and reports are the committee's.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::orders::Report;
use tests::{Client, TestApp, paper, places};
use zhitong::insight::reports::schedule;
use zhitong::jobs::catch_up;

mod drafts;
mod files;
mod recount;

use files::{cell, reads_the_same, runs};
use recount::{all_orders, counted_again, time};

/// Two months of orders that differ in everything a report speaks of. It is October 20th afterwards.
async fn two_months(app: &TestApp) -> Client {
    let (jianxi, yichuan) = (app.delegate("涧西区").await, app.delegate("伊川县").await);
    let september = [
        (&jianxi, places::JIANXI, "占道经营"),
        (&yichuan, places::YICHUAN, "占道经营"),
    ];
    for (delegate, place, category) in september {
        let order = delegate.submit(&Report::at(place).category(category)).await;
        app.run_jobs().await;
        handle(app, delegate, &order, "satisfied").await;
    }
    app.advance_to("2025-10-09T09:00:00+08:00").await;
    for (index, verdict) in ["satisfied", "dissatisfied", "basically_satisfied", "none"]
        .iter()
        .enumerate()
    {
        let order = jianxi
            .submit(&Report::at(places::JIANXI).category("占道经营"))
            .await;
        app.run_jobs().await;
        if index != 3 {
            handle(app, &jianxi, &order, verdict).await;
        }
    }
    // Never accepted: both clocks run out.
    yichuan
        .submit(&Report::at(places::YICHUAN).category("占道经营"))
        .await;
    let cancelled = yichuan
        .submit(&Report::at(places::YICHUAN).category("占道经营"))
        .await;
    app.run_jobs().await;
    yichuan
        .act(&cancelled, "cancel", json!({ "reason": "重复提交了" }))
        .await
        .assert_ok();
    app.advance_to("2025-10-20T09:00:00+08:00").await;
    app.supervisor().await
}

async fn handle(app: &TestApp, delegate: &Client, order: &Value, verdict: &str) {
    let unit = order["unit"]["name"].as_str().unwrap();
    let handler = app.handler(unit).await;
    handler.act(order, "accept", json!({})).await.assert_ok();
    let reply = json!({ "account": "已安排人员到现场处理完毕。", "public_reply": "已处理完毕，请您查看。" });
    handler.act(order, "reply", reply).await.assert_ok();
    app.run_jobs().await;
    let verdict =
        json!({ "result": verdict, "solved": if verdict == "satisfied" { "yes" } else { "partly" } });
    delegate.act(order, "verdict", verdict).await.assert_ok();
    app.run_jobs().await;
}

async fn monthly(app: &TestApp, who: &Client, body: Value) -> Value {
    let asked = who.post("/insight-reports", body).await;
    asked.assert_status(201);
    let asked = asked.ok();
    app.run_jobs().await;
    let report = who
        .get(&format!("/insight-reports/{}", asked["id"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!(report["status"], "ready", "{report}");
    report
}

/// The ids of the photos of all cases.
fn runs_of_photos(report: &Value) -> Vec<Value> {
    let sections = report["body"]["sections"].as_array().unwrap().iter();
    let blocks = sections.flat_map(|section| section["blocks"].as_array().unwrap());
    let photos = blocks.filter_map(|block| block["photos"].as_array());
    photos.flatten().map(|photo| photo["photo"].clone()).collect()
}

fn october() -> Value {
    json!({ "kind": "monthly", "from": "2025-10-01", "to": "2025-10-31" })
}

tests::on_both_databases! {
    async fn every_number_of_a_report_is_counted_again_from_the_orders(app: TestApp) {
        let supervisor = two_months(&app).await;
        let report = monthly(&app, &supervisor, october()).await;
        let orders = all_orders(&supervisor).await;
        let figures = report["body"]["figures"].as_array().unwrap();
        assert!(figures.len() > 40, "{}", figures.len());
        for figure in figures {
            let (key, value) = (figure["key"].as_str().unwrap(), figure["value"].as_u64().unwrap());
            assert_eq!(value, counted_again(key, &orders), "{key}");
        }
        let value = |key: &str| figures.iter().find(|f| f["key"] == key).map(|f| f["value"].clone());
        // So that the comparison above compares something.
        for (key, expected) in [
            ("now.arrived", 5), ("before.arrived", 2), ("now.delegates", 2), ("now.satisfied", 1),
            ("now.dissatisfied", 1), ("now.basically_satisfied", 1), ("now.second_round", 1),
            ("now.resolution_late", 3),
        ] {
            assert_eq!(value(key), Some(json!(expected)), "{key}");
        }
    }

    async fn every_number_in_the_prose_and_the_tables_is_a_figure_and_every_figure_lists_its_orders(app: TestApp) {
        let supervisor = two_months(&app).await;
        let report = monthly(&app, &supervisor, october()).await;
        let figures = report["body"]["figures"].as_array().unwrap();
        let mut seen = BTreeSet::new();
        for run in runs(&report) {
            if run["type"] == "number" {
                let at = run["figure"].as_u64().unwrap();
                assert_eq!(figures[usize::try_from(at).unwrap()]["value"], run["value"]);
                seen.insert(at);
            }
            if run["type"] == "text" {
                // A digit in plain text is a date, a percentage of figures, or a change; never a bare count of nothing.
                let text = run["text"].as_str().unwrap();
                for never in ["0.0", "—", "分析近期问题增多的原因"] {
                    assert!(!text.contains(never), "{text}");
                }
            }
        }
        assert!(seen.len() > 20);
        let id = report["id"].as_str().unwrap();
        for figure in figures.iter().filter(|f| !f["key"].as_str().unwrap().contains(".delegates")) {
            let path = format!("/insight-reports/{id}/figures/{}?limit=100", figure["key"].as_str().unwrap());
            let listed = supervisor.get(&path).await.ok();
            let times: u64 = listed["items"].as_array().unwrap().iter().map(|order| order["times"].as_u64().unwrap()).sum();
            assert_eq!(times, figure["value"].as_u64().unwrap(), "{path}");
        }
        supervisor.get(&format!("/insight-reports/{id}/figures/now.nothing")).await.assert_problem(404, "not_found");
        let first = supervisor.get(&format!("/insight-reports/{id}/figures/now.arrived?limit=2")).await.ok();
        let rest = format!("/insight-reports/{id}/figures/now.arrived?cursor={}", first["next_cursor"].as_str().unwrap());
        assert_eq!(supervisor.get(&rest).await.ok()["items"].as_array().unwrap().len(), 3);
    }

    async fn the_files_say_what_the_report_says(app: TestApp) {
        let supervisor = two_months(&app).await;
        let report = monthly(&app, &supervisor, october()).await;
        let id = report["id"].as_str().unwrap();
        let pdf = supervisor.get(&format!("/insight-reports/{id}.pdf")).await;
        assert_eq!(pdf.assert_status(200).header("content-type"), "application/pdf");
        // Numbers without marks, the sources only in the workbook; signed by the committee, and marked as a draft.
        let text = paper::text(&pdf.body);
        for section in ["一、总体情况", "二、突出问题", "三、区域与单位", "四、督办成效", "五、工作建议"] {
            assert!(text.contains(section), "{section}: {text}");
        }
        for word in ["人民代表大会常务委员会", "草稿", "2025年10月20日", "典型案例：", "（一）"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(!text.contains('[') && !text.contains("now.") && !text.contains("编号对应"), "{text}");
        assert!(paper::pages(&pdf.body).len() <= 5);
        let docx = supervisor.get(&format!("/insight-reports/{id}.docx")).await;
        reads_the_same(&report, docx.assert_status(200).body.to_vec());
        let xlsx = supervisor.get(&format!("/insight-reports/{id}.xlsx")).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.assert_status(200).body.clone())).unwrap();
        let sheet = book.worksheet_range("指标").unwrap();
        let written: BTreeMap<String, u64> = sheet.rows().skip(1).map(|row| (row[2].to_string(), cell(&row[1]))).collect();
        for figure in report["body"]["figures"].as_array().unwrap() {
            assert_eq!(written.get(figure["key"].as_str().unwrap()), figure["value"].as_u64().as_ref());
        }
        let orders = book.worksheet_range("工单").unwrap();
        assert_eq!(orders.height(), 9, "a head and eight orders");
        let day = orders.get_value((1, 2)).unwrap();
        assert!(matches!(day, Data::DateTime(_)), "a real date: {day:?}");
        let areas = book.worksheet_range("各县区情况").unwrap();
        let cells: Vec<&Data> = areas.rows().skip(1).flatten().skip(1).collect();
        assert!(cells.iter().any(|cell| matches!(cell, Data::Float(share) if *share < 1.0)), "real shares: {cells:?}");
        assert!(book.worksheet_range("统计口径").unwrap().height() > 3);
        supervisor.get(&format!("/insight-reports/{id}.exe")).await.assert_problem(404, "not_found");
    }

    async fn reports_are_the_committee_s_and_a_county_s_people_get_their_county_s(app: TestApp) {
        let city = two_months(&app).await;
        let county = app.county_supervisor("涧西区").await;
        let other = app.county_supervisor("伊川县").await;
        let whole = monthly(&app, &city, october()).await;
        let own = monthly(&app, &county, october()).await;
        assert_eq!((own["area"].is_null(), whole["area"].is_null()), (false, true));
        let arrived = |report: &Value| {
            let figures = report["body"]["figures"].as_array().unwrap();
            figures.iter().find(|f| f["key"] == "now.arrived").unwrap()["value"].as_u64()
        };
        assert_eq!((arrived(&own), arrived(&whole)), (Some(4), Some(5)));
        let path = |report: &Value| format!("/insight-reports/{}", report["id"].as_str().unwrap());
        county.get(&path(&whole)).await.assert_problem(404, "not_found");
        other.get(&path(&own)).await.assert_problem(404, "not_found");
        other.get(&format!("{}.pdf", path(&own))).await.assert_problem(404, "not_found");
        county.post("/insight-reports", json!({ "kind": "monthly", "area": "伊川县" })).await.assert_problem(403, "role_may_not");
        let delegate = app.delegate("涧西区").await;
        delegate.get("/insight-reports").await.assert_problem(403, "role_may_not");
        delegate.get(&path(&own)).await.assert_problem(404, "not_found");
        delegate.post("/insight-reports", october()).await.assert_problem(403, "role_may_not");
        let seen = |page: Value| page["items"].as_array().unwrap().len();
        assert_eq!(seen(city.get("/insight-reports").await.ok()), 2);
        assert_eq!(seen(county.get("/insight-reports").await.ok()), 1);
        assert_eq!(seen(other.get("/insight-reports").await.ok()), 0);
    }

    async fn asked_again_a_report_is_a_new_version_and_asked_twice_with_one_key_the_same(app: TestApp) {
        let supervisor = two_months(&app).await;
        let first = supervisor.post_with_key("/insight-reports", october(), "report-1").await.ok();
        let again = supervisor.post_with_key("/insight-reports", october(), "report-1").await.ok();
        assert_eq!(first["id"], again["id"]);
        let id = first["id"].as_str().unwrap();
        supervisor.get(&format!("/insight-reports/{id}.pdf")).await.assert_problem(409, "report_not_ready");
        app.run_jobs().await;
        let second = monthly(&app, &supervisor, october()).await;
        assert_eq!((first["version"].as_i64(), second["version"].as_i64()), (Some(1), Some(2)));
        let inbox = supervisor.get("/inbox").await.ok();
        let told = inbox["items"].as_array().unwrap().iter().filter(|n| n["event"] == "report_ready").count();
        assert_eq!(told, 2, "{inbox}");
        for (body, code) in [
            (json!({ "kind": "custom", "from": "2025-09-05", "to": "2025-09-01" }), "period_backwards"),
            (json!({ "kind": "custom", "from": "2023-01-01", "to": "2025-09-01" }), "period_too_long"),
            (json!({ "kind": "custom", "from": "2026-01-01", "to": "2026-01-31" }), "period_in_the_future"),
            (json!({ "kind": "custom", "from": "2025-09-01" }), "invalid_fields"),
            (json!({ "kind": "custom", "from": "first", "to": "last" }), "invalid_fields"),
            (json!({ "kind": "custom", "area": "月球" }), "invalid_fields"),
        ] {
            supervisor.post("/insight-reports", body).await.assert_problem(422, code);
        }
    }

    async fn the_calendar_writes_the_week_s_and_the_month_s_report_once(app: TestApp) {
        let supervisor = two_months(&app).await;
        schedule::begin(app.app()).await.unwrap();
        // A second replica starts.
        schedule::begin(app.app()).await.unwrap();
        let monday: DateTime<Utc> = time(&json!("2025-10-27T07:00:00+08:00"));
        catch_up::advance_to(app.app(), monday).await.unwrap();
        // The calendar's own: topics have theirs.
        let reports = || async {
            let mut items = supervisor.get("/insight-reports").await.ok()["items"].as_array().unwrap().clone();
            items.retain(|report| report["kind"] != "topic");
            json!(items)
        };
        // Nothing came in after October 9th: a week without orders has no report.
        assert_eq!(reports().await, json!([]));
        catch_up::advance_to(app.app(), monday + TimeDelta::days(10)).await.unwrap();
        let written = reports().await;
        let kinds: Vec<_> = written.as_array().unwrap().iter().map(|r| (r["kind"].clone(), r["from"].clone())).collect();
        assert_eq!(kinds, [(json!("monthly"), json!("2025-10-01"))]);
        assert_eq!(written[0]["on_request"], false);
    }
}
