//! A comparison of rushes from beginning to end.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    arguments::Arguments,
    figures::{Beside, Rounds},
};
use crate::{
    compare::{
        clicks::{Computed, Measured, evaluate, measure},
        crowd::{Crowd, Pace, Until},
        engine::{EngineFigures, MemoryFigures},
        run::{CompareError, measure_and_stop, tell},
        stage::{Sale, Stage},
    },
    figure::ms,
    machine,
    rush::{progress::say, redis::Aof},
};

/// Who clicks in the other show, and how fast all of them together.
const OTHERS: u32 = 100;
const OTHERS_PER_S: f64 = 1_000.0;
/// How many clicks they make before a rush, and in one that takes [`RUSH_TAKES`].
const OTHERS_CLICKS: u32 = 4_000;
/// How many they make in one that comes at once: not for longer than it lasts.
const OTHERS_CLICKS_AT_ONCE: u32 = 1_000;
/// How long the clicks of a rush take to come where they don't come at once.
const RUSH_TAKES: Duration = Duration::from_secs(5);
/// How long everybody has, once connected, to get ready for the rush.
const AHEAD: Duration = Duration::from_millis(200);

/// Measures everything in turn, so often as asked.
pub(super) async fn run(arguments: &Arguments) -> Result<(Rounds, Beside), CompareError> {
    let engine = arguments.engine.as_deref().map(EngineFigures::read).transpose()?;
    let memory = arguments.memory.as_deref().map(MemoryFigures::read).transpose()?;
    let beside = Beside { engine, memory, machine: machine::describe() };
    let mut rounds = Rounds::default();
    for round in 1..=arguments.rounds {
        enough_for_all(arguments, round, &mut rounds).await?;
        sold_out(arguments, round, &mut rounds).await?;
        few_units(arguments, round, &mut rounds).await?;
        on_redis(arguments, round, &mut rounds).await?;
        another_show(arguments, round, &mut rounds).await?;
    }
    Ok((rounds, beside))
}

/// A unit for every click.
async fn enough_for_all(arguments: &Arguments, round: u32, rounds: &mut Rounds) -> Result<(), CompareError> {
    let Arguments { server, viewers, clicks, .. } = arguments;
    let all = viewers * clicks;
    let sale = Sale { viewers: *viewers, limit: *clicks, units: all };
    let baseline = measure_and_stop(Stage::baseline(sale, Aof::Off).await?, all, Pace::Answered).await?;
    tell(round, "axum + Lua", &baseline);
    let ours = measure_and_stop(Stage::embedded(server, sale).await?, all, Pace::Answered).await?;
    tell(round, "Dropcast", &ours);
    let at_its_rate = Pace::PerSecond(baseline.per_s);
    let at_its_rate = measure_and_stop(Stage::embedded(server, sale).await?, all, at_its_rate).await?;
    tell(round, "Dropcast at the rate of axum + Lua", &at_its_rate);
    rounds.baseline.push(baseline);
    rounds.ours.push(ours);
    rounds.ours_at_its_rate.push(at_its_rate);
    Ok(())
}

/// One unit, and then nothing.
async fn sold_out(arguments: &Arguments, round: u32, rounds: &mut Rounds) -> Result<(), CompareError> {
    let Arguments { server, viewers, clicks, .. } = arguments;
    let all = viewers * clicks;
    let sale = Sale { viewers: *viewers, limit: *clicks, units: 1 };
    let baseline = measure_and_stop(Stage::baseline(sale, Aof::Off).await?, all, Pace::Answered).await?;
    tell(round, "axum + Lua, sold out", &baseline);
    let ours = measure_and_stop(Stage::embedded(server, sale).await?, all, Pace::Answered).await?;
    tell(round, "Dropcast, sold out", &ours);
    rounds.baseline_sold_out.push(baseline);
    rounds.ours_sold_out.push(ours);
    Ok(())
}

