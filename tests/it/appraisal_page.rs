//! 考评 and 代表履职 in the console: every number leads to its orders, and the file holds what the page shows.

use serde_json::json;
use tests::order_fixture::{AREA, OrderFixture};
use tests::{Browser, PersonQuery};

/// The addresses on a page that begin like this.
fn links(page: &str, start: &str) -> Vec<String> {
    let found = page.split("href=\"").filter(|part| part.starts_with(start));
    found
        .map(|part| {
            part.split('"')
                .next()
                .unwrap_or_default()
                .replace("&#38;", "&")
                .replace("&amp;", "&")
        })
        .collect()
}

tests::on_both_databases! {
    async fn counties_and_units_are_ranked_and_exported(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        desk.judge("satisfied").await.assert_ok();
        app.run_jobs().await;
        let city = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        let page = city.get("/console/appraisal").await.page(200, &["考评排名", AREA, "件数少", "综合得分", "怎么算"]);
        assert!(!page.contains('—'), "no dash for a rate: {page}");
        for counted in ["response", "rated", "on_time", "closed"] {
            let of_area = links(&page, &format!("/console/orders?counted={counted}"));
            let rows: Vec<bool> = {
                let mut rows = Vec::new();
                for link in &of_area {
                    rows.push(city.get(link).await.text().contains(&desk.number));
                }
                rows
            };
            assert!(rows.contains(&true), "{counted}: {of_area:?}");
        }
        let by_unit = city.get("/console/appraisal?by=unit&period=month").await;
        by_unit.page(200, &[desk.unit.person().unit.as_deref().unwrap(), "本月"]);
        for by in ["area", "unit", "category", "time"] {
            let file = city.get(&format!("/console/appraisal.xlsx?by={by}")).await;
            assert_eq!((file.status, &file.body[..2]), (200, &b"PK"[..]), "{by}");
            assert!(file.header("content-disposition").contains("appraisal-"), "{by}");
        }
        // A past span has its own numbers, and nothing lies beyond today.
        let past = city.get("/console/appraisal?period=30d&on=2025-08-01").await;
        past.page(200, &["下一期"]);
        assert!(!city.get("/console/appraisal").await.text().contains("下一期"));
        let county = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").not_area(AREA)).await;
        assert!(!county.get("/console/appraisal").await.page(200, &[]).contains(AREA));
        county.get("/console/appraisal?area=涧西区").await.page(404, &[]);
        desk.unit.get("/appraisal").await.assert_problem(403, "role_may_not");
    }

    async fn a_committee_reads_what_its_delegates_do(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        let city = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        let name = &desk.delegate.person().name;
        let page = city.get("/console/delegates").await.page(200, &["代表履职", name, "待评价"]);
        let first = page.find("/console/delegates/").unwrap();
        assert!(page[first..].split("</a>").next().unwrap().contains(name.as_str()), "the most active first: {page}");
        let reported = links(&page, "/console/orders?reporter=");
        assert!(city.get(&reported[0]).await.page(200, &[&desk.number, "只看"]).contains("这位代表反映的"));
        let own = links(&page, "/console/delegates/")[0].clone();
        city.get(&own).await.page(200, &[name, &desk.number, "反映事项", "累计反映"]);
        city.get(&format!("/console/delegates?q={name}")).await.page(200, &[name]);
        city.get("/console/delegates?q=没有这个人").await.page(200, &["没有找到代表"]);
        // A unit learns nothing by asking for a reporter, nor does another county's committee see the delegate.
        let id = reported[0].split("reporter=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let asked = desk.unit.get(&format!("/orders?reporter={id}")).await.ok();
        assert_eq!(asked["items"], json!([]));
        let county = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").not_area(AREA)).await;
        county.get(&format!("/console/delegates/{id}")).await.page(404, &[]);
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get("/console/delegates").await.page(403, &[]);
    }
}
