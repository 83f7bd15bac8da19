//! Faults of the next calls of an endpoint.

use serde::{Deserialize, Serialize};

/// An injected fault and its count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InjectedFault {
    /// WeChat's path, or its last parts: `/cgi-bin/message/subscribe/send`, `subscribe/send`, `send`.
    pub endpoint: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errcode: Option<i64>,
    /// A gateway's HTML page with this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Delay of the response in real time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// The connection is lost before the answer is out.
    #[serde(default)]
    pub drop: bool,
    /// Another content type for the same answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Whether the call is carried out first. By default it is, unless `errcode` or `http_status` refuses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept: Option<bool>,
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

impl InjectedFault {
    #[must_use]
    pub fn carries_out(&self) -> bool {
        let refuses = self.errcode.is_some() || self.http_status.is_some();
        self.accept.unwrap_or(!refuses)
    }

    /// Does anything at all.
    #[must_use]
    pub fn is_felt(&self) -> bool {
        self.errcode.is_some()
            || self.http_status.is_some()
            || self.delay_ms.is_some()
            || self.drop
            || self.content_type.is_some()
    }

    #[must_use]
    pub fn is_for(&self, path: &str) -> bool {
        let endpoint = self.endpoint.trim_matches('/');
        let path = path.trim_start_matches('/');
        path.strip_suffix(endpoint)
            .is_some_and(|rest| !endpoint.is_empty() && (rest.is_empty() || rest.ends_with('/')))
    }
}

#[derive(Default)]
pub struct InjectedFaults(Vec<InjectedFault>);

impl InjectedFaults {
    pub fn add(&mut self, fault: InjectedFault) {
        self.0.push(fault);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    #[must_use]
    pub fn list(&self) -> Vec<InjectedFault> {
        self.0.clone()
    }

    /// The fault for this call, which is thereby used up once; earlier ones first.
    pub fn take(&mut self, path: &str) -> Option<InjectedFault> {
        self.0.retain(|fault| fault.times > 0);
        let fault = self.0.iter_mut().find(|fault| fault.is_for(path))?;
        fault.times -= 1;
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(endpoint: &str, times: u32) -> InjectedFault {
        InjectedFault {
            endpoint: endpoint.to_owned(),
            times,
            ..InjectedFault::default()
        }
    }

    #[test]
    fn an_endpoint_is_named_by_its_path_or_its_last_parts() {
        for name in [
            "/cgi-bin/message/subscribe/send",
            "subscribe/send",
            "send",
            "/send/",
        ] {
            assert!(fault(name, 1).is_for("/cgi-bin/message/subscribe/send"), "{name}");
        }
        for name in ["", "/", "end", "subscribe", "send/x"] {
            assert!(
                !fault(name, 1).is_for("/cgi-bin/message/subscribe/send"),
                "{name}"
            );
        }
    }

    #[test]
    fn a_fault_is_used_up_after_its_times() {
        let mut faults = InjectedFaults::default();
        faults.add(fault("send", 2));
        faults.add(fault("send", 1));
        assert!(faults.take("/a/other").is_none());
        let taken = (0..4).filter(|_| faults.take("/a/send").is_some()).count();
        assert_eq!(taken, 3);
    }

    #[test]
    fn what_refuses_is_not_carried_out_unless_told() {
        let mut refusing = fault("send", 1);
        assert!(refusing.carries_out());
        refusing.http_status = Some(502);
        assert!(!refusing.carries_out());
        refusing.accept = Some(true);
        assert!(refusing.carries_out());
    }
}
