//! The sweep of the clocks: each line is an event once per clock, whoever sweeps and however often.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{OrderId, PersonId};
use entity::kinds::{CategorySource, ClockKind, Light, Role, Status, SupervisionLevel};
use entity::{deadline, order, order_event, person, unit, urge};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use tests::TestApp;
use tests::rows::blank_order;
use zhitong::city::import;
use zhitong::city::snapshot::CityHandle;
use zhitong::deadlines::deadline_rows;
use zhitong::orders::clocks::{recalculate, sweep};

/// An order that was dispatched now, with the clocks of its first round. Written as rows: the sweep knows no API.
async fn dispatched(app: &TestApp, nth: usize) -> OrderId {
    let (parts, now) = (app.app(), app.now());
    let delegate = somebody(app).await;
    let unit = unit::Entity::find().one(&parts.db).await.unwrap().unwrap();
    let order = order::Model {
        number: format!("T20250908{nth:06}"),
        status: Status::Dispatched,
        description: "路面塌陷".to_owned(),
        category_source: CategorySource::Unknown,
        reporter_id: delegate,
        unit_id: Some(unit.id),
        supervision_level: SupervisionLevel::None,
        dispatched_at: Some(now),
        closed_at: None,
        ..blank_order(now)
    };
    let id = order.id;
    order::Entity::insert(order.into_active_model().reset_all())
        .exec_without_returning(&parts.db)
        .await
        .unwrap();
    let city = parts.state::<CityHandle>().load();
    let clocks = city.deadline_rules().start_round(1, now);
    deadline_rows::start(&parts.db, city.deadline_rules(), id, &clocks, now)
        .await
        .unwrap();
    id
}

/// A delegate on no roster, so that nothing here depends on who is on one.
async fn somebody(app: &TestApp) -> PersonId {
    let known = person::Entity::find().filter(person::Column::RosterKey.eq("sweep"));
    if let Some(person) = known.one(&app.app().db).await.unwrap() {
        return person.id;
    }
    let person = person::Model {
        id: PersonId::generate(),
        name: "代表".to_owned(),
        role: Role::Delegate,
        level: None,
        unit_id: None,
        unit_head: false,
        area_code: None,
        electoral_unit: None,
        committee: None,
        phone_sealed: Vec::new(),
        phone_hash: "sweep".to_owned(),
        openid_sealed: None,
        openid_hash: None,
        bound_at: None,
        roster_key: "sweep".to_owned(),
        active: true,
        created_at: app.now(),
        updated_at: app.now(),
        removed_at: None,
    };
    let id = person.id;
    person::Entity::insert(person.into_active_model().reset_all())
        .exec_without_returning(&app.app().db)
        .await
        .unwrap();
    id
}

async fn stop(app: &TestApp, order: OrderId, kind: ClockKind) {
    let city = app.app().state::<CityHandle>().load();
    let mut clocks = deadline_rows::of_order(&app.app().db, order).await.unwrap();
    deadline_rows::stop(
        &app.app().db,
        city.deadline_rules(),
        &mut clocks,
        &[kind],
        app.now(),
    )
    .await
    .unwrap();
}

async fn order(app: &TestApp, id: OrderId) -> order::Model {
    order::Entity::find_by_id(id)
        .one(&app.app().db)
        .await
        .unwrap()
        .unwrap()
}

async fn clock(app: &TestApp, order: OrderId, kind: ClockKind) -> deadline::Model {
    let clocks = deadline_rows::of_order(&app.app().db, order).await.unwrap();
    clocks.into_iter().find(|clock| clock.kind == kind).unwrap()
}

/// Returns action and clock of the order's events, oldest first.
async fn events(app: &TestApp, order: OrderId) -> Vec<(String, String)> {
    let events = order_event::Entity::find()
        .filter(order_event::Column::OrderId.eq(order))
        .order_by_asc(order_event::Column::Seq);
    let events = events.all(&app.app().db).await.unwrap();
    let clock = |event: &order_event::Model| event.detail["clock"].as_str().unwrap_or_default().to_owned();
    events
        .iter()
        .map(|event| (event.action.to_string(), clock(event)))
        .collect()
}

async fn urges(app: &TestApp, order: OrderId) -> u64 {
    let urges = urge::Entity::find().filter(urge::Column::OrderId.eq(order));
    urges.count(&app.app().db).await.unwrap()
}

