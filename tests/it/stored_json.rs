//! Stored JSON has a version, or a reason why it needs none. Rows of before are read, newer ones are refused in words, and
//! what the API answers has no version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use entity::ids::ReportId;
use entity::{insight_report, notice, order, order_event};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::order_fixture::OrderFixture;
use tests::{Browser, PersonQuery, on_both_databases};
use zhitong::insight::reports::body::Body;
use zhitong::notices::subject::NoticeData;
use zhitong::orders::history::detail::EventDetail;
use zhitong::orders::history::{hash, verify::verify};
use zhitong::orders::rules::dispatch_reason::DispatchReason;
use zhitong::orders::search::filter::ListQuery;
use zhitong::stored_json::StoredJson;

/// Columns without a version, by the reason.
const WITHOUT: &[(&str, &[&str])] = &[
    (
        "a list of ids",
        &[
            "campaign_activity.photo_ids",
            "campaign_activity.file_ids",
            "duty_rule.support_unit_ids",
            "measure.done_file_ids",
            "measure.done_photo_ids",
            "opinion.file_ids",
            "opinion.reply_file_ids",
            "order_event.photo_ids",
            "site_message.photo_ids",
            "watch_inspection.photo_ids",
        ],
    ),
    (
        "a list of names or texts",
        &[
            "api_client.scopes",
            "campaign.watch_list",
            "campaign_activity.participants",
            "campaign_vote.participants",
            "category.keywords",
            "order_export.pieces",
            "order_photo.flags",
            "photo.flags",
            "template_check.problems",
            "topic.keywords",
            "webhook_endpoint.events",
        ],
    ),
    ("the standard GeoJSON", &["area.geometry"]),
    (
        "sent or received in the form of an outside interface, which has versions of its own",
        &[
            "link_event.answer",
            "outbound_event.detail",
            "push_message.payload",
        ],
    ),
    (
        "the fields of a message to WeChat, named by its template; deleted when the message is settled",
        &["delivery.data"],
    ),
    (
        "shown as it is to administrators and never read back",
        &["admin_act.detail", "suggest_model.report"],
    ),
    (
        "derived: rebuilt from the orders or the chain when it cannot be read",
        &[
            "history_check.broken",
            "history_check.reached",
            "insight_day.counts",
        ],
    ),
    (
        "the days of a calculation, which a recalculation writes anew",
        &["deadline.explanation"],
    ),
    (
        "counts with names that only gain fields, read with defaults",
        &["campaign.look_back"],
    ),
];

fn versioned() -> BTreeMap<&'static str, u32> {
    fn of<T: StoredJson>() -> Vec<(&'static str, u32)> {
        T::COLUMNS.iter().map(|column| (*column, T::VERSION)).collect()
    }
    [
        of::<EventDetail>(),
        of::<NoticeData>(),
        of::<Body>(),
        of::<DispatchReason>(),
        of::<ListQuery>(),
    ]
    .concat()
    .into_iter()
    .collect()
}

/// The JSON columns of a file of `entity/src`, as `table.column`.
fn json_columns(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let Some((_, rest)) = text.split_once("table_name = \"") else {
        return Vec::new();
    };
    let table = rest.split('"').next().unwrap();
    text.lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("pub ")?
                .strip_suffix(',')?
                .split_once(": ")
        })
        .filter(|(_, kind)| kind.contains("Json"))
        .map(|(column, _)| format!("{table}.{column}"))
        .collect()
}

#[test]
fn every_stored_json_column_has_a_version_or_a_reason_why_not() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../entity/src");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let found: BTreeSet<String> = files
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .flat_map(|path| json_columns(&path))
        .collect();
    assert!(found.len() >= 35, "{}", found.len());
    let mut listed: Vec<String> = versioned().keys().map(ToString::to_string).collect();
    let without = WITHOUT.iter().flat_map(|(_, columns)| columns.iter());
    listed.extend(without.map(ToString::to_string));
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "a column is listed twice");
    assert_eq!(
        found, once,
        "give the column a type with `StoredJson`, or list it with the reason why it needs no version"
    );
}

/// The history of an order, oldest first.
async fn events(app: &tests::TestApp, number: &str) -> Vec<order_event::Model> {
    let db = &app.app().db;
    let order = order::Entity::find()
        .filter(order::Column::Number.eq(number))
        .one(db)
        .await
        .unwrap()
        .unwrap();
    order_event::Entity::find()
        .filter(order_event::Column::OrderId.eq(order.id))
        .order_by_asc(order_event::Column::Seq)
        .all(db)
        .await
        .unwrap()
}

/// Gives an event another detail, in the database alone.
async fn put(app: &tests::TestApp, event: &order_event::Model, detail: &Value) {
    order_event::Entity::update_many()
        .col_expr(order_event::Column::Detail, Expr::value(detail.clone()))
        .filter(order_event::Column::Id.eq(event.id))
        .exec(&app.app().db)
        .await
        .unwrap();
}

