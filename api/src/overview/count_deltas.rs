//! Pure: the counts that an order's facts belong to. A recount adds the new facts and subtracts the old ones; unchanged
//! ones cancel out.

use std::collections::HashMap;
use std::ops::AddAssign;

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::UnitId;
use entity::kinds::{Channel, Grain, Light, Satisfaction, Solved, Status};

use super::facts::{OrderFacts, OutcomeKind};
use super::period::Period;

/// The whole city, beside its counties.
pub const WHOLE_CITY: &str = "";
/// All orders, beside those of a unit or of a group of categories.
pub const ALL_ORDERS: &str = "";
const UNIT: &str = "u";
const GROUP: &str = "g";

#[must_use]
pub fn unit_subject(unit: UnitId) -> String {
    format!("{UNIT}{}", unit.0.simple())
}

#[must_use]
pub fn group_subject(group: &str) -> String {
    format!("{GROUP}{group}")
}

/// The unit that a subject names.
#[must_use]
pub fn unit_of(subject: &str) -> Option<UnitId> {
    subject.strip_prefix(UNIT)?.parse().ok()
}

/// The first-level category that a subject names.
#[must_use]
pub fn group_of(subject: &str) -> Option<&str> {
    subject.strip_prefix(GROUP)
}

/// Orders in their present state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    pub orders: i64,
    pub tracked: i64,
    pub difficult: i64,
    pub demands: i64,
}

