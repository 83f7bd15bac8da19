//! 督办 in the console: supervision orders, tracked orders by committee, urges; each as far as one's sight goes.

use chrono::TimeDelta;
use serde_json::json;
use tests::order_fixture::{AREA, OrderFixture};
use tests::{Browser, PersonQuery};

const PATH: &str = "/console/supervision";

tests::on_both_databases! {
    async fn supervision_orders_wait_are_overdue_and_are_answered(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let county = app.county_supervisor(AREA).await;
        let asked = json!({ "requirement": "请查明夜间施工反复的原因，书面答复整改措施。" });
        let issued = desk.by(&county, "supervision-orders", asked).await.ok();
        let no = issued["supervision_orders"][0]["number"].as_str().unwrap().to_owned();
        app.run_jobs().await;
        let supervisor = Browser::as_cast(&app, PersonQuery::named(&county.person().name)).await;
        let page = supervisor.get(PATH).await;
        page.page(200, &[&no, &desk.number, "请查明夜间施工反复的原因", "待答复 <b>1</b>", "逾期未答复 <b>0</b>"]);
        supervisor.get(&format!("{PATH}?state=overdue")).await.page(200, &["没有符合条件的督办单"]);
        let printed = page.text();
        let printed = printed.split("href=\"").find(|part| part.contains("/supervision-orders/")).expect("a link");
        let pdf = supervisor.get(printed.split('"').next().unwrap()).await;
        assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
        // The unit, and nobody else, has a form; another unit has nothing to read.
        assert!(!page.text().contains("/supervision/answers\""), "a supervisor never answers");
        let name = desk.unit.person().unit.clone().unwrap();
        let unit = Browser::as_cast(&app, PersonQuery::role("handler").unit(&name)).await;
        let other = Browser::as_cast(&app, PersonQuery::role("handler").not_unit(&name)).await;
        other.get(PATH).await.page(200, &["没有符合条件的督办单"]);
        let form = unit.get(PATH).await;
        form.page(200, &[&no, "提交答复"]);
        app.advance(TimeDelta::days(20)).await;
        let supervisor = Browser::as_cast(&app, PersonQuery::named(&county.person().name)).await;
        supervisor.get(&format!("{PATH}?state=overdue")).await.page(200, &[&no, "逾期未答复 <b>1</b>", "light-badge red"]);

        let unit = Browser::as_cast(&app, PersonQuery::role("handler").unit(&name)).await;
        let form = unit.get(PATH).await;
        let answers = format!("{PATH}/answers");
        unit.submit(&form, &answers, &[("text", "短")]).await.page(422, &["短", "aria-invalid"]);
        unit.submit(&form, &answers, &[("text", "已约谈施工方，夜间停工并加装隔声屏。")]).await
            .leads_to(&format!("{PATH}?done=answer_supervision_order"));
        unit.submit(&form, &answers, &[("text", "再答一次，说明情况。")]).await.page(412, &["再答一次"]);
        app.run_jobs().await;
        supervisor.get(&format!("{PATH}?state=answered")).await.page(200, &[&no, "夜间停工并加装隔声屏"]);
        supervisor.get(&format!("{PATH}?state=open")).await.page(200, &["没有符合条件的督办单"]);
    }

    async fn tracked_orders_stand_under_their_committee_and_urges_by_time(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let city = app.supervisor().await;
        desk.by(&city, "tracking", json!({ "committee": "城环委", "note": "跟踪到底。" })).await.assert_ok();
        desk.by(&city, "urges", json!({ "note": "请说明夜间施工的进度。", "phoned": true })).await.assert_ok();
        app.run_jobs().await;
        let browser = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        let tracked = browser.get(&format!("{PATH}?view=tracked")).await;
        let text = tracked.page(200, &[&desk.number, "城乡建设和环境资源保护委员会 <b>1</b>"]);
        let chip = text.split("href=\"").find(|part| part.contains("committee=%")).expect("a committee");
        let chip = chip.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        browser.get(&chip).await.page(200, &[&desk.number]);
        browser.get(&format!("{PATH}?view=tracked&committee=-")).await.page(200, &["没有重点跟踪的工单"]);
        browser.get(&format!("{PATH}?view=urges")).await.page(200, &["请说明夜间施工的进度。", "已电话催办", &city.person().name]);
        browser.get(&format!("{PATH}?view=urges&area=410302")).await.page(200, &["还没有催办"]);
        // Another county's supervisor sees nothing of it, whatever county they ask for.
        let other = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").not_area(AREA)).await;
        for view in ["tracked", "urges", ""] {
            let address = format!("{PATH}?view={view}&area=%E6%B6%A7%E8%A5%BF%E5%8C%BA");
            let page = other.get(&address).await;
            assert!(page.status == 200 && !page.text().contains(&desk.number), "{address}: {}", page.text());
        }
        let own = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").area(AREA)).await;
        own.get(&format!("{PATH}?view=tracked")).await.page(200, &[&desk.number]);
        browser.get(&format!("{PATH}?view=nonsense")).await.page(404, &[]);
        browser.get(&format!("{PATH}?area=nowhere")).await.page(404, &[]);
        Browser::new(&app).get(PATH).await.leads_to("/console/login?next=/console/supervision");
        Browser::as_cast(&app, PersonQuery::delegate(AREA)).await.get(PATH).await.page(403, &[]);
    }

    async fn a_long_register_goes_on_from_where_the_page_ended(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let city = app.supervisor().await;
        for nth in 0..32 {
            let asked = json!({ "requirement": format!("第{nth}项要求，请书面答复。") });
            desk.by(&city, "supervision-orders", asked).await.assert_ok();
        }
        app.run_jobs().await;
        let browser = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        for state in ["", "&state=open"] {
            let (mut seen, mut address) = (Vec::new(), format!("{PATH}?area=410305{state}"));
            for _ in 0..2 {
                let text = browser.get(&address).await.page(200, &[]);
                seen.extend(text.split("class=\"number\">DB").skip(1).map(|part| part.split('<').next().unwrap().to_owned()));
                let more = text.split("href=\"").find(|part| part.contains("cursor="));
                address = more.map_or_else(String::new, |part| {
                    part.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
                });
            }
            assert_eq!(address, "", "{state}");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 32, "{state}: {seen:?}");
        }
    }
}
