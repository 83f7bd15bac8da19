//! The link with the city's platform: linked units, the platform's own codes, and events that are applied exactly once.

use chrono::TimeDelta;
use entity::link_event;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::order_fixture::{NOISE, OrderFixture, actions};
use tests::orders::{Report, number};
use tests::receiver::Receiver;
use tests::{Client, Db, TestApp, on_both_databases};
use zhitong::webhooks::worker;

async fn platform(app: &TestApp) -> Client {
    let body = json!({ "name": "市12345平台", "scopes": ["link"] });
    let created = app.admin().await.post("/clients", body).await.ok();
    Client::with_token(app, created["key"].as_str().unwrap())
}

fn event(app: &TestApp, id: &str, kind: &str, number: &str, more: Value) -> Value {
    let mut body = json!({ "event_id": id, "type": kind, "number": number, "at": app.now() });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A crash between the step and the storing of its answer.
async fn forget_the_answer(app: &TestApp, event_id: &str) {
    let forgotten = link_event::Entity::update_many()
        .col_expr(link_event::Column::AnswerStatus, Expr::value(0))
        .col_expr(link_event::Column::Answer, Expr::value(Value::Null))
        .filter(link_event::Column::EventId.eq(event_id))
        .exec(&app.app().db)
        .await
        .unwrap();
    assert_eq!(forgotten.rows_affected, 1);
}

on_both_databases! {
    async fn a_step_whose_answer_was_lost_is_not_taken_again(app: TestApp) {
        let platform = platform(&app).await;
        let desk = OrderFixture::dispatched(&app).await;
        for (id, kind, more) in [
            ("e-1", "accepted", json!({})),
            ("e-2", "note", json!({ "account": "已到现场。", "file_urls": ["https://example.com/1.pdf"] })),
            ("e-3", "extension_requested", json!({ "reason": "需要连续三晚监测噪声才能定性，申请延期。" })),
            ("e-4", "replied", json!({ "account": "约谈施工方。", "public_reply": "已责令工地夜间停工。" })),
        ] {
            let event = event(&app, id, kind, &desk.number, more);
            let first = platform.post("/link/events", event.clone()).await.ok();
            let before = desk.history(&app.operator().await).await;
            forget_the_answer(&app, id).await;
            assert_eq!(platform.post("/link/events", event).await.ok(), first, "{kind}");
            let after = desk.history(&app.operator().await).await;
            assert_eq!(actions(&after), actions(&before), "{kind} was done twice");
        }
        let order = desk.now().await;
        assert_eq!(order["extensions"].as_array().unwrap().len(), 1);
        assert_eq!(order["replies"].as_array().unwrap().len(), 1);
        app.run_jobs().await;
    }

    async fn the_same_event_twice_at_once_is_applied_once(app: TestApp) {
        let platform = platform(&app).await;
        let desk = OrderFixture::accepted(&app).await;
        let note = event(&app, "n-1", "note", &desk.number, json!({ "account": "已到现场。" }));
        let calls = (0..4).map(|_| platform.post("/link/events", note.clone()));
        let answers = futures_util::future::join_all(calls).await;
        let first = answers[0].json.clone();
        for answer in &answers {
            answer.assert_status(200);
            assert_eq!(answer.json, first);
        }
        let history = desk.history(&app.operator().await).await;
        assert_eq!(actions(&history).iter().filter(|action| **action == "noted").count(), 1);
        app.run_jobs().await;
    }

    async fn the_platforms_own_code_names_the_unit(app: TestApp) {
        let (platform, admin) = (platform(&app).await, app.admin().await);
        let desk = OrderFixture::dispatched(&app).await;
        let unit = desk.now().await["unit"]["name"].as_str().unwrap().to_owned();
        let path = format!("/link/units/{unit}");
        let code = event(&app, "e-1", "accepted", &desk.number, json!({ "unit_code": "PT-7" }));
        let problem = platform.post("/link/events", code.clone()).await;
        assert_eq!(problem.assert_problem(422, "invalid_fields")["errors"][0]["code"], "unknown_unit");
        let linked = admin.put(&path, json!({ "platform_code": " PT-7 " })).await.ok();
        assert_eq!((&linked["name"], &linked["platform_code"]), (&json!(unit), &json!("PT-7")));
        assert_eq!(platform.post("/link/events", code).await.ok()["status"], "in_progress");
        // A code belongs to one unit, and the same unit may get another one.
        let other = admin.put("/link/units/翠云路街道办事处", json!({ "platform_code": "PT-7" })).await;
        assert_eq!(other.assert_problem(422, "invalid_fields")["errors"][0]["code"], "code_taken");
        admin.put(&path, json!({ "platform_code": "两 个" })).await.assert_problem(422, "invalid_fields");
        admin.put("/link/units/没有的单位", json!({ "platform_code": "PT-8" })).await.assert_status(404);
        admin.put(&path, json!({ "platform_code": "PT-9" })).await.assert_ok();
        let listed = admin.get("/link/units").await.ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["platform_code"], "PT-9");
        admin.delete(&path).await.assert_status(204);
        admin.delete(&path).await.assert_status(404);
        app.run_jobs().await;
    }

    async fn a_refusal_names_the_moves_that_are_open_and_is_remembered(app: TestApp) {
        let platform = platform(&app).await;
        let desk = OrderFixture::dispatched(&app).await;
        let reply = json!({ "account": "约谈施工方。", "public_reply": "已责令工地夜间停工。" });
        // The reply overtakes the acceptance.
        let early = event(&app, "r-1", "replied", &desk.number, reply.clone());
        let refused = platform.post("/link/events", early.clone()).await;
        refused.assert_status(409);
        let open = refused.json["allowed"].as_array().unwrap();
        assert!(open.contains(&json!("accept")) && !open.contains(&json!("reply")), "{open:?}");
        assert_eq!((&refused.json["applied"], &refused.json["current_status"]), (&json!(false), &json!("dispatched")));
        platform.post("/link/events", event(&app, "a-1", "accepted", &desk.number, json!({}))).await.assert_ok();
        // The refused event stays refused; as a new event it is applied.
        assert_eq!(platform.post("/link/events", early).await.json, refused.json);
        platform.post("/link/events", event(&app, "r-2", "replied", &desk.number, reply)).await.assert_ok();
        assert_eq!(desk.now().await["status"], "replied");
        app.run_jobs().await;
    }

    async fn a_returned_order_goes_to_the_operators(app: TestApp) {
        let platform = platform(&app).await;
        let desk = OrderFixture::dispatched(&app).await;
        let returned = event(&app, "b-1", "returned", &desk.number, json!({ "reason": "工地在洛龙区，不属于我区管辖。" }));
        let answer = platform.post("/link/events", returned.clone()).await.ok();
        assert_eq!(answer["status"], "triage");
        assert_eq!(platform.post("/link/events", returned).await.ok(), answer);
        app.run_jobs().await;
    }

    async fn a_call_at_the_platform_keeps_the_platforms_category(app: TestApp) {
        let platform = platform(&app).await;
        let delegate = app.delegate("涧西区").await;
        let call = json!({
            "event_id": "c-1", "type": "submitted", "external_number": "LY-2025-9", "at": app.now(), "category": NOISE,
            "caller_phone": delegate.person().phone, "description": "和顺园小区旁工地凌晨打桩。", "address": "涧西区和顺园",
        });
        let filed = platform.post("/link/events", call).await.ok();
        let path = format!("/orders/{}", filed["number"].as_str().unwrap());
        assert_eq!(delegate.get(&path).await.ok()["category"]["name"], NOISE);
        app.run_jobs().await;
    }

    async fn a_limited_client_sees_and_changes_only_its_own_orders(app: TestApp) {
        let admin = app.admin().await;
        let desk = OrderFixture::dispatched(&app).await;
        let elsewhere = app.delegate("洛龙区").await.submit(&Report::at(tests::places::LUOLONG).category("占道经营")).await;
        let (here, elsewhere) = (desk.number.clone(), number(&elsewhere).to_owned());
        let both = json!({ "name": "x", "scopes": ["link"], "area": "涧西区", "unit": "涧西区人民政府" });
        admin.post("/clients", both).await.assert_problem(422, "invalid_fields");
        let unknown = json!({ "name": "x", "scopes": ["link"], "area": "某某区" });
        admin.post("/clients", unknown).await.assert_problem(422, "invalid_fields");
        for (nth, limit) in [json!({ "area": "涧西区" }), json!({ "unit": "涧西区人民政府" })].into_iter().enumerate() {
            let mut body = json!({ "name": "涧西平台", "scopes": ["orders:read", "link", "export"] });
            for (name, value) in limit.as_object().unwrap() {
                body[name] = value.clone();
            }
            let created = admin.post("/clients", body).await.ok();
            let client = Client::with_token(&app, created["key"].as_str().unwrap());
            let numbers = |list: &Value| -> Vec<String> {
                let items = list["items"].as_array().unwrap().iter();
                items.map(|order| number(order).to_owned()).collect()
            };
            assert_eq!(numbers(&client.get("/orders?scope=all").await.ok()), std::slice::from_ref(&here), "{limit}");
            // On PostgreSQL a change is told when no older transaction of the cluster is running, those of other tests included.
            let mut changed = Vec::new();
            for _ in 0..600 {
                changed = numbers(&client.get("/orders/changes").await.ok());
                if !changed.is_empty() {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            assert_eq!(changed, std::slice::from_ref(&here), "{limit}");
            client.get(&format!("/orders/{elsewhere}")).await.assert_status(404);
            let note = |id: &str, number: &str| event(&app, id, "note", number, json!({ "account": "已到现场。" }));
            client.post("/link/events", note(&format!("x-{nth}"), &elsewhere)).await.assert_status(404);
            client.post("/link/events", note(&format!("n-{nth}"), &here)).await.assert_ok();
        }
        let listed = admin.get("/clients").await.ok();
        assert_eq!(listed["items"][1]["unit"], "涧西区人民政府");
        app.run_jobs().await;
    }
}

/// Sends until no delivery is due.
async fn deliver(app: &TestApp) {
    while worker::deliver_due(app.app()).await.unwrap() > 0 {}
}

async fn only_orders_of_linked_units_are_handed_over(db: Db) {
    let app = TestApp::with(db)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await;
    let (admin, receiver) = (app.admin().await, Receiver::start());
    let hook = json!({ "url": receiver.url(), "events": ["*"], "linked_only": true });
    admin.post("/webhooks", hook).await.assert_status(201);
    let unlinked = OrderFixture::dispatched(&app).await;
    deliver(&app).await;
    assert!(receiver.calls().is_empty(), "no unit is linked");
    let unit = unlinked.now().await["unit"]["name"].as_str().unwrap().to_owned();
    let path = format!("/link/units/{unit}");
    admin
        .put(&path, json!({ "platform_code": "PT-7" }))
        .await
        .assert_ok();
    let linked = OrderFixture::dispatched(&app).await;
    deliver(&app).await;
    assert_eq!(receiver.events(), ["order.submitted", "order.dispatched"]);
    for call in receiver.calls() {
        let order = &call.json()["data"]["order"];
        assert_eq!(
            (number(order), &order["unit"]["platform_code"]),
            (linked.number.as_str(), &json!("PT-7"))
        );
    }
    // The platform receives all later events of an order that was sent to it, also after the link has ended.
    admin.delete(&path).await.assert_status(204);
    linked.by_unit("accept", json!({})).await.assert_ok();
    unlinked.by_unit("accept", json!({})).await.assert_ok();
    deliver(&app).await;
    let last = receiver.calls().pop().unwrap().json();
    assert_eq!(receiver.calls().len(), 3);
    assert_eq!(
        (number(&last["data"]["order"]), &last["type"]),
        (linked.number.as_str(), &json!("order.accepted"))
    );
    assert_eq!(last["data"]["order"]["unit"]["platform_code"], Value::Null);
    app.run_jobs().await;
    app.finish().await;
}

async fn a_receiver_that_fails_for_days_is_disabled_and_administrators_are_notified(db: Db) {
    let app = TestApp::with(db)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await;
    let (admin, receiver) = (app.admin().await, Receiver::start());
    let hook = json!({ "url": receiver.url(), "events": ["order.cancelled"], "description": "市数据中心" });
    let created = admin.post("/webhooks", hook).await.ok();
    let test = format!("/webhooks/{}/test", created["id"].as_str().unwrap());
    receiver.answer(500);
    let told = async || {
        let inbox = admin.get("/inbox").await.ok();
        let items = inbox["items"].as_array().unwrap().clone();
        items
            .iter()
            .filter(|line| line.to_string().contains("“市数据中心”推送事件已停用"))
            .count()
    };
    for day in 0..5 {
        admin.post(&test, json!({})).await.assert_status(202);
        deliver(&app).await;
        assert_eq!(
            admin.get("/webhooks").await.ok()["items"][0]["active"],
            true,
            "day {day}"
        );
        app.advance(TimeDelta::days(1)).await;
    }
    assert_eq!(told().await, 0, "not before it is disabled");
    deliver(&app).await;
    let endpoint = admin.get("/webhooks").await.ok()["items"][0].clone();
    assert_eq!(
        (&endpoint["active"], &endpoint["disabled_reason"]),
        (&json!(false), &json!("failing"))
    );
    app.run_jobs().await;
    assert_eq!(told().await, 1);
    app.finish().await;
}

/// Files six reports of three delegates about one problem in one county, which the next night joins in a topic.
async fn crossing(app: &TestApp) {
    let texts = [
        "的水发浑",
        "断水两天",
        "水量小",
        "的水有泥沙",
        "隔天才来水",
        "的水发浑",
    ];
    for (nth, text) in texts.into_iter().enumerate() {
        let who = app.delegate(["涧西区", "伊川县", "西工区"][nth % 3]).await;
        let report = Report::at(tests::places::JIANXI).category("农村饮水");
        let text = format!("村里饮水安全工程{text}，村民吃水困难。");
        who.submit(&report.saying(&text)).await;
    }
}

async fn supervision_lights_and_topics_are_sent_as_well(db: Db) {
    let app = TestApp::with(db)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await;
    let (admin, receiver) = (app.admin().await, Receiver::start());
    let names = [
        "light.changed",
        "supervision_order.issued",
        "supervision_order.answered",
        "hot_topic.found",
        "order.round_started",
    ];
    let hook = json!({ "url": receiver.url(), "events": names });
    admin.post("/webhooks", hook).await.assert_status(201);
    let desk = OrderFixture::replied(&app).await;
    desk.judge("dissatisfied").await.assert_ok();
    let county = app.county_supervisor("涧西区").await;
    let requirement = json!({ "requirement": "请查明夜间施工反复的原因，书面答复整改措施。" });
    let order = desk.by(&county, "supervision-orders", requirement).await.ok();
    let issued = order["supervision_orders"].as_array().unwrap().last().unwrap();
    let answer = format!("supervision-orders/{}/answer", issued["number"].as_str().unwrap());
    desk.by_unit(&answer, json!({ "text": "已停工整改，夜间有专人值守。" }))
        .await
        .assert_ok();
    crossing(&app).await;
    for _ in 0..3 {
        app.advance(TimeDelta::days(1)).await;
        deliver(&app).await;
    }
    let events = receiver.events();
    for name in names {
        assert!(
            events.iter().any(|event| event == name),
            "{name} was not sent: {events:?}"
        );
    }
    let found = receiver
        .calls()
        .iter()
        .find(|call| call.event() == "hot_topic.found")
        .unwrap()
        .json();
    assert_eq!(found["data"]["topic"]["orders"], 6, "{found}");
    app.finish().await;
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(tests::Db::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(tests::Db::Postgres).await;
            }
        }
    )*};
}

on_both!(
    only_orders_of_linked_units_are_handed_over,
    a_receiver_that_fails_for_days_is_disabled_and_administrators_are_notified,
    supervision_lights_and_topics_are_sent_as_well,
);
