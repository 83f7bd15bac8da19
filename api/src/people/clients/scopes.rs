//! Pure: the scopes of an API key. Every path that no scope names is closed to clients.

/// A right that an administrator gives to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientScope {
    OrdersRead,
    OrdersWrite,
    Link,
    Open311,
    Export,
}

impl ClientScope {
    pub const ALL: [Self; 5] = [
        Self::OrdersRead,
        Self::OrdersWrite,
        Self::Link,
        Self::Open311,
        Self::Export,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrdersRead => "orders:read",
            Self::OrdersWrite => "orders:write",
            Self::Link => "link",
            Self::Open311 => "open311",
            Self::Export => "export",
        }
    }

    /// The rights of the scope, for administrators.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::OrdersRead => "读取工单",
            Self::OrdersWrite => "办理工单",
            Self::Link => "与热线平台对接",
            Self::Open311 => "Open311 接口",
            Self::Export => "导出变更",
        }
    }

    /// Returns `None` if no scope has this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// Paths under `/api/v1` that a client with `orders:read` may get.
const READABLE: [&str; 6] = [
    "/orders",
    "/photos",
    "/areas",
    "/categories",
    "/units",
    "/hot-topics",
];

/// The scope that a request needs; `None` if no client may make it.
#[must_use]
pub fn needed(method: &str, path: &str) -> Option<ClientScope> {
    if path.starts_with("/open311/") {
        return Some(ClientScope::Open311);
    }
    let path = path.strip_prefix("/api/v1")?;
    let below =
        |root: &str| path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
    match method {
        "GET" | "HEAD" if below("/orders/changes") => Some(ClientScope::Export),
        "GET" | "HEAD" if READABLE.iter().any(|root| below(root)) => Some(ClientScope::OrdersRead),
        "POST" if below("/link") => Some(ClientScope::Link),
        // Suggesting changes nothing.
        "POST" if path == "/categories/suggest" => Some(ClientScope::OrdersRead),
        "POST" if below("/orders") || path == "/photos" => Some(ClientScope::OrdersWrite),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_needs_one_scope() {
        for (method, path, scope) in [
            ("GET", "/api/v1/orders", Some(ClientScope::OrdersRead)),
            ("GET", "/api/v1/orders/changes", Some(ClientScope::Export)),
            (
                "GET",
                "/api/v1/orders/T20250117000725",
                Some(ClientScope::OrdersRead),
            ),
            (
                "POST",
                "/api/v1/orders/T20250117000725/accept",
                Some(ClientScope::OrdersWrite),
            ),
            ("POST", "/api/v1/link/events", Some(ClientScope::Link)),
            ("GET", "/open311/v2/requests.json", Some(ClientScope::Open311)),
            ("GET", "/api/v1/clients", None),
            ("POST", "/api/v1/webhooks", None),
            ("GET", "/api/v1/ordersx", None),
            ("DELETE", "/api/v1/orders/T20250117000725", None),
            ("GET", "/console/orders", None),
        ] {
            assert_eq!(needed(method, path), scope, "{method} {path}");
        }
    }

    #[test]
    fn every_name_is_parsed_again() {
        for scope in ClientScope::ALL {
            assert_eq!(ClientScope::parse(scope.as_str()), Some(scope));
        }
    }
}
