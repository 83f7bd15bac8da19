//! Analysis reports: every number is counted again from the orders as the API shows them, every figure lists its
//! orders, the files say the same, and reports are the committee's.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Reader, Xlsx};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::{Client, TestApp, places};
use zhitong::insight::reports::schedule;
use zhitong::jobs::catch_up;

mod files;

use files::{cell, reads_the_same, runs};

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

fn october() -> Value {
    json!({ "kind": "monthly", "from": "2025-10-01", "to": "2025-10-31" })
}

/// Reads all figures of the orders through the API.
async fn all_orders(who: &Client) -> Vec<Value> {
    let page = who.get("/orders?limit=100").await.ok();
    assert_eq!(page["next_cursor"], Value::Null);
    let mut orders = Vec::new();
    for item in page["items"].as_array().unwrap() {
        let mut order = who.get(&format!("/orders/{}", number(item))).await.ok();
        order["topics"] = json!([]);
        orders.push(order);
    }
    for topic in who.get("/hot-topics").await.ok()["items"].as_array().unwrap() {
        let path = format!("/hot-topics/{}", topic["id"].as_str().unwrap());
        for member in who.get(&path).await.ok()["orders"].as_array().unwrap() {
            let order = orders
                .iter_mut()
                .find(|order| order["number"] == member["number"]);
            let topics = order.unwrap()["topics"].as_array_mut().unwrap();
            topics.push(topic["id"].clone());
        }
    }
    orders
}

fn time(value: &Value) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(value.as_str().unwrap())
        .unwrap()
        .to_utc()
}

fn day(order: &Value) -> NaiveDate {
    order["created_at"].as_str().unwrap()[..10].parse().unwrap()
}

/// Counts what a figure's name says, from the API's own view of each order and by no code of the product.
fn counted_again(key: &str, orders: &[Value]) -> u64 {
    let (when, rest) = key.split_once('.').unwrap();
    let (measure, of) = rest.split_once('.').map_or((rest, None), |(m, of)| (m, Some(of)));
    let month = if when == "now" { 10 } else { 9 };
    let of_it = orders
        .iter()
        .filter(|order| of.is_none_or(|of| belongs(order, of)));
    if measure == "delegates" {
        let who: BTreeSet<_> = of_it
            .filter(|order| times(order, measure, month) > 0)
            .map(|order| order["reporter"]["name"].to_string())
            .collect();
        return who.len() as u64;
    }
    of_it.map(|order| times(order, measure, month)).sum()
}

fn belongs(order: &Value, of: &str) -> bool {
    let (dimension, value) = of.split_once(':').unwrap();
    match dimension {
        "area" => order["area"]["code"] == value,
        "category" => order["category"]["code"] == value,
        "unit" => order["unit"]["id"] == value,
        "channel" => order["channel"] == value,
        "topic" => order["topics"].as_array().unwrap().contains(&json!(value)),
        "week" => {
            let day = day(order);
            day - Days::new(u64::from(day.weekday().num_days_from_monday())) == value.parse().unwrap()
        }
        other => panic!("no dimension {other}"),
    }
}

/// How often a measure counts an order in a month: once by its arrival, or as often as something was decided then.
fn times(order: &Value, measure: &str, month: u32) -> u64 {
    decided(order, measure, month)
        .unwrap_or_else(|| u64::from(day(order).month() == month && is(order, measure)))
}

/// None for what is counted by arrival.
fn decided(order: &Value, measure: &str, month: u32) -> Option<u64> {
    let in_month = |at: &Value| at.as_str().unwrap()[5..7].parse() == Ok(month);
    let list = |name: &str| order[name].as_array().unwrap().iter();
    if order["status"] == "cancelled" && measure_is_decided(measure) {
        return Some(0);
    }
    let clocks = |kind: &'static str, wanted: Option<bool>| {
        let of_kind = list("deadlines").filter(|clock| clock["kind"] == kind);
        let counted = of_kind.filter(|clock| {
            let due = time(&clock["due_at"]);
            let stopped = (!clock["stopped_at"].is_null()).then(|| time(&clock["stopped_at"]));
            let met = stopped.is_some_and(|at| at <= due);
            if !met && clock["light"] != "red" {
                return false;
            }
            // What was not kept was decided when it was due; at midnight, that is the day before.
            let at = if met {
                stopped.unwrap()
            } else {
                due - TimeDelta::microseconds(1)
            };
            let on = (at + TimeDelta::hours(8)).month();
            on == month && wanted.is_none_or(|wanted| wanted == met)
        });
        Some(counted.count() as u64)
    };
    let verdicts = |holds: &dyn Fn(&Value) -> bool| {
        let given = list("verdicts").filter(|verdict| in_month(&verdict["created_at"]) && holds(verdict));
        given.count() as u64
    };
    let unrated = || {
        let rated = list("verdicts").any(|verdict| verdict["round"] == order["round"]);
        u64::from(order["status"] == "closed" && !rated && in_month(&order["stage_since"]))
    };
    match measure {
        "response_judged" => clocks("response", None),
        "response_in_time" => clocks("response", Some(true)),
        "resolution_judged" => clocks("resolution", None),
        "resolution_in_time" => clocks("resolution", Some(true)),
        "resolution_late" => clocks("resolution", Some(false)),
        "judgeable" => Some(verdicts(&|_| true) + unrated()),
        "satisfied" | "basically_satisfied" | "dissatisfied" => {
            Some(verdicts(&|verdict| verdict["result"] == measure))
        }
        "solved" => Some(verdicts(&|verdict| verdict["solved"] == "yes")),
        "unrated" => Some(unrated()),
        _ => None,
    }
}

fn measure_is_decided(measure: &str) -> bool {
    [
        "_judged",
        "_in_time",
        "_late",
        "judgeable",
        "satisfied",
        "solved",
        "unrated",
    ]
    .iter()
    .any(|end| measure.ends_with(end))
}

fn is(order: &Value, measure: &str) -> bool {
    let status = order["status"].as_str().unwrap();
    match measure {
        "arrived" | "delegates" => status != "cancelled",
        "cancelled" => status == "cancelled",
        "closed" => status == "closed",
        "open" => !["closed", "cancelled"].contains(&status),
        "triage" => status == "triage",
        "second_round" => order["round"].as_i64().unwrap() > 1,
        "difficult" => order["difficult"] == true,
        "tracked" => order["tracked"] == true,
        "extended" => order["extensions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|e| e["status"] == "granted"),
        // None of these orders was returned or urged by hand.
        "returned" | "urged" => false,
        "supervised" => order["round"].as_i64().unwrap() > 1,
        other => panic!("no measure {other}"),
    }
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
                // A digit in plain text is a date, a percentage of figures, or a chance; never a bare count.
                assert!(!run["text"].as_str().unwrap().contains(" 0 件"));
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
        assert!(pdf.body.starts_with(b"%PDF"));
        let docx = supervisor.get(&format!("/insight-reports/{id}.docx")).await;
        reads_the_same(&report, docx.assert_status(200).body.to_vec());
        let xlsx = supervisor.get(&format!("/insight-reports/{id}.xlsx")).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.assert_status(200).body.clone())).unwrap();
        let sheet = book.worksheet_range("指标").unwrap();
        let written: BTreeMap<String, u64> = sheet.rows().skip(1).map(|row| (row[2].to_string(), cell(&row[1]))).collect();
        for figure in report["body"]["figures"].as_array().unwrap() {
            assert_eq!(written.get(figure["key"].as_str().unwrap()), figure["value"].as_u64().as_ref());
        }
        assert_eq!(book.worksheet_range("工单").unwrap().height(), 9, "a head and eight orders");
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
