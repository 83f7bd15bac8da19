//! One definition of 响应率, 解决率, 满意率: what a report tells of a month is what the screen and the appraisal tell.

use serde_json::{Value, json};
use tests::orders::Report;
use tests::{Client, TestApp, places};

const VENDORS: &str = "占道经营";

async fn handle(app: &TestApp, order: &Value) {
    let unit = order["unit"]["name"].as_str().unwrap();
    let handler = app.handler(unit).await;
    handler.act(order, "accept", json!({})).await.assert_ok();
    let reply = json!({ "account": "已安排人员到现场处理完毕。", "public_reply": "已处理完毕，请您查看。" });
    handler.act(order, "reply", reply).await.assert_ok();
    app.run_jobs().await;
}

async fn judge(delegate: &Client, order: &Value, result: &str, solved: &str) {
    let verdict = json!({ "result": result, "solved": solved });
    delegate.act(order, "verdict", verdict).await.assert_ok();
    delegate.app().run_jobs().await;
}

/// Orders that come in one month and are decided in the next, twice, or never.
async fn over_two_months(app: &TestApp) -> Client {
    let delegate = app.delegate("涧西区").await;
    let report = || Report::at(places::JIANXI).category(VENDORS);
    app.advance_to("2025-09-29T09:00:00+08:00").await;
    let kept_in_september = delegate.submit(&report()).await;
    let late = delegate.submit(&report()).await;
    app.run_jobs().await;
    handle(app, &kept_in_september).await;
    app.advance_to("2025-10-10T09:00:00+08:00").await;
    judge(&delegate, &kept_in_september, "satisfied", "yes").await;
    handle(app, &late).await;
    judge(&delegate, &late, "dissatisfied", "no").await;
    // The second round, within the same month: the order counts twice.
    let again = delegate.order(&late).await.ok();
    handle(app, &again).await;
    judge(&delegate, &late, "satisfied", "yes").await;
    // Replied to and never judged: closed as 未评价 in the end.
    let silent = delegate.submit(&report()).await;
    let cancelled = delegate.submit(&report()).await;
    app.run_jobs().await;
    handle(app, &silent).await;
    let reason = json!({ "reason": "重复提交了" });
    delegate.act(&cancelled, "cancel", reason).await.assert_ok();
    app.advance_to("2025-10-20T09:00:00+08:00").await;
    app.supervisor().await
}

async fn reported(app: &TestApp, who: &Client, from: &str, to: &str) -> Value {
    let asked = who
        .post(
            "/insight-reports",
            json!({ "kind": "monthly", "from": from, "to": to }),
        )
        .await;
    asked.assert_status(201);
    app.run_jobs().await;
    let id = asked.json["id"].as_str().unwrap();
    who.get(&format!("/insight-reports/{id}")).await.ok()
}

/// Numerator and denominator of each rate, as a report's figures have them.
fn rates_of(report: &Value, of: &str) -> Vec<(u64, u64)> {
    let figures = report["body"]["figures"].as_array().unwrap();
    let value = |key: &str| {
        let key = format!("now.{key}{of}");
        let found = figures.iter().find(|figure| figure["key"] == key);
        found.unwrap_or_else(|| panic!("no {key}"))["value"]
            .as_u64()
            .unwrap()
    };
    [
        ("response_in_time", "response_judged"),
        ("resolution_in_time", "resolution_judged"),
        ("solved", "judgeable"),
        ("satisfied", "judgeable"),
    ]
    .map(|(part, whole)| (value(part), value(whole)))
    .to_vec()
}

fn rates(line: &Value) -> Vec<(u64, u64)> {
    ["response", "on_time", "resolution", "satisfaction"]
        .map(|name| {
            let rate = &line[name];
            (
                rate["numerator"].as_u64().unwrap(),
                rate["denominator"].as_u64().unwrap(),
            )
        })
        .to_vec()
}

tests::on_both_databases! {
    async fn a_report_tells_the_very_rates_of_the_screen_and_the_appraisal(app: TestApp) {
        let supervisor = over_two_months(&app).await;
        let screen = supervisor.get("/overview?period=month").await.ok();
        let october = reported(&app, &supervisor, "2025-10-01", "2025-10-31").await;
        let told = rates_of(&october, "");
        assert_eq!(told, rates(&screen["rates"]));
        // So that the comparison compares something: three verdicts of two orders, one of them of September.
        assert_eq!(told[3], (2, 3), "{told:?}");

        let appraised = supervisor.get("/appraisal?by=time&period=month&on=2025-10-20").await.ok();
        let lines = appraised["items"].as_array().unwrap();
        let line = |month: &str| lines.iter().find(|line| line["code"] == month).unwrap();
        assert_eq!(told, rates(line("2025-10-01")));
        let september = reported(&app, &supervisor, "2025-09-01", "2025-09-30").await;
        let [response, ..] = rates(line("2025-09-01"))[..] else { panic!() };
        assert_eq!(rates_of(&september, "")[0], response);
        assert_eq!(response, (1, 2), "one kept, one missed on the last of the month");

        // By unit too, and with the same words.
        let by_unit = supervisor.get("/appraisal?by=unit&period=month&on=2025-10-20").await.ok();
        let unit = &by_unit["items"][0];
        assert_eq!(rates_of_table(&october, unit["name"].as_str().unwrap()), shares(unit));
        let definitions = october["body"]["definitions"].as_array().unwrap();
        for name in ["response", "resolution", "satisfaction", "on_time"] {
            assert!(definitions.contains(&by_unit["definitions"][name]), "{name}");
        }
    }
}

/// 响应率, 按时办结率, 满意率 of the report's table of units, as numerator and denominator.
fn rates_of_table(report: &Value, unit: &str) -> Vec<(u64, u64)> {
    let figures = &report["body"]["figures"];
    let sections = report["body"]["sections"].as_array().unwrap();
    let rows = sections
        .iter()
        .flat_map(|section| section["blocks"].as_array().unwrap())
        .filter(|block| block["type"] == "table" && block["columns"][0] == "承办单位")
        .flat_map(|table| table["rows"].as_array().unwrap());
    let row = rows.into_iter().find(|row| row[0]["text"] == unit);
    let cells = row
        .unwrap_or_else(|| panic!("{unit} is not in the table"))
        .as_array()
        .unwrap();
    let value = |index: &Value| {
        figures[usize::try_from(index.as_u64().unwrap()).unwrap()]["value"]
            .as_u64()
            .unwrap()
    };
    cells
        .iter()
        .filter(|cell| cell["type"] == "rate")
        .map(|cell| (value(&cell["numerator"]), value(&cell["denominator"])))
        .collect()
}

fn shares(line: &Value) -> Vec<(u64, u64)> {
    let all = rates(line);
    vec![all[0], all[1], all[3]]
}
