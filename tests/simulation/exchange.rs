//! What nodes say to each other, on the other side of a network.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use dropcast::journal::{Exchange, ForwardError, Heard, Mark, Parcel, ReadError};

use crate::{
    chronicle::Chronicle,
    journal::patience,
    link::{Link, REPLY_LIMIT, Turn},
    wire::Serving,
};

pub(crate) struct NodeExchange {
    link: Arc<Link>,
    exchange: Arc<dyn Exchange>,
    chronicle: Chronicle,
}

impl NodeExchange {
    pub(crate) fn new(link: Arc<Link>, exchange: Arc<dyn Exchange>, chronicle: Chronicle) -> Self {
        Self { link, exchange, chronicle }
    }

    async fn hand_over(
        &self,
        what: &'static str,
        serve: impl Fn() -> Serving<Result<(), ForwardError>> + Send + 'static,
    ) -> Result<(), ForwardError> {
        let waiting = self.link.send(what, Turn::Any, serve);
        let unanswered = |_| Err(ForwardError::Unavailable("there is no reply".to_owned()));
        waiting.reply(REPLY_LIMIT).await.unwrap_or_else(unanswered)
    }

    async fn hear<T: Send + std::fmt::Debug + 'static>(
        &self,
        what: &'static str,
        wait: Duration,
        serve: impl Fn() -> Serving<Result<T, ReadError>> + Send + 'static,
    ) -> Result<T, ReadError> {
        let waiting = self.link.send(what, Turn::Any, serve);
        let unanswered = |_| Err(ReadError::Unavailable("there is no reply".to_owned()));
        waiting.reply(patience(wait)).await.unwrap_or_else(unanswered)
    }
}

#[async_trait]
impl Exchange for NodeExchange {
    async fn forward(&self, show: &str, parcel: Bytes) -> Result<(), ForwardError> {
        let (exchange, chronicle, show) = (Arc::clone(&self.exchange), self.chronicle.clone(), show.to_owned());
        let serve = move || -> Serving<_> {
            let (exchange, show, parcel) = (Arc::clone(&exchange), show.clone(), parcel.clone());
            chronicle.posted(&parcel);
            Box::pin(async move { exchange.forward(&show, parcel).await })
        };
        self.hand_over("forward", serve).await
    }

    async fn collect(
        &self,
        show: &str,
        after: Mark,
        parcels_max: usize,
        wait: Duration,
    ) -> Result<Vec<Parcel>, ReadError> {
        let (exchange, show) = (Arc::clone(&self.exchange), show.to_owned());
        let serve = move || -> Serving<_> {
            let (exchange, show) = (Arc::clone(&exchange), show.clone());
            Box::pin(async move { exchange.collect(&show, after, parcels_max, wait).await })
        };
        self.hear("collect", wait, serve).await
    }

    async fn notify(&self, show: &str, notice: Bytes) -> Result<(), ForwardError> {
        let (exchange, show) = (Arc::clone(&self.exchange), show.to_owned());
        let serve = move || -> Serving<_> {
            let (exchange, show, notice) = (Arc::clone(&exchange), show.clone(), notice.clone());
            Box::pin(async move { exchange.notify(&show, notice).await })
        };
        self.hand_over("notify", serve).await
    }

    async fn listen(
        &self,
        show: &str,
        from_seq: u64,
        notices_after: Option<Mark>,
        wait: Duration,
    ) -> Result<Heard, ReadError> {
        let (exchange, show) = (Arc::clone(&self.exchange), show.to_owned());
        let serve = move || -> Serving<_> {
            let (exchange, show) = (Arc::clone(&exchange), show.clone());
            Box::pin(async move { exchange.listen(&show, from_seq, notices_after, wait).await })
        };
        self.hear("listen", wait, serve).await
    }
}
