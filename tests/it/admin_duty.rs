//! The console's duty table: looked through, written out, brought back unchanged, imported with a preview.

use entity::kinds::ActKind;
use entity::{admin_act, duty_rule};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tests::{Browser, PersonQuery, TestApp};
use zhitong::city::files::Files;
use zhitong::city::snapshot::CityHandle;

const PATH: &str = "/console/admin/duty";
const IMPORT: &str = "/console/admin/duty/import";

async fn in_force(app: &TestApp) -> u64 {
    let rows = duty_rule::Entity::find().filter(duty_rule::Column::Active.eq(true));
    rows.count(&app.app().db).await.unwrap()
}

async fn last_act(app: &TestApp) -> ActKind {
    let last = admin_act::Entity::find().order_by_desc(admin_act::Column::Seq);
    last.one(&app.app().db).await.unwrap().unwrap().kind
}

tests::on_both_databases! {
    async fn rows_are_found_by_category_and_place(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let all = admin.get(PATH).await.page(200, &["派单目录", "条生效", "只显示前 500 条", "试算会派到哪里"]);
        let one = admin.get(&format!("{PATH}?category=0801")).await.page(200, &["0801", "全市"]);
        assert!(one.len() < all.len());
        let area = admin.get(&format!("{PATH}?area=410305&category=0101")).await.page(200, &["涧西区"]);
        assert!(!area.contains("<td>偃师区"), "{area}");
        admin.get(&format!("{PATH}?category=9999")).await.page(200, &["没有这样的条目"]);
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get(PATH).await.page(403, &["您的身份"]);
        operator.get("/console/admin/duty.csv").await.page(403, &["您的身份"]);
    }

    async fn the_file_that_is_written_out_brings_the_same_table_back(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let file = admin.get("/console/admin/duty.csv").await;
        assert!(file.header("content-disposition").contains("duty.csv"), "{}", file.header("content-disposition"));
        let text = file.page(200, &["\u{feff}category,scope,lead,supports,precedence", "0801,city,D05"]);
        let rows = in_force(&app).await;
        assert_eq!(text.lines().count() as u64, rows + 1);
        let page = admin.get(IMPORT).await;
        let preview = admin.submit_file(&page, IMPORT, ("duty.csv", &text), &[]).await;
        preview.page(200, &["没有变化", &format!("<dt>不变</dt><dd>{rows}</dd>")]);
    }

    async fn a_changed_row_is_previewed_then_sends_matters_elsewhere(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(IMPORT).await;
        let text = Files::open("luoyang").unwrap().get("duty.csv").unwrap().replace("0801,city,D05,", "0801,city,D01,");
        let preview = admin.submit_file(&page, IMPORT, ("duty.csv", &text), &[]).await;
        preview.page(200, &["还没有改动", "0801 city", "→ 洛阳市城市管理局"]);
        let before = app.app().state::<CityHandle>().load().generation;
        let done = admin.submit(&preview, IMPORT, &[("text", &text), ("really", "yes")]).await;
        done.page(200, &["已导入", "变更"]);
        assert!(app.app().state::<CityHandle>().load().generation > before, "seen here at once");
        assert_eq!(last_act(&app).await, ActKind::DutyImported);
        let tied = format!("{text}0801,city,D02,,0\n");
        admin.submit(&preview, IMPORT, &[("text", &tied), ("really", "yes")]).await.page(422, &["无法取舍"]);
    }
}
