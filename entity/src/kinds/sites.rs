//! Closed sets of sites; stored as snake_case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// Life of a resident's message.
    pub enum SiteMessageStatus {
        Received => "received",
        Adopted => "adopted",
        Answered => "answered",
        Refused => "refused",
    }
}

kind! {
    /// What kind of thing is published to others.
    pub enum ContentSubject {
        SiteMessage => "site_message",
        SiteAnswer => "site_answer",
        Order => "order",
    }
}

kind! {
    /// What the content check said. `unavailable`: WeChat did not say, so a person has to look.
    pub enum ContentCheck {
        Pending => "pending",
        Pass => "pass",
        Review => "review",
        Risky => "risky",
        Unavailable => "unavailable",
    }
}
