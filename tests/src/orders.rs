//! Reports as delegates make them.

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::places::{self, Place};

/// A report in the making; what is not said is ordinary.
#[derive(Clone, Debug)]
pub struct Report(Value);

impl Default for Report {
    fn default() -> Self {
        Self::at(places::JIANXI)
    }
}

impl Report {
    /// A plain report from this place, without photo or category.
    #[must_use]
    pub fn at(place: Place) -> Self {
        Self(
            json!({ "description": "路面有一处明显塌陷，过往车辆绕行，存在安全隐患。", "location": place.json() }),
        )
    }

    #[must_use]
    pub fn saying(self, description: &str) -> Self {
        self.with("description", json!(description))
    }

    /// By code or name.
    #[must_use]
    pub fn category(self, category: &str) -> Self {
        self.with("category", json!(category))
    }

    #[must_use]
    pub fn photo(self, photo: &Value) -> Self {
        self.with("photo_ids", json!([photo["id"]]))
    }

    /// Any field of the request.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.0[field] = value;
        self
    }

    #[must_use]
    pub fn json(&self) -> Value {
        self.0.clone()
    }
}

impl Client {
    /// Submits and gives back the order.
    pub async fn submit(&self, report: &Report) -> Value {
        let answer = self.post("/orders", report.json()).await;
        answer.assert_status(201);
        answer.json
    }

    /// A move on an order: `POST /orders/{number}/{action}`.
    pub async fn act(&self, order: &Value, action: &str, body: Value) -> Answer {
        self.post(&format!("/orders/{}/{action}", number(order)), body)
            .await
    }

    /// The order as this person sees it now.
    pub async fn order(&self, order: &Value) -> Answer {
        self.get(&format!("/orders/{}", number(order))).await
    }
}

/// An order's number, from the order or from the number itself.
#[must_use]
pub fn number(order: &Value) -> &str {
    let number = order.as_str().or_else(|| order["number"].as_str());
    number.unwrap_or_else(|| panic!("no order: {order}"))
}
