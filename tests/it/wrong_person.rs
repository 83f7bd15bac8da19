//! Every operation of the document, tried by everybody who may not: nobody signed in (401), the wrong role
//! or the wrong unit, county or delegate (403, or 404 for what he may not know exists). An operation that
//! the table below does not name fails the test, so that none is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use entity::ids::TopicId;
use entity::kinds::TopicOrigin;
use entity::order;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use tests::document::{self, Operation, operations, served};
use tests::orders::{Report, number};
use tests::residents::Resident;
use tests::{Client, TestApp, Who, places};
use zhitong::insight::{record, store};

/// How somebody stands to the order that the test tries: submitted from 涧西区, in the charge of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Reporter,
    OtherDelegate,
    Operator,
    UnitHandler,
    OtherHandler,
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
    Admin,
}

use Standing::{
    Admin, CitySupervisor, CountySupervisor, Operator, OtherCountySupervisor, OtherDelegate, OtherHandler,
    Reporter, UnitHandler,
};

const EVERYBODY: &[Standing] = &[
    Reporter,
    OtherDelegate,
    Operator,
    UnitHandler,
    OtherHandler,
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
    Admin,
];
const DELEGATES: &[Standing] = &[Reporter, OtherDelegate];
const SUPERVISORS: &[Standing] = &[CitySupervisor, CountySupervisor, OtherCountySupervisor];
/// The supervisors of the order's place.
const WATCHING: &[Standing] = &[CitySupervisor, CountySupervisor];
const CAMPAIGN_READERS: &[Standing] = &[
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
    Operator,
    Admin,
];
const REPORT_READERS: &[Standing] = &[CitySupervisor, CountySupervisor, OtherCountySupervisor, Admin];
/// Those whom the one screen is for; a county's people see their county on it.
const COUNTERS: &[Standing] = &[
    Operator,
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
    Admin,
];
/// Those who may know that the order exists.
const CONCERNED: &[Standing] = &[
    Reporter,
    Operator,
    UnitHandler,
    CitySupervisor,
    CountySupervisor,
    Admin,
];

