//! The questions to an API server, through kube.

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use kube::api::{ListParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, DynamicObject, TypeMeta};
use kube::{Api, Config};
use serde_json::Value;
use tower::limit::{RateLimit, rate::Rate};
use tower::service_fn;

use super::proxy;
use crate::capabilities::ANSWER;
use crate::cluster::snapshot::{cluster_wide, list_of, not_found, without_bookkeeping};
use crate::cluster::{CanI, GetResource, ListResources, Page, PageError, Request};

/// Objects of a list that are fetched at a time.
pub(super) const PAGE: u32 = 250;

/// How long a connection may take to come about, and how long the API server may say nothing on one:
/// longer than it is silent on a watch.
const CONNECT: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(25);

/// What somebody who goes on for ever may ask within a second. It is far more than a watch needs, and
/// little for a server, or a proxy before it, that ends each one at once.
const IN_A_SECOND: u64 = 10;

/// The status of a list that cannot be gone on with: what it began with is no longer kept.
///
/// Source: Kubernetes documentation, "Kubernetes API Concepts", "Retrieving large results sets in
/// chunks".
const GONE: u16 = 410;

#[derive(Clone)]
pub(super) struct Client {
    client: kube::Client,
    server: Arc<str>,
    /// By `apiVersion` and kind. It only grows, by kinds that the cluster has.
    resources: Arc<Mutex<HashMap<(String, String), Resource>>>,
}

#[derive(Clone)]
pub(super) struct Resource {
    api: ApiResource,
    namespaced: bool,
}

impl Client {
    pub(super) async fn connect(path: PathBuf, context: Option<String>) -> Result<Self, String> {
        let kubeconfig = Kubeconfig::read_from(path).map_err(|error| error.to_string())?;
        let has_proxy = proxy::is_named(&kubeconfig, context.as_deref());
        let options = KubeConfigOptions { context, ..KubeConfigOptions::default() };
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .map_err(|error| error.to_string())?;
        if !has_proxy {
            proxy::of_environment(&mut config);
        }
        // Who waits for an answer is told of a failure, not kept until it passes.
        config.default_retry = false;
        (config.connect_timeout, config.read_timeout) = (Some(CONNECT), Some(SILENCE));
        let server = config.cluster_url.to_string();
        let client = kube::Client::try_from(config).map_err(|error| failure(&error))?;
        Ok(Self { client, server: server.into(), resources: Arc::default() })
    }

    /// The same, in which requests wait for their turn.
    pub(super) fn paced(&self) -> Self {
        let rate = Rate::new(IN_A_SECOND, Duration::from_secs(1));
        let (client, namespace) = (self.client.clone(), self.client.default_namespace().to_owned());
        let send = service_fn(move |request| {
            let client = client.clone();
            async move { client.send(request).await }
        });
        Self { client: kube::Client::new(RateLimit::new(send, rate), namespace), ..self.clone() }
    }

    pub(super) fn server(&self) -> &str {
        &self.server
    }

    pub(super) async fn ask(&self, request: &Request) -> Result<Value, String> {
        match request {
            Request::CanI(can_i) => self.can_i(can_i).await,
            Request::GetResource(get) => self.get(get).await,
            Request::ListResources(list) => self.list(list).await,
        }
    }

    async fn get(&self, get: &GetResource) -> Result<Value, String> {
        let GetResource { api_version, kind, name, namespace, .. } = get;
        let resource = self.resource(api_version, kind).await?;
        let namespace = match (resource.namespaced, namespace) {
            (true, None) => {
                return Err(format!(
                    "Resource {api_version}/{kind} is namespaced, but no namespace was provided"
                ));
            }
            (true, Some(namespace)) => Some(&**namespace),
            (false, _) => None,
        };
        let found = self.api(&resource, namespace).get_opt(name).await;
        let object = found.map_err(|error| failure(&error))?.ok_or_else(|| not_found(get))?;
        serde_json::to_value(object).map_err(|error| error.to_string())
    }

    async fn list(&self, list: &ListResources) -> Result<Value, String> {
        let ListResources { api_version, kind, .. } = list;
        let (mut items, mut bytes, mut next) = (Vec::new(), 0, None);
        loop {
            let page = self.page(list, next).await.map_err(|error| error.to_string())?;
            for object in page.items {
                bytes += object.to_string().len();
                if bytes > ANSWER {
                    return Err(format!(
                        "the list of {api_version}/{kind} is longer than {ANSWER} bytes; select less"
                    ));
                }
                items.push(object);
            }
            next = page.next;
            if next.is_none() {
                return Ok(list_of(api_version, kind, items));
            }
        }
    }

