//! Blocks and events as they become final, over WebSocket.

use jsonrpsee::core::client::{Subscription, SubscriptionClientT};
use jsonrpsee::rpc_params;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use serde::Serialize;
use serde_json::Value;

use super::{BlockEvent, ClientOptions, RpcError};

/// A WebSocket connection to a node. Its subscriptions end when it is dropped.
#[derive(Debug)]
pub struct Subscriber {
    socket: WsClient,
    url: String,
}

/// Which events to hear of; all, if nothing is set.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EventFilter {
    /// Of this contract only (`0x…`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
    /// Of this name only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Subscriber {
    /// Connects to the node at `url`; `http://` stands for `ws://` at the same place.
    pub async fn connect(url: &str) -> Result<Self, RpcError> {
        Self::connect_with(url, &ClientOptions::default()).await
    }

    /// The same with other authorities than the system's, or a token.
    pub async fn connect_with(url: &str, options: &ClientOptions) -> Result<Self, RpcError> {
        let url = match url.split_once("://") {
            Some(("http", rest)) => format!("ws://{rest}"),
            Some(("https", rest)) => format!("wss://{rest}"),
            _ => url.to_owned(),
        };
        let mut builder = WsClientBuilder::default().set_headers(options.headers()?);
        if let Some(tls) = options.tls()? {
            builder = builder.with_custom_cert_store(tls);
        }
        match builder.build(&url).await {
            Ok(socket) => Ok(Subscriber { socket, url }),
            Err(error) => Err(RpcError::Unreachable { url, reason: error.to_string() }),
        }
    }

    /// Each block when it is final, in the form of [`super::BlockInfo`] or shorter.
    pub async fn blocks(&self) -> Result<Subscription<Value>, RpcError> {
        let (subscribe, unsubscribe) = ("chain_subscribeBlocks", "chain_unsubscribeBlocks");
        let subscribed = self.socket.subscribe(subscribe, rpc_params![], unsubscribe).await;
        subscribed.map_err(|error| RpcError::from_client(error, subscribe, &self.url))
    }

    /// Each event that passes the filter when its block is final.
    pub async fn events(&self, filter: &EventFilter) -> Result<Subscription<BlockEvent>, RpcError> {
        let (subscribe, unsubscribe) = ("events_subscribe", "events_unsubscribe");
        let subscribed = self.socket.subscribe(subscribe, rpc_params![filter], unsubscribe).await;
        subscribed.map_err(|error| RpcError::from_client(error, subscribe, &self.url))
    }
}
