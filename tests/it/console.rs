//! The console: signing in, the headers and tokens that keep others out, and that pages show and do what the
//! API would.

use chrono::TimeDelta;
use entity::session;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tests::{Browser, TestApp, Who};

/// What the code on the page holds, read from its address.
async fn scan_code(app: &TestApp, browser: &Browser) -> String {
    let secret = browser.cookie("zhitong_login").expect("the browser's secret");
    let begun = zhitong::people::login_requests::service::resume(app.app(), &secret, app.now()).await;
    begun.unwrap().expect("a living request").code
}

tests::on_both_databases! {
    async fn a_scanned_code_signs_the_browser_in_once(app: TestApp) {
        let browser = Browser::new(&app);
        browser.get("/console/sessions?done=x").await.leads_to("/console/login?next=/console/sessions?done=x");
        let page = browser.get("/console/login?next=/console/orders").await;
        page.page(200, &["<svg", "未知系统", "来自本机"]);
        let next = [("next", "/console/orders".to_owned())];
        let claim = || browser.send("/console/login/claim", &next);
        claim().await.leads_to("/console/login");
        let code = scan_code(&app, &browser).await;
        // Loaded anew, the page shows the same code.
        browser.get("/console/login").await.page(200, &[]);
        assert_eq!(scan_code(&app, &browser).await, code);
        let supervisor = app.supervisor().await;
        supervisor.post(&format!("/login-requests/{code}/approve"), json!({})).await.is(204);
        let signed_in = claim().await;
        signed_in.leads_to("/console/orders");
        let cookie = signed_in.headers.get_all("set-cookie").iter().find_map(|cookie| {
            cookie.to_str().ok().filter(|text| text.starts_with("zhitong_session="))
        });
        let cookie = cookie.expect("a session");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(browser.cookie("zhitong_login"), None, "used up");
        browser.get("/console/sessions").await.page(200, &["工作台", "本机", &supervisor.person().name]);
        // A second browser with the same secret comes too late.
        claim().await.leads_to("/console/login");
    }

    async fn a_code_on_the_screen_runs_out_and_is_renewed(app: TestApp) {
        let browser = Browser::new(&app);
        browser.get("/console/login").await.page(200, &[]);
        let first = browser.cookie("zhitong_login");
        app.advance(TimeDelta::minutes(5)).await;
        browser.send("/console/login/claim", &[]).await.leads_to("/console/login");
        browser.get("/console/login").await.page(200, &[]);
        assert_ne!(browser.cookie("zhitong_login"), first);
    }

    async fn an_admins_link_is_good_once_and_only_when_confirmed(app: TestApp) {
        let link = zhitong::people::admin::login_link(app.app()).await.unwrap();
        let path = link.strip_prefix(app.base()).unwrap();
        let browser = Browser::new(&app);
        // A program that previews links does not use it up.
        browser.get(path).await.page(200, &["确认登录"]);
        browser.get(path).await.page(200, &["确认登录"]);
        browser.send(path, &[]).await.leads_to("/console");
        browser.get("/console").await.leads_to("/console/orders");
        browser.send(path, &[]).await.page(409, &["登录码已被使用"]);
        browser.send("/console/login/made-up", &[]).await.page(404, &["没有找到"]);
    }

    async fn pages_allow_nothing_from_elsewhere(app: TestApp) {
        let browser = Browser::as_cast(&app, Who::role("supervisor")).await;
        for path in ["/console/login", "/console/sessions", "/console/nowhere", "/console/orders/T1"] {
            let page = browser.get(path).await;
            let policy = page.header("content-security-policy");
            for part in ["default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'"] {
                assert!(policy.contains(part), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
            let text = page.text();
            assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains("onclick"), "{path}: {text}");
        }
        let page = browser.get("/console/sessions").await.text();
        let style = page.split('"').find(|text| text.ends_with("/style.css")).expect("a style");
        let style = browser.get(style).await;
        assert!(style.header("cache-control").contains("immutable"), "{}", style.header("cache-control"));
        browser.get("/console/assets/old/style.css").await.page(200, &["--paper"]);
        browser.get("/console/assets/old/secrets.css").await.page(404, &[]);
    }

    async fn a_form_without_its_token_changes_nothing(app: TestApp) {
        let browser = Browser::as_cast(&app, Who::role("operator")).await;
        let other = Browser::as_cast(&app, Who::role("supervisor")).await;
        let page = browser.get("/console/sessions").await;
        let foreign = other.get("/console/sessions").await.hidden("csrf");
        for token in [String::new(), "made-up".to_owned(), foreign] {
            let answer = browser.send("/console/sessions/end-all", &[("csrf", token)]).await;
            answer.page(403, &["页面已过期"]);
        }
        browser.send("/console/sign-out", &[]).await.page(403, &[]);
        assert_eq!(session::Entity::find().count(&app.app().db).await.unwrap(), 2);
        browser.get("/console/sessions").await.page(200, &[]);
        browser.submit(&page, "/console/sign-out", &[]).await.leads_to("/console/login");
        browser.get("/console/sessions").await.leads_to("/console/login?next=/console/sessions");
        other.get("/console/sessions").await.page(200, &[]);
    }

    async fn signing_out_everywhere_ends_the_phones_session_too(app: TestApp) {
        let phone = app.operator().await;
        let browser = Browser::as_cast(&app, Who::named(&phone.person().name)).await;
        phone.get("/me").await.is_ok();
        let page = browser.get("/console/sessions").await;
        page.page(200, &["小程序", "工作台"]);
        browser.submit(&page, "/console/sessions/end-all", &[]).await.leads_to("/console/login");
        phone.get("/me").await.problem(401, "session_ended");
    }

    async fn nobody_is_sent_to_another_site(app: TestApp) {
        for next in ["https://evil.example", "//evil.example", "/consoles", "/console\\evil", "/docs"] {
            let browser = Browser::new(&app);
            let page = browser.get("/console/login").await;
            let person = app.person(Who::role("operator")).await;
            let fields = [("csrf", page.hidden("csrf")), ("person", person.openid), ("next", next.to_owned())];
            browser.send("/console/login/sandbox", &fields).await.leads_to("/console");
        }
    }
}
