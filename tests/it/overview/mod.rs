//! The overview screen shows the state of the orders, however it came about, and shows nobody more than they
//! may see.

use std::collections::BTreeMap;

use chrono::{Datelike, TimeDelta};
use entity::kinds::{ClockKind, Light, Satisfaction, Solved, Status};
use entity::{
    deadline, order, overview_counted, overview_dwell, overview_flow, overview_stock, supervision_order,
    verdict,
};
use futures_util::future::join_all;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::{PersonQuery, TestApp, on_both_databases, places};
use zhitong::overview::projector;

mod walk;

use walk::{Cast, Dice, something};

const VENDORS: &str = "占道经营";

/// Counts the orders one by one, per area; the empty area is the city.
#[derive(Debug, Default, PartialEq, Eq)]
struct Recount {
    /// By stage and light.
    standing: BTreeMap<(String, String), i64>,
    /// Of this month.
    arrived: [i64; 3],
    closed: i64,
    response: (i64, i64),
    on_time: (i64, i64),
    satisfied: i64,
    basically: i64,
    dissatisfied: i64,
    unrated: i64,
    solved: i64,
    tracked: i64,
    difficult: i64,
    waiting: i64,
}

const OVER: [Status; 2] = [Status::Closed, Status::Cancelled];

/// Written against the definitions that the screen shows, not against the code that keeps the counts.
async fn recount(app: &TestApp, area: Option<&str>) -> Recount {
    let db = &app.app().db;
    let zone = chrono_tz::Asia::Shanghai;
    let today = app.now().with_timezone(&zone);
    let this_month = |time: chrono::DateTime<chrono::Utc>| {
        let local = time.with_timezone(&zone);
        (local.year(), local.month()) == (today.year(), today.month())
    };
    let clocks = deadline::Entity::find().all(db).await.unwrap();
    let verdicts = verdict::Entity::find().all(db).await.unwrap();
    let demands = supervision_order::Entity::find().all(db).await.unwrap();
    let mut count = Recount::default();
    for order in order::Entity::find().all(db).await.unwrap() {
        if area.is_some_and(|area| order.area_code.as_deref() != Some(area)) {
            continue;
        }
        let stage = (order.status.to_string(), order.light.to_string());
        *count.standing.entry(stage).or_default() += 1;
        if !OVER.contains(&order.status) {
            count.tracked += i64::from(order.tracked);
            count.difficult += i64::from(order.difficult);
        }
        let open = demands
            .iter()
            .filter(|d| d.order_id == order.id && d.answered_at.is_none());
        count.waiting += i64::try_from(open.count()).unwrap();
        if this_month(order.created_at) {
            count.arrived[order.channel as usize] += 1;
        }
        if order.status == Status::Cancelled || order.merged_into.is_some() {
            continue;
        }
        for clock in clocks.iter().filter(|clock| clock.order_id == order.id) {
            let met = clock.stopped_at.is_some_and(|at| at <= clock.due_at);
            let missed = clock.stopped_at.is_some_and(|at| at > clock.due_at) || clock.light == Light::Red;
            let on = if met {
                clock.stopped_at.unwrap()
            } else {
                clock.due_at - TimeDelta::milliseconds(1)
            };
            if !(met || missed) || !this_month(on) {
                continue;
            }
            let rate = match clock.kind {
                ClockKind::Response => &mut count.response,
                ClockKind::Resolution => &mut count.on_time,
                ClockKind::Supplementary => continue,
            };
            rate.1 += 1;
            rate.0 += i64::from(met);
        }
        let given: Vec<_> = verdicts.iter().filter(|v| v.order_id == order.id).collect();
        for verdict in given.iter().filter(|verdict| this_month(verdict.created_at)) {
            *match verdict.result {
                Satisfaction::Satisfied => &mut count.satisfied,
                Satisfaction::BasicallySatisfied => &mut count.basically,
                Satisfaction::Dissatisfied => &mut count.dissatisfied,
            } += 1;
            count.solved += i64::from(verdict.solved == Solved::Yes);
        }
        if order.status == Status::Closed && this_month(order.closed_at.unwrap()) {
            count.closed += 1;
            count.unrated += i64::from(given.iter().all(|verdict| verdict.round != order.round));
        }
    }
    count
}

