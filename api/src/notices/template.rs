//! Pure: the subscribe messages of `wording.toml`: the account's template and the content of its fields.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::notices::audience::TemplateKey;
use crate::notices::fields::FieldKind;
use crate::notices::text_pattern::{Pattern, PlaceholderValues};

/// WeChat's limit for the fields of one template.
const TEMPLATE_FIELDS: std::ops::RangeInclusive<usize> = 1..=5;
/// Sample date for the check of a field's constants.
const ANY_DATE: &str = "2025年9月8日 09:00";

/// A subscribe message as configured.
#[derive(Clone, Debug)]
pub struct Template {
    pub key: TemplateKey,
    /// `priTmplId`
    pub id: String,
    pub title: String,
    pub long_term: bool,
    page: Pattern,
    /// The fields by WeChat's key, e.g. `thing1`.
    pub fields: BTreeMap<String, Field>,
}

#[derive(Clone, Debug)]
pub struct Field {
    /// The label that the card shows in front of the value.
    pub label: String,
    value: FieldValueRule,
    pattern: Pattern,
}

/// The conversion of a text to a value that WeChat accepts.
#[derive(Clone, Debug)]
enum FieldValueRule {
    Fitted(FieldKind),
    /// An `enum` field: the account's values, by ours.
    Chosen {
        choices: BTreeMap<String, String>,
        default_choice: String,
    },
}

/// A push ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub page: String,
    pub fields: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTemplate {
    id: String,
    title: String,
    kind: RawKind,
    page: String,
    fields: BTreeMap<String, RawField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    label: String,
    text: String,
    #[serde(default)]
    choices: BTreeMap<String, String>,
    otherwise: Option<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    OneTime,
    LongTerm,
}

impl Template {
    pub(super) fn read(key: TemplateKey, raw: &RawTemplate, faults: &mut Vec<String>) -> Self {
        let name = format!("templates.{}", key.as_str());
        if raw.id.trim().is_empty() {
            faults.push(format!("{name}.id: is empty"));
        }
        if raw.page.starts_with('/') {
            faults.push(format!("{name}.page: must not start with a slash"));
        }
        if !TEMPLATE_FIELDS.contains(&raw.fields.len()) {
            faults.push(format!("{name}.fields: must be one to five"));
        }
        let mut fields = BTreeMap::new();
        for (field, raw) in &raw.fields {
            let name = format!("{name}.fields.{field}");
            if let Some(read) = Field::read(&name, field, raw, faults) {
                fields.insert(field.clone(), read);
            }
        }
        Self {
            key,
            id: raw.id.clone(),
            title: raw.title.clone(),
            long_term: raw.kind == RawKind::LongTerm,
            page: Pattern::read(&format!("{name}.page"), &raw.page, faults),
            fields,
        }
    }

    /// Fills the fields of the card. `now`, as a date, replaces a missing date.
    #[must_use]
    pub fn card(&self, facts: &PlaceholderValues, now: &str) -> Card {
        let fields = self.fields.iter();
        Card {
            page: self.page.render(facts),
            fields: fields
                .map(|(key, field)| (key.clone(), field.value(facts, now)))
                .collect(),
        }
    }

    /// Returns `true` if any field uses this fact.
    #[must_use]
    pub fn uses_placeholder(&self, fact: &str) -> bool {
        self.fields
            .values()
            .any(|field| field.pattern.uses_placeholder(fact))
    }
}

/// Finds templates with the same id or title. WeChat's consent dialog shows only one of several templates with one
/// title.
pub(super) fn find_ambiguous<'a>(templates: impl Iterator<Item = &'a Template>, faults: &mut Vec<String>) {
    let (mut ids, mut titles) = (BTreeSet::new(), BTreeSet::new());
    for template in templates {
        let name = template.key.as_str();
        if !ids.insert(&template.id) {
            faults.push(format!("templates.{name}.id: is another template's too"));
        }
        if !titles.insert(&template.title) {
            faults.push(format!("templates.{name}.title: is another template's too"));
        }
    }
}

impl Field {
    fn read(name: &str, key: &str, raw: &RawField, faults: &mut Vec<String>) -> Option<Self> {
        let pattern = Pattern::read(name, &raw.text, faults);
        let value = match (FieldKind::of_key(key), &raw.otherwise) {
            (Some(FieldKind::Enum), Some(otherwise)) => FieldValueRule::Chosen {
                choices: raw.choices.clone(),
                default_choice: otherwise.clone(),
            },
            (Some(FieldKind::Enum), None) => {
                faults.push(format!(
                    "{name}: an enum field needs `otherwise`, one of WeChat's values"
                ));
                return None;
            }
            (Some(kind), otherwise) => {
                if otherwise.is_some() || !raw.choices.is_empty() {
                    faults.push(format!(
                        "{name}: only an enum field has `choices` and `otherwise`"
                    ));
                }
                for words in pattern.literals() {
                    if kind.fit(words, ANY_DATE) != words.trim() && !words.trim().is_empty() {
                        faults.push(format!(
                            "{name}: 「{words}」 is not what a field of this type may hold"
                        ));
                    }
                }
                FieldValueRule::Fitted(kind)
            }
            (None, _) => {
                faults.push(format!("{name}: not a field key such as thing1"));
                return None;
            }
        };
        Some(Self {
            label: raw.label.clone(),
            value,
            pattern,
        })
    }

    fn value(&self, facts: &PlaceholderValues, now: &str) -> String {
        let text = self.pattern.render(facts);
        match &self.value {
            FieldValueRule::Fitted(kind) => kind.fit(&text, now),
            FieldValueRule::Chosen {
                choices,
                default_choice: otherwise,
            } => choices.get(&text).unwrap_or(otherwise).clone(),
        }
    }

    /// Returns all possible values, if WeChat has a list of values for the field.
    #[must_use]
    pub fn chosen(&self) -> Option<BTreeSet<&str>> {
        match &self.value {
            FieldValueRule::Fitted(_) => None,
            FieldValueRule::Chosen {
                choices,
                default_choice: otherwise,
            } => {
                let values = choices.values().chain([otherwise]);
                Some(values.map(String::as_str).collect())
            }
        }
    }
}
