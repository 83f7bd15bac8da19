//! GeoReport's two formats. XML wraps each item in its name and the list in the plural.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Xml,
}

/// Names of XML elements: of a list, and of each item.
#[derive(Clone, Copy, Debug)]
pub struct ElementNames {
    pub plural: &'static str,
    pub singular: &'static str,
}

impl Format {
    #[must_use]
    pub fn named(extension: &str) -> Option<Self> {
        match extension {
            "json" => Some(Self::Json),
            "xml" => Some(Self::Xml),
            _ => None,
        }
    }

    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Xml => "text/xml; charset=utf-8",
        }
    }

    /// Writes a list of flat objects.
    #[must_use]
    pub fn write(self, names: ElementNames, items: &[Map<String, Value>]) -> String {
        match self {
            Self::Json => Value::from_iter(items.iter().cloned()).to_string(),
            Self::Xml => xml(names, items),
        }
    }

    /// Writes one object that may contain lists of objects. XML names each item by the list's name without its last
    /// letter.
    #[must_use]
    pub fn write_one(self, name: &str, item: &Map<String, Value>) -> String {
        match self {
            Self::Json => Value::Object(item.clone()).to_string(),
            Self::Xml => {
                let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
                element(&mut text, name, &Value::Object(item.clone()));
                text
            }
        }
    }
}

fn element(text: &mut String, name: &str, value: &Value) {
    let _ = write!(text, "<{name}>");
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| element(text, name, value)),
        Value::Array(items) => {
            let single = name.strip_suffix('s').unwrap_or(name);
            items.iter().for_each(|item| element(text, single, item));
        }
        Value::Null => {}
        Value::String(value) => text.push_str(&escape(value.as_str())),
        other => text.push_str(&other.to_string()),
    }
    let _ = writeln!(text, "</{name}>");
}

fn xml(names: ElementNames, items: &[Map<String, Value>]) -> String {
    let ElementNames { plural, singular } = names;
    let mut text = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{plural}>\n");
    for item in items {
        let _ = writeln!(text, "  <{singular}>");
        for (name, value) in item {
            let value = match value {
                Value::Null => String::new(),
                Value::String(value) => value.clone(),
                other => other.to_string(),
            };
            let _ = writeln!(text, "    <{name}>{}</{name}>", escape(value.as_str()));
        }
        let _ = writeln!(text, "  </{singular}>");
    }
    let _ = writeln!(text, "</{plural}>");
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SERVICES: ElementNames = ElementNames {
        plural: "services",
        singular: "service",
    };

    fn item() -> Map<String, Value> {
        let item = json!({ "service_name": "占道 <经营> & 更多", "metadata": false, "group": null });
        item.as_object().unwrap().clone()
    }

    #[test]
    fn xml_escapes_what_people_wrote() {
        let text = Format::Xml.write(SERVICES, &[item()]);
        assert!(
            text.contains("<service_name>占道 &lt;经营&gt; &amp; 更多</service_name>"),
            "{text}"
        );
        assert!(
            text.contains("<metadata>false</metadata>") && text.contains("<group></group>"),
            "{text}"
        );
    }

    #[test]
    fn json_is_a_list() {
        let read: Value = serde_json::from_str(&Format::Json.write(SERVICES, &[item()])).unwrap();
        assert_eq!(read[0]["metadata"], false);
    }
}
