//! Every operation of the document, called by everyone without the right: nobody signed in (401), the wrong role
//! or the wrong unit, county or delegate (403, or 404 if the caller may not know that the object exists). An
//! operation that the table below does not name fails the test.

use std::collections::BTreeSet;

use serde_json::json;
use tests::Client;
use tests::document::{self, Operation, operations, served};

mod scene;

use scene::Scene;

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
/// All roles but delegates.
const STAFF: &[Standing] = &[
    Operator,
    UnitHandler,
    OtherHandler,
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
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
    ("GET /api/v1/clients", Only(&[Admin])),
    ("POST /api/v1/clients", Only(&[Admin])),
    ("DELETE /api/v1/clients/{id}", Only(&[Admin])),
    ("POST /api/v1/clients/{id}/rotate", Only(&[Admin])),
    ("POST /api/v1/link/events", Only(&[])),
    ("GET /api/v1/webhooks", Only(&[Admin])),
    ("POST /api/v1/webhooks", Only(&[Admin])),
    ("DELETE /api/v1/webhooks/{id}", Only(&[Admin])),
    ("POST /api/v1/webhooks/{id}/rotate", Only(&[Admin])),
    ("POST /api/v1/webhooks/{id}/test", Only(&[Admin])),
    ("GET /api/v1/webhooks/{id}/deliveries", Only(&[Admin])),
    (
        "POST /api/v1/webhooks/{id}/deliveries/{msg_id}/resend",
        Only(&[Admin]),
    ),
    ("GET /api/v1/areas", Only(EVERYBODY)),
    ("GET /api/v1/areas/locate", Only(EVERYBODY)),
    ("GET /api/v1/categories", Only(EVERYBODY)),
    ("POST /api/v1/categories/suggest", Only(EVERYBODY)),
    (
        "GET /api/v1/reply-texts",
        Only(&[Operator, UnitHandler, OtherHandler, Admin]),
    ),
    ("GET /api/v1/units", Only(EVERYBODY)),
    ("POST /api/v1/imports/{kind}", Only(&[Admin])),
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
    ("PUT /api/v1/campaigns/{id}", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/stage", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/activities", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/opinions", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/measures", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/county-tasks", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/vote", Only(WATCHING)),
    ("GET /api/v1/opinions", Only(STAFF)),
    // The opinion and the measure are the campaign's, addressed to the unit.
    (
        "GET /api/v1/opinions/{file}",
        Only(&[CitySupervisor, CountySupervisor, UnitHandler, Operator, Admin]),
    ),
    ("POST /api/v1/opinions/{no}/reply", Only(&[UnitHandler])),
    ("POST /api/v1/opinions/{no}/acceptance", Only(WATCHING)),
    ("GET /api/v1/measures", Only(STAFF)),
    ("POST /api/v1/measures/{id}/done", Only(&[UnitHandler])),
    ("POST /api/v1/measures/{id}/verify", Only(WATCHING)),
    ("GET /api/v1/watch-lists", Only(CAMPAIGN_READERS)),
    // The list is the county's.
    (
        "GET /api/v1/watch-lists/{id}",
        Only(&[CitySupervisor, CountySupervisor, Operator, Admin]),
    ),
    ("POST /api/v1/watch-lists", Only(SUPERVISORS)),
    ("POST /api/v1/watch-lists/{id}/entries", Only(WATCHING)),
    (
        "POST /api/v1/watch-lists/{id}/entries/{entry}/inspections",
        Only(WATCHING),
    ),
    ("DELETE /api/v1/watch-lists/{id}/entries/{entry}", Only(WATCHING)),
    ("POST /api/v1/files", Only(STAFF)),
    // The file belongs to the county's campaign.
    (
        "GET /api/v1/files/{id}",
        Only(&[CitySupervisor, CountySupervisor, Operator, Admin]),
    ),
    ("GET /api/v1/committees", Only(EVERYBODY)),
    ("POST /api/v1/orders/batch", Only(SUPERVISORS)),
    ("POST /api/v1/orders/{number}/cancel", Only(&[Reporter, Operator])),
    // Any delegate may endorse a matter found near a place.
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
    // The reporter is a delegate of the city's congress, so the committee is the city's.
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
