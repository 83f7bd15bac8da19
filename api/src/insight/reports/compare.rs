//! Whether a rise is more than chance, and how a comparison is said. Pure.

use crate::overview::rates;

/// Below this many, a count is no ground for a percentage or a finding.
pub const MIN_COUNT: u64 = 5;
/// Below this many, a rate is marked and not compared; the same as on the screen.
pub const MIN_DENOMINATOR: u64 = rates::MIN_DENOMINATOR.cast_unsigned();

/// The chance of at least `now` out of `now + before` events falling into the present period, were both
/// periods as busy by day: a binomial tail. `share` is the present period's part of all days.
/// Source: the conditional test of two Poisson rates (Przyborowski and Wilenski 1940).
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

/// The change as people say it: `增加 12 件（上升 20.0%）`.
#[must_use]
pub fn change(now: u64, before: u64) -> String {
    let difference = now.abs_diff(before);
    let verb = match now.cmp(&before) {
        std::cmp::Ordering::Equal => return "持平".to_owned(),
        std::cmp::Ordering::Greater => ("增加", "上升"),
        std::cmp::Ordering::Less => ("减少", "下降"),
    };
    if before < MIN_COUNT {
        return format!("{} {difference} 件", verb.0);
    }
    let percent = difference as f64 * 100.0 / before as f64;
    format!("{} {difference} 件（{} {percent:.1}%）", verb.0, verb.1)
}

/// The change of a rate in percentage points: `上升 3.2 个百分点`.
#[must_use]
pub fn change_of_rate(now: (u64, u64), before: (u64, u64)) -> Option<String> {
    let rate = |(numerator, denominator): (u64, u64)| {
        (denominator >= MIN_DENOMINATOR).then(|| numerator as f64 * 100.0 / denominator as f64)
    };
    let points = rate(now)? - rate(before)?;
    Some(if points.abs() < 0.05 {
        "持平".to_owned()
    } else if points > 0.0 {
        format!("上升 {points:.1} 个百分点")
    } else {
        format!("下降 {:.1} 个百分点", -points)
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
    fn changes_are_said_in_words_and_small_numbers_without_percent() {
        assert_eq!(change(12, 10), "增加 2 件（上升 20.0%）");
        assert_eq!(change(10, 20), "减少 10 件（下降 50.0%）");
        assert_eq!(change(7, 2), "增加 5 件");
        assert_eq!(change(3, 3), "持平");
        assert_eq!(
            change_of_rate((9, 10), (8, 10)).as_deref(),
            Some("上升 10.0 个百分点")
        );
        assert_eq!(change_of_rate((9, 9), (8, 10)), None);
        assert_eq!(percent(1, 3).as_deref(), Some("33.3%"));
        assert_eq!(percent(0, 0), None);
    }
}
