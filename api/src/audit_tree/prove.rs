//! Makes proof files.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, anyhow, bail};
use entity::kinds::CheckpointReason;
use merkle::proof::{self, Plan};
use merkle::{TileId, tiles};
use sea_orm::ConnectionTrait;

use super::contents::OrderRows;
use super::entry::Entry;
use super::items::Item;
use super::keys::TreeKeys;
use super::proof_file::{ConsistencyProof, OrderProof, ProofFile, ProvenEvent, ProvenLeaf};
use super::{checkpoints, rows, sequencer, state, store};
use crate::app::App;
use crate::orders::history;

/// Proves all events of an order and its rows. Signs a checkpoint if the last one does not cover them.
///
/// # Errors
/// There is no such order, or its rows differ from those that its leaves bind.
pub async fn order(app: &App, number: &str) -> anyhow::Result<ProofFile> {
    sequencer::sequence(app).await?;
    let id = store::order_by_number(&app.db, number).await?;
    let id = id.with_context(|| format!("no order has the number {number}"))?;
    let leaves = store::leaves_of(&app.db, &[id]).await?;
    let end = leaves.last().context("the order has no leaf yet")?.idx + 1;
    let last = checkpoints::latest(&app.db).await?;
    let covering = last.filter(|checkpoint| checkpoint.size >= store::to_u64(end));
    let checkpoint = match covering {
        Some(checkpoint) => checkpoint,
        None => checkpoints::sign(app, CheckpointReason::Requested).await?,
    };
    let mut events: BTreeMap<i64, _> = store::events_of(&app.db, &[id])
        .await?
        .into_iter()
        .map(|event| (i64::from(event.seq), event))
        .collect();
    let rows = rows::of_orders(&app.db, &[id])
        .await?
        .remove(&id)
        .unwrap_or_default();
    check_rows(&rows, leaves.last().and_then(|leaf| leaf.state.as_deref()))?;
    let plans: Vec<Plan> = leaves
        .iter()
        .map(|leaf| proof::inclusion_plan(store::to_u64(leaf.idx), checkpoint.size))
        .collect();
    let hashes = resolve(&app.db, &plans).await?;
    let mut proven = Vec::new();
    for (leaf, proof) in leaves.into_iter().zip(hashes) {
        let event = events
            .remove(&leaf.seq)
            .ok_or_else(|| anyhow!("event {} is gone; run `zhitong audit verify`", leaf.seq))?;
        proven.push(ProvenLeaf {
            index: store::to_u64(leaf.idx),
            entry: Entry {
                kind: leaf.kind,
                order: leaf.order_id,
                seq: leaf.seq,
                hash: leaf.hash,
                state: leaf.state,
            },
            event: ProvenEvent {
                prev_hash: event.prev_hash.clone(),
                fields: history::hashed_fields(&event),
            },
            proof,
        });
    }
    Ok(ProofFile::Order(OrderProof {
        number: number.to_owned(),
        order: id,
        checkpoint: checkpoint.note,
        leaves: proven,
        rows: rows.contents(),
    }))
}

fn check_rows(rows: &OrderRows, bound: Option<&str>) -> anyhow::Result<()> {
    let items: Vec<Item> = rows.items();
    if bound != Some(state::state_hash(&items).as_str()) {
        bail!("the order's rows are not those that its last leaf binds; run `zhitong audit verify`");
    }
    Ok(())
}

/// Returns the hashes of each plan, hexadecimal.
async fn resolve(connection: &impl ConnectionTrait, plans: &[Plan]) -> anyhow::Result<Vec<Vec<String>>> {
    let nodes: Vec<_> = plans.iter().flatten().flatten().copied().collect();
    let needed: BTreeSet<TileId> = tiles::tiles_of(&nodes);
    let tree = store::tiles(connection, &needed).await?;
    let mut all = Vec::new();
    for plan in plans {
        let hashes = proof::resolve(plan, &tree)?;
        all.push(hashes.iter().map(hex::encode).collect());
    }
    Ok(all)
}

/// Proves that the tree of one signed checkpoint continues that of another.
pub async fn consistency(app: &App, old: &str, new: Option<&str>) -> anyhow::Result<ProofFile> {
    let keys = app.state::<TreeKeys>();
    let new = match new {
        Some(new) => new.to_owned(),
        None => checkpoints::sign(app, CheckpointReason::Requested).await?.note,
    };
    let open = |note: &str| {
        keys.open(note)
            .context("the checkpoint is not signed by this log's key")
    };
    let (from, to) = (open(old)?, open(&new)?);
    if from.size > to.size {
        bail!("the first checkpoint is the later one; name the earlier one first");
    }
    let plan = proof::consistency_plan(from.size, to.size);
    let proof = resolve(&app.db, std::slice::from_ref(&plan)).await?;
    Ok(ProofFile::Consistency(ConsistencyProof {
        old: old.to_owned(),
        new,
        proof: proof.into_iter().next().unwrap_or_default(),
    }))
}
