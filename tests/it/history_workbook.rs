//! Past orders in a workbook: read in blocks, whole or not at all.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use tests::{Client, PersonQuery, on_both_databases};

const HEADINGS: [&str; 7] = [
    "工单编号",
    "受理时间",
    "办结时间",
    "反映内容",
    "所属区县",
    "事项类别",
    "满意度",
];
/// More than one block of rows.
const ROWS: u32 = 2_500;

/// A workbook with a title, headings in the second row and `ROWS` orders below.
fn workbook() -> Workbook {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("历史工单").unwrap();
    sheet.write(0, 0, "热线平台导出").unwrap();
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write(1, column, heading).unwrap();
    }
    for nth in 0..ROWS {
        let number = format!("X2023-{nth:05}");
        let text = format!("第{nth}处路灯连续三晚不亮，请尽快检修");
        let cells = [
            number.as_str(),
            "2023-05-04 09:30",
            "2023-05-07 10:00",
            &text,
            "涧西区",
            "路灯照明",
            "满意",
        ];
        for (column, cell) in (0..).zip(cells) {
            sheet.write(nth + 2, column, cell).unwrap();
        }
    }
    book
}

async fn import(admin: &Client, book: &mut Workbook, dry_run: bool) -> Value {
    let bytes = book.save_to_buffer().unwrap();
    let answer = admin
        .request(Method::POST, "/imports/orders", |request| {
            let part = Part::bytes(bytes.clone()).file_name("历史工单.xlsx");
            let form = Form::new().part("file", part);
            request.multipart(form.text("dry_run", dry_run.to_string()))
        })
        .await;
    answer.ok()
}

on_both_databases! {
    async fn a_workbook_of_past_orders_comes_in_whole_or_not_at_all(app: TestApp) {
        let admin = app.sign_in(PersonQuery::role("admin")).await;
        let operator = app.operator().await;
        let last = "/orders/X2023-02499";
        let mut broken = workbook();
        let sheet = broken.worksheet_from_name("历史工单").unwrap();
        // In the second block.
        sheet.write(2_401, 2, "2023-05-01 10:00").unwrap();
        let refused = import(&admin, &mut broken, false).await;
        let fault = &refused["faults"][0];
        assert_eq!((&fault["line"], &fault["code"]), (&json!(2_402), &json!("times_out_of_order")), "{refused}");
        operator.get("/orders/X2023-00000").await.assert_status(404);

        let mut book = workbook();
        let shown = import(&admin, &mut book, true).await;
        assert_eq!((&shown["added"], &shown["header_row"]), (&json!(ROWS), &json!(2)), "{shown}");
        operator.get(last).await.assert_status(404);
        let done = import(&admin, &mut book, false).await;
        assert_eq!((&done["added"], &done["unchanged"]), (&json!(ROWS), &json!(0)), "{done}");
        let order = operator.get(last).await.ok();
        assert!(order["description"].as_str().unwrap().contains("第2499处"), "{order}");
        assert_eq!((&order["status"], &order["category"]["name"]), (&json!("closed"), &json!("路灯照明")));
        let again = import(&admin, &mut book, false).await;
        assert_eq!((&again["added"], &again["unchanged"]), (&json!(0), &json!(ROWS)), "{again}");
        app.run_jobs().await;
    }
}
