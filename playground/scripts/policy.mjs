// Builds the npm package: policy/dist. What wasm-bindgen made has to lie in policy/src/wasm.

import { execFileSync } from "node:child_process";
import { copyFile, cp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

await rm(here("../policy/dist"), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", here("../policy")], { stdio: "inherit" });
await cp(here("../policy/src/wasm"), here("../policy/dist/wasm"), { recursive: true });
await copyFile(here("../../LICENSE"), here("../policy/LICENSE"));
