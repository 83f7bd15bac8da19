//! Pure: `[second_channel]` of `wording.toml`: events, channels and waiting times, and the approved text message.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use entity::kinds::SecondChannel;
use serde::Deserialize;

use crate::notices::audience::EventKind;
use crate::notices::text_pattern::{Pattern, PlaceholderValues};

const MAX_HOURS: u32 = 24 * 14;

/// The rules of one city; empty is off.
#[derive(Clone, Debug, Default)]
pub struct SecondChannelRules {
    /// Channels for which the product has an account.
    configured: BTreeSet<SecondChannel>,
    events: BTreeMap<EventKind, Rule>,
    sms: Option<MessageText>,
    official: Option<MessageText>,
}

/// A channel, and the time that a notice stays unread before the channel is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub channel: SecondChannel,
    pub after: TimeDelta,
}

/// An approved template of a provider; its variables in the template's order.
#[derive(Clone, Debug)]
pub struct MessageText {
    pub template: String,
    parameters: Vec<(String, Variable)>,
}

#[derive(Clone, Debug)]
enum Variable {
    Text(Pattern),
    /// The whole link.
    Link,
    /// The last part of the link, if the domain is part of the approved text.
    LinkCode,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::notices) struct RawSecondChannel {
    #[serde(default)]
    events: BTreeMap<String, RawRule>,
    sms: Option<RawText>,
    official: Option<RawText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    channel: SecondChannel,
    after_hours: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawText {
    template: String,
    parameters: Vec<RawParameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParameter {
    name: String,
    text: String,
}

impl SecondChannelRules {
    pub(in crate::notices) fn read(raw: &RawSecondChannel, faults: &mut Vec<String>) -> Self {
        let mut events = BTreeMap::new();
        for (name, rule) in &raw.events {
            let key = format!("second_channel.events.{name}");
            match EventKind::ALL.iter().find(|kind| kind.as_str() == name) {
                None => faults.push(format!("{key}: there is no such event")),
                Some(kind) => {
                    events.insert(*kind, Rule::read(&key, rule, faults));
                }
            }
        }
        let sms = raw.sms.as_ref().map(|raw| MessageText::read("sms", raw, faults));
        let official = raw.official.as_ref();
        let official = official.map(|raw| MessageText::read("official", raw, faults));
        for (channel, text) in [(SecondChannel::Sms, &sms), (SecondChannel::Official, &official)] {
            if text.is_none() && events.values().any(|rule: &Rule| rule.channel == channel) {
                faults.push(format!(
                    "second_channel.{channel}: is missing, but an event uses it"
                ));
            }
        }
        Self {
            configured: BTreeSet::new(),
            events,
            sms,
            official,
        }
    }

    /// Sets the channels for which the product has an account; the rules of others have no effect.
    pub fn configure(&mut self, channels: impl IntoIterator<Item = SecondChannel>) {
        self.configured = channels.into_iter().collect();
    }

    /// Returns the rule of an event, or `None` if it has none or its channel is not configured.
    #[must_use]
    pub fn of(&self, kind: EventKind) -> Option<Rule> {
        let rule = self.events.get(&kind).copied();
        rule.filter(|rule| self.configured.contains(&rule.channel))
    }

    /// Returns all rules by event, including those of channels that are not configured.
    pub fn all(&self) -> impl Iterator<Item = (EventKind, Rule, bool)> {
        let configured = |rule: &Rule| self.configured.contains(&rule.channel);
        self.events
            .iter()
            .map(move |(kind, rule)| (*kind, *rule, configured(rule)))
    }

    /// Returns the approved text of a channel. WeCom needs none.
    #[must_use]
    pub fn text(&self, channel: SecondChannel) -> Option<&MessageText> {
        match channel {
            SecondChannel::Sms => self.sms.as_ref(),
            SecondChannel::Official => self.official.as_ref(),
            SecondChannel::Wecom => None,
        }
    }
}

impl Rule {
    fn read(key: &str, raw: &RawRule, faults: &mut Vec<String>) -> Self {
        // A template message is free of charge, so it may be sent at once.
        let least = u32::from(raw.channel != SecondChannel::Official);
        if !(least..=MAX_HOURS).contains(&raw.after_hours) {
            faults.push(format!("{key}.after_hours: must be {least} to {MAX_HOURS}"));
        }
        Self {
            channel: raw.channel,
            after: TimeDelta::hours(i64::from(raw.after_hours.min(MAX_HOURS))),
        }
    }
}

impl MessageText {
    fn read(channel: &str, raw: &RawText, faults: &mut Vec<String>) -> Self {
        if raw.template.trim().is_empty() {
            faults.push(format!("second_channel.{channel}.template: is empty"));
        }
        let parameters = raw.parameters.iter().map(|parameter| {
            let key = format!("second_channel.{channel}.parameters.{}", parameter.name);
            let variable = match parameter.text.as_str() {
                "{link}" => Variable::Link,
                "{link_code}" => Variable::LinkCode,
                text => Variable::Text(Pattern::read(&key, text, faults)),
            };
            (parameter.name.clone(), variable)
        });
        let parameters = parameters.collect();
        Self {
            template: raw.template.clone(),
            parameters,
        }
    }

    /// Returns names and values of the variables.
    #[must_use]
    pub fn values(&self, facts: &PlaceholderValues, link: &str) -> Vec<(String, String)> {
        let value = |variable: &Variable| match variable {
            Variable::Text(pattern) => pattern.render(facts),
            Variable::Link => link.to_owned(),
            Variable::LinkCode => link.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        let named = self.parameters.iter();
        named
            .map(|(name, variable)| (name.clone(), value(variable)))
            .collect()
    }

    /// Returns `true` if a variable needs the link.
    #[must_use]
    pub fn needs_link(&self) -> bool {
        let mut variables = self.parameters.iter().map(|(_, variable)| variable);
        variables.any(|variable| matches!(variable, Variable::Link | Variable::LinkCode))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [events]
        light_red = { channel = "sms", after_hours = 4 }
        follow_up_ask = { channel = "wecom", after_hours = 24 }
        [sms]
        template = "SMS_1"
        parameters = [
            { name = "event", text = "{phrase}" },
            { name = "code", text = "{link_code}" },
        ]
    "#;

    fn read(text: &str) -> (SecondChannelRules, Vec<String>) {
        let mut faults = Vec::new();
        let raw: RawSecondChannel = toml::from_str(text).unwrap();
        (SecondChannelRules::read(&raw, &mut faults), faults)
    }

    #[test]
    fn a_rule_counts_only_where_its_channel_is_configured() {
        let (mut rules, faults) = read(GOOD);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(rules.of(EventKind::LightRed), None, "off by default");
        rules.configure([SecondChannel::Sms]);
        let rule = rules.of(EventKind::LightRed).unwrap();
        assert_eq!(
            (rule.channel, rule.after),
            (SecondChannel::Sms, TimeDelta::hours(4))
        );
        assert_eq!(rules.of(EventKind::FollowUpAsk), None);
        assert_eq!(rules.of(EventKind::Accepted), None);
        assert_eq!(rules.all().count(), 2);
    }

    #[test]
    fn the_variables_keep_their_order_and_take_the_link_s_code() {
        let (rules, _) = read(GOOD);
        let facts = PlaceholderValues::from([("phrase", "已超期".to_owned())]);
        let sms = rules.text(SecondChannel::Sms).unwrap();
        let values = sms.values(&facts, "https://wxaurl.cn/AbC1");
        let wanted = [("event", "已超期"), ("code", "AbC1")];
        assert_eq!(
            values,
            wanted.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
        assert!(sms.needs_link());
    }

    #[test]
    fn a_fault_names_its_key() {
        for (text, key) in [
            (
                "[events]\nno_event = { channel = \"wecom\", after_hours = 1 }",
                "second_channel.events.no_event",
            ),
            (
                "[events]\naccepted = { channel = \"wecom\", after_hours = 0 }",
                "second_channel.events.accepted.after_hours",
            ),
            (
                "[events]\naccepted = { channel = \"sms\", after_hours = 1 }",
                "second_channel.sms",
            ),
            (
                "[sms]\ntemplate = \" \"\nparameters = []",
                "second_channel.sms.template",
            ),
            (
                "[sms]\ntemplate = \"1\"\nparameters = [{ name = \"a\", text = \"{nummer}\" }]",
                "second_channel.sms.parameters.a",
            ),
        ] {
            let (_, faults) = read(text);
            assert!(
                faults.iter().any(|fault| fault.starts_with(key)),
                "{text}: {faults:?}"
            );
        }
    }
}
