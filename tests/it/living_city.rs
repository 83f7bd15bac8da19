//! The demonstration's year of orders: counted, searched and verified like any other, and true in every step.

use std::collections::{BTreeSet, HashMap};

use entity::ids::OrderId;
use entity::kinds::{
    CampaignAction, CampaignStage, CampaignStatus, EventAction, MeasureStatus, OpinionStatus, PersonLevel,
    Role, SiteMessageStatus, Status, SupervisionLevel,
};
use entity::{
    campaign, campaign_event, campaign_order, deadline, delivery, measure, notice, opinion, order,
    order_change, order_event, outbound_event, person, second_delivery, site_message, supervision_order,
    unit, watch_entry, watch_inspection, watch_list,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tests::{Browser, PersonQuery, TestApp, on_both_databases, paper};
use zhitong::demo::living_city;
use zhitong::insight::nightly;
use zhitong::orders::history::verify::verify;

/// The report of a full month fills three to five pages, and none of its rates lacks a base.
async fn report_of_august(app: &TestApp) {
    let city = app.supervisor().await;
    let month = json!({ "kind": "monthly", "from": "2025-08-01", "to": "2025-08-31" });
    let asked = city.post("/insight-reports", month).await;
    asked.assert_status(201);
    app.run_jobs().await;
    let path = format!("/insight-reports/{}", asked.json["id"].as_str().unwrap());
    assert_eq!(city.get(&path).await.ok()["status"], "ready");
    let pdf = city.get(&format!("{path}.pdf")).await;
    let pages = paper::pages(&pdf.body);
    assert!((3..=5).contains(&pages.len()), "{} pages", pages.len());
    for (at, page) in pages.iter().enumerate() {
        assert!(
            page.chars().count() > 100,
            "page {} is all but empty: {page}",
            at + 1
        );
    }
    let text = pages.concat();
    for wrong in ["0.0件", "NaN", "inf"] {
        assert!(!text.contains(wrong), "{wrong}: {text}");
    }
}

/// The numbers of pushes and of events for other systems.
async fn sent_out(app: &TestApp) -> [u64; 3] {
    let db = &app.app().db;
    let pushes = delivery::Entity::find().count(db).await.unwrap();
    let second = second_delivery::Entity::find().count(db).await.unwrap();
    let events = outbound_event::Entity::find().count(db).await.unwrap();
    [pushes, second, events]
}

/// Every dissatisfied verdict has its supervision order, and each ends with its order.
async fn supervision_orders_of_the_year(app: &TestApp) {
    use supervision_order::Column as C;
    let db = &app.app().db;
    let now = app.app().clock.now();
    let issued = supervision_order::Entity::find().order_by_asc(C::Id);
    let issued = issued.all(db).await.unwrap();
    assert!((250..=700).contains(&issued.len()), "{}", issued.len());
    assert!(
        issued.is_sorted_by_key(|row| row.issued_at),
        "the register's order"
    );
    let numbers: BTreeSet<&str> = issued.iter().map(|row| row.number.as_str()).collect();
    assert_eq!(numbers.len(), issued.len());
    let orders = order::Entity::find().all(db).await.unwrap();
    let orders: HashMap<OrderId, order::Model> = orders.into_iter().map(|row| (row.id, row)).collect();
    for row in &issued {
        let order = &orders[&row.order_id];
        assert_eq!(row.closed_at, order.closed_at, "{}", row.number);
        assert!(
            row.issued_at <= now && row.issued_at >= order.created_at,
            "{}",
            row.number
        );
        let is_answered = row.answered_at.is_some_and(|at| at <= now);
        assert!(is_answered || order.status != Status::Closed, "{}", row.number);
        assert!(order.supervision_level >= row.level, "{}", row.number);
    }
    let dissatisfied = orders.values().filter(|order| order.dissatisfied_count > 0);
    let by_verdict = issued.iter().filter(|row| row.issued_by.is_none());
    assert_eq!(by_verdict.count(), dissatisfied.count());
    for level in [SupervisionLevel::County, SupervisionLevel::City] {
        let of_level = issued
            .iter()
            .filter(|row| row.level == level && row.issued_by.is_some());
        assert!(of_level.count() >= 3, "{level}");
    }
    let waiting = issued
        .iter()
        .filter(|row| row.answered_at.is_none() && row.closed_at.is_none());
    let waiting: Vec<_> = waiting.collect();
    assert!((3..=60).contains(&waiting.len()), "{}", waiting.len());
    supervision_in_histories(app, &issued).await;
    unit_with_an_answer_to_give(app, &waiting).await;
}

/// The histories have each supervision order where its time puts it.
async fn supervision_in_histories(app: &TestApp, issued: &[supervision_order::Model]) {
    let db = &app.app().db;
    let supervised: BTreeSet<OrderId> = issued.iter().map(|row| row.order_id).collect();
    let events = order_event::Entity::find()
        .filter(order_event::Column::OrderId.is_in(supervised))
        .order_by_asc(order_event::Column::OrderId)
        .order_by_asc(order_event::Column::Seq);
    let events = events.all(db).await.unwrap();
    let of_issue = events
        .iter()
        .filter(|event| event.action == EventAction::SupervisionOrder);
    assert_eq!(of_issue.count(), issued.len());
    for pair in events
        .windows(2)
        .filter(|pair| pair[0].order_id == pair[1].order_id)
    {
        let is_joined = pair[1].action == EventAction::CampaignJoined;
        assert!(pair[0].at <= pair[1].at || is_joined, "{:?}", pair[1]);
    }
}

/// A unit that owes an answer has the form for it.
async fn unit_with_an_answer_to_give(app: &TestApp, waiting: &[&supervision_order::Model]) {
    let db = &app.app().db;
    let handlers = person::Entity::find().filter(person::Column::Role.eq(Role::Handler));
    let handlers = handlers
        .filter(person::Column::Active.eq(true))
        .all(db)
        .await
        .unwrap();
    let has_people = |row: &&&supervision_order::Model| {
        let mut handlers = handlers.iter();
        handlers.any(|person| person.unit_id == Some(row.unit_id))
    };
    let owed = waiting
        .iter()
        .find(has_people)
        .expect("a unit with people owes an answer");
    let unit = unit::Entity::find_by_id(owed.unit_id)
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let handler = Browser::as_cast(app, PersonQuery::role("handler").unit(&unit.name)).await;
    let page = handler.get("/console/supervision").await;
    page.page(200, &[&owed.number, "提交答复"]);
}

/// People have the notices of the last two weeks, some unread, and nothing left the house.
async fn inboxes(app: &TestApp) {
    let db = &app.app().db;
    let people = person::Entity::find().all(db).await.unwrap();
    let notices = notice::Entity::find().all(db).await.unwrap();
    assert!(
        notices.iter().all(|line| !line.body.contains('{')),
        "a placeholder was left"
    );
    let of = |role: Role, level: Option<PersonLevel>| {
        let people = people
            .iter()
            .filter(|person| person.role == role && person.level == level);
        let people: BTreeSet<_> = people.map(|person| person.id).collect();
        let lines = notices.iter().filter(|line| people.contains(&line.person_id));
        let read = lines.clone().filter(|line| line.read_at.is_some()).count();
        (lines.count() - read, read)
    };
    for (role, level) in [
        (Role::Supervisor, Some(PersonLevel::City)),
        (Role::Supervisor, Some(PersonLevel::County)),
        (Role::Handler, None),
        (Role::Delegate, Some(PersonLevel::County)),
    ] {
        let (unread, read) = of(role, level);
        assert!(unread > 0 && read > 0, "{role}: {unread} unread, {read} read");
    }
}

/// The committees' year has matters in every stage, and their orders say that they joined.
async fn matters_of_the_year(app: &TestApp) {
    let db = &app.app().db;
    let now = app.app().clock.now();
    let all = campaign::Entity::find().all(db).await.unwrap();
    let tasks = all.iter().filter(|matter| matter.parent_id.is_some());
    assert_eq!((all.len(), tasks.count()), (11, 3));
    let open = all.iter().filter(|matter| matter.status == CampaignStatus::Open);
    assert_eq!(open.count(), 2);
    let gathered = campaign_order::Entity::find().count(db).await.unwrap();
    let joined =
        order_event::Entity::find().filter(order_event::Column::Action.eq(EventAction::CampaignJoined));
    let joined = joined.count(db).await.unwrap();
    assert!(joined >= 50 && joined <= gathered, "{joined} of {gathered}");
    for matter in all
        .iter()
        .filter(|matter| matter.status == CampaignStatus::Closed)
    {
        let found = matter
            .look_back
            .as_ref()
            .expect("a closed matter was looked back on");
        assert_eq!(matter.stage, CampaignStage::LookBack, "{}", matter.title);
        assert_eq!(found["days"], 30, "{}", matter.title);
    }
    let calm = all.iter().filter(|matter| {
        let found = matter.look_back.as_ref();
        found.is_some_and(|found| found["rebound"] == false)
    });
    assert!(calm.count() >= 4, "closing a matter has an effect");
    let entries = campaign_event::Entity::find().order_by_asc(campaign_event::Column::Id);
    let entries = entries.all(db).await.unwrap();
    assert!(entries.iter().all(|entry| entry.at <= now));
    for matter in &all {
        let of_matter = entries.iter().filter(|entry| entry.campaign_id == matter.id);
        let of_matter: Vec<_> = of_matter.collect();
        assert!(of_matter.is_sorted_by_key(|entry| entry.at), "{}", matter.title);
        assert_eq!(of_matter[0].action, CampaignAction::Opened);
        assert_eq!(
            of_matter[of_matter.len() - 1].stage,
            matter.stage,
            "{}",
            matter.title
        );
    }
    let opinions = opinion::Entity::find().all(db).await.unwrap();
    let answered = opinions
        .iter()
        .filter(|row| row.status == OpinionStatus::Accepted);
    assert_eq!((opinions.len(), answered.count()), (10, 9));
    assert!(
        opinions
            .iter()
            .all(|row| !row.number.is_empty() && !row.issuer.is_empty())
    );
    let measures = measure::Entity::find().all(db).await.unwrap();
    let verified = measures
        .iter()
        .filter(|row| row.status == MeasureStatus::Verified);
    assert_eq!((measures.len(), verified.count()), (21, 16));
    for row in &measures {
        assert!(row.due_at > row.done_at.unwrap_or(now), "overdue: {}", row.text);
    }
}

/// Watch lists have dates ahead, and residents' messages are mostly handled.
async fn lists_and_messages_of_the_year(app: &TestApp) {
    let db = &app.app().db;
    let now = app.app().clock.now();
    assert_eq!(watch_list::Entity::find().count(db).await.unwrap(), 5);
    assert!(watch_inspection::Entity::find().count(db).await.unwrap() >= 20);
    let entries = watch_entry::Entity::find().all(db).await.unwrap();
    assert_eq!(entries.len(), 15);
    assert!(entries.iter().all(|entry| entry.next_inspection_at > Some(now)));
    let messages = site_message::Entity::find().all(db).await.unwrap();
    assert!((12..=15).contains(&messages.len()), "{}", messages.len());
    let waiting = messages
        .iter()
        .filter(|row| row.status == SiteMessageStatus::Received);
    assert_eq!(waiting.count(), 3);
    let city = Browser::as_cast(app, PersonQuery::role("supervisor").level("city")).await;
    city.get("/console/campaigns")
        .await
        .page(200, &["农村饮水安全专项监督"]);
    city.get("/console/watch-lists")
        .await
        .page(200, &["易积水点重点监管名单"]);
}

on_both_databases! {
    async fn a_year_of_orders_is_counted_and_searched(app: TestApp) {
        let before = sent_out(&app).await;
        let counts = living_city::fill(app.app(), Vec::new()).await.unwrap().unwrap();
        assert_eq!(sent_out(&app).await, before, "nothing of the past is pushed");
        Box::pin(inboxes(&app)).await;
        Box::pin(supervision_orders_of_the_year(&app)).await;
        Box::pin(matters_of_the_year(&app)).await;
        Box::pin(lists_and_messages_of_the_year(&app)).await;
        assert!((3_500..=4_800).contains(&counts.closed), "{counts:?}");
        assert!((90..=230).contains(&counts.open), "{counts:?}");
        let db = &app.app().db;
        // Operators have something to dispatch: reports whose text does not say what they are about.
        let to_dispatch = order::Entity::find().filter(order::Column::Status.eq(Status::Triage));
        let to_dispatch = to_dispatch.filter(order::Column::CategoryCode.is_null()).count(&app.app().db).await.unwrap();
        assert!(to_dispatch >= 5, "{to_dispatch}");
        // No closed order has a clock that runs, and none that is open lacks one.
        let closed = order::Entity::find().filter(order::Column::Status.eq(Status::Closed)).count(db).await.unwrap();
        assert_eq!(usize::try_from(closed).unwrap(), counts.closed);
        let running = deadline::Entity::find().filter(deadline::Column::StoppedAt.is_null()).all(db).await.unwrap();
        for clock in &running {
            let order = order::Entity::find_by_id(clock.order_id).one(db).await.unwrap().unwrap();
            assert_ne!(order.status, Status::Closed, "{}", order.number);
        }
        let history = verify(db, |_| {}).await.unwrap();
        assert_eq!((history.orders as usize, history.broken), (counts.closed + counts.open, None));
        app.run_jobs().await;
        assert_eq!(order_change::Entity::find().count(db).await.unwrap(), 0);
        let overview = app.supervisor().await.get("/overview?period=90d").await;
        if overview.status == 200 {
            let rate = &overview.json["rates"]["resolution"];
            assert!(rate["denominator"].as_i64().unwrap_or(1) > 0, "{rate}");
        }
        // A visitor of the screen sees a number or a word in each place, never a dash.
        let visitor = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        for path in ["/console/overview", "/console/overview?wall=1"] {
            let page = visitor.get(path).await.page(200, &["在办", "%"]);
            assert!(!page.contains('—'), "{path}");
        }
        nightly::find_topics(app.app()).await.unwrap();
        let topics = app.supervisor().await.get("/hot-topics").await.ok();
        let titles: Vec<String> = topics["items"].as_array().unwrap().iter().map(|topic| topic["title"].to_string()).collect();
        assert!(titles.iter().any(|title| title.contains("丽春西路") || title.contains("纱厂路")), "{titles:?}");
        report_of_august(&app).await;
        // Taken in again, everything is there already.
        let listed = app.supervisor().await.get("/orders?scope=all&limit=1").await.ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        app.run_jobs().await;
    }
}
