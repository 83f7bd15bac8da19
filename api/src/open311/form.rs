//! Pure: a report as GeoReport clients send it.

use chrono::{DateTime, Utc};

use crate::sites::message_limits::MessageLimits;

/// Maximum number of fields of one form.
const MAX_FIELDS: usize = 60;
const MAX_CHARS: usize = 4_000;

/// A report through Open311. All values are as sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub api_key: Option<String>,
    pub service_code: String,
    /// Empty if the client sends none, which GeoReport allows.
    pub description: String,
    /// Longitude and latitude, WGS-84.
    pub point: Option<(f64, f64)>,
    pub address: Option<String>,
    /// Code of a site.
    pub address_id: Option<String>,
    pub phone: Option<String>,
    /// Name, phone and email, as far as they are given.
    pub contact: Option<String>,
    /// The client's own identifier of the sender.
    pub sender: Option<String>,
    pub media_url: Option<String>,
    /// Extended attributes by their codes.
    pub attributes: Vec<(String, String)>,
}

/// A fault of a form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    #[error("{0} was not provided")]
    Missing(&'static str),
    #[error("{0} cannot be read")]
    Malformed(&'static str),
    #[error("{0} is too long")]
    TooLong(String),
    #[error("too many fields")]
    TooMany,
}

/// Reads the fields of a form. Ignores fields that GeoReport does not define, because clients add their own.
/// # Errors
/// See [`FormFault`].
pub fn read(fields: impl Iterator<Item = (String, String)>) -> Result<Report, FormFault> {
    let mut fields: Vec<(String, String)> = fields.take(MAX_FIELDS + 1).collect();
    if fields.len() > MAX_FIELDS {
        return Err(FormFault::TooMany);
    }
    for (name, value) in &mut fields {
        if value.chars().count() > MAX_CHARS {
            return Err(FormFault::TooLong(name.chars().take(60).collect()));
        }
        *value = value.trim().to_owned();
    }
    let field = |name: &str| {
        let found = fields
            .iter()
            .find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.clone())
    };
    let names = [field("last_name"), field("first_name")];
    let name: String = names.into_iter().flatten().collect();
    let (phone, email) = (field("phone"), field("email"));
    let contact = [
        Some(name).filter(|name| !name.is_empty()),
        phone.clone(),
        email.clone(),
    ];
    let contact: Vec<String> = contact.into_iter().flatten().collect();
    let contact: String = contact
        .join(" ")
        .chars()
        .take(MessageLimits::PRODUCT.contact_chars)
        .collect();
    Ok(Report {
        api_key: field("api_key"),
        service_code: field("service_code").ok_or(FormFault::Missing("service_code"))?,
        description: field("description").unwrap_or_default(),
        point: point(field("lat"), field("long"))?,
        address: field("address_string"),
        address_id: field("address_id"),
        sender: field("device_id")
            .or(field("account_id"))
            .or(phone.clone())
            .or(email),
        phone,
        contact: Some(contact).filter(|contact| !contact.is_empty()),
        media_url: field("media_url"),
        attributes: fields
            .iter()
            .filter_map(|(name, value)| attribute(name, value))
            .collect(),
    })
}

fn point(lat: Option<String>, long: Option<String>) -> Result<Option<(f64, f64)>, FormFault> {
    let read = |text: &str, limit: f64| {
        let degrees = text.parse::<f64>().ok();
        degrees.filter(|degrees| degrees.is_finite() && degrees.abs() <= limit)
    };
    match (lat, long) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(FormFault::Missing("lat")),
        (Some(_), None) => Err(FormFault::Missing("long")),
        (Some(lat), Some(long)) => {
            let lat = read(&lat, 90.0).ok_or(FormFault::Malformed("lat"))?;
            let long = read(&long, 180.0).ok_or(FormFault::Malformed("long"))?;
            Ok(Some((long, lat)))
        }
    }
}

/// `attribute[code]`, or `attribute[code][]` for one of several values.
fn attribute(name: &str, value: &str) -> Option<(String, String)> {
    let code = name.strip_prefix("attribute[")?;
    let code = code.strip_suffix("][]").or_else(|| code.strip_suffix(']'))?;
    (!code.is_empty() && !value.is_empty()).then(|| (code.to_owned(), value.to_owned()))
}

impl Report {
    /// Returns `true` if the report says where the matter is: by a point, in words, or by a site.
    #[must_use]
    pub fn has_place(&self) -> bool {
        self.point.is_some() || self.address.is_some() || self.address_id.is_some()
    }

    /// Returns the text of a resident's message: kind, description, extended attributes and place.
    /// # Errors
    /// [`FormFault::TooLong`] if the text exceeds the limit of a message.
    pub fn message(&self, service_name: &str) -> Result<String, FormFault> {
        let mut lines = vec![format!("【{service_name}】{}", self.description)];
        lines.extend(
            self.attributes
                .iter()
                .map(|(code, value)| format!("{code}：{value}")),
        );
        let place = [
            self.address.clone(),
            self.point
                .map(|(long, lat)| format!("{lat:.5},{long:.5}（WGS-84）")),
        ];
        let place: Vec<String> = place.into_iter().flatten().collect();
        if !place.is_empty() {
            lines.push(format!("地点：{}", place.join(" ")));
        }
        let text = lines.join("\n");
        if text.chars().count() > MessageLimits::PRODUCT.text.max_chars {
            return Err(FormFault::TooLong("description".to_owned()));
        }
        Ok(text)
    }

