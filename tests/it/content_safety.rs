//! 内容安全: what residents and delegates publish to others is checked first: by WeChat, by its callback, by an
//! operator; and when WeChat does not answer, nothing unchecked is shown to anybody else.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use entity::kinds::ContentCheck;
use entity::{content_check, content_picture};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tests::fault_proxy::Fault as Line;
use tests::photos::jpeg_with_exif;
use tests::places::LUOLONG;
use tests::residents::Resident;
use tests::{Client, Db, PersonQuery, TestApp};
use zhitong::content;
use zhitong::wechat::calls::content::Suggestion;
use zhitong::wechat::push::PushEvent;

const STATION: &str = "LL-STATION-01";
const TEXT: &str = "小区门口的路灯坏了三盏，晚上看不见路。";
const TAKEN_AT: &str = "2025-09-08T08:30:00+08:00";

/// A product that WeChat can push to.
async fn start(db: Db) -> TestApp {
    TestApp::with(db)
        .set("WECHAT_PUSH_TOKEN", "a-token-for-tests")
        .start()
        .await
}

async fn keeper(app: &TestApp) -> Client {
    app.sign_in(PersonQuery::named("韩振华")).await
}

async fn resident(app: &TestApp) -> Resident {
    Resident::in_wechat(app, STATION, "oRESIDENT-1").await
}

async fn shown(client: &Client) -> usize {
    let list = client.get("/site-messages").await.ok();
    list["items"].as_array().unwrap().len()
}

async fn reviews(operator: &Client, query: &str) -> Vec<Value> {
    let list = operator.get(&format!("/content-reviews{query}")).await.ok();
    list["items"].as_array().unwrap().clone()
}

async fn told(client: &Client, event: &str) -> usize {
    let list = client.get("/inbox").await.ok();
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["event"] == event)
        .count()
}

async fn decide(operator: &Client, review: &Value, result: &str) -> tests::Answer {
    let path = format!("/content-reviews/{}/decision", review["id"].as_str().unwrap());
    operator.post(&path, json!({ "result": result })).await
}

async fn asked(app: &TestApp, path: &str) -> usize {
    let calls = app.anonymous().get("/sandbox/calls").await.ok();
    calls
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| call["path"] == path)
        .count()
}

async fn check(app: &TestApp) -> content_check::Model {
    content_check::Entity::find()
        .one(&app.app().db)
        .await
        .unwrap()
        .unwrap()
}

async fn picture(app: &TestApp) -> content_picture::Model {
    content_picture::Entity::find()
        .one(&app.app().db)
        .await
        .unwrap()
        .unwrap()
}

