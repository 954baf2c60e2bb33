//! Whom a span talked to, by the attributes of both generations of the semantic conventions.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Observed;
use crate::trace::{Attributes, Span, SpanIndex, SpanKind, Value};

/// A host that a span talked to, and the attribute that tells so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::expectation) struct Peer<'a> {
    pub key: &'static str,
    /// The host as it was recorded, without port and path.
    pub host: &'a str,
}

/// What the value of an attribute is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A host, perhaps with a port.
    Host,
    /// An address, which an own name on the same span explains.
    Address,
    /// A URL.
    Url,
    /// A URL, or settings such as `Server=db;Database=shop`.
    Connection,
}

/// What an attribute of this key says about a peer, and whether a server records its own name there.
fn peer_attribute(key: &str) -> Option<(&'static str, Form, bool)> {
    Some(match key {
        "server.address" => ("server.address", Form::Host, true),
        "network.peer.address" => ("network.peer.address", Form::Address, false),
        "url.full" => ("url.full", Form::Url, true),
        "messaging.destination.name" => ("messaging.destination.name", Form::Url, false),
        "net.peer.name" => ("net.peer.name", Form::Host, false),
        "net.peer.ip" => ("net.peer.ip", Form::Address, false),
        "net.sock.peer.addr" => ("net.sock.peer.addr", Form::Address, false),
        "http.host" => ("http.host", Form::Host, true),
        "http.url" => ("http.url", Form::Url, true),
        "messaging.destination" => ("messaging.destination", Form::Url, false),
        "messaging.url" => ("messaging.url", Form::Url, false),
        "db.connection_string" => ("db.connection_string", Form::Connection, false),
        _ => return None,
    })
}

/// The peers of a span, in the order of its attributes.
fn peers(span: &Span) -> impl Iterator<Item = (Peer<'_>, Form)> {
    let is_server = span.kind == SpanKind::Server;
    span.attributes.iter().filter_map(move |(key, value)| {
        let (key, form, is_own_of_server) = peer_attribute(key)?;
        if is_server && is_own_of_server {
            return None;
        }
        let text = value.as_str()?;
        let host = match form {
            Form::Host | Form::Address => Some(text),
            Form::Url => authority(text),
            Form::Connection => authority(text).or_else(|| setting(text)),
        };
        let host = without_port(host?.trim());
        (!host.is_empty()).then_some((Peer { key, host }, form))
    })
}

/// The part of a URL that names the host. Lists of hosts are read up to the first comma.
fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#', ',']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    Some(authority.rsplit_once('@').map_or(authority, |(_, host)| host))
}

/// The host in settings such as `Server=tcp:db,1433;Database=shop` or `host=db port=5432`.
fn setting(text: &str) -> Option<&str> {
    let named = |part: &'_ str| {
        let (key, _) = part.split_once('=')?;
        let key = key.trim();
        ["host", "server", "data source", "addr", "address", "hostaddr"]
            .iter()
            .any(|known| key.eq_ignore_ascii_case(known))
            .then_some(())
    };
    let separator: &[char] = if text.contains(';') { &[';'] } else { &[' ', ';'] };
    let part = text.split(separator).find(|part| named(part).is_some())?;
    let value = part.split_once('=')?.1.trim();
    let value = value.strip_prefix("tcp:").unwrap_or(value);
    Some(value.split([',', '\\']).next().unwrap_or(value))
}

/// The host without its port and brackets.
fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match host.split_once(':') {
        // More than one colon is an address of version 6.
        Some((name, port)) if !port.contains(':') => name,
        _ => host,
    }
}

/// Whether a host is the machine itself: a name or address of the loopback, no address at all, or a socket in the file system.
fn is_local(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if name == "localhost" || name.ends_with(".localhost") || name.starts_with('/') || name == "unix" {
        return true;
    }
    match name.parse() {
        Ok(IpAddr::V4(address)) => is_local_v4(address),
        Ok(IpAddr::V6(address)) => is_local_v6(address),
        Err(_) => false,
    }
}

fn is_local_v4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

fn is_local_v6(address: Ipv6Addr) -> bool {
    address.is_loopback() || address.is_unspecified() || address.to_ipv4_mapped().is_some_and(is_local_v4)
}

/// The hosts that belong to a run.
struct Own<'a>(HashSet<&'a str>);

