import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
// @ts-expect-error a script without types
import { settingsTypes, TYPES } from "../../scripts/settings-types.mjs";

test("the types of the settings are those of the schema", async () => {
  const made: string = await settingsTypes();
  assert.equal(await readFile(TYPES, "utf8"), made, "run `npm run types`");
  assert.match(made, /hostPorts\?:/);
});
