//! A server in a process of its own: the program as it is installed, or what it is compared with.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

use crate::installation::Installation;

/// The word by which this program itself becomes the server that is compared with.
pub(crate) const BASELINE: &str = "serve-the-baseline";

/// A running server; ends with its owner.
pub(crate) struct Server {
    process: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How long it took from its start until it took a connection.
    pub(crate) ready_after: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// `anphi serve`.
    pub(crate) fn ours(installation: &Installation) -> Self {
        let (public, second) = (free(), free());
        let mut command = Command::new(env!("CARGO_BIN_EXE_anphi"));
        command.arg("serve").arg("--config").arg(installation.settings_file());
        command.env("ANPHI_SERVER__LISTEN", public.to_string());
        command.env("ANPHI_ADMIN__LISTEN", second.to_string());
        Self::start(command, public)
    }

    /// One transaction a callback.
    pub(crate) fn baseline(installation: &Installation) -> Self {
        let address = free();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(BASELINE).arg(installation.settings_file()).arg(address.to_string());
        Self::start(command, address)
    }

    fn start(mut command: Command, address: SocketAddr) -> Self {
        let began = Instant::now();
        let mut process = command.spawn().unwrap();
        while TcpStream::connect(address).is_err() {
            assert!(process.try_wait().unwrap().is_none(), "the server ended before it listened");
            assert!(began.elapsed() < Duration::from_mins(1), "the server does not listen");
            std::thread::sleep(Duration::from_millis(1));
        }
        Self { process, address, ready_after: began.elapsed() }
    }

    /// Halts it, so that what it does when nobody asks takes nothing from whoever is measured next.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on after [`Server::pause`].
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.process.id().to_string()).status();
        assert!(sent.unwrap().success(), "{signal} was not sent");
    }

    /// The most memory that it ever had, in thousandths of a MB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(Path::new(&status)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        kibibytes * 1024 / 1000
    }
}

/// A loopback address that was free a moment ago.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
