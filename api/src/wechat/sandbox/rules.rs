//! The behaviour of the stand-in: limits, seeded words, blocked people. Each field can be set alone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Openids that WeChat's risk control blocks (40226).
    pub blocked: BTreeSet<String>,
    /// Openids or template ids that may not have subscribe messages (43107).
    pub banned: BTreeSet<String>,
    /// Words no subscribe message may hold (45168).
    pub sensitive_words: Vec<String>,
    /// Words that `msg_sec_check` finds risky.
    pub risky_words: Vec<String>,
    /// Words that `msg_sec_check` sends to review.
    pub review_words: Vec<String>,
    /// Pages of the released mini-program; empty takes any.
    pub pages: BTreeSet<String>,
    /// The account is bound to the Open Platform: people have a unionid too.
    pub open_platform: bool,
    /// The caller's address is not on the white list (40164).
    pub ip_refused: bool,
    /// The app secret is frozen (40243).
    pub frozen: bool,
    pub logins_per_minute: u32,
    pub tokens_per_minute: u32,
    pub tokens_per_day: u32,
    pub phone_numbers_per_minute: u32,
    pub messages_per_day: u32,
    pub codes_per_minute: u32,
    pub links_per_second: u32,
    pub texts_per_minute: u32,
    pub media_per_minute: u32,
    /// How long after the call a picture is looked at, in real time.
    pub media_delay_ms: u64,
    /// A picture WeChat could not fetch passes all the same, as has been reported of WeChat.
    pub unreachable_media_pass: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            blocked: BTreeSet::new(),
            banned: BTreeSet::new(),
            sensitive_words: vec!["敏感词样例".to_owned()],
            risky_words: vec!["违规词样例".to_owned()],
            review_words: vec!["待审词样例".to_owned()],
            pages: BTreeSet::new(),
            open_platform: false,
            ip_refused: false,
            frozen: false,
            logins_per_minute: 100,
            tokens_per_minute: 10_000,
            tokens_per_day: 500_000,
            phone_numbers_per_minute: 5_000,
            messages_per_day: 10_000_000,
            codes_per_minute: 5_000,
            links_per_second: 100,
            texts_per_minute: 4_000,
            media_per_minute: 2_000,
            media_delay_ms: 0,
            unreachable_media_pass: false,
        }
    }
}
