//! A report is visible to its handlers at once. Other delegates read it after its content has passed the check by
//! WeChat, its callback or an operator, and not at all while WeChat gives no result.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::fault_proxy::Fault as Line;
use tests::order_fixture::{AREA, NOISE, reply};
use tests::orders::{Report, number};
use tests::{Client, Db, PersonQuery, TestApp, places};
use zhitong::content::enqueue::CheckText;
use zhitong::jobs::{Job as _, catch_up};

const WORDS: &str = "夜里两点还在浇筑混凝土，周边居民无法休息。";
const ADDRESS: &str = "牡丹广场西侧工地东门";
const RISKY: &str = "工地夜间施工，有违规词样例，请处理。";
const DOUBTFUL: &str = "工地夜间施工，有待审词样例，请处理。";
const IN_REVIEW: &str = "（内容审核中，通过后显示）";
const REFUSED: &str = "（内容未通过审核，不予显示）";

fn report(words: &str) -> Report {
    let report = Report::at(places::JIANXI).category(NOISE).saying(words);
    report.with("address", json!(ADDRESS))
}

/// A report, its delegate, its unit, and another delegate who endorses it.
struct Matter {
    order: Value,
    delegate: Client,
    unit: Client,
    other: Client,
}

impl Matter {
    async fn raise(app: &TestApp, report: &Report) -> Self {
        let delegate = app.delegate(AREA).await;
        let order = delegate.submit(report).await;
        let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        let other = app.sign_in(PersonQuery::delegate("").not_area(AREA)).await;
        other.act(&order, "endorsements", json!({})).await.assert_ok();
        Self {
            order,
            delegate,
            unit,
            other,
        }
    }

    /// The order's words as this person reads them, whether alone, in a list, or in its address.
    async fn words(&self, reader: &Client) -> String {
        let order = reader.order(&self.order).await.ok();
        let list = reader.get("/orders?scope=mine&limit=100").await.ok();
        let mut listed = list["items"].as_array().unwrap().iter();
        if let Some(listed) = listed.find(|listed| listed["number"] == order["number"]) {
            assert_eq!(listed["description"], order["description"]);
            assert_eq!(listed["address"], order["address"]);
        }
        let words = order["description"].as_str().unwrap().to_owned();
        assert_eq!(order["address"].is_null(), words == IN_REVIEW || words == REFUSED);
        words
    }
}

async fn reviews(operator: &Client, query: &str) -> Vec<Value> {
    let list = operator.get(&format!("/content-reviews{query}")).await.ok();
    list["items"].as_array().unwrap().clone()
}

async fn decide(operator: &Client, review: &Value, result: &str) {
    let path = format!("/content-reviews/{}/decision", review["id"].as_str().unwrap());
    operator
        .post(&path, json!({ "result": result }))
        .await
        .assert_ok();
}

async fn inbox(client: &Client) -> String {
    client.get("/inbox?limit=100").await.ok().to_string()
}

