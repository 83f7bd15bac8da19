//! Which category a text means: the pack's texts and model, what the API says, and learning from operators.

use std::collections::{BTreeMap, HashSet};

use insight::classify::{self, Example, Model, Settings};
use serde_json::{Value, json};
use tests::orders::Report;
use tests::{Client, Db, TestApp, journeys, packs, places};
use zhitong::city::categories::retrain::{self, TrainingOutcome};
use zhitong::city::categories::training;
use zhitong::city::csv_rows;
use zhitong::city::files::Files;
use zhitong::city::snapshot::CityHandle;

fn texts() -> Vec<Example> {
    let files = Files::open("luoyang").unwrap();
    let lines = files
        .below("training/")
        .into_iter()
        .flat_map(|(path, text)| csv_rows::read::<training::TextRow>(&path, &text).unwrap());
    lines.map(|line| line.row.into()).collect()
}

/// The second level of the pack's list, in its order.
fn categories() -> Vec<csv_rows::CategoryRow> {
    let files = Files::open("luoyang").unwrap();
    let lines =
        csv_rows::read::<csv_rows::CategoryRow>("categories.csv", files.get("categories.csv").unwrap())
            .unwrap();
    let mut rows: Vec<_> = lines.into_iter().map(|line| line.row).collect();
    rows.retain(|row| row.parent.is_some());
    rows
}

#[test]
fn every_category_has_fifteen_texts_and_no_text_stands_twice() {
    let (texts, categories) = (texts(), categories());
    let mut counts: BTreeMap<&str, usize> = categories.iter().map(|row| (row.code.as_str(), 0)).collect();
    assert!(counts.len() > 100);
    let mut seen = HashSet::new();
    for example in &texts {
        let count = counts.get_mut(example.label.as_str());
        *count.unwrap_or_else(|| panic!("{} is no category", example.label)) += 1;
        assert!(seen.insert(example.text.as_str()), "twice: {}", example.text);
        let length = example.text.chars().count();
        assert!((3..=60).contains(&length), "{}", example.text);
    }
    let few: Vec<_> = counts.iter().filter(|(_, count)| **count < 15).collect();
    assert!(few.is_empty(), "{few:?}");
}

/// The file that `zhitong classify train --pack luoyang --out api/city/luoyang/suggest.model` writes.
#[test]
fn the_model_of_the_pack_is_made_of_its_texts() {
    let shipped = Files::open("luoyang").unwrap().model().unwrap().to_vec();
    assert!(shipped.len() <= 2_500_000, "{} bytes", shipped.len());
    let shipped = Model::from_bytes(&shipped).unwrap();
    let mut anchors = Vec::new();
    for row in categories() {
        let keywords = row.keywords.unwrap_or_default();
        let words: Vec<&str> = keywords.split_whitespace().collect();
        let together = format!("{}，{}", row.name, words.join("，"));
        let one_by_one = words.iter().copied().chain([row.name.as_str()]);
        for text in std::iter::once(together.as_str()).chain(one_by_one) {
            anchors.push(Example {
                text: text.to_owned(),
                label: row.code.clone(),
            });
        }
    }
    let settings = Settings {
        // The first two figures of a code are its first-level category's.
        family_chars: 2,
        prior: 0.0,
        curve: false,
        ..Settings::default()
    };
    let (again, _) = classify::train(&texts(), &anchors, settings).unwrap();
    assert_eq!(
        shipped.fingerprint(),
        again.fingerprint(),
        "train the pack's model anew"
    );
    // To the byte on one machine; another mathematical library may round a weight otherwise.
    for example in texts().iter().step_by(7) {
        let (ours, theirs) = (shipped.suggest(&example.text, 1), again.suggest(&example.text, 1));
        assert_eq!(ours[0].label, theirs[0].label, "{}", example.text);
        assert!((ours[0].confidence - theirs[0].confidence).abs() < 0.01);
    }
}

async fn suggested(client: &Client, text: &str) -> Value {
    let answer = client.post("/categories/suggest", json!({ "text": text })).await;
    answer.assert_status(200);
    answer.json["suggestions"].clone()
}

