//! `/metrics`, `/livez` and `/readyz`: what a node says to those who watch it, on the port of requests.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use jsonrpsee::server::{HttpBody, HttpRequest, HttpResponse};
use tower::{Layer, Service};

use crate::chain::Chain;

/// The content type of Prometheus's text form.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The content type of plain sentences.
const PLAIN: &str = "text/plain; charset=utf-8";

/// Puts the answers in front of a service.
#[derive(Clone)]
pub(super) struct OpsLayer(pub(super) Arc<Chain>);

/// A service with the answers in front.
#[derive(Clone)]
pub(super) struct Ops<S> {
    chain: Arc<Chain>,
    inner: S,
}

impl<S> Layer<S> for OpsLayer {
    type Service = Ops<S>;

    fn layer(&self, inner: S) -> Ops<S> {
        Ops { chain: self.0.clone(), inner }
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

    fn call(&mut self, request: HttpRequest<B>) -> Self::Future {
        let wanted = (request.method().as_str() == "GET").then(|| answer(&self.chain, request.uri().path()));
        match wanted.flatten() {
            Some(answer) => Box::pin(async move { Ok(answer) }),
            None => Box::pin(self.inner.call(request)),
        }
    }
}

/// The answer to a path, if it is one of these.
fn answer(chain: &Chain, path: &str) -> Option<HttpResponse> {
    match path {
        "/metrics" => Some(response(200, METRICS, chain.measured())),
        "/livez" => Some(response(200, PLAIN, "alive\n".into())),
        "/readyz" => Some(match chain.metrics().not_ready() {
            None => response(200, PLAIN, "ready\n".into()),
            Some(why) => response(503, PLAIN, format!("not ready: {why}\n")),
        }),
        _ => None,
    }
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