/// Reads these counts from a response of `GET /overview`.
fn shown(screen: &Value) -> Recount {
    let number = |value: &Value| value.as_i64().unwrap_or_else(|| panic!("no count: {value}"));
    let mut shown = Recount::default();
    for stage in screen["stages"].as_array().unwrap() {
        for light in ["green", "yellow", "red"] {
            let orders = number(&stage["lights"][light]);
            if orders != 0 {
                let key = (stage["stage"].as_str().unwrap().to_owned(), light.to_owned());
                shown.standing.insert(key, orders);
            }
        }
    }
    let rate = |name: &str| {
        let rate = &screen["rates"][name];
        (number(&rate["numerator"]), number(&rate["denominator"]))
    };
    let arrived = &screen["arrivals"]["period"];
    shown.arrived = ["snap", "scan", "call"].map(|channel| number(&arrived[channel]));
    shown.closed = number(&arrived["closed"]);
    (shown.response, shown.on_time) = (rate("response"), rate("on_time"));
    let verdicts = &screen["verdicts"];
    shown.satisfied = number(&verdicts["satisfied"]);
    shown.basically = number(&verdicts["basically_satisfied"]);
    shown.dissatisfied = number(&verdicts["dissatisfied"]);
    shown.unrated = number(&verdicts["unrated"]);
    shown.solved = number(&verdicts["solved"]);
    let rated = shown.satisfied + shown.basically + shown.dissatisfied + shown.unrated;
    assert_eq!(rate("satisfaction"), (shown.satisfied, rated));
    assert_eq!(rate("resolution"), (shown.solved, rated));
    let supervision = &screen["supervision"];
    shown.tracked = number(&supervision["tracked"]);
    shown.difficult = number(&supervision["difficult"]);
    shown.waiting = number(&supervision["waiting"]);
    shown
}

/// Every kept count that is not zero, as text.
async fn kept(app: &TestApp) -> Vec<String> {
    let db = &app.app().db;
    let mut rows = Vec::new();
    for row in overview_stock::Entity::find().all(db).await.unwrap() {
        if row.orders != 0 || row.demands != 0 {
            rows.push(format!("{row:?}"));
        }
    }
    rows.extend(
        overview_dwell::Entity::find()
            .all(db)
            .await
            .unwrap()
            .iter()
            .map(|row| format!("{row:?}")),
    );
    for row in overview_flow::Entity::find().all(db).await.unwrap() {
        let empty = overview_flow::Model {
            area: row.area.clone(),
            grain: row.grain,
            starts_on: row.starts_on,
            subject: row.subject.clone(),
            arrived_snap: 0,
            arrived_scan: 0,
            arrived_call: 0,
            closed: 0,
            response_due: 0,
            response_met: 0,
            resolution_due: 0,
            resolution_met: 0,
            satisfied: 0,
            basically_satisfied: 0,
            dissatisfied: 0,
            unrated: 0,
            solved: 0,
            partly_solved: 0,
            unsolved: 0,
        };
        if row != empty {
            rows.push(format!("{row:?}"));
        }
    }
    rows.extend(
        overview_counted::Entity::find()
            .all(db)
            .await
            .unwrap()
            .iter()
            .map(|row| format!("{row:?}")),
    );
    rows.sort_unstable();
    rows
}

/// The screen says what the orders say, for the city and for each county; counted from the beginning it says the same.
async fn check(app: &TestApp) {
    let city = app.supervisor().await;
    let screen = city.get("/overview").await.ok();
    assert_eq!(screen["waiting"], 0);
    assert_eq!(shown(&screen), recount(app, None).await);
    let mut open = 0;
    for district in screen["districts"].as_array().unwrap() {
        open += district["open"].as_i64().unwrap();
        let code = district["code"].as_str().unwrap();
        if code != "-" {
            let of_county = city.get(&format!("/overview?area={code}")).await.ok();
            assert_eq!(shown(&of_county), recount(app, Some(code)).await, "{code}");
        }
    }
    assert_eq!(
        open,
        screen["open"].as_i64().unwrap(),
        "the districts add up to the city"
    );
    let before = kept(app).await;
    projector::rebuild(app.app(), |_, _| {}).await.unwrap();
    assert_eq!(kept(app).await, before, "counted from the beginning");
}

