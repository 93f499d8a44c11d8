//! What people do with their own account.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::answer::{Answer, Done};
use super::entering::signed_out;
use super::extract::{Body, SignedIn, good_password, user_name};
use crate::protocol::api::{Account, ChangeName, ChangePassword, DeleteAccount, EndDevice};
use crate::protocol::{Password, Profile};
use crate::server::accounts::{Denied, Person, unix_ms};
use crate::server::guard::Guess;
use crate::server::routes::Shared;

pub async fn account(State(shared): State<Shared>, me: SignedIn) -> Answer<Account> {
    let (user, login) = (me.user().id.clone(), me.login.clone());
    let devices = shared.accounts.read(move |people| people.devices(&user, &login)).await?;
    Ok(Json(Account { profile: me.profile, devices }))
}

pub async fn rename(State(shared): State<Shared>, me: SignedIn, Body(ask): Body<ChangeName>) -> Answer<Profile> {
    let name = user_name(&ask.name)?;
    let user = me.profile.user.id;
    shared.guard.change(&user)?;
    let now = unix_ms();
    Ok(Json(shared.accounts.write(move |people| people.rename(&user, &name, now)).await?))
}

pub async fn change_password(
    State(shared): State<Shared>,
    me: SignedIn,
    Body(ask): Body<ChangePassword>,
) -> Answer<Profile> {
    let new = good_password(ask.new)?;
    shared.guard.change(&me.user().id)?;
    let known = prove(&shared, &me, ask.old).await?;
    let hash = shared.passwords.hash(new).await?;
    Ok(Json(shared.accounts.write(move |people| people.change_password(&known, &hash)).await?))
}

pub async fn end_device(
    State(shared): State<Shared>,
    me: SignedIn,
    Body(ask): Body<EndDevice>,
) -> Result<Response, Denied> {
    let user = me.user().id.clone();
    let is_own = ask.device == me.login;
    shared.accounts.write(move |people| people.end_device(&user, &ask.device)).await?;
    Ok(if is_own { signed_out(&me.visitor) } else { Json(Done {}).into_response() })
}

pub async fn delete(
    State(shared): State<Shared>,
    me: SignedIn,
    Body(ask): Body<DeleteAccount>,
) -> Result<Response, Denied> {
    let known = prove(&shared, &me, ask.password).await?;
    shared.accounts.write(move |people| people.delete(&known)).await?;
    Ok(signed_out(&me.visitor))
}

/// Whoever has a password has to say it, so that a browser left open is not enough.
async fn prove(shared: &Shared, me: &SignedIn, password: Option<Password>) -> Result<Person, Denied> {
    let user = me.user().id.clone();
    let known = shared.accounts.read(move |people| people.person(&user)).await?;
    let known = known.ok_or(Denied::sign_in_required())?;
    if known.password.is_some() {
        let password = password.ok_or(Denied::wrong_password(0))?;
        let name = user_name(&known.profile.user.name)?;
        let guess = Guess::new(&name, me.visitor.address, password);
        shared.guard.check_password(&shared.passwords, guess, known.password.clone()).await?;
    }
    Ok(known)
}
