//! The console's units and the imports it shares with the command line: previewed, all or nothing, recorded.

use entity::kinds::ActKind;
use entity::{admin_act, unit};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use tests::orders::Report;
use tests::{Browser, PersonQuery, TestApp};
use zhitong::city::files::Files;
use zhitong::city::snapshot::CityHandle;

const PATH: &str = "/console/admin/units";
const IMPORT: &str = "/console/admin/units/import";

fn file(name: &str) -> String {
    Files::open("luoyang").unwrap().get(name).unwrap().to_owned()
}

async fn acts(app: &TestApp) -> Vec<ActKind> {
    let acts = admin_act::Entity::find().order_by_asc(admin_act::Column::Seq);
    let acts = acts.all(&app.app().db).await.unwrap();
    acts.into_iter().skip(1).map(|act| act.kind).collect()
}

tests::on_both_databases! {
    async fn a_unit_shows_its_people_its_rows_and_what_is_open(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::default().category("道路破损")).await;
        app.run_jobs().await;
        let name = order["unit"]["name"].as_str().unwrap();
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let query = name.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let list = admin.get(&format!("{PATH}?q={query}")).await.page(200, &[name, "在办工单"]);
        let path = format!("{PATH}/{}", order["unit"]["id"].as_str().unwrap());
        assert!(list.contains(&format!("href=\"{path}\"")), "{list}");
        let handler = app.person(PersonQuery::role("handler").unit(name)).await;
        let text = admin.get(&path).await.page(200, &["道路破损", "主办", "1 件", &handler.name, "****"]);
        assert!(!text.contains(&handler.phone), "{text}");
        admin.get(&format!("{PATH}?kind=street_office&area=410305")).await.page(200, &["乡镇街道", "涧西区"]);
        admin.get(&format!("{PATH}?q=zzzz")).await.page(200, &["没有符合条件的单位"]);
        admin.get(&format!("{PATH}/00000000-0000-0000-0000-000000000000")).await.page(404, &[]);
        let all = admin.get(PATH).await.page(200, &["后面的"]);
        let more = all.split("href=\"").find(|part| part.contains("from=")).unwrap();
        admin.get(more.split('"').next().unwrap()).await.page(200, &["承办单位"]);
    }

    async fn units_are_previewed_then_imported(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(IMPORT).await;
        page.page(200, &["导入承办单位", "只预览"]);
        let before = unit::Entity::find().count(&app.app().db).await.unwrap();
        let text = format!("{}D99,洛阳市新设局,市新设局,city_bureau,,,\n", file("units.csv"))
            .replace("市环卫中心", "环卫中心");
        let preview = admin.submit_file(&page, IMPORT, ("units.csv", &text), &[]).await;
        preview.page(200, &["还没有改动", "新增", "洛阳市新设局", "简称：市环卫中心 → 环卫中心"]);
        assert_eq!(unit::Entity::find().count(&app.app().db).await.unwrap(), before);
        assert_eq!(acts(&app).await, []);

        let really = [("text", text.as_str()), ("really", "yes")];
        let done = admin.submit(&preview, IMPORT, &really).await;
        done.page(200, &["已导入", "洛阳市新设局"]);
        assert_eq!(unit::Entity::find().count(&app.app().db).await.unwrap(), before + 1);
        assert!(app.app().state::<CityHandle>().load().units.resolve("D99").is_some(), "seen here at once");
        assert_eq!(acts(&app).await, [ActKind::UnitsImported]);
        // The same again changes nothing and is no act.
        admin.submit(&preview, IMPORT, &really).await.page(200, &["没有变化"]);
        assert_eq!(acts(&app).await, [ActKind::UnitsImported]);
    }

    async fn a_list_with_faults_is_told_line_by_line_and_kept_in_the_form(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(IMPORT).await;
        let text = format!("{}D99,洛阳市城市管理局,,city_bureau,410399,,\n", file("units.csv"));
        let lines = text.lines().count();
        let line = format!("第 {lines} 行");
        let answer = admin.submit(&page, IMPORT, &[("text", &text), ("really", "yes")]).await;
        answer.page(422, &["没有导入任何内容", &line, "没有这个区县", "与第 2 行重复", "D99,洛阳市城市管理局"]);
        let short = "代码,名称,类型\nD99,洛阳市新设局,市级部门\n";
        let leaving = [("text", short), ("remove_missing", "yes"), ("really", "yes")];
        admin.submit(&page, IMPORT, &leaving).await.page(422, &["名下还有派单目录里的事项"]);
        assert_eq!(acts(&app).await, []);
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get(PATH).await.page(403, &["您的身份"]);
        operator.get(IMPORT).await.page(403, &["您的身份"]);
    }
}
