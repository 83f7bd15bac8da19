//! The console: signing in, the headers and tokens that keep others out, and that pages show and do what the
//! API would.

use chrono::TimeDelta;
use entity::session;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tests::orders::Report;
use tests::{Browser, PersonQuery, TestApp, places};
use zhitong::people::login_requests::service::{self as requests, StartedRequest};

/// The request of the page: what its code holds, and its number.
async fn begun(app: &TestApp, browser: &Browser) -> StartedRequest {
    let secret = browser.cookie("zhitong_login").expect("the browser's secret");
    let begun = requests::resume(app.app(), &secret, app.now()).await;
    begun.unwrap().expect("a living request")
}

async fn scan_code(app: &TestApp, browser: &Browser) -> String {
    begun(app, browser).await.code
}

tests::on_both_databases! {
    async fn a_scanned_code_signs_the_browser_in_once(app: TestApp) {
        let browser = Browser::new(&app);
        browser.get("/console/orders?light=red").await.leads_to("/console/login?next=/console/orders?light=red");
        let page = browser.get("/console/login?next=/console/orders").await;
        page.page(200, &["<svg", "未知系统", "来自本机"]);
        let next = [("next", "/console/orders".to_owned())];
        let claim = || browser.send("/console/login/claim", &next);
        claim().await.leads_to("/console/login");
        let StartedRequest { code, number, .. } = begun(&app, &browser).await;
        // Loaded anew, the page shows the same code.
        browser.get("/console/login").await.page(200, &[]);
        assert_eq!(scan_code(&app, &browser).await, code);
        let supervisor = app.supervisor().await;
        let shown = supervisor.get(&format!("/login-requests/{code}")).await.ok();
        assert!(shown["numbers"].as_array().unwrap().contains(&json!(number)), "{shown}");
        assert!(shown["allows"].as_str().unwrap().contains("督办"), "{shown}");
        let number = json!({ "number": number });
        supervisor.post(&format!("/login-requests/{code}/approve"), number).await.assert_status(204);
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
        // The phone lists the session that was opened this way, and ends it.
        let list = supervisor.get("/sessions").await.ok();
        let items = list["items"].as_array().unwrap();
        let opened = items.iter().find(|item| item["current"] == false).unwrap_or_else(|| panic!("{list}"));
        let path = format!("/sessions/{}", opened["id"].as_str().unwrap());
        supervisor.delete(&path).await.assert_status(204);
        browser.get("/console/sessions").await.leads_to("/console/login?next=/console/sessions");
        supervisor.get("/me").await.assert_ok();
    }

    async fn a_wrong_number_uses_the_code_up(app: TestApp) {
        let browser = Browser::new(&app);
        browser.get("/console/login").await.page(200, &["手机上请选择数字"]);
        let StartedRequest { code, number, .. } = begun(&app, &browser).await;
        let operator = app.operator().await;
        let path = format!("/login-requests/{code}/approve");
        operator.post(&path, json!({})).await.assert_status(400);
        let wrong = if number == 10 { 11 } else { 10 };
        operator.post(&path, json!({ "number": wrong })).await.assert_problem(409, "login_number_wrong");
        operator.post(&path, json!({ "number": number })).await.assert_problem(409, "login_request_used");
        browser.send("/console/login/claim", &[]).await.leads_to("/console/login");
        assert_eq!(browser.cookie("zhitong_session"), None);
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
        browser.get("/console").await.leads_to("/console/overview");
        browser.send(path, &[]).await.page(409, &["登录码已被使用"]);
        browser.send("/console/login/made-up", &[]).await.page(404, &["没有找到"]);
    }

    async fn pages_allow_nothing_from_elsewhere(app: TestApp) {
        let browser = Browser::as_cast(&app, PersonQuery::role("supervisor")).await;
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
        let browser = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        let other = Browser::as_cast(&app, PersonQuery::role("supervisor")).await;
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
        let browser = Browser::as_cast(&app, PersonQuery::named(&phone.person().name)).await;
        phone.get("/me").await.assert_ok();
        let page = browser.get("/console/sessions").await;
        page.page(200, &["小程序", "工作台"]);
        browser.submit(&page, "/console/sessions/end-all", &[]).await.leads_to("/console/login");
        phone.get("/me").await.assert_problem(401, "session_ended");
    }

    async fn nobody_is_sent_to_another_site(app: TestApp) {
        for next in ["https://evil.example", "//evil.example", "/consoles", "/console\\evil", "/docs"] {
            let browser = Browser::new(&app);
            let page = browser.get("/console/login").await;
            let person = app.person(PersonQuery::role("operator")).await;
            let fields = [("csrf", page.hidden("csrf")), ("person", person.openid), ("next", next.to_owned())];
            browser.send("/console/login/sandbox", &fields).await.leads_to("/console");
        }
    }

    async fn the_list_shows_what_is_filtered_and_the_files_hold_the_same(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let mut wanted = Vec::new();
        for index in 0..33 {
            let said = format!("第{index}处路灯不亮，夜间行走很不方便。");
            wanted.push(delegate.submit(&Report::default().saying(&said)).await["number"].clone());
        }
        delegate.submit(&Report::at(places::XIGONG).saying("=1+1 井盖缺失，存在安全隐患。")).await;
        app.run_jobs().await;
        let browser = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        let page = browser.get("/console/orders?q=%E8%B7%AF%E7%81%AF&light=").await;
        let text = page.page(200, &["路灯不亮", "更多", "导出 CSV"]);
        assert!(!text.contains("井盖缺失") && !text.contains("cursor=\""), "{text}");
        assert_eq!(text.matches("class=\"number\"").count(), 30);
        let more = text.split("href=\"").find(|part| part.contains("cursor=")).expect("a further page");
        let more = more.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
        assert_eq!(browser.get(&more).await.page(200, &[]).matches("class=\"number\"").count(), 3);
        // The address of a list may be edited by hand: a wrong value is reported and nothing breaks.
        browser.get("/console/orders?light=blue").await.page(200, &["没有这个取值"]);

        let csv = browser.get("/console/orders.csv?q=%E8%B7%AF%E7%81%AF").await;
        let lines = csv.page(200, &["\u{feff}工单编号"]);
        assert_eq!(lines.lines().count(), 34, "{lines}");
        for number in &wanted {
            assert!(lines.contains(number.as_str().unwrap()), "{number}");
        }
        assert!(csv.header("content-disposition").contains("attachment"), "{}", csv.header("content-disposition"));
        let all = browser.get("/console/orders.csv").await.text();
        assert!(all.lines().count() == 35 && all.contains("'=1+1 井盖"), "no formula: {all}");
        let book = browser.get("/console/orders.xlsx?q=%E8%B7%AF%E7%81%AF").await;
        assert_eq!((book.status, &book.body[..2]), (200, &b"PK"[..]));
        // Whoever sees fewer gets fewer.
        let stranger = Browser::as_cast(&app, PersonQuery::delegate("老城区")).await;
        assert_eq!(stranger.get("/console/orders.csv").await.text().lines().count(), 1);
        stranger.get(&format!("/console/orders/{}", wanted[0].as_str().unwrap())).await.page(404, &["没有找到"]);
    }

    async fn a_list_is_kept_under_a_name(app: TestApp) {
        let browser = Browser::as_cast(&app, PersonQuery::role("supervisor")).await;
        let page = browser.get("/console/orders?light=red&sort=due").await;
        let saved = browser.submit(&page, "/console/orders/views", &[("name", "红灯")]).await;
        saved.leads_to("/console/orders?light=red&sort=due&done=view_saved");
        let page = browser.get("/console/orders?light=red&sort=due").await;
        page.page(200, &["我的视图", "红灯", "删除这个视图"]);
        let other = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        assert!(!other.get("/console/orders").await.text().contains("我的视图"));
        browser.submit(&page, "/console/orders/views/remove", &[]).await.leads_to("/console/orders?done=view_removed");
        assert!(!browser.get("/console/orders").await.text().contains("我的视图"));
    }

    async fn forms_make_the_moves_that_are_open(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::default().category("道路破损")).await;
        let number = order["number"].as_str().unwrap();
        let path = format!("/console/orders/{number}");
        let unit = order["unit"]["name"].as_str().expect("dispatched");
        let handler = Browser::as_cast(&app, PersonQuery::role("handler").unit(unit)).await;
        let page = handler.get(&path).await;
        page.page(200, &["签收", "退单", "为什么派到这里", "<svg class=\"map\"", "怎么算的", "限3个工作日"]);
        handler.submit(&page, &format!("{path}/accept"), &[]).await.leads_to(&format!("{path}?done=accept"));
        // The page from before is stale: what was typed stays, and the reason is told.
        let stale = handler.submit(&page, &format!("{path}/return"), &[("reason", "不属于<我们>")]).await;
        stale.page(412, &["工单刚刚有了变化", "不属于&#60;我们&#62;"]);
        let page = handler.get(&format!("{path}?done=accept")).await;
        page.page(200, &["已签收。", "办理中"]);
        let reply = format!("{path}/reply");
        let bad = handler.submit(&page, &reply, &[("account", "现场已修复。"), ("public_reply", "")]).await;
        bad.page(422, &["现场已修复。", "有的内容需要修改", "aria-invalid"]);
        let page = handler.get(&path).await;
        let fields = [("account", "现场已修复。"), ("public_reply", "路面已修复，欢迎监督。")];
        handler.submit(&page, &reply, &fields).await.leads_to(&format!("{path}?done=reply"));
        app.run_jobs().await;

        let supervisor = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        let page = supervisor.get(&path).await;
        let text = page.page(200, &["办理情况（内部）", "发督办单", "重点跟踪"]);
        assert!(!text.contains("/reply\""), "a supervisor never handles: {text}");
        let token = page.hidden("csrf");
        supervisor.send(&reply, &[("csrf", token), ("account", "代办".to_owned())]).await.page(403, &["您的身份"]);
        let issue = format!("{path}/supervision_orders");
        supervisor.submit(&page, &issue, &[("requirement", "请一周内复查。")]).await
            .leads_to(&format!("{path}?done=supervision_orders"));
        app.run_jobs().await;

        let reporter = Browser::as_cast(&app, PersonQuery::named(&delegate.person().name)).await;
        let page = reporter.get(&path).await;
        let text = page.page(200, &["路面已修复，欢迎监督。", "评价"]);
        assert!(!text.contains("现场已修复。") && !text.contains("请一周内复查"), "what is internal: {text}");
        let verdict = [("result", "satisfied"), ("solved", "yes"), ("comment", "办得快。")];
        reporter.submit(&page, &format!("{path}/verdict"), &verdict).await.leads_to(&format!("{path}?done=verdict"));
        app.run_jobs().await;
        assert_eq!(delegate.order(&order).await.ok()["status"], "closed");
        reporter.get(&path).await.page(200, &["代表评价：满意", "已办结", "重新办理"]);
    }

    async fn an_order_and_its_supervision_order_are_printed(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::default().category("道路破损")).await;
        let path = format!("/console/orders/{}", order["number"].as_str().unwrap());
        let supervisor = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        let page = supervisor.get(&path).await;
        let issue = format!("{path}/supervision_orders");
        supervisor.submit(&page, &issue, &[("requirement", "请限期办理。")]).await
            .leads_to(&format!("{path}?done=supervision_orders"));
        app.run_jobs().await;
        let page = supervisor.get(&path).await.text();
        let printed = page.split("href=\"").find(|part| part.contains("/supervision-orders/")).expect("a link");
        for address in [format!("{path}/pdf"), printed.split('"').next().unwrap().to_owned()] {
            let pdf = supervisor.get(&address).await;
            assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"), "{address}");
            assert!(pdf.body.starts_with(b"%PDF"), "{address}");
        }
        let stranger = Browser::as_cast(&app, PersonQuery::delegate("老城区")).await;
        stranger.get(&format!("{path}/pdf")).await.page(404, &[]);
    }
}
