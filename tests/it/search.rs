//! Orders are found by the words people type, the same on both databases.

use serde_json::json;
use tests::Client;
use tests::orders::Report;
use zhitong::orders::search::text_search;

async fn numbers(who: &Client, search: &str) -> Vec<String> {
    let q = search
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect::<String>();
    let found = who.get(&format!("/orders?q={q}")).await.ok();
    let items = found["items"].as_array().unwrap().iter();
    items
        .map(|item| item["number"].as_str().unwrap().to_owned())
        .collect()
}

tests::on_both_databases! {
    async fn orders_are_found_as_people_search(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = |text: &str| Report::default().with("description", json!(text));
        let lamp = delegate.submit(&report("小区门口的ＬＥＤ 路灯坏了三盏，晚上看不见路。")).await;
        let lid = delegate.submit(&report("人行道上的井盖松动，行人经过时有响声。")).await;
        let (lamp, lid) = (lamp["number"].as_str().unwrap(), lid["number"].as_str().unwrap());
        let (short, digits) = (&lamp[lamp.len() - 6..], &lamp[1..]);
        let sentence = format!("请问{}办得怎么样了", lamp.to_lowercase());
        for search in ["路灯", "led", "LED", "ＬＥＤ", "led路灯", "路灯 晚上", "盏", short, digits, lamp, &sentence] {
            assert_eq!(numbers(&delegate, search).await, [lamp], "{search}");
        }
        assert_eq!(numbers(&delegate, "井盖　行人").await, [lid]);
        for search in ["路灯 井盖", "灯路", "，。", "%", "' OR 1=1", "\"*("] {
            assert_eq!(numbers(&delegate, search).await, [""; 0], "{search}");
        }
        // Everything is indexed already.
        assert_eq!(text_search::catch_up(app.app()).await.unwrap(), 0);
        app.run_jobs().await;
    }

    async fn a_period_outside_of_what_databases_know_is_refused(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        for time in ["0001-01-01", "1999-12-30", "2101-06-01", "99999-01-01", "+262142-12-31", "2025-01-01T00:00:00%2B99:99"] {
            delegate.get(&format!("/orders?from={time}")).await.assert_problem(400, "bad_filter");
            delegate.get(&format!("/orders?to={time}")).await.assert_problem(400, "bad_filter");
        }
        delegate.get("/orders?from=2000-01-01&to=2100-12-31").await.assert_status(200);
        delegate.get("/orders?from=2025-02-01&to=2025-01-01").await.assert_problem(400, "bad_filter");
        delegate.get("/orders?q=%00").await.assert_problem(400, "nul_character");
    }
}
