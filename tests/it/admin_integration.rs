//! The console's API clients, webhooks and linked units: keys and secrets shown once, rotated, revoked; messages tested and
//! sent again; units linked under the platform's codes.

use entity::admin_act;
use entity::kinds::ActKind;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;
use tests::order_fixture::OrderFixture;
use tests::receiver::Receiver;
use tests::{Browser, Client, Db, PersonQuery, TestApp};
use zhitong::audit_log::{self, AuditActor};
use zhitong::webhooks::{linked_units, worker};

const CLIENTS: &str = "/console/admin/clients";
const WEBHOOKS: &str = "/console/admin/webhooks";
const LINKED_UNITS: &str = "/console/admin/linked-units";

/// The secret that the page shows.
fn secret(page: &str) -> String {
    let rest = page
        .split("class=\"secret\" readonly value=\"")
        .nth(1)
        .expect("a secret");
    rest.split('"').next().expect("a value").to_owned()
}

/// The address of the first form that ends so.
fn action(page: &str, end: &str) -> String {
    let actions = page
        .split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let found = actions.into_iter().find(|action| action.ends_with(end));
    found
        .unwrap_or_else(|| panic!("no form to {end}: {page}"))
        .to_owned()
}

async fn an_endpoint_is_made_tested_and_deleted(db: Db) {
    let app = TestApp::with(db)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await;
    let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
    let receiver = Receiver::start();
    let page = admin.get(WEBHOOKS).await;
    page.page(200, &["还没有推送地址", "全部事件"]);
    let none = admin.submit(&page, WEBHOOKS, &[("url", &receiver.url())]).await;
    none.page(422, &["事件名称不正确"]);
    let url = receiver.url();
    let made = [
        ("url", url.as_str()),
        ("event", "*"),
        ("description", "市数据中心"),
    ];
    let made = admin.submit(&page, WEBHOOKS, &made).await;
    let first = secret(&made.page(200, &["whsec_", "市数据中心", "还没有推送"]));
    let list = admin.get(WEBHOOKS).await.page(200, &["市数据中心", "正常"]);
    assert!(!list.contains(&first), "a secret is shown once");
    let test = action(&made.text(), "/test");
    let path = test.strip_suffix("/test").expect("a path").to_owned();
    admin
        .submit(&made, &test, &[])
        .await
        .leads_to(&format!("{path}?done=webhook_tested"));
    while worker::deliver_due(app.app()).await.unwrap() > 0 {}
    assert_eq!(receiver.events(), ["webhook.test"]);
    let log = admin.get(&path).await;
    let text = log.page(200, &["已送达", "测试", "重新推送"]);
    assert!(!text.contains(&first), "{text}");
    let resend = action(&text, "/resend");
    admin
        .submit(&log, &resend, &[])
        .await
        .leads_to(&format!("{path}?done=webhook_resent"));
    while worker::deliver_due(app.app()).await.unwrap() > 0 {}
    let calls = receiver.calls();
    assert_eq!(
        (calls.len(), &calls[0].id),
        (2, &calls[1].id),
        "the same message again"
    );
    let rotated = admin.submit(&log, &format!("{path}/rotate"), &[]).await;
    assert_ne!(secret(&rotated.page(200, &["24 小时内新旧两个密钥"])), first);
    admin
        .submit(&log, &format!("{path}/delete"), &[])
        .await
        .leads_to(&format!("{WEBHOOKS}?done=webhook_deleted"));
    admin.get(&path).await.page(404, &[]);
}

async fn a_failed_call_is_explained_in_chinese(db: Db) {
    let app = TestApp::with(db)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await;
    let api = app.admin().await;
    // Nothing listens on this port.
    let hook = json!({ "url": "http://127.0.0.1:1/hook", "events": ["*"], "linked_only": true });
    let hook = api.post("/webhooks", hook).await.ok();
    let desk = OrderFixture::dispatched(&app).await;
    let unit = desk.now().await["unit"]["name"].as_str().unwrap().to_owned();
    linked_units::link(app.app(), AuditActor::CommandLine, &unit, "PT-7")
        .await
        .unwrap();
    desk.by_unit("accept", json!({})).await.assert_ok();
    while worker::deliver_due(app.app()).await.unwrap() > 0 {}
    let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
    let path = format!("{WEBHOOKS}/{}", hook["id"].as_str().unwrap());
    admin.get(&path).await.page(200, &["等待重试", "连接不上对方"]);
    admin.get(LINKED_UNITS).await.page(200, &["连接不上对方"]);
    app.run_jobs().await;
    app.finish().await;
}

