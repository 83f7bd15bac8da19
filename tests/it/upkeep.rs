//! Maintenance on a schedule, and the page that shows the state of the system.

use chrono::TimeDelta;
use entity::kinds::UpkeepKind;
use entity::{job, notice, upkeep_run};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{Browser, Db, PersonQuery, TestApp, on_both_databases};
use zhitong::upkeep::{runs, start};

const STATUS: &str = "/console/admin/status";

async fn waiting(app: &TestApp, kind: &str) -> u64 {
    let open = job::Entity::find()
        .filter(job::Column::Kind.eq(kind))
        .filter(job::Column::DoneAt.is_null());
    open.count(&app.app().db).await.unwrap()
}

async fn last(app: &TestApp, kind: UpkeepKind) -> Option<upkeep_run::Model> {
    runs::last(&app.app().db, kind).await.unwrap()
}

async fn status(app: &TestApp) -> String {
    let admin = Browser::as_cast(app, PersonQuery::role("admin")).await;
    admin
        .get(STATUS)
        .await
        .page(200, &["系统状态", "数据库", "磁盘空间", "消息模板", "中文字体"])
}

on_both_databases! {
    async fn expired_rows_are_deleted_every_night_and_the_page_says_so(app: TestApp) {
        let before = status(&app).await;
        assert!(before.contains("还没有运行过"), "{before}");
        start::schedule(app.app(), app.now()).await.unwrap();
        start::schedule(app.app(), app.now()).await.unwrap();
        assert_eq!(waiting(&app, "upkeep.retention").await, 1, "scheduled once");
        assert_eq!(waiting(&app, "upkeep.backup").await, 0, "no folder is configured");
        app.advance(TimeDelta::days(1)).await;
        let run = last(&app, UpkeepKind::Retention).await.expect("a run");
        assert!(run.succeeded && run.finished_at.is_some(), "{run:?}");
        assert_eq!(waiting(&app, "upkeep.retention").await, 1, "the next night");
        app.advance(TimeDelta::days(100)).await;
        let run = last(&app, UpkeepKind::Retention).await.expect("a run");
        assert!(run.detail.contains("jobs done") || run.detail.contains("没有到期"), "{run:?}");
        let after = status(&app).await;
        assert!(after.contains(&run.detail) && !after.contains("还没有运行过"), "{after}");
    }

    async fn administrators_learn_once_that_a_holiday_notice_is_missing(app: TestApp) {
        let told = async || {
            let ours = notice::Column::Event.eq("holiday_notice_missing");
            notice::Entity::find().filter(ours).all(&app.app().db).await.unwrap()
        };
        app.advance_to("2026-10-30T12:00:00+08:00").await;
        start::schedule(app.app(), app.now()).await.unwrap();
        app.advance_to("2026-10-31T12:00:00+08:00").await;
        assert!(told().await.is_empty(), "the notice of 2026 is imported, and that of 2027 is not needed yet");
        assert!(status(&app).await.contains("已导入至 2026 年"));
        app.advance_to("2026-11-01T12:00:00+08:00").await;
        let first = told().await;
        assert!(!first.is_empty(), "administrators are notified");
        assert!(first.iter().all(|notice| notice.body.contains("2027 年放假通知尚未导入")), "{first:?}");
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        admin.get("/console/inbox").await.page(200, &["放假通知尚未导入"]);
        let page = status(&app).await;
        assert!(page.contains("2027 年尚未导入，0 个期限为暂定") && page.contains("需要注意"), "{page}");
        app.advance_to("2026-12-15T12:00:00+08:00").await;
        assert_eq!(told().await.len(), first.len(), "once a year");
    }

    async fn the_state_of_the_system_is_for_administrators(app: TestApp) {
        for role in ["operator", "supervisor", "handler", "delegate"] {
            let other = Browser::as_cast(&app, PersonQuery::role(role)).await;
            other.get(STATUS).await.page(403, &[]);
        }
        let page = status(&app).await;
        for lane in ["期限", "消息推送", "内容检查", "日常任务", "耗时任务"] {
            assert!(page.contains(lane), "{lane}: {page}");
        }
        assert!(page.contains("模拟环境") && page.contains("WECHAT_MODE=live"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_taken_every_night_and_the_oldest_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backups");
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_BACKUP_DIR", path.to_str().unwrap())
        .start()
        .await;
    start::schedule(app.app(), app.now()).await.unwrap();
    app.advance(TimeDelta::days(1)).await;
    let run = last(&app, UpkeepKind::Backup).await.expect("a run");
    assert!(run.succeeded, "{run:?}");
    let file = path.join(run.detail.split('，').next().unwrap());
    zhitong::ops::backup::verify(&app.app().config, &file)
        .await
        .unwrap();
    assert!(status(&app).await.contains(&run.detail));
    // A folder that cannot be written is told with the reason.
    std::fs::remove_dir_all(&path).unwrap();
    std::fs::write(&path, "not a folder").unwrap();
    app.advance(TimeDelta::days(1)).await;
    let run = last(&app, UpkeepKind::Backup).await.expect("a run");
    assert!(
        !run.succeeded && run.detail.contains("ZHITONG_BACKUP_DIR"),
        "{run:?}"
    );
    let page = status(&app).await;
    assert!(page.contains("上次失败") && page.contains("故障"), "{page}");
}
