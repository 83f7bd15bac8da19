//! Matters under supervision in the console: opened, moved on, opinions and measures answered by the unit, watch lists,
//! batch actions; every form says what was refused and keeps what was typed.

use serde_json::{Value, json};
use tests::orders::number;
use tests::{Browser, PersonQuery, places};

use super::{AREA, GOVERNMENT, noise_at, open, path, post};

const PATH: &str = "/console/campaigns";

tests::on_both_databases! {
    async fn a_matter_is_opened_and_moved_on_in_the_console(app: TestApp) {
        let order = noise_at(&app, places::JIANXI).await;
        app.run_jobs().await;
        let county = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").area(AREA)).await;
        let list = county.get(PATH).await;
        list.page(200, &["还没有专项监督", "代表工作委员会", "城乡建设和环境资源保护委员会"]);
        let fields = [("title", "夜间施工专项监督"), ("purpose", ""), ("numbers", number(&order))];
        county.submit(&list, PATH, &fields).await.page(422, &["夜间施工专项监督", "aria-invalid"]);
        let fields = [("title", "夜间施工专项监督"), ("purpose", "查清原因。"), ("numbers", number(&order))];
        let opened = county.submit(&list, PATH, &fields).await;
        let address = opened.header("location").split('?').next().unwrap().to_owned();
        let page = county.get(&address).await;
        page.page(200, &["立项", "回头看", number(&order), "尚未了结", "加入工单"]);
        let stage = [("stage", "survey"), ("note", "组织代表调研。")];
        county.submit(&page, &format!("{address}/stage"), &stage).await.leads_to(&format!("{address}?done=stage_reached"));
        let activity = [("kind", "talk"), ("at", "2025-09-08T08:00"), ("note", "约谈施工方。"), ("participants", "某企业、某局"), ("phone", "13800001234")];
        county.submit(&page, &format!("{address}/activities"), &activity).await.leads_to(&format!("{address}?done=activity_held"));
        let opinion = [("kind", "suggestion"), ("to_unit", GOVERNMENT), ("title", "关于治理噪声的建议"), ("text", "疏堵结合。"), ("due_at", "2025-09-21T00:00")];
        county.submit(&page, &format!("{address}/opinions"), &opinion).await.leads_to(&format!("{address}?done=opinion_issued"));
        let measure = [("text", "清退违规工地。"), ("unit", GOVERNMENT), ("due_at", "2025-09-16T00:00")];
        county.submit(&page, &format!("{address}/measures"), &measure).await.leads_to(&format!("{address}?done=measure_set"));
        let vote = [("present", "10"), ("satisfied", "9"), ("basically_satisfied", "5"), ("dissatisfied", "0")];
        county.submit(&page, &format!("{address}/vote"), &vote).await.page(422, &["票数之和"]);
        let vote = [("present", "10"), ("satisfied", "4"), ("basically_satisfied", "1"), ("dissatisfied", "5"), ("participants", "李某、王某")];
        county.submit(&page, &format!("{address}/vote"), &vote).await.leads_to(&format!("{address}?done=vote_recorded"));
        county.get(&address).await.page(200, &["参加测评：李某、王某", "data-people"]);
        county.submit(&page, &format!("{address}/close"), &[("outcome", "到位。"), ("open_reason", "")]).await
            .page(409, &["还有 3 项没有了结"]);
        county.get(&address).await.page(200, &["约谈", "138******34", "某企业、某局", "涧西区人常督〔2025〕1号", "清退违规工地。", "公文 PDF", "9月15日 24:00", "9月20日 24:00"]);
        app.run_jobs().await;

        let unit = Browser::as_cast(&app, PersonQuery::role("handler").unit(GOVERNMENT)).await;
        let tasks = unit.get("/console/tasks").await;
        let text = tasks.page(200, &["关于治理噪声的建议", "清退违规工地。", "书面答复", "报告完成", "9月15日 24:00", "9月20日 24:00"]);
        let action = |start: &str| {
            let found = text.split("action=\"").skip(1).find(|part| part.starts_with(start)).expect("a form");
            found.split('"').next().unwrap().to_owned()
        };
        let (reply, done) = (action("/console/opinions/"), action("/console/measures/"));
        unit.submit(&tasks, &reply, &[("text", "")]).await.page(422, &["aria-invalid"]);
        unit.submit(&tasks, &reply, &[("text", "已采纳。")]).await.leads_to("/console/tasks?done=opinion_replied");
        unit.submit(&tasks, &done, &[("text", "已清退。")]).await.leads_to("/console/tasks?done=measure_done");
        unit.get(&address).await.page(404, &[]);

        let page = county.get(&address).await;
        page.page(200, &["已采纳。", "审阅答复", "核验"]);
        let acceptance = reply.replace("/reply", "/acceptance");
        county.submit(&page, &acceptance, &[("accepted", "yes"), ("note", "可行。")]).await
            .leads_to(&format!("{address}?done=opinion_decided"));
        let verify = done.replace("/done", "/verify");
        county.submit(&page, &verify, &[("passed", "yes"), ("note", "属实。")]).await
            .leads_to(&format!("{address}?done=measure_decided"));
        let letter = county.get(&reply.replace("/reply", ".pdf")).await;
        assert_eq!((letter.status, letter.header("content-type")), (200, "application/pdf"));
        app.run_jobs().await;
    }

    async fn watch_lists_and_batch_actions_work_in_the_console(app: TestApp) {
        let supervisor = app.county_supervisor(AREA).await;
        let order = noise_at(&app, places::JIANXI).await;
        let campaign = open(&supervisor, &[]).await;
        post(&supervisor, &campaign, "/stage", json!({ "stage": "survey", "note": "调研。" })).await.assert_ok();
        app.run_jobs().await;
        let county = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").area(AREA)).await;
        let page = county.get("/console/watch-lists").await;
        page.page(200, &["还没有重点监管名单"]);
        let created = county.submit(&page, "/console/watch-lists", &[("title", "夜间施工重点监管名单")]).await;
        let address = created.header("location").split('?').next().unwrap().to_owned();
        let list = county.get(&address).await;
        let entry = [("subject", "某工地"), ("owner_unit", GOVERNMENT), ("reason", "反复。"), ("longitude", "112.395"), ("latitude", "34.655"), ("reinspect_every_days", "7")];
        county.submit(&list, &format!("{address}/entries"), &entry).await.leads_to(&format!("{address}?done=watch_entry_added"));
        county.get(&address).await.page(200, &["某工地", "每 7 天复查", "记录复查", "移出名单"]);

        // The committee of a tracked order is chosen from the city's.
        let page = county.get(&format!("/console/orders/{}", number(&order))).await;
        page.page(200, &["<select id=\"tracking-committee\"", "社会建设委员会"]);
        let orders = county.get("/console/orders").await;
        orders.page(200, &["name=\"numbers\"", "加入专项监督", "社会建设委员会"]);
        let batch = "/console/orders/batch";
        let id = campaign["id"].as_str().unwrap();
        let add = [("numbers", number(&order)), ("action", "add_to_campaign"), ("campaign", id)];
        county.submit(&orders, batch, &add).await.leads_to("/console/orders?done=batch_done");
        let urge = [("numbers", number(&order)), ("action", "urge"), ("note", "请抓紧。")];
        county.submit(&orders, batch, &urge).await.leads_to("/console/orders?done=batch_done");
        // The same page sent again does nothing twice; a fresh one is another request.
        county.submit(&orders, batch, &urge).await.leads_to("/console/orders?done=batch_done");
        let orders = county.get("/console/orders").await;
        county.submit(&orders, batch, &urge).await.page(200, &["1 件没有处理", "刚刚催办过"]);
        assert_eq!(supervisor.get(&path(&campaign, "")).await.ok()["order_count"], 1);
        app.run_jobs().await;
    }

    /// A county's committee is proposed its own people, the city's all; others are proposed nobody.
    async fn participants_are_proposed_from_the_roster(app: TestApp) {
        let names = async |browser: &Browser, part: &str| -> Vec<String> {
            let path = format!("/console/roster-names?q={}", part.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>());
            let text = browser.get(&path).await.page(200, &[]);
            let answer: Value = serde_json::from_str(&text).unwrap();
            let items = answer["items"].as_array().unwrap().iter();
            items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
        };
        let city = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        let county = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").area(AREA)).await;
        assert_eq!(names(&city, "葛国").await, ["葛国栋"], "a member of a committee");
        assert_eq!(names(&city, "韩振").await, ["韩振华"], "a delegate");
        assert_eq!(names(&county, "葛国").await, ["葛国栋"]);
        assert!(names(&county, "潘建国").await.is_empty(), "of another county");
        assert!(names(&city, "").await.is_empty());
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get("/console/roster-names?q=%E9%9F%A9").await.page(403, &[]);
    }
}
