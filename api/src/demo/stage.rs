//! Where the stories play. They run side by side, as they did in the city: each waits for its own next
//! moment, and the clock moves to the earliest of those moments once all of them wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};

use crate::demo::narrator::{self, Narrator};

/// A person as `GET /sandbox/people` shows them.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    pub name: String,
    pub role: String,
    pub level: Option<String>,
    pub unit: Option<String>,
    pub area: Option<String>,
    pub openid: String,
    pub phone: String,
}

#[derive(Clone)]
pub struct StoryScheduler(Arc<Inner>);

struct Inner {
    base: String,
    http: reqwest::Client,
    zone: Tz,
    people: Vec<Person>,
    listener: Box<dyn Narrator>,
    waiting: Mutex<Waiting>,
    changed: Notify,
}

/// Who waits for when. `playing` counts the stories that are doing something right now.
#[derive(Default)]
struct Waiting {
    playing: usize,
    turns: BTreeMap<(DateTime<Utc>, usize), oneshot::Sender<()>>,
    tickets: usize,
}

impl StoryScheduler {
    /// Opens the stage at `base` (no trailing slash) of a product in sandbox mode.
    pub async fn open(base: &str, zone: Tz, listener: Box<dyn Narrator>) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let people = http
            .get(format!("{base}/sandbox/people"))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        Ok(Self(Arc::new(Inner {
            base: base.to_owned(),
            http,
            zone,
            people,
            listener,
            waiting: Mutex::default(),
            changed: Notify::new(),
        })))
    }

    #[must_use]
    pub fn base(&self) -> &str {
        &self.0.base
    }

    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// The people of the sandbox.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.0.people
    }

    /// The first person who fits; the error names what was looked for.
    pub fn person(&self, wanted: &str, fits: impl Fn(&Person) -> bool) -> anyhow::Result<Person> {
        self.0
            .people
            .iter()
            .find(|p| fits(p))
            .cloned()
            .with_context(|| format!("the sandbox has no {wanted}"))
    }

    pub async fn now(&self) -> anyhow::Result<DateTime<Utc>> {
        let answer: Value = self
            .0
            .http
            .get(format!("{}/sandbox/clock", self.0.base))
            .send()
            .await?
            .json()
            .await?;
        let text = answer
            .get("now")
            .and_then(Value::as_str)
            .context("the clock shows nothing")?;
        Ok(DateTime::parse_from_rfc3339(text)?.with_timezone(&Utc))
    }

    pub async fn tell(&self, story: &str, text: &str) -> anyhow::Result<()> {
        let now = self.now().await?;
        self.0
            .listener
            .line(&narrator::line(now, self.0.zone, story, text));
        Ok(())
    }

    /// Waits until the product's clock shows `local` (city time, `2025-09-08 09:00`); returns at once if that time is
    /// past.
    pub async fn until(&self, local: &str) -> anyhow::Result<()> {
        let naive =
            chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").context("a time of a story")?;
        let at = naive
            .and_local_timezone(self.0.zone)
            .earliest()
            .context("a time that exists")?;
        self.wait(at.with_timezone(&Utc)).await
    }

    /// Waits for this many hours of the product's clock.
    pub async fn hours(&self, hours: i64) -> anyhow::Result<()> {
        let at = self.now().await? + TimeDelta::hours(hours);
        self.wait(at).await
    }

    async fn wait(&self, at: DateTime<Utc>) -> anyhow::Result<()> {
        let (sender, turn) = oneshot::channel();
        {
            let mut waiting = self.waiting();
            waiting.tickets += 1;
            let ticket = waiting.tickets;
            waiting.turns.insert((at, ticket), sender);
            waiting.playing -= 1;
        }
        self.0.changed.notify_one();
        turn.await.context("the stage was closed")
    }

    /// Plays all stories and returns their results in the given order.
    pub async fn play(
        &self,
        stories: Vec<(
            String,
            futures_util::future::BoxFuture<'static, anyhow::Result<String>>,
        )>,
    ) -> anyhow::Result<Vec<(String, anyhow::Result<String>)>> {
        self.waiting().playing = stories.len();
        let mut tasks = Vec::new();
        for (title, story) in stories {
            let stage = self.clone();
            tasks.push((
                title,
                tokio::spawn(async move {
                    let outcome = story.await;
                    stage.waiting().playing -= 1;
                    stage.0.changed.notify_one();
                    outcome
                }),
            ));
        }
        while self.give_next_turn().await? {}
        let mut outcomes = Vec::new();
        for (title, task) in tasks {
            outcomes.push((title, task.await.unwrap_or_else(|panic| Err(panic.into()))));
        }
        Ok(outcomes)
    }

    /// Once all stories wait, moves the clock to the earliest moment and resumes that story.
    async fn give_next_turn(&self) -> anyhow::Result<bool> {
        let next = loop {
            {
                let mut waiting = self.waiting();
                if waiting.playing == 0 {
                    waiting.playing = usize::from(!waiting.turns.is_empty());
                    break waiting.turns.pop_first();
                }
            }
            self.0.changed.notified().await;
        };
        let Some(((at, _), turn)) = next else {
            return Ok(false);
        };
        if at > self.now().await? {
            self.set_clock(at.fixed_offset()).await?;
        }
        let _ = turn.send(());
        Ok(true)
    }

    /// Moves the product's clock forward and runs the work that becomes due in between.
    pub async fn set_clock(&self, at: DateTime<FixedOffset>) -> anyhow::Result<()> {
        let body = json!({ "set": at.to_rfc3339() });
        let answer = self
            .0
            .http
            .post(format!("{}/sandbox/clock", self.0.base))
            .json(&body)
            .send()
            .await?;
        ensure!(
            answer.status().is_success(),
            "the clock did not move: {}",
            answer.text().await?
        );
        Ok(())
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
