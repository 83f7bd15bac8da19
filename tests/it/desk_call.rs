//! 登记来电 at the operators' desk: the caller found, the draft checked, the emergency read out, the order filed.

use serde_json::{Value, json};
use tests::orders::{Report, number};
use tests::{Answer, Browser, PersonQuery, TestApp, places};

const PATH: &str = "/console/desk/call";
/// On no roster.
const STRANGE: &str = "13900009999";
const TEXT: &str = "流动摊贩占道经营，早晚高峰车辆和行人都过不去。";
const TWO: &str =
    "小区门口的路灯坏了好几天不亮，晚上一片漆黑。另外对面工地半夜还在打桩施工，噪声吵得睡不着。";

async fn desk_of(app: &TestApp) -> Browser {
    Browser::as_cast(app, PersonQuery::role("operator")).await
}

/// The form sent with these entries besides its hidden ones.
async fn send(desk: &Browser, page: &Answer, step: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("step", step)];
    all.extend_from_slice(fields);
    desk.submit(page, PATH, &all).await
}

/// The id of the delegate in the radio button before this name.
fn id_of(page: &str, name: &str) -> String {
    let before = page
        .split(&format!("<strong>{name}</strong>"))
        .next()
        .expect("a name");
    let value = before
        .rsplit("name=\"delegate\" value=\"")
        .next()
        .expect("a choice");
    value.split('"').next().expect("an id").to_owned()
}

fn filed_number(answer: &Answer) -> String {
    let location = answer.header("location");
    let number = location.strip_prefix("/console/desk/call?done=call_filed&filed=");
    number
        .unwrap_or_else(|| panic!("{} {location} {}", answer.status, answer.text()))
        .to_owned()
}

fn point() -> String {
    let place = places::JIANXI.json();
    format!("{}, {}", place["longitude"], place["latitude"])
}

fn datum() -> String {
    places::JIANXI.json()["datum"]
        .as_str()
        .expect("a datum")
        .to_owned()
}

