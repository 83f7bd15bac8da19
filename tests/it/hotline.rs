//! 代表来电: who calls is recognised, made sure of and filed for; the call centre signs what it sends.

use chrono::TimeDelta;
use hmac::{Hmac, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use tests::order_fixture::OrderFixture;
use tests::{Answer, Client, Db, PersonQuery, TestApp, places};

const VENDORS: &str = "占道经营";
/// On no roster.
const STRANGE: &str = "13900009999";
const LANDLINE: &str = "0379-63930001";
const SECRET: &str = "what-only-the-call-centre-and-we-know-0001";

fn call(phone: &str, call_id: &str) -> Value {
    json!({
        "caller_phone": phone,
        "call_id": call_id,
        "category": VENDORS,
        "description": "流动摊贩占道经营，早晚高峰车辆和行人都过不去。",
        "location": places::JIANXI.json(),
    })
}

fn with(mut body: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn callers(operator: &Client, query: &str) -> Vec<Value> {
    let found = operator.get(&format!("/hotline/callers?{query}")).await.ok();
    found["items"].as_array().unwrap().clone()
}

async fn id_of(operator: &Client, name: &str) -> Value {
    let found = callers(operator, &format!("name={name}")).await;
    let one = found.iter().find(|caller| caller["name"] == name);
    one.unwrap_or_else(|| panic!("{found:?}"))["id"].clone()
}

fn actions(timeline: &Value) -> Vec<&str> {
    let items = timeline["items"].as_array().unwrap().iter();
    items.map(|item| item["action"].as_str().unwrap()).collect()
}

tests::on_both_databases! {
    async fn a_delegate_is_recognised_while_the_telephone_rings(app: TestApp) {
        let operator = app.operator().await;
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        let found = callers(&operator, &format!("phone={}", delegate.phone)).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0]["name"], &found[0]["found_by"]), (&json!(delegate.name), &json!("roster")));
        let masked = found[0]["phone_masked"].as_str().unwrap();
        assert!(masked.contains("****") && !found[0].to_string().contains(&delegate.phone), "{masked}");
        assert!(callers(&operator, &format!("phone={STRANGE}")).await.is_empty());
        // A handler's number is known, but handlers are no delegates.
        let handler = app.person(PersonQuery::role("handler")).await;
        assert!(callers(&operator, &format!("phone={}", handler.phone)).await.is_empty());
        for query in ["", "phone=123", "name=%25", "phone=13900009999&name=x"] {
            operator.get(&format!("/hotline/callers?{query}")).await.assert_problem(422, "invalid_fields");
        }
    }

    async fn a_number_that_changed_is_made_sure_of_kept_and_recorded(app: TestApp) {
        let (operator, delegate) = (app.operator().await, app.delegate("涧西区").await);
        let name = delegate.person().name.clone();
        operator.post("/hotline/calls", call(STRANGE, "C-1")).await.assert_problem(422, "caller_not_on_roster");
        let id = id_of(&operator, &name).await;
        let chosen = with(call(STRANGE, "C-1"), json!({ "delegate_id": id }));
        operator.post("/hotline/calls", chosen.clone()).await.assert_problem(422, "identity_not_confirmed");
        let sure = json!({ "identity_confirmed": "核对姓名、选举单位和代表证号", "remember_number": true });
        let answer = operator.post("/hotline/calls", with(chosen, sure)).await;
        answer.assert_status(201);
        let order = &answer.json;
        assert_eq!((&order["channel"], &order["reporter"]["name"]), (&json!("call"), &json!(name)));

        let kept = operator.get(&format!("/orders/{}/timeline", order["number"].as_str().unwrap())).await.ok();
        assert_eq!(actions(&kept), ["submitted", "caller_confirmed", "dispatched"]);
        let confirmed = &kept["items"][1];
        assert_eq!(confirmed["note"], "核对姓名、选举单位和代表证号");
        assert_eq!(confirmed["detail"]["number"], "139****9999");
        assert!(!kept.to_string().contains(STRANGE));
        let seen = delegate.get(&format!("/orders/{}/timeline", order["number"].as_str().unwrap())).await.ok();
        assert_eq!(actions(&seen), ["submitted", "dispatched"], "how he was made sure of is the operators' affair");

        let found = callers(&operator, &format!("phone={STRANGE}")).await;
        assert_eq!((&found[0]["name"], &found[0]["found_by"]), (&json!(name), &json!("confirmed")));
        let next = operator.post("/hotline/calls", call(STRANGE, "C-2")).await;
        next.assert_status(201);
        assert_eq!(next.json["reporter"]["name"], json!(name));
        let handler = app.person(PersonQuery::role("handler")).await;
        let nobody = json!({ "delegate_id": uuid::Uuid::now_v7(), "identity_confirmed": "口头核对" });
        operator.post("/hotline/calls", with(call(&handler.phone, "C-3"), nobody)).await.assert_problem(422, "unknown_delegate");
        app.run_jobs().await;
    }

    async fn a_number_that_several_share_wants_the_speaker_named(app: TestApp) {
        let operator = app.operator().await;
        let people = [app.person(PersonQuery::delegate("涧西区")).await, app.person(PersonQuery::delegate("洛龙区")).await];
        for (count, person) in people.iter().enumerate() {
            let id = id_of(&operator, &person.name).await;
            let sure = json!({ "delegate_id": id, "identity_confirmed": "听声音并核对代表证号", "remember_number": true });
            operator.post("/hotline/calls", with(call(LANDLINE, &format!("L-{count}")), sure)).await.assert_status(201);
        }
        let found = callers(&operator, &format!("phone={LANDLINE}")).await;
        let names: Vec<_> = found.iter().map(|caller| caller["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        operator.post("/hotline/calls", call(LANDLINE, "L-7")).await.assert_problem(422, "several_callers");
        let named = with(call(LANDLINE, "L-7"), json!({ "delegate_id": id_of(&operator, &people[1].name).await }));
        let answer = operator.post("/hotline/calls", named).await;
        answer.assert_status(201);
        assert_eq!(answer.json["reporter"]["name"], json!(people[1].name), "he is one of them: nothing to confirm");
        app.run_jobs().await;
    }

    async fn a_call_is_filed_once(app: TestApp) {
        let operator = app.operator().await;
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        let other = app.person(PersonQuery::delegate("洛龙区")).await;
        let first = operator.post("/hotline/calls", call(&delegate.phone, "C-9")).await;
        first.assert_status(201);
        let again = operator.post("/hotline/calls", call(&delegate.phone, "C-9")).await;
        again.assert_status(201);
        assert_eq!(again.json, first.json);
        assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
        let changed = with(call(&delegate.phone, "C-9"), json!({ "address": "中州西路" }));
        operator.post("/hotline/calls", changed).await.assert_problem(422, "idempotency_key_reused");
        let elsewhere = operator.post("/hotline/calls", call(&other.phone, "C-9")).await;
        let told = elsewhere.assert_problem(422, "call_already_filed")["detail"].to_string();
        assert!(told.contains(first.json["number"].as_str().unwrap()), "{told}");
        // The key is forgotten after 48 hours; the order is not.
        app.advance(TimeDelta::hours(49)).await;
        operator.post("/hotline/calls", call(&delegate.phone, "C-9")).await.assert_problem(422, "call_already_filed");
        app.run_jobs().await;
    }

    async fn two_callers_under_one_call_id_at_once_are_one_order(app: TestApp) {
        let operators = [app.operator().await, app.sign_in(PersonQuery::role("operator").nth(1)).await];
        let (a, b) = (app.person(PersonQuery::delegate("涧西区")).await, app.person(PersonQuery::delegate("洛龙区")).await);
        let (first, second) = tokio::join!(
            operators[0].post("/hotline/calls", call(&a.phone, "C-5")),
            operators[1].post("/hotline/calls", call(&b.phone, "C-5")),
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422], "{} {}", first.text(), second.text());
        app.run_jobs().await;
    }

    async fn a_place_told_in_words_is_taken_where_it_is_sure_and_left_to_an_operator_where_it_is_not(app: TestApp) {
        let operator = app.operator().await;
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        let at = |address: &str, id: &str| {
            let mut body = with(call(&delegate.phone, id), json!({ "address": address }));
            body.as_object_mut().unwrap().remove("location");
            body
        };
        let sure = operator.post("/hotline/calls", at("西关街道承福门附近", "W-1")).await.ok();
        assert_eq!((&sure["status"], &sure["area"]["name"]), (&json!("dispatched"), &json!("老城区")));
        assert_eq!(sure["township"]["name"], "西关街道");
        let county = operator.post("/hotline/calls", at("伊川县政府门前的路口", "W-2")).await.ok();
        assert_eq!((&county["status"], &county["area"]["name"]), (&json!("dispatched"), &json!("伊川县")));
        // There are several 城关镇, and neither county is named.
        let unsure = operator.post("/hotline/calls", at("城关镇中心小学门口", "W-3")).await.ok();
        assert_eq!((&unsure["status"], &unsure["unit"]), (&json!("triage"), &Value::Null));
        let queue = operator.get("/hotline/queue?kind=unmatched").await.ok();
        let row = &queue["items"][0];
        assert_eq!(row["order"]["number"], unsure["number"]);
        let units: Vec<_> = row["units"].as_array().unwrap().iter().map(|unit| &unit["why"]).collect();
        assert!(units.len() > 1 && units.iter().all(|why| why.as_str().unwrap().contains("可能在")), "{units:?}");
        let nowhere = operator.post("/hotline/calls", at("路口东南角", "W-4")).await.ok();
        assert_eq!(nowhere["status"], "triage");
        app.run_jobs().await;
    }
}