/// Runs the jobs until the stand-in's push has come and the check is over.
async fn until_settled(app: &TestApp) -> content_check::Model {
    let started = Instant::now();
    loop {
        app.run_jobs().await;
        let found = check(app).await;
        if found.state != ContentCheck::Pending {
            app.run_jobs().await;
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn with_photo(resident: &Resident, seed: u32) -> Value {
    let photo = resident
        .upload(jpeg_with_exif(seed, LUOLONG, TAKEN_AT))
        .await
        .ok();
    let left = resident
        .leave(json!({ "text": TEXT, "photo_ids": [photo["id"]] }))
        .await;
    left.assert_status(201);
    json!({ "photo": photo, "receipt": left.json["receipt"] })
}

tests::on_both_databases! {
    async fn risky_words_are_shown_to_nobody_until_an_operator_overrules(app: TestApp) {
        let (keeper, operator, resident) = (keeper(&app).await, app.operator().await, resident(&app).await);
        let receipt = resident.leave_message("门口有违规词样例，请处理。").await;
        app.run_jobs().await;
        assert_eq!((shown(&keeper).await, told(&keeper, "site_message").await), (0, 0));
        assert_eq!(resident.receipt_view(&receipt).await["state"], "refused");
        assert!(reviews(&operator, "").await.is_empty(), "it is not waiting for anybody");
        let review = reviews(&operator, "?state=risky").await.remove(0);
        assert_eq!(review["text_label"], 21_000);
        decide(&operator, &review, "pass").await.assert_ok();
        app.run_jobs().await;
        assert_eq!((shown(&keeper).await, told(&keeper, "site_message").await), (1, 1));
        assert_eq!(resident.receipt_view(&receipt).await["state"], "received");
    }

    async fn what_wechat_is_not_sure_of_waits_for_an_operator(app: TestApp) {
        let (keeper, operator, resident) = (keeper(&app).await, app.operator().await, resident(&app).await);
        let receipt = resident.leave_message("门口有待审词样例，请处理。").await;
        app.run_jobs().await;
        assert_eq!((shown(&keeper).await, told(&operator, "content_review").await), (0, 1));
        assert_eq!(resident.receipt_view(&receipt).await["in_review"], true);
        let review = reviews(&operator, "").await.remove(0);
        assert_eq!((&review["state"], &review["text"]), (&json!("review"), &json!("门口有待审词样例，请处理。")));
        keeper.get("/content-reviews").await.assert_problem(403, "role_may_not");
        decide(&keeper, &review, "pass").await.assert_problem(403, "role_may_not");
        decide(&operator, &review, "refuse").await.assert_ok();
        decide(&operator, &review, "pass").await.assert_problem(409, "already_decided");
        app.run_jobs().await;
        assert_eq!((shown(&keeper).await, told(&keeper, "site_message").await), (0, 0));
        assert_eq!(resident.receipt_view(&receipt).await["state"], "refused");
        assert!(reviews(&operator, "").await.is_empty());
    }

    async fn a_browser_s_message_waits_for_an_operator_and_wechat_is_not_asked(app: TestApp) {
        let (keeper, operator) = (keeper(&app).await, app.operator().await);
        Resident::in_a_browser(&app, STATION).leave_message(TEXT).await;
        app.run_jobs().await;
        assert_eq!((shown(&keeper).await, asked(&app, "/wxa/msg_sec_check").await), (0, 0));
        let review = reviews(&operator, "").await.remove(0);
        assert_eq!(review["state"], "unavailable");
        decide(&operator, &review, "pass").await.assert_ok();
        app.run_jobs().await;
        assert_eq!((shown(&keeper).await, told(&keeper, "site_message").await), (1, 1));
    }

    async fn a_check_that_fails_is_tried_again_and_the_job_twice_asks_once(app: TestApp) {
        let (keeper, operator, resident) = (keeper(&app).await, app.operator().await, resident(&app).await);
        let fault = json!({ "endpoint": "msg_sec_check", "http_status": 502, "times": 2 });
        app.anonymous().sandbox("faults", fault).await;
        resident.leave_message(TEXT).await;
        app.run_jobs().await;
        assert_eq!((shown(&keeper).await, asked(&app, "/wxa/msg_sec_check").await), (0, 1));
        assert_eq!(reviews(&operator, "").await[0]["state"], "pending", "operators see it: 待审");
        app.advance(TimeDelta::minutes(3)).await;
        assert_eq!((shown(&keeper).await, asked(&app, "/wxa/msg_sec_check").await), (1, 3));
        let done = check(&app).await;
        assert_eq!((done.state, done.openid_sealed), (ContentCheck::Pass, None), "nobody's openid is kept");
        content::check::check_texts(app.app(), &[done.id]).await.unwrap();
        content::apply_result::apply_push_event(app.app(), &PushEvent::Other("nothing".to_owned())).await.unwrap();
        content::review::apply_results(app.app(), &[done.id]).await.unwrap();
        assert_eq!((asked(&app, "/wxa/msg_sec_check").await, told(&keeper, "site_message").await), (3, 1));
    }

    async fn somebody_wechat_will_not_check_is_left_to_a_person_at_once(app: TestApp) {
        let (operator, resident) = (app.operator().await, resident(&app).await);
        let fault = json!({ "endpoint": "msg_sec_check", "errcode": 61010, "times": 1 });
        app.anonymous().sandbox("faults", fault).await;
        resident.leave_message(TEXT).await;
        app.run_jobs().await;
        assert_eq!(reviews(&operator, "").await[0]["state"], "unavailable");
        assert_eq!(asked(&app, "/wxa/msg_sec_check").await, 1);
    }

    async fn a_delegate_s_risky_answer_is_not_shown_to_the_resident(app: TestApp) {
        let (keeper, operator, resident) = (keeper(&app).await, app.operator().await, resident(&app).await);
        let receipt = resident.leave_message(TEXT).await;
        app.run_jobs().await;
        let list = keeper.get("/site-messages").await.ok();
        let path = format!("/site-messages/{}/answer", list["items"][0]["id"].as_str().unwrap());
        keeper.post(&path, json!({ "text": "违规词样例，不要再问。" })).await.assert_ok();
        app.run_jobs().await;
        let seen = resident.receipt_view(&receipt).await;
        assert_eq!((&seen["state"], &seen["answer"]), (&json!("answered"), &Value::Null));
        assert_eq!(reviews(&operator, "?state=risky").await[0]["subject"], "site_answer");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_wechat_hangs_a_message_is_taken_at_once_and_in_the_end_a_person_looks() {
    for db in [Db::Sqlite, Db::Postgres] {
        let app = TestApp::with(db)
            .breakable_wechat()
            .set("WECHAT_TIMEOUT_MS", "1000")
            .start()
            .await;
        let (keeper, operator, resident) = (keeper(&app).await, app.operator().await, resident(&app).await);
        app.wechat_line().set(Line::Hang);
        let receipt = resident.leave_message(TEXT).await;
        assert_eq!(
            app.wechat_line().connections_made(),
            0,
            "a message does not wait for WeChat"
        );
        app.advance(TimeDelta::minutes(62)).await;
        assert_eq!(check(&app).await.state, ContentCheck::Pending);
        // People have to sign in again by now, for which WeChat is needed too.
        app.wechat_line().set(Line::None);
        assert_eq!((shown(&keeper).await, reviews(&operator, "").await.len()), (0, 1));
        app.wechat_line().set(Line::Hang);
        app.advance(TimeDelta::minutes(2)).await;
        app.wechat_line().set(Line::None);
        let review = reviews(&operator, "").await.remove(0);
        assert_eq!(
            (&review["state"], told(&operator, "content_review").await),
            (&json!("unavailable"), 1)
        );
        assert_eq!(
            (
                shown(&keeper).await,
                &resident.receipt_view(&receipt).await["in_review"]
            ),
            (0, &json!(true))
        );
        decide(&operator, &review, "pass").await.assert_ok();
        app.run_jobs().await;
        assert_eq!(shown(&keeper).await, 1);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_shown_when_wechat_s_callback_says_so() {
    for db in [Db::Sqlite, Db::Postgres] {
        let app = start(db).await;
        let (keeper, resident) = (keeper(&app).await, resident(&app).await);
        with_photo(&resident, 1).await;
        assert_eq!(shown(&keeper).await, 0);
        assert_eq!(until_settled(&app).await.state, ContentCheck::Pass);
        assert_eq!(shown(&keeper).await, 1);
        // The job that would look for a missing verdict finds none missing.
        app.advance(TimeDelta::hours(1)).await;
        assert_eq!(asked(&app, "/wxa/media_check_async").await, 1);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_risky_picture_takes_its_message_with_it() {
    for db in [Db::Sqlite, Db::Postgres] {
        let app = start(db).await;
        let (keeper, resident) = (keeper(&app).await, resident(&app).await);
        let photo = resident.upload(jpeg_with_exif(2, LUOLONG, TAKEN_AT)).await.ok();
        // The stand-in judges a picture by its address, which is that of its content.
        let rules = json!({ "risky_words": [photo["sha256"].as_str().unwrap()[2..20]] });
        app.anonymous().sandbox("rules", rules).await;
        let left = resident
            .leave(json!({ "text": TEXT, "photo_ids": [photo["id"]] }))
            .await
            .ok();
        assert_eq!(until_settled(&app).await.state, ContentCheck::Risky);
        let receipt = left["receipt"].as_str().unwrap();
        assert_eq!(
            (
                shown(&keeper).await,
                &resident.receipt_view(receipt).await["state"]
            ),
            (0, &json!("refused"))
        );
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_wechat_cannot_fetch_or_forgets_is_left_to_a_person() {
    for db in [Db::Sqlite, Db::Postgres] {
        let app = TestApp::with(db)
            .set("WECHAT_PUSH_TOKEN", "a-token-for-tests")
            .breakable_s3()
            .start()
            .await;
        let (operator, resident) = (app.operator().await, resident(&app).await);
        with_photo(&resident, 6).await;
        app.s3_line().set(Line::Refuse);
        assert_eq!(until_settled(&app).await.state, ContentCheck::Unavailable);
        app.s3_line().set(Line::None);
        let review = reviews(&operator, "").await.remove(0);
        assert_eq!(review["pictures"][0]["state"], "unavailable");
        // A verdict that comes late counts, as long as nobody has decided.
        let trace_id = picture(&app).await.trace_id.unwrap();
        let late = |suggestion| PushEvent::MediaChecked {
            trace_id: trace_id.clone(),
            suggestion: Some(suggestion),
            label: 100,
        };
        content::apply_result::apply_push_event(app.app(), &late(Suggestion::Pass))
            .await
            .unwrap();
        app.run_jobs().await;
        assert_eq!(check(&app).await.state, ContentCheck::Pass);
        // And a settled one is not settled again.
        content::apply_result::apply_push_event(app.app(), &late(Suggestion::Risky))
            .await
            .unwrap();
        assert_eq!(check(&app).await.state, ContentCheck::Pass);
        app.finish().await;
    }
}
