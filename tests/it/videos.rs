//! Short videos over HTTP: taken in, refused, looked at by a person, shown, removed when no report comes.

use chrono::TimeDelta;
use entity::kinds::{ContentSubject, Role};
use entity::{content_check, video};
use reqwest::Method;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::places::JIANXI;
use tests::videos::{PLACE, Video};
use tests::{Browser, Client, PersonQuery, TestApp};
use zhitong::objects::client::ObjectStore;

const MB: usize = 1024 * 1024;

async fn rows(app: &TestApp) -> u64 {
    video::Entity::find().count(&app.app().db).await.unwrap()
}

async fn objects(app: &TestApp) -> usize {
    app.app()
        .state::<ObjectStore>()
        .list("videos/")
        .await
        .unwrap()
        .len()
}

/// An order with a video: the reporter, the order, the video.
async fn reported(app: &TestApp) -> (Client, Value, Value) {
    let delegate = app.delegate("涧西区").await;
    let poster = delegate.upload_photo(7, JIANXI).await;
    let video = delegate.upload_video(1, &poster).await;
    let report = Report::at(JIANXI)
        .category("占道经营")
        .with("video_id", video["id"].clone());
    let order = delegate.submit(&report).await;
    app.run_jobs().await;
    (delegate, order, video)
}

/// The operator decides on the video.
async fn decide(app: &TestApp, operator: &Client, result: &str) {
    let check = content_check::Entity::find()
        .filter(content_check::Column::Subject.eq(ContentSubject::Video))
        .one(&app.app().db)
        .await
        .unwrap()
        .expect("the video waits for a person");
    let path = format!("/content-reviews/{}/decision", check.id);
    operator
        .post(&path, json!({ "result": result }))
        .await
        .assert_ok();
    app.run_jobs().await;
}

async fn seen(client: &Client, order: &Value) -> Value {
    client.order(order).await.ok()["video"].clone()
}

