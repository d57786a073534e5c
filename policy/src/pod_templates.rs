//! Where custom resources carry pod templates.

use crate::settings::settings;

settings! {
    /// A kind of custom resource, and where it carries pod templates.
    #[derive(Default)]
    pub struct PodTemplates {
        /// The API group.
        group: String = "group",
        /// The kind.
        kind: String = "kind",
        /// Paths of the templates in the object, such as `spec.tasks[*].template`. `[*]` stands for
        /// every item of a list, or every value of an object. An empty list: the kind carries none.
        paths: Vec<String> = "paths",
    }
}
