//! The view of WeChat's reviewers: fixed and fictional, behind a code, and never a session. Off unless
//! `WECHAT_REVIEW_CODE` is set. `view` (pure: the fiction), `routes`.

pub mod routes;
mod view;
