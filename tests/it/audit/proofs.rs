//! Proof files are checked with the public key alone, and a changed one proves nothing.

use serde_json::{Value, json};
use tests::{TestApp, on_both_databases};
use zhitong::audit_tree::check::{Proven, Unproven, check};
use zhitong::audit_tree::keys::TreeKeys;
use zhitong::audit_tree::prove;

use super::{checkpoint, rich_orders};

async fn proof(app: &TestApp, number: &str) -> Value {
    let file = prove::order(app.app(), number).await.expect("a proof");
    serde_json::to_value(file).unwrap()
}

/// A change of a proof file, given another one.
type Change = fn(&mut Value, &Value);

on_both_databases! {
    async fn an_order_is_proven_without_the_database(app: TestApp) {
        let numbers = rich_orders(&app, 3).await;
        let key = app.app().state::<TreeKeys>().public();
        let file = proof(&app, &numbers[1]).await;
        let Ok(Proven::Order { number, events, rows, checkpoint }) = check(&file.to_string(), &key) else {
            panic!("not proven: {:?}", check(&file.to_string(), &key));
        };
        assert_eq!(number, numbers[1]);
        assert!(events >= 7 && rows >= 10, "{events} events, {rows} rows");
        assert!(checkpoint.extension("time").unwrap().starts_with("2025-09-08T09:"));
        let written: merkle::VerifyingKey = key.to_string().parse().unwrap();
        assert!(check(&file.to_string(), &written).is_ok(), "the key as it is printed");
        let verdict = file["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "verdict").unwrap();
        assert_eq!(verdict["fields"]["result"], "dissatisfied", "readable");
    }

    async fn a_changed_proof_proves_nothing(app: TestApp) {
        let numbers = rich_orders(&app, 2).await;
        let key = app.app().state::<TreeKeys>().public();
        let file = proof(&app, &numbers[0]).await;
        let other = proof(&app, &numbers[1]).await;
        let changes: [(&str, Change); 9] = [
            ("a verdict", |file, _| {
                let rows = file["rows"].as_array_mut().unwrap();
                let verdict = rows.iter_mut().find(|row| row["kind"] == "verdict").unwrap();
                verdict["fields"]["result"] = json!("satisfied");
            }),
            ("a row left out", |file, _| { file["rows"].as_array_mut().unwrap().pop(); }),
            ("an event's note", |file, _| file["leaves"][2]["event"]["fields"][11] = json!("x")),
            ("an event left out", |file, _| { file["leaves"].as_array_mut().unwrap().remove(2); }),
            ("the last event left out", |file, _| { file["leaves"].as_array_mut().unwrap().pop(); }),
            ("a leaf's place", |file, _| file["leaves"][0]["index"] = json!(1)),
            ("the number", |file, other| file["number"] = other["number"].clone()),
            ("the rows of another order", |file, other| file["rows"] = other["rows"].clone()),
            ("the checkpoint", |file, _| {
                let note = file["checkpoint"].as_str().unwrap().replacen('\n', "\n1", 1);
                file["checkpoint"] = json!(note);
            }),
        ];
        for (what, change) in changes {
            let mut changed = file.clone();
            change(&mut changed, &other);
            assert!(check(&changed.to_string(), &key).is_err(), "{what}");
        }
        assert!(matches!(check("{}", &key), Err(Unproven::Form(_))));
    }

    async fn a_later_checkpoint_continues_an_earlier_one(app: TestApp) {
        rich_orders(&app, 1).await;
        let old = checkpoint(&app).await;
        rich_orders(&app, 2).await;
        let new = checkpoint(&app).await;
        let key = app.app().state::<TreeKeys>().public();
        let file = prove::consistency(app.app(), &old, Some(&new)).await.unwrap();
        let file = serde_json::to_value(file).unwrap();
        assert!(matches!(check(&file.to_string(), &key), Ok(Proven::Consistency { .. })));
        let mut turned = file.clone();
        turned["old"] = file["new"].clone();
        assert!(check(&turned.to_string(), &key).is_err());
        assert!(prove::consistency(app.app(), &new, Some(&old)).await.is_err(), "the earlier one first");
    }
}
