//! Pure: whether a rise is more than chance, and how a comparison is said.

use crate::overview::rates;

/// Below this many, a count is no ground for a percentage or a finding.
pub const MIN_COUNT: u64 = 5;
/// Below this many, a rate is marked and not compared; the same as on the screen.
pub const MIN_DENOMINATOR: u64 = rates::MIN_DENOMINATOR.cast_unsigned();

/// The chance of at least `now` out of `now + before` events falling into the present period, were both periods as busy
/// by day: a binomial tail.
///
/// `share` is the present period's part of all days. Source: the conditional test of two Poisson rates (Przyborowski
/// and Wilenski 1940).
#[must_use]
pub fn rise_p_value(now: u64, before: u64, share: f64) -> f64 {
    let total = now + before;
    if total == 0 || now == 0 {
        return 1.0;
    }
    let (ln_p, ln_q) = (share.ln(), (1.0 - share).ln());
    let term = |k: u64| (ln_choose(total, k) + k as f64 * ln_p + (total - k) as f64 * ln_q).exp();
    (now..=total).map(term).sum::<f64>().min(1.0)
}

fn ln_choose(n: u64, k: u64) -> f64 {
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// Exact sums for small numbers, Stirling's series beyond.
fn ln_factorial(n: u64) -> f64 {
    if n < 256 {
        return (2..=n).map(|i| (i as f64).ln()).sum();
    }
    let x = n as f64;
    x * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI * x).ln() + 1.0 / (12.0 * x)
}

/// Above this a percentage says less than the numbers themselves.
const MAX_PERCENT: f64 = 100.0;

/// How a count has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    /// There was nothing before.
    New,
    /// `增加5件`: the base is too small or the change too large for a percentage.
    By(String),
    /// `增加2件，上升20.0%`
    WithPercent(String),
}

/// Compares two counts. A percentage is given only of at least [`MIN_DENOMINATOR`] and up to 100%.
#[must_use]
pub fn change(now: u64, before: u64) -> Change {
    let difference = now.abs_diff(before);
    let (verb, direction) = match now.cmp(&before) {
        std::cmp::Ordering::Equal => return Change::Same,
        std::cmp::Ordering::Greater => ("增加", "上升"),
        std::cmp::Ordering::Less => ("减少", "下降"),
    };
    if before == 0 {
        return Change::New;
    }
    let percent = difference as f64 * 100.0 / before as f64;
    if before < MIN_DENOMINATOR || percent > MAX_PERCENT {
        return Change::By(format!("{verb}{difference}件"));
    }
    Change::WithPercent(format!("{verb}{difference}件，{direction}{percent:.1}%"))
}

/// An expected count as people say it: never `0.0件`.
#[must_use]
pub fn expected(count: f64) -> String {
    if count < 0.5 {
        "往常几乎没有这类反映".to_owned()
    } else if count < 1.5 {
        "往常约1件".to_owned()
    } else {
        format!("往常约{count:.0}件")
    }
}

/// The change of a rate in percentage points: `上升3.2个百分点`.
#[must_use]
pub fn change_of_rate(now: (u64, u64), before: (u64, u64)) -> Option<String> {
    let rate = |(numerator, denominator): (u64, u64)| {
        (denominator >= MIN_DENOMINATOR).then(|| numerator as f64 * 100.0 / denominator as f64)
    };
    let points = rate(now)? - rate(before)?;
    Some(if points.abs() < 0.05 {
        "持平".to_owned()
    } else if points > 0.0 {
        format!("上升{points:.1}个百分点")
    } else {
        format!("下降{:.1}个百分点", -points)
    })
}

/// `92.3%`; none of nothing.
#[must_use]
pub fn percent(numerator: u64, denominator: u64) -> Option<String> {
    (denominator > 0).then(|| format!("{:.1}%", numerator as f64 * 100.0 / denominator as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_of_a_rise_is_the_binomial_tail() {
        // Checked by hand: P(X ≥ 8 | n = 10, p = 1/2) = (45 + 10 + 1) / 1024.
        assert!((rise_p_value(8, 2, 0.5) - 56.0 / 1024.0).abs() < 1e-12);
        assert!((rise_p_value(5, 0, 0.5) - 1.0 / 32.0).abs() < 1e-12);
        assert_eq!(rise_p_value(0, 7, 0.5), 1.0);
        // The same share of a thousand is far surer than of ten, and Stirling's series meets the exact sums.
        assert!(rise_p_value(800, 200, 0.5) < 1e-9);
        assert!((ln_factorial(256) - ln_factorial(255) - 256f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn changes_are_said_in_words_where_a_percentage_would_mislead() {
        let with_percent = |text: &str| Change::WithPercent(text.to_owned());
        assert_eq!(change(12, 10), with_percent("增加2件，上升20.0%"));
        assert_eq!(change(10, 20), with_percent("减少10件，下降50.0%"));
        assert_eq!(change(7, 2), Change::By("增加5件".to_owned()));
        // 2120.0% is nothing that anybody reads aloud.
        assert_eq!(change(222, 10), Change::By("增加212件".to_owned()));
        assert_eq!(change(3, 3), Change::Same);
        assert_eq!(change(3, 0), Change::New);
        assert_eq!(
            change_of_rate((9, 10), (8, 10)).as_deref(),
            Some("上升10.0个百分点")
        );
        assert_eq!(change_of_rate((9, 9), (8, 10)), None);
        assert_eq!(percent(1, 3).as_deref(), Some("33.3%"));
        assert_eq!(percent(0, 0), None);
        for (count, said) in [
            (0.0, "往常几乎没有这类反映"),
            (0.9, "往常约1件"),
            (7.6, "往常约8件"),
        ] {
            assert_eq!(expected(count), said);
        }
    }
}