/// Who may call an operation.
#[derive(Clone, Copy)]
enum May {
    /// Without signing in; the operation has a guard of its own (a code, a ticket, a signature).
    Anybody,
    Only(&'static [Standing]),
}

use May::{Anybody, Only};

/// Every operation, and who may call it for this order.
const TABLE: &[(&str, May)] = &[
    ("POST /api/v1/sessions", Anybody),
    ("POST /api/v1/sessions/bind", Anybody),
    ("POST /api/v1/sessions/refresh", Anybody),
    ("DELETE /api/v1/sessions/current", Only(EVERYBODY)),
    ("GET /api/v1/sessions", Only(EVERYBODY)),
    ("DELETE /api/v1/sessions", Only(EVERYBODY)),
    ("DELETE /api/v1/sessions/{id}", Only(EVERYBODY)),
    ("GET /api/v1/login-requests/{code}", Only(EVERYBODY)),
    ("POST /api/v1/login-requests/{code}/approve", Only(EVERYBODY)),
    ("GET /api/v1/me", Only(EVERYBODY)),
    ("POST /api/v1/me/unbind", Only(EVERYBODY)),
    ("POST /api/v1/people/{id}/unbind", Only(&[Admin])),
    ("GET /api/v1/areas", Only(EVERYBODY)),
    ("GET /api/v1/areas/locate", Only(EVERYBODY)),
    ("GET /api/v1/categories", Only(EVERYBODY)),
    ("POST /api/v1/categories/suggest", Only(EVERYBODY)),
    (
        "GET /api/v1/reply-texts",
        Only(&[Operator, UnitHandler, OtherHandler, Admin]),
    ),
    ("GET /api/v1/units", Only(EVERYBODY)),
    ("POST /api/v1/photos", Only(EVERYBODY)),
    ("GET /api/v1/photos/{id}", Only(CONCERNED)),
    (
        "GET /api/v1/photos/{id}/original",
        Only(&[Operator, UnitHandler, CitySupervisor, CountySupervisor]),
    ),
    ("POST /api/v1/orders", Only(DELEGATES)),
    ("GET /api/v1/orders", Only(EVERYBODY)),
    ("GET /api/v1/orders/nearby", Only(EVERYBODY)),
    ("POST /api/v1/dispatch/preview", Only(EVERYBODY)),
    ("GET /api/v1/orders/{number}", Only(CONCERNED)),
    ("GET /api/v1/orders/{number}/timeline", Only(CONCERNED)),
    ("POST /api/v1/orders/{number}/accept", Only(&[UnitHandler])),
    ("POST /api/v1/orders/{number}/reply", Only(&[UnitHandler])),
    ("POST /api/v1/orders/{number}/return", Only(&[UnitHandler])),
    ("POST /api/v1/orders/{number}/dispatch", Only(&[Operator])),
    ("POST /api/v1/orders/{number}/extensions", Only(&[UnitHandler])),
    (
        "POST /api/v1/orders/{number}/extensions/{id}/decision",
        Only(&[Operator]),
    ),
    (
        "POST /api/v1/orders/{number}/sub-assignments",
        Only(&[UnitHandler]),
    ),
    ("POST /api/v1/orders/{number}/merge", Only(&[Operator])),
    ("POST /api/v1/orders/{number}/unmerge", Only(&[Operator])),
    ("POST /api/v1/orders/{number}/reopen", Only(&[Reporter])),
    ("POST /api/v1/orders/{number}/endorsements", Only(DELEGATES)),
    ("POST /api/v1/orders/{number}/verdict", Only(&[Reporter])),
    ("POST /api/v1/orders/{number}/follow-ups", Only(&[Operator])),
    ("GET /api/v1/follow-ups", Only(&[Operator, Admin])),
    ("POST /api/v1/orders/{number}/urges", Only(WATCHING)),
    ("POST /api/v1/orders/{number}/tracking", Only(WATCHING)),
    ("POST /api/v1/orders/{number}/untrack", Only(WATCHING)),
    (
        "POST /api/v1/orders/{number}/notes",
        Only(&[Reporter, Operator, UnitHandler, CitySupervisor, CountySupervisor]),
    ),
    ("POST /api/v1/orders/{number}/supervision-orders", Only(WATCHING)),
    (
        "POST /api/v1/orders/{number}/supervision-orders/{no}/answer",
        Only(&[UnitHandler]),
    ),
    (
        "GET /api/v1/orders/{number}/supervision-orders/{no}/pdf",
        Only(&[Operator, UnitHandler, CitySupervisor, CountySupervisor, Admin]),
    ),
    // Or the call centre, by its signature.
    ("POST /api/v1/hotline/calls", Only(&[Operator])),
    ("GET /api/v1/hotline/callers", Only(&[Operator])),
    ("GET /api/v1/hotline/queue", Only(&[Operator])),
    ("POST /api/v1/hotline/queue/{number}/claim", Only(&[Operator])),
    ("DELETE /api/v1/hotline/queue/{number}/claim", Only(&[Operator])),
    ("GET /api/v1/orders/{number}/similar", Only(&[Operator])),
    ("POST /api/v1/insight-reports", Only(REPORT_READERS)),
    ("GET /api/v1/insight-reports", Only(REPORT_READERS)),
    // The report is the county's.
    (
        "GET /api/v1/insight-reports/{file}",
        Only(&[CitySupervisor, CountySupervisor, Admin]),
    ),
    (
        "GET /api/v1/insight-reports/{id}/figures/{key}",
        Only(&[CitySupervisor, CountySupervisor, Admin]),
    ),
    ("GET /api/v1/campaigns", Only(CAMPAIGN_READERS)),
    // The campaign is the county's.
    (
        "GET /api/v1/campaigns/{id}",
        Only(&[CitySupervisor, CountySupervisor, Operator, Admin]),
    ),
    ("POST /api/v1/campaigns", Only(SUPERVISORS)),
    ("GET /api/v1/hot-topics", Only(CAMPAIGN_READERS)),
    (
        "GET /api/v1/hot-topics/{id}",
        Only(&[CitySupervisor, CountySupervisor, Operator, Admin]),
    ),
    ("POST /api/v1/hot-topics/{id}/rename", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/kind", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/merge", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/split", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/dismiss", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/restore", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/campaign", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/orders", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/close", Only(WATCHING)),
    ("POST /api/v1/orders/{number}/cancel", Only(&[Reporter, Operator])),
    // Anybody may endorse a matter he has found near a place.
    ("POST /api/v1/orders/{number}/endorsements", Only(DELEGATES)),
    ("POST /api/v1/orders/{number}/extensions", Only(&[UnitHandler])),
    (
        "POST /api/v1/orders/{number}/extensions/{id}/decision",
        Only(&[Operator]),
    ),
    (
        "POST /api/v1/orders/{number}/sub-assignments",
        Only(&[UnitHandler]),
    ),
    ("POST /api/v1/orders/{number}/reopen", Only(&[Reporter])),
    ("POST /api/v1/orders/{number}/merge", Only(&[Operator])),
    ("POST /api/v1/orders/{number}/unmerge", Only(&[Operator])),
    ("GET /api/v1/inbox", Only(EVERYBODY)),
    // The notice is the reporter's.
    ("POST /api/v1/inbox/{id}/read", Only(&[Reporter])),
    ("POST /api/v1/inbox/read-all", Only(EVERYBODY)),
    ("GET /api/v1/subscriptions", Only(EVERYBODY)),
    ("POST /api/v1/subscriptions", Only(EVERYBODY)),
    ("GET /api/v1/overview", Only(COUNTERS)),
    ("GET /api/v1/overview/stream", Only(COUNTERS)),
    ("GET /api/v1/appraisal", Only(COUNTERS)),
    ("GET /api/v1/me/activity", Only(DELEGATES)),
    // The delegate is the reporter, one of the city's congress: his committee is the city's.
    ("GET /api/v1/people/{id}/activity", Only(&[CitySupervisor])),
    ("GET /api/v1/sites/{code}", Anybody),
    ("GET /api/v1/sites", Only(&[Operator, Admin])),
    ("POST /api/v1/sites", Only(&[Admin])),
    ("PUT /api/v1/sites/{code}", Only(&[Admin])),
    ("GET /api/v1/sites/{code}/sheet.pdf", Only(&[Admin])),
    ("POST /api/v1/sites/{code}/visits", Anybody),
    ("POST /api/v1/sites/{code}/photos", Anybody),
    ("POST /api/v1/sites/{code}/messages", Anybody),
    ("GET /api/v1/site-messages/receipts/{receipt}", Anybody),
    (
        "GET /api/v1/site-messages",
        Only(&[Reporter, OtherDelegate, Operator, Admin]),
    ),
    // The site is the reporter's.
    (
        "GET /api/v1/site-messages/{id}",
        Only(&[Reporter, Operator, Admin]),
    ),
    ("POST /api/v1/site-messages/{id}/adopt", Only(&[Reporter])),
    ("POST /api/v1/site-messages/{id}/answer", Only(&[Reporter])),
    ("GET /api/v1/content-reviews", Only(&[Operator, Admin])),
    ("POST /api/v1/content-reviews/{id}/decision", Only(&[Operator])),
    ("GET /wechat/push", Anybody),
    ("POST /wechat/push", Anybody),
];

fn may(operation: &Operation) -> Option<May> {
    let row = TABLE.iter().find(|(name, _)| *name == operation.name());
    row.map(|(_, may)| *may)
}

#[test]
fn the_table_names_every_operation_and_no_other() {
    let named: BTreeSet<_> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    let described: BTreeSet<_> = operations(&served()).iter().map(Operation::name).collect();
    let forgotten: Vec<_> = described.difference(&named).collect();
    let gone: Vec<_> = named.difference(&described).collect();
    assert!(forgotten.is_empty(), "say in TABLE who may call: {forgotten:#?}");
    assert!(gone.is_empty(), "in TABLE but not in the document: {gone:#?}");
}

/// One order with a photo, and everybody who stands in some way to it.
struct Scene {
    document: Value,
    /// What stands in the place of a path's parameters.
    parameters: BTreeMap<&'static str, String>,
    people: Vec<(Standing, Client)>,
    stranger: Client,
}

const AREA: &str = "涧西区";

impl Scene {
    #[expect(clippy::too_many_lines, reason = "a list of what there is")]
    async fn set(app: &TestApp) -> Self {
        let reporter = app.delegate(AREA).await;
        let photo = reporter.upload_photo(1, places::JIANXI).await;
        let order = reporter
            .submit(&Report::at(places::JIANXI).category("占道经营").photo(&photo))
            .await;
        app.run_jobs().await;
        let unit = order["unit"]["name"]
            .as_str()
            .expect("a unit in charge")
            .to_owned();
        let notice = reporter.get("/inbox").await.ok()["items"][0]["id"]
            .as_str()
            .map(str::to_owned);
        let county = app.county_supervisor(AREA).await;
        let order = demand_an_answer(&county, &order).await;
        let campaign = json!({ "title": "占道经营专项监督", "purpose": "查明占道经营反复出现的原因。" });
        let campaign = county.post("/campaigns", campaign).await.ok();
        let report = county
            .post("/insight-reports", json!({ "kind": "weekly" }))
            .await
            .ok();
        app.run_jobs().await;
        let admin = app.admin().await;
        let (site, message) = leave_a_message(app, &admin, &reporter).await;
        let text = |value: &Value| {
            value
                .as_str()
                .unwrap_or_else(|| panic!("no text: {value}"))
                .to_owned()
        };
        let parameters = BTreeMap::from([
            ("number", number(&order).to_owned()),
            ("photo", text(&photo["id"])),
            ("notice", notice.expect("the reporter hears of the order")),
            (
                "supervision order",
                text(&order["supervision_orders"][0]["number"]),
            ),
            ("campaign", text(&campaign["id"])),
            ("report", text(&report["id"])),
            ("delegate", text(&reporter.get("/me").await.ok()["id"])),
            ("site", site),
            ("message", message),
            ("topic", topic_of(app, &order).await),
        ]);
        let mut people = vec![
            (
                OtherDelegate,
                app.sign_in(Who::role("delegate").not_area(AREA)).await,
            ),
            (Operator, app.operator().await),
            (UnitHandler, app.handler(&unit).await),
            (
                OtherHandler,
                app.sign_in(Who::role("handler").not_unit(&unit).not_area(AREA))
                    .await,
            ),
            (CitySupervisor, app.supervisor().await),
            (CountySupervisor, county),
            (
                OtherCountySupervisor,
                app.sign_in(Who::role("supervisor").level("county").not_area(AREA))
                    .await,
            ),
            (Admin, admin),
        ];
        people.push((Reporter, reporter));
        Self {
            document: served(),
            parameters,
            people,
            stranger: app.anonymous(),
        }
    }