/// Many more clicks than units, as fast as they can be sent.
async fn few_units(arguments: &Arguments, round: u32, rounds: &mut Rounds) -> Result<(), CompareError> {
    let Arguments { server, rush_clicks, rush_viewers, .. } = arguments;
    let stage = Stage::noop(*rush_viewers).await?;
    let crowd = Crowd::gather(&stage.hall).await?;
    let received = crowd.click(*rush_clicks, Pace::AtOnce, Until::Received).await?.took;
    stage.stop().await;
    say(&format!("round {round}: {rush_clicks} clicks are received in {:.0} ms", ms(received)));
    let stage = Stage::embedded(server, rush(arguments)).await?;
    let ours = measure_and_stop(stage, *rush_clicks, Pace::AtOnce).await?;
    tell(round, "Dropcast in a rush", &ours);
    rounds.received.push(received);
    rounds.ours_rush.push(ours);
    Ok(())
}

/// The same, for what Redis computes.
async fn on_redis(arguments: &Arguments, round: u32, rounds: &mut Rounds) -> Result<(), CompareError> {
    let sale = rush(arguments);
    let baseline = Stage::baseline(sale, Aof::Off).await?;
    let baseline = measure_and_stop(baseline, arguments.rush_clicks, Pace::AtOnce).await?;
    tell(round, "axum + Lua in a rush", &baseline);
    let nodes = Stage::nodes(&arguments.server, sale).await?;
    let nodes = measure_and_stop(nodes, arguments.rush_clicks, Pace::AtOnce).await?;
    tell(round, "two nodes on Redis in a rush", &nodes);
    rounds.baseline_rush.push(baseline);
    rounds.nodes_rush.push(nodes);
    Ok(())
}

/// What a rush does to a show beside it: one that comes within [`RUSH_TAKES`], and one as fast as it can be sent.
async fn another_show(arguments: &Arguments, round: u32, rounds: &mut Rounds) -> Result<(), CompareError> {
    let clicks = arguments.rush_clicks;
    let pace = Pace::PerSecond(f64::from(clicks) / RUSH_TAKES.as_secs_f64());
    let (before, in_it) = beside_a_rush(arguments, pace, OTHERS_CLICKS).await?;
    tell(round, "another show, before a rush", &before);
    tell(round, &format!("another show, beside a rush of {} s", RUSH_TAKES.as_secs()), &in_it);
    rounds.others_before.push(before);
    rounds.others_in_it.push(in_it);
    let (before, at_once) = beside_a_rush(arguments, Pace::AtOnce, OTHERS_CLICKS_AT_ONCE).await?;
    tell(round, "another show, before a rush", &before);
    tell(round, "another show, beside a rush as fast as can be", &at_once);
    rounds.others_before_at_once.push(before);
    rounds.others_at_once.push(at_once);
    Ok(())
}

/// Clicks in another show before a rush, and so many from its first click on.
async fn beside_a_rush(arguments: &Arguments, pace: Pace, clicks: u32) -> Result<(Measured, Measured), CompareError> {
    let stage = Stage::embedded(&arguments.server, rush(arguments)).await?;
    let sale = Sale { viewers: OTHERS, limit: 100, units: OTHERS * 100 };
    let (before, beside) = (stage.another(sale).await?, stage.another(sale).await?);
    let others_pace = Pace::PerSecond(OTHERS_PER_S);
    let before = measure(&stage, &before, OTHERS_CLICKS, others_pace).await?;
    let (others, crowd) = (Crowd::gather(&beside).await?, Crowd::gather(&stage.hall).await?);
    sleep(AHEAD).await;
    let (others, crowd) = tokio::join!(
        others.click(clicks, others_pace, Until::Answered),
        crowd.click(arguments.rush_clicks, pace, Until::Answered),
    );
    stage.stop().await;
    evaluate(crowd?, arguments.rush_units, Computed::default())?;
    Ok((before, evaluate(others?, sale.units, Computed::default())?))
}

fn rush(arguments: &Arguments) -> Sale {
    Sale { viewers: arguments.rush_viewers, limit: 1, units: arguments.rush_units }
}