tests::on_both_databases! {
    async fn a_sure_text_is_dispatched_and_an_unsure_one_goes_to_an_operator(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let limit = app.app().state::<CityHandle>().load().dispatch.min_confidence;
        let sure = "路口流动摊贩占道经营，占着人行道摆摊，行人过不去";
        let best = suggested(&delegate, sure).await[0].clone();
        assert_eq!(best["name"], "占道经营");
        assert!(best["confidence"].as_f64().unwrap() >= limit, "{best}");
        let order = delegate.submit(&Report::at(places::JIANXI).saying(sure)).await;
        assert_eq!((&order["category"]["code"], &order["category"]["source"]), (&best["code"], &json!("suggested")));
        assert_ne!(order["unit"], Value::Null);

        let unsure = "家门口的那个东西又不行了，跟去年一样，没有办法";
        let best = suggested(&delegate, unsure).await[0].clone();
        assert!(best["confidence"].as_f64().is_none_or(|confidence| confidence < limit), "{best}");
        let order = delegate.submit(&Report::at(places::JIANXI).saying(unsure)).await;
        assert_eq!((&order["unit"], &order["status"]), (&Value::Null, &json!("triage")), "{order}");

        assert_eq!(suggested(&delegate, "希望领导关心一下").await, json!([]));
        app.run_jobs().await;
    }

    async fn two_matters_in_one_report_are_offered_as_two(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let asked = |text: &'static str| {
            let delegate = &delegate;
            async move { delegate.post("/categories/suggest", json!({ "text": text })).await.ok() }
        };
        let two = asked("小区门口的路灯坏了好几天不亮，晚上一片漆黑。另外对面工地半夜还在打桩施工，噪声吵得睡不着。").await;
        let matters = two["matters"].as_array().unwrap();
        assert_eq!(matters.len(), 2, "{two}");
        assert_eq!((&matters[0]["category"]["name"], &matters[1]["category"]["name"]), (&json!("路灯照明"), &json!("夜间施工噪声")));
        assert_eq!(matters[0]["text"], "小区门口的路灯坏了好几天不亮，晚上一片漆黑");
        assert_eq!(matters[1]["text"], "对面工地半夜还在打桩施工，噪声吵得睡不着");
        assert!(two["suggestions"].as_array().is_some_and(|suggestions| !suggestions.is_empty()));

        let one = asked("小区门口的路灯坏了好几天不亮，晚上一片漆黑，老人出门不方便，希望尽快维修。").await;
        assert_eq!(one.get("matters"), None, "{one}");
        app.run_jobs().await;
    }
}

journeys! {
    what_operators_correct_is_learned_by_all_replicas => learn_from_corrections;
    a_new_model_is_held_against_the_one_in_force_by_orders_that_neither_has_seen => compare_models;
}

/// Starts the product with a pack that is learned in seconds.
async fn start_with_few_texts(db: Db) -> TestApp {
    let pack = packs::with_few_texts();
    let path = pack.path().display().to_string();
    TestApp::with(db).set("CITY_PACK", &path).start().await
}

async fn learn_from_corrections(db: Db) {
    let app = start_with_few_texts(db).await;
    const CORRECTED: usize = 24;
    let (delegate, operator) = (app.delegate("涧西区").await, app.operator().await);
    let question = "云梯机又停在半路了";
    let before = suggested(&delegate, question).await;
    assert_ne!(before[0]["name"], "电梯故障困人");
    let few = retrain::learn(app.app(), app.now()).await.unwrap();
    assert_eq!(
        few,
        TrainingOutcome::TooFewOrders {
            orders: 0,
            needed: 20
        }
    );
    correct(&app, &delegate, &operator, CORRECTED, "大院").await;
    let outcome = retrain::learn(app.app(), app.now()).await.unwrap();
    let TrainingOutcome::Learned {
        orders,
        accuracy,
        before,
        ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert_eq!(orders, CORRECTED);
    assert!(accuracy > before, "{accuracy} {before}");
    assert_eq!(suggested(&delegate, question).await[0]["name"], "电梯故障困人");

    // A replica that starts now, or reloads, has it too.
    let held = zhitong::city::categories::suggest::Models::default();
    let renewed = retrain::latest_model(&app.app().db, held).await.unwrap();
    assert_eq!(renewed.current().unwrap().suggest(question, 1)[0].label, "1402");
    app.run_jobs().await;
    app.finish().await;
}

async fn compare_models(db: Db) {
    let app = start_with_few_texts(db).await;
    let (delegate, operator) = (app.delegate("涧西区").await, app.operator().await);
    correct(&app, &delegate, &operator, 24, "大院").await;
    let first = retrain::learn(app.app(), app.now()).await.unwrap();
    let TrainingOutcome::Learned {
        before: of_the_pack, ..
    } = first
    else {
        panic!("{first:?}")
    };
    // All there is has been seen by the model that was just made.
    let again = retrain::learn(app.app(), app.now()).await.unwrap();
    assert_eq!(
        again,
        TrainingOutcome::TooFewOrders {
            orders: 0,
            needed: 20
        }
    );
    app.advance(chrono::TimeDelta::minutes(1)).await;
    correct(&app, &delegate, &operator, 20, "家属院").await;
    let second = retrain::learn(app.app(), app.now()).await.unwrap();
    let (TrainingOutcome::Learned { before, .. } | TrainingOutcome::NotBetter { before, .. }) = second else {
        panic!("{second:?}")
    };
    assert!(
        before > 0.9 && of_the_pack < 0.6,
        "the one in force knows what the pack's does not: {before} {of_the_pack}"
    );
    app.run_jobs().await;
    app.finish().await;
}

/// Orders in words that the pack does not know, set right by an operator.
async fn correct(app: &TestApp, delegate: &Client, operator: &Client, count: usize, where_: &str) {
    for nth in 0..count {
        let (what, category) = [
            ("云梯机停在半路", "电梯故障困人"),
            ("小黄篮堆在门前", "共享单车乱停"),
        ][nth % 2];
        let place = ["东", "西", "南", "北", "新", "老"][nth / 2 % 6];
        let text = format!("{place}{where_}{}号楼{what}，已经好几天了", nth + 1);
        let order = delegate.submit(&Report::at(places::JIANXI).saying(&text)).await;
        let decision = json!({ "unit": "涧西区人民政府", "category": category, "reason": "改正类别" });
        operator
            .act(&order, "dispatch", decision)
            .await
            .assert_status(200);
    }
    app.run_jobs().await;
}
