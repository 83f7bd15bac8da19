//! Pure: the name of what a number counts, e.g. `now.rated.area:410302`. The number, the list of its orders and its
//! definition all derive from it, so they cannot differ.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, Weekday};
use entity::ids::TopicId;
use entity::kinds::{Channel, EventAction, Light, Satisfaction, Solved, Status};

use crate::insight::reports::facts::{ComparedPeriod, ReportFact};
use crate::overview::facts::OutcomeKind;

/// The counting rule of a measure.
#[derive(Clone, Copy)]
enum Counting {
    /// Orders that arrived in the period, in their state at the time of the report.
    Orders(fn(&ReportFact) -> bool),
    /// Decisions in the period, whenever the order arrived: an order may count more than once.
    Decided(fn(OutcomeKind) -> bool),
}

use Counting::{Decided, Orders};

macro_rules! measures {
    ($($(#[$doc:meta])* $name:ident $text:literal $label:expr => $counting:expr;)*) => {
        /// A counted property.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Measure { $($(#[$doc])* $name,)* }

        impl Measure {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Returns the name in tables.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            fn counting(self) -> Counting {
                match self { $(Self::$name => $counting,)* }
            }
        }
    };
}

measures! {
    /// Orders that arrived and were not withdrawn.
    Arrived "arrived" "受理" => Orders(|fact| fact.status != Status::Cancelled);
    /// Counts delegates, not orders; its list shows their orders.
    Delegates "delegates" "参与代表" => Self::Arrived.counting();
    Cancelled "cancelled" EventAction::Cancelled.label() => Orders(|fact| fact.status == Status::Cancelled);
    Closed "closed" Status::Closed.label() => Orders(|fact| fact.status == Status::Closed);
    Open "open" Status::InProgress.label() => Orders(|fact| !fact.status.is_over());
    Triage "triage" Status::Triage.label() => Orders(|fact| matches!(fact.status, Status::Triage | Status::Submitted));
    /// Denominator of the response rate.
    ResponseJudged "response_judged" "应响应" => Decided(|what| matches!(what, OutcomeKind::Response { .. }));
    ResponseInTime "response_in_time" "按时响应" => Decided(|what| what == OutcomeKind::Response { met: true });
    ResolutionJudged "resolution_judged" "应办结" => Decided(|what| matches!(what, OutcomeKind::Resolution { .. }));
    ResolutionInTime "resolution_in_time" "按时办结" => Decided(|what| what == OutcomeKind::Resolution { met: true });
    ResolutionLate "resolution_late" Light::Red.label() => Decided(|what| what == OutcomeKind::Resolution { met: false });
    /// Denominator of the satisfaction and solution rates: judged, or closed without a verdict.
    Judgeable "judgeable" "应评价" => Decided(|what| matches!(what, OutcomeKind::Verdict { .. } | OutcomeKind::Unrated));
    Satisfied "satisfied" Satisfaction::Satisfied.label() => Decided(|what| result_of(what) == Some(Satisfaction::Satisfied));
    Basically "basically_satisfied" Satisfaction::BasicallySatisfied.label() => Decided(|what| result_of(what) == Some(Satisfaction::BasicallySatisfied));
    Dissatisfied "dissatisfied" Satisfaction::Dissatisfied.label() => Decided(|what| result_of(what) == Some(Satisfaction::Dissatisfied));
    Unrated "unrated" "未评价" => Decided(|what| what == OutcomeKind::Unrated);
    Solved "solved" Solved::Yes.label() => Decided(|what| matches!(what, OutcomeKind::Verdict { solved: Solved::Yes, .. }));
    SecondRound "second_round" "二次办理" => Orders(|fact| fact.round > 1);
    Difficult "difficult" "疑难" => Orders(|fact| fact.difficult);
    Tracked "tracked" EventAction::Tracked.label() => Orders(|fact| fact.tracked);
    Extended "extended" "延期" => Orders(|fact| fact.extensions > 0);
    Returned "returned" EventAction::Returned.label() => Orders(|fact| fact.returns > 0);
    Urged "urged" "人工催办" => Orders(|fact| fact.urges > 0);
    Supervised "supervised" EventAction::SupervisionOrder.label() => Orders(|fact| fact.supervision_orders > 0);
    Endorsed "endorsed" "有代表附议" => Orders(|fact| fact.endorsements > 0);
}

fn result_of(what: OutcomeKind) -> Option<Satisfaction> {
    match what {
        OutcomeKind::Verdict { result, .. } => Some(result),
        _ => None,
    }
}

impl Measure {
    /// How often it counts an order in a period.
    #[must_use]
    pub fn times(self, fact: &ReportFact, when: ComparedPeriod) -> u64 {
        match self.counting() {
            Orders(holds) => u64::from(fact.when == Some(when) && holds(fact)),
            Decided(holds) => {
                let counted = fact.decided.iter().filter(|decided| decided.when == when);
                counted.filter(|decided| holds(decided.what)).count() as u64
            }
        }
    }
}

/// One value of one dimension; the text is a code or an id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    Area(String),
    Category(String),
    /// A category within a county.
    CategoryArea(String, String),
    Unit(String),
    /// 高频问题群
    Topic(TopicId),
    Channel(Channel),
    /// By its Monday.
    Week(NaiveDate),
}

impl Dimension {
    /// Returns the week of a day.
    #[must_use]
    pub fn week_of(day: NaiveDate) -> Self {
        Self::Week(day.week(Weekday::Mon).first_day())
    }

    /// Whether an order has this value.
    #[must_use]
    pub fn holds(&self, fact: &ReportFact) -> bool {
        match self {
            Self::Area(code) => fact.area.as_ref() == Some(code),
            Self::Category(code) => fact.category.as_ref() == Some(code),
            Self::CategoryArea(category, area) => {
                fact.category.as_ref() == Some(category) && fact.area.as_ref() == Some(area)
            }
            Self::Unit(id) => fact.unit.is_some_and(|unit| unit.to_string() == *id),
            Self::Topic(id) => fact.topics.contains(id),
            Self::Channel(channel) => fact.channel == *channel,
            Self::Week(_) => *self == Self::week_of(fact.day),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Area(code) => write!(f, "area:{code}"),
            Self::Category(code) => write!(f, "category:{code}"),
            Self::CategoryArea(category, area) => write!(f, "category_area:{category}+{area}"),
            Self::Unit(id) => write!(f, "unit:{id}"),
            Self::Topic(id) => write!(f, "topic:{id}"),
            Self::Channel(channel) => write!(f, "channel:{channel}"),
            Self::Week(monday) => write!(f, "week:{monday}"),
        }
    }
}

impl FromStr for Dimension {
    type Err = UnknownSlice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (dimension, value) = text.split_once(':').ok_or(UnknownSlice)?;
        match dimension {
            "area" => Ok(Self::Area(value.to_owned())),
            "category" => Ok(Self::Category(value.to_owned())),
            "category_area" => {
                let (category, area) = value.split_once('+').ok_or(UnknownSlice)?;
                Ok(Self::CategoryArea(category.to_owned(), area.to_owned()))
            }
            "unit" => Ok(Self::Unit(value.to_owned())),
            "topic" => value.parse().map(Self::Topic).map_err(|_| UnknownSlice),
            "channel" => value.parse().map(Self::Channel).map_err(|_| UnknownSlice),
            "week" => value.parse().map(Self::Week).map_err(|_| UnknownSlice),
            _ => Err(UnknownSlice),
        }
    }
}

