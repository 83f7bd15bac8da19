//! Every operation that names an order, a photo or a notice, with a valid body, by every role that has nothing to do with
//! them: no answer lets in, fails, or tells what is theirs. The finer table of who may do what is in
//! `tests/it/wrong_person`.

use reqwest::Method;
use serde_json::{Value, json};
use tests::Db;
use tests::database::OwnDatabase;
use tests::document::{Operation, operations, served};
use tests::orders::Report;
use tests::people::{Person, PersonQuery};
use tests::photos::jpeg_with_exif;
use tests::places::JIANXI;
use uuid::Uuid;

use crate::product::{Delegate, Product, Settings};

const AREA: &str = "涧西区";
const WORDS: &str = "夜市摊点占用盲道，轮椅无法通过。";
const TAKEN_AT: &str = "2025-09-08T08:30:00+08:00";
/// Any delegate may support a matter nearby, and reads it then.
const OPENS_THE_ORDER: &str = "/endorsements";

/// Objects that the sweep tries to reach.
struct Objects {
    number: String,
    photo: String,
    notice: String,
    delegate: String,
    phone: String,
    unit: String,
}

impl Objects {
    async fn of(product: &Product, reporter: &Person) -> Self {
        let token = product.sign_in(reporter).await;
        let (_, photo) = product.upload(&token, jpeg_with_exif(1, JIANXI, TAKEN_AT)).await;
        let report = Report::at(JIANXI)
            .category("占道经营")
            .saying(WORDS)
            .photo(&photo);
        let body = Some(report.json());
        let (_, order) = call(product, &token, Method::POST, "/api/v1/orders", body).await;
        let order: Value = serde_json::from_str(&order).expect("an order");
        let get = async |path: &str| -> Value {
            let (_, text) = call(product, &token, Method::GET, path, None).await;
            serde_json::from_str(&text).expect("JSON")
        };
        let text = |value: &Value| {
            value
                .as_str()
                .unwrap_or_else(|| panic!("no text: {value}"))
                .to_owned()
        };
        Self {
            number: text(&order["number"]),
            photo: text(&photo["id"]),
            notice: text(&get("/api/v1/inbox").await["items"][0]["id"]),
            delegate: text(&get("/api/v1/me").await["id"]),
            phone: reporter.phone.clone(),
            unit: text(&order["unit"]["name"]),
        }
    }

    /// The path with the ids of these objects; `None` if it names none of them.
    fn path(&self, operation: &Operation) -> Option<String> {
        let path = operation.path.as_str();
        if !path.contains("{number}") && !path.contains("/photos/{id}") && !path.contains("/inbox/{id}") {
            return None;
        }
        let id = if path.contains("/photos/") {
            &self.photo
        } else {
            &self.notice
        };
        let path = path.replace("{number}", &self.number).replace("{id}", id);
        Some(path.replace("{no}", "1"))
    }

    /// The value of a field that refers to something.
    fn known(&self, field: &str) -> Option<Value> {
        Some(match field {
            "unit" | "to_unit" | "proposed_unit" => json!(self.unit),
            "photo_ids" => json!([self.photo]),
            "file_ids" => json!([]),
            "delegate" | "delegate_id" => json!(self.delegate),
            "category" => json!("占道经营"),
            "location" => JIANXI.json(),
            "due_at" => json!("2099-10-20T18:00:00+08:00"),
            "days" => json!(3),
            "verdict" | "committee" => Value::Null,
            _ => return None,
        })
    }
}

/// Calls as this person; returns the status and the text of the answer.
async fn call(
    product: &Product,
    who: &Delegate,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (u16, String) {
    let request = product.http.request(method, format!("{}{path}", product.base));
    let request = request
        .bearer_auth(&who.token)
        .header("Idempotency-Key", Uuid::now_v7().to_string());
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.unwrap_or_default())
}

/// One person of each role who has nothing to do with the order.
fn unconcerned<'p>(people: &'p [Person], unit: &str) -> Vec<(&'static str, &'p Person)> {
    let queries = [
        ("another delegate", PersonQuery::role("delegate").not_area(AREA)),
        (
            "another unit's handler",
            PersonQuery::role("handler").not_unit(unit).not_area(AREA),
        ),
        (
            "another county's supervisor",
            PersonQuery::role("supervisor").level("county").not_area(AREA),
        ),
    ];
    let find = |query: &PersonQuery<'_>| people.iter().find(|person| query.fits(person)).expect("a person");
    queries.iter().map(|(name, query)| (*name, find(query))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_role_reaches_an_object_that_is_not_its_own() {
    for which in [Db::Sqlite, Db::Postgres] {
        let folder = tempfile::tempdir().unwrap();
        let own = OwnDatabase::empty(which, folder.path()).await;
        let product = Product::start(Settings::new(&own.url, folder.path())).await;
        let people = product.people().await;
        let reporter = PersonQuery::delegate(AREA);
        let reporter = people
            .iter()
            .find(|person| reporter.fits(person))
            .expect("a delegate");
        let objects = Objects::of(&product, reporter).await;
        let document = served();
        let mut callers = vec![(
            "nobody",
            Delegate {
                token: "made-up".to_owned(),
            },
        )];
        for (name, person) in unconcerned(&people, &objects.unit) {
            callers.push((name, product.sign_in(person).await));
        }
        let (mut calls, mut found) = (0, Vec::new());
        for operation in operations(&document) {
            let Some(path) = objects
                .path(&operation)
                .filter(|path| !path.ends_with(OPENS_THE_ORDER))
            else {
                continue;
            };
            let body = operation.full_body(&document, &|field| objects.known(field));
            for (name, caller) in &callers {
                let method = operation.method.to_uppercase().parse().unwrap();
                let (status, text) = call(&product, caller, method, &path, body.clone()).await;
                calls += 1;
                let expected = if *name == "nobody" {
                    status == 401
                } else {
                    matches!(status, 403 | 404)
                };
                if !expected || text.contains(WORDS) || text.contains(&objects.phone) {
                    found.push(format!("{} as {name}: {status} {text}", operation.name()));
                }
            }
        }
        println!(
            "role sweep ({which:?}): {calls} calls by {} callers, {} let in",
            callers.len(),
            found.len()
        );
        assert!(calls > 100, "the operations were not found");
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
