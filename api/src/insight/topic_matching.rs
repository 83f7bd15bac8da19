//! Pure: assigns new reports to topics, translating the grouping of the pure crate to topic ids.

use std::collections::{BTreeSet, HashMap};

use entity::ids::{OrderId, TopicId};
use insight::topics::{Change, GroupId, Grouping, MIN_REPORTERS, Settings};

use crate::orders::search::text_index::IndexedOrders;

/// A topic as the last run left it.
#[derive(Clone, Debug)]
pub struct KnownTopic {
    pub id: TopicId,
    pub orders: Vec<OrderId>,
    /// Shaped by an analyst.
    pub pinned: bool,
}

/// The change of one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDelta {
    pub topic: TopicId,
    pub is_new: bool,
    pub add: Vec<OrderId>,
    pub take: Vec<OrderId>,
    /// The topic this one broke off from.
    pub split_from: Option<TopicId>,
    /// Topics that are part of this one from now on.
    pub united: Vec<TopicId>,
}

/// Puts fresh reports into topics. Topics nothing happened to are not in the answer.
#[must_use]
pub fn find(recent: &IndexedOrders, known: &[KnownTopic], fresh: &[OrderId]) -> Vec<TopicDelta> {
    let mut grouping = Grouping::new(Settings::default());
    let mut names = Names::default();
    for topic in known {
        let group = grouping.restore(&recent.index, &topic.orders, topic.pinned);
        names.topics.insert(group, topic.id);
    }
    let changes = grouping.assign(&recent.index, fresh);
    changes.into_iter().for_each(|change| names.apply_change(change));
    let before: HashMap<TopicId, &KnownTopic> = known.iter().map(|topic| (topic.id, topic)).collect();
    let ids: Vec<GroupId> = grouping.ids().collect();
    ids.into_iter()
        .filter_map(|group| {
            let members: BTreeSet<OrderId> = grouping.members(group).collect();
            let topic = match names.topics.get(&group) {
                Some(topic) => *topic,
                None if grouping.is_topic(&recent.index, group) && has_reporters(recent, &members) => {
                    TopicId::generate()
                }
                None => return None,
            };
            let held: BTreeSet<OrderId> = before
                .get(&topic)
                .into_iter()
                .flat_map(|known| known.orders.iter().copied())
                .collect();
            // What has left memory by its age stays with its topic.
            let remembered = |order: &&OrderId| recent.index.contains(**order);
            let delta = TopicDelta {
                topic,
                is_new: !before.contains_key(&topic),
                add: members.difference(&held).copied().collect(),
                take: held.difference(&members).filter(remembered).copied().collect(),
                split_from: names.split_from.get(&group).copied(),
                united: names.united.get(&topic).cloned().unwrap_or_default(),
            };
            let nothing = delta.add.is_empty() && delta.take.is_empty() && delta.united.is_empty();
            (!nothing).then_some(delta)
        })
        .collect()
}

fn has_reporters(recent: &IndexedOrders, members: &BTreeSet<OrderId>) -> bool {
    let reporters = members
        .iter()
        .filter_map(|order| Some(recent.facts.get(order)?.reporter));
    let delegates: BTreeSet<_> = reporters.collect();
    delegates.len() >= MIN_REPORTERS
}

/// The topics' names of the groups in memory.
#[derive(Default)]
struct Names {
    topics: HashMap<GroupId, TopicId>,
    united: HashMap<TopicId, Vec<TopicId>>,
    split_from: HashMap<GroupId, TopicId>,
}

impl Names {
    fn apply_change(&mut self, change: Change) {
        match change {
            Change::Merged { from, into } => {
                let Some(gone) = self.topics.remove(&from) else {
                    return;
                };
                if let Some(topic) = self.topics.get(&into).copied() {
                    let mut all = self.united.remove(&gone).unwrap_or_default();
                    all.push(gone);
                    self.united.entry(topic).or_default().extend(all);
                } else {
                    self.topics.insert(into, gone);
                }
            }
            Change::Split { from, into } => {
                if let Some(topic) = self.topics.get(&from) {
                    self.split_from.insert(into, *topic);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use entity::ids::PersonId;
    use insight::similar::Features;

    use super::*;
    use crate::orders::search::text_index::Text;

    fn recent(texts: &[&str]) -> (IndexedOrders, Vec<OrderId>) {
        let mut recent = IndexedOrders::default();
        let mut ids = Vec::new();
        for text in texts {
            ids.push(add(&mut recent, ids.len(), text));
        }
        (recent, ids)
    }

    fn add(recent: &mut IndexedOrders, nth: usize, text: &str) -> OrderId {
        let id = OrderId::generate();
        let row = Text {
            id,
            created_at: DateTime::UNIX_EPOCH + TimeDelta::days(i64::try_from(nth).unwrap()),
            reporter_id: PersonId::generate(),
            description: text.to_owned(),
        };
        recent.add(&row, Features::of("", text));
        id
    }

    const WATER: [&str; 4] = [
        "村里饮水安全工程水发浑，吃水困难",
        "村里饮水安全工程断水两天，吃水困难",
        "村里饮水安全工程水量小，吃水困难",
        "村里饮水安全工程水有泥沙，吃水困难",
    ];

    #[test]
    fn three_alike_are_found_and_the_fourth_joins_the_same_topic() {
        let (mut recent, ids) = recent(&WATER[..3]);
        let found = find(&recent, &[], &ids);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].is_new);
        assert_eq!(found[0].add, ids);
        let known = [KnownTopic {
            id: found[0].topic,
            orders: ids.clone(),
            pinned: false,
        }];
        let fourth = add(&mut recent, 3, WATER[3]);
        let grown = find(&recent, &known, &[fourth]);
        assert_eq!(grown.len(), 1);
        assert_eq!((grown[0].topic, grown[0].is_new), (found[0].topic, false));
        assert_eq!(grown[0].add, [fourth]);
    }

    #[test]
    fn two_topics_that_are_one_are_united_under_the_older_name() {
        let (recent, ids) = recent(&[WATER[0], WATER[1], WATER[2], WATER[3], WATER[0]]);
        let known = |id, orders: &[OrderId]| KnownTopic {
            id,
            orders: orders.to_vec(),
            pinned: false,
        };
        let (first, second) = (TopicId::generate(), TopicId::generate());
        let found = find(
            &recent,
            &[known(first, &ids[..2]), known(second, &ids[2..4])],
            &ids[4..],
        );
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].topic, found[0].united.as_slice()),
            (first, &[second][..])
        );
    }

    #[test]
    fn nothing_new_changes_nothing() {
        let (recent, ids) = recent(&WATER);
        let known = [KnownTopic {
            id: TopicId::generate(),
            orders: ids,
            pinned: false,
        }];
        assert!(find(&recent, &known, &[]).is_empty());
    }
}
