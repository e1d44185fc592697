use super::*;
use crate::{
    clock::SystemClock,
    engine::{Engine, EngineConfig, Projection, ProjectionFactory},
    journal::MemoryJournal,
};

struct Nobody;

impl ProjectionFactory for Nobody {
    fn projections(&self, _show: &ShowId, _position: Position) -> Vec<Box<dyn Projection>> {
        Vec::new()
    }
}

async fn handle() -> ShowHandle {
    let config = EngineConfig::default();
    let engine = Engine::new(Arc::new(MemoryJournal::new()), Arc::new(SystemClock), Arc::new(Nobody), config);
    engine.open_or_create(&ShowId::new("show").expect("a name")).await.expect("a show")
}

#[tokio::test]
async fn a_connection_that_is_gone_takes_no_place() {
    let (handle, crowd) = (handle().await, Arc::<Crowd>::default());
    let place = || Place { audience: Audience::Viewer, seat: Some(crowd.seat(None, None)) };
    let joined = Joined::default();
    assert_eq!(joined.leave(), None);
    assert!(!joined.set(handle.clone(), place));
    assert_eq!((joined.audience(), crowd.count().watched), (None, 0));
    assert!(joined.handle().is_none());

    let joined = Joined::default();
    assert!(joined.set(handle.clone(), place));
    assert!(!joined.set(handle, place), "whoever joins anew has a place already");
    assert_eq!(crowd.count().watched, 1);
    assert_eq!(joined.leave(), Some(Audience::Viewer));
}
