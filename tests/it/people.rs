//! Sign-in, binding, sessions, and the console's sign-in, over HTTP.

use chrono::TimeDelta;
use entity::{person, session};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Answer, Client, Person, PersonQuery, TestApp};
use zhitong::people::login_requests::service::{self as console, PollResult};
use zhitong::sealing::Sealer;

async fn login_code(app: &TestApp, openid: &str) -> Value {
    let body = json!({ "openid": openid });
    app.anonymous().sandbox("login-codes", body).await["code"].clone()
}

async fn login(app: &TestApp, openid: &str) -> Answer {
    let code = login_code(app, openid).await;
    app.anonymous().post("/sessions", json!({ "code": code })).await
}

/// Binds the WeChat account `openid` with a phone number.
async fn bind(app: &TestApp, openid: &str, phone: &str) -> Answer {
    let ticket = login(app, openid).await.ok();
    assert_eq!(ticket["status"], "bind_required", "{ticket}");
    let body = json!({ "openid": openid, "phone": phone });
    let code = app.anonymous().sandbox("phone-codes", body).await["code"].clone();
    let body = json!({ "bind_ticket": ticket["bind_ticket"], "phone_code": code });
    app.anonymous().post("/sessions/bind", body).await
}

async fn refresh(app: &TestApp, token: &Value) -> Answer {
    let body = json!({ "refresh_token": token });
    app.anonymous().post("/sessions/refresh", body).await
}

fn with(app: &TestApp, session: &Value) -> Client {
    Client::with_token(app, session["access_token"].as_str().expect("a token"))
}

async fn delegate(app: &TestApp) -> Person {
    app.person(PersonQuery::delegate("county")).await
}

