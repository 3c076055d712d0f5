//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::App;

/// The other end of the connection; the listener puts it into every request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The address of the person's machine, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub IpAddr);

impl FromRequestParts<Arc<App>> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Address, Infallible> {
        Ok(address_of(parts, &app.settings().proxies))
    }
}

/// The peer, or behind a proxy that we trust the last address that no trusted proxy has. What stands further left in
/// `X-Forwarded-For` was written by whoever sent the request.
pub(crate) fn address_of(parts: &Parts, proxies: &[IpAddr]) -> Address {
    let peer = parts
        .extensions
        .get::<Peer>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip())
        .to_canonical();
    if !proxies.contains(&peer) {
        return Address(peer);
    }
    let forwarded = parts.headers.get_all("x-forwarded-for");
    let named: Vec<IpAddr> = forwarded
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|address| address.trim().parse().ok())
        .collect();
    let outside = named.into_iter().rev().find(|ip| !proxies.contains(ip));
    Address(outside.unwrap_or(peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_proxy_is_believed() {
        let of = |peer: &str, forwarded: &str| {
            let (mut parts, ()) = axum::http::Request::builder()
                .header("x-forwarded-for", forwarded)
                .body(())
                .unwrap()
                .into_parts();
            parts
                .extensions
                .insert(Peer(SocketAddr::new(peer.parse().unwrap(), 1)));
            address_of(&parts, &["10.0.0.1".parse().unwrap()])
                .0
                .to_string()
        };
        assert_eq!(of("192.0.2.7", "198.51.100.9"), "192.0.2.7");
        assert_eq!(of("10.0.0.1", "203.0.113.5, 198.51.100.9"), "198.51.100.9");
        assert_eq!(of("10.0.0.1", "nonsense"), "10.0.0.1");
        assert_eq!(of("::ffff:192.0.2.7", ""), "192.0.2.7");
    }
}
