//! Which addresses may be reached. An administrator of the program says where things are sent; he need not be the one who
//! runs the machine, and must not reach through it what stands beside it. So only public addresses are reached, save
//! those that whoever starts the server allows. A name is looked up once, and what was checked is what is connected to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// What whoever runs the server allows besides public addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow(pub Vec<Allowed>);

/// One allowance: `mail.corp`, `10.1.2.3:2525` or `10.1.0.0/16`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// A host by name or address, with one port or all.
    Host(String, Option<u16>),
    /// Addresses that begin with so many bits.
    Net(IpAddr, u8),
}

/// A text that allows nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAllowed(pub String);

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no host, host:port or network such as 10.1.0.0/16",
            self.0
        )
    }
}

impl std::error::Error for NotAllowed {}

impl FromStr for Allowed {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Allowed, NotAllowed> {
        let bad = || NotAllowed(text.to_owned());
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| bad())?;
            let bits: u8 = bits.parse().map_err(|_| bad())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            return (bits <= most)
                .then_some(Allowed::Net(address, bits))
                .ok_or_else(bad);
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Allowed::Host(
                address.ip().to_string(),
                Some(address.port()),
            ));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Allowed::Host(address.to_string(), None));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| bad())?)),
            None => (text, None),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        if host.is_empty() || !host.chars().all(plain) {
            return Err(bad());
        }
        Ok(Allowed::Host(host.to_ascii_lowercase(), port))
    }
}

fn bits_of(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(four) => (u128::from(u32::from(four)), 32),
        IpAddr::V6(six) => (u128::from(six), 128),
    }
}

fn within(address: IpAddr, net: IpAddr, bits: u8) -> bool {
    let ((one, width), (two, other)) = (bits_of(address), bits_of(net));
    let rest = width.saturating_sub(u32::from(bits));
    width == other && one.checked_shr(rest).unwrap_or(0) == two.checked_shr(rest).unwrap_or(0)
}

impl Allow {
    /// Whether a host is allowed by name on that port, whatever its address is.
    pub fn host(&self, host: &str, port: u16) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        self.0.iter().any(|allowed| match allowed {
            Allowed::Host(name, only) => {
                name.eq_ignore_ascii_case(bare) && only.is_none_or(|only| only == port)
            }
            Allowed::Net(net, bits) => bare
                .parse()
                .is_ok_and(|address: IpAddr| within(address, *net, *bits)),
        })
    }

    fn address(&self, address: IpAddr) -> bool {
        let listed = self.0.iter().any(
            |allowed| matches!(allowed, Allowed::Net(net, bits) if within(address, *net, *bits)),
        );
        listed || is_public(address)
    }

    /// The addresses of a host that may be reached.
    ///
    /// # Errors
    /// A sentence: there is no such host, or none of its addresses may be reached.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found: Vec<SocketAddr> = tokio::net::lookup_host((bare, port))
            .await
            .map_err(|error| format!("{bare} was not found: {error}"))?
            .collect();
        let open: Vec<SocketAddr> = found
            .iter()
            .copied()
            .filter(|address| self.host(bare, port) || self.address(address.ip()))
            .collect();
        if open.is_empty() {
            let shown = found
                .first()
                .map_or_else(|| bare.to_owned(), |address| address.ip().to_string());
            return Err(format!(
                "{bare} is {shown}, which is not a public address; whoever runs the server may allow it: --allow-target {bare}:{port}"
            ));
        }
        Ok(open)
    }
}

/// Whether an address is one of the public Internet (RFC 6890 and its registries).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => is_public_four(four),
        IpAddr::V6(six) => is_public_six(six),
    }
}

fn is_public_four(four: Ipv4Addr) -> bool {
    let [a, b, c, _] = four.octets();
    let special = four.is_private()
        || four.is_loopback()
        || four.is_link_local()
        || four.is_documentation()
        || matches!(
            (a, b, c),
            (0 | 224..=255, _, _) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _)
        );
    !special
}

fn is_public_six(six: Ipv6Addr) -> bool {
    let parts = six.segments();
    let four = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match parts {
        // An IPv4 address in other clothes: mapped, translated (RFC 6052), 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_four(four(high, low))
        }
        [0x2002, high, low, ..] => is_public_four(four(high, low)),
        [0x2001, 0xdb8, ..] => false,
        // Global unicast is 2000::/3; loopback, local and multicast addresses are outside it.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(all: &[&str]) -> Allow {
        Allow(all.iter().map(|one| one.parse().unwrap()).collect())
    }

    #[test]
    fn what_stands_beside_the_server_is_not_public() {
        for hidden in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "203.0.113.9",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::7f00:1",
        ] {
            assert!(!is_public(hidden.parse().unwrap()), "{hidden}");
        }
        for open in [
            "1.1.1.1",
            "223.5.5.5",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "2002:101:101::",
        ] {
            assert!(is_public(open.parse().unwrap()), "{open}");
        }
    }

    #[test]
    fn allowances_are_read_or_refused() {
        assert_eq!(
            allow(&["Mail.Corp:25"]).0,
            [Allowed::Host("mail.corp".into(), Some(25))]
        );
        assert!(allow(&["mail.corp:25"]).host("MAIL.corp", 25));
        assert!(!allow(&["mail.corp:25"]).host("mail.corp", 26));
        assert!(allow(&["10.1.0.0/16"]).host("10.1.200.3", 1));
        assert!(!allow(&["10.1.0.0/16"]).host("10.2.0.1", 1));
        assert!(allow(&["fd00::/8"]).host("[fd12::1]", 443));
        assert!(allow(&["0.0.0.0/0"]).host("127.0.0.1", 1));
        assert!(!allow(&["0.0.0.0/0"]).host("::1", 1));
        for bad in [
            "",
            "a b",
            "10.0.0.0/33",
            "x/8",
            "host:port",
            "http://x",
            ":80",
            "a:70000",
        ] {
            assert!(bad.parse::<Allowed>().is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_reached_only_where_it_is_allowed() {
        let refused = Allow::default().resolve("localhost", 80).await.unwrap_err();
        assert!(refused.contains("--allow-target localhost:80"), "{refused}");
        assert!(
            !allow(&["localhost:80"])
                .resolve("localhost", 80)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            allow(&["localhost:80"])
                .resolve("localhost", 81)
                .await
                .is_err()
        );
        assert!(
            allow(&["127.0.0.0/8"])
                .resolve("127.0.0.1", 81)
                .await
                .is_ok()
        );
        let nowhere = Allow::default().resolve("no-such-host.invalid", 80).await;
        assert!(nowhere.unwrap_err().contains("was not found"));
    }
}
