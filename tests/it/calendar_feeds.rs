//! Calendar feeds: what they show, to whom, and how they end.

use entity::admin_act;
use entity::kinds::ActKind;
use sea_orm::{EntityTrait, QueryOrder};
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

    async fn what_is_done_to_a_feed_is_in_the_audit_log(app: TestApp) {
        let unit = "涧西区人民政府";
        let first = address(&app, &create(&app, ("unit", unit)).await.text());
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(PAGE).await;
        let text = page.text();
        let action = |act: &str| {
            let mut actions = text.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let found = actions.find(|action| action.ends_with(act));
            found.expect("a form").to_owned()
        };
        let renewed = admin.submit(&page, &action("/rotate"), &[]).await;
        let second = address(&app, &renewed.page(200, &[unit, "网址已生成"]));
        let anyone = app.anonymous();
        assert_ne!(first, second);
        anyone.get(&first).await.assert_status(404);
        anyone.get(&second).await.assert_status(200);
        admin.submit(&page, &action("/revoke"), &[]).await.leads_to(&format!("{PAGE}?done=client_revoked"));
        anyone.get(&second).await.assert_status(404);
        // What no longer answers is not changed, and is no act.
        for act in ["/rotate", "/revoke"] {
            admin.submit(&page, &action(act), &[]).await.page(404, &[]);
        }

        let acts = admin_act::Entity::find().order_by_asc(admin_act::Column::Seq);
        let acts: Vec<_> = acts.all(&app.app().db).await.unwrap().into_iter().skip(1).collect();
        let kinds: Vec<ActKind> = acts.iter().map(|act| act.kind).collect();
        use ActKind::{CalendarFeedCreated, CalendarFeedRevoked, CalendarFeedRotated};
        assert_eq!(kinds, [CalendarFeedCreated, CalendarFeedRotated, CalendarFeedRevoked]);
        assert!(acts.iter().all(|act| act.subject == unit && act.person_id.is_some()), "{acts:?}");
        assert_eq!(zhitong::audit_log::service::verify(&app.app().db).await.unwrap(), (3, None));
        let written = format!("{acts:?}");
        for path in [&first, &second] {
            let token = path.trim_start_matches("/calendar/").trim_end_matches(".ics");
            assert!(!written.contains(token), "the address is a secret: {written}");
        }
        admin.get("/console/admin/audit").await.page(200, &["新建日历订阅", "更换日历订阅网址", "停用日历订阅", unit]);
    }

    async fn a_feed_needs_a_unit_or_a_committee_that_exists(app: TestApp) {
        create(&app, ("unit", "没有的单位")).await.page(422, &["请填写一个单位"]);
        create(&app, ("committee", "没有的委员会")).await.page(422, &[]);
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get(PAGE).await.page(403, &[]);
    }
}
