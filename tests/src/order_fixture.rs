//! A matter under way: an order on the desk of its unit, and those it concerns.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::orders::{Report, number};
use crate::people::PersonQuery;
use crate::places;

/// The county that it lies in.
pub const AREA: &str = "涧西区";
/// Goes to the county's government, which has a head and gives parts to its bureaus.
pub const NOISE: &str = "夜间施工噪声";
/// Goes to a county bureau, which another one supports.
pub const CAVED_IN: &str = "道路塌陷";

pub struct OrderFixture {
    pub app: TestApp,
    pub number: String,
    pub delegate: Client,
    pub unit: Client,
}

impl OrderFixture {
    /// A report about noise at night, dispatched.
    pub async fn dispatched(app: &TestApp) -> Self {
        Self::with(app, &Report::at(places::JIANXI).category(NOISE)).await
    }

    /// Any report of this county that goes to a unit by itself.
    pub async fn with(app: &TestApp, report: &Report) -> Self {
        let delegate = app.delegate(AREA).await;
        let order = delegate.submit(report).await;
        assert_eq!(order["status"], "dispatched", "{order}");
        let unit = app.handler(order["unit"]["name"].as_str().expect("a unit")).await;
        Self {
            app: app.clone(),
            number: number(&order).to_owned(),
            delegate,
            unit,
        }
    }

    /// Taken on by its unit.
    pub async fn accepted(app: &TestApp) -> Self {
        let desk = Self::dispatched(app).await;
        desk.by_unit("accept", json!({})).await.assert_ok();
        desk
    }

    /// Taken on and answered.
    pub async fn replied(app: &TestApp) -> Self {
        let desk = Self::accepted(app).await;
        desk.by_unit("reply", reply()).await.assert_ok();
        desk
    }

    /// The unit takes the next round on and answers it.
    pub async fn handle_again(&self) {
        self.by_unit("accept", json!({})).await.assert_ok();
        self.by_unit("reply", reply()).await.assert_ok();
    }

    pub async fn by(&self, who: &Client, action: &str, body: Value) -> Answer {
        who.act(&json!(self.number), action, body).await
    }

    pub async fn by_unit(&self, action: &str, body: Value) -> Answer {
        self.by(&self.unit, action, body).await
    }

    pub async fn by_delegate(&self, action: &str, body: Value) -> Answer {
        self.by(&self.delegate, action, body).await
    }

    /// The delegate's verdict.
    pub async fn judge(&self, result: &str) -> Answer {
        self.by_delegate("verdict", verdict(result)).await
    }

    /// The order as the operators see it.
    pub async fn now(&self) -> Value {
        self.app.operator().await.order(&json!(self.number)).await.ok()
    }

    /// The head of its unit.
    pub async fn head(&self) -> Client {
        let unit = self.unit.person().unit.clone().expect("a unit");
        let heads = PersonQuery::role("handler").unit(&unit).nth(1);
        let head = self.app.sign_in(heads).await;
        assert_eq!(head.get("/me").await.ok()["unit_head"], true);
        head
    }

    /// Returns the timeline as this person reads it.
    pub async fn history(&self, who: &Client) -> Vec<Value> {
        let timeline = who.get(&format!("/orders/{}/timeline", self.number)).await.ok();
        timeline["items"].as_array().expect("items").clone()
    }

    /// Events of this order in somebody's inbox, oldest first.
    pub async fn inbox_events(&self, who: &Client) -> Vec<String> {
        let inbox = who.get("/inbox?limit=100").await.ok();
        let items = inbox["items"].as_array().expect("items").iter().rev();
        let of_order = items.filter(|item| item["order_number"] == self.number.as_str());
        of_order
            .map(|item| item["event"].as_str().expect("an event").to_owned())
            .collect()
    }
}

#[must_use]
pub fn reply() -> Value {
    json!({ "account": "现场劝停两台设备，约谈施工方。", "public_reply": "已责令工地夜间停工，落实降噪措施。" })
}

/// A verdict with this result.
#[must_use]
pub fn verdict(result: &str) -> Value {
    let solved = match result {
        "satisfied" => "yes",
        "basically_satisfied" => "partly",
        _ => "no",
    };
    json!({ "result": result, "process": "satisfied", "solved": solved, "comment": "到现场看过。" })
}

/// The actions of a history.
#[must_use]
pub fn actions(history: &[Value]) -> Vec<&str> {
    history
        .iter()
        .filter_map(|item| item["action"].as_str())
        .collect()
}
