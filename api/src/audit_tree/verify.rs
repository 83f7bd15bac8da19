//! Compares the record with the tree: every row with its leaf, every leaf with the root, and the root with checkpoints
//! from outside the database. Memory does not grow with the number of events.

use std::collections::BTreeMap;

use entity::audit_pending;
use entity::kinds::LeafKind;
use merkle::hash::Frontier;
use merkle::{Checkpoint, tiles};
use sea_orm::ConnectionTrait;

use super::entry::Entry;
use super::keys::TreeKeys;
use super::report::{Finding, TreeReport};
use super::sequencer::is_sealed;
use super::{store, verify_orders};
use crate::app::App;
use crate::audit_log;
use crate::error::Result;

/// Leaves or actions per page.
const PAGE: u64 = 2_000;
/// Verifies everything. `notes` are signed checkpoints from outside the database. `progress` receives the number of rows
/// and leaves read.
pub async fn verify(app: &App, notes: &[String], mut progress: impl FnMut(u64)) -> Result<TreeReport> {
    let mut report = TreeReport::default();
    // Leaves first: entries appended meanwhile count as pending.
    let kept = kept_checkpoints(app, notes, &mut report).await?;
    verify_leaves(app, &kept, &mut report, &mut progress).await?;
    verify_orders::verify(app, &mut report, &mut progress).await?;
    verify_acts(app, &mut report).await?;
    let (waiting, _) = store::count_pending(&app.db).await?;
    report.waiting = waiting;
    Ok(report)
}

/// A root kept outside the database.
#[derive(Clone, Copy, Debug)]
struct KeptRoot {
    root: merkle::Hash,
    from_file: bool,
}

type KeptRoots = BTreeMap<u64, Vec<KeptRoot>>;

async fn kept_checkpoints(app: &App, notes: &[String], report: &mut TreeReport) -> Result<KeptRoots> {
    let keys = app.state::<TreeKeys>();
    let mut kept = KeptRoots::new();
    for note in notes {
        match keys.open(note) {
            Some(checkpoint) => keep(&mut kept, &checkpoint, true),
            None => report.find(Finding::CheckpointForged {
                size: stated_size(note),
                from_file: true,
            }),
        }
    }
    for (size, root) in store::checkpoint_roots(&app.db).await? {
        let root = hex::decode(&root).unwrap_or_default();
        let root = merkle::Hash::try_from(root).unwrap_or_default();
        let checkpoint = Checkpoint {
            origin: String::new(),
            size: store::to_u64(size),
            root,
            extensions: Vec::new(),
        };
        keep(&mut kept, &checkpoint, false);
    }
    if let Some(last) = store::last_checkpoint(&app.db).await?
        && keys
            .open(&last.note)
            .is_none_or(|signed| hex::encode(signed.root) != last.root)
    {
        report.find(Finding::CheckpointForged {
            size: store::to_u64(last.size),
            from_file: false,
        });
    }
    report.checkpoints = kept.values().map(|roots| roots.len() as u64).sum();
    Ok(kept)
}

fn keep(kept: &mut KeptRoots, checkpoint: &Checkpoint, from_file: bool) {
    kept.entry(checkpoint.size).or_default().push(KeptRoot {
        root: checkpoint.root,
        from_file,
    });
}

fn stated_size(note: &str) -> u64 {
    note.lines()
        .nth(1)
        .and_then(|size| size.parse().ok())
        .unwrap_or_default()
}

