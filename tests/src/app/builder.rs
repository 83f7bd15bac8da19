//! Settings of the product under test, and its start.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::OnceCell;
use zhitong::config::{Config, PaceLimits};

use super::{CLOCK_START, Inner, TestApp};
use crate::database::{Db, OwnDatabase, build_app};
use crate::fault_proxy::FaultProxy;
use crate::people;
use crate::settings::{
    foreign_store, foreign_store_everywhere, foreign_store_keys, http_client, settings, through_pooler,
};

/// Settings of a test that differ from the default; see [`TestApp::with`].
pub struct Builder {
    db: Db,
    clock_start: String,
    set: Vec<(String, String)>,
    wechat_proxy: bool,
    store: Store,
    restored: Option<PathBuf>,
}

/// Which object store the product uses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Store {
    /// The one it serves itself, as ordinarily.
    Embedded,
    /// The embedded store behind a breakable connection.
    Breakable,
    /// An independent implementation (moto) behind a breakable connection.
    Foreign,
}

const STORE_KEY: &str = "testing";
const STORE_SECRET: &str = "testing-testing";

impl Builder {
    pub(super) fn new(db: Db) -> Self {
        Self {
            db,
            clock_start: CLOCK_START.to_owned(),
            set: Vec::new(),
            wechat_proxy: false,
            store: Store::Embedded,
            restored: None,
        }
    }

    /// Where the clock starts, RFC 3339.
    #[must_use]
    pub fn clock(mut self, start: &str) -> Self {
        start.clone_into(&mut self.clock_start);
        self
    }

    /// Sets a variable of the environment, as in `.env.example`.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.set.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Puts [`TestApp::wechat_line`] between the product and WeChat's stand-in.
    #[must_use]
    pub fn breakable_wechat(mut self) -> Self {
        self.wechat_proxy = true;
        self
    }

    /// Puts [`TestApp::s3_line`] between the product and its store.
    #[must_use]
    pub fn breakable_s3(mut self) -> Self {
        self.store = Store::Breakable;
        self
    }

    /// Uses the independent S3 store that the test run starts (moto), with [`TestApp::s3_line`] in between.
    #[must_use]
    pub fn foreign_s3(mut self) -> Self {
        self.store = Store::Foreign;
        self
    }

    /// Starts from the data of this folder (SQLite file, objects), which are moved to the test's own.
    #[must_use]
    pub fn restored_from(mut self, data: &Path) -> Self {
        self.restored = Some(data.to_owned());
        self
    }

    /// The line to the store, and what the product is told of it.
    async fn s3_line(&self, folder: &Path) -> Option<(FaultProxy, [(&'static str, String); 4])> {
        let mut keys = (STORE_KEY.to_owned(), STORE_SECRET.to_owned());
        let store = match self.store {
            Store::Embedded if foreign_store_everywhere() => Store::Foreign,
            store => store,
        };
        let upstream = match store {
            Store::Embedded => return None,
            Store::Breakable => {
                let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
                let root = folder.join("objects");
                let body = PaceLimits::default();
                let address =
                    zhitong::objects::embedded::start(&root, any, STORE_KEY, STORE_SECRET, body).await;
                address.expect("a store").to_string()
            }
            Store::Foreign => {
                keys = foreign_store_keys().unwrap_or(keys);
                foreign_store()
            }
        };
        let proxy = FaultProxy::start(&upstream).await;
        let told = [
            ("S3_ENDPOINT", format!("http://{}", proxy.address())),
            ("S3_ACCESS_KEY_ID", keys.0),
            ("S3_SECRET_ACCESS_KEY", keys.1),
            // All tests of a run share the foreign store.
            ("S3_BUCKET", format!("test-{}", uuid::Uuid::now_v7())),
        ];
        Some((proxy, told))
    }

    pub async fn start(self) -> TestApp {
        let folder = tempfile::Builder::new()
            .prefix("zhitong-test")
            .tempdir()
            .expect("a folder");
        let database = match &self.restored {
            Some(data) => OwnDatabase::moved(data, folder.path()),
            None => OwnDatabase::copy(self.db, folder.path()).await,
        };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut settings = settings(&database.url, folder.path(), &self.clock_start);
        settings.insert("ZHITONG_PUBLIC_URL".to_owned(), format!("http://{address}"));
        if let Some(pooled) = through_pooler(&database.url) {
            settings.insert("DATABASE_DIRECT_URL".to_owned(), database.url.clone());
            settings.insert("DATABASE_URL".to_owned(), pooled);
        }
        let wechat = if self.wechat_proxy {
            let proxy = FaultProxy::start(&address.to_string()).await;
            let stand_in = format!("http://{}{}", proxy.address(), people::STAND_IN_PATH);
            settings.insert("WECHAT_API_BASE".to_owned(), stand_in);
            Some(proxy)
        } else {
            None
        };
        let s3 = self.s3_line(folder.path()).await.map(|(proxy, told)| {
            settings.extend(told.map(|(name, value)| (name.to_owned(), value)));
            proxy
        });
        settings.extend(self.set);
        let config = Config::read(|name| settings.get(name).cloned()).expect("the test's configuration");
        let app = build_app(config, address).await;
        let app = app.unwrap_or_else(|error| panic!("the product did not start: {error:#}"));
        let server = zhitong::server::listen(app.clone(), listener).expect("the server");
        let handle = server.handle();
        tokio::spawn(server);
        TestApp(Arc::new(Inner {
            app,
            base: format!("http://{address}"),
            http: http_client(),
            server: handle,
            people: OnceCell::new(),
            jobs_forgiven: AtomicBool::new(false),
            wechat,
            s3,
            db: self.db,
            _database: database,
            folder,
        }))
    }
}