/// A request of the call centre.
struct Signed {
    body: String,
    timestamp: i64,
    nonce: String,
    signature: String,
}

impl Signed {
    fn new(app: &TestApp, body: &Value, nonce: &str) -> Self {
        let (body, timestamp) = (body.to_string(), app.now().timestamp());
        Self::at(timestamp, body, nonce)
    }

    fn at(timestamp: i64, body: String, nonce: &str) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{timestamp}\n{nonce}\n{body}").as_bytes());
        let signature = mac.finalize().into_bytes();
        let signature = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            body,
            timestamp,
            nonce: nonce.to_owned(),
            signature,
        }
    }

    async fn send(&self, client: &Client) -> Answer {
        client
            .request(Method::POST, "/hotline/calls", |request| {
                request
                    .header("content-type", "application/json")
                    .header("x-hotline-timestamp", self.timestamp)
                    .header("x-hotline-nonce", &self.nonce)
                    .header("x-hotline-signature", &self.signature)
                    .body(self.body.clone())
            })
            .await
    }
}

async fn with_a_call_centre(db: Db) -> TestApp {
    TestApp::with(db).set("HOTLINE_SECRET", SECRET).start().await
}

async fn the_call_centre_files_by_its_signature(db: Db) {
    let app = with_a_call_centre(db).await;
    let delegate = app.person(PersonQuery::delegate("涧西区")).await;
    let centre = app.anonymous();
    let body = call(&delegate.phone, "CC-1");
    let signed = Signed::new(&app, &body, "nonce-000000000001");
    let answer = signed.send(&centre).await;
    answer.assert_status(201);
    assert_eq!(answer.json["reporter"]["name"], json!(delegate.name));
    // The same request again is a replay; the same call signed anew is the same order.
    signed
        .send(&centre)
        .await
        .assert_problem(401, "signature_replayed");
    let anew = Signed::new(&app, &body, "nonce-000000000002").send(&centre).await;
    anew.assert_status(201);
    assert_eq!(anew.json["number"], answer.json["number"]);

    let mut forged = Signed::new(&app, &body, "nonce-000000000003");
    forged.body = call(&delegate.phone, "CC-2").to_string();
    forged.send(&centre).await.assert_problem(401, "signature_wrong");
    forged.nonce = "short".to_owned();
    forged
        .send(&centre)
        .await
        .assert_problem(401, "signature_malformed");
    let now = app.now().timestamp();
    for off in [-301, 301] {
        let late = Signed::at(now + off, body.to_string(), &format!("nonce-off-{off:+09}"));
        late.send(&centre)
            .await
            .assert_problem(401, "signature_out_of_time");
    }
    // A refused call has used its nonce up as well.
    let strange = Signed::new(&app, &call(STRANGE, "CC-4"), "nonce-000000000004");
    strange
        .send(&centre)
        .await
        .assert_problem(422, "caller_not_on_roster");
    strange
        .send(&centre)
        .await
        .assert_problem(401, "signature_replayed");
    // It cannot say that it has made sure of anybody.
    let id = id_of(&app.operator().await, &delegate.name).await;
    let claims = with(
        call(STRANGE, "CC-5"),
        json!({ "delegate_id": id, "identity_confirmed": "系统核对" }),
    );
    let claims = Signed::new(&app, &claims, "nonce-000000000005");
    claims
        .send(&centre)
        .await
        .assert_problem(422, "identity_not_confirmed");
    centre
        .post("/hotline/calls", body)
        .await
        .assert_problem(401, "not_signed_in");
    app.run_jobs().await;
    app.finish().await;
}

