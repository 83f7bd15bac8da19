//! Hot topics: found by themselves, told once, kept as they grow; what an analyst says stands.

use chrono::TimeDelta;
use entity::ids::{OrderId, PersonId};
use entity::kinds::Role;
use entity::{insight_run, order, person, topic};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::places::{self, Place};
use tests::rows::blank_order;
use tests::{Client, TestApp};
use zhitong::city::snapshot::CityHandle;
use zhitong::insight::alert_rules::RISE_ALERTS;

const WATER: [&str; 5] = [
    "村里饮水安全工程的水发浑，村民吃水困难。",
    "村里饮水安全工程断水两天，村民吃水困难。",
    "村里饮水安全工程水量小，村民吃水困难。",
    "村里饮水安全工程的水有泥沙，村民吃水困难。",
    "村里饮水安全工程隔天才来水，村民吃水困难。",
];

/// Reports about the water of several villages, from delegates of two counties.
async fn water(app: &TestApp, texts: &[&str]) -> Vec<Value> {
    let (jianxi, yichuan) = (app.delegate("涧西区").await, app.delegate("伊川县").await);
    let mut orders = Vec::new();
    for (nth, text) in texts.iter().enumerate() {
        let (who, place): (&Client, Place) = if nth % 2 == 0 {
            (&yichuan, places::YICHUAN)
        } else {
            (&jianxi, places::JIANXI)
        };
        orders.push(
            who.submit(&Report::at(place).saying(text).category("农村饮水"))
                .await,
        );
    }
    orders
}

async fn next_night(app: &TestApp) {
    app.advance(TimeDelta::days(1)).await;
}

async fn topics(who: &Client) -> Vec<Value> {
    let list = who.get("/hot-topics").await.ok();
    list["items"].as_array().unwrap().clone()
}

async fn told(who: &Client) -> usize {
    let inbox = who.get("/inbox?limit=100").await.ok();
    let items = inbox["items"].as_array().unwrap();
    items
        .iter()
        .filter(|notice| notice["event"] == "hot_topic")
        .count()
}

