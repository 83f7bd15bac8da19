//! A long list as a file: made in steps in the background, for whoever asked and nobody else, gone after a day.

use std::io::Cursor;

use calamine::{Data, DataType as _, Reader as _, Xlsx, open_workbook_from_rs};
use chrono::TimeDelta;
use entity::ids::OrderId;
use entity::kinds::ExportStatus;
use entity::{order, order_export};
use sea_orm::{EntityTrait, IntoActiveModel, PaginatorTrait};
use serde_json::json;
use tests::order_fixture::OrderFixture;
use tests::orders::Report;
use tests::{Browser, PersonQuery, TestApp};
use zhitong::objects::client::ObjectStore;
use zhitong::orders::export::job;

/// More than is answered at once, and more than one step of the job reads.
const MANY: usize = 2_350;

/// As many orders as that: one is reported, the others are copies of its row.
async fn many_orders(app: &TestApp) {
    let delegate = app.delegate("涧西区").await;
    delegate
        .submit(&Report::default().saying("=1+1 路灯不亮，夜间行走很不方便。"))
        .await;
    app.run_jobs().await;
    let db = &app.app().db;
    let first = order::Entity::find().one(db).await.unwrap().unwrap();
    let copies: Vec<_> = (1..MANY)
        .map(|nth| {
            let copy = order::Model {
                id: OrderId::generate(),
                number: format!("T20250907{nth:06}"),
                created_at: first.created_at - TimeDelta::seconds(i64::try_from(nth).unwrap()),
                ..first.clone()
            };
            copy.into_active_model()
        })
        .collect();
    for part in copies.chunks(200) {
        order::Entity::insert_many(part.to_vec())
            .exec_without_returning(db)
            .await
            .unwrap();
    }
}

async fn only(app: &TestApp) -> order_export::Model {
    let rows = order_export::Entity::find().all(&app.app().db).await.unwrap();
    let [row] = rows.as_slice() else {
        panic!("one export: {rows:?}")
    };
    row.clone()
}

async fn objects(app: &TestApp) -> usize {
    app.app()
        .state::<ObjectStore>()
        .list("exports/")
        .await
        .unwrap()
        .len()
}

/// The link to the file that stands on the page.
async fn link(browser: &Browser) -> String {
    let page = browser.get("/console/exports").await.page(200, &["下载"]);
    let link = page
        .split("href=\"")
        .find(|part| part.starts_with("/console/exports/"))
        .expect("a link");
    link.split('"').next().unwrap().to_owned()
}

/// The rows of a workbook's only sheet.
fn rows(book: &[u8]) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(book)).expect("a workbook");
    assert_eq!(book.sheet_names(), ["工单"]);
    let sheet = book.worksheet_range("工单").expect("a sheet");
    sheet.rows().map(<[Data]>::to_vec).collect()
}

