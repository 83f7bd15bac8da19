//! Open data: what is published of orders, and what is not.

use serde_json::Value;
use tests::order_fixture::NOISE;
use tests::orders::{Report, number};
use tests::{Browser, PersonQuery, TestApp, on_both_databases, places};

const SECRET: &str = "王某某家门前整夜施工，无法休息，请尽快处理。";
const PERIOD: &str = "from=2025-09-01&to=2025-09-30";

async fn download(app: &TestApp, query: &str) -> tests::client::Answer {
    let admin = Browser::as_cast(app, PersonQuery::role("admin")).await;
    admin.get(&format!("/console/admin/open-data?{query}")).await
}

on_both_databases! {
    async fn orders_are_published_in_groups_and_without_people(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = Report::at(places::JIANXI).category(NOISE).saying(SECRET);
        let mut numbers = Vec::new();
        for _ in 0..4 {
            numbers.push(number(&delegate.submit(&report).await).to_owned());
        }
        let hidden = report.clone().with("confidential", true.into());
        delegate.submit(&hidden).await;
        app.run_jobs().await;
        let few = download(&app, PERIOD).await.text();
        assert_eq!(few.trim_end().lines().count(), 1, "four orders are too few: {few}");
        let dictionary = download(&app, &format!("{PERIOD}&file=dictionary")).await.text();
        assert!(dictionary.contains("另有 4 件"), "the confidential one is not counted: {dictionary}");

        numbers.push(number(&delegate.submit(&report).await).to_owned());
        app.run_jobs().await;
        let csv = download(&app, PERIOD).await;
        assert!(csv.header("content-disposition").contains("open-data.csv"));
        let csv = csv.text();
        let lines: Vec<&str> = csv.trim_end().lines().skip(1).collect();
        assert_eq!(lines.len(), 5, "{csv}");
        for line in &lines {
            assert!(line.starts_with("2025-09,0.001_degree,112.395,34.655,"), "{line}");
            assert!(line.contains("涧西区") && line.contains(NOISE) && line.contains(",open,"), "{line}");
        }
        let geojson = download(&app, &format!("{PERIOD}&file=geojson")).await.text();
        let read: Value = serde_json::from_str(&geojson).expect("GeoJSON");
        assert_eq!(read["features"].as_array().map(Vec::len), Some(5));
        let person = delegate.person();
        let words = ["王某某", person.name.as_str(), person.phone.as_str()];
        for secret in words.into_iter().chain(numbers.iter().map(String::as_str)) {
            assert!(!csv.contains(secret) && !geojson.contains(secret), "{secret}");
        }
        let other = download(&app, "from=2025-10-01&to=2025-10-31").await.text();
        assert_eq!(other.trim_end().lines().count(), 1, "another month: {other}");
    }

    async fn a_period_that_is_none_is_refused(app: TestApp) {
        for query in ["", "from=2025-09-30&to=2025-09-01", "from=yesterday&to=2025-09-01", "from=99999-01-01&to=99999-02-01"] {
            download(&app, query).await.page(422, &[]);
        }
        let page = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        page.get("/console/admin/clients").await.page(200, &["开放数据", "字段说明"]);
    }
}
