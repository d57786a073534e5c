//! From a key to a verdict: settings are checked once, verdicts are kept, and what is left to do is
//! done by the module in an instance of its own.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use ringfence_host::cluster::Cluster;
use ringfence_host::{Context, Error, HostCapabilities, Policy, SettingsAnswer};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::cluster::CallCluster;
use crate::key::Key;
use crate::metrics::{Cached, Metrics};
use crate::text::bounded;
use crate::verdict::{Rest, Verdict};

/// Settings that are remembered, valid or not. A cluster has one for each constraint.
const SETTINGS: usize = 1024;

/// About what a verdict takes, which the size of the cache is divided by.
const TYPICAL: usize = 512;

/// Bytes of settings. Those with every rule and its parameters have some thousands; of longer ones
/// even to say what is wrong takes the module too long.
const SETTINGS_BYTES: usize = 256 << 10;

const DAY: u64 = 24 * 60 * 60;

/// Why there is no verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The same key would meet it again.
    Lasting(String),
    /// It may be gone next time.
    Passing(String),
}

/// Judges keys.
pub(crate) struct Judge {
    policy: Policy,
    /// Of the module, which every verdict depends on.
    digest: String,
    live: Option<Arc<dyn Cluster>>,
    settings: Cache<Hash, Result<(), Arc<str>>>,
    verdicts: Option<Cache<Hash, Arc<Verdict>, Size>>,
    metrics: Arc<Metrics>,
}

type Hash = [u8; 32];

#[derive(Clone)]
struct Size;

impl Weighter<Hash, Arc<Verdict>> for Size {
    fn weight(&self, _: &Hash, verdict: &Arc<Verdict>) -> u64 {
        u64::try_from(verdict.size()).unwrap_or(u64::MAX)
    }
}

/// A verdict, and whether it was there already.
pub(crate) struct Judged {
    pub(crate) verdict: Arc<Verdict>,
    pub(crate) cached: bool,
}

impl Judge {
    /// A judge by this module. `kept` bounds the memory of verdicts that are kept.
    pub(crate) fn new(
        policy: Policy,
        digest: String,
        live: Option<Arc<dyn Cluster>>,
        kept: usize,
        metrics: Arc<Metrics>,
    ) -> Self {
        let verdicts = (kept > 0).then(|| {
            let bytes = u64::try_from(kept).unwrap_or(u64::MAX);
            Cache::with_weighter(kept / TYPICAL, bytes, Size)
        });
        Self { policy, digest, live, settings: Cache::new(SETTINGS), verdicts, metrics }
    }

    /// Judges a key of Gatekeeper's. The date is a part of what is looked up: exemptions end.
    pub(crate) fn key(&self, key: &Key<'_>, now: SystemTime) -> Result<Judged, Fault> {
        let hash = self.hash(key.text, now);
        if let Some(verdict) = self.verdicts.as_ref().and_then(|kept| kept.get(&hash)) {
            self.metrics.cached(Cached::Hit);
            return Ok(Judged { verdict, cached: true });
        }
        let (verdict, may_keep) =
            self.unchanging(key.text.as_bytes(), key.settings, key.namespace, now)?;
        let verdict = Arc::new(verdict);
        match &self.verdicts {
            Some(kept) if may_keep => {
                self.metrics.cached(Cached::Miss);
                kept.insert(hash, verdict.clone());
            }
            _ => self.metrics.cached(Cached::Bypass),
        }
        Ok(Judged { verdict, cached: false })
    }

    /// Judges a payload for a caller who cannot change the object: what the module would fill in
    /// before it judges is not there.
    pub(crate) fn unchanging(
        &self,
        payload: &[u8],
        settings: &RawValue,
        namespace: Option<&RawValue>,
        now: SystemTime,
    ) -> Result<(Verdict, bool), Fault> {
        self.check(settings)?;
        if mutates(settings) {
            return Err(Fault::Lasting(NO_MUTATION.to_owned()));
        }
        let (verdict, rest, may_keep) = self.evaluate(payload, settings, namespace, now)?;
        if rest.mutated.is_some() {
            return Err(Fault::Lasting(NO_MUTATION.to_owned()));
        }
        Ok((verdict, may_keep))
    }

    /// Judges a payload of the module's. The last of the answer tells whether it would be the same
    /// for the same payload on the same day.
    pub(crate) fn evaluate(
        &self,
        payload: &[u8],
        settings: &RawValue,
        namespace: Option<&RawValue>,
        now: SystemTime,
    ) -> Result<(Verdict, Rest, bool), Fault> {
        self.check(settings)?;
        let cluster = Arc::new(CallCluster::new(namespace, self.live.clone(), payload));
        let capabilities = HostCapabilities::new(cluster.clone());
        let context = Context { now: Some(now), capabilities: Some(capabilities) };
        let started = Instant::now();
        let reply = self.policy.validate_in(payload, context);
        self.metrics.evaluated(started.elapsed());
        let reply = reply.map_err(fault)?;
        let (verdict, rest) = Verdict::of(&reply.bytes).map_err(Fault::Lasting)?;
        if let Some(reason) = cluster.failed()
            && !verdict.allowed
        {
            return Err(Fault::Passing(format!("the cluster cannot be asked: {reason}")));
        }
        Ok((verdict, rest, !cluster.asked_live()))
    }

    /// Whether the module can work with the settings.
    pub(crate) fn check(&self, settings: &RawValue) -> Result<(), Fault> {
        if settings.get().len() > SETTINGS_BYTES {
            let long = format!("the settings are longer than {SETTINGS_BYTES} bytes");
            return Err(Fault::Lasting(long));
        }
        let hash: Hash = Sha256::digest(settings.get()).into();
        let known = match self.settings.get(&hash) {
            Some(known) => known,
            None => {
                let reply = self.policy.validate_settings(settings.get().as_bytes());
                let answer =
                    reply.and_then(|reply| SettingsAnswer::parse(&reply.bytes)).map_err(fault)?;
                let known = if answer.valid {
                    Ok(())
                } else {
                    let why =
                        answer.message.unwrap_or_else(|| "the module does not say why".into());
                    Err(bounded(why).into())
                };
                self.settings.insert(hash, known.clone());
                known
            }
        };
        known.map_err(|message| Fault::Lasting(format!("the settings are not valid: {message}")))
    }

    fn hash(&self, key: &str, now: SystemTime) -> Hash {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut hash = Sha256::new();
        // The settings are in the key, and so in the hash.
        hash.update(self.digest.as_bytes());
        hash.update((now.as_secs() / DAY).to_be_bytes());
        hash.update(key.as_bytes());
        hash.finalize().into()
    }
}

/// A verdict on what a mutation would make of the object is none on the object.
const NO_MUTATION: &str = "the settings ask for `mutate`, and here nothing can be filled in; take it \
    out, or use an admission webhook";

/// Whether settings ask to fill in what is absent, or cannot be read for whether they do.
fn mutates(settings: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct Mutate {
        #[serde(default)]
        mutate: Option<bool>,
    }
    let read = serde_json::from_str::<Mutate>(settings.get());
    read.map_or(true, |it| it.mutate == Some(true))
}

/// Whether the module or the moment is at fault.
fn fault(error: Error) -> Fault {
    match error {
        // A busy machine makes a call slow; memory and threads may come back.
        Error::Deadline { .. } | Error::Engine { .. } => Fault::Passing(error.to_string()),
        _ => Fault::Lasting(bounded(error.to_string())),
    }
}