tests::on_both_databases! {
    async fn a_long_list_is_made_in_steps_and_two_clicks_make_one(app: TestApp) {
        many_orders(&app).await;
        let browser = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        let asked = browser.get("/console/orders.csv?light=green").await;
        asked.leads_to("/console/exports?format=csv&light=green");
        let page = browser.get("/console/exports?format=csv&light=green").await;
        page.page(200, &[&format!("<b>{MANY}</b>"), "生成 CSV 文件", "没有导出的文件"]);
        let (one, two) = tokio::join!(
            browser.submit(&page, "/console/exports", &[]),
            browser.submit(&page, "/console/exports", &[]),
        );
        one.leads_to("/console/exports?done=export_asked");
        two.leads_to("/console/exports?done=export_asked");
        assert_eq!(only(&app).await.status, ExportStatus::Reading);
        browser.get("/console/exports").await.page(200, &["<progress", &format!("已读取 0 / {MANY} 件")]);

        // One step, and the same one again as after a crash: nothing is read twice.
        let id = only(&app).await.id;
        job::run_step(app.app(), id).await.unwrap();
        let halfway = only(&app).await;
        assert_eq!((halfway.status, halfway.done), (ExportStatus::Reading, 2_000));
        browser.get("/console/exports").await.page(200, &[&format!("已读取 2000 / {MANY} 件")]);
        app.run_jobs().await;
        let ready = only(&app).await;
        assert_eq!((ready.status, ready.done), (ExportStatus::Ready, i64::try_from(MANY).unwrap()));
        let link = link(&browser).await;
        let file = browser.get(&link).await;
        assert!(file.header("content-disposition").contains("orders-"), "{}", file.header("content-disposition"));
        let text = file.page(200, &["\u{feff}工单编号", "'=1+1 路灯"]);
        let mut numbers: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!(numbers.len(), MANY);
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), MANY, "each order once");

        // Another operator, who sees the same orders, does not get another's file.
        let other = Browser::as_cast(&app, PersonQuery::role("operator").nth(1)).await;
        other.get(&link).await.page(404, &[]);
        other.get("/console/exports").await.page(200, &["没有导出的文件"]);
        Browser::new(&app).get(&link).await.leads_to(&format!("/console/login?next={link}"));
        assert!(objects(&app).await >= 2);
        app.advance(TimeDelta::hours(25)).await;
        let browser = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        browser.get(&link).await.page(404, &[]);
        assert_eq!((objects(&app).await, order_export::Entity::find().count(&app.app().db).await.unwrap()), (0, 0));
        // Removing it a second time does nothing.
        job::remove(app.app(), id).await.unwrap();
    }

    async fn a_workbook_is_put_together_from_the_steps(app: TestApp) {
        many_orders(&app).await;
        let browser = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        browser.get("/console/orders.xlsx").await.leads_to("/console/exports?format=xlsx");
        let page = browser.get("/console/exports?format=xlsx").await;
        browser.submit(&page, "/console/exports", &[]).await.leads_to("/console/exports?done=export_asked");
        app.run_jobs().await;
        let row = only(&app).await;
        assert_eq!(row.status, ExportStatus::Ready);
        // Twice is once.
        job::run_step(app.app(), row.id).await.unwrap();
        assert_eq!(only(&app).await, row);
        let book = browser.get(&link(&browser).await).await;
        let sheet = rows(&book.body);
        assert_eq!((sheet.len(), sheet[0][0].as_string()), (MANY + 1, Some("工单编号".to_owned())));
        let said = "=1+1 路灯不亮，夜间行走很不方便。";
        assert!(sheet[1..].iter().all(|row| row[8] == Data::String(said.to_owned())), "a text, no formula");
        let short = browser.get("/console/orders.xlsx?q=T20250907000001").await;
        assert_eq!(rows(&short.body).len(), 2);
    }

    async fn a_workbook_has_the_time_of_every_step_the_round_the_extension_and_the_verdict(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let asked = desk.by_unit("extensions", json!({ "reason": "需要连续监测。", "days": 3 })).await.ok();
        let decision = format!("extensions/{}/decision", asked["extensions"][0]["id"].as_str().unwrap());
        desk.by(&app.operator().await, &decision, json!({ "granted": true })).await.assert_ok();
        desk.by_unit("reply", tests::order_fixture::reply()).await.assert_ok();
        app.run_jobs().await;
        desk.judge("dissatisfied").await.assert_ok();
        app.run_jobs().await;
        desk.handle_again().await;
        app.run_jobs().await;
        desk.judge("satisfied").await.assert_ok();
        app.run_jobs().await;
        let browser = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        let book = browser.get(&format!("/console/orders.xlsx?q={}", desk.number)).await;
        let sheet = rows(&book.body);
        let cell = |heading: &str| {
            let at = sheet[0].iter().position(|cell| cell.as_string().as_deref() == Some(heading));
            sheet[1][at.unwrap_or_else(|| panic!("no column {heading}"))].clone()
        };
        for heading in ["提交时间", "派单时间", "签收时间", "答复时间", "评价时间", "办结时间", "延期后期限"] {
            assert!(matches!(cell(heading), Data::DateTime(_)), "{heading}: {:?}", cell(heading));
        }
        for (heading, number) in [("办理次数", 2.0), ("延期次数", 1.0), ("延期天数", 3.0), ("附议", 0.0)] {
            assert_eq!(cell(heading).as_f64(), Some(number), "{heading}");
        }
        for (heading, text) in [("评价结果", "满意"), ("是否解决", "已解决"), ("工单编号", desk.number.as_str())] {
            assert_eq!(cell(heading), Data::String(text.to_owned()), "{heading}");
        }
        let rounds = cell("各次办理经过").as_string().unwrap();
        for step in ["第 1 次办理：派单", "签收", "同意延期", "评价（不满意）", "；第 2 次办理：", "评价（满意）"] {
            assert!(rounds.contains(step), "{step}: {rounds}");
        }
        // The same in a CSV file, which a spreadsheet can read without changing or running it.
        let csv = browser.get(&format!("/console/orders.csv?q={}", desk.number)).await;
        let text = csv.page(200, &["\u{feff}工单编号", "各次办理经过", "评价（满意）"]);
        assert_eq!(text.matches('\r').count(), text.matches("\r\n").count(), "no bare carriage return");
    }

    async fn a_deadline_at_midnight_is_24_00_of_its_day_in_both_files(app: TestApp) {
        // Monday 2025-09-08 09:00: the response is due a day later, the resolution on Thursday at 24:00.
        let waiting = OrderFixture::dispatched(&app).await;
        let taken = OrderFixture::accepted(&app).await;
        app.run_jobs().await;
        let browser = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        let csv = browser.get("/console/orders.csv").await.page(200, &["期限,期限时刻,", "延期后期限,延期后时刻,"]);
        let sheet = rows(&browser.get("/console/orders.xlsx").await.body);
        let at = |heading: &str| sheet[0].iter().position(|cell| cell.as_string().as_deref() == Some(heading)).unwrap();
        for (desk, day, serial, time) in [
            (&waiting, "2025-09-09", 45_909.0, "09:00"),
            (&taken, "2025-09-11", 45_911.0, "24:00"),
        ] {
            let line = csv.lines().find(|line| line.starts_with(&desk.number)).unwrap();
            assert!(line.contains(&format!(",{day},{time},")), "{line}");
            let row = sheet.iter().find(|row| row[0] == Data::String(desk.number.clone())).unwrap();
            let due = &row[at("期限")];
            let Data::DateTime(day_cell) = due else {
                panic!("a date, which a spreadsheet sorts and filters: {due:?}")
            };
            assert_eq!(Some(day_cell.as_f64()), Some(serial), "the day, without a time");
            assert_eq!(row[at("期限时刻")], Data::String(time.to_owned()));
        }
        assert!(!csv.contains("2025-09-12"), "{csv}");
    }

    async fn what_a_spreadsheet_would_change_is_marked_in_csv_and_text_in_a_workbook(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        for text in ["＝1+1，路灯不亮。", "＋8，路灯不亮。", "－1，路灯不亮。", "＠某，路灯不亮。", "3-4号楼之间路灯不亮。"] {
            delegate.submit(&Report::default().saying(text)).await;
        }
        delegate.submit(&Report::default().saying("甲_x000D_\n乙处路灯不亮。").with("address", json!("007"))).await;
        app.run_jobs().await;
        let browser = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        let csv = browser.get("/console/orders.csv").await.page(200, &[]);
        for cell in [",'＝1+1", ",'＋8", ",'－1", ",'＠某", ",3-4号楼之间", ",'007,"] {
            assert!(csv.contains(cell), "{cell}: {csv}");
        }
        assert!(!csv.contains("_x000D_") && csv.contains("甲\n乙处"), "{csv}");
        let sheet = rows(&browser.get("/console/orders.xlsx").await.body);
        let texts: Vec<String> = sheet[1..].iter().filter_map(|row| row[8].as_string()).collect();
        assert!(texts.contains(&"＝1+1，路灯不亮。".to_owned()) && texts.contains(&"甲\n乙处路灯不亮。".to_owned()), "{texts:?}");
        assert!(sheet[1..].iter().any(|row| row[7] == Data::String("007".to_owned())), "text stays text");
    }

    async fn a_file_for_rights_that_one_has_no_more_is_not_made(app: TestApp) {
        many_orders(&app).await;
        let who = PersonQuery::role("supervisor").level("city");
        let browser = Browser::as_cast(&app, who).await;
        let page = browser.get("/console/exports?format=csv").await;
        browser.submit(&page, "/console/exports", &[]).await.leads_to("/console/exports?done=export_asked");
        let asked = only(&app).await;
        let db = &app.app().db;
        let mut person = entity::person::Entity::find_by_id(asked.person_id).one(db).await.unwrap().unwrap().into_active_model();
        person.level = sea_orm::ActiveValue::Set(Some(entity::kinds::PersonLevel::County));
        person.area_code = sea_orm::ActiveValue::Set(Some("410302".to_owned()));
        entity::person::Entity::update(person).exec(db).await.unwrap();
        app.run_jobs().await;
        let row = only(&app).await;
        assert_eq!((row.status, row.done), (ExportStatus::Failed, 0));
        let page = browser.get("/console/exports").await.page(200, &["权限有变化"]);
        assert!(!page.contains("下载</a>"), "{page}");
        browser.get(&format!("/console/exports/{}/file", row.id)).await.page(404, &[]);
    }
}
