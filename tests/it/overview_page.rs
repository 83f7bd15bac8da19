//! The one screen as a page: what it shows, to whom, how heavy it is, and that its stream brings the same drawing.

use tests::order_fixture::OrderFixture;
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
        // The map names the neighbours; nothing else does.
        let outside_pictures: String = page.split("<svg").map(|part| part.split_once("</svg>").map_or(part, |(_, rest)| rest)).collect();
        assert!(!outside_pictures.contains("伊川"), "{outside_pictures}");
        county.get("/console/overview?area=伊川县").await.page(404, &["没有找到"]);
        let delegate = Browser::as_cast(&app, PersonQuery::role("delegate").area("涧西区")).await;
        delegate.get("/console/overview").await.page(403, &["不能进行这项操作"]);
        delegate.get("/console/overview/stream").await.page(403, &["不能进行这项操作"]);
        Browser::new(&app).get("/console/overview").await.leads_to("/console/login?next=/console/overview");
    }

    async fn thirty_days_are_shown_and_past_spans_are_a_click_away(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        app.run_jobs().await;
        let number = order["number"].as_str().unwrap();
        app.advance_to("2025-10-02T09:00:00+08:00").await;
        let browser = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        // Three weeks ago is another month, and within thirty days.
        let page = browser.get("/console/overview").await.page(200, &["近 30 天", "9月3日 至 10月2日", "上一期", "data-stream"]);
        assert!(!page.contains("下一期"), "{page}");
        let arrived = links(&page, "/console/orders?sort=newest&from=");
        browser.get(&arrived[0]).await.page(200, &[number]);
        let json = app.supervisor().await.get("/overview?period=30d").await.ok();
        assert_eq!((&json["period"]["grain"], &json["arrivals"]["period"]["total"]), (&"30d".into(), &1.into()));
        assert_eq!(json["units"][0]["arrived"], 1, "units are summed over the days");
        let month = browser.get("/console/overview?period=month").await.page(200, &["2025年10月"]);
        let earlier = links(&month, "/console/overview?period=month&on=")[0].clone();
        let past = browser.get(&earlier).await.page(200, &["2025年9月", "下一期", "往期数据"]);
        assert!(!past.contains("data-stream"), "a past span is not live");
        assert!(!links(&past, "/console/orders?sort=newest&from=2025-09-01").is_empty(), "{past}");
    }

    async fn a_county_is_enlarged_and_its_marks_lead_to_their_orders(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        app.run_jobs().await;
        let number = order["number"].as_str().unwrap();
        let browser = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        for address in ["/console/overview?area=涧西区", "/console/overview?area=涧西区&wall=1"] {
            let page = browser.get(address).await.page(200, &["map inside", "class=\"own\"", "公里"]);
            assert!(!page.contains("<path class=\"county"), "the county, not the city: {page}");
            assert!(page.contains(&format!("href=\"/console/orders/{number}\" aria-label=\"在办 1 件")), "{page}");
        }
        let two = delegate.submit(&Report::at(places::JIANXI).category(VENDORS)).await;
        app.run_jobs().await;
        let page = browser.get("/console/overview?area=涧西区").await.text();
        let marks: Vec<_> = links(&page, "/console/orders?").into_iter().filter(|link| link.contains("within=")).collect();
        let listed = browser.get(&marks[0]).await.page(200, &[number, two["number"].as_str().unwrap(), "地图上选定的范围"]);
        assert_eq!(listed.matches("class=\"number\"").count(), 2);
        app.supervisor().await.get("/orders?within=1,2,3").await.assert_problem(400, "bad_filter");
    }

    async fn rates_lead_to_what_was_counted_and_words_are_those_of_the_office(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        let browser = Browser::as_cast(&app, PersonQuery::role("supervisor").level("city")).await;
        let page = browser.get("/console/overview").await.page(200, &["暂无", "本期还没有可统计的工单", "最新动态", "代表评价", "一般已停"]);
        for word in ["置信下界", "中位停留时间", "—"] {
            let board = page.split_once("data-board").unwrap().1;
            assert!(!board.contains(word), "{word}");
        }
        desk.judge("satisfied").await.assert_ok();
        app.run_jobs().await;
        let page = browser.get("/console/overview").await.text();
        for (counted, holds) in [("response_met", true), ("satisfied", true), ("solved", true), ("closed", true), ("dissatisfied", false)] {
            let link = links(&page, &format!("/console/orders?counted={counted}&"))[0].clone();
            let list = browser.get(&link).await.text();
            assert_eq!(list.contains(&format!("/console/orders/{}", desk.number)), holds, "{link}");
        }
        app.supervisor().await.get("/orders?counted=nonsense").await.assert_problem(400, "bad_filter");
    }
}

/// The addresses on a page that begin like this.
fn links(page: &str, start: &str) -> Vec<String> {
    let plain = page.replace("&#38;", "&").replace("&amp;", "&");
    let found = plain.split("href=\"").filter(|part| part.starts_with(start));
    found
        .map(|part| part.split('"').next().unwrap_or_default().to_owned())
        .collect()
}
