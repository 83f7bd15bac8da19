//! Pure: the activity of many delegates together, and by county.

use std::collections::BTreeMap;

use crate::overview::delegates::DelegateLine;

/// Numbers of several delegates together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub delegates: i64,
    /// Those who reported, endorsed or judged.
    pub active: i64,
    pub reported: i64,
    pub endorsed: i64,
    pub judged: i64,
    pub to_judge: i64,
}

/// The delegates of one county.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The county's name.
    pub area: String,
    pub totals: Totals,
}

impl Totals {
    #[must_use]
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a DelegateLine>) -> Self {
        let mut totals = Self::default();
        for line in lines {
            totals.add(line);
        }
        totals
    }

    fn add(&mut self, line: &DelegateLine) {
        self.delegates += 1;
        self.active += i64::from(line.done() > 0);
        self.reported += line.reported;
        self.endorsed += line.endorsed;
        self.judged += line.judged;
        self.to_judge += line.to_judge;
    }

    /// Returns the numbers in a sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let Self {
            delegates, active, ..
        } = self;
        let share = (active * 100).checked_div(*delegates);
        let share = share.map(|share| format!("，占 {share}%")).unwrap_or_default();
        let waiting = match self.to_judge {
            0 => "没有答复等待评价".to_owned(),
            count => format!("还有 {count} 件答复等待评价"),
        };
        format!(
            "名册上 {delegates} 名代表中，{active} 名本期有履职记录{share}；反映事项 {} 件，附议 {} 次，评价 {} 次，{waiting}。",
            self.reported, self.endorsed, self.judged
        )
    }
}

/// Returns the counties by the number of reports, the most first. Empty if there is only one.
#[must_use]
pub fn by_county(lines: &[DelegateLine]) -> Vec<Group> {
    let mut counties: BTreeMap<&str, Totals> = BTreeMap::new();
    for line in lines {
        if let Some(area) = line.area.as_deref() {
            counties.entry(area).or_default().add(line);
        }
    }
    if counties.len() < 2 {
        return Vec::new();
    }
    let mut groups: Vec<Group> = counties
        .into_iter()
        .map(|(area, totals)| Group {
            area: area.to_owned(),
            totals,
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.totals.reported));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::ids::PersonId;

    fn line(area: &str, reported: i64) -> DelegateLine {
        DelegateLine {
            person: PersonId::generate(),
            name: "代表".to_owned(),
            level: None,
            area: Some(area.to_owned()),
            reported,
            endorsed: 0,
            judged: 0,
            to_judge: 0,
        }
    }

    #[test]
    fn counties_are_ranked_by_reports_and_a_single_one_is_not() {
        let lines = [line("甲县", 1), line("乙县", 3), line("乙县", 0)];
        let groups = by_county(&lines);
        let ranked: Vec<(&str, i64, i64)> = groups
            .iter()
            .map(|group| (group.area.as_str(), group.totals.active, group.totals.delegates))
            .collect();
        assert_eq!(ranked, [("乙县", 1, 2), ("甲县", 1, 1)]);
        assert!(by_county(&lines[..1]).is_empty());
    }

    #[test]
    fn a_summary_without_delegates_has_no_share() {
        assert!(!Totals::default().summary().contains('%'));
        let one = Totals::of(&[line("甲县", 2), line("甲县", 0)]);
        assert!(one.summary().contains("占 50%"), "{}", one.summary());
    }
}
