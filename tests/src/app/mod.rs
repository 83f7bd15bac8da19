//! The product, started in this process on a free port: its own database, its own folder, WeChat's stand-in over real
//! HTTP, the city pack and its people.
//!
//! The background runner is off: a test moves the clock and runs the jobs itself.

mod builder;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::ServerHandle;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use entity::job;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use zhitong::app::App;
use zhitong::jobs::catch_up;

use crate::client::Client;
use crate::database::{Db, OwnDatabase};
use crate::fault_proxy::FaultProxy;
use crate::people::{self, Person, PersonQuery};

pub use builder::Builder;

/// Monday morning, the day of the first story.
pub const CLOCK_START: &str = "2025-09-08T09:00:00+08:00";
pub const CITY_PACK: &str = "luoyang";

/// The product under test. Clones are the same product.
#[derive(Clone)]
pub struct TestApp(Arc<Inner>);

struct Inner {
    app: App,
    base: String,
    http: reqwest::Client,
    server: ServerHandle,
    people: OnceCell<Vec<Person>>,
    jobs_forgiven: AtomicBool,
    wechat: Option<FaultProxy>,
    s3: Option<FaultProxy>,
    db: Db,
    // The fields below are dropped last, in this order.
    _database: OwnDatabase,
    folder: TempDir,
}

impl TestApp {
    /// Starts the product as it ordinarily is.
    pub async fn start(db: Db) -> Self {
        // Boxed: the future of a start is nested deeply.
        Box::pin(Self::with(db).start()).await
    }

    /// Starts from here when something is to be different.
    #[must_use]
    pub fn with(db: Db) -> Builder {
        Builder::new(db)
    }

    /// The product itself, for tests below HTTP.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }

    #[must_use]
    pub fn database(&self) -> Db {
        self.0.db
    }

    /// The product's folder: embedded store, SQLite file.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    /// `http://127.0.0.1:port`
    #[must_use]
    pub fn base(&self) -> &str {
        &self.0.base
    }

    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// The line to WeChat, to be broken; asked for with [`Builder::breakable_wechat`].
    #[must_use]
    pub fn wechat_line(&self) -> &FaultProxy {
        self.0
            .wechat
            .as_ref()
            .expect("start the app with breakable_wechat()")
    }

    /// The line to the store, to be broken; asked for with [`Builder::breakable_s3`].
    #[must_use]
    pub fn s3_line(&self) -> &FaultProxy {
        self.0.s3.as_ref().expect("start the app with breakable_s3()")
    }

    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.app.clock.now()
    }

    /// Runs everything that is due now. A job that fails stays for [`Self::finish`] to find.
    pub async fn run_jobs(&self) {
        Box::pin(catch_up::drain(self.app())).await.expect("the jobs run");
    }

    /// Moves the clock forward, running what comes due on the way in its order.
    pub async fn advance(&self, by: TimeDelta) {
        self.advance_to_instant(self.now() + by).await;
    }

    /// Moves the clock forward to an RFC 3339 time.
    pub async fn advance_to(&self, time: &str) {
        let time: DateTime<FixedOffset> = time.parse().expect("an RFC 3339 time");
        let time = time.to_utc();
        assert!(
            time >= self.now(),
            "the clock never goes back: it is {}",
            self.now()
        );
        self.advance_to_instant(time).await;
    }

    async fn advance_to_instant(&self, time: DateTime<Utc>) {
        catch_up::advance_to(self.app(), time)
            .await
            .expect("the jobs run");
    }

    /// Returns a client that is not signed in.
    #[must_use]
    pub fn anonymous(&self) -> Client {
        Client::anonymous(self.clone())
    }

    /// Returns all people of the sandbox.
    pub async fn people(&self) -> &[Person] {
        self.0
            .people
            .get_or_init(|| async { people::load(&self.0.http, &self.0.base).await })
            .await
    }

    /// Signs in the first person who fits.
    pub async fn sign_in(&self, who: PersonQuery<'_>) -> Client {
        let person = self.person(who).await;
        Client::sign_in(self.clone(), person).await
    }

    /// The first person who fits.
    pub async fn person(&self, who: PersonQuery<'_>) -> Person {
        let found = self.people().await.iter().filter(|p| who.fits(p)).nth(who.nth);
        found
            .cloned()
            .unwrap_or_else(|| panic!("the sandbox has nobody like {who:?}"))
    }

    /// A delegate of this county, or of this level (`city`, `county`, …); `""` takes anyone.
    pub async fn delegate(&self, area_or_level: &str) -> Client {
        self.sign_in(PersonQuery::delegate(area_or_level)).await
    }

    /// The operator of the hotline.
    pub async fn operator(&self) -> Client {
        self.sign_in(PersonQuery::role("operator")).await
    }

    pub async fn admin(&self) -> Client {
        self.sign_in(PersonQuery::role("admin")).await
    }

    /// A handler of the unit with this name.
    pub async fn handler(&self, unit: &str) -> Client {
        self.sign_in(PersonQuery::role("handler").unit(unit)).await
    }

    /// A handler of some other unit than this one.
    pub async fn handler_of_another(&self, unit: &str) -> Client {
        self.sign_in(PersonQuery::role("handler").not_unit(unit)).await
    }

    /// The staff of the city's standing committee.
    pub async fn supervisor(&self) -> Client {
        self.sign_in(PersonQuery::role("supervisor").level("city")).await
    }

    /// The staff of a county's standing committee.
    pub async fn county_supervisor(&self, area: &str) -> Client {
        self.sign_in(PersonQuery::role("supervisor").level("county").area(area))
            .await
    }

    /// The next `finish` lets jobs be: for tests of failing jobs, which say why.
    pub fn forgive_jobs(&self, _why: &str) {
        self.0.jobs_forgiven.store(true, Ordering::Relaxed);
    }

    /// Ends the test: fails it when jobs were left unrun or have failed. `on_both_databases!` calls it.
    pub async fn finish(self) {
        if !self.0.jobs_forgiven.load(Ordering::Relaxed) {
            let left = self.jobs_left().await;
            assert!(
                left.is_empty(),
                "the test leaves jobs behind (call app.run_jobs(), or forgive_jobs() when that is the point):\n  {}",
                left.join("\n  ")
            );
        }
        self.0.server.stop(true).await;
        let _ = self.0.app.db.clone().close().await;
    }

    async fn jobs_left(&self) -> Vec<String> {
        let due_or_failed = Condition::any()
            .add(job::Column::RunAt.lte(self.now()))
            .add(job::Column::LastError.is_not_null());
        let jobs = job::Entity::find()
            .filter(job::Column::DoneAt.is_null())
            .filter(due_or_failed)
            .all(&self.0.app.db)
            .await
            .expect("the jobs");
        let mut left: Vec<_> = jobs
            .iter()
            .map(|job| match &job.last_error {
                Some(error) => format!("{} failed {} times: {error}", job.kind, job.attempts),
                None => format!("{} was not run", job.kind),
            })
            .collect();
        let sweep = zhitong::jobs::work::workload(self.app())
            .next_sweep(self.app())
            .await
            .expect("the sweep");
        if sweep.is_some_and(|at| at <= self.now()) {
            left.push("a light was to change".to_owned());
        }
        let push = zhitong::jobs::work::workload(self.app())
            .next_delivery(self.app())
            .await
            .expect("the pushes");
        if push.is_some_and(|at| at <= self.now()) {
            left.push("a push was to be made".to_owned());
        }
        left
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // A test that panicked did not come to `finish`.
        drop(self.server.stop(false));
    }
}