/// Hashes all leaves and compares the roots on the way.
async fn verify_leaves(
    app: &App,
    kept: &KeptRoots,
    report: &mut TreeReport,
    progress: &mut impl FnMut(u64),
) -> Result<()> {
    let size = store::to_u64(store::head(&app.db).await?.size);
    let mut tree = Frontier::default();
    compare(kept, &tree, report);
    'pages: loop {
        let page = store::leaves(&app.db, tree.size(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        for leaf in page {
            if tree.size() == size {
                break 'pages;
            }
            if store::to_u64(leaf.idx) != tree.size() {
                report.find(Finding::LeafRemoved { index: tree.size() });
                break 'pages;
            }
            let entry = Entry {
                kind: leaf.kind,
                order: leaf.order_id,
                seq: leaf.seq,
                hash: leaf.hash,
                state: leaf.state,
            };
            tree.push(entry.leaf_hash());
            compare(kept, &tree, report);
        }
        progress(tree.size());
    }
    report.leaves = tree.size();
    if tree.size() < size {
        report.find(Finding::LeafRemoved { index: tree.size() });
    }
    let nodes = tiles::cover(0, size);
    let stored = store::tiles(&app.db, &tiles::tiles_of(&nodes)).await?;
    if stored.root(size) != Ok(tree.root()) {
        report.find(Finding::TilesChanged);
    }
    for (beyond, _) in kept.range(size + 1..) {
        report.find(Finding::Truncated {
            size: *beyond,
            leaves: size,
        });
    }
    Ok(())
}

fn compare(kept: &KeptRoots, tree: &Frontier, report: &mut TreeReport) {
    let Some(roots) = kept.get(&tree.size()) else {
        return;
    };
    let root = tree.root();
    for kept in roots.iter().filter(|kept| kept.root != root) {
        report.find(Finding::CheckpointBroken {
            size: tree.size(),
            from_file: kept.from_file,
        });
    }
}

/// Compares administrators' actions with their leaves.
async fn verify_acts(app: &App, report: &mut TreeReport) -> Result<()> {
    let keys = app.state::<TreeKeys>();
    let waiting: BTreeMap<i64, audit_pending::Model> = store::pending_acts(&app.db)
        .await?
        .into_iter()
        .map(|entry| (entry.seq, entry))
        .collect();
    let mut seq = 0;
    loop {
        let acts = store::acts(&app.db, seq, PAGE).await?;
        let leaves = store::act_leaves(&app.db, seq, PAGE).await?;
        let ends = [acts.last().map(|act| act.seq), leaves.last().map(|leaf| leaf.seq)];
        let full = |rows: usize, end: Option<i64>| end.filter(|_| rows as u64 == PAGE);
        let to = [full(acts.len(), ends[0]), full(leaves.len(), ends[1])];
        let to = to.into_iter().flatten().min().unwrap_or(i64::MAX);
        let mut rows: BTreeMap<i64, _> = acts.into_iter().map(|act| (act.seq, act)).collect();
        for leaf in leaves.into_iter().filter(|leaf| leaf.seq <= to) {
            match rows.remove(&leaf.seq) {
                None => report.find(Finding::ActRemoved { seq: leaf.seq }),
                Some(act) => {
                    report.acts += 1;
                    if audit_log::service::hash(&act) != leaf.hash {
                        report.find(Finding::ActChanged { seq: leaf.seq });
                    }
                }
            }
        }
        for (number, act) in rows.into_iter().filter(|(number, _)| *number <= to) {
            let is_waiting = waiting
                .get(&number)
                .is_some_and(|entry| is_sealed(entry, keys) && entry.hash == audit_log::service::hash(&act));
            if !is_waiting {
                report.find(Finding::ActForged { seq: number });
            }
        }
        if to == i64::MAX {
            break;
        }
        seq = to;
    }
    removed_waiting_acts(&app.db, &waiting, report).await
}

async fn removed_waiting_acts(
    connection: &impl ConnectionTrait,
    waiting: &BTreeMap<i64, audit_pending::Model>,
    report: &mut TreeReport,
) -> Result<()> {
    for (seq, entry) in waiting {
        let found = store::acts(connection, seq - 1, 1).await?;
        let there = found.first().is_some_and(|act| act.seq == *seq);
        if !there && entry.kind == LeafKind::Act && !entry.refused {
            report.find(Finding::ActRemoved { seq: *seq });
        }
    }
    Ok(())
}
