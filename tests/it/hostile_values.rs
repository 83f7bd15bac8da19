//! Every parameter of every operation with values that no person sends: NUL, years that no database knows, numbers
//! beyond any column, long texts.
//!
//! The answer is a refusal or an ordinary answer, never a server error.

use reqwest::Method;
use serde_json::{Value, json};
use tests::document::{Operation, operations, sample, served};
use tests::orders::{Report, number};
use tests::{Client, PersonQuery, TestApp, on_both_databases, places};

/// Operations that end the session, never end, or speak another protocol.
const LEFT_OUT: [&str; 6] = [
    "/sessions",
    "/unbind",
    "/stream",
    "/wechat/push",
    "/link/",
    "/export",
];
const MOMENTS: [&str; 6] = [
    "0001-01-01T00:00:00Z",
    "1999-06-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "+262142-12-31T23:59:59Z",
    "2025-02-30T00:00:00Z",
    "-4800-01-01",
];
const NUMBERS: [&str; 6] = [
    "-1",
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "4294967296",
    "1e308",
];
const TEXTS: [&str; 4] = ["\u{202e}\u{feff}", "' OR 1=1 --", "%", "\u{10ffff}"];

struct Scene {
    document: Value,
    people: Vec<Client>,
    number: String,
}

impl Scene {
    async fn set(app: &TestApp) -> Self {
        let delegate = app.delegate("涧西区").await;
        let order = delegate
            .submit(&Report::at(places::JIANXI).category("占道经营"))
            .await;
        app.run_jobs().await;
        let unit = app.handler(order["unit"]["name"].as_str().expect("a unit")).await;
        Self {
            document: served(),
            people: vec![
                app.sign_in(PersonQuery::role("admin")).await,
                app.operator().await,
                app.supervisor().await,
                unit,
                delegate,
            ],
            number: number(&order).to_owned(),
        }
    }

    /// The first person whose role may call the operation.
    async fn caller(&self, operation: &Operation) -> &Client {
        for person in &self.people {
            let status = self.send(person, operation, &Request::of(self, operation)).await;
            if !matches!(status, 401 | 403) {
                return person;
            }
        }
        self.people.last().expect("a person")
    }

    async fn send(&self, who: &Client, operation: &Operation, request: &Request) -> u16 {
        let mut path = operation.path.clone();
        for (name, value) in &request.path {
            path = path.replace(&format!("{{{name}}}"), &encoded(value));
        }
        let query: Vec<_> = request
            .query
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let path = format!("{}?{}", path.trim_start_matches("/api/v1"), query.join("&"));
        let method: Method = operation.method.to_uppercase().parse().expect("a method");
        let body = request.body.clone();
        let answer = who.request(method, &path, |sent| match body {
            Some(body) => sent
                .header("Idempotency-Key", uuid::Uuid::now_v7().to_string())
                .json(&body),
            None => sent,
        });
        answer.await.status
    }
}

#[derive(Clone)]
struct Request {
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Option<Value>,
}

impl Request {
    /// An ordinary request: all path parameters, no query, every property of the body.
    fn of(scene: &Scene, operation: &Operation) -> Self {
        let path = parameters(operation, "path").map(|(name, schema)| {
            let value = match name {
                "number" => scene.number.clone(),
                _ => plain(&sample(&scene.document, schema)),
            };
            (name.to_owned(), value)
        });
        let schema = &operation.description["requestBody"]["content"]["application/json"]["schema"];
        Self {
            path: path.collect(),
            query: Vec::new(),
            body: schema.is_object().then(|| whole(&scene.document, schema, 0)),
        }
    }
}

fn parameters<'a>(operation: &'a Operation, place: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let all = operation.description["parameters"]
        .as_array()
        .into_iter()
        .flatten();
    all.filter(move |given| given["in"] == place)
        .map(|given| (given["name"].as_str().expect("a name"), &given["schema"]))
}

