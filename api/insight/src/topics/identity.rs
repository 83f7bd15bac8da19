//! Matches the groups of a new run with the known topics: a topic continues in the group that holds most of its orders.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

/// Result of matching one topic or one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TopicMatch<T> {
    /// The group, by its place in the list, is this topic.
    Same {
        /// The known topic.
        topic: T,
        /// Place of the group in the list.
        group: usize,
    },
    /// No topic was there before.
    New {
        /// Place of the group in the list.
        group: usize,
    },
    /// Most of `from` is now in the group that is `into`.
    Merged {
        /// The topic that it was.
        from: T,
        /// The topic that it is part of now.
        into: T,
    },
    /// The group broke off from this topic.
    Split {
        /// The topic that it was.
        from: T,
        /// Place of the group in the list.
        group: usize,
    },
    /// Its orders are in no group any more.
    Gone {
        /// The known topic.
        topic: T,
    },
}

/// Matches groups with the topics known before by the orders they share.
///
/// Each topic goes to the group with most of its orders, each group takes the topic it shares most orders with; ties go
/// to the older (lower) topic and the earlier group, so that the outcome does not depend on the order of either list's
/// members.
pub fn reconcile<T: Copy + Ord, K: Copy + Eq + Hash>(
    topics: &BTreeMap<T, Vec<K>>,
    groups: &[Vec<K>],
) -> Vec<TopicMatch<T>> {
    let mut group_of: HashMap<K, usize> = HashMap::new();
    for (group, members) in groups.iter().enumerate() {
        group_of.extend(members.iter().map(|key| (*key, group)));
    }
    let mut shared: Vec<(usize, T, usize)> = Vec::new();
    for (topic, members) in topics {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for group in members.iter().filter_map(|key| group_of.get(key)) {
            *counts.entry(*group).or_default() += 1;
        }
        shared.extend(counts.into_iter().map(|(group, count)| (count, *topic, group)));
    }
    shared.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut home: BTreeMap<T, usize> = BTreeMap::new();
    let mut owner: BTreeMap<usize, T> = BTreeMap::new();
    for (_, topic, group) in &shared {
        if !home.contains_key(topic) && !owner.contains_key(group) {
            home.insert(*topic, *group);
            owner.insert(*group, *topic);
        }
    }
    let mut matches: Vec<TopicMatch<T>> = home
        .iter()
        .map(|(topic, group)| TopicMatch::Same {
            topic: *topic,
            group: *group,
        })
        .collect();
    let main_share = |topic: T| shared.iter().find(|(_, other, _)| *other == topic);
    for topic in topics.keys().filter(|topic| !home.contains_key(topic)) {
        let into = main_share(*topic).and_then(|(_, _, group)| owner.get(group));
        matches.push(match into {
            Some(into) => TopicMatch::Merged {
                from: *topic,
                into: *into,
            },
            None => TopicMatch::Gone { topic: *topic },
        });
    }
    let owned: BTreeSet<usize> = owner.keys().copied().collect();
    for group in (0..groups.len()).filter(|group| !owned.contains(group)) {
        let from = shared.iter().find(|(_, _, other)| *other == group);
        matches.push(match from {
            Some((_, from, _)) => TopicMatch::Split { from: *from, group },
            None => TopicMatch::New { group },
        });
    }
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(of: &[(u32, &[u32])]) -> BTreeMap<u32, Vec<u32>> {
        of.iter()
            .map(|(topic, members)| (*topic, members.to_vec()))
            .collect()
    }

    #[test]
    fn a_topic_that_grew_is_the_same_topic() {
        let before = topics(&[(1, &[10, 11, 12])]);
        assert_eq!(
            reconcile(&before, &[vec![20, 21], vec![10, 11, 12, 13]]),
            [
                TopicMatch::Same { topic: 1, group: 1 },
                TopicMatch::New { group: 0 },
            ]
        );
    }

    #[test]
    fn two_that_became_one_say_so() {
        let before = topics(&[(1, &[10, 11]), (2, &[12, 13, 14])]);
        assert_eq!(
            reconcile(&before, &[vec![10, 11, 12, 13, 14]]),
            [
                TopicMatch::Same { topic: 2, group: 0 },
                TopicMatch::Merged { from: 1, into: 2 },
            ]
        );
    }

    #[test]
    fn one_that_came_apart_says_so() {
        let before = topics(&[(1, &[10, 11, 12, 13, 14])]);
        assert_eq!(
            reconcile(&before, &[vec![10, 11], vec![12, 13, 14]]),
            [
                TopicMatch::Same { topic: 1, group: 1 },
                TopicMatch::Split { from: 1, group: 0 },
            ]
        );
    }

    #[test]
    fn what_nobody_speaks_of_any_more_is_gone() {
        let before = topics(&[(1, &[10, 11])]);
        assert_eq!(
            reconcile::<u32, u32>(&before, &[]),
            [TopicMatch::Gone { topic: 1 }]
        );
    }
}
