//! Plays scripts on a stage: each step as the person it names, checked against what it expects.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use chrono::FixedOffset;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::demo::actor::DemoUser;
use crate::demo::picture::DemoPhoto;
use crate::demo::script::{Photo, Script, Step, StoryVars, at};
use crate::demo::stage::StoryScheduler;

/// The signed-in people, shared by all stories: one phone per person.
pub type Actors = Arc<Mutex<HashMap<String, Arc<DemoUser>>>>;

/// One story being played.
pub struct StoryRun {
    stage: StoryScheduler,
    cast: Actors,
    memory: StoryVars,
    label: String,
    reporter: Option<Arc<DemoUser>>,
}

/// The result of a story.
pub struct StoryOutcome {
    pub title: String,
    /// The number of the story's (last) order, or the deviation from the script.
    pub outcome: anyhow::Result<String>,
}

/// Plays all scripts side by side and says how each ended.
pub async fn play_all(stage: &StoryScheduler, scripts: Vec<Script>) -> anyhow::Result<Vec<StoryOutcome>> {
    let cast = Actors::default();
    let mut stories: Vec<(String, futures_util::future::BoxFuture<'static, _>)> = Vec::new();
    for (index, script) in scripts.into_iter().enumerate() {
        let label = format!("【故事{}】", index + 1);
        let play = StoryRun {
            stage: stage.clone(),
            cast: Arc::clone(&cast),
            memory: StoryVars::default(),
            label,
            reporter: None,
        };
        stories.push((script.title.clone(), Box::pin(play.run(script))));
    }
    let ended = stage.play(stories).await?;
    Ok(ended
        .into_iter()
        .map(|(title, outcome)| StoryOutcome { title, outcome })
        .collect())
}

impl StoryRun {
    async fn run(mut self, script: Script) -> anyhow::Result<String> {
        let mut begun = false;
        for (index, step) in script.steps.iter().enumerate() {
            if let Some(moment) = &step.at {
                self.stage.until(moment).await?;
            } else if let Some(hours) = step.after_hours {
                self.stage.hours(hours).await?;
            }
            if !begun {
                self.stage
                    .tell(&self.label, &format!("《{}》开始", script.title))
                    .await?;
                begun = true;
            }
            let place = || format!("《{}》第 {} 步（{}）", script.title, index + 1, step.who);
            self.step(step).await.with_context(place)?;
        }
        Ok(self.memory.get("number").unwrap_or_default().to_owned())
    }

    async fn step(&mut self, step: &Step) -> anyhow::Result<()> {
        let actor = self.actor(&step.who).await?;
        let answer = if let Some(path) = &step.get {
            actor.get(&self.path(path)).await?
        } else if let Some(path) = &step.post {
            let mut body = self.memory.fill_all(&step.body);
            if !step.photos.is_empty() {
                let ids = self.upload(&actor, &step.photos).await?;
                if let Some(fields) = body.as_object_mut() {
                    fields.insert("photo_ids".to_owned(), json!(ids));
                }
            }
            actor.post(&self.path(path), body).await?
        } else {
            Value::Null
        };
        if step.post.as_deref() == Some("/orders") {
            self.reporter = Some(Arc::clone(&actor));
        }
        for (name, path) in &step.keep {
            let value = at(&answer, path).with_context(|| format!("the answer has no {path}: {answer}"))?;
            self.memory.keep(name, value);
        }
        for (path, wanted) in &step.expect {
            let found = at(&answer, path).unwrap_or(&Value::Null);
            let wanted = self.memory.fill_all(wanted);
            ensure!(
                *found == wanted,
                "{path} should be {wanted} and is {found}; answer: {answer}"
            );
        }
        if let Some(text) = &step.tell {
            self.stage.tell(&self.label, &self.memory.fill(text)).await?;
        }
        Ok(())
    }

    /// `order` and `order/…` stand for the story's order; anything else is a path under the API.
    fn path(&self, path: &str) -> String {
        let number = self.memory.get("number").unwrap_or_default();
        match path.strip_prefix("order") {
            Some(rest) => format!("/orders/{number}{}", self.memory.fill(rest)),
            None => self.memory.fill(path),
        }
    }

    async fn upload(&self, actor: &DemoUser, photos: &[Photo]) -> anyhow::Result<Vec<String>> {
        let now = self.stage.now().await?;
        let mut ids = Vec::new();
        for photo in photos {
            let taken_at = (now - chrono::TimeDelta::minutes(5)).with_timezone(&china_standard_time());
            let picture = DemoPhoto {
                seed: photo.seed,
                role: photo.role.clone(),
                taken_at,
                longitude: photo.longitude,
                latitude: photo.latitude,
            };
            ids.push(actor.upload(&picture).await?);
        }
        Ok(ids)
    }

    /// Finds the person of a step and signs them in if necessary.
    async fn actor(&mut self, who: &str) -> anyhow::Result<Arc<DemoUser>> {
        if who == "reporter" {
            if let Some(actor) = &self.reporter {
                return Ok(Arc::clone(actor));
            }
            bail!("nobody has reported yet");
        }
        let who = if who == "unit" {
            format!("handler {}", self.memory.get("unit").unwrap_or_default())
        } else {
            self.memory.fill(who)
        };
        let mut cast = self.cast.lock().await;
        let actor = if let Some(actor) = cast.get(&who) {
            Arc::clone(actor)
        } else {
            let actor = Arc::new(self.sign_in(&who).await?);
            cast.insert(who.clone(), Arc::clone(&actor));
            actor
        };
        drop(cast);
        if who.starts_with("delegate") {
            self.memory.keep("caller", &json!(actor.person.phone));
            self.reporter.get_or_insert_with(|| Arc::clone(&actor));
        }
        Ok(actor)
    }

    async fn sign_in(&self, who: &str) -> anyhow::Result<DemoUser> {
        let (role, rest) = who.split_once(' ').unwrap_or((who, ""));
        match role {
            "operator" => self.stage.operator().await,
            "handler" => self.stage.handler(rest).await,
            "supervisor" => {
                self.stage
                    .supervisor(Some(rest).filter(|area| !area.is_empty()))
                    .await
            }
            "delegate" => {
                let (area, nth) = rest.split_once(' ').unwrap_or((rest, "0"));
                self.stage.delegate(area, nth.parse().unwrap_or(0)).await
            }
            other => bail!("a script names the unknown role {other}"),
        }
    }
}

/// EXIF wants an offset; the stories' phones are all on this one.
fn china_standard_time() -> FixedOffset {
    const EIGHT_HOURS_SECS: i32 = 8 * 3600;
    FixedOffset::east_opt(EIGHT_HOURS_SECS).unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc))
}