/// A value with every property, required or not.
fn whole(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth > 6 {
        return Value::Null;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document
            .pointer(reference.trim_start_matches('#'))
            .expect("a schema");
        return whole(document, target, depth + 1);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(real) = schema[choice]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return whole(document, real, depth + 1);
        }
    }
    if let Some(properties) = schema["properties"].as_object() {
        let fields = properties
            .iter()
            .map(|(name, schema)| (name.clone(), whole(document, schema, depth + 1)));
        return Value::Object(fields.collect());
    }
    let is_array = schema["type"] == "array"
        || schema["type"]
            .as_array()
            .is_some_and(|all| all.contains(&json!("array")));
    if is_array {
        return json!([whole(document, &schema["items"], depth + 1)]);
    }
    sample(document, schema)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn encoded(text: &str) -> String {
    let keep = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    text.bytes()
        .map(|byte| {
            if keep(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// The places of all leaves of a body.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, inner)| leaves(inner, &format!("{at}/{name}"), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, inner)| leaves(inner, &format!("{at}/{index}"), found)),
        _ => found.push(at.to_owned()),
    }
}

/// Values for a leaf of a body; the first one holds a NUL.
fn hostile(leaf: &Value) -> Vec<Value> {
    let mut values = vec![json!("a\u{0}b")];
    match leaf {
        Value::Number(_) => values.extend([
            json!(-1),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e308),
            json!(i64::MIN),
        ]),
        Value::Bool(_) => values.push(json!(2)),
        _ => {
            values.extend(MOMENTS.iter().chain(&TEXTS).map(|text| json!(text)));
            values.push(json!("长".repeat(10_000)));
        }
    }
    values
}

/// The requests with one hostile value each, and whether it holds a NUL.
fn attacks(request: &Request, operation: &Operation) -> Vec<(String, Request, bool)> {
    let mut attacks = Vec::new();
    let texts = || {
        MOMENTS
            .iter()
            .chain(&NUMBERS)
            .chain(&TEXTS)
            .map(|text| (*text).to_owned())
    };
    let with_nul = || {
        std::iter::once("a\u{0}b".to_owned())
            .chain(texts())
            .chain(["x".repeat(2_000)])
    };
    for (index, (name, _)) in request.path.iter().enumerate() {
        for text in with_nul() {
            let mut sent = request.clone();
            sent.path[index].1.clone_from(&text);
            attacks.push((format!("path {name}={text:.40?}"), sent, text.contains('\0')));
        }
    }
    for (name, _) in parameters(operation, "query") {
        for text in with_nul() {
            let mut sent = request.clone();
            sent.query = vec![(name.to_owned(), text.clone())];
            attacks.push((format!("query {name}={text:.40?}"), sent, text.contains('\0')));
        }
    }
    let mut places = Vec::new();
    if let Some(body) = &request.body {
        leaves(body, "", &mut places);
    }
    for place in places {
        let leaf = request
            .body
            .as_ref()
            .and_then(|body| body.pointer(&place))
            .cloned()
            .unwrap_or_default();
        for (index, value) in hostile(&leaf).into_iter().enumerate() {
            let mut sent = request.clone();
            if let Some(held) = sent.body.as_mut().and_then(|body| body.pointer_mut(&place)) {
                *held = value.clone();
            }
            attacks.push((
                format!("body {place}={:.60}", value.to_string()),
                sent,
                index == 0,
            ));
        }
    }
    attacks
}

on_both_databases! {
    async fn no_value_of_any_parameter_is_a_server_error(app: TestApp) {
        let scene = Scene::set(&app).await;
        let all = operations(&scene.document);
        let meant = |operation: &&Operation| {
            operation.path.starts_with("/api/v1/") && !LEFT_OUT.iter().any(|part| operation.path.contains(part))
        };
        let (mut sent, mut wrong) = (0_usize, Vec::new());
        for operation in all.iter().filter(meant) {
            let who = scene.caller(operation).await;
            for (what, request, nul) in attacks(&Request::of(&scene, operation), operation) {
                sent += 1;
                let status = scene.send(who, operation, &request).await;
                let refused = (400..500).contains(&status);
                if status == 500 || (nul && !refused) {
                    wrong.push(format!("{} {what}: {status}", operation.name()));
                }
            }
        }
        assert!(sent > 1_000, "{sent} requests");
        assert!(wrong.is_empty(), "{} of {sent}:\n{}", wrong.len(), wrong.join("\n"));
        app.forgive_jobs("operations with generated values enqueue work of any kind");
    }

    async fn a_sort_key_of_somebodys_own_making_is_refused(app: TestApp) {
        use base64::Engine as _;
        let delegate = app.delegate("涧西区").await;
        let forged = |key: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(key.to_string());
        let id = "01890000-0000-7000-8000-000000000000";
        for key in [json!(["-4800-01-01T00:00:00Z", id]), json!(["0001-01-01T00:00:00Z", id]), json!(["a\u{0}", id])] {
            let path = format!("/inbox?cursor={}", forged(&key));
            delegate.get(&path).await.assert_problem(400, "bad_cursor");
        }
    }

    async fn a_range_that_ends_before_it_begins_says_so(app: TestApp) {
        let operator = app.operator().await;
        let answer = operator.get("/orders?from=2025-09-08&to=2025-09-01").await;
        let detail = answer.json["detail"].as_str().unwrap_or_default().to_owned();
        answer.assert_problem(400, "bad_filter");
        assert!(detail.contains("不能晚于"), "{detail}");
    }

    /// chrono reads these; a day less, a day more or a time zone is too much for them.
    async fn what_lies_beyond_the_calendar_is_refused_before_anybody_counts_with_it(app: TestApp) {
        let (admin, supervisor) = (app.admin().await, app.county_supervisor("涧西区").await);
        for at in ["+262142-12-31T23:59:59Z", "-262143-01-01T00:00:00Z"] {
            let client = json!({ "name": "x", "scopes": ["link"], "expires_at": at });
            admin.post("/clients", client).await.assert_problem(400, "malformed_body");
        }
        for (from, to) in [("-262143-01-01", "-262143-01-02"), ("0204-09-01", "0204-09-07")] {
            let asked = json!({ "kind": "custom", "from": from, "to": to });
            let refused = supervisor.post("/insight-reports", asked).await;
            assert_eq!(refused.json["errors"][0]["field"], "from", "{}", refused.json);
            refused.assert_problem(422, "invalid_fields");
        }
        for on in ["-262143-01-01", "%2B262142-12-31", "0204-09-01"] {
            supervisor.get(&format!("/overview?on={on}")).await.assert_problem(400, "bad_filter");
        }
    }

    async fn what_is_due_or_has_happened_is_bounded(app: TestApp) {
        use tests::order_fixture::{OrderFixture, reply};
        let desk = OrderFixture::accepted(&app).await;
        let mut answer = reply();
        for (at, code) in [("1999-01-01T00:00:00Z", "too_early"), ("2025-09-09T09:00:00+08:00", "in_the_future")] {
            answer["contacted"] = json!({ "at": at, "how": "电话" });
            let refused = desk.by_unit("reply", answer.clone()).await;
            assert_eq!(refused.json["errors"][0]["code"], code, "{at}");
            refused.assert_problem(422, "invalid_fields");
        }
        let far = json!({ "unit": "涧西区人民政府", "note": "请协助。", "due_at": "2099-12-31T00:00:00Z" });
        let refused = desk.by_unit("sub-assignments", far).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!("due_too_late")), "{}", refused.json);
        let supervisor = app.county_supervisor("涧西区").await;
        let far = json!({ "requirement": "请答复。", "due_at": "2099-12-31T00:00:00Z" });
        let refused = desk.by(&supervisor, "supervision-orders", far).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!("due_too_late")), "{}", refused.json);
        app.run_jobs().await;
    }
}