fn told(events: &[(&str, &str)]) -> Vec<(String, String)> {
    events
        .iter()
        .map(|(action, clock)| ((*action).to_owned(), (*clock).to_owned()))
        .collect()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

tests::on_both_databases! {
    async fn each_line_is_told_once_as_the_clock_passes_it(app: TestApp) {
        // Monday 2025-09-08 09:00; the response is due on Tuesday at 09:00, the resolution on Thursday at 24:00.
        let id = dispatched(&app, 1).await;
        app.advance_to("2025-09-09T04:59:00+08:00").await;
        assert_eq!((order(&app, id).await.light, events(&app, id).await.len()), (Light::Green, 0));

        // The clock goes on by itself: a minute is left for what has been done so far.
        app.advance_to("2025-09-09T05:01:00+08:00").await;
        assert_eq!(order(&app, id).await.light, Light::Yellow);
        assert_eq!(events(&app, id).await, told(&[("light_yellow", "response")]));
        assert_eq!(urges(&app, id).await, 1, "yellow urges by itself");

        app.advance_to("2025-09-09T09:01:00+08:00").await;
        assert_eq!(order(&app, id).await.light, Light::Red);
        assert_eq!(urges(&app, id).await, 1, "red tells, it does not urge");

        stop(&app, id, ClockKind::Response).await;
        assert_eq!(clock(&app, id, ClockKind::Response).await.light, Light::Red, "it was late");

        app.advance_to("2025-09-20T00:00:00+08:00").await;
        assert_eq!(
            events(&app, id).await,
            told(&[
                ("light_yellow", "response"),
                ("light_red", "response"),
                ("light_yellow", "resolution"),
                ("light_red", "resolution"),
            ])
        );
        assert_eq!(order(&app, id).await.version, 1, "a colour is no move");
        assert_eq!(sweep::next_due(&app.app().db).await.unwrap(), None);
        assert_eq!(sweep::sweep(app.app(), app.now()).await.unwrap(), 0);
    }

    async fn a_stopped_clock_is_never_told(app: TestApp) {
        let id = dispatched(&app, 2).await;
        stop(&app, id, ClockKind::Response).await;
        stop(&app, id, ClockKind::Resolution).await;
        app.advance(TimeDelta::days(30)).await;
        assert_eq!(events(&app, id).await, []);
        assert_eq!(order(&app, id).await.light, Light::Green);
    }

    async fn an_extension_turns_the_light_back_and_makes_no_line_an_event_twice(app: TestApp) {
        let id = dispatched(&app, 3).await;
        stop(&app, id, ClockKind::Response).await;
        app.advance_to("2025-09-11T08:00:00+08:00").await;
        assert_eq!(order(&app, id).await.light, Light::Yellow);

        let city = app.app().state::<CityHandle>().load();
        let mut row = clock(&app, id, ClockKind::Resolution).await;
        let extended = city.deadline_rules().grant_extension(&deadline_rows::clock(&row).unwrap(), 0, 3).unwrap();
        deadline_rows::replace(&app.app().db, city.deadline_rules(), &mut row, &extended, app.now()).await.unwrap();
        let moved = clock(&app, id, ClockKind::Resolution).await;
        assert_eq!((moved.light, moved.due_at), (Light::Green, at("2025-09-17T00:00:00+08:00")));
        assert_eq!(moved.next_change_at, Some(at("2025-09-16T00:00:00+08:00")));

        app.advance_to("2025-09-16T12:00:00+08:00").await;
        assert_eq!(order(&app, id).await.light, Light::Yellow, "the light follows the new line");
        assert_eq!(events(&app, id).await, told(&[("light_yellow", "resolution")]), "the event does not");
        app.advance_to("2025-09-17T12:00:00+08:00").await;
        assert_eq!(events(&app, id).await, told(&[("light_yellow", "resolution"), ("light_red", "resolution")]));
        assert_eq!(urges(&app, id).await, 1);
    }

    async fn two_replicas_sweep_together_without_a_double(app: TestApp) {
        let mut orders = Vec::new();
        for nth in 0..80 {
            orders.push(dispatched(&app, nth).await);
        }
        // The response is yellow and nothing else.
        let now = app.now() + TimeDelta::hours(21);
        let parts = app.app();
        let (one, other) = tokio::join!(sweep::sweep(parts, now), sweep::sweep(parts, now));
        let rest = sweep::sweep(parts, now).await.unwrap();
        assert_eq!(one.unwrap() + other.unwrap() + rest, 80);
        for id in orders {
            assert_eq!(events(&app, id).await, told(&[("light_yellow", "response")]));
            assert_eq!(urges(&app, id).await, 1);
        }
        app.run_jobs().await;
    }

    async fn after_a_standstill_both_lines_are_told_in_order(app: TestApp) {
        let id = dispatched(&app, 5).await;
        let later = app.now() + TimeDelta::days(10);
        assert_eq!(sweep::sweep(app.app(), later).await.unwrap(), 2);
        assert_eq!(
            events(&app, id).await,
            told(&[
                ("light_yellow", "response"),
                ("light_red", "response"),
                ("light_yellow", "resolution"),
                ("light_red", "resolution"),
            ])
        );
        app.run_jobs().await;
    }

    async fn a_year_that_is_announced_moves_the_clocks_that_waited_for_it(app: TestApp) {
        // Wednesday. New Year's Day is off by law: the third working day is Tuesday 5 January 2027.
        app.advance_to("2026-12-30T09:00:00+08:00").await;
        let id = dispatched(&app, 6).await;
        let before = clock(&app, id, ClockKind::Resolution).await;
        assert!(before.provisional);
        assert_eq!(before.due_at, at("2027-01-06T00:00:00+08:00"));

        let year = r#"{"2027": {"holidays": ["2027-01-01", "2027-01-04"], "workdays": ["2027-01-09"]}}"#;
        import::calendar(&app.app().db, &import::ImportFile::new("2027.json", year), app.now()).await.unwrap().unwrap();
        app.run_jobs().await;
        let after = clock(&app, id, ClockKind::Resolution).await;
        assert!(!after.provisional);
        // Thursday the 31st, then Tuesday and Wednesday: Monday is off, too.
        assert_eq!(after.due_at, at("2027-01-07T00:00:00+08:00"));
        assert_eq!(order(&app, id).await.due_at, Some(clock(&app, id, ClockKind::Response).await.due_at));
        assert_eq!(events(&app, id).await, told(&[("deadline_recounted", "")]));
        assert_eq!(recalculate::recalculate(app.app(), recalculate::Scope::Provisional, app.now()).await.unwrap(), 0, "a second time moves nothing");
        app.run_jobs().await;
    }
}