    /// The operation's path with the order's, the photo's or the notice's id in it.
    fn path(&self, operation: &Operation) -> String {
        let id = match operation.path.as_str() {
            path if path.contains("/photos/") => self.parameters["photo"].clone(),
            path if path.contains("/hot-topics/") => self.parameters["topic"].clone(),
            path if path.contains("/campaigns/") => self.parameters["campaign"].clone(),
            path if path.contains("/insight-reports/") => self.parameters["report"].clone(),
            path if path.contains("/site-messages/") => self.parameters["message"].clone(),
            path if path.contains("/inbox/") => self.parameters["notice"].clone(),
            path if path.ends_with("/activity") => self.parameters["delegate"].clone(),
            _ => uuid::Uuid::now_v7().to_string(),
        };
        let path = operation.path.replace("{number}", &self.parameters["number"]);
        let path = path.replace("{no}", &self.parameters["supervision order"]);
        let path = path.replace("{file}", &id).replace("{key}", "now.arrived");
        let code = if path.contains("/sites/") {
            &self.parameters["site"]
        } else {
            "no-such-code"
        };
        let mut path = path.replace("{id}", &id).replace("{code}", code);
        if path.ends_with("/locate") || path.ends_with("/nearby") {
            path.push_str("?longitude=112.395&latitude=34.655&datum=wgs84");
        }
        if path.ends_with("/reply-texts") {
            path.push_str("?category=0101");
        }
        if path.ends_with("/callers") {
            path.push_str("?phone=13800000000");
        }
        path
    }

