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

/// The lead unit of the first row.
fn lead(page: &str) -> String {
    let row = page.split("<details class=\"row-edit\"").nth(1).expect("a row");
    row.split("<span>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("a unit")
        .to_owned()
}

/// The address of the first row's form.
fn row_form(page: &str, act: &str) -> String {
    let actions = page
        .split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let end = format!("/{act}");
    let found = actions
        .into_iter()
        .find(|action| action.contains("/duty/rows/") && action.ends_with(&end));
    found.expect("a form").to_owned()
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

    async fn a_row_is_changed_in_place_and_the_answer_stands_beside_it(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let tried = format!("{PATH}?category=0801&try_category=0801&try_address=%E6%B6%A7%E8%A5%BF%E5%8C%BA");
        let page = admin.get(&tried).await;
        let text = page.page(200, &["会派到哪里", "承办单位", "涧西区"]);
        let before = lead(&text);
        let change = row_form(&text, "change");
        let wrong = admin.submit(&page, &change, &[("lead", "没有的单位"), ("precedence", "0")]).await;
        wrong.page(422, &["没有叫“没有的单位”的单位", "value=\"没有的单位\""]);
        let changed = [("lead", "洛阳市城市管理局"), ("supports", ""), ("precedence", "0")];
        admin.submit(&page, &change, &changed).await.leads_to(&format!("{PATH}?category=0801&done=duty_changed"));
        assert_eq!(last_act(&app).await, ActKind::DutyChanged);
        let after = admin.get(&tried).await;
        let text = after.page(200, &["洛阳市城市管理局", "在页面上修改"]);
        assert_ne!(lead(&text), before);
        assert!(text.contains("<dt>承办单位</dt><dd>洛阳市城市管理局</dd>"), "{text}");
        // The row that was replaced is no longer there.
        admin.submit(&page, &change, &changed).await.page(404, &[]);
    }

    async fn a_new_row_is_checked_against_those_of_equal_weight(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(&format!("{PATH}?category=0801")).await;
        let rows = in_force(&app).await;
        let tied = [("category", "0801"), ("scope", "city:*"), ("lead", "洛阳市城市管理局"), ("precedence", "0")];
        let tied = admin.submit(&page, PATH, &tied).await;
        tied.page(409, &["已有同样类别、范围和优先级的条目", "value=\"洛阳市城市管理局\""]);
        assert_eq!(in_force(&app).await, rows);
        let new = [("category", "0801"), ("scope", "county:410305"), ("lead", "洛阳市城市管理局"), ("precedence", "1")];
        admin.submit(&page, PATH, &new).await.leads_to(&format!("{PATH}?category=0801&done=duty_changed"));
        let listed = admin.get(&format!("{PATH}?category=0801&area=410305")).await;
        let text = listed.page(200, &["涧西区", "洛阳市城市管理局"]);
        assert_eq!(in_force(&app).await, rows + 1);
        let remove = row_form(&text, "remove");
        let back = format!("{PATH}?area=410305&category=0801&done=duty_changed");
        admin.submit(&listed, &remove, &[]).await.leads_to(&back);
        assert_eq!(in_force(&app).await, rows);
        let nowhere = [("category", "0801"), ("scope", "county:410305"), ("township", "没有的街道"), ("lead", "洛阳市城市管理局")];
        admin.submit(&page, PATH, &nowhere).await.page(422, &["没有找到乡镇街道“没有的街道”"]);
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
