//! 坐席工作台 in the console: tabs with counts, a claim by opening, decisions by plain forms, the next matter after each;
//! two operators never on one thing.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::residents::Resident;
use tests::{Answer, Browser, Client, PersonQuery, TestApp, places};

const VENDORS: &str = "占道经营";
const STATION: &str = "LL-STATION-01";

/// A matter that no words of the city's categories tell.
fn unclear() -> Report {
    Report::at(places::JIANXI).saying("请看照片，谢谢您了。")
}

async fn handler_of(app: &TestApp, order: &Value) -> Client {
    app.handler(order["unit"]["name"].as_str().expect("a unit")).await
}

async fn desk_of(app: &TestApp, nth: usize) -> Browser {
    Browser::as_cast(app, PersonQuery::role("operator").nth(nth)).await
}

fn path(tab: &str, order: &Value) -> String {
    format!("/console/desk/{tab}/{}", number(order))
}

/// How many a tab says it has.
fn count(page: &str, tab: &str) -> u64 {
    let rest = page
        .split_once(&format!("desk?tab={tab}\""))
        .unwrap_or_else(|| panic!("no {tab}: {page}"))
        .1;
    let rest = rest.split_once("<b>").expect("a count").1;
    rest.split('<').next().unwrap().parse().expect("a number")
}

async fn open(desk: &Browser, tab: &str, order: &Value) -> Answer {
    let list = desk.get(&format!("/console/desk?tab={tab}")).await;
    let address = path(tab, order);
    desk.submit(&list, &format!("{address}/open"), &[])
        .await
        .leads_to(&address);
    desk.get(&address).await
}

/// A unit that returned what was sent to it.
async fn returned(app: &TestApp, delegate: &Client) -> Value {
    sent_back(app, delegate, Report::at(places::JIANXI).category(VENDORS)).await
}

async fn sent_back(app: &TestApp, delegate: &Client, report: Report) -> Value {
    let order = delegate.submit(&report).await;
    let back = json!({ "reason": "不属于本单位职责", "proposed_unit": "涧西区人民政府" });
    handler_of(app, &order)
        .await
        .act(&order, "return", back)
        .await
        .assert_ok();
    order
}

