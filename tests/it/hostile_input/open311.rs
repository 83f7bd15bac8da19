//! Queries and reports of Open311 clients.

use actix_web::web::Query;
use proptest::prelude::*;
use zhitong::open311::form;
use zhitong::open311::service::{RequestsQuery, parse};

use super::check;

#[test]
fn open311_queries_are_read_or_refused() {
    let name = prop::sample::select(vec![
        "service_request_id",
        "service_code",
        "status",
        "start_date",
        "end_date",
        "updated_after",
        "page",
        "page_size",
        "jurisdiction_id",
    ]);
    let value = prop_oneof![
        ".{0,24}".prop_map(|text| url_encoded(&text)),
        any::<i64>().prop_map(|number| number.to_string()),
        prop::sample::select(vec![
            "open,closed",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-12:00",
            ",,,",
            "%00",
            "%"
        ])
        .prop_map(str::to_owned),
    ];
    let query = prop::collection::vec((name, value), 0..6).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    });
    check(query, |query| {
        if let Ok(Query(asked)) = Query::<RequestsQuery>::from_query(&query)
            && let Ok(filter) = parse(&asked, "2025-09-08T01:00:00Z".parse().unwrap())
        {
            prop_assert!(filter.limit <= 200 && filter.offset <= 10_000);
            prop_assert!(filter.numbers.is_none_or(|numbers| numbers.len() <= 50));
        }
        Ok(())
    });
}

fn url_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn open311_reports_are_read_or_refused() {
    let name = prop_oneof![
        4 => prop::sample::select(vec![
            "service_code", "description", "lat", "long", "address_string", "address_id", "phone", "email", "first_name",
            "device_id", "media_url", "api_key", "attribute[a]", "attribute[", "attribute[]", "attribute[][]",
        ])
        .prop_map(str::to_owned),
        1 => ".{0,24}",
    ];
    let value = prop_oneof![
        ".{0,80}",
        any::<f64>().prop_map(|number| number.to_string()),
        prop::sample::select(vec![
            "NaN",
            "inf",
            "-0",
            "1e400",
            "\0",
            " ",
            &*"9".repeat(5_000).leak()
        ])
        .prop_map(str::to_owned),
    ];
    let needed = [("service_code", "1101"), ("description", "路灯不亮")];
    let needed = needed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let fields = prop::collection::vec((name, value), 0..70)
        .prop_map(move |fields| [needed.to_vec(), fields].concat());
    check(fields, |fields| {
        if let Ok(report) = form::read(fields.into_iter()) {
            if let Some((longitude, latitude)) = report.point {
                prop_assert!(longitude.abs() <= 180.0 && latitude.abs() <= 90.0);
            }
            let contact = report.contact.as_ref().map_or(0, |text| text.chars().count());
            prop_assert!(contact <= 64, "{contact}");
            if let Ok(text) = report.message("夜间施工噪声") {
                prop_assert!(text.chars().count() <= 1_000);
            }
            let id = form::Report::call_id(
                "c",
                Some(&report.description),
                "2025-09-08T01:00:00Z".parse().unwrap(),
            );
            prop_assert!(
                id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_graphic()),
                "{id}"
            );
        }
        Ok(())
    });
}
