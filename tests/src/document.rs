//! The served OpenAPI document as a test reads it: the operations, and bodies that fit their schemas.

use serde_json::{Map, Value, json};

/// One operation of the document.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Lower case.
    pub method: String,
    /// With its parameters in braces, e.g. `/api/v1/orders/{number}`.
    pub path: String,
    pub description: Value,
}

impl Operation {
    /// `POST /api/v1/orders`
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Whether the body is a form with a file.
    #[must_use]
    pub fn is_multipart(&self) -> bool {
        self.description["requestBody"]["content"]["multipart/form-data"].is_object()
    }

    /// The smallest JSON body that the schema takes; none when the operation takes no JSON.
    #[must_use]
    pub fn smallest_body(&self, document: &Value) -> Option<Value> {
        let content = &self.description["requestBody"]["content"]["application/json"];
        content.is_object().then(|| sample(document, &content["schema"]))
    }
}

/// A value for a field of this name, instead of the one that its schema suggests.
pub type Known<'a> = &'a dyn Fn(&str) -> Option<Value>;

impl Operation {
    /// A JSON body with every field of the schema; none when the operation takes no JSON.
    #[must_use]
    pub fn full_body(&self, document: &Value, known: Known<'_>) -> Option<Value> {
        let content = &self.description["requestBody"]["content"]["application/json"];
        content
            .is_object()
            .then(|| full(document, &content["schema"], known))
    }
}

/// A value with every field that the schema has.
fn full(document: &Value, schema: &Value, known: Known<'_>) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        return full(document, target.unwrap_or(&Value::Null), known);
    }
    for choice in ["oneOf", "anyOf"] {
        let real = schema[choice]
            .as_array()
            .and_then(|schemas| schemas.iter().find(|schema| schema["type"] != "null"));
        if let Some(real) = real {
            return full(document, real, known);
        }
    }
    if let Some(properties) = schema["properties"].as_object() {
        let fields = properties.iter().map(|(name, schema)| {
            let value = known(name).unwrap_or_else(|| full(document, schema, known));
            (name.clone(), value)
        });
        return Value::Object(fields.collect());
    }
    if schema["items"].is_object() {
        return json!([full(document, &schema["items"], known)]);
    }
    sample(document, schema)
}

/// The document that the product serves.
#[must_use]
pub fn served() -> Value {
    serde_json::to_value(zhitong::server::document()).expect("a document")
}

#[must_use]
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, description) in item.as_object().expect("a path item") {
            if ["get", "post", "put", "delete"].contains(&method.as_str()) {
                operations.push(Operation {
                    method: method.clone(),
                    path: path.clone(),
                    description: description.clone(),
                });
            }
        }
    }
    operations
}

/// A small value that fits the schema: the required fields only.
#[must_use]
pub fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        let target = document
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {reference}"));
        return sample(document, target);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(schemas) = schema[choice].as_array() {
            let real = schemas
                .iter()
                .find(|schema| schema["type"] != "null")
                .expect("a choice");
            return sample(document, real);
        }
    }
    if let Some(schemas) = schema["allOf"].as_array() {
        let parts = schemas.iter().map(|part| sample(document, part));
        let fields = parts.filter_map(|part| part.as_object().cloned()).flatten();
        return Value::Object(fields.collect());
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("string") => json!(text(schema["format"].as_str())),
        Some("integer") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("number") => json!(1.0),
        Some("boolean") => json!(true),
        Some("array") => match schema["minItems"].as_u64() {
            Some(count) if count > 0 => json!([sample(document, &schema["items"])]),
            _ => json!([]),
        },
        _ => object(document, schema),
    }
}

fn object(document: &Value, schema: &Value) -> Value {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let fields = required.iter().filter_map(Value::as_str);
    let fields = fields.map(|name| (name.to_owned(), sample(document, &schema["properties"][name])));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn text(format: Option<&str>) -> &'static str {
    match format {
        Some("uuid") => "01890000-0000-7000-8000-000000000000",
        Some("date-time") => "2025-09-08T09:00:00+08:00",
        Some("date") => "2025-09-08",
        Some("uri") => "https://example.cn/",
        _ => "这是一段用来测试的文字",
    }
}
