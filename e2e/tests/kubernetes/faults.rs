//! What goes wrong between an engine and the provider, and that nothing which must be denied is
//! admitted by it; and that all is well again afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::api::{Answer, Api, path_of};
use crate::certificates::{Authority, GATEKEEPER, Pair};
use crate::control_plane::eventually;
pub(crate) use crate::impostor::Asked;
use crate::impostor::{Impostor, Lie};
use crate::objects::{bad_pod, fresh, good_pod};
use crate::provider::Provider;
use crate::scenarios::{SHOP, nothing_forbidden};

/// How long an engine may take to be well again.
const RECOVERY: Duration = Duration::from_secs(40);

/// Who asks the provider.
pub(crate) trait Engine {
    /// Whether the provider lets in nobody but this engine.
    const CHECKS_CLIENTS: bool;

    /// Whether an answer tells which question it is to.
    const REPEATS_THE_QUESTION: bool;

    fn api(&self) -> &Api;

    /// Asks the provider from now on.
    async fn ask_at(&self, provider: &Provider) -> Result<()>;

    /// Asks what listens at that port instead.
    async fn ask_impostor(&self, port: u16) -> Result<()>;

    /// Believes servers of this authority, and of no other.
    async fn trust(&self, authority: &str) -> Result<()>;

    /// Shows this certificate to the provider.
    async fn present(&self, pair: &Pair) -> Result<()>;

    /// An answer in the protocol of the engine, with this verdict.
    fn answer(&self, asked: &Asked, allowed: &Value) -> Value;
}

/// All of them, one after the other.
pub(crate) async fn all<E: Engine>(
    engine: &E,
    mut provider: Provider,
    clients: &Authority,
) -> Result<()> {
    well(engine).await.context("before anything is wrong")?;
    timed("killed and back", killed(engine, &mut provider)).await?;
    timed("stopped and going on", stopped(engine, &provider)).await?;
    timed("certificates rotated", rotated(engine, &mut provider)).await?;
    if E::CHECKS_CLIENTS {
        timed("another client certificate", wrong_client(engine, &mut provider, clients)).await?;
    }
    timed("garbage", garbage(engine, &provider)).await?;
    timed("restarted under load", under_load(engine, &mut provider)).await?;
    nothing_forbidden(engine.api()).await
}

/// Runs one, and tells how long it took.
async fn timed(name: &str, fault: impl Future<Output = Result<()>>) -> Result<()> {
    let started = Instant::now();
    fault.await.context(name.to_owned())?;
    println!("  {name}: {:.1} s", started.elapsed().as_secs_f32());
    Ok(())
}

/// Sends a good pod that nobody has seen before.
async fn good(api: &Api) -> Result<Answer> {
    api.create(&good_pod(SHOP, &fresh("good"))).await
}

/// Sends a bad one, and checks that it is not let in.
async fn bad_is_out(api: &Api) -> Result<Answer> {
    let pod = bad_pod(SHOP, &fresh("bad"));
    let answer = api.create(&pod).await?;
    ensure!(!answer.is_done(), "a pod that must be denied is admitted: {}", answer.body);
    let is_ours = answer.message().contains("webhook");
    ensure!(is_ours, "denied by somebody else: {}", answer.body);
    let stored = api.get(&path_of(&pod)?).await?;
    ensure!(stored.code == 404, "it was denied and is there: {}", stored.body);
    Ok(answer)
}

/// Good pods are let in, and bad ones are not, by the rules.
async fn well(engine: &impl Engine) -> Result<()> {
    let api = engine.api();
    let took = eventually("good pods are let in", RECOVERY, async || {
        bad_is_out(api).await?;
        Ok(good(api).await?.is_done())
    })
    .await?;
    let answer = bad_is_out(api).await?;
    ensure!(answer.message().contains("privileged"), "{}", answer.body);
    println!("  well after {:.1} s", took.as_secs_f32());
    Ok(())
}

/// Nothing is let in; where the engine takes a while to notice, at last.
async fn closed(engine: &impl Engine) -> Result<()> {
    let api = engine.api();
    eventually("nothing is let in", RECOVERY, async || {
        let (bad, good) = tokio::join!(bad_is_out(api), good(api));
        bad?;
        Ok(!good?.is_done())
    })
    .await?;
    bad_is_out(api).await?;
    Ok(())
}

async fn killed(engine: &impl Engine, provider: &mut Provider) -> Result<()> {
    provider.kill();
    closed(engine).await?;
    provider.launch()?;
    well(engine).await
}

async fn stopped(engine: &impl Engine, provider: &Provider) -> Result<()> {
    provider.running()?.signal("STOP")?;
    let outcome = closed(engine).await;
    provider.running()?.signal("CONT")?;
    outcome?;
    well(engine).await
}

async fn rotated(engine: &impl Engine, provider: &mut Provider) -> Result<()> {
    const RELOADS: &str = "ringfence_provider_certificate_reloads_total{result=\"done\"}";
    let names = &["ringfence-provider.gatekeeper-system"];
    let before = provider.metric(RELOADS).await?;
    provider.install(&provider.authority.sign(names)?)?;
    eventually("the provider takes up another certificate", RECOVERY, async || {
        bad_is_out(engine.api()).await?;
        ensure!(good(engine.api()).await?.is_done(), "a good pod is denied meanwhile");
        Ok(provider.metric(RELOADS).await? > before)
    })
    .await?;
    well(engine).await?;
    // One of an authority that the engine does not know yet.
    let next = Authority::new("ringfence-provider-next")?;
    provider.install(&next.sign(names)?)?;
    provider.kill();
    provider.launch()?;
    provider.until_ready().await?;
    closed(engine).await?;
    engine.trust(&next.pem()).await?;
    provider.authority = next;
    well(engine).await
}

