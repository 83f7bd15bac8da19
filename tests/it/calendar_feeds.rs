//! Calendar feeds: what they show, to whom, and how they end.

use tests::order_fixture::OrderFixture;
use tests::{Answer, Browser, PersonQuery, TestApp, on_both_databases};

const PAGE: &str = "/console/admin/calendars";

/// The address that the page shows, without the host.
fn address(app: &TestApp, page: &str) -> String {
    let rest = page.split("class=\"secret\" readonly value=\"").nth(1);
    let address = rest.and_then(|rest| rest.split('"').next()).expect("an address");
    address
        .strip_prefix(app.base())
        .expect("of this product")
        .to_owned()
}

async fn create(app: &TestApp, field: (&str, &str)) -> Answer {
    let admin = Browser::as_cast(app, PersonQuery::role("admin")).await;
    let page = admin.get(PAGE).await;
    admin.submit(&page, PAGE, &[field]).await
}

on_both_databases! {
    async fn a_unit_reads_its_deadlines_until_the_address_is_revoked(app: TestApp) {
        let desk = OrderFixture::dispatched(&app).await;
        app.run_jobs().await;
        let page = create(&app, ("unit", "涧西区人民政府")).await;
        let path = address(&app, &page.page(200, &["涧西区人民政府"]));
        let anyone = app.anonymous();
        let feed = anyone.get(&path).await;
        feed.assert_status(200);
        assert_eq!(feed.header("content-type"), "text/calendar; charset=utf-8");
        let text = feed.text().replace("\r\n ", "");
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
        assert!(text.contains(&desk.number) && text.contains("签收期限"), "{text}");
        let person = desk.delegate.person();
        for secret in [person.name.as_str(), person.phone.as_str()] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        let again = app.http().get(format!("{}{path}", app.base()));
        let again = again.header("if-none-match", feed.header("etag")).send().await.unwrap();
        assert_eq!(again.status(), 304, "nothing has changed");

        let other = create(&app, ("unit", "西工区人民政府")).await;
        let other = anyone.get(&address(&app, &other.text())).await;
        assert!(!other.text().contains("BEGIN:VEVENT"), "{}", other.text());

        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(PAGE).await;
        let text = page.text();
        assert!(!text.contains(&path), "an address is shown once");
        for action in text.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if action.ends_with("/revoke") {
                admin.submit(&page, action, &[]).await.leads_to(&format!("{PAGE}?done=client_revoked"));
            }
        }
        anyone.get(&path).await.assert_status(404);
        anyone.get(&path.replace(|digit: char| digit.is_ascii_digit(), "0")).await.assert_status(404);
    }

    async fn a_feed_needs_a_unit_or_a_committee_that_exists(app: TestApp) {
        create(&app, ("unit", "没有的单位")).await.page(422, &["请填写一个单位"]);
        create(&app, ("committee", "没有的委员会")).await.page(422, &[]);
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get(PAGE).await.page(403, &[]);
    }
}
