//! Consequences of a verdict, all in its transaction: closing, a supplementary reply, the next round under
//! supervision, a higher level; and the problem that returns after closing.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::order_fixture::{AREA, CAVED_IN, OrderFixture, actions, verdict};
use tests::orders::Report;
use tests::{PersonQuery, on_both_databases, places};

fn clocks(order: &Value, round: i64) -> Vec<(&str, bool)> {
    let all = order["deadlines"].as_array().expect("deadlines").iter();
    let of_round = all.filter(|clock| clock["round"] == round);
    of_round
        .map(|clock| {
            (
                clock["kind"].as_str().expect("a kind"),
                clock["stopped_at"].is_null(),
            )
        })
        .collect()
}

on_both_databases! {
    async fn satisfied_closes_and_tells(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let order = desk.judge("satisfied").await.ok();
        assert_eq!(order["status"], "closed");
        assert_eq!((&order["difficult"], &order["tracked"], &order["supervision_level"]), (&json!(false), &json!(false), &json!("none")));
        let given = &order["verdicts"][0];
        assert_eq!((&given["result"], &given["process"], &given["solved"]), (&json!("satisfied"), &json!("satisfied"), &json!("yes")));
        assert_eq!(clocks(&order, 1), [("response", false), ("resolution", false)], "every clock has stopped");
        assert!(desk.inbox_events(&desk.unit).await.contains(&"closed".to_owned()));
        app.run_jobs().await;
    }

    async fn basically_satisfied_warns_tracks_and_asks_again_after_a_supplementary_reply(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        let (county, city) = (app.county_supervisor(AREA).await, app.supervisor().await);
        let order = desk.judge("basically_satisfied").await.ok();
        assert_eq!((&order["status"], &order["round"], &order["tracked"], &order["difficult"]), (&json!("in_progress"), &json!(1), &json!(true), &json!(false)));
        assert_eq!(clocks(&order, 1).last(), Some(&("supplementary", true)));
        // Monday; three working days.
        assert_eq!(order["due_at"], "2025-09-12T00:00:00+08:00");
        for (who, event) in [(&desk.unit, "supplementary_due"), (&county, "warned"), (&city, "warned")] {
            assert!(desk.inbox_events(who).await.contains(&event.to_owned()), "{event}");
        }
        app.advance(TimeDelta::hours(5)).await;
        desk.by_unit("reply", json!({ "account": "再次约谈。", "public_reply": "补充措施已落实。" })).await.assert_ok();
        app.run_jobs().await;
        let order = desk.now().await;
        assert_eq!((&order["status"], &order["round"]), (&json!("replied"), &json!(1)));
        assert_eq!(order["replies"][1]["supplementary"], true);
        let asked = desk.inbox_events(&desk.delegate).await;
        assert_eq!(asked.iter().filter(|event| *event == "follow_up_ask").count(), 2, "asked again: {asked:?}");
        assert_eq!(desk.judge("satisfied").await.ok()["status"], "closed");
        app.run_jobs().await;
    }

    async fn dissatisfied_starts_the_next_round_under_supervision_in_one_go(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let (head, county, city) = (desk.head().await, app.county_supervisor(AREA).await, app.supervisor().await);
        app.advance_to("2025-09-10T10:00:00+08:00").await;
        let order = desk.judge("dissatisfied").await.ok();
        assert_eq!((&order["status"], &order["round"], &order["difficult"]), (&json!("dispatched"), &json!(2), &json!(true)));
        assert_eq!(order["supervision_level"], "unit");
        assert_eq!(clocks(&order, 1), [("response", false), ("resolution", false)]);
        assert_eq!(clocks(&order, 2), [("response", true), ("resolution", true)], "clocks of its own");
        let resolution = &order["deadlines"][3];
        // Wednesday the 10th is day 0; Thursday, Friday, Monday.
        assert_eq!(resolution["due_at"], "2025-09-16T00:00:00+08:00");
        let issued = desk.unit.order(&json!(desk.number)).await.ok()["supervision_orders"].clone();
        assert_eq!((issued[0]["number"].as_str(), &issued[0]["round"]), (Some("DB2025-0001"), &json!(2)));
        for who in [&desk.unit, &head, &county, &city] {
            assert!(desk.inbox_events(who).await.contains(&"dissatisfied".to_owned()), "{}", who.person().role);
        }
        assert!(desk.inbox_events(&desk.unit).await.contains(&"supervision_order".to_owned()));
        app.run_jobs().await;
    }

    async fn a_second_dissatisfied_raises_the_level_and_a_third_the_city_s(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let county = app.county_supervisor(AREA).await;
        for (round, level) in [(2, "unit"), (3, "county"), (4, "city")] {
            let order = desk.judge("dissatisfied").await.ok();
            assert_eq!((&order["round"], &order["supervision_level"]), (&json!(round), &json!(level)));
            let raised = desk.inbox_events(&county).await.iter().filter(|event| *event == "raised").count();
            assert_eq!(raised, round - 2, "the first has its supervision order, the next ones tell of the level");
            desk.handle_again().await;
        }
        let issued = desk.now().await["supervision_orders"].clone();
        let numbers: Vec<_> = issued.as_array().unwrap().iter().map(|issued| issued["number"].clone()).collect();
        assert_eq!(numbers, ["DB2025-0001", "DB2025-0002", "DB2025-0003"]);
        app.run_jobs().await;
    }

    async fn several_delegates_behind_one_matter_raise_it(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        let city = app.supervisor().await;
        let second = app.sign_in(PersonQuery::delegate("").not_area(AREA)).await;
        let third = app.sign_in(PersonQuery::delegate("").not_area(AREA).nth(1)).await;
        desk.by(&second, "endorsements", json!({})).await.assert_ok();
        assert_eq!(desk.now().await["supervision_level"], "none");
        // The third delegate has an order of their own, which is merged: they count once.
        let same = third.submit(&Report::at(places::JIANXI).category("夜间施工噪声")).await;
        app.operator().await.act(&same, "merge", json!({ "into": desk.number })).await.assert_ok();
        assert_eq!(desk.now().await["supervision_level"], "unit");
        assert!(desk.inbox_events(&city).await.contains(&"raised".to_owned()));
        assert!(actions(&desk.history(&city).await).contains(&"raised"));
        assert!(!actions(&desk.history(&desk.delegate).await).contains(&"raised"), "internal");
        // One dissatisfied verdict on top of it: the county.
        desk.handle_again().await;
        assert_eq!(desk.judge("dissatisfied").await.ok()["supervision_level"], "county");
        app.run_jobs().await;
    }

    async fn the_units_that_support_stay_in_the_next_round_and_hear_of_it(app: TestApp) {
        let desk = OrderFixture::with(&app, &Report::at(places::JIANXI).category(CAVED_IN)).await;
        let support = app.handler("涧西区城市管理局").await;
        assert_eq!(desk.inbox_events(&support).await, ["support_assigned"], "by the duty table");
        desk.handle_again().await;
        let order = desk.judge("dissatisfied").await.ok();
        assert_eq!(order["support_units"][0]["name"], "涧西区城市管理局");
        assert_eq!(desk.inbox_events(&support).await, ["support_assigned", "support_assigned"]);
        let seen = desk.by(&support, "accept", json!({})).await.ok();
        assert_eq!(seen["status"], "dispatched", "its part is not the whole");
        app.run_jobs().await;
    }

    async fn a_problem_that_comes_back_reopens_the_same_number_for_thirty_days(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        desk.judge("satisfied").await.assert_ok();
        let other = app.sign_in(PersonQuery::delegate(AREA).nth(1)).await;
        desk.by(&other, "reopen", json!({ "reason": "又响了" })).await.assert_problem(404, "not_found");
        app.advance(TimeDelta::days(29)).await;
        let back = desk.by_delegate("reopen", json!({ "reason": "工地夜里又开工了。" })).await.ok();
        assert_eq!((&back["number"], &back["status"], &back["round"]), (&json!(desk.number), &json!("dispatched"), &json!(2)));
        assert_eq!(clocks(&back, 2), [("response", true), ("resolution", true)]);
        let county = app.county_supervisor(AREA).await;
        assert!(desk.inbox_events(&county).await.contains(&"reopened".to_owned()));
        desk.handle_again().await;
        desk.judge("satisfied").await.assert_ok();
        app.advance(TimeDelta::days(31)).await;
        desk.by_delegate("reopen", json!({ "reason": "又开工了。" })).await.assert_problem(422, "reopen_too_late");
        let seen = desk.delegate.order(&json!(desk.number)).await.ok();
        assert!(!seen["actions"].as_array().unwrap().contains(&json!("reopen")));
    }

    async fn a_problem_that_comes_back_to_a_unit_of_the_past_goes_to_triage(app: TestApp) {
        use entity::{order, unit};
        use sea_orm::sea_query::Expr;
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
        use zhitong::city::{files::Files, import::{self, ImportFile}, refresh};
        let desk = OrderFixture::replied(&app).await;
        desk.judge("satisfied").await.assert_ok();
        app.run_jobs().await;
        let (db, now) = (&app.app().db, app.now());
        let units = Files::open("luoyang").unwrap().get("units.csv").unwrap().to_owned();
        let more = format!("{units}D99,洛阳市新设局,市新设局,city_bureau,,,\n");
        import::departments(db, &ImportFile::new("units.csv", &more), now).await.unwrap().unwrap();
        let unit = unit::Entity::find().filter(unit::Column::Code.eq("D99")).one(db).await.unwrap().unwrap();
        let closed = order::Entity::update_many().filter(order::Column::Number.eq(desk.number.as_str()));
        closed.col_expr(order::Column::UnitId, Expr::value(unit.id)).exec(db).await.unwrap();
        import::departments(db, &ImportFile::new("units.csv", &units), now).await.unwrap().unwrap();
        refresh::refresh_now(app.app()).await;
        assert_eq!(desk.now().await["unit"]["name"], "洛阳市新设局", "a closed order keeps the unit that had it");
        let order = desk.by_delegate("reopen", json!({ "reason": "又塌了一块。" })).await.ok();
        assert_eq!((&order["status"], &order["unit"], &order["round"]), (&json!("triage"), &Value::Null, &json!(2)));
        app.run_jobs().await;
        let operator = app.operator().await;
        assert!(desk.inbox_events(&operator).await.contains(&"triage_needed".to_owned()));
        let body = json!({ "unit": "涧西区人民政府", "reason": "由区政府办理。" });
        let order = desk.by(&operator, "dispatch", body).await.ok();
        assert_eq!(order["status"], "dispatched");
        assert!(clocks(&order, 2).iter().any(|(_, runs)| *runs), "the clocks of the round start now");
        app.run_jobs().await;
    }

    async fn of_two_verdicts_at_once_one_counts(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let number = json!(desk.number);
        let both = futures_util::future::join(
            desk.delegate.act(&number, "verdict", verdict("satisfied")),
            desk.delegate.act(&number, "verdict", verdict("dissatisfied")),
        );
        let (one, other) = both.await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(desk.now().await["verdicts"].as_array().unwrap().len(), 1);
        app.run_jobs().await;
    }
}
