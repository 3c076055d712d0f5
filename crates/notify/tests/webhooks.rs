//! Webhooks: what is signed, what is sent again, and what a target that misbehaves does to the others.

mod common;

use common::web::{Answer, Server};
use common::{Depot, ORG, eventually};
use notify::webhook::signature;
use store::DeliveryState;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

/// A depot made off the threads that run tasks, since submitting blocks.
async fn depot(hooks: Vec<(&'static str, String)>) -> std::sync::Arc<Depot> {
    off(move || {
        let depot = Depot::memory();
        for (id, url) in hooks {
            depot.webhook(id, &url);
        }
        std::sync::Arc::new(depot)
    })
    .await
}

async fn slip(depot: &std::sync::Arc<Depot>) {
    let depot = depot.clone();
    off(move || depot.begin_slip()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_told_once_signed_and_only_what_came_after_the_webhook() {
    let server = Server::start(vec![Answer::Status(200)]).await;
    let depot = depot(vec![("all", server.url.clone())]).await;
    let post = depot.start("a");
    eventually("the follower begins", || {
        depot.store.followed(ORG, "outbox").expect("read")
    })
    .await;
    slip(&depot).await;
    eventually("it is told", || (server.count() == 1).then_some(())).await;
    let id = depot.deliveries()[0].id.clone();
    let (sent, tries) = depot.until(&id, DeliveryState::Sent).await;
    assert_eq!((sent.tries, tries.len(), tries[0].ok), (1, 1, true));
    let asked = &server.all()[0];
    assert_eq!(asked.line, "POST /hook HTTP/1.1");
    assert_eq!(asked.header("webhook-id"), id);
    let at: i64 = asked.header("webhook-timestamp").parse().expect("seconds");
    assert_eq!(
        asked.header("webhook-signature"),
        signature(SECRET, &id, at, &asked.body)
    );
    assert!(
        asked.body.contains("\"type\":\"slip.step\""),
        "{}",
        asked.body
    );
    assert!(
        !asked.body.contains("12.34"),
        "what was filled in stays at home: {}",
        asked.body
    );
    post.stop().await;
    // Another start sends nothing again.
    let post = depot.start("b");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    post.stop().await;
    assert_eq!((server.count(), depot.deliveries().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_fails_is_tried_again_and_one_that_hangs_holds_up_nobody() {
    let good = Server::start(vec![Answer::Status(204)]).await;
    let shaky = Server::start(vec![
        Answer::Status(500),
        Answer::Break,
        Answer::Patience,
        Answer::Status(200),
    ])
    .await;
    let hanging = Server::start(vec![Answer::Hang]).await;
    let elsewhere = Server::start(vec![Answer::Redirect]).await;
    let gone = Server::start(vec![Answer::Status(410)]).await;
    let depot = depot(vec![
        ("a-hanging", hanging.url.clone()),
        ("b-good", good.url.clone()),
        ("c-shaky", shaky.url.clone()),
        ("d-elsewhere", elsewhere.url.clone()),
        ("e-gone", gone.url.clone()),
    ])
    .await;
    let post = depot.start("a");
    eventually("the follower begins", || {
        depot.store.followed(ORG, "outbox").expect("read")
    })
    .await;
    for _ in 0..6 {
        slip(&depot).await;
    }
    let begun = std::time::Instant::now();
    eventually("the good one has all", || (good.count() == 6).then_some(())).await;
    assert!(
        begun.elapsed().as_millis() < 600,
        "the hanging one held it up: {:?}",
        begun.elapsed()
    );
    let of = |target: &str| {
        let all = depot.deliveries();
        all.into_iter()
            .filter(|one| one.target == format!("webhook/{target}"))
            .collect::<Vec<_>>()
    };
    // Never more at once than there are places.
    assert!(hanging.count() <= 2, "{}", hanging.count());
    eventually("the shaky one has all", || {
        of("c-shaky")
            .iter()
            .all(|one| one.state == DeliveryState::Sent)
            .then_some(())
    })
    .await;
    let ids: std::collections::BTreeSet<String> = shaky
        .all()
        .iter()
        .map(|asked| asked.header("webhook-id").to_owned())
        .collect();
    assert_eq!(
        (ids.len(), shaky.count()),
        (6, 9),
        "each has one id, however often it is sent"
    );
    for (target, why) in [
        ("d-elsewhere", "redirects are not followed"),
        ("e-gone", "410"),
        ("a-hanging", "no answer within"),
    ] {
        eventually(&format!("{target} is given up"), || {
            let all = of(target);
            all.iter()
                .all(|one| one.state == DeliveryState::Dead && one.result.contains(why))
                .then_some(())
        })
        .await;
    }
    assert_eq!(gone.count(), 6, "what is gone is not asked again");
    assert_eq!(elsewhere.count(), 6 * 4);
    // By hand it is tried again.
    let dead = of("e-gone")[0].id.clone();
    assert!(
        depot
            .store
            .retry_delivery(ORG, &dead, common::now())
            .expect("written")
    );
    eventually("it is asked once more", || {
        (gone.count() == 7).then_some(())
    })
    .await;
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_allowed_addresses_are_reached() {
    let server = Server::start(vec![Answer::Status(200)]).await;
    let depot = depot(vec![("inside", server.url.clone())]).await;
    let mut post = depot.post("a");
    post.allow = notify::Allow::default();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let task = tokio::spawn(post.run(stopped));
    eventually("the follower begins", || {
        depot.store.followed(ORG, "outbox").expect("read")
    })
    .await;
    slip(&depot).await;
    eventually("it is refused", || {
        let all = depot.deliveries();
        all.first()
            .filter(|one| one.result.contains("--allow-target"))
            .map(|_| ())
    })
    .await;
    let _ = stop.send(true);
    task.await.expect("it ends");
    assert_eq!(server.count(), 0);
}

/// Two servers on one database, or one after the other died in the middle: nothing is lost, nothing is another delivery.
#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_send_each_once() {
    let Some(url) = postgres("notify_nodes") else {
        return;
    };
    let server = Server::start(vec![Answer::Status(200)]).await;
    let hook = server.url.clone();
    let depot = off(move || {
        let depot = Depot::open(&url);
        depot.webhook("all", &hook);
        std::sync::Arc::new(depot)
    })
    .await;
    let posts = [depot.start("a"), depot.start("b"), depot.start("c")];
    eventually("the follower begins", || {
        depot.store.followed(ORG, "outbox").expect("read")
    })
    .await;
    for _ in 0..20 {
        slip(&depot).await;
    }
    eventually("all are told", || (server.count() >= 20).then_some(())).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    for post in posts {
        post.stop().await;
    }
    assert_eq!((server.count(), depot.deliveries().len()), (20, 20));
}

fn postgres(name: &str) -> Option<store::StoreUrl> {
    use testkit::postgres::Cluster;
    if !Cluster::available() {
        eprintln!("PostgreSQL is not installed: this test was left out");
        return None;
    }
    let url = Cluster::shared().create_database(name).expect("a database");
    Some(store::StoreUrl::Postgres(url))
}

/// A server that is killed leaves leased deliveries and perhaps a follower behind; the next one goes on.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_server_had_is_sent_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = store::StoreUrl::Sqlite(folder.path().join("data.db"));
    let hanging = Server::start(vec![Answer::Hang, Answer::Hang, Answer::Status(200)]).await;
    let hook = hanging.url.clone();
    let depot = off(move || {
        let depot = Depot::open(&url);
        depot.webhook("all", &hook);
        std::sync::Arc::new(depot)
    })
    .await;
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let first = tokio::spawn(depot.post("first").run(stopped));
    eventually("the follower begins", || {
        depot.store.followed(ORG, "outbox").expect("read")
    })
    .await;
    slip(&depot).await;
    slip(&depot).await;
    eventually("both are under way", || {
        (hanging.count() == 2).then_some(())
    })
    .await;
    // As if killed: no task of it runs on, and what it leased stays leased.
    first.abort();
    let held = depot.deliveries();
    assert!(held.iter().all(|one| one.leased_by == "first"), "{held:?}");
    let mut post = depot.post("second");
    post.alone = true;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let second = tokio::spawn(post.run(stopped));
    eventually("the next one sends them", || {
        depot
            .deliveries()
            .iter()
            .all(|one| one.state == DeliveryState::Sent)
            .then_some(())
    })
    .await;
    let _ = stop.send(true);
    second.await.expect("it ends");
    let ids: std::collections::BTreeSet<String> = hanging
        .all()
        .iter()
        .map(|asked| asked.header("webhook-id").to_owned())
        .collect();
    assert_eq!(ids.len(), 2, "the same two, however often");
    let report = off({
        let depot = depot.clone();
        move || depot.store.verify(&|_, _, _| {}).expect("verified")
    })
    .await;
    assert!(report.sound(), "{report:?}");
}
