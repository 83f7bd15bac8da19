//! WeChat's stand-in over real HTTP: codes, links and content safety, in which order it finds fault, and how the product's
//! own client takes each answer.

use serde_json::json;
use tests::TestApp;
use tests::sandbox_api::{OPENID, SandboxApi};
use zhitong::wechat::CallError;
use zhitong::wechat::WeChat;
use zhitong::wechat::calls::code::{CodeRequest, ImageFormat};
use zhitong::wechat::calls::content::{Scene, Suggestion};
use zhitong::wechat::calls::link::LinkRequest;

fn errcode<T>(outcome: Result<T, CallError>) -> i64 {
    outcome
        .err()
        .and_then(|error| error.errcode())
        .expect("a refusal")
}

/// The versions of the mini-program that calls named.
async fn versions(app: &TestApp) -> Vec<String> {
    let calls = app.anonymous().get("/sandbox/calls").await.ok();
    let named = calls
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|call| call["version"].as_str());
    named.map(str::to_owned).collect()
}

tests::on_both_databases! {
    async fn a_code_is_an_image_or_a_refusal(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        let good = CodeRequest { scene: "s=A1", page: "pages/scan/index", check_path: true, width: 280 };
        let image = wechat.code_image(good).await.unwrap();
        assert_eq!(image.format, ImageFormat::Jpeg);
        let long = "x".repeat(33);
        for (request, expected) in [
            (CodeRequest { scene: "", ..good }, 40169),
            (CodeRequest { scene: &long, ..good }, 40169),
            (CodeRequest { scene: "站%", ..good }, 40129),
            (CodeRequest { page: "/pages/scan/index", ..good }, 41030),
            (CodeRequest { page: "pages/scan/index?a=1", ..good }, 41030),
            (CodeRequest { scene: "scancode_time", ..good }, 85096),
            (CodeRequest { width: 100, ..good }, 40097),
        ] {
            assert_eq!(errcode(wechat.code_image(request).await), expected, "{request:?}");
        }
        hand.rules(json!({ "pages": ["pages/home/index"] })).await;
        assert_eq!(errcode(wechat.code_image(good).await), 41030);
        wechat.code_image(CodeRequest { check_path: false, ..good }).await.unwrap();
        hand.rules(json!({ "codes_per_minute": 0, "pages": [] })).await;
        assert_eq!(errcode(wechat.code_image(good).await), 45009);
    }

    async fn codes_and_links_open_the_configured_version(app: TestApp) {
        let wechat = app.app().state::<WeChat>();
        let code = CodeRequest { scene: "s=A1", page: "pages/scan/index", check_path: true, width: 280 };
        let link = LinkRequest { path: "pages/order/index", query: "number=T1", days: 30 };
        wechat.code_image(code).await.unwrap();
        wechat.url_link(link).await.unwrap();
        assert_eq!(versions(&app).await, ["release", "release"]);
        let trial = TestApp::with(app.database()).set("WECHAT_MINIPROGRAM_STATE", "trial").start().await;
        let wechat = trial.app().state::<WeChat>();
        wechat.code_image(code).await.unwrap();
        wechat.url_link(link).await.unwrap();
        assert_eq!(versions(&trial).await, ["trial", "trial"]);
        trial.finish().await;
    }

    async fn links_are_made_and_refused_in_the_order_of_the_documents(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        let good = LinkRequest { path: "pages/order/index", query: "number=T1", days: 30 };
        assert!(wechat.scheme(good).await.unwrap().starts_with("weixin://dl/business/?t="));
        assert!(wechat.url_link(good).await.unwrap().starts_with("https://wxaurl.cn/"));
        let token = hand.token().await;
        // Each mends the fault before it and keeps those behind.
        let long = "x".repeat(1025);
        hand.rules(json!({ "links_per_second": 0 })).await;
        let mut wanted = json!({
            "path": "pages/a?b", "query": long, "env_version": "other", "expire_type": 1, "expire_interval": 31,
        });
        for (expected, field, mended) in [
            (40165, "path", json!("pages/order/index")),
            (40212, "query", json!("number=T1")),
            (85401, "expire_interval", json!(30)),
            (85402, "env_version", json!("release")),
            (44990, "", json!(null)),
        ] {
            let link = hand.errcode("/wxa/generate_urllink", &token, wanted.to_string()).await;
            let life = json!({ "jump_wxa": wanted, "expire_type": 1, "expire_interval": wanted["expire_interval"] });
            let scheme = hand.errcode("/wxa/generatescheme", &token, life.to_string()).await;
            assert_eq!((link, scheme), (expected, expected));
            wanted[field] = mended;
        }
        assert_eq!(errcode(wechat.scheme(good).await), 44990);
    }

    async fn checks_find_fault_in_the_order_of_the_documents(app: TestApp) {
        let hand = SandboxApi(&app);
        let token = hand.token().await;
        let text = "/wxa/msg_sec_check";
        assert_eq!(hand.get(text, &[("access_token", &token)]).await["errcode"], 43002);
        assert_eq!(hand.errcode(text, &token, "").await, 44002);
        assert_eq!(hand.errcode(text, &token, "x").await, 47001);
        hand.login_code(OPENID).await;
        app.advance(chrono::TimeDelta::hours(3)).await;
        let token = hand.token().await;
        hand.rules(json!({ "texts_per_minute": 0, "media_per_minute": 0 })).await;
        let mut wanted = json!({ "version": 2, "openid": "", "scene": 9, "content": "长".repeat(2501) });
        for (expected, field, mended) in [
            (40003, "openid", json!("oUnknown")),
            (43104, "openid", json!(OPENID)),
            (40129, "scene", json!(2)),
            (47001, "content", json!("路灯不亮")),
        ] {
            assert_eq!(hand.errcode(text, &token, wanted.to_string()).await, expected);
            wanted[field] = mended;
        }
        let picture = "/wxa/media_check_async";
        let mut shown = json!({ "version": 2, "openid": "oUnknown", "scene": 2, "media_type": 2, "media_url": "ftp://x" });
        for (expected, field, mended) in [
            (40004, "media_url", json!("http://127.0.0.1:9/a.jpg")),
            (43104, "openid", json!(OPENID)),
        ] {
            assert_eq!(hand.errcode(picture, &token, shown.to_string()).await, expected);
            shown[field] = mended;
        }
        for (path, wanted) in [(text, &wanted), (picture, &shown)] {
            assert_eq!(hand.errcode(path, &token, wanted.to_string()).await, 61010);
        }
        hand.login_code(OPENID).await;
        assert_eq!(hand.errcode(text, &token, wanted.to_string()).await, 44991);
        assert_eq!(hand.errcode(picture, &token, shown.to_string()).await, 87020);
    }

    async fn texts_pass_wait_for_review_or_are_risky(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        let check = async |text: &str| wechat.check_text(OPENID, Scene::Comment, text).await;
        assert_eq!(errcode(check("x").await), 43104);
        hand.login_code(OPENID).await;
        for (text, suggestion) in [
            ("路灯不亮", Suggestion::Pass),
            ("有违规词样例", Suggestion::Risky),
            ("有待审词样例", Suggestion::Review),
        ] {
            assert_eq!(check(text).await.unwrap().suggestion, suggestion, "{text}");
        }
        assert_eq!(errcode(wechat.check_text("", Scene::Comment, "x").await), 40003);
        assert_eq!(errcode(check(&"长".repeat(2501)).await), 47001);
        app.advance(chrono::TimeDelta::hours(3)).await;
        assert_eq!(errcode(check("x").await), 61010);
        hand.login_code(OPENID).await;
        assert!(!wechat.check_picture(OPENID, Scene::Comment, "http://127.0.0.1:9/a.jpg").await.unwrap().is_empty());
        assert_eq!(errcode(wechat.check_picture(OPENID, Scene::Comment, "ftp://x").await), 40004);
    }
}
