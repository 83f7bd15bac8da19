//! The residents' page inside WeChat recognises a delegate by `snsapi_base` and offers them the mini-program.

use chrono::TimeDelta;
use serde_json::json;
use tests::sandbox_api::{SandboxApi, calls};
use tests::{Answer, Browser, Client, Db, PersonQuery, TestApp};

use super::{APP_ID, TOKEN, act, follow};

/// Of the demo.
const PAGE: &str = "/scan/LL-STATION-01";
const OTHER_PAGE: &str = "/scan/BMS-TUNNEL";
const GREETING: &str = "代表，您好";
const STATE: &str = "scan_state";

async fn start(db: Db) -> TestApp {
    let app = TestApp::with(db)
        .set("WECHAT_OA_APP_ID", APP_ID)
        .set("WECHAT_OA_PUSH_TOKEN", TOKEN)
        .set("WECHAT_OA_WEB_SIGN_IN", "true")
        .start()
        .await;
    SandboxApi(&app).rules(json!({ "open_platform": true })).await;
    app
}

/// A delegate who has signed in with the mini-program once and follows the account; the phone is theirs.
async fn delegate(app: &TestApp) -> Client {
    let delegate = app.sign_in(PersonQuery::named("韩振华")).await;
    follow(app, &delegate).await;
    act(app, json!({ "open": delegate.person().openid })).await;
    delegate
}

/// Opens the page inside WeChat and returns WeChat's address, to which it leads.
async fn leave(browser: &Browser, page: &str) -> String {
    let away = browser.get(page).await;
    assert_eq!(away.status, 302, "{}", away.text());
    away.header("location").to_owned()
}

/// WeChat sends the browser back: path and query of the page.
async fn through_wechat(app: &TestApp, address: &str) -> String {
    let answer = app.http().get(address).send().await.unwrap();
    assert_eq!(answer.status(), 302, "{address}");
    let back = answer.headers()["location"].to_str().unwrap();
    back.strip_prefix(app.base()).unwrap().to_owned()
}

/// The whole way, to the page that is shown.
async fn open(app: &TestApp, browser: &Browser) -> Answer {
    let address = leave(browser, PAGE).await;
    let back = through_wechat(app, &address).await;
    browser.get(&back).await.leads_to(PAGE);
    browser.get(PAGE).await
}

#[track_caller]
fn is_for_residents(answer: &Answer, status: u16) {
    let page = answer.page(status, &["您想反映什么", "查看进度"]);
    assert!(!page.contains(GREETING), "{page}");
}

async fn a_delegate_is_offered_the_mini_program(db: Db) {
    let app = start(db).await;
    let delegate = delegate(&app).await;
    let browser = Browser::in_wechat(&app);
    let address = leave(&browser, PAGE).await;
    let query = address.split_once('?').unwrap().1;
    let names: Vec<_> = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    assert_eq!(
        names,
        ["appid", "redirect_uri", "response_type", "scope", "state"]
    );
    assert!(
        query.contains("scope=snsapi_base") && query.ends_with("#wechat_redirect"),
        "{query}"
    );
    let page = open(&app, &browser).await;
    let text = page.page(200, &["韩振华代表，您好", "您想反映什么"]);
    let openid = &delegate.person().openid;
    assert!(!text.contains(openid.as_str()), "no openid on the page");
    let cookie = browser.cookie("scan_visitor").unwrap();
    assert!(!cookie.contains(openid.as_str()), "{cookie}");
    let link = browser.get(&format!("{PAGE}?open=1")).await;
    assert_eq!(link.status, 303);
    assert!(link.header("location").starts_with("https://wxaurl.cn/"));
    // Half an hour later WeChat is asked again.
    app.advance(TimeDelta::minutes(31)).await;
    assert_eq!(browser.get(PAGE).await.status, 302);
    app.finish().await;
}

