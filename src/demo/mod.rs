//! The demo: the sample show, run by a simulated host and bought up by simulated viewers over real WebSockets.

mod director;
mod video;
mod viewer;

use std::{net::SocketAddr, path::Path, sync::Arc};

use dropcast_domain::ids::{BrandId, PrincipalId, ShowId};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    api::{
        looping_video::LoopingVideo,
        state::{ApiState, DemoTokens},
    },
    app::StartError,
    clock::{Clock as _, SystemClock},
    config::{Config, Secret, SecretError},
    show_file::{self, ShowFile},
};

const SHOW_FILE: &str = include_str!("../../examples/atelier-noor/show.toml");
const SHOW_FILE_NAME: &str = "examples/atelier-noor/show.toml";

/// What moves in a demo.
#[derive(Debug)]
pub struct Demo {
    tasks: JoinSet<()>,
}

impl Demo {
    /// Stops the simulated people.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// The configuration of a demo: a secret of its own, and room for many viewers from one address.
pub fn config(listen: SocketAddr, data_dir: &Path) -> Result<Config, SecretError> {
    let mut config = Config { listen, data_dir: data_dir.to_owned(), ..Config::default() };
    let random: [u128; 2] = rand::random();
    config.token_secret = Some(Secret::new(&format!("{:032x}{:032x}", random[0], random[1]))?);
    config.limits.per_address_per_second = 0;
    config.limits.connections_per_address = 0;
    config.shutdown_limit_ms = 3_000;
    Ok(config)
}

/// Makes the video that the shows of a demo play. The error says why there is none.
pub async fn make_video(data_dir: &Path) -> Result<LoopingVideo, String> {
    video::make(&data_dir.join("video"), || SystemClock.now()).await
}

/// The tokens for the first show of a demo, and the video that it plays.
pub fn first_show(video: Option<LoopingVideo>) -> DemoTokens {
    DemoTokens::new(brand(), name_of(1), video)
}

/// Plans and starts the first show, and sets the simulated people going.
pub async fn start(state: &ApiState, address: SocketAddr, viewers: u32, host: bool) -> Result<Demo, StartError> {
    let mut file = show_file::parse(SHOW_FILE, SHOW_FILE_NAME)?;
    if state.demo.as_ref().is_some_and(|demo| demo.video.is_some()) {
        video::ADDRESS.clone_into(&mut file.video);
    }
    let (show, shows) = watch::channel(name_of(1));
    let director = director::Director::new(state.clone(), file, show);
    director.start_show().await?;
    let mut tasks = JoinSet::new();
    tasks.spawn(director.run(host));
    for number in 1..=viewers {
        let viewer = viewer::Viewer::new(
            PrincipalId::new(&format!("simulated-{number}"))?,
            address,
            Arc::clone(&state.tokens),
            shows.clone(),
        );
        tasks.spawn(viewer.run());
    }
    Ok(Demo { tasks })
}

fn brand() -> BrandId {
    #[expect(clippy::expect_used, reason = "a few letters and a hyphen are a name")]
    BrandId::new("atelier-noor").expect("a name")
}

/// The demo's shows follow one another.
fn name_of(number: u32) -> ShowId {
    #[expect(clippy::expect_used, reason = "a few letters, hyphens and digits are a name")]
    ShowId::new(&format!("atelier-noor-{number}")).expect("a name")
}

fn named(file: &ShowFile, show: &ShowId) -> ShowFile {
    ShowFile { show: Some(show.to_string()), ..file.clone() }
}