async fn a_linked_unit_shows_the_last_event_and_the_last_failure(db: Db) {
    let app = TestApp::with(db)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await;
    let (api, receiver) = (app.admin().await, Receiver::start());
    let hook = json!({ "url": receiver.url(), "events": ["*"], "linked_only": true });
    api.post("/webhooks", hook).await.assert_status(201);
    let client = json!({ "name": "市12345平台", "scopes": ["link"] });
    let client = api.post("/clients", client).await.ok();
    let platform = Client::with_token(&app, client["key"].as_str().unwrap());
    let desk = OrderFixture::dispatched(&app).await;
    let unit = desk.now().await["unit"]["name"].as_str().unwrap().to_owned();
    linked_units::link(app.app(), AuditActor::CommandLine, &unit, "PT-7")
        .await
        .unwrap();
    let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
    let nothing = |page: &str| page.matches("soft\">没有</span>").count();
    let page = admin
        .get(LINKED_UNITS)
        .await
        .page(200, &["PT-7", "最近来报", "最近未送达"]);
    assert_eq!(nothing(&page), 2, "{page}");

    receiver.answer(503);
    desk.by_unit("accept", json!({})).await.assert_ok();
    while worker::deliver_due(app.app()).await.unwrap() > 0 {}
    assert!(!receiver.calls().is_empty());
    let page = admin.get(LINKED_UNITS).await.page(200, &["HTTP 503"]);
    assert_eq!(nothing(&page), 1, "{page}");

    let note = json!({
        "event_id": "n-1", "type": "note", "number": desk.number, "at": app.now(), "account": "已到现场。",
    });
    platform.post("/link/events", note).await.assert_ok();
    let page = admin.get(LINKED_UNITS).await.page(200, &["HTTP 503"]);
    assert_eq!(nothing(&page), 0, "{page}");
    app.run_jobs().await;
    app.finish().await;
}

tests::journeys! {
    a_failed_call => a_failed_call_is_explained_in_chinese;
    a_linked_units_row => a_linked_unit_shows_the_last_event_and_the_last_failure;
}

