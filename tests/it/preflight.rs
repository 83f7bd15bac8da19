//! `zhitong check`: a good configuration passes, and one broken thing at a time is named with what to do.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use actix_web::http::StatusCode;
use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine as _;
use sea_orm::ConnectionTrait as _;
use secrecy::ExposeSecret as _;
use tests::{Db, TestApp, on_both_databases};
use zhitong::config::Config;
use zhitong::preflight;
use zhitong::upkeep::check::{Check, State};

/// The settings of a product that has not been started yet.
fn new_product(folder: &Path) -> BTreeMap<String, String> {
    let file = format!("sqlite://{}", folder.join("data/zhitong.sqlite").display());
    let mut settings = tests::settings::settings(&file, &folder.join("data"), tests::app::CLOCK_START);
    settings.insert("ZHITONG_METRICS_BIND".to_owned(), "127.0.0.1:0".to_owned());
    settings
}

async fn check(settings: &BTreeMap<String, String>) -> Vec<Check> {
    let config = Config::read(|name| settings.get(name).cloned()).expect("a configuration");
    preflight::run(config).await
}

async fn check_with(settings: &BTreeMap<String, String>, name: &str, value: &str) -> Vec<Check> {
    let mut settings = settings.clone();
    settings.insert(name.to_owned(), value.to_owned());
    check(&settings).await
}

fn line<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    let found = checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("{name}: {checks:#?}"))
}

/// Asserts that this line alone is trouble, and that its advice names the word.
fn only_trouble(checks: &[Check], name: &str, word: &str) {
    let trouble: Vec<_> = checks
        .iter()
        .filter(|check| check.state == State::Trouble)
        .collect();
    assert_eq!(trouble.len(), 1, "{trouble:#?}");
    assert_eq!(trouble[0].name, name);
    assert!(trouble[0].advice.contains(word), "{:?}", trouble[0]);
}

fn entries(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().flatten();
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_product_passes_and_nothing_that_is_written_stays() {
    let folder = tempfile::tempdir().unwrap();
    let checks = check(&new_product(folder.path())).await;
    let trouble: Vec<_> = checks
        .iter()
        .filter(|check| check.state == State::Trouble)
        .collect();
    assert!(trouble.is_empty(), "{trouble:#?}");
    for name in [
        "数据目录",
        "数据库",
        "监听地址",
        "公开网址",
        "照片和文件",
        "中文字体",
    ] {
        assert_eq!(line(&checks, name).state, State::Well, "{name}");
    }
    assert_eq!(
        line(&checks, "微信").state,
        State::Attention,
        "the sandbox is named"
    );
    assert!(entries(folder.path()).is_empty(), "{:?}", entries(folder.path()));
}

on_both_databases! {
    async fn a_running_product_passes(app: TestApp) {
        let settings = of_running(&app);
        let checks = check(&settings).await;
        let trouble: Vec<_> = checks.iter().filter(|check| check.state == State::Trouble).collect();
        assert!(trouble.is_empty(), "{trouble:#?}");
        assert!(line(&checks, "监听地址").value.contains("正在运行"));
        assert!(line(&checks, "数据库").value.contains("结构是最新的"));
        assert_eq!(line(&checks, "数据密钥").value, "能读出已有的数据");
        assert_eq!(line(&checks, "微信令牌").state, State::Well);
        let objects = entries(&app.folder().join("objects/zhitong"));
        assert!(!objects.iter().any(|name| name.starts_with("check-")), "{objects:?}");
    }

    async fn a_data_key_that_opens_nothing_is_named(app: TestApp) {
        let settings = of_running(&app);
        let key = base64::engine::general_purpose::STANDARD.encode([8_u8; 32]);
        let checks = check_with(&settings, "DATA_KEY", &format!("k2:{key}")).await;
        let keys = line(&checks, "数据密钥");
        assert!(keys.state == State::Trouble && keys.value.contains("k1"), "{keys:?}");
        let checks = check_with(&settings, "DATA_KEY", &format!("k1:{key}")).await;
        assert_eq!(line(&checks, "数据密钥").state, State::Trouble);
    }

    async fn a_database_of_another_release_is_told_apart(app: TestApp) {
        let settings = of_running(&app);
        let db = &app.app().db;
        let applied = "SELECT count(*) AS n FROM seaql_migrations";
        let count = async || {
            let statement = sea_orm::Statement::from_string(db.get_database_backend(), applied);
            let row = db.query_one_raw(statement).await.unwrap().unwrap();
            row.try_get::<i64>("", "n").unwrap()
        };
        let before = count().await;
        let last = "DELETE FROM seaql_migrations WHERE version = (SELECT max(version) FROM seaql_migrations)";
        db.execute_unprepared(last).await.unwrap();
        let checks = check(&settings).await;
        let schema = line(&checks, "数据库");
        assert!(schema.state == State::Attention && schema.value.contains("1 项"), "{schema:?}");
        assert_eq!(count().await, before - 1, "the check migrates nothing");
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_future', 0)";
        db.execute_unprepared(newer).await.unwrap();
        only_trouble(&check(&settings).await, "数据库", "新版本");
    }
}

/// The settings of a product that serves.
fn of_running(app: &TestApp) -> BTreeMap<String, String> {
    let config = &app.app().config;
    let url = config.database.url.expose_secret();
    let mut settings = tests::settings::settings(url, app.folder(), tests::app::CLOCK_START);
    let address = app.base().trim_start_matches("http://").to_owned();
    let more = [
        ("ZHITONG_BIND", address),
        ("ZHITONG_METRICS_BIND", "127.0.0.1:0".to_owned()),
        ("WECHAT_API_BASE", format!("{}/sandbox/wechat", app.base())),
    ];
    settings.extend(more.map(|(name, value)| (name.to_owned(), value)));
    settings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_broken_thing_at_a_time_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = new_product(folder.path());
    let occupied = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = occupied.local_addr().unwrap().to_string();
    let closed = "http://127.0.0.1:9";
    for (name, value, broken, word) in [
        (
            "DATABASE_URL",
            "postgres://nobody@127.0.0.1:9/none",
            "数据库",
            "DATABASE_URL",
        ),
        ("CITY_PACK", "/nowhere/pack", "城市资料包", "CITY_PACK"),
        ("ZHITONG_PUBLIC_URL", closed, "公开网址", "反向代理"),
        (
            "ZHITONG_METRICS_BIND",
            taken.as_str(),
            "监控指标",
            "ZHITONG_METRICS_BIND",
        ),
        ("WECHAT_API_BASE", closed, "微信令牌", "防火墙"),
        (
            "HEIF_CONVERT",
            "/nowhere/heif-convert",
            "苹果手机照片（HEIC）",
            "libheif",
        ),
        ("S3_PUBLIC_ENDPOINT", closed, "照片和文件", "S3_PUBLIC_ENDPOINT"),
        (
            "ZHITONG_BACKUP_DIR",
            "/proc/backups",
            "备份目录",
            "ZHITONG_BACKUP_DIR",
        ),
        ("ZHITONG_LOW_DISK_MB", "900000000000", "磁盘空间", "清理磁盘"),
    ] {
        let checks = check_with(&good, name, value).await;
        let found = line(&checks, broken);
        assert_eq!(found.state, State::Trouble, "{name}={value}: {found:?}");
        assert!(found.advice.contains(word), "{name}: {found:?}");
    }
    let mut store = good.clone();
    for (name, value) in [
        ("S3_ENDPOINT", closed),
        ("S3_ACCESS_KEY_ID", "key"),
        ("S3_SECRET_ACCESS_KEY", "secret"),
    ] {
        store.insert(name.to_owned(), value.to_owned());
    }
    only_trouble(&check(&store).await, "照片和文件", "S3_ENDPOINT");
    let other = other_program().await;
    let checks = check_with(&good, "ZHITONG_BIND", &other.1).await;
    assert_eq!(line(&checks, "监听地址").state, State::Trouble);
    let public = line(&checks, "公开网址");
    assert!(
        public.value.contains("404"),
        "another program is not the product: {public:?}"
    );
    other.0.stop(true).await;
}

async fn other_program() -> (actix_web::dev::ServerHandle, String) {
    let server = HttpServer::new(ActixApp::new).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0].to_string();
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    (handle, address)
}

