//! Orders are found by the words people type, the same on both databases.

use entity::order;
use sea_orm::{ConnectionTrait as _, DbBackend, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use tests::orders::Report;
use tests::{Client, TestApp};
use zhitong::orders::search::grams::{self, TextQuery};
use zhitong::orders::search::text_search::{self, WordPath};

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

/// The numbers of the orders that a search means, by each way to them.
async fn by_every_path(app: &TestApp, search: &str) -> [Vec<String>; 3] {
    let db = &app.app().db;
    let query = grams::query(search).unwrap();
    let mut found = [const { Vec::new() }; 3];
    for (found, path) in found
        .iter_mut()
        .zip([WordPath::Rare, WordPath::Common, WordPath::Counted])
    {
        let condition = text_search::matches(&query, path, db.get_database_backend());
        let rows = order::Entity::find().filter(condition).all(db).await.unwrap();
        *found = rows.into_iter().map(|row| row.number).collect();
        found.sort();
    }
    found
}

/// Adds 5,001 orders to the index that have nothing but this word.
async fn make_common(app: &TestApp, word: &str) {
    let Some(TextQuery::Words(words)) = grams::query(word) else {
        panic!("no word");
    };
    let term = &words[0].terms[0];
    let db = &app.app().db;
    let sql = if db.get_database_backend() == DbBackend::Postgres {
        format!(
            "INSERT INTO order_text (order_id, terms) \
             SELECT gen_random_uuid(), CAST('{term}' AS tsvector) FROM generate_series(1, 5001)"
        )
    } else {
        format!(
            "WITH RECURSIVE nth (n) AS (SELECT 1001 UNION ALL SELECT n + 1 FROM nth WHERE n < 6001) \
             INSERT INTO order_search (rowid, terms) SELECT n, '{term}' FROM nth"
        )
    };
    db.execute_unprepared(&sql).await.unwrap();
}

tests::on_both_databases! {
    async fn a_common_word_and_a_rare_one_find_the_same_orders(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = |text: &str| Report::default().with("description", json!(text));
        let lamp = delegate.submit(&report("小区门口的ＬＥＤ 路灯坏了三盏，晚上看不见路。")).await;
        delegate.submit(&report("人行道上的井盖松动，行人经过时有响声。")).await;
        let lamp = lamp["number"].as_str().unwrap();
        let (short, digits) = (&lamp[lamp.len() - 6..], &lamp[1..]);
        for search in ["路灯", "led", "ＬＥＤ路灯", "路灯 晚上", "盏", "路灯坏了三盏晚上", short, digits] {
            for found in by_every_path(&app, search).await {
                assert_eq!(found, [lamp], "{search}");
            }
        }
        for search in ["路灯 井盖", "灯路", "000000"] {
            assert_eq!(by_every_path(&app, search).await, [const { Vec::<String>::new() }; 3], "{search}");
        }
        let path = async || text_search::choose_path(&app.app().db, &grams::query("路灯").unwrap()).await.unwrap();
        assert_eq!(path().await, WordPath::Rare);
        make_common(&app, "路灯").await;
        assert_eq!(path().await, WordPath::Common);
        assert_eq!(numbers(&delegate, "路灯").await, [lamp]);
        app.run_jobs().await;
    }

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
        for search in ["路灯 井盖", "灯路", "，。", "%", "' OR 1=1", "\"*(", "\u{10ffff}"] {
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