tests::on_both_databases! {
    async fn who_taps_twice_is_bound_once_and_signed_in_both_times(app: TestApp) {
        let tapping = (0..4).map(|_| app.sign_in(PersonQuery::role("delegate")));
        for client in futures_util::future::join_all(tapping).await {
            client.get("/me").await.assert_status(200);
        }
    }

    async fn the_first_sign_in_binds_and_the_next_one_knows(app: TestApp) {
        let person = delegate(&app).await;
        let first = bind(&app, &person.openid, &person.phone).await.ok();
        assert_eq!(first["status"], "signed_in");
        assert_eq!(first["token_type"], "Bearer");
        let me = with(&app, &first).get("/me").await.ok();
        assert_eq!((&me["name"], &me["role"], &me["level"]), (&json!(person.name), &json!("delegate"), &json!("county")));
        assert_eq!(me["area"]["name"], json!(person.area));
        let phone = me["phone_masked"].as_str().unwrap();
        assert!(phone.contains("****") && phone != person.phone, "{phone}");
        assert_eq!(first["user"], me);
        let next = login(&app, &person.openid).await.ok();
        assert_eq!((&next["status"], &next["user"]["id"]), (&json!("signed_in"), &me["id"]));
    }

    async fn of_somebody_on_no_roster_nothing_is_stored(app: TestApp) {
        let stranger = app.person(PersonQuery::role("none")).await;
        let db = &app.app().db;
        let before = person::Entity::find().all(db).await.unwrap();
        bind(&app, &stranger.openid, &stranger.phone).await.assert_problem(403, "not_on_roster");
        assert_eq!(person::Entity::find().all(db).await.unwrap(), before);
        assert_eq!(session::Entity::find().count(db).await.unwrap(), 0);
    }

    async fn a_login_code_is_good_once_even_at_the_same_moment(app: TestApp) {
        let person = delegate(&app).await;
        bind(&app, &person.openid, &person.phone).await.assert_ok();
        let body = json!({ "code": login_code(&app, &person.openid).await });
        let (one, other) = (app.anonymous(), app.anonymous());
        let (one, other) = tokio::join!(one.post("/sessions", body.clone()), other.post("/sessions", body));
        let (good, bad) = if one.status == 200 { (one, other) } else { (other, one) };
        good.assert_status(200);
        bad.assert_problem(401, "login_code_invalid");
        app.anonymous().post("/sessions", json!({ "code": "made-up" })).await.assert_problem(401, "login_code_invalid");
        app.anonymous().post("/sessions", json!({ "code": " " })).await.assert_problem(422, "invalid_fields");
    }

    async fn a_refresh_token_is_good_once(app: TestApp) {
        let person = delegate(&app).await;
        let first = bind(&app, &person.openid, &person.phone).await.ok();
        let second = refresh(&app, &first["refresh_token"]).await.ok();
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        with(&app, &second).get("/me").await.assert_ok();
        app.advance(TimeDelta::minutes(10)).await;
        refresh(&app, &first["refresh_token"]).await.assert_problem(401, "refresh_reused");
        // Thief and owner are both out.
        with(&app, &second).get("/me").await.assert_problem(401, "session_ended");
        refresh(&app, &second["refresh_token"]).await.assert_problem(401, "session_ended");
    }

    async fn a_lost_answer_to_a_refresh_is_repeated_and_leaves_one_living_token(app: TestApp) {
        let person = delegate(&app).await;
        let first = bind(&app, &person.openid, &person.phone).await.ok();
        let lost = refresh(&app, &first["refresh_token"]).await.ok();
        let again = refresh(&app, &first["refresh_token"]).await.ok();
        with(&app, &again).get("/me").await.assert_ok();
        app.advance(TimeDelta::minutes(25)).await;
        let next = refresh(&app, &again["refresh_token"]).await.ok();
        with(&app, &next).get("/me").await.assert_ok();
        refresh(&app, &lost["refresh_token"]).await.assert_problem(401, "refresh_reused");
    }

    async fn an_access_token_runs_out_by_our_clock(app: TestApp) {
        let person = delegate(&app).await;
        let session = bind(&app, &person.openid, &person.phone).await.ok();
        let client = with(&app, &session);
        app.advance(TimeDelta::minutes(29)).await;
        client.get("/me").await.assert_ok();
        app.advance(TimeDelta::minutes(1)).await;
        client.get("/me").await.assert_problem(401, "token_expired");
        app.anonymous().get("/me").await.assert_problem(401, "not_signed_in");
        app.advance(TimeDelta::days(31)).await;
        refresh(&app, &session["refresh_token"]).await.assert_problem(401, "session_ended");
    }

    async fn a_bind_ticket_runs_out(app: TestApp) {
        let person = delegate(&app).await;
        let ticket = login(&app, &person.openid).await.ok();
        app.advance(TimeDelta::minutes(10)).await;
        let body = json!({ "bind_ticket": ticket["bind_ticket"], "phone_code": "whatever" });
        app.anonymous().post("/sessions/bind", body).await.assert_problem(401, "bind_ticket_expired");
        let body = json!({ "bind_ticket": "made-up", "phone_code": "whatever" });
        app.anonymous().post("/sessions/bind", body).await.assert_problem(401, "bind_ticket_invalid");
    }

    async fn one_person_has_one_wechat_account_until_it_is_unbound(app: TestApp) {
        let person = delegate(&app).await;
        let other = app.person(PersonQuery::role("none")).await;
        let first = bind(&app, &person.openid, &person.phone).await.ok();
        bind(&app, &other.openid, &person.phone).await.assert_problem(409, "already_bound");
        let client = with(&app, &first);
        client.post("/me/unbind", json!({})).await.assert_status(204);
        client.get("/me").await.assert_problem(401, "session_ended");
        let second = bind(&app, &other.openid, &person.phone).await.ok();
        assert_eq!(second["user"]["id"], first["user"]["id"]);
    }

    async fn an_admin_unbinds_somebody_and_nobody_else_does(app: TestApp) {
        let person = delegate(&app).await;
        let session = bind(&app, &person.openid, &person.phone).await.ok();
        let path = format!("/people/{}/unbind", session["user"]["id"].as_str().unwrap());
        app.operator().await.post(&path, json!({})).await.assert_problem(403, "role_may_not");
        with(&app, &session).get("/me").await.assert_ok();
        let admin = app.admin().await;
        admin.post(&path, json!({})).await.assert_status(204);
        with(&app, &session).get("/me").await.assert_problem(401, "session_ended");
        let unknown = format!("/people/{}/unbind", uuid::Uuid::now_v7());
        admin.post(&unknown, json!({})).await.assert_problem(404, "not_found");
    }

    async fn sessions_are_listed_and_ended_one_by_one(app: TestApp) {
        let person = delegate(&app).await;
        let first = bind(&app, &person.openid, &person.phone).await.ok();
        let second = login(&app, &person.openid).await.ok();
        let client = with(&app, &second);
        let list = client.get("/sessions").await.ok();
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "{list}");
        let other = items.iter().find(|item| item["current"] == false).unwrap();
        let path = format!("/sessions/{}", other["id"].as_str().unwrap());
        app.operator().await.delete(&path).await.assert_problem(404, "not_found");
        client.delete(&path).await.assert_status(204);
        with(&app, &first).get("/me").await.assert_problem(401, "session_ended");
        client.delete("/sessions/current").await.assert_status(204);
        client.get("/me").await.assert_problem(401, "session_ended");
        let (third, fourth) = (login(&app, &person.openid).await.ok(), login(&app, &person.openid).await.ok());
        with(&app, &third).delete("/sessions").await.assert_status(204);
        with(&app, &fourth).get("/me").await.assert_problem(401, "session_ended");
    }

    async fn what_wechat_says_is_told_apart(app: TestApp) {
        let person = delegate(&app).await;
        for (errcode, status, code) in [
            (40163, 401, "login_code_invalid"),
            (40226, 403, "blocked_by_wechat"),
            (45011, 429, "wechat_rate_limited"),
            (-1, 503, "wechat_unavailable"),
        ] {
            let fault = json!({ "endpoint": "jscode2session", "errcode": errcode, "times": 1 });
            app.anonymous().sandbox("faults", fault).await;
            let answer = login(&app, &person.openid).await;
            answer.assert_problem(status, code);
            let waits = matches!(status, 429 | 503);
            assert_eq!(!answer.header("retry-after").is_empty(), waits, "{errcode}");
        }
    }

    async fn nothing_personal_stands_in_the_database_in_plain(app: TestApp) {
        let person = delegate(&app).await;
        bind(&app, &person.openid, &person.phone).await.assert_ok();
        let rows = person::Entity::find().all(&app.app().db).await.unwrap();
        let row = rows.iter().find(|row| row.openid_hash.is_some()).expect("the bound one");
        let openid_sealed = row.openid_sealed.clone().expect("sealed");
        let sealer = app.app().state::<Sealer>();
        assert_eq!(sealer.open_text(&row.phone_sealed).unwrap(), person.phone);
        assert_eq!(sealer.open_text(&openid_sealed).unwrap(), person.openid);
        let dump = format!("{:?}", session::Entity::find().all(&app.app().db).await.unwrap());
        for text in [&person.phone, &person.openid] {
            let hidden = |bytes: &[u8]| !bytes.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(hidden(&row.phone_sealed) && hidden(&openid_sealed));
            assert!(hidden(row.phone_hash.as_bytes()) && hidden(row.openid_hash.as_ref().unwrap().as_bytes()));
            assert!(hidden(row.roster_key.as_bytes()) && hidden(dump.as_bytes()));
        }
    }

    async fn a_console_signs_in_by_being_scanned(app: TestApp) {
        let supervisor = app.supervisor().await;
        let begun = console::begin(app.app(), "Firefox, 10.0.0.9", app.now()).await.unwrap();
        let claim = || console::claim(app.app(), &begun.secret, app.now());
        assert_eq!(claim().await.unwrap(), PollResult::Waiting);
        let path = format!("/login-requests/{}", begun.code);
        assert_eq!(supervisor.get(&path).await.ok()["origin"], "Firefox, 10.0.0.9");
        let approve = format!("{path}/approve");
        let anybody = json!({ "number": 10 });
        app.anonymous().post(&approve, anybody).await.assert_problem(401, "not_signed_in");
        let number = json!({ "number": begun.number });
        supervisor.post(&approve, number.clone()).await.assert_status(204);
        app.operator().await.post(&approve, number).await.assert_problem(409, "login_request_used");
        // Whoever photographed the screen has the code, but not the browser's secret.
        assert!(console::claim(app.app(), &begun.code, app.now()).await.is_err());
        let PollResult::SignedIn(cookie) = claim().await.unwrap() else {
            panic!("approved but waiting");
        };
        assert!(claim().await.is_err(), "good once");
        let cookie = format!("zhitong_session={cookie}");
        let browser = app.anonymous();
        let me = browser.request(reqwest::Method::GET, "/me", |r| r.header("Cookie", &cookie)).await.ok();
        assert_eq!(me["name"], json!(supervisor.person().name));
        let elsewhere = |r: reqwest::RequestBuilder| r.header("Cookie", &cookie).header("Origin", "https://evil.example");
        browser.request(reqwest::Method::POST, "/me/unbind", elsewhere).await.assert_problem(403, "cross_site");
        // Unbinding ends what was signed in from the phone, too.
        supervisor.post("/me/unbind", json!({})).await.assert_status(204);
        browser.request(reqwest::Method::GET, "/me", |r| r.header("Cookie", &cookie)).await.assert_problem(401, "session_ended");
    }

    async fn a_code_to_scan_and_a_link_run_out(app: TestApp) {
        let begun = console::begin(app.app(), "Firefox", app.now()).await.unwrap();
        let link = zhitong::people::admin::login_link(app.app()).await.unwrap();
        let code = link.rsplit('/').next().unwrap();
        let other = zhitong::people::admin::login_link(app.app()).await.unwrap();
        let cookie = console::claim_link(app.app(), code, app.now()).await.unwrap();
        assert_eq!(cookie.len(), 64);
        assert!(console::claim_link(app.app(), code, app.now()).await.is_err(), "good once");
        app.advance(TimeDelta::minutes(15)).await;
        let path = format!("/login-requests/{}/approve", begun.code);
        let number = json!({ "number": begun.number });
        app.operator().await.post(&path, number).await.assert_problem(409, "login_request_expired");
        let late = console::claim_link(app.app(), other.rsplit('/').next().unwrap(), app.now()).await;
        assert_eq!(late.unwrap_err().code(), Some("login_request_expired"));
    }
}
