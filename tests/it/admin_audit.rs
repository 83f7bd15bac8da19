//! The console's audit: all history read in the background, the first broken link named, and what administrators did.

use entity::kinds::{ActKind, ActorRole, EventAction};
use entity::{admin_act, history_check, order, order_event};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::orders::Report;
use tests::{Browser, PersonQuery, TestApp};
use zhitong::audit_log::{self, AuditActor, AuditEntry};
use zhitong::db;
use zhitong::orders::Actor;
use zhitong::orders::history::verify::{PageResult, Verifier};
use zhitong::orders::history::{self, NewEvent};

const PATH: &str = "/console/admin/audit";
const VERIFY: &str = "/console/admin/audit/verify";

/// Asks for a reading and waits for its end; the page that shows it.
async fn verified(app: &TestApp, admin: &Browser) -> String {
    let page = admin.get(PATH).await;
    admin
        .submit(&page, VERIFY, &[])
        .await
        .leads_to(&format!("{PATH}?done=history_check_asked"));
    admin.get(PATH).await.page(200, &["正在核验", "data-running"]);
    app.run_jobs().await;
    let text = admin.get(PATH).await.page(200, &["记录核验"]);
    assert!(!text.contains("data-running"), "{text}");
    text
}

async fn record(app: &TestApp, subject: &str) {
    let txn = db::write(&app.app().db).await.unwrap();
    let act = AuditEntry {
        by: AuditActor::CommandLine,
        kind: ActKind::DutyImported,
        subject,
        detail: serde_json::json!({ "added": 3 }),
    };
    audit_log::record(&txn, act, app.now()).await.unwrap();
    txn.commit().await.unwrap();
}

tests::on_both_databases! {
    async fn a_change_in_history_is_found_and_named(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::default()).await;
        delegate.submit(&Report::default().saying("另一件事，路灯不亮了。")).await;
        app.run_jobs().await;
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        admin.get(PATH).await.page(200, &["还没有核验过", "还没有管理操作", "验证公钥"]);
        let text = verified(&app, &admin).await;
        assert!(text.contains("完整，没有发现改动") && text.contains("2 件工单"), "{text}");

        let number = order["number"].as_str().unwrap();
        let row = order::Entity::find().filter(order::Column::Number.eq(number));
        let row = row.one(&app.app().db).await.unwrap().unwrap();
        order_event::Entity::update_many()
            .col_expr(order_event::Column::Note, Expr::value("改过的"))
            .filter(order_event::Column::OrderId.eq(row.id))
            .filter(order_event::Column::Seq.eq(1))
            .exec(&app.app().db)
            .await
            .unwrap();
        let text = verified(&app, &admin).await;
        assert!(text.contains(&format!("工单 {number} 的第 1 条记录被改动过")), "{text}");
    }

    async fn a_second_reading_is_not_begun_while_one_is_under_way(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        let page = admin.get(PATH).await;
        for _ in 0..2 {
            admin.submit(&page, VERIFY, &[]).await.leads_to(&format!("{PATH}?done=history_check_asked"));
        }
        assert_eq!(history_check::Entity::find().count(&app.app().db).await.unwrap(), 1);
        app.run_jobs().await;
        // Run again after its end, the job changes nothing.
        let row = history_check::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        assert!(row.finished_at.is_some());
        history::verification::verify_pages(app.app(), row.id).await.unwrap();
        let again = history_check::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        assert_eq!(again, row);
    }

    async fn what_administrators_did_is_listed_and_cannot_be_changed_unseen(app: TestApp) {
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        for index in 0..60 {
            record(&app, &format!("第{index}份.csv")).await;
        }
        let page = admin.get(PATH).await.page(200, &["导入派单目录", "第59份.csv", "服务器命令行", "新增 3", "更早的"]);
        assert!(!page.contains("第9份.csv"), "{page}");
        let more = page.split("href=\"").find(|part| part.contains("cursor=")).unwrap();
        admin.get(more.split('"').next().unwrap()).await.page(200, &["第9份.csv", "第0份.csv"]);
        assert!(verified(&app, &admin).await.contains("60 条管理记录"));

        admin_act::Entity::delete_many()
            .filter(admin_act::Column::Seq.eq(31))
            .exec(&app.app().db)
            .await
            .unwrap();
        assert!(verified(&app, &admin).await.contains("第 32 条管理记录之前有缺失"));
        let operator = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        operator.get(PATH).await.page(403, &["您的身份"]);
        let token = operator.get("/console/sessions").await.hidden("csrf");
        operator.send(VERIFY, &[("csrf", token)]).await.page(403, &["您的身份"]);
    }

    async fn a_long_history_is_read_in_parts(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        let order = delegate.submit(&Report::default()).await;
        app.run_jobs().await;
        let db = &app.app().db;
        let row = order::Entity::find().filter(order::Column::Number.eq(order["number"].as_str().unwrap()));
        let row = row.one(db).await.unwrap().unwrap();
        let actor = Actor::system();
        assert_eq!(actor.role, ActorRole::System);
        let txn = db::write(db).await.unwrap();
        for _ in 0..1_050 {
            let event = NewEvent::new(EventAction::Noted, &actor, row.status, app.now());
            history::append(&txn, &row, event).await.unwrap();
        }
        txn.commit().await.unwrap();
        let mut reading = Verifier::default();
        assert_eq!(reading.verify_page(db).await.unwrap(), PageResult::More);
        assert_eq!(reading.events, 1_000);
        // Put away and taken up again, as between two jobs.
        let put_away = serde_json::to_string(&reading).unwrap();
        let mut reading: Verifier = serde_json::from_str(&put_away).unwrap();
        assert_eq!(reading.verify_page(db).await.unwrap(), PageResult::Done(None));
        assert!(reading.events > 1_050 && reading.orders == 1, "{reading:?}");
    }
}
