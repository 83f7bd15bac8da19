//! The console's sites: made, changed, taken out of use, printed; and what residents left there.

use entity::kinds::ActKind;
use entity::{admin_act, site, site_delegate};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tests::{Browser, PersonQuery, TestApp, places};

const PATH: &str = "/console/admin/sites";

async fn acts(app: &TestApp) -> Vec<ActKind> {
    let acts = admin_act::Entity::find().order_by_asc(admin_act::Column::Seq);
    let acts = acts.all(&app.app().db).await.unwrap();
    acts.into_iter().skip(1).map(|act| act.kind).collect()
}

async fn named(app: &TestApp, name: &str) -> site::Model {
    let query = site::Entity::find().filter(site::Column::Name.eq(name));
    query.one(&app.app().db).await.unwrap().expect(name)
}

tests::on_both_databases! {
    async fn a_site_is_made_changed_and_taken_out_of_use(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let delegate = app.person(PersonQuery::delegate("涧西区")).await;
        admin.get(PATH).await.page(200, &["新建点位", "打印选中的码", "BMS-TUNNEL"]);
        let page = admin.get(&format!("{PATH}/new")).await;
        let (longitude, latitude) = (places::JIANXI.longitude.to_string(), places::JIANXI.latitude.to_string());
        let fields = [
            ("name", "新华书店门口"), ("kind", "bus_stop"), ("longitude", longitude.as_str()), ("latitude", latitude.as_str()),
            ("datum", "wgs84"), ("delegates", delegate.name.as_str()),
        ];
        // What cannot be taken is told beside its field, and what was typed stays.
        let mut wrong = fields.to_vec();
        wrong[2] = ("longitude", "东经112度");
        wrong.push(("unit", "查无此局"));
        admin.submit(&page, PATH, &wrong).await.page(422, &["以度为单位的数字", "东经112度", "新华书店门口"]);
        wrong[2] = fields[2];
        admin.submit(&page, PATH, &wrong).await.page(422, &["没有这个承办单位"]);
        wrong.pop();
        wrong[5] = ("delegates", "查无此人");
        admin.submit(&page, PATH, &wrong).await.page(422, &["代表名册上没有“查无此人”"]);
        assert_eq!(acts(&app).await, []);

        let made = admin.submit(&page, PATH, &fields).await;
        let site = named(&app, "新华书店门口").await;
        let path = format!("{PATH}/{}", site.code);
        made.leads_to(&format!("{path}?done=site_created"));
        assert_eq!(site.area_code.as_deref(), Some("410305"));
        let page = admin.get(&path).await;
        page.page(200, &["公交站", "涧西区", &delegate.name, "还没有留言", "在用"]);

        let mut changed = fields.to_vec();
        changed[0] = ("name", "新华书店东门");
        changed.push(("address", "人民东路 1 号"));
        admin.submit(&page, &path, &changed).await.leads_to(&format!("{path}?done=site_changed"));
        let site = named(&app, "新华书店东门").await;
        assert_eq!((site.address.as_deref(), site.active), (Some("人民东路 1 号"), true));
        let delegates = site_delegate::Entity::find().filter(site_delegate::Column::SiteId.eq(site.id));
        assert_eq!(delegates.count(&app.app().db).await.unwrap(), 1);

        let scanned = format!("/sites/{}", site.code);
        app.anonymous().get(&scanned).await.assert_ok();
        admin.submit(&page, &format!("{path}/in-use"), &[]).await.leads_to(&format!("{path}?done=site_changed"));
        app.anonymous().get(&scanned).await.assert_problem(404, "not_found");
        let page = admin.get(&path).await;
        page.page(200, &["已停用", "恢复使用"]);
        admin.get(&format!("{PATH}?state=out_of_use")).await.page(200, &["新华书店东门"]);
        admin.submit(&page, &format!("{path}/in-use"), &[]).await.leads_to(&format!("{path}?done=site_changed"));
        app.anonymous().get(&scanned).await.assert_ok();
        use ActKind::{SiteChanged, SiteCreated};
        assert_eq!(acts(&app).await, [SiteCreated, SiteChanged, SiteChanged, SiteChanged]);
    }

    async fn sheets_are_printed_for_one_or_many(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let one = admin.get(&format!("{PATH}/sheets.pdf?site=BMS-TUNNEL")).await;
        assert_eq!((one.status, one.header("content-type")), (200, "application/pdf"));
        let two = admin.get(&format!("{PATH}/sheets.pdf?site=BMS-TUNNEL&site=LL-STATION-01")).await;
        assert!(two.body.starts_with(b"%PDF") && two.body.len() > one.body.len(), "{}", two.body.len());
        // All of them are those in use.
        let all = admin.get(&format!("{PATH}/sheets.pdf")).await;
        assert!(all.body.len() > one.body.len(), "{}", all.body.len());
        let station = format!("{PATH}/LL-STATION-01");
        let page = admin.get(&station).await;
        admin.submit(&page, &format!("{station}/in-use"), &[]).await.leads_to(&format!("{station}?done=site_changed"));
        let rest = admin.get(&format!("{PATH}/sheets.pdf")).await;
        assert!(rest.body.len() < all.body.len(), "{}", rest.body.len());
        admin.get(&format!("{PATH}/sheets.pdf?site=NOWHERE")).await.page(404, &["没有找到"]);
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get(&format!("{PATH}/sheets.pdf")).await.page(403, &["您的身份"]);
        operator.get(PATH).await.page(403, &["您的身份"]);
        operator.get(&format!("{PATH}/BMS-TUNNEL")).await.page(403, &["您的身份"]);
    }
}