async fn a_replay_on_another_replica_is_refused(db: Db) {
    let app = with_a_call_centre(db).await;
    let delegate = app.person(PersonQuery::delegate("涧西区")).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let replica = zhitong::server::build(app.app().config.clone(), address)
        .await
        .unwrap();
    let server = zhitong::server::listen(replica, listener).unwrap();
    let handle = server.handle();
    tokio::spawn(server);
    let signed = Signed::new(&app, &call(&delegate.phone, "CC-1"), "nonce-000000000001");
    let to = |base: String| {
        app.http()
            .post(format!("{base}/api/v1/hotline/calls"))
            .header("content-type", "application/json")
            .header("x-hotline-timestamp", signed.timestamp)
            .header("x-hotline-nonce", &signed.nonce)
            .header("x-hotline-signature", &signed.signature)
            .body(signed.body.clone())
            .send()
    };
    let (here, there) = tokio::join!(to(app.base().to_owned()), to(format!("http://{address}")));
    let mut statuses = [here.unwrap().status().as_u16(), there.unwrap().status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 401]);
    handle.stop(true).await;
    app.run_jobs().await;
    app.finish().await;
}

mod signed {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn files_on_sqlite() {
        the_call_centre_files_by_its_signature(Db::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn files_on_postgres() {
        the_call_centre_files_by_its_signature(Db::Postgres).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_not_replayed_across_replicas_on_sqlite() {
        a_replay_on_another_replica_is_refused(Db::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_not_replayed_across_replicas_on_postgres() {
        a_replay_on_another_replica_is_refused(Db::Postgres).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_refused_where_no_secret_is_set() {
        let app = TestApp::start(Db::Sqlite).await;
        let signed = Signed::new(&app, &call(STRANGE, "CC-1"), "nonce-000000000001");
        signed
            .send(&app.anonymous())
            .await
            .assert_problem(401, "signature_not_configured");
        app.finish().await;
    }
}

tests::on_both_databases! {
    async fn a_unit_reaches_the_delegate_through_the_relay_without_learning_the_number(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let delegate = desk.delegate.person().phone.clone();
        let (operator, unit) = (app.operator().await, desk.unit.person().clone());
        let call = |phone: &str, number: &str| json!({ "caller_phone": phone, "number": number });
        let digits = desk.number[desk.number.len() - 6..].to_owned();
        for number in [desk.number.as_str(), digits.as_str()] {
            let connected = operator.post("/hotline/relays", call(&unit.phone, number)).await.ok();
            assert_eq!((&connected["phone"], &connected["number"]), (&json!(delegate), &json!(desk.number)));
        }
        // Another unit, a delegate and a stranger are connected with nobody.
        let other = app.person(PersonQuery::role("handler").not_unit(unit.unit.as_deref().unwrap())).await;
        operator.post("/hotline/relays", call(&other.phone, &digits)).await.assert_problem(404, "not_found");
        for phone in [delegate.as_str(), "13000000001"] {
            operator.post("/hotline/relays", call(phone, &digits)).await.assert_problem(422, "relay_caller_unknown");
        }
        desk.unit.post("/hotline/relays", call(&unit.phone, &digits)).await.assert_problem(403, "role_may_not");
        let history = desk.history(&desk.unit).await;
        assert!(!json!(history).to_string().contains(&delegate), "the unit reads no number");
        let timeline = desk.unit.get(&format!("/orders/{}/timeline", desk.number)).await.ok();
        let calls = timeline["items"].as_array().unwrap().iter().filter(|item| item["action"] == "contact_call").count();
        assert_eq!(calls, 2, "{timeline}");
        app.run_jobs().await;
    }
}
