//! `dropcast demo`.

use super::{
    CliError,
    arguments::DemoArguments,
    serve::{StopSignals, raise_open_files_limit, stop},
};
use crate::{app::App, config::Config, demo, telemetry};

pub(super) async fn run(arguments: &DemoArguments) -> Result<(), CliError> {
    if !arguments.listen.ip().is_loopback() {
        return Err("the demo gives tokens to whoever asks: let it listen on 127.0.0.1 or [::1] only".into());
    }
    raise_open_files_limit();
    // Caught before there is anything to clean up.
    let mut signals = StopSignals::catch()?;
    let data_dir = tempfile::Builder::new().prefix("dropcast-demo-").tempdir()?;
    let config = demo::config(arguments.listen, data_dir.path())?;
    telemetry::tracing::init(&Config::default().log)?;
    let video = if arguments.no_video { Err("as asked".to_owned()) } else { demo::make_video(data_dir.path()).await };
    let playing = match &video {
        Ok(_) => "a sample that loops as if it were live".to_owned(),
        Err(why) => format!("none, {why}: the show's picture instead"),
    };
    let app = App::start(config, Some(demo::first_show(video.ok()))).await?;
    let url = format!("http://{}", app.address);
    let demo = demo::start(&app.state, app.address, arguments.viewers, !arguments.no_host).await?;
    super::print_line(&format!(
        "A show is selling.\n  viewer  {url}/viewer/\n  host    {url}/host/\n  brand   {url}/brand/\n  video   {playing}\n\
         Stop it with Ctrl-C."
    ))?;
    signals.received().await;
    demo.stop().await;
    stop(app).await;
    Ok(())
}
