//! A database for each test, copied from one that was migrated and filled once per test process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tokio::sync::OnceCell;
use zhitong::app::App;
use zhitong::city::pack::Pack;
use zhitong::config::Config;

use crate::app::CITY_PACK;

/// Which of the two databases a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Db {
    Sqlite,
    Postgres,
}

/// A test's own database; dropped with it.
pub struct OwnDatabase {
    pub url: String,
    /// Name in the cluster; none for SQLite, whose file goes with the test's folder.
    postgres: Option<String>,
}

static SQLITE: OnceCell<PathBuf> = OnceCell::const_new();
static POSTGRES: OnceCell<String> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

impl OwnDatabase {
    /// A copy of the filled template, for a test whose files are in `folder`.
    pub async fn copy(db: Db, folder: &Path) -> Self {
        match db {
            Db::Sqlite => {
                let template = SQLITE.get_or_init(sqlite_template).await;
                let file = folder.join("zhitong.sqlite");
                std::fs::copy(template, &file).expect("copy the template");
                Self {
                    url: sqlite_url(&file),
                    postgres: None,
                }
            }
            Db::Postgres => {
                let template = POSTGRES.get_or_init(postgres_template).await;
                Self::create(Some(template)).await
            }
        }
    }

    /// The SQLite file and the objects of a folder, moved to where the test's files are.
    #[must_use]
    pub fn moved(data: &Path, folder: &Path) -> Self {
        for entry in std::fs::read_dir(data).expect("a folder of data") {
            let entry = entry.expect("an entry");
            std::fs::rename(entry.path(), folder.join(entry.file_name())).expect("move the data");
        }
        Self {
            url: sqlite_url(&folder.join("zhitong.sqlite")),
            postgres: None,
        }
    }

    /// A database with nothing in it, not even a schema.
    pub async fn empty(db: Db, folder: &Path) -> Self {
        match db {
            Db::Sqlite => Self {
                url: sqlite_url(&folder.join("empty.sqlite")),
                postgres: None,
            },
            Db::Postgres => Self::create(None).await,
        }
    }

    async fn create(template: Option<&str>) -> Self {
        let name = fresh_name("test");
        let template = template
            .map(|name| format!("TEMPLATE {name}"))
            .unwrap_or_default();
        cluster(&format!("CREATE DATABASE {name} {template}")).await;
        Self {
            url: in_cluster(&name),
            postgres: Some(name),
        }
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        let Some(name) = self.postgres.take() else {
            return;
        };
        // A thread of its own: the test's runtime may be going down with a panic.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                cluster(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            });
        });
        let _ = dropping.join();
    }
}

async fn sqlite_template() -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix("zhitong-template")
        .tempdir()
        .expect("a folder")
        .keep();
    let file = folder.join("template.sqlite");
    fill(&sqlite_url(&file), &folder).await;
    file
}

async fn postgres_template() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let name = fresh_name("template");
    cluster(&format!("CREATE DATABASE {name}")).await;
    fill(&in_cluster(&name), folder.path()).await;
    name
}

/// Migrates and loads the city pack and the sandbox's people, as the first start of the product does.
async fn fill(url: &str, folder: &Path) {
    let config = super::settings::settings(url, folder, super::app::CLOCK_START);
    let config = Config::read(|name| config.get(name).cloned()).expect("the kit's configuration");
    let listener = zhitong::server::bind(&config).expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = build_app(config, address).await;
    let app = app.unwrap_or_else(|error| panic!("the template could not be filled: {error:#}"));
    if url.starts_with("sqlite") {
        let flush = "PRAGMA wal_checkpoint(TRUNCATE)";
        app.db.execute_unprepared(flush).await.expect("flush the log");
    }
    app.db.clone().close().await.expect("close the template");
}

/// Builds the product. The pack of most tests is read once per test process.
pub(crate) async fn build_app(config: Config, address: SocketAddr) -> anyhow::Result<App> {
    static PACK: OnceLock<Pack> = OnceLock::new();
    if config.city_pack != CITY_PACK {
        return zhitong::server::build(config, address).await;
    }
    let pack = PACK.get_or_init(|| Pack::open(CITY_PACK).expect("the pack"));
    zhitong::server::build_with_pack(config, address, pack).await
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

fn fresh_name(what: &str) -> String {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("zhitong_{what}_{}_{count}", std::process::id())
}

/// The address of a database in the test cluster.
fn in_cluster(name: &str) -> String {
    let url = cluster_url();
    let (server, _) = url.rsplit_once('/').expect("TEST_POSTGRES_URL ends in /database");
    format!("{server}/{name}")
}

#[expect(clippy::disallowed_methods, reason = "the kit is told where the cluster is")]
fn cluster_url() -> String {
    std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!(
            "TEST_POSTGRES_URL is not set: the tests need a PostgreSQL cluster. Run `tests/run`, which starts one, \
             or name yours (a superuser of it, ending in /postgres)."
        )
    })
}

async fn cluster(statement: &str) {
    let db: DatabaseConnection = Database::connect(cluster_url())
        .await
        .unwrap_or_else(|error| panic!("TEST_POSTGRES_URL: cannot connect: {error}"));
    db.execute_unprepared(statement)
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    db.close().await.expect("close");
}
