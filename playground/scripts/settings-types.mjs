// TypeScript's view of the settings, from their JSON Schema.

import { readFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

// npm runs scripts in the folder of the package.
const SCHEMA = "../docs/settings.schema.json";
export const TYPES = "policy/src/settings.ts";

const BANNER = "/* Made from docs/settings.schema.json by `npm run types`: do not edit. */";

/** The declarations, as a text. */
export async function settingsTypes() {
  const schema = JSON.parse(await readFile(SCHEMA, "utf8"));
  // The title is a sentence, and becomes the name of the type.
  return compile({ ...schema, title: "Settings" }, "Settings", {
    additionalProperties: false,
    bannerComment: BANNER,
    format: true,
    style: { printWidth: 110 },
  });
}
