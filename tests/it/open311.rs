//! Open311 GeoReport v2 without an account: what it shows, in both formats, and what it keeps to itself.

use reqwest::Method;
use serde_json::Value;
use tests::order_fixture::{NOISE, OrderFixture};
use tests::orders::{Report, number};
use tests::{on_both_databases, places};

const SECRET: &str = "王某某家（涧西区某街 12 号）门前整夜施工，无法休息。";

fn ids(list: &Value) -> Vec<&str> {
    let items = list.as_array().expect("a list").iter();
    items
        .map(|item| item["service_request_id"].as_str().expect("an id"))
        .collect()
}

on_both_databases! {
    async fn kinds_of_matter_are_services(app: TestApp) {
        let anyone = app.anonymous();
        let services = anyone.get("/open311/v2/services.json").await.ok();
        let noise = services.as_array().unwrap().iter().find(|service| service["service_name"] == NOISE);
        let noise = noise.expect("one of them");
        assert_eq!((&noise["metadata"], &noise["group"]), (&Value::Bool(false), &Value::from("噪声扰民")));
        let xml = anyone.get("/open311/v2/services.xml").await;
        assert_eq!(xml.header("content-type"), "text/xml; charset=utf-8");
        assert!(xml.text().contains("<service_name>夜间施工噪声</service_name>"), "{}", xml.text());
    }

    async fn the_server_says_where_it_is_and_what_a_service_asks(app: TestApp) {
        let anyone = app.anonymous();
        let found = anyone.get("/open311/v2/discovery.json").await.ok();
        let endpoint = &found["endpoints"][0];
        assert_eq!(endpoint["url"], format!("{}/open311/v2", app.base()), "{found}");
        let xml = anyone.get("/open311/discovery.xml").await;
        assert!(xml.text().contains("<format>application/json</format>"), "{}", xml.text());
        let service = anyone.get("/open311/v2/services/1101.json").await.ok();
        assert_eq!((&service["service_code"], &service["attributes"]), (&"1101".into(), &Value::Array(Vec::new())));
        anyone.get("/open311/v2/services/9999.json").await.assert_status(404);
    }

    async fn requests_show_where_a_matter_stands_and_nobodys_secrets(app: TestApp) {
        let desk = OrderFixture::with(&app, &Report::at(places::JIANXI).category(NOISE).saying(SECRET)).await;
        let hidden = Report::at(places::JIANXI).category(NOISE).with("confidential", true.into());
        let hidden = desk.delegate.submit(&hidden).await;
        desk.handle_again().await;
        app.run_jobs().await;
        let anyone = app.anonymous();
        let answer = anyone.get("/open311/v2/requests.json").await;
        let list = answer.clone().ok();
        assert_eq!(ids(&list), [desk.number.as_str()], "the confidential one is not there");
        let shown = &list[0];
        assert_eq!((&shown["status"], &shown["agency_responsible"]), (&"open".into(), &"涧西区人民政府".into()));
        assert_eq!(shown["status_notes"], tests::order_fixture::reply()["public_reply"]);
        assert_eq!((&shown["long"], &shown["lat"]), (&112.395.into(), &34.655.into()));
        let person = desk.delegate.person();
        for secret in [SECRET, "约谈施工方", person.name.as_str(), person.phone.as_str()] {
            assert!(!answer.text().contains(secret), "{secret}: {}", answer.text());
        }
        let one = anyone.get(&format!("/open311/v2/requests/{}.xml", desk.number)).await;
        assert!(one.text().contains(&format!("<service_request_id>{}</service_request_id>", desk.number)), "{}", one.text());
        let small = anyone.get(&format!("/open311/v2/requests/{}.json", desk.number.to_lowercase())).await;
        assert_eq!(ids(&small.ok()), [desk.number.as_str()]);
        let gone = anyone.get(&format!("/open311/v2/requests/{}.json", number(&hidden))).await;
        gone.assert_status(404);
        assert_eq!(gone.json[0]["code"], 404);
    }

    async fn requests_are_filtered_and_wrong_filters_refused(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        desk.judge("satisfied").await.assert_ok();
        app.run_jobs().await;
        let open = OrderFixture::dispatched(&app).await;
        app.run_jobs().await;
        let anyone = app.anonymous();
        let listed = async |query: &str| anyone.get(&format!("/open311/v2/requests.json?{query}")).await;
        let expect: [(&str, &[&str]); 9] = [
            ("status=open", &[open.number.as_str()]),
            ("status=closed", &[desk.number.as_str()]),
            ("service_code=1101&page_size=1&page=2", &[desk.number.as_str()]),
            ("service_code=0101", &[]),
            ("start_date=2025-09-09T00:00:00%2B08:00", &[]),
            ("updated_after=2025-09-08T00:00:00Z", &[open.number.as_str(), desk.number.as_str()]),
            ("updated_after=2030-01-01T00:00:00Z", &[]),
            ("updated_before=2020-01-01T00:00:00Z", &[]),
            ("api_key=ignored&jurisdiction_id=ignored", &[open.number.as_str(), desk.number.as_str()]),
        ];
        for (query, numbers) in expect {
            assert_eq!(ids(&listed(query).await.ok()), numbers, "{query}");
        }
        for query in ["status=maybe", "start_date=yesterday", "page=0", "page=x", "page_size=1000", "page=999999", "q=x", "updated_after=soon",
            "start_date=2025-09-09T00:00:00Z&end_date=2025-09-08T00:00:00Z"] {
            let refused = listed(query).await;
            refused.assert_status(400);
            assert!(refused.json[0]["description"].is_string(), "{query}: {}", refused.text());
        }
        let report = anyone.request(Method::POST, "/open311/v2/requests.json", |request| request.body("")).await;
        report.assert_status(403);
        assert_eq!(report.json[0]["code"], 403, "filing needs a key: {}", report.text());
    }
}
