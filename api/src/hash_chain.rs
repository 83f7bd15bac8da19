//! How entries of a history hold together: each carries a hash over itself and the hash of the one before it.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The previous hash of the first entry.
pub const GENESIS_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// SHA-256 of the hash before and the entry's fields, hexadecimal.
#[must_use]
pub fn link_hash(prev_hash: &str, fields: &Value) -> String {
    let text = canonical(fields);
    let mut digest = Sha256::new();
    digest.update(prev_hash.as_bytes());
    digest.update(text.as_bytes());
    hex::encode(digest.finalize())
}

/// The canonical text of a value, see [`link_hash`].
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    canonical_json(value, &mut text);
    text
}

/// JSON with the keys in order and no blanks: one text for one value, whichever database gave it back.
fn canonical_json(value: &Value, into: &mut String) {
    match value {
        Value::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                canonical_json(item, into);
            }
            into.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            into.push('{');
            for (index, (name, field)) in fields.into_iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                into.push_str(&Value::from(name.as_str()).to_string());
                into.push(':');
                canonical_json(field, into);
            }
            into.push('}');
        }
        scalar => into.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let (mut one, mut other) = (String::new(), String::new());
        canonical_json(&json!({ "b": { "d": 1, "c": "引\"号" }, "a": [] }), &mut one);
        canonical_json(
            &serde_json::from_str(r#"{"a":[], "b":{"c":"引\"号","d":1}}"#).unwrap(),
            &mut other,
        );
        assert_eq!(one, other);
        assert_eq!(one, r#"{"a":[],"b":{"c":"引\"号","d":1}}"#);
    }

    #[test]
    fn a_link_depends_on_the_one_before() {
        let fields = json!(["a", 1]);
        assert_ne!(
            link_hash(GENESIS_HASH, &fields),
            link_hash(&"1".repeat(64), &fields)
        );
        assert_ne!(
            link_hash(GENESIS_HASH, &fields),
            link_hash(GENESIS_HASH, &json!(["a", 2]))
        );
    }
}
