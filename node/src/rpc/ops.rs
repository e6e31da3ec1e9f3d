//! `/metrics`, `/livez` and `/readyz`: what a node says to those who watch it, on the port of requests. The first
//! needs the role that operates a node; the others are for load balancers, which have no token.
//!
//! Also where a request's token is taken from its headers, for those behind.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use jsonrpsee::server::{HttpBody, HttpRequest, HttpResponse};
use tower::{Layer, Service};

use super::RpcFailure;
use super::access::{Caller, Gate, Role};
use crate::chain::Chain;
use crate::metrics;

/// The content type of plain sentences.
const PLAIN: &str = "text/plain; charset=utf-8";

/// Puts the answers in front of a service.
#[derive(Clone)]
pub(super) struct OpsLayer {
    /// What is told of.
    pub(super) chain: Arc<Chain>,
    /// Who may ask.
    pub(super) gate: Arc<Gate>,
}

/// A service with the answers in front.
#[derive(Clone)]
pub(super) struct Ops<S> {
    layer: OpsLayer,
    inner: S,
}

impl<S> Layer<S> for OpsLayer {
    type Service = Ops<S>;

    fn layer(&self, inner: S) -> Ops<S> {
        Ops { layer: self.clone(), inner }
    }
}

impl<S, B> Service<HttpRequest<B>> for Ops<S>
where
    S: Service<HttpRequest<B>, Response = HttpResponse>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = HttpResponse;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: HttpRequest<B>) -> Self::Future {
        let caller = Caller::take(request.headers_mut());
        let wanted = request.method().as_str() == "GET";
        let answer = wanted.then(|| self.layer.answer(&caller, request.uri().path()));
        request.extensions_mut().insert(caller);
        match answer.flatten() {
            Some(answer) => Box::pin(async move { Ok(answer) }),
            None => Box::pin(self.inner.call(request)),
        }
    }
}

impl OpsLayer {
    /// The answer to a path, if it is one of these.
    fn answer(&self, caller: &Caller, path: &str) -> Option<HttpResponse> {
        match path {
            "/metrics" => Some(match self.gate.admit(caller, Role::Operate, path) {
                Ok(()) => response(200, metrics::CONTENT_TYPE, self.chain.measured()),
                Err(refused) => refusal(&refused),
            }),
            "/livez" => Some(response(200, PLAIN, "alive\n".into())),
            "/readyz" => Some(match self.chain.metrics().not_ready() {
                None => response(200, PLAIN, "ready\n".into()),
                Some(why) => response(503, PLAIN, format!("not ready: {why}\n")),
            }),
            _ => None,
        }
    }
}

/// What HTTP calls "unauthorized" is a matter of not being known.
fn refusal(refused: &RpcFailure) -> HttpResponse {
    let status = if refused.is_of_a_stranger() { 401 } else { 403 };
    let mut response = response(status, PLAIN, format!("{}\n{}\n", refused.message, refused.hint));
    if let Ok(scheme) = "Bearer".parse() {
        response.headers_mut().insert("www-authenticate", scheme);
    }
    response
}

fn response(status: u16, content: &'static str, body: String) -> HttpResponse {
    let mut response = HttpResponse::new(HttpBody::from(body));
    if let Ok(status) = status.try_into() {
        *response.status_mut() = status;
    }
    if let Ok(content) = content.parse() {
        response.headers_mut().insert("content-type", content);
    }
    response
}
