//! Every notice opens its own page, and a receipt on the screen costs no consent.

use entity::ids::{CampaignId, MeasureId, ReportId, SiteMessageId, TopicId, WatchListId};
use entity::{delivery, notice, order};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tests::orders::Report;
use tests::{Client, TestApp};
use zhitong::notices::subject::{Leads, NoticeData};
use zhitong::notices::{Event, EventKind, MessageCatalog, Subject, emit};
use zhitong::stored_json::StoredJson as _;

use super::{allow, id_of, remaining};

fn subject_of(kind: EventKind) -> Subject {
    match kind {
        EventKind::SiteMessage => Subject::SiteMessage(SiteMessageId::generate()),
        EventKind::HotTopic => Subject::Topic(TopicId::generate()),
        EventKind::ReportReady | EventKind::ReportSent => Subject::Report(ReportId::generate()),
        EventKind::InspectionDue => Subject::WatchList(WatchListId::generate()),
        EventKind::MeasureSet
        | EventKind::MeasureDone
        | EventKind::MeasureReturned
        | EventKind::MeasureDue => Subject::Measure(MeasureId::generate()),
        EventKind::OpinionIssued
        | EventKind::OpinionReplied
        | EventKind::OpinionAccepted
        | EventKind::OpinionReturned
        | EventKind::OpinionDue => Subject::Opinion("YJ410300-2025-001".to_owned()),
        _ => Subject::Matter(CampaignId::generate()),
    }
}

/// An event of this kind that concerns one person of every audience.
async fn event<'a>(kind: EventKind, order: &'a order::Model, delegate: &Client) -> Event<'a> {
    let mut event = match kind.leads() {
        Leads::ToOrder => Event::of(kind, order),
        Leads::ToSubject => Event::general(kind).about(subject_of(kind)),
        Leads::ToConsole => Event::general(kind),
    };
    event.unit = order.unit_id;
    event.area.clone_from(&order.area_code);
    event
        .people(vec![id_of(delegate).await])
        .title("标题")
        .note("说明")
}

async fn emitted(app: &TestApp, event: &Event<'_>) -> Vec<(notice::Model, Option<delivery::Model>)> {
    let db = &app.app().db;
    let txn = zhitong::db::write(db).await.unwrap();
    emit(&txn, app.app().state::<MessageCatalog>(), event, app.now())
        .await
        .unwrap();
    txn.commit().await.unwrap();
    let ours = notice::Column::Event.eq(event.kind.as_str());
    let mut found = Vec::new();
    for row in notice::Entity::find().filter(ours).all(db).await.unwrap() {
        let pushes = delivery::Entity::find().filter(delivery::Column::NoticeId.eq(row.id));
        let push = pushes.one(db).await.unwrap();
        found.push((row, push));
    }
    found
}

tests::on_both_databases! {
    async fn every_notice_and_every_push_opens_the_page_it_speaks_of(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let made = delegate.submit(&Report::default()).await;
        let number = made["number"].as_str().unwrap();
        let unit = app.handler(made["unit"]["name"].as_str().unwrap()).await;
        let (_operator, _city) = (app.operator().await, app.supervisor().await);
        let _county = app.county_supervisor("涧西区").await;
        let by_number = order::Entity::find().filter(order::Column::Number.eq(number));
        let mut order = by_number.one(&app.app().db).await.unwrap().unwrap();
        order.committee = Some("社会建设委员会".to_owned());
        let mut told = 0;
        for kind in EventKind::ALL {
            order.wants_follow_up = *kind != EventKind::Replied;
            let event = event(*kind, &order, &delegate).await;
            for (notice, push) in emitted(&app, &event).await {
                told += 1;
                let page = NoticeData::from_stored(&notice.data).unwrap().page(notice.order_id);
                let wanted = match (kind.leads(), &event.subject) {
                    (Leads::ToOrder, _) => Some(format!("pages/order/index?number={number}")),
                    (_, Some(subject)) => Some(subject.page()),
                    _ => None,
                };
                let internal = *kind == EventKind::InspectionDue && notice.person_id == id_of(&unit).await;
                assert_eq!(page, wanted.filter(|_| !internal), "{kind:?}");
                if let Some(push) = push {
                    assert_eq!(Some(push.page), page, "{kind:?}");
                }
            }
        }
        assert!(told >= EventKind::ALL.len(), "{told} notices");
        app.run_jobs().await;
    }

    async fn a_receipt_is_not_pushed_to_the_person_who_looks_at_it(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        allow(&delegate, 1).await;
        let order = delegate.submit(&Report::default()).await;
        app.run_jobs().await;
        assert_eq!(delegate.wechat_messages().await.len(), 0, "the result is on the screen");
        assert_eq!(remaining(&delegate).await, json!(1));
        assert_eq!(delegate.get("/inbox").await.ok()["items"][0]["event"], "submitted");
        let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        unit.act(&order, "accept", json!({})).await.assert_ok();
        app.run_jobs().await;
        let messages = delegate.wechat_messages().await;
        assert_eq!(messages.len(), 1, "the first event that the delegate does not know yet");
        let page = format!("pages/order/index?number={}", order["number"].as_str().unwrap());
        assert_eq!(messages[0]["page"], json!(page));
        assert_eq!(remaining(&delegate).await, json!(0));
    }
}