tests::on_both_databases! {
    async fn an_order_of_two_matters_says_so_where_it_is_dispatched(app: TestApp) {
        let (desk, delegate) = (desk_of(&app, 0).await, app.delegate("涧西区").await);
        let two = "小区门口的路灯坏了好几天不亮，晚上一片漆黑。另外对面工地半夜还在打桩施工，噪声吵得睡不着。";
        let order = sent_back(&app, &delegate, Report::at(places::JIANXI).category(VENDORS).saying(two)).await;
        open(&desk, "returned", &order).await.page(200, &["似乎有两件事：路灯照明；夜间施工噪声，可分开上报"]);
        let other = returned(&app, &delegate).await;
        let page = open(&desk, "returned", &other).await;
        assert!(!page.text().contains("似乎有两件事"), "{}", page.text());
        app.run_jobs().await;
    }

    async fn each_tab_shows_what_waits_and_an_empty_one_says_so(app: TestApp) {
        let desk = desk_of(&app, 0).await;
        let empty = desk.get("/console/desk").await.page(200, &["没有待派单的工单", "J", "Enter"]);
        for tab in ["triage", "returned", "extension", "follow_up", "messages", "reviews"] {
            assert_eq!(count(&empty, tab), 0, "{tab}");
        }
        let delegate = app.delegate("涧西区").await;
        let called = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        let handler = handler_of(&app, &called).await;
        handler.act(&called, "accept", json!({})).await.assert_ok();
        handler.act(&called, "reply", tests::order_fixture::reply()).await.assert_ok();
        app.advance(TimeDelta::days(6)).await;
        let waiting = delegate.submit(&unclear()).await;
        let outside = delegate.submit(&Report::at(places::OUTSIDE).category(VENDORS)).await;
        let back = returned(&app, &delegate).await;
        let later = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        handler.act(&later, "extensions", json!({ "reason": "需要采购材料", "days": 2 })).await.assert_ok();
        Resident::in_wechat(&app, STATION, "oRESIDENT-1").await.leave_message("小区门口的路灯坏了三盏，晚上看不见路。").await;
        app.run_jobs().await;
        Resident::in_a_browser(&app, STATION).leave_message("门口的井盖松动，走上去会响。").await;
        app.run_jobs().await;

        // The session of six days ago is over.
        let desk = desk_of(&app, 0).await;
        for (tab, wanted, words) in [
            ("triage", 2, vec![number(&waiting), number(&outside)]),
            ("returned", 1, vec![number(&back), "退回：不属于本单位职责"]),
            ("extension", 1, vec![number(&later), "申请延长 2 个工作日：需要采购材料"]),
            ("follow_up", 1, vec![number(&called), "代表还没有评价"]),
            ("messages", 2, vec!["路灯坏了三盏", "等待代表采纳或答复", "等待内容复核"]),
            ("reviews", 1, vec!["井盖松动", "需要人工判断"]),
        ] {
            let page = desk.get(&format!("/console/desk?tab={tab}")).await.page(200, &words);
            assert_eq!(count(&page, tab), wanted, "{tab}");
            assert_eq!(page.matches("<li data-key").count() as u64, wanted, "{tab}: {page}");
            assert!(!page.contains(&delegate.person().phone), "{tab}: numbers are not in the list");
        }
        desk.get("/console/desk?tab=nonsense").await.page(404, &[]);
        app.run_jobs().await;
    }

    async fn a_suggestion_is_taken_with_its_reason_and_the_next_matter_opens(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let first = returned(&app, &delegate).await;
        app.advance(TimeDelta::minutes(1)).await;
        let second = returned(&app, &delegate).await;
        let desk = desk_of(&app, 0).await;
        let page = open(&desk, "returned", &first).await;
        let text = page.page(200, &["建议的单位", "涧西区人民政府：退单单位建议", "<kbd", "由您处理", "它建议"]);
        let unit = text.split("name=\"suggested\" value=\"").nth(1).expect("a suggestion");
        let unit = unit.split('"').next().unwrap().to_owned();
        let dispatch = format!("{}/dispatch", path("returned", &first));
        // Nothing chosen: what was ticked stays, and what is missing is said.
        let nothing = desk.submit(&page, &dispatch, &[("final", "yes")]).await;
        nothing.page(422, &["请选择一个建议的单位", "value=\"yes\" checked"]);
        let done = desk.submit(&page, &dispatch, &[("suggested", &unit)]).await;
        done.leads_to(&format!("{}?done=dispatch", path("returned", &second)));
        let now = app.operator().await.order(&first).await.ok();
        assert_eq!((&now["status"], &now["unit"]["name"]), (&json!("dispatched"), &json!("涧西区人民政府")));
        // The operator has claimed the next one already, and the last one leads back to the list.
        let page = desk.get(&path("returned", &second)).await;
        page.page(200, &["由您处理"]);
        let fields = [("suggested", unit.as_str()), ("unit", "洛阳市城市管理局"), ("reason", "涉及多个区，由市局办理。"), ("other_category", VENDORS)];
        let done = desk.submit(&page, &format!("{}/dispatch", path("returned", &second)), &fields).await;
        done.leads_to("/console/desk?tab=returned&done=dispatch");
        let now = app.operator().await.order(&second).await.ok();
        assert_eq!(now["unit"]["name"], "洛阳市城市管理局", "what was written counts: {now}");
        let history = app.operator().await.get(&format!("/orders/{}/timeline", number(&first))).await.ok().to_string();
        assert!(history.contains("按建议派单：退单单位建议"), "{history}");
        app.run_jobs().await;
    }

    async fn two_operators_never_work_on_one_matter(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&unclear()).await;
        let (first, second) = (desk_of(&app, 0).await, desk_of(&app, 1).await);
        // Both have the list before them; both open the row.
        let (before, other) = (first.get("/console/desk").await, second.get("/console/desk").await);
        let address = path("triage", &order);
        let open = format!("{address}/open");
        first.submit(&before, &open, &[]).await.leads_to(&address);
        second.submit(&other, &open, &[]).await.leads_to(&address);
        let mine = first.get(&address).await;
        let form = format!("action=\"{address}/dispatch\"");
        mine.page(200, &["由您处理", &form]);
        let theirs = second.get(&address).await;
        let name = app.person(PersonQuery::role("operator").nth(0)).await.name;
        let text = theirs.page(200, &[&format!("{name}正在处理"), "不能处理"]);
        assert!(!text.contains(&form) && !text.contains("/open\""), "nothing to work with: {text}");
        let list = second.get("/console/desk").await.page(200, &[&format!("{name}正在处理，到")]);
        assert!(!list.contains("data-row"), "and no way into it: {list}");
        // A form from before is refused, too; nothing is changed.
        let token = theirs.hidden("csrf");
        let fields = [("csrf", token), ("unit", "涧西区人民政府".to_owned()), ("reason", "属地处理。".to_owned())];
        second.send(&format!("{address}/dispatch"), &fields).await.page(409, &["正在处理"]);
        second.send(&format!("{address}/release"), &fields[..1]).await.leads_to("/console/desk?tab=triage&done=released");
        assert_eq!(app.operator().await.order(&order).await.ok()["status"], "triage");
        first.get(&address).await.page(200, &["由您处理"]);

        first.submit(&mine, &format!("{address}/release"), &[]).await.leads_to("/console/desk?tab=triage&done=released");
        let freed = second.get(&address).await;
        freed.page(200, &["还没有人处理", "接手处理"]);
        second.submit(&freed, &open, &[]).await.leads_to(&address);
        first.submit(&mine, &format!("{address}/dispatch"), &[("unit", "涧西区人民政府"), ("reason", "属地处理。")]).await.page(409, &["正在处理"]);
        let page = second.get(&address).await;
        let fields = [("unit", "涧西区人民政府"), ("reason", "属地处理。")];
        second.submit(&page, &format!("{address}/dispatch"), &fields).await.leads_to("/console/desk?tab=triage&done=dispatch");
        // Whoever comes later is told that it is done.
        first.submit(&before, &open, &[]).await.leads_to("/console/desk?tab=triage&done=gone");
        first.get(&address).await.page(200, &["已经处理，不在待办中"]);
        first.get("/console/desk?tab=triage&done=gone").await.page(200, &["已由他人处理", "没有待派单的工单"]);
        app.run_jobs().await;
    }

    async fn two_at_once_open_one_row_and_one_has_it(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&unclear()).await;
        let (first, second) = (desk_of(&app, 0).await, desk_of(&app, 1).await);
        let (list, other) = (first.get("/console/desk").await, second.get("/console/desk").await);
        let open = format!("{}/open", path("triage", &order));
        let (a, b) = tokio::join!(first.submit(&list, &open, &[]), second.submit(&other, &open, &[]));
        assert_eq!((a.status, b.status), (303, 303));
        let pages = [first.get(&path("triage", &order)).await.text(), second.get(&path("triage", &order)).await.text()];
        let form = format!("action=\"{}/dispatch\"", path("triage", &order));
        let workable = pages.iter().filter(|page| page.contains(&form)).count();
        assert_eq!(workable, 1, "{pages:?}");
        app.run_jobs().await;
    }

    async fn extensions_and_calls_are_decided_on_the_desk(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let called = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        let handler = handler_of(&app, &called).await;
        handler.act(&called, "accept", json!({})).await.assert_ok();
        handler.act(&called, "reply", tests::order_fixture::reply()).await.assert_ok();
        app.advance(TimeDelta::days(6)).await;
        let asked = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        handler.act(&asked, "extensions", json!({ "reason": "需要采购材料", "days": 2 })).await.assert_ok();
        let desk = desk_of(&app, 0).await;
        let page = open(&desk, "extension", &asked).await;
        page.page(200, &["申请延长", "2 个工作日", "需要采购材料"]);
        let decide = format!("{}/decide_extension", path("extension", &asked));
        let done = desk.submit(&page, &decide, &[("granted", "yes"), ("note", "同意，请抓紧。")]).await;
        done.leads_to("/console/desk?tab=extension&done=decide_extension");
        assert_eq!(handler.order(&asked).await.ok()["extensions"][0]["status"], "granted");

        // The number is whole for whoever has claimed the call, and for nobody before.
        let address = path("follow_up", &called);
        let before = desk.get(&address).await.page(200, &["接手处理"]);
        assert!(!before.contains(&delegate.person().phone), "{before}");
        let page = open(&desk, "follow_up", &called).await;
        page.page(200, &[&delegate.person().phone, &delegate.person().name]);
        let call = format!("{address}/follow_ups");
        let vain = desk.submit(&page, &call, &[("reached", "no"), ("outcome", "无人接听")]).await;
        vain.leads_to("/console/desk?tab=follow_up&done=follow_ups");
        desk.get("/console/desk?tab=follow_up").await.page(200, &["已拨打 1 次：无人接听"]);
        let page = open(&desk, "follow_up", &called).await;
        let fields = [("reached", "yes"), ("outcome", "代表认可"), ("result", "satisfied"), ("solved", "yes")];
        desk.submit(&page, &call, &fields).await.leads_to("/console/desk?tab=follow_up&done=follow_ups");
        assert_eq!(delegate.order(&called).await.ok()["status"], "closed");
        app.run_jobs().await;
    }

    async fn what_was_published_is_decided_by_one_of_them(app: TestApp) {
        let resident = Resident::in_a_browser(&app, STATION);
        resident.leave_message("门口的井盖松动，走上去会响。").await;
        resident.leave_message("公交站牌被遮住了，看不见。").await;
        app.run_jobs().await;
        let (first, second) = (desk_of(&app, 0).await, desk_of(&app, 1).await);
        let list = first.get("/console/desk?tab=reviews").await;
        let text = list.page(200, &["井盖松动", "站牌"]);
        let addresses: Vec<String> = text
            .split("action=\"")
            .filter_map(|part| part.split_once("/open\"").map(|(address, _)| address.to_owned()))
            .collect();
        let [one, other] = addresses.as_slice() else { panic!("two wait: {text}") };
        first.submit(&list, &format!("{one}/open"), &[]).await.leads_to(one);
        let page = first.get(one).await;
        page.page(200, &["由您处理", "不予展示", "微信没有给出结论"]);
        let held = second.get(one).await;
        let text = held.page(200, &["正在处理", "不能处理"]);
        assert!(!text.contains("/decision\""), "{text}");
        // By the API no less than on the desk.
        let id = one.rsplit('/').next().unwrap();
        let colleague = app.sign_in(PersonQuery::role("operator").nth(1)).await;
        let decision = format!("/content-reviews/{id}/decision");
        colleague.post(&decision, json!({ "result": "refuse" })).await.assert_problem(409, "claimed_by_another");
        first.submit(&page, &format!("{one}/decision"), &[]).await.page(422, &["请选择一项"]);
        let next = first.submit(&page, &format!("{one}/decision"), &[("result", "pass")]).await;
        next.leads_to(&format!("{other}?done=reviewed"));
        let page = first.get(other).await;
        first.submit(&page, &format!("{other}/decision"), &[("result", "refuse")]).await
            .leads_to("/console/desk?tab=reviews&done=reviewed");
        first.get("/console/desk?tab=reviews").await.page(200, &["没有需要复核的内容"]);
        second.get(one).await.page(200, &["已经处理，不在待办中"]);
        colleague.post(&decision, json!({ "result": "refuse" })).await.assert_problem(409, "already_decided");
        app.run_jobs().await;
        let messages = first.get("/console/desk?tab=messages").await;
        let text = messages.page(200, &["等待代表采纳或答复"]);
        let message = text.split("href=\"").find(|part| part.starts_with("/console/desk/messages/")).expect("a message");
        first.get(message.split('"').next().unwrap()).await.page(200, &["由这个点位的代表决定"]);
    }

    async fn nobody_but_operators_gets_to_the_desk(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&unclear()).await;
        Resident::in_a_browser(&app, STATION).leave_message("门口的井盖松动，走上去会响。").await;
        app.run_jobs().await;
        let operator = desk_of(&app, 0).await;
        let list = operator.get("/console/desk?tab=reviews").await.text();
        let review = list.split("action=\"").find_map(|part| part.split_once("/open\"")).expect("a review").0.to_owned();
        let message = operator.get("/console/desk?tab=messages").await.text();
        let message = message.split("href=\"").find(|part| part.starts_with("/console/desk/messages/")).expect("a message");
        let message = message.split('"').next().unwrap().to_owned();
        let matter = path("triage", &order);
        let pages = ["/console/desk", "/console/desk?tab=messages", "/console/desk?tab=reviews", &matter, &review, &message];
        for who in [
            PersonQuery::named(&delegate.person().name), PersonQuery::role("handler"), PersonQuery::role("supervisor").level("city"), PersonQuery::role("admin"),
        ] {
            let other = Browser::as_cast(&app, who).await;
            let token = other.get("/console/sessions").await.hidden("csrf");
            for page in pages {
                let status = other.get(page).await.status;
                assert!(matches!(status, 403 | 404) || (page == review && status == 200), "{page}: {status}");
            }
            for form in ["open", "release", "dispatch"] {
                let fields = [("csrf", token.clone()), ("unit", "涧西区人民政府".to_owned()), ("reason", "属地处理。".to_owned())];
                let status = other.send(&format!("{matter}/{form}"), &fields).await.status;
                assert!(matches!(status, 403 | 404), "{form}: {status}");
            }
            for form in ["open", "release", "decision"] {
                let fields = [("csrf", token.clone()), ("result", "pass".to_owned())];
                let status = other.send(&format!("{review}/{form}"), &fields).await.status;
                assert!(matches!(status, 403 | 404), "{form}: {status}");
            }
        }
        // Nobody signed in is sent to sign in, and a form without its token changes nothing.
        Browser::new(&app).get("/console/desk").await.leads_to("/console/login?next=/console/desk");
        operator.send(&format!("{matter}/open"), &[]).await.page(403, &["页面已过期"]);
        operator.get(&matter).await.page(200, &["接手处理"]);
        app.run_jobs().await;
    }
}
