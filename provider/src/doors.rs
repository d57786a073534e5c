//! Where the server listens.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::net::TcpListener;

use crate::config::Options;

/// Where the server listens, bound before anything slow is done.
pub(crate) struct Doors {
    pub(crate) health: TcpListener,
    pub(crate) gatekeeper: TcpListener,
    pub(crate) services: Option<TcpListener>,
}

impl Doors {
    pub(crate) async fn open(options: &Options) -> Result<Self> {
        let services = match options.service_listen {
            Some(address) => Some(listen(address, "--service-listen").await?),
            None => None,
        };
        Ok(Self {
            health: listen(options.health_listen, "--health-listen").await?,
            gatekeeper: listen(options.listen, "--listen").await?,
            services,
        })
    }

    pub(crate) fn addresses(&self) -> Addresses {
        let text = |door: &TcpListener| {
            door.local_addr().map(|address| address.to_string()).unwrap_or_default()
        };
        Addresses {
            health: text(&self.health),
            gatekeeper: text(&self.gatekeeper),
            services: self.services.as_ref().map(text).unwrap_or_default(),
        }
    }
}

/// Where the doors are, as it came to be where port 0 was asked for.
pub(crate) struct Addresses {
    health: String,
    gatekeeper: String,
    services: String,
}

impl Addresses {
    pub(crate) fn tell(&self) {
        let Self { health, gatekeeper, services } = self;
        tracing::info!(event = "serving", gatekeeper, services, health, "ready");
    }
}

async fn listen(address: SocketAddr, option: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; is the port in use? Name another with {option}")
    })
}
