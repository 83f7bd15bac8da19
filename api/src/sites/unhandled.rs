//! Residents' messages that wait for a delegate, as operators look after them.

use entity::kinds::{Role, SiteMessageStatus};

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::paging::{Page, Paging};
use crate::sites::message_handling;
use crate::sites::store::{self, Filter, MessageAccess};
use crate::sites::view::MessageView;

const WAITING: SiteMessageStatus = SiteMessageStatus::Received;

/// The newest first.
pub async fn list(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<MessageView>> {
    caller.require(Role::Operator)?;
    let filter = Filter {
        status: Some(WAITING),
        check: None,
        site_code: None,
    };
    message_handling::list(app, caller, &filter, paging).await
}

pub async fn count(app: &App, caller: &Caller) -> Result<u64> {
    caller.require(Role::Operator)?;
    store::count_messages(&app.db, &MessageAccess::Everything, WAITING).await
}
