//! API clients and the link with the city's platform: keys with scopes, events applied once.

use chrono::TimeDelta;
use entity::api_client;
use entity::kinds::Status;
use rust_xlsxwriter::Workbook;
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use serde_json::{Value, json};
use tests::on_both_databases;
use tests::orders::{Report, number};
use tests::{Client, TestApp};
use zhitong::link::reconcile::{Difference, Reconciliation, reconcile};

/// Rows of a list that are more than one block in every form: of a workbook a block has 2,000 rows, of CSV 256 KiB.
const LONG_LIST: usize = 9_500;

/// A caller with a key of these scopes, and the client's id.
async fn client(app: &TestApp, scopes: &[&str]) -> (Client, String) {
    let body = json!({ "name": "市12345平台", "scopes": scopes });
    let created = app.admin().await.post("/clients", body).await.ok();
    let key = created["key"].as_str().unwrap();
    assert!(key.starts_with("zk_"), "{key}");
    (
        Client::with_token(app, key),
        created["id"].as_str().unwrap().to_owned(),
    )
}

fn event(app: &TestApp, id: &str, kind: &str, number: &str, more: Value) -> Value {
    let mut body = json!({ "event_id": id, "type": kind, "number": number, "at": app.now() });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// Reads a page of the feed once it holds so many orders. PostgreSQL withholds a change while an older transaction of any
/// database of the cluster is open, so a test beside this one may delay it.
async fn changes(client: &Client, path: &str, expected: usize) -> Value {
    for _ in 0..600 {
        let page = client.get(path).await.ok();
        if page["items"].as_array().unwrap().len() >= expected {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{path} never listed {expected} orders");
}

/// Files three orders, which the platform accepts as LY-1, LY-2 and LY-3, and returns their numbers.
async fn linked_orders(app: &TestApp) -> Vec<String> {
    let (platform, _) = client(app, &["link"]).await;
    let mut numbers = Vec::new();
    for nth in 1..=3 {
        let text = format!("第{nth}处流动摊贩占道经营。");
        let report = Report::at(tests::places::JIANXI)
            .category("占道经营")
            .saying(&text);
        let order = app.delegate("涧西区").await.submit(&report).await;
        let theirs = json!({ "external_number": format!("LY-{nth}") });
        let accepted = event(app, &format!("e-{nth}"), "accepted", number(&order), theirs);
        platform.post("/link/events", accepted).await.assert_ok();
        numbers.push(number(&order).to_owned());
    }
    numbers
}

/// Compares a list of the platform as CSV, as a workbook and as JSON, which must not differ in the result.
async fn compared_in_every_form(app: &TestApp, rows: &[[String; 2]]) -> Reconciliation {
    let table = [["平台编号".to_owned(), "状态".to_owned()]];
    let table = table.iter().chain(rows);
    let csv: String = table.clone().map(|row| format!("{}\n", row.join(","))).collect();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (line, cells) in (0..).zip(table) {
        sheet.write_row(line, 0, cells).unwrap();
    }
    let items = rows
        .iter()
        .map(|[number, status]| json!({ "external_number": number, "status": status }));
    let items = Value::Array(items.collect());
    let compare = async |list: Vec<u8>| reconcile(app.app(), list.into(), None).await.unwrap().unwrap();
    let first = compare(csv.into_bytes()).await;
    for other in [book.save_to_buffer().unwrap(), items.to_string().into_bytes()] {
        let found = compare(other).await;
        assert_eq!((found.rows, found.linked), (first.rows, first.linked));
        assert!(
            found.differences == first.differences,
            "the form makes a difference"
        );
    }
    first
}

on_both_databases! {
    async fn a_key_does_what_its_scopes_say_and_no_more(app: TestApp) {
        let (reader, id) = client(&app, &["orders:read"]).await;
        reader.get("/orders?scope=all").await.assert_ok();
        reader.get("/clients").await.assert_problem(403, "scope_missing");
        reader.get("/orders/changes").await.assert_problem(403, "scope_missing");
        let order = app.delegate("涧西区").await.submit(&Report::at(tests::places::JIANXI)).await;
        reader.post(&format!("/orders/{}/urges", number(&order)), json!({ "note": "x" })).await.assert_problem(403, "scope_missing");
        let admin = app.admin().await;
        let rotated = admin.post(&format!("/clients/{id}/rotate"), json!({})).await.ok();
        let renewed = Client::with_token(&app, rotated["key"].as_str().unwrap());
        renewed.get("/orders?scope=all").await.assert_ok();
        reader.get("/orders?scope=all").await.assert_ok();
        app.advance(TimeDelta::hours(25)).await;
        reader.get("/orders?scope=all").await.assert_problem(401, "key_invalid");
        renewed.get("/orders?scope=all").await.assert_ok();
        app.admin().await.delete(&format!("/clients/{id}")).await.assert_status(204);
        renewed.get("/orders?scope=all").await.assert_problem(401, "key_invalid");
        app.operator().await.post("/clients", json!({ "name": "x", "scopes": ["link"] })).await.assert_status(403);
        app.run_jobs().await;
    }

    async fn a_key_expires_has_a_rate_and_says_when_it_was_used(app: TestApp) {
        let admin = app.admin().await;
        let expires_at = app.now() + TimeDelta::days(2);
        let body = json!({ "name": "数据仓库", "scopes": ["orders:read"], "expires_at": expires_at });
        let created = admin.post("/clients", body).await.ok();
        let past = json!({ "name": "x", "scopes": ["orders:read"], "expires_at": app.now() - TimeDelta::hours(1) });
        admin.post("/clients", past).await.assert_problem(422, "invalid_fields");
        let reader = Client::with_token(&app, created["key"].as_str().unwrap());
        let last_used = async || admin.get("/clients").await.ok()["items"][0]["last_used_at"].clone();
        assert_eq!(last_used().await, Value::Null);
        reader.get("/categories").await.assert_ok();
        assert_ne!(last_used().await, Value::Null);
        api_client::Entity::update_many()
            .col_expr(api_client::Column::RequestsPerMinute, Expr::value(3))
            .exec(&app.app().db)
            .await
            .unwrap();
        app.advance(TimeDelta::minutes(2)).await;
        for _ in 0..3 {
            reader.get("/categories").await.assert_ok();
        }
        let refused = reader.get("/categories").await;
        refused.assert_problem(429, "rate_limited");
        assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
        app.advance(TimeDelta::minutes(2)).await;
        reader.get("/categories").await.assert_ok();
        app.advance(TimeDelta::days(2)).await;
        reader.get("/categories").await.assert_problem(401, "key_invalid");
        // The database has no key that could be used.
        let stored = api_client::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        assert!(!format!("{stored:?}").contains(created["key"].as_str().unwrap()), "{stored:?}");
        app.run_jobs().await;
    }

    async fn an_event_of_the_platform_is_applied_once(app: TestApp) {
        let (platform, _) = client(&app, &["link"]).await;
        let report = Report::at(tests::places::JIANXI).category("占道经营");
        let order = app.delegate("涧西区").await.submit(&report).await;
        let number = number(&order);
        let accepted = event(&app, "e-1", "accepted", number, json!({ "external_number": "LY-2025-1" }));
        let first = platform.post("/link/events", accepted.clone()).await.ok();
        assert_eq!((&first["status"], &first["applied"]), (&json!("in_progress"), &json!(true)));
        let again = platform.post("/link/events", accepted.clone()).await.ok();
        assert_eq!(first, again);
        // Another event that says the same is refused by the lifecycle, and the refusal is remembered.
        let late = event(&app, "e-2", "accepted", number, json!({}));
        let refused = platform.post("/link/events", late.clone()).await;
        refused.assert_status(409);
        assert!(refused.json["allowed"].is_array(), "{}", refused.text());
        platform.post("/link/events", late).await.assert_status(409);
        let mut other = accepted;
        other["type"] = json!("note");
        platform.post("/link/events", other).await.assert_problem(422, "event_id_reused");
        let replied = json!({
            "event_id": "e-3", "type": "replied", "external_number": "LY-2025-1", "at": app.now(),
            "account": "已劝离摊贩。", "public_reply": "已劝离并安排值守。", "file_urls": ["https://example.com/1.pdf"],
        });
        let answer = platform.post("/link/events", replied).await.ok();
        assert_eq!((&answer["number"], &answer["status"]), (&json!(number), &json!("replied")));
        platform.post("/link/events", event(&app, "e-4", "note", "T20250101999999", json!({}))).await.assert_status(404);
        let timeline = app.operator().await.get(&format!("/orders/{number}/timeline")).await;
        assert!(timeline.text().contains("接口·市12345平台"), "{}", timeline.text());
        app.run_jobs().await;
    }

    async fn a_call_to_the_platform_becomes_the_delegates_order(app: TestApp) {
        let (platform, _) = client(&app, &["link"]).await;
        let delegate = app.delegate("涧西区").await;
        let call = json!({
            "event_id": "c-1", "type": "submitted", "external_number": "LY-2025-9", "at": app.now(),
            "caller_phone": delegate.person().phone, "description": "丽春路路灯连续三晚不亮，请检修。", "address": "涧西区丽春路",
        });
        let filed = platform.post("/link/events", call.clone()).await.ok();
        assert_eq!(filed["applied"], true);
        assert_eq!(platform.post("/link/events", call).await.ok(), filed);
        delegate.get(&format!("/orders/{}", filed["number"].as_str().unwrap())).await.assert_ok();
        app.operator().await.post("/link/events", json!({ "event_id": "x", "type": "note", "number": "T20250101000001", "at": app.now() })).await.assert_status(403);
        app.run_jobs().await;
    }

    async fn the_feed_of_changes_skips_nothing(app: TestApp) {
        let (warehouse, _) = client(&app, &["export"]).await;
        assert_eq!(warehouse.get("/orders/changes").await.ok()["items"], json!([]));
        let delegate = app.delegate("涧西区").await;
        let mut numbers = Vec::new();
        for text in ["丽春路路灯不亮。", "丽春路井盖破损。", "丽春路垃圾未清。"] {
            let order = delegate.submit(&Report::at(tests::places::JIANXI).saying(text)).await;
            numbers.push(number(&order).to_owned());
        }
        let first = changes(&warehouse, "/orders/changes?limit=2", 2).await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = changes(&warehouse, &format!("/orders/changes?limit=2&cursor={cursor}"), 1).await;
        let listed: Vec<_> = [&first, &rest]
            .iter()
            .flat_map(|page| page["items"].as_array().unwrap())
            .map(|item| item["number"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(listed, numbers);
        let end = rest["next_cursor"].as_str().unwrap();
        let later = warehouse.get(&format!("/orders/changes?cursor={end}")).await.ok();
        assert_eq!((&later["items"], &later["next_cursor"]), (&json!([]), &json!(end)));
        delegate.post(&format!("/orders/{}/cancel", numbers[0]), json!({ "reason": "已解决，撤回" })).await.assert_ok();
        let later = changes(&warehouse, &format!("/orders/changes?cursor={end}"), 1).await;
        let changed = &later["items"][0];
        assert_eq!((&changed["number"], &changed["status"]), (&json!(numbers[0]), &json!("cancelled")));
        assert_eq!(later["items"].as_array().unwrap().len(), 1);
        assert!(!later.to_string().contains("丽春路"), "{later}");
        warehouse.get("/orders/changes?cursor=nonsense").await.assert_problem(400, "bad_cursor");
        app.operator().await.get("/orders/changes").await.assert_status(403);
        app.run_jobs().await;
    }

    async fn both_sides_of_the_link_are_compared(app: TestApp) {
        let numbers = linked_orders(&app).await;
        let list = format!("洛阳12345平台在办工单\n平台编号,直通编号,状态\nLY-1,{},办理中\nLY-2,,已办结\nLY-9,,办理中\n", numbers[0].to_lowercase());
        let compared = reconcile(app.app(), list.into_bytes().into(), None).await.unwrap().unwrap();
        assert_eq!((compared.rows, compared.linked), (3, 3));
        let expected = [
            Difference::StatusDiffers {
                line: 4,
                external_number: "LY-2".to_owned(),
                number: numbers[1].clone(),
                ours: Status::InProgress,
                theirs: "已办结".to_owned(),
            },
            Difference::UnknownHere { line: 5, external_number: "LY-9".to_owned() },
            Difference::MissingThere { external_number: "LY-3".to_owned(), number: numbers[2].clone() },
        ];
        assert_eq!(compared.differences, expected);
        let refused = async |list: &str| {
            let list = list.as_bytes().to_vec().into();
            reconcile(app.app(), list, None).await.unwrap().unwrap_err().remove(0)
        };
        let fault = refused("平台编号\nLY-1\n").await;
        assert!(fault.detail.contains("状态"), "{fault:?}");
        for without_rows in ["平台编号,状态\n", "[]"] {
            assert_eq!(refused(without_rows).await.code, "no_rows", "{without_rows}");
        }
        app.run_jobs().await;
    }

    async fn a_long_list_is_compared_in_blocks_whatever_its_form(app: TestApp) {
        let numbers = linked_orders(&app).await;
        // The orders are at both ends, and the rows between are of other systems.
        let mut rows = vec![["LY-1".to_owned(), "办理中".to_owned()]];
        rows.extend((0..LONG_LIST).map(|nth| [format!("QT-2025-{nth:012}"), "已办结".to_owned()]));
        rows.push(["LY-3".to_owned(), "已办结".to_owned()]);
        let found = compared_in_every_form(&app, &rows).await;
        assert_eq!((found.rows, found.linked, found.total()), (LONG_LIST + 2, 3, LONG_LIST + 2));
        let last = found.differences.len() - 2;
        let status = Difference::StatusDiffers {
            line: LONG_LIST + 3,
            external_number: "LY-3".to_owned(),
            number: numbers[2].clone(),
            ours: Status::InProgress,
            theirs: "已办结".to_owned(),
        };
        let missing = Difference::MissingThere { external_number: "LY-2".to_owned(), number: numbers[1].clone() };
        assert_eq!(found.differences[last..], [status, missing]);
        app.run_jobs().await;
    }
}
