//! Jobs that no release knows, and rows as an earlier release stored them.

use chrono::{DateTime, Utc};
use entity::job;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};
use zhitong::app::App;
use zhitong::error::Result;
use zhitong::jobs::Job;
use zhitong::jobs::queue::{NewJob, enqueue};

use crate::TestApp;

/// A kind that no release knows: it fails whenever it is run, which makes its tries countable.
pub struct UnknownJob;

impl Job for UnknownJob {
    const NAME: &'static str = "no_such_job";
    type Input = String;

    async fn run(_: &App, _: String) -> Result<()> {
        Ok(())
    }
}

impl TestApp {
    /// Enqueues an unknown job, under a key if there is one.
    pub async fn add_unknown_job(&self, subject: &str, key: Option<&str>, run_at: DateTime<Utc>) {
        let job = NewJob::of::<UnknownJob>(&subject.to_owned(), run_at).unwrap();
        let job = match key {
            Some(key) => job.once(key),
            None => job,
        };
        enqueue(&self.app().db, job, self.now()).await.unwrap();
    }

    /// Inserts a job row that is due.
    pub async fn insert_job_row(&self, kind: &str, subject: &str) -> job::Model {
        let row = job::ActiveModel {
            kind: Set(kind.to_owned()),
            subject: Set(subject.to_owned()),
            dedup_key: Set(None),
            run_at: Set(self.now()),
            attempts: Set(0),
            created_at: Set(self.now()),
            ..Default::default()
        };
        row.insert(&self.app().db).await.unwrap()
    }
}