tests::on_both_databases! {
    async fn a_video_is_stored_without_its_place_and_named_in_the_history(app: TestApp) {
        let (_, order, video) = reported(&app).await;
        assert_eq!((&video["duration_ms"], &video["width"], &video["height"]), (&json!(12_400), &json!(1280), &json!(720)));
        let row = video::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        let stored = app.app().state::<ObjectStore>().get(&row.object_key).await.unwrap();
        assert_eq!(stored.len() as i64, row.byte_size);
        let has_place = |bytes: &[u8]| bytes.windows(PLACE.len()).any(|window| window == PLACE.as_bytes());
        assert!(has_place(&Video::default().bytes()) && !has_place(&stored));
        assert_eq!(order["video"]["sha256"], video["sha256"]);
        let event = entity::order_event::Entity::find().all(&app.app().db).await.unwrap();
        let named = event.iter().filter(|event| event.detail["video_sha256"] == video["sha256"]);
        assert_eq!(named.count(), 1);
    }

    async fn each_bad_video_gets_its_own_answer_and_leaves_nothing(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let whole = Video::default().bytes();
        let large = Video { padding: 21 * MB, ..Video::default() };
        let long = Video { milliseconds: 31_000, ..Video::default() };
        for (what, bytes, status, code) in [
            ("nothing", Vec::new(), 422, "video_empty"),
            ("half of it", whole[..whole.len() / 2].to_vec(), 422, "video_damaged"),
            ("21 MB", large.bytes(), 413, "video_too_large"),
            ("31 seconds", long.bytes(), 422, "video_too_long"),
            ("a document", b"%PDF-1.7 and so on".to_vec(), 415, "not_a_video"),
            ("another codec", Video { codec: *b"vp09", ..Video::default() }.bytes(), 415, "video_codec_unknown"),
        ] {
            let answer = delegate.send_video(bytes, &[]).await;
            assert_eq!(answer.status, status, "{what}: {}", answer.text());
            answer.assert_problem(status, code);
        }
        let other = app.sign_in(PersonQuery::role("delegate").not_area("涧西区")).await;
        let strange = other.upload_photo(3, JIANXI).await;
        let poster = strange["id"].as_str().unwrap();
        delegate.send_video(whole.clone(), &[("poster_id", poster)]).await.assert_problem(422, "photo_unknown");
        delegate.send_video(whole.clone(), &[("poster_id", "7")]).await.assert_problem(422, "invalid_fields");
        delegate.request(Method::POST, "/videos", |r| r.body("no form")).await.assert_problem(415, "not_multipart");
        app.operator().await.send_video(whole, &[]).await.assert_status(403);
        assert_eq!((rows(&app).await, objects(&app).await), (0, 0));
    }

    async fn the_limits_are_told_to_clients(app: TestApp) {
        let me = app.delegate("").await.get("/me").await.ok();
        assert_eq!(me["video"], json!({ "count": 1, "seconds": 30, "megabytes": 20 }));
    }

    async fn a_video_belongs_to_one_report_of_its_sender(app: TestApp) {
        let (delegate, _, video) = reported(&app).await;
        let again = Report::at(JIANXI).with("video_id", video["id"].clone());
        delegate.post("/orders", again.json()).await.assert_problem(422, "video_unknown");
        let poster = delegate.upload_photo(8, JIANXI).await;
        let second = delegate.upload_video(2, &poster).await;
        let other = app.sign_in(PersonQuery::role("delegate").not_area("涧西区")).await;
        let stolen = Report::at(JIANXI).with("video_id", second["id"].clone());
        other.post("/orders", stolen.json()).await.assert_problem(422, "video_unknown");
    }

    async fn before_a_person_has_looked_only_operators_and_the_unit_play_it(app: TestApp) {
        let (delegate, order, video) = reported(&app).await;
        let path = format!("/videos/{}", video["id"].as_str().unwrap());
        let unit = order["unit"]["name"].as_str().unwrap();
        let (operator, handler) = (app.operator().await, app.handler(unit).await);
        let supervisor = app.supervisor().await;
        for client in [&delegate, &supervisor] {
            let shown = seen(client, &order).await;
            assert_eq!(shown["review"], "unavailable");
            assert_eq!((&shown["url"], &shown["poster"]), (&Value::Null, &Value::Null));
            assert_eq!(client.get(&path).await.ok()["url"], Value::Null);
        }
        for client in [&operator, &handler] {
            assert!(seen(client, &order).await["url"].is_string());
            assert!(client.get(&path).await.ok()["poster"]["large"].is_string());
        }
        let stranger = app.handler_of_another(unit).await;
        stranger.get(&path).await.assert_status(404);
        app.anonymous().get(&path).await.assert_status(401);

        let waiting = operator.get("/content-reviews").await.ok();
        let item = waiting["items"].as_array().unwrap().iter().find(|item| item["subject"] == "video").unwrap();
        assert!(item["video"]["url"].is_string(), "the reviewer plays it");
        assert_eq!(item["pictures"].as_array().unwrap().len(), 1, "the poster");
        decide(&app, &operator, "pass").await;
        for client in [&delegate, &supervisor, &operator, &handler] {
            let shown = seen(client, &order).await;
            assert_eq!(shown["review"], "pass");
            assert!(shown["url"].is_string() && shown["poster"]["thumb"].is_string());
        }
    }

    async fn a_refused_video_is_shown_to_those_who_review_alone(app: TestApp) {
        let (delegate, order, _) = reported(&app).await;
        let (operator, unit) = (app.operator().await, order["unit"]["name"].as_str().unwrap());
        decide(&app, &operator, "refuse").await;
        for client in [&delegate, &app.handler(unit).await] {
            let shown = seen(client, &order).await;
            assert_eq!((&shown["review"], &shown["url"]), (&json!("risky"), &Value::Null));
        }
        assert!(seen(&operator, &order).await["url"].is_string());
    }

    async fn another_delegate_sees_nothing_of_a_video_that_is_not_passed(app: TestApp) {
        let (_, order, _) = reported(&app).await;
        let other = app.sign_in(PersonQuery::role("delegate").not_area("涧西区")).await;
        other.act(&order, "endorsements", json!({})).await.assert_ok();
        app.run_jobs().await;
        assert_eq!(seen(&other, &order).await, Value::Null);
    }

    async fn the_page_plays_it_and_the_link_answers_ranges(app: TestApp) {
        let (_, order, _) = reported(&app).await;
        let browser = Browser::as_cast(&app, PersonQuery::role(Role::Operator.as_str())).await;
        let page = browser.get(&format!("/console/orders/{}", number(&order))).await;
        let html = page.page(200, &["<video controls preload=\"none\"", "poster=", "等待人工审核"]);
        assert!(page.header("content-security-policy").contains("media-src http"));
        assert!(html.contains("短视频"));
        let url = seen(&app.operator().await, &order).await["url"].as_str().unwrap().to_owned();
        let part = app.http().get(&url).header("Range", "bytes=0-7").send().await.unwrap();
        assert_eq!((part.status().as_u16(), &part.headers()["content-type"]), (206, &"video/mp4".parse().unwrap()));
        assert_eq!(&part.bytes().await.unwrap()[4..], b"ftyp");
    }

    async fn without_a_report_it_is_gone_after_a_day_and_with_one_it_stays(app: TestApp) {
        let (delegate, order, _) = reported(&app).await;
        let poster = delegate.upload_photo(9, JIANXI).await;
        let unused = delegate.upload_video(2, &poster).await;
        assert_eq!((rows(&app).await, objects(&app).await), (2, 2));
        app.advance(TimeDelta::hours(25)).await;
        for _ in 0..2 {
            app.run_jobs().await;
            assert_eq!((rows(&app).await, objects(&app).await), (1, 1));
        }
        let late = Report::at(JIANXI).with("video_id", unused["id"].clone());
        delegate.post("/orders", late.json()).await.assert_problem(422, "video_unknown");
        let operator = app.operator().await;
        let kept = seen(&operator, &order).await;
        assert!(kept["poster"]["large"].is_string(), "the poster is kept with it");
    }
}
