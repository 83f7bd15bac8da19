//! WeChat's stand-in over real HTTP: codes, phone numbers and tokens, in which order it finds fault, and how the product's
//! own client takes each answer.

use serde_json::json;
use tests::sandbox_api::{APP_ID, OPENID, SECRET, SandboxApi, calls};
use zhitong::wechat::CallError;
use zhitong::wechat::WeChat;

fn errcode<T>(outcome: Result<T, CallError>) -> i64 {
    outcome
        .err()
        .and_then(|error| error.errcode())
        .expect("a refusal")
}

tests::on_both_databases! {
    async fn a_login_code_works_once_for_five_minutes(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        let code = hand.login_code(OPENID).await;
        assert_eq!(wechat.session_of_code(&code).await.unwrap().openid, OPENID);
        assert_eq!(errcode(wechat.session_of_code(&code).await), 40163);
        let late = hand.login_code(OPENID).await;
        app.advance(chrono::TimeDelta::seconds(301)).await;
        assert_eq!(errcode(wechat.session_of_code(&late).await), 40029);
    }

    async fn a_login_finds_fault_in_the_order_of_the_documents(app: TestApp) {
        let hand = SandboxApi(&app);
        let good = hand.login_code(OPENID).await;
        let foreign = hand.control("login-codes", json!({ "openid": OPENID, "appid": "wxother" })).await;
        let foreign = foreign["code"].as_str().unwrap();
        let phone = hand.phone_code(json!({ "phone": "19900000000" })).await;
        for (appid, secret, grant, code, errcode) in [
            ("", "", "", "", 41002),
            ("wxother", "", "", "", 40013),
            (APP_ID, "", "", "", 41004),
            (APP_ID, "wrong", "", "", 40125),
            (APP_ID, SECRET, "client_credential", "", 40002),
            (APP_ID, SECRET, "authorization_code", "", 40029),
            (APP_ID, SECRET, "authorization_code", foreign, 40029),
            (APP_ID, SECRET, "authorization_code", phone.as_str(), 40029),
        ] {
            let query = [("appid", appid), ("secret", secret), ("js_code", code), ("grant_type", grant)];
            let answer = hand.get("/sns/jscode2session", &query).await;
            assert_eq!(answer["errcode"], errcode, "{answer}");
        }
        hand.rules(json!({ "blocked": [OPENID] })).await;
        assert_eq!(errcode(app.app().state::<WeChat>().session_of_code(&good).await), 40226);
        hand.rules(json!({ "blocked": [], "logins_per_minute": 0 })).await;
        assert_eq!(errcode(app.app().state::<WeChat>().session_of_code(&good).await), 45011);
        hand.rules(json!({ "logins_per_minute": 100 })).await;
        let query = [("appid", APP_ID), ("secret", SECRET), ("js_code", &good), ("grant_type", "authorization_code")];
        let answer = hand.get("/sns/jscode2session", &query).await;
        assert!(answer.get("errcode").is_none(), "a success has no errcode: {answer}");
        assert!(answer.get("unionid").is_none(), "only where the account is bound: {answer}");
        hand.rules(json!({ "open_platform": true })).await;
        let bound = hand.login_code(OPENID).await;
        let query = [("appid", APP_ID), ("secret", SECRET), ("js_code", &bound), ("grant_type", "authorization_code")];
        assert!(hand.get("/sns/jscode2session", &query).await["unionid"].is_string());
    }

    async fn a_phone_code_belongs_to_one_person_and_works_once(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        let body = json!({ "openid": OPENID, "phone": "19900001234" });
        let code = hand.phone_code(body).await;
        assert_eq!(errcode(wechat.phone_number(&code, Some("oSomebodyElse")).await), 40029);
        let number = wechat.phone_number(&code, Some(OPENID)).await.unwrap();
        assert_eq!((number.number.as_str(), number.country_code.as_str()), ("19900001234", "86"));
        assert_eq!(errcode(wechat.phone_number(&code, Some(OPENID)).await), 40029);
        // The country comes as a number the one time and as a string the next.
        let second = hand.phone_code(json!({ "phone": "19900001235" })).await;
        assert_eq!(wechat.phone_number(&second, None).await.unwrap().country_code, "86");
        let token = hand.token().await;
        let login = hand.login_code(OPENID).await;
        let foreign = hand.phone_code(json!({ "phone": "19900001236", "appid": "wxother" })).await;
        for (body, expected) in [
            (String::new(), 44002),
            ("[".to_owned(), 47001),
            (json!({ "code": "unknown" }).to_string(), 40029),
            (json!({ "code": login }).to_string(), 40029),
            (json!({ "code": foreign }).to_string(), 40013),
        ] {
            let found = hand.errcode("/wxa/business/getuserphonenumber", &token, body.clone()).await;
            assert_eq!(found, expected, "{body}");
        }
        let got = hand.get("/wxa/business/getuserphonenumber", &[("access_token", &token)]).await;
        assert_eq!(got["errcode"], 43002);
        let code = hand.phone_code(json!({ "phone": "19900001237" })).await;
        hand.rules(json!({ "phone_numbers_per_minute": 0 })).await;
        assert_eq!(errcode(wechat.phone_number(&code, None).await), 45011);
    }

    async fn tokens_are_found_missing_garbled_superseded_or_old(app: TestApp) {
        let hand = SandboxApi(&app);
        let path = "/wxaapi/newtmpl/gettemplate";
        let get = async |token: &str| hand.get(path, &[("access_token", token)]).await["errcode"].clone();
        assert_eq!(get("").await, 41001);
        assert_eq!(get("garbage").await, 40014);
        let first = hand.token().await;
        assert_eq!(get(&first).await, 0);
        assert_eq!(hand.token().await, first, "the stable token stays");
        hand.control("token/revoke", json!({})).await;
        assert_eq!(get(&first).await, 40001);
        let second = hand.token().await;
        app.advance(chrono::TimeDelta::hours(2)).await;
        assert_eq!(get(&second).await, 42001);
        let body = json!({ "grant_type": "client_credential", "appid": APP_ID, "secret": SECRET }).to_string();
        let stable = async |from: &str, to: &str| {
            hand.errcode("/cgi-bin/stable_token", "", body.replace(from, to)).await
        };
        assert_eq!(hand.get("/cgi-bin/stable_token", &[]).await["errcode"], 43002);
        assert_eq!(hand.errcode("/cgi-bin/stable_token", "", "x").await, 47001);
        assert_eq!(stable(APP_ID, "").await, 41002);
        assert_eq!(stable(SECRET, "").await, 41004);
        assert_eq!(stable("client_credential", "x").await, 40002);
        assert_eq!(stable(APP_ID, "wxother").await, 40013);
        assert_eq!(stable(SECRET, "wrong").await, 40125);
        for (rule, expected) in [("ip_refused", 40164), ("frozen", 40243)] {
            hand.rules(json!({ rule: true })).await;
            assert_eq!(stable("", "").await, expected);
            hand.rules(json!({ rule: false })).await;
        }
        hand.rules(json!({ "tokens_per_day": 0 })).await;
        assert_eq!(stable("", "").await, 45009);
        hand.rules(json!({ "tokens_per_minute": 0 })).await;
        assert_eq!(stable("", "").await, 45011, "the minute before the day");
    }

    async fn a_plain_token_finds_fault_in_the_order_of_the_documents(app: TestApp) {
        let hand = SandboxApi(&app);
        let get = async |grant: &str, appid: &str, secret: &str| {
            let query = [("grant_type", grant), ("appid", appid), ("secret", secret)];
            hand.get("/cgi-bin/token", &query).await
        };
        let grant = "client_credential";
        for (grant, appid, secret, expected) in [
            ("", "", "", 40002),
            (grant, "", "", 40013),
            (grant, "wxother", "wrong", 40013),
            (grant, APP_ID, "wrong", 40125),
            (grant, APP_ID, "", 41004),
        ] {
            assert_eq!(get(grant, appid, secret).await["errcode"], expected, "{grant} {appid} {secret}");
        }
        for (rule, expected) in [("ip_refused", 40164), ("frozen", 40243)] {
            hand.rules(json!({ rule: true })).await;
            assert_eq!(get(grant, APP_ID, SECRET).await["errcode"], expected);
            hand.rules(json!({ rule: false })).await;
        }
        let good = get(grant, APP_ID, SECRET).await;
        assert!(good.get("errcode").is_none(), "a success has no errcode: {good}");
        assert_eq!(good["expires_in"], 7200);
    }

    async fn a_token_that_was_taken_away_is_replaced_once(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        wechat.templates().await.unwrap();
        hand.control("token/revoke", json!({})).await;
        wechat.templates().await.unwrap();
        // Refused with a token that WeChat still gives out: no third try, no forced refresh.
        hand.fault(json!({ "endpoint": "gettemplate", "errcode": 40001, "times": 5 })).await;
        let before = calls(&app).await.len();
        assert_eq!(errcode(wechat.templates().await), 40001);
        let made = calls(&app).await.split_off(before);
        assert_eq!(made, ["/wxaapi/newtmpl/gettemplate", "/cgi-bin/stable_token"]);
    }
}
