//! Pure: the words of notices and the templates of pushes.
//!
//! They are read from `wording.toml` of the city pack and checked against the table of `audience.rs`. A missing or
//! superfluous text, and one that asks for an unknown fact, is a fault with its key.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::kinds::Visibility;
use serde::Deserialize;

use crate::notices::audience::{EventKind, TemplateKey};
use crate::notices::fields::{cut, is_han, visible};
use crate::notices::second_channel::rules::{RawSecondChannel, SecondChannelRules};
use crate::notices::template::{self, Card, RawTemplate, Template};
use crate::notices::text_pattern::{Pattern, PlaceholderValues};

const TITLE_CHARS: usize = 64;
const PHRASE_HAN: usize = 5;

/// The words of one city.
#[derive(Clone, Debug)]
pub struct Wording {
    /// WeChat reports consents (message push is configured). Only then a known refusal is trusted without another call
    /// to WeChat.
    pub consent_events_enabled: bool,
    /// Rules for unread notices.
    pub second_channel: SecondChannelRules,
    zone: Tz,
    city: String,
    events: BTreeMap<EventKind, EventTexts>,
    templates: BTreeMap<TemplateKey, Template>,
}

#[derive(Clone, Debug)]
struct EventTexts {
    /// The state of the matter, in at most five Han characters.
    phrase: String,
    texts: BTreeMap<Visibility, (Pattern, Pattern)>,
}

/// A line for the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub title: String,
    pub body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWording {
    /// Signs the messages, e.g. the hotline's name.
    city: String,
    events: BTreeMap<String, RawEvent>,
    templates: BTreeMap<String, RawTemplate>,
    #[serde(default)]
    second_channel: RawSecondChannel,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvent {
    phrase: String,
    public: Option<RawText>,
    internal: Option<RawText>,
    supervision: Option<RawText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawText {
    title: String,
    body: String,
}

impl Wording {
    /// Reads and checks the wording. Returns all faults at once, each with its key.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, Vec<String>> {
        let raw: RawWording = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
        let mut faults = Vec::new();
        let mut events = BTreeMap::new();
        for kind in EventKind::ALL {
            match raw.events.get(kind.as_str()) {
                Some(event) => {
                    events.insert(*kind, EventTexts::read(*kind, event, &mut faults));
                }
                None => faults.push(format!("events.{}: is missing", kind.as_str())),
            }
        }
        for name in raw.events.keys() {
            if !EventKind::ALL.iter().any(|kind| kind.as_str() == name) {
                faults.push(format!("events.{name}: there is no such event"));
            }
        }
        let mut templates = BTreeMap::new();
        for (name, template) in &raw.templates {
            match TemplateKey::by_name(name) {
                Some(key) => {
                    templates.insert(key, Template::read(key, template, &mut faults));
                }
                None => faults.push(format!("templates.{name}: there is no such template")),
            }
        }
        for key in TemplateKey::ALL {
            if !templates.contains_key(&key) {
                faults.push(format!("templates.{}: is missing", key.as_str()));
            }
        }
        template::find_ambiguous(templates.values(), &mut faults);
        let second_channel = SecondChannelRules::read(&raw.second_channel, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            consent_events_enabled: false,
            second_channel,
            zone,
            city: raw.city,
            events,
            templates,
        })
    }

    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Formats an instant in the city's time: `2025年9月8日 09:30`.
    #[must_use]
    pub fn date(&self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.zone)
            .format("%Y年%-m月%-d日 %H:%M")
            .to_string()
    }

    /// Formats a deadline; midnight is 24:00 of the day that ends.
    pub fn deadline(&self, due: DateTime<Utc>) -> String {
        let local = due.with_timezone(&self.zone);
        match local.date_naive().pred_opt() {
            Some(day) if local.time() == chrono::NaiveTime::MIN => {
                day.format("%Y年%-m月%-d日 24:00").to_string()
            }
            _ => self.date(due),
        }
    }

    /// Returns the state of the matter after an event, in a few characters.
    #[must_use]
    pub fn phrase(&self, kind: EventKind) -> &str {
        self.events
            .get(&kind)
            .map_or(kind.as_str(), |words| words.phrase.as_str())
    }

    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.templates.values()
    }

    #[must_use]
    pub fn template(&self, key: TemplateKey) -> Option<&Template> {
        self.templates.get(&key)
    }

    /// Returns the template with this id at WeChat.
    #[must_use]
    pub fn template_by_id(&self, id: &str) -> Option<&Template> {
        self.templates.values().find(|template| template.id == id)
    }

    /// Returns `true` if any text of the event, or its card, uses this fact.
    #[must_use]
    pub fn uses_placeholder(&self, kind: EventKind, fact: &str) -> bool {
        let texts = self
            .events
            .get(&kind)
            .into_iter()
            .flat_map(|words| words.texts.values());
        let in_texts = texts
            .flat_map(|(title, body)| [title, body])
            .any(|pattern| pattern.uses_placeholder(fact));
        let pushes = kind.audiences().iter().filter_map(|hears| hears.push);
        let mut cards = pushes.filter_map(|key| self.templates.get(&key));
        in_texts || cards.any(|template| template.uses_placeholder(fact))
    }

    /// Returns the inbox line for readers at this visibility.
    #[must_use]
    pub fn text(&self, kind: EventKind, visibility: Visibility, facts: &PlaceholderValues) -> Option<Text> {
        let (title, body) = self.events.get(&kind)?.texts.get(&visibility)?;
        Some(Text {
            title: cut(&visible(&title.render(facts)), TITLE_CHARS),
            body: body.render(facts).trim().to_owned(),
        })
    }

    /// Returns the push with every field made to fit. `now` is the time of the event.
    #[must_use]
    pub fn card(&self, key: TemplateKey, facts: &PlaceholderValues, now: DateTime<Utc>) -> Option<Card> {
        let template = self.templates.get(&key)?;
        Some(template.card(facts, &self.date(now)))
    }

    /// Adds the facts of an event that the wording itself defines.
    pub fn add_wording_values(&self, kind: EventKind, facts: &mut PlaceholderValues) {
        if let Some(words) = self.events.get(&kind) {
            facts.insert("phrase", words.phrase.clone());
        }
        facts.insert("event", kind.as_str().to_owned());
        facts.insert("city", self.city.clone());
    }
}

impl EventTexts {
    fn read(kind: EventKind, raw: &RawEvent, faults: &mut Vec<String>) -> Self {
        let key = format!("events.{}", kind.as_str());
        let length = raw.phrase.chars().count();
        if length == 0 || length > PHRASE_HAN || !raw.phrase.chars().all(is_han) {
            faults.push(format!("{key}.phrase: must be one to five Han characters"));
        }
        let mut texts = BTreeMap::new();
        for (visibility, text) in [
            (Visibility::Public, &raw.public),
            (Visibility::Internal, &raw.internal),
            (Visibility::Supervision, &raw.supervision),
        ] {
            let key = format!("{key}.{visibility}");
            let mut hears = kind.audiences().iter();
            match (hears.any(|hears| hears.audience.visibility() == visibility), text) {
                (true, Some(text)) => {
                    let title = Pattern::read(&format!("{key}.title"), &text.title, faults);
                    let body = Pattern::read(&format!("{key}.body"), &text.body, faults);
                    texts.insert(visibility, (title, body));
                }
                (true, None) => faults.push(format!("{key}: is missing")),
                (false, Some(_)) => faults.push(format!("{key}: nobody hears this")),
                (false, None) => {}
            }
        }
        Self {
            phrase: raw.phrase.clone(),
            texts,
        }
    }
}

#[cfg(test)]
mod tests;
