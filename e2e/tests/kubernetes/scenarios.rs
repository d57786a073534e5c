//! What is sent through the API server, whoever judges it, and what must come of it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::api::{Answer, Api, Patch, collection, path_of};
use crate::control_plane::ControlPlane;
use crate::objects::{
    FORBIDDEN, bad_pod, binding, cron_job, debugger, deployment, fresh, good_pod, namespace, role,
    seccomp_profile, worst_pod,
};

/// What pods and workloads are asked.
pub(crate) fn standards() -> Value {
    json!({"profile": "restricted", "version": "latest"})
}

/// What namespaces are asked.
pub(crate) fn labels() -> Value {
    json!({"profile": "privileged", "rules": {"podSecurityLabels": {"minimum": "baseline"}}})
}

/// The namespace that what is judged is sent to.
pub(crate) const SHOP: &str = "shop";

/// Scenarios at an API server whose engine denies.
pub(crate) struct Stage<'a> {
    pub(crate) plane: &'a ControlPlane,
    /// Whether warnings of what is admitted reach whoever sent it.
    pub(crate) warns: bool,
}

/// What was there before anybody judged.
pub(crate) struct Old {
    pod: String,
    deployment: String,
}

impl Old {
    /// Makes it, in [`SHOP`], which it makes too.
    pub(crate) async fn make(api: &Api) -> Result<Self> {
        api.create(&namespace(SHOP, "restricted")).await?.done()?;
        let old = Self { pod: fresh("old"), deployment: fresh("old") };
        let mut pod = bad_pod(SHOP, &old.pod);
        let mut deployment = deployment(SHOP, &old.deployment, false);
        for object in [&mut pod, &mut deployment] {
            // These are let in.
            object["metadata"]["labels"] = json!({});
            api.create(object).await?.done()?;
        }
        Ok(old)
    }
}

