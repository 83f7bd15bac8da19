//! The console's calendar: a year as months, what has not been announced yet, and what an announcement moves.

use tests::orders::Report;
use tests::{Browser, PersonQuery};

const PATH: &str = "/console/admin/calendar";
const IMPORT: &str = "/console/admin/calendar/import";
/// The Monday after New Year's Day is off.
const NEXT: &str = r#"{"2027": {"holidays": ["2027-01-01", "2027-01-04"], "workdays": ["2027-01-09"], "names": {"2027-01-01": "元旦"}}}"#;

tests::on_both_databases! {
    async fn a_year_is_shown_as_announced(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let text = admin.get(PATH).await.page(200, &["2025 年工作日历", "放假", "调休上班", "<caption>12月</caption>", "class=\"holiday\"", "class=\"makeup\""]);
        assert!(!text.contains("还没有载入"), "{text}");
        let last = admin.get(&format!("{PATH}?year=2026")).await.page(200, &["2026 年工作日历"]);
        assert!(last.contains("aria-current"), "{last}");
        // A year that nobody offers is this one.
        admin.get(&format!("{PATH}?year=1900")).await.page(200, &["2025 年工作日历"]);
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get(PATH).await.page(403, &["您的身份"]);
        operator.get(IMPORT).await.page(403, &["您的身份"]);
    }

    async fn an_announcement_moves_what_was_counted_without_it(app: TestApp) {
        app.advance_to("2026-12-31T10:00:00+08:00").await;
        let delegate = app.delegate("涧西区").await;
        // Thursday, 31 December 2026: New Year's Day is off by law, and the notice takes Monday, too.
        let order = delegate.submit(&Report::default().category("道路破损")).await;
        app.run_jobs().await;
        let due = |order: &serde_json::Value| {
            let clocks = order["deadlines"].as_array().unwrap();
            let resolution = clocks.iter().find(|clock| clock["kind"] == "resolution").unwrap();
            resolution["due_at"].as_str().unwrap().to_owned()
        };
        let before = due(&order);
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        admin
            .get(&format!("{PATH}?year=2027"))
            .await
            .page(200, &["还没有载入", "1 个正在计时的期限是按暂定日历计算的", "2027 年放假通知尚未导入", "下列 1 个期限", order["number"].as_str().unwrap(), "2027年1月6日 24:00"]);
        let beyond = admin.get(&format!("{PATH}?page=7")).await.page(200, &["2027 年放假通知尚未导入", "上一页"]);
        assert!(!beyond.contains(order["number"].as_str().unwrap()), "{beyond}");
        let explained = async || {
            let order = delegate.order(&order).await.ok();
            let clocks = order["deadlines"].as_array().unwrap();
            let resolution = clocks.iter().find(|clock| clock["kind"] == "resolution").unwrap();
            resolution["explanation"]["text"].as_str().unwrap().to_owned()
        };
        let text = explained().await;
        assert!(text.contains("2027年1月1日 放假（元旦）不计") && text.contains("暂定"), "{text}");
        let page = admin.get(IMPORT).await;
        let preview = admin.submit_file(&page, IMPORT, ("2027.json", NEXT), &[]).await;
        preview.page(200, &["还没有改动", "2027 年", "放假 2 天，调休上班 1 天", "其中有 1 个会改变"]);
        app.run_jobs().await;
        assert_eq!(due(&delegate.order(&order).await.ok()), before, "a preview moves nothing");
        let done = admin.submit(&preview, IMPORT, &[("text", NEXT), ("really", "yes")]).await;
        done.page(200, &["已导入"]);
        app.run_jobs().await;
        assert_ne!(due(&delegate.order(&order).await.ok()), before);
        assert!(!explained().await.contains("暂定"));
        let text = admin
            .get(&format!("{PATH}?year=2027"))
            .await
            .page(200, &["元旦", "放假 2 天"]);
        assert!(!text.contains("id=\"missing\""), "{text}");
        assert!(!text.contains("还没有载入") && !text.contains("按暂定日历计算的"), "{text}");
        let wrong = NEXT.replace("2027-01-09", "2027-01-05");
        let refused = admin.submit(&preview, IMPORT, &[("text", &wrong), ("really", "yes")]).await;
        refused.page(422, &["2027-01-05 列为调休上班，但它不是周六或周日"]);
    }

    async fn a_notice_names_days_of_december_and_running_deadlines_follow_when_asked(app: TestApp) {
        const NOTICE: &str = r#"{"2027": {"holidays": ["2026-12-31", "2027-01-01"], "workdays": [], "names": {"2026-12-31": "元旦"}}}"#;
        // Monday: three working days end on Thursday, all in an announced year.
        app.advance_to("2026-12-28T10:00:00+08:00").await;
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::default().category("道路破损")).await;
        app.run_jobs().await;
        let due = async || delegate.order(&order).await.ok()["due_at"].clone();
        let resolution = async || {
            let order = delegate.order(&order).await.ok();
            let clocks = order["deadlines"].as_array().unwrap().clone();
            clocks.into_iter().find(|clock| clock["kind"] == "resolution").unwrap()["due_at"].clone()
        };
        let (before, next) = (resolution().await, due().await);
        assert_eq!(before, "2027-01-01T00:00:00+08:00");
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(IMPORT).await;
        let preview = admin.submit_file(&page, IMPORT, ("2027.json", NOTICE), &[]).await;
        preview.page(200, &["还没有改动", "2026 年", "变化：12月31日放假", "2027 年", "按公布日历计算的有 1 个受影响"]);
        admin.submit(&preview, IMPORT, &[("text", NOTICE), ("really", "yes")]).await.page(200, &["已导入"]);
        app.run_jobs().await;
        admin.get(&format!("{PATH}?year=2026")).await.page(200, &["2026 年工作日历", "元旦"]);
        assert_eq!((resolution().await, due().await), (before, next), "nothing moves unasked");
        let asked = [("text", NOTICE), ("really", "yes"), ("recount", "yes")];
        admin.submit(&preview, IMPORT, &asked).await.page(200, &["已导入"]);
        app.run_jobs().await;
        assert_eq!(resolution().await, "2027-01-05T00:00:00+08:00");
        let number = order["number"].as_str().unwrap();
        let history = app.operator().await.get(&format!("/orders/{number}/timeline")).await.ok();
        let recounted = history["items"].as_array().unwrap().iter().filter(|step| step["action"] == "deadline_recounted");
        assert_eq!(recounted.count(), 1, "{history}");
    }
}
