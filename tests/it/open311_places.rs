//! The place of a report through Open311: `address_id` names a site, whose place the order takes, and every field of the place
//! counts when a request is repeated.

use serde_json::{Value, json};
use tests::{PersonQuery, TestApp, on_both_databases};

/// Of the demo.
const STATION: &str = "LL-STATION-01";
const STATION_POINT: (f64, f64) = (112.44, 34.63);
const STATION_ADDRESS: &str = "洛龙区代表联络站";
const TUNNEL: &str = "BMS-TUNNEL";
const TEXT: &str = "小区门口夜里一直施工，吵得睡不着。";

/// A client that may file orders of one delegate.
struct Client {
    app: TestApp,
    key: String,
    phone: String,
}

impl Client {
    async fn of(app: &TestApp, phone: &str) -> Self {
        let body = json!({ "name": "市民报修程序", "scopes": ["open311", "orders:write"] });
        let created = app.admin().await.post("/clients", body).await.ok();
        Self {
            app: app.clone(),
            key: created["key"].as_str().expect("a key").to_owned(),
            phone: phone.to_owned(),
        }
    }

    /// Files a report under an `Idempotency-Key`; the status and the first item of the answer.
    async fn file(&self, once: &str, place: &[(&str, &str)]) -> (u16, Value) {
        let report = [
            ("service_code", "1101"),
            ("description", TEXT),
            ("phone", self.phone.as_str()),
        ];
        let fields = [&report[..], place].concat();
        let url = format!("{}/open311/v2/requests.json", self.app.base());
        let request = self.app.http().post(url).bearer_auth(&self.key);
        let request = request.header("Idempotency-Key", once).form(&fields);
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let list: Value = answer.json().await.expect("a list");
        (status, list[0].clone())
    }

    /// Files a report and returns the order that it became.
    async fn order(&self, once: &str, place: &[(&str, &str)]) -> Value {
        let (status, filed) = self.file(once, place).await;
        assert_eq!(status, 201, "{place:?}: {filed}");
        let number = filed["service_request_id"].as_str().expect("a number");
        self.app
            .operator()
            .await
            .get(&format!("/orders/{number}"))
            .await
            .ok()
    }
}

fn is_at(order: &Value, (longitude, latitude): (f64, f64)) -> bool {
    let near = |name: &str, wanted: f64| {
        let found = order["location"][name].as_f64();
        found.is_some_and(|found| (found - wanted).abs() < 1e-6)
    };
    near("longitude", longitude) && near("latitude", latitude)
}

on_both_databases! {
    async fn an_order_takes_the_place_of_the_site_that_it_names(app: TestApp) {
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        let client = Client::of(&app, &delegate.phone).await;
        let order = client.order("by-site", &[("address_id", STATION)]).await;
        assert!(is_at(&order, STATION_POINT), "{order}");
        assert_eq!(order["address"], STATION_ADDRESS);
        // As people type a code.
        let order = client.order("typed", &[("address_id", " ll-station-01 ")]).await;
        assert!(is_at(&order, STATION_POINT), "{order}");

        let order = client.order("by-words", &[("address_id", STATION), ("address_string", "联络站北门")]).await;
        assert!(is_at(&order, STATION_POINT), "{order}");
        assert_eq!(order["address"], "联络站北门");

        let point = [("address_id", STATION), ("lat", "34.655"), ("long", "112.395")];
        let order = client.order("by-point", &point).await;
        assert!(is_at(&order, (112.395, 34.655)), "the point is more exact: {order}");
        assert_eq!(order["address"], Value::Null, "{order}");
        app.run_jobs().await;
    }

    async fn a_message_that_names_a_site_becomes_an_order_at_its_place(app: TestApp) {
        // No delegate has this number.
        let client = Client::of(&app, "13900000000").await;
        let (status, filed) = client.file("message", &[("address_id", STATION)]).await;
        assert_eq!((status, filed["token"].is_string()), (201, true), "{filed}");
        app.run_jobs().await;
        let operator = app.operator().await;
        let reviews = operator.get("/content-reviews").await.ok();
        for review in reviews["items"].as_array().into_iter().flatten() {
            let path = format!("/content-reviews/{}/decision", review["id"].as_str().expect("an id"));
            operator.post(&path, json!({ "result": "pass" })).await.assert_ok();
        }
        app.run_jobs().await;
        let keeper = app.sign_in(PersonQuery::named("韩振华")).await;
        let messages = keeper.get("/site-messages").await.ok();
        let message = &messages["items"][0];
        assert_eq!(message["site"]["code"], STATION, "{messages}");
        let path = format!("/site-messages/{}/adopt", message["id"].as_str().expect("an id"));
        let adopted = keeper.post(&path, json!({ "category": "1101" })).await;
        adopted.assert_status(201);
        assert!(is_at(&adopted.json, STATION_POINT), "{}", adopted.json);
        assert_eq!(adopted.json["address"], STATION_ADDRESS);
        app.run_jobs().await;
    }

    async fn a_site_that_does_not_exist_is_refused_for_orders_and_messages(app: TestApp) {
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        let beside: [&[(&str, &str)]; 2] = [&[], &[("lat", "34.63"), ("long", "112.44")]];
        for phone in [delegate.phone.as_str(), "13900000000"] {
            let client = Client::of(&app, phone).await;
            // A point beside it does not make the code right.
            for more in beside {
                let place = [&[("address_id", "NO-SUCH-SITE")][..], more].concat();
                let (status, error) = client.file("unknown", &place).await;
                assert_eq!((status, &error["code"]), (404, &json!(404)), "{place:?}: {error}");
                let said = error["description"].as_str().unwrap_or_default();
                assert!(said.contains("没有 address_id 所指的点位"), "{place:?}: {error}");
            }
        }
    }

    async fn requests_that_differ_only_in_their_place_are_different(app: TestApp) {
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        let client = Client::of(&app, &delegate.phone).await;
        let places: [&[(&str, &str)]; 6] = [
            &[("address_id", STATION)],
            &[("address_id", TUNNEL)],
            &[("address_id", STATION), ("address_string", "联络站北门")],
            &[("address_id", STATION), ("lat", "34.63"), ("long", "112.44")],
            &[("address_id", STATION), ("lat", "34.64"), ("long", "112.44")],
            &[("address_id", STATION), ("lat", "34.63"), ("long", "112.45")],
        ];
        for (at, first) in places.iter().enumerate() {
            let once = format!("place-{at}");
            let filed = client.file(&once, first).await;
            assert_eq!(filed.0, 201, "{first:?}: {}", filed.1);
            assert_eq!(client.file(&once, first).await, filed, "{first:?}: the same request");
            for other in places.iter().filter(|other| *other != first) {
                let (status, error) = client.file(&once, other).await;
                assert_eq!((status, &error["code"]), (400, &json!(400)), "{first:?} {other:?}: {error}");
            }
        }
        app.run_jobs().await;
    }
}