    /// Some objects of a list; `next` is what the page before says.
    pub(super) async fn page(
        &self,
        list: &ListResources,
        next: Option<String>,
    ) -> Result<Page, PageError> {
        let ListResources { api_version, kind, namespace, .. } = list;
        let resource = self.resource(api_version, kind).await.map_err(PageError::Failed)?;
        if namespace.is_some() && !resource.namespaced {
            return Err(PageError::Failed(cluster_wide(api_version, kind)));
        }
        let is_first = next.is_none();
        let mut parameters = ListParams::default().limit(PAGE);
        parameters.label_selector.clone_from(&list.label_selector);
        parameters.field_selector.clone_from(&list.field_selector);
        parameters.continue_token = next;
        let listed = self.api(&resource, namespace.as_deref()).list(&parameters).await;
        let listed = listed.map_err(|error| match &error {
            kube::Error::Api(status) if status.code == GONE && !is_first => PageError::Expired,
            _ => PageError::Failed(failure(&error)),
        })?;
        let object = |object| plain(object, api_version, kind).map_err(PageError::Failed);
        let items = listed.items.into_iter().map(object).collect::<Result<_, _>>()?;
        let remaining = listed.metadata.remaining_item_count;
        let next = listed.metadata.continue_.filter(|token| !token.is_empty());
        Ok(Page { items, next, remaining: remaining.and_then(|count| count.try_into().ok()) })
    }

    async fn can_i(&self, can_i: &CanI) -> Result<Value, String> {
        let review = &can_i.subject_access_review;
        let wanted = review.resource_attributes.clone();
        let attributes = ResourceAttributes {
            group: wanted.group,
            name: wanted.name,
            namespace: wanted.namespace,
            resource: Some(wanted.resource),
            subresource: wanted.subresource,
            verb: Some(wanted.verb),
            version: wanted.version,
            ..ResourceAttributes::default()
        };
        let spec = SubjectAccessReviewSpec {
            groups: review.groups.clone(),
            resource_attributes: Some(attributes),
            user: Some(review.user.clone()),
            ..SubjectAccessReviewSpec::default()
        };
        let review = SubjectAccessReview { spec, ..SubjectAccessReview::default() };
        let api: Api<SubjectAccessReview> = Api::all(self.client.clone());
        let answer = api.create(&PostParams::default(), &review).await;
        let status = answer.map_err(|error| failure(&error))?.status;
        let status = status.ok_or("SubjectAccessReview did not return a response")?;
        serde_json::to_value(status).map_err(|error| error.to_string())
    }

    pub(super) fn api(&self, resource: &Resource, namespace: Option<&str>) -> Api<DynamicObject> {
        match namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource.api),
            None => Api::all_with(self.client.clone(), &resource.api),
        }
    }

    /// The plural name and the scope of a kind, which only the cluster knows.
    pub(super) async fn resource(&self, api_version: &str, kind: &str) -> Result<Resource, String> {
        let key = (api_version.to_owned(), kind.to_owned());
        let known =
            self.resources.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let list = if group.is_empty() {
            self.client.list_core_api_resources(version).await
        } else {
            self.client.list_api_group_resources(api_version).await
        };
        let list = list.map_err(|error| {
            format!("error finding resource {api_version} / {kind}: {}", failure(&error))
        })?;
        // Subresources, such as `pods/ephemeralcontainers`, have kinds too.
        let found = list.resources.into_iter().find(|it| it.kind == kind && !it.name.contains('/'));
        let found = found.ok_or_else(|| format!("Cannot find resource {api_version}/{kind}"))?;
        let api = ApiResource {
            group: group.to_owned(),
            version: version.to_owned(),
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            plural: found.name,
        };
        let resource = Resource { api, namespaced: found.namespaced };
        let mut resources = self.resources.lock().unwrap_or_else(PoisonError::into_inner);
        resources.insert(key, resource.clone());
        Ok(resource)
    }
}

/// An object as policies see it. Items of a list, and events of a watch, may leave to it what they are.
pub(super) fn plain(
    mut object: DynamicObject,
    api_version: &str,
    kind: &str,
) -> Result<Value, String> {
    object.types.get_or_insert_with(|| TypeMeta {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
    });
    let object = serde_json::to_value(object).map_err(|error| error.to_string())?;
    Ok(without_bookkeeping(&object))
}

/// What went wrong, down to its cause.
fn failure(error: &kube::Error) -> String {
    if let kube::Error::Api(status) = error {
        return format!("the cluster refuses: {} ({})", status.message, status.code);
    }
    in_words(error)
}

/// An error and its causes.
pub(super) fn in_words(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Many repeat what caused them.
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