on_both_databases! {
    async fn details_are_stored_with_a_version_and_served_without(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        desk.by_unit("reply", tests::order_fixture::reply()).await.assert_ok();
        app.run_jobs().await;
        desk.judge("satisfied").await.assert_ok();
        app.run_jobs().await;
        let stored = events(&app, &desk.number).await;
        assert!(stored.len() > 4);
        for event in &stored {
            assert_eq!(event.detail["version"], json!(1), "{}", event.action);
            assert_eq!(hash(event), event.hash, "the hash covers what is stored");
        }
        assert_eq!(verify(&app.app().db, |_| {}).await.unwrap().broken, None);
        let operator = app.operator().await;
        let served = desk.history(&operator).await;
        for (item, event) in served.iter().zip(&stored) {
            let mut facts = event.detail.clone();
            facts.as_object_mut().unwrap().remove("version");
            assert_eq!(item["detail"], facts, "{}", event.action);
        }

        // As a release before the version wrote it, and as a later one may.
        let first = stored.first().unwrap();
        put(&app, first, &json!({ "channel": "snap", "filed_by": null })).await;
        assert_eq!(desk.history(&operator).await[0]["detail"], json!({ "channel": "snap", "filed_by": null }));
        put(&app, first, &json!({ "version": 2, "channel": "snap" })).await;
        let refused = operator.get(&format!("/orders/{}/timeline", desk.number)).await;
        let told = refused.assert_problem(503, "written_by_newer_release");
        assert!(told["detail"].as_str().unwrap().contains("请在系统升级后再查看"), "{told}");
        put(&app, first, &first.detail).await;
    }

    async fn a_history_of_before_the_version_keeps_its_hashes(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        // The chain as an earlier release wrote it: no version, and the hashes follow from that.
        let mut before = None;
        for mut event in events(&app, &desk.number).await {
            event.detail.as_object_mut().unwrap().remove("version");
            event.prev_hash = before.unwrap_or(event.prev_hash);
            event.hash = hash(&event);
            before = Some(event.hash.clone());
            let row = order_event::ActiveModel::from(event);
            order_event::Entity::update(sea_orm::ActiveModelTrait::reset_all(row)).exec(&app.app().db).await.unwrap();
        }
        assert_eq!(verify(&app.app().db, |_| {}).await.unwrap().broken, None);
        desk.by_unit("accept", json!({})).await.assert_ok();
        let whole = verify(&app.app().db, |_| {}).await.unwrap();
        assert_eq!((whole.events, whole.broken), (3, None), "old and new events are one chain");
        assert_eq!(desk.history(&app.operator().await).await.len(), 3);
        app.run_jobs().await;
    }

    async fn a_notice_of_a_newer_release_is_readable_and_opens_nothing(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        app.run_jobs().await;
        let rows = notice::Entity::find().all(&app.app().db).await.unwrap();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.data["version"] == json!(1)), "{rows:?}");
        let unit = desk.unit.person().unit.clone().unwrap();
        let browser = Browser::as_cast(&app, PersonQuery::role("handler").unit(&unit)).await;
        let inbox = desk.unit.get("/inbox").await.ok();
        let line = inbox["items"][0].clone();
        assert_eq!(line["order_number"], json!(desk.number));
        let id = line["id"].as_str().unwrap();
        let set = |data: Value| {
            let update = notice::Entity::update_many().col_expr(notice::Column::Data, Expr::value(data));
            update.exec(&app.app().db)
        };
        set(json!({ "number": desk.number })).await.unwrap();
        assert_eq!(desk.unit.get("/inbox").await.ok()["items"][0]["page"], line["page"], "a row of before");
        set(json!({ "version": 2, "number": desk.number })).await.unwrap();
        let shown = desk.unit.get("/inbox").await.ok()["items"][0].clone();
        assert_eq!((&shown["title"], &shown["page"]), (&line["title"], &Value::Null));
        let page = browser.get("/console/inbox").await;
        let opened = browser.submit(&page, "/console/inbox/read-all", &[]).await;
        opened.leads_to("/console/inbox?done=all_read");
        let token = page.hidden("csrf");
        let refused = browser.send(&format!("/console/inbox/{id}"), &[("csrf", token)]).await;
        refused.page(503, &["消息由较新版本的系统写入"]);
    }

    async fn a_report_of_a_newer_release_is_refused_in_words(app: TestApp) {
        OrderFixture::dispatched(&app).await;
        app.advance_to("2025-10-20T09:00:00+08:00").await;
        let supervisor = app.supervisor().await;
        let asked = supervisor
            .post("/insight-reports", json!({ "kind": "monthly", "from": "2025-09-01", "to": "2025-09-30" }))
            .await
            .ok();
        app.run_jobs().await;
        let path = format!("/insight-reports/{}", asked["id"].as_str().unwrap());
        let report = supervisor.get(&path).await.ok();
        assert_eq!(report["body"].get("version"), None);
        let db = &app.app().db;
        let id: ReportId = asked["id"].as_str().unwrap().parse().unwrap();
        let row = insight_report::Entity::find_by_id(id).one(db).await.unwrap().unwrap();
        let stored = row.body.unwrap();
        assert_eq!(stored["version"], json!(1));
        let put = |body: Value| {
            let update = insight_report::Entity::update_many().col_expr(insight_report::Column::Body, Expr::value(body));
            update.exec(db)
        };
        let mut old = stored.clone();
        old.as_object_mut().unwrap().remove("version");
        put(old).await.unwrap();
        assert_eq!(supervisor.get(&path).await.ok()["body"], report["body"]);
        let mut newer = stored.clone();
        newer["version"] = json!(2);
        put(newer).await.unwrap();
        supervisor.get(&path).await.assert_problem(503, "written_by_newer_release");
    }
}
