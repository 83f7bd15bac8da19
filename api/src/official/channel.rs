//! Template messages of the official account as a second channel.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::channels::{Channel, ChannelError, OutgoingMessage, Receipt};
use crate::official::faults::{self, NOT_FOLLOWING};
use crate::wechat::calls::official::TemplateMessage;
use crate::wechat::{CallError, WeChat};

/// Sends to followers; the message opens the mini-program.
pub struct TemplateChannel {
    account: WeChat,
    mini_program: String,
}

impl TemplateChannel {
    /// `mini_program` is the app id that the messages open.
    #[must_use]
    pub fn new(account: WeChat, mini_program: String) -> Self {
        Self {
            account,
            mini_program,
        }
    }
}

#[async_trait]
impl Channel for TemplateChannel {
    async fn send(&self, message: &OutgoingMessage) -> Result<Receipt, ChannelError> {
        let follower = message.follower.as_ref();
        let openid = follower.ok_or_else(|| ChannelError::NotFollowing("no follower".to_owned()))?;
        let data: BTreeMap<String, String> = message.parameters.iter().cloned().collect();
        let template = TemplateMessage {
            openid: openid.expose(),
            template_id: &message.template,
            mini_program: &self.mini_program,
            page: &message.page,
            data: &data,
        };
        let sent = self.account.send_template(template).await;
        let message_id = sent.map_err(|error| outcome(&error))?;
        Ok(Receipt { message_id })
    }
}

fn outcome(error: &CallError) -> ChannelError {
    if error.may_have_happened() {
        return ChannelError::Unknown;
    }
    let code = error.errcode().unwrap_or_default();
    match code {
        NOT_FOLLOWING => ChannelError::NotFollowing(code.to_string()),
        code if faults::is_final(code) => ChannelError::Refused(code.to_string()),
        code => ChannelError::Later(code.to_string()),
    }
}
