// Writes the types of the settings.

import { writeFile } from "node:fs/promises";
import { settingsTypes, TYPES } from "./settings-types.mjs";

await writeFile(TYPES, await settingsTypes());
