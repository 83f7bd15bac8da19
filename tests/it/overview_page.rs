//! The one screen as a page: what it shows, to whom, how heavy it is, and that its stream brings the same drawing.

use tests::orders::Report;
use tests::{Browser, PersonQuery, on_both_databases, places};
use zhitong::city::snapshot::CityHandle;

const VENDORS: &str = "占道经营";
/// All of the first page together: the page, its style and its script.
const MAX_BYTES: usize = 100_000;

on_both_databases! {
    async fn the_page_shows_the_city_and_leads_to_the_orders_behind_each_number(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        delegate.submit(&Report::at(places::YICHUAN).category(VENDORS)).await;
        app.run_jobs().await;
        let browser = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        browser.get("/console").await.leads_to("/console/overview");
        let answer = browser.get("/console/overview").await;
        let number = order["number"].as_str().unwrap();
        let link = format!("/console/orders/{number}");
        let page = answer.page(200, &["在办", "响应率", "解决率", "满意率", "最近到期", "剩 23 小时", &link, "<path class=\"county"]);
        // Every county is drawn once, and those too small for a label once more.
        let counties = app.app().state::<CityHandle>().load().counties.divisions().len();
        assert!(page.matches("<path class=\"county").count() > counties);
        assert!(page.contains("涧西区：在办 1 件"), "{page}");
        assert!(!page.contains("style="), "the policy forbids style in the page");

        let mut bytes = 0;
        let parts = page.split('"').filter(|part| part.starts_with("/console/assets/"));
        for part in std::iter::once("/console/overview").chain(parts) {
            let carried = browser.get_packed(part).await;
            carried.assert_status(200);
            bytes += carried.body.len();
        }
        assert!(bytes <= MAX_BYTES, "{bytes} bytes are carried");

        let county = browser.get("/console/overview?area=伊川县&period=week").await;
        county.page(200, &["伊川县", "本周", "aria-current"]);
        let wall = browser.get("/console/overview?wall=1").await.page(200, &["data-wall"]);
        assert!(!wall.contains("<nav"), "a wall has no controls");
        browser.get("/console/overview?area=没有这个县").await.page(404, &["没有找到"]);
    }

    async fn a_county_has_its_county_and_a_delegate_no_screen(app: TestApp) {
        let county = Browser::as_cast(&app, PersonQuery::role("supervisor").level("county").area("涧西区")).await;
        let page = county.get("/console/overview").await.page(200, &["涧西区"]);
        assert!(!page.contains("伊川"), "{page}");
        county.get("/console/overview?area=伊川县").await.page(404, &["没有找到"]);
        let delegate = Browser::as_cast(&app, PersonQuery::role("delegate").area("涧西区")).await;
        delegate.get("/console/overview").await.page(403, &["不能进行这项操作"]);
        delegate.get("/console/overview/stream").await.page(403, &["不能进行这项操作"]);
        Browser::new(&app).get("/console/overview").await.leads_to("/console/login?next=/console/overview");
    }
}