/// The counted orders.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slice {
    pub when: ComparedPeriod,
    pub measure: Measure,
    pub of: Option<Dimension>,
}

/// A text that names no slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownSlice;

impl Slice {
    #[must_use]
    pub fn now(measure: Measure) -> Self {
        Self {
            when: ComparedPeriod::Now,
            measure,
            of: None,
        }
    }

    #[must_use]
    pub fn before(measure: Measure) -> Self {
        Self {
            when: ComparedPeriod::Before,
            ..Self::now(measure)
        }
    }

    #[must_use]
    pub fn of(mut self, of: Dimension) -> Self {
        self.of = Some(of);
        self
    }

    /// How often it counts an order.
    #[must_use]
    pub fn times(&self, fact: &ReportFact) -> u64 {
        if self.of.as_ref().is_none_or(|of| of.holds(fact)) {
            self.measure.times(fact, self.when)
        } else {
            0
        }
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = match self.when {
            ComparedPeriod::Now => "now",
            ComparedPeriod::Before => "before",
        };
        write!(f, "{when}.{}", self.measure.as_str())?;
        match &self.of {
            Some(of) => write!(f, ".{of}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Slice {
    type Err = UnknownSlice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '.');
        let when = match parts.next() {
            Some("now") => ComparedPeriod::Now,
            Some("before") => ComparedPeriod::Before,
            _ => return Err(UnknownSlice),
        };
        let name = parts.next().ok_or(UnknownSlice)?;
        let measure = Measure::ALL.iter().find(|measure| measure.as_str() == name);
        let of = parts.next().map(str::parse).transpose()?;
        Ok(Self {
            when,
            measure: *measure.ok_or(UnknownSlice)?,
            of,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slice_is_read_back_from_its_name() {
        for measure in Measure::ALL {
            for slice in [
                Slice::now(*measure),
                Slice::before(*measure).of(Dimension::Area("410302".to_owned())),
                Slice::now(*measure).of(Dimension::Channel(Channel::Scan)),
                Slice::now(*measure).of(Dimension::CategoryArea("0801".to_owned(), "410302".to_owned())),
                Slice::now(*measure).of(Dimension::Topic(TopicId::generate())),
            ] {
                assert_eq!(slice.to_string().parse(), Ok(slice));
            }
        }
        for wrong in [
            "",
            "now",
            "now.nothing",
            "later.arrived",
            "now.arrived.moon:1",
            "now.arrived.channel:x",
            "now.arrived.category_area:0801",
        ] {
            assert_eq!(wrong.parse::<Slice>(), Err(UnknownSlice), "{wrong}");
        }
    }
}
