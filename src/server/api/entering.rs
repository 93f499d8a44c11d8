//! Ways in and out.

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::answer::Done;
use super::extract::{Body, good_password, user_name};
use crate::protocol::api::{Enter, Entered, SignIn, SignOut, SignUp};
use crate::protocol::{ErrorCode, Profile, Token};
use crate::server::accounts::{Denied, NewLogin, Newcomer, People, new_user_id, unix_ms};
use crate::server::cookie;
use crate::server::guard::Guess;
use crate::server::routes::Shared;
use crate::server::visitor::Visitor;

pub async fn enter(State(shared): State<Shared>, visitor: Visitor, Body(ask): Body<Enter>) -> Result<Response, Denied> {
    let name = user_name(&ask.name)?;
    let password = ask.password.map(good_password).transpose()?;
    shared.guard.enter(visitor.address)?;
    let has_invite = ask.invite.is_some();
    let invited = match ask.invite {
        Some(invite) => shared.hub.is_valid_invite(invite.room, invite.code).await.ok_or(Denied::unavailable())?,
        None => false,
    };
    if has_invite && !invited && shared.accounts.sign_up() == SignUp::Invite {
        return Err(Denied::new(ErrorCode::BadInvite, "the link is revoked, expired or used up, or never was"));
    }
    let old = shared.login_of(&visitor).await?.map(|old| old.login);
    let password = match password {
        Some(password) => Some(shared.passwords.hash(password).await?),
        None => None,
    };
    let (login, token) = NewLogin::make(&visitor.label, unix_ms());
    let newcomer = Newcomer { user: new_user_id(), name, password, invited, login };
    let profile = shared.accounts.write(move |people| people.enter(&newcomer, old.as_ref())).await?;
    Ok(entered(&visitor, ask.token, profile, token))
}

pub async fn sign_in(
    State(shared): State<Shared>,
    visitor: Visitor,
    Body(ask): Body<SignIn>,
) -> Result<Response, Denied> {
    let name = user_name(&ask.name)?;
    shared.guard.enter(visitor.address)?;
    let old = shared.login_of(&visitor).await?.map(|old| old.login);
    let wanted = name.clone();
    let known = shared.accounts.read(move |people| people.find_by_name(wanted.as_str())).await?;
    let hash = known.as_ref().and_then(|known| known.password.clone());
    let guess = Guess::new(&name, visitor.address, ask.password);
    shared.guard.check_password(&shared.passwords, guess, hash).await?;
    let known = known.ok_or(Denied::wrong_password(0))?;
    let (login, token) = NewLogin::make(&visitor.label, unix_ms());
    let profile = shared.accounts.write(move |people| people.sign_in(&known, &login, old.as_ref())).await?;
    Ok(entered(&visitor, ask.token, profile, token))
}

/// Also for whom nobody knows, so that a browser can always get rid of its cookie.
pub async fn sign_out(
    State(shared): State<Shared>,
    visitor: Visitor,
    Body(ask): Body<SignOut>,
) -> Result<Response, Denied> {
    if let Some(found) = shared.login_of(&visitor).await? {
        let (login, user) = (found.login, found.profile.user.id);
        let everywhere = ask.everywhere;
        let end = move |people: &People| {
            people.leave_by(&login)?;
            if everywhere { people.end_logins(&user) } else { Ok(()) }
        };
        shared.accounts.write(end).await?;
    }
    Ok(signed_out(&visitor))
}

/// The login is kept by the browser as a cookie, or told to a program.
fn entered(visitor: &Visitor, wants_token: bool, profile: Profile, token: Token) -> Response {
    if wants_token {
        return Json(Entered { profile, token: Some(token) }).into_response();
    }
    let cookie = AppendHeaders([(SET_COOKIE, cookie::keep(&token, visitor.is_tls))]);
    (cookie, Json(Entered { profile, token: None })).into_response()
}

pub fn signed_out(visitor: &Visitor) -> Response {
    (AppendHeaders([(SET_COOKIE, cookie::forget(visitor.is_tls))]), Json(Done {})).into_response()
}
