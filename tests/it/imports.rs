//! Tables over HTTP and in the console: files as offices send them, whose row is it, and who leaves.

use entity::kinds::Role;
use entity::person;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use rust_xlsxwriter::Workbook;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::orders::Report;
use tests::{Answer, Browser, Client, PersonQuery, TestApp};

const HEADINGS: &str = "姓名,手机号,角色,层级,选举单位,区县";

async fn post(who: &Client, kind: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Answer {
    let path = format!("/imports/{kind}");
    who.request(Method::POST, &path, |request| {
        let part = Part::bytes(bytes.to_vec()).file_name("名册.csv");
        let form = fields
            .iter()
            .fold(Form::new().part("file", part), |form, (name, text)| {
                form.text((*name).to_owned(), (*text).to_owned())
            });
        request.multipart(form)
    })
    .await
}

/// Imports for good and keeps everybody else.
async fn import(who: &Client, bytes: &[u8]) -> Value {
    post(
        who,
        "delegates",
        bytes,
        &[("dry_run", "false"), ("keep_missing", "true")],
    )
    .await
    .ok()
}

async fn lines(who: &Client, lines: &str) -> Value {
    import(who, format!("{HEADINGS}\n{lines}\n").as_bytes()).await
}

fn counts(outcome: &Value) -> [u64; 4] {
    ["added", "changed", "left", "unchanged"].map(|name| outcome[name].as_u64().unwrap())
}

async fn people(app: &TestApp, name: &str) -> Vec<person::Model> {
    let named = person::Entity::find().filter(person::Column::Name.eq(name));
    named.all(&app.app().db).await.unwrap()
}

/// The only person of that name.
async fn one(app: &TestApp, name: &str) -> person::Model {
    let mut found = people(app, name).await;
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

async fn bind(app: &TestApp, name: &str) {
    person::Entity::update_many()
        .col_expr(person::Column::OpenidHash, Expr::value(format!("bound-{name}")))
        .filter(person::Column::Name.eq(name))
        .exec(&app.app().db)
        .await
        .unwrap();
}

tests::on_both_databases! {
    async fn files_are_read_as_offices_send_them(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let dry = [("dry_run", "true"), ("keep_missing", "true")];
        let row = |phone: &str| format!("姓名,手机号,角色,层级,选举单位\n测试甲,\"{phone}\",代表,市,测试团\n");
        for phone in ["138.0000.0001", "138－0000－0001", "\u{202d}13800000001\u{202c}", "138\t00000001", "138\u{200b}00000001", "+86 0138 0000 0001"] {
            let outcome = post(&admin, "delegates", row(phone).as_bytes(), &dry).await.ok();
            assert_eq!((counts(&outcome), outcome["faults"].as_array().unwrap().len()), ([1, 0, 0, 0], 0), "{phone:?}: {outcome}");
        }
        for (text, column) in [
            ("姓名,手机号,联系电话,层级\n测试丁,13800000004,0379-63938888,市\n", "联系电话"),
            ("姓名,手机号,层级,代表团,选区\n测试丁,13800000004,市,一团,二区\n", "代表团"),
        ] {
            let outcome = post(&admin, "delegates", text.as_bytes(), &dry).await.ok();
            assert_eq!((outcome["added"].as_u64(), outcome["unused_columns"][0].as_str()), (Some(1), Some(column)), "{outcome}");
        }
        let open = format!("{HEADINGS}\n辛一,13810000021,代表,市,一团,\n辛二,13810000022,代表,市,\"一团,\n");
        let outcome = post(&admin, "delegates", open.as_bytes(), &dry).await.ok();
        let fault = &outcome["faults"][0];
        assert_eq!((fault["line"].as_u64(), fault["code"].as_str(), fault["column"].as_str()), (Some(3), Some("open_quote"), Some("选举单位")));
        assert_eq!(counts(&outcome), [0; 4]);
    }

    async fn the_columns_that_carry_rights_are_obeyed(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let text = "姓名,手机号,*角色,层级,委员会\n测试甲,13800000001,人大常委会,市,代表工作委员会\n";
        assert_eq!(counts(&import(&admin, text.as_bytes()).await), [1, 0, 0, 0]);
        assert_eq!(one(&app, "测试甲").await.role, Role::Supervisor);
        let text = "姓名,手机号,角色,层级,选举单位,在册（是/否）\n测试乙,13800000002,代表,市,测试团,否\n";
        assert_eq!(counts(&import(&admin, text.as_bytes()).await), [0; 4]);
        assert!(people(&app, "测试乙").await.is_empty());
        // Whoever is on the roster leaves by the same word.
        assert_eq!(counts(&import(&admin, text.replace('否', "是").as_bytes()).await), [1, 0, 0, 0]);
        assert_eq!(counts(&import(&admin, text.as_bytes()).await), [0, 0, 1, 0]);
        assert!(!one(&app, "测试乙").await.active);
        let outcome = import(&admin, "姓名,手机号,角色,层级,委员会\n测试己,13800000009,人大常委会,市,随便写的委员会\n".as_bytes()).await;
        assert_eq!(outcome["faults"][0]["code"], "unknown_committee");
        let outcome = import(&admin, "姓名,手机号,系统角色\n测试丙,13800000003,管理员\n".as_bytes()).await;
        assert_eq!(outcome["faults"][0]["code"], "rights_column_unclear");
    }

    async fn a_number_that_passes_to_another_person_takes_nothing_along(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        assert_eq!(counts(&lines(&admin, "甲一,13800000001,代表,市,一团,").await), [1, 0, 0, 0]);
        bind(&app, "甲一").await;
        // The name alone: still the same person, with everything.
        assert_eq!(counts(&lines(&admin, "甲壹,13800000001,代表,市,一团,").await), [0, 1, 0, 0]);
        let before = one(&app, "甲壹").await;
        assert_eq!(before.openid_hash.as_deref(), Some("bound-甲一"));
        // Name and unit: somebody else.
        let text = format!("{HEADINGS}\n乙二,13800000001,代表,县,二选区,涧西区\n");
        let dry = [("dry_run", "true"), ("keep_missing", "true")];
        let planned = post(&admin, "delegates", text.as_bytes(), &dry).await.ok();
        assert_eq!(counts(&planned), [1, 0, 1, 0]);
        assert_eq!(planned["taken_over"][0]["from"], "甲壹");
        assert_eq!(planned["left_names"][0], "甲壹");
        assert_eq!(counts(&import(&admin, text.as_bytes()).await), [1, 0, 1, 0]);
        let (old, new) = (one(&app, "甲壹").await, one(&app, "乙二").await);
        assert!(!old.active && old.openid_hash.is_none() && new.openid_hash.is_none() && old.id != new.id);
    }

    async fn a_plan_that_was_shown_can_be_carried_out(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let two = "戊测丙,13810000081,代表,市,测试一团,\n戊测丁,13810000082,代表,市,测试二团,";
        assert_eq!(counts(&lines(&admin, two).await), [2, 0, 0, 0]);
        // One takes the number of the other, who is not in the file.
        let text = format!("{HEADINGS}\n戊测丁,13810000081,代表,市,测试二团,\n");
        let dry = [("dry_run", "true"), ("keep_missing", "true")];
        let planned = post(&admin, "delegates", text.as_bytes(), &dry).await.ok();
        let done = import(&admin, text.as_bytes()).await;
        assert_eq!((counts(&planned), counts(&done)), ([0, 1, 1, 0], [0, 1, 1, 0]));
        assert!(!one(&app, "戊测丙").await.active);
        // Both come back with their numbers exchanged.
        let swapped = "戊测丙,13810000082,代表,市,测试一团,\n戊测丁,13810000081,代表,市,测试二团,";
        assert_eq!(counts(&lines(&admin, swapped).await), [1, 0, 0, 1]);
    }

    async fn dots_and_blanks_in_names_are_equal(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        assert_eq!(counts(&lines(&admin, "买买提·艾力,13800000001,代表,市,一团,").await), [1, 0, 0, 0]);
        // Another number, another dot: one person.
        assert_eq!(counts(&lines(&admin, "买买提 • 艾力,13800000002,代表,市,一团,").await), [0, 1, 0, 0]);
        let operator = app.operator().await;
        let found = operator.get("/hotline/callers?name=买买提．艾力").await.ok();
        assert_eq!(found["items"].as_array().map_or(0, Vec::len), 1, "{found}");
    }

    async fn who_leaves_is_shown_with_what_is_open(app: TestApp) {
        let delegate = app.delegate("county").await;
        let order = delegate.submit(&Report::default()).await;
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let text = format!("{HEADINGS}\n甲一,13800000001,代表,市,一团,\n");
        let fields = [("dry_run", "true"), ("keep_missing", "false")];
        let planned = post(&admin, "delegates", text.as_bytes(), &fields).await.ok();
        let name = delegate.person().name.as_str();
        let left = planned["left_people"].as_array().unwrap();
        let leaving = left.iter().find(|person| person["name"] == name).unwrap();
        assert_eq!((leaving["open_orders"].as_u64(), &leaving["numbers"][0]), (Some(1), &order["number"]));
        // Unless told otherwise, everybody stays.
        assert_eq!(post(&admin, "delegates", text.as_bytes(), &[("dry_run", "true")]).await.ok()["left"], 0);
        app.run_jobs().await;
    }

    async fn past_orders_come_in_once_and_nobody_is_notified(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let table = "工单编号,受理时间,签收时间,答复时间,办结时间,反映内容,所属区县,事项类别,答复内容,满意度\n\
            A2023-0001,2023-05-04 09:30,2023-05-04 11:00,2023-05-06 16:00,2023-05-07 10:00,路灯不亮,涧西区,路灯照明,已修复,满意\n\
            A2023-0002,2023/5/5 8:00,,,2023/5/9,小区门口有人占道经营,洛龙区,,,\n";
        assert_eq!(counts(&post(&admin, "orders", table.as_bytes(), &[("dry_run", "true")]).await.ok()), [2, 0, 0, 0]);
        assert_eq!(counts(&post(&admin, "orders", table.as_bytes(), &[]).await.ok()), [2, 0, 0, 0]);
        assert_eq!(counts(&post(&admin, "orders", table.as_bytes(), &[]).await.ok()), [0, 0, 0, 2]);
        app.run_jobs().await;
        let operator = app.operator().await;
        let order = operator.get("/orders/A2023-0001").await.ok();
        assert_eq!((&order["status"], &order["verdicts"][0]["result"]), (&json!("closed"), &json!("satisfied")));
        assert!(operator.get("/inbox").await.ok()["items"].as_array().unwrap().is_empty());
        let late = table.replace("2023-05-07 10:00", "2023-05-01 10:00").replace("A2023", "A2024");
        let refused = post(&admin, "orders", late.as_bytes(), &[]).await.ok();
        assert_eq!((&refused["faults"][0]["line"], &refused["faults"][0]["code"]), (&json!(2), &json!("times_out_of_order")));
    }

    async fn another_systems_headings_and_words_are_read_by_a_map(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let delegate = app.delegate("涧西区").await;
        let phone = delegate.person().phone.clone();
        let table = format!("业务流水,来件,了结,诉求详情,属地,大类,主责,回访,来电\n\
            B2023-0001,2023-05-04 09:30,2023-05-07 10:00,路灯不亮,涧西,照明类,涧西府,好评,{phone}\n\
            B2023-0002,2023-05-05 09:30,2023-05-08 10:00,路灯又不亮,涧西,照明类,涧西府,好评,13000000000\n");
        let map = "[columns]\nnumber = \"业务流水\"\nsubmitted_at = \"来件\"\nclosed_at = \"了结\"\ndescription = \"诉求详情\"\n\
            county = \"属地\"\ncategory = \"大类\"\nunit = \"主责\"\nverdict = \"回访\"\nreporter_phone = \"来电\"\n\
            [counties]\n\"涧西\" = \"涧西区\"\n[categories]\n\"照明类\" = \"路灯照明\"\n\
            [units]\n\"涧西府\" = \"涧西区人民政府\"\n[verdicts]\n\"好评\" = \"满意\"\n";
        let plain = post(&admin, "orders", table.as_bytes(), &[]).await.ok();
        assert_eq!(plain["faults"][0]["code"], "missing_column", "{plain}");
        assert_eq!(counts(&post(&admin, "orders", table.as_bytes(), &[("map", map)]).await.ok()), [2, 0, 0, 0]);
        let operator = app.operator().await;
        let order = operator.get("/orders/B2023-0001").await.ok();
        let read = [&order["category"]["name"], &order["unit"]["name"], &order["area"]["name"], &order["verdicts"][0]["result"]];
        assert_eq!(read, [&json!("路灯照明"), &json!("涧西区人民政府"), &json!("涧西区"), &json!("satisfied")]);
        delegate.get("/orders/B2023-0001").await.assert_ok();
        assert_eq!(delegate.get("/orders?scope=mine").await.ok()["items"].as_array().unwrap().len(), 1);
        for (wrong, code) in [
            (map.replace("路灯照明", "没有的类别"), "map_unknown_value"),
            (map.replace("\"主责\"", "\"主办\""), "mapped_heading_missing"),
            ("[colums]".to_owned(), "map_malformed"),
        ] {
            let refused = post(&admin, "orders", table.as_bytes(), &[("map", &wrong)]).await.ok();
            assert_eq!(refused["faults"][0]["code"], code, "{refused}");
        }
        post(&admin, "sites", table.as_bytes(), &[("map", map)]).await.assert_problem(422, "invalid_fields");
        app.run_jobs().await;
    }

    async fn a_long_history_comes_in_whole_or_not_at_all(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let mut table = String::from("工单编号,受理时间,签收时间,答复时间,办结时间,反映内容,所属区县,事项类别,答复内容,满意度\n");
        for nth in 0..2_500 {
            table.push_str(&format!(
                "C2023-{nth:05},2023-05-04 09:30,2023-05-04 11:00,2023-05-06 16:00,2023-05-07 10:00,\"第{nth}处路灯连续三晚不亮\n影响出行，请尽快检修\",涧西区,路灯照明,已修复,满意\n"
            ));
        }
        let broken = format!("{table}C2023-00001,2023-05-04,,,2023-05-07,重复,,,,\nC2023-99999,2023-05-09,,,2023-05-07,颠倒,,,,\n");
        let refused = post(&admin, "orders", broken.as_bytes(), &[]).await.ok();
        let faults: Vec<_> = refused["faults"].as_array().unwrap().iter().map(|fault| (fault["line"].as_u64().unwrap(), fault["code"].as_str().unwrap())).collect();
        assert_eq!(faults, [(5_002, "duplicate_number"), (5_003, "times_out_of_order")]);
        let operator = app.operator().await;
        operator.get("/orders/C2023-00000").await.assert_status(404);
        assert_eq!(counts(&post(&admin, "orders", table.as_bytes(), &[("dry_run", "true")]).await.ok()), [2_500, 0, 0, 0]);
        operator.get("/orders/C2023-00000").await.assert_status(404);
        assert_eq!(counts(&post(&admin, "orders", table.as_bytes(), &[]).await.ok()), [2_500, 0, 0, 0]);
        let last = operator.get("/orders/C2023-02499").await.ok();
        assert!(last["description"].as_str().unwrap().contains("第2499处"), "{last}");
        let found = operator.get("/orders?scope=all&q=第2499处路灯").await.ok();
        assert_eq!(found["items"][0]["number"], "C2023-02499");
        assert_eq!(counts(&post(&admin, "orders", table.as_bytes(), &[]).await.ok()), [0, 0, 0, 2_500]);
        app.run_jobs().await;
    }

    async fn only_an_administrator_imports_and_only_tables_that_there_are(app: TestApp) {
        let operator = app.operator().await;
        post(&operator, "delegates", b"x", &[]).await.assert_problem(403, "role_may_not");
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        post(&admin, "nothing", b"x", &[]).await.assert_problem(404, "not_found");
        post(&admin, "staff", b"x", &[("dry_run", "perhaps")]).await.assert_problem(422, "invalid_fields");
        let sites = "名称,类型,经度,纬度,地址\n新设联络站,联络站,112.395,34.655,某路 1 号\n错误点位,隧道,999,34.6,\n";
        let outcome = post(&admin, "sites", sites.as_bytes(), &[]).await.ok();
        assert_eq!((outcome["faults"][0]["line"].as_u64(), outcome["faults"][0]["column"].as_str()), (Some(3), Some("经度")));
        let one = sites.lines().take(2).collect::<Vec<_>>().join("\n");
        assert_eq!(counts(&post(&admin, "sites", one.as_bytes(), &[]).await.ok()), [1, 0, 0, 0]);
        assert_eq!(counts(&post(&admin, "sites", one.as_bytes(), &[]).await.ok()), [0, 0, 0, 1]);
    }

    async fn a_number_that_cannot_be_read_is_malformed_and_an_unknown_one_unknown(app: TestApp) {
        let operator = app.operator().await;
        let call = |phone: &str| serde_json::json!({
            "caller_phone": phone, "call_id": format!("C-{}", phone.len()), "description": "路灯坏了三盏，请尽快处理。",
            "address": "涧西区某路 1 号",
        });
        operator.post("/hotline/calls", call("匿名")).await.assert_problem(422, "invalid_fields");
        operator.post("/hotline/calls", call("0379-63930000")).await.assert_problem(422, "caller_not_on_roster");
        operator.get("/hotline/callers?phone=%E5%8C%BF%E5%90%8D").await.assert_problem(422, "invalid_fields");
        assert_eq!(operator.get("/hotline/callers?phone=63930000").await.ok()["items"].as_array().map_or(9, Vec::len), 0);
    }

    async fn the_console_takes_the_file_itself(app: TestApp) {
        const PATH: &str = "/console/admin/roster";
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(PATH).await;
        page.page(200, &["选择文件", "代表名册模板", "按修改处理；其余是新增"]);
        admin.get("/console/admin/import-template/delegates.xlsx").await.assert_status(200);
        let text = format!("{HEADINGS},性别\n甲一,13800000001,代表,市,一团,,男\n");
        let preview = admin.submit_file(&page, PATH, ("名册.csv", &text), &[("kind", "delegates")]).await;
        preview.page(200, &["还没有改动", "没有用到的列：性别", "<dt>新增</dt><dd>1</dd>", "<dt>离任</dt><dd>0</dd>", "不必重新选择"]);
        assert!(people(&app, "甲一").await.is_empty());
        let done = admin.submit(&preview, PATH, &[("kind", "delegates"), ("really", "yes")]).await;
        done.page(200, &["已导入"]);
        assert!(one(&app, "甲一").await.active);
        let person = format!("{PATH}/person");
        let fields = [("name", "甲二"), ("phone", "13800000002"), ("role", "代表"), ("level", "市"), ("electoral_unit", "一团")];
        admin.submit(&done, &person, &fields).await.page(200, &["已导入", "<dt>新增</dt><dd>1</dd>"]);
        let wrong = [("name", "甲三"), ("phone", "1380000000"), ("role", "代表"), ("level", "市")];
        admin.submit(&done, &person, &wrong).await.page(200, &["不是 11 位手机号"]);
        let path = format!("/console/admin/people/{}", one(&app, "甲二").await.id);
        let page = admin.get(&path).await;
        admin.submit(&page, &format!("{path}/retire"), &[]).await;
        assert!(!one(&app, "甲二").await.active);
    }

    async fn a_workbook_is_read_by_its_visible_sheet(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let mut book = Workbook::new();
        let old = book.add_worksheet().set_name("旧名册").unwrap();
        old.set_hidden(true);
        for (row, cells) in [["姓名", "手机号", "层级"], ["旧人", "13911110001", "市"]].iter().enumerate() {
            for (column, text) in cells.iter().enumerate() {
                old.write(row as u32, column as u16, *text).unwrap();
            }
        }
        let sheet = book.add_worksheet().set_name("名册").unwrap();
        sheet.set_active(true);
        for (row, cells) in [["姓名", "手机号", "层级"], ["新人", "13911110002", "市"]].iter().enumerate() {
            for (column, text) in cells.iter().enumerate() {
                sheet.write(row as u32 + 2, column as u16, *text).unwrap();
            }
        }
        let outcome = import(&admin, &book.save_to_buffer().unwrap()).await;
        assert_eq!((counts(&outcome), outcome["sheet"].as_str(), outcome["header_row"].as_u64()), ([1, 0, 0, 0], Some("名册"), Some(3)));
        assert_eq!(outcome["ignored_sheets"][0], "旧名册");
        assert!(people(&app, "旧人").await.is_empty());
    }

    async fn a_unit_that_holds_anything_stays_or_its_orders_go_to_triage(app: TestApp) {
        use zhitong::city::files::Files;
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let units = Files::open("luoyang").unwrap().get("units.csv").unwrap().to_owned();
        let more = format!("{units}D99,洛阳市新设局,市新设局,city_bureau,,,\n");
        let all = [("keep_missing", "false")];
        assert_eq!(counts(&post(&admin, "departments", more.as_bytes(), &all).await.ok())[0], 1);
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::default().category("道路破损")).await;
        let operator = app.operator().await;
        let moved = json!({ "unit": "市新设局", "reason": "由新设的单位办理。" });
        operator.act(&order, "dispatch", moved).await.assert_ok();
        app.run_jobs().await;
        let number = order["number"].as_str().unwrap();

        // Without a choice the list is refused, with the order's number.
        let refused = post(&admin, "departments", units.as_bytes(), &all).await.ok();
        let fault = &refused["faults"][0];
        assert_eq!(fault["code"], "unit_in_use", "{refused}");
        let detail = fault["detail"].as_str().unwrap();
        assert!(detail.contains("D99") && detail.contains("1 件未办结的工单") && detail.contains(number), "{detail}");
        assert_eq!(operator.order(&order).await.ok()["unit"]["name"], "洛阳市新设局");

        // With it, the preview names the order, and the import sends it to triage first.
        let chosen = [("keep_missing", "false"), ("orders_to_triage", "true"), ("dry_run", "true")];
        let planned = post(&admin, "departments", units.as_bytes(), &chosen).await.ok();
        let left = &planned["left_units"][0];
        assert_eq!((&left["code"], &left["open_orders"], &left["numbers"][0]), (&json!("D99"), &json!(1), &json!(number)), "{planned}");
        assert_eq!(operator.order(&order).await.ok()["status"], "dispatched");
        let done = post(&admin, "departments", units.as_bytes(), &chosen[..2]).await.ok();
        assert_eq!((counts(&done)[2], done["faults"].as_array().unwrap().len()), (1, 0), "{done}");
        app.run_jobs().await;
        let order = operator.order(&order).await.ok();
        assert_eq!((&order["status"], &order["unit"]), (&json!("triage"), &Value::Null));
        let told = operator.get("/inbox?limit=10").await.ok();
        assert!(told["items"].as_array().unwrap().iter().any(|line| line["event"] == "triage_needed"), "{told}");
    }

    async fn the_form_of_an_import_is_bounded(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let many: Vec<(String, String)> = (0..40).map(|n| (format!("field{n}"), "x".to_owned())).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        post(&admin, "delegates", b"x", &many).await.assert_problem(413, "too_many_fields");
        post(&admin, "delegates", b"x", &[("sheet", "a\u{0}b")]).await.assert_problem(400, "malformed_form");
        post(&admin, "delegates", b"x", &[("dry_run", "perhaps")]).await.assert_problem(422, "invalid_fields");
    }
}
