//! What administrators see and do.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};

use super::answer::{Answer, Done};
use super::extract::{Administrator, Body, SignedIn};
use crate::protocol::api::{
    AdminPerson, Administration, ChangePerson, ChangeSignUp, ClaimAdmin, CloseRoom, FindPeople, PeoplePage,
};
use crate::protocol::{ErrorCode, Profile};
use crate::server::accounts::{Denied, People};
use crate::server::routes::Shared;

pub async fn administration(State(shared): State<Shared>, _: Administrator) -> Answer<Administration> {
    let rooms = shared.hub.admin_rooms().await.ok_or(Denied::unavailable())?;
    let (sign_up, people_count) = shared.accounts.read(|people| Ok((people.sign_up()?, people.count()?))).await?;
    Ok(Json(Administration { sign_up, rooms, people_count }))
}

pub async fn claim(State(shared): State<Shared>, me: SignedIn, Body(ask): Body<ClaimAdmin>) -> Answer<Profile> {
    let user = me.profile.user.id;
    shared.guard.change(&user)?;
    if !shared.claim.is_right(&ask.code) {
        return Err(Denied::not_allowed("this is not the code that the server has printed, or it has been used"));
    }
    let profile = shared.accounts.write(move |people| people.claim_admin(&user)).await?;
    shared.claim.used();
    tracing::info!(user = %profile.user.id, "the first administrator");
    Ok(Json(profile))
}

pub async fn people(
    State(shared): State<Shared>,
    _: Administrator,
    find: Result<Query<FindPeople>, QueryRejection>,
) -> Answer<PeoplePage> {
    let Query(find) = find.map_err(|_| Denied::new(ErrorCode::BadFrame, "the query cannot be read"))?;
    Ok(Json(shared.accounts.read(move |people| people.list(&find)).await?))
}

pub async fn change_person(
    State(shared): State<Shared>,
    Administrator(me): Administrator,
    Body(ask): Body<ChangePerson>,
) -> Answer<AdminPerson> {
    let ChangePerson { user, banned, admin } = ask;
    // So that there is always somebody left.
    if user == me.user().id && (banned == Some(true) || admin == Some(false)) {
        return Err(Denied::not_allowed("only another administrator can do that"));
    }
    tracing::info!(by = %me.user().id, %user, ?banned, ?admin, "an administrator changes a person");
    let by = me.profile.user.id;
    let change = move |people: &People| {
        // Two who take it from each other at the same time are not both to succeed.
        if !people.person(&by)?.is_some_and(|by| by.profile.admin) {
            return Err(Denied::not_allowed("for administrators alone").into());
        }
        if let Some(banned) = banned {
            people.set_banned(&user, banned)?;
        }
        if let Some(admin) = admin {
            people.set_admin(&user, admin)?;
        }
        Ok(people.admin_person(&user)?.ok_or(Denied::no_such_person())?)
    };
    Ok(Json(shared.accounts.write(change).await?))
}

pub async fn close_room(
    State(shared): State<Shared>,
    Administrator(me): Administrator,
    Body(ask): Body<CloseRoom>,
) -> Answer<Done> {
    tracing::info!(by = %me.user().id, room = %ask.room, "an administrator deletes a room");
    match shared.hub.close_room(me.profile.user, ask.room).await {
        Some(true) => Ok(Json(Done {})),
        Some(false) => Err(Denied::new(ErrorCode::NotInRoom, "there is no room of this id")),
        None => Err(Denied::unavailable()),
    }
}

pub async fn change_sign_up(
    State(shared): State<Shared>,
    _: Administrator,
    Body(ask): Body<ChangeSignUp>,
) -> Answer<Done> {
    shared.accounts.write(move |people| people.set_sign_up(ask.sign_up)).await?;
    Ok(Json(Done {}))
}