impl Stage<'_> {
    fn api(&self) -> &Api {
        &self.plane.api
    }

    async fn admits(&self, object: &Value) -> Result<Answer> {
        let answer = self.api().create(object).await?;
        answer.done().with_context(|| format!("must be admitted: {}", object["metadata"]["name"]))
    }

    /// Sends what must be denied by these rules, and gives the message.
    async fn denies(&self, object: &Value, rules: &[&str]) -> Result<String> {
        let answer = self.api().create(object).await?;
        let message = denied(&answer, rules)
            .with_context(|| format!("sent: {} {}", object["kind"], object["metadata"]["name"]))?;
        let stored = self.api().get(&path_of(object)?).await?;
        ensure!(stored.code == 404, "it was denied and is there: {}", stored.body);
        Ok(message)
    }

    /// Pods, good and bad; the message of the worst arrives whole.
    pub(crate) async fn pods(&self) -> Result<()> {
        let good = self.admits(&good_pod(SHOP, &fresh("good"))).await?;
        ensure!(good.warnings.is_empty(), "{:?}", good.warnings);
        self.denies(&bad_pod(SHOP, &fresh("bad")), &["privileged"]).await?;
        let worst = worst_pod(SHOP, &fresh("worst"));
        let message =
            self.denies(&worst, &["privileged", "capabilities", "hostNamespaces"]).await?;
        is_whole(&message, &standards(), "CREATE", &worst)?;
        // A name that the server chooses, and nothing but an ephemeral flaw: the last container.
        let mut generated = good_pod(SHOP, "");
        generated["metadata"] = json!({"generateName": "web-", "namespace": SHOP});
        self.api().create(&generated).await?.done()?;
        generated["spec"]["initContainers"] = json!([{"name": "init", "image": "registry.example/init", "securityContext": {"privileged": true}}]);
        generated["metadata"]["labels"] = json!({FORBIDDEN: "yes"});
        denied(&self.api().create(&generated).await?, &["privileged"])?;
        Ok(())
    }

    /// Workloads, which fail where they are applied and not only where their pods are made.
    pub(crate) async fn workloads(&self) -> Result<()> {
        self.admits(&deployment(SHOP, &fresh("good"), true)).await?;
        self.admits(&cron_job(SHOP, &fresh("good"), true)).await?;
        for bad in [deployment(SHOP, &fresh("bad"), false), cron_job(SHOP, &fresh("bad"), false)] {
            let message = self.denies(&bad, &["hostNamespaces"]).await?;
            is_whole(&message, &standards(), "CREATE", &bad)?;
        }
        Ok(())
    }

    /// `kubectl debug`: what is added to a pod that runs comes by a subresource of its own.
    pub(crate) async fn ephemeral_containers(&self) -> Result<()> {
        let pod = good_pod(SHOP, &fresh("debugged"));
        self.admits(&pod).await?;
        let path = format!("{}/ephemeralcontainers", path_of(&pod)?);
        let bad = debugger("bad", false);
        denied(&self.api().patch(&path, Patch::Merge, &bad).await?, &["privileged"])?;
        let good = debugger("good", true);
        self.api().patch(&path, Patch::Merge, &good).await?.done()?;
        let stored = self.api().get(&path_of(&pod)?).await?.body;
        let names = stored.pointer("/spec/ephemeralContainers/0/name");
        ensure!(names == Some(&json!("good")), "{stored}");
        ensure!(stored.pointer("/spec/ephemeralContainers/1").is_none(), "{stored}");
        // What is there already does not let the next one in.
        let mut both = stored["spec"]["ephemeralContainers"].as_array().context("a list")?.clone();
        both.extend(bad.pointer("/spec/ephemeralContainers/0").cloned());
        let both = json!({"spec": {"ephemeralContainers": both}});
        denied(&self.api().patch(&path, Patch::Merge, &both).await?, &["privileged"])?;
        // As people do it.
        let name = pod["metadata"]["name"].as_str().context("a name")?;
        let (worked, said) = self.plane.try_kubectl(&[
            "debug",
            name,
            "-n",
            SHOP,
            "--image=registry.example/debug",
            "--profile=sysadmin",
            "--attach=false",
        ])?;
        ensure!(!worked && said.contains("privileged"), "{said}");
        Ok(())
    }

    /// Labels by which namespaces ask less of their pods.
    pub(crate) async fn namespaces(&self, settings: &Value) -> Result<()> {
        let made = namespace(&fresh("tenant"), "restricted");
        self.admits(&made).await?;
        let path = path_of(&made)?;
        let rule = &["podSecurityLabels"];
        for level in [json!("privileged"), json!("baseline"), Value::Null] {
            let lowered =
                json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": level}}});
            denied(&self.api().patch(&path, Patch::Merge, &lowered).await?, rule)?;
        }
        let labels = json!({"metadata": {"labels": {"owner": "shop"}}});
        self.api().patch(&path, Patch::Merge, &labels).await?.done()?;
        let stored = self.api().get(&path).await?.body;
        let level = &stored["metadata"]["labels"]["pod-security.kubernetes.io/enforce"];
        ensure!(level == "restricted", "{stored}");
        let weak = namespace(&fresh("weak"), "privileged");
        let message = self.denies(&weak, rule).await?;
        is_whole(&message, settings, "CREATE", &weak)
    }

    /// RBAC objects; a binding is judged by the role it names, which is looked up.
    pub(crate) async fn rbac(&self) -> Result<()> {
        self.admits(&role(SHOP, &fresh("good"), true)).await?;
        self.denies(&role(SHOP, &fresh("bad"), false), &["rbac"]).await?;
        self.admits(&binding(SHOP, &fresh("good"), "system:public-info-viewer", true)).await?;
        self.denies(&binding(SHOP, &fresh("bad"), "cluster-admin", false), &["rbac"]).await?;
        Ok(())
    }

    /// Profiles of security-profiles-operator.
    pub(crate) async fn seccomp_profiles(&self) -> Result<()> {
        self.admits(&seccomp_profile(&fresh("few-calls"), true)).await?;
        self.denies(&seccomp_profile(&fresh("every-call"), false), &["seccompContent"]).await?;
        let mut changed = seccomp_profile(&fresh("few-calls"), true);
        let stored = self.admits(&changed).await?.body;
        changed["spec"]["defaultAction"] = "SCMP_ACT_ALLOW".into();
        changed["metadata"]["resourceVersion"] = stored["metadata"]["resourceVersion"].clone();
        let answer = self.api().put(&path_of(&changed)?, &changed).await?;
        denied(&answer, &["seccompContent"])?;
        Ok(())
    }

    /// Updates of what was there before: only what is significant is held to the rules.
    pub(crate) async fn old_violators(&self, old: &Old) -> Result<()> {
        let pod = format!("/api/v1/namespaces/{SHOP}/pods/{}", old.pod);
        let label = json!({"metadata": {"labels": {"touched": "yes"}}});
        self.api().patch(&pod, Patch::Merge, &label).await?.done()?;
        let mut stored = self.api().get(&pod).await?.done()?.body;
        stored["spec"]["containers"][0]["image"] = "registry.example/web:2".into();
        denied(&self.api().put(&pod, &stored).await?, &["privileged"])?;
        let deployment = format!("/apis/apps/v1/namespaces/{SHOP}/deployments/{}", old.deployment);
        let scaled = json!({"spec": {"replicas": 3}});
        let answer = self.api().patch(&deployment, Patch::Merge, &scaled).await?.done()?;
        let warned = answer.warnings.iter().any(|text| text.contains("hostPID"));
        ensure!(warned == self.warns, "{:?}", answer.warnings);
        let image =
            json!({"spec": {"template": {"metadata": {"annotations": {"restarted": "now"}}}}});
        denied(&self.api().patch(&deployment, Patch::Merge, &image).await?, &["hostNamespaces"])?;
        // Deleting is nobody's business here.
        self.api().delete(&pod).await?.done()?;
        Ok(())
    }

    /// Everything that engines are asked about by the shipped constraints.
    pub(crate) async fn all(&self, old: &Old) -> Result<()> {
        self.pods().await.context("pods")?;
        self.workloads().await.context("workloads")?;
        self.ephemeral_containers().await.context("ephemeral containers")?;
        self.old_violators(old).await.context("updates of old violators")?;
        nothing_forbidden(self.api()).await
    }
}