    async fn call(&self, operation: &Operation, who: &Client) -> u16 {
        let method: Method = operation.method.to_uppercase().parse().unwrap();
        let body = operation.smallest_body(&self.document);
        let key = uuid::Uuid::now_v7().to_string();
        let answer = who
            .request(method, &self.path(operation), |request| {
                let request = request.header("Idempotency-Key", key);
                match body {
                    Some(body) => request.json(&body),
                    None if operation.is_multipart() => {
                        request.multipart(Form::new().part("file", Part::bytes(vec![0; 8])))
                    }
                    None => request,
                }
            })
            .await;
        answer.status
    }
}

/// A site that the delegate looks after, and a resident's message there: the site's code, the message's id.
async fn leave_a_message(app: &TestApp, admin: &Client, delegate: &Client) -> (String, String) {
    let form = json!({
        "name": "某公交站", "location": places::JIANXI.json(), "delegates": [delegate.person().phone],
    });
    let site = admin.post("/sites", form).await.ok();
    let code = site["code"].as_str().expect("a code").to_owned();
    let resident = Resident::in_wechat(app, &code, "oRESIDENT-1").await;
    resident.says("小区门口的路灯坏了三盏，晚上看不见路。").await;
    app.run_jobs().await;
    let messages = delegate.get("/site-messages").await.ok();
    let id = messages["items"][0]["id"].as_str().expect("the delegate sees it");
    (code, id.to_owned())
}

/// A hot topic of this one order, in its county.
async fn topic_of(app: &TestApp, order: &Value) -> String {
    let db = &app.app().db;
    let row = record::blank(TopicId::generate(), TopicOrigin::Group, app.now());
    let id = row.id;
    row.into_active_model().insert(db).await.unwrap();
    let number = number(order);
    let order = order::Entity::find().filter(order::Column::Number.eq(number));
    let order = order.one(db).await.unwrap().unwrap();
    store::put(db, id, &[order.id]).await.unwrap();
    store::set_areas(db, id, &[(order.area_code.unwrap(), 1)])
        .await
        .unwrap();
    id.to_string()
}

/// Issues a supervision order.
async fn demand_an_answer(supervisor: &Client, order: &Value) -> Value {
    let body = json!({ "requirement": "请于三日内书面说明占道经营反复出现的原因和整治措施。" });
    let answer = supervisor.act(order, "supervision-orders", body).await;
    answer.ok()
}

tests::on_both_databases! {
    async fn nobody_gets_in_without_signing_in(app: TestApp) {
        let scene = Scene::set(&app).await;
        let mut open = Vec::new();
        for operation in operations(&scene.document) {
            if matches!(may(&operation), Some(Only(_))) {
                let status = scene.call(&operation, &scene.stranger).await;
                if status != 401 {
                    open.push(format!("{}: {status}", operation.name()));
                }
            }
        }
        app.run_jobs().await;
        assert!(open.is_empty(), "not 401 for nobody:\n  {}", open.join("\n  "));
    }

    async fn nobody_gets_in_with_a_made_up_token(app: TestApp) {
        let forged = [
            "nonsense",
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiIwMTg5MDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLCJleHAiOjQwMDAwMDAwMDB9.",
        ];
        for token in forged {
            Client::with_token(&app, token).get("/me").await.is(401);
        }
    }

    async fn the_wrong_person_is_refused_everywhere(app: TestApp) {
        let scene = Scene::set(&app).await;
        let mut wrong = Vec::new();
        for operation in operations(&scene.document) {
            let Some(Only(right)) = may(&operation) else {
                continue;
            };
            for (standing, client) in scene.people.iter().filter(|(standing, _)| !right.contains(standing)) {
                let status = scene.call(&operation, client).await;
                if !matches!(status, 403 | 404) {
                    wrong.push(format!("{} as {standing:?}: {status}", operation.name()));
                }
            }
        }
        app.run_jobs().await;
        assert!(wrong.is_empty(), "let in, or told too much:\n  {}", wrong.join("\n  "));
    }

    async fn who_may_look_is_let_in(app: TestApp) {
        let scene = Scene::set(&app).await;
        let mut kept_out = Vec::new();
        for operation in operations(&scene.document) {
            let Some(Only(right)) = may(&operation) else {
                continue;
            };
            // A login request is known to whoever holds its code; a stream does not end by itself.
            let looks = operation.method == "get"
                && !operation.path.contains("/login-requests/")
                && !operation.path.ends_with("/stream");
            for (standing, client) in scene.people.iter().filter(|(standing, _)| right.contains(standing) && looks) {
                let status = scene.call(&operation, client).await;
                if !matches!(status, 200 | 302) {
                    kept_out.push(format!("{} as {standing:?}: {status}", operation.name()));
                }
            }
        }
        assert!(kept_out.is_empty(), "kept out although he may:\n  {}", kept_out.join("\n  "));
    }

    async fn what_one_may_not_know_of_looks_like_what_does_not_exist(app: TestApp) {
        let scene = Scene::set(&app).await;
        let (_, other) = scene.people.iter().find(|(standing, _)| *standing == OtherDelegate).unwrap();
        let hidden = other.get(&format!("/orders/{}", scene.parameters["number"])).await;
        let unknown = other.get("/orders/T20250908999999").await;
        let told = |answer: &tests::Answer| {
            let mut told = answer.json.clone();
            told["request_id"] = json!(null);
            (answer.status, told)
        };
        assert_eq!(told(&hidden), told(&unknown));
        unknown.problem(404, "not_found");
    }
}

#[test]
fn a_body_is_made_for_every_operation() {
    let document = served();
    for operation in operations(&document) {
        let ours = operation.path.starts_with("/api/v1");
        if let Some(body) = operation.smallest_body(&document).filter(|_| ours) {
            assert!(body.is_object(), "{}: {body}", operation.name());
        }
        let schema = json!({ "type": ["string", "null"], "format": "uuid" });
        assert!(document::sample(&document, &schema).is_string());
    }
}
