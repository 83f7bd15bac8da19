//! An SMTP server on a free port that stores the messages it receives.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// The reply to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailReply {
    Accept,
    /// 451 to every recipient.
    Later,
    /// 550 to every recipient.
    Refuse,
}

/// A message as it arrived.
#[derive(Clone, Debug)]
pub struct ReceivedMail {
    pub recipients: Vec<String>,
    pub text: String,
}

impl ReceivedMail {
    /// The value of a header field on one line.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let start = format!("{name}: ");
        let line = self.text.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_default()
    }

    /// Decodes the attachment, which is in base64.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn attachment(&self) -> Vec<u8> {
        use base64::Engine as _;
        let part = self.text.split("\r\nContent-Disposition: attachment").nth(1);
        let part = part.expect("an attachment");
        assert!(part.contains("Content-Transfer-Encoding: base64"), "{part}");
        let (_, body) = part.split_once("\r\n\r\n").expect("a body");
        let body: String = body.lines().take_while(|line| !line.starts_with("--")).collect();
        base64::engine::general_purpose::STANDARD
            .decode(body)
            .expect("base64")
    }
}

#[derive(Default)]
struct State {
    received: Vec<ReceivedMail>,
    reply: Option<MailReply>,
}

/// The server. It ends with the test's process.
pub struct MailServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl MailServer {
    /// Starts a server that accepts everything.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || converse(&stream, &shared));
            }
        });
        Self { address, state }
    }

    /// The settings for the product.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Sets the reply to later messages.
    pub fn reply(&self, reply: MailReply) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).reply = Some(reply);
    }

    /// The messages so far, oldest first.
    #[must_use]
    pub fn received(&self) -> Vec<ReceivedMail> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.received.clone()
    }
}

/// Serves one connection until the client leaves.
fn converse(stream: &TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut writer = stream;
    let mut lines = BufReader::new(stream).lines();
    let mut say = move |line: &str| writer.write_all(format!("{line}\r\n").as_bytes()).ok();
    let mut recipients = Vec::new();
    say("220 localhost ESMTP")?;
    loop {
        let line = lines.next()?.ok()?;
        let reply = state.lock().unwrap_or_else(PoisonError::into_inner).reply;
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match (verb.as_str(), reply.unwrap_or(MailReply::Accept)) {
            ("RCPT", MailReply::Later) => say("451 4.3.2 <committee@example.cn> try again later")?,
            ("RCPT", MailReply::Refuse) => say("550 5.1.1 <committee@example.cn> no such user")?,
            ("RCPT", MailReply::Accept) => {
                let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                recipients.push(address.to_owned());
                say("250 2.1.5 ok")?;
            }
            ("DATA", _) => {
                say("354 go on")?;
                let mut text = String::new();
                loop {
                    let line = lines.next()?.ok()?;
                    if line == "." {
                        break;
                    }
                    // A line that begins with a point has one more.
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push_str("\r\n");
                }
                let recipients = std::mem::take(&mut recipients);
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.received.push(ReceivedMail { recipients, text });
                say("250 2.0.0 queued")?;
            }
            ("QUIT", _) => return say("221 bye"),
            ("EHLO", _) => say("250 localhost")?,
            _ => say("250 ok")?,
        }
    }
}
