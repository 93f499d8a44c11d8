//! What one can change about oneself.

mod delete_account;
mod devices;
mod own_password;
mod rename;
mod sign_out;

use delete_account::DeleteAccount;
use devices::Devices;
use own_password::OwnPassword;
use rename::Rename;
use sign_out::SignOut;

use crate::app::prelude::*;

#[component]
pub fn Account() -> impl IntoView {
    view! {
        <Rename/>
        <OwnPassword/>
        <Devices/>
        <SignOut/>
        <DeleteAccount/>
    }
}
