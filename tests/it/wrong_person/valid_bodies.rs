//! Every operation by every role with a valid body: every field is given, and names what there is.
//!
//! No answer is a 500, and a caller without access reads nothing of the order, the message or their people.

use serde_json::{Value, json};
use tests::document::{Operation, operations};
use tests::orders::{Report, number};
use tests::places;

use super::may;
use super::scene::Scene;
use super::table::{May, OtherCountySupervisor, OtherDelegate, OtherHandler, Reporter, Standing};

/// Operations that end the caller's session, or the city as it is, or that do not end.
const SKIPPED: [&str; 7] = [
    "DELETE /api/v1/sessions",
    "DELETE /api/v1/sessions/current",
    "DELETE /api/v1/sessions/{id}",
    "POST /api/v1/me/unbind",
    "POST /api/v1/people/{id}/unbind",
    "POST /api/v1/imports/{kind}",
    "GET /api/v1/overview/stream",
];
/// Any delegate may support a matter nearby, and reads it then.
const OPENS_THE_ORDER: &str = "POST /api/v1/orders/{number}/endorsements";
/// Those who stand in no relation to the order.
const UNCONCERNED: [Standing; 3] = [OtherDelegate, OtherHandler, OtherCountySupervisor];

struct Sweep {
    scene: Scene,
    /// Another order of the same reporter.
    second: String,
    unit: String,
    /// Words and numbers that the unconcerned never read.
    secrets: Vec<String>,
    found: Vec<String>,
}

impl Sweep {
    async fn set(app: &tests::TestApp) -> Self {
        let scene = Scene::set(app).await;
        let (_, reporter) = scene
            .people
            .iter()
            .find(|(standing, _)| *standing == Reporter)
            .unwrap();
        let report = Report::at(places::JIANXI)
            .category("占道经营")
            .saying("夜市摊点占用盲道，推车无法通过。");
        let second = reporter.submit(&report).await;
        app.run_jobs().await;
        let order = reporter
            .get(&format!("/orders/{}", scene.parameters["number"]))
            .await
            .ok();
        let message = format!("/site-messages/{}", scene.parameters["message"]);
        let message = reporter.get(&message).await.ok();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let secrets = vec![
            text(&order["description"]),
            text(&second["description"]),
            text(&message["text"]),
            reporter.person().phone.clone(),
        ];
        Self {
            second: number(&second).to_owned(),
            unit: text(&order["unit"]["name"]),
            secrets,
            found: Vec::new(),
            scene,
        }
    }

    /// The object that a field of this name refers to.
    fn known(&self, operation: &str, field: &str) -> Option<Value> {
        let of = |name: &str| json!(self.scene.parameters[name]);
        let topic = operation.contains("/hot-topics/");
        let value = match field {
            "unit" | "to_unit" | "owner_unit" | "proposed_unit" => json!(self.unit),
            "numbers" | "order_numbers" => json!([self.scene.parameters["number"], self.second]),
            "into" if topic => of("topic"),
            "into" => json!(self.second),
            "photo_ids" => json!([self.scene.parameters["photo"]]),
            "file_ids" => json!([self.scene.parameters["file"]]),
            "file_id" => of("file"),
            "video_id" => of("video"),
            "campaign" | "parent" => of("campaign"),
            "topic" => of("topic"),
            "delegate_id" => of("delegate"),
            "site_code" => of("site"),
            "areas" => json!(["涧西区"]),
            "area" => json!("涧西区"),
            "category" => json!("占道经营"),
            "committee" => Value::Null,
            "location" => places::JIANXI.json(),
            "due_at" => json!("2025-10-20T18:00:00+08:00"),
            "at" | "occurred_at" => json!("2025-09-08T08:00:00+08:00"),
            "date" => json!("2025-09-07"),
            "expires_at" => json!("2027-01-01T00:00:00+08:00"),
            "from" => json!("2025-09-01"),
            "to" if operation.contains("/hand-over") => of("delegate"),
            "to" => json!("2025-09-07"),
            "scopes" => json!(["orders:read"]),
            "events" => json!(["order.closed"]),
            "url" => json!("https://example.com/hook"),
            "caller_phone" | "delegates" | "number" | "place" | "verdict" => {
                return self.by_operation(operation, field);
            }
            "days" => json!(3),
            "stage" => json!("survey"),
            "reached" => json!(false),
            "results" => json!({ "dispatched": "accept" }),
            _ => return None,
        };
        Some(value)
    }

    /// Fields that mean different things in different bodies.
    fn by_operation(&self, operation: &str, field: &str) -> Option<Value> {
        let reporter = self
            .scene
            .people
            .iter()
            .find(|(standing, _)| *standing == Reporter)?;
        let phone = &reporter.1.person().phone;
        match field {
            "caller_phone" => Some(json!(phone)),
            "delegates" => Some(json!([phone])),
            // A call's own number must not be taken.
            "number" if operation.contains("/hotline/relays") => Some(json!(self.scene.parameters["number"])),
            "number" if operation.contains("/hotline/") => Some(Value::Null),
            "place" => Some(json!("南昌路与西苑路交叉口")),
            "verdict" => Some(Value::Null),
            _ => None,
        }
    }

    fn body(&self, operation: &Operation) -> Option<Value> {
        let name = operation.name();
        operation.full_body(&self.scene.document, &|field| self.known(&name, field))
    }

    /// Calls one operation as one person, and notes what must not be.
    async fn call(&mut self, operation: &Operation, at: usize) {
        let (standing, client) = &self.scene.people[at];
        let answer = self.scene.send(operation, client, self.body(operation)).await;
        let name = operation.name();
        let status = answer.status;
        let right = match may(operation) {
            Some(May::Only(right)) => right.contains(standing),
            _ => true,
        };
        let mut note = |what: &str| {
            self.found
                .push(format!("{name} as {standing:?}: {status} {what}"));
        };
        if status >= 500 {
            note("an error of ours");
        }
        if !right && !matches!(status, 403 | 404) {
            note("let in");
        }
        if status == 400 {
            note(&format!("the body is not valid: {}", answer.text()));
        }
        if UNCONCERNED.contains(standing) {
            let text = answer.text();
            for secret in self
                .secrets
                .iter()
                .filter(|secret| text.contains(secret.as_str()))
            {
                note(&format!("tells {secret}"));
            }
        }
    }
}

tests::on_both_databases! {
    async fn valid_bodies_open_nothing_to_the_unconcerned_and_break_nothing(app: TestApp) {
        let mut sweep = Sweep::set(&app).await;
        let all = operations(&sweep.scene.document);
        let swept = all
            .iter()
            .filter(|operation| operation.path.starts_with("/api/v1") && !SKIPPED.contains(&operation.name().as_str()));
        for operation in swept.clone() {
            // The wrong ones first: what the right ones do changes the order.
            let right = |standing: &Standing| match may(operation) {
                Some(May::Only(right)) => right.contains(standing),
                _ => true,
            };
            let mut people: Vec<(bool, usize)> = sweep
                .scene
                .people
                .iter()
                .enumerate()
                .filter(|(_, (standing, _))| operation.name() != OPENS_THE_ORDER || *standing != OtherDelegate)
                .map(|(at, (standing, _))| (right(standing), at))
                .collect();
            people.sort_unstable();
            for (_, at) in people {
                sweep.call(operation, at).await;
            }
        }
        assert!(swept.count() > 100, "the operations were not found");
        app.forgive_jobs("a webhook to example.com is not reached");
        assert!(sweep.found.is_empty(), "{}", sweep.found.join("\n"));
    }
}
