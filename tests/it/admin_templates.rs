//! The console's templates: compared with WeChat on request, with the week's pushes counted.

use tests::fault_proxy::Fault;
use tests::orders::Report;
use tests::{Browser, Db, PersonQuery, TestApp};
use zhitong::wechat::sandbox::Sandbox;

const PATH: &str = "/console/admin/templates";

tests::on_both_databases! {
    async fn templates_are_compared_and_their_pushes_counted(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(PATH).await;
        let text = page.page(200, &["还没有检查过", "20 个字以内", "立即检查"]);
        assert!(!text.contains("相符"), "{text}");
        admin.submit(&page, "/console/admin/templates/check", &[]).await.leads_to(&format!("{PATH}?done=templates_checked"));
        let text = admin.get(PATH).await.page(200, &["相符", "今天"]);
        assert!(!text.contains("还没有检查过") && !text.contains("有出入"), "{text}");

        // An acceptance is pushed to a delegate who has not allowed it: refused, and counted so.
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::default().category("道路破损")).await;
        let unit = app.handler(order["unit"]["name"].as_str().unwrap()).await;
        unit.act(&order, "accept", serde_json::json!({})).await.assert_ok();
        app.run_jobs().await;
        let counted = admin.get(PATH).await.text();
        assert_ne!(numbers(&counted), numbers(&text), "{counted}");
        assert!(numbers(&counted).iter().sum::<i64>() > 0);
        // Eight days later they are history.
        app.advance(chrono::TimeDelta::days(8)).await;
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let later = admin.get(PATH).await.page(200, &[]);
        assert!(later.contains("相符"), "{later}");

        // Somebody deletes the templates from the account.
        app.app().state::<Option<Sandbox>>().as_ref().unwrap().set_templates(Vec::new());
        let page = admin.get(PATH).await;
        admin.submit(&page, "/console/admin/templates/check", &[]).await.leads_to(&format!("{PATH}?done=templates_checked"));
        let text = admin.get(PATH).await.page(200, &["微信没有这个模板", "发不出去"]);
        assert!(!text.contains("相符"), "{text}");

        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get(PATH).await.page(403, &["您的身份"]);
        let token = operator.get("/console/sessions").await.hidden("csrf");
        operator.send("/console/admin/templates/check", &[("csrf", token)]).await.page(403, &["您的身份"]);
    }
}

/// Every count of the table.
fn numbers(page: &str) -> Vec<i64> {
    let cells = page.split("<td class=\"right\">").skip(1);
    cells
        .filter_map(|cell| cell.split('<').next()?.parse().ok())
        .collect()
}

#[tokio::test]
async fn without_an_answer_the_last_comparison_stays() {
    let app = TestApp::with(Db::Sqlite).breakable_wechat().start().await;
    let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
    let page = admin.get(PATH).await;
    let check = "/console/admin/templates/check";
    admin
        .submit(&page, check, &[])
        .await
        .leads_to(&format!("{PATH}?done=templates_checked"));
    app.wechat_line().set(Fault::Refuse);
    admin
        .submit(&page, check, &[])
        .await
        .page(503, &["微信没有回答", "相符"]);
}