tests::on_both_databases! {
    async fn a_report_counts_at_once_and_is_published_when_it_has_been_found_fit(app: TestApp) {
        let matter = Matter::raise(&app, &report(WORDS)).await;
        assert_eq!((&matter.order["status"], &matter.order["content_check"]), (&json!("dispatched"), &json!("pending")));
        for reader in [&matter.delegate, &matter.unit, &app.operator().await, &app.supervisor().await] {
            assert_eq!(matter.words(reader).await, WORDS, "{}", reader.person().role);
        }
        matter.unit.act(&matter.order, "accept", json!({})).await.assert_ok();
        assert_eq!(matter.words(&matter.other).await, IN_REVIEW);
        let seen = matter.other.order(&matter.order).await.ok();
        assert!(seen.get("content_check").is_none(), "how a check stands is not for others: {seen}");
        let told = inbox(&matter.other).await;
        assert!(told.contains(IN_REVIEW) && !told.contains(WORDS), "{told}");
        app.run_jobs().await;
        assert_eq!(matter.words(&matter.other).await, WORDS);
        assert_eq!(matter.delegate.order(&matter.order).await.ok()["content_check"], "pass");
        assert!(reviews(&app.operator().await, "").await.is_empty());
        matter.unit.act(&matter.order, "reply", reply()).await.assert_ok();
        let satisfied = json!({ "result": "satisfied", "solved": "yes" });
        matter.delegate.act(&matter.order, "verdict", satisfied).await.assert_ok();
        assert!(inbox(&matter.other).await.contains(WORDS), "what is told from now on may name it");
        app.run_jobs().await;
    }

    async fn risky_words_are_read_by_those_who_handle_them_only_until_an_operator_overrules(app: TestApp) {
        let matter = Matter::raise(&app, &report(RISKY)).await;
        app.run_jobs().await;
        assert_eq!(matter.words(&matter.other).await, REFUSED);
        assert_eq!((matter.words(&matter.unit).await, matter.words(&matter.delegate).await), (RISKY.to_owned(), RISKY.to_owned()));
        matter.unit.act(&matter.order, "accept", json!({})).await.assert_ok();
        let operator = app.operator().await;
        let review = reviews(&operator, "?state=risky").await.remove(0);
        assert_eq!((&review["subject"], &review["text_label"]), (&json!("order"), &json!(21_000)));
        assert_eq!(review["text"], format!("{RISKY}\n{ADDRESS}"));
        decide(&operator, &review, "pass").await;
        app.run_jobs().await;
        assert_eq!(matter.words(&matter.other).await, RISKY);
    }

    async fn what_wechat_is_not_sure_of_an_operator_decides(app: TestApp) {
        let matter = Matter::raise(&app, &report(DOUBTFUL)).await;
        app.run_jobs().await;
        assert_eq!(matter.words(&matter.other).await, IN_REVIEW);
        let operator = app.operator().await;
        assert!(inbox(&operator).await.contains("content_review"));
        let review = reviews(&operator, "").await.remove(0);
        assert_eq!((&review["state"], &review["title"]), (&json!("review"), &json!(format!("工单 {}", number(&matter.order)))));
        decide(&operator, &review, "refuse").await;
        app.run_jobs().await;
        assert_eq!(matter.words(&matter.other).await, REFUSED);
        // A move of the order after the verdict leaves the verdict as it is.
        matter.unit.act(&matter.order, "accept", json!({})).await.assert_ok();
        assert_eq!(matter.words(&matter.other).await, REFUSED);
        app.run_jobs().await;
    }

    async fn reports_that_come_together_are_asked_about_together_and_a_bad_job_keeps_none_of_them(app: TestApp) {
        let delegate = app.delegate(AREA).await;
        let mut orders = Vec::new();
        for words in [WORDS, RISKY, WORDS, DOUBTFUL, WORDS] {
            orders.push(delegate.submit(&report(words)).await);
        }
        app.insert_job_row(CheckText::NAME, "no check").await;
        app.forgive_jobs("one that cannot be read");
        // Asked, then told to those who published.
        for _ in 0..2 {
            catch_up::run_due(app.app()).await.unwrap();
        }
        let mut found = Vec::new();
        for order in &orders {
            found.push(delegate.order(order).await.ok()["content_check"].as_str().unwrap().to_owned());
        }
        assert_eq!(found, ["pass", "risky", "pass", "review", "pass"]);
        let calls = app.anonymous().get("/sandbox/calls").await.ok();
        let asked = calls.as_array().unwrap().iter().filter(|call| call["path"] == "/wxa/msg_sec_check");
        assert_eq!(asked.count(), orders.len(), "each once");
        assert_eq!(reviews(&app.operator().await, "").await.len(), 1, "one waits for a person");
        app.run_jobs().await;
    }

    async fn what_is_said_to_the_desk_is_said_to_nobody_else(app: TestApp) {
        let matter = Matter::raise(&app, &report(WORDS)).await;
        app.run_jobs().await;
        matter.unit.act(&matter.order, "accept", json!({})).await.assert_ok();
        matter.unit.act(&matter.order, "reply", reply()).await.assert_ok();
        let photo = matter.delegate.upload_photo(3, places::JIANXI).await;
        let verdict = json!({
            "result": "dissatisfied", "solved": "no", "comment": "当晚又施工到三点。", "photo_ids": [photo["id"]],
        });
        matter.delegate.act(&matter.order, "verdict", verdict).await.assert_ok();
        let photo = format!("/photos/{}", photo["id"].as_str().unwrap());
        for (reader, reads) in [(&matter.delegate, true), (&matter.unit, true), (&matter.other, false)] {
            let order = reader.order(&matter.order).await.ok();
            assert_eq!(order["verdicts"][0]["result"], "dissatisfied");
            assert_eq!(order["verdicts"][0]["comment"].is_string(), reads, "{order}");
            assert_eq!(order["photos"].as_array().unwrap().len(), usize::from(reads));
            assert_eq!(reader.get(&photo).await.status, if reads { 200 } else { 404 });
            let timeline = reader.get(&format!("/orders/{}/timeline", number(&matter.order))).await.ok();
            assert_eq!(timeline.to_string().contains("当晚又施工"), reads);
        }
        let second = matter.delegate.submit(&report(WORDS)).await;
        matter.other.act(&second, "endorsements", json!({})).await.assert_ok();
        matter.delegate.act(&second, "cancel", json!({ "reason": "同一件事报了两次。" })).await.assert_ok();
        let told = inbox(&matter.other).await;
        assert!(told.contains("工单已撤销") && told.contains("由提出人说明"), "{told}");
        assert!(!told.contains("同一件事报了两次") && !told.contains("当晚又施工"), "{told}");
        app.run_jobs().await;
    }

    async fn what_an_operator_wrote_down_has_been_looked_at(app: TestApp) {
        let (operator, delegate) = (app.operator().await, app.delegate(AREA).await);
        let call = json!({
            "caller_phone": delegate.person().phone, "call_id": "C-1", "category": NOISE,
            "description": RISKY, "location": places::JIANXI.json(),
        });
        let order = operator.post("/hotline/calls", call).await.ok();
        assert_eq!(order["content_check"], "pass");
        let other = app.sign_in(PersonQuery::delegate("").not_area(AREA)).await;
        let seen = other.act(&order, "endorsements", json!({})).await.ok();
        assert_eq!(seen["description"], RISKY);
        app.run_jobs().await;
        assert!(reviews(&operator, "?state=risky").await.is_empty());
    }

    async fn a_report_that_is_merged_is_published_to_the_other_s_people(app: TestApp) {
        let matter = Matter::raise(&app, &report(DOUBTFUL)).await;
        let third = app.sign_in(PersonQuery::delegate("").not_area(AREA).nth(1)).await;
        let own = third.submit(&report(WORDS)).await;
        let operator = app.operator().await;
        operator.act(&own, "merge", json!({ "into": matter.order["number"] })).await.assert_ok();
        app.run_jobs().await;
        assert_eq!(matter.words(&third).await, IN_REVIEW);
        assert_eq!(third.order(&own).await.ok()["description"], WORDS, "his own he reads");
        let review = reviews(&operator, "").await.remove(0);
        decide(&operator, &review, "pass").await;
        app.run_jobs().await;
        assert_eq!(matter.words(&third).await, DOUBTFUL);
    }
}

