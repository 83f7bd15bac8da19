//! The console's people: found, signed out, untied, given a one-time link; never a whole phone number or an openid.

use entity::kinds::ActKind;
use entity::{admin_act, session};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tests::{Browser, PersonQuery, TestApp};

const PATH: &str = "/console/admin/people";
const FIND: &str = "/console/admin/people/find";

async fn living(app: &TestApp) -> u64 {
    let query = session::Entity::find().filter(session::Column::EndedAt.is_null());
    query.count(&app.app().db).await.unwrap()
}

/// The address of the only person that a search by name finds.
async fn page_of(admin: &Browser, name: &str) -> String {
    let query = percent(name);
    let found = admin.get(&format!("{PATH}?q={query}")).await;
    let text = found.page(200, &[name]);
    let mark = format!("href=\"{PATH}/");
    let rest = text.split(&mark).nth(1).expect("a person");
    format!("{PATH}/{}", rest.split('"').next().unwrap())
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The last act is of this kind and shown with this name, which it does not keep.
async fn last_act(app: &TestApp, admin: &Browser, kind: ActKind, name: &str) {
    let last = admin_act::Entity::find().order_by_desc(admin_act::Column::Seq);
    let last = last.one(&app.app().db).await.unwrap().unwrap();
    assert_eq!((last.kind, last.subject.as_str()), (kind, ""));
    assert!(!last.detail.to_string().contains(name), "{}", last.detail);
    admin.get("/console/admin/audit").await.page(200, &[name]);
}

tests::on_both_databases! {
    async fn somebody_is_found_by_name_and_by_number_and_both_stay_hidden(app: TestApp) {
        let delegate = app.delegate("涧西区").await.person().clone();
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let path = page_of(&admin, &delegate.name).await;
        let text = admin.get(&path).await.page(200, &[&delegate.name, "人大代表", "****", "已绑定", "小程序"]);
        let list = admin.get(PATH).await;
        let listed = list.page(200, &["人员与登录", "按手机号查找"]);
        for page in [&text, &listed] {
            assert!(!page.contains(&delegate.phone), "a whole number: {page}");
            assert!(!page.contains(&delegate.openid), "an openid: {page}");
        }
        admin.submit(&list, FIND, &[("phone", &delegate.phone)]).await.leads_to(&path);
        admin.submit(&list, FIND, &[("phone", "139")]).await.page(422, &["完整的 11 位", "value=\"139\""]);
        admin.submit(&list, FIND, &[("phone", "13900009999")]).await.page(422, &["名册上没有"]);
        // By role, and page by page.
        let handlers = admin.get(&format!("{PATH}?role=handler")).await.page(200, &["承办单位"]);
        assert!(!handlers.contains(&delegate.name), "{handlers}");
        admin.get(&format!("{PATH}?q=%E6%9F%A5%E6%97%A0%E6%AD%A4%E4%BA%BA")).await.page(200, &["没有找到"]);
    }

    async fn a_person_is_edited_without_typing_the_number_again(app: TestApp) {
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let path = page_of(&admin, &delegate.name).await;
        let page = admin.get(&path).await;
        let text = page.page(200, &["修改资料", &format!("value=\"{}\"", delegate.name), "不填则不变"]);
        assert!(!text.contains(&delegate.phone), "{text}");
        let change = format!("{path}/change");
        let entries = [
            ("name", delegate.name.as_str()), ("phone", ""), ("role", "代表"), ("level", "市"), ("area", "涧西区"),
            ("electoral_unit", "涧西区第九选举单位"),
        ];
        let mut wrong = entries.to_vec();
        wrong[4] = ("area", "没有的区");
        admin.submit(&page, &change, &wrong).await.page(422, &["没有的区", "涧西区第九选举单位"]);
        admin.submit(&page, &change, &entries).await.leads_to(&format!("{path}?done=person_saved"));
        admin.get(&path).await.page(200, &["涧西区第九选举单位"]);
        let found = admin.submit(&admin.get(PATH).await, FIND, &[("phone", &delegate.phone)]).await;
        found.leads_to(&path);
    }

    async fn an_admin_signs_somebody_out(app: TestApp) {
        let phone = app.operator().await;
        let name = phone.person().name.clone();
        let browser = Browser::as_cast(&app, PersonQuery::named(&name)).await;
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let path = page_of(&admin, &name).await;
        let page = admin.get(&path).await;
        page.page(200, &["小程序", "工作台", "全部退出"]);
        let text = page.text();
        let mark = format!("{path}/sessions/");
        let session = text.split(&mark).nth(1).and_then(|rest| rest.split('/').next()).unwrap();
        let end = format!("{path}/sessions/{session}/end");
        assert_eq!(living(&app).await, 3);
        admin.submit(&page, &end, &[]).await.leads_to(&format!("{path}?done=session_ended"));
        assert_eq!(living(&app).await, 2);
        admin.submit(&page, &end, &[]).await.page(404, &[]);
        admin.submit(&page, &format!("{path}/end-all"), &[]).await.leads_to(&format!("{path}?done=person_signed_out"));
        assert_eq!(living(&app).await, 1, "the admin's own");
        phone.get("/me").await.assert_problem(401, "session_ended");
        browser.get("/console/sessions").await.leads_to("/console/login?next=/console/sessions");
        last_act(&app, &admin, ActKind::SessionsEnded, &name).await;
    }

    async fn an_admin_unties_somebody_who_can_bind_anew(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let name = delegate.person().name.clone();
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let path = page_of(&admin, &name).await;
        let page = admin.get(&path).await;
        admin.submit(&page, &format!("{path}/unbind"), &[]).await.leads_to(&format!("{path}?done=person_unbound"));
        delegate.get("/me").await.assert_problem(401, "session_ended");
        let text = admin.get(&path).await.page(200, &["未绑定", "现在没有登录"]);
        assert!(!text.contains("解除绑定"), "{text}");
        last_act(&app, &admin, ActKind::PersonUnbound, &name).await;
    }

    async fn a_link_signs_its_person_in_once_and_is_recorded(app: TestApp) {
        let operator = app.person(PersonQuery::role("operator")).await;
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let path = page_of(&admin, &operator.name).await;
        let page = admin.get(&path).await;
        let made = admin.submit(&page, &format!("{path}/link"), &[]).await;
        let text = made.page(201, &["只能使用一次", "15 分钟"]);
        let link = text.split("/console/login/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let link = format!("/console/login/{link}");
        assert!(!admin.get(&path).await.text().contains(&link), "shown once");
        let browser = Browser::new(&app);
        browser.send(&link, &[]).await.leads_to("/console");
        browser.get("/console/sessions").await.page(200, &[&operator.name]);
        browser.send(&link, &[]).await.page(409, &["已被使用"]);
        last_act(&app, &admin, ActKind::SignInLinkMade, &operator.name).await;
    }

    async fn people_are_an_admins(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let victim = app.person(PersonQuery::role("supervisor")).await;
        let path = page_of(&admin, &victim.name).await;
        for role in ["operator", "supervisor", "handler", "delegate"] {
            let other = Browser::as_cast(&app, PersonQuery::role(role)).await;
            let token = other.get("/console/sessions").await.hidden("csrf");
            for address in [PATH, path.as_str()] {
                other.get(address).await.page(403, &["您的身份"]);
            }
            for address in [FIND.to_owned(), format!("{path}/link"), format!("{path}/unbind"), format!("{path}/end-all")] {
                other.send(&address, &[("csrf", token.clone())]).await.page(403, &["您的身份"]);
            }
        }
        assert_eq!(admin_act::Entity::find().count(&app.app().db).await.unwrap(), 1, "no act but the row before the first");
    }
}
