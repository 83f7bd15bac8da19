//! The bind ticket, which the client returns with the phone number. It contains the encrypted openid, so that nothing
//! is stored of a person who may be on no roster.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{ErrorKind, Refusal};
use crate::sealing::{OpenId, SealError, Sealer};

/// Time enough to read the consent and tap.
pub const TICKET_TTL: TimeDelta = TimeDelta::minutes(10);
/// Keeps tickets apart from everything else that is sealed under the same keys.
const PURPOSE: &str = "bind ticket v1";
/// Far above the longest ticket, far below what would be worth decoding.
const MAX_CHARS: usize = 1024;

#[derive(Serialize, Deserialize)]
struct Content {
    purpose: String,
    openid: String,
    #[serde(default)]
    unionid: Option<String>,
    expires_at: i64,
}

/// The WeChat account that a ticket binds. It has no `Debug`, because a unionid names a person.
pub struct Account {
    pub openid: OpenId,
    /// Known if the mini-program is bound to an Open Platform account.
    pub unionid: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadTicket {
    Invalid,
    Expired,
}

impl Refusal for BadTicket {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "bind_ticket_invalid",
            Self::Expired => "bind_ticket_expired",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Invalid => "绑定凭证无效，请重新登录。",
            Self::Expired => "绑定时间已过，请重新登录。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::NotSignedIn
    }
}

pub fn issue(sealer: &Sealer, account: &Account, now: DateTime<Utc>) -> Result<String, SealError> {
    let content = Content {
        purpose: PURPOSE.to_owned(),
        openid: account.openid.expose().to_owned(),
        unionid: account.unionid.clone(),
        expires_at: (now + TICKET_TTL).timestamp(),
    };
    let plain = serde_json::to_vec(&content).map_err(|_| SealError::Damaged)?;
    Ok(URL_SAFE_NO_PAD.encode(sealer.seal(&plain)?))
}

pub fn read(sealer: &Sealer, ticket: &str, now: DateTime<Utc>) -> Result<Account, BadTicket> {
    if ticket.len() > MAX_CHARS {
        return Err(BadTicket::Invalid);
    }
    let sealed = URL_SAFE_NO_PAD.decode(ticket).map_err(|_| BadTicket::Invalid)?;
    let plain = sealer.open(&sealed).map_err(|_| BadTicket::Invalid)?;
    let content: Content = serde_json::from_slice(&plain).map_err(|_| BadTicket::Invalid)?;
    if content.purpose != PURPOSE {
        return Err(BadTicket::Invalid);
    }
    if now.timestamp() >= content.expires_at {
        return Err(BadTicket::Expired);
    }
    Ok(Account {
        openid: OpenId::new(content.openid),
        unionid: content.unionid,
    })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::config::DataKey;

    #[test]
    fn a_ticket_carries_the_openid_unseen_and_runs_out() {
        let key = DataKey {
            id: "k1".to_owned(),
            key: STANDARD.encode([3_u8; 32]).into(),
        };
        let sealer = Sealer::new(&[key]).unwrap();
        let now: DateTime<Utc> = "2025-01-17T00:00:00Z".parse().unwrap();
        let account = Account {
            openid: OpenId::new("o-secret"),
            unionid: Some("u-secret".to_owned()),
        };
        let ticket = issue(&sealer, &account, now).unwrap();
        let inside = URL_SAFE_NO_PAD.decode(&ticket).unwrap();
        assert!(!inside.windows(8).any(|part| part == b"o-secret"));
        let back = read(&sealer, &ticket, now + TimeDelta::minutes(9)).unwrap();
        assert_eq!(
            (back.openid.expose(), back.unionid.as_deref()),
            ("o-secret", Some("u-secret"))
        );
        assert_eq!(
            read(&sealer, &ticket, now + TICKET_TTL).err(),
            Some(BadTicket::Expired)
        );
        for forged in ["", "x", &ticket[1..], &"A".repeat(2000)] {
            assert_eq!(read(&sealer, forged, now).err(), Some(BadTicket::Invalid));
        }
        // Sealed by us, but not as a ticket.
        let other = URL_SAFE_NO_PAD.encode(sealer.seal(b"13800000000").unwrap());
        assert_eq!(read(&sealer, &other, now).err(), Some(BadTicket::Invalid));
    }
}