/// A reverse proxy in front of `to`, which adds the header that proxies add.
async fn proxy(to: SocketAddr) -> (actix_web::dev::ServerHandle, String) {
    let forward = move |request: HttpRequest| async move {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{to}{}", request.uri());
        let answer = http
            .get(url)
            .header("x-forwarded-for", "203.0.113.7")
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
                HttpResponse::build(status).body(answer.bytes().await.unwrap())
            }
            Err(_) => HttpResponse::BadGateway().finish(),
        }
    };
    let app = move || ActixApp::new().default_service(web::to(forward));
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    (handle, url)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_address_is_tried_through_the_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = new_product(folder.path());
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (server, url) = proxy(free).await;
    settings.insert("ZHITONG_BIND".to_owned(), free.to_string());
    settings.insert("ZHITONG_PUBLIC_URL".to_owned(), url);
    let checks = check(&settings).await;
    assert_eq!(line(&checks, "公开网址").state, State::Well);
    assert_eq!(
        line(&checks, "照片和文件").state,
        State::Well,
        "the link leads through the proxy"
    );
    only_trouble(&checks, "反向代理", "127.0.0.1");
    let checks = check_with(&settings, "ZHITONG_TRUSTED_PROXIES", "127.0.0.1").await;
    assert_eq!(line(&checks, "反向代理").state, State::Well);
    server.stop(true).await;
    let checks = check(&settings).await;
    assert_eq!(
        line(&checks, "公开网址").state,
        State::Trouble,
        "the proxy is down"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn templates_that_differ_from_the_account_are_counted() {
    let app = TestApp::with(Db::Sqlite).start().await;
    let mut settings = of_running(&app);
    assert_eq!(line(&check(&settings).await, "消息模板").state, State::Well);
    // The pack with one template under an id that the account does not have.
    let folder = tests::packs::copy();
    let wording = folder.path().join("wording.toml");
    let text = std::fs::read_to_string(&wording).unwrap();
    let id = text
        .lines()
        .find(|line| line.starts_with("id = "))
        .expect("a template's id");
    std::fs::write(
        &wording,
        text.replacen(id, "id = \"another-template-id-0000000000000000000\"", 1),
    )
    .unwrap();
    settings.insert("CITY_PACK".to_owned(), folder.path().display().to_string());
    let checks = check(&settings).await;
    let templates = line(&checks, "消息模板");
    assert!(
        templates.state == State::Trouble && templates.value.contains("有出入 1 个"),
        "{templates:?}"
    );
    app.finish().await;
}
