//! What routes need of a request, checked in one place.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::protocol::limits::PASSWORD_CHARS_MIN;
use crate::protocol::{ErrorCode, LoginId, Password, Profile, User, UserName};
use crate::server::accounts::Denied;
use crate::server::routes::Shared;
use crate::server::visitor::Visitor;

/// What a client gets to send what follows the head of its request.
const BODY_WITHIN: Duration = Duration::from_secs(20);

/// The JSON of a request. What is wrong with it is told without repeating any of it.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Body<T> {
    type Rejection = Denied;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Denied> {
        let body = timeout(BODY_WITHIN, Json::<T>::from_request(request, shared)).await;
        let body = body.map_err(|_| Denied::new(ErrorCode::BadFrame, "the body did not come in time"))?;
        body.map(|Json(body)| Self(body)).map_err(|rejection| match rejection {
            JsonRejection::JsonSyntaxError(_) => Denied::new(ErrorCode::BadJson, "the body is not JSON"),
            JsonRejection::JsonDataError(_) => Denied::new(
                ErrorCode::BadFrame,
                "a field is missing, of the wrong type, or breaks the rule of its kind",
            ),
            JsonRejection::MissingJsonContentType(_) => {
                Denied::new(ErrorCode::BadFrame, "the body has to be of the type application/json")
            }
            _ => Denied::new(ErrorCode::BadFrame, "the body is too big, or did not come whole"),
        })
    }
}

/// Somebody whose login the request carries.
pub struct SignedIn {
    pub visitor: Visitor,
    pub login: LoginId,
    pub profile: Profile,
}

impl SignedIn {
    pub fn user(&self) -> &User {
        &self.profile.user
    }
}

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Denied> {
        let Ok(visitor) = Visitor::from_request_parts(parts, shared).await;
        let found = shared.login_of(&visitor).await?.ok_or(Denied::sign_in_required())?;
        Ok(Self { visitor, login: found.login, profile: found.profile })
    }
}

/// Somebody signed in who administers the server.
pub struct Administrator(pub SignedIn);

impl FromRequestParts<Shared> for Administrator {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Denied> {
        let signed_in = SignedIn::from_request_parts(parts, shared).await?;
        if signed_in.profile.admin { Ok(Self(signed_in)) } else { Err(Denied::not_allowed("for administrators alone")) }
    }
}

pub fn user_name(text: &str) -> Result<UserName, Denied> {
    UserName::parse(text)
        .map_err(|_| Denied::new(ErrorCode::BadName, "a name has 1 to 32 characters, and all of them can be seen"))
}

/// A password that somebody chooses for themselves.
pub fn good_password(password: Password) -> Result<Password, Denied> {
    if password.as_str().chars().count() < PASSWORD_CHARS_MIN {
        return Err(Denied::new(ErrorCode::BadPassword, "a password has at least 8 characters"));
    }
    Ok(password)
}