/// Checks that an engine denied, and by which rules; gives its message.
pub(crate) fn denied(answer: &Answer, rules: &[&str]) -> Result<String> {
    let message = answer.message();
    ensure!(
        answer.code == 403 || answer.code == 400,
        "not denied: {} {}",
        answer.code,
        answer.message()
    );
    ensure!(message.contains("denied the request") || message.contains("was blocked"), "{message}");
    for rule in rules {
        ensure!(message.contains(rule), "no {rule} in {message}");
    }
    Ok(message.to_owned())
}

/// Checks that a message has every line of what the library says to the request.
fn is_whole(message: &str, settings: &Value, operation: &str, object: &Value) -> Result<()> {
    let (version, kind) = (object["apiVersion"].as_str(), &object["kind"]);
    let (group, version) = version
        .context("a version")?
        .split_once('/')
        .unwrap_or(("", object["apiVersion"].as_str().unwrap_or_default()));
    // The API server says of a namespace that it is in itself.
    let metadata = &object["metadata"];
    let namespace = if kind == "Namespace" { &metadata["name"] } else { &metadata["namespace"] };
    let request = json!({
        "uid": "1", "operation": operation, "kind": {"group": group, "version": version, "kind": kind},
        "name": object["metadata"]["name"], "namespace": namespace,
        "userInfo": {"username": "system:admin", "groups": ["system:masters"]}, "object": object,
    });
    let payload = e2e::verdict::payload(&request, settings);
    let answer: Value =
        serde_json::from_slice(&ringfence_policy::validate(payload.as_bytes(), &|| None))?;
    let expected = answer["message"].as_str().context("the library denies it")?;
    for line in expected.lines() {
        ensure!(message.contains(line), "no `{line}` in {message}");
    }
    Ok(())
}

/// Nothing that must be denied is there.
pub(crate) async fn nothing_forbidden(api: &Api) -> Result<()> {
    for (version, kind) in [
        ("v1", "Pod"),
        ("apps/v1", "Deployment"),
        ("batch/v1", "CronJob"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("security-profiles-operator.x-k8s.io/v1beta1", "SeccompProfile"),
    ] {
        let all = collection(&json!({"apiVersion": version, "kind": kind}))?;
        let found = api.get(&format!("{all}?labelSelector={FORBIDDEN}")).await?;
        if found.code == 404 {
            continue;
        }
        let items = &found.done()?.body["items"];
        ensure!(items == &json!([]), "what must be denied is there: {items:#}");
    }
    Ok(())
}
