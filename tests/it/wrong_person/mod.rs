//! Every operation of the document, called by everyone without the right.
//!
//! Nobody signed in gets 401, the wrong role or the wrong unit, county or delegate 403, or 404 if the caller may not
//! know that the object exists. An operation that `table` does not name fails the test.

use std::collections::BTreeSet;

use serde_json::json;
use tests::Client;
use tests::document::{self, Operation, operations, served};

mod scene;
mod table;
mod valid_bodies;

use scene::Scene;
use table::{May, Only, OtherDelegate, TABLE};

fn may(operation: &Operation) -> Option<May> {
    let row = TABLE.iter().find(|(name, _)| *name == operation.name());
    row.map(|(_, may)| *may)
}

#[test]
fn the_table_names_every_operation_and_no_other() {
    let named: BTreeSet<_> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    let described: BTreeSet<_> = operations(&served()).iter().map(Operation::name).collect();
    let forgotten: Vec<_> = described.difference(&named).collect();
    assert_eq!(named.len(), TABLE.len(), "an operation is in TABLE twice");
    let gone: Vec<_> = named.difference(&described).collect();
    assert!(forgotten.is_empty(), "say in TABLE who may call: {forgotten:#?}");
    assert!(gone.is_empty(), "in TABLE but not in the document: {gone:#?}");
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
            Client::with_token(&app, token).get("/me").await.assert_status(401);
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
        unknown.assert_problem(404, "not_found");
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