/// A counted event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub arrived_snap: i64,
    pub arrived_scan: i64,
    pub arrived_call: i64,
    pub closed: i64,
    pub response_due: i64,
    pub response_met: i64,
    pub resolution_due: i64,
    pub resolution_met: i64,
    pub satisfied: i64,
    pub basically_satisfied: i64,
    pub dissatisfied: i64,
    pub unrated: i64,
    pub solved: i64,
    pub partly_solved: i64,
    pub unsolved: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StockKey {
    pub area: String,
    pub subject: String,
    pub status: Status,
    pub light: Light,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DwellKey {
    pub area: String,
    pub status: Status,
    pub since: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FlowKey {
    pub area: String,
    pub period: Period,
    pub subject: String,
}

/// The differences to the materialized counts.
#[derive(Clone, Debug, Default)]
pub struct CountDeltas {
    pub stock: HashMap<StockKey, Stock>,
    pub dwell: HashMap<DwellKey, i64>,
    pub flow: HashMap<FlowKey, Flow>,
}

impl CountDeltas {
    pub fn add(&mut self, facts: &OrderFacts) {
        self.count(facts, 1);
    }

    pub fn subtract(&mut self, facts: &OrderFacts) {
        self.count(facts, -1);
    }

    /// Leaves out what has not moved.
    #[must_use]
    pub fn non_zero(mut self) -> Self {
        self.stock.retain(|_, stock| *stock != Stock::default());
        self.dwell.retain(|_, orders| *orders != 0);
        self.flow.retain(|_, flow| *flow != Flow::default());
        self
    }

    fn count(&mut self, facts: &OrderFacts, by: i64) {
        let subjects = subjects(facts);
        for area in [WHOLE_CITY, facts.area.as_str()] {
            self.add_stock(facts, area, &subjects, by);
            self.add_flow(facts, area, &subjects, by);
        }
    }

    fn add_stock(&mut self, facts: &OrderFacts, area: &str, subjects: &[String], by: i64) {
        let open = i64::from(facts.is_open());
        // Closed orders are counted as a whole only: no page shows a unit's closed orders of all time.
        let subjects = if facts.is_open() {
            subjects
        } else {
            subjects.get(..1).unwrap_or_default()
        };
        for subject in subjects {
            let key = StockKey {
                area: area.to_owned(),
                subject: subject.clone(),
                status: facts.status,
                light: facts.light,
            };
            *self.stock.entry(key).or_default() += Stock {
                orders: by,
                tracked: by * open * i64::from(facts.tracked),
                difficult: by * open * i64::from(facts.difficult),
                demands: by * facts.demands,
            };
        }
        if facts.is_open() {
            let key = DwellKey {
                area: area.to_owned(),
                status: facts.status,
                since: facts.since,
            };
            *self.dwell.entry(key).or_default() += by;
        }
    }

    fn add_flow(&mut self, facts: &OrderFacts, area: &str, subjects: &[String], by: i64) {
        let arrival = (facts.arrived_on, arrived(facts.channel, by));
        let outcomes = facts
            .outcomes
            .iter()
            .map(|outcome| (outcome.on, decided(outcome.what, by)));
        for (on, flow) in std::iter::once(arrival).chain(outcomes) {
            self.add_flow_on(area, subjects, on, flow);
        }
    }

    fn add_flow_on(&mut self, area: &str, subjects: &[String], on: NaiveDate, flow: Flow) {
        for grain in Grain::ALL {
            for subject in subjects {
                let key = FlowKey {
                    area: area.to_owned(),
                    period: Period::of(*grain, on),
                    subject: subject.clone(),
                };
                *self.flow.entry(key).or_default() += flow;
            }
        }
    }
}

/// All orders first.
fn subjects(facts: &OrderFacts) -> Vec<String> {
    let unit = facts.unit.map(unit_subject);
    let group = facts.group.as_deref().map(group_subject);
    std::iter::once(ALL_ORDERS.to_owned())
        .chain(unit)
        .chain(group)
        .collect()
}

fn arrived(channel: Channel, by: i64) -> Flow {
    let mut flow = Flow::default();
    match channel {
        Channel::Snap => flow.arrived_snap = by,
        Channel::Scan => flow.arrived_scan = by,
        Channel::Call => flow.arrived_call = by,
    }
    flow
}

fn decided(what: OutcomeKind, by: i64) -> Flow {
    let mut flow = Flow::default();
    match what {
        OutcomeKind::Closed => flow.closed = by,
        OutcomeKind::Response { met } => {
            flow.response_due = by;
            flow.response_met = by * i64::from(met);
        }
        OutcomeKind::Resolution { met } => {
            flow.resolution_due = by;
            flow.resolution_met = by * i64::from(met);
        }
        OutcomeKind::Unrated => flow.unrated = by,
        OutcomeKind::Verdict { result, solved } => {
            match result {
                Satisfaction::Satisfied => flow.satisfied = by,
                Satisfaction::BasicallySatisfied => flow.basically_satisfied = by,
                Satisfaction::Dissatisfied => flow.dissatisfied = by,
            }
            match solved {
                Solved::Yes => flow.solved = by,
                Solved::Partly => flow.partly_solved = by,
                Solved::No => flow.unsolved = by,
            }
        }
    }
    flow
}

impl Flow {
    #[must_use]
    pub fn arrived(&self) -> i64 {
        self.arrived_snap + self.arrived_scan + self.arrived_call
    }
}

impl AddAssign for Stock {
    fn add_assign(&mut self, other: Self) {
        let Self {
            orders,
            tracked,
            difficult,
            demands,
        } = other;
        self.orders += orders;
        self.tracked += tracked;
        self.difficult += difficult;
        self.demands += demands;
    }
}

impl AddAssign for Flow {
    fn add_assign(&mut self, other: Self) {
        self.arrived_snap += other.arrived_snap;
        self.arrived_scan += other.arrived_scan;
        self.arrived_call += other.arrived_call;
        self.closed += other.closed;
        self.response_due += other.response_due;
        self.response_met += other.response_met;
        self.resolution_due += other.resolution_due;
        self.resolution_met += other.resolution_met;
        self.satisfied += other.satisfied;
        self.basically_satisfied += other.basically_satisfied;
        self.dissatisfied += other.dissatisfied;
        self.unrated += other.unrated;
        self.solved += other.solved;
        self.partly_solved += other.partly_solved;
        self.unsolved += other.unsolved;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overview::facts::Outcome;

    fn facts() -> OrderFacts {
        OrderFacts {
            area: "A1".to_owned(),
            unit: Some(UnitId::generate()),
            group: Some("03".to_owned()),
            channel: Channel::Scan,
            status: Status::InProgress,
            light: Light::Yellow,
            tracked: true,
            difficult: false,
            demands: 2,
            since: "2025-09-08T01:00:00Z".parse().unwrap(),
            arrived_on: "2025-09-08".parse().unwrap(),
            outcomes: vec![Outcome {
                on: "2025-09-09".parse().unwrap(),
                what: OutcomeKind::Response { met: false },
            }],
        }
    }

    #[test]
    fn what_is_added_and_taken_away_leaves_nothing() {
        let mut cells = CountDeltas::default();
        cells.add(&facts_fixed());
        assert!(!cells.clone().non_zero().flow.is_empty());
        cells.subtract(&facts_fixed());
        let left = cells.non_zero();
        assert!(left.stock.is_empty() && left.dwell.is_empty() && left.flow.is_empty());
    }

    fn facts_fixed() -> OrderFacts {
        OrderFacts {
            unit: None,
            ..facts()
        }
    }

    #[test]
    fn an_order_is_counted_in_its_county_and_in_the_city_as_a_whole_for_its_unit_and_for_its_group() {
        let facts = facts();
        let mut cells = CountDeltas::default();
        cells.add(&facts);
        let unit = unit_subject(facts.unit.unwrap());
        for area in ["", "A1"] {
            for subject in ["", "g03", unit.as_str()] {
                let key = StockKey {
                    area: area.to_owned(),
                    subject: subject.to_owned(),
                    status: Status::InProgress,
                    light: Light::Yellow,
                };
                let expected = Stock {
                    orders: 1,
                    tracked: 1,
                    difficult: 0,
                    demands: 2,
                };
                assert_eq!(cells.stock.get(&key), Some(&expected), "{area} {subject}");
                let month = FlowKey {
                    area: area.to_owned(),
                    period: Period::of(Grain::Month, facts.arrived_on),
                    subject: subject.to_owned(),
                };
                let flow = cells.flow[&month];
                assert_eq!(
                    (flow.arrived_scan, flow.response_due, flow.response_met),
                    (1, 1, 0)
                );
            }
        }
        // Two areas, three subjects, five grains; arrival and outcome fall on two days of one week.
        assert_eq!(cells.flow.len(), 2 * 3 * (5 + 1));
    }

    #[test]
    fn only_what_changed_moves() {
        let before = facts();
        let after = OrderFacts {
            light: Light::Red,
            ..before.clone()
        };
        let mut cells = CountDeltas::default();
        cells.subtract(&before);
        cells.add(&after);
        let moved = cells.non_zero();
        assert!(moved.flow.is_empty() && moved.dwell.is_empty());
        // Out of yellow and into red, in two areas for three subjects.
        assert_eq!(moved.stock.len(), 12);
        assert_eq!(moved.stock.values().map(|stock| stock.orders).sum::<i64>(), 0);
    }

    #[test]
    fn what_is_over_is_no_unit_s_stock_and_stands_nowhere() {
        let closed = OrderFacts {
            status: Status::Closed,
            ..facts()
        };
        let mut cells = CountDeltas::default();
        cells.add(&closed);
        assert!(cells.dwell.is_empty());
        assert!(
            cells
                .stock
                .iter()
                .all(|(key, stock)| key.subject.is_empty() && stock.tracked == 0)
        );
    }

    #[test]
    fn subjects_are_read_back() {
        let unit = UnitId::generate();
        assert_eq!(unit_of(&unit_subject(unit)), Some(unit));
        assert_eq!(unit_of(ALL_ORDERS), None);
        assert_eq!(group_of(&group_subject("03")), Some("03"));
        assert_eq!(unit_of("g03"), None);
    }
}
