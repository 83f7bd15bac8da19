//! Every checkpoint reaches the committee by mail: byte for byte, once, and again after a failure.

use entity::kinds::{CheckpointMail, CheckpointReason};
use entity::{audit_checkpoint, job};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::mail_server::{MailReply, MailServer, ReceivedMail};
use tests::{Browser, Db, PersonQuery, TestApp};
use zhitong::audit_tree::checkpoints;
use zhitong::audit_tree::mail::MailCheckpoint;
use zhitong::config::Config;
use zhitong::jobs::Job as _;
use zhitong::preflight;
use zhitong::upkeep::check::State;

use super::{rich_orders, verified};

const TO: [&str; 2] = ["record@rd.example.cn", "jiansiwei@rd.example.cn"];
const PAGE: &str = "/console/admin/audit";

async fn start(db: Db, server: &MailServer) -> TestApp {
    TestApp::with(db)
        .set("ZHITONG_SMTP_URL", &server.url())
        .set("ZHITONG_MAIL_FROM", "存证 <zhitong@example.cn>")
        .set("ZHITONG_CHECKPOINT_MAIL_TO", &TO.join(", "))
        .start()
        .await
}

/// Outcome and reply code of the newest checkpoint.
async fn outcome(app: &TestApp) -> (Option<CheckpointMail>, Option<String>) {
    let query = audit_checkpoint::Entity::find().order_by_desc(audit_checkpoint::Column::Id);
    let row = query.one(&app.app().db).await.unwrap().unwrap();
    (row.mail, row.mail_code)
}

async fn jobs(app: &TestApp) -> Vec<job::Model> {
    let query = job::Entity::find().filter(job::Column::Kind.eq(MailCheckpoint::NAME));
    let query = query.order_by_asc(job::Column::Id);
    query.all(&app.app().db).await.unwrap()
}

async fn a_checkpoint_is_mailed_as_it_was_signed(db: Db) {
    let server = MailServer::start();
    let app = start(db, &server).await;
    let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
    admin
        .get(PAGE)
        .await
        .page(200, &["存证邮件：2 个收件人，还没有寄过"]);
    rich_orders(&app, 1).await;
    let signed = checkpoints::sign(app.app(), CheckpointReason::Hourly)
        .await
        .unwrap();
    assert!(server.received().is_empty(), "signing waits for no mail server");
    assert_eq!(outcome(&app).await, (None, None));
    app.run_jobs().await;
    let [mail]: [ReceivedMail; 1] = server.received().try_into().expect("one message for all");
    assert_eq!(mail.recipients, TO);
    assert_eq!(mail.attachment(), signed.note.as_bytes());
    let note = String::from_utf8(mail.attachment()).unwrap();
    assert_eq!(verified(&app, &[note]).await.findings, []);
    assert_eq!(outcome(&app).await, (Some(CheckpointMail::Sent), None));
    admin.get(PAGE).await.page(200, &["2 个收件人", "已寄出"]);

    let id = jobs(&app).await[0].subject.parse().unwrap();
    MailCheckpoint::run(app.app(), id).await.unwrap();
    assert_eq!(server.received().len(), 1, "run twice it sends once");
    app.finish().await;
}

async fn a_server_that_is_busy_is_asked_again(db: Db) {
    let server = MailServer::start();
    let app = start(db, &server).await;
    server.reply(MailReply::Later);
    checkpoints::sign(app.app(), CheckpointReason::Report)
        .await
        .unwrap();
    app.run_jobs().await;
    assert_eq!(
        outcome(&app).await,
        (Some(CheckpointMail::Delayed), Some("451".to_owned()))
    );
    let error = jobs(&app).await[0].last_error.clone().unwrap();
    assert!(error.contains("451") && !error.contains('@'), "{error}");
    server.reply(MailReply::Accept);
    app.advance(chrono::TimeDelta::minutes(5)).await;
    assert_eq!(outcome(&app).await, (Some(CheckpointMail::Sent), None));
    let [mail]: [ReceivedMail; 1] = server.received().try_into().expect("one message");
    let signed = checkpoints::latest(&app.app().db).await.unwrap().unwrap();
    assert_eq!(mail.attachment(), signed.note.as_bytes());
    assert!(
        mail.header("Message-ID").ends_with("@example.cn>"),
        "{}",
        mail.text
    );
    app.finish().await;
}

async fn a_refusal_is_shown_and_not_repeated(db: Db) {
    let server = MailServer::start();
    let app = start(db, &server).await;
    server.reply(MailReply::Refuse);
    checkpoints::sign(app.app(), CheckpointReason::Hourly)
        .await
        .unwrap();
    app.run_jobs().await;
    assert_eq!(
        outcome(&app).await,
        (Some(CheckpointMail::Refused), Some("550".to_owned()))
    );
    assert!(jobs(&app).await.iter().all(|job| job.done_at.is_some()));
    let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
    admin.get(PAGE).await.page(200, &["被邮件服务器拒收（550）"]);
    app.finish().await;
}

#[tokio::test]
async fn the_check_before_the_start_signs_in_at_the_mail_server() {
    let server = MailServer::start();
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}", folder.path().join("zhitong.sqlite").display());
    let mut settings = tests::settings::settings(&file, folder.path(), tests::app::CLOCK_START);
    settings.insert("ZHITONG_METRICS_BIND".to_owned(), "127.0.0.1:0".to_owned());
    settings.insert("ZHITONG_MAIL_FROM".to_owned(), "zhitong@example.cn".to_owned());
    settings.insert("ZHITONG_CHECKPOINT_MAIL_TO".to_owned(), TO.join(","));
    settings.insert("ZHITONG_SMTP_URL".to_owned(), server.url());
    let found = async |settings: &std::collections::BTreeMap<String, String>| {
        let config = Config::read(|name| settings.get(name).cloned()).expect("a configuration");
        let checks = preflight::run(config).await;
        let mail = checks.into_iter().find(|check| check.name == "存证邮件");
        mail.expect("a line about the mail server").state
    };
    assert_eq!(found(&settings).await, State::Well);
    // Nobody listens on the port of a listener that is gone.
    let gone = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    settings.insert("ZHITONG_SMTP_URL".to_owned(), format!("smtp://{gone}"));
    assert_eq!(found(&settings).await, State::Trouble);
    assert!(server.received().is_empty());
}

macro_rules! on_both {
    ($($name:ident)+) => {$(
        mod $name {
            use tests::Db;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(Db::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(Db::Postgres).await;
            }
        }
    )+};
}

on_both! {
    a_checkpoint_is_mailed_as_it_was_signed
    a_server_that_is_busy_is_asked_again
    a_refusal_is_shown_and_not_repeated
}
