//! Defines a kind of job as a type: its stored name, its input, its lane, its retries and its work.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::App;
use crate::error::Result;
use crate::jobs::held::Held;
use crate::jobs::lane::Lane;
use crate::jobs::retry::RetryPolicy;

/// Work for later. It runs at least once, so it must be idempotent.
///
/// The type may be declared below the capability that implements it; lower capabilities can then enqueue it.
/// `job_registry.rs` lists all of them.
pub trait Job: 'static {
    /// Stored with every job of this kind; it never changes.
    const NAME: &'static str;
    /// The workers that run it.
    const LANE: Lane = Lane::Short;
    const RETRY: RetryPolicy = RetryPolicy::ONE_DAY;
    /// Whether jobs that are due at the same time run as one, by [`Job::run_together`].
    const TOGETHER: bool = false;
    /// At most an id; everything else is read when the job runs.
    type Input: Serialize + DeserializeOwned + Send + Sync;

    fn run(app: &App, input: Self::Input) -> impl Future<Output = Result<()>> + Send;

    /// Runs several jobs. If it fails, each of them runs again alone.
    fn run_together(app: &App, inputs: Vec<Self::Input>) -> impl Future<Output = Result<()>> + Send {
        async move {
            for input in inputs {
                Self::run(app, input).await?;
            }
            Ok(())
        }
    }

    /// Runs leased jobs: several only if they run together. A kind that works in one transaction overrides this method
    /// and records there that the jobs are done ([`Held::record_done`]).
    fn run_held(
        app: &App,
        inputs: Vec<Self::Input>,
        _held: &Held<'_>,
    ) -> impl Future<Output = Result<()>> + Send {
        async move {
            if Self::TOGETHER {
                return Self::run_together(app, inputs).await;
            }
            for input in inputs {
                Self::run(app, input).await?;
            }
            Ok(())
        }
    }
}

type Run = for<'a> fn(&'a App, &'a [&'a str], &'a Held<'a>) -> BoxFuture<'a, Result<()>>;

/// A kind of job without its type, for the runner.
#[derive(Clone, Copy)]
pub struct JobType {
    pub name: &'static str,
    pub lane: Lane,
    pub retry: RetryPolicy,
    pub together: bool,
    run: Run,
}

impl JobType {
    #[must_use]
    pub const fn of<J: Job>() -> Self {
        Self {
            name: J::NAME,
            lane: J::LANE,
            retry: J::RETRY,
            together: J::TOGETHER,
            run: run_stored::<J>,
        }
    }

    /// Runs jobs of this kind, given their stored inputs. Several run together.
    pub async fn run(&self, app: &App, subjects: &[&str], held: &Held<'_>) -> Result<()> {
        (self.run)(app, subjects, held).await
    }
}

fn run_stored<'a, J: Job>(
    app: &'a App,
    subjects: &'a [&'a str],
    held: &'a Held<'a>,
) -> BoxFuture<'a, Result<()>> {
    async move {
        let inputs = subjects.iter().map(|subject| decode(subject));
        J::run_held(app, inputs.collect::<Result<_>>()?, held).await
    }
    .boxed()
}

/// Returns the stored form of the input: a text, an id, a date or a number without quotes, `()` as the empty text,
/// other types as JSON.
pub fn encode(input: &impl Serialize) -> Result<String> {
    Ok(match serde_json::to_value(input).map_err(anyhow::Error::from)? {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    })
}

fn decode<I: DeserializeOwned>(subject: &str) -> Result<I> {
    if let Ok(input) = I::deserialize(Value::String(subject.to_owned())) {
        return Ok(input);
    }
    let json = if subject.is_empty() { "null" } else { subject };
    Ok(serde_json::from_str(json).map_err(anyhow::Error::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use entity::ids::OrderId;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pair {
        one: i64,
        two: String,
    }

    fn assert_stored<I: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(input: &I, text: &str) {
        assert_eq!(encode(input).unwrap(), text);
        assert_eq!(&decode::<I>(text).unwrap(), input);
    }

    #[test]
    fn inputs_are_stored_as_plain_text_and_read_back() {
        let id = "0197e5a0-0000-7000-8000-000000000001";
        assert_stored(&id.parse::<OrderId>().unwrap(), id);
        assert_stored(&17_i64, "17");
        assert_stored(&"123456".to_owned(), "123456");
        assert_stored(&(), "");
        assert_stored(&NaiveDate::from_ymd_opt(2025, 9, 8).unwrap(), "2025-09-08");
        let pair = Pair {
            one: 1,
            two: "x".to_owned(),
        };
        assert_stored(&pair, r#"{"one":1,"two":"x"}"#);
        assert!(decode::<OrderId>("no id").is_err());
    }
}
