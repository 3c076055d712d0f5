//! A server process for a benchmark: this program itself, on a port of loopback.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::http::Line;
use super::machine;
use crate::place::{Place, URL_VARIABLE};
use crate::stop::Stop;

/// How long a server may take until it answers.
const START_MAX: Duration = Duration::from_secs(60);

/// A running server; dropping it ends it.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From the start of the process to its first page.
    pub first_page: Duration,
}

impl Server {
    /// Starts a server on a place and waits for its first page.
    pub fn start(runtime: &Runtime, place: &Place) -> Result<Server, Stop> {
        let free =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let address = free.map_err(Stop::other)?;
        let program = std::env::current_exe().map_err(Stop::other)?;
        let mut command = Command::new(program);
        command
            .arg("serve")
            .arg("--data")
            .arg(&place.folder)
            .arg("--listen")
            .arg(address.to_string());
        if let store::StoreUrl::Postgres(url) = &place.url {
            command.arg("--database-url").arg(url);
        }
        command.env_remove(URL_VARIABLE).env("RUST_LOG", "error");
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let begun = Instant::now();
        let child = command.spawn().map_err(Stop::other)?;
        let mut server = Server {
            child,
            address,
            first_page: Duration::ZERO,
        };
        runtime.block_on(server.await_page(begun))?;
        server.first_page = begun.elapsed();
        Ok(server)
    }

    async fn await_page(&mut self, begun: Instant) -> Result<(), Stop> {
        while begun.elapsed() < START_MAX {
            if let Ok(mut line) = Line::open(self.address).await
                && let Ok(page) = line.ask("GET", "/login", "", b"").await
                && page.status == 200
            {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait().map_err(Stop::other)? {
                return Err(Stop::other(format!("the server ended at once: {status}")));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Err(Stop::other("the server did not answer"))
    }

    /// Processor time used so far.
    pub fn processor_time(&self) -> Duration {
        machine::processor_time(self.child.id())
    }

    /// Resident memory in kilobytes.
    pub fn resident_kb(&self) -> u64 {
        machine::resident_kb(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It keeps nothing that a sudden end could lose, and nobody waits for it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