/// Runs the jobs until WeChat's stand-in has pushed its verdict on the picture.
async fn until_settled(app: &TestApp, matter: &Matter) -> String {
    let started = Instant::now();
    loop {
        app.run_jobs().await;
        let order = matter.delegate.order(&matter.order).await.ok();
        let state = order["content_check"].as_str().unwrap().to_owned();
        if state != "pending" {
            return state;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{order}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_s_picture_is_shown_to_others_when_wechat_s_callback_says_so() {
    for db in [Db::Sqlite, Db::Postgres] {
        for risky in [false, true] {
            let app = TestApp::with(db)
                .set("WECHAT_PUSH_TOKEN", "a-token-for-tests")
                .start()
                .await;
            let delegate = app.delegate(AREA).await;
            let photo = delegate.upload_photo(5, places::JIANXI).await;
            if risky {
                // The stand-in judges a picture by its address, which is that of its content.
                let rules = json!({ "risky_words": [photo["sha256"].as_str().unwrap()[2..20]] });
                app.anonymous().sandbox("rules", rules).await;
            }
            let matter = Matter::raise(&app, &report(WORDS).photo(&photo)).await;
            let path = format!("/photos/{}", photo["id"].as_str().unwrap());
            let photos = async |reader: &Client| {
                let order = reader.order(&matter.order).await.ok();
                (
                    order["photos"].as_array().unwrap().len(),
                    reader.get(&path).await.status,
                )
            };
            assert_eq!(photos(&matter.other).await, (0, 404));
            assert_eq!(
                photos(&matter.unit).await,
                (1, 200),
                "the desk is not kept waiting"
            );
            let (state, shown) = if risky {
                ("risky", (0, 404))
            } else {
                ("pass", (1, 200))
            };
            assert_eq!(until_settled(&app, &matter).await, state);
            assert_eq!(photos(&matter.other).await, shown);
            assert_eq!(photos(&matter.unit).await, (1, 200));
            app.run_jobs().await;
            app.finish().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_wechat_is_silent_a_report_is_taken_and_in_the_end_a_person_looks() {
    for db in [Db::Sqlite, Db::Postgres] {
        let app = TestApp::with(db)
            .breakable_wechat()
            .set("WECHAT_TIMEOUT_MS", "1000")
            .start()
            .await;
        let operator = app.operator().await;
        let matter = Matter::raise(&app, &report(WORDS)).await;
        app.wechat_line().set(Line::Hang);
        let second = matter.delegate.submit(&report(WORDS)).await;
        assert_eq!(
            app.wechat_line().connections_made(),
            0,
            "a report does not wait for WeChat"
        );
        assert_eq!(second["status"], "dispatched");
        app.advance(TimeDelta::minutes(64)).await;
        // Who has to sign in again by now needs WeChat for it.
        app.wechat_line().set(Line::None);
        assert_eq!(matter.words(&matter.other).await, IN_REVIEW);
        assert_eq!(matter.words(&matter.unit).await, WORDS);
        let waiting = reviews(&operator, "").await;
        assert_eq!(waiting.len(), 2);
        for review in &waiting {
            assert_eq!(review["state"], "unavailable");
            decide(&operator, review, "pass").await;
        }
        app.run_jobs().await;
        assert_eq!(matter.words(&matter.other).await, WORDS);
        app.finish().await;
    }
}