tests::on_both_databases! {
    async fn a_known_number_leads_to_the_delegate_with_open_orders_and_to_an_order(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let open = delegate.submit(&Report::at(places::JIANXI).saying("路口的红绿灯不亮了，车辆抢行。")).await;
        let desk = desk_of(&app).await;
        desk.get("/console/desk").await.page(200, &["登记来电", "href=\"/console/desk/call\""]);
        let form = desk.get(PATH).await;
        form.page(200, &["来电号码", "data-point=\"line\"", "autofocus"]);
        let phone = delegate.person().phone.clone();
        let found = send(&desk, &form, "find", &[("caller_phone", &phone)]).await;
        let text = found.page(200, &[&delegate.person().name, "请核对是否本人", "名册上的号码", number(&open), "红绿灯"]);
        let id = id_of(&text, &delegate.person().name);
        let entries = [
            ("caller_phone", phone.as_str()), ("delegate", &id), ("description", TEXT), ("location", &point()), ("datum", &datum()),
        ];
        let checked = send(&desk, &found, "check", &entries).await;
        checked.page(200, &["涧西区", "会派到哪里", "按文字判断的类别", "data-category", TEXT]);
        let filed = send(&desk, &checked, "file", &entries).await;
        let order = filed_number(&filed);
        let operator = app.operator().await;
        let order = operator.get(&format!("/orders/{order}")).await.ok();
        assert_eq!((&order["channel"], &order["reporter"]["name"]), (&json!("call"), &json!(delegate.person().name)));
        assert_eq!(order["area"]["name"], "涧西区");
        // The browser's "back" and a second press file nothing twice.
        let again = send(&desk, &checked, "file", &entries).await;
        assert_eq!(filed_number(&again), number(&order));
        desk.get(filed.header("location")).await.page(200, &["来电已登记", number(&order)]);
        app.run_jobs().await;
    }

    async fn an_unknown_number_is_filed_for_a_named_delegate_after_confirmation(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let name = delegate.person().name.clone();
        let desk = desk_of(&app).await;
        let form = desk.get(PATH).await;
        let unknown = send(&desk, &form, "find", &[("caller_phone", STRANGE)]).await;
        unknown.page(200, &["名册上没有这个号码", "按普通市民来电受理"]);
        send(&desk, &form, "find", &[("caller_phone", "12")]).await.page(422, &["号码无法识别", "value=\"12\""]);
        let named = send(&desk, &unknown, "find", &[("caller_phone", STRANGE), ("caller_name", &name)]).await;
        let id = id_of(&named.page(200, &[&name, "怎样核实的身份"]), &name);
        let entries = [
            ("caller_phone", STRANGE), ("caller_name", name.as_str()), ("delegate", &id), ("description", TEXT),
            ("address", "涧西区中州西路"),
        ];
        let refused = send(&desk, &named, "file", &entries).await;
        refused.page(422, &["请核实身份并写明核实方式", TEXT, "涧西区中州西路"]);
        let mut sure = entries.to_vec();
        sure.extend([("identity_confirmed", "核对姓名、选举单位和代表证号"), ("remember_number", "yes")]);
        filed_number(&send(&desk, &refused, "file", &sure).await);
        let known = send(&desk, &desk.get(PATH).await, "find", &[("caller_phone", STRANGE)]).await;
        known.page(200, &[&name, "坐席核实过的号码"]);
        app.run_jobs().await;
    }

    async fn words_that_tell_of_two_matters_are_shown_as_two(app: TestApp) {
        let desk = desk_of(&app).await;
        let form = desk.get(PATH).await;
        let named = send(&desk, &form, "find", &[("caller_phone", STRANGE)]).await;
        let two = send(&desk, &named, "check", &[("caller_phone", STRANGE), ("description", TWO)]).await;
        two.page(200, &["似乎有两件事，可分开上报", "路灯照明：小区门口的路灯坏了好几天不亮", "夜间施工噪声：对面工地半夜还在打桩施工"]);
        let one = send(&desk, &named, "check", &[("caller_phone", STRANGE), ("description", TEXT)]).await;
        assert!(!one.text().contains("似乎有两件事"), "{}", one.text());
    }

    async fn a_number_that_several_share_wants_one_chosen(app: TestApp) {
        let desk = desk_of(&app).await;
        let operator = app.operator().await;
        let people = [app.person(PersonQuery::delegate("涧西区")).await, app.person(PersonQuery::delegate("洛龙区")).await];
        for (count, person) in people.iter().enumerate() {
            let found = operator.get(&format!("/hotline/callers?name={}", person.name)).await.ok();
            let body = json!({
                "caller_phone": STRANGE, "call_id": format!("S-{count}"), "description": TEXT, "location": places::JIANXI.json(),
                "delegate_id": found["items"][0]["id"], "identity_confirmed": "听声音并核对代表证号", "remember_number": true,
            });
            operator.post("/hotline/calls", body).await.assert_status(201);
        }
        let form = desk.get(PATH).await;
        let found = send(&desk, &form, "find", &[("caller_phone", STRANGE)]).await;
        found.page(200, &["这个号码对应 2 位代表", &people[0].name, &people[1].name]);
        let entries = [("caller_phone", STRANGE), ("description", TEXT), ("location", &point()), ("datum", &datum())];
        send(&desk, &found, "file", &entries).await.page(422, &["对应多位代表"]);
        let id = id_of(&found.text(), &people[1].name);
        let mut chosen = entries.to_vec();
        chosen.push(("delegate", &id));
        let order = filed_number(&send(&desk, &found, "file", &chosen).await);
        let order = operator.get(&format!("/orders/{order}")).await.ok();
        assert_eq!(order["reporter"]["name"], json!(people[1].name));
        app.run_jobs().await;
    }

    async fn the_number_of_a_delegate_who_left_is_called_recycled(app: TestApp) {
        let delegate = app.delegate("涧西区").await.person().clone();
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let list = admin.get("/console/admin/people").await;
        let found = admin.submit(&list, "/console/admin/people/find", &[("phone", &delegate.phone)]).await;
        let path = found.header("location").to_owned();
        let desk = desk_of(&app).await;
        let form = desk.get(PATH).await;
        let before = send(&desk, &form, "find", &[("caller_phone", &delegate.phone)]).await.text();
        assert!(!before.contains("已离任"), "{before}");
        admin.submit(&admin.get(&path).await, &format!("{path}/retire"), &[]).await;
        let after = send(&desk, &form, "find", &[("caller_phone", &delegate.phone)]).await;
        after.page(200, &["名册上没有这个号码", &format!("原属已离任的代表 {}", delegate.name), "可能已经转给他人"]);
    }

    async fn an_emergency_is_read_out_before_the_call_is_filed(app: TestApp) {
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        let desk = desk_of(&app).await;
        let form = desk.get(PATH).await;
        let gas = "家里闻到臭鸡蛋味，很浓";
        let entries = [("caller_phone", delegate.phone.as_str()), ("description", gas), ("location", &point()), ("datum", &datum())];
        let held = send(&desk, &form, "file", &entries).await;
        held.page(422, &["请来电人先拨打", "119", "已请来电人先拨打", gas]);
        let mut told = entries.to_vec();
        told.push(("emergency_seen", "gas"));
        let order = filed_number(&send(&desk, &held, "file", &told).await);
        let order = app.operator().await.get(&format!("/orders/{order}")).await.ok();
        assert_eq!((&order["status"], &order["emergency"]["kind"], &order["unit"]), (&json!("triage"), &json!("gas"), &Value::Null));
        app.run_jobs().await;
    }

    async fn an_open_order_about_the_same_matter_is_named(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let known = delegate.submit(&Report::at(places::JIANXI).category("占道经营").saying(TEXT)).await;
        app.run_jobs().await;
        let desk = desk_of(&app).await;
        let form = desk.get(PATH).await;
        let near = [("description", TEXT), ("location", &point()), ("datum", &datum())];
        send(&desk, &form, "check", &near).await.page(200, &["可能是同一件事", number(&known), "很可能相同"]);
        send(&desk, &form, "check", &[("description", TEXT)]).await.page(200, &[number(&known)]);
        let other = send(&desk, &form, "check", &[("description", "图书馆周末开放时间太短。")]).await.text();
        assert!(!other.contains(number(&known)), "{other}");
        // A point that is none is said beside its field when the call is filed.
        let wrong = [("caller_phone", delegate.person().phone.as_str()), ("description", TEXT), ("location", "东经112")];
        send(&desk, &form, "file", &wrong).await.page(422, &["请写成“经度, 纬度”"]);
    }

    async fn calls_are_the_operators(app: TestApp) {
        for role in ["handler", "delegate", "supervisor", "admin"] {
            let other = Browser::as_cast(&app, PersonQuery::role(role)).await;
            other.get(PATH).await.page(403, &[]);
            let token = other.get("/console/sessions").await.hidden("csrf");
            other.send(PATH, &[("csrf", token), ("step", "find".to_owned())]).await.page(403, &[]);
        }
        Browser::new(&app).get(PATH).await.leads_to("/console/login?next=/console/desk/call");
    }
}
