//! The account's menu: the mini-program, and a resident's receipt.

use crate::app::App;
use crate::wechat::calls::official::MenuButton;
use crate::wechat::{CallError, WeChat};

const FIRST_PAGE: &str = "pages/home/index";
const RECEIPT_PAGE: &str = "pages/receipt/index";

/// Creates the menu, replacing the one before.
///
/// # Errors
/// WeChat's refusals: 85005 if the mini-program is not linked with the account, 40166 for its app id.
pub async fn create(app: &App, account: &WeChat) -> Result<(), CallError> {
    let mini_program = app.state::<WeChat>().app_id().to_owned();
    let url = app.config.public_url.clone();
    let button = |name: &str, page: &str| MenuButton::MiniProgram {
        name: name.to_owned(),
        app_id: mini_program.clone(),
        page: page.to_owned(),
        url: url.clone(),
    };
    let buttons = [button("随手拍", FIRST_PAGE), button("留言进度", RECEIPT_PAGE)];
    account.create_menu(&buttons).await
}