async fn everybody_else_gets_the_page_for_residents(db: Db) {
    let app = start(db).await;
    is_for_residents(&Browser::new(&app).get(PAGE).await, 200);
    assert!(
        !calls(&app).await.iter().any(|path| path.contains("oauth2")),
        "an ordinary browser is not sent away"
    );
    act(&app, json!({ "open": "oRESIDENT-1" })).await;
    let resident = Browser::in_wechat(&app);
    is_for_residents(&open(&app, &resident).await, 200);
    is_for_residents(&resident.get(PAGE).await, 200);
    is_for_residents(&resident.get(&format!("{PAGE}?open=1")).await, 200);
    // WeChat does not respond: the page opens without a name, and does not try again at once.
    let slow = Browser::in_wechat(&app);
    let back = through_wechat(&app, &leave(&slow, PAGE).await).await;
    let fault = json!({ "endpoint": "/sns/oauth2/access_token", "http_status": 502 });
    SandboxApi(&app).fault(fault).await;
    slow.get(&back).await.leads_to(PAGE);
    is_for_residents(&slow.get(PAGE).await, 200);
    app.finish().await;
}

async fn another_state_is_refused(db: Db) {
    let app = start(db).await;
    delegate(&app).await;
    let browser = Browser::in_wechat(&app);
    let back = through_wechat(&app, &leave(&browser, PAGE).await).await;
    let (path, state) = back.split_once("state=").unwrap();
    let forged: String = state.chars().rev().collect();
    is_for_residents(&browser.get(&format!("{path}state={forged}")).await, 403);
    let elsewhere = back.replace(PAGE, OTHER_PAGE);
    is_for_residents(&browser.get(&elsewhere).await, 403);
    is_for_residents(&Browser::in_wechat(&app).get(&back).await, 403);
    assert!(
        !calls(&app).await.iter().any(|path| path.contains("oauth2")),
        "WeChat is not asked"
    );
    app.advance(TimeDelta::minutes(5)).await;
    is_for_residents(&browser.get(&back).await, 403);
    app.finish().await;
}

async fn a_replay_is_refused(db: Db) {
    let app = start(db).await;
    delegate(&app).await;
    let browser = Browser::in_wechat(&app);
    let back = through_wechat(&app, &leave(&browser, PAGE).await).await;
    let held = browser.cookie(STATE).unwrap();
    browser.get(&back).await.leads_to(PAGE);
    assert_eq!(browser.cookie(STATE), None, "spent");
    is_for_residents(&browser.get(&back).await, 403);
    // Even with the cookie kept: a code works once.
    let address = format!("{}{back}", app.base());
    let kept = app
        .http()
        .get(address)
        .header("Cookie", format!("{STATE}={held}"));
    let answer = kept.send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(!answer.text().await.unwrap().contains(GREETING));
    app.finish().await;
}

/// A unionid counts only while the person is bound to the WeChat account that it came with.
async fn who_unbound_is_not_recognised(db: Db) {
    let app = start(db).await;
    let delegate = delegate(&app).await;
    open(&app, &Browser::in_wechat(&app)).await.page(200, &[GREETING]);
    delegate.post("/me/unbind", json!({})).await.assert_ok();
    is_for_residents(&open(&app, &Browser::in_wechat(&app)).await, 200);
    app.finish().await;
}

async fn it_is_off_by_default(db: Db) {
    let app = TestApp::with(db)
        .set("WECHAT_OA_APP_ID", APP_ID)
        .set("WECHAT_OA_PUSH_TOKEN", TOKEN)
        .start()
        .await;
    let browser = Browser::in_wechat(&app);
    is_for_residents(&browser.get(PAGE).await, 200);
    is_for_residents(&browser.get(&format!("{PAGE}?code=x&state=y")).await, 200);
    app.finish().await;
}

tests::journeys! {
    a_delegate_in_wechat_is_offered_the_mini_program => a_delegate_is_offered_the_mini_program;
    residents_and_other_browsers_get_the_page_for_residents => everybody_else_gets_the_page_for_residents;
    a_return_with_another_state_is_refused => another_state_is_refused;
    a_return_that_is_replayed_is_refused => a_replay_is_refused;
    a_delegate_who_unbound_wechat_is_not_recognised => who_unbound_is_not_recognised;
    the_page_asks_nobody_by_default => it_is_off_by_default;
}