on_both_databases! {
    async fn the_screen_counts_what_stands_after_any_walk_of_moves(app: TestApp) {
        let mut cast = Cast {
            reporter: app.delegate("涧西区").await,
            operator: app.operator().await,
            supervisor: app.supervisor().await,
            orders: Vec::new(),
        };
        let spots = [places::JIANXI, places::XIGONG, places::YICHUAN, places::LUOLONG];
        for nth in 0..16 {
            let report = Report::at(spots[nth % spots.len()]);
            let report = if nth % 4 == 3 { report } else { report.category(VENDORS) };
            cast.orders.push(number(&cast.reporter.submit(&report).await).to_owned());
        }
        app.run_jobs().await;
        check(&app).await;
        let mut dice = Dice(20_250_908);
        for step in 0..90 {
            let order = cast.orders[dice.roll(cast.orders.len())].clone();
            something(&app, &mut dice, &cast, &order).await;
            if dice.roll(4) == 0 {
                app.advance(TimeDelta::minutes(i64::try_from(dice.roll(600)).unwrap())).await;
            }
            if step % 30 == 29 {
                app.run_jobs().await;
                check(&app).await;
            }
        }
        app.advance(TimeDelta::days(6)).await;
        check(&app).await;
        let seen = recount(&app, None).await;
        assert!(seen.on_time.1 > seen.on_time.0 && seen.on_time.0 > 0, "the walk met both ends: {seen:?}");
        assert!(seen.satisfied + seen.dissatisfied + seen.basically > 0, "{seen:?}");
    }

    /// Submitters, movers and two folds at once.
    async fn counts_are_right_when_everybody_writes_at_once(app: TestApp) {
        let delegates = join_all((0..4).map(|nth| app.sign_in(PersonQuery::role("delegate").nth(nth)))).await;
        for _ in 0..4 {
            let submitting = delegates.iter().map(|delegate| async {
                let order = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
                let unit = order["unit"]["name"].as_str().unwrap();
                app.handler(unit).await.act(&order, "accept", json!({})).await.assert_ok();
            });
            let folding = async {
                for _ in 0..6 {
                    let (one, other) = tokio::join!(projector::apply_changes(app.app()), projector::apply_changes(app.app()));
                    one.unwrap();
                    other.unwrap();
                }
            };
            tokio::join!(join_all(submitting), folding);
        }
        app.run_jobs().await;
        check(&app).await;
        assert_eq!(recount(&app, None).await.arrived, [16, 0, 0]);
    }

    async fn a_county_sees_its_county_and_those_who_do_not_watch_see_nothing(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        for place in [places::JIANXI, places::JIANXI, places::YICHUAN] {
            delegate.submit(&Report::at(place).category(VENDORS)).await;
        }
        app.run_jobs().await;
        let county = app.county_supervisor("涧西区").await;
        let screen = county.get("/overview").await.ok();
        assert_eq!(screen["area"]["name"], "涧西区");
        assert_eq!(screen["open"], 2);
        assert_eq!(screen["districts"].as_array().unwrap().len(), 1);
        assert!(screen["deadlines"].as_array().unwrap().iter().all(|order| order["area"] == "涧西区"));
        county.get("/overview?area=伊川县").await.assert_problem(404, "not_found");
        county.get("/appraisal?area=伊川县").await.assert_problem(404, "not_found");
        county.get("/overview?area=没有这个县").await.assert_problem(404, "not_found");
        county.get("/overview?period=fortnight").await.assert_problem(400, "bad_filter");
        let city = app.supervisor().await;
        assert_eq!(city.get("/overview").await.ok()["open"], 3);
        assert_eq!(city.get("/overview?area=伊川县").await.ok()["open"], 1);
        for path in ["/overview", "/appraisal", "/overview/stream"] {
            delegate.get(path).await.assert_problem(403, "role_may_not");
            app.handler("涧西区人民政府").await.get(path).await.assert_problem(403, "role_may_not");
        }
    }

    async fn deadlines_ranks_and_rates_say_how_they_were_counted(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        app.run_jobs().await;
        let city = app.supervisor().await;
        let screen = city.get("/overview").await.ok();
        let next = &screen["deadlines"][0];
        assert_eq!((&next["number"], &next["remaining"]), (&order["number"], &json!("剩 23 小时")));
        assert_eq!(screen["rates"]["response"]["percent"], Value::Null, "nothing has been decided yet");
        assert_eq!(screen["units"][0]["rank"], Value::Null, "one order is too little to be ranked by");

        app.advance(TimeDelta::hours(30)).await;
        let screen = city.get("/overview?period=week").await.ok();
        assert_eq!(screen["lights"]["red"], 1);
        assert_eq!(screen["overdue"][0]["remaining"], "超期 6 小时");
        let response = &screen["rates"]["response"];
        assert_eq!((&response["numerator"], &response["denominator"]), (&json!(0), &json!(1)));
        assert_eq!((&response["small"], &response["change"]), (&json!(true), &Value::Null));
        assert!(response["definition"].as_str().unwrap().contains('÷'));
        assert_eq!(screen["stages"][1]["stage"], "dispatched");
        assert_eq!(screen["stages"][1]["median_dwell_hours"], 30);
        assert_eq!(screen["trend"].as_array().unwrap().len(), 12);
        assert_eq!(screen["trend"][11]["arrived"], 1);

        let table = city.get("/appraisal?by=unit&period=quarter").await.ok();
        assert_eq!(table["items"][0]["code"], order["unit"]["id"]);
        assert_eq!(table["items"][0]["response"], json!({ "numerator": 0, "denominator": 1, "percent": 0.0, "small": true }));
        assert_eq!(table["total"]["response"]["denominator"], 1);
        for by in ["area", "category", "time"] {
            let table = city.get(&format!("/appraisal?by={by}&period=quarter")).await.ok();
            let rows = table["items"].as_array().unwrap();
            let missed: i64 = rows.iter().map(|row| row["response"]["denominator"].as_i64().unwrap()).sum();
            assert_eq!(missed, 1, "by {by}: {table}");
        }
        city.get("/appraisal?by=colour").await.assert_status(400);
    }

    async fn what_a_delegate_has_done_is_his_and_his_committee_s(app: TestApp) {
        let delegate = app.sign_in(PersonQuery::role("delegate").level("county").area("涧西区")).await;
        let order = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        app.run_jobs().await;
        let handler = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        handler.act(&order, "accept", json!({})).await.assert_ok();
        handler.act(&order, "reply", json!({ "account": "现场处理完毕。", "public_reply": "已处理完毕。" })).await.assert_ok();
        assert_eq!(delegate.get("/me/activity").await.ok()["to_judge"], 1);
        delegate.act(&order, "verdict", json!({ "result": "satisfied", "solved": "yes" })).await.assert_ok();
        app.run_jobs().await;

        let own = delegate.get("/me/activity?period=month").await.ok();
        assert_eq!(own["reported"], json!({ "total": 1, "open": 0, "closed": 1, "cancelled": 0, "difficult": 0 }));
        assert_eq!((&own["verdicts"]["satisfied"], &own["to_judge"]), (&json!(1), &json!(0)));
        let path = format!("/people/{}/activity?period=month", own["person"].as_str().unwrap());
        assert_eq!(app.county_supervisor("涧西区").await.get(&path).await.ok(), own);
        assert_eq!(app.supervisor().await.get(&path).await.ok(), own);
        let other = app.sign_in(PersonQuery::role("supervisor").level("county").not_area("涧西区")).await;
        other.get(&path).await.assert_problem(404, "not_found");
        app.sign_in(PersonQuery::role("delegate").not_area("涧西区")).await.get(&path).await.assert_problem(403, "role_may_not");
        handler.get("/me/activity").await.assert_problem(403, "role_may_not");
    }
}
