//! In front of all methods: refuses what a caller may not ask for, in batches too.

use std::sync::Arc;

use jsonrpsee::MethodResponse;
use jsonrpsee::core::middleware::{Batch, BatchEntry, BatchEntryErr, Notification};
use jsonrpsee::server::middleware::rpc::RpcServiceT;
use jsonrpsee::types::Request;
use tower::Layer;

use super::Gate;

/// Puts the gate in front of methods.
#[derive(Clone)]
pub(in crate::rpc) struct GuardLayer(pub(in crate::rpc) Arc<Gate>);

/// Methods with the gate in front.
#[derive(Clone)]
pub(in crate::rpc) struct Guard<S> {
    gate: Arc<Gate>,
    inner: S,
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard { gate: self.0.clone(), inner }
    }
}

impl<S> RpcServiceT for Guard<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            BatchResponse = MethodResponse,
            NotificationResponse = MethodResponse,
        > + Clone
        + Send
        + Sync
        + 'static,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = MethodResponse;
    type BatchResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let admitted = self.gate.check(request.method_name(), request.extensions());
        let inner = self.inner.clone();
        async move {
            match admitted {
                Ok(()) => inner.call(request).await,
                Err(refused) => MethodResponse::error(request.id, refused),
            }
        }
    }

    /// The calls of a batch don't come by [`Guard::call`]: each is checked here, and those that are refused are
    /// answered in their place.
    fn batch<'a>(&self, mut batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        for entry in batch.iter_mut() {
            let Ok(BatchEntry::Call(request)) = entry else { continue };
            if let Err(refused) = self.gate.check(request.method_name(), request.extensions()) {
                *entry = Err(BatchEntryErr::new(request.id.clone(), refused.into()));
            }
        }
        let inner = self.inner.clone();
        async move { inner.batch(batch).await }
    }

    /// Nothing is done on a notification.
    fn notification<'a>(&self, told: Notification<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let inner = self.inner.clone();
        async move { inner.notification(told).await }
    }
}
