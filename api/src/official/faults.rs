//! Pure: which of WeChat's refusals are faults of the configuration, and what an administrator does about them.

/// The person does not follow the account.
pub const NOT_FOLLOWING: i64 = 43_004;
/// The mini-program is not linked with the account.
pub const NOT_LINKED: i64 = 85_005;
/// The mini-program's app id is wrong.
pub const WRONG_MINI_PROGRAM: i64 = 40_166;
/// The openid is not one of this account's.
const FOREIGN_OPENID: i64 = 40_003;
const UNKNOWN_TEMPLATE: i64 = 40_037;
const WRONG_DATA: i64 = 47_003;
const NO_PERMISSION: i64 = 48_001;
const WRONG_APP_ID: i64 = 40_013;
const WRONG_SECRET: i64 = 40_125;
const ADDRESS_NOT_LISTED: i64 = 40_164;

/// Returns `true` if the same message would be refused again.
#[must_use]
pub fn is_final(code: i64) -> bool {
    matches!(
        code,
        NOT_FOLLOWING
            | NOT_LINKED
            | WRONG_MINI_PROGRAM
            | FOREIGN_OPENID
            | UNKNOWN_TEMPLATE
            | WRONG_DATA
            | NO_PERMISSION
    )
}

/// Returns what is wrong with the account's configuration and what to do. Returns `None` for other codes.
#[must_use]
pub fn advice(code: i64) -> Option<&'static str> {
    Some(match code {
        NOT_LINKED => "服务号没有关联小程序（85005）。在服务号后台“小程序管理”里关联后，新的消息恢复发送。",
        WRONG_MINI_PROGRAM => {
            "小程序的 AppID 不对（40166）。检查 WECHAT_APP_ID，并与服务号关联的小程序核对。"
        }
        UNKNOWN_TEMPLATE => {
            "模板消息的模板 ID 不对（40037）。核对 wording.toml 的 [second_channel.official] 与服务号后台。"
        }
        WRONG_DATA => "模板消息的关键词与模板不符（47003）。核对 wording.toml 的 [second_channel.official]。",
        NO_PERMISSION => "服务号没有模板消息的接口权限（48001）。确认是已认证的服务号并已开通模板消息。",
        WRONG_APP_ID | WRONG_SECRET => {
            "服务号的 AppID 或 AppSecret 不对。检查 WECHAT_OA_APP_ID、WECHAT_OA_APP_SECRET。"
        }
        ADDRESS_NOT_LISTED => "服务器的 IP 不在服务号的白名单里（40164）。在服务号后台“基本配置”里加上。",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_follow_is_no_fault_of_the_configuration() {
        assert!(is_final(NOT_FOLLOWING));
        assert_eq!(advice(NOT_FOLLOWING), None);
        for code in [NOT_LINKED, WRONG_MINI_PROGRAM] {
            assert!(is_final(code) && advice(code).is_some(), "{code}");
        }
        assert!(!is_final(45_009), "a limit passes");
    }
}