async fn wrong_client(
    engine: &impl Engine,
    provider: &mut Provider,
    clients: &Authority,
) -> Result<()> {
    engine.present(&clients.sign(&["somebody.gatekeeper-system.svc"])?).await?;
    // Connections that are open stay; new ones are refused.
    eventually("the engine takes up another certificate", RECOVERY, async || {
        provider.kill();
        provider.launch()?;
        provider.until_ready().await?;
        bad_is_out(engine.api()).await?;
        Ok(!good(engine.api()).await?.is_done())
    })
    .await?;
    closed(engine).await?;
    engine.present(&clients.sign(&[GATEKEEPER])?).await?;
    well(engine).await
}

/// Another server in its place, which the engine believes to be the provider.
async fn garbage<E: Engine>(engine: &E, provider: &Provider) -> Result<()> {
    let impostor =
        Impostor::start(&provider.authority.sign(&["ringfence-provider.gatekeeper-system"])?)
            .await?;
    engine.ask_impostor(impostor.port).await?;
    // First that it is believed: what follows would prove nothing otherwise.
    let let_in = Answering(engine.answer(&placeholder(), &json!(true)));
    impostor.tell(let_in.lie())?;
    eventually("the engine asks the other server", RECOVERY, async || {
        let mut pod = bad_pod(SHOP, &fresh("let-in"));
        pod["metadata"]["labels"] = json!({});
        Ok(engine.api().create(&pod).await?.is_done())
    })
    .await?;
    let mut lies = vec![
        Lie::HangsUp,
        Lie::Waits,
        Lie::Drips,
        Lie::Says(200, String::new()),
        Lie::Says(200, "null".to_owned()),
        Lie::Says(200, "{}".to_owned()),
        Lie::Says(200, "[true]".to_owned()),
        Lie::Says(200, r#"{"allowed":true"#.to_owned()),
        Lie::Says(200, "<html>ok</html>".to_owned()),
        Lie::Says(404, "{}".to_owned()),
        Lie::Says(500, "allowed".to_owned()),
    ];
    if E::REPEATS_THE_QUESTION {
        lies.push(Lie::Says(200, engine.answer(&another(), &json!(true)).to_string()));
    }
    for allowed in [json!(false), Value::Null, json!("true"), json!(1), json!({}), json!([true])] {
        lies.push(Answering(engine.answer(&placeholder(), &allowed)).lie());
    }
    for (number, lie) in lies.into_iter().enumerate() {
        impostor.tell(lie)?;
        let before = impostor.asked()?;
        let (bad, good) = tokio::join!(bad_is_out(engine.api()), good(engine.api()));
        bad.with_context(|| format!("answer {number}"))?;
        let good = good?;
        ensure!(!good.is_done(), "answer {number} lets a pod in: {}", good.body);
        ensure!(impostor.asked()? > before, "answer {number} was not asked for: {}", good.body);
    }
    engine.ask_at(provider).await?;
    well(engine).await
}

/// An answer whose uid and key are put in when they are known.
struct Answering(Value);

fn placeholder() -> Asked {
    Asked { uid: json!("@uid"), key: json!("@key") }
}

fn another() -> Asked {
    Asked { uid: json!("another"), key: json!("{}") }
}

impl Answering {
    fn lie(self) -> Lie {
        let text = self.0.to_string();
        Lie::Answers(Arc::new(move |asked| {
            let text = text.replace("\"@uid\"", &asked.uid.to_string());
            serde_json::from_str(&text.replace("\"@key\"", &asked.key.to_string()))
                .unwrap_or_default()
        }))
    }
}

/// Pods are sent without a pause while the provider dies and comes back, again and again.
async fn under_load(engine: &impl Engine, provider: &mut Provider) -> Result<()> {
    const SENDERS: usize = 4;
    const DEATHS: usize = 3;
    let is_over = Arc::new(AtomicBool::new(false));
    let [sent, let_in, kept_out] = [(); 3].map(|()| Arc::<AtomicUsize>::default());
    let senders = (0..SENDERS).map(|_| {
        let (api, is_over) = (engine.api().clone(), is_over.clone());
        let (sent, let_in, kept_out) = (sent.clone(), let_in.clone(), kept_out.clone());
        tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                bad_is_out(&api).await?;
                let counter = if good(&api).await?.is_done() { &let_in } else { &kept_out };
                counter.fetch_add(1, Ordering::Relaxed);
                sent.fetch_add(2, Ordering::Relaxed);
            }
            anyhow::Ok(())
        })
    });
    let senders: Vec<_> = senders.collect();
    let outcome = async {
        for _ in 0..DEATHS {
            tokio::time::sleep(Duration::from_millis(700)).await;
            provider.kill();
            tokio::time::sleep(Duration::from_millis(300)).await;
            provider.launch()?;
            provider.until_ready().await?;
        }
        tokio::time::sleep(Duration::from_millis(700)).await;
        anyhow::Ok(())
    }
    .await;
    is_over.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.await??;
    }
    outcome?;
    let [sent, let_in, kept_out] =
        [sent, let_in, kept_out].map(|count| count.load(Ordering::Relaxed));
    println!("  {sent} pods, of the good ones {let_in} let in and {kept_out} not");
    ensure!(let_in > 0 && kept_out > 0, "nothing went on, or nothing went wrong");
    well(engine).await
}
