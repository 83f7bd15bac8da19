//! The landing page of a unit, the console's inbox, and the one thing to do on an order's page.

use serde_json::json;
use tests::order_fixture::{AREA, OrderFixture};
use tests::{Browser, PersonQuery};

const WORK: &str = "/console/work";

/// The number on a queue's tile.
fn counted(page: &str, title: &str) -> String {
    let rest = page
        .split_once(&format!("<span>{title}</span><b>"))
        .unwrap_or_else(|| panic!("no {title}: {page}"))
        .1;
    rest.split('<').next().unwrap_or_default().to_owned()
}

async fn unit_of(desk: &OrderFixture) -> Browser {
    let name = desk.unit.person().unit.clone().unwrap();
    Browser::as_cast(&desk.app, PersonQuery::role("handler").unit(&name)).await
}

tests::on_both_databases! {
    async fn a_handler_lands_on_what_waits_and_each_number_is_a_list(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        let unit = unit_of(&desk).await;
        unit.get("/console").await.leads_to(WORK);
        let page = unit.get(WORK).await.page(200, &[&desk.number, "待签收", "办理中", "将到期", "待答复督办", "被退回"]);
        assert_eq!([counted(&page, "待签收"), counted(&page, "办理中"), counted(&page, "被退回")], ["1", "0", "0"]);
        let same = desk.unit.get("/orders?queue=to_accept&sort=due").await.ok();
        assert_eq!((same["items"].as_array().unwrap().len(), &same["items"][0]["number"]), (1, &json!(desk.number)));
        desk.by_unit("accept", json!({})).await.assert_ok();
        let page = unit.get(WORK).await.page(200, &[&desk.number]);
        assert_eq!([counted(&page, "待签收"), counted(&page, "办理中")], ["0", "1"]);
        let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("queue=in_progress\" aria-current=\"page\""), "the first that is not empty: {page}");
        unit.get(&format!("{WORK}?queue=to_accept")).await.page(200, &["没有待签收的工单"]);
        unit.get(&format!("{WORK}?queue=nonsense")).await.page(404, &[]);
        desk.unit.get("/orders?queue=nonsense").await.assert_problem(400, "bad_filter");

        // Three working days end on Thursday at midnight; from the day before its light is yellow.
        let county = app.county_supervisor(AREA).await;
        desk.by(&county, "supervision-orders", json!({ "requirement": "请书面说明整改措施。" })).await.assert_ok();
        app.advance_to("2025-09-11T12:00:00+08:00").await;
        let unit = unit_of(&desk).await;
        let page = unit.get(&format!("{WORK}?queue=due_soon")).await.page(200, &[&desk.number, "light-badge yellow"]);
        assert_eq!([counted(&page, "将到期"), counted(&page, "待答复督办")], ["1", "1"]);
        // Another unit and other roles have none of it.
        let name = desk.unit.person().unit.clone().unwrap();
        let other = Browser::as_cast(&app, PersonQuery::role("handler").not_unit(&name)).await;
        assert!(!other.get(WORK).await.page(200, &["没有待签收的工单"]).contains(&desk.number));
        let county = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").area(AREA)).await;
        county.get(WORK).await.leads_to("/console");
    }

    async fn what_a_delegate_sends_back_waits_under_its_own_name(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        let unit = unit_of(&desk).await;
        assert_eq!(counted(&unit.get(WORK).await.page(200, &[]), "被退回"), "0");
        desk.judge("basically_satisfied").await.assert_ok();
        let page = unit.get(&format!("{WORK}?queue=sent_back")).await.page(200, &[&desk.number]);
        assert_eq!(counted(&page, "被退回"), "1", "a supplementary reply is owed");
        desk.by_unit("reply", json!({ "account": "再次约谈。", "public_reply": "补充措施已落实。" })).await.assert_ok();
        assert_eq!(counted(&unit.get(WORK).await.page(200, &[]), "被退回"), "0");
        app.run_jobs().await;
        desk.judge("dissatisfied").await.assert_ok();
        let page = unit.get(&format!("{WORK}?queue=sent_back")).await.page(200, &[&desk.number, "第 2 次办理"]);
        assert_eq!([counted(&page, "被退回"), counted(&page, "待签收")], ["1", "1"]);
        // It is in two queues, and the landing page shows it once.
        let page = unit.get(WORK).await.page(200, &[]);
        assert_eq!(page.matches(&format!(">{}</a>", desk.number)).count(), 1, "{page}");
        app.run_jobs().await;
    }

    async fn an_operators_final_dispatch_comes_back_to_the_unit(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        desk.by_unit("return", json!({ "reason": "不属于本单位职责。" })).await.assert_ok();
        let operator = app.operator().await;
        let unit = desk.unit.person().unit.clone().unwrap();
        let again = json!({ "unit": unit, "reason": "按派单目录由你单位办理。", "final": true });
        desk.by(&operator, "dispatch", again).await.assert_ok();
        app.run_jobs().await;
        let page = unit_of(&desk).await.get(&format!("{WORK}?queue=sent_back")).await.page(200, &[&desk.number]);
        assert_eq!(counted(&page, "被退回"), "1");
    }

    async fn the_inbox_counts_what_is_unread_and_every_notice_opens_its_page(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        app.run_jobs().await;
        let unit = unit_of(&desk).await;
        let inbox = unit.get("/console/inbox").await;
        let page = inbox.page(200, &["消息，1 条未读", "全部标为已读", "未读 1"]);
        let action = page.split("action=\"").find(|part| part.starts_with("/console/inbox/") && !part.starts_with("/console/inbox/read-all"));
        let action = action.unwrap().split('"').next().unwrap().to_owned();
        unit.submit(&inbox, &action, &[]).await.leads_to(&format!("/console/orders/{}", desk.number));
        let page = unit.get("/console/inbox").await.page(200, &["未读 0"]);
        assert!(!page.contains("条未读") && !page.contains("全部标为已读"), "{page}");
        unit.get("/console/inbox?unread=1").await.page(200, &["没有未读消息"]);
        // Somebody else's notice does not exist.
        let name = desk.unit.person().unit.clone().unwrap();
        let other = Browser::as_cast(&app, PersonQuery::role("handler").not_unit(&name)).await;
        let sessions = other.get("/console/sessions").await;
        other.send(&action, &[("csrf", sessions.hidden("csrf"))]).await.page(404, &[]);

        // A notice of a matter opens the matter for the committee and the tasks for the unit.
        let county = app.county_supervisor(AREA).await;
        let opened = json!({ "title": "夜间施工噪声专项监督", "purpose": "推动夜间施工噪声治理。", "area": AREA, "orders": [desk.number] });
        let campaign = county.post("/campaigns", opened).await.ok();
        let id = campaign["id"].as_str().unwrap().to_owned();
        let measure = json!({ "text": "错峰施工并公示时段。", "unit": name, "due_at": "2025-09-20T18:00:00+08:00" });
        county.post(&format!("/campaigns/{id}/measures"), measure).await.assert_ok();
        app.run_jobs().await;
        let inbox = unit.get("/console/inbox?unread=1").await;
        let forms: Vec<String> = inbox.text().split("action=\"").filter(|part| part.starts_with("/console/inbox/")).map(|part| part.split('"').next().unwrap().to_owned()).collect();
        let mut pages = Vec::new();
        for action in forms.iter().filter(|action| !action.ends_with("read-all")) {
            pages.push(unit.submit(&inbox, action, &[]).await.header("location").to_owned());
        }
        assert!(pages.contains(&"/console/tasks".to_owned()), "{pages:?}");
        let city = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        let inbox = city.get("/console/inbox").await;
        let mut pages = Vec::new();
        for part in inbox.text().split("action=\"").filter(|part| part.starts_with("/console/inbox/")) {
            let action = part.split('"').next().unwrap();
            if !action.ends_with("read-all") {
                pages.push(city.submit(&inbox, action, &[]).await.header("location").to_owned());
            }
        }
        assert!(pages.contains(&format!("/console/campaigns/{id}")), "{pages:?}");
        let inbox = city.get("/console/inbox").await;
        city.submit(&inbox, "/console/sign-out", &[]).await.leads_to("/console/login");
    }

    async fn an_order_s_page_is_headed_by_its_problem_and_offers_one_thing(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        let path = format!("/console/orders/{}", desk.number);
        let unit = unit_of(&desk).await;
        let page = unit.get(&path).await.page(200, &["<div class=\"next\">"]);
        let heading = page.split_once("<h1>").unwrap().1.split("</h1>").next().unwrap();
        assert!(!heading.contains(&desk.number) && !heading.is_empty(), "{heading}");
        let next = page.split_once("<div class=\"next\">").unwrap().1.split("</form>").next().unwrap();
        assert!(next.contains(&format!("{path}/accept")) && !next.contains("<details"), "one button: {next}");
        desk.by_unit("accept", json!({})).await.assert_ok();
        let page = unit.get(&path).await.page(200, &[]);
        let next = page.split_once("<div class=\"next\">").unwrap().1.split("</form>").next().unwrap();
        assert!(next.contains(&format!("{path}/reply")), "{next}");
        let county = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").area(AREA)).await;
        let page = county.get(&path).await.page(200, &["发督办单"]);
        assert!(!page.contains("<div class=\"next\">"), "nothing is pressing: {page}");
        app.run_jobs().await;
    }
}