impl<'a> Own<'a> {
    fn new(declared: &'a [String], observed: &'a Observed<'_>) -> Self {
        let mut hosts: HashSet<&str> = declared.iter().map(String::as_str).collect();
        hosts.extend(observed.reception.own_hosts.iter().map(String::as_str));
        let mut resources = HashSet::new();
        for span in observed.trace.spans() {
            if resources.insert(std::sync::Arc::as_ptr(&span.resource)) {
                hosts.extend(hosts_of(&span.resource.attributes));
            }
        }
        Self(hosts)
    }

    fn holds(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        self.0.contains(host) || is_local(host) || self.0.contains(host.to_ascii_lowercase().as_str())
    }
}

/// What a resource says that its host is called.
fn hosts_of(attributes: &Attributes) -> impl Iterator<Item = &str> {
    ["host.name", "host.ip", "k8s.pod.ip", "container.name"].into_iter().filter_map(|key| attributes.get(key)).flat_map(
        |value| match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect::<Vec<_>>(),
        },
    )
}

/// Every span that talked to a host outside of the run, with that host.
pub(in crate::expectation) fn external_peers<'p>(
    declared: &'p [String],
    observed: &'p Observed<'_>,
) -> Vec<(SpanIndex, Peer<'p>)> {
    let own = Own::new(declared, observed);
    let mut external = Vec::new();
    for (index, span) in observed.trace.iter() {
        let is_own_name = |(peer, form): &(Peer<'_>, Form)| *form != Form::Address && own.holds(peer.host);
        if peers(span).all(|peer| own.holds(peer.0.host)) {
            continue;
        }
        let has_own_name = peers(span).any(|peer| is_own_name(&peer));
        let foreign =
            peers(span).find(|(peer, form)| !(own.holds(peer.host) || (*form == Form::Address && has_own_name)));
        external.extend(foreign.map(|(peer, _)| (index, peer)));
    }
    external
}

/// What clnrm 1.0 took for a sign of an external service, whatever the value.
pub(super) fn has_peer_attribute(span: &Span) -> bool {
    const KEYS: [&str; 9] = [
        "net.peer.name",
        "net.peer.ip",
        "net.peer.port",
        "http.host",
        "http.url",
        "db.connection_string",
        "rpc.service",
        "messaging.destination",
        "messaging.url",
    ];
    span.attributes.iter().any(|(key, _)| KEYS.contains(&key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{SpanId, TraceId};

    fn host(key: &str, value: &str, kind: SpanKind) -> Option<String> {
        let mut span = Span::new(TraceId::from([1; 16]), SpanId::from([1; 8]), "call");
        span.kind = kind;
        span.attributes = [(key, value)].into_iter().collect();
        peers(&span).next().map(|(peer, _)| peer.host.to_owned())
    }

    #[test]
    fn the_host_is_found_in_each_form() {
        let client = |key, value| host(key, value, SpanKind::Client);
        for (key, value, expected) in [
            ("server.address", "db", "db"),
            ("net.peer.name", "api.example.com:443", "api.example.com"),
            ("network.peer.address", "2001:db8::1", "2001:db8::1"),
            ("http.host", "[::1]:8080", "::1"),
            ("url.full", "https://user:word@api.example.com:8443/v1?x=1", "api.example.com"),
            ("db.connection_string", "postgres://app@db:5432/shop", "db"),
            ("db.connection_string", "Server=tcp:sql.example.com,1433;Database=shop", "sql.example.com"),
            ("db.connection_string", "dbname=shop host=db port=5432", "db"),
            ("messaging.url", "amqp://mq:5672", "mq"),
        ] {
            assert_eq!(client(key, value).as_deref(), Some(expected), "{key} = {value}");
        }
    }

    #[test]
    fn what_is_no_host_is_none() {
        assert_eq!(host("messaging.destination.name", "orders", SpanKind::Producer), None);
        assert_eq!(host("db.connection_string", "shop.sqlite", SpanKind::Client), None);
        assert_eq!(host("rpc.service", "shop.Orders", SpanKind::Client), None);
    }

    #[test]
    fn a_server_records_its_own_name() {
        assert_eq!(host("server.address", "shop.example.com", SpanKind::Server), None);
        assert_eq!(host("net.peer.name", "other", SpanKind::Server).as_deref(), Some("other"));
    }

    #[test]
    fn the_loopback_is_local() {
        for host in ["localhost", "LOCALHOST.", "db.localhost", "127.0.0.53", "::1", "::ffff:127.0.0.1", "/run/db.sock"]
        {
            assert!(is_local(host), "{host}");
        }
        for host in ["localhost.example.com", "10.0.0.1", "example.com", "2001:db8::1"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
