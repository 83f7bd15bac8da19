//! Counts the figures of a report again, from the orders as the API shows them and by no code of the product.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::Client;
use tests::orders::number;

/// Reads all figures of the orders through the API.
pub async fn all_orders(who: &Client) -> Vec<Value> {
    let page = who.get("/orders?limit=100").await.ok();
    assert_eq!(page["next_cursor"], Value::Null);
    let mut orders = Vec::new();
    for item in page["items"].as_array().unwrap() {
        let mut order = who.get(&format!("/orders/{}", number(item))).await.ok();
        order["topics"] = json!([]);
        orders.push(order);
    }
    for topic in who.get("/hot-topics").await.ok()["items"].as_array().unwrap() {
        let path = format!("/hot-topics/{}", topic["id"].as_str().unwrap());
        for member in who.get(&path).await.ok()["orders"].as_array().unwrap() {
            let order = orders
                .iter_mut()
                .find(|order| order["number"] == member["number"]);
            let topics = order.unwrap()["topics"].as_array_mut().unwrap();
            topics.push(topic["id"].clone());
        }
    }
    orders
}

pub fn time(value: &Value) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(value.as_str().unwrap())
        .unwrap()
        .to_utc()
}

fn day(order: &Value) -> NaiveDate {
    order["created_at"].as_str().unwrap()[..10].parse().unwrap()
}

/// Counts what a figure's name says, from the API's own view of each order and by no code of the product.
pub fn counted_again(key: &str, orders: &[Value]) -> u64 {
    let (when, rest) = key.split_once('.').unwrap();
    let (measure, of) = rest.split_once('.').map_or((rest, None), |(m, of)| (m, Some(of)));
    let month = if when == "now" { 10 } else { 9 };
    let of_it = orders
        .iter()
        .filter(|order| of.is_none_or(|of| belongs(order, of)));
    if measure == "delegates" {
        let who: BTreeSet<_> = of_it
            .filter(|order| times(order, measure, month) > 0)
            .map(|order| order["reporter"]["name"].to_string())
            .collect();
        return who.len() as u64;
    }
    of_it.map(|order| times(order, measure, month)).sum()
}

fn belongs(order: &Value, of: &str) -> bool {
    let (dimension, value) = of.split_once(':').unwrap();
    match dimension {
        "area" => order["area"]["code"] == value,
        "category" => order["category"]["code"] == value,
        "category_area" => {
            let (category, area) = value.split_once('+').unwrap();
            order["category"]["code"] == category && order["area"]["code"] == area
        }
        "unit" => order["unit"]["id"] == value,
        "channel" => order["channel"] == value,
        "topic" => order["topics"].as_array().unwrap().contains(&json!(value)),
        "week" => {
            let day = day(order);
            day - Days::new(u64::from(day.weekday().num_days_from_monday())) == value.parse().unwrap()
        }
        other => panic!("no dimension {other}"),
    }
}

/// How often a measure counts an order in a month: once by its arrival, or as often as something was decided then.
fn times(order: &Value, measure: &str, month: u32) -> u64 {
    decided(order, measure, month)
        .unwrap_or_else(|| u64::from(day(order).month() == month && is(order, measure)))
}

/// None for what is counted by arrival.
fn decided(order: &Value, measure: &str, month: u32) -> Option<u64> {
    let in_month = |at: &Value| at.as_str().unwrap()[5..7].parse() == Ok(month);
    let list = |name: &str| order[name].as_array().unwrap().iter();
    if order["status"] == "cancelled" && measure_is_decided(measure) {
        return Some(0);
    }
    let clocks = |kind: &'static str, wanted: Option<bool>| {
        let of_kind = list("deadlines").filter(|clock| clock["kind"] == kind);
        let counted = of_kind.filter(|clock| {
            let due = time(&clock["due_at"]);
            let stopped = (!clock["stopped_at"].is_null()).then(|| time(&clock["stopped_at"]));
            let met = stopped.is_some_and(|at| at <= due);
            if !met && clock["light"] != "red" {
                return false;
            }
            // What was not kept was decided when it was due; at midnight, that is the day before.
            let at = if met {
                stopped.unwrap()
            } else {
                due - TimeDelta::microseconds(1)
            };
            let on = (at + TimeDelta::hours(8)).month();
            on == month && wanted.is_none_or(|wanted| wanted == met)
        });
        Some(counted.count() as u64)
    };
    let verdicts = |holds: &dyn Fn(&Value) -> bool| {
        let given = list("verdicts").filter(|verdict| in_month(&verdict["created_at"]) && holds(verdict));
        given.count() as u64
    };
    let unrated = || {
        let rated = list("verdicts").any(|verdict| verdict["round"] == order["round"]);
        u64::from(order["status"] == "closed" && !rated && in_month(&order["stage_since"]))
    };
    match measure {
        "response_judged" => clocks("response", None),
        "response_in_time" => clocks("response", Some(true)),
        "resolution_judged" => clocks("resolution", None),
        "resolution_in_time" => clocks("resolution", Some(true)),
        "resolution_late" => clocks("resolution", Some(false)),
        "judgeable" => Some(verdicts(&|_| true) + unrated()),
        "satisfied" | "basically_satisfied" | "dissatisfied" => {
            Some(verdicts(&|verdict| verdict["result"] == measure))
        }
        "solved" => Some(verdicts(&|verdict| verdict["solved"] == "yes")),
        "unrated" => Some(unrated()),
        _ => None,
    }
}

pub fn measure_is_decided(measure: &str) -> bool {
    [
        "_judged",
        "_in_time",
        "_late",
        "judgeable",
        "satisfied",
        "solved",
        "unrated",
    ]
    .iter()
    .any(|end| measure.ends_with(end))
}

fn is(order: &Value, measure: &str) -> bool {
    let status = order["status"].as_str().unwrap();
    match measure {
        "arrived" | "delegates" => status != "cancelled",
        "cancelled" => status == "cancelled",
        "closed" => status == "closed",
        "open" => !["closed", "cancelled"].contains(&status),
        "triage" => status == "triage",
        "second_round" => order["round"].as_i64().unwrap() > 1,
        "difficult" => order["difficult"] == true,
        "tracked" => order["tracked"] == true,
        "extended" => order["extensions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|e| e["status"] == "granted"),
        // None of these orders was returned or urged by hand.
        "returned" | "urged" => false,
        "supervised" => order["round"].as_i64().unwrap() > 1,
        "endorsed" => order["endorsements"]["count"].as_u64().unwrap() > 0,
        other => panic!("no measure {other}"),
    }
}
