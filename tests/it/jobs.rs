//! The queue: what is due is done once, what fails is tried again, what was lost is done by another.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::job;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tests::TestApp;
use tests::orders::Report;
use tokio_util::sync::CancellationToken;
use zhitong::jobs::lease::{lease, while_held};
use zhitong::jobs::monitor::measure;
use zhitong::jobs::queue::{NewJob, enqueue};
use zhitong::jobs::{Lane, catch_up, runner};

/// A kind that no release knows: it fails whenever it is run, which makes its tries countable.
const UNKNOWN: &str = "no_such_job";
const MAX_TRIES: i32 = 11;

async fn add(app: &TestApp, subject: &str, dedup_key: Option<&str>, run_at: DateTime<Utc>) {
    let job = NewJob {
        kind: UNKNOWN,
        subject: subject.to_owned(),
        dedup_key: dedup_key.map(str::to_owned),
        run_at,
    };
    enqueue(&app.app().db, job, app.now()).await.unwrap();
    app.forgive_jobs("a kind that nobody knows");
}

async fn all(app: &TestApp) -> Vec<job::Model> {
    let ours = job::Entity::find().filter(job::Column::Kind.eq(UNKNOWN));
    ours.all(&app.app().db).await.unwrap()
}

async fn one(app: &TestApp) -> job::Model {
    let jobs = all(app).await;
    assert_eq!(jobs.len(), 1);
    jobs.into_iter().next().unwrap()
}

async fn lease_until(app: &TestApp, until: DateTime<Utc>) {
    job::Entity::update_many()
        .col_expr(job::Column::LockedUntil, Expr::value(until))
        .filter(job::Column::Kind.eq(UNKNOWN))
        .exec(&app.app().db)
        .await
        .unwrap();
}

/// A job of this kind, once it fits.
async fn until(app: &TestApp, kind: &str, fits: impl Fn(&job::Model) -> bool) -> job::Model {
    loop {
        let job = job::Entity::find().filter(job::Column::Kind.eq(kind));
        let job = job.one(&app.app().db).await.unwrap();
        if let Some(job) = job.filter(&fits) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

tests::on_both_databases! {
    async fn a_job_that_fails_is_tried_again_later_and_given_up_after_a_day(app: TestApp) {
        add(&app, "x", None, app.now()).await;
        app.run_jobs().await;
        let once = one(&app).await;
        assert_eq!(once.attempts, 1);
        assert!(once.run_at > app.now(), "not again at once");
        assert!(once.last_error.unwrap().contains(UNKNOWN));
        app.advance(TimeDelta::days(2)).await;
        let given_up = one(&app).await;
        assert_eq!(given_up.attempts, MAX_TRIES);
        assert!(given_up.failed_at.is_some() && given_up.done_at.is_none());
    }

    async fn two_jobs_under_one_key_are_one(app: TestApp) {
        add(&app, "a", Some("key"), app.now()).await;
        add(&app, "b", Some("key"), app.now()).await;
        assert_eq!(one(&app).await.subject, "a");
    }

    async fn a_job_for_later_waits(app: TestApp) {
        add(&app, "x", None, app.now() + TimeDelta::hours(1)).await;
        app.run_jobs().await;
        assert_eq!(one(&app).await.attempts, 0);
        app.advance(TimeDelta::hours(1)).await;
        assert_eq!(one(&app).await.attempts, 1);
    }

    async fn a_job_under_a_lease_is_let_be_until_the_lease_runs_out(app: TestApp) {
        add(&app, "x", None, app.now()).await;
        lease_until(&app, app.now() + TimeDelta::minutes(2)).await;
        catch_up::run_due(app.app()).await.unwrap();
        assert_eq!(one(&app).await.attempts, 0, "somebody else has it");
        app.app().clock.advance_to(app.now() + TimeDelta::minutes(3));
        catch_up::run_due(app.app()).await.unwrap();
        assert_eq!(one(&app).await.attempts, 1, "its worker is lost");
    }

    async fn several_workers_do_each_job_once(app: TestApp) {
        const JOBS: usize = 40;
        for subject in 0..JOBS {
            add(&app, &subject.to_string(), None, app.now()).await;
        }
        let workers = (0..4).map(|_| async {
            for _ in 0..JOBS {
                catch_up::run_due(app.app()).await.unwrap();
            }
        });
        futures_util::future::join_all(workers).await;
        let attempts: Vec<_> = all(&app).await.iter().map(|job| job.attempts).collect();
        assert_eq!(attempts, vec![1; JOBS]);
    }

    async fn a_lease_is_renewed_while_its_job_runs(app: TestApp) {
        add(&app, "x", None, app.now()).await;
        let jobs = lease(app.app(), None, 1).await.unwrap();
        let first = jobs[0].locked_until.unwrap();
        let work = async {
            app.app().clock.advance_to(first + TimeDelta::minutes(1));
            until(&app, UNKNOWN, |job| job.locked_until.is_some_and(|until| until > app.now())).await;
        };
        while_held(app.app(), &jobs, Duration::from_millis(10), work).await;
        assert!(lease(app.app(), None, 1).await.unwrap().is_empty(), "it is still held");
    }

    async fn a_slow_check_delays_no_other_lane(app: TestApp) {
        let delegate = app.delegate("").await;
        let slow = json!({ "endpoint": "msg_sec_check", "delay_ms": 4_000, "times": 1 });
        app.anonymous().sandbox("faults", slow).await;
        let stop = CancellationToken::new();
        let workers = tokio::spawn(runner::run(app.app().clone(), stop.clone()));
        delegate.submit(&Report::default()).await;
        until(&app, "check_text", |job| job.locked_until.is_some()).await;
        add(&app, "x", None, app.now()).await;
        app.app().jobs.wake.notify_one();
        until(&app, UNKNOWN, |job| job.attempts == 1).await;
        let check = until(&app, "check_text", |_| true).await;
        assert!(check.done_at.is_none(), "the check is still under way");
        stop.cancel();
        workers.await.unwrap();
    }

    async fn a_lane_that_stands_still_is_measured(app: TestApp) {
        app.run_jobs().await;
        assert_eq!(measure(app.app(), Lane::Short).await.unwrap(), TimeDelta::zero());
        add(&app, "x", None, app.now()).await;
        app.app().clock.advance_to(app.now() + TimeDelta::minutes(5));
        let lag = measure(app.app(), Lane::Short).await.unwrap();
        assert!(lag >= TimeDelta::minutes(5), "{lag}");
        assert_eq!(app.app().state::<zhitong::jobs::monitor::LaneLags>().seconds(Lane::Short), lag.num_seconds());
        assert_eq!(measure(app.app(), Lane::Heavy).await.unwrap(), TimeDelta::zero());
    }
}
