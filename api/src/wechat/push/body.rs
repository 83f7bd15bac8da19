//! Reads a push body, JSON or XML, into one shape. XML has no types: every leaf is a string, a repeated
//! element is a list. Entities are not expanded and a document type is refused.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

const MAX_DEPTH: usize = 8;

/// Not an object in JSON, nor an element in XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is neither JSON nor XML as WeChat sends it")]
pub struct Malformed;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Xml,
}

impl Format {
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        match body.trim_ascii_start().first() {
            Some(b'<') => Self::Xml,
            _ => Self::Json,
        }
    }
}

/// Reads JSON or XML; the fields are at the top level, without XML's root.
pub fn read(body: &[u8]) -> Result<Map<String, Value>, Malformed> {
    let value = match Format::of(body) {
        Format::Json => serde_json::from_slice(body).map_err(|_| Malformed)?,
        Format::Xml => xml(std::str::from_utf8(body).map_err(|_| Malformed)?)?,
    };
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(Malformed),
    }
}

#[derive(Default)]
struct Element {
    name: String,
    children: Map<String, Value>,
    text: String,
}

impl Element {
    fn value(self) -> Value {
        if self.children.is_empty() {
            Value::String(self.text.trim().to_owned())
        } else {
            Value::Object(self.children)
        }
    }

    fn add(&mut self, name: String, value: Value) {
        match self.children.get_mut(&name) {
            None => {
                self.children.insert(name, value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
}

fn xml(text: &str) -> Result<Value, Malformed> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        match reader.read_event().map_err(|_| Malformed)? {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(Malformed);
                }
                open.push(named(start.name().as_ref())?);
            }
            Event::Empty(start) => {
                let element = named(start.name().as_ref())?;
                let parent = open.last_mut().ok_or(Malformed)?;
                parent.add(element.name.clone(), element.value());
            }
            Event::End(_) => {
                let element = open.pop().ok_or(Malformed)?;
                let Some(parent) = open.last_mut() else {
                    return Ok(element.value());
                };
                parent.add(element.name.clone(), element.value());
            }
            Event::Text(part) => add_text(&mut open, &part.decode().map_err(|_| Malformed)?)?,
            Event::CData(part) => add_text(&mut open, &part.decode().map_err(|_| Malformed)?)?,
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().map_err(|_| Malformed)? {
                    Some(character) => character,
                    None => predefined(&reference.decode().map_err(|_| Malformed)?)?,
                };
                add_text(&mut open, character.encode_utf8(&mut [0; 4]))?;
            }
            Event::Decl(_) | Event::Comment(_) => {}
            Event::DocType(_) | Event::PI(_) | Event::Eof => return Err(Malformed),
        }
    }
}

fn named(name: &[u8]) -> Result<Element, Malformed> {
    Ok(Element {
        name: std::str::from_utf8(name).map_err(|_| Malformed)?.to_owned(),
        ..Element::default()
    })
}

fn add_text(open: &mut [Element], text: &str) -> Result<(), Malformed> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(Malformed),
    }
    Ok(())
}

fn predefined(entity: &str) -> Result<char, Malformed> {
    match entity {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_value(text: &str) -> Result<Value, Malformed> {
        read(text.as_bytes()).map(Value::Object)
    }

    #[test]
    fn xml_and_json_come_out_alike() {
        let xml = "<xml>\n<ToUserName><![CDATA[gh_1]]></ToUserName>\n<CreateTime>1714112445</CreateTime>
            <E><List><A>1 &lt; 2 &#20013;</A></List><List><A/></List></E></xml>";
        let json = json!({
            "ToUserName": "gh_1", "CreateTime": "1714112445", "E": { "List": [{ "A": "1 < 2 中" }, { "A": "" }] },
        });
        assert_eq!(read_value(xml).unwrap(), json);
        assert_eq!(read_value(&json.to_string()).unwrap(), json);
    }

    #[test]
    fn a_document_type_and_unknown_entities_are_refused() {
        for text in [
            "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><A>&e;</A></xml>",
            "<xml><A>&e;</A></xml>",
            "<xml><A></xml>",
            "<xml>",
            "[]",
            "",
            "text",
            "<a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a>",
        ] {
            assert_eq!(read_value(text).unwrap_err(), Malformed, "{text}");
        }
    }
}
