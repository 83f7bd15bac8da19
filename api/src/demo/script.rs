//! A story as data: `demo/stories/*.toml` of the city pack. A step states time, person, request, expected response and
//! the text to print.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub title: String,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// City time, `2025-09-08 09:10`; a moment that is past means at once.
    pub at: Option<String>,
    /// Or this many hours after the previous step.
    pub after_hours: Option<i64>,
    /// `operator`, `delegate AREA [N]`, `handler UNIT`, `supervisor AREA`, `supervisor` (the city's);
    /// `reporter` and `unit` are whoever reported the story's order and whoever has it now.
    pub who: String,
    /// Path under the API; `order/…` refers to the story's order. `None` with `get`: nothing is posted.
    pub post: Option<String>,
    pub get: Option<String>,
    /// Sent as JSON; `${name}` is replaced by the value remembered under that name.
    #[serde(default = "empty")]
    pub body: Value,
    /// Photos uploaded before, whose ids become `photo_ids` of the body.
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// Expected values of the response: dotted path to value.
    #[serde(default)]
    pub expect: BTreeMap<String, Value>,
    /// Values to remember from the response: name to dotted path.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
    pub tell: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photo {
    pub seed: u32,
    pub role: String,
    pub longitude: f64,
    pub latitude: f64,
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

impl Script {
    /// Reads a script; `name` is named in the error.
    pub fn read(name: &str, text: &str) -> anyhow::Result<Self> {
        toml::from_str(text).with_context(|| format!("story {name}"))
    }
}

/// The values that a story remembers, by name.
#[derive(Debug, Default)]
pub struct StoryVars(BTreeMap<String, String>);

impl StoryVars {
    pub fn keep(&mut self, name: &str, value: &Value) {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.0.insert(name.to_owned(), text);
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Replaces every `${name}` by its remembered value.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        })
    }

    #[must_use]
    pub fn fill_all(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => items.iter().map(|item| self.fill_all(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(k, v)| (k.clone(), self.fill_all(v)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// The value at a dotted path such as `unit.name` or `verdicts.0.result`.
#[must_use]
pub fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        Value::Object(fields) => fields.get(part),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_fills_the_next_body() {
        let mut memory = StoryVars::default();
        memory.keep("number", &json!("T20250117000725"));
        assert_eq!(
            memory.fill_all(&json!({"into": ["${number}"]})),
            json!({"into": ["T20250117000725"]})
        );
    }

    #[test]
    fn a_path_reaches_into_lists() {
        let value = json!({"verdicts": [{"result": "satisfied"}]});
        assert_eq!(at(&value, "verdicts.0.result"), Some(&json!("satisfied")));
        assert_eq!(at(&value, "verdicts.1.result"), None);
    }

    #[test]
    fn an_unknown_key_in_a_script_is_refused() {
        assert!(Script::read("x", "title = \"x\"\n[[step]]\nwho = \"operator\"\ntypo = 1\n").is_err());
    }
}
