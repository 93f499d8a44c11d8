use std::net::SocketAddr;

use parlor::protocol::api::ApiError;
use parlor::protocol::{ClientFrame, ErrorCode, Hello, SUBPROTOCOL};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error};

use crate::client::Client;

/// What a browser or a program keeps between its requests.
#[derive(Debug, Clone)]
pub struct Browser {
    pub server: SocketAddr,
    /// The value of the cookie that holds the login.
    pub cookie: Option<String>,
    /// Sent with each request.
    pub headers: Vec<String>,
}

/// The answer to a request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Browser {
    pub fn new(server: SocketAddr) -> Self {
        Self { server, cookie: None, headers: vec![] }
    }

    pub fn with(server: SocketAddr, headers: &[&str]) -> Self {
        Self { headers: headers.iter().map(|header| (*header).into()).collect(), ..Self::new(server) }
    }

    /// Somebody new, with nothing but a name.
    pub async fn enter(server: SocketAddr, name: &str) -> Self {
        let mut browser = Self::new(server);
        browser.post("enter", json!({ "name": name })).await.ok();
        browser
    }

    /// Somebody new who has chosen a password.
    pub async fn enter_secured(server: SocketAddr, name: &str, password: &str) -> Self {
        let mut browser = Self::new(server);
        browser.post("enter", json!({ "name": name, "password": password })).await.ok();
        browser
    }

    /// Another browser of somebody who has a password.
    pub async fn sign_in(server: SocketAddr, name: &str, password: &str) -> Self {
        let mut browser = Self::new(server);
        browser.post("sign-in", json!({ "name": name, "password": password })).await.ok();
        browser
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.request("GET", path, "").await
    }

    /// Posts to a route of the API.
    pub async fn post(&mut self, route: &str, body: Value) -> Answer {
        self.request("POST", &format!("/api/{route}"), &body.to_string()).await
    }

    pub async fn request(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !self.headers.iter().any(|header| header.starts_with("host:")) {
            head += &format!("host: {}\r\n", self.server);
        }
        if let Some(cookie) = &self.cookie {
            head += &format!("cookie: parlor_login={cookie}\r\n");
        }
        for header in &self.headers {
            head += &format!("{header}\r\n");
        }
        if method == "POST" {
            head += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        let answer = exchange(self.server, &format!("{head}\r\n{body}")).await;
        if let Some(cookie) = answer.header("set-cookie") {
            let value = cookie.strip_prefix("parlor_login=").unwrap().split(';').next().unwrap();
            self.cookie = (!value.is_empty()).then(|| value.into());
        }
        answer
    }

    /// Opens a WebSocket with the cookie, as a page does. An error is the status that the server refuses it with.
    pub async fn connect(&self) -> Result<Client, u16> {
        let uri = format!("ws://{}/ws", self.server).parse().unwrap();
        let mut request = ClientRequestBuilder::new(uri).with_sub_protocol(SUBPROTOCOL);
        if let Some(cookie) = &self.cookie {
            request = request.with_header("cookie", format!("parlor_login={cookie}"));
        }
        for header in &self.headers {
            let (name, value) = header.split_once(": ").unwrap();
            request = request.with_header(name, value);
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Client::over(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// A page that has been greeted.
    pub async fn open(&self) -> Client {
        let mut client = self.connect().await.unwrap();
        client.say(&ClientFrame::Hello(Hello::default())).await;
        client.await_welcome().await;
        client
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// It went well.
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{self:?}");
        self
    }

    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn error(&self) -> ApiError {
        assert_ne!(self.status, 200, "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The status and the code of a failure.
    pub fn failure(&self) -> (u16, ErrorCode) {
        (self.status, self.error().code)
    }
}

async fn exchange(server: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    Answer { status, head: head.into(), body: body.into() }
}
