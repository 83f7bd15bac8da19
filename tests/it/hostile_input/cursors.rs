//! Cursors of lists.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};
use zhitong::http::paging::{Paging, cursor};

use super::check;

/// JSON values as a forged cursor may hold them.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![
            "2025-09-08T01:00:00Z",
            "-262143-01-01T00:00:00Z",
            "+262142-12-31T23:59:59Z",
            "01890000-0000-7000-8000-000000000000",
            "\0",
            "follow_up",
        ])
        .prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

#[test]
fn cursors_of_any_making_are_read_or_refused() {
    let text = prop_oneof![
        values().prop_map(|value| cursor(&value)),
        prop::collection::vec(any::<u8>(), 0..64).prop_map(|bytes| URL_SAFE_NO_PAD.encode(bytes)),
        ".{0,64}",
    ];
    check(text, |text| {
        let paging = Paging {
            limit: None,
            cursor: Some(text),
        };
        let _ = paging.after::<i64>();
        let _ = paging.after::<uuid::Uuid>();
        let at = paging.after::<(chrono::DateTime<chrono::Utc>, uuid::Uuid)>();
        if let Ok(Some((at, _))) = at {
            // Arithmetic on it stays inside the calendar, and every database can store it.
            prop_assert!(
                at.checked_sub_signed(chrono::TimeDelta::days(400)).is_some(),
                "{at}"
            );
            prop_assert!((0..=9_999).contains(&chrono::Datelike::year(&at)), "{at}");
        }
        if let Ok(Some(text)) = paging.after::<String>() {
            prop_assert!(!text.contains('\0'));
        }
        Ok(())
    });
}

tests::on_both_databases! {
    /// Checks over HTTP: values that a database cannot compare are refused before they get there.
    async fn a_forged_cursor_is_answered(app: TestApp) {
        let delegate = app.delegate("涧西区").await;
        for _ in 0..2 {
            delegate.submit(&tests::orders::Report::default()).await;
        }
        app.run_jobs().await;
        let (operator, admin, supervisor) = (app.operator().await, app.admin().await, app.supervisor().await);
        let lists = [
            (&delegate, "/orders"),
            (&delegate, "/inbox"),
            (&delegate, "/site-messages"),
            (&operator, "/hotline/queue"),
            (&operator, "/follow-ups"),
            (&operator, "/content-reviews"),
            (&supervisor, "/campaigns"),
            (&supervisor, "/opinions"),
            (&supervisor, "/measures"),
            (&supervisor, "/hot-topics"),
            (&supervisor, "/insight-reports"),
            (&supervisor, "/watch-lists"),
            (&admin, "/sites"),
        ];
        let id = "01890000-0000-7000-8000-000000000000";
        let mut keys = Vec::new();
        for at in ["-262143-01-01T00:00:00Z", "+262142-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            keys.extend([json!([at, id]), json!([at, null]), json!({ "at": at, "id": id }), json!([at, "T20250908000001"])]);
            for kind in ["returned", "triage", "unmatched", "extension", "follow_up"] {
                keys.push(json!({ "act_by": at, "kind": kind, "order": id }));
            }
        }
        keys.extend([json!("\0"), json!(id), json!(i64::MAX), json!(["\0", id]), json!([i64::MIN, id])]);
        let mut wrong = Vec::new();
        for (who, path) in lists {
            for key in &keys {
                let answer = who.get(&format!("{path}?cursor={}", cursor(key))).await;
                if !matches!(answer.status, 200 | 400) {
                    wrong.push(format!("{path} {key}: {}", answer.status));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