tests::on_both_databases! {
    async fn a_clients_key_is_shown_once_rotated_and_revoked(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(CLIENTS).await;
        page.page(200, &["还没有接口客户端", "读取工单", "orders:read"]);
        admin.submit(&page, CLIENTS, &[("name", "数据仓库")]).await.page(422, &["权限范围不正确", "value=\"数据仓库\""]);
        let wrong = [("name", "数据仓库"), ("scope", "orders:read"), ("expires_on", "明年")];
        admin.submit(&page, CLIENTS, &wrong).await.page(422, &["请填写日期"]);
        let made = [("name", "数据仓库"), ("scope", "orders:read"), ("expires_on", "2030-12-31")];
        let made = admin.submit(&page, CLIENTS, &made).await;
        let key = secret(&made.page(200, &["zk_", "只显示一次", "从未使用"]));
        let list = admin.get(CLIENTS).await;
        assert!(!list.text().contains(&key), "a key is shown once");
        let client = Client::with_token(&app, &key);
        client.get("/orders?scope=all").await.assert_ok();
        let used = admin.get(CLIENTS).await.page(200, &["数据仓库", "有效"]);
        assert!(!used.contains("从未使用"), "{used}");
        let rotate = action(&list.text(), "/rotate");
        let renewed = secret(&admin.submit(&list, &rotate, &[]).await.page(200, &["“数据仓库”的密钥"]));
        for key in [&key, &renewed] {
            Client::with_token(&app, key).get("/orders?scope=all").await.assert_ok();
        }
        let revoke = action(&list.text(), "/revoke");
        admin.submit(&list, &revoke, &[]).await.leads_to(&format!("{CLIENTS}?done=client_revoked"));
        client.get("/orders?scope=all").await.assert_problem(401, "key_invalid");
        admin.get(CLIENTS).await.page(200, &["已停用"]);
        admin.submit(&list, &rotate, &[]).await.page(404, &[]);
        let operator = app.operator().await;
        operator.post("/clients", json!({ "name": "x", "scopes": ["link"] })).await.assert_status(403);
    }

    async fn a_unit_is_linked_under_the_platforms_code_and_unlinked(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(LINKED_UNITS).await;
        page.page(200, &["还没有对接单位", "洛阳市城市管理局", "翠云路街道办事处"]);
        let link = async |unit: &str, code: &str| {
            admin.submit(&page, LINKED_UNITS, &[("unit", unit), ("platform_code", code)]).await
        };
        let linked = format!("{LINKED_UNITS}?done=unit_linked");
        link("洛阳市城市管理局", "PT-7").await.leads_to(&linked);
        admin.get(&linked).await.page(200, &["单位已对接", "PT-7", "取消对接"]);
        // A code belongs to one unit, and the entries stay in the form.
        let taken = link("翠云路街道办事处", "PT-7").await;
        taken.page(422, &["这个平台编码已用于另一单位", "value=\"翠云路街道办事处\"", "value=\"PT-7\""]);
        link("没有的单位", "PT-8").await.page(422, &["没有这个单位", "value=\"PT-8\""]);
        link("翠云路街道办事处", "两 个").await.page(422, &["平台编码应为1至64个字符"]);
        // The same unit may get another code.
        link("洛阳市城市管理局", "PT-9").await.leads_to(&linked);
        let list = admin.get(LINKED_UNITS).await;
        let text = list.page(200, &["PT-9"]);
        assert!(!text.contains("PT-7"), "{text}");
        let api = app.admin().await.get("/link/units").await.ok();
        assert_eq!((api["items"].as_array().map(Vec::len), &api["items"][0]["platform_code"]), (Some(1), &json!("PT-9")));
        let unlink = action(&text, "/unlink");
        admin.submit(&list, &unlink, &[]).await.leads_to(&format!("{LINKED_UNITS}?done=unit_unlinked"));
        admin.get(LINKED_UNITS).await.page(200, &["还没有对接单位"]);
        admin.submit(&list, &unlink, &[]).await.page(404, &[]);
    }

    async fn keys_endpoints_and_linked_units_are_in_the_audit_log(app: TestApp) {
        let admin = app.admin().await;
        let client = json!({ "name": "数据仓库", "scopes": ["orders:read"] });
        let client = admin.post("/clients", client).await.ok();
        let path = format!("/clients/{}", client["id"].as_str().unwrap());
        let renewed = admin.post(&format!("{path}/rotate"), json!({})).await.ok();
        admin.delete(&path).await.assert_status(204);
        admin.delete(&path).await.assert_status(404);
        let hook = json!({ "url": "https://example.com/hook?token=geheim", "events": ["*"], "include_personal_data": true });
        let hook = admin.post("/webhooks", hook).await.ok();
        let path = format!("/webhooks/{}", hook["id"].as_str().unwrap());
        let resigned = admin.post(&format!("{path}/rotate"), json!({})).await.ok();
        admin.delete(&path).await.assert_status(204);
        admin.delete(&path).await.assert_status(404);
        let unit = "翠云路街道办事处";
        let path = format!("/link/units/{unit}");
        // Again it changes nothing and is no act.
        for _ in 0..2 {
            admin.put(&path, json!({ "platform_code": "PT-7" })).await.assert_ok();
        }
        admin.delete(&path).await.assert_status(204);
        admin.delete(&path).await.assert_status(404);
        linked_units::link(app.app(), AuditActor::CommandLine, unit, "PT-8").await.unwrap();

        let acts = admin_act::Entity::find().order_by_asc(admin_act::Column::Seq);
        let acts: Vec<_> = acts.all(&app.app().db).await.unwrap().into_iter().skip(1).collect();
        use ActKind::{ClientCreated, ClientRevoked, ClientRotated, UnitLinked, UnitUnlinked, WebhookCreated, WebhookDeleted, WebhookRotated};
        let kinds: Vec<ActKind> = acts.iter().map(|act| act.kind).collect();
        assert_eq!(kinds, [
            ClientCreated, ClientRotated, ClientRevoked, WebhookCreated, WebhookRotated, WebhookDeleted, UnitLinked, UnitUnlinked,
            UnitLinked,
        ]);
        let by_people: Vec<bool> = acts.iter().map(|act| act.person_id.is_some()).collect();
        assert_eq!(by_people, [true, true, true, true, true, true, true, true, false]);
        assert_eq!(audit_log::service::verify(&app.app().db).await.unwrap(), (9, None));
        let written = format!("{acts:?}");
        for secret in [&client["key"], &renewed["key"], &hook["secret"], &resigned["secret"]] {
            assert!(!written.contains(secret.as_str().unwrap()), "{written}");
        }
        assert!(!written.contains("geheim"), "an address may hold a secret: {written}");
        let browser = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        browser.get("/console/admin/audit").await.page(200, &[
            "新建接口客户端", "更换接口密钥", "停用接口客户端", "数据仓库", "读取工单", "新建推送地址", "更换签名密钥", "删除推送地址",
            "example.com", "全部事件，含个人信息", "取消对接单位", unit, "平台编码 PT-7", "服务器命令行",
        ]);
    }
}

mod an_endpoint {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        super::an_endpoint_is_made_tested_and_deleted(tests::Db::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        super::an_endpoint_is_made_tested_and_deleted(tests::Db::Postgres).await;
    }
}
