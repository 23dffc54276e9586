//! Providers: the vectors through `conform`, forgeries, and the simulator on the other end.

mod conform;
mod forgery;
mod http;
mod simulator;
