//! Orders are found by the words people type, the same on both databases.

use chrono::TimeDelta;
use entity::ids::OrderId;
use entity::order;
use sea_orm::{
    ActiveModelTrait as _, Condition, ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _,
};
use serde_json::json;
use tests::orders::Report;
use tests::{Client, TestApp, places};
use zhitong::orders::search::grams::{self, TextQuery};
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

/// The numbers of the orders that a search means: by the index, by their ids from the index, and without the index.
async fn by_every_way(app: &TestApp, search: &str) -> [Vec<String>; 3] {
    let Some(TextQuery::Words(words)) = grams::query(search) else {
        panic!("{search} has no words");
    };
    let db = &app.app().db;
    let backend = db.get_database_backend();
    let conditions = [
        text_search::indexed(&words, backend),
        text_search::looked_up(&words, backend),
        Condition::all().add(text_search::holds(&words, backend)),
    ];
    let mut found = [const { Vec::new() }; 3];
    for (found, condition) in found.iter_mut().zip(conditions) {
        let rows = order::Entity::find().filter(condition).all(db).await.unwrap();
        *found = rows.into_iter().map(|row| row.number).collect();
        found.sort();
    }
    found
}

/// Orders of every minute before the one there is, with other descriptions. Returns their numbers, the newest first.
async fn copy(app: &TestApp, descriptions: impl Iterator<Item = String>) -> Vec<String> {
    let db = &app.app().db;
    let model = order::Entity::find().one(db).await.unwrap().unwrap();
    let copy = |(nth, description): (i64, String)| order::Model {
        id: OrderId::generate(),
        number: format!("T19990101{nth:06}"),
        created_at: model.created_at - TimeDelta::minutes(nth),
        description,
        ..model.clone()
    };
    let orders: Vec<order::Model> = (1..).zip(descriptions).map(copy).collect();
    for batch in orders.chunks(200) {
        let rows = batch
            .iter()
            .map(|order| order.clone().into_active_model().reset_all());
        let inserted = order::Entity::insert_many(rows).exec_without_returning(db);
        inserted.await.unwrap();
    }
    assert_eq!(text_search::catch_up(app.app()).await.unwrap(), orders.len());
    orders.into_iter().map(|order| order.number).collect()
}

/// The numbers on all pages of a search, and how many pages there were.
async fn all_pages(who: &Client, search: &str) -> (Vec<String>, usize) {
    let (mut numbers, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = who
            .get(&format!("/orders?q={search}&limit=20{cursor}"))
            .await
            .ok();
        pages += 1;
        let items = page["items"].as_array().unwrap().iter();
        numbers.extend(items.map(|item| item["number"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (numbers, pages),
        }
    }
}

tests::on_both_databases! {
    async fn every_way_to_words_finds_the_same_orders(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let report = |text: &str| Report::default().with("description", json!(text));
        let lamp = delegate.submit(&report("小区门口的ＬＥＤ 路灯坏了三盏，晚上看不见路。")).await;
        delegate.submit(&report("人行道上的井盖松动，行人经过时有响声。")).await;
        let lamp = lamp["number"].as_str().unwrap();
        let (short, digits) = (&lamp[lamp.len() - 6..], &lamp[1..]);
        for search in ["路灯", "led", "ＬＥＤ路灯", "路灯 晚上", "盏", "盏 路灯", "灯 盏", "路灯坏了三盏晚上", short, digits] {
            for found in by_every_way(&app, search).await {
                assert_eq!(found, [lamp], "{search}");
            }
        }
        for search in ["路灯 井盖", "灯路", "路灯 踩", "000000"] {
            assert_eq!(by_every_way(&app, search).await, [const { Vec::<String>::new() }; 3], "{search}");
        }
        app.run_jobs().await;
    }

    async fn pages_of_common_and_rare_words_are_complete(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        delegate.submit(&Report::at(places::JIANXI)).await;
        app.run_jobs().await;
        let is_often = |nth: usize| nth.is_multiple_of(9);
        let is_seldom = |nth: usize| nth.is_multiple_of(190);
        let is_long_ago = |nth: usize| nth >= 1_000 && nth.is_multiple_of(3);
        let words = |nth: usize| {
            let often = if is_often(nth) { "樱桃" } else { "" };
            let seldom = if is_seldom(nth) { "石榴" } else { "" };
            let long_ago = if is_long_ago(nth) { "海棠" } else { "" };
            format!("苹果。{often}。{seldom}。{long_ago}")
        };
        let numbers = copy(&app, (1..=1_300).map(words)).await;
        let operator = app.operator().await;
        let expected = |is_meant: &dyn Fn(usize) -> bool| -> Vec<String> {
            (1..).zip(&numbers).filter(|(nth, _)| is_meant(*nth)).map(|(_, number)| number.clone()).collect()
        };
        let searches: [(&str, &dyn Fn(usize) -> bool); 6] = [
            ("苹果", &|_| true),
            ("樱桃", &is_often),
            ("石榴", &is_seldom),
            ("海棠", &is_long_ago),
            ("苹果 海棠", &is_long_ago),
            ("芍药", &|_| false),
        ];
        for (word, is_meant) in searches {
            let (found, pages) = all_pages(&operator, word).await;
            assert_eq!(found, expected(is_meant), "{word}");
            assert_eq!(pages, found.len().div_ceil(20).max(1), "{word}");
        }
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