    /// Returns the text of an order: the description, or kind and attributes if there is none.
    #[must_use]
    pub fn words(&self, service_name: &str) -> String {
        if !self.description.is_empty() {
            return self.description.clone();
        }
        let attributes = self
            .attributes
            .iter()
            .map(|(code, value)| format!("{code}：{value}"));
        let lines = std::iter::once(service_name.to_owned()).chain(attributes);
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Returns an id for the filing of an order: the client's own key of the request, or the time.
    #[must_use]
    pub fn call_id(client: &str, key: Option<&str>, now: DateTime<Utc>) -> String {
        let key = key.map_or_else(|| now.timestamp_micros().to_string(), str::to_owned);
        let plain = format!("open311:{client}:{key}");
        plain.chars().filter(char::is_ascii_graphic).take(64).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_pairs(pairs: &[(&str, &str)]) -> Result<Report, FormFault> {
        read(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    const GOOD: [(&str, &str); 4] = [
        ("service_code", "1101"),
        ("description", "夜里一直施工"),
        ("lat", "34.655"),
        ("long", "112.395"),
    ];

    fn with(more: &[(&str, &str)]) -> Result<Report, FormFault> {
        read_pairs(&[&GOOD[..], more].concat())
    }

    #[test]
    fn a_report_is_read_with_its_attributes() {
        let report = with(&[
            ("attribute[floor]", "3"),
            ("attribute[days][]", "mon"),
            ("attribute[days][]", "tue"),
            ("attribute[]", "x"),
            ("first_name", "三"),
            ("last_name", "张"),
            ("email", "a@example.cn"),
            ("utm_source", "ignored"),
        ])
        .unwrap();
        assert_eq!(report.point, Some((112.395, 34.655)));
        assert_eq!(report.attributes.len(), 3);
        assert_eq!(report.contact.as_deref(), Some("张三 a@example.cn"));
        assert_eq!(report.sender.as_deref(), Some("a@example.cn"));
        let text = report.message("夜间施工噪声").unwrap();
        assert_eq!(
            text,
            "【夜间施工噪声】夜里一直施工\nfloor：3\ndays：mon\ndays：tue\n地点：34.65500,112.39500（WGS-84）"
        );
    }

    #[test]
    fn a_fault_names_its_field() {
        assert_eq!(read_pairs(&GOOD[1..]), Err(FormFault::Missing("service_code")));
        assert_eq!(read_pairs(&[]), Err(FormFault::Missing("service_code")));
        assert_eq!(read_pairs(&GOOD[..3]), Err(FormFault::Missing("long")));
        for (name, value) in [("lat", "north"), ("lat", "91"), ("lat", "NaN")] {
            let fields = [GOOD[0], GOOD[1], (name, value), GOOD[3]];
            assert_eq!(read_pairs(&fields), Err(FormFault::Malformed("lat")), "{value}");
        }
        let many: Vec<(&str, &str)> = (0..=MAX_FIELDS).map(|_| ("a", "b")).collect();
        assert_eq!(read_pairs(&many), Err(FormFault::TooMany));
        let long = "字".repeat(MAX_CHARS + 1);
        assert_eq!(
            with(&[("address_string", &long)]),
            Err(FormFault::TooLong("address_string".to_owned()))
        );
        let text = "字".repeat(MessageLimits::PRODUCT.text.max_chars);
        let report = with(&[("attribute[x]", &text)]).unwrap();
        assert!(matches!(report.message("类别"), Err(FormFault::TooLong(_))));
    }

    #[test]
    fn a_place_is_a_point_words_or_a_site() {
        let without = [GOOD[0], GOOD[1]];
        assert!(!read_pairs(&without).unwrap().has_place());
        assert!(with(&[]).unwrap().has_place());
        for field in ["address_string", "address_id"] {
            let fields = [&without[..], &[(field, "x")]].concat();
            assert!(read_pairs(&fields).unwrap().has_place(), "{field}");
            let blank = [&without[..], &[(field, " ")]].concat();
            assert!(!read_pairs(&blank).unwrap().has_place(), "{field}");
        }
    }

    #[test]
    fn a_report_needs_no_description() {
        let report = read_pairs(&[GOOD[0], GOOD[2], GOOD[3], ("attribute[color]", "BLU")]).unwrap();
        assert_eq!(report.words("路灯照明"), "路灯照明\ncolor：BLU");
        let text = report.message("路灯照明").unwrap();
        assert!(text.starts_with("【路灯照明】\ncolor：BLU\n地点："), "{text}");
        assert_eq!(with(&[]).unwrap().words("路灯照明"), "夜里一直施工");
    }

    #[test]
    fn an_id_of_a_call_has_signs_that_are_visible_only() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(Report::call_id("c", Some("键 k-1"), now), "open311:c:k-1");
        assert_eq!(Report::call_id("c", None, now), "open311:c:0");
        assert_eq!(Report::call_id("c", Some(&"x".repeat(100)), now).len(), 64);
    }
}
