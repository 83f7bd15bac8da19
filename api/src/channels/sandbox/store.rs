//! Memory of the stand-in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

const MAX_MESSAGES: usize = 1_000;

/// A message that the stand-in took.
#[derive(Clone, Debug, Serialize)]
pub struct SentMessage {
    /// `tencent`, `aliyun` or `wecom`.
    pub provider: &'static str,
    pub phone: String,
    pub template: String,
    pub parameters: Vec<String>,
    pub title: String,
    pub text: String,
    pub link: String,
}

#[derive(Default)]
struct Memory {
    messages: Vec<SentMessage>,
    /// Codes of the next refusals, the next one last.
    faults: Vec<String>,
}

/// A handle; all clones share one memory.
#[derive(Clone, Default)]
pub struct ChannelSandbox(Arc<Mutex<Memory>>);

impl ChannelSandbox {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a message and returns its serial number; the oldest are dropped.
    pub fn keep(&self, message: SentMessage) -> usize {
        let mut memory = self.memory();
        if memory.messages.len() >= MAX_MESSAGES {
            memory.messages.remove(0);
        }
        memory.messages.push(message);
        memory.messages.len()
    }

    /// Messages to this phone number, the oldest first.
    #[must_use]
    pub fn messages(&self, phone: &str) -> Vec<SentMessage> {
        let memory = self.memory();
        let of_phone = memory.messages.iter().filter(|message| message.phone == phone);
        of_phone.cloned().collect()
    }

    /// Refuses the next calls with this code.
    pub fn fail(&self, code: &str, times: usize) {
        let mut memory = self.memory();
        let codes = std::iter::repeat_n(code.to_owned(), times.min(MAX_MESSAGES));
        memory.faults.extend(codes);
    }

    /// Takes the next refusal.
    #[must_use]
    pub fn next_fault(&self) -> Option<String> {
        self.memory().faults.pop()
    }
}
