//! The variables of the mail with the record's checkpoints; off unless a recipient is named.

use lettre::message::Mailbox;
use secrecy::SecretString;
use url::Url;

use super::Vars;

/// Where checkpoints are mailed to, and by which server.
#[derive(Clone, Debug)]
pub struct CheckpointMailConfig {
    /// `smtps://user:password@host:465`, or `smtp://…?tls=required` for STARTTLS. Without TLS only when nobody signs in,
    /// or on this machine.
    pub server: SecretString,
    pub from: Mailbox,
    pub to: Vec<Mailbox>,
}

impl Vars<'_> {
    pub(super) fn checkpoint_mail(&mut self) -> Option<CheckpointMailConfig> {
        let name = "ZHITONG_CHECKPOINT_MAIL_TO";
        let recipients = self.optional(name)?;
        let to: Vec<Option<Mailbox>> = recipients
            .split(',')
            .map(|address| self.mailbox(name, address))
            .collect();
        let why = "checkpoints are mailed to ZHITONG_CHECKPOINT_MAIL_TO";
        let sender = self.required("ZHITONG_MAIL_FROM", why);
        let server = self.required("ZHITONG_SMTP_URL", why);
        self.check_smtp_url(&server);
        Some(CheckpointMailConfig {
            from: self.mailbox("ZHITONG_MAIL_FROM", &sender)?,
            to: to.into_iter().collect::<Option<_>>()?,
            server: server.into(),
        })
    }

    /// Parses an address; anything else is a fault, except an empty text, which is one already.
    fn mailbox(&mut self, name: &str, text: &str) -> Option<Mailbox> {
        let parsed = text.trim().parse().ok();
        if parsed.is_none() && !text.is_empty() {
            self.fault(
                name,
                "must be an address such as 存证 <record@zhitong.example.cn>",
            );
        }
        parsed
    }

    fn check_smtp_url(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let name = "ZHITONG_SMTP_URL";
        let Some(url) = Url::parse(text).ok().filter(|url| {
            let tls: Vec<_> = url.query_pairs().collect();
            let is_known = match (url.scheme(), tls.as_slice()) {
                ("smtps" | "smtp", []) => true,
                ("smtp", [(key, value)]) => key == "tls" && value == "required",
                _ => false,
            };
            is_known && url.has_host()
        }) else {
            self.fault(
                name,
                "must be smtps://user:password@host:465, smtp://user:password@host:587?tls=required or smtp://host:25",
            );
            return;
        };
        let is_plain = url.scheme() == "smtp" && url.query().is_none();
        let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if is_plain && url.password().is_some() && !is_local {
            self.fault(
                name,
                "sends a password without TLS; use smtps:// or add ?tls=required",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings with this server, and their faults.
    fn read(server: &str) -> (Option<CheckpointMailConfig>, Vec<String>) {
        let lookup = |name: &str| {
            let value = match name {
                "ZHITONG_CHECKPOINT_MAIL_TO" => "a@rd.example.cn, 监察司法委 <b@rd.example.cn>",
                "ZHITONG_MAIL_FROM" => "record@zhitong.example.cn",
                "ZHITONG_SMTP_URL" => server,
                _ => return None,
            };
            Some(value.to_owned())
        };
        let mut vars = Vars::new(&lookup);
        let mail = vars.checkpoint_mail();
        (mail, vars.faults)
    }

    #[test]
    fn checkpoints_are_mailed_with_tls_or_without_a_password() {
        for server in [
            "smtps://record:secret@mail.example.cn",
            "smtp://record:secret@mail.example.cn:587?tls=required",
            "smtp://record:secret@localhost:25",
            "smtp://mail.example.cn",
        ] {
            let (mail, faults) = read(server);
            assert_eq!(faults, Vec::<String>::new(), "{server}");
            let mail = mail.unwrap();
            assert_eq!(mail.to.len(), 2);
            assert!(!format!("{mail:?}").contains("secret"), "secrets do not print");
        }
        for server in [
            "smtp://record:secret@mail.example.cn",
            "smtp://mail.example.cn?tls=opportunistic",
            "https://mail.example.cn",
            "mail.example.cn:25",
            "",
        ] {
            let (_, faults) = read(server);
            assert_eq!(faults.len(), 1, "{server}: {faults:?}");
            assert!(faults[0].starts_with("ZHITONG_SMTP_URL: "), "{faults:?}");
        }
    }

    #[test]
    fn nothing_is_mailed_unless_a_recipient_is_named() {
        let nothing = |_: &str| -> Option<String> { None };
        let mut vars = Vars::new(&nothing);
        assert!(vars.checkpoint_mail().is_none() && vars.faults.is_empty());
    }
}
