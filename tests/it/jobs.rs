//! The queue: what is due is done once, what fails is tried again, what was lost is done by another.

use chrono::{DateTime, TimeDelta, Utc};
use entity::job;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tests::TestApp;
use zhitong::jobs::queue::{NewJob, enqueue};
use zhitong::jobs::runner;

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
        runner::run_due(app.app()).await.unwrap();
        assert_eq!(one(&app).await.attempts, 0, "somebody else has it");
        app.app().clock.advance_to(app.now() + TimeDelta::minutes(3));
        runner::run_due(app.app()).await.unwrap();
        assert_eq!(one(&app).await.attempts, 1, "its worker is lost");
    }

    async fn several_workers_do_each_job_once(app: TestApp) {
        const JOBS: usize = 40;
        for subject in 0..JOBS {
            add(&app, &subject.to_string(), None, app.now()).await;
        }
        let workers = (0..4).map(|_| async {
            for _ in 0..JOBS {
                runner::run_due(app.app()).await.unwrap();
            }
        });
        futures_util::future::join_all(workers).await;
        let attempts: Vec<_> = all(&app).await.iter().map(|job| job.attempts).collect();
        assert_eq!(attempts, vec![1; JOBS]);
    }
}
