//! The queue: what is due is done once, what fails is tried again, what was lost is done by another.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::job;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tests::TestApp;
use tests::jobs::UnknownJob;
use tests::orders::Report;
use tokio_util::sync::CancellationToken;
use zhitong::job_registry::JOBS;
use zhitong::jobs::lease::{lease, while_held};
use zhitong::jobs::monitor::measure;
use zhitong::jobs::{Job as _, Lane, catch_up, runner};

const UNKNOWN: &str = UnknownJob::NAME;
const MAX_TRIES: i32 = 11;
const ID: &str = "0197e5a0-0000-7000-8000-000000000001";
/// One row of each kind as the release before typed jobs stored it.
const STORED: [(&str, &str); 34] = [
    ("ask_follow_up", ID),
    ("ask_for_insight_report", "weekly"),
    ("campaign_look_back", ID),
    ("categories.learn", "2025-09-09"),
    ("check_history", ID),
    ("check_picture", ID),
    ("check_text", ID),
    ("content_settled", ID),
    ("export_orders", ID),
    ("find_topics", "2025-09-08T18:30:00+00:00"),
    ("forget_site_quotas", ""),
    ("handle_push_message", "17"),
    ("mail_checkpoint", "17"),
    (
        "match_follower",
        "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    ),
    ("queue_manual_follow_up", ID),
    ("recount_all_deadlines", ""),
    ("recount_deadlines", ""),
    ("remind_follow_up", ID),
    ("remind_inspection", ID),
    ("remind_measure", ID),
    ("remind_opinion", ID),
    ("remind_part", ID),
    ("remind_supervision_order", ID),
    ("remove_export", ID),
    ("remove_unused_file", ID),
    (
        "remove_unused_photo",
        "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    ),
    ("remove_unused_video", ID),
    ("reporter_left", ID),
    ("send_second_channel", ID),
    ("tell_campaign_joined", ID),
    ("upkeep.backup", "2025-09-08T18:10:00+00:00"),
    ("upkeep.holiday_notice", "2025-09-09T01:00:00+00:00"),
    ("upkeep.retention", "2025-09-08T19:40:00+00:00"),
    ("write_insight_report", ID),
];

async fn add(app: &TestApp, subject: &str, dedup_key: Option<&str>, run_at: DateTime<Utc>) {
    app.add_unknown_job(subject, dedup_key, run_at).await;
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

    async fn jobs_stored_by_earlier_releases_still_run(app: TestApp) {
        let mut rows = Vec::new();
        for (kind, subject) in STORED {
            rows.push(app.insert_job_row(kind, subject).await);
        }
        app.run_jobs().await;
        for row in rows {
            let row = job::Entity::find_by_id(row.id).one(&app.app().db).await.unwrap().unwrap();
            assert!(row.done_at.is_some(), "{}: {:?}", row.kind, row.last_error);
        }
        let mut known = JOBS.map(|job| job.name);
        known.sort_unstable();
        assert_eq!(known, STORED.map(|(kind, _)| kind), "every kind has a row here");
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
