//! The account's message templates, as the stand-in's `gettemplate` shows them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxTemplate {
    pub id: String,
    /// The product's key of the template.
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub long_term: bool,
    /// Field keys with their labels, in order.
    #[serde(default)]
    pub fields: Vec<(String, String)>,
    /// The values an `enum` field may have.
    #[serde(default)]
    pub enums: BTreeMap<String, Vec<String>>,
}

/// The part of the city pack's `wording.toml` that names the account's templates.
#[derive(Deserialize)]
struct Wording {
    #[serde(default)]
    templates: BTreeMap<String, RequestedFields>,
}

#[derive(Deserialize)]
struct RequestedFields {
    id: String,
    title: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    fields: BTreeMap<String, Field>,
}

#[derive(Deserialize)]
struct Field {
    label: String,
    #[serde(default)]
    choices: BTreeMap<String, String>,
    otherwise: Option<String>,
}

impl Field {
    /// The values that the product has for it, each once.
    fn values(&self) -> Option<Vec<String>> {
        let values: BTreeSet<&String> = self.choices.values().chain(&self.otherwise).collect();
        (!values.is_empty()).then(|| values.into_iter().cloned().collect())
    }
}

/// An account that has the very templates the product is set up for.
pub fn of_wording(wording: &str) -> anyhow::Result<Vec<SandboxTemplate>> {
    let wording: Wording = toml::from_str(wording)?;
    let templates = wording
        .templates
        .into_iter()
        .map(|(key, wanted)| SandboxTemplate {
            id: wanted.id,
            key,
            title: wanted.title,
            long_term: wanted.kind == "long_term",
            enums: wanted
                .fields
                .iter()
                .filter_map(|(field, about)| Some((field.clone(), about.values()?)))
                .collect(),
            fields: wanted
                .fields
                .into_iter()
                .map(|(field, about)| (field, about.label))
                .collect(),
        });
    Ok(templates.collect())
}

impl SandboxTemplate {
    pub fn shown(&self) -> Value {
        let line = |(key, label): &(String, String)| format!("{label}:{{{{{key}.DATA}}}}\n");
        let example = |(_, label): &(String, String)| format!("{label}:示例\n");
        let enums: Vec<_> = self
            .enums
            .iter()
            .map(|(key, values)| json!({ "keywordCode": key, "enumValueList": values }))
            .collect();
        json!({
            "priTmplId": self.id,
            "title": self.title,
            "content": self.fields.iter().map(line).collect::<String>(),
            "example": self.fields.iter().map(example).collect::<String>(),
            "type": if self.long_term { 3 } else { 2 },
            "keywordEnumValueList": enums,
        })
    }
}
