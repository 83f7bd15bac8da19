//! Status × action × standing over HTTP: `actions` of an order tell the truth.
//!
//! Whatever move of the document is not among them is refused and changes nothing; whatever is among them is let
//! through to its own rules. (The table itself is tested row by row beside it.)

use serde_json::{Value, json};
use tests::document::{Operation, operations, served};
use tests::orders::{Report, number};
use tests::{Client, PersonQuery, TestApp, places};

const AREA: &str = "涧西区";
/// Statuses that this test can bring an order to.
const STATUSES: [&str; 5] = ["dispatched", "in_progress", "replied", "triage", "cancelled"];
/// The reasons for a refused action: wrong role, not visible, wrong state.
const REFUSALS: [u16; 3] = [403, 404, 409];

struct Scene {
    document: Value,
    unit: String,
    people: Vec<(&'static str, Client)>,
}

impl Scene {
    async fn set(app: &TestApp) -> Self {
        let reporter = app.delegate(AREA).await;
        let first = reporter.submit(&report()).await;
        let unit = first["unit"]["name"]
            .as_str()
            .expect("a unit in charge")
            .to_owned();
        let elsewhere = app
            .sign_in(PersonQuery::role("handler").not_unit(&unit).not_area(AREA))
            .await;
        let people = vec![
            ("reporter", reporter),
            (
                "other delegate",
                app.sign_in(PersonQuery::role("delegate").not_area(AREA)).await,
            ),
            ("operator", app.operator().await),
            ("unit", app.handler(&unit).await),
            ("other unit", elsewhere),
            ("city supervisor", app.supervisor().await),
            ("county supervisor", app.county_supervisor(AREA).await),
            ("admin", app.admin().await),
        ];
        Self {
            document: served(),
            unit,
            people,
        }
    }

    fn person(&self, standing: &str) -> &Client {
        let found = self.people.iter().find(|(name, _)| *name == standing);
        &found.expect("a standing of the scene").1
    }

    /// A new order in this status.
    async fn order_in(&self, status: &str) -> Value {
        let order = self.person("reporter").submit(&report()).await;
        let unit = self.person("unit");
        let steps: &[(&Client, &str)] = match status {
            "dispatched" => &[],
            "in_progress" => &[(unit, "accept")],
            "replied" => &[(unit, "accept"), (unit, "reply")],
            "triage" => &[(unit, "return")],
            "cancelled" => &[(self.person("reporter"), "cancel")],
            other => panic!("no way to {other}"),
        };
        for (who, step) in steps {
            who.act(&order, step, self.body(step, None)).await.assert_ok();
        }
        let now = self.person("operator").order(&order).await.ok();
        assert_eq!(now["status"], status, "{now}");
        now
    }

    /// A body that the move takes.
    fn body(&self, action: &str, operation: Option<&Operation>) -> Value {
        match action {
            "accept" => json!({}),
            "reply" => json!({
                "account": "已派人到现场处理，围挡并回填，次日复查。",
                "public_reply": "您反映的问题已处理完毕，感谢您的监督。",
            }),
            "return" => {
                json!({ "reason": "不属于本单位职责，建议转交道路管养单位。" })
            }
            "extensions" => json!({ "reason": "需要采购材料，三个工作日内无法完成。" }),
            "cancel" => json!({ "reason": "问题已自行解决，不需要继续办理。" }),
            "dispatch" => json!({ "unit": self.unit, "reason": "经核实属于该单位职责范围。" }),
            _ => operation
                .and_then(|op| op.smallest_body(&self.document))
                .unwrap_or(json!({})),
        }
    }

    /// The moves of the document: `POST /api/v1/orders/{number}/{action}`.
    fn moves(&self) -> Vec<(String, Operation)> {
        let all = operations(&self.document)
            .into_iter()
            .filter(|op| op.method == "post");
        let named = all.filter_map(|op| {
            let action = op.path.strip_prefix("/api/v1/orders/{number}/")?.to_owned();
            // A delegate who reads of a matter nearby may endorse it: that is no action of the table.
            (!action.contains('/') && action != "endorsements").then_some((action, op))
        });
        named.collect()
    }
}

fn report() -> Report {
    Report::at(places::JIANXI).category("占道经营")
}

/// The names in `actions`, as paths have them.
fn actions(order: &Value) -> Vec<String> {
    let names = order["actions"].as_array().expect("actions").iter();
    names
        .map(|name| name.as_str().expect("a name").replace('_', "-"))
        .collect()
}

tests::on_both_databases! {
    async fn what_is_not_among_the_actions_is_refused_and_changes_nothing(app: TestApp) {
        let scene = Scene::set(&app).await;
        assert!(scene.moves().len() >= 5, "the document has the moves");
        let mut faults = Vec::new();
        for status in STATUSES {
            let order = scene.order_in(status).await;
            for (standing, client) in &scene.people {
                let seen = client.order(&order).await;
                let may = if seen.status == 200 { actions(&seen.json) } else { Vec::new() };
                for (action, operation) in scene.moves() {
                    if may.contains(&action) {
                        continue;
                    }
                    let answer = client.act(&order, &action, scene.body(&action, Some(&operation))).await;
                    if !REFUSALS.contains(&answer.status) {
                        faults.push(format!("{standing} did {action} when {status}: {} {}", answer.status, answer.text()));
                    }
                    if seen.status != 200 && answer.status != 404 {
                        faults.push(format!("{standing} learns by {action} that the order exists: {}", answer.status));
                    }
                }
            }
            let after = scene.person("operator").order(&order).await.ok();
            assert_eq!((&after["status"], &after["version"]), (&order["status"], &order["version"]), "{faults:#?}");
        }
        app.run_jobs().await;
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    async fn what_is_among_the_actions_is_let_through(app: TestApp) {
        let scene = Scene::set(&app).await;
        let mut faults = Vec::new();
        for status in STATUSES {
            let pattern = scene.order_in(status).await;
            for (standing, client) in &scene.people {
                let seen = client.order(&pattern).await;
                let may = if seen.status == 200 { actions(&seen.json) } else { Vec::new() };
                for (action, operation) in scene.moves() {
                    if !may.contains(&action) {
                        continue;
                    }
                    let order = scene.order_in(status).await;
                    let answer = client.act(&order, &action, scene.body(&action, Some(&operation))).await;
                    if REFUSALS.contains(&answer.status) || answer.status >= 500 {
                        faults.push(format!("{standing} may not {action} when {status}: {} {}", answer.status, answer.text()));
                    }
                    if (200..300).contains(&answer.status) && answer.json["number"] != number(&order) {
                        faults.push(format!("{action} answers with something else than the order: {}", answer.text()));
                    }
                }
            }
        }
        app.run_jobs().await;
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
