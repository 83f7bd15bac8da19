//! Orders as people might treat them, at random, in a way that a seed repeats.

use serde_json::json;
use tests::{Client, TestApp};

/// A walk that any seed repeats.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Something that somebody might do to an order; most of it is refused most of the time, as in life.
pub(super) async fn something(app: &TestApp, dice: &mut Dice, cast: &Cast, order: &str) {
    let other = cast.orders[dice.roll(cast.orders.len())].clone();
    let seen = cast.operator.order(&json!(order)).await.ok();
    let handler = match seen["unit"]["name"].as_str() {
        Some(unit) if app.people().await.iter().any(|p| p.unit.as_deref() == Some(unit)) => {
            Some(app.handler(unit).await)
        }
        _ => None,
    };
    let text = "情况已核实，按规定办理，请知悉。";
    let (actor, action, body) = match dice.roll(16) {
        0..=2 => (handler.as_ref(), "accept", json!({})),
        3..=5 => (
            handler.as_ref(),
            "reply",
            json!({ "account": text, "public_reply": text }),
        ),
        6 => (handler.as_ref(), "return", json!({ "reason": text })),
        7 => (Some(&cast.reporter), "cancel", json!({ "reason": text })),
        8 => (Some(&cast.operator), "merge", json!({ "into": other })),
        9 => (
            Some(&cast.operator),
            "dispatch",
            json!({ "unit": "涧西区人民政府", "reason": text }),
        ),
        10 => (
            Some(&cast.reporter),
            "verdict",
            json!({ "result": "dissatisfied", "solved": "no", "comment": text }),
        ),
        11 => (
            Some(&cast.reporter),
            "verdict",
            json!({ "result": "basically_satisfied", "solved": "partly" }),
        ),
        12 | 13 => (
            Some(&cast.reporter),
            "verdict",
            json!({ "result": "satisfied", "solved": "yes" }),
        ),
        14 => (
            Some(&cast.supervisor),
            "supervision-orders",
            json!({ "requirement": text }),
        ),
        _ => (Some(&cast.supervisor), "tracking", json!({ "note": text })),
    };
    if let Some(actor) = actor {
        let answer = actor.act(&json!(order), action, body).await;
        assert!(answer.status < 500, "{action}: {}", answer.text());
    }
    if action == "cancel" && dice.roll(2) == 0 {
        cast.reporter
            .act(&json!(order), "reopen", json!({ "reason": text }))
            .await;
    }
}

pub(super) struct Cast {
    pub(super) reporter: Client,
    pub(super) operator: Client,
    pub(super) supervisor: Client,
    pub(super) orders: Vec<String>,
}
