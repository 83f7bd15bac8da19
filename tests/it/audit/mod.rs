//! The record as a Merkle tree: `tampering` (whoever owns the database changes it, and is found), `proofs` (files that are
//! checked without the database), `sequencing` (every entry gets its place, once), `mail`
//! (checkpoints by mail), `timestamps` (RFC 3161).

mod mail;
mod proofs;
mod sequencing;
mod tampering;
mod timestamps;

use entity::kinds::CheckpointReason;
use serde_json::json;
use tests::TestApp;
use tests::order_fixture::{AREA, OrderFixture, reply, verdict};
use tests::orders::{Report, number};
use tests::places;
use zhitong::audit_tree::report::TreeReport;
use zhitong::audit_tree::{checkpoints, sequencer, verify};

/// Orders with everything that leaves cover: urged, replied, judged as not good, under supervision in their second round.
async fn rich_orders(app: &TestApp, count: usize) -> Vec<String> {
    let desk = OrderFixture::dispatched(app).await;
    let committee = app.county_supervisor(AREA).await;
    let mut numbers = Vec::new();
    for at in 0..count {
        let report = Report::at(places::JIANXI)
            .category(tests::order_fixture::NOISE)
            .saying(&format!("{at} 号工地夜里还在打桩，吵得睡不着。"));
        let order = desk.delegate.submit(&report).await;
        desk.unit.act(&order, "accept", json!({})).await.assert_ok();
        // Only an order that its unit has not answered yet is urged.
        let urge = json!({ "note": "请说明进度。" });
        committee.act(&order, "urges", urge).await.assert_ok();
        desk.unit.act(&order, "reply", reply()).await.assert_ok();
        desk.delegate
            .act(&order, "verdict", verdict("dissatisfied"))
            .await
            .assert_ok();
        numbers.push(number(&order).to_owned());
    }
    app.run_jobs().await;
    numbers
}

async fn sequence(app: &TestApp) -> usize {
    sequencer::sequence(app.app()).await.expect("sequenced")
}

/// A checkpoint as the committee keeps it.
async fn checkpoint(app: &TestApp) -> String {
    let signed = checkpoints::sign(app.app(), CheckpointReason::Requested).await;
    signed.expect("signed").note
}

async fn verified(app: &TestApp, notes: &[String]) -> TreeReport {
    verify::verify(app.app(), notes, |_| {}).await.expect("a report")
}
