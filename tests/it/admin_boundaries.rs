//! The console's boundary sets: a file is checked, kept apart, compared, put in force, and the former one comes back.

use entity::kinds::ActKind;
use entity::{admin_act, boundary_set};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::{Browser, PersonQuery, TestApp};
use zhitong::city::files::Files;
use zhitong::city::refresh;
use zhitong::city::snapshot::CityHandle;

const PATH: &str = "/console/admin/boundaries";

fn outlines() -> Value {
    let files = Files::open("luoyang").unwrap();
    serde_json::from_str(files.get("areas.geojson").unwrap()).unwrap()
}

fn feature<'a>(outlines: &'a mut Value, code: &str) -> &'a mut Value {
    let features = outlines["features"].as_array_mut().unwrap();
    let named = features
        .iter_mut()
        .find(|feature| feature["properties"]["code"] == code);
    named.unwrap()
}

/// 栾川县 loses a village of its south-west, a square of 0.02 degrees, to nobody.
fn shrunk() -> String {
    let mut outlines = outlines();
    outlines["name"] = json!("改界后的边界");
    let county = feature(&mut outlines, "410324");
    let hole = json!([
        [111.60, 33.80],
        [111.60, 33.82],
        [111.62, 33.82],
        [111.62, 33.80],
        [111.60, 33.80]
    ]);
    county["geometry"]["coordinates"][0]
        .as_array_mut()
        .unwrap()
        .push(hole);
    outlines.to_string()
}

async fn set_named(app: &TestApp, name: &str) -> boundary_set::Model {
    let query = boundary_set::Entity::find().filter(boundary_set::Column::Name.eq(name));
    query.one(&app.app().db).await.unwrap().expect(name)
}

async fn acts(app: &TestApp) -> Vec<ActKind> {
    let acts = admin_act::Entity::find()
        .filter(admin_act::Column::Seq.gt(0))
        .order_by_asc(admin_act::Column::Seq);
    let acts = acts.all(&app.app().db).await.unwrap();
    acts.into_iter().map(|act| act.kind).collect()
}

tests::on_both_databases! {
    async fn a_set_is_loaded_compared_put_in_force_and_taken_back(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(PATH).await;
        page.page(200, &["在用", "载入新的边界", "系统管理"]);
        let first = app.app().state::<CityHandle>().load().boundary_set;
        let sent = admin.submit_file(&page, PATH, ("new.geojson", &shrunk()), &[]).await;
        let set = set_named(&app, "改界后的边界").await;
        let path = format!("{PATH}/{}", set.id);
        sent.leads_to(&format!("{path}?done=boundaries_loaded"));
        assert!(!set.active, "loading puts nothing in force");
        assert!(!refresh::refresh(app.app()).await.unwrap());

        // 0.02° eastward at 33.81° is 1.85 km, northward 2.22 km.
        let page = admin.get(&path).await;
        page.page(200, &["待启用", "栾川县", "改界", "栾川县 → 范围之外：4.1", "class=\"before moved\"", "启用后，新提交的工单按这个版本判断区县"]);
        admin.submit(&page, &format!("{path}/activate"), &[]).await.leads_to(&format!("{path}?done=boundaries_activated"));
        assert_eq!(app.app().state::<CityHandle>().load().boundary_set, set.id, "in force here at once");
        let inside = "/areas/locate?longitude=111.61&latitude=33.81&datum=wgs84";
        let operator = app.operator().await;
        let now = operator.get(inside).await.ok();
        assert_ne!(now["area"]["code"], "410324", "{now}");

        // Again, from the page of before: refused, and said so.
        admin.submit(&page, &format!("{path}/activate"), &[]).await.page(409, &["已经在使用"]);
        let former = format!("{PATH}/{first}");
        let page = admin.get(&former).await;
        page.page(200, &["曾用", "恢复使用"]);
        admin.submit(&page, &format!("{former}/activate"), &[]).await.leads_to(&format!("{former}?done=boundaries_activated"));
        assert_eq!(operator.get(inside).await.ok()["area"]["code"], "410324");
        use ActKind::{BoundariesActivated, BoundariesLoaded};
        assert_eq!(acts(&app).await, [BoundariesLoaded, BoundariesActivated, BoundariesActivated]);
        let (read, broken) = zhitong::audit_log::service::verify(&app.app().db).await.unwrap();
        assert_eq!((read, broken), (3, None));
    }

    async fn faults_are_told_by_feature_and_nothing_is_kept(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(PATH).await;
        let mut outlines = outlines();
        feature(&mut outlines, "410302")["properties"]["level"] = json!("district");
        let broken = outlines.to_string();
        admin.submit_file(&page, PATH, ("a.geojson", &broken), &[]).await
            .page(422, &["没有载入", "第 1 个要素", "district"]);
        let halved = json!({ "type": "FeatureCollection", "features": [outlines["features"][3]] }).to_string();
        admin.submit_file(&page, PATH, ("a.geojson", &halved), &[]).await.page(422, &["没有它的轮廓"]);
        admin.submit_file(&page, PATH, ("a.geojson", "{}"), &[]).await.page(422, &["FeatureCollection"]);
        admin.submit_file(&page, PATH, ("a.geojson", ""), &[]).await.page(422, &["请选择文件"]);
        assert_eq!(boundary_set::Entity::find().all(&app.app().db).await.unwrap().len(), 1);
        assert_eq!(acts(&app).await, []);
    }

    async fn the_same_file_is_recognised(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(PATH).await;
        let files = Files::open("luoyang").unwrap();
        let same = files.get("areas.geojson").unwrap();
        let held = app.app().state::<CityHandle>().load().boundary_set;
        admin.submit_file(&page, PATH, ("areas.geojson", same), &[]).await
            .leads_to(&format!("{PATH}/{held}?done=boundaries_known"));
    }

    async fn boundaries_are_an_admins(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(PATH).await;
        for role in ["operator", "supervisor", "handler", "delegate"] {
            let other = Browser::as_cast(&app, PersonQuery::role(role)).await;
            other.get(PATH).await.page(403, &["您的身份"]);
            // With an own token, too.
            let token = other.get("/console/sessions").await.hidden("csrf");
            other.send(PATH, &[("csrf", token)]).await.page(403, &["您的身份"]);
        }
        // A file without the form's token is not even read.
        let stranger = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        stranger.submit_file(&page, PATH, ("a.geojson", &shrunk()), &[]).await.page(403, &["页面已过期"]);
        assert_eq!(boundary_set::Entity::find().all(&app.app().db).await.unwrap().len(), 1);
    }
}