tests::on_both_databases! {
    async fn orders_of_several_counties_about_one_thing_become_a_topic(app: TestApp) {
        let orders = water(&app, &WATER).await;
        app.delegate("涧西区").await.submit(&Report::default().saying("景华路路灯坏了三盏。")).await;
        let city = app.supervisor().await;
        assert!(topics(&city).await.is_empty());
        next_night(&app).await;
        let found = topics(&city).await;
        assert_eq!(found.len(), 1, "{found:?}");
        let topic = &found[0];
        assert_eq!(topic["order_count"], 5);
        assert_eq!(topic["delegate_count"], 2);
        assert_eq!(topic["kind"], "农村饮用水");
        assert_eq!(topic["areas"].as_array().unwrap().len(), 2);
        assert!(topic["title"].as_str().unwrap().contains("农村饮水"), "{topic}");
        let path = format!("/hot-topics/{}", topic["id"].as_str().unwrap());
        let detail = city.get(&path).await.ok();
        let mut numbers: Vec<&str> = detail["orders"].as_array().unwrap().iter().map(number).collect();
        let mut expected: Vec<&str> = orders.iter().map(number).collect();
        numbers.sort_unstable();
        expected.sort_unstable();
        assert_eq!(numbers, expected);
        assert_eq!(detail["weeks"].as_array().unwrap().iter().map(|week| week["orders"].as_i64().unwrap()).sum::<i64>(), 5);
        // A county's people see what touches their county, and of its orders their own.
        let county = app.county_supervisor("伊川县").await;
        assert_eq!(county.get(&path).await.ok()["orders"].as_array().unwrap().len(), 3);
        app.county_supervisor("西工区").await.get(&path).await.assert_status(404);
        app.delegate("涧西区").await.get(&path).await.assert_status(403);
    }

    async fn a_topic_keeps_its_name_as_it_grows_and_is_told_once(app: TestApp) {
        water(&app, &WATER[..3]).await;
        let city = app.supervisor().await;
        next_night(&app).await;
        let before = topics(&city).await;
        assert_eq!((before.len(), &before[0]["order_count"]), (1, &json!(3)));
        water(&app, &WATER[3..]).await;
        next_night(&app).await;
        next_night(&app).await;
        let after = topics(&city).await;
        assert_eq!((after.len(), &after[0]["order_count"]), (1, &json!(5)));
        assert_eq!(after[0]["id"], before[0]["id"]);
        let runs = insight_run::Entity::find().count(&app.app().db).await.unwrap();
        assert_eq!(runs, 3);
        assert!(told(&city).await <= 1);
        // Four weeks later nothing has come.
        app.advance(TimeDelta::days(30)).await;
        assert_eq!(topics(&city).await[0]["status"], "over");
    }

    async fn what_an_analyst_says_stands(app: TestApp) {
        water(&app, &WATER[..4]).await;
        let city = app.supervisor().await;
        next_night(&app).await;
        let id = topics(&city).await[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/hot-topics/{id}");
        // Two counties: not one county's to change.
        let county = app.county_supervisor("伊川县").await;
        county.post(&format!("{path}/rename"), json!({ "title": "水" })).await.assert_status(403);
        city.post(&format!("{path}/rename"), json!({ "title": "农村吃水难" })).await.assert_ok();
        let orders = city.get(&path).await.ok()["orders"].clone();
        let part = json!({ "numbers": [orders[0]["number"]], "title": "只是一件" });
        let all: Vec<&Value> = orders.as_array().unwrap().iter().map(|order| &order["number"]).collect();
        city.post(&format!("{path}/split"), json!({ "numbers": all, "title": "全部" })).await.assert_problem(422, "topic_no_part");
        let split = city.post(&format!("{path}/split"), part).await.ok();
        assert_eq!(split["order_count"], 1);
        city.post(&format!("{path}/dismiss"), json!({ "reason": "已知，另有安排" })).await.assert_ok();
        water(&app, &WATER[4..]).await;
        next_night(&app).await;
        let left = topics(&city).await;
        assert_eq!(left.len(), 1, "the dismissed topic does not come back: {left:?}");
        assert_eq!(left[0]["title"], "只是一件");
        let kept = city.get(&path).await.ok();
        assert_eq!(kept["title"], "农村吃水难");
        assert_eq!(kept["dismissed"], true);
        // The new order joined one of the two that the analyst parted; they were not united again.
        let sum = kept["order_count"].as_i64().unwrap() + left[0]["order_count"].as_i64().unwrap();
        assert_eq!(sum, 5);
        let into = json!({ "into": split["id"] });
        let merged = city.post(&format!("{path}/merge"), into).await.ok();
        assert_eq!(merged["order_count"], 5);
        assert_eq!(city.get(&path).await.ok()["merged_into"], split["id"]);
    }

    async fn a_campaign_is_opened_from_a_topic_with_its_orders_in_it(app: TestApp) {
        water(&app, &WATER).await;
        let city = app.supervisor().await;
        next_night(&app).await;
        let path = format!("/hot-topics/{}/campaign", topics(&city).await[0]["id"].as_str().unwrap());
        let opened = city.post(&path, json!({ "purpose": "查原因、督整改。" })).await;
        opened.assert_status(201);
        app.run_jobs().await;
        let campaign = city.get(&format!("/campaigns/{}", opened.json["id"].as_str().unwrap())).await.ok();
        assert_eq!(campaign["order_count"], 5);
        assert_eq!(campaign["kind"], "农村饮用水");
        assert_eq!(campaign["area"], Value::Null);
        city.post(&path, json!({ "purpose": "再来一次" })).await.assert_problem(409, "topic_has_campaign");
    }

    async fn a_category_that_rises_in_one_county_is_found_by_counting(app: TestApp) {
        app.advance(TimeDelta::minutes(1)).await;
        let db = &app.app().db;
        let (now, city) = (app.now(), app.app().state::<CityHandle>().load());
        let code = |name: &str| city.categories.find(name).unwrap().code.clone();
        let counties: Vec<String> = city.counties.divisions().iter().map(|county| county.code.clone()).collect();
        let there = city.county("涧西区").unwrap().code.clone();
        let reporter = person::Entity::find().filter(person::Column::Role.eq(Role::Delegate));
        let reporter = reporter.one(db).await.unwrap().unwrap().id;
        let quiet = [code("占道经营"), code("停水"), code("停车难与停车收费")];
        let mut rows = Vec::new();
        for day in 1..=120_i64 {
            for nth in 0..4_usize {
                let area = &counties[(usize::try_from(day).unwrap() * 3 + nth) % counties.len()];
                rows.push(counted(&quiet[nth % 3], area, now - TimeDelta::days(day), reporter));
            }
        }
        let rising = code("室内不热");
        for day in 1..=6_i64 {
            for _ in 0..3 {
                rows.push(counted(&rising, &there, now - TimeDelta::days(day), reporter));
            }
        }
        for part in rows.chunks(100) {
            let part = part.iter().map(|row| row.clone().into_active_model());
            order::Entity::insert_many(part).exec_without_returning(db).await.unwrap();
        }
        next_night(&app).await;
        let found = topic::Entity::find().filter(topic::Column::Origin.eq(entity::kinds::TopicOrigin::Rise));
        let found = found.all(db).await.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].category_code.as_deref(), Some(rising.as_str()));
        assert_eq!(found[0].recent, 18);
        assert!(found[0].expected < 6.0 && found[0].p_value <= RISE_ALERTS, "{found:?}");
        let county = city.county_name(&there).to_owned();
        assert!(app.county_supervisor(&county).await.get("/hot-topics").await.ok()["items"][0]["origin"] == "rise");
        // A county's rise is told to that county's supervisors.
        assert_eq!(told(&app.county_supervisor(&county).await).await, 1);
    }

    async fn an_open_order_of_like_words_is_found_wherever_it_lies(app: TestApp) {
        let (delegate, operator) = (app.delegate("涧西区").await, app.operator().await);
        let said = "南昌路中学门口每晚摆摊，油烟很大，堵住人行道。";
        let first = delegate.submit(&Report::at(places::JIANXI).saying(said)).await;
        delegate.submit(&Report::at(places::JIANXI).saying("王城公园的路灯坏了三盏。")).await;
        let again = "南昌路中学门口晚上摆摊的越来越多，油烟大，人行道走不通。";
        let second = delegate.submit(&Report::at(places::YICHUAN).saying(again)).await;
        let path = format!("/orders/{}/similar", number(&second));
        let found = operator.get(&path).await.ok()["items"].clone();
        assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
        assert_eq!(found[0]["number"], first["number"]);
        assert!(found[0]["distance_m"].as_i64().unwrap() > 10_000, "{found}");
        let words = found[0]["shared_words"].as_array().unwrap();
        assert!(words.iter().any(|word| word.as_str().unwrap().contains("中学")), "{words:?}");
        delegate.act(&first, "cancel", json!({ "reason": "看错了" })).await.assert_ok();
        app.run_jobs().await;
        assert_eq!(operator.get(&path).await.ok()["items"], json!([]), "cancelled orders are not open");
    }

    async fn a_topic_that_crosses_the_line_is_reported_on_by_itself_once(app: TestApp) {
        let orders = crossing(&app).await;
        let (city, county) = (app.supervisor().await, app.county_supervisor("涧西区").await);
        next_night(&app).await;
        let topic = topics(&county).await[0].clone();
        let reports = |who: Client| async move { who.get("/insight-reports").await.ok()["items"].as_array().unwrap().clone() };
        let written = reports(county).await;
        assert_eq!(written.len(), 1, "{written:?}");
        assert_eq!((&written[0]["kind"], &written[0]["topic"]), (&json!("topic"), &topic["id"]));
        assert_eq!((&written[0]["status"], &written[0]["on_request"]), (&json!("ready"), &json!(false)));
        let path = format!("/insight-reports/{}", written[0]["id"].as_str().unwrap());
        let report = city.get(&path).await.ok();
        assert!(report["title"].as_str().unwrap().contains(topic["title"].as_str().unwrap()), "{report}");
        let figure = |key: &str| {
            let figures = report["body"]["figures"].as_array().unwrap().clone();
            figures.into_iter().find(|figure| figure["key"] == key).map(|figure| figure["value"].clone())
        };
        assert_eq!(figure("now.arrived"), Some(json!(6)), "the topic's orders and no others");
        let of_topic = format!("now.arrived.topic:{}", topic["id"].as_str().unwrap());
        assert_eq!(figure(&of_topic), Some(json!(6)));
        let listed = city.get(&format!("{path}/figures/{of_topic}")).await.ok();
        let mut listed: Vec<String> = listed["items"].as_array().unwrap().iter().map(|order| number(order).to_owned()).collect();
        let mut expected: Vec<String> = orders.iter().map(|order| number(order).to_owned()).collect();
        listed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(listed, expected);
        let county = app.county_supervisor("涧西区").await;
        let inbox = county.get("/inbox?limit=100").await.ok();
        let told = |event: &str| inbox["items"].as_array().unwrap().iter().filter(|notice| notice["event"] == event).count();
        assert_eq!((told("hot_topic"), told("report_ready")), (1, 1), "{inbox}");
        app.county_supervisor("伊川县").await.get(&path).await.assert_problem(404, "not_found");

        // It grows and goes on rising: no second report within four weeks, but one for who asks.
        let delegate = app.delegate("涧西区").await;
        delegate.submit(&Report::at(places::JIANXI).saying(WATER[0]).category("农村饮水")).await;
        next_night(&app).await;
        next_night(&app).await;
        assert_eq!(reports(city).await.len(), 1);
        let ask = json!({ "kind": "topic", "topic": topic["id"] });
        let asked = county.post("/insight-reports", ask.clone()).await;
        assert_eq!(asked.assert_status(201).json["topic"], topic["id"]);
        app.run_jobs().await;
        app.county_supervisor("伊川县").await.post("/insight-reports", ask).await.assert_problem(404, "not_found");
        let wrong = json!({ "kind": "monthly", "topic": topic["id"] });
        county.post("/insight-reports", wrong).await.assert_problem(422, "invalid_fields");
    }

    async fn of_two_who_open_a_campaign_from_a_topic_at_once_one_is_told_so(app: TestApp) {
        water(&app, &WATER).await;
        let city = app.supervisor().await;
        next_night(&app).await;
        let path = format!("/hot-topics/{}/campaign", topics(&city).await[0]["id"].as_str().unwrap());
        let open = || city.post(&path, json!({ "purpose": "查原因、督整改。" }));
        let (one, other) = tokio::join!(open(), open());
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        app.run_jobs().await;
        let opened = city.get("/campaigns").await.ok();
        let opened = opened["items"].as_array().unwrap();
        assert_eq!(opened.len(), 1, "no campaign without orders is left behind: {opened:?}");
        assert_eq!(opened[0]["order_count"], 5);
    }

    async fn orders_of_any_age_are_sorted_into_kinds(app: TestApp) {
        let db = &app.app().db;
        let city = app.app().state::<CityHandle>().load();
        let reporter = person::Entity::find().filter(person::Column::Role.eq(Role::Delegate));
        let reporter = reporter.one(db).await.unwrap().unwrap().id;
        let area = city.county("涧西区").unwrap().code.clone();
        let category = city.categories.find("农村饮水").unwrap().code.clone();
        let old = counted(&category, &area, app.now() - TimeDelta::days(900), reporter);
        let said = order::Model { kind: Some("别的类".to_owned()), ..counted(&category, &area, app.now() - TimeDelta::days(800), reporter) };
        let ids = [old.id, said.id];
        order::Entity::insert_many([old, said].map(IntoActiveModel::into_active_model)).exec_without_returning(db).await.unwrap();
        next_night(&app).await;
        let mut kinds = Vec::new();
        for id in ids {
            kinds.push(order::Entity::find_by_id(id).one(db).await.unwrap().unwrap().kind);
        }
        assert_eq!(kinds, [Some("农村饮用水".to_owned()), Some("别的类".to_owned())]);
        let run = insight_run::Entity::find().one(db).await.unwrap().unwrap();
        assert_eq!(run.kind_rules.map(|rules| rules.len()), Some(64), "it remembers by which rules");
    }
}

/// Six reports of three delegates about one thing in one county.
async fn crossing(app: &TestApp) -> Vec<Value> {
    let mut orders = Vec::new();
    for (nth, text) in WATER.iter().chain(&WATER[..1]).enumerate() {
        let who = app.delegate(["涧西区", "伊川县", "西工区"][nth % 3]).await;
        let report = Report::at(places::JIANXI).saying(text).category("农村饮水");
        orders.push(who.submit(&report).await);
    }
    orders
}

/// An order that only counts: closed, with no words in common with any other.
fn counted(
    category: &str,
    area: &str,
    at: chrono::DateTime<chrono::Utc>,
    reporter: PersonId,
) -> order::Model {
    let id = OrderId::generate();
    order::Model {
        id,
        number: format!("X{}", id.0.simple().to_string().split_off(17)),
        description: id.0.simple().to_string(),
        category_code: Some(category.to_owned()),
        reporter_id: reporter,
        area_code: Some(area.to_owned()),
        ..blank_order(at)
    }
}
